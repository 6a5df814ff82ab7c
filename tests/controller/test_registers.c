// Words and SI values: known words, round trips of every type and order, and the ends of every
// range. libmodbus's float functions stand as a witness for the word orders.
#include "tests/support/cmocka_prelude.h"

#include <float.h>
#include <modbus.h>
#include <string.h>

#include "controller/bus/registers.h"

#define WORD_ORDER_COUNT 4

static point_settings_t point_of(word_type_t type, double scale, double offset)
{
    return (point_settings_t){.id = POINT_POSITION, .type = type, .scale = scale, .offset = offset};
}

static void assert_words(const point_settings_t* point, word_order_t order, double si_number,
                         uint16_t first, uint16_t second)
{
    uint16_t words[2] = {0, 0};
    assert_true(registers_encode(point, order, si_number, words));
    assert_int_equal(words[0], first);
    if (registers_word_count(point->type) == 2) {
        assert_int_equal(words[1], second);
    }
    double back = 0.0;
    assert_true(registers_decode(point, order, words, &back));
    assert_near(back, si_number, fabs(point->scale) * 0.5 + 1e-6 * fabs(si_number));
}

static void known_values_give_known_words(void** state)
{
    (void)state;
    const point_settings_t micro = point_of(WORD_S32, 1.0, 0.0);
    assert_words(&micro, WORDS_HIGH_FIRST, -1000.0, 0xFFFF, 0xFC18); // Oriental Motor AZ
    assert_words(&micro, WORDS_LOW_FIRST, -1000.0, 0xFC18, 0xFFFF);
    const point_settings_t single = point_of(WORD_F32, 1.0, 0.0);
    assert_words(&single, WORDS_HIGH_FIRST, 123456.0, 0x47F1, 0x2000);
    assert_words(&single, WORDS_LOW_FIRST, 123456.0, 0x2000, 0x47F1);
    assert_words(&single, WORDS_HIGH_FIRST_SWAPPED, 123456.0, 0xF147, 0x0020);
    assert_words(&single, WORDS_LOW_FIRST_SWAPPED, 123456.0, 0x0020, 0xF147);
    const point_settings_t tenth = point_of(WORD_S16, 0.1, 0.0); // OnRobot HEX: 0.1 N
    assert_words(&tenth, WORDS_HIGH_FIRST, -12.3, 0xFF85, 0);
    assert_words(&tenth, WORDS_LOW_FIRST, -12.3, 0xFF85, 0);
    assert_words(&tenth, WORDS_HIGH_FIRST_SWAPPED, -12.3, 0x85FF, 0);
    assert_words(&tenth, WORDS_LOW_FIRST_SWAPPED, -12.3, 0x85FF, 0);
    const point_settings_t celsius = point_of(WORD_U16, 0.1, -40.0);
    assert_words(&celsius, WORDS_HIGH_FIRST, 25.0, 650, 0);
    const point_settings_t wide = point_of(WORD_U32, 1.0, 0.0);
    assert_words(&wide, WORDS_HIGH_FIRST, 4294967295.0, 0xFFFF, 0xFFFF);
    assert_words(&wide, WORDS_LOW_FIRST, 65536.0, 0, 1);
}

static void float_words_are_those_of_libmodbus(void** state)
{
    (void)state;
    const point_settings_t single = point_of(WORD_F32, 1.0, 0.0);
    static void (*const set_float[])(float, uint16_t*) = {
        [WORDS_HIGH_FIRST] = modbus_set_float_abcd,
        [WORDS_LOW_FIRST] = modbus_set_float_cdab,
        [WORDS_HIGH_FIRST_SWAPPED] = modbus_set_float_badc,
        [WORDS_LOW_FIRST_SWAPPED] = modbus_set_float_dcba,
    };
    const float values[] = {0.0f, -0.0f, 1.5f, -273.15f, 3.0e38f, 1.0e-40f};
    for (int i = 0; i < (int)(sizeof values / sizeof values[0]); i++) {
        for (word_order_t order = WORDS_HIGH_FIRST; order < WORD_ORDER_COUNT; order++) {
            uint16_t ours[2];
            uint16_t theirs[2];
            assert_true(registers_encode(&single, order, (double)values[i], ours));
            set_float[order](values[i], theirs);
            // libmodbus stores network byte order inside the words' bytes; ours are plain words.
            const uint8_t* bytes = (const uint8_t*)theirs;
            assert_int_equal(ours[0], (bytes[0] << 8) | bytes[1]);
            assert_int_equal(ours[1], (bytes[2] << 8) | bytes[3]);
        }
    }
}

