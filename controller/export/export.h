/// What all formats of an export have in common: where the run comes from, and what became of it.
#ifndef KNEAD_CONTROLLER_EXPORT_EXPORT_H
#define KNEAD_CONTROLLER_EXPORT_EXPORT_H

#include <stdio.h>

#include "controller/export/export_columns.h"
#include "controller/replay/recompute.h"

/// The run. Everything is borrowed; the reader stands at its first record.
typedef struct {
    const session_t* session; // built from the files of the run
    cycle_reader_t* reader;
    const char* events_path; // of the run's events.jsonl
    int every;               // every how many cycles figures are given away: 1 for all
    bool recompute;          // each cycle, for what only that tells
    /// Called now and then with the time of the run that was reached; may be null.
    void (*watch)(void* context, double time_s);
    void* watch_context;
} export_source_t;

#define EXPORT_WATCH_CYCLES 2048 // from one call of `watch` to the next

#define EXPORT_RESULT_LIST(X)                                                                      \
    X(EXPORT_OK, "ok")                                                                             \
    X(EXPORT_NOT_WRITTEN, "the file can't be written")                                             \
    X(EXPORT_NO_MEMORY, "memory is short")
typedef enum {
#define X(id, text) id,
    EXPORT_RESULT_LIST(X)
#undef X
} export_result_t;
const char* export_result_text(export_result_t result);

typedef struct {
    int64_t cycles;   // read
    int64_t messages; // written: rows of a table, messages of all channels
    int64_t bytes;
    double first_s, last_s; // time of the first and the last cycle
    cycle_read_t end;       // how the file of cycles ended
    int64_t events;         // written
    bool events_unread;     // there was no file of events
    int64_t recomputed;     // cycles that came out as recorded, up to the first that did not
} export_figures_t;

/// Goes through a run cycle by cycle, whatever the format.
typedef struct {
    const export_source_t* source;
    export_figures_t* figures;
    recompute_t* recompute; // null once there is nothing to recompute
    export_row_t row;       // of the cycle that was taken last
    cycle_record_t next;    // where figures->end is CYCLE_READ_RECORD
    export_value_t values[EXPORT_COLUMN_CAPACITY];
} export_walk_t;

/// Reads the first record. False if memory is short. `figures` is begun anew; both are borrowed.
bool export_walk_begin(export_walk_t* walk, const export_source_t* source,
                       export_figures_t* figures);

/// Takes the next record in and reads the one behind it. True if its figures are to be given away:
/// then they are in `walk->values`. `taken` is the record itself.
bool export_walk_take(export_walk_t* walk, cycle_record_t* taken);

void export_walk_end(export_walk_t* walk);

#endif
