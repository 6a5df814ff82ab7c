#include "controller/plan.h"

#include <math.h>
#include <stddef.h>

#include "routines/intensity.h"

// Regaining the force of a stroke that was interrupted.
#define RESUME_RAMP_S 1.2
// A stroke that holds a force along the skin. Smoothing of what is felt; how far above the wanted
// force the path stands still; how quickly the normal force gives way, per newton along the skin
// that is too much; how long the path may stand, and how much longer than planned it may take.
#define SHEAR_SMOOTHING_S 0.04
#define SHEAR_BAND_N 1.0
#define SHEAR_GIVING_PER_S 2.0
#define SHEAR_OF_LIGHT 0.75 // of the light force: what that drags along dry skin stops nothing
#define STANDING_MAX_S 15.0
#define WAITING_MAX_S 20.0 // and as long again as the stroke was to take
#define STANDING_PACE 0.05

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

/// The most that intensity may make of a stroke: every limit that the static check knows, and what
/// the measured force needs to swing below the cap.
static double stroke_ceiling_N(const session_t* session, const stroke_t* stroke)
{
    const body_settings_t* body = session->body->settings;
    if (stroke->region < 0 || stroke->region >= body->region_count) {
        return 0.0; // nowhere: as written, or nothing
    }
    const region_settings_t* region = &body->regions[stroke->region];
    const double pad_m = session->machine->arm.tool.pads[session->pad_index].diameter_m;
    const technique_limits_t* technique = &session->safety->techniques[stroke->technique];
    const double by_pressure_N =
        fmin(region->pressure_max_Pa.value, technique->pressure_max_Pa.value) * 0.25 * PI * pad_m *
        pad_m;
    const double by_technique_N = technique->force_max_N.value * region->force_factor;
    const double by_safety_N =
        session->safety->contact_force_max_N.value - session->safety->contact_force_margin_N.value;
    const double by_cap_N = smallest_cap_N(session, stroke->region) - PLAN_INTENSITY_HEADROOM_N;
    return fmin(fmin(by_pressure_N, by_technique_N), fmin(by_safety_N, by_cap_N));
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

static void travel_to_next(const session_t* session, plan_state_t* state, const pose_t* from,
                           plan_target_t* target)
{
    const pose_t goal = next_goal(session, state, from, &target->region);
    travel_begin(session, state, from, &goal);
    state->goal_changed = false;
}

static void transit_step(const session_t* session, plan_state_t* state, bool entered,
                         const pose_t* tool, plan_target_t* target)
{
    if (entered) {
        // While the force is regained the player stands still: nowhere but on the skin.
        player_rejoin(session->body, session->routine, &state->player);
        travel_to_next(session, state, tool, target);
    }
    travel_step(session, state, target);
    if (state->goal_changed && state->arrived) {
        const pose_t here = target->tool_desired;
        travel_to_next(session, state, &here, target);
    }
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

static const stroke_t* stroke_of(const session_t* session, const player_state_t* player)
{
    const routine_t* routine = session->routine;
    const bool touches = player->item >= 0 && player->item < routine->item_count &&
                         routine->items[player->item].kind == ITEM_STROKE;
    return touches ? &routine->items[player->item].stroke : NULL;
}

/// What the stroke wants at the moment at which the tool will be where it is commanded now.
static stroke_target_t target_ahead(const session_t* session, const plan_state_t* state)
{
    player_state_t ahead = state->player;
    ahead.elapsed_us += (int64_t)(session->delays.command_s * state->pace * 1e6);
    return player_view(session->body, session->routine, &ahead).target;
}

/// Where a stroke wants a force along the skin, too much of it slows the stroke's time down until
/// it stands, and takes the normal force back, so that the pad slides; too little gives both back.
static void hold_shear(const session_t* session, plan_state_t* state, const stroke_target_t* wanted,
                       double light_N, double felt_N)
{
    if (!(wanted->shear_N > 0.0) || !isfinite(felt_N)) {
        state->shear_felt_N = 0.0;
        state->force_given_N = 0.0;
        state->pace = 1.0;
        return;
    }
    const double period_s = session->period_s;
    state->shear_felt_N += fmin(period_s / SHEAR_SMOOTHING_S, 1.0) * (felt_N - state->shear_felt_N);
    const double over_N = state->shear_felt_N - wanted->shear_N;
    const double room_N = fmax(wanted->force_N - light_N, 0.0);
    const double stands_at_N = fmax(wanted->shear_N + SHEAR_BAND_N, SHEAR_OF_LIGHT * light_N);
    const double pace = (stands_at_N - state->shear_felt_N) / SHEAR_BAND_N;
    state->pace = fmin(fmax(pace, 0.0), 1.0);
    state->force_given_N =
        fmin(fmax(state->force_given_N + SHEAR_GIVING_PER_S * over_N * period_s, 0.0), room_N);
    const bool stands = state->pace < STANDING_PACE;
    state->standing_s = stands ? state->standing_s + period_s : 0.0;
    state->waited_s += (1.0 - state->pace) * period_s;
}

/// What a stroke asks for, its force at the intensity that holds.
static stroke_target_t at_intensity(const plan_state_t* state, stroke_target_t stroke)
{
    const double loaded_N = stroke.force_N - STROKE_LIGHT_FORCE_N;
    if (loaded_N > 0.0) {
        stroke.force_rate_N_per_s =
            state->force_scale * stroke.force_rate_N_per_s + state->force_scale_per_s * loaded_N;
    }
    stroke.force_N = intensity_force_N(state->force_scale, stroke.force_N);
    return stroke;
}

/// Moves towards the intensity that holds; true if a ceiling cuts it. Between strokes the intensity
/// changes at once, as every stroke begins with the light touch; within one it is ramped.
static bool take_intensity(const session_t* session, plan_state_t* state, int level, bool entered)
{
    const double factor = intensity_factor(level);
    const double peak_N = state->stroke_peak_N;
    const double wanted = intensity_scale(factor, peak_N, state->stroke_ceiling_N);
    const double span_N = fmax(peak_N - STROKE_LIGHT_FORCE_N, 1.0);
    const double rise = PLAN_INTENSITY_RISE_N_PER_S / span_N * session->period_s;
    const double fall = PLAN_INTENSITY_FALL_N_PER_S / span_N * session->period_s;
    const double before = entered ? wanted : state->force_scale;
    state->force_scale = before + fmin(fmax(wanted - before, -fall), rise);
    state->force_scale_per_s = (state->force_scale - before) / session->period_s;
    return factor > 1.0 && factor * peak_N > fmax(peak_N, state->stroke_ceiling_N);
}

/// Whatever came together to make the wanted force, it changes no faster than the technique may and
/// stays below every cap.
static void bound_force(const session_t* session, const plan_state_t* state, const stroke_t* stroke,
                        bool entered, plan_target_t* target)
{
    const double rate_max =
        stroke != NULL ? session->safety->techniques[stroke->technique].force_rate_max_N_per_s.value
                       : 0.0;
    target->force_rate_N_per_s = fmin(fmax(target->force_rate_N_per_s, -rate_max), rate_max);
    if (!entered) {
        const double last_N = state->last.force_target_N;
        const double step_N = rate_max * session->period_s;
        target->force_target_N =
            fmin(fmax(target->force_target_N, last_N - step_N), last_N + step_N);
    }
    const double allowed_N =
        fmin(target->force_cap_N, client_target_cap_N(client_cap_N(session, target->region)));
    if (!(target->force_target_N <= allowed_N)) {
        target->force_target_N = allowed_N;
        target->force_rate_N_per_s = 0.0;
    }
}

static void contact_begin(const session_t* session, plan_state_t* state)
{
    state->contact_s = 0.0;
    state->item_finished = false;
    state->resumed = state->player.elapsed_us > 0;
    state->shear_felt_N = 0.0;
    state->force_given_N = 0.0;
    state->pace = 1.0;
    state->waited_s = 0.0;
    state->standing_s = 0.0;
    state->stroke_peak_N = 0.0;
    state->stroke_ceiling_N = 0.0;
    const stroke_t* stroke = stroke_of(session, &state->player);
    if (stroke != NULL) {
        double speed_mps = 0.0;
        technique_peaks(session->body, stroke, &speed_mps, &state->stroke_peak_N);
        state->stroke_ceiling_N = stroke_ceiling_N(session, stroke);
    }
}

/// The wanted force and what else the stroke says of the touch, `regained` of it after a break.
static void fill_touch(const session_t* session, const plan_state_t* state,
                       const stroke_target_t* wanted, double light_N, double regained,
                       plan_target_t* target)
{
    const stroke_t* stroke = stroke_of(session, &state->player);
    const stroke_target_t ahead = at_intensity(state, target_ahead(session, state));
    const double given_N =
        fmax(wanted->force_N - state->force_given_N, fmin(light_N, wanted->force_N));
    target->force_target_N = light_N + regained * (given_N - light_N);
    target->force_rate_N_per_s = regained * state->pace * ahead.force_rate_N_per_s;
    target->contact = wanted->contact;
    const bool leaves = wanted->contact != CONTACT_KEPT && stroke != NULL;
    if (leaves && stroke->parameters.rate_Hz > 0.0) {
        target->contact_gap_s = 1.0 / stroke->parameters.rate_Hz;
    }
    target->hop_m = regained * ahead.hop_m;
    target->hop_rate_mps = regained * ahead.hop_rate_mps;
    target->shear_N = wanted->shear_N;
    const double waiting_max_s = WAITING_MAX_S + (stroke != NULL ? stroke->duration_s : 0.0);
    target->held_up = state->standing_s > STANDING_MAX_S || state->waited_s > waiting_max_s;
}

static void face_slowly(const session_t* session, plan_state_t* state, bool entered,
                        plan_target_t* target)
{
    const vec3_t normal =
        tool_face_slowly(&state->facing, entered, target->normal, session->period_s);
    if (target->contact == CONTACT_BROKEN) {
        target->normal = normal;
        target->tool_desired.orientation = tool_looking_along(session->body, normal);
    }
}

static double contact_speed_allowed_mps(const session_t* session, const plan_target_t* target)
{
    const safety_settings_t* safety = session->safety;
    const double normal_mps = target->contact == CONTACT_BROKEN
                                  ? safety->tap_speed_max_mps.value
                                  : safety->normal_speed_max_mps.value;
    return safety->contact_speed_max_mps.value + normal_mps;
}

static void contact_step(const session_t* session, plan_state_t* state, supervisor_mode_t mode,
                         const live_t* live, const estimate_t* estimate, bool entered,
                         plan_target_t* target)
{
    if (entered) {
        contact_begin(session, state);
    }
    const stroke_t* stroke = stroke_of(session, &state->player);
    const double light_N = stroke != NULL ? technique_light_force_N(stroke) : STROKE_LIGHT_FORCE_N;
    double regained = state->resumed ? 0.0 : 1.0;
    if (mode == MODE_CONTACT) {
        state->contact_s += session->period_s;
        regained = state->resumed ? tool_smooth_part(state->contact_s / RESUME_RAMP_S) : 1.0;
        if (stroke != NULL && stroke->parameters.shear_N > 0.0) {
            const player_view_t now = player_view(session->body, session->routine, &state->player);
            hold_shear(session, state, &now.target, light_N, estimate->shear_force_N);
        }
        if (regained >= 1.0) {
            player_advance(session->routine, &state->player,
                           (int64_t)((double)session->period_us * state->pace));
        }
    }
    player_view_t view = player_view(session->body, session->routine, &state->player);
    target->intensity_capped = take_intensity(session, state, live->intensity_level, entered);
    view.target = at_intensity(state, view.target);
    target->tool_desired = tool_pose_on_skin(session->body, view.target.place, &target->normal);
    target->region = body_region_at(session->body, view.target.place);
    target->force_controlled = mode == MODE_CONTACT;
    fill_touch(session, state, &view.target, light_N, regained, target);
    face_slowly(session, state, entered, target);
    target->force_cap_N = smallest_cap_N(session, target->region);
    bound_force(session, state, stroke, entered, target);
    target->speed_allowed_mps = mode == MODE_CONTACT
                                    ? contact_speed_allowed_mps(session, target)
                                    : session->safety->approach_speed_max_mps.value;
    state->item_finished = mode == MODE_CONTACT && (view.item_finished || target->held_up);
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
                                     contact_speed_allowed_mps(session, target));
    target->contact_gap_s = 0.0;
    target->hop_m = 0.0;
    target->hop_rate_mps = 0.0;
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

/// What was granted takes effect whatever the mode: where the tool is at the body, the supervisor
/// has it lifted; where it travels, the goal is another one now.
static void take_requests(const session_t* session, plan_state_t* state, uint32_t granted)
{
    if ((granted & REQUEST_EXTEND) != 0) {
        (void)player_extend(session->body, session->routine, &state->player);
    }
    if ((granted & REQUEST_SKIP) != 0) {
        player_skip(session->routine, &state->player);
    } else if ((granted & REQUEST_REPEAT) != 0) {
        (void)player_repeat(session->routine, &state->player);
    } else {
        return;
    }
    state->item_finished = false; // of the step that was left
    state->goal_changed = true;
}

/// Where the target brings a cap of its own, from the place that is touched or the one that was.
static bool brings_own_cap(supervisor_mode_t mode)
{
    return mode == MODE_APPROACH || mode == MODE_CONTACT || mode == MODE_RETRACT ||
           mode == MODE_LIFT || mode == MODE_YIELD;
}

plan_target_t plan_step(const session_t* session, plan_state_t* state, supervisor_mode_t mode,
                        const live_t* live, const estimate_t* estimate, const pose_t* tool,
                        const joints_t* joints)
{
    const bool entered = mode != state->mode;
    take_requests(session, state, live->granted);
    plan_target_t target = {.tool_desired = *tool,
                            .normal = vec3_scale(quat_rotate(tool->orientation, vec3(0, 0, 1)), -1),
                            .region = -1,
                            .item = state->player.item,
                            .force_cap_N = brings_own_cap(mode) ? 0.0 : smallest_cap_N(session, -1),
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
        contact_step(session, state, mode, live, estimate, entered, &target);
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
