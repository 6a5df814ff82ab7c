#include "sim/reply_faults.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "controller/bus/rtu_frame.h"

#define PURPOSE_REPLIES 201       // of the seed, beside the world's and the wire's
#define TRANSACTION_ERROR 0x5555u // never the next one's
#define FIRST_KIND WORLD_EVENT_BUS_LOSS

void reply_faults_init(reply_faults_t* faults, int device_count, uint64_t seed)
{
    memset(faults, 0, sizeof *faults);
    faults->random = random_stream(seed, PURPOSE_REPLIES);
    faults->device_count = device_count;
}

bool reply_faults_possible(world_event_kind_t kind)
{
    static const world_event_kind_t made[] = {
        WORLD_EVENT_BUS_LOSS,         WORLD_EVENT_BUS_REQUEST_LOSS,
        WORLD_EVENT_BUS_DELAY,        WORLD_EVENT_BUS_JITTER,
        WORLD_EVENT_BUS_DUPLICATE,    WORLD_EVENT_BUS_STALE,
        WORLD_EVENT_BUS_BIT_FLIP,     WORLD_EVENT_BUS_CORRUPT,
        WORLD_EVENT_BUS_TRUNCATED,    WORLD_EVENT_BUS_GLUED,
        WORLD_EVENT_BUS_WRONG_UNIT,   WORLD_EVENT_BUS_WRONG_TRANSACTION,
        WORLD_EVENT_BUS_WRONG_LENGTH, WORLD_EVENT_BUS_WRONG_FUNCTION,
        WORLD_EVENT_BUS_EXCEPTION,    WORLD_EVENT_BUS_RESET,
        WORLD_EVENT_BUS_REFUSED,
    };
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        if (made[i] == kind) {
            return true;
        }
    }
    return false;
}

void reply_faults_set(reply_faults_t* faults, const world_event_t* event, bool on)
{
    assert(reply_faults_possible(event->kind));
    assert(event->device >= 0 && event->device < faults->device_count);
    device_reply_faults_t* device = &faults->devices[event->device];
    device->on[event->kind - FIRST_KIND] = on;
    device->magnitude[event->kind - FIRST_KIND] = event->magnitude;
    if (event->kind == WORLD_EVENT_BUS_STALE) {
        device->remembers = false;
    }
}

// ----------------------------------------------------------------------------------------- asked

static bool is_on(const reply_faults_t* faults, int device, world_event_kind_t kind)
{
    return faults->devices[device].on[kind - FIRST_KIND];
}

static double size_of(const reply_faults_t* faults, int device, world_event_kind_t kind)
{
    return faults->devices[device].magnitude[kind - FIRST_KIND];
}

static int drawn_below(reply_faults_t* faults, int count)
{
    return (int)(random_next(&faults->random) % (uint64_t)count);
}

/// For a kind that touches a part of the replies.
static bool touches(reply_faults_t* faults, int device, world_event_kind_t kind)
{
    return is_on(faults, device, kind) &&
           random_between(&faults->random, 0.0, 1.0) < size_of(faults, device, kind);
}

bool reply_faults_ask(reply_faults_t* faults, const device_host_t* host, int device,
                      const pdu_t* request, pdu_t* reply)
{
    device_reply_faults_t* own = &faults->devices[device];
    if (is_on(faults, device, WORLD_EVENT_BUS_EXCEPTION) && request->size > 0) {
        const long code = lround(size_of(faults, device, WORLD_EVENT_BUS_EXCEPTION));
        modbus_encode_exception(request->bytes[0], (modbus_exception_t)code, reply);
        return true;
    }
    if (is_on(faults, device, WORLD_EVENT_BUS_STALE) && own->remembers) {
        *reply = own->remembered;
        return true;
    }
    if (touches(faults, device, WORLD_EVENT_BUS_REQUEST_LOSS)) {
        return false;
    }
    reply->size = 0;
    if (!host->request(host->context, device, request, reply) || reply->size <= 0) {
        return false;
    }
    if (is_on(faults, device, WORLD_EVENT_BUS_STALE)) {
        own->remembers = true;
        own->remembered = *reply;
    }
    return true;
}

// ---------------------------------------------------------------------------------------- frames

