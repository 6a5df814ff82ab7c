#include "kinematics/cholesky.h"

#include <math.h>

bool cholesky_factor(cholesky_t* matrix, int count)
{
    double diagonal[CHOLESKY_CAPACITY];
    for (int row = 0; row < count; row++) {
        diagonal[row] = matrix->at[row][row];
    }
    for (int column = 0; column < count; column++) {
        double* scaled = matrix->at[column]; // right of the diagonal: this column times its pivot
        const double pivot = scaled[column];
        if (!(isfinite(pivot) && pivot > 1e-14 * diagonal[column] && pivot > 0.0)) {
            return false;
        }
        const double reciprocal = 1.0 / pivot;
        scaled[column] = reciprocal;
        for (int row = column + 1; row < count; row++) {
            double* target = matrix->at[row];
            scaled[row] = target[column];
            const double factor = target[column] * reciprocal;
            for (int k = column + 1; k <= row; k++) {
                target[k] -= factor * scaled[k];
            }
            target[column] = factor;
        }
    }
    return true;
}

void cholesky_solve(const cholesky_t* factor, int count, double b[CHOLESKY_CAPACITY])
{
    for (int column = 0; column < count; column++) {
        for (int row = column + 1; row < count; row++) {
            b[row] -= factor->at[row][column] * b[column];
        }
    }
    for (int row = 0; row < count; row++) {
        b[row] *= factor->at[row][row];
    }
    for (int row = count - 1; row >= 0; row--) {
        for (int column = 0; column < row; column++) {
            b[column] -= factor->at[row][column] * b[row];
        }
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
