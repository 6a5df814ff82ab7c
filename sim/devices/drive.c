#include "sim/devices/drive.h"

#include <math.h>

// Control word bits (CiA 402-2, object 6040).
#define CONTROL_SWITCH_ON 0x0001u
#define CONTROL_ENABLE_VOLTAGE 0x0002u
#define CONTROL_NO_QUICK_STOP 0x0004u
#define CONTROL_ENABLE_OPERATION 0x0008u
#define CONTROL_FAULT_RESET 0x0080u

// Status word bits that go with any state (CiA 402-2, object 6041).
#define STATUS_VOLTAGE_ENABLED 0x0010u
#define STATUS_REMOTE 0x0200u
#define STATUS_FOLLOWS_COMMAND 0x1000u // cyclic position mode

#define STANDSTILL_SPEED 1e-3 // rad/s or m/s

typedef enum {
    COMMAND_NONE,
    COMMAND_DISABLE_VOLTAGE,
    COMMAND_QUICK_STOP,
    COMMAND_SHUTDOWN,
    COMMAND_SWITCH_ON,
    COMMAND_ENABLE_OPERATION,
} drive_command_t;

void drive_init(drive_t* drive, const joint_settings_t* joint, int64_t interpolation_us,
                double position)
{
    const bool turns = joint->kind == JOINT_REVOLUTE;
    *drive = (drive_t){
        .position_error_max = turns ? DRIVE_FOLLOWING_ERROR_RAD : DRIVE_FOLLOWING_ERROR_M,
        .deceleration = joint->acceleration_max,
        .effort_max = joint->effort_max,
        .interpolation_us = interpolation_us,
        .effort_limit = joint->effort_max,
        .state = DRIVE_NOT_READY,
        .brake_shut = true,
        .brake_age_us = DRIVE_BRAKE_ENGAGE_US,
        .demand = position,
    };
}

void drive_take_written(drive_t* drive, const register_file_t* file)
{
    drive->control_word = (uint16_t)register_file_raw(file, POINT_CONTROL_WORD);
    drive->target_is_new = register_file_get(file, POINT_TARGET_POSITION, &drive->target_position);
    double effort_limit = drive->effort_max;
    if (register_file_get(file, POINT_EFFORT_LIMIT, &effort_limit)) {
        drive->effort_limit = fmin(fmax(effort_limit, 0.0), drive->effort_max);
    }
    double watchdog_s = 0.0;
    if (register_file_get(file, POINT_WATCHDOG, &watchdog_s)) {
        drive->watchdog_us = (int64_t)llround(watchdog_s * 1e6);
    }
    drive->write_age_us = 0;
}

static drive_command_t command_of(uint16_t control_word)
{
    if (!(control_word & CONTROL_ENABLE_VOLTAGE)) {
        return COMMAND_DISABLE_VOLTAGE;
    }
    if (!(control_word & CONTROL_NO_QUICK_STOP)) {
        return COMMAND_QUICK_STOP;
    }
    if (control_word & CONTROL_FAULT_RESET) {
        return COMMAND_NONE;
    }
    if (!(control_word & CONTROL_SWITCH_ON)) {
        return COMMAND_SHUTDOWN;
    }
    return control_word & CONTROL_ENABLE_OPERATION ? COMMAND_ENABLE_OPERATION : COMMAND_SWITCH_ON;
}

static void enter(drive_t* drive, drive_state_t state)
{
    drive->state = state;
    drive->state_age_us = 0;
    drive->enabling = false;
}

/// Takes the joint as it is for the place to hold.
static void hold_here(drive_t* drive, double position)
{
    drive->demand = position;
    drive->demand_speed = 0.0;
    drive->interpolation_left_us = 0;
    drive->way_left = 0.0;
}

void drive_fail(drive_t* drive, drive_fault_t fault)
{
    if (drive->state == DRIVE_FAULT_REACTION || drive->state == DRIVE_FAULT) {
        return;
    }
    drive->fault = fault;
    enter(drive, DRIVE_FAULT_REACTION);
}

