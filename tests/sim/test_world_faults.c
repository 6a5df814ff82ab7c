/// Every fault and every doing that the world itself knows, through registers and truth: what it
/// changes, how much, and that it ends. Figures worked out by hand from the machine of
/// `table_under_test.h`.
#include "tests/support/cmocka_prelude.h"

#include "tests/sim/table_under_test.h"

#define WEIGHT_N (TABLE_TOOL_MASS_KG * 9.80665)
#define HAND 4 // the drive of the hand's roll: turning it moves little else
#define ELBOW 3
#define HEIGHT_M 0.25 // of the body

static machine_settings_t machine;
static surface_t surface;
static tissue_settings_t tissue;
static world_settings_t settings;

static void set_quiet(void)
{
    table_machine(&machine);
    table_flat_body(&surface, HEIGHT_M);
    tissue = table_tissue();
    tissue.relaxation_fraction = 0.0;
    table_quiet_settings(&settings, &machine, &surface, &tissue);
}

static world_t* create(void)
{
    world_t* world = world_create(&settings);
    assert_non_null(world);
    return world;
}

static world_t* quiet_world(void)
{
    set_quiet();
    return create();
}

static world_truth_t truth_of(const world_t* world)
{
    world_truth_t truth;
    world_truth(world, &truth);
    return truth;
}

static void let(world_t* world, world_event_kind_t kind, int device, double magnitude,
                int64_t duration_us)
{
    const world_event_t event = {.kind = kind,
                                 .device = device,
                                 .axis = 2,
                                 .magnitude = magnitude,
                                 .duration_us = duration_us};
    assert_true(world_inject(world, &event));
}

static double position_register(world_t* world, int drive)
{
    const uint32_t raw = (uint32_t)table_read(world, drive, DRIVE_AT_POSITION) << 16 |
                         table_read(world, drive, DRIVE_AT_POSITION + 1);
    return (int32_t)raw * 1e-6;
}

static int state_bits(world_t* world, int drive)
{
    return table_read(world, drive, DRIVE_AT_STATUS) & 0x6F;
}

/// Commands one drive to a place, set-point by set-point, for a while.
static void command_for(world_t* world, int drive, double target, int64_t time_us)
{
    for (int64_t passed_us = 0; passed_us < time_us; passed_us += 4000) {
        table_command(world, drive, 0x000F, target);
        table_wait(world, 4000);
    }
}

/// The same along a ramp; returns where it ends.
static double ramp_for(world_t* world, int drive, double from, double speed, int64_t time_us)
{
    double target = from;
    for (int64_t passed_us = 0; passed_us < time_us; passed_us += 4000) {
        target += speed * 0.004;
        table_command(world, drive, 0x000F, target);
        table_wait(world, 4000);
    }
    return target;
}

static double joint_of(const world_t* world, int joint)
{
    return truth_of(world).joint_position[joint];
}

/// A world with its drives enabled, its tool `below_m` under the skin and at rest.
static world_t* pressing_world(double below_m)
{
    world_t* world = create();
    table_enable(world);
    table_move_height(world, 0.45, HEIGHT_M + 0.01, 1000000);
    table_move_height(world, HEIGHT_M + 0.01, HEIGHT_M - below_m, 500000);
    table_wait(world, 500000);
    return world;
}

// ----------------------------------------------------------------------------- every kind at once

typedef struct {
    uint64_t before, during, after; // of the event
} trace_t;

static uint64_t fold(uint64_t hash, const void* bytes, size_t size)
{
    const uint8_t* byte = bytes;
    for (size_t i = 0; i < size; ++i) {
        hash = (hash ^ byte[i]) * 1099511628211u; // FNV-1a
    }
    return hash;
}

/// Folds all registers and the truth in; nothing of it may be out of this world.
static uint64_t observe(world_t* world, uint64_t hash)
{
    for (int device = 0; device < TABLE_JOINTS + 2; ++device) {
        const int count = device == TABLE_IO ? 2 : 8;
        const pdu_t request = {.size = 5, .bytes = {0x03, 0, 0, 0, (uint8_t)count}};
        pdu_t reply = {0};
        (void)world_request(world, device, &request, &reply);
        hash = fold(hash, reply.bytes, (size_t)reply.size);
    }
    const world_truth_t truth = truth_of(world);
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        assert_true(isfinite(truth.joint_velocity[j]));
        assert_true(truth.joint_position[j] > -4.0 && truth.joint_position[j] < 4.0);
    }
    assert_true(isfinite(truth.normal_force_N) && truth.normal_force_N >= 0.0);
    assert_true(isfinite(truth.pull_N) && pose_finite(truth.pad));
    const double figures[] = {truth.normal_force_N, truth.shear_force_N, truth.pull_N,
                              truth.surface_speed_mps, truth.pad.position_m.z};
    return fold(hash, figures, sizeof figures);
}

/// A breathing person on a slope, the tool on them and moving; then a bus that falls silent, a
/// quick stop, power off, and on again: whatever a fault of any kind could show in.
static world_t* lively_world(uint64_t seed)
{
    set_quiet();
    for (int row = 0; row < surface.row_count; ++row) {
        for (int column = 0; column < surface.column_count; ++column) {
            surface.height_m[row][column] += 0.0005F * (float)column + 0.0003F * (float)row;
        }
    }
    settings.seed = seed;
    settings.breathing_amplitude_m = 0.001;
    settings.breathing_rate_Hz = 2.5;
    settings.force_noise_N = 0.15;
    settings.torque_noise_Nm = 0.005;
    world_t* world = create();
    table_enable(world);
    assert_true(table_write_one(world, 6, DRIVE_AT_WATCHDOG, 50));
    assert_true(table_write_one(world, 0, DRIVE_AT_EFFORT_LIMIT, 300)); // 30 N: less than friction
    table_move_height(world, 0.45, HEIGHT_M + 0.015, 400000);
    return world;
}

static uint64_t live(world_t* world, int64_t time_us, int control_word, bool talks, uint64_t hash)
{
    const int64_t end_us = world_now_us(world) + time_us;
    while (world_now_us(world) < end_us) {
        const double phase = (double)(world_now_us(world) % 500000) / 500000.0 * 2.0 * PI;
        double joints[TABLE_JOINTS];
        table_joints_over(1.0 + 0.004 * sin(phase), HEIGHT_M + 0.012 + 0.004 * cos(phase), joints);
        if (talks) {
            table_command_all(world, control_word, joints);
        }
        table_wait(world, 4000);
        hash = observe(world, hash);
    }
    return hash;
}

