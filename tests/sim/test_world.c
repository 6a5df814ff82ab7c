/// The whole table through its registers: what a controller could do to it, with Modbus requests
/// built by hand, against figures worked out by hand.
#include "tests/support/cmocka_prelude.h"

#include "sim/random.h"
#include "tests/sim/table_under_test.h"

static machine_settings_t machine;
static surface_t surface;
static tissue_settings_t tissue;
static world_settings_t settings;

/// A flat body 0.25 m high, no chance in anything.
static void set_quiet(void)
{
    table_machine(&machine);
    table_flat_body(&surface, 0.25);
    tissue = table_tissue();
    table_quiet_settings(&settings, &machine, &surface, &tissue);
}

static world_t* create(void)
{
    world_t* world = world_create(&settings);
    assert_non_null(world);
    return world;
}

static world_truth_t truth_of(const world_t* world)
{
    world_truth_t truth;
    world_truth(world, &truth);
    return truth;
}

static void arm_starts_parked_with_its_brakes_on(void** state)
{
    (void)state;
    set_quiet();
    world_t* world = create();
    table_wait(world, 60000000);
    const world_truth_t truth = truth_of(world);
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        assert_near(truth.joint_position[j], machine.arm.joints[j].parked, 1e-4);
        assert_int_equal(table_read(world, j, DRIVE_AT_STATUS) & 0x4F, 0x40);
    }
    assert_false(truth.drives_enabled);
    assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS), 0x0007);
    assert_near(truth.pad.position_m.z, 0.45, 1e-4);
    world_destroy(world);
}

static void drives_enable_only_with_the_relay_shut(void** state)
{
    (void)state;
    set_quiet();
    world_t* world = create();
    table_wait(world, 200000);
    (void)table_write_one(world, 0, DRIVE_AT_CONTROL, 0x0006);
    table_wait(world, 10000);
    assert_int_equal(table_read(world, 0, DRIVE_AT_STATUS) & 0x4F, 0x40);
    table_enable(world);
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        assert_int_equal(table_read(world, j, DRIVE_AT_STATUS) & 0x6F, 0x27);
        assert_int_equal(table_read(world, j, DRIVE_AT_FAULT), 0);
    }
    const world_truth_t truth = truth_of(world);
    assert_true(truth.drives_enabled);
    assert_near(truth.pad.position_m.z, 0.45, 2e-4);
    world_destroy(world);
}

static void sample_counters_move_with_every_step_and_only_then(void** state)
{
    (void)state;
    set_quiet();
    world_t* world = create();
    static const int at[] = {DRIVE_AT_COUNTER, FORCE_AT_COUNTER, IO_AT_COUNTER};
    static const int devices[] = {3, TABLE_FORCE_SENSOR, TABLE_IO};
    for (int k = 0; k < 3; ++k) {
        const uint16_t before = table_read(world, devices[k], at[k]);
        assert_int_equal(table_read(world, devices[k], at[k]), before);
        world_advance_to(world, world_now_us(world) + 999); // less than a step: it waits
        assert_int_equal(table_read(world, devices[k], at[k]), before);
        table_wait(world, 7000);
        assert_int_equal((uint16_t)(table_read(world, devices[k], at[k]) - before), 7);
    }
    world_destroy(world);
}

static void position_register_shows_where_the_joint_is(void** state)
{
    (void)state;
    set_quiet();
    world_t* world = create();
    table_enable(world);
    const world_truth_t truth = truth_of(world);
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        const uint32_t raw = (uint32_t)table_read(world, j, DRIVE_AT_POSITION) << 16 |
                             table_read(world, j, DRIVE_AT_POSITION + 1);
        assert_near((int32_t)raw * 1e-6, truth.joint_position[j], 0.51e-6);
    }
    world_destroy(world);
}

static void joints_follow_set_points_8_to_12_ms_late(void** state)
{
    (void)state;
    set_quiet();
    world_t* world = create();
    table_enable(world);
    const int moved = 4; // the hand's roll
    const double speed = 0.2, start = truth_of(world).joint_position[moved];
    for (int i = 1; i <= 250; ++i) {
        table_command(world, moved, 0x000F, start + speed * 0.004 * i);
        if (i < 250) {
            table_wait(world, 4000);
        }
    }
    // Read at the moment of writing the last set-point.
    const double lag_s =
        (start + speed * 0.004 * 250 - truth_of(world).joint_position[moved]) / speed;
    print_message("lag %.2f ms\n", lag_s * 1e3);
    assert_near(lag_s, 0.010, 0.002);
    world_destroy(world);
}

