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

/// Without torque, as one that has tripped is.
static void trip(scene_t* scene)
{
    scene->out.mode = MODE_TRIPPED;
    for (int joint = 0; joint < scene->stage->session->chain.joint_count; ++joint) {
        scene->out.command.request[joint] = DRIVE_REQUEST_DISABLE;
    }
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

/// Shows I1.
static void small_steps_towards_the_body_do_not_add_up_under_a_force_over_the_limit(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_YIELD);
    const session_t* session = scene.stage->session;
    const double most_N = session->safety->contact_force_max_N.value;
    scene.out.estimate.contact_force_N = vec3(0.0, 0.0, -most_N - 20.0);
    scene.out.estimate.surface_normal = vec3(-1.0, 0.0, 0.0); // the rail goes into it
    for (int period = 1; period <= 8; ++period) {
        scene.out.command.position[0] += period * 0.01 * session->period_s;
        judge(&scene);
    }
    assert_true((scene.invariants.violated & INVARIANT_BIT(INVARIANT_I1)) != 0);
}

/// The pad of the true body in the middle of a zone, and `beyond_m` across from there.
static void lay_on_zone(scene_t* scene, int zone, double beyond_m)
{
    const session_t* session = scene->stage->session;
    const body_patch_t* patch = &session->body->zone_patches[zone];
    const world_settings_t* world = scene->stage->world;
    const body_place_t place = {0.5 * (patch->head_along_m + patch->foot_along_m),
                                0.5 * (patch->medial_across_m + patch->lateral_across_m) +
                                    beyond_m};
    double x_m, y_m;
    body_table_point(session->body, place, &x_m, &y_m);
    const double from_x_m = x_m - session->machine->neck_x_m;
    const double cosine = cos(world->body_turn_rad), sine = sin(world->body_turn_rad);
    scene->truth.pad.position_m.x =
        session->machine->neck_x_m + world->body_offset_m[0] + cosine * from_x_m - sine * y_m;
    scene->truth.pad.position_m.y = world->body_offset_m[1] + sine * from_x_m + cosine * y_m;
}

/// Shows I7.
static void a_press_into_any_zone_is_seen_on_both_sides_of_the_body(void** context)
{
    (void)context;
    const stages_t* stages = &campaign_stage()->stages;
    const body_t* body = stages->stage_of(stages->context, 0, 0)->session->body;
    const double touch_N = quiet(MODE_CONTACT).stage->session->safety->touch_force_N.value;
    int right = 0;
    for (int zone = 0; zone < body->settings->zone_count; ++zone) {
        const body_patch_t* patch = &body->zone_patches[zone];
        right += patch->medial_across_m > patch->lateral_across_m ? 1 : 0;
        scene_t scene = quiet(MODE_CONTACT);
        lay_on_zone(&scene, zone, 0.0);
        scene.truth.normal_force_N = touch_N;
        judge(&scene);
        assert_int_equal(scene.invariants.violated, 0);
        scene.truth.normal_force_N = touch_N + 0.1;
        judge(&scene);
        expect(&scene, INVARIANT_I7);
        assert_non_null(
            strstr(scene.invariants.found[INVARIANT_I7], body->settings->zones[zone].name));
        scene = quiet(MODE_CONTACT);
        lay_on_zone(&scene, zone, 3.0); // beside the table
        scene.truth.normal_force_N = touch_N + 0.1;
        judge(&scene);
        assert_int_equal(scene.invariants.violated, 0);
    }
    assert_true(right > 0);
}

static double limit_N(void)
{
    const stages_t* stages = &campaign_stage()->stages;
    const stage_t* stage = stages->stage_of(stages->context, 0, 0);
    return stage->session->safety->contact_force_max_N.value;
}

static scene_t pressing(double force_N)
{
    scene_t scene = quiet(MODE_CONTACT);
    scene.truth.pad.position_m = vec3(10.0, 10.0, 0.0); // of no zone
    scene.truth.stiffness_N_per_m = 4000.0;
    scene.truth.normal_force_N = force_N;
    return scene;
}

