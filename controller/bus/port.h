/// The seam between the controller and the wire: a batch of Modbus requests to numbered devices
/// goes in, their replies come out, by an absolute deadline. Sockets (`tcp_port.h`), a serial line
/// (`rtu_port.h`), a machine's mixture of both (`device_port.h`) and the virtual table in the same
/// process (`sim/sim_port.h`) implement it. All carry the same protocol data units, byte for byte.
#ifndef KNEAD_CONTROLLER_BUS_PORT_H
#define KNEAD_CONTROLLER_BUS_PORT_H

#include <stdint.h>

#include "config/settings.h"

#define PDU_CAPACITY 253 // Modbus application protocol V1.1b3, 4.1

typedef struct {
    int size;
    uint8_t bytes[PDU_CAPACITY];
} pdu_t;

/// Replies in a row that may fail to come in time before a link is given up: a device that was held
/// up for two periods is not a device that was exchanged for another. A reply that comes late is
/// dropped.
#define PORT_LATE_REPLY_MAX 2

#define PORT_RESULT_LIST(X)                                                                        \
    X(PORT_OK, "ok")                                                                               \
    X(PORT_NOT_ASKED, "not asked")                                                                 \
    X(PORT_NOT_CONNECTED, "not connected")                                                         \
    X(PORT_REFUSED, "connection refused, nothing listens there")                                   \
    X(PORT_TIMEOUT, "no reply in time")                                                            \
    X(PORT_BAD_FRAME, "reply does not match its request")                                          \
    X(PORT_CLOSED, "connection closed by the device")                                              \
    X(PORT_BAD_CRC, "checksum of the reply is wrong")                                              \
    X(PORT_NO_TURN, "not asked: its turn did not come in time")                                    \
    X(PORT_NO_LINE, "serial line cannot be opened: no such device, no right to it, or in use")
typedef enum {
#define X(id, text) id,
    PORT_RESULT_LIST(X)
#undef X
} port_result_t;
#define PORT_RESULT_COUNT 10
const char* port_result_text(port_result_t result);

/// One slot a device, by index into machine_settings_t.devices. A request of size 0 is not sent and
/// its result is PORT_NOT_ASKED.
typedef struct {
    pdu_t request[DEVICE_CAPACITY];
    pdu_t reply[DEVICE_CAPACITY];
    port_result_t result[DEVICE_CAPACITY];
    int64_t round_trip_us[DEVICE_CAPACITY];
    int64_t elapsed_us; // what the exchange took of its timeout, by the port's own clock; 0 where
                        // nothing waits
} port_batch_t;

typedef struct {
    /// Exchanges the batch; returns when every device answered or `timeout_us` has passed, whatever
    /// a slow peer does. Connects what is not connected, without waiting for it.
    void (*exchange)(void* context, port_batch_t* batch, int64_t timeout_us);
    /// Opens all links; waits at most `timeout_us`. False if any did not open; `batch->result` says
    /// which (requests are ignored).
    bool (*open)(void* context, port_batch_t* batch, int64_t timeout_us);
    void (*close)(void* context);
    /// Times that device's link was made, the first one included. Null where there are no links.
    uint64_t (*connect_count)(void* context, int device);
} port_vtable_t;

typedef struct {
    const port_vtable_t* vtable;
    void* context;
    int device_count;
} port_t;

/// CLOCK_MONOTONIC in microseconds: the clock of all deadlines on real links.
int64_t port_now_us(void);

#endif
