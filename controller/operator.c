#include "controller/operator.h"

#include <stddef.h>

// Between two requests all must have been well this long: devices come up, faults clear, samples
// flow.
#define HEALTHY_TIME_US 100000

static uint32_t ask_once(operator_t* self, uint32_t request)
{
    const uint32_t new_request = request & ~self->asked;
    self->asked |= request;
    self->healthy_us = 0;
    return new_request;
}

uint32_t operator_requests(operator_t* self, const cycle_output_t* last, int64_t period_us)
{
    if (last != NULL && last->mode == MODE_LIFT && last->verdict.reaction == REACTION_LIFT) {
        self->lifted = true;
    }
    if (last == NULL || last->verdict.refused != 0) {
        self->healthy_us = 0;
        return 0;
    }
    self->healthy_us += period_us;
    if (self->healthy_us < HEALTHY_TIME_US) {
        return 0;
    }
    if (last->mode == MODE_LOCKED) {
        return ask_once(self, REQUEST_ACKNOWLEDGE);
    }
    if (last->mode == MODE_READY) {
        return ask_once(self, REQUEST_ARM);
    }
    if (last->mode == MODE_ARMED) {
        return ask_once(self, REQUEST_START);
    }
    if (last->mode == MODE_PAUSED && self->lifted) {
        return ask_once(self, REQUEST_END);
    }
    return 0;
}
