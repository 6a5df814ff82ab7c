// For syscall(): glibc 2.36 has no wrapper of sched_setattr.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "controller/cli/real_time.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// Of 1 to 99: above ordinary work, below the kernel's own watchdogs.
#define FIFO_PRIORITY 60

/// struct sched_attr of sched_setattr(2), first version.
typedef struct {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime_ns;
    uint64_t deadline_ns;
    uint64_t period_ns;
} scheduling_t;

#define POLICY_DEADLINE 6u
#define FLAG_RESET_ON_FORK 1u

static bool ask_for_deadlines(int64_t run_us, int64_t period_us)
{
    const scheduling_t scheduling = {.size = sizeof scheduling,
                                     .policy = POLICY_DEADLINE,
                                     .flags = FLAG_RESET_ON_FORK,
                                     .runtime_ns = (uint64_t)run_us * 1000,
                                     .deadline_ns = (uint64_t)period_us * 1000,
                                     .period_ns = (uint64_t)period_us * 1000};
    return syscall(SYS_sched_setattr, 0, &scheduling, 0) == 0;
}

static bool ask_for_priority(void)
{
    const struct sched_param parameters = {.sched_priority = FIFO_PRIORITY};
    return sched_setscheduler(0, SCHED_FIFO, &parameters) == 0;
}

const char* real_time_scheduling_text(real_time_scheduling_t scheduling)
{
    switch (scheduling) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        REAL_TIME_SCHEDULING_LIST(X)
#undef X
    }
    return "unknown";
}

real_time_t real_time_take(int64_t run_us, int64_t period_us)
{
    real_time_t granted = {.scheduling = REAL_TIME_DEADLINE};
    if (!ask_for_deadlines(run_us, period_us)) {
        granted.scheduling = ask_for_priority() ? REAL_TIME_FIFO : REAL_TIME_NONE;
        granted.scheduling_error = granted.scheduling == REAL_TIME_NONE ? errno : 0;
    }
    granted.memory_locked = mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
    granted.memory_error = granted.memory_locked ? 0 : errno;
    return granted;
}

void real_time_ask(const char* verb, int64_t run_us, int64_t period_us)
{
    const real_time_t granted = real_time_take(run_us, period_us);
    if (granted.scheduling == REAL_TIME_NONE) {
        (void)fprintf(
            stderr,
            "knead %s: no real-time scheduling (%s): expect late periods; it takes root or "
            "CAP_SYS_NICE, or the limit 'rtprio'\n",
            verb, strerror(granted.scheduling_error));
    }
    if (!granted.memory_locked) {
        (void)fprintf(stderr,
                      "knead %s: memory could not be locked (%s); see the limit 'memlock'\n", verb,
                      strerror(granted.memory_error));
    }
}