static trace_t play(const world_event_t* event, const world_event_t* prelude, uint64_t seed)
{
    trace_t trace = {14695981039346656037u, 14695981039346656037u, 14695981039346656037u};
    world_t* world = lively_world(seed);
    if (prelude) {
        assert_true(world_inject(world, prelude));
    }
    trace.before = live(world, 40000, 0x000F, true, trace.before);
    if (event) {
        assert_true(world_inject(world, event));
    }
    trace.during = live(world, 500000, 0x000F, true, trace.during);
    trace.during = live(world, 80000, 0x000F, false, trace.during); // the bus is silent
    trace.during = live(world, 40000, 0x000B, true, trace.during);  // quick stop
    assert_true(table_write_one(world, TABLE_IO, IO_AT_OUTPUTS, 0x0000));
    trace.during = live(world, 80000, 0x0000, true, trace.during); // off
    assert_true(table_write_one(world, TABLE_IO, IO_AT_OUTPUTS, 0x0001));
    trace.after = live(world, 600000, 0x0006, true, trace.after);
    world_destroy(world);
    return trace;
}
#define PLAYED_US 700000 // what `during` lasts

/// What must have happened so that the kind can show itself.
static bool prelude_of(world_event_kind_t kind, world_event_t* prelude)
{
    *prelude = (world_event_t){.kind = WORLD_EVENT_ESTOP_PRESSED};
    if (kind == WORLD_EVENT_BUTTON_RELEASED) {
        prelude->kind = WORLD_EVENT_BUTTON_PRESSED;
    } else if (kind == WORLD_EVENT_DEVICE_BACK) {
        *prelude = (world_event_t){.kind = WORLD_EVENT_DEVICE_SILENT, .device = ELBOW};
    } else {
        return kind == WORLD_EVENT_ESTOP_RELEASED;
    }
    return true;
}

/// Both ends of what a kind's magnitude may be.
static world_event_t event_at(world_event_kind_t kind, bool most)
{
    const world_event_info_t* info = world_event_info(kind);
    return (world_event_t){.kind = kind,
                           .duration_us = PLAYED_US,
                           .axis = 2,
                           .device = kind == WORLD_EVENT_DRIVE_WATCHDOG_OFF ? 6
                                     : kind == WORLD_EVENT_DRIVE_UNLIMITED  ? 0
                                                                            : ELBOW,
                           .magnitude = most ? info->most : info->least};
}

static void every_known_kind_shows_at_its_least_or_most_and_repeats_from_its_seed(void** state)
{
    (void)state;
    int known = 0;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        if (!world_event_known((world_event_kind_t)kind)) {
            continue;
        }
        ++known;
        world_event_t prelude;
        const bool prepared = prelude_of((world_event_kind_t)kind, &prelude);
        const trace_t sound = play(NULL, prepared ? &prelude : NULL, 7);
        bool shows = false;
        for (int end = 0; end < 2; ++end) {
            const world_event_t event = event_at((world_event_kind_t)kind, end == 1);
            const trace_t first = play(&event, prepared ? &prelude : NULL, 7);
            const trace_t again = play(&event, prepared ? &prelude : NULL, 7);
            assert_true(first.before == sound.before);
            assert_true(first.during == again.during && first.after == again.after);
            shows = shows || first.during != sound.during;
        }
        if (!shows) {
            print_message("%s changes nothing\n", world_event_info((world_event_kind_t)kind)->word);
        }
        assert_true(shows);
    }
    print_message("%d kinds\n", known);
    assert_true(known >= 60);
}

static void what_the_sensor_alone_suffers_leaves_no_trace_when_it_ends(void** state)
{
    (void)state;
    const trace_t sound = play(NULL, NULL, 9);
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        const world_event_info_t* info = world_event_info((world_event_kind_t)kind);
        // A counter that has stood still is behind for ever.
        if (info->klass == EVENT_CLASS_SENSOR && kind != WORLD_EVENT_FORCE_COUNTER) {
            const world_event_t event = event_at((world_event_kind_t)kind, true);
            assert_true(play(&event, NULL, 9).after == sound.after);
        }
    }
    // Nor does what is wrong in a drive's position register alone.
    const world_event_kind_t counted[] = {WORLD_EVENT_ENCODER_DRIFT, WORLD_EVENT_ENCODER_WRAP};
    for (int i = 0; i < 2; ++i) {
        const world_event_t event = event_at(counted[i], true);
        assert_true(play(&event, NULL, 9).after == sound.after);
    }
}

static void what_is_not_the_worlds_is_refused_and_changes_nothing(void** state)
{
    (void)state;
    static const world_event_kind_t others[] = {WORLD_EVENT_BUS_LOSS, WORLD_EVENT_DEVICES_SWAPPED,
                                                WORLD_EVENT_HOST_CRASH,
                                                WORLD_EVENT_OPERATOR_STARTS_TWICE};
    world_t* world = quiet_world();
    for (size_t i = 0; i < sizeof others / sizeof *others; ++i) {
        const world_event_t event = {.kind = others[i], .magnitude = 0.5};
        assert_false(world_event_known(others[i]));
        assert_false(world_inject(world, &event));
    }
    assert_false(world_event_known((world_event_kind_t)WORLD_EVENT_KIND_COUNT));
    const world_event_t beyond[] = {
        {.kind = WORLD_EVENT_FORCE_BIAS, .axis = 2, .magnitude = 201.0},
        {.kind = WORLD_EVENT_FORCE_BIAS, .axis = 6, .magnitude = 1.0},
        {.kind = WORLD_EVENT_DRIVE_DEAF, .device = TABLE_IO},
        {.kind = WORLD_EVENT_DEVICE_SILENT, .device = TABLE_IO + 1},
        {.kind = WORLD_EVENT_CLIENT_GRABS, .magnitude = (double)NAN},
        {.kind = WORLD_EVENT_POWER_CUT, .duration_us = -1},
    };
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; ++i) {
        assert_false(world_inject(world, &beyond[i]));
    }
    table_wait(world, 1000);
    assert_near(table_force(world, 2), WEIGHT_N, 0.01);
    world_destroy(world);
}

static void later_event_of_a_kind_replaces_the_earlier_and_its_end(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    let(world, WORLD_EVENT_FORCE_BIAS, 0, 10.0, 50000);
    table_wait(world, 20000);
    assert_near(table_force(world, 2), WEIGHT_N + 10.0, 0.01);
    let(world, WORLD_EVENT_FORCE_BIAS, 0, -5.0, 100000);
    table_wait(world, 90000); // the first would have ended
    assert_near(table_force(world, 2), WEIGHT_N - 5.0, 0.01);
    table_wait(world, 20000);
    assert_near(table_force(world, 2), WEIGHT_N, 0.01);
    // Another axis is another target.
    const world_event_t sideways = {.kind = WORLD_EVENT_FORCE_BIAS, .axis = 0, .magnitude = 3.0};
    assert_true(world_inject(world, &sideways));
    let(world, WORLD_EVENT_FORCE_BIAS, 0, 4.0, 0);
    table_wait(world, 1000);
    assert_near(table_force(world, 0), 3.0, 0.01);
    assert_near(table_force(world, 2), WEIGHT_N + 4.0, 0.01);
    world_destroy(world);
}

