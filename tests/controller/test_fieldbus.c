// The bus over a port whose replies the test can bend: what feeds, what ages, what is never sent,
// and what is found before arming. Also that a period over the same devices is the same whatever
// order they are asked in.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/bus/fieldbus.h"
#include "controller/bus/registers.h"
#include "sim/sim_port.h"
#include "tests/support/virtual_machine.h"

static machine_settings_t machine;
static virtual_devices_t devices;
static device_host_t host;
static fieldbus_t bus;
static fieldbus_findings_t findings;
static bus_command_t command;
static bus_feedback_t feedback;

// A port before the real one, which lets the test bend the reply of one device.
typedef void (*bend_t)(int device, port_batch_t* batch);
static bend_t bend;
static pdu_t last_request[DEVICE_CAPACITY];
static bool backwards; // asks the devices in the opposite order

static void bending_exchange(void* context, port_batch_t* batch, int64_t timeout_us)
{
    (void)context;
    (void)timeout_us;
    for (int k = 0; k < VIRTUAL_DEVICES; k++) {
        const int i = backwards ? VIRTUAL_DEVICES - 1 - k : k;
        last_request[i] = batch->request[i];
        batch->round_trip_us[i] = 10 + i;
        if (batch->request[i].size == 0) {
            batch->result[i] = PORT_NOT_ASKED;
        } else {
            batch->result[i] = host.request(host.context, i, &batch->request[i], &batch->reply[i])
                                   ? PORT_OK
                                   : PORT_TIMEOUT;
        }
    }
    for (int i = 0; i < VIRTUAL_DEVICES && bend != NULL; i++) {
        bend(i, batch);
    }
}

static bool bending_open(void* context, port_batch_t* batch, int64_t timeout_us)
{
    (void)context;
    (void)timeout_us;
    for (int i = 0; i < VIRTUAL_DEVICES; i++) {
        batch->result[i] = PORT_OK;
        if (bend != NULL) {
            bend(i, batch);
        }
    }
    return true;
}

static void bending_close(void* context)
{
    (void)context;
}

static const port_vtable_t bending_vtable = {
    .exchange = bending_exchange, .open = bending_open, .close = bending_close};

static int setup(void** state)
{
    (void)state;
    bend = NULL;
    backwards = false;
    virtual_machine(&machine);
    virtual_devices_init(&devices, &machine);
    host = virtual_devices_host(&devices);
    memset(&findings, 0, sizeof findings);
    memset(&command, 0, sizeof command);
    const port_t port = {.vtable = &bending_vtable, .device_count = VIRTUAL_DEVICES};
    if (!fieldbus_init(&bus, &port, &machine, 1000, &findings)) {
        return -1;
    }
    return fieldbus_configure(&bus, 1000, &findings) && findings.count == 0 ? 0 : -1;
}

static bool exchange_and_step(void)
{
    const bool well = fieldbus_exchange(&bus, &command, devices.now_us, &feedback);
    virtual_devices_advance(&devices, devices.now_us + 4000);
    return well;
}

static void enable_all(void)
{
    for (int i = 0; i < VIRTUAL_DRIVES; i++) {
        command.request[i] = DRIVE_REQUEST_ENABLE;
    }
    // Unknown, then three steps of the state machine, each seen a period after it was asked for.
    for (int period = 0; period < 8; period++) {
        assert_true(exchange_and_step());
    }
    for (int i = 0; i < VIRTUAL_DRIVES; i++) {
        assert_int_equal(feedback.drives[i].state, DRIVE_OPERATION_ENABLED);
    }
}

// -------------------------------------------------------------------------------------- normal

static void before_the_first_sample_every_age_is_never(void** state)
{
    (void)state;
    memset(devices.silent, 1, sizeof devices.silent);
    assert_false(exchange_and_step());
    for (int i = 0; i < VIRTUAL_DRIVES; i++) {
        assert_true(feedback.drives[i].age_us == AGE_NEVER_US);
        assert_int_equal(feedback.drives[i].state, DRIVE_UNKNOWN);
    }
    assert_true(feedback.force.age_us == AGE_NEVER_US);
    assert_true(feedback.io.age_us == AGE_NEVER_US);
    assert_false(feedback.force.status_ok);
    assert_false(feedback.io.estop_closed);
}

