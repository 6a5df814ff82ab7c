/// What the judge should remember of single samples, said once more: of each encoder, of the force
/// sensor's scatter and its last three forces, of the place that is pressed, and of the tool that
/// brakes hold. Written from what `interlock.h` says of each figure and from the hazard analysis.
#ifndef KNEAD_TESTS_PROOF_MEMORY_MODEL_H
#define KNEAD_TESTS_PROOF_MEMORY_MODEL_H

#include "controller/safety/interlock.h"

/// Writes those members of `after`, which has the others already; `refused` by the verdict.
void memory_model_record(const interlock_state_t* before, const judge_limits_t* limits,
                         const judged_t* judged, interlock_rules_t refused,
                         interlock_state_t* after);

/// By how much a joint's speed may be outside of its last four commands: of a drive that may have
/// missed set-points by their number times the fastest command more.
double memory_model_speed_allowance(const interlock_state_t* before, const judge_limits_t* limits,
                                    const judged_t* judged, int joint);

#endif
