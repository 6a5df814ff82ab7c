// A run is opened from what lies in its folder alone, and a folder that was tampered with is
// refused.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/cli/run_open.h"
#include "tests/support/record_sample.h"

#define ROUTINE "routines/library/short-back.yaml"

/// The folder of a run of no cycles, made from shipped files.
static void make_run(const char* directory)
{
    assembly_t* assembly = assembly_create();
    recording_t* recording = calloc(1, sizeof *recording);
    options_t options;
    memset(&options, 0, sizeof options);
    assert_true(assembly_load_table(assembly, &options));
    assert_true(assembly_read_routine(assembly, ROUTINE));
    assert_true(assembly_build_session(assembly));
    const recording_settings_t settings = {.session = &assembly->session,
                                           .inputs = &assembly->inputs,
                                           .directory = directory,
                                           .seed = 17};
    assert_int_equal(recording_begin(recording, &settings), RUN_DIRECTORY_OK);
    const run_outcome_t outcome = {.planned_s = 2.5, .wall_s = 0.5};
    assert_true(recording_finish(recording, &outcome));
    free(recording);
    assembly_destroy(assembly);
}

static exit_code_t open_run(const char* directory, const char* with, double* force_rate_max_N_per_s,
                            run_record_t* run)
{
    assembly_t* assembly = assembly_create();
    const exit_code_t code = run_open(directory, with, assembly, run);
    if (code == EXIT_DONE) {
        *force_rate_max_N_per_s = assembly->safety.force_rate_max_N_per_s.value;
        assert_string_equal(assembly->routine.path, ROUTINE);
        run_close(run);
    }
    assembly_destroy(assembly);
    return code;
}

static void a_run_is_opened_from_its_folder_alone(void** state)
{
    folder_t* fixture = *state;
    char directory[96], moved[96];
    double unused = 0.0;
    snprintf(directory, sizeof directory, "%s/run", fixture->directory);
    snprintf(moved, sizeof moved, "%s/moved", fixture->directory);
    make_run(directory);
    assert_int_equal(rename(directory, moved), 0);
    run_record_t* run = calloc(1, sizeof *run);
    assert_int_equal(open_run(moved, NULL, &unused, run), EXIT_DONE);
    assert_int_equal(run->file.seed, 17);
    assert_int_equal(run->header.seed, 17);
    assert_true(run->summary.outcome.planned_s == 2.5);
    assert_int_equal(run->state, RUN_STATE_COMPLETE);
    free(run);
}

static void a_file_instead_of_a_kept_one_counts(void** state)
{
    folder_t* fixture = *state;
    char directory[96], other[96];
    snprintf(directory, sizeof directory, "%s/run", fixture->directory);
    snprintf(other, sizeof other, "%s/other.yaml", fixture->directory);
    make_run(directory);
    size_t size = 0;
    char* text = sample_read_file("config/safety/default.yaml", &size);
    char* place = strstr(text, "force_rate_max:");
    assert_non_null(place);
    place = strpbrk(place, "0123456789");
    const double shipped = strtod(place, NULL);
    *place = *place == '1' ? '2' : '1';
    sample_write_file(other, text);
    const double changed = strtod(place, NULL);
    free(text);
    run_record_t* run = calloc(1, sizeof *run);
    double kept = 0.0, instead = 0.0;
    assert_int_equal(open_run(directory, NULL, &kept, run), EXIT_DONE);
    assert_int_equal(open_run(directory, other, &instead, run), EXIT_DONE);
    assert_true(shipped != changed);
    assert_true(kept != instead);
    assert_int_equal(open_run(directory, "config/devices/virtual_io.yaml", &kept, run),
                     EXIT_INVALID_FILE);
    free(run);
}

/// One byte more in any kept file, or one that is gone.
static void a_folder_that_was_tampered_with_is_refused(void** state)
{
    static const char* const copies[] = {"machines/rail6.yaml",      "safety/default.yaml",
                                         "bodies/prone.yaml",        "screening/published.yaml",
                                         "clients/average-man.yaml", "devices/virtual_io.yaml",
                                         "routines/short-back.yaml"};
    folder_t* fixture = *state;
    char directory[96], path[192];
    double unused = 0.0;
    snprintf(directory, sizeof directory, "%s/run", fixture->directory);
    make_run(directory);
    run_record_t* run = calloc(1, sizeof *run);
    for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
        snprintf(path, sizeof path, "%s/inputs/%s", directory, copies[i]);
        size_t size = 0;
        char* text = sample_read_file(path, &size);
        FILE* file = fopen(path, "ab");
        assert_non_null(file);
        fputc('\n', file);
        fclose(file);
        assert_int_equal(open_run(directory, NULL, &unused, run), EXIT_INVALID_FILE);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(open_run(directory, NULL, &unused, run), EXIT_INVALID_FILE);
        sample_write_file(path, text);
        assert_int_equal(open_run(directory, NULL, &unused, run), EXIT_DONE);
        free(text);
    }
    free(run);
}

static void what_is_no_run_is_refused(void** state)
{
    folder_t* fixture = *state;
    double unused = 0.0;
    run_record_t* run = calloc(1, sizeof *run);
    assert_int_equal(open_run(fixture->directory, NULL, &unused, run), EXIT_INVALID_FILE);
    assert_int_equal(open_run("/nowhere", NULL, &unused, run), EXIT_INVALID_FILE);
    assert_int_equal(open_run("README.md", NULL, &unused, run), EXIT_INVALID_FILE);
    free(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
        CLAIM(a_run_is_opened_from_its_folder_alone),
        CLAIM(a_file_instead_of_a_kept_one_counts),
        CLAIM(a_folder_that_was_tampered_with_is_refused),
        CLAIM(what_is_no_run_is_refused),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
