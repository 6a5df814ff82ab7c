/// Bends the planned target along the contact normal towards the wanted force, and moves the tool
/// away from the body when the mode says so. Admittance with a gain that follows the felt
/// stiffness: the tool moves along the normal with (F - F_target) / D, D = K T / 0.52, which leaves
/// 60 degrees of phase margin at loop delay T on stiffness K whatever the tissue (integrator with
/// dead time: crossover K/D, phase -90 deg - K/D T).
///
/// Always holds: the offset is continuous, its speed and acceleration bounded; towards the body it
/// never exceeds the touch speed before contact nor the normal speed in contact.
#ifndef KNEAD_CONTROLLER_FORCE_CONTROL_H
#define KNEAD_CONTROLLER_FORCE_CONTROL_H

#include "controller/dataflow.h"
#include "controller/session.h"

typedef struct {
    supervisor_mode_t mode; // of the last period
    pose_t base;            // what the offset counts from
    vec3_t outward;         // unit, away from the body
    double offset_m;
    double speed_mps; // of the offset
    double yield_s;
    double yielded_m;
    bool lifted;
    bool yielded;
    pose_t commanded; // last
} force_control_state_t;

tool_command_t force_control_step(const session_t* session, force_control_state_t* state,
                                  supervisor_mode_t mode, const plan_target_t* target,
                                  const estimate_t* estimate);

#endif
