#include "controller/cli/device_link.h"

#include <stdio.h>

#include "controller/bus/tcp_port.h"

device_link_t* device_link_create(const machine_settings_t* machine)
{
    for (int i = 0; i < machine->device_count; i++) {
        if (machine->devices[i].line > 0) {
            (void)fprintf(stderr, "knead device: %s is on a serial line; only TCP is spoken here\n",
                          machine->devices[i].name);
            return NULL;
        }
    }
    tcp_endpoint_t endpoints[DEVICE_CAPACITY];
    const int count = tcp_endpoints_of_machine(machine, endpoints);
    tcp_port_t* port = tcp_port_create(endpoints, count);
    if (port == NULL) {
        (void)fprintf(stderr, "knead device: no connection can be made: short of memory, or a host "
                              "is no numeric IPv4 address\n");
    }
    return (device_link_t*)port;
}

void device_link_destroy(device_link_t* link)
{
    tcp_port_destroy((tcp_port_t*)link);
}

port_t device_link_port(device_link_t* link)
{
    return tcp_port_view((tcp_port_t*)link);
}
