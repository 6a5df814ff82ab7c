// Requests on a serial line: whole ones however they are cut, nothing for what is broken, and a pty
// that its next client finds clean.
#include "tests/support/cmocka_prelude.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "sim/serial_line.h"

#define SILENCE_US 1750

static serial_line_t line;
static uint8_t unit;
static pdu_t pdu;

static int setup(void** state)
{
    (void)state;
    memset(&line, 0, sizeof line);
    line.fd = -1;
    line.silence_us = SILENCE_US;
    line.received_us = -1000000;
    return 0;
}

// The maker's own frame: read the wrench of an FT 300.
static const uint8_t read_wrench[] = {0x09, 0x03, 0x00, 0xB4, 0x00, 0x06, 0x84, 0xA6};

static void a_request_is_whole_with_its_last_byte_wherever_it_is_cut(void** state)
{
    (void)state;
    for (int cut = 1; cut < (int)sizeof read_wrench; cut++) {
        serial_line_take(&line, read_wrench, cut, 1000 * cut);
        assert_int_equal(serial_line_next(&line, 1000 * cut, &unit, &pdu), SERIAL_NOTHING);
        serial_line_take(&line, read_wrench + cut, (int)sizeof read_wrench - cut, 1000 * cut + 100);
        assert_int_equal(serial_line_next(&line, 1000 * cut + 100, &unit, &pdu), SERIAL_REQUEST);
        assert_int_equal(unit, 9);
        assert_int_equal(pdu.size, 5);
        assert_memory_equal(pdu.bytes, read_wrench + 1, 5);
        assert_int_equal(serial_line_next(&line, 1000 * cut + 100, &unit, &pdu), SERIAL_NOTHING);
    }
}

static void a_silence_in_a_request_gives_it_up_and_the_next_one_is_heard(void** state)
{
    (void)state;
    serial_line_take(&line, read_wrench, 5, 0);
    assert_int_equal(serial_line_wake_us(&line), SILENCE_US);
    assert_int_equal(serial_line_next(&line, SILENCE_US - 1, &unit, &pdu), SERIAL_NOTHING);
    assert_int_equal(serial_line_next(&line, SILENCE_US, &unit, &pdu), SERIAL_DROPPED);
    assert_int_equal(serial_line_next(&line, SILENCE_US, &unit, &pdu), SERIAL_NOTHING);
    serial_line_take(&line, read_wrench, sizeof read_wrench, SILENCE_US + 1);
    assert_int_equal(serial_line_next(&line, SILENCE_US + 1, &unit, &pdu), SERIAL_REQUEST);
}

