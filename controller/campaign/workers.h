/// Runs numbered trials in several processes at once. Each works on one trial at a time and sends a
/// whole line for it; the parent hands out the numbers and gets the lines, one after the other.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_WORKERS_H
#define KNEAD_CONTROLLER_CAMPAIGN_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORKER_CAPACITY 64

typedef struct {
    void* context;
    /// In a worker: plays a trial and writes its line, without a line end. False: no line.
    bool (*play)(void* context, int64_t number, char* line, size_t capacity);
    /// In the parent: the next number; false where there is none left, or none is wanted any more.
    bool (*next)(void* context, int64_t* number);
    /// In the parent: a line has come (terminated, without its end).
    void (*take)(void* context, int64_t number, const char* line);
    /// In the parent: a worker died on this trial, by this signal or with this exit code.
    void (*died)(void* context, int64_t number, int signal, int exit_code);
} work_t;

/// `jobs` 1 plays in this process. False, with errno, if no process could be made. Returns when
/// all handed-out trials are back or their workers are dead; a dead worker is replaced.
bool workers_run(const work_t* work, int jobs);

#endif
