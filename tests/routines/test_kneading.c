// Kneading: the swell of the force, the way of the circle, and what a narrow region makes of it.
#include "tests/support/cmocka_prelude.h"

#include "tests/support/sample_stroke.h"

static stroke_sample_t sample;

static int setup(void** state)
{
    (void)state;
    return sample_stroke_body(&sample) ? 0 : -1;
}

static void kneading_is_harder_on_the_medial_half(void** state)
{
    (void)state;
    const char* const names[] = {"gluteus.left", "gluteus.right"};
    for (int side = 0; side < 2; side++) {
        const stroke_t stroke = sample_make_stroke(
            &sample, TECHNIQUE_KNEADING, names[side],
            (technique_parameters_t){
                .force_N = 16.0, .rate_Hz = 0.7, .radius_m = 0.02, .duration_s = 40.0});
        double force_max_N = 0.0;
        double speed_mps = 0.0;
        technique_peaks(&sample.body, &stroke, &speed_mps, &force_max_N);
        assert_near(force_max_N, 16.0 * 1.25, 1e-9);
        // Against the centre, averaged over a circle, the place of the highest force is nearer to
        // the midline than the place of the lowest.
        const double period_s = 1.0 / 0.7;
        for (double from_s = 5.0; from_s < 30.0; from_s += period_s) {
            double high_N = 0.0, low_N = 1e9, at_high_m = 0.0, at_low_m = 0.0;
            for (double time_s = from_s; time_s < from_s + period_s; time_s += 0.005) {
                const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
                if (target.force_N > high_N) {
                    high_N = target.force_N;
                    at_high_m = fabs(target.place.across_m);
                }
                if (target.force_N < low_N) {
                    low_N = target.force_N;
                    at_low_m = fabs(target.place.across_m);
                }
            }
            assert_near(high_N, 20.0, 0.05);
            assert_near(low_N, 12.0, 0.05);
            assert_true(at_high_m < at_low_m - 0.02);
        }
    }
}

static void kneading_wanders_over_the_whole_region_when_it_has_time(void** state)
{
    (void)state;
    const stroke_t stroke = sample_make_stroke(
        &sample, TECHNIQUE_KNEADING, "gluteus.left",
        (technique_parameters_t){
            .force_N = 16.0, .rate_Hz = 0.8, .radius_m = 0.015, .duration_s = 60.0});
    double low_m = 1e9, high_m = -1e9;
    for (double time_s = 0.0; time_s < stroke.duration_s; time_s += 0.01) {
        const double along_m = technique_target(&sample.body, &stroke, time_s).place.along_m;
        low_m = fmin(low_m, along_m);
        high_m = fmax(high_m, along_m);
    }
    const double length_m = body_region_length_m(&sample.body, stroke.region);
    assert_true(high_m - low_m > 0.8 * (length_m - 2.0 * STROKE_INSET_M));
}

static void kneading_circle_becomes_an_ellipse_where_the_region_is_narrow(void** state)
{
    (void)state;
    const stroke_t stroke = sample_make_stroke(
        &sample, TECHNIQUE_KNEADING, "lumbar.left",
        (technique_parameters_t){
            .force_N = 12.0, .rate_Hz = 0.8, .radius_m = 0.02, .duration_s = 30.0});
    assert_near(technique_radius_across_m(&sample.body, &stroke), 0.5 * 0.040 - STROKE_INSET_M,
                1e-12);
}

static void too_short_a_kneading_is_lengthened_to_its_ramps(void** state)
{
    (void)state;
    const stroke_t stroke = sample_make_stroke(
        &sample, TECHNIQUE_KNEADING, "gluteus.left",
        (technique_parameters_t){
            .force_N = 45.0, .rate_Hz = 1.0, .radius_m = 0.015, .duration_s = 5.0});
    assert_true(stroke.duration_s > 5.0);
    const stroke_target_t end = technique_target(&sample.body, &stroke, stroke.duration_s);
    assert_near(end.force_N, STROKE_LIGHT_FORCE_N, 1e-9);
    assert_near(end.along_speed_mps, 0.0, 1e-9);
    assert_true(technique_force_rate_peak_N_per_s(&sample.body, &stroke) <=
                STROKE_FORCE_RATE_MAX_N_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kneading_is_harder_on_the_medial_half),
        cmocka_unit_test(kneading_wanders_over_the_whole_region_when_it_has_time),
        cmocka_unit_test(kneading_circle_becomes_an_ellipse_where_the_region_is_narrow),
        cmocka_unit_test(too_short_a_kneading_is_lengthened_to_its_ramps),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
