/// One virtual device behind a port that keeps every request and lets the test bend the replies:
/// for tests of those who look at a device. Deterministic; a round trip takes as many microseconds
/// as requests were sent before it.
#ifndef KNEAD_TESTS_SUPPORT_ONE_DEVICE_H
#define KNEAD_TESTS_SUPPORT_ONE_DEVICE_H

#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/bus/port.h"
#include "sim/devices/register_file.h"

#define ONE_DEVICE_REQUESTS 512

/// May change the reply to a request; returns what the port says of it.
typedef port_result_t (*one_device_bend_t)(const pdu_t* request, pdu_t* reply);

typedef struct {
    machine_settings_t machine; // with this device alone
    register_file_t file;
    one_device_bend_t bend; // null: none
    port_result_t open_result;
    bool counts;        // the sample counter moves with every request
    int64_t timeout_us; // of the newest exchange
    int request_count;
    pdu_t requests[ONE_DEVICE_REQUESTS];
} one_device_t;

static inline void one_device_exchange(void* context, port_batch_t* batch, int64_t timeout_us)
{
    one_device_t* device = (one_device_t*)context;
    device->timeout_us = timeout_us;
    bool wrote = false;
    assert_true(batch->request[0].size > 0);
    assert_true(device->request_count < ONE_DEVICE_REQUESTS);
    device->requests[device->request_count++] = batch->request[0];
    if (device->counts) {
        register_file_set_raw(&device->file, POINT_SAMPLE_COUNTER,
                              register_file_raw(&device->file, POINT_SAMPLE_COUNTER) + 1);
    }
    assert_true(register_file_request(&device->file, &batch->request[0], &batch->reply[0], &wrote));
    assert_false(wrote);
    batch->round_trip_us[0] = device->request_count;
    batch->result[0] =
        device->bend != NULL ? device->bend(&batch->request[0], &batch->reply[0]) : PORT_OK;
}

static inline bool one_device_open(void* context, port_batch_t* batch, int64_t timeout_us)
{
    (void)timeout_us;
    batch->result[0] = ((one_device_t*)context)->open_result;
    return batch->result[0] == PORT_OK;
}

static inline void one_device_close(void* context)
{
    (void)context;
}

static inline port_t one_device_port(one_device_t* device)
{
    static const port_vtable_t vtable = {
        .exchange = one_device_exchange, .open = one_device_open, .close = one_device_close};
    return (port_t){.vtable = &vtable, .context = device, .device_count = 1};
}

/// The device of a profile, over TCP at 127.0.0.1:502, unit 7, called "looked_at".
static inline void one_device_init(one_device_t* device, const device_profile_t* profile)
{
    memset(device, 0, sizeof *device);
    device->machine.device_count = 1;
    device->machine.profile_count = 1;
    device->machine.profiles[0] = *profile;
    device->machine.devices[0] = (device_settings_t){
        .name = "looked_at", .role = profile->role, .host = "127.0.0.1", .port = 502, .unit = 7};
    assert_true(register_file_init(&device->file, &device->machine.profiles[0]));
}

#endif
