/// What somebody wants of the controller in one period, and why: gathered from typed lines, single
/// keys, scripts and signals, handed to the loop as numbers and to the record as words.
#ifndef KNEAD_CONTROLLER_CLI_WISH_H
#define KNEAD_CONTROLLER_CLI_WISH_H

#include <stdbool.h>

#include "controller/dataflow.h"
#include "controller/record/events.h"

typedef struct {
    asked_t asked;
    int intensity_before; // level that steps count from
    uint32_t reasoned;    // requests that `reason` is for
    char reason[EVENT_REASON_CAPACITY];
} wish_t;

/// Nothing yet. `intensity_asked` is the level that was asked for last.
wish_t wish_begin(int intensity_asked);

/// Adds requests (request_bit_t) other than intensity. `reason` is cut; bytes that control a
/// terminal become '?'. Of several reasons in one period the last is kept, with its requests.
void wish_add(wish_t* wish, uint32_t requests, const char* reason);

/// Adds a wish for a level, or for `level` levels more or fewer. The last in a period counts, steps
/// on top of it. The cycle judges the outcome, also one that is no level.
void wish_add_level(wish_t* wish, bool step, int level, const char* reason);

#define WISH_LINE_LIST(X)                                                                          \
    X(WISH_LINE_TAKEN, "taken")                                                                    \
    X(WISH_LINE_EMPTY, "nothing stands there")                                                     \
    X(WISH_LINE_UNKNOWN, "is no request")                                                          \
    X(WISH_LINE_LEVEL, "needs a whole number from 0 to 10 behind 'intensity', or +1 or -1")
typedef enum {
#define X(id, text) id,
    WISH_LINE_LIST(X)
#undef X
} wish_line_t;
const char* wish_line_text(wish_line_t result);

/// A typed line: a word of REQUEST_LIST, behind 'intensity' its level, then why, in any words.
/// Spaces around them do not matter. What stops may be written in capitals too; everything else has
/// to stand as it is. Adds to the wish only if the result is WISH_LINE_TAKEN.
wish_line_t wish_read_line(const char* line, wish_t* wish);

#endif
