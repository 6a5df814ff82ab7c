/// Forward kinematics and the Jacobian of a chain. Everything in the table's frame, double
/// precision.
#ifndef KNEAD_KINEMATICS_FK_H
#define KNEAD_KINEMATICS_FK_H

#include "kinematics/chain.h"

/// Every joint's frame after its own motion, and the tool.
typedef struct {
    int joint_count;
    double rotation[JOINT_CAPACITY][9]; // row-major, link in table
    double origin_m[JOINT_CAPACITY][3];
    double axis[JOINT_CAPACITY][3]; // joint axis in table
    pose_t tool;
    pose_t flange;
} chain_frames_t;

/// d(tool)/d(joints): rows 0 to 2 linear velocity of the tool's origin (m/s), rows 3 to 5 angular
/// velocity (rad/s), in the table's axes; a column a joint.
typedef struct {
    double at[6][JOINT_CAPACITY];
} jacobian_t;

/// Pose of the tool in the table's frame. Joints are not checked against limits; NaN in, NaN out.
pose_t fk_tool_pose(const chain_t* chain, const joints_t* joints);

/// All frames in one pass.
void fk_frames(const chain_t* chain, const joints_t* joints, chain_frames_t* frames);

/// The same without the tool's and the flange's pose, which are left alone.
void fk_links(const chain_t* chain, const joints_t* joints, chain_frames_t* frames);

/// From frames already computed.
void fk_jacobian(const chain_t* chain, const chain_frames_t* frames, jacobian_t* jacobian);

/// J times joint speeds.
twist_t fk_tool_twist(const chain_t* chain, const jacobian_t* jacobian, const joints_t* speeds);

/// J transposed times a wrench at the tool's origin: the joint efforts that balance it (Nm or N).
void fk_joint_efforts(const chain_t* chain, const jacobian_t* jacobian, const wrench_t* wrench,
                      joints_t* efforts);

#endif
