// The check sum of MCAP, against its published check value and whatever way the bytes come.
#include "tests/support/cmocka_prelude.h"

#include "controller/record/crc32.h"

static void the_check_value_is_the_published_one(void** state)
{
    (void)state;
    crc32_tables_t tables;
    crc32_tables_make(&tables);
    assert_int_equal(crc32_add(&tables, 0, (const uint8_t*)"123456789", 9), 0xCBF43926u);
    assert_int_equal(crc32_add(&tables, 0, NULL, 0), 0);
}

/// Bit by bit, as the polynomial says.
static uint32_t slowly(const uint8_t* bytes, size_t size)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < size; ++i) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc & 1u) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }
    }
    return ~crc;
}

static void any_cut_gives_the_sum_of_the_whole(void** state)
{
    (void)state;
    crc32_tables_t tables;
    crc32_tables_make(&tables);
    uint8_t bytes[67];
    for (size_t i = 0; i < sizeof bytes; ++i) {
        bytes[i] = (uint8_t)(i * 37 + 11);
    }
    for (size_t size = 0; size <= sizeof bytes; ++size) {
        const uint32_t expected = slowly(bytes, size);
        for (size_t cut = 0; cut <= size; ++cut) {
            const uint32_t head = crc32_add(&tables, 0, bytes, cut);
            assert_int_equal(crc32_add(&tables, head, bytes + cut, size - cut), expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_value_is_the_published_one),
        cmocka_unit_test(any_cut_gives_the_sum_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
