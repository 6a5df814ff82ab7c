// The codec against frames printed in the specification and in manuals, against itself both ways,
// and against libmodbus as a witness that knows nothing of us. Every byte of a reply that its
// request fixes is changed in turn, and each change must be refused.
#include "tests/support/cmocka_prelude.h"

#include <modbus.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "controller/bus/modbus_pdu.h"

static uint64_t random_state = 0x9E3779B97F4A7C15u; // seed

static uint32_t random_below(uint32_t bound)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 32) % bound;
}

static pdu_t pdu_of(const uint8_t* bytes, int size)
{
    pdu_t pdu = {.size = size};
    memcpy(pdu.bytes, bytes, (size_t)size);
    return pdu;
}
#define PDU(...) pdu_of((const uint8_t[]){__VA_ARGS__}, (int)sizeof((uint8_t[]){__VA_ARGS__}))

static void assert_encodes(const modbus_request_t* request, pdu_t expected)
{
    pdu_t pdu;
    modbus_encode_request(request, &pdu);
    assert_int_equal(pdu.size, expected.size);
    assert_memory_equal(pdu.bytes, expected.bytes, (size_t)expected.size);
    modbus_request_t decoded;
    assert_int_equal(modbus_decode_request(&pdu, &decoded), MODBUS_OK);
    assert_int_equal(decoded.function, request->function);
    assert_int_equal(decoded.read_address, request->read_address);
    assert_int_equal(decoded.read_count, request->read_count);
    assert_int_equal(decoded.write_address, request->write_address);
    assert_int_equal(decoded.write_count, request->write_count);
    assert_memory_equal(decoded.write_words, request->write_words,
                        2 * (size_t)request->write_count);
}

static void requests_are_the_frames_of_the_specification(void** state)
{
    (void)state;
    // Application protocol V1.1b3: examples of 6.3, 6.4, 6.6, 6.12, 6.17.
    assert_encodes(&(modbus_request_t){MODBUS_READ_HOLDING, 0x6B, 3, 0, 0, {0}},
                   PDU(0x03, 0x00, 0x6B, 0x00, 0x03));
    assert_encodes(&(modbus_request_t){MODBUS_READ_INPUT, 8, 1, 0, 0, {0}},
                   PDU(0x04, 0x00, 0x08, 0x00, 0x01));
    assert_encodes(&(modbus_request_t){MODBUS_WRITE_SINGLE, 0, 0, 1, 1, {3}},
                   PDU(0x06, 0x00, 0x01, 0x00, 0x03));
    assert_encodes(&(modbus_request_t){MODBUS_WRITE_MULTIPLE, 0, 0, 1, 2, {0x0A, 0x102}},
                   PDU(0x10, 0x00, 0x01, 0x00, 0x02, 0x04, 0x00, 0x0A, 0x01, 0x02));
    assert_encodes(&(modbus_request_t){MODBUS_READ_WRITE, 3, 6, 0x0E, 3, {0xFF, 0xFF, 0xFF}},
                   PDU(0x17, 0x00, 0x03, 0x00, 0x06, 0x00, 0x0E, 0x00, 0x03, 0x06, 0x00, 0xFF, 0x00,
                       0xFF, 0x00, 0xFF));
}

static void requests_are_the_frames_of_the_manuals(void** state)
{
    (void)state;
    // Robotiq FT 300, one axis and the whole wrench; serial frames without unit and CRC.
    assert_encodes(&(modbus_request_t){MODBUS_READ_HOLDING, 0xB4, 1, 0, 0, {0}},
                   PDU(0x03, 0x00, 0xB4, 0x00, 0x01));
    assert_encodes(&(modbus_request_t){MODBUS_READ_HOLDING, 0xB4, 6, 0, 0, {0}},
                   PDU(0x03, 0x00, 0xB4, 0x00, 0x06));
    // Oriental Motor AZ: position -1000, high word first.
    assert_encodes(&(modbus_request_t){MODBUS_WRITE_MULTIPLE, 0, 0, 0x1802, 2, {0xFFFF, 0xFC18}},
                   PDU(0x10, 0x18, 0x02, 0x00, 0x02, 0x04, 0xFF, 0xFF, 0xFC, 0x18));
    // Leadshine PR0: 10000 pulses, go.
    assert_encodes(
        &(modbus_request_t){
            MODBUS_WRITE_MULTIPLE, 0, 0, 0x6200, 8, {1, 0, 0x2710, 0, 0x2710, 0x2710, 0, 0x10}},
        PDU(0x10, 0x62, 0x00, 0x00, 0x08, 0x10, 0x00, 0x01, 0x00, 0x00, 0x27, 0x10, 0x00, 0x00,
            0x27, 0x10, 0x27, 0x10, 0x00, 0x00, 0x00, 0x10));
}

