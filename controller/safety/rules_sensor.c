#include <math.h>

#include "controller/safety/permit.h"
#include "controller/safety/rules.h"

// Six raw force values that all repeat this often are a frozen sensor, not a calm one: sensor noise
// is several counts (safety hazard H11).
#define FROZEN_SAMPLE_LIMIT 8
// One axis alone repeats by chance: five times in 1.9 million samples of the virtual sensor, whose
// noise is five counts. With a noise of one count, 20 times once in 10^11 samples.
#define AXIS_FROZEN_SAMPLE_LIMIT 20
// Standard deviation of a sample as its second differences tell it, over this many samples. The
// virtual sensor's noise is 0.15 N, and no technique brought it above 0.35 N (hazard H16).
#define NOISE_MAX_N 1.5
#define NOISE_SAMPLES 16.0
// What one sample adds to the variance at most: one spike is three second differences and is let
// pass, one in ten is not.
#define NOISE_CLIP 5.0
// What is felt while a tool comes down or works points out of the skin: at most twice as much force
// as its part along the normal, which would be a friction of 1.7. In the library's runs the normal
// part was 0.90 of it at least. Only what is twice a touch has a direction that can be told.
#define NORMAL_PART_MIN 0.5
#define DIRECTION_TOUCHES 2.0
#define DIRECTION_TIME_US 20000
// A tool this high over the expected skin stands clear: the registration error and a breath; what
// it feels is smoothed, and settled after as long again. In the library's runs it was 0.43 N at
// most.
#define CLEAR_HEIGHT_M 0.030
#define CLEAR_TIME_S 0.1
#define CLEAR_SETTLED_US 200000

// The tool may press or travel: both channels have something to say. While it yields or stops, a
// reaction is already under way.
#define DISAGREEMENT_MODES                                                                         \
    (MODE_BIT(TRANSIT) | MODE_BIT(APPROACH) | MODE_BIT(CONTACT) | MODE_BIT(RETRACT) |              \
     MODE_BIT(LIFT) | MODE_BIT(PAUSED) | MODE_BIT(PARKING))
#define TRAVELLING_MODES                                                                           \
    (MODE_BIT(ARMED) | MODE_BIT(TRANSIT) | MODE_BIT(PAUSED) | MODE_BIT(PARKING))

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

static bool points_astray(const judge_limits_t* limits, const judged_t* judged)
{
    return mode_in(judged->mode, MODE_BIT(APPROACH) | MODE_BIT(CONTACT)) && judged->force_tared &&
           !(judged->force_total_N <= DIRECTION_TOUCHES * limits->touch_force_N) &&
           !(judged->normal_force_N >= NORMAL_PART_MIN * judged->force_total_N);
}

static bool stands_clear(const judged_t* judged)
{
    return mode_in(judged->mode, TRAVELLING_MODES) && judged->force_tared &&
           judged->surface_gap_m >= CLEAR_HEIGHT_M;
}

static void judge_range(verdict_t* verdict, const judge_limits_t* limits, const judged_t* judged)
{
    const force_feedback_t* force = &judged->feedback->force;
    for (int axis = 0; axis < 3; ++axis) {
        // A range that is not known is infinite: then the sensor's own status has to tell.
        const double parts[2] = {fabs(force->force_N[axis]) / limits->force_raw_max_N[axis],
                                 fabs(force->torque_Nm[axis]) / limits->torque_raw_max_Nm[axis]};
        if (!isfinite(force->force_N[axis]) || !isfinite(force->torque_Nm[axis])) {
            permit_refuse(verdict, INTERLOCK_FINITE, SUBJECT_NONE, force->force_N[axis], 0.0);
            continue;
        }
        permit_at_most(verdict, INTERLOCK_FORCE_SATURATED, SUBJECT_NONE, fmax(parts[0], parts[1]),
                       1.0);
    }
}

