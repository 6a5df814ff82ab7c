/// Proves that the cycle is a pure function: the same state and input give the same bytes, whatever
/// the input; that whatever the feedback says the command is finite and inside the joint limits;
/// and that nothing but acknowledge, arm and start, in that order, gives the drives torque.
#include "tests/support/cmocka_prelude.h"

#include "controller/cycle.h"
#include "tests/support/gantry.h"

#define SEED 20260101u

static uint64_t random_state = SEED;

static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static double random_number(void)
{
    switch (random_bits() % 12) {
    case 0:
        return (double)NAN;
    case 1:
        return (double)INFINITY;
    case 2:
        return -(double)INFINITY;
    case 3:
        return 1e300;
    case 4:
        return 0.0;
    default:
        return ((double)(random_bits() >> 11) * 0x1p-53 - 0.5) * 4.0;
    }
}

static int64_t random_age_us(void)
{
    switch (random_bits() % 8) {
    case 0:
        return AGE_NEVER_US;
    case 1:
        return (int64_t)(random_bits() % 100000);
    default:
        return (int64_t)(random_bits() % 4000);
    }
}

static void random_feedback(bus_feedback_t* feedback)
{
    for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
        drive_feedback_t* drive = &feedback->drives[joint];
        drive->position = random_number();
        drive->velocity = random_number();
        drive->effort = random_number();
        drive->state = (drive_state_t)(random_bits() % DRIVE_STATE_COUNT);
        drive->age_us = random_age_us();
    }
    for (int i = 0; i < 3; ++i) {
        feedback->force.force_N[i] = random_number() * 10.0;
        feedback->force.torque_Nm[i] = random_number();
    }
    feedback->force.status_ok = random_bits() % 8 != 0;
    feedback->force.age_us = random_age_us();
    feedback->io.estop_closed = random_bits() % 16 != 0;
    feedback->io.client_button_released = random_bits() % 16 != 0;
    feedback->io.client_present = random_bits() % 16 != 0;
    feedback->io.age_us = random_age_us();
}

/// Drives that are where `joints` says and as fast as they were commanded last, and a relay that is
/// where it was told to be.
static bus_feedback_t healthy(const cycle_state_t* last, const joints_t* joints,
                              drive_state_t state, int64_t cycle)
{
    bus_feedback_t feedback = {0};
    for (int joint = 0; joint < 3; ++joint) {
        feedback.drives[joint].position = joints->at[joint];
        feedback.drives[joint].velocity = last->limit.speed.at[joint];
        feedback.drives[joint].state = state;
    }
    // A real sensor is never quite still.
    for (int axis = 0; axis < 3; ++axis) {
        feedback.force.force_N[axis] = 0.01 * (double)(cycle % 7);
        feedback.force.torque_Nm[axis] = 0.001 * (double)(cycle % 5);
    }
    feedback.force.force_N[2] += GANTRY_TOOL_MASS_KG * 9.80665;
    feedback.force.status_ok = true;
    feedback.io = (io_feedback_t){.estop_closed = true,
                                  .client_button_released = true,
                                  .client_present = true,
                                  .power_relay_closed = last->command.power_relay_close};
    return feedback;
}

static void give_a_stroke(gantry_t* gantry)
{
    for (int i = 0; i < 5; ++i) {
        gantry->body.landmark_along_m[i] = 0.4 * i;
    }
    region_settings_t* region = &gantry->body_settings.regions[0];
    region->level_max = 1.0;
    region->across_max_m = 0.1;
    region->side = SIDE_LEFT;
    routine_item_t* item = &gantry->routine.items[0];
    item->stroke = (stroke_t){
        .technique = TECHNIQUE_KNEADING,
        .parameters = {.force_N = 10.0, .rate_Hz = 0.5, .radius_m = 0.01, .duration_s = 10.0}};
    item->stroke.duration_s = technique_duration_s(&gantry->body, &item->stroke);
    gantry->routine.item_count = 1;
}

/// Walks a healthy machine into transit; false if a period refused what it should not.
static bool reach_transit(const gantry_t* gantry, cycle_state_t* state, cycle_input_t* in,
                          cycle_output_t* out)
{
    cycle_begin(state);
    const uint32_t requests[] = {REQUEST_ACKNOWLEDGE, REQUEST_ARM, REQUEST_START};
    const supervisor_mode_t modes[] = {MODE_LOCKED, MODE_READY, MODE_ARMED};
    int asked = 0;
    for (in->cycle = 0; in->cycle < 500; ++in->cycle) {
        const bool powered = supervisor_mode_powered(state->mode);
        in->feedback =
            healthy(state, &gantry->session.chain.parked,
                    powered ? DRIVE_OPERATION_ENABLED : DRIVE_SWITCH_ON_DISABLED, in->cycle);
        in->now_us = in->cycle * GANTRY_PERIOD_US;
        in->requests = asked < 3 && state->mode == modes[asked] ? requests[asked++] : 0;
        cycle_step(&gantry->session, state, in, out);
        if (out->mode == MODE_TRANSIT) {
            return true;
        }
    }
    return false;
}

