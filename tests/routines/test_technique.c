// What is proven, for every technique over many parameters drawn from a printed seed: strokes begin
// and end light and at rest, places and forces are continuous, the speeds handed on are the
// derivatives of the places, peaks are never passed, and the pad's centre stays inside its region.
#include "tests/support/cmocka_prelude.h"

#include "routines/technique.h"
#include "tests/support/drawn_stroke.h"
#include "tests/support/sample_stroke.h"

#define SEED 20240131u
#define PI 3.14159265358979323846
#define STROKE_COUNT 260

static stroke_sample_t sample;

static int setup(void** state)
{
    (void)state;
    return sample_stroke_body(&sample) ? 0 : -1;
}

static stroke_t draw_stroke(uint64_t* random)
{
    const technique_id_t technique = (technique_id_t)drawn(random, 0.0, TECHNIQUE_COUNT);
    stroke_t stroke = {.technique = technique,
                       .region = (int)drawn(random, 0.0, sample.settings.region_count),
                       .parameters = drawn_parameters(technique, random)};
    stroke.duration_s = technique_duration_s(&sample.body, &stroke);
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
        const stroke_target_t target = technique_target(&sample.body, stroke, ends_s[i]);
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

/// Far above what a stroke needs in places and force, where these have no jumps in their rates.
/// Ordinary strokes keep to 2 m/s2; circles and taps are as quick as their rhythm makes them.
static double acceleration_max_mps2(const stroke_t* stroke)
{
    const technique_parameters_t* p = &stroke->parameters;
    const double turn_radps = 2.0 * PI * p->rate_Hz;
    const double way_m = fmax(p->radius_m, fmax(p->length_m, p->advance_m));
    const double sharpness = technique_contact(stroke->technique) == CONTACT_BROKEN ? 4.0 : 1.0;
    return 2.0 + sharpness * way_m * turn_radps * turn_radps;
}

static void judge_derivatives(const stroke_t* stroke)
{
    const double h_s = 1e-5;
    const double slack_mps = 1e-5 + 0.6 * h_s * acceleration_max_mps2(stroke);
    const double turn_radps = 2.0 * PI * stroke->parameters.rate_Hz;
    const double hop_slack_mps =
        1e-4 + h_s * 10.0 * stroke->parameters.height_m * turn_radps * turn_radps;
    for (double time_s = 0.0131; time_s < stroke->duration_s - 0.01; time_s += 0.0777) {
        const stroke_target_t before = technique_target(&sample.body, stroke, time_s - h_s);
        const stroke_target_t here = technique_target(&sample.body, stroke, time_s);
        const stroke_target_t behind = technique_target(&sample.body, stroke, time_s + h_s);
        assert_near((behind.place.along_m - before.place.along_m) / (2.0 * h_s),
                    here.along_speed_mps, slack_mps);
        assert_near((behind.place.across_m - before.place.across_m) / (2.0 * h_s),
                    here.across_speed_mps, slack_mps);
        assert_near((behind.force_N - before.force_N) / (2.0 * h_s), here.force_rate_N_per_s, 5e-3);
        assert_near((behind.hop_m - before.hop_m) / (2.0 * h_s), here.hop_rate_mps, hop_slack_mps);
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
    technique_peaks(&sample.body, stroke, &speed_max_mps, &force_max_N);
    const double rate_max = technique_force_rate_peak_N_per_s(&sample.body, stroke);
    const double hop_max_mps = technique_stroke_peaks(&sample.body, stroke).hop_rate_mps;
    const double step_s = 0.004;
    const double change_mps = acceleration_max_mps2(stroke) * step_s;
    stroke_target_t previous = technique_target(&sample.body, stroke, 0.0);
    for (double time_s = step_s; time_s <= stroke->duration_s + 0.1; time_s += step_s) {
        const stroke_target_t target = technique_target(&sample.body, stroke, time_s);
        const double along_m = target.place.along_m - previous.place.along_m;
        const double across_m = target.place.across_m - previous.place.across_m;
        const double way_m = sqrt(along_m * along_m + across_m * across_m);
        assert_true(way_m <= speed_max_mps * step_s * (1.0 + 1e-9) + 1e-12);
        assert_true(fabs(target.force_N - previous.force_N) <= rate_max * step_s + 1e-9);
        // C1: the speed itself has no jumps.
        assert_true(fabs(target.along_speed_mps - previous.along_speed_mps) <= change_mps);
        assert_true(fabs(target.across_speed_mps - previous.across_speed_mps) <= change_mps);
        assert_true(fabs(target.hop_m - previous.hop_m) <= hop_max_mps * step_s + 1e-12);
        assert_true(fabs(target.shear_N - previous.shear_N) <= 20.0 * step_s + 1e-12);
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
    technique_peaks(&sample.body, stroke, &speed_max_mps, &force_max_N);
    const double rate_max = technique_force_rate_peak_N_per_s(&sample.body, stroke);
    double speed_met_mps = 0.0;
    double force_met_N = 0.0;
    double rate_met = 0.0;
    for (double time_s = 0.0; time_s <= stroke->duration_s; time_s += 0.003) {
        const stroke_target_t target = technique_target(&sample.body, stroke, time_s);
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
    const double width_m = body_region_width_m(&sample.body, stroke->region);
    const double inset_m = fmin(STROKE_INSET_M, 0.25 * width_m);
    for (double time_s = 0.0; time_s <= stroke->duration_s; time_s += 0.01) {
        const stroke_target_t target = technique_target(&sample.body, stroke, time_s);
        assert_true(body_region_holds(&sample.body, stroke->region, target.place, inset_m - 1e-9));
    }
}

static void pads_centre_stays_inside_the_regions_inset(void** state)
{
    (void)state;
    for_drawn_strokes(judge_region);
}

/// Compression's ramps are the author's; in taps, vibration and lymph drainage it is the rhythm.
static void judge_force_rate(const stroke_t* stroke)
{
    if (stroke->technique != TECHNIQUE_COMPRESSION && stroke->technique != TECHNIQUE_VIBRATION &&
        stroke->technique != TECHNIQUE_LYMPH_DRAINAGE &&
        technique_contact(stroke->technique) != CONTACT_BROKEN) {
        assert_true(technique_force_rate_peak_N_per_s(&sample.body, stroke) <=
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
    const stroke_t stroke = sample_make_stroke(
        &sample, TECHNIQUE_EFFLEURAGE, "lumbar.left",
        (technique_parameters_t){.force_N = 12.0, .speed_mps = 0.06, .passes = 3});
    const stroke_target_t before = technique_target(&sample.body, &stroke, -5.0);
    const stroke_target_t first = technique_target(&sample.body, &stroke, 0.0);
    const stroke_target_t last = technique_target(&sample.body, &stroke, stroke.duration_s);
    const stroke_target_t behind = technique_target(&sample.body, &stroke, 1e6);
    assert_memory_equal(&before, &first, sizeof first);
    assert_memory_equal(&behind, &last, sizeof last);
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
            const stroke_target_t a = technique_target(&sample.body, &left, time_s);
            const stroke_target_t b = technique_target(&sample.body, &right, time_s);
            assert_near(a.place.along_m, b.place.along_m, 1e-12);
            assert_near(a.place.across_m, -b.place.across_m, 1e-12);
            assert_near(a.across_speed_mps, -b.across_speed_mps, 1e-12);
            assert_near(a.force_N, b.force_N, 0.0);
        }
    }
}

static void judge_contact(const stroke_t* stroke)
{
    const contact_rule_t rule = technique_contact(stroke->technique);
    const stroke_peaks_t peaks = technique_stroke_peaks(&sample.body, stroke);
    double hop_met_m = 0.0, hop_rate_met_mps = 0.0, shear_met_N = 0.0;
    bool nothing_met = false;
    for (double time_s = 0.0; time_s <= stroke->duration_s; time_s += 0.003) {
        const stroke_target_t target = technique_target(&sample.body, stroke, time_s);
        assert_int_equal(target.contact, rule);
        assert_true(target.hop_m >= 0.0 && target.shear_N >= 0.0);
        hop_met_m = fmax(hop_met_m, target.hop_m);
        hop_rate_met_mps = fmax(hop_rate_met_mps, fabs(target.hop_rate_mps));
        shear_met_N = fmax(shear_met_N, target.shear_N);
        nothing_met = nothing_met || target.force_N <= 0.0;
    }
    assert_true(hop_met_m <= peaks.hop_m + 1e-12 && hop_met_m >= 0.95 * peaks.hop_m);
    assert_true(hop_rate_met_mps <= peaks.hop_rate_mps + 1e-12);
    assert_true(shear_met_N <= peaks.shear_N + 1e-9 && shear_met_N >= 0.99 * peaks.shear_N);
    // Only who breaks contact hops, only who eases it lets the force fall to nothing.
    assert_true((hop_met_m > 0.0) == (rule == CONTACT_BROKEN));
    assert_true(nothing_met == (rule == CONTACT_EASED));
}

static void contact_is_lost_only_by_the_rule(void** state)
{
    (void)state;
    for_drawn_strokes(judge_contact);
}

static void judge_light(const stroke_t* stroke)
{
    const double light_N = technique_light_force_N(stroke);
    double force_max_N = 0.0, speed_mps = 0.0;
    technique_peaks(&sample.body, stroke, &speed_mps, &force_max_N);
    assert_true(light_N > 0.0 && light_N <= STROKE_LIGHT_FORCE_N && light_N < force_max_N);
}

static void light_force_is_below_the_working_force_of_the_gentlest(void** state)
{
    (void)state;
    for_drawn_strokes(judge_light);
    const stroke_t gentle = sample_make_stroke(
        &sample, TECHNIQUE_LYMPH_DRAINAGE, "calf.left",
        (technique_parameters_t){
            .force_N = 1.0, .rate_Hz = 1.0, .radius_m = 0.005, .cycles = 5, .places = 1});
    assert_near(technique_light_force_N(&gentle), 0.75, 1e-12);
}

static void strokes_are_drawn_of_every_technique(void** state)
{
    (void)state;
    uint64_t random = SEED;
    bool met[TECHNIQUE_COUNT] = {false};
    for (int i = 0; i < STROKE_COUNT; i++) {
        met[draw_stroke(&random).technique] = true;
    }
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        assert_true(met[i]);
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
        cmocka_unit_test(left_and_right_strokes_mirror_each_other),
        cmocka_unit_test(contact_is_lost_only_by_the_rule),
        cmocka_unit_test(light_force_is_below_the_working_force_of_the_gentlest),
        cmocka_unit_test(strokes_are_drawn_of_every_technique),
        cmocka_unit_test(every_technique_is_found_by_its_row_of_the_list),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
