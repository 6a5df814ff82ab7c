/// Proves the over-force of a routine against figures worked out by hand, at the boundary of what
/// is allowed, and that what is unknown is never within.
#include "tests/support/cmocka_prelude.h"

#include <math.h>
#include <string.h>

#include "controller/over_force.h"
#include "tests/support/sample_stroke.h"

#define NEAR_N 1e-6

typedef struct {
    stroke_sample_t sample;
    safety_settings_t safety;
    machine_settings_t machine;
    routine_t routine;
} scene_t;
static scene_t scene; // too large for a stack

/// A spring of 5 N/mm over bones of 35, 4.375 N/mm together; 4 ms in the sensor, 10 ms in the
/// drive, 4 m/s2. Touch at 20 mm/s with a margin of 8 N, taps up to 100 mm/s and 60 N.
static int setup(void** state)
{
    (void)state;
    memset(&scene, 0, sizeof scene);
    machine_settings_t* machine = &scene.machine;
    machine->period_us = 4000;
    machine->arm.joint_count = 1;
    machine->arm.tool.spring_stiffness_N_per_m = 5000.0;
    machine->yield_deceleration_mps2.value = 4.0;
    machine->device_count = machine->profile_count = 2;
    machine->devices[1].profile_index = 1;
    machine->force_sensor = 1;
    machine->profiles[0].response_lag_s = 0.010;
    machine->profiles[1].sample_age_max_s = 0.004;
    scene.safety.touch_speed_max_mps.value = 0.020;
    scene.safety.tap_speed_max_mps.value = 0.100;
    scene.safety.contact_force_margin_N.value = 8.0;
    scene.safety.contact_force_max_N.value = 60.0;
    return sample_stroke_body(&scene.sample) ? 0 : -1;
}

static void add(technique_id_t technique, technique_parameters_t parameters)
{
    routine_item_t* item = &scene.routine.items[scene.routine.item_count++];
    item->kind = ITEM_STROKE;
    item->stroke = sample_make_stroke(&scene.sample, technique,
                                      scene.sample.settings.regions[0].name, parameters);
}

static void add_effleurage(void)
{
    add(TECHNIQUE_EFFLEURAGE,
        (technique_parameters_t){.force_N = 15, .speed_mps = 0.05, .passes = 1});
}

static void add_tapping(double force_N, double rate_Hz)
{
    add(TECHNIQUE_TAPPING, (technique_parameters_t){.force_N = force_N,
                                                    .rate_Hz = rate_Hz,
                                                    .height_m = 0.01,
                                                    .advance_m = 0.01,
                                                    .bout_s = 10,
                                                    .bouts = 1});
}

static bool worst(double period_s, over_force_t* over_force)
{
    return over_force_worst(&scene.machine, &scene.safety, &scene.sample.body, &scene.routine,
                            period_s, over_force);
}

static void a_touch_rises_by_what_was_worked_out_by_hand(void** state)
{
    (void)state;
    over_force_t found;
    add_effleurage();
    assert_true(worst(0.004, &found));
    // 4 + 3 x 4 + 10 = 26 ms; 4375 x (0.02 x 0.026 + 0.02^2 / 8) = 4375 x 0.00057 = 2.49375 N
    assert_near(found.reaction.reaction_s, 0.026, 1e-12);
    assert_near(found.rise_N, 2.49375, NEAR_N);
    assert_near(found.allowed_N, 8.0, NEAR_N);
    assert_false(found.tap);
    assert_true(over_force_within(&found));
    // 4 + 3 x 64.897 + 10 = 208.691 ms; 4375 x (0.00417382 + 0.00005) = 18.47921 N
    assert_true(worst(0.064897, &found));
    assert_near(found.rise_N, 18.4792125, NEAR_N);
    assert_false(over_force_within(&found));
}

static void a_touch_is_within_up_to_its_margin_and_no_further(void** state)
{
    (void)state;
    over_force_t found;
    add_effleurage();
    // 4375 x (0.02 t + 0.00005) = 8 N at t = 88.928571 ms, a period of 24.976190 ms.
    assert_true(worst(0.024976, &found));
    assert_true(over_force_within(&found));
    assert_true(worst(0.024977, &found));
    assert_false(over_force_within(&found));
}

static void a_tap_ends_below_the_highest_force_of_all(void** state)
{
    (void)state;
    over_force_t found;
    add_effleurage();
    add_tapping(20.0, 8.0); // its hop would be quicker than any tool may go: 100 mm/s
    assert_true(worst(0.004, &found));
    assert_int_equal(found.item, 1);
    assert_true(found.tap);
    assert_near(found.speed_mps, 0.1, 1e-12);
    // 4375 x (0.1 x 0.026 + 0.01 / 8) = 16.84375 N on top of 20, of 60.
    assert_near(found.rise_N, 16.84375, NEAR_N);
    assert_near(found.allowed_N, 40.0, NEAR_N);
    assert_true(over_force_within(&found));
    // 4375 x (0.1 t + 0.00125) = 40 N at t = 78.928571 ms, a period of 21.642857 ms.
    assert_true(worst(0.021642, &found));
    assert_true(over_force_within(&found));
    assert_true(worst(0.021643, &found));
    assert_false(over_force_within(&found));
    assert_true(found.tap);
}

static void the_stroke_with_the_largest_share_is_named(void** state)
{
    (void)state;
    over_force_t found;
    add_tapping(10.0, 1.0);
    add_effleurage();
    scene.safety.contact_force_margin_N.value = 2.0;
    assert_true(worst(0.004, &found));
    // Both touch down alike, and the first of equals is named.
    assert_int_equal(found.item, 0);
    assert_false(found.tap);
    scene.sample.settings.regions[1].tissue.bone_stiffness_N_per_m = 70000.0;
    scene.routine.items[1].stroke.region = 1;
    assert_true(worst(0.004, &found));
    assert_int_equal(found.item, 1);
}

static void a_routine_that_touches_nobody_has_no_over_force(void** state)
{
    (void)state;
    over_force_t found;
    assert_false(worst(0.004, &found));
    scene.routine.item_count = 1;
    scene.routine.items[0].kind = ITEM_REST;
    assert_false(worst(0.004, &found));
}

static void what_is_unknown_is_never_within(void** state)
{
    (void)state;
    over_force_t found;
    add_effleurage();
    assert_true(worst((double)NAN, &found));
    assert_false(over_force_within(&found));
    assert_true(worst(HUGE_VAL, &found));
    assert_false(over_force_within(&found));
    scene.safety.contact_force_margin_N.value = 0.0;
    assert_true(worst(0.004, &found));
    assert_false(over_force_within(&found));
    scene.safety.contact_force_margin_N.value = (double)NAN;
    assert_true(worst(0.004, &found));
    assert_false(over_force_within(&found));
    scene.safety.contact_force_margin_N.value = 8.0;
    scene.machine.profiles[1].sample_age_max_s = (double)NAN;
    assert_true(worst(0.004, &found));
    assert_false(over_force_within(&found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_touch_rises_by_what_was_worked_out_by_hand, setup),
        cmocka_unit_test_setup(a_touch_is_within_up_to_its_margin_and_no_further, setup),
        cmocka_unit_test_setup(a_tap_ends_below_the_highest_force_of_all, setup),
        cmocka_unit_test_setup(the_stroke_with_the_largest_share_is_named, setup),
        cmocka_unit_test_setup(a_routine_that_touches_nobody_has_no_over_force, setup),
        cmocka_unit_test_setup(what_is_unknown_is_never_within, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
