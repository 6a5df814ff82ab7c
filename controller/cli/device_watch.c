#include "controller/cli/device_watch.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "controller/bus/bus.h"
#include "controller/bus/cia402.h"
#include "controller/bus/device_port.h"
#include "controller/bus/device_reader.h"
#include "controller/bus/mbpoll_line.h"
#include "controller/record/json.h"
#include "controller/timebase.h"

#define PERIOD_DEFAULT_MS 500
#define OPEN_TIMEOUT_US 2000000
#define EXCHANGE_TIMEOUT_US 500000
#define STOP_LOOK_US 50000 // how soon Ctrl-C is noticed
#define LINE_CAPACITY 16384
#define VALUE_CAPACITY 128
#define SIZE_UNKNOWN_ROWS 24
#define SIZE_UNKNOWN_COLUMNS 80

static volatile sig_atomic_t stop_requested;

static void request_stop(int signal_number)
{
    (void)signal_number;
    stop_requested = 1;
}

typedef struct {
    const machine_settings_t* machine;
    timebase_t timebase;
    int64_t started_us;
    int64_t period_us;
    bool wants_json;
    bool terminal;
    device_layer_t said[DEVICE_CAPACITY]; // the failure that was told last, to tell it once
    bool answered[DEVICE_CAPACITY];       // at least once, wholly and as the device of its profile
    bool foreign[DEVICE_CAPACITY];        // said to be another device than its profile's
    device_reader_t readers[DEVICE_CAPACITY];
} watch_t;

static int64_t watch_now_us(const watch_t* watch)
{
    return watch->timebase.vtable->now_us(watch->timebase.context);
}

// "position 0.12 rad", "status_word 0x0650 switch on disabled"
static void value_text(const device_reader_t* reader, int point, const char* between, char* text)
{
    const point_settings_t* settings = &reader->profile->points[point];
    const device_reading_t* reading = &reader->readings[point];
    const bool drive = reader->profile->role == DEVICE_DRIVE;
    if (!reading->known) {
        (void)snprintf(text, VALUE_CAPACITY, "%s%s-", settings->name, between);
    } else if (settings->id == POINT_STATUS_WORD && drive) {
        (void)snprintf(text, VALUE_CAPACITY, "%s%s0x%04lX %s", settings->name, between,
                       (unsigned long)reading->raw,
                       drive_state_text(cia402_state((uint16_t)reading->raw)));
    } else {
        (void)snprintf(text, VALUE_CAPACITY, "%s%s%.7g%s%s", settings->name, between,
                       reading->si_number, settings->unit[0] != '\0' ? " " : "", settings->unit);
    }
}

static void age_text(const device_reader_t* reader, int64_t now_us, char* text, size_t capacity)
{
    const int64_t age_us = device_reader_age_us(reader, now_us);
    if (age_us == AGE_NEVER_US) {
        (void)snprintf(text, capacity, "never");
    } else {
        (void)snprintf(text, capacity, "%.3f s", 1e-6 * (double)age_us);
    }
}

// -------------------------------------------------------------------------------- on a terminal

/// What is written on a screen so far.
typedef struct {
    int rows, columns; // of the terminal
    int row;           // lines written
} screen_t;

static screen_t screen_open(void)
{
    struct winsize size = {0};
    screen_t screen = {SIZE_UNKNOWN_ROWS, SIZE_UNKNOWN_COLUMNS, 0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1 && size.ws_col > 0) {
        screen.rows = size.ws_row;
        screen.columns = size.ws_col;
    }
    return screen;
}

/// A line of the screen, or several where it is longer than the terminal is wide. What does not fit
/// its height is counted, not shown.
static void screen_line(screen_t* screen, const char* text)
{
    size_t left = strlen(text);
    do {
        const size_t part = left < (size_t)screen->columns ? left : (size_t)screen->columns;
        if (screen->row < screen->rows - 1) {
            (void)printf("%.*s\033[K\n", (int)part, text);
        }
        screen->row++;
        text += part;
        left -= part;
    } while (left > 0);
}

static void screen_values(screen_t* screen, const device_reader_t* reader)
{
    char line[LINE_CAPACITY] = " ";
    for (int i = 0; i < reader->profile->point_count; i++) {
        char value[VALUE_CAPACITY];
        value_text(reader, i, " ", value);
        const size_t used = strlen(line);
        if (used > 1 && used + 2 + strlen(value) > (size_t)screen->columns) {
            screen_line(screen, line);
            (void)snprintf(line, sizeof line, "  %s", value);
        } else {
            (void)snprintf(line + used, sizeof line - used, "%s%s", used > 1 ? "  " : " ", value);
        }
    }
    screen_line(screen, line);
}

