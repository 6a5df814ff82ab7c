#include "controller/campaign/outcome_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/cmocka_prelude.h"

static const campaign_header_t shipped = {CAMPAIGN_SWARM, "0.1.0", "abc", "00", "", 1, 9};

static void file_name(const char* name, char path[256])
{
    const char* folder = getenv("TMPDIR");
    (void)snprintf(path, 256, "%s/knead-outcomes-%d-%s", folder != NULL ? folder : "/tmp",
                   (int)getpid(), name);
}

/// Trials `first` to below `last`; `bytes_cut` off the end.
/// Returns the length of the last line, its end among it.
static int write_file(const char* path, const campaign_header_t* header, int first, int last,
                      int bytes_cut)
{
    char line[OUTCOME_LINE_CAPACITY];
    FILE* out = fopen(path, "w");
    assert_non_null(out);
    assert_true(campaign_header_write(header, line, sizeof line));
    (void)fprintf(out, "%s\n", line);
    for (int i = first; i < last; ++i) {
        const outcome_t outcome = {.kind = CAMPAIGN_SWARM,
                                   .number = i,
                                   .routine = "r",
                                   .phase = -1,
                                   .magnitude = -1,
                                   .simulated_s = i};
        assert_true(outcome_write(&outcome, line, sizeof line));
        (void)fprintf(out, "%s\n", line);
    }
    const long size = ftell(out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(truncate(path, size - bytes_cut), 0);
    return (int)strlen(line) + 1;
}

static void count(void* context, const outcome_t* outcome, const char* line)
{
    (void)line;
    *(int64_t*)context += outcome->number;
}

static void a_last_line_cut_anywhere_is_left_out(void** context)
{
    (void)context;
    char path[256];
    file_name("torn", path);
    outcome_file_t file;
    const int length = write_file(path, &shipped, 1, 5, 0);
    for (int cut = 0; cut < length; ++cut) {
        (void)write_file(path, &shipped, 1, 5, cut);
        int64_t sum = 0;
        assert_int_equal(outcome_file_read(path, &file, count, &sum), OUTCOME_FILE_OK);
        assert_int_equal(sum, cut == 0 ? 10 : 6);
        assert_true(file.torn == (cut > 0));
    }
    (void)remove(path);
}

static void damage_before_the_last_line_is_refused(void** context)
{
    (void)context;
    char path[256];
    file_name("damaged", path);
    (void)write_file(path, &shipped, 1, 5, 0);
    FILE* file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, 300, SEEK_SET), 0);
    (void)fputc('#', file);
    (void)fclose(file);
    outcome_file_t read;
    int64_t sum = 0;
    assert_int_equal(outcome_file_read(path, &read, count, &sum), OUTCOME_FILE_DAMAGED);
    assert_int_equal(read.line, 2);
    (void)remove(path);
    assert_int_equal(outcome_file_read(path, &read, count, &sum), OUTCOME_FILE_UNREADABLE);
}

static void shards_join_to_the_whole_in_any_order(void** context)
{
    (void)context;
    char a[256], b[256], c[256], whole[256], out[256];
    file_name("a", a);
    file_name("b", b);
    file_name("c", c);
    file_name("whole", whole);
    file_name("out", out);
    (void)write_file(a, &shipped, 6, 10, 0);
    (void)write_file(b, &shipped, 1, 4, 0);
    (void)write_file(c, &shipped, 3, 7, 0); // some of both
    (void)write_file(whole, &shipped, 1, 10, 0);
    char* paths[] = {a, b, c};
    int failed;
    assert_int_equal(outcome_file_merge(3, paths, out, &failed), OUTCOME_FILE_OK);
    char command[600];
    (void)snprintf(command, sizeof command, "cmp -s %s %s", out, whole);
    assert_int_equal(system(command), 0);
    campaign_header_t other = shipped;
    other.inputs[0] = '1';
    (void)write_file(b, &other, 1, 4, 0);
    assert_int_equal(outcome_file_merge(3, paths, out, &failed), OUTCOME_FILE_OTHER);
    assert_int_equal(failed, 1);
    (void)remove(a);
    (void)remove(b);
    (void)remove(c);
    (void)remove(whole);
    (void)remove(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_last_line_cut_anywhere_is_left_out),
        cmocka_unit_test(damage_before_the_last_line_is_refused),
        cmocka_unit_test(shards_join_to_the_whole_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
