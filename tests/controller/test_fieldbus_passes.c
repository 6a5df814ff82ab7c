// Devices that cannot write and read in one request, and devices on serial lines: what goes out in
// which pass of a period, by which time, what a missing confirmation means, and how they are named.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/bus/fieldbus.h"
#include "controller/bus/registers.h"
#include "tests/support/virtual_machine.h"

#define TIMEOUT_US 1000
#define ASKED_CAPACITY 64
#define FUNCTION_BIT(function) (1u << (unsigned)(function))
#define WITHOUT_23                                                                                 \
    (FUNCTION_BIT(MODBUS_READ_HOLDING) | FUNCTION_BIT(MODBUS_WRITE_SINGLE) |                       \
     FUNCTION_BIT(MODBUS_WRITE_MULTIPLE))

static machine_settings_t machine;
static virtual_devices_t devices;
static device_host_t host;
static fieldbus_t bus;
static fieldbus_findings_t findings;
static bus_command_t command;
static bus_feedback_t feedback;

// What went over the port since the test last looked.
static int exchanges;
static int64_t timeouts_us[ASKED_CAPACITY];
static pdu_t asked[ASKED_CAPACITY][DEVICE_CAPACITY];

static int64_t takes_us;                      // of each exchange
static port_result_t spoilt[DEVICE_CAPACITY]; // instead of PORT_OK
static int spoilt_function;                   // only requests of this one; 0: all

static void recording_exchange(void* context, port_batch_t* batch, int64_t timeout_us)
{
    (void)context;
    assert_true(exchanges < ASKED_CAPACITY);
    timeouts_us[exchanges] = timeout_us;
    for (int i = 0; i < VIRTUAL_DEVICES; i++) {
        asked[exchanges][i] = batch->request[i];
        batch->round_trip_us[i] = 10;
        if (batch->request[i].size == 0) {
            batch->result[i] = PORT_NOT_ASKED;
        } else if (spoilt[i] != PORT_OK &&
                   (spoilt_function == 0 || spoilt_function == batch->request[i].bytes[0])) {
            batch->result[i] = spoilt[i];
        } else {
            batch->result[i] = host.request(host.context, i, &batch->request[i], &batch->reply[i])
                                   ? PORT_OK
                                   : PORT_TIMEOUT;
        }
    }
    batch->elapsed_us = takes_us;
    exchanges++;
}

static bool recording_open(void* context, port_batch_t* batch, int64_t timeout_us)
{
    (void)context;
    (void)timeout_us;
    for (int i = 0; i < VIRTUAL_DEVICES; i++) {
        batch->result[i] = spoilt[i];
    }
    return true;
}

static void recording_close(void* context)
{
    (void)context;
}

static uint64_t recording_connects(void* context, int device)
{
    (void)context;
    return 3u + (unsigned)device;
}

static const port_vtable_t recording = {.exchange = recording_exchange,
                                        .open = recording_open,
                                        .close = recording_close,
                                        .connect_count = recording_connects};

static bool lay_out(void)
{
    const port_t port = {.vtable = &recording, .device_count = VIRTUAL_DEVICES};
    memset(&findings, 0, sizeof findings);
    virtual_devices_init(&devices, &machine);
    host = virtual_devices_host(&devices);
    exchanges = 0;
    return fieldbus_init(&bus, &port, &machine, TIMEOUT_US, &findings);
}

static int setup(void** state)
{
    (void)state;
    virtual_machine(&machine);
    memset(&command, 0, sizeof command);
    memset(spoilt, 0, sizeof spoilt);
    spoilt_function = 0;
    takes_us = 0;
    machine.profiles[0].functions = WITHOUT_23; // the drives
    machine.profiles[2].functions = WITHOUT_23; // the I/O coupler
    return lay_out() && fieldbus_configure(&bus, TIMEOUT_US, &findings) ? 0 : -1;
}

static bool exchange_and_step(void)
{
    exchanges = 0;
    const bool well = fieldbus_exchange(&bus, &command, devices.now_us, &feedback);
    virtual_devices_advance(&devices, devices.now_us + 4000);
    return well;
}

