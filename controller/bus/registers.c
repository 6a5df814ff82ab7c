#include "controller/bus/registers.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

const point_settings_t* registers_find_point(const device_profile_t* profile, point_id_t id)
{
    for (int i = 0; i < profile->point_count; i++) {
        if (profile->points[i].id == id) {
            return &profile->points[i];
        }
    }
    return NULL;
}

const char* registers_point_text(point_id_t id)
{
    static const char* const texts[] = {
#define X(name, text) [name] = text,
        POINT_LIST(X)
#undef X
    };
    return texts[id];
}

int registers_word_count(word_type_t type)
{
    return type == WORD_U16 || type == WORD_S16 ? 1 : 2;
}

static bool high_word_first(word_order_t order)
{
    return order == WORDS_HIGH_FIRST || order == WORDS_HIGH_FIRST_SWAPPED;
}

// The word with its bytes as the order has them; its own inverse.
static uint16_t in_byte_order(word_order_t order, uint16_t word)
{
    const bool swapped = order == WORDS_HIGH_FIRST_SWAPPED || order == WORDS_LOW_FIRST_SWAPPED;
    const unsigned turned = (unsigned)word << 8 | (unsigned)word >> 8;
    return (uint16_t)(swapped ? turned & UINT16_MAX : word);
}

uint32_t registers_raw(const point_settings_t* point, word_order_t order, const uint16_t* words)
{
    if (registers_word_count(point->type) == 1) {
        return in_byte_order(order, words[0]);
    }
    const int high = high_word_first(order) ? 0 : 1;
    return ((uint32_t)in_byte_order(order, words[high]) << 16) |
           in_byte_order(order, words[1 - high]);
}

void registers_set_raw(const point_settings_t* point, word_order_t order, uint32_t raw,
                       uint16_t* words)
{
    if (registers_word_count(point->type) == 1) {
        assert(raw <= UINT16_MAX);
        words[0] = in_byte_order(order, (uint16_t)raw);
        return;
    }
    const int high = high_word_first(order) ? 0 : 1;
    words[high] = in_byte_order(order, (uint16_t)(raw >> 16));
    words[1 - high] = in_byte_order(order, (uint16_t)(raw & 0xFFFFu));
}

// A float's bits are copied, never converted: 3.1.8 to 3.1.10 of libmodbus changed their byte
// order.
static uint32_t bits_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// `raw` rounded to the nearest whole number, halves away from zero, as `round` does, which is a
// call into the library. Only for magnitudes below 2^62.
static inline double rounded_whole(double raw)
{
    const double whole = (double)(int64_t)raw;
    const double rest = raw - whole; // exact
    return fabs(rest) >= 0.5 ? whole + (rest < 0.0 ? -1.0 : 1.0) : whole;
}

// True if `raw`, which may be NaN, rounds to a value of the type; then `bits` are that value.
static bool bits_of_raw(word_type_t type, double raw, uint32_t* bits)
{
    if (!isfinite(raw) ||
        (type != WORD_F32 && (raw < -2.0 * UINT32_MAX || raw > 2.0 * UINT32_MAX))) {
        return false; // far beyond every type, or no number
    }
    const double whole = type != WORD_F32 ? rounded_whole(raw) : 0.0;
    switch (type) {
    case WORD_U16:
        if (!(whole >= 0.0 && whole <= UINT16_MAX)) {
            return false;
        }
        *bits = (uint32_t)whole;
        return true;
    case WORD_S16:
        if (!(whole >= INT16_MIN && whole <= INT16_MAX)) {
            return false;
        }
        *bits = (uint16_t)(int16_t)whole;
        return true;
    case WORD_U32:
        if (!(whole >= 0.0 && whole <= UINT32_MAX)) {
            return false;
        }
        *bits = (uint32_t)whole;
        return true;
    case WORD_S32:
        if (!(whole >= INT32_MIN && whole <= INT32_MAX)) {
            return false;
        }
        *bits = (uint32_t)(int32_t)whole;
        return true;
    case WORD_F32:
        if (!(raw >= -(double)FLT_MAX && raw <= (double)FLT_MAX)) {
            return false;
        }
        *bits = bits_of_float((float)raw);
        return true;
    }
    return false;
}

bool registers_encode(const point_settings_t* point, word_order_t order, double si_number,
                      uint16_t* words)
{
    if (point->writable && !(si_number >= point->minimum && si_number <= point->maximum)) {
        return false;
    }
    return registers_encode_unlimited(point, order, si_number, words);
}

bool registers_encode_unlimited(const point_settings_t* point, word_order_t order, double si_number,
                                uint16_t* words)
{
    uint32_t bits;
    if (!bits_of_raw(point->type, (si_number - point->offset) / point->scale, &bits)) {
        return false;
    }
    registers_set_raw(point, order, bits, words);
    return true;
}

bool registers_decode(const point_settings_t* point, word_order_t order, const uint16_t* words,
                      double* si_number)
{
    const uint32_t bits = registers_raw(point, order, words);
    double raw = 0.0;
    switch (point->type) {
    case WORD_U16:
    case WORD_U32:
        raw = bits;
        break;
    case WORD_S16:
        raw = (int16_t)(uint16_t)bits;
        break;
    case WORD_S32:
        raw = (int32_t)bits;
        break;
    case WORD_F32:
        raw = (double)float_of_bits(bits);
        break;
    }
    const double converted = raw * point->scale + point->offset;
    if (!isfinite(converted)) {
        return false;
    }
    *si_number = converted;
    return true;
}

// A limit as it looks on the wire; a limit that the type cannot reach stays as it is.
static double limit_on_wire(const point_settings_t* point, word_order_t order, double limit)
{
    uint16_t words[REGISTERS_WORDS_PER_POINT_MAX];
    double rounded = limit;
    if (registers_encode_unlimited(point, order, limit, words)) {
        (void)registers_decode(point, order, words, &rounded);
    }
    return rounded;
}

// True if a number lies so far inside its limits that these need not be looked at as they are on
// the wire: rounding moves a limit of a whole-number type by half a count, and by what is lost in
// converting it there and back, which without an offset is far less than another half.
static bool well_inside(const point_settings_t* point, double si_number)
{
    const double count = fabs(point->scale);
    return point->type != WORD_F32 && point->offset == 0.0 && si_number - count >= point->minimum &&
           si_number + count <= point->maximum;
}

bool registers_permit_write(const point_settings_t* point, word_order_t order,
                            const uint16_t* words)
{
    double si_number;
    if (!registers_decode(point, order, words, &si_number)) {
        return false;
    }
    return well_inside(point, si_number) ||
           (si_number >= limit_on_wire(point, order, point->minimum) &&
            si_number <= limit_on_wire(point, order, point->maximum));
}
