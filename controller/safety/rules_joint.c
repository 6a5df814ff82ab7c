#include <math.h>

#include "controller/safety/permit.h"
#include "controller/safety/rules.h"

// A joint moves at most this much faster than its limit from one sample to the next (hazard H19),
// and a sample may be taken this part of a period earlier or later than it is taken to be.
#define JUMP_SPEED_MARGIN 1.5
#define JUMP_TIME_PART 0.5
// Resolution and play, rad or m.
#define JUMP_NOISE 1e-3
// What a position moves beyond its speed is forgotten after this time.
#define ASTRAY_TIME_S 0.2
// Positions that repeat so often stand still; a single one may be chance.
#define IDENTICAL_SAMPLES 5
// A drive whose encoder freezes in motion winds up at once. So much more effort than what stands
// still may show needs one repetition only, in two samples, for one may be corrupt: with five, a
// yield that such a joint led pressed on for 20 ms longer.
#define WOUND_UP_FACTOR 2.0
// Rounding of a command's speed over one period, as a part of the limits.
#define COMMAND_ROUNDING 1e-6
// A joint that is told to stop brakes after this time with so much of its acceleration at least;
// and so much faster than the ramp, and this much besides, it may seem to move (hazard H23). In
// stops of the virtual table it was 0.02 rad/s over the ramp at most.
#define STOP_DELAY_US 24000
#define STOP_ACCELERATION_PART 0.9
#define STOP_SPEED_MARGIN 1.1
#define STOP_SPEED_NOISE 0.05 // rad/s or m/s
// Over a gap in time nobody knows how a joint moved: encoders are held against speeds up to so many
// periods, as many as the clock may take for one.
#define GAP_PERIODS_MAX 3
// A joint is to follow for so many periods before its speed is held against its commands: they
// reach it within that.
#define FOLLOWED_PERIODS 4
// Where a sample does not come its set-point may not have come either: the drive holds, and makes
// up for it with the next one. Of periods that far back that is still seen: as many as a drive may
// be silent, and those that a command takes to reach its joint.
#define GAPS_KEPT 8
// One sample at another speed may be noise.
#define OFF_SPEED_SAMPLES 2

static double period_s(const judge_limits_t* limits)
{
    return (double)limits->period_us * 1e-6;
}

static int64_t taken_us(const drive_feedback_t* drive, const judged_t* judged)
{
    return between_us(drive->age_us, judged->now_us);
}

/// True where a sample has come that is newer than the one that is remembered. What was never heard
/// counts as older than everything.
static bool is_new(const joint_watch_t* watch, const drive_feedback_t* drive,
                   const judged_t* judged)
{
    return drive->age_us >= 0 && watch->known && taken_us(drive, judged) > watch->at_us;
}

/// Half a period more or less is still on time.
static bool on_time(const judge_limits_t* limits, const interlock_state_t* state,
                    const judged_t* judged, int64_t half_periods_max)
{
    const int64_t passed_us = between_us(state->last_now_us, judged->now_us);
    const double allowed_us = 0.5 * (double)half_periods_max * (double)limits->period_us;
    return state->begun && passed_us > 0 && (double)passed_us <= allowed_us;
}

/// How far positions have moved beyond what speeds say, with the newest sample.
static double astray(const joint_watch_t* watch, const drive_feedback_t* drive,
                     const judged_t* judged)
{
    const double passed_s = (double)between_us(watch->at_us, taken_us(drive, judged)) * 1e-6;
    const double by_speed = 0.5 * (drive->velocity + watch->velocity) * passed_s;
    const double keep = fmax(1.0 - passed_s / ASTRAY_TIME_S, 0.0);
    return keep * watch->astray + (drive->position - watch->position - by_speed);
}

static double commanded_speed(const joint_watch_t* watch, const judge_limits_t* limits,
                              const judged_t* judged, int joint)
{
    return (judged->commanded->position[joint] - watch->sent) / period_s(limits);
}

/// The last command was to be followed: the drive was to have torque, and nobody has told it to
/// brake by itself.
static bool to_be_followed(const judged_t* judged, int joint)
{
    return supervisor_mode_powered(judged->mode) &&
           judged->commanded->request[joint] == DRIVE_REQUEST_ENABLE;
}

