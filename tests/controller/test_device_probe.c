// What a probe holds against a device, what it only doubts, and that it never writes.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/bus/device_probe.h"
#include "tests/support/one_device.h"

#define READS 5

static device_profile_t profile;
static one_device_t device;
static device_reader_t reader;
static probe_t probe;

static void add_point(point_id_t id, const char* name, int address, word_type_t type)
{
    point_settings_t* point = &profile.points[profile.point_count++];
    *point = (point_settings_t){.id = id, .address = address, .type = type, .scale = 1.0};
    (void)snprintf(point->name, sizeof point->name, "%s", name);
}

static int setup(void** state)
{
    (void)state;
    profile = (device_profile_t){.name = "looked_at",
                                 .word_order = WORDS_HIGH_FIRST,
                                 .functions = 1u << 3 | 1u << 6 | 1u << 16,
                                 .read_words_max = 125,
                                 .word_alignment = 1,
                                 .read_count = 2,
                                 .identity_known = true,
                                 .identity_expected = 4711,
                                 .watchdog_s = 0.1};
    add_point(POINT_SAMPLE_COUNTER, "sample_counter", 0, WORD_U16);
    add_point(POINT_STATUS, "status", 1, WORD_U16);
    add_point(POINT_EFFORT_LIMIT, "effort_limit", 20, WORD_U16);
    profile.points[2].writable = true;
    profile.points[2].minimum = 1.0;
    profile.points[2].maximum = 100.0;
    add_point(POINT_WATCHDOG, "watchdog", 30, WORD_U16);
    profile.points[3].scale = 0.001;
    add_point(POINT_IDENTITY, "identity", 40, WORD_U16);
    return 0;
}

// Moves on by a millisecond with every look at it.
static int64_t clock_us;
static int64_t next_millisecond(void* context)
{
    (void)context;
    clock_us += 1000;
    return clock_us;
}

static void start(void)
{
    one_device_init(&device, &profile);
    device.counts = true;
    assert_true(register_file_set(&device.file, POINT_EFFORT_LIMIT, 50.0));
    assert_true(register_file_set(&device.file, POINT_WATCHDOG, 0.1));
}

static void run(void)
{
    const port_t port = one_device_port(&device);
    const probe_settings_t settings = {.reads = READS, .now_us = next_millisecond};
    assert_true(device_reader_init(&reader, &port, &device.machine, 0, 1000));
    device_probe(&reader, &settings, &probe);
}

// The one sentence that tells of `words`.
static void assert_told(const char* words)
{
    int told = 0;
    for (int i = 0; i < PROBE_PROBLEM_COUNT; i++) {
        char text[DEVICE_FAILURE_CAPACITY];
        if (probe_problem_text(&reader, &probe, i, text) && strstr(text, words) != NULL) {
            told++;
            assert_non_null(strstr(text, "looked_at (127.0.0.1:502, unit 7): "));
            assert_non_null(strstr(text, "; try: mbpoll "));
        }
    }
    assert_int_equal(told, 1);
}

static int problem_count(void)
{
    int count = 0;
    for (int i = 0; i < PROBE_PROBLEM_COUNT; i++) {
        char text[DEVICE_FAILURE_CAPACITY];
        count += probe_problem_text(&reader, &probe, i, text) ? 1 : 0;
    }
    return count;
}

static void a_device_as_its_profile_says_is_ok_and_is_never_written(void** state)
{
    (void)state;
    start();
    run(); // the port refuses writes
    assert_int_equal(probe.verdict, PROBE_OK);
    assert_int_equal(problem_count(), 0);
    assert_int_equal(probe.identity, PROBE_IDENTITY_SAME);
    assert_int_equal(probe.watchdog, PROBE_WATCHDOG_SET);
    assert_true(probe.counter_moved);
    for (int i = 0; i < device.request_count; i++) {
        assert_int_equal(device.requests[i].bytes[0], 0x03);
    }
}

static void round_trips_are_shortest_middle_and_longest(void** state)
{
    (void)state;
    start();
    run(); // 4 reads of the map, one for the function, then these, each 1 us longer
    assert_int_equal(probe.reads_good, READS);
    assert_int_equal(probe.round_trip_max_us - probe.round_trip_min_us, READS - 1);
    assert_int_equal(probe.round_trip_median_us - probe.round_trip_min_us, READS / 2);
}

