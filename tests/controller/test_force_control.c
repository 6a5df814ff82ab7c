/// Proves force control on a slab of known stiffness behind a known delay: it settles without
/// ringing on everything from soft muscle to bone, is not faster than allowed, lets go of what it
/// can't know, and leaves as far and as fast as it should.
#include "tests/support/cmocka_prelude.h"

#include "controller/force_control.h"
#include "tests/support/gantry.h"

#define PERIOD_S 0.004
#define DELAY_PERIODS 7 // 28 ms: what the gain is made for
#define HARDEST_N_PER_M 5000.0

typedef struct {
    double overshoot_N;
    double settled_s; // last time the error was above 5 %
    double speed_peak_mps;
} step_figures_t;

static plan_target_t target_at(double force_N)
{
    return (plan_target_t){
        .tool_desired = {{0.5, 0.0, GANTRY_SKIN_M}, {1.0, 0.0, 0.0, 0.0}},
        .normal = {0.0, 0.0, 1.0},
        .force_controlled = true,
        .force_target_N = force_N,
        .force_cap_N = GANTRY_CAP_N,
    };
}

/// Presses on a linear spring whose force is felt DELAY_PERIODS late.
static step_figures_t press_step(const session_t* session, double stiffness_N_per_m,
                                 double believed_N_per_m, double force_N)
{
    force_control_state_t state = {0};
    state.mode = MODE_CONTACT;
    step_figures_t figures = {0};
    double late[DELAY_PERIODS + 1] = {0};
    const plan_target_t target = target_at(force_N);
    state.base = target.tool_desired;
    state.outward = target.normal;
    state.commanded = target.tool_desired;
    for (int period = 0; period < 2500; ++period) {
        const estimate_t estimate = {.normal_force_N = late[DELAY_PERIODS],
                                     .stiffness_N_per_m = believed_N_per_m,
                                     .hardest_N_per_m = HARDEST_N_PER_M};
        const double before_m = state.offset_m;
        (void)force_control_step(session, &state, MODE_CONTACT, &target, &estimate);
        figures.speed_peak_mps =
            fmax(figures.speed_peak_mps, fabs(state.offset_m - before_m) / PERIOD_S);
        for (int i = DELAY_PERIODS; i > 0; --i) {
            late[i] = late[i - 1];
        }
        late[0] = fmax(-state.offset_m, 0.0) * stiffness_N_per_m;
        figures.overshoot_N = fmax(figures.overshoot_N, late[0] - force_N);
        if (fabs(late[0] - force_N) > 0.05 * force_N) {
            figures.settled_s = period * PERIOD_S;
        }
    }
    return figures;
}

static void a_step_settles_without_ringing_on_every_stiffness_it_knows(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    const double stiffnesses[] = {500.0, 1000.0, 2000.0, 4000.0, 10000.0, 40000.0};
    for (size_t i = 0; i < sizeof stiffnesses / sizeof stiffnesses[0]; ++i) {
        const step_figures_t figures =
            press_step(&gantry->session, stiffnesses[i], stiffnesses[i], 20.0);
        print_message("%6.0f N/m: overshoot %.2f N, settled after %.2f s\n", stiffnesses[i],
                      figures.overshoot_N, figures.settled_s);
        assert_true(figures.overshoot_N < 0.15 * 20.0);
        assert_true(figures.settled_s < 2.0);
        assert_true(figures.speed_peak_mps <=
                    gantry->safety.normal_speed_max_mps.value * (1.0 + 1e-9));
    }
    free(gantry);
}

static void twice_the_stiffness_it_believes_in_is_still_stable(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    const step_figures_t figures = press_step(&gantry->session, 4000.0, 2000.0, 20.0);
    assert_true(figures.settled_s < 3.0);
    free(gantry);
}

