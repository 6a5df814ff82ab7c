#include "controller/campaign/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/bus/fieldbus.h"
#include "controller/campaign/expected.h"
#include "controller/campaign/scenario_run.h"
#include "controller/cycle.h"
#include "controller/loop.h"
#include "controller/operator.h"
#include "controller/record/rule_words.h"
#include "sim/host_faults.h"
#include "sim/operator_faults.h"
#include "sim/sim_port.h"
#include "sim/wire.h"

// A reply in the same process is there or it is not.
#define EXCHANGE_TIMEOUT_US INT64_C(1000000)
// After a trip the arm is watched for so long.
#define SETTLE_US INT64_C(400000)
// Within this a healed arm has to be armed again; it takes 0.1 s to each request and up to 2 s to
// enable the drives and to tare.
#define HEAL_LIMIT_US INT64_C(12000000)
// Before a person asks for the next thing all has been well for so long.
#define PERSON_WAITS_US INT64_C(200000)
// A person resumes what was paused after this.
#define PAUSE_US INT64_C(2000000)
// Trips after which a person gives up.
#define TRIPS_MAX 8
// What ends an event that has no end of its own: the same again, over at once.
#define AT_ONCE_US 1
// So long clear of the body nothing is left of a fault that is over.
#define CLEAR_US INT64_C(500000)
// Joints slower than this stand, rad/s or m/s; and the same for those that sag on their brakes.
#define STILL_PER_S 0.01

typedef struct {
    const trial_t* trial;
    const stage_t* stage;
    session_t session; // the stage's, whose limits a fault may turn
    stage_t own_stage; // the same with that session
    world_settings_t settings;
    world_t* world;
    device_host_t host;
    wire_t* wire;
    host_faults_t host_faults;
    operator_faults_t operator_faults;
    fieldbus_t bus;
    cycle_state_t state;
    operator_t automatic;
    fault_plan_t events, requests;
    supervisor_mode_t mode; // after the last period
    world_truth_t truth;    // when the input was read
    int64_t now_us;         // then, on the world's clock
    invariants_t invariants;
    outcome_t* outcome;
    bool stepped;
    bool healing;
    int64_t heal_began_us;
    bool event_done[OUTCOME_EVENT_CAPACITY];
    int64_t event_ends_us[OUTCOME_EVENT_CAPACITY];  // INT64_MAX: it stays
    uint32_t event_excuses[OUTCOME_EVENT_CAPACITY]; // invariants, until it is over and clear since
    int64_t clear_us; // the arm stands or goes clear of the body since then; -1: it does not
    int events_left;
    int64_t first_onset_us; // -1: nothing has happened yet
    int64_t last_onset_us;
    int64_t detected_us;     // -1
    int64_t touched_last_us; // when the true force was last high, after the detection
    int64_t well_us;         // how long nothing has been refused
    int64_t mode_us;         // how long the mode is what it is
    int64_t ended_us;        // since when it is tripped or parked; -1: it is not
    int last_rule;           // that refused in the last period
    double force_N;          // measured, of the last period
    int item;                // of the routine, of the last period
} run_t;

void trial_begin(trial_t* trial, campaign_kind_t kind, int64_t number)
{
    const double as_is = (double)NAN;
    *trial = (trial_t){.kind = kind,
                       .number = number,
                       .seed = 1,
                       .friction = as_is,
                       .tissue_spread = as_is,
                       .breathing_amplitude_m = as_is,
                       .breathing_rate_Hz = as_is,
                       .force_noise_N = as_is,
                       .force_bias_N = as_is,
                       .force_latency_s = as_is,
                       .magnitude = -1,
                       .watch_us = 3000000,
                       .limit_us = 60000000};
}

static double or_else(double wanted, double otherwise)
{
    return isnan(wanted) ? otherwise : wanted;
}

