/// Proves each rule below, at and above its limit and for what is missing, stale or not a number;
/// the reaction table; the latch. Figures are made by hand, so that a change of the shipped limits
/// does not move the test.
#include "tests/support/cmocka_prelude.h"

#include "tests/support/judge_scene.h"

#define SEED 20261122u

/// `place` points into `scene`. At most `limit` permits; anything above, NaN and infinity refuse.
/// The period before was over every limit, so that what is voted on refuses at once.
static void assert_upper_limit(scene_t* scene, double* place, double limit, interlock_rule_t rule)
{
    const double kept = *place;
    scene->state.over_last = INTERLOCK_RULE(INTERLOCK_RULE_COUNT) - 1;
    *place = limit - 1e-6;
    assert_false(refuses(scene, rule));
    *place = limit;
    assert_false(refuses(scene, rule));
    *place = limit + 1e-6;
    assert_true(refuses(scene, rule));
    *place = (double)NAN; // this rule or the one that looks for numbers
    assert_true(judge(scene).refused != 0);
    *place = (double)INFINITY;
    assert_true(judge(scene).refused != 0);
    *place = kept;
}

static void a_healthy_scene_is_permitted_in_every_mode(void** context)
{
    (void)context;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        scene_t scene = well();
        scene.judged.mode = (supervisor_mode_t)mode;
        scene.judged.surface_gap_m = mode == MODE_ARMING ? 0.3 : 0.0;
        if (!supervisor_mode_touches(scene.judged.mode)) {
            scene.judged.force_total_N = 0.3;
            scene.judged.normal_force_N = 0.3;
        }
        const verdict_t verdict = judge(&scene);
        assert_int_equal(verdict.refused, 0);
        assert_int_equal(verdict.reaction, REACTION_NONE);
        assert_int_equal(verdict.rule, INTERLOCK_RULE_NONE);
    }
}

/// Shows H01, H03, H04, force_cap, force_max, shear, force_free.
static void force_limits_hold_below_at_and_above(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.judged.force_target_N = 100.0; // so that the margin does not speak first
    assert_upper_limit(&scene, &scene.judged.normal_force_N, 40.0, INTERLOCK_FORCE_CAP);
    scene.judged.force_target_N = 20.0;
    assert_upper_limit(&scene, &scene.judged.force_total_N, 60.0, INTERLOCK_FORCE_MAX);
    assert_upper_limit(&scene, &scene.judged.shear_force_N, 25.0, INTERLOCK_SHEAR);
    scene.judged.mode = MODE_TRANSIT;
    assert_upper_limit(&scene, &scene.judged.force_total_N, 8.0, INTERLOCK_FORCE_FREE);
}

/// Shows H01, I15, force_envelope.
static void a_force_that_would_pass_the_limit_refuses_while_the_tool_is_at_the_body(void** context)
{
    (void)context;
    scene_t scene = well();
    const supervisor_mode_t at_body[] = {MODE_APPROACH, MODE_CONTACT, MODE_RETRACT, MODE_LIFT};
    for (size_t i = 0; i < sizeof at_body / sizeof at_body[0]; ++i) {
        scene.judged.mode = at_body[i];
        assert_upper_limit(&scene, &scene.judged.force_predicted_N, 60.0, INTERLOCK_FORCE_ENVELOPE);
        scene.judged.force_predicted_N = (double)NAN;
        assert_true(refuses(&scene, INTERLOCK_FORCE_ENVELOPE));
        scene.judged.force_predicted_N = 61.0;
        assert_int_equal(judge(&scene).reaction, REACTION_YIELD);
        scene.judged.force_predicted_N = 0.0;
    }
    scene.judged.mode = MODE_TRANSIT; // where nothing may touch at all
    scene.judged.force_total_N = 0.0;
    scene.judged.force_predicted_N = 61.0;
    assert_false(refuses(&scene, INTERLOCK_FORCE_ENVELOPE));
}

/// Shows I15, force_cap.
static void an_unknown_cap_refuses(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.judged.force_cap_N = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_FORCE_CAP));
}

/// Shows H01, H16, force_margin.
static void the_margin_may_be_passed_only_for_its_time(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.judged.normal_force_N = 28.0; // target 20, margin 8: at the limit
    assert_false(refuses(&scene, INTERLOCK_FORCE_MARGIN));
    scene.judged.normal_force_N = 28.5;
    int permitted = 0;
    for (int period = 0; period < 40; ++period) {
        const verdict_t verdict = judge(&scene);
        if ((verdict.refused >> INTERLOCK_FORCE_MARGIN & 1u) != 0) {
            break;
        }
        interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
        permitted += 1;
    }
    assert_int_equal(permitted, 12); // 12 x 4 ms = 48 ms; the 13th would make 52 ms of 50
    scene.judged.normal_force_N = 20.0;
    const verdict_t calm = judge(&scene);
    interlock_record(&scene.state, &scene.limits, &scene.judged, &calm);
    assert_int_equal(scene.state.margin_us, 0);
    scene.judged.normal_force_N = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_FORCE_MARGIN));
}

