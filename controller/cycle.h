/// The controller as one pure function: feedback and requests in, a command out, every period. No
/// I/O, no clock, no heap, no globals; the same state and input give the same bytes on every run.
/// It has no failure path: trouble makes the command a safe one.
#ifndef KNEAD_CONTROLLER_CYCLE_H
#define KNEAD_CONTROLLER_CYCLE_H

#include "controller/dataflow.h"
#include "controller/estimate.h"
#include "controller/force_control.h"
#include "controller/limit.h"
#include "controller/live.h"
#include "controller/plan.h"
#include "controller/session.h"

typedef struct {
    supervisor_mode_t mode;
    int64_t now_us;     // of the last period
    int64_t mode_us;    // since the mode was entered, by the clock: see cycle_step
    int64_t session_us; // since arming, likewise
    unsigned locked_joints;
    estimate_state_t estimate;
    interlock_state_t interlock;
    live_state_t live;
    plan_state_t plan;
    force_control_state_t force;
    limit_state_t limit;
    // Of the last period, read by the judge.
    plan_target_t target;
    bus_command_t command;
    double path_error_m;
} cycle_state_t;

/// A locked controller that has seen nothing yet.
void cycle_begin(cycle_state_t* state);

/// One period. Times are counted in whole periods by the clock of the input, so that a mode that is
/// to end after some time does so where periods were missed too: each call counts for one at least,
/// for no more than were missed besides (`overruns`), and for no more than the drives wait for a
/// command, whatever the clock says.
void cycle_step(const session_t* session, cycle_state_t* state, const cycle_input_t* in,
                cycle_output_t* out);

#endif
