/// What has happened over a whole campaign, counted in trials: so that nothing passes because it
/// was never tried. What never happened stands there with its zero.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_COVERAGE_H
#define KNEAD_CONTROLLER_CAMPAIGN_COVERAGE_H

#include <stdio.h>

#include "controller/campaign/outcome.h"
#include "controller/record/json.h"

// Tenths of what the force may be over the limit of all; the last has what is over the bound.
#define COVERAGE_RATIO_COUNT 11

typedef struct {
    int64_t trials, passed, failed, skipped;
    int64_t trips;
    double simulated_s;
    int64_t modes[MODE_COUNT];
    int64_t transitions[MODE_COUNT][MODE_COUNT];
    int64_t rules[INTERLOCK_RULE_COUNT]; // as first cause
    int64_t events[WORLD_EVENT_KIND_COUNT];
    // Of the trials in which no fault excuses I2: those whose true force kept below the limit of
    // all, those over it, and of these how far they went of what the envelope grants.
    int64_t below_limit, over_limit;
    int64_t ratios[COVERAGE_RATIO_COUNT];
    double ratio_worst;
    int64_t ratio_number; // of the trial with the worst, the smallest of several
} coverage_t;

/// Begins with all zero. The order of the outcomes does not matter.
void coverage_add(coverage_t* coverage, const outcome_t* outcome);

/// Every mode, every pair of modes that the supervisor's table can lead through, every rule and
/// every kind of event, a line each; zeros are marked. Last how near the true force came to the
/// bound of I2.
void coverage_print(const coverage_t* coverage, FILE* out);

/// The same as members of the object that `json` is in: "trials", "passed", "failed", "skipped",
/// "trips", "simulated_s", "never_happened"; the objects "modes", "rules" and "events" with a
/// member each, zeros among them, and "transitions" ("ready>armed") with those that happened;
/// "force" with "below_limit", "over_limit", "worst_part" of what the envelope grants, and its
/// "worst_trial".
void coverage_write(const coverage_t* coverage, json_t* json);

/// How many of the things it counts never happened.
int coverage_zeros(const coverage_t* coverage);

#endif
