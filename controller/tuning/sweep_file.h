/// Files of sweeps: reading them back, going on where one was cut off, joining several.
#ifndef KNEAD_CONTROLLER_TUNING_SWEEP_FILE_H
#define KNEAD_CONTROLLER_TUNING_SWEEP_FILE_H

#include <stdio.h>

#include "controller/tuning/sweep_row.h"

#define SWEEP_FILE_RESULT_LIST(X)                                                                  \
    X(SWEEP_FILE_OK, "ok")                                                                         \
    X(SWEEP_FILE_UNREADABLE, "it can't be read")                                                   \
    X(SWEEP_FILE_NO_HEADER, "it does not begin with the line of a sweep")                          \
    X(SWEEP_FILE_DAMAGED, "a line before its last is not a trial of this sweep")                   \
    X(SWEEP_FILE_OTHER, "it is of another sweep: fields, values, files, seeds or program differ")  \
    X(SWEEP_FILE_CONFLICT, "the same trial has two different lines")                               \
    X(SWEEP_FILE_UNWRITABLE, "it can't be written")
typedef enum {
#define X(id, text) id,
    SWEEP_FILE_RESULT_LIST(X)
#undef X
} sweep_file_result_t;
#define SWEEP_FILE_RESULT_COUNT 7
const char* sweep_file_result_text(sweep_file_result_t result);

/// All trials of a sweep that are known, each once, by its number.
typedef struct {
    sweep_header_t header;
    int64_t count;     // known
    sweep_row_t* rows; // by number; those not known have number -1
} sweep_t;

/// Nothing known yet. Null if memory is short; else the caller's, for sweep_end.
sweep_t* sweep_begin(const sweep_header_t* header);
void sweep_end(sweep_t* sweep);

/// False if the number is none of the sweep's, or the trial is known and differs.
bool sweep_take(sweep_t* sweep, const sweep_row_t* row);

/// Reads the header of a file. `line` is 1-based, here and below: where it is damaged.
sweep_file_result_t sweep_file_header(const char* path, sweep_header_t* header);

/// Adds the trials of a file, which has to be of this sweep. `whole_bytes` gets where its last
/// whole line ends: a line behind that was cut off, and is left out.
sweep_file_result_t sweep_file_read(const char* path, sweep_t* sweep, int64_t* whole_bytes,
                                    int64_t* line);

/// The same of a file that is open and at its beginning; it stays open.
sweep_file_result_t sweep_file_read_open(FILE* in, sweep_t* sweep, int64_t* whole_bytes,
                                         int64_t* line);

/// Writes all that is known, by number. The file appears whole or not at all; SWEEP_FILE_UNWRITABLE
/// comes with errno.
sweep_file_result_t sweep_file_write(const char* path, const sweep_t* sweep);

#endif
