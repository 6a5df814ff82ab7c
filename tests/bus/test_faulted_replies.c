/// Faulted transactions by the million, in memory: the code that judges replies, driven as the
/// ports drive it, against a peer that lies in every way there is (tests/support/hostile_reply.h).
/// The claim: whatever is accepted is the true answer to the very request that was waiting, and it
/// had come whole since that request was sent.
///
///     build/release/tests/test_faulted_replies [FAULTED [SEED]]
///
/// Without arguments a number that a test may take; tests/bus/ledger.md has what was run by hand.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/bus/reply_stream.h"
#include "controller/bus/rtu_frame.h"
#include "tests/support/hostile_reply.h"

#define FAULTED_IN_TEST 1000000
#define FAULTED_CARELESS 20000
#define PART_FAULTED 0.7
#define UNIT 5
#define DEVICE 3
#define WAIT_TICKS 4       // of virtual time, as long as a reply is waited for
#define LATE_TICKS_MAX 16  // past what a link tolerates
#define LINE_CAPACITY 8192 // bytes on their way

static uint64_t faulted_wanted = FAULTED_IN_TEST;
static uint64_t seed = 1;

/// Bytes on their way, in order, each with the tick at which it arrives.
typedef struct {
    int count;
    uint64_t taken; // of all that ever were sent
    uint64_t due[LINE_CAPACITY];
    uint8_t bytes[LINE_CAPACITY];
} line_t;

typedef struct {
    uint64_t transactions, faulted, accepted, exceptions, refused, given_up, closed;
    uint64_t wrong;     // accepted, but not the true answer
    uint64_t premature; // accepted before it had come whole
} tally_t;

typedef struct {
    reply_stream_t stream;
    hostile_peer_t peer;
    random_stream_t random;
    line_t line;
    uint64_t tick;
    uint64_t reset_at; // the connection ends then; 0 for never
    bool dead;         // half-open: nobody is there any more
    bool careless;
    uint64_t truth_at; // bytes taken by then hold the whole true answer; UINT64_MAX for never
    tally_t tally;
} scene_t;

static int draw(random_stream_t* random, int count)
{
    return (int)(random_next(random) % (uint64_t)count);
}

static bool has(const hostile_answer_t* answer, hostile_kind_t kind)
{
    return (answer->kinds & HOSTILE_MANNER(kind)) != 0;
}

// --------------------------------------------------------------------------------------- the line

static void drop_link(scene_t* scene)
{
    scene->line.taken += (uint64_t)scene->line.count;
    scene->line.count = 0;
    scene->reset_at = 0;
    scene->dead = false;
    reply_stream_forget(&scene->stream);
}

// Puts the answer on its way. Bytes never overtake each other, as on TCP.
static void put_on_line(scene_t* scene, const hostile_answer_t* answer)
{
    line_t* line = &scene->line;
    scene->truth_at = UINT64_MAX;
    scene->dead = scene->dead || has(answer, HOSTILE_HALF_OPEN);
    if (scene->dead) {
        return;
    }
    uint64_t due = scene->tick + (uint64_t)draw(&scene->random, WAIT_TICKS - 1);
    if (has(answer, HOSTILE_LATE)) {
        due = scene->tick + (uint64_t)(WAIT_TICKS + draw(&scene->random, LATE_TICKS_MAX));
    }
    if (line->count > 0 && due < line->due[line->count - 1]) {
        due = line->due[line->count - 1];
    }
    if (answer->truth_end >= 0) {
        scene->truth_at = line->taken + (uint64_t)(line->count + answer->truth_end);
    }
    for (int i = 0; i < answer->size; ++i) {
        assert_true(line->count < LINE_CAPACITY);
        due += has(answer, HOSTILE_DRIPPED) && draw(&scene->random, 8) == 0 ? 1 : 0;
        line->due[line->count] = due;
        line->bytes[line->count++] = answer->bytes[i];
    }
    if (has(answer, HOSTILE_RESET)) {
        scene->reset_at = due;
    }
}

// What has arrived by now, as much as there is room for. True if that is anything.
static bool take_from_line(scene_t* scene)
{
    line_t* line = &scene->line;
    reply_stream_t* stream = &scene->stream;
    const int room = (int)sizeof stream->received - stream->received_count;
    int count = 0;
    while (count < line->count && count < room && line->due[count] <= scene->tick) {
        stream->received[stream->received_count + count] = line->bytes[count];
        ++count;
    }
    stream->received_count += count;
    line->count -= count;
    line->taken += (uint64_t)count;
    memmove(line->bytes, line->bytes + count, (size_t)line->count);
    memmove(line->due, line->due + count, (size_t)line->count * sizeof line->due[0]);
    return count > 0;
}

// --------------------------------------------------------------------------------------- the
// client

