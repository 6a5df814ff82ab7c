/// Differentiates what the last gate sends, over machines, starts and targets drawn at random, one
/// million periods in all. Only commands are looked at, never what the gate remembers: differences
/// of positions give speeds, differences of speeds accelerations. Wanted are steps, ramps, noise,
/// huge numbers, infinities and what is no number.
#include "tests/support/cmocka_prelude.h"

#include <float.h>
#include <string.h>

#include "controller/limit.h"

#define SEED 0x6b6e6561645f3563u
#define RUNS 500
#define PERIODS 2000

static uint64_t random_state = SEED;

/// splitmix64, in 0 <= part < 1.
static double part(void)
{
    random_state += 0x9e3779b97f4a7c15u;
    uint64_t mixed = random_state;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return (double)((mixed ^ mixed >> 31) >> 11) * 0x1p-53;
}

static double between(double low, double high)
{
    return low + part() * (high - low);
}

static int one_of(int count)
{
    return (int)(part() * count);
}

/// Limits three decades wide, so that a step of acceleration is far below the speed limit or above.
static double decades(double middle)
{
    return middle * pow(10.0, between(-1.5, 1.5));
}

/// A machine nobody built: any number of joints, of either kind, with limits that fit nothing.
static void draw_machine(session_t* session)
{
    static const int64_t periods_us[] = {1000, 2000, 4000, 10000};
    memset(session, 0, sizeof *session);
    session->period_us = periods_us[one_of(4)];
    session->period_s = (double)session->period_us * 1e-6;
    session->chain.joint_count = 1 + one_of(JOINT_CAPACITY);
    for (int joint = 0; joint < session->chain.joint_count; ++joint) {
        chain_t* chain = &session->chain;
        chain->kind[joint] = one_of(2) == 0 ? JOINT_REVOLUTE : JOINT_PRISMATIC;
        chain->position_min.at[joint] = between(-6.0, 3.0);
        chain->position_max.at[joint] = chain->position_min.at[joint] + between(0.001, 6.0);
        chain->velocity_max.at[joint] = decades(1.0);
        chain->acceleration_max.at[joint] = decades(5.0);
    }
}

/// What a broken stage before could want next.
static double wild_target(double sent, double low, double high)
{
    switch (one_of(10)) {
    case 0:
        return (double)NAN;
    case 1:
        return (double)INFINITY;
    case 2:
        return -(double)INFINITY;
    case 3:
        return one_of(2) == 0 ? DBL_MAX : -DBL_MAX;
    case 4:
        return one_of(2) == 0 ? high : low;
    case 5:
        return sent;
    case 6:
        return -0.0;
    case 7:
        return between(low - 1.0, high + 1.0);
    case 8:
        return sent + between(-1e-9, 1e-9);
    default:
        return sent + between(-0.01, 0.01);
    }
}

/// The last commands of one joint, newest first, and how many there are since torque came.
typedef struct {
    double position[3];
    int count;
} track_t;

static void follow(track_t* track, double position)
{
    track->position[2] = track->position[1];
    track->position[1] = track->position[0];
    track->position[0] = position;
    track->count += 1;
}

typedef struct {
    double speed, acceleration; // the highest seen, as a part of the limit
} worst_t;

/// What subtracting two positions can lose, in units of acceleration.
static double rounding(const session_t* session, const double* position)
{
    const double largest = fmax(fabs(position[0]), fmax(fabs(position[1]), fabs(position[2])));
    return 16.0 * DBL_EPSILON * largest / (session->period_s * session->period_s);
}

static void check(const session_t* session, int joint, const track_t* track, worst_t* worst)
{
    const chain_t* chain = &session->chain;
    const double* position = track->position;
    const double period_s = session->period_s;
    assert_true(isfinite(position[0]));
    assert_true(position[0] >= chain->position_min.at[joint]);
    assert_true(position[0] <= chain->position_max.at[joint]);
    if (track->count >= 2) {
        const double speed = fabs(position[0] - position[1]) / period_s;
        const double lost = rounding(session, position) * period_s;
        assert_true(speed <= chain->velocity_max.at[joint] * (1.0 + 1e-9) + lost);
        worst->speed = fmax(worst->speed, (speed - lost) / chain->velocity_max.at[joint]);
    }
    if (track->count >= 3) {
        const double acceleration =
            fabs(position[0] - 2.0 * position[1] + position[2]) / (period_s * period_s);
        const double lost = rounding(session, position);
        assert_true(acceleration <= chain->acceleration_max.at[joint] * (1.0 + 1e-9) + lost);
        worst->acceleration =
            fmax(worst->acceleration, (acceleration - lost) / chain->acceleration_max.at[joint]);
    }
}