static void targets_arrive_and_measurements_come_back(void** state)
{
    (void)state;
    for (int i = 0; i < VIRTUAL_DRIVES; i++) {
        command.position[i] = 0.1 * i - 0.3;
    }
    command.power_relay_close = true;
    enable_all();
    assert_true(exchange_and_step());
    for (int i = 0; i < VIRTUAL_DRIVES; i++) {
        assert_near(feedback.drives[i].position, 0.1 * i - 0.3, 0.5e-6);
        assert_true(feedback.drives[i].age_us == 0);
        double limit = 0.0;
        assert_true(register_file_get(&devices.files[i], POINT_EFFORT_LIMIT, &limit));
        assert_near(limit, 50.0 + i, 0.051);
    }
    assert_near(feedback.force.force_N[2], -0.5 * (double)(devices.steps - 4), 1e-9);
    assert_true(feedback.force.status_ok);
    assert_true(feedback.io.estop_closed && feedback.io.client_button_released &&
                feedback.io.client_present && feedback.io.power_relay_closed);
    assert_int_equal(register_file_raw(&devices.files[VIRTUAL_IO], POINT_OUTPUTS),
                     IO_OUTPUT_RELAY_CLOSE);
}

static void one_request_a_device_and_period(void** state)
{
    (void)state;
    const uint64_t before = devices.requests;
    assert_true(exchange_and_step());
    assert_int_equal(devices.requests - before, VIRTUAL_DEVICES);
    assert_int_equal(last_request[0].bytes[0], MODBUS_READ_WRITE);
    assert_int_equal(last_request[VIRTUAL_FORCE_SENSOR].bytes[0], MODBUS_READ_HOLDING);
    assert_int_equal(last_request[VIRTUAL_IO].bytes[0], MODBUS_READ_WRITE);
}

static void the_frame_keeps_the_words_of_the_period(void** state)
{
    (void)state;
    command.position[2] = 1.0;
    assert_true(exchange_and_step());
    const bus_device_frame_t* frame = &bus.frame.devices[2];
    assert_int_equal(bus.frame.device_count, VIRTUAL_DEVICES);
    assert_int_equal(frame->result, BUS_FRESH);
    assert_int_equal(frame->words_out_count, 4);
    assert_int_equal(((uint32_t)frame->words_out[1] << 16) | frame->words_out[2], 1000000);
    assert_int_equal(frame->words_in_count, 8);
    assert_int_equal(frame->words_in[1], cia402_status_word(DRIVE_SWITCH_ON_DISABLED));
    assert_true(frame->age_us == 0);
    assert_int_equal(bus.frame.devices[VIRTUAL_FORCE_SENSOR].words_out_count, 0);
}

static uint8_t run_of_periods[400][sizeof(bus_feedback_t)];

static void the_order_of_devices_in_a_period_does_not_matter(void** state)
{
    for (int round = 0; round < 2; round++) {
        assert_int_equal(setup(state), 0);
        backwards = round == 1;
        for (int period = 0; period < 400; period++) {
            for (int i = 0; i < VIRTUAL_DRIVES; i++) {
                command.request[i] = period < 300 ? DRIVE_REQUEST_ENABLE : DRIVE_REQUEST_QUICK_STOP;
                command.position[i] = sin(period * 0.01 + i);
            }
            assert_true(exchange_and_step());
            if (round == 0) {
                memcpy(run_of_periods[period], &feedback, sizeof feedback);
            } else {
                assert_memory_equal(run_of_periods[period], &feedback, sizeof feedback);
            }
        }
    }
}

// ---------------------------------------------------------------------------------------- ages