/// Shows I15.
static void an_unknown_force_or_stiffness_lets_go(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    const estimate_t unknown[] = {
        {.normal_force_N = (double)NAN,
         .stiffness_N_per_m = 2000.0,
         .hardest_N_per_m = HARDEST_N_PER_M},
        {.normal_force_N = (double)INFINITY,
         .stiffness_N_per_m = 2000.0,
         .hardest_N_per_m = HARDEST_N_PER_M},
        {.normal_force_N = 10.0, .stiffness_N_per_m = (double)NAN},
    };
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; ++i) {
        force_control_state_t state = {.mode = MODE_CONTACT, .outward = {0, 0, 1}};
        const plan_target_t target = target_at(20.0);
        state.commanded = target.tool_desired;
        for (int period = 0; period < 50; ++period) {
            (void)force_control_step(&gantry->session, &state, MODE_CONTACT, &target, &unknown[i]);
        }
        assert_true(state.offset_m > 0.0);
    }
    free(gantry);
}

/// Shows H09.
static void the_skin_is_approached_at_touch_speed(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    force_control_state_t state = {.mode = MODE_TRANSIT};
    const plan_target_t target = target_at(3.0);
    state.commanded = target.tool_desired;
    state.commanded.position_m.z += 0.06;
    const estimate_t estimate = {.stiffness_N_per_m = 2000.0, .hardest_N_per_m = HARDEST_N_PER_M};
    double fastest_mps = 0.0;
    for (int period = 0; period < 1500 && state.offset_m > -0.02; ++period) {
        const double before_m = state.commanded.position_m.z;
        (void)force_control_step(&gantry->session, &state, MODE_APPROACH, &target, &estimate);
        const double speed_mps = (before_m - state.commanded.position_m.z) / PERIOD_S;
        fastest_mps = fmax(fastest_mps, speed_mps);
        // Where the skin may be: the registration error above where it is expected, and below.
        if (state.offset_m < gantry->body_settings.registration_error_m) {
            assert_true(speed_mps <= gantry->safety.touch_speed_max_mps.value + 1e-9);
        }
    }
    assert_true(state.offset_m <= -0.02);
    assert_true(fastest_mps > 0.03);
    assert_true(fastest_mps <= gantry->safety.approach_speed_max_mps.value + 1e-9);
    free(gantry);
}

static void yielding_goes_straight_back_its_distance_and_stops(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    force_control_state_t state = {.mode = MODE_CONTACT, .offset_m = -0.01};
    const plan_target_t target = target_at(0.0);
    state.commanded = target.tool_desired;
    const vec3_t from = state.commanded.position_m;
    const estimate_t estimate = {
        .normal_force_N = 30.0, .stiffness_N_per_m = 2000.0, .hardest_N_per_m = HARDEST_N_PER_M};
    double fastest_mps = 0.0;
    int periods = 0;
    while (!state.yielded && periods < 500) {
        const double before_m = state.commanded.position_m.z;
        (void)force_control_step(&gantry->session, &state, MODE_YIELD, &target, &estimate);
        fastest_mps = fmax(fastest_mps, (state.commanded.position_m.z - before_m) / PERIOD_S);
        ++periods;
    }
    assert_near(state.commanded.position_m.z - from.z, 0.12, 0.011);
    assert_near(state.commanded.position_m.x, from.x, 1e-12);
    assert_true(fastest_mps > 0.24 && fastest_mps <= 0.25 + 1e-9);
    assert_true(periods * PERIOD_S < 0.9);
    free(gantry);
}

static void a_yield_glides_on_while_it_leaves(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    force_control_state_t state = {.mode = MODE_CONTACT, .offset_m = -0.01};
    const plan_target_t target = target_at(0.0);
    state.commanded = target.tool_desired;
    state.moved.linear_mps = vec3(0.15, 0.0, -0.03); // along the skin, and into it
    const vec3_t from = state.commanded.position_m;
    const estimate_t estimate = {.normal_force_N = 30.0, .stiffness_N_per_m = 2000.0};
    vec3_t before_m = from;
    vec3_t before_mps = state.moved.linear_mps;
    double lowest_m = from.z;
    while (!state.yielded) {
        (void)force_control_step(&gantry->session, &state, MODE_YIELD, &target, &estimate);
        const vec3_t at_m = state.commanded.position_m;
        const vec3_t now_mps = vec3_scale(vec3_sub(at_m, before_m), 1.0 / PERIOD_S);
        // Neither way is a jump asked of the joints.
        assert_true(fabs(now_mps.x - before_mps.x) <= 1.5 * PERIOD_S + 1e-9);
        assert_true(fabs(now_mps.z - before_mps.z) <= 8.0 * PERIOD_S + 1e-9);
        lowest_m = fmin(lowest_m, at_m.z);
        before_m = at_m;
        before_mps = now_mps;
    }
    assert_near(state.commanded.position_m.x - from.x, 0.15 * 0.15 / 3.0, 0.001);
    assert_true(from.z - lowest_m < 0.0005); // 0.03 m/s are over within four periods
    free(gantry);
}

