#include "controller/cli/play_bus.h"

#include <stdio.h>

#include "controller/bus/budget.h"
#include "controller/bus/device_port.h"
#include "sim/lockstep.h"
#include "sim/server.h"

// In lock-step the table may take its time; a device that is silent costs this much, a few times
// over.
#define LOCK_STEP_TIMEOUT_US INT64_C(1000000)
#define CLOCK_CONNECT_TIMEOUT_US INT64_C(1000000)

static exit_code_t play_with(const play_bus_t* settings, device_port_t* devices,
                             lockstep_t* lockstep)
{
    const int64_t period_us = settings->assembly->machine.period_us;
    const play_t parts = {
        .verb = settings->verb,
        .options = settings->options,
        .assembly = settings->assembly,
        .port = device_port_view(devices),
        .timebase = lockstep != NULL ? lockstep_timebase(lockstep) : timebase_monotonic(),
        .exchange_timeout_us =
            lockstep != NULL ? LOCK_STEP_TIMEOUT_US : budget_exchange_limit_us(period_us),
        .real_time = lockstep == NULL,
        .automatic = settings->automatic,
        .report = settings->report,
        .keys = settings->keys};
    return play(&parts);
}

// The clock of the table listens behind its devices' ports, those on serial lines among them.
static lockstep_t* connect_clock(const play_bus_t* settings)
{
    const machine_settings_t* machine = &settings->assembly->machine;
    const device_settings_t* first = &machine->devices[0];
    if (first->port == 0) {
        (void)fprintf(stderr,
                      "knead %s: lock-step with devices on serial lines takes --port-base, "
                      "to find the table's clock\n",
                      settings->verb);
        return NULL;
    }
    const char* host = first->host[0] != '\0' ? first->host : SERVER_BIND_ADDRESS;
    const int clock_port = first->port + machine->device_count;
    lockstep_t* lockstep = lockstep_create(host, clock_port, CLOCK_CONNECT_TIMEOUT_US);
    if (lockstep == NULL) {
        (void)fprintf(stderr,
                      "knead %s: no clock of a virtual table answers at %s:%d; start 'knead "
                      "table --lock-step' first\n",
                      settings->verb, host, clock_port);
    }
    return lockstep;
}

exit_code_t play_bus(const play_bus_t* settings)
{
    lockstep_t* lockstep = NULL;
    if (settings->lock_step) {
        lockstep = connect_clock(settings);
        if (lockstep == NULL) {
            return EXIT_DEVICE;
        }
    }
    char complaint[DEVICE_PORT_COMPLAINT_CAPACITY];
    device_port_t* devices = device_port_create(&settings->assembly->machine, complaint);
    exit_code_t code = EXIT_USAGE;
    if (devices != NULL) {
        code = play_with(settings, devices, lockstep);
    } else {
        (void)fprintf(stderr, "knead %s: %s\n", settings->verb, complaint);
    }
    device_port_destroy(devices);
    lockstep_destroy(lockstep);
    return code;
}
