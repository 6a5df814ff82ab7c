#include "tests/proof/judge_model.h"

#include <math.h>
#include <string.h>

#include "tests/proof/memory_model.h"
#include "tests/proof/supervisor_model.h"

/// What a row is asked about: the whole period, or one joint or axis of it.
typedef struct {
    const judge_limits_t* limits;
    const interlock_state_t* state;
    const judged_t* judged;
    bool intact;
    int index;
    interlock_rules_t refused; // by the rows before
} period_t;

typedef enum {
    HOLDS,         // measured is not 0
    AT_MOST,       // both finite
    AT_LEAST,      // both finite
    FAR_ENOUGH,    // at least, and infinitely far is far enough
    FRESH_ENOUGH,  // an age that is known, not negative, and at most
    VOTED,         // at most, both finite; over it only if in one of the two periods before as well
    NEVER_ALLOWED, // asked only where it has to refuse
} comparison_t;

typedef struct {
    interlock_rule_t rule;
    const char* modes; // their names with a blank around each; any, powered, unpowered, touching
    int count;         // of joints or axes; EACH_JOINT
    bool (*asked)(const period_t* period);
    comparison_t comparison;
    double (*measured)(const period_t* period);
    double (*allowed)(const period_t* period);
    bool (*excused)(const period_t* period); // permits although the comparison does not
} row_t;
#define EACH_JOINT (-1)

static const drive_feedback_t* drive(const period_t* p)
{
    return &p->judged->feedback->drives[p->index];
}

static const force_feedback_t* force(const period_t* p)
{
    return &p->judged->feedback->force;
}

#define FIGURE(name, expression)                                                                   \
    static double name(const period_t* p)                                                          \
    {                                                                                              \
        (void)p;                                                                                   \
        return (double)(expression);                                                               \
    }
#define QUESTION(name, expression)                                                                 \
    static bool name(const period_t* p)                                                            \
    {                                                                                              \
        (void)p;                                                                                   \
        return (expression);                                                                       \
    }

FIGURE(zero, 0)
FIGURE(one, 1)
QUESTION(always, true)

FIGURE(limits_intact, p->intact)
/// Torque where there was none before, by another way than arming what was ready.
QUESTION(not_armed, p->state->begun && !supervisor_model_powered(p->state->last_mode) &&
                        (p->state->last_mode != MODE_READY || p->judged->mode != MODE_ARMING))
QUESTION(io_heard, p->judged->feedback->io.age_us != AGE_NEVER_US)
FIGURE(estop, p->judged->feedback->io.estop_closed)
FIGURE(button, p->judged->feedback->io.client_button_released)
FIGURE(present, p->judged->feedback->io.client_present)

// Ages are told in seconds, and compared in whole microseconds.
static double age_s(int64_t age_us)
{
    return age_us == AGE_NEVER_US ? (double)INFINITY : (double)age_us * 1e-6;
}
FIGURE(io_age, age_s(p->judged->feedback->io.age_us))
FIGURE(drive_age, age_s(drive(p)->age_us))
FIGURE(force_age, age_s(force(p)->age_us))
FIGURE(age_max, (double)p->limits->sample_age_max_us * 1e-6)

/// Exact for times that a clock can show, 146 000 years to both sides; else the end on whose side
/// the second one lies.
static bool of_a_clock(int64_t time_us)
{
    return time_us > -(INT64_C(1) << 62) && time_us < (INT64_C(1) << 62);
}
static int64_t apart_us(int64_t first_us, int64_t second_us)
{
    if (of_a_clock(first_us) && of_a_clock(second_us)) {
        return second_us - first_us;
    }
    return second_us >= first_us ? INT64_MAX : INT64_MIN;
}

QUESTION(drive_heard, drive(p)->age_us != AGE_NEVER_US)
static bool drive_stale(const period_t* p)
{
    return drive(p)->age_us < 0 || drive(p)->age_us > p->limits->sample_age_max_us;
}
/// While arming drives walk to their state, and only a fault, another mode or a step back counts;
/// later only one state does.
static bool drive_left(const period_t* p)
{
    const drive_state_t state = drive(p)->state;
    if (p->judged->mode == MODE_ARMING) {
        const drive_state_t walked = p->state->joints[p->index].walked;
        const bool back = (int)state < (int)walked;
        const bool lost = walked == DRIVE_OPERATION_ENABLED && state != DRIVE_OPERATION_ENABLED;
        const bool fault = state == DRIVE_FAULT || state == DRIVE_FAULT_REACTION;
        return fault || state == DRIVE_NOT_FOLLOWING || back || lost;
    }
    return state != DRIVE_OPERATION_ENABLED;
}
/// A stop came while it was still on the way to its torque, and it is not in a fault.
static bool drive_turned_back(const period_t* p)
{
    const drive_state_t state = drive(p)->state;
    return p->judged->mode == MODE_STOPPING && !p->state->joints[p->index].had_torque &&
           state != DRIVE_FAULT && state != DRIVE_FAULT_REACTION && state != DRIVE_NOT_FOLLOWING;
}
QUESTION(drive_left_and_heard, drive_heard(p) && drive_left(p) && !drive_turned_back(p))
FIGURE(drive_state, drive(p)->state)
FIGURE(operation_enabled, DRIVE_OPERATION_ENABLED)
static bool drive_numbers(const period_t* p)
{
    return isfinite(drive(p)->position) && isfinite(drive(p)->velocity) &&
           isfinite(drive(p)->effort);
}
QUESTION(drive_no_number, drive_heard(p) && !drive_numbers(p))
QUESTION(drive_measured, drive_heard(p) && drive_numbers(p))
QUESTION(drive_follows, drive_measured(p) && !drive_stale(p) && !drive_left(p))
FIGURE(position, drive(p)->position)
FIGURE(position_max, p->limits->joints[p->index].measured_max)
FIGURE(minus_position, -drive(p)->position)
FIGURE(minus_position_min, -p->limits->joints[p->index].measured_min)
FIGURE(joint_speed, fabs(drive(p)->velocity))
FIGURE(joint_speed_max, p->limits->joints[p->index].measured_speed_max)
FIGURE(following, fabs(p->judged->commanded->position[p->index] - drive(p)->position))
FIGURE(following_max, p->limits->joints[p->index].following_at_rest +
                          p->limits->following_time_s * fabs(drive(p)->velocity))

