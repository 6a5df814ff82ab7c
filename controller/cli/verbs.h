/// The verbs of `verb.h` as rows, for whoever goes through them: the command line itself, its help,
/// the manual page, the completions of the shells.
#ifndef KNEAD_CONTROLLER_CLI_VERBS_H
#define KNEAD_CONTROLLER_CLI_VERBS_H

#include "controller/cli/verb.h"

typedef struct {
    const char* name;
    const char* operands;               // as in the usage line
    int operands_fewest, operands_most; // most: -1 for any number
    uint64_t accepted;                  // OPTION_BIT of its options
    const char* line;
    const char* more; // lines that end with newlines, or empty
    verb_run_t* run;
} verb_t;

/// Null for an index that is none, so that a loop ends there.
const verb_t* verb_at(int index);

/// Null if there is none of that name.
const verb_t* verb_named(const char* name);

/// An exit code and what it means; null for an index that is none.
typedef struct {
    int number;
    const char* text;
} exit_code_info_t;
const exit_code_info_t* exit_code_at(int index);

#endif
