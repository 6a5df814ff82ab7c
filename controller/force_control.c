#include "controller/force_control.h"

#include <math.h>

// The skin is looked for at touch speed from what its height may be off and this much above where
// it is expected: a breath and the way it takes to slow down.
#define BREATH_HEIGHT_M 0.010
#define LIFTED_HEIGHT_M 0.060
#define OFFSET_ACCELERATION_MPS2 1.0
// Yielding takes of the joints what they have along the tool's axis, less what following the path
// needs; never more than the drives of the size of an arm are sure to follow. [judgement]
#define YIELD_ACCELERATION_MAX_MPS2 8.0
// What the tool was doing across its axis dies away no faster than this: braked hard, it would take
// from the joints what letting go needs. At the body it drags the skin a few millimetres further,
// under a force that is going.
#define GLIDE_DECELERATION_MPS2 1.5
#define GLIDE_DECELERATION_FREE_MPS2 4.0
#define GLIDE_DECELERATION_RADPS2 4.0
#define STANDSTILL_MPS 0.002
// What is fed forward comes from smooth strokes that the static check has found the arm able to
// follow; this only bounds it.
#define FED_ACCELERATION_MPS2 12.0

// A force that is this much above its target is let go more quickly, up to so many times the normal
// speed: a body that rises is followed upwards, not waited for. A stroke that is followed well
// never comes there. [judgement]
#define LET_GO_FROM_N 4.0
#define LET_GO_FULL_N 8.0
#define LET_GO_FACTOR 3.0
#define LET_GO_ACCELERATION_MPS2 4.0

// Two or three times what noise and taring leave of the force. [judgement]
#define EASED_TOUCH_N 0.4

// Taps. A hop that has been over for this long has become a touch that force control can hold.
#define TAP_TOUCH_MAX_S 0.3
#define TAP_SKIN_SPEED_MAX_MPS 0.012 // twice the quickest breathing in
// Begin light: of the expected depth.
#define TAP_FIRST_SHARE 0.6
// How much of a peak's error is left to the holding.
#define TAP_PEAK_SLACK_N 0.7
#define TAP_HELD_MIN_S 0.02
#define TAP_TRIM_SHARE 1.5 // of the expected depth, at most, either way
#define TAP_SEARCH_MAX_M 0.006

static double toward(double from, double to, double step_max)
{
    return from + fmin(fmax(to - from, -step_max), step_max);
}

/// Fast while there is room, slow where the skin may be.
static double approach_speed_mps(const session_t* session, const plan_target_t* target,
                                 double offset_m)
{
    const double touch = session->safety->touch_speed_max_mps.value;
    const vec3_t skin_m = target->tool_desired.position_m;
    const body_place_t place = body_place_of_table(session->body, skin_m.x, skin_m.y);
    const double search_m = body_uncertainty(session->body, place).height_m + BREATH_HEIGHT_M;
    const double room_m = offset_m - search_m;
    if (!(room_m > 0.0)) {
        return -touch;
    }
    const double braking = sqrt(touch * touch + OFFSET_ACCELERATION_MPS2 * room_m);
    return -fmin(braking, session->safety->approach_speed_max_mps.value);
}

/// The highest speed into the body that the force envelope permits, from what the force will be
/// when the arm has come to this speed: a tool that heeds it is not judged to be too fast by the
/// speed it has until then. An unknown force permits none.
static double into_body_max_mps(const session_t* session, const estimate_t* estimate)
{
    const double rising_N_per_s = fmax(estimate->force_rate_N_per_s, 0.0);
    const double force_N = estimate->normal_force_N + rising_N_per_s * estimate->force_age_s;
    const double room_N = session->safety->contact_force_max_N.value - ENVELOPE_MARGIN_N - force_N;
    const envelope_reaction_t commanded = {session->reaction.reaction_s + session->delays.command_s,
                                           session->reaction.deceleration_mps2};
    return envelope_speed_max_mps(&commanded, estimate->hardest_N_per_m, room_N);
}

/// How the offset may move: its speed at most, each way, and how quickly it may change outwards.
typedef struct {
    double into_mps;
    double out_mps;
    double out_acceleration_mps2;
} pace_t;