static const joint_watch_t* watch(const period_t* p)
{
    return &p->state->joints[p->index];
}
static const judge_joint_limits_t* joint(const period_t* p)
{
    return &p->limits->joints[p->index];
}
FIGURE(period_s, (double)p->limits->period_us * 1e-6)
FIGURE(sent, p->judged->commanded->position[p->index])
FIGURE(sent_max, joint(p)->commanded_max)
FIGURE(sent_min, joint(p)->commanded_min)
/// Torque was asked for, and the command was to be followed.
QUESTION(commanded, supervisor_model_powered(p->judged->mode) &&
                        p->judged->commanded->request[p->index] == DRIVE_REQUEST_ENABLE)
QUESTION(commanded_twice, commanded(p) && watch(p)->commanded)
FIGURE(sent_speed, (sent(p) - watch(p)->sent) / period_s(p))
FIGURE(sent_speed_size, fabs(sent_speed(p)))
FIGURE(sent_speed_max, joint(p)->commanded_speed_max*(1.0 + 1e-6))
FIGURE(sent_change, fabs(sent_speed(p) - watch(p)->sent_speed))
FIGURE(sent_change_max, joint(p)->commanded_acceleration_max* period_s(p) * (1.0 + 1e-6) +
                            1e-6 * joint(p)->commanded_speed_max)
/// A second sample, newer than the first, tells how the joint moved between them.
QUESTION(moved_on, drive_measured(p) && drive(p)->age_us >= 0 && watch(p)->known &&
                       apart_us(drive(p)->age_us, p->judged->now_us) > watch(p)->at_us)
FIGURE(passed_s,
       (double)apart_us(watch(p)->at_us, apart_us(drive(p)->age_us, p->judged->now_us)) * 1e-6)
FIGURE(jump, fabs(drive(p)->position - watch(p)->position))
FIGURE(jump_max, 1.5 * joint(p)->commanded_speed_max * (passed_s(p) + 0.5 * period_s(p)) + 1e-3)
static double gone_astray(const period_t* p)
{
    const double mean_speed = 0.5 * (drive(p)->velocity + watch(p)->velocity);
    const double fading = passed_s(p) < 0.2 ? 1.0 - passed_s(p) / 0.2 : 0.0;
    return fabs(fading * watch(p)->astray +
                (drive(p)->position - watch(p)->position - mean_speed * passed_s(p)));
}
/// The judge was asked three periods ago at most: over a longer gap speeds tell nothing.
static int64_t since_asked_us(const period_t* p)
{
    return apart_us(p->state->last_now_us, p->judged->now_us);
}
QUESTION(moved_on_without_gap, moved_on(p) && p->state->begun && since_asked_us(p) > 0 &&
                                   since_asked_us(p) <= 3 * p->limits->period_us)
FIGURE(gone_astray_max, joint(p)->speed_disagreement)
QUESTION(stands_and_is_told, drive_measured(p) && commanded(p) && watch(p)->identical >= 5)
FIGURE(told_to_go, watch(p)->wanted)
FIGURE(told_to_go_max, joint(p)->frozen_command)
QUESTION(stands_and_pushes, drive_measured(p) && commanded(p) && watch(p)->identical != 0 &&
                                p->judged->mode != MODE_ARMING)
/// Of what has stood for less than five samples, the lesser of the last two.
static double pushed(const period_t* p)
{
    const double now = fabs(drive(p)->effort - watch(p)->effort);
    const double last = fabs(watch(p)->effort_last - watch(p)->effort);
    return watch(p)->identical < 5 && (last < now || isnan(now)) ? last : now;
}
FIGURE(pushed_max, watch(p)->identical < 5 ? joint(p)->frozen_effort + joint(p)->frozen_effort
                                           : joint(p)->frozen_effort)
/// Heard and told to follow, for four periods before as well; at another speed already by the
/// sample before.
QUESTION(speed_known, drive_measured(p) && commanded(p) && p->judged->mode != MODE_ARMING &&
                          drive(p)->state == DRIVE_OPERATION_ENABLED && drive(p)->age_us >= 0 &&
                          drive(p)->age_us < joint(p)->sample_spacing_us &&
                          watch(p)->followed >= 4 && watch(p)->off_speed >= 1)
/// How far the measured speed is outside of what the last four commands span.
static double outside_of_commands(const period_t* p)
{
    const double sent[4] = {sent_speed(p), watch(p)->sent_speed, watch(p)->sent_before[0],
                            watch(p)->sent_before[1]};
    const double measured = drive(p)->velocity;
    double least = (double)INFINITY;
    double most = -(double)INFINITY;
    for (int i = 0; i < 4; ++i) {
        if (!isfinite(sent[i])) {
            return (double)NAN;
        }
        least = sent[i] < least ? sent[i] : least;
        most = sent[i] > most ? sent[i] : most;
    }
    return measured > most ? measured - most : measured < least ? least - measured : 0.0;
}
FIGURE(outside_of_commands_max,
       memory_model_speed_allowance(p->state, p->limits, p->judged, p->index))
