/// The links to a machine's devices, for the verbs that look at them.
#ifndef KNEAD_CONTROLLER_CLI_DEVICE_LINK_H
#define KNEAD_CONTROLLER_CLI_DEVICE_LINK_H

#include "controller/bus/port.h"

typedef struct device_link device_link_t;

/// Makes the links without connecting; null after a sentence. `machine` must stay.
device_link_t* device_link_create(const machine_settings_t* machine);
void device_link_destroy(device_link_t* link);

/// The seam's view of them; valid until they are destroyed.
port_t device_link_port(device_link_t* link);

#endif
