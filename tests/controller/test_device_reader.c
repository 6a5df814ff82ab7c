// What is asked of a device, and what is made of its answers: every point is covered by few reads,
// gaps are left alone, no request writes, and a failure names its layer and its register.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "controller/bus/bus.h"
#include "controller/bus/device_reader.h"
#include "tests/support/one_device.h"

static device_profile_t profile;
static one_device_t device;
static device_reader_t reader;

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
                                 .functions = 1u << 3 | 1u << 4,
                                 .read_words_max = 125,
                                 .word_alignment = 1};
    return 0;
}

static void start(void)
{
    one_device_init(&device, &profile);
    const port_t port = one_device_port(&device);
    assert_true(device_reader_init(&reader, &port, &device.machine, 0, 1000));
}

static void assert_read(int at, bool input_table, int address, int count)
{
    assert_true(at < reader.read_count);
    assert_int_equal(reader.reads[at].input_table, input_table);
    assert_int_equal(reader.reads[at].address, address);
    assert_int_equal(reader.reads[at].count, count);
}

static int round_address(int address)
{
    return address - address % 2;
}

// -------------------------------------------------------------------------------------- the reads

static void neighbours_are_read_together_and_gaps_are_left_alone(void** state)
{
    (void)state;
    add_point(POINT_OTHER, "late", 20, WORD_U16);
    add_point(POINT_OTHER, "first", 10, WORD_U32);
    add_point(POINT_OTHER, "second", 12, WORD_U16);
    start();
    assert_int_equal(reader.read_count, 2);
    assert_read(0, false, 10, 3);
    assert_read(1, false, 20, 1);
}

static void the_read_block_is_read_whole_and_first_gaps_among_it(void** state)
{
    (void)state;
    profile.read_address = 100;
    profile.read_count = 8;
    add_point(POINT_OTHER, "before", 99, WORD_U16);
    add_point(POINT_OTHER, "inside", 106, WORD_U16);
    add_point(POINT_OTHER, "behind", 108, WORD_U16);
    start();
    assert_int_equal(reader.read_count, 3);
    assert_read(0, false, 100, 8);
    assert_read(1, false, 99, 1);
    assert_read(2, false, 108, 1);
}

static void the_input_table_is_read_apart_with_function_4(void** state)
{
    (void)state;
    add_point(POINT_OTHER, "holding", 5, WORD_U16);
    add_point(POINT_OTHER, "input", 6, WORD_U16);
    profile.points[1].input_table = true;
    start();
    assert_int_equal(reader.read_count, 2);
    assert_read(0, false, 5, 1);
    assert_read(1, true, 6, 1);
    assert_true(device_reader_read(&reader, 1));
    assert_int_equal(device.requests[0].bytes[0], 0x03);
    assert_int_equal(device.requests[1].bytes[0], 0x04);
}

static void an_aligned_device_gets_even_addresses_and_counts(void** state)
{
    (void)state;
    profile.word_alignment = 2;
    add_point(POINT_OTHER, "odd", 7, WORD_U16);
    add_point(POINT_OTHER, "across", 13, WORD_U32);
    start();
    assert_int_equal(reader.read_count, 2);
    assert_read(0, false, 6, 2);
    assert_read(1, false, 12, 4);
}

static void no_read_is_longer_than_the_device_takes(void** state)
{
    (void)state;
    profile.read_words_max = 4;
    for (int i = 0; i < 5; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "p%d", i);
        add_point(POINT_OTHER, name, 2 * i, WORD_S32);
    }
    start();
    assert_int_equal(reader.read_count, 3);
    assert_read(0, false, 0, 4);
    assert_read(1, false, 4, 4);
    assert_read(2, false, 8, 2);
}

static void a_point_that_no_request_can_take_is_refused(void** state)
{
    (void)state;
    profile.read_words_max = 1;
    add_point(POINT_OTHER, "wide", 0, WORD_U32);
    one_device_init(&device, &profile);
    const port_t port = one_device_port(&device);
    assert_false(device_reader_init(&reader, &port, &device.machine, 0, 1000));
}

static uint64_t random_state;

static uint32_t next_random(void)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(random_state >> 33); // 31 bits
}

