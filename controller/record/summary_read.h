/// `summary.json` of a run read back: what its cycles can't tell, and what they are checked
/// against.
///
/// Figures that the cycles do tell are not read: whoever wants them gathers them again
/// (`report_read_cycles`), so that no figure has two sources.
#ifndef KNEAD_CONTROLLER_RECORD_SUMMARY_READ_H
#define KNEAD_CONTROLLER_RECORD_SUMMARY_READ_H

#include "controller/record/summary.h"

#define SUMMARY_READ_LIST(X)                                                                       \
    X(SUMMARY_READ_OK, "ok")                                                                       \
    X(SUMMARY_READ_NO_FILE, "there is no summary.json that can be read")                           \
    X(SUMMARY_READ_NOT_OURS, "summary.json is not one of a run")                                   \
    X(SUMMARY_READ_VERSION, "summary.json was written by another version of knead")                \
    X(SUMMARY_READ_DAMAGED, "summary.json lacks members that every run has")
typedef enum {
#define X(id, text) id,
    SUMMARY_READ_LIST(X)
#undef X
} summary_read_t;
const char* summary_read_text(summary_read_t result);

typedef struct {
    run_verdict_t verdict; // as written; VERDICT_RUNNING of a run that was cut off
    char sentence[2 * TEXT_CAPACITY];
    uint64_t seed;
    int64_t cycles;
    bool virtual_world;
    run_outcome_t outcome;
    inputs_t inputs; // fingerprints of the files as they were when the run was made
    char decisions[DIGEST_TEXT_CAPACITY]; // over every cycle's mode and command
} summary_file_t;

/// Reads the file at `path`. Anything but SUMMARY_READ_OK leaves `*file` with nothing to rely on.
summary_read_t summary_read(const char* path, summary_file_t* file);

#endif
