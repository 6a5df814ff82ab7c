/// Proves the rules that remember: encoders, commands, brakes, power, the clock, and what the force
/// sensor says over several samples. Each below, at and above its limit, with what is no number,
/// with samples that are lost, and in the modes in which it is meant to speak and no other.
#include "tests/support/cmocka_prelude.h"

#include "tests/support/judge_scene.h"

#define PERIOD_S (SCENE_PERIOD_US * 1e-6)
#define SETTLED 10 // periods after which all that needs history has it

static scene_t settled(supervisor_mode_t mode)
{
    scene_t scene = well();
    scene.judged.mode = mode;
    scene.judged.surface_gap_m = mode == MODE_CONTACT ? -0.004 : 0.1;
    const bool powered = supervisor_mode_powered(mode);
    for (int joint = 0; joint < 2; ++joint) {
        scene.commanded.request[joint] = powered ? DRIVE_REQUEST_ENABLE : DRIVE_REQUEST_DISABLE;
        scene.feedback.drives[joint].state =
            powered ? DRIVE_OPERATION_ENABLED : DRIVE_SWITCH_ON_DISABLED;
    }
    scene.commanded.power_relay_close = scene.feedback.io.power_relay_closed = powered;
    if (!supervisor_mode_touches(mode)) {
        scene.judged.force_total_N = scene.judged.normal_force_N = 0.3;
        scene.judged.shear_force_N = 0.0;
    }
    for (int period = 0; period < SETTLED; ++period) {
        assert_int_equal(pass(&scene).refused, 0);
    }
    return scene;
}

static void a_healthy_second_is_permitted_in_every_mode(void** context)
{
    (void)context;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        scene_t scene = settled((supervisor_mode_t)mode);
        for (int period = 0; period < 250; ++period) {
            assert_int_equal(pass(&scene).refused, 0);
        }
    }
}

/// Shows H19, encoder_jump.
static void a_position_jumps_no_farther_than_its_joint_can_move(void** context)
{
    (void)context;
    // 1.5 x 2 rad/s x (4 + 2) ms and 1 mrad: 19 mrad.
    const double reach = 0.019;
    const supervisor_mode_t modes[] = {MODE_READY, MODE_TRANSIT, MODE_CONTACT, MODE_YIELD};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; ++i) {
        for (int sign = -1; sign <= 1; sign += 2) {
            scene_t scene = settled(modes[i]);
            double* position = &scene.feedback.drives[SCENE_ELBOW].position;
            *position = 0.5 + sign * (reach - 1e-6);
            assert_false(refuses(&scene, INTERLOCK_ENCODER_JUMP));
            *position = 0.5 + sign * (reach + 1e-6);
            const verdict_t verdict = pass(&scene);
            assert_true(has(&verdict, INTERLOCK_ENCODER_JUMP));
            assert_int_equal(verdict.reaction, REACTION_POWER_OFF);
            assert_int_equal(verdict.subject, SCENE_ELBOW);
            *position = 0.5; // nobody knows any more where the joint is
            assert_true(refuses(&scene, INTERLOCK_ENCODER_JUMP));
        }
    }
    // After two lost samples it may have come three times as far.
    scene_t scene = settled(MODE_READY);
    drive_feedback_t* drive = &scene.feedback.drives[SCENE_ELBOW];
    for (int lost = 1; lost <= 2; ++lost) {
        drive->age_us = lost * SCENE_PERIOD_US;
        (void)pass(&scene);
    }
    drive->age_us = 0;
    drive->position = 0.5 + reach + 2.0 * 1.5 * 2.0 * PERIOD_S - 1e-6;
    assert_false(refuses(&scene, INTERLOCK_ENCODER_JUMP));
    drive->position += 2e-6;
    assert_true(refuses(&scene, INTERLOCK_ENCODER_JUMP));
    drive->age_us = 3 * SCENE_PERIOD_US; // an old sample says nothing new
    assert_false(refuses(&scene, INTERLOCK_ENCODER_JUMP));
}

/// Shows H19, encoder_disagrees.
static void a_position_that_wanders_beyond_its_speed_is_told(void** context)
{
    (void)context;
    // A drift is summed up for 0.2 s: 20 mrad are reached by 0.1 rad/s, a tenth less never gets
    // there.
    const struct {
        double drift_radps;
        bool told;
    } rows[] = {{0.09, false}, {0.12, true}, {-0.12, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scene_t scene = settled(MODE_TRIPPED);
        int period = 0;
        bool told = false;
        while (!told && period++ < 300) {
            scene.feedback.drives[SCENE_ELBOW].position += rows[i].drift_radps * PERIOD_S;
            const verdict_t verdict = pass(&scene);
            told = has(&verdict, INTERLOCK_ENCODER_DISAGREES);
        }
        assert_int_equal(told, rows[i].told);
    }
    // What moves as fast as it says is well.
    scene_t scene = settled(MODE_TRIPPED);
    scene.feedback.drives[SCENE_ELBOW].velocity = 1.0;
    for (int period = 0; period < 300; ++period) {
        scene.feedback.drives[SCENE_ELBOW].position += PERIOD_S;
        assert_false(refuses(&scene, INTERLOCK_ENCODER_DISAGREES));
        (void)pass(&scene);
    }
}

/// Shows H20, encoder_frozen.
static void a_position_that_stands_still_while_its_joint_is_commanded_is_told(void** context)
{
    (void)context;
    scene_t scene = settled(MODE_TRANSIT);
    // 10 mrad of command in steps of 1 mrad: the eleventh is too far.
    int period = 0;
    verdict_t verdict = {0};
    while (!has(&verdict, INTERLOCK_ENCODER_FROZEN) && period++ < 40) {
        scene.commanded.position[SCENE_ELBOW] += 0.001 * (period < 5 ? period / 5.0 : 1.0);
        verdict = pass(&scene);
    }
    const double gone = scene.commanded.position[SCENE_ELBOW] - 0.5;
    assert_true(gone > 0.010 && gone < 0.0125);
    assert_true((verdict.locked_joints & 1u << SCENE_ELBOW) == 0);
    assert_int_equal(verdict.reaction, REACTION_POWER_OFF);
    // Where it moves, however little, it is not frozen.
    scene = settled(MODE_TRANSIT);
    for (period = 1; period < 30; ++period) {
        scene.commanded.position[SCENE_ELBOW] += 0.001 * (period < 5 ? period / 5.0 : 1.0);
        scene.feedback.drives[SCENE_ELBOW].position += 1e-6;
        assert_false(refuses(&scene, INTERLOCK_ENCODER_FROZEN));
        (void)pass(&scene);
    }
}

/// Shows H20, encoder_frozen.
static void a_position_that_stands_still_while_its_drive_pushes_is_told(void** context)
{
    (void)context;
    const struct {
        double effort_Nm;
        supervisor_mode_t mode;
        bool told;
    } rows[] = {
        {9.999, MODE_TRANSIT, false},  {10.0, MODE_TRANSIT, false},
        {10.001, MODE_TRANSIT, true},  {-10.001, MODE_CONTACT, true},
        {10.001, MODE_STOPPING, true}, {10.001, MODE_ARMING, false}, // the brake still holds it
        {10.001, MODE_TRIPPED, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scene_t scene = settled(rows[i].mode);
        scene.feedback.drives[SCENE_ELBOW].effort = rows[i].effort_Nm;
        const verdict_t verdict = judge(&scene);
        assert_int_equal(has(&verdict, INTERLOCK_ENCODER_FROZEN), rows[i].told);
        if (rows[i].told) {
            assert_int_equal(verdict.reaction, REACTION_POWER_OFF);
            assert_int_equal(verdict.subject, SCENE_ELBOW);
        }
        // One that moves holds against what it meets.
        scene = settled(rows[i].mode);
        scene.feedback.drives[SCENE_ELBOW].position += 1e-6;
        (void)pass(&scene);
        scene.feedback.drives[SCENE_ELBOW].effort = rows[i].effort_Nm;
        assert_false(refuses(&scene, INTERLOCK_ENCODER_FROZEN));
    }
    scene_t scene = settled(MODE_TRANSIT);
    scene.feedback.drives[SCENE_ELBOW].effort = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_FINITE));
}

