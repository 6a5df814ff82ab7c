// Who may connect to a table and where its serial lines are, read from options: what is good, and
// every way to write it wrong.
#include "tests/support/cmocka_prelude.h"

#include <arpa/inet.h>
#include <string.h>

#include "controller/cli/table_options.h"

static options_t options;
static machine_settings_t machine;
static FILE* messages;

static int setup(void** state)
{
    (void)state;
    memset(&options, 0, sizeof options);
    memset(&machine, 0, sizeof machine);
    machine.line_count = 2;
    (void)snprintf(machine.lines[0].name, NAME_CAPACITY, "left");
    (void)snprintf(machine.lines[1].name, NAME_CAPACITY, "right");
    messages = tmpfile();
    assert_non_null(messages);
    return 0;
}

static int teardown(void** state)
{
    (void)state;
    return fclose(messages);
}

static void give(option_id_t id, const char* text)
{
    options.given[id] = true;
    options.text[id] = text;
}

static void only_the_loopback_needs_no_list(void** state)
{
    (void)state;
    uint32_t allowed[SERVER_ALLOWED_CAPACITY];
    int count = -1;
    assert_true(table_allowed(&options, "127.0.0.1", allowed, &count, messages));
    assert_int_equal(count, 0);
    assert_true(table_allowed(&options, "127.1.2.3", allowed, &count, messages));
    assert_false(table_allowed(&options, "0.0.0.0", allowed, &count, messages));
    assert_false(table_allowed(&options, "128.0.0.1", allowed, &count, messages));
    assert_false(table_allowed(&options, "126.255.255.255", allowed, &count, messages));
    give(OPTION_ALLOW, "10.0.0.1,192.168.0.7");
    assert_true(table_allowed(&options, "0.0.0.0", allowed, &count, messages));
    assert_int_equal(count, 2);
    assert_int_equal(allowed[0], htonl(0x0A000001));
    assert_int_equal(allowed[1], htonl(0xC0A80007));
}

static void a_list_with_anything_but_addresses_is_refused(void** state)
{
    (void)state;
    static const char* const wrong[] = {"10.0.0", "10.0.0.1,", ",10.0.0.1", "10.0.0.1 ",
                                        "::1",    "host",      "10.0.0.256"};
    uint32_t allowed[SERVER_ALLOWED_CAPACITY];
    int count;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        give(OPTION_ALLOW, wrong[i]);
        assert_false(table_allowed(&options, "127.0.0.1", allowed, &count, messages));
    }
    char many[400] = "10.0.0.1";
    for (int i = 1; i < SERVER_ALLOWED_CAPACITY; i++) {
        strcat(many, ",10.0.0.1");
    }
    give(OPTION_ALLOW, many);
    assert_true(table_allowed(&options, "127.0.0.1", allowed, &count, messages));
    assert_int_equal(count, SERVER_ALLOWED_CAPACITY);
    strcat(many, ",10.0.0.1");
    assert_false(table_allowed(&options, "127.0.0.1", allowed, &count, messages));
}

static void lines_are_found_by_name_and_a_bare_path_is_the_only_ones(void** state)
{
    (void)state;
    line_place_t places[SERIAL_LINE_CAPACITY];
    give(OPTION_SERIAL, "right=/dev/ttyS0,left=pty");
    give(OPTION_PTY_LINK, "left=/tmp/left");
    assert_true(table_line_places(&options, &machine, places, messages));
    assert_string_equal(places[0].path, "");
    assert_string_equal(places[0].link, "/tmp/left");
    assert_string_equal(places[1].path, "/dev/ttyS0");
    give(OPTION_PTY_LINK, "right=/tmp/right"); // beside a device
    assert_false(table_line_places(&options, &machine, places, messages));
    give(OPTION_PTY_LINK, "/tmp/which");
    assert_false(table_line_places(&options, &machine, places, messages));
    give(OPTION_PTY_LINK, "middle=/tmp/middle");
    assert_false(table_line_places(&options, &machine, places, messages));
    give(OPTION_PTY_LINK, "left=");
    assert_false(table_line_places(&options, &machine, places, messages));
    machine.line_count = 1;
    give(OPTION_SERIAL, "pty");
    give(OPTION_PTY_LINK, "/tmp/left");
    assert_true(table_line_places(&options, &machine, places, messages));
    assert_string_equal(places[0].link, "/tmp/left");
    machine.line_count = 0;
    assert_false(table_line_places(&options, &machine, places, messages));
}

static void
lines_of_a_virtual_machine_are_where_its_file_says_of_a_real_one_they_are_not(void** state)
{
    (void)state;
    line_place_t places[SERIAL_LINE_CAPACITY];
    strcpy(machine.lines[1].path, "/tmp/there");
    assert_true(table_line_places(&options, &machine, places, messages));
    assert_string_equal(places[1].link, "/tmp/there");
    give(OPTION_PTY_LINK, "left=/tmp/left"); // whoever says where one is says it of all
    assert_true(table_line_places(&options, &machine, places, messages));
    assert_string_equal(places[1].link, "");
    options.given[OPTION_PTY_LINK] = false;
    options.text[OPTION_PTY_LINK] = NULL;
    machine.world = WORLD_REAL;
    assert_true(table_line_places(&options, &machine, places, messages));
    assert_string_equal(places[1].link, "");
}

static void parity_is_one_of_three_words(void** state)
{
    (void)state;
    parity_t parity = PARITY_EVEN;
    assert_true(table_parity(&options, &parity, messages));
    assert_int_equal(parity, PARITY_EVEN);
    give(OPTION_PARITY, "odd");
    assert_true(table_parity(&options, &parity, messages));
    assert_int_equal(parity, PARITY_ODD);
    give(OPTION_PARITY, "None");
    assert_false(table_parity(&options, &parity, messages));
    assert_int_equal(parity, PARITY_ODD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_the_loopback_needs_no_list, setup, teardown),
        cmocka_unit_test_setup_teardown(
            lines_of_a_virtual_machine_are_where_its_file_says_of_a_real_one_they_are_not, setup,
            teardown),
        cmocka_unit_test_setup_teardown(a_list_with_anything_but_addresses_is_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(lines_are_found_by_name_and_a_bare_path_is_the_only_ones,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(parity_is_one_of_three_words, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
