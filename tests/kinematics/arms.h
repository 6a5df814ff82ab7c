/// Arms with published dimensions, built by hand so that the tests and benches of this room need no
/// file. Masses are plausible, not the makers'.
///
/// Dimensions and travel: KUKA data sheet KR 6 R700 sixx and KUKA data sheet LBR iiwa 14 R820 (both
/// as in ROS-Industrial's kuka_kr6_support and kuka_lbr_iiwa_support); Universal Robots, "DH
/// parameters for calculations of kinematics and dynamics", UR5e; Franka Robotics, "Control
/// parameters specifications", Franka Emika Robot (Panda).
#ifndef KNEAD_TESTS_KINEMATICS_ARMS_H
#define KNEAD_TESTS_KINEMATICS_ARMS_H

#include "kinematics/chain.h"

#include <math.h>
#include <string.h>

#define ARM_PI 3.14159265358979323846
#define ARM_DEG (ARM_PI / 180.0)

static inline joint_settings_t* arm_add_joint(arm_settings_t* arm, joint_kind_t kind,
                                              const double xyz_m[3], const double rpy_rad[3],
                                              const double axis[3])
{
    joint_settings_t* joint = &arm->joints[arm->joint_count++];
    memset(joint, 0, sizeof *joint);
    joint->kind = kind;
    memcpy(joint->origin_xyz_m, xyz_m, sizeof joint->origin_xyz_m);
    memcpy(joint->origin_rpy_rad, rpy_rad, sizeof joint->origin_rpy_rad);
    memcpy(joint->axis, axis, sizeof joint->axis);
    const bool prismatic = kind == JOINT_PRISMATIC;
    joint->position_min = prismatic ? -1.0 : -ARM_PI;
    joint->position_max = prismatic ? 1.0 : ARM_PI;
    joint->velocity_max = prismatic ? 0.6 : 3.0;
    joint->acceleration_max = prismatic ? 3.0 : 15.0;
    joint->effort_max = prismatic ? 2000.0 : 200.0;
    joint->mass_kg = 4.0 / (double)arm->joint_count + 1.0;
    joint->centre_of_mass_m[0] = 0.02;
    joint->centre_of_mass_m[1] = -0.01;
    joint->centre_of_mass_m[2] = 0.05;
    const double inertia[6] = {0.03, 0.025, 0.02, 0.001, -0.002, 0.0015};
    memcpy(joint->inertia_kgm2, inertia, sizeof inertia);
    joint->rotor_inertia = prismatic ? 8.0 : 0.1;
    return joint;
}

static inline void arm_add_pads(arm_settings_t* arm)
{
    arm->tool.pad_count = 2;
    arm->tool.pads[0].length_m = 0.0;
    arm->tool.pads[1].length_m = 0.11;
}

static inline void arm_limits(joint_settings_t* joint, double min, double max, double velocity)
{
    joint->position_min = min;
    joint->position_max = max;
    joint->velocity_max = velocity;
}

/// Two links of 0.4 and 0.3 m in the table's xy plane.
static inline arm_settings_t arm_planar(void)
{
    arm_settings_t arm = {0};
    const double none[3] = {0.0, 0.0, 0.0};
    const double elbow_m[3] = {0.4, 0.0, 0.0};
    const double up[3] = {0.0, 0.0, 1.0};
    arm_add_joint(&arm, JOINT_REVOLUTE, none, none, up);
    arm_add_joint(&arm, JOINT_REVOLUTE, elbow_m, none, up);
    arm.tool.flange_xyz_m[0] = 0.3;
    arm_add_pads(&arm);
    return arm;
}

