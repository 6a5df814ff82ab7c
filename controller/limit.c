#include "controller/limit.h"

#include <math.h>

// After parking the drives keep their supply until their brakes hold: cutting it at once would let
// the arm sag by what it falls meanwhile. Typical brakes take 30 to 50 ms. Stops do not wait for
// it.
#define BRAKE_TIME_US 80000

/// As fmin and fmax, NaN included, without the call.
static inline double lesser(double a, double b)
{
    return a < b || isnan(b) ? a : b;
}
static inline double greater(double a, double b)
{
    return a > b || isnan(b) ? a : b;
}

static inline double clamp(double wanted, double lowest, double highest)
{
    return lesser(greater(wanted, lowest), highest);
}

/// The highest speed from which braking one step of `acceleration` a period comes to rest within
/// `room`. In units of a period's step and its way, n periods of braking take n (n + 1) / 2, and
/// between whole n the way grows linearly; a formula that ignores this overshoots by up to an
/// eighth of a step.
static double braking_speed(double room, double acceleration, double period_s)
{
    const double step = acceleration * period_s;
    const double way = greater(room, 0.0) / (step * period_s);
    const double periods = floor(0.5 * (sqrt(1.0 + 8.0 * way) - 1.0));
    const double rest = way - 0.5 * periods * (periods + 1.0);
    return step * (periods + rest / (periods + 1.0));
}

/// Speed this period: as near the wanted one as acceleration, speed and the way left to the
/// position limits allow. Braking to a position limit must stay possible with the acceleration
/// limit.
static double limited_speed(const chain_t* chain, int joint, double position, double speed,
                            double wanted_speed, double period_s)
{
    const double acceleration = chain->acceleration_max.at[joint];
    const double speed_max = chain->velocity_max.at[joint];
    const double step = acceleration * period_s;
    const double up =
        braking_speed(chain->position_max.at[joint] - position, acceleration, period_s);
    const double down =
        braking_speed(position - chain->position_min.at[joint], acceleration, period_s);
    const double reachable = clamp(wanted_speed, speed - step, speed + step);
    return clamp(clamp(reachable, -down, up), -speed_max, speed_max);
}

static drive_request_t drive_request(supervisor_mode_t mode, drive_state_t state)
{
    if (supervisor_mode_powered(mode)) {
        return DRIVE_REQUEST_ENABLE;
    }
    const bool clear_fault = mode == MODE_READY && state == DRIVE_FAULT;
    return clear_fault ? DRIVE_REQUEST_RESET_FAULT : DRIVE_REQUEST_DISABLE;
}

bus_command_t limit_apply(const session_t* session, const limit_state_t* state,
                          supervisor_mode_t mode, const joint_target_t* wanted,
                          const bus_feedback_t* feedback, unsigned locked_joints)
{
    const chain_t* chain = &session->chain;
    const bool powered = supervisor_mode_powered(mode);
    const bool braking = mode == MODE_PARKED && state->unpowered_us < BRAKE_TIME_US;
    bus_command_t command = {.power_relay_close = powered || braking || mode == MODE_READY,
                             .lamp_moving = powered};
    for (int joint = 0; joint < chain->joint_count; ++joint) {
        const drive_feedback_t* drive = &feedback->drives[joint];
        const double sent = state->position.at[joint];
        const double asked = wanted->position.at[joint];
        double position = sent;
        command.request[joint] = drive_request(mode, drive->state);
        if ((locked_joints >> joint & 1u) != 0) {
            command.request[joint] = powered ? DRIVE_REQUEST_QUICK_STOP : DRIVE_REQUEST_DISABLE;
        } else if (powered) {
            const double wanted_speed = isfinite(asked) ? (asked - sent) / session->period_s : 0.0;
            position +=
                session->period_s * limited_speed(chain, joint, sent, state->speed.at[joint],
                                                  wanted_speed, session->period_s);
        } else if (drive->age_us != AGE_NEVER_US && isfinite(drive->position)) {
            position = drive->position; // without torque the command is where the arm is
        }
        command.position[joint] =
            clamp(position, chain->position_min.at[joint], chain->position_max.at[joint]);
    }
    return command;
}

void limit_record(const session_t* session, limit_state_t* state, supervisor_mode_t mode,
                  const bus_command_t* command)
{
    const bool powered = supervisor_mode_powered(mode);
    state->unpowered_us = powered ? 0 : state->unpowered_us + session->period_us;
    for (int joint = 0; joint < session->chain.joint_count; ++joint) {
        const double moved = command->position[joint] - state->position.at[joint];
        state->speed.at[joint] = powered ? moved / session->period_s : 0.0;
        state->position.at[joint] = command->position[joint];
    }
}
