// What is proven: a level is the factor it says, as written changes no bit of any force, a ceiling
// is never passed unless the stroke was written higher, the light touch stays, and nothing that is
// not a number makes a force.
#include "tests/support/cmocka_prelude.h"

#include "routines/intensity.h"
#include "routines/technique.h"

#define SEED 20240602u

static double draw(uint64_t* random, double low, double high)
{
    *random ^= *random >> 12;
    *random ^= *random << 25;
    *random ^= *random >> 27;
    const uint64_t bits = (*random * 2685821657736338717u) >> 11;
    return low + (high - low) * (double)bits * 0x1p-53;
}

static void levels_are_eleven_and_their_factors_rise_evenly(void** state)
{
    (void)state;
    assert_false(intensity_level_known(-1));
    assert_true(intensity_level_known(0));
    assert_true(intensity_level_known(10));
    assert_false(intensity_level_known(11));
    assert_true(intensity_factor(0) == 0.5);
    assert_true(intensity_factor(5) == 1.0); // to the last bit
    assert_true(intensity_factor(10) == 1.5);
    for (int level = 1; level <= 10; ++level) {
        assert_near(intensity_factor(level) - intensity_factor(level - 1), 0.1, 1e-12);
    }
    assert_true(intensity_factor(-7) == 0.5);
    assert_true(intensity_factor(99) == 1.5);
}

static void as_written_changes_no_bit(void** state)
{
    (void)state;
    uint64_t random = SEED;
    print_message("seed %u\n", SEED);
    for (int i = 0; i < 100000; ++i) {
        const double peak_N = draw(&random, 0.5, 60.0);
        const double ceiling_N = draw(&random, 0.0, 60.0);
        assert_true(intensity_scale(intensity_factor(5), peak_N, ceiling_N) == 1.0);
        const double force_N = draw(&random, 0.0, peak_N);
        assert_true(intensity_force_N(1.0, force_N) == force_N);
    }
}

static void the_peak_becomes_the_factor_times_itself_within_its_bounds(void** state)
{
    (void)state;
    uint64_t random = SEED + 1;
    for (int i = 0; i < 100000; ++i) {
        const double peak_N = draw(&random, 3.01, 60.0);
        const double ceiling_N = draw(&random, 0.0, 80.0);
        const double factor = draw(&random, 0.5, 1.5);
        const double scale = intensity_scale(factor, peak_N, ceiling_N);
        const double reached_N = intensity_force_N(scale, peak_N);
        const double most_N = fmax(peak_N, ceiling_N);
        assert_true(reached_N <= most_N * (1.0 + 1e-12));
        assert_true(reached_N >= STROKE_LIGHT_FORCE_N - 1e-12);
        const double wanted_N = fmin(fmax(factor * peak_N, STROKE_LIGHT_FORCE_N), most_N);
        assert_near(reached_N, wanted_N, 1e-9);
    }
}

static void a_ceiling_below_at_and_above_what_is_wanted(void** state)
{
    (void)state;
    // 20 N at 1.5 are 30 N.
    assert_near(intensity_force_N(intensity_scale(1.5, 20.0, 29.9), 20.0), 29.9, 1e-12);
    assert_near(intensity_force_N(intensity_scale(1.5, 20.0, 30.0), 20.0), 30.0, 1e-12);
    assert_near(intensity_force_N(intensity_scale(1.5, 20.0, 30.1), 20.0), 30.0, 1e-12);
    // Written at its ceiling or past it: nothing is added, and nothing taken unasked.
    assert_true(intensity_scale(1.5, 20.0, 20.0) == 1.0);
    assert_true(intensity_scale(1.5, 20.0, 10.0) == 1.0);
    assert_near(intensity_force_N(intensity_scale(0.5, 20.0, 10.0), 20.0), 10.0, 1e-12);
}

static void the_light_touch_stays_and_force_rises_with_force(void** state)
{
    (void)state;
    const double scales[] = {0.0, 0.4, 1.0, 2.5};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; ++i) {
        double before_N = 0.0;
        for (double force_N = 0.0; force_N <= 40.0; force_N += 0.01) {
            const double scaled_N = intensity_force_N(scales[i], force_N);
            if (force_N <= STROKE_LIGHT_FORCE_N) {
                assert_true(scaled_N == force_N);
            }
            assert_true(scaled_N >= before_N);
            assert_true(scaled_N - before_N <= 0.01 * fmax(scales[i], 1.0) + 1e-9);
            before_N = scaled_N;
        }
    }
}

static void what_is_all_light_or_no_number_stays_as_written(void** state)
{
    (void)state;
    assert_true(intensity_scale(1.5, STROKE_LIGHT_FORCE_N, 30.0) == 1.0);
    assert_true(intensity_scale(1.5, 1.0, 30.0) == 1.0);
    const double wrong[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
        assert_true(intensity_scale(wrong[i], 20.0, 30.0) == 1.0);
        assert_true(intensity_scale(1.5, wrong[i], 30.0) == 1.0);
        assert_true(intensity_scale(1.5, 20.0, wrong[i]) == 1.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_are_eleven_and_their_factors_rise_evenly),
        cmocka_unit_test(as_written_changes_no_bit),
        cmocka_unit_test(the_peak_becomes_the_factor_times_itself_within_its_bounds),
        cmocka_unit_test(a_ceiling_below_at_and_above_what_is_wanted),
        cmocka_unit_test(the_light_touch_stays_and_force_rises_with_force),
        cmocka_unit_test(what_is_all_light_or_no_number_stays_as_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
