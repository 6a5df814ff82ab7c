#include "controller/bus/rtu_frame.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define EXCEPTION_FLAG 0x80u
#define PAUSE_CHARACTERS 1.5
#define SILENCE_CHARACTERS 3.5
#define FIXED_PAUSE_S 750e-6
#define FIXED_SILENCE_S 1750e-6

const char* rtu_result_text(rtu_result_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        RTU_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

// ---------------------------------------------------------------------------------------- frames

uint16_t rtu_crc(const uint8_t* bytes, int count)
{
    unsigned crc = 0xFFFFu;
    for (int i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1u) != 0 ? (crc >> 1) ^ 0xA001u : crc >> 1;
        }
    }
    return (uint16_t)crc;
}

int rtu_frame_encode(uint8_t unit, const pdu_t* pdu, uint8_t bytes[RTU_FRAME_CAPACITY])
{
    assert(pdu->size >= 1 && pdu->size <= PDU_CAPACITY);
    bytes[0] = unit;
    memcpy(bytes + 1, pdu->bytes, (size_t)pdu->size);
    const int body = 1 + pdu->size;
    const unsigned crc = rtu_crc(bytes, body);
    bytes[body] = (uint8_t)(crc & 0xFFu);
    bytes[body + 1] = (uint8_t)(crc >> 8);
    return body + 2;
}

static bool crc_right(const uint8_t* bytes, int count)
{
    const unsigned crc = rtu_crc(bytes, count - 2);
    return bytes[count - 2] == (crc & 0xFFu) && bytes[count - 1] == crc >> 8;
}

rtu_result_t rtu_frame_decode(const uint8_t* bytes, int count, uint8_t* unit, pdu_t* pdu)
{
    if (count < 1 + RTU_OVERHEAD || count > RTU_FRAME_CAPACITY) {
        return RTU_WRONG_LENGTH;
    }
    if (!crc_right(bytes, count)) {
        return RTU_WRONG_CRC;
    }
    *unit = bytes[0];
    pdu->size = count - RTU_OVERHEAD;
    memcpy(pdu->bytes, bytes + 1, (size_t)pdu->size);
    return RTU_COMPLETE;
}

int rtu_request_size(const modbus_request_t* request)
{
    assert(modbus_request_allowed(request));
    switch (request->function) {
    case MODBUS_READ_HOLDING:
    case MODBUS_READ_INPUT:
    case MODBUS_WRITE_SINGLE:
        return RTU_OVERHEAD + 5;
    case MODBUS_WRITE_MULTIPLE:
        return RTU_OVERHEAD + 6 + 2 * request->write_count;
    case MODBUS_READ_WRITE:
        return RTU_OVERHEAD + 10 + 2 * request->write_count;
    }
    return 0;
}

int rtu_reply_size(const modbus_request_t* request)
{
    assert(modbus_request_allowed(request));
    switch (request->function) {
    case MODBUS_READ_HOLDING:
    case MODBUS_READ_INPUT:
    case MODBUS_READ_WRITE:
        return RTU_OVERHEAD + 2 + 2 * request->read_count;
    case MODBUS_WRITE_SINGLE:
    case MODBUS_WRITE_MULTIPLE:
        return RTU_OVERHEAD + 5;
    }
    return 0;
}

int rtu_request_size_from_head(const uint8_t* bytes, int count)
{
    if (count < 2) {
        return 0;
    }
    int byte_count_at = 0;
    switch (bytes[1]) {
    case MODBUS_READ_HOLDING:
    case MODBUS_READ_INPUT:
    case MODBUS_WRITE_SINGLE:
        return RTU_OVERHEAD + 5;
    case MODBUS_WRITE_MULTIPLE:
        byte_count_at = 6;
        break;
    case MODBUS_READ_WRITE:
        byte_count_at = 10;
        break;
    default: // a byte from the wire, not one of our enumerators
        return -1;
    }
    if (count <= byte_count_at) {
        return 0;
    }
    const int size = byte_count_at + 1 + bytes[byte_count_at] + 2;
    return size <= RTU_FRAME_CAPACITY ? size : -1;
}

rtu_result_t rtu_judge_reply(const modbus_request_t* request, uint8_t unit, const uint8_t* bytes,
                             int count, pdu_t* reply)
{
    if (count > 0 && bytes[0] != unit) {
        return RTU_WRONG_UNIT;
    }
    if (count < 2) {
        return RTU_INCOMPLETE;
    }
    const unsigned function = (unsigned)request->function;
    if (bytes[1] != function && bytes[1] != (function | EXCEPTION_FLAG)) {
        return RTU_WRONG_REPLY;
    }
    const int size = bytes[1] == function ? rtu_reply_size(request) : RTU_EXCEPTION_SIZE;
    const bool words_follow = bytes[1] == function && request->read_count > 0;
    if (words_follow && count > 2 && bytes[2] != 2 * request->read_count) {
        return RTU_WRONG_REPLY; // not waited for: perhaps it answers an older request
    }
    if (count < size) {
        return RTU_INCOMPLETE;
    }
    if (count > size) {
        return RTU_WRONG_LENGTH;
    }
    if (!crc_right(bytes, size)) {
        return RTU_WRONG_CRC;
    }
    pdu_t judged = {.size = size - RTU_OVERHEAD};
    memcpy(judged.bytes, bytes + 1, (size_t)judged.size);
    uint16_t words[MODBUS_READ_COUNT_MAX];
    int exception = 0;
    const modbus_result_t verdict = modbus_decode_reply(request, &judged, words, &exception);
    if (verdict != MODBUS_OK && verdict != MODBUS_EXCEPTION) {
        return RTU_WRONG_REPLY;
    }
    *reply = judged;
    return RTU_COMPLETE;
}

// ------------------------------------------------------------------------------------------ time

bool rtu_baud_known(int baud)
{
    switch (baud) {
#define X(known) case known:
        RTU_BAUD_LIST(X)
#undef X
        return true;
    default: // any number from a file
        return false;
    }
}

const char* rtu_baud_text(void)
{
#define X(known) ", " #known
    static const char text[] = RTU_BAUD_LIST(X);
#undef X
    return text + 2;
}

double rtu_character_s(int baud, parity_t parity, int stop_bits)
{
    assert(baud > 0);
    const int bits = 1 + 8 + (parity == PARITY_NONE ? 0 : 1) + stop_bits;
    return (double)bits / (double)baud;
}

static double character_s(const line_settings_t* line)
{
    return rtu_character_s(line->baud, line->parity, line->stop_bits);
}

double rtu_pause_max_s(const line_settings_t* line)
{
    return line->baud > RTU_FIXED_SILENCE_ABOVE_BAUD ? FIXED_PAUSE_S
                                                     : PAUSE_CHARACTERS * character_s(line);
}

double rtu_silence_s(const line_settings_t* line, double silent_interval_s)
{
    const double standard_s = line->baud > RTU_FIXED_SILENCE_ABOVE_BAUD
                                  ? FIXED_SILENCE_S
                                  : SILENCE_CHARACTERS * character_s(line);
    return silent_interval_s > standard_s ? silent_interval_s : standard_s;
}

double rtu_wire_s(const line_settings_t* line, int byte_count)
{
    return byte_count * character_s(line);
}

double rtu_exchange_s(const line_settings_t* line, const modbus_request_t* request,
                      double turnaround_s, double silent_interval_s)
{
    return rtu_silence_s(line, silent_interval_s) + rtu_wire_s(line, rtu_request_size(request)) +
           turnaround_s + rtu_wire_s(line, rtu_reply_size(request));
}