/// Puts another word into a reply that holds words; its length stays right.
static void change_register(reply_faults_t* faults, pdu_t* reply)
{
    const uint8_t function = reply->bytes[0];
    const bool reads = function == MODBUS_READ_HOLDING || function == MODBUS_READ_INPUT ||
                       function == MODBUS_READ_WRITE;
    if (reads && reply->size >= 4) {
        const int at = 2 + 2 * drawn_below(faults, (reply->size - 2) / 2);
        const unsigned change = 1u + (unsigned)drawn_below(faults, 0xFFFF);
        reply->bytes[at] ^= (uint8_t)(change >> 8);
        reply->bytes[at + 1] ^= (uint8_t)change;
    }
}

static void change_content(reply_faults_t* faults, int device, pdu_t* reply, uint8_t* unit)
{
    if (touches(faults, device, WORLD_EVENT_BUS_CORRUPT)) {
        change_register(faults, reply);
    }
    if (is_on(faults, device, WORLD_EVENT_BUS_WRONG_FUNCTION)) {
        reply->bytes[0] =
            reply->bytes[0] == MODBUS_READ_HOLDING ? MODBUS_READ_INPUT : MODBUS_READ_HOLDING;
    }
    if (is_on(faults, device, WORLD_EVENT_BUS_WRONG_UNIT)) {
        *unit ^= (uint8_t)(1 + drawn_below(faults, 0xFF));
    }
}

/// What happens to the bytes of a whole frame, whatever its kind.
static int change_bytes(reply_faults_t* faults, int device, uint8_t* bytes, int size)
{
    if (touches(faults, device, WORLD_EVENT_BUS_BIT_FLIP)) {
        const int bit = drawn_below(faults, 8 * size);
        bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    if (touches(faults, device, WORLD_EVENT_BUS_LOSS)) {
        return 0;
    }
    if (touches(faults, device, WORLD_EVENT_BUS_TRUNCATED)) {
        return 1 + drawn_below(faults, size - 1);
    }
    if (touches(faults, device, WORLD_EVENT_BUS_DUPLICATE)) {
        memcpy(bytes + size, bytes, (size_t)size);
        return 2 * size;
    }
    return size;
}

int reply_faults_frame_tcp(reply_faults_t* faults, int device, uint16_t transaction, uint8_t unit,
                           pdu_t* reply, uint8_t bytes[REPLY_BYTES_CAPACITY])
{
    change_content(faults, device, reply, &unit);
    if (is_on(faults, device, WORLD_EVENT_BUS_WRONG_TRANSACTION)) {
        transaction ^= TRANSACTION_ERROR;
    }
    int size = frame_encode(transaction, unit, reply, bytes);
    if (is_on(faults, device, WORLD_EVENT_BUS_WRONG_LENGTH)) {
        bytes[5] = (uint8_t)(bytes[5] + (drawn_below(faults, 2) == 0 ? 1 : -1));
    }
    if (touches(faults, device, WORLD_EVENT_BUS_GLUED)) {
        memcpy(bytes + size, bytes, (size_t)size);
        bytes[size + 1]++; // the reply to the next request, unasked
        return 2 * size;
    }
    return change_bytes(faults, device, bytes, size);
}

int reply_faults_frame_rtu(reply_faults_t* faults, int device, uint8_t unit, pdu_t* reply,
                           uint8_t bytes[REPLY_BYTES_CAPACITY])
{
    change_content(faults, device, reply, &unit);
    const int size = rtu_frame_encode(unit, reply, bytes);
    if (touches(faults, device, WORLD_EVENT_BUS_GLUED)) {
        memcpy(bytes + size, bytes, (size_t)size);
        return 2 * size;
    }
    return change_bytes(faults, device, bytes, size);
}

int64_t reply_faults_delay_us(reply_faults_t* faults, int device)
{
    double delay_s = 0.0;
    if (is_on(faults, device, WORLD_EVENT_BUS_DELAY)) {
        delay_s += size_of(faults, device, WORLD_EVENT_BUS_DELAY);
    }
    if (is_on(faults, device, WORLD_EVENT_BUS_JITTER)) {
        delay_s +=
            random_between(&faults->random, 0.0, size_of(faults, device, WORLD_EVENT_BUS_JITTER));
    }
    return llround(delay_s * 1e6);
}

bool reply_faults_refuse(const reply_faults_t* faults, int device)
{
    return is_on(faults, device, WORLD_EVENT_BUS_REFUSED);
}

bool reply_faults_reset(reply_faults_t* faults, int device)
{
    bool* reset = &faults->devices[device].on[WORLD_EVENT_BUS_RESET - FIRST_KIND];
    const bool was = *reset;
    *reset = false;
    return was || is_on(faults, device, WORLD_EVENT_BUS_REFUSED);
}
