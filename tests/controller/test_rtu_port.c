// A serial line, as a pair of pseudo-terminals, against units that do everything wrong a unit can
// do: late, twice, cut, glued, in drips, with every field changed, silent, hanging up. The claim is
// always the same: nothing wrong is delivered, the call ends, and the line recovers by itself.
// Deadlines are checked with seconds of slack.
#define _GNU_SOURCE // posix_openpt and its kin; the names of speeds
// ctest: alone
#include "tests/support/cmocka_prelude.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "controller/bus/modbus_pdu.h"
#include "controller/bus/rtu_frame.h"
#include "controller/bus/rtu_port.h"

#define UNIT 5
#define SLACK_US 5000000 // of a busy machine
#define TURNAROUND_S 0.02
#define LATE_US 60000 // past what a unit may take, and the slack that it gets

typedef enum {
    UNIT_HONEST,
    UNIT_SILENT,
    UNIT_LATE, // beyond its deadline
    UNIT_TWICE,
    UNIT_TWICE_LATER, // the second time in the quiet moment after the first
    UNIT_CUT,
    UNIT_GLUED,     // a byte behind the frame
    UNIT_DRIP,      // honest, a byte at a time, in time
    UNIT_DRIP_SLOW, // a byte at a time, for longer than any deadline
    UNIT_WRONG_UNIT,
    UNIT_WRONG_FUNCTION,
    UNIT_WRONG_COUNT,
    UNIT_WRONG_LENGTH,
    UNIT_WRONG_ECHO,
    UNIT_WRONG_CRC,
    UNIT_RANDOM,
    UNIT_EXCEPTION,
    UNIT_CHATTERS, // sends without having been asked, too
} unit_mode_t;

// The far end of a line: one thread for all units on it.
typedef struct {
    int master_fd;
    int slave_fd; // held open, so that the master does not read errors between two openings
    char path[PATH_CAPACITY];
    pthread_t thread;
    atomic_int mode[RTU_UNIT_MAX + 1]; // unit_mode_t
    atomic_bool stop;
    atomic_int requests;
    atomic_int early; // requests that came before the line had been silent
    int64_t quiet_from_us;
    bool late;      // what goes out now is late on purpose
    bool overtaken; // a late answer went out when the next request was there already
    uint32_t random;
} far_end_t;

static void sleep_us(int64_t duration_us)
{
    const struct timespec wait = {.tv_sec = duration_us / 1000000,
                                  .tv_nsec = (long)(duration_us % 1000000) * 1000};
    (void)nanosleep(&wait, NULL);
}

static void put(far_end_t* end, const uint8_t* bytes, int count)
{
    // A machine that keeps this thread from running makes a late unit later than any quarantine.
    struct pollfd asked_again = {.fd = end->master_fd, .events = POLLIN};
    end->overtaken = end->late && poll(&asked_again, 1, 0) > 0;
    end->quiet_from_us = port_now_us(); // before: this thread may be kept from going on
    (void)!write(end->master_fd, bytes, (size_t)count);
}

static void drip(far_end_t* end, const uint8_t* bytes, int count, int64_t each_us)
{
    for (int i = 0; i < count && !atomic_load(&end->stop); i++) {
        put(end, bytes + i, 1);
        sleep_us(each_us);
    }
}

static uint32_t random_of(far_end_t* end)
{
    end->random = end->random * 1664525u + 1013904223u;
    return end->random >> 16;
}

// The truth: every register holds its address plus 1000.
static void true_reply(const modbus_request_t* request, pdu_t* reply)
{
    uint16_t words[MODBUS_READ_COUNT_MAX];
    for (int i = 0; i < request->read_count; i++) {
        words[i] = (uint16_t)(request->read_address + i + 1000);
    }
    modbus_encode_reply(request, words, reply);
}

