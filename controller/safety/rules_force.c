#include <math.h>
#include <stdint.h>

#include "controller/safety/permit.h"
#include "controller/safety/rules.h"

// No rhythm that leaves the skin is slower than this.
#define CONTACT_GAP_MAX_S 5.0
// A pull has to be there for so many periods in a row: one noisy sample is none.
#define PULL_SAMPLES 2

// So has next to no force that counts as let go, once the arm is on its way and a drive that was
// lost has come to its stand; and a force that comes back. That is a part of the limit of all: a
// yield that went well felt 6 N of the tool's own inertia after it had let go.
#define LET_GO_FROM_US 48000
#define LET_GO_SAMPLES 2
#define RETURN_SAMPLES 2
#define RETURN_PART 0.375
// The drives push against what the sensor does not feel: so much more than it may differ by while
// the tool presses, for so long. Yields that went well showed 14 N at most, one that was steered by
// an encoder that counted a tenth 148 N.
#define UNFELT_FACTOR 2.5
#define UNFELT_US 40000
// A tool gives way to what presses it where it moves with the force on it, not only trembles.
#define GIVING_MPS 0.025

#define TOUCHING_DOWN_MODES (MODE_BIT(APPROACH) | MODE_BIT(CONTACT))
#define RETREATING_MODES (MODE_BIT(RETRACT) | MODE_BIT(LIFT) | MODE_BIT(YIELD))
#define TRAVELLING_MODES                                                                           \
    (MODE_BIT(ARMED) | MODE_BIT(TRANSIT) | MODE_BIT(PAUSED) | MODE_BIT(PARKING))

/// A figure that has to be over its limit in two of three periods: one sample that is off is the
/// sensor's, not the body's (hazard H16). What is not known refuses at once.
typedef struct {
    interlock_rule_t rule;
    unsigned modes;
    double measured, allowed;
} voted_t;
#define VOTED_COUNT 5

/// How fast the force has changed over the last three samples; 0 until there are so many, and where
/// no new one has come.
static double force_rate_N_per_s(const interlock_state_t* state, const judged_t* judged)
{
    const int64_t taken_us = between_us(judged->feedback->force.age_us, judged->now_us);
    const int64_t passed_us = between_us(state->force_taken_us[FORCE_RATE_SAMPLES - 1], taken_us);
    if (state->force_count < FORCE_RATE_SAMPLES || taken_us <= state->force_taken_us[0] ||
        passed_us <= 0) {
        return 0.0;
    }
    const double before_N = state->force_N[FORCE_RATE_SAMPLES - 1];
    return fabs(judged->normal_force_N - before_N) / ((double)passed_us * 1e-6);
}

static void voted_figures(const judge_limits_t* limits, const interlock_state_t* state,
                          const judged_t* judged, voted_t voted[VOTED_COUNT])
{
    const unsigned powered = ~0u; // unpowered modes never come here
    const unsigned touching = TOUCHING_DOWN_MODES | MODE_BIT(RETRACT) | MODE_BIT(LIFT);
    const double tap_N_per_s = judged->contact_gap_s > 0.0 ? limits->tap_force_rate_N_per_s : 0.0;
    const double rate_N_per_s =
        limits->force_rate_max_N_per_s + fabs(judged->force_rate_N_per_s) + tap_N_per_s;
    voted[0] =
        (voted_t){INTERLOCK_FORCE_CAP, touching, judged->normal_force_N, judged->force_cap_N};
    voted[1] =
        (voted_t){INTERLOCK_FORCE_MAX, powered, judged->force_total_N, limits->contact_force_max_N};
    voted[2] = (voted_t){INTERLOCK_FORCE_FREE, TRAVELLING_MODES, judged->force_total_N,
                         limits->free_force_max_N};
    voted[3] = (voted_t){INTERLOCK_FORCE_RATE, TOUCHING_DOWN_MODES,
                         force_rate_N_per_s(state, judged), rate_N_per_s};
    voted[4] =
        (voted_t){INTERLOCK_SHEAR, touching, judged->shear_force_N, limits->shear_force_max_N};
}

static bool is_over(const voted_t* voted, supervisor_mode_t mode)
{
    const bool within =
        isfinite(voted->measured) && isfinite(voted->allowed) && voted->measured <= voted->allowed;
    return mode_in(mode, voted->modes) && !within;
}

static bool speaks(const judge_limits_t* limits, const drive_feedback_t* drive)
{
    return drive->state == DRIVE_OPERATION_ENABLED && drive->age_us >= 0 &&
           drive->age_us <= limits->sample_age_max_us;
}

