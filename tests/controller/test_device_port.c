// A machine whose devices hang on sockets and on two serial lines at once: every one gets its own
// answer, a broken link costs only its own devices, and what cannot be reached is told by name.
#define _GNU_SOURCE // posix_openpt and its kin
// ctest: alone
#include "tests/support/cmocka_prelude.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "controller/bus/device_port.h"
#include "controller/bus/modbus_pdu.h"
#include "controller/bus/rtu_frame.h"

#define SLACK_US 5000000 // of a busy machine
#define DEVICES 5        // 0 and 3 over TCP, 1 and 4 on the first line, 2 on the second
#define FIRST_UNIT 10

// The far end of one link: a connection or a line. Every register of unit u holds its address plus
// 1000 times u.
typedef struct {
    int fd; // listening, or the line's master side
    int slave_fd;
    bool tcp;
    pthread_t thread;
    atomic_bool stop;
    atomic_bool silent;
} far_end_t;

static far_end_t ends[4]; // two sockets, two lines
static machine_settings_t machine;
static port_batch_t batch;

static void reply_of(uint8_t unit, const pdu_t* pdu, pdu_t* reply)
{
    modbus_request_t request;
    uint16_t words[MODBUS_READ_COUNT_MAX];
    if (modbus_decode_request(pdu, &request) != MODBUS_OK) {
        modbus_encode_exception(pdu->bytes[0], MODBUS_ILLEGAL_FUNCTION, reply);
        return;
    }
    for (int i = 0; i < request.read_count; i++) {
        words[i] = (uint16_t)(request.read_address + i + 1000 * unit);
    }
    modbus_encode_reply(&request, words, reply);
}

// Takes what came from `fd` and answers a whole frame. False if the peer is gone.
static bool answer_once(far_end_t* end, int fd)
{
    uint8_t bytes[FRAME_CAPACITY];
    const ssize_t count = read(fd, bytes, sizeof bytes);
    if (count <= 0) {
        return false;
    }
    frame_t frame;
    pdu_t reply;
    int size = 0;
    if (end->tcp && frame_decode(bytes, (int)count, &frame, &size) == FRAME_COMPLETE) {
        reply_of(frame.unit, &frame.pdu, &reply);
        size = frame_encode(frame.transaction, frame.unit, &reply, bytes);
    } else if (!end->tcp &&
               rtu_frame_decode(bytes, (int)count, &frame.unit, &frame.pdu) == RTU_COMPLETE) {
        reply_of(frame.unit, &frame.pdu, &reply);
        size = rtu_frame_encode(frame.unit, &reply, bytes);
    }
    return size == 0 || atomic_load(&end->silent) || write(fd, bytes, (size_t)size) == size;
}

static bool readable(int fd)
{
    struct pollfd look = {.fd = fd, .events = POLLIN};
    return poll(&look, 1, 5) > 0;
}

static void* far_end_run(void* context)
{
    far_end_t* end = (far_end_t*)context;
    int peer = end->tcp ? -1 : end->fd;
    while (!atomic_load(&end->stop)) {
        if (peer < 0 && readable(end->fd)) {
            peer = accept(end->fd, NULL, NULL);
        }
        if (peer >= 0 && readable(peer) && !answer_once(end, peer) && end->tcp) {
            (void)close(peer);
            peer = -1;
        }
    }
    if (end->tcp && peer >= 0) {
        (void)close(peer);
    }
    return NULL;
}

static void open_socket(far_end_t* end, device_settings_t* device)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    end->tcp = true;
    end->fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(end->fd, (const struct sockaddr*)&address, sizeof address), 0);
    assert_int_equal(listen(end->fd, 4), 0);
    assert_int_equal(getsockname(end->fd, (struct sockaddr*)&address, &size), 0);
    (void)snprintf(device->host, sizeof device->host, "127.0.0.1");
    device->port = ntohs(address.sin_port);
}

