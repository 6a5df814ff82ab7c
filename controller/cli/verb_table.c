#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controller/cli/real_time.h"
#include "controller/cli/table_options.h"
#include "controller/cli/table_profiles.h"
#include "controller/cli/verb.h"
#include "sim/profile_table.h"
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

#define END_WORD "end "

/// A host that also does what people type: one event a line, while time passes.
typedef struct {
    device_host_t host;
    world_t* world;            // null where the devices have none around them
    profile_table_t* profiles; // then these
    const machine_settings_t* machine;
    const int* also_unit; // on the line of devices over TCP; 0: not there
    reply_faults_t faults;
    int64_t polled_us;
    bool input_open;
    size_t length;
    char line[COMMAND_LINE_CAPACITY];
} typed_host_t;

/// Reads 'end EVENT DEVICE' as the event with any magnitude that it may have.
static bool event_to_end(const char* line, const machine_settings_t* machine, world_event_t* event)
{
    char whole[COMMAND_LINE_CAPACITY + NAME_CAPACITY];
    char word[NAME_CAPACITY];
    (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(line, " "), line);
    const int kind = world_event_kind_of(word);
    if (kind < 0) {
        return false;
    }
    const world_event_info_t* info = world_event_info((world_event_kind_t)kind);
    if (info->least < info->most) {
        (void)snprintf(whole, sizeof whole, "%s %.17g", line, info->most);
        line = whole;
    }
    return scenario_event_from_line(line, machine, event);
}

/// What is wrong on the wire. Null: it is done; else why not.
static const char* set_fault(typed_host_t* typed, const world_event_t* event, bool on)
{
    if (!world_event_has_way(event, typed->machine)) {
        return "can't happen on a serial line: " SERIAL_LINE_LACKS_TEXT;
    }
    if (!reply_faults_possible(event->kind)) {
        return "can't be made on sockets and lines; 'knead sim --scenario' can";
    }
    reply_faults_set(&typed->faults, event, on);
    return NULL;
}

static const char* do_event(typed_host_t* typed, const world_event_t* event, bool on)
{
    switch (world_event_home(event->kind)) {
    case EVENT_HOME_WIRE:
        return set_fault(typed, event, on);
    case EVENT_HOME_WORLD:
        if (!on) {
            return "can't be ended; only events of the bus can";
        }
        if (typed->world != NULL) {
            world_inject(typed->world, event);
            return NULL;
        }
        return profile_table_inject(typed->profiles, event)
                   ? NULL
                   : "needs a world around the devices; profiles alone have none";
    case EVENT_HOME_HOST:
    case EVENT_HOME_OPERATOR:
        break;
    }
    return "happens beside a table, not to it; 'knead sim --scenario' can";
}