/// Shows joint_position, joint_speed.
static void joint_limits_hold_on_both_sides_of_every_joint(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.judged.mode = MODE_READY; // following error is judged elsewhere
    double* rail = &scene.feedback.drives[SCENE_RAIL].position;
    double* elbow = &scene.feedback.drives[SCENE_ELBOW].position;
    assert_upper_limit(&scene, rail, 1.602, INTERLOCK_JOINT_POSITION);
    assert_upper_limit(&scene, elbow, 2.01, INTERLOCK_JOINT_POSITION);
    *elbow = -2.01;
    assert_false(refuses(&scene, INTERLOCK_JOINT_POSITION));
    *elbow = -2.010001;
    assert_true(refuses(&scene, INTERLOCK_JOINT_POSITION));
    *elbow = 0.5;
    assert_upper_limit(&scene, &scene.feedback.drives[SCENE_RAIL].velocity, 1.0,
                       INTERLOCK_JOINT_SPEED);
    assert_upper_limit(&scene, &scene.feedback.drives[SCENE_ELBOW].velocity, 2.5,
                       INTERLOCK_JOINT_SPEED);
    scene.feedback.drives[SCENE_ELBOW].velocity = -2.6;
    assert_true(refuses(&scene, INTERLOCK_JOINT_SPEED));
}

/// Shows H21, following.
static void following_error_grows_with_speed_and_is_not_judged_without_torque(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.commanded.position[SCENE_ELBOW] = 0.5 + 0.0399;
    assert_false(refuses(&scene, INTERLOCK_FOLLOWING));
    scene.commanded.position[SCENE_ELBOW] = 0.5 + 0.0401;
    assert_true(refuses(&scene, INTERLOCK_FOLLOWING));
    scene.feedback.drives[SCENE_ELBOW].velocity = 1.0; // 0.04 + 0.06
    scene.commanded.position[SCENE_ELBOW] = 0.5 + 0.0999;
    assert_false(refuses(&scene, INTERLOCK_FOLLOWING));
    scene.commanded.position[SCENE_ELBOW] = 0.5 + 0.1001;
    assert_true(refuses(&scene, INTERLOCK_FOLLOWING));
    scene.commanded.position[SCENE_ELBOW] = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_FOLLOWING));
    scene.judged.mode = MODE_TRIPPED;
    assert_false(refuses(&scene, INTERLOCK_FOLLOWING));
}

/// Shows H28, I5, I15, io_age, force_age, drive_age.
static void ages_refuse_above_their_limit_and_when_nothing_ever_came(void** context)
{
    (void)context;
    scene_t scene = well();
    int64_t* ages[] = {&scene.feedback.io.age_us, &scene.feedback.force.age_us,
                       &scene.feedback.drives[SCENE_ELBOW].age_us};
    const interlock_rule_t rules[] = {INTERLOCK_IO_AGE, INTERLOCK_FORCE_AGE, INTERLOCK_DRIVE_AGE};
    for (int i = 0; i < 3; ++i) {
        *ages[i] = 12000;
        assert_false(refuses(&scene, rules[i]));
        *ages[i] = 12001;
        assert_true(refuses(&scene, rules[i]));
        *ages[i] = AGE_NEVER_US;
        assert_true(refuses(&scene, rules[i]));
        *ages[i] = -1;
        assert_true(refuses(&scene, rules[i]));
        *ages[i] = 0;
    }
}

/// Shows H22, H25, drive_age, drive_state.
static void a_silent_or_faulted_drive_locks_its_own_joint_only(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.feedback.drives[SCENE_RAIL].age_us = 50000;
    assert_int_equal(judge(&scene).locked_joints, 1u << SCENE_RAIL);
    assert_int_equal(judge(&scene).reaction, REACTION_YIELD);
    scene.feedback.drives[SCENE_RAIL].age_us = 0;
    for (int state = 0; state < DRIVE_STATE_COUNT; ++state) {
        scene.feedback.drives[SCENE_ELBOW].state = (drive_state_t)state;
        assert_int_equal(refuses(&scene, INTERLOCK_DRIVE_STATE), state != DRIVE_OPERATION_ENABLED);
        assert_int_equal(judge(&scene).locked_joints,
                         state != DRIVE_OPERATION_ENABLED ? 1u << SCENE_ELBOW : 0u);
    }
}

