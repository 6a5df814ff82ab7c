#include "sim/wire.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "controller/bus/registers.h"
#include "controller/bus/reply_stream.h"
#include "sim/random.h"
#include "sim/sim_port.h"

#define PURPOSE_WIRE 200 // of the seed, beside the world's own
#define SEGMENT_CAPACITY 8
#define SEGMENT_BYTES_CAPACITY (2 * FRAME_CAPACITY)
#define BURST_PERIODS 100         // bus_burst counts in hundreds of periods
#define DUPLICATE_AFTER_US 100    // the second copy comes as a packet of its own
#define TRANSACTION_ERROR 0x5555u // never a late one's
#define EVENT_FOR_GOOD_US INT64_MAX

#define FIRST_KIND WORLD_EVENT_BUS_LOSS
#define LAST_KIND WORLD_EVENT_DEVICES_SWAPPED
#define KIND_COUNT (LAST_KIND - FIRST_KIND + 1)

/// A kind that is on, for one device.
typedef struct {
    int64_t until_us; // 0: off
    double magnitude;
    int64_t exchanges; // since it began
} wire_fault_t;

/// Bytes on their way to the controller.
typedef struct {
    int64_t first_us; // when its first byte arrives
    int64_t gap_us;   // between two bytes
    int size, taken;
    uint64_t serial; // of the request that they answer
    bool altered;
    bool repeated;
    bool other_device;
    uint8_t bytes[SEGMENT_BYTES_CAPACITY];
} segment_t;

typedef struct {
    reply_stream_t stream;
    wire_fault_t faults[KIND_COUNT];
    bool down;
    int64_t up_at_us;
    int retry_step;
    uint64_t serial; // of the last request
    int segment_count;
    segment_t segments[SEGMENT_CAPACITY]; // in the order in which they arrive
    bool holds_back;
    segment_t held_back; // until the next reply is out
    bool remembers;
    pdu_t remembered; // what the gateway goes on saying
    wire_delivery_t delivered;
} wire_link_t;

struct wire {
    const machine_settings_t* machine;
    const device_host_t* host;
    port_t straight;
    random_stream_t random;
    int64_t active_until_us;
    bool traces;       // a link is not as a healthy one is
    bool was_straight; // the last exchange
    wire_counters_t counters;
    wire_link_t links[DEVICE_CAPACITY];
};

wire_t* wire_create(const machine_settings_t* machine, const device_host_t* host, uint64_t seed)
{
    wire_t* wire = calloc(1, sizeof *wire);
    if (wire == NULL) {
        return NULL;
    }
    wire->machine = machine;
    wire->host = host;
    wire->straight = sim_port(host, machine->device_count);
    wire->random = random_stream(seed, PURPOSE_WIRE);
    for (int i = 0; i < machine->device_count; ++i) {
        wire->links[i].stream.unit = machine->devices[i].unit;
    }
    return wire;
}

void wire_destroy(wire_t* wire)
{
    free(wire);
}

const wire_counters_t* wire_counters(const wire_t* wire)
{
    return &wire->counters;
}

wire_delivery_t wire_delivered(const wire_t* wire, int device)
{
    return wire->was_straight ? WIRE_OWN : wire->links[device].delivered;
}

static int64_t now_us(const wire_t* wire)
{
    return wire->host->now_us(wire->host->context);
}

// --------------------------------------------------------------------------------------- events

static bool is_on(const wire_fault_t* fault, int64_t at_us)
{
    return at_us < fault->until_us;
}

/// The fault of that kind on a link, or null while it is not on.
static wire_fault_t* fault_on(wire_link_t* link, world_event_kind_t kind, int64_t at_us)
{
    wire_fault_t* fault = &link->faults[kind - FIRST_KIND];
    return is_on(fault, at_us) ? fault : NULL;
}

/// The drive behind `device` in the machine's list, after the last one the first.
static int next_drive(const machine_settings_t* machine, int device)
{
    for (int step = 1; step < machine->device_count; ++step) {
        const int other = (device + step) % machine->device_count;
        if (machine->devices[other].role == DEVICE_DRIVE) {
            return other;
        }
    }
    return device;
}

