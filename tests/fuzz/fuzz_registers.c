// One point of any scale, offset and limits that a profile may have, any words and any value: what
// comes out is finite, what is refused leaves its target alone, rounding is to the nearest count,
// and what the sender lets out the receiver lets in.
#include <math.h>

#include "controller/bus/registers.h"
#include "tests/fuzz/fuzz_input.h"

// What a profile may say of a point (config/load_device.c).
#define SCALE_MIN 1e-22 // quantity_parse
#define SCALE_MAX 1e6
#define OFFSET_MAX 1e6
#define VALUE_MAX 4294967296.0

static bool within(double number, double limit)
{
    return isfinite(number) && fabs(number) <= limit;
}

/// A number that files hold, or any other.
static double take_number(fuzz_input_t* input)
{
    static const double usual[] = {0.0,    1.0,   -1.0,  0.001,  1e-6,   0.1,     1000.0, 65535.0,
                                   -32768, 32767, 1e-12, 123.45, 3.1415, -3.1415, 1e9};
    const uint8_t choice = fuzz_take_byte(input);
    return choice < sizeof usual / sizeof usual[0] ? usual[choice] : fuzz_take_double(input);
}

static double raw_of(const point_settings_t* point, double si_number)
{
    return (si_number - point->offset) / point->scale;
}

static void claim_rounded(const point_settings_t* point, word_order_t order, double si_number,
                          const uint16_t* words)
{
    point_settings_t plain = *point;
    plain.scale = 1.0;
    plain.offset = 0.0;
    double counts = 0.0;
    FUZZ_CLAIM(registers_decode(&plain, order, words, &counts));
    const double wanted = raw_of(point, si_number);
    const double error = point->type == WORD_F32 ? fabs(wanted) * 0x1p-24 + 0x1p-149 : 0.5;
    FUZZ_CLAIM(fabs(counts - wanted) <= error);
}

static void try_words(const point_settings_t* point, word_order_t order, const uint16_t* words)
{
    const double untouched = 12345.678;
    double si_number = untouched;
    uint16_t again[REGISTERS_WORDS_PER_POINT_MAX] = {words[0], words[1]};
    registers_set_raw(point, order, registers_raw(point, order, words), again);
    FUZZ_CLAIM(memcmp(again, words, sizeof again) == 0);
    if (registers_decode(point, order, words, &si_number)) {
        FUZZ_CLAIM(isfinite(si_number));
    } else {
        FUZZ_CLAIM(si_number == untouched);
        FUZZ_CLAIM(!registers_permit_write(point, order, words));
    }
}

int fuzz_one(const uint8_t* bytes, size_t count)
{
    fuzz_input_t input = {bytes, count};
    const uint8_t form = fuzz_take_byte(&input);
    point_settings_t point = {.type = (word_type_t)(form % 5),
                              .writable = (form & 0x40u) != 0,
                              .scale = take_number(&input),
                              .offset = take_number(&input),
                              .minimum = take_number(&input),
                              .maximum = take_number(&input)};
    const word_order_t order = (word_order_t)((form >> 7) + 2 * ((form >> 5) & 1u));
    const uint16_t words[] = {fuzz_take_word(&input), fuzz_take_word(&input)};
    const double si_number = take_number(&input);
    if (!within(point.scale, SCALE_MAX) || fabs(point.scale) < SCALE_MIN ||
        !within(point.offset, OFFSET_MAX) || !within(point.minimum, VALUE_MAX) ||
        !within(point.maximum, VALUE_MAX) || point.minimum > point.maximum) {
        return -1; // no profile says so
    }
    try_words(&point, order, words);
    uint16_t sent[] = {0xAAAA, 0x5555};
    if (registers_encode(&point, order, si_number, sent)) {
        FUZZ_CLAIM(isfinite(si_number));
        claim_rounded(&point, order, si_number, sent);
        FUZZ_CLAIM(!point.writable || (si_number >= point.minimum && si_number <= point.maximum));
        FUZZ_CLAIM(!point.writable || registers_permit_write(&point, order, sent));
    } else {
        FUZZ_CLAIM(sent[0] == 0xAAAA && sent[1] == 0x5555);
    }
    return 0;
}
