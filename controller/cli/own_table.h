/// A virtual table of this program's own, in a process beside it and behind Modbus TCP on the
/// loopback: what measures a bus asks it. It ends with `own_table_end`, and at the latest with the
/// program.
#ifndef KNEAD_CONTROLLER_CLI_OWN_TABLE_H
#define KNEAD_CONTROLLER_CLI_OWN_TABLE_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/settings.h"
#include "sim/world.h"

typedef struct {
    const machine_settings_t* machine; // borrowed for the call, as is what it points to
    const world_settings_t* world;
    int core;          // that it is to run on; -1: any
    int fifo_priority; // of SCHED_FIFO, where the system grants it; 0: ordinary
} own_table_settings_t;

typedef struct {
    pid_t process;
    int port_base; // of its first device; the others follow
} own_table_t;

/// Returns once every device listens. False if no ports are free or the system gives no process. To
/// be called before the caller is scheduled by deadlines: such a thread may not fork.
bool own_table_start(const own_table_settings_t* settings, own_table_t* table);

void own_table_end(const own_table_t* table);

#endif