// The answer as the mode has it; the size of the frame. Wrong answers carry values nobody may see.
static int frame_answer(far_end_t* end, unit_mode_t mode, uint8_t unit,
                        const modbus_request_t* request, uint8_t bytes[RTU_FRAME_CAPACITY + 1])
{
    pdu_t reply;
    true_reply(request, &reply);
    const bool wrong = mode == UNIT_LATE || (mode >= UNIT_WRONG_UNIT && mode <= UNIT_RANDOM);
    for (int i = 2; wrong && i < reply.size && mode != UNIT_WRONG_ECHO; i++) {
        reply.bytes[i] = 0xEE;
    }
    if (mode == UNIT_WRONG_UNIT) {
        unit++;
    } else if (mode == UNIT_WRONG_FUNCTION) {
        reply.bytes[0] = MODBUS_READ_INPUT;
    } else if (mode == UNIT_WRONG_COUNT) {
        reply.bytes[1] = (uint8_t)(reply.bytes[1] - 2);
    } else if (mode == UNIT_WRONG_LENGTH) {
        reply.size -= 2;
        reply.bytes[1] = (uint8_t)(reply.bytes[1] - 2);
    } else if (mode == UNIT_WRONG_ECHO) {
        reply.bytes[2] ^= 1u;
    } else if (mode == UNIT_EXCEPTION) {
        modbus_encode_exception((uint8_t)request->function, MODBUS_DEVICE_BUSY, &reply);
    }
    int size = rtu_frame_encode(unit, &reply, bytes);
    if (mode == UNIT_WRONG_CRC) {
        bytes[size - 1] ^= 0x40u;
    } else if (mode == UNIT_CUT) {
        size -= 3;
    } else if (mode == UNIT_GLUED) {
        bytes[size++] = 0;
    }
    for (int i = 0; mode == UNIT_RANDOM && i < size; i++) {
        bytes[i] = (uint8_t)random_of(end);
    }
    return size;
}

static void answer(far_end_t* end, uint8_t unit, const pdu_t* pdu)
{
    modbus_request_t request;
    const unit_mode_t mode = (unit_mode_t)atomic_load(&end->mode[unit]);
    uint8_t bytes[RTU_FRAME_CAPACITY + 1];
    assert_int_equal(modbus_decode_request(pdu, &request), MODBUS_OK);
    const int size = frame_answer(end, mode, unit, &request, bytes);
    end->late = mode == UNIT_LATE || mode == UNIT_DRIP_SLOW;
    switch (mode) {
    case UNIT_SILENT:
        return;
    case UNIT_LATE:
        sleep_us(LATE_US);
        break;
    case UNIT_DRIP:
        drip(end, bytes, size, 300);
        return;
    case UNIT_DRIP_SLOW:
        drip(end, bytes, size, 15000);
        return;
    case UNIT_TWICE:
        put(end, bytes, size);
        break;
    case UNIT_TWICE_LATER:
        put(end, bytes, size);
        sleep_us(2500);
        break;
    case UNIT_HONEST:
    case UNIT_CUT:
    case UNIT_GLUED:
    case UNIT_WRONG_UNIT:
    case UNIT_WRONG_FUNCTION:
    case UNIT_WRONG_COUNT:
    case UNIT_WRONG_LENGTH:
    case UNIT_WRONG_ECHO:
    case UNIT_WRONG_CRC:
    case UNIT_RANDOM:
    case UNIT_EXCEPTION:
    case UNIT_CHATTERS:
        break;
    }
    put(end, bytes, size);
}

static void chatter(far_end_t* end)
{
    const uint8_t noise[] = {0x00, 0xFF, UNIT, 0x03};
    if (atomic_load(&end->mode[UNIT]) == UNIT_CHATTERS) {
        put(end, noise, (int)sizeof noise);
        sleep_us(1000);
    }
}

static void* far_end_run(void* context)
{
    far_end_t* end = (far_end_t*)context;
    uint8_t bytes[RTU_FRAME_CAPACITY];
    int count = 0;
    while (!atomic_load(&end->stop)) {
        struct pollfd ready = {.fd = end->master_fd, .events = POLLIN};
        chatter(end);
        if (poll(&ready, 1, 5) <= 0) {
            count = 0; // a silence ends whatever that was
            continue;
        }
        const ssize_t got = read(end->master_fd, bytes + count, sizeof bytes - (size_t)count);
        if (got <= 0) {
            continue;
        }
        if (count == 0 && !end->overtaken && port_now_us() - end->quiet_from_us < 1750) {
            atomic_fetch_add(&end->early, 1);
        }
        end->overtaken = false;
        count += (int)got;
        const int size = rtu_request_size_from_head(bytes, count);
        uint8_t unit = 0;
        pdu_t pdu;
        // Requests that came while it was busy stand behind one another: the first one counts.
        if (size > 0 && count >= size) {
            const bool whole = rtu_frame_decode(bytes, size, &unit, &pdu) == RTU_COMPLETE;
            atomic_fetch_add(&end->requests, whole ? 1 : 0);
            count = 0;
            if (whole) {
                answer(end, unit, &pdu);
            }
        }
    }
    return NULL;
}

