#include "controller/cli/bench_control.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/bus/fieldbus.h"
#include "controller/cycle.h"
#include "controller/operator.h"
#include "controller/record/recording.h"
#include "sim/sim_port.h"

#define EXCHANGE_TIMEOUT_US INT64_C(1000000)
#define CONTACT_PERIODS_MAX 60000 // until the pad has to be on the skin
#define KEPT_PERIODS 4000
#define KEPT_PERIODS_QUICK 500
#define REPLAY_BATCH 2
#define CLOCKS_PER_PERIOD 10.0 // readings of the clock inside of one that is timed

/// A session and its table, one period after the other.
typedef struct {
    const assembly_t* assembly;
    world_t* world;
    device_host_t host;
    fieldbus_t bus;
    recording_t recording;
    recorder_t* handed_over; // threaded, and nobody behind it: what a loop in real time pays
    operator_t automatic;
    cycle_state_t state;
    cycle_input_t in;
    cycle_output_t out;
    double clock_cost_ns;
    bench_samples_t exchange, cycle, record, hand_over, world_steps;
    bench_samples_t recorded_period, bare_period;
    // What the replay of the cycle starts from and reads.
    cycle_state_t replay_start, replay_state;
    int input_count;
    cycle_input_t inputs[KEPT_PERIODS];
} control_bench_t;

const char* bench_control_text(bench_control_result_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        BENCH_CONTROL_LIST(X)
#undef X
    }
    return "unknown";
}

/// Exchange, cycle, record, table: one period, each timed.
static void play_period(control_bench_t* bench)
{
    const session_t* session = &bench->assembly->session;
    const int steps = (int)(session->period_us / WORLD_STEP_US);
    const int64_t period_start_ns = bench_now_ns();
    bench->in.now_us = world_now_us(bench->world);
    bench->in.requests = operator_requests(
        &bench->automatic, bench->in.cycle > 0 ? &bench->out : NULL, session->period_us);
    int64_t start_ns = bench_now_ns();
    (void)fieldbus_exchange(&bench->bus, &bench->state.command, bench->in.now_us,
                            &bench->in.feedback);
    bench_keep(&bench->exchange, start_ns, bench->clock_cost_ns, 1);
    start_ns = bench_now_ns();
    cycle_step(session, &bench->state, &bench->in, &bench->out);
    bench_keep(&bench->cycle, start_ns, bench->clock_cost_ns, 1);
    start_ns = bench_now_ns();
    recording_append(&bench->recording, &bench->in, &bench->out);
    const int64_t record_ns = bench_now_ns() - start_ns;
    bench_keep(&bench->record, start_ns, bench->clock_cost_ns, 1);
    start_ns = bench_now_ns();
    bench->host.advance_to(bench->host.context, bench->in.now_us + session->period_us);
    bench_keep(&bench->world_steps, start_ns, bench->clock_cost_ns, steps);
    const double clocks_ns = CLOCKS_PER_PERIOD * bench->clock_cost_ns;
    bench_keep(&bench->recorded_period, period_start_ns, clocks_ns, 1);
    bench_keep(&bench->bare_period, period_start_ns + record_ns, clocks_ns, 1);
    // Not of a period in virtual time.
    start_ns = bench_now_ns();
    recorder_append(bench->handed_over, &bench->in, &bench->out);
    bench_keep(&bench->hand_over, start_ns, bench->clock_cost_ns, 1);
    ++bench->in.cycle;
}

static void forget_samples(control_bench_t* bench)
{
    bench->exchange.count = 0;
    bench->cycle.count = 0;
    bench->record.count = 0;
    bench->hand_over.count = 0;
    bench->recorded_period.count = 0;
    bench->bare_period.count = 0;
    bench->world_steps.count = 0;
}

static bool in_contact(const control_bench_t* bench)
{
    return bench->out.estimate.touching && bench->out.target.force_controlled;
}

/// Plays until the pad is on the skin, then keeps up to `wanted` periods of contact.
static bool play_contact(control_bench_t* bench, int wanted)
{
    for (int i = 0; i < CONTACT_PERIODS_MAX && !in_contact(bench); ++i) {
        forget_samples(bench);
        play_period(bench);
    }
    forget_samples(bench);
    bench->replay_start = bench->state;
    while (bench->input_count < wanted && in_contact(bench)) {
        play_period(bench);
        bench->inputs[bench->input_count++] = bench->in;
    }
    return bench->input_count > REPLAY_BATCH;
}

static double work_replay(void* context, int first, int count)
{
    control_bench_t* bench = context;
    cycle_output_t out;
    double sum = 0.0;
    for (int i = first; i < first + count; ++i) {
        const int index = i % bench->input_count;
        if (index == 0) {
            bench->replay_state = bench->replay_start;
        }
        cycle_step(&bench->assembly->session, &bench->replay_state, &bench->inputs[index], &out);
        sum += out.command.position[0];
    }
    return sum;
}

