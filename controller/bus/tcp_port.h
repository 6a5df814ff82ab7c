/// A port over Modbus TCP: one connection a device, all requests sent before any reply is awaited.
///
/// Every connection is a libmodbus context: it owns the socket and closes it. Requests and replies
/// are framed and judged by our own codec on that socket, because libmodbus 3.1.6 accepts replies
/// of a wrong unit, a wrong protocol identifier, a wrong length or a wrong echo, and sends
/// transaction 0 with raw requests. Connecting is done here too: modbus_connect waits, this must
/// not.
///
/// Always holds:
/// - At most one request is outstanding on a connection, each under a fresh transaction identifier.
///   Bytes that came before it was sent answer nothing and end the connection.
/// - A reply that is late, or differs in any field its request determines, is never delivered: its
///   connection is closed and made anew after 10, 20, 50, then 100 ms, without waiting for it.
/// - An exchange ends by its deadline on CLOCK_MONOTONIC, however slowly a peer drips its bytes.
///
/// Not thread-safe: one thread uses a port.
#ifndef KNEAD_CONTROLLER_BUS_TCP_PORT_H
#define KNEAD_CONTROLLER_BUS_TCP_PORT_H

#include <stdbool.h>

#include "controller/bus/port.h"

typedef struct {
    bool elsewhere;           // another port carries this device; its place is left alone
    char host[NAME_CAPACITY]; // numeric IPv4 address: names are never looked up
    int port;
    int unit;
} tcp_endpoint_t;

/// Where a machine's devices are, those on serial lines being elsewhere. Returns the count.
int tcp_endpoints_of_machine(const machine_settings_t* machine,
                             tcp_endpoint_t endpoints[DEVICE_CAPACITY]);

typedef struct tcp_port tcp_port_t;

/// Makes a port without connecting. Null if memory is short or an endpoint is not usable (address
/// not numeric, port not 1 to 65535, unit not 0 to 255, count not 1 to DEVICE_CAPACITY).
tcp_port_t* tcp_port_create(const tcp_endpoint_t* endpoints, int count);
void tcp_port_destroy(tcp_port_t* port);

/// The seam's view of it; valid until it is destroyed.
port_t tcp_port_view(tcp_port_t* port);

/// Times that device's link was made, the first one included.
uint64_t tcp_port_connect_count(const tcp_port_t* port, int device);

#endif