// Any layout: every point lies wholly in a read of its table, every read is allowed, and no word is
// read that is neither a point's nor beside one inside the alignment.
static void any_map_is_covered_and_nothing_else_is_asked_for(void** state)
{
    (void)state;
    const unsigned seed = (unsigned)time(NULL);
    print_message("seed %u\n", seed);
    random_state = seed;
    for (int trial = 0; trial < 2000; trial++) {
        (void)setup(NULL);
        profile.word_alignment = 1 + (int)next_random() % 2;
        profile.read_words_max = 4 + (int)next_random() % 122;
        int address = (int)next_random() % 50;
        const int count = 1 + (int)next_random() % 40;
        for (int i = 0; i < count; i++) {
            add_point(POINT_OTHER, "p", address, (int)next_random() % 2 == 0 ? WORD_U16 : WORD_F32);
            profile.points[i].input_table = (int)next_random() % 5 == 0;
            address +=
                registers_word_count(profile.points[i].type) + ((int)next_random() % 3 == 0) * 3;
        }
        start();
        for (int i = 0; i < count; i++) {
            const point_settings_t* point = &profile.points[i];
            const int end = point->address + registers_word_count(point->type);
            int covered = 0;
            for (int k = 0; k < reader.read_count; k++) {
                const device_read_t* read = &reader.reads[k];
                covered += read->input_table == point->input_table &&
                           read->address <= point->address && end <= read->address + read->count;
                assert_true(read->count <= profile.read_words_max);
                assert_int_equal(read->address % profile.word_alignment, 0);
                assert_int_equal(read->count % profile.word_alignment, 0);
            }
            assert_true(covered >= 1);
        }
        for (int k = 0; k < reader.read_count; k++) {
            for (int w = 0; w < reader.reads[k].count; w++) {
                const int word = reader.reads[k].address + w;
                bool near = false;
                for (int i = 0; i < count; i++) {
                    const point_settings_t* point = &profile.points[i];
                    const int end = point->address + registers_word_count(point->type);
                    near = near ||
                           (profile.word_alignment == 1 ? word >= point->address && word < end
                                                        : word >= round_address(point->address) &&
                                                              word < round_address(end + 1));
                }
                assert_true(near);
            }
        }
    }
}

// 8 bytes there, 5 + 2 * 10 back, 10 bits each at 1200 baud: 275 ms.
static void on_a_slow_line_the_bytes_come_on_top_of_the_timeout(void** state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        add_point(POINT_OTHER, "p", i, WORD_U16);
    }
    start();
    assert_true(device_reader_read(&reader, 1));
    assert_int_equal(device.timeout_us, 1000);
    device.machine.devices[0].line = 1;
    device.machine.lines[0] = (line_settings_t){
        .path = "/dev/ttyS0", .baud = 1200, .parity = PARITY_NONE, .stop_bits = 1};
    assert_true(device_reader_read(&reader, 2));
    assert_near((double)device.timeout_us, 276000.0, 1.0);
}

// ------------------------------------------------------------------------------------- the answers

static void a_simple_map(void)
{
    profile.read_address = 0;
    profile.read_count = 4;
    add_point(POINT_SAMPLE_COUNTER, "sample_counter", 0, WORD_U16);
    add_point(POINT_FORCE_X, "force_x", 2, WORD_F32);
    add_point(POINT_IDENTITY, "identity", 40, WORD_U16);
    add_point(POINT_STATUS, "status", 41, WORD_U16);
    start();
}

static void every_point_is_read_and_nothing_is_written(void** state)
{
    (void)state;
    a_simple_map();
    assert_true(register_file_set(&device.file, POINT_FORCE_X, -12.5));
    assert_true(device_reader_read(&reader, 77));
    assert_null(device_reader_failure(&reader));
    assert_near(reader.readings[1].si_number, -12.5, 0.0);
    assert_int_equal(reader.readings[1].read_at_us, 77);
    assert_int_equal(device.request_count, 2);
    for (int i = 0; i < device.request_count; i++) {
        assert_true(device.requests[i].bytes[0] == 0x03 || device.requests[i].bytes[0] == 0x04);
    }
}

