// For the sets of processors of sched_setaffinity.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "controller/cli/own_table.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/server.h"
#include "sim/sim_port.h"

// Below the ports that the system hands out, apart from those of the tests.
#define PORT_FIRST 28000
#define PORT_PLACES 200
#define PORT_STRIDE 20
#define PORT_TRIES 20

static atomic_bool table_stop;

static void end_table(int signal_number)
{
    (void)signal_number;
    atomic_store(&table_stop, true);
}

static void table_is_ready(void* context)
{
    const int* told = context;
    (void)!write(*told, "r", 1);
}

/// Where and how urgently it runs, as far as the system grants it.
static void settle(const own_table_settings_t* settings)
{
    if (settings->core >= 0) {
        cpu_set_t cores;
        CPU_ZERO(&cores);
        CPU_SET(settings->core, &cores);
        (void)sched_setaffinity(0, sizeof cores, &cores);
    }
    if (settings->fifo_priority > 0) {
        const struct sched_param parameters = {.sched_priority = settings->fifo_priority};
        (void)sched_setscheduler(0, SCHED_FIFO, &parameters);
    }
}

/// What the new process does: serves until it is told to end, or until its parent has ended.
static void serve(const own_table_settings_t* settings, int port_base, int told)
{
    const struct sigaction action = {.sa_handler = end_table};
    (void)sigaction(SIGTERM, &action, NULL);
    // The terminal's Ctrl-C is meant for the parent, which ends its table itself.
    (void)signal(SIGINT, SIG_IGN);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    settle(settings);
    world_t* world = world_create(settings->world);
    if (world == NULL) {
        return;
    }
    const device_host_t host = world_host(world);
    const server_settings_t served = {.machine = settings->machine,
                                      .bind_address = SERVER_BIND_ADDRESS,
                                      .port_base = port_base,
                                      .stop = &table_stop,
                                      .ready = table_is_ready,
                                      .context = &told};
    server_counters_t counters;
    (void)server_run(&served, &host, &counters);
    world_destroy(world);
}

/// Starts a table; 0 if its ports are taken or the system gives no process.
static pid_t start_at(const own_table_settings_t* settings, int port_base)
{
    int told[2];
    char byte;
    if (pipe(told) != 0) {
        return 0;
    }
    (void)fflush(NULL);
    const pid_t table = fork();
    if (table == 0) {
        (void)close(told[0]);
        serve(settings, port_base, told[1]);
        _exit(0);
    }
    (void)close(told[1]);
    const bool ready = table > 0 && read(told[0], &byte, 1) == 1;
    (void)close(told[0]);
    if (!ready && table > 0) {
        (void)waitpid(table, NULL, 0);
    }
    return ready ? table : 0;
}

bool own_table_start(const own_table_settings_t* settings, own_table_t* table)
{
    table->process = 0;
    for (int i = 0; i < PORT_TRIES && table->process == 0; ++i) {
        table->port_base = PORT_FIRST + (int)((getpid() + 7 * i) % PORT_PLACES) * PORT_STRIDE;
        table->process = start_at(settings, table->port_base);
    }
    return table->process > 0;
}

void own_table_end(const own_table_t* table)
{
    (void)kill(table->process, SIGTERM);
    (void)waitpid(table->process, NULL, 0);
}