/// "2 timeout, 1 exception", or "none".
static void errors_text(const device_reader_t* reader, char* text, size_t capacity)
{
    size_t used = 0;
    (void)snprintf(text, capacity, "none");
    for (int layer = DEVICE_LAYER_GOOD + 1; layer < DEVICE_LAYER_COUNT; layer++) {
        if (reader->layers[layer] > 0 && used < capacity) {
            used +=
                (size_t)snprintf(text + used, capacity - used, "%s%llu %s", used > 0 ? ", " : "",
                                 (unsigned long long)reader->layers[layer],
                                 device_layer_text((device_layer_t)layer));
        }
    }
}

static void screen_device(screen_t* screen, const watch_t* watch, int device)
{
    const device_reader_t* reader = &watch->readers[device];
    char place[DEVICE_PLACE_CAPACITY];
    char age[32];
    char errors[TEXT_CAPACITY];
    char line[LINE_CAPACITY];
    device_place_text(watch->machine, device, place);
    age_text(reader, watch_now_us(watch), age, sizeof age);
    errors_text(reader, errors, sizeof errors);
    const device_failure_t* failure = device_reader_failure(reader);
    (void)snprintf(line, sizeof line, "%s (%s): %s, age %s, %lld us; %llu asked, errors: %s",
                   watch->machine->devices[device].name, place,
                   failure == NULL ? "ok" : device_layer_text(failure->layer), age,
                   (long long)reader->round_trip_us, (unsigned long long)reader->exchanges, errors);
    screen_line(screen, line);
    if (failure != NULL) {
        char text[DEVICE_FAILURE_CAPACITY];
        device_failure_text(watch->machine, device, failure, text);
        screen_line(screen, text);
    }
    screen_values(screen, reader);
}

static void show_screen(const watch_t* watch)
{
    screen_t screen = screen_open();
    char line[LINE_CAPACITY];
    (void)printf("\033[H");
    (void)snprintf(line, sizeof line, "knead device watch: every %lld ms, Ctrl-C ends",
                   (long long)(watch->period_us / 1000));
    screen_line(&screen, line);
    for (int i = 0; i < watch->machine->device_count; i++) {
        screen_device(&screen, watch, i);
    }
    (void)printf("\033[J");
    if (screen.row > screen.rows - 1) {
        (void)printf("... %d lines more: name fewer devices", screen.row - screen.rows + 1);
    }
}

// ------------------------------------------------------------------------------------ elsewhere

/// A failure is told where it begins and where it changes, not with every reading.
static void say_failure(watch_t* watch, int device, const device_failure_t* failure)
{
    const device_layer_t layer = failure != NULL ? failure->layer : DEVICE_LAYER_GOOD;
    if (layer != watch->said[device]) {
        watch->said[device] = layer;
        char text[DEVICE_FAILURE_CAPACITY];
        if (failure != NULL) {
            device_failure_text(watch->machine, device, failure, text);
        } else {
            (void)snprintf(text, sizeof text, "%s answers again",
                           watch->machine->devices[device].name);
        }
        (void)fprintf(stderr, "%s\n", text);
    }
}

static void print_line(const watch_t* watch, int device, const device_failure_t* failure,
                       int64_t now_us)
{
    const device_reader_t* reader = &watch->readers[device];
    char age[32];
    age_text(reader, now_us, age, sizeof age);
    (void)printf("%.3f %s %s age=%s", 1e-6 * (double)(now_us - watch->started_us),
                 watch->machine->devices[device].name,
                 failure == NULL ? "ok" : device_layer_text(failure->layer), age);
    for (int i = 0; i < reader->profile->point_count; i++) {
        char value[VALUE_CAPACITY];
        value_text(reader, i, "=", value);
        (void)printf("; %s", value);
    }
    (void)printf("\n");
}

static void write_line(const watch_t* watch, int device, const device_failure_t* failure,
                       int64_t now_us)
{
    static char line[LINE_CAPACITY];
    const device_reader_t* reader = &watch->readers[device];
    const int64_t age_us = device_reader_age_us(reader, now_us);
    json_t json = json_to_buffer(line, sizeof line);
    json_object_begin(&json, NULL);
    json_number(&json, "time_s", 1e-6 * (double)(now_us - watch->started_us));
    json_text(&json, "device", watch->machine->devices[device].name);
    json_text(&json, "layer",
              device_layer_text(failure == NULL ? DEVICE_LAYER_GOOD : failure->layer));
    if (age_us == AGE_NEVER_US) {
        json_null(&json, "age_us");
    } else {
        json_integer(&json, "age_us", age_us);
    }
    json_integer(&json, "round_trip_us", reader->round_trip_us);
    json_object_begin(&json, "values");
    for (int i = 0; i < reader->profile->point_count; i++) {
        if (reader->readings[i].known) {
            json_number(&json, reader->profile->points[i].name, reader->readings[i].si_number);
        } else {
            json_null(&json, reader->profile->points[i].name);
        }
    }
    json_object_end(&json);
    json_object_end(&json);
    (void)printf("%s\n", line);
}

