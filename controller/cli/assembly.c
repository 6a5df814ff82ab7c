#include "controller/cli/assembly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config/load.h"
#include "controller/campaign/scenario_run.h"
#include "controller/cli/bus_admission.h"
#include "controller/record/ledger.h"
#include "controller/record/run_directory.h"
#include "routines/body_scan.h"
#include "routines/client_load.h"
#include "routines/intensity.h"
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

static void refuse_client(assembly_t* assembly, const char* path, body_result_t result)
{
    const body_settings_t* body = &assembly->body_settings;
    const client_settings_t* client = &assembly->client;
    const registration_refusal_t* refusal = &assembly->body.refusal;
    const char* landmark = body_landmark_text(refusal->landmark);
    switch (result) {
    case BODY_OK:
        return;
    case BODY_CLIENT_OUT_OF_RANGE:
    case BODY_TOO_LONG_FOR_TABLE:
        finding_add(&assembly->findings, FINDING_ERROR, path, 0, 0, "", "",
                    "%s: %.2f m and %.0f kg; the body map holds for %.2f to %.2f m and %.0f to "
                    "%.0f kg, as far as the two go together",
                    body_result_text(result), client->stature_m, client->mass_kg,
                    body->stature_min_m, body->stature_max_m, body->mass_min_kg, body->mass_max_kg);
        return;
    case BODY_LANDMARK_NOT_FINITE:
    case BODY_LANDMARK_TWICE:
    case BODY_LANDMARK_SWAPPED:
        finding_add(&assembly->findings, FINDING_ERROR, path, 0, 0, "landmarks", "", "%s: %s",
                    body_result_text(result), landmark);
        return;
    case BODY_LANDMARK_OUTLIER:
    case BODY_LANDMARK_HEIGHT:
        finding_add(&assembly->findings, FINDING_ERROR, path, 0, 0, "landmarks", "",
                    "%s: %s, off by %.0f mm, %.1f standard deviations; at most %.1f",
                    body_result_text(result), landmark, 1e3 * refusal->distance_m,
                    refusal->deviations, REGISTRATION_DEVIATIONS_MAX);
        return;
    case BODY_LANDMARKS_TOO_FAR:
    case BODY_LANDMARKS_SHAPE:
        finding_add(&assembly->findings, FINDING_ERROR, path, 0, 0, "landmarks", "",
                    "%s; C7 at most %.0f mm off, turned by at most %.0f degrees",
                    body_result_text(result), 1e3 * REGISTRATION_SHIFT_MAX_M,
                    REGISTRATION_TURN_MAX_RAD * 180.0 / 3.14159265358979323846);
        return;
    }
}

/// Tells in one warning which regions a scan leaves to the model, and how much of the worst.
static void warn_of_holes(assembly_t* assembly, const body_scan_report_t* report)
{
    const body_settings_t* body = &assembly->body_settings;
    int worst = -1;
    int count = 0;
    for (int i = 0; i < body->region_count; ++i) {
        if (report->region_share[i] < 1.0) {
            ++count;
            if (worst < 0 || report->region_share[i] < report->region_share[worst]) {
                worst = i;
            }
        }
    }
    if (count > 0) {
        finding_add(&assembly->findings, FINDING_WARNING, assembly->client.scan, 0, 0, "", "",
                    "the scan has holes over %d of %d regions, where the model fills in: %s has "
                    "%.0f %% of its skin measured",
                    count, body->region_count, body->regions[worst].name,
                    100.0 * report->region_share[worst]);
    }
}

