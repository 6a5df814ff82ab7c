// A file appears whole or not at all.
#include "tests/support/cmocka_prelude.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controller/record/atomic_file.h"
#include "tests/support/record_sample.h"

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

/// The system's limit on the length of a file stands for the disk.
static void an_atomic_file_on_a_full_disk_changes_nothing(void** state)
{
    folder_t* fixture = *state;
    char path[128], draft[160];
    snprintf(path, sizeof path, "%s/file", fixture->directory);
    snprintf(draft, sizeof draft, "%s.draft", path);
    sample_write_file(path, "old");
    struct rlimit unlimited;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = unlimited.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    atomic_file_t target;
    const bool opened = atomic_file_open(&target, path);
    const bool committed = opened && fputs("new", target.file) >= 0 && atomic_file_commit(&target);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    assert_true(opened);
    assert_false(committed);
    char* text = sample_read_file(path, NULL);
    assert_string_equal(text, "old");
    free(text);
    assert_int_not_equal(access(draft, F_OK), 0);
}

/// In a folder of somebody else's a link may lie where the draft or the file is to be.
static void nothing_is_written_through_a_link(void** state)
{
    folder_t* fixture = *state;
    char path[128], draft[160], elsewhere[160];
    snprintf(path, sizeof path, "%s/file", fixture->directory);
    snprintf(draft, sizeof draft, "%s.draft", path);
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", fixture->directory);
    sample_write_file(elsewhere, "theirs");
    assert_int_equal(symlink(elsewhere, draft), 0);
    assert_int_equal(symlink(elsewhere, path), 0);
    atomic_file_t target;
    assert_true(atomic_file_open(&target, path));
    fputs("ours", target.file);
    assert_true(atomic_file_commit(&target));
    char* text = sample_read_file(elsewhere, NULL);
    assert_string_equal(text, "theirs");
    free(text);
    text = sample_read_file(path, NULL);
    assert_string_equal(text, "ours");
    free(text);
}

static void a_device_a_pipe_and_a_folder_are_not_replaced(void** state)
{
    folder_t* fixture = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/pipe", fixture->directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    const char* const names[] = {path, fixture->directory, "/dev/full", "/dev/stdout"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct stat status;
        atomic_file_t target;
        if (stat(names[i], &status) == 0 && !S_ISREG(status.st_mode)) {
            assert_false(atomic_file_open(&target, names[i]));
            assert_int_equal(errno, EPERM);
        }
    }
}

static void only_a_file_with_something_in_it_can_be_lost(void** state)
{
    folder_t* fixture = *state;
    const char* folder = fixture->directory;
    char path[256];
    (void)snprintf(path, sizeof path, "%s/held", folder);
    assert_false(atomic_file_would_lose(path));
    FILE* file = fopen(path, "w");
    assert_non_null(file);
    assert_false(atomic_file_would_lose(path));
    (void)fputs("x", file);
    assert_int_equal(fclose(file), 0);
    assert_true(atomic_file_would_lose(path));
    assert_false(atomic_file_would_lose("/dev/null"));
    assert_false(atomic_file_would_lose(folder));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
        CLAIM(an_atomic_file_leaves_the_old_one_until_it_is_whole),
        CLAIM(an_atomic_file_on_a_full_disk_changes_nothing),
        CLAIM(nothing_is_written_through_a_link),
        CLAIM(a_device_a_pipe_and_a_folder_are_not_replaced),
        CLAIM(only_a_file_with_something_in_it_can_be_lost),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