static void show_lines(watch_t* watch)
{
    for (int i = 0; i < watch->machine->device_count; i++) {
        const device_failure_t* failure = device_reader_failure(&watch->readers[i]);
        const int64_t now_us = watch_now_us(watch);
        if (watch->wants_json) {
            write_line(watch, i, failure, now_us);
        } else {
            print_line(watch, i, failure, now_us);
        }
        (void)fflush(stdout); // whoever reads the pipe wants it now
        say_failure(watch, i, failure);
    }
}

// -------------------------------------------------------------------------------------- watching

/// Another device than its profile's is told once; what it says is shown all the same.
static bool is_expected(watch_t* watch, int device)
{
    const device_reader_t* reader = &watch->readers[device];
    const device_profile_t* profile = reader->profile;
    for (int i = 0; i < profile->point_count; i++) {
        const device_reading_t* reading = &reader->readings[i];
        if (profile->points[i].id == POINT_IDENTITY && profile->identity_known && reading->known &&
            reading->raw != (uint32_t)profile->identity_expected) {
            if (!watch->foreign[device]) {
                (void)fprintf(stderr, "%s: its identity is %u, that of profile '%s' is %d\n",
                              watch->machine->devices[device].name, reading->raw, profile->name,
                              profile->identity_expected);
            }
            watch->foreign[device] = true;
            return false;
        }
    }
    return true;
}

static void read_all(watch_t* watch)
{
    for (int i = 0; i < watch->machine->device_count && stop_requested == 0; i++) {
        device_reader_t* reader = &watch->readers[i];
        (void)device_reader_read(reader, watch_now_us(watch));
        const bool whole = device_reader_failure(reader) == NULL;
        watch->answered[i] = (is_expected(watch, i) && whole) || watch->answered[i];
    }
}

static void wait_until(const watch_t* watch, int64_t until_us)
{
    while (stop_requested == 0 && watch_now_us(watch) < until_us) {
        const int64_t soon_us = watch_now_us(watch) + STOP_LOOK_US;
        (void)watch->timebase.vtable->sleep_until(watch->timebase.context,
                                                  soon_us < until_us ? soon_us : until_us);
    }
}

static exit_code_t run(watch_t* watch, int64_t count)
{
    struct sigaction action = {.sa_handler = request_stop};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (watch->terminal) {
        (void)printf("\033[2J");
    }
    int64_t next_us = watch->started_us;
    for (int64_t i = 0; (count == 0 || i < count) && stop_requested == 0; i++) {
        wait_until(watch, next_us);
        if (stop_requested != 0) {
            break;
        }
        read_all(watch);
        if (watch->terminal) {
            show_screen(watch);
            (void)fflush(stdout);
        } else {
            show_lines(watch);
        }
        if (ferror(stdout) != 0) {
            break; // nobody reads any more
        }
        // After a reading that took long the next one comes at once, and none is made up for.
        const int64_t now_us = watch_now_us(watch);
        next_us = next_us + watch->period_us > now_us ? next_us + watch->period_us : now_us;
    }
    if (watch->terminal) {
        (void)printf("\n");
    }
    for (int i = 0; i < watch->machine->device_count; i++) {
        if (!watch->answered[i]) {
            return EXIT_DEVICE;
        }
    }
    return EXIT_DONE;
}

static bool lay_out(watch_t* watch, const port_t* port)
{
    for (int i = 0; i < watch->machine->device_count; i++) {
        if (!device_reader_init(&watch->readers[i], port, watch->machine, i, EXCHANGE_TIMEOUT_US)) {
            (void)fprintf(stderr, "knead device: a point of profile '%s' does not fit a request\n",
                          watch->readers[i].profile->name);
            return false;
        }
    }
    return true;
}

exit_code_t device_watch(const options_t* options, assembly_t* assembly)
{
    char complaint[DEVICE_PORT_COMPLAINT_CAPACITY];
    watch_t* watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        (void)fprintf(stderr, "knead device: out of memory\n");
        return EXIT_INTERNAL;
    }
    device_port_t* link = device_port_create(&assembly->machine, complaint);
    if (link == NULL) {
        (void)fprintf(stderr, "knead device: %s\n", complaint);
        free(watch);
        return EXIT_DEVICE;
    }
    const char* term = getenv("TERM");
    const int64_t period_ms =
        options->given[OPTION_PERIOD] ? options->whole[OPTION_PERIOD] : PERIOD_DEFAULT_MS;
    watch->machine = &assembly->machine;
    watch->timebase = timebase_monotonic();
    watch->started_us = watch_now_us(watch);
    watch->period_us = 1000 * period_ms;
    watch->wants_json = options->given[OPTION_JSON];
    watch->terminal = !watch->wants_json && isatty(STDOUT_FILENO) == 1 && term != NULL &&
                      strcmp(term, "dumb") != 0;
    const port_t port = device_port_view(link);
    exit_code_t code = EXIT_INVALID_FILE;
    if (lay_out(watch, &port)) {
        (void)port.vtable->open(port.context, &watch->readers[0].batch, OPEN_TIMEOUT_US);
        code = run(watch, options->whole[OPTION_READS]);
    }
    device_port_destroy(link);
    free(watch);
    return code;
}