static void replies_of_the_specification_are_understood(void** state)
{
    (void)state;
    uint16_t words[MODBUS_READ_COUNT_MAX];
    int exception = 0;
    const modbus_request_t read = {MODBUS_READ_HOLDING, 0x6B, 3, 0, 0, {0}};
    const pdu_t three = PDU(0x03, 0x06, 0x02, 0x2B, 0x00, 0x00, 0x00, 0x64);
    assert_int_equal(modbus_decode_reply(&read, &three, words, &exception), MODBUS_OK);
    assert_int_equal(words[0], 0x022B);
    assert_int_equal(words[1], 0);
    assert_int_equal(words[2], 100);

    const modbus_request_t both = {MODBUS_READ_WRITE, 3, 6, 0x0E, 3, {0xFF, 0xFF, 0xFF}};
    const pdu_t six =
        PDU(0x17, 0x0C, 0x00, 0xFE, 0x0A, 0xCD, 0x00, 0x01, 0x00, 0x03, 0x00, 0x0D, 0x00, 0xFF);
    assert_int_equal(modbus_decode_reply(&both, &six, words, &exception), MODBUS_OK);
    assert_int_equal(words[1], 0x0ACD);
    assert_int_equal(words[5], 0x00FF);

    const pdu_t refused = PDU(0x97, 0x02);
    assert_int_equal(modbus_decode_reply(&both, &refused, words, &exception), MODBUS_EXCEPTION);
    assert_int_equal(exception, MODBUS_ILLEGAL_ADDRESS);
    assert_string_equal(modbus_exception_text(exception), "illegal data address");
    assert_string_equal(modbus_exception_text(0x27), "vendor exception");
}

static modbus_request_t random_request(void)
{
    static const modbus_function_t functions[] = {MODBUS_READ_HOLDING, MODBUS_READ_INPUT,
                                                  MODBUS_WRITE_SINGLE, MODBUS_WRITE_MULTIPLE,
                                                  MODBUS_READ_WRITE};
    modbus_request_t request = {.function = functions[random_below(5)]};
    const modbus_function_t function = request.function;
    if (function != MODBUS_WRITE_SINGLE && function != MODBUS_WRITE_MULTIPLE) {
        request.read_count = 1 + (int)random_below(MODBUS_READ_COUNT_MAX);
        request.read_address =
            (int)random_below((uint32_t)(MODBUS_ADDRESS_COUNT - request.read_count + 1));
    }
    if (function != MODBUS_READ_HOLDING && function != MODBUS_READ_INPUT) {
        const uint32_t most = function == MODBUS_WRITE_SINGLE     ? 1
                              : function == MODBUS_WRITE_MULTIPLE ? MODBUS_WRITE_COUNT_MAX
                                                                  : MODBUS_READ_WRITE_COUNT_MAX;
        request.write_count = 1 + (int)random_below(most);
        request.write_address =
            (int)random_below((uint32_t)(MODBUS_ADDRESS_COUNT - request.write_count + 1));
        for (int i = 0; i < request.write_count; i++) {
            request.write_words[i] = (uint16_t)random_below(65536);
        }
    }
    return request;
}

static void what_is_encoded_decodes_to_itself(void** state)
{
    (void)state;
    print_message("seed %llu\n", (unsigned long long)random_state);
    for (int round = 0; round < 20000; round++) {
        const modbus_request_t request = random_request();
        pdu_t pdu;
        modbus_encode_request(&request, &pdu);
        assert_encodes(&request, pdu);
        uint16_t words[MODBUS_READ_COUNT_MAX] = {0};
        uint16_t received[MODBUS_READ_COUNT_MAX] = {0};
        for (int i = 0; i < request.read_count; i++) {
            words[i] = (uint16_t)random_below(65536);
        }
        pdu_t reply;
        int exception = 0;
        modbus_encode_reply(&request, words, &reply);
        assert_int_equal(modbus_decode_reply(&request, &reply, received, &exception), MODBUS_OK);
        assert_memory_equal(words, received, sizeof words);
    }
}