static void events_wait_for_their_end_only_while_there_is_room(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    int taken = 0;
    bool full = false;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        const world_event_info_t* info = world_event_info((world_event_kind_t)kind);
        for (int device = 0; device < TABLE_JOINTS; ++device) {
            const world_event_t event = {.kind = (world_event_kind_t)kind,
                                         .device = device,
                                         .axis = device < 6 ? device : 0,
                                         .magnitude = info->least,
                                         .duration_us = 1000000};
            const bool again = info->target == EVENT_TARGET_NONE && device > 0;
            if (world_event_known(event.kind) && !again &&
                (info->target != EVENT_TARGET_AXIS || device < 6)) {
                const bool took = world_inject(world, &event);
                taken += took ? 1 : 0;
                full = full || !took;
            }
        }
    }
    assert_true(full);
    assert_int_equal(taken, 128);
    table_wait(world, 3000000);
    assert_near(table_force(world, 2), WEIGHT_N, 0.02);
    const world_event_t more = {.kind = WORLD_EVENT_POWER_CUT, .duration_us = 1000};
    assert_true(world_inject(world, &more));
    world_destroy(world);
}

// ------------------------------------------------------------------------------------- the sensor

static void sensor_registers_show_each_fault_by_its_size_and_only_while_it_lasts(void** state)
{
    (void)state;
    static const struct {
        world_event_kind_t kind;
        double magnitude;
        double shown_N; // on z, from 14.71 N
    } rows[] = {
        {WORLD_EVENT_FORCE_BIAS, 200.0, WEIGHT_N + 200.0},
        {WORLD_EVENT_FORCE_BIAS, -200.0, WEIGHT_N - 200.0},
        {WORLD_EVENT_FORCE_DRIFT, 20.0, WEIGHT_N + 2.0}, // after 0.1 s
        {WORLD_EVENT_FORCE_DRIFT, -20.0, WEIGHT_N - 2.0},
        {WORLD_EVENT_FORCE_SCALE, -10.0, -10.0 * WEIGHT_N},
        {WORLD_EVENT_FORCE_SCALE, 10.0, 10.0 * WEIGHT_N},
        {WORLD_EVENT_FORCE_SATURATION, 1.0, 1.0},
        {WORLD_EVENT_FORCE_SATURATION, 200.0, WEIGHT_N},
        {WORLD_EVENT_FORCE_SIGN, 0.0, -WEIGHT_N},
        {WORLD_EVENT_FORCE_SWAP, 1.0, WEIGHT_N},  // x turned around
        {WORLD_EVENT_FORCE_SWAP, 4.0, -WEIGHT_N}, // z
        {WORLD_EVENT_FORCE_SWAP, 47.0, 0.0},      // x and z exchanged, all turned around
        {WORLD_EVENT_FORCE_STEPS, 50.0, 0.0},
        {WORLD_EVENT_FORCE_STEPS, 10.0, 10.0},
        {WORLD_EVENT_FORCE_DROPOUT, 1.0, 0.0},
        {WORLD_EVENT_FORCE_DROPOUT, 0.0, WEIGHT_N},
        {WORLD_EVENT_FORCE_WRONG_DEVICE, 0.1, 10.0 * WEIGHT_N},
        {WORLD_EVENT_FORCE_WRONG_DEVICE, 100.0, 0.01 * WEIGHT_N},
        {WORLD_EVENT_FORCE_PATTERN, 0.0, -0.01},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        world_t* world = quiet_world();
        table_wait(world, 10000);
        let(world, rows[i].kind, 0, rows[i].magnitude, 100000);
        table_wait(world, 100000);
        assert_near(table_force(world, 2), rows[i].shown_N, 0.03);
        table_wait(world, 1000);
        assert_near(table_force(world, 2), WEIGHT_N, 0.01);
        world_destroy(world);
    }
}

static void sensor_word_and_status_and_counter_lie_while_it_lasts(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_wait(world, 10000);
    let(world, WORLD_EVENT_FORCE_PATTERN, 0, 0.0, 10000);
    table_wait(world, 5000);
    for (int address = 0; address < 8; ++address) {
        assert_int_equal(table_read(world, TABLE_FORCE_SENSOR, address), 0xFFFF);
    }
    table_wait(world, 6000);
    assert_int_equal(table_read(world, TABLE_FORCE_SENSOR, FORCE_AT_STATUS), 0);
    let(world, WORLD_EVENT_FORCE_STATUS, 0, 0.0, 10000);
    table_wait(world, 5000);
    assert_int_equal(table_read(world, TABLE_FORCE_SENSOR, FORCE_AT_STATUS), 1);
    assert_near(table_force(world, 2), WEIGHT_N, 0.01);
    table_wait(world, 6000);
    assert_int_equal(table_read(world, TABLE_FORCE_SENSOR, FORCE_AT_STATUS), 0);
    const int counted = table_read(world, TABLE_FORCE_SENSOR, FORCE_AT_COUNTER);
    let(world, WORLD_EVENT_FORCE_COUNTER, 0, 0.0, 10000);
    table_wait(world, 10000);
    assert_int_equal(table_read(world, TABLE_FORCE_SENSOR, FORCE_AT_COUNTER), counted);
    table_wait(world, 5000);
    assert_int_equal(table_read(world, TABLE_FORCE_SENSOR, FORCE_AT_COUNTER), counted + 5);
    world_destroy(world);
}

// ------------------------------------------------------------------------------------ the encoders

static void encoder_jump_moves_the_joint_by_as_much_the_other_way_until_it_ends(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    const double start = joint_of(world, HAND);
    let(world, WORLD_EVENT_ENCODER_JUMP, HAND, 0.05, 1000000);
    table_wait(world, 1000);
    assert_near(position_register(world, HAND), start + 0.05, 0.003);
    command_for(world, HAND, start, 900000);
    assert_near(position_register(world, HAND), start, 1e-3);
    assert_near(joint_of(world, HAND), start - 0.05, 1e-3);
    command_for(world, HAND, start, 1000000);
    assert_near(joint_of(world, HAND), start, 1e-3);
    // What is beyond its following error the drive finds itself.
    let(world, WORLD_EVENT_ENCODER_JUMP, HAND, -7.0, 0);
    table_wait(world, 2000);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_FAULT), 0x8611);
    assert_near(position_register(world, HAND), start - 7.0, 0.01);
    world_destroy(world);
}

static void frozen_encoder_lets_the_joint_run_until_its_following_error(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    const double start = joint_of(world, HAND);
    let(world, WORLD_EVENT_ENCODER_FREEZE, HAND, 0.0, 3000000);
    // A set-point 0.02 rad on is never reached, as the drive sees it: it winds up and runs.
    command_for(world, HAND, start + 0.02, 300000);
    assert_near(position_register(world, HAND), start, 1e-4);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_VELOCITY + 1), 0);
    assert_true(joint_of(world, HAND) > start + 0.1);
    assert_true(joint_of(world, HAND) < start + 3.1);
    (void)ramp_for(world, HAND, start + 0.02, 0.5, 200000);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_FAULT), 0x8611);
    table_wait(world, 3000000);
    assert_near(position_register(world, HAND), joint_of(world, HAND), 1e-5);
    world_destroy(world);
}

