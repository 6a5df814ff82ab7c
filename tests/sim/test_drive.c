/// The drive's state machine against a table written down from CiA 402-2, and its watchdog, brake,
/// interpolation and stops at their limits.
#include "tests/support/cmocka_prelude.h"

#include "sim/devices/drive.h"

#define STEP_US 1000
#define PERIOD_US 4000

static const joint_settings_t turning_joint = {
    .kind = JOINT_REVOLUTE, .acceleration_max = 10.0, .effort_max = 100.0, .velocity_max = 2.0};

static drive_t drive_in(drive_state_t state)
{
    drive_t drive;
    drive_init(&drive, &turning_joint, PERIOD_US, 0.5);
    drive.state = state;
    drive.power = true;
    const bool torque = state == DRIVE_OPERATION_ENABLED || state == DRIVE_QUICK_STOP ||
                        state == DRIVE_FAULT_REACTION;
    drive.brake_shut = !torque;
    drive.brake_age_us = 1000000;
    drive.control_word = torque ? 0x000F : 0x0000;
    return drive;
}

/// The commands of the standard's table: bits that matter and what they are.
typedef enum { DISABLE, QUICK, SHUTDOWN, ON, ENABLE, OTHER } command_t;
static command_t command_by_table(int word)
{
    static const struct {
        int mask, bits;
        command_t command;
    } rows[] = {
        {0x02, 0x00, DISABLE}, // bit 1 clear takes power away whatever the rest
        {0x06, 0x02, QUICK},   // bit 2 clear is a quick stop whatever the rest
        {0x87, 0x06, SHUTDOWN}, {0x8F, 0x07, ON}, {0x8F, 0x0F, ENABLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        if ((word & rows[i].mask) == rows[i].bits) {
            return rows[i].command;
        }
    }
    return OTHER;
}

/// The state one step later, for a moving drive with power: the arrows of the standard's figure.
static drive_state_t next_by_table(drive_state_t state, command_t command)
{
    static const drive_state_t arrows[DRIVE_STATE_COUNT][6] = {
        [DRIVE_SWITCH_ON_DISABLED] = {[DISABLE] = DRIVE_SWITCH_ON_DISABLED,
                                      [QUICK] = DRIVE_SWITCH_ON_DISABLED,
                                      [SHUTDOWN] = DRIVE_READY_TO_SWITCH_ON, // 2
                                      [ON] = DRIVE_SWITCH_ON_DISABLED,
                                      [ENABLE] = DRIVE_SWITCH_ON_DISABLED,
                                      [OTHER] = DRIVE_SWITCH_ON_DISABLED},
        [DRIVE_READY_TO_SWITCH_ON] = {[DISABLE] = DRIVE_SWITCH_ON_DISABLED, // 7
                                      [QUICK] = DRIVE_SWITCH_ON_DISABLED,   // 7
                                      [SHUTDOWN] = DRIVE_READY_TO_SWITCH_ON,
                                      [ON] = DRIVE_SWITCHED_ON,     // 3
                                      [ENABLE] = DRIVE_SWITCHED_ON, // 3, then 4
                                      [OTHER] = DRIVE_READY_TO_SWITCH_ON},
        [DRIVE_SWITCHED_ON] = {[DISABLE] = DRIVE_SWITCH_ON_DISABLED,  // 10
                               [QUICK] = DRIVE_SWITCH_ON_DISABLED,    // 10
                               [SHUTDOWN] = DRIVE_READY_TO_SWITCH_ON, // 6
                               [ON] = DRIVE_SWITCHED_ON,
                               [ENABLE] = DRIVE_SWITCHED_ON, // 4 takes the brake's time
                               [OTHER] = DRIVE_SWITCHED_ON},
        [DRIVE_OPERATION_ENABLED] = {[DISABLE] = DRIVE_SWITCH_ON_DISABLED,  // 9
                                     [QUICK] = DRIVE_QUICK_STOP,            // 11
                                     [SHUTDOWN] = DRIVE_READY_TO_SWITCH_ON, // 8
                                     [ON] = DRIVE_SWITCHED_ON,              // 5
                                     [ENABLE] = DRIVE_OPERATION_ENABLED,
                                     [OTHER] = DRIVE_OPERATION_ENABLED},
        [DRIVE_QUICK_STOP] = {[DISABLE] = DRIVE_SWITCH_ON_DISABLED, // 12
                              [QUICK] = DRIVE_QUICK_STOP,
                              [SHUTDOWN] = DRIVE_QUICK_STOP,
                              [ON] = DRIVE_QUICK_STOP,
                              [ENABLE] = DRIVE_QUICK_STOP,
                              [OTHER] = DRIVE_QUICK_STOP},
        [DRIVE_FAULT_REACTION] = {DRIVE_FAULT_REACTION, DRIVE_FAULT_REACTION, DRIVE_FAULT_REACTION,
                                  DRIVE_FAULT_REACTION, DRIVE_FAULT_REACTION, DRIVE_FAULT_REACTION},
        [DRIVE_FAULT] = {DRIVE_FAULT, DRIVE_FAULT, DRIVE_FAULT, DRIVE_FAULT, DRIVE_FAULT,
                         DRIVE_FAULT},
    };
    return arrows[state][command];
}

static void every_state_takes_every_control_word_as_the_standard_says(void** state)
{
    (void)state;
    int tried = 0;
    for (int from = DRIVE_SWITCH_ON_DISABLED; from <= DRIVE_FAULT; ++from) {
        for (int word = 0; word < 0x200; ++word) { // bit 8, halt, is no command here
            drive_t drive = drive_in((drive_state_t)from);
            drive.control_word = (uint16_t)word;
            drive.demand_speed = 1.0; // moving, so that no stop is over at once
            drive_step(&drive, true, 0.5, 1.0, STEP_US);
            drive_state_t wanted = next_by_table((drive_state_t)from, command_by_table(word));
            if (from == DRIVE_FAULT && (word & 0x80)) {
                wanted = DRIVE_SWITCH_ON_DISABLED; // 15, on the rising edge
            }
            if (drive.state != wanted) {
                print_error("from %d with %04x: %d, expected %d\n", from, (unsigned)word,
                            (int)drive.state, (int)wanted);
                fail();
            }
            ++tried;
        }
    }
    assert_int_equal(tried, 7 * 0x200);
}

static void status_words_are_those_of_the_standard(void** state)
{
    (void)state;
    // Mask and bits by state (CiA 402-2, status word).
    static const struct {
        drive_state_t state;
        int mask, bits;
    } rows[] = {{DRIVE_NOT_READY, 0x4F, 0x00},          {DRIVE_SWITCH_ON_DISABLED, 0x4F, 0x40},
                {DRIVE_READY_TO_SWITCH_ON, 0x6F, 0x21}, {DRIVE_SWITCHED_ON, 0x6F, 0x23},
                {DRIVE_OPERATION_ENABLED, 0x6F, 0x27},  {DRIVE_QUICK_STOP, 0x6F, 0x07},
                {DRIVE_FAULT_REACTION, 0x4F, 0x0F},     {DRIVE_FAULT, 0x4F, 0x08}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        drive_t drive = drive_in(rows[i].state);
        const int word = drive_status_word(&drive);
        assert_int_equal(word & rows[i].mask, rows[i].bits);
        assert_int_equal(word & 0x10, 0x10); // voltage enabled
        drive.power = false;
        assert_int_equal(drive_status_word(&drive) & 0x10, 0);
        int matches = 0;
        for (size_t j = 0; j < sizeof rows / sizeof *rows; ++j) {
            matches += (word & rows[j].mask) == rows[j].bits;
        }
        assert_int_equal(matches, 1);
    }
}

static void step_for(drive_t* drive, int64_t time_us)
{
    for (int64_t passed_us = 0; passed_us < time_us; passed_us += STEP_US) {
        drive_step(drive, true, drive->demand, drive->demand_speed, STEP_US);
    }
}

static void booting_takes_its_time(void** state)
{
    (void)state;
    drive_t drive;
    drive_init(&drive, &turning_joint, PERIOD_US, 0.5);
    drive.control_word = 0x000F;
    step_for(&drive, DRIVE_BOOT_US - STEP_US);
    assert_int_equal(drive.state, DRIVE_NOT_READY);
    step_for(&drive, STEP_US);
    assert_int_equal(drive.state, DRIVE_SWITCH_ON_DISABLED);
}

static void enabling_takes_the_time_of_the_brake_and_holds_meanwhile(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_SWITCHED_ON);
    assert_false(drive_actuation(&drive).powered);
    drive.control_word = 0x000F;
    step_for(&drive, DRIVE_BRAKE_RELEASE_US);
    assert_int_equal(drive.state, DRIVE_SWITCHED_ON);
    assert_true(drive_actuation(&drive).powered);
    assert_true(drive_actuation(&drive).braked);
    step_for(&drive, STEP_US);
    assert_int_equal(drive.state, DRIVE_OPERATION_ENABLED);
    assert_false(drive_actuation(&drive).braked);
    assert_near(drive_actuation(&drive).reference, 0.5, 0.0);
}

