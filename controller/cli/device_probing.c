#include "controller/cli/device_probing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/device_rules.h"
#include "controller/bus/device_port.h"
#include "controller/bus/device_probe.h"
#include "controller/bus/mbpoll_line.h"
#include "controller/record/json.h"
#include "controller/timebase.h"

#define READS_DEFAULT 20
#define OPEN_TIMEOUT_US 2000000
#define EXCHANGE_TIMEOUT_US 1000000 // of a person's patience, not of the cycle's

static int64_t now_us(void* context)
{
    const timebase_t* timebase = context;
    return timebase->vtable->now_us(timebase->context);
}

// -------------------------------------------------------------------------------------- for people

static void print_identity(const device_reader_t* reader, const probe_t* probe)
{
    switch (probe->identity) {
    case PROBE_IDENTITY_SAME:
        (void)printf("  %-12s as expected: %lu\n", "identity", (unsigned long)probe->identity_raw);
        break;
    case PROBE_IDENTITY_DIFFERS:
        (void)printf("  %-12s DIFFERS: reads %lu, expected %d\n", "identity",
                     (unsigned long)probe->identity_raw, reader->profile->identity_expected);
        break;
    case PROBE_IDENTITY_UNREAD:
        (void)printf("  %-12s could not be read\n", "identity");
        break;
    case PROBE_IDENTITY_UNKNOWN:
        (void)printf("  %-12s reads %lu; what it should read is unknown\n", "identity",
                     (unsigned long)probe->identity_raw);
        break;
    case PROBE_IDENTITY_NONE:
        (void)printf("  %-12s unknown: the profile has no register for it\n", "identity");
        break;
    }
}

static void print_watchdog(const device_reader_t* reader, const probe_t* probe)
{
    switch (probe->watchdog) {
    case PROBE_WATCHDOG_NONE:
        (void)printf("  %-12s none known\n", "watchdog");
        break;
    case PROBE_WATCHDOG_UNREAD:
        (void)printf("  %-12s could not be read\n", "watchdog");
        break;
    case PROBE_WATCHDOG_SET:
    case PROBE_WATCHDOG_DIFFERS:
        (void)printf("  %-12s reads %g s, wanted %g s%s\n", "watchdog", probe->watchdog_read_s,
                     reader->profile->watchdog_s,
                     probe->watchdog == PROBE_WATCHDOG_SET ? "" : ": it is written before arming");
        break;
    }
}

static void result_text(const device_reader_t* reader, const probe_t* probe, int point, char* text,
                        size_t capacity)
{
    const device_failure_t* failure = &reader->readings[point].now;
    if (failure->layer == DEVICE_LAYER_EXCEPTION) {
        (void)snprintf(text, capacity, "exception %02X, %s", (unsigned)failure->exception,
                       modbus_exception_text(failure->exception));
    } else if (failure->layer != DEVICE_LAYER_GOOD) {
        (void)snprintf(text, capacity, "%s", device_layer_text(failure->layer));
    } else {
        (void)snprintf(text, capacity, "%s", probe->outside[point] ? "outside its limits" : "ok");
    }
}

static void print_points(const device_reader_t* reader, const probe_t* probe)
{
    (void)printf("  %-22s %-34s %-22s %-12s %s\n", "point", "register", "value", "raw", "result");
    for (int i = 0; i < reader->profile->point_count; i++) {
        const point_settings_t* point = &reader->profile->points[i];
        const device_reading_t* reading = &reader->readings[i];
        char address[DEVICE_ADDRESS_TEXT_CAPACITY];
        char shown[64] = "-";
        char raw[16] = "-";
        char result[TEXT_CAPACITY];
        device_address_text(point->address, point->input_table, address);
        if (reading->now.layer == DEVICE_LAYER_GOOD) {
            const bool wide = registers_word_count(point->type) > 1;
            (void)snprintf(shown, sizeof shown, "%.7g%s%s", reading->si_number,
                           point->unit[0] != '\0' ? " " : "", point->unit);
            (void)snprintf(raw, sizeof raw, "0x%0*lX", wide ? 8 : 4, (unsigned long)reading->raw);
        }
        result_text(reader, probe, i, result, sizeof result);
        (void)printf("  %-22s %-34s %-22s %-12s %s\n", point->name, address, shown, raw, result);
    }
}