/// Shows H20, encoder_frozen.
static void an_encoder_that_freezes_in_motion_is_told_by_the_torque_that_winds_up(void** context)
{
    (void)context;
    // 10 Nm more than before it stood still may stay, twice as much for one repetition only.
    const struct {
        double effort_Nm;
        int told_at; // period after it froze; 0: never
    } rows[] = {{10.0, 0}, {10.001, 6}, {-10.001, 6}, {20.0, 6}, {20.001, 2}, {-20.001, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scene_t scene = settled(MODE_YIELD);
        drive_feedback_t* drive = &scene.feedback.drives[SCENE_ELBOW];
        for (int period = 0; period < 8; ++period) {
            drive->position += 1e-4;
            assert_false(refuses(&scene, INTERLOCK_ENCODER_FROZEN));
            (void)pass(&scene);
        }
        drive->position += 1e-4; // the last place that it tells of, with the torque wound up there
        drive->effort = rows[i].effort_Nm;
        int told_at = 0;
        for (int period = 0; period < 20 && told_at == 0; ++period) {
            const verdict_t verdict = pass(&scene);
            told_at = has(&verdict, INTERLOCK_ENCODER_FROZEN) ? period : 0;
        }
        assert_int_equal(told_at, rows[i].told_at);
    }
    // One corrupt sample of a joint that stands is none.
    scene_t scene = settled(MODE_TRANSIT);
    drive_feedback_t* drive = &scene.feedback.drives[SCENE_ELBOW];
    for (int period = 0; period < 2; ++period) {
        drive->position += 1e-4;
        (void)pass(&scene);
        drive->effort = 15.0;
    }
    (void)pass(&scene);
    drive->effort = 100.0;
    assert_false(refuses(&scene, INTERLOCK_ENCODER_FROZEN));
    (void)pass(&scene);
    assert_true(refuses(&scene, INTERLOCK_ENCODER_FROZEN));
    drive->effort = 15.0;
    assert_false(refuses(&scene, INTERLOCK_ENCODER_FROZEN));
}

/// Shows H20, encoder_frozen.
static void a_frozen_encoder_is_not_acknowledged_away(void** context)
{
    (void)context;
    scene_t scene = settled(MODE_TRANSIT);
    scene.feedback.drives[SCENE_ELBOW].effort = 10.001;
    (void)pass(&scene);
    interlock_acknowledge(&scene.state);
    // It moves again, and pushes no more: the next freeze may come with the arm at the body.
    for (int period = 0; period < 20; ++period) {
        scene.feedback.drives[SCENE_ELBOW].effort = 0.0;
        scene.feedback.drives[SCENE_ELBOW].position += 1e-6;
        const verdict_t verdict = pass(&scene);
        assert_true(has(&verdict, INTERLOCK_ENCODER_FROZEN));
        assert_int_equal(verdict.reaction, REACTION_POWER_OFF);
    }
}

/// Shows H19, H20, H24, speed_following.
static void a_joint_at_another_speed_than_commanded_twice_loses_its_power(void** context)
{
    (void)context;
    const struct {
        double speed_radps;
        bool told;
    } rows[] = {{0.2, false},         {nextafter(0.2, 1.0), true},
                {-0.2, false},        {-0.201, true},
                {0.5, true},          {0.199, false},
                {(double)NAN, false}, {(double)INFINITY, false}}; // those refuse as no number
    const supervisor_mode_t modes[] = {MODE_ARMED, MODE_TRANSIT, MODE_CONTACT, MODE_YIELD,
                                       MODE_STOPPING};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0] * 8; ++i) {
        scene_t scene = settled(modes[i / 8]);
        scene.feedback.drives[SCENE_ELBOW].velocity = rows[i % 8].speed_radps;
        assert_false(refuses(&scene, INTERLOCK_SPEED_FOLLOWING)); // one sample may be noise
        (void)pass(&scene);
        const verdict_t verdict = judge(&scene);
        assert_int_equal(has(&verdict, INTERLOCK_SPEED_FOLLOWING), rows[i % 8].told);
        assert_int_equal(has(&verdict, INTERLOCK_FINITE), !isfinite(rows[i % 8].speed_radps));
        assert_true(!rows[i % 8].told || verdict.reaction == REACTION_POWER_OFF);
    }
}

/// A yield that a client presses with 61 N and whose elbow he pushes faster than it is told to go.
static scene_t pressed_yield(void)
{
    scene_t scene = settled(MODE_YIELD);
    scene.judged.normal_force_N = scene.judged.force_total_N = scene.judged.drive_force_N = 61.0;
    scene.judged.force_disagreement_N = 0.0;
    scene.judged.drive_force_deviation_N = 2.0;
    scene.judged.tool_giving_mps = 0.4;
    scene.feedback.drives[SCENE_ELBOW].velocity = 0.5;
    (void)pass(&scene);
    return scene;
}

