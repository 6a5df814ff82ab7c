#include "controller/bus/device_probe.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/device_rules.h"
#include "controller/bus/mbpoll_line.h"

const char* probe_verdict_text(probe_verdict_t verdict)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        PROBE_VERDICT_LIST(X)
#undef X
    };
    return texts[verdict];
}

const char* probe_identity_text(probe_identity_t identity)
{
    static const char* const texts[] = {
#define X(id, text, verdict) [id] = text,
        PROBE_IDENTITY_LIST(X)
#undef X
    };
    return texts[identity];
}

static probe_verdict_t identity_verdict(probe_identity_t identity)
{
    static const probe_verdict_t verdicts[] = {
#define X(id, text, verdict) [id] = verdict,
        PROBE_IDENTITY_LIST(X)
#undef X
    };
    return verdicts[identity];
}

const char* probe_watchdog_text(probe_watchdog_t watchdog)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        PROBE_WATCHDOG_LIST(X)
#undef X
    };
    return texts[watchdog];
}

const char* probe_function_text(probe_function_state_t state)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        PROBE_FUNCTION_LIST(X)
#undef X
    };
    return texts[state];
}

static void worsen(probe_t* probe, probe_verdict_t verdict)
{
    if (verdict > probe->verdict) {
        probe->verdict = verdict;
    }
}

// Index of the point with that meaning, or -1.
static int point_index(const device_profile_t* profile, point_id_t id)
{
    const point_settings_t* point = registers_find_point(profile, id);
    return point != NULL ? (int)(point - profile->points) : -1;
}

static void look_at_points(const device_reader_t* reader, probe_t* probe)
{
    const device_profile_t* profile = reader->profile;
    probe->point_count = profile->point_count;
    for (int i = 0; i < profile->point_count; i++) {
        const point_settings_t* point = &profile->points[i];
        const device_reading_t* reading = &reader->readings[i];
        if (reading->now.layer != DEVICE_LAYER_GOOD) {
            probe->failed_count++;
        } else if (point->id != POINT_WATCHDOG && point->minimum < point->maximum &&
                   !(reading->si_number >= point->minimum &&
                     reading->si_number <= point->maximum)) {
            probe->outside[i] = true; // the watchdog is looked at by itself
            probe->outside_count++;
        }
    }
    worsen(probe, probe->failed_count > 0    ? PROBE_FAILED
                  : probe->outside_count > 0 ? PROBE_DOUBTFUL
                                             : PROBE_OK);
}

static void look_at_identity(const device_reader_t* reader, probe_t* probe)
{
    const int at = point_index(reader->profile, POINT_IDENTITY);
    if (at < 0) {
        probe->identity = PROBE_IDENTITY_NONE;
    } else if (reader->readings[at].now.layer != DEVICE_LAYER_GOOD) {
        probe->identity = PROBE_IDENTITY_UNREAD;
    } else {
        probe->identity_raw = reader->readings[at].raw;
        probe->identity = !reader->profile->identity_known ? PROBE_IDENTITY_UNKNOWN
                          : probe->identity_raw == (uint32_t)reader->profile->identity_expected
                              ? PROBE_IDENTITY_SAME
                              : PROBE_IDENTITY_DIFFERS;
    }
    worsen(probe, identity_verdict(probe->identity));
}

static void look_at_watchdog(const device_reader_t* reader, probe_t* probe)
{
    const int at = point_index(reader->profile, POINT_WATCHDOG);
    if (at < 0 || !(reader->profile->watchdog_s > 0.0)) {
        probe->watchdog = PROBE_WATCHDOG_NONE;
        return;
    }
    const device_reading_t* reading = &reader->readings[at];
    if (reading->now.layer != DEVICE_LAYER_GOOD) {
        probe->watchdog = PROBE_WATCHDOG_UNREAD; // counted among the points already
        return;
    }
    const point_settings_t* point = &reader->profile->points[at];
    const double half_a_count = 0.5 * fabs(point->scale);
    probe->watchdog_read_s = reading->si_number;
    probe->watchdog = fabs(reading->si_number - reader->profile->watchdog_s) <= half_a_count
                          ? PROBE_WATCHDOG_SET
                          : PROBE_WATCHDOG_DIFFERS;
}