static void print_result(const device_reader_t* reader, const probe_t* probe)
{
    char place[DEVICE_PLACE_CAPACITY];
    device_place_text(reader->machine, reader->device, place);
    (void)printf("%s: %s at %s\n", reader->machine->devices[reader->device].name,
                 reader->profile->name, place);
    if (probe->reached) {
        print_identity(reader, probe);
        (void)printf("  %-12s %d points: %d failed, %d outside their limits\n", "map",
                     probe->point_count, probe->failed_count, probe->outside_count);
        if (probe->reads > 0) {
            (void)printf("  %-12s", "functions");
            for (int i = 0; i < PROBE_FUNCTION_COUNT; i++) {
                if (probe->functions[i].claimed) {
                    (void)printf(" %d (%s)", probe->functions[i].function,
                                 probe_function_text(probe->functions[i].state));
                }
            }
            (void)printf("\n  %-12s %lld us shortest, %lld us middle, %lld us longest; %d of %d "
                         "reads answered\n",
                         "round trip", (long long)probe->round_trip_min_us,
                         (long long)probe->round_trip_median_us,
                         (long long)probe->round_trip_max_us, probe->reads_good, probe->reads);
            (void)printf("  %-12s %s\n", "counter",
                         !probe->has_counter    ? "none: a stale sample can't be told by it"
                         : !probe->counter_read ? "could not be read"
                         : probe->counter_moved ? "moves"
                                                : "DOES NOT MOVE");
        }
        print_watchdog(reader, probe);
        print_points(reader, probe);
    }
    (void)printf("  %-12s %s\n", "verdict", probe_verdict_text(probe->verdict));
}

// ----------------------------------------------------------------------------------- for programs

