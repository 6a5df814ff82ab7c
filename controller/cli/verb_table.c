#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "controller/cli/real_time.h"
#include "controller/cli/verb.h"
#include "sim/scenario.h"
#include "sim/server.h"
#include "sim/sim_port.h"

// Processor time that the table reserves of every step of its world: it stands for nine devices
// that are never late.
#define TABLE_RUN_US INT64_C(350)
#define COMMAND_LINE_CAPACITY 160 // bytes of a line on standard input
// How often standard input is looked at while the world follows the clock.
#define COMMAND_POLL_US INT64_C(20000)

static atomic_bool stop_requested;

static void request_stop(int signal_number)
{
    (void)signal_number;
    atomic_store(&stop_requested, true);
}

/// A world's host that also does what people type: one event a line, while time passes.
typedef struct {
    device_host_t host;
    world_t* world;
    const machine_settings_t* machine;
    int64_t polled_us;
    bool input_open;
    size_t length;
    char line[COMMAND_LINE_CAPACITY];
} typed_host_t;

static void do_line(typed_host_t* typed)
{
    world_event_t event;
    if (typed->line[0] == '\0') {
        return;
    }
    if (scenario_event_from_line(typed->line, typed->machine, &event) &&
        world_event_home(event.kind) != EVENT_HOME_WORLD) {
        (void)fprintf(stderr,
                      "table: '%s' happens beside a table, not to it; 'knead sim --scenario' can\n",
                      typed->line);
    } else if (scenario_event_from_line(typed->line, typed->machine, &event)) {
        world_inject(typed->world, &event);
        (void)fprintf(stderr, "table: %s\n", typed->line);
    } else {
        (void)fprintf(stderr,
                      "table: '%s' is no event; write for example 'button_pressed', "
                      "'estop_pressed', 'device_silent drive_3', 'body_shift 0.02'\n",
                      typed->line);
    }
}

static void read_typed(typed_host_t* typed)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    while (typed->input_open && poll(&input, 1, 0) > 0) {
        char byte;
        if (read(STDIN_FILENO, &byte, 1) != 1) {
            typed->input_open = false;
        } else if (byte == '\n') {
            typed->line[typed->length] = '\0';
            do_line(typed);
            typed->length = 0;
        } else if (typed->length < sizeof typed->line - 1) {
            typed->line[typed->length++] = byte;
        }
    }
}

static bool typed_request(void* context, int device, const pdu_t* request, pdu_t* reply)
{
    typed_host_t* typed = context;
    return typed->host.request(typed->host.context, device, request, reply);
}

static int64_t typed_now_us(void* context)
{
    typed_host_t* typed = context;
    return typed->host.now_us(typed->host.context);
}

static void typed_advance_to(void* context, int64_t to_us)
{
    typed_host_t* typed = context;
    if (to_us - typed->polled_us >= COMMAND_POLL_US) {
        typed->polled_us = to_us;
        read_typed(typed);
    }
    typed->host.advance_to(typed->host.context, to_us);
}

typedef struct {
    const server_settings_t* settings;
    const machine_settings_t* machine;
} ready_t;

static void say_ready(void* context)
{
    const ready_t* ready = context;
    const server_settings_t* settings = ready->settings;
    const machine_settings_t* machine = ready->machine;
    for (int i = 0; i < machine->device_count; ++i) {
        (void)printf("%-16s %s:%d unit %d\n", machine->devices[i].name, settings->bind_address,
                     settings->port_base > 0 ? settings->port_base + i : machine->devices[i].port,
                     machine->devices[i].unit);
    }
    if (settings->lock_step) {
        (void)printf("%-16s %s:%d unit %d\n", "clock", settings->bind_address, settings->clock_port,
                     CLOCK_UNIT);
    }
    (void)printf("ready\n");
    (void)fflush(stdout);
}

static exit_code_t serve(const options_t* options, assembly_t* assembly, world_t* world)
{
    const machine_settings_t* machine = &assembly->machine;
    typed_host_t typed = {
        .host = world_host(world), .world = world, .machine = machine, .input_open = true};
    const device_host_t host = {.context = &typed,
                                .request = typed_request,
                                .now_us = typed_now_us,
                                .advance_to = typed_advance_to};
    const int port_base = (int)options->whole[OPTION_PORT_BASE];
    const char* given = options->text[OPTION_HOST];
    const int first_port = port_base > 0 ? port_base : machine->devices[0].port;
    server_settings_t settings = {.machine = machine,
                                  .bind_address = given != NULL ? given : SERVER_BIND_ADDRESS,
                                  .port_base = port_base,
                                  .clock_port = first_port + machine->device_count,
                                  .lock_step = options->given[OPTION_LOCK_STEP],
                                  .stop = &stop_requested,
                                  .ready = say_ready};
    ready_t ready = {&settings, machine};
    settings.context = &ready;

    struct sigaction action = {.sa_handler = request_stop};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    if (!settings.lock_step) {
        real_time_ask("table", TABLE_RUN_US, WORLD_STEP_US);
    }
    server_counters_t counters;
    const server_result_t result = server_run(&settings, &host, &counters);
    if (result != SERVER_ENDED) {
        const int device = counters.failed_device;
        const bool is_device = device >= 0 && device < machine->device_count;
        (void)fprintf(stderr, "knead table: %s%s%s\n", server_result_text(result),
                      device >= 0 ? ": " : "",
                      is_device     ? machine->devices[device].name
                      : device >= 0 ? "clock"
                                    : "");
        return EXIT_DEVICE;
    }
    (void)fprintf(stderr, "table: %llu connections, %llu requests, %llu broken frames\n",
                  (unsigned long long)counters.connections, (unsigned long long)counters.requests,
                  (unsigned long long)counters.broken_frames);
    return EXIT_DONE;
}

exit_code_t verb_table(const options_t* options, assembly_t* assembly)
{
    if (!assembly_load_table(assembly, options) ||
        !assembly_choose_pad(assembly, options->text[OPTION_PAD]) ||
        !assembly_build_world(assembly, options)) {
        findings_print(&assembly->findings, stderr);
        return EXIT_INVALID_FILE;
    }
    world_t* world = world_create(&assembly->world);
    if (world == NULL) {
        (void)fprintf(stderr, "knead table: the virtual table could not be made\n");
        return EXIT_INTERNAL;
    }
    const exit_code_t code = serve(options, assembly, world);
    world_destroy(world);
    return code;
}