static void the_same_state_and_input_give_the_same_bytes(void** context)
{
    (void)context;
    print_message("seed %u\n", SEED);
    gantry_t* gantry = gantry_make();
    give_a_stroke(gantry);
    static cycle_state_t first, second;
    static cycle_output_t first_out, second_out;
    for (int run = 0; run < 20; ++run) {
        cycle_input_t in = {0};
        assert_true(reach_transit(gantry, &first, &in, &first_out));
        for (int cycle = 0; cycle < 200; ++cycle) {
            if (random_bits() % 4 == 0) {
                random_feedback(&in.feedback);
            }
            in.requests = (uint32_t)(random_bits() % (1u << REQUEST_COUNT));
            in.intensity_level = (int)(random_bits() % 14) - 1;
            in.overruns = (unsigned)(random_bits() % 8);
            in.now_us += GANTRY_PERIOD_US;
            second = first;
            memset(&second_out, 0xa5, sizeof second_out);
            memset(&first_out, 0x5a, sizeof first_out);
            cycle_step(&gantry->session, &first, &in, &first_out);
            cycle_step(&gantry->session, &second, &in, &second_out);
            assert_memory_equal(&first_out, &second_out, sizeof first_out);
            assert_memory_equal(&first, &second, sizeof first);
        }
    }
    free(gantry);
}

/// Shows H45, I8.
static void whatever_the_feedback_says_commands_are_finite_and_inside_limits(void** context)
{
    (void)context;
    print_message("seed %u\n", SEED);
    gantry_t* gantry = gantry_make();
    give_a_stroke(gantry);
    const chain_t* chain = &gantry->session.chain;
    static cycle_state_t state;
    static cycle_output_t out;
    for (int run = 0; run < 100; ++run) {
        cycle_input_t in = {0};
        assert_true(reach_transit(gantry, &state, &in, &out));
        for (int cycle = 0; cycle < 100; ++cycle) {
            random_feedback(&in.feedback);
            in.requests = (uint32_t)(random_bits() % (1u << REQUEST_COUNT));
            in.intensity_level = (int)(random_bits() % 14) - 1;
            in.now_us += GANTRY_PERIOD_US;
            cycle_step(&gantry->session, &state, &in, &out);
            for (int joint = 0; joint < chain->joint_count; ++joint) {
                const double position = out.command.position[joint];
                assert_true(isfinite(position));
                assert_true(position >= chain->position_min.at[joint] &&
                            position <= chain->position_max.at[joint]);
                assert_int_equal(out.command.request[joint] == DRIVE_REQUEST_ENABLE &&
                                     !supervisor_mode_powered(out.mode),
                                 0);
            }
        }
    }
    free(gantry);
}

/// Shows H37, H47, I4.
static void a_healthy_machine_walks_to_transit_in_three_steps_only(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    give_a_stroke(gantry);
    static cycle_state_t state;
    static cycle_output_t out;
    cycle_input_t in = {0};
    assert_true(reach_transit(gantry, &state, &in, &out));
    // Any two of the three requests, as often as they are made, are not enough.
    const uint32_t all = REQUEST_ACKNOWLEDGE | REQUEST_ARM | REQUEST_START;
    for (int left_out = 0; left_out < 3; ++left_out) {
        cycle_begin(&state);
        for (int cycle = 0; cycle < 300; ++cycle) {
            const bool powered = supervisor_mode_powered(state.mode);
            in.feedback =
                healthy(&state, &gantry->session.chain.parked,
                        powered ? DRIVE_OPERATION_ENABLED : DRIVE_SWITCH_ON_DISABLED, cycle);
            in.now_us += GANTRY_PERIOD_US;
            in.requests = all & ~(1u << left_out);
            cycle_step(&gantry->session, &state, &in, &out);
            assert_int_not_equal(out.mode, MODE_TRANSIT);
        }
    }
    free(gantry);
}

/// Shows H53, estop.
static void a_refused_period_stops_in_that_period(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    give_a_stroke(gantry);
    static cycle_state_t state;
    static cycle_output_t out;
    cycle_input_t in = {0};
    assert_true(reach_transit(gantry, &state, &in, &out));
    in.feedback = healthy(&state, &gantry->session.chain.parked, DRIVE_OPERATION_ENABLED, in.cycle);
    in.feedback.io.estop_closed = false;
    in.now_us += GANTRY_PERIOD_US;
    cycle_step(&gantry->session, &state, &in, &out);
    assert_int_equal(out.mode, MODE_TRIPPED);
    assert_int_equal(out.command.request[0], DRIVE_REQUEST_DISABLE);
    assert_false(out.command.power_relay_close);
    assert_int_equal(state.interlock.first_rule, INTERLOCK_ESTOP);
    free(gantry);
}

