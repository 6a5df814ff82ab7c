// Each invariant holds for a quiet arm and is broken by what it speaks of, at its limit and no
// sooner.
#include "controller/campaign/invariants.h"

#include <math.h>
#include <string.h>

#include "tests/support/campaign_stage.h"
#include "tests/support/cmocka_prelude.h"

typedef struct {
    const stage_t* stage;
    invariants_t invariants;
    cycle_input_t in;
    cycle_output_t out;
    cycle_state_t state;
    world_truth_t truth;
} scene_t;

static void judge(scene_t* scene)
{
    invariants_judge(&scene->invariants, &scene->in, &scene->out, &scene->state, &scene->truth);
    scene->in.now_us += scene->stage->session->period_us;
}

/// An armed and started arm that stands above the body, known in all it says.
static scene_t quiet(supervisor_mode_t mode)
{
    const stages_t* stages = &campaign_stage()->stages;
    scene_t scene = {.stage = stages->stage_of(stages->context, 0, 0)};
    const session_t* session = scene.stage->session;
    cycle_begin(&scene.state);
    invariants_begin(&scene.invariants, scene.stage, scene.stage->world);
    scene.out.mode = mode;
    scene.out.estimate.force_tared = true;
    scene.out.estimate.surface_normal = vec3(0.0, 0.0, 1.0);
    scene.truth.skin_normal = vec3(0.0, 0.0, 1.0);
    scene.out.live.granted = REQUEST_ARM | REQUEST_START;
    for (int joint = 0; joint < session->chain.joint_count; ++joint) {
        const double parked = session->machine->arm.joints[joint].parked;
        scene.out.command.position[joint] = parked;
        scene.out.command.request[joint] = DRIVE_REQUEST_ENABLE;
        scene.in.feedback.drives[joint].position = parked;
        scene.in.feedback.drives[joint].state = DRIVE_OPERATION_ENABLED;
        scene.truth.joint_position[joint] = parked;
    }
    judge(&scene);
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    return scene;
}

static void expect(const scene_t* scene, invariant_t invariant)
{
    if (scene->invariants.violated != INVARIANT_BIT(invariant)) {
        fail_msg("%s was to be broken alone, broken are %x", invariant_name(invariant),
                 scene->invariants.violated);
    }
    assert_true(scene->invariants.found[invariant][0] != '\0');
}

static void a_force_over_the_limit_in_two_samples_must_end_going_on(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_CONTACT);
    const double most_N = scene.stage->session->safety->contact_force_max_N.value;
    scene.out.estimate.contact_force_N = vec3(0.0, 0.0, -most_N);
    judge(&scene);
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    scene.out.estimate.contact_force_N = vec3(0.0, 0.0, -most_N - 0.1);
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0); // one alone
    judge(&scene);
    expect(&scene, INVARIANT_I1);
}

static void a_true_force_over_the_bound_is_seen(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_CONTACT);
    const double bound_N = invariants_force_bound_N(scene.stage->session, 0.0, 0.0);
    scene.truth.pad.position_m = vec3(10.0, 10.0, 0.0); // of no zone
    scene.truth.normal_force_N = bound_N;
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    scene.truth.normal_force_N = bound_N + 0.1;
    judge(&scene);
    expect(&scene, INVARIANT_I2);
}

static void the_bound_grows_with_speed_and_bends_at_the_springs_stop(void** context)
{
    (void)context;
    const session_t* session = quiet(MODE_CONTACT).stage->session;
    double before_N = invariants_force_bound_N(session, 0.0, 0.0);
    assert_near(before_N, session->safety->contact_force_max_N.value, 1e-9);
    for (int i = 1; i <= 100; ++i) {
        const double bound_N = invariants_force_bound_N(session, 0.01 * i, 0.0);
        assert_true(bound_N > before_N);
        before_N = bound_N;
    }
    const double stiffness = session->machine->arm.tool.spring_stiffness_N_per_m;
    const double soft_N =
        invariants_force_bound_N(session, 0.0, 0.010) - invariants_force_bound_N(session, 0.0, 0.0);
    assert_near(soft_N, 0.010 * stiffness, 1e-6);
    assert_true(invariants_force_bound_N(session, 0.0, 0.060) -
                    invariants_force_bound_N(session, 0.0, 0.050) >
                2.0 * soft_N);
}