// A reader as one writes it in an afternoon: the first frame with the right function and length is
// the answer.
static port_result_t sort_carelessly(reply_stream_t* stream, pdu_t* reply)
{
    frame_t frame;
    int size = 0;
    while (frame_decode(stream->received, stream->received_count, &frame, &size) ==
           FRAME_COMPLETE) {
        uint16_t words[MODBUS_READ_COUNT_MAX];
        int exception;
        stream->received_count -= size;
        memmove(stream->received, stream->received + size, (size_t)stream->received_count);
        if (modbus_decode_reply(&stream->asked, &frame.pdu, words, &exception) == MODBUS_OK) {
            *reply = frame.pdu;
            stream->waiting = false;
            return PORT_OK;
        }
    }
    return PORT_NOT_ASKED;
}

static port_result_t await_reply(scene_t* scene, pdu_t* reply)
{
    for (int waited = 0; waited < WAIT_TICKS; ++waited, ++scene->tick) {
        if (take_from_line(scene)) {
            const port_result_t result = scene->careless ? sort_carelessly(&scene->stream, reply)
                                                         : reply_stream_sort(&scene->stream, reply);
            if (result != PORT_NOT_ASKED) {
                return result;
            }
        }
        if (scene->reset_at != 0 && scene->tick >= scene->reset_at) {
            return PORT_CLOSED;
        }
    }
    return PORT_TIMEOUT;
}

// What `tcp_port.c` does before it asks. False if the link was lost.
static bool look_before_asking(scene_t* scene)
{
    const bool ended = scene->reset_at != 0 && scene->tick >= scene->reset_at;
    const bool came = take_from_line(scene);
    if (scene->careless) {
        return !ended;
    }
    return !ended && (!came || reply_stream_sort_unasked(&scene->stream) == PORT_OK);
}

static void count_result(scene_t* scene, port_result_t result)
{
    tally_t* tally = &scene->tally;
    tally->accepted += result == PORT_OK ? 1 : 0;
    tally->refused += result == PORT_BAD_FRAME ? 1 : 0;
    tally->given_up += result == PORT_TIMEOUT ? 1 : 0;
    tally->closed += result == PORT_CLOSED ? 1 : 0;
}

static void transact(scene_t* scene)
{
    modbus_request_t request;
    pdu_t asked;
    pdu_t truth;
    pdu_t reply = {0};
    uint8_t bytes[FRAME_CAPACITY];
    frame_t frame;
    int size = 0;
    hostile_answer_t answer;
    scene->tick += (uint64_t)draw(&scene->random, 3); // between two periods
    if (!look_before_asking(scene)) {
        drop_link(scene);
    }
    hostile_request(scene->tally.transactions++, &scene->random, &request);
    modbus_encode_request(&request, &asked);
    hostile_truth(DEVICE, &asked, &truth);
    const int sent = reply_stream_ask(&scene->stream, &asked, bytes);
    reply_stream_sent(&scene->stream);
    assert_int_equal(frame_decode(bytes, sent, &frame, &size), FRAME_COMPLETE);
    hostile_answer(&scene->peer, frame.transaction, &frame.pdu, &answer);
    scene->tally.faulted += answer.kinds != 0 ? 1 : 0;
    put_on_line(scene, &answer);
    const port_result_t result = await_reply(scene, &reply);
    count_result(scene, result);
    if (result == PORT_OK) {
        const bool same =
            reply.size == truth.size && memcmp(reply.bytes, truth.bytes, (size_t)truth.size) == 0;
        scene->tally.wrong += same ? 0 : 1;
        scene->tally.premature += scene->line.taken >= scene->truth_at ? 0 : 1;
        scene->tally.exceptions += (reply.bytes[0] & 0x80u) != 0 ? 1 : 0;
    } else if (result != PORT_TIMEOUT || !reply_stream_give_up(&scene->stream)) {
        drop_link(scene);
    }
}

static scene_t* play(bool careless, uint64_t faulted)
{
    static scene_t scene; // too large for the stack
    scene = (scene_t){.random = random_stream(seed, 77), .careless = careless};
    scene.stream.unit = UNIT;
    hostile_peer_init(&scene.peer, HOSTILE_TCP, DEVICE, UNIT, PART_FAULTED, seed);
    while (scene.tally.faulted < faulted) {
        transact(&scene);
    }
    return &scene;
}

static void print_tally(const char* name, const tally_t* tally, const hostile_peer_t* peer)
{
    print_message("%s, seed %llu: %llu transactions, %llu faulted; %llu accepted (%llu "
                  "exceptions), %llu refused, %llu given up, %llu closed; accepted wrongly %llu, "
                  "before it was whole %llu\n",
                  name, (unsigned long long)seed, (unsigned long long)tally->transactions,
                  (unsigned long long)tally->faulted, (unsigned long long)tally->accepted,
                  (unsigned long long)tally->exceptions, (unsigned long long)tally->refused,
                  (unsigned long long)tally->given_up, (unsigned long long)tally->closed,
                  (unsigned long long)tally->wrong, (unsigned long long)tally->premature);
    for (int kind = 0; kind < HOSTILE_KIND_COUNT; ++kind) {
        // Each was drawn about twice in sixteen.
        if (peer->drawn[kind] * 16 < tally->faulted) {
            print_error("%s: %s was drawn %llu times only\n", name,
                        hostile_kind_text((hostile_kind_t)kind),
                        (unsigned long long)peer->drawn[kind]);
            fail();
        }
    }
}

