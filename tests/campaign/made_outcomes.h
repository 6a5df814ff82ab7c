/// Outcomes made up by hand or drawn from a seed, for tests of what is written from them.
#ifndef KNEAD_TESTS_CAMPAIGN_MADE_OUTCOMES_H
#define KNEAD_TESTS_CAMPAIGN_MADE_OUTCOMES_H

#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/campaign/tally.h"

static inline campaign_header_t made_header(campaign_kind_t kind, int64_t first, int64_t last)
{
    return (campaign_header_t){.kind = kind,
                               .version = "0.1.0",
                               .commit = "abc1234",
                               .inputs = "00ff",
                               .first = first,
                               .last = last,
                               .shard = 1,
                               .shards = 1};
}

/// A trial that passed: one fault in one phase, stopped by a rule.
static inline outcome_t made_outcome(int64_t number, world_event_kind_t kind,
                                     supervisor_mode_t phase)
{
    outcome_t outcome = {.kind = CAMPAIGN_MATRIX,
                         .number = number,
                         .result = OUTCOME_PASSED,
                         .phase = phase,
                         .magnitude = 1,
                         .event_count = 1,
                         .simulated_s = 36.0,
                         .cycles = 9000,
                         .reaction = REACTION_YIELD,
                         .detected_s = 0.02,
                         .released_s = 0.1,
                         .force_peak_N = 20.0,
                         .force_bound_N = 40.0,
                         .bound_ratio = 0.5,
                         .recovery = RECOVERY_ARMED,
                         .modes = 1u << MODE_CONTACT | 1u << MODE_YIELD,
                         .rules = INTERLOCK_RULE(INTERLOCK_FORCE_MAX),
                         .trips = 1};
    outcome.transitions[MODE_CONTACT] = 1u << MODE_YIELD;
    outcome.events[0] = (outcome_event_t){.kind = kind, .at_s = 30.0};
    (void)snprintf(outcome.first_rule, sizeof outcome.first_rule, "force_max");
    return outcome;
}

/// A drawn number from 0 up to below `below`; the state is the seed.
static inline unsigned drawn(uint64_t* state, unsigned below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*state >> 33) % below;
}

/// Everything drawn, a few of every result.
static inline outcome_t drawn_outcome(uint64_t* state, int64_t number)
{
    outcome_t outcome =
        made_outcome(number, (world_event_kind_t)drawn(state, WORLD_EVENT_KIND_COUNT),
                     (supervisor_mode_t)drawn(state, MODE_COUNT));
    outcome.detected_s = 0.001 * drawn(state, 500);
    outcome.force_peak_N = 0.1 * drawn(state, 600);
    outcome.force_bound_N = 60.0 + drawn(state, 20);
    outcome.bound_ratio = outcome.force_peak_N / outcome.force_bound_N;
    if (drawn(state, 5) == 0) {
        outcome.detected_s = (double)NAN;
        outcome.force_bound_N = (double)NAN;
        outcome.bound_ratio = (double)NAN;
        outcome.first_rule[0] = '\0';
    }
    if (drawn(state, 50) == 0) {
        outcome_fail(&outcome, drawn(state, 2) == 0 ? "I2" : "in_time", 1.5, "not as it has to be");
    } else if (drawn(state, 50) == 0) {
        outcome.result = OUTCOME_SKIPPED;
        (void)snprintf(outcome.note, sizeof outcome.note, "no such device");
    }
    return outcome;
}

/// A file's whole text, to be freed.
static inline char* text_of(const char* path)
{
    FILE* file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const long length = ftell(file);
    assert_true(length >= 0);
    rewind(file);
    char* text = malloc((size_t)length + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)length, file), (size_t)length);
    text[length] = '\0';
    (void)fclose(file);
    return text;
}

static inline int count_of(const char* text, const char* words)
{
    int count = 0;
    for (const char* at = strstr(text, words); at != NULL; at = strstr(at + 1, words)) {
        ++count;
    }
    return count;
}

#endif
