#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "controller/bus/port.h"
#include "controller/cli/progress.h"
#include "controller/cli/rehearsal_stage.h"
#include "controller/cli/tune_tables.h"
#include "controller/cli/tune_write.h"
#include "controller/cli/verb.h"
#include "controller/tuning/people.h"
#include "controller/tuning/tuning.h"
#include "controller/tuning/tuning_page.h"

#define TRIES_DEFAULT 150
// Stiffnesses that one client is tried with where --client names him.
#define FACTOR_COUNT 3
static const double factors[FACTOR_COUNT] = {0.6, 1.0, 1.7};

typedef struct {
    const options_t* options;
    assembly_t* assemblies[TUNING_CASE_CAPACITY];
    stage_t stages[TUNING_CASE_CAPACITY];
    tuning_case_t cases[TUNING_CASE_CAPACITY];
    tuning_t tuning;
    progress_t progress;
    int64_t began_us;
} tune_t;

static volatile sig_atomic_t stop_requested;

static void request_stop(int signal)
{
    (void)signal;
    stop_requested = 1;
}

static bool stop(void* context)
{
    (void)context;
    return stop_requested != 0;
}

static void show(void* context, const tuning_progress_t* at)
{
    tune_t* tune = context;
    char note[TEXT_CAPACITY];
    (void)snprintf(note, sizeof note, "try %d of %d at most, worst force RMS %.3f N", at->tries,
                   at->tries_max, at->best_force_N);
    const int64_t now_us = port_now_us();
    const double took_s = 1e-6 * (double)(now_us - tune->began_us);
    const progress_view_t view = {.done_part = (double)at->tries / at->tries_max,
                                  .step = at->looking ? 0 : 1,
                                  .step_count = 2,
                                  .doing = at->looking ? "looking around" : "searching",
                                  .region = "",
                                  .remaining_s = took_s / at->tries * (at->tries_max - at->tries),
                                  .note = note};
    progress_show(&tune->progress, &view, now_us);
}

// ------------------------------------------------------------------------------------- what to
// play

static const char* routine_of(const options_t* options, int index,
                              char path[ASSEMBLY_PATH_CAPACITY])
{
    if (index < options->operand_count) {
        return options->operands[index];
    }
    (void)assembly_data_path(REHEARSAL_ROUTINE, path, ASSEMBLY_PATH_CAPACITY);
    return path;
}

/// A person of the spread, or one client with a stiffness.
static people_row_t person_of(const options_t* options, int index)
{
    if (options->text[OPTION_CLIENT] == NULL) {
        return people_row(index);
    }
    people_row_t row = {.name = index == 0   ? "soft"
                                : index == 1 ? "as the map has it"
                                             : "hard",
                        .person = rehearsal_person(),
                        .seed = (uint64_t)index + 1};
    row.person.tissue_factor = factors[index];
    row.person.body_lie = 0.5;
    return row;
}

static bool add_case(tune_t* tune, const people_row_t* person, const char* routine, bool several)
{
    const int index = tune->tuning.case_count;
    char within[ASSEMBLY_PATH_CAPACITY], client[ASSEMBLY_PATH_CAPACITY] = "";
    assembly_t* assembly = assembly_create();
    if (assembly == NULL) {
        (void)fprintf(stderr, "knead tune: out of memory\n");
        return false;
    }
    tune->assemblies[index] = assembly;
    if (person->client != NULL) {
        (void)snprintf(within, sizeof within, "routines/clients/%s.yaml", person->client);
        (void)assembly_data_path(within, client, sizeof client);
    }
    stage_t* stage = &tune->stages[index];
    if (!rehearsal_stage_load(assembly, tune->options, person->client != NULL ? client : NULL,
                              routine, stage)) {
        findings_print(&assembly->findings, stderr);
        return false;
    }
    tuning_case_t* added = &tune->cases[index];
    (void)snprintf(added->name, sizeof added->name, "%s%s%s", person->name, several ? ": " : "",
                   several ? stage->routine : "");
    added->rehearsal =
        (rehearsal_t){.stage = stage, .person = person->person, .seed = person->seed};
    ++tune->tuning.case_count;
    return true;
}

static exit_code_t load(tune_t* tune)
{
    const options_t* options = tune->options;
    const int routines = options->operand_count > 0 ? options->operand_count : 1;
    const int people = options->text[OPTION_CLIENT] != NULL ? FACTOR_COUNT : PEOPLE_COUNT;
    char path[ASSEMBLY_PATH_CAPACITY];
    if (routines * people > TUNING_CASE_CAPACITY) {
        (void)fprintf(stderr,
                      "knead tune: %d routines for %d bodies are more than the %d it takes\n",
                      routines, people, TUNING_CASE_CAPACITY);
        return EXIT_USAGE;
    }
    for (int routine = 0; routine < routines; ++routine) {
        for (int i = 0; i < people; ++i) {
            const people_row_t person = person_of(options, i);
            if (!add_case(tune, &person, routine_of(options, routine, path), routines > 1)) {
                return EXIT_INVALID_FILE;
            }
        }
    }
    return EXIT_DONE;
}

