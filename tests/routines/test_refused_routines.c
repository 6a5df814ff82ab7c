/// Every file of tests/data/refused is refused for exactly the rules that its rows of expected.txt
/// name, at exactly these lines, and no rule of the check is without a file that shows it. Files
/// that only a warning is about are accepted with it.
#include "tests/support/cmocka_prelude.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "config/load.h"
#include "routines/client_effects.h"
#include "routines/client_load.h"
#include "routines/dose.h"
#include "routines/routine_check.h"
#include "routines/routine_load.h"

#define FOLDER "tests/data/refused"
#define ROW_CAPACITY 400
#define WORD_CAPACITY 100

static machine_settings_t machine;
static safety_settings_t safety;
static body_settings_t settings;
static body_t body;
static client_settings_t client;
static screening_settings_t screening;
static client_effects_t effects;
static dose_sum_t week;
static routine_t routine;
static findings_t findings;

// --------------------------------------------------------------------------------- the variants

static region_settings_t* region(const char* name)
{
    const int index = body_region_named(&settings, name);
    assert_true(index >= 0);
    return &settings.regions[index];
}

static joint_settings_t* joint(const char* name)
{
    int i = 0;
    while (i < machine.arm.joint_count - 1 && strcmp(machine.arm.joints[i].name, name) != 0) {
        i++;
    }
    assert_string_equal(machine.arm.joints[i].name, name);
    return &machine.arm.joints[i];
}

static void tender(void)
{
    region("gluteus.left")->force_max_N.value = 20.0;
    region("gluteus.left")->pressure_max_Pa.value = 30e3;
}
static void wide_spine(void)
{
    for (int i = 0; i < settings.zone_count; i++) {
        if (strcmp(settings.zones[i].name, "spine") == 0) {
            settings.zones[i].margin_m.value = 0.035;
        }
    }
}
static void unsure(void)
{
    settings.registration_error_m = 0.030;
}
static void turned(void)
{
    settings.registration_error_rad = 0.07;
}
static void steep(void)
{
    region("calf.left")->across_min_m = 0.0;
    region("calf.left")->across_max_m = 0.055;
}
static void slow_limits(void)
{
    safety.contact_speed_max_mps.value = 0.050;
}
static void short_session(void)
{
    safety.session_time_max_s.value = 88.0;
}
static void short_rail(void)
{
    joint("rail")->position_max = 0.30;
    joint("rail")->parked = joint("rail")->preferred = 0.2;
}
static void shortened_rail(void)
{
    joint("rail")->position_max = 0.45;
    joint("rail")->parked = joint("rail")->preferred = 0.3;
}
static void tight_rail(void)
{
    joint("rail")->position_max = 1.2;
}
static void slow_rail(void)
{
    joint("rail")->velocity_max = 0.02;
}
static void heavy_arm(void)
{
    for (int i = 0; i < machine.arm.joint_count; ++i) {
        machine.arm.joints[i].acceleration_max *= 0.02;
    }
}
static void sluggish_arm(void)
{
    for (int i = 1; i < machine.arm.joint_count; ++i) {
        machine.arm.joints[i].acceleration_max *= 0.375;
    }
}
static void quick_yield(void)
{
    safety.yield_speed_mps.value = 2.0;
}
static void slow_wrist(void)
{
    joint("joint_5")->velocity_max = 0.15;
}
static void wide_table(void)
{
    machine.table_width_m = 1.5;
}
static void thick_forearm(void)
{
    joint("joint_4")->radius_m = 0.18;
}
static void gentle_shear(void)
{
    safety.shear_force_max_N.value = 6.0;
}
static void unsure_height(void)
{
    safety.surface_search_m.value = 0.002;
}
static void folded(void)
{
    joint("joint_3")->parked = 2.7;
}
static void slow_bus(void)
{
    machine.period_us = 200000;
}

static void load_client(const char* path)
{
    assert_true(client_load(path, &client, &findings));
}
static void not_today(void)
{
    load_client("routines/clients/not-today.yaml");
}
static void cleared(void)
{
    load_client("routines/clients/cleared-by-physician.yaml");
}
static void runner(void)
{
    load_client("routines/clients/sore-runner.yaml");
}
static void not_asked(void)
{
    client.screened = false;
}
static void sore(void)
{
    client.pressure_max_Pa = 20e3;
}
static void uncleared(void)
{
    for (int i = 0; i < client.answer_count; i++) {
        if (strcmp(client.answers[i].condition, "cancer") == 0) {
            client.answers[i].answer = ANSWER_YES;
        }
    }
}
static void had_before(double contact_s, double impulse_Ns)
{
    const dose_region_t dose = {.contact_s = contact_s, .impulse_Ns = impulse_Ns};
    assert_true(dose_sum_add(&week, "gluteus.left", &dose));
}
static void long_week(void)
{
    had_before(1680.0, 10e3);
}
static void hard_week(void)
{
    had_before(600.0, 34e3);
}

