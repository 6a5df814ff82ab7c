/// Measures how long pieces of work take, by the machine's monotonic clock.
///
/// Always holds: the clock's own cost is taken off; work is done in batches long enough for the
/// clock to see, and a figure is of one piece of work; what a batch computes is used, so that no
/// compiler leaves it out.
#ifndef KNEAD_CONTROLLER_CLI_BENCH_H
#define KNEAD_CONTROLLER_CLI_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define BENCH_SAMPLE_CAPACITY 20000

typedef struct {
    const char* key;     // stable, for scripts
    const char* meaning; // for people
    int batch;           // pieces of work in a sample
    int samples;
    double median_ns; // of one piece of work
    double p99_ns;
    double solved_part; // of what was to be solved, 0 to 1; negative where nothing is
} bench_figure_t;

/// Samples of one figure while they are taken.
typedef struct {
    int count;
    double at_ns[BENCH_SAMPLE_CAPACITY];
} bench_samples_t;

/// Nanoseconds of CLOCK_MONOTONIC.
int64_t bench_now_ns(void);

/// What two readings of the clock, one after the other, lie apart: the least of many.
double bench_clock_cost_ns(void);

/// Keeps the time since `start_ns`, without the clock's cost, over `batch` pieces of work. Beyond
/// the capacity nothing is kept.
void bench_keep(bench_samples_t* samples, int64_t start_ns, double clock_cost_ns, int batch);

/// Median and 99th percentile (nearest rank) of the samples; sorts them. No samples: zeros.
bench_figure_t bench_summarise(const char* key, const char* meaning, int batch,
                               bench_samples_t* samples);

/// Does `count` pieces of work, from the `first` one on; returns a number that depends on all of
/// it.
typedef double bench_work_t(void* context, int first, int count);

/// Times `samples` batches of `batch` pieces each, after one batch that is not kept.
bench_figure_t bench_run(const char* key, const char* meaning, bench_work_t* work, void* context,
                         int batch, int samples);

/// A table for people: nanoseconds, or microseconds from 1000 ns on.
void bench_print(const bench_figure_t* figures, int count, FILE* out);

#endif
