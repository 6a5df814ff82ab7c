/// Which bytes on a connection answer the request that is waited for. Frames are built by hand.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/bus/reply_stream.h"

#define UNIT 7

static reply_stream_t stream;
static pdu_t reply;

/// Asks for one register, address 0x10.
static void ask(void)
{
    const pdu_t request = {.size = 5, .bytes = {0x03, 0x00, 0x10, 0x00, 0x01}};
    uint8_t frame[FRAME_CAPACITY];
    assert_int_equal(reply_stream_ask(&stream, &request, frame), 12);
    reply_stream_sent(&stream);
}

static void begin(void)
{
    memset(&stream, 0, sizeof stream);
    stream.unit = UNIT;
}

/// A reply of one word to transaction `transaction`.
static void receive_as(int transaction, int unit, int word)
{
    const uint8_t frame[] = {
        (uint8_t)(transaction >> 8), (uint8_t)transaction, 0, 0, 0, 5, (uint8_t)unit, 0x03, 0x02,
        (uint8_t)(word >> 8),        (uint8_t)word};
    memcpy(stream.received + stream.received_count, frame, sizeof frame);
    stream.received_count += (int)sizeof frame;
}

static void receive(int transaction, int word)
{
    receive_as(transaction, UNIT, word);
}

static void the_reply_to_the_request_is_delivered_once(void** state)
{
    (void)state;
    begin();
    ask();
    receive(1, 0x1234);
    assert_int_equal(reply_stream_sort(&stream, &reply), PORT_OK);
    assert_int_equal(reply.size, 4);
    assert_int_equal(reply.bytes[2], 0x12);
    assert_false(stream.waiting);
    receive(1, 0x1234);
    assert_int_equal(reply_stream_sort_unasked(&stream), PORT_BAD_FRAME);
}

static void a_part_of_a_frame_waits_for_its_rest(void** state)
{
    (void)state;
    begin();
    ask();
    receive(1, 1);
    for (int count = 0; count < 11; ++count) {
        stream.received_count = count;
        assert_int_equal(reply_stream_sort(&stream, &reply), PORT_NOT_ASKED);
    }
    stream.received_count = 11;
    assert_int_equal(reply_stream_sort(&stream, &reply), PORT_OK);
}

static void a_late_reply_is_dropped_and_the_right_one_taken(void** state)
{
    (void)state;
    begin();
    ask();
    assert_true(reply_stream_give_up(&stream));
    ask();
    receive(1, 0xDEAD);
    assert_int_equal(reply_stream_sort(&stream, &reply), PORT_NOT_ASKED);
    receive(2, 0x0002);
    assert_int_equal(reply_stream_sort(&stream, &reply), PORT_OK);
    assert_int_equal(reply.bytes[3], 0x02);
}

static void more_late_replies_than_allowed_end_the_connection(void** state)
{
    (void)state;
    begin();
    for (int late = 1; late <= PORT_LATE_REPLY_MAX; ++late) {
        ask();
        assert_true(reply_stream_give_up(&stream));
    }
    ask();
    assert_false(reply_stream_give_up(&stream));
}

static void what_answers_nothing_is_refused(void** state)
{
    (void)state;
    static const struct {
        int transaction, unit;
    } rows[] = {{0, UNIT}, {2, UNIT}, {0x0101, UNIT}, {1, UNIT + 1}, {1, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        begin();
        ask();
        receive_as(rows[i].transaction, rows[i].unit, 1);
        assert_int_equal(reply_stream_sort(&stream, &reply), PORT_BAD_FRAME);
    }
    begin();
    ask();
    receive(1, 1);
    receive(2, 1); // one glued to its end
    assert_int_equal(reply_stream_sort(&stream, &reply), PORT_BAD_FRAME);
    begin();
    ask();
    receive(1, 1);
    stream.received[7] = 0x04; // another function
    assert_int_equal(reply_stream_sort(&stream, &reply), PORT_BAD_FRAME);
    begin();
    receive(0, 1); // before anything was asked
    assert_int_equal(reply_stream_sort_unasked(&stream), PORT_BAD_FRAME);
}

static void a_late_reply_may_come_while_nothing_is_asked(void** state)
{
    (void)state;
    begin();
    ask();
    (void)reply_stream_give_up(&stream);
    assert_int_equal(reply_stream_sort_unasked(&stream), PORT_OK);
    receive(1, 1);
    assert_int_equal(reply_stream_sort_unasked(&stream), PORT_OK);
    assert_int_equal(stream.late, 0);
    assert_int_equal(stream.received_count, 0);
}

static void transactions_go_on_past_the_end_of_their_field(void** state)
{
    (void)state;
    begin();
    stream.transaction = 0xFFFF;
    ask();
    receive(0, 5);
    assert_int_equal(reply_stream_sort(&stream, &reply), PORT_OK);
}

static void waits_grow_to_a_tenth_of_a_second(void** state)
{
    (void)state;
    const int64_t expected_us[] = {10000, 20000, 50000, 100000, 100000};
    for (int step = 0; step < 5; ++step) {
        assert_true(reply_stream_retry_us(step) == expected_us[step]);
    }
    assert_true(reply_stream_retry_us(1000000) == 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reply_to_the_request_is_delivered_once),
        cmocka_unit_test(a_part_of_a_frame_waits_for_its_rest),
        cmocka_unit_test(a_late_reply_is_dropped_and_the_right_one_taken),
        cmocka_unit_test(more_late_replies_than_allowed_end_the_connection),
        cmocka_unit_test(what_answers_nothing_is_refused),
        cmocka_unit_test(a_late_reply_may_come_while_nothing_is_asked),
        cmocka_unit_test(transactions_go_on_past_the_end_of_their_field),
        cmocka_unit_test(waits_grow_to_a_tenth_of_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
