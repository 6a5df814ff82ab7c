#include "controller/safety/interlock.h"

#include <math.h>
#include <stddef.h>

// Six raw force values that all repeat this often are a frozen sensor, not a calm one: sensor noise
// is several counts (safety hazard H11).
#define FROZEN_SAMPLE_LIMIT 8
// In contact the pad sinks in; a soft place gives about 1 N/mm, so force over this is depth to
// expect.
#define SOFTEST_TISSUE_N_PER_M 1000.0
// A tool nearer to the expected skin than this may be touching it: more than the registration
// error, a breath and what a light contact would pass as a sensor's offset. Less than yielding
// leaves.
#define ARMING_HEIGHT_MIN_M 0.040
// No rhythm that leaves the skin is slower than this.
#define CONTACT_GAP_MAX_S 5.0
// Nothing of the arm but its tool comes nearer to the expected skin than this: the registration
// error and a breath.
#define LINK_CLEARANCE_MIN_M 0.015
// Nor nearer to the table, nor two of its parts to each other: arm and table are one machine and
// lie where they are known to, but for the play of joints and the error of the links' capsules.
#define ARM_CLEARANCE_MIN_M 0.010
// Path error of the inverse kinematics above which the arm is not where the routine thinks.
#define PATH_ERROR_MAX_M 0.010

static const interlock_rule_info_t rule_infos[INTERLOCK_RULE_COUNT] = {
#define X(id, name, hazard, trust, unit, text) [id] = {name, hazard, trust, unit, text},
    INTERLOCK_RULE_LIST(X)
#undef X
};

const interlock_rule_info_t* interlock_rule_info(interlock_rule_t rule)
{
    return (unsigned)rule < INTERLOCK_RULE_COUNT ? &rule_infos[rule] : NULL;
}

const char* reaction_text(reaction_t reaction)
{
    static const char* const texts[REACTION_COUNT] = {
        [REACTION_NONE] = "none", [REACTION_LIFT] = "lift",           [REACTION_YIELD] = "yield",
        [REACTION_STOP] = "stop", [REACTION_POWER_OFF] = "power off",
    };
    return (unsigned)reaction < REACTION_COUNT ? texts[reaction] : "unknown";
}

reaction_t interlock_reaction(trust_t trust, bool contact)
{
    static const reaction_t reactions[TRUST_COUNT][2] = {
        // no contact, contact or unknown
        [TRUST_FULL] = {REACTION_STOP, REACTION_YIELD},
        [TRUST_PARTIAL] = {REACTION_STOP, REACTION_YIELD},
        [TRUST_NONE] = {REACTION_POWER_OFF, REACTION_POWER_OFF},
    };
    return (unsigned)trust < TRUST_COUNT ? reactions[trust][contact ? 1 : 0] : REACTION_POWER_OFF;
}

/// Notes a refusal. The first rule in list order that refuses tells the story: causes stand before
/// their consequences there.
static void refuse(verdict_t* verdict, interlock_rule_t rule, int subject, double measured,
                   double allowed)
{
    verdict->refused |= 1u << rule;
    if (verdict->rule == INTERLOCK_RULE_NONE || (int)rule < verdict->rule) {
        verdict->rule = rule;
        verdict->subject = subject;
        verdict->other = PART_NONE;
        verdict->measured = measured;
        verdict->allowed = allowed;
    }
    if (rule_infos[rule].trust > verdict->trust) {
        verdict->trust = rule_infos[rule].trust;
    }
}

/// Refuses unless `measured` is known and at most `allowed`.
static void require_at_most(verdict_t* verdict, interlock_rule_t rule, int subject, double measured,
                            double allowed)
{
    if (!(isfinite(measured) && isfinite(allowed) && measured <= allowed)) {
        refuse(verdict, rule, subject, measured, allowed);
    }
}

static void require(verdict_t* verdict, interlock_rule_t rule, bool permitted)
{
    if (!permitted) {
        refuse(verdict, rule, -1, 0.0, 1.0);
    }
}

static void require_fresh(verdict_t* verdict, interlock_rule_t rule, int subject, int64_t age_us,
                          double age_max_s)
{
    const int64_t age_max_us = (int64_t)(age_max_s * 1e6);
    if (!(age_us >= 0 && age_us <= age_max_us)) {
        refuse(verdict, rule, subject, age_us == AGE_NEVER_US ? HUGE_VAL : (double)age_us * 1e-6,
               age_max_s);
    }
}

static bool in(supervisor_mode_t mode, unsigned modes)
{
    return (modes >> mode & 1u) != 0;
}
#define M(name) (1u << MODE_##name)

