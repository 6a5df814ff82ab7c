// Compression: presses in the middle of equal parts of the region, at rest while there is load.
#include "tests/support/cmocka_prelude.h"

#include "tests/support/sample_stroke.h"

static stroke_sample_t sample;

static int setup(void** state)
{
    (void)state;
    return sample_stroke_body(&sample) ? 0 : -1;
}

static void compression_presses_holds_and_releases_at_rest(void** state)
{
    (void)state;
    const stroke_t stroke = sample_make_stroke(
        &sample, TECHNIQUE_COMPRESSION, "gluteus.right",
        (technique_parameters_t){
            .force_N = 30.0, .press_s = 2.0, .hold_s = 3.0, .release_s = 2.0, .passes = 3});
    assert_near(technique_target(&sample.body, &stroke, 1.0).force_N, 0.5 * (30.0 + 3.0), 1e-9);
    for (double time_s = 2.0; time_s <= 5.0; time_s += 0.1) {
        assert_near(technique_target(&sample.body, &stroke, time_s).force_N, 30.0, 1e-9);
    }
    int holds = 0;
    bool held = false;
    for (double time_s = 0.0; time_s < stroke.duration_s; time_s += 0.01) {
        const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
        if (target.force_N > STROKE_LIGHT_FORCE_N + 1e-6) {
            assert_near(target.along_speed_mps, 0.0, 1e-12);
        }
        const bool holds_now = target.load > 0.999;
        holds += holds_now && !held;
        held = holds_now;
    }
    assert_int_equal(holds, 3);
    // Presses stand in the middle of equal thirds.
    const double length_m = body_region_length_m(&sample.body, stroke.region);
    const double third_m = (length_m - 2.0 * STROKE_INSET_M) / 3.0;
    const body_place_t foot = body_place_in_region(&sample.body, stroke.region, 0.0, 0.0);
    assert_near(technique_target(&sample.body, &stroke, 0.0).place.along_m,
                foot.along_m - STROKE_INSET_M - 0.5 * third_m, 1e-9);
    assert_near(technique_target(&sample.body, &stroke, stroke.duration_s).place.along_m,
                foot.along_m - STROKE_INSET_M - 2.5 * third_m, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compression_presses_holds_and_releases_at_rest),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