static void begin_fault(wire_t* wire, int device, const world_event_t* event, int64_t until_us)
{
    wire_link_t* link = &wire->links[device];
    link->faults[event->kind - FIRST_KIND] =
        (wire_fault_t){.until_us = until_us, .magnitude = event->magnitude};
    if (event->kind == WORLD_EVENT_BUS_STALE) {
        link->remembers = false;
    }
}

void wire_inject(wire_t* wire, const world_event_t* event)
{
    if (world_event_home(event->kind) != EVENT_HOME_WIRE ||
        !world_event_fits(event, wire->machine) || !world_event_has_way(event, wire->machine)) {
        return;
    }
    const int64_t from_us = now_us(wire);
    const int64_t until_us = event->kind == WORLD_EVENT_BUS_RESET ? from_us + WIRE_RESET_US
                             : event->duration_us > 0             ? from_us + event->duration_us
                                                                  : EVENT_FOR_GOOD_US;
    if (event->kind == WORLD_EVENT_BUS_BURST) {
        for (int i = 0; i < wire->machine->device_count; ++i) {
            begin_fault(wire, i, event, until_us);
        }
    } else {
        begin_fault(wire, event->device, event, until_us);
    }
    if (event->kind == WORLD_EVENT_DEVICES_SWAPPED) {
        begin_fault(wire, next_drive(wire->machine, event->device), event, until_us);
    }
    wire->active_until_us = until_us > wire->active_until_us ? until_us : wire->active_until_us;
}

static bool drawn(wire_t* wire, double part)
{
    return random_between(&wire->random, 0.0, 1.0) < part;
}

static int drawn_below(wire_t* wire, int count)
{
    return (int)(random_next(&wire->random) % (uint64_t)count);
}

/// True if a kind that touches a part of all frames touches this one.
static bool touches(wire_t* wire, wire_link_t* link, world_event_kind_t kind, int64_t at_us)
{
    const wire_fault_t* fault = fault_on(link, kind, at_us);
    const bool touched =
        fault != NULL &&
        (kind == WORLD_EVENT_BUS_WRONG_UNIT || kind == WORLD_EVENT_BUS_WRONG_TRANSACTION ||
         kind == WORLD_EVENT_BUS_WRONG_LENGTH || kind == WORLD_EVENT_BUS_WRONG_FUNCTION ||
         drawn(wire, fault->magnitude));
    wire->counters.events[kind] += touched ? 1 : 0;
    return touched;
}

// ---------------------------------------------------------------------------------------- links

static void lose_link(wire_t* wire, wire_link_t* link, int64_t up_at_us)
{
    reply_stream_forget(&link->stream);
    link->segment_count = 0;
    link->holds_back = false;
    link->down = true;
    link->up_at_us = up_at_us;
    wire->counters.link_losses++;
}

/// As a port on sockets does it: after a wait that grows.
static void give_link_up(wire_t* wire, wire_link_t* link, int64_t at_us)
{
    lose_link(wire, link, at_us + reply_stream_retry_us(link->retry_step++));
}

/// Whether a link can be used now; `result` says why not.
static bool link_usable(wire_t* wire, wire_link_t* link, int64_t at_us, port_result_t* result)
{
    const wire_fault_t* reset = fault_on(link, WORLD_EVENT_BUS_RESET, at_us);
    const bool refused = fault_on(link, WORLD_EVENT_BUS_REFUSED, at_us) != NULL;
    if (!link->down && (reset != NULL || refused)) {
        wire->counters.events[refused ? WORLD_EVENT_BUS_REFUSED : WORLD_EVENT_BUS_RESET]++;
        lose_link(wire, link, reset != NULL ? reset->until_us : at_us);
        *result = PORT_CLOSED;
        return false;
    }
    if (link->down && (refused || reset != NULL || at_us < link->up_at_us)) {
        *result = refused ? PORT_REFUSED : PORT_NOT_CONNECTED;
        return false;
    }
    link->down = false;
    return true;
}

static bool link_has_traces(const wire_link_t* link)
{
    return link->down || link->segment_count > 0 || link->holds_back || link->stream.late > 0 ||
           link->stream.received_count > 0;
}

// ----------------------------------------------------------------------------------- on the way