static void functions_that_write_are_not_tried(void** state)
{
    (void)state;
    start();
    run();
    for (int i = 0; i < PROBE_FUNCTION_COUNT; i++) {
        const probe_function_t* tried = &probe.functions[i];
        assert_int_equal(tried->state,
                         tried->function == 3 ? PROBE_FUNCTION_ANSWERED : PROBE_FUNCTION_NOT_TRIED);
    }
}

static void another_identity_fails(void** state)
{
    (void)state;
    start();
    register_file_set_raw(&device.file, POINT_IDENTITY, 4712);
    run();
    assert_int_equal(probe.verdict, PROBE_FAILED);
    assert_int_equal(probe.identity, PROBE_IDENTITY_DIFFERS);
    assert_told("identity: register 40 (0x0028, modicon 40041): reads 4712 where profile "
                "'looked_at' expects 4711");
}

static void an_identity_that_nobody_knows_is_doubtful_and_said(void** state)
{
    (void)state;
    profile.identity_known = false;
    start();
    register_file_set_raw(&device.file, POINT_IDENTITY, 99);
    run();
    assert_int_equal(probe.verdict, PROBE_DOUBTFUL);
    assert_int_equal(probe.identity, PROBE_IDENTITY_UNKNOWN);
    assert_int_equal(probe.identity_raw, 99);
    profile.point_count--; // no register at all
    start();
    run();
    assert_int_equal(probe.identity, PROBE_IDENTITY_NONE);
    assert_int_equal(probe.verdict, PROBE_DOUBTFUL);
}