static void such_devices_are_written_to_and_then_read_in_the_same_period(void** state)
{
    (void)state;
    for (int i = 0; i < VIRTUAL_DRIVES; i++) {
        command.request[i] = DRIVE_REQUEST_ENABLE;
        command.position[i] = 0.1 * i;
    }
    takes_us = 400;
    for (int period = 0; period < 8; period++) {
        assert_true(exchange_and_step());
    }
    assert_int_equal(exchanges, 2);
    assert_int_equal(timeouts_us[0], TIMEOUT_US);
    assert_int_equal(timeouts_us[1], TIMEOUT_US - 400); // one deadline for both
    for (int i = 0; i < VIRTUAL_DRIVES; i++) {
        assert_int_equal(asked[0][i].bytes[0], MODBUS_WRITE_MULTIPLE);
        assert_int_equal(asked[1][i].bytes[0], MODBUS_READ_HOLDING);
        assert_int_equal(feedback.drives[i].state, DRIVE_OPERATION_ENABLED);
        assert_near(feedback.drives[i].position, 0.1 * i, 1e-6);
        const bus_device_frame_t* frame = &bus.frame.devices[i];
        assert_int_equal(frame->result, BUS_FRESH);
        assert_int_equal(frame->words_out_count, machine.profiles[0].write_count);
        assert_int_equal(frame->words_in_count, machine.profiles[0].read_count);
        assert_int_equal(frame->round_trip_us, 20);
    }
    // Who can do with one request is asked once.
    assert_int_equal(asked[0][VIRTUAL_FORCE_SENSOR].bytes[0], MODBUS_READ_HOLDING);
    assert_int_equal(asked[1][VIRTUAL_FORCE_SENSOR].size, 0);
    assert_int_equal(bus.frame.devices[VIRTUAL_FORCE_SENSOR].result, BUS_FRESH);
}

static void a_single_word_goes_out_by_function_06_where_16_is_not_there(void** state)
{
    (void)state;
    machine.profiles[2].functions =
        FUNCTION_BIT(MODBUS_READ_HOLDING) | FUNCTION_BIT(MODBUS_WRITE_SINGLE);
    command.power_relay_close = true;
    assert_true(lay_out());
    assert_true(exchange_and_step());
    assert_int_equal(asked[0][VIRTUAL_IO].bytes[0], MODBUS_WRITE_SINGLE);
    assert_int_equal(register_file_raw(&devices.files[VIRTUAL_IO], POINT_OUTPUTS),
                     IO_OUTPUT_RELAY_CLOSE);
    machine.profiles[0].functions = machine.profiles[2].functions; // four words with 06
    assert_false(lay_out());
    assert_non_null(strstr(findings.at[0].message, "function 16 or 23"));
}

/// Shows H28, H30.
static void a_write_that_is_not_confirmed_ends_the_period_of_its_device(void** state)
{
    (void)state;
    static const struct {
        port_result_t port;
        bus_result_t bus;
    } cases[] = {{PORT_TIMEOUT, BUS_TIMEOUT},
                 {PORT_BAD_FRAME, BUS_MISMATCH},
                 {PORT_BAD_CRC, BUS_BAD_CRC},
                 {PORT_NO_TURN, BUS_NO_TURN}};
    for (int i = 0; i < (int)(sizeof cases / sizeof cases[0]); i++) {
        assert_int_equal(setup(state), 0);
        assert_true(exchange_and_step());
        spoilt[3] = cases[i].port;
        spoilt_function = MODBUS_WRITE_MULTIPLE;
        assert_false(exchange_and_step());
        assert_int_equal(bus.frame.devices[3].result, cases[i].bus);
        assert_int_equal(asked[1][3].size, 0); // what it would read is from before the command
        assert_int_equal(asked[1][2].bytes[0], MODBUS_READ_HOLDING);
        assert_true(feedback.drives[3].age_us == 4000);
        assert_true(feedback.drives[2].age_us == 0);
    }
}

static void time_that_the_first_pass_used_up_is_told_and_not_borrowed(void** state)
{
    (void)state;
    assert_true(exchange_and_step());
    takes_us = TIMEOUT_US;
    for (int period = 0; period <= PORT_LATE_REPLY_MAX; period++) {
        assert_false(exchange_and_step());
        assert_int_equal(exchanges, 1);
        assert_int_equal(bus.frame.devices[0].result, BUS_NO_TURN);
        assert_int_equal(bus.frame.devices[VIRTUAL_FORCE_SENSOR].result, BUS_FRESH);
    }
    assert_int_equal(bus.devices[0].counters.no_turns, 1 + PORT_LATE_REPLY_MAX);
    takes_us = 0;
    assert_false(exchange_and_step()); // so many in a row: it has to prove who it is
    assert_int_equal(bus.frame.devices[0].result, BUS_CHECKED);
}

static void a_checksum_spoilt_now_and_then_costs_only_its_sample(void** state)
{
    (void)state;
    assert_true(exchange_and_step());
    for (int round = 0; round < 5; round++) {
        spoilt[VIRTUAL_FORCE_SENSOR] = PORT_BAD_CRC;
        assert_false(exchange_and_step());
        assert_int_equal(bus.frame.devices[VIRTUAL_FORCE_SENSOR].result, BUS_BAD_CRC);
        spoilt[VIRTUAL_FORCE_SENSOR] = PORT_OK;
        assert_true(exchange_and_step());
    }
    assert_int_equal(bus.devices[VIRTUAL_FORCE_SENSOR].counters.crc_errors, 5);
    assert_int_equal(bus.devices[VIRTUAL_FORCE_SENSOR].counters.mismatches, 0);
    assert_int_equal(fieldbus_connect_count(&bus, 2), 5);
}