/// Shows I2.
static void a_true_force_over_the_limit_is_seen_where_nothing_closes(void** context)
{
    (void)context;
    const double most_N = limit_N();
    scene_t scene = pressing(most_N);
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    assert_near(scene.invariants.press.ratio, 1.0, 1e-12);
    assert_near(scene.invariants.press.rise_ratio, 0.0, 0.0);
    scene.truth.normal_force_N = most_N + 0.1;
    judge(&scene);
    expect(&scene, INVARIANT_I2);
    assert_true(scene.invariants.press.rise_ratio > 1.0);
    assert_true(scene.invariants.press.ratio > 1.0);
}

/// Crosses the limit with skin at a speed and says by how much the force may be over it then.
static double room_N(scene_t* scene, double skin_mps)
{
    const double most_N = limit_N();
    scene->truth.surface_speed_mps = skin_mps;
    scene->truth.normal_force_N = most_N + 1e-6;
    judge(scene);
    assert_int_equal(scene->invariants.violated, 0);
    return scene->invariants.press.bound_N - most_N;
}

/// Shows I2.
static void the_bound_is_what_the_envelope_says_of_tool_and_skin(void** context)
{
    (void)context;
    scene_t scene = pressing(0.0);
    const envelope_reaction_t* declared = &scene.stage->session->reaction;
    const double k = scene.truth.stiffness_N_per_m;
    assert_near(room_N(&scene, 0.1), envelope_rise_N(declared, k, 0.1), 1e-9);
    // At the bound it holds, above it does not.
    scene.truth.normal_force_N = scene.invariants.press.bound_N;
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    scene.truth.normal_force_N += 0.1;
    judge(&scene);
    expect(&scene, INVARIANT_I2);
}

/// Shows I2.
static void samples_that_come_late_make_the_reaction_longer_up_to_their_limit(void** context)
{
    (void)context;
    for (int i = 0; i < 2; ++i) {
        scene_t scene = pressing(0.0);
        const session_t* session = scene.stage->session;
        const int64_t old_us = i == 0 ? 8000 : 1000000000;
        const double late_s = i == 0 ? 0.004 : session->safety->sample_age_max_s.value;
        scene.out.mode = MODE_YIELD; // where an old sample is no fault of its own
        scene.state.interlock.first_rule = INTERLOCK_FORCE_AGE;
        judge(&scene);
        scene.in.feedback.force.age_us = session->period_us + (i == 0 ? 4000 : old_us);
        const envelope_reaction_t late = {session->reaction.reaction_s + late_s,
                                          session->reaction.deceleration_mps2};
        assert_near(room_N(&scene, 0.1), envelope_rise_N(&late, 4000.0, 0.1), 1e-9);
    }
}

/// Shows I2.
static void skin_that_gathers_speed_or_outruns_a_yield_is_added(void** context)
{
    (void)context;
    scene_t scene = pressing(0.0);
    const session_t* session = scene.stage->session;
    const double yield_mps = session->safety->yield_speed_mps.value;
    // A yield ends nine tenths of its speed; what the skin has beyond that is its own.
    const double formula_N = envelope_rise_N(&session->reaction, 4000.0, 0.9 * yield_mps);
    const double beyond_mps = 0.1 * yield_mps + 0.1;
    assert_near(room_N(&scene, yield_mps + 0.1),
                formula_N + 4000.0 * beyond_mps * session->period_s, 1e-6);
}

/// Shows I2.
static void firmer_tissue_under_the_tool_is_added(void** context)
{
    (void)context;
    for (int firmer = 0; firmer < 2; ++firmer) {
        scene_t scene = pressing(0.0);
        scene.truth.tissue_N_per_m1_5 = 20000.0;
        const double room = room_N(&scene, 0.1);
        scene.truth.tissue_N_per_m1_5 = firmer == 1 ? 25000.0 : 15000.0; // softer takes nothing off
        scene.truth.normal_force_N = limit_N() + room + (firmer == 1 ? 0.25 * limit_N() : 0.0);
        judge(&scene);
        assert_int_equal(scene.invariants.violated, 0);
        scene.truth.normal_force_N += 0.1;
        judge(&scene);
        expect(&scene, INVARIANT_I2);
    }
}

