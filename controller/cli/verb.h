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
    X(sim, "ROUTINE", 1, 1,                                                                        \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_SCENARIO) | OPTION_BIT(OPTION_SEED) |                  \
          OPTION_BIT(OPTION_OUT) | OPTION_BIT(OPTION_REPORT) | OPTION_BIT(OPTION_QUIET) |          \
          OPTION_BIT(OPTION_JSON),                                                                 \
      "play a routine on the virtual table in this process, as fast as it goes",                   \
      "Prints the figures of the run on standard output and keeps its record in --out, or in\n"    \
      "runs/ with the date and the routine's name. The same seed gives the same bytes.\n")         \
    X(run, "ROUTINE", 1, 1,                                                                        \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_OUT) |                       \
          OPTION_BIT(OPTION_HOST) | OPTION_BIT(OPTION_PORT_BASE) | OPTION_BIT(OPTION_LOCK_STEP) |  \
          OPTION_BIT(OPTION_YES) | OPTION_BIT(OPTION_ACKNOWLEDGE) | OPTION_BIT(OPTION_REPORT) |    \
          OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_JSON),                                      \
      "play a routine in real time over Modbus TCP, on the machine or on 'knead table'",           \
      "Acknowledge, arm and start by typing these words; pause, resume, end and stop work the\n"   \
      "same way. Ctrl-C lifts, parks and ends; a second Ctrl-C yields and stops at once.\n")       \
    X(table, "", 0, 0,                                                                             \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_SCENARIO) | OPTION_BIT(OPTION_SEED) |                  \
          OPTION_BIT(OPTION_PAD) | OPTION_BIT(OPTION_HOST) | OPTION_BIT(OPTION_PORT_BASE) |        \
          OPTION_BIT(OPTION_LOCK_STEP),                                                            \
      "serve the virtual table as Modbus TCP devices, for knead or anybody's client",              \
      "Prints where each device listens, then 'ready'. --host is the address to listen at, by\n"   \
      "default 127.0.0.1. A line on standard input is an event that happens at once:\n"            \
      "button_pressed, estop_pressed, 'device_silent drive_3', 'body_shift 0.02' and the others\n" \
      "of a scenario file. Ends with Ctrl-C.\n")                                                   \
    X(demo, "[ROUTINE]", 0, 1,                                                                     \
      OPTION_BITS_TABLE | OPTION_BIT(OPTION_SCENARIO) | OPTION_BIT(OPTION_SEED) |                  \
          OPTION_BIT(OPTION_OUT) | OPTION_BIT(OPTION_PORT_BASE) | OPTION_BIT(OPTION_QUIET) |       \
          OPTION_BIT(OPTION_JSON),                                                                 \
      "start a virtual table, play a whole massage on it over Modbus TCP, write a report",         \
      "Plays routines/library/relaxing-back.yaml unless another is named. Every register "         \
      "crosses\n"                                                                                  \
      "a socket; time is virtual and passes as fast as the two processes go.\n")                   \
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