static const struct {
    const char* name;
    void (*apply)(void);
} variants[] = {
    {"tender", tender},
    {"wide_spine", wide_spine},
    {"unsure", unsure},
    {"turned", turned},
    {"steep", steep},
    {"slow_limits", slow_limits},
    {"short_session", short_session},
    {"short_rail", short_rail},
    {"shortened_rail", shortened_rail},
    {"tight_rail", tight_rail},
    {"slow_rail", slow_rail},
    {"heavy_arm", heavy_arm},
    {"slow_wrist", slow_wrist},
    {"sluggish_arm", sluggish_arm},
    {"quick_yield", quick_yield},
    {"wide_table", wide_table},
    {"thick_forearm", thick_forearm},
    {"slow_bus", slow_bus},
    {"folded", folded},
    {"not_today", not_today},
    {"cleared", cleared},
    {"runner", runner},
    {"not_asked", not_asked},
    {"sore", sore},
    {"uncleared", uncleared},
    {"long_week", long_week},
    {"hard_week", hard_week},
    {"gentle_shear", gentle_shear},
    {"unsure_height", unsure_height},
};

static void apply_variant(const char* name)
{
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        if (strcmp(variants[i].name, name) == 0) {
            variants[i].apply();
            return;
        }
    }
    assert_string_equal(name, "");
}

// ------------------------------------------------------------------------------------- the rows

typedef struct {
    char file[WORD_CAPACITY];
    char rule[WORD_CAPACITY];
    int line;
    char variant[WORD_CAPACITY];
} row_t;

static row_t rows[ROW_CAPACITY];
static int row_count;

static void read_rows(void)
{
    FILE* file = fopen(FOLDER "/expected.txt", "r");
    assert_non_null(file);
    char line[4 * WORD_CAPACITY];
    row_count = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#') {
            continue;
        }
        assert_true(row_count < ROW_CAPACITY);
        row_t* row = &rows[row_count++];
        *row = (row_t){.line = -1};
        char number[WORD_CAPACITY] = "";
        char* end = number;
        const int read =
            sscanf(line, "%99s | %99s | %99s | %99s", row->file, row->rule, number, row->variant);
        row->line = (int)strtol(number, &end, 10);
        if (read < 3 || end == number || *end != '\0') {
            fail_msg("not a row: %s", line);
        }
    }
    fclose(file);
}

static const char* variant_of(const char* file)
{
    const char* variant = NULL;
    for (int i = 0; i < row_count; i++) {
        if (strcmp(rows[i].file, file) == 0) {
            assert_true(variant == NULL || strcmp(variant, rows[i].variant) == 0);
            variant = rows[i].variant;
        }
    }
    if (variant == NULL) {
        fail_msg("%s has no row in expected.txt", file);
    }
    return variant;
}

static bool begins_with_word(const char* message, const char* word)
{
    return strncmp(message, word, strlen(word)) == 0 && message[strlen(word)] == ':';
}

/// Takes a finding out of the rows; false if no row expects it. `open` says which rows still wait.
static bool take_row(const char* file, const finding_t* finding, bool open[ROW_CAPACITY])
{
    for (int i = 0; i < row_count; i++) {
        if (open[i] && strcmp(rows[i].file, file) == 0 && rows[i].line == finding->line &&
            begins_with_word(finding->message, rows[i].rule)) {
            open[i] = false;
            return true;
        }
    }
    return false;
}

/// Every check makes fresh ones: a variant changes them.
static void lay_table(const char* variant)
{
    memset(&findings, 0, sizeof findings);
    memset(&week, 0, sizeof week);
    assert_true(load_machine("config/machines/rail6.yaml", "config/devices", &machine, &findings));
    assert_true(load_safety("config/safety/default.yaml", &safety, &findings));
    assert_true(load_body("config/bodies/prone.yaml", &settings, &findings));
    assert_true(client_load("routines/clients/average-man.yaml", &client, &findings));
    assert_true(load_screening("config/screening/published.yaml", &screening, &findings));
    apply_variant(variant);
    assert_true(client_effects(&client, &screening, &settings, &effects, &findings));
    assert_int_equal(
        body_build(&settings, &client, machine.neck_x_m, machine.table_length_m, &body), BODY_OK);
    memset(&findings, 0, sizeof findings);
}

static bool check_file(const char* name)
{
    char path[3 * WORD_CAPACITY];
    snprintf(path, sizeof path, FOLDER "/%s", name);
    if (!routine_load(path, &body, &routine, &findings)) {
        findings_print(&findings, stderr);
        fail_msg("%s is wrong in form", name);
    }
    const tool_settings_t* tool = &machine.arm.tool;
    int pad = tool->pad_count - 1;
    while (pad > 0 && strcmp(tool->pads[pad].name, routine.pad) != 0) {
        pad--;
    }
    chain_t chain;
    assert_true(chain_build(&machine.arm, pad, &chain));
    const routine_check_inputs_t inputs = {.body = &body,
                                           .safety = &safety,
                                           .machine = &machine,
                                           .chain = &chain,
                                           .pad = &tool->pads[pad],
                                           .client = &client,
                                           .screening = &screening,
                                           .effects = &effects,
                                           .week = &week};
    return routine_check(&routine, &inputs, NULL, &findings);
}

