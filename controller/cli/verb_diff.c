#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/cli/run_open.h"
#include "controller/record/cycle_difference.h"
#include "controller/record/json.h"
#include "controller/report/compare_page.h"

#define LINE_CAPACITY 1200
#define DIFFERENCES_SHOWN 20

typedef struct {
    const char* names[2];
    assembly_t* assemblies[2];
    const compare_t* compare;
} compared_t;

static const session_t* session_of(const compared_t* compared, int which)
{
    return &compared->assemblies[which]->session;
}

static void decision_of(const compared_t* compared, int which, char text[LINE_CAPACITY])
{
    cycle_decision_text(session_of(compared, which), &compared->compare->decision[which], text,
                        LINE_CAPACITY);
}

// ------------------------------------------------------------------------------------- for people

static void print_figure(double figure)
{
    if (isfinite(figure)) {
        (void)printf(" %11.5g", figure);
    } else {
        (void)printf(" %11s", "unknown");
    }
}

/// Every field of the cycle that differs where the decisions part.
static int differences_of(const compared_t* compared, const cycle_difference_t** differences)
{
    static cycle_difference_t found[CYCLE_DIFFERENCE_MOST]; // large, and once a process
    *differences = found;
    return cycle_differences(session_of(compared, 0)->machine, &compared->compare->decision[0],
                             &compared->compare->decision[1], found);
}

static void print_decisions(const compared_t* compared)
{
    const compare_t* compare = compared->compare;
    const cycle_difference_t* differences = NULL;
    (void)printf("decisions part at cycle %lld, %.3f s\n",
                 (long long)compare->decision[0].input.cycle,
                 1e-6 * (double)compare->decision[0].input.now_us);
    for (int which = 0; which < 2; ++which) {
        char text[LINE_CAPACITY];
        decision_of(compared, which, text);
        (void)printf("  %-8s %s\n", which == 0 ? "first" : "second", text);
    }
    const int count = differences_of(compared, &differences);
    (void)printf("  %-36s %-26s %s\n", "field", "first", "second");
    for (int i = 0; i < count && i < DIFFERENCES_SHOWN; ++i) {
        (void)printf("  %-36s %-26s %s\n", differences[i].field, differences[i].first,
                     differences[i].second);
    }
    if (count > DIFFERENCES_SHOWN) {
        (void)printf("  and %d fields more; --json has them all\n", count - DIFFERENCES_SHOWN);
    }
}

static bool has_file(const inputs_t* inputs, const input_file_t* file)
{
    for (int i = 0; i < inputs->count; ++i) {
        if (inputs->at[i].role == file->role &&
            digest_equal(&inputs->at[i].digest, &file->digest)) {
            return true;
        }
    }
    return false;
}

/// The files that only one of the runs was made from: what was changed between them.
static void print_files(const compared_t* compared)
{
    bool same = true;
    for (int which = 0; which < 2; ++which) {
        const inputs_t* own = &compared->assemblies[which]->inputs;
        const inputs_t* others = &compared->assemblies[1 - which]->inputs;
        for (int i = 0; i < own->count; ++i) {
            if (!has_file(others, &own->at[i])) {
                same = false;
                (void)printf("only the %s was made from: %s %s\n", which == 0 ? "first" : "second",
                             input_role_text(own->at[i].role), own->at[i].path);
            }
        }
    }
    if (same) {
        (void)printf("files: both were made from the same\n");
    }
}

static void print_people(const compared_t* compared)
{
    const compare_t* compare = compared->compare;
    print_files(compared);
    (void)printf("  %-21s %11s %11s %11s %11s %-4s\n", "figure", "first", "second", "more",
                 "may differ", "");
    for (int id = 0; id < COMPARE_COUNT; ++id) {
        const compare_info_t* info = compare_info((compare_id_t)id);
        const compare_row_t* row = &compare->rows[id];
        (void)printf("  %-21s", info->word);
        print_figure(row->first);
        print_figure(row->second);
        print_figure(row->second - row->first);
        print_figure(row->tolerance);
        (void)printf(" %-4s %s\n", info->unit, compare_verdict_text(row->verdict));
    }
    if (compare->ending[0] != compare->ending[1]) {
        (void)printf(
            "duration, contact, dose and coverage are of whole runs, and not compared: the "
            "first is %s, the second %s\n",
            run_verdict_text(compare->ending[0]), run_verdict_text(compare->ending[1]));
    }
    if (compare->inputs_part) {
        (void)printf("inputs part at cycle %lld, %.3f s\n",
                     (long long)compare->input[0].input.cycle,
                     1e-6 * (double)compare->input[0].input.now_us);
    } else {
        (void)printf("inputs: the same in all cycles that both have\n");
    }
    if (compare->decisions_part) {
        print_decisions(compared);
    } else {
        (void)printf("decisions: the same in all cycles that both have\n");
    }
    (void)printf(compare_regressed(compare) ? "The second run is worse.\n"
                                            : "The second run is as good, or better.\n");
}

// ----------------------------------------------------------------------------------- for programs