static void drifting_and_wrapping_registers_leave_the_joint_where_it_is(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    const double start = joint_of(world, HAND), rail_m = joint_of(world, 0);
    let(world, WORLD_EVENT_ENCODER_DRIFT, HAND, 0.5, 100000);
    let(world, WORLD_EVENT_ENCODER_WRAP, 0, 0.3, 100000);
    table_wait(world, 100000);
    assert_near(position_register(world, HAND), start + 0.05, 1e-3);
    assert_near(position_register(world, 0), rail_m - 0.9, 1e-3);
    assert_near(joint_of(world, HAND), start, 1e-3);
    assert_near(joint_of(world, 0), rail_m, 1e-3);
    table_wait(world, 1000);
    assert_near(position_register(world, HAND), start, 1e-3);
    assert_near(position_register(world, 0), rail_m, 1e-3);
    world_destroy(world);
}

static void encoder_that_counts_backwards_runs_away_at_the_torque_limit(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    const double start = joint_of(world, HAND);
    let(world, WORLD_EVENT_ENCODER_SIGN, HAND, 0.0, 2000000);
    double most_Nm = 0.0;
    bool found = false;
    for (int i = 0; i < 500 && !found; ++i) {
        command_for(world, HAND, start + 0.005, 4000);
        most_Nm = fmax(most_Nm, fabs((int16_t)table_read(world, HAND, DRIVE_AT_EFFORT) * 0.05));
        found = table_read(world, HAND, DRIVE_AT_FAULT) == 0x8611;
    }
    assert_true(found);
    assert_true(most_Nm > 20.0 && most_Nm <= 40.0); // its limit
    const double moved = joint_of(world, HAND) - start;
    const double shown = position_register(world, HAND) - start;
    assert_true(fabs(moved) > 0.08);
    assert_near(shown, -moved, 5e-3);
    table_wait(world, 2000000);
    assert_near(position_register(world, HAND), joint_of(world, HAND), 1e-5);
    world_destroy(world);
}

static void encoder_that_counts_too_much_shortens_every_way(void** state)
{
    (void)state;
    const double factors[] = {10.0, 0.5};
    for (int i = 0; i < 2; ++i) {
        world_t* world = quiet_world();
        table_enable(world);
        const double start = joint_of(world, HAND);
        let(world, WORLD_EVENT_ENCODER_SCALE, HAND, factors[i], 0);
        command_for(world, HAND, start + 0.02, 1000000);
        assert_near(position_register(world, HAND) - start, 0.02, 1e-3);
        assert_near(joint_of(world, HAND) - start, 0.02 / factors[i], 1e-3);
        world_destroy(world);
    }
}

// -------------------------------------------------------------------------------------- the drives

static void deaf_drive_takes_no_set_point_and_one_deaf_to_stop_no_stop(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    const double start = joint_of(world, HAND);
    let(world, WORLD_EVENT_DRIVE_DEAF, HAND, 0.0, 200000);
    command_for(world, HAND, start + 0.05, 200000);
    assert_near(joint_of(world, HAND), start, 1e-3);
    assert_int_equal(state_bits(world, HAND), 0x27);
    command_for(world, HAND, start + 0.05, 300000);
    assert_near(joint_of(world, HAND), start + 0.05, 1e-3);

    let(world, WORLD_EVENT_DRIVE_DEAF_TO_STOP, HAND, 0.0, 100000);
    static const int stops[] = {0x000B, 0x0000, 0x0006};
    for (int i = 0; i < 3; ++i) {
        table_command(world, HAND, stops[i], start + 0.05);
        table_wait(world, 20000);
        assert_int_equal(state_bits(world, HAND), 0x27);
    }
    table_wait(world, 50000);
    assert_int_equal(state_bits(world, HAND), 0x21); // it hears what was last said
    world_destroy(world);
}

static void late_drive_is_late_by_the_stated_time(void** state)
{
    (void)state;
    const int64_t lates_us[] = {20000, 500000};
    for (int i = 0; i < 2; ++i) {
        world_t* world = quiet_world();
        table_enable(world);
        const double start = joint_of(world, HAND);
        let(world, WORLD_EVENT_DRIVE_LATE, HAND, (double)lates_us[i] * 1e-6, 2000000);
        // Until the first set-point is due it stands; then it follows by so much later.
        (void)ramp_for(world, HAND, start, 0.1, 1000000);
        const double lag_s = (start + 0.1 - joint_of(world, HAND)) / 0.1;
        assert_near(lag_s, (double)lates_us[i] * 1e-6 + 0.006, 0.003);
        table_command(world, HAND, 0x000B, 0.0);
        table_wait(world, lates_us[i] - 2000);
        assert_int_equal(state_bits(world, HAND), 0x27);
        table_wait(world, 4000);
        assert_int_equal(table_read(world, HAND, DRIVE_AT_STATUS) & 0x6F, 0x07);
        world_destroy(world);
    }
    // At its end, what waits is heard at once.
    world_t* world = quiet_world();
    table_enable(world);
    let(world, WORLD_EVENT_DRIVE_LATE, HAND, 0.5, 100000);
    table_command(world, HAND, 0x0000, 0.0);
    table_wait(world, 100000);
    assert_int_equal(state_bits(world, HAND), 0x27);
    table_wait(world, 2000);
    assert_int_equal(state_bits(world, HAND) & 0x4F, 0x40);
    world_destroy(world);
}

static void drive_in_another_mode_stays_enabled_says_so_and_holds(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    const double start = joint_of(world, HAND);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_STATUS) & 0x1000, 0x1000);
    let(world, WORLD_EVENT_DRIVE_WRONG_MODE, HAND, 0.0, 200000);
    command_for(world, HAND, start + 0.05, 200000);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_STATUS) & 0x106F, 0x0027);
    assert_near(joint_of(world, HAND), start, 1e-3);
    command_for(world, HAND, start + 0.05, 300000);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_STATUS) & 0x1000, 0x1000);
    assert_near(joint_of(world, HAND), start + 0.05, 1e-3);
    world_destroy(world);
}

/// At rest known but for the dry friction of a geared axis, 3 % of its torque either way.
#define ELBOW_FRICTION_NM (0.03 * 150.0 + 0.1)
static double elbow_effort_Nm(world_t* world)
{
    return fabs((int16_t)table_read(world, ELBOW, DRIVE_AT_EFFORT) * 0.05);
}

static void torque_limit_is_kept_lost_and_lowered(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    const double start = joint_of(world, ELBOW);
    const double held_Nm = elbow_effort_Nm(world);
    assert_true(held_Nm > 5.0); // against gravity
    // A limit below what holds the forearm: it sinks, until the following error.
    assert_true(table_write_one(world, ELBOW, DRIVE_AT_EFFORT_LIMIT, (int)(held_Nm * 0.2 * 10.0)));
    let(world, WORLD_EVENT_DRIVE_UNLIMITED, ELBOW, 0.0, 300000);
    table_wait(world, 300000);
    assert_near(joint_of(world, ELBOW), start, 1e-3);
    assert_near(elbow_effort_Nm(world), held_Nm, ELBOW_FRICTION_NM);
    table_wait(world, 300000);
    assert_true(fabs(joint_of(world, ELBOW) - start) > 0.01);
    world_destroy(world);

    const double parts[] = {0.0, 1.0};
    for (int i = 0; i < 2; ++i) {
        world = quiet_world();
        table_enable(world);
        let(world, WORLD_EVENT_DRIVE_WEAK, ELBOW, parts[i], 200000);
        table_wait(world, 100000);
        const bool sank = fabs(joint_of(world, ELBOW) - start) > 0.01;
        assert_int_equal(sank, i == 0);
        assert_near(elbow_effort_Nm(world), i == 0 ? 0.0 : held_Nm,
                    i == 0 ? 0.0 : ELBOW_FRICTION_NM);
        world_destroy(world);
    }
}