/// Shows H08, H53, H55, estop, client_button, client_present.
static void estop_and_button_act_on_the_open_wire(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.feedback.io.estop_closed = false;
    verdict_t verdict = judge(&scene);
    assert_int_equal(verdict.rule, INTERLOCK_ESTOP);
    assert_int_equal(verdict.reaction, REACTION_POWER_OFF);
    scene.feedback.io.estop_closed = true;
    scene.feedback.io.client_button_released = false;
    verdict = judge(&scene);
    assert_int_equal(verdict.rule, INTERLOCK_CLIENT_BUTTON);
    assert_int_equal(verdict.reaction, REACTION_YIELD);
    scene.judged.mode = MODE_TRANSIT;
    scene.judged.force_total_N = 0.2;
    assert_int_equal(judge(&scene).reaction, REACTION_STOP);
    scene.feedback.io.client_button_released = true;
    scene.feedback.io.client_present = false;
    assert_int_equal(judge(&scene).rule, INTERLOCK_CLIENT_PRESENT);
}

/// Shows H45, I15, finite.
static void values_that_are_no_numbers_take_the_power_off(void** context)
{
    (void)context;
    scene_t scene = well();
    double* places[] = {&scene.feedback.drives[SCENE_ELBOW].position,
                        &scene.feedback.drives[SCENE_ELBOW].velocity,
                        &scene.feedback.drives[SCENE_ELBOW].effort,
                        &scene.feedback.force.force_N[1], &scene.feedback.force.torque_Nm[2]};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; ++i) {
        const double kept = *places[i];
        *places[i] = (double)NAN;
        assert_true(refuses(&scene, INTERLOCK_FINITE));
        assert_int_equal(judge(&scene).reaction, REACTION_POWER_OFF);
        *places[i] = kept;
    }
}

/// Shows H39, H44, I6, tool_speed, reach, surface_missed, overrun, session_time.
static void motion_rules_hold_below_at_and_above(void** context)
{
    (void)context;
    scene_t scene = well();
    assert_upper_limit(&scene, &scene.judged.tool_speed_mps, 0.3, INTERLOCK_TOOL_SPEED);
    assert_upper_limit(&scene, &scene.judged.path_error_m, 0.010, INTERLOCK_REACH);
    scene.judged.mode = MODE_APPROACH;
    scene.judged.surface_gap_m = -0.04;
    assert_false(refuses(&scene, INTERLOCK_SURFACE_MISSED));
    scene.judged.surface_gap_m = -0.0401;
    assert_true(refuses(&scene, INTERLOCK_SURFACE_MISSED));
    scene.judged.surface_gap_m = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_SURFACE_MISSED));
    scene.judged.surface_gap_m = 0.0;
    scene.judged.overruns = 5;
    assert_false(refuses(&scene, INTERLOCK_OVERRUN));
    scene.judged.overruns = 6;
    assert_true(refuses(&scene, INTERLOCK_OVERRUN));
    scene.judged.overruns = 0;
    scene.judged.session_us = 5400000000;
    assert_false(refuses(&scene, INTERLOCK_SESSION_TIME));
    scene.judged.session_us += 1;
    assert_true(refuses(&scene, INTERLOCK_SESSION_TIME));
}

/// Shows H12, H17, arming_time, tare.
static void arming_refuses_a_large_offset_and_slow_drives(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.judged.mode = MODE_ARMING;
    scene.judged.surface_gap_m = 0.3;
    scene.judged.mode_us = 3000000;
    assert_false(refuses(&scene, INTERLOCK_ARMING_TIME));
    scene.judged.mode_us = 3000001;
    assert_true(refuses(&scene, INTERLOCK_ARMING_TIME));
    scene.judged.mode_us = 0;
    scene.judged.force_tared = false;
    scene.judged.tare_refused = true;
    scene.judged.tare_offset_N = 17.0;
    assert_int_equal(judge(&scene).rule, INTERLOCK_TARE);
    assert_near(judge(&scene).measured, 17.0, 0.0);
    scene.judged.mode = MODE_ARMED;
    assert_false(refuses(&scene, INTERLOCK_TARE));
}

/// Shows H22, drive_state.
static void a_drive_that_faults_while_arming_is_named_at_once(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.judged.mode = MODE_ARMING;
    scene.judged.surface_gap_m = 0.3;
    scene.feedback.drives[SCENE_ELBOW].state = DRIVE_SWITCHED_ON;
    assert_false(refuses(&scene, INTERLOCK_DRIVE_STATE));
    scene.feedback.drives[SCENE_ELBOW].state = DRIVE_FAULT;
    assert_int_equal(judge(&scene).rule, INTERLOCK_DRIVE_STATE);
    assert_int_equal(judge(&scene).subject, SCENE_ELBOW);
}

