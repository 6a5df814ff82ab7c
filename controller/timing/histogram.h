/// Counts of whole numbers (microseconds, nanoseconds) in buckets that grow with the number, so
/// that a day of periods keeps its percentiles in a few kilobytes.
///
/// Numbers below HISTOGRAM_LINEAR have a bucket each. Above, every doubling is cut into
/// HISTOGRAM_STEPS buckets of equal width. All from HISTOGRAM_RANGE on share the last bucket.
///
/// Always holds: count, least, greatest and sum are exact. A percentile is never below the true one
/// (nearest rank) and at most HISTOGRAM_ERROR of it above; below HISTOGRAM_LINEAR, and for 0 and
/// 100 percent, it is exact; from HISTOGRAM_RANGE on it is the greatest. Merging two histograms
/// gives what one that had counted all would hold, in any order. A negative number counts as 0.
///
/// Plain data, all zeros when empty; nothing is allocated, adding takes constant time.
#ifndef KNEAD_CONTROLLER_TIMING_HISTOGRAM_H
#define KNEAD_CONTROLLER_TIMING_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_STEPS_LOG2 5
#define HISTOGRAM_STEPS (1 << HISTOGRAM_STEPS_LOG2)
#define HISTOGRAM_LINEAR (2 * HISTOGRAM_STEPS)
#define HISTOGRAM_RANGE_LOG2 32
#define HISTOGRAM_RANGE (INT64_C(1) << HISTOGRAM_RANGE_LOG2)
#define HISTOGRAM_ERROR (1.0 / HISTOGRAM_STEPS)
#define HISTOGRAM_BUCKET_COUNT                                                                     \
    (HISTOGRAM_LINEAR + HISTOGRAM_STEPS * (HISTOGRAM_RANGE_LOG2 - HISTOGRAM_STEPS_LOG2 - 1) + 1)

typedef struct {
    int64_t count;
    int64_t min, max; // 0 while empty
    int64_t sum;
    int64_t buckets[HISTOGRAM_BUCKET_COUNT];
} histogram_t;

void histogram_add(histogram_t* histogram, int64_t number);

/// Adds all of `other`.
void histogram_merge(histogram_t* histogram, const histogram_t* other);

/// The least number that at least `percent` (0 to 100) of all do not exceed, up to the error above.
/// 0 while empty; what is not a number from 0 to 100 is taken as the nearest end, NaN as 100.
int64_t histogram_percentile(const histogram_t* histogram, double percent);

/// 0 while empty.
double histogram_mean(const histogram_t* histogram);

/// Bucket `index` holds the numbers from `from` up to, but without, `below`. The last one's `below`
/// is INT64_MAX. An index that is none is taken as the nearest.
int64_t histogram_bucket_from(int index);
int64_t histogram_bucket_below(int index);

/// The bucket that `number` is counted in.
int histogram_bucket_of(int64_t number);

#endif