static void runaway_runs_at_its_speed_until_its_power_is_taken_or_it_ends(void** state)
{
    (void)state;
    const double speeds[] = {-0.5, 3.0};
    for (int i = 0; i < 2; ++i) {
        world_t* world = quiet_world();
        table_enable(world);
        const double start = joint_of(world, HAND);
        let(world, WORLD_EVENT_DRIVE_RUNAWAY, HAND, speeds[i], 400000);
        command_for(world, HAND, start, 100000);
        const double from = joint_of(world, HAND);
        command_for(world, HAND, start, 200000);
        assert_near((joint_of(world, HAND) - from) / 0.2, speeds[i], 0.05 * fabs(speeds[i]));
        assert_int_equal(table_read(world, HAND, DRIVE_AT_FAULT), 0); // its own watch is off
        if (i == 0) {
            command_for(world, HAND, start, 200000); // its end: the set-point is out of the window
            assert_int_equal(table_read(world, HAND, DRIVE_AT_FAULT), 0x8611);
        } else {
            let(world, WORLD_EVENT_ESTOP_PRESSED, 0, 0.0, 0);
            table_wait(world, 200000);
            const double stopped = joint_of(world, HAND);
            table_wait(world, 200000);
            assert_near(joint_of(world, HAND), stopped, 1e-3);
        }
        world_destroy(world);
    }
}

static void swinging_drive_swings_at_8_Hz_by_its_loops_part_of_the_amplitude(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    const double start = joint_of(world, HAND);
    let(world, WORLD_EVENT_DRIVE_OSCILLATES, HAND, 0.03, 1000000);
    table_wait(world, 250000);
    double least = 0.0, most = 0.0, last = 0.0;
    int crossings = 0;
    for (int i = 0; i < 500; ++i) {
        table_wait(world, 1000);
        const double off = joint_of(world, HAND) - start;
        least = fmin(least, off);
        most = fmax(most, off);
        crossings += i > 0 && off * last < 0.0 ? 1 : 0;
        last = off;
    }
    // The position loop passes 0.86 of it at its own bandwidth.
    assert_near(0.5 * (most - least), 0.03 * 0.86, 0.005);
    assert_true(crossings >= 7 && crossings <= 9); // two a period
    table_wait(world, 600000);
    assert_near(joint_of(world, HAND), start, 1e-3);
    world_destroy(world);
}

static void stuck_state_keeps_its_word_and_its_torque_until_the_power_goes(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    const double start = joint_of(world, HAND);
    const int word = table_read(world, HAND, DRIVE_AT_STATUS);
    let(world, WORLD_EVENT_DRIVE_STUCK_STATE, HAND, 0.0, 600000);
    table_command(world, HAND, 0x0000, start);
    table_wait(world, 100000);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_STATUS), word);
    command_for(world, HAND, start + 0.05, 200000); // it goes on as it was
    assert_near(joint_of(world, HAND), start + 0.05, 1e-3);
    let(world, WORLD_EVENT_POWER_CUT, 0, 0.0, 0);
    table_wait(world, 100000);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_STATUS), word);
    assert_false(truth_of(world).drives_enabled);
    table_wait(world, 300000);
    assert_int_equal(state_bits(world, HAND) & 0x4F, 0x40);
    world_destroy(world);
}

static void drive_that_disables_itself_reports_no_fault_and_can_be_enabled_after(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    let(world, WORLD_EVENT_DRIVE_DISABLES, HAND, 0.0, 200000);
    const double start = joint_of(world, HAND);
    command_for(world, HAND, start, 100000);
    assert_int_equal(state_bits(world, HAND) & 0x4F, 0x40);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_FAULT), 0);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_EFFORT), 0);
    assert_int_equal(state_bits(world, ELBOW), 0x27);
    table_wait(world, 150000);
    static const int words[] = {0x0006, 0x0007, 0x000F};
    for (int i = 0; i < 3; ++i) {
        table_command(world, HAND, words[i], joint_of(world, HAND));
        table_wait(world, 10000);
    }
    table_wait(world, 200000);
    assert_int_equal(state_bits(world, HAND), 0x27);
    world_destroy(world);
}

static void watchdog_that_is_off_does_not_act_and_says_nothing(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    assert_true(table_write_one(world, HAND, DRIVE_AT_WATCHDOG, 100));
    let(world, WORLD_EVENT_DRIVE_WATCHDOG_OFF, HAND, 0.0, 300000);
    table_wait(world, 300000);
    assert_int_equal(state_bits(world, HAND), 0x27);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_WATCHDOG), 100);
    table_wait(world, 2000);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_FAULT), 0x7510);
    world_destroy(world);
}

// --------------------------------------------------------------------------------------- the power

static void undervoltage_is_a_fault_that_no_reset_takes_back_while_it_lasts(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    let(world, WORLD_EVENT_UNDERVOLTAGE, ELBOW, 0.0, 500000);
    table_wait(world, 300000);
    for (int i = 0; i < 2; ++i) {
        assert_int_equal(table_read(world, ELBOW, DRIVE_AT_FAULT), 0x3220);
        assert_int_equal(state_bits(world, ELBOW) & 0x4F, 0x08);
        table_command(world, ELBOW, 0x0080, 0.0);
        table_wait(world, 10000);
        table_command(world, ELBOW, 0x0000, 0.0);
        table_wait(world, 10000);
    }
    table_wait(world, 200000);
    table_command(world, ELBOW, 0x0080, 0.0);
    table_wait(world, 10000);
    assert_int_equal(table_read(world, ELBOW, DRIVE_AT_FAULT), 0);
    world_destroy(world);
}

static void power_cut_takes_torque_and_shuts_brakes_while_the_logic_answers(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    let(world, WORLD_EVENT_POWER_CUT, 0, 0.0, 500000);
    table_wait(world, 400000);
    assert_false(truth_of(world).drives_enabled);
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        assert_int_equal(table_read(world, j, DRIVE_AT_STATUS) & 0x5F, 0x40); // no voltage
    }
    assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS) & 0x0009, 0x0009); // nothing here
    const double sag_m = 0.45 - truth_of(world).pad.position_m.z;
    assert_true(sag_m > 0.0 && sag_m < 0.005);
    table_wait(world, 200000);
    assert_int_equal(table_read(world, ELBOW, DRIVE_AT_STATUS) & 0x5F, 0x50);
    assert_false(truth_of(world).drives_enabled); // it takes enabling
    world_destroy(world);
}

