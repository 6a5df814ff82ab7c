/// A machine of nine devices built by hand, and the simplest virtual devices behind it: register
/// files whose drives stand at their target one step after it was written and whose counters count
/// steps. For tests of the bus that need no physics. Everything is deterministic.
#ifndef KNEAD_TESTS_SUPPORT_VIRTUAL_MACHINE_H
#define KNEAD_TESTS_SUPPORT_VIRTUAL_MACHINE_H

#include "tests/support/cmocka_prelude.h"

#include <stdio.h>
#include <string.h>

#include "config/settings.h"
#include "controller/bus/bus.h"
#include "controller/bus/cia402.h"
#include "sim/device_host.h"
#include "sim/devices/register_file.h"

#define VIRTUAL_DRIVES 7
#define VIRTUAL_FORCE_SENSOR 7
#define VIRTUAL_IO 8
#define VIRTUAL_DEVICES 9
#define VIRTUAL_STEP_US 1000
#define VIRTUAL_IDENTITY 4711
#define VIRTUAL_WATCHDOG_S 0.1

static inline point_settings_t virtual_point(point_id_t id, int address, word_type_t type,
                                             double scale)
{
    return (point_settings_t){.id = id, .address = address, .type = type, .scale = scale};
}

static inline point_settings_t virtual_target(point_id_t id, int address, word_type_t type,
                                              double scale, double minimum, double maximum)
{
    point_settings_t point = virtual_point(id, address, type, scale);
    point.writable = true;
    point.minimum = minimum;
    point.maximum = maximum;
    return point;
}

static inline device_profile_t virtual_drive_profile(void)
{
    const point_settings_t points[] = {
        virtual_point(POINT_SAMPLE_COUNTER, 100, WORD_U16, 1.0),
        virtual_point(POINT_STATUS_WORD, 101, WORD_U16, 1.0),
        virtual_point(POINT_POSITION, 102, WORD_S32, 1e-6),
        virtual_point(POINT_VELOCITY, 104, WORD_S32, 1e-6),
        virtual_point(POINT_EFFORT, 106, WORD_S16, 0.01),
        virtual_point(POINT_FAULT_CODE, 107, WORD_U16, 1.0),
        virtual_target(POINT_CONTROL_WORD, 200, WORD_U16, 1.0, 0.0, 255.0),
        virtual_target(POINT_TARGET_POSITION, 201, WORD_S32, 1e-6, -3.0, 3.0),
        virtual_target(POINT_EFFORT_LIMIT, 203, WORD_U16, 0.1, 0.0, 300.0),
        virtual_target(POINT_WATCHDOG, 300, WORD_U16, 0.001, 0.0, 1.0),
        virtual_point(POINT_IDENTITY, 310, WORD_U32, 1.0),
    };
    device_profile_t profile = {.name = "bench-drive",
                                .role = DEVICE_DRIVE,
                                .word_order = WORDS_HIGH_FIRST,
                                .read_address = 100,
                                .read_count = 8,
                                .write_address = 200,
                                .write_count = 4,
                                .identity_expected = VIRTUAL_IDENTITY,
                                .watchdog_s = VIRTUAL_WATCHDOG_S,
                                .point_count = (int)(sizeof points / sizeof points[0])};
    memcpy(profile.points, points, sizeof points);
    return profile;
}

static inline device_profile_t virtual_force_profile(void)
{
    const point_settings_t points[] = {
        virtual_point(POINT_STATUS, 257, WORD_U16, 1.0), // word 258 is reserved
        virtual_point(POINT_FORCE_X, 259, WORD_F32, 1.0),
        virtual_point(POINT_FORCE_Y, 261, WORD_F32, 1.0),
        virtual_point(POINT_FORCE_Z, 263, WORD_F32, 1.0),
        virtual_point(POINT_TORQUE_X, 265, WORD_S16, 0.001),
        virtual_point(POINT_TORQUE_Y, 266, WORD_S16, 0.001),
        virtual_point(POINT_TORQUE_Z, 267, WORD_S16, 0.001),
        virtual_point(POINT_SAMPLE_COUNTER, 268, WORD_U32, 1.0),
        virtual_point(POINT_IDENTITY, 1536, WORD_U16, 1.0),
    };
    device_profile_t profile = {.name = "bench-sensor",
                                .role = DEVICE_FORCE_TORQUE,
                                .word_order = WORDS_LOW_FIRST,
                                .read_address = 257,
                                .read_count = 13,
                                .identity_expected = VIRTUAL_IDENTITY,
                                .point_count = (int)(sizeof points / sizeof points[0])};
    memcpy(profile.points, points, sizeof points);
    return profile;
}

static inline device_profile_t virtual_io_profile(void)
{
    const point_settings_t points[] = {
        virtual_point(POINT_SAMPLE_COUNTER, 0, WORD_U16, 1.0),
        virtual_point(POINT_INPUTS, 1, WORD_U16, 1.0),
        virtual_target(POINT_OUTPUTS, 16, WORD_U16, 1.0, 0.0, 3.0),
    };
    device_profile_t profile = {.name = "bench-io",
                                .role = DEVICE_IO,
                                .word_order = WORDS_HIGH_FIRST,
                                .read_address = 0,
                                .read_count = 2,
                                .write_address = 16,
                                .write_count = 1,
                                .point_count = (int)(sizeof points / sizeof points[0])};
    memcpy(profile.points, points, sizeof points);
    return profile;
}

