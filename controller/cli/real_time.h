/// Asks the system for what a process with deadlines wants: to be scheduled by them, and memory
/// that stays in place. Without them it goes on, later than it would.
///
/// SCHED_DEADLINE comes first, because since Linux 6.12 ordinary tasks have a deadline server of
/// their own that may hold up SCHED_FIFO for 50 ms in every second; earlier deadlines win against
/// it.
#ifndef KNEAD_CONTROLLER_CLI_REAL_TIME_H
#define KNEAD_CONTROLLER_CLI_REAL_TIME_H

#include <stdbool.h>
#include <stdint.h>

// Processor time that the loop of a run reserves of every period: many times what it needs.
#define REAL_TIME_PERIOD_PART 0.5

#define REAL_TIME_SCHEDULING_LIST(X)                                                               \
    X(REAL_TIME_DEADLINE, "SCHED_DEADLINE")                                                        \
    X(REAL_TIME_FIFO, "SCHED_FIFO")                                                                \
    X(REAL_TIME_NONE, "ordinary scheduling")
typedef enum {
#define X(id, text) id,
    REAL_TIME_SCHEDULING_LIST(X)
#undef X
} real_time_scheduling_t;
const char* real_time_scheduling_text(real_time_scheduling_t scheduling);

/// What the system granted.
typedef struct {
    real_time_scheduling_t scheduling;
    int scheduling_error; // errno of the refusal, where it is REAL_TIME_NONE
    bool memory_locked;
    int memory_error; // errno, where it is not
} real_time_t;

/// As `real_time_ask`, without a word.
real_time_t real_time_take(int64_t run_us, int64_t period_us);

/// For the calling thread: `run_us` of processor time in every `period_us`. Threads it starts later
/// are ordinary ones. Says on standard error what was refused; `verb` is whose message it is.
void real_time_ask(const char* verb, int64_t run_us, int64_t period_us);

#endif
