/// `knead device watch`: what the devices say, again and again, until Ctrl-C or --count readings.
/// Reads only.
#ifndef KNEAD_CONTROLLER_CLI_DEVICE_WATCH_H
#define KNEAD_CONTROLLER_CLI_DEVICE_WATCH_H

#include "controller/cli/verb.h"

/// Watches all devices of `assembly->machine`. On a terminal in place; elsewhere a line a reading
/// of a device, with --json an object.
exit_code_t device_watch(const options_t* options, assembly_t* assembly);

#endif