/// Lets what is fed forward through and bends the rest with bounded acceleration.
static void move_fed(const session_t* session, force_control_state_t* state,
                     const estimate_t* estimate, double fed_mps, double wanted_mps,
                     const pace_t* pace)
{
    const double step_mps = OFFSET_ACCELERATION_MPS2 * session->period_s;
    const double out_step_mps = pace->out_acceleration_mps2 * session->period_s;
    const double fed_step_mps = FED_ACCELERATION_MPS2 * session->period_s;
    const double before_mps = state->speed_mps - state->fed_mps;
    const double corrected_mps =
        fmin(fmax(wanted_mps - fed_mps, before_mps - step_mps), before_mps + out_step_mps);
    const double speed_mps = fmin(fmax(fed_mps + corrected_mps, -pace->into_mps), pace->out_mps);
    state->speed_mps = fmax(toward(state->speed_mps, speed_mps, fed_step_mps),
                            -into_body_max_mps(session, estimate));
    state->fed_mps = fed_mps;
    state->offset_m += state->speed_mps * session->period_s;
}

static const tissue_settings_t* tissue_under(const session_t* session, const plan_target_t* target)
{
    const body_settings_t* body = session->body->settings;
    const bool known = target->region >= 0 && target->region < body->region_count;
    return &body->regions[known ? target->region : 0].tissue;
}

/// Depth for each newton more, at a force.
static double give_m_per_N(const session_t* session, const plan_target_t* target, double force_N)
{
    return 1.0 / bandwidth_stiffness_N_per_m(tissue_under(session, target),
                                             session->machine->arm.tool.spring_stiffness_N_per_m,
                                             force_N);
}

/// What the force loop reckons with. Between two easings the skin feels softer than what the next
/// press meets, so that there the body map's tissue is the least.
static double stiffness_N_per_m(const session_t* session, const plan_target_t* target,
                                const estimate_t* estimate)
{
    return target->contact == CONTACT_EASED
               ? fmax(estimate->stiffness_N_per_m,
                      1.0 / give_m_per_N(session, target, target->force_target_N))
               : estimate->stiffness_N_per_m;
}

/// The speeds of the force loop where the force is `over_N` above what it should be.
static pace_t force_pace(const session_t* session, double over_N)
{
    const double normal_mps = session->safety->normal_speed_max_mps.value;
    const double part =
        fmin(fmax((over_N - LET_GO_FROM_N) / (LET_GO_FULL_N - LET_GO_FROM_N), 0.0), 1.0);
    return (pace_t){normal_mps, normal_mps * (1.0 + part * (LET_GO_FACTOR - 1.0)),
                    OFFSET_ACCELERATION_MPS2 +
                        part * (LET_GO_ACCELERATION_MPS2 - OFFSET_ACCELERATION_MPS2)};
}

static void follow_force(const session_t* session, force_control_state_t* state,
                         const plan_target_t* target, const estimate_t* estimate)
{
    const double limit = session->safety->normal_speed_max_mps.value;
    const double stiffness = stiffness_N_per_m(session, target, estimate);
    const double damping = stiffness * session->delays.loop_s / session->gains.force_crossover_rad;
    // Where the force is to fall to nothing, the skin is kept by a touch too light to be felt: a
    // tool that lost it while it sinks with the breath would be late for the next press.
    const bool eased = target->contact == CONTACT_EASED && target->force_target_N < EASED_TOUCH_N;
    const double goal_N = eased ? EASED_TOUCH_N : target->force_target_N;
    const double fed = eased ? 0.0 : -target->force_rate_N_per_s / stiffness;
    const double speed = (estimate->normal_force_N - goal_N) / damping + fed;
    // An unknown force must not press: let go at the speed allowed until the interlock has spoken.
    const bool known = isfinite(speed);
    const pace_t pace = force_pace(session, known ? estimate->normal_force_N - goal_N : 0.0);
    move_fed(session, state, estimate, known ? fmin(fmax(fed, -limit), limit) : 0.0,
             known ? fmin(fmax(speed, -limit), pace.out_mps) : limit, &pace);
}

// -------------------------------------------------------------------------------------------- taps

/// Height of the tool as measured, in the offset's terms.
static double measured_offset_m(const plan_target_t* target, const estimate_t* estimate)
{
    const vec3_t above_m =
        vec3_sub(estimate->tool_measured.position_m, target->tool_desired.position_m);
    return vec3_dot(above_m, target->normal);
}

/// How deep a force should sink the tool, by the body map: spring and tissue in series, F = k
/// d^1.5.
static double expected_depth_m(const session_t* session, const plan_target_t* target,
                               double force_N)
{
    const double root =
        cbrt(fmax(force_N, 0.0) / tissue_under(session, target)->stiffness_N_per_m1_5);
    return root * root + fmax(force_N, 0.0) / session->machine->arm.tool.spring_stiffness_N_per_m;
}