/// Shows H28.
static void a_silent_device_keeps_its_sample_and_ages(void** state)
{
    (void)state;
    command.position[3] = 0.7;
    enable_all();
    assert_true(exchange_and_step());
    devices.silent[3] = true;
    for (int period = 1; period <= 5; period++) {
        assert_false(exchange_and_step());
        assert_true(feedback.drives[3].age_us == 4000 * period);
        assert_near(feedback.drives[3].position, 0.7, 1e-6);
        assert_int_equal(feedback.drives[3].state, DRIVE_OPERATION_ENABLED);
        assert_true(feedback.drives[4].age_us == 0);
        assert_int_equal(bus.frame.devices[3].result, BUS_TIMEOUT);
        assert_int_equal(bus.frame.devices[3].words_in_count, 0);
    }
    assert_int_equal(bus.devices[3].counters.timeouts, 5);
}

/// Shows H11, H29, H31.
static void a_counter_that_stands_still_ages_although_replies_come(void** state)
{
    (void)state;
    assert_true(exchange_and_step());
    assert_true(exchange_and_step());
    devices.frozen[VIRTUAL_FORCE_SENSOR] = true;
    const double held = feedback.force.force_N[2];
    assert_true(exchange_and_step()); // the last step before it froze
    const double last = feedback.force.force_N[2];
    assert_true(last != held);
    for (int period = 1; period <= 5; period++) {
        assert_true(exchange_and_step()); // it answers, so nothing is wrong with the wire
        assert_true(feedback.force.age_us == 4000 * period);
        assert_near(feedback.force.force_N[2], last, 0.0); // the new words are not believed
        assert_int_equal(bus.frame.devices[VIRTUAL_FORCE_SENSOR].result, BUS_STALE);
    }
    assert_int_equal(bus.devices[VIRTUAL_FORCE_SENSOR].counters.stale, 5);
    devices.frozen[VIRTUAL_FORCE_SENSOR] = false;
    virtual_devices_advance(&devices, devices.now_us + 1000);
    assert_true(exchange_and_step());
    assert_true(feedback.force.age_us == 0);
}

/// Shows H31.
static void a_counter_may_run_over_but_not_back(void** state)
{
    (void)state;
    register_file_t* file = &devices.files[0];
    register_file_set_raw(file, POINT_SAMPLE_COUNTER, 65534);
    assert_true(exchange_and_step());
    for (int period = 0; period < 5; period++) {
        assert_true(exchange_and_step());
        assert_true(feedback.drives[0].age_us == 0);
    }
    // An older sample again, as from a duplicated or reordered reply.
    const uint32_t counter = register_file_raw(file, POINT_SAMPLE_COUNTER);
    register_file_set_raw(file, POINT_SAMPLE_COUNTER, counter - 8);
    assert_true(exchange_and_step());
    assert_int_equal(bus.frame.devices[0].result, BUS_STALE);
    register_file_set_raw(file, POINT_SAMPLE_COUNTER, counter + 4);
    assert_true(exchange_and_step());
    assert_int_equal(bus.frame.devices[0].result, BUS_FRESH);
}

static void a_device_that_began_to_count_anew_is_believed_after_a_while(void** state)
{
    (void)state;
    register_file_t* file = &devices.files[0];
    register_file_set_raw(file, POINT_SAMPLE_COUNTER, 20000);
    assert_true(exchange_and_step());
    register_file_set_raw(file, POINT_SAMPLE_COUNTER, 0);
    int stale = 0;
    while (exchange_and_step() && bus.frame.devices[0].result == BUS_STALE) {
        stale++;
    }
    assert_int_equal(bus.frame.devices[0].result, BUS_FRESH);
    assert_int_equal(stale, FIELDBUS_RESTART_SAMPLES);
    assert_true(feedback.drives[0].age_us == 0);
}

// ------------------------------------------------------------------------------ bent replies

static int bent_device;
static int bent_byte;
static uint8_t bent_mask;

static void flip_bits(int device, port_batch_t* batch)
{
    if (device == bent_device && bent_byte < batch->reply[device].size) {
        batch->reply[device].bytes[bent_byte] ^= bent_mask;
    }
}

static void cut_reply(int device, port_batch_t* batch)
{
    if (device == bent_device) {
        batch->reply[device].size--;
    }
}

static void refuse(int device, port_batch_t* batch)
{
    if (device == bent_device) {
        modbus_encode_exception(batch->request[device].bytes[0], MODBUS_DEVICE_BUSY,
                                &batch->reply[device]);
    }
}

