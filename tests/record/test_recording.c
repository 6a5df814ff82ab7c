// A recording keeps everything, is the same bytes whether direct or through the ring, and its
// figures can be gathered again from its cycles.
#include "tests/support/cmocka_prelude.h"

#include <string.h>
#include <unistd.h>

#include "controller/report/report.h"
#include "tests/support/record_sample.h"

/// Records a made-up run up to `cycles_max`; the caller frees the recording.
static recording_t* record_run(const char* directory, const sample_session_t* sample, bool threaded,
                               int64_t cycles_max)
{
    recording_t* recording = calloc(1, sizeof *recording);
    inputs_t inputs = {0};
    const recording_settings_t settings = {.session = &sample->session,
                                           .inputs = &inputs,
                                           .directory = directory,
                                           .seed = 11,
                                           .threaded = threaded};
    assert_int_equal(recording_begin(recording, &settings), RUN_DIRECTORY_OK);
    assert_int_equal(run_directory_state(directory), RUN_STATE_RUNNING);
    sample_run_t run;
    sample_run_begin(&run, sample, 11);
    cycle_input_t in;
    cycle_output_t out;
    bool more = true;
    while (more) {
        more = sample_run_step(&run, &in, &out) && run.cycle < cycles_max;
        recording_append(recording, &in, &out);
    }
    recording_note(recording, in.now_us, in.cycle, EVENT_NOTE, "the end");
    const run_outcome_t outcome = {.planned_s = 1.0, .wall_s = 1.0};
    assert_true(recording_finish(recording, &outcome));
    assert_int_equal(run_directory_state(directory), RUN_STATE_COMPLETE);
    return recording;
}

static void assert_same_file(const char* first_directory, const char* second_directory,
                             const char* name)
{
    char path[160];
    size_t first_size = 0, second_size = 0;
    snprintf(path, sizeof path, "%s/%s", first_directory, name);
    char* first = sample_read_file(path, &first_size);
    snprintf(path, sizeof path, "%s/%s", second_directory, name);
    char* second = sample_read_file(path, &second_size);
    assert_int_equal(first_size, second_size);
    assert_memory_equal(first, second, first_size);
    free(first);
    free(second);
}

static void direct_and_threaded_recordings_are_the_same_bytes(void** state)
{
    folder_t* fixture = *state;
    char direct[96], threaded[96];
    snprintf(direct, sizeof direct, "%s/direct", fixture->directory);
    snprintf(threaded, sizeof threaded, "%s/threaded", fixture->directory);
    sample_session_t* sample = sample_session(0.05);
    // No more than the ring holds, with the note: however slow the thread is, nothing is dropped.
    recording_t* first = record_run(direct, sample, false, RECORDER_RING_CAPACITY - 1);
    recording_t* second = record_run(threaded, sample, true, RECORDER_RING_CAPACITY - 1);
    assert_same_file(direct, threaded, RUN_CYCLES);
    assert_same_file(direct, threaded, RUN_EVENTS);
    assert_same_file(direct, threaded, RUN_SUMMARY);
    free(first);
    free(second);
    free(sample);
}

static void figures_gathered_again_from_the_cycles_are_the_same(void** state)
{
    folder_t* fixture = *state;
    char directory[96], path[160];
    snprintf(directory, sizeof directory, "%s/run", fixture->directory);
    snprintf(path, sizeof path, "%s/" RUN_CYCLES, directory);
    sample_session_t* sample = sample_session(0.05);
    recording_t* recording = record_run(directory, sample, false, INT64_MAX);
    assert_int_equal(summary_verdict(&recording->summary), VERDICT_FINISHED);
    summary_t* again = calloc(1, sizeof *again);
    const inputs_t inputs = {0};
    summary_begin(again, &sample->session, &inputs, 0);
    cycle_read_t end = CYCLE_READ_RECORD;
    assert_int_equal(report_read_cycles(path, again, &end), CYCLE_OPEN_OK);
    assert_int_equal(end, CYCLE_READ_END);
    assert_int_equal(again->seed, 11);
    const digest_t first = summary_decisions(&recording->summary);
    const digest_t second = summary_decisions(again);
    assert_memory_equal(&first, &second, sizeof first);
    assert_memory_equal(again->items, recording->summary.items, sizeof again->items);
    assert_memory_equal(again->regions, recording->summary.regions, sizeof again->regions);
    assert_memory_equal(again->joints, recording->summary.joints, sizeof again->joints);
    free(again);
    free(recording);
    free(sample);
}

static void figures_alone_are_those_of_a_record_and_leave_nothing_on_the_disk(void** state)
{
    folder_t* fixture = *state;
    char directory[96], nowhere[96];
    snprintf(directory, sizeof directory, "%s/run", fixture->directory);
    snprintf(nowhere, sizeof nowhere, "%s/nowhere", fixture->directory);
    sample_session_t* sample = sample_session(0.05);
    recording_t* kept = record_run(directory, sample, false, INT64_MAX);
    recording_t* figures = calloc(1, sizeof *figures);
    const inputs_t inputs = {0};
    const recording_settings_t settings = {.session = &sample->session,
                                           .inputs = &inputs,
                                           .directory = nowhere,
                                           .figures_only = true,
                                           .seed = 11};
    assert_int_equal(recording_begin(figures, &settings), RUN_DIRECTORY_OK);
    sample_run_t run;
    sample_run_begin(&run, sample, 11);
    cycle_input_t in;
    cycle_output_t out;
    bool more = true;
    while (more) {
        more = sample_run_step(&run, &in, &out);
        recording_append(figures, &in, &out);
    }
    // What is told of limits that were turned has nowhere to go and does no harm.
    out.verdict.refused |= INTERLOCK_RULE(INTERLOCK_LIMITS_INTACT);
    const digest_t decisions = summary_decisions(&figures->summary);
    recording_append(figures, &in, &out);
    recording_note(figures, in.now_us, in.cycle, EVENT_NOTE, "the end");
    const run_outcome_t outcome = {.planned_s = 1.0, .wall_s = 1.0};
    assert_true(recording_finish(figures, &outcome));
    assert_int_equal(access(nowhere, F_OK), -1);
    assert_int_equal(figures->summary.outcome.event_count, 0);
    assert_false(figures->summary.outcome.recording_complete);
    const digest_t expected = summary_decisions(&kept->summary);
    assert_memory_equal(&decisions, &expected, sizeof decisions);
    free(figures);
    free(kept);
    free(sample);
}

static void a_recording_refuses_a_directory_in_use(void** state)
{
    folder_t* fixture = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/x", fixture->directory);
    sample_write_file(path, "x");
    sample_session_t* sample = sample_session(0.05);
    recording_t* recording = calloc(1, sizeof *recording);
    const inputs_t inputs = {0};
    const recording_settings_t settings = {
        .session = &sample->session, .inputs = &inputs, .directory = fixture->directory};
    assert_int_equal(recording_begin(recording, &settings), RUN_DIRECTORY_NOT_EMPTY);
    free(recording);
    free(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
        CLAIM(direct_and_threaded_recordings_are_the_same_bytes),
        CLAIM(figures_gathered_again_from_the_cycles_are_the_same),
        CLAIM(figures_alone_are_those_of_a_record_and_leave_nothing_on_the_disk),
        CLAIM(a_recording_refuses_a_directory_in_use),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