static void what_does_not_fit_the_type_is_refused(void** state)
{
    (void)state;
    const struct {
        word_type_t type;
        double lowest, highest;
    } ranges[] = {{WORD_U16, 0.0, 65535.0},
                  {WORD_S16, -32768.0, 32767.0},
                  {WORD_U32, 0.0, 4294967295.0},
                  {WORD_S32, -2147483648.0, 2147483647.0}};
    for (int i = 0; i < 4; i++) {
        for (word_order_t order = WORDS_HIGH_FIRST; order < WORD_ORDER_COUNT; order++) {
            const point_settings_t point = point_of(ranges[i].type, 0.5, 3.0);
            uint16_t words[2] = {0x1234, 0x5678};
            assert_true(registers_encode(&point, order, ranges[i].lowest * 0.5 + 3.0, words));
            assert_true(registers_encode(&point, order, ranges[i].highest * 0.5 + 3.0, words));
            words[0] = 0x1234;
            words[1] = 0x5678;
            assert_false(
                registers_encode(&point, order, (ranges[i].lowest - 1.0) * 0.5 + 3.0, words));
            assert_false(
                registers_encode(&point, order, (ranges[i].highest + 1.0) * 0.5 + 3.0, words));
            assert_false(registers_encode(&point, order, (double)NAN, words));
            assert_false(registers_encode(&point, order, (double)INFINITY, words));
            assert_false(registers_encode(&point, order, -(double)INFINITY, words));
            assert_int_equal(words[0], 0x1234);
            assert_int_equal(words[1], 0x5678);
        }
    }
    const point_settings_t single = point_of(WORD_F32, 1.0, 0.0);
    uint16_t words[2];
    assert_true(registers_encode(&single, WORDS_HIGH_FIRST, (double)FLT_MAX, words));
    assert_false(registers_encode(&single, WORDS_HIGH_FIRST, (double)FLT_MAX * 1.001, words));
    assert_false(registers_encode(&single, WORDS_HIGH_FIRST, (double)NAN, words));
}

static void a_writable_point_is_held_to_its_own_limits(void** state)
{
    (void)state;
    point_settings_t target = point_of(WORD_S32, 1e-6, 0.0);
    target.writable = true;
    target.minimum = -2.9671;
    target.maximum = 2.9671;
    uint16_t words[2];
    assert_true(registers_encode(&target, WORDS_HIGH_FIRST, target.maximum, words));
    assert_true(registers_permit_write(&target, WORDS_HIGH_FIRST, words));
    assert_true(registers_encode(&target, WORDS_HIGH_FIRST, target.minimum, words));
    assert_true(registers_permit_write(&target, WORDS_HIGH_FIRST, words));
    assert_false(registers_encode(&target, WORDS_HIGH_FIRST, 2.9671001, words));
    assert_false(registers_encode(&target, WORDS_HIGH_FIRST, (double)NAN, words));
    registers_set_raw(&target, WORDS_HIGH_FIRST, 2967101u, words);
    assert_false(registers_permit_write(&target, WORDS_HIGH_FIRST, words));
    target.writable = false; // measured values may lie anywhere
    assert_true(registers_encode(&target, WORDS_HIGH_FIRST, 7.0, words));
}

static void every_limit_that_may_be_sent_is_let_in(void** state)
{
    (void)state;
    // Limits that are no whole number of counts round on the wire; both ends round alike.
    for (int i = 1; i < 2000; i++) {
        for (int type = WORD_U16; type <= WORD_F32; type++) {
            point_settings_t point = point_of((word_type_t)type, 0.00173, 0.0);
            point.writable = true;
            point.minimum = 0.0;
            point.maximum = i * 0.0123456;
            uint16_t words[2];
            assert_true(registers_encode(&point, WORDS_LOW_FIRST, point.maximum, words));
            assert_true(registers_permit_write(&point, WORDS_LOW_FIRST, words));
        }
    }
}

static void words_that_are_no_finite_number_are_refused(void** state)
{
    (void)state;
    const point_settings_t single = point_of(WORD_F32, 1.0, 0.0);
    const uint16_t patterns[][2] = {
        {0x7FC0, 0}, {0x7F80, 0}, {0xFF80, 0}, {0xFFFF, 0xFFFF}, {0x7F80, 1}};
    for (int i = 0; i < 5; i++) {
        double si_number = 42.0;
        assert_false(registers_decode(&single, WORDS_HIGH_FIRST, patterns[i], &si_number));
        assert_near(si_number, 42.0, 0.0);
        assert_false(registers_permit_write(&single, WORDS_HIGH_FIRST, patterns[i]));
    }
}

