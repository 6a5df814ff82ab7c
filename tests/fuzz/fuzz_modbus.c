// Protocol data units and frames from hostile bytes: what is accepted encodes back to the very same
// bytes, so nothing is read loosely; a stream cut anywhere never changes a verdict.
#include "controller/bus/modbus_pdu.h"
#include "tests/fuzz/fuzz_input.h"

static void take_pdu(fuzz_input_t* input, pdu_t* pdu)
{
    pdu->size = input->left < PDU_CAPACITY ? (int)input->left : PDU_CAPACITY;
    fuzz_take(input, pdu->bytes, (size_t)pdu->size);
}

static bool same_pdu(const pdu_t* a, const pdu_t* b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, (size_t)a->size) == 0;
}

static void try_request(fuzz_input_t* input)
{
    pdu_t pdu;
    take_pdu(input, &pdu);
    modbus_request_t request;
    const modbus_result_t result = modbus_decode_request(&pdu, &request);
    FUZZ_CLAIM(modbus_result_text(result) != NULL);
    if (result == MODBUS_OK) {
        FUZZ_CLAIM(modbus_request_allowed(&request));
        pdu_t again;
        modbus_encode_request(&request, &again);
        FUZZ_CLAIM(same_pdu(&pdu, &again));
    } else {
        const modbus_exception_t refusal = modbus_refusal(result);
        FUZZ_CLAIM(refusal >= MODBUS_ILLEGAL_FUNCTION && refusal <= MODBUS_ILLEGAL_VALUE);
    }
}

/// An allowed request of any function; quantities and addresses from the input.
static modbus_request_t take_request(fuzz_input_t* input)
{
    static const modbus_function_t functions[] = {MODBUS_READ_HOLDING, MODBUS_READ_INPUT,
                                                  MODBUS_WRITE_SINGLE, MODBUS_WRITE_MULTIPLE,
                                                  MODBUS_READ_WRITE};
    modbus_request_t request = {.function = functions[fuzz_take_byte(input) % 5]};
    const int count = fuzz_take_byte(input);
    const int address = fuzz_take_word(input);
    if (request.function != MODBUS_WRITE_SINGLE && request.function != MODBUS_WRITE_MULTIPLE) {
        request.read_count = 1 + count % MODBUS_READ_COUNT_MAX;
        request.read_address = address % (MODBUS_ADDRESS_COUNT - request.read_count + 1);
    }
    if (request.function != MODBUS_READ_HOLDING && request.function != MODBUS_READ_INPUT) {
        const int most = request.function == MODBUS_WRITE_SINGLE ? 1 : MODBUS_READ_WRITE_COUNT_MAX;
        request.write_count = 1 + count % most;
        request.write_address = address % (MODBUS_ADDRESS_COUNT - request.write_count + 1);
        request.write_words[0] = (uint16_t)(address ^ count);
    }
    return request;
}

static void try_reply(fuzz_input_t* input)
{
    const modbus_request_t request = take_request(input);
    FUZZ_CLAIM(modbus_request_allowed(&request));
    pdu_t sent, reply, again;
    modbus_encode_request(&request, &sent);
    modbus_request_t received;
    FUZZ_CLAIM(modbus_decode_request(&sent, &received) == MODBUS_OK);
    take_pdu(input, &reply);
    uint16_t words[MODBUS_READ_COUNT_MAX];
    uint16_t before[MODBUS_READ_COUNT_MAX];
    memset(words, 0x5A, sizeof words);
    memcpy(before, words, sizeof words);
    int exception = -1;
    const modbus_result_t result = modbus_decode_reply(&request, &reply, words, &exception);
    if (result == MODBUS_OK) {
        modbus_encode_reply(&request, words, &again);
        FUZZ_CLAIM(same_pdu(&reply, &again));
        FUZZ_CLAIM(exception == -1);
        return;
    }
    FUZZ_CLAIM(memcmp(words, before, sizeof words) == 0);
    if (result == MODBUS_EXCEPTION) {
        FUZZ_CLAIM(reply.size == 2 && reply.bytes[0] == (request.function | 0x80));
        FUZZ_CLAIM(exception == reply.bytes[1] && modbus_exception_text(exception) != NULL);
    } else {
        FUZZ_CLAIM(exception == -1);
    }
}

static void try_frame(fuzz_input_t* input)
{
    uint8_t stream[2 * FRAME_CAPACITY];
    const int part = fuzz_take_word(input);
    const int count = input->left < sizeof stream ? (int)input->left : (int)sizeof stream;
    fuzz_take(input, stream, (size_t)count);
    frame_t frame;
    int size = -1;
    const frame_result_t result = frame_decode(stream, count, &frame, &size);
    FUZZ_CLAIM(frame_result_text(result) != NULL);
    if (result == FRAME_COMPLETE) {
        FUZZ_CLAIM(size > MBAP_SIZE && size <= count && size <= FRAME_CAPACITY);
        uint8_t again[FRAME_CAPACITY];
        FUZZ_CLAIM(frame_encode(frame.transaction, frame.unit, &frame.pdu, again) == size);
        FUZZ_CLAIM(memcmp(again, stream, (size_t)size) == 0);
    }
    const int cut = count == 0 ? 0 : part % count;
    frame_t early;
    int early_size = -1;
    const frame_result_t early_result = frame_decode(stream, cut, &early, &early_size);
    FUZZ_CLAIM(early_result == FRAME_INCOMPLETE || early_result == result);
    FUZZ_CLAIM(early_result != FRAME_COMPLETE || early_size == size);
}

int fuzz_one(const uint8_t* bytes, size_t count)
{
    fuzz_input_t input = {bytes, count};
    switch (fuzz_take_byte(&input) % 3) {
    case 0:
        try_request(&input);
        break;
    case 1:
        try_reply(&input);
        break;
    default:
        try_frame(&input);
        break;
    }
    return 0;
}
