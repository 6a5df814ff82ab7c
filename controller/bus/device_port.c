#include "controller/bus/device_port.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "controller/bus/rtu_frame.h"
#include "controller/bus/rtu_port.h"
#include "controller/bus/tcp_port.h"

struct device_port {
    int device_count;
    int line_of[DEVICE_CAPACITY]; // -1 for a device over TCP
    tcp_port_t* tcp;              // null where there is no such device
    port_t tcp_view;
    int line_count;
    rtu_port_t* lines[SERIAL_LINE_CAPACITY]; // null for one without devices
};

static void start_lines(device_port_t* port, const port_batch_t* batch, int64_t deadline_us)
{
    for (int line = 0; line < port->line_count; line++) {
        if (port->lines[line] != NULL) {
            rtu_port_start(port->lines[line], batch, deadline_us);
        }
    }
}

static void exchange(void* context, port_batch_t* batch, int64_t timeout_us)
{
    device_port_t* port = context;
    const int64_t started_us = port_now_us();
    const int64_t deadline_us = started_us + timeout_us;
    start_lines(port, batch, deadline_us);
    if (port->tcp != NULL) {
        port->tcp_view.vtable->exchange(port->tcp_view.context, batch, deadline_us - port_now_us());
    }
    for (int line = 0; line < port->line_count; line++) {
        if (port->lines[line] != NULL) {
            rtu_port_finish(port->lines[line], batch);
        }
    }
    batch->elapsed_us = port_now_us() - started_us;
}

static bool open_links(void* context, port_batch_t* batch, int64_t timeout_us)
{
    device_port_t* port = context;
    const int64_t deadline_us = port_now_us() + timeout_us;
    bool all_open = true;
    for (int line = 0; line < port->line_count; line++) {
        if (port->lines[line] != NULL) {
            rtu_port_start_open(port->lines[line], deadline_us);
        }
    }
    if (port->tcp != NULL) {
        all_open =
            port->tcp_view.vtable->open(port->tcp_view.context, batch, deadline_us - port_now_us());
    }
    for (int line = 0; line < port->line_count; line++) {
        if (port->lines[line] != NULL) {
            all_open = rtu_port_finish_open(port->lines[line], batch) && all_open;
        }
    }
    return all_open;
}

static void close_links(void* context)
{
    device_port_t* port = context;
    if (port->tcp != NULL) {
        port->tcp_view.vtable->close(port->tcp_view.context);
    }
    for (int line = 0; line < port->line_count; line++) {
        if (port->lines[line] != NULL) {
            rtu_port_close(port->lines[line]);
        }
    }
}

static uint64_t connect_count(void* context, int device)
{
    const device_port_t* port = context;
    assert(device >= 0 && device < port->device_count);
    const int line = port->line_of[device];
    return line < 0 ? tcp_port_connect_count(port->tcp, device)
                    : rtu_port_counters(port->lines[line]).connects;
}

port_t device_port_view(device_port_t* port)
{
    static const port_vtable_t vtable = {.exchange = exchange,
                                         .open = open_links,
                                         .close = close_links,
                                         .connect_count = connect_count};
    return (port_t){.vtable = &vtable, .context = port, .device_count = port->device_count};
}

// ------------------------------------------------------------------------------------------ life

static bool make_tcp(device_port_t* port, const machine_settings_t* machine, char* complaint)
{
    tcp_endpoint_t endpoints[DEVICE_CAPACITY];
    const int count = tcp_endpoints_of_machine(machine, endpoints);
    for (int i = 0; i < count; i++) {
        tcp_endpoint_t alone = endpoints[i];
        tcp_port_t* tried = alone.elsewhere ? NULL : tcp_port_create(&alone, 1);
        if (!alone.elsewhere && tried == NULL) {
            (void)snprintf(complaint, DEVICE_PORT_COMPLAINT_CAPACITY,
                           "%s: %s:%d, unit %d, cannot be reached: an address is a numeric IPv4 "
                           "one, a port is 1 to 65535, a unit 0 to 255",
                           machine->devices[i].name, alone.host, alone.port, alone.unit);
            return false;
        }
        tcp_port_destroy(tried);
    }
    port->tcp = tcp_port_create(endpoints, count);
    if (port->tcp == NULL) {
        (void)snprintf(complaint, DEVICE_PORT_COMPLAINT_CAPACITY, "memory is short");
        return false;
    }
    port->tcp_view = tcp_port_view(port->tcp);
    return true;
}

static bool make_line(device_port_t* port, const machine_settings_t* machine, int index,
                      char* complaint)
{
    rtu_endpoint_t endpoints[DEVICE_CAPACITY];
    const line_settings_t* line = &machine->lines[index];
    const int count = rtu_endpoints_of_machine(machine, index, endpoints);
    if (!rtu_baud_known(line->baud)) {
        (void)snprintf(complaint, DEVICE_PORT_COMPLAINT_CAPACITY,
                       "%s (%s): the system has no speed of %d baud; it knows %s", line->name,
                       line->path, line->baud, rtu_baud_text());
        return false;
    }
    port->lines[index] = rtu_port_create(line, endpoints, count);
    if (port->lines[index] == NULL) {
        (void)snprintf(complaint, DEVICE_PORT_COMPLAINT_CAPACITY,
                       "%s (%s) cannot be used: units on a line are 1 to %d, stop bits 1 or 2",
                       line->name, line->path, RTU_UNIT_MAX);
        return false;
    }
    return true;
}

static bool make_links(device_port_t* port, const machine_settings_t* machine, char* complaint)
{
    bool any_over_tcp = false;
    bool used[SERIAL_LINE_CAPACITY] = {false};
    for (int i = 0; i < machine->device_count; i++) {
        const int line = machine->devices[i].line - 1;
        if (line >= machine->line_count) {
            (void)snprintf(complaint, DEVICE_PORT_COMPLAINT_CAPACITY,
                           "%s is on a line that the machine does not have",
                           machine->devices[i].name);
            return false;
        }
        port->line_of[i] = line;
        any_over_tcp = any_over_tcp || line < 0;
        if (line >= 0) {
            used[line] = true;
        }
    }
    if (any_over_tcp && !make_tcp(port, machine, complaint)) {
        return false;
    }
    for (int line = 0; line < port->line_count; line++) {
        if (used[line] && !make_line(port, machine, line, complaint)) {
            return false;
        }
    }
    return true;
}

device_port_t* device_port_create(const machine_settings_t* machine,
                                  char complaint[DEVICE_PORT_COMPLAINT_CAPACITY])
{
    complaint[0] = '\0';
    device_port_t* port = calloc(1, sizeof *port);
    if (port == NULL) {
        (void)snprintf(complaint, DEVICE_PORT_COMPLAINT_CAPACITY, "memory is short");
        return NULL;
    }
    port->device_count = machine->device_count;
    port->line_count = machine->line_count;
    if (!make_links(port, machine, complaint)) {
        device_port_destroy(port);
        return NULL;
    }
    return port;
}

void device_port_destroy(device_port_t* port)
{
    if (port == NULL) {
        return;
    }
    tcp_port_destroy(port->tcp);
    for (int line = 0; line < port->line_count; line++) {
        rtu_port_destroy(port->lines[line]);
    }
    free(port);
}
