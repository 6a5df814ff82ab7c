#include "controller/cycle.h"

#include <assert.h>
#include <math.h>
#include <string.h>

// NOLINTNEXTLINE(misc-redundant-expression): two names, which must stay one number
static_assert(SUBJECT_NONE == PART_NONE, "the judge names parts as kinematics does");

// Techniques that work on one spot for as long as their stroke takes.
#define STAYING_TECHNIQUES                                                                         \
    (1u << TECHNIQUE_COMPRESSION | 1u << TECHNIQUE_FRICTION_CIRCULAR |                             \
     1u << TECHNIQUE_FRICTION_CROSS | 1u << TECHNIQUE_VIBRATION | 1u << TECHNIQUE_TRIGGER_POINT |  \
     1u << TECHNIQUE_MYOFASCIAL_RELEASE)

// The arm stands: nothing commanded, and measured speeds below encoder noise.
#define STANDSTILL_SPEED 0.01 // rad/s or m/s

// As long as the drives' watchdog waits: half of that may be missed.
#define PERIODS_COUNTED_PER_OVERRUN_MAX 2

void cycle_begin(cycle_state_t* state)
{
    memset(state, 0, sizeof *state);
    state->mode = MODE_LOCKED;
    state->interlock = interlock_begin();
    state->force.commanded = pose_identity();
    state->force.base = pose_identity();
}

/// For how long the stroke is to stay on one place: all of it where its technique works on a spot.
static int64_t stay_planned_us(const session_t* session, const cycle_state_t* state)
{
    const player_state_t* player = &state->plan.player;
    const routine_t* routine = session->routine;
    if (state->mode != MODE_CONTACT || player->item < 0 || player->item >= routine->item_count ||
        routine->items[player->item].kind != ITEM_STROKE) {
        return 0;
    }
    const stroke_t* stroke = &routine->items[player->item].stroke;
    const int64_t stroke_us = (int64_t)(stroke->duration_s * 1e6) + player->extension_us;
    return (STAYING_TECHNIQUES >> stroke->technique & 1u) != 0 ? stroke_us : 0;
}

static judged_t judged_view(const session_t* session, const cycle_state_t* state,
                            const cycle_input_t* in, const estimate_t* estimate)
{
    const vec3_t tool_m = estimate->tool_measured.position_m;
    return (judged_t){
        .mode = state->mode,
        .now_us = in->now_us,
        .feedback = &in->feedback,
        .commanded = &state->command,
        .normal_force_N = estimate->normal_force_N,
        .shear_force_N = estimate->shear_force_N,
        .drive_force_N = estimate->drive_force_N,
        .drive_force_deviation_N = estimate->drive_force_deviation_N,
        .force_disagreement_N = estimate->force_disagreement_N,
        .force_total_N = vec3_norm(estimate->contact_force_N),
        .tool_position_m = {tool_m.x, tool_m.y, tool_m.z},
        .tool_speed_mps = estimate->tool_speed_mps,
        .tool_giving_mps = estimate->tool_giving_mps,
        .tool_speed_allowed_mps = state->target.speed_allowed_mps,
        .force_predicted_N = estimate->force_predicted_N,
        .force_target_N = state->target.force_target_N,
        .force_rate_N_per_s = state->target.force_rate_N_per_s,
        .stay_planned_us = stay_planned_us(session, state),
        .contact_gap_s = state->target.contact_gap_s,
        .force_cap_N = state->target.force_cap_N,
        .surface_gap_m = estimate->surface_gap_m,
        .link_clearance_m = estimate->link_clearance_m,
        .link_near_skin = estimate->link_near_skin,
        .arm_clearance_m = estimate->arm_nearest.distance_m,
        .arm_part = estimate->arm_nearest.part,
        .arm_other = estimate->arm_nearest.other,
        .path_error_m = state->path_error_m,
        .force_tared = estimate->force_tared,
        .tare_refused = state->estimate.tare_refused,
        .tare_offset_N = vec3_norm(state->estimate.tare_N),
        .mode_us = state->mode_us,
        .overruns = in->overruns,
        .session_us = state->session_us,
    };
}

static bool standing(const session_t* session, const cycle_state_t* state, const cycle_input_t* in)
{
    bool stands = true;
    for (int joint = 0; joint < session->chain.joint_count; ++joint) {
        const bool locked = (state->locked_joints >> joint & 1u) != 0;
        stands =
            stands && (locked || (fabs(state->limit.speed.at[joint]) < 1e-9 &&
                                  fabs(in->feedback.drives[joint].velocity) < STANDSTILL_SPEED));
    }
    return stands;
}

