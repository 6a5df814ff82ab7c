/// One run of the whole controller against the virtual table, with faults and people as the trial
/// says, judged on every cycle. In process, on virtual time: the same trial gives the same outcome,
/// bit for bit.
///
/// The loop, the bus, the wire and the timebase are those of a run; only the clock is virtual.
///
/// A trial has two parts. In the harm, events happen and the controller reacts. Then everything
/// heals: faults end, their causes are gone, and a person acknowledges and arms. It must come to be
/// armed again, or say what a person has to do first.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_TRIAL_H
#define KNEAD_CONTROLLER_CAMPAIGN_TRIAL_H

#include "controller/campaign/invariants.h"
#include "controller/campaign/outcome.h"
#include "controller/campaign/stage.h"
#include "controller/dataflow.h"
#include "sim/fault_plan.h"

#define TRIAL_REQUEST_CAPACITY 12

typedef struct {
    onset_t onset;
    world_event_t event; // its own time is not looked at
} trial_event_t;

typedef struct {
    onset_t onset;
    asked_t asked; // by a person, for one period
} trial_request_t;

typedef struct {
    campaign_kind_t kind;
    int64_t number;
    int routine, client; // of stages_t
    uint64_t seed;       // of the world
    // How the world differs from what the controller believes; NaN: as the stage has it.
    double body_lie; // part of the body's largest offset and turn that is drawn, 0 to 1
    double friction;
    double tissue_spread;
    double breathing_amplitude_m;
    double breathing_rate_Hz;
    double force_noise_N;
    double force_bias_N;
    double force_latency_s;
    int magnitude; // of the matrix, else -1
    int event_count;
    trial_event_t events[OUTCOME_EVENT_CAPACITY];
    int request_count;
    trial_request_t requests[TRIAL_REQUEST_CAPACITY];
    bool whole;       // after a trip it is started again, and plays on to its end
    int64_t watch_us; // how long the last event is watched where nothing trips; not if `whole`
    int64_t limit_us; // of the harm
} trial_t;

/// A quiet trial: no events, nobody interferes.
void trial_begin(trial_t* trial, campaign_kind_t kind, int64_t number);

/// Plays it. False, with the outcome OUTCOME_SKIPPED and its note, if it could not be played.
bool trial_run(const trial_t* trial, const stages_t* stages, outcome_t* outcome);

#endif
