#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "controller/bus/port.h"
#include "controller/campaign/workers.h"
#include "controller/cli/progress.h"
#include "controller/cli/rehearsal_stage.h"
#include "controller/cli/sweep_files.h"
#include "controller/cli/sweep_tables.h"
#include "controller/cli/trials.h"
#include "controller/cli/verb.h"
#include "controller/cli/version.h"
#include "controller/tuning/sweep_page.h"

typedef struct {
    const options_t* options;
    sweep_header_t header;
    sweep_files_t files;
    sweep_t* sweep;
    FILE* out; // or null
    trials_shard_t shard;
    int64_t next;
    int64_t to_play, played, lost;
    bool written; // every line so far
    progress_t progress;
    int64_t began_us;
} sweeping_t;

static volatile sig_atomic_t stop_requested;

static void request_stop(int signal)
{
    (void)signal;
    stop_requested = 1;
}

static exit_code_t say_usage(const char* what, const char* text)
{
    (void)fprintf(stderr, "knead sweep: %s '%s'\nSee 'knead sweep --help'.\n", what, text);
    return EXIT_USAGE;
}

static exit_code_t say_file(const char* path, sweep_file_result_t result, int64_t line)
{
    (void)fprintf(stderr, "%s:%" PRId64 ": %s\n", path, line, sweep_file_result_text(result));
    return EXIT_INVALID_FILE;
}

static exit_code_t say_memory(void)
{
    (void)fprintf(stderr, "knead sweep: out of memory\n");
    return EXIT_INTERNAL;
}

// ------------------------------------------------------------------------------- what was asked
// for

/// Names in a list with commas between; false if there are too many, or one is too long.
static bool read_names(const char* list, int* count, char names[SWEEP_NAME_CAPACITY][TEXT_CAPACITY])
{
    *count = 0;
    while (true) {
        const size_t length = strcspn(list, ",");
        if (*count >= SWEEP_NAME_CAPACITY || length == 0 || length >= TEXT_CAPACITY) {
            return false;
        }
        memcpy(names[*count], list, length);
        names[(*count)++][length] = '\0';
        if (list[length] == '\0') {
            return true;
        }
        list += length + 1;
    }
}

static exit_code_t read_places(sweeping_t* sweeping)
{
    const options_t* options = sweeping->options;
    sweep_header_t* header = &sweeping->header;
    char path[ASSEMBLY_PATH_CAPACITY];
    const char* clients = options->text[OPTION_CLIENT];
    if (clients == NULL) {
        (void)assembly_data_path("routines/clients/average-man.yaml", path, sizeof path);
        clients = path;
    }
    if (!read_names(clients, &header->client_count, header->clients)) {
        return say_usage("--client takes up to 16 files with commas between, not", clients);
    }
    (void)assembly_data_path(REHEARSAL_ROUTINE, path, sizeof path);
    header->routine_count = options->operand_count > 0 ? options->operand_count : 1;
    for (int i = 0; i < header->routine_count; ++i) {
        const char* routine = options->operand_count > 0 ? options->operands[i] : path;
        if (i >= SWEEP_NAME_CAPACITY || strlen(routine) >= TEXT_CAPACITY) {
            return say_usage("that is one routine too many, or its path is too long:", routine);
        }
        memcpy(header->routines[i], routine, strlen(routine) + 1);
    }
    header->seed_first = header->seed_last = 1;
    const char* seeds = options->text[OPTION_SEEDS];
    if (seeds != NULL && !trials_read_range(seeds, &header->seed_first, &header->seed_last)) {
        return say_usage("--seeds takes A-B, with A up to B and 100000000 of them at most, not",
                         seeds);
    }
    return EXIT_DONE;
}

