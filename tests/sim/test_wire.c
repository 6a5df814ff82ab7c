/// The faulty wire under the real bus code: every kind shows its effect, ends, and leaves the links
/// as they were; and nothing that belongs to another request ever becomes a sample.
#include "tests/support/cmocka_prelude.h"

#include "controller/bus/fieldbus.h"
#include "sim/random.h"
#include "sim/sim_port.h"
#include "sim/wire.h"
#include "tests/sim/table_under_test.h"

#define PERIOD_US 4000
#define DRIVE 3

typedef struct {
    machine_settings_t machine;
    world_t* world;
    device_host_t host;
    wire_t* wire;
    fieldbus_t bus;
    bus_feedback_t feedback;
    bus_command_t command;
} bench_t;

static bench_t bench;

static void begin(uint64_t seed)
{
    memset(&bench, 0, sizeof bench);
    table_machine(&bench.machine);
    for (int i = 0; i < bench.machine.device_count; ++i) {
        bench.machine.devices[i].unit = i + 1;
        bench.machine.devices[i].port = 1502 + i;
    }
    world_settings_t settings;
    table_quiet_settings(&settings, &bench.machine, NULL, NULL);
    bench.world = world_create(&settings);
    assert_non_null(bench.world);
    bench.host = world_host(bench.world);
    bench.wire = wire_create(&bench.machine, &bench.host, seed);
    assert_non_null(bench.wire);
    const port_t port = wire_port(bench.wire);
    fieldbus_findings_t findings = {0};
    assert_true(fieldbus_init(&bench.bus, &port, &bench.machine, 1000000, &findings));
    assert_true(fieldbus_configure(&bench.bus, 1000000, &findings));
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        bench.command.position[j] = bench.machine.arm.joints[j].parked;
        bench.command.request[j] = DRIVE_REQUEST_DISABLE;
    }
}

static void end(void)
{
    fieldbus_close(&bench.bus);
    wire_destroy(bench.wire);
    world_destroy(bench.world);
}

static const bus_device_frame_t* period(int device)
{
    (void)fieldbus_exchange(&bench.bus, &bench.command, world_now_us(bench.world), &bench.feedback);
    world_advance_to(bench.world, world_now_us(bench.world) + PERIOD_US);
    return &bench.bus.frame.devices[device];
}

static bus_result_t result_of(int device)
{
    return period(device)->result;
}

static void inject(world_event_kind_t kind, int device, double magnitude, int64_t duration_us)
{
    wire_inject(bench.wire, &(world_event_t){.kind = kind,
                                             .device = device,
                                             .magnitude = magnitude,
                                             .duration_us = duration_us});
}

typedef struct {
    world_event_kind_t kind;
    double magnitude;
    bus_result_t first; // in the first period
} row_t;

/// Kinds that touch every reply of the device, with what the bus says of the first one.
static const row_t rows[] = {
    {WORLD_EVENT_BUS_LOSS, 1.0, BUS_TIMEOUT},
    {WORLD_EVENT_BUS_REQUEST_LOSS, 1.0, BUS_TIMEOUT},
    {WORLD_EVENT_BUS_BURST, 50.0, BUS_TIMEOUT},
    {WORLD_EVENT_BUS_DELAY, 0.003, BUS_TIMEOUT},
    {WORLD_EVENT_BUS_REORDER, 1.0, BUS_TIMEOUT},
    {WORLD_EVENT_BUS_TRUNCATED, 1.0, BUS_TIMEOUT},
    {WORLD_EVENT_BUS_DRIP, 0.01, BUS_TIMEOUT},
    {WORLD_EVENT_BUS_GLUED, 1.0, BUS_MISMATCH},
    {WORLD_EVENT_BUS_WRONG_UNIT, 0.0, BUS_MISMATCH},
    {WORLD_EVENT_BUS_WRONG_TRANSACTION, 0.0, BUS_MISMATCH},
    {WORLD_EVENT_BUS_WRONG_FUNCTION, 0.0, BUS_MISMATCH},
    {WORLD_EVENT_BUS_EXCEPTION, 4.0, BUS_EXCEPTION},
    {WORLD_EVENT_BUS_RESET, 0.0, BUS_CLOSED},
    {WORLD_EVENT_BUS_REFUSED, 0.0, BUS_CLOSED},
};