static void trim(const session_t* session, tap_state_t* tap, const plan_target_t* target,
                 double change_m)
{
    const double most_m =
        TAP_TRIM_SHARE * expected_depth_m(session, target, fmax(tap->wanted_N, 1.0));
    const double trimmed_m = tap->trim_m + (isfinite(change_m) ? change_m : 0.0);
    tap->trim_m = fmin(fmax(trimmed_m, -most_m), most_m);
}

/// The first hop after a touch: the skin is where force control has it.
static void tap_begin(const session_t* session, tap_state_t* tap, const plan_target_t* target,
                      const estimate_t* estimate)
{
    const double depth_m = expected_depth_m(session, target, target->force_target_N);
    if (!tap->learned) {
        tap->trim_m = (1.0 - TAP_FIRST_SHARE) * depth_m;
    }
    const double felt_m = expected_depth_m(session, target, estimate->normal_force_N);
    *tap = (tap_state_t){.hopping = true,
                         .learned = true,
                         .felt = true,
                         .skin_m = measured_offset_m(target, estimate) + felt_m,
                         .trim_m = tap->trim_m,
                         .held_s = TAP_HELD_MIN_S};
}

/// At the top of a hop: learns from the tap that is over.
static void tap_learn(const session_t* session, tap_state_t* tap, const plan_target_t* target)
{
    if (tap->felt) {
        const double over_N = tap->peak_N - tap->wanted_N;
        const bool held = tap->held_s >= TAP_HELD_MIN_S;
        const double left_N = held ? fmax(over_N - TAP_PEAK_SLACK_N, 0.0) : over_N;
        trim(session, tap, target,
             session->gains.tap_peak_share * left_N * give_m_per_N(session, target, tap->wanted_N));
    } else {
        tap->skin_mps = 0.0;
    }
    tap->felt = false;
    tap->wanted_N = 0.0;
    tap->peak_N = 0.0;
    tap->held_s = 0.0;
    tap->searched_m = 0.0;
}

/// What the first force of a tap says of where the skin is, and how fast it moves.
static void tap_meet(const session_t* session, tap_state_t* tap, const plan_target_t* target,
                     const estimate_t* estimate, double speed_mps)
{
    // The force is a sensor's delay old: the tool was elsewhere then.
    const double then_m =
        measured_offset_m(target, estimate) - speed_mps * session->delays.sensor_s;
    const double off_m =
        then_m + expected_depth_m(session, target, estimate->normal_force_N) - tap->skin_m;
    const double skin_mps =
        tap->skin_mps + session->gains.tap_skin_speed_share * off_m / fmax(tap->since_felt_s, 0.1);
    tap->skin_m += session->gains.tap_skin_share * off_m;
    tap->skin_mps = fmin(fmax(skin_mps, -TAP_SKIN_SPEED_MAX_MPS), TAP_SKIN_SPEED_MAX_MPS);
    tap->since_felt_s = 0.0;
    tap->felt = true;
}

static void tap_feel(const session_t* session, tap_state_t* tap, const plan_target_t* target,
                     const estimate_t* estimate, double speed_mps)
{
    const double force_N = estimate->normal_force_N;
    tap->wanted_N = fmax(tap->wanted_N, target->force_target_N);
    if (!isfinite(force_N)) {
        return;
    }
    tap->peak_N = fmax(tap->peak_N, force_N);
    if (!tap->felt && force_N >= session->safety->touch_force_N.value) {
        tap_meet(session, tap, target, estimate, speed_mps);
    }
    // While the skin is to be held, and as long as that still tells what was commanded.
    if (tap->felt && tap->since_hop_s > session->delays.loop_s) {
        tap->held_s += session->period_s;
        trim(session, tap, target,
             session->gains.tap_holding_per_s * session->period_s *
                 (force_N - target->force_target_N) * give_m_per_N(session, target, force_N));
    }
}

/// Where the skin should have been felt and is not, the tool looks for it further down.
static void tap_search(const session_t* session, tap_state_t* tap)
{
    const double step_m = session->safety->touch_speed_max_mps.value * session->period_s;
    if (!tap->felt && tap->since_hop_s > session->delays.loop_s &&
        tap->searched_m < TAP_SEARCH_MAX_M) {
        tap->searched_m += step_m;
        tap->skin_m -= step_m;
    }
}