static bool function_claimed(const device_profile_t* profile, int function)
{
    return (profile->functions & (UINT32_C(1) << function)) != 0;
}

// A function that reads, tried on registers of the map. An exception about the address or the value
// shows that the function itself is known.
static probe_function_state_t try_function(device_reader_t* reader, bool input_table)
{
    device_read_t read = reader->reads[0];
    for (int i = 0; i < reader->read_count; i++) {
        if (reader->reads[i].input_table == input_table) {
            read = reader->reads[i];
            break;
        }
    }
    read.input_table = input_table;
    uint16_t words[MODBUS_READ_COUNT_MAX];
    device_failure_t failure;
    (void)device_reader_words(reader, &read, words, &failure);
    if (failure.layer == DEVICE_LAYER_EXCEPTION) {
        return failure.exception == MODBUS_ILLEGAL_FUNCTION ? PROBE_FUNCTION_REFUSED
                                                            : PROBE_FUNCTION_ANSWERED;
    }
    return failure.layer == DEVICE_LAYER_GOOD ? PROBE_FUNCTION_ANSWERED : PROBE_FUNCTION_SILENT;
}

static void try_functions(device_reader_t* reader, probe_t* probe)
{
    static const int functions[PROBE_FUNCTION_COUNT] = {MODBUS_READ_HOLDING, MODBUS_READ_INPUT,
                                                        MODBUS_WRITE_SINGLE, MODBUS_WRITE_MULTIPLE,
                                                        MODBUS_READ_WRITE};
    for (int i = 0; i < PROBE_FUNCTION_COUNT; i++) {
        probe_function_t* tried = &probe->functions[i];
        tried->function = functions[i];
        tried->claimed = function_claimed(reader->profile, functions[i]);
        tried->state = PROBE_FUNCTION_NOT_TRIED;
        const bool reads = functions[i] == MODBUS_READ_HOLDING || functions[i] == MODBUS_READ_INPUT;
        // A serial device that does not know a function may stay silent: only what it claims is
        // worth the wait.
        if (reads && tried->claimed) {
            tried->state = try_function(reader, functions[i] == MODBUS_READ_INPUT);
            worsen(probe, tried->state == PROBE_FUNCTION_ANSWERED ? PROBE_OK : PROBE_FAILED);
        }
    }
}

static int compare_us(const void* a, const void* b)
{
    const int64_t first = *(const int64_t*)a;
    const int64_t second = *(const int64_t*)b;
    return (first > second) - (first < second);
}

static void measure(device_reader_t* reader, int reads, probe_t* probe)
{
    int64_t round_trips_us[PROBE_READS_MAX];
    uint16_t words[MODBUS_READ_COUNT_MAX];
    probe->reads = reads;
    for (int i = 0; i < reads; i++) {
        device_failure_t failure;
        if (device_reader_words(reader, &reader->reads[0], words, &failure)) {
            round_trips_us[probe->reads_good++] = reader->round_trip_us;
        } else {
            probe->lost = failure;
        }
    }
    if (probe->reads_good < reads) {
        worsen(probe, probe->reads_good == 0 ? PROBE_FAILED : PROBE_DOUBTFUL);
    }
    if (probe->reads_good > 0) {
        qsort(round_trips_us, (size_t)probe->reads_good, sizeof round_trips_us[0], compare_us);
        probe->round_trip_min_us = round_trips_us[0];
        probe->round_trip_median_us = round_trips_us[probe->reads_good / 2];
        probe->round_trip_max_us = round_trips_us[probe->reads_good - 1];
    }
}

