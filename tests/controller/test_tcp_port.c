// Sockets against a peer that does everything wrong a peer can do: late, twice, cut, in drips, with
// every header field changed, refusing, resetting, silent. The claim is always the same: nothing
// wrong is delivered, the call ends, and the port recovers by itself. Deadlines are checked with
// seconds of slack.
#include "tests/support/cmocka_prelude.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "controller/bus/modbus_pdu.h"
#include "controller/bus/tcp_port.h"

#define UNIT 5
#define SLACK_US 5000000 // of a busy machine

typedef enum {
    PEER_HONEST,
    PEER_SILENT,
    PEER_LATE,
    PEER_TWICE,
    PEER_CUT,
    PEER_DRIP,      // honest, a byte at a time, in time
    PEER_DRIP_SLOW, // a byte at a time, for longer than any deadline
    PEER_WRONG_TRANSACTION,
    PEER_WRONG_UNIT,
    PEER_WRONG_PROTOCOL,
    PEER_LONG_LENGTH,
    PEER_SHORT_LENGTH,
    PEER_WRONG_FUNCTION,
    PEER_WRONG_COUNT,
    PEER_LEFT_OVER, // a byte behind the frame
    PEER_RANDOM,
    PEER_UNASKED, // a whole reply before the request
    PEER_EXCEPTION,
    PEER_RESET,
    PEER_HANG_UP,
} peer_mode_t;

typedef struct {
    int listening_fd;
    int port;
    pthread_t thread;
    atomic_int mode; // peer_mode_t
    atomic_bool stop;
    atomic_int answers;
    uint32_t random;
} peer_t;

static int64_t monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void sleep_us(int64_t duration_us)
{
    const struct timespec wait = {.tv_sec = duration_us / 1000000,
                                  .tv_nsec = (long)(duration_us % 1000000) * 1000};
    (void)nanosleep(&wait, NULL);
}

static void put(int fd, const uint8_t* bytes, int count)
{
    (void)!send(fd, bytes, (size_t)count, MSG_NOSIGNAL);
}

static void drip(int fd, const uint8_t* bytes, int count, int64_t each_us)
{
    for (int i = 0; i < count; i++) {
        put(fd, bytes + i, 1);
        sleep_us(each_us);
    }
}

static void reset(int fd)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

// The truth: every register holds its address plus 1000.
static void true_reply(const frame_t* asked, pdu_t* reply)
{
    modbus_request_t request;
    uint16_t words[MODBUS_READ_COUNT_MAX];
    assert_int_equal(modbus_decode_request(&asked->pdu, &request), MODBUS_OK);
    for (int i = 0; i < request.read_count; i++) {
        words[i] = (uint16_t)(request.read_address + i + 1000);
    }
    modbus_encode_reply(&request, words, reply);
}

// The answer with what the mode has wrong in its meaning; the size of the frame.
static int peer_encode(peer_mode_t mode, const frame_t* asked, uint8_t bytes[FRAME_CAPACITY + 1])
{
    pdu_t reply;
    true_reply(asked, &reply);
    uint16_t transaction = asked->transaction;
    uint8_t unit = asked->unit;
    if (mode == PEER_WRONG_TRANSACTION) {
        transaction--;
    } else if (mode == PEER_WRONG_UNIT) {
        unit++;
    } else if (mode == PEER_WRONG_FUNCTION) {
        reply.bytes[0] = MODBUS_READ_INPUT;
    } else if (mode == PEER_WRONG_COUNT) {
        reply.size -= 2;
        reply.bytes[1] = (uint8_t)(reply.bytes[1] - 2);
    } else if (mode == PEER_EXCEPTION) {
        modbus_encode_exception(asked->pdu.bytes[0], MODBUS_DEVICE_BUSY, &reply);
    }
    // Values nobody may ever see: the wrong answers carry them.
    const bool wrong = mode != PEER_HONEST && mode != PEER_DRIP && mode != PEER_EXCEPTION &&
                       mode != PEER_TWICE && mode != PEER_UNASKED;
    for (int i = 2; wrong && i < reply.size; i++) {
        reply.bytes[i] = 0xEE;
    }
    return frame_encode(transaction, unit, &reply, bytes);
}

