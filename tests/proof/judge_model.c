#include "tests/proof/judge_model.h"

#include <math.h>
#include <string.h>

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
    NUMBER,        // measured, and what stands beside it, is finite
    FRESH_ENOUGH,  // an age that is known, not negative, and at most
    NEVER_ALLOWED, // asked only where it has to refuse
} comparison_t;

typedef struct {
    interlock_rule_t rule;
    const char* modes; // their names with a blank around each; "any"; "powered"; "touching"
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

QUESTION(drive_heard, drive(p)->age_us != AGE_NEVER_US)
static bool drive_stale(const period_t* p)
{
    return drive(p)->age_us < 0 || drive(p)->age_us > p->limits->sample_age_max_us;
}
/// While arming drives walk to their state and only a fault counts; later only one state does.
static bool drive_left(const period_t* p)
{
    const drive_state_t state = drive(p)->state;
    if (p->judged->mode == MODE_ARMING) {
        return state == DRIVE_FAULT || state == DRIVE_FAULT_REACTION;
    }
    return state != DRIVE_OPERATION_ENABLED;
}
QUESTION(drive_left_and_heard, drive_heard(p) && drive_left(p))
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

QUESTION(sensor_heard, force(p)->age_us != AGE_NEVER_US)
FIGURE(sensor_status, force(p)->status_ok)
QUESTION(axis_no_number, sensor_heard(p) && !(isfinite(force(p)->force_N[p->index]) &&
                                              isfinite(force(p)->torque_Nm[p->index])))
FIGURE(axis_force, force(p)->force_N[p->index])
QUESTION(sensor_tared, sensor_heard(p) && p->judged->force_tared)
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
FIGURE(normal, p->judged->normal_force_N)
FIGURE(cap, p->judged->force_cap_N)
FIGURE(shear, p->judged->shear_force_N)
FIGURE(shear_max, p->limits->shear_force_max_N)
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
FIGURE(overruns, p->judged->overruns)
FIGURE(overruns_max, p->limits->overrun_count_max)
FIGURE(session_s, (double)p->judged->session_us * 1e-6)
FIGURE(session_max_s, (double)p->limits->session_time_max_us * 1e-6)

#define PLANNED " armed transit approach contact retract lift paused parking "
#define PRESSES " transit approach contact retract lift paused parking "
#define FREE " armed transit paused parking "
#define FOLLOWS " armed transit approach contact retract paused parking lift yield stopping "

// Of one rule the rows that look at joints stand before those that look at the sensor's axes.
static const row_t rows[] = {
    {INTERLOCK_LIMITS_INTACT, "any", 1, always, HOLDS, limits_intact, one, NULL},
    {INTERLOCK_IO_AGE, "any", 1, always, FRESH_ENOUGH, io_age, age_max, NULL},
    {INTERLOCK_ESTOP, "any", 1, io_heard, HOLDS, estop, one, NULL},
    {INTERLOCK_CLIENT_BUTTON, "any", 1, io_heard, HOLDS, button, one, NULL},
    {INTERLOCK_CLIENT_PRESENT, "any", 1, io_heard, HOLDS, present, one, NULL},
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
    {INTERLOCK_FORCE_FROZEN, "powered", 1, sensor_tared, AT_MOST, frozen, frozen_max, NULL},
    {INTERLOCK_FORCE_DISAGREES, PRESSES, 1, sensor_tared, AT_MOST, disagreement, disagreement_max,
     disagreement_short},
    {INTERLOCK_FORCE_MAX, "powered", 1, sensor_tared, AT_MOST, total, total_max, NULL},
    {INTERLOCK_FORCE_CAP, "touching", 1, sensor_tared, AT_MOST, normal, cap, NULL},
    {INTERLOCK_SHEAR, "touching", 1, sensor_tared, AT_MOST, shear, shear_max, NULL},
    {INTERLOCK_FORCE_MARGIN, " contact ", 1, sensor_tared, AT_MOST, normal, margin, margin_short},
    {INTERLOCK_CONTACT_LOST, " contact ", 1, sensor_tared, AT_MOST, lost_s, lost_max_s, NULL},
    {INTERLOCK_FORCE_FREE, FREE, 1, sensor_tared, AT_MOST, total, free_max, NULL},
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

static bool holds_in(const row_t* row, supervisor_mode_t mode)
{
    if (row->modes[0] != ' ') {
        return row->modes[0] == 'a'   ? true
               : row->modes[0] == 'p' ? supervisor_model_powered(mode)
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
    case NUMBER:
        return isfinite(measured);
    case NEVER_ALLOWED:
        break;
    }
    return false;
}

/// Where a verdict points to.
static int subject(const row_t* row, const period_t* period)
{
    if (row->count == EACH_JOINT) {
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
}

static bool contact_possible(const period_t* period, interlock_rules_t refused)
{
    const judged_t* judged = period->judged;
    if (supervisor_model_touches(judged->mode) || judged->mode == MODE_YIELD) {
        return true;
    }
    const interlock_rule_t doubts[] = {INTERLOCK_FORCE_AGE, INTERLOCK_FORCE_STATUS,
                                       INTERLOCK_FORCE_FROZEN, INTERLOCK_FORCE_DISAGREES};
    for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; ++i) {
        if ((refused & INTERLOCK_RULE(doubts[i])) != 0) {
            return true;
        }
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
    return verdict;
}

// ----------------------------------------------------------------------------- what is remembered

static int64_t lasting(bool still, int64_t before_us, const judge_limits_t* limits)
{
    return still ? before_us + limits->period_us : 0;
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
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        if (rows[i].rule == INTERLOCK_FORCE_DISAGREES) {
            after.disagreement_us =
                lasting(holds_in(&rows[i], judged->mode) && judged->force_tared &&
                            !permitted(&rows[i], &period),
                        before->disagreement_us, limits);
        }
    }
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
    memcpy(after.last_force, now, sizeof now);
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        if (judge_model_rule(rule)->latch == LATCH_INSPECTION) {
            after.inspection |= verdict->refused & INTERLOCK_RULE(rule);
        }
    }
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
