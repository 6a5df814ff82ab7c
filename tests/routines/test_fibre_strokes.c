// Deep strokes and myofascial release: lines along the fibres, loaded one way or to and fro, with
// the shear that a release wants.
#include "tests/support/cmocka_prelude.h"

#include "tests/support/sample_stroke.h"

static stroke_sample_t sample;

static int setup(void** state)
{
    (void)state;
    return sample_stroke_body(&sample) ? 0 : -1;
}

static const char* const names[] = {"lumbar.left",   "trapezius.left", "gluteus.left",
                                    "calf.left",     "lumbar.right",   "trapezius.right",
                                    "gluteus.right", "calf.right"};

static void loaded_strokes_run_headward_along_the_fibres(void** state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        const stroke_t stroke = sample_make_stroke(
            &sample, TECHNIQUE_DEEP_STROKE, names[i],
            (technique_parameters_t){.force_N = 30.0, .speed_mps = 0.02, .passes = 3});
        const double fibre_rad = sample.settings.regions[stroke.region].fibre_angle_rad;
        const double outward = i < 4 ? 1.0 : -1.0;
        for (double time_s = 0.0; time_s < stroke.duration_s; time_s += 0.01) {
            const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
            if (!(target.force_N > STROKE_LIGHT_FORCE_N + 0.01)) {
                continue;
            }
            const double up_mps = -target.along_speed_mps;
            const double out_mps = outward * target.across_speed_mps;
            assert_near(up_mps * sin(fibre_rad) - out_mps * cos(fibre_rad), 0.0, 1e-9);
            assert_true(up_mps >= -1e-12);
        }
    }
}

static void loaded_strokes_are_counted_and_light_between(void** state)
{
    (void)state;
    const stroke_t stroke = sample_make_stroke(
        &sample, TECHNIQUE_DEEP_STROKE, "gluteus.left",
        (technique_parameters_t){.force_N = 30.0, .speed_mps = 0.02, .passes = 4});
    int loads = 0;
    bool loaded = false;
    for (double time_s = 0.0; time_s < stroke.duration_s; time_s += 0.01) {
        const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
        const bool loaded_now = target.load > 0.999;
        loads += loaded_now && !loaded;
        loaded = loaded_now;
        assert_true(target.shear_N <= 0.0);
    }
    assert_int_equal(loads, 4);
}

static void single_stroke_along_the_region_lasts_as_long_as_by_hand(void** state)
{
    (void)state;
    // Lumbar: fibres along, one line through the middle, 20 mm/s and 0.6 s for both ends together.
    const stroke_t stroke = sample_make_stroke(
        &sample, TECHNIQUE_DEEP_STROKE, "lumbar.left",
        (technique_parameters_t){.force_N = 30.0, .speed_mps = 0.02, .passes = 1});
    const double length_m = 0.28 * sample.body.landmark_along_m[1] - 0.016;
    assert_near(stroke.duration_s, length_m / 0.02 + 0.6, 1e-9);
}

static void release_drags_with_its_shear_and_holds_it_at_the_end(void** state)
{
    (void)state;
    const stroke_t stroke = sample_make_stroke(
        &sample, TECHNIQUE_MYOFASCIAL_RELEASE, "lumbar.right",
        (technique_parameters_t){
            .force_N = 8.0, .shear_N = 10.0, .speed_mps = 0.002, .hold_s = 30.0, .passes = 2});
    double dragged_s = 0.0, held_s = 0.0;
    for (double time_s = 0.0; time_s < stroke.duration_s; time_s += 0.02) {
        const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
        const double speed_mps = hypot(target.along_speed_mps, target.across_speed_mps);
        assert_true(speed_mps <= 0.002 + 1e-12);
        // Shear and force rise and fall together.
        assert_near(target.shear_N / 10.0, target.load, 1e-9);
        dragged_s += target.load > 0.999 && speed_mps > 0.0019 ? 0.02 : 0.0;
        held_s += target.load > 0.999 && speed_mps <= 0.0 ? 0.02 : 0.0;
    }
    assert_true(dragged_s > 2.0 * 45.0);
    assert_near(held_s, 2.0 * (30.0 - 3.0), 0.3); // the force falls in the last 3 s of a hold
}

static void release_goes_to_and_fro(void** state)
{
    (void)state;
    const stroke_t stroke = sample_make_stroke(
        &sample, TECHNIQUE_MYOFASCIAL_RELEASE, "lumbar.left",
        (technique_parameters_t){.force_N = 8.0, .shear_N = 5.0, .speed_mps = 0.005, .passes = 2});
    const stroke_target_t first = technique_target(&sample.body, &stroke, 0.0);
    const stroke_target_t last = technique_target(&sample.body, &stroke, stroke.duration_s);
    assert_near(first.place.along_m, last.place.along_m, 1e-9);
    // Two lines at 0.6 of the half width, which is 12 mm after the inset.
    assert_near(fabs(last.place.across_m - first.place.across_m), 2.0 * 0.6 * 0.012, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loaded_strokes_run_headward_along_the_fibres),
        cmocka_unit_test(loaded_strokes_are_counted_and_light_between),
        cmocka_unit_test(single_stroke_along_the_region_lasts_as_long_as_by_hand),
        cmocka_unit_test(release_drags_with_its_shear_and_holds_it_at_the_end),
        cmocka_unit_test(release_goes_to_and_fro),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
