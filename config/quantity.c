#include "config/quantity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

// The first unit of a dimension stands in examples.
const unit_t quantity_units[] = {
    {DIMENSION_NONE, "", 0, 1.0},
    {DIMENSION_LENGTH, "mm", -3, 1.0},
    {DIMENSION_LENGTH, "cm", -2, 1.0},
    {DIMENSION_LENGTH, "m", 0, 1.0},
    {DIMENSION_ANGLE, "deg", 0, PI / 180.0},
    {DIMENSION_ANGLE, "mrad", -3, 1.0},
    {DIMENSION_ANGLE, "rad", 0, 1.0},
    {DIMENSION_TIME, "s", 0, 1.0},
    {DIMENSION_TIME, "us", -6, 1.0},
    {DIMENSION_TIME, "ms", -3, 1.0},
    {DIMENSION_TIME, "min", 0, 60.0},
    {DIMENSION_FREQUENCY, "Hz", 0, 1.0},
    {DIMENSION_FREQUENCY, "/min", 0, 1.0 / 60.0},
    {DIMENSION_RATE, "/s", 0, 1.0},
    {DIMENSION_MASS, "kg", 0, 1.0},
    {DIMENSION_MASS, "g", -3, 1.0},
    {DIMENSION_FORCE, "N", 0, 1.0},
    {DIMENSION_FORCE, "mN", -3, 1.0},
    {DIMENSION_IMPULSE, "Ns", 0, 1.0},
    {DIMENSION_IMPULSE, "kNs", 3, 1.0},
    {DIMENSION_FORCE_RATE, "N/s", 0, 1.0},
    {DIMENSION_TORQUE, "Nm", 0, 1.0},
    {DIMENSION_PRESSURE, "kPa", 3, 1.0},
    {DIMENSION_PRESSURE, "Pa", 0, 1.0},
    {DIMENSION_PRESSURE, "N/cm2", 4, 1.0},
    {DIMENSION_SPEED, "mm/s", -3, 1.0},
    {DIMENSION_SPEED, "m/s", 0, 1.0},
    {DIMENSION_ACCELERATION, "m/s2", 0, 1.0},
    {DIMENSION_ACCELERATION, "mm/s2", -3, 1.0},
    {DIMENSION_ANGULAR_SPEED, "deg/s", 0, PI / 180.0},
    {DIMENSION_ANGULAR_SPEED, "rad/s", 0, 1.0},
    {DIMENSION_ANGULAR_ACCELERATION, "deg/s2", 0, PI / 180.0},
    {DIMENSION_ANGULAR_ACCELERATION, "rad/s2", 0, 1.0},
    {DIMENSION_STIFFNESS, "N/mm", 3, 1.0},
    {DIMENSION_STIFFNESS, "N/m", 0, 1.0},
    // 1 N/mm^1.5 = 10^4.5 N/m^1.5
    {DIMENSION_CONTACT_STIFFNESS, "N/mm^1.5", 4, 3.16227766016837933},
    {DIMENSION_CONTACT_STIFFNESS, "N/m^1.5", 0, 1.0},
    {DIMENSION_CONTACT_DAMPING, "s/m", 0, 1.0},
    {DIMENSION_INERTIA, "kgm2", 0, 1.0},
    {DIMENSION_LENGTH_PER_MASS, "mm/kg", -3, 1.0},
    {DIMENSION_LENGTH_PER_MASS, "m/kg", 0, 1.0},
    {DIMENSION_NONE, NULL, 0, 0.0},
};

const char* quantity_dimension_units(dimension_t dimension)
{
    static const char* const texts[] = {
#define X(id, si, allowed) [id] = allowed,
        DIMENSION_LIST(X)
#undef X
    };
    return texts[dimension];
}

const unit_t* quantity_first_unit(dimension_t dimension)
{
    const unit_t* unit = quantity_units;
    while (unit->dimension != dimension)
        unit++;
    return unit;
}

static const unit_t* unit_named(dimension_t dimension, const char* text)
{
    for (size_t i = 0; quantity_units[i].text != NULL; i++)
        if (quantity_units[i].dimension == dimension && strcmp(quantity_units[i].text, text) == 0)
            return &quantity_units[i];
    return NULL;
}

// With at most 15 digits and powers of ten up to 22 both factors are exact doubles and one
// operation rounds once, so the result is the nearest double (Clinger, "How to read floating point
// numbers accurately", PLDI 1990). No locale takes part.
#define NUMBER_DIGITS_MAX 15
#define NUMBER_POWER_MAX 22