/// The speed into the body after one period, of a tool that was wrongly fast.
static double speed_from_too_fast(const gantry_t* gantry, supervisor_mode_t mode, double force_N,
                                  double hop_m)
{
    force_control_state_t state = {.mode = mode, .offset_m = 0.1, .speed_mps = -0.2};
    plan_target_t target = target_at(20.0);
    target.contact = hop_m > 0.0 ? CONTACT_BROKEN : CONTACT_KEPT;
    target.hop_m = hop_m;
    state.base = target.tool_desired;
    state.outward = target.normal;
    state.commanded = target.tool_desired;
    const estimate_t estimate = {
        .normal_force_N = force_N, .stiffness_N_per_m = 2000.0, .hardest_N_per_m = HARDEST_N_PER_M};
    (void)force_control_step(&gantry->session, &state, mode, &target, &estimate);
    return -state.speed_mps;
}

static void no_speed_leads_past_the_hard_limit(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    const double limit_N = gantry->safety.contact_force_max_N.value;
    const supervisor_mode_t modes[] = {MODE_APPROACH, MODE_CONTACT, MODE_CONTACT};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; ++i) {
        const double hop_m = i == 2 ? 0.01 : 0.0;
        for (double force_N = 0.0; force_N < limit_N + 10.0; force_N += 0.25) {
            const double speed_mps = speed_from_too_fast(gantry, modes[i], force_N, hop_m);
            const double rise_N =
                envelope_rise_N(&gantry->session.reaction, HARDEST_N_PER_M, speed_mps);
            assert_true(speed_mps <= 0.0 || force_N + rise_N <= limit_N - ENVELOPE_MARGIN_N);
        }
        assert_true(speed_from_too_fast(gantry, modes[i], 0.0, hop_m) > 0.0);
        assert_true(speed_from_too_fast(gantry, modes[i], (double)NAN, hop_m) <= 0.0);
    }
    free(gantry);
}

/// The fastest that the tool leaves at while the force stays `over_N` above its target.
static double leaving_mps(const gantry_t* gantry, double over_N)
{
    force_control_state_t state = {.mode = MODE_CONTACT};
    const plan_target_t target = target_at(20.0);
    state.commanded = target.tool_desired;
    const estimate_t estimate = {.normal_force_N = 20.0 + over_N,
                                 .stiffness_N_per_m = 500.0,
                                 .hardest_N_per_m = HARDEST_N_PER_M};
    for (int period = 0; period < 100; ++period) {
        (void)force_control_step(&gantry->session, &state, MODE_CONTACT, &target, &estimate);
    }
    return state.speed_mps;
}

static void a_force_far_too_high_is_let_go_faster_than_one_presses(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    const double normal_mps = gantry->safety.normal_speed_max_mps.value;
    assert_near(leaving_mps(gantry, 4.0), normal_mps, 1e-9);
    assert_near(leaving_mps(gantry, 6.0), 2.0 * normal_mps, 1e-9);
    assert_near(leaving_mps(gantry, 8.0), 3.0 * normal_mps, 1e-9);
    assert_near(leaving_mps(gantry, 30.0), 3.0 * normal_mps, 1e-9);
    assert_near(leaving_mps(gantry, -15.0), -normal_mps, 1e-9); // never so into the body
    free(gantry);
}

static void lifting_off_ends_clear_of_the_body_at_rest(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    force_control_state_t state = {.mode = MODE_CONTACT, .offset_m = -0.015};
    plan_target_t target = target_at(3.0);
    state.base = target.tool_desired;
    state.outward = target.normal;
    state.commanded = target.tool_desired;
    const estimate_t estimate = {
        .normal_force_N = 3.0, .stiffness_N_per_m = 2000.0, .hardest_N_per_m = HARDEST_N_PER_M};
    int periods = 0;
    while (!state.lifted && periods < 1000) {
        (void)force_control_step(&gantry->session, &state, MODE_RETRACT, &target, &estimate);
        ++periods;
    }
    assert_true(state.lifted);
    assert_near(state.offset_m, 0.06, 0.003);
    assert_true(fabs(state.speed_mps) < 0.02);
    free(gantry);
}

