#include "tests/proof/memory_model.h"

#include <math.h>
#include <string.h>

#include "tests/proof/supervisor_model.h"

/// What one step begins with and is told.
typedef struct {
    const judge_limits_t* limits;
    const interlock_state_t* before;
    const judged_t* judged;
    interlock_rules_t refused;
} step_t;

#define LONGEST_US (INT64_C(1) << 62)

/// Times that no clock can show end at the largest one.
static int64_t lengthened_us(int64_t lasted_us, const judge_limits_t* limits)
{
    return lasted_us < 0 || lasted_us >= LONGEST_US ? INT64_MAX : lasted_us + limits->period_us;
}

/// When a sample of this age was taken.
static int64_t taken_us(int64_t age_us, int64_t now_us)
{
    if (age_us > -LONGEST_US && age_us < LONGEST_US) {
        return now_us - age_us;
    }
    return now_us >= age_us ? INT64_MAX : INT64_MIN;
}

static int counted(int count)
{
    return count == INT32_MAX ? count : count + 1;
}

static bool among(supervisor_mode_t mode, const char* names)
{
    char name[32] = " ";
    strncat(name, supervisor_model_text(mode), 20);
    strcat(name, " ");
    return strstr(names, name) != NULL;
}

// --------------------------------------------------------------------------------------- a joint

static bool told_to_follow(const step_t* step, int joint)
{
    return supervisor_model_powered(step->judged->mode) &&
           step->judged->commanded->request[joint] == DRIVE_REQUEST_ENABLE;
}

/// At most `periods` since the judge was asked before.
static bool asked_within(const step_t* step, double periods)
{
    const int64_t now_us = step->judged->now_us;
    const int64_t last_us = step->before->last_now_us;
    return step->before->begun && now_us > last_us &&
           (double)(now_us - last_us) <= periods * (double)step->limits->period_us;
}

static void remember_sample(const step_t* step, int joint, joint_watch_t* watch)
{
    const drive_feedback_t* drive = &step->judged->feedback->drives[joint];
    const joint_watch_t* old = &step->before->joints[joint];
    const bool usable = drive->age_us >= 0 && drive->age_us != AGE_NEVER_US &&
                        isfinite(drive->position) && isfinite(drive->velocity);
    if (!old->known) { // nothing to compare with
        watch->astray = watch->wanted = 0.0;
        watch->identical = 0;
        watch->effort = drive->effort;
    }
    if (!usable) {
        return;
    }
    watch->known = true;
    watch->at_us = taken_us(drive->age_us, step->judged->now_us);
    watch->position = drive->position;
    watch->velocity = drive->velocity;
    watch->effort_last = drive->effort;
    if (!old->known || watch->at_us <= old->at_us) {
        return;
    }
    const double passed_s = (double)(watch->at_us - old->at_us) * 1e-6;
    const double moved = drive->position - old->position;
    const double told = (drive->velocity + old->velocity) / 2.0 * passed_s;
    const double left = passed_s < 0.2 ? old->astray * (1.0 - passed_s / 0.2) : 0.0 * old->astray;
    watch->astray = asked_within(step, 3.0) ? left + (moved - told) : 0.0;
    if (moved != 0.0) { // another place
        watch->identical = 0;
        watch->wanted = 0.0;
        // What it needed while it still moved.
        watch->effort = step->judged->mode == MODE_ARMING ? drive->effort : old->effort_last;
        return;
    }
    watch->identical = counted(old->identical);
    const double sent = step->judged->commanded->position[joint];
    watch->wanted = old->commanded ? old->wanted + fabs(sent - old->sent) : 0.0;
    if (step->judged->mode == MODE_ARMING) {
        watch->effort = drive->effort;
    }
}

static double sent_speed(const step_t* step, int joint)
{
    const double sent = step->judged->commanded->position[joint];
    return (sent - step->before->joints[joint].sent) / ((double)step->limits->period_us * 1e-6);
}

static void remember_command(const step_t* step, int joint, joint_watch_t* watch)
{
    const joint_watch_t* old = &step->before->joints[joint];
    watch->commanded = told_to_follow(step, joint);
    watch->sent = step->judged->commanded->position[joint];
    watch->sent_before[0] = old->sent_speed;
    watch->sent_before[1] = old->sent_before[0];
    watch->sent_speed = old->commanded && watch->commanded ? sent_speed(step, joint) : 0.0;
}