static void torque_that_stays_asked_for_is_seen(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_CONTACT);
    const safety_settings_t* safety = scene.stage->session->safety;
    scene.out.mode = MODE_YIELD;
    scene.state.interlock.first_rule = INTERLOCK_SHEAR;
    const double most_s = safety->yield_time_max_s.value + safety->stop_time_max_s.value;
    while (scene.in.now_us < (int64_t)(most_s * 1e6)) {
        judge(&scene);
        assert_int_equal(scene.invariants.violated, 0);
    }
    for (int i = 0; i < 6; ++i) {
        judge(&scene);
    }
    assert_int_equal(scene.invariants.violated,
                     INVARIANT_BIT(INVARIANT_I3) | INVARIANT_BIT(INVARIANT_I13));
}

static void motion_without_arm_and_start_is_seen(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_CONTACT);
    scene.invariants.started = false;
    scene.out.live.granted = REQUEST_ARM;
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    scene.out.command.position[1] += 2e-8; // over rounding, under every other limit
    judge(&scene);
    expect(&scene, INVARIANT_I4);
}

static void going_on_with_an_old_sample_is_seen_one_that_is_fresh_is_not(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_TRANSIT);
    const int64_t most_us = (int64_t)(scene.stage->session->safety->sample_age_max_s.value * 1e6);
    scene.in.feedback.drives[2].age_us = most_us;
    scene.in.feedback.force.age_us = most_us;
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    scene.in.feedback.drives[2].age_us = most_us + 1;
    judge(&scene);
    expect(&scene, INVARIANT_I5);
}

static void a_set_point_beyond_speed_or_limits_is_seen(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_TRANSIT);
    const chain_t* chain = &scene.stage->session->chain;
    const double period_s = scene.stage->session->period_s;
    scene.out.command.position[5] += 0.9 * chain->acceleration_max.at[5] * period_s * period_s;
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    scene.out.command.position[5] += 2.5 * chain->acceleration_max.at[5] * period_s * period_s;
    judge(&scene);
    expect(&scene, INVARIANT_I8);
}

static void a_value_that_is_not_a_number_must_end_going_on(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_TRANSIT);
    scene.in.feedback.force.force_N[1] = (double)NAN;
    judge(&scene);
    expect(&scene, INVARIANT_I15);
}

static void a_trip_needs_its_first_cause_and_keeps_it(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_TRANSIT);
    scene.out.mode = MODE_STOPPING;
    judge(&scene);
    expect(&scene, INVARIANT_I9);
    scene = quiet(MODE_TRANSIT);
    scene.state.interlock.first_rule = INTERLOCK_SHEAR;
    scene.out.mode = MODE_STOPPING;
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    scene.state.interlock.first_rule = INTERLOCK_ESTOP;
    judge(&scene);
    expect(&scene, INVARIANT_I9);
}

static void starting_against_a_stop_is_seen(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_ARMED);
    scene.in.requests = REQUEST_START | REQUEST_STOP;
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    scene.out.mode = MODE_TRANSIT;
    judge(&scene);
    expect(&scene, INVARIANT_I10);
}

static void a_reaction_weaker_than_one_rule_asks_for_is_seen(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_CONTACT);
    scene.out.verdict.refused = INTERLOCK_RULE(INTERLOCK_ESTOP) | INTERLOCK_RULE(INTERLOCK_SHEAR);
    scene.out.verdict.reaction = REACTION_POWER_OFF;
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    scene.out.verdict.reaction = REACTION_YIELD;
    judge(&scene);
    expect(&scene, INVARIANT_I11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_force_over_the_limit_in_two_samples_must_end_going_on),
        cmocka_unit_test(a_true_force_over_the_bound_is_seen),
        cmocka_unit_test(the_bound_grows_with_speed_and_bends_at_the_springs_stop),
        cmocka_unit_test(torque_that_stays_asked_for_is_seen),
        cmocka_unit_test(motion_without_arm_and_start_is_seen),
        cmocka_unit_test(going_on_with_an_old_sample_is_seen_one_that_is_fresh_is_not),
        cmocka_unit_test(a_set_point_beyond_speed_or_limits_is_seen),
        cmocka_unit_test(a_value_that_is_not_a_number_must_end_going_on),
        cmocka_unit_test(a_trip_needs_its_first_cause_and_keeps_it),
        cmocka_unit_test(starting_against_a_stop_is_seen),
        cmocka_unit_test(a_reaction_weaker_than_one_rule_asks_for_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
