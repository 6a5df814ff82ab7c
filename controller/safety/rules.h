/// The judge's rules, by what they look at. Each `judge_...` adds its refusals to the verdict and
/// changes nothing else; each `watch_...` carries what its rules must remember into the next
/// period.
#ifndef KNEAD_CONTROLLER_SAFETY_RULES_H
#define KNEAD_CONTROLLER_SAFETY_RULES_H

#include "controller/safety/interlock.h"

/// The force sensor and what it says of the body.
void judge_force(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                 const judged_t* judged);
void watch_force(interlock_state_t* state, const judge_limits_t* limits, const judged_t* judged);

/// Drives, joints and the commands they were sent.
void judge_joints(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                  const judged_t* judged);

/// The tool's and the arm's way, arming, and time.
void judge_motion(verdict_t* verdict, const judge_limits_t* limits, const judged_t* judged);

#endif
