#include "controller/campaign/scenario_run.h"

#include <math.h>
#include <string.h>

#include "sim/sim_port.h"

// Joints slower than this stand: 0.3 deg/s, 5 mm/s of the rail. [judgement]
#define STILL_PER_S 0.005

run_phase_t scenario_run_phase(supervisor_mode_t mode)
{
    static const run_phase_t phases[MODE_COUNT] = {
        [MODE_ARMING] = RUN_PHASE_ARMING,   [MODE_ARMED] = RUN_PHASE_ARMED,
        [MODE_TRANSIT] = RUN_PHASE_TRANSIT, [MODE_APPROACH] = RUN_PHASE_APPROACH,
        [MODE_CONTACT] = RUN_PHASE_CONTACT, [MODE_RETRACT] = RUN_PHASE_RETRACT,
        [MODE_PAUSED] = RUN_PHASE_PAUSED,   [MODE_PARKING] = RUN_PHASE_PARKING,
        [MODE_LIFT] = RUN_PHASE_LIFT,       [MODE_YIELD] = RUN_PHASE_YIELD,
    };
    return (unsigned)mode < MODE_COUNT ? phases[mode] : RUN_PHASE_NONE;
}

/// A finding with its place in the file, which is read again for it.
static void refuse_at(const char* path, const char* field, findings_t* findings,
                      const char* message)
{
    yaml_document_t document;
    findings_t unread = {0}; // it could be read before
    if (yaml_document_read(path, &document, &unread)) {
        fields_refuse_path(&document, field, findings, "%s", message);
        yaml_document_free(&document);
    } else {
        finding_add(findings, FINDING_ERROR, path, 0, 0, field, "", "%s", message);
    }
}

static bool name_known(const char* name, bool or_ending, const char* path, const char* field,
                       findings_t* findings)
{
    if (stop_track_rule(name) != INTERLOCK_RULE_NONE ||
        (or_ending && scenario_ending_of(name) >= 0)) {
        return true;
    }
    const char* words[INTERLOCK_RULE_COUNT + SCENARIO_ENDING_COUNT + 1] = {NULL};
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        words[rule] = interlock_rule_info((interlock_rule_t)rule)->name;
    }
    char endings[FINDING_MESSAGE_CAPACITY / 2] = "";
    for (int ending = 0; or_ending && ending < SCENARIO_ENDING_COUNT; ++ending) {
        const size_t end = strlen(endings);
        words[INTERLOCK_RULE_COUNT + ending] = scenario_ending_text((scenario_ending_t)ending);
        (void)snprintf(endings + end, sizeof endings - end, "%s%s",
                       ending == 0 ? " (endings are allowed too: " : ", ",
                       scenario_ending_text((scenario_ending_t)ending));
    }
    const size_t used = strlen(endings);
    (void)snprintf(endings + used, sizeof endings - used, "%s", or_ending ? ")" : "");
    const char* meant = finding_nearest(name, words);
    char message[FINDING_MESSAGE_CAPACITY];
    (void)snprintf(message, sizeof message, "there is no rule '%s'%s%s%s%s%s", name,
                   or_ending ? " and no ending" : "", meant != NULL ? "; did you mean '" : "",
                   meant != NULL ? meant : "", meant != NULL ? "'?" : "", endings);
    refuse_at(path, field, findings, message);
    return false;
}

bool scenario_run_names_known(const scenario_t* scenario, const char* path, findings_t* findings)
{
    const scenario_requirements_t* require = &scenario->require;
    char field[FINDING_FIELD_CAPACITY];
    bool known = true;
    for (int i = 0; i < require->cause_count; ++i) {
        (void)snprintf(field, sizeof field, "require.cause[%d]", i);
        known = name_known(require->causes[i], false, path, field, findings) && known;
    }
    for (int i = 0; i < require->must_not_count; ++i) {
        (void)snprintf(field, sizeof field, "require.must_not[%d]", i);
        known = name_known(require->must_not[i], true, path, field, findings) && known;
    }
    return known;
}

