#include "controller/loop.h"

#include <string.h>

const char* loop_result_text(loop_result_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        LOOP_RESULT_LIST(X)
#undef X
    }
    return "unknown";
}

static void count_wake_up(loop_timing_t* timing, int64_t late_us, unsigned overruns)
{
    histogram_add(&timing->wake_up_us, late_us);
    if (overruns > 0) {
        timing->overruns += 1;
    }
    if (overruns > timing->overruns_in_row) {
        timing->overruns_in_row = overruns;
    }
}

static void count_busy(loop_timing_t* timing, int64_t busy_us, int64_t exchange_us)
{
    histogram_add(&timing->exchange_us, exchange_us);
    histogram_add(&timing->compute_us, busy_us - exchange_us);
    timing->busy_sum_us += (double)busy_us;
    if (busy_us > timing->busy_max_us) {
        timing->busy_max_us = busy_us;
    }
}

/// The next deadline: one period on, or, after a gap, the first one that still lies ahead. Missed
/// periods are skipped: a burst of steps would move the arm faster than planned.
static int64_t next_deadline(int64_t deadline_us, int64_t now_us, int64_t period_us)
{
    const int64_t next_us = deadline_us + period_us;
    return next_us > now_us ? next_us : now_us - (now_us - deadline_us) % period_us + period_us;
}

loop_result_t loop_run(const session_t* session, fieldbus_t* bus, timebase_t timebase,
                       const loop_client_t* client, cycle_state_t* state, loop_timing_t* timing)
{
    memset(timing, 0, sizeof *timing);
    const int64_t start_us = timebase.vtable->now_us(timebase.context);
    int64_t deadline_us = start_us;
    cycle_input_t in = {0};
    cycle_output_t out = {0};
    bool going = true;
    int64_t worked_away = 0; // periods that passed while the last one was being worked on

    while (going) {
        const int64_t woken_us = timebase.vtable->now_us(timebase.context);
        const int64_t late_us = woken_us - deadline_us;
        const int64_t slept_away = late_us > session->period_us ? late_us / session->period_us : 0;
        const int64_t missed = slept_away + worked_away;
        in.overruns = missed > 0 ? in.overruns + (unsigned)missed : 0;
        count_wake_up(timing, late_us, in.overruns);

        in.now_us = woken_us - start_us;
        in.cycle = timing->cycles;
        const asked_t asked =
            client->ask(client->context, timing->cycles > 0 ? &out : NULL, in.now_us);
        in.requests = asked.requests;
        in.intensity_level = asked.intensity_level;
        const int64_t asked_us = timebase.vtable->now_us(timebase.context);
        fieldbus_exchange(bus, &state->command, in.now_us, &in.feedback);
        const int64_t answered_us = timebase.vtable->now_us(timebase.context);
        cycle_step(session, state, &in, &out);
        going = client->observe(client->context, &in, &out, &bus->frame);

        timing->cycles += 1;
        const int64_t done_us = timebase.vtable->now_us(timebase.context);
        count_busy(timing, done_us - woken_us, answered_us - asked_us);
        worked_away = done_us > woken_us ? (done_us - woken_us) / session->period_us : 0;
        timing->duration_us = done_us - start_us;
        deadline_us = next_deadline(deadline_us, done_us, session->period_us);
        if (going && !timebase.vtable->sleep_until(timebase.context, deadline_us)) {
            return LOOP_TIME_LOST;
        }
    }
    return LOOP_ENDED;
}