/// Eight periods, this one in the lowest bit: set where it came late or its sample did not come.
static unsigned gaps_with_this_period(const step_t* step, int joint)
{
    const drive_feedback_t* drive = &step->judged->feedback->drives[joint];
    const bool heard =
        drive->age_us >= 0 && drive->age_us < step->limits->joints[joint].sample_spacing_us;
    const unsigned shifted = step->before->joints[joint].gaps << 1;
    return ((shifted & 0xFEu) | (asked_within(step, 1.5) && heard ? 0u : 1u));
}

/// How many set-points in a row may not have come, of those that still matter.
static int set_points_missed(unsigned periods)
{
    int longest = 8;
    while (longest > 0) {
        const unsigned row = (1u << longest) - 1u;
        for (int at = 0; at + longest <= 8; ++at) {
            if ((periods >> at & row) == row) {
                return longest;
            }
        }
        --longest;
    }
    return 0;
}

double memory_model_speed_allowance(const interlock_state_t* before, const judge_limits_t* limits,
                                    const judged_t* judged, int joint)
{
    const step_t step = {.limits = limits, .before = before, .judged = judged};
    const joint_watch_t* old = &before->joints[joint];
    const double sent[4] = {sent_speed(&step, joint), old->sent_speed, old->sent_before[0],
                            old->sent_before[1]};
    double fastest = 0.0;
    for (int i = 0; i < 4; ++i) {
        fastest = fabs(sent[i]) > fastest ? fabs(sent[i]) : fastest;
    }
    return limits->joints[joint].speed_deviation +
           fastest * set_points_missed(gaps_with_this_period(&step, joint));
}

/// Whether the speed is further than it may be from all of the last four commands.
static bool at_another_speed(const step_t* step, int joint)
{
    const joint_watch_t* old = &step->before->joints[joint];
    const double sent[4] = {sent_speed(step, joint), old->sent_speed, old->sent_before[0],
                            old->sent_before[1]};
    const double speed = step->judged->feedback->drives[joint].velocity;
    double over = -(double)INFINITY;
    double under = -(double)INFINITY;
    bool known = true;
    for (int i = 0; i < 4; ++i) {
        known = known && isfinite(sent[i]);
        over = i == 0 || speed - sent[i] < over ? speed - sent[i] : over;
        under = i == 0 || sent[i] - speed < under ? sent[i] - speed : under;
    }
    const double most =
        memory_model_speed_allowance(step->before, step->limits, step->judged, joint);
    // A speed that is no number tells nothing of how far it is from the commands.
    const double off = isnan(speed) ? 0.0 : over > 0.0 ? over : under > 0.0 ? under : 0.0;
    return !known || isnan(most) || off > most;
}

static void remember_speed(const step_t* step, int joint, joint_watch_t* watch)
{
    const joint_watch_t* old = &step->before->joints[joint];
    const drive_feedback_t* drive = &step->judged->feedback->drives[joint];
    const bool heard =
        drive->age_us >= 0 && drive->age_us < step->limits->joints[joint].sample_spacing_us;
    const bool followed = told_to_follow(step, joint) && step->judged->mode != MODE_ARMING &&
                          drive->state == DRIVE_OPERATION_ENABLED;
    watch->gaps = gaps_with_this_period(step, joint);
    watch->followed = followed ? counted(old->followed) : 0;
    watch->off_speed = followed && !heard                          ? old->off_speed
                       : followed && at_another_speed(step, joint) ? counted(old->off_speed)
                                                                   : 0;
}

static void remember_torque(const step_t* step, int joint, joint_watch_t* watch)
{
    const joint_watch_t* old = &step->before->joints[joint];
    const drive_state_t state = step->judged->feedback->drives[joint].state;
    const supervisor_mode_t mode = step->judged->mode;
    watch->walked = mode == MODE_ARMING ? old->walked : DRIVE_UNKNOWN;
    // States up to enabled are steps of the way; those behind it are faults and ends.
    if (mode == MODE_ARMING && (int)state <= (int)DRIVE_OPERATION_ENABLED &&
        (int)state > (int)old->walked) {
        watch->walked = state;
    }
    watch->had_torque =
        supervisor_model_powered(mode) && (old->had_torque || state == DRIVE_OPERATION_ENABLED);
}

