#include "controller/timing/histogram.h"

#include <math.h>

/// Place of the highest bit that is set; `number` is over 0.
static int highest_bit(uint64_t number)
{
#if defined(__GNUC__)
    return 63 - __builtin_clzll(number);
#else
    int bit = 0;
    while ((number >>= 1) != 0) {
        ++bit;
    }
    return bit;
#endif
}

int histogram_bucket_of(int64_t number)
{
    if (number < HISTOGRAM_LINEAR) {
        return number < 0 ? 0 : (int)number;
    }
    if (number >= HISTOGRAM_RANGE) {
        return HISTOGRAM_BUCKET_COUNT - 1;
    }
    // The highest bit chooses the doubling, the bits behind it the step within.
    const int doubling = highest_bit((uint64_t)number) - HISTOGRAM_STEPS_LOG2;
    return doubling * HISTOGRAM_STEPS + (int)(number >> doubling);
}

int64_t histogram_bucket_from(int index)
{
    if (index < HISTOGRAM_LINEAR) {
        return index < 0 ? 0 : index;
    }
    if (index >= HISTOGRAM_BUCKET_COUNT - 1) {
        return HISTOGRAM_RANGE;
    }
    const int doubling = index / HISTOGRAM_STEPS - 1;
    return (int64_t)(index % HISTOGRAM_STEPS + HISTOGRAM_STEPS) << doubling;
}

int64_t histogram_bucket_below(int index)
{
    return index >= HISTOGRAM_BUCKET_COUNT - 1 ? INT64_MAX
                                               : histogram_bucket_from(index < 0 ? 1 : index + 1);
}

void histogram_add(histogram_t* histogram, int64_t number)
{
    const int64_t counted = number < 0 ? 0 : number;
    if (histogram->count == 0 || counted < histogram->min) {
        histogram->min = counted;
    }
    if (counted > histogram->max) {
        histogram->max = counted;
    }
    histogram->count += 1;
    histogram->sum += counted;
    histogram->buckets[histogram_bucket_of(counted)] += 1;
}

void histogram_merge(histogram_t* histogram, const histogram_t* other)
{
    if (other->count == 0) {
        return;
    }
    if (histogram->count == 0 || other->min < histogram->min) {
        histogram->min = other->min;
    }
    if (other->max > histogram->max) {
        histogram->max = other->max;
    }
    histogram->count += other->count;
    histogram->sum += other->sum;
    for (int i = 0; i < HISTOGRAM_BUCKET_COUNT; ++i) {
        histogram->buckets[i] += other->buckets[i];
    }
}

/// How many of `count` must not exceed the percentile: 1 to count. A share that is a whole number
/// but for rounding is that number.
static int64_t nearest_rank(int64_t count, double percent)
{
    const double rank = ceil((double)count * percent / 100.0 - 1e-12 * (double)count);
    if (!(rank < (double)count)) {
        return count;
    }
    return rank < 1.0 ? 1 : (int64_t)rank;
}

int64_t histogram_percentile(const histogram_t* histogram, double percent)
{
    if (histogram->count == 0 || !(percent > 0.0)) {
        return histogram->count == 0 || !isnan(percent) ? histogram->min : histogram->max;
    }
    const int64_t rank = nearest_rank(histogram->count, percent);
    if (rank == histogram->count) {
        return histogram->max;
    }
    int64_t below = 0;
    for (int i = 0; i < HISTOGRAM_BUCKET_COUNT; ++i) {
        below += histogram->buckets[i];
        if (below >= rank) {
            const int64_t edge = histogram_bucket_below(i) - 1;
            return edge < histogram->max ? edge : histogram->max;
        }
    }
    return histogram->max;
}

double histogram_mean(const histogram_t* histogram)
{
    return histogram->count > 0 ? (double)histogram->sum / (double)histogram->count : 0.0;
}
