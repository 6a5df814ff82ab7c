/// The Modbus protocol data unit and the MBAP frame around it, both directions, as pure functions:
/// bytes in, verdict out, no I/O and no memory of their own. References are to the Modbus
/// Application Protocol V1.1b3 (the "application protocol") and the Modbus Messaging on TCP/IP
/// Implementation Guide V1.0b (the "messaging guide").
///
/// Always holds: a reply is accepted only if every field of it that the request determines has the
/// value that the request determines, and not a byte is missing or left over.
#ifndef KNEAD_CONTROLLER_BUS_MODBUS_PDU_H
#define KNEAD_CONTROLLER_BUS_MODBUS_PDU_H

#include <stdbool.h>
#include <stdint.h>

#include "controller/bus/port.h"

/// Function codes spoken here (application protocol 6.3, 6.4, 6.6, 6.12, 6.17).
typedef enum {
    MODBUS_READ_HOLDING = 0x03,
    MODBUS_READ_INPUT = 0x04,
    MODBUS_WRITE_SINGLE = 0x06,
    MODBUS_WRITE_MULTIPLE = 0x10,
    MODBUS_READ_WRITE = 0x17, // writes first, then reads
} modbus_function_t;

#define MODBUS_READ_COUNT_MAX 125       // words, FC 03, 04 and the read part of 23
#define MODBUS_WRITE_COUNT_MAX 123      // words, FC 16
#define MODBUS_READ_WRITE_COUNT_MAX 121 // words, write part of FC 23
#define MODBUS_ADDRESS_COUNT 65536

/// A request as values. Addresses are those on the wire, 0-based. Parts that a function does not
/// have are 0; FC 06 writes one word.
typedef struct {
    modbus_function_t function;
    int read_address;
    int read_count;
    int write_address;
    int write_count;
    uint16_t write_words[MODBUS_WRITE_COUNT_MAX];
} modbus_request_t;

/// What a slave says when it refuses (application protocol 7).
#define MODBUS_EXCEPTION_LIST(X)                                                                   \
    X(MODBUS_EXCEPTION_NONE, 0x00, "no exception")                                                 \
    X(MODBUS_ILLEGAL_FUNCTION, 0x01, "illegal function")                                           \
    X(MODBUS_ILLEGAL_ADDRESS, 0x02, "illegal data address")                                        \
    X(MODBUS_ILLEGAL_VALUE, 0x03, "illegal data value")                                            \
    X(MODBUS_DEVICE_FAILURE, 0x04, "server device failure")                                        \
    X(MODBUS_ACKNOWLEDGE, 0x05, "acknowledge, still working on it")                                \
    X(MODBUS_DEVICE_BUSY, 0x06, "server device busy")                                              \
    X(MODBUS_PARITY_ERROR, 0x08, "memory parity error")                                            \
    X(MODBUS_GATEWAY_PATH, 0x0A, "gateway path unavailable")                                       \
    X(MODBUS_GATEWAY_TARGET, 0x0B, "gateway target device failed to respond")
typedef enum {
#define X(id, code, text) id = (code),
    MODBUS_EXCEPTION_LIST(X)
#undef X
} modbus_exception_t;
/// Never null; a code that the specification does not name is a "vendor exception".
const char* modbus_exception_text(int exception);

/// What is wrong with a PDU, or nothing.
#define MODBUS_RESULT_LIST(X)                                                                      \
    X(MODBUS_OK, "ok")                                                                             \
    X(MODBUS_EMPTY, "no bytes")                                                                    \
    X(MODBUS_WRONG_FUNCTION, "function code differs from what is known or was asked")              \
    X(MODBUS_WRONG_LENGTH, "bytes are missing or left over")                                       \
    X(MODBUS_WRONG_BYTE_COUNT, "byte count does not fit the quantity")                             \
    X(MODBUS_WRONG_ADDRESS, "address differs from what was asked or passes 65535")                 \
    X(MODBUS_WRONG_COUNT, "quantity differs from what was asked or is not allowed")                \
    X(MODBUS_WRONG_VALUE, "echoed value differs from what was written")                            \
    X(MODBUS_EXCEPTION, "the device refuses")
typedef enum {
#define X(id, text) id,
    MODBUS_RESULT_LIST(X)
#undef X
} modbus_result_t;
#define MODBUS_RESULT_COUNT 9
const char* modbus_result_text(modbus_result_t result);

/// True if the specification allows the request: a known function, quantities from 1 to the
/// function's limit, addresses that end by 65535.
bool modbus_request_allowed(const modbus_request_t* request);

/// Client: values to bytes. `request` must be allowed (asserted).
void modbus_encode_request(const modbus_request_t* request, pdu_t* pdu);

/// Client: judges `reply` strictly against the request that was sent. On MODBUS_OK `words` holds
/// `request->read_count` words (it may be null where nothing is read). On MODBUS_EXCEPTION
/// `exception` is the code. Otherwise neither is touched.
modbus_result_t modbus_decode_reply(const modbus_request_t* request, const pdu_t* reply,
                                    uint16_t* words, int* exception);

/// Server: bytes to values, strictly. On anything but MODBUS_OK `request` is not to be used;
/// `modbus_refusal` says what to answer.
modbus_result_t modbus_decode_request(const pdu_t* pdu, modbus_request_t* request);

/// The exception that answers a request which `modbus_decode_request` refused with `result`
/// (application protocol 7 and the flow charts of 6): unknown function 01, address past the end 02,
/// anything else 03.
modbus_exception_t modbus_refusal(modbus_result_t result);

/// Server: the reply to an allowed request. `words` are the `read_count` words asked for (null
/// where nothing is read).
void modbus_encode_reply(const modbus_request_t* request, const uint16_t* words, pdu_t* reply);
/// Server: the refusal of a request whose first byte was `function`.
void modbus_encode_exception(uint8_t function, modbus_exception_t exception, pdu_t* reply);

// -------------------------------------------------------------------------------- MBAP, over TCP

#define MBAP_SIZE 7 // transaction, protocol, length, unit (messaging guide 3.1.3)
#define FRAME_CAPACITY (MBAP_SIZE + PDU_CAPACITY)

#define FRAME_RESULT_LIST(X)                                                                       \
    X(FRAME_COMPLETE, "complete")                                                                  \
    X(FRAME_INCOMPLETE, "bytes are still to come")                                                 \
    X(FRAME_WRONG_PROTOCOL, "protocol identifier is not 0")                                        \
    X(FRAME_WRONG_LENGTH, "length field is not possible")
typedef enum {
#define X(id, text) id,
    FRAME_RESULT_LIST(X)
#undef X
} frame_result_t;
#define FRAME_RESULT_COUNT 4
const char* frame_result_text(frame_result_t result);

typedef struct {
    uint16_t transaction;
    uint8_t unit;
    pdu_t pdu;
} frame_t;

/// Writes MBAP and PDU; returns the frame's size. `pdu->size` is 1 to PDU_CAPACITY (asserted).
int frame_encode(uint16_t transaction, uint8_t unit, const pdu_t* pdu, uint8_t* bytes);

/// Judges the `count` bytes at the head of a stream as early as they allow it. On FRAME_COMPLETE
/// fills `frame` and `size`, the bytes it took; bytes may follow it. Otherwise touches neither.
frame_result_t frame_decode(const uint8_t* bytes, int count, frame_t* frame, int* size);

#endif
