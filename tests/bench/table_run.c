#include "tests/bench/table_run.h"

#include <stdlib.h>

#include "tests/support/closed_loop.h"

#define PERIODS 256
#define STEP_US 1000
#define CONTACT_LIMIT_S 60.0

typedef struct {
    cycle_state_t state;
    cycle_input_t in;
} period_t;

struct table_run {
    closed_loop_t* loop;
    int64_t due_us; // virtual time of the controller's next period
    period_t periods[PERIODS];
    cycle_state_t state;
    cycle_output_t out;
};

static bool pressing(const closed_loop_t* loop)
{
    world_truth_t truth;
    world_truth(loop->world, &truth);
    return loop->out.mode == MODE_CONTACT && truth.normal_force_N > 0.0;
}

/// Goes on until the pad presses; begins the routine again where it is over.
static void press(table_run_t* run)
{
    while (!pressing(run->loop)) {
        if (!closed_loop_step(run->loop)) {
            closed_loop_close(run->loop);
            run->loop = closed_loop_open(NULL, NULL, NULL, 1);
            (void)closed_loop_until(run->loop, MODE_CONTACT, CONTACT_LIMIT_S);
        }
    }
    run->due_us = world_now_us(run->loop->world);
}

table_run_t* table_run_open(void)
{
    table_run_t* run = calloc(1, sizeof *run);
    if (!run) {
        return NULL;
    }
    run->loop = closed_loop_open(NULL, NULL, NULL, 1);
    (void)closed_loop_until(run->loop, MODE_CONTACT, CONTACT_LIMIT_S);
    for (int i = 0; i < PERIODS; i++) {
        press(run);
        run->periods[i].state = run->loop->state;
        (void)closed_loop_step(run->loop);
        run->periods[i].in = run->loop->in;
        run->periods[i].in.cycle -= 1; // counted on after the period
    }
    press(run);
    return run;
}

void table_run_close(table_run_t* run)
{
    if (run) {
        closed_loop_close(run->loop);
        free(run);
    }
}

void table_run_prepare_step(table_run_t* run, int index)
{
    (void)index;
    closed_loop_t* loop = run->loop;
    if (world_now_us(loop->world) < run->due_us) {
        return;
    }
    if (!pressing(loop)) {
        press(run);
        loop = run->loop;
    }
    // A period as closed_loop_step has it, but for the world, which goes on step by step.
    loop->in.now_us = world_now_us(loop->world);
    loop->in.requests =
        operator_requests(&loop->automatic, &loop->out, loop->assembly->session.period_us);
    fieldbus_exchange(&loop->bus, &loop->state.command, loop->in.now_us, &loop->in.feedback);
    cycle_step(&loop->assembly->session, &loop->state, &loop->in, &loop->out);
    loop->in.cycle += 1;
    run->due_us = loop->in.now_us + loop->assembly->session.period_us;
}

void table_run_step(table_run_t* run, int index)
{
    (void)index;
    world_advance_to(run->loop->world, world_now_us(run->loop->world) + STEP_US);
}

void table_run_prepare_cycle(table_run_t* run, int index)
{
    run->state = run->periods[index % PERIODS].state;
}

void table_run_cycle(table_run_t* run, int index)
{
    cycle_step(&run->loop->assembly->session, &run->state, &run->periods[index % PERIODS].in,
               &run->out);
}
