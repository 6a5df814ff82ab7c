/// The verbs of the command line. A new one is a row here and a file `verb_NAME.c` with the
/// function `verb_NAME`; parsing, help and near matches follow from the row.
#ifndef KNEAD_CONTROLLER_CLI_VERB_H
#define KNEAD_CONTROLLER_CLI_VERB_H

#include "controller/cli/assembly.h"
#include "controller/cli/options.h"

/// How a run of the program ends; stable, for scripts.
typedef enum {
    EXIT_DONE = 0,
    EXIT_INTERNAL = 1,           // our mistake, no memory, output could not be written
    EXIT_USAGE = 2,              // unknown verb or option, missing operand
    EXIT_INVALID_FILE = 3,       // a file was refused
    EXIT_DEVICE = 4,             // device or bus
    EXIT_SAFETY_STOP = 5,        // a safety stop ended the run
    EXIT_EXPECTATION_FAILED = 6, // a scenario ended other than it said
    EXIT_INTERRUPTED = 130,      // by the user
} exit_code_t;

/// Name, operands as in the usage line, fewest and most operands (-1: any number), options taken,
/// one line for the list of verbs, more for the verb's own help.
#define VERB_LIST(X)                                                                               \
    X(check, "FILE...", 1, -1, OPTION_BITS_TABLE | OPTION_BIT(OPTION_JSON),                        \
      "check any of knead's files; a routine also against machine, limits, body and client",       \
      "Prints findings on standard error and 'FILE: ok' on standard output, for a routine with\n"  \
      "its figures. Nothing moves. Exit code 3 if any file has an error.\n")                       \
    X(schema, "KIND", 1, 1, 0, "print the JSON Schema of a kind of file, for editors",             \
      "KIND is machine, safety, body, device, routine, client or scenario.\n")                     \
    X(version, "", 0, 0, OPTION_BIT(OPTION_JSON),                                                  \
      "versions of knead, its libraries and its compiler", "")

/// Does what the verb says. Data goes to standard output, messages to standard error. `assembly` is
/// fresh. `--help` and wrong numbers of operands never get here.
typedef exit_code_t verb_run_t(const options_t* options, assembly_t* assembly);

#define X(name, operands, fewest, most, accepted, line, more) verb_run_t verb_##name;
VERB_LIST(X)
#undef X

#endif
