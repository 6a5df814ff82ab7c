#include "controller/cli/assembly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/load.h"
#include "routines/routine_load.h"

// A file that every copy of the tree has; a folder with it is a tree.
#define DATA_MARK "config/machines/rail6.yaml"

assembly_t* assembly_create(void)
{
    return calloc(1, sizeof(assembly_t));
}

void assembly_destroy(assembly_t* assembly)
{
    free(assembly);
}

static bool path_join(const char* folder, const char* name, char* path, size_t capacity)
{
    const int length = snprintf(path, capacity, "%s/%s", folder, name);
    return length >= 0 && (size_t)length < capacity;
}

static bool holds_data(const char* folder)
{
    char mark[ASSEMBLY_PATH_CAPACITY];
    struct stat status;
    return path_join(folder, DATA_MARK, mark, sizeof mark) && stat(mark, &status) == 0;
}

/// Takes the last `levels` parts off a path; false if it has not so many.
static bool path_ascend(char* path, int levels)
{
    for (int i = 0; i < levels; ++i) {
        char* slash = strrchr(path, '/');
        if (slash == NULL) {
            return false;
        }
        *slash = '\0';
    }
    return true;
}

/// The tree the program belongs to: it lies in build/PRESET/knead of a source tree, or in bin/knead
/// beside share/knead. False if neither is there.
static bool program_tree(char folder[ASSEMBLY_PATH_CAPACITY])
{
    char above[ASSEMBLY_PATH_CAPACITY];
    const ssize_t length = readlink("/proc/self/exe", above, sizeof above - 1);
    if (length <= 0 || (size_t)length >= sizeof above - 1) {
        return false;
    }
    above[length] = '\0';
    if (!path_ascend(above, 2)) {
        return false;
    }
    if (path_join(above, "share/knead", folder, ASSEMBLY_PATH_CAPACITY) && holds_data(folder)) {
        return true;
    }
    if (!path_ascend(above, 1)) {
        return false;
    }
    memcpy(folder, above, sizeof above);
    return holds_data(folder);
}

bool assembly_data_path(const char* name, char* path, size_t capacity)
{
    const char* named = getenv("KNEAD_DATA");
    if (named != NULL && named[0] != '\0') {
        return path_join(named, name, path, capacity);
    }
    char folder[ASSEMBLY_PATH_CAPACITY];
    if (!holds_data(".") && program_tree(folder)) {
        return path_join(folder, name, path, capacity);
    }
    const int length = snprintf(path, capacity, "%s", name);
    return length >= 0 && (size_t)length < capacity;
}

bool assembly_device_directory(const char* machine_path, char* path, size_t capacity)
{
    const char* slash = strrchr(machine_path, '/');
    const int folder_length = slash != NULL ? (int)(slash - machine_path) : 1;
    const int length = snprintf(path, capacity, "%.*s/../devices", folder_length,
                                slash != NULL ? machine_path : ".");
    struct stat status;
    if (length >= 0 && (size_t)length < capacity && stat(path, &status) == 0 &&
        S_ISDIR(status.st_mode)) {
        return true;
    }
    return assembly_data_path("config/devices", path, capacity);
}

/// The file an option names, or the shipped one.
static bool option_path(const options_t* options, option_id_t id, const char* shipped, char* path,
                        findings_t* findings)
{
    const char* given = options->text[id];
    if (given != NULL) {
        const int length = snprintf(path, ASSEMBLY_PATH_CAPACITY, "%s", given);
        if (length >= 0 && length < ASSEMBLY_PATH_CAPACITY) {
            return true;
        }
    } else if (assembly_data_path(shipped, path, ASSEMBLY_PATH_CAPACITY)) {
        return true;
    }
    finding_add(findings, FINDING_ERROR, given != NULL ? given : shipped, 0, 0, "", "",
                "the path is longer than %d bytes", ASSEMBLY_PATH_CAPACITY - 1);
    return false;
}

