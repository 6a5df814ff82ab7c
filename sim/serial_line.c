#define _GNU_SOURCE // ptys, speeds past 38400 baud, and the exclusive use of a line

#include "sim/serial_line.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

const char* serial_result_text(serial_result_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        SERIAL_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

// ------------------------------------------------------------------------------------------ life

static void begin(serial_line_t* line)
{
    memset(line, 0, sizeof *line);
    line->fd = -1;
    line->received_us = INT64_MIN / 2;
}

static serial_result_t make_link(serial_line_t* line, const char* link)
{
    struct stat status;
    if (lstat(link, &status) == 0) {
        if (!S_ISLNK(status.st_mode)) {
            return SERIAL_LINK_TAKEN;
        }
        (void)unlink(link);
    }
    if (symlink(line->path, link) != 0) {
        return SERIAL_NO_LINK;
    }
    (void)snprintf(line->link, sizeof line->link, "%s", link);
    return SERIAL_OPENED;
}

serial_result_t serial_line_make_pty(serial_line_t* line, const char* link)
{
    begin(line);
    line->is_pty = true;
    line->silence_us = SERIAL_PTY_SILENCE_US;
    line->fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    struct termios attributes;
    // What is set at our end holds for the other one, before anybody opens it.
    if (line->fd < 0 || grantpt(line->fd) != 0 || unlockpt(line->fd) != 0 ||
        ptsname_r(line->fd, line->path, sizeof line->path) != 0 ||
        tcgetattr(line->fd, &attributes) != 0) {
        serial_line_close(line);
        return SERIAL_NO_PTY;
    }
    cfmakeraw(&attributes);
    if (tcsetattr(line->fd, TCSANOW, &attributes) != 0) {
        serial_line_close(line);
        return SERIAL_NO_PTY;
    }
    const serial_result_t result = link[0] != '\0' ? make_link(line, link) : SERIAL_OPENED;
    if (result != SERIAL_OPENED) {
        serial_line_close(line);
    }
    return result;
}

static speed_t speed_of(int baud)
{
    switch (baud) {
#define X(known)                                                                                   \
    case known:                                                                                    \
        return B##known;
        RTU_BAUD_LIST(X)
#undef X
    default:
        return B0;
    }
}

static void set_character(struct termios* attributes, const line_settings_t* settings)
{
    cfmakeraw(attributes);
    attributes->c_cflag &= ~(tcflag_t)(CSTOPB | PARENB | PARODD | CRTSCTS);
    attributes->c_cflag |= CREAD | CLOCAL;
    attributes->c_cflag |= settings->stop_bits == 2 ? CSTOPB : 0;
    attributes->c_cflag |= settings->parity != PARITY_NONE ? PARENB : 0;
    attributes->c_cflag |= settings->parity == PARITY_ODD ? PARODD : 0;
    // A character with a wrong parity becomes a 0, and the checksum tells.
    attributes->c_iflag |= settings->parity != PARITY_NONE ? INPCK : 0;
}

serial_result_t serial_line_open_device(serial_line_t* line, const line_settings_t* settings)
{
    begin(line);
    (void)snprintf(line->path, sizeof line->path, "%s", settings->path);
    line->silence_us = (int64_t)ceil(rtu_silence_s(settings, 0.0) * 1e6);
    line->fd = open(settings->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    struct termios wanted, taken;
    if (line->fd < 0) {
        return errno == EBUSY ? SERIAL_IN_USE : SERIAL_CANNOT_OPEN;
    }
    const speed_t speed = speed_of(settings->baud);
    bool good = speed != B0 && tcgetattr(line->fd, &wanted) == 0;
    if (good) {
        set_character(&wanted, settings);
        good = cfsetspeed(&wanted, speed) == 0 && tcsetattr(line->fd, TCSANOW, &wanted) == 0 &&
               tcgetattr(line->fd, &taken) == 0 && cfgetospeed(&taken) == speed &&
               cfgetispeed(&taken) == speed &&
               (taken.c_cflag & (CSTOPB | PARENB | PARODD)) ==
                   (wanted.c_cflag & (CSTOPB | PARENB | PARODD));
    }
    if (!good) {
        serial_line_close(line);
        return SERIAL_BAD_SETTINGS;
    }
    (void)ioctl(line->fd, TIOCEXCL);
    (void)tcflush(line->fd, TCIOFLUSH);
    return SERIAL_OPENED;
}

void serial_line_close(serial_line_t* line)
{
    if (line->fd >= 0) {
        (void)close(line->fd);
    }
    line->fd = -1;
    if (line->link[0] != '\0') {
        (void)unlink(line->link);
        line->link[0] = '\0';
    }
}

// --------------------------------------------------------------------------------------- clients

bool serial_line_is_attended(const serial_line_t* line)
{
    struct pollfd other = {.fd = line->fd, .events = POLLIN};
    return !line->is_pty || poll(&other, 1, 0) < 0 || (other.revents & POLLHUP) == 0;
}

void serial_line_forget(serial_line_t* line)
{
    line->received_count = 0;
    line->deaf = false;
    if (!line->is_pty) {
        return;
    }
    (void)tcflush(line->fd, TCIFLUSH);
    const int other = open(line->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (other >= 0) {
        (void)tcflush(other, TCIFLUSH); // what its last client did not read
        (void)close(other);
    }
}

// -------------------------------------------------------------------------------------- requests

static bool silence_is_over(const serial_line_t* line, int64_t now_us)
{
    return now_us - line->received_us >= line->silence_us;
}

void serial_line_take(serial_line_t* line, const uint8_t* bytes, int count, int64_t now_us)
{
    if (count > 0 && line->deaf && silence_is_over(line, now_us)) {
        line->deaf = false;
        line->received_count = 0;
    }
    const int room = (int)sizeof line->received - line->received_count;
    if (count > room) {
        line->deaf = true;
    }
    if (count > 0) {
        line->received_us = now_us;
    }
    if (!line->deaf) {
        memcpy(line->received + line->received_count, bytes, (size_t)count);
        line->received_count += count;
    }
}

bool serial_line_receive(serial_line_t* line, int64_t now_us)
{
    uint8_t bytes[RTU_FRAME_CAPACITY];
    for (int rounds = 0; rounds < 4; rounds++) { // one that floods must not hold the others up
        const ssize_t count = read(line->fd, bytes, sizeof bytes);
        if (count <= 0) {
            return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
        }
        serial_line_take(line, bytes, (int)count, now_us);
        if (count < (ssize_t)sizeof bytes) {
            return true;
        }
    }
    return true;
}

static serial_verdict_t drop(serial_line_t* line, bool until_silence)
{
    line->received_count = 0;
    line->deaf = until_silence;
    return SERIAL_DROPPED;
}

serial_verdict_t serial_line_next(serial_line_t* line, int64_t now_us, uint8_t* unit, pdu_t* pdu)
{
    const bool silent = silence_is_over(line, now_us);
    if (line->deaf) {
        if (line->received_count > 0) {
            return drop(line, !silent);
        }
        line->deaf = !silent;
        return SERIAL_NOTHING;
    }
    if (line->received_count == 0) {
        return SERIAL_NOTHING;
    }
    int size = rtu_request_size_from_head(line->received, line->received_count);
    if (size < 0 && silent && line->received_count <= RTU_FRAME_CAPACITY) {
        size = line->received_count; // only the silence tells where it ends
    }
    if (size <= 0 || size > line->received_count) {
        const bool endless = size < 0 && line->received_count > RTU_FRAME_CAPACITY;
        return silent || endless ? drop(line, !silent) : SERIAL_NOTHING;
    }
    if (rtu_frame_decode(line->received, size, unit, pdu) != RTU_COMPLETE) {
        return drop(line, !silent);
    }
    line->received_count -= size;
    memmove(line->received, line->received + size, (size_t)line->received_count);
    return SERIAL_REQUEST;
}

int64_t serial_line_wake_us(const serial_line_t* line)
{
    return line->received_count > 0 || line->deaf ? line->received_us + line->silence_us
                                                  : INT64_MAX;
}
