#include "controller/session.h"

#include <string.h>

#include "routines/intensity.h"
#include "routines/tool_motion.h"

// What is reckoned with where nobody has measured how an arm slows down: a fifth of what arms of
// the size of a person's have. [judgement]
#define DECELERATION_UNKNOWN_MPS2 1.0

envelope_reaction_t session_reaction(const machine_settings_t* machine, double period_s)
{
    const machine_delays_t delays = bandwidth_delays(machine);
    const double measured_mps2 = machine->yield_deceleration_mps2.value;
    return (envelope_reaction_t){
        .reaction_s = delays.sensor_s + 2.0 * period_s + (period_s + delays.drive_lag_s),
        .deceleration_mps2 = measured_mps2 > 0.0 ? measured_mps2 : DECELERATION_UNKNOWN_MPS2};
}

double session_hardest_N_per_m(const machine_settings_t* machine, const body_settings_t* body,
                               int region)
{
    const double spring = machine->arm.tool.spring_stiffness_N_per_m;
    const bool known = region >= 0 && region < body->region_count;
    const double bone = known ? body->regions[region].tissue.bone_stiffness_N_per_m : 0.0;
    return bone > 0.0 ? spring * bone / (spring + bone) : spring;
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
    session->gains = gains_of_machine(machine);
    session->track = tool_track_settings(session->period_s, &session->gains, &body->surface);
    session->delays = bandwidth_delays(machine);
    session->limits = judge_limits_make(machine, safety);
    session->reaction = session_reaction(machine, session->period_s);
    session->intensity_start = INTENSITY_AS_WRITTEN;
    if (!chain_build(&machine->arm, pad_index, &session->chain)) {
        return false;
    }
    session->pairs = clearance_pairs(&session->chain, machine->table_length_m,
                                     machine->table_width_m, CLEARANCE_CHECKED_M);
    return true;
}
