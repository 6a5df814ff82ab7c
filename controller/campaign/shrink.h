/// Finds less that still goes wrong: of a trial that failed, the events without which it does not,
/// as short and as small as they may be.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_SHRINK_H
#define KNEAD_CONTROLLER_CAMPAIGN_SHRINK_H

#include "controller/campaign/replay.h"

#define SHRINK_RUNS_MAX 120

typedef struct {
    replay_t replay; // the smallest found, which fails by the same claim
    outcome_t outcome;
    int runs;
} shrink_t;

/// `failed` is what the trial yielded; its first failure's claim is what has to stay. False if the
/// trial does not fail by it again, which no trial should do.
bool shrink(const replay_t* replay, const outcome_t* failed, const stages_t* stages,
            const machine_settings_t* machine, shrink_t* shrunk);

#endif
