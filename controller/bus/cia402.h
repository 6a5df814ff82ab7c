/// The state machine of a servo drive as CiA 402-2 has it: what its status word says, and which
/// control word comes next. Pure and without memory: the control word follows from the state last
/// seen, so a lost reply or a repeated request changes nothing.
#ifndef KNEAD_CONTROLLER_BUS_CIA402_H
#define KNEAD_CONTROLLER_BUS_CIA402_H

#include <stdbool.h>
#include <stdint.h>

#include "controller/bus/bus.h"

/// Control words by the transitions they command (CiA 402-2, device control).
#define CIA402_DISABLE_VOLTAGE 0x0000u
#define CIA402_QUICK_STOP 0x0002u
#define CIA402_SHUTDOWN 0x0006u
#define CIA402_SWITCH_ON 0x0007u
#define CIA402_ENABLE_OPERATION 0x000Fu
#define CIA402_FAULT_RESET 0x0080u // acts on the rising edge of bit 7

/// The state a status word stands for; DRIVE_UNKNOWN for a pattern that no state has.
drive_state_t cia402_state(uint16_t status_word);

/// One pattern that means `state`, for devices that report one. DRIVE_UNKNOWN gives 0.
uint16_t cia402_status_word(drive_state_t state);

/// The control word that takes a drive in `state` one step towards `request`. `odd_period`
/// alternates from period to period: in a fault it makes the rising edge that a reset needs, again
/// and again until the drive has left the fault. A fault is never reset, and torque never asked
/// for, by any other request than those named so; an unknown state gets no torque.
uint16_t cia402_control_word(drive_request_t request, drive_state_t state, bool odd_period);

#endif
