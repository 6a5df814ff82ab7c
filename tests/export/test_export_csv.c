// A table says what the record says, cell by cell; its time strictly rises whatever the clock did
// and however much of the record is there.
#include "tests/support/cmocka_prelude.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "controller/export/export_columns.h"
#include "controller/export/export_csv.h"
#include "tests/support/export_sample.h"

/// The table of the fixture's file; the caller frees.
static char* table_of(const export_sample_t* fixture, int every, export_figures_t* figures)
{
    char* text = NULL;
    size_t size = 0;
    FILE* out = open_memstream(&text, &size);
    assert_non_null(out);
    cycle_reader_t* reader = export_sample_open(fixture);
    const export_source_t source = {
        .session = &fixture->sample->session, .reader = reader, .every = every};
    assert_int_equal(export_csv(&source, out, figures), EXPORT_OK);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(figures->bytes, size);
    cycle_reader_close(reader);
    return text;
}

/// Up to the end of a cell. By hand: sanitizers that hold strings to their ends look at the whole
/// table for each cell otherwise.
static size_t cell_length(const char* cell)
{
    size_t length = 0;
    while (cell[length] != '\0' && cell[length] != ',' && cell[length] != '\n') {
        ++length;
    }
    return length;
}

/// Copies cell `column` of the line at `line` (no cell of these runs is quoted).
static void cell_of(const char* line, int column, char cell[128])
{
    for (int i = 0; i < column; ++i) {
        line += cell_length(line);
        assert_int_equal(*line++, ',');
    }
    const size_t length = cell_length(line);
    assert_true(length < 128);
    memcpy(cell, line, length);
    cell[length] = '\0';
}

static int column_of(const char* table, const char* name)
{
    char cell[128];
    for (int i = 0;; ++i) {
        cell_of(table, i, cell);
        if (strcmp(cell, name) == 0) {
            return i;
        }
    }
}

static const char* next_line(const char* line)
{
    while (*line != '\n') {
        assert_true(*line != '\0');
        ++line;
    }
    return line + 1;
}

/// Every line: as many cells as names, and a time above that of the line before. Returns the lines.
static int64_t assert_rising(const char* table)
{
    int commas = 0;
    const char* line = table;
    for (; *line != '\n'; ++line) {
        commas += *line == ',';
    }
    int64_t lines = 0;
    double before_s = -HUGE_VAL;
    for (line = next_line(table); *line != '\0'; line = next_line(line)) {
        char cell[128];
        cell_of(line, 0, cell);
        const double time_s = strtod(cell, NULL);
        assert_true(time_s > before_s);
        before_s = time_s;
        int found = 0;
        for (const char* at = line; *at != '\n'; ++at) {
            found += *at == ',';
        }
        assert_int_equal(found, commas);
        ++lines;
    }
    return lines;
}

/// Records made-up cycles; `disturb` may change each, by a number that is drawn for it, and drops
/// it by answering false.
static int64_t record(const export_sample_t* fixture, uint64_t seed,
                      bool (*disturb)(uint64_t drawn, cycle_record_t* record))
{
    cycle_file_t* file = export_sample_create(fixture);
    sample_run_t run;
    sample_run_begin(&run, fixture->sample, seed);
    uint64_t random = seed;
    int64_t kept = 0;
    for (int i = 0; i < EXPORT_SAMPLE_CYCLES; ++i) {
        cycle_input_t in;
        cycle_output_t out;
        cycle_record_t made;
        assert_true(sample_run_step(&run, &in, &out));
        cycle_record_make(&in, &out, &made);
        if (disturb == NULL || disturb(sample_random(&random), &made)) {
            cycle_file_append_record(file, &made);
            ++kept;
        }
    }
    assert_true(cycle_file_close(file));
    return kept;
}

