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

#define PI 3.14159265358979323846
#define STANDSTILL_SPEED 1e-3 // rad/s or m/s

typedef enum {
    COMMAND_NONE,
    COMMAND_DISABLE_VOLTAGE,
    COMMAND_QUICK_STOP,
    COMMAND_SHUTDOWN,
    COMMAND_SWITCH_ON,
    COMMAND_ENABLE_OPERATION,
} command_t;

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
        .faults = {.encoder_scale = 1.0,
                   .encoder_gain = 1.0,
                   .joint = {.encoder_gain = 1.0},
                   .torque_part = 1.0},
        .last_written = {.effort_limit = joint->effort_max},
    };
}

static inline void obey(drive_t* drive, const drive_command_t* told)
{
    const drive_faults_t* faults = &drive->faults;
    if (!faults->deaf_to_stop) {
        drive->control_word = told->control_word;
    }
    drive->target_is_new = told->has_target && !faults->deaf && !faults->wrong_mode;
    drive->target_position = told->target_position;
    drive->effort_limit = told->effort_limit;
    drive->watchdog_us = told->watchdog_us;
}

/// Lets a command wait for its time; the oldest goes if there is no room.
static void put_off(drive_t* drive, const drive_command_t* told)
{
    if (drive->waiting_count == DRIVE_COMMAND_CAPACITY) {
        drive->waiting_first = (drive->waiting_first + 1) % DRIVE_COMMAND_CAPACITY;
        drive->waiting_count -= 1;
    }
    const int place = (drive->waiting_first + drive->waiting_count) % DRIVE_COMMAND_CAPACITY;
    drive->waiting[place] = *told;
    drive->waiting[place].due_us = drive->clock_us + drive->faults.late_us;
    drive->waiting_count += 1;
}

/// Obeys the newest command whose time has come.
static void obey_due(drive_t* drive)
{
    while (drive->waiting_count > 0 &&
           drive->waiting[drive->waiting_first].due_us <= drive->clock_us) {
        obey(drive, &drive->waiting[drive->waiting_first]);
        drive->waiting_first = (drive->waiting_first + 1) % DRIVE_COMMAND_CAPACITY;
        drive->waiting_count -= 1;
    }
}

void drive_take_written(drive_t* drive, const register_file_t* file)
{
    drive_command_t* told = &drive->last_written;
    told->control_word = (uint16_t)register_file_raw(file, POINT_CONTROL_WORD);
    told->has_target = register_file_get(file, POINT_TARGET_POSITION, &told->target_position);
    double effort_limit = drive->effort_max;
    if (register_file_get(file, POINT_EFFORT_LIMIT, &effort_limit)) {
        told->effort_limit = fmin(fmax(effort_limit, 0.0), drive->effort_max);
    }
    double watchdog_s = 0.0;
    if (register_file_get(file, POINT_WATCHDOG, &watchdog_s)) {
        told->watchdog_us = (int64_t)llround(watchdog_s * 1e6);
    }
    drive->write_age_us = 0;
    if (drive->faults.late_us > 0) {
        put_off(drive, told);
    } else {
        obey(drive, told);
    }
}

static command_t command_of(uint16_t control_word)
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
    if (drive->faults.stuck_state) {
        return;
    }
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

static bool state_has_torque(drive_state_t state)
{
    return state == DRIVE_OPERATION_ENABLED || state == DRIVE_QUICK_STOP ||
           state == DRIVE_FAULT_REACTION;
}

void drive_fail(drive_t* drive, drive_fault_t fault)
{
    if (drive->state == DRIVE_FAULT_REACTION || drive->state == DRIVE_FAULT ||
        drive->faults.stuck_state) {
        return;
    }
    drive->fault = fault;
    // Without torque there is nothing to decelerate.
    const bool reacts = state_has_torque(drive->state) || drive->enabling;
    enter(drive, reacts ? DRIVE_FAULT_REACTION : DRIVE_FAULT);
}

/// The state a control word leads to from a state without torque, or the same state.
static drive_state_t next_without_torque(drive_state_t state, command_t command, bool power)
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
static drive_state_t next_with_torque(command_t command)
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

