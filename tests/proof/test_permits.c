/// Every permit alone, at its boundary and for what is no number; what a refusal writes; what
/// limits are made of where a machine is unusual; and where the envelope's figures leave the
/// numbers.
#include "tests/support/cmocka_prelude.h"

#include <float.h>
#include <string.h>

#include "controller/safety/envelope.h"
#include "controller/safety/permit.h"

static verdict_t nothing_refused(void)
{
    return (verdict_t){.rule = INTERLOCK_RULE_NONE, .subject = SUBJECT_NONE, .other = SUBJECT_NONE};
}

static const double figures[] = {-(double)INFINITY, -DBL_MAX, -1.0, -0.0,    0.0,
                                 DBL_MIN,           1.0,      2.0,  DBL_MAX, (double)INFINITY,
                                 (double)NAN};
#define FIGURE_COUNT (sizeof figures / sizeof figures[0])

/// Shows H45, I15.
static void more_and_less_are_permitted_between_finite_numbers_only(void** context)
{
    (void)context;
    for (size_t i = 0; i < FIGURE_COUNT; ++i) {
        for (size_t j = 0; j < FIGURE_COUNT; ++j) {
            // The order of the list is the numbers' order, and the two zeros are the same.
            const bool finite = i > 0 && i < FIGURE_COUNT - 2 && j > 0 && j < FIGURE_COUNT - 2;
            const bool zeros = (i == 3 || i == 4) && (j == 3 || j == 4);
            verdict_t most = nothing_refused();
            permit_at_most(&most, INTERLOCK_SHEAR, 3, figures[i], figures[j]);
            assert_int_equal(most.refused == 0, finite && (i <= j || zeros));
            verdict_t least = nothing_refused();
            permit_at_least(&least, INTERLOCK_SHEAR, 3, figures[i], figures[j]);
            assert_int_equal(least.refused == 0, finite && (i >= j || zeros));
            if (least.refused != 0) {
                assert_true(least.refused == INTERLOCK_RULE(INTERLOCK_SHEAR));
                assert_int_equal(least.rule, INTERLOCK_SHEAR);
                assert_int_equal(least.subject, 3);
                assert_memory_equal(&least.measured, &figures[i], sizeof(double));
                assert_memory_equal(&least.allowed, &figures[j], sizeof(double));
            }
        }
    }
}

static void the_cause_that_stands_first_tells_the_story_whatever_comes_first(void** context)
{
    (void)context;
    verdict_t verdict = nothing_refused();
    permit_refuse(&verdict, INTERLOCK_SHEAR, 1, 2.0, 3.0);
    verdict.other = 7;
    permit_refuse(&verdict, INTERLOCK_SESSION_TIME, 4, 5.0, 6.0);
    permit_refuse(&verdict, INTERLOCK_SHEAR, 8, 9.0, 10.0);
    assert_int_equal(verdict.rule, INTERLOCK_SHEAR);
    assert_int_equal(verdict.subject, 1);
    assert_int_equal(verdict.other, 7);
    assert_near(verdict.measured, 2.0, 0.0);
    permit_if(&verdict, INTERLOCK_ESTOP, true);
    assert_int_equal(verdict.rule, INTERLOCK_SHEAR);
    permit_if(&verdict, INTERLOCK_ESTOP, false);
    assert_int_equal(verdict.rule, INTERLOCK_ESTOP);
    assert_int_equal(verdict.subject, SUBJECT_NONE);
    assert_int_equal(verdict.other, SUBJECT_NONE);
    assert_near(verdict.measured, 0.0, 0.0);
    assert_near(verdict.allowed, 1.0, 0.0);
    assert_true(verdict.refused ==
                (INTERLOCK_RULE(INTERLOCK_ESTOP) | INTERLOCK_RULE(INTERLOCK_SHEAR) |
                 INTERLOCK_RULE(INTERLOCK_SESSION_TIME)));
}

static void an_age_counts_from_nought_to_its_limit(void** context)
{
    (void)context;
    const struct {
        int64_t age_us;
        bool fresh;
    } ages[] = {{0, true},
                {1, true},
                {11999, true},
                {12000, true},
                {12001, false},
                {-1, false},
                {INT64_MIN, false},
                {AGE_NEVER_US - 1, false},
                {AGE_NEVER_US, false}};
    for (size_t i = 0; i < sizeof ages / sizeof ages[0]; ++i) {
        verdict_t verdict = nothing_refused();
        permit_fresh(&verdict, INTERLOCK_IO_AGE, 2, ages[i].age_us, 12000);
        assert_int_equal(verdict.refused == 0, ages[i].fresh);
        if (!ages[i].fresh) {
            assert_true(isinf(verdict.measured) == (ages[i].age_us == AGE_NEVER_US));
            assert_near(verdict.allowed, 0.012, 1e-15);
            assert_int_equal(verdict.subject, 2);
        }
    }
    // Never is never fresh, whatever may be allowed.
    verdict_t verdict = nothing_refused();
    permit_fresh(&verdict, INTERLOCK_IO_AGE, 2, AGE_NEVER_US, AGE_NEVER_US - 1);
    assert_true(verdict.refused != 0);
}

