#include "controller/cli/play_tcp.h"

#include <stdio.h>

#include "controller/bus/budget.h"
#include "controller/bus/tcp_port.h"
#include "sim/lockstep.h"

// In lock-step the table may take its time; a device that is silent costs this much, a few times
// over.
#define LOCK_STEP_TIMEOUT_US INT64_C(1000000)
#define CLOCK_CONNECT_TIMEOUT_US INT64_C(1000000)

static exit_code_t play_with(const play_tcp_t* settings, tcp_port_t* tcp, lockstep_t* lockstep)
{
    const int64_t period_us = settings->assembly->machine.period_us;
    const play_t parts = {
        .verb = settings->verb,
        .options = settings->options,
        .assembly = settings->assembly,
        .port = tcp_port_view(tcp),
        .timebase = lockstep != NULL ? lockstep_timebase(lockstep) : timebase_monotonic(),
        .exchange_timeout_us =
            lockstep != NULL ? LOCK_STEP_TIMEOUT_US : budget_exchange_limit_us(period_us),
        .real_time = lockstep == NULL,
        .automatic = settings->automatic,
        .report = settings->report,
        .keys = settings->keys};
    return play(&parts);
}

exit_code_t play_tcp(const play_tcp_t* settings)
{
    tcp_endpoint_t endpoints[DEVICE_CAPACITY];
    const int count = tcp_endpoints_of_machine(&settings->assembly->machine, endpoints);
    lockstep_t* lockstep = NULL;
    if (settings->lock_step) {
        const int clock_port = endpoints[0].port + count;
        lockstep = lockstep_create(endpoints[0].host, clock_port, CLOCK_CONNECT_TIMEOUT_US);
        if (lockstep == NULL) {
            (void)fprintf(stderr,
                          "knead %s: no clock of a virtual table answers at %s:%d; start 'knead "
                          "table --lock-step' first\n",
                          settings->verb, endpoints[0].host, clock_port);
            return EXIT_DEVICE;
        }
    }
    tcp_port_t* tcp = tcp_port_create(endpoints, count);
    exit_code_t code = EXIT_USAGE;
    if (tcp != NULL) {
        code = play_with(settings, tcp, lockstep);
    } else {
        (void)fprintf(stderr, "knead %s: %s is no numeric IPv4 address, or a port is past 65535\n",
                      settings->verb, endpoints[0].host);
    }
    tcp_port_destroy(tcp);
    lockstep_destroy(lockstep);
    return code;
}