static void lay_out(run_t* run)
{
    const trial_t* trial = run->trial;
    world_settings_t* world = &run->settings;
    *world = *run->stage->world;
    world->seed = trial->seed;
    world->event_count = 0;
    world_settings_draw_body(world, trial->body_lie * run->stage->body_offset_max_m,
                             trial->body_lie * run->stage->body_turn_max_rad);
    world->friction = or_else(trial->friction, world->friction);
    world->tissue_spread = or_else(trial->tissue_spread, world->tissue_spread);
    world->breathing_amplitude_m =
        or_else(trial->breathing_amplitude_m, world->breathing_amplitude_m);
    world->breathing_rate_Hz = or_else(trial->breathing_rate_Hz, world->breathing_rate_Hz);
    world->force_noise_N = or_else(trial->force_noise_N, world->force_noise_N);
    world->force_bias_N = or_else(trial->force_bias_N, world->force_bias_N);
    if (!isnan(trial->force_latency_s)) {
        world->force_latency_us = (int64_t)(trial->force_latency_s * 1e6);
    }
}

static bool skip(outcome_t* outcome, const char* why)
{
    outcome->result = OUTCOME_SKIPPED;
    (void)snprintf(outcome->note, sizeof outcome->note, "%s", why);
    return false;
}

/// Looks at what is really so while the controller stands still; true while anything moves.
static bool look(void* context)
{
    run_t* run = context;
    world_truth_t truth;
    world_truth(run->world, &truth);
    run->outcome->force_peak_N = fmax(run->outcome->force_peak_N, truth.normal_force_N);
    bool moves = truth.drives_enabled;
    for (int joint = 0; joint < run->session.chain.joint_count; ++joint) {
        moves = moves || fabs(truth.joint_velocity[joint]) > STILL_PER_S;
    }
    return moves;
}

static void plan(run_t* run)
{
    for (int i = 0; i < run->trial->event_count; ++i) {
        (void)fault_plan_add(&run->events, &run->trial->events[i].onset);
    }
    for (int i = 0; i < run->trial->request_count; ++i) {
        (void)fault_plan_add(&run->requests, &run->trial->requests[i].onset);
    }
    run->events_left = run->trial->event_count;
    run->first_onset_us = run->last_onset_us = run->detected_us = run->touched_last_us = -1;
    run->ended_us = -1;
    run->mode = MODE_LOCKED;
    run->last_rule = INTERLOCK_RULE_NONE;
}

static bool switch_on(run_t* run)
{
    lay_out(run);
    plan(run);
    run->session = *run->stage->session;
    run->own_stage = *run->stage;
    run->own_stage.session = &run->session;
    run->world = world_create(&run->settings);
    if (run->world == NULL) {
        return skip(run->outcome, "the virtual table could not be made");
    }
    const machine_settings_t* machine = run->session.machine;
    run->host = world_host(run->world);
    run->host_faults = host_faults_begin(sim_timebase(&run->host));
    run->host_faults.watch = look;
    run->host_faults.context = run;
    run->host_faults.limits = (uint8_t*)&run->session.limits;
    run->host_faults.limits_size = sizeof run->session.limits;
    run->wire = wire_create(machine, &run->host, run->trial->seed);
    if (run->wire == NULL) {
        return skip(run->outcome, "out of memory");
    }
    const port_t port = wire_port(run->wire);
    fieldbus_findings_t findings = {0};
    if (!fieldbus_init(&run->bus, &port, machine, EXCHANGE_TIMEOUT_US, &findings) ||
        !fieldbus_configure(&run->bus, EXCHANGE_TIMEOUT_US, &findings)) {
        return skip(run->outcome, "the virtual table could not be configured");
    }
    cycle_begin(&run->state);
    invariants_begin(&run->invariants, &run->own_stage, &run->settings);
    return true;
}

