#include <errno.h>
#include <stddef.h>
#include <time.h>

#include "controller/timebase.h"

static int64_t monotonic_now_us(void* context)
{
    (void)context;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool monotonic_sleep_until(void* context, int64_t deadline_us)
{
    (void)context;
    const struct timespec deadline = {.tv_sec = (time_t)(deadline_us / 1000000),
                                      .tv_nsec = (long)(deadline_us % 1000000) * 1000};
    int error;
    do {
        error = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    } while (error == EINTR);
    return error == 0;
}

timebase_t timebase_monotonic(void)
{
    static const timebase_vtable_t vtable = {.now_us = monotonic_now_us,
                                             .sleep_until = monotonic_sleep_until};
    return (timebase_t){.vtable = &vtable, .context = NULL};
}