/// Shows H28, H29, H30, H33.
static void of_faulted_replies_over_tcp_none_is_accepted_that_is_not_the_answer(void** state)
{
    (void)state;
    const scene_t* scene = play(false, faulted_wanted);
    const tally_t* tally = &scene->tally;
    print_tally("TCP", tally, &scene->peer);
    assert_int_equal(tally->wrong, 0);
    assert_int_equal(tally->premature, 0);
    // It is no judge that refuses everything.
    assert_true(tally->accepted * 4 > tally->transactions);
    assert_true(tally->exceptions * 32 > tally->accepted);
    assert_true(tally->refused * 20 > tally->transactions);
    assert_true(tally->given_up * 20 > tally->transactions);
}

static void a_reader_that_trusts_the_first_frame_is_caught_by_the_same_truth(void** state)
{
    (void)state;
    const scene_t* scene = play(true, FAULTED_CARELESS);
    assert_true(scene->tally.wrong > FAULTED_CARELESS / 200);
    assert_true(scene->tally.premature > FAULTED_CARELESS / 200);
}

// ---------------------------------------------------------------------------------- serial lines

// A burst ends with a silence; before the next request the line is silent. Where bytes drip, they
// are looked at one by one, as they come.
static rtu_result_t judge_burst(const modbus_request_t* request, const hostile_answer_t* answer,
                                pdu_t* reply, int* looked_at)
{
    const bool drips = has(answer, HOSTILE_DRIPPED) && !has(answer, HOSTILE_REORDERED);
    rtu_result_t result = RTU_INCOMPLETE;
    *looked_at = drips ? 0 : answer->size - 1;
    while (result == RTU_INCOMPLETE && *looked_at < answer->size) {
        ++*looked_at;
        result = rtu_judge_reply(request, UNIT, answer->bytes, *looked_at, reply);
    }
    return result;
}

/// A reply that is a whole frame of an equal shape and comes alone, but late, is for the port's
/// silence after a timeout to keep away: no check can tell it from the answer.
/// Shows H28, H30.
static void of_faulted_replies_on_a_serial_line_none_is_accepted_that_is_not_whole(void** state)
{
    (void)state;
    random_stream_t random = random_stream(seed, 78);
    hostile_peer_t peer;
    tally_t tally = {0};
    uint64_t refused[RTU_RESULT_COUNT] = {0};
    hostile_peer_init(&peer, HOSTILE_RTU, DEVICE, UNIT, PART_FAULTED, seed);
    while (tally.faulted < faulted_wanted) {
        modbus_request_t request;
        pdu_t asked;
        pdu_t truth;
        pdu_t reply = {0};
        hostile_answer_t answer;
        int looked_at;
        hostile_request(tally.transactions++, &random, &request);
        modbus_encode_request(&request, &asked);
        hostile_truth(DEVICE, &asked, &truth);
        hostile_answer(&peer, 0, &asked, &answer);
        tally.faulted += answer.kinds != 0 ? 1 : 0;
        if (answer.size == 0 || has(&answer, HOSTILE_LATE)) {
            ++tally.given_up;
            continue;
        }
        const rtu_result_t result = judge_burst(&request, &answer, &reply, &looked_at);
        ++refused[result];
        tally.refused += result != RTU_COMPLETE ? 1 : 0;
        if (result == RTU_COMPLETE) {
            const bool same = reply.size == truth.size &&
                              memcmp(reply.bytes, truth.bytes, (size_t)truth.size) == 0;
            ++tally.accepted;
            tally.exceptions += (reply.bytes[0] & 0x80u) != 0 ? 1 : 0;
            tally.wrong += same ? 0 : 1;
            uint8_t whole[RTU_FRAME_CAPACITY];
            const int size = rtu_frame_encode(UNIT, &truth, whole);
            tally.premature +=
                looked_at == size && memcmp(answer.bytes, whole, (size_t)size) == 0 ? 0 : 1;
        }
    }
    print_tally("RTU", &tally, &peer);
    assert_int_equal(tally.wrong, 0);
    assert_int_equal(tally.premature, 0);
    assert_true(tally.accepted * 4 > tally.transactions);
    for (int result = 0; result < RTU_RESULT_COUNT; ++result) {
        assert_true(refused[result] > 0); // every verdict was met
    }
}

int main(int argc, char** argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_faulted_replies_over_tcp_none_is_accepted_that_is_not_the_answer),
        cmocka_unit_test(a_reader_that_trusts_the_first_frame_is_caught_by_the_same_truth),
        cmocka_unit_test(of_faulted_replies_on_a_serial_line_none_is_accepted_that_is_not_whole),
    };
    faulted_wanted = argc > 1 ? strtoull(argv[1], NULL, 10) : FAULTED_IN_TEST;
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