static exit_code_t read_scope(sweeping_t* sweeping)
{
    const options_t* options = sweeping->options;
    char wrong[TEXT_CAPACITY];
    if (options->text[OPTION_SET] == NULL) {
        return say_usage("what is to be varied? for example",
                         "--set machine.gains.tracking=10:40:7");
    }
    if (!sweep_axes_read(options->text[OPTION_SET], &sweeping->header.axes, wrong)) {
        (void)fprintf(stderr, "knead sweep: --set: %s\nSee 'knead sweep --help'.\n", wrong);
        return EXIT_USAGE;
    }
    const exit_code_t code = read_places(sweeping);
    if (code != EXIT_DONE) {
        return code;
    }
    if (!sweep_bounded(&sweeping->header)) {
        return say_usage("that is more than 100000 points or 1000000 trials:",
                         options->text[OPTION_SET]);
    }
    if (!trials_read_shard(options->text[OPTION_SHARD], &sweeping->shard)) {
        return say_usage("--shard takes I/N, with I from 1 to N, not", options->text[OPTION_SHARD]);
    }
    if (options->given[OPTION_RESUME] && options->text[OPTION_OUT] == NULL) {
        return say_usage("without --out there is nothing for", "--resume");
    }
    return EXIT_DONE;
}

// --------------------------------------------------------------------------------------- playing
// it

static bool play(void* context, int64_t number, char* line, size_t capacity)
{
    sweeping_t* sweeping = context;
    const sweep_header_t* header = &sweeping->header;
    const sweep_place_t place = sweep_place(header, number);
    double values[SWEEP_AXIS_CAPACITY];
    char finding[TEXT_CAPACITY];
    stage_t stage;
    sweep_row_t row;
    assembly_t* assembly = assembly_create();
    if (assembly == NULL) {
        return false;
    }
    if (!sweep_files_load(&sweeping->files, number, assembly, &stage, finding)) {
        row = sweep_row_refused(number, finding);
    } else {
        rehearsal_t rehearsal = {
            .stage = &stage, .person = rehearsal_person(), .seed = (uint64_t)place.seed};
        // As people differ and lie, so that seeds are people.
        rehearsal.person.tissue_spread = stage.world->tissue_spread;
        rehearsal.person.body_lie = 1.0;
        sweep_axes_values(&header->axes, place.point, values);
        for (int i = 0; i < header->axes.axis_count; ++i) {
            if (header->axes.axes[i].kind == SWEEP_PERSON) {
                (void)sweep_give_person(&rehearsal.person, header->axes.axes[i].field, values[i]);
            }
        }
        rehearsal_figures_t figures;
        rehearsal_play(&rehearsal, &figures);
        row = sweep_row_of(number, &figures);
    }
    assembly_destroy(assembly);
    return sweep_row_write(header, &row, line, capacity);
}

static bool next(void* context, int64_t* number)
{
    sweeping_t* sweeping = context;
    const int64_t trials = sweep_trials(&sweeping->header);
    while (sweeping->next < trials && sweeping->sweep->rows[sweeping->next].number >= 0) {
        sweeping->next += sweeping->shard.step;
    }
    if (sweeping->next >= trials || stop_requested != 0) {
        return false;
    }
    *number = sweeping->next;
    sweeping->next += sweeping->shard.step;
    return true;
}

static void show(sweeping_t* sweeping, int64_t number)
{
    if (sweeping->options->given[OPTION_QUIET]) {
        return;
    }
    char note[TEXT_CAPACITY];
    (void)snprintf(note, sizeof note, "%" PRId64 " of %" PRId64 " trials", sweeping->played,
                   sweeping->to_play);
    const int64_t now_us = port_now_us();
    const double took_s = 1e-6 * (double)(now_us - sweeping->began_us);
    const double part = (double)sweeping->played / (double)sweeping->to_play;
    (void)number;
    const progress_view_t view = {.done_part = part,
                                  .step = 0,
                                  .step_count = 1,
                                  .doing = "playing",
                                  .region = "",
                                  .remaining_s = took_s / part - took_s,
                                  .note = note};
    progress_show(&sweeping->progress, &view, now_us);
}

static void lose(sweeping_t* sweeping, int64_t number, const char* how)
{
    progress_close(&sweeping->progress);
    (void)fprintf(stderr, "knead sweep: trial %" PRId64 " %s; --resume tries it again\n", number,
                  how);
    ++sweeping->lost;
}

