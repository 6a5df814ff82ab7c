/// Whole routines on people, machines and operators drawn from a seed, with a few faults of a few
/// kinds at any time, or without any. The seed is the trial's number and says everything.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_SWARM_H
#define KNEAD_CONTROLLER_CAMPAIGN_SWARM_H

#include "controller/campaign/trial.h"

/// With faults, of which those that need TCP happen to no device on a serial line. False if none of
/// the stages that were drawn can be played.
bool swarm_trial(const stages_t* stages, int64_t number, trial_t* trial);

/// The same people and operators, nothing else: no fault, nobody presses a button.
bool healthy_trial(const stages_t* stages, int64_t number, trial_t* trial);

#endif