bool scenario_run_fits_routine(const scenario_t* scenario, const routine_t* routine,
                               const char* path, findings_t* findings)
{
    bool fits = true;
    for (int i = 0; i < scenario->event_count; ++i) {
        const onset_t* onset = &scenario->onsets[i];
        if (onset->kind == ONSET_STEP && onset->step > routine->step_count) {
            char field[FINDING_FIELD_CAPACITY], message[FINDING_MESSAGE_CAPACITY];
            (void)snprintf(field, sizeof field, "events[%d].step", i);
            (void)snprintf(message, sizeof message,
                           "the routine has no step %d; 1 to %d are its steps", onset->step,
                           routine->step_count);
            refuse_at(path, field, findings, message);
            fits = false;
        }
    }
    return fits;
}

// -------------------------------------------------------------------------------------- the truth

/// Looks at what is really so; true while a joint moves or a drive has torque.
static bool look(void* context)
{
    scenario_run_t* run = context;
    scenario_measured_t* measured = &run->measured;
    world_truth_t truth;
    world_truth(run->world, &truth);
    measured->last_us = world_now_us(run->world);
    measured->force_peak_N = fmax(measured->force_peak_N, truth.normal_force_N);
    if (measured->onset_us >= 0) {
        const vec3_t way_m = vec3_sub(run->onset_pad_m, truth.pad.position_m);
        measured->travel_m = fmax(measured->travel_m, vec3_dot(way_m, run->onset_normal));
    }
    bool moves = truth.drives_enabled;
    for (int joint = 0; joint < run->session->chain.joint_count; ++joint) {
        moves = moves || fabs(truth.joint_velocity[joint]) > STILL_PER_S;
    }
    return moves;
}

static void note_onset(scenario_run_t* run, int64_t at_us)
{
    if (run->measured.onset_us < 0) {
        world_truth_t truth;
        world_truth(run->world, &truth);
        run->measured.onset_us = at_us;
        run->onset_pad_m = truth.pad.position_m;
        run->onset_normal = truth.skin_normal;
    }
}

// ---------------------------------------------------------------------------------------- the run

bool scenario_run_begin(scenario_run_t* run, const scenario_t* scenario, const session_t* session,
                        world_t* world, uint64_t seed, void* limits, size_t limits_size)
{
    memset(run, 0, sizeof *run);
    run->scenario = scenario;
    run->session = session;
    run->world = world;
    run->host = world_host(world);
    run->faults = host_faults_begin(sim_timebase(&run->host));
    run->faults.watch = look;
    run->faults.context = run;
    run->faults.limits = limits;
    run->faults.limits_size = limits != NULL ? limits_size : 0;
    run->measured =
        (scenario_measured_t){.onset_us = -1, .stop_us = -1, .rule = INTERLOCK_RULE_NONE};
    run->stops = stop_track_begin();
    for (int i = 0; i < scenario->event_count; ++i) {
        if (!scenario_event_is_worlds(scenario, i)) {
            run->event_of_plan[run->plan.count] = i;
            (void)fault_plan_add(&run->plan, &scenario->onsets[i]); // as many as there are events
        }
    }
    run->wire = wire_create(session->machine, &run->host, seed);
    return run->wire != NULL;
}

void scenario_run_end(scenario_run_t* run)
{
    wire_destroy(run->wire);
    run->wire = NULL;
}

port_t scenario_run_port(scenario_run_t* run)
{
    return wire_port(run->wire);
}

timebase_t scenario_run_timebase(scenario_run_t* run)
{
    return host_faults_timebase(&run->faults);
}

static void let_begin(scenario_run_t* run, const world_event_t* event, int64_t now_us)
{
    note_onset(run, now_us);
    switch (world_event_home(event->kind)) {
    case EVENT_HOME_WORLD:
        world_inject(run->world, event);
        break;
    case EVENT_HOME_WIRE:
        wire_inject(run->wire, event);
        break;
    case EVENT_HOME_HOST:
        host_faults_inject(&run->faults, event);
        break;
    case EVENT_HOME_OPERATOR:
        operator_faults_inject(&run->operator_faults, event, now_us);
        break;
    }
}