/// After what `remember_command` wrote.
static void remember_ramp(const step_t* step, int joint, joint_watch_t* watch)
{
    if (step->judged->mode != MODE_STOPPING) {
        const double speed = fabs(step->judged->feedback->drives[joint].velocity);
        const double sent = fabs(watch->sent_speed);
        watch->ramp = isfinite(speed) ? speed : 0.0;
        watch->ramp = sent > watch->ramp ? sent : watch->ramp;
    } else if (told_to_follow(step, joint) && step->judged->mode_us >= 24000) {
        const double slower = step->before->joints[joint].ramp -
                              0.9 * step->limits->joints[joint].commanded_acceleration_max *
                                  (double)step->limits->period_us * 1e-6;
        watch->ramp = slower > 0.0 ? slower : 0.0;
    }
}

// ------------------------------------------------------------------------------------- the sensor

/// Mean variance of three axes as the differences of differences tell it: six times their square
/// is expected of what only scatters.
static double scatter_N2(const step_t* step, interlock_state_t* after)
{
    double sum_N2 = 0.0;
    for (int axis = 0; axis < 3; ++axis) {
        after->last_step_N[axis] =
            step->judged->feedback->force.force_N[axis] - step->before->last_force[axis];
        const double bend_N = after->last_step_N[axis] - step->before->last_step_N[axis];
        sum_N2 += bend_N * bend_N;
    }
    return sum_N2 / 6.0 / 3.0;
}

static void remember_scatter(const step_t* step, interlock_state_t* after)
{
    const force_feedback_t* force = &step->judged->feedback->force;
    if (force->age_us < 0 || force->age_us == AGE_NEVER_US) {
        after->sensor_samples = 0;
        after->noise_N2 = 0.0;
        return;
    }
    const int64_t at_us = taken_us(force->age_us, step->judged->now_us);
    if (step->before->sensor_samples != 0 && at_us <= step->before->force_at_us) {
        return;
    }
    after->force_at_us = at_us;
    const double added_N2 = scatter_N2(step, after);
    for (int axis = 0; axis < 6; ++axis) {
        const double now = axis < 3 ? force->force_N[axis] : force->torque_Nm[axis - 3];
        const bool repeats = now == step->before->last_force[axis];
        after->axis_frozen[axis] = repeats ? counted(step->before->axis_frozen[axis]) : 0;
        after->last_force[axis] = now;
    }
    after->sensor_samples = step->before->sensor_samples < 2 ? step->before->sensor_samples + 1 : 3;
    if (after->sensor_samples == 3) {
        // One sample adds that of five times the deviation's limit squared at most.
        const double most_N2 = 5.0 * 1.5 * 1.5;
        const double taken_N2 = added_N2 < most_N2 ? added_N2 : most_N2;
        after->noise_N2 = step->before->noise_N2 * (15.0 / 16.0) + taken_N2 / 16.0;
    }
}

/// What a tool feels that stands clear of the skin, smoothed over a tenth of a second.
static void remember_clear(const step_t* step, interlock_state_t* after)
{
    const judged_t* judged = step->judged;
    after->clear_us = 0;
    after->clear_force_N = 0.0;
    if (among(judged->mode, " armed transit paused parking ") && judged->force_tared &&
        judged->surface_gap_m >= 0.030) {
        const double part = (double)step->limits->period_us / 100000.0;
        after->clear_us = lengthened_us(step->before->clear_us, step->limits);
        after->clear_force_N =
            (1.0 - part) * step->before->clear_force_N + part * judged->force_total_N;
    }
}

/// The last three forces, newest first.
static void remember_forces(const step_t* step, interlock_state_t* after)
{
    const judged_t* judged = step->judged;
    const int64_t age_us = judged->feedback->force.age_us;
    if (age_us == AGE_NEVER_US || !judged->force_tared || !isfinite(judged->normal_force_N)) {
        after->force_count = 0;
        return;
    }
    const int64_t at_us = taken_us(age_us, judged->now_us);
    if (step->before->force_count != 0 && at_us <= step->before->force_taken_us[0]) {
        return;
    }
    const int kept = step->before->force_count;
    after->force_count = kept >= FORCE_RATE_SAMPLES ? kept : kept + 1;
    memcpy(after->force_N + 1, step->before->force_N, 2 * sizeof(double));
    memcpy(after->force_taken_us + 1, step->before->force_taken_us, 2 * sizeof(int64_t));
    after->force_N[0] = judged->normal_force_N;
    after->force_taken_us[0] = at_us;
}

