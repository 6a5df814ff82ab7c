// The RTU frame and its times against frames from makers' manuals, a second way to compute the
// checksum, and every byte of a good reply changed in turn.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/bus/rtu_frame.h"

static const modbus_request_t read_six = {MODBUS_READ_HOLDING, 0x00B4, 6, 0, 0, {0}};

static void assert_encodes(const modbus_request_t* request, uint8_t unit, const uint8_t* expected,
                           int size)
{
    pdu_t pdu;
    uint8_t bytes[RTU_FRAME_CAPACITY];
    modbus_encode_request(request, &pdu);
    assert_int_equal(rtu_frame_encode(unit, &pdu, bytes), size);
    assert_memory_equal(bytes, expected, (size_t)size);
    assert_int_equal(rtu_request_size(request), size);
    uint8_t decoded_unit = 0;
    pdu_t decoded;
    assert_int_equal(rtu_frame_decode(expected, size, &decoded_unit, &decoded), RTU_COMPLETE);
    assert_int_equal(decoded_unit, unit);
    modbus_request_t again;
    assert_int_equal(modbus_decode_request(&decoded, &again), MODBUS_OK);
    assert_int_equal(again.function, request->function);
    assert_memory_equal(again.write_words, request->write_words,
                        (size_t)request->write_count * sizeof again.write_words[0]);
}

// Robotiq FT 300: read force and torque. Oriental Motor AZ: position -1000 of operation data 0.
// Leadshine: block of a motion path, as its manual prints it.
static void frames_of_makers_manuals_are_met_byte_for_byte(void** state)
{
    (void)state;
    static const uint8_t robotiq[] = {0x09, 0x03, 0x00, 0xB4, 0x00, 0x06, 0x84, 0xA6};
    assert_encodes(&read_six, 9, robotiq, (int)sizeof robotiq);
    static const uint8_t oriental[] = {0x01, 0x10, 0x18, 0x02, 0x00, 0x02, 0x04,
                                       0xFF, 0xFF, 0xFC, 0x18, 0x99, 0x58};
    const modbus_request_t position = {MODBUS_WRITE_MULTIPLE, 0, 0, 0x1802, 2, {0xFFFF, 0xFC18}};
    assert_encodes(&position, 1, oriental, (int)sizeof oriental);
    static const uint8_t path[] = {0x07, 0x10, 0x62, 0x00, 0x00, 0x08, 0x10, 0x00, 0x01,
                                   0x00, 0x00, 0x27, 0x10, 0x00, 0x00, 0x27, 0x10, 0x27,
                                   0x10, 0x00, 0x00, 0x00, 0x10, 0x8D, 0x50};
    const modbus_request_t block = {
        MODBUS_WRITE_MULTIPLE, 0, 0, 0x6200, 8, {1, 0, 0x2710, 0, 0x2710, 0x2710, 0, 0x0010}};
    assert_encodes(&block, 7, path, (int)sizeof path);
}

// By polynomial division of the message, most significant bit first, on reflected bytes.
static uint16_t crc_by_division(const uint8_t* bytes, int count)
{
    uint32_t remainder = 0xFFFF;
    for (int i = 0; i < count; i++) {
        for (int bit = 0; bit < 8; bit++) {
            const uint32_t in = ((uint32_t)bytes[i] >> bit) & 1u;
            const uint32_t top = (remainder >> 15) & 1u;
            remainder = (remainder << 1) & 0xFFFFu;
            if (top != in) {
                remainder ^= 0x8005u;
            }
        }
    }
    uint32_t reflected = 0;
    for (int bit = 0; bit < 16; bit++) {
        reflected |= ((remainder >> bit) & 1u) << (15 - bit);
    }
    return (uint16_t)reflected;
}

