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
/// Faults. A drive has one encoder, on which everything it does rests. What is wrong at the encoder
/// itself (jump, freeze, sign, scale) is therefore what the servo loop, the following error and the
/// registers all see: the servo moves the joint until the wrong figure is the wanted one, or runs
/// against it until the torque limit, the following error or a stop of 0.5 s ends it. What is
/// wrong behind it, where the fieldbus module counts (drift, wrap), is in the position register
/// alone. Encoder faults act in this order: sign and scale, counted from what was shown when they
/// began; standing still; jump; then drift and wrap.
///
/// The others act together as they would in a drive: one that runs away and is weak runs weakly.
/// What holds the state machine (`drive_stuck_state`) goes before all that would move it. What is
/// told late (`drive_late`) feeds the watchdog when it arrives.
#ifndef KNEAD_SIM_DEVICES_DRIVE_H
#define KNEAD_SIM_DEVICES_DRIVE_H

#include "controller/bus/bus.h"
#include "sim/arm.h"
#include "sim/devices/register_file.h"
#include "sim/event.h"

#define DRIVE_BOOT_US 100000          // in `not ready to switch on`
#define DRIVE_BRAKE_RELEASE_US 100000 // from enabling to `operation enabled`
#define DRIVE_BRAKE_ENGAGE_US 30000   // from the command until the brake holds
#define DRIVE_STOP_TIME_MAX_US 500000 // a deceleration that is not over by then is given up
#define DRIVE_FOLLOWING_ERROR_RAD 0.1
#define DRIVE_FOLLOWING_ERROR_M 0.05
#define DRIVE_OSCILLATION_HZ 8.0 // of `drive_oscillates`: the bandwidth of its own position loop
#define DRIVE_PEAK_FACTOR 3.0 // peak against rated torque, as servo catalogues have it [judgement]
#define DRIVE_COMMAND_CAPACITY 512 // waiting in `drive_late`, one a step

/// What a drive reports in its fault register (CiA 402-2, error codes).
#define DRIVE_FAULT_LIST(X)                                                                        \
    X(DRIVE_FAULT_NONE, 0x0000, "none")                                                            \
    X(DRIVE_FAULT_OVER_CURRENT, 0x2310, "continuous over-current")                                 \
    X(DRIVE_FAULT_UNDERVOLTAGE, 0x3220, "DC link under-voltage")                                   \
    X(DRIVE_FAULT_WATCHDOG, 0x7510, "communication: no command in time")                           \
    X(DRIVE_FAULT_FOLLOWING_ERROR, 0x8611, "following error")
typedef enum {
#define X(id, code, text) id = (code),
    DRIVE_FAULT_LIST(X)
#undef X
} drive_fault_t;

/// What a drive is told by one write.
typedef struct {
    int64_t due_us; // on the drive's clock, where it waits
    uint16_t control_word;
    bool has_target;
    double target_position;
    double effort_limit;
    int64_t watchdog_us;
} drive_command_t;

/// What is wrong with a drive now; all neutral in a sound one.
typedef struct {
    bool encoder_frozen, encoder_reversed, encoder_scaled;
    double encoder_scale, encoder_jump;
    double encoder_held;               // shown when it froze, without the jump
    double encoder_gain, encoder_base; // of sign and scale
    arm_fault_t joint;
    double drift_per_s, drift; // of the register
    double wrap;               // 0 for none
    // What it does.
    bool deaf_to_stop, deaf, wrong_mode, unlimited, stuck_state, disables, watchdog_off;
    bool runs_away, oscillates;
    double torque_part; // 1 for all of it
    double runaway_speed;
    double swing; // rad or m
    double swing_age_s;
    uint16_t stuck_status;
    int64_t late_us;
    // Power.
    bool undervoltage, brake_stuck;
    int64_t brake_late_us;
} drive_faults_t;

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
    // Faults.
    bool touched; // one has been here: the sound paths are not enough
    drive_faults_t faults;
    drive_command_t last_written;
    int64_t clock_us;
    int waiting_first, waiting_count;
    drive_command_t waiting[DRIVE_COMMAND_CAPACITY];
} drive_t;

/// A drive at power-up with nothing written to it, for a joint at `position`.
void drive_init(drive_t* drive, const joint_settings_t* joint, int64_t interpolation_us,
                double position);

/// Takes what was written to the registers; call once for the writes of a step.
void drive_take_written(drive_t* drive, const register_file_t* file);

/// Lets `step_us` pass. `power` is whether the terminals have it and torque is not switched off
/// safely; `position` and `speed` are the joint's.
void drive_step(drive_t* drive, bool power, double position, double speed, int64_t step_us);

/// What a drive without a fault does to its joint.
static inline arm_actuation_t drive_sound_actuation(const drive_t* drive)
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

/// The same for one that has, or had, one.
arm_actuation_t drive_faulty_actuation(const drive_t* drive);

/// What the drive does to its joint now; it points into `drive`, for one step.
static inline arm_actuation_t drive_actuation(const drive_t* drive)
{
    return drive->touched ? drive_faulty_actuation(drive) : drive_sound_actuation(drive);
}

/// Begins a fault reaction, as if the drive had found the fault itself. Nothing in a fault already.
void drive_fail(drive_t* drive, drive_fault_t fault);

/// Lets a fault of class encoder or drive, or one of class power that happens to a single drive,
/// begin or end. `position` is where the joint really is. Events of other kinds are none of its
/// business.
void drive_event(drive_t* drive, const world_event_t* event, bool begins, double position);

uint16_t drive_status_word(const drive_t* drive);

/// Writes status, counter and measurements into the registers.
void drive_latch(const drive_t* drive, double position, double speed, double effort,
                 register_file_t* file);

#endif