static void follow_taps(const session_t* session, force_control_state_t* state,
                        const plan_target_t* target, const estimate_t* estimate)
{
    tap_state_t* tap = &state->tap;
    const double limit = session->safety->tap_speed_max_mps.value;
    tap->skin_m += tap->skin_mps * session->period_s;
    tap->since_felt_s += session->period_s;
    if (tap->hop_rate_mps > 0.0 && !(target->hop_rate_mps > 0.0)) {
        tap_learn(session, tap, target);
    }
    tap->hop_rate_mps = target->hop_rate_mps;
    tap_feel(session, tap, target, estimate, state->speed_mps);
    tap_search(session, tap);
    const double wanted_m = tap->skin_m + tap->trim_m + target->hop_m -
                            expected_depth_m(session, target, target->force_target_N);
    const double fed = fmin(fmax(target->hop_rate_mps + tap->skin_mps, -limit), limit);
    const double speed = fed + session->gains.tap_following_per_s * (wanted_m - state->offset_m);
    const bool known = isfinite(speed) && isfinite(estimate->normal_force_N);
    const pace_t pace = {limit, limit, OFFSET_ACCELERATION_MPS2};
    move_fed(session, state, estimate, known ? fed : 0.0, known ? speed : limit, &pace);
}

static void follow_contact(const session_t* session, force_control_state_t* state,
                           const plan_target_t* target, const estimate_t* estimate)
{
    tap_state_t* tap = &state->tap;
    const bool off = target->hop_m > 0.0 || target->hop_rate_mps > 0.0;
    tap->since_hop_s = off ? 0.0 : tap->since_hop_s + session->period_s;
    if (target->contact == CONTACT_BROKEN && off && !tap->hopping) {
        tap_begin(session, tap, target, estimate);
    }
    tap->hopping = tap->hopping && target->contact == CONTACT_BROKEN &&
                   (off || tap->since_hop_s <= TAP_TOUCH_MAX_S);
    if (tap->hopping) {
        follow_taps(session, state, target, estimate);
    } else {
        follow_force(session, state, target, estimate);
    }
}

/// Leaves with bounded acceleration and comes to rest at the height wanted.
static double leave_speed_mps(double speed_max_mps, double remaining_m, double acceleration_mps2)
{
    return remaining_m > 0.0 ? fmin(speed_max_mps, sqrt(acceleration_mps2 * remaining_m)) : 0.0;
}

/// Straight back along the tool's own axis from wherever it is, beginning with the speed it has.
static void begin_yield(const session_t* session, force_control_state_t* state,
                        const estimate_t* estimate)
{
    const double along_mps = vec3_dot(state->moved.linear_mps, state->outward);
    const bool known = isfinite(along_mps) && vec3_finite(state->moved.angular_radps);
    const vec3_t still = {0.0, 0.0, 0.0};
    state->speed_mps = known ? along_mps : 0.0;
    state->glide.linear_mps =
        known ? vec3_sub(state->moved.linear_mps, vec3_scale(state->outward, along_mps)) : still;
    state->glide.angular_radps = known ? state->moved.angular_radps : still;
    const normal_motion_t most =
        bandwidth_of_posture(&session->chain, &estimate->joint_position_measured);
    const double given_mps2 = BANDWIDTH_JOINT_PART * most.acceleration_mps2;
    state->yield_acceleration_mps2 =
        isfinite(given_mps2)
            ? fmin(fmax(given_mps2, BANDWIDTH_YIELD_MIN_MPS2), YIELD_ACCELERATION_MAX_MPS2)
            : BANDWIDTH_YIELD_MIN_MPS2;
}

static vec3_t slowed(vec3_t speed, double step)
{
    const double now = vec3_norm(speed);
    return vec3_scale(speed, now > step ? (now - step) / now : 0.0);
}

/// Lets the base of a yield go on gliding, ever slower.
static void glide(const session_t* session, force_control_state_t* state, bool at_body)
{
    const double period_s = session->period_s;
    const double deceleration_mps2 =
        at_body ? GLIDE_DECELERATION_MPS2 : GLIDE_DECELERATION_FREE_MPS2;
    state->glide.linear_mps = slowed(state->glide.linear_mps, deceleration_mps2 * period_s);
    state->glide.angular_radps =
        slowed(state->glide.angular_radps, GLIDE_DECELERATION_RADPS2 * period_s);
    state->base.position_m =
        vec3_add(state->base.position_m, vec3_scale(state->glide.linear_mps, period_s));
    const quat_t turn = quat_from_rotation_vector(vec3_scale(state->glide.angular_radps, period_s));
    state->base.orientation = quat_normalize(quat_multiply(turn, state->base.orientation));
}

