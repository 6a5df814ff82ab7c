#include "sim/arm.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "kinematics/cholesky.h"
#include "kinematics/wide.h"
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
    arm->settings = truth;
    arm->pad_index = pad_index;
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
    return dynamics_solve(&arm->motion.mass, arm->chain.joint_count, &unit_efforts);
}

void arm_carry(arm_t* arm, double tool_mass_kg)
{
    arm->settings.tool.mass_kg = fmax(tool_mass_kg, 0.0);
    (void)chain_build(&arm->settings, arm->pad_index, &arm->chain); // as it could be before
}

void arm_prepare(arm_t* arm)
{
    dynamics_motion(&arm->chain, &arm->position, &arm->speed, GRAVITY_MPS2, &arm->motion);
}

/// The servo loops over one step: effort = `effort` - `slope` times the speed won during it. One at
/// its limit has no slope.
typedef struct {
    joints_t effort;
    joints_t slope;
    joints_t limit;
    joints_t integral_kept; // part of the integral that outlives the step
    joints_t integral_part; // part of the effort's way from the integral that becomes integral
    bool saturated[JOINT_CAPACITY];
} servos_t;

/// The same over what a wrong encoder shows. One that counts backwards feeds speed back with the
/// wrong sign, which no implicit step can take: there the effort is that of the speed before it.
static void fill_blind_servo(const arm_t* arm, int joint, const arm_actuation_t* actuation,
                             double step_s, servos_t* servos)
{
    const arm_servo_t* servo = &arm->servo[joint];
    const double gain_shown = actuation->fault->encoder_gain;
    const double error = actuation->reference -
                         (gain_shown * arm->position.at[joint] + actuation->fault->encoder_offset);
    const double wanted_speed =
        servo->position_gain_per_s * error + servo->speed_feedforward * actuation->reference_speed;
    const double steps = step_s / servo->integral_time_s;
    const double gain = servo->speed_gain * (1.0 + steps);
    const double slope = gain_shown * (gain * (1.0 + step_s * servo->position_gain_per_s));
    servos->effort.at[joint] =
        gain * wanted_speed + arm->integral.at[joint] - slope * arm->speed.at[joint];
    servos->slope.at[joint] = fmax(slope, 0.0);
    servos->limit.at[joint] = actuation->effort_limit;
    servos->integral_kept.at[joint] = 1.0;
    servos->integral_part.at[joint] = steps / (1.0 + steps);
}

static inline void fill_servo(const arm_t* arm, int joint, const arm_actuation_t* actuation,
                              double step_s, servos_t* servos)
{
    servos->saturated[joint] = false;
    if (!actuation->powered) {
        servos->effort.at[joint] = 0.0;
        servos->slope.at[joint] = 0.0;
        servos->limit.at[joint] = 0.0;
        servos->integral_kept.at[joint] = 0.0;
        servos->integral_part.at[joint] = 0.0;
        return;
    }
    if (actuation->fault) {
        fill_blind_servo(arm, joint, actuation, step_s, servos);
        return;
    }
    const arm_servo_t* servo = &arm->servo[joint];
    const double error = actuation->reference - arm->position.at[joint];
    const double wanted_speed =
        servo->position_gain_per_s * error + servo->speed_feedforward * actuation->reference_speed;
    const double steps = step_s / servo->integral_time_s;
    const double gain = servo->speed_gain * (1.0 + steps);
    const double slope = gain * (1.0 + step_s * servo->position_gain_per_s);
    servos->effort.at[joint] =
        gain * wanted_speed + arm->integral.at[joint] - slope * arm->speed.at[joint];
    servos->slope.at[joint] = slope;
    servos->limit.at[joint] = actuation->effort_limit;
    servos->integral_kept.at[joint] = 1.0;
    // What is left of the effort once the proportional part is taken out.
    servos->integral_part.at[joint] = steps / (1.0 + steps);
}

