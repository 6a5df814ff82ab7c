/// Read, step, write, once a period at absolute deadlines. The only code of the controller that
/// asks for the time. A late period is counted and reported, never made up for by a longer step.
#ifndef KNEAD_CONTROLLER_LOOP_H
#define KNEAD_CONTROLLER_LOOP_H

#include "controller/bus/fieldbus.h"
#include "controller/cycle.h"
#include "controller/dataflow.h"
#include "controller/session.h"
#include "controller/timebase.h"
#include "controller/timing/histogram.h"

/// Who watches and who asks. Both are called on the loop's thread and must not block.
typedef struct {
    void* context;
    /// What is asked for in this period; `last` is null in the first.
    asked_t (*ask)(void* context, const cycle_output_t* last, int64_t now_us);
    /// After the period; false ends the loop, which is for runs that have nothing left to do.
    bool (*observe)(void* context, const cycle_input_t* in, const cycle_output_t* out,
                    const bus_frame_t* frame);
} loop_client_t;

#define LOOP_RESULT_LIST(X)                                                                        \
    X(LOOP_ENDED, "ended by its client")                                                           \
    X(LOOP_TIME_LOST, "time cannot pass any more: the virtual table is gone")
typedef enum {
#define X(id, text) id,
    LOOP_RESULT_LIST(X)
#undef X
} loop_result_t;
const char* loop_result_text(loop_result_t result);

/// What became of the deadlines, microseconds of the loop's timebase.
typedef struct {
    int64_t cycles;
    int64_t overruns; // periods that began later than one period after their deadline, or after one
                      // that took a period or more
    int64_t overruns_in_row; // most periods missed in a row
    int64_t busy_max_us;     // from wake-up to done: bus, step, recording
    double busy_sum_us;
    int64_t duration_us;
    histogram_t wake_up_us;  // after the deadline, of every period
    histogram_t exchange_us; // the bus, until every device had answered or was given up
    histogram_t compute_us;  // all else between wake-up and done: client, step, recording
} loop_timing_t;

/// Runs until the client ends it. The bus must have been configured. `state` is where the
/// controller begins (see cycle_begin) and where it ended.
loop_result_t loop_run(const session_t* session, fieldbus_t* bus, timebase_t timebase,
                       const loop_client_t* client, cycle_state_t* state, loop_timing_t* timing);

#endif
