// A mistake planted in the judge's limits is found by an invariant, shrunk to what it takes, and
// the line that names it plays it again.
#include "controller/campaign/shrink.h"

#include <string.h>

#include "controller/campaign/swarm.h"
#include "tests/support/campaign_stage.h"
#include "tests/support/cmocka_prelude.h"

#define SEEDS_MAX 400

typedef struct {
    session_t session;
    stage_t stage;
} planted_t;

/// A judge that takes samples of any age for fresh.
static const stage_t* planted_stage(void* context, int routine, int client)
{
    (void)routine;
    (void)client;
    planted_t* planted = context;
    if (planted->stage.session == NULL) {
        const stages_t* stages = &campaign_stage()->stages;
        planted->stage = *stages->stage_of(stages->context, 0, 0);
        planted->session = *planted->stage.session;
        planted->session.limits.sample_age_max_us = INT64_C(3600000000);
        judge_limits_seal(&planted->session.limits);
        planted->stage.session = &planted->session;
    }
    return &planted->stage;
}

static bool has_kind(const trial_t* trial, world_event_kind_t kind)
{
    for (int i = 0; i < trial->event_count; ++i) {
        if (trial->events[i].event.kind == kind) {
            return true;
        }
    }
    return false;
}

static void a_planted_mistake_is_found_shrunk_and_played_again(void** context)
{
    (void)context;
    static planted_t planted;
    const stages_t stages = {
        .context = &planted, .routine_count = 1, .client_count = 1, .stage_of = planted_stage};
    outcome_t outcome = {.result = OUTCOME_PASSED};
    replay_t replay = {.kind = CAMPAIGN_SWARM};
    // Seeds whose draw can show it, so that the test takes seconds.
    for (int64_t seed = 1; seed <= SEEDS_MAX && outcome.result != OUTCOME_FAILED; ++seed) {
        trial_t trial;
        assert_true(swarm_trial(&stages, seed, &trial));
        if (has_kind(&trial, WORLD_EVENT_DEVICE_SILENT) && trial.event_count >= 3) {
            replay.number = seed;
            assert_true(trial_run(&trial, &stages, &outcome));
        }
    }
    assert_int_equal(outcome.result, OUTCOME_FAILED);
    shrink_t shrunk;
    assert_true(shrink(&replay, &outcome, &stages, campaign_stage()->machine, &shrunk));
    char text[REPLAY_CAPACITY];
    replay_write(&shrunk.replay, text);
    print_message("%s fails by %s, after %d runs\n", text, shrunk.outcome.failures[0].claim,
                  shrunk.runs);
    assert_true(shrunk.replay.event_count <= 2);
    replay_t again;
    trial_t trial;
    outcome_t outcome_again;
    assert_true(replay_read(text, &again));
    assert_true(replay_trial(&again, &stages, campaign_stage()->machine, &trial));
    (void)trial_run(&trial, &stages, &outcome_again);
    assert_string_equal(outcome_again.failures[0].claim, shrunk.outcome.failures[0].claim);
    assert_string_equal(outcome_again.failures[0].text, shrunk.outcome.failures[0].text);
}

static void what_did_not_fail_is_not_shrunk(void** context)
{
    (void)context;
    const replay_t replay = {.kind = CAMPAIGN_MATRIX, .number = 0};
    const outcome_t passed = {.result = OUTCOME_PASSED};
    shrink_t shrunk;
    assert_false(
        shrink(&replay, &passed, &campaign_stage()->stages, campaign_stage()->machine, &shrunk));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_planted_mistake_is_found_shrunk_and_played_again),
        cmocka_unit_test(what_did_not_fail_is_not_shrunk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