typedef struct {
    session_t session;
    limit_state_t state;
    bus_feedback_t feedback;
    joint_target_t wanted;
    track_t tracks[JOINT_CAPACITY];
} gate_t;

static bus_command_t step(gate_t* gate, supervisor_mode_t mode, unsigned locked)
{
    const bus_command_t command =
        limit_apply(&gate->session, &gate->state, mode, &gate->wanted, &gate->feedback, locked);
    limit_record(&gate->session, &gate->state, mode, &command);
    return command;
}

/// Lays the arm somewhere without torque, as a hand would; from there it is powered.
static void lay_and_power(gate_t* gate)
{
    const chain_t* chain = &gate->session.chain;
    for (int joint = 0; joint < chain->joint_count; ++joint) {
        // A wild start now and then exactly on a limit.
        const double low = chain->position_min.at[joint];
        const double high = chain->position_max.at[joint];
        const double places[] = {low, high, between(low, high), between(low, high)};
        gate->feedback.drives[joint].position = places[one_of(4)];
        gate->feedback.drives[joint].velocity = between(-1.0, 1.0);
    }
    const bus_command_t laid = step(gate, MODE_READY, 0);
    for (int joint = 0; joint < chain->joint_count; ++joint) {
        assert_true(laid.position[joint] == gate->feedback.drives[joint].position);
        // Torque comes at rest where the arm lies.
        for (int i = 0; i < 3; ++i) {
            gate->tracks[joint].position[i] = laid.position[joint];
        }
        gate->tracks[joint].count = 3;
    }
}

static void want_wildly(gate_t* gate, bool steady)
{
    for (int joint = 0; joint < gate->session.chain.joint_count; ++joint) {
        if (!steady || part() < 0.02) {
            gate->wanted.position.at[joint] = wild_target(
                gate->tracks[joint].position[0], gate->session.chain.position_min.at[joint],
                gate->session.chain.position_max.at[joint]);
        }
    }
}

static supervisor_mode_t any_powered_mode(void)
{
    supervisor_mode_t mode = MODE_LOCKED;
    while (!supervisor_mode_powered(mode)) {
        mode = (supervisor_mode_t)one_of(MODE_COUNT);
    }
    return mode;
}

/// Shows I8.
static void differences_of_commands_keep_every_limit(void** context)
{
    (void)context;
    print_message("seed %llu\n", (unsigned long long)SEED);
    static gate_t gate;
    worst_t worst = {0};
    for (int run = 0; run < RUNS; ++run) {
        memset(&gate, 0, sizeof gate);
        draw_machine(&gate.session);
        lay_and_power(&gate);
        for (int period = 0; period < PERIODS; ++period) {
            want_wildly(&gate, run % 2 == 0);
            const bus_command_t command = step(&gate, any_powered_mode(), 0);
            for (int joint = 0; joint < gate.session.chain.joint_count; ++joint) {
                follow(&gate.tracks[joint], command.position[joint]);
                check(&gate.session, joint, &gate.tracks[joint], &worst);
            }
        }
    }
    print_message("highest speed %.9f, acceleration %.9f of the limit\n", worst.speed,
                  worst.acceleration);
    // The tries reached the limits: a gate that lets nothing move would pass all of the above.
    assert_true(worst.speed > 0.999 && worst.acceleration > 0.999);
}