static inline void virtual_machine(machine_settings_t* machine)
{
    memset(machine, 0, sizeof *machine);
    machine->period_us = 4000;
    machine->device_count = VIRTUAL_DEVICES;
    machine->profile_count = 3;
    machine->profiles[0] = virtual_drive_profile();
    machine->profiles[1] = virtual_force_profile();
    machine->profiles[2] = virtual_io_profile();
    machine->arm.joint_count = VIRTUAL_DRIVES;
    machine->force_sensor = VIRTUAL_FORCE_SENSOR;
    machine->io_coupler = VIRTUAL_IO;
    for (int i = 0; i < VIRTUAL_DEVICES; i++) {
        device_settings_t* device = &machine->devices[i];
        (void)snprintf(device->name, sizeof device->name, "device_%d", i);
        (void)snprintf(device->host, sizeof device->host, "127.0.0.1");
        device->profile_index = i < VIRTUAL_DRIVES ? 0 : i - VIRTUAL_DRIVES + 1;
        device->role = machine->profiles[device->profile_index].role;
        device->port = 15020 + i;
        device->unit = 1 + i;
    }
    for (int i = 0; i < VIRTUAL_DRIVES; i++) {
        machine->drive_of_joint[i] = i;
        machine->arm.joints[i].effort_max = 50.0 + i;
    }
}

/// The devices themselves.
typedef struct {
    int device_count;
    int64_t now_us;
    uint64_t steps;
    uint64_t requests;
    bool silent[DEVICE_CAPACITY];
    bool frozen[DEVICE_CAPACITY]; // its counter stands still
    register_file_t files[DEVICE_CAPACITY];
} virtual_devices_t;

static inline void virtual_devices_init(virtual_devices_t* devices,
                                        const machine_settings_t* machine)
{
    memset(devices, 0, sizeof *devices);
    devices->device_count = machine->device_count;
    for (int i = 0; i < machine->device_count; i++) {
        const device_settings_t* settings = &machine->devices[i];
        assert_true(
            register_file_init(&devices->files[i], &machine->profiles[settings->profile_index]));
        register_file_set_raw(&devices->files[i], POINT_STATUS_WORD,
                              cia402_status_word(DRIVE_SWITCH_ON_DISABLED));
        register_file_set_raw(&devices->files[i], POINT_INPUTS, 0x000Fu);
    }
}

// The walk of CiA 402 as far as these tests need it.
static inline drive_state_t virtual_drive_next(drive_state_t state, uint32_t control_word)
{
    if (state == DRIVE_FAULT) {
        return (control_word & CIA402_FAULT_RESET) != 0 ? DRIVE_SWITCH_ON_DISABLED : DRIVE_FAULT;
    }
    if ((control_word & 0x2u) == 0) {
        return DRIVE_SWITCH_ON_DISABLED;
    }
    if ((control_word & 0x4u) == 0) {
        return state == DRIVE_OPERATION_ENABLED || state == DRIVE_QUICK_STOP
                   ? DRIVE_QUICK_STOP
                   : DRIVE_SWITCH_ON_DISABLED;
    }
    switch (control_word & 0xFu) {
    case 0x6u:
        return DRIVE_READY_TO_SWITCH_ON;
    case 0x7u:
        return DRIVE_SWITCHED_ON;
    case 0xFu:
        return DRIVE_OPERATION_ENABLED;
    default:
        return state;
    }
}

static inline void virtual_devices_step(virtual_devices_t* devices)
{
    devices->now_us += VIRTUAL_STEP_US;
    devices->steps++;
    for (int i = 0; i < devices->device_count; i++) {
        register_file_t* file = &devices->files[i];
        if (!devices->frozen[i]) {
            register_file_set_raw(file, POINT_SAMPLE_COUNTER,
                                  register_file_raw(file, POINT_SAMPLE_COUNTER) + 1);
        }
        if (register_file_has(file, POINT_STATUS_WORD)) {
            const drive_state_t state =
                cia402_state((uint16_t)register_file_raw(file, POINT_STATUS_WORD));
            const drive_state_t next =
                virtual_drive_next(state, register_file_raw(file, POINT_CONTROL_WORD));
            double target = 0.0;
            register_file_set_raw(file, POINT_STATUS_WORD, cia402_status_word(next));
            if (next == DRIVE_OPERATION_ENABLED &&
                register_file_get(file, POINT_TARGET_POSITION, &target)) {
                (void)register_file_set(file, POINT_POSITION, target);
            }
        }
        (void)register_file_set(file, POINT_FORCE_Z, -0.5 * (double)devices->steps);
    }
}

static inline bool virtual_devices_request(void* context, int device, const pdu_t* request,
                                           pdu_t* reply)
{
    virtual_devices_t* devices = (virtual_devices_t*)context;
    bool wrote = false;
    devices->requests++;
    return !devices->silent[device] &&
           register_file_request(&devices->files[device], request, reply, &wrote);
}

static inline int64_t virtual_devices_now(void* context)
{
    return ((virtual_devices_t*)context)->now_us;
}

static inline void virtual_devices_advance(void* context, int64_t to_us)
{
    virtual_devices_t* devices = (virtual_devices_t*)context;
    while (devices->now_us < to_us) {
        virtual_devices_step(devices);
    }
}

static inline device_host_t virtual_devices_host(virtual_devices_t* devices)
{
    return (device_host_t){.context = devices,
                           .request = virtual_devices_request,
                           .now_us = virtual_devices_now,
                           .advance_to = virtual_devices_advance};
}

#endif
