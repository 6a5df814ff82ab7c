#include "controller/bus/device_reader.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "config/device_rules.h"
#include "controller/bus/bus.h"
#include "controller/bus/mbpoll_line.h"
#include "controller/bus/rtu_frame.h"

const char* device_layer_text(device_layer_t layer)
{
    static const char* const texts[] = {
#define X(id, word, meaning) [id] = word,
        DEVICE_LAYER_LIST(X)
#undef X
    };
    return texts[layer];
}

static const char* layer_meaning(device_layer_t layer)
{
    static const char* const texts[] = {
#define X(id, word, meaning) [id] = meaning,
        DEVICE_LAYER_LIST(X)
#undef X
    };
    return texts[layer];
}

// --------------------------------------------------------------------------------------- layout

static int words_max(const device_profile_t* profile)
{
    return profile->read_words_max > 0 && profile->read_words_max < MODBUS_READ_COUNT_MAX
               ? profile->read_words_max
               : MODBUS_READ_COUNT_MAX;
}

// The registers `address` to before `end`, rounded outwards to what the device takes in one piece.
static device_read_t aligned(const device_profile_t* profile, bool input_table, int address,
                             int end)
{
    const int step = profile->word_alignment > 1 ? profile->word_alignment : 1;
    const int first = address - address % step;
    return (device_read_t){input_table, first, (end - first + step - 1) / step * step};
}

static device_read_t read_of_point(const device_profile_t* profile, const point_settings_t* point)
{
    return aligned(profile, point->input_table, point->address,
                   point->address + registers_word_count(point->type));
}

static bool covers(const device_read_t* read, const device_read_t* part)
{
    return read->input_table == part->input_table && part->address >= read->address &&
           part->address + part->count <= read->address + read->count;
}

static bool fits(const device_profile_t* profile, const device_read_t* read)
{
    return read->count >= 1 && read->count <= words_max(profile) && read->address >= 0 &&
           read->address <= MODBUS_ADDRESS_COUNT - read->count;
}

static bool comes_before(const point_settings_t* a, const point_settings_t* b)
{
    return a->input_table != b->input_table ? b->input_table : a->address < b->address;
}

