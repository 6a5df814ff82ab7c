#include "controller/cli/device_list.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/load.h"
#include "controller/bus/mbpoll_line.h"
#include "controller/cli/device_choice.h"
#include "controller/cli/device_words.h"
#include "controller/record/json.h"

#define SOURCE_TEXT_LENGTH 60 // of a source, in a row of the table

static void print_profile(const device_profile_t* profile)
{
    const int length = (int)strlen(profile->source);
    (void)printf("%-26s %-13s %-7s %-12s %-8s %.*s%s\n", profile->name,
                 device_word("role", (int)profile->role), profile->cyclic ? "yes" : "no",
                 device_word("verified", (int)profile->verified),
                 device_word("lost_controller.reaction", (int)profile->lost_controller),
                 SOURCE_TEXT_LENGTH, profile->source, length > SOURCE_TEXT_LENGTH ? "..." : "");
}

static void write_profile(json_t* json, const device_profile_t* profile)
{
    json_object_begin(json, NULL);
    json_text(json, "name", profile->name);
    json_text(json, "role", device_word("role", (int)profile->role));
    json_boolean(json, "cyclic", profile->cyclic);
    json_text(json, "verified", device_word("verified", (int)profile->verified));
    json_text(json, "lost_controller",
              device_word("lost_controller.reaction", (int)profile->lost_controller));
    json_text(json, "lost_controller_verified",
              device_word("lost_controller.verified", (int)profile->lost_controller_verified));
    json_text(json, "source", profile->source);
    json_object_end(json);
}

static int is_yaml(const struct dirent* entry)
{
    const size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

static exit_code_t list_profiles(bool wants_json, findings_t* findings)
{
    struct dirent** entries = NULL;
    char folder[ASSEMBLY_PATH_CAPACITY] = "";
    const int count = device_choice_folder(folder, sizeof folder)
                          ? scandir(folder, &entries, is_yaml, alphasort)
                          : -1;
    if (count < 0) {
        (void)fprintf(stderr, "knead device: the folder of the profiles, %s, can't be read\n",
                      folder);
        return EXIT_INVALID_FILE;
    }
    json_t json = json_to_file(stdout);
    if (wants_json) {
        json_object_begin(&json, NULL);
        json_array_begin(&json, "profiles");
    } else {
        (void)printf("%-26s %-13s %-7s %-12s %-8s %s\n", "profile", "role", "cyclic", "verified",
                     "lost", "source");
    }
    for (int i = 0; i < count; i++) {
        char path[ASSEMBLY_PATH_CAPACITY + NAME_MAX + 2];
        device_profile_t profile;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        free(entries[i]);
        if (load_device_profile(path, &profile, findings)) {
            if (wants_json) {
                write_profile(&json, &profile);
            } else {
                print_profile(&profile);
            }
        }
    }
    free(entries);
    if (wants_json) {
        json_array_end(&json);
        json_object_end(&json);
    } else {
        (void)printf("\ncyclic: the controller can play over it; else it is shown, probed, watched "
                     "and served.\nlost: what it does by itself when its controller is gone.\n");
    }
    findings_print(findings, stderr);
    return findings->error_count > 0 ? EXIT_INVALID_FILE : EXIT_DONE;
}

/// The joint that a device moves, or null.
static const char* joint_of(const machine_settings_t* machine, int device)
{
    for (int joint = 0; joint < machine->arm.joint_count; joint++) {
        if (machine->drive_of_joint[joint] == device) {
            return machine->arm.joints[joint].name;
        }
    }
    return NULL;
}

static void write_device(json_t* json, const machine_settings_t* machine, int at)
{
    const device_settings_t* device = &machine->devices[at];
    const line_settings_t* line = device->line > 0 ? &machine->lines[device->line - 1] : NULL;
    json_object_begin(json, NULL);
    json_text(json, "name", device->name);
    json_text(json, "profile", device->profile);
    json_text(json, "role", device_word("role", (int)device->role));
    json_text(json, "joint", joint_of(machine, at));
    json_text(json, "transport", line != NULL ? "rtu" : "tcp");
    if (line != NULL) {
        json_text(json, "line", line->name);
        json_text(json, "path", line->path);
        json_integer(json, "baud", line->baud);
        json_text(json, "parity", device_word("rtu.parity", (int)line->parity));
        json_integer(json, "stop_bits", line->stop_bits);
    } else {
        json_text(json, "host", device->host);
        json_integer(json, "port", device->port);
    }
    json_integer(json, "unit", device->unit);
    json_object_end(json);
}

static exit_code_t list_devices(const options_t* options, assembly_t* assembly)
{
    const exit_code_t code = device_choice_machine(options, assembly);
    if (code != EXIT_DONE) {
        return code;
    }
    const machine_settings_t* machine = &assembly->machine;
    json_t json = json_to_file(stdout);
    if (options->given[OPTION_JSON]) {
        json_object_begin(&json, NULL);
        json_text(&json, "machine", machine->name);
        json_array_begin(&json, "devices");
        for (int i = 0; i < machine->device_count; i++) {
            write_device(&json, machine, i);
        }
        json_array_end(&json);
        json_object_end(&json);
        return EXIT_DONE;
    }
    (void)printf("%-16s %-26s %-44s %s\n", "device", "profile", "place", "joint");
    for (int i = 0; i < machine->device_count; i++) {
        char place[DEVICE_PLACE_CAPACITY];
        const char* joint = joint_of(machine, i);
        device_place_text(machine, i, place);
        (void)printf("%-16s %-26s %-44s %s\n", machine->devices[i].name,
                     machine->devices[i].profile, place, joint != NULL ? joint : "-");
    }
    return EXIT_DONE;
}

exit_code_t device_list(const options_t* options, assembly_t* assembly)
{
    return options->given[OPTION_MACHINE]
               ? list_devices(options, assembly)
               : list_profiles(options->given[OPTION_JSON], &assembly->findings);
}
