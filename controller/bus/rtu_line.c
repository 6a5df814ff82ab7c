#define _GNU_SOURCE // ppoll, speeds past 38400 baud, and the exclusive use of a line

#include "controller/bus/rtu_line.h"

#include <assert.h>
#include <errno.h>
#include <linux/serial.h>
#include <math.h>
#include <modbus.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "controller/bus/reply_stream.h"
#include "controller/bus/rtu_frame.h"

// What stands between the line and this thread: the scheduler, and the adapter's own clock, which
// is 1 ms where it obeys (see `ask_for_low_latency`).
#define RECEIVE_SLACK_US 5000
// Of /dev/pts/N (Linux, Documentation/admin-guide/devices.txt).
#define PSEUDO_TERMINAL_MAJOR_MIN 136
#define PSEUDO_TERMINAL_MAJOR_MAX 143

struct rtu_line {
    line_settings_t settings;
    int count;
    rtu_endpoint_t endpoints[DEVICE_CAPACITY];
    int64_t quarantine_us; // how long it lasts

    modbus_t* modbus; // owns the descriptor
    bool up;
    int64_t retry_at_us; // not before this while down
    int retry_step;
    int64_t quiet_from_us;       // the last byte in either direction
    int64_t quarantine_until_us; // nothing is sent before
    rtu_counters_t counters;
};

static int64_t rounded_up_us(double time_s)
{
    return (int64_t)ceil(time_s * 1e6);
}

// ----------------------------------------------------------------------------------------- life

static int64_t turnaround_us(const rtu_endpoint_t* endpoint)
{
    return endpoint->turnaround_s > 0.0 ? rounded_up_us(endpoint->turnaround_s)
                                        : RTU_TURNAROUND_UNKNOWN_US;
}

static int64_t silence_us(const rtu_line_t* line, int device)
{
    return rounded_up_us(rtu_silence_s(&line->settings, line->endpoints[device].silent_interval_s));
}

static bool usable(const line_settings_t* settings, const rtu_endpoint_t* endpoints, int count)
{
    bool usable = rtu_baud_known(settings->baud) && settings->path[0] != '\0' &&
                  (settings->stop_bits == 1 || settings->stop_bits == 2) && count >= 1 &&
                  count <= DEVICE_CAPACITY;
    for (int i = 0; usable && i < count; i++) {
        usable =
            endpoints[i].elsewhere || (endpoints[i].unit >= 1 && endpoints[i].unit <= RTU_UNIT_MAX);
    }
    return usable;
}

rtu_line_t* rtu_line_create(const line_settings_t* settings, const rtu_endpoint_t* endpoints,
                            int count)
{
    static const char parities[] = {[PARITY_NONE] = 'N', [PARITY_EVEN] = 'E', [PARITY_ODD] = 'O'};
    rtu_line_t* line = usable(settings, endpoints, count) ? calloc(1, sizeof *line) : NULL;
    if (line == NULL) {
        return NULL;
    }
    line->settings = *settings;
    line->count = count;
    memcpy(line->endpoints, endpoints, (size_t)count * sizeof endpoints[0]);
    for (int i = 0; i < count; i++) {
        const int64_t turnaround = turnaround_us(&endpoints[i]);
        const int64_t silence = silence_us(line, i);
        const int64_t longer = turnaround > silence ? turnaround : silence;
        if (!endpoints[i].elsewhere && longer > line->quarantine_us) {
            line->quarantine_us = longer;
        }
    }
    line->modbus = modbus_new_rtu(settings->path, settings->baud, parities[settings->parity], 8,
                                  settings->stop_bits);
    if (line->modbus == NULL) {
        free(line);
        return NULL;
    }
    return line;
}

void rtu_line_destroy(rtu_line_t* line)
{
    if (line == NULL) {
        return;
    }
    rtu_line_close(line);
    modbus_free(line->modbus);
    free(line);
}

rtu_counters_t rtu_line_counters(const rtu_line_t* line)
{
    return line->counters;
}

// -------------------------------------------------------------------------------------- the line

static speed_t speed_of(int baud)
{
    switch (baud) {
#define X(known)                                                                                   \
    case known:                                                                                    \
        return B##known;
        RTU_BAUD_LIST(X)
#undef X
    default: // checked at creation
        return B0;
    }
}

// libmodbus takes 9600 baud where it does not know a speed (1800 and 2000000 among ours) and says
// nothing; a driver may do the same.
static bool set_speed(int descriptor, speed_t speed)
{
    struct termios attributes;
    return tcgetattr(descriptor, &attributes) == 0 && cfsetspeed(&attributes, speed) == 0 &&
           tcsetattr(descriptor, TCSANOW, &attributes) == 0 &&
           tcgetattr(descriptor, &attributes) == 0 && cfgetispeed(&attributes) == speed &&
           cfgetospeed(&attributes) == speed;
}

