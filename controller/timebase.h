/// Where time comes from: the machine's monotonic clock, or a virtual one that moves the simulated
/// world when somebody sleeps. Microseconds, never negative, never backwards.
#ifndef KNEAD_CONTROLLER_TIMEBASE_H
#define KNEAD_CONTROLLER_TIMEBASE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t (*now_us)(void* context);
    /// Returns at `deadline_us` or as soon after as the system allows; at once if it has passed.
    /// False if time cannot pass any more (the virtual table is gone).
    bool (*sleep_until)(void* context, int64_t deadline_us);
} timebase_vtable_t;

typedef struct {
    const timebase_vtable_t* vtable;
    void* context;
} timebase_t;

/// CLOCK_MONOTONIC and clock_nanosleep at absolute deadlines.
timebase_t timebase_monotonic(void);

#endif
