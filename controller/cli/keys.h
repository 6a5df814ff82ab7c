/// Single keys while a run goes on, as a pure machine: byte in, wish out. Anybody may stop with one
/// key; what starts motion again takes two, the second within a few seconds.
#ifndef KNEAD_CONTROLLER_CLI_KEYS_H
#define KNEAD_CONTROLLER_CLI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "controller/cli/wish.h"

#define KEYS_CONFIRM_US INT64_C(5000000) // how long a question waits for its answer

typedef struct {
    int64_t confirm_until_us; // 0: nothing is asked
} keys_t;

/// What a key means beside what it adds to the wish.
#define KEYS_LIST(X)                                                                               \
    X(KEYS_NOTHING, "")                                                                            \
    X(KEYS_WISH, "")                                                                               \
    X(KEYS_HELP, "")                                                                               \
    X(KEYS_LINE, "")                                                                               \
    X(KEYS_END_OF_INPUT, "")                                                                       \
    X(KEYS_CONFIRM, "resume? y or Enter within 5 s, any other key leaves it paused")               \
    X(KEYS_LEFT, "stays paused")                                                                   \
    X(KEYS_UNKNOWN, "this key does nothing; ? tells which do")
typedef enum {
#define X(id, text) id,
    KEYS_LIST(X)
#undef X
} keys_meaning_t;

/// What to tell whoever pressed, "" for nothing.
const char* keys_text(keys_meaning_t meaning);

/// One byte. `mode` is the controller's now; `now_us` any clock that runs with the person.
keys_meaning_t keys_take(keys_t* keys, char byte, supervisor_mode_t mode, int64_t now_us,
                         wish_t* wish);

/// How many of the `count` bytes at `bytes`, which begin with Escape, are one key that sends more
/// than a byte (an arrow, a function key): to be skipped. 0 for Escape alone, which is a key.
size_t keys_sequence_length(const char* bytes, size_t count);

/// All keys in one line, for the beginning, and one a line, for `?`.
const char* keys_line(void);
const char* keys_help(void);

#endif