static void giving_up_enabling_leaves_the_brake_shut(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_SWITCHED_ON);
    drive.control_word = 0x000F;
    step_for(&drive, 50000);
    drive.control_word = 0x0007;
    step_for(&drive, 200000);
    assert_int_equal(drive.state, DRIVE_SWITCHED_ON);
    assert_true(drive_actuation(&drive).braked);
    assert_false(drive_actuation(&drive).powered);
}

static void disabled_drive_holds_until_its_brake_does(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_OPERATION_ENABLED);
    drive.control_word = 0x0006;
    step_for(&drive, DRIVE_BRAKE_ENGAGE_US);
    assert_true(drive_actuation(&drive).powered);
    assert_false(drive_actuation(&drive).braked);
    step_for(&drive, STEP_US);
    assert_false(drive_actuation(&drive).powered);
    assert_true(drive_actuation(&drive).braked);
}

static void losing_power_ends_torque_at_once_from_every_state(void** state)
{
    (void)state;
    for (int from = DRIVE_SWITCH_ON_DISABLED; from <= DRIVE_FAULT; ++from) {
        drive_t drive = drive_in((drive_state_t)from);
        drive.control_word = 0x000F;
        drive_step(&drive, false, 0.7, 1.0, STEP_US);
        assert_false(drive_actuation(&drive).powered);
        const bool fault = from == DRIVE_FAULT || from == DRIVE_FAULT_REACTION;
        assert_int_equal(drive.state, fault ? DRIVE_FAULT : DRIVE_SWITCH_ON_DISABLED);
        for (int i = 0; i < 100; ++i) { // an enable command does not help
            drive_step(&drive, false, 0.7, 0.0, STEP_US);
            assert_false(drive_actuation(&drive).powered);
        }
        assert_true(drive_actuation(&drive).braked);
        // Power back starts nothing by itself: `switch on disabled` asks for a shutdown command.
        step_for(&drive, 300000);
        assert_false(drive_actuation(&drive).powered);
    }
}