static void far_end_open(far_end_t* end)
{
    end->master_fd = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(end->master_fd >= 0);
    assert_int_equal(grantpt(end->master_fd), 0);
    assert_int_equal(unlockpt(end->master_fd), 0);
    assert_int_equal(ptsname_r(end->master_fd, end->path, sizeof end->path), 0);
    end->slave_fd = open(end->path, O_RDWR | O_NOCTTY);
    struct termios raw;
    assert_int_equal(tcgetattr(end->slave_fd, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(end->slave_fd, TCSANOW, &raw), 0);
}

static void far_end_start(far_end_t* end)
{
    memset(end, 0, sizeof *end);
    end->random = 4242;
    far_end_open(end);
    assert_int_equal(pthread_create(&end->thread, NULL, far_end_run, end), 0);
}

static void far_end_stop(far_end_t* end)
{
    atomic_store(&end->stop, true);
    assert_int_equal(pthread_join(end->thread, NULL), 0);
    (void)close(end->slave_fd);
    (void)close(end->master_fd);
}

static line_settings_t line_at(const char* path)
{
    line_settings_t line = {.baud = 115200, .parity = PARITY_EVEN, .stop_bits = 1};
    (void)snprintf(line.name, sizeof line.name, "line_1");
    (void)snprintf(line.path, sizeof line.path, "%s", path);
    return line;
}

static rtu_port_t* port_at(const char* path, int count)
{
    rtu_endpoint_t endpoints[DEVICE_CAPACITY];
    const line_settings_t line = line_at(path);
    for (int i = 0; i < count; i++) {
        endpoints[i] = (rtu_endpoint_t){.unit = UNIT + i, .turnaround_s = TURNAROUND_S};
    }
    rtu_port_t* rtu_port = rtu_port_create(&line, endpoints, count);
    assert_non_null(rtu_port);
    return rtu_port;
}

static port_batch_t batch;
static modbus_request_t asked[DEVICE_CAPACITY];
static bool writes; // the first device is written to rather than read
static bool varies; // two requests in a row differ: four words, then five, then four
static bool longer;

static void ask(int device, int address)
{
    const int count = varies && longer ? 5 : 4;
    asked[device] = (modbus_request_t){MODBUS_READ_HOLDING, address, count, 0, 0, {0}};
    if (writes && device == 0) {
        asked[device] = (modbus_request_t){MODBUS_WRITE_MULTIPLE, 0, 0, address, 2, {1, 2}};
    }
    modbus_encode_request(&asked[device], &batch.request[device]);
}

static void assert_truth(int device)
{
    uint16_t words[MODBUS_READ_COUNT_MAX];
    int exception = 0;
    const modbus_result_t result =
        modbus_decode_reply(&asked[device], &batch.reply[device], words, &exception);
    assert_true(result == MODBUS_OK || result == MODBUS_EXCEPTION);
    for (int i = 0; i < asked[device].read_count && result == MODBUS_OK; i++) {
        assert_int_equal(words[i], asked[device].read_address + i + 1000);
    }
    assert_true(batch.round_trip_us[device] > 0);
}

// One exchange with all devices; asserts that whatever is delivered is the truth. The result of the
// first one.
static port_result_t exchange_once(rtu_port_t* rtu_port, int64_t timeout_us)
{
    static int address;
    const port_t port = rtu_port_view(rtu_port);
    for (int i = 0; i < port.device_count; i++) {
        address = (address + 4) % 4000;
        ask(i, address);
    }
    const int64_t before_us = port_now_us();
    port.vtable->exchange(port.context, &batch, timeout_us);
    assert_true(port_now_us() - before_us < timeout_us + SLACK_US);
    for (int i = 0; i < port.device_count; i++) {
        if (batch.result[i] == PORT_OK) {
            assert_truth(i);
        }
    }
    longer = longer != (batch.result[0] != PORT_NO_TURN);
    return batch.result[0];
}

static bool recovers(rtu_port_t* rtu_port)
{
    for (int period = 0; period < 200; period++) {
        if (exchange_once(rtu_port, 500000) == PORT_OK) {
            return true;
        }
        sleep_us(5000);
    }
    return false;
}

static void several_units_answer_each_in_its_turn_after_a_silence(void** state)
{
    (void)state;
    far_end_t end;
    far_end_start(&end);
    rtu_port_t* rtu_port = port_at(end.path, 3);
    const port_t port = rtu_port_view(rtu_port);
    assert_true(port.vtable->open(port.context, &batch, SLACK_US));
    for (int i = 0; i < 50; i++) {
        assert_int_equal(exchange_once(rtu_port, SLACK_US), PORT_OK);
        assert_int_equal(batch.result[1], PORT_OK);
        assert_int_equal(batch.result[2], PORT_OK);
        assert_true(batch.elapsed_us >= 2 * 1750);
    }
    assert_int_equal(atomic_load(&end.requests), 150);
    assert_int_equal(atomic_load(&end.early), 0);
    const rtu_counters_t counters = rtu_port_counters(rtu_port);
    assert_int_equal(counters.connects, 1);
    assert_int_equal(counters.quarantines, 0);
    assert_int_equal(counters.unasked_bytes, 0);
    port.vtable->close(port.context);
    assert_true(recovers(rtu_port));
    rtu_port_destroy(rtu_port);
    far_end_stop(&end);
}

typedef struct {
    unit_mode_t mode;
    port_result_t expected;
} expectation_t;

static void assert_nothing_wrong_is_delivered(const expectation_t* expectation)
{
    far_end_t end;
    far_end_start(&end);
    rtu_port_t* rtu_port = port_at(end.path, 1);
    assert_true(recovers(rtu_port));
    for (int round = 0; round < 3; round++) {
        atomic_store(&end.mode[UNIT], (int)expectation->mode);
        assert_int_equal(exchange_once(rtu_port, 45000), expectation->expected);
        // Whatever it still sends must not meet a later request.
        atomic_store(&end.mode[UNIT], UNIT_HONEST);
        for (int period = 0; period < 10; period++) {
            (void)exchange_once(rtu_port, 4000); // asserts the truth of what it gets
        }
        assert_true(recovers(rtu_port));
        for (int i = 0; i < 5; i++) {
            assert_int_equal(exchange_once(rtu_port, SLACK_US), PORT_OK);
        }
    }
    assert_int_equal(atomic_load(&end.early), 0);
    rtu_port_destroy(rtu_port);
    far_end_stop(&end);
}

/// Shows H30, H33.
static void replies_with_a_wrong_field_are_refused_and_the_line_quarantined(void** state)
{
    (void)state;
    varies = true; // a busy machine may make an honest unit slower than it said
    const expectation_t expectations[] = {
        {UNIT_WRONG_UNIT, PORT_BAD_FRAME},   {UNIT_WRONG_FUNCTION, PORT_BAD_FRAME},
        {UNIT_WRONG_COUNT, PORT_BAD_FRAME},  {UNIT_WRONG_CRC, PORT_BAD_CRC},
        {UNIT_WRONG_LENGTH, PORT_BAD_FRAME}, {UNIT_CUT, PORT_TIMEOUT},
    };
    for (int i = 0; i < (int)(sizeof expectations / sizeof expectations[0]); i++) {
        assert_nothing_wrong_is_delivered(&expectations[i]);
    }
    writes = true;
    const expectation_t echo = {UNIT_WRONG_ECHO, PORT_BAD_FRAME};
    assert_nothing_wrong_is_delivered(&echo);
    writes = varies = false;
}

/// Shows H28, H29, H30.
static void silence_drips_and_lateness_end_at_the_deadline(void** state)
{
    (void)state;
    varies = true; // as above
    const expectation_t expectations[] = {
        {UNIT_SILENT, PORT_TIMEOUT}, {UNIT_LATE, PORT_TIMEOUT}, {UNIT_DRIP_SLOW, PORT_TIMEOUT}};
    for (int i = 0; i < (int)(sizeof expectations / sizeof expectations[0]); i++) {
        assert_nothing_wrong_is_delivered(&expectations[i]);
    }
    varies = false;
}

// Whether a first answer counts depends on how the bytes come to be read; that no other ever does,
// does not. One that comes again in the quiet moment after the next request is known by its length:
// two requests in a row differ.
/// Shows H31.
static void doubled_glued_and_random_replies_never_deliver_a_wrong_word(void** state)
{
    (void)state;
    const unit_mode_t modes[] = {UNIT_TWICE, UNIT_TWICE_LATER, UNIT_GLUED, UNIT_RANDOM};
    varies = true;
    for (int i = 0; i < 4; i++) {
        far_end_t end;
        far_end_start(&end);
        rtu_port_t* rtu_port = port_at(end.path, 1);
        assert_true(recovers(rtu_port));
        atomic_store(&end.mode[UNIT], (int)modes[i]);
        for (int period = 0; period < 30; period++) {
            const port_result_t result = exchange_once(rtu_port, 60000);
            assert_true(result != PORT_OK || modes[i] != UNIT_RANDOM);
        }
        assert_true(rtu_port_counters(rtu_port).quarantines > 0);
        atomic_store(&end.mode[UNIT], UNIT_HONEST);
        assert_true(recovers(rtu_port));
        for (int period = 0; period < 5; period++) {
            assert_int_equal(exchange_once(rtu_port, SLACK_US), PORT_OK);
        }
        rtu_port_destroy(rtu_port);
        far_end_stop(&end);
    }
    varies = false;
}

static void drips_that_end_in_time_are_delivered(void** state)
{
    (void)state;
    far_end_t end;
    far_end_start(&end);
    rtu_port_t* rtu_port = port_at(end.path, 1);
    atomic_store(&end.mode[UNIT], UNIT_DRIP);
    assert_true(recovers(rtu_port));
    for (int i = 0; i < 5; i++) {
        assert_int_equal(exchange_once(rtu_port, SLACK_US), PORT_OK);
    }
    rtu_port_destroy(rtu_port);
    far_end_stop(&end);
}

static void an_exception_is_an_answer_and_begins_no_quarantine(void** state)
{
    (void)state;
    far_end_t end;
    far_end_start(&end);
    rtu_port_t* rtu_port = port_at(end.path, 1);
    assert_true(recovers(rtu_port));
    atomic_store(&end.mode[UNIT], UNIT_EXCEPTION);
    const uint64_t quarantines = rtu_port_counters(rtu_port).quarantines;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(exchange_once(rtu_port, SLACK_US), PORT_OK);
        assert_int_equal(batch.reply[0].size, 2);
        assert_int_equal(batch.reply[0].bytes[1], MODBUS_DEVICE_BUSY);
    }
    assert_int_equal(rtu_port_counters(rtu_port).quarantines, quarantines);
    rtu_port_destroy(rtu_port);
    far_end_stop(&end);
}