/// Shows H22, H36, drive_state.
static void a_drive_that_steps_back_while_arming_is_named_at_once(void** context)
{
    (void)context;
    for (int from = DRIVE_SWITCH_ON_DISABLED; from <= DRIVE_OPERATION_ENABLED; ++from) {
        for (int to = DRIVE_UNKNOWN; to < DRIVE_STATE_COUNT; ++to) {
            scene_t scene = well();
            scene.judged.mode = MODE_ARMING;
            scene.judged.surface_gap_m = 0.3;
            scene.feedback.drives[SCENE_ELBOW].state = (drive_state_t)from;
            assert_false(refuses(&scene, INTERLOCK_DRIVE_STATE));
            (void)pass(&scene);
            scene.feedback.drives[SCENE_ELBOW].state = (drive_state_t)to;
            const bool fault =
                to == DRIVE_FAULT || to == DRIVE_FAULT_REACTION || to == DRIVE_NOT_FOLLOWING;
            const bool lost = from == DRIVE_OPERATION_ENABLED && to != from;
            assert_int_equal(refuses(&scene, INTERLOCK_DRIVE_STATE), to < from || fault || lost);
            // How far it came in one arming says nothing of the next.
            scene.judged.mode = MODE_READY;
            (void)pass(&scene);
            scene.judged.mode = MODE_ARMING;
            assert_int_equal(refuses(&scene, INTERLOCK_DRIVE_STATE), fault);
        }
    }
}

/// Shows H22, drive_state.
static void a_stop_that_ends_arming_blames_no_drive_that_was_on_its_way(void** context)
{
    (void)context;
    for (int from = DRIVE_SWITCH_ON_DISABLED; from <= DRIVE_OPERATION_ENABLED; ++from) {
        for (int to = DRIVE_UNKNOWN; to < DRIVE_STATE_COUNT; ++to) {
            scene_t scene = well();
            scene.judged.mode = MODE_ARMING;
            scene.judged.surface_gap_m = 0.3;
            scene.feedback.drives[SCENE_ELBOW].state = (drive_state_t)from;
            (void)pass(&scene);
            scene.judged.mode = MODE_STOPPING;
            scene.feedback.drives[SCENE_ELBOW].state = (drive_state_t)to;
            const bool fault =
                to == DRIVE_FAULT || to == DRIVE_FAULT_REACTION || to == DRIVE_NOT_FOLLOWING;
            const bool lost = from == DRIVE_OPERATION_ENABLED && to != from;
            assert_int_equal(refuses(&scene, INTERLOCK_DRIVE_STATE), fault || lost);
            assert_int_equal(judge(&scene).locked_joints >> SCENE_ELBOW & 1u,
                             to != DRIVE_OPERATION_ENABLED);
        }
    }
}

/// Shows H02, link_clearance.
static void no_link_comes_nearer_to_the_body_than_allowed(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.judged.link_clearance_m = 0.0151;
    assert_false(refuses(&scene, INTERLOCK_LINK_CLEARANCE));
    scene.judged.link_clearance_m = 0.0149;
    scene.judged.link_near_skin = SCENE_ELBOW;
    assert_int_equal(judge(&scene).rule, INTERLOCK_LINK_CLEARANCE);
    assert_int_equal(judge(&scene).subject, SCENE_ELBOW);
    scene.judged.link_clearance_m = -0.02;
    assert_true(refuses(&scene, INTERLOCK_LINK_CLEARANCE));
    scene.judged.link_clearance_m = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_LINK_CLEARANCE));
    scene.judged.link_clearance_m = (double)INFINITY; // no link is over the body
    assert_false(refuses(&scene, INTERLOCK_LINK_CLEARANCE));
}

/// Shows H12, I15, force_disagrees.
static void sensor_and_drive_torques_may_disagree_so_far_and_so_long(void** context)
{
    (void)context;
    scene_t scene = well();
    // 10 N and twice a deviation of 3 N, for 80 ms: 20 periods.
    scene.judged.drive_force_deviation_N = 3.0;
    scene.judged.force_disagreement_N = 16.0;
    scene.state.disagreement_us = 1000000;
    assert_false(refuses(&scene, INTERLOCK_FORCE_DISAGREES));
    scene.judged.force_disagreement_N = 16.001;
    scene.state.disagreement_us = 76000;
    assert_false(refuses(&scene, INTERLOCK_FORCE_DISAGREES));
    scene.state.disagreement_us = 80000;
    verdict_t verdict = judge(&scene);
    assert_int_equal(verdict.rule, INTERLOCK_FORCE_DISAGREES);
    assert_int_equal(verdict.reaction, REACTION_YIELD);
    assert_near(verdict.measured, 16.001, 0.0);
    assert_near(verdict.allowed, 16.0, 0.0);
    // What the sensor says of a free tool is not believed then.
    scene.judged.mode = MODE_TRANSIT;
    scene.judged.force_total_N = 0.1;
    scene.judged.normal_force_N = 0.1;
    assert_int_equal(judge(&scene).reaction, REACTION_YIELD);
    // Unknown is no agreement.
    scene.judged.mode = MODE_CONTACT;
    scene.judged.force_disagreement_N = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_FORCE_DISAGREES));
    scene.judged.force_disagreement_N = 1.0;
    scene.judged.drive_force_deviation_N = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_FORCE_DISAGREES));
    // Where nothing presses on purpose, or a reaction is under way, it is not asked.
    const supervisor_mode_t silent[] = {MODE_READY, MODE_ARMING, MODE_ARMED, MODE_YIELD,
                                        MODE_STOPPING};
    for (size_t i = 0; i < sizeof silent / sizeof silent[0]; ++i) {
        scene.judged.mode = silent[i];
        assert_false(refuses(&scene, INTERLOCK_FORCE_DISAGREES));
    }
}