static void judge_command(verdict_t* verdict, const judge_limits_t* limits,
                          const joint_watch_t* watch, const judged_t* judged, int joint)
{
    const judge_joint_limits_t* allowed = &limits->joints[joint];
    const double sent = judged->commanded->position[joint];
    if (!to_be_followed(judged, joint)) {
        return; // without torque it is where the arm was found
    }
    permit_at_most(verdict, INTERLOCK_COMMAND_RANGE, joint, sent, allowed->commanded_max);
    permit_at_least(verdict, INTERLOCK_COMMAND_RANGE, joint, sent, allowed->commanded_min);
    if (!watch->commanded) {
        return;
    }
    const double most = 1.0 + COMMAND_ROUNDING;
    const double step = allowed->commanded_acceleration_max * period_s(limits);
    const double speed = commanded_speed(watch, limits, judged, joint);
    permit_at_most(verdict, INTERLOCK_COMMAND_RANGE, joint, fabs(speed),
                   allowed->commanded_speed_max * most);
    permit_at_most(verdict, INTERLOCK_COMMAND_RANGE, joint, fabs(speed - watch->sent_speed),
                   step * most + COMMAND_ROUNDING * allowed->commanded_speed_max);
}

static bool is_followed(const judged_t* judged, int joint)
{
    return to_be_followed(judged, joint) && judged->mode != MODE_ARMING &&
           judged->feedback->drives[joint].state == DRIVE_OPERATION_ENABLED;
}

static bool is_heard(const judge_limits_t* limits, const judged_t* judged, int joint)
{
    const int64_t age_us = judged->feedback->drives[joint].age_us;
    return age_us >= 0 && age_us < limits->joints[joint].sample_spacing_us;
}

/// The gaps that are remembered, with this period.
static unsigned gaps(const interlock_state_t* state, const judge_limits_t* limits,
                     const judged_t* judged, int joint)
{
    const bool regular = on_time(limits, state, judged, 3) && is_heard(limits, judged, joint);
    const unsigned before = state->joints[joint].gaps % (1u << (GAPS_KEPT - 1));
    return 2 * before + (regular ? 0 : 1);
}

/// The longest row of them: each step takes one off every row.
static int longest_gap(unsigned gaps)
{
    int longest = 0;
    for (unsigned rows = gaps; rows != 0; rows &= rows >> 1) {
        ++longest;
    }
    return longest;
}

/// By how much a joint is faster than the fastest of its last commanded speeds, or slower than the
/// slowest; not a number where a command was none.
static double speed_deviation(const joint_watch_t* watch, const judge_limits_t* limits,
                              const judged_t* judged, int joint)
{
    const double velocity = judged->feedback->drives[joint].velocity;
    const double before[] = {watch->sent_speed, watch->sent_before[0], watch->sent_before[1]};
    double least = commanded_speed(watch, limits, judged, joint);
    double most = least;
    bool known = isfinite(least);
    for (int i = 0; i < 3; ++i) {
        known = known && isfinite(before[i]);
        least = fmin(least, before[i]);
        most = fmax(most, before[i]);
    }
    return known ? fmax(fmax(velocity - most, least - velocity), 0.0) : (double)NAN;
}

/// What is allowed of it. A drive that missed set-points holds, and then goes their way and the
/// next one's in one period: by their number it is slower or faster than the fastest of them.
static double speed_deviation_max(const interlock_state_t* state, const judge_limits_t* limits,
                                  const judged_t* judged, int joint)
{
    const joint_watch_t* watch = &state->joints[joint];
    const int missed = longest_gap(gaps(state, limits, judged, joint));
    const double fastest =
        fmax(fmax(fabs(commanded_speed(watch, limits, judged, joint)), fabs(watch->sent_speed)),
             fmax(fabs(watch->sent_before[0]), fabs(watch->sent_before[1])));
    return limits->joints[joint].speed_deviation + (double)missed * fastest;
}

static void judge_speed(verdict_t* verdict, const judge_limits_t* limits,
                        const interlock_state_t* state, const judged_t* judged, int joint)
{
    const joint_watch_t* watch = &state->joints[joint];
    if (watch->followed >= FOLLOWED_PERIODS && watch->off_speed >= OFF_SPEED_SAMPLES - 1 &&
        is_followed(judged, joint) && is_heard(limits, judged, joint) &&
        !pushed_away(limits, judged)) {
        permit_at_most(verdict, INTERLOCK_SPEED_FOLLOWING, joint,
                       speed_deviation(watch, limits, judged, joint),
                       speed_deviation_max(state, limits, judged, joint));
    }
}

