// What is proven, for every technique over many parameters drawn from a printed seed: strokes begin
// and end light and at rest, places and forces are continuous, the speeds handed on are the
// derivatives of the places, peaks are never passed, and the pad's centre stays inside its region.
#include "tests/support/cmocka_prelude.h"

#include "routines/technique.h"
#include "tests/support/drawn_stroke.h"
#include "tests/support/sample_body.h"

#define SEED 20240131u
#define STROKE_COUNT 260

static body_settings_t settings;
static body_t body;

static int setup(void** state)
{
    (void)state;
    sample_body_settings(&settings);
    const client_settings_t client = sample_average_man();
    return body_build(&settings, &client, SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &body) == BODY_OK
               ? 0
               : -1;
}

static stroke_t make_stroke(technique_id_t technique, const char* region,
                            technique_parameters_t parameters)
{
    stroke_t stroke = {.technique = technique,
                       .region = body_region_named(&settings, region),
                       .parameters = parameters};
    stroke.duration_s = technique_duration_s(&body, &stroke);
    return stroke;
}

static stroke_t draw_stroke(uint64_t* random)
{
    const technique_id_t technique = (technique_id_t)drawn(random, 0.0, TECHNIQUE_COUNT);
    stroke_t stroke = {.technique = technique,
                       .region = (int)drawn(random, 0.0, settings.region_count),
                       .parameters = drawn_parameters(technique, random)};
    stroke.duration_s = technique_duration_s(&body, &stroke);
    return stroke;
}

static void for_drawn_strokes(void (*judge)(const stroke_t* stroke))
{
    uint64_t random = SEED;
    print_message("seed %u\n", SEED);
    for (int i = 0; i < STROKE_COUNT; i++) {
        const stroke_t stroke = draw_stroke(&random);
        judge(&stroke);
    }
}

static void judge_ends(const stroke_t* stroke)
{
    const double ends_s[] = {0.0, stroke->duration_s};
    for (int i = 0; i < 2; i++) {
        const stroke_target_t target = technique_target(&body, stroke, ends_s[i]);
        assert_near(target.force_N, technique_light_force_N(stroke), 1e-9);
        assert_near(target.along_speed_mps, 0.0, 1e-9);
        assert_near(target.across_speed_mps, 0.0, 1e-9);
        assert_near(target.force_rate_N_per_s, 0.0, 1e-6);
        assert_near(target.load, 0.0, 1e-6);
    }
}

static void every_stroke_begins_and_ends_light_and_at_rest(void** state)
{
    (void)state;
    for_drawn_strokes(judge_ends);
}

static void judge_derivatives(const stroke_t* stroke)
{
    const double h_s = 1e-5;
    for (double time_s = 0.0131; time_s < stroke->duration_s - 0.01; time_s += 0.0777) {
        const stroke_target_t before = technique_target(&body, stroke, time_s - h_s);
        const stroke_target_t here = technique_target(&body, stroke, time_s);
        const stroke_target_t behind = technique_target(&body, stroke, time_s + h_s);
        assert_near((behind.place.along_m - before.place.along_m) / (2.0 * h_s),
                    here.along_speed_mps, 1e-5);
        assert_near((behind.place.across_m - before.place.across_m) / (2.0 * h_s),
                    here.across_speed_mps, 1e-5);
        assert_near((behind.force_N - before.force_N) / (2.0 * h_s), here.force_rate_N_per_s, 5e-3);
        assert_near((behind.hop_m - before.hop_m) / (2.0 * h_s), here.hop_rate_mps, 1e-4);
    }
}

static void speeds_and_force_rates_are_the_true_derivatives(void** state)
{
    (void)state;
    for_drawn_strokes(judge_derivatives);
}

static void judge_continuity(const stroke_t* stroke)
{
    double speed_max_mps = 0.0;
    double force_max_N = 0.0;
    technique_peaks(&body, stroke, &speed_max_mps, &force_max_N);
    const double rate_max = technique_force_rate_peak_N_per_s(&body, stroke);
    const double step_s = 0.004;
    stroke_target_t previous = technique_target(&body, stroke, 0.0);
    for (double time_s = step_s; time_s <= stroke->duration_s + 0.1; time_s += step_s) {
        const stroke_target_t target = technique_target(&body, stroke, time_s);
        const double along_m = target.place.along_m - previous.place.along_m;
        const double across_m = target.place.across_m - previous.place.across_m;
        const double way_m = sqrt(along_m * along_m + across_m * across_m);
        assert_true(way_m <= speed_max_mps * step_s * (1.0 + 1e-9) + 1e-12);
        assert_true(fabs(target.force_N - previous.force_N) <= rate_max * step_s + 1e-9);
        // C1: the speed itself has no jumps; 2 m/s2 is far above what any stroke needs.
        assert_true(fabs(target.along_speed_mps - previous.along_speed_mps) <= 2.0 * step_s);
        assert_true(fabs(target.across_speed_mps - previous.across_speed_mps) <= 2.0 * step_s);
        previous = target;
    }
}

