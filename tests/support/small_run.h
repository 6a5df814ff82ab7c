/// The record of a short real run: the shipped machine, limits and table, the whole controller in
/// this process, the files as a run leaves them.
#ifndef KNEAD_TESTS_SUPPORT_SMALL_RUN_H
#define KNEAD_TESTS_SUPPORT_SMALL_RUN_H

#include "controller/cli/run_open.h"
#include "controller/replay/run_check.h"

/// Plays so many periods of the shipped short routine, or of `routine` where it is not null, into
/// `directory`, which must not exist.
void small_run_make(const char* directory, const char* routine, int64_t seed, int periods);

/// A run opened again.
typedef struct {
    assembly_t* assembly;
    run_record_t record;
    char directory[128];
} small_run_t;

/// Fails the test if it can't be opened.
void small_run_open(const char* directory, small_run_t* run);
void small_run_close(small_run_t* run);

/// Checks its files anew, with the session it was opened with. A cycles.bin that can't be opened at
/// all counts as blocks that fail. `stored` as in run_check_settings_t.
void small_run_check(const small_run_t* run, bool stored, run_check_t* check);

#endif