static void a_yield_that_a_client_pushes_faster_is_no_joint_that_runs_away(void** context)
{
    (void)context;
    scene_t scene = pressed_yield();
    assert_false(refuses(&scene, INTERLOCK_SPEED_FOLLOWING));
    const struct {
        double* place;
        double last, first; // that goes on, and that does not
    } rows[] = {
        {&scene.judged.normal_force_N, nextafter(60.0, 61.0), 60.0},
        {&scene.judged.drive_force_N, nextafter(60.0, 61.0), 60.0},
        {&scene.judged.force_disagreement_N, 29.0, nextafter(29.0, 30.0)},
        {&scene.judged.tool_giving_mps, 0.025, nextafter(0.025, 0.0)},
        {&scene.judged.tool_giving_mps, 3.0, -0.4},
        {&scene.judged.normal_force_N, 300.0, (double)NAN},
        {&scene.judged.drive_force_N, 300.0, (double)NAN},
        {&scene.judged.force_disagreement_N, 0.0, (double)NAN},
        {&scene.judged.drive_force_deviation_N, 0.0, (double)NAN},
        {&scene.judged.drive_force_deviation_N, 9.0, (double)INFINITY},
        {&scene.judged.tool_giving_mps, 0.4, (double)NAN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        const double before = *rows[i].place;
        *rows[i].place = rows[i].last;
        assert_false(refuses(&scene, INTERLOCK_SPEED_FOLLOWING));
        *rows[i].place = rows[i].first;
        assert_true(refuses(&scene, INTERLOCK_SPEED_FOLLOWING));
        assert_int_equal(judge(&scene).reaction, REACTION_POWER_OFF);
        *rows[i].place = before;
    }
}

static void a_push_excuses_a_speed_only_where_all_are_heard_and_while_yielding(void** context)
{
    (void)context;
    for (int what = 0; what < 7; ++what) {
        scene_t scene = pressed_yield();
        const supervisor_mode_t modes[] = {MODE_YIELD, MODE_YIELD,   MODE_YIELD,   MODE_YIELD,
                                           MODE_LIFT,  MODE_CONTACT, MODE_STOPPING};
        scene.judged.mode = modes[what];
        scene.feedback.force.age_us = what == 0 ? 12001 : what == 1 ? -1 : 0;
        scene.feedback.drives[SCENE_RAIL].age_us = what == 2 ? 12001 : 0;
        scene.judged.force_tared = what != 3;
        assert_true(refuses(&scene, INTERLOCK_SPEED_FOLLOWING));
    }
    scene_t scene = pressed_yield();
    scene.feedback.drives[SCENE_RAIL].state = DRIVE_FAULT;
    assert_true(refuses(&scene, INTERLOCK_SPEED_FOLLOWING));
}

/// Shows H24, speed_following.
static void a_command_has_four_periods_to_reach_its_joint(void** context)
{
    (void)context;
    for (int late = 0; late <= 5; ++late) {
        scene_t scene = settled(MODE_TRANSIT);
        bool told = false;
        for (int period = 0; period < 20; ++period) {
            // A command at 0.3 rad/s at once; its joint takes that speed so many periods later.
            scene.commanded.position[SCENE_ELBOW] += 0.3 * PERIOD_S;
            scene.feedback.drives[SCENE_ELBOW].velocity = period >= late ? 0.3 : 0.0;
            scene.feedback.drives[SCENE_ELBOW].position += period >= late ? 0.3 * PERIOD_S : 0.0;
            const verdict_t verdict = pass(&scene);
            told = told || has(&verdict, INTERLOCK_SPEED_FOLLOWING);
        }
        // In the fourth period all commands that are remembered are at that speed, in the next one
        // it is off it for the second time.
        assert_int_equal(told, late >= 5);
    }
}

/// Shows H29, speed_following, encoder_disagrees.
static void speeds_are_not_judged_without_a_sample_or_a_command_to_follow(void** context)
{
    (void)context;
    for (int what = 0; what < 4; ++what) {
        scene_t scene = settled(MODE_TRANSIT);
        scene.feedback.drives[SCENE_ELBOW].velocity = 0.5;
        (void)pass(&scene);
        scene.feedback.drives[SCENE_ELBOW].age_us =
            what == 1 ? SCENE_PERIOD_US : 0;                    // a lost sample
        scene.judged.now_us += what == 2 ? SCENE_PERIOD_US : 0; // a late period
        scene.commanded.request[SCENE_ELBOW] =
            what == 3 ? DRIVE_REQUEST_QUICK_STOP : DRIVE_REQUEST_ENABLE;
        assert_int_equal(refuses(&scene, INTERLOCK_SPEED_FOLLOWING), what == 0 || what == 2);
        // A sample that is lost takes nothing back, a command that is not to be followed does.
        (void)pass(&scene);
        scene.feedback.drives[SCENE_ELBOW].age_us = 0;
        scene.commanded.request[SCENE_ELBOW] = DRIVE_REQUEST_ENABLE;
        assert_int_equal(refuses(&scene, INTERLOCK_SPEED_FOLLOWING), what != 3);
    }
    // Nor where a position was by its speed: the clock is the cause.
    for (int periods = 3; periods <= 4; ++periods) {
        scene_t scene = settled(MODE_TRIPPED);
        scene.feedback.drives[SCENE_ELBOW].velocity = 4.0; // 20 mrad in 10 ms of it
        scene.judged.now_us += (periods - 1) * SCENE_PERIOD_US;
        assert_int_equal(refuses(&scene, INTERLOCK_ENCODER_DISAGREES), periods == 3);
        (void)pass(&scene);
        assert_true(periods == 3 || scene.state.joints[SCENE_ELBOW].astray == 0.0);
    }
    scene_t scene = settled(MODE_TRANSIT);
    scene.feedback.drives[SCENE_ELBOW].velocity = 1.0;
    scene.judged.now_us += 3600000000;
    assert_int_equal(judge(&scene).rule, INTERLOCK_CLOCK);
}

/// Shows H20, H24, H29, speed_following.
static void no_tolerated_pattern_of_gaps_hides_a_joint_that_swings(void** context)
{
    (void)context;
    // Periods, the first at the left: '.' is well, 'x' lost its sample, 'l' came late, over and
    // over again.
    const char* const patterns[] = {"...x",     "....x",        "...l",        "....l", ".l",
                                    "......xx", ".........xxx", "..x.....x..", "l",     "...x...l"};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; ++i) {
        const size_t length = strlen(patterns[i]);
        for (size_t shift = 0; shift < length; ++shift) {
            scene_t scene = settled(MODE_TRANSIT);
            int periods = 0;
            for (bool told = false; !told; ++periods) {
                assert_true(periods < 12);
                const char now = patterns[i][((size_t)periods + shift) % length];
                drive_feedback_t* drive = &scene.feedback.drives[SCENE_ELBOW];
                // Half a period to one side and half to the other, at 0.5 rad/s where it is to
                // stand.
                drive->velocity = periods / 6 % 2 == 0 ? 0.5 : -0.5;
                drive->age_us = now == 'x' ? SCENE_PERIOD_US : 0;
                scene.judged.now_us += now == 'l' ? SCENE_PERIOD_US : 0;
                const verdict_t verdict = pass(&scene);
                assert_false(has(&verdict, INTERLOCK_SAMPLE_LOSS));
                told = has(&verdict, INTERLOCK_SPEED_FOLLOWING);
            }
            // Two samples, whatever lies between them.
            assert_in_range(periods, 2, 5);
        }
    }
}

/// A command at 0.3 rad/s with an elbow that follows it, but for samples lost up to now.
static scene_t after_lost_samples(int lost)
{
    scene_t scene = settled(MODE_TRANSIT);
    for (int period = 0; period < 20 + lost; ++period) {
        scene.commanded.position[SCENE_ELBOW] += 0.3 * PERIOD_S;
        scene.feedback.drives[SCENE_ELBOW].velocity = 0.3;
        scene.feedback.drives[SCENE_ELBOW].age_us =
            period < 20 ? 0 : (period - 19) * (int64_t)SCENE_PERIOD_US;
        (void)pass(&scene);
    }
    scene.feedback.drives[SCENE_ELBOW].age_us = 0;
    return scene;
}

/// Another period of it with this speed; whether it is told.
static bool told_at(scene_t* scene, double speed_radps)
{
    scene->commanded.position[SCENE_ELBOW] += 0.3 * PERIOD_S;
    scene->feedback.drives[SCENE_ELBOW].velocity = speed_radps;
    const verdict_t verdict = pass(scene);
    return has(&verdict, INTERLOCK_SPEED_FOLLOWING);
}

/// Shows H24, H29, speed_following.
static void a_drive_that_missed_set_points_holds_and_catches_up(void** context)
{
    (void)context;
    for (int lost = 0; lost <= 5; ++lost) {
        const double most_radps = 0.3 + 0.2 + lost * 0.3;
        const double least_radps = 0.3 - 0.2 - lost * 0.3;
        const struct {
            double speed_radps;
            bool told;
        } rows[] = {{most_radps - 1e-9, false},
                    {most_radps + 1e-9, true},
                    {least_radps + 1e-9, false},
                    {least_radps - 1e-9, true}};
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
            scene_t scene = after_lost_samples(lost);
            assert_false(told_at(&scene, rows[i].speed_radps));
            assert_int_equal(told_at(&scene, rows[i].speed_radps), rows[i].told);
        }
    }
}

