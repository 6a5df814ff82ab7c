/// How a device is named to people: where it is, and the command of mbpoll that repeats a read by
/// hand. Every message about a device takes them from here.
#ifndef KNEAD_CONTROLLER_BUS_MBPOLL_LINE_H
#define KNEAD_CONTROLLER_BUS_MBPOLL_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/settings.h"

#define DEVICE_PLACE_CAPACITY (PATH_CAPACITY + 52)
#define MBPOLL_LINE_CAPACITY (PATH_CAPACITY + 100)

/// Writes "127.0.0.1:502, unit 65" or "/dev/ttyUSB0, 19200 baud, 8N1, unit 9". `device` is an index
/// into the machine's devices.
void device_place_text(const machine_settings_t* machine, int device,
                       char text[DEVICE_PLACE_CAPACITY]);

/// Writes the command of mbpoll 1.4.11 that reads `count` registers from PDU address `address` on
/// once and shows their words: with function 04 of the input table, else 03.
void mbpoll_line(const machine_settings_t* machine, int device, bool input_table, int address,
                 int count, char text[MBPOLL_LINE_CAPACITY]);

#endif