void judge_sensor(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                  const judged_t* judged)
{
    const force_feedback_t* force = &judged->feedback->force;
    permit_fresh(verdict, INTERLOCK_FORCE_AGE, SUBJECT_NONE, force->age_us,
                 limits->sample_age_max_us);
    if (force->age_us == AGE_NEVER_US) {
        return;
    }
    permit_if(verdict, INTERLOCK_FORCE_STATUS, force->status_ok);
    judge_range(verdict, limits, judged);
    if (!judged->force_tared || !supervisor_mode_powered(judged->mode)) {
        return; // untared values are judged where they are tared: a large offset never arms
    }
    permit_at_most(verdict, INTERLOCK_FORCE_FROZEN, SUBJECT_NONE, state->frozen_samples,
                   FROZEN_SAMPLE_LIMIT);
    for (int axis = 0; axis < 6; ++axis) {
        permit_at_most(verdict, INTERLOCK_FORCE_AXIS_FROZEN, axis, state->axis_frozen[axis],
                       AXIS_FROZEN_SAMPLE_LIMIT);
    }
    permit_at_most(verdict, INTERLOCK_FORCE_NOISE, SUBJECT_NONE, sqrt(state->noise_N2),
                   NOISE_MAX_N);
    if (points_astray(limits, judged) &&
        !(later_us(state->astray_us, limits->period_us) <= DIRECTION_TIME_US)) {
        permit_refuse(verdict, INTERLOCK_FORCE_DIRECTION, SUBJECT_NONE, judged->normal_force_N,
                      NORMAL_PART_MIN * judged->force_total_N);
    }
    if (stands_clear(judged) && state->clear_us >= CLEAR_SETTLED_US) {
        permit_at_most(verdict, INTERLOCK_FORCE_DRIFT, SUBJECT_NONE, state->clear_force_N,
                       limits->force_drift_max_N);
    }
    if (disagrees(limits, judged) &&
        !(later_us(state->disagreement_us, limits->period_us) <= limits->force_disagreement_us)) {
        permit_refuse(verdict, INTERLOCK_FORCE_DISAGREES, SUBJECT_NONE,
                      judged->force_disagreement_N, disagreement_allowed_N(limits, judged));
    }
}

/// Takes in a new sample: what repeats, and how much it scatters.
static void watch_sample(interlock_state_t* state, const force_feedback_t* force)
{
    double scatter_N2 = 0.0;
    for (int axis = 0; axis < 6; ++axis) {
        const double sample = axis < 3 ? force->force_N[axis] : force->torque_Nm[axis - 3];
        const double before = state->last_force[axis];
        const bool same = sample == before;
        state->axis_frozen[axis] = same ? once_more(state->axis_frozen[axis]) : 0;
        if (axis < 3) {
            const double step_N = sample - before;
            const double bend_N = step_N - state->last_step_N[axis];
            scatter_N2 += bend_N * bend_N / 18.0; // 6 times the variance, mean of three axes
            state->last_step_N[axis] = step_N;
        }
        state->last_force[axis] = sample;
    }
    state->sensor_samples += state->sensor_samples < 3 ? 1 : 0;
    if (state->sensor_samples < 3) {
        return; // no second difference yet
    }
    const double clip_N2 = NOISE_CLIP * NOISE_MAX_N * NOISE_MAX_N;
    const double added_N2 = fmin(scatter_N2, clip_N2); // no number is as noisy as can be
    state->noise_N2 += (added_N2 - state->noise_N2) / NOISE_SAMPLES;
}

void watch_sensor(interlock_state_t* state, const judge_limits_t* limits, const judged_t* judged)
{
    const force_feedback_t* force = &judged->feedback->force;
    bool same = true;
    for (int i = 0; i < 3; ++i) {
        same = same && force->force_N[i] == state->last_force[i] &&
               force->torque_Nm[i] == state->last_force[3 + i];
    }
    state->frozen_samples = same ? once_more(state->frozen_samples) : 0;
    const bool known = force->age_us >= 0 && force->age_us != AGE_NEVER_US;
    const int64_t taken_us = known ? between_us(force->age_us, judged->now_us) : 0;
    if (!known) {
        state->sensor_samples = 0;
        state->noise_N2 = 0.0;
    } else if (state->sensor_samples == 0 || taken_us > state->force_at_us) {
        watch_sample(state, force);
        state->force_at_us = taken_us;
    }
    const int64_t period_us = limits->period_us;
    state->disagreement_us =
        disagrees(limits, judged) ? later_us(state->disagreement_us, period_us) : 0;
    state->astray_us = points_astray(limits, judged) ? later_us(state->astray_us, period_us) : 0;
    if (!stands_clear(judged)) {
        state->clear_us = 0;
        state->clear_force_N = 0.0;
        return;
    }
    const double part = (double)period_us * 1e-6 / CLEAR_TIME_S;
    state->clear_us = later_us(state->clear_us, period_us);
    state->clear_force_N += part * (judged->force_total_N - state->clear_force_N);
}
