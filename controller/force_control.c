#include "controller/force_control.h"

#include <math.h>

// Crossover times delay of an integrator loop that keeps 60 degrees of phase margin: pi/2 - pi/3.
#define CROSSOVER_DELAY 0.5236
// The skin is looked for at touch speed from what its height may be off and this much above where
// it is expected: a breath and the way it takes to slow down.
#define BREATH_HEIGHT_M 0.010
#define LIFTED_HEIGHT_M 0.060
#define OFFSET_ACCELERATION_MPS2 1.0
#define YIELD_ACCELERATION_MPS2 4.0
#define STANDSTILL_MPS 0.002

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

static double contact_speed_mps(const session_t* session, const plan_target_t* target,
                                const estimate_t* estimate)
{
    const double limit = session->safety->normal_speed_max_mps.value;
    const double stiffness = estimate->stiffness_N_per_m;
    const double damping = stiffness * session->loop_delay_s / CROSSOVER_DELAY;
    const double speed = (estimate->normal_force_N - target->force_target_N) / damping -
                         target->force_rate_N_per_s / stiffness;
    // An unknown force must not press: let go at the speed allowed until the interlock has spoken.
    return isfinite(speed) ? fmin(fmax(speed, -limit), limit) : limit;
}

/// Leaves with bounded acceleration and comes to rest at the height wanted.
static double leave_speed_mps(double speed_max_mps, double remaining_m, double acceleration_mps2)
{
    return remaining_m > 0.0 ? fmin(speed_max_mps, sqrt(acceleration_mps2 * remaining_m)) : 0.0;
}

static void enter(force_control_state_t* state, supervisor_mode_t mode, const plan_target_t* target)
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
        // Straight back along the tool's own axis from wherever it is.
        state->base = state->commanded;
        state->outward =
            vec3_scale(quat_rotate(state->commanded.orientation, vec3(0.0, 0.0, 1.0)), -1.0);
        state->offset_m = 0.0;
        state->speed_mps = had_offset ? fmax(state->speed_mps, 0.0) : 0.0;
    }
    state->lifted = false;
    state->yielded = false;
    state->yield_s = 0.0;
    state->yielded_m = 0.0;
}

static void move_offset(const session_t* session, force_control_state_t* state, double speed_mps,
                        double acceleration_mps2)
{
    state->speed_mps = toward(state->speed_mps, speed_mps, acceleration_mps2 * session->period_s);
    state->offset_m += state->speed_mps * session->period_s;
}

static void leave(const session_t* session, force_control_state_t* state, supervisor_mode_t mode)
{
    if (mode == MODE_YIELD) {
        const double remaining_m = session->safety->yield_distance_m.value - state->offset_m;
        move_offset(session, state,
                    leave_speed_mps(session->safety->yield_speed_mps.value, remaining_m,
                                    YIELD_ACCELERATION_MPS2),
                    YIELD_ACCELERATION_MPS2);
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
        enter(state, mode, target);
        state->mode = mode;
    }
    tool_command_t tool = {.tool_commanded = target->tool_desired};
    if (supervisor_mode_touches(mode) || mode == MODE_YIELD) {
        if (mode == MODE_APPROACH || mode == MODE_CONTACT) {
            state->base = target->tool_desired;
            state->outward = target->normal;
            const double speed_mps = mode == MODE_APPROACH
                                         ? approach_speed_mps(session, target, state->offset_m)
                                         : contact_speed_mps(session, target, estimate);
            move_offset(session, state, speed_mps, OFFSET_ACCELERATION_MPS2);
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
    return tool;
}
