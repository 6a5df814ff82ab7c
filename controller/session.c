#include "controller/session.h"

#include <string.h>

#include "routines/intensity.h"
#include "routines/tool_motion.h"

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
    session->delays = bandwidth_delays(machine);
    session->limits = judge_limits_make(machine, safety);
    session->intensity_start = INTENSITY_AS_WRITTEN;
    if (!chain_build(&machine->arm, pad_index, &session->chain)) {
        return false;
    }
    session->pairs = clearance_pairs(&session->chain, machine->table_length_m,
                                     machine->table_width_m, CLEARANCE_CHECKED_M);
    return true;
}
