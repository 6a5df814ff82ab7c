#include <stdio.h>
#include <string.h>

#include "config/load.h"
#include "controller/cli/json_text.h"
#include "controller/cli/verb.h"
#include "routines/routine_load.h"

/// How far the table that routines are checked on has got.
typedef enum { TABLE_NOT_LOADED, TABLE_LOADED, TABLE_REFUSED } table_state_t;

typedef struct {
    const options_t* options;
    assembly_t* assembly;
    table_state_t table;
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
    machine_settings_t machine;
    return load_machine(path, devices, &machine, &assembly->findings);
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

static bool read_device(check_t* check, const char* path)
{
    device_profile_t profile;
    return load_device_profile(path, &profile, &check->assembly->findings);
}

static bool read_client(check_t* check, const char* path)
{
    client_settings_t client;
    return client_load(path, &client, &check->assembly->findings);
}

static bool read_routine(check_t* check, const char* path)
{
    assembly_t* assembly = check->assembly;
    if (check->table == TABLE_NOT_LOADED) {
        check->table = assembly_load_table(assembly, check->options) ? TABLE_LOADED : TABLE_REFUSED;
    }
    if (check->table == TABLE_REFUSED) {
        if (assembly->findings.error_count == 0) { // they were said with the first routine
            finding_add(&assembly->findings, FINDING_ERROR, path, 0, 0, "", "",
                        "not checked, because the table it is for was refused");
        }
        return false;
    }
    return assembly_load_routine(assembly, path);
}

static const kind_row_t kinds[] = {
    {"machine", read_machine}, {"safety", read_safety},   {"body", read_body},
    {"device", read_device},   {"routine", read_routine}, {"client", read_client},
};
#define KIND_COUNT ((int)(sizeof kinds / sizeof kinds[0]))

static const kind_row_t* kind_of(const char* path, char* kind, findings_t* findings)
{
    if (!load_kind(path, kind, findings)) {
        return NULL;
    }
    const char* words[KIND_COUNT + 1] = {0};
    for (int i = 0; i < KIND_COUNT; ++i) {
        if (strcmp(kinds[i].name, kind) == 0) {
            return &kinds[i];
        }
        words[i] = kinds[i].name;
    }
    const char* nearest = finding_nearest(kind, words);
    finding_add(findings, FINDING_ERROR, path, 0, 0, "kind", "", "there is no kind '%s'%s%s%s",
                kind, nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                nearest != NULL ? "'?" : "");
    return NULL;
}

static void print_figures(const routine_figures_t* figures)
{
    (void)printf("  planned %.0f s, in contact %.0f s\n", figures->planned_s, figures->contact_s);
    (void)printf("  force up to %.1f N, speed up to %.0f mm/s\n", figures->force_max_N,
                 figures->speed_max_mps * 1e3);
    (void)printf("  reach checked at %d places: worst error %.3f mm, nearest joint limit %.3f "
                 "rad or m\n",
                 figures->place_count, figures->reach_error_max_m * 1e3, figures->joint_margin_min);
}

static void print_figures_json(const routine_figures_t* figures)
{
    const struct {
        const char* name;
        double number;
    } rows[] = {
        {"planned_s", figures->planned_s},
        {"contact_s", figures->contact_s},
        {"force_max_N", figures->force_max_N},
        {"speed_max_mps", figures->speed_max_mps},
        {"reach_error_max_m", figures->reach_error_max_m},
        {"joint_margin_min", figures->joint_margin_min},
        {"place_count", figures->place_count},
    };
    (void)printf(", \"figures\": {");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        (void)printf("%s\"%s\": ", i == 0 ? "" : ", ", rows[i].name);
        json_print_number(stdout, rows[i].number);
    }
    (void)printf("}");
}

static void print_result(const char* path, bool good, const routine_figures_t* figures,
                         const findings_t* findings)
{
    findings_print(findings, stderr);
    if (good) {
        (void)printf("%s: ok\n", path);
        if (figures != NULL) {
            print_figures(figures);
        }
    }
}

static void print_result_json(const char* path, const char* kind, bool good,
                              const routine_figures_t* figures, const findings_t* findings)
{
    (void)printf("{\"file\": ");
    json_print_text(stdout, path);
    (void)printf(", \"kind\": ");
    json_print_text(stdout, kind);
    (void)printf(", \"ok\": %s", good ? "true" : "false");
    if (good && figures != NULL) {
        print_figures_json(figures);
    }
    (void)printf(", \"findings\": ");
    findings_print_json(findings, stdout);
    (void)printf("}");
}

static bool check_file(check_t* check, const char* path)
{
    findings_t* findings = &check->assembly->findings;
    *findings = (findings_t){0};
    char kind[NAME_CAPACITY] = "";
    const kind_row_t* row = kind_of(path, kind, findings);
    const bool good = row != NULL && row->read(check, path) && findings->error_count == 0;
    const bool routine = row != NULL && row->read == read_routine;
    const routine_figures_t* figures = routine ? &check->assembly->figures : NULL;
    if (check->options->given[OPTION_JSON]) {
        print_result_json(path, kind, good, figures, findings);
    } else {
        print_result(path, good, figures, findings);
    }
    return good;
}

exit_code_t verb_check(const options_t* options, assembly_t* assembly)
{
    check_t check = {options, assembly, TABLE_NOT_LOADED};
    const bool json = options->given[OPTION_JSON];
    bool good = true;
    for (int i = 0; i < options->operand_count; ++i) {
        if (json) {
            (void)printf("%s", i == 0 ? "[" : ",\n ");
        }
        good = check_file(&check, options->operands[i]) && good;
    }
    if (json) {
        (void)printf("]\n");
    }
    return good ? EXIT_DONE : EXIT_INVALID_FILE;
}
