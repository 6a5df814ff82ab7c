#include "controller/session.h"

#include <string.h>

#include "kinematics/clearance.h"

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
    session->delays = bandwidth_delays(machine);
    return chain_build(&machine->arm, pad_index, &session->chain);
}
