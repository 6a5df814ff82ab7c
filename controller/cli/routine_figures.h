/// What a routine that may be played is like: the figures of the static check, for people and for
/// programs.
#ifndef KNEAD_CONTROLLER_CLI_ROUTINE_FIGURES_H
#define KNEAD_CONTROLLER_CLI_ROUTINE_FIGURES_H

#include "controller/cli/assembly.h"
#include "controller/record/json.h"

/// A compact table on standard output.
void routine_figures_print(const assembly_t* assembly);

/// The same as the member "figures" of the JSON object that is open, in SI units.
void routine_figures_write(json_t* json, const assembly_t* assembly);

#endif