// Which bytes of a reply carry data that the request does not fix.
static bool is_data(const modbus_request_t* request, int at)
{
    return request->read_count > 0 && at >= 2;
}

/// Shows H30, H32.
static void any_other_byte_that_the_request_fixes_is_refused(void** state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        const modbus_request_t request = random_request();
        const uint16_t words[MODBUS_READ_COUNT_MAX] = {0};
        uint16_t received[MODBUS_READ_COUNT_MAX];
        pdu_t reply;
        int exception = 0;
        modbus_encode_reply(&request, words, &reply);
        for (int at = 0; at < reply.size; at++) {
            for (unsigned value = 0; value < 256; value++) {
                pdu_t changed = reply;
                changed.bytes[at] = (uint8_t)value;
                const bool same = value == reply.bytes[at];
                const modbus_result_t result =
                    modbus_decode_reply(&request, &changed, received, &exception);
                assert_int_equal(result == MODBUS_OK, same || is_data(&request, at));
            }
        }
    }
}

static void any_other_length_is_refused(void** state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        const modbus_request_t request = random_request();
        const uint16_t words[MODBUS_READ_COUNT_MAX] = {0};
        uint16_t received[MODBUS_READ_COUNT_MAX];
        pdu_t reply;
        int exception = 0;
        modbus_encode_reply(&request, words, &reply);
        const int right = reply.size;
        memset(reply.bytes + right, 0, sizeof reply.bytes - (size_t)right);
        for (int size = -1; size <= PDU_CAPACITY + 1; size++) {
            reply.size = size;
            const modbus_result_t result =
                modbus_decode_reply(&request, &reply, received, &exception);
            assert_int_equal(result == MODBUS_OK, size == right);
            assert_true(size != 0 || result == MODBUS_EMPTY);
        }
        modbus_encode_exception((uint8_t)request.function, MODBUS_DEVICE_BUSY, &reply);
        reply.size = 3;
        assert_int_equal(modbus_decode_reply(&request, &reply, received, &exception),
                         MODBUS_WRONG_LENGTH);
        reply.size = 2;
        reply.bytes[1] = 0;
        assert_int_equal(modbus_decode_reply(&request, &reply, received, &exception),
                         MODBUS_WRONG_VALUE);
    }
}

static void each_mistake_in_a_reply_has_its_name(void** state)
{
    (void)state;
    int exception = 0;
    uint16_t words[2];
    const modbus_request_t read = {MODBUS_READ_HOLDING, 5, 2, 0, 0, {0}};
    const pdu_t other_function = PDU(0x04, 4, 0, 0, 0, 0);
    const pdu_t other_count = PDU(0x03, 2, 0, 0);
    const pdu_t cut = PDU(0x03, 4, 0, 0, 0);
    assert_int_equal(modbus_decode_reply(&read, &other_function, words, &exception),
                     MODBUS_WRONG_FUNCTION);
    assert_int_equal(modbus_decode_reply(&read, &other_count, words, &exception),
                     MODBUS_WRONG_BYTE_COUNT);
    assert_int_equal(modbus_decode_reply(&read, &cut, words, &exception), MODBUS_WRONG_LENGTH);
    // libmodbus 3.1.6 takes this echo for success.
    const modbus_request_t single = {MODBUS_WRITE_SINGLE, 0, 0, 7, 1, {9}};
    const pdu_t other_address = PDU(0x06, 0, 8, 0, 9);
    const pdu_t other_value = PDU(0x06, 0, 7, 0, 8);
    assert_int_equal(modbus_decode_reply(&single, &other_address, NULL, &exception),
                     MODBUS_WRONG_ADDRESS);
    assert_int_equal(modbus_decode_reply(&single, &other_value, NULL, &exception),
                     MODBUS_WRONG_VALUE);
    const modbus_request_t several = {MODBUS_WRITE_MULTIPLE, 0, 0, 7, 2, {9, 9}};
    const pdu_t fewer = PDU(0x10, 0, 7, 0, 1);
    assert_int_equal(modbus_decode_reply(&several, &fewer, NULL, &exception), MODBUS_WRONG_COUNT);
}

