#include "controller/plan.h"

#include <math.h>

// Regaining the force of a stroke that was interrupted.
#define RESUME_RAMP_S 1.2

#define PI 3.14159265358979323846

/// What the client's screening and wishes leave of it stands in `client_cap_N`.
static double region_cap_N(const session_t* session, int region)
{
    const body_settings_t* body = session->body->settings;
    if (region >= 0 && region < body->region_count) {
        return fmin(body->regions[region].force_max_N.value,
                    session->safety->contact_force_max_N.value);
    }
    double cap_N = session->safety->contact_force_max_N.value;
    for (int i = 0; i < body->region_count; ++i) {
        cap_N = fmin(cap_N, body->regions[i].force_max_N.value);
    }
    return cap_N;
}

static double client_cap_N(const session_t* session, int region)
{
    const pad_settings_t* pad = &session->machine->arm.tool.pads[session->pad_index];
    return client_force_cap_N(session->effects, region, session->body->settings->region_count,
                              0.25 * PI * pad->diameter_m * pad->diameter_m);
}

static double smallest_cap_N(const session_t* session, int region)
{
    return fmin(region_cap_N(session, region), client_cap_N(session, region));
}

/// Keeps a force target under the cap; one that is cut off no longer changes.
static void cut_force(const session_t* session, plan_target_t* target)
{
    const double allowed_N =
        fmin(target->force_cap_N, client_target_cap_N(client_cap_N(session, target->region)));
    if (!(target->force_target_N <= allowed_N)) {
        target->force_target_N = allowed_N;
        target->force_rate_N_per_s = 0.0;
    }
}

static void travel_begin(const session_t* session, plan_state_t* state, const pose_t* start,
                         const pose_t* goal)
{
    state->travel =
        tool_travel_plan(&session->body->surface, start, goal,
                         session->safety->transit_speed_max_mps.value, session->period_s);
    state->travel_elapsed_s = 0.0;
    state->arrived = false;
}

static void travel_step(const session_t* session, plan_state_t* state, plan_target_t* target)
{
    state->travel_elapsed_s += session->period_s;
    state->arrived = state->travel_elapsed_s >= state->travel.duration_s;
    target->tool_desired = tool_travel_pose(&state->travel, state->travel_elapsed_s);
}

/// Where the tool goes next: above the next place to be touched, or nowhere when there is none.
static pose_t next_goal(const session_t* session, const plan_state_t* state, const pose_t* tool,
                        int* region)
{
    const player_view_t view = player_view(session->body, session->routine, &state->player);
    body_place_t place = view.target.place;
    bool found = !view.done && !view.rest;
    *region = -1;
    if (found) {
        *region = body_region_at(session->body, place);
    }
    for (int item = state->player.item; !found && item < session->routine->item_count; ++item) {
        found = player_first_place(session->body, session->routine, item, &place, region);
    }
    if (!found) {
        return *tool;
    }
    vec3_t normal;
    const pose_t on_skin = tool_pose_on_skin(session->body, place, &normal);
    return tool_pose_above(on_skin, normal, TOOL_HOVER_HEIGHT_M);
}

static void transit_step(const session_t* session, plan_state_t* state, bool entered,
                         const pose_t* tool, plan_target_t* target)
{
    if (entered) {
        const pose_t goal = next_goal(session, state, tool, &target->region);
        travel_begin(session, state, tool, &goal);
    }
    travel_step(session, state, target);
    const player_view_t view = player_view(session->body, session->routine, &state->player);
    state->resting = view.rest;
    state->routine_done = view.done;
    if (view.rest && state->arrived) {
        player_advance(session->routine, &state->player, session->period_us);
        if (player_view(session->body, session->routine, &state->player).item_finished) {
            player_next(session->routine, &state->player);
        }
    }
    target->speed_allowed_mps = session->safety->transit_speed_max_mps.value;
}

