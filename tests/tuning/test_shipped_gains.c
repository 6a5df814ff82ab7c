/// The shipped gains are what tuning finds: no gain alone, a third less or half as much again, is
/// clearly better on the hardest body, and the shipped ones are not stopped on it.
///
/// The full search, over all bodies and gains, is played by hand: tests/tuning/ledger.md.
// ctest label: slow
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>

#include "controller/tuning/people.h"
#include "controller/tuning/tuning.h"
#include "tests/tuning/loaded_stage.h"

// Of the cost. A search over all of them at once finds what the ledger says.
#define NEIGHBOUR_BETTER_MAX_PERCENT 10.0
#define BREATHING_DEEPLY 3

static void no_neighbour_of_the_shipped_gains_is_clearly_better(void** state)
{
    (void)state;
    loaded_stage_t shipped;
    const people_row_t row = people_row(BREATHING_DEEPLY);
    loaded_stage_open(&shipped, NULL, NULL);
    const tuning_case_t hardest = {
        .rehearsal = {.stage = &shipped.stage, .person = row.person, .seed = row.seed}};
    const tuning_t tuning = {.case_count = 1, .cases = &hardest, .jobs = 1};
    tuning_try_t* tried = calloc(1, sizeof *tried);
    const gains_t start = shipped.stage.session->gains;
    tuning_try(&tuning, &start, tried);
    const double cost = tried->cost;
    print_message("shipped: cost %.3f, worst force RMS %.3f N\n", cost, tried->worst_force_N);
    assert_int_equal(tried->stopped, 0);
    for (int i = 0; i < GAIN_COUNT; ++i) {
        for (int way = -1; way <= 1; way += 2) {
            const gain_info_t* info = gain_info(i);
            const double gain = gains_get(&start, i) * pow(1.5, way);
            gains_t gains = start;
            gains_set(&gains, i, fmin(fmax(gain, info->lowest), info->highest));
            tuning_try(&tuning, &gains, tried);
            print_message("%s %.4g: cost %.3f\n", info->key, gains_get(&gains, i), tried->cost);
            assert_true(tuning_change_percent(cost, tried->cost) <= NEIGHBOUR_BETTER_MAX_PERCENT);
        }
    }
    free(tried);
    loaded_stage_close(&shipped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_neighbour_of_the_shipped_gains_is_clearly_better),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