/// True if the file is answered as its rows say.
static bool answered_as_expected(const char* name)
{
    bool open[ROW_CAPACITY];
    for (int i = 0; i < row_count; i++) {
        open[i] = strcmp(rows[i].file, name) == 0;
    }
    lay_table(variant_of(name));
    const bool accepted = check_file(name);
    bool ok = accepted == (findings.error_count == 0);
    for (int i = 0; i < findings.count; i++) {
        const finding_t* finding = &findings.at[i];
        // A file of one side only is warned of besides.
        const bool aside =
            begins_with_word(finding->message, routine_rule_text(ROUTINE_RULE_BALANCE));
        if (!take_row(name, finding, open) && !aside) {
            print_error("%s: not expected: line %d: %s\n", name, finding->line, finding->message);
            ok = false;
        }
    }
    for (int i = 0; i < row_count; i++) {
        if (open[i]) {
            print_error("%s: not found: %s at line %d\n", name, rows[i].rule, rows[i].line);
            ok = false;
        }
    }
    return ok;
}

// ------------------------------------------------------------------------------------- the tests

static int setup(void** state)
{
    (void)state;
    read_rows();
    return 0;
}

static void every_file_is_refused_by_its_rule_at_its_line(void** state)
{
    (void)state;
    DIR* folder = opendir(FOLDER);
    assert_non_null(folder);
    int file_count = 0;
    int refused_count = 0;
    int wrong_count = 0;
    for (const struct dirent* entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strstr(entry->d_name, ".yaml") != NULL) {
            file_count++;
            wrong_count += !answered_as_expected(entry->d_name);
            refused_count += findings.error_count > 0;
        }
    }
    closedir(folder);
    print_message("%d files, %d of them refused\n", file_count, refused_count);
    assert_int_equal(wrong_count, 0);
    assert_true(refused_count >= 60);
}

static void every_row_names_a_file_that_is_there(void** state)
{
    (void)state;
    for (int i = 0; i < row_count; i++) {
        char path[3 * WORD_CAPACITY];
        snprintf(path, sizeof path, FOLDER "/%.99s", rows[i].file);
        FILE* file = fopen(path, "r");
        if (file == NULL) {
            print_error("%s\n", path);
        }
        assert_non_null(file);
        fclose(file);
    }
}

/// Rules that no file can break, each with why.
static bool beyond_files(routine_rule_t rule)
{
    // Techniques cut their own paths to the region; test_routine_check.c shows the rule.
    return rule == ROUTINE_RULE_REGION;
}

/// 1 and a message where no row names the rule.
static int missing(const char* rule)
{
    for (int i = 0; i < row_count; i++) {
        if (strcmp(rows[i].rule, rule) == 0) {
            return 0;
        }
    }
    print_error("no file for %s\n", rule);
    return 1;
}

static void every_rule_has_a_file_that_shows_it(void** state)
{
    (void)state;
    int missing_count = 0;
    for (int rule = 0; rule < ROUTINE_RULE_COUNT; rule++) {
        if (!beyond_files((routine_rule_t)rule)) {
            missing_count += missing(routine_rule_text((routine_rule_t)rule));
        }
    }
    // Of the client's rules those that a routine can break; the others are about his file.
    const client_rule_t of_client[] = {
        CLIENT_RULE_ABSOLUTE, CLIENT_RULE_CLEARANCE, CLIENT_RULE_TECHNIQUE, CLIENT_RULE_FORCE,
        CLIENT_RULE_PRESSURE, CLIENT_RULE_ZONE,      CLIENT_RULE_ROUTINE,   CLIENT_RULE_UNKNOWN};
    for (size_t i = 0; i < sizeof of_client / sizeof of_client[0]; i++) {
        missing_count += missing(client_rule_text(of_client[i]));
    }
    const dose_rule_t of_dose[] = {DOSE_RULE_SESSION_TIME, DOSE_RULE_SESSION_IMPULSE,
                                   DOSE_RULE_WEEK_TIME, DOSE_RULE_WEEK_IMPULSE};
    for (size_t i = 0; i < sizeof of_dose / sizeof of_dose[0]; i++) {
        missing_count += missing(dose_rule_text(of_dose[i]));
    }
    assert_int_equal(missing_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_is_refused_by_its_rule_at_its_line),
        cmocka_unit_test(every_row_names_a_file_that_is_there),
        cmocka_unit_test(every_rule_has_a_file_that_shows_it),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
