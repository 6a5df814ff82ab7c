/// Cholesky's decomposition, without roots, of small symmetric positive definite matrices: the one
/// linear solver that kinematics and dynamics need. Fixed storage, any size up to the capacity,
/// pure.
#ifndef KNEAD_KINEMATICS_CHOLESKY_H
#define KNEAD_KINEMATICS_CHOLESKY_H

#include <stdbool.h>

#define CHOLESKY_CAPACITY 8

/// Unit lower triangle L with L D L' = A; the diagonal holds the reciprocals of D, so that solving
/// never divides and nothing takes a root. The upper triangle is work space.
typedef struct {
    double at[CHOLESKY_CAPACITY][CHOLESKY_CAPACITY];
} cholesky_t;

/// Replaces the lower triangle of A (the upper one is not read) by its factor. False if A is not
/// positive definite beyond rounding (a pivot below 1e-14 of its diagonal element) or not finite;
/// then the contents are of no use.
bool cholesky_factor(cholesky_t* matrix, int count);

/// Solves A x = b from the factor, in place of `b`.
void cholesky_solve(const cholesky_t* factor, int count, double b[CHOLESKY_CAPACITY]);

/// The inverse of A, both triangles, from its factor.
void cholesky_invert(const cholesky_t* factor, int count, cholesky_t* inverse);

#endif