static void time_that_was_damaged_ends_at_the_largest_number_there_is(void** context)
{
    (void)context;
    const int64_t half = INT64_MAX / 2;
    assert_int_equal(later_us(0, 0), 0);
    assert_int_equal(later_us(4000, 4000), 8000);
    assert_true(later_us(half, half) == INT64_MAX - 1);
    assert_true(later_us(half + 1, 0) == INT64_MAX);
    assert_true(later_us(0, half + 1) == INT64_MAX);
    assert_true(later_us(INT64_MAX, INT64_MAX) == INT64_MAX);
    // A negative time would let what has lasted long begin anew.
    assert_true(later_us(-1, 4000) == INT64_MAX);
    assert_true(later_us(4000, -1) == INT64_MAX);
    assert_true(later_us(INT64_MIN, INT64_MIN) == INT64_MAX);
    assert_int_equal(once_more(0), 1);
    assert_int_equal(once_more(INT32_MAX - 1), INT32_MAX);
    assert_int_equal(once_more(INT32_MAX), INT32_MAX);
}

static void what_lies_between_two_times_of_a_clock_is_exact_and_else_keeps_its_sign(void** context)
{
    (void)context;
    const int64_t half = INT64_MAX / 2;
    assert_int_equal(between_us(0, 0), 0);
    assert_int_equal(between_us(1000, 5000), 4000);
    assert_int_equal(between_us(5000, 1000), -4000);
    assert_int_equal(between_us(-1000, 1000), 2000);
    assert_true(between_us(-half, half) == INT64_MAX - 1);
    assert_true(between_us(half, -half) == -(INT64_MAX - 1));
    assert_true(between_us(half, half) == 0);
    assert_true(between_us(half + 1, half) == INT64_MIN);
    assert_true(between_us(half, half + 1) == INT64_MAX);
    assert_true(between_us(-half - 1, -half) == INT64_MAX);
    assert_true(between_us(-half, -half - 1) == INT64_MIN);
    assert_true(between_us(0, half + 1) == INT64_MAX);
    assert_true(between_us(0, -half - 1) == INT64_MIN);
    assert_true(between_us(INT64_MIN, INT64_MAX) == INT64_MAX);
    assert_true(between_us(INT64_MAX, INT64_MIN) == INT64_MIN);
    assert_true(between_us(half + 1, half + 1) == INT64_MAX);
    assert_true(between_us(-half - 1, -half - 1) == INT64_MAX);
    // A sample that never came was taken before all others.
    assert_true(between_us(AGE_NEVER_US, 4000) == INT64_MIN);
}

static void a_mode_is_among_those_that_are_named(void** context)
{
    (void)context;
    for (int mode = -2; mode < 70; ++mode) {
        const bool is = mode >= 0 && mode < MODE_COUNT;
        assert_int_equal(mode_in((supervisor_mode_t)mode, ~0u), is);
        assert_false(mode_in((supervisor_mode_t)mode, 0u));
        for (int named = 0; named < MODE_COUNT; ++named) {
            assert_int_equal(mode_in((supervisor_mode_t)mode, 1u << named), mode == named);
        }
    }
}

static void a_machine_with_more_joints_than_there_is_room_for_has_no_limits(void** context)
{
    (void)context;
    static machine_settings_t machine;
    static safety_settings_t safety;
    for (int count = -1; count <= JOINT_CAPACITY + 2; ++count) {
        machine.arm.joint_count = count;
        const judge_limits_t limits = judge_limits_make(&machine, &safety);
        assert_int_equal(judge_limits_intact(&limits), count >= 1 && count <= JOINT_CAPACITY);
    }
}

static void the_workspace_lies_over_the_table_and_half_a_metre_beside_it(void** context)
{
    (void)context;
    static machine_settings_t machine;
    static safety_settings_t safety;
    machine.arm.joint_count = 1;
    machine.table_length_m = 1.9;
    machine.table_width_m = 0.7;
    const judge_limits_t limits = judge_limits_make(&machine, &safety);
    const double min_m[3] = {-0.5, -0.85, -0.05};
    const double max_m[3] = {2.4, 0.85, 1.5};
    for (int axis = 0; axis < 3; ++axis) {
        assert_near(limits.workspace_min_m[axis], min_m[axis], 1e-12);
        assert_near(limits.workspace_max_m[axis], max_m[axis], 1e-12);
    }
}