static void take(void* context, int64_t number, const char* line)
{
    sweeping_t* sweeping = context;
    sweep_row_t row;
    ++sweeping->played;
    if (!sweep_row_read(line, &row) || row.number != number || !sweep_take(sweeping->sweep, &row)) {
        lose(sweeping, number, "gave no figures");
        return;
    }
    if (sweeping->out != NULL) {
        sweeping->written = trials_put(sweeping->out, line) && sweeping->written;
    }
    show(sweeping, number);
}

static void died(void* context, int64_t number, int signal, int exit_code)
{
    char how[NAME_CAPACITY];
    sweeping_t* sweeping = context;
    ++sweeping->played;
    (void)snprintf(how, sizeof how, "died (signal %d, exit code %d)", signal, exit_code);
    lose(sweeping, number, how);
}

static exit_code_t say_unwritten(const char* path, const char* why)
{
    (void)fprintf(stderr, "knead sweep: can't write '%s': %s\n", path, why);
    return EXIT_INTERNAL;
}

/// Opens the file that a first line was written for.
static exit_code_t open_with(sweeping_t* sweeping, const char* path, const char* first_line)
{
    bool holds;
    const bool resume = sweeping->options->given[OPTION_RESUME];
    const exit_code_t code = trials_open("sweep", path, first_line, resume, &sweeping->out, &holds);
    if (code != EXIT_DONE || !holds) {
        return code;
    }
    int64_t whole_bytes, line;
    const sweep_file_result_t result =
        sweep_file_read_open(sweeping->out, sweeping->sweep, &whole_bytes, &line);
    return result == SWEEP_FILE_OK ? trials_go_on("sweep", path, whole_bytes, sweeping->out)
                                   : say_file(path, result, line);
}

static exit_code_t open_out(sweeping_t* sweeping)
{
    const char* path = sweeping->options->text[OPTION_OUT];
    if (path == NULL) {
        return EXIT_DONE;
    }
    char* line = malloc(SWEEP_HEADER_CAPACITY);
    if (line == NULL) {
        return say_memory();
    }
    const exit_code_t code = sweep_header_write(&sweeping->header, line, SWEEP_HEADER_CAPACITY)
                                 ? open_with(sweeping, path, line)
                                 : say_unwritten(path, "its first line would be too long");
    free(line);
    return code;
}

// ----------------------------------------------------------------------------------- what came of
// it

/// Tables and pages of all that is known. Exit code 3 where nothing at all was accepted.
static exit_code_t conclude(const sweep_t* sweep, const options_t* options)
{
    const char* page = options->text[OPTION_PAGE];
    const char* csv = options->text[OPTION_CSV];
    if (options->given[OPTION_JSON]) {
        sweep_tables_write(sweep, stdout);
    } else {
        sweep_tables_print(sweep, stdout);
    }
    if (page != NULL && !sweep_page_write(sweep, page)) {
        return say_unwritten(page, strerror(errno));
    }
    if (csv != NULL && !sweep_tables_csv(sweep, csv)) {
        return say_unwritten(csv, strerror(errno));
    }
    int64_t refused = 0;
    for (int64_t i = 0; i < sweep_trials(&sweep->header); ++i) {
        refused += sweep->rows[i].number >= 0 && sweep->rows[i].result == SWEEP_REFUSED;
    }
    return sweep->count > 0 && refused == sweep->count ? EXIT_INVALID_FILE : EXIT_DONE;
}

