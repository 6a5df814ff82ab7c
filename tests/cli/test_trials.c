// Which trials are meant, and a file of them that is never begun over what it holds.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "controller/cli/trials.h"

static void test_a_range_is_two_numbers_or_one(void** state)
{
    (void)state;
    int64_t first = -1, last = -1;
    assert_true(trials_read_range("17-230", &first, &last));
    assert_int_equal(first, 17);
    assert_int_equal(last, 230);
    assert_true(trials_read_range("5", &first, &last));
    assert_int_equal(first, 5);
    assert_int_equal(last, 5);
    assert_true(trials_read_range("9223372036854775807", &first, &last));
    assert_int_equal(last, INT64_MAX);
}

static void test_what_is_no_range_is_refused(void** state)
{
    (void)state;
    static const char* const wrong[] = {"",
                                        "-",
                                        "1-",
                                        "-1",
                                        "2-1",
                                        "1-2-3",
                                        "1-2 ",
                                        " 1-2",
                                        "1 -2",
                                        "+1-2",
                                        "1-+2",
                                        "1.0-2.0",
                                        "a-b",
                                        "1-2x",
                                        "0x1",
                                        "1/2",
                                        "9223372036854775808",
                                        "1-9223372036854775808"};
    int64_t first, last;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (trials_read_range(wrong[i], &first, &last)) {
            fail_msg("'%s' was taken for a range", wrong[i]);
        }
    }
}

static void test_a_range_holds_as_many_trials_as_a_program_keeps_in_mind(void** state)
{
    (void)state;
    int64_t first, last;
    assert_true(trials_read_range("0-99999998", &first, &last));
    assert_true(trials_read_range("0-99999999", &first, &last));
    assert_int_equal(last - first + 1, CAMPAIGN_TRIALS_MAX);
    assert_false(trials_read_range("0-100000000", &first, &last));
    assert_false(trials_read_range("0-9223372036854775807", &first, &last));
}

static void test_a_shard_is_one_of_several(void** state)
{
    (void)state;
    trials_shard_t shard = {0};
    assert_true(trials_read_shard(NULL, &shard));
    assert_int_equal(shard.first, 0);
    assert_int_equal(shard.step, 1);
    assert_true(trials_read_shard("3/40", &shard));
    assert_int_equal(shard.first, 2);
    assert_int_equal(shard.step, 40);
    assert_true(trials_read_shard("40/40", &shard));
    assert_int_equal(shard.first, 39);
    assert_true(trials_read_shard("100000000/100000000", &shard));
}

static void test_what_is_no_shard_is_refused(void** state)
{
    (void)state;
    static const char* const wrong[] = {
        "",     "/",    "1",     "1/",   "/1",   "0/1", "2/1",         "41/40",
        "-1/2", "1/-2", "1/2/3", "1/2 ", " 1/2", "1-2", "1/100000001", "1/9223372036854775808"};
    trials_shard_t shard;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (trials_read_shard(wrong[i], &shard)) {
            fail_msg("'%s' was taken for a shard", wrong[i]);
        }
    }
}

static void test_shards_share_out_every_trial_once(void** state)
{
    (void)state;
    enum { COUNT = 7, TRIALS = 100 };
    int played[TRIALS] = {0};
    for (int number = 1; number <= COUNT; number++) {
        char text[16];
        trials_shard_t shard;
        (void)snprintf(text, sizeof text, "%d/%d", number, COUNT);
        assert_true(trials_read_shard(text, &shard));
        for (int64_t i = shard.first; i < TRIALS; i += shard.step) {
            played[i]++;
        }
    }
    for (int i = 0; i < TRIALS; i++) {
        assert_int_equal(played[i], 1);
    }
}

// ---------------------------------------------------------------------------------------- the file

static char path[] = "/tmp/knead-trials-XXXXXX";