// Spoils the frame as a whole; its size afterwards.
static int peer_spoil(peer_t* peer, peer_mode_t mode, uint8_t bytes[FRAME_CAPACITY + 1], int size)
{
    if (mode == PEER_WRONG_PROTOCOL) {
        bytes[3] = 1;
    } else if (mode == PEER_LONG_LENGTH) {
        bytes[5]++;
    } else if (mode == PEER_SHORT_LENGTH) {
        bytes[5]--;
    } else if (mode == PEER_CUT) {
        size -= 3;
    } else if (mode == PEER_LEFT_OVER) {
        bytes[size++] = 0;
    } else if (mode == PEER_RANDOM) {
        for (int i = 0; i < size; i++) {
            peer->random = peer->random * 1664525u + 1013904223u;
            bytes[i] = (uint8_t)(peer->random >> 24);
        }
    }
    return size;
}

// Sends one answer in the peer's present manner. False if the connection is to be closed.
static bool peer_answer(peer_t* peer, int fd, const frame_t* asked)
{
    const peer_mode_t mode = (peer_mode_t)atomic_load(&peer->mode);
    uint8_t bytes[FRAME_CAPACITY + 1];
    const int size = peer_spoil(peer, mode, bytes, peer_encode(mode, asked, bytes));
    switch (mode) {
    case PEER_SILENT:
        return true;
    case PEER_LATE:
        sleep_us(150000);
        put(fd, bytes, size);
        return true;
    case PEER_TWICE:
        put(fd, bytes, size);
        put(fd, bytes, size);
        return true;
    case PEER_DRIP:
        drip(fd, bytes, size, 500);
        return true;
    case PEER_DRIP_SLOW:
        drip(fd, bytes, size, 30000);
        return true;
    case PEER_UNASKED: // the truth, then an answer to the next request under its very identifier
        put(fd, bytes, size);
        sleep_us(2000);
        bytes[0] = (uint8_t)((asked->transaction + 1) >> 8);
        bytes[1] = (uint8_t)((asked->transaction + 1) & 0xFFu);
        put(fd, bytes, size);
        return true;
    case PEER_RESET:
        reset(fd);
        return false;
    case PEER_HANG_UP:
        return false;
    case PEER_HONEST:
    case PEER_CUT:
    case PEER_WRONG_TRANSACTION:
    case PEER_WRONG_UNIT:
    case PEER_WRONG_PROTOCOL:
    case PEER_LONG_LENGTH:
    case PEER_SHORT_LENGTH:
    case PEER_WRONG_FUNCTION:
    case PEER_WRONG_COUNT:
    case PEER_LEFT_OVER:
    case PEER_RANDOM:
    case PEER_EXCEPTION:
        put(fd, bytes, size);
        return true;
    }
    return false;
}

static void peer_serve(peer_t* peer, int fd)
{
    uint8_t bytes[FRAME_CAPACITY];
    int count = 0;
    while (!atomic_load(&peer->stop)) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (poll(&ready, 1, 10) <= 0) {
            continue;
        }
        const ssize_t got = recv(fd, bytes + count, sizeof bytes - (size_t)count, 0);
        if (got <= 0) {
            return;
        }
        count += (int)got;
        frame_t frame;
        int size = 0;
        if (frame_decode(bytes, count, &frame, &size) == FRAME_COMPLETE) {
            count = 0;
            const bool alive = peer_answer(peer, fd, &frame);
            atomic_fetch_add(&peer->answers, 1);
            if (!alive) {
                return;
            }
        }
    }
}

static void* peer_run(void* context)
{
    peer_t* peer = (peer_t*)context;
    while (!atomic_load(&peer->stop)) {
        struct pollfd ready = {.fd = peer->listening_fd, .events = POLLIN};
        if (poll(&ready, 1, 10) > 0) {
            const int fd = accept(peer->listening_fd, NULL, NULL);
            if (fd >= 0) {
                peer_serve(peer, fd);
                (void)close(fd);
            }
        }
    }
    return NULL;
}