static void judge_io(verdict_t* verdict, const safety_settings_t* safety, const judged_t* judged)
{
    const io_feedback_t* io = &judged->feedback->io;
    require_fresh(verdict, INTERLOCK_IO_AGE, -1, io->age_us, safety->sample_age_max_s.value);
    if (io->age_us == AGE_NEVER_US) {
        return; // nothing was ever heard: silence is the cause, the bits mean nothing
    }
    require(verdict, INTERLOCK_ESTOP, io->estop_closed);
    require(verdict, INTERLOCK_CLIENT_BUTTON, io->client_button_released);
    require(verdict, INTERLOCK_CLIENT_PRESENT, io->client_present);
}

static void judge_joint(verdict_t* verdict, const safety_settings_t* safety, const chain_t* chain,
                        const judged_t* judged, int joint)
{
    const drive_feedback_t* drive = &judged->feedback->drives[joint];
    const bool prismatic = chain->kind[joint] == JOINT_PRISMATIC;
    const uint32_t before = verdict->refused;
    const bool following_judged =
        supervisor_mode_powered(judged->mode) && !in(judged->mode, M(ARMING));

    require_fresh(verdict, INTERLOCK_DRIVE_AGE, joint, drive->age_us,
                  safety->sample_age_max_s.value);
    if (drive->age_us == AGE_NEVER_US) {
        verdict->locked_joints |= 1u << joint;
        return;
    }
    const bool faulted = drive->state == DRIVE_FAULT || drive->state == DRIVE_FAULT_REACTION;
    if ((following_judged && drive->state != DRIVE_OPERATION_ENABLED) ||
        (in(judged->mode, M(ARMING)) && faulted)) {
        refuse(verdict, INTERLOCK_DRIVE_STATE, joint, drive->state, DRIVE_OPERATION_ENABLED);
    }
    if (verdict->refused != before) {
        verdict->locked_joints |= 1u << joint;
    }
    if (!(isfinite(drive->position) && isfinite(drive->velocity) && isfinite(drive->effort))) {
        refuse(verdict, INTERLOCK_FINITE, joint, drive->position, 0.0);
        return;
    }
    const double overtravel =
        prismatic ? safety->rail_overtravel_m.value : safety->joint_overtravel_rad.value;
    require_at_most(verdict, INTERLOCK_JOINT_POSITION, joint, drive->position,
                    chain->position_max.at[joint] + overtravel);
    require_at_most(verdict, INTERLOCK_JOINT_POSITION, joint, -drive->position,
                    -chain->position_min.at[joint] + overtravel);
    require_at_most(verdict, INTERLOCK_JOINT_SPEED, joint, fabs(drive->velocity),
                    chain->velocity_max.at[joint] * safety->joint_speed_margin.value);
    if (following_judged && (verdict->locked_joints >> joint & 1u) == 0) {
        const double at_rest =
            prismatic ? safety->rail_following_error_m.value : safety->following_error_rad.value;
        require_at_most(verdict, INTERLOCK_FOLLOWING, joint,
                        fabs(judged->commanded->position[joint] - drive->position),
                        at_rest + safety->following_time_s.value * fabs(drive->velocity));
    }
}

// The tool may press or travel: both channels have something to say. While it yields or stops, a
// reaction is already under way.
#define DISAGREEMENT_MODES                                                                         \
    (M(TRANSIT) | M(APPROACH) | M(CONTACT) | M(RETRACT) | M(LIFT) | M(PAUSED) | M(PARKING))

/// What the sensor may be off by: the limit, and twice the deviation of what it is held against.
static double disagreement_allowed_N(const safety_settings_t* safety, const judged_t* judged)
{
    return safety->force_disagreement_max_N.value + 2.0 * judged->drive_force_deviation_N;
}

static bool disagrees(const safety_settings_t* safety, const judged_t* judged)
{
    return in(judged->mode, DISAGREEMENT_MODES) && judged->force_tared &&
           !(judged->force_disagreement_N <= disagreement_allowed_N(safety, judged));
}