/// Adds bytes behind those that are on their way; what has no room is lost.
static void put_segment(wire_link_t* link, const segment_t* segment)
{
    if (link->segment_count == SEGMENT_CAPACITY) {
        return;
    }
    segment_t* put = &link->segments[link->segment_count++];
    *put = *segment;
    if (link->segment_count > 1) {
        const segment_t* before = put - 1;
        const int64_t last_us = before->first_us + before->gap_us * (before->size - 1);
        put->first_us = put->first_us > last_us ? put->first_us : last_us;
    }
}

static void drop_taken(wire_link_t* link)
{
    if (link->segment_count > 0 && link->segments[0].taken == link->segments[0].size) {
        link->segment_count--;
        memmove(&link->segments[0], &link->segments[1],
                (size_t)link->segment_count * sizeof link->segments[0]);
    }
}

/// Hands the bytes that are there by `by_us` to the stream, at most up to the next moment at which
/// some arrive together. Null when there are none; else what they belong to, and when they came.
static const segment_t* take_bytes(wire_link_t* link, int64_t by_us, int64_t* came_us)
{
    drop_taken(link);
    if (link->segment_count == 0) {
        return NULL;
    }
    segment_t* segment = &link->segments[0];
    *came_us = segment->first_us + segment->gap_us * segment->taken;
    if (*came_us > by_us) {
        return NULL;
    }
    reply_stream_t* stream = &link->stream;
    const int left = segment->gap_us > 0 ? 1 : segment->size - segment->taken;
    const int room = REPLY_STREAM_CAPACITY - stream->received_count;
    const int count = left < room ? left : room;
    memcpy(stream->received + stream->received_count, segment->bytes + segment->taken,
           (size_t)count);
    stream->received_count += count;
    segment->taken += left; // a full stream is refused by whoever sorts it
    return segment;
}

/// What has come since the last exchange. False if it ends the link.
static bool take_unasked(wire_t* wire, wire_link_t* link, int64_t at_us)
{
    int64_t came_us;
    while (take_bytes(link, at_us, &came_us) != NULL) {
        if (reply_stream_sort_unasked(&link->stream) != PORT_OK) {
            give_link_up(wire, link, at_us);
            return false;
        }
    }
    return true;
}

/// Waits for the reply until `by_us`.
static port_result_t take_reply(wire_t* wire, wire_link_t* link, int64_t sent_us, int64_t by_us,
                                pdu_t* reply, int64_t* round_trip_us)
{
    const segment_t* segment;
    int64_t came_us;
    while ((segment = take_bytes(link, by_us, &came_us)) != NULL) {
        const port_result_t result = reply_stream_sort(&link->stream, reply);
        if (result == PORT_OK) {
            *round_trip_us = came_us > sent_us ? came_us - sent_us : 0;
            link->retry_step = 0;
            link->delivered = segment->serial != link->serial ? WIRE_FOREIGN
                              : segment->repeated             ? WIRE_REPEATED
                              : segment->other_device         ? WIRE_OTHER_DEVICE
                              : segment->altered              ? WIRE_ALTERED
                                                              : WIRE_OWN;
            return PORT_OK;
        }
        if (result != PORT_NOT_ASKED) {
            give_link_up(wire, link, by_us);
            return result;
        }
    }
    if (!reply_stream_give_up(&link->stream)) {
        give_link_up(wire, link, by_us);
    }
    return PORT_TIMEOUT;
}

// ------------------------------------------------------------------------------- what is replied

/// The device behind an address: two that are swapped answer for each other.
static int device_behind(wire_t* wire, int device, int64_t at_us)
{
    if (fault_on(&wire->links[device], WORLD_EVENT_DEVICES_SWAPPED, at_us) == NULL) {
        return device;
    }
    wire->counters.events[WORLD_EVENT_DEVICES_SWAPPED]++;
    const int next = next_drive(wire->machine, device);
    if (fault_on(&wire->links[next], WORLD_EVENT_DEVICES_SWAPPED, at_us) != NULL) {
        return next;
    }
    for (int other = 0; other < wire->machine->device_count; ++other) {
        if (other != device && next_drive(wire->machine, other) == device) {
            return other;
        }
    }
    return device;
}

