/// What a machine's bus takes of its period, for people and for tools, and what is refused for it:
/// a period that is too short, a line speed that nobody can set, and contact work on a machine that
/// is blind for too long or has a drive of which nobody knows what it does without its controller.
#ifndef KNEAD_CONTROLLER_CLI_BUS_ADMISSION_H
#define KNEAD_CONTROLLER_CLI_BUS_ADMISSION_H

#include <stdio.h>

#include "controller/bus/budget.h"
#include "controller/cli/assembly.h"
#include "controller/record/json.h"

/// A table: every link with its devices, what one exchange takes and which share of the period that
/// is; below it what follows for the machine, and what was assumed.
void bus_budget_print(const machine_settings_t* machine, FILE* out);

/// The same as an object `bus_budget`.
void bus_budget_write(json_t* json, const machine_settings_t* machine);

/// Whether the bus fits into the machine's period and its lines have speeds that can be set. False
/// with findings in the machine's file.
bool bus_admit_machine(const machine_settings_t* machine, const char* machine_path,
                       findings_t* findings);

/// Whether the drive of a joint surely stops or lets go by itself when its controller is gone: its
/// profile says so, and that it was seen on a bench; of a virtual machine seen on a virtual device
/// will do.
bool bus_drive_surely_stops(const machine_settings_t* machine, int joint);

/// Whether the machine of an assembly may touch anybody, and how its routine does. False with
/// findings in both files, the arithmetic in their messages.
bool bus_admit_contact(assembly_t* assembly);

#endif