static void a_drive_without_a_good_target_gets_its_control_word_alone(void** state)
{
    (void)state;
    command.position[2] = 99.0; // past its register's limit, from the first period on
    assert_true(lay_out());
    assert_false(exchange_and_step());
    assert_true(bus.frame.devices[2].command_refused);
    assert_int_equal(bus.frame.devices[2].words_out_count, 1);
    assert_int_equal(asked[0][2].bytes[0], MODBUS_WRITE_MULTIPLE);
    assert_int_equal(bus.frame.devices[2].result, BUS_FRESH);
}

static void blocks_of_the_input_table_are_read_by_function_04(void** state)
{
    (void)state;
    device_profile_t* profile = &machine.profiles[0];
    profile->functions = 0; // it has 23, which reads the other table
    for (int i = 0; i < profile->point_count; i++) {
        profile->points[i].input_table = profile->points[i].address < 200;
    }
    assert_true(lay_out());
    (void)exchange_and_step();
    assert_int_equal(asked[0][0].bytes[0], MODBUS_WRITE_MULTIPLE);
    assert_int_equal(asked[1][0].bytes[0], MODBUS_READ_INPUT);
    profile->points[1].input_table = false; // half of the block here, half there
    assert_false(lay_out());
    assert_non_null(strstr(findings.at[0].message, "two tables"));
}

// Eleven words without a counter, then thirteen with the point behind them, then eleven.
static void on_a_line_requests_without_a_counter_differ_from_one_to_the_next(void** state)
{
    (void)state;
    device_profile_t* profile = &machine.profiles[1];
    for (int i = 0; i < profile->point_count; i++) {
        if (profile->points[i].id == POINT_SAMPLE_COUNTER) {
            profile->points[i].id = POINT_OTHER;
        }
    }
    profile->read_count = 11;
    machine.line_count = 1;
    machine.devices[VIRTUAL_FORCE_SENSOR].line = 1;
    assert_true(lay_out());
    int before = 0;
    for (int period = 0; period < 6; period++) {
        assert_true(exchange_and_step());
        const int count = asked[0][VIRTUAL_FORCE_SENSOR].bytes[4];
        assert_true(count == 11 || count == 13);
        assert_int_not_equal(count, before);
        assert_int_equal(bus.frame.devices[VIRTUAL_FORCE_SENSOR].words_in_count, 11);
        before = count;
        // One that was never asked changes nothing.
        spoilt[VIRTUAL_FORCE_SENSOR] = PORT_NO_TURN;
        assert_false(exchange_and_step());
        spoilt[VIRTUAL_FORCE_SENSOR] = PORT_OK;
    }
    profile->word_alignment = 11; // thirteen is not a multiple of it
    assert_true(lay_out());
    for (int period = 0; period < 4; period++) {
        (void)exchange_and_step(); // what the device says to a block at 257 does not matter
        assert_int_equal(asked[0][VIRTUAL_FORCE_SENSOR].bytes[4], 11);
    }
}

static void a_finding_on_a_line_names_it_and_how_to_ask_by_hand(void** state)
{
    (void)state;
    machine.line_count = 1;
    machine.lines[0] = (line_settings_t){
        .path = "/dev/ttyUSB7", .baud = 115200, .parity = PARITY_EVEN, .stop_bits = 1};
    machine.devices[4].line = 1;
    assert_true(lay_out());
    spoilt[4] = PORT_NO_LINE;
    assert_false(fieldbus_configure(&bus, TIMEOUT_US, &findings));
    assert_int_equal(findings.at[0].device, 4);
    assert_non_null(strstr(findings.at[0].message, "/dev/ttyUSB7"));
    assert_non_null(strstr(findings.at[0].message, "serial line cannot be opened"));
    assert_non_null(strstr(findings.at[0].message, "mbpoll -0 -1 -m rtu -b 115200 -P even"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(such_devices_are_written_to_and_then_read_in_the_same_period, setup),
        cmocka_unit_test_setup(a_single_word_goes_out_by_function_06_where_16_is_not_there, setup),
        cmocka_unit_test_setup(a_write_that_is_not_confirmed_ends_the_period_of_its_device, setup),
        cmocka_unit_test_setup(time_that_the_first_pass_used_up_is_told_and_not_borrowed, setup),
        cmocka_unit_test_setup(a_checksum_spoilt_now_and_then_costs_only_its_sample, setup),
        cmocka_unit_test_setup(a_drive_without_a_good_target_gets_its_control_word_alone, setup),
        cmocka_unit_test_setup(blocks_of_the_input_table_are_read_by_function_04, setup),
        cmocka_unit_test_setup(on_a_line_requests_without_a_counter_differ_from_one_to_the_next,
                               setup),
        cmocka_unit_test_setup(a_finding_on_a_line_names_it_and_how_to_ask_by_hand, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