static void a_line_on_which_somebody_talks_is_not_asked_on(void** state)
{
    (void)state;
    far_end_t end;
    far_end_start(&end);
    rtu_port_t* rtu_port = port_at(end.path, 1);
    assert_true(recovers(rtu_port));
    atomic_store(&end.mode[UNIT], UNIT_CHATTERS);
    sleep_us(50000);
    const int before = atomic_load(&end.requests);
    for (int period = 0; period < 5; period++) {
        assert_int_equal(exchange_once(rtu_port, 50000), PORT_NO_TURN);
    }
    assert_int_equal(atomic_load(&end.requests), before);
    assert_true(rtu_port_counters(rtu_port).unasked_bytes > 0);
    atomic_store(&end.mode[UNIT], UNIT_HONEST);
    assert_true(recovers(rtu_port));
    rtu_port_destroy(rtu_port);
    far_end_stop(&end);
}

static void a_silent_unit_leaves_the_others_their_time(void** state)
{
    (void)state;
    far_end_t end;
    far_end_start(&end);
    rtu_port_t* rtu_port = port_at(end.path, 3);
    assert_true(recovers(rtu_port));
    atomic_store(&end.mode[UNIT + 1], UNIT_SILENT);
    // A machine that holds up the far end for longer than a turnaround costs a period, not the
    // claim.
    int good = 0;
    for (int period = 0; period < 10 && good < 3; period++) {
        const bool first = exchange_once(rtu_port, 600000) == PORT_OK;
        assert_int_not_equal(batch.result[1], PORT_OK);
        good += first && batch.result[1] == PORT_TIMEOUT && batch.result[2] == PORT_OK;
    }
    assert_int_equal(good, 3);
    rtu_port_destroy(rtu_port);
    far_end_stop(&end);
}