/// The state a control word leads to from a state without torque, or the same state.
static drive_state_t next_without_torque(drive_state_t state, drive_command_t command, bool power)
{
    if (!power) {
        return DRIVE_SWITCH_ON_DISABLED;
    }
    switch (command) {
    case COMMAND_NONE:
        return state;
    case COMMAND_DISABLE_VOLTAGE:
    case COMMAND_QUICK_STOP:
        return DRIVE_SWITCH_ON_DISABLED;
    case COMMAND_SHUTDOWN:
        return DRIVE_READY_TO_SWITCH_ON;
    case COMMAND_SWITCH_ON:
    case COMMAND_ENABLE_OPERATION:
        return state == DRIVE_SWITCH_ON_DISABLED ? state : DRIVE_SWITCHED_ON;
    }
    return state;
}

/// The same from `operation enabled`.
static drive_state_t next_with_torque(drive_command_t command)
{
    switch (command) {
    case COMMAND_NONE:
    case COMMAND_ENABLE_OPERATION:
        return DRIVE_OPERATION_ENABLED;
    case COMMAND_DISABLE_VOLTAGE:
        return DRIVE_SWITCH_ON_DISABLED;
    case COMMAND_QUICK_STOP:
        return DRIVE_QUICK_STOP;
    case COMMAND_SHUTDOWN:
        return DRIVE_READY_TO_SWITCH_ON;
    case COMMAND_SWITCH_ON:
        return DRIVE_SWITCHED_ON;
    }
    return DRIVE_SWITCH_ON_DISABLED;
}

/// Walks the way to the newest set-point, or holds at its end.
static void follow_target(drive_t* drive, int64_t step_us)
{
    if (drive->target_is_new) {
        drive->way_left = drive->target_position - drive->demand;
        drive->interpolation_left_us = drive->interpolation_us;
    }
    if (drive->interpolation_left_us <= 0) {
        drive->demand_speed = 0.0;
        return;
    }
    const int64_t pass_us =
        step_us < drive->interpolation_left_us ? step_us : drive->interpolation_left_us;
    drive->demand_speed = drive->way_left / ((double)drive->interpolation_left_us * 1e-6);
    const double way = drive->demand_speed * ((double)pass_us * 1e-6);
    drive->demand += way;
    drive->way_left -= way;
    drive->interpolation_left_us -= pass_us;
}

/// Slows the demand down at the drive's own deceleration; true once the joint stands or time is up.
static bool decelerate(drive_t* drive, double speed, int64_t step_us)
{
    const double step_s = (double)step_us * 1e-6;
    const double change = fmin(drive->deceleration * step_s, fabs(drive->demand_speed));
    drive->demand_speed -= copysign(change, drive->demand_speed);
    drive->demand += drive->demand_speed * step_s;
    const bool stands = !(fabs(drive->demand_speed) > 0.0) && fabs(speed) < STANDSTILL_SPEED;
    return stands || drive->state_age_us >= DRIVE_STOP_TIME_MAX_US;
}

static void step_enabled(drive_t* drive, double position, double speed, int64_t step_us)
{
    if (drive->watchdog_us > 0 && drive->write_age_us > drive->watchdog_us) {
        drive_fail(drive, DRIVE_FAULT_WATCHDOG);
        return;
    }
    const drive_state_t next = next_with_torque(command_of(drive->control_word));
    if (next != DRIVE_OPERATION_ENABLED) {
        enter(drive, next);
        if (next != DRIVE_QUICK_STOP) {
            hold_here(drive, position);
        }
        return;
    }
    // A set-point out of the window is refused before it is followed.
    const bool reachable = !drive->target_is_new ||
                           fabs(drive->target_position - position) <= drive->position_error_max;
    if (!reachable || !(fabs(drive->demand - position) <= drive->position_error_max)) {
        hold_here(drive, position);
        drive->demand_speed = speed; // from which it slows down
        drive_fail(drive, DRIVE_FAULT_FOLLOWING_ERROR);
        return;
    }
    follow_target(drive, step_us);
}

static void step_idle(drive_t* drive, bool power, double position)
{
    const drive_command_t command = command_of(drive->control_word);
    const drive_state_t next = next_without_torque(drive->state, command, power);
    if (next != drive->state) {
        enter(drive, next);
    }
    const bool enable = drive->state == DRIVE_SWITCHED_ON && command == COMMAND_ENABLE_OPERATION;
    if (enable && !drive->enabling) {
        drive->enabling = true;
        drive->state_age_us = 0;
        hold_here(drive, position);
    } else if (!enable) {
        drive->enabling = false;
    } else if (drive->state_age_us >= DRIVE_BRAKE_RELEASE_US) {
        enter(drive, DRIVE_OPERATION_ENABLED);
    }
}