/// A person is told why nothing begins, not that it was granted.
static void an_acknowledge_that_a_rule_stands_against_is_answered_so(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    static cycle_state_t state;
    static cycle_output_t out;
    for (int pressed = 0; pressed < 2; ++pressed) {
        cycle_begin(&state);
        cycle_input_t in = {.requests = REQUEST_ACKNOWLEDGE};
        in.feedback = healthy(&state, &gantry->session.chain.parked, DRIVE_SWITCH_ON_DISABLED, 0);
        in.feedback.io.estop_closed = pressed == 0;
        cycle_step(&gantry->session, &state, &in, &out);
        assert_int_equal(out.live.results[REQUEST_ACKNOWLEDGE_INDEX],
                         pressed == 1 ? REQUEST_NOT_HEALTHY : REQUEST_GRANTED);
        assert_int_equal(out.mode, pressed == 1 ? MODE_LOCKED : MODE_READY);
    }
    free(gantry);
}

/// One period of a healthy arm whose joints are off their commanded places by `off_m` each.
static void step_off(gantry_t* gantry, cycle_state_t* state, cycle_input_t* in, cycle_output_t* out,
                     double off_m, uint32_t requests)
{
    joints_t at = state->limit.position;
    for (int joint = 0; joint < 3; ++joint) {
        at.at[joint] += off_m;
    }
    in->cycle += 1;
    in->now_us += GANTRY_PERIOD_US;
    in->feedback = healthy(state, &at, DRIVE_OPERATION_ENABLED, in->cycle);
    in->requests = requests;
    cycle_step(&gantry->session, state, in, out);
}

/// No rule refuses any more, but the cause that stands was never looked at.
static void a_mode_that_goes_on_beside_a_latched_cause_loses_its_torque(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    give_a_stroke(gantry);
    static cycle_state_t state;
    static cycle_output_t out;
    for (int latched = 0; latched < 2; ++latched) {
        cycle_input_t in = {0};
        assert_true(reach_transit(gantry, &state, &in, &out));
        state.interlock.tripped = latched == 1;
        step_off(gantry, &state, &in, &out, 0.0, 0);
        assert_int_equal(out.verdict.refused, 0);
        assert_int_equal(out.mode, latched == 1 ? MODE_TRIPPED : MODE_TRANSIT);
        assert_int_equal(out.command.request[0],
                         latched == 1 ? DRIVE_REQUEST_DISABLE : DRIVE_REQUEST_ENABLE);
    }
    free(gantry);
}