// ------------------------------------------------------------------------------------------- taps

#define TAP_RATE_HZ 3.5
#define TAP_WANTED_N 8.0
#define TAP_HOP_PART 0.65
#define PI 3.14159265358979323846

/// A tool that follows its command a few periods late over a skin that breathes; its force is felt
/// a period later still.
typedef struct {
    double stiffness_N_per_m;
    double breath_m; // half of peak to peak
    double drop_m;   // of the skin, once, after five seconds
    // What came of it.
    double peaks_N[64];
    int taps;
    double speed_peak_mps;
    double lowest_m;
} tapped_t;

static plan_target_t tapping_target(double time_s)
{
    plan_target_t target = target_at(TAP_WANTED_N);
    const double hop_s = TAP_HOP_PART / TAP_RATE_HZ;
    const double in_tap_s = fmod(time_s, 1.0 / TAP_RATE_HZ);
    target.contact = CONTACT_BROKEN;
    if (in_tap_s < hop_s) {
        const double phase = 2.0 * PI * in_tap_s / hop_s;
        target.hop_m = 0.0025 * (1.0 - cos(phase));
        target.hop_rate_mps = 0.005 * PI / hop_s * sin(phase);
    }
    return target;
}

static void tap(const session_t* session, tapped_t* tapped, double duration_s)
{
    force_control_state_t state = {.mode = MODE_CONTACT, .offset_m = -0.004};
    double late_m[4] = {-0.004, -0.004, -0.004, -0.004};
    double felt_N = TAP_WANTED_N;
    double peak_N = 0.0;
    for (int period = 0; period * PERIOD_S < duration_s; ++period) {
        const double time_s = period * PERIOD_S;
        const plan_target_t target = tapping_target(time_s);
        const double skin_m = tapped->breath_m * sin(2.0 * PI * 0.25 * time_s) -
                              (time_s > 5.0 ? tapped->drop_m : 0.0);
        estimate_t estimate = {.normal_force_N = felt_N,
                               .stiffness_N_per_m = 2000.0,
                               .hardest_N_per_m = HARDEST_N_PER_M};
        estimate.tool_measured = target.tool_desired;
        estimate.tool_measured.position_m.z += late_m[3];
        felt_N = fmax(skin_m - late_m[3], 0.0) * tapped->stiffness_N_per_m;
        const double before_m = state.offset_m;
        (void)force_control_step(session, &state, MODE_CONTACT, &target, &estimate);
        tapped->speed_peak_mps =
            fmax(tapped->speed_peak_mps, fabs(state.offset_m - before_m) / PERIOD_S);
        tapped->lowest_m = fmin(tapped->lowest_m, state.offset_m);
        for (int i = 3; i > 0; --i) {
            late_m[i] = late_m[i - 1];
        }
        late_m[0] = state.offset_m;
        peak_N = fmax(peak_N, felt_N);
        if (peak_N > 2.0 && felt_N == 0.0 && tapped->taps < 64) {
            tapped->peaks_N[tapped->taps++] = peak_N;
            peak_N = 0.0;
        }
    }
}

static void taps_come_to_their_peak_whatever_the_skin_is_like(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    gantry->session.delays = (machine_delays_t){0.010, 0.004, 0.014, 0.020};
    const double stiffnesses[] = {1800.0, 2500.0, 4000.0};
    for (int i = 0; i < 3; ++i) {
        tapped_t tapped = {.stiffness_N_per_m = stiffnesses[i], .breath_m = 0.0025};
        tap(&gantry->session, &tapped, 12.0);
        assert_in_range(tapped.taps, 40, 43);
        for (int k = 1; k < tapped.taps; ++k) { // the first is the press before the first hop
            assert_true(tapped.peaks_N[k] <= 1.5 * TAP_WANTED_N);
            if (k >= 10) {
                assert_true(fabs(tapped.peaks_N[k] - TAP_WANTED_N) <= 2.0);
            }
        }
        assert_true(tapped.speed_peak_mps <= gantry->safety.tap_speed_max_mps.value + 1e-9);
    }
    free(gantry);
}