static void a_disagreement_is_counted_while_it_lasts(void** context)
{
    (void)context;
    scene_t scene = well();
    const verdict_t nothing = judge(&scene);
    scene.judged.force_disagreement_N = 10.1;
    for (int period = 1; period <= 30; ++period) {
        interlock_record(&scene.state, &scene.limits, &scene.judged, &nothing);
        assert_int_equal(scene.state.disagreement_us, period * SCENE_PERIOD_US);
    }
    scene.judged.force_disagreement_N = 9.9;
    interlock_record(&scene.state, &scene.limits, &scene.judged, &nothing);
    assert_int_equal(scene.state.disagreement_us, 0);
}

/// Shows H02, arm_clearance.
static void no_part_of_the_arm_comes_nearer_to_another_or_the_table_than_allowed(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.judged.arm_part = SCENE_ELBOW;
    scene.judged.arm_other = SCENE_TABLE;
    scene.judged.arm_clearance_m = 0.0100;
    assert_false(refuses(&scene, INTERLOCK_ARM_CLEARANCE));
    scene.judged.arm_clearance_m = 0.0099;
    verdict_t verdict = judge(&scene);
    assert_int_equal(verdict.rule, INTERLOCK_ARM_CLEARANCE);
    assert_int_equal(verdict.subject, SCENE_ELBOW);
    assert_int_equal(verdict.other, SCENE_TABLE);
    assert_near(verdict.measured, 0.0099, 0.0);
    assert_near(verdict.allowed, 0.010, 0.0);
    assert_int_equal(verdict.reaction, REACTION_YIELD); // in contact
    interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
    assert_int_equal(scene.state.first_other, SCENE_TABLE);
    scene.judged.arm_clearance_m = -0.02;
    assert_true(refuses(&scene, INTERLOCK_ARM_CLEARANCE));
    scene.judged.arm_clearance_m = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_ARM_CLEARANCE));
    scene.judged.arm_clearance_m = (double)INFINITY; // nothing is near
    assert_false(refuses(&scene, INTERLOCK_ARM_CLEARANCE));
    // An arm without torque may be laid anywhere by hand.
    scene.judged.arm_clearance_m = 0.0;
    scene.judged.mode = MODE_READY;
    assert_false(refuses(&scene, INTERLOCK_ARM_CLEARANCE));
    scene.judged.mode = MODE_ARMING;
    assert_true(refuses(&scene, INTERLOCK_ARM_CLEARANCE));
    // A rule that tells the story better takes the subject with it.
    scene.state = interlock_begin();
    scene.judged.mode = MODE_CONTACT;
    scene.commanded.position[SCENE_ELBOW] = 1.0;
    verdict = judge(&scene);
    assert_int_equal(verdict.rule, INTERLOCK_FOLLOWING);
    assert_int_equal(verdict.other, SUBJECT_NONE);
}

/// Shows H37, not_clear.
static void a_tool_at_the_body_is_never_armed(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.judged.mode = MODE_ARMING;
    scene.judged.surface_gap_m = 0.0401;
    assert_false(refuses(&scene, INTERLOCK_NOT_CLEAR));
    scene.judged.surface_gap_m = 0.0399;
    assert_true(refuses(&scene, INTERLOCK_NOT_CLEAR));
    scene.judged.surface_gap_m = -0.01;
    assert_true(refuses(&scene, INTERLOCK_NOT_CLEAR));
    scene.judged.surface_gap_m = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_NOT_CLEAR));
    scene.judged.mode = MODE_CONTACT;
    scene.judged.surface_gap_m = -0.01;
    assert_false(refuses(&scene, INTERLOCK_NOT_CLEAR));
}

