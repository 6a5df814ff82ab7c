// Trigger point: one place, steps that are held as long as they say, and a slow press-in.
#include "tests/support/cmocka_prelude.h"

#include "tests/support/sample_stroke.h"

#define PI 3.14159265358979323846

static stroke_sample_t sample;

static int setup(void** state)
{
    (void)state;
    return sample_stroke_body(&sample) ? 0 : -1;
}

static stroke_t three_steps(void)
{
    return sample_make_stroke(&sample, TECHNIQUE_TRIGGER_POINT, "trapezius.right",
                              (technique_parameters_t){.force_N = 30.0,
                                                       .step_N = {15.0, 22.0, 30.0},
                                                       .step_count = 3,
                                                       .hold_s = 20.0,
                                                       .point = {0.3, -0.2}});
}

static void every_step_is_held_for_its_time(void** state)
{
    (void)state;
    const stroke_t stroke = three_steps();
    const double steps_N[] = {15.0, 22.0, 30.0};
    double held_s[3] = {0.0};
    double highest_N = 0.0;
    for (double time_s = 0.0; time_s < stroke.duration_s; time_s += 0.01) {
        const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
        for (int step = 0; step < 3; step++) {
            held_s[step] += fabs(target.force_N - steps_N[step]) < 1e-9 ? 0.01 : 0.0;
        }
        // Never down before the last hold is over.
        if (held_s[2] < 19.9) {
            assert_true(target.force_N >= highest_N - 1e-9);
        }
        highest_N = fmax(highest_N, target.force_N);
    }
    for (int step = 0; step < 3; step++) {
        assert_near(held_s[step], 20.0, 0.05);
    }
}

static void place_is_the_point_and_stays(void** state)
{
    (void)state;
    const stroke_t stroke = three_steps();
    const body_place_t point = body_place_in_region(&sample.body, stroke.region, 0.3, -0.2);
    for (double time_s = 0.0; time_s <= stroke.duration_s; time_s += 0.5) {
        const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
        assert_near(target.place.along_m, point.along_m, 1e-12);
        assert_near(target.place.across_m, point.across_m, 1e-12);
        assert_near(target.along_speed_mps, 0.0, 0.0);
    }
}

static void press_in_is_slow(void** state)
{
    (void)state;
    const stroke_t stroke = three_steps();
    assert_true(technique_force_rate_peak_N_per_s(&sample.body, &stroke) <= 15.0 * (1.0 + 1e-9));
    // 12 N up, 7 N, 8 N and 27 N down, each half a cosine that peaks at 15 N/s or lasts 0.8 s.
    const double peak = 0.5 * PI / 15.0;
    const double ramps_s = peak * 12.0 + fmax(0.8, peak * 7.0) + peak * 8.0 + peak * 27.0;
    assert_near(stroke.duration_s, 60.0 + ramps_s, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_is_held_for_its_time),
        cmocka_unit_test(place_is_the_point_and_stays),
        cmocka_unit_test(press_in_is_slow),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
