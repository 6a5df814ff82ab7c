// Long strokes: loaded towards the head, light on the way back, on lanes over the width.
#include "tests/support/cmocka_prelude.h"

#include "tests/support/sample_stroke.h"

static stroke_sample_t sample;

static int setup(void** state)
{
    (void)state;
    return sample_stroke_body(&sample) ? 0 : -1;
}

static void effleurage_is_loaded_headward_and_light_on_the_way_back(void** state)
{
    (void)state;
    const stroke_t stroke = sample_make_stroke(
        &sample, TECHNIQUE_EFFLEURAGE, "gluteus.left",
        (technique_parameters_t){.force_N = 18.0, .speed_mps = 0.06, .passes = 4});
    bool loaded_met = false;
    bool return_met = false;
    for (double time_s = 0.0; time_s < stroke.duration_s; time_s += 0.01) {
        const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
        if (target.along_speed_mps > 1e-6) {
            assert_near(target.force_N, STROKE_RETURN_FORCE_N, 1e-9);
            return_met = true;
        }
        if (target.force_N > STROKE_RETURN_FORCE_N + 0.1) {
            assert_true(target.along_speed_mps <= 1e-9);
            loaded_met = true;
        }
    }
    assert_true(loaded_met && return_met);
}

static void effleurage_lasts_as_long_as_its_ways_take_by_hand(void** state)
{
    (void)state;
    // Lumbar region: 0.28 x 455.5 mm less two insets of 8 mm = 111.5 mm. Two loaded strokes and one
    // way back over a lane gap of 24 mm, at 50 mm/s with 0.6 s for both ramps together.
    const stroke_t stroke = sample_make_stroke(
        &sample, TECHNIQUE_EFFLEURAGE, "lumbar.left",
        (technique_parameters_t){.force_N = 10.0, .speed_mps = 0.05, .passes = 2});
    const double length_m = 0.28 * sample.body.landmark_along_m[1] - 0.016;
    const double back_m = sqrt(length_m * length_m + 0.024 * 0.024);
    const double by_hand_s = 2.0 * (length_m / 0.05 + 0.6) + back_m / 0.05 + 0.6;
    assert_near(stroke.duration_s, by_hand_s, 1e-9);
}

static void effleurage_lanes_fan_out_over_the_width(void** state)
{
    (void)state;
    const stroke_t stroke = sample_make_stroke(
        &sample, TECHNIQUE_EFFLEURAGE, "lumbar.right",
        (technique_parameters_t){.force_N = 10.0, .speed_mps = 0.08, .passes = 5});
    const stroke_target_t first = technique_target(&sample.body, &stroke, 0.0);
    const stroke_target_t last = technique_target(&sample.body, &stroke, stroke.duration_s);
    assert_near(first.place.across_m, -(0.024 + STROKE_INSET_M), 1e-9);
    assert_near(last.place.across_m, -(0.064 - STROKE_INSET_M), 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(effleurage_is_loaded_headward_and_light_on_the_way_back),
        cmocka_unit_test(effleurage_lasts_as_long_as_its_ways_take_by_hand),
        cmocka_unit_test(effleurage_lanes_fan_out_over_the_width),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