static inline void arm_add_kr6(arm_settings_t* arm)
{
    static const double xyz_m[6][3] = {{0.0, 0.0, 0.4},   {0.025, 0.0, 0.0}, {0.315, 0.0, 0.0},
                                       {0.0, 0.0, 0.035}, {0.365, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    static const double axis[6][3] = {{0.0, 0.0, -1.0}, {0.0, 1.0, 0.0}, {0.0, 1.0, 0.0},
                                      {-1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {-1.0, 0.0, 0.0}};
    static const double limits_deg[6][3] = {{-170.0, 170.0, 360.0}, {-190.0, 45.0, 300.0},
                                            {-120.0, 156.0, 360.0}, {-185.0, 185.0, 381.0},
                                            {-120.0, 120.0, 388.0}, {-350.0, 350.0, 615.0}};
    static const double preferred_deg[6] = {0.0, -100.0, 110.0, 0.0, 80.0, 0.0};
    const double none[3] = {0.0, 0.0, 0.0};
    for (int i = 0; i < 6; i++) {
        joint_settings_t* joint = arm_add_joint(arm, JOINT_REVOLUTE, xyz_m[i], none, axis[i]);
        arm_limits(joint, limits_deg[i][0] * ARM_DEG, limits_deg[i][1] * ARM_DEG,
                   limits_deg[i][2] * ARM_DEG);
        joint->preferred = preferred_deg[i] * ARM_DEG;
        joint->parked = joint->preferred;
    }
    arm->tool.flange_xyz_m[0] = 0.08;
    arm->tool.flange_rpy_rad[1] = 0.5 * ARM_PI;
    arm->tool.mass_kg = 0.8;
    arm->tool.centre_of_mass_m[2] = 0.05;
    arm_add_pads(arm);
}

/// KUKA KR 6 R700 sixx: dimensions and travel of its data sheet, axes as in ROS-Industrial's model.
static inline arm_settings_t arm_kr6(void)
{
    arm_settings_t arm = {0};
    arm_add_kr6(&arm);
    return arm;
}

/// The same hanging from a rail along the table: seven joints.
static inline arm_settings_t arm_rail_kr6(void)
{
    arm_settings_t arm = {0};
    const double none[3] = {0.0, 0.0, 0.0};
    const double along[3] = {1.0, 0.0, 0.0};
    arm_add_joint(&arm, JOINT_PRISMATIC, none, none, along);
    arm_add_kr6(&arm);
    arm.joints[1].preferred = -0.5 * ARM_PI; // across the rail; the axis points down
    arm.base_xyz_m[0] = 1.0;
    arm.base_xyz_m[1] = -0.55;
    arm.base_rpy_rad[2] = 0.1;
    return arm;
}

/// Universal Robots UR5e by its published Denavit-Hartenberg figures.
static inline arm_settings_t arm_ur5e(void)
{
    static const double d_m[6] = {0.1625, 0.0, 0.0, 0.1333, 0.0997, 0.0996};
    static const double a_m[6] = {0.0, -0.425, -0.3922, 0.0, 0.0, 0.0};
    static const double alpha_rad[6] = {0.5 * ARM_PI, 0.0, 0.0, 0.5 * ARM_PI, -0.5 * ARM_PI, 0.0};
    arm_settings_t arm = {0};
    const double up[3] = {0.0, 0.0, 1.0};
    for (int i = 0; i < 6; i++) {
        const double xyz_m[3] = {i == 0 ? 0.0 : a_m[i - 1], 0.0, i == 0 ? 0.0 : d_m[i - 1]};
        const double rpy_rad[3] = {i == 0 ? 0.0 : alpha_rad[i - 1], 0.0, 0.0};
        joint_settings_t* joint = arm_add_joint(&arm, JOINT_REVOLUTE, xyz_m, rpy_rad, up);
        const double travel_rad = i == 2 ? ARM_PI : 2.0 * ARM_PI;
        arm_limits(joint, -travel_rad, travel_rad, ARM_PI);
    }
    arm.tool.flange_xyz_m[2] = d_m[5];
    arm_add_pads(&arm);
    return arm;
}

/// KUKA LBR iiwa 14: seven revolute joints, spherical shoulder and wrist.
static inline arm_settings_t arm_iiwa(void)
{
    static const double z_m[7] = {0.1575, 0.2025, 0.2045, 0.2155, 0.1845, 0.2155, 0.081};
    static const double travel_deg[7] = {170.0, 120.0, 170.0, 120.0, 170.0, 120.0, 175.0};
    static const double axis[7][3] = {{0.0, 0.0, 1.0},  {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0},
                                      {0.0, -1.0, 0.0}, {0.0, 0.0, 1.0}, {0.0, 1.0, 0.0},
                                      {0.0, 0.0, 1.0}};
    arm_settings_t arm = {0};
    const double none[3] = {0.0, 0.0, 0.0};
    for (int i = 0; i < 7; i++) {
        const double xyz_m[3] = {0.0, 0.0, z_m[i]};
        joint_settings_t* joint = arm_add_joint(&arm, JOINT_REVOLUTE, xyz_m, none, axis[i]);
        arm_limits(joint, -travel_deg[i] * ARM_DEG, travel_deg[i] * ARM_DEG, 1.7);
    }
    arm.joints[3].preferred = 1.2;
    arm.tool.flange_xyz_m[2] = 0.045;
    arm_add_pads(&arm);
    return arm;
}

/// Franka Emika Panda by its published Denavit-Hartenberg figures (Craig's convention).
static inline arm_settings_t arm_panda(void)
{
    static const double a_m[7] = {0.0, 0.0, 0.0, 0.0825, -0.0825, 0.0, 0.088};
    static const double d_m[7] = {0.333, 0.0, 0.316, 0.0, 0.384, 0.0, 0.0};
    static const double quarters[7] = {0.0, -1.0, 1.0, 1.0, -1.0, 1.0, 1.0};
    static const double travel_rad[7][2] = {
        {-2.8973, 2.8973}, {-1.7628, 1.7628}, {-2.8973, 2.8973}, {-3.0718, -0.0698},
        {-2.8973, 2.8973}, {-0.0175, 3.7525}, {-2.8973, 2.8973}};
    arm_settings_t arm = {0};
    const double up[3] = {0.0, 0.0, 1.0};
    for (int i = 0; i < 7; i++) {
        // A turn about x by alpha carries the offset d along the new z.
        const double sine = quarters[i];
        const double xyz_m[3] = {a_m[i], -sine * d_m[i], sine == 0.0 ? d_m[i] : 0.0};
        const double rpy_rad[3] = {quarters[i] * 0.5 * ARM_PI, 0.0, 0.0};
        joint_settings_t* joint = arm_add_joint(&arm, JOINT_REVOLUTE, xyz_m, rpy_rad, up);
        arm_limits(joint, travel_rad[i][0], travel_rad[i][1], i < 4 ? 2.175 : 2.61);
        joint->preferred = 0.5 * (travel_rad[i][0] + travel_rad[i][1]);
    }
    arm.tool.flange_xyz_m[2] = 0.107;
    arm_add_pads(&arm);
    return arm;
}

/// The model with the pad of length zero.
static inline chain_t arm_chain(arm_settings_t arm)
{
    chain_t chain;
    const bool built = chain_build(&arm, 0, &chain);
    if (!built) {
        memset(&chain, 0, sizeof chain);
    }
    return chain;
}

/// A uniform number in [0, 1) from a 64-bit state that the caller seeds (splitmix64).
static inline double arm_random(uint64_t* state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}

static inline double arm_random_between(uint64_t* state, double low, double high)
{
    return low + (high - low) * arm_random(state);
}

/// Joints anywhere inside the limits, `margin` of the range away from them.
static inline joints_t arm_random_joints(const chain_t* chain, uint64_t* state, double margin)
{
    joints_t joints = {{0.0}};
    for (int i = 0; i < chain->joint_count; i++) {
        const double range = chain->position_max.at[i] - chain->position_min.at[i];
        joints.at[i] =
            chain->position_min.at[i] + range * arm_random_between(state, margin, 1.0 - margin);
    }
    return joints;
}

#endif