/// Shows H38.
static void watchdog_trips_just_above_its_time(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_OPERATION_ENABLED);
    drive.watchdog_us = 100000;
    drive.write_age_us = 0;
    step_for(&drive, 99000);
    assert_int_equal(drive.state, DRIVE_OPERATION_ENABLED); // below
    step_for(&drive, 1000);
    assert_int_equal(drive.state, DRIVE_OPERATION_ENABLED); // at
    step_for(&drive, 1000);
    assert_int_equal(drive.state, DRIVE_FAULT_REACTION); // above
    assert_int_equal(drive.fault, 0x7510);
    step_for(&drive, DRIVE_STOP_TIME_MAX_US);
    assert_int_equal(drive.state, DRIVE_FAULT);
    assert_true(drive.brake_shut);
}

static void watchdog_of_zero_is_off_and_a_disabled_drive_has_none(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_OPERATION_ENABLED);
    step_for(&drive, 10000000);
    assert_int_equal(drive.state, DRIVE_OPERATION_ENABLED);
    drive = drive_in(DRIVE_SWITCHED_ON);
    drive.control_word = 0x0007;
    drive.watchdog_us = 100000;
    step_for(&drive, 1000000);
    assert_int_equal(drive.state, DRIVE_SWITCHED_ON);
}

