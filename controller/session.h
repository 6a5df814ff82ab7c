/// Everything fixed for one run: settings, models, routine. Const for the cycle.
#ifndef KNEAD_CONTROLLER_SESSION_H
#define KNEAD_CONTROLLER_SESSION_H

#include "config/settings.h"
#include "kinematics/chain.h"
#include "kinematics/clearance.h"
#include "kinematics/ik.h"
#include "routines/body.h"
#include "routines/routine.h"

typedef struct {
    const machine_settings_t* machine; // borrowed, as all pointers here
    const safety_settings_t* safety;
    const body_t* body;
    const routine_t* routine;
    chain_t chain;
    clearance_pairs_t pairs; // of the arm's parts, as the static check compares them
    ik_track_settings_t track;
    int pad_index;
    int64_t period_us;
    double period_s;
    double loop_delay_s; // from a force arising to the pad answering, for the force gain
} session_t;

/// Fills a session from its parts. False if no chain can be built from the machine's arm and the
/// pad.
bool session_build(const machine_settings_t* machine, const safety_settings_t* safety,
                   const body_t* body, const routine_t* routine, int pad_index, session_t* session);

#endif
