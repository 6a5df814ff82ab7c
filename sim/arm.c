#include "sim/arm.h"

#include <assert.h>
#include <math.h>

#include "sim/gravity.h"

// A servo axis as an integrator would tune it: speed loop of 40 Hz, position loop of 8 Hz, 70 % of
// the speed fed forward: a lag of 6 ms on a ramp. [judgement, within what servo manuals give as
// usual]
#define SPEED_LOOP_RADPS 250.0
#define POSITION_GAIN_PER_S 50.0
#define SPEED_FEEDFORWARD 0.7
#define INTEGRAL_TIME_S 0.025

// Friction of geared axes as parts of the largest torque, viscous at top speed. [judgement]
#define COULOMB_PART 0.03
#define VISCOUS_PART 0.04
#define BRAKE_PART 1.5 // holding brakes are chosen above the torque limit

// Below these speeds dry friction and brakes act as dampers: no jump at standstill, and a brake
// creeps by less than 0.1 mrad in a minute.
#define COULOMB_BLEND 1e-3
#define BRAKE_BLEND 1e-6

#define END_STOP_TIME_S 0.004 // the speed loop's gain over this gives an end stop's stiffness

static double square(double x)
{
    return x * x;
}

/// Gains in proportion to the inertia each drive sees: the larger of parked and preferred posture.
static void tune_servos(arm_t* arm)
{
    const joints_t* const postures[2] = {&arm->chain.parked, &arm->chain.preferred};
    joints_t inertia = {{0.0}};
    for (int k = 0; k < 2; ++k) {
        mass_matrix_t mass;
        dynamics_mass_matrix(&arm->chain, postures[k], &mass);
        for (int j = 0; j < arm->chain.joint_count; ++j) {
            inertia.at[j] = fmax(inertia.at[j], mass.at[j][j]);
        }
    }
    for (int j = 0; j < arm->chain.joint_count; ++j) {
        arm->servo[j] = (arm_servo_t){.speed_gain = inertia.at[j] * SPEED_LOOP_RADPS,
                                      .position_gain_per_s = POSITION_GAIN_PER_S,
                                      .speed_feedforward = SPEED_FEEDFORWARD,
                                      .integral_time_s = INTEGRAL_TIME_S};
        const double effort_max = arm->chain.effort_max.at[j];
        arm->coulomb_friction.at[j] = COULOMB_PART * effort_max;
        arm->viscous_friction.at[j] = VISCOUS_PART * effort_max / arm->chain.velocity_max.at[j];
        arm->brake_effort.at[j] = BRAKE_PART * effort_max;
    }
}

bool arm_init(arm_t* arm, const arm_settings_t* settings, int pad_index, random_stream_t* stream)
{
    *arm = (arm_t){0};
    // The tool's mass is exact, because the controller weighs what hangs from its sensor; the
    // links' masses nobody has weighed.
    arm_settings_t truth = *settings;
    if (truth.joint_count < 1 || truth.joint_count > JOINT_CAPACITY) {
        return false;
    }
    for (int j = 0; j < truth.joint_count; ++j) {
        const double factor = 1.0 + random_between(stream, -ARM_MASS_ERROR, ARM_MASS_ERROR);
        truth.joints[j].mass_kg *= factor;
        for (int k = 0; k < 6; ++k) {
            truth.joints[j].inertia_kgm2[k] *= factor;
        }
    }
    if (!chain_build(&truth, pad_index, &arm->chain)) {
        return false;
    }
    for (int j = 0; j < arm->chain.joint_count; ++j) {
        if (!(arm->chain.velocity_max.at[j] > 0.0)) {
            return false;
        }
    }
    tune_servos(arm);
    arm->position = arm->chain.parked;
    arm_prepare(arm);
    joints_t unit_efforts = {{1.0}};
    return dynamics_solve(&arm->mass, arm->chain.joint_count, &unit_efforts);
}

void arm_prepare(arm_t* arm)
{
    dynamics_mass_and_bias(&arm->chain, &arm->position, &arm->speed, GRAVITY_MPS2, &arm->frames,
                           &arm->mass, &arm->bias);
    fk_jacobian(&arm->chain, &arm->frames, &arm->jacobian);
    arm->tool_twist = fk_tool_twist(&arm->chain, &arm->jacobian, &arm->speed);
}

/// A servo loop over one step is effort = offset - slope v', where v' is the speed after it.
typedef struct {
    double offset;
    double slope;
    double limit;
    int saturated; // -1, 0, 1
} servo_line_t;

static servo_line_t servo_line(const arm_t* arm, int joint, const arm_actuation_t* actuation,
                               double step_s)
{
    if (!actuation->powered) {
        return (servo_line_t){0.0, 0.0, 0.0, 0};
    }
    const arm_servo_t* servo = &arm->servo[joint];
    const double error = actuation->reference - arm->position.at[joint];
    const double wanted_speed =
        servo->position_gain_per_s * error + servo->speed_feedforward * actuation->reference_speed;
    const double gain = servo->speed_gain * (1.0 + step_s / servo->integral_time_s);
    return (servo_line_t){.offset = gain * wanted_speed + arm->integral.at[joint],
                          .slope = gain * (1.0 + step_s * servo->position_gain_per_s),
                          .limit = actuation->effort_limit,
                          .saturated = 0};
}

