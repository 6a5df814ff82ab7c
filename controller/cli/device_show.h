/// `knead device show`: all that is known of a profile, or of a device of a machine: its register
/// map, what it does alone, and the time it takes of a period. Nothing is sent; what nobody knows
/// is said to be unknown.
#ifndef KNEAD_CONTROLLER_CLI_DEVICE_SHOW_H
#define KNEAD_CONTROLLER_CLI_DEVICE_SHOW_H

#include "controller/cli/verb.h"

exit_code_t device_show(const options_t* options, assembly_t* assembly, const char* name);

#endif
