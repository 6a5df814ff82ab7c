#include "controller/campaign/stop_track.h"

#include <string.h>

static scenario_ending_t ending_by(reaction_t reaction)
{
    static const scenario_ending_t endings[REACTION_COUNT] = {
        [REACTION_NONE] = SCENARIO_ENDING_STOP, // somebody's stop
        [REACTION_LIFT] = SCENARIO_ENDING_LIFT, [REACTION_YIELD] = SCENARIO_ENDING_YIELD,
        [REACTION_STOP] = SCENARIO_ENDING_STOP, [REACTION_POWER_OFF] = SCENARIO_ENDING_POWER_OFF,
    };
    return endings[reaction];
}

stop_track_t stop_track_begin(void)
{
    return (stop_track_t){.rule = INTERLOCK_RULE_NONE};
}

static void count_reaction(stop_track_t* track, const verdict_t* verdict)
{
    track->hardest = ending_by(verdict->reaction);
    track->endings |= 1u << track->hardest;
    if (verdict->rule != INTERLOCK_RULE_NONE) {
        track->causes |= (interlock_rules_t)1 << verdict->rule;
    }
}

/// Beginning a stop; true if it is the run's first.
static bool begin_stop(stop_track_t* track, const verdict_t* verdict)
{
    const bool first = !track->any;
    if (first) {
        track->any = true;
        track->reaction = ending_by(verdict->reaction);
        track->rule = verdict->rule;
    }
    if (!track->stands) {
        track->ending = ending_by(verdict->reaction);
    }
    track->stands = true;
    count_reaction(track, verdict);
    return first;
}

bool stop_track_see(stop_track_t* track, supervisor_mode_t mode, const verdict_t* verdict)
{
    const supervisor_mode_t before = track->mode;
    const bool stopped = mode == MODE_YIELD || mode == MODE_STOPPING || mode == MODE_TRIPPED ||
                         (mode == MODE_LIFT && verdict->reaction == REACTION_LIFT);
    const bool powered = track->stepped && supervisor_mode_powered(before);
    const bool goes_on =
        mode == MODE_TRANSIT && (before == MODE_PAUSED || before == MODE_ARMED) && track->stepped;
    bool first = false;
    track->stands = track->stands && !goes_on;
    // A run begins tripped or locked: only what leaves another mode is a stop.
    if (track->stepped && stopped && !track->stopped && before != MODE_LOCKED) {
        first = begin_stop(track, verdict);
    } else if (track->stands && powered && verdict->reaction != REACTION_NONE &&
               ending_by(verdict->reaction) > track->hardest) {
        count_reaction(track, verdict);
    }
    track->stopped = stopped;
    track->mode = mode;
    track->stepped = true;
    return first;
}

scenario_ending_t stop_track_ending(const stop_track_t* track, bool gone)
{
    if (gone) {
        return SCENARIO_ENDING_GONE;
    }
    if (track->stands) {
        return track->ending;
    }
    return track->stepped && track->mode == MODE_PARKED ? SCENARIO_ENDING_FINISHED
                                                        : SCENARIO_ENDING_UNFINISHED;
}

int stop_track_rule(const char* name)
{
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        if (strcmp(interlock_rule_info((interlock_rule_t)rule)->name, name) == 0) {
            return rule;
        }
    }
    return INTERLOCK_RULE_NONE;
}

bool stop_track_was(const stop_track_t* track, bool gone, const char* name)
{
    const int ending = scenario_ending_of(name);
    const int rule = stop_track_rule(name);
    if (ending >= 0) {
        return (track->endings >> ending & 1u) != 0 ||
               stop_track_ending(track, gone) == (scenario_ending_t)ending;
    }
    return rule != INTERLOCK_RULE_NONE && (track->causes >> rule & 1u) != 0;
}