static void holding_brings_every_joint_to_rest_on_the_shortest_way_inside_the_limits(void** context)
{
    (void)context;
    print_message("seed %llu\n", (unsigned long long)random_state);
    static gate_t gate;
    worst_t worst = {0};
    for (int run = 0; run < RUNS; ++run) {
        memset(&gate, 0, sizeof gate);
        draw_machine(&gate.session);
        lay_and_power(&gate);
        const chain_t* chain = &gate.session.chain;
        const int moving = one_of(300);
        for (int period = 0; period < moving; ++period) {
            want_wildly(&gate, true);
            const bus_command_t command = step(&gate, MODE_TRANSIT, 0);
            for (int joint = 0; joint < chain->joint_count; ++joint) {
                follow(&gate.tracks[joint], command.position[joint]);
            }
        }
        double allowed[JOINT_CAPACITY] = {0};
        double from[JOINT_CAPACITY] = {0};
        int periods = 0;
        for (int joint = 0; joint < chain->joint_count; ++joint) {
            const double* at = gate.tracks[joint].position;
            const double speed = fabs(at[0] - at[1]) / gate.session.period_s;
            const double acceleration = chain->acceleration_max.at[joint];
            const double longest = speed / (acceleration * gate.session.period_s) + 2.0;
            from[joint] = at[0];
            allowed[joint] = 0.5 * speed * speed / acceleration + 1e-9;
            periods = (int)fmax(periods, longest);
        }
        for (int period = 0; period < periods; ++period) {
            for (int joint = 0; joint < chain->joint_count; ++joint) {
                gate.wanted.position.at[joint] =
                    run % 2 == 0 ? (double)NAN : gate.tracks[joint].position[0];
            }
            const bus_command_t command = step(&gate, MODE_STOPPING, 0);
            for (int joint = 0; joint < chain->joint_count; ++joint) {
                follow(&gate.tracks[joint], command.position[joint]);
                check(&gate.session, joint, &gate.tracks[joint], &worst);
                assert_true(fabs(command.position[joint] - from[joint]) <= allowed[joint]);
            }
        }
        for (int joint = 0; joint < chain->joint_count; ++joint) {
            const double* at = gate.tracks[joint].position;
            assert_near(at[0] - at[1], 0.0, 1e-12);
        }
    }
}

static void torque_comes_where_the_arm_lies_and_not_where_it_was_sent(void** context)
{
    (void)context;
    static gate_t gate;
    for (int run = 0; run < RUNS; ++run) {
        memset(&gate, 0, sizeof gate);
        draw_machine(&gate.session);
        lay_and_power(&gate);
        for (int period = 0; period < 50; ++period) {
            want_wildly(&gate, false);
            (void)step(&gate, MODE_TRANSIT, 0);
        }
        lay_and_power(&gate); // a trip; moved by hand; acknowledged
        const bus_command_t before = step(&gate, MODE_READY, 0);
        for (int joint = 0; joint < gate.session.chain.joint_count; ++joint) {
            gate.wanted.position.at[joint] = (double)NAN;
        }
        const bus_command_t held = step(&gate, MODE_ARMING, 0);
        want_wildly(&gate, false);
        const bus_command_t moved = step(&gate, MODE_ARMED, 0);
        for (int joint = 0; joint < gate.session.chain.joint_count; ++joint) {
            const double measured = gate.feedback.drives[joint].position;
            const double step_max = gate.session.chain.acceleration_max.at[joint] *
                                    gate.session.period_s * gate.session.period_s;
            assert_true(before.position[joint] == measured);
            assert_true(held.position[joint] == measured);
            assert_true(fabs(moved.position[joint] - measured) <= step_max * (1.0 + 1e-9) + 1e-14);
        }
    }
}

static void an_arm_past_its_limits_or_of_unknown_place_is_never_sent_outside(void** context)
{
    (void)context;
    static gate_t gate;
    memset(&gate, 0, sizeof gate);
    draw_machine(&gate.session);
    gate.session.chain.joint_count = 1;
    const double low = gate.session.chain.position_min.at[0];
    const double high = gate.session.chain.position_max.at[0];
    drive_feedback_t* drive = &gate.feedback.drives[0];
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        if (supervisor_mode_powered((supervisor_mode_t)mode)) {
            continue;
        }
        *drive = (drive_feedback_t){.position = high + 0.01};
        assert_true(step(&gate, (supervisor_mode_t)mode, 0).position[0] == high);
        *drive = (drive_feedback_t){.position = low - 0.01};
        assert_true(step(&gate, (supervisor_mode_t)mode, 0).position[0] == low);
        const double unknown[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
        for (int i = 0; i < 3; ++i) {
            drive->position = unknown[i];
            assert_true(step(&gate, (supervisor_mode_t)mode, 0).position[0] == low);
        }
        *drive = (drive_feedback_t){.position = 0.5 * (low + high), .age_us = AGE_NEVER_US};
        assert_true(step(&gate, (supervisor_mode_t)mode, 0).position[0] == low);
    }
}