static void fault_is_reset_by_an_edge_only(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_OPERATION_ENABLED);
    drive.control_word = 0x0080 | 0x000F; // already high when the fault comes
    drive_step(&drive, true, 0.5, 0.0, STEP_US);
    drive_fail(&drive, DRIVE_FAULT_OVER_CURRENT);
    for (int i = 0; i < 1000; ++i) {
        drive_step(&drive, true, 0.5, 0.0, STEP_US);
    }
    assert_int_equal(drive.state, DRIVE_FAULT);
    assert_int_equal(drive.fault, 0x2310);
    drive.control_word = 0x0000;
    drive_step(&drive, true, 0.5, 0.0, STEP_US);
    assert_int_equal(drive.state, DRIVE_FAULT);
    drive.control_word = 0x0080;
    drive_step(&drive, true, 0.5, 0.0, STEP_US);
    assert_int_equal(drive.state, DRIVE_SWITCH_ON_DISABLED);
    assert_int_equal(drive.fault, 0);
}

static void set_points_are_joined_by_a_straight_line_of_one_period(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_OPERATION_ENABLED);
    drive.target_position = 0.508;
    drive.target_is_new = true;
    for (int i = 1; i <= 4; ++i) {
        drive_step(&drive, true, drive.demand, 0.0, STEP_US);
        assert_near(drive.demand, 0.5 + 0.002 * i, 1e-12);
        assert_near(drive.demand_speed, 2.0, 1e-9);
    }
    drive_step(&drive, true, drive.demand, 0.0, STEP_US);
    assert_near(drive.demand, 0.508, 1e-12);
    assert_near(drive.demand_speed, 0.0, 0.0);
}

static void following_error_trips_just_above_its_window(void** state)
{
    (void)state;
    const struct {
        double away;
        bool trips;
    } rows[] = {{DRIVE_FOLLOWING_ERROR_RAD - 1e-6, false},
                {DRIVE_FOLLOWING_ERROR_RAD + 1e-6, true}};
    for (int i = 0; i < 2; ++i) {
        drive_t drive = drive_in(DRIVE_OPERATION_ENABLED);
        drive_step(&drive, true, 0.5 - rows[i].away, 0.0, STEP_US); // dragged away
        assert_int_equal(drive.state,
                         rows[i].trips ? DRIVE_FAULT_REACTION : DRIVE_OPERATION_ENABLED);
        drive = drive_in(DRIVE_OPERATION_ENABLED);
        drive.target_position = 0.5 + rows[i].away; // sent away
        drive.target_is_new = true;
        drive_step(&drive, true, 0.5, 0.0, STEP_US);
        assert_int_equal(drive.fault, rows[i].trips ? 0x8611 : 0);
        if (rows[i].trips) {
            assert_near(drive.demand, 0.5, 0.0); // refused before it is followed
        }
    }
    drive_t drive = drive_in(DRIVE_OPERATION_ENABLED);
    drive_step(&drive, true, (double)NAN, 0.0, STEP_US);
    assert_int_equal(drive.state, DRIVE_FAULT_REACTION);
}

static void quick_stop_slows_down_at_the_drives_own_deceleration(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_OPERATION_ENABLED);
    drive.demand_speed = 1.0;
    drive.interpolation_left_us = 0;
    drive.control_word = 0x0002;
    drive_step(&drive, true, 0.5, 1.0, STEP_US);
    assert_int_equal(drive.state, DRIVE_QUICK_STOP);
    const double start = drive.demand;
    int steps = 0;
    while (drive.state == DRIVE_QUICK_STOP && steps < 1000) {
        drive_step(&drive, true, drive.demand, drive.demand_speed, STEP_US);
        ++steps;
    }
    // 1 rad/s at 10 rad/s2: 100 ms and 50 mrad.
    assert_in_range(steps, 99, 102);
    assert_near(drive.demand - start, 0.05, 0.001);
    assert_int_equal(drive.state, DRIVE_SWITCH_ON_DISABLED);
}

static void a_stop_that_cannot_end_is_given_up(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_OPERATION_ENABLED);
    drive_fail(&drive, DRIVE_FAULT_OVER_CURRENT);
    int64_t time_us = 0;
    while (drive.state == DRIVE_FAULT_REACTION && time_us < 10000000) {
        drive_step(&drive, true, 0.5, 1.0, STEP_US); // dragged on from outside
        time_us += STEP_US;
    }
    assert_true(time_us == DRIVE_STOP_TIME_MAX_US);
    assert_int_equal(drive.state, DRIVE_FAULT);
}

