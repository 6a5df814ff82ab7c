/// Proves that the judge's limits are the settings', that a change of any bit of them is seen, and
/// that nothing of them is padding.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/safety/judge_limits.h"

static void figure(figure_t* figure, double value)
{
    figure->value = value;
}

typedef struct {
    machine_settings_t machine;
    safety_settings_t safety;
} settings_t;

static settings_t* settings(void)
{
    static settings_t made;
    memset(&made, 0, sizeof made);
    made.machine.period_us = 4000;
    made.machine.arm.joint_count = 2;
    made.machine.arm.joints[0] = (joint_settings_t){.kind = JOINT_PRISMATIC,
                                                    .position_min = 0.1,
                                                    .position_max = 1.6,
                                                    .velocity_max = 0.8,
                                                    .acceleration_max = 3.0};
    made.machine.arm.joints[1] = (joint_settings_t){.kind = JOINT_REVOLUTE,
                                                    .position_min = -2.0,
                                                    .position_max = 2.5,
                                                    .velocity_max = 2.0,
                                                    .acceleration_max = 10.0};
    figure(&made.safety.contact_force_max_N, 61.0);
    figure(&made.safety.sample_age_max_s, 0.02);
    figure(&made.safety.session_time_max_s, 5400.0);
    figure(&made.safety.rail_overtravel_m, 0.002);
    figure(&made.safety.joint_overtravel_rad, 0.01);
    figure(&made.safety.joint_speed_margin, 1.1);
    figure(&made.safety.rail_following_error_m, 0.005);
    figure(&made.safety.following_error_rad, 0.035);
    return &made;
}

static judge_limits_t made(void)
{
    const settings_t* from = settings();
    return judge_limits_make(&from->machine, &from->safety);
}

static void limits_are_those_of_the_settings_joint_by_joint(void** context)
{
    (void)context;
    const judge_limits_t limits = made();
    assert_true(judge_limits_intact(&limits));
    assert_int_equal(limits.joint_count, 2);
    assert_int_equal(limits.period_us, 4000);
    assert_near(limits.contact_force_max_N, 61.0, 0.0);
    assert_int_equal(limits.sample_age_max_us, 20000);
    assert_int_equal(limits.session_time_max_us, 5400000000);
    assert_near(limits.joints[0].measured_min, 0.098, 1e-12);
    assert_near(limits.joints[0].measured_max, 1.602, 1e-12);
    assert_near(limits.joints[0].measured_speed_max, 0.88, 1e-12);
    assert_near(limits.joints[0].following_at_rest, 0.005, 0.0);
    assert_near(limits.joints[1].measured_min, -2.01, 1e-12);
    assert_near(limits.joints[1].measured_max, 2.51, 1e-12);
    assert_near(limits.joints[1].commanded_min, -2.0, 0.0);
    assert_near(limits.joints[1].commanded_speed_max, 2.0, 0.0);
    assert_near(limits.joints[1].commanded_acceleration_max, 10.0, 0.0);
    assert_near(limits.joints[1].following_at_rest, 0.035, 0.0);
}

/// Shows H46, limits_intact.
static void a_change_of_any_single_bit_is_seen(void** context)
{
    (void)context;
    judge_limits_t limits = made();
    unsigned char* bytes = (unsigned char*)&limits;
    for (size_t bit = 0; bit < 8 * sizeof limits; ++bit) {
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_false(judge_limits_intact(&limits));
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    assert_true(judge_limits_intact(&limits));
}

static void two_figures_that_change_places_are_seen(void** context)
{
    (void)context;
    judge_limits_t limits = made();
    const double kept = limits.contact_force_max_N;
    limits.contact_force_max_N = limits.shear_force_max_N;
    limits.shear_force_max_N = kept;
    assert_false(judge_limits_intact(&limits));
}

/// Shows H46, limits_intact.
static void limits_that_are_all_zero_or_all_ones_are_not_intact(void** context)
{
    (void)context;
    judge_limits_t limits;
    memset(&limits, 0, sizeof limits);
    assert_false(judge_limits_intact(&limits));
    judge_limits_seal(&limits); // no joint: no machine
    assert_false(judge_limits_intact(&limits));
    memset(&limits, 0xff, sizeof limits);
    assert_false(judge_limits_intact(&limits));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_those_of_the_settings_joint_by_joint),
        cmocka_unit_test(a_change_of_any_single_bit_is_seen),
        cmocka_unit_test(two_figures_that_change_places_are_seen),
        cmocka_unit_test(limits_that_are_all_zero_or_all_ones_are_not_intact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
