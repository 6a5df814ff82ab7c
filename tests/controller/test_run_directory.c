// A run gets a directory of its own or a clear refusal; one that was cut off is told from one that
// is whole; a recording keeps everything and its figures can be gathered again from its cycles.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "controller/record/atomic_file.h"
#include "controller/record/report.h"
#include "tests/controller/record_sample.h"

typedef struct {
    char directory[64];
    char home[256];
} fixture_t;

static int setup(void** state)
{
    static fixture_t fixture;
    memset(&fixture, 0, sizeof fixture);
    sample_directory(fixture.directory, sizeof fixture.directory);
    assert_non_null(getcwd(fixture.home, sizeof fixture.home));
    *state = &fixture;
    return 0;
}

static int teardown(void** state)
{
    fixture_t* fixture = *state;
    assert_int_equal(chdir(fixture->home), 0);
    sample_remove(fixture->directory);
    return 0;
}

static void write_file(const char* path, const char* text)
{
    FILE* file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/// 1700000000 is 2023-11-14 22:13:20 UTC.
static void a_dated_directory_is_named_by_time_and_routine_and_never_shared(void** state)
{
    fixture_t* fixture = *state;
    assert_int_equal(chdir(fixture->directory), 0);
    run_directory_t run;
    const char* routine = "routines/library/Relaxing  Back_2.yaml";
    assert_int_equal(run_directory_create(NULL, routine, 1700000000, &run), RUN_DIRECTORY_OK);
    assert_string_equal(run.path, "runs/20231114T221320Z-relaxing-back-2");
    assert_int_equal(run_directory_create(NULL, routine, 1700000000, &run), RUN_DIRECTORY_OK);
    assert_string_equal(run.path, "runs/20231114T221320Z-relaxing-back-2-2");
    assert_int_equal(run_directory_create(NULL, "///", 1700000000, &run), RUN_DIRECTORY_OK);
    assert_string_equal(run.path, "runs/20231114T221320Z");
}

static void a_given_directory_must_be_absent_or_empty(void** state)
{
    fixture_t* fixture = *state;
    char path[128], file[160];
    run_directory_t run;
    snprintf(path, sizeof path, "%s/run", fixture->directory);
    assert_int_equal(run_directory_create(path, "", 0, &run), RUN_DIRECTORY_OK);
    assert_int_equal(run_directory_create(path, "", 0, &run), RUN_DIRECTORY_OK);
    snprintf(file, sizeof file, "%s/.hidden", path);
    write_file(file, "x");
    assert_int_equal(run_directory_create(path, "", 0, &run), RUN_DIRECTORY_NOT_EMPTY);
    assert_int_equal(run_directory_create(file, "", 0, &run), RUN_DIRECTORY_NOT_A_DIRECTORY);
    snprintf(file, sizeof file, "%s/a/b", fixture->directory);
    assert_int_equal(run_directory_create(file, "", 0, &run), RUN_DIRECTORY_NO_PARENT);
    assert_int_equal(run_directory_create("", "", 0, &run), RUN_DIRECTORY_NO_PARENT);
    char long_path[2 * RUN_PATH_CAPACITY];
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    assert_int_equal(run_directory_create(long_path, "", 0, &run), RUN_DIRECTORY_NAME_TOO_LONG);
    assert_int_not_equal(run_directory_create("/proc/run", "", 0, &run), RUN_DIRECTORY_OK);
}

static void the_state_is_told_from_the_summary(void** state)
{
    fixture_t* fixture = *state;
    char path[128];
    assert_int_equal(run_directory_state(fixture->directory), RUN_STATE_NOT_A_RUN);
    snprintf(path, sizeof path, "%s/summary.json", fixture->directory);
    write_file(path, "{}");
    assert_int_equal(run_directory_state(fixture->directory), RUN_STATE_NOT_A_RUN);
    write_file(path, "{\n  \"verdict\": \"running\",\n");
    assert_int_equal(run_directory_state(fixture->directory), RUN_STATE_RUNNING);
    write_file(path, "{\n  \"verdict\": \"stopped\",\n");
    assert_int_equal(run_directory_state(fixture->directory), RUN_STATE_COMPLETE);
}

static void an_atomic_file_leaves_the_old_one_until_it_is_whole(void** state)
{
    fixture_t* fixture = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/file", fixture->directory);
    write_file(path, "old");
    atomic_file_t target;
    assert_true(atomic_file_open(&target, path));
    fputs("new", target.file);
    fflush(target.file);
    char* text = sample_read_file(path, NULL);
    assert_string_equal(text, "old");
    free(text);
    assert_true(atomic_file_commit(&target));
    text = sample_read_file(path, NULL);
    assert_string_equal(text, "new");
    free(text);
}

static void an_atomic_file_on_a_full_disk_changes_nothing(void** state)
{
    fixture_t* fixture = *state;
    char path[128], draft[160];
    snprintf(path, sizeof path, "%s/file", fixture->directory);
    snprintf(draft, sizeof draft, "%s.draft", path);
    write_file(path, "old");
    assert_int_equal(symlink("/dev/full", draft), 0);
    atomic_file_t target;
    assert_true(atomic_file_open(&target, path));
    fputs("new", target.file);
    assert_false(atomic_file_commit(&target));
    char* text = sample_read_file(path, NULL);
    assert_string_equal(text, "old");
    free(text);
    assert_int_not_equal(access(draft, F_OK), 0);
}

/// Records a whole made-up run; the caller frees the recording.
static recording_t* record_run(const char* directory, const sample_session_t* sample, bool threaded)
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
        more = sample_run_step(&run, &in, &out);
        recording_append(recording, &in, &out);
        // A threaded recording is made for a period of milliseconds, not for a loop as fast as it
        // goes.
        if (threaded && in.cycle % 256 == 0) {
            const struct timespec pause = {0, 1000000};
            nanosleep(&pause, NULL);
        }
    }
    recording_note(recording, in.now_us, in.cycle, EVENT_NOTE, "the end");
    const run_outcome_t outcome = {.planned_s = 1.0, .wall_s = 1.0};
    assert_true(recording_finish(recording, &outcome));
    assert_int_equal(run_directory_state(directory), RUN_STATE_COMPLETE);
    assert_int_equal(summary_verdict(&recording->summary), VERDICT_FINISHED);
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
    fixture_t* fixture = *state;
    char direct[96], threaded[96];
    snprintf(direct, sizeof direct, "%s/direct", fixture->directory);
    snprintf(threaded, sizeof threaded, "%s/threaded", fixture->directory);
    sample_session_t* sample = sample_session(0.05);
    recording_t* first = record_run(direct, sample, false);
    recording_t* second = record_run(threaded, sample, true);
    assert_same_file(direct, threaded, RUN_CYCLES);
    assert_same_file(direct, threaded, RUN_EVENTS);
    assert_same_file(direct, threaded, RUN_SUMMARY);
    free(first);
    free(second);
    free(sample);
}

