/// The stops of a run, seen period by period: what stopped the arm first, whatever it did against
/// it later, and whether it went on again. What a scenario says of endings, reactions and causes is
/// judged by this, beside the run and from its record alike.
///
/// A *stop* begins in the period in which the arm leaves use for yielding, stopping or no power, or
/// is lifted by a rule; it stands until the arm travels again, whatever stops an arming in between.
/// While the arm comes to rest the judge may find something worse: each harder reaction counts too,
/// and the rule that asked for it is a cause of its own. What is refused without power, or asks for
/// no more than is done already, is not.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_STOP_TRACK_H
#define KNEAD_CONTROLLER_CAMPAIGN_STOP_TRACK_H

#include "controller/dataflow.h"
#include "sim/scenario.h"

typedef struct {
    bool stepped;
    supervisor_mode_t mode; // of the last period
    bool stopped;           // in the last period
    bool any;               // there was a stop; of the first one:
    scenario_ending_t reaction;
    int rule;                  // or INTERLOCK_RULE_NONE
    bool stands;               // the last stop was not gone on from; of that one:
    scenario_ending_t ending;  // what it began with
    scenario_ending_t hardest; // asked for since the arm last left use
    unsigned endings;          // bits of all reactions of all stops, by scenario_ending_t
    interlock_rules_t causes;  // and of all rules that were a cause
} stop_track_t;

/// Before the first period.
stop_track_t stop_track_begin(void);

/// Takes in a period. True if the run's first stop begins in it.
bool stop_track_see(stop_track_t* track, supervisor_mode_t mode, const verdict_t* verdict);

/// How a run ended whose last period was seen: by the stop that still stands, else finished if the
/// arm is parked, else unfinished. A controller that was `gone` ended so, whatever came before.
scenario_ending_t stop_track_ending(const stop_track_t* track, bool gone);

/// True if what `name` says was so: a rule that was a cause, a reaction of any stop, or the ending.
bool stop_track_was(const stop_track_t* track, bool gone, const char* name);

/// The rule of that name, or INTERLOCK_RULE_NONE.
int stop_track_rule(const char* name);

#endif
