#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/cli/run_open.h"
#include "controller/explain/explain_print.h"

#define WHY_PATH_CAPACITY (RUN_PATH_CAPACITY + INPUT_PATH_CAPACITY + NAME_CAPACITY)

static void see_event(void* context, const event_line_t* line)
{
    explain_event(context, line);
}

/// How the run ended in a scenario's words.
static scenario_ending_t ending_of(const explanation_t* explanation, const summary_t* summary)
{
    static const scenario_ending_t endings[REACTION_COUNT] = {
        [REACTION_NONE] = SCENARIO_ENDING_STOP, // somebody's stop
        [REACTION_LIFT] = SCENARIO_ENDING_LIFT, [REACTION_YIELD] = SCENARIO_ENDING_YIELD,
        [REACTION_STOP] = SCENARIO_ENDING_STOP, [REACTION_POWER_OFF] = SCENARIO_ENDING_POWER_OFF,
    };
    if (explanation->ending == EXPLAIN_FAILED && explanation->armed) {
        return SCENARIO_ENDING_GONE;
    }
    return summary->first_stop.any ? endings[summary->first_stop.reaction]
                                   : SCENARIO_ENDING_FINISHED;
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

/// What the scenario expects of ending and cause; the rest of it is judged while it is played, with
/// what was true on the table.
static void judge_scenario(assembly_t* assembly, const run_record_t* run,
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
    const scenario_requirements_t* require = &scenario->require;
    const scenario_ending_t ending = ending_of(explanation, &run->summary);
    const stop_cause_t* stop = &run->summary.first_stop;
    const interlock_rule_info_t* info =
        stop->any ? interlock_rule_info((interlock_rule_t)stop->rule) : NULL;
    bool caused = require->cause_count == 0;
    record->scenario = true;
    (void)snprintf(record->scenario_name, sizeof record->scenario_name, "%s", scenario->name);
    (void)snprintf(record->expected, sizeof record->expected, "ending '%s'",
                   scenario_ending_text(scenario->expect));
    for (int i = 0; i < require->cause_count; i++) {
        const size_t used = strlen(record->expected);
        (void)snprintf(record->expected + used, sizeof record->expected - used, "%s%s",
                       i == 0 ? ", cause " : " or ", require->causes[i]);
        caused = caused || (info != NULL && strcmp(info->name, require->causes[i]) == 0);
    }
    (void)snprintf(record->found, sizeof record->found, "ending '%s'%s%s",
                   scenario_ending_text(ending), info != NULL ? ", cause " : "",
                   info != NULL ? info->name : "");
    record->met = ending == scenario->expect && caused;
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
static void look(run_record_t* run, explain_t* explain, explain_record_t* record)
{
    cycle_record_t* cycle = calloc(1, sizeof *cycle);
    record->cycles_end = CYCLE_READ_END;
    while (cycle != NULL &&
           (record->cycles_end = cycle_reader_next(run->reader, cycle)) == CYCLE_READ_RECORD) {
        explain_observe(explain, cycle);
        summary_observe(&run->summary, cycle);
    }
    free(cycle);
    // What lies behind a break can't be told, whatever the summary says of the end.
    const bool broken = record->cycles_end != CYCLE_READ_END;
    explain_settle(explain, broken || run->cycles_foreign ? VERDICT_RUNNING : run->file.verdict,
                   broken || run->cycles_foreign ? "" : run->file.outcome.failure);
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
    look(&run, explain, &record);
    const explanation_t* explanation = explain_result(explain);
    record.link = link_of(&run, &assembly->machine, &explanation->cause);
    judge_scenario(assembly, &run, explanation, &record);
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