/// Dry friction, brake and end stop as a damper and a force: adds to the diagonal and to the right
/// side.
static void add_passive(const arm_t* arm, int joint, bool braked, double step_s, double* diagonal,
                        double* right)
{
    const double speed = arm->speed.at[joint];
    double damping = arm->viscous_friction.at[joint] +
                     arm->coulomb_friction.at[joint] / sqrt(square(speed) + square(COULOMB_BLEND));
    if (braked) {
        damping += arm->brake_effort.at[joint] / sqrt(square(speed) + square(BRAKE_BLEND));
    }
    const double over =
        arm->position.at[joint] - (arm->chain.position_max.at[joint] + ARM_END_STOP_OVERTRAVEL);
    const double under =
        arm->position.at[joint] - (arm->chain.position_min.at[joint] - ARM_END_STOP_OVERTRAVEL);
    if (over > 0.0 || under < 0.0) {
        const double stiffness = arm->servo[joint].speed_gain / END_STOP_TIME_S;
        damping += arm->servo[joint].speed_gain + step_s * stiffness;
        *right -= step_s * stiffness * (over > 0.0 ? over : under);
    }
    *diagonal += step_s * damping;
}

/// Adds h J' G J to the matrix and h (J' F + J' G J v) to the right side.
static void add_load(const arm_t* arm, const arm_load_t* load, double step_s, mass_matrix_t* matrix,
                     joints_t* right)
{
    const int count = arm->chain.joint_count;
    joints_t efforts;
    fk_joint_efforts(&arm->chain, &arm->jacobian, &load->wrench, &efforts);
    double carried[3][JOINT_CAPACITY]; // G J
    for (int axis = 0; axis < 3; ++axis) {
        const double* give = load->give_Ns_per_m[axis];
        for (int j = 0; j < count; ++j) {
            carried[axis][j] = give[0] * arm->jacobian.at[0][j] + give[1] * arm->jacobian.at[1][j] +
                               give[2] * arm->jacobian.at[2][j];
        }
    }
    const vec3_t speed = arm->tool_twist.linear_mps;
    for (int i = 0; i < count; ++i) {
        for (int j = 0; j <= i; ++j) {
            const double part = step_s * (arm->jacobian.at[0][i] * carried[0][j] +
                                          arm->jacobian.at[1][i] * carried[1][j] +
                                          arm->jacobian.at[2][i] * carried[2][j]);
            matrix->at[i][j] += part;
            if (i != j) {
                matrix->at[j][i] += part;
            }
        }
        right->at[i] += step_s * (efforts.at[i] + carried[0][i] * speed.x +
                                  carried[1][i] * speed.y + carried[2][i] * speed.z);
    }
}

/// Solves for the speeds with the saturated servos as constant efforts.
static bool solve_speeds(const arm_t* arm, const mass_matrix_t* passive, const joints_t* right,
                         const servo_line_t* servos, double step_s, joints_t* speeds)
{
    mass_matrix_t matrix = *passive;
    *speeds = *right;
    for (int j = 0; j < arm->chain.joint_count; ++j) {
        if (servos[j].saturated == 0) {
            matrix.at[j][j] += step_s * servos[j].slope;
            speeds->at[j] += step_s * servos[j].offset;
        } else {
            speeds->at[j] += step_s * servos[j].saturated * servos[j].limit;
        }
    }
    return dynamics_solve(&matrix, arm->chain.joint_count, speeds);
}

/// Marks the servos that would pass their limits; true if there is a new one.
static bool mark_saturated(int count, const joints_t* speeds, servo_line_t* servos)
{
    bool found = false;
    for (int j = 0; j < count; ++j) {
        const double effort = servos[j].offset - servos[j].slope * speeds->at[j];
        if (servos[j].saturated == 0 && fabs(effort) > servos[j].limit) {
            servos[j].saturated = effort > 0.0 ? 1 : -1;
            found = true;
        }
    }
    return found;
}

void arm_advance(arm_t* arm, const arm_actuation_t* actuation, const arm_load_t* load,
                 double step_s)
{
    const int count = arm->chain.joint_count;
    mass_matrix_t matrix = arm->mass;
    joints_t right = {{0.0}};
    servo_line_t servos[JOINT_CAPACITY];
    for (int i = 0; i < count; ++i) {
        double momentum = 0.0;
        for (int j = 0; j < count; ++j) {
            momentum += arm->mass.at[i][j] * arm->speed.at[j];
        }
        right.at[i] = momentum - step_s * arm->bias.at[i];
        servos[i] = servo_line(arm, i, &actuation[i], step_s);
        add_passive(arm, i, actuation[i].braked, step_s, &matrix.at[i][i], &right.at[i]);
    }
    add_load(arm, load, step_s, &matrix, &right);

    // Each pass but the last saturates at least one more joint, so this ends.
    joints_t speeds;
    bool solved = true;
    for (int pass = 0; pass <= count; ++pass) {
        solved = solve_speeds(arm, &matrix, &right, servos, step_s, &speeds);
        if (!solved || !mark_saturated(count, &speeds, servos)) {
            break;
        }
    }
    assert(solved && "every term added to the mass matrix is positive");
    for (int j = 0; j < count; ++j) {
        if (servos[j].saturated == 0) {
            arm->effort.at[j] = servos[j].offset - servos[j].slope * speeds.at[j];
        } else {
            arm->effort.at[j] = servos[j].saturated * servos[j].limit;
        }
        arm->speed.at[j] = speeds.at[j];
        arm->position.at[j] += step_s * speeds.at[j];
        if (!actuation[j].powered) {
            arm->integral.at[j] = 0.0;
        } else if (servos[j].saturated == 0) {
            // What is left of the effort once the proportional part is taken out.
            const double proportional_part = 1.0 / (1.0 + step_s / arm->servo[j].integral_time_s);
            arm->integral.at[j] +=
                (arm->effort.at[j] - arm->integral.at[j]) * (1.0 - proportional_part);
        }
    }
}