static bool all_at_work(const period_t* p)
{
    int64_t working = 0;
    const int64_t joints =
        p->limits->joint_count < JOINT_CAPACITY ? p->limits->joint_count : JOINT_CAPACITY;
    for (int64_t i = 0; i < joints; ++i) {
        const drive_feedback_t* one = &p->judged->feedback->drives[i];
        const bool heard = one->age_us >= 0 && one->age_us <= p->limits->sample_age_max_us;
        working += heard && one->state == DRIVE_OPERATION_ENABLED ? 1 : 0;
    }
    return joints < 0 || working == joints;
}
/// A sensor that is heard and drives that all speak say the same of a force: apart by two and a
/// half times what they may be while the tool presses, and by what the drives scatter.
static bool told_by_both(const period_t* p)
{
    const double apart_N = p->judged->force_disagreement_N;
    const double scatter_N = 2.0 * p->judged->drive_force_deviation_N;
    const double most_N = 2.5 * p->limits->force_disagreement_max_N + scatter_N;
    const bool heard = force(p)->age_us >= 0 && force(p)->age_us <= p->limits->sample_age_max_us;
    return p->judged->force_tared && heard && !isnan(apart_N) && isfinite(most_N) &&
           !(apart_N > most_N) && all_at_work(p);
}
/// The tool gives way, 25 mm/s at least, to more than the limit of all.
static bool gives_way(const period_t* p)
{
    const double most_N = p->limits->contact_force_max_N;
    return p->judged->mode == MODE_YIELD && told_by_both(p) && p->judged->normal_force_N > most_N &&
           p->judged->drive_force_N > most_N && p->judged->tool_giving_mps >= 0.025;
}
QUESTION(drive_speaks, drive_measured(p) && !drive_stale(p))
FIGURE(ramp, 1.1 * watch(p)->ramp + 0.05)

FIGURE(relay_s, (double)p->state->relay_us * 1e-6)
FIGURE(relay_max_s, 100000 * 1e-6)
FIGURE(force_loss, p->state->force_loss)
FIGURE(io_loss, p->state->io_loss)
FIGURE(drive_loss, watch(p)->sample_loss)
FIGURE(loss_max, 12)
FIGURE(split_s, (double)p->state->split_us * 1e-6)
FIGURE(split_max_s, (double)(2 * p->limits->period_us) * 1e-6)
static bool has_torque(drive_state_t state)
{
    return state == DRIVE_OPERATION_ENABLED || state == DRIVE_NOT_FOLLOWING;
}
static int drives_with_torque(const period_t* p, bool torque)
{
    int count = 0;
    for (int64_t i = 0; i < p->limits->joint_count && i < JOINT_CAPACITY; ++i) {
        const drive_feedback_t* one = &p->judged->feedback->drives[i];
        const bool heard = one->age_us >= 0 && one->age_us <= p->limits->period_us;
        count += heard && has_torque(one->state) == torque ? 1 : 0;
    }
    return count;
}
QUESTION(any_torque, drives_with_torque(p, true) > 0)
FIGURE(unpowered_s, (double)p->state->unpowered_us * 1e-6)
FIGURE(torque_left_s, 100000 * 1e-6)
QUESTION(held, p->state->held)
static double away_m(const double* now_m, const double* then_m)
{
    const double x_m = now_m[0] - then_m[0];
    const double y_m = now_m[1] - then_m[1];
    const double z_m = now_m[2] - then_m[2];
    return sqrt(x_m * x_m + y_m * y_m + z_m * z_m);
}
FIGURE(slipped, away_m(p->judged->tool_position_m, p->state->held_m))
FIGURE(slipped_max, 0.002)
QUESTION(slip_told, p->state->held && p->state->slipping_us > 0)
static bool clock_wrong(const period_t* p)
{
    const int64_t passed_us = apart_us(p->state->last_now_us, p->judged->now_us);
    const int64_t late = (int64_t)p->judged->overruns + 2;
    return p->state->begun &&
           (passed_us <= 0 || passed_us > (late > 3 ? late : 3) * p->limits->period_us);
}
FIGURE(clock_s, (double)apart_us(p->state->last_now_us, p->judged->now_us) * 1e-6)
FIGURE(clock_max_s, (double)((p->judged->overruns > 1 ? (int64_t)p->judged->overruns + 2 : 3) *
                             p->limits->period_us) *
                        1e-6)

QUESTION(sensor_heard, force(p)->age_us != AGE_NEVER_US)
FIGURE(sensor_status, force(p)->status_ok)
QUESTION(axis_no_number, sensor_heard(p) && !(isfinite(force(p)->force_N[p->index]) &&
                                              isfinite(force(p)->torque_Nm[p->index])))
FIGURE(axis_force, force(p)->force_N[p->index])
QUESTION(sensor_tared, sensor_heard(p) && p->judged->force_tared)
QUESTION(axis_number, sensor_heard(p) && isfinite(force(p)->force_N[p->index]) &&
                          isfinite(force(p)->torque_Nm[p->index]))
static double range_part(const period_t* p)
{
    const double by_force =
        fabs(force(p)->force_N[p->index]) / p->limits->force_raw_max_N[p->index];
    const double by_torque =
        fabs(force(p)->torque_Nm[p->index]) / p->limits->torque_raw_max_Nm[p->index];
    return by_force > by_torque ? by_force : by_torque;
}
FIGURE(axis_frozen, p->state->axis_frozen[p->index])
FIGURE(axis_frozen_max, 20)
FIGURE(noise_N, sqrt(p->state->noise_N2))
FIGURE(noise_max_N, 1.5)
/// More than twice a touch, and less than half of it out of the skin.
static bool astray(const period_t* p)
{
    const judged_t* judged = p->judged;
    const bool enough = !(judged->force_total_N <= 2.0 * p->limits->touch_force_N);
    return judged->force_tared && enough &&
           !(judged->normal_force_N >= 0.5 * judged->force_total_N);
}
QUESTION(astray_long,
         sensor_heard(p) && astray(p) && p->state->astray_us + p->limits->period_us > 20000)
FIGURE(half_total, 0.5 * p->judged->force_total_N)
QUESTION(clear_long, sensor_heard(p) && p->judged->force_tared &&
                         p->judged->surface_gap_m >= 0.030 && p->state->clear_us >= 200000)
FIGURE(clear_force, p->state->clear_force_N)
FIGURE(drift_max, p->limits->force_drift_max_N)
FIGURE(frozen, p->state->frozen_samples)
FIGURE(frozen_max, 8)
FIGURE(disagreement, p->judged->force_disagreement_N)
FIGURE(disagreement_max,
       p->limits->force_disagreement_max_N + 2.0 * p->judged->drive_force_deviation_N)
QUESTION(disagreement_short,
         p->state->disagreement_us + p->limits->period_us <= p->limits->force_disagreement_us)
