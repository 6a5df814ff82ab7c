/// `events.jsonl`: what happened in a run, one JSON object a line, for people and for tools.
///
///   {"time_s":12.4,"cycle":3100,"kind":"step_started","text":"...", fields of the kind,"chain":"64
///   hex"}
///
/// `chain` is SHA-256 over the chain of the line before (64 zeros before the first) followed by the
/// line's own bytes up to `,"chain"`, so that a changed, missing or added line is found later; a
/// cut-off end is found with the last chain in `summary.json`.
#ifndef KNEAD_CONTROLLER_RECORD_EVENTS_H
#define KNEAD_CONTROLLER_RECORD_EVENTS_H

#include <stdio.h>

#include "controller/record/cycle_file.h"
#include "controller/session.h"

#define EVENT_KIND_LIST(X)                                                                         \
    X(EVENT_MODE_CHANGE, "mode_change")                                                            \
    X(EVENT_STOP, "stop")                                                                          \
    X(EVENT_RULE_REFUSED, "rule_refused")                                                          \
    X(EVENT_REQUEST, "request")                                                                    \
    X(EVENT_INTENSITY, "intensity")                                                                \
    X(EVENT_STEP_STARTED, "step_started")                                                          \
    X(EVENT_STEP_FINISHED, "step_finished")                                                        \
    X(EVENT_DEVICE, "device")                                                                      \
    X(EVENT_OVERRUN, "overrun")                                                                    \
    X(EVENT_NOTE, "note")
typedef enum {
#define X(id, text) id,
    EVENT_KIND_LIST(X)
#undef X
} event_kind_t;
#define EVENT_KIND_COUNT 10
const char* event_kind_text(event_kind_t kind);

#define EVENT_LINE_CAPACITY 2048 // bytes, with terminator
#define EVENT_TEXT_CAPACITY 240
#define EVENT_CAPACITY 50000             // lines of one run; one note says that more happened
#define EVENT_REPEAT_US INT64_C(1000000) // the same rule is reported at most this often
// A stop's line names the cycles from so long before it to so long after it. Runs go on at least
// that long after a trip.
#define EVENT_BEFORE_US INT64_C(2000000)
#define EVENT_AFTER_US INT64_C(1000000)
#define EVENT_REQUEST_CAPACITY 10000 // of them requests: a flood must not push out a stop
#define EVENT_REASON_CAPACITY 160

typedef struct events events_t;

/// Creates or empties the file. `session` is borrowed. Null if the file can't be made or memory is
/// short.
events_t* events_create(const char* path, const session_t* session);

/// The same into a stream, which is closed with it, on failure too.
events_t* events_to_stream(FILE* stream, const session_t* session);

/// Looks at one cycle, in their order, and writes what it means: modes, stops, refusals, requests,
/// steps, devices that fall silent or return, drives that change state, late periods.
void events_observe(events_t* events, const cycle_record_t* record);

/// Why somebody makes the requests (request_bit_t) of the next cycle that is observed: stands in
/// their lines as `reason`. Cut at EVENT_REASON_CAPACITY; of several for one cycle the last counts.
void events_reason(events_t* events, uint32_t requests, const char* reason);

/// Writes a line of the caller's own. `text` is cut at EVENT_TEXT_CAPACITY.
void events_note(events_t* events, int64_t time_us, int64_t cycle, event_kind_t kind,
                 const char* text);

/// Lines written, and the chain of the last one in hexadecimal.
int64_t events_count(const events_t* events, char last_chain[DIGEST_TEXT_CAPACITY]);

/// Frees. False if a line could not be written. Null is allowed.
bool events_close(events_t* events);

/// One line as read back.
typedef struct {
    double time_s;
    char kind[NAME_CAPACITY];
    char text[EVENT_TEXT_CAPACITY];     // UTF-8, escapes resolved
    char reason[EVENT_REASON_CAPACITY]; // of a request; empty where none was given
    bool chained;                       // its chain follows from the line before
} event_line_t;

typedef void (*event_visit_t)(void* context, const event_line_t* line);

/// Visits every line of the file (`visit` may be null) and checks the chain. True if all are
/// chained; otherwise `first_broken` is the 1-based number of the first that is not (0: no file).
/// `last_chain` is that of the last line. Both may be null.
bool events_read(const char* path, event_visit_t visit, void* context, int64_t* first_broken,
                 char last_chain[DIGEST_TEXT_CAPACITY]);

#endif