static void the_checksum_agrees_with_long_division_for_any_bytes(void** state)
{
    (void)state;
    uint32_t random = 20240611;
    uint8_t bytes[RTU_FRAME_CAPACITY];
    for (int round = 0; round < 2000; round++) {
        const int count = round % (RTU_FRAME_CAPACITY + 1);
        for (int i = 0; i < count; i++) {
            random = random * 1664525u + 1013904223u;
            bytes[i] = (uint8_t)(random >> 24);
        }
        assert_int_equal(rtu_crc(bytes, count), crc_by_division(bytes, count));
    }
    assert_int_equal(rtu_crc((const uint8_t*)"123456789", 9), 0x4B37); // the check value of the CRC
}

static const modbus_request_t requests[] = {
    {MODBUS_READ_HOLDING, 0x00B4, 6, 0, 0, {0}},
    {MODBUS_READ_INPUT, 7, MODBUS_READ_COUNT_MAX, 0, 0, {0}},
    {MODBUS_WRITE_SINGLE, 0, 0, 0x1234, 1, {0xBEEF}},
    {MODBUS_WRITE_MULTIPLE, 0, 0, 0x1802, 2, {0xFFFF, 0xFC18}},
    {MODBUS_WRITE_MULTIPLE, 0, 0, 0, MODBUS_WRITE_COUNT_MAX, {0}},
    {MODBUS_READ_WRITE, 0x10, 9, 0x20, 4, {1, 2, 3, 4}},
    {MODBUS_READ_WRITE, 0, MODBUS_READ_COUNT_MAX, 0, MODBUS_READ_WRITE_COUNT_MAX, {0}},
};
#define REQUEST_COUNT ((int)(sizeof requests / sizeof requests[0]))
#define UNIT 17

static int reply_frame(const modbus_request_t* request, uint8_t bytes[RTU_FRAME_CAPACITY])
{
    uint16_t words[MODBUS_READ_COUNT_MAX];
    for (int i = 0; i < MODBUS_READ_COUNT_MAX; i++) {
        words[i] = (uint16_t)(1000 + i);
    }
    pdu_t reply;
    modbus_encode_reply(request, words, &reply);
    return rtu_frame_encode(UNIT, &reply, bytes);
}

static void sizes_are_those_of_the_frames_that_are_encoded(void** state)
{
    (void)state;
    for (int i = 0; i < REQUEST_COUNT; i++) {
        pdu_t pdu;
        uint8_t bytes[RTU_FRAME_CAPACITY];
        modbus_encode_request(&requests[i], &pdu);
        const int size = rtu_frame_encode(UNIT, &pdu, bytes);
        assert_int_equal(rtu_request_size(&requests[i]), size);
        // A server tells the size as soon as the byte count is there, and never another one.
        int known_from = 0;
        for (int count = size; count >= 0; count--) {
            const int told = rtu_request_size_from_head(bytes, count);
            assert_true(told == size || (told == 0 && count <= 10));
            known_from = told == size ? count : known_from;
        }
        assert_true(known_from <= 11);
        assert_int_equal(rtu_reply_size(&requests[i]), reply_frame(&requests[i], bytes));
    }
    static const uint8_t unknown[] = {UNIT, 0x2B, 0x0E};
    assert_int_equal(rtu_request_size_from_head(unknown, 3), -1);
    static const uint8_t too_long[] = {UNIT, 0x10, 0, 0, 0, 125, 255};
    assert_int_equal(rtu_request_size_from_head(too_long, 7), -1);
}

static void a_good_reply_is_complete_at_its_last_byte_and_not_before(void** state)
{
    (void)state;
    for (int i = 0; i < REQUEST_COUNT; i++) {
        uint8_t bytes[RTU_FRAME_CAPACITY + 1] = {0};
        const int size = reply_frame(&requests[i], bytes);
        pdu_t reply = {.size = -1};
        for (int count = 0; count < size; count++) {
            assert_int_equal(rtu_judge_reply(&requests[i], UNIT, bytes, count, &reply),
                             RTU_INCOMPLETE);
        }
        assert_int_equal(rtu_judge_reply(&requests[i], UNIT, bytes, size + 1, &reply),
                         RTU_WRONG_LENGTH);
        assert_int_equal(reply.size, -1);
        assert_int_equal(rtu_judge_reply(&requests[i], UNIT, bytes, size, &reply), RTU_COMPLETE);
        assert_int_equal(reply.size, size - RTU_OVERHEAD);
        assert_memory_equal(reply.bytes, bytes + 1, (size_t)reply.size);
    }
}