static int listen_anywhere(int* port, int backlog)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    assert_int_equal(bind(fd, (const struct sockaddr*)&address, sizeof address), 0);
    assert_int_equal(listen(fd, backlog), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr*)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void peer_start(peer_t* peer)
{
    memset(peer, 0, sizeof *peer);
    peer->random = 4242;
    peer->listening_fd = listen_anywhere(&peer->port, 8);
    assert_int_equal(pthread_create(&peer->thread, NULL, peer_run, peer), 0);
}

static void peer_stop(peer_t* peer)
{
    atomic_store(&peer->stop, true);
    assert_int_equal(pthread_join(peer->thread, NULL), 0);
    (void)close(peer->listening_fd);
}

static tcp_endpoint_t endpoint_at(int port)
{
    tcp_endpoint_t endpoint = {.port = port, .unit = UNIT};
    (void)snprintf(endpoint.host, sizeof endpoint.host, "127.0.0.1");
    return endpoint;
}

static tcp_port_t* port_at(int port)
{
    const tcp_endpoint_t endpoint = endpoint_at(port);
    tcp_port_t* tcp_port = tcp_port_create(&endpoint, 1);
    assert_non_null(tcp_port);
    return tcp_port;
}

static port_batch_t batch;

static void ask(int device, int address)
{
    const modbus_request_t request = {MODBUS_READ_HOLDING, address, 4, 0, 0, {0}};
    modbus_encode_request(&request, &batch.request[device]);
}

// One exchange with one device; asserts that whatever is delivered is the truth.
static port_result_t exchange_once(tcp_port_t* tcp_port, int64_t timeout_us)
{
    static int address;
    const port_t port = tcp_port_view(tcp_port);
    address = (address + 4) % 4000;
    ask(0, address);
    const int64_t before_us = monotonic_us();
    port.vtable->exchange(port.context, &batch, timeout_us);
    assert_true(monotonic_us() - before_us < timeout_us + SLACK_US);
    if (batch.result[0] == PORT_OK) {
        const modbus_request_t request = {MODBUS_READ_HOLDING, address, 4, 0, 0, {0}};
        uint16_t words[4];
        int exception = 0;
        const modbus_result_t result =
            modbus_decode_reply(&request, &batch.reply[0], words, &exception);
        assert_true(result == MODBUS_OK || result == MODBUS_EXCEPTION);
        for (int i = 0; i < 4 && result == MODBUS_OK; i++) {
            assert_int_equal(words[i], address + i + 1000);
        }
        assert_true(batch.round_trip_us[0] >= 0);
    }
    return batch.result[0];
}

// Exchanges until one succeeds, as the loop would, a period apart; false after a few seconds.
static bool recovers(tcp_port_t* tcp_port)
{
    for (int period = 0; period < 1000; period++) {
        if (exchange_once(tcp_port, 1000000) == PORT_OK) {
            return true;
        }
        sleep_us(5000);
    }
    return false;
}

static void open_and_close_a_good_exchange(void** state)
{
    (void)state;
    peer_t peer;
    peer_start(&peer);
    tcp_port_t* tcp_port = port_at(peer.port);
    const port_t port = tcp_port_view(tcp_port);
    assert_true(port.vtable->open(port.context, &batch, SLACK_US));
    for (int i = 0; i < 200; i++) {
        assert_int_equal(exchange_once(tcp_port, SLACK_US), PORT_OK);
    }
    assert_int_equal(tcp_port_connect_count(tcp_port, 0), 1);
    port.vtable->close(port.context);
    assert_true(recovers(tcp_port));
    tcp_port_destroy(tcp_port);
    peer_stop(&peer);
}

typedef struct {
    peer_mode_t mode;
    port_result_t expected;
} expectation_t;