static void every_kind_shows_its_effect_and_ends(void** state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        begin(1 + i);
        for (int k = 0; k < 5; ++k) {
            assert_int_equal(result_of(DRIVE), BUS_FRESH);
        }
        inject(rows[i].kind, DRIVE, rows[i].magnitude, 100000);
        const bus_result_t first = result_of(DRIVE);
        if (first != rows[i].first) {
            print_error("%s: %s\n", world_event_info(rows[i].kind)->word, bus_result_text(first));
        }
        assert_int_equal(first, rows[i].first);
        // Burst is the one that happens to all devices.
        assert_int_equal(bench.bus.frame.devices[DRIVE + 1].result,
                         rows[i].kind == WORLD_EVENT_BUS_BURST ? BUS_TIMEOUT : BUS_FRESH);
        assert_true(wire_counters(bench.wire)->events[rows[i].kind] > 0);
        for (int k = 0; k < 200; ++k) { // far longer than it lasts and a link stays away
            (void)period(DRIVE);
        }
        const uint64_t straight = wire_counters(bench.wire)->straight;
        for (int k = 0; k < 5; ++k) {
            assert_int_equal(result_of(DRIVE), BUS_FRESH);
        }
        assert_true(wire_counters(bench.wire)->straight == straight + 5); // no trace is left
        end();
    }
}

static void a_lost_request_does_nothing_and_a_lost_reply_has_been_carried_out(void** state)
{
    (void)state;
    const world_event_kind_t kinds[] = {WORLD_EVENT_BUS_LOSS, WORLD_EVENT_BUS_REQUEST_LOSS};
    for (int i = 0; i < 2; ++i) {
        begin(5);
        (void)period(0);
        inject(kinds[i], TABLE_IO, 1.0, 0);
        bench.command.power_relay_close = true;
        (void)period(0);
        bench.command.power_relay_close = false;
        const uint16_t outputs = table_read(bench.world, TABLE_IO, IO_AT_OUTPUTS);
        assert_int_equal(outputs & IO_OUTPUT_RELAY_CLOSE, i == 0 ? IO_OUTPUT_RELAY_CLOSE : 0);
        end();
    }
}

static void a_delay_within_the_window_is_only_a_round_trip(void** state)
{
    (void)state;
    begin(6);
    inject(WORLD_EVENT_BUS_DELAY, DRIVE, 0.002, 0);
    for (int k = 0; k < 50; ++k) {
        const bus_device_frame_t* frame = period(DRIVE);
        assert_int_equal(frame->result, BUS_FRESH);
        assert_int_equal(frame->round_trip_us, 2000);
    }
    end();
}

static void jitter_past_the_window_drops_some_replies_and_delivers_none_late(void** state)
{
    (void)state;
    begin(7);
    inject(WORLD_EVENT_BUS_JITTER, DRIVE, 0.004, 0);
    int fresh = 0, late = 0;
    for (int k = 0; k < 1000; ++k) {
        const bus_device_frame_t* frame = period(DRIVE);
        fresh += frame->result == BUS_FRESH ? 1 : 0;
        late += frame->result == BUS_TIMEOUT ? 1 : 0;
        assert_true(frame->result != BUS_FRESH || frame->round_trip_us <= WIRE_REPLY_WINDOW_US);
        assert_true(wire_delivered(bench.wire, DRIVE) != WIRE_FOREIGN);
    }
    assert_true(fresh > 300);
    assert_true(late > 200);
    end();
}

