#include "tests/support/small_run.h"

#include <stdlib.h>
#include <string.h>

#include "controller/record/recording.h"
#include "tests/support/closed_loop.h"
#include "tests/support/cmocka_prelude.h"

void small_run_make(const char* directory, const char* routine, int64_t seed, int periods)
{
    recording_t* recording = calloc(1, sizeof *recording);
    assert_non_null(recording);
    closed_loop_t* loop = closed_loop_open(routine, NULL, NULL, seed);
    const recording_settings_t settings = {.session = &loop->assembly->session,
                                           .inputs = &loop->assembly->inputs,
                                           .directory = directory,
                                           .seed = (uint64_t)seed};
    assert_int_equal(recording_begin(recording, &settings), RUN_DIRECTORY_OK);
    for (int period = 0; period < periods; ++period) {
        (void)closed_loop_step(loop);
        cycle_input_t in = loop->in;
        in.cycle = period; // the loop counts on as soon as it has stepped
        recording_append(recording, &in, &loop->out);
    }
    const run_outcome_t outcome = {.planned_s = 1.0, .wall_s = 1.0};
    assert_true(recording_finish(recording, &outcome));
    closed_loop_close(loop);
    free(recording);
}

void small_run_open(const char* directory, small_run_t* run)
{
    memset(run, 0, sizeof *run);
    (void)snprintf(run->directory, sizeof run->directory, "%s", directory);
    run->assembly = assembly_create();
    assert_non_null(run->assembly);
    assert_int_equal(run_open(directory, NULL, run->assembly, &run->record), EXIT_DONE);
}

void small_run_close(small_run_t* run)
{
    run_close(&run->record);
    assembly_destroy(run->assembly);
}

void small_run_check(const small_run_t* run, bool stored, run_check_t* check)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/" RUN_CYCLES, run->directory);
    cycle_file_header_t header;
    cycle_reader_t* reader = NULL;
    if (cycle_reader_open(path, &header, &reader) != CYCLE_OPEN_OK) {
        memset(check, 0, sizeof *check);
        check->state[RUN_CHECK_BLOCKS] = RUN_CHECK_FAILS;
        return;
    }
    const run_check_settings_t settings = {.session = &run->assembly->session,
                                           .directory = run->directory,
                                           .file = &run->record.file,
                                           .header = &header,
                                           .reader = reader,
                                           .whole = true,
                                           .stored = stored};
    assert_true(run_check(&settings, check));
    cycle_reader_close(reader);
}
