#include "controller/cli/bench.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#define CLOCK_READINGS 1000

int64_t bench_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

double bench_clock_cost_ns(void)
{
    int64_t least_ns = INT64_MAX;
    for (int i = 0; i < CLOCK_READINGS; ++i) {
        const int64_t before_ns = bench_now_ns();
        const int64_t cost_ns = bench_now_ns() - before_ns;
        least_ns = cost_ns < least_ns ? cost_ns : least_ns;
    }
    return (double)least_ns;
}

void bench_keep(bench_samples_t* samples, int64_t start_ns, double clock_cost_ns, int batch)
{
    const double taken_ns = (double)(bench_now_ns() - start_ns) - clock_cost_ns;
    if (samples->count < BENCH_SAMPLE_CAPACITY) {
        samples->at_ns[samples->count++] = fmax(taken_ns, 0.0) / batch;
    }
}

static int compare(const void* left, const void* right)
{
    const double a = *(const double*)left;
    const double b = *(const double*)right;
    return (a > b) - (a < b);
}

/// The sample below or at which `percent` of all lie.
static double nearest_rank(const bench_samples_t* samples, int percent)
{
    const int rank = (samples->count * percent + 99) / 100;
    return samples->at_ns[rank > 0 ? rank - 1 : 0];
}

bench_figure_t bench_summarise(const char* key, const char* meaning, int batch,
                               bench_samples_t* samples)
{
    bench_figure_t figure = {.key = key,
                             .meaning = meaning,
                             .batch = batch,
                             .samples = samples->count,
                             .solved_part = -1.0};
    if (samples->count > 0) {
        qsort(samples->at_ns, (size_t)samples->count, sizeof samples->at_ns[0], compare);
        figure.median_ns = nearest_rank(samples, 50);
        figure.p99_ns = nearest_rank(samples, 99);
    }
    return figure;
}

bench_figure_t bench_run(const char* key, const char* meaning, bench_work_t* work, void* context,
                         int batch, int samples)
{
    static bench_samples_t kept; // too large for the stack
    const double clock_cost_ns = bench_clock_cost_ns();
    volatile double used = work(context, 0, batch);
    kept.count = 0;
    for (int i = 0; i < samples; ++i) {
        const int64_t start_ns = bench_now_ns();
        used = work(context, i * batch, batch);
        bench_keep(&kept, start_ns, clock_cost_ns, batch);
    }
    (void)used;
    return bench_summarise(key, meaning, batch, &kept);
}

static void print_time(double time_ns, FILE* out)
{
    if (time_ns < 1000.0) {
        (void)fprintf(out, " %9.1f ns", time_ns);
    } else {
        (void)fprintf(out, " %9.2f us", time_ns * 1e-3);
    }
}

void bench_print(const bench_figure_t* figures, int count, FILE* out)
{
    (void)fprintf(out, "%-46s %12s %12s %8s %6s  %s\n", "", "median", "99 %", "samples", "batch",
                  "solved");
    for (int i = 0; i < count; ++i) {
        const bench_figure_t* figure = &figures[i];
        (void)fprintf(out, "%-46s", figure->meaning);
        print_time(figure->median_ns, out);
        print_time(figure->p99_ns, out);
        (void)fprintf(out, " %8d %6d", figure->samples, figure->batch);
        if (figure->solved_part >= 0.0) {
            (void)fprintf(out, "  %.2f %%", floor(figure->solved_part * 1e4) * 1e-2);
        }
        (void)fputc('\n', out);
    }
}
