#include <stdio.h>
#include <string.h>
#include <time.h>

#include "config/load.h"
#include "controller/campaign/scenario_run.h"
#include "controller/cli/bus_admission.h"
#include "controller/cli/routine_figures.h"
#include "controller/cli/verb.h"
#include "controller/record/json.h"
#include "routines/client_load.h"
#include "routines/routine_load.h"

/// How far the table that routines and scenarios are checked on has got.
typedef enum { TABLE_NOT_LOADED, TABLE_LOADED, TABLE_REFUSED } table_state_t;

typedef struct {
    const options_t* options;
    assembly_t* assembly;
    table_state_t table;
    bool machine_read; // the file was a machine's, and `machine` is what it says
    machine_settings_t machine;
} check_t;

/// The kinds of file and who reads them.
typedef struct {
    const char* name;
    bool (*read)(check_t* check, const char* path);
} kind_row_t;

static bool read_machine(check_t* check, const char* path)
{
    assembly_t* assembly = check->assembly;
    char devices[ASSEMBLY_PATH_CAPACITY];
    if (!assembly_device_directory(path, devices, sizeof devices)) {
        finding_add(&assembly->findings, FINDING_ERROR, path, 0, 0, "", "", "the path is too long");
        return false;
    }
    check->machine_read = load_machine(path, devices, &check->machine, &assembly->findings);
    return check->machine_read && bus_admit_machine(&check->machine, path, &assembly->findings);
}

static bool read_safety(check_t* check, const char* path)
{
    safety_settings_t safety;
    return load_safety(path, &safety, &check->assembly->findings);
}

static bool read_body(check_t* check, const char* path)
{
    body_settings_t body;
    return load_body(path, &body, &check->assembly->findings);
}

static bool read_screening(check_t* check, const char* path)
{
    screening_settings_t screening;
    return load_screening(path, &screening, &check->assembly->findings);
}

static bool read_device(check_t* check, const char* path)
{
    device_profile_t profile;
    return load_device_profile(path, &profile, &check->assembly->findings);
}

static bool read_client(check_t* check, const char* path)
{
    client_settings_t client;
    return client_load(path, &client, &check->assembly->findings) &&
           assembly_judge_client(check->assembly, check->options, &client);
}

/// Loads the table at the first file that needs it; false, with a finding, if it was refused.
static bool table_ready(check_t* check, const char* path)
{
    assembly_t* assembly = check->assembly;
    if (check->table == TABLE_NOT_LOADED) {
        const bool loaded =
            assembly_load_table(assembly, check->options) &&
            assembly_load_ledger(assembly, check->options, assembly->machine.world == WORLD_REAL,
                                 (int64_t)time(NULL));
        check->table = loaded ? TABLE_LOADED : TABLE_REFUSED;
    }
    if (check->table == TABLE_REFUSED) {
        finding_add(&assembly->findings, FINDING_ERROR, path, 0, 0, "", "",
                    "not checked, because the table it is for was refused");
        return false;
    }
    return true;
}

static bool read_routine(check_t* check, const char* path)
{
    return table_ready(check, path) && assembly_load_routine(check->assembly, path);
}

static bool read_scenario(check_t* check, const char* path)
{
    scenario_t scenario;
    return table_ready(check, path) &&
           scenario_read(path, &check->assembly->machine, &scenario, &check->assembly->findings) &&
           scenario_run_names_known(&scenario, path, &check->assembly->findings);
}

static bool read_approval(check_t* check, const char* path)
{
    approval_t approval;
    return approval_read(path, &approval, &check->assembly->findings);
}

static bool read_signing_key(check_t* check, const char* path)
{
    signing_key_t key;
    const bool read = signing_key_read(path, &key, &check->assembly->findings);
    signing_key_forget(&key);
    return read;
}

static bool read_requests(check_t* check, const char* path)
{
    request_script_t script;
    return request_script_load(path, &script, &check->assembly->findings);
}

static const kind_row_t kinds[] = {
    {"machine", read_machine},     {"safety", read_safety},     {"body", read_body},
    {"device", read_device},       {"routine", read_routine},   {"client", read_client},
    {"scenario", read_scenario},   {"approval", read_approval}, {"signing_key", read_signing_key},
    {"screening", read_screening}, {"requests", read_requests},
};
#define KIND_COUNT ((int)(sizeof kinds / sizeof kinds[0]))

