#include "controller/campaign/replay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/campaign/matrix.h"
#include "controller/campaign/swarm.h"

#define NUMBER_DIGITS_MAX 18

/// Decimal digits alone; -1 and `at` unmoved for anything else.
static int64_t read_number(const char** at)
{
    int64_t number = 0;
    int digits = 0;
    while ((*at)[digits] >= '0' && (*at)[digits] <= '9') {
        if (digits == NUMBER_DIGITS_MAX) {
            return -1; // one more would not fit
        }
        number = 10 * number + ((*at)[digits] - '0');
        ++digits;
    }
    if (digits == 0) {
        return -1;
    }
    *at += digits;
    return number;
}

/// "d2", or nothing; false where it is too much.
static bool read_halvings(const char** at, char letter, int* halvings)
{
    *halvings = 0;
    if (**at != letter) {
        return true;
    }
    ++*at;
    const int64_t number = read_number(at);
    *halvings = (int)number;
    return number >= 0 && number <= REPLAY_HALVINGS_MAX;
}

static bool read_event(const char** at, replay_t* replay)
{
    if (replay->event_count == OUTCOME_EVENT_CAPACITY) {
        return false;
    }
    replay_event_t* event = &replay->events[replay->event_count++];
    const int64_t index = read_number(at);
    event->event = (int)index;
    return index >= 0 && index < OUTCOME_EVENT_CAPACITY &&
           read_halvings(at, 'd', &event->duration_halvings) &&
           read_halvings(at, 'h', &event->magnitude_halvings);
}

bool replay_read(const char* text, replay_t* replay)
{
    *replay = (replay_t){.kind = CAMPAIGN_MATRIX};
    const char* colon = strchr(text, ':');
    if (colon == NULL) {
        return false;
    }
    int kind = 0;
    while (
        kind < CAMPAIGN_KIND_COUNT &&
        !(strncmp(text, campaign_kind_text((campaign_kind_t)kind), (size_t)(colon - text)) == 0 &&
          strlen(campaign_kind_text((campaign_kind_t)kind)) == (size_t)(colon - text))) {
        ++kind;
    }
    const char* at = colon + 1;
    replay->number = read_number(&at);
    if (kind == CAMPAIGN_KIND_COUNT || replay->number < 0) {
        return false;
    }
    replay->kind = (campaign_kind_t)kind;
    if (*at == '\0') {
        return true;
    }
    replay->shrunk = true;
    if (*at != '/') {
        return false;
    }
    if (at[1] == '\0') {
        return true; // without any event
    }
    do {
        ++at;
        if (!read_event(&at, replay)) {
            return false;
        }
    } while (*at == ',');
    return *at == '\0';
}

void replay_write(const replay_t* replay, char text[REPLAY_CAPACITY])
{
    int length = snprintf(text, REPLAY_CAPACITY, "%s:%lld%s", campaign_kind_text(replay->kind),
                          (long long)replay->number, replay->shrunk ? "/" : "");
    for (int i = 0; replay->shrunk && i < replay->event_count && length < REPLAY_CAPACITY; ++i) {
        const replay_event_t* event = &replay->events[i];
        length += snprintf(text + length, (size_t)(REPLAY_CAPACITY - length), "%s%d",
                           i > 0 ? "," : "", event->event);
        if (event->duration_halvings > 0 && length < REPLAY_CAPACITY) {
            length += snprintf(text + length, (size_t)(REPLAY_CAPACITY - length), "d%d",
                               event->duration_halvings);
        }
        if (event->magnitude_halvings > 0 && length < REPLAY_CAPACITY) {
            length += snprintf(text + length, (size_t)(REPLAY_CAPACITY - length), "h%d",
                               event->magnitude_halvings);
        }
    }
}

replay_t replay_whole(const trial_t* trial)
{
    replay_t replay = {.kind = trial->kind,
                       .number = trial->number,
                       .shrunk = true,
                       .event_count = trial->event_count};
    for (int i = 0; i < trial->event_count; ++i) {
        replay.events[i].event = i;
    }
    return replay;
}

/// Keeps of the trial's events what the replay names.
static bool keep_events(const replay_t* replay, trial_t* trial)
{
    const trial_t whole = *trial;
    trial->event_count = 0;
    for (int i = 0; i < replay->event_count; ++i) {
        const replay_event_t* kept = &replay->events[i];
        if (kept->event >= whole.event_count) {
            return false;
        }
        trial_event_t event = whole.events[kept->event];
        if (event.event.duration_us > 0) {
            const int64_t shorter_us = event.event.duration_us >> kept->duration_halvings;
            event.event.duration_us = shorter_us > 0 ? shorter_us : 1;
        }
        const double smaller = event.event.magnitude * ldexp(1.0, -kept->magnitude_halvings);
        const world_event_info_t* info = world_event_info(event.event.kind);
        if (smaller >= info->least && smaller <= info->most) {
            event.event.magnitude = smaller;
        }
        trial->events[trial->event_count++] = event;
    }
    return true;
}

bool replay_trial(const replay_t* replay, const stages_t* stages, const machine_settings_t* machine,
                  trial_t* trial)
{
    bool found = false;
    switch (replay->kind) {
    case CAMPAIGN_MATRIX:
        found = matrix_trial(machine, replay->number, trial);
        break;
    case CAMPAIGN_SWARM:
        found = swarm_trial(stages, replay->number, trial);
        break;
    case CAMPAIGN_HEALTHY:
        found = healthy_trial(stages, replay->number, trial);
        break;
    }
    return found && (!replay->shrunk || keep_events(replay, trial));
}
