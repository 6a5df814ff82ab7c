/// What pulls at the tool: directions, sizes, and a stiff tether that does not swing.
#include "tests/support/cmocka_prelude.h"

#include "sim/pull.h"

static void hand_pulls_across_the_table_whatever_the_tool_does(void** state)
{
    (void)state;
    const double pulls_N[] = {-150.0, 0.0, 40.0};
    for (int i = 0; i < 3; ++i) {
        const pull_t pull = {.grab_N = pulls_N[i]};
        arm_load_t load = {.wrench = {.force_N = {1.0, 2.0, 3.0}}};
        const double pull_N = pull_add(&pull, vec3(5, 6, 7), vec3(1, 1, 1), 0.001, &load);
        assert_near(pull_N, fabs(pulls_N[i]), 1e-12);
        assert_near(load.wrench.force_N.x, 1.0, 1e-12);
        assert_near(load.wrench.force_N.y, 2.0 + pulls_N[i], 1e-12);
        assert_near(load.wrench.force_N.z, 3.0, 1e-12);
        assert_near(load.give_Ns_per_m[1][1], 0.0, 0.0);
    }
}

static void tether_pulls_back_to_where_it_was_caught(void** state)
{
    (void)state;
    const pull_t pull = {.tether_N_per_m = 1000.0, .anchor_m = {1.0, 0.5, 0.3}};
    arm_load_t load = {.wrench = {.force_N = {0.0, 0.0, 0.0}}};
    const double pull_N = pull_add(&pull, vec3(1.03, 0.5, 0.34), vec3(0.0, 0.0, 0.0), 0.001, &load);
    assert_near(pull_N, 50.0, 1e-9);
    assert_near(load.wrench.force_N.x, -30.0, 1e-9);
    assert_near(load.wrench.force_N.z, -40.0, 1e-9);
    for (int axis = 0; axis < 3; ++axis) {
        assert_near(load.give_Ns_per_m[axis][axis], 1.0, 1e-12);
    }
}

static void stiffest_tether_on_a_light_mass_comes_to_rest(void** state)
{
    (void)state;
    const pull_t pull = {.tether_N_per_m = 20000.0, .anchor_m = {0.0, 0.0, 0.0}};
    const double mass_kg = 0.1, step_s = 0.001; // 447 rad/s: no explicit step is damped there
    double place_m = 0.01, speed_mps = 0.0;
    for (int i = 0; i < 1000; ++i) {
        arm_load_t load = {.wrench = {.force_N = {0.0, 0.0, 0.0}}};
        (void)pull_add(&pull, vec3(place_m, 0, 0), vec3(speed_mps, 0, 0), step_s, &load);
        speed_mps += step_s * load.wrench.force_N.x / (mass_kg + step_s * load.give_Ns_per_m[0][0]);
        place_m += step_s * speed_mps;
        assert_true(fabs(place_m) <= 0.0101);
    }
    assert_near(place_m, 0.0, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hand_pulls_across_the_table_whatever_the_tool_does),
        cmocka_unit_test(tether_pulls_back_to_where_it_was_caught),
        cmocka_unit_test(stiffest_tether_on_a_light_mass_comes_to_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
