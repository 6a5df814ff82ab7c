/// A peer that answers Modbus requests with lies, as bytes: drawn from a seed, one kind or several
/// at once. What it would say truthfully is a function of the request alone and differs from
/// request to request, so that whoever accepts an answer can be asked whether it was the answer to
/// *this* request: a stale or mismatched sample that slips through is seen.
///
/// What no reader of a byte stream could tell is not drawn: another content under the very header
/// that was asked for (a gateway that passes an old sample off as new), which the device's own
/// sample counter has to show, and bytes left out before others.
#ifndef KNEAD_TESTS_SUPPORT_HOSTILE_REPLY_H
#define KNEAD_TESTS_SUPPORT_HOSTILE_REPLY_H

#include "controller/bus/modbus_pdu.h"
#include "sim/random.h"

#define HOSTILE_KIND_LIST(X)                                                                       \
    X(HOSTILE_LATE, "late")                                                                        \
    X(HOSTILE_DUPLICATE, "duplicate")                                                              \
    X(HOSTILE_REORDERED, "reordered")                                                              \
    X(HOSTILE_TRUNCATED, "truncated")                                                              \
    X(HOSTILE_GLUED, "glued")                                                                      \
    X(HOSTILE_DRIPPED, "dripped byte by byte")                                                     \
    X(HOSTILE_TRANSACTION, "wrong transaction or checksum")                                        \
    X(HOSTILE_UNIT, "wrong unit")                                                                  \
    X(HOSTILE_FUNCTION, "wrong function")                                                          \
    X(HOSTILE_LENGTH, "wrong length")                                                              \
    X(HOSTILE_ADDRESS, "wrong address or quantity")                                                \
    X(HOSTILE_EXCEPTION, "exception to another function")                                          \
    X(HOSTILE_RESET, "reset")                                                                      \
    X(HOSTILE_HALF_OPEN, "half-open")                                                              \
    X(HOSTILE_GARBAGE, "garbage")                                                                  \
    X(HOSTILE_SILENT, "silent")
typedef enum {
#define X(id, text) id,
    HOSTILE_KIND_LIST(X)
#undef X
} hostile_kind_t;
#define HOSTILE_KIND_COUNT 16
const char* hostile_kind_text(hostile_kind_t kind);

/// Requests in a row of which no two are equal, on one device.
#define HOSTILE_DISTINCT 8191

/// The `serial`th request to a device: any function, mostly of the same size, so that the shape of
/// a stale reply does not give it away.
void hostile_request(uint64_t serial, random_stream_t* random, modbus_request_t* request);

/// What the device truthfully answers; for one request in sixteen an exception.
void hostile_truth(int device, const pdu_t* request, pdu_t* reply);

#define HOSTILE_BYTES_CAPACITY 1400
#define HOSTILE_MANNER(kind) (1u << (unsigned)(kind))

typedef struct {
    unsigned kinds; // HOSTILE_MANNER of each that was drawn; 0 for an honest answer
    int size;       // may be 0
    /// Bytes from the first on that hold the whole true answer to this request, or -1. Where it is
    /// not the last of `size`, more comes behind it. Of HOSTILE_TCP only.
    int truth_end;
    uint8_t bytes[HOSTILE_BYTES_CAPACITY];
} hostile_answer_t;

/// How a connection frames what it carries.
typedef enum { HOSTILE_TCP, HOSTILE_RTU } hostile_framing_t;

/// A peer of one device; the caller owns it. Reset, half-open, late, dripped and silent only show
/// in `kinds`: to do them is the matter of whoever carries the bytes.
typedef struct {
    hostile_framing_t framing;
    int device;
    uint8_t unit;
    double part_faulted; // of the answers, 0 to 1
    unsigned never;      // HOSTILE_MANNER of kinds that are not to be drawn
    random_stream_t random;
    uint16_t transaction_before;
    pdu_t truth_before; // to the request before; size 0 for none
    uint64_t drawn[HOSTILE_KIND_COUNT];
} hostile_peer_t;

void hostile_peer_init(hostile_peer_t* peer, hostile_framing_t framing, int device, uint8_t unit,
                       double part_faulted, uint64_t seed);

/// Answers one request. `transaction` is not looked at for HOSTILE_RTU.
void hostile_answer(hostile_peer_t* peer, uint16_t transaction, const pdu_t* request,
                    hostile_answer_t* answer);

#endif