static void name_target(const run_t* run, const world_event_t* event, char target[NAME_CAPACITY])
{
    static const char* const axes[EVENT_AXIS_COUNT] = {"x", "y", "z", "rx", "ry", "rz"};
    const event_target_t kind = world_event_info(event->kind)->target;
    target[0] = '\0';
    if (kind == EVENT_TARGET_DEVICE || kind == EVENT_TARGET_DRIVE) {
        (void)snprintf(target, NAME_CAPACITY, "%s",
                       run->session.machine->devices[event->device].name);
    } else if (kind == EVENT_TARGET_AXIS) {
        (void)snprintf(target, NAME_CAPACITY, "%s", axes[event->axis]);
    }
}

/// Lets an event begin where it belongs.
static void inject(run_t* run, const world_event_t* event)
{
    switch (world_event_home(event->kind)) {
    case EVENT_HOME_WORLD:
        (void)world_inject(run->world, event);
        break;
    case EVENT_HOME_WIRE:
        wire_inject(run->wire, event);
        break;
    case EVENT_HOME_HOST:
        host_faults_inject(&run->host_faults, event);
        break;
    case EVENT_HOME_OPERATOR:
        operator_faults_inject(&run->operator_faults, event, run->now_us);
        break;
    }
}

static void let_happen(run_t* run, int index)
{
    const world_event_t* event = &run->trial->events[index].event;
    inject(run, event);
    run->event_done[index] = true;
    --run->events_left;
    outcome_t* outcome = run->outcome;
    outcome_event_t* noted = &outcome->events[outcome->event_count++];
    *noted = (outcome_event_t){.kind = event->kind,
                               .magnitude = event->magnitude,
                               .at_s = (double)run->now_us * 1e-6,
                               .duration_s = (double)event->duration_us * 1e-6};
    name_target(run, event, noted->target);
    const char* reason;
    run->event_excuses[index] = expected_excused(event->kind, &reason);
    run->event_ends_us[index] =
        event->duration_us > 0 ? run->now_us + event->duration_us : INT64_MAX;
    outcome->excused |= run->event_excuses[index];
    if (run->first_onset_us < 0) {
        run->first_onset_us = run->now_us;
        outcome->phase = (int)run->mode;
        // What tripped before is not what is looked for.
        outcome->first_rule[0] = '\0';
        run->detected_us = -1;
    }
    run->last_onset_us = run->now_us;
}

/// All that is due, before the period.
static asked_t take_due(run_t* run)
{
    const run_moment_t moment = {.now_us = run->now_us,
                                 .phase =
                                     run->stepped ? scenario_run_phase(run->mode) : RUN_PHASE_NONE,
                                 .force_N = run->force_N};
    asked_t asked = {0, 0};
    int due[FAULT_PLAN_CAPACITY];
    int count = fault_plan_due(&run->events, &moment, due);
    for (int i = 0; i < count; ++i) {
        let_happen(run, due[i]);
    }
    count = fault_plan_due(&run->requests, &moment, due);
    for (int i = 0; i < count; ++i) {
        const asked_t* due_asked = &run->trial->requests[due[i]].asked;
        asked.requests |= due_asked->requests;
        asked.intensity_level = due_asked->intensity_level;
    }
    return asked;
}

/// What an operator who is a fault himself asks for.
static uint32_t fault_requests(const run_t* run)
{
    const unsigned asks = operator_faults_ask(&run->operator_faults, run->now_us);
    return ((asks & OPERATOR_ASKS_ACKNOWLEDGE) != 0 ? REQUEST_ACKNOWLEDGE : 0u) |
           ((asks & OPERATOR_ASKS_ARM) != 0 ? REQUEST_ARM : 0u) |
           ((asks & OPERATOR_ASKS_START) != 0 ? REQUEST_START : 0u) |
           ((asks & OPERATOR_ASKS_STOP) != 0 ? REQUEST_STOP : 0u);
}

