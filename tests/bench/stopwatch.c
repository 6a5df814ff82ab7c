#include "tests/bench/stopwatch.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

double stopwatch_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

void stopwatch_rest(void)
{
    const struct timespec moment = {0, 1000000};
    nanosleep(&moment, NULL);
}

static int compare(const void* a, const void* b)
{
    const double left = *(const double*)a;
    const double right = *(const double*)b;
    return (left > right) - (left < right);
}

double stopwatch_quantile(double* samples, int count, double part)
{
    if (count <= 0) {
        return (double)NAN;
    }
    qsort(samples, (size_t)count, sizeof samples[0], compare);
    return samples[(int)(part * (double)(count - 1))];
}
