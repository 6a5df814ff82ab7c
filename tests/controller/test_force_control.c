/// Proves force control on a slab of known stiffness behind a known delay: it settles without
/// ringing on everything from soft muscle to bone, is not faster than allowed, lets go of what it
/// can't know, and leaves as far and as fast as it should.
#include "tests/support/cmocka_prelude.h"

#include "controller/force_control.h"
#include "tests/support/gantry.h"

#define PERIOD_S 0.004
#define DELAY_PERIODS 7 // 28 ms: what the gain is made for

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
                                     .stiffness_N_per_m = believed_N_per_m};
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

static void an_unknown_force_or_stiffness_lets_go(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    const estimate_t unknown[] = {
        {.normal_force_N = (double)NAN, .stiffness_N_per_m = 2000.0},
        {.normal_force_N = (double)INFINITY, .stiffness_N_per_m = 2000.0},
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

static void the_skin_is_approached_at_touch_speed(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    force_control_state_t state = {.mode = MODE_TRANSIT};
    const plan_target_t target = target_at(3.0);
    state.commanded = target.tool_desired;
    state.commanded.position_m.z += 0.06;
    const estimate_t estimate = {.stiffness_N_per_m = 2000.0};
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
    const estimate_t estimate = {.normal_force_N = 30.0, .stiffness_N_per_m = 2000.0};
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

static void lifting_off_ends_clear_of_the_body_at_rest(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    force_control_state_t state = {.mode = MODE_CONTACT, .offset_m = -0.015};
    plan_target_t target = target_at(3.0);
    state.base = target.tool_desired;
    state.outward = target.normal;
    state.commanded = target.tool_desired;
    const estimate_t estimate = {.normal_force_N = 3.0, .stiffness_N_per_m = 2000.0};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_settles_without_ringing_on_every_stiffness_it_knows),
        cmocka_unit_test(twice_the_stiffness_it_believes_in_is_still_stable),
        cmocka_unit_test(an_unknown_force_or_stiffness_lets_go),
        cmocka_unit_test(the_skin_is_approached_at_touch_speed),
        cmocka_unit_test(yielding_goes_straight_back_its_distance_and_stops),
        cmocka_unit_test(lifting_off_ends_clear_of_the_body_at_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
