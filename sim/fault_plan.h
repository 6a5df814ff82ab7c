/// When the events of a scenario begin: at a time, in a phase of the run, in a step of the routine,
/// or once the measured force has come up to a value. Told once a period where the run stands, it
/// says which events begin now. Pure; what an event does and when it ends is its home's business.
#ifndef KNEAD_SIM_FAULT_PLAN_H
#define KNEAD_SIM_FAULT_PLAN_H

#include "sim/event.h"

#define FAULT_PLAN_CAPACITY 64 // events

/// Phases of a run, as the controller's modes are called; whoever runs both maps them.
#define RUN_PHASE_LIST(X)                                                                          \
    X(RUN_PHASE_NONE, "none", "none of these")                                                     \
    X(RUN_PHASE_ARMING, "arming", "drives are being enabled")                                      \
    X(RUN_PHASE_ARMED, "armed", "drives hold, the force sensor is tared")                          \
    X(RUN_PHASE_TRANSIT, "transit", "travelling clear of the body")                                \
    X(RUN_PHASE_APPROACH, "approach", "coming down until the skin is touched")                     \
    X(RUN_PHASE_CONTACT, "contact", "the routine plays on the skin")                               \
    X(RUN_PHASE_RETRACT, "retract", "lifting off as planned")                                      \
    X(RUN_PHASE_LIFT, "lift", "letting the force go and rising")                                   \
    X(RUN_PHASE_PAUSED, "paused", "staying above")                                                 \
    X(RUN_PHASE_PARKING, "parking", "going to the parked posture")                                 \
    X(RUN_PHASE_YIELD, "yield", "fast away from the body")
typedef enum {
#define X(id, word, meaning) id,
    RUN_PHASE_LIST(X)
#undef X
} run_phase_t;
#define RUN_PHASE_COUNT 11
const char* run_phase_text(run_phase_t phase);
/// The phase of that word; RUN_PHASE_NONE for any other.
run_phase_t run_phase_of(const char* word);

typedef enum {
    ONSET_AT,    // `at_us` on the run's clock
    ONSET_PHASE, // `after_us` after the `nth` beginning of `phase`, whether or not it still lasts
    ONSET_STEP,  // `after_us` after the first contact in the routine's step `step`, from 1
    ONSET_FORCE, // `after_us` after the measured normal force first reached `force_N` in contact
} onset_kind_t;

typedef struct {
    onset_kind_t kind;
    int64_t at_us;
    int64_t after_us;
    run_phase_t phase;
    int nth; // from 1
    int step;
    double force_N;
} onset_t;

/// Where the run stands at the beginning of a period.
typedef struct {
    int64_t now_us;
    run_phase_t phase;
    int step; // of the routine, from 1; 0 for none
    double force_N;
} run_moment_t;

typedef struct {
    int count;
    onset_t onsets[FAULT_PLAN_CAPACITY];
    // From here on kept by fault_plan_due.
    bool begun[FAULT_PLAN_CAPACITY];
    bool triggered[FAULT_PLAN_CAPACITY];
    int64_t due_us[FAULT_PLAN_CAPACITY]; // once triggered
    run_phase_t phase;                   // of the period before
    int entries[RUN_PHASE_COUNT];        // beginnings of each phase so far
} fault_plan_t;

/// Adds an event's onset; its number is the count before. False if there is no room.
bool fault_plan_add(fault_plan_t* plan, const onset_t* onset);

/// The numbers of the events that begin in this period, in the order in which they were added.
/// Called once a period, with moments that never go back. Returns how many.
int fault_plan_due(fault_plan_t* plan, const run_moment_t* moment, int due[FAULT_PLAN_CAPACITY]);

#endif