/// What a step is solved from: without the servos, which may saturate.
typedef struct {
    joints_t effort;                   // at the speeds before the step
    joints_t damping;                  // that each joint has for itself
    double carried[3][JOINT_CAPACITY]; // h G J
    bool gives;                        // the load does
} balance_t;

/// Dry and viscous friction, brake and end stop as a damper and a force.
static inline void fill_passive(const arm_t* arm, int joint, const arm_actuation_t* actuation,
                                double step_s, balance_t* balance)
{
    const double speed = arm->speed.at[joint];
    double effort = 0.0;
    double damping = arm->viscous_friction.at[joint] +
                     arm->coulomb_friction.at[joint] / sqrt(square(speed) + square(COULOMB_BLEND));
    if (actuation->braked) {
        const double kept = actuation->fault ? 1.0 - actuation->fault->brake_lost : 1.0;
        damping += kept * arm->brake_effort.at[joint] / sqrt(square(speed) + square(BRAKE_BLEND));
    }
    const double over =
        arm->position.at[joint] - (arm->chain.position_max.at[joint] + ARM_END_STOP_OVERTRAVEL);
    const double under =
        arm->position.at[joint] - (arm->chain.position_min.at[joint] - ARM_END_STOP_OVERTRAVEL);
    if (over > 0.0 || under < 0.0) {
        const double stiffness = arm->servo[joint].speed_gain / END_STOP_TIME_S;
        damping += arm->servo[joint].speed_gain + step_s * stiffness;
        effort = -stiffness * (over > 0.0 ? over : under);
    }
    balance->damping.at[joint] = damping;
    balance->effort.at[joint] = effort - damping * speed;
}

/// Adds the load, gravity and what comes of the arm's own motion.
static void fill_load(const arm_t* restrict arm, const arm_load_t* restrict load, double step_s,
                      balance_t* restrict balance)
{
    const double(*jacobian)[JOINT_CAPACITY] = arm->motion.jacobian.at;
    const vec3_t force = load->wrench.force_N;
    const vec3_t torque = load->wrench.torque_Nm;
    for (int j = 0; j < JOINT_CAPACITY; ++j) {
        balance->effort.at[j] += jacobian[0][j] * force.x + jacobian[1][j] * force.y +
                                 jacobian[2][j] * force.z + jacobian[3][j] * torque.x +
                                 jacobian[4][j] * torque.y + jacobian[5][j] * torque.z -
                                 arm->motion.bias.at[j];
    }
    const double(*give)[3] = load->give_Ns_per_m;
    balance->gives = give[0][0] > 0.0 || give[1][1] > 0.0 || give[2][2] > 0.0;
    for (int axis = 0; balance->gives && axis < 3; ++axis) {
        const double x = step_s * give[axis][0];
        const double y = step_s * give[axis][1];
        const double z = step_s * give[axis][2];
        for (int j = 0; j < JOINT_CAPACITY; ++j) {
            balance->carried[axis][j] =
                x * jacobian[0][j] + y * jacobian[1][j] + z * jacobian[2][j];
        }
    }
}

/// Row `i` of M + J' (h G) J, up to entry `count`.
static inline void matrix_row(const arm_t* restrict arm, const balance_t* restrict balance, int i,
                              int count, double* restrict row)
{
    const double x = arm->motion.jacobian.at[0][i];
    const double y = arm->motion.jacobian.at[1][i];
    const double z = arm->motion.jacobian.at[2][i];
    for (int j = 0; j < count; ++j) {
        row[j] =
            arm->motion.mass.at[i][j] +
            (x * balance->carried[0][j] + y * balance->carried[1][j] + z * balance->carried[2][j]);
    }
}