static void resuming_starts_where_the_arm_stands_or_not_at_all(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    give_a_stroke(gantry);
    gantry->safety.rail_following_error_m.value = 0.05; // so that the interlock says nothing
    gantry->session.limits = judge_limits_make(&gantry->machine, &gantry->safety);
    static cycle_state_t state;
    static cycle_output_t out;
    const struct {
        double off_m; // of each of three joints at right angles
        bool resumes;
    } rows[] = {{0.0, true}, {0.0057, true}, {0.0059, false}, {0.02, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        cycle_input_t in = {0};
        assert_true(reach_transit(gantry, &state, &in, &out));
        for (int period = 0; period < 300; ++period) {
            step_off(gantry, &state, &in, &out, 0.0, 0);
        }
        step_off(gantry, &state, &in, &out, 0.0, REQUEST_PAUSE);
        assert_int_equal(out.mode, MODE_PAUSED);
        step_off(gantry, &state, &in, &out, 0.0, REQUEST_RESUME); // still braking
        assert_int_equal(out.live.results[REQUEST_RESUME_INDEX], REQUEST_MOVING);
        for (int period = 0; period < 100; ++period) {
            step_off(gantry, &state, &in, &out, rows[i].off_m * (period + 1) / 100.0, 0);
        }
        const joints_t before = state.limit.position;
        step_off(gantry, &state, &in, &out, rows[i].off_m, REQUEST_RESUME);
        assert_int_equal(out.mode, rows[i].resumes ? MODE_TRANSIT : MODE_PAUSED);
        assert_int_equal(out.live.results[REQUEST_RESUME_INDEX],
                         rows[i].resumes ? REQUEST_GRANTED : REQUEST_DISPLACED);
        for (int joint = 0; joint < 3; ++joint) { // and without a jerk
            assert_near(out.command.position[joint], before.at[joint], 1e-6);
        }
    }
    free(gantry);
}

static void a_pause_holds_the_arm_on_its_way_home_too(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    give_a_stroke(gantry);
    static cycle_state_t state;
    static cycle_output_t out;
    cycle_input_t in = {0};
    assert_true(reach_transit(gantry, &state, &in, &out));
    step_off(gantry, &state, &in, &out, 0.0, REQUEST_END);
    assert_int_equal(out.mode, MODE_PARKING);
    for (int period = 0; period < 20; ++period) {
        step_off(gantry, &state, &in, &out, 0.0, 0);
    }
    step_off(gantry, &state, &in, &out, 0.0, REQUEST_PAUSE);
    for (int period = 0; period < 200; ++period) {
        assert_int_equal(out.mode, MODE_PAUSED);
        step_off(gantry, &state, &in, &out, 0.0, 0);
    }
    step_off(gantry, &state, &in, &out, 0.0, REQUEST_RESUME);
    step_off(gantry, &state, &in, &out, 0.0, 0);
    assert_int_equal(out.mode, MODE_PARKING); // on the way home, not back to the routine
    free(gantry);
}

static void a_step_that_changes_above_its_place_is_not_touched_down_for(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    give_a_stroke(gantry);
    gantry->routine.items[1] = gantry->routine.items[0];
    gantry->routine.items[1].stroke.step = 1;
    gantry->routine.item_count = 2;
    static cycle_state_t state;
    static cycle_output_t out;
    cycle_input_t in = {0};
    assert_true(reach_transit(gantry, &state, &in, &out));
    int periods = 0;
    while (!state.plan.arrived && ++periods < 10000) {
        step_off(gantry, &state, &in, &out, 0.0, 0);
    }
    step_off(gantry, &state, &in, &out, 0.0, REQUEST_SKIP); // it would have come down now
    assert_int_equal(out.mode, MODE_TRANSIT);
    assert_int_equal(state.plan.player.item, 1);
    periods = 0;
    while (out.mode == MODE_TRANSIT && ++periods < 10000) {
        step_off(gantry, &state, &in, &out, 0.0, 0);
    }
    assert_int_equal(out.mode, MODE_APPROACH);
    free(gantry);
}

/// How much time the mode gains by one more period that comes `after_us` with so many overruns.
static int64_t gained_us(const gantry_t* gantry, int64_t after_us, unsigned overruns)
{
    static cycle_state_t state;
    static cycle_output_t out;
    cycle_input_t in = {0};
    cycle_begin(&state);
    in.now_us = 1000000;
    cycle_step(&gantry->session, &state, &in, &out);
    const int64_t before_us = state.mode_us;
    in.now_us += after_us;
    in.overruns = overruns;
    cycle_step(&gantry->session, &state, &in, &out);
    assert_int_equal(out.mode, MODE_LOCKED);
    return state.mode_us - before_us;
}

/// Shows H39, overrun.
static void a_mode_lasts_by_the_clock_where_periods_were_missed(void** context)
{
    (void)context;
    gantry_t* gantry = gantry_make();
    const int64_t period_us = GANTRY_PERIOD_US;
    const unsigned watched = 2 * (unsigned)gantry->safety.overrun_count_max.value;
    assert_int_equal(gained_us(gantry, period_us, 0), period_us);
    assert_int_equal(gained_us(gantry, period_us + period_us / 4, 0), period_us); // a little late
    assert_int_equal(gained_us(gantry, 3 * period_us, 2), 3 * period_us);
    assert_int_equal(gained_us(gantry, 3 * period_us, 7), 3 * period_us); // others missed before
    // A clock that jumps or stands makes it no more than the periods missed, and no less than one.
    assert_int_equal(gained_us(gantry, 3 * period_us, 1), 2 * period_us);
    assert_int_equal(gained_us(gantry, INT64_MAX - 1000000, 0), period_us);
    assert_int_equal(gained_us(gantry, INT64_MAX - 1000000, 1000000), (watched + 1) * period_us);
    assert_int_equal(gained_us(gantry, 0, 5), period_us);
    assert_int_equal(gained_us(gantry, -3 * period_us, 5), period_us);
    assert_int_equal(gained_us(gantry, INT64_MIN, 5), period_us);
    free(gantry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_state_and_input_give_the_same_bytes),
        cmocka_unit_test(whatever_the_feedback_says_commands_are_finite_and_inside_limits),
        cmocka_unit_test(a_healthy_machine_walks_to_transit_in_three_steps_only),
        cmocka_unit_test(a_refused_period_stops_in_that_period),
        cmocka_unit_test(an_acknowledge_that_a_rule_stands_against_is_answered_so),
        cmocka_unit_test(a_mode_that_goes_on_beside_a_latched_cause_loses_its_torque),
        cmocka_unit_test(resuming_starts_where_the_arm_stands_or_not_at_all),
        cmocka_unit_test(a_pause_holds_the_arm_on_its_way_home_too),
        cmocka_unit_test(a_mode_lasts_by_the_clock_where_periods_were_missed),
        cmocka_unit_test(a_step_that_changes_above_its_place_is_not_touched_down_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
