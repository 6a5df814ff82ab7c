/// Asks the system for what a process with deadlines wants: to be scheduled by them, and memory
/// that stays in place. Without them it goes on, later than it would.
///
/// SCHED_DEADLINE comes first, because since Linux 6.12 ordinary tasks have a deadline server of
/// their own that may hold up SCHED_FIFO for 50 ms in every second; earlier deadlines win against
/// it.
#ifndef KNEAD_CONTROLLER_CLI_REAL_TIME_H
#define KNEAD_CONTROLLER_CLI_REAL_TIME_H

#include <stdint.h>

/// For the calling thread: `run_us` of processor time in every `period_us`. Threads it starts later
/// are ordinary ones. Says on standard error what was refused; `verb` is whose message it is.
void real_time_ask(const char* verb, int64_t run_us, int64_t period_us);

#endif
