/// The last gate: whatever the stages before want, this is what the drives are told. The only
/// writer of commands.
///
/// Always holds for every command: each joint's position, speed and acceleration are finite and
/// inside the machine's limits, measured from what was *sent* last; a joint whose drive is lost
/// stands still; drives get torque only in powered modes.
#ifndef KNEAD_CONTROLLER_LIMIT_H
#define KNEAD_CONTROLLER_LIMIT_H

#include "controller/dataflow.h"
#include "controller/session.h"

/// What was sent last; follows what was sent, not what was asked.
typedef struct {
    joints_t position;
    joints_t speed;
    int64_t unpowered_us; // since torque was last asked for
} limit_state_t;

/// Decides the command; pure. `locked_joints` has a bit per joint whose drive can't be used.
bus_command_t limit_apply(const session_t* session, const limit_state_t* state,
                          supervisor_mode_t mode, const joint_target_t* wanted,
                          const bus_feedback_t* feedback, unsigned locked_joints);

/// Remembers what was sent.
void limit_record(const session_t* session, limit_state_t* state, supervisor_mode_t mode,
                  const bus_command_t* command);

#endif