// USB adapters may keep what they received for 16 ms unless asked not to. Those that do not know
// the wish stay as they are.
static void ask_for_low_latency(int descriptor)
{
    struct serial_struct serial;
    if (ioctl(descriptor, TIOCGSERIAL, &serial) == 0) {
        serial.flags |= ASYNC_LOW_LATENCY;
        (void)ioctl(descriptor, TIOCSSERIAL, &serial);
    }
}

// A second master on this machine is refused by the system. A pseudo terminal would keep that mark
// when its client is gone, for as long as its other end is open.
static void keep_to_itself(int descriptor)
{
    struct stat status;
    const bool pseudo = fstat(descriptor, &status) == 0 &&
                        major(status.st_rdev) >= PSEUDO_TERMINAL_MAJOR_MIN &&
                        major(status.st_rdev) <= PSEUDO_TERMINAL_MAJOR_MAX;
    if (!pseudo) {
        (void)ioctl(descriptor, TIOCEXCL);
    }
}

static void quarantine(rtu_line_t* line)
{
    line->quarantine_until_us = port_now_us() + line->quarantine_us;
}

static void give_up(rtu_line_t* line)
{
    modbus_close(line->modbus);
    line->up = false;
    line->retry_at_us = port_now_us() + reply_stream_retry_us(line->retry_step++);
}

bool rtu_line_open(rtu_line_t* line, bool at_once)
{
    if (line->up) {
        return true;
    }
    if (!at_once && port_now_us() < line->retry_at_us) {
        return false;
    }
    const bool opened = modbus_connect(line->modbus) == 0;
    const int descriptor = opened ? modbus_get_socket(line->modbus) : -1;
    if (!opened || !set_speed(descriptor, speed_of(line->settings.baud))) {
        if (opened) {
            modbus_close(line->modbus);
        }
        line->retry_at_us = port_now_us() + reply_stream_retry_us(line->retry_step++);
        return false;
    }
    keep_to_itself(descriptor);
    ask_for_low_latency(descriptor);
    (void)tcflush(descriptor, TCIOFLUSH);
    line->up = true;
    line->counters.connects++;
    line->quiet_from_us = port_now_us();
    quarantine(line); // somebody may have asked on it just before
    return true;
}

void rtu_line_close(rtu_line_t* line)
{
    if (line->up) {
        modbus_close(line->modbus);
    }
    line->up = false;
    line->retry_at_us = 0;
    line->retry_step = 0;
}

// Takes what has come, at most `room` bytes. 0: nothing has; -1: nothing will, the line is closed.
static int take(rtu_line_t* line, uint8_t* bytes, int room)
{
    const int descriptor = modbus_get_socket(line->modbus);
    const ssize_t count = read(descriptor, bytes, (size_t)room);
    if (count > 0) {
        line->quiet_from_us = port_now_us();
        return (int)count;
    }
    if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        give_up(line);
        return -1;
    }
    // A line that is gone may read as one on which nothing comes.
    struct pollfd look = {.fd = descriptor, .events = POLLIN};
    if (poll(&look, 1, 0) > 0 && (look.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
        give_up(line);
        return -1;
    }
    return 0;
}

static void wait_for_bytes(const rtu_line_t* line, int64_t wait_us)
{
    const struct timespec wait = {.tv_sec = wait_us / 1000000,
                                  .tv_nsec = (long)(wait_us % 1000000) * 1000};
    struct pollfd descriptor = {.fd = modbus_get_socket(line->modbus), .events = POLLIN};
    (void)ppoll(&descriptor, 1, &wait, NULL); // the callers look at line and clock themselves
}

// Throws away what comes until the line has been silent for long enough. PORT_NO_TURN as soon as it
// is sure that this will not be so by `latest_us`.
static port_result_t await_silence(rtu_line_t* line, int64_t silence, int64_t latest_us)
{
    for (;;) {
        uint8_t unasked[RTU_FRAME_CAPACITY];
        const int count = take(line, unasked, (int)sizeof unasked);
        if (count < 0) {
            return PORT_CLOSED;
        }
        if (count > 0) {
            line->counters.unasked_bytes += (uint64_t)count;
            line->counters.quarantines += line->quiet_from_us > line->quarantine_until_us ? 1 : 0;
            quarantine(line);
        }
        const int64_t silent_us = line->quiet_from_us + silence;
        const int64_t free_us =
            silent_us > line->quarantine_until_us ? silent_us : line->quarantine_until_us;
        if (free_us > latest_us) {
            return PORT_NO_TURN;
        }
        const int64_t left_us = free_us - port_now_us();
        if (left_us <= 0 && count == 0) {
            return PORT_OK;
        }
        wait_for_bytes(line, left_us > 0 ? left_us : 0);
    }
}

