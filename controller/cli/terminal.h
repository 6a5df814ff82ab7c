/// The terminal on standard input, made to hand over every key at once and without echo, and put
/// back as it was on every way out of the program that a program can see: leaving `main`, `exit`,
/// and the signals that end it.
///
/// Ctrl-C goes on to mean what it meant. Ctrl-Z and Ctrl-\ mean nothing meanwhile: a controller
/// that is put to sleep leaves the arm to its watchdogs.
#ifndef KNEAD_CONTROLLER_CLI_TERMINAL_H
#define KNEAD_CONTROLLER_CLI_TERMINAL_H

#include <stdbool.h>

/// True if keys come one by one from now on. False, and nothing is changed, where standard input is
/// no terminal or another program is in front on it.
bool terminal_keys_begin(void);

/// As it was. Does nothing where there is nothing to put back.
void terminal_keys_end(void);

#endif