static void places_speeds_and_forces_have_no_jumps(void** state)
{
    (void)state;
    for_drawn_strokes(judge_continuity);
}

static void judge_peaks(const stroke_t* stroke)
{
    double speed_max_mps = 0.0;
    double force_max_N = 0.0;
    technique_peaks(&body, stroke, &speed_max_mps, &force_max_N);
    const double rate_max = technique_force_rate_peak_N_per_s(&body, stroke);
    double speed_met_mps = 0.0;
    double force_met_N = 0.0;
    double rate_met = 0.0;
    for (double time_s = 0.0; time_s <= stroke->duration_s; time_s += 0.003) {
        const stroke_target_t target = technique_target(&body, stroke, time_s);
        const double speed_mps = sqrt(target.along_speed_mps * target.along_speed_mps +
                                      target.across_speed_mps * target.across_speed_mps);
        speed_met_mps = fmax(speed_met_mps, speed_mps);
        force_met_N = fmax(force_met_N, target.force_N);
        rate_met = fmax(rate_met, fabs(target.force_rate_N_per_s));
        assert_true(target.force_N >= 0.0);
        assert_true(target.load >= 0.0 && target.load <= 1.0);
    }
    assert_true(speed_met_mps <= speed_max_mps + 1e-12);
    assert_true(force_met_N <= force_max_N + 1e-9);
    assert_true(rate_met <= rate_max + 1e-9);
    // Safely above, but not so far above that good routines would be refused.
    assert_true(speed_max_mps <= 1.2 * speed_met_mps + 0.002);
    assert_true(force_max_N <= 1.02 * force_met_N + 0.1);
}

static void peaks_bound_what_a_stroke_asks_for_and_closely(void** state)
{
    (void)state;
    for_drawn_strokes(judge_peaks);
}

static void judge_region(const stroke_t* stroke)
{
    const double width_m = body_region_width_m(&body, stroke->region);
    const double inset_m = fmin(STROKE_INSET_M, 0.25 * width_m);
    for (double time_s = 0.0; time_s <= stroke->duration_s; time_s += 0.01) {
        const stroke_target_t target = technique_target(&body, stroke, time_s);
        assert_true(body_region_holds(&body, stroke->region, target.place, inset_m - 1e-9));
    }
}

static void pads_centre_stays_inside_the_regions_inset(void** state)
{
    (void)state;
    for_drawn_strokes(judge_region);
}

static void judge_force_rate(const stroke_t* stroke)
{
    if (stroke->technique != TECHNIQUE_COMPRESSION) {
        assert_true(technique_force_rate_peak_N_per_s(&body, stroke) <=
                    STROKE_FORCE_RATE_MAX_N_PER_S * (1.0 + 1e-9));
    }
}

static void ramps_that_nobody_chose_keep_the_allowed_rate_of_force(void** state)
{
    (void)state;
    for_drawn_strokes(judge_force_rate);
}

static void time_outside_the_stroke_is_clamped(void** state)
{
    (void)state;
    const stroke_t stroke =
        make_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left",
                    (technique_parameters_t){.force_N = 12.0, .speed_mps = 0.06, .passes = 3});
    const stroke_target_t before = technique_target(&body, &stroke, -5.0);
    const stroke_target_t first = technique_target(&body, &stroke, 0.0);
    const stroke_target_t last = technique_target(&body, &stroke, stroke.duration_s);
    const stroke_target_t behind = technique_target(&body, &stroke, 1e6);
    assert_memory_equal(&before, &first, sizeof first);
    assert_memory_equal(&behind, &last, sizeof last);
}

