/// Every permit alone, at its boundary and for what is no number; what a refusal writes; and limits
/// made of a machine with more joints than there is room for.
#include "tests/support/cmocka_prelude.h"

#include <float.h>
#include <string.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_and_less_are_permitted_between_finite_numbers_only),
        cmocka_unit_test(the_cause_that_stands_first_tells_the_story_whatever_comes_first),
        cmocka_unit_test(an_age_counts_from_nought_to_its_limit),
        cmocka_unit_test(a_mode_is_among_those_that_are_named),
        cmocka_unit_test(a_machine_with_more_joints_than_there_is_room_for_has_no_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
