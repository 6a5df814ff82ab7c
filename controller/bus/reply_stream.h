/// What one connection to a Modbus TCP device is owed and has received: which bytes answer the
/// request that is waited for, which are late, and which are wrong. Bytes in, verdict out; no
/// socket and no clock. Sockets (`tcp_port.h`) and the faulty wire of the virtual table
/// (`sim/wire.h`) judge their frames by this one.
///
/// Always holds:
/// - At most one request is waited for, each under a fresh transaction identifier.
/// - A reply is delivered only if it came after its request was sent, its frame and every field
///   that the request determines are right, and not a byte stands behind it.
/// - A reply whose waiting was given up is known by its transaction and dropped.
#ifndef KNEAD_CONTROLLER_BUS_REPLY_STREAM_H
#define KNEAD_CONTROLLER_BUS_REPLY_STREAM_H

#include "controller/bus/modbus_pdu.h"
#include "controller/bus/port.h"

/// The replies that may be on their way, and a byte more, to see that too many came.
#define REPLY_STREAM_CAPACITY ((PORT_LATE_REPLY_MAX + 1) * FRAME_CAPACITY + 1)

typedef struct {
    int unit;             // that replies must name
    uint16_t transaction; // of the last request
    bool waiting;         // for its reply
    int late;             // replies to requests before, which nobody waits for any more
    modbus_request_t asked;
    int received_count;
    uint8_t received[REPLY_STREAM_CAPACITY];
} reply_stream_t;

/// Forgets what was owed and received: the connection is gone. Transactions go on counting.
void reply_stream_forget(reply_stream_t* stream);

/// Writes the frame of the next request, which must be allowed (asserted), and returns its size.
/// Its reply is waited for from `reply_stream_sent` on.
int reply_stream_ask(reply_stream_t* stream, const pdu_t* request, uint8_t frame[FRAME_CAPACITY]);
void reply_stream_sent(reply_stream_t* stream);

/// Goes through what has been received: drops the late frames, judges the one that is waited for.
/// PORT_OK: `reply` is it, and nothing is waited for any more. PORT_NOT_ASKED: more is needed.
/// PORT_BAD_FRAME: the connection is not to be trusted any more.
port_result_t reply_stream_sort(reply_stream_t* stream, pdu_t* reply);

/// The same for bytes that came while nothing is waited for: PORT_OK, or PORT_BAD_FRAME where they
/// answer nothing.
port_result_t reply_stream_sort_unasked(reply_stream_t* stream);

/// The reply did not come in time. False if too many are owed by now: the connection is to be given
/// up.
bool reply_stream_give_up(reply_stream_t* stream);

/// After how long a connection that was lost for the `step`th time in a row is made anew; `step`
/// counts from 0, and past the last wait that one holds.
int64_t reply_stream_retry_us(int step);

#endif
