#include "controller/drive_force.h"

#include <math.h>
#include <string.h>

#define GRAVITY_MPS2 9.80665 // standard gravity, ISO 80000-3
// Below this speed a joint's friction may point either way; above, it is taken to be against it.
#define DIRECTION_BLEND 2e-3 // rad/s or m/s
// What has been learned longer ago than this has faded: postures and temperatures change.
#define FORGETTING_TIME_S 20.0
// Variance of the direction at which friction is half believed: a joint that hardly moved, or only
// one way, tells little.
#define DIRECTION_VARIANCE_HALF 0.02
// As parts of the effort limit, which a drive and its gear are sized by: the most that is believed
// of friction and of what stays (a wrong scale of the efforts must not be learned away); what
// friction may be before it is learned; and what is left after it. Dry friction of geared axes is 2
// to 10 % (general knowledge); what is left is measured on the virtual table, whose friction is 3
// and 4 % and whose masses are 3 % off. [judgement for real drives]
#define FRICTION_MAX_PART 0.15
#define CONSTANT_MAX_PART 0.10
#define FRICTION_UNKNOWN_PART 0.05
#define LEFT_PART 0.01

/// Modes in which the plan keeps the tool clear of the body.
static bool travels(supervisor_mode_t mode)
{
    return mode == MODE_ARMED || mode == MODE_TRANSIT || mode == MODE_PAUSED ||
           mode == MODE_PARKING;
}

static double clamp(double figure, double low, double high)
{
    return fmin(fmax(figure, low), high);
}

static void set_error(drive_force_joint_t* joint, double effort_max, double variance)
{
    const double unknown = DIRECTION_VARIANCE_HALF / (variance + DIRECTION_VARIANCE_HALF);
    joint->error = effort_max * (LEFT_PART + FRICTION_UNKNOWN_PART * unknown);
}

/// Straight line through what was left over the direction, with forgetting.
static void learn(drive_force_joint_t* joint, double direction, double left, double effort_max,
                  double keep)
{
    joint->weight = keep * joint->weight + 1.0;
    joint->x = keep * joint->x + direction;
    joint->y = keep * joint->y + left;
    joint->xx = keep * joint->xx + direction * direction;
    joint->xy = keep * joint->xy + direction * left;
    const double x = joint->x / joint->weight;
    const double y = joint->y / joint->weight;
    const double variance = fmax(joint->xx / joint->weight - x * x, 0.0);
    const double slope = (joint->xy / joint->weight - x * y) / (variance + DIRECTION_VARIANCE_HALF);
    joint->friction = clamp(slope, -FRICTION_MAX_PART * effort_max, 0.0);
    joint->constant = clamp(y - joint->friction * x, -CONSTANT_MAX_PART * effort_max,
                            CONSTANT_MAX_PART * effort_max);
    set_error(joint, effort_max, variance);
}

static void begin(const session_t* session, drive_force_state_t* state)
{
    memset(state, 0, sizeof *state);
    momentum_begin(&state->observer);
    for (int joint = 0; joint < session->chain.joint_count; ++joint) {
        set_error(&state->joints[joint], session->chain.effort_max.at[joint], 0.0);
    }
}

/// The observer's step: efforts as the mean of both ends of the period.
static bool observe(const session_t* session, drive_force_state_t* state,
                    const bus_feedback_t* feedback, const joints_t* positions,
                    const joints_t* speeds)
{
    const momentum_settings_t settings = {.period_s = session->period_s,
                                          .time_constant_s = DRIVE_FORCE_TIME_CONSTANT_S,
                                          .gravity_mps2 = vec3(0.0, 0.0, -GRAVITY_MPS2)};
    const double part = session->period_s / (session->period_s + DRIVE_FORCE_TIME_CONSTANT_S);
    joints_t efforts = {{0.0}};
    for (int joint = 0; joint < session->chain.joint_count; ++joint) {
        const double effort = feedback->drives[joint].effort;
        const double before = state->effort_known ? state->effort.at[joint] : effort;
        const double speed = speeds->at[joint];
        const double direction = speed / (fabs(speed) + DIRECTION_BLEND);
        efforts.at[joint] = 0.5 * (effort + before);
        state->effort.at[joint] = effort;
        state->direction.at[joint] += part * (direction - state->direction.at[joint]);
    }
    state->effort_known = true;
    return momentum_step(&session->chain, &settings, &state->observer, positions, speeds, &efforts);
}

void drive_force_step(const session_t* session, drive_force_state_t* state,
                      const bus_feedback_t* feedback, supervisor_mode_t mode,
                      const jacobian_t* jacobian, estimate_t* estimate)
{
    estimate->drive_force_N = (double)NAN;
    estimate->drive_force_deviation_N = (double)NAN;
    estimate->force_disagreement_N = (double)NAN;
    // While brakes hold, drives say nothing about what pushes.
    if (!supervisor_mode_powered(mode) || mode == MODE_ARMING ||
        !observe(session, state, feedback, &estimate->joint_position_measured,
                 &estimate->joint_speed_measured)) {
        begin(session, state);
        return;
    }
    const double keep = 1.0 - session->period_s / FORGETTING_TIME_S;
    joints_t external = {{0.0}};
    joints_t error = {{0.0}};
    for (int i = 0; i < session->chain.joint_count; ++i) {
        drive_force_joint_t* joint = &state->joints[i];
        const double left = state->observer.external.at[i];
        if (travels(mode)) {
            learn(joint, state->direction.at[i], left, session->chain.effort_max.at[i], keep);
        }
        external.at[i] = left - joint->friction * state->direction.at[i] - joint->constant;
        error.at[i] = joint->error;
    }
    const double part = session->period_s / (session->period_s + DRIVE_FORCE_TIME_CONSTANT_S);
    if (estimate->force_tared) {
        state->sensed_force_N += part * (estimate->normal_force_N - state->sensed_force_N);
    }
    vec3_t force_N;
    double deviation_N = 0.0;
    if (momentum_tool_force(&session->chain, jacobian, &external, &error, estimate->surface_normal,
                            &force_N, &deviation_N)) {
        estimate->drive_force_N = vec3_dot(force_N, estimate->surface_normal);
        estimate->drive_force_deviation_N = deviation_N;
        estimate->force_disagreement_N = fabs(estimate->drive_force_N - state->sensed_force_N);
    }
}