static bool all_drives_speak(const judge_limits_t* limits, const judged_t* judged)
{
    for (int64_t joint = 0; joint < limits->joint_count && joint < JOINT_CAPACITY; ++joint) {
        if (!speaks(limits, &judged->feedback->drives[joint])) {
            return false;
        }
    }
    return true;
}

/// What sensor and drives may differ by where both feel the same.
static double unfelt_max_N(const judge_limits_t* limits, const judged_t* judged)
{
    return UNFELT_FACTOR * limits->force_disagreement_max_N + 2.0 * judged->drive_force_deviation_N;
}

/// The drives' torques say that the tool pushes or is pushed, and it feels nothing of it: a joint
/// moves otherwise than it says. Where a drive is lost, what its brake carries says the same.
static bool unfelt(const judge_limits_t* limits, const judged_t* judged)
{
    return judged->force_disagreement_N > unfelt_max_N(limits, judged) &&
           all_drives_speak(limits, judged);
}

/// Drives and a sensor that is heard tell of the same force.
static bool both_feel(const judge_limits_t* limits, const judged_t* judged)
{
    const int64_t age_us = judged->feedback->force.age_us;
    const double allowed_N = unfelt_max_N(limits, judged);
    return judged->force_tared && age_us >= 0 && age_us <= limits->sample_age_max_us &&
           isfinite(allowed_N) && judged->force_disagreement_N <= allowed_N &&
           all_drives_speak(limits, judged);
}

bool pushed_away(const judge_limits_t* limits, const judged_t* judged)
{
    const double pressed_N = limits->contact_force_max_N;
    return judged->mode == MODE_YIELD && both_feel(limits, judged) &&
           judged->normal_force_N > pressed_N && judged->drive_force_N > pressed_N &&
           judged->tool_giving_mps >= GIVING_MPS;
}

/// A pull on the way off the body. A sensor that lied before cannot tell it alone: then the drives
/// have to feel a pull as well, and about the same.
static bool pulls(const judge_limits_t* limits, const interlock_state_t* state,
                  const judged_t* judged)
{
    const double pulled_N = -limits->pull_force_max_N;
    const bool believed =
        state->retreat_felt || (both_feel(limits, judged) && judged->drive_force_N < pulled_N);
    return mode_in(judged->mode, RETREATING_MODES) && judged->force_tared && believed &&
           judged->normal_force_N < pulled_N;
}

/// A yield that presses on a body that it had let go, and whose drives pushed against nothing, does
/// not go where it was sent: a position that it is steered by does not tell the truth, and going on
/// presses more. Of a client who comes after the tool drives and sensor tell the same.
static bool returns(const judge_limits_t* limits, const interlock_state_t* state,
                    const judged_t* judged)
{
    return judged->mode == MODE_YIELD && judged->force_tared && state->retreat_felt &&
           state->let_go_samples >= LET_GO_SAMPLES && state->unfelt_us >= UNFELT_US &&
           !(judged->force_total_N <= RETURN_PART * limits->contact_force_max_N);
}

static void judge_contact(verdict_t* verdict, const judge_limits_t* limits,
                          const interlock_state_t* state, const judged_t* judged)
{
    const double allowed_N = judged->force_target_N + limits->contact_force_margin_N;
    if (!(isfinite(judged->normal_force_N) && isfinite(allowed_N) &&
          (judged->normal_force_N <= allowed_N ||
           later_us(state->margin_us, limits->period_us) <= limits->contact_force_margin_us))) {
        permit_refuse(verdict, INTERLOCK_FORCE_MARGIN, SUBJECT_NONE, judged->normal_force_N,
                      allowed_N);
    }
    // A plan that leaves the skin by itself must meet it again in every cycle.
    const double gap_s = fmin(fmax(judged->contact_gap_s, 0.0), CONTACT_GAP_MAX_S);
    permit_at_most(verdict, INTERLOCK_CONTACT_LOST, SUBJECT_NONE,
                   (double)state->contact_lost_us * 1e-6,
                   (double)limits->contact_loss_us * 1e-6 + gap_s);
}

