/// Asks for what a person would ask for when a run is to start by itself: acknowledge, arm, start,
/// each once and only when the controller says that it can. Anything that goes wrong it leaves
/// alone: it never acknowledges a trip and never resumes. Where a rule has lifted the tool off the
/// body it asks for the end: nobody is there who could look and resume.
#ifndef KNEAD_CONTROLLER_OPERATOR_H
#define KNEAD_CONTROLLER_OPERATOR_H

#include "controller/dataflow.h"

typedef struct {
    uint32_t asked;     // request_bit_t
    int64_t healthy_us; // how long nothing has been refused
    bool lifted;        // by a rule, not by somebody's pause
} operator_t;

/// The requests for this period; `last` may be null. Pure.
uint32_t operator_requests(operator_t* self, const cycle_output_t* last, int64_t period_us);

#endif
