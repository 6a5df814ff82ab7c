/// One press that goes wrong on the virtual table, followed at every step of the world: when the
/// true force crossed a limit, when the controller decided, when the plant began to slow down, how
/// far the force went, and when it was gone.
///
/// What presses is either a doer gone wrong, who moves the tool into the body with a set speed
/// whatever force control wants, or the client, who moves against the tool. The rules that would
/// stop such a press before the hard limit (margin, region's cap, a missed surface) are made blind
/// where a trial says so, to see the last ones at work.
#ifndef KNEAD_TESTS_SUPPORT_OVERSHOOT_H
#define KNEAD_TESTS_SUPPORT_OVERSHOOT_H

#include "tests/support/closed_loop.h"

typedef enum {
    LOST_NOTHING,
    LOST_SENSOR, // two frames of the force sensor in a row, from the crossing on
    LOST_ALL,    // of all devices
} lost_t;

typedef struct {
    closed_loop_altered_t altered;
    const char* routine; // null for the relaxing back
    int64_t seed;
    double begin_N;      // the wanted force at which it begins
    double speed_mps;    // of the doer; 0 for one that is sound
    double approach_mps; // instead: all of coming down is played, so fast
    bool stop;           // instead: somebody asks for a stop
    bool heeds;          // the doer only wishes so: the speed limit of the envelope holds
    bool blind;          // the earlier rules
    bool no_envelope;    // nothing is looked ahead at: the hard limit alone
    double rise_m;       // of the client, smoothly within `rise_s`
    double rise_s;
    const world_event_t* event; // instead: what the world's own client does; null for nothing
    lost_t lost;
} overshoot_trial_t;

typedef struct {
    int rule;                 // that stopped it, INTERLOCK_RULE_NONE if none did
    bool same_cycle;          // what was refused was answered in the same cycle by yielding
    double limit_N;           // the hard limit
    double begin_N;           // true force as it began
    double peak_N;            // of the true force
    double stiffness_N_per_m; // of spring and tissue in series
    // Since the true force crossed the limit; NaN where it never did.
    double closing_mps; // of tool and skin, then
    double decided_ms;
    double slowed_ms; // the plant has lost a fifth of its speed
    double sank_m;    // tool into the body from then to standstill
    // Since the decision.
    double released_ms; // the force was 5 N or more for the last time
    double yield_mps2;  // mean between 20 and 200 mm/s away
} overshoot_t;

/// Plays a trial; fails the test where it can't be set up.
overshoot_t overshoot_play(const overshoot_trial_t* trial);

/// What the envelope says the force may rise by after crossing a limit, N, with frames lost for
/// `late_s`.
double overshoot_bound_N(const overshoot_t* overshoot, const envelope_reaction_t* reaction,
                         double late_s);

/// The reaction that the shipped machine declares.
envelope_reaction_t overshoot_reaction(void);

#endif
