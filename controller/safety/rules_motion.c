#include <math.h>

#include "controller/safety/permit.h"
#include "controller/safety/rules.h"

// In contact the pad sinks in; a soft place gives about 1 N/mm, so force over this is depth to
// expect.
#define SOFTEST_TISSUE_N_PER_M 1000.0
// A tool nearer to the expected skin than this may be touching it: more than the registration
// error, a breath and what a light contact would pass as a sensor's offset. Less than yielding
// leaves.
#define ARMING_HEIGHT_MIN_M 0.040
// Nothing of the arm but its tool comes nearer to the expected skin than this: the registration
// error and a breath.
#define LINK_CLEARANCE_MIN_M 0.015
// Nor nearer to the table, nor two of its parts to each other: arm and table are one machine and
// lie where they are known to, but for the play of joints and the error of the links' capsules.
#define ARM_CLEARANCE_MIN_M 0.010
// Path error of the inverse kinematics above which the arm is not where the routine thinks.
#define PATH_ERROR_MAX_M 0.010

// How far from a place on all sides still counts as the same one (hazard H54: 20 mm).
#define PLACE_RADIUS_M 0.010
// No technique stays longer on one place than this, whatever the plan says: as long as a trigger
// point's region may be worked on in a session.
#define STAY_MAX_US 300e6

static void judge_place(verdict_t* verdict, const judge_limits_t* limits,
                        const interlock_state_t* state, const judged_t* judged)
{
    const double planned_us = fmin(fmax((double)judged->stay_planned_us, 0.0), STAY_MAX_US);
    const double allowed_us = (double)limits->dwell_time_max_us + planned_us;
    permit_at_most(verdict, INTERLOCK_DWELL, SUBJECT_NONE, (double)state->dwell_us * 1e-6,
                   allowed_us * 1e-6);
}

static void judge_workspace(verdict_t* verdict, const judge_limits_t* limits,
                            const judged_t* judged)
{
    for (int axis = 0; axis < 3; ++axis) {
        permit_at_most(verdict, INTERLOCK_WORKSPACE, SUBJECT_NONE, judged->tool_position_m[axis],
                       limits->workspace_max_m[axis]);
        permit_at_least(verdict, INTERLOCK_WORKSPACE, SUBJECT_NONE, judged->tool_position_m[axis],
                        limits->workspace_min_m[axis]);
    }
}

void judge_motion(verdict_t* verdict, const judge_limits_t* limits, const interlock_state_t* state,
                  const judged_t* judged)
{
    const unsigned planned = MODE_BIT(TRANSIT) | MODE_BIT(APPROACH) | MODE_BIT(CONTACT) |
                             MODE_BIT(RETRACT) | MODE_BIT(LIFT) | MODE_BIT(PAUSED) |
                             MODE_BIT(PARKING) | MODE_BIT(ARMED);
    if (mode_in(judged->mode, planned)) {
        permit_at_most(verdict, INTERLOCK_TOOL_SPEED, SUBJECT_NONE, judged->tool_speed_mps,
                       judged->tool_speed_allowed_mps * limits->tool_speed_margin);
        judge_workspace(verdict, limits, judged);
        permit_at_most(verdict, INTERLOCK_REACH, SUBJECT_NONE, judged->path_error_m,
                       PATH_ERROR_MAX_M);
    }
    if (mode_in(judged->mode, MODE_BIT(CONTACT))) {
        judge_place(verdict, limits, state, judged);
    }
    if (supervisor_mode_powered(judged->mode)) {
        // Heights again: the first must not be the smaller one.
        if (!(judged->link_clearance_m >= LINK_CLEARANCE_MIN_M)) {
            permit_refuse(verdict, INTERLOCK_LINK_CLEARANCE, judged->link_near_skin,
                          judged->link_clearance_m, LINK_CLEARANCE_MIN_M);
        }
        if (!(judged->arm_clearance_m >= ARM_CLEARANCE_MIN_M)) {
            permit_refuse(verdict, INTERLOCK_ARM_CLEARANCE, judged->arm_part,
                          judged->arm_clearance_m, ARM_CLEARANCE_MIN_M);
            if (verdict->rule == INTERLOCK_ARM_CLEARANCE) {
                verdict->other = judged->arm_other;
            }
        }
    }
    if (mode_in(judged->mode, MODE_BIT(APPROACH) | MODE_BIT(CONTACT))) {
        const double pressed_m = mode_in(judged->mode, MODE_BIT(CONTACT))
                                     ? fmax(judged->force_target_N, 0.0) / SOFTEST_TISSUE_N_PER_M
                                     : 0.0;
        permit_at_most(verdict, INTERLOCK_SURFACE_MISSED, SUBJECT_NONE, -judged->surface_gap_m,
                       limits->surface_search_m + pressed_m);
    }
    if (mode_in(judged->mode, MODE_BIT(ARMING))) {
        // Measured and allowed are heights over the skin here: the first must not be the smaller
        // one.
        if (!(isfinite(judged->surface_gap_m) && judged->surface_gap_m >= ARMING_HEIGHT_MIN_M)) {
            permit_refuse(verdict, INTERLOCK_NOT_CLEAR, SUBJECT_NONE, judged->surface_gap_m,
                          ARMING_HEIGHT_MIN_M);
        }
        permit_at_most(verdict, INTERLOCK_ARMING_TIME, SUBJECT_NONE, (double)judged->mode_us * 1e-6,
                       (double)limits->arming_time_max_us * 1e-6);
        if (judged->tare_refused) {
            permit_refuse(verdict, INTERLOCK_TARE, SUBJECT_NONE, judged->tare_offset_N,
                          limits->tare_force_max_N);
        }
    }
    if (supervisor_mode_powered(judged->mode)) {
        permit_at_most(verdict, INTERLOCK_OVERRUN, SUBJECT_NONE,
                       state->missed_before + (double)judged->overruns, limits->overrun_count_max);
        permit_at_most(verdict, INTERLOCK_SESSION_TIME, SUBJECT_NONE,
                       (double)judged->session_us * 1e-6,
                       (double)limits->session_time_max_us * 1e-6);
    }
}

/// Missed periods are told where they come often, not only where they come in a row: a period on
/// time takes one off. What a row leaves is less than is allowed, however long it was: a computer
/// that slept for an hour is not late for an hour.
static void watch_lateness(interlock_state_t* state, const judge_limits_t* limits,
                           const judged_t* judged)
{
    if (judged->overruns == 0) {
        const double missed = state->missed_before + (double)state->missed_in_row;
        state->missed_before = fmax(fmin(missed, limits->overrun_count_max) - 1.0, 0.0);
    }
    state->missed_in_row = judged->overruns;
}

void watch_motion(interlock_state_t* state, const judge_limits_t* limits, const judged_t* judged)
{
    watch_lateness(state, limits, judged);
    double square_m2 = 0.0;
    for (int axis = 0; axis < 3; ++axis) {
        const double moved_m = judged->tool_position_m[axis] - state->place_m[axis];
        square_m2 += moved_m * moved_m;
    }
    const bool same = !(sqrt(square_m2) > PLACE_RADIUS_M);
    const bool pressing = judged->mode == MODE_CONTACT;
    if (pressing && same && state->dwell_us > 0) {
        state->dwell_us = later_us(state->dwell_us, limits->period_us);
        return;
    }
    state->dwell_us = pressing ? limits->period_us : 0;
    for (int axis = 0; axis < 3; ++axis) {
        state->place_m[axis] = judged->tool_position_m[axis];
    }
}