/// Shows H24, H29, speed_following.
static void a_gap_is_caught_up_with_after_eight_periods(void** context)
{
    (void)context;
    scene_t scene = after_lost_samples(1);
    for (int period = 1; period <= 8; ++period) {
        assert_false(told_at(&scene, 0.3 + 0.25));
    }
    assert_true(told_at(&scene, 0.3 + 0.25)); // the second that is too fast
}

/// Shows H45, I8, command_range.
static void a_command_keeps_place_speed_and_acceleration(void** context)
{
    (void)context;
    const double speed_step = 10.0 * PERIOD_S * PERIOD_S; // rad in a period, of 10 rad/s2
    scene_t scene = settled(MODE_TRANSIT);
    double* sent = &scene.commanded.position[SCENE_ELBOW];
    *sent = 0.5 + speed_step;
    assert_false(refuses(&scene, INTERLOCK_COMMAND_RANGE));
    *sent = 0.5 + 1.001 * speed_step;
    assert_true(refuses(&scene, INTERLOCK_COMMAND_RANGE));
    assert_int_equal(judge(&scene).reaction, REACTION_POWER_OFF);
    *sent = 0.5 - 1.001 * speed_step;
    assert_true(refuses(&scene, INTERLOCK_COMMAND_RANGE));
    *sent = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_COMMAND_RANGE));
    // A joint that is told to brake by itself, or has no torque, is told no place.
    scene.commanded.request[SCENE_ELBOW] = DRIVE_REQUEST_QUICK_STOP;
    assert_false(refuses(&scene, INTERLOCK_COMMAND_RANGE));
    // Speed: 2 rad/s and no more, however gently it was reached.
    scene = settled(MODE_TRANSIT);
    sent = &scene.commanded.position[SCENE_ELBOW];
    scene.state.joints[SCENE_ELBOW].sent_speed = 2.0;
    *sent = 0.5 + 2.0 * PERIOD_S;
    assert_false(refuses(&scene, INTERLOCK_COMMAND_RANGE));
    *sent = 0.5 + 2.0 * PERIOD_S * 1.001;
    assert_true(refuses(&scene, INTERLOCK_COMMAND_RANGE));
    // Place, from the first command on.
    scene = well();
    scene.judged.mode = MODE_TRANSIT;
    scene.commanded.position[SCENE_ELBOW] = 2.0;
    assert_false(refuses(&scene, INTERLOCK_COMMAND_RANGE));
    scene.commanded.position[SCENE_ELBOW] = 2.0001;
    assert_true(refuses(&scene, INTERLOCK_COMMAND_RANGE));
    scene.commanded.position[SCENE_ELBOW] = -2.0001;
    assert_true(refuses(&scene, INTERLOCK_COMMAND_RANGE));
}

/// Shows H23, drive_deaf.
static void a_joint_that_does_not_brake_when_told_loses_its_power(void** context)
{
    (void)context;
    scene_t scene = settled(MODE_TRANSIT);
    drive_feedback_t* drive = &scene.feedback.drives[SCENE_ELBOW];
    drive->velocity = 1.0;
    scene.state.joints[SCENE_ELBOW].sent_speed = 1.0;
    scene.state.joints[SCENE_ELBOW].ramp = 1.0;
    scene.judged.mode = MODE_STOPPING;
    scene.judged.mode_us = 0;
    scene.commanded.position[SCENE_ELBOW] = 0.5;
    verdict_t verdict = {0};
    int period = 0;
    while (!has(&verdict, INTERLOCK_DRIVE_DEAF) && period++ < 40) {
        drive->position += PERIOD_S; // goes on as before
        verdict = judge(&scene);
        const verdict_t nothing = {.rule = INTERLOCK_RULE_NONE};
        interlock_record(&scene.state, &scene.limits, &scene.judged, &nothing);
        scene.judged.now_us += SCENE_PERIOD_US;
        scene.judged.mode_us += SCENE_PERIOD_US;
    }
    // 24 ms, then 36 mrad/s a period: 1.1 times the ramp and 0.05 rad/s are left behind after five.
    assert_int_equal(period, 6 + 5);
    assert_int_equal(verdict.reaction, REACTION_POWER_OFF);
    // One that brakes is let be, and a silent one can't be judged.
    drive->age_us = 50000;
    assert_false(refuses(&scene, INTERLOCK_DRIVE_DEAF));
    drive->age_us = 0;
    drive->velocity = 0.9 * scene.state.joints[SCENE_ELBOW].ramp;
    assert_false(refuses(&scene, INTERLOCK_DRIVE_DEAF));
    scene.judged.mode = MODE_TRANSIT;
    drive->velocity = 1.0;
    assert_false(refuses(&scene, INTERLOCK_DRIVE_DEAF));
}

/// Shows H25, drive_sync.
static void drives_leave_their_torque_together(void** context)
{
    (void)context;
    scene_t scene = settled(MODE_TRIPPED);
    scene.feedback.drives[SCENE_RAIL].state = DRIVE_OPERATION_ENABLED;
    // One period more than two: the first is the one that sees it.
    assert_int_equal(periods_until(&scene, INTERLOCK_DRIVE_SYNC, 20), 3);
    scene.feedback.drives[SCENE_RAIL].state = DRIVE_SWITCH_ON_DISABLED;
    (void)pass(&scene);
    assert_int_equal(judge(&scene).refused, 0);
    // All of them late: 100 ms after the power was to go.
    scene = settled(MODE_TRANSIT);
    scene.judged.mode = MODE_TRIPPED;
    assert_int_equal(periods_until(&scene, INTERLOCK_DRIVE_SYNC, 60), 26);
}

/// Shows H36, H53, power_relay.
static void the_power_relay_is_where_it_was_told_to_be(void** context)
{
    (void)context;
    const supervisor_mode_t modes[] = {MODE_TRIPPED, MODE_TRANSIT};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; ++i) {
        scene_t scene = settled(modes[i]);
        scene.feedback.io.power_relay_closed = !scene.feedback.io.power_relay_closed;
        assert_int_equal(periods_until(&scene, INTERLOCK_POWER_RELAY, 60), 26);
        scene.feedback.io.power_relay_closed = !scene.feedback.io.power_relay_closed;
        (void)pass(&scene);
        assert_false(refuses(&scene, INTERLOCK_POWER_RELAY));
        // The emergency stop opens it by itself, and is a rule of its own.
        scene.feedback.io.power_relay_closed = false;
        scene.feedback.io.estop_closed = false;
        assert_int_equal(periods_until(&scene, INTERLOCK_POWER_RELAY, 60), 60);
    }
}

/// Shows H26, brake_slips.
static void an_arm_that_moves_on_its_brakes_is_told_while_it_does(void** context)
{
    (void)context;
    scene_t scene = settled(MODE_TRIPPED);
    scene.judged.tool_position_m[2] -= 0.05; // still braking
    for (int period = SETTLED; period < 60; ++period) {
        assert_int_equal(pass(&scene).refused, 0);
    }
    scene.judged.tool_position_m[2] -= 0.00199;
    assert_false(refuses(&scene, INTERLOCK_BRAKE_SLIPS));
    scene.judged.tool_position_m[2] -= 0.00002;
    assert_true(refuses(&scene, INTERLOCK_BRAKE_SLIPS));
    // Told for half a second, so that nobody arms in between; then the new place counts.
    (void)pass(&scene);
    int told = 0;
    while (refuses(&scene, INTERLOCK_BRAKE_SLIPS) && told < 1000) {
        (void)pass(&scene);
        ++told;
    }
    assert_int_equal(told, 124);
    scene.judged.tool_position_m[0] = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_BRAKE_SLIPS));
    // With torque the arm may move.
    scene = settled(MODE_TRANSIT);
    for (int period = 0; period < 100; ++period) {
        scene.judged.tool_position_m[0] += 0.001;
        assert_false(refuses(&scene, INTERLOCK_BRAKE_SLIPS));
        (void)pass(&scene);
    }
}

