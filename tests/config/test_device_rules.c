/// Modicon's numbers and PDU addresses, to the ends of every range. The refusals of whole files are
/// in tests/routines/test_broken_files.c.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "config/device_rules.h"

static void modicon_numbers_count_from_one_in_their_table(void** state)
{
    (void)state;
    static const struct {
        int modicon, address;
        bool input_table;
    } known[] = {{40001, 0, false},    {40021, 20, false},    {49999, 9998, false},
                 {400001, 0, false},   {410000, 9999, false}, {465536, 65535, false},
                 {30001, 0, true},     {39999, 9998, true},   {300001, 0, true},
                 {310000, 9999, true}, {365536, 65535, true}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        int address = -1;
        bool input_table = !known[i].input_table;
        assert_true(device_address_of_modicon(known[i].modicon, &address, &input_table));
        assert_int_equal(address, known[i].address);
        assert_int_equal(input_table, known[i].input_table);
    }
}

static void what_is_no_modicon_number_is_refused_and_touches_nothing(void** state)
{
    (void)state;
    static const int none[] = {-1,    0,      1,      30000,  40000,  50000,
                               65535, 300000, 365537, 400000, 465537, 2147483647};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        int address = 77;
        bool input_table = true;
        assert_false(device_address_of_modicon(none[i], &address, &input_table));
        assert_int_equal(address, 77);
        assert_true(input_table);
    }
}

static void every_address_is_written_both_ways_and_comes_back(void** state)
{
    (void)state;
    for (int address = 0; address < DEVICE_ADDRESS_COUNT; address++)
        for (int input_table = 0; input_table <= 1; input_table++) {
            char text[DEVICE_ADDRESS_TEXT_CAPACITY];
            device_address_text(address, input_table != 0, text);
            char* end = NULL;
            assert_int_equal(strtol(text, &end, 10), address);
            assert_int_equal(strncmp(end, " (0x", 4), 0);
            assert_int_equal(strtol(end + 2, &end, 16), address);
            assert_int_equal(strncmp(end, ", modicon ", 10), 0);
            const int modicon = (int)strtol(end + 10, &end, 10);
            assert_string_equal(end, ")");
            int back = -1;
            bool back_table = false;
            assert_true(device_address_of_modicon(modicon, &back, &back_table));
            assert_int_equal(back, address);
            assert_int_equal(back_table, input_table);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modicon_numbers_count_from_one_in_their_table),
        cmocka_unit_test(what_is_no_modicon_number_is_refused_and_touches_nothing),
        cmocka_unit_test(every_address_is_written_both_ways_and_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