/// What ends `operation enabled`: silence, a command, a joint that does not follow. True if it
/// does.
static inline bool leave_enabled(drive_t* drive, double position, double speed)
{
    if (drive->watchdog_us > 0 && drive->write_age_us > drive->watchdog_us &&
        !drive->faults.watchdog_off) {
        drive_fail(drive, DRIVE_FAULT_WATCHDOG);
        return true;
    }
    const drive_state_t next = next_with_torque(command_of(drive->control_word));
    if (next != DRIVE_OPERATION_ENABLED) {
        enter(drive, next);
        if (next != DRIVE_QUICK_STOP) {
            hold_here(drive, position);
        }
        return true;
    }
    // A set-point out of the window is refused before it is followed.
    const bool reachable = !drive->target_is_new ||
                           fabs(drive->target_position - position) <= drive->position_error_max;
    const bool follows = fabs(drive->demand - position) <= drive->position_error_max;
    if ((reachable && follows) || drive->faults.runs_away) {
        return false;
    }
    hold_here(drive, position);
    drive->demand_speed = speed; // from which it slows down
    drive_fail(drive, DRIVE_FAULT_FOLLOWING_ERROR);
    return true;
}

static void step_enabled(drive_t* drive, double position, double speed, int64_t step_us)
{
    const bool leaves = !drive->faults.stuck_state && leave_enabled(drive, position, speed);
    if (!leaves && !drive->faults.runs_away) {
        follow_target(drive, step_us);
    }
}