/// What a person asks for who wants the arm to go on after whatever stopped it.
static uint32_t person_requests(run_t* run, bool starts)
{
    if (!run->stepped || run->well_us < PERSON_WAITS_US || run->mode_us < PERSON_WAITS_US) {
        return 0;
    }
    if (run->mode == MODE_PAUSED) {
        return starts && run->mode_us > PAUSE_US ? REQUEST_RESUME : 0;
    }
    run->well_us = 0;
    switch ((int)run->mode) {
    case MODE_LOCKED:
    case MODE_TRIPPED:
        return REQUEST_ACKNOWLEDGE;
    case MODE_READY:
        return REQUEST_ARM;
    case MODE_ARMED:
        return starts ? REQUEST_START : 0;
    default:
        return 0;
    }
}

static asked_t ask(void* context, const cycle_output_t* last, int64_t now_us)
{
    run_t* run = context;
    (void)now_us; // the controller's clock may be wrong
    run->now_us = world_now_us(run->world);
    world_truth(run->world, &run->truth);
    if (run->healing) {
        return (asked_t){person_requests(run, false), 0};
    }
    asked_t asked = take_due(run);
    asked.requests |= fault_requests(run);
    asked.requests |= run->trial->whole
                          ? person_requests(run, true)
                          : operator_requests(&run->automatic, last, run->session.period_us);
    return asked;
}

/// Of a rule about parts of the arm the subject is a link, which has its joint's name.
static void name_subject(const run_t* run, int rule, int subject, char text[NAME_CAPACITY])
{
    const machine_settings_t* machine = run->session.machine;
    const char* axis = rule_subject_axis(rule, subject);
    text[0] = '\0';
    if (axis != NULL) {
        (void)snprintf(text, NAME_CAPACITY, "axis %s", axis);
    } else if (subject >= 0 && subject < machine->arm.joint_count) {
        (void)snprintf(text, NAME_CAPACITY, "%s", machine->arm.joints[subject].name);
    }
}

/// A fault that shows only once the arm stops, or has stopped, is told then: without a trip, by the
/// first rule that refuses.
static void note_told_late(run_t* run, const cycle_output_t* out)
{
    const verdict_t* verdict = &out->verdict;
    const bool stops = run->mode == MODE_STOPPING || !supervisor_mode_powered(run->mode);
    if (!stops || verdict->refused == 0 || verdict->rule == INTERLOCK_RULE_NONE ||
        run->detected_us >= 0 || run->first_onset_us < 0 || run->healing) {
        return;
    }
    outcome_t* outcome = run->outcome;
    outcome->rules |= UINT64_C(1) << verdict->rule;
    run->detected_us = run->now_us;
    (void)snprintf(outcome->first_rule, sizeof outcome->first_rule, "%s",
                   interlock_rule_info((interlock_rule_t)verdict->rule)->name);
    name_subject(run, verdict->rule, verdict->subject, outcome->subject);
    outcome->measured = verdict->measured;
    outcome->allowed = verdict->allowed;
    outcome->reaction = verdict->reaction;
}

/// A trip begins: what stops, who says so.
static void note_trip(run_t* run, const cycle_output_t* out)
{
    outcome_t* outcome = run->outcome;
    const bool reacts = out->mode == MODE_YIELD || out->mode == MODE_STOPPING ||
                        out->mode == MODE_TRIPPED || out->mode == MODE_LIFT;
    if (!reacts || !supervisor_mode_powered(run->mode) || run->mode == MODE_YIELD ||
        run->mode == MODE_STOPPING || out->mode == run->mode || out->verdict.refused == 0) {
        return;
    }
    const interlock_state_t* judge = &run->state.interlock;
    ++outcome->trips;
    if (judge->first_rule == INTERLOCK_RULE_NONE) {
        return;
    }
    outcome->rules |= UINT64_C(1) << judge->first_rule;
    if (run->detected_us >= 0 || run->healing) {
        return;
    }
    run->detected_us = run->now_us;
    (void)snprintf(outcome->first_rule, sizeof outcome->first_rule, "%s",
                   interlock_rule_info((interlock_rule_t)judge->first_rule)->name);
    name_subject(run, judge->first_rule, judge->first_subject, outcome->subject);
    outcome->measured = judge->first_measured;
    outcome->allowed = judge->first_allowed;
    outcome->reaction = out->verdict.reaction;
}