static const double powers_of_ten[NUMBER_POWER_MAX + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// A decimal number as written: (-1)^negative * digits * 10^exponent.
typedef struct {
    bool negative;
    int64_t digits;
    int exponent;
} decimal_t;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// Takes one digit into `number`; false past the digits that can be kept exactly.
static bool decimal_take(decimal_t* number, int* digit_count, char digit)
{
    if (number->digits == 0 && digit == '0')
        return true;
    if (++*digit_count > NUMBER_DIGITS_MAX)
        return false;
    number->digits = number->digits * 10 + (digit - '0');
    return true;
}

/// Reads "-12.5e-3" from the beginning of `text`: -? digits [. digits] [e [+-] digits], no digit in
/// front of which a 0 stands. Returns what comes behind it, or null where no number begins.
static const char* decimal_read(const char* text, decimal_t* number)
{
    *number = (decimal_t){.negative = *text == '-'};
    int digit_count = 0;
    text += number->negative ? 1 : 0;
    if (!is_digit(*text) || (text[0] == '0' && is_digit(text[1])))
        return NULL;
    for (; is_digit(*text); text++)
        if (!decimal_take(number, &digit_count, *text))
            return NULL;
    if (*text == '.') {
        if (!is_digit(*++text))
            return NULL;
        for (; is_digit(*text); text++, number->exponent--)
            if (!decimal_take(number, &digit_count, *text))
                return NULL;
    }
    if (*text != 'e' && *text != 'E')
        return text;
    text++;
    const bool negative = *text == '-';
    text += *text == '-' || *text == '+' ? 1 : 0;
    if (!is_digit(*text))
        return NULL;
    int exponent = 0;
    for (; is_digit(*text); text++)
        exponent = exponent < 1000 ? exponent * 10 + (*text - '0') : exponent;
    number->exponent += negative ? -exponent : exponent;
    return text;
}

/// The number times 10^shift; false where that can't be had exactly rounded.
static bool decimal_value(const decimal_t* number, int shift, double* value)
{
    const int exponent = number->exponent + shift;
    const double digits = (double)number->digits;
    if (number->digits == 0)
        *value = 0.0;
    else if (exponent < -NUMBER_POWER_MAX || exponent > NUMBER_POWER_MAX)
        return false;
    else
        *value =
            exponent < 0 ? digits / powers_of_ten[-exponent] : digits * powers_of_ten[exponent];
    if (number->negative)
        *value = -*value;
    return true;
}

quantity_result_t quantity_read(const char* text, dimension_t dimension, double* si_number,
                                const unit_t** unit, int* number_length)
{
    decimal_t number;
    const char* rest = decimal_read(text, &number);
    if (rest == NULL)
        return QUANTITY_NOT_A_NUMBER;
    *number_length = (int)(rest - text);
    const char* unit_text = rest[0] == ' ' && rest[1] != '\0' ? rest + 1 : rest;
    if (*unit_text == '\0' && dimension != DIMENSION_NONE)
        return QUANTITY_UNIT_MISSING;
    // A plain number ends with its last digit; not even a space may follow.
    *unit = unit_named(dimension, dimension == DIMENSION_NONE ? rest : unit_text);
    if (*unit == NULL)
        return QUANTITY_UNIT_UNKNOWN;
    double value;
    if (!decimal_value(&number, (*unit)->exponent, &value))
        return QUANTITY_NOT_A_NUMBER;
    *si_number = value * (*unit)->factor;
    return QUANTITY_OK;
}

bool quantity_parse(const char* text, dimension_t dimension, double* si_number)
{
    const unit_t* unit = NULL;
    int number_length = 0;
    double value;
    if (quantity_read(text, dimension, &value, &unit, &number_length) != QUANTITY_OK)
        return false;
    *si_number = value;
    return true;
}

double quantity_in_unit(double si_number, const unit_t* unit)
{
    const double number = si_number / unit->factor;
    return unit->exponent < 0 ? number * powers_of_ten[-unit->exponent]
                              : number / powers_of_ten[unit->exponent];
}

/// Bytes of digits at `text`, at most `length`.
static size_t digit_run(const char* text, size_t length)
{
    size_t count = 0;
    while (count < length && is_digit(text[count]))
        count++;
    return count;
}

/// Whether `length` bytes are [+-] digits [. digits] [e [+-] digits], with a digit on one side of
/// the point at least.
static bool is_decimal(const char* text, size_t length)
{
    size_t at = length > 0 && (text[0] == '-' || text[0] == '+') ? 1u : 0u;
    const size_t before = digit_run(text + at, length - at);
    at += before;
    size_t after = 0;
    if (at < length && text[at] == '.') {
        at++;
        after = digit_run(text + at, length - at);
        at += after;
    }
    if (before + after == 0)
        return false;
    if (at < length && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        at += at < length && (text[at] == '-' || text[at] == '+') ? 1u : 0u;
        const size_t exponent = digit_run(text + at, length - at);
        if (exponent == 0)
            return false;
        at += exponent;
    }
    return at == length;
}

bool quantity_parse_decimal(const char* text, size_t length, double* number)
{
    char digits[QUANTITY_DECIMAL_CAPACITY];
    if (length >= sizeof digits || !is_decimal(text, length))
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    // The program never leaves the C locale, in which strtod rounds to the nearest.
    const double value = strtod(digits, NULL);
    if (!isfinite(value))
        return false;
    *number = value;
    return true;
}
