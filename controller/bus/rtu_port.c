#include "controller/bus/rtu_port.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "controller/bus/rtu_line.h"

#define THREAD_PRIORITY 49 // below the kernel's own interrupt threads, as the loop

typedef enum { JOB_OPEN, JOB_EXCHANGE } job_kind_t;

struct rtu_port {
    int count;
    rtu_endpoint_t endpoints[DEVICE_CAPACITY];
    rtu_line_t* line; // the thread's while it runs

    bool running; // the thread; only its owner looks at it
    pthread_t thread;
    bool posted;         // a job was handed over for this exchange; the owner's
    int64_t handover_us; // the owner's: not waited past

    pthread_mutex_t mutex; // of all below
    pthread_cond_t changed;
    bool stop;
    bool busy; // from a job's start until the thread is done with it
    job_kind_t kind;
    int64_t deadline_us;
    bool open; // the line, after the job
    rtu_counters_t counters;
    bool done[DEVICE_CAPACITY]; // its slot will not be touched any more
    port_batch_t work;
};

int rtu_endpoints_of_machine(const machine_settings_t* machine, int line,
                             rtu_endpoint_t endpoints[DEVICE_CAPACITY])
{
    for (int i = 0; i < machine->device_count; i++) {
        const device_settings_t* device = &machine->devices[i];
        const device_profile_t* profile = &machine->profiles[device->profile_index];
        endpoints[i] = (rtu_endpoint_t){.elsewhere = device->line != line + 1,
                                        .unit = device->unit,
                                        .turnaround_s = profile->turnaround_s,
                                        .silent_interval_s = profile->silent_interval_s};
    }
    return machine->device_count;
}

// ------------------------------------------------------------------------------------ the thread

static bool asked(const rtu_port_t* port, int device)
{
    return !port->endpoints[device].elsewhere && port->work.request[device].size > 0;
}

static void publish(rtu_port_t* port, int device, port_result_t result, int64_t round_trip_us)
{
    (void)pthread_mutex_lock(&port->mutex);
    port->work.result[device] = result;
    port->work.round_trip_us[device] = round_trip_us;
    port->done[device] = true;
    (void)pthread_mutex_unlock(&port->mutex);
}

// Device by device. The requests are the thread's own until it is no longer busy.
static void work_through(rtu_port_t* port, int64_t deadline_us)
{
    int64_t rest_us = 0;
    int64_t least_us[DEVICE_CAPACITY] = {0};
    for (int i = 0; i < port->count; i++) {
        if (asked(port, i)) {
            least_us[i] = rtu_line_least_us(port->line, i, &port->work.request[i]);
            rest_us += least_us[i];
        }
    }
    const bool open = rtu_line_open(port->line, false);
    for (int i = 0; i < port->count; i++) {
        if (!asked(port, i)) {
            continue;
        }
        rest_us -= least_us[i];
        int64_t round_trip_us = 0;
        const port_result_t result =
            open ? rtu_line_exchange(port->line, i, &port->work.request[i], rest_us, deadline_us,
                                     &port->work.reply[i], &round_trip_us)
                 : PORT_NOT_CONNECTED;
        publish(port, i, result, round_trip_us);
    }
}

static void* run(void* context)
{
    rtu_port_t* port = context;
    (void)pthread_mutex_lock(&port->mutex);
    while (!port->stop) {
        if (!port->busy) {
            (void)pthread_cond_wait(&port->changed, &port->mutex);
            continue;
        }
        const job_kind_t kind = port->kind;
        const int64_t deadline_us = port->deadline_us;
        (void)pthread_mutex_unlock(&port->mutex);
        bool open = true;
        if (kind == JOB_OPEN) {
            open = rtu_line_open(port->line, true);
        } else {
            work_through(port, deadline_us);
        }
        (void)pthread_mutex_lock(&port->mutex);
        port->open = open;
        port->counters = rtu_line_counters(port->line);
        port->busy = false;
        (void)pthread_cond_broadcast(&port->changed);
    }
    (void)pthread_mutex_unlock(&port->mutex);
    rtu_line_close(port->line);
    return NULL;
}

// Signals are for the thread that made this one. It asks for a priority and goes on without.
static bool start_thread(rtu_port_t* port)
{
    if (port->running) {
        return true;
    }
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    port->running = pthread_create(&port->thread, NULL, run, port) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (port->running) {
        const struct sched_param parameters = {.sched_priority = THREAD_PRIORITY};
        (void)pthread_setschedparam(port->thread, SCHED_FIFO, &parameters);
    }
    return port->running;
}

void rtu_port_close(rtu_port_t* port)
{
    if (!port->running) {
        return;
    }
    (void)pthread_mutex_lock(&port->mutex);
    port->stop = true;
    (void)pthread_cond_broadcast(&port->changed);
    (void)pthread_mutex_unlock(&port->mutex);
    (void)pthread_join(port->thread, NULL);
    port->running = false;
    port->stop = false;
    port->busy = false;
}

// -------------------------------------------------------------------------------------- the jobs

// With the mutex held: false if the thread still works on the job before.
static bool post(rtu_port_t* port, job_kind_t kind, int64_t deadline_us)
{
    port->handover_us = deadline_us + RTU_HANDOVER_US;
    if (port->busy) {
        return false;
    }
    port->kind = kind;
    port->deadline_us = deadline_us;
    port->busy = true;
    (void)pthread_cond_broadcast(&port->changed);
    return true;
}

