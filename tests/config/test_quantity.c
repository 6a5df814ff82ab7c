/// Numbers with units: every unit against its SI value written by hand, exact rounding against the
/// C library's own conversion, and every way of writing that is refused.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "config/quantity.h"

static void every_unit_gives_its_si_value(void** state)
{
    (void)state;
    static const struct {
        const char* text;
        dimension_t dimension;
        double si_value;
    } rows[] = {
        {"12.5", DIMENSION_NONE, 12.5},
        {"25 mm", DIMENSION_LENGTH, 0.025},
        {"2.5 cm", DIMENSION_LENGTH, 0.025},
        {"0.025 m", DIMENSION_LENGTH, 0.025},
        {"180 deg", DIMENSION_ANGLE, 3.14159265358979323846},
        {"250 mrad", DIMENSION_ANGLE, 0.25},
        {"0.25 rad", DIMENSION_ANGLE, 0.25},
        {"4000 us", DIMENSION_TIME, 0.004},
        {"4 ms", DIMENSION_TIME, 0.004},
        {"1.5 s", DIMENSION_TIME, 1.5},
        {"1.5 min", DIMENSION_TIME, 90.0},
        {"0.8 Hz", DIMENSION_FREQUENCY, 0.8},
        {"48 /min", DIMENSION_FREQUENCY, 0.8},
        {"25 /s", DIMENSION_RATE, 25.0},
        {"900 g", DIMENSION_MASS, 0.9},
        {"0.9 kg", DIMENSION_MASS, 0.9},
        {"500 mN", DIMENSION_FORCE, 0.5},
        {"12 N", DIMENSION_FORCE, 12.0},
        {"40 N/s", DIMENSION_FORCE_RATE, 40.0},
        {"18 kNs", DIMENSION_IMPULSE, 18e3},
        {"18000 Ns", DIMENSION_IMPULSE, 18e3},
        {"150 Nm", DIMENSION_TORQUE, 150.0},
        {"250000 Pa", DIMENSION_PRESSURE, 250e3},
        {"250 kPa", DIMENSION_PRESSURE, 250e3},
        {"25 N/cm2", DIMENSION_PRESSURE, 250e3},
        {"60 mm/s", DIMENSION_SPEED, 0.06},
        {"0.06 m/s", DIMENSION_SPEED, 0.06},
        {"3000 mm/s2", DIMENSION_ACCELERATION, 3.0},
        {"3 m/s2", DIMENSION_ACCELERATION, 3.0},
        {"180 deg/s", DIMENSION_ANGULAR_SPEED, 3.14159265358979323846},
        {"2 rad/s", DIMENSION_ANGULAR_SPEED, 2.0},
        {"180 deg/s2", DIMENSION_ANGULAR_ACCELERATION, 3.14159265358979323846},
        {"2 rad/s2", DIMENSION_ANGULAR_ACCELERATION, 2.0},
        {"5 N/mm", DIMENSION_STIFFNESS, 5000.0},
        {"5000 N/m", DIMENSION_STIFFNESS, 5000.0},
        {"0.95 N/mm^1.5", DIMENSION_CONTACT_STIFFNESS, 30041.6377715996},
        {"30000 N/m^1.5", DIMENSION_CONTACT_STIFFNESS, 30000.0},
        {"3 s/m", DIMENSION_CONTACT_DAMPING, 3.0},
        {"0.09 kgm2", DIMENSION_INERTIA, 0.09},
        {"0.258 mm/kg", DIMENSION_LENGTH_PER_MASS, 0.000258},
        {"0.000258 m/kg", DIMENSION_LENGTH_PER_MASS, 0.000258},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double si_value = -1.0;
        if (!quantity_parse(rows[i].text, rows[i].dimension, &si_value))
            print_error("%s was refused\n", rows[i].text);
        assert_near(si_value, rows[i].si_value, 1e-9 * fabs(rows[i].si_value));
    }
    int unit_count = 0;
    while (quantity_units[unit_count].text != NULL)
        unit_count++;
    assert_int_equal(unit_count, sizeof rows / sizeof rows[0]); // no unit without a row
}

static void every_way_to_write_a_number_is_read(void** state)
{
    (void)state;
    static const struct {
        const char* text;
        double value;
    } rows[] = {{"0 N", 0.0},
                {"-0 N", 0.0},
                {"12N", 12.0},
                {"-3.25 N", -3.25},
                {"1e-6 N", 1e-6},
                {"1E+3 N", 1000.0},
                {"0.5e2N", 50.0},
                {"1.0 N", 1.0},
                {"100000000000000 N", 1e14},
                {"0.000000000000001 N", 1e-15}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double value = -1.0;
        assert_true(quantity_parse(rows[i].text, DIMENSION_FORCE, &value));
        assert_true(value == rows[i].value);
    }
}

