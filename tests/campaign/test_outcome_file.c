#include "controller/campaign/outcome_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/cmocka_prelude.h"

static const campaign_header_t shipped = {
    CAMPAIGN_SWARM, "0.1.0", "abc", "00", "", 1, 9, 0, 1, 1, ""};

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
    int64_t line;
    assert_int_equal(outcome_file_merge(3, paths, out, &failed, &line), OUTCOME_FILE_OK);
    char command[600];
    (void)snprintf(command, sizeof command, "cmp -s %s %s", out, whole);
    assert_int_equal(system(command), 0);
    campaign_header_t other = shipped;
    other.inputs[0] = '1';
    (void)write_file(b, &other, 1, 4, 0);
    assert_int_equal(outcome_file_merge(3, paths, out, &failed, &line), OUTCOME_FILE_OTHER);
    assert_int_equal(failed, 1);
    (void)remove(a);
    (void)remove(b);
    (void)remove(c);
    (void)remove(whole);
    (void)remove(out);
}

/// Adds the line of a trial, with what makes it another outcome.
static void add_line(const char* path, campaign_kind_t kind, int number, double simulated_s)
{
    char line[OUTCOME_LINE_CAPACITY];
    const outcome_t outcome = {.kind = kind,
                               .number = number,
                               .routine = "r",
                               .phase = -1,
                               .magnitude = -1,
                               .simulated_s = simulated_s};
    assert_true(outcome_write(&outcome, line, sizeof line));
    FILE* out = fopen(path, "a");
    assert_non_null(out);
    (void)fprintf(out, "%s\n", line);
    assert_int_equal(fclose(out), 0);
}

static void a_line_that_stands_there_twice_counts_once(void** context)
{
    (void)context;
    char path[256];
    file_name("twice", path);
    (void)write_file(path, &shipped, 1, 5, 0);
    add_line(path, CAMPAIGN_SWARM, 2, 2);
    add_line(path, CAMPAIGN_SWARM, 5, 5);
    add_line(path, CAMPAIGN_SWARM, 5, 5);
    outcome_file_t file;
    int64_t sum = 0;
    assert_int_equal(outcome_file_read(path, &file, count, &sum), OUTCOME_FILE_OK);
    assert_int_equal(sum, 1 + 2 + 3 + 4 + 5);
    FILE* in = fopen(path, "r");
    assert_non_null(in);
    assert_int_equal(fseek(in, 0, SEEK_END), 0);
    assert_int_equal(file.whole_bytes, ftell(in));
    (void)fclose(in);
    add_line(path, CAMPAIGN_SWARM, 6, 6);
    add_line(path, CAMPAIGN_SWARM, 2, 2.5); // behind the header, four, three and one more: the 10th
    assert_int_equal(outcome_file_read(path, &file, count, &sum), OUTCOME_FILE_CONFLICT);
    assert_int_equal(file.line, 10);
    char out[256];
    file_name("out", out);
    int failed;
    int64_t line;
    char* paths[] = {path};
    assert_int_equal(outcome_file_merge(1, paths, out, &failed, &line), OUTCOME_FILE_CONFLICT);
    assert_int_equal(failed, 0);
    assert_int_equal(line, 10);
    (void)remove(path);
}

static void a_trial_that_is_none_of_the_shard_is_damage(void** context)
{
    (void)context;
    campaign_header_t header = shipped;
    header.shard = 2;
    header.shards = 4; // 2 and 6
    static const struct {
        campaign_kind_t kind;
        int number;
        outcome_file_result_t result;
    } cases[] = {
        {CAMPAIGN_SWARM, 6, OUTCOME_FILE_OK},       {CAMPAIGN_SWARM, 5, OUTCOME_FILE_DAMAGED},
        {CAMPAIGN_SWARM, 7, OUTCOME_FILE_DAMAGED},  {CAMPAIGN_SWARM, 10, OUTCOME_FILE_DAMAGED},
        {CAMPAIGN_MATRIX, 6, OUTCOME_FILE_DAMAGED},
    };
    char path[256];
    file_name("shard", path);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
        (void)write_file(path, &header, 2, 3, 0);
        add_line(path, cases[i].kind, cases[i].number, 1.0);
        outcome_file_t file;
        int64_t sum = 0;
        assert_int_equal(outcome_file_read(path, &file, count, &sum), cases[i].result);
    }
    (void)remove(path);
}

static void what_differs_decides_whether_a_file_is_gone_on_with_or_joined(void** context)
{
    (void)context;
    campaign_header_t other = shipped;
    (void)snprintf(other.given, sizeof other.given, " --machine elsewhere.yaml");
    assert_true(campaign_header_goes_on(&shipped, &other));
    assert_true(campaign_header_joins(&shipped, &other));
    other.shard = 2;
    other.shards = 3;
    assert_false(campaign_header_goes_on(&shipped, &other));
    assert_true(campaign_header_joins(&shipped, &other));
    campaign_header_t longer = other;
    longer.hours = 4;
    assert_true(campaign_header_goes_on(&other, &longer));
    assert_false(campaign_header_joins(&other, &longer));
    campaign_header_t finer = longer;
    finer.shards = 4;
    assert_false(campaign_header_joins(&longer, &finer));
    finer.shards = 3;
    finer.shard = 1;
    assert_true(campaign_header_joins(&longer, &finer));
    finer.last = 8;
    assert_false(campaign_header_joins(&longer, &finer));
    assert_false(campaign_header_goes_on(&longer, &finer));
}

static void joined_shards_are_the_whole_or_with_hours_still_shards(void** context)
{
    (void)context;
    char path[256], out[256];
    file_name("one", path);
    file_name("out", out);
    char* paths[] = {path};
    for (int hours = 0; hours < 2; ++hours) {
        campaign_header_t header = shipped;
        header.hours = hours;
        header.shard = 2;
        header.shards = 4;
        (void)write_file(path, &header, 2, 3, 0);
        int failed;
        int64_t line;
        assert_int_equal(outcome_file_merge(1, paths, out, &failed, &line), OUTCOME_FILE_OK);
        campaign_header_t joined;
        assert_int_equal(outcome_file_header(out, &joined), OUTCOME_FILE_OK);
        assert_int_equal(joined.shard, hours == 0 ? 1 : 0);
        assert_int_equal(joined.shards, hours == 0 ? 1 : 4);
        assert_int_equal(joined.hours, hours);
    }
    (void)remove(path);
    (void)remove(out);
    assert_int_equal(outcome_file_header(out, &(campaign_header_t){0}), OUTCOME_FILE_UNREADABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_last_line_cut_anywhere_is_left_out),
        cmocka_unit_test(damage_before_the_last_line_is_refused),
        cmocka_unit_test(shards_join_to_the_whole_in_any_order),
        cmocka_unit_test(a_line_that_stands_there_twice_counts_once),
        cmocka_unit_test(a_trial_that_is_none_of_the_shard_is_damage),
        cmocka_unit_test(what_differs_decides_whether_a_file_is_gone_on_with_or_joined),
        cmocka_unit_test(joined_shards_are_the_whole_or_with_hours_still_shards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