// With the mutex held: until the thread is done, or the time is over.
static void await(rtu_port_t* port)
{
    const struct timespec until = {.tv_sec = port->handover_us / 1000000,
                                   .tv_nsec = (long)(port->handover_us % 1000000) * 1000};
    int error = 0;
    while (port->busy && error == 0) {
        error = pthread_cond_timedwait(&port->changed, &port->mutex, &until);
    }
}

void rtu_port_start(rtu_port_t* port, const port_batch_t* batch, int64_t deadline_us)
{
    port->posted = false;
    if (!start_thread(port)) {
        return;
    }
    (void)pthread_mutex_lock(&port->mutex);
    if (!port->busy) {
        bool any = false;
        for (int i = 0; i < port->count; i++) {
            port->done[i] = false;
            if (!port->endpoints[i].elsewhere) {
                port->work.request[i] = batch->request[i];
                any = any || batch->request[i].size > 0;
            }
        }
        port->posted = any && post(port, JOB_EXCHANGE, deadline_us);
    }
    (void)pthread_mutex_unlock(&port->mutex);
}

void rtu_port_finish(rtu_port_t* port, port_batch_t* batch)
{
    (void)pthread_mutex_lock(&port->mutex);
    if (port->posted) {
        await(port);
    }
    for (int i = 0; i < port->count; i++) {
        if (port->endpoints[i].elsewhere) {
            continue;
        }
        batch->round_trip_us[i] = 0;
        if (batch->request[i].size == 0) {
            batch->result[i] = PORT_NOT_ASKED;
        } else if (!port->posted) {
            batch->result[i] = port->running ? PORT_NO_TURN : PORT_NOT_CONNECTED;
        } else if (!port->done[i]) {
            batch->result[i] = PORT_TIMEOUT;
        } else {
            batch->result[i] = port->work.result[i];
            batch->round_trip_us[i] = port->work.round_trip_us[i];
            if (batch->result[i] == PORT_OK) {
                batch->reply[i] = port->work.reply[i];
            }
        }
    }
    (void)pthread_mutex_unlock(&port->mutex);
}

void rtu_port_start_open(rtu_port_t* port, int64_t deadline_us)
{
    port->posted = false;
    if (!start_thread(port)) {
        return;
    }
    (void)pthread_mutex_lock(&port->mutex);
    port->open = false;
    port->posted = post(port, JOB_OPEN, deadline_us);
    (void)pthread_mutex_unlock(&port->mutex);
}

bool rtu_port_finish_open(rtu_port_t* port, port_batch_t* batch)
{
    (void)pthread_mutex_lock(&port->mutex);
    if (port->posted) {
        await(port);
    }
    const bool in_time = port->posted && !port->busy;
    const bool open = in_time && port->open;
    (void)pthread_mutex_unlock(&port->mutex);
    for (int i = 0; i < port->count; i++) {
        if (!port->endpoints[i].elsewhere) {
            batch->round_trip_us[i] = 0;
            batch->result[i] = open ? PORT_OK : in_time ? PORT_NO_LINE : PORT_TIMEOUT;
        }
    }
    return open;
}

rtu_counters_t rtu_port_counters(rtu_port_t* port)
{
    (void)pthread_mutex_lock(&port->mutex);
    const rtu_counters_t counters = port->counters;
    (void)pthread_mutex_unlock(&port->mutex);
    return counters;
}

// ------------------------------------------------------------------------------ a line as a port

static void exchange(void* context, port_batch_t* batch, int64_t timeout_us)
{
    const int64_t started_us = port_now_us();
    rtu_port_start(context, batch, started_us + timeout_us);
    rtu_port_finish(context, batch);
    batch->elapsed_us = port_now_us() - started_us;
}

static bool open_line(void* context, port_batch_t* batch, int64_t timeout_us)
{
    rtu_port_start_open(context, port_now_us() + timeout_us);
    return rtu_port_finish_open(context, batch);
}

static void close_line(void* context)
{
    rtu_port_close(context);
}

static uint64_t connect_count(void* context, int device)
{
    (void)device; // they share the line
    return rtu_port_counters(context).connects;
}

port_t rtu_port_view(rtu_port_t* port)
{
    static const port_vtable_t vtable = {.exchange = exchange,
                                         .open = open_line,
                                         .close = close_line,
                                         .connect_count = connect_count};
    return (port_t){.vtable = &vtable, .context = port, .device_count = port->count};
}

// ------------------------------------------------------------------------------------------ life

// The condition's clock is the deadlines' one.
static bool make_signals(rtu_port_t* port)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) {
        return false;
    }
    const bool made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                      pthread_cond_init(&port->changed, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes);
    if (made && pthread_mutex_init(&port->mutex, NULL) != 0) {
        (void)pthread_cond_destroy(&port->changed);
        return false;
    }
    return made;
}

rtu_port_t* rtu_port_create(const line_settings_t* line, const rtu_endpoint_t* endpoints, int count)
{
    rtu_line_t* made = rtu_line_create(line, endpoints, count);
    rtu_port_t* port = made != NULL ? calloc(1, sizeof *port) : NULL;
    if (port == NULL || !make_signals(port)) {
        rtu_line_destroy(made);
        free(port);
        return NULL;
    }
    port->line = made;
    port->count = count;
    for (int i = 0; i < count; i++) {
        port->endpoints[i] = endpoints[i];
    }
    return port;
}

void rtu_port_destroy(rtu_port_t* port)
{
    if (port == NULL) {
        return;
    }
    rtu_port_close(port);
    (void)pthread_cond_destroy(&port->changed);
    (void)pthread_mutex_destroy(&port->mutex);
    rtu_line_destroy(port->line);
    free(port);
}