/// Shows H08, contact_lost.
static void lost_contact_is_refused_after_its_time(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.judged.normal_force_N = 0.9; // under half of touching
    int permitted = 0;
    for (int period = 0; period < 200; ++period) {
        const verdict_t verdict = judge(&scene);
        if ((verdict.refused >> INTERLOCK_CONTACT_LOST & 1u) != 0) {
            break;
        }
        interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
        permitted += 1;
    }
    assert_int_equal(permitted, 76); // 75 x 4 ms = 300 ms are still allowed
}

/// Periods in which nothing is felt that are permitted.
static int periods_without_skin(double gap_s)
{
    scene_t scene = well();
    scene.judged.normal_force_N = 0.0;
    scene.judged.contact_gap_s = gap_s;
    int permitted = 0;
    while (permitted < 5000) {
        const verdict_t verdict = judge(&scene);
        if ((verdict.refused >> INTERLOCK_CONTACT_LOST & 1u) != 0) {
            break;
        }
        interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
        permitted += 1;
    }
    return permitted;
}

/// Shows contact_lost.
static void a_plan_that_leaves_the_skin_must_meet_it_again_in_every_cycle(void** context)
{
    (void)context;
    assert_int_equal(periods_without_skin(0.0), 76);
    assert_int_equal(periods_without_skin(0.25), 138); // 300 + 250 ms
    assert_int_equal(periods_without_skin(1.0), 326);
    assert_int_equal(periods_without_skin(5.0), 1326);
    assert_int_equal(periods_without_skin(100.0), 1326); // no rhythm is slower
    assert_int_equal(periods_without_skin((double)NAN), 76);
    assert_int_equal(periods_without_skin(-1.0), 76);
}

/// Shows H14, force_status.
static void a_sensor_that_reports_a_fault_is_refused_whatever_it_reads(void** context)
{
    (void)context;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        scene_t scene = well();
        scene.judged.mode = (supervisor_mode_t)mode;
        assert_false(refuses(&scene, INTERLOCK_FORCE_STATUS));
        scene.feedback.force.status_ok = false;
        assert_true(refuses(&scene, INTERLOCK_FORCE_STATUS));
        assert_int_equal(judge(&scene).reaction, REACTION_YIELD);
    }
    // What it says of a free tool is not believed then.
    scene_t scene = well();
    scene.judged.mode = MODE_TRANSIT;
    scene.judged.force_total_N = 0.1;
    scene.feedback.force.status_ok = false;
    assert_int_equal(judge(&scene).rule, INTERLOCK_FORCE_STATUS);
    assert_int_equal(judge(&scene).reaction, REACTION_YIELD);
}

/// Shows H11, force_frozen.
static void a_sensor_that_repeats_itself_is_frozen(void** context)
{
    (void)context;
    scene_t scene = well();
    int permitted = 0;
    for (int period = 0; period < 100; ++period) {
        const verdict_t verdict = judge(&scene);
        if ((verdict.refused >> INTERLOCK_FORCE_FROZEN & 1u) != 0) {
            break;
        }
        interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
        permitted += 1;
    }
    assert_int_equal(permitted, 10); // the first sample, 8 repeats, and the one that is judged next
    scene.feedback.force.torque_Nm[0] += 1e-3;
    const verdict_t verdict = judge(&scene);
    interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
    assert_int_equal(scene.state.frozen_samples, 0);
}

/// Shows H46, limits_intact.
static void limits_that_change_in_memory_take_the_power_off_for_good(void** context)
{
    (void)context;
    scene_t scene = well();
    assert_int_equal(judge(&scene).refused, 0);
    unsigned char* damaged = (unsigned char*)&scene.limits.contact_force_max_N;
    *damaged ^= 1u << 3;
    verdict_t verdict = pass(&scene);
    assert_int_equal(verdict.rule, INTERLOCK_LIMITS_INTACT);
    assert_int_equal(verdict.reaction, REACTION_POWER_OFF);
    *damaged ^= 1u << 3; // the bit falls back: nobody knows what else has fallen
    verdict = judge(&scene);
    assert_int_equal(verdict.refused, INTERLOCK_RULE(INTERLOCK_LIMITS_INTACT));
    assert_int_equal(verdict.reaction, REACTION_POWER_OFF);
    // A number of joints that no arm has is not walked along.
    scene = well();
    scene.limits.joint_count = 1000000;
    judge_limits_seal(&scene.limits);
    assert_int_equal(judge(&scene).rule, INTERLOCK_LIMITS_INTACT);
}

