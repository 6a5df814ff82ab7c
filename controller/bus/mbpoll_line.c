#include "controller/bus/mbpoll_line.h"

#include <stdio.h>

static const line_settings_t* line_of(const machine_settings_t* machine, int device)
{
    const int line = machine->devices[device].line;
    return line > 0 ? &machine->lines[line - 1] : NULL;
}

void device_place_text(const machine_settings_t* machine, int device,
                       char text[DEVICE_PLACE_CAPACITY])
{
    static const char letters[] = {[PARITY_NONE] = 'N', [PARITY_EVEN] = 'E', [PARITY_ODD] = 'O'};
    const device_settings_t* settings = &machine->devices[device];
    const line_settings_t* line = line_of(machine, device);
    if (line != NULL) {
        (void)snprintf(text, DEVICE_PLACE_CAPACITY, "%s, %d baud, 8%c%d, unit %d", line->path,
                       line->baud, letters[line->parity], line->stop_bits, settings->unit);
    } else {
        (void)snprintf(text, DEVICE_PLACE_CAPACITY, "%s:%d, unit %d", settings->host,
                       settings->port, settings->unit);
    }
}

void mbpoll_line(const machine_settings_t* machine, int device, bool input_table, int address,
                 int count, char text[MBPOLL_LINE_CAPACITY])
{
    static const char* const parities[] = {
        [PARITY_NONE] = "none", [PARITY_EVEN] = "even", [PARITY_ODD] = "odd"};
    const device_settings_t* settings = &machine->devices[device];
    const line_settings_t* line = line_of(machine, device);
    const int table = input_table ? 3 : 4;
    if (line != NULL) {
        (void)snprintf(text, MBPOLL_LINE_CAPACITY,
                       "mbpoll -0 -1 -m rtu -b %d -P %s -s %d -a %d -t %d:hex -r %d -c %d %s",
                       line->baud, parities[line->parity], line->stop_bits, settings->unit, table,
                       address, count, line->path);
    } else {
        (void)snprintf(text, MBPOLL_LINE_CAPACITY,
                       "mbpoll -0 -1 -m tcp -p %d -a %d -t %d:hex -r %d -c %d %s", settings->port,
                       settings->unit, table, address, count, settings->host);
    }
}