static void one_wrong_bit_anywhere_silences_the_line_until_a_silence(void** state)
{
    (void)state;
    for (int bit = 0; bit < 8 * (int)sizeof read_wrench; bit++) {
        uint8_t wrong[sizeof read_wrench];
        const int64_t at_us = 10000 * (bit + 1);
        memcpy(wrong, read_wrench, sizeof wrong);
        wrong[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        serial_line_take(&line, wrong, sizeof wrong, at_us);
        serial_line_take(&line, read_wrench, sizeof read_wrench, at_us + 10);
        serial_verdict_t verdict = SERIAL_DROPPED;
        while (verdict == SERIAL_DROPPED) {
            verdict = serial_line_next(&line, at_us + 10, &unit, &pdu);
        }
        assert_int_equal(verdict, SERIAL_NOTHING);
        // The silence ends whatever it was.
        do {
            verdict = serial_line_next(&line, at_us + 10 + SILENCE_US, &unit, &pdu);
            assert_int_not_equal(verdict, SERIAL_REQUEST);
        } while (verdict == SERIAL_DROPPED);
        serial_line_take(&line, read_wrench, sizeof read_wrench, at_us + 5000);
        assert_int_equal(serial_line_next(&line, at_us + 5000, &unit, &pdu), SERIAL_REQUEST);
    }
}

static void an_unknown_function_ends_with_the_silence_and_is_handed_on(void** state)
{
    (void)state;
    const pdu_t strange = {.size = 3, .bytes = {0x64, 1, 2}};
    uint8_t frame[RTU_FRAME_CAPACITY];
    const int size = rtu_frame_encode(5, &strange, frame);
    serial_line_take(&line, frame, size, 0);
    assert_int_equal(serial_line_next(&line, SILENCE_US - 1, &unit, &pdu), SERIAL_NOTHING);
    assert_int_equal(serial_line_next(&line, SILENCE_US, &unit, &pdu), SERIAL_REQUEST);
    assert_int_equal(pdu.bytes[0], 0x64);
}

static void noise_of_any_kind_ends_and_leaves_the_line_hearing(void** state)
{
    (void)state;
    uint32_t seed = 12345;
    print_message("seed %u\n", seed);
    int64_t at_us = 0;
    for (int i = 0; i < 20000; i++) {
        uint8_t noise[300];
        seed = seed * 1664525u + 1013904223u;
        const int count = 1 + (int)((seed >> 8) % sizeof noise);
        for (int j = 0; j < count; j++) {
            seed = seed * 1664525u + 1013904223u;
            noise[j] = (uint8_t)(seed >> 24);
        }
        serial_line_take(&line, noise, count, ++at_us);
        for (int turns = 0; serial_line_next(&line, at_us, &unit, &pdu) != SERIAL_NOTHING;
             turns++) {
            assert_true(turns < 600);
        }
        assert_in_range(line.received_count, 0, sizeof line.received);
    }
    at_us += SILENCE_US;
    while (serial_line_next(&line, at_us, &unit, &pdu) != SERIAL_NOTHING) {
    }
    serial_line_take(&line, read_wrench, sizeof read_wrench, at_us + 1);
    assert_int_equal(serial_line_next(&line, at_us + 1, &unit, &pdu), SERIAL_REQUEST);
}

static void the_next_client_of_a_pty_finds_nothing_of_the_one_before(void** state)
{
    (void)state;
    assert_int_equal(serial_line_make_pty(&line, ""), SERIAL_OPENED);
    int client = open(line.path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(client >= 0);
    struct termios attributes;
    assert_int_equal(tcgetattr(client, &attributes), 0);
    assert_int_equal(attributes.c_lflag & (ECHO | ICANON), 0);
    assert_int_equal(write(line.fd, "reply", 5), 5);
    assert_true(serial_line_is_attended(&line));
    assert_int_equal(close(client), 0);
    assert_false(serial_line_is_attended(&line));
    assert_false(serial_line_receive(&line, 0));
    serial_line_forget(&line);
    client = open(line.path, O_RDWR | O_NOCTTY | O_NONBLOCK);
    assert_true(serial_line_is_attended(&line));
    char byte;
    assert_int_equal(read(client, &byte, 1), -1);
    assert_int_equal(close(client), 0);
    serial_line_close(&line);
}

static void a_link_replaces_a_link_and_nothing_else(void** state)
{
    (void)state;
    char folder[] = "/tmp/knead-serial-XXXXXX";
    char link[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(link, sizeof link, "%s/line", folder);
    assert_int_equal(symlink("/nowhere", link), 0);
    assert_int_equal(serial_line_make_pty(&line, link), SERIAL_OPENED);
    assert_int_equal(access(link, R_OK | W_OK), 0);
    serial_line_close(&line);
    assert_int_not_equal(access(link, F_OK), 0);
    const int file = open(link, O_CREAT | O_RDWR, 0600);
    assert_true(file >= 0);
    assert_int_equal(serial_line_make_pty(&line, link), SERIAL_LINK_TAKEN);
    assert_int_equal(line.fd, -1);
    assert_int_equal(access(link, F_OK), 0);
    (void)close(file);
    (void)unlink(link);
    (void)rmdir(folder);
}

static void what_is_no_serial_device_or_speed_is_refused(void** state)
{
    (void)state;
    line_settings_t settings = {.path = "/nowhere/tty", .baud = 19200, .stop_bits = 1};
    assert_int_equal(serial_line_open_device(&line, &settings), SERIAL_CANNOT_OPEN);
    (void)snprintf(settings.path, sizeof settings.path, "/dev/null");
    assert_int_equal(serial_line_open_device(&line, &settings), SERIAL_BAD_SETTINGS);
    assert_int_equal(line.fd, -1);
    for (int i = 0; i < SERIAL_RESULT_COUNT; i++) {
        assert_true(serial_result_text((serial_result_t)i)[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_request_is_whole_with_its_last_byte_wherever_it_is_cut, setup),
        cmocka_unit_test_setup(a_silence_in_a_request_gives_it_up_and_the_next_one_is_heard, setup),
        cmocka_unit_test_setup(one_wrong_bit_anywhere_silences_the_line_until_a_silence, setup),
        cmocka_unit_test_setup(an_unknown_function_ends_with_the_silence_and_is_handed_on, setup),
        cmocka_unit_test_setup(noise_of_any_kind_ends_and_leaves_the_line_hearing, setup),
        cmocka_unit_test_setup(the_next_client_of_a_pty_finds_nothing_of_the_one_before, setup),
        cmocka_unit_test_setup(a_link_replaces_a_link_and_nothing_else, setup),
        cmocka_unit_test_setup(what_is_no_serial_device_or_speed_is_refused, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
