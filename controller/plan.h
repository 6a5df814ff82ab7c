/// The mode's target: where the tool, or the joints, should be this period, and with what force.
/// Follows the routine in contact, travels between places in one smooth sweep that clears the body,
/// parks. Decides no mode; tells the supervisor by flags what has been reached.
///
/// Always holds: targets are continuous, start and end at rest, and keep the speed limits of their
/// phase; time of the routine passes only in contact and at rest. A stroke that holds a force along
/// the skin waits for the skin to give way, but not for ever: then it is over.
#ifndef KNEAD_CONTROLLER_PLAN_H
#define KNEAD_CONTROLLER_PLAN_H

#include "controller/dataflow.h"
#include "controller/session.h"
#include "routines/player.h"
#include "routines/tool_motion.h"

typedef struct {
    player_state_t player;
    supervisor_mode_t mode; // of the last period
    // Travel: one rest-to-rest sweep from start to goal, raised in between to clear the body.
    tool_travel_t travel;
    double travel_elapsed_s;
    bool arrived;
    bool resting;
    bool routine_done;
    bool item_finished;
    plan_target_t last; // of the last period: what lifting and yielding move away from
    // Contact.
    double contact_s;     // since touching
    bool resumed;         // the stroke had been begun before: regain its force before going on
    tool_facing_t facing; // of a stroke that taps
    // A stroke that holds a force along the skin.
    double shear_felt_N;  // smoothed
    double force_given_N; // by how much the normal force has given way
    double pace;          // of the stroke's time, 0 stands .. 1
    double waited_s;      // lost by waiting, in this contact
    double standing_s;    // of it, in a row at present
    // Parking, the last part of it in joint space.
    joints_t park_start;
    double park_s, park_elapsed_s;
    bool parking_joints;
    bool parked;
} plan_state_t;

/// `tool` and `joints` are what was commanded last period: the only places from which motion may
/// continue without a jump.
plan_target_t plan_step(const session_t* session, plan_state_t* state, supervisor_mode_t mode,
                        const estimate_t* estimate, const pose_t* tool, const joints_t* joints);

#endif
