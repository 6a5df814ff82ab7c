/// The true arm: rigid links in table frame under gravity, friction, brakes, the drives' servo
/// loops and whatever the tool feels. Not the controller's model: its masses differ by a declared
/// error drawn from the seed.
///
/// A step is linearly implicit in everything stiff (servo stiffness and damping, friction, brakes,
/// end stops, contact), as in Baraff and Witkin 1998: (M + h D + h^2 K) (v' - v) = h (f - h K v),
/// with the forces f before it. So the drives may be as stiff as real ones at a step of 1 ms. A
/// drive at its torque limit is a constant torque, and the step is solved again with it.
#ifndef KNEAD_SIM_ARM_H
#define KNEAD_SIM_ARM_H

#include "kinematics/dynamics.h"
#include "sim/random.h"

#define ARM_MASS_ERROR 0.03 // largest relative error of a link's mass against the machine file
#define ARM_END_STOP_OVERTRAVEL 0.03 // rad or m past a joint's limits, where its end stop begins

/// Servo loop of one joint: a position loop (gain `position_gain`) with part of the wanted speed
/// fed forward, around a speed loop with integral part, torque out.
typedef struct {
    double speed_gain; // Nm s/rad or N s/m
    double position_gain_per_s;
    double speed_feedforward; // 0 to 1; on a ramp the joint lags by (1 - this) / position gain
    double integral_time_s;
} arm_servo_t;

/// What is wrong at a joint. Its encoder shows gain * position + offset, and gain * speed.
typedef struct {
    double encoder_gain;   // 1 for a sound one
    double encoder_offset; // rad or m
    double brake_lost;     // part of its effort that the brake does not hold
} arm_fault_t;

/// What a drive does to its joint during one step.
typedef struct {
    bool powered;     // the servo loop is closed
    bool braked;      // the holding brake is shut
    double reference; // rad or m
    double reference_speed;
    double effort_limit;      // Nm or N, not negative
    const arm_fault_t* fault; // borrowed for the step; null for a sound joint
} arm_actuation_t;

/// What the tool feels during one step, on the arm, at the tool's origin, table axes. `give` is how
/// much the force falls for each m/s that the tool's speed grows during the step.
typedef struct {
    wrench_t wrench;
    double give_Ns_per_m[3][3]; // symmetric, not negative
} arm_load_t;

typedef struct {
    chain_t chain; // with the true masses
    arm_servo_t servo[JOINT_CAPACITY];
    joints_t coulomb_friction; // Nm or N
    joints_t viscous_friction; // Nm s/rad or N s/m
    joints_t brake_effort;     // what the brake holds

    joints_t position, speed;
    arm_settings_t settings; // of the true arm
    int pad_index;
    joints_t effort;       // of the drives, during the last step
    joints_t integral;     // of the speed loops, in effort
    chain_motion_t motion; // as of the last arm_prepare
} arm_t;

/// Builds the arm of `settings`, parked and at rest. False if no chain can be built.
bool arm_init(arm_t* arm, const arm_settings_t* settings, int pad_index, random_stream_t* stream);

/// Hangs a tool of another mass from the arm, at the settings' centre of mass; below 0 counts as 0.
void arm_carry(arm_t* arm, double tool_mass_kg);

/// Works out frames, mass matrix and tool speed of the present posture.
void arm_prepare(arm_t* arm);

/// One step of `step_s` from the prepared posture. A servo whose encoder is wrong is closed over
/// what the encoder shows; one that counts backwards drives the joint away until its torque limit.
/// `actuation` has an entry a joint.
void arm_advance(arm_t* arm, const arm_actuation_t* actuation, const arm_load_t* load,
                 double step_s);

#endif
