#include <math.h>

#include "controller/safety/permit.h"
#include "controller/safety/rules.h"

// Six raw force values that all repeat this often are a frozen sensor, not a calm one: sensor noise
// is several counts (safety hazard H11).
#define FROZEN_SAMPLE_LIMIT 8
// No rhythm that leaves the skin is slower than this.
#define CONTACT_GAP_MAX_S 5.0

// The tool may press or travel: both channels have something to say. While it yields or stops, a
// reaction is already under way.
#define DISAGREEMENT_MODES                                                                         \
    (MODE_BIT(TRANSIT) | MODE_BIT(APPROACH) | MODE_BIT(CONTACT) | MODE_BIT(RETRACT) |              \
     MODE_BIT(LIFT) | MODE_BIT(PAUSED) | MODE_BIT(PARKING))

/// What the sensor may be off by: the limit, and twice the deviation of what it is held against.
static double disagreement_allowed_N(const judge_limits_t* limits, const judged_t* judged)
{
    return limits->force_disagreement_max_N + 2.0 * judged->drive_force_deviation_N;
}

static bool disagrees(const judge_limits_t* limits, const judged_t* judged)
{
    const double allowed_N = disagreement_allowed_N(limits, judged);
    const bool agrees = isfinite(judged->force_disagreement_N) && isfinite(allowed_N) &&
                        judged->force_disagreement_N <= allowed_N;
    return mode_in(judged->mode, DISAGREEMENT_MODES) && judged->force_tared && !agrees;
}

static void judge_contact(verdict_t* verdict, const judge_limits_t* limits,
                          const interlock_state_t* state, const judged_t* judged)
{
    const double allowed_N = judged->force_target_N + limits->contact_force_margin_N;
    if (!(isfinite(judged->normal_force_N) && isfinite(allowed_N) &&
          (judged->normal_force_N <= allowed_N ||
           state->margin_us + limits->period_us <= limits->contact_force_margin_us))) {
        permit_refuse(verdict, INTERLOCK_FORCE_MARGIN, SUBJECT_NONE, judged->normal_force_N,
                      allowed_N);
    }
    // A plan that leaves the skin by itself must meet it again in every cycle.
    const double gap_s =
        judged->contact_gap_s > 0.0 ? fmin(judged->contact_gap_s, CONTACT_GAP_MAX_S) : 0.0;
    permit_at_most(verdict, INTERLOCK_CONTACT_LOST, SUBJECT_NONE,
                   (double)state->contact_lost_us * 1e-6,
                   (double)limits->contact_loss_us * 1e-6 + gap_s);
}

void judge_force(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                 const judged_t* judged)
{
    const force_feedback_t* force = &judged->feedback->force;
    permit_fresh(verdict, INTERLOCK_FORCE_AGE, SUBJECT_NONE, force->age_us,
                 limits->sample_age_max_us);
    if (force->age_us == AGE_NEVER_US) {
        return;
    }
    permit_if(verdict, INTERLOCK_FORCE_STATUS, force->status_ok);
    for (int i = 0; i < 3; ++i) {
        if (!(isfinite(force->force_N[i]) && isfinite(force->torque_Nm[i]))) {
            permit_refuse(verdict, INTERLOCK_FINITE, SUBJECT_NONE, force->force_N[i], 0.0);
        }
    }
    if (!judged->force_tared || !supervisor_mode_powered(judged->mode)) {
        return; // untared values are judged where they are tared: a large offset never arms
    }
    permit_at_most(verdict, INTERLOCK_FORCE_FROZEN, SUBJECT_NONE, state->frozen_samples,
                   FROZEN_SAMPLE_LIMIT);
    if (disagrees(limits, judged) &&
        !(state->disagreement_us + limits->period_us <= limits->force_disagreement_us)) {
        permit_refuse(verdict, INTERLOCK_FORCE_DISAGREES, SUBJECT_NONE,
                      judged->force_disagreement_N, disagreement_allowed_N(limits, judged));
    }
    permit_at_most(verdict, INTERLOCK_FORCE_MAX, SUBJECT_NONE, judged->force_total_N,
                   limits->contact_force_max_N);
    if (supervisor_mode_touches(judged->mode)) {
        permit_at_most(verdict, INTERLOCK_FORCE_CAP, SUBJECT_NONE, judged->normal_force_N,
                       judged->force_cap_N);
        permit_at_most(verdict, INTERLOCK_SHEAR, SUBJECT_NONE, judged->shear_force_N,
                       limits->shear_force_max_N);
    }
    if (mode_in(judged->mode, MODE_BIT(CONTACT))) {
        judge_contact(verdict, limits, state, judged);
    }
    if (mode_in(judged->mode,
                MODE_BIT(ARMED) | MODE_BIT(TRANSIT) | MODE_BIT(PAUSED) | MODE_BIT(PARKING))) {
        permit_at_most(verdict, INTERLOCK_FORCE_FREE, SUBJECT_NONE, judged->force_total_N,
                       limits->free_force_max_N);
    }
}

void watch_force(interlock_state_t* state, const judge_limits_t* limits, const judged_t* judged)
{
    const bool contact = judged->mode == MODE_CONTACT;
    const bool over =
        !(judged->normal_force_N <= judged->force_target_N + limits->contact_force_margin_N);
    const bool lost = !(judged->normal_force_N >= 0.5 * limits->touch_force_N);
    state->margin_us = contact && over ? state->margin_us + limits->period_us : 0;
    state->disagreement_us =
        disagrees(limits, judged) ? state->disagreement_us + limits->period_us : 0;
    state->contact_lost_us = contact && lost ? state->contact_lost_us + limits->period_us : 0;

    const force_feedback_t* force = &judged->feedback->force;
    bool same = true;
    for (int i = 0; i < 3; ++i) {
        same = same && force->force_N[i] == state->last_force[i] &&
               force->torque_Nm[i] == state->last_force[3 + i];
        state->last_force[i] = force->force_N[i];
        state->last_force[3 + i] = force->torque_Nm[i];
    }
    state->frozen_samples = same ? state->frozen_samples + 1 : 0;
}
