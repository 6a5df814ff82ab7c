// Faults of frames: each breaks what its name says and nothing else, and a sound device's frames
// are untouched.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/bus/rtu_frame.h"
#include "sim/reply_faults.h"

static reply_faults_t faults;
static const pdu_t right = {.size = 4, .bytes = {3, 2, 0x12, 0x34}};

static bool never(void* context, int device, const pdu_t* request, pdu_t* reply)
{
    (void)device;
    (void)request;
    *reply = right;
    reply->bytes[3] = (uint8_t)++ * (int*)context;
    return true;
}

static int setup(void** state)
{
    (void)state;
    reply_faults_init(&faults, 2, 7);
    return 0;
}

static void turn(world_event_kind_t kind, double magnitude, bool on)
{
    const world_event_t event = {.kind = kind, .device = 1, .magnitude = magnitude};
    reply_faults_set(&faults, &event, on);
}

static rtu_result_t rtu_verdict(int device)
{
    pdu_t reply = right, got;
    uint8_t bytes[REPLY_BYTES_CAPACITY], unit = 0;
    const int size = reply_faults_frame_rtu(&faults, device, 5, &reply, bytes);
    const rtu_result_t result = rtu_frame_decode(bytes, size, &unit, &got);
    return result == RTU_COMPLETE && unit != 5 ? RTU_WRONG_UNIT : result;
}

static void frames_of_a_sound_device_are_right_beside_a_faulty_one(void** state)
{
    (void)state;
    turn(WORLD_EVENT_BUS_BIT_FLIP, 1.0, true);
    turn(WORLD_EVENT_BUS_DELAY, 0.2, true);
    for (int i = 0; i < 100; i++) {
        pdu_t reply = right;
        uint8_t bytes[REPLY_BYTES_CAPACITY];
        frame_t frame;
        int size = 0;
        assert_int_equal(rtu_verdict(0), RTU_COMPLETE);
        assert_int_equal(rtu_verdict(1), RTU_WRONG_CRC);
        const int count = reply_faults_frame_tcp(&faults, 0, 9, 5, &reply, bytes);
        assert_int_equal(frame_decode(bytes, count, &frame, &size), FRAME_COMPLETE);
        assert_int_equal(frame.transaction, 9);
        assert_memory_equal(frame.pdu.bytes, right.bytes, 4);
    }
    assert_true(reply_faults_delay_us(&faults, 0) == 0);
    assert_true(reply_faults_delay_us(&faults, 1) == 200000);
    turn(WORLD_EVENT_BUS_BIT_FLIP, 1.0, false);
    assert_int_equal(rtu_verdict(1), RTU_COMPLETE);
}

static void each_fault_breaks_what_it_names(void** state)
{
    (void)state;
    static const struct {
        world_event_kind_t kind;
        rtu_result_t verdict;
    } rows[] = {
        {WORLD_EVENT_BUS_LOSS, RTU_WRONG_LENGTH},
        {WORLD_EVENT_BUS_WRONG_UNIT, RTU_WRONG_UNIT},
        {WORLD_EVENT_BUS_CORRUPT, RTU_COMPLETE}, // the checksum is right
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        turn(rows[i].kind, 1.0, true);
        assert_int_equal(rtu_verdict(1), rows[i].verdict);
        turn(rows[i].kind, 1.0, false);
        assert_int_equal(rtu_verdict(1), RTU_COMPLETE);
    }
    turn(WORLD_EVENT_BUS_TRUNCATED, 1.0, true);
    for (int i = 0; i < 50; i++) {
        assert_int_not_equal(rtu_verdict(1), RTU_COMPLETE);
    }
}

static void a_stale_gateway_repeats_and_an_exception_answers_for_the_device(void** state)
{
    (void)state;
    int asked = 0;
    const device_host_t host = {.context = &asked, .request = never};
    const pdu_t request = {.size = 5, .bytes = {3, 0, 0, 0, 1}};
    pdu_t first, reply;
    turn(WORLD_EVENT_BUS_STALE, 0.0, true);
    assert_true(reply_faults_ask(&faults, &host, 1, &request, &first));
    assert_true(reply_faults_ask(&faults, &host, 1, &request, &reply));
    assert_memory_equal(first.bytes, reply.bytes, 4);
    assert_int_equal(asked, 1);
    turn(WORLD_EVENT_BUS_EXCEPTION, 6.0, true);
    assert_true(reply_faults_ask(&faults, &host, 1, &request, &reply));
    assert_int_equal(reply.size, 2);
    assert_int_equal(reply.bytes[0], 0x83);
    assert_int_equal(reply.bytes[1], MODBUS_DEVICE_BUSY);
    turn(WORLD_EVENT_BUS_EXCEPTION, 6.0, false);
    turn(WORLD_EVENT_BUS_STALE, 0.0, false);
    turn(WORLD_EVENT_BUS_REQUEST_LOSS, 1.0, true);
    assert_false(reply_faults_ask(&faults, &host, 1, &request, &reply));
    assert_int_equal(asked, 1);
}

static void what_needs_no_period_can_be_made_and_connections_are_refused_and_reset(void** state)
{
    (void)state;
    assert_true(reply_faults_possible(WORLD_EVENT_BUS_WRONG_TRANSACTION));
    assert_true(reply_faults_possible(WORLD_EVENT_BUS_BIT_FLIP));
    assert_false(reply_faults_possible(WORLD_EVENT_BUS_BURST));
    assert_false(reply_faults_possible(WORLD_EVENT_BUS_REORDER));
    assert_false(reply_faults_possible(WORLD_EVENT_BODY_SHIFT));
    turn(WORLD_EVENT_BUS_RESET, 0.0, true);
    assert_true(reply_faults_reset(&faults, 1));
    assert_false(reply_faults_reset(&faults, 1)); // once
    turn(WORLD_EVENT_BUS_REFUSED, 0.0, true);
    assert_true(reply_faults_refuse(&faults, 1));
    assert_false(reply_faults_refuse(&faults, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(frames_of_a_sound_device_are_right_beside_a_faulty_one, setup),
        cmocka_unit_test_setup(each_fault_breaks_what_it_names, setup),
        cmocka_unit_test_setup(a_stale_gateway_repeats_and_an_exception_answers_for_the_device,
                               setup),
        cmocka_unit_test_setup(
            what_needs_no_period_can_be_made_and_connections_are_refused_and_reset, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
