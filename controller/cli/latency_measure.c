#include "controller/cli/latency_measure.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "controller/bus/budget.h"
#include "controller/bus/device_port.h"
#include "controller/bus/fieldbus.h"
#include "controller/bus/modbus_pdu.h"
#include "controller/cli/own_table.h"
#include "controller/cycle.h"
#include "controller/operator.h"
#include "controller/timebase.h"
#include "sim/server.h"
#include "sim/sim_port.h"

#define OPEN_TIMEOUT_US INT64_C(2000000)
#define SIM_TIMEOUT_US INT64_C(1000000)
#define TABLE_FIFO_PRIORITY 50 // below the loop's, above ordinary work
// A reply is waited for longer than a run would, to see how late it is.
#define EXCHANGE_PERIODS 4
#define WAIT_NS 100000000 // between two looks at the progress

/// All that the measuring thread works with.
typedef struct {
    const session_t* session;
    int64_t periods;
    latency_watch_t* watch;
    latency_result_t* result;
    // The devices, read only.
    machine_settings_t asked; // where they are asked
    device_port_t* devices;
    port_t port;
    int rounds; // exchanges a period
    int exchanges[DEVICE_CAPACITY];
    modbus_request_t requests[DEVICE_CAPACITY];
    port_batch_t batch;
    // The cycle and its table.
    world_t* world;
    device_host_t host;
    fieldbus_t bus;
    operator_t automatic;
    cycle_state_t state;
    cycle_input_t in;
    cycle_output_t out;
    atomic_bool over;
} measuring_t;

const char* latency_measure_text(latency_measure_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        LATENCY_MEASURE_LIST(X)
#undef X
    }
    return "unknown";
}

// -------------------------------------------------------------------------------- in each period

/// One request to each device that is asked that often, all at once. What it took.
static int64_t ask_round(measuring_t* measuring, int round, bool counted, bool* answered)
{
    latency_result_t* result = measuring->result;
    port_batch_t* batch = &measuring->batch;
    const int count = measuring->asked.device_count;
    for (int i = 0; i < count; ++i) {
        batch->request[i].size = 0;
        if (round < measuring->exchanges[i]) {
            modbus_encode_request(&measuring->requests[i], &batch->request[i]);
        }
    }
    const int64_t start_us = port_now_us();
    measuring->port.vtable->exchange(measuring->port.context, batch,
                                     EXCHANGE_PERIODS * measuring->session->period_us);
    const int64_t taken_us = port_now_us() - start_us;
    for (int i = 0; i < count; ++i) {
        uint16_t words[MODBUS_READ_COUNT_MAX];
        int exception = 0;
        if (batch->request[i].size == 0 || !counted) {
            continue;
        }
        if (batch->result[i] == PORT_OK &&
            modbus_decode_reply(&measuring->requests[i], &batch->reply[i], words, &exception) ==
                MODBUS_OK) {
            histogram_add(&result->round_trip_us[i], batch->round_trip_us[i]);
        } else {
            result->unanswered[i] += 1;
            *answered = false;
        }
    }
    return taken_us;
}

static void ask_devices(measuring_t* measuring, bool counted)
{
    bool answered = true;
    int64_t taken_us = 0;
    for (int round = 0; round < measuring->rounds; ++round) {
        taken_us += ask_round(measuring, round, counted, &answered);
    }
    if (counted) {
        histogram_add(&measuring->result->measured.exchange_us, taken_us);
        measuring->result->measured.unanswered += answered ? 0 : 1;
    }
}

/// The cycle is timed; the table around it is not.
static void compute(measuring_t* measuring, bool counted)
{
    const session_t* session = measuring->session;
    cycle_input_t* in = &measuring->in;
    in->now_us = world_now_us(measuring->world);
    in->requests = operator_requests(&measuring->automatic, in->cycle > 0 ? &measuring->out : NULL,
                                     session->period_us);
    (void)fieldbus_exchange(&measuring->bus, &measuring->state.command, in->now_us, &in->feedback);
    const int64_t start_us = port_now_us();
    cycle_step(session, &measuring->state, in, &measuring->out);
    if (counted) {
        histogram_add(&measuring->result->measured.compute_us, port_now_us() - start_us);
    }
    measuring->host.advance_to(measuring->host.context, in->now_us + session->period_us);
    ++in->cycle;
}

