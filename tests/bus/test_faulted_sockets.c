/// Faulted transactions over real sockets: knead's own port with nine links, against nine peers
/// that lie (tests/support/hostile_reply.h), several such scenes at once. What is claimed:
///
/// - Whatever is delivered is the true answer to the very request of this exchange.
/// - An exchange ends by its deadline, but for what this machine takes itself to wake a thread:
///   measured in the same run by threads that only sleep as long. The figures are printed; the
///   machine is shared, so the assertions leave them room.
///
///     build/release/tests/test_faulted_sockets [FAULTED [SEED]]
///
/// Without arguments a number that a test may take; tests/bus/ledger.md has what was run by hand.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE // ppoll
#endif
// ctest: alone
#include "tests/support/cmocka_prelude.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "controller/bus/modbus_pdu.h"
#include "controller/bus/tcp_port.h"
#include "tests/support/hostile_reply.h"

#define FAULTED_IN_TEST 100000
#define SCENES 10
#define DEVICES 9
#define UNIT 5
#define PART_FAULTED 0.3
#define TIMEOUT_US 1000
#define PAUSE_US 300 // between two exchanges, in which late bytes come unasked
#define LATE_MAX_US 5000
#define DRIP_US 25
#define LINE_CAPACITY 16384
#define EXCESS_CAPACITY 1000000
#define MACHINE_SLACK_US 1000      // what the design allows beside the machine's own latency
#define ASSERTED_SLACK_US 20000    // what a test on a shared machine may claim of 99 in 100
#define ASSERTED_WORST_US 10000000 // and of the worst

static uint64_t faulted_wanted = FAULTED_IN_TEST;
static uint64_t seed = 1;

static void sleep_us(int64_t duration_us)
{
    const struct timespec wait = {.tv_sec = duration_us / 1000000,
                                  .tv_nsec = (long)(duration_us % 1000000) * 1000};
    (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, NULL);
}

// --------------------------------------------------------------------------------------- peers

/// One device: its listener, its newest connection, and what is on its way there.
typedef struct {
    int listening_fd;
    int port;
    int fd; // -1 for none
    bool dead;
    int64_t reset_at_us; // 0 for never
    int received_count;
    uint8_t received[FRAME_CAPACITY];
    int from, count; // of what is still to be sent
    int64_t due_us[LINE_CAPACITY];
    uint8_t bytes[LINE_CAPACITY];
    hostile_peer_t liar;
} peer_t;

typedef struct {
    peer_t peers[DEVICES];
    random_stream_t random;
    pthread_t peer_thread, client_thread;
    atomic_bool stop;
    atomic_uint_least64_t faulted;
    uint64_t number; // of this scene
    // The client's side.
    uint64_t serial, transactions, accepted, exceptions, wrong, connects;
    uint64_t results[PORT_RESULT_COUNT];
    int excess_count;
    int64_t* excess_us; // past the deadline, of exchanges that reached it
    port_batch_t batch;
} scene_t;

static bool has(const hostile_answer_t* answer, hostile_kind_t kind)
{
    return (answer->kinds & HOSTILE_MANNER(kind)) != 0;
}

static int64_t draw_us(random_stream_t* random, int64_t most_us)
{
    return (int64_t)(random_next(random) % (uint64_t)most_us);
}

static void peer_forget(peer_t* peer)
{
    peer->from = peer->count = peer->received_count = 0;
    peer->dead = false;
    peer->reset_at_us = 0;
}

static void peer_hang_up(peer_t* peer, bool reset)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (reset) {
        (void)setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    (void)close(peer->fd);
    peer->fd = -1;
    peer_forget(peer);
}

static void peer_listen(peer_t* peer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    peer->fd = -1;
    peer->listening_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(peer->listening_fd, (const struct sockaddr*)&address, sizeof address), 0);
    assert_int_equal(listen(peer->listening_fd, 8), 0);
    assert_int_equal(getsockname(peer->listening_fd, (struct sockaddr*)&address, &size), 0);
    peer->port = ntohs(address.sin_port);
}