static void judge_force(verdict_t* verdict, const safety_settings_t* safety,
                        const interlock_state_t* state, const judged_t* judged, int64_t period_us)
{
    const force_feedback_t* force = &judged->feedback->force;
    require_fresh(verdict, INTERLOCK_FORCE_AGE, -1, force->age_us, safety->sample_age_max_s.value);
    if (force->age_us == AGE_NEVER_US) {
        return;
    }
    require(verdict, INTERLOCK_FORCE_STATUS, force->status_ok);
    for (int i = 0; i < 3; ++i) {
        if (!(isfinite(force->force_N[i]) && isfinite(force->torque_Nm[i]))) {
            refuse(verdict, INTERLOCK_FINITE, -1, force->force_N[i], 0.0);
        }
    }
    if (!judged->force_tared || !supervisor_mode_powered(judged->mode)) {
        return; // untared values are judged where they are tared: a large offset never arms
    }
    require_at_most(verdict, INTERLOCK_FORCE_FROZEN, -1, state->frozen_samples,
                    FROZEN_SAMPLE_LIMIT);
    const int64_t disagreement_max_us = (int64_t)(safety->force_disagreement_time_s.value * 1e6);
    if (disagrees(safety, judged) && !(state->disagreement_us + period_us <= disagreement_max_us)) {
        refuse(verdict, INTERLOCK_FORCE_DISAGREES, -1, judged->force_disagreement_N,
               disagreement_allowed_N(safety, judged));
    }
    require_at_most(verdict, INTERLOCK_FORCE_MAX, -1, judged->force_total_N,
                    safety->contact_force_max_N.value);
    if (supervisor_mode_touches(judged->mode)) {
        require_at_most(verdict, INTERLOCK_FORCE_CAP, -1, judged->normal_force_N,
                        judged->force_cap_N);
        require_at_most(verdict, INTERLOCK_FORCE_ENVELOPE, -1, judged->force_predicted_N,
                        safety->contact_force_max_N.value);
        require_at_most(verdict, INTERLOCK_SHEAR, -1, judged->shear_force_N,
                        safety->shear_force_max_N.value);
    }
    if (in(judged->mode, M(CONTACT))) {
        const double allowed_N = judged->force_target_N + safety->contact_force_margin_N.value;
        const int64_t allowed_us = (int64_t)(safety->contact_force_margin_time_s.value * 1e6);
        if (!(isfinite(judged->normal_force_N) && isfinite(allowed_N) &&
              (judged->normal_force_N <= allowed_N ||
               state->margin_us + period_us <= allowed_us))) {
            refuse(verdict, INTERLOCK_FORCE_MARGIN, -1, judged->normal_force_N, allowed_N);
        }
        // A plan that leaves the skin by itself must meet it again in every cycle.
        const double gap_s =
            judged->contact_gap_s > 0.0 ? fmin(judged->contact_gap_s, CONTACT_GAP_MAX_S) : 0.0;
        require_at_most(verdict, INTERLOCK_CONTACT_LOST, -1, (double)state->contact_lost_us * 1e-6,
                        safety->contact_loss_time_s.value + gap_s);
    }
    if (in(judged->mode, M(ARMED) | M(TRANSIT) | M(PAUSED) | M(PARKING))) {
        require_at_most(verdict, INTERLOCK_FORCE_FREE, -1, judged->force_total_N,
                        safety->free_force_max_N.value);
    }
}