static bool lay_scan(assembly_t* assembly)
{
    const char* path = assembly->scan_path[0] != '\0' ? assembly->scan_path : assembly->client.scan;
    ply_points_t points;
    body_scan_report_t report;
    if (path[0] == '\0') {
        return true;
    }
    if (!ply_file_read(path, &points, &assembly->findings)) {
        return false;
    }
    (void)inputs_add(&assembly->inputs, INPUT_SCAN, path);
    const body_scan_result_t result = body_lay_scan(&assembly->body, &points, &report);
    ply_points_free(&points);
    if (result == BODY_SCAN_OK) {
        warn_of_holes(assembly, &report);
    } else {
        finding_add(&assembly->findings, FINDING_ERROR, path, 0, 0, "", "",
                    "%s: %d points over the body, %d of them refused, %.0f mm off in the middle",
                    body_scan_result_text(result), report.over_count, report.outlier_count,
                    1e3 * report.shift_m);
    }
    return result == BODY_SCAN_OK;
}

bool assembly_load_table(assembly_t* assembly, const options_t* options)
{
    findings_t* findings = &assembly->findings;
    char machine_path[ASSEMBLY_PATH_CAPACITY];
    char safety_path[ASSEMBLY_PATH_CAPACITY];
    char body_path[ASSEMBLY_PATH_CAPACITY];
    char client_path[ASSEMBLY_PATH_CAPACITY];
    char screening_path[ASSEMBLY_PATH_CAPACITY];
    char devices[ASSEMBLY_PATH_CAPACITY];
    if (!option_path(options, OPTION_MACHINE, "config/machines/rail6.yaml", machine_path,
                     findings) ||
        !option_path(options, OPTION_SAFETY, "config/safety/default.yaml", safety_path, findings) ||
        !option_path(options, OPTION_BODY, "config/bodies/prone.yaml", body_path, findings) ||
        !option_path(options, OPTION_CLIENT, "routines/clients/average-man.yaml", client_path,
                     findings) ||
        !option_path(options, OPTION_SCREENING, ASSEMBLY_SCREENING, screening_path, findings) ||
        !assembly_device_directory(machine_path, devices, sizeof devices)) {
        return false;
    }
    (void)snprintf(assembly->machine_path, sizeof assembly->machine_path, "%s", machine_path);
    // Each is loaded whatever became of the others, so that one look shows every mistake.
    bool good = load_machine(machine_path, devices, &assembly->machine, findings);
    good = load_safety(safety_path, &assembly->safety, findings) && good;
    good = load_body(body_path, &assembly->body_settings, findings) && good;
    good = load_screening(screening_path, &assembly->screening, findings) && good;
    good = client_load(client_path, &assembly->client, findings) && good;
    good = good && client_effects(&assembly->client, &assembly->screening, &assembly->body_settings,
                                  &assembly->effects, findings);
    if (!good ||
        !load_check_together(&assembly->machine, &assembly->safety, machine_path, findings)) {
        return false;
    }
    (void)inputs_add(&assembly->inputs, INPUT_MACHINE, machine_path);
    (void)inputs_add(&assembly->inputs, INPUT_SAFETY, safety_path);
    (void)inputs_add(&assembly->inputs, INPUT_BODY, body_path);
    (void)inputs_add(&assembly->inputs, INPUT_CLIENT, client_path);
    (void)inputs_add(&assembly->inputs, INPUT_SCREENING, screening_path);
    (void)inputs_find(&assembly->inputs, safety_path, &assembly->files.safety);
    (void)inputs_find(&assembly->inputs, body_path, &assembly->files.body);
    for (int i = 0; i < assembly->machine.profile_count; ++i) {
        char profile[2 * ASSEMBLY_PATH_CAPACITY];
        (void)snprintf(profile, sizeof profile, "%s/%s.yaml", devices,
                       assembly->machine.profiles[i].name);
        (void)inputs_add(&assembly->inputs, INPUT_DEVICE, profile);
    }
    const body_result_t result =
        body_build(&assembly->body_settings, &assembly->client, assembly->machine.neck_x_m,
                   assembly->machine.table_length_m, &assembly->body);
    if (result != BODY_OK) {
        refuse_client(assembly, client_path, result);
    }
    return result == BODY_OK && lay_scan(assembly);
}

