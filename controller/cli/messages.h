/// Standard error on a thread of its own, while a loop in real time runs: whoever writes to it is
/// never held up. A terminal that somebody has stopped (Ctrl-S), or a pipe that nobody reads, would
/// otherwise hold the arm's cycle until the drives' watchdogs end it.
///
/// Always holds: a write of up to PIPE_BUF bytes is carried on whole, in order, or left out.
#ifndef KNEAD_CONTROLLER_CLI_MESSAGES_H
#define KNEAD_CONTROLLER_CLI_MESSAGES_H

#include <stdbool.h>

#define MESSAGES_LAST_WAIT_S 1 // for what is still to be carried on when it ends

/// From now on file descriptor 2 is the thread's. False, and nothing is changed, where the system
/// has no pipe or thread for it, or it has begun already.
bool messages_begin(void);

/// As it was, once everything is carried on or MESSAGES_LAST_WAIT_S have passed. Does nothing where
/// it has not begun.
void messages_end(void);

#endif
