#include "controller/plan.h"

#include <math.h>

#include "routines/intensity.h"

#define PI 3.14159265358979323846

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

/// The most a technique may press with, before the region's factor.
static double technique_ceiling_N(const stroke_t* stroke)
{
    return technique_info(stroke->technique)->force_ceiling_N;
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
    const double by_pressure_N = region->pressure_max_Pa.value * 0.25 * PI * pad_m * pad_m;
    const double by_technique_N = technique_ceiling_N(stroke) * region->force_factor;
    const double by_safety_N =
        session->safety->contact_force_max_N.value - session->safety->contact_force_margin_N.value;
    const double by_cap_N = smallest_cap_N(session, stroke->region) - PLAN_INTENSITY_HEADROOM_N;
    return fmin(fmin(by_pressure_N, by_technique_N), fmin(by_safety_N, by_cap_N));
}

/// The tool on the expected skin at a place, looking into the body.
static pose_t pose_on_skin(const session_t* session, body_place_t place, vec3_t* normal)
{
    const surface_sample_t skin = body_surface_at(session->body, place);
    *normal = skin.normal;
    return (pose_t){skin.point_m,
                    quat_from_z_and_x(vec3_scale(skin.normal, -1.0), vec3(1.0, 0.0, 0.0))};
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

/// The force of the stroke at the intensity that holds. Between strokes the intensity changes at
/// once, as every stroke begins with the light touch; within one it is ramped.
static void take_intensity(const session_t* session, plan_state_t* state, int level, bool entered,
                           stroke_target_t* stroke, bool* capped)
{
    const double factor = intensity_factor(level);
    const double peak_N = state->stroke_peak_N;
    const double wanted = intensity_scale(factor, peak_N, state->stroke_ceiling_N);
    const double span_N = fmax(peak_N - STROKE_LIGHT_FORCE_N, 1.0);
    const double rise = PLAN_INTENSITY_RISE_N_PER_S / span_N * session->period_s;
    const double fall = PLAN_INTENSITY_FALL_N_PER_S / span_N * session->period_s;
    const double before = entered ? wanted : state->force_scale;
    state->force_scale = before + fmin(fmax(wanted - before, -fall), rise);
    *capped = factor > 1.0 && factor * peak_N > fmax(peak_N, state->stroke_ceiling_N);

    const double loaded_N = stroke->force_N - STROKE_LIGHT_FORCE_N;
    if (loaded_N > 0.0) {
        stroke->force_rate_N_per_s = state->force_scale * stroke->force_rate_N_per_s +
                                     (state->force_scale - before) / session->period_s * loaded_N;
    }
    stroke->force_N = intensity_force_N(state->force_scale, stroke->force_N);
}

/// Whatever came together to make the wanted force, it changes no faster than a stroke may and
/// stays below the cap.
static void bound_force(const session_t* session, const plan_state_t* state, bool entered,
                        plan_target_t* target)
{
    const double rate_max = STROKE_FORCE_RATE_MAX_N_PER_S;
    target->force_rate_N_per_s = fmin(fmax(target->force_rate_N_per_s, -rate_max), rate_max);
    if (!entered) {
        const double last_N = state->last.force_target_N;
        const double step_N = rate_max * session->period_s;
        target->force_target_N =
            fmin(fmax(target->force_target_N, last_N - step_N), last_N + step_N);
    }
    if (!(target->force_target_N <= target->force_cap_N)) {
        target->force_target_N = target->force_cap_N;
        target->force_rate_N_per_s = 0.0;
    }
}

static void contact_begin(const session_t* session, plan_state_t* state)
{
    state->contact_s = 0.0;
    state->item_finished = false;
    state->resumed = state->player.elapsed_us > 0;
    state->stroke_peak_N = 0.0;
    state->stroke_ceiling_N = 0.0;
    const int item = state->player.item;
    if (item < session->routine->item_count && session->routine->items[item].kind == ITEM_STROKE) {
        const stroke_t* stroke = &session->routine->items[item].stroke;
        double speed_mps = 0.0;
        technique_peaks(session->body, stroke, &speed_mps, &state->stroke_peak_N);
        state->stroke_ceiling_N = stroke_ceiling_N(session, stroke);
    }
}

static void contact_step(const session_t* session, plan_state_t* state, supervisor_mode_t mode,
                         const live_t* live, bool entered, plan_target_t* target)
{
    if (entered) {
        contact_begin(session, state);
    }
    double regained = state->resumed ? 0.0 : 1.0;
    if (mode == MODE_CONTACT) {
        state->contact_s += session->period_s;
        regained = state->resumed ? quintic(state->contact_s / RESUME_RAMP_S) : 1.0;
        if (regained >= 1.0) {
            player_advance(session->routine, &state->player, session->period_us);
        }
    }
    player_view_t view = player_view(session->body, session->routine, &state->player);
    take_intensity(session, state, live->intensity_level, entered, &view.target,
                   &target->intensity_capped);
    target->tool_desired = pose_on_skin(session, view.target.place, &target->normal);
    target->region = body_region_at(session->body, view.target.place);
    target->force_controlled = mode == MODE_CONTACT;
    target->force_target_N =
        STROKE_LIGHT_FORCE_N + regained * (view.target.force_N - STROKE_LIGHT_FORCE_N);
    target->force_rate_N_per_s = regained * view.target.force_rate_N_per_s;
    target->force_cap_N = smallest_cap_N(session, target->region);
    bound_force(session, state, entered, target);
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

plan_target_t plan_step(const session_t* session, plan_state_t* state, supervisor_mode_t mode,
                        const live_t* live, const pose_t* tool, const joints_t* joints)
{
    const bool entered = mode != state->mode;
    take_requests(session, state, live->granted);
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
        contact_step(session, state, mode, live, entered, &target);
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