// -------------------------------------------------------------------------------------- exchange

static void decode(const pdu_t* request, modbus_request_t* asked)
{
    const modbus_result_t allowed = modbus_decode_request(request, asked);
    assert(allowed == MODBUS_OK);
    (void)allowed;
}

int64_t rtu_line_least_us(const rtu_line_t* line, int device, const pdu_t* request)
{
    modbus_request_t asked;
    decode(request, &asked);
    const rtu_endpoint_t* endpoint = &line->endpoints[device];
    return rounded_up_us(rtu_exchange_s(&line->settings, &asked, endpoint->turnaround_s,
                                        endpoint->silent_interval_s));
}

static port_result_t send_request(rtu_line_t* line, int device, const pdu_t* request)
{
    uint8_t frame[RTU_FRAME_CAPACITY];
    const int size = rtu_frame_encode((uint8_t)line->endpoints[device].unit, request, frame);
    const int descriptor = modbus_get_socket(line->modbus);
    const ssize_t sent = write(descriptor, frame, (size_t)size);
    line->quiet_from_us =
        port_now_us() + rounded_up_us(rtu_wire_s(&line->settings, size)); // it is on its way
    if (sent == size) {
        return PORT_OK;
    }
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        give_up(line);
        return PORT_CLOSED;
    }
    (void)tcflush(descriptor, TCOFLUSH); // a driver that takes no more: no half frames
    return PORT_TIMEOUT;
}

static port_result_t result_of(rtu_result_t verdict)
{
    switch (verdict) {
    case RTU_COMPLETE:
        return PORT_OK;
    case RTU_INCOMPLETE:
        return PORT_TIMEOUT;
    case RTU_WRONG_CRC:
        return PORT_BAD_CRC;
    case RTU_WRONG_LENGTH:
    case RTU_WRONG_UNIT:
    case RTU_WRONG_REPLY:
        break;
    }
    return PORT_BAD_FRAME;
}

static port_result_t await_reply(rtu_line_t* line, int device, const modbus_request_t* asked,
                                 int64_t by_us, pdu_t* reply)
{
    uint8_t bytes[RTU_FRAME_CAPACITY + 1]; // one more, to see that too many came
    int count = 0;
    for (;;) {
        // What is here in time counts, even if this thread was kept from looking.
        const int64_t left_us = by_us - port_now_us();
        const int taken = take(line, bytes + count, (int)sizeof bytes - count);
        if (taken < 0) {
            return PORT_CLOSED;
        }
        count += taken;
        const rtu_result_t verdict =
            rtu_judge_reply(asked, (uint8_t)line->endpoints[device].unit, bytes, count, reply);
        if (verdict != RTU_INCOMPLETE || left_us <= 0) {
            return result_of(verdict);
        }
        wait_for_bytes(line, left_us);
    }
}

port_result_t rtu_line_exchange(rtu_line_t* line, int device, const pdu_t* request, int64_t rest_us,
                                int64_t deadline_us, pdu_t* reply, int64_t* round_trip_us)
{
    *round_trip_us = 0;
    if (!line->up) {
        return PORT_NOT_CONNECTED;
    }
    modbus_request_t asked;
    decode(request, &asked);
    const int64_t silence = silence_us(line, device);
    const int64_t least_us = rtu_line_least_us(line, device, request) - silence;
    port_result_t result = await_silence(line, silence, deadline_us - least_us);
    if (result != PORT_OK) {
        return result;
    }
    const int64_t sent_us = port_now_us();
    result = send_request(line, device, request);
    if (result == PORT_OK) {
        // It has at least what it surely needs, and what the others leave: theirs is the rest, and
        // the quarantine that a missing reply costs them.
        const bool known = line->endpoints[device].turnaround_s > 0.0;
        const int64_t needed_us =
            sent_us + least_us + RECEIVE_SLACK_US + (known ? 0 : RTU_TURNAROUND_UNKNOWN_US);
        const int64_t spare_us = deadline_us - (rest_us > 0 ? rest_us + line->quarantine_us : 0);
        const int64_t by_us = needed_us > spare_us ? needed_us : spare_us;
        result =
            await_reply(line, device, &asked, by_us < deadline_us ? by_us : deadline_us, reply);
    }
    if (result == PORT_OK) {
        line->retry_step = 0;
        *round_trip_us = port_now_us() - sent_us;
    } else if (line->up) {
        line->counters.quarantines++;
        quarantine(line);
    }
    return result;
}
