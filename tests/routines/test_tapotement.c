// Tapping and its kin: taps that are counted, places that go on in the hop only, forces that are
// steady while the skin is touched, bouts that begin and end light, pauses on the skin.
#include "tests/support/cmocka_prelude.h"

#include "tests/support/sample_stroke.h"

static stroke_sample_t sample;

static int setup(void** state)
{
    (void)state;
    return sample_stroke_body(&sample) ? 0 : -1;
}

static technique_parameters_t taps(void)
{
    return (technique_parameters_t){.force_N = 8.0,
                                    .rate_Hz = 2.0,
                                    .height_m = 0.010,
                                    .advance_m = 0.010,
                                    .bout_s = 10.0,
                                    .pause_s = 4.0,
                                    .bouts = 2};
}

static stroke_t tapping(void)
{
    return sample_make_stroke(&sample, TECHNIQUE_TAPPING, "gluteus.left", taps());
}

static void bouts_have_as_many_taps_as_the_rate_says(void** state)
{
    (void)state;
    const stroke_t stroke = tapping();
    int hops = 0;
    bool over = false;
    for (double time_s = 0.0; time_s <= stroke.duration_s; time_s += 0.001) {
        const bool over_now = technique_target(&sample.body, &stroke, time_s).hop_m > 0.001;
        hops += over_now && !over;
        over = over_now;
    }
    assert_int_equal(hops, 2 * 20);
    assert_near(stroke.duration_s, 0.8 + 10.0 + 4.0 + 10.0 + 0.8, 1e-9);
    assert_near(technique_stroke_peaks(&sample.body, &stroke).bout_s, 10.0, 1e-9);
}

/// While the force is regained the stroke stands still: that has to be on the skin.
static void a_stroke_left_in_a_hop_is_taken_up_where_the_last_tap_lay(void** state)
{
    (void)state;
    const stroke_t stroke = tapping();
    int left_in_a_hop = 0;
    for (double time_s = 0.0; time_s <= stroke.duration_s; time_s += 0.0007) {
        const bool over = technique_target(&sample.body, &stroke, time_s).hop_m > 0.0;
        const double rejoin_s = technique_rejoin_s(&sample.body, &stroke, time_s);
        assert_true(rejoin_s <= time_s && rejoin_s > time_s - 0.5); // a tap at 2 Hz
        // It lies for 0.35 of a tap.
        for (double ahead_s = 1e-6; ahead_s < 0.174 && rejoin_s > 0.0; ahead_s += 0.02) {
            const double later_s = rejoin_s + ahead_s;
            assert_near(technique_target(&sample.body, &stroke, later_s).hop_m, 0.0, 1e-12);
        }
        left_in_a_hop += over;
    }
    assert_true(left_in_a_hop > 10000);
}

static void place_and_force_change_only_while_the_skin_is_left(void** state)
{
    (void)state;
    const stroke_t stroke = tapping();
    for (double time_s = 0.0; time_s <= stroke.duration_s; time_s += 0.0007) {
        const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
        const double speed_mps = hypot(target.along_speed_mps, target.across_speed_mps);
        if (speed_mps > 0.0) {
            assert_true(target.hop_m > 0.001);
        }
        if (target.hop_m <= 0.0) {
            assert_near(target.force_rate_N_per_s, 0.0, 1e-9);
        }
    }
}

static void bouts_begin_and_end_light_and_are_full_between(void** state)
{
    (void)state;
    const stroke_t stroke = tapping();
    const double light_N = technique_light_force_N(&stroke);
    for (int bout = 0; bout < 2; bout++) {
        for (int tap = 0; tap < 20; tap++) {
            const double touched_s = 0.8 + 14.0 * bout + 0.5 * tap + 0.49;
            const stroke_target_t target = technique_target(&sample.body, &stroke, touched_s);
            assert_near(target.hop_m, 0.0, 0.0);
            if (tap == 0 || tap == 19) {
                assert_near(target.force_N, light_N, 1e-9);
            }
            if (tap >= 4 && tap <= 15) {
                assert_near(target.force_N, 8.0, 1e-9);
            }
        }
    }
}

static void pauses_rest_lightly_on_the_skin(void** state)
{
    (void)state;
    const stroke_t stroke = tapping();
    const stroke_target_t first = technique_target(&sample.body, &stroke, 10.81);
    for (double time_s = 10.81; time_s < 14.8; time_s += 0.01) {
        const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
        assert_near(target.hop_m, 0.0, 0.0);
        assert_near(target.force_N, technique_light_force_N(&stroke), 1e-9);
        assert_near(sample_way_m(&first, &target), 0.0, 0.0);
    }
}

static void taps_go_no_further_than_the_advance_and_reach_the_whole_region(void** state)
{
    (void)state;
    technique_parameters_t p = taps();
    p.rate_Hz = 4.0;
    p.bout_s = 30.0;
    p.bouts = 3;
    const stroke_t stroke = sample_make_stroke(&sample, TECHNIQUE_HACKING, "gluteus.right", p);
    double along_min_m = 1e9, along_max_m = -1e9, across_min_m = 1e9, across_max_m = -1e9;
    stroke_target_t previous = technique_target(&sample.body, &stroke, 0.8);
    for (int tap = 0; tap < 120; tap++) {
        const double touched_s = 0.8 + 0.25 * tap + 0.24;
        const stroke_target_t target = technique_target(&sample.body, &stroke, touched_s);
        assert_true(sample_way_m(&previous, &target) <= 0.010 + 1e-12);
        assert_true(sample_way_m(&previous, &target) > 0.001);
        along_min_m = fmin(along_min_m, target.place.along_m);
        along_max_m = fmax(along_max_m, target.place.along_m);
        previous = target;
    }
    for (double time_s = 0.0; time_s < stroke.duration_s; time_s += 0.02) {
        const stroke_target_t target = technique_target(&sample.body, &stroke, time_s);
        across_min_m = fmin(across_min_m, target.place.across_m);
        across_max_m = fmax(across_max_m, target.place.across_m);
    }
    const double length_m = body_region_length_m(&sample.body, stroke.region);
    const double width_m = body_region_width_m(&sample.body, stroke.region);
    assert_near(along_max_m - along_min_m, length_m - 2.0 * STROKE_INSET_M, 1e-9);
    assert_near(across_max_m - across_min_m, width_m - 2.0 * STROKE_INSET_M, 1e-9);
}

static void bout_of_three_taps_reaches_the_force_once(void** state)
{
    (void)state;
    technique_parameters_t p = taps();
    p.bout_s = 1.5;
    p.bouts = 1;
    const stroke_t stroke = sample_make_stroke(&sample, TECHNIQUE_CUPPING, "gluteus.left", p);
    const double light_N = technique_light_force_N(&stroke);
    const double expected_N[] = {light_N, 8.0, light_N};
    for (int tap = 0; tap < 3; tap++) {
        assert_near(technique_target(&sample.body, &stroke, 0.8 + 0.5 * tap + 0.49).force_N,
                    expected_N[tap], 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bouts_have_as_many_taps_as_the_rate_says),
        cmocka_unit_test(a_stroke_left_in_a_hop_is_taken_up_where_the_last_tap_lay),
        cmocka_unit_test(place_and_force_change_only_while_the_skin_is_left),
        cmocka_unit_test(bouts_begin_and_end_light_and_are_full_between),
        cmocka_unit_test(pauses_rest_lightly_on_the_skin),
        cmocka_unit_test(taps_go_no_further_than_the_advance_and_reach_the_whole_region),
        cmocka_unit_test(bout_of_three_taps_reaches_the_force_once),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