static void a_duplicate_is_delivered_once_and_its_copy_ends_the_link(void** state)
{
    (void)state;
    begin(8);
    inject(WORLD_EVENT_BUS_DUPLICATE, DRIVE, 1.0, 3000);
    assert_int_equal(result_of(DRIVE), BUS_FRESH);
    assert_int_equal(result_of(DRIVE), BUS_MISMATCH);
    assert_true(wire_counters(bench.wire)->link_losses == 1);
    end();
}

static void a_gateway_that_repeats_itself_gives_no_new_sample(void** state)
{
    (void)state;
    begin(9);
    inject(WORLD_EVENT_BUS_STALE, DRIVE, 0.0, 0);
    assert_int_equal(result_of(DRIVE), BUS_FRESH);
    for (int k = 0; k < 20; ++k) {
        assert_int_equal(result_of(DRIVE), BUS_STALE);
        assert_int_equal(wire_delivered(bench.wire, DRIVE), WIRE_REPEATED);
    }
    assert_true(bench.feedback.drives[DRIVE].age_us >= 20 * PERIOD_US);
    end();
}

static void a_burst_takes_so_many_of_every_hundred_periods(void** state)
{
    (void)state;
    begin(10);
    inject(WORLD_EVENT_BUS_BURST, 0, 2.0, 0);
    int lost = 0;
    for (int k = 0; k < 300; ++k) {
        lost += result_of(DRIVE) == BUS_TIMEOUT ? 1 : 0;
    }
    assert_int_equal(lost, 6);
    end();
}

static void
a_corrupt_register_and_a_turned_bit_reach_the_controller_as_no_frame_can_tell(void** state)
{
    (void)state;
    begin(11);
    inject(WORLD_EVENT_BUS_CORRUPT, TABLE_FORCE_SENSOR, 1.0, 0);
    for (int k = 0; k < 100; ++k) {
        (void)period(TABLE_FORCE_SENSOR);
        assert_int_equal(wire_delivered(bench.wire, TABLE_FORCE_SENSOR), WIRE_ALTERED);
    }
    end();
    begin(12);
    inject(WORLD_EVENT_BUS_BIT_FLIP, TABLE_FORCE_SENSOR, 1.0, 0);
    int refused = 0, altered = 0;
    for (int k = 0; k < 1000; ++k) {
        const bus_device_frame_t* frame = period(TABLE_FORCE_SENSOR);
        refused += frame->result == BUS_MISMATCH ? 1 : 0;
        altered += wire_delivered(bench.wire, TABLE_FORCE_SENSOR) == WIRE_ALTERED ? 1 : 0;
    }
    print_message("of 1000 replies with a turned bit %d refused, %d taken: TCP has no checksum of "
                  "its own here\n",
                  refused, altered);
    assert_true(refused > 0);
    assert_true(altered > 0);
    end();
}

static void drives_that_are_swapped_answer_for_each_other(void** state)
{
    (void)state;
    begin(13);
    (void)period(0);
    const double third = bench.feedback.drives[2].position;
    const double fourth = bench.feedback.drives[3].position;
    assert_true(fabs(third - fourth) > 0.1);
    inject(WORLD_EVENT_DEVICES_SWAPPED, 2, 0.0, 10000);
    (void)period(0);
    assert_near(bench.feedback.drives[2].position, fourth, 1e-5);
    assert_near(bench.feedback.drives[3].position, third, 1e-5);
    assert_int_equal(wire_delivered(bench.wire, 2), WIRE_OTHER_DEVICE);
    assert_int_equal(wire_delivered(bench.wire, 4), WIRE_OWN);
    end();
}

