/// A serial line as a pair of pseudo-terminals with a far end that takes the time of the wire: a
/// pseudo-terminal has no speed of its own, so the far end waits until the last bit of a request
/// would have come, and lets every byte of its answer take its time. Claimed here:
///
/// - A drive and the force sensor are exchanged at 115200 baud in the time that is computed of them
///   beforehand, or less.
/// - Of answers spoilt in every way there is (tests/support/hostile_reply.h) none is delivered that
///   is not the true one.
///
///     build/release/tests/test_line_pace [FAULTED [SEED]]
///
/// Without arguments a number that a test may take; tests/bus/ledger.md has what was run by hand.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE // posix_openpt and its kin
#endif
// ctest: alone
#include "tests/support/cmocka_prelude.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "controller/bus/rtu_frame.h"
#include "controller/bus/rtu_port.h"
#include "tests/support/hostile_reply.h"

#define FAULTED_IN_TEST 1000
#define DRIVE_UNIT 1
#define FORCE_UNIT 2
#define PACE_BAUD 115200
#define PACE_TURNAROUND_S 0.001 // of the profiles of the virtual table
#define FIFO_PRIORITY 50
#define PACE_EXCHANGES 150
#define PACE_PART_MAX 1.2 // of the budget, by 1 exchange in 10, on a machine that others use
#define HOSTILE_BAUD 921600
#define HOSTILE_TURNAROUND_S 0.002
#define HOSTILE_TIMEOUT_US 6000
// Late by more than the device's turnaround, but within the wait and the quarantine that follows
// it: what comes later still no check can tell from the answer (rtu_port.h).
#define LATE_FROM_US 4400
#define LATE_TO_US 5500
#define PART_FAULTED 0.5
#define DRIP_US 30
// Bytes that this machine would send out later than that after an exchange began might come after
// the quarantine; the far end keeps silent instead.
#define SENT_BY_US 7000
#define SETTLE_US 50000 // until the far end has told that it was held up all the same
#define SILENCE_US 1500
#define PAUSE_US 500
#define TIMEOUT_US 2000000

static uint64_t faulted_wanted = FAULTED_IN_TEST;
static uint64_t seed = 1;

static void sleep_until_us(int64_t at_us)
{
    const struct timespec at = {.tv_sec = at_us / 1000000,
                                .tv_nsec = (long)(at_us % 1000000) * 1000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) != 0) {
    }
}

/// The devices of a line: one thread.
typedef struct {
    int master_fd;
    int slave_fd; // held open, so that the master does not read errors between two openings
    line_settings_t line;
    pthread_t thread;
    atomic_bool stop;
    bool hostile;
    hostile_peer_t liar;
    random_stream_t random;
    atomic_uint_least64_t faulted;
    atomic_int asked_address; // of the exchange that is going on, and when it began
    atomic_int_least64_t asked_at_us;
    atomic_bool overslept; // since the client last looked: bytes went out too late
} far_end_t;

// ------------------------------------------------------------------------------------ the far end

/// Of a hostile far end: whether bytes still fit the exchange that they answer.
static bool in_time(const far_end_t* end, int address)
{
    return !end->hostile || (address == atomic_load(&end->asked_address) &&
                             port_now_us() < atomic_load(&end->asked_at_us) + SENT_BY_US);
}

static void put(far_end_t* end, const uint8_t* bytes, int count, int address)
{
    if (in_time(end, address)) {
        (void)!write(end->master_fd, bytes, (size_t)count);
        if (!in_time(end, address)) {
            atomic_store(&end->overslept, true);
        }
    }
}

/// Bytes one after the other, each when its last bit would have come.
static void put_paced(far_end_t* end, const uint8_t* bytes, int count, int address, int64_t from_us,
                      double each_us)
{
    for (int i = 0; i < count && !atomic_load(&end->stop); ++i) {
        sleep_until_us(from_us + (int64_t)((i + 1) * each_us));
        put(end, bytes + i, 1, address);
    }
}