/// Shows I2.
static void skin_that_rises_farther_than_a_yield_goes_is_added_whole(void** context)
{
    (void)context;
    scene_t scene = pressing(0.0);
    const session_t* session = scene.stage->session;
    scene.truth.normal_force_N = session->safety->touch_force_N.value + 0.1;
    scene.truth.surface_speed_mps = 0.3;
    for (double rise_m = 0.0; rise_m <= session->safety->yield_distance_m.value; rise_m += 0.0011) {
        judge(&scene);
    }
    assert_near(room_N(&scene, 0.3),
                envelope_rise_N(&session->reaction, 4000.0, 0.3) + 4000.0 * 0.3 * session->period_s,
                1e-6);
}

/// Shows I2.
static void a_force_that_swings_through_the_limit_is_one_press(void** context)
{
    (void)context;
    for (int under = 2; under <= 3; ++under) {
        scene_t scene = pressing(0.0);
        (void)room_N(&scene, 0.1);
        const double bound_N = scene.invariants.press.bound_N;
        scene.truth.surface_speed_mps = 0.0;
        scene.truth.normal_force_N = limit_N();
        for (int i = 0; i < under; ++i) {
            judge(&scene);
        }
        assert_int_equal(scene.invariants.violated, 0);
        scene.truth.normal_force_N = bound_N;
        judge(&scene);
        if (under < 3) {
            assert_int_equal(scene.invariants.violated, 0);
        } else {
            expect(&scene, INVARIANT_I2);
        }
    }
}

/// Shows I2.
static void an_arm_without_torque_does_not_press_and_ends_nothing(void** context)
{
    (void)context;
    scene_t scene = pressing(0.0);
    const session_t* session = scene.stage->session;
    scene.out.mode = MODE_TRIPPED;
    for (int joint = 0; joint < session->chain.joint_count; ++joint) {
        scene.out.command.request[joint] = DRIVE_REQUEST_DISABLE;
    }
    scene.state.interlock.first_rule = INTERLOCK_SHEAR;
    judge(&scene);
    // What the skin does itself, no more.
    assert_near(room_N(&scene, 0.1), 4000.0 * 0.1 * session->period_s, 1e-6);
}

/// Shows I2.
static void an_arm_without_torque_that_was_pushed_away_is_met_harder_as_it_stops(void** context)
{
    (void)context;
    for (int limp = 0; limp < 2; ++limp) {
        scene_t scene = pressing(0.0);
        const double period_s = scene.stage->session->period_s;
        scene.truth.skin_normal = vec3(-1.0, 0.0, 0.0); // against the way of the rail
        scene.truth.damping_s_per_m = 3.0;
        scene.out.mode = limp == 1 ? MODE_TRIPPED : MODE_YIELD;
        scene.state.interlock.first_rule = INTERLOCK_SHEAR;
        for (int joint = 0; joint < scene.stage->session->chain.joint_count; ++joint) {
            scene.out.command.request[joint] =
                limp == 1 ? DRIVE_REQUEST_DISABLE : DRIVE_REQUEST_ENABLE;
        }
        for (int i = 0; i < 3; ++i) { // pushed away
            scene.truth.joint_position[0] -= 0.2 * period_s;
            judge(&scene);
        }
        // It stands; the skin does too.
        scene.truth.normal_force_N = limit_N() + 1e-6;
        judge(&scene);
        scene.truth.normal_force_N = limit_N() * (1.0 + 3.0 * 0.2) - 0.1;
        judge(&scene);
        if (limp == 1) {
            assert_int_equal(scene.invariants.violated, 0);
            scene.truth.normal_force_N += 0.2;
            judge(&scene);
        }
        assert_true((scene.invariants.violated & INVARIANT_BIT(INVARIANT_I2)) != 0);
    }
}

