#include "sim/profile_table.h"

#include <stddef.h>

bool profile_table_init(profile_table_t* table, const machine_settings_t* machine, int* failed)
{
    table->now_us = 0;
    table->device_count = machine->device_count;
    for (int i = 0; i < machine->device_count; i++) {
        const device_profile_t* profile = &machine->profiles[machine->devices[i].profile_index];
        if (!profile_device_init(&table->devices[i], profile)) {
            *failed = i;
            return false;
        }
    }
    return true;
}

static bool request(void* context, int device, const pdu_t* request, pdu_t* reply)
{
    profile_table_t* table = context;
    return profile_device_request(&table->devices[device], request, reply);
}

static int64_t now_us(void* context)
{
    return ((profile_table_t*)context)->now_us;
}

static void advance_to(void* context, int64_t to_us)
{
    profile_table_t* table = context;
    while (table->now_us < to_us) {
        table->now_us += PROFILE_DEVICE_STEP_US;
        for (int i = 0; i < table->device_count; i++) {
            profile_device_step(&table->devices[i]);
        }
    }
}

device_host_t profile_table_host(profile_table_t* table)
{
    return (device_host_t){
        .context = table, .request = request, .now_us = now_us, .advance_to = advance_to};
}

bool profile_table_inject(profile_table_t* table, const world_event_t* event)
{
    static const world_event_kind_t of_drives[] = {
        WORLD_EVENT_DRIVE_FAULT,       WORLD_EVENT_DRIVE_DEAF_TO_STOP, WORLD_EVENT_DRIVE_DISABLES,
        WORLD_EVENT_DRIVE_STUCK_STATE, WORLD_EVENT_UNDERVOLTAGE,
    };
    if (event->device < 0 || event->device >= table->device_count) {
        return false;
    }
    profile_device_t* device = &table->devices[event->device];
    if (event->kind == WORLD_EVENT_DEVICE_SILENT || event->kind == WORLD_EVENT_DEVICE_BACK) {
        device->silent = event->kind == WORLD_EVENT_DEVICE_SILENT;
        return true;
    }
    for (size_t i = 0; i < sizeof of_drives / sizeof of_drives[0]; i++) {
        if (of_drives[i] == event->kind && device->has_states) {
            drive_event(&device->drive, event, true, device->position);
            return true;
        }
    }
    return false;
}