/// The wire's time for the request, a turnaround that is no longer than the profile says, the
/// wire's time for the reply.
static void answer_at_wire_speed(far_end_t* end, uint8_t unit, const pdu_t* pdu, int size,
                                 int64_t came_us)
{
    uint8_t bytes[RTU_FRAME_CAPACITY];
    pdu_t reply;
    hostile_truth(unit, pdu, &reply);
    const int count = rtu_frame_encode(unit, &reply, bytes);
    const double taken_s =
        rtu_wire_s(&end->line, size) +
        PACE_TURNAROUND_S * random_between(&end->random, 0.5, 1.0); // devices differ
    put_paced(end, bytes, count, 0, came_us + (int64_t)(taken_s * 1e6),
              rtu_wire_s(&end->line, 1) * 1e6);
}

static int address_of(const modbus_request_t* request)
{
    return request->read_count > 0 ? request->read_address : request->write_address;
}

static void answer_with_lies(far_end_t* end, const pdu_t* pdu, int64_t came_us)
{
    hostile_answer_t answer;
    modbus_request_t request;
    hostile_answer(&end->liar, 0, pdu, &answer);
    assert_int_equal(modbus_decode_request(pdu, &request), MODBUS_OK);
    const bool late = (answer.kinds & HOSTILE_MANNER(HOSTILE_LATE)) != 0;
    const bool drips = (answer.kinds & HOSTILE_MANNER(HOSTILE_DRIPPED)) != 0;
    if (answer.kinds != 0) {
        atomic_fetch_add(&end->faulted, 1);
    }
    if (drips && !late) {
        put_paced(end, answer.bytes, answer.size, address_of(&request), came_us, DRIP_US);
        return;
    }
    sleep_until_us(late ? came_us + (int64_t)random_between(&end->random, LATE_FROM_US, LATE_TO_US)
                        : came_us);
    put(end, answer.bytes, answer.size, address_of(&request));
}

static void* far_end_run(void* context)
{
    far_end_t* end = (far_end_t*)context;
    uint8_t bytes[RTU_FRAME_CAPACITY];
    int count = 0;
    int64_t last_us = 0;
    while (!atomic_load(&end->stop)) {
        struct pollfd ready = {.fd = end->master_fd, .events = POLLIN};
        if (poll(&ready, 1, 10) <= 0) {
            continue;
        }
        const int64_t came_us = port_now_us();
        if (came_us - last_us > SILENCE_US || count == (int)sizeof bytes) {
            count = 0; // a silence ends whatever was begun
        }
        last_us = came_us;
        const ssize_t got = read(end->master_fd, bytes + count, sizeof bytes - (size_t)count);
        count += got > 0 ? (int)got : 0;
        const int size = rtu_request_size_from_head(bytes, count);
        uint8_t unit = 0;
        pdu_t pdu;
        if (size > 0 && count >= size) {
            const bool one = rtu_frame_decode(bytes, count, &unit, &pdu) == RTU_COMPLETE;
            count = 0;
            if (!one) { // held up until a second request had come: nobody waits for the first
                continue;
            }
            if (end->hostile) {
                answer_with_lies(end, &pdu, came_us);
            } else {
                answer_at_wire_speed(end, unit, &pdu, size, came_us);
            }
        }
    }
    return NULL;
}