bool assembly_load_table(assembly_t* assembly, const options_t* options)
{
    findings_t* findings = &assembly->findings;
    char machine_path[ASSEMBLY_PATH_CAPACITY];
    char safety_path[ASSEMBLY_PATH_CAPACITY];
    char body_path[ASSEMBLY_PATH_CAPACITY];
    char client_path[ASSEMBLY_PATH_CAPACITY];
    char devices[ASSEMBLY_PATH_CAPACITY];
    if (!option_path(options, OPTION_MACHINE, "config/machines/rail6.yaml", machine_path,
                     findings) ||
        !option_path(options, OPTION_SAFETY, "config/safety/default.yaml", safety_path, findings) ||
        !option_path(options, OPTION_BODY, "config/bodies/prone.yaml", body_path, findings) ||
        !option_path(options, OPTION_CLIENT, "routines/clients/average-man.yaml", client_path,
                     findings) ||
        !assembly_device_directory(machine_path, devices, sizeof devices)) {
        return false;
    }
    // Each is loaded whatever became of the others, so that one look shows every mistake.
    bool good = load_machine(machine_path, devices, &assembly->machine, findings);
    good = load_safety(safety_path, &assembly->safety, findings) && good;
    good = load_body(body_path, &assembly->body_settings, findings) && good;
    good = client_load(client_path, &assembly->client, findings) && good;
    if (!good ||
        !load_check_together(&assembly->machine, &assembly->safety, machine_path, findings)) {
        return false;
    }
    const char* const paths[] = {machine_path, safety_path, body_path, client_path};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; ++i) {
        (void)inputs_add(&assembly->inputs, paths[i]);
    }
    for (int i = 0; i < assembly->machine.profile_count; ++i) {
        char profile[2 * ASSEMBLY_PATH_CAPACITY];
        (void)snprintf(profile, sizeof profile, "%s/%s.yaml", devices,
                       assembly->machine.profiles[i].name);
        (void)inputs_add(&assembly->inputs, profile);
    }
    const body_result_t result =
        body_build(&assembly->body_settings, &assembly->client, assembly->machine.neck_x_m,
                   assembly->machine.table_length_m, &assembly->body);
    if (result != BODY_OK) {
        const body_settings_t* body = &assembly->body_settings;
        finding_add(
            findings, FINDING_ERROR, client_path, 0, 0, "", "",
            "%s: %.2f m and %.0f kg; the body map holds for %.2f to %.2f m and %.0f to %.0f "
            "kg, as far as the two go together",
            body_result_text(result), assembly->client.stature_m, assembly->client.mass_kg,
            body->stature_min_m, body->stature_max_m, body->mass_min_kg, body->mass_max_kg);
        return false;
    }
    return true;
}

