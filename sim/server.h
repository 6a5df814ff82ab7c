/// Virtual devices behind Modbus TCP and RTU, for knead or anybody else's client: one listening
/// socket a device, several clients at once, none of which can hold up another, whatever bytes it
/// sends; and serial lines with several units on each. A device of a machine's line is on that line
/// alone, unless `also_unit` puts one that is over TCP on the first line too.
///
/// On a line what is broken, of no unit there, or a broadcast (unit 0, which every device on the
/// line obeys) gets no reply.
///
/// The first who writes to a device is its master until it leaves. Another one that writes is
/// obeyed too, as every real device would, and told at once.
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
/// There is no authentication in Modbus: the default address is the loopback's, and `allowed` says
/// whose connections are taken.
#ifndef KNEAD_SIM_SERVER_H
#define KNEAD_SIM_SERVER_H

#include <stdatomic.h>

#include "config/settings.h"
#include "sim/device_host.h"
#include "sim/reply_faults.h"
#include "sim/serial_line.h"

#define SERVER_ALLOWED_CAPACITY 16
#define SERVER_CLIENT_CAPACITY (PATH_CAPACITY + 8) // bytes of a client's name
#define SERVER_CONNECTION_CAPACITY 64              // further clients are turned away
#define SERVER_BIND_ADDRESS "127.0.0.1"

#define CLOCK_UNIT 1
#define CLOCK_ADVANCE_TO_ADDRESS 0
#define CLOCK_NOW_ADDRESS 2
#define CLOCK_REGISTER_COUNT 4
#define CLOCK_ADVANCE_MAX_US 10000000

/// What is told at once.
typedef enum {
    SERVER_SECOND_MASTER, // writes to a device that another one writes to
    SERVER_TURNED_AWAY,   // is not allowed to connect
    SERVER_LINE_GONE,     // a serial device was unplugged
} server_news_kind_t;
typedef struct {
    server_news_kind_t kind;
    int device;         // that is written to; device_count for the clock
    const char* client; // ADDRESS:PORT, or the path of a line
} server_news_t;

typedef struct {
    const machine_settings_t* machine; // names, ports and units; borrowed
    const char* bind_address;          // numeric IPv4
    int port_base;  // device i listens at port_base + i; 0: at its own port of the machine file
    int clock_port; // of the clock in lock-step; 0: port_base + device_count
    bool lock_step;
    const atomic_bool*
        stop; // the server ends soon after this becomes true; a signal handler may set it
    void (*ready)(void* context); // called once, when every socket listens; may be null
    void (*tell)(void* context, const server_news_t* news); // may be null
    void* context;
    serial_line_t* lines;           // one opened for each of the machine's; null where it has none
    int also_unit[DEVICE_CAPACITY]; // unit on the first line of a device over TCP; 0: not on it
    const uint32_t* allowed;        // addresses in network byte order; none: anybody
    int allowed_count;
    reply_faults_t* faults; // null: replies arrive as they are
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
    uint64_t not_allowed;    // clients whose address is not on the list
    uint64_t line_requests;  // of `requests`, over serial lines
    uint64_t broken_rtu;     // bytes on a line that were no frame, up to a silence
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
