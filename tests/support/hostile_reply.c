#include "tests/support/hostile_reply.h"

#include <assert.h>
#include <string.h>

#include "controller/bus/rtu_frame.h"

#define GARBAGE_MAX 40
#define USUAL_COUNT 4 // words
#define COUNT_MAX 8   // of a read; addresses of two requests lie as far apart
#define EXCEPTION_EACH 16
#define KINDS_AT_ONCE 3

const char* hostile_kind_text(hostile_kind_t kind)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        HOSTILE_KIND_LIST(X)
#undef X
    };
    return texts[kind];
}

static int draw(random_stream_t* random, int count)
{
    return (int)(random_next(random) % (uint64_t)count);
}

void hostile_request(uint64_t serial, random_stream_t* random, modbus_request_t* request)
{
    static const modbus_function_t functions[] = {MODBUS_READ_HOLDING, MODBUS_READ_INPUT,
                                                  MODBUS_WRITE_SINGLE, MODBUS_WRITE_MULTIPLE,
                                                  MODBUS_READ_WRITE};
    const int address = (int)(serial % HOSTILE_DISTINCT) * COUNT_MAX;
    const int count = draw(random, 4) > 0 ? USUAL_COUNT : 1 + draw(random, COUNT_MAX);
    *request = (modbus_request_t){.function = functions[draw(random, 5)]};
    const bool reads = request->function == MODBUS_READ_HOLDING ||
                       request->function == MODBUS_READ_INPUT ||
                       request->function == MODBUS_READ_WRITE;
    if (reads) {
        request->read_address = address;
        request->read_count = count;
    }
    if (!reads || request->function == MODBUS_READ_WRITE) {
        request->write_address = address;
        request->write_count = request->function == MODBUS_WRITE_SINGLE ? 1 : count;
    }
    for (int i = 0; i < request->write_count; ++i) {
        request->write_words[i] = (uint16_t)random_next(random);
    }
}

static uint64_t hash_of(int device, const pdu_t* request)
{
    uint64_t hash = (uint64_t)device + 1;
    for (int i = 0; i < request->size; ++i) {
        hash = (hash ^ request->bytes[i]) * UINT64_C(0x100000001B3); // FNV-1a
    }
    return random_splitmix(&hash);
}

void hostile_truth(int device, const pdu_t* request, pdu_t* reply)
{
    modbus_request_t asked;
    uint16_t words[MODBUS_READ_COUNT_MAX];
    uint64_t hash = hash_of(device, request);
    const modbus_result_t verdict = modbus_decode_request(request, &asked);
    assert(verdict == MODBUS_OK);
    (void)verdict;
    if (hash % EXCEPTION_EACH == 0) {
        modbus_encode_exception(request->bytes[0],
                                (modbus_exception_t)(1 + (int)(hash / EXCEPTION_EACH % 6)), reply);
        return;
    }
    for (int i = 0; i < asked.read_count; ++i) {
        words[i] = (uint16_t)random_splitmix(&hash);
    }
    modbus_encode_reply(&asked, words, reply);
}

void hostile_peer_init(hostile_peer_t* peer, hostile_framing_t framing, int device, uint8_t unit,
                       double part_faulted, uint64_t seed)
{
    *peer = (hostile_peer_t){.framing = framing,
                             .device = device,
                             .unit = unit,
                             .part_faulted = part_faulted,
                             .random = random_stream(seed, (uint64_t)device)};
}

static bool has(const hostile_answer_t* answer, hostile_kind_t kind)
{
    return (answer->kinds & HOSTILE_MANNER(kind)) != 0;
}

static void draw_kinds(hostile_peer_t* peer, hostile_answer_t* answer)
{
    answer->kinds = 0;
    if (random_between(&peer->random, 0.0, 1.0) >= peer->part_faulted) {
        return;
    }
    const int count = 1 + draw(&peer->random, KINDS_AT_ONCE);
    for (int i = 0; i < count; ++i) {
        const int kind = draw(&peer->random, HOSTILE_KIND_COUNT);
        answer->kinds |= HOSTILE_MANNER(kind) & ~peer->never;
    }
    for (int kind = 0; kind < HOSTILE_KIND_COUNT; ++kind) {
        peer->drawn[kind] += has(answer, (hostile_kind_t)kind) ? 1 : 0;
    }
}

static void append(hostile_answer_t* answer, const uint8_t* bytes, int size)
{
    assert(answer->size + size <= HOSTILE_BYTES_CAPACITY);
    memcpy(answer->bytes + answer->size, bytes, (size_t)size);
    answer->size += size;
}

static void append_garbage(hostile_peer_t* peer, hostile_answer_t* answer)
{
    uint8_t bytes[GARBAGE_MAX] = {0};
    const int size = 1 + draw(&peer->random, GARBAGE_MAX);
    for (int i = 0; i < size; ++i) {
        bytes[i] = (uint8_t)random_next(&peer->random);
    }
    append(answer, bytes, size);
}

