/// Provokes the core interlocks in the middle of a massage and in free travel, and checks the
/// reaction: commanded in the same cycle as the cause was seen, force gone, everything still, and
/// no way back to motion without acknowledging.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "sim/scenario.h"
#include "tests/support/closed_loop.h"

#define RELEASED_N 5.0 // a contact this light holds nobody
#define RELEASE_TIME_US 300000

typedef struct {
    world_event_kind_t kind;
    const char* device; // null where the event needs none
    double magnitude;
    interlock_rule_t rule;      // first cause expected
    supervisor_mode_t reaction; // first mode after it, in contact
    supervisor_mode_t
        free_reaction; // likewise in free travel; MODE_COUNT where it can't happen there
} fault_row_t;

#define NOT_THERE ((supervisor_mode_t)MODE_COUNT)

static const fault_row_t faults[] = {
    {WORLD_EVENT_BUTTON_PRESSED, NULL, 0, INTERLOCK_CLIENT_BUTTON, MODE_YIELD, MODE_STOPPING},
    {WORLD_EVENT_ESTOP_PRESSED, NULL, 0, INTERLOCK_ESTOP, MODE_TRIPPED, MODE_TRIPPED},
    {WORLD_EVENT_DEVICE_SILENT, "io", 0, INTERLOCK_IO_AGE, MODE_YIELD, MODE_STOPPING},
    {WORLD_EVENT_DEVICE_SILENT, "force", 0, INTERLOCK_FORCE_AGE, MODE_YIELD, MODE_YIELD},
    {WORLD_EVENT_DEVICE_SILENT, "drive_rail", 0, INTERLOCK_DRIVE_AGE, MODE_YIELD, MODE_STOPPING},
    {WORLD_EVENT_DEVICE_SILENT, "drive_2", 0, INTERLOCK_DRIVE_AGE, MODE_YIELD, MODE_STOPPING},
    {WORLD_EVENT_DEVICE_SILENT, "drive_5", 0, INTERLOCK_DRIVE_AGE, MODE_YIELD, MODE_STOPPING},
    {WORLD_EVENT_DRIVE_FAULT, "drive_3", 0, INTERLOCK_DRIVE_STATE, MODE_YIELD, MODE_STOPPING},
    {WORLD_EVENT_FORCE_FREEZE, NULL, 0, INTERLOCK_FORCE_FROZEN, MODE_YIELD, MODE_YIELD},
    {WORLD_EVENT_FORCE_BIAS, NULL, 70.0, INTERLOCK_FORCE_MAX, MODE_YIELD, MODE_YIELD},
};
#define FAULT_COUNT (sizeof faults / sizeof faults[0])

static int device_named(const machine_settings_t* machine, const char* name)
{
    for (int i = 0; i < machine->device_count; ++i) {
        if (name != NULL && strcmp(machine->devices[i].name, name) == 0) {
            return i;
        }
    }
    return 0;
}

static void inject(closed_loop_t* loop, const fault_row_t* fault)
{
    const world_event_t event = {.kind = fault->kind,
                                 .at_us = loop->in.now_us,
                                 .device = device_named(&loop->assembly->machine, fault->device),
                                 .axis = 2, // of those that have one: where the tool presses
                                 .magnitude = fault->magnitude};
    (void)world_inject(loop->world, &event);
}

/// Into the middle of a stroke, where the force is well up.
static void reach_full_contact(closed_loop_t* loop)
{
    assert_true(closed_loop_until(loop, MODE_CONTACT, 60.0));
    for (int i = 0; i < 2000 && loop->out.target.force_target_N < 9.0; ++i) {
        assert_true(closed_loop_step(loop));
    }
    assert_true(loop->out.target.force_target_N >= 9.0);
}