/// Drops one in ten, and lets the clock stand, fall back and leap.
static bool drop_and_disturb(uint64_t drawn, cycle_record_t* record)
{
    const uint64_t kind = drawn % 100;
    if (kind < 10) {
        return false;
    }
    static int64_t last_us;
    record->input.now_us = kind < 14   ? last_us
                           : kind < 18 ? last_us - (int64_t)((drawn >> 8) % 5000000)
                           : kind < 20 ? record->input.now_us + 3600000000
                                       : record->input.now_us;
    last_us = record->input.now_us;
    return true;
}

static void time_rises_over_dropped_cycles_and_a_clock_that_stumbles(void** state)
{
    const export_sample_t* fixture = *state;
    for (uint64_t seed = 1; seed <= 8; ++seed) {
        const int64_t kept = record(fixture, seed, drop_and_disturb);
        export_figures_t figures;
        char* table = table_of(fixture, 1, &figures);
        print_message("seed %d: %d of %d cycles\n", (int)seed, (int)kept, EXPORT_SAMPLE_CYCLES);
        assert_int_equal(assert_rising(table), kept);
        assert_int_equal(figures.messages, kept);
        assert_int_equal(figures.end, CYCLE_READ_END);
        free(table);
    }
}

static void a_torn_tail_leaves_the_lines_before_it(void** state)
{
    const export_sample_t* fixture = *state;
    (void)record(fixture, 3, NULL);
    size_t size = 0;
    free(sample_read_file(fixture->path, &size));
    export_figures_t figures;
    char* whole = table_of(fixture, 1, &figures);
    int64_t last = EXPORT_SAMPLE_CYCLES;
    uint64_t random = 5;
    while (size > 2000) {
        size -= 1 + sample_random(&random) % 9000 % (size - 1900);
        assert_int_equal(truncate(fixture->path, (off_t)size), 0);
        char* table = table_of(fixture, 1, &figures);
        const int64_t lines = assert_rising(table);
        assert_int_equal(figures.end, CYCLE_READ_TORN);
        assert_true(lines <= last);
        assert_memory_equal(table, whole, strlen(table));
        last = lines;
        free(table);
    }
    assert_int_equal(last, 0);
    free(whole);
}

static bool lose_values(uint64_t drawn, cycle_record_t* record)
{
    (void)drawn;
    record->input.feedback.drives[2].age_us = AGE_NEVER_US;
    record->input.feedback.drives[2].position = (double)NAN;
    record->normal_force_N = (float)NAN;
    record->surface_gap_m = -(float)INFINITY;
    record->item = 5000;
    record->region = -1;
    return true;
}

static void what_is_unknown_stands_nowhere(void** state)
{
    const export_sample_t* fixture = *state;
    (void)record(fixture, 3, lose_values);
    export_figures_t figures;
    char* table = table_of(fixture, 1, &figures);
    static const char* const unknown[] = {"force_measured_N",
                                          "joint_2_age_s",
                                          "joint_2_position_measured_rad",
                                          "joint_2_following_error_rad",
                                          "region",
                                          "step",
                                          "line",
                                          "technique",
                                          "rule",
                                          "rule_measured",
                                          "rule_allowed",
                                          "rules_refused",
                                          "requests"};
    const char* second = next_line(next_line(table));
    char cell[128];
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; ++i) {
        cell_of(second, column_of(table, unknown[i]), cell);
        assert_string_equal(cell, "");
    }
    cell_of(second, column_of(table, "surface_gap_m"), cell);
    assert_string_equal(cell, "-inf");
    cell_of(second, column_of(table, "item"), cell);
    assert_string_equal(cell, "5000");
    free(table);
}

static bool add_meaning(uint64_t drawn, cycle_record_t* record)
{
    (void)drawn;
    record->verdict.rule = INTERLOCK_FOLLOWING;
    record->verdict.refused = INTERLOCK_RULE(INTERLOCK_FOLLOWING) | INTERLOCK_RULE(INTERLOCK_SHEAR);
    record->verdict.subject = 1;
    record->verdict.measured = 0.0625;
    record->verdict.allowed = 0.05;
    record->verdict.reaction = REACTION_YIELD;
    record->input.requests = REQUEST_PAUSE | REQUEST_STOP;
    return true;
}

