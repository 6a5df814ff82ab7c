// Lymph drainage: cycles with a phase of no force, pushed towards the nodes, place after place.
#include "tests/support/cmocka_prelude.h"

#include "tests/support/sample_stroke.h"

static stroke_sample_t sample;

static int setup(void** state)
{
    (void)state;
    return sample_stroke_body(&sample) ? 0 : -1;
}

static stroke_t drainage(const char* region, toward_t toward)
{
    return sample_make_stroke(&sample, TECHNIQUE_LYMPH_DRAINAGE, region,
                              (technique_parameters_t){.force_N = 4.0,
                                                       .rate_Hz = 1.0,
                                                       .radius_m = 0.005,
                                                       .cycles = 6,
                                                       .places = 3,
                                                       .toward = toward});
}

static void force_rises_once_a_cycle_and_falls_to_nothing(void** state)
{
    (void)state;
    const stroke_t stroke = drainage("gluteus.left", TOWARD_HEAD);
    // The first place: 0.8 s of letting go, then six cycles of 1 s.
    for (int cycle = 0; cycle < 6; cycle++) {
        double high_N = 0.0, empty_s = 0.0;
        for (double in_cycle_s = 0.0; in_cycle_s < 1.0; in_cycle_s += 0.001) {
            const stroke_target_t target =
                technique_target(&sample.body, &stroke, 0.8 + cycle + in_cycle_s);
            high_N = fmax(high_N, target.force_N);
            empty_s += target.force_N <= 0.0 ? 0.001 : 0.0;
            assert_int_equal(target.contact, CONTACT_EASED);
        }
        assert_near(high_N, 4.0, 0.001);
        assert_near(empty_s, 0.3, 0.005);
    }
}

static void loaded_half_pushes_towards_the_nodes(void** state)
{
    (void)state;
    static const struct {
        toward_t toward;
        double up, out;
    } ways[] = {{TOWARD_HEAD, 1.0, 0.0},
                {TOWARD_FEET, -1.0, 0.0},
                {TOWARD_SIDE, 0.0, 1.0},
                {TOWARD_SPINE, 0.0, -1.0}};
    const char* const names[] = {"gluteus.left", "gluteus.right"};
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < 4; i++) {
            const stroke_t stroke = drainage(names[side], ways[i].toward);
            double pushed = 0.0, aside = 0.0;
            for (double time_s = 1.8; time_s < 5.8; time_s += 0.001) {
                const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
                const double up_mps = -target.along_speed_mps;
                const double out_mps = (side == 0 ? 1.0 : -1.0) * target.across_speed_mps;
                pushed += target.force_N * (up_mps * ways[i].up + out_mps * ways[i].out) * 0.001;
                aside += target.force_N * (up_mps * ways[i].out + out_mps * ways[i].up) * 0.001;
            }
            // Four cycles, each a push of about 10 mm under up to 4 N.
            assert_true(pushed > 4.0 * 0.010 * 0.5 * 4.0 * 0.9);
            assert_near(aside, 0.0, 1e-3 * pushed);
        }
    }
}

static void what_lies_nearest_to_the_nodes_comes_first(void** state)
{
    (void)state;
    const toward_t towards[] = {TOWARD_HEAD, TOWARD_FEET};
    for (int i = 0; i < 2; i++) {
        const stroke_t stroke = drainage("gluteus.left", towards[i]);
        const stroke_target_t first = technique_target(&sample.body, &stroke, 0.0);
        const stroke_target_t last = technique_target(&sample.body, &stroke, stroke.duration_s);
        const double footward_m = last.place.along_m - first.place.along_m;
        const double length_m = body_region_length_m(&sample.body, stroke.region);
        assert_near(fabs(footward_m), length_m - 2.0 * (STROKE_INSET_M + 0.005), 1e-9);
        assert_true((footward_m > 0.0) == (towards[i] == TOWARD_HEAD));
    }
}

static void lightest_stroke_stays_below_a_newton_and_a_half(void** state)
{
    (void)state;
    technique_parameters_t p = drainage("calf.left", TOWARD_HEAD).parameters;
    p.force_N = 1.5;
    const stroke_t stroke = sample_make_stroke(&sample, TECHNIQUE_LYMPH_DRAINAGE, "calf.left", p);
    for (double time_s = 0.0; time_s <= stroke.duration_s; time_s += 0.01) {
        assert_true(technique_target(&sample.body, &stroke, time_s).force_N <= 1.5 + 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(force_rises_once_a_cycle_and_falls_to_nothing),
        cmocka_unit_test(loaded_half_pushes_towards_the_nodes),
        cmocka_unit_test(what_lies_nearest_to_the_nodes_comes_first),
        cmocka_unit_test(lightest_stroke_stays_below_a_newton_and_a_half),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
