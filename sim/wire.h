/// The way between the controller and the virtual devices, as bytes: a port that frames every
/// request and reply as Modbus TCP does (MBAP header and PDU), lets the events of class `bus`
/// happen to them, and judges what arrives by the code that judges it on sockets
/// (`controller/bus/reply_stream.h`). Only a silent device is the world's own matter. Devices on
/// serial lines are framed as TCP too: no checksum, no silences, no time on the line
/// (`sim/LIMITS.md`).
///
/// Always holds:
/// - While nothing is faulty, and no trace of a fault is left on a link, requests go straight to
///   the host; no frame is made.
/// - The same seed, events and requests give the same bytes. Nothing here has a clock: time is the
///   host's, and stands still during an exchange.
/// - Bytes of one link arrive in the order in which they were sent, as on TCP; a reply that comes
///   within the reply window of its request is taken in the same exchange, any other is late.
#ifndef KNEAD_SIM_WIRE_H
#define KNEAD_SIM_WIRE_H

#include "controller/bus/port.h"
#include "sim/device_host.h"
#include "sim/event.h"

/// How long an exchange waits for its replies: 0.6 of a period of 4 ms, as on sockets
/// (controller/cli/play_bus.c).
#define WIRE_REPLY_WINDOW_US INT64_C(2400)

/// How long a connection that was reset stays away.
#define WIRE_RESET_US INT64_C(500000)

typedef struct wire wire_t;

/// Null if memory is short. `machine` and `host` are borrowed and must outlive the wire.
wire_t* wire_create(const machine_settings_t* machine, const device_host_t* host, uint64_t seed);
void wire_destroy(wire_t* wire);

/// The seam's view of it; valid until it is destroyed. An exchange waits for `timeout_us`, but
/// never longer than WIRE_REPLY_WINDOW_US.
port_t wire_port(wire_t* wire);

/// Lets an event begin now, on the host's clock; it ends by its own duration. Of one kind on one
/// device the event that began last holds. Other kinds, events that do not fit the machine, and
/// those that need TCP on a device that is on a serial line, are left alone.
void wire_inject(wire_t* wire, const world_event_t* event);

/// What was handed to the controller for one device in the last exchange; WIRE_OWN for all after
/// one that went straight. The controller never sees it.
typedef enum {
    WIRE_NOTHING,      // no reply
    WIRE_OWN,          // the device's reply to this very request, whole
    WIRE_ALTERED,      // its reply to this request, with other content
    WIRE_FOREIGN,      // a reply to another request
    WIRE_REPEATED,     // an earlier reply that a gateway passes off as one to this request
    WIRE_OTHER_DEVICE, // another device's reply
} wire_delivery_t;
#define WIRE_DELIVERY_COUNT 6
wire_delivery_t wire_delivered(const wire_t* wire, int device);

/// Ground truth since the wire was made.
typedef struct {
    uint64_t straight;                        // exchanges of all devices without a frame
    uint64_t faulted;                         // exchanges of all devices with frames
    uint64_t deliveries[WIRE_DELIVERY_COUNT]; // of the faulted ones, by device
    uint64_t link_losses;                     // connections given up
    uint64_t rogue_writes;                    // that the drives took
    uint64_t events[WORLD_EVENT_KIND_COUNT];  // frames, requests or links that a kind touched
} wire_counters_t;
const wire_counters_t* wire_counters(const wire_t* wire);

#endif