static void* measure(void* context)
{
    measuring_t* measuring = context;
    latency_measured_t* measured = &measuring->result->measured;
    const int64_t period_us = measuring->session->period_us;
    const timebase_t clock = timebase_monotonic();
    measured->host.granted =
        real_time_take((int64_t)(REAL_TIME_PERIOD_PART * (double)period_us), period_us);
    int64_t deadline_us = clock.vtable->now_us(clock.context) + period_us;
    for (int64_t i = -LATENCY_PERIODS_UNCOUNTED;
         i < measuring->periods && !atomic_load(&measuring->watch->stop); ++i) {
        (void)clock.vtable->sleep_until(clock.context, deadline_us);
        const int64_t late_us = clock.vtable->now_us(clock.context) - deadline_us;
        const bool counted = i >= 0;
        if (counted) {
            histogram_add(&measured->wake_up_us, late_us);
        }
        ask_devices(measuring, counted);
        compute(measuring, counted);
        deadline_us += period_us;
        for (; deadline_us <= clock.vtable->now_us(clock.context); deadline_us += period_us) {
            measuring->result->late_periods += counted ? 1 : 0;
        }
        atomic_store(&measuring->watch->done, counted ? i + 1 : 0);
    }
    atomic_store(&measuring->over, true);
    return NULL;
}

// ------------------------------------------------------------------------------ before and after

/// A table over loopback has sockets only, in the order of the devices.
static void move_to_loopback(machine_settings_t* machine, int port_base)
{
    for (int i = 0; i < machine->device_count; ++i) {
        device_settings_t* device = &machine->devices[i];
        device->line = 0;
        device->port = port_base + i;
        (void)snprintf(device->host, sizeof device->host, "%s", SERVER_BIND_ADDRESS);
    }
    machine->line_count = 0;
}

static void lay_out_requests(measuring_t* measuring)
{
    const bus_budget_t budget = budget_of_machine(measuring->session->machine);
    for (int i = 0; i < budget.device_count; ++i) {
        const budget_device_t* device = &budget.devices[i];
        const device_settings_t* settings = &measuring->asked.devices[device->device];
        const device_profile_t* profile = &measuring->asked.profiles[settings->profile_index];
        const bool input_table = (device->functions >> MODBUS_READ_INPUT & 1u) != 0;
        measuring->exchanges[device->device] = profile->read_count > 0 ? device->exchange_count : 0;
        measuring->requests[device->device] =
            (modbus_request_t){.function = input_table ? MODBUS_READ_INPUT : MODBUS_READ_HOLDING,
                               .read_address = profile->read_address,
                               .read_count = profile->read_count};
        if (device->exchange_count > measuring->rounds) {
            measuring->rounds = device->exchange_count;
        }
    }
}

static latency_measure_t open_devices(measuring_t* measuring)
{
    latency_result_t* result = measuring->result;
    char complaint[DEVICE_PORT_COMPLAINT_CAPACITY];
    measuring->devices = device_port_create(&measuring->asked, complaint);
    if (measuring->devices == NULL) {
        (void)snprintf(result->complaint, sizeof result->complaint, "%s", complaint);
        return LATENCY_MEASURE_NO_LINK;
    }
    measuring->port = device_port_view(measuring->devices);
    if (measuring->port.vtable->open(measuring->port.context, &measuring->batch, OPEN_TIMEOUT_US)) {
        return LATENCY_MEASURE_OK;
    }
    for (int i = 0; i < measuring->asked.device_count; ++i) {
        const device_settings_t* device = &measuring->asked.devices[i];
        if (measuring->batch.result[i] != PORT_OK) {
            (void)snprintf(
                result->complaint, sizeof result->complaint, "%s at %s: %s", device->name,
                device->line > 0 ? measuring->asked.lines[device->line - 1].path : device->host,
                port_result_text(measuring->batch.result[i]));
            break;
        }
    }
    return LATENCY_MEASURE_NO_LINK;
}

