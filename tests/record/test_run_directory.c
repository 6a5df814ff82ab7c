// A run gets a directory of its own or a clear refusal; one that was cut off is told from one that
// is whole; a recording keeps everything and its figures can be gathered again from its cycles.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/record_sample.h"

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
    sample_write_file(file, "x");
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
    sample_write_file(path, "{}");
    assert_int_equal(run_directory_state(fixture->directory), RUN_STATE_NOT_A_RUN);
    sample_write_file(path, "{\n  \"verdict\": \"running\",\n");
    assert_int_equal(run_directory_state(fixture->directory), RUN_STATE_RUNNING);
    sample_write_file(path, "{\n  \"verdict\": \"stopped\",\n");
    assert_int_equal(run_directory_state(fixture->directory), RUN_STATE_COMPLETE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CLAIM(a_dated_directory_is_named_by_time_and_routine_and_never_shared),
        CLAIM(a_given_directory_must_be_absent_or_empty),
        CLAIM(the_state_is_told_from_the_summary),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
