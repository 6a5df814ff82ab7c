#include "controller/session.h"

#include <string.h>

#include "routines/tool_motion.h"

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
    session->track = tool_track_settings(session->period_s, &body->surface);
    session->loop_delay_s = loop_delay_s(machine, session->period_s);
    return chain_build(&machine->arm, pad_index, &session->chain);
}