static int pad_named(const tool_settings_t* tool, const char* name)
{
    for (int i = 0; i < tool->pad_count; ++i) {
        if (strcmp(tool->pads[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static void refuse_pad(const tool_settings_t* tool, const char* path, const char* name,
                       findings_t* findings)
{
    const char* words[PAD_CAPACITY + 1] = {0};
    for (int i = 0; i < tool->pad_count; ++i) {
        words[i] = tool->pads[i].name;
    }
    const char* nearest = finding_nearest(name, words);
    finding_add(findings, FINDING_ERROR, path, 0, 0, "pad", "",
                "this machine has no pad '%s'; did you mean '%s'?", name,
                nearest != NULL ? nearest : words[0]);
}

bool assembly_load_routine(assembly_t* assembly, const char* path)
{
    findings_t* findings = &assembly->findings;
    if (!routine_load(path, &assembly->body, &assembly->routine, findings)) {
        return false;
    }
    (void)inputs_add(&assembly->inputs, path);
    const arm_settings_t* arm = &assembly->machine.arm;
    assembly->pad_index = pad_named(&arm->tool, assembly->routine.pad);
    if (assembly->pad_index < 0) {
        refuse_pad(&arm->tool, path, assembly->routine.pad, findings);
        return false;
    }
    chain_t chain;
    if (!chain_build(arm, assembly->pad_index, &chain)) {
        finding_add(findings, FINDING_ERROR, path, 0, 0, "pad", "",
                    "no chain can be built from the machine's arm with pad '%s'",
                    assembly->routine.pad);
        return false;
    }
    return routine_check(&assembly->routine, &assembly->body, &assembly->safety, &assembly->machine,
                         &chain, &arm->tool.pads[assembly->pad_index], &assembly->figures,
                         findings);
}

bool assembly_choose_pad(assembly_t* assembly, const char* name)
{
    const tool_settings_t* tool = &assembly->machine.arm.tool;
    assembly->pad_index = name != NULL ? pad_named(tool, name) : 0;
    if (assembly->pad_index < 0) {
        refuse_pad(tool, "--pad", name, &assembly->findings);
    }
    return assembly->pad_index >= 0;
}

bool assembly_load_expectation(assembly_t* assembly, const options_t* options)
{
    const char* path = options->text[OPTION_SCENARIO];
    scenario_t scenario;
    if (path == NULL) {
        return true;
    }
    if (!scenario_read(path, &assembly->machine, &scenario, &assembly->findings)) {
        return false;
    }
    assembly->expects = true;
    assembly->expected = scenario.expect;
    return true;
}

bool assembly_load_requests(assembly_t* assembly, const options_t* options)
{
    const char* path = options->text[OPTION_REQUESTS];
    if (path == NULL) {
        return true;
    }
    if (!request_script_load(path, &assembly->script, &assembly->findings)) {
        return false;
    }
    (void)inputs_add(&assembly->inputs, path);
    return true;
}

void assembly_move_devices(assembly_t* assembly, const char* host, int port_base)
{
    for (int i = 0; i < assembly->machine.device_count; ++i) {
        device_settings_t* device = &assembly->machine.devices[i];
        if (host != NULL) {
            (void)snprintf(device->host, sizeof device->host, "%s", host);
        }
        if (port_base > 0) {
            device->port = port_base + i;
        }
    }
}

bool assembly_build_session(assembly_t* assembly)
{
    const bool built = session_build(&assembly->machine, &assembly->safety, &assembly->body,
                                     &assembly->routine, assembly->pad_index, &assembly->session);
    if (!built) {
        finding_add(&assembly->findings, FINDING_ERROR, assembly->routine.path, 0, 0, "", "",
                    "machine and pad do not fit together");
    }
    return built;
}

bool assembly_build_world(assembly_t* assembly, const options_t* options)
{
    const body_settings_t* body = &assembly->body_settings;
    for (int i = 0; i < body->region_count; ++i) {
        assembly->tissues[i] = body->regions[i].tissue;
    }
    world_settings_t* world = &assembly->world;
    world_settings_defaults(world);
    world->machine = &assembly->machine;
    world->pad_index = assembly->pad_index;
    world->surface = &assembly->body.surface;
    // C11 wants the cast: a pointer to an array does not gain `const` by itself.
    world->tissue_at = (const uint8_t(*)[SURFACE_COLUMN_CAPACITY])assembly->body.region_at;
    world->tissues = assembly->tissues;
    world->tissue_count = body->region_count;
    world->seed = (uint64_t)options->whole[OPTION_SEED];
    world_settings_draw_body(world, body->registration_error_m, body->registration_error_rad);
    const char* scenario = options->text[OPTION_SCENARIO];
    if (scenario != NULL) {
        (void)inputs_add(&assembly->inputs, scenario);
    }
    return scenario == NULL || scenario_load(scenario, world, &assembly->findings);
}

bool assembly_load_arm(assembly_t* assembly, const options_t* options, chain_t* chain)
{
    findings_t* findings = &assembly->findings;
    char path[ASSEMBLY_PATH_CAPACITY];
    char devices[ASSEMBLY_PATH_CAPACITY];
    if (!option_path(options, OPTION_MACHINE, "config/machines/rail6.yaml", path, findings) ||
        !assembly_device_directory(path, devices, sizeof devices) ||
        !load_machine(path, devices, &assembly->machine, findings) ||
        !assembly_choose_pad(assembly, options->text[OPTION_PAD])) {
        return false;
    }
    if (!chain_build(&assembly->machine.arm, assembly->pad_index, chain)) {
        finding_add(findings, FINDING_ERROR, path, 0, 0, "", "",
                    "no chain can be built from the machine's arm");
        return false;
    }
    return true;
}