static void figures_gathered_again_from_the_cycles_are_the_same(void** state)
{
    fixture_t* fixture = *state;
    char directory[96], path[160];
    snprintf(directory, sizeof directory, "%s/run", fixture->directory);
    snprintf(path, sizeof path, "%s/" RUN_CYCLES, directory);
    sample_session_t* sample = sample_session(0.05);
    recording_t* recording = record_run(directory, sample, false);
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

static void a_recording_refuses_a_directory_in_use(void** state)
{
    fixture_t* fixture = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/x", fixture->directory);
    write_file(path, "x");
    sample_session_t* sample = sample_session(0.05);
    recording_t* recording = calloc(1, sizeof *recording);
    const inputs_t inputs = {0};
    const recording_settings_t settings = {
        .session = &sample->session, .inputs = &inputs, .directory = fixture->directory};
    assert_int_equal(recording_begin(recording, &settings), RUN_DIRECTORY_NOT_EMPTY);
    free(recording);
    free(sample);
}

/// echo -n abc | sha256sum: the first example of FIPS 180-4.
static void inputs_are_known_by_their_contents(void** state)
{
    fixture_t* fixture = *state;
    char path[128], other[128], text[DIGEST_TEXT_CAPACITY];
    snprintf(path, sizeof path, "%s/abc", fixture->directory);
    snprintf(other, sizeof other, "%s/elsewhere", fixture->directory);
    write_file(path, "abc");
    write_file(other, "abc");
    inputs_t here = {0}, there = {0};
    assert_true(inputs_add(&here, path));
    assert_true(inputs_add(&here, path));
    assert_int_equal(here.count, 1);
    digest_text(&here.at[0].digest, text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(inputs_add(&there, other));
    const digest_t first = inputs_digest(&here), second = inputs_digest(&there);
    assert_memory_equal(&first, &second, sizeof first);
    assert_false(inputs_add(&here, "/nowhere/abc"));
    assert_int_equal(here.count, 1);
    here.count = INPUT_CAPACITY;
    assert_false(inputs_add(&here, other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CLAIM(a_dated_directory_is_named_by_time_and_routine_and_never_shared),
        CLAIM(a_given_directory_must_be_absent_or_empty),
        CLAIM(the_state_is_told_from_the_summary),
        CLAIM(an_atomic_file_leaves_the_old_one_until_it_is_whole),
        CLAIM(an_atomic_file_on_a_full_disk_changes_nothing),
        CLAIM(direct_and_threaded_recordings_are_the_same_bytes),
        CLAIM(figures_gathered_again_from_the_cycles_are_the_same),
        CLAIM(a_recording_refuses_a_directory_in_use),
        CLAIM(inputs_are_known_by_their_contents),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
