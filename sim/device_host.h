/// What stands behind numbered virtual devices: something that answers requests and has a time of
/// its own. `world_host` in `sim_port.h` makes one of a world; the servers and ports of this room
/// know nothing more about the world than this.
#ifndef KNEAD_SIM_DEVICE_HOST_H
#define KNEAD_SIM_DEVICE_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "controller/bus/port.h"

typedef struct {
    void* context;
    /// Fills the reply and returns true; false if the device stays silent. Takes any bytes.
    bool (*request)(void* context, int device, const pdu_t* request, pdu_t* reply);
    int64_t (*now_us)(void* context);
    /// Moves time to `to_us` or the first step after it; nothing if that has passed. What was
    /// written since the last call takes effect only now, so that the order of requests between two
    /// calls does not matter.
    void (*advance_to)(void* context, int64_t to_us);
} device_host_t;

#endif
