#include "controller/plan.h"

#include <math.h>
#include <stddef.h>

// Height of the tool over the skin between strokes: clear of breathing and of a registration error,
// with room to slow down before the skin is searched for.
#define HOVER_HEIGHT_M 0.060
// What a travelling tool keeps from the skin, how far around itself, and at how many places of its
// way that is looked at.
#define TRAVEL_CLEARANCE_M 0.045
#define TRAVEL_RADIUS_M 0.040
#define TRAVEL_SAMPLES 32
// The first and the last part of a way, in which the tool rises and comes down.
#define TRAVEL_RAMP_PART 0.35
#define TURN_SPEED_MAX_RADPS 0.8
#define TRAVEL_ACCELERATION_MAX_MPS2 0.8
// A joint-space motion sweeps the tool by at most this much per radian (arm's length with tool).
#define ARM_SWEEP_M_PER_RAD 1.2
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
// From tap to tap the place moves quickly; over a ridge of the back the tool would have to turn as
// quickly, which takes more of the joints than the hop. It turns within two of these times instead.
#define FACING_TIME_S 0.15
// Peak speed and acceleration of s(t) = 10t^3 - 15t^4 + 6t^5 over unit time.
#define QUINTIC_PEAK_SPEED 1.875
#define QUINTIC_PEAK_ACCELERATION 5.7735

static double quintic(double part)
{
    const double t = fmin(fmax(part, 0.0), 1.0);
    return t * t * t * (10.0 + t * (-15.0 + 6.0 * t));
}

static double smallest_cap_N(const session_t* session, int region)
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

static quat_t looking_along(vec3_t normal)
{
    return quat_from_z_and_x(vec3_scale(normal, -1.0), vec3(1.0, 0.0, 0.0));
}

/// The tool on the expected skin at a place, looking into the body.
static pose_t pose_on_skin(const session_t* session, body_place_t place, vec3_t* normal)
{
    const surface_sample_t skin = body_surface_at(session->body, place);
    *normal = skin.normal;
    return (pose_t){skin.point_m, looking_along(skin.normal)};
}

static pose_t pose_above(pose_t on_skin, vec3_t normal)
{
    return (pose_t){vec3_add(on_skin.position_m, vec3_scale(normal, HOVER_HEIGHT_M)),
                    on_skin.orientation};
}

/// How much of the raise holds at part `t` of the way, and its slope.
static double raised_part(double t)
{
    const double from_end = fmin(t, 1.0 - t);
    return quintic(from_end / TRAVEL_RAMP_PART);
}

static vec3_t travel_position(const plan_state_t* state, double t)
{
    vec3_t position_m = vec3_lerp(state->travel_start.position_m, state->travel_goal.position_m, t);
    position_m.z += state->travel_raise_m * raised_part(t);
    return position_m;
}

/// The raise that keeps the whole way clear of the skin; the ends lie where they lie.
static double clearing_raise_m(const session_t* session, const plan_state_t* state)
{
    double raise_m = 0.0;
    for (int i = 1; i < TRAVEL_SAMPLES; ++i) {
        const double t = (double)i / TRAVEL_SAMPLES;
        const vec3_t straight =
            vec3_lerp(state->travel_start.position_m, state->travel_goal.position_m, t);
        const surface_sample_t skin = surface_at(&session->body->surface, straight.x, straight.y);
        const double wanted_m = skin.point_m.z + TRAVEL_CLEARANCE_M - straight.z;
        const double part = raised_part(t);
        if (part > 0.25) { // nearer to the ends the ends' own height decides
            raise_m = fmax(raise_m, wanted_m / part);
        }
    }
    return raise_m;
}

/// Steepest metres of way per unit of t: what the quintic's peak speed multiplies.
static double travel_steepness_m(const plan_state_t* state)
{
    double steepest_m = 0.0;
    vec3_t before = travel_position(state, 0.0);
    for (int i = 1; i <= TRAVEL_SAMPLES; ++i) {
        const vec3_t at = travel_position(state, (double)i / TRAVEL_SAMPLES);
        steepest_m = fmax(steepest_m, vec3_norm(vec3_sub(at, before)) * TRAVEL_SAMPLES);
        before = at;
    }
    return steepest_m;
}

static void travel_begin(const session_t* session, plan_state_t* state, const pose_t* start,
                         const pose_t* goal)
{
    state->travel_start = *start;
    state->travel_goal = *goal;
    state->travel_raise_m = clearing_raise_m(session, state);
    const double steepest_m = travel_steepness_m(state);
    const double turn_rad = vec3_norm(pose_difference(*start, *goal).angular_radps);
    const double by_speed_s =
        QUINTIC_PEAK_SPEED * steepest_m / session->safety->transit_speed_max_mps.value;
    const double by_turn_s = QUINTIC_PEAK_SPEED * turn_rad / TURN_SPEED_MAX_RADPS;
    const double by_acceleration_s =
        sqrt(QUINTIC_PEAK_ACCELERATION * steepest_m / TRAVEL_ACCELERATION_MAX_MPS2);
    state->travel_s = fmax(fmax(by_speed_s, by_turn_s), fmax(by_acceleration_s, session->period_s));
    state->travel_elapsed_s = 0.0;
    state->arrived = false;
}

