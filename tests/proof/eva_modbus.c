// Any bytes as request, reply and stream, and every allowed request: the codecs read and write
// inside their bytes only, and their own assertions hold.
//
// analysed: controller/bus/modbus_pdu.c
#include "controller/bus/modbus_pdu.h"
#include "tests/proof/eva.h"

static void any_pdu(pdu_t* pdu)
{
    pdu->size = EVA_INT(0, PDU_CAPACITY);
    EVA_ANY(pdu->bytes);
}

static int server(void)
{
    pdu_t pdu;
    any_pdu(&pdu);
    modbus_request_t request;
    const modbus_result_t result = modbus_decode_request(&pdu, &request);
    //@ assert 0 <= result < MODBUS_RESULT_COUNT;
    if (result == MODBUS_OK) {
        return 0;
    }
    const modbus_exception_t refusal = modbus_refusal(result);
    //@ assert 1 <= refusal <= 3;
    pdu_t reply;
    modbus_encode_exception(pdu.bytes[0], refusal, &reply);
    //@ assert reply.size == 2;
    return modbus_result_text(result)[0] + modbus_exception_text(EVA_INT(-1, 256))[0];
}

static int exchange(const modbus_request_t* request)
{
    pdu_t sent, reply;
    modbus_encode_request(request, &sent);
    //@ assert 5 <= sent.size <= PDU_CAPACITY;
    uint16_t words[MODBUS_READ_COUNT_MAX] = {0};
    modbus_encode_reply(request, words, &reply);
    //@ assert 4 <= reply.size <= PDU_CAPACITY;
    any_pdu(&reply);
    int exception = 0;
    return (int)modbus_decode_reply(request, &reply, words, &exception) + exception;
}

// How far an address may reach depends on the quantity. What is read and written here depends on
// the quantity alone: so all quantities where every one fits, and one word at every address.
static int read_and_write(modbus_function_t function, int read_max, int write_max)
{
    modbus_request_t request = {.function = function};
    EVA_ANY(request.write_words);
    if (read_max > 0) {
        request.read_count = EVA_INT(1, read_max);
        request.read_address = EVA_INT(0, MODBUS_ADDRESS_COUNT - read_max);
    }
    if (write_max > 0) {
        request.write_count = EVA_INT(1, write_max);
        request.write_address = EVA_INT(0, MODBUS_ADDRESS_COUNT - write_max);
    }
    return exchange(&request);
}

static int all_functions(int read_max, int write_max, int read_write_max)
{
    return read_and_write(MODBUS_READ_HOLDING, read_max, 0) +
           read_and_write(MODBUS_READ_INPUT, read_max, 0) +
           read_and_write(MODBUS_WRITE_SINGLE, 0, 1) +
           read_and_write(MODBUS_WRITE_MULTIPLE, 0, write_max) +
           read_and_write(MODBUS_READ_WRITE, read_max, read_write_max);
}

static int stream(void)
{
    uint8_t bytes[FRAME_CAPACITY + MBAP_SIZE];
    EVA_ANY(bytes);
    frame_t frame = {0};
    int size = 0;
    const frame_result_t result = frame_decode(bytes, EVA_INT(0, (int)sizeof bytes), &frame, &size);
    //@ assert 0 <= result < FRAME_RESULT_COUNT;
    //@ assert 0 <= size <= FRAME_CAPACITY;
    frame.pdu.size = EVA_INT(1, PDU_CAPACITY);
    const int sent = frame_encode(frame.transaction, frame.unit, &frame.pdu, bytes);
    //@ assert MBAP_SIZE < sent <= FRAME_CAPACITY;
    return sent + frame_result_text(result)[0];
}

int main(void)
{
    return server() + stream() + all_functions(1, 1, 1) +
           all_functions(MODBUS_READ_COUNT_MAX, MODBUS_WRITE_COUNT_MAX,
                         MODBUS_READ_WRITE_COUNT_MAX);
}
