/// What `knead table` reads from its options beside the files: who may connect, and which serial
/// line is where. Pure but for the sentences about what is wrong, which go to `messages`.
#ifndef KNEAD_CONTROLLER_CLI_TABLE_OPTIONS_H
#define KNEAD_CONTROLLER_CLI_TABLE_OPTIONS_H

#include "controller/cli/options.h"
#include "sim/server.h"

#define TABLE_PORT_BASE 15020 // of profiles; 502 is not everybody's to open

/// Where one serial line is.
typedef struct {
    char path[PATH_CAPACITY]; // of a serial device; empty: a pty is made
    char link[PATH_CAPACITY]; // to the pty; empty for none
} line_place_t;

/// Reads `--allow` into the addresses that may connect, in network byte order. At a loopback
/// address nobody else can, and without --allow none are listed; at any other one, or at all
/// (0.0.0.0), --allow must be there. False after a sentence.
bool table_allowed(const options_t* options, const char* bind_address,
                   uint32_t allowed[SERVER_ALLOWED_CAPACITY], int* count, FILE* messages);

/// Reads `--serial` and `--pty-link` for the lines of `machine`: one of them a bare PATH, or
/// several NAME=PATH with a comma between; a path that is the word pty makes one, as does a line
/// that is not named. Without any of both the lines of a virtual machine are linked to where its
/// file says that they are. False after a sentence: a name that no line has, a link beside a
/// device, a path too long.
bool table_line_places(const options_t* options, const machine_settings_t* machine,
                       line_place_t places[SERIAL_LINE_CAPACITY], FILE* messages);

/// The word behind `--parity`; false after a sentence. Untouched where it was not given.
bool table_parity(const options_t* options, parity_t* parity, FILE* messages);

/// The next part of a list with commas, into `part`; false at its end. A part that is too long is
/// cut, which no name or address is.
bool table_next_part(const char** list, char* part, size_t capacity);

#endif
