#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "controller/cli/play_bus.h"

#define DEMO_ROUTINE "routines/library/relaxing-back.yaml"
#define READY_TIMEOUT_MS 10000
// Where the virtual table's ports are tried: the first free ten of them, below what systems hand
// out by themselves (32768 and up on Linux).
#define PORT_FIRST 12000
#define PORT_SPAN 20000
#define PORT_TRIES 20
#define PORTS_OF_A_TABLE 10

typedef struct {
    pid_t process;
    int ready_pipe;
} table_t;

/// The table is this same program, started as a process of its own.
static void become_table(const options_t* options, int port_base, int ready_pipe)
{
    char port[16];
    char seed[32];
    (void)snprintf(port, sizeof port, "%d", port_base);
    (void)snprintf(seed, sizeof seed, "%lld", (long long)options->whole[OPTION_SEED]);
    const char* arguments[24] = {"knead", "table",  "--lock-step", "--port-base",
                                 port,    "--seed", seed};
    int count = 7;
    static const struct {
        option_id_t id;
        const char* name;
    } passed[] = {{OPTION_MACHINE, "--machine"},   {OPTION_SAFETY, "--safety"},
                  {OPTION_BODY, "--body"},         {OPTION_CLIENT, "--client"},
                  {OPTION_SCENARIO, "--scenario"}, {OPTION_PAD, "--pad"}};
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; ++i) {
        if (options->given[passed[i].id]) {
            arguments[count++] = passed[i].name;
            arguments[count++] = options->text[passed[i].id];
        }
    }
    if (dup2(ready_pipe, STDOUT_FILENO) < 0) {
        _exit(EXIT_INTERNAL);
    }
    (void)close(STDIN_FILENO);
    execv("/proc/self/exe", (char* const*)(uintptr_t)arguments);
    _exit(EXIT_INTERNAL);
}

/// True once the table has printed that it is ready.
static bool wait_until_ready(const table_t* table)
{
    char text[2048];
    size_t length = 0;
    struct pollfd pipe_end = {.fd = table->ready_pipe, .events = POLLIN};
    while (length < sizeof text - 1 && poll(&pipe_end, 1, READY_TIMEOUT_MS) > 0) {
        const ssize_t got = read(table->ready_pipe, text + length, sizeof text - 1 - length);
        if (got <= 0) {
            return false;
        }
        length += (size_t)got;
        text[length] = '\0';
        if (strstr(text, "\nready\n") != NULL) {
            return true;
        }
    }
    return false;
}

static void table_end(table_t* table)
{
    if (table->process > 0) {
        (void)kill(table->process, SIGTERM);
        (void)waitpid(table->process, NULL, 0);
        (void)close(table->ready_pipe);
    }
    table->process = 0;
}

static bool table_start(const options_t* options, int port_base, table_t* table)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return false;
    }
    (void)fflush(stdout);
    table->process = fork();
    if (table->process == 0) {
        (void)close(ends[0]);
        become_table(options, port_base, ends[1]);
    }
    (void)close(ends[1]);
    table->ready_pipe = ends[0];
    if (table->process > 0 && wait_until_ready(table)) {
        return true;
    }
    table_end(table);
    return false;
}

/// Starts a table on the first free ports; returns the first of them, 0 if there is no table.
static int table_start_somewhere(const options_t* options, table_t* table)
{
    const int given = (int)options->whole[OPTION_PORT_BASE];
    if (given > 0) {
        return table_start(options, given, table) ? given : 0;
    }
    // Spread by process, so that two demonstrations do not race for the same ports.
    const int spread = (int)(getpid() % 400) * PORTS_OF_A_TABLE;
    for (int i = 0; i < PORT_TRIES; ++i) {
        const int port_base =
            PORT_FIRST + (spread + i * 401 * PORTS_OF_A_TABLE) % (PORT_SPAN - PORTS_OF_A_TABLE);
        if (table_start(options, port_base, table)) {
            return port_base;
        }
    }
    return 0;
}

exit_code_t verb_demo(const options_t* options, assembly_t* assembly)
{
    char routine[ASSEMBLY_PATH_CAPACITY];
    const bool given = options->operand_count > 0;
    if (!given && !assembly_data_path(DEMO_ROUTINE, routine, sizeof routine)) {
        (void)fprintf(stderr, "knead demo: the path of the shipped routine is too long\n");
        return EXIT_INTERNAL;
    }
    if (!assembly_load_table(assembly, options) ||
        !assembly_load_routine(assembly, given ? options->operands[0] : routine) ||
        !assembly_build_session(assembly) || !assembly_load_expectation(assembly, options, false) ||
        !assembly_load_requests(assembly, options)) {
        findings_print(&assembly->findings, stderr);
        return EXIT_INVALID_FILE;
    }
    table_t table = {0};
    const int port_base = table_start_somewhere(options, &table);
    if (port_base == 0) {
        (void)fprintf(stderr, "knead demo: no virtual table could be started\n");
        return EXIT_DEVICE;
    }
    (void)fprintf(
        stderr, "'%s' on a virtual table: process %d, nine Modbus TCP devices on ports %d to %d\n",
        assembly->routine.name, (int)table.process, port_base,
        port_base + assembly->machine.device_count - 1);
    assembly_move_devices(assembly, "127.0.0.1", port_base);
    const play_bus_t settings = {.verb = "demo",
                                 .options = options,
                                 .assembly = assembly,
                                 .lock_step = true,
                                 .automatic = true,
                                 .report = true};
    const exit_code_t code = play_bus(&settings);
    table_end(&table);
    return code;
}