FIGURE(total, p->judged->force_total_N)
FIGURE(total_max, p->limits->contact_force_max_N)
FIGURE(free_max, p->limits->free_force_max_N)
FIGURE(predicted, p->judged->force_predicted_N)
FIGURE(normal, p->judged->normal_force_N)
FIGURE(cap, p->judged->force_cap_N)
FIGURE(shear, p->judged->shear_force_N)
FIGURE(shear_max, p->limits->shear_force_max_N)
/// Over the last three samples; nothing is said without them or without a new one.
static double force_rate(const period_t* p)
{
    const int64_t taken_us = apart_us(force(p)->age_us, p->judged->now_us);
    const int64_t passed_us = apart_us(p->state->force_taken_us[2], taken_us);
    if (p->state->force_count < 3 || taken_us <= p->state->force_taken_us[0] || passed_us <= 0) {
        return 0.0;
    }
    return fabs(p->judged->normal_force_N - p->state->force_N[2]) / ((double)passed_us * 1e-6);
}
FIGURE(force_rate_max,
       p->limits->force_rate_max_N_per_s + fabs(p->judged->force_rate_N_per_s) +
           (p->judged->contact_gap_s > 0.0 ? p->limits->tap_force_rate_N_per_s : 0.0))
QUESTION(drives_pulled, told_by_both(p) && -p->judged->drive_force_N > p->limits->pull_force_max_N)
QUESTION(pulled, p->judged->force_tared && (p->state->retreat_felt || drives_pulled(p)) &&
                     p->judged->normal_force_N < -p->limits->pull_force_max_N)
static bool sensor_doubted(interlock_rules_t refused)
{
    const interlock_rule_t doubts[] = {INTERLOCK_FORCE_AGE,         INTERLOCK_FORCE_STATUS,
                                       INTERLOCK_FORCE_SATURATED,   INTERLOCK_FORCE_FROZEN,
                                       INTERLOCK_FORCE_AXIS_FROZEN, INTERLOCK_FORCE_NOISE,
                                       INTERLOCK_FORCE_DIRECTION,   INTERLOCK_FORCE_DRIFT,
                                       INTERLOCK_FORCE_DISAGREES,   INTERLOCK_SAMPLE_LOSS};
    for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; ++i) {
        if ((refused & INTERLOCK_RULE(doubts[i])) != 0) {
            return true;
        }
    }
    return false;
}
QUESTION(pulled_twice,
         sensor_heard(p) && pulled(p) && p->state->pull_samples >= 1 && !sensor_doubted(p->refused))
FIGURE(pull, -p->judged->normal_force_N)
FIGURE(pull_max, p->limits->pull_force_max_N)
QUESTION(pushes_at_nothing,
         all_at_work(p) && disagreement(p) > 2.5 * p->limits->force_disagreement_max_N +
                                                 2.0 * p->judged->drive_force_deviation_N)
QUESTION(back, p->judged->force_tared && p->state->retreat_felt && p->state->let_go_samples > 1 &&
                   p->state->unfelt_us >= 40000 &&
                   (isnan(p->judged->force_total_N) || isnan(p->limits->contact_force_max_N) ||
                    p->judged->force_total_N > 0.375 * p->limits->contact_force_max_N))
QUESTION(back_twice,
         sensor_heard(p) && back(p) && p->state->return_samples > 0 && !sensor_doubted(p->refused))
FIGURE(half_max, 0.375 * p->limits->contact_force_max_N)
FIGURE(margin, p->judged->force_target_N + p->limits->contact_force_margin_N)
QUESTION(margin_short,
         isfinite(normal(p)) && isfinite(margin(p)) &&
             p->state->margin_us + p->limits->period_us <= p->limits->contact_force_margin_us)
FIGURE(lost_s, (double)p->state->contact_lost_us * 1e-6)
/// The time a plan stays off the skin by itself comes on top, but no rhythm is slower than 5 s.
static double lost_max_s(const period_t* p)
{
    double gap_s = 0.0;
    if (p->judged->contact_gap_s > 5.0) {
        gap_s = 5.0;
    } else if (p->judged->contact_gap_s > 0.0) {
        gap_s = p->judged->contact_gap_s;
    }
    return (double)p->limits->contact_loss_us * 1e-6 + gap_s;
}

FIGURE(tool_speed, p->judged->tool_speed_mps)
FIGURE(tool_speed_max, p->judged->tool_speed_allowed_mps * p->limits->tool_speed_margin)
FIGURE(path_error, p->judged->path_error_m)
FIGURE(path_error_max, 0.010)
FIGURE(tool_x, p->judged->tool_position_m[0])
FIGURE(tool_y, p->judged->tool_position_m[1])
FIGURE(tool_z, p->judged->tool_position_m[2])
FIGURE(x_min, p->limits->workspace_min_m[0])
FIGURE(y_min, p->limits->workspace_min_m[1])
FIGURE(z_min, p->limits->workspace_min_m[2])
FIGURE(x_max, p->limits->workspace_max_m[0])
FIGURE(y_max, p->limits->workspace_max_m[1])
FIGURE(z_max, p->limits->workspace_max_m[2])
FIGURE(dwell_s, (double)p->state->dwell_us * 1e-6)
/// A stay that is planned comes on top, five minutes at most.
static double dwell_max_s(const period_t* p)
{
    int64_t more_us = p->judged->stay_planned_us;
    more_us = more_us < 0 ? 0 : more_us > 300000000 ? 300000000 : more_us;
    return (double)(p->limits->dwell_time_max_us + more_us) * 1e-6;
}
FIGURE(link_clearance, p->judged->link_clearance_m)
FIGURE(link_clearance_min, 0.015)
FIGURE(arm_clearance, p->judged->arm_clearance_m)
FIGURE(arm_clearance_min, 0.010)
FIGURE(depth, -p->judged->surface_gap_m)
FIGURE(depth_max, p->limits->surface_search_m)
/// A soft place gives 1 mm a newton.
static double pressed_depth_max(const period_t* p)
{
    const double target_N = p->judged->force_target_N;
    return depth_max(p) + (target_N > 0.0 ? target_N / 1000.0 : 0.0);
}
FIGURE(height, p->judged->surface_gap_m)
FIGURE(height_min, 0.040)
FIGURE(mode_s, (double)p->judged->mode_us * 1e-6)
FIGURE(arming_max_s, (double)p->limits->arming_time_max_us * 1e-6)
QUESTION(tare_refused, p->judged->tare_refused)
FIGURE(tare_offset, p->judged->tare_offset_N)
FIGURE(tare_max, p->limits->tare_force_max_N)
/// Of this row of late periods, and what the rows before it left.
FIGURE(overruns, (double)p->judged->overruns + p->state->missed_before)
FIGURE(overruns_max, p->limits->overrun_count_max)
FIGURE(session_s, (double)p->judged->session_us * 1e-6)
FIGURE(session_max_s, (double)p->limits->session_time_max_us * 1e-6)

