/// What a person types while a run goes on, on standard input: lines (see wish.h) from a pipe or a
/// file; on a terminal single keys (see keys.h) while the arm moves, lines before that and behind
/// ':'. Never waits, takes a bounded number of bytes a period, and says on standard error what it
/// could not read.
#ifndef KNEAD_CONTROLLER_CLI_REQUESTS_H
#define KNEAD_CONTROLLER_CLI_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "controller/cli/keys.h"
#include "controller/cli/progress.h"
#include "controller/cli/wish.h"

#define REQUEST_LINE_CAPACITY 256            // longer lines are no request
#define REQUEST_BYTES_PER_PERIOD 4096        // what floods in is taken in turns
#define REQUEST_COMPLAINT_US INT64_C(500000) // between two complaints about what was typed

typedef struct {
    bool open;
    bool single_keys; // a terminal that hands over every key at once
    bool typing;      // the keys make up a line
    bool moving;      // the arm moved in the last period
    bool overlong;
    size_t length;
    char line[REQUEST_LINE_CAPACITY];
    keys_t keys;
    progress_t* progress; // its line is ended before anything is said
    int64_t complained_us;
} request_input_t;

/// `interactive` says what can be typed. `single_keys`: standard input is a terminal that hands
/// over keys (terminal.h). `progress` is borrowed and may be null.
void request_input_open(request_input_t* input, bool interactive, bool single_keys,
                        progress_t* progress);

/// Adds to `wish` what has arrived whole. `mode` is the controller's, `now_us` any clock that runs
/// with the person who types.
void request_input_read(request_input_t* input, supervisor_mode_t mode, int64_t now_us,
                        wish_t* wish);

/// True while a line is being typed whose letters a redrawn progress line would hide.
bool request_input_busy(const request_input_t* input);

#endif
