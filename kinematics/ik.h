/// Inverse kinematics of any chain: `ik_solve` finds joints for a pose from any seed, `ik_track`
/// makes one control period's step towards a pose inside every joint limit. Both are pure,
/// deterministic, bounded in time, allocate nothing, never return NaN and never a jump: where the
/// pose cannot be had they return the best they could do and the reason.
#ifndef KNEAD_KINEMATICS_IK_H
#define KNEAD_KINEMATICS_IK_H

#include "kinematics/chain.h"
#include "kinematics/fk.h"
#include "kinematics/surface.h"

#define IK_RESULT_LIST(X)                                                                          \
    X(IK_OK, "ok")                                                                                 \
    X(IK_OUT_OF_REACH, "pose out of reach")                                                        \
    X(IK_JOINT_LIMIT, "held back by a joint's limit")                                              \
    X(IK_NEAR_SINGULAR, "too near a singular posture")                                             \
    X(IK_NOT_CONVERGED, "no solution found in the steps allowed")                                  \
    X(IK_BAD_INPUT, "pose or joints are not finite")
typedef enum {
#define X(id, text) id,
    IK_RESULT_LIST(X)
#undef X
} ik_result_t;

/// The text of a result; static.
const char* ik_result_text(ik_result_t result);

/// What a solver left over. Sizes in metres and radians.
typedef struct {
    double position_error_m;
    double orientation_error_rad;
    int iterations; // over all restarts
    int restarts;
} ik_report_t;

#define IK_POSITION_TOLERANCE_M 1e-5
#define IK_ORIENTATION_TOLERANCE_RAD 1e-5

/// Joints inside all position limits whose tool pose equals `target` within the tolerances above.
/// Starts at `seed` (clamped into the limits); restarts from a fixed sequence of postures; arms
/// with a spherical wrist (`kinematics/ik_wrist.h`) have every branch looked at before they fail.
/// On anything but IK_OK `solution` holds the best joints found. `report` may be null.
ik_result_t ik_solve(const chain_t* chain, const pose_t* target, const joints_t* seed,
                     joints_t* solution, ik_report_t* report);

/// What a tracking step works with besides its poses; const for a run.
typedef struct {
    double period_s;
    double gain_per_s; // how fast a pose error is made good; more than 1/period acts as 1/period
    double damping;    // largest damping near a singular posture, in the task's scale
    double singular_floor;     // smallest singular value (scaled task) below which damping begins
    double posture_gain_per_s; // how fast spare freedom drifts to the preferred posture
    double angle_weight_m;     // one radian of orientation error counts as this many metres
    bool spin_free;        // the turn about the tool's own z axis need not be tracked (round pads)
    const surface_t* skin; // from which the links keep off where freedom is spare; null for none
    double keep_off_m;     // nearer than this a link is pushed away
} ik_track_settings_t;

/// One period: from `joints` moving at `speeds` (both as last commanded) towards `target`, which
/// moves with `feedforward` (tool twist in the table's frame). `target` is where the tool should be
/// at the period's beginning; at its end it should be one feedforward further.
///
/// What always holds, whatever is asked:
/// - `next` = `joints` + period x `next_speeds`, within position limits; |next_speeds| within
/// velocity
///   limits and within acceleration x period of `speeds`; and from there the joint can still brake
///   before its position limit without passing its acceleration limit. Where the state given
///   already breaks this, the joint brakes as hard as its acceleration limit allows.
/// - Joints whose bit is set in `locked` (their drive is lost) stay where they are, at speed zero.
/// - Never NaN. On input that is not finite, or beyond anything a machine has (1e6), all joints
/// brake and
///   IK_BAD_INPUT is returned; a coordinate that itself is not usable becomes its parked one.
///
/// Where the limits do not allow all, first the drift to the preferred posture gives way (spare
/// freedom moves on as it did, which takes no acceleration), then the correction of the error, then
/// other joints take over where the chain has freedom to spare. What is still too much for a
/// velocity limit, or for the way left to a position limit, slows the whole step down along the
/// path; what is too much for an acceleration limit slows the change of all joints' speeds alike.
/// A pose error is approached no faster than the joints can brake with a part of their
/// acceleration: it is not overshot, and a path that the limits allow is come back to.
/// Prismatic joints have no preferred place: they drift so that the revolute ones come to
/// theirs. With `spin_free`, opposite tool axes (an error of half a turn) are the one place where
/// the step is not continuous in its inputs; without, so are errors of half a turn about any axis.
///
/// Returns IK_OK when the step moves the tool as was asked (to 1 % and 10 um/s): IK_NEAR_SINGULAR
/// when damping, IK_JOINT_LIMIT when a limit of position, velocity or acceleration held it back.
/// (Damped least squares: Nakamura, Hanafusa 1986; filtered along the weak direction: Maciejewski,
/// Klein 1988; saturation in the null space: Flacco, De Luca, Khatib 2012.)
ik_result_t ik_track(const chain_t* chain, const ik_track_settings_t* settings,
                     const joints_t* joints, const joints_t* speeds, const pose_t* target,
                     const twist_t* feedforward, unsigned locked, joints_t* next,
                     joints_t* next_speeds);

#endif