// Spoils what the frame's header, or its checksum, says of the PDU.
static void append_frame(hostile_peer_t* peer, hostile_answer_t* answer, uint16_t transaction,
                         const pdu_t* pdu)
{
    uint8_t bytes[FRAME_CAPACITY + RTU_OVERHEAD];
    const uint8_t unit = (uint8_t)(peer->unit + (has(answer, HOSTILE_UNIT) ? 1 : 0));
    if (peer->framing == HOSTILE_TCP) {
        const uint16_t off = (uint16_t)(1 + draw(&peer->random, UINT16_MAX - 1));
        const uint16_t named =
            has(answer, HOSTILE_TRANSACTION) ? (uint16_t)(transaction + off) : transaction;
        const int size = frame_encode(named, unit, pdu, bytes);
        if (has(answer, HOSTILE_LENGTH)) {
            const int wrong = pdu->size + 1 + (draw(&peer->random, 2) > 0 ? 1 : -1);
            bytes[5] = (uint8_t)wrong;
        }
        append(answer, bytes, size);
        return;
    }
    int size = rtu_frame_encode(unit, pdu, bytes);
    if (has(answer, HOSTILE_TRANSACTION)) {
        bytes[draw(&peer->random, size)] ^= (uint8_t)(1 << draw(&peer->random, 8));
    }
    if (has(answer, HOSTILE_LENGTH)) { // a byte more, or the last one missing
        bytes[size] = (uint8_t)random_next(&peer->random);
        size += draw(&peer->random, 2) > 0 ? 1 : -1;
    }
    append(answer, bytes, size);
}

// Spoils the PDU of an answer. One byte is changed at a place that the request determines.
static void spoil_pdu(hostile_peer_t* peer, const hostile_answer_t* answer, const pdu_t* request,
                      pdu_t* pdu)
{
    const bool echo =
        request->bytes[0] == MODBUS_WRITE_SINGLE || request->bytes[0] == MODBUS_WRITE_MULTIPLE;
    const bool exception = (pdu->bytes[0] & 0x80u) != 0;
    if (has(answer, HOSTILE_ADDRESS) && !exception) {
        if (echo) {
            pdu->bytes[1 + draw(&peer->random, 4)] ^= (uint8_t)(1 << draw(&peer->random, 8));
        } else if (pdu->size > 4) { // a word less, consistently
            pdu->size -= 2;
            pdu->bytes[1] = (uint8_t)(pdu->bytes[1] - 2);
        } else {
            pdu->bytes[1] ^= 2;
        }
    }
    if (has(answer, HOSTILE_FUNCTION)) {
        pdu->bytes[0] =
            pdu->bytes[0] == MODBUS_READ_INPUT ? MODBUS_READ_HOLDING : MODBUS_READ_INPUT;
    }
    if (has(answer, HOSTILE_EXCEPTION)) {
        const uint8_t other =
            request->bytes[0] == MODBUS_READ_WRITE ? MODBUS_READ_HOLDING : MODBUS_READ_WRITE;
        modbus_encode_exception(other, MODBUS_DEVICE_BUSY, pdu);
    }
}

void hostile_answer(hostile_peer_t* peer, uint16_t transaction, const pdu_t* request,
                    hostile_answer_t* answer)
{
    static const unsigned spoils =
        HOSTILE_MANNER(HOSTILE_TRANSACTION) | HOSTILE_MANNER(HOSTILE_UNIT) |
        HOSTILE_MANNER(HOSTILE_FUNCTION) | HOSTILE_MANNER(HOSTILE_LENGTH) |
        HOSTILE_MANNER(HOSTILE_ADDRESS) | HOSTILE_MANNER(HOSTILE_EXCEPTION);
    pdu_t truth;
    hostile_truth(peer->device, request, &truth);
    answer->size = 0;
    answer->truth_end = -1;
    draw_kinds(peer, answer);
    int old_end = -1;
    const bool silent = has(answer, HOSTILE_SILENT) || has(answer, HOSTILE_HALF_OPEN);
    if (!silent) {
        const unsigned spoilt = answer->kinds & spoils;
        if (has(answer, HOSTILE_REORDERED) && peer->truth_before.size > 0) {
            const unsigned kinds = answer->kinds; // the old one is whole
            answer->kinds &= ~spoils;
            append_frame(peer, answer, peer->transaction_before, &peer->truth_before);
            answer->kinds = kinds;
            old_end = answer->size;
        }
        if (has(answer, HOSTILE_GARBAGE) && draw(&peer->random, 2) > 0) {
            append_garbage(peer, answer);
        }
        pdu_t said = truth;
        spoil_pdu(peer, answer, request, &said);
        append_frame(peer, answer, transaction, &said);
        const bool true_still =
            spoilt == 0 ||
            (said.size == truth.size && memcmp(said.bytes, truth.bytes, (size_t)said.size) == 0 &&
             (spoilt & (HOSTILE_MANNER(HOSTILE_TRANSACTION) | HOSTILE_MANNER(HOSTILE_UNIT) |
                        HOSTILE_MANNER(HOSTILE_LENGTH))) == 0);
        answer->truth_end = true_still ? answer->size : -1;
        if (has(answer, HOSTILE_DUPLICATE)) {
            append_frame(peer, answer, transaction, &said);
        }
        if (has(answer, HOSTILE_GLUED) && peer->truth_before.size > 0) {
            append_frame(peer, answer, peer->transaction_before, &peer->truth_before);
        }
        if (has(answer, HOSTILE_GARBAGE) && draw(&peer->random, 2) > 0) {
            append_garbage(peer, answer);
        }
        if (has(answer, HOSTILE_TRUNCATED)) { // somewhere: what is behind is never sent
            answer->size = draw(&peer->random, answer->size);
            answer->size -= peer->framing == HOSTILE_RTU && answer->size == old_end ? 1 : 0;
            answer->truth_end = answer->truth_end > answer->size ? -1 : answer->truth_end;
        }
    }
    peer->transaction_before = transaction;
    peer->truth_before = truth;
}