static void assert_nothing_wrong_is_delivered(const expectation_t* expectation)
{
    peer_t peer;
    peer_start(&peer);
    tcp_port_t* tcp_port = port_at(peer.port);
    assert_true(recovers(tcp_port));
    for (int round = 0; round < 3; round++) {
        atomic_store(&peer.mode, (int)expectation->mode);
        const uint64_t connects = tcp_port_connect_count(tcp_port, 0);
        assert_int_equal(exchange_once(tcp_port, 60000), expectation->expected);
        // Whatever it still sends must not meet a later request.
        for (int period = 0; period < 3; period++) {
            assert_int_not_equal(exchange_once(tcp_port, 2000), PORT_OK);
        }
        atomic_store(&peer.mode, PEER_HONEST);
        assert_true(recovers(tcp_port));
        assert_true(tcp_port_connect_count(tcp_port, 0) > connects);
        for (int i = 0; i < 5; i++) {
            assert_int_equal(exchange_once(tcp_port, SLACK_US), PORT_OK);
        }
    }
    tcp_port_destroy(tcp_port);
    peer_stop(&peer);
}

/// Shows H30, H33.
static void replies_with_a_wrong_field_are_refused_and_the_link_made_anew(void** state)
{
    (void)state;
    const expectation_t expectations[] = {
        {PEER_WRONG_TRANSACTION, PORT_BAD_FRAME},
        {PEER_WRONG_UNIT, PORT_BAD_FRAME},
        {PEER_WRONG_PROTOCOL, PORT_BAD_FRAME},
        {PEER_WRONG_FUNCTION, PORT_BAD_FRAME},
        {PEER_WRONG_COUNT, PORT_BAD_FRAME},
        {PEER_SHORT_LENGTH, PORT_BAD_FRAME},
        {PEER_LEFT_OVER, PORT_BAD_FRAME},
        {PEER_LONG_LENGTH, PORT_TIMEOUT},
        {PEER_CUT, PORT_TIMEOUT},
    };
    for (int i = 0; i < (int)(sizeof expectations / sizeof expectations[0]); i++) {
        assert_nothing_wrong_is_delivered(&expectations[i]);
    }
}

/// Shows H28, H29, H30.
static void silence_drips_and_lateness_end_at_the_deadline(void** state)
{
    (void)state;
    const expectation_t expectations[] = {
        {PEER_SILENT, PORT_TIMEOUT}, {PEER_LATE, PORT_TIMEOUT}, {PEER_DRIP_SLOW, PORT_TIMEOUT}};
    for (int i = 0; i < (int)(sizeof expectations / sizeof expectations[0]); i++) {
        assert_nothing_wrong_is_delivered(&expectations[i]);
    }
}

static void a_peer_that_hangs_up_or_resets_is_told_apart_from_silence(void** state)
{
    (void)state;
    const expectation_t expectations[] = {{PEER_RESET, PORT_CLOSED}, {PEER_HANG_UP, PORT_CLOSED}};
    for (int i = 0; i < (int)(sizeof expectations / sizeof expectations[0]); i++) {
        assert_nothing_wrong_is_delivered(&expectations[i]);
    }
}

// Whether a first answer counts depends on how the bytes fall into segments; that no other ever
// does, does not.
/// Shows H31.
static void doubled_unasked_and_random_replies_never_deliver_a_wrong_word(void** state)
{
    (void)state;
    const peer_mode_t modes[] = {PEER_TWICE, PEER_UNASKED, PEER_RANDOM};
    for (int i = 0; i < 3; i++) {
        peer_t peer;
        peer_start(&peer);
        tcp_port_t* tcp_port = port_at(peer.port);
        assert_true(recovers(tcp_port));
        sleep_us(50000); // until the peer has counted that answer
        atomic_store(&peer.mode, (int)modes[i]);
        for (int period = 0; period < 100; period++) {
            const int answers = atomic_load(&peer.answers);
            const port_result_t result = exchange_once(tcp_port, 50000);
            assert_true(result != PORT_OK || modes[i] != PEER_RANDOM);
            // The next request waits until all of this answer has been sent.
            for (int wait = 0;
                 result == PORT_OK && atomic_load(&peer.answers) == answers && wait < 1000;
                 wait++) {
                sleep_us(1000);
            }
            if (result != PORT_OK) {
                sleep_us(10000);
            }
        }
        atomic_store(&peer.mode, PEER_HONEST);
        assert_true(recovers(tcp_port));
        for (int period = 0; period < 5; period++) {
            assert_int_equal(exchange_once(tcp_port, SLACK_US), PORT_OK);
        }
        tcp_port_destroy(tcp_port);
        peer_stop(&peer);
    }
}