static void note(run_t* run, const cycle_output_t* out)
{
    outcome_t* outcome = run->outcome;
    const int64_t period_us = run->session.period_us;
    outcome->modes |= 1u << out->mode;
    if (out->mode != run->mode) {
        outcome->transitions[run->mode] |= (uint16_t)(1u << out->mode);
    }
    run->mode_us = out->mode != run->mode ? 0 : run->mode_us + period_us;
    note_trip(run, out);
    note_told_late(run, out);
    outcome->force_peak_N = fmax(outcome->force_peak_N, run->truth.normal_force_N);
    outcome->shear_peak_N = fmax(outcome->shear_peak_N, run->truth.shear_force_N);
    if (run->detected_us >= 0 && run->truth.normal_force_N >= INVARIANT_RELEASED_N &&
        !run->healing) {
        run->touched_last_us = run->now_us;
    }
    run->well_us = out->verdict.refused == 0 ? run->well_us + period_us : 0;
    const bool ended = out->mode == MODE_PARKED || out->mode == MODE_TRIPPED;
    run->ended_us = !ended ? -1 : run->ended_us < 0 ? run->now_us : run->ended_us;
    run->mode = out->mode;
    run->last_rule = out->verdict.rule;
    run->force_N = out->estimate.normal_force_N;
    run->stepped = true;
}

static bool harm_goes_on(const run_t* run)
{
    const trial_t* trial = run->trial;
    if (run->now_us >= trial->limit_us) {
        return false;
    }
    if (trial->whole) {
        const bool held = (run->mode == MODE_TRIPPED || run->mode == MODE_LOCKED) &&
                          (run->events_left == 0 || run->state.interlock.inspection != 0) &&
                          run->mode_us > HEAL_LIMIT_US;
        return run->mode != MODE_PARKED && !held && run->outcome->trips < TRIPS_MAX;
    }
    if (run->ended_us >= 0 && run->now_us - run->ended_us > SETTLE_US) {
        return false;
    }
    return run->events_left > 0 || run->now_us - run->last_onset_us < trial->watch_us ||
           run->ended_us >= 0 || run->mode == MODE_YIELD || run->mode == MODE_STOPPING;
}

/// What the faults of this period excuse. A fault that is over does so until the arm has stood or
/// gone clear of the body for CLEAR_US: what it brought about lasts as long.
static uint32_t excuses(run_t* run)
{
    uint32_t excused = 0;
    const bool clear = run->mode == MODE_ARMED || run->mode == MODE_TRANSIT;
    run->clear_us = !clear ? -1 : run->clear_us < 0 ? run->now_us : run->clear_us;
    for (int i = 0; i < run->trial->event_count; ++i) {
        const int64_t over_us =
            run->event_ends_us[i] > run->clear_us ? run->event_ends_us[i] : run->clear_us;
        if (clear && run->now_us > over_us && run->now_us - over_us >= CLEAR_US) {
            run->event_excuses[i] = 0;
        }
        excused |= run->event_excuses[i];
    }
    return excused;
}

/// Ends what the events began and has not ended yet, as far as it can end. What lifts the body adds
/// up, and ends by itself; what only takes something back would begin it again.
static void end_events(run_t* run)
{
    for (int i = 0; i < run->trial->event_count; ++i) {
        world_event_t event = run->trial->events[i].event;
        const bool ends = world_event_lasts(event.kind) && !world_event_adds_up(event.kind);
        if (run->event_done[i] && run->event_ends_us[i] > run->now_us && ends) {
            event.duration_us = AT_ONCE_US;
            inject(run, &event);
            run->event_ends_us[i] = run->now_us + AT_ONCE_US;
        }
    }
}

/// Whether a stop holds it, or it is on the way to one or out of one.
static bool held(const run_t* run)
{
    return run->mode == MODE_YIELD || run->mode == MODE_STOPPING || run->mode == MODE_TRIPPED ||
           run->mode == MODE_LOCKED || run->mode == MODE_READY || run->mode == MODE_ARMING;
}