static conditions_t when(bool holds, conditions_t condition)
{
    return holds ? condition : 0;
}
#define WHEN(holds, name) when((holds), CONDITION(CONDITION_##name))

/// Only what was granted becomes a condition.
static conditions_t requested(supervisor_mode_t mode, const live_t* live)
{
    const bool stop = (live->granted & REQUEST_STOP) != 0;
    const bool touches = supervisor_mode_touches(mode);
    return WHEN((live->granted & REQUEST_ACKNOWLEDGE) != 0, ACKNOWLEDGE) |
           WHEN((live->granted & REQUEST_ARM) != 0, ARM) |
           WHEN((live->granted & REQUEST_START) != 0, START) |
           WHEN((live->granted & REQUEST_PAUSE) != 0, PAUSE) |
           WHEN((live->granted & REQUEST_RESUME) != 0, RESUME) |
           WHEN((live->granted & (REQUEST_SKIP | REQUEST_REPEAT)) != 0, LEAVE) |
           WHEN(stop && touches, YIELD) |
           // Somebody's stop does not end the way off the body.
           WHEN(stop && !touches && mode != MODE_YIELD, STOP) | WHEN(live->ending, END);
}

static live_t answer(const session_t* session, cycle_state_t* state, const cycle_input_t* in,
                     const cycle_output_t* out)
{
    live_view_t view = {.mode = state->mode,
                        .player = &state->plan.player,
                        .session_us = state->session_us,
                        .healthy = out->verdict.refused == 0};
    if ((in->requests & REQUEST_RESUME) != 0) {
        const pose_t commanded = fk_tool_pose(&session->chain, &state->limit.position);
        view.standing = standing(session, state, in);
        view.tool_deviation_m =
            vec3_norm(vec3_sub(out->estimate.tool_measured.position_m, commanded.position_m));
    }
    return live_step(session, &state->live, &view, in);
}

/// How much time this period is to count for.
static int64_t passed_us(const session_t* session, const cycle_state_t* state,
                         const cycle_input_t* in)
{
    const uint64_t period_us = (uint64_t)session->period_us;
    const uint64_t watched = (uint64_t)(PERIODS_COUNTED_PER_OVERRUN_MAX *
                                        fmax(session->safety->overrun_count_max.value, 0.0));
    const uint64_t missed_most = in->overruns < watched ? in->overruns : watched;
    if (in->now_us <= state->now_us) {
        return session->period_us;
    }
    // The difference of any two clock readings fits without a sign.
    const uint64_t since_us = (uint64_t)in->now_us - (uint64_t)state->now_us;
    const uint64_t whole = since_us / period_us + (2 * (since_us % period_us) >= period_us ? 1 : 0);
    const uint64_t missed = whole > 1 ? whole - 1 : 0;
    if (missed == 0) {
        return session->period_us; // a wake-up early or late is made good by the next one
    }
    const uint64_t most_us = period_us * (1 + missed_most);
    return (int64_t)(since_us < most_us ? since_us : most_us);
}

static conditions_t conditions_now(const session_t* session, const cycle_state_t* state,
                                   const cycle_input_t* in, const cycle_output_t* out)
{
    const estimate_t* estimate = &out->estimate;
    const verdict_t* verdict = &out->verdict;
    bool enabled = true;
    for (int joint = 0; joint < session->chain.joint_count; ++joint) {
        enabled = enabled && in->feedback.drives[joint].state == DRIVE_OPERATION_ENABLED;
    }
    const double mode_s = (double)state->mode_us * 1e-6;
    const bool stop_late = mode_s > session->safety->stop_time_max_s.value;
    // Force control counts the periods it has moved in: the same unless some were missed.
    const bool yield_late =
        state->mode == MODE_YIELD && mode_s >= session->safety->yield_time_max_s.value;
    return requested(state->mode, &out->live) |
           WHEN(verdict->reaction == REACTION_POWER_OFF, POWER_OFF) |
           WHEN(verdict->reaction == REACTION_STOP, STOP) |
           WHEN(verdict->reaction == REACTION_YIELD, YIELD) |
           WHEN(verdict->reaction == REACTION_LIFT, LIFT) |
           WHEN(state->interlock.tripped, LATCHED) | WHEN(verdict->refused != 0, NOT_HEALTHY) |
           WHEN(enabled, DRIVES_ENABLED) | WHEN(estimate->force_tared, TARED) |
           WHEN(estimate->touching, TOUCHED) | WHEN(state->plan.arrived, ABOVE) |
           WHEN(state->plan.resting, RESTING) | WHEN(state->plan.item_finished, ITEM_FINISHED) |
           WHEN(state->plan.routine_done, ROUTINE_DONE) | WHEN(state->force.lifted, LIFTED) |
           WHEN(state->plan.parked, AT_PARK) | WHEN(state->force.yielded || yield_late, YIELDED) |
           WHEN(stop_late || standing(session, state, in), STANDSTILL);
}

