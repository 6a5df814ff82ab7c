// The motions that strokes are built from: where they begin and end, how long they take, and that
// their rates are their derivatives.
#include "tests/support/cmocka_prelude.h"

#include "routines/techniques/motion.h"

static void assert_rate(motion_t before, motion_t here, motion_t behind, double h_s, double slack)
{
    assert_near((behind.value - before.value) / (2.0 * h_s), here.rate, slack);
}

static void ramp_goes_from_nothing_to_all_at_rest(void** state)
{
    (void)state;
    assert_near(ramp_at(2.0, -1.0).value, 0.0, 0.0);
    assert_near(ramp_at(2.0, 1.0).value, 0.5, 1e-15);
    assert_near(ramp_at(2.0, 1.0).rate, RAMP_PEAK / 2.0, 1e-15);
    assert_near(ramp_at(2.0, 3.0).value, 1.0, 0.0);
    for (double time_s = 0.0; time_s < 2.0; time_s += 0.03) {
        assert_rate(ramp_at(2.0, time_s - 1e-5), ramp_at(2.0, time_s), ramp_at(2.0, time_s + 1e-5),
                    1e-5, 2e-5);
        assert_true(ramp_at(2.0, time_s).rate <= RAMP_PEAK / 2.0);
    }
}

static void arch_is_the_same_backwards(void** state)
{
    (void)state;
    for (double time_s = 0.0; time_s <= 10.0; time_s += 0.13) {
        const motion_t there = arch_at(1.5, 10.0, time_s);
        const motion_t back = arch_at(1.5, 10.0, 10.0 - time_s);
        assert_near(there.value, back.value, 1e-12);
        assert_near(there.rate, -back.rate, 1e-12);
    }
    assert_near(arch_at(1.5, 10.0, 5.0).value, 1.0, 0.0);
}

static void glide_takes_its_way_at_its_speed(void** state)
{
    (void)state;
    const glide_t glide = glide_plan(0.12, 0.04, 1.0);
    assert_near(glide.duration_s, 0.12 / 0.04 + 0.5, 1e-12); // half of the shortest time for ramps
    assert_near(glide_at(&glide, 0.0).value, 0.0, 0.0);
    assert_near(glide_at(&glide, glide.duration_s).value, 0.12, 0.0);
    assert_near(glide_at(&glide, 0.5 * glide.duration_s).value, 0.06, 1e-15);
    assert_near(glide_at(&glide, 1.5).rate, 0.04, 1e-15);
    for (double time_s = 0.0; time_s < glide.duration_s; time_s += 0.011) {
        assert_rate(glide_at(&glide, time_s - 1e-6), glide_at(&glide, time_s),
                    glide_at(&glide, time_s + 1e-6), 1e-6, 1e-6);
    }
}

static void glide_with_time_to_spare_is_slower(void** state)
{
    (void)state;
    const glide_t glide = glide_plan(0.01, 0.04, 4.0);
    assert_near(glide.duration_s, 4.0, 0.0);
    assert_near(glide.speed_mps, 0.01 / (4.0 - GLIDE_RAMP_S), 1e-15);
    const glide_t still = glide_plan(0.0, 0.04, 1.0);
    assert_near(glide_at(&still, 0.5).value, 0.0, 0.0);
    assert_near(glide_at(&still, 0.5).rate, 0.0, 0.0);
}

static void ramp_of_a_force_keeps_its_rate_and_its_shortest_time(void** state)
{
    (void)state;
    assert_near(force_ramp_s(1.0, 40.0), STROKE_RAMP_MIN_S, 0.0);
    const double ramp_s = force_ramp_s(-60.0, 40.0);
    assert_near(60.0 * ramp_at(ramp_s, 0.5 * ramp_s).rate, 40.0, 1e-12);
}

static void point_is_drawn_in_to_what_is_left_around_it(void** state)
{
    (void)state;
    const ground_t ground = {0.100, 0.060, 0.008, 0.092, 0.022};
    double up_m = 0.0, out_m = 0.0;
    ground_point(&ground, (region_point_t){0.5, -0.5}, 0.01, 0.005, &up_m, &out_m);
    assert_near(up_m, 0.050, 1e-15);
    assert_near(out_m, -0.015, 1e-15);
    ground_point(&ground, (region_point_t){1.0, -1.0}, 0.01, 0.005, &up_m, &out_m);
    assert_near(up_m, 0.082, 1e-15);
    assert_near(out_m, -0.017, 1e-15);
    ground_point(&ground, (region_point_t){0.0, 1.0}, 0.06, 0.03, &up_m,
                 &out_m); // no room: the middle
    assert_near(up_m, 0.050, 1e-15);
    assert_near(out_m, 0.0, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ramp_goes_from_nothing_to_all_at_rest),
        cmocka_unit_test(arch_is_the_same_backwards),
        cmocka_unit_test(glide_takes_its_way_at_its_speed),
        cmocka_unit_test(glide_with_time_to_spare_is_slower),
        cmocka_unit_test(ramp_of_a_force_keeps_its_rate_and_its_shortest_time),
        cmocka_unit_test(point_is_drawn_in_to_what_is_left_around_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