bool assembly_judge_client(assembly_t* assembly, const options_t* options,
                           const client_settings_t* client)
{
    findings_t* findings = &assembly->findings;
    char body_path[ASSEMBLY_PATH_CAPACITY];
    char screening_path[ASSEMBLY_PATH_CAPACITY];
    body_settings_t body;
    screening_settings_t screening;
    client_effects_t effects;
    if (!option_path(options, OPTION_BODY, "config/bodies/prone.yaml", body_path, findings) ||
        !option_path(options, OPTION_SCREENING, ASSEMBLY_SCREENING, screening_path, findings) ||
        !load_body(body_path, &body, findings) ||
        !load_screening(screening_path, &screening, findings) ||
        !client_effects(client, &screening, &body, &effects, findings)) {
        return false;
    }
    (void)client_refuse(client, &screening, &effects, FINDING_WARNING, findings);
    return true;
}

bool assembly_judge_screening(assembly_t* assembly, int today)
{
    return client_screening_holds(&assembly->client, &assembly->screening, &assembly->effects,
                                  today, &assembly->findings);
}

bool assembly_load_ledger(assembly_t* assembly, const options_t* options, bool own, int64_t now_s)
{
    findings_t* findings = &assembly->findings;
    const char* named = options->text[OPTION_LEDGER];
    assembly->ledger_path[0] = '\0';
    assembly->week_known = false;
    if (named == NULL && !own) {
        return true;
    }
    const int length =
        named != NULL ? snprintf(assembly->ledger_path, sizeof assembly->ledger_path, "%s", named)
                      : 0;
    const bool fits = named != NULL
                          ? length >= 0 && length < ASSEMBLY_PATH_CAPACITY
                          : ledger_path(RUN_PARENT_DEFAULT, assembly->client.name,
                                        assembly->ledger_path, sizeof assembly->ledger_path);
    if (!fits) {
        finding_add(findings, FINDING_ERROR, named, 0, 0, "", "",
                    "the path is longer than %d bytes", ASSEMBLY_PATH_CAPACITY - 1);
        return false;
    }
    ledger_report_t report;
    const ledger_result_t result =
        ledger_read(assembly->ledger_path, assembly->client.name, now_s, &assembly->week, &report);
    assembly->week_known = result == LEDGER_OK;
    ledger_tell(assembly->ledger_path, result, &report, findings);
    return assembly->week_known;
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

/// Loads a routine and the arm that is to play it; without a pad of the routine's name the arm has
/// its first, and the pad's index is -1.
static bool read_routine(assembly_t* assembly, const char* path, chain_t* chain)
{
    if (!routine_load(path, &assembly->body, &assembly->routine, &assembly->findings)) {
        return false;
    }
    (void)inputs_add(&assembly->inputs, INPUT_ROUTINE, path);
    (void)inputs_find(&assembly->inputs, path, &assembly->files.routine);
    const arm_settings_t* arm = &assembly->machine.arm;
    const int pad_index = pad_named(&arm->tool, assembly->routine.pad);
    assembly->pad_index = pad_index;
    if (!chain_build(arm, pad_index >= 0 ? pad_index : 0, chain)) {
        finding_add(&assembly->findings, FINDING_ERROR, path, 0, 0, "pad", "",
                    "no chain can be built from the machine's arm with pad '%s'",
                    assembly->routine.pad);
        return false;
    }
    return true;
}

bool assembly_read_routine(assembly_t* assembly, const char* path)
{
    chain_t chain;
    if (!read_routine(assembly, path, &chain)) {
        return false;
    }
    if (assembly->pad_index < 0) {
        refuse_pad(&assembly->machine.arm.tool, path, assembly->routine.pad, &assembly->findings);
    }
    return assembly->pad_index >= 0;
}

bool assembly_load_routine(assembly_t* assembly, const char* path)
{
    findings_t* findings = &assembly->findings;
    chain_t chain;
    if (!read_routine(assembly, path, &chain)) {
        return false;
    }
    const int pad_index = assembly->pad_index;
    const routine_check_inputs_t inputs = {
        .body = &assembly->body,
        .safety = &assembly->safety,
        .machine = &assembly->machine,
        .chain = &chain,
        .pad = pad_index >= 0 ? &assembly->machine.arm.tool.pads[pad_index] : NULL,
        .client = &assembly->client,
        .screening = &assembly->screening,
        .effects = &assembly->effects,
        .week = assembly->week_known ? &assembly->week : NULL,
    };
    const clock_t before = clock();
    const bool good = routine_check(&assembly->routine, &inputs, &assembly->figures, findings);
    assembly->check_processor_s = (double)(clock() - before) / CLOCKS_PER_SEC;
    return bus_admit_contact(assembly) && good;
}

bool assembly_judge_approval(assembly_t* assembly, approval_t* approval)
{
    const char* routine = assembly->routine.path;
    const machine_settings_t* machine = &assembly->machine;
    char path[ASSEMBLY_PATH_CAPACITY];
    if (!approval_path(routine, path, sizeof path) || access(path, F_OK) != 0) {
        finding_add(&assembly->findings, FINDING_ERROR, routine, 0, 0, "", "",
                    "not-approved: nobody has approved this routine; 'knead sign' writes %s", path);
        return false;
    }
    if (!approval_read(path, approval, &assembly->findings)) {
        return false;
    }
    const approval_result_t result =
        approval_judge(approval, &assembly->files, machine->approvers, machine->approver_count);
    if (result != APPROVAL_OK) {
        finding_add(&assembly->findings, FINDING_ERROR, path, 0, 0, "", "",
                    "not-approved: %s; it was approved by %s on %s", approval_result_text(result),
                    approval->by, approval->date);
    }
    return result == APPROVAL_OK;
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

bool assembly_load_expectation(assembly_t* assembly, const options_t* options, bool in_process)
{
    const char* path = options->text[OPTION_SCENARIO];
    findings_t* findings = &assembly->findings;
    if (path == NULL) {
        return true;
    }
    assembly->expects =
        scenario_read(path, &assembly->machine, &assembly->scenario, findings) &&
        scenario_run_names_known(&assembly->scenario, path, findings) &&
        (assembly->routine.step_count == 0 || // not known yet
         scenario_run_fits_routine(&assembly->scenario, &assembly->routine, path, findings)) &&
        (in_process || scenario_fits_table(&assembly->scenario, path, findings));
    return assembly->expects;
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
    (void)inputs_add(&assembly->inputs, INPUT_REQUESTS, path);
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
    assembly->session.effects = &assembly->effects;
    const int liked = INTENSITY_AS_WRITTEN + assembly->client.intensity_over_written;
    assembly->session.intensity_start = liked < INTENSITY_LEVEL_MIN   ? INTENSITY_LEVEL_MIN
                                        : liked > INTENSITY_LEVEL_MAX ? INTENSITY_LEVEL_MAX
                                                                      : liked;
    if (!built) {
        finding_add(&assembly->findings, FINDING_ERROR, assembly->routine.path, 0, 0, "", "",
                    "machine and pad do not fit together");
    }
    return built;
}

static void build_world(assembly_t* assembly, const options_t* options)
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
    double offset_m, turn_rad;
    body_lie_bounds(&assembly->body, assembly->machine.neck_x_m, 0.0, &offset_m, &turn_rad);
    world_settings_draw_body(world, offset_m, turn_rad);
    const char* scenario = options->text[OPTION_SCENARIO];
    if (scenario != NULL) {
        (void)inputs_add(&assembly->inputs, INPUT_SCENARIO, scenario);
    }
}

bool assembly_build_world(assembly_t* assembly, const options_t* options)
{
    const char* scenario = options->text[OPTION_SCENARIO];
    build_world(assembly, options);
    return scenario == NULL || scenario_load(scenario, &assembly->world, &assembly->findings);
}

bool assembly_build_run_world(assembly_t* assembly, const options_t* options)
{
    build_world(assembly, options);
    return !assembly->expects || scenario_give_world(&assembly->scenario, &assembly->world);
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
