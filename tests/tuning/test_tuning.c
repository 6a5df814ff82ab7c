/// Tuning: from a start that is bad on purpose it makes the worst force error at least 40 %
/// smaller, in the same way with one process as with two; what it says to be found is what was
/// measured; and the shipped gains have no clearly better neighbour.
///
/// The full search, over all bodies and gains, is played by hand: tests/tuning/ledger.md.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/tuning/number_edit.h"
#include "controller/tuning/people.h"
#include "controller/tuning/tuning.h"
#include "tests/tuning/loaded_stage.h"

static loaded_stage_t slow;
static tuning_case_t cases[2];

static int open_stages(void** state)
{
    (void)state;
    loaded_stage_open(&slow, SLOW_MACHINE, ONE_PRESS);
    static const int people[2] = {2, 3}; // hard and tall, breathing deeply: the worst of all
    for (int i = 0; i < 2; ++i) {
        const people_row_t row = people_row(people[i]);
        (void)snprintf(cases[i].name, sizeof cases[i].name, "%s", row.name);
        cases[i].rehearsal =
            (rehearsal_t){.stage = &slow.stage, .person = row.person, .seed = row.seed};
    }
    return 0;
}

static int close_stages(void** state)
{
    (void)state;
    loaded_stage_close(&slow);
    return 0;
}

static tuning_t tuning_of(int jobs)
{
    tuning_t tuning = {.case_count = 2,
                       .cases = cases,
                       .start = slow.stage.session->gains,
                       .tries_max = 9,
                       .jobs = jobs};
    tuning.tuned[gain_named("force_crossover")] = true;
    return tuning;
}

static void a_bad_start_becomes_at_least_forty_percent_better(void** state)
{
    (void)state;
    const tuning_t tuning = tuning_of(1);
    tuning_result_t* result = tuning_run(&tuning);
    assert_non_null(result);
    print_message("worst force RMS %.3f N before, %.3f N after\n", result->start.worst_force_N,
                  result->found.worst_force_N);
    assert_true(result->improved);
    assert_int_equal(result->found.stopped, 0);
    assert_true(tuning_change_percent(result->start.worst_force_N, result->found.worst_force_N) >=
                40.0);
    assert_true(result->found.cost < result->start.cost);
    assert_int_equal(result->tries, 9);
    // Only what was to be tuned has changed, and to a number that can be written.
    const int crossover = gain_named("force_crossover");
    for (int i = 0; i < GAIN_COUNT; ++i) {
        const double before = gains_get(&result->start.gains, i);
        const double after = gains_get(&result->found.gains, i);
        assert_true(i == crossover ? after > before : after == before);
        assert_true(number_edit_round(after) == after);
    }
    free(result);
}

static void what_is_found_was_measured_and_does_not_depend_on_the_processes(void** state)
{
    (void)state;
    const tuning_t alone = tuning_of(1), together = tuning_of(2);
    tuning_result_t* first = tuning_run(&alone);
    tuning_result_t* second = tuning_run(&together);
    tuning_try_t* again = calloc(1, sizeof *again);
    assert_true(first != NULL && second != NULL && again != NULL);
    assert_memory_equal(&first->found.gains, &second->found.gains, sizeof(gains_t));
    assert_true(first->found.cost == second->found.cost);
    assert_int_equal(first->trace_count, second->trace_count);
    for (int i = 0; i < first->trace_count; ++i) {
        assert_true(first->trace[i].cost == second->trace[i].cost);
    }
    tuning_try(&alone, &first->found.gains, again);
    assert_true(again->cost == first->found.cost);
    free(again);
    free(first);
    free(second);
}

static int asked;
static bool stop_at_once(void* context)
{
    (void)context;
    return ++asked > 5;
}

static void whoever_stops_it_gets_the_best_so_far_whole(void** state)
{
    (void)state;
    tuning_t tuning = tuning_of(1);
    tuning.stop = stop_at_once;
    asked = 0;
    tuning_result_t* result = tuning_run(&tuning);
    assert_int_equal(result->ending, SEARCH_STOPPED);
    assert_true(result->start.whole);
    assert_true(result->found.whole);
    assert_true(result->found.cost <= result->start.cost);
    free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_start_becomes_at_least_forty_percent_better),
        cmocka_unit_test(what_is_found_was_measured_and_does_not_depend_on_the_processes),
        cmocka_unit_test(whoever_stops_it_gets_the_best_so_far_whole),
    };
    return cmocka_run_group_tests(tests, open_stages, close_stages);
}