static void open_line(far_end_t* end, line_settings_t* line)
{
    *line = (line_settings_t){.baud = 115200, .parity = PARITY_EVEN, .stop_bits = 1};
    (void)snprintf(line->name, sizeof line->name, "line_%d", (int)(end - ends) - 1);
    end->tcp = false;
    end->fd = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(end->fd >= 0);
    assert_int_equal(grantpt(end->fd), 0);
    assert_int_equal(unlockpt(end->fd), 0);
    assert_int_equal(ptsname_r(end->fd, line->path, sizeof line->path), 0);
    end->slave_fd = open(line->path, O_RDWR | O_NOCTTY);
    struct termios raw;
    assert_int_equal(tcgetattr(end->slave_fd, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(end->slave_fd, TCSANOW, &raw), 0);
}

static int start_all(void** state)
{
    (void)state;
    memset(&machine, 0, sizeof machine);
    memset(&batch, 0, sizeof batch);
    machine.device_count = DEVICES;
    machine.line_count = 2;
    machine.profiles[0].turnaround_s = 0.02;
    for (int i = 0; i < DEVICES; i++) {
        (void)snprintf(machine.devices[i].name, sizeof machine.devices[i].name, "device_%d", i);
        machine.devices[i].unit = FIRST_UNIT + i;
    }
    machine.devices[1].line = machine.devices[4].line = 1;
    machine.devices[2].line = 2;
    open_socket(&ends[0], &machine.devices[0]);
    open_socket(&ends[1], &machine.devices[3]);
    open_line(&ends[2], &machine.lines[0]);
    open_line(&ends[3], &machine.lines[1]);
    for (int i = 0; i < 4; i++) {
        atomic_store(&ends[i].stop, false);
        atomic_store(&ends[i].silent, false);
        assert_int_equal(pthread_create(&ends[i].thread, NULL, far_end_run, &ends[i]), 0);
    }
    return 0;
}

static void stop_end(far_end_t* end)
{
    if (end->fd < 0) {
        return;
    }
    atomic_store(&end->stop, true);
    assert_int_equal(pthread_join(end->thread, NULL), 0);
    (void)close(end->fd);
    if (!end->tcp) {
        (void)close(end->slave_fd);
    }
    end->fd = -1;
}

static int stop_all(void** state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        stop_end(&ends[i]);
    }
    return 0;
}

static device_port_t* port_of_machine(void)
{
    char complaint[DEVICE_PORT_COMPLAINT_CAPACITY];
    device_port_t* devices = device_port_create(&machine, complaint);
    assert_string_equal(complaint, "");
    assert_non_null(devices);
    return devices;
}

// Asks every device; asserts that whatever is delivered is that device's.
static void exchange_all(device_port_t* devices, int64_t timeout_us)
{
    static int address;
    const port_t port = device_port_view(devices);
    modbus_request_t request = {MODBUS_READ_HOLDING, 0, 4, 0, 0, {0}};
    address = (address + 4) % 900;
    for (int i = 0; i < DEVICES; i++) {
        request.read_address = address + i;
        modbus_encode_request(&request, &batch.request[i]);
    }
    const int64_t before_us = port_now_us();
    port.vtable->exchange(port.context, &batch, timeout_us);
    assert_true(port_now_us() - before_us < timeout_us + SLACK_US);
    assert_true(batch.elapsed_us >= 0 && batch.elapsed_us <= port_now_us() - before_us);
    for (int i = 0; i < DEVICES; i++) {
        uint16_t words[MODBUS_READ_COUNT_MAX];
        int exception = 0;
        request.read_address = address + i;
        if (batch.result[i] == PORT_OK) {
            assert_int_equal(modbus_decode_reply(&request, &batch.reply[i], words, &exception),
                             MODBUS_OK);
            assert_int_equal(words[0], address + i + 1000 * (FIRST_UNIT + i));
            assert_int_equal(words[3], address + i + 3 + 1000 * (FIRST_UNIT + i));
        }
    }
}

static void assert_all_answer(device_port_t* devices)
{
    exchange_all(devices, SLACK_US);
    for (int i = 0; i < DEVICES; i++) {
        assert_int_equal(batch.result[i], PORT_OK);
        assert_true(batch.round_trip_us[i] > 0);
    }
}

