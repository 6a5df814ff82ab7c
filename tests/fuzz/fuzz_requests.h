/// Requests to virtual devices as a hostile client would send them, and the judgement of what they
/// answer.
#ifndef KNEAD_TESTS_FUZZ_FUZZ_REQUESTS_H
#define KNEAD_TESTS_FUZZ_FUZZ_REQUESTS_H

#include "controller/bus/modbus_pdu.h"
#include "tests/fuzz/fuzz_input.h"

#define FUZZ_REQUESTS_MAX 24 // of one input

/// Judges a reply as a strict client would; true if the device did as asked.
static inline bool fuzz_claim_answers(const pdu_t* request, const pdu_t* reply)
{
    modbus_request_t asked;
    const modbus_result_t understood = modbus_decode_request(request, &asked);
    if (understood != MODBUS_OK) {
        FUZZ_CLAIM(reply->size == 2 && reply->bytes[0] == (request->bytes[0] | 0x80));
        FUZZ_CLAIM(reply->bytes[1] == modbus_refusal(understood));
        return false;
    }
    uint16_t words[MODBUS_READ_COUNT_MAX];
    int exception = 0;
    const modbus_result_t result = modbus_decode_reply(&asked, reply, words, &exception);
    FUZZ_CLAIM(result == MODBUS_OK || result == MODBUS_EXCEPTION);
    FUZZ_CLAIM(result == MODBUS_OK ||
               (exception >= MODBUS_ILLEGAL_FUNCTION && exception <= MODBUS_DEVICE_BUSY));
    return result == MODBUS_OK;
}

/// A request of raw bytes, or a whole one near the addresses that exist.
static inline pdu_t fuzz_take_request(fuzz_input_t* input, const device_profile_t* profile)
{
    const uint8_t form = fuzz_take_byte(input);
    pdu_t pdu = {.size = fuzz_take_byte(input) % (PDU_CAPACITY + 1)};
    if ((form & 1u) != 0) {
        fuzz_take(input, pdu.bytes, (size_t)pdu.size);
        return pdu;
    }
    static const modbus_function_t functions[] = {MODBUS_READ_HOLDING, MODBUS_WRITE_SINGLE,
                                                  MODBUS_WRITE_MULTIPLE, MODBUS_READ_WRITE};
    modbus_request_t request = {.function = functions[form >> 1 & 3u]};
    const int point = fuzz_take_byte(input);
    const int count = 1 + fuzz_take_byte(input) % 8;
    const bool reads =
        request.function == MODBUS_READ_HOLDING || request.function == MODBUS_READ_WRITE;
    if (reads) {
        request.read_address = profile->read_address + point % 16;
        request.read_count = count;
    }
    if (request.function != MODBUS_READ_HOLDING) {
        const int chosen = point % (profile->point_count + 1);
        request.write_address = chosen < profile->point_count ? profile->points[chosen].address
                                                              : profile->write_address;
        request.write_count = request.function == MODBUS_WRITE_SINGLE ? 1 : count;
        for (int i = 0; i < request.write_count; ++i) {
            request.write_words[i] = fuzz_take_word(input);
        }
    }
    if (modbus_request_allowed(&request)) {
        modbus_encode_request(&request, &pdu);
    }
    return pdu;
}

#endif