static void drips_that_end_in_time_are_delivered(void** state)
{
    (void)state;
    peer_t peer;
    peer_start(&peer);
    tcp_port_t* tcp_port = port_at(peer.port);
    assert_true(recovers(tcp_port));
    atomic_store(&peer.mode, PEER_DRIP);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(exchange_once(tcp_port, SLACK_US), PORT_OK);
    }
    tcp_port_destroy(tcp_port);
    peer_stop(&peer);
}

static void an_exception_is_an_answer_and_keeps_the_link(void** state)
{
    (void)state;
    peer_t peer;
    peer_start(&peer);
    tcp_port_t* tcp_port = port_at(peer.port);
    assert_true(recovers(tcp_port));
    atomic_store(&peer.mode, PEER_EXCEPTION);
    const uint64_t connects = tcp_port_connect_count(tcp_port, 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(exchange_once(tcp_port, SLACK_US), PORT_OK);
        assert_int_equal(batch.reply[0].size, 2);
        assert_int_equal(batch.reply[0].bytes[1], MODBUS_DEVICE_BUSY);
    }
    assert_int_equal(tcp_port_connect_count(tcp_port, 0), connects);
    tcp_port_destroy(tcp_port);
    peer_stop(&peer);
}

static void one_bad_device_does_not_hold_up_the_others(void** state)
{
    (void)state;
    peer_t peers[4];
    tcp_endpoint_t endpoints[4];
    for (int i = 0; i < 4; i++) {
        peer_start(&peers[i]);
        endpoints[i] = endpoint_at(peers[i].port);
    }
    tcp_port_t* tcp_port = tcp_port_create(endpoints, 4);
    const port_t port = tcp_port_view(tcp_port);
    assert_true(port.vtable->open(port.context, &batch, SLACK_US));
    atomic_store(&peers[1].mode, PEER_DRIP_SLOW);
    atomic_store(&peers[2].mode, PEER_WRONG_UNIT);
    for (int i = 0; i < 4; i++) {
        ask(i, 40 * i);
    }
    batch.request[3].size = 0;
    const int64_t before_us = monotonic_us();
    port.vtable->exchange(port.context, &batch, 300000);
    assert_true(monotonic_us() - before_us < 300000 + SLACK_US);
    assert_int_equal(batch.result[0], PORT_OK);
    assert_int_equal(batch.result[1], PORT_TIMEOUT);
    assert_int_equal(batch.result[2], PORT_BAD_FRAME);
    assert_int_equal(batch.result[3], PORT_NOT_ASKED);
    memset(batch.request, 0, sizeof batch.request);
    tcp_port_destroy(tcp_port);
    for (int i = 0; i < 4; i++) {
        peer_stop(&peers[i]);
    }
}

static void a_refused_connection_is_told_at_once(void** state)
{
    (void)state;
    int number = 0;
    (void)close(listen_anywhere(&number, 1)); // nobody listens there any more
    tcp_port_t* tcp_port = port_at(number);
    const port_t port = tcp_port_view(tcp_port);
    const int64_t before_us = monotonic_us();
    assert_false(port.vtable->open(port.context, &batch, 60000000));
    assert_true(monotonic_us() - before_us < SLACK_US);
    assert_int_equal(batch.result[0], PORT_REFUSED);
    assert_int_equal(exchange_once(tcp_port, 1000), PORT_NOT_CONNECTED);
    tcp_port_destroy(tcp_port);
}