static void a_unit_that_could_not_answer_in_time_is_not_asked_and_says_so(void** state)
{
    (void)state;
    far_end_t end;
    far_end_start(&end);
    rtu_port_t* rtu_port = port_at(end.path, 3);
    assert_true(recovers(rtu_port));
    const int before = atomic_load(&end.requests);
    // One exchange needs 20 ms of turnaround, 1.75 ms of silence and both frames.
    assert_int_equal(exchange_once(rtu_port, 20000), PORT_NO_TURN);
    assert_int_equal(batch.result[1], PORT_NO_TURN);
    assert_int_equal(atomic_load(&end.requests), before);
    // No answer, but also no bytes in the air: the line was never spoilt.
    assert_int_equal(rtu_port_counters(rtu_port).quarantines, 0);
    batch.request[1].size = 0;
    const port_t port = rtu_port_view(rtu_port);
    port.vtable->exchange(port.context, &batch, SLACK_US);
    assert_int_equal(batch.result[1], PORT_NOT_ASKED);
    assert_int_equal(batch.result[2], PORT_OK);
    memset(batch.request, 0, sizeof batch.request);
    rtu_port_destroy(rtu_port);
    far_end_stop(&end);
}

static void a_unit_of_another_port_is_left_alone(void** state)
{
    (void)state;
    far_end_t end;
    far_end_start(&end);
    const line_settings_t line = line_at(end.path);
    const rtu_endpoint_t endpoints[] = {{.elsewhere = true}, {.unit = UNIT}};
    rtu_port_t* rtu_port = rtu_port_create(&line, endpoints, 2);
    const port_t port = rtu_port_view(rtu_port);
    ask(0, 8);
    ask(1, 12);
    batch.result[0] = PORT_REFUSED;
    batch.round_trip_us[0] = 4711;
    port.vtable->exchange(port.context, &batch, SLACK_US);
    assert_int_equal(batch.result[0], PORT_REFUSED);
    assert_int_equal(batch.round_trip_us[0], 4711);
    assert_int_equal(batch.result[1], PORT_OK);
    assert_truth(1);
    assert_int_equal(atomic_load(&end.requests), 1);
    rtu_port_destroy(rtu_port);
    far_end_stop(&end);
}

