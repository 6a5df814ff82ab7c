/// Inverse kinematics of any chain: `ik_solve` finds joints for a pose from any seed, `ik_track` makes
/// one control period's step towards a pose inside every joint limit. Both are pure, deterministic,
/// bounded in time, allocate nothing, never return NaN and never a jump: where the pose cannot be had
/// they return the best they could do and the reason.
#ifndef KNEAD_KINEMATICS_IK_H
#define KNEAD_KINEMATICS_IK_H

#include "kinematics/chain.h"
#include "kinematics/fk.h"

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
/// Starts at `seed` (clamped into the limits); restarts from a fixed sequence of postures. On anything
/// but IK_OK `solution` holds the best joints found. `report` may be null.
ik_result_t ik_solve(const chain_t* chain, const pose_t* target, const joints_t* seed,
                     joints_t* solution, ik_report_t* report);

/// What a tracking step works with besides its poses; const for a run.
typedef struct {
    double period_s;
    double gain_per_s;       // how fast a pose error is made good; at most 1/period
    double damping;          // largest damping near a singular posture
    double singular_floor;   // smallest singular value (scaled task) below which damping begins
    double posture_gain_per_s; // how fast spare freedom drifts to the preferred posture
    double angle_weight_m;   // one radian of orientation error counts as this many metres
    bool spin_free;          // the turn about the tool's own z axis need not be tracked (round pads)
} ik_track_settings_t;

/// One period: from `joints` moving at `speeds` (both as last commanded) towards `target`, which moves
/// with `feedforward` (tool twist in the table's frame). `locked` has a bit per joint that must not
/// move (its drive is lost). The step keeps every joint's position, velocity and acceleration limits
/// and can always still brake before a position limit. Fills `next` and `next_speeds`.
/// Returns IK_OK when the step does all that was asked, otherwise what held it back.
ik_result_t ik_track(const chain_t* chain, const ik_track_settings_t* settings,
                     const joints_t* joints, const joints_t* speeds, const pose_t* target,
                     const twist_t* feedforward, unsigned locked, joints_t* next,
                     joints_t* next_speeds);

#endif
