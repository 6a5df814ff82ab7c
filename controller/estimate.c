#include "controller/estimate.h"

#include <math.h>

#include "kinematics/clearance.h"

#define GRAVITY_MPS2 9.80665 // standard gravity, ISO 80000-3
#define TOUCH_SAMPLES 2      // in a row: one noisy sample is not a touch
// Share of the newest acceleration: speeds of two periods are half a period old, the sensor's
// filter and transport about a whole one.
#define ACCELERATION_SHARE (2.0 / 3.0)
// The stiffness estimate looks at motion faster than this and forgets what is older than that.
#define SLOW_PART_TIME_S 0.25
#define FORGETTING_TIME_S 0.8
// Weight of the expected stiffness against what is felt: as much as this motion would have, m2.
#define PRIOR_EXCITATION_M2 (4e-4 * 4e-4)
// How far below the expected stiffness the estimate may fall: a breathing body that the tool
// follows feels softer than it is, and a gain too high for the true stiffness is what must not
// happen.
#define STIFFNESS_FLOOR_PART 0.7
// Share of the newest change of the force in its rate: what noise leaves is a few ten newtons a
// second, at a delay of a period.
#define RATE_SHARE 0.5

double estimate_expected_stiffness_N_per_m(const session_t* session, int region, double force_N)
{
    const double spring = session->machine->arm.tool.spring_stiffness_N_per_m;
    const body_settings_t* body = session->body->settings;
    const int known = region >= 0 && region < body->region_count ? region : 0;
    return bandwidth_stiffness_N_per_m(&body->regions[known].tissue, spring, force_N);
}

static void estimate_joints(const session_t* session, const bus_feedback_t* feedback,
                            estimate_t* estimate)
{
    for (int joint = 0; joint < session->chain.joint_count; ++joint) {
        const drive_feedback_t* drive = &feedback->drives[joint];
        const bool known = drive->age_us != AGE_NEVER_US;
        estimate->joint_position_measured.at[joint] = known ? drive->position : (double)NAN;
        estimate->joint_speed_measured.at[joint] = known ? drive->velocity : (double)NAN;
    }
}

/// Averages the offset while the arm stands untouched; refuses one that is no offset.
static void tare(const session_t* session, estimate_state_t* state, supervisor_mode_t mode,
                 bool fresh, vec3_t unexplained_N)
{
    if (mode == MODE_LOCKED || mode == MODE_READY || mode == MODE_TRIPPED) {
        state->tare_count = 0;
        state->tare_sum_N = vec3(0.0, 0.0, 0.0);
        state->tared = false;
        state->tare_refused = false;
    } else if (mode == MODE_ARMING && !state->tared && fresh) {
        state->tare_sum_N = vec3_add(state->tare_sum_N, unexplained_N);
        if (++state->tare_count >= ESTIMATE_TARE_SAMPLES) {
            state->tare_N = vec3_scale(state->tare_sum_N, 1.0 / state->tare_count);
            state->tared = vec3_norm(state->tare_N) <= session->safety->tare_force_max_N.value;
            state->tare_refused = !state->tared;
            state->tare_count = 0;
            state->tare_sum_N = vec3(0.0, 0.0, 0.0);
        }
    }
}

/// Acceleration of the tool's centre of mass, from the measured speeds of two periods; 0 until
/// there are two.
static void estimate_acceleration(const session_t* session, estimate_state_t* state,
                                  const chain_frames_t* frames, const twist_t* tool)
{
    const double* centre_m = session->machine->arm.tool.centre_of_mass_m;
    const vec3_t place_m =
        pose_transform_point(frames->flange, vec3(centre_m[0], centre_m[1], centre_m[2]));
    const vec3_t lever_m = vec3_sub(place_m, frames->tool.position_m);
    const vec3_t velocity_mps =
        vec3_add(tool->linear_mps, vec3_cross(tool->angular_radps, lever_m));
    const vec3_t newest_mps2 =
        vec3_scale(vec3_sub(velocity_mps, state->tool_velocity_mps), 1.0 / session->period_s);
    if (state->tool_moved && vec3_finite(newest_mps2)) {
        state->tool_acceleration_mps2 =
            vec3_lerp(state->tool_acceleration_mps2, newest_mps2, ACCELERATION_SHARE);
    } else {
        state->tool_acceleration_mps2 = vec3(0.0, 0.0, 0.0);
    }
    state->tool_moved = vec3_finite(velocity_mps);
    state->tool_velocity_mps = velocity_mps;
}