static run_moment_t moment_of(const scenario_run_t* run, const cycle_output_t* last, int64_t now_us)
{
    const routine_t* routine = run->session->routine;
    run_moment_t moment = {.now_us = now_us};
    if (last != NULL) {
        const int item = last->target.item;
        moment.phase = scenario_run_phase(last->mode);
        moment.force_N = last->estimate.normal_force_N;
        moment.step =
            item >= 0 && item < routine->item_count ? routine->items[item].stroke.step + 1 : 0;
    }
    return moment;
}

uint32_t scenario_run_before_exchange(scenario_run_t* run, const cycle_output_t* last)
{
    const int64_t now_us = world_now_us(run->world);
    const run_moment_t moment = moment_of(run, last, now_us);
    for (int i = 0; i < run->scenario->event_count; ++i) {
        const int64_t at_us = run->scenario->events[i].at_us;
        if (scenario_event_is_worlds(run->scenario, i) && at_us <= now_us) {
            note_onset(run, at_us);
        }
    }
    int due[FAULT_PLAN_CAPACITY];
    const int count = fault_plan_due(&run->plan, &moment, due);
    for (int i = 0; i < count; ++i) {
        world_event_t event = run->scenario->events[run->event_of_plan[due[i]]];
        event.at_us = now_us;
        let_begin(run, &event, now_us);
    }
    const unsigned asks = operator_faults_ask(&run->operator_faults, now_us);
    return ((asks & OPERATOR_ASKS_ACKNOWLEDGE) != 0 ? REQUEST_ACKNOWLEDGE : 0u) |
           ((asks & OPERATOR_ASKS_ARM) != 0 ? REQUEST_ARM : 0u) |
           ((asks & OPERATOR_ASKS_START) != 0 ? REQUEST_START : 0u) |
           ((asks & OPERATOR_ASKS_STOP) != 0 ? REQUEST_STOP : 0u);
}

void scenario_run_after_step(scenario_run_t* run, const cycle_output_t* out)
{
    scenario_measured_t* measured = &run->measured;
    (void)look(run);
    if (stop_track_see(&run->stops, out->mode, &out->verdict)) {
        measured->stop_us = world_now_us(run->world);
        measured->rule = out->verdict.rule;
    }
}

// ------------------------------------------------------------------------------------- the verdict

scenario_ending_t scenario_run_ending(const scenario_run_t* run)
{
    return stop_track_ending(&run->stops, run->measured.gone);
}

static int tell(FILE* out, bool met, const char* what, const char* wanted, const char* found)
{
    (void)fprintf(out, "%s: %s %s, found %s\n", met ? "as expected" : "NOT AS EXPECTED", what,
                  wanted, found);
    return met ? 0 : 1;
}

static int tell_figure(FILE* out, const char* what, double found, double most, const char* unit)
{
    char wanted[NAME_CAPACITY], had[NAME_CAPACITY];
    (void)snprintf(wanted, sizeof wanted, "%.4g %s at most", most, unit);
    (void)snprintf(had, sizeof had, "%.4g %s", found, unit);
    return tell(out, isfinite(found) && found <= most, what, wanted, had);
}

/// What there was instead of a stop that answers the first event; null where there is one.
static const char* no_answer(const scenario_measured_t* measured, char* text, size_t capacity)
{
    if (measured->stop_us < 0) {
        (void)snprintf(text, capacity, "no stop");
    } else if (measured->onset_us < 0) {
        (void)snprintf(text, capacity, "a stop without any event");
    } else if (measured->stop_us < measured->onset_us) {
        (void)snprintf(text, capacity, "a stop %.4g ms before the first event",
                       1e-3 * (double)(measured->onset_us - measured->stop_us));
    } else {
        return NULL;
    }
    return text;
}

static bool has_begun(const scenario_run_t* run, int event)
{
    for (int i = 0; i < run->plan.count; ++i) {
        if (run->event_of_plan[i] == event) {
            return run->plan.begun[i];
        }
    }
    return run->scenario->events[event].at_us <= run->measured.last_us;
}

