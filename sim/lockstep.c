#include "sim/lockstep.h"

#include <stdio.h>
#include <stdlib.h>

#include "controller/bus/modbus_pdu.h"
#include "controller/bus/tcp_port.h"
#include "sim/server.h"

struct lockstep {
    tcp_port_t* link;
    port_t port;
    int64_t now_us; // the table's, all 64 bits of it
    bool gone;
    port_batch_t batch;
};

// Tells the clock to go to `to_us`, or just reads it, and takes its answer as now.
static bool clock_exchange(lockstep_t* lockstep, bool advance, int64_t to_us, int64_t timeout_us)
{
    modbus_request_t request = {.function = advance ? MODBUS_READ_WRITE : MODBUS_READ_HOLDING,
                                .read_address = CLOCK_NOW_ADDRESS,
                                .read_count = 2,
                                .write_address = CLOCK_ADVANCE_TO_ADDRESS,
                                .write_count = advance ? 2 : 0};
    const uint32_t to = (uint32_t)(uint64_t)to_us;
    request.write_words[0] = (uint16_t)(to >> 16);
    request.write_words[1] = (uint16_t)(to & 0xFFFFu);
    modbus_encode_request(&request, &lockstep->batch.request[0]);
    lockstep->port.vtable->exchange(lockstep->port.context, &lockstep->batch, timeout_us);
    uint16_t words[2];
    int exception;
    if (lockstep->batch.result[0] != PORT_OK ||
        modbus_decode_reply(&request, &lockstep->batch.reply[0], words, &exception) != MODBUS_OK) {
        return false;
    }
    // The clock tells 32 bits; time moves forward by less than half of that between two looks.
    const uint32_t now = ((uint32_t)words[0] << 16) | words[1];
    // The first look takes it as it is.
    const int64_t moved_us = advance ? (int32_t)(now - (uint32_t)(uint64_t)lockstep->now_us)
                                     : (int64_t)now - lockstep->now_us;
    if (moved_us < 0) {
        return false; // another table, started since
    }
    lockstep->now_us += moved_us;
    return true;
}

lockstep_t* lockstep_create(const char* host, int port, int64_t timeout_us)
{
    lockstep_t* lockstep = calloc(1, sizeof *lockstep);
    if (lockstep == NULL) {
        return NULL;
    }
    tcp_endpoint_t endpoint = {.port = port, .unit = CLOCK_UNIT};
    const int length = snprintf(endpoint.host, sizeof endpoint.host, "%s", host);
    if (length > 0 && length < (int)sizeof endpoint.host) {
        lockstep->link = tcp_port_create(&endpoint, 1);
    }
    if (lockstep->link != NULL) {
        lockstep->port = tcp_port_view(lockstep->link);
        if (lockstep->port.vtable->open(lockstep->port.context, &lockstep->batch, timeout_us) &&
            clock_exchange(lockstep, false, 0, timeout_us)) {
            return lockstep;
        }
    }
    lockstep_destroy(lockstep);
    return NULL;
}

void lockstep_destroy(lockstep_t* lockstep)
{
    if (lockstep != NULL) {
        tcp_port_destroy(lockstep->link);
        free(lockstep);
    }
}

static int64_t now_us(void* context)
{
    const lockstep_t* lockstep = context;
    return lockstep->now_us;
}

static bool sleep_until(void* context, int64_t deadline_us)
{
    lockstep_t* lockstep = context;
    while (!lockstep->gone && lockstep->now_us < deadline_us) {
        const int64_t ahead_us = deadline_us - lockstep->now_us;
        const int64_t before_us = lockstep->now_us;
        const int64_t step_us = ahead_us < CLOCK_ADVANCE_MAX_US ? ahead_us : CLOCK_ADVANCE_MAX_US;
        lockstep->gone =
            !clock_exchange(lockstep, true, before_us + step_us, LOCKSTEP_REPLY_TIMEOUT_US) ||
            lockstep->now_us == before_us; // a clock that stands still is none
    }
    return !lockstep->gone;
}

timebase_t lockstep_timebase(lockstep_t* lockstep)
{
    static const timebase_vtable_t vtable = {.now_us = now_us, .sleep_until = sleep_until};
    return (timebase_t){.vtable = &vtable, .context = lockstep};
}