static void judge_motion(verdict_t* verdict, const safety_settings_t* safety,
                         const judged_t* judged)
{
    const unsigned planned = M(TRANSIT) | M(APPROACH) | M(CONTACT) | M(RETRACT) | M(LIFT) |
                             M(PAUSED) | M(PARKING) | M(ARMED);
    if (in(judged->mode, planned)) {
        require_at_most(verdict, INTERLOCK_TOOL_SPEED, -1, judged->tool_speed_mps,
                        judged->tool_speed_allowed_mps * safety->tool_speed_margin.value);
        require_at_most(verdict, INTERLOCK_REACH, -1, judged->path_error_m, PATH_ERROR_MAX_M);
    }
    if (supervisor_mode_powered(judged->mode)) {
        // Heights again: the first must not be the smaller one.
        if (!(!isnan(judged->link_clearance_m) &&
              judged->link_clearance_m >= LINK_CLEARANCE_MIN_M)) {
            refuse(verdict, INTERLOCK_LINK_CLEARANCE, judged->link_near_skin,
                   judged->link_clearance_m, LINK_CLEARANCE_MIN_M);
        }
        if (!(!isnan(judged->arm_clearance_m) && judged->arm_clearance_m >= ARM_CLEARANCE_MIN_M)) {
            refuse(verdict, INTERLOCK_ARM_CLEARANCE, judged->arm_part, judged->arm_clearance_m,
                   ARM_CLEARANCE_MIN_M);
            if (verdict->rule == INTERLOCK_ARM_CLEARANCE) {
                verdict->other = judged->arm_other;
            }
        }
    }
    if (in(judged->mode, M(APPROACH) | M(CONTACT))) {
        const double pressed_m = in(judged->mode, M(CONTACT))
                                     ? fmax(judged->force_target_N, 0.0) / SOFTEST_TISSUE_N_PER_M
                                     : 0.0;
        require_at_most(verdict, INTERLOCK_SURFACE_MISSED, -1, -judged->surface_gap_m,
                        safety->surface_search_m.value + pressed_m);
    }
    if (in(judged->mode, M(ARMING))) {
        // Measured and allowed are heights over the skin here: the first must not be the smaller
        // one.
        if (!(isfinite(judged->surface_gap_m) && judged->surface_gap_m >= ARMING_HEIGHT_MIN_M)) {
            refuse(verdict, INTERLOCK_NOT_CLEAR, -1, judged->surface_gap_m, ARMING_HEIGHT_MIN_M);
        }
        require_at_most(verdict, INTERLOCK_ARMING_TIME, -1, (double)judged->mode_us * 1e-6,
                        safety->arming_time_max_s.value);
        if (judged->tare_refused) {
            refuse(verdict, INTERLOCK_TARE, -1, judged->tare_offset_N,
                   safety->tare_force_max_N.value);
        }
    }
    if (supervisor_mode_powered(judged->mode)) {
        require_at_most(verdict, INTERLOCK_OVERRUN, -1, judged->overruns,
                        safety->overrun_count_max.value);
        require_at_most(verdict, INTERLOCK_SESSION_TIME, -1, (double)judged->session_us * 1e-6,
                        safety->session_time_max_s.value);
    }
}

verdict_t interlock_evaluate(const safety_settings_t* safety, const chain_t* chain,
                             const interlock_state_t* state, const judged_t* judged,
                             int64_t period_us)
{
    verdict_t verdict = {.reaction = REACTION_NONE,
                         .trust = TRUST_FULL,
                         .rule = INTERLOCK_RULE_NONE,
                         .subject = -1,
                         .other = PART_NONE};
    judge_io(&verdict, safety, judged);
    for (int joint = 0; joint < judged->joint_count; ++joint) {
        judge_joint(&verdict, safety, chain, judged, joint);
    }
    judge_force(&verdict, safety, state, judged, period_us);
    judge_motion(&verdict, safety, judged);

    if (verdict.refused != 0) {
        const bool clear = isfinite(judged->force_total_N) && judged->force_tared &&
                           judged->force_total_N < safety->touch_force_N.value &&
                           (verdict.refused &
                            (1u << INTERLOCK_FORCE_AGE | 1u << INTERLOCK_FORCE_STATUS |
                             1u << INTERLOCK_FORCE_FROZEN | 1u << INTERLOCK_FORCE_DISAGREES)) == 0;
        const bool contact =
            supervisor_mode_touches(judged->mode) || judged->mode == MODE_YIELD || !clear;
        verdict.reaction = interlock_reaction(verdict.trust, contact);
    }
    return verdict;
}

void interlock_record(interlock_state_t* state, const safety_settings_t* safety,
                      const judged_t* judged, const verdict_t* verdict, int64_t period_us)
{
    const bool contact = judged->mode == MODE_CONTACT;
    const bool over =
        !(judged->normal_force_N <= judged->force_target_N + safety->contact_force_margin_N.value);
    const bool lost = !(judged->normal_force_N >= 0.5 * safety->touch_force_N.value);
    state->margin_us = contact && over ? state->margin_us + period_us : 0;
    state->disagreement_us = disagrees(safety, judged) ? state->disagreement_us + period_us : 0;
    state->contact_lost_us = contact && lost ? state->contact_lost_us + period_us : 0;

    const force_feedback_t* force = &judged->feedback->force;
    bool same = true;
    for (int i = 0; i < 3; ++i) {
        same = same && force->force_N[i] == state->last_force[i] &&
               force->torque_Nm[i] == state->last_force[3 + i];
        state->last_force[i] = force->force_N[i];
        state->last_force[3 + i] = force->torque_Nm[i];
    }
    state->frozen_samples = same ? state->frozen_samples + 1 : 0;

    if (state->first_rule == INTERLOCK_RULE_NONE && verdict->rule != INTERLOCK_RULE_NONE &&
        supervisor_mode_powered(judged->mode)) {
        state->first_rule = verdict->rule;
        state->first_subject = verdict->subject;
        state->first_other = verdict->other;
        state->first_measured = verdict->measured;
        state->first_allowed = verdict->allowed;
    }
}