/// The tool's origin over x = 1, held so that the pad would lie `below_m` under the skin.
static void press(world_t* world, double below_m)
{
    table_enable(world);
    table_move_height(world, 0.45, 0.27, 1000000);
    table_move_height(world, 0.27, 0.25 - below_m, 1000000);
}

static void static_press_is_spring_and_tissue_in_series(void** state)
{
    (void)state;
    set_quiet();
    tissue.relaxation_fraction = 0.0;
    world_t* world = create();
    // 0.95 N/mm^1.5: 25.65 N sink the pad by 9 mm and press the 5 N/mm spring by 5.13 mm.
    press(world, 0.009 + 0.00513);
    table_wait(world, 2000000);
    const world_truth_t truth = truth_of(world);
    assert_near(truth.normal_force_N, 25.65, 0.3); // the servos hold to 0.02 mrad
    assert_near(truth.penetration_m, 0.009, 1e-4);
    assert_int_equal(truth.tissue, 0);
    // And the sensor says the same, with the tool's weight in it.
    assert_near(table_force(world, 2), 1.5 * 9.80665 - truth.normal_force_N, 0.05);
    assert_near(truth.skin_normal.z, 1.0, 1e-9);
    world_destroy(world);
}

static void held_press_relaxes_by_its_fraction(void** state)
{
    (void)state;
    set_quiet();
    tissue.bone_depth_m = 0.1;
    world_t* world = create();
    press(world, 0.014);
    table_wait(world, 80000000);
    const world_truth_t truth = truth_of(world);
    // Ten time constants on, a quarter of what the depth would press is gone.
    const double unrelaxed_N = 0.95 * 31622.7766016838 * pow(truth.penetration_m, 1.5);
    assert_near(truth.normal_force_N, 0.75 * unrelaxed_N, 0.05);
    world_destroy(world);
}

static void free_tool_reads_its_weight(void** state)
{
    (void)state;
    set_quiet();
    world_t* world = create();
    table_wait(world, 100000);
    assert_near(table_force(world, 2), 1.5 * 9.80665, 0.01);
    assert_near(table_force(world, 0), 0.0, 0.01);
    world_destroy(world);
}

static void estop_takes_torque_at_once_and_sags_less_than_5_mm(void** state)
{
    (void)state;
    set_quiet();
    world_t* world = create();
    table_enable(world);
    const world_event_t pressed = {.kind = WORLD_EVENT_ESTOP_PRESSED};
    world_inject(world, &pressed);
    table_wait(world, 1000);
    assert_false(truth_of(world).drives_enabled);
    assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS), 0x0006);
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        assert_int_equal(table_read(world, j, DRIVE_AT_STATUS) & 0x4F, 0x40);
        assert_int_equal(table_read(world, j, DRIVE_AT_EFFORT), 0);
    }
    table_wait(world, 1000000);
    const double sag_m = 0.45 - truth_of(world).pad.position_m.z;
    print_message("sag %.2f mm\n", sag_m * 1e3);
    assert_true(sag_m > 0.0 && sag_m < 0.005);
    // Released: nothing moves until the relay's output rises again and the drives are walked up.
    const world_event_t released = {.kind = WORLD_EVENT_ESTOP_RELEASED};
    world_inject(world, &released);
    table_wait(world, 1000000);
    assert_false(truth_of(world).drives_enabled);
    assert_near(0.45 - truth_of(world).pad.position_m.z, sag_m, 1e-4);
    world_destroy(world);
}

static void silent_device_answers_nothing_until_it_is_back(void** state)
{
    (void)state;
    set_quiet();
    world_t* world = create();
    world_event_t event = {.kind = WORLD_EVENT_DEVICE_SILENT, .device = 3};
    world_inject(world, &event);
    assert_false(table_write_one(world, 3, DRIVE_AT_CONTROL, 6));
    assert_int_equal(table_read(world, 3, DRIVE_AT_STATUS), 0xFFFF);
    assert_true(table_write_one(world, 2, DRIVE_AT_CONTROL, 6));
    event.kind = WORLD_EVENT_DEVICE_BACK;
    world_inject(world, &event);
    assert_true(table_write_one(world, 3, DRIVE_AT_CONTROL, 6));
    world_destroy(world);
}

