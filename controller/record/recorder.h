/// Carries every cycle from the loop to whoever keeps it: the cycle file, the events, the figures.
///
/// Direct: `recorder_append` keeps the cycle before it returns. For virtual time, where the files
/// must be the same bytes on every run and nobody waits. Threaded: `recorder_append` puts the cycle
/// into a ring and returns; a thread of its own keeps it. For real time: the loop never waits for a
/// disk. Where the disk falls behind by RECORDER_RING_CAPACITY cycles, cycles are dropped, counted,
/// and reported as an event.
///
/// Always holds: one thread appends and notes; memory is taken at creation; nothing here can make
/// the loop wait or fail. Drops are told where they are, what is left of them in the end; a disk
/// that refuses is told once, in the events.
#ifndef KNEAD_CONTROLLER_RECORD_RECORDER_H
#define KNEAD_CONTROLLER_RECORD_RECORDER_H

#include "controller/record/cycle_file.h"
#include "controller/record/events.h"
#include "controller/record/summary.h"

/// Cycles a disk may fall behind: 16 s at 4 ms. A power of two.
#define RECORDER_RING_CAPACITY 4096

/// Who keeps the cycles; any may be null. Borrowed until the recorder is closed; while it runs
/// threaded they belong to its thread.
typedef struct {
    cycle_file_t* cycles;
    events_t* events;
    summary_t* summary;
} recorder_sinks_t;

typedef struct recorder recorder_t;

/// Null if memory is short or no thread can be had.
recorder_t* recorder_create(const recorder_sinks_t* sinks, bool threaded);

/// Keeps one cycle, or hands it over.
void recorder_append(recorder_t* recorder, const cycle_input_t* input,
                     const cycle_output_t* output);

/// What the judge's limits in memory differ in, from the next cycle on until it is called again.
void recorder_damage(recorder_t* recorder, const limits_damage_t* damage);

/// An event of the caller's own, in its place among the cycles. `text` is cut at
/// EVENT_TEXT_CAPACITY.
void recorder_note(recorder_t* recorder, int64_t time_us, int64_t cycle, event_kind_t kind,
                   const char* text);

/// Why the requests of the next cycle are made, see events_reason. Called before that cycle is
/// appended.
void recorder_reason(recorder_t* recorder, uint32_t requests, const char* reason);

/// Cycles and notes dropped so far.
int64_t recorder_dropped(const recorder_t* recorder);

/// Waits until everything handed over is kept, ends the thread and frees. Returns how many cycles
/// and notes were dropped. The sinks are the caller's again. Null is allowed.
int64_t recorder_close(recorder_t* recorder);

#endif
