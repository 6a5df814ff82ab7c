/// Proves, on a machine whose tool coordinates are its joint coordinates, that the contact force is
/// what is left when the tool's weight and the sensor's offset are taken out, that an offset too
/// large to be one is not tared away, that what never came is no number, and that stiffness is
/// found by feeling.
#include "tests/support/cmocka_prelude.h"

#include "controller/estimate.h"
#include "tests/support/gantry.h"

#define WEIGHT_N (GANTRY_TOOL_MASS_KG * 9.80665)

/// The sensor's z axis points down, as the tool does: weight is +z there, and a push of the body up
/// is -z.
static bus_feedback_t feedback_at(double z_m, double push_up_N, double offset_N)
{
    bus_feedback_t feedback = {0};
    feedback.drives[0].position = 0.5;
    feedback.drives[2].position = z_m;
    feedback.force.force_N[2] = WEIGHT_N - push_up_N + offset_N;
    feedback.force.status_ok = true;
    return feedback;
}

static estimate_t step(const gantry_t* gantry, estimate_state_t* state,
                       const bus_feedback_t* feedback, supervisor_mode_t mode)
{
    const plan_target_t target = {.region = 0, .force_target_N = 20.0};
    return estimate_step(&gantry->session, state, feedback, mode, &target);
}

static void tare_with_offset(const gantry_t* gantry, estimate_state_t* state, double offset_N)
{
    const bus_feedback_t feedback = feedback_at(0.6, 0.0, offset_N);
    for (int i = 0; i <= ESTIMATE_TARE_SAMPLES; ++i) {
        (void)step(gantry, state, &feedback, MODE_ARMING);
    }
}

static void weight_and_offset_are_taken_out_of_the_contact_force(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    estimate_state_t state = {0};
    tare_with_offset(gantry, &state, 1.5);
    const bus_feedback_t feedback = feedback_at(0.19, 12.0, 1.5);
    const estimate_t estimate = step(gantry, &state, &feedback, MODE_CONTACT);
    assert_true(estimate.force_tared);
    assert_near(estimate.normal_force_N, 12.0, 1e-9);
    assert_near(estimate.shear_force_N, 0.0, 1e-9);
    assert_near(estimate.contact_force_N.z, -12.0, 1e-9); // on the body: down
    assert_near(estimate.surface_gap_m, -0.01, 1e-6);
    assert_near(estimate.surface_normal.z, 1.0, 1e-9);
    free(gantry);
}

static void the_tools_own_inertia_is_no_contact_force(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    for (double acceleration_mps2 = -5.0; acceleration_mps2 <= 5.0; acceleration_mps2 += 2.5) {
        estimate_state_t state = {0};
        tare_with_offset(gantry, &state, 0.0);
        // Moving up faster and faster, the tool hangs heavier from its sensor.
        bus_feedback_t feedback =
            feedback_at(0.19, 12.0 - GANTRY_TOOL_MASS_KG * acceleration_mps2, 0.0);
        estimate_t estimate = {0};
        for (int i = 0; i < 20; ++i) {
            feedback.drives[2].velocity = acceleration_mps2 * 0.004 * i;
            estimate = step(gantry, &state, &feedback, MODE_CONTACT);
        }
        assert_near(estimate.normal_force_N, 12.0, 1e-6);
        assert_near(estimate.shear_force_N, 0.0, 1e-6);
    }
    free(gantry);
}

static void shear_is_what_lies_across_the_normal(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    estimate_state_t state = {0};
    tare_with_offset(gantry, &state, 0.0);
    bus_feedback_t feedback = feedback_at(0.19, 10.0, 0.0);
    feedback.force.force_N[0] = 3.0;
    feedback.force.force_N[1] = -4.0;
    const estimate_t estimate = step(gantry, &state, &feedback, MODE_CONTACT);
    assert_near(estimate.shear_force_N, 5.0, 1e-9);
    assert_near(estimate.normal_force_N, 10.0, 1e-9);
    free(gantry);
}

/// Shows H12, tare.
static void an_offset_is_tared_up_to_its_limit_only(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    const double offsets_N[] = {4.999, -4.999, 5.001, -17.0};
    for (int i = 0; i < 4; ++i) {
        estimate_state_t state = {0};
        tare_with_offset(gantry, &state, offsets_N[i]);
        assert_int_equal(state.tared, i < 2);
        assert_int_equal(state.tare_refused, i >= 2);
    }
    free(gantry);
}

