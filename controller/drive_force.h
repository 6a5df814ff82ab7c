/// The second channel beside the force sensor: what presses against the tool, from what the drives
/// push. Shares nothing with the sensor but the place of the tool.
///
/// A momentum observer (`kinematics/momentum.h`) finds what pushes each joint; what is left of it
/// while the tool travels clear of the body can only be what the model does not know of the arm:
/// dry friction, which turns with the joint's direction, and a part that stays, of masses and
/// scales. Both are learned there, joint by joint, bounded, and taken off. What a joint that has
/// not travelled may hide counts as its error, and a joint of larger error counts less.
///
/// Every drive tells its effort: the loader refuses a profile without it (POINT_EFFORT), so there
/// is no machine on which this channel is missing. Efforts of a wrong scale disagree in free travel
/// already.
///
/// Pure and bounded: the state is a few numbers a joint.
#ifndef KNEAD_CONTROLLER_DRIVE_FORCE_H
#define KNEAD_CONTROLLER_DRIVE_FORCE_H

#include "controller/dataflow.h"
#include "controller/session.h"
#include "kinematics/momentum.h"

// The observer follows the truth as a filter of this time constant; the sensor is compared through
// the same one. Shorter would let the drives' torque ripple in, longer would tell late.
#define DRIVE_FORCE_TIME_CONSTANT_S 0.030

/// What travel has taught of a joint: sums over its direction x (-1 to 1) and what was left y, with
/// forgetting.
typedef struct {
    double weight, x, y, xx, xy;
    double friction; // Nm or N for x = 1; never positive
    double constant;
    double error; // standard deviation that is left
} drive_force_joint_t;

typedef struct {
    momentum_state_t observer;
    bool effort_known;
    joints_t effort;       // of the last period
    joints_t direction;    // of each joint, through the observer's filter
    double sensed_force_N; // the sensor's, likewise
    drive_force_joint_t joints[JOINT_CAPACITY];
} drive_force_state_t;

/// One period. `mode` is that of the last one; `jacobian` is of the measured posture,
/// as is `estimate`, whose sensor and joint values are read and whose `drive_...` values are
/// written: NaN where they cannot be known, which is while the drives are not all enabled.
void drive_force_step(const session_t* session, drive_force_state_t* state,
                      const bus_feedback_t* feedback, supervisor_mode_t mode,
                      const jacobian_t* jacobian, estimate_t* estimate);

#endif
