// For the sets of processors of sched_setaffinity.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "controller/cli/bench_bus.h"

#include <modbus.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "controller/bus/fieldbus.h"
#include "controller/bus/tcp_port.h"
#include "controller/cli/own_table.h"
#include "sim/server.h"

#define OPEN_TIMEOUT_US INT64_C(2000000)
#define EXCHANGE_TIMEOUT_US INT64_C(1000000)
#define FIFO_PRIORITY 50
#define TURN_ROUNDS 16 // of one client before it is the other's turn
#define TURNS 600
#define TURNS_QUICK 12
#define TURNS_UNCOUNTED 3 // while caches and the scheduler settle

/// The two clients of one table.
typedef struct {
    const machine_settings_t* machine;
    int port_base;
    tcp_port_t* tcp;
    fieldbus_t bus;
    bus_command_t command;
    bus_feedback_t feedback;
    modbus_t* plain[DEVICE_CAPACITY]; // libmodbus, a context a device
    int64_t started_ns;
    double clock_cost_ns;
    bench_samples_t exchange, one_by_one, exchange_cpu, one_by_one_cpu;
} bus_bench_t;

/// Where a process runs and how urgently, to be put back.
typedef struct {
    cpu_set_t cores;
    int policy;
    struct sched_param parameters;
} place_t;

const char* bench_bus_text(bench_bus_result_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        BENCH_BUS_LIST(X)
#undef X
    }
    return "unknown";
}

// ------------------------------------------------------------------------- cores and priority

static place_t own_place(void)
{
    place_t place;
    CPU_ZERO(&place.cores);
    (void)sched_getaffinity(0, sizeof place.cores, &place.cores);
    place.policy = sched_getscheduler(0);
    (void)sched_getparam(0, &place.parameters);
    return place;
}

static void return_to(const place_t* place)
{
    (void)sched_setaffinity(0, sizeof place->cores, &place->cores);
    (void)sched_setscheduler(0, place->policy, &place->parameters);
}

/// The `number`th core of those that are allowed, from 0; -1 where there are fewer.
static int core_number(const cpu_set_t* allowed, int number)
{
    for (int core = 0; core < CPU_SETSIZE; ++core) {
        if (CPU_ISSET(core, allowed) && number-- == 0) {
            return core;
        }
    }
    return -1;
}

static bool move_to_core(int core)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    if (core < 0) {
        return false;
    }
    CPU_SET(core, &cores);
    return sched_setaffinity(0, sizeof cores, &cores) == 0;
}

static bool take_priority(void)
{
    const struct sched_param parameters = {.sched_priority = FIFO_PRIORITY};
    return sched_setscheduler(0, SCHED_FIFO, &parameters) == 0;
}

// --------------------------------------------------------------------------------- the clients

static bool open_own(bus_bench_t* bench)
{
    tcp_endpoint_t endpoints[DEVICE_CAPACITY];
    const int count = tcp_endpoints_of_machine(bench->machine, endpoints);
    for (int i = 0; i < count; ++i) {
        (void)snprintf(endpoints[i].host, sizeof endpoints[i].host, "%s", SERVER_BIND_ADDRESS);
        endpoints[i].port = bench->port_base + i;
    }
    fieldbus_findings_t findings = {0};
    bench->tcp = tcp_port_create(endpoints, count);
    if (bench->tcp == NULL) {
        return false;
    }
    const port_t port = tcp_port_view(bench->tcp);
    return fieldbus_init(&bench->bus, &port, bench->machine, EXCHANGE_TIMEOUT_US, &findings) &&
           fieldbus_configure(&bench->bus, OPEN_TIMEOUT_US, &findings);
}

static bool open_plain(bus_bench_t* bench)
{
    for (int i = 0; i < bench->machine->device_count; ++i) {
        bench->plain[i] = modbus_new_tcp(SERVER_BIND_ADDRESS, bench->port_base + i);
        if (bench->plain[i] == NULL ||
            modbus_set_slave(bench->plain[i], bench->machine->devices[i].unit) != 0 ||
            modbus_connect(bench->plain[i]) != 0) {
            return false;
        }
    }
    return true;
}

static void close_clients(bus_bench_t* bench)
{
    tcp_port_destroy(bench->tcp);
    for (int i = 0; i < bench->machine->device_count; ++i) {
        if (bench->plain[i] != NULL) {
            modbus_close(bench->plain[i]);
            modbus_free(bench->plain[i]);
        }
    }
}

static bool exchange_all(bus_bench_t* bench)
{
    const int64_t now_us = (bench_now_ns() - bench->started_ns) / 1000;
    return fieldbus_exchange(&bench->bus, &bench->command, now_us, &bench->feedback);
}

/// The requests of the last exchange once more. A device without FC 23 is read.
static bool ask_one_by_one(bus_bench_t* bench)
{
    for (int i = 0; i < bench->machine->device_count; ++i) {
        const modbus_request_t* request = &bench->bus.devices[i].request;
        uint16_t words[MODBUS_READ_COUNT_MAX];
        const int got =
            request->function == MODBUS_READ_WRITE
                ? modbus_write_and_read_registers(bench->plain[i], request->write_address,
                                                  request->write_count, request->write_words,
                                                  request->read_address, request->read_count, words)
                : modbus_read_registers(bench->plain[i], request->read_address, request->read_count,
                                        words);
        if (got != request->read_count) {
            return false;
        }
    }
    return true;
}