static void let(drive_t* drive, world_event_kind_t kind, double magnitude, bool begins)
{
    const world_event_t event = {.kind = kind, .magnitude = magnitude};
    drive_event(drive, &event, begins, drive->demand);
}

static void drive_whose_faults_are_over_is_as_one_that_had_none(void** state)
{
    (void)state;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        const world_event_info_t* info = world_event_info((world_event_kind_t)kind);
        if ((info->klass != EVENT_CLASS_ENCODER && info->klass != EVENT_CLASS_DRIVE &&
             info->klass != EVENT_CLASS_POWER) ||
            kind == WORLD_EVENT_DRIVE_FAULT) {
            continue;
        }
        drive_t sound = drive_in(DRIVE_OPERATION_ENABLED);
        sound.last_written.control_word = sound.control_word;
        drive_t ailing = sound;
        let(&ailing, (world_event_kind_t)kind, info->most, true);
        let(&ailing, (world_event_kind_t)kind, info->most, false);
        sound.target_position = ailing.target_position = 0.52;
        for (int i = 0; i < 100; ++i) {
            sound.target_is_new = ailing.target_is_new = i == 0;
            const arm_actuation_t right = drive_actuation(&sound);
            const arm_actuation_t actuation = drive_actuation(&ailing);
            assert_true(actuation.powered == right.powered && actuation.braked == right.braked);
            assert_true(actuation.reference == right.reference &&
                        actuation.reference_speed == right.reference_speed &&
                        actuation.effort_limit == right.effort_limit);
            assert_true(ailing.faults.joint.encoder_gain == 1.0 &&
                        ailing.faults.joint.encoder_offset == 0.0 &&
                        ailing.faults.joint.brake_lost == 0.0);
            assert_int_equal(drive_status_word(&ailing), drive_status_word(&sound));
            drive_step(&sound, true, sound.demand, sound.demand_speed, STEP_US);
            drive_step(&ailing, true, ailing.demand, ailing.demand_speed, STEP_US);
        }
    }
}

static void encoder_faults_show_by_gain_and_offset(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_OPERATION_ENABLED);
    const double at = drive.demand; // where each of them begins
    let(&drive, WORLD_EVENT_ENCODER_SCALE, 10.0, true);
    let(&drive, WORLD_EVENT_ENCODER_SIGN, 0.0, true);
    let(&drive, WORLD_EVENT_ENCODER_JUMP, 0.25, true);
    const arm_fault_t* fault = &drive.faults.joint;
    assert_ptr_equal(drive_actuation(&drive).fault, fault);
    assert_near(fault->encoder_gain, -10.0, 1e-12);
    assert_near(fault->encoder_gain * at + fault->encoder_offset, at + 0.25, 1e-12);
    let(&drive, WORLD_EVENT_ENCODER_FREEZE, 0.0, true);
    assert_near(fault->encoder_gain, 0.0, 0.0);
    assert_near(fault->encoder_offset, at + 0.25, 1e-12);
    let(&drive, WORLD_EVENT_ENCODER_JUMP, 0.25, false);
    assert_near(fault->encoder_offset, at, 1e-12);
    let(&drive, WORLD_EVENT_ENCODER_FREEZE, 0.0, false);
    let(&drive, WORLD_EVENT_ENCODER_SCALE, 10.0, false);
    assert_near(fault->encoder_gain, -1.0, 1e-12);
    let(&drive, WORLD_EVENT_ENCODER_SIGN, 0.0, false);
    assert_near(fault->encoder_gain, 1.0, 0.0);
    assert_near(fault->encoder_offset, 0.0, 0.0);
}