static void judge_encoder(verdict_t* verdict, const judge_limits_t* limits,
                          const interlock_state_t* state, const judged_t* judged, int joint)
{
    const joint_watch_t* watch = &state->joints[joint];
    const drive_feedback_t* drive = &judged->feedback->drives[joint];
    const judge_joint_limits_t* allowed = &limits->joints[joint];
    if (is_new(watch, drive, judged)) {
        const double passed_s = (double)between_us(watch->at_us, taken_us(drive, judged)) * 1e-6;
        const double reach = JUMP_SPEED_MARGIN * allowed->commanded_speed_max *
                                 (passed_s + JUMP_TIME_PART * period_s(limits)) +
                             JUMP_NOISE;
        permit_at_most(verdict, INTERLOCK_ENCODER_JUMP, joint,
                       fabs(drive->position - watch->position), reach);
        if (on_time(limits, state, judged, 2 * GAP_PERIODS_MAX)) {
            permit_at_most(verdict, INTERLOCK_ENCODER_DISAGREES, joint,
                           fabs(astray(watch, drive, judged)), allowed->speed_disagreement);
        }
    }
    if (watch->identical >= IDENTICAL_SAMPLES && to_be_followed(judged, joint)) {
        permit_at_most(verdict, INTERLOCK_ENCODER_FROZEN, joint, watch->wanted,
                       allowed->frozen_command);
    }
    if (watch->identical > 0 && to_be_followed(judged, joint) && judged->mode != MODE_ARMING) {
        const bool stands = watch->identical >= IDENTICAL_SAMPLES;
        const double newest = fabs(drive->effort - watch->effort);
        const double before = fabs(watch->effort_last - watch->effort);
        permit_at_most(verdict, INTERLOCK_ENCODER_FROZEN, joint,
                       stands ? newest : fmin(newest, before),
                       (stands ? 1.0 : WOUND_UP_FACTOR) * allowed->frozen_effort);
    }
}

/// Drives that are silent are not judged here: nobody knows how they move.
static void judge_stop(verdict_t* verdict, const judge_limits_t* limits, const joint_watch_t* watch,
                       const judged_t* judged, int joint)
{
    const drive_feedback_t* drive = &judged->feedback->drives[joint];
    if (judged->mode == MODE_STOPPING && drive->age_us >= 0 &&
        drive->age_us <= limits->sample_age_max_us) {
        permit_at_most(verdict, INTERLOCK_DRIVE_DEAF, joint, fabs(drive->velocity),
                       STOP_SPEED_MARGIN * watch->ramp + STOP_SPEED_NOISE);
    }
}

static void judge_joint(verdict_t* verdict, const judge_limits_t* limits,
                        const interlock_state_t* state, const judged_t* judged, int joint)
{
    const drive_feedback_t* drive = &judged->feedback->drives[joint];
    const judge_joint_limits_t* allowed = &limits->joints[joint];
    const joint_watch_t* watch = &state->joints[joint];
    const bool following_judged =
        supervisor_mode_powered(judged->mode) && !mode_in(judged->mode, MODE_BIT(ARMING));
    // While arming a drive walks to its torque, never back, and has its mode before. Where a stop
    // ends that early, it never comes there, and nothing is wrong with it.
    const bool faulty = drive->state == DRIVE_FAULT || drive->state == DRIVE_FAULT_REACTION ||
                        drive->state == DRIVE_NOT_FOLLOWING;
    const bool fails = faulty || drive->state < watch->walked ||
                       (watch->walked == DRIVE_OPERATION_ENABLED && drive->state != watch->walked);
    const bool ended_early = judged->mode == MODE_STOPPING && !watch->had_torque && !faulty;

    judge_command(verdict, limits, watch, judged, joint);
    permit_fresh(verdict, INTERLOCK_DRIVE_AGE, joint, drive->age_us, limits->sample_age_max_us);
    const bool silent = !(drive->age_us >= 0 && drive->age_us <= limits->sample_age_max_us);
    if (drive->age_us == AGE_NEVER_US) {
        verdict->locked_joints |= 1u << joint;
        return;
    }
    const bool left = (following_judged && drive->state != DRIVE_OPERATION_ENABLED) ||
                      (mode_in(judged->mode, MODE_BIT(ARMING)) && fails);
    if (left && !ended_early) {
        permit_refuse(verdict, INTERLOCK_DRIVE_STATE, joint, drive->state, DRIVE_OPERATION_ENABLED);
    }
    if (silent || left) {
        verdict->locked_joints |= 1u << joint;
    }
    if (!(isfinite(drive->position) && isfinite(drive->velocity) && isfinite(drive->effort))) {
        permit_refuse(verdict, INTERLOCK_FINITE, joint, drive->position, 0.0);
        return;
    }
    permit_at_most(verdict, INTERLOCK_JOINT_POSITION, joint, drive->position,
                   allowed->measured_max);
    permit_at_most(verdict, INTERLOCK_JOINT_POSITION, joint, -drive->position,
                   -allowed->measured_min);
    permit_at_most(verdict, INTERLOCK_JOINT_SPEED, joint, fabs(drive->velocity),
                   allowed->measured_speed_max);
    judge_encoder(verdict, limits, state, judged, joint);
    judge_speed(verdict, limits, state, judged, joint);
    judge_stop(verdict, limits, watch, judged, joint);
    if (following_judged && (verdict->locked_joints >> joint & 1u) == 0) {
        permit_at_most(verdict, INTERLOCK_FOLLOWING, joint,
                       fabs(judged->commanded->position[joint] - drive->position),
                       allowed->following_at_rest +
                           limits->following_time_s * fabs(drive->velocity));
    }
}