// Refuses whatever touches register 41.
static port_result_t hole_at_41(const pdu_t* request, pdu_t* reply)
{
    const int address = request->bytes[1] << 8 | request->bytes[2];
    const int count = request->bytes[3] << 8 | request->bytes[4];
    if (address <= 41 && address + count > 41) {
        modbus_encode_exception(request->bytes[0], MODBUS_ILLEGAL_ADDRESS, reply);
    }
    return PORT_OK;
}

static void a_refused_read_is_split_until_the_refused_register_is_known(void** state)
{
    (void)state;
    a_simple_map();
    device.bend = hole_at_41;
    assert_false(device_reader_read(&reader, 1));
    assert_int_equal(reader.readings[2].now.layer, DEVICE_LAYER_GOOD);
    assert_int_equal(reader.readings[3].now.layer, DEVICE_LAYER_EXCEPTION);
    char text[DEVICE_FAILURE_CAPACITY];
    device_failure_text(&device.machine, 0, device_reader_failure(&reader), text);
    assert_string_equal(text, "looked_at (127.0.0.1:502, unit 7): exception: register 41 (0x0029, "
                              "modicon 40042): exception 02, illegal data address; try: mbpoll -0 "
                              "-1 -m tcp -p 502 -a 7 -t 4:hex -r 41 -c 1 127.0.0.1");
}

static port_result_t silence(const pdu_t* request, pdu_t* reply)
{
    (void)request;
    (void)reply;
    return PORT_TIMEOUT;
}

static port_result_t wrong_count(const pdu_t* request, pdu_t* reply)
{
    (void)request;
    reply->size -= 2;
    return PORT_OK;
}

static port_result_t gateway(const pdu_t* request, pdu_t* reply)
{
    modbus_encode_exception(request->bytes[0], MODBUS_GATEWAY_TARGET, reply);
    return PORT_OK;
}

static port_result_t closed(const pdu_t* request, pdu_t* reply)
{
    (void)request;
    (void)reply;
    return PORT_CLOSED;
}

static port_result_t refused(const pdu_t* request, pdu_t* reply)
{
    (void)request;
    (void)reply;
    return PORT_REFUSED;
}

static port_result_t bad_crc(const pdu_t* request, pdu_t* reply)
{
    (void)request;
    (void)reply;
    return PORT_BAD_CRC;
}

static port_result_t no_line(const pdu_t* request, pdu_t* reply)
{
    (void)request;
    (void)reply;
    return PORT_NO_LINE;
}

static port_result_t no_turn(const pdu_t* request, pdu_t* reply)
{
    (void)request;
    (void)reply;
    return PORT_NO_TURN;
}

static void a_device_that_does_not_answer_is_asked_once_and_every_point_says_so(void** state)
{
    (void)state;
    const struct {
        one_device_bend_t bend;
        device_layer_t layer;
        const char* words;
    } cases[] = {{silence, DEVICE_LAYER_TIMEOUT, "timeout: register 0 "},
                 {wrong_count, DEVICE_LAYER_FRAME, "frame: register 0 "},
                 {closed, DEVICE_LAYER_CLOSED, "closed: register 0 "},
                 {refused, DEVICE_LAYER_CONNECT, "connection refused"},
                 {bad_crc, DEVICE_LAYER_FRAME, "checksum of the reply is wrong"},
                 {no_line, DEVICE_LAYER_CONNECT, "serial line cannot be opened"},
                 {no_turn, DEVICE_LAYER_TIMEOUT, "its turn did not come"},
                 {gateway, DEVICE_LAYER_EXCEPTION, "exception 0B, gateway target"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)setup(NULL);
        a_simple_map();
        device.bend = cases[i].bend;
        assert_false(device_reader_read(&reader, 1));
        assert_int_equal(device.request_count, 1);
        assert_int_equal(reader.layers[cases[i].layer], 1);
        for (int k = 0; k < profile.point_count; k++) {
            assert_int_equal(reader.readings[k].now.layer, cases[i].layer);
            assert_false(reader.readings[k].known);
        }
        char text[DEVICE_FAILURE_CAPACITY];
        device_failure_text(&device.machine, 0, device_reader_failure(&reader), text);
        assert_non_null(strstr(text, cases[i].words));
        assert_non_null(strstr(text, "; try: mbpoll -0 -1 -m tcp -p 502 -a 7 "));
    }
}