static void silent_drive_stops_by_its_own_watchdog(void** state)
{
    (void)state;
    set_quiet();
    world_t* world = create();
    table_enable(world);
    assert_true(table_write_one(world, 3, DRIVE_AT_WATCHDOG, 100));
    table_wait(world, 100000);
    assert_int_equal(table_read(world, 3, DRIVE_AT_STATUS) & 0x6F, 0x27);
    table_wait(world, 1000);
    assert_int_equal(table_read(world, 3, DRIVE_AT_FAULT), 0x7510);
    table_wait(world, 100000);
    assert_int_equal(table_read(world, 3, DRIVE_AT_STATUS) & 0x4F, 0x08);
    assert_int_equal(table_read(world, 2, DRIVE_AT_STATUS) & 0x6F, 0x27); // off, as sold
    world_destroy(world);
}

static void drive_fault_event_ends_in_fault_with_the_brake_on(void** state)
{
    (void)state;
    set_quiet();
    settings.event_count = 1;
    settings.events[0] =
        (world_event_t){.kind = WORLD_EVENT_DRIVE_FAULT, .at_us = 1000000, .device = 2};
    world_t* world = create();
    table_enable(world);
    world_advance_to(world, 1000000);
    assert_int_equal(table_read(world, 2, DRIVE_AT_FAULT), 0);
    table_wait(world, 1000);
    assert_int_equal(table_read(world, 2, DRIVE_AT_FAULT), 0x2310);
    table_wait(world, 100000);
    assert_int_equal(table_read(world, 2, DRIVE_AT_STATUS) & 0x4F, 0x08);
    const double height_m = truth_of(world).pad.position_m.z;
    table_wait(world, 1000000);
    assert_near(truth_of(world).pad.position_m.z, height_m, 1e-4);
    world_destroy(world);
}

static void button_force_and_body_events_act(void** state)
{
    (void)state;
    set_quiet();
    settings.event_count = 4; // out of order on purpose
    settings.events[0] = (world_event_t){.kind = WORLD_EVENT_BUTTON_RELEASED, .at_us = 2000000};
    settings.events[1] = (world_event_t){
        .kind = WORLD_EVENT_FORCE_BIAS, .at_us = 1500000, .axis = 2, .magnitude = 12.0};
    settings.events[2] = (world_event_t){.kind = WORLD_EVENT_BUTTON_PRESSED, .at_us = 1000000};
    settings.events[3] =
        (world_event_t){.kind = WORLD_EVENT_BODY_SHIFT, .at_us = 3000000, .magnitude = 0.21};
    world_t* world = create();
    world_advance_to(world, 1001000);
    assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS), 0x0005);
    assert_near(table_force(world, 2), 1.5 * 9.80665, 0.01);
    world_advance_to(world, 1501000);
    assert_near(table_force(world, 2), 1.5 * 9.80665 + 12.0, 0.01);
    world_advance_to(world, 2001000);
    assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS), 0x0007);
    world_advance_to(world, 3150000);
    // The middle of a smooth rise of 0.21 m in 0.3 s: 1.5 times the mean speed.
    assert_near(truth_of(world).surface_speed_mps, 0.21 / 0.3 * 1.5, 0.01);
    world_advance_to(world, 3400000);
    // The parked pad stood 0.2 m above the skin: now it is pressed in, and spring and tissue share
    // 10 mm.
    const world_truth_t truth = truth_of(world);
    assert_true(truth.normal_force_N > 10.0);
    assert_near(truth.penetration_m + truth.normal_force_N / TABLE_SPRING_N_PER_M, 0.01, 2e-4);
    world_destroy(world);
}