static void contact_step(const session_t* session, plan_state_t* state, supervisor_mode_t mode,
                         bool entered, plan_target_t* target)
{
    if (entered) {
        state->contact_s = 0.0;
        state->item_finished = false;
        state->resumed = state->player.elapsed_us > 0;
    }
    double regained = 1.0;
    if (mode == MODE_CONTACT) {
        state->contact_s += session->period_s;
        regained = state->resumed ? tool_smooth_part(state->contact_s / RESUME_RAMP_S) : 1.0;
        if (regained >= 1.0) {
            player_advance(session->routine, &state->player, session->period_us);
        }
    }
    const player_view_t view = player_view(session->body, session->routine, &state->player);
    target->tool_desired = tool_pose_on_skin(session->body, view.target.place, &target->normal);
    target->region = body_region_at(session->body, view.target.place);
    target->force_controlled = mode == MODE_CONTACT;
    target->force_target_N =
        STROKE_LIGHT_FORCE_N + regained * (view.target.force_N - STROKE_LIGHT_FORCE_N);
    target->force_rate_N_per_s = regained * view.target.force_rate_N_per_s;
    target->force_cap_N = smallest_cap_N(session, target->region);
    cut_force(session, target);
    target->speed_allowed_mps = mode == MODE_CONTACT
                                    ? session->safety->contact_speed_max_mps.value +
                                          session->safety->normal_speed_max_mps.value
                                    : session->safety->approach_speed_max_mps.value;
    state->item_finished = mode == MODE_CONTACT && view.item_finished;
}

/// Lifting, yielding and stopping keep the last target: force control moves away from it.
static void leave_step(const session_t* session, plan_state_t* state, supervisor_mode_t mode,
                       bool entered, plan_target_t* target)
{
    if (entered && mode == MODE_RETRACT && state->item_finished) {
        player_next(session->routine, &state->player);
        state->item_finished = false;
    }
    *target = state->last;
    target->force_controlled = false;
    target->force_target_N = 0.0;
    target->force_rate_N_per_s = 0.0;
    target->speed_allowed_mps = fmax(session->safety->approach_speed_max_mps.value,
                                     session->safety->contact_speed_max_mps.value +
                                         session->safety->normal_speed_max_mps.value);
}

static void parking_step(const session_t* session, plan_state_t* state, bool entered,
                         const pose_t* tool, const joints_t* joints, plan_target_t* target)
{
    if (entered) {
        const pose_t parked = fk_tool_pose(&session->chain, &session->chain.parked);
        travel_begin(session, state, tool, &parked);
        state->parking_joints = false;
        state->parked = false;
    }
    if (!state->parking_joints && state->arrived) {
        state->park_start = *joints;
        state->park_elapsed_s = 0.0;
        state->park_s =
            tool_parking_s(&session->chain, joints, session->safety->transit_speed_max_mps.value);
        state->parking_joints = true;
    }
    if (state->parking_joints) {
        state->park_elapsed_s += session->period_s;
        target->joint_motion = true;
        target->joints_desired = tool_parking_joints(&session->chain, &state->park_start,
                                                     state->park_s, state->park_elapsed_s);
        state->parked = state->park_elapsed_s >= state->park_s;
    } else {
        travel_step(session, state, target);
    }
    target->speed_allowed_mps = session->safety->transit_speed_max_mps.value;
}

plan_target_t plan_step(const session_t* session, plan_state_t* state, supervisor_mode_t mode,
                        const pose_t* tool, const joints_t* joints)
{
    const bool entered = mode != state->mode;
    plan_target_t target = {.tool_desired = *tool,
                            .normal = vec3_scale(quat_rotate(tool->orientation, vec3(0, 0, 1)), -1),
                            .region = -1,
                            .item = state->player.item,
                            .force_cap_N = smallest_cap_N(session, -1),
                            .speed_allowed_mps = session->safety->transit_speed_max_mps.value};
    switch (mode) {
    case MODE_LOCKED:
    case MODE_READY:
    case MODE_ARMING:
    case MODE_ARMED:
    case MODE_STOPPING:
    case MODE_PARKED:
    case MODE_TRIPPED:
    case MODE_PAUSED:
        break;
    case MODE_TRANSIT:
        transit_step(session, state, entered, tool, &target);
        break;
    case MODE_APPROACH:
    case MODE_CONTACT:
        contact_step(session, state, mode, entered, &target);
        break;
    case MODE_RETRACT:
    case MODE_LIFT:
    case MODE_YIELD:
        leave_step(session, state, mode, entered, &target);
        break;
    case MODE_PARKING:
        parking_step(session, state, entered, tool, joints, &target);
        break;
    }
    target.item = state->player.item;
    target.item_elapsed_s = (double)state->player.elapsed_us * 1e-6;
    state->last = target;
    state->mode = mode;
    return target;
}