/// A finding at the place where the file says its kind.
static void refuse_kind(const char* path, const char* kind, findings_t* findings)
{
    const char* words[KIND_COUNT + 1] = {0};
    for (int i = 0; i < KIND_COUNT; ++i) {
        words[i] = kinds[i].name;
    }
    const char* nearest = finding_nearest(kind, words);
    yaml_document_t document;
    if (yaml_document_read(path, &document, findings)) {
        fields_refuse(&document, yaml_child(&document, 0, "kind"), "kind", findings,
                      "there is no kind '%s'%s%s%s", kind,
                      nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                      nearest != NULL ? "'?" : "");
        yaml_document_free(&document);
    }
}

static const kind_row_t* kind_of(const char* path, char* kind, findings_t* findings)
{
    if (!load_kind(path, kind, findings)) {
        return NULL;
    }
    for (int i = 0; i < KIND_COUNT; ++i) {
        if (strcmp(kinds[i].name, kind) == 0) {
            return &kinds[i];
        }
    }
    refuse_kind(path, kind, findings);
    return NULL;
}

static void write_findings(json_t* json, const findings_t* findings)
{
    json_integer(json, "error_count", findings->error_count);
    json_integer(json, "warning_count", findings->warning_count);
    json_array_begin(json, "findings");
    for (int i = 0; i < findings->count; ++i) {
        const finding_t* finding = &findings->at[i];
        json_object_begin(json, NULL);
        json_text(json, "severity", finding->severity == FINDING_ERROR ? "error" : "warning");
        json_text(json, "path", finding->path);
        json_integer(json, "line", finding->line);
        json_integer(json, "column", finding->column);
        json_text(json, "field", finding->field);
        json_text(json, "message", finding->message);
        json_text(json, "excerpt", finding->excerpt);
        json_object_end(json);
    }
    json_array_end(json);
}

/// `routine` and `machine` are null for other kinds of file. What a machine's bus takes is also
/// shown of one that is refused for it.
static void print_result(const char* path, bool good, const assembly_t* routine,
                         const machine_settings_t* machine, const findings_t* findings)
{
    findings_print(findings, stderr);
    if (good) {
        (void)printf("%s: ok\n", path);
        if (routine != NULL) {
            routine_figures_print(routine);
        }
    }
    if (machine != NULL) {
        bus_budget_print(machine, stdout);
    }
}

static void write_result(json_t* json, const char* path, const char* kind, bool good,
                         const assembly_t* routine, const machine_settings_t* machine,
                         const findings_t* findings)
{
    json_object_begin(json, NULL);
    json_text(json, "file", path);
    json_text(json, "kind", kind);
    json_boolean(json, "ok", good);
    if (good && routine != NULL) {
        routine_figures_write(json, routine);
    }
    if (machine != NULL) {
        bus_budget_write(json, machine);
    }
    write_findings(json, findings);
    json_object_end(json);
}

/// `json` is null where people read.
static bool check_file(check_t* check, const char* path, json_t* json)
{
    findings_t* findings = &check->assembly->findings;
    *findings = (findings_t){0};
    char kind[NAME_CAPACITY] = "";
    check->machine_read = false;
    const kind_row_t* row = kind_of(path, kind, findings);
    const bool good = row != NULL && row->read(check, path) && findings->error_count == 0;
    const assembly_t* routine = row != NULL && row->read == read_routine ? check->assembly : NULL;
    const machine_settings_t* machine = check->machine_read ? &check->machine : NULL;
    if (json != NULL) {
        write_result(json, path, kind, good, routine, machine, findings);
    } else {
        print_result(path, good, routine, machine, findings);
    }
    return good;
}

exit_code_t verb_check(const options_t* options, assembly_t* assembly)
{
    check_t check = {.options = options, .assembly = assembly};
    json_t json = json_to_file(stdout);
    const bool wants_json = options->given[OPTION_JSON];
    bool good = true;
    if (wants_json) {
        json_array_begin(&json, NULL);
    }
    for (int i = 0; i < options->operand_count; ++i) {
        good = check_file(&check, options->operands[i], wants_json ? &json : NULL) && good;
    }
    if (wants_json) {
        json_array_end(&json);
    }
    return good ? EXIT_DONE : EXIT_INVALID_FILE;
}