/// Steps until the controller has ended in MODE_TRIPPED; returns the mode that came first.
static supervisor_mode_t follow_to_the_end(closed_loop_t* loop, int64_t* caused_us,
                                           int64_t* released_us)
{
    const supervisor_mode_t before = loop->out.mode;
    supervisor_mode_t first = before;
    *caused_us = -1;
    *released_us = -1;
    for (int i = 0; i < 1500; ++i) {
        const bool going = closed_loop_step(loop);
        if (*caused_us < 0 && loop->out.verdict.refused != 0) {
            *caused_us = loop->in.now_us;
            // Same cycle: the period that sees the cause commands the reaction.
            assert_int_not_equal(loop->out.mode, before);
        }
        if (first == before) {
            first = loop->out.mode;
        }
        if (loop->truth.normal_force_N >= RELEASED_N) {
            *released_us = loop->in.now_us;
        }
        if (!going) {
            return first;
        }
    }
    fail_msg("the controller never came to rest");
    return first;
}

static void assert_at_rest_and_latched(closed_loop_t* loop)
{
    assert_int_equal(loop->out.mode, MODE_TRIPPED);
    loop->unattended = true;
    for (int i = 0; i < 100; ++i) {
        loop->extra_requests = REQUEST_ARM | REQUEST_START | REQUEST_RESUME;
        (void)closed_loop_step(loop);
        assert_int_equal(loop->out.mode, MODE_TRIPPED);
        assert_false(loop->out.command.power_relay_close);
        for (int joint = 0; joint < loop->assembly->session.chain.joint_count; ++joint) {
            assert_int_equal(loop->out.command.request[joint], DRIVE_REQUEST_DISABLE);
        }
    }
    for (int joint = 0; joint < loop->assembly->session.chain.joint_count; ++joint) {
        assert_true(fabs(loop->truth.joint_velocity[joint]) < 0.01);
    }
}

/// Shows H22, H28, H53, H55, I1, I3, client_button, estop, io_age, force_age, drive_age.
/// Shows drive_state, force_frozen, force_max.
static void every_fault_in_contact_gets_its_reaction_and_lets_go(void** context)
{
    (void)context;
    for (size_t i = 0; i < FAULT_COUNT; ++i) {
        const fault_row_t* fault = &faults[i];
        closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 5);
        reach_full_contact(loop);
        inject(loop, fault);
        int64_t caused_us;
        int64_t released_us;
        const supervisor_mode_t first = follow_to_the_end(loop, &caused_us, &released_us);
        print_message("%s %s: %s by %s, force below %.0f N after %.0f ms\n",
                      interlock_rule_info(fault->rule)->name,
                      fault->device != NULL ? fault->device : "", supervisor_mode_text(first),
                      interlock_rule_info((interlock_rule_t)loop->state.interlock.first_rule)->name,
                      RELEASED_N, (double)(released_us - caused_us) * 1e-3);
        assert_int_equal(first, fault->reaction);
        assert_int_equal(loop->state.interlock.first_rule, fault->rule);
        // With power off at once the brakes hold the arm where it is: the spring keeps its force,
        // and only the client or a hand on the brake release can take it away.
        if (fault->reaction == MODE_YIELD) {
            assert_true(released_us - caused_us <= RELEASE_TIME_US);
        }
        assert_at_rest_and_latched(loop);
        closed_loop_close(loop);
    }
}

/// Shows I3, client_button, estop, io_age, force_age, drive_age, drive_state, force_frozen.
/// Shows force_max.
static void every_fault_in_free_travel_stops_the_arm(void** context)
{
    (void)context;
    for (size_t i = 0; i < FAULT_COUNT; ++i) {
        const fault_row_t* fault = &faults[i];
        if (fault->free_reaction == NOT_THERE) {
            continue;
        }
        closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 6);
        assert_true(closed_loop_until(loop, MODE_TRANSIT, 60.0));
        for (int period = 0; period < 300; ++period) {
            assert_true(closed_loop_step(loop));
        }
        assert_int_equal(loop->out.mode, MODE_TRANSIT);
        inject(loop, fault);
        int64_t caused_us;
        int64_t released_us;
        const supervisor_mode_t first = follow_to_the_end(loop, &caused_us, &released_us);
        print_message("%s %s: %s\n", interlock_rule_info(fault->rule)->name,
                      fault->device != NULL ? fault->device : "", supervisor_mode_text(first));
        // The jolt of a joint that stops alone can look like a touch; then yielding is right too.
        assert_true(first == fault->free_reaction ||
                    (fault->rule == INTERLOCK_DRIVE_AGE && first == MODE_YIELD));
        assert_at_rest_and_latched(loop);
        closed_loop_close(loop);
    }
}

