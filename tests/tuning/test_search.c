/// The search: it finds the lowest place of functions whose lowest place is known, never leaves the
/// ranges, never asks more often than it may, and answers with the best that it saw.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/tuning/search.h"

#define NUMBERS 3

typedef struct {
    double centre[NUMBERS];
    int calls, stop_after;
    double least;
    double least_at[NUMBERS];
    bool outside;
    const search_t* search;
    double sum; // of all that was asked, to tell two runs apart
} valley_t;

/// A bowl in logarithms, steeper along the later numbers.
static double bowl(void* context, const double* numbers, bool looking)
{
    valley_t* valley = context;
    double value = 1.0;
    (void)looking;
    for (int i = 0; i < NUMBERS; ++i) {
        const double off = log(numbers[i] / valley->centre[i]);
        value += (1 + i) * off * off;
        valley->sum += numbers[i] * (valley->calls + 1);
        valley->outside = valley->outside || !(numbers[i] >= valley->search->lowest[i]) ||
                          !(numbers[i] <= valley->search->highest[i]);
    }
    if (valley->calls == 0 || value < valley->least) {
        valley->least = value;
        memcpy(valley->least_at, numbers, sizeof valley->least_at);
    }
    ++valley->calls;
    return value;
}

static bool enough(void* context)
{
    const valley_t* valley = context;
    return valley->stop_after > 0 && valley->calls >= valley->stop_after;
}

static search_t search_for(valley_t* valley, int calls_max)
{
    search_t search = {.count = NUMBERS,
                       .lowest = {0.1, 0.1, 1.0},
                       .highest = {10.0, 10.0, 1000.0},
                       .start = {0.2, 9.0, 2.0},
                       .calls_max = calls_max,
                       .settled = 1e-4,
                       .context = valley,
                       .value = bowl,
                       .stop = enough};
    return search;
}

static void the_lowest_place_of_a_bowl_is_found_within_the_ranges(void** state)
{
    (void)state;
    valley_t valley = {.centre = {2.0, 0.5, 40.0}};
    const search_t search = search_for(&valley, 400);
    valley.search = &search;
    const search_result_t found = search_run(&search);
    assert_int_equal(found.ending, SEARCH_SETTLED);
    assert_false(valley.outside);
    for (int i = 0; i < NUMBERS; ++i) {
        assert_near(log(found.best[i] / valley.centre[i]), 0.0, 0.01);
    }
}

static void a_lowest_place_beyond_a_range_is_found_at_its_end(void** state)
{
    (void)state;
    valley_t valley = {.centre = {2.0, 100.0, 40.0}};
    const search_t search = search_for(&valley, 400);
    valley.search = &search;
    const search_result_t found = search_run(&search);
    assert_false(valley.outside);
    assert_near(found.best[1], 10.0, 0.1);
}

static void it_asks_no_more_often_than_it_may_and_keeps_the_best_it_saw(void** state)
{
    (void)state;
    for (int calls_max = 1; calls_max < 60; calls_max += 7) {
        valley_t valley = {.centre = {2.0, 0.5, 40.0}};
        const search_t search = search_for(&valley, calls_max);
        valley.search = &search;
        const search_result_t found = search_run(&search);
        assert_int_equal(found.ending, SEARCH_COUNT);
        assert_int_equal(valley.calls, calls_max);
        assert_int_equal(found.calls, calls_max);
        assert_true(found.best_value == valley.least);
        assert_memory_equal(found.best, valley.least_at, sizeof valley.least_at);
    }
}

static void whoever_stops_it_gets_the_best_so_far(void** state)
{
    (void)state;
    static const int stops[] = {1, 5, 13, 30};
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; ++i) {
        valley_t valley = {.centre = {2.0, 0.5, 40.0}, .stop_after = stops[i]};
        const search_t search = search_for(&valley, 400);
        valley.search = &search;
        const search_result_t found = search_run(&search);
        assert_int_equal(found.ending, SEARCH_STOPPED);
        assert_int_equal(found.calls, stops[i]);
        assert_true(found.best_value == valley.least);
    }
}

static void the_same_function_gives_the_same_calls(void** state)
{
    (void)state;
    double sums[2];
    for (int i = 0; i < 2; ++i) {
        valley_t valley = {.centre = {3.0, 0.7, 20.0}};
        const search_t search = search_for(&valley, 120);
        valley.search = &search;
        (void)search_run(&search);
        sums[i] = valley.sum;
    }
    assert_true(sums[0] == sums[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lowest_place_of_a_bowl_is_found_within_the_ranges),
        cmocka_unit_test(a_lowest_place_beyond_a_range_is_found_at_its_end),
        cmocka_unit_test(it_asks_no_more_often_than_it_may_and_keeps_the_best_it_saw),
        cmocka_unit_test(whoever_stops_it_gets_the_best_so_far),
        cmocka_unit_test(the_same_function_gives_the_same_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
