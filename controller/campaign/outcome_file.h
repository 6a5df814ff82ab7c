/// Files of outcomes: reading them back, going on where one was cut off, joining several.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_OUTCOME_FILE_H
#define KNEAD_CONTROLLER_CAMPAIGN_OUTCOME_FILE_H

#include <stdio.h>

#include "controller/campaign/outcome.h"

#define OUTCOME_FILE_RESULT_LIST(X)                                                                \
    X(OUTCOME_FILE_OK, "ok")                                                                       \
    X(OUTCOME_FILE_UNREADABLE, "it can't be read")                                                 \
    X(OUTCOME_FILE_NO_HEADER, "it does not begin with the line of a campaign")                     \
    X(OUTCOME_FILE_DAMAGED, "a line before its last is no outcome of this campaign")               \
    X(OUTCOME_FILE_OTHER,                                                                          \
      "it is of another campaign: kind, version, inputs, numbers, shard or hours differ")          \
    X(OUTCOME_FILE_CONFLICT, "the same trial has two different outcomes")                          \
    X(OUTCOME_FILE_UNWRITABLE, "it can't be written")
typedef enum {
#define X(id, text) id,
    OUTCOME_FILE_RESULT_LIST(X)
#undef X
} outcome_file_result_t;
#define OUTCOME_FILE_RESULT_COUNT 7
const char* outcome_file_result_text(outcome_file_result_t result);

typedef struct {
    campaign_header_t header;
    int64_t whole_bytes; // up to the end of the last whole line
    bool torn;           // something that is no line comes after them
    int64_t line;        // 1-based: where it is damaged
} outcome_file_t;

/// Reads a file, line by line; `take` gets every outcome and its line (without its end). A trial
/// that stands there twice with the same bytes is taken once; with others it is a conflict. A trial
/// that the header's numbers and shard do not have is damage. A last line that was cut off is left
/// out, and `torn` says so.
outcome_file_result_t outcome_file_read(const char* path, outcome_file_t* file,
                                        void (*take)(void* context, const outcome_t* outcome,
                                                     const char* line),
                                        void* context);

/// The same of a file that is open and at its beginning; it stays open.
outcome_file_result_t outcome_file_read_open(FILE* in, outcome_file_t* file,
                                             void (*take)(void* context, const outcome_t* outcome,
                                                          const char* line),
                                             void* context);

/// Its first line alone.
outcome_file_result_t outcome_file_header(const char* path, campaign_header_t* header);

/// Whether a file that was begun as the first says may be gone on with as the second asks: all but
/// the hours and the given options have to be alike.
bool campaign_header_goes_on(const campaign_header_t* begun, const campaign_header_t* asked);

/// Whether two files are parts of one campaign. Those with hours have to have them alike, and to be
/// of as many shards.
bool campaign_header_joins(const campaign_header_t* a, const campaign_header_t* b);

/// Joins files into `out`, which appears whole or not at all: every trial once, by its number. The
/// same trial in two files has to have the same bytes. What is joined is shard 1 of 1; of shards
/// with hours it is shard 0 of as many, so that each can still be held to its own. `failed` gets
/// the index of the file that is wrong, or -1, `line` where.
outcome_file_result_t outcome_file_merge(int count, char* const* paths, const char* out,
                                         int* failed, int64_t* line);

#endif
