/// Asks the system for what a process with deadlines wants: a real-time priority and memory that stays in
/// place. Without them it goes on, later than it would.
#ifndef KNEAD_CONTROLLER_CLI_REAL_TIME_H
#define KNEAD_CONTROLLER_CLI_REAL_TIME_H

// Of 1 to 99: above ordinary work, below the kernel's own watchdogs. A virtual table stands for devices
// that are never late, so it comes before the controller.
#define REAL_TIME_PRIORITY_CONTROLLER 60
#define REAL_TIME_PRIORITY_TABLE 65

/// Says on standard error what was refused; `verb` is whose message it is.
void real_time_ask(const char* verb, int priority);

#endif
