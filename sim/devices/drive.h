/// A servo drive of one joint: the power state machine of CiA 402-2, a cyclic position mode that
/// walks from set-point to set-point over one bus period, a holding brake, a watchdog on the bus, a
/// following error, and safe torque off. The servo loop itself is solved with the arm
/// (`sim/arm.h`), which a drive tells what to do through an `arm_actuation_t`.
///
/// Control word, read at every step. Commands as the standard has them (bits 7, 3, 2, 1, 0):
/// shutdown 0x110, switch on 0x111 with bit 3 clear, enable operation 01111, disable voltage xxx0x,
/// quick stop xx01x, fault reset on the rising edge of bit 7. The two that take power away are
/// obeyed whatever bit 7 says; the three that give it need bit 7 clear.
///
/// Differs from the standard's bare table in three ways that real drives share: `switch on
/// disabled` is left only with power on the terminals; enabling takes the brake's release time,
/// during which the drive holds its place and still reports `switched on`; quick stop and fault
/// reaction decelerate by the drive itself and end in `switch on disabled` and `fault`.
#ifndef KNEAD_SIM_DEVICES_DRIVE_H
#define KNEAD_SIM_DEVICES_DRIVE_H

#include "controller/bus/bus.h"
#include "sim/arm.h"
#include "sim/devices/register_file.h"

#define DRIVE_BOOT_US 100000          // in `not ready to switch on`
#define DRIVE_BRAKE_RELEASE_US 100000 // from enabling to `operation enabled`
#define DRIVE_BRAKE_ENGAGE_US 30000   // from the command until the brake holds
#define DRIVE_STOP_TIME_MAX_US 500000 // a deceleration that is not over by then is given up
#define DRIVE_FOLLOWING_ERROR_RAD 0.1
#define DRIVE_FOLLOWING_ERROR_M 0.05

/// What a drive reports in its fault register (CiA 402-2, error codes).
#define DRIVE_FAULT_LIST(X)                                                                        \
    X(DRIVE_FAULT_NONE, 0x0000, "none")                                                            \
    X(DRIVE_FAULT_OVER_CURRENT, 0x2310, "continuous over-current")                                 \
    X(DRIVE_FAULT_WATCHDOG, 0x7510, "communication: no command in time")                           \
    X(DRIVE_FAULT_FOLLOWING_ERROR, 0x8611, "following error")
typedef enum {
#define X(id, code, text) id = (code),
    DRIVE_FAULT_LIST(X)
#undef X
} drive_fault_t;

typedef struct {
    // Fixed.
    double position_error_max; // rad or m
    double deceleration;       // of its own stops, rad/s2 or m/s2
    double effort_max;         // Nm or N, as sold
    int64_t interpolation_us;  // one bus period
    // As last written.
    uint16_t control_word;
    double target_position;
    bool target_is_new;
    double effort_limit;
    int64_t watchdog_us; // 0 for off, as sold
    // Running.
    drive_state_t state;
    drive_fault_t fault;
    bool power;             // on the terminals, no safe torque off
    bool reset_bit_was_set; // at the last step
    int64_t state_age_us;
    int64_t write_age_us;
    bool enabling;               // the brake is being released
    bool brake_shut;             // the brake has been told to hold
    int64_t brake_age_us;        // since it was last told something else
    double demand, demand_speed; // where the servo loop is sent
    double way_left;             // of the present interpolation
    int64_t interpolation_left_us;
    uint32_t sample_counter;
} drive_t;

/// A drive at power-up with nothing written to it, for a joint at `position`.
void drive_init(drive_t* drive, const joint_settings_t* joint, int64_t interpolation_us,
                double position);

/// Takes what was written to the registers; call once for the writes of a step.
void drive_take_written(drive_t* drive, const register_file_t* file);

/// Lets `step_us` pass. `power` is whether the terminals have it and torque is not switched off
/// safely; `position` and `speed` are the joint's.
void drive_step(drive_t* drive, bool power, double position, double speed, int64_t step_us);

/// What the drive does to its joint now.
static inline arm_actuation_t drive_actuation(const drive_t* drive)
{
    const bool holds = drive->brake_shut ? drive->brake_age_us >= DRIVE_BRAKE_ENGAGE_US
                                         : drive->brake_age_us < DRIVE_BRAKE_RELEASE_US;
    // With power, the drive holds the joint until its brake does.
    const bool powered = drive->power && !(drive->brake_shut && holds);
    return (arm_actuation_t){.powered = powered,
                             .braked = holds,
                             .reference = drive->demand,
                             .reference_speed = drive->demand_speed,
                             .effort_limit = drive->effort_limit};
}

/// Begins a fault reaction, as if the drive had found the fault itself. Nothing in a fault already.
void drive_fail(drive_t* drive, drive_fault_t fault);

uint16_t drive_status_word(const drive_t* drive);

/// Writes status, counter and measurements into the registers.
void drive_latch(const drive_t* drive, double position, double speed, double effort,
                 register_file_t* file);

#endif
