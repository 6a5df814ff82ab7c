/// Proves the loop's time keeping on a clock that the test moves: deadlines are absolute, late
/// periods are counted and skipped instead of being made up for, and lost time ends the loop.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/loop.h"
#include "routines/body.h"

#define PERIOD_US 4000

/// A clock that jumps to each deadline plus the lateness the test wants of that wake-up.
typedef struct {
    int64_t now_us;
    int sleeps;
    int64_t late_us[64];
    int lost_after; // sleeps, 0 for never
    int64_t deadlines[64];
} clock_fake_t;

static int64_t fake_now_us(void* context)
{
    return ((clock_fake_t*)context)->now_us;
}

static bool fake_sleep_until(void* context, int64_t deadline_us)
{
    clock_fake_t* fake = context;
    const int64_t late_us = fake->sleeps < 64 ? fake->late_us[fake->sleeps] : 0;
    if (fake->sleeps < 64) {
        fake->deadlines[fake->sleeps] = deadline_us;
    }
    fake->sleeps += 1;
    fake->now_us = (deadline_us > fake->now_us ? deadline_us : fake->now_us) + late_us;
    return fake->lost_after == 0 || fake->sleeps < fake->lost_after;
}

static const timebase_vtable_t fake_vtable = {fake_now_us, fake_sleep_until};

static void nobody_answers(void* context, port_batch_t* batch, int64_t timeout_us)
{
    (void)context;
    (void)timeout_us;
    for (int i = 0; i < DEVICE_CAPACITY; ++i) {
        batch->result[i] = PORT_TIMEOUT;
    }
}

static bool nobody_opens(void* context, port_batch_t* batch, int64_t timeout_us)
{
    nobody_answers(context, batch, timeout_us);
    return false;
}

static void nothing_closes(void* context)
{
    (void)context;
}

static const port_vtable_t silent_port = {
    .exchange = nobody_answers, .open = nobody_opens, .close = nothing_closes};

#define SLOW_EXCHANGE_US 300

/// Nobody answers, and that takes its time. The context is the clock.
static void nobody_answers_slowly(void* context, port_batch_t* batch, int64_t timeout_us)
{
    ((clock_fake_t*)context)->now_us += SLOW_EXCHANGE_US;
    nobody_answers(context, batch, timeout_us);
}

static const port_vtable_t slow_port = {
    .exchange = nobody_answers_slowly, .open = nobody_opens, .close = nothing_closes};

typedef struct {
    int periods;
    int wanted;
    unsigned overruns[64];
    supervisor_mode_t worst;
} watcher_t;

static asked_t ask_everything(void* context, const cycle_output_t* last, int64_t now_us)
{
    (void)context;
    (void)last;
    (void)now_us;
    return (asked_t){.requests = REQUEST_ACKNOWLEDGE | REQUEST_ARM | REQUEST_START};
}

static bool watch(void* context, const cycle_input_t* in, const cycle_output_t* out,
                  const bus_frame_t* frame)
{
    (void)frame;
    watcher_t* watcher = context;
    if (watcher->periods < 64) {
        watcher->overruns[watcher->periods] = in->overruns;
    }
    watcher->worst = out->mode > watcher->worst ? out->mode : watcher->worst;
    watcher->periods += 1;
    return watcher->periods < watcher->wanted;
}

typedef struct {
    machine_settings_t machine;
    safety_settings_t safety;
    body_settings_t body_settings;
    body_t body;
    routine_t routine;
    session_t session;
    fieldbus_t bus;
    cycle_state_t state;
} stage_t;

/// A controller without devices: all that matters here is time.
static stage_t* stage_make(void)
{
    stage_t* stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    stage->body.settings = &stage->body_settings;
    stage->body.surface.row_count = 8;
    stage->body.surface.column_count = 8;
    stage->body.surface.spacing_m = 0.1;
    stage->session.machine = &stage->machine;
    stage->session.safety = &stage->safety;
    stage->session.body = &stage->body;
    stage->session.routine = &stage->routine;
    // The least chain there is: one joint, in the table's origin.
    chain_t* chain = &stage->session.chain;
    chain->joint_count = 1;
    chain->axis[0][2] = 1.0;
    for (int i = 0; i < 9; i += 4) {
        chain->placement_rotation[0][i] = 1.0;
    }
    chain->base_in_table = pose_identity();
    chain->flange_in_last_link = pose_identity();
    chain->tool_in_last_link = pose_identity();
    stage->session.period_us = PERIOD_US;
    stage->session.period_s = PERIOD_US * 1e-6;
    stage->bus.machine = &stage->machine;
    stage->bus.port = (port_t){&silent_port, NULL, 0};
    cycle_begin(&stage->state);
    return stage;
}

static loop_result_t run(stage_t* stage, clock_fake_t* fake, watcher_t* watcher,
                         loop_timing_t* timing)
{
    const timebase_t timebase = {&fake_vtable, fake};
    const loop_client_t client = {watcher, ask_everything, watch};
    return loop_run(&stage->session, &stage->bus, timebase, &client, &stage->state, timing);
}

static void deadlines_are_absolute_whatever_the_lateness(void** context)
{
    (void)context;
    stage_t* stage = stage_make();
    clock_fake_t fake = {.now_us = 1000, .late_us = {10, 900, 0, 3999, 20}};
    watcher_t watcher = {.wanted = 7};
    loop_timing_t timing;
    assert_int_equal(run(stage, &fake, &watcher, &timing), LOOP_ENDED);
    for (int i = 0; i < 6; ++i) {
        assert_int_equal(fake.deadlines[i], 1000 + (i + 1) * PERIOD_US);
    }
    assert_int_equal(timing.cycles, 7);
    assert_int_equal(timing.overruns, 0);
    assert_int_equal(timing.wake_up_us.max, 3999);
    free(stage);
}

