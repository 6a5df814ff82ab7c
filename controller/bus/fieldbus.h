/// All devices of a machine as one: a command in SI units goes out and the feedback comes back,
/// once a period, whatever the wire does. Below it a `port_t` carries protocol data units; above it
/// nobody sees a register.
///
/// A force sensor's status word is good at 0.
///
/// Always holds:
/// - A sample feeds only if its reply matched its request, its words decoded to finite numbers and
/// the
///   device's own sample counter moved forward. Everything else counts, and the sample ages.
/// - An age counts from when the counter last moved, not from when a reply came. A device without a
///   counter is aged from its last good reply. What was never seen has AGE_NEVER_US; what was seen
///   stays, with its age, and is never replaced by a default.
/// - A command that does not fit its register is not sent: the drive gets a quick stop and its last
/// good
///   target (before the first one, the control word alone).
/// - After a link has failed, or more than PORT_LATE_REPLY_MAX replies in a row did not come in
/// time, a device must prove again who it is, and that its watchdog and torque limit
///   stand as they were written, before it is commanded: one check a period, its sample ageing
///   meanwhile. A device that fails a check stays silent for the controller.
/// - A device without function 23, or whose block lies in the input table, is written to with 16
///   (06 where it has only that) and then read: what it reads is from after the write. A write that
///   is not confirmed ends its period; nothing is read then.
#ifndef KNEAD_CONTROLLER_BUS_FIELDBUS_H
#define KNEAD_CONTROLLER_BUS_FIELDBUS_H

#include "controller/bus/bus.h"
#include "controller/bus/modbus_pdu.h"
#include "controller/bus/port.h"
#include "controller/timing/histogram.h"

#define FIELDBUS_BLOCK_CAPACITY 32 // words of a device's read or write block
#define FIELDBUS_CHECK_CAPACITY 3  // identity, watchdog, torque limit
#define FIELDBUS_RESTART_SAMPLES                                                                   \
    8 // forward steps after which a counter that jumped back counts again
#define FIELDBUS_FINDING_CAPACITY (4 * DEVICE_CAPACITY)
#define FIELDBUS_MESSAGE_CAPACITY 512

/// How one device fared in one period.
#define BUS_RESULT_LIST(X)                                                                         \
    X(BUS_FRESH, "fresh sample")                                                                   \
    X(BUS_STALE, "good reply, but the device's sample counter did not move forward")               \
    X(BUS_CHECKED, "good reply to a check after reconnecting, no sample")                          \
    X(BUS_NOT_CONNECTED, "not connected")                                                          \
    X(BUS_TIMEOUT, "no reply in time")                                                             \
    X(BUS_CLOSED, "connection closed by the device")                                               \
    X(BUS_MISMATCH, "reply does not match its request")                                            \
    X(BUS_EXCEPTION, "the device refuses the request")                                             \
    X(BUS_BAD_VALUE, "reply holds words that are no finite number")                                \
    X(BUS_WRONG_DEVICE, "identity, watchdog or torque limit differ from what was configured")      \
    X(BUS_BAD_CRC, "checksum of the reply is wrong")                                               \
    X(BUS_NO_TURN, "not asked: its turn did not come in time")
typedef enum {
#define X(id, text) id,
    BUS_RESULT_LIST(X)
#undef X
} bus_result_t;
#define BUS_RESULT_COUNT 12
const char* bus_result_text(bus_result_t result);

/// What crossed the wire for one device in one period.
typedef struct {
    bus_result_t result;
    bool command_refused; // it did not fit; a quick stop went out instead
    uint8_t exception;    // its code where the result is BUS_EXCEPTION
    int64_t age_us;       // of the sample now in the feedback
    int64_t round_trip_us;
    int words_out_count; // 0 where nothing was written
    int words_in_count;  // 0 where no good reply came
    uint16_t words_out[FIELDBUS_BLOCK_CAPACITY];
    uint16_t words_in[FIELDBUS_BLOCK_CAPACITY];
} bus_device_frame_t;

/// The raw words of one period, for the recorder.
typedef struct {
    int device_count;
    bus_device_frame_t devices[DEVICE_CAPACITY];
} bus_frame_t;

typedef struct {
    uint64_t exchanges; // requests sent
    uint64_t timeouts;
    uint64_t mismatches; // replies that did not match, or held no finite number
    uint64_t exceptions;
    uint64_t stale;      // good replies without a new sample
    uint64_t reconnects; // links that came back after they were lost
    uint64_t closed;     // links the device closed
    uint64_t refused;    // commands that did not fit
    uint64_t wrong_device;
    uint64_t crc_errors; // replies of a serial line whose checksum was wrong
    uint64_t no_turns;   // periods in which it was not asked, its line being busy until too late
    histogram_t round_trips_us; // of good replies
} bus_counters_t;

