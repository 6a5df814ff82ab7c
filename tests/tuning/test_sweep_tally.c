/// Figures of a point: the worst and the mean of what was played to its end, everything counted,
/// what is not known never a figure.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>

#include "controller/tuning/sweep_tally.h"
#include "tests/tuning/made_sweep.h"

static void a_point_has_the_worst_and_the_mean_of_its_trials(void** state)
{
    (void)state;
    sweep_header_t* header = made_header("machine.period=1,2,3,4");
    sweep_t* sweep = sweep_begin(header);
    for (int64_t number = 0; number < sweep_trials(header); ++number) {
        const sweep_row_t row = made_row(number);
        assert_true(sweep_take(sweep, &row));
    }
    for (int64_t at = 0; at < 4; ++at) {
        const sweep_point_t point = sweep_tally(sweep, at);
        int64_t counts[SWEEP_RESULT_COUNT] = {0};
        double worst_N = 0.0, sum_N = 0.0, peak_N = 0.0;
        for (int64_t number = 6 * at; number < 6 * (at + 1); ++number) {
            const sweep_row_t row = made_row(number);
            ++counts[row.result];
            if (row.result != SWEEP_REFUSED) {
                peak_N = fmax(peak_N, row.force_peak_N);
            }
            if (row.result == SWEEP_PLAYED) {
                worst_N = fmax(worst_N, row.force_rms_N);
                sum_N += row.force_rms_N;
            }
        }
        assert_int_equal(point.trials, 6);
        for (int i = 0; i < SWEEP_RESULT_COUNT; ++i) {
            assert_int_equal(point.counts[i], counts[i]);
        }
        assert_true(point.values[0] == (double)at + 1.0);
        assert_near(point.force_rms_worst_N, worst_N, 1e-12);
        assert_near(point.force_rms_mean_N, sum_N / (double)counts[SWEEP_PLAYED], 1e-12);
        assert_near(point.force_peak_N, peak_N, 1e-12);
        assert_true(isnan(point.swing_worst_N)); // no trial knows it
        assert_true(point.note[0] != '\0');
    }
    sweep_end(sweep);
    free(header);
}

static void a_point_that_is_not_known_has_no_figures(void** state)
{
    (void)state;
    sweep_header_t* header = made_header("machine.period=1,2,3,4");
    sweep_t* sweep = sweep_begin(header);
    const sweep_point_t point = sweep_tally(sweep, 2);
    assert_int_equal(point.trials, 0);
    assert_true(isnan(point.force_rms_worst_N) && isnan(point.force_peak_N));
    sweep_end(sweep);
    free(header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_point_has_the_worst_and_the_mean_of_its_trials),
        cmocka_unit_test(a_point_that_is_not_known_has_no_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