/// Shows H02, arm_clearance.
static void a_part_of_the_arm_too_near_the_table_yields_and_is_named(void** context)
{
    (void)context;
    closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 11);
    reach_full_contact(loop);
    // The upper arm grows: as if the model of it had been too slim.
    const int upper_arm = 2;
    loop->assembly->session.pairs.radius_m[upper_arm] = 0.30f;
    replay_witness_stop(&loop->replay);
    int64_t caused_us;
    int64_t released_us;
    const supervisor_mode_t first = follow_to_the_end(loop, &caused_us, &released_us);
    assert_int_equal(first, MODE_YIELD);
    const interlock_state_t* judge = &loop->state.interlock;
    assert_int_equal(judge->first_rule, INTERLOCK_ARM_CLEARANCE);
    assert_true(judge->first_subject == upper_arm || judge->first_other == upper_arm);
    assert_true(judge->first_measured < judge->first_allowed);
    assert_true(released_us - caused_us <= RELEASE_TIME_US);
    assert_at_rest_and_latched(loop);
    closed_loop_close(loop);
}

static void a_place_pressed_for_too_long_is_lifted_off_and_the_arm_goes_home(void** context)
{
    (void)context;
    closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 12);
    judge_limits_t* limits = &loop->assembly->session.limits;
    limits->dwell_time_max_us = 20000;
    judge_limits_seal(limits);
    assert_true(closed_loop_until(loop, MODE_LIFT, 60.0));
    assert_int_equal(loop->out.verdict.rule, INTERLOCK_DWELL);
    assert_int_equal(loop->state.interlock.first_rule, INTERLOCK_DWELL);
    assert_true(closed_loop_until(loop, MODE_PAUSED, 10.0));
    assert_true(loop->truth.normal_force_N < 0.5);
    assert_true(closed_loop_until(loop, MODE_PARKED, 60.0)); // nobody resumes it
    closed_loop_close(loop);
}

static void limits_that_change_in_memory_take_the_power_off(void** context)
{
    (void)context;
    closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 13);
    reach_full_contact(loop);
    loop->assembly->session.limits.contact_force_max_N = 70.0;
    (void)closed_loop_step(loop);
    assert_int_equal(loop->out.mode, MODE_TRIPPED);
    assert_int_equal(loop->state.interlock.first_rule, INTERLOCK_LIMITS_INTACT);
    assert_at_rest_and_latched(loop);
    loop->assembly->session.limits.contact_force_max_N = 60.0;
    loop->extra_requests = REQUEST_ACKNOWLEDGE;
    (void)closed_loop_step(loop);
    assert_int_equal(loop->out.mode, MODE_TRIPPED); // until the program is started anew
    closed_loop_close(loop);
}

/// A mode that nobody decided, beside a cause that is latched: no torque, not for one period.
static void a_mode_written_over_a_trip_moves_nothing(void** context)
{
    (void)context;
    for (int mode = 0; mode < MODE_COUNT + 2; ++mode) {
        closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 14);
        reach_full_contact(loop);
        inject(loop, &faults[0]);
        while (closed_loop_step(loop)) {
        }
        assert_at_rest_and_latched(loop);
        loop->state.mode = (supervisor_mode_t)mode;
        replay_witness_stop(&loop->replay);
        const double z_m = loop->truth.pad.position_m.z;
        for (int period = 0; period < 250; ++period) {
            loop->extra_requests = REQUEST_ARM | REQUEST_START | REQUEST_RESUME;
            (void)closed_loop_step(loop);
            assert_false(supervisor_mode_powered(loop->out.mode));
        }
        assert_true(fabs(loop->truth.pad.position_m.z - z_m) < 1e-3);
        closed_loop_close(loop);
    }
}

typedef struct {
    world_event_kind_t kind;
    double magnitude;
    double target_N; // it happens once this is wanted
    int64_t told_us; // at the latest, however it is told
    int by;          // the rule that tells it, or any
    double peak_N;   // that the body feels at most
} lie_row_t;

