/// Where a run is kept: a directory of its own with summary.json, events.jsonl, cycles.bin and,
/// where asked for, report.html.
///
/// Always holds: a directory is used for one run only; while the run lasts its summary.json says
/// "running", so that one that was cut off is recognised; the final summary takes its place in one
/// step.
#ifndef KNEAD_CONTROLLER_RECORD_RUN_DIRECTORY_H
#define KNEAD_CONTROLLER_RECORD_RUN_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define RUN_PATH_CAPACITY 1024
#define RUN_PARENT_DEFAULT "runs"
#define RUN_SAME_SECOND_MAX 99 // runs of one routine begun in the same second

#define RUN_CYCLES "cycles.bin"
#define RUN_EVENTS "events.jsonl"
#define RUN_SUMMARY "summary.json"
#define RUN_REPORT "report.html"

#define RUN_DIRECTORY_LIST(X)                                                                      \
    X(RUN_DIRECTORY_OK, "ok")                                                                      \
    X(RUN_DIRECTORY_NOT_EMPTY, "the directory is not empty: every run needs one of its own")       \
    X(RUN_DIRECTORY_NOT_A_DIRECTORY, "there is something else under that name")                    \
    X(RUN_DIRECTORY_FORBIDDEN, "no permission to write there")                                     \
    X(RUN_DIRECTORY_NO_SPACE, "no space is left on the disk")                                      \
    X(RUN_DIRECTORY_NAME_TOO_LONG, "the path is too long")                                         \
    X(RUN_DIRECTORY_NO_PARENT, "the directory it should lie in does not exist")                    \
    X(RUN_DIRECTORY_REFUSED, "the system refuses to make it")
typedef enum {
#define X(id, text) id,
    RUN_DIRECTORY_LIST(X)
#undef X
} run_directory_result_t;
const char* run_directory_text(run_directory_result_t result);

typedef struct {
    char path[RUN_PATH_CAPACITY];
} run_directory_t;

/// Makes `directory`, which must be absent or empty; its parents must exist. With null, makes
/// runs/<UTC time>-<routine> from the wall clock `now` and the routine's file name (and `runs`
/// itself), with a number behind it if another run began in the same second.
run_directory_result_t run_directory_create(const char* directory, const char* routine_path,
                                            time_t now, run_directory_t* run);

/// Path of a file in the directory. False if it would pass `capacity`.
bool run_directory_file(const run_directory_t* run, const char* name, char* path, size_t capacity);

#define RUN_STATE_LIST(X)                                                                          \
    X(RUN_STATE_COMPLETE, "complete")                                                              \
    X(RUN_STATE_RUNNING, "running, or cut off")                                                    \
    X(RUN_STATE_NOT_A_RUN, "no run")
typedef enum {
#define X(id, text) id,
    RUN_STATE_LIST(X)
#undef X
} run_state_t;
const char* run_state_text(run_state_t state);

/// What a directory holds, by its summary.json.
run_state_t run_directory_state(const char* directory);

#endif
