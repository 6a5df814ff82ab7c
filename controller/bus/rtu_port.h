/// A port over one serial line with Modbus RTU on it: several units, one at a time.
///
/// The line is a libmodbus context: it opens, sets up, owns and closes the descriptor. Frames are
/// ours (`rtu_frame.h`), because libmodbus 3.1.6 gives, after one reply that came late, the
/// previous request's words as every later request's, and takes its own time.
///
/// A thread of its own goes through the line's devices in the order of the batch. It is made when
/// the port is opened, or first asked, and sleeps between its jobs and its bytes.
///
/// Always holds:
/// - Before each request the line has been silent for as long as the standard and the asked device
///   want. Bytes that came before a request was sent answer nothing.
/// - A reply is delivered only if it came after its request was sent, its unit, function, length,
///   echo and checksum are right and no byte stands behind it.
/// - After a reply that did not come in time or was wrong, after bytes that nobody asked for and
///   after opening, the line is in quarantine: nothing is sent until it has been silent for the
///   longest turnaround of all its devices, and whatever comes meanwhile is thrown away.
/// - An exchange ends RTU_HANDOVER_US after its deadline on CLOCK_MONOTONIC at the latest, whatever
///   a device or the driver of the line does. A device that could not have answered any more is not
///   asked: PORT_NO_TURN. A silent device does not take the time that the others need.
/// - A line that fails (unplugged, hung up) is closed, its devices are PORT_CLOSED or
///   PORT_NOT_CONNECTED, and it is opened anew after 10, 20, 50, then 100 ms.
///
/// What remains: RTU has no transaction identifier. A reply that comes later than the device's
/// turnaround says, and then in the quiet moment between two equal requests to that device, is
/// taken for the newer one's. Its own sample counter tells such a sample from a new one; the
/// fieldbus varies its requests to devices without one where their registers allow it.
///
/// Not thread-safe: one thread uses a port.
#ifndef KNEAD_CONTROLLER_BUS_RTU_PORT_H
#define KNEAD_CONTROLLER_BUS_RTU_PORT_H

#include "controller/bus/port.h"

/// How long past its deadline an exchange may wait for its thread to hand over what it has.
#define RTU_HANDOVER_US 300
/// Taken for the turnaround of a device of which nobody knows it.
#define RTU_TURNAROUND_UNKNOWN_US 100000

/// One unit, at its place in the batch.
typedef struct {
    bool elsewhere;           // another port carries this device; its place is left alone
    int unit;                 // 1 to 247
    double turnaround_s;      // 0: nobody knows
    double silent_interval_s; // 0: as the standard has it
} rtu_endpoint_t;

/// Which of a machine's devices are on its line number `line` (0-based), by their places in the
/// batch. Returns the machine's device count.
int rtu_endpoints_of_machine(const machine_settings_t* machine, int line,
                             rtu_endpoint_t endpoints[DEVICE_CAPACITY]);

typedef struct {
    uint64_t connects;    // times the line was opened, the first one included
    uint64_t quarantines; // begun, without those after opening
    uint64_t unasked_bytes;
} rtu_counters_t;

typedef struct rtu_port rtu_port_t;

/// Makes a port without opening the line. Null if memory is short or something is not usable: a
/// speed that `rtu_baud_known` does not know, a unit not 1 to 247, stop bits not 1 or 2, count not
/// 1 to DEVICE_CAPACITY. The line is copied.
rtu_port_t* rtu_port_create(const line_settings_t* line, const rtu_endpoint_t* endpoints,
                            int count);
void rtu_port_destroy(rtu_port_t* port);

/// The seam's view of it; valid until it is destroyed.
port_t rtu_port_view(rtu_port_t* port);

/// The two halves of an exchange or of opening, for several lines at once: `start` hands the job to
/// the line's thread, `finish` waits for it and fills the batch. Times are CLOCK_MONOTONIC. A line
/// that still works on its last job is not asked (PORT_NO_TURN).
void rtu_port_start(rtu_port_t* port, const port_batch_t* batch, int64_t deadline_us);
void rtu_port_finish(rtu_port_t* port, port_batch_t* batch);
void rtu_port_start_open(rtu_port_t* port, int64_t deadline_us);
/// True if the line is open.
bool rtu_port_finish_open(rtu_port_t* port, port_batch_t* batch);
/// Ends the thread and closes the line.
void rtu_port_close(rtu_port_t* port);

/// To be asked between two jobs.
rtu_counters_t rtu_port_counters(rtu_port_t* port);

#endif