/// Shows H41, clock.
static void the_clock_goes_on_and_not_too_far(void** context)
{
    (void)context;
    const struct {
        int64_t step_us; // from the last period to this one
        unsigned overruns;
        bool refused;
    } rows[] = {
        {4000, 0, false}, {1, 0, false},     {12000, 0, false},
        {12001, 0, true}, {20000, 3, false}, {20001, 3, true},
        {0, 0, true},     {-4000, 0, true},  {3600000000, 0, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scene_t scene = settled(MODE_TRANSIT);
        scene.judged.now_us += rows[i].step_us - SCENE_PERIOD_US;
        scene.judged.overruns = rows[i].overruns;
        assert_int_equal(refuses(&scene, INTERLOCK_CLOCK), rows[i].refused);
    }
}

/// Shows H39, overrun.
static void missed_periods_add_up_and_each_on_time_takes_one_off(void** context)
{
    (void)context;
    // Rows of late periods, each `missed` long, with so many periods on time after each: in which
    // row they are too many, or never.
    const struct {
        unsigned missed;
        int on_time;
        int told_in_row;
    } rows[] = {
        {6, 100, 1}, {5, 1, 2}, {5, 4, 2}, {5, 5, 0}, {5, 245, 0}, {4, 1, 2}, {4, 2, 2},
        {4, 3, 3},   {3, 1, 3}, {3, 2, 4}, {2, 1, 5}, {2, 2, 0},   {1, 1, 0}, {1, 100, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scene_t scene = settled(MODE_TRANSIT);
        int told_in_row = 0;
        for (int row = 1; row <= 100 && told_in_row == 0; ++row) {
            for (unsigned late = 1; late <= rows[i].missed; ++late) {
                scene.judged.overruns = late;
                const verdict_t verdict = pass(&scene);
                told_in_row = has(&verdict, INTERLOCK_OVERRUN) ? row : told_in_row;
            }
            scene.judged.overruns = 0;
            for (int period = 0; period < rows[i].on_time; ++period) {
                assert_false(refuses(&scene, INTERLOCK_OVERRUN));
                (void)pass(&scene);
            }
        }
        assert_int_equal(told_in_row, rows[i].told_in_row);
    }
}

/// Shows H39, overrun.
static void a_computer_that_slept_is_late_no_longer_than_one_that_was_just_too_late(void** context)
{
    (void)context;
    const unsigned missed[] = {5, 6, 900000, UINT32_MAX};
    for (size_t i = 0; i < sizeof missed / sizeof missed[0]; ++i) {
        scene_t scene = settled(MODE_TRANSIT);
        scene.judged.overruns = missed[i];
        assert_int_equal(refuses(&scene, INTERLOCK_OVERRUN), missed[i] > 5);
        (void)pass(&scene);
        scene.judged.overruns = 0;
        (void)pass(&scene);
        scene.judged.overruns = 1;
        assert_false(refuses(&scene, INTERLOCK_OVERRUN));
        scene.judged.overruns = 2;
        assert_true(refuses(&scene, INTERLOCK_OVERRUN));
    }
    scene_t scene = settled(MODE_TRANSIT);
    scene.state.missed_before = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_OVERRUN));
}

/// Shows H29, sample_loss.
static void a_device_that_loses_too_many_samples_is_told(void** context)
{
    (void)context;
    // Of every hundred samples so many are lost, evenly; a quarter may be.
    const struct {
        int of_hundred;
        bool told;
    } rows[] = {{20, false}, {24, false}, {40, true}, {60, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        for (int device = 0; device < 3; ++device) {
            scene_t scene = settled(MODE_TRANSIT);
            int64_t* age_us = device == 0   ? &scene.feedback.force.age_us
                              : device == 1 ? &scene.feedback.io.age_us
                                            : &scene.feedback.drives[SCENE_ELBOW].age_us;
            bool told = false;
            int share = 0;
            for (int period = 0; period < 1000 && !told; ++period) {
                share += rows[i].of_hundred;
                *age_us = share >= 100 ? *age_us + SCENE_PERIOD_US : 0;
                share -= share >= 100 ? 100 : 0;
                const verdict_t verdict = pass(&scene);
                told = has(&verdict, INTERLOCK_SAMPLE_LOSS);
            }
            assert_int_equal(told, rows[i].told);
        }
    }
}

/// Shows H14, force_saturated.
static void the_sensor_at_the_end_of_its_range_wants_an_inspection(void** context)
{
    (void)context;
    for (int axis = 0; axis < 6; ++axis) {
        scene_t scene = settled(MODE_CONTACT);
        double* raw = axis < 3 ? &scene.feedback.force.force_N[axis]
                               : &scene.feedback.force.torque_Nm[axis - 3];
        const double end = axis < 3 ? 196.0 : 9.8;
        *raw = end;
        assert_false(refuses(&scene, INTERLOCK_FORCE_SATURATED));
        *raw = -end * 1.0001;
        assert_true(refuses(&scene, INTERLOCK_FORCE_SATURATED));
        assert_int_equal(judge(&scene).reaction, REACTION_YIELD);
        (void)pass(&scene);
        *raw = 0.1;
        assert_true(refuses(&scene, INTERLOCK_FORCE_SATURATED));
        scene.judged.mode = MODE_LOCKED; // nor is it acknowledged away
        interlock_acknowledge(&scene.state);
        assert_true(refuses(&scene, INTERLOCK_FORCE_SATURATED));
    }
    scene_t scene = settled(MODE_CONTACT); // a range nobody knows can't be left
    scene.limits.force_raw_max_N[0] = HUGE_VAL;
    judge_limits_seal(&scene.limits);
    scene.feedback.force.force_N[0] = 1e6;
    assert_false(refuses(&scene, INTERLOCK_FORCE_SATURATED));
}

/// Shows H11, force_axis_frozen.
static void a_single_axis_that_repeats_itself_is_told(void** context)
{
    (void)context;
    for (int axis = 0; axis < 6; ++axis) {
        scene_t scene = settled(MODE_CONTACT);
        double* raw = axis < 3 ? &scene.feedback.force.force_N[axis]
                               : &scene.feedback.force.torque_Nm[axis - 3];
        int period = 0;
        verdict_t verdict = {0};
        while (!has(&verdict, INTERLOCK_FORCE_AXIS_FROZEN) && period++ < 40) {
            *raw = 0.123;
            verdict = pass(&scene);
        }
        assert_int_equal(period, 23); // the first is new, 21 repeat it, the next one sees that
        assert_int_equal(verdict.reaction, REACTION_YIELD);
        assert_false(has(&verdict, INTERLOCK_FORCE_FROZEN));
    }
}

/// Shows H16, force_noise.
static void noise_and_repeated_spikes_are_told_and_a_single_one_is_not(void** context)
{
    (void)context;
    const struct {
        double size_N;
        int every; // periods
        bool told;
    } rows[] = {{500.0, 10, true}, {500.0, 1000, false}, {12.0, 2, true}, {0.3, 2, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scene_t scene = settled(MODE_CONTACT);
        bool told = false;
        for (int period = 1; period < 400 && !told; ++period) {
            const bool off = period % rows[i].every == 0;
            scene.feedback.force.force_N[1] =
                0.2 + 0.01 * (period % 3) + (off ? rows[i].size_N : 0);
            const verdict_t verdict = pass(&scene);
            told = has(&verdict, INTERLOCK_FORCE_NOISE);
        }
        assert_int_equal(told, rows[i].told);
    }
}

/// Shows H15, force_direction.
static void a_force_that_does_not_point_out_of_the_skin_is_told(void** context)
{
    (void)context;
    const struct {
        supervisor_mode_t mode;
        double total_N, normal_N;
        bool told;
    } rows[] = {
        {MODE_CONTACT, 20.0, 10.0, false},
        {MODE_CONTACT, 20.0, 9.99, true},
        {MODE_CONTACT, 20.0, -20.0, true},
        {MODE_APPROACH, 4.0, -4.0, false}, // too little to tell
        {MODE_APPROACH, 4.01, -4.01, true},
        {MODE_APPROACH, 4.01, 0.0, true},
        {MODE_RETRACT, 20.0, -1.0, false},
        {MODE_CONTACT, (double)NAN, 20.0, true},
        {MODE_CONTACT, 20.0, (double)NAN, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scene_t scene = settled(rows[i].mode);
        scene.judged.force_total_N = rows[i].total_N;
        scene.judged.normal_force_N = rows[i].normal_N;
        // Five periods may pass, the sixth is told.
        assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_DIRECTION, 12),
                         rows[i].told ? 5 : 12);
    }
}

/// Shows H12, H13, force_drift.
static void a_force_that_is_left_in_the_air_is_told(void** context)
{
    (void)context;
    scene_t scene = settled(MODE_TRANSIT);
    scene.judged.force_total_N = 2.9;
    assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_DRIFT, 500), 500);
    scene.judged.force_total_N = 3.2;
    assert_true(periods_until(&scene, INTERLOCK_FORCE_DRIFT, 500) < 60);
    // Only a tool that stands clear has to feel nothing.
    scene = settled(MODE_TRANSIT);
    scene.judged.surface_gap_m = 0.029;
    scene.judged.force_total_N = 5.0;
    assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_DRIFT, 500), 500);
    scene.judged.surface_gap_m = (double)NAN;
    assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_DRIFT, 500), 500);
    scene.judged.surface_gap_m = 0.031; // settled for 0.2 s first
    assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_DRIFT, 500), 50);
}