static void any_changed_bit_of_a_reply_is_refused(void** state)
{
    (void)state;
    for (int i = 0; i < REQUEST_COUNT; i++) {
        uint8_t good[RTU_FRAME_CAPACITY];
        const int size = reply_frame(&requests[i], good);
        for (int bit = 0; bit < 8 * size; bit++) {
            uint8_t bytes[RTU_FRAME_CAPACITY];
            memcpy(bytes, good, (size_t)size);
            bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ (1u << (bit % 8)));
            pdu_t reply = {.size = -1};
            assert_int_not_equal(rtu_judge_reply(&requests[i], UNIT, bytes, size, &reply),
                                 RTU_COMPLETE);
            assert_int_equal(reply.size, -1);
        }
    }
}

static void assert_refused(const modbus_request_t* request, uint8_t unit, const pdu_t* pdu,
                           rtu_result_t expected)
{
    uint8_t bytes[RTU_FRAME_CAPACITY];
    pdu_t reply = {.size = -1};
    const int size = rtu_frame_encode(unit, pdu, bytes);
    assert_int_equal(rtu_judge_reply(request, UNIT, bytes, size, &reply), expected);
    assert_int_equal(reply.size, -1);
}

static void wrong_fields_under_a_right_checksum_are_refused_by_name(void** state)
{
    (void)state;
    uint16_t words[MODBUS_READ_COUNT_MAX] = {0};
    pdu_t pdu;
    modbus_encode_reply(&read_six, words, &pdu);
    assert_refused(&read_six, UNIT + 1, &pdu, RTU_WRONG_UNIT);
    pdu.bytes[0] = MODBUS_READ_INPUT;
    assert_refused(&read_six, UNIT, &pdu, RTU_WRONG_REPLY);
    modbus_encode_reply(&read_six, words, &pdu);
    pdu.bytes[1] -= 2; // as long as asked, but says otherwise
    assert_refused(&read_six, UNIT, &pdu, RTU_WRONG_REPLY);
    modbus_request_t seven = read_six;
    seven.read_count = 7;
    modbus_encode_reply(&seven, words, &pdu);
    assert_refused(&read_six, UNIT, &pdu, RTU_WRONG_REPLY);
    for (int at = 1; at < 5; at++) { // address, then value or quantity
        for (int i = 2; i < 4; i++) {
            modbus_encode_reply(&requests[i], words, &pdu);
            pdu.bytes[at] ^= 1;
            assert_refused(&requests[i], UNIT, &pdu, RTU_WRONG_REPLY);
        }
    }
}

static void an_exception_is_a_reply_but_never_without_a_code(void** state)
{
    (void)state;
    for (int i = 0; i < REQUEST_COUNT; i++) {
        pdu_t pdu;
        pdu_t reply = {.size = -1};
        uint8_t bytes[RTU_FRAME_CAPACITY];
        modbus_encode_exception((uint8_t)requests[i].function, MODBUS_ILLEGAL_VALUE, &pdu);
        const int size = rtu_frame_encode(UNIT, &pdu, bytes);
        assert_int_equal(size, RTU_EXCEPTION_SIZE);
        assert_int_equal(rtu_judge_reply(&requests[i], UNIT, bytes, size, &reply), RTU_COMPLETE);
        assert_int_equal(reply.bytes[1], MODBUS_ILLEGAL_VALUE);
        pdu.bytes[1] = 0;
        assert_refused(&requests[i], UNIT, &pdu, RTU_WRONG_REPLY);
    }
}

static void whole_frames_are_refused_by_length_and_checksum(void** state)
{
    (void)state;
    uint8_t bytes[RTU_FRAME_CAPACITY + 1] = {0};
    uint8_t unit = 0;
    pdu_t pdu = {.size = -1};
    assert_int_equal(rtu_frame_decode(bytes, 3, &unit, &pdu), RTU_WRONG_LENGTH);
    assert_int_equal(rtu_frame_decode(bytes, RTU_FRAME_CAPACITY + 1, &unit, &pdu),
                     RTU_WRONG_LENGTH);
    assert_int_equal(rtu_frame_decode(bytes, 4, &unit, &pdu), RTU_WRONG_CRC);
    assert_int_equal(pdu.size, -1);
}