static void assert_refused(pdu_t pdu, modbus_exception_t exception)
{
    modbus_request_t request;
    const modbus_result_t result = modbus_decode_request(&pdu, &request);
    assert_int_not_equal(result, MODBUS_OK);
    assert_int_equal(modbus_refusal(result), exception);
}

static void requests_just_past_a_limit_are_refused_as_specified(void** state)
{
    (void)state;
    modbus_request_t request;
    const pdu_t most = PDU(0x03, 0, 0, 0, 125);
    const pdu_t last = PDU(0x03, 0xFF, 0xFF, 0, 1);
    assert_int_equal(modbus_decode_request(&most, &request), MODBUS_OK);
    assert_int_equal(modbus_decode_request(&last, &request), MODBUS_OK);
    assert_refused(PDU(0x03, 0, 0, 0, 126), MODBUS_ILLEGAL_VALUE);
    assert_refused(PDU(0x03, 0, 0, 0, 0), MODBUS_ILLEGAL_VALUE);
    assert_refused(PDU(0x03, 0, 0, 1, 1), MODBUS_ILLEGAL_VALUE);
    assert_refused(PDU(0x04, 0xFF, 0xFF, 0, 2), MODBUS_ILLEGAL_ADDRESS);
    assert_refused(PDU(0x03, 0, 0, 0), MODBUS_ILLEGAL_VALUE);
    assert_refused(PDU(0x03, 0, 0, 0, 1, 0), MODBUS_ILLEGAL_VALUE);
    assert_refused(PDU(0x06, 0, 0, 0), MODBUS_ILLEGAL_VALUE);
    assert_refused(PDU(0x10, 0, 0, 0, 0, 0), MODBUS_ILLEGAL_VALUE);
    assert_refused(PDU(0x10, 0, 0, 0, 1, 4, 0, 0), MODBUS_ILLEGAL_VALUE); // byte count
    assert_refused(PDU(0x10, 0, 0, 0, 1, 2, 0), MODBUS_ILLEGAL_VALUE);    // cut
    assert_refused(PDU(0x10, 0xFF, 0xFF, 0, 2, 4, 0, 0, 0, 0), MODBUS_ILLEGAL_ADDRESS);
    assert_refused(PDU(0x10, 0, 0), MODBUS_ILLEGAL_VALUE);
    assert_refused(PDU(0x17, 0, 0, 0, 126, 0, 0, 0, 1, 2, 0, 0), MODBUS_ILLEGAL_VALUE);
    assert_refused(PDU(0x17, 0xFF, 0xFF, 0, 2, 0, 0, 0, 1, 2, 0, 0), MODBUS_ILLEGAL_ADDRESS);
    assert_refused(PDU(0x17, 0, 0, 0, 2, 0xFF, 0xFF, 0, 2, 4, 0, 0, 0, 0), MODBUS_ILLEGAL_ADDRESS);
    assert_refused(PDU(0x17, 0, 0, 0, 1), MODBUS_ILLEGAL_VALUE);
    assert_refused(PDU(0x01, 0, 0, 0, 1), MODBUS_ILLEGAL_FUNCTION);
    assert_refused(PDU(0x00), MODBUS_ILLEGAL_FUNCTION);
    assert_refused(PDU(0x83, 2), MODBUS_ILLEGAL_FUNCTION);
}

static void the_longest_writes_fit_and_one_more_word_does_not(void** state)
{
    (void)state;
    modbus_request_t request = {.function = MODBUS_WRITE_MULTIPLE, .write_count = 123};
    pdu_t pdu;
    assert_true(modbus_request_allowed(&request));
    modbus_encode_request(&request, &pdu);
    assert_int_equal(pdu.size, 252);
    request.write_count = 124;
    assert_false(modbus_request_allowed(&request));
    request =
        (modbus_request_t){.function = MODBUS_READ_WRITE, .read_count = 125, .write_count = 121};
    assert_true(modbus_request_allowed(&request));
    modbus_encode_request(&request, &pdu);
    assert_int_equal(pdu.size, 252);
    request.write_count = 122;
    assert_false(modbus_request_allowed(&request));
    request.write_count = 121;
    request.read_count = 126;
    assert_false(modbus_request_allowed(&request));
    request.read_count = 1;
    request.read_address = -1;
    assert_false(modbus_request_allowed(&request));
}

