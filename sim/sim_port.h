/// The virtual table in the same process: a port that carries the protocol data units straight to a
/// world, and a timebase that moves the world when somebody sleeps. With these a run takes no
/// sockets and no wall clock, and the same run gives the same bytes.
#ifndef KNEAD_SIM_SIM_PORT_H
#define KNEAD_SIM_SIM_PORT_H

#include "controller/bus/port.h"
#include "controller/timebase.h"
#include "sim/device_host.h"
#include "sim/world.h"

/// A world as a host. Its time moves in whole WORLD_STEP_US: `advance_to` rounds up to one.
/// Borrows the world.
device_host_t world_host(world_t* world);

/// A port on the host's devices. Every request is answered at once; a silent device gives
/// PORT_TIMEOUT. `host` is borrowed and must outlive the port.
port_t sim_port(const device_host_t* host, int device_count);

/// Virtual time: now is the host's, sleeping advances it. `host` is borrowed likewise.
timebase_t sim_timebase(const device_host_t* host);

#endif