static void write_parting(json_t* json, const char* key, bool part, const cycle_record_t* at)
{
    if (!part) {
        json_null(json, key);
        return;
    }
    json_object_begin(json, key);
    json_integer(json, "cycle", at->input.cycle);
    json_number(json, "time_s", 1e-6 * (double)at->input.now_us);
    json_object_end(json);
}

static void write_fields(json_t* json, const compared_t* compared)
{
    const cycle_difference_t* differences = NULL;
    const int count =
        compared->compare->decisions_part ? differences_of(compared, &differences) : 0;
    json_array_begin(json, "fields");
    for (int i = 0; i < count; ++i) {
        json_object_begin(json, NULL);
        json_text(json, "field", differences[i].field);
        json_text(json, "first", differences[i].first);
        json_text(json, "second", differences[i].second);
        json_object_end(json);
    }
    json_array_end(json);
}

static void print_json(const compared_t* compared)
{
    const compare_t* compare = compared->compare;
    json_t json = json_to_file(stdout);
    json_object_begin(&json, NULL);
    json_text(&json, "first", compared->names[0]);
    json_text(&json, "second", compared->names[1]);
    json_boolean(&json, "worse", compare_regressed(compare));
    json_object_begin(&json, "figures");
    for (int id = 0; id < COMPARE_COUNT; ++id) {
        const compare_info_t* info = compare_info((compare_id_t)id);
        const compare_row_t* row = &compare->rows[id];
        json_object_begin(&json, info->word);
        json_number(&json, "first", row->first);
        json_number(&json, "second", row->second);
        json_number(&json, "tolerance", row->tolerance);
        json_text(&json, "verdict", compare_verdict_text(row->verdict));
        json_object_end(&json);
    }
    json_object_end(&json);
    write_parting(&json, "inputs_part", compare->inputs_part, &compare->input[0]);
    write_parting(&json, "decisions_part", compare->decisions_part, &compare->decision[0]);
    write_fields(&json, compared);
    json_object_end(&json);
}

// --------------------------------------------------------------------------------------- the verb

static exit_code_t compare_opened(const options_t* options, assembly_t* assemblies[2],
                                  run_record_t runs[2])
{
    static compare_t compare; // large, and once a process
    compare_tolerances_t tolerances = compare_tolerances();
    const char* wrong = NULL;
    const char* given = options->text[OPTION_TOLERANCE];
    if (given != NULL && !compare_tolerances_read(given, &tolerances, &wrong)) {
        (void)fprintf(stderr,
                      "knead diff: --tolerance: '%s' is not FIGURE=NUMBER; the figures are the "
                      "words of the table\n",
                      wrong);
        return EXIT_USAGE;
    }
    compare_run_t sides[2];
    for (int which = 0; which < 2; ++which) {
        sides[which] = (compare_run_t){runs[which].reader, &runs[which].header, &runs[which].file,
                                       &runs[which].summary};
    }
    compare_runs(&sides[0], &sides[1], &tolerances, &compare);
    const compared_t compared = {.names = {runs[0].run.path, runs[1].run.path},
                                 .assemblies = {assemblies[0], assemblies[1]},
                                 .compare = &compare};
    if (options->given[OPTION_JSON]) {
        print_json(&compared);
    } else {
        print_people(&compared);
    }
    const char* path = options->text[OPTION_PAGE];
    const compare_page_t page = {.names = {compared.names[0], compared.names[1]},
                                 .sessions = {session_of(&compared, 0), session_of(&compared, 1)},
                                 .compare = &compare};
    if (path != NULL && !compare_page_write(&page, path)) {
        (void)fprintf(stderr, "knead diff: %s: %s\n", path, strerror(errno));
        return EXIT_INTERNAL;
    }
    for (int which = 0; which < 2; ++which) {
        if (compare.end[which] == CYCLE_READ_DAMAGED) {
            (void)fprintf(stderr, "knead diff: %s: %s\n", compared.names[which],
                          cycle_read_text(compare.end[which]));
            return EXIT_INVALID_FILE;
        }
    }
    return compare_regressed(&compare) ? EXIT_EXPECTATION_FAILED : EXIT_DONE;
}

exit_code_t verb_diff(const options_t* options, assembly_t* assembly)
{
    static run_record_t runs[2]; // large, and once a process
    assembly_t* assemblies[2] = {assembly, assembly_create()};
    if (assemblies[1] == NULL) {
        (void)fprintf(stderr, "knead diff: out of memory\n");
        return EXIT_INTERNAL;
    }
    exit_code_t code = EXIT_DONE;
    int opened = 0;
    while (code == EXIT_DONE && opened < 2) {
        code = run_open(options->operands[opened], NULL, assemblies[opened], &runs[opened]);
        opened += code == EXIT_DONE ? 1 : 0;
    }
    const char* page = options->text[OPTION_PAGE];
    for (int i = 0; i < opened && page != NULL && code == EXIT_DONE; ++i) {
        code = run_spares(&runs[i], page) ? EXIT_DONE : EXIT_USAGE;
    }
    if (code == EXIT_DONE) {
        code = compare_opened(options, assemblies, runs);
    }
    while (opened > 0) {
        run_close(&runs[--opened]);
    }
    assembly_destroy(assemblies[1]);
    return code;
}
