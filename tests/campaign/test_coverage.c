#include "controller/campaign/coverage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/campaign/invariants.h"
#include "controller/record/json_read.h"
#include "tests/support/cmocka_prelude.h"

static outcome_t sample(void)
{
    outcome_t outcome = {.result = OUTCOME_FAILED,
                         .simulated_s = 10.0,
                         .trips = 2,
                         .modes = 1u << MODE_CONTACT,
                         .rules = UINT64_C(1) << INTERLOCK_SHEAR,
                         .event_count = 2};
    outcome.transitions[MODE_CONTACT] = 1u << MODE_YIELD;
    outcome.events[0].kind = WORLD_EVENT_FORCE_BIAS;
    outcome.events[1].kind = WORLD_EVENT_FORCE_BIAS;
    return outcome;
}

static void what_happened_counts_once_a_trial(void** context)
{
    (void)context;
    coverage_t coverage = {0};
    const int zeros = coverage_zeros(&coverage);
    const outcome_t outcome = sample();
    coverage_add(&coverage, &outcome);
    coverage_add(&coverage, &outcome);
    assert_int_equal(coverage.trials, 2);
    assert_int_equal(coverage.failed, 2);
    assert_int_equal(coverage.trips, 4);
    assert_int_equal(coverage.modes[MODE_CONTACT], 2);
    assert_int_equal(coverage.modes[MODE_YIELD], 0);
    assert_int_equal(coverage.transitions[MODE_CONTACT][MODE_YIELD], 2);
    assert_int_equal(coverage.rules[INTERLOCK_SHEAR], 2);
    assert_int_equal(coverage.events[WORLD_EVENT_FORCE_BIAS], 2);
    assert_int_equal(coverage_zeros(&coverage), zeros - 4);
}

static void zeros_are_printed_and_impossible_pairs_are_not(void** context)
{
    (void)context;
    coverage_t coverage = {0};
    const outcome_t outcome = sample();
    coverage_add(&coverage, &outcome);
    char* text = NULL;
    size_t size = 0;
    FILE* out = open_memstream(&text, &size);
    assert_non_null(out);
    coverage_print(&coverage, out);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "transition contact to yield: 1\n"));
    assert_non_null(strstr(text, "transition contact to retract: 0  NEVER\n"));
    assert_null(strstr(text, "transition locked to contact"));
    assert_non_null(strstr(text, "shear: 1\n"));
    assert_non_null(strstr(text, "force_bias: 1\n"));
    free(text);
}

static void json_has_every_mode_rule_and_event_and_the_transitions_that_happened(void** context)
{
    (void)context;
    coverage_t coverage = {0};
    const outcome_t outcome = sample();
    coverage_add(&coverage, &outcome);
    static char text[65536];
    json_t json = json_to_buffer(text, sizeof text);
    json_object_begin(&json, NULL);
    coverage_write(&coverage, &json);
    json_object_end(&json);
    assert_false(json.overflow);
    json_value_t* value = json_parse(text, strlen(text));
    assert_non_null(value);
    int64_t number = -1;
    assert_true(json_get_whole(value, "failed", &number) && number == 1);
    assert_true(json_get_whole(value, "never_happened", &number));
    assert_int_equal(number, coverage_zeros(&coverage));
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        assert_true(json_get_whole(json_member(value, "modes"),
                                   supervisor_mode_text((supervisor_mode_t)mode), &number));
        assert_int_equal(number, coverage.modes[mode]);
    }
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        assert_true(json_get_whole(json_member(value, "rules"),
                                   interlock_rule_info((interlock_rule_t)rule)->name, &number));
        assert_int_equal(number, coverage.rules[rule]);
    }
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        assert_true(json_get_whole(json_member(value, "events"),
                                   world_event_info((world_event_kind_t)kind)->word, &number));
        assert_int_equal(number, coverage.events[kind]);
    }
    const json_value_t* transitions = json_member(value, "transitions");
    assert_true(json_get_whole(transitions, "contact>yield", &number) && number == 1);
    assert_null(json_member(transitions, "contact>retract"));
    json_free(value);
}

static void the_worst_ratio_is_that_of_the_trials_that_nothing_excuses(void** context)
{
    (void)context;
    coverage_t coverage = {0};
    outcome_t outcome = {.result = OUTCOME_PASSED, .number = 3, .bound_ratio = 0.25};
    coverage_add(&coverage, &outcome);
    outcome = (outcome_t){.number = 4, .bound_ratio = 1.0, .rise_ratio = 0.5};
    coverage_add(&coverage, &outcome);
    outcome = (outcome_t){.number = 2, .bound_ratio = 1.0};
    coverage_add(&coverage, &outcome);
    assert_int_equal(coverage.ratios[5], 1); // of those over the limit alone
    assert_int_equal(coverage.below_limit, 2);
    assert_int_equal(coverage.over_limit, 1);
    assert_near(coverage.ratio_worst, 0.5, 0.0);
    assert_int_equal(coverage.ratio_number, 4);
    outcome.rise_ratio = 1.0; // at the bound is not over it
    coverage_add(&coverage, &outcome);
    assert_int_equal(coverage.ratios[9], 1);
    assert_int_equal(coverage.ratios[10], 0);
    outcome = (outcome_t){.number = 5, .rise_ratio = 7.0, .excused = INVARIANT_BIT(INVARIANT_I2)};
    coverage_add(&coverage, &outcome);
    outcome = (outcome_t){.number = 6, .rise_ratio = (double)NAN};
    coverage_add(&coverage, &outcome);
    outcome = (outcome_t){.number = 7, .rise_ratio = 9.0, .result = OUTCOME_SKIPPED};
    coverage_add(&coverage, &outcome);
    assert_near(coverage.ratio_worst, 1.0, 0.0);
    outcome = (outcome_t){.number = 8, .rise_ratio = 1.001};
    coverage_add(&coverage, &outcome);
    assert_int_equal(coverage.ratios[10], 1);
    assert_int_equal(coverage.ratio_number, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_happened_counts_once_a_trial),
        cmocka_unit_test(json_has_every_mode_rule_and_event_and_the_transitions_that_happened),
        cmocka_unit_test(the_worst_ratio_is_that_of_the_trials_that_nothing_excuses),
        cmocka_unit_test(zeros_are_printed_and_impossible_pairs_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