/// Which gains, from "KEY,KEY".
static exit_code_t choose(tune_t* tune)
{
    const char* list = tune->options->text[OPTION_SET];
    for (int i = 0; i < GAIN_COUNT; ++i) {
        tune->tuning.tuned[i] = list == NULL;
    }
    while (list != NULL) {
        char key[NAME_CAPACITY] = "";
        const size_t length = strcspn(list, ",");
        (void)snprintf(key, sizeof key, "%.*s", (int)length, list);
        const int index = length < sizeof key ? gain_named(key) : -1;
        if (index < 0) {
            (void)fprintf(stderr, "knead tune: there is no gain '%s'; there are", key);
            for (int i = 0; i < GAIN_COUNT; ++i) {
                (void)fprintf(stderr, " %s", gain_info(i)->key);
            }
            (void)fputs("\nSee 'knead tune --help'.\n", stderr);
            return EXIT_USAGE;
        }
        tune->tuning.tuned[index] = true;
        list = list[length] == ',' ? list + length + 1 : NULL;
    }
    return EXIT_DONE;
}

// ----------------------------------------------------------------------------------- what came of
// it

static exit_code_t write_back(const tune_t* tune, const tuning_result_t* result)
{
    const assembly_t* assembly = tune->assemblies[0];
    const char* path = assembly->machine_path;
    if (!result->improved) {
        (void)fprintf(stderr, "knead tune: nothing better was found; %s is as it was\n", path);
        return EXIT_DONE;
    }
    if (!(assembly->machine.gains.force_crossover_rad.value > 0.0)) {
        (void)fprintf(stderr,
                      "knead tune: %s has no gains to change; these lines would have to stand in "
                      "it:\n",
                      path);
        tune_write_block(&result->found.gains, stderr);
        return EXIT_INVALID_FILE;
    }
    return tune_write(path, &result->start.gains, &result->found.gains, stderr) ? EXIT_DONE
                                                                                : EXIT_INTERNAL;
}

static exit_code_t conclude(tune_t* tune, const tuning_result_t* result)
{
    const options_t* options = tune->options;
    const char* machine = tune->assemblies[0]->machine_path;
    if (!result->start.whole) {
        (void)fprintf(stderr, "knead tune: stopped before anything was known\n");
        return EXIT_INTERRUPTED;
    }
    if (options->given[OPTION_JSON]) {
        tune_tables_write(&tune->tuning, result, machine, stdout);
    } else {
        tune_tables_print(&tune->tuning, result, stdout);
    }
    if (stop_requested != 0) {
        (void)fprintf(stderr, "knead tune: stopped after %d tries; this is the best so far\n",
                      result->tries);
    }
    exit_code_t code = EXIT_DONE;
    const char* page = options->text[OPTION_PAGE];
    if (page != NULL && !tuning_page_write(&tune->tuning, result, machine, page)) {
        (void)fprintf(stderr, "knead tune: can't write '%s': %s\n", page, strerror(errno));
        code = EXIT_INTERNAL;
    }
    if (options->given[OPTION_WRITE] && code == EXIT_DONE) {
        code = write_back(tune, result);
    }
    return code == EXIT_DONE && stop_requested != 0 ? EXIT_INTERRUPTED : code;
}

static exit_code_t search(tune_t* tune)
{
    const options_t* options = tune->options;
    tuning_t* tuning = &tune->tuning;
    struct sigaction action = {.sa_handler = request_stop};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    tuning->cases = tune->cases;
    tuning->start = tune->assemblies[0]->session.gains;
    tuning->tries_max =
        options->given[OPTION_READS] ? (int)options->whole[OPTION_READS] : TRIES_DEFAULT;
    tuning->simulated_max_s = (double)options->whole[OPTION_HOURS] * 3600.0;
    tuning->jobs = options->given[OPTION_JOBS] ? (int)options->whole[OPTION_JOBS] : 1;
    tuning->context = tune;
    tuning->show = options->given[OPTION_QUIET] ? NULL : show;
    tuning->stop = stop;
    tune->progress = progress_open(stderr);
    tune->began_us = port_now_us();
    tuning_result_t* result = tuning_run(tuning);
    progress_close(&tune->progress);
    if (result == NULL) {
        (void)fprintf(stderr, "knead tune: out of memory\n");
        return EXIT_INTERNAL;
    }
    const exit_code_t code = conclude(tune, result);
    free(result);
    return code;
}

exit_code_t verb_tune(const options_t* options, assembly_t* assembly)
{
    (void)assembly; // each case has its own
    tune_t* tune = calloc(1, sizeof *tune);
    if (tune == NULL) {
        (void)fprintf(stderr, "knead tune: out of memory\n");
        return EXIT_INTERNAL;
    }
    tune->options = options;
    exit_code_t code = choose(tune);
    code = code == EXIT_DONE ? load(tune) : code;
    if (code == EXIT_DONE && options->given[OPTION_WRITE] &&
        !tune_write_allows(tune->assemblies[0]->machine_path)) {
        code = EXIT_INVALID_FILE;
    }
    code = code == EXIT_DONE ? search(tune) : code;
    for (int i = 0; i < TUNING_CASE_CAPACITY; ++i) {
        assembly_destroy(tune->assemblies[i]);
    }
    free(tune);
    return code;
}
