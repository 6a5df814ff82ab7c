/// What the verbs share that play numbered trials: the words that choose among them, and the file
/// with a first line and then a line a trial, which is begun, or gone on with.
#ifndef KNEAD_CONTROLLER_CLI_TRIALS_H
#define KNEAD_CONTROLLER_CLI_TRIALS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "controller/campaign/outcome.h"
#include "controller/cli/verb.h"

/// The trials of one computer among several: those with the index `first`, `first + step` and so
/// on. `step` is at least 1, `first` below it.
typedef struct {
    int64_t first, step;
} trials_shard_t;

/// "17-230", or one number, from 0 on, with the last not below the first and no more than
/// CAMPAIGN_TRIALS_MAX between them; false for anything else.
bool trials_read_range(const char* text, int64_t* first, int64_t* last);

/// "I/N", with I from 1 to N and N up to CAMPAIGN_TRIALS_MAX; null is all of them, 1/1. False for
/// anything else.
bool trials_read_shard(const char* text, trials_shard_t* shard);

/// Opens a file of trials, or makes it, and keeps it for this process alone until `*out` is closed:
/// a second process is refused. Until then nothing else in this process may open and close that
/// file, which would give up the lock. What is no file, such as a pipe, is not locked.
///
/// A file without anything in it is begun with `first_line` (without its end). So is, if `resume`
/// allows it, one that was cut off within that very line: nothing was played yet. Any other is
/// refused without `resume`, as hours may have gone into it, and with it left as it is: then
/// `*holds` is true, and the file stands at its beginning, to be read and given to trials_go_on.
///
/// EXIT_DONE, EXIT_USAGE or EXIT_INTERNAL; then it is said why. `*out` is the caller's whenever it
/// is not null.
exit_code_t trials_open(const char* verb, const char* path, const char* first_line, bool resume,
                        FILE** out, bool* holds);

/// Goes on behind the first `whole_bytes` of an open file, and gives up what stands after them: a
/// line that was cut off. EXIT_DONE or EXIT_INTERNAL, and then it is said.
exit_code_t trials_go_on(const char* verb, const char* path, int64_t whole_bytes, FILE* out);

/// Writes a line of a trial through to the system; false if it could not be.
bool trials_put(FILE* out, const char* line);

#endif