void judge_force(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                 const judged_t* judged)
{
    if (judged->feedback->force.age_us == AGE_NEVER_US || !judged->force_tared ||
        !supervisor_mode_powered(judged->mode)) {
        return; // untared values are judged where they are tared: a large offset never arms
    }
    voted_t voted[VOTED_COUNT] = {0}; // an entry that is left out holds in no mode
    voted_figures(limits, state, judged, voted);
    for (int i = 0; i < VOTED_COUNT; ++i) {
        const bool known = isfinite(voted[i].measured) && isfinite(voted[i].allowed);
        const bool before =
            ((state->over_last | state->over_before) & INTERLOCK_RULE(voted[i].rule)) != 0;
        if (is_over(&voted[i], judged->mode) && (before || !known)) {
            permit_refuse(verdict, voted[i].rule, SUBJECT_NONE, voted[i].measured,
                          voted[i].allowed);
        }
    }
    // Not voted on: it looks ahead, so that waiting for a second sample is what it must not do. Its
    // margin covers a sample's noise.
    if (supervisor_mode_touches(judged->mode)) {
        permit_at_most(verdict, INTERLOCK_FORCE_ENVELOPE, SUBJECT_NONE, judged->force_predicted_N,
                       limits->contact_force_max_N);
    }
    if (mode_in(judged->mode, MODE_BIT(CONTACT))) {
        judge_contact(verdict, limits, state, judged);
    }
    // On the way off the body a sensor that can't be believed is no reason to stay.
    if (pulls(limits, state, judged) && once_more(state->pull_samples) >= PULL_SAMPLES &&
        (verdict->refused & FORCE_UNKNOWN) == 0) {
        permit_refuse(verdict, INTERLOCK_ENTANGLED, SUBJECT_NONE, -judged->normal_force_N,
                      limits->pull_force_max_N);
    }
    if (returns(limits, state, judged) && once_more(state->return_samples) >= RETURN_SAMPLES &&
        (verdict->refused & FORCE_UNKNOWN) == 0) {
        permit_refuse(verdict, INTERLOCK_FORCE_RETURNS, SUBJECT_NONE, judged->force_total_N,
                      RETURN_PART * limits->contact_force_max_N);
    }
}

static void watch_return(interlock_state_t* state, const judge_limits_t* limits,
                         const judged_t* judged)
{
    state->return_samples = returns(limits, state, judged) ? once_more(state->return_samples) : 0;
    if (judged->mode != MODE_YIELD) {
        state->unfelt_us = 0;
    } else if (state->unfelt_us < UNFELT_US) {
        state->unfelt_us =
            unfelt(limits, judged) ? later_us(state->unfelt_us, limits->period_us) : 0;
    }
    if (judged->mode != MODE_YIELD || judged->mode_us < LET_GO_FROM_US) {
        state->let_go_samples = 0;
    } else if (state->let_go_samples < LET_GO_SAMPLES) {
        state->let_go_samples = judged->force_total_N <= limits->free_force_max_N
                                    ? once_more(state->let_go_samples)
                                    : 0;
    }
}

static void watch_rate(interlock_state_t* state, const judged_t* judged)
{
    const int64_t age_us = judged->feedback->force.age_us;
    if (!judged->force_tared || !isfinite(judged->normal_force_N) || age_us == AGE_NEVER_US) {
        state->force_count = 0;
        return;
    }
    const int64_t taken_us = between_us(age_us, judged->now_us);
    if (state->force_count == 0 || taken_us > state->force_taken_us[0]) {
        for (int i = FORCE_RATE_SAMPLES - 1; i > 0; --i) {
            state->force_N[i] = state->force_N[i - 1];
            state->force_taken_us[i] = state->force_taken_us[i - 1];
        }
        state->force_N[0] = judged->normal_force_N;
        state->force_taken_us[0] = taken_us;
        state->force_count += state->force_count < FORCE_RATE_SAMPLES ? 1 : 0;
    }
}

void watch_force(interlock_state_t* state, const judge_limits_t* limits, const judged_t* judged,
                 const verdict_t* verdict)
{
    const bool contact = judged->mode == MODE_CONTACT;
    const bool over =
        !(judged->normal_force_N <= judged->force_target_N + limits->contact_force_margin_N);
    const bool lost = !(judged->normal_force_N >= 0.5 * limits->touch_force_N);
    state->margin_us = contact && over ? later_us(state->margin_us, limits->period_us) : 0;
    state->contact_lost_us =
        contact && lost ? later_us(state->contact_lost_us, limits->period_us) : 0;

    voted_t voted[VOTED_COUNT] = {0};
    voted_figures(limits, state, judged, voted);
    state->over_before = state->over_last;
    state->over_last = 0;
    for (int i = 0; i < VOTED_COUNT; ++i) {
        state->over_last |= is_over(&voted[i], judged->mode) ? INTERLOCK_RULE(voted[i].rule) : 0;
    }
    state->pull_samples = pulls(limits, state, judged) ? once_more(state->pull_samples) : 0;
    watch_return(state, limits, judged);
    if (!mode_in(judged->mode, RETREATING_MODES)) {
        // Pressing or nothing: what pulls from now on is new.
        state->retreat_felt = judged->force_tared &&
                              judged->normal_force_N >= -limits->touch_force_N &&
                              (verdict->refused & FORCE_UNKNOWN) == 0;
    } else if ((verdict->refused & FORCE_UNKNOWN) != 0) {
        state->retreat_felt = false;
    }
    watch_rate(state, judged);
}