/// Puts another word into a reply that holds words; the lengths stay right.
static void change_register(wire_t* wire, pdu_t* reply)
{
    const uint8_t function = reply->bytes[0];
    const bool reads = function == MODBUS_READ_HOLDING || function == MODBUS_READ_INPUT ||
                       function == MODBUS_READ_WRITE;
    if (reads && reply->size >= 4) {
        const int at = 2 + 2 * drawn_below(wire, (reply->size - 2) / 2);
        const unsigned change = 1u + (unsigned)drawn_below(wire, 0xFFFF);
        reply->bytes[at] ^= (uint8_t)(change >> 8);
        reply->bytes[at + 1] ^= (uint8_t)change;
    }
}

/// Asks what is behind the address; false if nothing is said.
static bool ask_device(wire_t* wire, int device, const pdu_t* request, int64_t at_us, pdu_t* reply,
                       segment_t* segment)
{
    wire_link_t* link = &wire->links[device];
    const wire_fault_t* refuses = fault_on(link, WORLD_EVENT_BUS_EXCEPTION, at_us);
    const wire_fault_t* stale = fault_on(link, WORLD_EVENT_BUS_STALE, at_us);
    if (refuses != NULL) {
        wire->counters.events[WORLD_EVENT_BUS_EXCEPTION]++;
        modbus_encode_exception(request->bytes[0], (modbus_exception_t)lround(refuses->magnitude),
                                reply);
        segment->altered = true;
        return true;
    }
    if (stale != NULL && link->remembers) {
        wire->counters.events[WORLD_EVENT_BUS_STALE]++;
        *reply = link->remembered;
        segment->repeated = true;
        return true;
    }
    if (touches(wire, link, WORLD_EVENT_BUS_REQUEST_LOSS, at_us)) {
        return false;
    }
    const int asked = device_behind(wire, device, at_us);
    segment->other_device = asked != device;
    if (!wire->host->request(wire->host->context, asked, request, reply)) {
        return false;
    }
    if (stale != NULL) {
        link->remembers = true;
        link->remembered = *reply;
    }
    return true;
}

/// Replies with errors in their content or header.
static void frame_reply(wire_t* wire, wire_link_t* link, int64_t at_us, pdu_t* reply,
                        segment_t* segment)
{
    if (touches(wire, link, WORLD_EVENT_BUS_CORRUPT, at_us)) {
        change_register(wire, reply);
        segment->altered = true;
    }
    if (touches(wire, link, WORLD_EVENT_BUS_WRONG_FUNCTION, at_us)) {
        reply->bytes[0] =
            reply->bytes[0] == MODBUS_READ_HOLDING ? MODBUS_READ_INPUT : MODBUS_READ_HOLDING;
        segment->altered = true;
    }
    uint16_t transaction = link->stream.transaction;
    uint8_t unit = (uint8_t)link->stream.unit;
    if (touches(wire, link, WORLD_EVENT_BUS_WRONG_TRANSACTION, at_us)) {
        transaction ^= TRANSACTION_ERROR;
        segment->altered = true;
    }
    if (touches(wire, link, WORLD_EVENT_BUS_WRONG_UNIT, at_us)) {
        unit ^= (uint8_t)(1 + drawn_below(wire, 0xFF));
        segment->altered = true;
    }
    segment->size = frame_encode(transaction, unit, reply, segment->bytes);
    if (touches(wire, link, WORLD_EVENT_BUS_WRONG_LENGTH, at_us)) {
        const unsigned low = segment->bytes[5]; // of the length field
        segment->bytes[5] = (uint8_t)(drawn(wire, 0.5) ? low + 1 : low - 1);
        segment->altered = true;
    }
    if (touches(wire, link, WORLD_EVENT_BUS_BIT_FLIP, at_us)) {
        const int bit = drawn_below(wire, 8 * segment->size);
        segment->bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        segment->altered = true;
    }
    if (touches(wire, link, WORLD_EVENT_BUS_TRUNCATED, at_us)) {
        segment->size = 1 + drawn_below(wire, segment->size - 1);
        segment->altered = true;
    }
    if (touches(wire, link, WORLD_EVENT_BUS_GLUED, at_us)) {
        memcpy(segment->bytes + segment->size, segment->bytes, (size_t)segment->size);
        segment->bytes[segment->size + 1]++; // the reply to the next request, unasked
        segment->size *= 2;
        segment->altered = true;
    }
}