#define PLANNED " armed transit approach contact retract lift paused parking "
#define PRESSES " transit approach contact retract lift paused parking "
#define FREE " armed transit paused parking "
#define COMES_DOWN " approach contact "
#define RISES " retract lift yield "
#define FOLLOWS " armed transit approach contact retract paused parking lift yield stopping "

// Of one rule the rows that look at joints stand before those that look at the sensor's axes.
static const row_t rows[] = {
    {INTERLOCK_LIMITS_INTACT, "any", 1, always, HOLDS, limits_intact, one, NULL},
    {INTERLOCK_ARMED_FIRST, "powered", 1, not_armed, NEVER_ALLOWED, zero, one, NULL},
    {INTERLOCK_IO_AGE, "any", 1, always, FRESH_ENOUGH, io_age, age_max, NULL},
    {INTERLOCK_ESTOP, "any", 1, io_heard, HOLDS, estop, one, NULL},
    {INTERLOCK_CLIENT_BUTTON, "any", 1, io_heard, HOLDS, button, one, NULL},
    {INTERLOCK_CLIENT_PRESENT, "any", 1, io_heard, HOLDS, present, one, NULL},
    {INTERLOCK_POWER_RELAY, "any", 1, io_heard, AT_MOST, relay_s, relay_max_s, NULL},
    {INTERLOCK_SAMPLE_LOSS, "any", 1, always, AT_MOST, force_loss, loss_max, NULL},
    {INTERLOCK_SAMPLE_LOSS, "any", 1, always, AT_MOST, io_loss, loss_max, NULL},
    {INTERLOCK_SAMPLE_LOSS, "any", EACH_JOINT, always, AT_MOST, drive_loss, loss_max, NULL},
    {INTERLOCK_DRIVE_SYNC, "unpowered", 1, always, AT_MOST, split_s, split_max_s, NULL},
    {INTERLOCK_DRIVE_SYNC, "unpowered", 1, any_torque, AT_MOST, unpowered_s, torque_left_s, NULL},
    {INTERLOCK_BRAKE_SLIPS, "unpowered", 1, held, AT_MOST, slipped, slipped_max, NULL},
    {INTERLOCK_BRAKE_SLIPS, "unpowered", 1, slip_told, NEVER_ALLOWED, zero, one, NULL},
    {INTERLOCK_CLOCK, "powered", 1, clock_wrong, NEVER_ALLOWED, clock_s, clock_max_s, NULL},
    {INTERLOCK_COMMAND_RANGE, "powered", EACH_JOINT, commanded, AT_MOST, sent, sent_max, NULL},
    {INTERLOCK_COMMAND_RANGE, "powered", EACH_JOINT, commanded, AT_LEAST, sent, sent_min, NULL},
    {INTERLOCK_COMMAND_RANGE, "powered", EACH_JOINT, commanded_twice, AT_MOST, sent_speed_size,
     sent_speed_max, NULL},
    {INTERLOCK_COMMAND_RANGE, "powered", EACH_JOINT, commanded_twice, AT_MOST, sent_change,
     sent_change_max, NULL},
    {INTERLOCK_ENCODER_JUMP, "any", EACH_JOINT, moved_on, AT_MOST, jump, jump_max, NULL},
    {INTERLOCK_ENCODER_DISAGREES, "any", EACH_JOINT, moved_on_without_gap, AT_MOST, gone_astray,
     gone_astray_max, NULL},
    {INTERLOCK_SPEED_FOLLOWING, "powered", EACH_JOINT, speed_known, AT_MOST, outside_of_commands,
     outside_of_commands_max, gives_way},
    {INTERLOCK_ENCODER_FROZEN, "powered", EACH_JOINT, stands_and_is_told, AT_MOST, told_to_go,
     told_to_go_max, NULL},
    {INTERLOCK_ENCODER_FROZEN, "powered", EACH_JOINT, stands_and_pushes, AT_MOST, pushed,
     pushed_max, NULL},
    {INTERLOCK_DRIVE_DEAF, " stopping ", EACH_JOINT, drive_speaks, AT_MOST, joint_speed, ramp,
     NULL},
    {INTERLOCK_DRIVE_AGE, "any", EACH_JOINT, always, FRESH_ENOUGH, drive_age, age_max, NULL},
    {INTERLOCK_DRIVE_STATE, "powered", EACH_JOINT, drive_left_and_heard, NEVER_ALLOWED, drive_state,
     operation_enabled, NULL},
    {INTERLOCK_FINITE, "any", EACH_JOINT, drive_no_number, NEVER_ALLOWED, position, zero, NULL},
    {INTERLOCK_JOINT_POSITION, "any", EACH_JOINT, drive_measured, AT_MOST, position, position_max,
     NULL},
    {INTERLOCK_JOINT_POSITION, "any", EACH_JOINT, drive_measured, AT_MOST, minus_position,
     minus_position_min, NULL},
    {INTERLOCK_JOINT_SPEED, "any", EACH_JOINT, drive_measured, AT_MOST, joint_speed,
     joint_speed_max, NULL},
    {INTERLOCK_FOLLOWING, FOLLOWS, EACH_JOINT, drive_follows, AT_MOST, following, following_max,
     NULL},
    {INTERLOCK_FORCE_AGE, "any", 1, always, FRESH_ENOUGH, force_age, age_max, NULL},
    {INTERLOCK_FORCE_STATUS, "any", 1, sensor_heard, HOLDS, sensor_status, one, NULL},
    {INTERLOCK_FINITE, "any", 3, axis_no_number, NEVER_ALLOWED, axis_force, zero, NULL},
    {INTERLOCK_FORCE_SATURATED, "any", 3, axis_number, AT_MOST, range_part, one, NULL},
    {INTERLOCK_FORCE_AXIS_FROZEN, "powered", 6, sensor_tared, AT_MOST, axis_frozen, axis_frozen_max,
     NULL},
    {INTERLOCK_FORCE_NOISE, "powered", 1, sensor_tared, AT_MOST, noise_N, noise_max_N, NULL},
    {INTERLOCK_FORCE_DIRECTION, COMES_DOWN, 1, astray_long, NEVER_ALLOWED, normal, half_total,
     NULL},
    {INTERLOCK_FORCE_DRIFT, FREE, 1, clear_long, AT_MOST, clear_force, drift_max, NULL},
    {INTERLOCK_FORCE_FROZEN, "powered", 1, sensor_tared, AT_MOST, frozen, frozen_max, NULL},
    {INTERLOCK_FORCE_DISAGREES, PRESSES, 1, sensor_tared, AT_MOST, disagreement, disagreement_max,
     disagreement_short},
    {INTERLOCK_FORCE_MAX, "powered", 1, sensor_tared, VOTED, total, total_max, NULL},
    {INTERLOCK_FORCE_CAP, "touching", 1, sensor_tared, VOTED, normal, cap, NULL},
    {INTERLOCK_FORCE_ENVELOPE, "touching", 1, sensor_tared, AT_MOST, predicted, total_max, NULL},
    {INTERLOCK_SHEAR, "touching", 1, sensor_tared, VOTED, shear, shear_max, NULL},
    {INTERLOCK_FORCE_MARGIN, " contact ", 1, sensor_tared, AT_MOST, normal, margin, margin_short},
    {INTERLOCK_CONTACT_LOST, " contact ", 1, sensor_tared, AT_MOST, lost_s, lost_max_s, NULL},
    {INTERLOCK_FORCE_FREE, FREE, 1, sensor_tared, VOTED, total, free_max, NULL},
    {INTERLOCK_FORCE_RATE, COMES_DOWN, 1, sensor_tared, VOTED, force_rate, force_rate_max, NULL},
    {INTERLOCK_ENTANGLED, RISES, 1, pulled_twice, NEVER_ALLOWED, pull, pull_max, NULL},
    {INTERLOCK_FORCE_RETURNS, " yield ", 1, back_twice, NEVER_ALLOWED, total, half_max, NULL},
    {INTERLOCK_WORKSPACE, PLANNED, 1, always, AT_MOST, tool_x, x_max, NULL},
    {INTERLOCK_WORKSPACE, PLANNED, 1, always, AT_LEAST, tool_x, x_min, NULL},
    {INTERLOCK_WORKSPACE, PLANNED, 1, always, AT_MOST, tool_y, y_max, NULL},
    {INTERLOCK_WORKSPACE, PLANNED, 1, always, AT_LEAST, tool_y, y_min, NULL},
    {INTERLOCK_WORKSPACE, PLANNED, 1, always, AT_MOST, tool_z, z_max, NULL},
    {INTERLOCK_WORKSPACE, PLANNED, 1, always, AT_LEAST, tool_z, z_min, NULL},
    {INTERLOCK_DWELL, " contact ", 1, always, AT_MOST, dwell_s, dwell_max_s, NULL},
    {INTERLOCK_TOOL_SPEED, PLANNED, 1, always, AT_MOST, tool_speed, tool_speed_max, NULL},
    {INTERLOCK_REACH, PLANNED, 1, always, AT_MOST, path_error, path_error_max, NULL},
    {INTERLOCK_LINK_CLEARANCE, "powered", 1, always, FAR_ENOUGH, link_clearance, link_clearance_min,
     NULL},
    {INTERLOCK_ARM_CLEARANCE, "powered", 1, always, FAR_ENOUGH, arm_clearance, arm_clearance_min,
     NULL},
    {INTERLOCK_SURFACE_MISSED, " approach ", 1, always, AT_MOST, depth, depth_max, NULL},
    {INTERLOCK_SURFACE_MISSED, " contact ", 1, always, AT_MOST, depth, pressed_depth_max, NULL},
    {INTERLOCK_NOT_CLEAR, " arming ", 1, always, AT_LEAST, height, height_min, NULL},
    {INTERLOCK_ARMING_TIME, " arming ", 1, always, AT_MOST, mode_s, arming_max_s, NULL},
    {INTERLOCK_TARE, " arming ", 1, tare_refused, NEVER_ALLOWED, tare_offset, tare_max, NULL},
    {INTERLOCK_OVERRUN, "powered", 1, always, AT_MOST, overruns, overruns_max, NULL},
    {INTERLOCK_SESSION_TIME, "powered", 1, always, AT_MOST, session_s, session_max_s, NULL},
};

