/// Profiles with every word order and type, from the file to a device that a register file makes of
/// it: what one end sends the other takes, and both refuse what lies outside the limits.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "config/load.h"
#include "controller/bus/modbus_pdu.h"
#include "controller/bus/registers.h"
#include "sim/devices/register_file.h"

#define WRITABLE_COUNT 10

static const char* const files[] = {
    [WORDS_HIGH_FIRST] = "tests/data/profiles/high_first.yaml",
    [WORDS_LOW_FIRST] = "tests/data/profiles/low_first.yaml",
    [WORDS_HIGH_FIRST_SWAPPED] = "tests/data/profiles/high_first_swapped.yaml",
    [WORDS_LOW_FIRST_SWAPPED] = "tests/data/profiles/low_first_swapped.yaml",
};
#define ORDER_COUNT ((int)(sizeof files / sizeof files[0]))

static device_profile_t profile;
static register_file_t device;

static void make_device(int order)
{
    static findings_t findings;
    const bool loaded = load_device_profile(files[order], &profile, &findings);
    findings_print(&findings, stderr);
    assert_true(loaded);
    assert_int_equal(profile.word_order, order);
    assert_int_equal(profile.point_count, WRITABLE_COUNT + 2);
    assert_true(register_file_init(&device, &profile));
}

/// What the device says to a request: MODBUS_OK and the words, or an exception.
static modbus_result_t ask(const modbus_request_t* request, uint16_t* words, int* exception)
{
    pdu_t sent, reply;
    bool wrote = false;
    modbus_encode_request(request, &sent);
    assert_true(register_file_request(&device, &sent, &reply, &wrote));
    return modbus_decode_reply(request, &reply, words, exception);
}

/// Writes words to a point; the exception that answers, or 0.
static int write_words(const point_settings_t* point, const uint16_t* words)
{
    modbus_request_t request = {.function = MODBUS_WRITE_MULTIPLE,
                                .write_address = point->address,
                                .write_count = registers_word_count(point->type)};
    memcpy(request.write_words, words, (size_t)request.write_count * sizeof words[0]);
    int exception = 0;
    const modbus_result_t result = ask(&request, NULL, &exception);
    assert_true(result == MODBUS_OK || result == MODBUS_EXCEPTION);
    return exception;
}

static double read_back(const point_settings_t* point)
{
    const modbus_request_t request = {.function = MODBUS_READ_HOLDING,
                                      .read_address = point->address,
                                      .read_count = registers_word_count(point->type)};
    uint16_t words[REGISTERS_WORDS_PER_POINT_MAX];
    int exception = 0;
    double si_number = 0.0;
    assert_int_equal(ask(&request, words, &exception), MODBUS_OK);
    assert_true(registers_decode(point, profile.word_order, words, &si_number));
    return si_number;
}

/// Half a count, or of a single the last of its bits, beside what the conversion itself loses.
static double rounding(const point_settings_t* point, double si_number)
{
    const double conversion = 1e-15 * (fabs(si_number) + fabs(point->offset));
    const double raw = (si_number - point->offset) / point->scale;
    return conversion + fabs(point->scale) * (point->type == WORD_F32 ? fabs(raw) * 0x1p-24 : 0.5);
}

static void claim_taken(const point_settings_t* point, double si_number)
{
    uint16_t words[REGISTERS_WORDS_PER_POINT_MAX];
    assert_true(registers_encode(point, profile.word_order, si_number, words));
    assert_int_equal(write_words(point, words), 0);
    assert_near(read_back(point), si_number, rounding(point, si_number));
}

/// Neither end lets the value pass: the sender sends nothing, and a sender without limits is told
/// that the value is illegal. The register keeps what it had.
static void claim_refused(const point_settings_t* point, double si_number)
{
    const double before = read_back(point);
    uint16_t words[REGISTERS_WORDS_PER_POINT_MAX] = {0x1234, 0x5678};
    assert_false(registers_encode(point, profile.word_order, si_number, words));
    assert_int_equal(words[0], 0x1234);
    assert_int_equal(words[1], 0x5678);
    if (registers_encode_unlimited(point, profile.word_order, si_number, words)) {
        assert_int_equal(write_words(point, words), MODBUS_ILLEGAL_VALUE);
    }
    assert_near(read_back(point), before, 0.0);
}