/// When the bytes of a reply arrive.
static void time_reply(wire_t* wire, wire_link_t* link, int64_t at_us, segment_t* segment)
{
    segment->first_us = at_us;
    const wire_fault_t* delay = fault_on(link, WORLD_EVENT_BUS_DELAY, at_us);
    const wire_fault_t* jitter = fault_on(link, WORLD_EVENT_BUS_JITTER, at_us);
    const wire_fault_t* drip = fault_on(link, WORLD_EVENT_BUS_DRIP, at_us);
    if (delay != NULL) {
        wire->counters.events[WORLD_EVENT_BUS_DELAY]++;
        segment->first_us += llround(delay->magnitude * 1e6);
    }
    if (jitter != NULL) {
        wire->counters.events[WORLD_EVENT_BUS_JITTER]++;
        segment->first_us += llround(random_between(&wire->random, 0.0, jitter->magnitude * 1e6));
    }
    if (drip != NULL) {
        wire->counters.events[WORLD_EVENT_BUS_DRIP]++;
        segment->gap_us = llround(drip->magnitude * 1e6);
    }
}

static bool lost_in_burst(wire_t* wire, wire_link_t* link, int64_t at_us)
{
    wire_fault_t* burst = fault_on(link, WORLD_EVENT_BUS_BURST, at_us);
    const bool lost =
        burst != NULL && (double)(burst->exchanges++ % BURST_PERIODS) < burst->magnitude;
    wire->counters.events[WORLD_EVENT_BUS_BURST] += lost ? 1 : 0;
    return lost;
}

/// Sends the reply on its way, or does not.
static void dispatch(wire_t* wire, wire_link_t* link, int64_t at_us, segment_t* segment)
{
    const bool lost = lost_in_burst(wire, link, at_us);
    if (touches(wire, link, WORLD_EVENT_BUS_LOSS, at_us) || lost) {
        return;
    }
    if (touches(wire, link, WORLD_EVENT_BUS_REORDER, at_us) && !link->holds_back) {
        link->holds_back = true;
        link->held_back = *segment;
        return;
    }
    put_segment(link, segment);
    if (touches(wire, link, WORLD_EVENT_BUS_DUPLICATE, at_us)) {
        segment->first_us += DUPLICATE_AFTER_US;
        put_segment(link, segment);
    }
    if (link->holds_back) {
        link->holds_back = false;
        link->held_back.first_us = segment->first_us + DUPLICATE_AFTER_US;
        put_segment(link, &link->held_back);
    }
}

static void send_reply(wire_t* wire, int device, const pdu_t* request, int64_t at_us)
{
    wire_link_t* link = &wire->links[device];
    segment_t segment = {.serial = link->serial};
    pdu_t reply = {0};
    if (ask_device(wire, device, request, at_us, &reply, &segment)) {
        frame_reply(wire, link, at_us, &reply, &segment);
        time_reply(wire, link, at_us, &segment);
        dispatch(wire, link, at_us, &segment);
    }
}

// --------------------------------------------------------------------------- the second master

/// Reads a drive's set-point and writes another beside it, as a master would that knows nothing of
/// the first one.
static void write_as_rogue(wire_t* wire, int device, double offset)
{
    const device_profile_t* profile =
        &wire->machine->profiles[wire->machine->devices[device].profile_index];
    const point_settings_t* target = registers_find_point(profile, POINT_TARGET_POSITION);
    if (target == NULL) {
        return;
    }
    modbus_request_t ask = {.function = MODBUS_READ_HOLDING,
                            .read_address = target->address,
                            .read_count = registers_word_count(target->type)};
    pdu_t request, reply = {0};
    uint16_t words[MODBUS_READ_COUNT_MAX];
    int exception;
    double set_point;
    modbus_encode_request(&ask, &request);
    if (!wire->host->request(wire->host->context, device, &request, &reply) ||
        modbus_decode_reply(&ask, &reply, words, &exception) != MODBUS_OK ||
        !registers_decode(target, profile->word_order, words, &set_point)) {
        return;
    }
    modbus_request_t write = {.function = MODBUS_WRITE_MULTIPLE,
                              .write_address = target->address,
                              .write_count = ask.read_count};
    if (!registers_encode(target, profile->word_order, set_point + offset, write.write_words)) {
        return;
    }
    modbus_encode_request(&write, &request);
    if (wire->host->request(wire->host->context, device, &request, &reply) &&
        modbus_decode_reply(&write, &reply, NULL, &exception) == MODBUS_OK) {
        wire->counters.rogue_writes++;
        wire->counters.events[WORLD_EVENT_ROGUE_MASTER]++;
    }
}

