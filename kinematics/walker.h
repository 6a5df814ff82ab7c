/// The walk along a chain that forward kinematics and dynamics share: a frame carried from joint to
/// joint, table frame throughout. What a joint leaves behind each of them stores as it needs it.
#ifndef KNEAD_KINEMATICS_WALKER_H
#define KNEAD_KINEMATICS_WALKER_H

#include "kinematics/chain.h"

/// The frame that is carried along the chain: its origin and where its axes point.
typedef struct {
    vec3_t origin_m;
    vec3_t x, y, z;
} walker_t;

/// Where a vector given in the walker's frame points.
static inline vec3_t walker_apply(const walker_t* walker, const double v[3])
{
    return vec3(walker->x.x * v[0] + walker->y.x * v[1] + walker->z.x * v[2],
                walker->x.y * v[0] + walker->y.y * v[1] + walker->z.y * v[2],
                walker->x.z * v[0] + walker->y.z * v[1] + walker->z.z * v[2]);
}

static inline void walker_turn_by_matrix(walker_t* walker, const double rotation[9])
{
    const double x[3] = {rotation[0], rotation[3], rotation[6]};
    const double y[3] = {rotation[1], rotation[4], rotation[7]};
    const double z[3] = {rotation[2], rotation[5], rotation[8]};
    const walker_t before = *walker;
    walker->x = walker_apply(&before, x);
    walker->y = walker_apply(&before, y);
    walker->z = walker_apply(&before, z);
}

/// Turns two axes of a frame about the third: `first` towards `second`.
static inline void turn_pair(vec3_t* first, vec3_t* second, double sine, double cosine)
{
    const vec3_t a = *first;
    const vec3_t b = *second;
    *first = vec3_add(vec3_scale(a, cosine), vec3_scale(b, sine));
    *second = vec3_sub(vec3_scale(b, cosine), vec3_scale(a, sine));
}

/// Turns a frame about any unit vector given in it (Rodrigues).
static inline void walker_turn_about(walker_t* walker, const double axis[3], double sine,
                                     double cosine)
{
    const double versine = 1.0 - cosine;
    const double x = axis[0];
    const double y = axis[1];
    const double z = axis[2];
    const double turn[9] = {
        cosine + versine * x * x,   versine * x * y - sine * z, versine * x * z + sine * y,
        versine * x * y + sine * z, cosine + versine * y * y,   versine * y * z - sine * x,
        versine * x * z - sine * y, versine * y * z + sine * x, cosine + versine * z * z};
    walker_turn_by_matrix(walker, turn);
}

/// Where the joint's axis points; with the joint's own turn made, if it has one.
static inline vec3_t walker_turn_joint(walker_t* walker, const chain_t* chain, int i, double sine,
                                       double cosine)
{
    const bool turns = chain->kind[i] == JOINT_REVOLUTE;
    const double sign = chain->axis_sign[i];
    vec3_t axis;
    if (chain->axis_column[i] == 2) {
        axis = walker->z;
        if (turns) {
            turn_pair(&walker->x, &walker->y, sign * sine, cosine);
        }
    } else if (chain->axis_column[i] == 1) {
        axis = walker->y;
        if (turns) {
            turn_pair(&walker->z, &walker->x, sign * sine, cosine);
        }
    } else if (chain->axis_column[i] == 0) {
        axis = walker->x;
        if (turns) {
            turn_pair(&walker->y, &walker->z, sign * sine, cosine);
        }
    } else {
        axis = walker_apply(walker, chain->axis[i]);
        if (turns) {
            walker_turn_about(walker, chain->axis[i], sine, cosine);
        }
    }
    return vec3_scale(axis, sign);
}

/// Where the chain starts; the first joint's placement is made.
static inline walker_t walker_begin(const chain_t* chain)
{
    const double* first = chain->placement_rotation[0];
    const double* origin_m = chain->placement_translation_m[0];
    return (walker_t){vec3(origin_m[0], origin_m[1], origin_m[2]),
                      vec3(first[0], first[3], first[6]), vec3(first[1], first[4], first[7]),
                      vec3(first[2], first[5], first[8])};
}

/// From joint `i` - 1 to where joint `i` sits. Not for the first.
static inline void walker_place(walker_t* walker, const chain_t* chain, int i)
{
    walker->origin_m =
        vec3_add(walker->origin_m, walker_apply(walker, chain->placement_translation_m[i]));
    if (chain->placement_turns[i]) {
        walker_turn_by_matrix(walker, chain->placement_rotation[i]);
    }
}

/// Moves joint `i` to `position`, of which sine and cosine are given. Returns where its axis
/// points.
static inline vec3_t walker_move(walker_t* walker, const chain_t* chain, int i, double position,
                                 double sine, double cosine)
{
    const vec3_t axis = walker_turn_joint(walker, chain, i, sine, cosine);
    if (chain->kind[i] == JOINT_PRISMATIC) {
        walker->origin_m = vec3_add(walker->origin_m, vec3_scale(axis, position));
    }
    return axis;
}

/// Flange and tool from the last link's frame.
static inline void walker_end(const walker_t* walker, const chain_t* chain, pose_t* flange,
                              pose_t* tool)
{
    const double rotation[9] = {walker->x.x, walker->y.x, walker->z.x, walker->x.y, walker->y.y,
                                walker->z.y, walker->x.z, walker->y.z, walker->z.z};
    const pose_t link = {walker->origin_m, quat_from_matrix(rotation)};
    *flange = pose_multiply(link, chain->flange_in_last_link);
    tool->position_m = pose_transform_point(link, chain->tool_in_last_link.position_m);
    // Pads stand upright on the flange: the tool's axes are the flange's.
    tool->orientation = flange->orientation;
}

#endif