static void power_faults_reach_brake_and_torque_by_their_size(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_OPERATION_ENABLED);
    let(&drive, WORLD_EVENT_BRAKE_SLIPS, 0.25, true);
    assert_near(drive.faults.joint.brake_lost, 0.75, 1e-12);
    let(&drive, WORLD_EVENT_BRAKE_STUCK, 0.0, true);
    assert_true(drive_actuation(&drive).braked && drive_actuation(&drive).powered);
    let(&drive, WORLD_EVENT_BRAKE_STUCK, 0.0, false);
    let(&drive, WORLD_EVENT_DRIVE_UNLIMITED, 0.0, true);
    drive.effort_limit = 10.0;
    assert_near(drive_actuation(&drive).effort_limit, 300.0, 1e-12); // three times 100 Nm
    let(&drive, WORLD_EVENT_DRIVE_WEAK, 0.5, true);
    assert_near(drive_actuation(&drive).effort_limit, 150.0, 1e-12);
    let(&drive, WORLD_EVENT_DRIVE_UNLIMITED, 0.0, false);
    assert_near(drive_actuation(&drive).effort_limit, 10.0, 1e-12);
    let(&drive, WORLD_EVENT_DRIVE_WEAK, 0.05, true);
    assert_near(drive_actuation(&drive).effort_limit, 5.0, 1e-12);

    // Late: let go after 30 ms as always, held 20 ms after that.
    let(&drive, WORLD_EVENT_BRAKE_LATE, 0.02, true);
    drive.control_word = 0x0000;
    for (int i = 0; i <= 60; ++i) {
        drive_step(&drive, true, 0.5, 0.0, STEP_US);
        const arm_actuation_t actuation = drive_actuation(&drive);
        assert_true(actuation.powered == (i < 30));
        assert_true(actuation.braked == (i >= 50));
    }
}

static void fault_without_torque_opens_no_brake(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_SWITCHED_ON);
    drive_fail(&drive, DRIVE_FAULT_OVER_CURRENT);
    assert_int_equal(drive.state, DRIVE_FAULT);
    for (int i = 0; i < 200; ++i) {
        drive_step(&drive, true, 0.5, 0.0, STEP_US);
        assert_true(drive_actuation(&drive).braked && !drive_actuation(&drive).powered);
    }
}

static void runaway_demand_stays_within_the_following_error_of_its_joint(void** state)
{
    (void)state;
    drive_t drive = drive_in(DRIVE_OPERATION_ENABLED);
    let(&drive, WORLD_EVENT_DRIVE_RUNAWAY, 3.0, true);
    for (int i = 0; i < 1000; ++i) {
        drive_step(&drive, true, 0.5, 0.0, STEP_US); // blocked
        assert_true(drive.demand - 0.5 <= 0.1 + 1e-12);
        assert_int_equal(drive.state, DRIVE_OPERATION_ENABLED);
    }
    assert_near(drive.demand, 0.6, 1e-12);
    // A quick stop that does not stop is given up after half a second; the brake does the rest.
    drive.control_word = 0x000B;
    for (int i = 0; i < 502; ++i) {
        drive_step(&drive, true, 0.5, 3.0, STEP_US);
    }
    assert_int_equal(drive.state, DRIVE_SWITCH_ON_DISABLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_takes_every_control_word_as_the_standard_says),
        cmocka_unit_test(status_words_are_those_of_the_standard),
        cmocka_unit_test(booting_takes_its_time),
        cmocka_unit_test(enabling_takes_the_time_of_the_brake_and_holds_meanwhile),
        cmocka_unit_test(giving_up_enabling_leaves_the_brake_shut),
        cmocka_unit_test(disabled_drive_holds_until_its_brake_does),
        cmocka_unit_test(losing_power_ends_torque_at_once_from_every_state),
        cmocka_unit_test(watchdog_trips_just_above_its_time),
        cmocka_unit_test(watchdog_of_zero_is_off_and_a_disabled_drive_has_none),
        cmocka_unit_test(fault_is_reset_by_an_edge_only),
        cmocka_unit_test(set_points_are_joined_by_a_straight_line_of_one_period),
        cmocka_unit_test(following_error_trips_just_above_its_window),
        cmocka_unit_test(quick_stop_slows_down_at_the_drives_own_deceleration),
        cmocka_unit_test(a_stop_that_cannot_end_is_given_up),
        cmocka_unit_test(drive_whose_faults_are_over_is_as_one_that_had_none),
        cmocka_unit_test(encoder_faults_show_by_gain_and_offset),
        cmocka_unit_test(power_faults_reach_brake_and_torque_by_their_size),
        cmocka_unit_test(fault_without_torque_opens_no_brake),
        cmocka_unit_test(runaway_demand_stays_within_the_following_error_of_its_joint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