static void do_line(typed_host_t* typed)
{
    world_event_t event;
    const char* line = typed->line;
    if (line[0] == '\0') {
        return;
    }
    const bool ends = strncmp(line, END_WORD, strlen(END_WORD)) == 0;
    const bool read = ends ? event_to_end(line + strlen(END_WORD), typed->machine, &event)
                           : scenario_event_from_line(line, typed->machine, &event);
    if (!read) {
        (void)fprintf(stderr,
                      "table: '%s' is no event; write for example 'button_pressed', "
                      "'estop_pressed', 'device_silent drive_3', 'bus_delay drive_3 0.05', "
                      "'body_shift 0.02'\n",
                      line);
        return;
    }
    const char* refused = do_event(typed, &event, !ends);
    if (refused != NULL) {
        (void)fprintf(stderr, "table: '%s' %s\n", line, refused);
    } else {
        (void)fprintf(stderr, "table: %s\n", line);
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

/// What the callbacks of a server need.
typedef struct {
    const server_settings_t* settings;
    const machine_settings_t* machine;
} said_t;

static void say_lines(const server_settings_t* settings)
{
    const machine_settings_t* machine = settings->machine;
    for (int line = 0; line < machine->line_count; ++line) {
        const serial_line_t* serial = &settings->lines[line];
        (void)printf("%-16s %s\n", machine->lines[line].name,
                     serial->link[0] != '\0' ? serial->link : serial->path);
    }
}

static void say_ready(void* context)
{
    const said_t* said = context;
    const server_settings_t* settings = said->settings;
    const machine_settings_t* machine = said->machine;
    for (int i = 0; i < machine->device_count; ++i) {
        const device_settings_t* device = &machine->devices[i];
        if (device->line > 0) {
            (void)printf("%-16s %s unit %d\n", device->name, machine->lines[device->line - 1].name,
                         device->unit);
            continue;
        }
        (void)printf("%-16s %s:%d unit %d\n", device->name, settings->bind_address,
                     settings->port_base > 0 ? settings->port_base + i : device->port,
                     device->unit);
        if (settings->also_unit[i] > 0) {
            (void)printf("%-16s %s unit %d\n", device->name, machine->lines[0].name,
                         settings->also_unit[i]);
        }
    }
    if (settings->lock_step) {
        (void)printf("%-16s %s:%d unit %d\n", "clock", settings->bind_address, settings->clock_port,
                     CLOCK_UNIT);
    }
    say_lines(settings);
    (void)printf("ready\n");
    (void)fflush(stdout);
}

static void say_news(void* context, const server_news_t* news)
{
    const said_t* said = context;
    const machine_settings_t* machine = said->machine;
    const bool known = news->device >= 0 && news->device < machine->device_count;
    const char* device = known ? machine->devices[news->device].name : "clock";
    switch (news->kind) {
    case SERVER_SECOND_MASTER:
        (void)printf("second master at %s writes %s\n", news->client, device);
        break;
    case SERVER_TURNED_AWAY:
        (void)printf("turned away %s from %s: not on the list of --allow\n", news->client, device);
        break;
    case SERVER_LINE_GONE:
        (void)printf("line %s is gone\n", news->client);
        break;
    }
    (void)fflush(stdout);
}

static exit_code_t say_end(server_result_t result, const machine_settings_t* machine,
                           const server_counters_t* counters)
{
    if (result != SERVER_ENDED) {
        const int device = counters->failed_device;
        const bool is_device = device >= 0 && device < machine->device_count;
        (void)fprintf(stderr,
                      "knead table: %s%s%s; --host says at which address, --port-base from "
                      "which port on\n",
                      server_result_text(result), device >= 0 ? ": " : "",
                      is_device     ? machine->devices[device].name
                      : device >= 0 ? "clock"
                                    : "");
        return EXIT_DEVICE;
    }
    const uint64_t on_lines = counters->line_requests + counters->broken_rtu;
    const uint64_t turned_away = counters->turned_away + counters->not_allowed;
    (void)fprintf(stderr,
                  "table: %llu connections, %llu requests, %llu broken frames, %llu on lines, "
                  "%llu of them broken, %llu writes of second masters, %llu clients turned away\n",
                  (unsigned long long)counters->connections, (unsigned long long)counters->requests,
                  (unsigned long long)counters->broken_frames, (unsigned long long)on_lines,
                  (unsigned long long)counters->broken_rtu,
                  (unsigned long long)counters->second_masters, (unsigned long long)turned_away);
    return EXIT_DONE;
}

/// The folder that a link is to lie in; what goes wrong shows when the link is made.
static void make_folder(const char* link)
{
    char folder[PATH_CAPACITY];
    (void)snprintf(folder, sizeof folder, "%s", link);
    char* slash = strrchr(folder, '/');
    if (slash != NULL && slash != folder) {
        *slash = '\0';
        (void)mkdir(folder, 0755);
    }
}

/// Opens every line of the machine. False after a sentence.
static bool open_lines(const machine_settings_t* machine,
                       const line_place_t places[SERIAL_LINE_CAPACITY],
                       serial_line_t lines[SERIAL_LINE_CAPACITY])
{
    for (int i = 0; i < machine->line_count; ++i) {
        line_settings_t line = machine->lines[i];
        memcpy(line.path, places[i].path, sizeof line.path);
        make_folder(places[i].link);
        const serial_result_t result = line.path[0] == '\0'
                                           ? serial_line_make_pty(&lines[i], places[i].link)
                                           : serial_line_open_device(&lines[i], &line);
        if (result != SERIAL_OPENED) {
            (void)fprintf(stderr, "knead table: line '%s' %s: %s\n", line.name,
                          line.path[0] != '\0' ? line.path : places[i].link,
                          serial_result_text(result));
            return false;
        }
    }
    return true;
}

static exit_code_t serve(const options_t* options, typed_host_t* typed)
{
    const machine_settings_t* machine = typed->machine;
    const device_host_t host = {.context = typed,
                                .request = typed_request,
                                .now_us = typed_now_us,
                                .advance_to = typed_advance_to};
    const int port_base = (int)options->whole[OPTION_PORT_BASE];
    const char* given = options->text[OPTION_HOST];
    const int first_port = port_base > 0 ? port_base : machine->devices[0].port;
    uint32_t allowed[SERVER_ALLOWED_CAPACITY];
    line_place_t places[SERIAL_LINE_CAPACITY];
    static serial_line_t lines[SERIAL_LINE_CAPACITY];
    server_settings_t settings = {.machine = machine,
                                  .bind_address = given != NULL ? given : SERVER_BIND_ADDRESS,
                                  .port_base = port_base,
                                  .clock_port = first_port + machine->device_count,
                                  .lock_step = options->given[OPTION_LOCK_STEP],
                                  .stop = &stop_requested,
                                  .ready = say_ready,
                                  .tell = say_news,
                                  .lines = lines,
                                  .allowed = allowed,
                                  .faults = &typed->faults};
    said_t said = {&settings, machine};
    settings.context = &said;
    memcpy(settings.also_unit, typed->also_unit, sizeof settings.also_unit);
    if (!table_allowed(options, settings.bind_address, allowed, &settings.allowed_count, stderr) ||
        !table_line_places(options, machine, places, stderr)) {
        return EXIT_USAGE;
    }
    struct sigaction action = {.sa_handler = request_stop};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    for (int i = 0; i < SERIAL_LINE_CAPACITY; ++i) {
        lines[i].fd = -1;
    }
    reply_faults_init(&typed->faults, machine->device_count, (uint64_t)options->whole[OPTION_SEED]);
    exit_code_t code = EXIT_DEVICE;
    if (open_lines(machine, places, lines)) {
        if (!settings.lock_step) {
            real_time_ask("table", TABLE_RUN_US, WORLD_STEP_US);
        }
        server_counters_t counters;
        const server_result_t result = server_run(&settings, &host, &counters);
        code = say_end(result, machine, &counters);
    }
    for (int i = 0; i < SERIAL_LINE_CAPACITY; ++i) {
        serial_line_close(&lines[i]);
    }
    return code;
}

static exit_code_t serve_profiles(const options_t* options, assembly_t* assembly)
{
    int units[DEVICE_CAPACITY];
    int failed = 0;
    if (!table_profiles_load(options, &assembly->machine, units, &assembly->findings, stderr)) {
        findings_print(&assembly->findings, stderr);
        return assembly->findings.error_count > 0 ? EXIT_INVALID_FILE : EXIT_USAGE;
    }
    profile_table_t* table = malloc(sizeof *table);
    if (table == NULL || !profile_table_init(table, &assembly->machine, &failed)) {
        (void)fprintf(stderr, "knead table: the registers of '%s' can't be laid out\n",
                      table != NULL ? assembly->machine.devices[failed].name : "?");
        free(table);
        return EXIT_INTERNAL;
    }
    typed_host_t typed = {.host = profile_table_host(table),
                          .profiles = table,
                          .machine = &assembly->machine,
                          .also_unit = units,
                          .input_open = true};
    const exit_code_t code = serve(options, &typed);
    free(table);
    return code;
}

exit_code_t verb_table(const options_t* options, assembly_t* assembly)
{
    static const int nowhere[DEVICE_CAPACITY] = {0};
    if (options->given[OPTION_PROFILE]) {
        return serve_profiles(options, assembly);
    }
    if (options->given[OPTION_BAUD] || options->given[OPTION_PARITY] ||
        options->given[OPTION_STOP_BITS]) {
        (void)fprintf(stderr, "knead table: speed, parity and stop bits of a machine's lines stand "
                              "in its file; --baud, --parity and --stop-bits go with --profile\n");
        return EXIT_USAGE;
    }
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
    typed_host_t typed = {.host = world_host(world),
                          .world = world,
                          .machine = &assembly->machine,
                          .also_unit = nowhere,
                          .input_open = true};
    const exit_code_t code = serve(options, &typed);
    world_destroy(world);
    return code;
}