static void effleurage_is_loaded_headward_and_light_on_the_way_back(void** state)
{
    (void)state;
    const stroke_t stroke =
        make_stroke(TECHNIQUE_EFFLEURAGE, "gluteus.left",
                    (technique_parameters_t){.force_N = 18.0, .speed_mps = 0.06, .passes = 4});
    bool loaded_met = false;
    bool return_met = false;
    for (double time_s = 0.0; time_s < stroke.duration_s; time_s += 0.01) {
        const stroke_target_t target = technique_target(&body, &stroke, time_s);
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
    const stroke_t stroke =
        make_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left",
                    (technique_parameters_t){.force_N = 10.0, .speed_mps = 0.05, .passes = 2});
    const double length_m = 0.28 * body.landmark_along_m[1] - 0.016;
    const double back_m = sqrt(length_m * length_m + 0.024 * 0.024);
    const double by_hand_s = 2.0 * (length_m / 0.05 + 0.6) + back_m / 0.05 + 0.6;
    assert_near(stroke.duration_s, by_hand_s, 1e-9);
}

static void effleurage_lanes_fan_out_over_the_width(void** state)
{
    (void)state;
    const stroke_t stroke =
        make_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.right",
                    (technique_parameters_t){.force_N = 10.0, .speed_mps = 0.08, .passes = 5});
    const stroke_target_t first = technique_target(&body, &stroke, 0.0);
    const stroke_target_t last = technique_target(&body, &stroke, stroke.duration_s);
    assert_near(first.place.across_m, -(0.024 + STROKE_INSET_M), 1e-9);
    assert_near(last.place.across_m, -(0.064 - STROKE_INSET_M), 1e-9);
}

