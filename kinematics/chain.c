#include "kinematics/chain.h"

#include <string.h>

static bool all_finite(const double* figures, int count)
{
    for (int i = 0; i < count; i++) {
        if (!isfinite(figures[i])) {
            return false;
        }
    }
    return true;
}

static bool joint_possible(const joint_settings_t* joint)
{
    const double figures[] = {joint->position_min,     joint->position_max, joint->velocity_max,
                              joint->acceleration_max, joint->effort_max,   joint->parked,
                              joint->preferred,        joint->mass_kg,      joint->rotor_inertia};
    const vec3_t axis = vec3(joint->axis[0], joint->axis[1], joint->axis[2]);
    const double axis_length = vec3_norm(axis);
    return all_finite(figures, (int)(sizeof figures / sizeof figures[0])) &&
           all_finite(joint->origin_xyz_m, 3) && all_finite(joint->origin_rpy_rad, 3) &&
           all_finite(joint->centre_of_mass_m, 3) && all_finite(joint->inertia_kgm2, 6) &&
           axis_length > 1e-9 && isfinite(axis_length) &&
           joint->position_min < joint->position_max && joint->velocity_max > 0.0 &&
           joint->acceleration_max > 0.0 && joint->effort_max >= 0.0 && joint->mass_kg >= 0.0 &&
           joint->rotor_inertia >= 0.0;
}

static bool arm_possible(const arm_settings_t* arm, int pad_index)
{
    const tool_settings_t* tool = &arm->tool;
    if (arm->joint_count < 1 || arm->joint_count > JOINT_CAPACITY || pad_index < 0 ||
        tool->pad_count > PAD_CAPACITY || pad_index >= tool->pad_count) {
        return false;
    }
    for (int i = 0; i < arm->joint_count; i++) {
        if (!joint_possible(&arm->joints[i])) {
            return false;
        }
    }
    return all_finite(arm->base_xyz_m, 3) && all_finite(arm->base_rpy_rad, 3) &&
           all_finite(tool->flange_xyz_m, 3) && all_finite(tool->flange_rpy_rad, 3) &&
           all_finite(tool->centre_of_mass_m, 3) && isfinite(tool->mass_kg) &&
           tool->mass_kg >= 0.0 && isfinite(tool->pads[pad_index].length_m);
}

static pose_t pose_from_settings(const double xyz_m[3], const double rpy_rad[3])
{
    return (pose_t){vec3(xyz_m[0], xyz_m[1], xyz_m[2]),
                    quat_from_rpy(rpy_rad[0], rpy_rad[1], rpy_rad[2])};
}

static void store_placement(chain_t* chain, int joint, pose_t placement)
{
    const vec3_t x = quat_rotate(placement.orientation, vec3(1.0, 0.0, 0.0));
    const vec3_t y = quat_rotate(placement.orientation, vec3(0.0, 1.0, 0.0));
    const vec3_t z = quat_rotate(placement.orientation, vec3(0.0, 0.0, 1.0));
    const double rotation[9] = {x.x, y.x, z.x, x.y, y.y, z.y, x.z, y.z, z.z};
    memcpy(chain->placement_rotation[joint], rotation, sizeof rotation);
    chain->placement_turns[joint] = fabs(placement.orientation.w) != 1.0;
    chain->placement_translation_m[joint][0] = placement.position_m.x;
    chain->placement_translation_m[joint][1] = placement.position_m.y;
    chain->placement_translation_m[joint][2] = placement.position_m.z;
}

