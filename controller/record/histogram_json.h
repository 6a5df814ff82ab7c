/// A histogram (controller/timing/histogram.h) as JSON, for summary.json and for every verb that
/// prints one. An object, its keys in this order:
///
///   "count"        whole number
///   "min", "max"   exact; null while count is 0, as are mean and percentiles
///   "mean"         exact
///   "sum"          exact, whole
///   "p50", "p90", "p99", "p99_9", "p99_99"   percentiles, never below the true one, at most 1/32
///                  above it
///   "buckets"      array of [from, below, count], those with a count only, ascending: numbers n
///                  with from <= n < below. The last possible one, from 2^32 on, has null as below.
///
/// The unit stands in the key of the object ("wake_up_us").
#ifndef KNEAD_CONTROLLER_RECORD_HISTOGRAM_JSON_H
#define KNEAD_CONTROLLER_RECORD_HISTOGRAM_JSON_H

#include "controller/record/json.h"
#include "controller/record/json_read.h"
#include "controller/timing/histogram.h"

/// Key and percent of each percentile that is written.
#define HISTOGRAM_PERCENTILE_LIST(X)                                                               \
    X("p50", 50.0)                                                                                 \
    X("p90", 90.0)                                                                                 \
    X("p99", 99.0)                                                                                 \
    X("p99_9", 99.9)                                                                               \
    X("p99_99", 99.99)

/// Writes `histogram` under `key`; null where it is null, which is for what nobody measured.
void histogram_write(json_t* json, const char* key, const histogram_t* histogram);

/// Reads back what `histogram_write` wrote: the same histogram, bucket for bucket. False if `value`
/// is null or anything else: a bucket that this build does not have, counts that do not add up,
/// ends outside of the buckets. Then `*histogram` is empty.
bool histogram_read(const json_value_t* value, histogram_t* histogram);

#endif