static void a_value_outside_its_limits_is_doubtful_at_them_it_is_not(void** state)
{
    (void)state;
    const struct {
        double si_number;
        bool outside;
    } cases[] = {{0.0, true}, {1.0, false}, {100.0, false}, {101.0, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start();
        assert_true(register_file_set(&device.file, POINT_EFFORT_LIMIT, cases[i].si_number));
        run();
        assert_int_equal(probe.outside[2], cases[i].outside);
        assert_int_equal(probe.verdict, cases[i].outside ? PROBE_DOUBTFUL : PROBE_OK);
        if (cases[i].outside) {
            assert_told("outside its limits 1 to 100");
        }
    }
}

static void a_watchdog_that_is_not_set_yet_is_shown_but_no_fault(void** state)
{
    (void)state;
    start();
    assert_true(register_file_set(&device.file, POINT_WATCHDOG, 0.0));
    run();
    assert_int_equal(probe.watchdog, PROBE_WATCHDOG_DIFFERS);
    assert_near(probe.watchdog_read_s, 0.0, 0.0);
    assert_int_equal(probe.verdict, PROBE_OK);
}

static void a_counter_that_stands_still_is_doubtful(void** state)
{
    (void)state;
    start();
    device.counts = false;
    run();
    assert_false(probe.counter_moved);
    assert_int_equal(probe.verdict, PROBE_DOUBTFUL);
    assert_told("the sample counter did not move");
}

static int looked_at_alone;
static port_result_t slow_counter(const pdu_t* request, pdu_t* reply)
{
    (void)reply;
    const bool alone = request->bytes[2] == 0 && request->bytes[4] == 1;
    looked_at_alone += alone ? 1 : 0;
    if (looked_at_alone == 50) {
        register_file_set_raw(&device.file, POINT_SAMPLE_COUNTER, 77);
    }
    return PORT_OK;
}

static void a_slow_counter_is_waited_for(void** state)
{
    (void)state;
    start();
    device.counts = false;
    device.bend = slow_counter;
    looked_at_alone = 0;
    run();
    assert_true(probe.counter_moved);
    assert_int_equal(looked_at_alone, 51);
    assert_int_equal(probe.verdict, PROBE_OK);
}

static void the_wait_for_a_counter_ends(void** state)
{
    (void)state;
    start();
    device.counts = false;
    const int64_t began_us = clock_us;
    run();
    assert_in_range(clock_us - began_us, PROBE_COUNTER_WAIT_US, PROBE_COUNTER_WAIT_US + 5000);
}

static port_result_t hole_at_20(const pdu_t* request, pdu_t* reply)
{
    if (request->bytes[2] == 20) {
        modbus_encode_exception(request->bytes[0], MODBUS_ILLEGAL_ADDRESS, reply);
    }
    return PORT_OK;
}

static void a_hole_in_the_map_fails_with_its_exception_and_register(void** state)
{
    (void)state;
    start();
    device.bend = hole_at_20;
    run();
    assert_int_equal(probe.verdict, PROBE_FAILED);
    assert_int_equal(probe.failed_count, 1);
    assert_told("register 20 (0x0014, modicon 40021): exception 02, illegal data address");
    assert_int_equal(problem_count(), 1);
}

static port_result_t no_function_4(const pdu_t* request, pdu_t* reply)
{
    if (request->bytes[0] == 0x04) {
        modbus_encode_exception(request->bytes[0], MODBUS_ILLEGAL_FUNCTION, reply);
    }
    return PORT_OK;
}

static void a_function_that_the_profile_has_and_the_device_has_not_fails(void** state)
{
    (void)state;
    profile.functions |= 1u << 4;
    start();
    run();
    assert_int_equal(probe.verdict, PROBE_OK);
    start();
    device.bend = no_function_4;
    run();
    assert_int_equal(probe.verdict, PROBE_FAILED);
    assert_told("function 4 is refused");
}

static void a_device_that_cannot_be_reached_is_told_once(void** state)
{
    (void)state;
    start();
    device.open_result = PORT_REFUSED;
    run();
    assert_int_equal(probe.verdict, PROBE_FAILED);
    assert_false(probe.reached);
    assert_int_equal(device.request_count, 0);
    assert_told("connect: register 0 (0x0000, modicon 40001): connection refused");
    assert_int_equal(problem_count(), 1);
}

static port_result_t silence(const pdu_t* request, pdu_t* reply)
{
    (void)request;
    (void)reply;
    return PORT_TIMEOUT;
}

static void a_silent_device_is_not_asked_on(void** state)
{
    (void)state;
    start();
    device.bend = silence;
    run();
    assert_int_equal(probe.verdict, PROBE_FAILED);
    assert_int_equal(device.request_count, 1);
    assert_told("timeout: register 0 ");
    assert_int_equal(problem_count(), 1);
}

static int sent;
static port_result_t every_other_measurement_lost(const pdu_t* request, pdu_t* reply)
{
    (void)request;
    (void)reply;
    sent++;
    return sent > 5 && sent % 2 == 0 ? PORT_TIMEOUT : PORT_OK;
}

static void lost_reads_are_counted_and_doubtful(void** state)
{
    (void)state;
    start();
    sent = 0;
    device.bend = every_other_measurement_lost;
    run();
    assert_true(probe.reads_good < READS && probe.reads_good > 0);
    assert_int_equal(probe.verdict, PROBE_DOUBTFUL);
    assert_told("timeout: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_device_as_its_profile_says_is_ok_and_is_never_written, setup),
        cmocka_unit_test_setup(round_trips_are_shortest_middle_and_longest, setup),
        cmocka_unit_test_setup(functions_that_write_are_not_tried, setup),
        cmocka_unit_test_setup(another_identity_fails, setup),
        cmocka_unit_test_setup(an_identity_that_nobody_knows_is_doubtful_and_said, setup),
        cmocka_unit_test_setup(a_value_outside_its_limits_is_doubtful_at_them_it_is_not, setup),
        cmocka_unit_test_setup(a_watchdog_that_is_not_set_yet_is_shown_but_no_fault, setup),
        cmocka_unit_test_setup(a_counter_that_stands_still_is_doubtful, setup),
        cmocka_unit_test_setup(a_slow_counter_is_waited_for, setup),
        cmocka_unit_test_setup(the_wait_for_a_counter_ends, setup),
        cmocka_unit_test_setup(a_hole_in_the_map_fails_with_its_exception_and_register, setup),
        cmocka_unit_test_setup(a_function_that_the_profile_has_and_the_device_has_not_fails, setup),
        cmocka_unit_test_setup(a_device_that_cannot_be_reached_is_told_once, setup),
        cmocka_unit_test_setup(a_silent_device_is_not_asked_on, setup),
        cmocka_unit_test_setup(lost_reads_are_counted_and_doubtful, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
