/// Virtual devices behind Modbus TCP, for knead or anybody else's client: one listening socket a
/// device, several clients at once, none of which can hold up another, whatever bytes it sends.
///
/// Two ways for time to pass:
/// - Real time: the world follows CLOCK_MONOTONIC, with or without clients.
/// - Lock-step: the world moves only when a client of one more device, the *clock*, says so; a
/// reply
///   comes when the world has moved. Time between two requests costs nothing, so a run over sockets
///   is as repeatable as one in process.
///
/// The clock's registers (unit 1; FC 03, 04, 16, 23; all others are refused):
///
///   address  access  type                meaning
///   0        RW      u32, high first     advance to this time, microseconds modulo 2^32
///   2        R       u32, high first     now, microseconds modulo 2^32
///
/// Both words of a time are written together. A time that has passed is no error and moves nothing;
/// one more than CLOCK_ADVANCE_MAX_US ahead is refused (exception 03). FC 23 writes, advances, then
/// reads.
///
/// There is no authentication in Modbus: the default address is the loopback's.
#ifndef KNEAD_SIM_SERVER_H
#define KNEAD_SIM_SERVER_H

#include <stdatomic.h>

#include "config/settings.h"
#include "sim/device_host.h"

#define SERVER_CONNECTION_CAPACITY 64 // further clients are turned away
#define SERVER_BIND_ADDRESS "127.0.0.1"

#define CLOCK_UNIT 1
#define CLOCK_ADVANCE_TO_ADDRESS 0
#define CLOCK_NOW_ADDRESS 2
#define CLOCK_REGISTER_COUNT 4
#define CLOCK_ADVANCE_MAX_US 10000000

typedef struct {
    const machine_settings_t* machine; // names, ports and units; borrowed
    const char* bind_address;          // numeric IPv4
    int port_base;  // device i listens at port_base + i; 0: at its own port of the machine file
    int clock_port; // of the clock in lock-step; 0: port_base + device_count
    bool lock_step;
    const atomic_bool*
        stop; // the server ends soon after this becomes true; a signal handler may set it
    void (*ready)(void* context); // called once, when every socket listens; may be null
    void* context;
} server_settings_t;

#define SERVER_RESULT_LIST(X)                                                                      \
    X(SERVER_ENDED, "ended as asked")                                                              \
    X(SERVER_BAD_SETTINGS, "an address or a port is not possible")                                 \
    X(SERVER_CANNOT_LISTEN, "cannot listen, is the port taken")                                    \
    X(SERVER_NO_RESOURCES, "the system has no memory or no files left")
typedef enum {
#define X(id, text) id,
    SERVER_RESULT_LIST(X)
#undef X
} server_result_t;
#define SERVER_RESULT_COUNT 4
const char* server_result_text(server_result_t result);

typedef struct {
    uint64_t connections;
    uint64_t turned_away;    // clients beyond the capacity
    uint64_t requests;       // answered
    uint64_t silent;         // not answered, because the device is silent
    uint64_t foreign_unit;   // asked for a unit that is not there, refused with exception 0B
    uint64_t broken_frames;  // connections closed because their bytes were no Modbus
    uint64_t second_masters; // writes from another connection than the device's first writer's
    int failed_device;       // that could not listen; device_count for the clock; -1 for none
} server_counters_t;

/// Serves until `stop`; closes every socket it opened. `counters` is filled in any case.
server_result_t server_run(const server_settings_t* settings, const device_host_t* host,
                           server_counters_t* counters);

#endif
