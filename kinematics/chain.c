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
                              joint->preferred,        joint->mass_kg,      joint->rotor_inertia,
                              joint->radius_m};
    const vec3_t axis = vec3(joint->axis[0], joint->axis[1], joint->axis[2]);
    const double axis_length = vec3_norm(axis);
    return all_finite(figures, (int)(sizeof figures / sizeof figures[0])) &&
           all_finite(joint->origin_xyz_m, 3) && all_finite(joint->origin_rpy_rad, 3) &&
           all_finite(joint->centre_of_mass_m, 3) && all_finite(joint->inertia_kgm2, 6) &&
           axis_length > 1e-9 && isfinite(axis_length) &&
           joint->position_min < joint->position_max && joint->velocity_max > 0.0 &&
           joint->acceleration_max > 0.0 && joint->effort_max >= 0.0 && joint->mass_kg >= 0.0 &&
           joint->rotor_inertia >= 0.0 && joint->radius_m >= 0.0;
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

static void matrix_multiply(const double a[9], const double b[9], double out[9])
{
    for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 3; column++) {
            out[3 * row + column] = a[3 * row] * b[column] + a[3 * row + 1] * b[3 + column] +
                                    a[3 * row + 2] * b[6 + column];
        }
    }
}

static void matrix_apply(const double a[9], const double v[3], double out[3])
{
    for (int row = 0; row < 3; row++) {
        out[row] = a[3 * row] * v[0] + a[3 * row + 1] * v[1] + a[3 * row + 2] * v[2];
    }
}

/// Rounds what came out of sines of quarter turns: figures within 1e-12 of -1, 0 and 1 become
/// these.
static void snap(double* figures, int count)
{
    for (int k = 0; k < count; k++) {
        const double whole = floor(figures[k] + 0.5);
        if (fabs(figures[k] - whole) < 1e-12) {
            figures[k] = whole;
        }
    }
}

static void rotation_matrix(quat_t q, double rotation[9])
{
    const vec3_t x = quat_rotate(q, vec3(1.0, 0.0, 0.0));
    const vec3_t y = quat_rotate(q, vec3(0.0, 1.0, 0.0));
    const vec3_t z = quat_rotate(q, vec3(0.0, 0.0, 1.0));
    const double columns[9] = {x.x, y.x, z.x, x.y, y.y, z.y, x.z, y.z, z.z};
    memcpy(rotation, columns, sizeof columns);
    snap(rotation, 9);
}

static bool all_whole(const double* figures, int count)
{
    for (int k = 0; k < count; k++) {
        if (figures[k] != floor(figures[k])) {
            return false;
        }
    }
    return true;
}

/// Places joint `i` in its predecessor's frame. `kept` turns settings' axes into those the chain
/// counts in: on entry for the predecessor, on return for this joint.
static void store_placement(chain_t* chain, int i, const joint_settings_t* joint, double kept[9])
{
    static const double identity[9] = {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0};
    pose_t placement = pose_from_settings(joint->origin_xyz_m, joint->origin_rpy_rad);
    if (i == 0) {
        placement = pose_multiply(chain->base_in_table, placement);
    }
    const double translation_m[3] = {placement.position_m.x, placement.position_m.y,
                                     placement.position_m.z};
    double own[9];
    double rotation[9];
    rotation_matrix(placement.orientation, own);
    matrix_multiply(kept, own, rotation);
    matrix_apply(kept, translation_m, chain->placement_translation_m[i]);
    const bool folds = i > 0 && all_whole(rotation, 9);
    memcpy(chain->placement_rotation[i], folds ? identity : rotation, sizeof identity);
    memcpy(kept, folds ? rotation : identity, sizeof identity);
    chain->placement_turns[i] = !folds;
}

static void store_axis(chain_t* chain, int i, const joint_settings_t* joint, const double kept[9])
{
    const vec3_t axis =
        vec3_unit(vec3(joint->axis[0], joint->axis[1], joint->axis[2]), vec3(0.0, 0.0, 1.0));
    const double unit[3] = {axis.x, axis.y, axis.z};
    matrix_apply(kept, unit, chain->axis[i]);
    chain->axis_column[i] = -1;
    chain->axis_sign[i] = 1.0;
    for (int k = 0; k < 3; k++) {
        if (fabs(chain->axis[i][k]) == 1.0) {
            chain->axis_column[i] = k;
            chain->axis_sign[i] = chain->axis[i][k];
        }
    }
}

