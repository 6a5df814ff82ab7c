#include "controller/cli/real_time.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

void real_time_ask(const char* verb, int priority)
{
    const struct sched_param parameters = {.sched_priority = priority};
    if (sched_setscheduler(0, SCHED_FIFO, &parameters) != 0) {
        (void)fprintf(stderr,
                      "knead %s: no real-time priority (%s): expect late periods; see the limits "
                      "'rtprio' and 'memlock'\n",
                      verb, strerror(errno));
    }
    if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) {
        (void)fprintf(stderr, "knead %s: memory could not be locked (%s)\n", verb, strerror(errno));
    }
}