static void the_reaction_table_is_what_the_specification_says(void** context)
{
    (void)context;
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)rule);
        const interlock_rules_t refused = INTERLOCK_RULE(rule);
        const reaction_t in_contact = interlock_reaction(refused, true);
        const reaction_t in_the_air = interlock_reaction(refused, false);
        if (info->trust == TRUST_NONE) {
            assert_int_equal(in_contact, REACTION_POWER_OFF);
            assert_int_equal(in_the_air, REACTION_POWER_OFF);
        } else {
            assert_int_equal(in_contact, info->in_contact);
            assert_int_equal(in_the_air, REACTION_STOP);
            assert_true(info->in_contact >= REACTION_LIFT && info->in_contact <= REACTION_STOP);
            // A lift needs all of the arm.
            assert_true(info->trust == TRUST_FULL || info->in_contact != REACTION_LIFT);
        }
        // What is lifted waits for a resume; what is tripped for more.
        assert_int_equal(info->latch == LATCH_RESUME, in_contact == REACTION_LIFT);
    }
    assert_int_equal(interlock_reaction(0, true), REACTION_NONE);
    assert_int_equal(interlock_reaction(0, false), REACTION_NONE);
    assert_int_equal(interlock_reaction(INTERLOCK_RULE(INTERLOCK_RULE_COUNT), false),
                     REACTION_POWER_OFF); // damage
}

/// Any set of rules, and the same with one more.
/// Shows I11.
static void another_refused_rule_never_weakens_the_reaction(void** context)
{
    (void)context;
    print_message("seed %u\n", SEED);
    uint64_t random = SEED;
    for (int trial = 0; trial < 200000; ++trial) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        const interlock_rules_t all = INTERLOCK_RULE(INTERLOCK_RULE_COUNT) - 1;
        const interlock_rules_t few = random ^ random >> 29;
        const interlock_rules_t refused = few & (few >> 7) & (few << 11) & all;
        const interlock_rules_t more =
            refused | INTERLOCK_RULE((random >> 33) % INTERLOCK_RULE_COUNT);
        for (int contact = 0; contact < 2; ++contact) {
            assert_true(interlock_reaction(more, contact) >= interlock_reaction(refused, contact));
        }
    }
}

/// Shows I15.
static void contact_is_assumed_where_the_force_is_unknown(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.judged.mode = MODE_TRANSIT;
    scene.judged.force_total_N = 0.2;
    scene.feedback.force.age_us = 100000;
    assert_int_equal(judge(&scene).reaction, REACTION_YIELD);
    scene.feedback.force.age_us = 0;
    scene.judged.overruns = 100;
    assert_int_equal(judge(&scene).reaction, REACTION_STOP);
    scene.judged.force_tared = false;
    assert_int_equal(judge(&scene).reaction, REACTION_YIELD);
}

/// Shows I11.
static void adding_a_fault_never_weakens_the_reaction(void** context)
{
    (void)context;
    // Every pair of a few very different faults, in contact and out of it.
    for (int mode = 0; mode < 2; ++mode) {
        for (int pair = 0; pair < 64; ++pair) {
            reaction_t alone[2] = {REACTION_NONE, REACTION_NONE};
            reaction_t both = REACTION_NONE;
            for (int which = 0; which < 3; ++which) {
                scene_t scene = well();
                scene.judged.mode = mode == 0 ? MODE_CONTACT : MODE_TRANSIT;
                scene.judged.force_total_N = mode == 0 ? 20.0 : 0.2;
                const int faults[2] = {pair & 7, pair >> 3};
                for (int i = 0; i < 2; ++i) {
                    if (which != 2 && which != i) {
                        continue;
                    }
                    switch (faults[i]) {
                    case 0:
                        scene.feedback.io.estop_closed = false;
                        break;
                    case 1:
                        scene.feedback.io.client_button_released = false;
                        break;
                    case 2:
                        scene.feedback.drives[0].age_us = 99999;
                        break;
                    case 3:
                        scene.feedback.drives[1].state = DRIVE_FAULT;
                        break;
                    case 4:
                        scene.feedback.force.age_us = 99999;
                        break;
                    case 5:
                        scene.judged.overruns = 99;
                        break;
                    case 6:
                        scene.judged.path_error_m = 1.0;
                        break;
                    default:
                        scene.feedback.drives[1].position = (double)NAN;
                        break;
                    }
                }
                const reaction_t reaction = judge(&scene).reaction;
                if (which == 2) {
                    both = reaction;
                } else {
                    alone[which] = reaction;
                }
            }
            // Yielding without contact is the milder of the two stops only where nothing touches.
            assert_true(both == REACTION_POWER_OFF || both >= alone[0] || both == REACTION_YIELD);
            assert_true(both >= REACTION_YIELD);
            assert_int_equal(both == REACTION_POWER_OFF,
                             alone[0] == REACTION_POWER_OFF || alone[1] == REACTION_POWER_OFF);
        }
    }
}