/// What somebody has to do who does more than acknowledging; RECOVERY_UNTRIED: nothing yet.
static recovery_t needs_hands(const run_t* run)
{
    const int first = run->state.interlock.first_rule;
    const bool misplaced = first == INTERLOCK_NOT_CLEAR || first == INTERLOCK_LINK_CLEARANCE ||
                           first == INTERLOCK_ARM_CLEARANCE ||
                           run->last_rule == INTERLOCK_JOINT_POSITION;
    if (run->mode == MODE_TRIPPED && misplaced && run->mode_us > PERSON_WAITS_US / 2) {
        return RECOVERY_HANDS;
    }
    if ((run->mode == MODE_TRIPPED || run->mode == MODE_LOCKED) &&
        run->state.interlock.inspection != 0) {
        return RECOVERY_INSPECTION;
    }
    return RECOVERY_UNTRIED;
}

static void fail_healing(run_t* run)
{
    const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)run->last_rule);
    const interlock_rule_info_t* first =
        interlock_rule_info((interlock_rule_t)run->state.interlock.first_rule);
    char text[TEXT_CAPACITY];
    (void)snprintf(text, TEXT_CAPACITY, "not armed again: %s, refused by %s, first cause %s",
                   supervisor_mode_text(run->mode), info != NULL ? info->name : "nothing",
                   first != NULL ? first->name : "none");
    run->outcome->recovery = RECOVERY_FAILED;
    outcome_fail(run->outcome, "ready", (double)run->now_us * 1e-6, text);
}

/// What lifts the body can't be ended, only waited for: nobody arms under it.
static int64_t heal_limit_us(const run_t* run)
{
    int64_t from_us = run->heal_began_us;
    for (int i = 0; i < run->trial->event_count; ++i) {
        const int64_t ends_us = run->event_ends_us[i];
        if (ends_us > from_us && ends_us != INT64_MAX) {
            from_us = ends_us;
        }
    }
    return from_us + HEAL_LIMIT_US;
}

/// After a period of healing; true while it goes on.
static bool heal_goes_on(run_t* run)
{
    outcome_t* outcome = run->outcome;
    outcome->recovery_s = (double)(run->now_us - run->heal_began_us) * 1e-6;
    outcome->recovery = run->mode == MODE_ARMED ? RECOVERY_ARMED : needs_hands(run);
    if (outcome->recovery == RECOVERY_UNTRIED && run->now_us >= heal_limit_us(run)) {
        fail_healing(run);
    }
    return outcome->recovery == RECOVERY_UNTRIED;
}

static bool observe(void* context, const cycle_input_t* in, const cycle_output_t* out,
                    const bus_frame_t* frame)
{
    run_t* run = context;
    (void)frame;
    cycle_input_t seen = *in;
    seen.now_us = run->now_us;
    run->invariants.excused = excuses(run);
    invariants_judge(&run->invariants, &seen, out, &run->state, &run->truth);
    note(run, out);
    if (run->healing) {
        return heal_goes_on(run);
    }
    if (harm_goes_on(run)) {
        return true;
    }
    run->healing = true;
    run->heal_began_us = run->now_us;
    end_events(run);
    run->outcome->recovery = held(run) ? RECOVERY_UNTRIED : RECOVERY_NOT_NEEDED;
    return run->outcome->recovery == RECOVERY_UNTRIED;
}

/// A controller that never comes back: the drives' own watchdogs have to stop the arm.
static void judge_gone(run_t* run)
{
    run->now_us = world_now_us(run->world);
    run->outcome->recovery = RECOVERY_GONE;
    if (look(run)) {
        outcome_fail(run->outcome, "stops", (double)run->now_us * 1e-6,
                     "the arm moves, or a drive has torque, without a controller");
    }
}

static double since(int64_t from_us, int64_t to_us)
{
    return from_us >= 0 && to_us >= 0 ? (double)(to_us - from_us) * 1e-6 : (double)NAN;
}