/// Shows H10, entangled.
static void a_tool_that_is_held_back_stops_where_it_is(void** context)
{
    (void)context;
    const supervisor_mode_t modes[] = {MODE_RETRACT, MODE_LIFT, MODE_YIELD};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; ++i) {
        scene_t scene = settled(MODE_CONTACT);
        scene.judged.mode = modes[i];
        scene.judged.mode_us = 0;
        scene.judged.normal_force_N = -10.0;
        scene.judged.force_total_N = 10.0;
        assert_int_equal(periods_until(&scene, INTERLOCK_ENTANGLED, 20), 20);
        scene.judged.normal_force_N = -10.001;
        assert_int_equal(periods_until(&scene, INTERLOCK_ENTANGLED, 20), 1); // two samples
        assert_int_equal(judge(&scene).reaction, REACTION_STOP);
        // A sensor that is silent by then is no reason to stay at the body.
        scene.feedback.force.age_us = 13000;
        assert_false(refuses(&scene, INTERLOCK_ENTANGLED));
        assert_int_equal(judge(&scene).reaction, REACTION_YIELD);
    }
    // Nor is one that claimed to be pulled while the tool was pressed on.
    scene_t scene = settled(MODE_CONTACT);
    scene.judged.normal_force_N = -15.0;
    (void)pass(&scene);
    scene.judged.mode = MODE_YIELD;
    assert_int_equal(periods_until(&scene, INTERLOCK_ENTANGLED, 20), 20);
}

/// Shows H10, entangled.
static void a_pull_that_drives_feel_too_is_believed_of_a_sensor_that_was_in_doubt(void** context)
{
    (void)context;
    const struct {
        double drives_N, apart_N, deviation_N;
        bool told;
    } rows[] = {
        {-10.0, 0.0, 2.0, false},         {nextafter(-10.0, -11.0), 0.0, 2.0, true},
        {15.0, 0.0, 2.0, false}, // a sensor that counts the other way
        {-60.0, 29.0, 2.0, true},         {-60.0, nextafter(29.0, 30.0), 2.0, false},
        {(double)NAN, 0.0, 2.0, false},   {-60.0, (double)NAN, 2.0, false},
        {-60.0, 0.0, (double)NAN, false}, {-60.0, 0.0, (double)INFINITY, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scene_t scene = settled(MODE_CONTACT);
        scene.judged.normal_force_N = -15.0;
        (void)pass(&scene);
        scene.judged.mode = MODE_YIELD;
        scene.judged.drive_force_N = rows[i].drives_N;
        scene.judged.force_disagreement_N = rows[i].apart_N;
        scene.judged.drive_force_deviation_N = rows[i].deviation_N;
        assert_int_equal(periods_until(&scene, INTERLOCK_ENTANGLED, 20), rows[i].told ? 1 : 20);
        // Drives that are not all heard say nothing.
        scene.feedback.drives[SCENE_RAIL].state = DRIVE_FAULT;
        assert_false(refuses(&scene, INTERLOCK_ENTANGLED));
    }
    // Of more joints than an arm can have all that there can be are asked.
    scene_t scene = settled(MODE_CONTACT);
    scene.judged.normal_force_N = -15.0;
    (void)pass(&scene);
    scene.judged.mode = MODE_YIELD;
    scene.judged.drive_force_N = -60.0;
    scene.judged.drive_force_deviation_N = 2.0;
    scene.limits.joint_count = 1000000;
    for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
        scene.feedback.drives[joint] = scene.feedback.drives[SCENE_RAIL];
    }
    assert_int_equal(periods_until(&scene, INTERLOCK_ENTANGLED, 20), 1);
}

#define UNFELT_N 25.001 // 2.5 times what sensor and drives may differ by

static void feel(scene_t* scene, double force_N)
{
    scene->judged.normal_force_N = scene->judged.force_total_N = force_N;
}

/// A scene that yields while the drives push with `unfelt_N` more than is felt, which are first 20
/// N for nine periods, then `first_N` and `then_N` for one each.
static scene_t yielding(double unfelt_N, double first_N, double then_N)
{
    scene_t scene = settled(MODE_CONTACT);
    scene.judged.mode = MODE_YIELD;
    scene.judged.mode_us = 12000;
    scene.judged.force_disagreement_N = unfelt_N;
    feel(&scene, 20.0);
    for (int period = 0; period < 9; ++period) {
        (void)pass(&scene);
    }
    feel(&scene, first_N);
    (void)pass(&scene);
    scene.judged.force_disagreement_N = 0.0;
    feel(&scene, then_N);
    (void)pass(&scene);
    return scene;
}

