#include <math.h>

#include "controller/safety/permit.h"
#include "controller/safety/rules.h"

// A period without a new sample of a device counts one, one with a sample takes this away: a
// quarter of all samples may be lost for good, and so many in a row as nothing else tells.
#define SAMPLE_GAIN (1.0 / 3.0)
#define SAMPLE_LOSS_MAX 12.0
// Periods that the clock may take for one, beside those that the loop knows to have missed (hazard
// H41).
#define CLOCK_PERIODS_MAX 3
// Drives that are told to leave their torque do so together, up to this many periods apart (hazard
// H25); all of them within this time (on the virtual table within 8 ms).
#define SPLIT_PERIODS_MAX 2
#define TORQUE_LEFT_US 100000
// A relay takes 10 to 30 ms; the virtual one 20 ms.
#define RELAY_TIME_US 100000
// Brakes take 30 to 80 ms; twice that after the drives were to have no torque they hold. From then
// on the tool may not be more than this away from where it was; it is told for so long.
#define BRAKES_HOLD_US 200000
#define BRAKE_SLIP_MAX_M 0.002
#define BRAKE_SLIP_TOLD_US 500000

static double lost(double loss, int64_t age_us, int64_t spacing_us)
{
    if (age_us >= 0 && age_us < spacing_us) {
        return fmax(loss - SAMPLE_GAIN, 0.0);
    }
    return age_us == AGE_NEVER_US ? 0.0 : fmin(loss + 1.0, 2.0 * SAMPLE_LOSS_MAX);
}

static bool fresh(int64_t age_us, int64_t age_max_us)
{
    return age_us >= 0 && age_us <= age_max_us;
}

static void judge_io(verdict_t* verdict, const judge_limits_t* limits,
                     const interlock_state_t* state, const judged_t* judged)
{
    const io_feedback_t* io = &judged->feedback->io;
    permit_fresh(verdict, INTERLOCK_IO_AGE, SUBJECT_NONE, io->age_us, limits->sample_age_max_us);
    if (io->age_us == AGE_NEVER_US) {
        return; // nothing was ever heard: silence is the cause, the bits mean nothing
    }
    permit_if(verdict, INTERLOCK_ESTOP, io->estop_closed);
    permit_if(verdict, INTERLOCK_CLIENT_BUTTON, io->client_button_released);
    permit_if(verdict, INTERLOCK_CLIENT_PRESENT, io->client_present);
    permit_at_most(verdict, INTERLOCK_POWER_RELAY, SUBJECT_NONE, (double)state->relay_us * 1e-6,
                   (double)RELAY_TIME_US * 1e-6);
}

static void judge_losses(verdict_t* verdict, const judge_limits_t* limits,
                         const interlock_state_t* state)
{
    permit_at_most(verdict, INTERLOCK_SAMPLE_LOSS, SUBJECT_NONE, state->force_loss,
                   SAMPLE_LOSS_MAX);
    permit_at_most(verdict, INTERLOCK_SAMPLE_LOSS, SUBJECT_NONE, state->io_loss, SAMPLE_LOSS_MAX);
    for (int joint = 0; joint < limits->joint_count && joint < JOINT_CAPACITY; ++joint) {
        permit_at_most(verdict, INTERLOCK_SAMPLE_LOSS, joint, state->joints[joint].sample_loss,
                       SAMPLE_LOSS_MAX);
    }
}

/// True if of the drives that can be heard there is one with torque, or one without.
static bool any_drive(const judge_limits_t* limits, const judged_t* judged, bool with_torque)
{
    for (int joint = 0; joint < limits->joint_count && joint < JOINT_CAPACITY; ++joint) {
        const drive_feedback_t* drive = &judged->feedback->drives[joint];
        const bool has_torque =
            drive->state == DRIVE_OPERATION_ENABLED || drive->state == DRIVE_NOT_FOLLOWING;
        if (fresh(drive->age_us, limits->period_us) && has_torque == with_torque) {
            return true;
        }
    }
    return false;
}

