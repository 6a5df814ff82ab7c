/// How long a machine's bus needs for one period, by arithmetic alone: from the devices' profiles,
/// the speed of the serial lines and what is known of a device's turnaround. What is not known is
/// assumed, by a constant that names its source, and said to be assumed.
///
/// Devices on one serial line are asked one after the other; lines and sockets run at the same
/// time. So a link takes the sum of its devices, and the machine takes what its slowest link does.
///
/// Pure functions of settings, no memory, no state. Settings are taken as a loader leaves them: a
/// line with a speed over 0, indices that point at something. A profile without blocks is not asked
/// in a period and takes no time.
#ifndef KNEAD_CONTROLLER_BUS_BUDGET_H
#define KNEAD_CONTROLLER_BUS_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "config/settings.h"

/// Time that a device is taken to need from the end of a request to its reply where its profile
/// does not say; on a serial line on top of the silence by which it sees that the request is over.
/// [judgement: the quick end of what drives on fieldbuses are said to need; `knead device probe`
/// measures it]
#define BUDGET_TURNAROUND_ASSUMED_S 1e-3

/// What sockets, a switch and this program add to a device's turnaround. [`knead bench`: one
/// exchange with nine devices at once over loopback TCP takes 0.09 ms in the middle and 0.12 ms in
/// 99 of 100; rounded up for two frames of 100 bytes through a switch of 100 Mbit/s]
#define BUDGET_TCP_EXCHANGE_S 0.2e-3

/// What a period keeps for everything but the bus: waking up, the cycle and its record. Short
/// periods keep a part of themselves, longer ones no more than this. [judgement: the cycle takes
/// below 0.1 ms; an ordinary kernel wakes a process up to 1 ms late]
#define BUDGET_RESERVE_S 1.6e-3
#define BUDGET_RESERVE_PART 0.4

// Periods that a machine's file may state, us.
#define BUDGET_PERIOD_MIN_US 1000
#define BUDGET_PERIOD_MAX_US 20000

/// What one device takes of a period.
typedef struct {
    int device;          // index into machine_settings_t.devices
    int exchange_count;  // 1 where one request reads and writes; 0 where nothing is asked
    uint32_t functions;  // bit n: it is asked by function n
    int request_bytes;   // on the wire, of all its exchanges, checksum or MBAP among them
    int reply_bytes;     // the same
    bool assumed;        // the turnaround is BUDGET_TURNAROUND_ASSUMED_S
    double turnaround_s; // from the end of a request to the reply, of one exchange
    double silence_s;    // before a request, of one exchange; 0 over TCP
    double wire_s;       // of all bytes of all its exchanges; 0 over TCP
    double exchange_s;   // all its exchanges
} budget_device_t;

/// A socket with one device or a serial line with its devices in turn.
typedef struct {
    int line;         // as device_settings_t.line: 0 over TCP
    int first;        // index into `devices` below
    int device_count; // that stand behind one another from there
    double busy_s;
} budget_link_t;

typedef struct {
    int device_count;
    budget_device_t devices[DEVICE_CAPACITY]; // those of a link behind one another
    int link_count;                           // 0 only without devices
    budget_link_t links[DEVICE_CAPACITY];     // in the order of their first devices
    int slowest_link;                         // index into `links`
    double exchange_s;                        // of the machine
    double limit_s;                           // what the period leaves to the bus
    int64_t period_us;                        // the machine's
    int64_t period_min_us;                    // shortest one that leaves the bus enough, in whole
                                              // microseconds; may be over BUDGET_PERIOD_MAX_US
    bool fits;                                // the machine's is no shorter
    double sensor_s;                          // that a sample may be old when the sensor gives it
    double blind_s; // longest time from something happening at the sensor to the drives being
                    // told: sensor, a period, the exchange; with the machine's period, or the
                    // shortest possible one where that is longer
} bus_budget_t;

/// What a period leaves to the exchange of all devices: the deadline of every period.
int64_t budget_exchange_limit_us(int64_t period_us);

/// The shortest period whose limit is at least `exchange_s`, in whole microseconds; never under
/// BUDGET_PERIOD_MIN_US. INT64_MAX for what is not finite.
int64_t budget_period_min_us(double exchange_s);

bus_budget_t budget_of_machine(const machine_settings_t* machine);

/// The speed nearest to `baud` that `rtu_baud_known` knows; the lower of two that are equally near.
int budget_baud_nearest(int baud);

#endif
