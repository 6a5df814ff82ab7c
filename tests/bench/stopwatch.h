/// Time and order statistics for the benches.
#ifndef KNEAD_TESTS_BENCH_STOPWATCH_H
#define KNEAD_TESTS_BENCH_STOPWATCH_H

/// Monotonic time in nanoseconds since any moment.
double stopwatch_now_ns(void);

/// Gives the machine back for a moment between batches: a real-time thread that never sleeps is
/// throttled by the kernel, in the middle of a measurement.
void stopwatch_rest(void);

/// The figure that `part` (0 to 1) of the samples do not exceed. Reorders them. NaN of none.
double stopwatch_quantile(double* samples, int count, double part);

#endif