static int set_up(void** state)
{
    (void)state;
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    const int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int tear_down(void** state)
{
    (void)state;
    return remove(path);
}

static void assert_holds(const char* expected)
{
    char found[256] = {0};
    FILE* in = fopen(path, "r");
    assert_non_null(in);
    (void)fread(found, 1, sizeof found - 1, in);
    assert_int_equal(fclose(in), 0);
    assert_string_equal(found, expected);
}

static void write_text(const char* text)
{
    FILE* out = fopen(path, "w");
    assert_non_null(out);
    (void)fputs(text, out);
    assert_int_equal(fclose(out), 0);
}

static void test_a_file_is_begun_and_a_line_is_there_at_once(void** state)
{
    (void)state;
    FILE* out = NULL;
    bool holds = true;
    assert_int_equal(trials_open("test", path, "first", false, &out, &holds), EXIT_DONE);
    assert_false(holds);
    assert_holds("first\n");
    assert_true(trials_put(out, "a trial"));
    assert_holds("first\na trial\n");
    assert_int_equal(fclose(out), 0);
}

static void test_a_file_with_trials_is_never_begun_anew(void** state)
{
    (void)state;
    static const char* const texts[] = {"first\n", "first", "f", "other", "\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        FILE* out = NULL;
        bool holds;
        write_text(texts[i]);
        assert_int_equal(trials_open("test", path, "first", false, &out, &holds), EXIT_USAGE);
        assert_holds(texts[i]);
        assert_int_equal(fclose(out), 0);
    }
}

static void test_going_on_gives_up_a_cut_off_line_alone(void** state)
{
    (void)state;
    FILE* out = NULL;
    bool holds = false;
    write_text("first\none\ntw");
    assert_int_equal(trials_open("test", path, "first", true, &out, &holds), EXIT_DONE);
    assert_true(holds);
    char line[16];
    assert_non_null(fgets(line, sizeof line, out)); // read from its beginning
    assert_string_equal(line, "first\n");
    assert_int_equal(trials_go_on("test", path, 10, out), EXIT_DONE);
    assert_true(trials_put(out, "two"));
    assert_int_equal(fclose(out), 0);
    assert_holds("first\none\ntwo\n");
}

/// Cut anywhere within the first line, its end among it, a file is begun anew; a line that is
/// whole, or another, stays.
static void test_a_file_cut_within_its_first_line_is_begun_anew(void** state)
{
    (void)state;
    static const struct {
        const char* text;
        bool holds;
    } cases[] = {{"", false},       {"f", false},        {"firs", false}, {"first", false},
                 {"first\n", true}, {"first\no", true},  {"fir\n", true}, {"fish", true},
                 {"firsts", true},  {"first and", true}, {"x", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        FILE* out = NULL;
        bool holds = !cases[i].holds;
        write_text(cases[i].text);
        assert_int_equal(trials_open("test", path, "first", true, &out, &holds), EXIT_DONE);
        assert_true(holds == cases[i].holds);
        assert_holds(holds ? cases[i].text : "first\n");
        assert_int_equal(fclose(out), 0);
    }
}

/// What another process gets that opens the same file, with and without going on.
static int opened_by_another(bool resume)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        FILE* out = NULL;
        bool holds;
        _exit((int)trials_open("test", path, "first", resume, &out, &holds));
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_a_second_process_is_refused_until_the_first_is_done(void** state)
{
    (void)state;
    FILE* out = NULL;
    bool holds;
    assert_int_equal(trials_open("test", path, "first", false, &out, &holds), EXIT_DONE);
    assert_int_equal(opened_by_another(false), EXIT_USAGE);
    assert_int_equal(opened_by_another(true), EXIT_USAGE);
    assert_true(trials_put(out, "a trial"));
    assert_int_equal(fclose(out), 0);
    assert_int_equal(opened_by_another(true), EXIT_DONE);
    // The same where the first goes on with what is there.
    assert_int_equal(trials_open("test", path, "first", true, &out, &holds), EXIT_DONE);
    assert_true(holds);
    assert_int_equal(opened_by_another(true), EXIT_USAGE);
    assert_int_equal(trials_go_on("test", path, 14, out), EXIT_DONE);
    assert_int_equal(opened_by_another(true), EXIT_USAGE);
    assert_int_equal(fclose(out), 0);
    assert_holds("first\na trial\n");
}

static void test_what_can_not_be_written_is_said(void** state)
{
    (void)state;
    FILE* out = NULL;
    bool holds;
    assert_int_equal(trials_open("test", "/nowhere/at/all", "first", false, &out, &holds),
                     EXIT_INTERNAL);
    assert_null(out);
    out = fopen(path, "r");
    assert_non_null(out);
    assert_int_equal(trials_go_on("test", path, 0, out), EXIT_INTERNAL);
    (void)fclose(out);
    out = fopen("/dev/full", "w");
    if (out != NULL) {
        assert_false(trials_put(out, "a trial"));
        (void)fclose(out);
        assert_int_equal(trials_open("test", "/dev/full", "first", false, &out, &holds),
                         EXIT_INTERNAL);
        (void)fclose(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_range_is_two_numbers_or_one),
        cmocka_unit_test(test_what_is_no_range_is_refused),
        cmocka_unit_test(test_a_range_holds_as_many_trials_as_a_program_keeps_in_mind),
        cmocka_unit_test(test_a_shard_is_one_of_several),
        cmocka_unit_test(test_what_is_no_shard_is_refused),
        cmocka_unit_test(test_shards_share_out_every_trial_once),
        cmocka_unit_test_setup_teardown(test_a_file_is_begun_and_a_line_is_there_at_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_file_with_trials_is_never_begun_anew, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_going_on_gives_up_a_cut_off_line_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_file_cut_within_its_first_line_is_begun_anew, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_second_process_is_refused_until_the_first_is_done,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_can_not_be_written_is_said, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
