/// Files of outcomes: reading them back, going on where one was cut off, joining several.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_OUTCOME_FILE_H
#define KNEAD_CONTROLLER_CAMPAIGN_OUTCOME_FILE_H

#include <stdio.h>

#include "controller/campaign/outcome.h"

#define OUTCOME_FILE_RESULT_LIST(X)                                                                \
    X(OUTCOME_FILE_OK, "ok")                                                                       \
    X(OUTCOME_FILE_UNREADABLE, "it can't be read")                                                 \
    X(OUTCOME_FILE_NO_HEADER, "it does not begin with the line of a campaign")                     \
    X(OUTCOME_FILE_DAMAGED, "a line before its last is not an outcome")                            \
    X(OUTCOME_FILE_OTHER, "it is of another campaign: kind, version, inputs or numbers differ")    \
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

/// Reads a file, line by line; `take` gets every outcome and its line (without its end). A last
/// line that was cut off is left out, and `torn` says so.
outcome_file_result_t outcome_file_read(const char* path, outcome_file_t* file,
                                        void (*take)(void* context, const outcome_t* outcome,
                                                     const char* line),
                                        void* context);

/// Whether two files are parts of one campaign.
bool campaign_header_same(const campaign_header_t* a, const campaign_header_t* b);

/// Joins files into `out`, which appears whole or not at all: every trial once, by its number. The
/// same trial in two files has to have the same bytes. `failed` gets the index of the file that is
/// wrong.
outcome_file_result_t outcome_file_merge(int count, char* const* paths, const char* out,
                                         int* failed);

#endif