/// By the drive torques, by where its force points to, or by how fast it changed.
/// Shows H12, H15, H34, force_direction, force_rate, force_disagrees.
static void a_lying_force_sensor_is_told_before_the_force_loop_has_followed_it(void** context)
{
    (void)context;
    static const lie_row_t rows[] = {
        {WORLD_EVENT_FORCE_SCALE, -1.0, 9.0, 300000, INTERLOCK_FORCE_DIRECTION, 40.0},
        {WORLD_EVENT_FORCE_BIAS, 30.0, 9.0, 200000, INTERLOCK_FORCE_RATE, 30.0},
        {WORLD_EVENT_FORCE_BIAS, -30.0, 9.0, 100000, INTERLOCK_FORCE_ENVELOPE, 15.0},
        {WORLD_EVENT_FORCE_DRIFT, 4.0, 9.0, 6000000, INTERLOCK_FORCE_DISAGREES, 45.0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        const lie_row_t* row = &rows[i];
        closed_loop_t* loop =
            closed_loop_open("routines/library/relaxing-back.yaml", NULL, NULL, 12);
        while (
            !(loop->out.mode == MODE_CONTACT && loop->out.target.force_target_N >= row->target_N)) {
            assert_true(closed_loop_step(loop));
        }
        const world_event_t event = {
            .kind = row->kind, .at_us = loop->in.now_us, .axis = 2, .magnitude = row->magnitude};
        (void)world_inject(loop->world, &event);
        const int64_t began_us = loop->in.now_us;
        double peak_N = 0.0;
        while (loop->out.verdict.refused == 0 && loop->in.now_us < began_us + 10000000) {
            assert_true(closed_loop_step(loop));
            peak_N = fmax(peak_N, loop->truth.normal_force_N);
        }
        const int64_t told_us = loop->in.now_us - began_us;
        print_message("%g: %s after %.0f ms, true force %.1f N at most\n", row->magnitude,
                      interlock_rule_info((interlock_rule_t)loop->out.verdict.rule)->name,
                      (double)told_us * 1e-3, peak_N);
        assert_int_equal(loop->out.mode, MODE_YIELD);
        assert_true(told_us <= row->told_us);
        assert_true(loop->out.verdict.rule == (int)row->by);
        assert_true(peak_N <= row->peak_N);
        closed_loop_close(loop);
    }
}

/// How strong the reaction was in which a run ended.
static scenario_ending_t ending_of(closed_loop_t* loop)
{
    scenario_ending_t ending = SCENARIO_ENDING_FINISHED;
    bool going = true;
    while (going) {
        const supervisor_mode_t before = loop->out.mode;
        going = closed_loop_step(loop);
        scenario_ending_t now = SCENARIO_ENDING_FINISHED;
        if (loop->out.mode == MODE_LIFT) {
            now = SCENARIO_ENDING_LIFT;
        } else if (loop->out.mode == MODE_YIELD) {
            now = SCENARIO_ENDING_YIELD;
        } else if (loop->out.mode == MODE_STOPPING && before != MODE_YIELD &&
                   before != MODE_STOPPING) {
            now = SCENARIO_ENDING_STOP;
        } else if (loop->out.mode == MODE_TRIPPED && before != MODE_STOPPING) {
            now = SCENARIO_ENDING_POWER_OFF;
        }
        ending = now > ending ? now : ending;
        assert_true(loop->in.now_us < (int64_t)600 * 1000000);
    }
    return ending;
}

/// Shows H07, H11, H22, H28, H53, H55.
static void every_shipped_scenario_ends_as_it_says(void** context)
{
    (void)context;
    const char* const names[] = {"client-button", "client-rises", "device-dies",
                                 "drive-fault",   "estop",        "force-freezes"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i) {
        char path[TEXT_CAPACITY];
        (void)snprintf(path, sizeof path, "sim/scenarios/%s.yaml", names[i]);
        closed_loop_t* loop = closed_loop_open(NULL, NULL, path, 11);
        scenario_t scenario;
        findings_t findings = {0};
        assert_true(scenario_read(path, &loop->assembly->machine, &scenario, &findings));
        assert_string_equal(scenario_ending_text(ending_of(loop)),
                            scenario_ending_text(scenario.expect));
        closed_loop_close(loop);
    }
}

/// Shows H36, H47, H48, I3, I4.
static void a_trip_is_left_by_acknowledging_after_the_cause_is_gone_only(void** context)
{
    (void)context;
    closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 7);
    reach_full_contact(loop);
    inject(loop, &faults[0]);
    while (closed_loop_step(loop)) {
    }
    loop->unattended = true;
    loop->extra_requests = REQUEST_ACKNOWLEDGE;
    (void)closed_loop_step(loop);
    assert_int_equal(loop->out.mode, MODE_TRIPPED); // the button is still pressed
    const world_event_t released = {.kind = WORLD_EVENT_BUTTON_RELEASED};
    world_inject(loop->world, &released);
    for (int i = 0; i < 50; ++i) {
        (void)closed_loop_step(loop);
        assert_int_equal(loop->out.mode, MODE_TRIPPED); // its end alone starts nothing
    }
    loop->extra_requests = REQUEST_ACKNOWLEDGE;
    (void)closed_loop_step(loop);
    assert_int_equal(loop->out.mode, MODE_READY);
    loop->extra_requests = REQUEST_START; // without arming first
    (void)closed_loop_step(loop);
    assert_int_equal(loop->out.mode, MODE_READY);
    closed_loop_close(loop);
}

