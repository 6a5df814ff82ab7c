/// A scenario beside a run in one process: puts the faulty wire and the faulty host between the
/// controller and the virtual table, lets events begin when their onset comes, looks at what is
/// really so, and judges at the end what the scenario requires.
///
/// Whoever runs the controller calls `before_exchange` before the bus is asked and `after_step`
/// after the step, once a period each, and takes port and timebase from here. The world must have
/// been made with the events that are its own (scenario_give_world).
#ifndef KNEAD_CONTROLLER_CAMPAIGN_SCENARIO_RUN_H
#define KNEAD_CONTROLLER_CAMPAIGN_SCENARIO_RUN_H

#include <stdio.h>

#include "controller/campaign/stop_track.h"
#include "controller/dataflow.h"
#include "controller/session.h"
#include "sim/host_faults.h"
#include "sim/operator_faults.h"
#include "sim/scenario.h"
#include "sim/wire.h"

/// What was measured, on the world's clock.
typedef struct {
    int64_t onset_us; // of the first event; -1: none has begun
    int64_t stop_us;  // of the first stop; -1: there was none
    int64_t last_us;  // last looked at
    int rule;         // of the first stop, or INTERLOCK_RULE_NONE
    double force_peak_N;
    double travel_m; // into the body since the onset; 0 without
    bool gone;       // the controller never came back
} scenario_measured_t;

typedef struct {
    const scenario_t* scenario; // borrowed, as all pointers here
    const session_t* session;
    world_t* world;
    device_host_t host;
    wire_t* wire; // owned
    host_faults_t faults;
    operator_faults_t operator_faults;
    fault_plan_t plan;
    int event_of_plan[FAULT_PLAN_CAPACITY]; // index into the scenario's events
    stop_track_t stops;
    vec3_t onset_pad_m, onset_normal;
    scenario_measured_t measured;
} scenario_run_t;

/// False with `run` unusable if memory is short. `run` must stay where it is. `limits` are the
/// bytes whose bits host_limits_flip turns; null for none.
bool scenario_run_begin(scenario_run_t* run, const scenario_t* scenario, const session_t* session,
                        world_t* world, uint64_t seed, void* limits, size_t limits_size);
/// Frees what it owns; what was measured stays.
void scenario_run_end(scenario_run_t* run);

port_t scenario_run_port(scenario_run_t* run);
timebase_t scenario_run_timebase(scenario_run_t* run);

/// Lets begin what begins in this period; `last` is null in the first. Returns what the operator
/// asks for beside everybody else: request_bit_t.
uint32_t scenario_run_before_exchange(scenario_run_t* run, const cycle_output_t* last);

void scenario_run_after_step(scenario_run_t* run, const cycle_output_t* out);

/// Why a run could not be carried out whose controller is `gone`, as its record keeps it.
#define SCENARIO_RUN_GONE_TEXT "the controller never came back"

/// How the run ended (see stop_track_ending).
scenario_ending_t scenario_run_ending(const scenario_run_t* run);

/// Prints each thing that the scenario expects, a line each, with what was measured; returns how
/// many were not so.
int scenario_run_judge(const scenario_run_t* run, FILE* out);

/// True if all rules that a scenario requires or rules out are known; else findings about `path`.
bool scenario_run_names_known(const scenario_t* scenario, const char* path, findings_t* findings);

/// True if the routine has every step that an event waits for; else findings about `path`.
bool scenario_run_fits_routine(const scenario_t* scenario, const routine_t* routine,
                               const char* path, findings_t* findings);

/// The phase of a mode; RUN_PHASE_NONE for those that are none.
run_phase_t scenario_run_phase(supervisor_mode_t mode);

#endif
