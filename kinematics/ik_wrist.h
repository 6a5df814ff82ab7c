/// Inverse kinematics in closed form for the commonest industrial shape: six revolute joints, the
/// second across the first, the third along the second, the last three meeting in one point, each
/// across its neighbour; alone, or carried by one prismatic joint (a rail). Offsets between the
/// axes are free. Exact to rounding, all branches, no iteration; over the rail's travel it is
/// searched in one dimension, which bounds the time and sees every branch.
/// (Pieper 1968; Brandstoetter, Angerer, Hofbaur 2014.)
#ifndef KNEAD_KINEMATICS_IK_WRIST_H
#define KNEAD_KINEMATICS_IK_WRIST_H

#include "kinematics/chain.h"
#include "kinematics/ik.h"

#define IK_WRIST_SHAPE_LIST(X)                                                                     \
    X(IK_WRIST_FITS, "six revolute joints with a spherical wrist")                                 \
    X(IK_WRIST_JOINT_COUNT, "neither six joints nor seven")                                        \
    X(IK_WRIST_JOINT_KIND, "not six revolute joints, alone or on one prismatic joint")             \
    X(IK_WRIST_SHOULDER_NOT_SQUARE, "the second axis is not square to the first")                  \
    X(IK_WRIST_ELBOW_NOT_PARALLEL, "the third axis is not parallel to the second")                 \
    X(IK_WRIST_NO_CENTRE, "the last three axes do not meet in one point")                          \
    X(IK_WRIST_NOT_SQUARE, "neighbours of the last three axes are not square to each other")       \
    X(IK_WRIST_NO_LENGTH, "upper arm or forearm has no length")
typedef enum {
#define X(id, text) id,
    IK_WRIST_SHAPE_LIST(X)
#undef X
} ik_wrist_shape_t;

/// The text of a shape; static.
const char* ik_wrist_shape_text(ik_wrist_shape_t shape);

/// What the closed form knows of a chain; computed once, const ever after. Of a plane that a turn
/// about the second axis turns in, the first coordinate is along the first axis.
typedef struct {
    double along, across;
} ik_wrist_plane_t;

typedef struct {
    int first;          // index of the first of the six joints: 0, or 1 on a rail
    vec3_t rail_axis;   // table frame; null without a rail
    vec3_t origin_m;    // a point of the first axis, table frame, the rail at zero
    vec3_t x, y, z;     // shoulder frame, table frame: z along the first axis, y along the second
    double side_m;      // of the wrist's centre along the second axis, from the first
    double elbow_sign;  // of the third axis along the second
    double upper_arm_m; // from the second axis to the third
    double forearm_m;   // from the third axis to the wrist's centre
    ik_wrist_plane_t shoulder_m; // of the second axis from the origin
    double elbow_zero_rad;       // from the upper arm to the forearm, all joints at zero
    ik_wrist_plane_t upper_arm;  // unit vectors, all joints at zero
    ik_wrist_plane_t forearm;
    vec3_t wrist_x, wrist_y, wrist_z; // shoulder frame, joints at zero: z along the fourth axis, y
                                      // along the fifth
    double wrist_tilt_rad;            // of the sixth axis from z towards x
    vec3_t axis_5_in_tool, axis_6_in_tool; // joints at zero
    vec3_t centre_in_tool_m;
} ik_wrist_t;

/// Tells whether a chain has the shape, to 1e-9 m and rad; `wrist` is filled in if it has, else
/// untouched.
ik_wrist_shape_t ik_wrist_build(const chain_t* chain, ik_wrist_t* wrist);

#define IK_WRIST_BRANCHES 8

typedef struct {
    int count;
    joints_t at[IK_WRIST_BRANCHES];
} ik_wrist_branches_t;

/// Every posture for `target` with the rail, if there is one, where `seed` has it. Coordinates are
/// the ones, by whole turns, nearest to the seed's inside the limits; postures with a joint that
/// has none are left out. Where a joint is free (wrist's axes in line, its centre over the first
/// axis) it stays at the seed's. IK_OK if there is any; IK_OUT_OF_REACH if none, whatever the
/// limits; IK_JOINT_LIMIT if only the limits are against it; IK_BAD_INPUT (no postures) if anything
/// is not finite or the target's orientation is no quaternion.
ik_result_t ik_wrist_branches(const ik_wrist_t* wrist, const chain_t* chain, const pose_t* target,
                              const joints_t* seed, ik_wrist_branches_t* branches);

/// The nearest of them by the sum of squares of what the joints move. `solution` is the seed itself
/// unless the result is IK_OK.
ik_result_t ik_wrist_nearest(const ik_wrist_t* wrist, const chain_t* chain, const pose_t* target,
                             const joints_t* seed, joints_t* solution);

/// The same with the rail free inside its limits: places are tried outwards from the seed's, then
/// those where the least was missing are refined. At most 120 evaluations of the closed form.
ik_result_t ik_wrist_search(const ik_wrist_t* wrist, const chain_t* chain, const pose_t* target,
                            const joints_t* seed, joints_t* solution);

#endif
