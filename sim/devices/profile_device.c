#include "sim/devices/profile_device.h"

#include <math.h>
#include <string.h>

#include "controller/bus/registers.h"

#define STEP_S (PROFILE_DEVICE_STEP_US * 1e-6)
#define RANGE_PER_S 0.1 // of the target's range, its greatest speed
#define SPEED_UP_S 0.2  // to that speed
#define RIPPLE_COUNTS 2.0
#define RIPPLE_HZ 0.5
#define PI 3.14159265358979323846

static const device_profile_t* profile_of(const profile_device_t* device)
{
    return device->file.profile;
}

static bool is_measured(const point_settings_t* point)
{
    return !point->writable && point->unit[0] != '\0' && point->id != POINT_POSITION &&
           point->id != POINT_VELOCITY;
}

bool profile_device_init(profile_device_t* device, const device_profile_t* profile)
{
    memset(device, 0, sizeof *device);
    if (!register_file_init(&device->file, profile)) {
        return false;
    }
    // What may be written begins at 0, or at the end of its limits that is nearest to it.
    for (int i = 0; i < profile->point_count; i++) {
        const point_settings_t* point = &profile->points[i];
        if (point->id == POINT_OTHER && point->writable) {
            (void)register_file_set_at(&device->file, i,
                                       fmin(fmax(0.0, point->minimum), point->maximum));
        }
    }
    const register_file_t* file = &device->file;
    const point_settings_t* target = registers_find_point(profile, POINT_TARGET_POSITION);
    device->range = target != NULL ? target->maximum - target->minimum : 1.0;
    device->has_states = register_file_has(file, POINT_CONTROL_WORD);
    device->is_coupler = register_file_has(file, POINT_OUTPUTS);
    const point_settings_t* limit = registers_find_point(profile, POINT_EFFORT_LIMIT);
    const joint_settings_t axis = {.kind = JOINT_PRISMATIC,
                                   .acceleration_max = device->range * RANGE_PER_S / SPEED_UP_S,
                                   .effort_max = limit != NULL ? limit->maximum : 0.0};
    drive_init(&device->drive, &axis, PROFILE_DEVICE_STEP_US, 0.0);
    device->drive.position_error_max = HUGE_VAL; // its axis is wherever it is sent
    io_coupler_init(&device->coupler, true);
    profile_device_step(device);
    return true;
}

bool profile_device_request(profile_device_t* device, const pdu_t* request, pdu_t* reply)
{
    bool wrote = false;
    if (device->silent || !register_file_request(&device->file, request, reply, &wrote)) {
        return false;
    }
    device->wrote = device->wrote || wrote;
    return true;
}

/// Goes one step of the way to the target, so that it can still stop there.
static void approach(profile_device_t* device, double target)
{
    const double fastest = device->range * RANGE_PER_S;
    const double acceleration = fastest / SPEED_UP_S;
    const double way = target - device->position;
    const double stopping = sqrt(2.0 * acceleration * fabs(way));
    const double wanted = copysign(fmin(fastest, stopping), way);
    const double change = acceleration * STEP_S;
    device->speed = fmin(fmax(wanted, device->speed - change), device->speed + change);
    if (fabs(way) <= fabs(device->speed) * STEP_S || fabs(way) < 1e-9 * device->range) {
        device->position = target;
        device->speed = 0.0;
    } else {
        device->position += device->speed * STEP_S;
    }
}

static void step_states(profile_device_t* device)
{
    drive_t* drive = &device->drive;
    if (device->wrote) {
        drive_take_written(drive, &device->file);
    }
    double target = 0.0;
    const bool told = register_file_get(&device->file, POINT_TARGET_POSITION, &target);
    if (drive->state == DRIVE_OPERATION_ENABLED && told && device->write_us > 0) {
        approach(device, target);
        drive->target_position = device->position;
        drive->target_is_new = true;
        drive_step(drive, true, device->position, device->speed, PROFILE_DEVICE_STEP_US);
    } else {
        drive->target_is_new = false;
        drive_step(drive, true, device->position, device->speed, PROFILE_DEVICE_STEP_US);
        device->position = drive->demand;
        device->speed = drive->demand_speed;
    }
    register_file_set_raw(&device->file, POINT_STATUS_WORD, drive_status_word(drive));
    register_file_set_raw(&device->file, POINT_FAULT_CODE, (uint32_t)drive->fault);
}

/// How long it bears silence; 0 for ever.
static int64_t patience_us(const profile_device_t* device)
{
    const device_profile_t* profile = profile_of(device);
    double patience_s = 0.0;
    if (profile->lost_controller == LOST_GOES_ON) {
        return 0;
    }
    if (!register_file_get(&device->file, POINT_WATCHDOG, &patience_s) &&
        profile->lost_controller == LOST_STOPS) {
        patience_s = profile->watchdog_s;
    }
    return llround(patience_s * 1e6);
}

static void make_safe(profile_device_t* device)
{
    const device_profile_t* profile = profile_of(device);
    device->safe = true;
    for (int i = 0; i < profile->safe_write_count; i++) {
        (void)register_file_set_at(&device->file, profile->safe_writes[i].point,
                                   profile->safe_writes[i].si_number);
    }
    if (!device->has_states) {
        (void)register_file_set(&device->file, POINT_TARGET_POSITION, device->position);
    } else if (device->drive.state != DRIVE_NOT_READY) {
        drive_fail(&device->drive, DRIVE_FAULT_WATCHDOG);
    }
}

static void measure(profile_device_t* device)
{
    const device_profile_t* profile = profile_of(device);
    const int64_t sample_us = llround(profile->sample_age_max_s * 1e6);
    if (device->now_us - device->sampled_us < sample_us) {
        return;
    }
    device->sampled_us = device->now_us;
    register_file_set_raw(&device->file, POINT_SAMPLE_COUNTER,
                          register_file_raw(&device->file, POINT_SAMPLE_COUNTER) + 1);
    (void)register_file_set(&device->file, POINT_POSITION, device->position);
    (void)register_file_set(&device->file, POINT_VELOCITY, device->speed);
    const double turn = 2.0 * PI * RIPPLE_HZ * (double)device->now_us * 1e-6;
    for (int i = 0; i < profile->point_count; i++) {
        const point_settings_t* point = &profile->points[i];
        if (is_measured(point)) {
            const double counts = RIPPLE_COUNTS * sin(turn + i);
            (void)register_file_set_at(&device->file, i, counts * point->scale);
        }
    }
}

void profile_device_step(profile_device_t* device)
{
    device->now_us += PROFILE_DEVICE_STEP_US;
    if (device->wrote) {
        device->write_us = device->now_us;
        device->safe = false;
    }
    const int64_t patience = patience_us(device);
    if (patience > 0 && device->write_us > 0 && !device->safe &&
        device->now_us - device->write_us > patience) {
        make_safe(device);
    }
    if (device->is_coupler) {
        if (device->wrote) {
            io_coupler_take_written(&device->coupler, &device->file);
        }
        io_coupler_step(&device->coupler, PROFILE_DEVICE_STEP_US);
        io_coupler_latch(&device->coupler, &device->file);
    } else if (device->has_states) {
        step_states(device);
    } else {
        double target = 0.0;
        if (register_file_get(&device->file, POINT_TARGET_POSITION, &target) &&
            device->write_us > 0) {
            approach(device, target);
        }
    }
    device->wrote = false;
    measure(device);
}
