/// Bends the planned target along the contact normal towards the wanted force, and moves the tool
/// away from the body when the mode says so. Admittance with a gain that follows the felt
/// stiffness: the tool moves along the normal with (F - F_target) / D, D = K T / x, with x the
/// machine's gain `force_crossover`. As shipped, pi/6, it leaves 60 degrees of phase margin at loop
/// delay T on stiffness K whatever the tissue (integrator with dead time: crossover K/D, phase
/// -90 deg - K/D T). What the stroke is known to want next is fed
/// forward, so that a force may swing faster than that loop could follow.
///
/// A tap is over before the force of it is known, so it is played as motion: the tool keeps the
/// hop's height over the skin as it was felt in the taps before, and sinks in by what their peak
/// forces say that the wanted force takes. The skin's height and speed are followed from touch to
/// touch (an alpha-beta filter), the depth from tap to tap, beginning light.
///
/// Always holds: the offset is continuous, its speed and acceleration bounded; towards the body it
/// never exceeds the touch speed before contact nor the normal speed in contact, in taps the tap
/// speed; nor, ever, the speed from which the force could pass the hard limit before the arm has
/// let go (safety/envelope.h).
#ifndef KNEAD_CONTROLLER_FORCE_CONTROL_H
#define KNEAD_CONTROLLER_FORCE_CONTROL_H

#include "controller/dataflow.h"
#include "controller/session.h"

/// What taps leave to the next ones. Heights are offsets of the force control.
typedef struct {
    bool hopping;  // the skin is followed by touches, not by force
    bool learned;  // there has been a hop since touching down
    bool felt;     // in this tap
    double skin_m; // where the skin should be now
    double skin_mps;
    double trim_m;   // what the peaks add to the depth expected: above 0 less deep
    double wanted_N; // highest of this tap, and measured
    double peak_N;
    double held_s;       // in this tap, time in which the force was held
    double since_felt_s; // since the skin was met
    double since_hop_s;  // since the tool was last to be off the skin
    double hop_rate_mps; // of the last period
    double searched_m;   // below where the skin should have been, in this tap
} tap_state_t;

typedef struct {
    supervisor_mode_t mode; // of the last period
    pose_t base;            // what the offset counts from
    vec3_t outward;         // unit, away from the body
    double offset_m;
    double speed_mps; // of the offset
    double fed_mps;   // of it, fed forward
    tap_state_t tap;
    double yield_s;
    double yield_acceleration_mps2; // what the joints have for it where it began
    twist_t glide;                  // of the base, dying away while yielding
    bool at_body;                   // where leaving it began
    bool lifted;
    bool yielded;
    pose_t commanded; // last
    twist_t moved;    // in the last period, per second
} force_control_state_t;

tool_command_t force_control_step(const session_t* session, force_control_state_t* state,
                                  supervisor_mode_t mode, const plan_target_t* target,
                                  const estimate_t* estimate);

#endif