static void peer_accept(peer_t* peer)
{
    const int fd = accept(peer->listening_fd, NULL, NULL);
    const int yes = 1;
    if (fd < 0) {
        return;
    }
    if (peer->fd >= 0) {
        peer_hang_up(peer, false);
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    peer->fd = fd;
    peer_forget(peer);
}

static void peer_put(scene_t* scene, peer_t* peer, const hostile_answer_t* answer)
{
    peer->dead = peer->dead || has(answer, HOSTILE_HALF_OPEN);
    if (peer->dead) {
        return;
    }
    int64_t due_us = port_now_us();
    due_us += has(answer, HOSTILE_LATE) ? TIMEOUT_US + draw_us(&scene->random, LATE_MAX_US) : 0;
    if (peer->count > peer->from && due_us < peer->due_us[peer->count - 1]) {
        due_us = peer->due_us[peer->count - 1];
    }
    // Some come in two parts, between any two bytes.
    const int cut = draw_us(&scene->random, 8) == 0 && answer->size > 0
                        ? (int)draw_us(&scene->random, answer->size)
                        : -1;
    if (peer->from == peer->count) {
        peer->from = peer->count = 0;
    }
    for (int i = 0; i < answer->size && peer->count < LINE_CAPACITY; ++i) {
        due_us += has(answer, HOSTILE_DRIPPED) || i == cut ? DRIP_US : 0;
        peer->due_us[peer->count] = due_us;
        peer->bytes[peer->count++] = answer->bytes[i];
    }
    if (has(answer, HOSTILE_RESET)) {
        peer->reset_at_us = due_us;
    }
}

static void peer_read(scene_t* scene, peer_t* peer)
{
    frame_t frame;
    int size = 0;
    const ssize_t got = recv(peer->fd, peer->received + peer->received_count,
                             sizeof peer->received - (size_t)peer->received_count, MSG_DONTWAIT);
    if (got <= 0) {
        peer_hang_up(peer, false);
        return;
    }
    peer->received_count += (int)got;
    while (frame_decode(peer->received, peer->received_count, &frame, &size) == FRAME_COMPLETE) {
        hostile_answer_t answer;
        hostile_answer(&peer->liar, frame.transaction, &frame.pdu, &answer);
        if (answer.kinds != 0) {
            atomic_fetch_add(&scene->faulted, 1);
        }
        peer_put(scene, peer, &answer);
        peer->received_count -= size;
        memmove(peer->received, peer->received + size, (size_t)peer->received_count);
    }
}

// Sends what is due and returns when the next is, or INT64_MAX.
static int64_t peer_send(peer_t* peer, int64_t now_us)
{
    while (peer->fd >= 0 && peer->from < peer->count && peer->due_us[peer->from] <= now_us) {
        int end = peer->from + 1;
        while (end < peer->count && peer->due_us[end] == peer->due_us[peer->from]) {
            ++end;
        }
        (void)!send(peer->fd, peer->bytes + peer->from, (size_t)(end - peer->from),
                    MSG_NOSIGNAL | MSG_DONTWAIT);
        peer->from = end;
    }
    if (peer->fd >= 0 && peer->reset_at_us != 0 && peer->reset_at_us <= now_us) {
        peer_hang_up(peer, true);
    }
    const int64_t next_us = peer->from < peer->count ? peer->due_us[peer->from] : peer->reset_at_us;
    return peer->fd >= 0 && next_us != 0 ? next_us : INT64_MAX;
}

static void* run_peers(void* context)
{
    scene_t* scene = (scene_t*)context;
    while (!atomic_load(&scene->stop)) {
        struct pollfd watched[2 * DEVICES];
        int64_t wait_us = 20000;
        for (int i = 0; i < DEVICES; ++i) {
            peer_t* peer = &scene->peers[i];
            const int64_t now_us = port_now_us();
            const int64_t next_us = peer_send(peer, now_us);
            const int64_t left_us = next_us > now_us ? next_us - now_us : 0;
            wait_us = left_us < wait_us ? left_us : wait_us;
            watched[2 * i] = (struct pollfd){.fd = peer->listening_fd, .events = POLLIN};
            watched[2 * i + 1] = (struct pollfd){.fd = peer->fd, .events = POLLIN};
        }
        const struct timespec wait = {.tv_nsec = (long)wait_us * 1000};
        if (ppoll(watched, 2 * DEVICES, &wait, NULL) <= 0) {
            continue;
        }
        for (int i = 0; i < DEVICES; ++i) {
            peer_t* peer = &scene->peers[i];
            if (watched[2 * i + 1].revents != 0) {
                peer_read(scene, peer);
            }
            if (watched[2 * i].revents != 0) {
                peer_accept(peer);
            }
        }
    }
    return NULL;
}

// -------------------------------------------------------------------------------------- the client

static void judge(scene_t* scene, int device, const pdu_t* truth)
{
    const port_result_t result = scene->batch.result[device];
    ++scene->results[result];
    if (result == PORT_NOT_CONNECTED || result == PORT_REFUSED || result == PORT_NOT_ASKED) {
        return;
    }
    ++scene->transactions;
    if (result == PORT_OK) {
        const pdu_t* reply = &scene->batch.reply[device];
        const bool same = reply->size == truth->size &&
                          memcmp(reply->bytes, truth->bytes, (size_t)truth->size) == 0;
        ++scene->accepted;
        scene->wrong += same ? 0 : 1;
        scene->exceptions += (reply->bytes[0] & 0x80u) != 0 ? 1 : 0;
    }
}

static void exchange_once(scene_t* scene, const port_t* port, random_stream_t* random)
{
    pdu_t truths[DEVICES];
    ++scene->serial;
    for (int i = 0; i < DEVICES; ++i) {
        modbus_request_t request;
        hostile_request(scene->serial, random, &request);
        modbus_encode_request(&request, &scene->batch.request[i]);
        hostile_truth(i, &scene->batch.request[i], &truths[i]);
    }
    const int64_t before_us = port_now_us();
    port->vtable->exchange(port->context, &scene->batch, TIMEOUT_US);
    const int64_t excess_us = port_now_us() - before_us - TIMEOUT_US;
    if (excess_us >= 0 && scene->excess_count < EXCESS_CAPACITY) {
        scene->excess_us[scene->excess_count++] = excess_us;
    }
    for (int i = 0; i < DEVICES; ++i) {
        judge(scene, i, &truths[i]);
    }
}

static void* run_client(void* context)
{
    scene_t* scene = (scene_t*)context;
    tcp_endpoint_t endpoints[DEVICES];
    random_stream_t random = random_stream(seed, 1000 + scene->number);
    for (int i = 0; i < DEVICES; ++i) {
        endpoints[i] = (tcp_endpoint_t){.port = scene->peers[i].port, .unit = UNIT};
        (void)snprintf(endpoints[i].host, sizeof endpoints[i].host, "127.0.0.1");
    }
    tcp_port_t* tcp = tcp_port_create(endpoints, DEVICES);
    const port_t port = tcp_port_view(tcp);
    while (atomic_load(&scene->faulted) < faulted_wanted / SCENES) {
        exchange_once(scene, &port, &random);
        sleep_us(PAUSE_US);
    }
    for (int i = 0; i < DEVICES; ++i) {
        scene->connects += tcp_port_connect_count(tcp, i);
    }
    tcp_port_destroy(tcp);
    return NULL;
}

// ------------------------------------------------------------------------------------ the machine

typedef struct {
    pthread_t thread;
    atomic_bool stop;
    int count;
    int64_t* excess_us;
} sleeper_t;

/// Sleeps as long as an exchange may take, and does nothing else.
static void* run_sleeper(void* context)
{
    sleeper_t* sleeper = (sleeper_t*)context;
    while (!atomic_load(&sleeper->stop)) {
        const struct timespec wait = {.tv_nsec = TIMEOUT_US * 1000L};
        const int64_t before_us = port_now_us();
        (void)ppoll(NULL, 0, &wait, NULL);
        if (sleeper->count < EXCESS_CAPACITY) {
            sleeper->excess_us[sleeper->count++] = port_now_us() - before_us - TIMEOUT_US;
        }
    }
    return NULL;
}

static int compare(const void* left, const void* right)
{
    const int64_t a = *(const int64_t*)left;
    const int64_t b = *(const int64_t*)right;
    return (a > b) - (a < b);
}

/// Of sorted samples; 0 where there are none.
static int64_t at_permille(const int64_t* samples, int count, int permille)
{
    const int64_t index = (int64_t)count * permille / 1000;
    return count > 0 ? samples[index < count ? index : count - 1] : 0;
}

/// Samples of all that ran at once, sorted. The caller frees them.
static int64_t* gather(const int64_t* const samples[SCENES], const int counts[SCENES], int* count)
{
    int64_t* all_us = calloc((size_t)SCENES * EXCESS_CAPACITY, sizeof *all_us);
    assert_non_null(all_us);
    *count = 0;
    for (int i = 0; i < SCENES; ++i) {
        memcpy(all_us + *count, samples[i], (size_t)counts[i] * sizeof *all_us);
        *count += counts[i];
    }
    qsort(all_us, (size_t)*count, sizeof *all_us, compare);
    return all_us;
}

static void judge_deadlines(const scene_t* scenes, const sleeper_t* sleepers)
{
    const int64_t* late_us[SCENES];
    const int64_t* slept_us[SCENES];
    int late_counts[SCENES];
    int slept_counts[SCENES];
    int count = 0;
    int slept = 0;
    for (int i = 0; i < SCENES; ++i) {
        late_us[i] = scenes[i].excess_us;
        late_counts[i] = scenes[i].excess_count;
        slept_us[i] = sleepers[i].excess_us;
        slept_counts[i] = sleepers[i].count;
    }
    int64_t* excess_us = gather(late_us, late_counts, &count);
    int64_t* machine_us = gather(slept_us, slept_counts, &slept);
    const int64_t worst_us = at_permille(machine_us, slept, 1000);
    int beyond = 0;
    for (int i = 0; i < count; ++i) {
        beyond += excess_us[i] > worst_us + MACHINE_SLACK_US ? 1 : 0;
    }
    print_message("past the deadline of %d us (median, 99 %%, 99.9 %%, worst): exchanges %lld, "
                  "%lld, %lld, %lld us of %d; threads that only sleep %lld, %lld, %lld, %lld us "
                  "of %d; exchanges more than 1 ms past the worst of the machine: %d\n",
                  TIMEOUT_US, (long long)at_permille(excess_us, count, 500),
                  (long long)at_permille(excess_us, count, 990),
                  (long long)at_permille(excess_us, count, 999),
                  (long long)at_permille(excess_us, count, 1000), count,
                  (long long)at_permille(machine_us, slept, 500),
                  (long long)at_permille(machine_us, slept, 990),
                  (long long)at_permille(machine_us, slept, 999), (long long)worst_us, slept,
                  beyond);
    assert_true(count > 0 && slept > 0);
    assert_true(at_permille(excess_us, count, 990) <=
                at_permille(machine_us, slept, 990) + ASSERTED_SLACK_US);
    assert_true(at_permille(excess_us, count, 1000) <= worst_us + ASSERTED_WORST_US);
    free(excess_us);
    free(machine_us);
}

// ---------------------------------------------------------------------------------------- the test

static void judge_scenes(const scene_t* scenes)
{
    uint64_t transactions = 0, faulted = 0, accepted = 0, exceptions = 0, wrong = 0, connects = 0;
    uint64_t results[PORT_RESULT_COUNT] = {0};
    uint64_t drawn[HOSTILE_KIND_COUNT] = {0};
    for (int i = 0; i < SCENES; ++i) {
        transactions += scenes[i].transactions;
        faulted += atomic_load(&scenes[i].faulted);
        accepted += scenes[i].accepted;
        exceptions += scenes[i].exceptions;
        wrong += scenes[i].wrong;
        connects += scenes[i].connects;
        for (int result = 0; result < PORT_RESULT_COUNT; ++result) {
            results[result] += scenes[i].results[result];
        }
        for (int kind = 0; kind < HOSTILE_KIND_COUNT; ++kind) {
            for (int device = 0; device < DEVICES; ++device) {
                drawn[kind] += scenes[i].peers[device].liar.drawn[kind];
            }
        }
    }
    print_message(
        "sockets, seed %llu: %llu transactions, %llu faulted; %llu accepted (%llu exceptions), "
        "%llu timeouts, %llu refused, %llu closed, %llu connections; accepted wrongly %llu\n",
        (unsigned long long)seed, (unsigned long long)transactions, (unsigned long long)faulted,
        (unsigned long long)accepted, (unsigned long long)exceptions,
        (unsigned long long)results[PORT_TIMEOUT], (unsigned long long)results[PORT_BAD_FRAME],
        (unsigned long long)results[PORT_CLOSED], (unsigned long long)connects,
        (unsigned long long)wrong);
    assert_int_equal(wrong, 0);
    assert_true(accepted * 4 > transactions);
    assert_true(exceptions > 0 && results[PORT_TIMEOUT] > 0);
    assert_true(results[PORT_BAD_FRAME] > 0 && results[PORT_CLOSED] > 0);
    for (int kind = 0; kind < HOSTILE_KIND_COUNT; ++kind) {
        assert_true(drawn[kind] * 16 >= faulted);
    }
}

/// Shows H28, H29, H30, H33.
static void of_faulted_replies_over_sockets_none_is_delivered_that_is_not_the_answer(void** state)
{
    (void)state;
    scene_t* scenes = calloc(SCENES, sizeof *scenes);
    static sleeper_t sleepers[SCENES];
    assert_non_null(scenes);
    for (int i = 0; i < SCENES; ++i) {
        scene_t* scene = &scenes[i];
        scene->number = (uint64_t)i;
        scene->random = random_stream(seed, 2000 + (uint64_t)i);
        scene->excess_us = calloc(EXCESS_CAPACITY, sizeof(int64_t));
        assert_non_null(scene->excess_us);
        for (int device = 0; device < DEVICES; ++device) {
            peer_t* peer = &scene->peers[device];
            peer_listen(peer);
            hostile_peer_init(&peer->liar, HOSTILE_TCP, device, UNIT, PART_FAULTED,
                              seed * SCENES + (uint64_t)i);
        }
        sleepers[i].excess_us = calloc(EXCESS_CAPACITY, sizeof(int64_t));
        assert_non_null(sleepers[i].excess_us);
        assert_int_equal(pthread_create(&sleepers[i].thread, NULL, run_sleeper, &sleepers[i]), 0);
        assert_int_equal(pthread_create(&scene->peer_thread, NULL, run_peers, scene), 0);
        assert_int_equal(pthread_create(&scene->client_thread, NULL, run_client, scene), 0);
    }
    for (int i = 0; i < SCENES; ++i) {
        scene_t* scene = &scenes[i];
        assert_int_equal(pthread_join(scene->client_thread, NULL), 0);
        atomic_store(&scene->stop, true);
        assert_int_equal(pthread_join(scene->peer_thread, NULL), 0);
        for (int device = 0; device < DEVICES; ++device) {
            (void)close(scene->peers[device].listening_fd);
            if (scene->peers[device].fd >= 0) {
                (void)close(scene->peers[device].fd);
            }
        }
    }
    for (int i = 0; i < SCENES; ++i) {
        atomic_store(&sleepers[i].stop, true);
        assert_int_equal(pthread_join(sleepers[i].thread, NULL), 0);
    }
    judge_deadlines(scenes, sleepers);
    judge_scenes(scenes);
    for (int i = 0; i < SCENES; ++i) {
        free(scenes[i].excess_us);
        free(sleepers[i].excess_us);
    }
    free(scenes);
}

int main(int argc, char** argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_faulted_replies_over_sockets_none_is_delivered_that_is_not_the_answer),
    };
    faulted_wanted = argc > 1 ? strtoull(argv[1], NULL, 10) : FAULTED_IN_TEST;
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