/// Shows H02, H19, H20, force_returns.
static void a_yield_that_presses_again_takes_the_power_away(void** context)
{
    (void)context;
    scene_t scene = yielding(UNFELT_N, 7.9, 8.0);
    feel(&scene, 22.5);
    assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_RETURNS, 20), 20);
    feel(&scene, 22.501);
    assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_RETURNS, 20), 1); // two samples
    assert_int_equal(judge(&scene).reaction, REACTION_POWER_OFF);
    // What was let go stays so: the force may come back slowly.
    scene = yielding(UNFELT_N, 7.9, 8.0);
    feel(&scene, 20.0);
    (void)pass(&scene);
    feel(&scene, (double)NAN);
    assert_true(periods_until(&scene, INTERLOCK_FORCE_RETURNS, 20) < 2);
}

static void a_client_who_comes_after_the_tool_is_yielded_to(void** context)
{
    (void)context;
    // Drives and sensor told the same, nearly the same, or for one period less than 40 ms not.
    const double unfelt_N[] = {0.0, 25.0, (double)NAN};
    for (size_t i = 0; i < sizeof unfelt_N / sizeof unfelt_N[0]; ++i) {
        scene_t scene = yielding(unfelt_N[i], 1.0, 1.0);
        feel(&scene, 59.0);
        assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_RETURNS, 20), 20);
    }
    scene_t scene = yielding(0.0, 1.0, 1.0);
    for (int period = 0; period < 20; ++period) {
        scene.judged.force_disagreement_N = period == 9 ? 0.0 : UNFELT_N;
        (void)pass(&scene);
        if (period == 8 || period == 18) {
            scene_t now = scene;
            feel(&now, 59.0);
            now.judged.force_disagreement_N = 0.0;
            assert_int_equal(periods_until(&now, INTERLOCK_FORCE_RETURNS, 20), 20);
        }
    }
    feel(&scene, 59.0);
    assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_RETURNS, 20), 1);
    // A joint whose drive is lost is held by its brake, and the others' torques say so.
    for (int lost = 0; lost < 2; ++lost) {
        scene = yielding(0.0, 1.0, 1.0);
        drive_feedback_t* drive = &scene.feedback.drives[SCENE_ELBOW];
        drive->state = lost == 0 ? DRIVE_SWITCHED_ON : drive->state;
        drive->age_us = lost == 0 ? 0 : 12001;
        scene.judged.force_disagreement_N = 60.0;
        for (int period = 0; period < 20; ++period) {
            (void)pass(&scene);
        }
        feel(&scene, 59.0);
        assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_RETURNS, 20), 20);
    }
}

static void a_yield_that_has_not_let_go_yet_goes_on(void** context)
{
    (void)context;
    const double felt_N[][2] = {{8.001, 8.001}, {8.0, 8.001}, {8.001, 8.0}, {(double)NAN, 8.0}};
    for (size_t i = 0; i < sizeof felt_N / sizeof felt_N[0]; ++i) {
        scene_t scene = yielding(UNFELT_N, felt_N[i][0], felt_N[i][1]);
        feel(&scene, 59.0);
        assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_RETURNS, 20), 20);
    }
    // Each yield has to let go by itself.
    scene_t scene = yielding(UNFELT_N, 1.0, 1.0);
    scene.judged.mode = MODE_CONTACT;
    (void)pass(&scene);
    scene.judged.mode = MODE_YIELD;
    feel(&scene, 59.0);
    assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_RETURNS, 20), 20);
    // Nor does it count what is felt before the arm is on its way.
    scene = yielding(UNFELT_N, 20.0, 20.0);
    scene.judged.mode_us = 36000;
    feel(&scene, 1.0);
    (void)pass(&scene);
    (void)pass(&scene);
    feel(&scene, 59.0);
    assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_RETURNS, 20), 20);
    // A way off the body that is not a yield can still become one.
    scene = yielding(UNFELT_N, 1.0, 1.0);
    scene.judged.mode = MODE_RETRACT;
    feel(&scene, 59.0);
    assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_RETURNS, 20), 20);
    // One sample is noise, and a sensor in doubt is no reason to stop letting go.
    scene = yielding(UNFELT_N, 1.0, 1.0);
    for (int i = 0; i < 10; ++i) {
        feel(&scene, i % 2 == 0 ? 59.0 : 1.0);
        const verdict_t verdict = pass(&scene);
        assert_false(has(&verdict, INTERLOCK_FORCE_RETURNS));
    }
    scene = yielding(UNFELT_N, 1.0, 1.0);
    feel(&scene, 59.0);
    scene.feedback.force.age_us = 13000;
    assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_RETURNS, 20), 20);
}