/// Shows H30, H32.
static void a_reply_that_does_not_match_never_feeds(void** state)
{
    const int heads[] = {0, 1}; // function, byte count
    for (int which = 0; which < 2; which++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            assert_int_equal(setup(state), 0);
            assert_true(exchange_and_step());
            const double before = feedback.force.force_N[2];
            bend = flip_bits;
            bent_device = VIRTUAL_FORCE_SENSOR;
            bent_byte = heads[which];
            bent_mask = (uint8_t)(1u << bit);
            assert_false(exchange_and_step());
            assert_near(feedback.force.force_N[2], before, 0.0);
            assert_true(feedback.force.age_us == 4000);
            const bus_result_t result = bus.frame.devices[VIRTUAL_FORCE_SENSOR].result;
            assert_int_equal(result, BUS_MISMATCH);
            assert_int_equal(bus.devices[VIRTUAL_FORCE_SENSOR].counters.mismatches, 1);
        }
    }
    assert_int_equal(setup(state), 0);
    bend = cut_reply;
    assert_false(exchange_and_step());
    assert_true(feedback.force.age_us == AGE_NEVER_US);
}

static void an_exception_counts_ages_and_keeps_its_code(void** state)
{
    (void)state;
    assert_true(exchange_and_step());
    bend = refuse;
    bent_device = 5;
    assert_false(exchange_and_step());
    assert_int_equal(bus.frame.devices[5].result, BUS_EXCEPTION);
    assert_int_equal(bus.frame.devices[5].exception, MODBUS_DEVICE_BUSY);
    assert_int_equal(bus.devices[5].counters.exceptions, 1);
    assert_true(feedback.drives[5].age_us == 4000);
    bend = NULL; // the link is whole: it goes on at once
    assert_true(exchange_and_step());
    assert_true(feedback.drives[5].age_us == 0);
}

static void put_nan(int device, port_batch_t* batch)
{
    if (device == VIRTUAL_FORCE_SENSOR) { // force y, low word first
        batch->reply[device].bytes[2 + 2 * 4] = 0x00;
        batch->reply[device].bytes[2 + 2 * 5] = 0x7F;
        batch->reply[device].bytes[2 + 2 * 5 + 1] = 0xC0;
    }
}

/// Shows H32.
static void a_sample_with_one_nan_feeds_nothing_of_itself(void** state)
{
    (void)state;
    assert_true(exchange_and_step());
    const force_feedback_t before = feedback.force;
    bend = put_nan;
    assert_false(exchange_and_step());
    assert_int_equal(bus.frame.devices[VIRTUAL_FORCE_SENSOR].result, BUS_BAD_VALUE);
    assert_memory_equal(before.force_N, feedback.force.force_N, sizeof before.force_N);
    assert_true(feedback.force.age_us == 4000);
}

// ---------------------------------------------------------------------------------- commands

static void a_target_that_does_not_fit_is_never_sent(void** state)
{
    (void)state;
    const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, 3.000001, -3.1, 1e300};
    for (int i = 0; i < (int)(sizeof bad / sizeof bad[0]); i++) {
        assert_int_equal(setup(state), 0);
        command.position[1] = 0.25;
        enable_all();
        command.position[1] = bad[i];
        assert_false(exchange_and_step());
        assert_true(bus.frame.devices[1].command_refused);
        assert_false(bus.frame.devices[0].command_refused);
        assert_int_equal(bus.devices[1].counters.refused, 1);
        assert_int_equal(register_file_raw(&devices.files[1], POINT_CONTROL_WORD),
                         CIA402_QUICK_STOP);
        assert_int_equal(register_file_raw(&devices.files[1], POINT_TARGET_POSITION), 250000);
        assert_int_equal(register_file_raw(&devices.files[0], POINT_CONTROL_WORD),
                         CIA402_ENABLE_OPERATION);
    }
}

