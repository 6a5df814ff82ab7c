/// What can go wrong with who works the machine: requests made at the wrong time, for the events of
/// class `operator` that are requests. The room of the virtual table does not know what a request
/// is to the controller; whoever runs both maps these bits.
#ifndef KNEAD_SIM_OPERATOR_FAULTS_H
#define KNEAD_SIM_OPERATOR_FAULTS_H

#include "sim/event.h"

typedef enum {
    OPERATOR_ASKS_ACKNOWLEDGE = 1u << 0,
    OPERATOR_ASKS_ARM = 1u << 1,
    OPERATOR_ASKS_START = 1u << 2,
    OPERATOR_ASKS_STOP = 1u << 3,
} operator_asks_t;

/// Until when each is on; all zero: nobody asks for anything.
typedef struct {
    int64_t starts_twice_until_us;
    int64_t acknowledges_until_us;
    int64_t starts_and_stops_until_us;
} operator_faults_t;

/// Lets an event begin at `now_us`; it ends by its own duration. Other kinds are left alone.
void operator_faults_inject(operator_faults_t* faults, const world_event_t* event, int64_t now_us);

/// What is asked for in the period that begins at `now_us`: a set of operator_asks_t. Pure.
unsigned operator_faults_ask(const operator_faults_t* faults, int64_t now_us);

#endif
