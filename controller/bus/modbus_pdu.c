#include "controller/bus/modbus_pdu.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define EXCEPTION_FLAG 0x80u

const char* modbus_exception_text(int exception)
{
    switch (exception) {
#define X(id, code, text)                                                                          \
    case code:                                                                                     \
        return text;
        MODBUS_EXCEPTION_LIST(X)
#undef X
    default: // a code from the wire, not one of our enumerators
        return "vendor exception";
    }
}

const char* modbus_result_text(modbus_result_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        MODBUS_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

const char* frame_result_text(frame_result_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        FRAME_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

static void put_word(uint8_t* bytes, int word)
{
    bytes[0] = (uint8_t)((unsigned)word >> 8);
    bytes[1] = (uint8_t)((unsigned)word & 0xFFu);
}

static int get_word(const uint8_t* bytes)
{
    return (bytes[0] << 8) | bytes[1];
}

static void put_words(uint8_t* bytes, const uint16_t* words, int count)
{
    for (int i = 0; i < count; i++) {
        put_word(&bytes[2 * i], words[i]);
    }
}

static void get_words(const uint8_t* bytes, uint16_t* words, int count)
{
    for (int i = 0; i < count; i++) {
        words[i] = (uint16_t)get_word(&bytes[2 * i]);
    }
}

// Counts first, then addresses: the order of the flow charts, which fixes the exception.
static modbus_result_t judge_range(int address, int count, int count_max)
{
    if (count < 1 || count > count_max) {
        return MODBUS_WRONG_COUNT;
    }
    if (address < 0 || address > MODBUS_ADDRESS_COUNT - count) {
        return MODBUS_WRONG_ADDRESS;
    }
    return MODBUS_OK;
}

static modbus_result_t judge_read_write(const modbus_request_t* request)
{
    const modbus_result_t read =
        judge_range(request->read_address, request->read_count, MODBUS_READ_COUNT_MAX);
    const modbus_result_t written =
        judge_range(request->write_address, request->write_count, MODBUS_READ_WRITE_COUNT_MAX);
    if (read == MODBUS_WRONG_COUNT || written == MODBUS_WRONG_COUNT) {
        return MODBUS_WRONG_COUNT;
    }
    return read == MODBUS_OK ? written : read;
}

static modbus_result_t judge_request(const modbus_request_t* request)
{
    switch (request->function) {
    case MODBUS_READ_HOLDING:
    case MODBUS_READ_INPUT:
        return judge_range(request->read_address, request->read_count, MODBUS_READ_COUNT_MAX);
    case MODBUS_WRITE_SINGLE:
        return judge_range(request->write_address, request->write_count, 1);
    case MODBUS_WRITE_MULTIPLE:
        return judge_range(request->write_address, request->write_count, MODBUS_WRITE_COUNT_MAX);
    case MODBUS_READ_WRITE:
        return judge_read_write(request);
    }
    return MODBUS_WRONG_FUNCTION;
}

bool modbus_request_allowed(const modbus_request_t* request)
{
    return judge_request(request) == MODBUS_OK;
}

void modbus_encode_request(const modbus_request_t* request, pdu_t* pdu)
{
    assert(modbus_request_allowed(request));
    uint8_t* bytes = pdu->bytes;
    bytes[0] = (uint8_t)request->function;
    switch (request->function) {
    case MODBUS_READ_HOLDING:
    case MODBUS_READ_INPUT:
        put_word(bytes + 1, request->read_address);
        put_word(bytes + 3, request->read_count);
        pdu->size = 5;
        break;
    case MODBUS_WRITE_SINGLE:
        put_word(bytes + 1, request->write_address);
        put_word(bytes + 3, request->write_words[0]);
        pdu->size = 5;
        break;
    case MODBUS_WRITE_MULTIPLE:
        put_word(bytes + 1, request->write_address);
        put_word(bytes + 3, request->write_count);
        bytes[5] = (uint8_t)(2 * request->write_count);
        put_words(bytes + 6, request->write_words, request->write_count);
        pdu->size = 6 + 2 * request->write_count;
        break;
    case MODBUS_READ_WRITE:
        put_word(bytes + 1, request->read_address);
        put_word(bytes + 3, request->read_count);
        put_word(bytes + 5, request->write_address);
        put_word(bytes + 7, request->write_count);
        bytes[9] = (uint8_t)(2 * request->write_count);
        put_words(bytes + 10, request->write_words, request->write_count);
        pdu->size = 10 + 2 * request->write_count;
        break;
    }
}

// A reply that carries words: function, byte count, words.
static modbus_result_t decode_words(const modbus_request_t* request, const pdu_t* reply,
                                    uint16_t* words)
{
    if (reply->size < 2) {
        return MODBUS_WRONG_LENGTH;
    }
    if (reply->bytes[1] != 2 * request->read_count) {
        return MODBUS_WRONG_BYTE_COUNT;
    }
    if (reply->size != 2 + 2 * request->read_count) {
        return MODBUS_WRONG_LENGTH;
    }
    assert(words != NULL);
    get_words(reply->bytes + 2, words, request->read_count);
    return MODBUS_OK;
}

// A reply that echoes: function, address, and the value (FC 06) or the quantity (FC 16).
static modbus_result_t decode_echo(const modbus_request_t* request, const pdu_t* reply)
{
    if (reply->size != 5) {
        return MODBUS_WRONG_LENGTH;
    }
    if (get_word(reply->bytes + 1) != request->write_address) {
        return MODBUS_WRONG_ADDRESS;
    }
    const int echoed = get_word(reply->bytes + 3);
    if (request->function == MODBUS_WRITE_SINGLE) {
        return echoed == request->write_words[0] ? MODBUS_OK : MODBUS_WRONG_VALUE;
    }
    return echoed == request->write_count ? MODBUS_OK : MODBUS_WRONG_COUNT;
}

modbus_result_t modbus_decode_reply(const modbus_request_t* request, const pdu_t* reply,
                                    uint16_t* words, int* exception)
{
    assert(modbus_request_allowed(request));
    if (reply->size < 1 || reply->size > PDU_CAPACITY) {
        return reply->size < 1 ? MODBUS_EMPTY : MODBUS_WRONG_LENGTH;
    }
    if (reply->bytes[0] == ((unsigned)request->function | EXCEPTION_FLAG)) {
        if (reply->size != 2) {
            return MODBUS_WRONG_LENGTH;
        }
        if (reply->bytes[1] == 0) {
            return MODBUS_WRONG_VALUE; // a refusal without a code
        }
        *exception = reply->bytes[1];
        return MODBUS_EXCEPTION;
    }
    if (reply->bytes[0] != (unsigned)request->function) {
        return MODBUS_WRONG_FUNCTION;
    }
    switch (request->function) {
    case MODBUS_READ_HOLDING:
    case MODBUS_READ_INPUT:
    case MODBUS_READ_WRITE:
        return decode_words(request, reply, words);
    case MODBUS_WRITE_SINGLE:
    case MODBUS_WRITE_MULTIPLE:
        return decode_echo(request, reply);
    }
    return MODBUS_WRONG_FUNCTION;
}

// The words to be written stand at `head`, after their byte count.
static modbus_result_t decode_written(const pdu_t* pdu, int head, int count_max,
                                      modbus_request_t* request)
{
    if (request->write_count < 1 || request->write_count > count_max) {
        return MODBUS_WRONG_COUNT;
    }
    if (pdu->bytes[head - 1] != 2 * request->write_count) {
        return MODBUS_WRONG_BYTE_COUNT;
    }
    if (pdu->size != head + 2 * request->write_count) {
        return MODBUS_WRONG_LENGTH;
    }
    get_words(pdu->bytes + head, request->write_words, request->write_count);
    return MODBUS_OK;
}

modbus_result_t modbus_decode_request(const pdu_t* pdu, modbus_request_t* request)
{
    if (pdu->size < 1 || pdu->size > PDU_CAPACITY) {
        return pdu->size < 1 ? MODBUS_EMPTY : MODBUS_WRONG_LENGTH;
    }
    const uint8_t* bytes = pdu->bytes;
    modbus_result_t result = MODBUS_OK;
    request->read_address = request->read_count = 0;
    request->write_address = request->write_count = 0;
    switch (bytes[0]) {
    case MODBUS_READ_HOLDING:
    case MODBUS_READ_INPUT:
        if (pdu->size != 5) {
            return MODBUS_WRONG_LENGTH;
        }
        request->read_address = get_word(bytes + 1);
        request->read_count = get_word(bytes + 3);
        break;
    case MODBUS_WRITE_SINGLE:
        if (pdu->size != 5) {
            return MODBUS_WRONG_LENGTH;
        }
        request->write_address = get_word(bytes + 1);
        request->write_count = 1;
        request->write_words[0] = (uint16_t)get_word(bytes + 3);
        break;
    case MODBUS_WRITE_MULTIPLE:
        if (pdu->size < 6) {
            return MODBUS_WRONG_LENGTH;
        }
        request->write_address = get_word(bytes + 1);
        request->write_count = get_word(bytes + 3);
        result = decode_written(pdu, 6, MODBUS_WRITE_COUNT_MAX, request);
        break;
    case MODBUS_READ_WRITE:
        if (pdu->size < 10) {
            return MODBUS_WRONG_LENGTH;
        }
        request->read_address = get_word(bytes + 1);
        request->read_count = get_word(bytes + 3);
        request->write_address = get_word(bytes + 5);
        request->write_count = get_word(bytes + 7);
        result = decode_written(pdu, 10, MODBUS_READ_WRITE_COUNT_MAX, request);
        break;
    default: // a byte from the wire, not one of our enumerators
        return MODBUS_WRONG_FUNCTION;
    }
    request->function = (modbus_function_t)bytes[0];
    return result == MODBUS_OK ? judge_request(request) : result;
}

modbus_exception_t modbus_refusal(modbus_result_t result)
{
    switch (result) {
    case MODBUS_OK:
        return MODBUS_EXCEPTION_NONE;
    case MODBUS_WRONG_FUNCTION:
        return MODBUS_ILLEGAL_FUNCTION;
    case MODBUS_WRONG_ADDRESS:
        return MODBUS_ILLEGAL_ADDRESS;
    case MODBUS_EMPTY:
    case MODBUS_WRONG_LENGTH:
    case MODBUS_WRONG_BYTE_COUNT:
    case MODBUS_WRONG_COUNT:
    case MODBUS_WRONG_VALUE:
    case MODBUS_EXCEPTION:
        return MODBUS_ILLEGAL_VALUE;
    }
    return MODBUS_DEVICE_FAILURE;
}

void modbus_encode_reply(const modbus_request_t* request, const uint16_t* words, pdu_t* reply)
{
    assert(modbus_request_allowed(request));
    uint8_t* bytes = reply->bytes;
    bytes[0] = (uint8_t)request->function;
    switch (request->function) {
    case MODBUS_READ_HOLDING:
    case MODBUS_READ_INPUT:
    case MODBUS_READ_WRITE:
        assert(words != NULL);
        bytes[1] = (uint8_t)(2 * request->read_count);
        put_words(bytes + 2, words, request->read_count);
        reply->size = 2 + 2 * request->read_count;
        break;
    case MODBUS_WRITE_SINGLE:
        put_word(bytes + 1, request->write_address);
        put_word(bytes + 3, request->write_words[0]);
        reply->size = 5;
        break;
    case MODBUS_WRITE_MULTIPLE:
        put_word(bytes + 1, request->write_address);
        put_word(bytes + 3, request->write_count);
        reply->size = 5;
        break;
    }
}

void modbus_encode_exception(uint8_t function, modbus_exception_t exception, pdu_t* reply)
{
    reply->bytes[0] = (uint8_t)(function | EXCEPTION_FLAG);
    reply->bytes[1] = (uint8_t)exception;
    reply->size = 2;
}

int frame_encode(uint16_t transaction, uint8_t unit, const pdu_t* pdu, uint8_t* bytes)
{
    assert(pdu->size >= 1 && pdu->size <= PDU_CAPACITY);
    put_word(bytes, transaction);
    put_word(bytes + 2, 0);
    put_word(bytes + 4, 1 + pdu->size); // the unit counts
    bytes[6] = unit;
    memcpy(bytes + MBAP_SIZE, pdu->bytes, (size_t)pdu->size);
    return MBAP_SIZE + pdu->size;
}

frame_result_t frame_decode(const uint8_t* bytes, int count, frame_t* frame, int* size)
{
    if ((count > 2 && bytes[2] != 0) || (count > 3 && bytes[3] != 0)) {
        return FRAME_WRONG_PROTOCOL;
    }
    if (count < 6) {
        return count > 4 && bytes[4] != 0 ? FRAME_WRONG_LENGTH : FRAME_INCOMPLETE;
    }
    const int length = get_word(bytes + 4); // unit and PDU
    if (length < 2 || length > 1 + PDU_CAPACITY) {
        return FRAME_WRONG_LENGTH;
    }
    if (count < 6 + length) {
        return FRAME_INCOMPLETE;
    }
    frame->transaction = (uint16_t)get_word(bytes);
    frame->unit = bytes[6];
    frame->pdu.size = length - 1;
    memcpy(frame->pdu.bytes, bytes + MBAP_SIZE, (size_t)frame->pdu.size);
    *size = 6 + length;
    return FRAME_COMPLETE;
}