static bool named_in(const row_t* row, supervisor_mode_t mode)
{
    if (row->modes[0] != ' ') {
        return row->modes[0] == 'a'   ? true
               : row->modes[0] == 'p' ? supervisor_model_powered(mode)
               : row->modes[0] == 'u' ? !supervisor_model_powered(mode)
                                      : supervisor_model_touches(mode);
    }
    const char* name = supervisor_model_text(mode);
    const size_t length = strlen(name);
    for (const char* at = strstr(row->modes, name); at != NULL; at = strstr(at + 1, name)) {
        if (at[-1] == ' ' && at[length] == ' ') {
            return true;
        }
    }
    return false;
}

static bool over_before(const row_t* row, const period_t* period)
{
    const interlock_rules_t bit = INTERLOCK_RULE(row->rule);
    return (period->state->over_last & bit) != 0 || (period->state->over_before & bit) != 0;
}

static bool permitted(const row_t* row, const period_t* period)
{
    const double measured = row->measured(period);
    const double allowed = row->allowed(period);
    switch (row->comparison) {
    case HOLDS:
        return measured == 1.0;
    case AT_MOST:
        return isfinite(measured) && isfinite(allowed) && measured <= allowed;
    case AT_LEAST:
        return isfinite(measured) && isfinite(allowed) && measured >= allowed;
    case FAR_ENOUGH:
        return measured >= allowed;
    case FRESH_ENOUGH:
        return isfinite(measured) && !signbit(measured) && measured <= allowed;
    case VOTED:
        return isfinite(measured) && isfinite(allowed) &&
               (measured <= allowed || !over_before(row, period));
    case NEVER_ALLOWED:
        break;
    }
    return false;
}