static void a_lost_joint_stands_from_the_period_it_is_lost_in(void** context)
{
    (void)context;
    static gate_t gate;
    for (int run = 0; run < RUNS; ++run) {
        memset(&gate, 0, sizeof gate);
        draw_machine(&gate.session);
        lay_and_power(&gate);
        const int joints = gate.session.chain.joint_count;
        const unsigned locked = (unsigned)one_of(1 << joints);
        worst_t worst = {0};
        for (int period = 0; period < 100; ++period) {
            want_wildly(&gate, true);
            const unsigned now = period < 50 ? 0u : locked;
            const bus_command_t command = step(&gate, MODE_YIELD, now);
            for (int joint = 0; joint < joints; ++joint) {
                track_t* track = &gate.tracks[joint];
                const bool lost = (now >> joint & 1u) != 0;
                follow(track, command.position[joint]);
                assert_int_equal(command.request[joint],
                                 lost ? DRIVE_REQUEST_QUICK_STOP : DRIVE_REQUEST_ENABLE);
                if (lost) {
                    assert_true(track->position[0] == track->position[1]);
                } else {
                    check(&gate.session, joint, track, &worst);
                }
            }
        }
    }
}

/// Which request a drive gets, said from the contract: torque in powered modes only, a fault is
/// cleared where the arm was acknowledged, and a drive that is lost is asked to brake by itself.
static drive_request_t expected_request(bool powered, bool ready, bool fault, bool lost)
{
    if (powered) {
        return lost ? DRIVE_REQUEST_QUICK_STOP : DRIVE_REQUEST_ENABLE;
    }
    return ready && fault && !lost ? DRIVE_REQUEST_RESET_FAULT : DRIVE_REQUEST_DISABLE;
}

static void requests_and_supply_are_the_contract_s_for_every_mode_and_drive_state(void** context)
{
    (void)context;
    static gate_t gate;
    const int64_t unpowered_us[] = {0, 79999, 80000, 80001, INT64_MAX / 2};
    for (int mode = -1; mode <= MODE_COUNT; ++mode) {
        const bool powered = mode >= 0 && mode < MODE_COUNT && mode != MODE_LOCKED &&
                             mode != MODE_READY && mode != MODE_PARKED && mode != MODE_TRIPPED;
        for (int i = 0; i < DRIVE_STATE_COUNT * 2 * 5; ++i) {
            const bool lost = i / DRIVE_STATE_COUNT % 2 == 1;
            const int64_t since_us = unpowered_us[i / (DRIVE_STATE_COUNT * 2)];
            memset(&gate, 0, sizeof gate);
            draw_machine(&gate.session);
            gate.state.unpowered_us = since_us;
            gate.feedback.drives[0].state = (drive_state_t)(i % DRIVE_STATE_COUNT);
            const bool fault = gate.feedback.drives[0].state == DRIVE_FAULT;
            const bus_command_t command = step(&gate, (supervisor_mode_t)mode, lost ? 1u : 0u);
            assert_int_equal(command.request[0],
                             expected_request(powered, mode == MODE_READY, fault, lost));
            assert_int_equal(command.lamp_moving, powered);
            assert_int_equal(command.power_relay_close,
                             powered || mode == MODE_READY ||
                                 (mode == MODE_PARKED && since_us < 80000));
            assert_int_equal(gate.state.unpowered_us,
                             powered ? 0 : since_us + gate.session.period_us);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_of_commands_keep_every_limit),
        cmocka_unit_test(holding_brings_every_joint_to_rest_on_the_shortest_way_inside_the_limits),
        cmocka_unit_test(torque_comes_where_the_arm_lies_and_not_where_it_was_sent),
        cmocka_unit_test(an_arm_past_its_limits_or_of_unknown_place_is_never_sent_outside),
        cmocka_unit_test(a_lost_joint_stands_from_the_period_it_is_lost_in),
        cmocka_unit_test(requests_and_supply_are_the_contract_s_for_every_mode_and_drive_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