static void kneading_is_harder_on_the_medial_half(void** state)
{
    (void)state;
    const char* const names[] = {"gluteus.left", "gluteus.right"};
    for (int side = 0; side < 2; side++) {
        const stroke_t stroke =
            make_stroke(TECHNIQUE_KNEADING, names[side],
                        (technique_parameters_t){
                            .force_N = 16.0, .rate_Hz = 0.7, .radius_m = 0.02, .duration_s = 40.0});
        double force_max_N = 0.0;
        double speed_mps = 0.0;
        technique_peaks(&body, &stroke, &speed_mps, &force_max_N);
        assert_near(force_max_N, 16.0 * 1.25, 1e-9);
        // Against the centre, averaged over a circle, the place of the highest force is nearer to
        // the midline than the place of the lowest.
        const double period_s = 1.0 / 0.7;
        for (double from_s = 5.0; from_s < 30.0; from_s += period_s) {
            double high_N = 0.0, low_N = 1e9, at_high_m = 0.0, at_low_m = 0.0;
            for (double time_s = from_s; time_s < from_s + period_s; time_s += 0.005) {
                const stroke_target_t target = technique_target(&body, &stroke, time_s);
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
    const stroke_t stroke =
        make_stroke(TECHNIQUE_KNEADING, "gluteus.left",
                    (technique_parameters_t){
                        .force_N = 16.0, .rate_Hz = 0.8, .radius_m = 0.015, .duration_s = 60.0});
    double low_m = 1e9, high_m = -1e9;
    for (double time_s = 0.0; time_s < stroke.duration_s; time_s += 0.01) {
        const double along_m = technique_target(&body, &stroke, time_s).place.along_m;
        low_m = fmin(low_m, along_m);
        high_m = fmax(high_m, along_m);
    }
    const double length_m = body_region_length_m(&body, stroke.region);
    assert_true(high_m - low_m > 0.8 * (length_m - 2.0 * STROKE_INSET_M));
}

static void kneading_circle_becomes_an_ellipse_where_the_region_is_narrow(void** state)
{
    (void)state;
    const stroke_t stroke =
        make_stroke(TECHNIQUE_KNEADING, "lumbar.left",
                    (technique_parameters_t){
                        .force_N = 12.0, .rate_Hz = 0.8, .radius_m = 0.02, .duration_s = 30.0});
    assert_near(technique_radius_across_m(&body, &stroke), 0.5 * 0.040 - STROKE_INSET_M, 1e-12);
}

static void too_short_a_kneading_is_lengthened_to_its_ramps(void** state)
{
    (void)state;
    const stroke_t stroke =
        make_stroke(TECHNIQUE_KNEADING, "gluteus.left",
                    (technique_parameters_t){
                        .force_N = 45.0, .rate_Hz = 1.0, .radius_m = 0.015, .duration_s = 5.0});
    assert_true(stroke.duration_s > 5.0);
    judge_ends(&stroke);
    judge_continuity(&stroke);
}

static void compression_presses_holds_and_releases_at_rest(void** state)
{
    (void)state;
    const stroke_t stroke = make_stroke(
        TECHNIQUE_COMPRESSION, "gluteus.right",
        (technique_parameters_t){
            .force_N = 30.0, .press_s = 2.0, .hold_s = 3.0, .release_s = 2.0, .passes = 3});
    assert_near(technique_target(&body, &stroke, 1.0).force_N, 0.5 * (30.0 + 3.0), 1e-9);
    for (double time_s = 2.0; time_s <= 5.0; time_s += 0.1) {
        assert_near(technique_target(&body, &stroke, time_s).force_N, 30.0, 1e-9);
    }
    int holds = 0;
    bool held = false;
    for (double time_s = 0.0; time_s < stroke.duration_s; time_s += 0.01) {
        const stroke_target_t target = technique_target(&body, &stroke, time_s);
        if (target.force_N > STROKE_LIGHT_FORCE_N + 1e-6) {
            assert_near(target.along_speed_mps, 0.0, 1e-12);
        }
        const bool holds_now = target.load > 0.999;
        holds += holds_now && !held;
        held = holds_now;
    }
    assert_int_equal(holds, 3);
    // Presses stand in the middle of equal thirds.
    const double length_m = body_region_length_m(&body, stroke.region);
    const double third_m = (length_m - 2.0 * STROKE_INSET_M) / 3.0;
    const body_place_t foot = body_place_in_region(&body, stroke.region, 0.0, 0.0);
    assert_near(technique_target(&body, &stroke, 0.0).place.along_m,
                foot.along_m - STROKE_INSET_M - 0.5 * third_m, 1e-9);
    assert_near(technique_target(&body, &stroke, stroke.duration_s).place.along_m,
                foot.along_m - STROKE_INSET_M - 2.5 * third_m, 1e-9);
}

static void left_and_right_strokes_mirror_each_other(void** state)
{
    (void)state;
    uint64_t random = SEED;
    for (int i = 0; i < STROKE_COUNT; i++) {
        stroke_t left = draw_stroke(&random);
        left.region = left.region % 4;
        stroke_t right = left;
        right.region = left.region + 4;
        for (double time_s = 0.0; time_s < left.duration_s; time_s += 0.5) {
            const stroke_target_t a = technique_target(&body, &left, time_s);
            const stroke_target_t b = technique_target(&body, &right, time_s);
            assert_near(a.place.along_m, b.place.along_m, 1e-12);
            assert_near(a.place.across_m, -b.place.across_m, 1e-12);
            assert_near(a.across_speed_mps, -b.across_speed_mps, 1e-12);
            assert_near(a.force_N, b.force_N, 0.0);
        }
    }
}

static void every_technique_is_found_by_its_row_of_the_list(void** state)
{
    (void)state;
    static const char* const words[] = {
#define X(id, text, limits, meaning) [id] = text,
        TECHNIQUE_LIST(X)
#undef X
    };
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        const technique_info_t* info = technique_info((technique_id_t)i);
        assert_int_equal(info->id, i);
        assert_string_equal(info->name, words[i]);
        assert_true(info->meaning != NULL && info->meaning[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stroke_begins_and_ends_light_and_at_rest),
        cmocka_unit_test(speeds_and_force_rates_are_the_true_derivatives),
        cmocka_unit_test(places_speeds_and_forces_have_no_jumps),
        cmocka_unit_test(peaks_bound_what_a_stroke_asks_for_and_closely),
        cmocka_unit_test(pads_centre_stays_inside_the_regions_inset),
        cmocka_unit_test(ramps_that_nobody_chose_keep_the_allowed_rate_of_force),
        cmocka_unit_test(time_outside_the_stroke_is_clamped),
        cmocka_unit_test(effleurage_is_loaded_headward_and_light_on_the_way_back),
        cmocka_unit_test(effleurage_lasts_as_long_as_its_ways_take_by_hand),
        cmocka_unit_test(effleurage_lanes_fan_out_over_the_width),
        cmocka_unit_test(kneading_is_harder_on_the_medial_half),
        cmocka_unit_test(kneading_wanders_over_the_whole_region_when_it_has_time),
        cmocka_unit_test(kneading_circle_becomes_an_ellipse_where_the_region_is_narrow),
        cmocka_unit_test(too_short_a_kneading_is_lengthened_to_its_ramps),
        cmocka_unit_test(compression_presses_holds_and_releases_at_rest),
        cmocka_unit_test(left_and_right_strokes_mirror_each_other),
        cmocka_unit_test(every_technique_is_found_by_its_row_of_the_list),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
