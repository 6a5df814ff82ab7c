#include "controller/campaign/matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/campaign_stage.h"
#include "tests/support/cmocka_prelude.h"

static void every_number_is_a_trial_of_one_event_that_fits(void** context)
{
    (void)context;
    const machine_settings_t* machine = campaign_stage()->machine;
    const int64_t count = matrix_count(machine);
    int64_t tried[WORLD_EVENT_KIND_COUNT] = {0};
    print_message("%lld trials\n", (long long)count);
    for (int64_t number = 0; number < count; ++number) {
        trial_t trial;
        assert_true(matrix_trial(machine, number, &trial));
        assert_int_equal(trial.event_count, 1);
        assert_true(world_event_fits(&trial.events[0].event, machine));
        assert_int_equal(trial.number, number);
        ++tried[trial.events[0].event.kind];
    }
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        assert_true(tried[kind] >= MATRIX_PHASE_COUNT);
    }
}

static void what_needs_tcp_is_not_tried_on_a_serial_line(void** context)
{
    (void)context;
    static machine_settings_t mixed;
    mixed = *campaign_stage()->machine;
    mixed.devices[0].line = 1;
    mixed.devices[mixed.device_count - 1].line = 1;
    // Each of the two loses every kind that needs TCP, in every phase and at every size.
    int64_t lost = 0;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        const world_event_info_t* info = world_event_info((world_event_kind_t)kind);
        lost += !world_event_needs_tcp((world_event_kind_t)kind) ? 0
                : info->least < info->most ? MATRIX_PHASE_COUNT * MATRIX_MAGNITUDE_COUNT
                                           : MATRIX_PHASE_COUNT;
    }
    assert_true(lost > 0);
    const int64_t count = matrix_count(&mixed);
    assert_true(count == matrix_count(campaign_stage()->machine) - 2 * lost);
    for (int64_t number = 0; number < count; ++number) {
        trial_t trial;
        assert_true(matrix_trial(&mixed, number, &trial));
        assert_true(world_event_fits(&trial.events[0].event, &mixed));
        assert_true(world_event_has_way(&trial.events[0].event, &mixed));
    }
    for (int i = 0; i < mixed.device_count; ++i) {
        mixed.devices[i].line = 1;
    }
    for (int64_t number = 0; number < matrix_count(&mixed); ++number) {
        trial_t trial;
        assert_true(matrix_trial(&mixed, number, &trial));
        assert_false(world_event_needs_tcp(trial.events[0].event.kind));
    }
}

static void numbers_outside_are_no_trial(void** context)
{
    (void)context;
    const machine_settings_t* machine = campaign_stage()->machine;
    trial_t trial;
    assert_false(matrix_trial(machine, -1, &trial));
    assert_false(matrix_trial(machine, matrix_count(machine), &trial));
    assert_true(matrix_trial(machine, matrix_count(machine) - 1, &trial));
}

static void no_two_trials_are_the_same(void** context)
{
    (void)context;
    const machine_settings_t* machine = campaign_stage()->machine;
    trial_t before, trial;
    assert_true(matrix_trial(machine, 0, &before));
    for (int64_t number = 1; number < matrix_count(machine); ++number) {
        assert_true(matrix_trial(machine, number, &trial));
        assert_true(memcmp(&trial.events[0], &before.events[0], sizeof before.events[0]) != 0 ||
                    memcmp(trial.requests, before.requests, sizeof before.requests) != 0);
        before = trial;
    }
}

static void sizes_grow_and_stay_in_range(void** context)
{
    (void)context;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        const world_event_info_t* info = world_event_info((world_event_kind_t)kind);
        for (int size = 0; size < MATRIX_MAGNITUDE_COUNT; ++size) {
            const double magnitude = matrix_magnitude((world_event_kind_t)kind, size);
            assert_true(magnitude >= info->least && magnitude <= info->most);
        }
        if (info->least < info->most) {
            assert_true(matrix_magnitude((world_event_kind_t)kind, 0) !=
                        matrix_magnitude((world_event_kind_t)kind, 2));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_is_a_trial_of_one_event_that_fits),
        cmocka_unit_test(what_needs_tcp_is_not_tried_on_a_serial_line),
        cmocka_unit_test(numbers_outside_are_no_trial),
        cmocka_unit_test(no_two_trials_are_the_same),
        cmocka_unit_test(sizes_grow_and_stay_in_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
