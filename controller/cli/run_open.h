/// Opens the record of a run again: loads the files that were kept with it, builds its session from
/// them, opens its cycles. What every verb that looks at a run begins with.
///
/// Always holds: the files are the kept copies, and each is held against the fingerprint that the
/// run gave it when it began; messages and figures name the files as the person gave them. Nothing
/// in the directory is changed.
#ifndef KNEAD_CONTROLLER_CLI_RUN_OPEN_H
#define KNEAD_CONTROLLER_CLI_RUN_OPEN_H

#include "controller/cli/verb.h"
#include "controller/record/run_directory.h"
#include "controller/record/summary_read.h"

typedef struct {
    run_directory_t run;
    run_state_t state;          // RUN_STATE_RUNNING: it goes on, or was cut off
    summary_file_t file;        // its summary.json
    cycle_file_header_t header; // of its cycles.bin
    cycle_reader_t* reader;     // at the first cycle
    bool cycles_foreign;        // not the file that the run closed: changed, cut or another run's
    summary_t summary; // begun with the session, what the cycles can't tell filled in, no cycle
                       // observed yet; whoever needs figures observes them
} run_record_t;

/// Opens the run in `directory`. `with` is a file that takes the place of the kept one of its kind
/// (machine, safety, body, client, screening or routine), or null. The session and all that is
/// loaded are in `assembly`, which nothing was loaded into before and which must outlive `run`.
/// Cycles that are not those the run closed are told on standard error, and opened all the same.
/// EXIT_DONE, or what was wrong is on standard error and nothing is open. The routine is not
/// checked again: what ran is looked at as it ran.
exit_code_t run_open(const char* directory, const char* with, assembly_t* assembly,
                     run_record_t* run);

/// Path of a file of the run: RUN_CYCLES, RUN_EVENTS, RUN_REPORT or a name of the caller's. False
/// if it would pass `capacity`.
bool run_file(const run_record_t* run, const char* name, char* path, size_t capacity);

/// Whether something may be written to `path` without a part of the run's record being lost: its
/// cycles, events, summary or kept files, under whatever name. If not, standard error says so.
bool run_spares(const run_record_t* run, const char* path);

void run_close(run_record_t* run);

#endif
