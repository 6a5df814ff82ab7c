/// Everything fixed for one run: settings, models, routine. Const for the cycle.
#ifndef KNEAD_CONTROLLER_SESSION_H
#define KNEAD_CONTROLLER_SESSION_H

#include "config/settings.h"
#include "controller/safety/envelope.h"
#include "controller/safety/judge_limits.h"
#include "kinematics/chain.h"
#include "kinematics/clearance.h"
#include "kinematics/ik.h"
#include "routines/bandwidth.h"
#include "routines/body.h"
#include "routines/client_effects.h"
#include "routines/routine.h"

typedef struct {
    const machine_settings_t* machine; // borrowed, as all pointers here
    const safety_settings_t* safety;
    const body_t* body;
    const routine_t* routine;
    const client_effects_t* effects; // of the client's screening and wishes; null: none
    judge_limits_t limits;           // the judge's own copy of what it compares with
    chain_t chain;
    clearance_pairs_t pairs; // of the arm's parts, as the static check compares them
    ik_track_settings_t track;
    int pad_index;
    int64_t period_us;
    double period_s;
    machine_delays_t delays;
    envelope_reaction_t reaction; // how the machine lets go, for the force envelope
    int intensity_start;          // level the run begins with, see routines/intensity.h
} session_t;

/// Fills a session from its parts. False if no chain can be built from the machine's arm and the
/// pad. The intensity begins as written; whoever knows what the client likes sets it afterwards.
bool session_build(const machine_settings_t* machine, const safety_settings_t* safety,
                   const body_t* body, const routine_t* routine, int pad_index, session_t* session);

#endif