static void a_peer_that_does_not_accept_ends_open_at_its_timeout(void** state)
{
    (void)state;
    int number = 0;
    const int fd = listen_anywhere(&number, 0); // a full backlog swallows what comes after
    int fillers[4];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)number),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < 4; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(fillers[i], (const struct sockaddr*)&address, sizeof address);
    }
    tcp_port_t* tcp_port = port_at(number);
    const port_t port = tcp_port_view(tcp_port);
    const int64_t before_us = monotonic_us();
    assert_false(port.vtable->open(port.context, &batch, 200000));
    assert_true(monotonic_us() - before_us < 200000 + SLACK_US);
    assert_int_equal(batch.result[0], PORT_TIMEOUT);
    tcp_port_destroy(tcp_port);
    for (int i = 0; i < 4; i++) {
        (void)close(fillers[i]);
    }
    (void)close(fd);
}

static void a_device_that_comes_later_is_found_without_opening_again(void** state)
{
    (void)state;
    int number = 0;
    const int fd = listen_anywhere(&number, 8);
    (void)close(fd);
    tcp_port_t* tcp_port = port_at(number);
    for (int i = 0; i < 3; i++) {
        assert_int_not_equal(exchange_once(tcp_port, 1000), PORT_OK);
    }
    tcp_port_destroy(tcp_port);
    peer_t peer;
    peer_start(&peer);
    tcp_port = port_at(peer.port); // never opened
    assert_true(recovers(tcp_port));
    tcp_port_destroy(tcp_port);
    peer_stop(&peer);
}

static void endpoints_that_are_not_usable_make_no_port(void** state)
{
    (void)state;
    tcp_endpoint_t endpoint = endpoint_at(502);
    assert_null(tcp_port_create(&endpoint, 0));
    assert_null(tcp_port_create(&endpoint, DEVICE_CAPACITY + 1));
    endpoint.port = 0;
    assert_null(tcp_port_create(&endpoint, 1));
    endpoint.port = 65536;
    assert_null(tcp_port_create(&endpoint, 1));
    endpoint = endpoint_at(502);
    endpoint.unit = 256;
    assert_null(tcp_port_create(&endpoint, 1));
    endpoint = endpoint_at(502);
    (void)snprintf(endpoint.host, sizeof endpoint.host, "localhost");
    assert_null(tcp_port_create(&endpoint, 1));
    tcp_port_destroy(NULL);
}

static void endpoints_are_where_the_machine_says(void** state)
{
    (void)state;
    static machine_settings_t machine;
    tcp_endpoint_t endpoints[DEVICE_CAPACITY];
    machine.device_count = 2;
    (void)snprintf(machine.devices[1].host, sizeof machine.devices[1].host, "192.168.7.2");
    machine.devices[1].port = 502;
    machine.devices[1].unit = 9;
    assert_int_equal(tcp_endpoints_of_machine(&machine, endpoints), 2);
    assert_string_equal(endpoints[1].host, "192.168.7.2");
    assert_int_equal(endpoints[1].port, 502);
    assert_int_equal(endpoints[1].unit, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(open_and_close_a_good_exchange),
        cmocka_unit_test(replies_with_a_wrong_field_are_refused_and_the_link_made_anew),
        cmocka_unit_test(silence_drips_and_lateness_end_at_the_deadline),
        cmocka_unit_test(a_peer_that_hangs_up_or_resets_is_told_apart_from_silence),
        cmocka_unit_test(doubled_unasked_and_random_replies_never_deliver_a_wrong_word),
        cmocka_unit_test(drips_that_end_in_time_are_delivered),
        cmocka_unit_test(an_exception_is_an_answer_and_keeps_the_link),
        cmocka_unit_test(one_bad_device_does_not_hold_up_the_others),
        cmocka_unit_test(a_refused_connection_is_told_at_once),
        cmocka_unit_test(a_peer_that_does_not_accept_ends_open_at_its_timeout),
        cmocka_unit_test(a_device_that_comes_later_is_found_without_opening_again),
        cmocka_unit_test(endpoints_that_are_not_usable_make_no_port),
        cmocka_unit_test(endpoints_are_where_the_machine_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