static void travel_step(const session_t* session, plan_state_t* state, plan_target_t* target)
{
    state->travel_elapsed_s += session->period_s;
    state->arrived = state->travel_elapsed_s >= state->travel_s;
    const double part = quintic(state->travel_elapsed_s / state->travel_s);
    target->tool_desired.position_m = travel_position(state, part);
    target->tool_desired.orientation =
        quat_slerp(state->travel_start.orientation, state->travel_goal.orientation, part);
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
    const pose_t on_skin = pose_on_skin(session, place, &normal);
    return pose_above(on_skin, normal);
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

static void contact_begin(plan_state_t* state)
{
    state->contact_s = 0.0;
    state->item_finished = false;
    state->resumed = state->player.elapsed_us > 0;
    state->shear_felt_N = 0.0;
    state->force_given_N = 0.0;
    state->pace = 1.0;
    state->waited_s = 0.0;
    state->standing_s = 0.0;
}

/// The wanted force and what else the stroke says of the touch, `regained` of it after a break.
static void fill_touch(const session_t* session, const plan_state_t* state,
                       const stroke_target_t* wanted, double light_N, double regained,
                       plan_target_t* target)
{
    const stroke_t* stroke = stroke_of(session, &state->player);
    const stroke_target_t ahead = target_ahead(session, state);
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
    const double part = session->period_s / FACING_TIME_S;
    if (entered) {
        state->facing_slow = target->normal;
        state->facing = target->normal;
    }
    state->facing_slow = vec3_lerp(state->facing_slow, target->normal, part);
    state->facing = vec3_lerp(state->facing, state->facing_slow, part);
    const double length = vec3_norm(state->facing);
    if (target->contact == CONTACT_BROKEN && length > 0.5) { // two normals never are opposed
        target->normal = vec3_scale(state->facing, 1.0 / length);
        target->tool_desired.orientation = looking_along(target->normal);
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
                         const estimate_t* estimate, bool entered, plan_target_t* target)
{
    if (entered) {
        contact_begin(state);
    }
    const stroke_t* stroke = stroke_of(session, &state->player);
    const double light_N = stroke != NULL ? technique_light_force_N(stroke) : STROKE_LIGHT_FORCE_N;
    player_view_t view = player_view(session->body, session->routine, &state->player);
    double regained = 1.0;
    if (mode == MODE_CONTACT) {
        state->contact_s += session->period_s;
        regained = state->resumed ? quintic(state->contact_s / RESUME_RAMP_S) : 1.0;
        hold_shear(session, state, &view.target, light_N, estimate->shear_force_N);
        if (regained >= 1.0) {
            player_advance(session->routine, &state->player,
                           (int64_t)((double)session->period_us * state->pace));
        }
        view = player_view(session->body, session->routine, &state->player);
    }
    target->tool_desired = pose_on_skin(session, view.target.place, &target->normal);
    target->region = body_region_at(session->body, view.target.place);
    target->force_controlled = mode == MODE_CONTACT;
    fill_touch(session, state, &view.target, light_N, regained, target);
    face_slowly(session, state, entered, target);
    target->force_cap_N = smallest_cap_N(session, target->region);
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
        double sweep_m = 0.0;
        for (int joint = 0; joint < session->chain.joint_count; ++joint) {
            const double way = fabs(session->chain.parked.at[joint] - joints->at[joint]);
            sweep_m +=
                session->chain.kind[joint] == JOINT_PRISMATIC ? way : way * ARM_SWEEP_M_PER_RAD;
        }
        state->park_start = *joints;
        state->park_elapsed_s = 0.0;
        state->park_s =
            fmax(QUINTIC_PEAK_SPEED * sweep_m / session->safety->transit_speed_max_mps.value, 2.0);
        state->parking_joints = true;
    }
    if (state->parking_joints) {
        state->park_elapsed_s += session->period_s;
        const double part = quintic(state->park_elapsed_s / state->park_s);
        target->joint_motion = true;
        for (int joint = 0; joint < session->chain.joint_count; ++joint) {
            const double start = state->park_start.at[joint];
            target->joints_desired.at[joint] =
                start + part * (session->chain.parked.at[joint] - start);
        }
        state->parked = state->park_elapsed_s >= state->park_s;
    } else {
        travel_step(session, state, target);
    }
    target->speed_allowed_mps = session->safety->transit_speed_max_mps.value;
}

plan_target_t plan_step(const session_t* session, plan_state_t* state, supervisor_mode_t mode,
                        const estimate_t* estimate, const pose_t* tool, const joints_t* joints)
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
        contact_step(session, state, mode, estimate, entered, &target);
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
