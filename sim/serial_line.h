/// One end of a serial line on which virtual devices live: a pty that is made here, whose other end
/// anybody's client opens, or a real serial device. Bytes come in, whole requests come out, replies
/// go out. No thread and no waiting: the descriptor never blocks, and times are the caller's.
///
/// A request ends with the byte that its function and byte count say is the last one, as real
/// slaves' parsers have it; a silence of 3.5 characters (1.75 ms above 19200 baud; MODBUS over
/// Serial Line V1.02, 2.5.1.1) in the middle of one gives it up. A pty has no characters, and a
/// busy system holds writers up: there it is SERIAL_PTY_SILENCE_US. What has a wrong checksum, an
/// unknown function or no end is dropped, with all that follows it, up to the next silence: a slave
/// that is not sure of a frame says nothing.
///
/// A pty whose client leaves forgets what it sent to it and was sent by it, as a serial device does
/// that is closed: the next client finds it clean.
#ifndef KNEAD_SIM_SERIAL_LINE_H
#define KNEAD_SIM_SERIAL_LINE_H

#include "config/settings.h"
#include "controller/bus/rtu_frame.h"

#define SERIAL_PTY_SILENCE_US 20000

#define SERIAL_RESULT_LIST(X)                                                                      \
    X(SERIAL_OPENED, "opened")                                                                     \
    X(SERIAL_NO_PTY, "the system gives no pty")                                                    \
    X(SERIAL_LINK_TAKEN, "where the link should be there is something that is no link")            \
    X(SERIAL_NO_LINK, "the link can't be made")                                                    \
    X(SERIAL_CANNOT_OPEN, "the serial device can't be opened")                                     \
    X(SERIAL_IN_USE, "the serial device is in use")                                                \
    X(SERIAL_BAD_SETTINGS, "the serial device does not take this speed, parity or stop bits")
typedef enum {
#define X(id, text) id,
    SERIAL_RESULT_LIST(X)
#undef X
} serial_result_t;
#define SERIAL_RESULT_COUNT 7
const char* serial_result_text(serial_result_t result);

typedef struct {
    int fd; // -1: not open
    bool is_pty;
    char path[PATH_CAPACITY]; // what clients open; of a device what was opened
    char link[PATH_CAPACITY]; // that leads there; empty for none
    int64_t silence_us;
    bool deaf; // until the next silence
    int received_count;
    int64_t received_us; // when the last byte came
    uint8_t received[2 * RTU_FRAME_CAPACITY];
} serial_line_t;

/// Makes a pty, raw from the start, and a symbolic link to it unless `link` is empty. A link that
/// is there already is replaced; anything else there is left alone and refused.
serial_result_t serial_line_make_pty(serial_line_t* line, const char* link);

/// Opens `settings->path` for nobody but us, with its speed, parity and stop bits, and asks whether
/// it took them.
serial_result_t serial_line_open_device(serial_line_t* line, const line_settings_t* settings);

/// Closes it and takes the link away. Nothing if it is not open.
void serial_line_close(serial_line_t* line);

/// Reads what is there at `now_us`. False if the other end is gone: of a pty a client that left,
/// which is no end, of a device its plug.
bool serial_line_receive(serial_line_t* line, int64_t now_us);

/// The same for bytes from anywhere; those without room make the line deaf until the next silence.
void serial_line_take(serial_line_t* line, const uint8_t* bytes, int count, int64_t now_us);

/// The next whole request, for any unit. SERIAL_NOTHING: none is there yet. SERIAL_DROPPED: bytes
/// were given up; ask again.
typedef enum { SERIAL_REQUEST, SERIAL_NOTHING, SERIAL_DROPPED } serial_verdict_t;
serial_verdict_t serial_line_next(serial_line_t* line, int64_t now_us, uint8_t* unit, pdu_t* pdu);

/// When to ask again although nothing comes: a silence will end then. INT64_MAX: never.
int64_t serial_line_wake_us(const serial_line_t* line);

/// True once somebody has opened the pty (again); always for a device.
bool serial_line_is_attended(const serial_line_t* line);

/// Empties both ways of a pty whose client left.
void serial_line_forget(serial_line_t* line);

#endif