static void judge_invariants(run_t* run)
{
    outcome_t* outcome = run->outcome;
    const invariants_t* invariants = &run->invariants;
    for (int i = 0; i < INVARIANT_COUNT; ++i) {
        outcome->excused_s[i] = invariants->excused_s[i];
        if ((invariants->violated & INVARIANT_BIT(i)) != 0) {
            outcome_fail(outcome, invariant_name((invariant_t)i), invariants->at_s[i],
                         invariants->found[i]);
        }
    }
}

static void judge_expectation(run_t* run)
{
    outcome_t* outcome = run->outcome;
    const trial_t* trial = run->trial;
    if (trial->kind == CAMPAIGN_MATRIX && run->events_left > 0) {
        // What the fault demands was not tried: a controller that never comes there shows nothing.
        outcome_fail(outcome, "phase", outcome->simulated_s, "the phase was not reached");
    } else if (trial->kind == CAMPAIGN_MATRIX && outcome->event_count > 0) {
        const outcome_event_t* event = &outcome->events[0];
        expected_judge(expected_row(event->kind, outcome->phase, event->target, event->magnitude),
                       outcome);
    } else if (trial->kind == CAMPAIGN_HEALTHY && outcome->trips > 0) {
        outcome_fail(outcome, "nuisance", outcome->detected_s, outcome->first_rule);
    }
}

static void finish(run_t* run, int64_t cycles)
{
    outcome_t* outcome = run->outcome;
    outcome->simulated_s = (double)world_now_us(run->world) * 1e-6;
    outcome->cycles = cycles;
    outcome->mode_last = run->mode;
    outcome->force_bound_N = run->invariants.press.bound_N;
    outcome->bound_ratio = run->invariants.press.ratio;
    outcome->rise_ratio = run->invariants.press.rise_ratio;
    outcome->force_over_N = run->invariants.press.over_N;
    const int64_t onset_us = run->first_onset_us < 0 ? 0 : run->first_onset_us;
    outcome->detected_s = since(onset_us, run->detected_us);
    outcome->released_s = since(run->detected_us, run->touched_last_us);
    if (run->detected_us >= 0 && run->touched_last_us < 0) {
        outcome->released_s = 0.0;
    }
    judge_invariants(run);
    judge_expectation(run);
}

static void play(run_t* run)
{
    const loop_client_t client = {.context = run, .ask = ask, .observe = observe};
    loop_timing_t timing;
    const loop_result_t result =
        loop_run(&run->session, &run->bus, host_faults_timebase(&run->host_faults), &client,
                 &run->state, &timing);
    if (result == LOOP_TIME_LOST) {
        judge_gone(run);
    }
    finish(run, timing.cycles);
}

bool trial_run(const trial_t* trial, const stages_t* stages, outcome_t* outcome)
{
    *outcome = (outcome_t){.kind = trial->kind,
                           .number = trial->number,
                           .phase = -1,
                           .magnitude = trial->magnitude,
                           .detected_s = (double)NAN,
                           .released_s = (double)NAN,
                           .force_bound_N = (double)NAN,
                           .bound_ratio = 0.0,
                           .recovery_s = 0.0};
    const stage_t* stage = stages->stage_of(stages->context, trial->routine, trial->client);
    if (stage == NULL) {
        return skip(outcome, "the routine is not for this client");
    }
    (void)snprintf(outcome->routine, sizeof outcome->routine, "%s", stage->routine);
    (void)snprintf(outcome->client, sizeof outcome->client, "%s", stage->client);
    run_t* run = calloc(1, sizeof *run);
    if (run == NULL) {
        return skip(outcome, "out of memory");
    }
    run->trial = trial;
    run->stage = stage;
    run->outcome = outcome;
    if (switch_on(run)) {
        play(run);
        fieldbus_close(&run->bus);
    }
    wire_destroy(run->wire);
    world_destroy(run->world);
    free(run);
    return outcome->result != OUTCOME_SKIPPED;
}
