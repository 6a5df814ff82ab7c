// Percentiles, batches and the table; how long anything takes is nobody's claim here.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/cli/bench.h"

static void percentiles_are_those_of_the_nearest_rank(void** state)
{
    (void)state;
    static bench_samples_t samples;
    samples.count = 200;
    for (int i = 0; i < 200; ++i) {
        samples.at_ns[i] = 200.0 - i; // 1 to 200, backwards
    }
    const bench_figure_t figure = bench_summarise("key", "meaning", 7, &samples);
    assert_near(figure.median_ns, 100.0, 0.0);
    assert_near(figure.p99_ns, 198.0, 0.0);
    assert_int_equal(figure.samples, 200);
    assert_int_equal(figure.batch, 7);
    assert_string_equal(figure.key, "key");
    assert_true(figure.solved_part < 0.0);
}

static void few_samples_have_percentiles_too(void** state)
{
    (void)state;
    static bench_samples_t samples;
    samples.count = 0;
    assert_near(bench_summarise("", "", 1, &samples).median_ns, 0.0, 0.0);
    samples.count = 1;
    samples.at_ns[0] = 5.0;
    assert_near(bench_summarise("", "", 1, &samples).median_ns, 5.0, 0.0);
    assert_near(bench_summarise("", "", 1, &samples).p99_ns, 5.0, 0.0);
    samples.count = 2;
    samples.at_ns[1] = 3.0;
    const bench_figure_t figure = bench_summarise("", "", 1, &samples);
    assert_near(figure.median_ns, 3.0, 0.0);
    assert_near(figure.p99_ns, 5.0, 0.0);
}

typedef struct {
    int calls, next, pieces;
} counted_t;

static double count_work(void* context, int first, int count)
{
    counted_t* counted = context;
    // The batch that is not kept is the first one again.
    assert_int_equal(first, counted->calls == 0 ? 0 : counted->next);
    counted->next = counted->calls == 0 ? 0 : first + count;
    ++counted->calls;
    counted->pieces += count;
    return counted->pieces;
}

static void every_piece_of_work_is_done_once_and_one_batch_before(void** state)
{
    (void)state;
    counted_t counted = {0};
    const bench_figure_t figure = bench_run("key", "meaning", count_work, &counted, 4, 25);
    assert_int_equal(counted.calls, 26);
    assert_int_equal(counted.pieces, 104);
    assert_int_equal(figure.samples, 25);
    assert_true(figure.median_ns >= 0.0 && figure.median_ns <= figure.p99_ns);
}

static void samples_beyond_the_capacity_are_not_kept(void** state)
{
    (void)state;
    static bench_samples_t samples;
    samples.count = BENCH_SAMPLE_CAPACITY - 1;
    bench_keep(&samples, bench_now_ns(), 0.0, 1);
    bench_keep(&samples, bench_now_ns(), 0.0, 1);
    assert_int_equal(samples.count, BENCH_SAMPLE_CAPACITY);
    // A clock that costs more than was measured takes nothing below zero.
    samples.count = 0;
    bench_keep(&samples, bench_now_ns(), 1e15, 1);
    assert_near(samples.at_ns[0], 0.0, 0.0);
}

static void the_table_changes_its_unit_at_a_microsecond(void** state)
{
    (void)state;
    const bench_figure_t figures[] = {
        {"a", "short", 16, 100, 999.9, 1000.0, -1.0},
        {"b", "long", 1, 10000, 123456.0, 2e6, 0.99999},
    };
    char text[600] = "";
    FILE* out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    bench_print(figures, 2, out);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, " 999.9 ns"));
    assert_non_null(strstr(text, " 1.00 us"));
    assert_non_null(strstr(text, " 123.46 us"));
    // What is not whole is not rounded up to be.
    assert_non_null(strstr(text, " 99.99 %"));
}

static void the_clock_never_goes_back(void** state)
{
    (void)state;
    int64_t last_ns = bench_now_ns();
    for (int i = 0; i < 1000; ++i) {
        const int64_t now_ns = bench_now_ns();
        assert_true(now_ns >= last_ns);
        last_ns = now_ns;
    }
    assert_true(bench_clock_cost_ns() >= 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_are_those_of_the_nearest_rank),
        cmocka_unit_test(few_samples_have_percentiles_too),
        cmocka_unit_test(every_piece_of_work_is_done_once_and_one_batch_before),
        cmocka_unit_test(samples_beyond_the_capacity_are_not_kept),
        cmocka_unit_test(the_table_changes_its_unit_at_a_microsecond),
        cmocka_unit_test(the_clock_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