/// The same, but names are looked up once a row and mode only.
static bool holds_in(const row_t* row, supervisor_mode_t mode)
{
    enum { UNKNOWN, IN, OUT };
    static unsigned char found[sizeof rows / sizeof rows[0]][MODE_COUNT];
    if ((unsigned)mode >= MODE_COUNT) {
        return named_in(row, mode);
    }
    unsigned char* place = &found[row - rows][mode];
    if (*place == UNKNOWN) {
        *place = named_in(row, mode) ? IN : OUT;
    }
    return *place == IN;
}

/// Where a verdict points to.
static int subject(const row_t* row, const period_t* period)
{
    if (row->count == EACH_JOINT || row->rule == INTERLOCK_FORCE_AXIS_FROZEN) {
        return period->index;
    }
    return row->rule == INTERLOCK_LINK_CLEARANCE  ? period->judged->link_near_skin
           : row->rule == INTERLOCK_ARM_CLEARANCE ? period->judged->arm_part
                                                  : SUBJECT_NONE;
}

static void judge_row(const row_t* row, period_t* period, verdict_t* verdict)
{
    const int64_t joints = period->limits->joint_count;
    const int count = row->count == EACH_JOINT
                          ? (int)(joints < JOINT_CAPACITY ? joints : JOINT_CAPACITY)
                          : row->count;
    for (period->index = 0; period->index < count; ++period->index) {
        if (!row->asked(period) || permitted(row, period) ||
            (row->excused != NULL && row->excused(period))) {
            continue;
        }
        verdict->refused |= INTERLOCK_RULE(row->rule);
        period->refused = verdict->refused;
        if (row->rule == INTERLOCK_DRIVE_AGE || row->rule == INTERLOCK_DRIVE_STATE) {
            verdict->locked_joints |= 1u << period->index;
        }
        // Of one rule the joint that comes first tells the story, whatever it is refused for.
        const bool sooner = (int)row->rule == verdict->rule && row->count == EACH_JOINT &&
                            period->index < verdict->subject;
        if (verdict->rule == INTERLOCK_RULE_NONE || (int)row->rule < verdict->rule || sooner) {
            verdict->rule = (int)row->rule;
            verdict->subject = subject(row, period);
            verdict->other =
                row->rule == INTERLOCK_ARM_CLEARANCE ? period->judged->arm_other : SUBJECT_NONE;
            verdict->measured = row->comparison == HOLDS ? 0.0 : row->measured(period);
            verdict->allowed = row->allowed(period);
        }
    }
}

static void judge_rows(period_t* period, verdict_t* verdict)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        if (holds_in(&rows[i], period->judged->mode)) {
            judge_row(&rows[i], period, verdict);
        }
    }
    // Nobody is to blame for a drive that turned back, but it follows nothing either.
    const int64_t joints = period->limits->joint_count;
    const int count = (int)(joints < JOINT_CAPACITY ? joints : JOINT_CAPACITY);
    for (period->index = 0; period->index < count; ++period->index) {
        if (drive_heard(period) && drive_left(period) && drive_turned_back(period)) {
            verdict->locked_joints |= 1u << period->index;
        }
    }
}

static bool contact_possible(const period_t* period, interlock_rules_t refused)
{
    const judged_t* judged = period->judged;
    if (supervisor_model_touches(judged->mode) || judged->mode == MODE_YIELD) {
        return true;
    }
    if (sensor_doubted(refused)) {
        return true;
    }
    const double felt_N = judged->force_total_N;
    const bool free = felt_N < period->limits->touch_force_N;
    return !judged->force_tared || !isfinite(felt_N) || !free;
}

verdict_t judge_model_evaluate(const judge_limits_t* limits, bool intact,
                               const interlock_state_t* state, const judged_t* judged)
{
    period_t period = {.limits = limits, .state = state, .judged = judged, .intact = intact};
    verdict_t verdict = {
        .rule = INTERLOCK_RULE_NONE, .subject = SUBJECT_NONE, .other = SUBJECT_NONE};
    judge_rows(&period, &verdict);
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        const interlock_rules_t bit = INTERLOCK_RULE(rule);
        if ((state->inspection & bit) != 0 && (verdict.refused & bit) == 0) {
            verdict.refused |= bit;
            if (verdict.rule == INTERLOCK_RULE_NONE || rule < verdict.rule) {
                verdict.rule = rule;
                verdict.subject = verdict.other = SUBJECT_NONE;
                verdict.measured = 0.0;
                verdict.allowed = 1.0;
            }
        }
    }
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        if ((verdict.refused & INTERLOCK_RULE(rule)) != 0 &&
            judge_model_rule(rule)->trust > verdict.trust) {
            verdict.trust = judge_model_rule(rule)->trust;
        }
    }
    verdict.reaction =
        judge_model_reaction(verdict.refused, contact_possible(&period, verdict.refused));
    // Lifting is for a tool that works on the body, and no longer than four seconds.
    const bool lifts = supervisor_model_touches(judged->mode) &&
                       (judged->mode != MODE_LIFT || judged->mode_us <= 4000000);
    if (verdict.reaction == REACTION_LIFT && !lifts) {
        verdict.reaction = REACTION_YIELD;
    }
    return verdict;
}