static void judge_unpowered(verdict_t* verdict, const judge_limits_t* limits,
                            const interlock_state_t* state, const judged_t* judged)
{
    permit_at_most(verdict, INTERLOCK_DRIVE_SYNC, SUBJECT_NONE, (double)state->split_us * 1e-6,
                   (double)SPLIT_PERIODS_MAX * (double)limits->period_us * 1e-6);
    if (any_drive(limits, judged, true)) {
        permit_at_most(verdict, INTERLOCK_DRIVE_SYNC, SUBJECT_NONE,
                       (double)state->unpowered_us * 1e-6, (double)TORQUE_LEFT_US * 1e-6);
    }
    if (state->held) {
        double square_m2 = 0.0;
        for (int axis = 0; axis < 3; ++axis) {
            const double moved_m = judged->tool_position_m[axis] - state->held_m[axis];
            square_m2 += moved_m * moved_m;
        }
        permit_at_most(verdict, INTERLOCK_BRAKE_SLIPS, SUBJECT_NONE, sqrt(square_m2),
                       BRAKE_SLIP_MAX_M);
        permit_if(verdict, INTERLOCK_BRAKE_SLIPS, state->slipping_us <= 0);
    }
}

void judge_devices(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                   const judged_t* judged)
{
    judge_io(verdict, limits, state, judged);
    judge_losses(verdict, limits, state);
    if (!supervisor_mode_powered(judged->mode)) {
        judge_unpowered(verdict, limits, state, judged);
    } else if (state->begun) {
        const int64_t missed = (int64_t)judged->overruns + 2;
        const int64_t periods = missed > CLOCK_PERIODS_MAX ? missed : CLOCK_PERIODS_MAX;
        const int64_t passed_us = between_us(state->last_now_us, judged->now_us);
        const double allowed_us = (double)periods * (double)limits->period_us;
        if (!(passed_us > 0 && (double)passed_us <= allowed_us)) {
            permit_refuse(verdict, INTERLOCK_CLOCK, SUBJECT_NONE, (double)passed_us * 1e-6,
                          allowed_us * 1e-6);
        }
    }
}

static void watch_brakes(interlock_state_t* state, const judge_limits_t* limits,
                         const judged_t* judged)
{
    double square_m2 = 0.0;
    for (int axis = 0; axis < 3; ++axis) {
        const double moved_m = judged->tool_position_m[axis] - state->held_m[axis];
        square_m2 += moved_m * moved_m;
    }
    const bool known = isfinite(judged->tool_position_m[0]) &&
                       isfinite(judged->tool_position_m[1]) && isfinite(judged->tool_position_m[2]);
    const bool slips = state->held && !(sqrt(square_m2) <= BRAKE_SLIP_MAX_M);
    state->slipping_us =
        slips || state->slipping_us > 0 ? later_us(state->slipping_us, limits->period_us) : 0;
    const bool told = state->slipping_us >= BRAKE_SLIP_TOLD_US;
    if (state->unpowered_us < BRAKES_HOLD_US || !known) {
        state->held = false;
        state->slipping_us = 0;
    } else if (!state->held || told) {
        state->held = true; // from here on the tool is to stay where it is now
        state->slipping_us = 0;
        for (int axis = 0; axis < 3; ++axis) {
            state->held_m[axis] = judged->tool_position_m[axis];
        }
    }
}

void watch_devices(interlock_state_t* state, const judge_limits_t* limits, const judged_t* judged)
{
    const bus_feedback_t* feedback = judged->feedback;
    const int64_t period_us = limits->period_us;
    state->force_loss = lost(state->force_loss, feedback->force.age_us, limits->force_spacing_us);
    state->io_loss = lost(state->io_loss, feedback->io.age_us, limits->io_spacing_us);
    for (int joint = 0; joint < limits->joint_count && joint < JOINT_CAPACITY; ++joint) {
        joint_watch_t* watch = &state->joints[joint];
        watch->sample_loss = lost(watch->sample_loss, feedback->drives[joint].age_us,
                                  limits->joints[joint].sample_spacing_us);
    }
    const bool powered = supervisor_mode_powered(judged->mode);
    state->unpowered_us = powered ? 0 : later_us(state->unpowered_us, period_us);
    const bool split =
        !powered && any_drive(limits, judged, true) && any_drive(limits, judged, false);
    state->split_us = split ? later_us(state->split_us, period_us) : 0;
    // An open emergency stop opens the relay by itself.
    const bool otherwise =
        judged->commanded->power_relay_close != feedback->io.power_relay_closed &&
        feedback->io.estop_closed && fresh(feedback->io.age_us, limits->sample_age_max_us);
    state->relay_us = otherwise ? later_us(state->relay_us, period_us) : 0;
    watch_brakes(state, limits, judged);
    state->begun = true;
    state->last_mode = judged->mode;
    state->last_now_us = judged->now_us;
}
