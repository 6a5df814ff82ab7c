#include "kinematics/cholesky.h"

#include <math.h>

bool cholesky_factor(cholesky_t* matrix, int count)
{
    for (int column = 0; column < count; column++) {
        double* pivot_row = matrix->at[column];
        double pivot = pivot_row[column];
        const double diagonal = pivot;
        for (int k = 0; k < column; k++) {
            pivot -= pivot_row[k] * pivot_row[k];
        }
        if (!(isfinite(pivot) && pivot > 1e-14 * diagonal && pivot > 0.0)) {
            return false;
        }
        const double reciprocal = 1.0 / sqrt(pivot);
        pivot_row[column] = reciprocal;
        for (int row = column + 1; row < count; row++) {
            double sum = matrix->at[row][column];
            for (int k = 0; k < column; k++) {
                sum -= matrix->at[row][k] * pivot_row[k];
            }
            matrix->at[row][column] = sum * reciprocal;
        }
    }
    return true;
}

void cholesky_solve(const cholesky_t* factor, int count, double b[CHOLESKY_CAPACITY])
{
    for (int row = 0; row < count; row++) {
        for (int k = 0; k < row; k++) {
            b[row] -= factor->at[row][k] * b[k];
        }
        b[row] *= factor->at[row][row];
    }
    for (int row = count - 1; row >= 0; row--) {
        for (int k = row + 1; k < count; k++) {
            b[row] -= factor->at[k][row] * b[k];
        }
        b[row] *= factor->at[row][row];
    }
}

void cholesky_invert(const cholesky_t* factor, int count, cholesky_t* inverse)
{
    cholesky_t lower; // inverse of L
    for (int column = 0; column < count; column++) {
        lower.at[column][column] = factor->at[column][column];
        for (int row = column + 1; row < count; row++) {
            double sum = 0.0;
            for (int k = column; k < row; k++) {
                sum -= factor->at[row][k] * lower.at[k][column];
            }
            lower.at[row][column] = sum * factor->at[row][row];
        }
    }
    for (int row = 0; row < count; row++) {
        for (int column = 0; column <= row; column++) {
            double sum = 0.0;
            for (int k = row; k < count; k++) {
                sum += lower.at[k][row] * lower.at[k][column];
            }
            inverse->at[row][column] = sum;
            inverse->at[column][row] = sum;
        }
    }
}