// The words of force_x (2 and 3) become a signalling pattern that is no number.
static port_result_t not_a_number(const pdu_t* request, pdu_t* reply)
{
    if (request->bytes[2] == 0 && reply->size >= 10) {
        reply->bytes[6] = 0x7F;
        reply->bytes[7] = 0xC0;
    }
    return PORT_OK;
}

static void words_that_are_no_number_keep_the_value_of_before(void** state)
{
    (void)state;
    a_simple_map();
    assert_true(register_file_set(&device.file, POINT_FORCE_X, 3.0));
    assert_true(device_reader_read(&reader, 1));
    device.bend = not_a_number;
    assert_false(device_reader_read(&reader, 2));
    assert_int_equal(reader.readings[1].now.layer, DEVICE_LAYER_VALUE);
    assert_true(reader.readings[1].known);
    assert_near(reader.readings[1].si_number, 3.0, 0.0);
    assert_int_equal(reader.readings[1].read_at_us, 1);
    assert_int_equal(reader.readings[0].now.layer, DEVICE_LAYER_GOOD);
}

static void an_age_counts_from_when_the_counter_last_moved(void** state)
{
    (void)state;
    a_simple_map();
    assert_int_equal(device_reader_age_us(&reader, 5), AGE_NEVER_US);
    assert_true(device_reader_read(&reader, 100));
    assert_true(device_reader_read(&reader, 200)); // the counter stands still
    assert_int_equal(device_reader_age_us(&reader, 250), 150);
    register_file_set_raw(&device.file, POINT_SAMPLE_COUNTER, 9);
    assert_true(device_reader_read(&reader, 300));
    assert_int_equal(device_reader_age_us(&reader, 350), 50);
}

static void what_was_never_read_has_no_age(void** state)
{
    (void)state;
    add_point(POINT_STATUS, "status", 41, WORD_U16);
    start();
    device.bend = hole_at_41;
    assert_false(device_reader_read(&reader, 200));
    assert_int_equal(device_reader_age_us(&reader, 250), AGE_NEVER_US);
}

static void without_a_counter_an_age_is_that_of_the_oldest_point(void** state)
{
    (void)state;
    add_point(POINT_STATUS, "status", 41, WORD_U16);
    add_point(POINT_IDENTITY, "identity", 30, WORD_U16);
    start();
    assert_true(device_reader_read(&reader, 100));
    device.bend = hole_at_41;
    assert_false(device_reader_read(&reader, 200));
    assert_int_equal(device_reader_age_us(&reader, 250), 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(neighbours_are_read_together_and_gaps_are_left_alone, setup),
        cmocka_unit_test_setup(the_read_block_is_read_whole_and_first_gaps_among_it, setup),
        cmocka_unit_test_setup(the_input_table_is_read_apart_with_function_4, setup),
        cmocka_unit_test_setup(an_aligned_device_gets_even_addresses_and_counts, setup),
        cmocka_unit_test_setup(no_read_is_longer_than_the_device_takes, setup),
        cmocka_unit_test_setup(on_a_slow_line_the_bytes_come_on_top_of_the_timeout, setup),
        cmocka_unit_test_setup(a_point_that_no_request_can_take_is_refused, setup),
        cmocka_unit_test_setup(any_map_is_covered_and_nothing_else_is_asked_for, setup),
        cmocka_unit_test_setup(every_point_is_read_and_nothing_is_written, setup),
        cmocka_unit_test_setup(a_refused_read_is_split_until_the_refused_register_is_known, setup),
        cmocka_unit_test_setup(a_device_that_does_not_answer_is_asked_once_and_every_point_says_so,
                               setup),
        cmocka_unit_test_setup(words_that_are_no_number_keep_the_value_of_before, setup),
        cmocka_unit_test_setup(an_age_counts_from_when_the_counter_last_moved, setup),
        cmocka_unit_test_setup(what_was_never_read_has_no_age, setup),
        cmocka_unit_test_setup(without_a_counter_an_age_is_that_of_the_oldest_point, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
