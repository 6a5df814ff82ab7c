#include "controller/campaign/trial.h"

#include <math.h>
#include <string.h>

#include "controller/campaign/matrix.h"
#include "tests/support/campaign_stage.h"
#include "tests/support/cmocka_prelude.h"

#define TWICE_COUNT 50

static void play(int64_t number, char line[OUTCOME_LINE_CAPACITY], outcome_t* outcome)
{
    const campaign_stage_t* stage = campaign_stage();
    trial_t trial;
    assert_true(matrix_trial(stage->machine, number, &trial));
    (void)trial_run(&trial, &stage->stages, outcome);
    assert_true(outcome_write(outcome, line, OUTCOME_LINE_CAPACITY));
}

/// Trials spread over all kinds, phases and targets.
static void the_same_trial_gives_the_same_bytes(void** context)
{
    (void)context;
    const int64_t count = matrix_count(campaign_stage()->machine);
    char first[OUTCOME_LINE_CAPACITY], second[OUTCOME_LINE_CAPACITY];
    outcome_t outcome;
    for (int i = 0; i < TWICE_COUNT; ++i) {
        const int64_t number = count * i / TWICE_COUNT + i % MATRIX_PHASE_COUNT;
        play(number, first, &outcome);
        play(number, second, &outcome);
        assert_string_equal(first, second);
    }
}

static trial_t pressed_in_contact(void)
{
    trial_t trial;
    trial_begin(&trial, CAMPAIGN_MATRIX, 0);
    trial.events[trial.event_count++] =
        (trial_event_t){.onset = {.kind = ONSET_FORCE, .force_N = 9.0},
                        .event = {.kind = WORLD_EVENT_BUTTON_PRESSED}};
    return trial;
}

/// An axis that is frozen by steps of 2 N has a number that some joint has too.
static void an_axis_of_the_force_sensor_is_named_as_one(void** context)
{
    (void)context;
    trial_t trial;
    trial_begin(&trial, CAMPAIGN_MATRIX, 0);
    trial.events[trial.event_count++] =
        (trial_event_t){.onset = {.kind = ONSET_FORCE, .force_N = 9.0},
                        .event = {.kind = WORLD_EVENT_FORCE_STEPS, .magnitude = 2.0}};
    outcome_t outcome;
    (void)trial_run(&trial, &campaign_stage()->stages, &outcome);
    assert_string_equal(outcome.first_rule, "force_axis_frozen");
    assert_int_equal(strncmp(outcome.subject, "axis ", strlen("axis ")), 0);
}

/// Shows H55, client_button.
static void a_button_in_contact_yields_lets_go_and_heals(void** context)
{
    (void)context;
    const trial_t trial = pressed_in_contact();
    outcome_t outcome;
    assert_true(trial_run(&trial, &campaign_stage()->stages, &outcome));
    assert_int_equal(outcome.result, OUTCOME_PASSED);
    assert_string_equal(outcome.first_rule, "client_button");
    assert_int_equal(outcome.reaction, REACTION_YIELD);
    assert_int_equal(outcome.phase, MODE_CONTACT);
    assert_true(outcome.detected_s >= 0.0 && outcome.detected_s <= 0.020);
    assert_true(outcome.released_s <= 0.300);
    assert_int_equal(outcome.recovery, RECOVERY_ARMED);
    assert_int_equal(outcome.mode_last, MODE_ARMED);
    assert_true(outcome.force_peak_N > 5.0);
    assert_true(outcome.bound_ratio > 0.08 && outcome.bound_ratio <= 1.0);
    assert_true((outcome.transitions[MODE_CONTACT] >> MODE_YIELD & 1u) != 0);
    assert_true((outcome.rules >> INTERLOCK_CLIENT_BUTTON & 1u) != 0);
}

static void an_event_whose_moment_never_comes_fails(void** context)
{
    (void)context;
    trial_t trial = pressed_in_contact();
    trial.events[0].onset.force_N = 500.0;
    trial.limit_us = 8000000;
    outcome_t outcome;
    assert_true(trial_run(&trial, &campaign_stage()->stages, &outcome));
    assert_int_equal(outcome.result, OUTCOME_FAILED);
    assert_string_equal(outcome.failures[0].claim, "phase");
}

static void a_whole_trial_goes_on_after_a_trip_to_its_end(void** context)
{
    (void)context;
    trial_t trial = pressed_in_contact();
    trial.kind = CAMPAIGN_SWARM;
    trial.whole = true;
    trial.limit_us = INT64_C(600000000);
    trial.events[0].event.duration_us = 500000;
    outcome_t outcome;
    assert_true(trial_run(&trial, &campaign_stage()->stages, &outcome));
    assert_int_equal(outcome.result, OUTCOME_PASSED);
    assert_int_equal(outcome.trips, 1);
    assert_int_equal(outcome.mode_last, MODE_PARKED);
}

static trial_t pressed_often(int times)
{
    trial_t trial = pressed_in_contact();
    trial.kind = CAMPAIGN_SWARM;
    trial.whole = true;
    trial.limit_us = INT64_C(600000000);
    trial.event_count = times;
    for (int i = 0; i < times; ++i) {
        trial.events[i] = trial.events[0];
        trial.events[i].onset = (onset_t){.kind = ONSET_AT, .at_us = INT64_C(8000000) * (i + 1)};
        trial.events[i].event.duration_us = 100000;
    }
    return trial;
}

