/// Plays over Modbus TCP: makes the connections to a machine's devices, where its settings say,
/// and, in lock-step, the one to the virtual table's clock, and hands them to `play`.
#ifndef KNEAD_CONTROLLER_CLI_PLAY_TCP_H
#define KNEAD_CONTROLLER_CLI_PLAY_TCP_H

#include "controller/cli/play.h"

typedef struct {
    const char* verb;
    const options_t* options;
    assembly_t* assembly;
    bool lock_step;
    bool automatic;
    bool report;
    bool keys; // see play_t
} play_tcp_t;

exit_code_t play_tcp(const play_tcp_t* settings);

#endif