/// Shows I6.
static void a_lost_drive_may_make_the_true_tool_a_tenth_faster(void** context)
{
    (void)context;
    for (int lost = 0; lost < 2; ++lost) {
        scene_t scene = quiet(MODE_CONTACT);
        const session_t* session = scene.stage->session;
        const double commanded_mps =
            session->safety->transit_speed_max_mps.value * session->safety->tool_speed_margin.value;
        scene.state.locked_joints = 1u << 2; // the controller's own word alone excuses nothing
        scene.in.feedback.drives[2].state = lost == 1 ? DRIVE_FAULT : DRIVE_OPERATION_ENABLED;
        judge(&scene);
        for (int i = 0; i < 5; ++i) {
            scene.truth.joint_position[0] += (1.09 * commanded_mps + 0.05) * session->period_s;
            judge(&scene);
        }
        if (lost == 1) {
            assert_int_equal(scene.invariants.violated, 0);
        } else {
            expect(&scene, INVARIANT_I6);
        }
    }
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

static void of_a_hang_while_it_yields_only_what_the_watchdogs_let_pass_counts(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_CONTACT);
    const safety_settings_t* safety = scene.stage->session->safety;
    const double most_s = safety->yield_time_max_s.value + safety->stop_time_max_s.value;
    const int64_t hang_us = 2300000;
    const int64_t watchdog_us = 40000;
    scene.out.mode = MODE_YIELD;
    scene.state.interlock.first_rule = INTERLOCK_SHEAR;
    const int64_t began_us = scene.in.now_us;
    judge(&scene);
    scene.in.now_us += hang_us;
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    const int64_t own_us = began_us + hang_us - watchdog_us;
    while (scene.in.now_us < own_us + (int64_t)(most_s * 1e6)) {
        judge(&scene);
        assert_int_equal(scene.invariants.violated, 0);
    }
    for (int i = 0; i < 50; ++i) { // four long periods more, and then it is too long
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

/// Shows I8.
static void a_drive_that_was_told_to_stop_stays_so_until_its_torque_went(void** context)
{
    (void)context;
    for (int tripped = 0; tripped < 2; ++tripped) {
        scene_t scene = quiet(MODE_YIELD);
        scene.out.command.request[2] = DRIVE_REQUEST_QUICK_STOP;
        judge(&scene);
        scene.out.mode = tripped == 1 ? MODE_TRIPPED : MODE_STOPPING;
        scene.out.command.request[2] = DRIVE_REQUEST_QUICK_STOP;
        if (tripped == 1) {
            trip(&scene);
        }
        judge(&scene);
        assert_int_equal(scene.invariants.violated & INVARIANT_BIT(INVARIANT_I8), 0);
        scene.out.mode = tripped == 1 ? MODE_ARMING : MODE_STOPPING;
        scene.out.command.request[2] = DRIVE_REQUEST_ENABLE;
        judge(&scene);
        assert_int_equal(scene.invariants.violated & INVARIANT_BIT(INVARIANT_I8),
                         tripped == 1 ? 0 : INVARIANT_BIT(INVARIANT_I8));
    }
}

/// Whether a command that moves the tool along the rail at `part` of the speed allowed is seen.
static bool fast_tool_is_seen(scene_t* scene, double part)
{
    const session_t* session = scene->stage->session;
    const safety_settings_t* safety = session->safety;
    const double allowed_mps =
        safety->transit_speed_max_mps.value * safety->tool_speed_margin.value;
    scene->invariants.violated = 0;
    scene->out.command.position[0] -= part * allowed_mps * session->period_s;
    judge(scene);
    return (scene->invariants.violated & INVARIANT_BIT(INVARIANT_I6)) != 0;
}

static void
a_tool_commanded_too_fast_is_seen_with_a_little_more_after_a_drive_was_lost(void** context)
{
    (void)context;
    scene_t scene = quiet(MODE_TRANSIT);
    assert_false(fast_tool_is_seen(&scene, 0.99));
    assert_true(fast_tool_is_seen(&scene, 1.01));
    const int64_t most_us = (int64_t)(scene.stage->session->safety->sample_age_max_s.value * 1e6);
    scene.in.feedback.drives[2].age_us = most_us + 1;
    assert_false(fast_tool_is_seen(&scene, 1.09));
    assert_true(fast_tool_is_seen(&scene, 1.11));
    scene.in.feedback.drives[2].age_us = most_us;
    assert_false(fast_tool_is_seen(&scene, 1.09));
    for (int i = 0; i < 30; ++i) {
        judge(&scene);
    }
    assert_true(fast_tool_is_seen(&scene, 1.01));
    scene.state.locked_joints = 1u << 2; // the controller's own word
    assert_true(fast_tool_is_seen(&scene, 1.01));
    scene.in.feedback.drives[2].state = DRIVE_NOT_FOLLOWING; // it is there, and of no use
    assert_false(fast_tool_is_seen(&scene, 1.09));
    assert_true(fast_tool_is_seen(&scene, 1.11));
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

/// Shows I9.
static void a_lift_is_acknowledged_by_going_on_as_asked(void** context)
{
    (void)context;
    for (int asked = 0; asked < 2; ++asked) {
        scene_t scene = quiet(MODE_PAUSED);
        scene.state.interlock.first_rule = INTERLOCK_DWELL;
        judge(&scene);
        scene.state.interlock.first_rule = INTERLOCK_RULE_NONE;
        scene.out.mode = MODE_TRANSIT;
        scene.out.live.granted = asked == 1 ? REQUEST_RESUME : 0;
        judge(&scene);
        if (asked == 1) {
            assert_int_equal(scene.invariants.violated, 0);
        } else {
            expect(&scene, INVARIANT_I9);
        }
    }
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
    for (int weaker = 0; weaker < 2; ++weaker) {
        scene_t scene = quiet(MODE_CONTACT);
        scene.out.verdict.refused =
            INTERLOCK_RULE(INTERLOCK_ESTOP) | INTERLOCK_RULE(INTERLOCK_SHEAR);
        scene.out.verdict.reaction = weaker == 1 ? REACTION_YIELD : REACTION_POWER_OFF;
        scene.state.interlock.first_rule = INTERLOCK_ESTOP;
        trip(&scene); // whatever was asked for
        judge(&scene);
        if (weaker == 1) {
            expect(&scene, INVARIANT_I11);
        } else {
            assert_int_equal(scene.invariants.violated, 0);
        }
    }
}

/// Shows I11.
static void a_reaction_that_the_mode_does_not_follow_is_seen(void** context)
{
    (void)context;
    static const struct {
        supervisor_mode_t before, after;
        reaction_t reaction;
        bool obeys;
    } turns[] = {
        {MODE_CONTACT, MODE_CONTACT, REACTION_LIFT, false},
        {MODE_APPROACH, MODE_CONTACT, REACTION_LIFT, false},
        {MODE_CONTACT, MODE_LIFT, REACTION_LIFT, true},
        {MODE_RETRACT, MODE_RETRACT, REACTION_LIFT, true},
        {MODE_CONTACT, MODE_LIFT, REACTION_YIELD, false},
        {MODE_CONTACT, MODE_YIELD, REACTION_YIELD, true},
        {MODE_ARMED, MODE_TRANSIT, REACTION_YIELD, false},
        {MODE_ARMED, MODE_STOPPING, REACTION_YIELD, true},
        {MODE_TRANSIT, MODE_YIELD, REACTION_STOP, false},
        {MODE_TRANSIT, MODE_STOPPING, REACTION_STOP, true},
        {MODE_TRANSIT, MODE_STOPPING, REACTION_POWER_OFF, false},
        {MODE_STOPPING, MODE_STOPPING, REACTION_POWER_OFF, false},
        {MODE_TRANSIT, MODE_TRIPPED, REACTION_POWER_OFF, true},
    };
    for (size_t i = 0; i < sizeof turns / sizeof turns[0]; ++i) {
        scene_t scene = quiet(turns[i].before);
        scene.out.verdict.refused = INTERLOCK_RULE(INTERLOCK_DWELL); // asks for the least
        scene.out.verdict.reaction = turns[i].reaction;
        scene.state.interlock.first_rule = INTERLOCK_DWELL;
        scene.out.mode = turns[i].after;
        if (turns[i].after == MODE_TRIPPED) {
            trip(&scene);
        }
        judge(&scene);
        if (turns[i].obeys) {
            assert_int_equal(scene.invariants.violated, 0);
        } else {
            expect(&scene, INVARIANT_I11);
        }
    }
}

/// Shows I11.
static void nothing_begins_while_a_rule_is_refused(void** context)
{
    (void)context;
    static const supervisor_mode_t begins[][2] = {{MODE_LOCKED, MODE_READY},
                                                  {MODE_TRIPPED, MODE_READY},
                                                  {MODE_READY, MODE_ARMING},
                                                  {MODE_READY, MODE_READY}};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; ++i) {
        for (int refused = 0; refused < 2; ++refused) {
            scene_t scene = quiet(MODE_ARMED);
            trip(&scene);
            scene.invariants.mode = begins[i][0];
            scene.out.mode = begins[i][1];
            scene.out.verdict.refused = refused == 1 ? INTERLOCK_RULE(INTERLOCK_DWELL) : 0;
            scene.out.verdict.reaction = refused == 1 ? REACTION_YIELD : REACTION_NONE;
            judge(&scene);
            if (refused == 0) {
                assert_int_equal(scene.invariants.violated, 0);
            } else {
                expect(&scene, INVARIANT_I11);
            }
        }
    }
}

/// Pressed on by skin that comes at a speed, with torque, so that the bound leaves room.
static scene_t pressed_on(double skin_mps)
{
    scene_t scene = pressing(0.0);
    scene.truth.stiffness_N_per_m = 10000.0;
    scene.truth.drives_enabled = true;
    scene.truth.surface_speed_mps = skin_mps;
    return scene;
}

/// Whether so much over the limit of all is too much.
static bool over_is_seen(scene_t* scene, double over_N)
{
    scene->truth.normal_force_N = limit_N() + 1e-6;
    judge(scene);
    assert_int_equal(scene->invariants.violated, 0);
    scene->truth.normal_force_N = limit_N() + over_N;
    judge(scene);
    assert_int_equal(scene->invariants.violated & ~INVARIANT_BIT(INVARIANT_I17), 0);
    return scene->invariants.violated != 0;
}

/// Shows I17.
static void fifteen_newtons_over_the_limit_of_all_are_the_most(void** context)
{
    (void)context;
    scene_t scene = pressed_on(0.3);
    assert_false(over_is_seen(&scene, PRESS_OVER_MAX_N - 0.01));
    assert_near(scene.invariants.press.over_N, PRESS_OVER_MAX_N - 0.01, 1e-9);
    scene = pressed_on(0.3);
    assert_true(over_is_seen(&scene, PRESS_OVER_MAX_N + 0.01));
    expect(&scene, INVARIANT_I17);
}

/// Shows I17.
static void what_no_yield_ends_is_told_apart_from_what_one_has_to_end(void** context)
{
    (void)context;
    const safety_settings_t* safety = quiet(MODE_CONTACT).stage->session->safety;
    scene_t scene = pressed_on(safety->yield_speed_mps.value + 0.001); // faster than a yield goes
    assert_false(over_is_seen(&scene, PRESS_OVER_MAX_N + 0.01));
    scene = pressed_on(0.3); // a client who had come farther than a yield goes as it pressed
    scene.truth.normal_force_N = safety->touch_force_N.value + 0.1;
    for (double rise_m = 0.0; rise_m < safety->yield_distance_m.value; rise_m += 0.0012) {
        judge(&scene);
    }
    assert_false(over_is_seen(&scene, PRESS_OVER_MAX_N + 0.01));
    scene = pressed_on(0.3); // a drive that does not turn its joint
    scene.in.feedback.drives[2].state = DRIVE_FAULT;
    judge(&scene);
    assert_false(over_is_seen(&scene, PRESS_OVER_MAX_N + 0.01));
    scene = pressed_on(0.3); // a joint that the controller gave up
    scene.state.locked_joints = 1u << 2;
    judge(&scene);
    assert_true(over_is_seen(&scene, PRESS_OVER_MAX_N + 0.01));
    scene = pressed_on(0.3); // an arm that stands without torque
    scene.truth.drives_enabled = false;
    assert_false(over_is_seen(&scene, PRESS_OVER_MAX_N + 0.01));
}

/// Shows I17.
static void an_arm_without_torque_that_comes_by_itself_is_not_excused(void** context)
{
    (void)context;
    scene_t scene = pressed_on(0.3);
    const double period_s = scene.stage->session->period_s;
    scene.truth.drives_enabled = false;
    scene.truth.skin_normal = vec3(-1.0, 0.0, 0.0); // against the way of the rail
    scene.truth.joint_position[0] += 0.006 * period_s;
    scene.truth.normal_force_N = limit_N() + 1e-6;
    judge(&scene);
    scene.truth.normal_force_N = limit_N() + PRESS_OVER_MAX_N + 0.01;
    judge(&scene);
    expect(&scene, INVARIANT_I17);
}

/// An arm that yields since it touched, for so long with so much force.
static scene_t yielding(double force_N, double lasts_s)
{
    scene_t scene = pressing(force_N);
    scene.truth.drives_enabled = true;
    scene.out.mode = MODE_YIELD;
    scene.state.interlock.first_rule = INTERLOCK_SHEAR;
    scene.out.verdict.refused = INTERLOCK_RULE(INTERLOCK_SHEAR);
    scene.out.verdict.reaction = REACTION_YIELD;
    const int64_t until_us = scene.in.now_us + (int64_t)(lasts_s * 1e6);
    while (scene.in.now_us <= until_us) {
        judge(&scene);
    }
    return scene;
}

/// Shows I18.
static void a_stop_lets_go_within_its_time(void** context)
{
    (void)context;
    scene_t scene = yielding(40.0, 0.300);
    assert_int_equal(scene.invariants.violated, 0);
    scene.truth.normal_force_N = 5.0;
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    scene.truth.normal_force_N = 5.1;
    scene.truth.drives_enabled = false; // nothing moves it
    judge(&scene);
    assert_int_equal(scene.invariants.violated, 0);
    scene.truth.drives_enabled = true;
    judge(&scene);
    expect(&scene, INVARIANT_I18);
    scene = yielding(40.0, 0.300);
    scene.out.mode = MODE_STOPPING; // goes on with the same stop
    judge(&scene);
    expect(&scene, INVARIANT_I18);
}

/// Shows I18.
static void the_time_in_which_a_body_follows_the_tool_is_not_counted(void** context)
{
    (void)context;
    const double yield_mps = quiet(MODE_CONTACT).stage->session->safety->yield_speed_mps.value;
    const struct {
        double skin_mps;
        bool counted;
    } rows[] = {{0.5 * yield_mps, true},
                {0.5 * yield_mps + 1e-6, false},
                {-yield_mps, true},
                {(double)NAN, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scene_t scene = yielding(40.0, 0.296);
        scene.truth.surface_speed_mps = rows[i].skin_mps;
        for (int period = 0; period < 3; ++period) {
            judge(&scene);
        }
        scene.truth.surface_speed_mps = 0.0;
        assert_int_equal(scene.invariants.violated,
                         rows[i].counted ? INVARIANT_BIT(INVARIANT_I18) : 0);
        judge(&scene);
        judge(&scene);
        expect(&scene, INVARIANT_I18);
    }
}

/// Shows I18.
static void a_persons_stop_lets_go_as_well(void** context)
{
    (void)context;
    scene_t scene = pressing(40.0);
    scene.truth.drives_enabled = true;
    scene.out.mode = MODE_YIELD;
    scene.out.live.granted = REQUEST_STOP;
    const int64_t until_us = scene.in.now_us + 300000;
    while (scene.in.now_us <= until_us) {
        judge(&scene);
    }
    assert_int_equal(scene.invariants.violated, 0);
    judge(&scene);
    expect(&scene, INVARIANT_I18);
}

/// Shows I18.
static void torque_stays_until_the_body_is_let_go(void** context)
{
    (void)context;
    const struct {
        double force_N;
        reaction_t reaction;
        bool enabled;
        bool broken;
    } rows[] = {
        {5.0, REACTION_YIELD, true, false},   {5.1, REACTION_YIELD, true, true},
        {40.0, REACTION_NONE, true, true},    {40.0, REACTION_STOP, true, false},
        {40.0, REACTION_YIELD, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scene_t scene = yielding(rows[i].force_N, 0.1);
        scene.out.verdict.reaction = rows[i].reaction;
        scene.out.verdict.refused =
            rows[i].reaction == REACTION_YIELD ? scene.out.verdict.refused : 0;
        scene.truth.drives_enabled = rows[i].enabled;
        scene.out.mode = MODE_STOPPING;
        judge(&scene);
        assert_int_equal(scene.invariants.violated,
                         rows[i].broken ? INVARIANT_BIT(INVARIANT_I18) : 0);
    }
    scene_t half = yielding(40.0, 0.1); // one drive is lost: the others go on
    half.in.feedback.drives[2].state = DRIVE_FAULT;
    half.out.mode = MODE_STOPPING;
    judge(&half);
    expect(&half, INVARIANT_I18);
    scene_t scene = pressing(40.0); // no yield at all
    scene.truth.drives_enabled = true;
    scene.out.mode = MODE_STOPPING;
    scene.state.interlock.first_rule = INTERLOCK_SHEAR;
    scene.out.verdict.refused = INTERLOCK_RULE(INTERLOCK_SHEAR);
    scene.out.verdict.reaction = REACTION_YIELD;
    judge(&scene);
    expect(&scene, INVARIANT_I18);
}

static void what_is_excused_is_not_judged_and_its_time_is_counted(void** context)
{
    (void)context;
    scene_t scene = pressed_on(0.3);
    scene.invariants.excused = INVARIANT_BIT(INVARIANT_I17);
    assert_false(over_is_seen(&scene, PRESS_OVER_MAX_N + 0.01));
    assert_near(scene.invariants.excused_s[INVARIANT_I17], 2.0 * scene.stage->session->period_s,
                1e-9);
    scene.invariants.excused = 0;
    judge(&scene); // it still is so, and nothing excuses it any more
    expect(&scene, INVARIANT_I17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_force_over_the_limit_in_two_samples_must_end_going_on),
        cmocka_unit_test(a_true_force_over_the_limit_is_seen_where_nothing_closes),
        cmocka_unit_test(the_bound_is_what_the_envelope_says_of_tool_and_skin),
        cmocka_unit_test(samples_that_come_late_make_the_reaction_longer_up_to_their_limit),
        cmocka_unit_test(skin_that_gathers_speed_or_outruns_a_yield_is_added),
        cmocka_unit_test(firmer_tissue_under_the_tool_is_added),
        cmocka_unit_test(skin_that_rises_farther_than_a_yield_goes_is_added_whole),
        cmocka_unit_test(a_force_that_swings_through_the_limit_is_one_press),
        cmocka_unit_test(an_arm_without_torque_does_not_press_and_ends_nothing),
        cmocka_unit_test(an_arm_without_torque_that_was_pushed_away_is_met_harder_as_it_stops),
        cmocka_unit_test(a_lost_drive_may_make_the_true_tool_a_tenth_faster),
        cmocka_unit_test(torque_that_stays_asked_for_is_seen),
        cmocka_unit_test(of_a_hang_while_it_yields_only_what_the_watchdogs_let_pass_counts),
        cmocka_unit_test(motion_without_arm_and_start_is_seen),
        cmocka_unit_test(going_on_with_an_old_sample_is_seen_one_that_is_fresh_is_not),
        cmocka_unit_test(a_set_point_beyond_speed_or_limits_is_seen),
        cmocka_unit_test(a_drive_that_was_told_to_stop_stays_so_until_its_torque_went),
        cmocka_unit_test(
            a_tool_commanded_too_fast_is_seen_with_a_little_more_after_a_drive_was_lost),
        cmocka_unit_test(a_value_that_is_not_a_number_must_end_going_on),
        cmocka_unit_test(a_trip_needs_its_first_cause_and_keeps_it),
        cmocka_unit_test(starting_against_a_stop_is_seen),
        cmocka_unit_test(a_reaction_weaker_than_one_rule_asks_for_is_seen),
        cmocka_unit_test(a_reaction_that_the_mode_does_not_follow_is_seen),
        cmocka_unit_test(nothing_begins_while_a_rule_is_refused),
        cmocka_unit_test(fifteen_newtons_over_the_limit_of_all_are_the_most),
        cmocka_unit_test(what_no_yield_ends_is_told_apart_from_what_one_has_to_end),
        cmocka_unit_test(an_arm_without_torque_that_comes_by_itself_is_not_excused),
        cmocka_unit_test(a_stop_lets_go_within_its_time),
        cmocka_unit_test(the_time_in_which_a_body_follows_the_tool_is_not_counted),
        cmocka_unit_test(a_persons_stop_lets_go_as_well),
        cmocka_unit_test(torque_stays_until_the_body_is_let_go),
        cmocka_unit_test(a_lift_is_acknowledged_by_going_on_as_asked),
        cmocka_unit_test(small_steps_towards_the_body_do_not_add_up_under_a_force_over_the_limit),
        cmocka_unit_test(a_press_into_any_zone_is_seen_on_both_sides_of_the_body),
        cmocka_unit_test(what_is_excused_is_not_judged_and_its_time_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