static bool open_table(control_bench_t* bench)
{
    bench->world = world_create(&bench->assembly->world);
    if (bench->world == NULL) {
        return false;
    }
    bench->host = world_host(bench->world);
    const port_t port = sim_port(&bench->host, bench->assembly->machine.device_count);
    fieldbus_findings_t findings = {0};
    cycle_begin(&bench->state);
    return fieldbus_init(&bench->bus, &port, &bench->assembly->machine, EXCHANGE_TIMEOUT_US,
                         &findings) &&
           fieldbus_configure(&bench->bus, EXCHANGE_TIMEOUT_US, &findings);
}

static bool open_record(control_bench_t* bench, char* directory, size_t capacity)
{
    const char* parent = getenv("TMPDIR");
    const int length = snprintf(directory, capacity, "%s/knead-bench-XXXXXX",
                                parent != NULL && parent[0] != '\0' ? parent : "/tmp");
    if (length < 0 || (size_t)length >= capacity || mkdtemp(directory) == NULL) {
        return false;
    }
    static const inputs_t none; // their copies are not what is measured
    const recording_settings_t settings = {
        .session = &bench->assembly->session, .inputs = &none, .directory = directory};
    const recorder_sinks_t nobody = {NULL, NULL, NULL};
    if (recording_begin(&bench->recording, &settings) != RUN_DIRECTORY_OK) {
        return false;
    }
    bench->handed_over = recorder_create(&nobody, true);
    return bench->handed_over != NULL;
}

static void close_record(control_bench_t* bench, const char* directory)
{
    static const char* const names[] = {RUN_CYCLES, RUN_EVENTS, RUN_SUMMARY};
    const run_outcome_t outcome = {0};
    (void)recording_finish(&bench->recording, &outcome);
    (void)recorder_close(bench->handed_over);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i) {
        char path[RUN_PATH_CAPACITY];
        if (run_directory_file(&bench->recording.run, names[i], path, sizeof path)) {
            (void)unlink(path);
        }
    }
    (void)rmdir(directory);
}

static bench_control_result_t measure(control_bench_t* bench, bool quick, bench_figure_t* figures)
{
    char directory[RUN_PATH_CAPACITY];
    if (!open_table(bench)) {
        return BENCH_CONTROL_NO_TABLE;
    }
    if (!open_record(bench, directory, sizeof directory)) {
        return BENCH_CONTROL_NO_RECORD;
    }
    bench->clock_cost_ns = bench_clock_cost_ns();
    const bool touched = play_contact(bench, quick ? KEPT_PERIODS_QUICK : KEPT_PERIODS);
    close_record(bench, directory);
    if (!touched) {
        return BENCH_CONTROL_NO_CONTACT;
    }
    const int steps = (int)(bench->assembly->session.period_us / WORLD_STEP_US);
    figures[0] = bench_run("control_cycle", "control cycle in contact, replayed", work_replay,
                           bench, REPLAY_BATCH, quick ? 1000 : 10000);
    figures[1] = bench_summarise("control_cycle_in_run", "control cycle in contact, between others",
                                 1, &bench->cycle);
    figures[2] = bench_summarise("bus_exchange", "exchange with all devices, in process", 1,
                                 &bench->exchange);
    figures[3] =
        bench_summarise("record_cycle", "record of one cycle, kept at once", 1, &bench->record);
    figures[4] = bench_summarise("record_hand_over", "record of one cycle, handed to its thread", 1,
                                 &bench->hand_over);
    figures[5] = bench_summarise("simulated_step", "virtual table, one step of 1 ms in contact",
                                 steps, &bench->world_steps);
    figures[BENCH_CONTROL_RECORDED] =
        bench_summarise("simulated_period", "whole simulated period in contact, recorded", 1,
                        &bench->recorded_period);
    figures[BENCH_CONTROL_BARE] =
        bench_summarise("simulated_period_bare", "the same, not recorded", 1, &bench->bare_period);
    return BENCH_CONTROL_OK;
}

bench_control_result_t bench_control(const assembly_t* assembly, bool quick,
                                     bench_figure_t* figures)
{
    control_bench_t* bench = calloc(1, sizeof *bench);
    if (bench == NULL) {
        return BENCH_CONTROL_NO_TABLE;
    }
    bench->assembly = assembly;
    const bench_control_result_t result = measure(bench, quick, figures);
    if (bench->world != NULL) {
        fieldbus_close(&bench->bus);
        world_destroy(bench->world);
    }
    free(bench);
    return result;
}