static void every_cell_is_the_record_s(void** state)
{
    const export_sample_t* fixture = *state;
    (void)record(fixture, 9, add_meaning);
    export_figures_t figures;
    char* table = table_of(fixture, 7, &figures);
    cycle_reader_t* reader = export_sample_open(fixture);
    cycle_record_t made;
    cycle_record_t before;
    memset(&before, 0, sizeof before);
    const char* line = table;
    char cell[128];
#define ASSERT_CELL(name, expected)                                                                \
    cell_of(line, column_of(table, name), cell);                                                   \
    assert_string_equal(cell, expected)
#define ASSERT_NUMBER(name, expected, tolerance)                                                   \
    cell_of(line, column_of(table, name), cell);                                                   \
    assert_true(fabs(strtod(cell, NULL) - (expected)) <= (tolerance))
    for (int i = 0; cycle_reader_next(reader, &made) == CYCLE_READ_RECORD; ++i, before = made) {
        if (i % 7 != 0) {
            continue;
        }
        line = next_line(line);
        ASSERT_NUMBER("time", (double)made.input.now_us / 1e6, 1e-9);
        ASSERT_NUMBER("cycle", (double)made.input.cycle, 0.0);
        ASSERT_CELL("mode", supervisor_mode_text(made.mode));
        ASSERT_CELL("reaction", "yield");
        ASSERT_CELL("rule", "following");
        ASSERT_CELL("rule_joint", "joint_1");
        ASSERT_CELL("rule_measured", "0.0625");
        ASSERT_CELL("rule_allowed", "0.05");
        ASSERT_CELL("rule_unit", "rad or m");
        ASSERT_CELL("rules_refused", "following shear");
        ASSERT_CELL("requests", "pause stop");
        cell_of(line, column_of(table, "force_measured_N"), cell);
        assert_true(strtof(cell, NULL) == made.normal_force_N);
        ASSERT_NUMBER("joint_3_position_measured_rad", made.input.feedback.drives[3].position,
                      1e-12);
        ASSERT_NUMBER("joint_3_position_commanded_rad", made.command.position[3], 1e-12);
        ASSERT_NUMBER("rail_effort_measured_N", made.input.feedback.drives[0].effort, 1e-9);
        ASSERT_NUMBER("rail_age_s", 900e-6, 1e-12);
        if (i > 0) {
            ASSERT_NUMBER("joint_4_following_error_rad",
                          before.command.position[4] - made.input.feedback.drives[4].position,
                          1e-7);
        }
    }
    assert_int_equal(*next_line(line), '\0');
    cycle_reader_close(reader);
    free(table);
}

static void a_full_disk_is_told_with_its_reason(void** state)
{
    const export_sample_t* fixture = *state;
    (void)record(fixture, 3, NULL);
    FILE* full = fopen("/dev/full", "wb");
    assert_non_null(full);
    cycle_reader_t* reader = export_sample_open(fixture);
    const export_source_t source = {
        .session = &fixture->sample->session, .reader = reader, .every = 1};
    export_figures_t figures;
    errno = 0;
    assert_int_equal(export_csv(&source, full, &figures), EXPORT_NOT_WRITTEN);
    assert_int_equal(errno, ENOSPC);
    assert_true(figures.cycles < 100); // and at once
    cycle_reader_close(reader);
    (void)fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name)                                                                                \
    cmocka_unit_test_setup_teardown(name, export_sample_setup, export_sample_teardown)
        CLAIM(time_rises_over_dropped_cycles_and_a_clock_that_stumbles),
        CLAIM(a_torn_tail_leaves_the_lines_before_it),
        CLAIM(what_is_unknown_stands_nowhere),
        CLAIM(every_cell_is_the_record_s),
        CLAIM(a_full_disk_is_told_with_its_reason),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
