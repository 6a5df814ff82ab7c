#include "kinematics/cholesky.h"

#include <math.h>

// Every size has code of its own, written out by the compiler: the loops are so short that counting
// would cost more than the arithmetic.
#define WRITTEN_OUT _Pragma("GCC unroll 8")
#define SIZED static inline __attribute__((always_inline))

SIZED bool factor_sized(cholesky_t* matrix, int count)
{
    double diagonal[CHOLESKY_CAPACITY];
    WRITTEN_OUT
    for (int row = 0; row < count; row++) {
        diagonal[row] = matrix->at[row][row];
    }
    WRITTEN_OUT
    for (int column = 0; column < count; column++) {
        double* scaled = matrix->at[column]; // right of the diagonal: this column times its pivot
        const double pivot = scaled[column];
        if (!(isfinite(pivot) && pivot > 1e-14 * diagonal[column] && pivot > 0.0)) {
            return false;
        }
        const double reciprocal = 1.0 / pivot;
        scaled[column] = reciprocal;
        WRITTEN_OUT
        for (int row = column + 1; row < count; row++) {
            double* target = matrix->at[row];
            scaled[row] = target[column];
            const double factor = target[column] * reciprocal;
            WRITTEN_OUT
            for (int k = column + 1; k <= row; k++) {
                target[k] -= factor * scaled[k];
            }
            target[column] = factor;
        }
    }
    return true;
}

bool cholesky_factor(cholesky_t* matrix, int count)
{
    switch (count) {
    case 1:
        return factor_sized(matrix, 1);
    case 2:
        return factor_sized(matrix, 2);
    case 3:
        return factor_sized(matrix, 3);
    case 4:
        return factor_sized(matrix, 4);
    case 5:
        return factor_sized(matrix, 5);
    case 6:
        return factor_sized(matrix, 6);
    case 7:
        return factor_sized(matrix, 7);
    case CHOLESKY_CAPACITY:
        return factor_sized(matrix, CHOLESKY_CAPACITY);
    default:
        return false;
    }
}

SIZED void solve_sized(const cholesky_t* restrict factor, int count, double* restrict b)
{
    WRITTEN_OUT
    for (int column = 0; column < count; column++) {
        WRITTEN_OUT
        for (int row = column + 1; row < count; row++) {
            b[row] -= factor->at[row][column] * b[column];
        }
    }
    WRITTEN_OUT
    for (int row = 0; row < count; row++) {
        b[row] *= factor->at[row][row];
    }
    WRITTEN_OUT
    for (int row = count - 1; row >= 0; row--) {
        WRITTEN_OUT
        for (int column = 0; column < row; column++) {
            b[column] -= factor->at[row][column] * b[row];
        }
    }
}

void cholesky_solve(const cholesky_t* factor, int count, double b[CHOLESKY_CAPACITY])
{
    switch (count) {
    case 1:
        solve_sized(factor, 1, b);
        break;
    case 2:
        solve_sized(factor, 2, b);
        break;
    case 3:
        solve_sized(factor, 3, b);
        break;
    case 4:
        solve_sized(factor, 4, b);
        break;
    case 5:
        solve_sized(factor, 5, b);
        break;
    case 6:
        solve_sized(factor, 6, b);
        break;
    case 7:
        solve_sized(factor, 7, b);
        break;
    case CHOLESKY_CAPACITY:
        solve_sized(factor, CHOLESKY_CAPACITY, b);
        break;
    default:
        break;
    }
}

void cholesky_invert(const cholesky_t* factor, int count, cholesky_t* inverse)
{
    cholesky_t lower; // inverse of L
    for (int column = 0; column < count; column++) {
        lower.at[column][column] = 1.0;
        for (int row = column + 1; row < count; row++) {
            double sum = -factor->at[row][column];
            for (int k = column + 1; k < row; k++) {
                sum -= factor->at[row][k] * lower.at[k][column];
            }
            lower.at[row][column] = sum;
        }
    }
    for (int row = 0; row < count; row++) {
        for (int column = 0; column <= row; column++) {
            double sum = 0.0;
            for (int k = row; k < count; k++) {
                sum += lower.at[k][row] * factor->at[k][k] * lower.at[k][column];
            }
            inverse->at[row][column] = sum;
            inverse->at[column][row] = sum;
        }
    }
}