/// Inertia and centre of mass in the frame that the chain counts in.
static void store_link(chain_t* chain, int i, const joint_settings_t* joint, const double kept[9])
{
    const double* s = joint->inertia_kgm2;
    const double tensor[9] = {s[0], s[3], s[4], s[3], s[1], s[5], s[4], s[5], s[2]};
    const double transposed[9] = {kept[0], kept[3], kept[6], kept[1], kept[4],
                                  kept[7], kept[2], kept[5], kept[8]};
    double half[9];
    double turned[9];
    matrix_multiply(kept, tensor, half);
    matrix_multiply(half, transposed, turned);
    const double packed[6] = {turned[0], turned[4], turned[8], turned[1], turned[2], turned[5]};
    double centre_m[3];
    matrix_apply(kept, joint->centre_of_mass_m, centre_m);
    for (int k = 0; k < 6; k++) {
        chain->inertia_kgm2[k][i] = packed[k];
    }
    for (int k = 0; k < 3; k++) {
        chain->centre_of_mass_m[k][i] = centre_m[k];
    }
    chain->mass_kg[i] = joint->mass_kg;
    chain->rotor_inertia.at[i] = joint->rotor_inertia;
    chain->link_radius_m[i] = joint->radius_m;
}

static void store_joint(chain_t* chain, int i, const joint_settings_t* joint, double kept[9])
{
    chain->kind[i] = joint->kind;
    store_placement(chain, i, joint, kept);
    store_axis(chain, i, joint, kept);
    store_link(chain, i, joint, kept);
    chain->position_min.at[i] = joint->position_min;
    chain->position_max.at[i] = joint->position_max;
    chain->velocity_max.at[i] = joint->velocity_max;
    chain->acceleration_max.at[i] = joint->acceleration_max;
    chain->effort_max.at[i] = joint->effort_max;
    chain->parked.at[i] = joint->parked;
    chain->preferred.at[i] = joint->preferred;
}

/// Adds to a link's tensor what a point mass has about a place `offset` from it. (Huygens-Steiner.)
static void add_point_mass(chain_t* chain, int link, double mass_kg, vec3_t offset)
{
    const double added_kgm2[6] = {mass_kg * (offset.y * offset.y + offset.z * offset.z),
                                  mass_kg * (offset.x * offset.x + offset.z * offset.z),
                                  mass_kg * (offset.x * offset.x + offset.y * offset.y),
                                  -mass_kg * offset.x * offset.y,
                                  -mass_kg * offset.x * offset.z,
                                  -mass_kg * offset.y * offset.z};
    for (int k = 0; k < 6; k++) {
        chain->inertia_kgm2[k][link] += added_kgm2[k];
    }
}

/// The tool is known by mass and centre of mass only: it is hung on as a point.
static void hang_tool(chain_t* chain, const tool_settings_t* tool)
{
    const int last = chain->joint_count - 1;
    const double link_kg = chain->mass_kg[last];
    const double total_kg = link_kg + tool->mass_kg;
    if (total_kg <= 0.0) {
        return;
    }
    const vec3_t link_m = vec3(chain->centre_of_mass_m[0][last], chain->centre_of_mass_m[1][last],
                               chain->centre_of_mass_m[2][last]);
    const vec3_t tool_m = pose_transform_point(
        chain->flange_in_last_link,
        vec3(tool->centre_of_mass_m[0], tool->centre_of_mass_m[1], tool->centre_of_mass_m[2]));
    const vec3_t centre_m = vec3_lerp(link_m, tool_m, tool->mass_kg / total_kg);
    add_point_mass(chain, last, link_kg, vec3_sub(link_m, centre_m));
    add_point_mass(chain, last, tool->mass_kg, vec3_sub(tool_m, centre_m));
    chain->mass_kg[last] = total_kg;
    chain->centre_of_mass_m[0][last] = centre_m.x;
    chain->centre_of_mass_m[1][last] = centre_m.y;
    chain->centre_of_mass_m[2][last] = centre_m.z;
}

bool chain_build(const arm_settings_t* arm, int pad_index, chain_t* chain)
{
    if (!arm_possible(arm, pad_index)) {
        return false;
    }
    memset(chain, 0, sizeof *chain);
    chain->joint_count = arm->joint_count;
    chain->base_in_table = pose_from_settings(arm->base_xyz_m, arm->base_rpy_rad);
    double kept[9] = {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0};
    for (int i = 0; i < arm->joint_count; i++) {
        store_joint(chain, i, &arm->joints[i], kept);
    }
    chain->flange_in_last_link =
        pose_multiply((pose_t){vec3(0.0, 0.0, 0.0), quat_from_matrix(kept)},
                      pose_from_settings(arm->tool.flange_xyz_m, arm->tool.flange_rpy_rad));
    chain->tool_in_last_link = pose_multiply(
        chain->flange_in_last_link,
        (pose_t){vec3(0.0, 0.0, arm->tool.pads[pad_index].length_m), quat_identity()});
    chain->tool_radius_m = 0.5 * arm->tool.pads[pad_index].diameter_m;
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
