#include "controller/campaign/detection.h"

#include <math.h>
#include <string.h>

#include "controller/campaign/expected.h"
#include "controller/campaign/matrix.h"
#include "tests/support/cmocka_prelude.h"

static outcome_t played(world_event_kind_t kind, int phase, outcome_result_t result, double after_s)
{
    outcome_t outcome = {.kind = CAMPAIGN_MATRIX,
                         .phase = phase,
                         .result = result,
                         .event_count = 1,
                         .detected_s = after_s};
    outcome.events[0].kind = kind;
    return outcome;
}

static detection_word_t after(const detection_t* detection, world_event_kind_t kind, int phase)
{
    return (detection_word_t)detection->cells[kind][phase];
}

static void a_row_that_demands_is_told_apart_from_one_that_permits(void** context)
{
    (void)context;
    detection_t detection = {0};
    outcome_t outcome = played(WORLD_EVENT_ESTOP_PRESSED, MODE_LIFT, OUTCOME_PASSED, 0.0);
    detection_add(&detection, &outcome);
    assert_int_equal(after(&detection, WORLD_EVENT_ESTOP_PRESSED, MODE_LIFT), DETECTION_DEMANDED);
    outcome = played(WORLD_EVENT_DRIVE_DEAF, MODE_LIFT, OUTCOME_PASSED, (double)NAN);
    detection_add(&detection, &outcome);
    assert_int_equal(after(&detection, WORLD_EVENT_DRIVE_DEAF, MODE_LIFT), DETECTION_UNNOTICED);
    outcome.detected_s = 0.1;
    detection_add(&detection, &outcome);
    assert_int_equal(after(&detection, WORLD_EVENT_DRIVE_DEAF, MODE_LIFT), DETECTION_TOLD);
    outcome = played(WORLD_EVENT_ESTOP_RELEASED, MODE_LIFT, OUTCOME_PASSED, (double)NAN);
    detection_add(&detection, &outcome);
    assert_int_equal(after(&detection, WORLD_EVENT_ESTOP_RELEASED, MODE_LIFT), DETECTION_HARMLESS);
    assert_int_equal(after(&detection, WORLD_EVENT_ESTOP_RELEASED, MODE_PAUSED), DETECTION_UNTRIED);
}

static void a_failure_outdoes_what_passed_before_and_after(void** context)
{
    (void)context;
    detection_t detection = {0};
    const outcome_t passed = played(WORLD_EVENT_ESTOP_PRESSED, MODE_LIFT, OUTCOME_PASSED, 0.0);
    const outcome_t failed = played(WORLD_EVENT_ESTOP_PRESSED, MODE_LIFT, OUTCOME_FAILED, 0.0);
    detection_add(&detection, &passed);
    assert_int_equal(detection_kinds(&detection, DETECTION_DEMANDED, 1), 1);
    detection_add(&detection, &failed);
    detection_add(&detection, &passed);
    assert_int_equal(after(&detection, WORLD_EVENT_ESTOP_PRESSED, MODE_LIFT), DETECTION_FAILED);
    assert_int_equal(detection_kinds(&detection, DETECTION_DEMANDED, 1), 0);
    assert_int_equal(detection_count(&detection, MODE_LIFT, DETECTION_FAILED), 1);
}

static void every_phase_means_every_phase(void** context)
{
    (void)context;
    detection_t detection = {0};
    for (int column = 0; column < MATRIX_PHASE_COUNT; ++column) {
        assert_int_equal(detection_kinds(&detection, DETECTION_DEMANDED, MATRIX_PHASE_COUNT), 0);
        const outcome_t passed =
            played(WORLD_EVENT_ESTOP_PRESSED, matrix_phase(column), OUTCOME_PASSED, 0.0);
        detection_add(&detection, &passed);
    }
    assert_int_equal(detection_kinds(&detection, DETECTION_DEMANDED, MATRIX_PHASE_COUNT), 1);
}

static void skipped_trials_swarms_and_trials_of_several_faults_say_nothing(void** context)
{
    (void)context;
    const detection_t nothing = {0};
    detection_t detection = {0};
    outcome_t outcome = played(WORLD_EVENT_ESTOP_PRESSED, MODE_LIFT, OUTCOME_SKIPPED, 0.0);
    detection_add(&detection, &outcome);
    outcome = played(WORLD_EVENT_ESTOP_PRESSED, MODE_LIFT, OUTCOME_PASSED, 0.0);
    outcome.kind = CAMPAIGN_SWARM;
    detection_add(&detection, &outcome);
    outcome.kind = CAMPAIGN_MATRIX;
    outcome.event_count = 2;
    detection_add(&detection, &outcome);
    outcome.event_count = 1;
    outcome.phase = -1;
    detection_add(&detection, &outcome);
    assert_memory_equal(&detection, &nothing, sizeof detection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_that_demands_is_told_apart_from_one_that_permits),
        cmocka_unit_test(a_failure_outdoes_what_passed_before_and_after),
        cmocka_unit_test(every_phase_means_every_phase),
        cmocka_unit_test(skipped_trials_swarms_and_trials_of_several_faults_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
