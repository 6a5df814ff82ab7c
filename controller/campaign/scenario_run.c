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

static int rule_named(const char* name)
{
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        if (strcmp(interlock_rule_info((interlock_rule_t)rule)->name, name) == 0) {
            return rule;
        }
    }
    return INTERLOCK_RULE_NONE;
}

static bool name_known(const char* name, bool or_ending, const char* path, const char* field,
                       findings_t* findings)
{
    const bool known =
        rule_named(name) != INTERLOCK_RULE_NONE || (or_ending && scenario_ending_of(name) >= 0);
    if (!known) {
        const char* words[INTERLOCK_RULE_COUNT + 1] = {NULL};
        for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
            words[rule] = interlock_rule_info((interlock_rule_t)rule)->name;
        }
        const char* meant = finding_nearest(name, words);
        finding_add(findings, FINDING_ERROR, path, 0, 0, field, "", "there is no rule '%s'%s%s%s%s",
                    name, or_ending ? " and no ending" : "",
                    meant != NULL ? "; did you mean '" : "", meant != NULL ? meant : "",
                    meant != NULL ? "'?" : "");
    }
    return known;
}

bool scenario_run_names_known(const scenario_t* scenario, const char* path, findings_t* findings)
{
    const scenario_requirements_t* require = &scenario->require;
    bool known = true;
    for (int i = 0; i < require->cause_count; ++i) {
        known = name_known(require->causes[i], false, path, "require.cause", findings) && known;
    }
    for (int i = 0; i < require->must_not_count; ++i) {
        known = name_known(require->must_not[i], true, path, "require.must_not", findings) && known;
    }
    return known;
}

// -------------------------------------------------------------------------------------- the truth

/// Looks at what is really so; true while a joint moves or a drive has torque.
static bool look(void* context)
{
    scenario_run_t* run = context;
    scenario_measured_t* measured = &run->measured;
    world_truth_t truth;
    world_truth(run->world, &truth);
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
    const bool stopped = out->mode == MODE_YIELD || out->mode == MODE_STOPPING ||
                         out->mode == MODE_TRIPPED ||
                         (out->mode == MODE_LIFT && out->verdict.reaction == REACTION_LIFT);
    // A run begins tripped or locked: only what leaves another mode is a stop.
    if (run->stepped && stopped && !run->stopped && run->mode != MODE_LOCKED &&
        measured->stop_us < 0) {
        measured->stop_us = world_now_us(run->world);
        measured->reaction = out->verdict.reaction;
        measured->rule = out->verdict.rule;
    }
    run->stopped = stopped;
    run->mode = out->mode;
    run->stepped = true;
}

// ------------------------------------------------------------------------------------- the verdict

static scenario_ending_t ending_by(reaction_t reaction)
{
    static const scenario_ending_t endings[REACTION_COUNT] = {
        [REACTION_NONE] = SCENARIO_ENDING_STOP, // somebody's stop
        [REACTION_LIFT] = SCENARIO_ENDING_LIFT, [REACTION_YIELD] = SCENARIO_ENDING_YIELD,
        [REACTION_STOP] = SCENARIO_ENDING_STOP, [REACTION_POWER_OFF] = SCENARIO_ENDING_POWER_OFF,
    };
    return endings[reaction];
}

scenario_ending_t scenario_run_ending(const scenario_run_t* run)
{
    if (run->measured.gone) {
        return SCENARIO_ENDING_GONE;
    }
    return run->measured.stop_us >= 0 ? ending_by(run->measured.reaction)
                                      : SCENARIO_ENDING_FINISHED;
}

static const char* cause_text(const scenario_measured_t* measured)
{
    return measured->rule != INTERLOCK_RULE_NONE
               ? interlock_rule_info((interlock_rule_t)measured->rule)->name
               : "none";
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

static int judge_causes(const scenario_run_t* run, FILE* out)
{
    const scenario_requirements_t* require = &run->scenario->require;
    const char* cause = cause_text(&run->measured);
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
    const char* ending = scenario_ending_text(scenario_run_ending(run));
    for (int i = 0; i < require->must_not_count; ++i) {
        const char* name = require->must_not[i];
        const bool is_ending = scenario_ending_of(name) >= 0;
        failed += tell(out, strcmp(name, is_ending ? ending : cause) != 0,
                       is_ending ? "ending other than" : "cause other than", name,
                       is_ending ? ending : cause);
    }
    return failed;
}

int scenario_run_judge(const scenario_run_t* run, FILE* out)
{
    const scenario_requirements_t* require = &run->scenario->require;
    const scenario_measured_t* measured = &run->measured;
    const scenario_ending_t ending = scenario_run_ending(run);
    const bool stopped = measured->stop_us >= 0;
    int failed = tell(out, ending == run->scenario->expect, "ending",
                      scenario_ending_text(run->scenario->expect), scenario_ending_text(ending));
    failed += measured->onset_us < 0
                  ? tell(out, false, "event", "that begins", "none: its onset never came")
                  : 0;
    if (require->reacts) {
        const scenario_ending_t reaction = ending_by(measured->reaction);
        failed += tell(out, stopped && reaction == require->reaction, "reaction",
                       scenario_ending_text(require->reaction),
                       stopped ? scenario_ending_text(reaction) : "none");
    }
    if (require->within_us > 0) {
        const bool reacted = stopped && measured->onset_us >= 0;
        const double took_ms =
            reacted ? 1e-3 * (double)(measured->stop_us - measured->onset_us) : (double)NAN;
        failed +=
            tell_figure(out, "reaction within", took_ms, 1e-3 * (double)require->within_us, "ms");
    }
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
