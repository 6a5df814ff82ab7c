/// All devices of a machine as one port, on whatever links its file puts them: those over TCP are
/// pipelined in the caller's thread (`tcp_port.h`), each serial line works in a thread of its own
/// (`rtu_port.h`), all at once and by one deadline.
///
/// Not thread-safe: one thread uses a port.
#ifndef KNEAD_CONTROLLER_BUS_DEVICE_PORT_H
#define KNEAD_CONTROLLER_BUS_DEVICE_PORT_H

#include <stddef.h>

#include "controller/bus/port.h"

#define DEVICE_PORT_COMPLAINT_CAPACITY 400

typedef struct device_port device_port_t;

/// Makes a port without connecting anything; `machine` is read here only. Null with a sentence in
/// `complaint` if a device cannot be reached as the machine says: an address that is not numeric, a
/// port or a unit out of range, a speed that the system does not know, a line that is not there in
/// the file, or memory that is short.
device_port_t* device_port_create(const machine_settings_t* machine,
                                  char complaint[DEVICE_PORT_COMPLAINT_CAPACITY]);
void device_port_destroy(device_port_t* port);

/// The seam's view of it; valid until it is destroyed.
port_t device_port_view(device_port_t* port);

#endif
