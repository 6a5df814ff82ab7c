/// Proves the last gate by differentiating what it sends: whatever is asked, for every joint
/// position, speed and acceleration stay inside the machine's limits, braking to a position limit
/// is always possible, and nothing that is no number gets through.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/limit.h"

#define PERIOD_S 0.004
#define JOINTS 3
#define SEED 0x5eed1e55u

static uint64_t random_state = SEED;

static double random_part(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (double)(random_state >> 11) * 0x1p-53;
}

static session_t make_session(void)
{
    session_t session;
    memset(&session, 0, sizeof session);
    session.period_s = PERIOD_S;
    session.period_us = 4000;
    session.chain.joint_count = JOINTS;
    session.chain.position_min = (joints_t){{0.0, -2.0, -0.1}};
    session.chain.position_max = (joints_t){{1.6, 2.0, 0.1}};
    session.chain.velocity_max = (joints_t){{0.8, 2.0, 3.0}};
    session.chain.acceleration_max = (joints_t){{3.0, 10.0, 20.0}};
    return session;
}

/// One of the many shapes a wanted path can have: steps, ramps, noise, no number at all.
static double wanted_position(int shape, double sent, int cycle)
{
    switch (shape) {
    case 0:
        return sent + (random_part() - 0.5) * 10.0;
    case 1:
        return (cycle / 100) % 2 == 0 ? 1e6 : -1e6;
    case 2:
        return sin(cycle * 0.01) * 3.0;
    case 3:
        return random_part() < 0.1 ? (double)NAN : sent + (random_part() - 0.5) * 0.01;
    case 4:
        return random_part() < 0.5 ? (double)INFINITY : -(double)INFINITY;
    default:
        return sent + 0.002;
    }
}

/// Shows I8.
static void every_command_keeps_position_speed_and_acceleration(void** context)
{
    (void)context;
    print_message("seed %u\n", SEED);
    const session_t session = make_session();
    const bus_feedback_t feedback = {0};
    double worst_speed = 0.0;
    double worst_acceleration = 0.0;
    for (int run = 0; run < 300; ++run) {
        limit_state_t state = {.position = {{0.8, 0.0, 0.0}}};
        for (int cycle = 0; cycle < 1000; ++cycle) {
            joint_target_t wanted = {0};
            for (int joint = 0; joint < JOINTS; ++joint) {
                wanted.position.at[joint] =
                    wanted_position((run + joint) % 6, state.position.at[joint], cycle);
            }
            const limit_state_t before = state;
            const bus_command_t command =
                limit_apply(&session, &state, MODE_CONTACT, &wanted, &feedback, 0);
            limit_record(&session, &state, MODE_CONTACT, &command);
            for (int joint = 0; joint < JOINTS; ++joint) {
                const double position = command.position[joint];
                const double speed = (position - before.position.at[joint]) / PERIOD_S;
                const double acceleration = (speed - before.speed.at[joint]) / PERIOD_S;
                assert_true(isfinite(position));
                assert_true(position >= session.chain.position_min.at[joint] - 1e-12);
                assert_true(position <= session.chain.position_max.at[joint] + 1e-12);
                worst_speed = fmax(worst_speed, fabs(speed) / session.chain.velocity_max.at[joint]);
                worst_acceleration =
                    fmax(worst_acceleration,
                         fabs(acceleration) / session.chain.acceleration_max.at[joint]);
            }
        }
    }
    // The range that was tried exceeds the range that is allowed, or this would show nothing.
    assert_true(worst_speed > 0.99);
    assert_true(worst_acceleration > 0.99);
    assert_true(worst_speed <= 1.0 + 1e-9);
    assert_true(worst_acceleration <= 1.0 + 1e-6);
}

/// Shows H25.
static void a_locked_joint_is_sent_where_it_was(void** context)
{
    (void)context;
    const session_t session = make_session();
    const bus_feedback_t feedback = {0};
    const limit_state_t state = {.position = {{0.8, 0.5, 0.05}}, .speed = {{0.1, 0.1, 0.1}}};
    const joint_target_t wanted = {.position = {{1.0, 1.0, 0.1}}};
    const bus_command_t command =
        limit_apply(&session, &state, MODE_YIELD, &wanted, &feedback, 1u << 1);
    assert_near(command.position[1], 0.5, 0.0);
    assert_int_equal(command.request[1], DRIVE_REQUEST_QUICK_STOP);
    assert_int_equal(command.request[0], DRIVE_REQUEST_ENABLE);
    assert_true(command.position[0] > 0.8);
}

static void torque_is_asked_for_in_powered_modes_only(void** context)
{
    (void)context;
    const session_t session = make_session();
    const limit_state_t state = {.unpowered_us = 1000000};
    const joint_target_t wanted = {0};
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        bus_feedback_t feedback = {0};
        feedback.drives[1].state = DRIVE_FAULT;
        const bus_command_t command =
            limit_apply(&session, &state, (supervisor_mode_t)mode, &wanted, &feedback, 0);
        const bool powered = supervisor_mode_powered((supervisor_mode_t)mode);
        assert_int_equal(command.request[0] == DRIVE_REQUEST_ENABLE, powered);
        assert_int_equal(command.power_relay_close, powered || mode == MODE_READY);
        assert_int_equal(command.request[1] == DRIVE_REQUEST_RESET_FAULT, mode == MODE_READY);
    }
}

/// Shows H27.
static void parked_drives_keep_their_supply_until_the_brakes_hold(void** context)
{
    (void)context;
    const session_t session = make_session();
    limit_state_t state = {0};
    const joint_target_t wanted = {0};
    const bus_feedback_t feedback = {0};
    int supplied = 0;
    for (int period = 0; period < 100; ++period) {
        const bus_command_t command =
            limit_apply(&session, &state, MODE_PARKED, &wanted, &feedback, 0);
        supplied += command.power_relay_close ? 1 : 0;
        assert_int_equal(command.request[0], DRIVE_REQUEST_DISABLE);
        limit_record(&session, &state, MODE_PARKED, &command);
        const bus_command_t stopped =
            limit_apply(&session, &state, MODE_TRIPPED, &wanted, &feedback, 0);
        assert_false(stopped.power_relay_close);
    }
    assert_int_equal(supplied, 20); // 80 ms
}

static void without_torque_the_command_is_where_the_arm_is(void** context)
{
    (void)context;
    const session_t session = make_session();
    const limit_state_t state = {.position = {{0.1, 0.1, 0.0}}};
    bus_feedback_t feedback = {0};
    feedback.drives[0].position = 0.7;
    feedback.drives[1].position = (double)NAN;
    feedback.drives[2].position = 0.04;
    feedback.drives[2].age_us = AGE_NEVER_US;
    const joint_target_t wanted = {.position = {{1.5, 1.5, 0.1}}};
    const bus_command_t command = limit_apply(&session, &state, MODE_LOCKED, &wanted, &feedback, 0);
    assert_near(command.position[0], 0.7, 0.0);
    assert_near(command.position[1], 0.1, 0.0);
    assert_near(command.position[2], 0.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_keeps_position_speed_and_acceleration),
        cmocka_unit_test(a_locked_joint_is_sent_where_it_was),
        cmocka_unit_test(torque_is_asked_for_in_powered_modes_only),
        cmocka_unit_test(parked_drives_keep_their_supply_until_the_brakes_hold),
        cmocka_unit_test(without_torque_the_command_is_where_the_arm_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
