/// What pushes the arm, estimated from what its drives push: the second channel beside a force
/// sensor. A momentum observer needs no accelerations: it compares the arm's momentum with what
/// the drives and gravity should have made of it, and what is left over is external. Its answer
/// follows the truth as a first-order filter of the stated time constant.
/// (De Luca, Mattone 2003; De Luca, Albu-Schaeffer, Haddadin, Hirzinger 2006.)
///
/// Efforts are at the joints, after gear and friction: what the model does not know of friction and
/// masses shows up as external. Pure; the period is a value.
#ifndef KNEAD_KINEMATICS_MOMENTUM_H
#define KNEAD_KINEMATICS_MOMENTUM_H

#include "kinematics/chain.h"
#include "kinematics/fk.h"

typedef struct {
    double period_s;        // positive
    double time_constant_s; // positive; stable at any period, but of use only well above it
    vec3_t gravity_mps2;    // table frame
} momentum_settings_t;

typedef struct {
    bool started;
    joints_t momentum; // of the last period
    joints_t drift;    // its rate without any efforts
    joints_t external; // estimate: Nm or N, positive along the joint
} momentum_state_t;

/// Knows nothing yet; the first step estimates zero.
void momentum_begin(momentum_state_t* state);

/// One period: `positions` and `speeds` now, `efforts` that the drives gave on average since the
/// last step. The estimate is in `state->external`. False, with the state as after momentum_begin,
/// if anything is not finite or the settings are not positive.
bool momentum_step(const chain_t* chain, const momentum_settings_t* settings,
                   momentum_state_t* state, const joints_t* positions, const joints_t* speeds,
                   const joints_t* efforts);

/// The force on the arm at the tool's origin, table axes, that explains the external efforts best:
/// a force without a torque, as a pad's face passes on, by least squares over all joints, each
/// counted in parts of its `error`, the standard deviation of what else its effort may hold. With
/// these errors independent of each other, `deviation_N` is the standard deviation of the force
/// along the unit vector `direction`: large where the posture hardly feels it. False, with zeros,
/// if anything is not finite, an error is not positive, or the joints do not feel every direction.
bool momentum_tool_force(const chain_t* chain, const jacobian_t* jacobian, const joints_t* external,
                         const joints_t* error, vec3_t direction, vec3_t* force_N,
                         double* deviation_N);

#endif