/// Shows I9.
static void the_first_cause_stays_the_first(void** context)
{
    (void)context;
    scene_t scene = well();
    scene.judged.shear_force_N = 30.0;
    (void)pass(&scene);
    verdict_t verdict = pass(&scene);
    assert_int_equal(scene.state.first_rule, INTERLOCK_SHEAR);
    assert_near(scene.state.first_measured, 30.0, 0.0);
    assert_near(scene.state.first_allowed, 25.0, 0.0);
    scene.feedback.io.estop_closed = false;
    verdict = judge(&scene);
    interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
    assert_int_equal(verdict.rule, INTERLOCK_ESTOP);
    assert_int_equal(scene.state.first_rule, INTERLOCK_SHEAR);
}

static void every_rule_has_its_texts(void** context)
{
    (void)context;
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)rule);
        assert_non_null(info);
        assert_true(info->name[0] != '\0' && info->text[0] != '\0' && info->hazards[0] == 'H');
    }
    assert_null(interlock_rule_info((interlock_rule_t)INTERLOCK_RULE_COUNT));
}

static void times_counted_with_damaged_limits_stay_at_their_end_and_refuse(void** context)
{
    (void)context;
    const int64_t periods[] = {INT64_MAX, INT64_MIN, -1, INT64_MAX / 2 + 1};
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; ++i) {
        scene_t scene = well();
        scene.judged.normal_force_N = 28.5; // past target and margin
        scene.limits.period_us = periods[i];
        const verdict_t verdict = judge(&scene);
        interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
        interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
        assert_true(scene.state.margin_us == INT64_MAX);
        scene.limits = limits_by_hand();
        assert_true(refuses(&scene, INTERLOCK_FORCE_MARGIN));
    }
    scene_t frozen = well();
    frozen.state.frozen_samples = INT32_MAX;
    memcpy(frozen.state.last_force, frozen.feedback.force.force_N, 3 * sizeof(double));
    const verdict_t verdict = judge(&frozen);
    interlock_record(&frozen.state, &frozen.limits, &frozen.judged, &verdict);
    assert_int_equal(frozen.state.frozen_samples, INT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_scene_is_permitted_in_every_mode),
        cmocka_unit_test(force_limits_hold_below_at_and_above),
        cmocka_unit_test(a_force_that_would_pass_the_limit_refuses_while_the_tool_is_at_the_body),
        cmocka_unit_test(an_unknown_cap_refuses),
        cmocka_unit_test(the_margin_may_be_passed_only_for_its_time),
        cmocka_unit_test(joint_limits_hold_on_both_sides_of_every_joint),
        cmocka_unit_test(following_error_grows_with_speed_and_is_not_judged_without_torque),
        cmocka_unit_test(ages_refuse_above_their_limit_and_when_nothing_ever_came),
        cmocka_unit_test(a_silent_or_faulted_drive_locks_its_own_joint_only),
        cmocka_unit_test(estop_and_button_act_on_the_open_wire),
        cmocka_unit_test(values_that_are_no_numbers_take_the_power_off),
        cmocka_unit_test(motion_rules_hold_below_at_and_above),
        cmocka_unit_test(arming_refuses_a_large_offset_and_slow_drives),
        cmocka_unit_test(a_drive_that_faults_while_arming_is_named_at_once),
        cmocka_unit_test(a_drive_that_steps_back_while_arming_is_named_at_once),
        cmocka_unit_test(a_stop_that_ends_arming_blames_no_drive_that_was_on_its_way),
        cmocka_unit_test(no_link_comes_nearer_to_the_body_than_allowed),
        cmocka_unit_test(sensor_and_drive_torques_may_disagree_so_far_and_so_long),
        cmocka_unit_test(a_disagreement_is_counted_while_it_lasts),
        cmocka_unit_test(no_part_of_the_arm_comes_nearer_to_another_or_the_table_than_allowed),
        cmocka_unit_test(a_tool_at_the_body_is_never_armed),
        cmocka_unit_test(lost_contact_is_refused_after_its_time),
        cmocka_unit_test(a_plan_that_leaves_the_skin_must_meet_it_again_in_every_cycle),
        cmocka_unit_test(a_sensor_that_reports_a_fault_is_refused_whatever_it_reads),
        cmocka_unit_test(a_sensor_that_repeats_itself_is_frozen),
        cmocka_unit_test(the_reaction_table_is_what_the_specification_says),
        cmocka_unit_test(another_refused_rule_never_weakens_the_reaction),
        cmocka_unit_test(limits_that_change_in_memory_take_the_power_off_for_good),
        cmocka_unit_test(contact_is_assumed_where_the_force_is_unknown),
        cmocka_unit_test(adding_a_fault_never_weakens_the_reaction),
        cmocka_unit_test(the_first_cause_stays_the_first),
        cmocka_unit_test(every_rule_has_its_texts),
        cmocka_unit_test(times_counted_with_damaged_limits_stay_at_their_end_and_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