static void estimate_force(const session_t* session, estimate_state_t* state,
                           const bus_feedback_t* feedback, supervisor_mode_t mode,
                           quat_t sensor_in_table, estimate_t* estimate)
{
    const force_feedback_t* force = &feedback->force;
    const bool known = force->age_us != AGE_NEVER_US;
    const double weight_N = session->machine->arm.tool.mass_kg * GRAVITY_MPS2;
    const vec3_t weight_in_sensor =
        quat_rotate(quat_conjugate(sensor_in_table), vec3(0.0, 0.0, -weight_N));
    const vec3_t inertia_N =
        vec3_scale(state->tool_acceleration_mps2, -session->machine->arm.tool.mass_kg);
    const vec3_t raw_N = known ? vec3(force->force_N[0], force->force_N[1], force->force_N[2])
                               : vec3((double)NAN, (double)NAN, (double)NAN);
    const vec3_t unexplained_N = vec3_sub(raw_N, weight_in_sensor);
    tare(session, state, mode, known && vec3_finite(unexplained_N), unexplained_N);

    const vec3_t on_tool_N =
        state->tared
            ? vec3_sub(quat_rotate(sensor_in_table, vec3_sub(unexplained_N, state->tare_N)),
                       inertia_N)
            : vec3((double)NAN, (double)NAN, (double)NAN);
    estimate->contact_force_N = vec3_scale(on_tool_N, -1.0);
    estimate->normal_force_N = vec3_dot(on_tool_N, estimate->surface_normal);
    estimate->shear_force_N = vec3_norm(
        vec3_sub(on_tool_N, vec3_scale(estimate->surface_normal, estimate->normal_force_N)));
    estimate->force_tared = state->tared;

    const bool touch = estimate->normal_force_N >= session->safety->touch_force_N.value;
    state->touch_count = touch ? state->touch_count + 1 : 0;
    estimate->touching = state->touch_count >= TOUCH_SAMPLES;
}

static void estimate_stiffness(const session_t* session, estimate_state_t* state,
                               supervisor_mode_t mode, const plan_target_t* target,
                               estimate_t* estimate)
{
    const double expected =
        estimate_expected_stiffness_N_per_m(session, target->region, target->force_target_N);
    const double force_N = estimate->normal_force_N;
    const double gap_m = estimate->surface_gap_m;
    if (mode != MODE_CONTACT || !isfinite(force_N) || !isfinite(gap_m)) {
        state->force_slow_N = isfinite(force_N) ? force_N : 0.0;
        state->gap_slow_m = isfinite(gap_m) ? gap_m : 0.0;
        state->sum_xx = 0.0;
        state->sum_xy = 0.0;
        state->stiffness_N_per_m = expected;
    } else {
        const double slow = session->period_s / SLOW_PART_TIME_S;
        const double keep = 1.0 - session->period_s / FORGETTING_TIME_S;
        state->force_slow_N += slow * (force_N - state->force_slow_N);
        state->gap_slow_m += slow * (gap_m - state->gap_slow_m);
        const double pressed_m = state->gap_slow_m - gap_m;
        state->sum_xx = keep * state->sum_xx + (1.0 - keep) * pressed_m * pressed_m;
        state->sum_xy =
            keep * state->sum_xy + (1.0 - keep) * pressed_m * (force_N - state->force_slow_N);
        const double felt = (state->sum_xy + PRIOR_EXCITATION_M2 * expected) /
                            (state->sum_xx + PRIOR_EXCITATION_M2);
        const double spring = session->machine->arm.tool.spring_stiffness_N_per_m;
        state->stiffness_N_per_m = fmin(fmax(felt, STIFFNESS_FLOOR_PART * expected), spring);
    }
    estimate->stiffness_N_per_m = state->stiffness_N_per_m;
}

