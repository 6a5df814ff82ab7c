#include "controller/campaign/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/bus/fieldbus.h"
#include "controller/campaign/expected.h"
#include "controller/cycle.h"
#include "controller/operator.h"
#include "sim/sim_port.h"

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
// The force that counts as let go, N.
#define RELEASED_N 5.0

typedef struct {
    const trial_t* trial;
    const stage_t* stage;
    world_settings_t settings;
    world_t* world;
    device_host_t host;
    fieldbus_t bus;
    cycle_state_t state;
    operator_t automatic;
    cycle_input_t in;
    cycle_output_t out;
    world_truth_t truth;
    invariants_t invariants;
    outcome_t* outcome;
    bool stepped;
    bool restarts;                                   // a person acknowledges, arms and starts again
    int64_t event_moment_us[OUTCOME_EVENT_CAPACITY]; // -1: not yet
    int64_t request_moment_us[TRIAL_REQUEST_CAPACITY]; // -1: not yet
    bool event_done[OUTCOME_EVENT_CAPACITY];
    bool request_done[TRIAL_REQUEST_CAPACITY];
    int events_left;
    int64_t first_onset_us; // -1: nothing has happened yet
    int64_t last_onset_us;
    int64_t detected_us;     // -1
    int64_t touched_last_us; // when the true force was last high, after the detection
    int64_t well_us;         // how long nothing has been refused
    int64_t mode_us;         // since the mode is what it is
    int64_t ended_us;        // since it is tripped or parked
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

static bool switch_on(run_t* run)
{
    lay_out(run);
    run->world = world_create(&run->settings);
    if (run->world == NULL) {
        return skip(run->outcome, "the virtual table could not be made");
    }
    const machine_settings_t* machine = run->stage->session->machine;
    run->host = world_host(run->world);
    const port_t port = sim_port(&run->host, machine->device_count);
    fieldbus_findings_t findings = {0};
    if (!fieldbus_init(&run->bus, &port, machine, EXCHANGE_TIMEOUT_US, &findings) ||
        !fieldbus_configure(&run->bus, EXCHANGE_TIMEOUT_US, &findings)) {
        return skip(run->outcome, "the virtual table could not be configured");
    }
    cycle_begin(&run->state);
    run->events_left = run->trial->event_count;
    for (int i = 0; i < OUTCOME_EVENT_CAPACITY; ++i) {
        run->event_moment_us[i] = -1;
    }
    for (int i = 0; i < TRIAL_REQUEST_CAPACITY; ++i) {
        run->request_moment_us[i] = -1;
    }
    run->first_onset_us = run->last_onset_us = run->detected_us = run->touched_last_us = -1;
    run->ended_us = -1;
    invariants_begin(&run->invariants, run->stage, &run->settings);
    return true;
}

/// True once the onset has come; `moment_us` remembers when its moment was.
static bool has_come(const run_t* run, const onset_t* onset, int64_t* moment_us)
{
    if (*moment_us < 0) {
        bool now = false;
        switch (onset->kind) {
        case ONSET_TIME:
            now = true;
            break;
        case ONSET_PHASE:
            now = run->stepped && run->out.mode == onset->phase;
            break;
        case ONSET_FORCE:
            now = run->stepped && run->out.mode == MODE_CONTACT &&
                  run->out.target.force_target_N >= onset->force_N;
            break;
        }
        *moment_us = now ? (onset->kind == ONSET_TIME ? 0 : run->in.now_us) : -1;
    }
    return *moment_us >= 0 && run->in.now_us >= *moment_us + onset->delay_us;
}

static void name_target(const run_t* run, const world_event_t* event, char target[NAME_CAPACITY])
{
    static const char* const axes[EVENT_AXIS_COUNT] = {"x", "y", "z", "rx", "ry", "rz"};
    const event_target_t kind = world_event_info(event->kind)->target;
    target[0] = '\0';
    if (kind == EVENT_TARGET_DEVICE || kind == EVENT_TARGET_DRIVE) {
        (void)snprintf(target, NAME_CAPACITY, "%s",
                       run->stage->session->machine->devices[event->device].name);
    } else if (kind == EVENT_TARGET_AXIS) {
        (void)snprintf(target, NAME_CAPACITY, "%s", axes[event->axis]);
    }
}

static void let_happen(run_t* run, int index)
{
    world_event_t event = run->trial->events[index].event;
    event.at_us = run->in.now_us;
    world_inject(run->world, &event);
    run->event_done[index] = true;
    --run->events_left;
    outcome_t* outcome = run->outcome;
    outcome_event_t* noted = &outcome->events[outcome->event_count++];
    *noted = (outcome_event_t){.kind = event.kind,
                               .magnitude = event.magnitude,
                               .at_s = (double)run->in.now_us * 1e-6,
                               .duration_s = (double)event.duration_us * 1e-6};
    name_target(run, &event, noted->target);
    const char* reason;
    outcome->excused |= expected_excused(event.kind, &reason);
    if (run->first_onset_us < 0) {
        run->first_onset_us = run->in.now_us;
        outcome->phase = (int)run->out.mode;
        // What tripped before is not what is looked for.
        outcome->first_rule[0] = '\0';
        run->detected_us = -1;
    }
    run->last_onset_us = run->in.now_us;
}

/// All that is due, before the period.
static asked_t take_due(run_t* run)
{
    asked_t asked = {0, 0};
    for (int i = 0; i < run->trial->event_count; ++i) {
        if (!run->event_done[i] &&
            has_come(run, &run->trial->events[i].onset, &run->event_moment_us[i])) {
            let_happen(run, i);
        }
    }
    for (int i = 0; i < run->trial->request_count; ++i) {
        const trial_request_t* request = &run->trial->requests[i];
        if (!run->request_done[i] && has_come(run, &request->onset, &run->request_moment_us[i])) {
            run->request_done[i] = true;
            asked.requests |= request->asked.requests;
            asked.intensity_level = request->asked.intensity_level;
        }
    }
    return asked;
}

/// What a person asks for who wants the arm to go on after whatever stopped it.
static uint32_t person_requests(run_t* run, bool starts)
{
    if (!run->stepped || run->well_us < PERSON_WAITS_US || run->mode_us < PERSON_WAITS_US) {
        return 0;
    }
    run->well_us = 0;
    switch ((int)run->out.mode) {
    case MODE_LOCKED:
    case MODE_TRIPPED:
        return REQUEST_ACKNOWLEDGE;
    case MODE_READY:
        return REQUEST_ARM;
    case MODE_ARMED:
        return starts ? REQUEST_START : 0;
    case MODE_PAUSED:
        return starts && run->mode_us > PAUSE_US ? REQUEST_RESUME : 0;
    default:
        return 0;
    }
}

static void name_subject(const run_t* run, int subject, char text[NAME_CAPACITY])
{
    const machine_settings_t* machine = run->stage->session->machine;
    text[0] = '\0';
    if (subject >= 0 && subject < machine->arm.joint_count) {
        (void)snprintf(text, NAME_CAPACITY, "%s", machine->arm.joints[subject].name);
    }
}

/// A trip begins: what stops, who says so.
static void note_trip(run_t* run, supervisor_mode_t before)
{
    outcome_t* outcome = run->outcome;
    const supervisor_mode_t mode = run->out.mode;
    const bool reacts =
        mode == MODE_YIELD || mode == MODE_STOPPING || mode == MODE_TRIPPED || mode == MODE_LIFT;
    if (!reacts || !supervisor_mode_powered(before) || before == MODE_YIELD ||
        before == MODE_STOPPING || run->out.verdict.refused == 0) {
        return;
    }
    const interlock_state_t* judge = &run->state.interlock;
    ++outcome->trips;
    if (judge->first_rule == INTERLOCK_RULE_NONE) {
        return;
    }
    outcome->rules |= UINT64_C(1) << judge->first_rule;
    if (run->detected_us >= 0) {
        return;
    }
    run->detected_us = run->in.now_us;
    (void)snprintf(outcome->first_rule, sizeof outcome->first_rule, "%s",
                   interlock_rule_info((interlock_rule_t)judge->first_rule)->name);
    name_subject(run, judge->first_subject, outcome->subject);
    outcome->measured = judge->first_measured;
    outcome->allowed = judge->first_allowed;
    outcome->reaction = run->out.verdict.reaction;
}

static void note(run_t* run, supervisor_mode_t before)
{
    outcome_t* outcome = run->outcome;
    outcome->modes |= 1u << run->out.mode;
    if (run->out.mode != before) {
        outcome->transitions[before] |= (uint16_t)(1u << run->out.mode);
        run->mode_us = 0;
    } else {
        run->mode_us += run->stage->session->period_us;
    }
    note_trip(run, before);
    outcome->force_peak_N = fmax(outcome->force_peak_N, run->truth.normal_force_N);
    outcome->shear_peak_N = fmax(outcome->shear_peak_N, run->truth.shear_force_N);
    if (run->detected_us >= 0 && run->truth.normal_force_N >= RELEASED_N && !run->restarts) {
        run->touched_last_us = run->in.now_us;
    }
    run->well_us =
        run->out.verdict.refused == 0 ? run->well_us + run->stage->session->period_us : 0;
    const bool ended = run->out.mode == MODE_PARKED || run->out.mode == MODE_TRIPPED;
    run->ended_us = !ended ? -1 : run->ended_us < 0 ? run->in.now_us : run->ended_us;
}

static void step(run_t* run, asked_t asked)
{
    const session_t* session = run->stage->session;
    const supervisor_mode_t before = run->stepped ? run->out.mode : MODE_LOCKED;
    world_truth(run->world, &run->truth);
    run->in.requests = asked.requests;
    run->in.intensity_level = asked.intensity_level;
    fieldbus_exchange(&run->bus, &run->state.command, run->in.now_us, &run->in.feedback);
    cycle_step(session, &run->state, &run->in, &run->out);
    invariants_judge(&run->invariants, &run->in, &run->out, &run->state, &run->truth);
    run->stepped = true;
    note(run, before);
    run->in.cycle += 1;
    run->host.advance_to(run->host.context, run->in.now_us + session->period_us);
    run->in.now_us = world_now_us(run->world);
}

static bool harm_goes_on(const run_t* run)
{
    const trial_t* trial = run->trial;
    if (run->in.now_us >= trial->limit_us) {
        return false;
    }
    if (trial->whole) {
        const bool over = run->ended_us >= 0 && run->out.mode == MODE_PARKED;
        const bool held = run->out.mode == MODE_TRIPPED && run->events_left == 0 &&
                          run->in.now_us - run->ended_us > HEAL_LIMIT_US;
        return !over && !held && run->outcome->trips < TRIPS_MAX;
    }
    if (run->ended_us >= 0 && run->in.now_us - run->ended_us > SETTLE_US) {
        return false;
    }
    return run->events_left > 0 || run->in.now_us - run->last_onset_us < trial->watch_us ||
           run->ended_us >= 0 || run->out.mode == MODE_YIELD || run->out.mode == MODE_STOPPING;
}

static void play_harm(run_t* run)
{
    while (harm_goes_on(run)) {
        asked_t asked = take_due(run);
        asked.requests |= run->trial->whole
                              ? person_requests(run, true)
                              : operator_requests(&run->automatic, run->stepped ? &run->out : NULL,
                                                  run->stage->session->period_us);
        step(run, asked);
    }
}

/// Ends what an event began, as far as it can end.
static void end_event(run_t* run, const world_event_t* begun)
{
    world_event_t event = *begun;
    event.duration_us = 0;
    event.at_us = run->in.now_us;
    switch ((int)begun->kind) {
    case WORLD_EVENT_DEVICE_SILENT:
        event.kind = WORLD_EVENT_DEVICE_BACK;
        break;
    case WORLD_EVENT_BUTTON_PRESSED:
        event.kind = WORLD_EVENT_BUTTON_RELEASED;
        break;
    case WORLD_EVENT_ESTOP_PRESSED:
        event.kind = WORLD_EVENT_ESTOP_RELEASED;
        break;
    case WORLD_EVENT_FORCE_BIAS:
    case WORLD_EVENT_BODY_SHIFT:
        event.magnitude = -begun->magnitude;
        break;
    case WORLD_EVENT_FORCE_SCALE:
        event.magnitude = 1.0;
        break;
    case WORLD_EVENT_SKIN_FRICTION:
        event.magnitude = run->settings.friction;
        break;
    default:
        return;
    }
    world_inject(run->world, &event);
}

static void end_events(run_t* run)
{
    for (int i = 0; i < run->trial->event_count; ++i) {
        if (run->event_done[i] && run->trial->events[i].event.duration_us == 0) {
            end_event(run, &run->trial->events[i].event);
        }
    }
}

/// What keeps it from being armed, for the failure.
static void explain_not_healed(const run_t* run, char text[TEXT_CAPACITY])
{
    const interlock_rule_info_t* info =
        interlock_rule_info((interlock_rule_t)run->out.verdict.rule);
    const interlock_rule_info_t* first =
        interlock_rule_info((interlock_rule_t)run->state.interlock.first_rule);
    (void)snprintf(text, TEXT_CAPACITY, "not armed again: %s, refused by %s, first cause %s",
                   supervisor_mode_text(run->out.mode), info != NULL ? info->name : "nothing",
                   first != NULL ? first->name : "none");
}

static void play_healing(run_t* run)
{
    outcome_t* outcome = run->outcome;
    const int64_t began_us = run->in.now_us;
    end_events(run);
    run->restarts = true;
    bool over = !(run->out.mode == MODE_TRIPPED || run->out.mode == MODE_LOCKED);
    outcome->healed = over;
    while (!over && run->in.now_us - began_us < HEAL_LIMIT_US) {
        asked_t asked = {0, 0};
        asked.requests = person_requests(run, false);
        step(run, asked);
        const bool freed =
            run->out.mode == MODE_TRIPPED && run->state.interlock.first_rule == INTERLOCK_NOT_CLEAR;
        outcome->healed = run->out.mode == MODE_ARMED || freed;
        over = outcome->healed;
        if (freed) {
            (void)snprintf(outcome->note, sizeof outcome->note,
                           "a person has to free the arm before it can be armed");
        }
    }
    outcome->heal_s = (double)(run->in.now_us - began_us) * 1e-6;
    if (!outcome->healed) {
        char text[TEXT_CAPACITY];
        explain_not_healed(run, text);
        outcome_fail(outcome, "healed", (double)run->in.now_us * 1e-6, text);
    }
}

static double since(int64_t from_us, int64_t to_us)
{
    return from_us >= 0 && to_us >= 0 ? (double)(to_us - from_us) * 1e-6 : (double)NAN;
}

static void judge(run_t* run)
{
    outcome_t* outcome = run->outcome;
    const invariants_t* invariants = &run->invariants;
    for (int i = 0; i < INVARIANT_COUNT; ++i) {
        if ((invariants->violated & ~outcome->excused & INVARIANT_BIT(i)) != 0) {
            outcome_fail(outcome, invariant_name((invariant_t)i), invariants->at_s[i],
                         invariants->found[i]);
        }
    }
    const trial_t* trial = run->trial;
    if (trial->kind == CAMPAIGN_MATRIX && outcome->event_count > 0) {
        const outcome_event_t* event = &outcome->events[0];
        expected_judge(expected_row(event->kind, outcome->phase, event->target, event->magnitude),
                       outcome);
    } else if (trial->kind == CAMPAIGN_HEALTHY && outcome->trips > 0) {
        outcome_fail(outcome, "nuisance", outcome->detected_s, outcome->first_rule);
    }
}

static void finish(run_t* run)
{
    outcome_t* outcome = run->outcome;
    outcome->simulated_s = (double)run->in.now_us * 1e-6;
    outcome->cycles = run->in.cycle;
    outcome->mode_last = run->out.mode;
    outcome->force_bound_N = run->invariants.bound_at_peak_N;
    const int64_t onset_us = run->first_onset_us < 0 ? 0 : run->first_onset_us;
    outcome->detected_s = since(onset_us, run->detected_us);
    outcome->released_s = since(run->detected_us, run->touched_last_us);
    if (run->detected_us >= 0 && run->touched_last_us < 0) {
        outcome->released_s = 0.0;
    }
    judge(run);
}

static void play(run_t* run)
{
    play_harm(run);
    if (run->trial->kind == CAMPAIGN_MATRIX && run->events_left > 0) {
        (void)skip(run->outcome, "the phase was not reached");
        return;
    }
    play_healing(run);
    finish(run);
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
                           .heal_s = 0.0};
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
    world_destroy(run->world);
    free(run);
    return outcome->result != OUTCOME_SKIPPED;
}
