#include "controller/bus/reply_stream.h"

#include <assert.h>
#include <string.h>

void reply_stream_forget(reply_stream_t* stream)
{
    stream->waiting = false;
    stream->late = 0;
    stream->received_count = 0;
}

int reply_stream_ask(reply_stream_t* stream, const pdu_t* request, uint8_t frame[FRAME_CAPACITY])
{
    const modbus_result_t verdict = modbus_decode_request(request, &stream->asked);
    assert(verdict == MODBUS_OK); // the caller sends what the specification allows
    (void)verdict;
    stream->transaction++;
    return frame_encode(stream->transaction, (uint8_t)stream->unit, request, frame);
}

void reply_stream_sent(reply_stream_t* stream)
{
    stream->waiting = true;
}

// Judges the one whole frame that answers the last request. Nothing may stand behind it.
static port_result_t judge(const reply_stream_t* stream, const frame_t* frame, int size,
                           pdu_t* reply)
{
    uint16_t words[MODBUS_READ_COUNT_MAX];
    int exception;
    if (size != stream->received_count) {
        return PORT_BAD_FRAME;
    }
    const modbus_result_t verdict =
        modbus_decode_reply(&stream->asked, &frame->pdu, words, &exception);
    if (verdict != MODBUS_OK && verdict != MODBUS_EXCEPTION) {
        return PORT_BAD_FRAME;
    }
    reply->size = frame->pdu.size;
    memcpy(reply->bytes, frame->pdu.bytes, (size_t)frame->pdu.size);
    return PORT_OK;
}

port_result_t reply_stream_sort(reply_stream_t* stream, pdu_t* reply)
{
    for (;;) {
        frame_t frame;
        int size = 0;
        switch (frame_decode(stream->received, stream->received_count, &frame, &size)) {
        case FRAME_INCOMPLETE:
            return PORT_NOT_ASKED;
        case FRAME_WRONG_PROTOCOL:
        case FRAME_WRONG_LENGTH:
            return PORT_BAD_FRAME;
        case FRAME_COMPLETE:
            break;
        }
        // Requests since the one that this answers, the last one included where it is waited for.
        const int newer = (uint16_t)(stream->transaction - frame.transaction);
        const bool current = stream->waiting && newer == 0;
        const int late = newer - (stream->waiting ? 1 : 0); // of those still owed, after this one
        if (frame.unit != stream->unit || (!current && (late < 0 || late >= stream->late))) {
            return PORT_BAD_FRAME;
        }
        if (current) {
            const port_result_t result = judge(stream, &frame, size, reply);
            stream->received_count = 0;
            stream->late = 0; // a peer answers in order: what was skipped will not come
            stream->waiting = result != PORT_OK;
            return result;
        }
        stream->late = late;
        stream->received_count -= size;
        memmove(stream->received, stream->received + size, (size_t)stream->received_count);
    }
}

port_result_t reply_stream_sort_unasked(reply_stream_t* stream)
{
    pdu_t nobody_waits;
    const port_result_t result = reply_stream_sort(stream, &nobody_waits);
    const bool late_ones = stream->late > 0 || stream->received_count == 0;
    return result == PORT_NOT_ASKED && late_ones ? PORT_OK : PORT_BAD_FRAME;
}

bool reply_stream_give_up(reply_stream_t* stream)
{
    stream->waiting = false;
    stream->late++;
    return stream->late <= PORT_LATE_REPLY_MAX;
}

int64_t reply_stream_retry_us(int step)
{
    static const int64_t after_us[] = {10000, 20000, 50000, 100000};
    const int last = (int)(sizeof after_us / sizeof after_us[0]) - 1;
    return after_us[step < 0 ? 0 : step < last ? step : last];
}
