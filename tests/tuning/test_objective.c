/// The cost of gains: every part of it alone, the worst body decides, and nothing that is unknown
/// makes it small.
#include "tests/support/cmocka_prelude.h"

#include "controller/tuning/objective.h"

static rehearsal_figures_t good(void)
{
    return (rehearsal_figures_t){.ending = REHEARSAL_FINISHED,
                                 .force_rms_N = 0.4,
                                 .path_rms_m = 0.0,
                                 .overshoot_N = 5.0,
                                 .over_cap_N = -3.0,
                                 .swing_N = 0.5};
}

static gains_t usual(void)
{
    gains_t gains = {0};
    for (int i = 0; i < GAIN_COUNT; ++i) {
        gains_set(&gains, i, gain_info(i)->otherwise);
    }
    return gains;
}

static void each_part_costs_what_is_said_of_it(void** state)
{
    (void)state;
    rehearsal_figures_t figures = good();
    assert_near(objective_of_rehearsal(&figures), 0.4, 1e-12);
    figures.path_rms_m = 0.002;
    assert_near(objective_of_rehearsal(&figures), 0.4 + 0.2, 1e-12);
    figures = good();
    figures.overshoot_N = 7.0;
    assert_near(objective_of_rehearsal(&figures), 0.4 + 1.0, 1e-12);
    figures = good();
    figures.over_cap_N = 1.5;
    assert_near(objective_of_rehearsal(&figures), 0.4 + 1.5, 1e-12);
    figures = good();
    figures.swing_N = 0.8;
    assert_near(objective_of_rehearsal(&figures), 0.4 + 0.3, 1e-12);
    figures = good();
    figures.ending = REHEARSAL_STOPPED;
    assert_near(objective_of_rehearsal(&figures), 0.4 + 20.0, 1e-12);
}

static void what_is_not_known_never_makes_it_cheap(void** state)
{
    (void)state;
    rehearsal_figures_t figures = good();
    figures.force_rms_N = (double)NAN;
    assert_true(objective_of_rehearsal(&figures) >= 20.0);
    figures = (rehearsal_figures_t){.ending = REHEARSAL_NOT_PLAYED, .force_rms_N = (double)NAN};
    assert_true(objective_of_rehearsal(&figures) >= 20.0);
}

static void the_worst_body_decides(void** state)
{
    (void)state;
    const gains_t gains = usual();
    rehearsal_figures_t figures[3] = {good(), good(), good()};
    figures[1].force_rms_N = 0.9;
    assert_near(objective_of_all(&gains, figures, 3), 0.9, 1e-12);
    assert_near(objective_worst_force_N(figures, 3), 0.9, 1e-12);
    figures[2].ending = REHEARSAL_STOPPED;
    figures[2].force_rms_N = 5.0;
    assert_near(objective_worst_force_N(figures, 3), 0.9, 1e-12);
    assert_int_equal(objective_stopped(figures, 3), 1);
    assert_true(objective_of_all(&gains, figures, 3) > 20.0);
}

static void usual_gains_cost_nothing_and_others_little(void** state)
{
    (void)state;
    gains_t gains = usual();
    assert_near(objective_of_gains(&gains), 0.0, 1e-12);
    gains_set(&gains, 0, gain_info(0)->otherwise / exp(1.0));
    assert_near(objective_of_gains(&gains), 0.02 / GAIN_COUNT, 1e-12);
    const int tracking = gain_named("tracking");
    gains = usual();
    gains_set(&gains, tracking, gain_info(tracking)->otherwise * exp(1.0));
    assert_near(objective_of_gains(&gains), 0.02 / GAIN_COUNT, 1e-12);
}

/// Hand-computed: a crossover of pi/4 times the delay leaves 45 degrees.
static void a_force_loop_with_less_than_60_degrees_of_margin_costs(void** state)
{
    (void)state;
    const int crossover = gain_named("force_crossover");
    const double usual_rad = gain_info(crossover)->otherwise;
    gains_t gains = usual();
    gains_set(&gains, crossover, 0.25 * 3.14159265358979);
    const double unusual_N = 0.02 * log(gains_get(&gains, crossover) / usual_rad) / GAIN_COUNT;
    assert_near(objective_of_gains(&gains), unusual_N + 15.0 / 57.29577951, 1e-9);
    gains_set(&gains, crossover, 0.99 * usual_rad);
    assert_near(objective_of_gains(&gains), 0.02 * -log(0.99) / GAIN_COUNT, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_part_costs_what_is_said_of_it),
        cmocka_unit_test(what_is_not_known_never_makes_it_cheap),
        cmocka_unit_test(the_worst_body_decides),
        cmocka_unit_test(usual_gains_cost_nothing_and_others_little),
        cmocka_unit_test(a_force_loop_with_less_than_60_degrees_of_margin_costs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
