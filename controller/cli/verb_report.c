#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "controller/cli/run_open.h"
#include "controller/record/json.h"
#include "controller/report/report.h"
#include "controller/report/web/bundle.h"

/// One report that was written.
typedef struct {
    const char* run;
    const char* page;
    const summary_t* summary;
    cycle_read_t end; // of cycles.bin
} written_t;

static void print_json(const written_t* written)
{
    char sentence[2 * TEXT_CAPACITY];
    summary_sentence(written->summary, sentence, sizeof sentence);
    struct stat status;
    const web_bundle_t bundle = web_bundle();
    json_t json = json_to_file(stdout);
    json_object_begin(&json, NULL);
    json_text(&json, "run", written->run);
    json_text(&json, "page", written->page);
    if (stat(written->page, &status) == 0) {
        json_integer(&json, "bytes", status.st_size);
    } else {
        json_null(&json, "bytes");
    }
    json_boolean(&json, "moves", bundle.script.size > 0);
    json_text(&json, "verdict", run_verdict_text(summary_verdict(written->summary)));
    json_text(&json, "sentence", sentence);
    json_integer(&json, "cycles", written->summary->cycles);
    json_boolean(&json, "cycles_complete", written->end == CYCLE_READ_END);
    json_object_end(&json);
    (void)printf("\n");
}

static exit_code_t write_report(const options_t* options, run_record_t* run)
{
    char cycles[RUN_PATH_CAPACITY], page[RUN_PATH_CAPACITY];
    const char* out = options->text[OPTION_OUT];
    written_t written = {.run = run->run.path, .page = out, .summary = &run->summary};
    if (!run_file(run, RUN_CYCLES, cycles, sizeof cycles) ||
        !run_file(run, RUN_REPORT, page, sizeof page)) {
        (void)fprintf(stderr, "knead report: %s: the path is too long\n", run->run.path);
        return EXIT_INVALID_FILE;
    }
    if (out == NULL) {
        written.page = page;
    }
    if (!run_spares(run, written.page)) {
        return EXIT_USAGE;
    }
    const cycle_open_t opened = report_read_cycles(cycles, &run->summary, &written.end);
    if (opened != CYCLE_OPEN_OK) {
        (void)fprintf(stderr, "knead report: %s: %s\n", cycles, cycle_open_text(opened));
        return EXIT_INVALID_FILE;
    }
    if (written.end != CYCLE_READ_END) {
        // Cycles without their end can't tell how the run ended, and the wall time makes it over.
        run->summary.outcome.wall_s = (double)NAN;
    }
    const report_result_t result = report_write_to(run->run.path, &run->summary, written.page);
    if (result == REPORT_NOT_WRITTEN) {
        (void)fprintf(stderr, "knead report: %s: %s: %s\n", written.page, report_text(result),
                      strerror(errno));
        return EXIT_INTERNAL;
    }
    if (result != REPORT_OK) {
        (void)fprintf(stderr, "knead report: %s: %s\n", written.page, report_text(result));
        return EXIT_INTERNAL;
    }
    if (options->given[OPTION_JSON]) {
        print_json(&written);
    } else {
        (void)printf("report: %s\n", written.page);
    }
    return EXIT_DONE;
}

exit_code_t verb_report(const options_t* options, assembly_t* assembly)
{
    run_record_t* run = calloc(1, sizeof *run);
    if (run == NULL) {
        (void)fprintf(stderr, "knead report: memory is short\n");
        return EXIT_INTERNAL;
    }
    exit_code_t code = run_open(options->operands[0], NULL, assembly, run);
    if (code == EXIT_DONE) {
        code = write_report(options, run);
        run_close(run);
    }
    free(run);
    return code;
}