static void enter(const session_t* session, force_control_state_t* state, supervisor_mode_t mode,
                  const plan_target_t* target, const estimate_t* estimate)
{
    const bool had_offset = supervisor_mode_touches(state->mode);
    if (mode == MODE_APPROACH || mode == MODE_CONTACT) {
        if (!had_offset) {
            const vec3_t above =
                vec3_sub(state->commanded.position_m, target->tool_desired.position_m);
            state->offset_m = vec3_dot(above, target->normal);
            state->speed_mps = 0.0;
        }
    } else if (!had_offset || mode == MODE_YIELD) {
        state->base = state->commanded;
        state->outward =
            vec3_scale(quat_rotate(state->commanded.orientation, vec3(0.0, 0.0, 1.0)), -1.0);
        state->offset_m = 0.0;
        state->speed_mps = had_offset ? fmax(state->speed_mps, 0.0) : 0.0;
        state->at_body = had_offset;
        if (mode == MODE_YIELD) {
            begin_yield(session, state, estimate);
        }
    }
    state->fed_mps = 0.0;
    state->tap = (tap_state_t){0};
    state->lifted = false;
    state->yielded = false;
    state->yield_s = 0.0;
}

static void move_offset(const session_t* session, force_control_state_t* state, double speed_mps,
                        double acceleration_mps2)
{
    state->speed_mps = toward(state->speed_mps, speed_mps, acceleration_mps2 * session->period_s);
    state->offset_m += state->speed_mps * session->period_s;
}

static void approach(const session_t* session, force_control_state_t* state,
                     const plan_target_t* target, const estimate_t* estimate)
{
    const double fastest_mps = into_body_max_mps(session, estimate);
    state->speed_mps = fmax(state->speed_mps, -fastest_mps);
    move_offset(session, state,
                fmax(approach_speed_mps(session, target, state->offset_m), -fastest_mps),
                OFFSET_ACCELERATION_MPS2);
}

static void leave(const session_t* session, force_control_state_t* state, supervisor_mode_t mode)
{
    if (mode == MODE_YIELD) {
        const double remaining_m = session->safety->yield_distance_m.value - state->offset_m;
        const double acceleration_mps2 = state->yield_acceleration_mps2;
        glide(session, state, state->at_body);
        move_offset(
            session, state,
            leave_speed_mps(session->safety->yield_speed_mps.value, remaining_m, acceleration_mps2),
            acceleration_mps2);
        state->yield_s += session->period_s;
        state->yielded = state->yield_s >= session->safety->yield_time_max_s.value ||
                         (state->speed_mps < STANDSTILL_MPS && remaining_m < 0.01);
    } else {
        const double remaining_m = LIFTED_HEIGHT_M - state->offset_m;
        move_offset(session, state,
                    leave_speed_mps(session->safety->approach_speed_max_mps.value, remaining_m,
                                    OFFSET_ACCELERATION_MPS2),
                    OFFSET_ACCELERATION_MPS2);
        state->lifted = remaining_m < 0.002 && state->speed_mps < 0.02;
    }
}

tool_command_t force_control_step(const session_t* session, force_control_state_t* state,
                                  supervisor_mode_t mode, const plan_target_t* target,
                                  const estimate_t* estimate)
{
    if (mode != state->mode) {
        enter(session, state, mode, target, estimate);
        state->mode = mode;
    }
    tool_command_t tool = {.tool_commanded = target->tool_desired};
    if (supervisor_mode_touches(mode) || mode == MODE_YIELD) {
        if (mode == MODE_APPROACH || mode == MODE_CONTACT) {
            state->base = target->tool_desired;
            state->outward = target->normal;
            if (mode == MODE_APPROACH) {
                approach(session, state, target, estimate);
            } else {
                follow_contact(session, state, target, estimate);
            }
        } else {
            leave(session, state, mode);
        }
        tool.tool_commanded = state->base;
        tool.tool_commanded.position_m =
            vec3_add(state->base.position_m, vec3_scale(state->outward, state->offset_m));
        tool.normal_offset_m = state->offset_m;
    }
    const twist_t moved = pose_difference(state->commanded, tool.tool_commanded);
    tool.feedforward.linear_mps = vec3_scale(moved.linear_mps, 1.0 / session->period_s);
    tool.feedforward.angular_radps = vec3_scale(moved.angular_radps, 1.0 / session->period_s);
    state->commanded = tool.tool_commanded;
    state->moved = tool.feedforward;
    return tool;
}