static void before_the_first_good_target_only_the_control_word_goes_out(void** state)
{
    (void)state;
    register_file_set_raw(&devices.files[1], POINT_TARGET_POSITION, 123456);
    command.position[1] = (double)NAN;
    assert_false(exchange_and_step());
    assert_int_equal(bus.frame.devices[1].words_out_count, 1);
    assert_int_equal(bus.frame.devices[1].words_out[0], CIA402_QUICK_STOP);
    assert_int_equal(register_file_raw(&devices.files[1], POINT_TARGET_POSITION), 123456);
    assert_true(feedback.drives[1].age_us == 0); // it is still listened to
}

static void targets_at_their_limits_are_sent(void** state)
{
    (void)state;
    command.position[1] = 3.0;
    command.position[2] = -3.0;
    assert_true(exchange_and_step());
    assert_int_equal(register_file_raw(&devices.files[1], POINT_TARGET_POSITION), 3000000);
    assert_int_equal((int32_t)register_file_raw(&devices.files[2], POINT_TARGET_POSITION),
                     -3000000);
}

static void a_fault_is_reset_when_asked_and_not_before(void** state)
{
    (void)state;
    register_file_set_raw(&devices.files[4], POINT_STATUS_WORD, cia402_status_word(DRIVE_FAULT));
    register_file_set_raw(&devices.files[4], POINT_FAULT_CODE, 0x7100);
    command.request[4] = DRIVE_REQUEST_ENABLE;
    for (int period = 0; period < 8; period++) {
        (void)exchange_and_step();
        assert_int_equal(feedback.drives[4].state, DRIVE_FAULT);
        assert_int_equal(feedback.drives[4].fault_code, 0x7100);
    }
    command.request[4] = DRIVE_REQUEST_RESET_FAULT;
    for (int period = 0; period < 4; period++) {
        (void)exchange_and_step();
    }
    assert_int_equal(feedback.drives[4].state, DRIVE_SWITCH_ON_DISABLED);
}

// ---------------------------------------------------------------------- after a link was lost

// Silent for one reply more than may come late.
static void be_silent_for_long(int device)
{
    devices.silent[device] = true;
    for (int reply = 0; reply <= PORT_LATE_REPLY_MAX; reply++) {
        assert_false(exchange_and_step());
    }
    devices.silent[device] = false;
}

static void replies_that_come_late_now_and_then_cost_only_their_samples(void** state)
{
    (void)state;
    enable_all();
    for (int round = 0; round < 5; round++) {
        devices.silent[2] = true;
        for (int reply = 0; reply < PORT_LATE_REPLY_MAX; reply++) {
            assert_false(exchange_and_step());
        }
        assert_true(feedback.drives[2].age_us == 4000 * PORT_LATE_REPLY_MAX);
        devices.silent[2] = false;
        assert_true(exchange_and_step());
        assert_int_equal(bus.frame.devices[2].result, BUS_FRESH);
        assert_true(feedback.drives[2].age_us == 0);
    }
    assert_int_equal(bus.devices[2].counters.reconnects, 0);
}

/// Shows H33.
static void after_silence_a_device_is_checked_before_it_is_commanded(void** state)
{
    (void)state;
    enable_all();
    be_silent_for_long(2);
    const point_id_t order[] = {POINT_IDENTITY, POINT_WATCHDOG, POINT_EFFORT_LIMIT};
    for (int i = 0; i < 3; i++) {
        assert_false(exchange_and_step());
        assert_int_equal(bus.frame.devices[2].result, BUS_CHECKED);
        assert_int_equal(last_request[2].bytes[0], MODBUS_READ_HOLDING);
        assert_int_equal((last_request[2].bytes[1] << 8) | last_request[2].bytes[2],
                         bus.devices[2].points[order[i]]->address);
        assert_true(feedback.drives[2].age_us == 4000 * (i + 2 + PORT_LATE_REPLY_MAX));
    }
    assert_true(exchange_and_step());
    assert_true(feedback.drives[2].age_us == 0);
    assert_int_equal(bus.devices[2].counters.reconnects, 1);
}

