/// Holds the events of a run against events that were computed anew from its cycles.
///
/// Lines of the kind "note" are the recorder's own, and the reasons that people gave for a request
/// are in no cycle: the first are left out, the second are taken from the file.
#ifndef KNEAD_CONTROLLER_RECORD_EVENTS_CHECK_H
#define KNEAD_CONTROLLER_RECORD_EVENTS_CHECK_H

#include "controller/record/events.h"

/// Why somebody made the requests of one cycle.
typedef struct {
    int64_t cycle;
    uint32_t requests; // request_bit_t
    char reason[EVENT_REASON_CAPACITY];
} event_reason_t;

typedef struct {
    int count;
    int next; // for event_reasons_give
    event_reason_t* at;
} event_reasons_t;

/// Reads the reasons of a file; what is no line of events is passed over. False if it can't be read
/// or memory is short. To be freed with event_reasons_free.
bool event_reasons_read(const char* path, event_reasons_t* reasons);
void event_reasons_free(event_reasons_t* reasons);

/// Hands the reason for the requests of a cycle to `events`, before the cycle is observed. Cycles
/// come in their order.
void event_reasons_give(event_reasons_t* reasons, int64_t cycle, events_t* events);

#define EVENTS_FOLLOW_LIST(X)                                                                      \
    X(EVENTS_FOLLOW, "every event follows from the cycles, and none is missing")                   \
    X(EVENTS_FOLLOW_FURTHER, "the events go on where the cycles end, and all before follow")       \
    X(EVENTS_FOLLOW_NOT, "an event does not follow from the cycles, or is missing")                \
    X(EVENTS_FOLLOW_UNREADABLE, "the events can't be read")
typedef enum {
#define X(id, text) id,
    EVENTS_FOLLOW_LIST(X)
#undef X
} events_follow_t;
const char* events_follow_text(events_follow_t result);

/// Compares the file's lines, without their chains, with `computed`, `size` bytes of lines as
/// events_observe writes them. With EVENTS_FOLLOW_NOT `first_line` (may be null) is the 1-based
/// line of the file that is wrong, or the one behind its last.
events_follow_t events_follow(const char* path, const char* computed, size_t size,
                              int64_t* first_line);

#endif
