/// Reads everything a device's profile names, for people who look at it: over any port, in few
/// requests, and never writing a word. `fieldbus.h` is what the cycle uses.
///
/// Always holds:
/// - Only functions 03 and 04 are sent, and only for registers that a point or the read block of
///   the profile covers, rounded outwards to its word alignment: a gap between points is never
///   read.
/// - A reading is the newest good one or none; what failed says at which layer, and keeps the value
///   of before with its time.
/// - Where a device refuses a request for several points, each of them is asked for alone, so that
///   the refusal names the register that is refused.
#ifndef KNEAD_CONTROLLER_BUS_DEVICE_READER_H
#define KNEAD_CONTROLLER_BUS_DEVICE_READER_H

#include <stddef.h>

#include "controller/bus/modbus_pdu.h"
#include "controller/bus/port.h"
#include "controller/bus/registers.h"

/// How far an exchange got: enumerator, word for people and programs, meaning.
#define DEVICE_LAYER_LIST(X)                                                                       \
    X(DEVICE_LAYER_GOOD, "good", "answered as asked")                                              \
    X(DEVICE_LAYER_CONNECT, "connect", "the device cannot be reached")                             \
    X(DEVICE_LAYER_CLOSED, "closed", "the connection broke")                                       \
    X(DEVICE_LAYER_TIMEOUT, "timeout", "no reply in time")                                         \
    X(DEVICE_LAYER_FRAME, "frame", "the reply does not match the request")                         \
    X(DEVICE_LAYER_EXCEPTION, "exception", "the device refuses the request")                       \
    X(DEVICE_LAYER_VALUE, "value", "the words are no finite number")
typedef enum {
#define X(id, word, meaning) id,
    DEVICE_LAYER_LIST(X)
#undef X
} device_layer_t;
#define DEVICE_LAYER_COUNT 7
const char* device_layer_text(device_layer_t layer);

/// One read of neighbouring registers.
typedef struct {
    bool input_table;
    int address;
    int count; // words
} device_read_t;

/// What went wrong with a read, or that nothing did (DEVICE_LAYER_GOOD).
typedef struct {
    device_layer_t layer;
    device_read_t read;
    port_result_t port;  // what the port said of it
    modbus_result_t pdu; // what is wrong with the reply where the layer is the frame
    int exception;       // its code where the layer is the exception
} device_failure_t;

#define DEVICE_FAILURE_CAPACITY 768 // bytes of the sentence about one, with its terminator

typedef struct {
    bool known;           // it has been read at least once
    double si_number;     // newest good value
    uint32_t raw;         // its bits
    int64_t read_at_us;   // the caller's time
    device_failure_t now; // how the newest read went
} device_reading_t;

/// The caller owns it; nothing is allocated. Fields are read-only for others.
typedef struct {
    port_t port;
    const machine_settings_t* machine;
    int device; // index into the machine's devices and the port's slots
    const device_profile_t* profile;
    int64_t timeout_us; // of one exchange, beside the time of its bytes on a serial line
    int read_count;
    device_read_t reads[POINT_CAPACITY + 1]; // that cover every point; the read block is first
    device_reading_t readings[POINT_CAPACITY];
    bool counter_known;
    uint32_t counter;                    // of the newest reading
    int64_t counter_at_us;               // when it last moved
    uint64_t exchanges;                  // requests sent
    uint64_t layers[DEVICE_LAYER_COUNT]; // how they ended
    int64_t round_trip_us;               // of the newest good reply; 0 before the first
    port_batch_t batch;
} device_reader_t;

/// Lays out the reads for a device of `machine`, which is borrowed as the port's context is. False
/// if a point of the profile does not fit one request.
bool device_reader_init(device_reader_t* reader, const port_t* port,
                        const machine_settings_t* machine, int device, int64_t timeout_us);

/// Reads words once. False, with `words` untouched, where it fails; `failure` says how.
bool device_reader_words(device_reader_t* reader, const device_read_t* read,
                         uint16_t words[MODBUS_READ_COUNT_MAX], device_failure_t* failure);

/// Reads every point; `now_us` is the caller's time. True if each of them gave a good value. A
/// device that is gone or silent is not asked any further: then all the points left have that
/// failure.
bool device_reader_read(device_reader_t* reader, int64_t now_us);

/// Reads one point alone, as `device_reader_read` does where a request for several is refused.
bool device_reader_point(device_reader_t* reader, int point, int64_t now_us);

/// Age at `now_us` of the newest sample: since the sample counter last moved, where the device has
/// one, else since the oldest of the values that are known was read. AGE_NEVER_US before the first.
int64_t device_reader_age_us(const device_reader_t* reader, int64_t now_us);

/// The reading that failed first, or null where all are good.
const device_failure_t* device_reader_failure(const device_reader_t* reader);

/// Whether what happened came from the device itself, so that it is worth asking on: a value or a
/// refusal, but not a gateway's word that nobody is behind it.
bool device_reader_answers(const device_failure_t* failure);

/// The sentence about a failure: device, where it is, layer, register, what happened, and the
/// command that repeats the read by hand.
void device_failure_text(const machine_settings_t* machine, int device,
                         const device_failure_t* failure, char text[DEVICE_FAILURE_CAPACITY]);

#endif