/// How far the elbow has given way a second after the power went, with a fault at its brake.
static double elbow_gives_rad(world_event_kind_t kind, double magnitude)
{
    world_t* world = quiet_world();
    table_enable(world);
    const double start = joint_of(world, ELBOW);
    let(world, kind, ELBOW, magnitude, 0);
    let(world, WORLD_EVENT_POWER_CUT, 0, 0.0, 0);
    table_wait(world, 1000000);
    const double given_rad = fabs(joint_of(world, ELBOW) - start);
    world_destroy(world);
    return given_rad;
}

static void brakes_that_slip_or_are_late_let_the_arm_sink(void** state)
{
    (void)state;
    const double sound_rad = elbow_gives_rad(WORLD_EVENT_BRAKE_SLIPS, 1.0);
    const double none_rad = elbow_gives_rad(WORLD_EVENT_BRAKE_SLIPS, 0.0);
    const double later_rad = elbow_gives_rad(WORLD_EVENT_BRAKE_LATE, 0.1);
    const double latest_rad = elbow_gives_rad(WORLD_EVENT_BRAKE_LATE, 2.0);
    print_message("elbow gives %.4f rad; without brake %.3f; 0.1 s late %.3f; 2 s late %.3f\n",
                  sound_rad, none_rad, later_rad, latest_rad);
    assert_true(sound_rad < 0.01);
    assert_near(elbow_gives_rad(WORLD_EVENT_BRAKE_LATE, 0.0), sound_rad, 1e-9);
    // 0.9 of a brake of 1.5 times 150 Nm is far above the 25 Nm that gravity asks for.
    assert_near(elbow_gives_rad(WORLD_EVENT_BRAKE_SLIPS, 0.9), sound_rad, 1e-3);
    assert_true(later_rad > 2.0 * sound_rad);
    assert_near(latest_rad, none_rad, 1e-9); // a second is not yet two
    assert_true(none_rad > 3.0 * later_rad);
}

static void stuck_brake_holds_an_enabled_joint_until_the_following_error(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    const double start = joint_of(world, HAND);
    let(world, WORLD_EVENT_BRAKE_STUCK, HAND, 0.0, 2000000);
    const double target = ramp_for(world, HAND, start, 0.2, 400000);
    assert_near(target, start + 0.08, 1e-9);
    assert_int_equal(state_bits(world, HAND), 0x27);
    assert_near(joint_of(world, HAND), start, 2e-3);
    (void)ramp_for(world, HAND, target, 0.2, 200000);
    assert_int_equal(table_read(world, HAND, DRIVE_AT_FAULT), 0x8611);
    world_destroy(world);
}

static void stuck_relay_stays_shut_and_only_the_chain_takes_power(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    table_enable(world);
    let(world, WORLD_EVENT_RELAY_STUCK, 0, 0.0, 2000000);
    assert_true(table_write_one(world, TABLE_IO, IO_AT_OUTPUTS, 0x0000));
    table_wait(world, 100000);
    assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS) & 0x0008, 0x0008);
    assert_true(truth_of(world).drives_enabled);
    let(world, WORLD_EVENT_ESTOP_PRESSED, 0, 0.0, 100000);
    table_wait(world, 50000);
    assert_false(truth_of(world).drives_enabled);
    assert_int_equal(table_read(world, ELBOW, DRIVE_AT_STATUS) & 0x10, 0);
    table_wait(world, 60000); // released: the welded relay gives power back
    assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS) & 0x0009, 0x0009);
    assert_int_equal(table_read(world, ELBOW, DRIVE_AT_STATUS) & 0x10, 0x10);
    table_wait(world, 2000000);
    assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS) & 0x0008, 0);
    world_destroy(world);
}

// -------------------------------------------------------------------------------------- the client

static void client_rises_coughs_and_sinks_back(void** state)
{
    (void)state;
    static const struct {
        world_event_kind_t kind;
        double rise_m;
        int64_t peak_us;  // when it has risen
        double speed_mps; // half way there: 1.5 times the mean, or pi / 2 times for a raised sine
    } rows[] = {
        {WORLD_EVENT_BODY_SHIFT, 0.02, 300000, 0.02 / 0.3 * 1.5},
        {WORLD_EVENT_CLIENT_ROLLS, 0.1, 500000, 0.1 / 0.5 * 1.5},
        {WORLD_EVENT_CLIENT_PUSHES_UP, 0.15, 800000, 0.15 / 0.8 * 1.5},
        {WORLD_EVENT_CLIENT_COUGHS, 0.03, 150000, 0.03 / 0.15 * 0.5 * PI},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        set_quiet();
        world_t* world = create(); // parked 0.2 m above
        let(world, rows[i].kind, 0, rows[i].rise_m, 1000000);
        table_wait(world, rows[i].peak_us / 2);
        assert_near(truth_of(world).surface_speed_mps, rows[i].speed_mps, 0.02 * rows[i].speed_mps);
        table_wait(world, rows[i].peak_us / 2 + 1000);
        assert_true(fabs(truth_of(world).surface_speed_mps) < 0.05);
        table_wait(world, 2500000);
        assert_true(truth_of(world).surface_speed_mps == 0.0);
        world_destroy(world);
    }
}

static void rises_add_up_and_each_ends_by_itself(void** state)
{
    (void)state;
    set_quiet();
    world_t* one = pressing_world(0.001);
    world_t* two = pressing_world(0.001);
    let(one, WORLD_EVENT_BODY_SHIFT, 0, 0.006, 0);
    let(two, WORLD_EVENT_BODY_SHIFT, 0, 0.003, 4000000);
    table_wait(one, 500000);
    table_wait(two, 500000);
    let(two, WORLD_EVENT_BODY_SHIFT, 0, 0.003, 2000000);
    table_wait(one, 1000000);
    table_wait(two, 1000000);
    const double both_N = truth_of(one).normal_force_N;
    assert_near(truth_of(two).normal_force_N, both_N, 0.02 * both_N);
    table_wait(two, 1500000); // the second is over, the first is not
    const double first_N = truth_of(two).normal_force_N;
    assert_true(first_N < 0.8 * both_N && first_N > 0.2 * both_N);
    table_wait(two, 2000000);
    assert_true(truth_of(two).normal_force_N < 0.6 * first_N);
    world_destroy(one);
    world_destroy(two);
}

static void rise_presses_and_its_end_relieves(void** state)
{
    (void)state;
    set_quiet();
    world_t* world = pressing_world(0.005);
    const double before_N = truth_of(world).normal_force_N;
    assert_true(before_N > 3.0);
    let(world, WORLD_EVENT_CLIENT_ROLLS, 0, 0.01, 2000000);
    table_wait(world, 1500000);
    assert_true(truth_of(world).normal_force_N > 2.0 * before_N);
    table_wait(world, 2000000);
    assert_near(truth_of(world).normal_force_N, before_N, 0.3);
    world_destroy(world);
}