static void nothing_is_tared_outside_of_arming_or_without_samples(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    estimate_state_t state = {0};
    const bus_feedback_t feedback = feedback_at(0.6, 0.0, 1.0);
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        for (int i = 0; mode != MODE_ARMING && i < 2 * ESTIMATE_TARE_SAMPLES; ++i) {
            (void)step(gantry, &state, &feedback, (supervisor_mode_t)mode);
        }
    }
    assert_false(state.tared);
    bus_feedback_t silent = feedback;
    silent.force.age_us = AGE_NEVER_US;
    for (int i = 0; i < 2 * ESTIMATE_TARE_SAMPLES; ++i) {
        (void)step(gantry, &state, &silent, MODE_ARMING);
    }
    assert_false(state.tared);
    tare_with_offset(gantry, &state, 1.0);
    assert_true(state.tared);
    (void)step(gantry, &state, &feedback, MODE_LOCKED); // a new session tares anew
    assert_false(state.tared);
    free(gantry);
}

/// Shows I15.
static void what_never_came_is_no_number(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    estimate_state_t state = {0};
    bus_feedback_t feedback = feedback_at(0.2, 5.0, 0.0);
    feedback.force.age_us = AGE_NEVER_US;
    const estimate_t forceless = step(gantry, &state, &feedback, MODE_CONTACT);
    assert_true(isnan(forceless.normal_force_N));
    assert_false(forceless.touching);
    feedback.drives[1].age_us = AGE_NEVER_US;
    const estimate_t lost = step(gantry, &state, &feedback, MODE_CONTACT);
    assert_true(isnan(lost.surface_gap_m));
    assert_true(isnan(lost.tool_speed_mps));
    assert_true(isfinite(lost.stiffness_N_per_m));
    free(gantry);
}

/// Shows H16.
static void one_noisy_sample_is_not_a_touch(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    estimate_state_t state = {0};
    tare_with_offset(gantry, &state, 0.0);
    const bus_feedback_t air = feedback_at(0.25, 0.0, 0.0);
    const bus_feedback_t touch = feedback_at(0.2, 2.0, 0.0);
    assert_false(step(gantry, &state, &touch, MODE_APPROACH).touching);
    assert_false(step(gantry, &state, &air, MODE_APPROACH).touching);
    assert_false(step(gantry, &state, &touch, MODE_APPROACH).touching);
    assert_true(step(gantry, &state, &touch, MODE_APPROACH).touching);
    const bus_feedback_t lighter = feedback_at(0.2, 1.999, 0.0);
    assert_false(step(gantry, &state, &lighter, MODE_APPROACH).touching);
    free(gantry);
}

static void stiffness_is_expected_from_the_map_and_found_by_feeling(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    // F = k d^1.5 at 20 N: d = (20/42000)^(2/3) = 6.098 mm, slope 1.5 F/d = 4920 N/m; in series
    // with the spring's 5000 N/m: 2480 N/m.
    const double expected = estimate_expected_stiffness_N_per_m(&gantry->session, 0, 20.0);
    assert_near(expected, 2480.0, 15.0);
    // A body of twice that, felt through a slow swing of 2 mm at 1.5 Hz.
    estimate_state_t state = {0};
    tare_with_offset(gantry, &state, 0.0);
    const double stiffness = 2.0 * expected;
    const bus_feedback_t touched = feedback_at(GANTRY_SKIN_M - 0.008, 0.008 * stiffness, 0.0);
    estimate_t estimate = step(gantry, &state, &touched, MODE_APPROACH);
    for (int i = 0; i < 1500; ++i) {
        const double pressed_m = 0.008 + 0.002 * sin(6.2831853 * 1.5 * i * 0.004);
        const bus_feedback_t feedback =
            feedback_at(GANTRY_SKIN_M - pressed_m, stiffness * pressed_m, 0.0);
        estimate = step(gantry, &state, &feedback, MODE_CONTACT);
    }
    assert_near(estimate.stiffness_N_per_m, stiffness, 0.1 * stiffness);
    // One that gives way without any force: the estimate stops at its floor and does not fall to
    // zero.
    for (int i = 0; i < 3000; ++i) {
        const double pressed_m = 0.008 + 0.002 * sin(6.2831853 * 1.5 * i * 0.004);
        const bus_feedback_t feedback = feedback_at(GANTRY_SKIN_M - pressed_m, 20.0, 0.0);
        estimate = step(gantry, &state, &feedback, MODE_CONTACT);
    }
    assert_near(estimate.stiffness_N_per_m, 0.7 * expected, 1.0);
    free(gantry);
}