// The points' indices by table and address.
static void sort_points(const device_profile_t* profile, int order[POINT_CAPACITY])
{
    for (int i = 0; i < profile->point_count; i++) {
        int at = i;
        while (at > 0 && comes_before(&profile->points[i], &profile->points[order[at - 1]])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}

// Makes the last read longer by a part that begins where it ends, or inside it; false where there
// is a gap, or it would grow too long.
static bool lengthen(device_reader_t* reader, const device_read_t* part)
{
    device_read_t* last = &reader->reads[reader->read_count - 1];
    const int end = last->address + last->count;
    const int new_end = part->address + part->count;
    if (last->input_table != part->input_table || part->address < last->address ||
        part->address > end || new_end - last->address > words_max(reader->profile)) {
        return false;
    }
    last->count = (new_end > end ? new_end : end) - last->address;
    return true;
}

static bool lay_out(device_reader_t* reader)
{
    const device_profile_t* profile = reader->profile;
    const device_read_t block = {false, profile->read_address, profile->read_count};
    const bool block_stands = profile->read_count > 0 && fits(profile, &block);
    if (block_stands) { // the cycle reads it whole: its gaps can be read
        reader->reads[reader->read_count++] = block;
    }
    int order[POINT_CAPACITY];
    sort_points(profile, order);
    const int first_own = reader->read_count;
    for (int k = 0; k < profile->point_count; k++) {
        const device_read_t part = read_of_point(profile, &profile->points[order[k]]);
        if (!fits(profile, &part)) {
            return false;
        }
        const bool in_block = block_stands && covers(&block, &part);
        if (!in_block && (reader->read_count == first_own || !lengthen(reader, &part))) {
            reader->reads[reader->read_count++] = part;
        }
    }
    return true;
}

bool device_reader_init(device_reader_t* reader, const port_t* port,
                        const machine_settings_t* machine, int device, int64_t timeout_us)
{
    assert(device >= 0 && device < machine->device_count && device < port->device_count);
    memset(reader, 0, sizeof *reader);
    reader->port = *port;
    reader->machine = machine;
    reader->device = device;
    reader->profile = &machine->profiles[machine->devices[device].profile_index];
    reader->timeout_us = timeout_us;
    return lay_out(reader);
}

// -------------------------------------------------------------------------------------- reading

static device_layer_t layer_of_port(port_result_t result)
{
    switch (result) {
    case PORT_OK:
        return DEVICE_LAYER_GOOD;
    case PORT_TIMEOUT:
    case PORT_NO_TURN:
        return DEVICE_LAYER_TIMEOUT;
    case PORT_BAD_FRAME:
    case PORT_BAD_CRC:
        return DEVICE_LAYER_FRAME;
    case PORT_CLOSED:
        return DEVICE_LAYER_CLOSED;
    case PORT_NOT_ASKED:
    case PORT_NOT_CONNECTED:
    case PORT_REFUSED:
    case PORT_NO_LINE:
        break;
    }
    return DEVICE_LAYER_CONNECT;
}

// What the bytes of an exchange take on a serial line comes on top of what a device may take.
static int64_t exchange_timeout_us(const device_reader_t* reader, const modbus_request_t* request)
{
    const int line = reader->machine->devices[reader->device].line;
    if (line == 0) {
        return reader->timeout_us;
    }
    const int byte_count = rtu_request_size(request) + rtu_reply_size(request);
    return reader->timeout_us +
           (int64_t)(1e6 * rtu_wire_s(&reader->machine->lines[line - 1], byte_count));
}

bool device_reader_words(device_reader_t* reader, const device_read_t* read,
                         uint16_t words[MODBUS_READ_COUNT_MAX], device_failure_t* failure)
{
    const modbus_request_t request = {.function = read->input_table ? MODBUS_READ_INPUT
                                                                    : MODBUS_READ_HOLDING,
                                      .read_address = read->address,
                                      .read_count = read->count};
    port_batch_t* batch = &reader->batch;
    for (int i = 0; i < DEVICE_CAPACITY; i++) {
        batch->request[i].size = 0;
    }
    const int device = reader->device;
    modbus_encode_request(&request, &batch->request[device]);
    reader->port.vtable->exchange(reader->port.context, batch,
                                  exchange_timeout_us(reader, &request));
    reader->exchanges++;
    *failure = (device_failure_t){.layer = layer_of_port(batch->result[device]),
                                  .read = *read,
                                  .port = batch->result[device]};
    if (failure->layer == DEVICE_LAYER_GOOD) {
        failure->pdu =
            modbus_decode_reply(&request, &batch->reply[device], words, &failure->exception);
        failure->layer = failure->pdu == MODBUS_OK          ? DEVICE_LAYER_GOOD
                         : failure->pdu == MODBUS_EXCEPTION ? DEVICE_LAYER_EXCEPTION
                                                            : DEVICE_LAYER_FRAME;
    }
    reader->layers[failure->layer]++;
    if (failure->layer == DEVICE_LAYER_GOOD) {
        reader->round_trip_us = batch->round_trip_us[device];
    }
    return failure->layer == DEVICE_LAYER_GOOD;
}

static void take_point(device_reader_t* reader, int point, const device_read_t* read,
                       const uint16_t* words, int64_t now_us)
{
    const point_settings_t* settings = &reader->profile->points[point];
    const uint16_t* own = words + (settings->address - read->address);
    device_reading_t* reading = &reader->readings[point];
    reading->now =
        (device_failure_t){.read = read_of_point(reader->profile, settings), .port = PORT_OK};
    double si_number;
    if (!registers_decode(settings, reader->profile->word_order, own, &si_number)) {
        reading->now.layer = DEVICE_LAYER_VALUE;
        reader->layers[DEVICE_LAYER_VALUE]++;
        return;
    }
    reading->known = true;
    reading->si_number = si_number;
    reading->raw = registers_raw(settings, reader->profile->word_order, own);
    reading->read_at_us = now_us;
    if (settings->id == POINT_SAMPLE_COUNTER &&
        (!reader->counter_known || reading->raw != reader->counter)) {
        reader->counter_known = true;
        reader->counter = reading->raw;
        reader->counter_at_us = now_us;
    }
}

bool device_reader_point(device_reader_t* reader, int point, int64_t now_us)
{
    device_reading_t* reading = &reader->readings[point];
    const device_read_t part = read_of_point(reader->profile, &reader->profile->points[point]);
    uint16_t words[MODBUS_READ_COUNT_MAX];
    if (device_reader_words(reader, &part, words, &reading->now)) {
        take_point(reader, point, &part, words, now_us);
    }
    return reading->now.layer == DEVICE_LAYER_GOOD;
}

bool device_reader_answers(const device_failure_t* failure)
{
    const bool gateway =
        failure->layer == DEVICE_LAYER_EXCEPTION &&
        (failure->exception == MODBUS_GATEWAY_PATH || failure->exception == MODBUS_GATEWAY_TARGET);
    return failure->layer == DEVICE_LAYER_GOOD || failure->layer == DEVICE_LAYER_VALUE ||
           (failure->layer == DEVICE_LAYER_EXCEPTION && !gateway);
}

// The first read that covers a point: the one that it was laid out for.
static int read_for(const device_reader_t* reader, int point)
{
    const device_read_t part = read_of_point(reader->profile, &reader->profile->points[point]);
    int at = 0;
    while (at < reader->read_count - 1 && !covers(&reader->reads[at], &part)) {
        at++;
    }
    return at;
}

// One read and the points in it. False if the device did not answer it at all.
static bool read_one(device_reader_t* reader, int at, int64_t now_us)
{
    const device_read_t* read = &reader->reads[at];
    uint16_t words[MODBUS_READ_COUNT_MAX];
    device_failure_t failure;
    const bool good = device_reader_words(reader, read, words, &failure);
    bool answers = device_reader_answers(&failure);
    for (int i = 0; i < reader->profile->point_count; i++) {
        if (read_for(reader, i) != at) {
            continue;
        }
        const device_read_t part = read_of_point(reader->profile, &reader->profile->points[i]);
        if (good) {
            take_point(reader, i, read, words, now_us);
        } else if (answers && part.count < read->count) {
            (void)device_reader_point(reader, i, now_us);
            answers = device_reader_answers(&reader->readings[i].now);
        } else {
            reader->readings[i].now = failure;
        }
    }
    return answers;
}

bool device_reader_read(device_reader_t* reader, int64_t now_us)
{
    int at = 0;
    bool answers = true;
    while (at < reader->read_count && answers) {
        answers = read_one(reader, at++, now_us);
    }
    if (!answers) {
        const device_failure_t* first = device_reader_failure(reader);
        const device_failure_t failure = first != NULL ? *first : (device_failure_t){0};
        for (int i = 0; i < reader->profile->point_count; i++) {
            if (read_for(reader, i) >= at) {
                reader->readings[i].now = failure;
            }
        }
    }
    return device_reader_failure(reader) == NULL;
}

int64_t device_reader_age_us(const device_reader_t* reader, int64_t now_us)
{
    if (reader->counter_known) {
        return now_us - reader->counter_at_us;
    }
    int64_t oldest_us = now_us;
    bool known = false;
    for (int i = 0; i < reader->profile->point_count; i++) {
        const device_reading_t* reading = &reader->readings[i];
        known = known || reading->known;
        if (reading->known && reading->read_at_us < oldest_us) {
            oldest_us = reading->read_at_us;
        }
    }
    return known ? now_us - oldest_us : AGE_NEVER_US;
}

const device_failure_t* device_reader_failure(const device_reader_t* reader)
{
    for (int i = 0; i < reader->profile->point_count; i++) {
        if (reader->readings[i].now.layer != DEVICE_LAYER_GOOD) {
            return &reader->readings[i].now;
        }
    }
    return NULL;
}

// --------------------------------------------------------------------------------------- texts

static void reason_text(const device_failure_t* failure, char* text, size_t capacity)
{
    if (failure->layer == DEVICE_LAYER_EXCEPTION) {
        (void)snprintf(text, capacity, "exception %02X, %s", (unsigned)failure->exception,
                       modbus_exception_text(failure->exception));
    } else if (failure->layer == DEVICE_LAYER_FRAME && failure->port == PORT_OK) {
        (void)snprintf(text, capacity, "%s", modbus_result_text(failure->pdu));
    } else if (failure->port != PORT_OK) {
        (void)snprintf(text, capacity, "%s", port_result_text(failure->port));
    } else {
        (void)snprintf(text, capacity, "%s", layer_meaning(failure->layer));
    }
}

void device_failure_text(const machine_settings_t* machine, int device,
                         const device_failure_t* failure, char text[DEVICE_FAILURE_CAPACITY])
{
    char place[DEVICE_PLACE_CAPACITY];
    char address[DEVICE_ADDRESS_TEXT_CAPACITY];
    char line[MBPOLL_LINE_CAPACITY];
    char reason[TEXT_CAPACITY];
    const device_read_t* read = &failure->read;
    device_place_text(machine, device, place);
    device_address_text(read->address, read->input_table, address);
    mbpoll_line(machine, device, read->input_table, read->address, read->count, line);
    reason_text(failure, reason, sizeof reason);
    (void)snprintf(text, DEVICE_FAILURE_CAPACITY, "%s (%s): %s: register %s: %s; try: %s",
                   machine->devices[device].name, place, device_layer_text(failure->layer), address,
                   reason, line);
}
