#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "controller/cli/progress.h"
#include "controller/cli/run_open.h"
#include "controller/cli/verb.h"
#include "controller/cli/version.h"
#include "controller/export/export_csv.h"
#include "controller/export/export_mcap.h"
#include "controller/record/atomic_file.h"
#include "controller/record/json.h"

typedef enum { FORMAT_CSV, FORMAT_MCAP, FORMAT_COUNT } format_t;
static const char* const format_names[FORMAT_COUNT] = {"csv", "mcap"};
static const char* const format_files[FORMAT_COUNT] = {"cycles.csv", "run.mcap"};

/// What is wished, read from the options.
typedef struct {
    format_t format;
    char path[RUN_PATH_CAPACITY + NAME_CAPACITY]; // empty: standard output
    int every;
} wanted_t;

static bool ends_in(const char* text, const char* ending)
{
    const size_t length = strlen(text);
    const size_t tail = strlen(ending);
    return length > tail && text[length - tail - 1] == '.' &&
           strcmp(text + length - tail, ending) == 0;
}

/// By --format, else by the ending of --out, else a table. False if --format says something else.
static bool choose_format(const options_t* options, format_t* format)
{
    const char* named = options->text[OPTION_FORMAT];
    const char* out = options->text[OPTION_OUT];
    for (int i = 0; i < FORMAT_COUNT; ++i) {
        if (named != NULL ? strcmp(named, format_names[i]) == 0
                          : out != NULL && ends_in(out, format_names[i])) {
            *format = (format_t)i;
            return true;
        }
    }
    *format = FORMAT_CSV;
    return named == NULL;
}

static bool choose(const options_t* options, wanted_t* wanted)
{
    const char* out = options->text[OPTION_OUT];
    if (!choose_format(options, &wanted->format)) {
        (void)fprintf(stderr, "knead export: --format %s: not one of csv and mcap\n",
                      options->text[OPTION_FORMAT]);
        return false;
    }
    wanted->every = options->given[OPTION_EVERY] ? (int)options->whole[OPTION_EVERY] : 1;
    wanted->path[0] = '\0';
    if (out != NULL && strcmp(out, "-") == 0) {
        if (options->given[OPTION_JSON]) {
            (void)fprintf(stderr, "knead export: --json and --out - both want standard output\n");
        }
        return !options->given[OPTION_JSON];
    }
    const char* folder = options->operands[0];
    const int length = out != NULL ? snprintf(wanted->path, sizeof wanted->path, "%s", out)
                                   : snprintf(wanted->path, sizeof wanted->path, "%s/%s", folder,
                                              format_files[wanted->format]);
    if (length < 0 || (size_t)length >= sizeof wanted->path) {
        (void)fprintf(stderr, "knead export: %s: the path is too long\n", out);
        return false;
    }
    return true;
}

// ------------------------------------------------------------------------------------- the work

/// The part that is done, in place on a terminal; elsewhere nothing.
typedef struct {
    progress_t progress;
    double whole_s;
    int percent;
} watcher_t;

static void watch(void* context, double time_s)
{
    watcher_t* watcher = context;
    const double part = watcher->whole_s > 0.0 ? time_s / watcher->whole_s : 0.0;
    const int percent = part >= 1.0 ? 100 : part > 0.0 ? (int)(100.0 * part) : 0;
    if (percent != watcher->percent) {
        watcher->percent = percent;
        (void)fprintf(stderr, "\r\033[K%3d %% written", percent);
        (void)fflush(stderr);
    }
}

static export_result_t write_mcap(const export_source_t* source, const run_record_t* run, FILE* out,
                                  export_figures_t* figures)
{
    const session_t* session = source->session;
    char library[NAME_CAPACITY];
    char seed[NAME_CAPACITY];
    char period[NAME_CAPACITY];
    char inputs[DIGEST_TEXT_CAPACITY];
    (void)snprintf(library, sizeof library, "knead %s", program_version());
    (void)snprintf(seed, sizeof seed, "%" PRIu64, run->file.seed);
    (void)snprintf(period, sizeof period, "%" PRId64, session->period_us);
    digest_text(&run->header.inputs, inputs);
    const char* const notes[] = {
        "routine",    session->routine->name,
        "file",       session->routine->path,
        "machine",    session->machine->name,
        "pad",        session->routine->pad,
        "world",      session->machine->world == WORLD_VIRTUAL ? "virtual" : "real",
        "verdict",    run_verdict_text(run->file.verdict),
        "sentence",   run->file.sentence,
        "seed",       seed,
        "period_us",  period,
        "inputs",     inputs,
        "time_epoch", "2000-01-01T00:00:00Z is the beginning of the run; runs have no date",
    };
    return export_mcap(source, library, notes, (int)(sizeof notes / sizeof notes[0] / 2), out,
                       figures);
}

static export_result_t write_format(const wanted_t* wanted, const export_source_t* source,
                                    const run_record_t* run, FILE* out, export_figures_t* figures)
{
    return wanted->format == FORMAT_CSV ? export_csv(source, out, figures)
                                        : write_mcap(source, run, out, figures);
}

