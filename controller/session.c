#include "controller/session.h"

#include <string.h>

#include "routines/intensity.h"
#include "routines/tool_motion.h"

// What is reckoned with where nobody has measured how an arm slows down: a fifth of what arms of
// the size of a person's have. [judgement]
#define DECELERATION_UNKNOWN_MPS2 1.0

/// From a force arising to the arm slowing down: the sensor's delay, a period until the sample is
/// read at the latest, one more until a second says the same, and the command's way.
static envelope_reaction_t reaction_of(const machine_settings_t* machine,
                                       const machine_delays_t* delays)
{
    const double measured_mps2 = machine->yield_deceleration_mps2.value;
    return (envelope_reaction_t){
        .reaction_s =
            delays->sensor_s + 2.0 * (double)machine->period_us * 1e-6 + delays->command_s,
        .deceleration_mps2 = measured_mps2 > 0.0 ? measured_mps2 : DECELERATION_UNKNOWN_MPS2};
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
    session->delays = bandwidth_delays(machine);
    session->limits = judge_limits_make(machine, safety);
    session->reaction = reaction_of(machine, &session->delays);
    session->intensity_start = INTENSITY_AS_WRITTEN;
    if (!chain_build(&machine->arm, pad_index, &session->chain)) {
        return false;
    }
    session->pairs = clearance_pairs(&session->chain, machine->table_length_m,
                                     machine->table_width_m, CLEARANCE_CHECKED_M);
    return true;
}