/// Shows H33.
static void a_device_that_came_back_as_another_is_never_commanded(void** state)
{
    const point_id_t changed[] = {POINT_IDENTITY, POINT_WATCHDOG, POINT_EFFORT_LIMIT};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(setup(state), 0);
        enable_all();
        be_silent_for_long(2);
        register_file_set_raw(&devices.files[2], changed[i], 3);
        register_file_set_raw(&devices.files[2], POINT_CONTROL_WORD, 0);
        for (int period = 0; period < 10; period++) {
            assert_false(exchange_and_step());
        }
        assert_int_equal(bus.frame.devices[2].result, BUS_WRONG_DEVICE);
        assert_true(feedback.drives[2].age_us == 4000 * (11 + PORT_LATE_REPLY_MAX));
        assert_int_equal(register_file_raw(&devices.files[2], POINT_CONTROL_WORD), 0);
    }
}

// --------------------------------------------------------------------------------- configure

static const fieldbus_finding_t* only_finding(fieldbus_result_t result, int device)
{
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.at[0].result, result);
    assert_int_equal(findings.at[0].device, device);
    return &findings.at[0];
}

/// Shows H01, H28, H39.
static void configuring_writes_watchdogs_and_limits_and_enables_nothing(void** state)
{
    (void)state;
    for (int i = 0; i < VIRTUAL_DRIVES; i++) {
        assert_int_equal(register_file_raw(&devices.files[i], POINT_WATCHDOG), 100);
        assert_int_equal(register_file_raw(&devices.files[i], POINT_EFFORT_LIMIT), 500 + 10 * i);
        assert_int_equal(register_file_raw(&devices.files[i], POINT_CONTROL_WORD), 0);
    }
}

/// Shows H33.
static void a_wrong_identity_blocks_is_explained_and_nothing_is_written_there(void** state)
{
    (void)state;
    register_file_set_raw(&devices.files[6], POINT_IDENTITY, 7);
    register_file_set_raw(&devices.files[6], POINT_WATCHDOG, 0);
    assert_false(fieldbus_configure(&bus, 1000, &findings));
    const fieldbus_finding_t* finding = only_finding(FIELDBUS_WRONG_IDENTITY, 6);
    assert_true(finding->blocking);
    assert_string_equal(
        finding->message,
        "device_6 (127.0.0.1:15026, unit 7): is not the device the machine file names: 'identity' "
        "reads 7 where 4711 is expected; try: mbpoll -0 -1 -m tcp -p 15026 -a 7 -t 4:hex -r 310 -c "
        "2 127.0.0.1");
    assert_int_equal(register_file_raw(&devices.files[6], POINT_WATCHDOG), 0);
}

static void swallow_watchdog(int device, port_batch_t* batch)
{
    (void)batch;
    if (device == 3) { // a device that says yes and does not do it
        register_file_set_raw(&devices.files[3], POINT_WATCHDOG, 5000);
    }
}

/// Shows H24.
static void a_watchdog_that_does_not_read_back_blocks(void** state)
{
    (void)state;
    bend = swallow_watchdog;
    assert_false(fieldbus_configure(&bus, 1000, &findings));
    const fieldbus_finding_t* finding = only_finding(FIELDBUS_WATCHDOG_UNSET, 3);
    assert_non_null(strstr(finding->message, "'watchdog' reads 5000 where 100 is expected"));
}

static void a_refusal_is_told_with_register_and_exception(void** state)
{
    (void)state;
    bend = refuse;
    bent_device = 0;
    assert_false(fieldbus_configure(&bus, 1000, &findings));
    const fieldbus_finding_t* finding = only_finding(FIELDBUS_WRONG_IDENTITY, 0);
    assert_non_null(strstr(
        finding->message,
        "the device refuses the request: register 310 (0x0136): exception 06, server device busy"));
}

static void close_two(int device, port_batch_t* batch)
{
    if (device == 1) {
        batch->result[device] = PORT_REFUSED;
    }
    if (device == 8) {
        batch->result[device] = PORT_TIMEOUT;
    }
}

static void every_device_that_cannot_be_reached_is_told_in_one_pass(void** state)
{
    (void)state;
    bend = close_two;
    assert_false(fieldbus_configure(&bus, 1000, &findings));
    assert_int_equal(findings.count, 2);
    assert_int_equal(findings.blocking_count, 2);
    assert_int_equal(findings.at[0].result, FIELDBUS_UNREACHABLE);
    assert_int_equal(findings.at[0].device, 1);
    assert_non_null(strstr(findings.at[0].message, "connection refused"));
    assert_non_null(strstr(findings.at[0].message, "mbpoll"));
    assert_int_equal(findings.at[1].device, 8);
}

