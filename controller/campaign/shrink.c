#include "controller/campaign/shrink.h"

#include <string.h>

// How much later than before it may fail.
#define BEYOND_US INT64_C(5000000)

typedef struct {
    const stages_t* stages;
    const machine_settings_t* machine;
    const char* claim;
    int64_t limit_us; // what comes later is not looked at; 0: all is
    shrink_t* shrunk;
} search_t;

/// True, and taken, if the smaller one fails by the same claim.
static bool fails_still(search_t* search, const replay_t* smaller)
{
    trial_t trial;
    outcome_t outcome;
    if (search->shrunk->runs >= SHRINK_RUNS_MAX ||
        !replay_trial(smaller, search->stages, search->machine, &trial)) {
        return false;
    }
    if (search->limit_us > 0 && search->limit_us < trial.limit_us) {
        trial.limit_us = search->limit_us;
    }
    ++search->shrunk->runs;
    if (!trial_run(&trial, search->stages, &outcome)) {
        return false;
    }
    for (int i = 0; i < outcome.failure_count && i < OUTCOME_FAILURE_CAPACITY; ++i) {
        if (strcmp(outcome.failures[i].claim, search->claim) == 0) {
            search->shrunk->replay = *smaller;
            search->shrunk->outcome = outcome;
            return true;
        }
    }
    return false;
}

static replay_t without(const replay_t* replay, int first, int count)
{
    replay_t smaller = *replay;
    smaller.event_count = 0;
    for (int i = 0; i < replay->event_count; ++i) {
        if (i < first || i >= first + count) {
            smaller.events[smaller.event_count++] = replay->events[i];
        }
    }
    return smaller;
}

/// Delta debugging (Zeller and Hildebrandt 2002): leaves out halves, quarters and so on down to
/// single events, from the beginning again after each success.
static void drop_events(search_t* search)
{
    int size = (search->shrunk->replay.event_count + 1) / 2;
    while (size >= 1) {
        bool dropped = false;
        for (int first = 0; first < search->shrunk->replay.event_count; first += size) {
            const replay_t smaller = without(&search->shrunk->replay, first, size);
            dropped = fails_still(search, &smaller) || dropped;
        }
        size = dropped && size > 1 ? size : size / 2;
    }
}

/// Halves one thing of an event as often as it still fails; false where there is nothing to halve.
static bool halve(search_t* search, int index, bool duration)
{
    trial_t trial, halved;
    replay_t smaller = search->shrunk->replay;
    int* halvings = duration ? &smaller.events[index].duration_halvings
                             : &smaller.events[index].magnitude_halvings;
    if (++*halvings > REPLAY_HALVINGS_MAX ||
        !replay_trial(&search->shrunk->replay, search->stages, search->machine, &trial) ||
        !replay_trial(&smaller, search->stages, search->machine, &halved)) {
        return false;
    }
    const world_event_t* before = &trial.events[index].event;
    const world_event_t* after = &halved.events[index].event;
    const bool differs =
        before->magnitude != after->magnitude || before->duration_us != after->duration_us;
    return differs && fails_still(search, &smaller);
}

static void halve_events(search_t* search)
{
    for (int i = 0; i < search->shrunk->replay.event_count; ++i) {
        while (halve(search, i, true)) {
        }
        while (halve(search, i, false)) {
        }
    }
}

bool shrink(const replay_t* replay, const outcome_t* failed, const stages_t* stages,
            const machine_settings_t* machine, shrink_t* shrunk)
{
    memset(shrunk, 0, sizeof *shrunk);
    trial_t trial;
    if (failed->failure_count == 0 || !replay_trial(replay, stages, machine, &trial)) {
        return false;
    }
    const outcome_failure_t* failure = &failed->failures[0];
    search_t search = {stages, machine, failure->claim, 0, shrunk};
    if (failure->claim[0] == 'I' && trial.whole) { // an invariant was broken then
        search.limit_us = (int64_t)(failure->at_s * 1e6) + BEYOND_US;
    }
    const replay_t whole = replay->shrunk ? *replay : replay_whole(&trial);
    if (!fails_still(&search, &whole)) {
        return false;
    }
    drop_events(&search);
    halve_events(&search);
    return true;
}
