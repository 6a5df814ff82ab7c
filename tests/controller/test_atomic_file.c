// A file appears whole or not at all.
#include "tests/support/cmocka_prelude.h"

#include <string.h>
#include <unistd.h>

#include "controller/record/atomic_file.h"
#include "tests/controller/record_sample.h"

static void an_atomic_file_leaves_the_old_one_until_it_is_whole(void** state)
{
    folder_t* fixture = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/file", fixture->directory);
    sample_write_file(path, "old");
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
    folder_t* fixture = *state;
    char path[128], draft[160];
    snprintf(path, sizeof path, "%s/file", fixture->directory);
    snprintf(draft, sizeof draft, "%s.draft", path);
    sample_write_file(path, "old");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
        CLAIM(an_atomic_file_leaves_the_old_one_until_it_is_whole),
        CLAIM(an_atomic_file_on_a_full_disk_changes_nothing),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