static void a_second_master_writes_beside_the_first(void** state)
{
    (void)state;
    begin(14);
    (void)period(0);
    inject(WORLD_EVENT_ROGUE_MASTER, DRIVE, 0.05, 0);
    (void)fieldbus_exchange(&bench.bus, &bench.command, 0, &bench.feedback);
    const int32_t raw = (int32_t)((uint32_t)table_read(bench.world, DRIVE, DRIVE_AT_TARGET) << 16 |
                                  table_read(bench.world, DRIVE, DRIVE_AT_TARGET + 1));
    assert_near(raw * 1e-6, bench.command.position[DRIVE] + 0.05, 1e-5);
    assert_true(wire_counters(bench.wire)->rogue_writes == 1);
    end();
}

static void a_refused_device_can_not_be_opened(void** state)
{
    (void)state;
    begin(15);
    inject(WORLD_EVENT_BUS_REFUSED, DRIVE, 0.0, 0);
    fieldbus_findings_t findings = {0};
    assert_false(fieldbus_configure(&bench.bus, 1000000, &findings));
    assert_int_equal(findings.at[0].device, DRIVE);
    assert_int_equal(findings.at[0].result, FIELDBUS_UNREACHABLE);
    end();
}

static void events_of_others_and_events_that_do_not_fit_are_left_alone(void** state)
{
    (void)state;
    begin(16);
    inject(WORLD_EVENT_DEVICE_SILENT, DRIVE, 0.0, 0);
    inject(WORLD_EVENT_BUS_LOSS, DEVICE_CAPACITY, 1.0, 0);
    inject(WORLD_EVENT_BUS_LOSS, DRIVE, 1.5, 0);
    inject(WORLD_EVENT_ROGUE_MASTER, TABLE_IO, 0.1, 0);
    bench.machine.devices[DRIVE].line = 1;
    inject(WORLD_EVENT_BUS_WRONG_TRANSACTION, DRIVE, 0.0, 0);
    (void)period(DRIVE);
    assert_true(wire_counters(bench.wire)->faulted == 0);
    end();
}

static double drawn_magnitude(random_stream_t* stream, world_event_kind_t kind)
{
    const world_event_info_t* info = world_event_info(kind);
    return kind == WORLD_EVENT_BUS_DELAY || kind == WORLD_EVENT_BUS_JITTER
               ? random_between(stream, 0.0, 0.02)
           : kind == WORLD_EVENT_BUS_DRIP      ? random_between(stream, 0.0, 0.0005)
           : kind == WORLD_EVENT_BUS_EXCEPTION ? 1.0 + (double)(random_next(stream) % 11)
           : info->least < info->most          ? random_between(stream, info->least, info->most)
                                               : 0.0;
}

