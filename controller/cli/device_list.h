/// `knead device list`: which profiles and which devices there are. Nothing is sent.
#ifndef KNEAD_CONTROLLER_CLI_DEVICE_LIST_H
#define KNEAD_CONTROLLER_CLI_DEVICE_LIST_H

#include "controller/cli/verb.h"

/// The shipped profiles, or the devices of the machine that --machine names.
exit_code_t device_list(const options_t* options, assembly_t* assembly);

#endif