static void the_rate_of_a_force_outlives_two_lost_samples(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    estimate_state_t state = {0};
    tare_with_offset(gantry, &state, 0.0);
    const double rate_N_per_s = 400.0;
    estimate_t estimate = {0};
    for (int i = 0; i < 12; ++i) {
        const bus_feedback_t feedback = feedback_at(0.19, 10.0 + rate_N_per_s * 0.004 * i, 0.0);
        estimate = step(gantry, &state, &feedback, MODE_CONTACT);
    }
    assert_near(estimate.force_rate_N_per_s, rate_N_per_s, 0.01 * rate_N_per_s);
    assert_near(estimate.force_age_s, 0.0, 1e-12);
    const double before_N = estimate.force_predicted_N;
    assert_true(before_N >
                estimate.normal_force_N + rate_N_per_s * gantry->session.reaction.reaction_s);
    bus_feedback_t late = feedback_at(0.19, estimate.normal_force_N, 0.0);
    for (int lost = 1; lost <= 2; ++lost) {
        late.force.age_us = lost * GANTRY_PERIOD_US;
        estimate = step(gantry, &state, &late, MODE_CONTACT);
        assert_near(estimate.force_age_s, 0.004 * lost, 1e-9);
        assert_near(estimate.force_rate_N_per_s, rate_N_per_s, 0.01 * rate_N_per_s);
    }
    // As much more as the force must have risen in the meantime.
    assert_near(estimate.force_predicted_N - before_N, 0.008 * rate_N_per_s, 0.5);
    // The next sample is judged over the whole time since the last.
    const bus_feedback_t next =
        feedback_at(0.19, estimate.normal_force_N + rate_N_per_s * 0.012, 0.0);
    estimate = step(gantry, &state, &next, MODE_CONTACT);
    assert_near(estimate.force_rate_N_per_s, rate_N_per_s, 0.02 * rate_N_per_s);
    free(gantry);
}

static void a_force_is_foretold_from_the_tools_own_speed_too(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    estimate_state_t state = {0};
    tare_with_offset(gantry, &state, 0.0);
    bus_feedback_t feedback = feedback_at(0.19, 10.0, 0.0);
    feedback.drives[2].velocity = -0.05; // down
    estimate_t estimate = {0};
    for (int i = 0; i < 60; ++i) {
        estimate = step(gantry, &state, &feedback, MODE_CONTACT);
    }
    // Nothing is harder than the tool's spring where the map knows of no bone.
    const double spring = gantry->machine.arm.tool.spring_stiffness_N_per_m;
    assert_near(estimate.hardest_N_per_m, spring, 1e-9);
    assert_near(estimate.force_predicted_N,
                10.0 + envelope_rise_N(&gantry->session.reaction, spring, 0.05), 1e-6);
    gantry->body_settings.regions[0].tissue.bone_stiffness_N_per_m = 3.0 * spring;
    estimate = step(gantry, &state, &feedback, MODE_CONTACT);
    assert_near(estimate.hardest_N_per_m, fmax(0.75 * spring, estimate.stiffness_N_per_m), 1e-9);
    feedback.force.age_us = AGE_NEVER_US;
    estimate = step(gantry, &state, &feedback, MODE_CONTACT);
    assert_true(isnan(estimate.force_predicted_N));
    free(gantry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weight_and_offset_are_taken_out_of_the_contact_force),
        cmocka_unit_test(the_tools_own_inertia_is_no_contact_force),
        cmocka_unit_test(shear_is_what_lies_across_the_normal),
        cmocka_unit_test(an_offset_is_tared_up_to_its_limit_only),
        cmocka_unit_test(nothing_is_tared_outside_of_arming_or_without_samples),
        cmocka_unit_test(what_never_came_is_no_number),
        cmocka_unit_test(one_noisy_sample_is_not_a_touch),
        cmocka_unit_test(stiffness_is_expected_from_the_map_and_found_by_feeling),
        cmocka_unit_test(the_rate_of_a_force_outlives_two_lost_samples),
        cmocka_unit_test(a_force_is_foretold_from_the_tools_own_speed_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
