#include "controller/session.h"

#include <string.h>

// Tracking of one period; see ik_track_settings_t.
static const ik_track_settings_t track_settings = {
    .gain_per_s = 25.0, // a path error is made good in 40 ms, well below the drives' bandwidth
    .damping = 0.05,
    .singular_floor = 0.05,
    .posture_gain_per_s = 1.0, // spare freedom settles within seconds, unnoticed by the client
    .angle_weight_m = 0.3,     // a radian at the wrist moves the pad by about the tool's length
    .keep_off_m = LINK_NEAR_M, // four times what the interlock allows
    .spin_free = true,         // pads are round
};

/// From a force arising to the pad answering: the sensor, half a period until it is read, one until
/// the command computed from it goes out, the slowest drive's lag.
static double loop_delay_s(const machine_settings_t* machine, double period_s)
{
    double drive_lag_s = 0.0;
    for (int joint = 0; joint < machine->arm.joint_count; ++joint) {
        const device_settings_t* device = &machine->devices[machine->drive_of_joint[joint]];
        const double lag_s = machine->profiles[device->profile_index].response_lag_s;
        drive_lag_s = lag_s > drive_lag_s ? lag_s : drive_lag_s;
    }
    const device_settings_t* sensor = &machine->devices[machine->force_sensor];
    const double sensor_s = machine->profiles[sensor->profile_index].sample_age_max_s;
    return sensor_s + 1.5 * period_s + drive_lag_s;
}

bool session_build(const machine_settings_t* machine, const safety_settings_t* safety,
                   const body_t* body, const routine_t* routine, int pad_index, session_t* session)
{
    memset(session, 0, sizeof *session);
    session->machine = machine;
    session->safety = safety;
    session->body = body;
    session->routine = routine;
    session->pad_index = pad_index;
    session->period_us = machine->period_us;
    session->period_s = (double)machine->period_us * 1e-6;
    session->track = track_settings;
    session->track.period_s = session->period_s;
    session->track.skin = &body->surface;
    session->loop_delay_s = loop_delay_s(machine, session->period_s);
    if (!chain_build(&machine->arm, pad_index, &session->chain)) {
        return false;
    }
    session->pairs = clearance_pairs(&session->chain, machine->table_length_m,
                                     machine->table_width_m, CLEARANCE_CHECKED_M);
    return true;
}