static exit_code_t play_all(sweeping_t* sweeping)
{
    const options_t* options = sweeping->options;
    struct sigaction action = {.sa_handler = request_stop};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    const int64_t trials = sweep_trials(&sweeping->header);
    for (int64_t i = sweeping->shard.first; i < trials; i += sweeping->shard.step) {
        sweeping->to_play += sweeping->sweep->rows[i].number < 0;
    }
    sweeping->next = sweeping->shard.first;
    sweeping->progress = progress_open(stderr);
    sweeping->began_us = port_now_us();
    const work_t work = {
        .context = sweeping, .play = play, .next = next, .take = take, .died = died};
    const int jobs = options->given[OPTION_JOBS] ? (int)options->whole[OPTION_JOBS] : 1;
    const bool worked = workers_run(&work, jobs);
    progress_close(&sweeping->progress);
    if (!worked || !sweeping->written) {
        (void)fprintf(stderr, "knead sweep: %s\n",
                      worked ? "not every line could be written" : strerror(errno));
        return EXIT_INTERNAL;
    }
    const exit_code_t code = conclude(sweeping->sweep, options);
    if (stop_requested != 0) {
        (void)fprintf(stderr, "knead sweep: stopped after %" PRId64 " of %" PRId64 " trials%s\n",
                      sweeping->played, sweeping->to_play,
                      sweeping->out != NULL ? "; --resume goes on" : "");
        return EXIT_INTERRUPTED;
    }
    return sweeping->lost > 0 ? EXIT_INTERNAL : code;
}

static exit_code_t run(sweeping_t* sweeping)
{
    exit_code_t code = read_scope(sweeping);
    if (code != EXIT_DONE) {
        return code;
    }
    if (!sweep_files_begin(&sweeping->files, sweeping->options, &sweeping->header)) {
        return EXIT_INVALID_FILE;
    }
    sweep_header_t* header = &sweeping->header;
    (void)snprintf(header->version, sizeof header->version, "%s", program_version());
    (void)snprintf(header->commit, sizeof header->commit, "%s", program_commit());
    sweep_files_inputs(&sweeping->files, header->inputs);
    sweeping->sweep = sweep_begin(header);
    if (sweeping->sweep == NULL) {
        return say_memory();
    }
    sweeping->written = true;
    code = open_out(sweeping);
    return code == EXIT_DONE ? play_all(sweeping) : code;
}

/// 'knead sweep merge FILE...': the trials of several shards.
static exit_code_t merge(const options_t* options, sweep_header_t* header)
{
    sweep_t* sweep = NULL;
    exit_code_t code = EXIT_DONE;
    for (int i = 1; code == EXIT_DONE && i < options->operand_count; ++i) {
        const char* path = options->operands[i];
        int64_t whole_bytes, line = 1;
        sweep_file_result_t result = SWEEP_FILE_OK;
        if (sweep == NULL) {
            result = sweep_file_header(path, header);
            sweep = result == SWEEP_FILE_OK ? sweep_begin(header) : NULL;
        }
        if (result == SWEEP_FILE_OK && sweep == NULL) {
            return say_memory();
        }
        result =
            result == SWEEP_FILE_OK ? sweep_file_read(path, sweep, &whole_bytes, &line) : result;
        code = result == SWEEP_FILE_OK ? EXIT_DONE : say_file(path, result, line);
    }
    const char* out = options->text[OPTION_OUT];
    if (code == EXIT_DONE && out != NULL) {
        code = sweep_file_write(out, sweep) == SWEEP_FILE_OK ? EXIT_DONE
                                                             : say_unwritten(out, strerror(errno));
    }
    code = code == EXIT_DONE ? conclude(sweep, options) : code;
    sweep_end(sweep);
    return code;
}

exit_code_t verb_sweep(const options_t* options, assembly_t* assembly)
{
    (void)assembly; // each trial has its own
    sweeping_t* sweeping = calloc(1, sizeof *sweeping);
    if (sweeping == NULL) {
        return say_memory();
    }
    sweeping->options = options;
    exit_code_t code;
    if (options->operand_count > 0 && strcmp(options->operands[0], "merge") == 0) {
        code = options->operand_count > 1
                   ? merge(options, &sweeping->header)
                   : say_usage("files of a sweep are missing behind", "merge");
    } else {
        code = run(sweeping);
    }
    sweep_files_end(&sweeping->files);
    sweep_end(sweeping->sweep);
    if (sweeping->out != NULL && fclose(sweeping->out) != 0 && code == EXIT_DONE) {
        code = EXIT_INTERNAL;
    }
    free(sweeping);
    return code;
}