/// Shows H39.
static void missed_periods_are_counted_and_skipped(void** context)
{
    (void)context;
    stage_t* stage = stage_make();
    clock_fake_t fake = {.late_us = {0, 9000, 0, 4001, 4001, 0}};
    watcher_t watcher = {.wanted = 8};
    loop_timing_t timing;
    run(stage, &fake, &watcher, &timing);
    // Sleep 1 ends at 8000 + 9000 = 17000: the next deadline ahead is 20000, not 12000.
    assert_int_equal(fake.deadlines[1], 8000);
    assert_int_equal(fake.deadlines[2], 20000);
    assert_int_equal(watcher.overruns[2], 2); // 9000 us late
    assert_int_equal(watcher.overruns[3], 0);
    assert_int_equal(watcher.overruns[4], 1);
    assert_int_equal(watcher.overruns[5], 2);
    assert_int_equal(watcher.overruns[6], 0);
    assert_int_equal(timing.overruns, 3);
    assert_int_equal(timing.overruns_in_row, 2);
    free(stage);
}

/// A clock that goes on while the controller works: what a stalled thread or a clock that jumps
/// looks like from inside.
typedef struct {
    watcher_t watcher;
    clock_fake_t* fake;
    int64_t busy_us[8]; // of each period
} worker_t;

static asked_t ask_slowly(void* context, const cycle_output_t* last, int64_t now_us)
{
    worker_t* worker = context;
    worker->fake->now_us += worker->busy_us[worker->watcher.periods];
    return ask_everything(&worker->watcher, last, now_us);
}

static bool watch_worker(void* context, const cycle_input_t* in, const cycle_output_t* out,
                         const bus_frame_t* frame)
{
    return watch(&((worker_t*)context)->watcher, in, out, frame);
}

/// Shows H39.
static void periods_that_pass_while_one_is_worked_on_are_missed_too(void** context)
{
    (void)context;
    stage_t* stage = stage_make();
    clock_fake_t fake = {.now_us = 0};
    worker_t worker = {.watcher = {.wanted = 7},
                       .fake = &fake,
                       .busy_us = {100, 3999, 4000, 0, INT64_C(3600000000), 0, 0}};
    const timebase_t timebase = {&fake_vtable, &fake};
    const loop_client_t client = {&worker, ask_slowly, watch_worker};
    loop_timing_t timing;
    loop_run(&stage->session, &stage->bus, timebase, &client, &stage->state, &timing);
    const unsigned expected[] = {0, 0, 0, 1, 0, 900000, 0};
    for (int i = 0; i < 7; ++i) {
        assert_int_equal(worker.watcher.overruns[i], expected[i]);
    }
    assert_int_equal(timing.overruns, 2);
    free(stage);
}

static void a_period_is_counted_as_wake_up_exchange_and_the_rest(void** context)
{
    (void)context;
    stage_t* stage = stage_make();
    clock_fake_t fake = {.late_us = {5, 0, 7}};
    stage->bus.port = (port_t){&slow_port, &fake, 0};
    worker_t worker = {.watcher = {.wanted = 4}, .fake = &fake, .busy_us = {10, 20, 30, 40}};
    const timebase_t timebase = {&fake_vtable, &fake};
    const loop_client_t client = {&worker, ask_slowly, watch_worker};
    loop_timing_t timing;
    loop_run(&stage->session, &stage->bus, timebase, &client, &stage->state, &timing);
    assert_true(timing.wake_up_us.count == 4 && timing.wake_up_us.sum == 12);
    assert_true(timing.compute_us.count == 4 && timing.compute_us.sum == 100);
    assert_true(timing.compute_us.min == 10 && timing.compute_us.max == 40);
    assert_true(timing.exchange_us.count == 4 && timing.exchange_us.min == SLOW_EXCHANGE_US);
    assert_int_equal(timing.exchange_us.max, SLOW_EXCHANGE_US);
    assert_near(timing.busy_sum_us, 100.0 + 4 * SLOW_EXCHANGE_US, 0.0);
    free(stage);
}

/// Shows H41.
static void lost_time_ends_the_loop(void** context)
{
    (void)context;
    stage_t* stage = stage_make();
    clock_fake_t fake = {.lost_after = 3};
    watcher_t watcher = {.wanted = 100};
    loop_timing_t timing;
    assert_int_equal(run(stage, &fake, &watcher, &timing), LOOP_TIME_LOST);
    assert_int_equal(watcher.periods, 3);
    free(stage);
}

/// Shows H28, I4.
static void without_devices_nothing_leaves_the_lock_whatever_is_asked(void** context)
{
    (void)context;
    stage_t* stage = stage_make();
    clock_fake_t fake = {0};
    watcher_t watcher = {.wanted = 500};
    loop_timing_t timing;
    run(stage, &fake, &watcher, &timing);
    assert_int_equal(watcher.worst, MODE_LOCKED);
    free(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlines_are_absolute_whatever_the_lateness),
        cmocka_unit_test(missed_periods_are_counted_and_skipped),
        cmocka_unit_test(periods_that_pass_while_one_is_worked_on_are_missed_too),
        cmocka_unit_test(a_period_is_counted_as_wake_up_exchange_and_the_rest),
        cmocka_unit_test(lost_time_ends_the_loop),
        cmocka_unit_test(without_devices_nothing_leaves_the_lock_whatever_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