/// A world with everything that chance can do, and commands drawn from a stream of their own: the
/// bytes of every reply, folded into one number (FNV-1a).
static uint64_t traffic(uint64_t seed, uint64_t command_seed)
{
    set_quiet();
    world_settings_defaults(&settings);
    settings.machine = &machine;
    settings.surface = &surface;
    settings.tissues = &tissue;
    settings.tissue_count = 1;
    settings.seed = seed;
    world_settings_draw_body(&settings, 0.005, 0.02);
    world_t* world = create();
    table_enable(world);
    random_stream_t stream = random_stream(command_seed, 0);
    uint64_t hash = 14695981039346656037u;
    double height_m = 0.45;
    for (int period = 0; period < 15000; ++period) { // 60 s
        height_m += random_between(&stream, -0.0004, 0.0004) + 0.02 * (0.245 - height_m) * 0.05;
        double joints[TABLE_JOINTS];
        table_joints_over(1.0, height_m, joints);
        table_command_all(world, 0x000F, joints);
        table_wait(world, 4000);
        for (int device = 0; device < TABLE_JOINTS + 2; ++device) {
            const int count = device == TABLE_IO ? 2 : 8;
            pdu_t request = {.size = 5, .bytes = {0x03, 0, 0, 0, (uint8_t)count}};
            pdu_t reply = {0};
            assert_true(world_request(world, device, &request, &reply));
            for (int i = 0; i < reply.size; ++i) {
                hash = (hash ^ reply.bytes[i]) * 1099511628211u;
            }
        }
    }
    world_destroy(world);
    return hash;
}

static void same_seed_and_traffic_give_the_same_bytes(void** state)
{
    (void)state;
    const uint64_t first = traffic(42, 1);
    assert_true(traffic(42, 1) == first);
    assert_false(traffic(43, 1) == first);
    assert_false(traffic(42, 2) == first);
}

static void garbage_never_hurts_the_world(void** state)
{
    (void)state;
    const uint64_t seed = 2024;
    print_message("seed %d\n", (int)seed);
    random_stream_t stream = random_stream(seed, 0);
    set_quiet();
    world_t* world = create();
    table_enable(world);
    for (int i = 0; i < 200000; ++i) {
        pdu_t request = {.size = (int)(random_next(&stream) % 20)}, reply = {0};
        for (int k = 0; k < request.size; ++k) {
            request.bytes[k] = (uint8_t)random_next(&stream);
        }
        // Half of them look like something: a known function and a small address.
        static const uint8_t functions[] = {0x03, 0x04, 0x06, 0x10, 0x17};
        if (request.size > 5 && (random_next(&stream) & 1u)) {
            request.bytes[0] = functions[random_next(&stream) % 5];
            request.bytes[1] = 0;
            request.bytes[2] %= 40;
            request.bytes[3] = request.bytes[0] == 0x06 ? request.bytes[3] : 0;
            request.bytes[4] = request.bytes[0] == 0x06 ? request.bytes[4] : request.bytes[4] % 4;
        }
        const int device = (int)(random_next(&stream) % (TABLE_JOINTS + 4)) - 1;
        const bool known = device >= 0 && device < TABLE_JOINTS + 2;
        const bool answered = world_request(world, device, &request, &reply);
        assert_true(answered == (known && request.size > 0));
        if (i % 4 == 0) {
            table_wait(world, 1000);
        }
    }
    const world_truth_t truth = truth_of(world);
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        assert_true(isfinite(truth.joint_position[j]) && isfinite(truth.joint_velocity[j]));
        assert_true(truth.joint_position[j] > -3.1 && truth.joint_position[j] < 3.1);
    }
    assert_true(isfinite(truth.normal_force_N) && pose_finite(truth.pad));
    world_destroy(world);
}

static void nobody_on_the_table_is_felt_and_seen_by_nobody(void** state)
{
    (void)state;
    set_quiet();
    settings.surface = NULL;
    settings.tissues = NULL;
    settings.tissue_count = 0;
    world_t* world = create();
    press(world, 0.01);
    assert_near(truth_of(world).normal_force_N, 0.0, 0.0);
    assert_int_equal(truth_of(world).tissue, 255);
    assert_int_equal(table_read(world, TABLE_IO, IO_AT_INPUTS) & 0x0004, 0);
    world_destroy(world);
}

static void drawn_bodies_stay_inside_the_registration_error(void** state)
{
    (void)state;
    double farthest_m = 0.0, most_rad = 0.0;
    for (uint64_t seed = 0; seed < 1000; ++seed) {
        settings.seed = seed;
        world_settings_draw_body(&settings, 0.005, 0.02);
        const double* offset_m = settings.body_offset_m;
        const double away_m = vec3_norm(vec3(offset_m[0], offset_m[1], offset_m[2]));
        assert_true(away_m <= 0.005 && fabs(settings.body_turn_rad) <= 0.02);
        farthest_m = fmax(farthest_m, away_m);
        most_rad = fmax(most_rad, fabs(settings.body_turn_rad));
    }
    assert_true(farthest_m > 0.0045 && most_rad > 0.019);
}