static void pause_lifts_and_resume_starts_from_zero_force(void** context)
{
    (void)context;
    closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 8);
    reach_full_contact(loop);
    const int64_t elapsed_us = loop->state.plan.player.elapsed_us;
    loop->extra_requests = REQUEST_PAUSE;
    assert_true(closed_loop_until(loop, MODE_PAUSED, 5.0));
    for (int i = 0; i < 500; ++i) {
        assert_true(closed_loop_step(loop));
        assert_int_equal(loop->out.mode, MODE_PAUSED);
    }
    assert_true(loop->truth.normal_force_N < 0.5);
    loop->extra_requests = REQUEST_RESUME;
    assert_true(closed_loop_until(loop, MODE_CONTACT, 20.0));
    // The stroke goes on where it was, and its force comes back slowly.
    assert_true(llabs(loop->state.plan.player.elapsed_us - elapsed_us) < 100000);
    assert_true(loop->out.target.force_target_N < 4.0);
    double peak_N = 0.0;
    for (int i = 0; i < 250; ++i) {
        assert_true(closed_loop_step(loop));
        peak_N = fmax(peak_N, loop->truth.normal_force_N - loop->out.target.force_target_N);
    }
    assert_true(peak_N < 5.0);
    closed_loop_close(loop);
}

static void ending_early_lifts_and_parks(void** context)
{
    (void)context;
    closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 9);
    reach_full_contact(loop);
    loop->extra_requests = REQUEST_END;
    assert_true(closed_loop_until(loop, MODE_PARKED, 60.0));
    closed_loop_close(loop);
}

static void a_stop_request_yields_in_contact(void** context)
{
    (void)context;
    closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 10);
    reach_full_contact(loop);
    loop->extra_requests = REQUEST_STOP | REQUEST_START;
    (void)closed_loop_step(loop);
    assert_int_equal(loop->out.mode, MODE_YIELD);
    assert_true(closed_loop_until(loop, MODE_TRIPPED, 5.0));
    assert_true(loop->truth.normal_force_N < 0.5);
    closed_loop_close(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_in_contact_gets_its_reaction_and_lets_go),
        cmocka_unit_test(every_fault_in_free_travel_stops_the_arm),
        cmocka_unit_test(a_part_of_the_arm_too_near_the_table_yields_and_is_named),
        cmocka_unit_test(a_place_pressed_for_too_long_is_lifted_off_and_the_arm_goes_home),
        cmocka_unit_test(limits_that_change_in_memory_take_the_power_off),
        cmocka_unit_test(a_mode_written_over_a_trip_moves_nothing),
        cmocka_unit_test(a_lying_force_sensor_is_told_before_the_force_loop_has_followed_it),
        cmocka_unit_test(every_shipped_scenario_ends_as_it_says),
        cmocka_unit_test(a_trip_is_left_by_acknowledging_after_the_cause_is_gone_only),
        cmocka_unit_test(pause_lifts_and_resume_starts_from_zero_force),
        cmocka_unit_test(ending_early_lifts_and_parks),
        cmocka_unit_test(a_stop_request_yields_in_contact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