static void deep_breaths_lift_by_their_height_from_the_next_breath_on(void** state)
{
    (void)state;
    set_quiet();
    settings.breathing_amplitude_m = 0.001;
    settings.breathing_rate_Hz = 0.5;
    world_t* world = create();
    double fastest_mps[3] = {0.0, 0.0, 0.0}; // pi h / (2 T) of the way in, T two fifths of a breath
    for (int phase = 0; phase < 3; ++phase) {
        if (phase == 1) {
            let(world, WORLD_EVENT_CLIENT_BREATHES_DEEP, 0, 0.03, 12000000);
        }
        table_wait(world, 3000000);
        for (int i = 0; i < 9000; ++i) {
            table_wait(world, 1000);
            fastest_mps[phase] = fmax(fastest_mps[phase], truth_of(world).surface_speed_mps);
        }
    }
    const double usual_mps = 0.5 * PI * 0.002 / 0.8, deep_mps = 0.5 * PI * 0.03 / 0.8;
    assert_near(fastest_mps[0] / usual_mps, 1.1, 0.25);
    assert_near(fastest_mps[1] / deep_mps, 1.1, 0.25);
    assert_near(fastest_mps[2] / usual_mps, 1.1, 0.25);
    world_destroy(world);
}

static void who_leaves_is_felt_no_more_and_seen_to_go_or_not(void** state)
{
    (void)state;
    const world_event_kind_t kinds[] = {WORLD_EVENT_CLIENT_LEAVES, WORLD_EVENT_CLIENT_GONE_UNSEEN};
    for (int i = 0; i < 2; ++i) {
        set_quiet();
        world_t* world = pressing_world(0.01);
        const double before_N = truth_of(world).normal_force_N;
        let(world, kinds[i], 0, 0.0, 500000);
        table_wait(world, 100000);
        assert_near(truth_of(world).normal_force_N, 0.0, 0.0);
        assert_int_equal(truth_of(world).tissue, 255);
        assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS) & 0x0004, i == 0 ? 0 : 0x0004);
        assert_near(table_force(world, 2), WEIGHT_N, 0.5);
        table_wait(world, 2000000);
        assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS) & 0x0004, 0x0004);
        assert_near(truth_of(world).normal_force_N, before_N, 0.5);
        world_destroy(world);
    }
}

static void grab_pulls_across_the_table_and_tether_back_to_where_it_was(void** state)
{
    (void)state;
    const double pulls_N[] = {-150.0, 150.0};
    for (int i = 0; i < 2; ++i) {
        world_t* world = quiet_world();
        table_enable(world);
        const double y_m = truth_of(world).pad.position_m.y;
        let(world, WORLD_EVENT_CLIENT_GRABS, 0, pulls_N[i], 300000);
        table_wait(world, 20000);
        const double moved_m = truth_of(world).pad.position_m.y - y_m;
        assert_true(moved_m * pulls_N[i] > 0.0);
        assert_near(truth_of(world).pull_N, 150.0, 1e-9);
        table_wait(world, 200000);
        const double across_N = hypot(table_force(world, 0), table_force(world, 1));
        assert_near(across_N, 150.0, 3.0);
        table_wait(world, 500000);
        assert_near(truth_of(world).pull_N, 0.0, 0.0);
        assert_near(table_force(world, 2), WEIGHT_N, 0.05);
        world_destroy(world);
    }
    const double stiffness_N_per_m[] = {100.0, 20000.0};
    for (int i = 0; i < 2; ++i) {
        world_t* world = quiet_world();
        table_enable(world);
        let(world, WORLD_EVENT_CLIENT_TETHER, 0, stiffness_N_per_m[i], 1500000);
        const double anchor_m = truth_of(world).pad.position_m.z;
        table_move_height(world, 0.45, 0.452, 500000);
        table_wait(world, 500000);
        const double rise_m = truth_of(world).pad.position_m.z - anchor_m;
        assert_true(rise_m > 1e-4);
        assert_near(truth_of(world).pull_N, stiffness_N_per_m[i] * rise_m,
                    0.03 * truth_of(world).pull_N);
        assert_near(table_force(world, 2), WEIGHT_N + truth_of(world).pull_N, 0.2);
        table_wait(world, 1000000);
        assert_near(truth_of(world).pull_N, 0.0, 0.0);
        world_destroy(world);
    }
}

static void hard_and_soft_spots_multiply_the_stiffness_under_the_pad(void** state)
{
    (void)state;
    static const struct {
        world_event_kind_t kind;
        double factor;
    } rows[] = {{WORLD_EVENT_CLIENT_HARD_SPOT, 20.0},
                {WORLD_EVENT_CLIENT_HARD_SPOT, 2.0},
                {WORLD_EVENT_CLIENT_SOFT_SPOT, 0.05},
                {WORLD_EVENT_CLIENT_SOFT_SPOT, 1.0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        set_quiet();
        tissue.bone_depth_m = 0.1;
        world_t* world = pressing_world(0.01);
        const double before_N = truth_of(world).normal_force_N;
        let(world, rows[i].kind, 0, rows[i].factor, 1000000);
        table_wait(world, 900000);
        const world_truth_t truth = truth_of(world);
        const double k = truth.normal_force_N / pow(truth.penetration_m, 1.5);
        assert_near(k / (0.95 * 31622.7766016838), rows[i].factor, 0.02 * rows[i].factor);
        table_wait(world, 1000000);
        assert_near(truth_of(world).normal_force_N, before_N, 0.3);
        world_destroy(world);
    }
}

static void button_and_friction_go_back_after_their_time(void** state)
{
    (void)state;
    world_t* world = quiet_world();
    let(world, WORLD_EVENT_BUTTON_PRESSED, 0, 0.0, 100000);
    table_wait(world, 50000);
    assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS) & 0x0002, 0);
    table_wait(world, 60000);
    assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS) & 0x0002, 0x0002);
    world_destroy(world);

    // Pulled along by the rail: shear is friction times force while the pad slides.
    set_quiet();
    world = pressing_world(0.01);
    const double rail_m = joint_of(world, 0);
    const double frictions[] = {0.15, 0.6, 0.15};
    double target_m = rail_m;
    for (int i = 0; i < 3; ++i) {
        if (i == 1) {
            let(world, WORLD_EVENT_SKIN_FRICTION, 0, 0.6, 1000000);
        }
        target_m = ramp_for(world, 0, target_m, 0.05, 1000000);
        const world_truth_t truth = truth_of(world);
        assert_near(truth.shear_force_N / truth.normal_force_N, frictions[i], 0.02);
    }
    world_destroy(world);
}

// ------------------------------------------------------------------------------- who set it all up

static void heavier_tool_weighs_on_sensor_and_arm(void** state)
{
    (void)state;
    const double extras_kg[] = {-1.0, 3.0};
    double held_Nm[2];
    for (int i = 0; i < 2; ++i) {
        world_t* world = quiet_world();
        table_enable(world);
        const double usual_Nm = elbow_effort_Nm(world);
        let(world, WORLD_EVENT_TOOL_HEAVIER, 0, extras_kg[i], 1000000);
        table_wait(world, 900000);
        assert_near(table_force(world, 2), WEIGHT_N + extras_kg[i] * 9.80665, 0.02);
        held_Nm[i] = elbow_effort_Nm(world);
        table_wait(world, 900000);
        assert_near(table_force(world, 2), WEIGHT_N, 0.02);
        assert_near(elbow_effort_Nm(world), usual_Nm, ELBOW_FRICTION_NM);
        world_destroy(world);
    }
    assert_true(held_Nm[1] > held_Nm[0] + 5.0); // 39 N on a lever of a few tenths of a metre
}