static void people_differ_by_the_stated_spread(void** state)
{
    (void)state;
    set_quiet();
    settings.tissue_spread = 0.4;
    double sum = 0.0, squares = 0.0;
    const int people = 60;
    for (int person = 0; person < people; ++person) {
        settings.seed = (uint64_t)person;
        tissue.relaxation_fraction = 0.0;
        tissue.bone_depth_m = 0.1;
        world_t* world = create();
        press(world, 0.010);
        table_wait(world, 200000);
        const world_truth_t truth = truth_of(world);
        const double factor =
            truth.normal_force_N / (0.95 * 31622.7766016838) / pow(truth.penetration_m, 1.5);
        sum += log(factor);
        squares += log(factor) * log(factor);
        world_destroy(world);
    }
    const double mean = sum / people;
    assert_near(mean, 0.0, 0.16); // three standard errors
    assert_near(sqrt(squares / people - mean * mean), 0.4, 0.11);
}

static void settings_that_do_not_fit_give_no_world(void** state)
{
    (void)state;
    set_quiet();
    const world_settings_t good = settings;
    const machine_settings_t good_machine = machine;
#define REFUSED(...)                                                                               \
    do {                                                                                           \
        settings = good;                                                                           \
        machine = good_machine;                                                                    \
        __VA_ARGS__;                                                                               \
        assert_null(world_create(&settings));                                                      \
    } while (0)
    REFUSED(settings.machine = NULL);
    REFUSED(settings.pad_index = 1);
    REFUSED(settings.pad_index = -1);
    REFUSED(settings.tissues = NULL);
    REFUSED(settings.tissue_count = 0);
    REFUSED(settings.friction = (double)NAN);
    REFUSED(settings.breathing_rate_Hz = -0.1);
    REFUSED(settings.body_offset_m[2] = (double)INFINITY);
    REFUSED(settings.force_latency_us = 1000000);
    REFUSED(settings.event_count = WORLD_EVENT_CAPACITY + 1);
    REFUSED(settings.event_count = 1;
            settings.events[0] =
                (world_event_t){.kind = WORLD_EVENT_DRIVE_FAULT, .device = TABLE_FORCE_SENSOR});
    REFUSED(settings.event_count = 1;
            settings.events[0] =
                (world_event_t){.kind = WORLD_EVENT_DEVICE_SILENT, .device = TABLE_IO + 1});
    REFUSED(settings.event_count = 1;
            settings.events[0] =
                (world_event_t){.kind = WORLD_EVENT_BODY_SHIFT, .magnitude = (double)NAN});
    REFUSED(machine.drive_of_joint[3] = TABLE_IO);
    REFUSED(machine.drive_of_joint[3] = 2);
    REFUSED(machine.force_sensor = 0);
    REFUSED(machine.io_coupler = 99);
    REFUSED(machine.arm.joint_count = 0);
    REFUSED(machine.profiles[0].points[1].address = 0); // two points at one address
#undef REFUSED
    settings = good;
    machine = good_machine;
    world_destroy(create());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arm_starts_parked_with_its_brakes_on),
        cmocka_unit_test(drives_enable_only_with_the_relay_shut),
        cmocka_unit_test(sample_counters_move_with_every_step_and_only_then),
        cmocka_unit_test(position_register_shows_where_the_joint_is),
        cmocka_unit_test(joints_follow_set_points_8_to_12_ms_late),
        cmocka_unit_test(static_press_is_spring_and_tissue_in_series),
        cmocka_unit_test(held_press_relaxes_by_its_fraction),
        cmocka_unit_test(free_tool_reads_its_weight),
        cmocka_unit_test(estop_takes_torque_at_once_and_sags_less_than_5_mm),
        cmocka_unit_test(silent_device_answers_nothing_until_it_is_back),
        cmocka_unit_test(silent_drive_stops_by_its_own_watchdog),
        cmocka_unit_test(drive_fault_event_ends_in_fault_with_the_brake_on),
        cmocka_unit_test(button_force_and_body_events_act),
        cmocka_unit_test(same_seed_and_traffic_give_the_same_bytes),
        cmocka_unit_test(garbage_never_hurts_the_world),
        cmocka_unit_test(nobody_on_the_table_is_felt_and_seen_by_nobody),
        cmocka_unit_test(drawn_bodies_stay_inside_the_registration_error),
        cmocka_unit_test(people_differ_by_the_stated_spread),
        cmocka_unit_test(settings_that_do_not_fit_give_no_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