/// The lower triangle of the step's matrix.
static void fill_matrix(const arm_t* restrict arm, const balance_t* restrict balance,
                        const servos_t* restrict servos, double step_s, cholesky_t* restrict matrix)
{
    if (balance->gives) {
        // By pairs of rows, of one length each.
        for (int i = 0; i < 2; ++i) {
            matrix_row(arm, balance, i, 2, matrix->at[i]);
            matrix_row(arm, balance, i + 2, 4, matrix->at[i + 2]);
            matrix_row(arm, balance, i + 4, 6, matrix->at[i + 4]);
            matrix_row(arm, balance, i + 6, 8, matrix->at[i + 6]);
        }
    } else {
        memcpy(matrix->at, arm->motion.mass.at, sizeof matrix->at);
    }
    for (int j = 0; j < JOINT_CAPACITY; ++j) {
        matrix->at[j][j] += step_s * (balance->damping.at[j] + servos->slope.at[j]);
    }
}

/// Solves for the speeds won.
static bool solve_step(const arm_t* arm, const balance_t* balance, const servos_t* servos,
                       double step_s, joints_t* won)
{
    const int count = arm->chain.joint_count;
    cholesky_t matrix;
    fill_matrix(arm, balance, servos, step_s, &matrix);
    for (int j = 0; j < JOINT_CAPACITY; ++j) {
        won->at[j] = step_s * (balance->effort.at[j] + servos->effort.at[j]);
    }
    if (!cholesky_factor(&matrix, count)) {
        return false;
    }
    cholesky_solve(&matrix, count, won->at);
    return true;
}

/// Tells the servos' efforts at the end of the step. One that would pass its limit becomes
/// constant; true if there is a new one.
static bool saturate(int count, const joints_t* restrict won, servos_t* restrict servos,
                     joints_t* restrict effort)
{
    for (int j = 0; j < JOINT_CAPACITY; ++j) {
        effort->at[j] = servos->effort.at[j] - servos->slope.at[j] * won->at[j];
    }
    bool found = false;
    for (int j = 0; j < count; ++j) {
        if (!servos->saturated[j] && fabs(effort->at[j]) > servos->limit.at[j]) {
            servos->saturated[j] = true;
            servos->effort.at[j] = copysign(servos->limit.at[j], effort->at[j]);
            servos->slope.at[j] = 0.0;
            servos->integral_part.at[j] = 0.0;
            found = true;
        }
    }
    return found;
}

static void move(arm_t* restrict arm, const joints_t* restrict won, const servos_t* restrict servos,
                 double step_s)
{
    for (int j = 0; j < JOINT_CAPACITY; ++j) {
        const double speed = arm->speed.at[j] + won->at[j];
        const double integral = arm->integral.at[j];
        arm->speed.at[j] = speed;
        arm->position.at[j] += step_s * speed;
        arm->integral.at[j] =
            servos->integral_kept.at[j] *
            (integral + servos->integral_part.at[j] * (arm->effort.at[j] - integral));
    }
}

WIDE void arm_advance(arm_t* arm, const arm_actuation_t* actuation, const arm_load_t* load,
                      double step_s)
{
    static const arm_actuation_t nothing = {.powered = false};
    const int count = arm->chain.joint_count;
    servos_t servos;
    balance_t balance;
    // What does not hang on the load first: a load is long in coming.
    for (int j = 0; j < JOINT_CAPACITY; ++j) {
        const arm_actuation_t* drive = j < count ? &actuation[j] : &nothing;
        fill_servo(arm, j, drive, step_s, &servos);
        fill_passive(arm, j, drive, step_s, &balance);
    }
    fill_load(arm, load, step_s, &balance);

    // Each pass but the last saturates at least one more joint, so this ends.
    joints_t won = {{0.0}};
    bool solved = true;
    for (int pass = 0; pass <= count; ++pass) {
        solved = solve_step(arm, &balance, &servos, step_s, &won);
        if (!solved || !saturate(count, &won, &servos, &arm->effort)) {
            break;
        }
    }
    assert(solved && "every term added to the mass matrix is positive");
    move(arm, &won, &servos, step_s);
}