// ----------------------------------------------------------------------------- what is remembered

static int64_t lasting(bool still, int64_t before_us, const judge_limits_t* limits)
{
    return still ? before_us + limits->period_us : 0;
}

/// What rows say of the next period: votes, and how long something has been so.
static void record_rows(const period_t* period, interlock_state_t* after)
{
    after->over_before = period->state->over_last;
    after->over_last = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        const row_t* row = &rows[i];
        const bool holds = holds_in(row, period->judged->mode);
        const double measured = row->measured(period);
        const double allowed = row->allowed(period);
        const bool within = isfinite(measured) && isfinite(allowed) && measured <= allowed;
        if (row->comparison == VOTED && (row->modes[0] == 'p' || holds) && !within &&
            (unsigned)period->judged->mode < MODE_COUNT) {
            after->over_last |= INTERLOCK_RULE(row->rule);
        }
        if (row->rule == INTERLOCK_FORCE_DISAGREES) {
            after->disagreement_us = lasting(holds && period->judged->force_tared && !within,
                                             period->state->disagreement_us, period->limits);
        }
        if (row->rule == INTERLOCK_FORCE_DIRECTION) {
            after->astray_us =
                lasting(holds && astray(period), period->state->astray_us, period->limits);
        }
        if (row->rule == INTERLOCK_ENTANGLED) {
            after->pull_samples = holds && pulled(period) ? period->state->pull_samples + 1 : 0;
        }
        if (row->rule == INTERLOCK_FORCE_RETURNS) {
            const int free_before = period->state->let_go_samples;
            const bool free_now = total(period) <= free_max(period);
            after->return_samples = holds && back(period) ? period->state->return_samples + 1 : 0;
            after->unfelt_us =
                !holds ? 0
                : period->state->unfelt_us >= 40000
                    ? period->state->unfelt_us
                    : lasting(pushes_at_nothing(period), period->state->unfelt_us, period->limits);
            after->let_go_samples = !holds || period->judged->mode_us < 48000 ? 0
                                    : free_before >= 2                        ? free_before
                                    : free_now                                ? free_before + 1
                                                                              : 0;
        }
    }
}

/// A sample makes up for a third of a period without one.
static double loss_after(double loss, int64_t age_us, int64_t spacing_us)
{
    if (age_us >= 0 && age_us < spacing_us) {
        return loss > 1.0 / 3.0 ? loss - 1.0 / 3.0 : 0.0;
    }
    if (age_us == AGE_NEVER_US) {
        return 0.0; // never heard of: that is another rule's
    }
    return loss + 1.0 < 24.0 ? loss + 1.0 : 24.0;
}

static void record_devices(const period_t* period, interlock_state_t* after)
{
    const judge_limits_t* limits = period->limits;
    const bus_feedback_t* feedback = period->judged->feedback;
    const bool powered = supervisor_model_powered(period->judged->mode);
    after->force_loss =
        loss_after(after->force_loss, feedback->force.age_us, limits->force_spacing_us);
    after->io_loss = loss_after(after->io_loss, feedback->io.age_us, limits->io_spacing_us);
    for (int64_t i = 0; i < limits->joint_count && i < JOINT_CAPACITY; ++i) {
        after->joints[i].sample_loss =
            loss_after(after->joints[i].sample_loss, feedback->drives[i].age_us,
                       limits->joints[i].sample_spacing_us);
    }
    after->unpowered_us = lasting(!powered, after->unpowered_us, limits);
    const bool split =
        drives_with_torque(period, true) > 0 && drives_with_torque(period, false) > 0;
    after->split_us = lasting(!powered && split, after->split_us, limits);
    const bool io_fresh =
        feedback->io.age_us >= 0 && feedback->io.age_us <= limits->sample_age_max_us;
    const bool told = period->judged->commanded->power_relay_close;
    after->relay_us =
        lasting(io_fresh && feedback->io.estop_closed && feedback->io.power_relay_closed != told,
                after->relay_us, limits);
    after->begun = true;
    after->last_mode = period->judged->mode;
    after->last_now_us = period->judged->now_us;
}

interlock_state_t judge_model_record(const interlock_state_t* before, const judge_limits_t* limits,
                                     const judged_t* judged, const verdict_t* verdict)
{
    const period_t period = {.limits = limits, .state = before, .judged = judged};
    interlock_state_t after = *before;
    const bool contact = judged->mode == MODE_CONTACT;
    const bool within = judged->normal_force_N <= margin(&period);
    const bool felt = judged->normal_force_N >= limits->touch_force_N / 2.0;
    after.margin_us = lasting(contact && !within, before->margin_us, limits);
    after.contact_lost_us = lasting(contact && !felt, before->contact_lost_us, limits);
    record_rows(&period, &after);
    const force_feedback_t* sample = &judged->feedback->force;
    double now[6];
    memcpy(now, sample->force_N, sizeof sample->force_N);
    memcpy(now + 3, sample->torque_Nm, sizeof sample->torque_Nm);
    after.frozen_samples = before->frozen_samples + 1;
    for (int i = 0; i < 6; ++i) {
        if (!(now[i] == before->last_force[i])) {
            after.frozen_samples = 0;
        }
    }
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        if (judge_model_rule(rule)->latch == LATCH_INSPECTION) {
            after.inspection |= verdict->refused & INTERLOCK_RULE(rule);
        }
    }
    record_devices(&period, &after);
    memory_model_record(before, limits, judged, verdict->refused, &after);
    after.tripped = before->tripped ||
                    (supervisor_model_powered(judged->mode) && verdict->reaction >= REACTION_YIELD);
    const bool told = before->first_rule != INTERLOCK_RULE_NONE;
    if (!told && verdict->rule != INTERLOCK_RULE_NONE && supervisor_model_powered(judged->mode)) {
        after.first_rule = verdict->rule;
        after.first_subject = verdict->subject;
        after.first_other = verdict->other;
        after.first_measured = verdict->measured;
        after.first_allowed = verdict->allowed;
    }
    return after;
}
