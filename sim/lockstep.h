/// The controller's side of lock-step: a timebase that is the virtual table's clock device (its
/// registers are in `server.h`), over a connection of its own. Now is the table's; sleeping moves
/// the table.
#ifndef KNEAD_SIM_LOCKSTEP_H
#define KNEAD_SIM_LOCKSTEP_H

#include "controller/timebase.h"

#define LOCKSTEP_REPLY_TIMEOUT_US 10000000 // of one tick: the table may compute that long

typedef struct lockstep lockstep_t;

/// Connects to the clock at a numeric IPv4 address and reads its time. Null if there is none within
/// `timeout_us`, or if what answers is not a clock.
lockstep_t* lockstep_create(const char* host, int port, int64_t timeout_us);
void lockstep_destroy(lockstep_t* lockstep);

/// The view as a timebase; valid until destroyed. `sleep_until` is false if the table is gone: at
/// once if the connection breaks, after LOCKSTEP_REPLY_TIMEOUT_US if it falls silent. From then on
/// it stays so.
timebase_t lockstep_timebase(lockstep_t* lockstep);

#endif
