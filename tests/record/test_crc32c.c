// The check sum against its published values.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>

#include "controller/record/crc32c.h"

static void the_check_sum_is_crc_32c(void** state)
{
    (void)state;
    crc32c_tables_t* tables = calloc(1, sizeof *tables);
    crc32c_tables_make(tables);
    assert_int_equal(crc32c(tables, (const uint8_t*)"123456789", 9), 0xE3069283u);
    const uint8_t zeros[32] = {0}; // RFC 3720, B.4
    assert_int_equal(crc32c(tables, zeros, sizeof zeros), 0x8A9136AAu);
    free(tables);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_sum_is_crc_32c),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
