#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/campaign/scenario_run.h"
#include "controller/cli/run_open.h"
#include "controller/explain/explain_print.h"

#define WHY_PATH_CAPACITY (RUN_PATH_CAPACITY + INPUT_PATH_CAPACITY + NAME_CAPACITY)

static void see_event(void* context, const event_line_t* line)
{
    explain_event(context, line);
}

/// The path of the run's copy of its scenario; false if it was played without one.
static bool find_scenario(const run_record_t* run, char* path, size_t capacity)
{
    for (int i = 0; i < run->file.inputs.count; i++) {
        const input_file_t* input = &run->file.inputs.at[i];
        char name[INPUT_PATH_CAPACITY + NAME_CAPACITY];
        if (input->role == INPUT_SCENARIO && input_copy_name(input, name, sizeof name)) {
            return run_file(run, name, path, capacity);
        }
    }
    return false;
}

/// Adds to a text of EXPLAIN_TEXT_CAPACITY; what does not fit is left out.
static void add(char* text, const char* first, const char* second)
{
    const size_t used = strlen(text);
    (void)snprintf(text + used, EXPLAIN_TEXT_CAPACITY - used, "%s%s", first, second);
}

/// What a record does not hold: what was true on the table, and when the events began.
static void name_unjudged(const scenario_requirements_t* require, char* unjudged)
{
    add(unjudged, "whether every event happened", "");
    add(unjudged, require->within_us > 0 ? ", within" : "", "");
    add(unjudged, require->force_max_N > 0.0 ? ", force_max" : "", "");
    add(unjudged, require->travel_max_m > 0.0 ? ", travel_max" : "", "");
}

/// Ending, reaction, causes and what must not be, as the cycles tell.
static void compare(const scenario_t* scenario, const stop_track_t* stops, bool gone,
                    explain_record_t* record)
{
    const scenario_requirements_t* require = &scenario->require;
    const scenario_ending_t ending = stop_track_ending(stops, gone);
    const char* cause = stops->any && stops->rule != INTERLOCK_RULE_NONE
                            ? interlock_rule_info((interlock_rule_t)stops->rule)->name
                            : NULL;
    bool caused = require->cause_count == 0;
    record->met = ending == scenario->expect;
    add(record->expected, "ending '", scenario_ending_text(scenario->expect));
    add(record->expected, "'", "");
    add(record->found, "ending '", scenario_ending_text(ending));
    add(record->found, "'", "");
    if (require->reacts) {
        add(record->expected, ", reaction ", scenario_ending_text(require->reaction));
        add(record->found, ", reaction ",
            stops->any ? scenario_ending_text(stops->reaction) : "none");
        record->met = record->met && stops->any && stops->reaction == require->reaction;
    }
    for (int i = 0; i < require->cause_count; i++) {
        add(record->expected, i == 0 ? ", cause " : " or ", require->causes[i]);
        caused = caused || (cause != NULL && strcmp(cause, require->causes[i]) == 0);
    }
    add(record->found, cause != NULL ? ", cause " : "", cause != NULL ? cause : "");
    for (int i = 0; i < require->must_not_count; i++) {
        const bool was = stop_track_was(stops, gone, require->must_not[i]);
        add(record->expected, i == 0 ? ", no " : " nor ", require->must_not[i]);
        add(record->found, was ? ", " : "", was ? require->must_not[i] : "");
        record->met = record->met && !was;
    }
    record->met = record->met && caused;
    name_unjudged(require, record->unjudged);
}

/// What the scenario expects, as far as the record tells; the rest of it is judged while it is
/// played, with what was true on the table.
static void judge_scenario(assembly_t* assembly, const run_record_t* run, const stop_track_t* stops,
                           const explanation_t* explanation, explain_record_t* record)
{
    char path[WHY_PATH_CAPACITY];
    scenario_t* scenario = &assembly->scenario;
    findings_t findings = {0};
    if (!find_scenario(run, path, sizeof path)) {
        return;
    }
    if (!scenario_read(path, &assembly->machine, scenario, &findings)) {
        findings_print(&findings, stderr);
        (void)fprintf(stderr,
                      "knead why: %s: the run's scenario can't be read; what it expects is left "
                      "out\n",
                      path);
        return;
    }
    record->scenario = true;
    (void)snprintf(record->scenario_name, sizeof record->scenario_name, "%s", scenario->name);
    compare(scenario, stops, strcmp(explanation->failure, SCENARIO_RUN_GONE_TEXT) == 0, record);
}

/// How the cause's device was heard in the whole run; null where the record does not say.
static const link_figures_t* link_of(const run_record_t* run, const machine_settings_t* machine,
                                     const explain_fault_t* cause)
{
    const run_outcome_t* outcome = &run->file.outcome;
    for (int i = 0; cause->device >= 0 && i < outcome->device_count; i++) {
        if (strcmp(outcome->devices[i].name, machine->devices[cause->device].name) == 0) {
            return &outcome->devices[i];
        }
    }
    return NULL;
}

/// Reads all cycles and events into the explanation.
static void look(run_record_t* run, explain_t* explain, explain_record_t* record,
                 stop_track_t* stops)
{
    cycle_record_t* cycle = calloc(1, sizeof *cycle);
    record->cycles_end = CYCLE_READ_END;
    while (cycle != NULL &&
           (record->cycles_end = cycle_reader_next(run->reader, cycle)) == CYCLE_READ_RECORD) {
        explain_observe(explain, cycle);
        (void)stop_track_see(stops, cycle->mode, &cycle->verdict);
        summary_observe(&run->summary, cycle);
    }
    free(cycle);
    explain_settle(explain, record->cycles_end == CYCLE_READ_END && !run->cycles_foreign,
                   run->file.verdict, run->file.outcome.failure);
    char path[WHY_PATH_CAPACITY];
    record->events_whole = run_file(run, RUN_EVENTS, path, sizeof path) &&
                           events_read(path, see_event, explain, &record->events_broken_line, NULL);
    record->directory = run->run.path;
    record->cycles_foreign = run->cycles_foreign;
    record->own_words = run->file.verdict != VERDICT_RUNNING ? run->file.sentence : NULL;
    record->cycles_dropped = run->file.outcome.cycles_dropped;
}

exit_code_t verb_why(const options_t* options, assembly_t* assembly)
{
    static run_record_t run; // large, and once a process
    static explain_record_t record;
    const exit_code_t opened = run_open(options->operands[0], NULL, assembly, &run);
    if (opened != EXIT_DONE) {
        return opened;
    }
    explain_t* explain = explain_create(&assembly->session);
    if (explain == NULL) {
        (void)fprintf(stderr, "knead why: out of memory\n");
        run_close(&run);
        return EXIT_INTERNAL;
    }
    stop_track_t stops = stop_track_begin();
    look(&run, explain, &record, &stops);
    const explanation_t* explanation = explain_result(explain);
    record.link = link_of(&run, &assembly->machine, &explanation->cause);
    judge_scenario(assembly, &run, &stops, explanation, &record);
    if (options->given[OPTION_JSON]) {
        explain_write_json(&assembly->session, explanation, &record, stdout);
    } else {
        explain_print(&assembly->session, explanation, &record, stdout);
    }
    explain_destroy(explain);
    run_close(&run);
    return record.cycles_end == CYCLE_READ_DAMAGED || record.cycles_foreign ? EXIT_INVALID_FILE
                                                                            : EXIT_DONE;
}