static void taps_begin_light(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    gantry->session.delays = (machine_delays_t){0.010, 0.004, 0.014, 0.020};
    // As stiff as the map says at that force.
    tapped_t tapped = {.stiffness_N_per_m = 2000.0};
    tap(&gantry->session, &tapped, 3.0);
    assert_true(tapped.peaks_N[1] < 0.9 * TAP_WANTED_N);
    free(gantry);
}

static void skin_that_sinks_between_taps_is_found_again(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    gantry->session.delays = (machine_delays_t){0.010, 0.004, 0.014, 0.020};
    tapped_t tapped = {.stiffness_N_per_m = 2000.0, .drop_m = 0.006};
    tap(&gantry->session, &tapped, 10.0);
    assert_true(tapped.taps >= 32); // of 35
    assert_true(fabs(tapped.peaks_N[tapped.taps - 1] - TAP_WANTED_N) <= 1.0);
    // Gone for good: the tool does not dig for it faster than the skin is searched for.
    tapped_t nowhere = {.stiffness_N_per_m = 2000.0, .drop_m = 1.0};
    tap(&gantry->session, &nowhere, 5.6);
    assert_true(nowhere.lowest_m > -0.025);
    free(gantry);
}

static void a_swing_fed_forward_is_followed_beyond_the_loops_own_band(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    gantry->session.delays = (machine_delays_t){0.010, 0.004, 0.014, 0.020};
    const double stiffness = 3000.0;
    force_control_state_t state = {.mode = MODE_CONTACT, .offset_m = -10.0 / 3000.0};
    double late_m[4] = {state.offset_m, state.offset_m, state.offset_m, state.offset_m};
    double square_N2 = 0.0;
    const int periods = 2500;
    for (int period = 0; period < periods; ++period) {
        const double time_s = period * PERIOD_S;
        const double turn = 2.0 * PI * 5.0;
        plan_target_t target = target_at(10.0 + 2.0 * sin(turn * time_s));
        target.force_rate_N_per_s = 2.0 * turn * cos(turn * (time_s + 4.0 * PERIOD_S));
        const double force_N = -late_m[3] * stiffness;
        const estimate_t estimate = {.normal_force_N = force_N,
                                     .stiffness_N_per_m = stiffness,
                                     .hardest_N_per_m = HARDEST_N_PER_M};
        (void)force_control_step(&gantry->session, &state, MODE_CONTACT, &target, &estimate);
        for (int i = 3; i > 0; --i) {
            late_m[i] = late_m[i - 1];
        }
        late_m[0] = state.offset_m;
        const double error_N = force_N - target.force_target_N;
        square_N2 += period > 250 ? error_N * error_N : 0.0;
    }
    const double rms_N = sqrt(square_N2 / (periods - 250));
    print_message("5 Hz, 2 N: RMS %.2f N\n", rms_N);
    assert_true(rms_N < 0.3); // without the feed-forward more than the swing's own 1.4 N
    free(gantry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_settles_without_ringing_on_every_stiffness_it_knows),
        cmocka_unit_test(twice_the_stiffness_it_believes_in_is_still_stable),
        cmocka_unit_test(an_unknown_force_or_stiffness_lets_go),
        cmocka_unit_test(the_skin_is_approached_at_touch_speed),
        cmocka_unit_test(yielding_goes_straight_back_its_distance_and_stops),
        cmocka_unit_test(a_yield_glides_on_while_it_leaves),
        cmocka_unit_test(no_speed_leads_past_the_hard_limit),
        cmocka_unit_test(a_force_far_too_high_is_let_go_faster_than_one_presses),
        cmocka_unit_test(lifting_off_ends_clear_of_the_body_at_rest),
        cmocka_unit_test(taps_come_to_their_peak_whatever_the_skin_is_like),
        cmocka_unit_test(taps_begin_light),
        cmocka_unit_test(skin_that_sinks_between_taps_is_found_again),
        cmocka_unit_test(a_swing_fed_forward_is_followed_beyond_the_loops_own_band),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