static void far_end_start(far_end_t* end, int baud, bool hostile)
{
    *end = (far_end_t){
        .hostile = hostile,
        .random = random_stream(seed, 90),
        .line = {.name = "line_1", .baud = baud, .parity = PARITY_EVEN, .stop_bits = 1}};
    end->master_fd = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(end->master_fd >= 0);
    assert_int_equal(grantpt(end->master_fd), 0);
    assert_int_equal(unlockpt(end->master_fd), 0);
    assert_int_equal(ptsname_r(end->master_fd, end->line.path, sizeof end->line.path), 0);
    end->slave_fd = open(end->line.path, O_RDWR | O_NOCTTY);
    struct termios raw;
    assert_int_equal(tcgetattr(end->slave_fd, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(end->slave_fd, TCSANOW, &raw), 0);
    // An old whole frame that comes first, and alone, is for the device's sample counter to show.
    hostile_peer_init(&end->liar, HOSTILE_RTU, DRIVE_UNIT, DRIVE_UNIT, PART_FAULTED, seed);
    end->liar.never = HOSTILE_MANNER(HOSTILE_REORDERED) | HOSTILE_MANNER(HOSTILE_RESET) |
                      HOSTILE_MANNER(HOSTILE_HALF_OPEN);
    assert_int_equal(pthread_create(&end->thread, NULL, far_end_run, end), 0);
}

static void far_end_stop(far_end_t* end)
{
    atomic_store(&end->stop, true);
    assert_int_equal(pthread_join(end->thread, NULL), 0);
    (void)close(end->slave_fd);
    (void)close(end->master_fd);
}

// ------------------------------------------------------------------------------------------- pace

static int compare(const void* left, const void* right)
{
    const int64_t a = *(const int64_t*)left;
    const int64_t b = *(const int64_t*)right;
    return (a > b) - (a < b);
}

/// Where it is permitted: what the rest of the machine does is not what is measured. Nobody spins.
static void ask_for_priority(pthread_t thread, bool wanted)
{
    const struct sched_param parameters = {.sched_priority = wanted ? FIFO_PRIORITY : 0};
    (void)pthread_setschedparam(thread, wanted ? SCHED_FIFO : SCHED_OTHER, &parameters);
}

static port_batch_t batch;

static void assert_true_reply(int place, int unit)
{
    pdu_t truth;
    hostile_truth(unit, &batch.request[place], &truth);
    assert_int_equal(batch.result[place], PORT_OK);
    assert_int_equal(batch.reply[place].size, truth.size);
    assert_memory_equal(batch.reply[place].bytes, truth.bytes, (size_t)truth.size);
}

static void a_drive_and_the_force_sensor_take_no_longer_at_115200_than_is_computed(void** state)
{
    (void)state;
    static far_end_t end;
    far_end_start(&end, PACE_BAUD, false);
    const rtu_endpoint_t endpoints[2] = {{.unit = DRIVE_UNIT, .turnaround_s = PACE_TURNAROUND_S},
                                         {.unit = FORCE_UNIT, .turnaround_s = PACE_TURNAROUND_S}};
    rtu_port_t* rtu = rtu_port_create(&end.line, endpoints, 2);
    assert_non_null(rtu);
    const port_t port = rtu_port_view(rtu);
    assert_true(port.vtable->open(port.context, &batch, TIMEOUT_US));
    // As the virtual table's profiles have them: one function 23 each way, one block read.
    modbus_request_t drive = {MODBUS_READ_WRITE, 0, 8, 16, 3, {15, 0, 0}};
    modbus_request_t force = {MODBUS_READ_HOLDING, 0, 8, 0, 0, {0}};
    const double budget_us = 1e6 * (rtu_exchange_s(&end.line, &drive, PACE_TURNAROUND_S, 0.0) +
                                    rtu_exchange_s(&end.line, &force, PACE_TURNAROUND_S, 0.0));
    static int64_t taken_us[PACE_EXCHANGES];
    ask_for_priority(pthread_self(), true);
    ask_for_priority(end.thread, true);
    for (int i = 0; i < PACE_EXCHANGES; ++i) {
        drive.write_words[2] = (uint16_t)i;
        modbus_encode_request(&drive, &batch.request[0]);
        modbus_encode_request(&force, &batch.request[1]);
        const int64_t before_us = port_now_us();
        port.vtable->exchange(port.context, &batch, TIMEOUT_US);
        taken_us[i] = port_now_us() - before_us;
        assert_true_reply(0, DRIVE_UNIT);
        assert_true_reply(1, FORCE_UNIT);
    }
    ask_for_priority(pthread_self(), false);
    qsort(taken_us, PACE_EXCHANGES, sizeof taken_us[0], compare);
    const int median = PACE_EXCHANGES / 2;
    const int first_tenth = PACE_EXCHANGES / 10;
    const double median_us = (double)taken_us[median];
    print_message(
        "a drive and the force sensor at %d baud: computed %.2f ms, measured %.2f ms "
        "(median), %.2f (9 in 10), %.2f (worst) of %d; median by computed %.3f\n",
        PACE_BAUD, budget_us * 1e-3, median_us * 1e-3, (double)taken_us[9 * first_tenth] * 1e-3,
        (double)taken_us[PACE_EXCHANGES - 1] * 1e-3, PACE_EXCHANGES, median_us / budget_us);
    // Less than the wire alone takes would be a far end that does not keep its time.
    const double wire_us =
        1e6 * (rtu_wire_s(&end.line, rtu_request_size(&drive) + rtu_reply_size(&drive)) +
               rtu_wire_s(&end.line, rtu_request_size(&force) + rtu_reply_size(&force)));
    assert_true((double)taken_us[0] > wire_us);
    assert_true((double)taken_us[first_tenth] < PACE_PART_MAX * budget_us);
    rtu_port_destroy(rtu);
    far_end_stop(&end);
}

// ------------------------------------------------------------------------------------------- lies

/// Shows H28, H30.
static void of_faulted_replies_on_a_line_none_is_delivered_that_is_not_the_answer(void** state)
{
    (void)state;
    static far_end_t end;
    far_end_start(&end, HOSTILE_BAUD, true);
    const rtu_endpoint_t endpoint = {.unit = DRIVE_UNIT, .turnaround_s = HOSTILE_TURNAROUND_S};
    rtu_port_t* rtu = rtu_port_create(&end.line, &endpoint, 1);
    assert_non_null(rtu);
    const port_t port = rtu_port_view(rtu);
    random_stream_t random = random_stream(seed, 91);
    uint64_t results[PORT_RESULT_COUNT] = {0};
    uint64_t wrong = 0;
    uint64_t not_judged = 0;
    assert_true(port.vtable->open(port.context, &batch, TIMEOUT_US));
    for (uint64_t serial = 0; atomic_load(&end.faulted) < faulted_wanted; ++serial) {
        modbus_request_t request;
        pdu_t truth;
        hostile_request(serial, &random, &request);
        modbus_encode_request(&request, &batch.request[0]);
        hostile_truth(DRIVE_UNIT, &batch.request[0], &truth);
        atomic_store(&end.asked_at_us, port_now_us());
        atomic_store(&end.asked_address, address_of(&request));
        port.vtable->exchange(port.context, &batch, HOSTILE_TIMEOUT_US);
        ++results[batch.result[0]];
        if (batch.result[0] == PORT_NO_TURN) { // as a loop has its period
            sleep_until_us(port_now_us() + PAUSE_US);
        }
        if (batch.result[0] == PORT_OK &&
            (batch.reply[0].size != truth.size ||
             memcmp(batch.reply[0].bytes, truth.bytes, (size_t)truth.size) != 0)) {
            sleep_until_us(port_now_us() + SETTLE_US);
            const bool overslept = atomic_exchange(&end.overslept, false);
            not_judged += overslept ? 1 : 0;
            wrong += overslept ? 0 : 1;
        }
    }
    const rtu_counters_t counters = rtu_port_counters(rtu);
    print_message(
        "serial line, seed %llu: %llu faulted; %llu accepted, %llu timeouts, %llu "
        "refused, %llu wrong checksums, %llu without a turn, %llu quarantines; accepted "
        "wrongly %llu, and %llu that this machine sent out too late\n",
        (unsigned long long)seed, (unsigned long long)atomic_load(&end.faulted),
        (unsigned long long)results[PORT_OK], (unsigned long long)results[PORT_TIMEOUT],
        (unsigned long long)results[PORT_BAD_FRAME], (unsigned long long)results[PORT_BAD_CRC],
        (unsigned long long)results[PORT_NO_TURN], (unsigned long long)counters.quarantines,
        (unsigned long long)wrong, (unsigned long long)not_judged);
    assert_int_equal(wrong, 0);
    assert_true(not_judged * 1000 <= results[PORT_OK]);
    assert_true(results[PORT_OK] * 4 > faulted_wanted);
    assert_true(results[PORT_TIMEOUT] > 0 && results[PORT_BAD_FRAME] > 0);
    assert_true(results[PORT_BAD_CRC] > 0);
    rtu_port_destroy(rtu);
    far_end_stop(&end);
}

int main(int argc, char** argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drive_and_the_force_sensor_take_no_longer_at_115200_than_is_computed),
        cmocka_unit_test(of_faulted_replies_on_a_line_none_is_delivered_that_is_not_the_answer),
    };
    faulted_wanted = argc > 1 ? strtoull(argv[1], NULL, 10) : FAULTED_IN_TEST;
    seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