static void step_idle(drive_t* drive, bool power, double position)
{
    const command_t command = command_of(drive->control_word);
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
    if (drive->faults.stuck_state && !state_has_torque(drive->state)) {
        return;
    }
    switch (drive->state) {
    case DRIVE_UNKNOWN:
    case DRIVE_NOT_FOLLOWING: // what others read from its status word, never a state of its own
    case DRIVE_NOT_READY:
        if (drive->state_age_us >= DRIVE_BOOT_US) {
            enter(drive, DRIVE_SWITCH_ON_DISABLED);
        }
        break;
    case DRIVE_SWITCH_ON_DISABLED:
    case DRIVE_READY_TO_SWITCH_ON:
    case DRIVE_SWITCHED_ON:
        step_idle(drive, drive->power && !drive->faults.disables, position);
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
        if ((drive->control_word & CONTROL_FAULT_RESET) && !drive->reset_bit_was_set &&
            !drive->faults.undervoltage) {
            drive->fault = DRIVE_FAULT_NONE;
            enter(drive, DRIVE_SWITCH_ON_DISABLED);
        }
        break;
    }
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

/// The joint's position as the encoder shows it.
static double shown(const drive_t* drive, double position)
{
    return drive->faults.joint.encoder_gain * position + drive->faults.joint.encoder_offset;
}

/// Runs on, but never farther ahead of its joint than a following error: it is the motor that runs.
static void run_away(drive_t* drive, double position, int64_t step_us)
{
    const double most = drive->position_error_max;
    drive->demand_speed = drive->faults.runaway_speed;
    drive->demand += drive->demand_speed * ((double)step_us * 1e-6);
    drive->demand = fmin(fmax(drive->demand, position - most), position + most);
    drive->interpolation_left_us = 0;
    drive->way_left = 0.0;
}

static void step_faults(drive_t* drive, int64_t step_us)
{
    drive_faults_t* faults = &drive->faults;
    const double step_s = (double)step_us * 1e-6;
    drive->clock_us += step_us;
    faults->drift += faults->drift_per_s * step_s;
    faults->swing_age_s += step_s;
    obey_due(drive);
    if (faults->undervoltage && drive->state != DRIVE_NOT_READY) {
        drive_fail(drive, DRIVE_FAULT_UNDERVOLTAGE);
    }
}

void drive_step(drive_t* drive, bool power, double position, double speed, int64_t step_us)
{
    drive->power = power;
    drive->state_age_us += step_us;
    drive->write_age_us += step_us;
    drive->brake_age_us += step_us;
    drive->sample_counter += 1;
    if (drive->touched) {
        step_faults(drive, step_us);
        position = shown(drive, position);
        speed *= drive->faults.joint.encoder_gain;
    }
    if (!power || drive->faults.disables) {
        lose_power(drive, position);
    }
    step_state(drive, position, speed, step_us);
    if (drive->faults.runs_away && power && state_has_torque(drive->state)) {
        run_away(drive, position, step_us);
    }
    drive->reset_bit_was_set = (drive->control_word & CONTROL_FAULT_RESET) != 0;
    drive->target_is_new = false;

    // The brake opens by the same supply that the torque comes from.
    const bool brake_shut = !((state_has_torque(drive->state) && power) || drive->enabling);
    if (brake_shut != drive->brake_shut) {
        drive->brake_shut = brake_shut;
        drive->brake_age_us = 0;
    }
}

arm_actuation_t drive_faulty_actuation(const drive_t* drive)
{
    const drive_faults_t* faults = &drive->faults;
    arm_actuation_t actuation = drive_sound_actuation(drive);
    const double most =
        faults->unlimited ? DRIVE_PEAK_FACTOR * drive->effort_max : drive->effort_max;
    const double allowed = faults->unlimited ? most : drive->effort_limit;
    actuation.effort_limit = fmin(allowed, faults->torque_part * most);
    if (faults->oscillates) {
        const double rate_radps = 2.0 * PI * DRIVE_OSCILLATION_HZ;
        const double angle_rad = rate_radps * faults->swing_age_s;
        actuation.reference += faults->swing * sin(angle_rad);
        actuation.reference_speed += faults->swing * rate_radps * cos(angle_rad);
    }
    actuation.powered = actuation.powered && !faults->disables;
    // The drive lets go when its brake should hold; it does not know that it is late.
    if (drive->brake_shut) {
        actuation.braked = drive->brake_age_us >= DRIVE_BRAKE_ENGAGE_US + faults->brake_late_us;
    }
    actuation.braked = actuation.braked || faults->brake_stuck;
    actuation.fault = &faults->joint;
    return actuation;
}

/// Counts otherwise from here on, or as it should again.
static void turn_encoder(drive_faults_t* faults, double position)
{
    const double shown = faults->encoder_gain * position + faults->encoder_base;
    const bool sound = !faults->encoder_reversed && !faults->encoder_scaled;
    faults->encoder_gain = (faults->encoder_reversed ? -1.0 : 1.0) * faults->encoder_scale;
    faults->encoder_base = sound ? 0.0 : shown - faults->encoder_gain * position;
}

/// Works out what the encoder shows of the joint.
static void set_encoder(drive_faults_t* faults)
{
    faults->joint.encoder_gain = faults->encoder_frozen ? 0.0 : faults->encoder_gain;
    faults->joint.encoder_offset =
        faults->encoder_frozen ? faults->encoder_held : faults->encoder_base;
    faults->joint.encoder_offset += faults->encoder_jump;
}

static void encoder_event(drive_t* drive, const world_event_t* event, bool begins, double position)
{
    drive_faults_t* faults = &drive->faults;
    const double size = begins ? event->magnitude : 0.0;
    switch (event->kind) {
    case WORLD_EVENT_ENCODER_JUMP:
        faults->encoder_jump = size;
        break;
    case WORLD_EVENT_ENCODER_FREEZE:
        faults->encoder_held = faults->joint.encoder_gain * position +
                               faults->joint.encoder_offset - faults->encoder_jump;
        faults->encoder_frozen = begins;
        break;
    case WORLD_EVENT_ENCODER_SIGN:
        faults->encoder_reversed = begins;
        turn_encoder(faults, position);
        break;
    case WORLD_EVENT_ENCODER_SCALE:
        faults->encoder_scaled = begins;
        faults->encoder_scale = begins ? event->magnitude : 1.0;
        turn_encoder(faults, position);
        break;
    case WORLD_EVENT_ENCODER_DRIFT:
        faults->drift_per_s = size;
        faults->drift = 0.0;
        break;
    case WORLD_EVENT_ENCODER_WRAP:
        faults->wrap = size;
        break;
        // clang-format off
    SENSOR_EVENT_LIST(WORLD_EVENT_CASE) DRIVE_EVENT_LIST(WORLD_EVENT_CASE)
    POWER_EVENT_LIST(WORLD_EVENT_CASE) BUS_EVENT_LIST(WORLD_EVENT_CASE)
    HOST_EVENT_LIST(WORLD_EVENT_CASE) CLIENT_EVENT_LIST(WORLD_EVENT_CASE)
    OPERATOR_EVENT_LIST(WORLD_EVENT_CASE)
            // clang-format on
            break;
    }
    set_encoder(faults);
}

/// What has waited is not waited for any longer.
static void catch_up(drive_t* drive)
{
    if (drive->waiting_count > 0) {
        drive->waiting_count = 0;
        obey(drive, &drive->last_written);
    }
}

static void behaviour_event(drive_t* drive, const world_event_t* event, bool begins)
{
    drive_faults_t* faults = &drive->faults;
    switch (event->kind) {
    case WORLD_EVENT_DRIVE_FAULT:
        if (begins) {
            drive_fail(drive, DRIVE_FAULT_OVER_CURRENT);
        }
        break;
    case WORLD_EVENT_DRIVE_DEAF_TO_STOP:
        faults->deaf_to_stop = begins;
        if (!begins && drive->waiting_count == 0) {
            drive->control_word = drive->last_written.control_word;
        }
        break;
    case WORLD_EVENT_DRIVE_DEAF:
        faults->deaf = begins;
        break;
    case WORLD_EVENT_DRIVE_LATE:
        faults->late_us = begins ? (int64_t)llround(event->magnitude * 1e6) : 0;
        if (!begins) {
            catch_up(drive);
        }
        break;
    case WORLD_EVENT_DRIVE_WRONG_MODE:
        faults->wrong_mode = begins;
        break;
    case WORLD_EVENT_DRIVE_UNLIMITED:
        faults->unlimited = begins;
        break;
    case WORLD_EVENT_DRIVE_WEAK:
        faults->torque_part = begins ? event->magnitude : 1.0;
        break;
    case WORLD_EVENT_DRIVE_RUNAWAY:
        faults->runs_away = begins;
        faults->runaway_speed = begins ? event->magnitude : 0.0;
        break;
    case WORLD_EVENT_DRIVE_OSCILLATES:
        faults->oscillates = begins;
        faults->swing = begins ? event->magnitude : 0.0;
        faults->swing_age_s = 0.0;
        break;
    case WORLD_EVENT_DRIVE_STUCK_STATE:
        faults->stuck_state = false;
        faults->stuck_status = drive_status_word(drive);
        faults->stuck_state = begins;
        break;
    case WORLD_EVENT_DRIVE_DISABLES:
        faults->disables = begins;
        break;
    case WORLD_EVENT_DRIVE_WATCHDOG_OFF:
        faults->watchdog_off = begins;
        break;
        // clang-format off
    SENSOR_EVENT_LIST(WORLD_EVENT_CASE) ENCODER_EVENT_LIST(WORLD_EVENT_CASE)
    POWER_EVENT_LIST(WORLD_EVENT_CASE) BUS_EVENT_LIST(WORLD_EVENT_CASE)
    HOST_EVENT_LIST(WORLD_EVENT_CASE) CLIENT_EVENT_LIST(WORLD_EVENT_CASE)
    OPERATOR_EVENT_LIST(WORLD_EVENT_CASE)
            // clang-format on
            break;
    }
}

static void power_event(drive_faults_t* faults, const world_event_t* event, bool begins)
{
    switch (event->kind) {
    case WORLD_EVENT_BRAKE_SLIPS:
        faults->joint.brake_lost = begins ? 1.0 - event->magnitude : 0.0;
        break;
    case WORLD_EVENT_BRAKE_LATE:
        faults->brake_late_us = begins ? (int64_t)llround(event->magnitude * 1e6) : 0;
        break;
    case WORLD_EVENT_BRAKE_STUCK:
        faults->brake_stuck = begins;
        break;
    case WORLD_EVENT_UNDERVOLTAGE:
        faults->undervoltage = begins;
        break;
    case WORLD_EVENT_POWER_CUT: // of the whole machine, so not of one drive
    case WORLD_EVENT_ESTOP_PRESSED:
    case WORLD_EVENT_ESTOP_RELEASED:
    case WORLD_EVENT_RELAY_STUCK:
        // clang-format off
    SENSOR_EVENT_LIST(WORLD_EVENT_CASE) ENCODER_EVENT_LIST(WORLD_EVENT_CASE)
    DRIVE_EVENT_LIST(WORLD_EVENT_CASE) BUS_EVENT_LIST(WORLD_EVENT_CASE)
    HOST_EVENT_LIST(WORLD_EVENT_CASE) CLIENT_EVENT_LIST(WORLD_EVENT_CASE)
    OPERATOR_EVENT_LIST(WORLD_EVENT_CASE)
            // clang-format on
            break;
    }
}

void drive_event(drive_t* drive, const world_event_t* event, bool begins, double position)
{
    drive->touched = true;
    encoder_event(drive, event, begins, position);
    behaviour_event(drive, event, begins);
    power_event(&drive->faults, event, begins);
}

uint16_t drive_status_word(const drive_t* drive)
{
    if (drive->faults.stuck_state) {
        return drive->faults.stuck_status;
    }
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
    const uint16_t left = drive->faults.wrong_mode ? STATUS_FOLLOWS_COMMAND : 0u;
    return (uint16_t)((words[drive->state] & ~(unsigned)left) | power | STATUS_REMOTE);
}

void drive_latch(const drive_t* drive, double position, double speed, double effort,
                 register_file_t* file)
{
    if (drive->touched) {
        position = shown(drive, position) + drive->faults.drift;
        speed = speed * drive->faults.joint.encoder_gain + drive->faults.drift_per_s;
        const double wrap = drive->faults.wrap;
        position -= wrap > 0.0 ? wrap * floor(position / wrap) : 0.0;
    }
    register_file_set_raw(file, POINT_SAMPLE_COUNTER, drive->sample_counter);
    register_file_set_raw(file, POINT_STATUS_WORD, drive_status_word(drive));
    register_file_set_raw(file, POINT_FAULT_CODE, (uint32_t)drive->fault);
    (void)register_file_set(file, POINT_POSITION, position);
    (void)register_file_set(file, POINT_VELOCITY, speed);
    (void)register_file_set(file, POINT_EFFORT, effort);
}
