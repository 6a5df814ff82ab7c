/// `knead device probe`: whether the devices are those that their profiles describe. Reads only.
#ifndef KNEAD_CONTROLLER_CLI_DEVICE_PROBING_H
#define KNEAD_CONTROLLER_CLI_DEVICE_PROBING_H

#include "controller/cli/verb.h"

/// Probes all devices of `assembly->machine`, one after the other.
exit_code_t device_probing(const options_t* options, assembly_t* assembly);

#endif
