// What a run wrote about itself is read back as it was, and a summary that lacks anything is
// refused.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/record/summary_read.h"
#include "tests/support/record_sample.h"

typedef struct {
    folder_t* folder;
    char path[160];
    summary_t summary;
    run_outcome_t outcome;
} written_t;

/// Writes the summary of a run of two devices, one over TCP and one on a line.
static written_t* write_summary(folder_t* folder)
{
    written_t* written = calloc(1, sizeof *written);
    sample_session_t* sample = sample_session(0.05);
    inputs_t inputs = {.count = 1};
    inputs.at[0].role = INPUT_SCAN;
    snprintf(inputs.at[0].path, sizeof inputs.at[0].path, "scans/a.ply");
    inputs.at[0].digest.bytes[31] = 0xa5;
    summary_begin(&written->summary, &sample->session, &inputs, UINT64_MAX);
    run_outcome_t* outcome = &written->outcome;
    *outcome = (run_outcome_t){.planned_s = 12.5,
                               .wall_s = 3.25,
                               .device_count = 2,
                               .cycles_dropped = 4,
                               .recording_complete = true,
                               .event_count = 77};
    snprintf(outcome->failure, sizeof outcome->failure, "the \"table\" is gone");
    snprintf(outcome->events_chain, sizeof outcome->events_chain, "%064d", 9);
    outcome->devices[0] = (link_figures_t){.name = "drive_1",
                                           .host = "127.0.0.1",
                                           .port = 1502,
                                           .unit = 3,
                                           .exchanges = 1,
                                           .timeouts = 2,
                                           .mismatches = 3,
                                           .crc_errors = 4,
                                           .exceptions = 5,
                                           .stale = 6,
                                           .no_turns = 7,
                                           .connects = 8,
                                           .reconnects = 9,
                                           .round_trip_mean_us = 10.5,
                                           .round_trip_max_us = 11};
    outcome->devices[1] = (link_figures_t){.name = "force", .line = "/dev/ttyS0", .unit = 9};
    summary_finish(&written->summary, outcome);
    snprintf(written->path, sizeof written->path, "%s/summary.json", folder->directory);
    assert_true(summary_write(&written->summary, written->path));
    free(sample);
    return written;
}

static void what_the_cycles_cannot_tell_comes_back_as_it_was(void** state)
{
    written_t* written = write_summary(*state);
    summary_file_t* file = malloc(sizeof *file);
    assert_int_equal(summary_read(written->path, file), SUMMARY_READ_OK);
    assert_int_equal(file->seed, UINT64_MAX);
    assert_int_equal(file->inputs.count, 1);
    assert_int_equal(file->inputs.at[0].role, INPUT_SCAN);
    assert_string_equal(file->inputs.at[0].path, "scans/a.ply");
    assert_int_equal(file->inputs.at[0].digest.bytes[31], 0xa5);
    const run_outcome_t* a = &written->outcome;
    const run_outcome_t* b = &file->outcome;
    assert_string_equal(a->failure, b->failure);
    assert_true(a->planned_s == b->planned_s && a->wall_s == b->wall_s);
    assert_int_equal(a->cycles_dropped, b->cycles_dropped);
    assert_int_equal(a->recording_complete, b->recording_complete);
    assert_int_equal(a->event_count, b->event_count);
    assert_string_equal(a->events_chain, b->events_chain);
    assert_int_equal(a->device_count, b->device_count);
    for (int i = 0; i < a->device_count; i++) {
        const link_figures_t* x = &a->devices[i];
        const link_figures_t* y = &b->devices[i];
        assert_string_equal(x->name, y->name);
        assert_string_equal(x->host, y->host);
        assert_string_equal(x->line, y->line);
        const int64_t one[] = {x->port,       x->unit,       x->exchanges,  x->timeouts,
                               x->mismatches, x->crc_errors, x->exceptions, x->stale,
                               x->no_turns,   x->connects,   x->reconnects, x->round_trip_max_us};
        const int64_t other[] = {y->port,       y->unit,       y->exchanges,  y->timeouts,
                                 y->mismatches, y->crc_errors, y->exceptions, y->stale,
                                 y->no_turns,   y->connects,   y->reconnects, y->round_trip_max_us};
        assert_memory_equal(one, other, sizeof one);
        assert_true(x->round_trip_mean_us == y->round_trip_mean_us);
    }
    free(file);
    free(written);
}

/// Each member that is read, taken away by another name, makes the file one that is refused.
static void a_summary_that_lacks_a_member_is_refused(void** state)
{
    static const char* const members[] = {"\"kind\"",
                                          "\"version\"",
                                          "\"verdict\"",
                                          "\"sentence\"",
                                          "\"seed\"",
                                          "\"cycles\"",
                                          "\"world\"",
                                          "\"cycles_dropped\"",
                                          "\"event_count\"",
                                          "\"events_chain\"",
                                          "\"decisions_sha256\"",
                                          "\"inputs\"",
                                          "\"recording_complete\"",
                                          "\"bus\"",
                                          "\"role\"",
                                          "\"sha256\"",
                                          "\"exchanges\"",
                                          "\"device\""};
    written_t* written = write_summary(*state);
    summary_file_t* file = malloc(sizeof *file);
    size_t size = 0;
    char* text = sample_read_file(written->path, &size);
    char* changed = calloc(1, size + 1);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        memcpy(changed, text, size);
        char* found = strstr(changed, members[i]);
        assert_non_null(found);
        found[1] = '_';
        sample_write_file(written->path, changed);
        assert_int_not_equal(summary_read(written->path, file), SUMMARY_READ_OK);
    }
    free(changed);
    free(text);
    free(file);
    free(written);
}

static void what_is_no_summary_is_named(void** state)
{
    written_t* written = write_summary(*state);
    summary_file_t* file = malloc(sizeof *file);
    assert_int_equal(summary_read("/nowhere/summary.json", file), SUMMARY_READ_NO_FILE);
    sample_write_file(written->path, "{\"kind\": \"campaign\", \"version\": 2}");
    assert_int_equal(summary_read(written->path, file), SUMMARY_READ_NOT_OURS);
    sample_write_file(written->path, "{\"kind\": \"summary\", \"version\": 1}");
    assert_int_equal(summary_read(written->path, file), SUMMARY_READ_VERSION);
    sample_write_file(written->path, "not json");
    assert_int_equal(summary_read(written->path, file), SUMMARY_READ_NOT_OURS);
    free(file);
    free(written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
        CLAIM(what_the_cycles_cannot_tell_comes_back_as_it_was),
        CLAIM(a_summary_that_lacks_a_member_is_refused),
        CLAIM(what_is_no_summary_is_named),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
