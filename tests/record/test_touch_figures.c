/// What techniques promise beside a force, on made-up runs whose figures are known: taps at a rate,
/// taps left out, easings reached and not, holds, and a path beside the one wanted.
#include "tests/support/cmocka_prelude.h"

#include "controller/record/touch_figures.h"
#include "tests/support/gantry.h"

#define PI 3.14159265358979323846

static const stroke_t tapping = {.technique = TECHNIQUE_TAPPING, .parameters = {.rate_Hz = 4.0}};
static gantry_t* gantry;

static int make(void** state)
{
    (void)state;
    gantry = gantry_make();
    return 0;
}

static int unmake(void** state)
{
    (void)state;
    free(gantry);
    return 0;
}

static touch_sample_t sample_at(const stroke_t* stroke, int period, double force_N, double target_N)
{
    const surface_sample_t skin = body_surface_at(&gantry->body, (body_place_t){0.4, 0.0});
    return (touch_sample_t){
        .stroke = stroke,
        .wanted = {.place = {0.4, 0.0}, .force_N = target_N, .load = 1.0},
        .force_N = force_N,
        .force_target_N = target_N,
        .tool_m = skin.point_m,
        .now_us = (int64_t)(period + 1) * GANTRY_PERIOD_US,
    };
}

/// Taps of 8 N at `rate_Hz` where 4 Hz are wanted, each `left_out`th of them missing (0: none).
static touch_figures_t tapped(double rate_Hz, int left_out)
{
    touch_figures_t figures = {0};
    touch_watch_t watch = {0};
    for (int period = 0; period < 5000; ++period) {
        const double time_s = period * 0.004;
        const double phase = fmod(time_s * 4.0, 1.0) / 0.65;
        const int index = (int)(time_s * rate_Hz);
        const bool meets = left_out == 0 || index % left_out != 0;
        const bool touching = fmod(time_s * rate_Hz, 1.0) > 0.6;
        touch_sample_t sample = sample_at(&tapping, period, touching && meets ? 9.0 : 0.1, 8.0);
        sample.wanted.contact = CONTACT_BROKEN;
        sample.wanted.hop_m = phase < 1.0 ? 0.0025 * (1.0 - cos(2.0 * PI * phase)) : 0.0;
        sample.wanted.hop_rate_mps = phase < 1.0 ? sin(2.0 * PI * phase) : 0.0;
        touch_figures_observe(&figures, &watch, &gantry->session, &sample);
    }
    return figures;
}

static void taps_are_counted_and_timed_by_their_force(void** state)
{
    (void)state;
    const touch_figures_t figures = tapped(4.0, 0);
    assert_in_range(figures.taps, 79, 80);
    assert_in_range(figures.taps_wanted, 79, 80);
    assert_near(touch_figures_tap_rate_Hz(&figures), 4.0, 0.01);
    assert_near(touch_figures_tap_rate_wanted_Hz(&figures), 4.0, 1e-9);
    assert_near(touch_figures_tap_error_rms_N(&figures), 1.0, 1e-9);
    assert_near(touch_figures_tap_wanted_mean_N(&figures), 8.0, 1e-9);
    assert_near(figures.tap_peak_N, 9.0, 1e-9);
    assert_true(touch_figures_ok(&figures));
}

static void a_rate_that_is_off_by_more_than_a_twentieth_is_not_ok(void** state)
{
    (void)state;
    const touch_figures_t slow = tapped(3.84, 0), slower = tapped(3.7, 0), quick = tapped(4.3, 0);
    assert_near(touch_figures_tap_rate_Hz(&slow), 3.84, 0.01);
    assert_true(touch_figures_ok(&slow));
    assert_false(touch_figures_ok(&slower));
    assert_false(touch_figures_ok(&quick));
}

static void taps_that_meet_nothing_are_missed(void** state)
{
    (void)state;
    const touch_figures_t figures = tapped(4.0, 8);
    assert_in_range(figures.taps, 69, 70);
    assert_near(touch_figures_tap_rate_Hz(&figures), 4.0, 0.01); // of those that follow each other
    assert_false(touch_figures_ok(&figures));
}

static void an_easing_counts_as_reached_once_the_force_is_gone(void** state)
{
    (void)state;
    static const stroke_t lymph = {.technique = TECHNIQUE_LYMPH_DRAINAGE,
                                   .parameters = {.rate_Hz = 1.0}};
    const double leasts_N[] = {0.0, 0.9, 1.1};
    for (int i = 0; i < 3; ++i) {
        touch_figures_t figures = {0};
        touch_watch_t watch = {0};
        for (int period = 0; period < 1000; ++period) {
            const double target_N = period % 250 < 150 ? 5.0 : 0.0;
            touch_sample_t sample =
                sample_at(&lymph, period, fmax(target_N, leasts_N[i]), target_N);
            sample.wanted.contact = CONTACT_EASED;
            touch_figures_observe(&figures, &watch, &gantry->session, &sample);
        }
        assert_int_equal(figures.easings, 3);
        assert_int_equal(figures.easings_reached, i < 2 ? 3 : 0);
        assert_int_equal(touch_figures_ok(&figures), i < 2);
    }
}

static void a_hold_is_judged_once_it_has_settled(void** state)
{
    (void)state;
    static const stroke_t press = {.technique = TECHNIQUE_TRIGGER_POINT};
    const double errors_N[] = {0.9, 1.1};
    for (int i = 0; i < 2; ++i) {
        touch_figures_t figures = {0};
        touch_watch_t watch = {0};
        for (int period = 0; period < 2500; ++period) {
            const bool ramp = period < 100; // far off, but moving
            touch_sample_t sample =
                sample_at(&press, period, 15.0 + (period < 200 ? 3.0 : errors_N[i]), 15.0);
            sample.wanted.force_rate_N_per_s = ramp ? 10.0 : 0.0;
            touch_figures_observe(&figures, &watch, &gantry->session, &sample);
        }
        assert_int_equal(figures.held_cycles, 2150); // 10 s less the ramp and a second
        assert_near(figures.held_error_N, errors_N[i], 0.02);
        assert_int_equal(touch_figures_ok(&figures), i == 0);
    }
}

static void a_path_is_measured_along_the_skin_only(void** state)
{
    (void)state;
    static const stroke_t rub = {.technique = TECHNIQUE_FRICTION_CIRCULAR};
    touch_figures_t figures = {0}, sum = {0};
    touch_watch_t watch = {0};
    touch_sample_t sample = sample_at(&rub, 0, 12.0, 12.0);
    sample.tool_m = vec3_add(sample.tool_m, vec3(0.003, -0.004, -0.02));
    touch_figures_observe(&figures, &watch, &gantry->session, &sample);
    assert_near(figures.path_error_m, 0.005, 1e-9);
    sample.tool_m.x = (double)NAN; // not a place at all
    touch_figures_observe(&figures, &watch, &gantry->session, &sample);
    assert_int_equal(figures.path_cycles, 1);
    touch_figures_merge(&sum, &figures);
    touch_figures_merge(&sum, &figures);
    assert_int_equal(sum.path_cycles, 2);
    assert_near(touch_figures_path_error_rms_m(&sum), 0.005, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taps_are_counted_and_timed_by_their_force),
        cmocka_unit_test(a_rate_that_is_off_by_more_than_a_twentieth_is_not_ok),
        cmocka_unit_test(taps_that_meet_nothing_are_missed),
        cmocka_unit_test(an_easing_counts_as_reached_once_the_force_is_gone),
        cmocka_unit_test(a_hold_is_judged_once_it_has_settled),
        cmocka_unit_test(a_path_is_measured_along_the_skin_only),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