static void step_state(drive_t* drive, double position, double speed, int64_t step_us)
{
    switch (drive->state) {
    case DRIVE_UNKNOWN:
    case DRIVE_NOT_READY:
        if (drive->state_age_us >= DRIVE_BOOT_US) {
            enter(drive, DRIVE_SWITCH_ON_DISABLED);
        }
        break;
    case DRIVE_SWITCH_ON_DISABLED:
    case DRIVE_READY_TO_SWITCH_ON:
    case DRIVE_SWITCHED_ON:
        step_idle(drive, drive->power, position);
        break;
    case DRIVE_OPERATION_ENABLED:
        step_enabled(drive, position, speed, step_us);
        break;
    case DRIVE_QUICK_STOP:
        if (decelerate(drive, speed, step_us) ||
            command_of(drive->control_word) == COMMAND_DISABLE_VOLTAGE) {
            enter(drive, DRIVE_SWITCH_ON_DISABLED);
        }
        break;
    case DRIVE_FAULT_REACTION:
        if (decelerate(drive, speed, step_us)) {
            enter(drive, DRIVE_FAULT);
        }
        break;
    case DRIVE_FAULT:
        if ((drive->control_word & CONTROL_FAULT_RESET) && !drive->reset_bit_was_set) {
            drive->fault = DRIVE_FAULT_NONE;
            enter(drive, DRIVE_SWITCH_ON_DISABLED);
        }
        break;
    }
}

static bool state_has_torque(drive_state_t state)
{
    return state == DRIVE_OPERATION_ENABLED || state == DRIVE_QUICK_STOP ||
           state == DRIVE_FAULT_REACTION;
}

/// Safe torque off: nothing is left to decelerate with.
static void lose_power(drive_t* drive, double position)
{
    if (drive->state == DRIVE_FAULT_REACTION) {
        enter(drive, DRIVE_FAULT);
    } else if (state_has_torque(drive->state)) {
        enter(drive, DRIVE_SWITCH_ON_DISABLED);
    }
    hold_here(drive, position);
}

void drive_step(drive_t* drive, bool power, double position, double speed, int64_t step_us)
{
    drive->power = power;
    drive->state_age_us += step_us;
    drive->write_age_us += step_us;
    drive->brake_age_us += step_us;
    drive->sample_counter += 1;
    if (!power) {
        lose_power(drive, position);
    }
    step_state(drive, position, speed, step_us);
    drive->reset_bit_was_set = (drive->control_word & CONTROL_FAULT_RESET) != 0;
    drive->target_is_new = false;

    const bool brake_shut = !(state_has_torque(drive->state) || drive->enabling);
    if (brake_shut != drive->brake_shut) {
        drive->brake_shut = brake_shut;
        drive->brake_age_us = 0;
    }
}

uint16_t drive_status_word(const drive_t* drive)
{
    // CiA 402-2, status word by state.
    static const uint16_t words[DRIVE_STATE_COUNT] = {
        [DRIVE_UNKNOWN] = 0x0000u,
        [DRIVE_NOT_READY] = 0x0000u,
        [DRIVE_SWITCH_ON_DISABLED] = 0x0040u,
        [DRIVE_READY_TO_SWITCH_ON] = 0x0021u,
        [DRIVE_SWITCHED_ON] = 0x0023u,
        [DRIVE_OPERATION_ENABLED] = 0x0027u | STATUS_FOLLOWS_COMMAND,
        [DRIVE_QUICK_STOP] = 0x0007u,
        [DRIVE_FAULT_REACTION] = 0x000Fu,
        [DRIVE_FAULT] = 0x0008u,
    };
    const uint16_t power = drive->power ? STATUS_VOLTAGE_ENABLED : 0u;
    return (uint16_t)(words[drive->state] | power | STATUS_REMOTE);
}

void drive_latch(const drive_t* drive, double position, double speed, double effort,
                 register_file_t* file)
{
    register_file_set_raw(file, POINT_SAMPLE_COUNTER, drive->sample_counter);
    register_file_set_raw(file, POINT_STATUS_WORD, drive_status_word(drive));
    register_file_set_raw(file, POINT_FAULT_CODE, (uint32_t)drive->fault);
    (void)register_file_set(file, POINT_POSITION, position);
    (void)register_file_set(file, POINT_VELOCITY, speed);
    (void)register_file_set(file, POINT_EFFORT, effort);
}