static double uniform(uint64_t* random, double from, double to)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return from + (to - from) * ((double)(*random >> 11) * 0x1p-53);
}

static void every_value_within_the_limits_makes_the_round_trip(void** state)
{
    (void)state;
    uint64_t random = 360001;
    print_message("seed %llu\n", (unsigned long long)random);
    for (int order = 0; order < ORDER_COUNT; order++) {
        make_device(order);
        for (int i = 0; i < WRITABLE_COUNT; i++) {
            const point_settings_t* point = &profile.points[i];
            for (int round = 0; round < 3000; round++) {
                claim_taken(point, uniform(&random, point->minimum, point->maximum));
            }
        }
    }
}

static void every_limit_is_taken_and_what_lies_beyond_it_refused(void** state)
{
    (void)state;
    uint64_t random = 360002;
    print_message("seed %llu\n", (unsigned long long)random);
    for (int order = 0; order < ORDER_COUNT; order++) {
        make_device(order);
        for (int i = 0; i < WRITABLE_COUNT; i++) {
            const point_settings_t* point = &profile.points[i];
            // Of a single, that near a limit the next number is further away than a count.
            const double step = fmax(fabs(point->scale), 1e-6 * fabs(point->maximum));
            const double span = point->maximum - point->minimum;
            claim_taken(point, point->minimum);
            claim_taken(point, point->maximum);
            claim_refused(point, point->minimum - step);
            claim_refused(point, point->maximum + step);
            claim_refused(point, (double)NAN);
            claim_refused(point, (double)INFINITY);
            claim_refused(point, -(double)INFINITY);
            for (int round = 0; round < 300; round++) {
                const double beyond = uniform(&random, step, span);
                claim_refused(point, point->minimum - beyond);
                claim_refused(point, point->maximum + beyond);
            }
        }
    }
}

static void whatever_words_come_only_permitted_values_get_in(void** state)
{
    (void)state;
    uint64_t random = 360003;
    print_message("seed %llu\n", (unsigned long long)random);
    int taken_count = 0, refused_count = 0;
    for (int order = 0; order < ORDER_COUNT; order++) {
        make_device(order);
        for (int i = 0; i < WRITABLE_COUNT; i++) {
            const point_settings_t* point = &profile.points[i];
            for (int round = 0; round < 3000; round++) {
                const uint16_t words[] = {(uint16_t)uniform(&random, 0.0, 65536.0),
                                          (uint16_t)uniform(&random, 0.0, 65536.0)};
                double si_number = 0.0;
                const bool finite = registers_decode(point, profile.word_order, words, &si_number);
                const double slack = finite ? rounding(point, si_number) : 0.0;
                const int exception = write_words(point, words);
                if (exception == 0) {
                    assert_true(finite && si_number >= point->minimum - slack &&
                                si_number <= point->maximum + slack);
                    taken_count++;
                } else {
                    assert_int_equal(exception, MODBUS_ILLEGAL_VALUE);
                    assert_true(!finite || si_number <= point->minimum + slack ||
                                si_number >= point->maximum - slack);
                    refused_count++;
                }
            }
        }
    }
    assert_true(taken_count > 1000 && refused_count > 1000);
}

static void what_is_only_read_can_not_be_written(void** state)
{
    (void)state;
    static const uint16_t words[REGISTERS_WORDS_PER_POINT_MAX];
    for (int order = 0; order < ORDER_COUNT; order++) {
        make_device(order);
        for (int i = WRITABLE_COUNT; i < profile.point_count; i++) {
            assert_int_equal(write_words(&profile.points[i], words), MODBUS_ILLEGAL_ADDRESS);
        }
        assert_int_equal(profile.points[WRITABLE_COUNT].address, 200);     // modicon 40201
        assert_int_equal(profile.points[WRITABLE_COUNT + 1].address, 201); // modicon 400202
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_within_the_limits_makes_the_round_trip),
        cmocka_unit_test(every_limit_is_taken_and_what_lies_beyond_it_refused),
        cmocka_unit_test(whatever_words_come_only_permitted_values_get_in),
        cmocka_unit_test(what_is_only_read_can_not_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
