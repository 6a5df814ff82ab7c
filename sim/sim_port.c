#include "sim/sim_port.h"

static bool request_of_world(void* context, int device, const pdu_t* request, pdu_t* reply)
{
    return world_request(context, device, request, reply);
}

static int64_t now_of_world(void* context)
{
    return world_now_us(context);
}

static void advance_world(void* context, int64_t to_us)
{
    const int64_t steps = to_us / WORLD_STEP_US + (to_us % WORLD_STEP_US > 0 ? 1 : 0);
    if (steps * WORLD_STEP_US > world_now_us(context)) {
        world_advance_to(context, steps * WORLD_STEP_US);
    }
}

device_host_t world_host(world_t* world)
{
    return (device_host_t){.context = world,
                           .request = request_of_world,
                           .now_us = now_of_world,
                           .advance_to = advance_world};
}

// How many devices there are is the batch's business: slots without a request are not looked at.
static void exchange(void* context, port_batch_t* batch, int64_t timeout_us)
{
    (void)timeout_us; // nothing here waits
    const device_host_t* host = context;
    for (int device = 0; device < DEVICE_CAPACITY; device++) {
        batch->round_trip_us[device] = 0;
        if (batch->request[device].size == 0) {
            batch->result[device] = PORT_NOT_ASKED;
            continue;
        }
        const bool answered =
            host->request(host->context, device, &batch->request[device], &batch->reply[device]);
        batch->result[device] = answered ? PORT_OK : PORT_TIMEOUT;
    }
}

static bool open_links(void* context, port_batch_t* batch, int64_t timeout_us)
{
    (void)context;
    (void)timeout_us;
    for (int device = 0; device < DEVICE_CAPACITY; device++) {
        batch->result[device] = PORT_OK;
    }
    return true;
}

static void close_links(void* context)
{
    (void)context;
}

port_t sim_port(const device_host_t* host, int device_count)
{
    static const port_vtable_t vtable = {
        .exchange = exchange, .open = open_links, .close = close_links};
    // The seam has one context type for all ports; nothing is written through it.
    return (port_t){
        .vtable = &vtable, .context = (void*)(uintptr_t)host, .device_count = device_count};
}

static int64_t now_us(void* context)
{
    const device_host_t* host = context;
    return host->now_us(host->context);
}

static bool sleep_until(void* context, int64_t deadline_us)
{
    const device_host_t* host = context;
    host->advance_to(host->context, deadline_us);
    return true;
}

timebase_t sim_timebase(const device_host_t* host)
{
    static const timebase_vtable_t vtable = {.now_us = now_us, .sleep_until = sleep_until};
    return (timebase_t){.vtable = &vtable, .context = (void*)(uintptr_t)host};
}