static void store_joint(chain_t* chain, int i, const joint_settings_t* joint)
{
    chain->kind[i] = joint->kind;
    const pose_t placement = pose_from_settings(joint->origin_xyz_m, joint->origin_rpy_rad);
    store_placement(chain, i, i == 0 ? pose_multiply(chain->base_in_table, placement) : placement);
    const vec3_t axis =
        vec3_unit(vec3(joint->axis[0], joint->axis[1], joint->axis[2]), vec3(0.0, 0.0, 1.0));
    const double unit[3] = {axis.x, axis.y, axis.z};
    memcpy(chain->axis[i], unit, sizeof unit);
    chain->axis_column[i] = -1;
    for (int k = 0; k < 3; k++) {
        if (unit[k] == 1.0) {
            chain->axis_column[i] = k;
        }
    }
    chain->position_min.at[i] = joint->position_min;
    chain->position_max.at[i] = joint->position_max;
    chain->velocity_max.at[i] = joint->velocity_max;
    chain->acceleration_max.at[i] = joint->acceleration_max;
    chain->effort_max.at[i] = joint->effort_max;
    chain->parked.at[i] = joint->parked;
    chain->preferred.at[i] = joint->preferred;
    chain->mass_kg[i] = joint->mass_kg;
    memcpy(chain->centre_of_mass_m[i], joint->centre_of_mass_m, sizeof chain->centre_of_mass_m[i]);
    memcpy(chain->inertia_kgm2[i], joint->inertia_kgm2, sizeof chain->inertia_kgm2[i]);
    chain->rotor_inertia.at[i] = joint->rotor_inertia;
}

/// Adds to a tensor (xx yy zz xy xz yz) what a point mass has about a place `offset` from it.
/// (Huygens-Steiner.)
static void add_point_mass(double inertia_kgm2[6], double mass_kg, vec3_t offset)
{
    inertia_kgm2[0] += mass_kg * (offset.y * offset.y + offset.z * offset.z);
    inertia_kgm2[1] += mass_kg * (offset.x * offset.x + offset.z * offset.z);
    inertia_kgm2[2] += mass_kg * (offset.x * offset.x + offset.y * offset.y);
    inertia_kgm2[3] -= mass_kg * offset.x * offset.y;
    inertia_kgm2[4] -= mass_kg * offset.x * offset.z;
    inertia_kgm2[5] -= mass_kg * offset.y * offset.z;
}

/// The tool is known by mass and centre of mass only: it is hung on as a point.
static void hang_tool(chain_t* chain, const tool_settings_t* tool)
{
    const int last = chain->joint_count - 1;
    double* link_centre = chain->centre_of_mass_m[last];
    const double link_kg = chain->mass_kg[last];
    const double total_kg = link_kg + tool->mass_kg;
    if (total_kg <= 0.0) {
        return;
    }
    const vec3_t link_m = vec3(link_centre[0], link_centre[1], link_centre[2]);
    const vec3_t tool_m = pose_transform_point(
        chain->flange_in_last_link,
        vec3(tool->centre_of_mass_m[0], tool->centre_of_mass_m[1], tool->centre_of_mass_m[2]));
    const vec3_t centre_m = vec3_lerp(link_m, tool_m, tool->mass_kg / total_kg);
    add_point_mass(chain->inertia_kgm2[last], link_kg, vec3_sub(link_m, centre_m));
    add_point_mass(chain->inertia_kgm2[last], tool->mass_kg, vec3_sub(tool_m, centre_m));
    chain->mass_kg[last] = total_kg;
    link_centre[0] = centre_m.x;
    link_centre[1] = centre_m.y;
    link_centre[2] = centre_m.z;
}

bool chain_build(const arm_settings_t* arm, int pad_index, chain_t* chain)
{
    if (!arm_possible(arm, pad_index)) {
        return false;
    }
    memset(chain, 0, sizeof *chain);
    chain->joint_count = arm->joint_count;
    chain->base_in_table = pose_from_settings(arm->base_xyz_m, arm->base_rpy_rad);
    for (int i = 0; i < arm->joint_count; i++) {
        store_joint(chain, i, &arm->joints[i]);
    }
    chain->flange_in_last_link =
        pose_from_settings(arm->tool.flange_xyz_m, arm->tool.flange_rpy_rad);
    chain->tool_in_last_link = pose_multiply(
        chain->flange_in_last_link,
        (pose_t){vec3(0.0, 0.0, arm->tool.pads[pad_index].length_m), quat_identity()});
    hang_tool(chain, &arm->tool);
    return true;
}

bool chain_joints_inside(const chain_t* chain, const joints_t* joints, double margin)
{
    for (int i = 0; i < chain->joint_count; i++) {
        const double coordinate = joints->at[i];
        if (!(isfinite(coordinate) && coordinate >= chain->position_min.at[i] + margin &&
              coordinate <= chain->position_max.at[i] - margin)) {
            return false;
        }
    }
    return true;
}
