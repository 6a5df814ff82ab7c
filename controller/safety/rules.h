/// The judge's rules, by what they look at. Each `judge_...` adds its refusals to the verdict and
/// changes nothing else; each `watch_...` carries what its rules must remember into the next
/// period.
#ifndef KNEAD_CONTROLLER_SAFETY_RULES_H
#define KNEAD_CONTROLLER_SAFETY_RULES_H

#include "controller/safety/interlock.h"

/// The force sensor.
void judge_sensor(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                  const judged_t* judged);
void watch_sensor(interlock_state_t* state, const judge_limits_t* limits, const judged_t* judged);

/// What presses on the body or is felt where nothing should. Comes after `judge_sensor`, whose
/// refusals it reads.
void judge_force(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                 const judged_t* judged);
void watch_force(interlock_state_t* state, const judge_limits_t* limits, const judged_t* judged,
                 const verdict_t* verdict);

/// Somebody presses a tool that yields farther away than its joints are told to go: sensor and
/// drives feel it alike, and the tool does leave. Braked there, it would hold him against his own
/// push.
bool pushed_away(const judge_limits_t* limits, const judged_t* judged);

/// Joints, their encoders and the commands they were sent.
void judge_joints(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                  const judged_t* judged);
void watch_joints(interlock_state_t* state, const judge_limits_t* limits, const judged_t* judged);

/// Devices as such: whether they answer, power, brakes, and the clock.
void judge_devices(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                   const judged_t* judged);
void watch_devices(interlock_state_t* state, const judge_limits_t* limits, const judged_t* judged);

/// The tool's and the arm's way, arming, and time.
void judge_motion(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                  const judged_t* judged);
void watch_motion(interlock_state_t* state, const judge_limits_t* limits, const judged_t* judged);

/// Refusals with which what the force sensor says of a free tool is not believed.
#define FORCE_UNKNOWN                                                                              \
    (INTERLOCK_RULE(INTERLOCK_FORCE_AGE) | INTERLOCK_RULE(INTERLOCK_FORCE_STATUS) |                \
     INTERLOCK_RULE(INTERLOCK_FORCE_SATURATED) | INTERLOCK_RULE(INTERLOCK_FORCE_FROZEN) |          \
     INTERLOCK_RULE(INTERLOCK_FORCE_AXIS_FROZEN) | INTERLOCK_RULE(INTERLOCK_FORCE_NOISE) |         \
     INTERLOCK_RULE(INTERLOCK_FORCE_DIRECTION) | INTERLOCK_RULE(INTERLOCK_FORCE_DRIFT) |           \
     INTERLOCK_RULE(INTERLOCK_FORCE_DISAGREES) | INTERLOCK_RULE(INTERLOCK_SAMPLE_LOSS))

#endif
