#include "controller/campaign/swarm.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/campaign_stage.h"
#include "tests/support/cmocka_prelude.h"

#define SEED_COUNT 60

/// Only the first stage, however many are asked for: loading all of them takes a minute.
static const stage_t* first_stage(void* context, int routine, int client)
{
    (void)routine;
    (void)client;
    const stages_t* stages = context;
    return stages->stage_of(stages->context, 0, 0);
}

static stages_t one_stage(void)
{
    return (stages_t){.context = &campaign_stage()->stages,
                      .routine_count = 3,
                      .client_count = 4,
                      .stage_of = first_stage};
}

static void a_seed_says_everything(void** context)
{
    (void)context;
    const stages_t stages = one_stage();
    for (int64_t seed = 1; seed <= SEED_COUNT; ++seed) {
        trial_t first, second;
        assert_true(swarm_trial(&stages, seed, &first));
        assert_true(swarm_trial(&stages, seed, &second));
        assert_memory_equal(&first, &second, sizeof first);
        assert_true(swarm_trial(&stages, seed + 1, &second));
        assert_true(first.seed != second.seed);
    }
}

static void what_is_drawn_fits_the_machine_and_ends(void** context)
{
    (void)context;
    const stages_t stages = one_stage();
    for (int64_t seed = 1; seed <= SEED_COUNT; ++seed) {
        trial_t trial;
        assert_true(swarm_trial(&stages, seed, &trial));
        assert_true(trial.event_count >= 1);
        for (int i = 0; i < trial.event_count; ++i) {
            assert_true(world_event_fits(&trial.events[i].event, campaign_stage()->machine));
            const world_event_kind_t kind = trial.events[i].event.kind;
            const bool takes_back = kind == WORLD_EVENT_ESTOP_RELEASED ||
                                    kind == WORLD_EVENT_BUTTON_RELEASED ||
                                    kind == WORLD_EVENT_DEVICE_BACK;
            assert_true((trial.events[i].event.duration_us == 0) == takes_back);
            assert_true(trial.events[i].onset.at_us < trial.limit_us);
        }
    }
}

/// The first stage, on a machine of which a part is on serial lines.
typedef struct {
    stage_t stage;
    session_t session;
    machine_settings_t machine;
} stage_on_lines_t;

static const stage_t* stage_on_lines(void* context, int routine, int client)
{
    (void)routine;
    (void)client;
    return &((stage_on_lines_t*)context)->stage;
}

static void what_needs_tcp_is_not_drawn_for_a_serial_line(void** context)
{
    (void)context;
    const stages_t whole = one_stage();
    stage_on_lines_t* made = malloc(sizeof *made);
    assert_non_null(made);
    made->stage = *whole.stage_of(whole.context, 0, 0);
    made->session = *made->stage.session;
    made->machine = *made->session.machine;
    made->session.machine = &made->machine;
    made->stage.session = &made->session;
    const stages_t stages = {
        .context = made, .routine_count = 1, .client_count = 1, .stage_of = stage_on_lines};
    // All but one device on lines, then all of them.
    for (int left = 1; left >= 0; --left) {
        int need_tcp = 0;
        for (int i = left; i < made->machine.device_count; ++i) {
            made->machine.devices[i].line = 1;
        }
        made->machine.devices[0].line = left == 1 ? 0 : 1;
        for (int64_t seed = 1; seed <= 20 * SEED_COUNT; ++seed) {
            trial_t trial;
            assert_true(swarm_trial(&stages, seed, &trial));
            for (int i = 0; i < trial.event_count; ++i) {
                assert_true(world_event_has_way(&trial.events[i].event, &made->machine));
                need_tcp += world_event_needs_tcp(trial.events[i].event.kind) ? 1 : 0;
            }
        }
        assert_true(left == 1 ? need_tcp > 0 : need_tcp == 0);
    }
    free(made);
}

static void the_healthy_have_no_faults(void** context)
{
    (void)context;
    const stages_t stages = one_stage();
    for (int64_t seed = 1; seed <= SEED_COUNT; ++seed) {
        trial_t trial;
        assert_true(healthy_trial(&stages, seed, &trial));
        assert_int_equal(trial.event_count, 0);
        assert_true(trial.whole);
        for (int i = 0; i < trial.request_count; ++i) {
            assert_int_equal(trial.requests[i].asked.requests & (REQUEST_STOP | REQUEST_END), 0);
        }
    }
}

static const stage_t* no_stage(void* context, int routine, int client)
{
    (void)context;
    (void)routine;
    (void)client;
    return NULL;
}

static void without_a_stage_there_is_no_trial(void** context)
{
    (void)context;
    const stages_t stages = {
        .context = NULL, .routine_count = 3, .client_count = 4, .stage_of = no_stage};
    trial_t trial;
    assert_false(swarm_trial(&stages, 1, &trial));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_says_everything),
        cmocka_unit_test(what_is_drawn_fits_the_machine_and_ends),
        cmocka_unit_test(what_needs_tcp_is_not_drawn_for_a_serial_line),
        cmocka_unit_test(the_healthy_have_no_faults),
        cmocka_unit_test(without_a_stage_there_is_no_trial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
