// The histogram against an array that keeps and sorts every number: counts and ends exact,
// percentiles never below the true one and no further above it than the header says.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/timing/histogram.h"

#define NUMBERS_MAX 20000

typedef struct {
    histogram_t histogram;
    int64_t sum;
    int count;
    int64_t at[NUMBERS_MAX];
} counted_t;

static uint64_t drawn(uint64_t* seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void count(counted_t* counted, int64_t number)
{
    histogram_add(&counted->histogram, number);
    counted->at[counted->count++] = number;
    counted->sum += number;
}

static int compare(const void* left, const void* right)
{
    const int64_t a = *(const int64_t*)left;
    const int64_t b = *(const int64_t*)right;
    return (a > b) - (a < b);
}

/// Numbers of every size from 0 to twice the range, as a drawn shift spreads them.
static void fill(counted_t* counted, uint64_t* seed, int numbers, int bits)
{
    memset(counted, 0, sizeof *counted);
    for (int i = 0; i < numbers; ++i) {
        const uint64_t wide = drawn(seed);
        count(counted, (int64_t)(wide >> (64 - bits + (int)(drawn(seed) % (uint64_t)bits))));
    }
}

static void assert_percentile(const counted_t* counted, double percent)
{
    const double rank = ceil((double)counted->count * percent / 100.0 - 1e-9);
    const int64_t truth = counted->at[rank < 1.0 ? 0 : (int)rank - 1];
    const int64_t told = histogram_percentile(&counted->histogram, percent);
    assert_true(told >= truth);
    if (truth < HISTOGRAM_LINEAR) {
        assert_int_equal(told, truth);
    } else if (truth >= HISTOGRAM_RANGE) {
        assert_int_equal(told, counted->histogram.max);
    } else {
        assert_true((double)(told - truth) <= HISTOGRAM_ERROR * (double)truth);
    }
}

static void percentiles_keep_the_stated_error_against_a_sorted_array(void** state)
{
    (void)state;
    counted_t* counted = calloc(1, sizeof *counted);
    uint64_t seed = 71;
    print_message("seed 71\n");
    for (int round = 0; round < 60; ++round) {
        const int bits = 1 + round % 33;
        fill(counted, &seed, 1 + (int)(drawn(&seed) % NUMBERS_MAX), bits);
        qsort(counted->at, (size_t)counted->count, sizeof counted->at[0], compare);
        static const double percents[] = {0.0,  0.01, 1.0,  10.0,  33.3,  50.0,
                                          90.0, 99.0, 99.9, 99.99, 99.999};
        for (size_t i = 0; i < sizeof percents / sizeof percents[0]; ++i) {
            assert_percentile(counted, percents[i]);
        }
        assert_int_equal(histogram_percentile(&counted->histogram, 0.0), counted->at[0]);
        assert_int_equal(histogram_percentile(&counted->histogram, 100.0),
                         counted->at[counted->count - 1]);
    }
    free(counted);
}

static void count_ends_sum_and_mean_are_exact(void** state)
{
    (void)state;
    counted_t* counted = calloc(1, sizeof *counted);
    uint64_t seed = 72;
    print_message("seed 72\n");
    for (int round = 0; round < 20; ++round) {
        fill(counted, &seed, 1 + (int)(drawn(&seed) % NUMBERS_MAX), 33);
        qsort(counted->at, (size_t)counted->count, sizeof counted->at[0], compare);
        const histogram_t* histogram = &counted->histogram;
        assert_int_equal(histogram->count, counted->count);
        assert_int_equal(histogram->min, counted->at[0]);
        assert_int_equal(histogram->max, counted->at[counted->count - 1]);
        assert_int_equal(histogram->sum, counted->sum);
        assert_near(histogram_mean(histogram), (double)counted->sum / counted->count, 1e-9);
    }
    free(counted);
}

static void buckets_join_without_gap_and_hold_their_numbers(void** state)
{
    (void)state;
    assert_int_equal(histogram_bucket_from(0), 0);
    for (int i = 0; i < HISTOGRAM_BUCKET_COUNT - 1; ++i) {
        const int64_t from = histogram_bucket_from(i);
        const int64_t below = histogram_bucket_below(i);
        assert_int_equal(below, histogram_bucket_from(i + 1));
        assert_true(below > from);
        assert_true(from < HISTOGRAM_LINEAR
                        ? below == from + 1
                        : (double)(below - from) <= HISTOGRAM_ERROR * (double)from);
        assert_int_equal(histogram_bucket_of(from), i);
        assert_int_equal(histogram_bucket_of(below - 1), i);
    }
    const int last = HISTOGRAM_BUCKET_COUNT - 1;
    assert_int_equal(histogram_bucket_from(last), HISTOGRAM_RANGE);
    assert_true(histogram_bucket_below(last) == INT64_MAX);
    assert_int_equal(histogram_bucket_of(HISTOGRAM_RANGE - 1), last - 1);
    assert_int_equal(histogram_bucket_of(HISTOGRAM_RANGE), last);
    assert_int_equal(histogram_bucket_of(INT64_MAX), last);
    assert_int_equal(histogram_bucket_of(INT64_MIN), 0);
    assert_int_equal(histogram_bucket_from(-1), 0);
    assert_int_equal(histogram_bucket_below(-1), 1);
    assert_int_equal(histogram_bucket_from(last + 1), HISTOGRAM_RANGE);
}

static void merging_holds_what_one_that_counted_all_would(void** state)
{
    (void)state;
    uint64_t seed = 73;
    print_message("seed 73\n");
    counted_t* parts = calloc(2, sizeof *parts);
    for (int round = 0; round < 20; ++round) {
        // Also none at all in one of them.
        fill(&parts[0], &seed, (int)(drawn(&seed) % 3) * 1000, 33);
        fill(&parts[1], &seed, (int)(drawn(&seed) % 3) * 1000, 33);
        histogram_t all = {0};
        for (int i = 0; i < parts[0].count + parts[1].count; ++i) {
            histogram_add(&all,
                          i < parts[0].count ? parts[0].at[i] : parts[1].at[i - parts[0].count]);
        }
        histogram_t forth = parts[0].histogram;
        histogram_t back = parts[1].histogram;
        histogram_merge(&forth, &parts[1].histogram);
        histogram_merge(&back, &parts[0].histogram);
        assert_memory_equal(&forth, &all, sizeof all);
        assert_memory_equal(&back, &all, sizeof all);
    }
    free(parts);
}

static void an_empty_one_answers_with_zeros_and_odd_percents_with_the_ends(void** state)
{
    (void)state;
    histogram_t histogram = {0};
    assert_int_equal(histogram_percentile(&histogram, 50.0), 0);
    assert_int_equal(histogram_percentile(&histogram, (double)NAN), 0);
    assert_near(histogram_mean(&histogram), 0.0, 0.0);
    histogram_add(&histogram, 5);
    histogram_add(&histogram, 7);
    assert_int_equal(histogram_percentile(&histogram, -1.0), 5);
    assert_int_equal(histogram_percentile(&histogram, 50.0), 5);
    assert_int_equal(histogram_percentile(&histogram, 50.1), 7);
    assert_int_equal(histogram_percentile(&histogram, 101.0), 7);
    assert_int_equal(histogram_percentile(&histogram, (double)INFINITY), 7);
    assert_int_equal(histogram_percentile(&histogram, (double)NAN), 7);
}

static void a_negative_number_counts_as_0(void** state)
{
    (void)state;
    histogram_t histogram = {0};
    histogram_add(&histogram, -3);
    histogram_add(&histogram, INT64_MIN);
    assert_int_equal(histogram.count, 2);
    assert_true(histogram.min == 0 && histogram.max == 0 && histogram.sum == 0);
    assert_int_equal(histogram.buckets[0], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentiles_keep_the_stated_error_against_a_sorted_array),
        cmocka_unit_test(count_ends_sum_and_mean_are_exact),
        cmocka_unit_test(buckets_join_without_gap_and_hold_their_numbers),
        cmocka_unit_test(merging_holds_what_one_that_counted_all_would),
        cmocka_unit_test(an_empty_one_answers_with_zeros_and_odd_percents_with_the_ends),
        cmocka_unit_test(a_negative_number_counts_as_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