static void a_latched_drive_fault_is_told_but_does_not_block(void** state)
{
    (void)state;
    register_file_set_raw(&devices.files[2], POINT_STATUS_WORD, cia402_status_word(DRIVE_FAULT));
    register_file_set_raw(&devices.files[2], POINT_FAULT_CODE, 0x8611);
    assert_true(fieldbus_configure(&bus, 1000, &findings));
    const fieldbus_finding_t* finding = only_finding(FIELDBUS_DRIVE_FAULT, 2);
    assert_false(finding->blocking);
    assert_non_null(strstr(finding->message, "fault, code 0x8611"));
}

/// Shows H34.
static void profiles_that_lack_what_their_role_needs_are_refused(void** state)
{
    (void)state;
    const port_t port = {.vtable = &bending_vtable, .device_count = VIRTUAL_DEVICES};
    machine.profiles[2].points[1].id = POINT_STATUS; // an I/O coupler without inputs
    assert_false(fieldbus_init(&bus, &port, &machine, 1000, &findings));
    (void)only_finding(FIELDBUS_PROFILE_UNFIT, VIRTUAL_IO);
    assert_non_null(strstr(findings.at[0].message, "'inputs'"));
    virtual_machine(&machine);
    memset(&findings, 0, sizeof findings);
    machine.arm.joints[4].effort_max = 301.0; // more than the register's limit
    assert_false(fieldbus_init(&bus, &port, &machine, 1000, &findings));
    (void)only_finding(FIELDBUS_PROFILE_UNFIT, 4);
    virtual_machine(&machine);
    memset(&findings, 0, sizeof findings);
    machine.profiles[1].read_count = FIELDBUS_BLOCK_CAPACITY + 1;
    assert_false(fieldbus_init(&bus, &port, &machine, 1000, &findings));
    (void)only_finding(FIELDBUS_PROFILE_UNFIT, VIRTUAL_FORCE_SENSOR);
}

static void more_findings_than_fit_are_counted(void** state)
{
    (void)state;
    memset(devices.silent, 1, sizeof devices.silent);
    for (int i = 0; i < 6; i++) {
        assert_false(fieldbus_configure(&bus, 1000, &findings));
    }
    assert_int_equal(findings.count, FIELDBUS_FINDING_CAPACITY);
    assert_int_equal(findings.blocking_count, 6 * VIRTUAL_DEVICES);
}

// ---------------------------------------------------------------------------------- counters

static void every_good_reply_is_counted_with_its_round_trip(void** state)
{
    (void)state;
    for (int period = 0; period < 100; period++) {
        assert_true(exchange_and_step());
    }
    const bus_counters_t* kept = &bus.devices[8].counters; // 18 us each time
    assert_true(kept->round_trips_us.min == 18 && kept->round_trips_us.max == 18);
    assert_near(histogram_mean(&kept->round_trips_us), 18.0, 1e-12);
    assert_true(histogram_percentile(&kept->round_trips_us, 99.0) == 18);
    assert_int_equal(kept->round_trips_us.count, kept->exchanges);
}

/// Shows H32.
static void random_replies_never_feed_what_is_not_finite(void** state)
{
    (void)state;
    unsigned seed = 77;
    print_message("seed %u\n", seed);
    for (int round = 0; round < 20000; round++) {
        seed = seed * 1664525u + 1013904223u;
        bend = flip_bits;
        bent_device = (int)((seed >> 8) % VIRTUAL_DEVICES);
        bent_byte = (int)((seed >> 12) % 30);
        bent_mask = (uint8_t)(seed >> 24);
        (void)exchange_and_step();
        for (int i = 0; i < VIRTUAL_DRIVES; i++) {
            assert_true(isfinite(feedback.drives[i].position));
            assert_true(feedback.drives[i].age_us >= 0);
        }
        for (int i = 0; i < 3; i++) {
            assert_true(isfinite(feedback.force.force_N[i]));
        }
    }
}