static void write_points(json_t* json, const device_reader_t* reader, const probe_t* probe)
{
    json_array_begin(json, "points");
    for (int i = 0; i < reader->profile->point_count; i++) {
        const point_settings_t* point = &reader->profile->points[i];
        const device_reading_t* reading = &reader->readings[i];
        const bool good = reading->now.layer == DEVICE_LAYER_GOOD && reading->known;
        json_object_begin(json, NULL);
        json_text(json, "name", point->name);
        json_integer(json, "address", point->address);
        json_integer(json, "modicon",
                     device_modicon_of_address(point->address, point->input_table));
        json_text(json, "table", point->input_table ? "input" : "holding");
        json_text(json, "layer",
                  probe->reached ? device_layer_text(reading->now.layer)
                                 : device_layer_text(DEVICE_LAYER_CONNECT));
        if (reading->now.layer == DEVICE_LAYER_EXCEPTION) {
            json_integer(json, "exception", reading->now.exception);
        } else {
            json_null(json, "exception");
        }
        json_number(json, "value", good ? reading->si_number : (double)NAN);
        json_text(json, "unit", point->unit);
        if (good) {
            json_integer(json, "raw", reading->raw);
        } else {
            json_null(json, "raw");
        }
        json_boolean(json, "outside_limits", probe->outside[i]);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_functions(json_t* json, const probe_t* probe)
{
    json_array_begin(json, "functions");
    for (int i = 0; i < PROBE_FUNCTION_COUNT && probe->reads > 0; i++) {
        const probe_function_t* tried = &probe->functions[i];
        json_object_begin(json, NULL);
        json_integer(json, "function", tried->function);
        json_boolean(json, "in_profile", tried->claimed);
        json_text(json, "state", probe_function_text(tried->state));
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_problems(json_t* json, const device_reader_t* reader, const probe_t* probe)
{
    json_array_begin(json, "problems");
    for (int i = 0; i < PROBE_PROBLEM_COUNT; i++) {
        char text[DEVICE_FAILURE_CAPACITY];
        if (probe_problem_text(reader, probe, i, text)) {
            json_text(json, NULL, text);
        }
    }
    json_array_end(json);
}

static void write_result(json_t* json, const device_reader_t* reader, const probe_t* probe)
{
    char place[DEVICE_PLACE_CAPACITY];
    device_place_text(reader->machine, reader->device, place);
    const bool identity_read =
        probe->identity != PROBE_IDENTITY_UNREAD && probe->identity != PROBE_IDENTITY_NONE;
    json_object_begin(json, NULL);
    json_text(json, "device", reader->machine->devices[reader->device].name);
    json_text(json, "profile", reader->profile->name);
    json_text(json, "place", place);
    json_boolean(json, "reached", probe->reached);
    json_text(json, "verdict", probe_verdict_text(probe->verdict));
    json_text(json, "identity", probe_identity_text(probe->identity));
    if (identity_read) {
        json_integer(json, "identity_read", probe->identity_raw);
    } else {
        json_null(json, "identity_read");
    }
    if (reader->profile->identity_known) {
        json_integer(json, "identity_expected", reader->profile->identity_expected);
    } else {
        json_null(json, "identity_expected");
    }
    json_integer(json, "points_failed", probe->failed_count);
    json_integer(json, "points_outside_limits", probe->outside_count);
    write_functions(json, probe);
    json_object_begin(json, "round_trip");
    json_integer(json, "reads", probe->reads);
    json_integer(json, "answered", probe->reads_good);
    const bool measured = probe->reads_good > 0;
    json_number(json, "min_us", measured ? (double)probe->round_trip_min_us : (double)NAN);
    json_number(json, "median_us", measured ? (double)probe->round_trip_median_us : (double)NAN);
    json_number(json, "max_us", measured ? (double)probe->round_trip_max_us : (double)NAN);
    json_object_end(json);
    json_boolean(json, "has_counter", probe->has_counter);
    json_boolean(json, "counter_moved", probe->counter_moved);
    json_text(json, "watchdog", probe_watchdog_text(probe->watchdog));
    const bool watched =
        probe->watchdog == PROBE_WATCHDOG_SET || probe->watchdog == PROBE_WATCHDOG_DIFFERS;
    json_number(json, "watchdog_read_s", watched ? probe->watchdog_read_s : (double)NAN);
    json_number(json, "watchdog_wanted_s",
                reader->profile->watchdog_s > 0.0 ? reader->profile->watchdog_s : (double)NAN);
    write_points(json, reader, probe);
    write_problems(json, reader, probe);
    json_object_end(json);
}

// ----------------------------------------------------------------------------------------- probing

typedef struct {
    device_reader_t reader;
    probe_t probe;
    timebase_t timebase;
} probing_t;

static void say_problems(const probing_t* probing)
{
    for (int i = 0; i < PROBE_PROBLEM_COUNT; i++) {
        char text[DEVICE_FAILURE_CAPACITY];
        if (probe_problem_text(&probing->reader, &probing->probe, i, text)) {
            (void)fprintf(stderr, "%s\n", text);
        }
    }
}

/// The one device that is left in `machine`. `json` is null where people read.
static exit_code_t probe_one(probing_t* probing, const machine_settings_t* machine, int reads,
                             json_t* json)
{
    char complaint[DEVICE_PORT_COMPLAINT_CAPACITY];
    device_port_t* link = device_port_create(machine, complaint);
    if (link == NULL) {
        (void)fprintf(stderr, "knead device: %s\n", complaint);
        return EXIT_DEVICE;
    }
    const port_t port = device_port_view(link);
    const probe_settings_t settings = {.open_timeout_us = OPEN_TIMEOUT_US,
                                       .reads = reads,
                                       .now_us = now_us,
                                       .context = &probing->timebase};
    exit_code_t code = EXIT_INVALID_FILE;
    if (device_reader_init(&probing->reader, &port, machine, 0, EXCHANGE_TIMEOUT_US)) {
        device_probe(&probing->reader, &settings, &probing->probe);
        if (json != NULL) {
            write_result(json, &probing->reader, &probing->probe);
        } else {
            print_result(&probing->reader, &probing->probe);
            (void)fflush(stdout);
            say_problems(probing);
        }
        code = probing->probe.verdict == PROBE_FAILED ? EXIT_DEVICE : EXIT_DONE;
    } else {
        (void)fprintf(stderr, "knead device: a point of profile '%s' does not fit a request\n",
                      machine->profiles[machine->devices[0].profile_index].name);
    }
    device_port_destroy(link);
    return code;
}

exit_code_t device_probing(const options_t* options, assembly_t* assembly)
{
    machine_settings_t* machine = &assembly->machine;
    const int64_t reads =
        options->given[OPTION_READS] ? options->whole[OPTION_READS] : READS_DEFAULT;
    if (reads > PROBE_READS_MAX) {
        (void)fprintf(stderr, "knead device: probe takes --count up to %d\n", PROBE_READS_MAX);
        return EXIT_USAGE;
    }
    probing_t* probing = calloc(1, sizeof *probing);
    if (probing == NULL) {
        (void)fprintf(stderr, "knead device: out of memory\n");
        return EXIT_INTERNAL;
    }
    probing->timebase = timebase_monotonic();
    // One after the other, each with links of its own: a dead device holds up nobody else's round
    // trips, and a serial line is opened once at a time.
    device_settings_t devices[DEVICE_CAPACITY];
    const int count = machine->device_count;
    memcpy(devices, machine->devices, sizeof devices);
    machine->device_count = 1;
    json_t json = json_to_file(stdout);
    json_t* wanted = options->given[OPTION_JSON] ? &json : NULL;
    exit_code_t worst = EXIT_DONE;
    if (wanted != NULL) {
        json_object_begin(wanted, NULL);
        json_array_begin(wanted, "devices");
    }
    for (int i = 0; i < count; i++) {
        machine->devices[0] = devices[i];
        const exit_code_t code = probe_one(probing, machine, (int)reads, wanted);
        worst = code != EXIT_DONE ? code : worst;
    }
    if (wanted != NULL) {
        json_array_end(wanted);
        json_boolean(wanted, "ok", worst == EXIT_DONE);
        json_object_end(wanted);
    }
    free(probing);
    return worst;
}