static void the_end_of_a_range_is_that_of_its_register(void** context)
{
    (void)context;
    static machine_settings_t machine;
    static safety_settings_t safety;
    memset(&machine, 0, sizeof machine);
    machine.arm.joint_count = 1;
    machine.period_us = 4000;
    const struct {
        word_type_t type;
        double scale, max;
    } words[] = {{WORD_U16, 0.01, 0.98 * 327.67},
                 {WORD_S16, -0.01, 0.98 * 327.67},
                 {WORD_U32, 1e-6, 0.98 * 2147.483647},
                 {WORD_S32, -1e-6, 0.98 * 2147.483647},
                 {WORD_F32, 1.0, (double)INFINITY}};
    device_profile_t* profile = &machine.profiles[0];
    for (size_t i = 0; i < sizeof words / sizeof words[0]; ++i) {
        // The axis that is asked for stands last where there is room, behind others.
        profile->point_count = 3;
        profile->points[0] =
            (point_settings_t){.id = POINT_FORCE_Y, .type = words[i].type, .scale = words[i].scale};
        profile->points[1] = (point_settings_t){
            .id = POINT_TORQUE_Z, .type = words[i].type, .scale = 2.0 * words[i].scale};
        profile->points[2] =
            (point_settings_t){.id = POINT_FORCE_X, .type = words[i].type, .scale = words[i].scale};
        const judge_limits_t limits = judge_limits_make(&machine, &safety);
        const double max = words[i].max;
        assert_true(isinf(max) ? isinf(limits.force_raw_max_N[0])
                               : fabs(limits.force_raw_max_N[0] - max) < 1e-9);
        assert_true(isinf(max) ? isinf(limits.torque_raw_max_Nm[2])
                               : fabs(limits.torque_raw_max_Nm[2] - 2.0 * max) < 1e-9);
        // What the sensor does not have cannot be at the end of its range.
        assert_true(isinf(limits.force_raw_max_N[2]));
        assert_true(limits.force_raw_max_N[1] == limits.force_raw_max_N[0]);
    }
    // No more points are looked at than there is room for, nor of a type there is none of.
    profile->point_count = POINT_CAPACITY + 1;
    profile->points[2] = (point_settings_t){.id = POINT_FORCE_X, .type = (word_type_t)99};
    for (int i = 3; i < POINT_CAPACITY; ++i) {
        profile->points[i] = (point_settings_t){.id = POINT_STATUS};
    }
    assert_true(isinf(judge_limits_make(&machine, &safety).force_raw_max_N[0]));
    assert_true(isinf(judge_limits_make(&machine, &safety).force_raw_max_N[2]));
}

static void a_device_slower_than_the_period_has_its_own_spacing(void** context)
{
    (void)context;
    static machine_settings_t machine;
    static safety_settings_t safety;
    memset(&machine, 0, sizeof machine);
    machine.arm.joint_count = 1;
    machine.period_us = 4000;
    const double own_s[] = {0.0, 0.003, 0.004, 0.005, 0.020};
    const int64_t expected_us[] = {4000, 4000, 4000, 5000, 20000};
    for (int i = 0; i < 5; ++i) {
        machine.profiles[0].sample_age_max_s = own_s[i];
        const judge_limits_t limits = judge_limits_make(&machine, &safety);
        assert_int_equal(limits.force_spacing_us, expected_us[i]);
        assert_int_equal(limits.io_spacing_us, expected_us[i]);
        assert_int_equal(limits.joints[0].sample_spacing_us, expected_us[i]);
    }
}

static void a_speed_that_is_no_number_any_more_permits_none(void** context)
{
    (void)context;
    const envelope_reaction_t reaction = {.reaction_s = 0.02, .deceleration_mps2 = 5.0};
    assert_near(envelope_speed_max_mps(&reaction, 1e-300, 1e300), 0.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_and_less_are_permitted_between_finite_numbers_only),
        cmocka_unit_test(the_cause_that_stands_first_tells_the_story_whatever_comes_first),
        cmocka_unit_test(an_age_counts_from_nought_to_its_limit),
        cmocka_unit_test(time_that_was_damaged_ends_at_the_largest_number_there_is),
        cmocka_unit_test(what_lies_between_two_times_of_a_clock_is_exact_and_else_keeps_its_sign),
        cmocka_unit_test(a_mode_is_among_those_that_are_named),
        cmocka_unit_test(a_machine_with_more_joints_than_there_is_room_for_has_no_limits),
        cmocka_unit_test(the_workspace_lies_over_the_table_and_half_a_metre_beside_it),
        cmocka_unit_test(the_end_of_a_range_is_that_of_its_register),
        cmocka_unit_test(a_device_slower_than_the_period_has_its_own_spacing),
        cmocka_unit_test(a_speed_that_is_no_number_any_more_permits_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
