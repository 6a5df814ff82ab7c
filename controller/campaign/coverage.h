/// What has happened over a whole campaign, counted in trials: so that nothing passes because it
/// was never tried. What never happened stands there with its zero.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_COVERAGE_H
#define KNEAD_CONTROLLER_CAMPAIGN_COVERAGE_H

#include <stdio.h>

#include "controller/campaign/outcome.h"

typedef struct {
    int64_t trials, passed, failed, skipped;
    int64_t trips;
    double simulated_s;
    int64_t modes[MODE_COUNT];
    int64_t transitions[MODE_COUNT][MODE_COUNT];
    int64_t rules[INTERLOCK_RULE_COUNT]; // as first cause
    int64_t events[WORLD_EVENT_KIND_COUNT];
} coverage_t;

void coverage_add(coverage_t* coverage, const outcome_t* outcome);

/// Every mode, every pair of modes that the supervisor's table can lead through, every rule and
/// every kind of event, a line each; zeros are marked.
void coverage_print(const coverage_t* coverage, FILE* out);

/// How many of the things it counts never happened.
int coverage_zeros(const coverage_t* coverage);

#endif