static bool open_cycle(measuring_t* measuring, const assembly_t* assembly)
{
    fieldbus_findings_t findings = {0};
    measuring->world = world_create(&assembly->world);
    if (measuring->world == NULL) {
        return false;
    }
    measuring->host = world_host(measuring->world);
    const port_t port = sim_port(&measuring->host, assembly->machine.device_count);
    cycle_begin(&measuring->state);
    return fieldbus_init(&measuring->bus, &port, &assembly->machine, SIM_TIMEOUT_US, &findings) &&
           fieldbus_configure(&measuring->bus, SIM_TIMEOUT_US, &findings);
}

static double processor_time_s(int who)
{
    struct rusage used;
    (void)getrusage(who, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static double own_processor_time_s(void)
{
    return processor_time_s(RUSAGE_SELF) + processor_time_s(RUSAGE_CHILDREN);
}

static latency_measure_t run_thread(measuring_t* measuring, void (*wait)(void* context),
                                    void* context)
{
    const struct timespec pause = {.tv_nsec = WAIT_NS};
    pthread_t thread;
    if (pthread_create(&thread, NULL, measure, measuring) != 0) {
        return LATENCY_MEASURE_NO_THREAD;
    }
    while (!atomic_load(&measuring->over)) {
        (void)nanosleep(&pause, NULL);
        wait(context);
    }
    (void)pthread_join(thread, NULL);
    return LATENCY_MEASURE_OK;
}

static latency_measure_t prepare_and_run(measuring_t* measuring, const assembly_t* assembly,
                                         void (*wait)(void* context), void* context)
{
    lay_out_requests(measuring);
    if (!open_cycle(measuring, assembly)) {
        return LATENCY_MEASURE_NO_TABLE;
    }
    const latency_measure_t opened = open_devices(measuring);
    return opened == LATENCY_MEASURE_OK ? run_thread(measuring, wait, context) : opened;
}

static void close_all(measuring_t* measuring)
{
    device_port_destroy(measuring->devices);
    if (measuring->world != NULL) {
        fieldbus_close(&measuring->bus);
        world_destroy(measuring->world);
    }
}

/// What the devices take beyond what loopback showed.
static int64_t calculated_us(const machine_settings_t* machine)
{
    const double more_s = budget_of_machine(machine).exchange_s - BUDGET_TCP_EXCHANGE_S;
    return more_s > 0.0 ? (int64_t)(more_s * 1e6 + 0.5) : 0;
}

latency_measure_t latency_measure(const latency_settings_t* settings, latency_watch_t* watch,
                                  void (*wait)(void* context), void* context,
                                  latency_result_t* result)
{
    const assembly_t* assembly = settings->assembly;
    const double ticks_per_s = (double)sysconf(_SC_CLK_TCK);
    own_table_t table = {0};
    memset(result, 0, sizeof *result);
    latency_host_read("", &result->measured.host);
    result->measured.period_us = assembly->machine.period_us;
    measuring_t* measuring = calloc(1, sizeof *measuring); // too large for the stack
    if (measuring == NULL) {
        return LATENCY_MEASURE_NO_THREAD;
    }
    *measuring = (measuring_t){.session = &assembly->session,
                               .periods = settings->periods,
                               .watch = watch,
                               .result = result,
                               .asked = assembly->machine};
    if (!settings->own_devices) {
        move_to_loopback(&measuring->asked, 0);
        const own_table_settings_t own = {.machine = &measuring->asked,
                                          .world = &assembly->world,
                                          .core = -1,
                                          .fifo_priority = TABLE_FIFO_PRIORITY};
        if (!own_table_start(&own, &table)) {
            free(measuring);
            return LATENCY_MEASURE_NO_PORTS;
        }
        move_to_loopback(&measuring->asked, table.port_base);
        result->measured.devices_us = calculated_us(&assembly->machine);
    }
    const latency_processors_t before = latency_processors_read("", ticks_per_s);
    const double own_before_s = own_processor_time_s();
    const int64_t start_us = port_now_us();
    const latency_measure_t outcome = prepare_and_run(measuring, assembly, wait, context);
    close_all(measuring);
    if (table.process > 0) {
        own_table_end(&table);
    }
    const latency_processors_t after = latency_processors_read("", ticks_per_s);
    latency_host_compare(&before, &after, (double)(port_now_us() - start_us) * 1e-6,
                         own_processor_time_s() - own_before_s, &result->measured.host);
    free(measuring);
    return outcome;
}
