/// The geometric and inertial model of a serial chain, computed once from settings and const ever
/// after. Up to `JOINT_CAPACITY` joints, revolute or prismatic, in any order.
///
/// Link frames have their origins where the settings put them. Their axes are the settings' too,
/// but for quarter turns between one link and the next: these are taken out, because most arms turn
/// their axes by nothing else, and a frame that is not turned costs nothing. Axes, centres of mass,
/// inertias, flange and tool are given in the frames so chosen.
#ifndef KNEAD_KINEMATICS_CHAIN_H
#define KNEAD_KINEMATICS_CHAIN_H

#include "config/settings.h"
#include "kinematics/pose.h"

/// Joint coordinates, speeds, efforts: one entry a joint, rad or m (and per second, Nm or N).
/// Entries past the chain's count are zero.
typedef struct {
    double at[JOINT_CAPACITY];
} joints_t;

typedef struct {
    int joint_count;
    joint_kind_t kind[JOINT_CAPACITY];
    // Joint frame in its predecessor's, rotation row-major; the first joint's is in the table's
    // frame, with the base's pose multiplied in.
    double placement_rotation[JOINT_CAPACITY][9];
    double placement_translation_m[JOINT_CAPACITY][3];
    bool placement_turns[JOINT_CAPACITY]; // false: the rotation is none at all
    double axis[JOINT_CAPACITY][3];       // unit vector in the joint's own frame
    int axis_column[JOINT_CAPACITY];      // 0, 1, 2: along x, y, z of the joint's frame; else -1
    double axis_sign[JOINT_CAPACITY];     // -1 where it is against that one, else 1
    joints_t position_min, position_max;
    joints_t velocity_max, acceleration_max, effort_max;
    joints_t parked, preferred;
    double mass_kg[JOINT_CAPACITY]; // of the link; the last one's with the tool
    // By component, a column a link, as dynamics takes them: several links at a time.
    double centre_of_mass_m[3][JOINT_CAPACITY];
    double inertia_kgm2[6][JOINT_CAPACITY]; // xx yy zz xy xz yz about the centre of mass, link
                                            // axes; xy is the tensor's own element, as in URDF
    joints_t rotor_inertia;
    double link_radius_m[JOINT_CAPACITY]; // as a capsule from this joint to the next
    double tool_radius_m;                 // of the pad that is mounted
    pose_t base_in_table;
    pose_t flange_in_last_link; // where pads are mounted
    pose_t tool_in_last_link;   // centre of the pad's face, spring unloaded
} chain_t;

/// Builds the model with the pad `pad_index` of the tool mounted; the tool's mass hangs from the
/// last link. False, with `chain` untouched, if the settings hold a count, axis or figure no chain
/// can have (no joints, a zero axis, limits the wrong way round or not positive, negative mass, not
/// finite, no such pad). Axes need not come as unit vectors.
bool chain_build(const arm_settings_t* arm, int pad_index, chain_t* chain);

/// True if every coordinate is finite and inside its limits, `margin` rad or m away from them.
bool chain_joints_inside(const chain_t* chain, const joints_t* joints, double margin);

#endif
