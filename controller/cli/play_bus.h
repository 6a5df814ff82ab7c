/// Plays over real links: makes those to a machine's devices, where its settings say, be it over
/// TCP or over serial lines, and, in lock-step, the one to the virtual table's clock, and hands
/// them to `play`.
#ifndef KNEAD_CONTROLLER_CLI_PLAY_BUS_H
#define KNEAD_CONTROLLER_CLI_PLAY_BUS_H

#include "controller/cli/play.h"

typedef struct {
    const char* verb;
    const options_t* options;
    assembly_t* assembly;
    bool lock_step;
    bool automatic;
    bool report;
    bool keys; // see play_t
} play_bus_t;

exit_code_t play_bus(const play_bus_t* settings);

#endif