/// Processor time of this thread, what the system did for it included.
static int64_t own_cpu_ns(void)
{
    struct timespec used;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

typedef bool client_round_t(bus_bench_t* bench);

/// Rounds of one client, each timed, their processor time all together.
static bool play_turn(bus_bench_t* bench, client_round_t* round, bench_samples_t* wall,
                      bench_samples_t* cpu)
{
    bool well = true;
    const int64_t cpu_before_ns = own_cpu_ns();
    for (int i = 0; i < TURN_ROUNDS && well; ++i) {
        const int64_t start_ns = bench_now_ns();
        well = round(bench);
        bench_keep(wall, start_ns, bench->clock_cost_ns, 1);
    }
    if (cpu->count < BENCH_SAMPLE_CAPACITY) {
        cpu->at_ns[cpu->count++] =
            (double)(own_cpu_ns() - cpu_before_ns) / (TURN_ROUNDS * bench->machine->device_count);
    }
    return well;
}

static bench_bus_result_t take_turns(bus_bench_t* bench, int turns)
{
    bench->started_ns = bench_now_ns();
    bench->clock_cost_ns = bench_clock_cost_ns();
    for (int turn = 0; turn < TURNS_UNCOUNTED + turns; ++turn) {
        if (turn == TURNS_UNCOUNTED) {
            bench->exchange.count = bench->one_by_one.count = 0;
            bench->exchange_cpu.count = bench->one_by_one_cpu.count = 0;
        }
        if (!play_turn(bench, exchange_all, &bench->exchange, &bench->exchange_cpu) ||
            !play_turn(bench, ask_one_by_one, &bench->one_by_one, &bench->one_by_one_cpu)) {
            return BENCH_BUS_NO_REPLY;
        }
    }
    return BENCH_BUS_OK;
}

static void summarise(bus_bench_t* bench, bench_bus_t* result)
{
    bench_figure_t* figures = result->figures;
    const int batch = TURN_ROUNDS * bench->machine->device_count;
    figures[0] = bench_summarise("bus_tcp_exchange", "all devices over loopback TCP, one exchange",
                                 1, &bench->exchange);
    figures[1] = bench_summarise("bus_tcp_one_by_one", "the same, libmodbus one after the other", 1,
                                 &bench->one_by_one);
    figures[2] = bench_summarise("bus_tcp_cpu", "processor time of a transaction", batch,
                                 &bench->exchange_cpu);
    figures[3] = bench_summarise("bus_tcp_cpu_libmodbus", "the same, libmodbus", batch,
                                 &bench->one_by_one_cpu);
    result->ratios[0] = (bench_ratio_t){"bus_tcp_time_ratio", "exchange of all against one by one",
                                        figures[0].median_ns / figures[1].median_ns, 0.35, 0.22};
    result->ratios[1] = (bench_ratio_t){"bus_tcp_cpu_ratio", "processor time against libmodbus",
                                        figures[2].median_ns / figures[3].median_ns, 1.0, 0.65};
}

static bench_bus_result_t measure(bus_bench_t* bench, const assembly_t* assembly, bool quick,
                                  bench_bus_t* result)
{
    const place_t before = own_place();
    const int table_core = core_number(&before.cores, 1);
    own_table_t table;
    const own_table_settings_t settings = {.machine = &assembly->machine,
                                           .world = &assembly->world,
                                           .core = table_core,
                                           .fifo_priority = FIFO_PRIORITY};
    if (!own_table_start(&settings, &table)) {
        return BENCH_BUS_NO_PORTS;
    }
    bench->port_base = table.port_base;
    result->own_cores = table_core >= 0 && move_to_core(core_number(&before.cores, 0));
    result->priority = take_priority();
    bench_bus_result_t outcome =
        open_own(bench) && open_plain(bench) ? BENCH_BUS_OK : BENCH_BUS_NO_LINK;
    if (outcome == BENCH_BUS_OK) {
        outcome = take_turns(bench, quick ? TURNS_QUICK : TURNS);
    }
    return_to(&before);
    close_clients(bench);
    own_table_end(&table);
    if (outcome == BENCH_BUS_OK) {
        summarise(bench, result);
    }
    return outcome;
}

bench_bus_result_t bench_bus(const assembly_t* assembly, bool quick, bench_bus_t* bench)
{
    bus_bench_t* kept = calloc(1, sizeof *kept); // too large for the stack
    if (kept == NULL) {
        return BENCH_BUS_NO_TABLE;
    }
    kept->machine = &assembly->machine;
    const bench_bus_result_t result = measure(kept, assembly, quick, bench);
    free(kept);
    return result;
}

// ---------------------------------------------------------------------------------- the report

void bench_bus_conditions(const bench_bus_t* bench, char* text, size_t capacity)
{
    (void)snprintf(text, capacity, "client and table %s, %s",
                   bench->own_cores ? "on separate cores" : "share one core, there is no other",
                   bench->priority ? "SCHED_FIFO" : "SCHED_FIFO not permitted");
}

void bench_bus_print(const bench_bus_t* bench, FILE* out)
{
    char conditions[128];
    bench_bus_conditions(bench, conditions, sizeof conditions);
    (void)fprintf(out, "\nloopback TCP: %s\n", conditions);
    for (int i = 0; i < BENCH_BUS_RATIO_COUNT; ++i) {
        const bench_ratio_t* ratio = &bench->ratios[i];
        (void)fprintf(out, "%-46s %.2f  at most %.2f, better %.2f: %s\n", ratio->meaning,
                      ratio->ratio, ratio->target, ratio->stretch,
                      ratio->ratio <= ratio->stretch  ? "better"
                      : ratio->ratio <= ratio->target ? "met"
                                                      : "not met");
    }
}
