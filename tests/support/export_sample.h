/// A run of made-up cycles on the shipped machine, for tests of what is given away of it.
#ifndef KNEAD_TESTS_SUPPORT_EXPORT_SAMPLE_H
#define KNEAD_TESTS_SUPPORT_EXPORT_SAMPLE_H

#include "tests/support/record_sample.h"

#include "config/load.h"
#include "controller/export/export.h"

#define EXPORT_SAMPLE_CYCLES 1500

typedef struct {
    char directory[64];
    char path[96]; // of cycles.bin
    sample_session_t* sample;
} export_sample_t;

static inline int export_sample_setup(void** state)
{
    static export_sample_t fixture;
    memset(&fixture, 0, sizeof fixture);
    sample_directory(fixture.directory, sizeof fixture.directory);
    snprintf(fixture.path, sizeof fixture.path, "%s/cycles.bin", fixture.directory);
    fixture.sample = sample_session(0.1);
    static findings_t findings;
    memset(&findings, 0, sizeof findings);
    session_t* session = &fixture.sample->session;
    assert_true(load_machine("config/machines/rail6.yaml", "config/devices",
                             &fixture.sample->machine, &findings));
    assert_true(chain_build(&fixture.sample->machine.arm, 0, &session->chain));
    *state = &fixture;
    return 0;
}

static inline int export_sample_teardown(void** state)
{
    export_sample_t* fixture = *state;
    free(fixture->sample);
    sample_remove(fixture->directory);
    return 0;
}

static inline cycle_file_t* export_sample_create(const export_sample_t* fixture)
{
    const digest_t none = {0};
    cycle_file_header_t header;
    cycle_file_header_make(&fixture->sample->machine, 1, &none, &header);
    cycle_file_t* file = cycle_file_create(fixture->path, &header);
    assert_non_null(file);
    return file;
}

static inline cycle_reader_t* export_sample_open(const export_sample_t* fixture)
{
    cycle_file_header_t header;
    cycle_reader_t* reader = NULL;
    assert_int_equal(cycle_reader_open(fixture->path, &header, &reader), CYCLE_OPEN_OK);
    return reader;
}

#endif
