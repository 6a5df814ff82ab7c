/// How fast a rhythm along the normal an arm can follow: a hop over the skin, or a force that
/// swings and so moves the tool on the give of what it presses. Refusing a rhythm before anything
/// moves is the only honest answer to one that the bus and the drives can't play: played slower or
/// flatter it would be another technique.
///
/// Pure functions of plain numbers; what stands in the way is named with the answer.
#ifndef KNEAD_ROUTINES_BANDWIDTH_H
#define KNEAD_ROUTINES_BANDWIDTH_H

#include "kinematics/chain.h"
#include "routines/body.h"
#include "routines/technique.h"

/// A cycle has to last this many times the loop's delay, so that what one cycle met is known before
/// the next but one is sent out. [judgement]
#define BANDWIDTH_DELAYS_PER_CYCLE 4.0
/// Part of a motion that may be lost in the drives' lag, taken as of first order. [judgement]
#define BANDWIDTH_LOST_PART 0.2
/// Of what the joints' limits leave; the rest is for following the skin. [judgement]
#define BANDWIDTH_JOINT_PART 0.9
/// Kept of the speed allowed, for following a breath while a force swings: the quickest part of
/// quiet breathing in, 5 mm within 1.3 s. [judgement]
#define BANDWIDTH_BREATH_MPS 0.006
/// Letting go of a body asks for at least this much along the tool's axis, whatever a posture seems
/// to give. On the virtual table a client who rises by 60 mm within 0.3 s is let go below 50 N
/// where the joints give 1.7 m/s2, and with up to 70 N at 1.0, 94 N at 0.7. [measured; judgement]
#define BANDWIDTH_YIELD_MIN_MPS2 2.0

#define BANDWIDTH_REASON_LIST(X)                                                                   \
    X(BANDWIDTH_SPEED, "the speed allowed along the normal")                                       \
    X(BANDWIDTH_ACCELERATION, "the joints' accelerations")                                         \
    X(BANDWIDTH_LAG, "the drives' lag")                                                            \
    X(BANDWIDTH_DELAY, "the delay of the loop through the bus")
typedef enum {
#define X(id, text) id,
    BANDWIDTH_REASON_LIST(X)
#undef X
} bandwidth_reason_t;

/// The text of a reason; static.
const char* bandwidth_reason_text(bandwidth_reason_t reason);

/// What an arm can do along the normal.
typedef struct {
    double loop_delay_s; // from a force arising to the pad answering
    double drive_lag_s;  // of the slowest drive, from a set-point to the joint being there
    double speed_max_mps;
    double acceleration_max_mps2;
} bandwidth_limits_t;

/// How long things take on a machine, s.
typedef struct {
    double drive_lag_s; // of the slowest drive, from a set-point to the joint being there
    double sensor_s;    // from a force arising to its sample being there to be read
    double command_s;   // from a command being computed to the tool being there
    double loop_s;      // from a force arising to the tool answering: sensor, half a period until
                        // it is read, command
} machine_delays_t;
machine_delays_t bandwidth_delays(const machine_settings_t* machine);

/// The peaks of a motion along the normal.
typedef struct {
    double speed_mps;
    double acceleration_mps2;
} normal_motion_t;

typedef struct {
    double rate_max_Hz;
    bandwidth_reason_t reason; // what allows no more
} bandwidth_t;

/// The highest rate at which a motion can be followed that has the peaks `motion` at `rate_Hz`:
/// speeds grow with the rate, accelerations with its square. Rate 0, with the reason, for limits or
/// peaks that are not finite or not positive.
bandwidth_t bandwidth_of_motion(const bandwidth_limits_t* limits, const normal_motion_t* motion,
                                double rate_Hz);

/// The highest rate of hops of height `hop_m` (raised cosine) that take `hop_part` of a cycle.
bandwidth_t bandwidth_of_hop(const bandwidth_limits_t* limits, double hop_m, double hop_part);

/// The highest rate of a force that swings by `swing_N` up and down on `stiffness_N_per_m`.
bandwidth_t bandwidth_of_swing(const bandwidth_limits_t* limits, double swing_N,
                               double stiffness_N_per_m);

/// Spring of the tool and tissue of a region in series at `force_N`, N/m: slope of F = k d^1.5.
double bandwidth_stiffness_N_per_m(const tissue_settings_t* tissue, double spring_N_per_m,
                                   double force_N);

/// What a posture makes of motion: joint speed for a tool speed of 1 m/s along x, y and z of the
/// table, the tool's orientation kept, with the least motion of all joints.
typedef struct {
    int joint_count;
    double share[JOINT_CAPACITY][3];
    vec3_t axis; // of the tool, out of it
} posture_shares_t;

/// False at a posture that can't move along its axis.
bool bandwidth_posture(const chain_t* chain, const joints_t* joints, posture_shares_t* posture);

/// Highest speed and acceleration along the tool's axis that the joints' limits leave. Zero at a
/// posture that can't move so.
normal_motion_t bandwidth_of_posture(const chain_t* chain, const joints_t* joints);

/// What a posture has to leave along the tool's axis wherever a body is touched: the deceleration
/// that the machine's file says it surely has, as force limits are reckoned with it, and what a
/// yield asks for at the least out of the part that is its.
double bandwidth_yield_acceleration_mps2(const machine_settings_t* machine);

/// Peaks of a stroke's motion, sampled through it: its speed along the normal, and the acceleration
/// along the normal that would load the joints as its whole motion does.
normal_motion_t bandwidth_stroke_motion(const body_t* body, const stroke_t* stroke,
                                        double stiffness_N_per_m, const chain_t* chain,
                                        const posture_shares_t* posture);

/// The highest rate at which a machine can follow a stroke, at the posture in its middle, which is
/// looked for from `seed`, on tissue as soft as nine of ten people's: 0.8 of the map's stiffness.
/// Endless where the stroke has no rhythm, or where its middle can't be reached, which is for
/// another rule.
bandwidth_t bandwidth_of_stroke(const body_t* body, const stroke_t* stroke,
                                const machine_settings_t* machine, const safety_settings_t* safety,
                                const chain_t* chain, const joints_t* seed);

#endif
