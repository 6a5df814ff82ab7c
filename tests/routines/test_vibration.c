// Vibration: the swing about the mean at its rate, held or on a slow line.
#include "tests/support/cmocka_prelude.h"

#include "tests/support/sample_stroke.h"

static stroke_sample_t sample;

static int setup(void** state)
{
    (void)state;
    return sample_stroke_body(&sample) ? 0 : -1;
}

static technique_parameters_t shaking(double speed_mps)
{
    return (technique_parameters_t){.force_N = 10.0,
                                    .swing_N = 3.0,
                                    .rate_Hz = 6.0,
                                    .speed_mps = speed_mps,
                                    .duration_s = 20.0};
}

static void force_swings_about_its_mean_at_its_rate(void** state)
{
    (void)state;
    const stroke_t stroke =
        sample_make_stroke(&sample, TECHNIQUE_VIBRATION, "gluteus.left", shaking(0.0));
    double sum_N = 0.0, high_N = 0.0, low_N = 1e9;
    int count = 0, rises = 0;
    bool above = false;
    for (double time_s = 5.0; time_s < 15.0 - 5e-4; time_s += 0.001) {
        const double force_N = technique_target(&sample.body, &stroke, time_s).force_N;
        sum_N += force_N;
        count++;
        high_N = fmax(high_N, force_N);
        low_N = fmin(low_N, force_N);
        rises += force_N > 10.0 + 1e-9 && !above;
        above = force_N > 10.0 + 1e-9;
    }
    assert_near(sum_N / count, 10.0, 0.01);
    assert_near(high_N, 13.0, 0.01);
    assert_near(low_N, 7.0, 0.01);
    assert_true(rises >= 60 && rises <= 61);
}

static void place_is_held_without_a_speed(void** state)
{
    (void)state;
    const stroke_t stroke =
        sample_make_stroke(&sample, TECHNIQUE_VIBRATION, "gluteus.right", shaking(0.0));
    const body_place_t middle = body_place_in_region(&sample.body, stroke.region, 0.5, 0.0);
    for (double time_s = 0.0; time_s <= stroke.duration_s; time_s += 0.1) {
        const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
        assert_near(target.place.along_m, middle.along_m, 1e-12);
        assert_near(target.place.across_m, middle.across_m, 1e-12);
    }
}

static void line_turns_back_at_the_regions_end_and_keeps_its_speed(void** state)
{
    (void)state;
    const stroke_t stroke =
        sample_make_stroke(&sample, TECHNIQUE_VIBRATION, "lumbar.left", shaking(0.02));
    double headward_s = 0.0, footward_s = 0.0;
    for (double time_s = 0.0; time_s <= stroke.duration_s; time_s += 0.01) {
        const double along_mps = technique_target(&sample.body, &stroke, time_s).along_speed_mps;
        assert_true(fabs(along_mps) <= 0.02 + 1e-12);
        headward_s += along_mps < -0.001 ? 0.01 : 0.0;
        footward_s += along_mps > 0.001 ? 0.01 : 0.0;
    }
    assert_true(headward_s > 5.0 && footward_s > 5.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(force_swings_about_its_mean_at_its_rate),
        cmocka_unit_test(place_is_held_without_a_speed),
        cmocka_unit_test(line_turns_back_at_the_regions_end_and_keeps_its_speed),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
