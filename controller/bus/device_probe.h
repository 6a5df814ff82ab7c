/// Looks at one device and judges whether it is what its profile says: who it is, whether every
/// register of the map answers with a number that makes sense, which functions it answers, how long
/// it takes, and how its watchdog stands. Reads only: no request of it can change a device.
///
/// A device *fails* where the profile is proved wrong or the device does not answer; what may have
/// a good reason, or cannot be known without writing, is *doubtful*.
#ifndef KNEAD_CONTROLLER_BUS_DEVICE_PROBE_H
#define KNEAD_CONTROLLER_BUS_DEVICE_PROBE_H

#include "controller/bus/device_reader.h"

#define PROBE_READS_MAX 1000 // of which the round trip is measured

/// How long a sample counter is given to move, on top of the age that a sample may have.
/// [judgement: the slowest of the profiles' devices takes a sample every 20 ms]
#define PROBE_COUNTER_WAIT_US 100000

#define PROBE_VERDICT_LIST(X)                                                                      \
    X(PROBE_OK, "ok")                                                                              \
    X(PROBE_DOUBTFUL, "doubtful")                                                                  \
    X(PROBE_FAILED, "failed")
typedef enum {
#define X(id, text) id,
    PROBE_VERDICT_LIST(X)
#undef X
} probe_verdict_t;
#define PROBE_VERDICT_COUNT 3
const char* probe_verdict_text(probe_verdict_t verdict);

#define PROBE_IDENTITY_LIST(X)                                                                     \
    X(PROBE_IDENTITY_SAME, "same", PROBE_OK)                                                       \
    X(PROBE_IDENTITY_DIFFERS, "differs", PROBE_FAILED)                                             \
    X(PROBE_IDENTITY_UNREAD, "unread", PROBE_FAILED)                                               \
    X(PROBE_IDENTITY_UNKNOWN, "unknown", PROBE_DOUBTFUL)                                           \
    X(PROBE_IDENTITY_NONE, "none", PROBE_DOUBTFUL)
/// Unknown: there is a register, but nobody knows what it says. None: there is no register.
typedef enum {
#define X(id, text, verdict) id,
    PROBE_IDENTITY_LIST(X)
#undef X
} probe_identity_t;
#define PROBE_IDENTITY_COUNT 5
const char* probe_identity_text(probe_identity_t identity);

#define PROBE_WATCHDOG_LIST(X)                                                                     \
    X(PROBE_WATCHDOG_NONE, "none")                                                                 \
    X(PROBE_WATCHDOG_SET, "set")                                                                   \
    X(PROBE_WATCHDOG_DIFFERS, "differs")                                                           \
    X(PROBE_WATCHDOG_UNREAD, "unread")
/// Differs: it is written and read back before arming, so that this alone is no fault.
typedef enum {
#define X(id, text) id,
    PROBE_WATCHDOG_LIST(X)
#undef X
} probe_watchdog_t;
#define PROBE_WATCHDOG_COUNT 4
const char* probe_watchdog_text(probe_watchdog_t watchdog);

#define PROBE_FUNCTION_LIST(X)                                                                     \
    X(PROBE_FUNCTION_ANSWERED, "answered")                                                         \
    X(PROBE_FUNCTION_REFUSED, "refused")                                                           \
    X(PROBE_FUNCTION_SILENT, "silent")                                                             \
    X(PROBE_FUNCTION_NOT_TRIED, "not tried")
/// Answered: with words, or with an exception that shows the function is known to the device.
typedef enum {
#define X(id, text) id,
    PROBE_FUNCTION_LIST(X)
#undef X
} probe_function_state_t;
#define PROBE_FUNCTION_STATE_COUNT 4
const char* probe_function_text(probe_function_state_t state);

#define PROBE_FUNCTION_COUNT 5 // 3, 4, 6, 16, 23
typedef struct {
    int function;
    bool claimed; // by the profile
    probe_function_state_t state;
} probe_function_t;

typedef struct {
    probe_verdict_t verdict;
    bool reached;
    device_failure_t link; // why not

    probe_identity_t identity;
    uint32_t identity_raw; // as read, where it was

    int point_count;   // of the profile
    int failed_count;  // points without a good value
    int outside_count; // points outside their own minimum to maximum
    bool outside[POINT_CAPACITY];

    probe_function_t functions[PROBE_FUNCTION_COUNT];

    int reads;             // for the round trip
    int reads_good;        // that were answered
    device_failure_t lost; // the newest one that was not
    int64_t round_trip_min_us, round_trip_median_us, round_trip_max_us; // 0 without a good one

    bool has_counter; // the profile names one
    bool counter_read;
    bool counter_moved; // during the probe

    probe_watchdog_t watchdog;
    double watchdog_read_s;
} probe_t;

typedef struct {
    int64_t open_timeout_us;
    int reads;                        // 1 to PROBE_READS_MAX (asserted)
    int64_t (*now_us)(void* context); // of the readings: runs on while they are taken
    void* context;
} probe_settings_t;

/// Probes the device of a reader that was just laid out. The port is opened, and left open.
void device_probe(device_reader_t* reader, const probe_settings_t* settings, probe_t* probe);

#define PROBE_PROBLEM_COUNT (POINT_CAPACITY + PROBE_FUNCTION_COUNT + 3)

/// The sentence about one thing that is wrong or doubtful; `index` goes from 0 to before
/// PROBE_PROBLEM_COUNT. False, and nothing written, where there is none at that place. Each names
/// the device, where it is, what failed and the command that repeats the read by hand.
bool probe_problem_text(const device_reader_t* reader, const probe_t* probe, int index,
                        char text[DEVICE_FAILURE_CAPACITY]);

#endif