static void estimate_rate(const session_t* session, estimate_state_t* state, int64_t age_us,
                          estimate_t* estimate)
{
    const double force_N = estimate->normal_force_N;
    state->since_force_s += session->period_s;
    if (age_us == AGE_NEVER_US || !isfinite(force_N)) {
        state->force_seen = false;
        state->force_rate_N_per_s = 0.0;
    } else if (age_us < session->period_us) {
        const double rate_N_per_s =
            state->force_seen ? (force_N - state->force_seen_N) / state->since_force_s : 0.0;
        state->force_rate_N_per_s += RATE_SHARE * (rate_N_per_s - state->force_rate_N_per_s);
        state->force_seen = true;
        state->force_seen_N = force_N;
        state->since_force_s = 0.0;
    }
    estimate->force_rate_N_per_s = state->force_rate_N_per_s;
    estimate->force_age_s = state->since_force_s;
}

static void predict_force(const session_t* session, const plan_target_t* target,
                          vec3_t tool_velocity_mps, estimate_t* estimate)
{
    estimate->hardest_N_per_m =
        fmax(estimate->stiffness_N_per_m,
             session_hardest_N_per_m(session->machine, session->body->settings, target->region));
    const envelope_press_t press = {
        .force_N = estimate->normal_force_N,
        .force_age_s = estimate->force_age_s,
        .force_rate_N_per_s = estimate->force_rate_N_per_s,
        .tool_mps = -vec3_dot(tool_velocity_mps, estimate->surface_normal),
        .stiffness_N_per_m = estimate->hardest_N_per_m,
        .felt_N_per_m = estimate->stiffness_N_per_m,
    };
    estimate->force_predicted_N = envelope_force_N(&session->reaction, &press);
}

estimate_t estimate_step(const session_t* session, estimate_state_t* state,
                         const bus_feedback_t* feedback, supervisor_mode_t mode,
                         const plan_target_t* target)
{
    estimate_t estimate = {0};
    estimate_joints(session, feedback, &estimate);

    chain_frames_t frames;
    jacobian_t jacobian;
    fk_frames(&session->chain, &estimate.joint_position_measured, &frames);
    fk_jacobian(&session->chain, &frames, &jacobian);
    estimate.tool_measured = frames.tool;
    const twist_t tool = fk_tool_twist(&session->chain, &jacobian, &estimate.joint_speed_measured);
    estimate.tool_speed_mps = vec3_norm(tool.linear_mps);
    estimate_acceleration(session, state, &frames, &tool);
    estimate.surface_gap_m = surface_distance_m(&session->body->surface, frames.tool.position_m,
                                                &estimate.surface_normal);
    if (!vec3_finite(frames.tool.position_m)) {
        estimate.surface_gap_m = (double)NAN;
    }
    const link_clearance_t over_skin =
        clearance_links_to_skin(&session->chain, &frames, &session->body->surface);
    estimate.link_clearance_m = over_skin.distance_m;
    estimate.link_near_skin = over_skin.link;
    estimate.arm_nearest = clearance_near(&session->pairs, &frames);
    estimate_force(session, state, feedback, mode, frames.flange.orientation, &estimate);
    estimate.tool_giving_mps =
        -vec3_dot(tool.linear_mps, estimate.contact_force_N) / vec3_norm(estimate.contact_force_N);
    drive_force_step(session, &state->drive_force, feedback, mode, &jacobian, &estimate);
    estimate_stiffness(session, state, mode, target, &estimate);
    estimate_rate(session, state, feedback->force.age_us, &estimate);
    predict_force(session, target, tool.linear_mps, &estimate);
    return estimate;
}