/// Shows H34, H42.
static void everything_else_is_refused_and_leaves_the_value_alone(void** state)
{
    (void)state;
    static const char* const texts[] = {"",
                                        " ",
                                        "N",
                                        "12",
                                        "12  N",
                                        " 12 N",
                                        "12 N ",
                                        "12 n",
                                        "12 mm",
                                        "+12 N",
                                        "--12 N",
                                        "012 N",
                                        "00 N",
                                        ".5 N",
                                        "5. N",
                                        "1_000 N",
                                        "1,5 N",
                                        "0x10 N",
                                        "0b1 N",
                                        "0o7 N",
                                        "1e N",
                                        "1e+ N",
                                        "e5 N",
                                        "nan N",
                                        ".nan",
                                        "NaN",
                                        "inf N",
                                        "-.inf",
                                        "1e400 N",
                                        "1e-400 N",
                                        "1e999999999999 N",
                                        "1234567890123456 N",
                                        "12 N N",
                                        "12\tN",
                                        "12 N\n",
                                        "\302\24012 N",
                                        "12 mN/s",
                                        "twelve N",
                                        "12 \xCE\xBCN",
                                        "1 2 N",
                                        "12 N#",
                                        "- 12 N",
                                        "12e1.5 N",
                                        "12f N"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double value = 77.0;
        if (quantity_parse(texts[i], DIMENSION_FORCE, &value))
            print_error("'%s' was read as %g\n", texts[i], value);
        assert_true(value == 77.0);
    }
    double value = 77.0;
    assert_false(quantity_parse("1.5 ", DIMENSION_NONE, &value));
    assert_false(quantity_parse("1.5 N", DIMENSION_NONE, &value));
    assert_true(value == 77.0);
}

static uint64_t random_next(uint64_t* seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/// The witness is strtod, which rounds correctly: on the same digits with the unit's power written
/// out.
static void numbers_are_rounded_to_the_nearest_double(void** state)
{
    (void)state;
    uint64_t seed = 20240607;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 20000; i++) {
        const unsigned long long digits = random_next(&seed) % 1000000000000000ull;
        const int exponent = (int)(random_next(&seed) % 33) - 16;
        char text[64], plain[64];
        snprintf(text, sizeof text, "%llue%d mm", digits, exponent);
        snprintf(plain, sizeof plain, "%llue%d", digits, exponent - 3);
        double value = 0.0;
        assert_true(quantity_parse(text, DIMENSION_LENGTH, &value));
        assert_true(value == strtod(plain, NULL));
    }
}

static void a_value_can_be_said_in_any_unit(void** state)
{
    (void)state;
    for (int i = 0; quantity_units[i].text != NULL; i++) {
        char text[64];
        snprintf(text, sizeof text, "12.5%s%s", quantity_units[i].text[0] != '\0' ? " " : "",
                 quantity_units[i].text);
        double value = 0.0;
        assert_true(quantity_parse(text, quantity_units[i].dimension, &value));
        assert_near(quantity_in_unit(value, &quantity_units[i]), 12.5, 1e-12);
    }
}

static void plain_decimals_come_back_to_the_last_bit(void** state)
{
    (void)state;
    static const struct {
        const char* text;
        double number;
    } rows[] = {
        {"0", 0.0},   {"-0.0", 0.0},          {"1", 1.0},
        {"+1", 1.0},  {"-12.5", -12.5},       {".5", 0.5},
        {"2.", 2.0},  {"1e-05", 1e-5},        {"1E+3", 1e3},
        {"007", 7.0}, {"1e-400", 0.0},        {"4.9e-324", 4.9e-324},
        {"0.1", 0.1}, {"-1.5e308", -1.5e308},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double number = -7.0;
        assert_true(quantity_parse_decimal(rows[i].text, strlen(rows[i].text), &number));
        assert_near(number, rows[i].number, 0.0);
    }
    uint64_t bits = 99;
    for (int i = 0; i < 20000; i++) {
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        double number, back = 0.0;
        memcpy(&number, &bits, sizeof number);
        if (!isfinite(number))
            continue;
        char text[40];
        const int length = snprintf(text, sizeof text, "%.17g", number);
        assert_true(quantity_parse_decimal(text, (size_t)length, &back));
        assert_memory_equal(&back, &number, sizeof number);
    }
}

static void what_is_no_plain_decimal_is_refused(void** state)
{
    (void)state;
    static const char* const texts[] = {"",      " ",   "1 ",    " 1",   "+",       "-",
                                        ".",     "e5",  "1e",    "1e+",  "0x1",     "1.5f",
                                        "1,5",   "1_0", "nan",   "-NaN", "inf",     "INF",
                                        "1e309", "--1", "1.2.3", "1e5.", "infinity"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double number = -7.0;
        if (quantity_parse_decimal(texts[i], strlen(texts[i]), &number))
            print_error("'%s' was accepted\n", texts[i]);
        assert_near(number, -7.0, 0.0);
    }
    // Only the bytes given count, and there may be no more than a buffer holds.
    double number = -7.0;
    assert_true(quantity_parse_decimal("12abc", 2, &number));
    assert_near(number, 12.0, 0.0);
    char digits[QUANTITY_DECIMAL_CAPACITY + 1];
    memset(digits, '1', sizeof digits);
    assert_true(quantity_parse_decimal(digits, QUANTITY_DECIMAL_CAPACITY - 1, &number));
    assert_false(quantity_parse_decimal(digits, QUANTITY_DECIMAL_CAPACITY, &number));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_decimals_come_back_to_the_last_bit),
        cmocka_unit_test(what_is_no_plain_decimal_is_refused),
        cmocka_unit_test(every_unit_gives_its_si_value),
        cmocka_unit_test(every_way_to_write_a_number_is_read),
        cmocka_unit_test(everything_else_is_refused_and_leaves_the_value_alone),
        cmocka_unit_test(numbers_are_rounded_to_the_nearest_double),
        cmocka_unit_test(a_value_can_be_said_in_any_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
