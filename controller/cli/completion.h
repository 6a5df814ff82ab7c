/// What can stand where behind a verb, for the completions of all shells: worked out from the
/// operands of VERB_LIST and the arguments of OPTION_LIST, so that a new row is completed too.
///
/// Operands are written as in a usage line: words in small letters stand as they are, words in
/// capitals name what is to be put there, '|' parts what can stand first, '[' and ']' count for
/// nothing. What is named by a word that `completion.c` does not know is a file.
///
/// A *spec* says what completes: words apart by blanks, among which
///   @files     any file
///   @folders   any folder
///   @WHAT      what 'knead completion words WHAT' prints
#ifndef KNEAD_CONTROLLER_CLI_COMPLETION_H
#define KNEAD_CONTROLLER_CLI_COMPLETION_H

#include "controller/cli/verbs.h"

#define COMPLETION_SPEC_CAPACITY 256
#define COMPLETION_ROW_CAPACITY 16

/// What 'knead completion words' can print.
#define COMPLETION_WHAT_LIST(X)                                                                    \
    X(COMPLETION_PROFILES, "profiles")                                                             \
    X(COMPLETION_DEVICES, "devices")                                                               \
    X(COMPLETION_PADS, "pads")                                                                     \
    X(COMPLETION_KINDS, "kinds")
typedef enum {
#define X(id, name) id,
    COMPLETION_WHAT_LIST(X)
#undef X
        COMPLETION_WHAT_COUNT
} completion_what_t;
const char* completion_what_name(completion_what_t what);

/// What stands behind an option; empty where nothing can be offered. Not for flags.
void completion_of_option(option_id_t id, char spec[COMPLETION_SPEC_CAPACITY]);

/// What an operand may be.
typedef struct {
    bool first;                 // the first operand, else any later one
    char behind[NAME_CAPACITY]; // only where this is the first operand; empty: whatever it is
    char spec[COMPLETION_SPEC_CAPACITY];
} completion_row_t;

/// The rows of a verb, the one for the first operand first; how many there are. A later operand
/// that no row matches is not expected.
int completion_of_operands(const verb_t* verb, completion_row_t rows[COMPLETION_ROW_CAPACITY]);

#endif