static void lost_tool_weighs_nothing_and_comes_back_where_there_is_room(void** state)
{
    (void)state;
    set_quiet();
    world_t* world = pressing_world(0.01);
    let(world, WORLD_EVENT_TOOL_LOST, 0, 0.0, 500000);
    for (int i = 0; i < 2; ++i) { // also after its time: it would stick in the body
        table_wait(world, i == 0 ? 200000 : 1500000);
        assert_near(truth_of(world).normal_force_N, 0.0, 0.0);
        assert_near(table_force(world, 2), 0.0, 0.05);
    }
    let(world, WORLD_EVENT_BODY_SHIFT, 0, -0.05, 1500000);
    table_wait(world, 1400000);
    assert_near(truth_of(world).normal_force_N, 0.0, 0.0);
    assert_near(table_force(world, 2), WEIGHT_N, 0.05);
    table_wait(world, 2000000);
    assert_true(truth_of(world).normal_force_N > 5.0);
    world_destroy(world);
}

static void mirrored_body_has_its_left_where_its_right_was(void** state)
{
    (void)state;
    set_quiet();
    for (int row = 0; row < surface.row_count; ++row) {
        for (int column = 0; column < surface.column_count; ++column) {
            surface.height_m[row][column] += 0.002F * (float)column; // rises by 0.2 to +y
        }
    }
    world_t* world = create();
    const vec3_t before = truth_of(world).skin_normal;
    assert_near(before.y, -0.2 / sqrt(1.04), 1e-3);
    let(world, WORLD_EVENT_BODY_MIRRORED, 0, 0.0, 100000);
    table_wait(world, 50000);
    assert_near(truth_of(world).skin_normal.y, 0.2 / sqrt(1.04), 1e-3);
    assert_near(truth_of(world).skin_normal.z, before.z, 1e-6);
    table_wait(world, 60000);
    assert_near(truth_of(world).skin_normal.y, before.y, 1e-9);
    world_destroy(world);
}

static void body_that_lies_elsewhere_slides_footward_and_back(void** state)
{
    (void)state;
    set_quiet();
    for (int row = 0; row < surface.row_count; ++row) {
        for (int column = 0; column < surface.column_count; ++column) {
            // 0.25 m headward of x = 1 it is higher; a slope between.
            surface.height_m[row][column] += row > 60 ? 0.01F : 0.0F;
        }
    }
    const double ways_m[] = {-0.2, 0.2};
    for (int i = 0; i < 2; ++i) {
        world_t* world = pressing_world(0.005);
        const double before_N = truth_of(world).normal_force_N;
        let(world, WORLD_EVENT_BODY_ELSEWHERE, 0, ways_m[i], 1500000);
        table_wait(world, 1400000);
        // Footward is -x: what lay headward comes under the tool, and it is higher.
        const double grown_N = truth_of(world).normal_force_N - before_N;
        if (ways_m[i] > 0.0) {
            assert_true(grown_N > 5.0);
        } else {
            assert_near(grown_N, 0.0, 0.5);
        }
        table_wait(world, 1500000);
        assert_near(truth_of(world).normal_force_N, before_N, 0.5);
        world_destroy(world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_known_kind_shows_at_its_least_or_most_and_repeats_from_its_seed),
        cmocka_unit_test(what_the_sensor_alone_suffers_leaves_no_trace_when_it_ends),
        cmocka_unit_test(what_is_not_the_worlds_is_refused_and_changes_nothing),
        cmocka_unit_test(later_event_of_a_kind_replaces_the_earlier_and_its_end),
        cmocka_unit_test(events_wait_for_their_end_only_while_there_is_room),
        cmocka_unit_test(sensor_registers_show_each_fault_by_its_size_and_only_while_it_lasts),
        cmocka_unit_test(sensor_word_and_status_and_counter_lie_while_it_lasts),
        cmocka_unit_test(encoder_jump_moves_the_joint_by_as_much_the_other_way_until_it_ends),
        cmocka_unit_test(frozen_encoder_lets_the_joint_run_until_its_following_error),
        cmocka_unit_test(drifting_and_wrapping_registers_leave_the_joint_where_it_is),
        cmocka_unit_test(encoder_that_counts_backwards_runs_away_at_the_torque_limit),
        cmocka_unit_test(encoder_that_counts_too_much_shortens_every_way),
        cmocka_unit_test(deaf_drive_takes_no_set_point_and_one_deaf_to_stop_no_stop),
        cmocka_unit_test(late_drive_is_late_by_the_stated_time),
        cmocka_unit_test(drive_in_another_mode_stays_enabled_says_so_and_holds),
        cmocka_unit_test(torque_limit_is_kept_lost_and_lowered),
        cmocka_unit_test(runaway_runs_at_its_speed_until_its_power_is_taken_or_it_ends),
        cmocka_unit_test(swinging_drive_swings_at_8_Hz_by_its_loops_part_of_the_amplitude),
        cmocka_unit_test(stuck_state_keeps_its_word_and_its_torque_until_the_power_goes),
        cmocka_unit_test(drive_that_disables_itself_reports_no_fault_and_can_be_enabled_after),
        cmocka_unit_test(watchdog_that_is_off_does_not_act_and_says_nothing),
        cmocka_unit_test(undervoltage_is_a_fault_that_no_reset_takes_back_while_it_lasts),
        cmocka_unit_test(power_cut_takes_torque_and_shuts_brakes_while_the_logic_answers),
        cmocka_unit_test(brakes_that_slip_or_are_late_let_the_arm_sink),
        cmocka_unit_test(stuck_brake_holds_an_enabled_joint_until_the_following_error),
        cmocka_unit_test(stuck_relay_stays_shut_and_only_the_chain_takes_power),
        cmocka_unit_test(client_rises_coughs_and_sinks_back),
        cmocka_unit_test(rises_add_up_and_each_ends_by_itself),
        cmocka_unit_test(rise_presses_and_its_end_relieves),
        cmocka_unit_test(deep_breaths_lift_by_their_height_from_the_next_breath_on),
        cmocka_unit_test(who_leaves_is_felt_no_more_and_seen_to_go_or_not),
        cmocka_unit_test(grab_pulls_across_the_table_and_tether_back_to_where_it_was),
        cmocka_unit_test(hard_and_soft_spots_multiply_the_stiffness_under_the_pad),
        cmocka_unit_test(button_and_friction_go_back_after_their_time),
        cmocka_unit_test(heavier_tool_weighs_on_sensor_and_arm),
        cmocka_unit_test(lost_tool_weighs_nothing_and_comes_back_where_there_is_room),
        cmocka_unit_test(mirrored_body_has_its_left_where_its_right_was),
        cmocka_unit_test(body_that_lies_elsewhere_slides_footward_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