// The first reading of the counter lies before the measurement, these behind it.
static void look_for_movement(device_reader_t* reader, const probe_settings_t* settings,
                              probe_t* probe)
{
    const int at = point_index(reader->profile, POINT_SAMPLE_COUNTER);
    const uint32_t counter = reader->counter;
    probe->counter_read = at >= 0 && reader->readings[at].now.layer == DEVICE_LAYER_GOOD;
    if (!probe->counter_read) {
        return;
    }
    const int64_t until_us = settings->now_us(settings->context) + PROBE_COUNTER_WAIT_US +
                             (int64_t)(1e6 * reader->profile->sample_age_max_s);
    int64_t now_us;
    do {
        now_us = settings->now_us(settings->context);
        probe->counter_read = device_reader_point(reader, at, now_us);
        probe->counter_moved = probe->counter_read && reader->counter != counter;
    } while (probe->counter_read && !probe->counter_moved && now_us < until_us);
    worsen(probe, probe->counter_moved ? PROBE_OK : PROBE_DOUBTFUL);
}

static bool reach(device_reader_t* reader, int64_t open_timeout_us, device_failure_t* failure)
{
    port_batch_t* batch = &reader->batch;
    (void)reader->port.vtable->open(reader->port.context, batch, open_timeout_us);
    const port_result_t result = batch->result[reader->device];
    *failure =
        (device_failure_t){.layer = result == PORT_OK ? DEVICE_LAYER_GOOD : DEVICE_LAYER_CONNECT,
                           .read = reader->reads[0],
                           .port = result};
    return result == PORT_OK;
}

void device_probe(device_reader_t* reader, const probe_settings_t* settings, probe_t* probe)
{
    assert(settings->reads >= 1 && settings->reads <= PROBE_READS_MAX);
    memset(probe, 0, sizeof *probe);
    probe->point_count = reader->profile->point_count;
    probe->has_counter = point_index(reader->profile, POINT_SAMPLE_COUNTER) >= 0;
    probe->identity = PROBE_IDENTITY_UNREAD;
    probe->watchdog = PROBE_WATCHDOG_UNREAD;
    probe->reached = reach(reader, settings->open_timeout_us, &probe->link);
    if (!probe->reached) {
        probe->failed_count = probe->point_count;
        probe->verdict = PROBE_FAILED;
        return;
    }
    (void)device_reader_read(reader, settings->now_us(settings->context));
    look_at_points(reader, probe);
    look_at_identity(reader, probe);
    look_at_watchdog(reader, probe);
    const device_failure_t* failure = device_reader_failure(reader);
    if (failure != NULL && !device_reader_answers(failure)) {
        return; // it does not answer: asking on only takes time
    }
    try_functions(reader, probe);
    measure(reader, settings->reads, probe);
    look_for_movement(reader, settings, probe);
}

// ------------------------------------------------------------------------------------- problems

static bool same_failure(const device_failure_t* a, const device_failure_t* b)
{
    return a->layer == b->layer && a->exception == b->exception &&
           a->read.input_table == b->read.input_table && a->read.address == b->read.address &&
           a->read.count == b->read.count;
}

// The device, where it is, what is the matter and how to look at it.
static void compose(const device_reader_t* reader, const device_read_t* read, const char* matter,
                    const char* reason, char text[DEVICE_FAILURE_CAPACITY])
{
    char place[DEVICE_PLACE_CAPACITY];
    char address[DEVICE_ADDRESS_TEXT_CAPACITY];
    char line[MBPOLL_LINE_CAPACITY];
    device_place_text(reader->machine, reader->device, place);
    device_address_text(read->address, read->input_table, address);
    mbpoll_line(reader->machine, reader->device, read->input_table, read->address, read->count,
                line);
    (void)snprintf(text, DEVICE_FAILURE_CAPACITY, "%s (%s): %s: register %s: %s; try: %s",
                   reader->machine->devices[reader->device].name, place, matter, address, reason,
                   line);
}