// The path is a link, as udev makes them: after the plug is back it leads to another device.
static void an_unplugged_line_is_told_and_opened_anew(void** state)
{
    (void)state;
    char directory[] = "/tmp/knead-rtu-XXXXXX";
    assert_non_null(mkdtemp(directory));
    char path[PATH_CAPACITY];
    (void)snprintf(path, sizeof path, "%s/line", directory);
    far_end_t end;
    far_end_start(&end);
    assert_int_equal(symlink(end.path, path), 0);
    rtu_port_t* rtu_port = port_at(path, 2);
    assert_true(recovers(rtu_port));
    for (int round = 0; round < 3; round++) {
        far_end_stop(&end);
        assert_int_equal(exchange_once(rtu_port, 300000), PORT_CLOSED);
        assert_int_equal(batch.result[1], PORT_NOT_CONNECTED);
        assert_int_equal(unlink(path), 0);
        for (int period = 0; period < 5; period++) {
            assert_int_equal(exchange_once(rtu_port, 30000), PORT_NOT_CONNECTED);
            sleep_us(10000);
        }
        far_end_start(&end);
        assert_int_equal(symlink(end.path, path), 0);
        assert_true(recovers(rtu_port));
        assert_int_equal(rtu_port_counters(rtu_port).connects, round + 2);
    }
    rtu_port_destroy(rtu_port);
    far_end_stop(&end);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void a_line_that_is_not_there_is_told_at_once(void** state)
{
    (void)state;
    rtu_port_t* rtu_port = port_at("/dev/no-such-line", 2);
    const port_t port = rtu_port_view(rtu_port);
    const int64_t before_us = port_now_us();
    assert_false(port.vtable->open(port.context, &batch, 60000000));
    assert_true(port_now_us() - before_us < SLACK_US);
    assert_int_equal(batch.result[0], PORT_NO_LINE);
    assert_int_equal(batch.result[1], PORT_NO_LINE);
    assert_int_equal(exchange_once(rtu_port, 30000), PORT_NOT_CONNECTED);
    rtu_port_destroy(rtu_port);
}

static void every_known_speed_is_set_on_the_line(void** state)
{
    (void)state;
    static const struct {
        int baud;
        speed_t speed;
    } speeds[] = {
#define X(baud) {baud, B##baud},
        RTU_BAUD_LIST(X)
#undef X
    };
    far_end_t end;
    far_end_start(&end);
    for (int i = 0; i < (int)(sizeof speeds / sizeof speeds[0]); i++) {
        line_settings_t line = line_at(end.path);
        line.baud = speeds[i].baud;
        const rtu_endpoint_t endpoint = {.unit = UNIT};
        rtu_port_t* rtu_port = rtu_port_create(&line, &endpoint, 1);
        assert_non_null(rtu_port);
        const port_t port = rtu_port_view(rtu_port);
        assert_true(port.vtable->open(port.context, &batch, SLACK_US));
        struct termios attributes;
        assert_int_equal(tcgetattr(end.slave_fd, &attributes), 0);
        assert_int_equal(cfgetospeed(&attributes), speeds[i].speed);
        rtu_port_destroy(rtu_port);
    }
    far_end_stop(&end);
}

static void lines_and_units_that_are_not_usable_make_no_port(void** state)
{
    (void)state;
    line_settings_t line = line_at("/dev/null");
    rtu_endpoint_t endpoint = {.unit = UNIT};
    assert_null(rtu_port_create(&line, &endpoint, 0));
    assert_null(rtu_port_create(&line, &endpoint, DEVICE_CAPACITY + 1));
    line.baud = 250000;
    assert_null(rtu_port_create(&line, &endpoint, 1));
    line = line_at("/dev/null");
    line.stop_bits = 3;
    assert_null(rtu_port_create(&line, &endpoint, 1));
    line = line_at("");
    assert_null(rtu_port_create(&line, &endpoint, 1));
    line = line_at("/dev/null");
    endpoint.unit = 0; // a broadcast
    assert_null(rtu_port_create(&line, &endpoint, 1));
    endpoint.unit = RTU_UNIT_MAX + 1;
    assert_null(rtu_port_create(&line, &endpoint, 1));
    endpoint.unit = RTU_UNIT_MAX;
    rtu_port_t* rtu_port = rtu_port_create(&line, &endpoint, 1);
    assert_non_null(rtu_port);
    const port_t port = rtu_port_view(rtu_port);
    assert_false(port.vtable->open(port.context, &batch, SLACK_US)); // no serial device
    rtu_port_destroy(rtu_port);
    rtu_port_destroy(NULL);
}

static void endpoints_are_where_the_machine_says(void** state)
{
    (void)state;
    static machine_settings_t machine;
    rtu_endpoint_t endpoints[DEVICE_CAPACITY];
    machine.device_count = 3;
    machine.profiles[1].turnaround_s = 0.004;
    machine.profiles[1].silent_interval_s = 0.01;
    machine.devices[1] = (device_settings_t){.line = 2, .unit = 9, .profile_index = 1};
    machine.devices[2] = (device_settings_t){.line = 1, .unit = 3};
    assert_int_equal(rtu_endpoints_of_machine(&machine, 1, endpoints), 3);
    assert_true(endpoints[0].elsewhere && endpoints[2].elsewhere);
    assert_false(endpoints[1].elsewhere);
    assert_int_equal(endpoints[1].unit, 9);
    assert_near(endpoints[1].turnaround_s, 0.004, 1e-12);
    assert_near(endpoints[1].silent_interval_s, 0.01, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_units_answer_each_in_its_turn_after_a_silence),
        cmocka_unit_test(replies_with_a_wrong_field_are_refused_and_the_line_quarantined),
        cmocka_unit_test(silence_drips_and_lateness_end_at_the_deadline),
        cmocka_unit_test(doubled_glued_and_random_replies_never_deliver_a_wrong_word),
        cmocka_unit_test(drips_that_end_in_time_are_delivered),
        cmocka_unit_test(an_exception_is_an_answer_and_begins_no_quarantine),
        cmocka_unit_test(a_line_on_which_somebody_talks_is_not_asked_on),
        cmocka_unit_test(a_silent_unit_leaves_the_others_their_time),
        cmocka_unit_test(a_unit_that_could_not_answer_in_time_is_not_asked_and_says_so),
        cmocka_unit_test(a_unit_of_another_port_is_left_alone),
        cmocka_unit_test(an_unplugged_line_is_told_and_opened_anew),
        cmocka_unit_test(a_line_that_is_not_there_is_told_at_once),
        cmocka_unit_test(every_known_speed_is_set_on_the_line),
        cmocka_unit_test(lines_and_units_that_are_not_usable_make_no_port),
        cmocka_unit_test(endpoints_are_where_the_machine_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
