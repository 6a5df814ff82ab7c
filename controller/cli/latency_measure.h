/// Measures what `latency_judge.h` judges: a thread scheduled as the loop of a run is sleeps to
/// absolute deadlines of the machine's period and, in each, reads all devices at once and computes
/// the real control cycle.
///
/// - The devices are those of a virtual table of this program's own over loopback TCP, or the
///   machine's own, where its settings say. They are only read, as often as a period of a run asks
///   them; nothing that is sent can change one. What a device of a machine takes, loopback does not
///   show: then the judge gets it from the bus's budget, by calculation.
/// - The cycle plays the session's routine on a virtual table in this process: it computes what a
///   massage computes, not what an idle arm does. Once the routine is over it idles.
#ifndef KNEAD_CONTROLLER_CLI_LATENCY_MEASURE_H
#define KNEAD_CONTROLLER_CLI_LATENCY_MEASURE_H

#include <stdatomic.h>

#include "controller/cli/assembly.h"
#include "controller/cli/latency_judge.h"

/// Periods at the start that do not count: links and caches settle.
#define LATENCY_PERIODS_UNCOUNTED 25

typedef struct {
    const assembly_t* assembly; // session and world built
    bool own_devices;           // ask the machine's devices, not a table over loopback
    int64_t periods;            // that count
} latency_settings_t;

/// How it gets on, for whoever waits; may be read and `stop` set at any time.
typedef struct {
    atomic_llong done; // periods that count
    atomic_bool stop;  // end early with what there is
} latency_watch_t;

typedef struct {
    latency_measured_t measured;
    histogram_t round_trip_us[DEVICE_CAPACITY]; // of good replies
    int64_t unanswered[DEVICE_CAPACITY];        // requests without one
    int64_t late_periods;                       // deadlines that were skipped
    char complaint[512];                        // names device and address where a link fails
} latency_result_t;

#define LATENCY_MEASURE_LIST(X)                                                                    \
    X(LATENCY_MEASURE_OK, "ok")                                                                    \
    X(LATENCY_MEASURE_NO_TABLE, "the virtual table could not be made")                             \
    X(LATENCY_MEASURE_NO_PORTS, "no free ports for a table over loopback")                         \
    X(LATENCY_MEASURE_NO_LINK, "a device cannot be reached")                                       \
    X(LATENCY_MEASURE_NO_THREAD, "the system gives no thread or no memory")
typedef enum {
#define X(id, text) id,
    LATENCY_MEASURE_LIST(X)
#undef X
} latency_measure_t;
const char* latency_measure_text(latency_measure_t result);

/// Measures; calls `wait` about ten times a second meanwhile, in the caller's thread.
latency_measure_t latency_measure(const latency_settings_t* settings, latency_watch_t* watch,
                                  void (*wait)(void* context), void* context,
                                  latency_result_t* result);

#endif
