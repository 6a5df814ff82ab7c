// Where a device is and how a read is repeated by hand, word for word: people paste these lines.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/bus/mbpoll_line.h"

static machine_settings_t machine;

static int setup(void** state)
{
    (void)state;
    machine = (machine_settings_t){
        .line_count = 2,
        .lines = {{.path = "/dev/ttyUSB0", .baud = 19200, .parity = PARITY_NONE, .stop_bits = 1},
                  {.path = "/dev/ttyS1", .baud = 9600, .parity = PARITY_ODD, .stop_bits = 2}},
        .device_count = 3,
        .devices = {{.host = "192.168.1.1", .port = 502, .unit = 65},
                    {.line = 1, .unit = 9},
                    {.line = 2, .unit = 247}}};
    return 0;
}

static void a_device_over_tcp_is_named_by_address_port_and_unit(void** state)
{
    (void)state;
    char text[DEVICE_PLACE_CAPACITY];
    device_place_text(&machine, 0, text);
    assert_string_equal(text, "192.168.1.1:502, unit 65");
}

static void a_device_on_a_line_is_named_by_path_speed_format_and_unit(void** state)
{
    (void)state;
    char text[DEVICE_PLACE_CAPACITY];
    device_place_text(&machine, 1, text);
    assert_string_equal(text, "/dev/ttyUSB0, 19200 baud, 8N1, unit 9");
    device_place_text(&machine, 2, text);
    assert_string_equal(text, "/dev/ttyS1, 9600 baud, 8O2, unit 247");
}

static void a_read_over_tcp_is_repeated_by_its_pdu_address(void** state)
{
    (void)state;
    char text[MBPOLL_LINE_CAPACITY];
    mbpoll_line(&machine, 0, false, 257, 8, text);
    assert_string_equal(text, "mbpoll -0 -1 -m tcp -p 502 -a 65 -t 4:hex -r 257 -c 8 192.168.1.1");
}

static void the_input_table_is_type_3(void** state)
{
    (void)state;
    char text[MBPOLL_LINE_CAPACITY];
    mbpoll_line(&machine, 0, true, 0, 1, text);
    assert_string_equal(text, "mbpoll -0 -1 -m tcp -p 502 -a 65 -t 3:hex -r 0 -c 1 192.168.1.1");
}

static void a_read_on_a_line_says_speed_parity_and_stop_bits(void** state)
{
    (void)state;
    char text[MBPOLL_LINE_CAPACITY];
    mbpoll_line(&machine, 1, false, 180, 6, text);
    assert_string_equal(
        text, "mbpoll -0 -1 -m rtu -b 19200 -P none -s 1 -a 9 -t 4:hex -r 180 -c 6 /dev/ttyUSB0");
    mbpoll_line(&machine, 2, false, 65535, 1, text);
    assert_string_equal(
        text, "mbpoll -0 -1 -m rtu -b 9600 -P odd -s 2 -a 247 -t 4:hex -r 65535 -c 1 /dev/ttyS1");
}

static void the_longest_path_still_fits(void** state)
{
    (void)state;
    char text[MBPOLL_LINE_CAPACITY];
    char place[DEVICE_PLACE_CAPACITY];
    line_settings_t* line = &machine.lines[0];
    memset(line->path, 'x', sizeof line->path - 1);
    line->path[sizeof line->path - 1] = '\0';
    line->baud = LINE_BAUD_MAX;
    mbpoll_line(&machine, 1, true, 65535, 125, text);
    device_place_text(&machine, 1, place);
    assert_non_null(strstr(text, line->path));
    assert_string_equal(place + strlen(place) - 6, "unit 9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_device_over_tcp_is_named_by_address_port_and_unit, setup),
        cmocka_unit_test_setup(a_device_on_a_line_is_named_by_path_speed_format_and_unit, setup),
        cmocka_unit_test_setup(a_read_over_tcp_is_repeated_by_its_pdu_address, setup),
        cmocka_unit_test_setup(the_input_table_is_type_3, setup),
        cmocka_unit_test_setup(a_read_on_a_line_says_speed_parity_and_stop_bits, setup),
        cmocka_unit_test_setup(the_longest_path_still_fits, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
