/// Factor, solve and invert against multiplication, for every size; refusal of what is not
/// definite.
#include "tests/support/cmocka_prelude.h"

#include "kinematics/cholesky.h"
#include "tests/kinematics/arms.h"

/// A = B B' + ridge, well conditioned.
static cholesky_t random_definite(uint64_t* random, int count)
{
    double b[CHOLESKY_CAPACITY][CHOLESKY_CAPACITY];
    cholesky_t a = {{{0.0}}};
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++) {
            b[i][j] = arm_random_between(random, -1.0, 1.0);
        }
    }
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++) {
            for (int k = 0; k < count; k++) {
                a.at[i][j] += b[i][k] * b[j][k];
            }
        }
        a.at[i][i] += 0.1;
    }
    return a;
}

static void solving_and_inverting_undo_multiplying(void** state)
{
    (void)state;
    uint64_t random = 51;
    print_message("seed 51\n");
    for (int trial = 0; trial < 400; trial++) {
        const int count = 1 + trial % CHOLESKY_CAPACITY;
        const cholesky_t a = random_definite(&random, count);
        cholesky_t factor = a;
        cholesky_t inverse;
        double x[CHOLESKY_CAPACITY] = {0.0};
        double b[CHOLESKY_CAPACITY] = {0.0};
        for (int i = 0; i < count; i++) {
            x[i] = arm_random_between(&random, -2.0, 2.0);
        }
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < count; j++) {
                b[i] += a.at[i][j] * x[j];
            }
        }
        double c[CHOLESKY_CAPACITY];
        memcpy(c, b, sizeof c);
        assert_true(cholesky_factor(&factor, count));
        cholesky_solve(&factor, count, b);
        cholesky_invert(&factor, count, &inverse);
        for (int i = 0; i < count; i++) {
            double product = 0.0;
            for (int j = 0; j < count; j++) {
                product += inverse.at[i][j] * c[j];
                assert_near(inverse.at[i][j], inverse.at[j][i], 0.0);
            }
            assert_near(b[i], x[i], 1e-11);
            assert_near(product, x[i], 1e-11);
        }
    }
}

static void what_is_not_definite_is_refused(void** state)
{
    (void)state;
    cholesky_t zero = {{{0.0}}};
    assert_false(cholesky_factor(&zero, 3));
    cholesky_t singular = {{{1.0, 1.0}, {1.0, 1.0}}};
    assert_false(cholesky_factor(&singular, 2));
    cholesky_t negative = {{{1.0, 0.0}, {0.0, -1.0}}};
    assert_false(cholesky_factor(&negative, 2));
    cholesky_t not_a_number = {{{1.0, 0.0}, {(double)NAN, 1.0}}};
    assert_false(cholesky_factor(&not_a_number, 2));
    cholesky_t infinite = {{{(double)INFINITY, 0.0}, {0.0, 1.0}}};
    assert_false(cholesky_factor(&infinite, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(solving_and_inverting_undo_multiplying),
        cmocka_unit_test(what_is_not_definite_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