/// What can be found before arming.
#define FIELDBUS_RESULT_LIST(X)                                                                    \
    X(FIELDBUS_OK, "ok")                                                                           \
    X(FIELDBUS_PROFILE_UNFIT, "profile does not fit its use")                                      \
    X(FIELDBUS_UNREACHABLE, "cannot be reached")                                                   \
    X(FIELDBUS_NO_REPLY, "connected, but does not answer as asked")                                \
    X(FIELDBUS_WRONG_IDENTITY, "is not the device the machine file names")                         \
    X(FIELDBUS_WATCHDOG_UNSET, "watchdog could not be written and read back")                      \
    X(FIELDBUS_EFFORT_LIMIT_UNSET, "torque limit could not be written and read back")              \
    X(FIELDBUS_DRIVE_FAULT, "reports a fault")
typedef enum {
#define X(id, text) id,
    FIELDBUS_RESULT_LIST(X)
#undef X
} fieldbus_result_t;
#define FIELDBUS_RESULT_COUNT 8
const char* fieldbus_result_text(fieldbus_result_t result);

typedef struct {
    fieldbus_result_t result;
    int device;    // index into machine_settings_t.devices
    bool blocking; // the machine must not be armed; a latched drive fault alone does not block
    char message[FIELDBUS_MESSAGE_CAPACITY]; // device, address, what is wrong, how to reproduce it
} fieldbus_finding_t;

typedef struct {
    int count;          // kept
    int blocking_count; // met, kept or not
    fieldbus_finding_t at[FIELDBUS_FINDING_CAPACITY];
} fieldbus_findings_t;

/// A register whose words must read back as written.
typedef struct {
    const point_settings_t* point;
    fieldbus_result_t failure; // what a difference means
    bool to_write;             // identity is only read
    uint16_t words[2];
} fieldbus_check_t;

/// One device as the bus knows it. Pointers are borrowed from the machine settings.
typedef struct {
    const device_settings_t* settings;
    const device_profile_t* profile;
    int joint;                                      // that a drive moves, -1 for none
    const point_settings_t* points[POINT_ID_COUNT]; // by meaning, null where there is none
    int read_at[POINT_ID_COUNT];  // first word in the read block, -1 where it is not in it
    int write_at[POINT_ID_COUNT]; // likewise in the write block
    bool input_table;             // the read block lies there: function 04 reads it
    bool written_apart;           // its write block goes out in a request before the one that reads
    int extra_words;              // read with the block in every other request, and not looked at
    bool longer;                  // the next request
    int check_count;
    fieldbus_check_t checks[FIELDBUS_CHECK_CAPACITY];

    int checks_left; // before the device is commanded again
    bool link_lost;
    int missed_in_row; // replies that did not come in time, or spoilt by the line
    bool seen;         // a sample has been accepted
    bool counter_known;
    uint32_t counter;     // of the newest sample
    uint32_t counter_met; // in the newest reply, accepted or not
    int restart_run;      // forward steps of a counter that had jumped back
    int64_t sampled_at_us;
    bool target_known;
    uint16_t target[2]; // words of the last good target

    modbus_request_t request; // in flight
    bus_counters_t counters;
} fieldbus_device_t;

/// The whole bus. The caller owns it; nothing is allocated. Fields are read-only for others;
/// counters and `frame` are there to be read after an exchange.
typedef struct {
    port_t port;
    const machine_settings_t* machine;
    int64_t timeout_us; // of one exchange; the owner may change it between two
    uint64_t period;
    bus_feedback_t feedback; // newest samples
    bus_frame_t frame;       // of the last exchange
    fieldbus_device_t devices[DEVICE_CAPACITY];
    port_batch_t batch;
} fieldbus_t;

/// Lays out the bus for a machine over `port` (copied; its context and `machine` are borrowed).
/// False with findings if a profile lacks what its role needs or does not fit a capacity above;
/// then the bus is not to be used. Sends nothing.
bool fieldbus_init(fieldbus_t* bus, const port_t* port, const machine_settings_t* machine,
                   int64_t timeout_us, fieldbus_findings_t* findings);

/// Before arming: opens every link, checks every identity, reads whether drives report a fault,
/// writes watchdogs and torque limits and reads them back. Waits at most `open_timeout_us` for the
/// links and `timeout_us` for each of the few exchanges after that. True if nothing blocking was
/// found. Goes on past a device that fails, so that all findings come in one pass. Starts every
/// sample afresh; may be called again. Enables nothing: no control word is sent.
bool fieldbus_configure(fieldbus_t* bus, int64_t open_timeout_us, fieldbus_findings_t* findings);

/// One period: one request a device, all at once, and for devices that cannot write and read in one
/// a second one by the same deadline; `feedback` filled whatever happened. `now_us`
/// is the caller's time, against which ages count. True if every device answered as asked, be its
/// sample new or not, and every command fitted; `bus->frame` tells what happened to each, the ages
/// how old it is.
bool fieldbus_exchange(fieldbus_t* bus, const bus_command_t* command, int64_t now_us,
                       bus_feedback_t* feedback);

/// Times that device's link was made, the first one included; on a serial line that is the line's.
/// 0 over a port without links.
uint64_t fieldbus_connect_count(const fieldbus_t* bus, int device);

void fieldbus_close(fieldbus_t* bus);

#endif