// ------------------------------------------------------------------------------------- the port

static void exchange_one(wire_t* wire, int device, port_batch_t* batch, int64_t at_us,
                         int64_t by_us)
{
    wire_link_t* link = &wire->links[device];
    const pdu_t* request = &batch->request[device];
    link->delivered = WIRE_NOTHING;
    if (!link_usable(wire, link, at_us, &batch->result[device])) {
        return;
    }
    if (!take_unasked(wire, link, at_us)) {
        batch->result[device] = PORT_BAD_FRAME;
        return;
    }
    uint8_t frame[FRAME_CAPACITY];
    (void)reply_stream_ask(&link->stream, request, frame);
    reply_stream_sent(&link->stream);
    link->serial++;
    send_reply(wire, device, request, at_us);
    batch->result[device] =
        take_reply(wire, link, at_us, by_us, &batch->reply[device], &batch->round_trip_us[device]);
}

static void exchange_framed(wire_t* wire, port_batch_t* batch, int64_t at_us, int64_t by_us)
{
    wire->traces = false;
    for (int device = 0; device < DEVICE_CAPACITY; ++device) {
        wire_link_t* link = &wire->links[device];
        batch->round_trip_us[device] = 0;
        batch->result[device] = PORT_NOT_ASKED;
        if (batch->request[device].size > 0) {
            exchange_one(wire, device, batch, at_us, by_us);
            wire->counters.deliveries[link->delivered]++;
        }
        drop_taken(link);
        wire->traces = wire->traces || link_has_traces(link);
        const wire_fault_t* rogue = fault_on(link, WORLD_EVENT_ROGUE_MASTER, at_us);
        if (rogue != NULL) {
            write_as_rogue(wire, device, rogue->magnitude);
        }
    }
    wire->counters.faulted++;
}

static void exchange(void* context, port_batch_t* batch, int64_t timeout_us)
{
    wire_t* wire = context;
    const int64_t at_us = now_us(wire);
    wire->was_straight = at_us >= wire->active_until_us && !wire->traces;
    if (wire->was_straight) {
        wire->counters.straight++;
        wire->straight.vtable->exchange(wire->straight.context, batch, timeout_us);
        return;
    }
    const int64_t wait_us = timeout_us < WIRE_REPLY_WINDOW_US ? timeout_us : WIRE_REPLY_WINDOW_US;
    exchange_framed(wire, batch, at_us, at_us + wait_us);
}

static bool open_links(void* context, port_batch_t* batch, int64_t timeout_us)
{
    wire_t* wire = context;
    const int64_t at_us = now_us(wire);
    (void)timeout_us;
    bool all_open = true;
    for (int device = 0; device < DEVICE_CAPACITY; ++device) {
        wire_link_t* link = &wire->links[device];
        batch->result[device] = PORT_OK;
        batch->round_trip_us[device] = 0;
        if (fault_on(link, WORLD_EVENT_BUS_REFUSED, at_us) != NULL ||
            fault_on(link, WORLD_EVENT_BUS_RESET, at_us) != NULL) {
            batch->result[device] = fault_on(link, WORLD_EVENT_BUS_REFUSED, at_us) != NULL
                                        ? PORT_REFUSED
                                        : PORT_NOT_CONNECTED;
            link->down = true;
            all_open = false;
        }
    }
    return all_open;
}

static void close_links(void* context)
{
    wire_t* wire = context;
    for (int device = 0; device < wire->machine->device_count; ++device) {
        reply_stream_forget(&wire->links[device].stream);
        wire->links[device].segment_count = 0;
        wire->links[device].holds_back = false;
        wire->links[device].down = false;
        wire->links[device].retry_step = 0;
    }
}

port_t wire_port(wire_t* wire)
{
    static const port_vtable_t vtable = {
        .exchange = exchange, .open = open_links, .close = close_links};
    return (port_t){
        .vtable = &vtable, .context = wire, .device_count = wire->machine->device_count};
}