/// Shows H32.
static void random_bytes_never_decode_to_what_is_not_allowed(void** state)
{
    (void)state;
    int accepted = 0;
    for (int round = 0; round < 200000; round++) {
        static const uint8_t functions[] = {3, 4, 6, 16, 23, 1};
        pdu_t pdu = {.size = (int)random_below(20)};
        for (int i = 0; i < pdu.size; i++) {
            pdu.bytes[i] = (uint8_t)random_below(random_below(2) == 0 ? 8 : 256);
        }
        pdu.bytes[0] = functions[random_below(6)];
        modbus_request_t request;
        if (modbus_decode_request(&pdu, &request) == MODBUS_OK) {
            pdu_t again;
            assert_true(modbus_request_allowed(&request));
            modbus_encode_request(&request, &again);
            assert_int_equal(again.size, pdu.size);
            assert_memory_equal(again.bytes, pdu.bytes, (size_t)pdu.size);
            accepted++;
        }
    }
    assert_true(accepted > 1000);
}

static void frames_carry_the_header_of_the_messaging_guide(void** state)
{
    (void)state;
    // Messaging guide, 3.1.3 and the example of its annex: read one register at 4 of unit 0xFF.
    const uint8_t expected[] = {0x15, 0x01, 0, 0, 0, 6, 0xFF, 0x03, 0, 4, 0, 1};
    const pdu_t pdu = PDU(0x03, 0, 4, 0, 1);
    uint8_t bytes[FRAME_CAPACITY + 1];
    assert_int_equal(frame_encode(0x1501, 0xFF, &pdu, bytes), sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
    frame_t frame;
    int size = 0;
    for (int count = 0; count < (int)sizeof expected; count++) {
        assert_int_equal(frame_decode(bytes, count, &frame, &size), FRAME_INCOMPLETE);
    }
    bytes[sizeof expected] = 0x77; // of the next frame
    assert_int_equal(frame_decode(bytes, sizeof expected + 1, &frame, &size), FRAME_COMPLETE);
    assert_int_equal(size, sizeof expected);
    assert_int_equal(frame.transaction, 0x1501);
    assert_int_equal(frame.unit, 0xFF);
    assert_int_equal(frame.pdu.size, pdu.size);
    assert_memory_equal(frame.pdu.bytes, pdu.bytes, (size_t)pdu.size);
}

static void impossible_headers_are_refused_as_soon_as_they_show(void** state)
{
    (void)state;
    frame_t frame;
    int size;
    const uint8_t protocol_high[] = {0, 1, 1};
    const uint8_t protocol_low[] = {0, 1, 0, 1};
    assert_int_equal(frame_decode(protocol_high, 3, &frame, &size), FRAME_WRONG_PROTOCOL);
    assert_int_equal(frame_decode(protocol_low, 4, &frame, &size), FRAME_WRONG_PROTOCOL);
    for (int length = 0; length < 600; length++) {
        uint8_t bytes[FRAME_CAPACITY + 400] = {
            0, 1, 0, 0, (uint8_t)(length >> 8), (uint8_t)(length & 0xFF)};
        const frame_result_t result = frame_decode(bytes, 6, &frame, &size);
        assert_int_equal(result,
                         length >= 2 && length <= 254 ? FRAME_INCOMPLETE : FRAME_WRONG_LENGTH);
    }
    const uint8_t far_too_long[] = {0, 1, 0, 0, 0x12};
    assert_int_equal(frame_decode(far_too_long, 5, &frame, &size), FRAME_WRONG_LENGTH);
}

static void every_result_has_a_text(void** state)
{
    (void)state;
    for (int i = 0; i < MODBUS_RESULT_COUNT; i++) {
        assert_true(strlen(modbus_result_text((modbus_result_t)i)) > 0);
    }
    for (int i = 0; i < FRAME_RESULT_COUNT; i++) {
        assert_true(strlen(frame_result_text((frame_result_t)i)) > 0);
    }
    for (int i = 0; i < PORT_RESULT_COUNT; i++) {
        assert_true(strlen(port_result_text((port_result_t)i)) > 0);
    }
}

// ------------------------------------------------------------------------- libmodbus as a witness

typedef struct {
    int fd;
    modbus_request_t request;
} witness_t;

// A libmodbus client on one end of a socket pair asks for what `request` says.
static void* witness_asks(void* context)
{
    const witness_t* witness = (const witness_t*)context;
    const modbus_request_t* request = &witness->request;
    modbus_t* modbus = modbus_new_tcp("127.0.0.1", 1502);
    modbus_set_socket(modbus, witness->fd);
    modbus_set_slave(modbus, 17);
    modbus_set_response_timeout(modbus, 10, 0);
    uint16_t words[MODBUS_READ_COUNT_MAX] = {0};
    intptr_t wrong = 0;
    switch (request->function) {
    case MODBUS_READ_HOLDING:
        wrong |= modbus_read_registers(modbus, request->read_address, request->read_count, words) !=
                 request->read_count;
        break;
    case MODBUS_READ_INPUT:
        wrong |= modbus_read_input_registers(modbus, request->read_address, request->read_count,
                                             words) != request->read_count;
        break;
    case MODBUS_WRITE_SINGLE:
        wrong |=
            modbus_write_register(modbus, request->write_address, request->write_words[0]) != 1;
        break;
    case MODBUS_WRITE_MULTIPLE:
        wrong |= modbus_write_registers(modbus, request->write_address, request->write_count,
                                        request->write_words) != request->write_count;
        break;
    case MODBUS_READ_WRITE:
        wrong |= modbus_write_and_read_registers(
                     modbus, request->write_address, request->write_count, request->write_words,
                     request->read_address, request->read_count, words) != request->read_count;
        break;
    }
    for (int i = 0; i < request->read_count; i++) {
        wrong |= words[i] != (uint16_t)(i * 257);
    }
    modbus_free(modbus);
    return (void*)wrong;
}

static void libmodbus_asks_and_understands_as_we_do(void** state)
{
    (void)state;
    for (int round = 0; round < 60; round++) {
        int ends[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        witness_t witness = {.fd = ends[0], .request = random_request()};
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, witness_asks, &witness), 0);
        uint8_t bytes[FRAME_CAPACITY];
        int count = 0;
        int size = 0;
        frame_t frame;
        frame_result_t result = FRAME_INCOMPLETE;
        while (result == FRAME_INCOMPLETE) {
            const ssize_t got = read(ends[1], bytes + count, sizeof bytes - (size_t)count);
            assert_true(got > 0);
            count += (int)got;
            result = frame_decode(bytes, count, &frame, &size);
        }
        assert_int_equal(result, FRAME_COMPLETE);
        assert_int_equal(frame.unit, 17);
        pdu_t ours;
        modbus_encode_request(&witness.request, &ours);
        assert_int_equal(frame.pdu.size, ours.size);
        assert_memory_equal(frame.pdu.bytes, ours.bytes, (size_t)ours.size);
        uint16_t words[MODBUS_READ_COUNT_MAX];
        for (int i = 0; i < MODBUS_READ_COUNT_MAX; i++) {
            words[i] = (uint16_t)(i * 257);
        }
        pdu_t reply;
        modbus_encode_reply(&witness.request, words, &reply);
        const int reply_size = frame_encode(frame.transaction, frame.unit, &reply, bytes);
        assert_int_equal(write(ends[1], bytes, (size_t)reply_size), reply_size);
        void* wrong = NULL;
        assert_int_equal(pthread_join(thread, &wrong), 0);
        assert_null(wrong);
        close(ends[0]);
        close(ends[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_the_frames_of_the_specification),
        cmocka_unit_test(requests_are_the_frames_of_the_manuals),
        cmocka_unit_test(replies_of_the_specification_are_understood),
        cmocka_unit_test(what_is_encoded_decodes_to_itself),
        cmocka_unit_test(any_other_byte_that_the_request_fixes_is_refused),
        cmocka_unit_test(any_other_length_is_refused),
        cmocka_unit_test(each_mistake_in_a_reply_has_its_name),
        cmocka_unit_test(requests_just_past_a_limit_are_refused_as_specified),
        cmocka_unit_test(the_longest_writes_fit_and_one_more_word_does_not),
        cmocka_unit_test(random_bytes_never_decode_to_what_is_not_allowed),
        cmocka_unit_test(frames_carry_the_header_of_the_messaging_guide),
        cmocka_unit_test(impossible_headers_are_refused_as_soon_as_they_show),
        cmocka_unit_test(every_result_has_a_text),
        cmocka_unit_test(libmodbus_asks_and_understands_as_we_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