void judge_joints(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                  const judged_t* judged)
{
    for (int joint = 0; joint < limits->joint_count && joint < JOINT_CAPACITY; ++joint) {
        judge_joint(verdict, limits, state, judged, joint);
    }
}

static void watch_sample(joint_watch_t* watch, const judged_t* judged, int joint, bool gap)
{
    const drive_feedback_t* drive = &judged->feedback->drives[joint];
    const bool known = drive->age_us != AGE_NEVER_US && drive->age_us >= 0 &&
                       isfinite(drive->position) && isfinite(drive->velocity);
    if (known && is_new(watch, drive, judged)) {
        const bool same = drive->position == watch->position;
        const double moved = fabs(judged->commanded->position[joint] - watch->sent);
        watch->astray = gap ? 0.0 : astray(watch, drive, judged);
        watch->identical = same ? once_more(watch->identical) : 0;
        watch->wanted = same && watch->commanded ? watch->wanted + moved : 0.0;
        if (judged->mode == MODE_ARMING) {
            watch->effort = drive->effort;
        } else if (!same) {
            watch->effort = watch->effort_last; // the newest may have wound up already
        }
    } else if (!watch->known) {
        watch->astray = 0.0;
        watch->identical = 0;
        watch->wanted = 0.0;
        watch->effort = drive->effort;
    }
    if (known) {
        watch->known = true;
        watch->at_us = taken_us(drive, judged);
        watch->position = drive->position;
        watch->velocity = drive->velocity;
        watch->effort_last = drive->effort;
    }
}

static void watch_stop(joint_watch_t* watch, const judge_limits_t* limits, const judged_t* judged,
                       int joint)
{
    const drive_feedback_t* drive = &judged->feedback->drives[joint];
    if (judged->mode != MODE_STOPPING) {
        const double measured = isfinite(drive->velocity) ? fabs(drive->velocity) : 0.0;
        watch->ramp = fmax(measured, fabs(watch->sent_speed));
    } else if (judged->mode_us >= STOP_DELAY_US && to_be_followed(judged, joint)) {
        const double step = STOP_ACCELERATION_PART *
                            limits->joints[joint].commanded_acceleration_max * period_s(limits);
        watch->ramp = fmax(watch->ramp - step, 0.0);
    }
}

/// How far its drive has come on the way to its torque.
static drive_state_t walked(const joint_watch_t* watch, const judged_t* judged, int joint)
{
    const drive_feedback_t* drive = &judged->feedback->drives[joint];
    if (judged->mode != MODE_ARMING) {
        return DRIVE_UNKNOWN;
    }
    return drive->state <= DRIVE_OPERATION_ENABLED && drive->state > watch->walked ? drive->state
                                                                                   : watch->walked;
}

/// A sample that did not come says nothing of the speed, and takes nothing back.
static void watch_speed(joint_watch_t* watch, const judge_limits_t* limits,
                        const interlock_state_t* state, const judged_t* judged, int joint)
{
    const bool followed = is_followed(judged, joint);
    const bool off = !(speed_deviation(watch, limits, judged, joint) <=
                       speed_deviation_max(state, limits, judged, joint));
    if (!followed) {
        watch->off_speed = 0;
    } else if (is_heard(limits, judged, joint)) {
        watch->off_speed = off ? once_more(watch->off_speed) : 0;
    }
    watch->followed = followed ? once_more(watch->followed) : 0;
    watch->gaps = gaps(state, limits, judged, joint);
}

void watch_joints(interlock_state_t* state, const judge_limits_t* limits, const judged_t* judged)
{
    for (int joint = 0; joint < limits->joint_count && joint < JOINT_CAPACITY; ++joint) {
        joint_watch_t* watch = &state->joints[joint];
        watch_sample(watch, judged, joint, !on_time(limits, state, judged, 2 * GAP_PERIODS_MAX));
        watch_speed(watch, limits, state, judged, joint);
        watch->walked = walked(watch, judged, joint);
        watch->had_torque =
            supervisor_mode_powered(judged->mode) &&
            (watch->had_torque || judged->feedback->drives[joint].state == DRIVE_OPERATION_ENABLED);
        const bool followed = to_be_followed(judged, joint);
        watch->sent_before[1] = watch->sent_before[0];
        watch->sent_before[0] = watch->sent_speed;
        watch->sent_speed =
            followed && watch->commanded ? commanded_speed(watch, limits, judged, joint) : 0.0;
        watch->sent = judged->commanded->position[joint];
        watch->commanded = followed;
        watch_stop(watch, limits, judged, joint);
    }
}