#define assert_time(is, expected) assert_near(is, expected, 1e-9)

static void silences_follow_the_characters_up_to_19200_baud_and_are_fixed_above(void** state)
{
    (void)state;
    line_settings_t line = {.baud = 9600, .parity = PARITY_EVEN, .stop_bits = 1};
    assert_time(rtu_character_s(9600, PARITY_EVEN, 1), 11.0 / 9600);
    assert_time(rtu_character_s(9600, PARITY_NONE, 2), 11.0 / 9600);
    assert_time(rtu_character_s(19200, PARITY_NONE, 1), 10.0 / 19200);
    assert_time(rtu_silence_s(&line, 0.0), 3.5 * 11.0 / 9600);
    assert_time(rtu_pause_max_s(&line), 1.5 * 11.0 / 9600);
    assert_time(rtu_silence_s(&line, 0.005), 0.005);
    assert_time(rtu_silence_s(&line, 0.004), 3.5 * 11.0 / 9600);
    line.baud = 19200;
    assert_time(rtu_silence_s(&line, 0.0), 3.5 * 11.0 / 19200);
    line.baud = 38400;
    assert_time(rtu_silence_s(&line, 0.0), 1750e-6);
    assert_time(rtu_pause_max_s(&line), 750e-6);
    line.baud = 115200;
    assert_time(rtu_silence_s(&line, 0.003), 0.003);
}

// 8 bytes out, 17 back, 11 bits each.
static void an_exchange_takes_its_silence_both_frames_and_the_turnaround(void** state)
{
    (void)state;
    line_settings_t line = {.baud = 115200, .parity = PARITY_EVEN, .stop_bits = 1};
    assert_time(rtu_exchange_s(&line, &read_six, 1e-3, 0.0), 1750e-6 + 25 * 11.0 / 115200 + 1e-3);
    line.baud = 19200;
    assert_time(rtu_exchange_s(&line, &read_six, 0.0, 5e-3), 5e-3 + 25 * 11.0 / 19200);
}

static void speeds_without_a_name_are_not_known(void** state)
{
    (void)state;
    assert_true(rtu_baud_known(9600) && rtu_baud_known(115200) && rtu_baud_known(1152000));
    assert_false(rtu_baud_known(0) || rtu_baud_known(-9600) || rtu_baud_known(9601));
    assert_false(rtu_baud_known(250000) || rtu_baud_known(14400));
    assert_non_null(strstr(rtu_baud_text(), "57600, 115200, 230400"));
}

static void every_verdict_has_its_text(void** state)
{
    (void)state;
    for (int i = 0; i < RTU_RESULT_COUNT; i++) {
        assert_true(strlen(rtu_result_text((rtu_result_t)i)) > 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_makers_manuals_are_met_byte_for_byte),
        cmocka_unit_test(the_checksum_agrees_with_long_division_for_any_bytes),
        cmocka_unit_test(sizes_are_those_of_the_frames_that_are_encoded),
        cmocka_unit_test(a_good_reply_is_complete_at_its_last_byte_and_not_before),
        cmocka_unit_test(any_changed_bit_of_a_reply_is_refused),
        cmocka_unit_test(wrong_fields_under_a_right_checksum_are_refused_by_name),
        cmocka_unit_test(an_exception_is_a_reply_but_never_without_a_code),
        cmocka_unit_test(whole_frames_are_refused_by_length_and_checksum),
        cmocka_unit_test(silences_follow_the_characters_up_to_19200_baud_and_are_fixed_above),
        cmocka_unit_test(an_exchange_takes_its_silence_both_frames_and_the_turnaround),
        cmocka_unit_test(speeds_without_a_name_are_not_known),
        cmocka_unit_test(every_verdict_has_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
