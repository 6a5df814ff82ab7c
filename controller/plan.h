/// The mode's target: where the tool, or the joints, should be this period, and with what force.
/// Follows the routine in contact, travels between places in one smooth sweep that clears the body,
/// parks. Decides no mode; tells the supervisor by flags what has been reached.
///
/// Always holds: targets are continuous, start and end at rest, and keep the speed limits of their
/// phase; time of the routine passes only in contact and at rest. A stroke that holds a force along
/// the skin waits for the skin to give way, but not for ever: then it is over. In contact the
/// wanted force never changes faster than the technique's limit and never passes the cap of the
/// region under the tool; intensity changes it by PLAN_INTENSITY_RISE_N_PER_S or
/// PLAN_INTENSITY_FALL_N_PER_S at most, and never beyond any ceiling that the stroke has on its
/// region.
#ifndef KNEAD_CONTROLLER_PLAN_H
#define KNEAD_CONTROLLER_PLAN_H

#include "controller/dataflow.h"
#include "controller/session.h"
#include "routines/player.h"
#include "routines/tool_motion.h"

// What a change of intensity may add to or take from a stroke's highest force in a second: harder
// comes slowly enough to be spoken against, softer at once (judgement).
#define PLAN_INTENSITY_RISE_N_PER_S 2.0
#define PLAN_INTENSITY_FALL_N_PER_S 10.0
// Intensity stays this far below the cap at which the arm would yield: three times what the force
// swings around its target in whole routines.
#define PLAN_INTENSITY_HEADROOM_N 3.0

typedef struct {
    player_state_t player;
    supervisor_mode_t mode; // of the last period
    // Travel: one rest-to-rest sweep from start to goal, raised in between to clear the body.
    tool_travel_t travel;
    double travel_elapsed_s;
    bool arrived;
    bool goal_changed; // while travelling: goes on from the old goal, where it comes to rest
    bool resting;
    bool routine_done;
    bool item_finished;
    plan_target_t last; // of the last period: what lifting and yielding move away from
    // Contact.
    double contact_s;     // since touching
    bool resumed;         // the stroke had been begun before: regain its force before going on
    tool_facing_t facing; // of a stroke that taps
    // A stroke that holds a force along the skin.
    double shear_felt_N;                    // smoothed
    double force_given_N;                   // by how much the normal force has given way
    double pace;                            // of the stroke's time, 0 stands .. 1
    double waited_s;                        // lost by waiting, in this contact
    double standing_s;                      // of it, in a row at present
    double stroke_peak_N, stroke_ceiling_N; // of the stroke, as written and at most
    double force_scale, force_scale_per_s;  // see intensity_scale
    // Parking, the last part of it in joint space.
    joints_t park_start;
    double park_s, park_elapsed_s;
    bool parking_joints;
    bool parked;
} plan_state_t;

/// `tool` and `joints` are what was commanded last period: the only places from which motion may
/// continue without a jump. After a pause that is where the arm has been standing, whatever was
/// commanded before it: `live` grants a resume only to an arm that stands there, and from there the
/// way is planned anew. Requests granted in `live` take effect in this period.
plan_target_t plan_step(const session_t* session, plan_state_t* state, supervisor_mode_t mode,
                        const live_t* live, const estimate_t* estimate, const pose_t* tool,
                        const joints_t* joints);

#endif
