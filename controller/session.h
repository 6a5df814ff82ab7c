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
#include "routines/gains.h"
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
    gains_t gains;
    ik_track_settings_t track;
    int pad_index;
    int64_t period_us;
    double period_s;
    machine_delays_t delays;
    envelope_reaction_t reaction; // how the machine lets go, for the force envelope
    int intensity_start;          // level the run begins with, see routines/intensity.h
} session_t;

/// How a machine lets go if its period were `period_s`: from a force arising to the arm slowing
/// down (the sensor's delay, a period until the sample is read at the latest, one more until a
/// second says the same, and the command's way: a period and the drives' lag), and what it slows
/// down with.
envelope_reaction_t session_reaction(const machine_settings_t* machine, double period_s);

/// The most that the tool may meet on a region: its spring in series with the bone there, the
/// spring alone where the region is none of the body's.
double session_hardest_N_per_m(const machine_settings_t* machine, const body_settings_t* body,
                               int region);

/// Fills a session from its parts. False if no chain can be built from the machine's arm and the
/// pad. The intensity begins as written; whoever knows what the client likes sets it afterwards.
bool session_build(const machine_settings_t* machine, const safety_settings_t* safety,
                   const body_t* body, const routine_t* routine, int pad_index, session_t* session);

#endif