/// Shows H07, force_rate.
static void a_force_changes_no_faster_than_the_plan_and_the_limit_allow(void** context)
{
    (void)context;
    const struct {
        double planned_N_per_s, gap_s;
        double allowed_N_per_s;
    } rows[] = {{0.0, 0.0, 400.0}, {-50.0, 0.0, 450.0}, {0.0, 0.3, 900.0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        for (int sign = -1; sign <= 1; sign += 2) {
            for (int over = 0; over < 2; ++over) {
                scene_t scene = settled(MODE_CONTACT);
                scene.judged.force_rate_N_per_s = rows[i].planned_N_per_s;
                scene.judged.contact_gap_s = rows[i].gap_s;
                scene.judged.force_target_N = 30.0;
                const double rate = rows[i].allowed_N_per_s * (over == 0 ? 0.999 : 1.001);
                bool told = false;
                for (int period = 0; period < 5; ++period) {
                    scene.judged.normal_force_N += sign * rate * PERIOD_S;
                    scene.judged.force_total_N = fabs(scene.judged.normal_force_N);
                    const verdict_t verdict = pass(&scene);
                    told = told || has(&verdict, INTERLOCK_FORCE_RATE);
                }
                assert_int_equal(told, over);
            }
        }
    }
    scene_t scene = settled(MODE_CONTACT); // one sample that is off
    scene.judged.normal_force_N += 15.0;
    (void)pass(&scene);
    scene.judged.normal_force_N -= 15.0;
    assert_int_equal(periods_until(&scene, INTERLOCK_FORCE_RATE, 10), 10);
    scene = settled(MODE_RETRACT); // lifting off it falls as fast as it likes
    for (int period = 0; period < 5; ++period) {
        scene.judged.normal_force_N -= 4.0;
        assert_false(refuses(&scene, INTERLOCK_FORCE_RATE));
        (void)pass(&scene);
    }
}

/// Shows H16, shear.
static void over_its_limit_is_what_two_of_three_periods_say(void** context)
{
    (void)context;
    const struct {
        bool over[5];
        bool refused[5];
    } rows[] = {
        {{1, 0, 0, 1, 0}, {0, 0, 0, 0, 0}},
        {{1, 1, 0, 0, 0}, {0, 1, 0, 0, 0}},
        {{1, 0, 1, 0, 0}, {0, 0, 1, 0, 0}},
        {{0, 1, 1, 1, 0}, {0, 0, 1, 1, 0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scene_t scene = settled(MODE_CONTACT);
        for (int period = 0; period < 5; ++period) {
            scene.judged.shear_force_N = rows[i].over[period] ? 26.0 : 3.0;
            const verdict_t verdict = pass(&scene);
            assert_int_equal(has(&verdict, INTERLOCK_SHEAR), rows[i].refused[period]);
        }
    }
    scene_t scene = settled(MODE_CONTACT); // what is unknown needs no second vote
    scene.judged.shear_force_N = (double)NAN;
    assert_true(refuses(&scene, INTERLOCK_SHEAR));
}

/// Shows H44, workspace.
static void the_tool_stays_in_its_workspace(void** context)
{
    (void)context;
    for (int axis = 0; axis < 3; ++axis) {
        scene_t scene = settled(MODE_TRANSIT);
        double* place = &scene.judged.tool_position_m[axis];
        const double ends[2] = {scene.limits.workspace_min_m[axis],
                                scene.limits.workspace_max_m[axis]};
        for (int end = 0; end < 2; ++end) {
            const double out = end == 0 ? -1e-6 : 1e-6;
            *place = ends[end] - out;
            assert_false(refuses(&scene, INTERLOCK_WORKSPACE));
            *place = ends[end];
            assert_false(refuses(&scene, INTERLOCK_WORKSPACE));
            *place = ends[end] + out;
            assert_true(refuses(&scene, INTERLOCK_WORKSPACE));
        }
        *place = (double)NAN;
        assert_true(refuses(&scene, INTERLOCK_WORKSPACE));
    }
}

/// Shows H54, dwell.
static void a_place_is_pressed_no_longer_than_the_plan_and_the_limit_allow(void** context)
{
    (void)context;
    const struct {
        int64_t planned_us;
        int allowed_s;
    } rows[] = {{0, 30}, {-1, 30}, {20000000, 50}, {INT64_MAX, 330}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scene_t scene = settled(MODE_CONTACT);
        scene.judged.stay_planned_us = rows[i].planned_us;
        const int more = periods_until(&scene, INTERLOCK_DWELL, 100000);
        assert_int_equal(more + SETTLED, rows[i].allowed_s * 250 + 1);
        assert_int_equal(judge(&scene).reaction, REACTION_LIFT);
        scene.judged.mode = MODE_LIFT; // lifted off it is over
        assert_false(refuses(&scene, INTERLOCK_DWELL));
        (void)pass(&scene);
        scene.judged.mode = MODE_CONTACT;
        (void)pass(&scene);
        assert_false(refuses(&scene, INTERLOCK_DWELL));
    }
    scene_t scene = settled(MODE_CONTACT); // 10 mm away is another place
    for (int period = 0; period < 10000; ++period) {
        scene.judged.tool_position_m[0] = 1.0 + 0.0101 * (period / 5000 % 2);
        const verdict_t verdict = pass(&scene);
        assert_false(has(&verdict, INTERLOCK_DWELL));
    }
}

/// Shows H37, H46, H47, I4, armed_first.
static void torque_comes_by_arming_what_is_ready_and_in_no_other_way(void** context)
{
    (void)context;
    for (int from = 0; from < MODE_COUNT; ++from) {
        for (int into = 0; into < MODE_COUNT; ++into) {
            scene_t scene = settled((supervisor_mode_t)from);
            scene.judged.mode = (supervisor_mode_t)into;
            const bool gains = !supervisor_mode_powered((supervisor_mode_t)from) &&
                               supervisor_mode_powered((supervisor_mode_t)into);
            const bool armed = from == MODE_READY && into == MODE_ARMING;
            const verdict_t verdict = judge(&scene);
            assert_int_equal(has(&verdict, INTERLOCK_ARMED_FIRST), gains && !armed);
            assert_true(!gains || armed || verdict.reaction == REACTION_POWER_OFF);
        }
    }
}

static void a_lift_that_does_not_help_becomes_a_yield(void** context)
{
    (void)context;
    // The only rule that lifts, kept refusing by hand.
    scene_t scene = settled(MODE_CONTACT);
    scene.state.dwell_us = 40000000;
    assert_int_equal(judge(&scene).reaction, REACTION_LIFT);
    scene.feedback.io.client_present = false; // and with any other it is that one's reaction
    assert_int_equal(judge(&scene).reaction, REACTION_YIELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_second_is_permitted_in_every_mode),
        cmocka_unit_test(a_position_jumps_no_farther_than_its_joint_can_move),
        cmocka_unit_test(a_position_that_wanders_beyond_its_speed_is_told),
        cmocka_unit_test(a_position_that_stands_still_while_its_joint_is_commanded_is_told),
        cmocka_unit_test(a_position_that_stands_still_while_its_drive_pushes_is_told),
        cmocka_unit_test(an_encoder_that_freezes_in_motion_is_told_by_the_torque_that_winds_up),
        cmocka_unit_test(a_frozen_encoder_is_not_acknowledged_away),
        cmocka_unit_test(a_joint_at_another_speed_than_commanded_twice_loses_its_power),
        cmocka_unit_test(a_yield_that_a_client_pushes_faster_is_no_joint_that_runs_away),
        cmocka_unit_test(a_push_excuses_a_speed_only_where_all_are_heard_and_while_yielding),
        cmocka_unit_test(a_command_has_four_periods_to_reach_its_joint),
        cmocka_unit_test(speeds_are_not_judged_without_a_sample_or_a_command_to_follow),
        cmocka_unit_test(no_tolerated_pattern_of_gaps_hides_a_joint_that_swings),
        cmocka_unit_test(a_drive_that_missed_set_points_holds_and_catches_up),
        cmocka_unit_test(a_gap_is_caught_up_with_after_eight_periods),
        cmocka_unit_test(a_command_keeps_place_speed_and_acceleration),
        cmocka_unit_test(a_joint_that_does_not_brake_when_told_loses_its_power),
        cmocka_unit_test(drives_leave_their_torque_together),
        cmocka_unit_test(the_power_relay_is_where_it_was_told_to_be),
        cmocka_unit_test(an_arm_that_moves_on_its_brakes_is_told_while_it_does),
        cmocka_unit_test(the_clock_goes_on_and_not_too_far),
        cmocka_unit_test(missed_periods_add_up_and_each_on_time_takes_one_off),
        cmocka_unit_test(a_computer_that_slept_is_late_no_longer_than_one_that_was_just_too_late),
        cmocka_unit_test(a_device_that_loses_too_many_samples_is_told),
        cmocka_unit_test(the_sensor_at_the_end_of_its_range_wants_an_inspection),
        cmocka_unit_test(a_single_axis_that_repeats_itself_is_told),
        cmocka_unit_test(noise_and_repeated_spikes_are_told_and_a_single_one_is_not),
        cmocka_unit_test(a_force_that_does_not_point_out_of_the_skin_is_told),
        cmocka_unit_test(a_force_that_is_left_in_the_air_is_told),
        cmocka_unit_test(a_yield_that_presses_again_takes_the_power_away),
        cmocka_unit_test(a_client_who_comes_after_the_tool_is_yielded_to),
        cmocka_unit_test(a_yield_that_has_not_let_go_yet_goes_on),
        cmocka_unit_test(a_tool_that_is_held_back_stops_where_it_is),
        cmocka_unit_test(a_pull_that_drives_feel_too_is_believed_of_a_sensor_that_was_in_doubt),
        cmocka_unit_test(a_force_changes_no_faster_than_the_plan_and_the_limit_allow),
        cmocka_unit_test(over_its_limit_is_what_two_of_three_periods_say),
        cmocka_unit_test(the_tool_stays_in_its_workspace),
        cmocka_unit_test(a_place_is_pressed_no_longer_than_the_plan_and_the_limit_allow),
        cmocka_unit_test(torque_comes_by_arming_what_is_ready_and_in_no_other_way),
        cmocka_unit_test(a_lift_that_does_not_help_becomes_a_yield),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