/// True where the arm is to follow a tool pose; elsewhere it stands or moves in joint space.
static bool follows_tool(supervisor_mode_t mode, const plan_target_t* target)
{
    return (supervisor_mode_touches(mode) || mode == MODE_TRANSIT || mode == MODE_YIELD ||
            mode == MODE_PARKING) &&
           !target->joint_motion;
}

static joint_target_t joint_step(const session_t* session, const cycle_state_t* state,
                                 supervisor_mode_t mode, const plan_target_t* target,
                                 const tool_command_t* tool)
{
    joint_target_t joints = {.position = state->limit.position, .result = IK_OK};
    if (follows_tool(mode, target)) {
        joints.result = ik_track(&session->chain, &session->track, &state->limit.position,
                                 &state->limit.speed, &tool->tool_commanded, &tool->feedforward,
                                 state->locked_joints, &joints.position, &joints.speed);
        if (joints.result == IK_BAD_INPUT) {
            joints.position = state->limit.position; // brakes: there is nothing to follow
        }
        const pose_t reached = fk_tool_pose(&session->chain, &joints.position);
        joints.path_error_m =
            vec3_norm(vec3_sub(reached.position_m, tool->tool_commanded.position_m));
    } else if (target->joint_motion) {
        joints.position = target->joints_desired;
    }
    return joints;
}

/// The tool pose that motion may continue from: what force control last commanded while the arm
/// follows the tool, else where the commanded joints have it.
static pose_t tool_to_continue(const session_t* session, const cycle_state_t* state)
{
    return follows_tool(state->mode, &state->target)
               ? state->force.commanded
               : fk_tool_pose(&session->chain, &state->limit.position);
}

static void remember(const session_t* session, cycle_state_t* state, const cycle_input_t* in,
                     const cycle_output_t* out)
{
    const int64_t counted_us = passed_us(session, state, in);
    const bool powered = supervisor_mode_powered(out->mode);
    if (out->mode != state->mode) {
        state->mode_us = 0;
        if (out->mode == MODE_READY) { // acknowledged: a new chance begins
            interlock_acknowledge(&state->interlock);
            state->live.ending = false;
        } else if (state->mode == MODE_PAUSED && out->mode == MODE_TRANSIT) {
            interlock_acknowledge(&state->interlock); // lifted, looked at and resumed
        }
    } else {
        state->mode_us += counted_us;
    }
    state->session_us = powered ? state->session_us + counted_us : 0;
    state->locked_joints = powered ? state->locked_joints | out->verdict.locked_joints : 0;
    state->now_us = in->now_us;
    state->mode = out->mode;
    state->target = out->target;
    state->command = out->command;
    state->path_error_m = out->joints.path_error_m;
}

void cycle_step(const session_t* session, cycle_state_t* state, const cycle_input_t* in,
                cycle_output_t* out)
{
    memset(out, 0, sizeof *out);
    out->estimate =
        estimate_step(session, &state->estimate, &in->feedback, state->mode, &state->target);
    const judged_t judged = judged_view(session, state, in, &out->estimate);
    out->verdict = interlock_evaluate(&session->limits, &state->interlock, &judged);
    out->live = answer(session, state, in, out);
    out->conditions = conditions_now(session, state, in, out);
    out->mode = supervisor_next(state->mode, out->conditions);
    const pose_t tool = tool_to_continue(session, state);
    state->locked_joints |= out->verdict.locked_joints;
    out->target = plan_step(session, &state->plan, out->mode, &out->live, &out->estimate, &tool,
                            &state->limit.position);
    out->tool = force_control_step(session, &state->force, out->mode, &out->target, &out->estimate);
    out->joints = joint_step(session, state, out->mode, &out->target, &out->tool);
    out->command = limit_apply(session, &state->limit, out->mode, &out->joints, &in->feedback,
                               state->locked_joints);

    interlock_record(&state->interlock, &session->limits, &judged, &out->verdict);
    limit_record(session, &state->limit, out->mode, &out->command);
    remember(session, state, in, out);
}
