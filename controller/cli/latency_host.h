/// What of the machine that knead runs on decides how late it wakes up: read from /proc and /sys.
/// What cannot be read is unknown, and said to be.
#ifndef KNEAD_CONTROLLER_CLI_LATENCY_HOST_H
#define KNEAD_CONTROLLER_CLI_LATENCY_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "controller/cli/real_time.h"

#define LATENCY_TEXT_CAPACITY 160

/// Processor time since the machine was started, of all processors together.
typedef struct {
    bool known;
    double busy_s;   // at work, whoever for
    double stolen_s; // wanted, but given to other guests by the machine that hosts this one
    double all_s;
} latency_processors_t;

typedef struct {
    real_time_t granted; // to the thread that measured
    int processors;
    int governors_known;                  // processors whose clock has a governor
    int governors_saving;                 // of them, governed by another one than 'performance'
    char governor[LATENCY_TEXT_CAPACITY]; // the first of those; else empty
    char kernel[LATENCY_TEXT_CAPACITY];   // version, empty where unknown
    bool preempt_rt;                      // the kernel says so
    bool virtual_machine;                 // the processor says so
    double stolen_part;                   // of all processors' time while measuring; NaN: unknown
    double others_busy; // processors kept busy by other programs while measuring; NaN: unknown
} latency_host_t;

/// Reads all that stands still. `root` is put before every path: "" for the machine itself, a
/// folder for a test. What is measured over time is left unknown.
void latency_host_read(const char* root, latency_host_t* host);

/// The time that processors have worked so far, from /proc/stat.
latency_processors_t latency_processors_read(const char* root, double ticks_per_s);

/// Fills in what happened between two readings `elapsed_s` apart; `own_s` is the processor time
/// that knead itself used meanwhile.
void latency_host_compare(const latency_processors_t* before, const latency_processors_t* after,
                          double elapsed_s, double own_s, latency_host_t* host);

#endif