static void every_raw_value_survives_the_round_trip(void** state)
{
    (void)state;
    for (int type = WORD_U16; type <= WORD_S16; type++) {
        const point_settings_t point = point_of((word_type_t)type, 0.01, 1.0);
        for (uint32_t raw = 0; raw <= UINT16_MAX; raw++) {
            const uint16_t word = (uint16_t)raw;
            uint16_t again = 0;
            double si_number;
            assert_true(registers_decode(&point, WORDS_HIGH_FIRST, &word, &si_number));
            assert_true(registers_encode(&point, WORDS_HIGH_FIRST, si_number, &again));
            assert_int_equal(again, word);
            assert_int_equal(registers_raw(&point, WORDS_HIGH_FIRST, &again), raw);
        }
    }
    uint32_t raw = 0;
    for (int i = 0; i < 200000; i++) {
        raw = raw * 1664525u + 1013904223u;
        for (int type = WORD_U32; type <= WORD_S32; type++) {
            const point_settings_t point = point_of((word_type_t)type, 1e-6, -2.0);
            uint16_t words[2];
            double si_number;
            registers_set_raw(&point, WORDS_LOW_FIRST, raw, words);
            assert_true(registers_decode(&point, WORDS_LOW_FIRST, words, &si_number));
            assert_true(registers_encode(&point, WORDS_LOW_FIRST, si_number, words));
            assert_int_equal(registers_raw(&point, WORDS_LOW_FIRST, words), raw);
        }
    }
}

static uint32_t next_random(uint64_t* random)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*random >> 32);
}

/// The bytes of a raw value as the names of the orders say they come, most significant first.
static void claim_bytes(word_order_t order, int word_count, uint32_t raw, const uint16_t* words)
{
    static const int places[WORD_ORDER_COUNT][4] = {[WORDS_HIGH_FIRST] = {0, 1, 2, 3},
                                                    [WORDS_LOW_FIRST] = {2, 3, 0, 1},
                                                    [WORDS_HIGH_FIRST_SWAPPED] = {1, 0, 3, 2},
                                                    [WORDS_LOW_FIRST_SWAPPED] = {3, 2, 1, 0}};
    const int byte_count = 2 * word_count;
    for (int i = 0; i < byte_count; i++) {
        const int place = places[order][i] % byte_count;
        const uint32_t wanted = (raw >> (8 * (byte_count - 1 - place))) & 0xFFu;
        const uint32_t sent = i % 2 == 0 ? words[i / 2] >> 8 : words[i / 2] & 0xFFu;
        assert_int_equal(sent, wanted);
    }
}

static void every_order_and_type_keeps_every_value(void** state)
{
    (void)state;
    uint64_t random = 20261122;
    print_message("seed %llu\n", (unsigned long long)random);
    for (int round = 0; round < 20000; round++) {
        for (int type = WORD_U16; type <= WORD_F32; type++) {
            for (word_order_t order = WORDS_HIGH_FIRST; order < WORD_ORDER_COUNT; order++) {
                const point_settings_t point = point_of((word_type_t)type, 0.25, -3.0);
                const int word_count = registers_word_count(point.type);
                const uint32_t raw =
                    word_count == 1 ? next_random(&random) & 0xFFFFu : next_random(&random);
                uint16_t words[2] = {0, 0};
                registers_set_raw(&point, order, raw, words);
                claim_bytes(order, word_count, raw, words);
                assert_int_equal(registers_raw(&point, order, words), raw);
                double si_number = 0.0;
                if (!registers_decode(&point, order, words, &si_number)) {
                    assert_int_equal(type, WORD_F32); // no finite number
                    continue;
                }
                uint16_t again[2] = {0, 0};
                double back = 0.0;
                const bool fits = registers_encode(&point, order, si_number, again);
                assert_true(fits);
                assert_true(registers_decode(&point, order, again, &back));
                // A single near 0 loses its last bits beside the offset; all else comes back whole.
                assert_near(back, si_number, type == WORD_F32 ? fabs(si_number) * 0x1p-23 : 0.0);
                if (type != WORD_F32) {
                    assert_memory_equal(again, words, sizeof words);
                }
            }
        }
    }
}

static void points_are_found_by_meaning(void** state)
{
    (void)state;
    static device_profile_t profile;
    profile.point_count = 2;
    profile.points[0] = point_of(WORD_U16, 1.0, 0.0);
    profile.points[1] = point_of(WORD_U16, 1.0, 0.0);
    profile.points[1].id = POINT_INPUTS;
    assert_ptr_equal(registers_find_point(&profile, POINT_INPUTS), &profile.points[1]);
    assert_null(registers_find_point(&profile, POINT_OUTPUTS));
    assert_string_equal(registers_point_text(POINT_TARGET_POSITION), "target_position");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values_give_known_words),
        cmocka_unit_test(float_words_are_those_of_libmodbus),
        cmocka_unit_test(what_does_not_fit_the_type_is_refused),
        cmocka_unit_test(a_writable_point_is_held_to_its_own_limits),
        cmocka_unit_test(every_limit_that_may_be_sent_is_let_in),
        cmocka_unit_test(words_that_are_no_finite_number_are_refused),
        cmocka_unit_test(every_raw_value_survives_the_round_trip),
        cmocka_unit_test(every_order_and_type_keeps_every_value),
        cmocka_unit_test(points_are_found_by_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