/// A sensor in doubt is believed no more until the tool was seen pressing or free.
static void remember_felt(const step_t* step, interlock_state_t* after)
{
    static const interlock_rule_t doubts[] = {INTERLOCK_FORCE_AGE,         INTERLOCK_FORCE_STATUS,
                                              INTERLOCK_FORCE_SATURATED,   INTERLOCK_FORCE_FROZEN,
                                              INTERLOCK_FORCE_AXIS_FROZEN, INTERLOCK_FORCE_NOISE,
                                              INTERLOCK_FORCE_DIRECTION,   INTERLOCK_FORCE_DRIFT,
                                              INTERLOCK_FORCE_DISAGREES,   INTERLOCK_SAMPLE_LOSS};
    bool doubted = false;
    for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; ++i) {
        doubted = doubted || (step->refused & INTERLOCK_RULE(doubts[i])) != 0;
    }
    const judged_t* judged = step->judged;
    const bool off_the_body = among(judged->mode, " retract lift yield ");
    const bool pulls = !(judged->normal_force_N >= -step->limits->touch_force_N);
    after->retreat_felt =
        !doubted && (off_the_body ? step->before->retreat_felt : judged->force_tared && !pulls);
}

// --------------------------------------------------------------------------------------- the tool

static double distance_m(const double a_m[3], const double b_m[3])
{
    double sum_m2 = 0.0;
    for (int axis = 0; axis < 3; ++axis) {
        sum_m2 += (a_m[axis] - b_m[axis]) * (a_m[axis] - b_m[axis]);
    }
    return sqrt(sum_m2);
}

static void remember_place(const step_t* step, interlock_state_t* after)
{
    const double* tool_m = step->judged->tool_position_m;
    const bool pressed = step->judged->mode == MODE_CONTACT;
    // Where the tool is not known it has not left its place.
    const bool elsewhere = distance_m(tool_m, step->before->place_m) > 0.010;
    if (pressed && !elsewhere && step->before->dwell_us > 0) {
        after->dwell_us = lengthened_us(step->before->dwell_us, step->limits);
        return;
    }
    after->dwell_us = pressed ? step->limits->period_us : 0;
    memcpy(after->place_m, tool_m, sizeof after->place_m);
}

/// 200 ms after the drives were to have no torque the brakes hold the tool where it is. Where it
/// slips, that is told for half a second; then it is held where it is by then.
static void remember_hold(const step_t* step, interlock_state_t* after)
{
    const double* tool_m = step->judged->tool_position_m;
    const bool known = isfinite(tool_m[0]) && isfinite(tool_m[1]) && isfinite(tool_m[2]);
    const bool slips = step->before->held && !(distance_m(tool_m, step->before->held_m) <= 0.002);
    after->held = after->unpowered_us >= 200000 && known;
    after->slipping_us = 0;
    if (!after->held) {
        return;
    }
    if (step->before->held && (slips || step->before->slipping_us > 0)) {
        const int64_t slipping_us = lengthened_us(step->before->slipping_us, step->limits);
        if (slipping_us < 500000) {
            after->slipping_us = slipping_us;
            return;
        }
    } else if (step->before->held) {
        return;
    }
    memcpy(after->held_m, tool_m, sizeof after->held_m);
}

/// A period on time ends a row of late ones. It takes one off what is kept of all rows, which is
/// no more than may be missed, and just that where it is no number.
static void remember_missed(const step_t* step, interlock_state_t* after)
{
    after->missed_in_row = step->judged->overruns;
    if (step->judged->overruns > 0) {
        return;
    }
    double kept = step->before->missed_before + (double)step->before->missed_in_row;
    if (isnan(kept) || kept > step->limits->overrun_count_max) {
        kept = step->limits->overrun_count_max;
    }
    after->missed_before = kept >= 1.0 ? kept - 1.0 : 0.0;
}

void memory_model_record(const interlock_state_t* before, const judge_limits_t* limits,
                         const judged_t* judged, interlock_rules_t refused,
                         interlock_state_t* after)
{
    const step_t step = {limits, before, judged, refused};
    for (int64_t joint = 0; joint < limits->joint_count && joint < JOINT_CAPACITY; ++joint) {
        joint_watch_t* watch = &after->joints[joint];
        remember_sample(&step, (int)joint, watch);
        remember_speed(&step, (int)joint, watch);
        remember_torque(&step, (int)joint, watch);
        remember_command(&step, (int)joint, watch);
        remember_ramp(&step, (int)joint, watch);
    }
    remember_scatter(&step, after);
    remember_clear(&step, after);
    remember_forces(&step, after);
    remember_felt(&step, after);
    remember_place(&step, after);
    remember_hold(&step, after);
    remember_missed(&step, after);
}