static void every_result_has_a_text(void** state)
{
    (void)state;
    for (int i = 0; i < BUS_RESULT_COUNT; i++) {
        assert_true(strlen(bus_result_text((bus_result_t)i)) > 0);
    }
    for (int i = 0; i < FIELDBUS_RESULT_COUNT; i++) {
        assert_true(strlen(fieldbus_result_text((fieldbus_result_t)i)) > 0);
    }
}

static void the_port_in_process_carries_the_same(void** state)
{
    (void)state;
    const port_t port = sim_port(&host, VIRTUAL_DEVICES);
    const timebase_t timebase = sim_timebase(&host);
    assert_true(fieldbus_init(&bus, &port, &machine, 1000, &findings));
    assert_true(fieldbus_configure(&bus, 1000, &findings));
    for (int period = 0; period < 10; period++) {
        const int64_t now_us = timebase.vtable->now_us(timebase.context);
        assert_true(fieldbus_exchange(&bus, &command, now_us, &feedback));
        assert_true(timebase.vtable->sleep_until(timebase.context, now_us + 4000));
        assert_true(timebase.vtable->now_us(timebase.context) == now_us + 4000);
    }
    assert_true(feedback.force.age_us == 0);
    fieldbus_close(&bus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(before_the_first_sample_every_age_is_never, setup),
        cmocka_unit_test_setup(targets_arrive_and_measurements_come_back, setup),
        cmocka_unit_test_setup(one_request_a_device_and_period, setup),
        cmocka_unit_test_setup(the_frame_keeps_the_words_of_the_period, setup),
        cmocka_unit_test(the_order_of_devices_in_a_period_does_not_matter),
        cmocka_unit_test_setup(a_silent_device_keeps_its_sample_and_ages, setup),
        cmocka_unit_test_setup(a_counter_that_stands_still_ages_although_replies_come, setup),
        cmocka_unit_test_setup(a_counter_may_run_over_but_not_back, setup),
        cmocka_unit_test_setup(a_device_that_began_to_count_anew_is_believed_after_a_while, setup),
        cmocka_unit_test(a_reply_that_does_not_match_never_feeds),
        cmocka_unit_test_setup(an_exception_counts_ages_and_keeps_its_code, setup),
        cmocka_unit_test_setup(a_sample_with_one_nan_feeds_nothing_of_itself, setup),
        cmocka_unit_test(a_target_that_does_not_fit_is_never_sent),
        cmocka_unit_test_setup(before_the_first_good_target_only_the_control_word_goes_out, setup),
        cmocka_unit_test_setup(targets_at_their_limits_are_sent, setup),
        cmocka_unit_test_setup(a_fault_is_reset_when_asked_and_not_before, setup),
        cmocka_unit_test_setup(replies_that_come_late_now_and_then_cost_only_their_samples, setup),
        cmocka_unit_test_setup(after_silence_a_device_is_checked_before_it_is_commanded, setup),
        cmocka_unit_test(a_device_that_came_back_as_another_is_never_commanded),
        cmocka_unit_test_setup(configuring_writes_watchdogs_and_limits_and_enables_nothing, setup),
        cmocka_unit_test_setup(a_wrong_identity_blocks_is_explained_and_nothing_is_written_there,
                               setup),
        cmocka_unit_test_setup(a_watchdog_that_does_not_read_back_blocks, setup),
        cmocka_unit_test_setup(a_refusal_is_told_with_register_and_exception, setup),
        cmocka_unit_test_setup(every_device_that_cannot_be_reached_is_told_in_one_pass, setup),
        cmocka_unit_test_setup(a_latched_drive_fault_is_told_but_does_not_block, setup),
        cmocka_unit_test_setup(profiles_that_lack_what_their_role_needs_are_refused, setup),
        cmocka_unit_test_setup(more_findings_than_fit_are_counted, setup),
        cmocka_unit_test_setup(every_good_reply_is_counted_with_its_round_trip, setup),
        cmocka_unit_test_setup(random_replies_never_feed_what_is_not_finite, setup),
        cmocka_unit_test(every_result_has_a_text),
        cmocka_unit_test_setup(the_port_in_process_carries_the_same, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