/// One to four kinds at a time, all devices, anew every fifth of a second.
/// Shows H30, H31.
static void no_reply_to_another_request_is_ever_taken_for_a_sample(void** state)
{
    (void)state;
    const uint64_t seed = 20261122;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_stream_t stream = random_stream(seed, 1000);
    begin(seed);
    int64_t asked = 0, fresh = 0, altered_fresh = 0, repeated_fresh = 0, gateways = 0;
    for (int k = 0; k < 15000; ++k) {
        for (int i = 0; k % 50 == 0 && i < 1 + (int)(random_next(&stream) % 30); ++i) {
            const world_event_kind_t kind =
                WORLD_EVENT_BUS_LOSS +
                (int)(random_next(&stream) % (WORLD_EVENT_BUS_REFUSED - WORLD_EVENT_BUS_LOSS + 1));
            const int device = (int)(random_next(&stream) % (TABLE_JOINTS + 2));
            gateways += kind == WORLD_EVENT_BUS_STALE ? 1 : 0;
            const double magnitude = drawn_magnitude(&stream, kind);
            inject(kind, device, magnitude, 20000 + (int64_t)(random_next(&stream) % 180000));
        }
        (void)period(0);
        for (int device = 0; device < TABLE_JOINTS + 2; ++device) {
            const bus_result_t result = bench.bus.frame.devices[device].result;
            const wire_delivery_t delivery = wire_delivered(bench.wire, device);
            asked++;
            fresh += result == BUS_FRESH ? 1 : 0;
            assert_false(result == BUS_FRESH &&
                         (delivery == WIRE_FOREIGN || delivery == WIRE_NOTHING));
            repeated_fresh += result == BUS_FRESH && delivery == WIRE_REPEATED ? 1 : 0;
            altered_fresh += result == BUS_FRESH && delivery == WIRE_ALTERED ? 1 : 0;
        }
    }
    const wire_counters_t* counters = wire_counters(bench.wire);
    print_message("%lld requests, %llu of them in periods with faults; %lld samples taken: of "
                  "another request 0, repeated by a gateway %lld, with another content %lld; "
                  "handed up and not taken: %llu of another request, %llu repeated; %llu links "
                  "lost\n",
                  (long long)asked, 9ull * (unsigned long long)counters->faulted, (long long)fresh,
                  (long long)repeated_fresh, (long long)altered_fresh,
                  (unsigned long long)counters->deliveries[WIRE_FOREIGN],
                  (unsigned long long)counters->deliveries[WIRE_REPEATED] -
                      (unsigned long long)repeated_fresh,
                  (unsigned long long)counters->link_losses);
    // No frame can tell a content that was changed before it was framed.
    assert_true(altered_fresh <= (int64_t)(counters->events[WORLD_EVENT_BUS_CORRUPT] +
                                           counters->events[WORLD_EVENT_BUS_BIT_FLIP]));
    // A gateway that kept a reply which then got lost can pass it off as new, once.
    assert_true(repeated_fresh <= gateways);
    assert_true(9 * counters->faulted >= 100000);
    for (int kind = WORLD_EVENT_BUS_LOSS; kind <= WORLD_EVENT_BUS_REFUSED; ++kind) {
        assert_true(counters->events[kind] > 0);
    }
    end();
}

static void the_same_seed_gives_the_same_exchanges(void** state)
{
    (void)state;
    wire_counters_t first;
    bus_frame_t frame;
    for (int run = 0; run < 2; ++run) {
        begin(77);
        inject(WORLD_EVENT_BUS_JITTER, 0, 0.01, 0);
        inject(WORLD_EVENT_BUS_BIT_FLIP, TABLE_FORCE_SENSOR, 0.3, 0);
        inject(WORLD_EVENT_BUS_LOSS, TABLE_IO, 0.3, 0);
        for (int k = 0; k < 500; ++k) {
            (void)period(0);
        }
        if (run == 0) {
            first = *wire_counters(bench.wire);
            frame = bench.bus.frame;
        } else {
            assert_memory_equal(&first, wire_counters(bench.wire), sizeof first);
            assert_memory_equal(&frame, &bench.bus.frame, sizeof frame);
        }
        end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_shows_its_effect_and_ends),
        cmocka_unit_test(a_lost_request_does_nothing_and_a_lost_reply_has_been_carried_out),
        cmocka_unit_test(a_delay_within_the_window_is_only_a_round_trip),
        cmocka_unit_test(jitter_past_the_window_drops_some_replies_and_delivers_none_late),
        cmocka_unit_test(a_duplicate_is_delivered_once_and_its_copy_ends_the_link),
        cmocka_unit_test(a_gateway_that_repeats_itself_gives_no_new_sample),
        cmocka_unit_test(a_burst_takes_so_many_of_every_hundred_periods),
        cmocka_unit_test(
            a_corrupt_register_and_a_turned_bit_reach_the_controller_as_no_frame_can_tell),
        cmocka_unit_test(drives_that_are_swapped_answer_for_each_other),
        cmocka_unit_test(a_second_master_writes_beside_the_first),
        cmocka_unit_test(a_refused_device_can_not_be_opened),
        cmocka_unit_test(events_of_others_and_events_that_do_not_fit_are_left_alone),
        cmocka_unit_test(no_reply_to_another_request_is_ever_taken_for_a_sample),
        cmocka_unit_test(the_same_seed_gives_the_same_exchanges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