/// Into a file that appears whole or not at all, or to standard output.
static export_result_t write_out(const wanted_t* wanted, const export_source_t* source,
                                 const run_record_t* run, export_figures_t* figures)
{
    atomic_file_t file;
    if (wanted->path[0] == '\0') {
        return write_format(wanted, source, run, stdout, figures);
    }
    if (!atomic_file_open(&file, wanted->path)) {
        return EXPORT_NOT_WRITTEN;
    }
    const export_result_t result = write_format(wanted, source, run, file.file, figures);
    if (result != EXPORT_OK) {
        atomic_file_discard(&file);
        return result;
    }
    return atomic_file_commit(&file) ? EXPORT_OK : EXPORT_NOT_WRITTEN;
}

// ------------------------------------------------------------------------------------- the words

static void tell(const wanted_t* wanted, const export_figures_t* figures)
{
    (void)printf("%s: %" PRId64 " %s of %" PRId64 " cycles in %.1f s", wanted->path,
                 figures->messages, wanted->format == FORMAT_CSV ? "rows" : "messages",
                 figures->cycles, figures->last_s - figures->first_s);
    if (wanted->format == FORMAT_MCAP) {
        (void)printf(", %" PRId64 " events", figures->events);
    }
    (void)printf(", %.1f MB\n", (double)figures->bytes / 1e6);
}

static void tell_json(const wanted_t* wanted, const export_figures_t* figures)
{
    json_t json = json_to_file(stdout);
    json_object_begin(&json, NULL);
    json_text(&json, "file", wanted->path);
    json_text(&json, "format", format_names[wanted->format]);
    json_integer(&json, "cycles", figures->cycles);
    json_integer(&json, "every", wanted->every);
    json_integer(&json, wanted->format == FORMAT_CSV ? "rows" : "messages", figures->messages);
    json_integer(&json, "events", figures->events);
    json_integer(&json, "recomputed", figures->recomputed);
    json_number(&json, "first_s", figures->first_s);
    json_number(&json, "last_s", figures->last_s);
    json_integer(&json, "bytes", figures->bytes);
    json_boolean(&json, "complete", figures->end == CYCLE_READ_END);
    json_object_end(&json);
}

/// What is missing from the record, and so from what was written.
static exit_code_t tell_missing(const run_record_t* run, const export_figures_t* figures)
{
    if (figures->events_unread) {
        (void)fprintf(stderr, "knead export: %s: there is no %s that can be read\n", run->run.path,
                      RUN_EVENTS);
    }
    if (figures->end != CYCLE_READ_END) {
        (void)fprintf(stderr,
                      "knead export: %s: %s; written is what stands before it, up to %.3f s\n",
                      run->run.path, cycle_read_text(figures->end), figures->last_s);
    }
    if (figures->recomputed < figures->cycles) {
        (void)fprintf(stderr,
                      "knead export: %s: only the first %" PRId64 " of %" PRId64
                      " cycles come out as recorded; what only recomputing tells is left out "
                      "behind them. 'knead replay' tells more\n",
                      run->run.path, figures->recomputed, figures->cycles);
    }
    return figures->end == CYCLE_READ_DAMAGED ? EXIT_INVALID_FILE : EXIT_DONE;
}

exit_code_t verb_export(const options_t* options, assembly_t* assembly)
{
    static run_record_t run; // large, and once a process
    wanted_t wanted;
    if (!choose(options, &wanted)) {
        (void)fprintf(stderr, "See 'knead export --help'.\n");
        return EXIT_USAGE;
    }
    const exit_code_t opened = run_open(options->operands[0], NULL, assembly, &run);
    if (opened != EXIT_DONE) {
        return opened;
    }
    if (wanted.path[0] != '\0' && !run_spares(&run, wanted.path)) {
        run_close(&run);
        return EXIT_USAGE;
    }
    char events_path[RUN_PATH_CAPACITY + NAME_CAPACITY];
    (void)run_file(&run, RUN_EVENTS, events_path, sizeof events_path);
    watcher_t watcher = {.progress = progress_open(stderr),
                         .whole_s = (double)run.file.cycles * assembly->session.period_s,
                         .percent = -1};
    const bool watched = watcher.progress.terminal && !options->given[OPTION_QUIET];
    const export_source_t source = {.session = &assembly->session,
                                    .reader = run.reader,
                                    .events_path = events_path,
                                    .every = wanted.every,
                                    .recompute = true,
                                    .watch = watched ? watch : NULL,
                                    .watch_context = &watcher};
    export_figures_t figures = {0};
    const export_result_t result = write_out(&wanted, &source, &run, &figures);
    const int error = errno;
    run_close(&run);
    if (watched) {
        (void)fprintf(stderr, "\r\033[K");
    }
    if (result != EXPORT_OK) {
        (void)fprintf(stderr, "knead export: %s: %s: %s\n",
                      wanted.path[0] != '\0' ? wanted.path : "standard output",
                      export_result_text(result), strerror(error));
        return EXIT_INTERNAL;
    }
    if (options->given[OPTION_JSON]) {
        tell_json(&wanted, &figures);
    } else if (wanted.path[0] != '\0') {
        tell(&wanted, &figures);
    }
    return tell_missing(&run, &figures);
}