static void sockets_and_lines_answer_in_one_exchange(void** state)
{
    (void)state;
    device_port_t* devices = port_of_machine();
    const port_t port = device_port_view(devices);
    assert_int_equal(port.device_count, DEVICES);
    assert_true(port.vtable->open(port.context, &batch, SLACK_US));
    for (int i = 0; i < DEVICES; i++) {
        assert_int_equal(batch.result[i], PORT_OK);
    }
    for (int period = 0; period < 20; period++) {
        assert_all_answer(devices);
    }
    for (int i = 0; i < DEVICES; i++) {
        assert_int_equal(port.vtable->connect_count(port.context, i), 1);
    }
    port.vtable->close(port.context);
    assert_true(port.vtable->open(port.context, &batch, SLACK_US));
    assert_all_answer(devices);
    assert_int_equal(port.vtable->connect_count(port.context, 4), 2);
    device_port_destroy(devices);
}

static void a_silent_or_broken_link_costs_only_its_own_devices(void** state)
{
    (void)state;
    device_port_t* devices = port_of_machine();
    const port_t port = device_port_view(devices);
    assert_true(port.vtable->open(port.context, &batch, SLACK_US));
    atomic_store(&ends[2].silent, true); // the first line
    exchange_all(devices, 400000);
    assert_int_equal(batch.result[0], PORT_OK);
    assert_int_equal(batch.result[1], PORT_TIMEOUT);
    assert_int_equal(batch.result[2], PORT_OK);
    assert_int_equal(batch.result[3], PORT_OK);
    assert_int_not_equal(batch.result[4], PORT_OK);
    atomic_store(&ends[2].silent, false);
    assert_all_answer(devices);
    stop_end(&ends[3]); // the second line is pulled out
    exchange_all(devices, 400000);
    assert_int_equal(batch.result[2], PORT_CLOSED);
    assert_int_equal(batch.result[1], PORT_OK);
    assert_int_equal(batch.result[3], PORT_OK);
    stop_end(&ends[0]); // and a socket is closed
    exchange_all(devices, 400000);
    assert_int_not_equal(batch.result[0], PORT_OK);
    assert_int_equal(batch.result[3], PORT_OK);
    assert_int_equal(batch.result[4], PORT_OK);
    device_port_destroy(devices);
}

static void a_line_that_is_not_there_is_told_for_its_devices_alone(void** state)
{
    (void)state;
    (void)snprintf(machine.lines[1].path, sizeof machine.lines[1].path, "/dev/no-such-line");
    device_port_t* devices = port_of_machine();
    const port_t port = device_port_view(devices);
    assert_false(port.vtable->open(port.context, &batch, SLACK_US));
    assert_int_equal(batch.result[0], PORT_OK);
    assert_int_equal(batch.result[1], PORT_OK);
    assert_int_equal(batch.result[2], PORT_NO_LINE);
    exchange_all(devices, SLACK_US);
    assert_int_equal(batch.result[2], PORT_NOT_CONNECTED);
    assert_int_equal(batch.result[4], PORT_OK);
    device_port_destroy(devices);
}

static void machines_on_lines_or_sockets_alone_work_too(void** state)
{
    (void)state;
    machine.devices[0].line = machine.devices[3].line = 2;
    device_port_t* devices = port_of_machine();
    assert_all_answer(devices);
    device_port_destroy(devices);
}

static void assert_complains(const char* about)
{
    char complaint[DEVICE_PORT_COMPLAINT_CAPACITY];
    assert_null(device_port_create(&machine, complaint));
    assert_non_null(strstr(complaint, about));
}

static void what_cannot_be_reached_is_told_by_name(void** state)
{
    (void)state;
    const machine_settings_t good = machine;
    machine.lines[1].baud = 250000;
    assert_complains("no speed of 250000 baud");
    machine = good;
    machine.devices[2].unit = 0;
    assert_complains("line_2");
    machine = good;
    machine.devices[3].port = 0;
    assert_complains("device_3");
    machine = good;
    machine.devices[4].line = 3;
    assert_complains("device_4");
    machine = good;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sockets_and_lines_answer_in_one_exchange, start_all,
                                        stop_all),
        cmocka_unit_test_setup_teardown(a_silent_or_broken_link_costs_only_its_own_devices,
                                        start_all, stop_all),
        cmocka_unit_test_setup_teardown(a_line_that_is_not_there_is_told_for_its_devices_alone,
                                        start_all, stop_all),
        cmocka_unit_test_setup_teardown(machines_on_lines_or_sockets_alone_work_too, start_all,
                                        stop_all),
        cmocka_unit_test_setup_teardown(what_cannot_be_reached_is_told_by_name, start_all,
                                        stop_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
