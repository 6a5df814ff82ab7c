/// Sines and cosines against the mathematical library's.
#include "tests/support/cmocka_prelude.h"

#include "kinematics/sincos.h"
#include "tests/kinematics/arms.h"

static void check(const joints_t* angles, double tolerance)
{
    joints_t sines;
    joints_t cosines;
    sincos_joints(angles, &sines, &cosines);
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        assert_near(sines.at[i], sin(angles->at[i]), tolerance);
        assert_near(cosines.at[i], cos(angles->at[i]), tolerance);
    }
}

static void angles_up_to_a_million_are_within_rounding(void** state)
{
    (void)state;
    uint64_t random = 81;
    print_message("seed 81\n");
    for (double size = 1e-8; size <= 1e6; size *= 10.0) {
        for (int trial = 0; trial < 20000; trial++) {
            joints_t angles;
            for (int i = 0; i < JOINT_CAPACITY; i++) {
                angles.at[i] = arm_random_between(&random, -size, size);
            }
            check(&angles, 4e-16);
        }
    }
}

static void quarter_turns_are_within_rounding(void** state)
{
    (void)state;
    for (int quarter = -1000; quarter <= 1000; quarter++) {
        joints_t angles;
        for (int i = 0; i < JOINT_CAPACITY; i++) {
            const double nudge = i == 0 ? 0.0 : pow(10.0, -(double)(2 * i));
            angles.at[i] = 0.5 * ARM_PI * (double)quarter + (i % 2 == 0 ? nudge : -nudge);
        }
        check(&angles, 4e-16);
    }
}

static void zero_is_exact(void** state)
{
    (void)state;
    const joints_t angles = {{0.0}};
    joints_t sines;
    joints_t cosines;
    sincos_joints(&angles, &sines, &cosines);
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        assert_near(sines.at[i], 0.0, 0.0);
        assert_near(cosines.at[i], 1.0, 0.0);
    }
}

static void beyond_a_million_the_library_answers(void** state)
{
    (void)state;
    const joints_t angles = {{1e7, -1e9, 1e15, 1e22, -1e300, 0.5, 2e6, 1e6}};
    check(&angles, 4e-16);
}

static void what_is_no_angle_has_no_sine(void** state)
{
    (void)state;
    const joints_t angles = {{(double)NAN, (double)INFINITY, -(double)INFINITY, 0.5}};
    joints_t sines;
    joints_t cosines;
    sincos_joints(&angles, &sines, &cosines);
    for (int i = 0; i < 3; i++) {
        assert_true(isnan(sines.at[i]));
        assert_true(isnan(cosines.at[i]));
    }
    assert_near(sines.at[3], sin(0.5), 4e-16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(angles_up_to_a_million_are_within_rounding),
        cmocka_unit_test(quarter_turns_are_within_rounding),
        cmocka_unit_test(zero_is_exact),
        cmocka_unit_test(beyond_a_million_the_library_answers),
        cmocka_unit_test(what_is_no_angle_has_no_sine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