static int judge_events(const scenario_run_t* run, FILE* out)
{
    const scenario_t* scenario = run->scenario;
    const scenario_measured_t* measured = &run->measured;
    const scenario_ending_t ending = scenario_run_ending(run);
    const bool in_time = measured->onset_us >= 0 && measured->stop_us >= measured->onset_us;
    const bool by_event = ending == SCENARIO_ENDING_GONE ? measured->onset_us >= 0 : in_time;
    const bool stopped_so = ending == scenario->expect && by_event &&
                            ending != SCENARIO_ENDING_FINISHED &&
                            ending != SCENARIO_ENDING_UNFINISHED;
    int failed = 0;
    for (int i = 0; i < scenario->event_count; ++i) {
        const bool excused = stopped_so && scenario->onsets[i].kind == ONSET_AT;
        if (!has_begun(run, i) && !excused) {
            char what[2 * NAME_CAPACITY];
            (void)snprintf(what, sizeof what, "events[%d] %s", i,
                           world_event_info(scenario->events[i].kind)->word);
            failed += tell(out, false, what, "to happen", "that it never did");
        }
    }
    return failed;
}

static int judge_causes(const scenario_run_t* run, FILE* out)
{
    const scenario_requirements_t* require = &run->scenario->require;
    const scenario_measured_t* measured = &run->measured;
    char early[2 * NAME_CAPACITY];
    const char* none = no_answer(measured, early, sizeof early);
    const char* cause = none != NULL ? none
                        : measured->rule == INTERLOCK_RULE_NONE
                            ? "none"
                            : interlock_rule_info((interlock_rule_t)measured->rule)->name;
    char wanted[SCENARIO_NAME_CAPACITY * (NAME_CAPACITY + 4)] = "";
    bool met = false;
    int failed = 0;
    for (int i = 0; i < require->cause_count; ++i) {
        const size_t used = strlen(wanted);
        (void)snprintf(wanted + used, sizeof wanted - used, "%s%s", i > 0 ? " or " : "",
                       require->causes[i]);
        met = met || strcmp(require->causes[i], cause) == 0;
    }
    if (require->cause_count > 0) {
        failed += tell(out, met, "cause", wanted, cause);
    }
    for (int i = 0; i < require->must_not_count; ++i) {
        const char* name = require->must_not[i];
        const bool is_ending = scenario_ending_of(name) >= 0;
        const bool was = stop_track_was(&run->stops, measured->gone, name);
        failed += tell(out, !was, is_ending ? "no" : "no cause", name, was ? "one" : "none");
    }
    return failed;
}

static int judge_reaction(const scenario_run_t* run, FILE* out)
{
    const scenario_requirements_t* require = &run->scenario->require;
    const scenario_measured_t* measured = &run->measured;
    char early[2 * NAME_CAPACITY];
    const char* none = no_answer(measured, early, sizeof early);
    int failed = 0;
    if (require->reacts) {
        failed += tell(out, none == NULL && run->stops.reaction == require->reaction, "reaction",
                       scenario_ending_text(require->reaction),
                       none != NULL ? none : scenario_ending_text(run->stops.reaction));
    }
    if (require->within_us > 0 && none != NULL) {
        char wanted[NAME_CAPACITY];
        (void)snprintf(wanted, sizeof wanted, "%.4g ms at most", 1e-3 * (double)require->within_us);
        failed += tell(out, false, "reaction within", wanted, none);
    } else if (require->within_us > 0) {
        failed += tell_figure(out, "reaction within",
                              1e-3 * (double)(measured->stop_us - measured->onset_us),
                              1e-3 * (double)require->within_us, "ms");
    }
    return failed;
}

int scenario_run_judge(const scenario_run_t* run, FILE* out)
{
    const scenario_requirements_t* require = &run->scenario->require;
    const scenario_measured_t* measured = &run->measured;
    const scenario_ending_t ending = scenario_run_ending(run);
    int failed = tell(out, ending == run->scenario->expect, "ending",
                      scenario_ending_text(run->scenario->expect), scenario_ending_text(ending));
    failed += judge_events(run, out);
    failed += judge_reaction(run, out);
    if (require->force_max_N > 0.0) {
        failed += tell_figure(out, "force on the body", measured->force_peak_N,
                              require->force_max_N, "N");
    }
    if (require->travel_max_m > 0.0) {
        failed += tell_figure(out, "way into the body", 1e3 * measured->travel_m,
                              1e3 * require->travel_max_m, "mm");
    }
    return failed + judge_causes(run, out);
}
