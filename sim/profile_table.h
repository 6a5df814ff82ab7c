/// Virtual devices made of nothing but their profiles, as a host: no arm, no client, no physics.
/// For whoever wants to try a client against a device that is not there.
#ifndef KNEAD_SIM_PROFILE_TABLE_H
#define KNEAD_SIM_PROFILE_TABLE_H

#include "sim/device_host.h"
#include "sim/devices/profile_device.h"
#include "sim/event.h"

typedef struct {
    int64_t now_us;
    int device_count;
    profile_device_t devices[DEVICE_CAPACITY];
} profile_table_t;

/// One device for each of the machine's, by its profile. False if the registers of one can't be
/// laid out; `failed` says which. `machine` is borrowed.
bool profile_table_init(profile_table_t* table, const machine_settings_t* machine, int* failed);

device_host_t profile_table_host(profile_table_t* table);

/// Lets an event happen now, for good: a device that falls silent or is back, and what happens
/// inside a drive after CiA 402 (its fault, its deafness, its state machine). False for all others.
bool profile_table_inject(profile_table_t* table, const world_event_t* event);

#endif
