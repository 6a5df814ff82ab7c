/// Modbus RTU as pure functions: the frame around a protocol data unit, what a reply must look like
/// for the request that was sent, and how long bytes and silences take on a serial line. Bytes and
/// numbers in, verdict out; no I/O, no clock. References are to MODBUS over Serial Line V1.02 (the
/// "serial guide").
///
/// Always holds: a reply is accepted only if unit, function, length, checksum and every field that
/// the request determines are right, and not a byte is missing or left over. What no check can
/// tell: RTU has no transaction identifier, so an old reply to an equal request looks like the new
/// one. Whoever waits for replies must see to it that none is under way (`rtu_port.h`).
#ifndef KNEAD_CONTROLLER_BUS_RTU_FRAME_H
#define KNEAD_CONTROLLER_BUS_RTU_FRAME_H

#include "config/settings.h"
#include "controller/bus/modbus_pdu.h"

#define RTU_OVERHEAD 3 // unit and checksum (serial guide 2.3)
#define RTU_FRAME_CAPACITY (PDU_CAPACITY + RTU_OVERHEAD)
#define RTU_EXCEPTION_SIZE (2 + RTU_OVERHEAD)
#define RTU_UNIT_MAX 247 // 0 is a broadcast, which nobody answers; 248 to 255 are reserved (2.2)

/// CRC-16 over `count` bytes: polynomial A001h reflected, start FFFFh (serial guide 6.2.2). Sent
/// low byte first.
uint16_t rtu_crc(const uint8_t* bytes, int count);

/// Writes unit, PDU and checksum; returns the frame's size. `pdu->size` is 1 to PDU_CAPACITY
/// (asserted).
int rtu_frame_encode(uint8_t unit, const pdu_t* pdu, uint8_t bytes[RTU_FRAME_CAPACITY]);

#define RTU_RESULT_LIST(X)                                                                         \
    X(RTU_COMPLETE, "complete")                                                                    \
    X(RTU_INCOMPLETE, "bytes are still to come")                                                   \
    X(RTU_WRONG_LENGTH, "bytes are missing or left over")                                          \
    X(RTU_WRONG_CRC, "checksum is wrong")                                                          \
    X(RTU_WRONG_UNIT, "another unit than the one that was asked")                                  \
    X(RTU_WRONG_REPLY, "function, byte count or echo differ from what was asked")
typedef enum {
#define X(id, text) id,
    RTU_RESULT_LIST(X)
#undef X
} rtu_result_t;
#define RTU_RESULT_COUNT 6
const char* rtu_result_text(rtu_result_t result);

/// A whole frame, as silences delimit it. RTU_COMPLETE fills `unit` and `pdu`; RTU_WRONG_LENGTH and
/// RTU_WRONG_CRC touch neither. Nothing else is returned.
rtu_result_t rtu_frame_decode(const uint8_t* bytes, int count, uint8_t* unit, pdu_t* pdu);

/// Sizes of the frames of an allowed request (asserted) and of the reply that is no exception.
int rtu_request_size(const modbus_request_t* request);
int rtu_reply_size(const modbus_request_t* request);

/// Server: the size of the request frame whose first `count` bytes these are. 0: more of them are
/// needed to tell; -1: a function that is not known here, which only a silence ends.
int rtu_request_size_from_head(const uint8_t* bytes, int count);

/// Client: judges the `count` bytes that have come since `request` was sent to `unit`, as early as
/// they allow it. RTU_COMPLETE: `reply` is the PDU that answers it, an exception among them.
/// Otherwise `reply` is not touched.
rtu_result_t rtu_judge_reply(const modbus_request_t* request, uint8_t unit, const uint8_t* bytes,
                             int count, pdu_t* reply);

// ----------------------------------------------------------------------------------------- time

/// Line speeds that the operating system's serial interface has a name for. Any other is refused:
/// a line that ran at a speed near it would lose frames now and then.
#define RTU_BAUD_LIST(X)                                                                           \
    X(300)                                                                                         \
    X(600)                                                                                         \
    X(1200)                                                                                        \
    X(1800)                                                                                        \
    X(2400)                                                                                        \
    X(4800)                                                                                        \
    X(9600)                                                                                        \
    X(19200)                                                                                       \
    X(38400)                                                                                       \
    X(57600)                                                                                       \
    X(115200)                                                                                      \
    X(230400)                                                                                      \
    X(460800)                                                                                      \
    X(500000)                                                                                      \
    X(576000)                                                                                      \
    X(921600)                                                                                      \
    X(1000000)                                                                                     \
    X(1152000)                                                                                     \
    X(1500000)                                                                                     \
    X(2000000)                                                                                     \
    X(2500000)                                                                                     \
    X(3000000)                                                                                     \
    X(3500000)                                                                                     \
    X(4000000)
bool rtu_baud_known(int baud);
/// All of them, for messages: "1200, 2400, ...".
const char* rtu_baud_text(void);

/// Of one character: start bit, 8 data bits, parity bit, stop bits. `baud` is over 0 (asserted).
double rtu_character_s(int baud, parity_t parity, int stop_bits);

/// Above this speed the silences no longer shrink with the characters (serial guide 2.5.1.1).
#define RTU_FIXED_SILENCE_ABOVE_BAUD 19200

/// Longest pause inside a frame: 1.5 characters, or 750 us above 19200 baud.
double rtu_pause_max_s(const line_settings_t* line);

/// Silence before a frame: 3.5 characters, or 1.75 ms above 19200 baud, or `silent_interval_s`
/// where that is longer (a profile's; 0 where it asks for none).
double rtu_silence_s(const line_settings_t* line, double silent_interval_s);

/// `byte_count` characters without a pause between them.
double rtu_wire_s(const line_settings_t* line, int byte_count);

/// One exchange by the device's own figures: the silence before it, the request, the device's
/// turnaround, the reply.
double rtu_exchange_s(const line_settings_t* line, const modbus_request_t* request,
                      double turnaround_s, double silent_interval_s);

#endif
