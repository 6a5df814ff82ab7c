/// Holds what `summary.json` says against the figures that the cycles give.
#ifndef KNEAD_CONTROLLER_RECORD_SUMMARY_CHECK_H
#define KNEAD_CONTROLLER_RECORD_SUMMARY_CHECK_H

#include "controller/record/summary_read.h"

typedef enum {
    SUMMARY_CHECK_SAME,
    SUMMARY_CHECK_OTHER,
    SUMMARY_CHECK_UNREADABLE, // no file, no JSON, or memory was short
} summary_check_t;

/// `summary` has observed every cycle of the run and holds the outcome that was read from the file
/// at `path`. Compares every member, in the order they are written. Left out is what cycles can't
/// tell: how long it took on the machine's clock, the bus, the failure, where the files lay,
/// and the sentence, which may name a device's address.
/// Of the first member that differs `told` gets its place and both values.
summary_check_t summary_check(const summary_t* summary, const char* path, char told[TEXT_CAPACITY]);

#endif
