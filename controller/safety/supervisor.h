/// Which mode the arm is in: a table of modes, conditions and rows, walked once a period. The first
/// matching row wins; the rows that stop stand first and hold in every mode. Knows no routine, no
/// planner and no bus: only conditions.
///
/// Invariants: boot is MODE_LOCKED; no row leads from a tripped or locked mode to motion without an
/// acknowledge edge, an arm edge and a start edge, in that order; stop beats start and arm in one
/// period; out of a pause leads only a resume edge, or the way home; with a latched cause nothing
/// but a reaction moves; a mode that is none is a trip.
#ifndef KNEAD_CONTROLLER_SAFETY_SUPERVISOR_H
#define KNEAD_CONTROLLER_SAFETY_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

#define MODE_LIST(X)                                                                               \
    X(MODE_LOCKED, "locked", "nothing moves until somebody acknowledges")                          \
    X(MODE_READY, "ready", "acknowledged, drives without torque")                                  \
    X(MODE_ARMING, "arming", "drives are being enabled")                                           \
    X(MODE_ARMED, "armed", "drives hold, the force sensor is tared")                               \
    X(MODE_TRANSIT, "transit", "travelling clear of the body to the next place")                   \
    X(MODE_APPROACH, "approach", "coming down until the skin is touched")                          \
    X(MODE_CONTACT, "contact", "the routine plays")                                                \
    X(MODE_RETRACT, "retract", "lifting off as planned")                                           \
    X(MODE_PAUSED, "paused", "staying above")                                                      \
    X(MODE_PARKING, "parking", "going to the parked posture")                                      \
    X(MODE_PARKED, "parked", "done, drives without torque")                                        \
    X(MODE_LIFT, "lift", "letting the force go and rising above")                                  \
    X(MODE_YIELD, "yield", "fast away from the body")                                              \
    X(MODE_STOPPING, "stopping", "braking on the drives' power")                                   \
    X(MODE_TRIPPED, "tripped", "power off until the cause is gone and somebody acknowledges")
typedef enum {
#define X(id, text, meaning) id,
    MODE_LIST(X)
#undef X
} supervisor_mode_t;
#define MODE_COUNT 15

/// What can be true in a period. Requests are edges: true in the one period in which they are made.
#define CONDITION_LIST(X)                                                                          \
    X(CONDITION_POWER_OFF, "power off wanted")                                                     \
    X(CONDITION_STOP, "controlled stop wanted")                                                    \
    X(CONDITION_YIELD, "yield wanted")                                                             \
    X(CONDITION_LIFT, "lift wanted")                                                               \
    X(CONDITION_LATCHED, "a cause is latched that ends in a trip")                                 \
    X(CONDITION_NOT_HEALTHY, "some rule refuses")                                                  \
    X(CONDITION_ACKNOWLEDGE, "acknowledge requested")                                              \
    X(CONDITION_ARM, "arm requested")                                                              \
    X(CONDITION_START, "start requested")                                                          \
    X(CONDITION_PAUSE, "pause requested")                                                          \
    X(CONDITION_RESUME, "resume requested")                                                        \
    X(CONDITION_END, "end requested: lift, park, finish")                                          \
    X(CONDITION_LEAVE, "another step is wanted: leave this one")                                   \
    X(CONDITION_DRIVES_ENABLED, "all drives enabled")                                              \
    X(CONDITION_TARED, "force sensor tared")                                                       \
    X(CONDITION_TOUCHED, "the skin is touched")                                                    \
    X(CONDITION_ABOVE, "the tool is above the next place")                                         \
    X(CONDITION_RESTING, "the routine rests: stay above")                                          \
    X(CONDITION_ITEM_FINISHED, "the stroke is over")                                               \
    X(CONDITION_LIFTED, "the tool is clear of the body")                                           \
    X(CONDITION_ROUTINE_DONE, "nothing left to play")                                              \
    X(CONDITION_AT_PARK, "the parked posture is reached")                                          \
    X(CONDITION_YIELDED, "yielding is over or has taken its time")                                 \
    X(CONDITION_STANDSTILL, "the arm stands or stopping has taken its time")
typedef enum {
#define X(id, text) id##_BIT,
    CONDITION_LIST(X)
#undef X
} condition_bit_t;
#define CONDITION_COUNT 24
typedef uint32_t conditions_t; // bit per condition_bit_t
#define CONDITION(name) ((conditions_t)1u << (name##_BIT))

/// The mode that follows; pure. MODE_TRIPPED for a mode that is none: whatever wrote it may have
/// written more.
supervisor_mode_t supervisor_next(supervisor_mode_t mode, conditions_t conditions);

const char* supervisor_mode_text(supervisor_mode_t mode);

/// True in the modes in which the tool is at the body and letting go needs yielding. False, as the
/// next one, for a mode that is none.
bool supervisor_mode_touches(supervisor_mode_t mode);

/// True in the modes in which the drives are to have torque.
bool supervisor_mode_powered(supervisor_mode_t mode);

#endif
