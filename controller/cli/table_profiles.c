#include "controller/cli/table_profiles.h"

#include <string.h>

#include "config/load.h"
#include "controller/bus/rtu_frame.h"
#include "controller/cli/assembly.h"
#include "controller/cli/device_choice.h"
#include "controller/cli/table_options.h"

#define BAUD_USUAL 19200 // what a Modbus line has by default (serial guide 2.5.1)
#define LINE_NAME "line_1"

static int count_of_profile(const machine_settings_t* machine, const char* name)
{
    int count = 0;
    for (int i = 0; i < machine->device_count; i++) {
        count += strcmp(machine->devices[i].profile, name) == 0 ? 1 : 0;
    }
    return count;
}

static int profile_named(const machine_settings_t* machine, const char* name)
{
    for (int i = 0; i < machine->profile_count; i++) {
        if (strcmp(machine->profiles[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static bool add_device(machine_settings_t* machine, const device_profile_t* profile, FILE* messages)
{
    int index = profile_named(machine, profile->name);
    if (machine->device_count == DEVICE_CAPACITY ||
        (index < 0 && machine->profile_count == PROFILE_CAPACITY)) {
        (void)fprintf(messages, "knead table: --profile: at most %d devices of %d profiles\n",
                      DEVICE_CAPACITY, PROFILE_CAPACITY);
        return false;
    }
    if (index < 0) {
        index = machine->profile_count++;
        machine->profiles[index] = *profile;
    }
    const int before = count_of_profile(machine, profile->name);
    device_settings_t* device = &machine->devices[machine->device_count++];
    *device = (device_settings_t){.role = profile->role,
                                  .profile_index = index,
                                  .port = TABLE_PORT_BASE + machine->device_count - 1,
                                  .unit = profile->tcp_unit > 0 ? profile->tcp_unit : 1};
    (void)snprintf(device->profile, sizeof device->profile, "%s", profile->name);
    (void)snprintf(device->host, sizeof device->host, "127.0.0.1");
    char number[16] = "";
    if (before > 0) {
        (void)snprintf(number, sizeof number, "_%d", before + 1);
    }
    (void)snprintf(device->name, sizeof device->name, "%.30s%s", profile->name, number);
    return true;
}

static bool unit_taken(const int* units, int count, int unit)
{
    for (int i = 0; i < count; i++) {
        if (units[i] == unit) {
            return true;
        }
    }
    return false;
}

static void give_line_units(const machine_settings_t* machine, int units[DEVICE_CAPACITY])
{
    for (int i = 0; i < machine->device_count; i++) {
        const int own = machine->profiles[machine->devices[i].profile_index].rtu_unit;
        units[i] = own >= 1 && own <= RTU_UNIT_MAX ? own : 1;
        while (unit_taken(units, i, units[i])) {
            units[i] = units[i] % RTU_UNIT_MAX + 1;
        }
    }
}

static bool set_line(const options_t* options, machine_settings_t* machine, FILE* messages)
{
    line_settings_t* line = &machine->lines[0];
    *line = (line_settings_t){.name = LINE_NAME, .baud = BAUD_USUAL, .parity = PARITY_EVEN};
    for (int i = machine->profile_count - 1; i >= 0; i--) {
        const device_profile_t* profile = &machine->profiles[i];
        for (int j = 0; j < profile->baud_count; j++) {
            line->baud = j == 0 || profile->bauds[j] > line->baud ? profile->bauds[j] : line->baud;
        }
        if (profile->baud_count > 0) {
            line->parity = profile->rtu_parity;
            line->stop_bits = profile->rtu_stop_bits;
        }
    }
    if (!table_parity(options, &line->parity, messages)) {
        return false;
    }
    if (options->given[OPTION_BAUD]) {
        line->baud = (int)options->whole[OPTION_BAUD];
    }
    if (options->given[OPTION_STOP_BITS]) {
        line->stop_bits = (int)options->whole[OPTION_STOP_BITS];
    } else if (line->stop_bits == 0 || options->given[OPTION_PARITY]) {
        line->stop_bits = line->parity == PARITY_NONE ? 2 : 1;
    }
    if (!rtu_baud_known(line->baud)) {
        (void)fprintf(messages, "knead table: --baud %d: no speed that a serial device has here\n",
                      line->baud);
        return false;
    }
    machine->line_count = 1;
    return true;
}

bool table_profiles_load(const options_t* options, machine_settings_t* machine,
                         int line_units[DEVICE_CAPACITY], findings_t* findings, FILE* messages)
{
    memset(machine, 0, sizeof *machine);
    memset(line_units, 0, DEVICE_CAPACITY * sizeof line_units[0]);
    const char* list = options->text[OPTION_PROFILE];
    char path[ASSEMBLY_PATH_CAPACITY];
    while (table_next_part(&list, path, sizeof path)) {
        device_profile_t profile;
        if (!device_choice_profile(path, &profile, findings)) {
            if (findings->error_count == 0) {
                (void)fprintf(messages,
                              "knead table: there is no profile '%s'; 'knead device list' "
                              "names those that are there\n",
                              path);
            }
            return false;
        }
        if (!add_device(machine, &profile, messages)) {
            return false;
        }
    }
    machine->world = WORLD_VIRTUAL;
    if (!options->given[OPTION_SERIAL] && !options->given[OPTION_PTY_LINK]) {
        return true;
    }
    give_line_units(machine, line_units);
    return set_line(options, machine, messages);
}