static void the_last_of_too_many_trips_has_to_be_made_ready_again_as_well(void** context)
{
    (void)context;
    const trial_t trial = pressed_often(8);
    outcome_t outcome;
    assert_true(trial_run(&trial, &campaign_stage()->stages, &outcome));
    assert_int_equal(outcome.result, OUTCOME_PASSED);
    assert_int_equal(outcome.trips, 8);
    assert_int_equal(outcome.recovery, RECOVERY_ARMED);
    assert_int_equal(outcome.mode_last, MODE_ARMED);
    assert_true(outcome.recovery_s > 0.5); // stopping, and somebody who asks for each
}

static void nobody_arms_under_a_client_who_is_still_up(void** context)
{
    (void)context;
    trial_t trial = pressed_in_contact();
    trial.kind = CAMPAIGN_SWARM;
    trial.events[0].event = (world_event_t){
        .kind = WORLD_EVENT_CLIENT_PUSHES_UP, .magnitude = 0.2, .duration_us = 20000000};
    outcome_t outcome;
    assert_true(trial_run(&trial, &campaign_stage()->stages, &outcome));
    assert_int_equal(outcome.result, OUTCOME_PASSED);
    assert_int_equal(outcome.recovery, RECOVERY_ARMED);
    assert_true(outcome.recovery_s > 15.0); // longer than healing alone may take
}

static void what_only_takes_something_back_is_not_begun_again(void** context)
{
    (void)context;
    static const world_event_kind_t kinds[] = {WORLD_EVENT_DEVICE_BACK, WORLD_EVENT_BUTTON_RELEASED,
                                               WORLD_EVENT_ESTOP_RELEASED};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; ++i) {
        trial_t trial = pressed_often(8);
        trial.events[8] = trial.events[0];
        trial.events[8].onset.at_us = 4000000;
        trial.events[8].event = (world_event_t){.kind = kinds[i], .device = 1};
        trial.event_count = 9;
        outcome_t outcome;
        assert_true(trial_run(&trial, &campaign_stage()->stages, &outcome));
        assert_int_equal(outcome.trips, 8);
        assert_int_equal(outcome.recovery, RECOVERY_ARMED);
    }
}

static void a_trial_that_nothing_holds_has_nothing_to_recover_from(void** context)
{
    (void)context;
    trial_t trial = pressed_often(1);
    trial.events[0].event =
        (world_event_t){.kind = WORLD_EVENT_FORCE_NOISE, .magnitude = 0.1, .duration_us = 100000};
    outcome_t outcome;
    assert_true(trial_run(&trial, &campaign_stage()->stages, &outcome));
    assert_int_equal(outcome.trips, 0);
    assert_int_equal(outcome.recovery, RECOVERY_NOT_NEEDED);
}

/// A drive that swings excuses what it does until it is over and the arm stands armed again.
static void a_fault_excuses_until_the_arm_is_armed_again(void** context)
{
    (void)context;
    trial_t trial = pressed_often(1);
    trial.events[0].event.kind = WORLD_EVENT_DRIVE_OSCILLATES;
    trial.events[0].event.magnitude = 0.0005;
    trial.events[0].event.duration_us = 20000;
    outcome_t outcome;
    assert_true(trial_run(&trial, &campaign_stage()->stages, &outcome));
    assert_int_equal(outcome.trips, 0);
    assert_true((outcome.excused & INVARIANT_BIT(INVARIANT_I2)) != 0);
    assert_true(outcome.excused_s[INVARIANT_I2] > 1.0); // nothing was armed since
    assert_true(outcome.excused_s[INVARIANT_I2] < outcome.simulated_s - 7.9);
    assert_near(outcome.excused_s[INVARIANT_I1], 0.0, 0.0);
}

static void a_controller_that_is_gone_leaves_a_table_that_stands(void** context)
{
    (void)context;
    trial_t trial = pressed_in_contact();
    trial.events[0].event.kind = WORLD_EVENT_HOST_CRASH;
    outcome_t outcome;
    assert_true(trial_run(&trial, &campaign_stage()->stages, &outcome));
    assert_int_equal(outcome.recovery, RECOVERY_GONE);
    for (int i = 0; i < outcome.failure_count && i < OUTCOME_FAILURE_CAPACITY; ++i) {
        assert_string_not_equal(outcome.failures[i].claim, "stops");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_axis_of_the_force_sensor_is_named_as_one),
        cmocka_unit_test(a_button_in_contact_yields_lets_go_and_heals),
        cmocka_unit_test(an_event_whose_moment_never_comes_fails),
        cmocka_unit_test(a_whole_trial_goes_on_after_a_trip_to_its_end),
        cmocka_unit_test(the_last_of_too_many_trips_has_to_be_made_ready_again_as_well),
        cmocka_unit_test(nobody_arms_under_a_client_who_is_still_up),
        cmocka_unit_test(what_only_takes_something_back_is_not_begun_again),
        cmocka_unit_test(a_trial_that_nothing_holds_has_nothing_to_recover_from),
        cmocka_unit_test(a_fault_excuses_until_the_arm_is_armed_again),
        cmocka_unit_test(a_controller_that_is_gone_leaves_a_table_that_stands),
        cmocka_unit_test(the_same_trial_gives_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
