/// Proves that the judge's limits are the settings', that a change of any bit of them is seen, and
/// that nothing of them is padding.
#include "tests/support/cmocka_prelude.h"

#include <math.h>
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

static void set_sensor(machine_settings_t* machine)
{
    machine->force_sensor = 1;
    machine->io_coupler = 2;
    machine->drive_of_joint[0] = 0;
    machine->drive_of_joint[1] = 2;
    for (int device = 0; device < 3; ++device) {
        machine->devices[device].profile_index = device;
    }
    machine->profiles[0].sample_age_max_s = 0.001;
    machine->profiles[1].sample_age_max_s = 0.005;
    machine->profiles[2].sample_age_max_s = 0.007;
    const point_id_t ids[] = {POINT_FORCE_X,  POINT_FORCE_Y,  POINT_FORCE_Z,
                              POINT_TORQUE_X, POINT_TORQUE_Y, POINT_TORQUE_Z};
    const word_type_t types[] = {WORD_U16, WORD_S16, WORD_U32, WORD_S32, WORD_F32, WORD_S16};
    machine->profiles[1].point_count = 5; // none for the last axis: what stands behind is no point
    for (int i = 0; i < 6; ++i) {
        machine->profiles[1].points[i] =
            (point_settings_t){.id = ids[i], .type = types[i], .scale = i % 2 == 0 ? 2.0 : -0.5};
    }
}

/// What the settings do not say themselves, worked out by hand.
static void parts_ranges_and_places_are_those_of_the_rules(void** context)
{
    (void)context;
    settings_t* from = settings();
    set_sensor(&from->machine);
    from->machine.arm.joints[2].velocity_max = 9.0; // of no joint
    from->machine.arm.joints[0].effort_max = 400.0;
    from->machine.arm.joints[1].effort_max = 80.0;
    from->machine.table_length_m = 2.0;
    from->machine.table_width_m = 0.8;
    from->machine.arm.tool.spring_stiffness_N_per_m = 3000.0;
    figure(&from->safety.tap_speed_max_mps, 0.25);
    figure(&from->safety.contact_loss_time_s, 0.3);
    const judge_limits_t limits = judge_limits_make(&from->machine, &from->safety);
    const double tight = 1e-12;
    assert_near(limits.joints[0].speed_disagreement, 0.0025, tight);
    assert_near(limits.joints[1].speed_disagreement, 0.0175, tight);
    assert_near(limits.joints[0].frozen_command, 0.00125, tight);
    assert_near(limits.joints[1].frozen_command, 0.00875, tight);
    assert_near(limits.joints[0].frozen_effort, 100.0, tight);
    assert_near(limits.joints[1].frozen_effort, 20.0, tight);
    assert_near(limits.joints[0].speed_deviation, 0.064, tight);
    assert_near(limits.joints[1].speed_deviation, 0.16, tight);
    assert_int_equal(limits.joints[0].sample_spacing_us, 4000);
    assert_int_equal(limits.joints[1].sample_spacing_us, 7000);
    assert_int_equal(limits.force_spacing_us, 5000);
    assert_int_equal(limits.io_spacing_us, 7000);
    assert_int_equal(limits.contact_loss_us, 300000);
    assert_near(limits.tap_force_rate_N_per_s, 750.0, tight);
    assert_near(limits.force_raw_max_N[0], 64223.32, 1e-6);      // 0.98 x 32767 x 2
    assert_near(limits.force_raw_max_N[1], 16055.83, 1e-6);      // 0.98 x 32767 x 0.5
    assert_near(limits.force_raw_max_N[2], 4209067948.12, 1e-3); // 0.98 x 2147483647 x 2
    assert_near(limits.torque_raw_max_Nm[0], 1052266987.03, 1e-3);
    assert_true(isinf(limits.torque_raw_max_Nm[1]) && isinf(limits.torque_raw_max_Nm[2]));
    const double least_m[] = {-0.5, -0.9, -0.05};
    const double most_m[] = {2.5, 0.9, 1.5};
    for (int axis = 0; axis < 3; ++axis) {
        assert_near(limits.workspace_min_m[axis], least_m[axis], tight);
        assert_near(limits.workspace_max_m[axis], most_m[axis], tight);
    }
    assert_near(limits.joints[2].commanded_speed_max, 0.0, 0.0); // no joint, no limits
}

/// The 64-bit FNV-1a sum, a word at a time, once more.
static void the_check_word_is_the_sum_that_is_named(void** context)
{
    (void)context;
    const judge_limits_t limits = made();
    uint64_t words[sizeof limits / 8];
    memcpy(words, &limits, sizeof limits);
    uint64_t sum = UINT64_C(14695981039346656037);
    for (size_t i = 0; i + 1 < sizeof words / sizeof words[0]; ++i) {
        sum = (sum ^ words[i]) * UINT64_C(1099511628211);
    }
    assert_true(judge_limits_check(&limits) == sum && limits.check == sum);
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
        cmocka_unit_test(parts_ranges_and_places_are_those_of_the_rules),
        cmocka_unit_test(the_check_word_is_the_sum_that_is_named),
        cmocka_unit_test(a_change_of_any_single_bit_is_seen),
        cmocka_unit_test(two_figures_that_change_places_are_seen),
        cmocka_unit_test(limits_that_are_all_zero_or_all_ones_are_not_intact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