static bool identity_problem(const device_reader_t* reader, const probe_t* probe,
                             char text[DEVICE_FAILURE_CAPACITY])
{
    if (probe->identity != PROBE_IDENTITY_DIFFERS) {
        return false; // unread: told with the points; unknown or none: no fault of the device
    }
    const int at = point_index(reader->profile, POINT_IDENTITY);
    char reason[TEXT_CAPACITY];
    (void)snprintf(reason, sizeof reason, "reads %lu where profile '%s' expects %lu",
                   (unsigned long)probe->identity_raw, reader->profile->name,
                   (unsigned long)(uint32_t)reader->profile->identity_expected);
    compose(reader, &reader->readings[at].now.read, "identity", reason, text);
    return true;
}

static bool point_problem(const device_reader_t* reader, const probe_t* probe, int point,
                          char text[DEVICE_FAILURE_CAPACITY])
{
    if (point >= reader->profile->point_count) {
        return false;
    }
    const device_reading_t* reading = &reader->readings[point];
    const point_settings_t* settings = &reader->profile->points[point];
    if (probe->outside[point]) {
        char reason[TEXT_CAPACITY];
        (void)snprintf(reason, sizeof reason, "'%s' reads %g, outside its limits %g to %g",
                       settings->name, reading->si_number, settings->minimum, settings->maximum);
        compose(reader, &reading->now.read, device_layer_text(DEVICE_LAYER_VALUE), reason, text);
        return true;
    }
    if (reading->now.layer == DEVICE_LAYER_GOOD) {
        return false;
    }
    for (int i = 0; i < point; i++) {
        if (same_failure(&reader->readings[i].now, &reading->now)) {
            return false; // one read, one sentence
        }
    }
    device_failure_text(reader->machine, reader->device, &reading->now, text);
    return true;
}

static bool function_problem(const device_reader_t* reader, const probe_function_t* tried,
                             char text[DEVICE_FAILURE_CAPACITY])
{
    if (!tried->claimed ||
        (tried->state != PROBE_FUNCTION_REFUSED && tried->state != PROBE_FUNCTION_SILENT)) {
        return false;
    }
    device_read_t read = reader->reads[0];
    read.input_table = tried->function == MODBUS_READ_INPUT;
    char reason[TEXT_CAPACITY];
    (void)snprintf(
        reason, sizeof reason, "function %d is %s, but profile '%s' has it", tried->function,
        tried->state == PROBE_FUNCTION_REFUSED ? "refused" : "not answered", reader->profile->name);
    compose(reader, &read, "function", reason, text);
    return true;
}

static bool loss_problem(const device_reader_t* reader, const probe_t* probe,
                         char text[DEVICE_FAILURE_CAPACITY])
{
    bool told = probe->reads_good == probe->reads;
    for (int i = 0; i < reader->profile->point_count && !told; i++) {
        told = same_failure(&reader->readings[i].now, &probe->lost);
    }
    if (!told) {
        device_failure_text(reader->machine, reader->device, &probe->lost, text);
    }
    return !told;
}

static bool counter_problem(const device_reader_t* reader, const probe_t* probe,
                            char text[DEVICE_FAILURE_CAPACITY])
{
    if (!probe->counter_read || probe->counter_moved) {
        return false;
    }
    const int at = point_index(reader->profile, POINT_SAMPLE_COUNTER);
    compose(reader, &reader->readings[at].now.read, device_layer_text(DEVICE_LAYER_VALUE),
            "the sample counter did not move between the first read and the last", text);
    return true;
}

bool probe_problem_text(const device_reader_t* reader, const probe_t* probe, int index,
                        char text[DEVICE_FAILURE_CAPACITY])
{
    assert(index >= 0 && index < PROBE_PROBLEM_COUNT);
    if (!probe->reached) {
        if (index == 0) {
            device_failure_text(reader->machine, reader->device, &probe->link, text);
        }
        return index == 0;
    }
    if (index == 0) {
        return identity_problem(reader, probe, text);
    }
    if (index == 1) {
        return loss_problem(reader, probe, text);
    }
    if (index == 2) {
        return counter_problem(reader, probe, text);
    }
    return index < 3 + PROBE_FUNCTION_COUNT
               ? function_problem(reader, &probe->functions[index - 3], text)
               : point_problem(reader, probe, index - 3 - PROBE_FUNCTION_COUNT, text);
}
