#include "kinematics/fk.h"

#include "kinematics/sincos.h"

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
static void walker_turn_about(walker_t* walker, const double axis[3], double sine, double cosine)
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

static inline void walker_store(const walker_t* walker, vec3_t axis, int i, chain_frames_t* frames)
{
    double* r = frames->rotation[i];
    r[0] = walker->x.x;
    r[1] = walker->y.x;
    r[2] = walker->z.x;
    r[3] = walker->x.y;
    r[4] = walker->y.y;
    r[5] = walker->z.y;
    r[6] = walker->x.z;
    r[7] = walker->y.z;
    r[8] = walker->z.z;
    frames->origin_m[i][0] = walker->origin_m.x;
    frames->origin_m[i][1] = walker->origin_m.y;
    frames->origin_m[i][2] = walker->origin_m.z;
    frames->axis[i][0] = axis.x;
    frames->axis[i][1] = axis.y;
    frames->axis[i][2] = axis.z;
}

void fk_links(const chain_t* chain, const joints_t* joints, chain_frames_t* frames)
{
    joints_t sines;
    joints_t cosines;
    sincos_joints(joints, &sines, &cosines);
    const double* first = chain->placement_rotation[0];
    walker_t walker = {vec3(chain->placement_translation_m[0][0],
                            chain->placement_translation_m[0][1],
                            chain->placement_translation_m[0][2]),
                       vec3(first[0], first[3], first[6]), vec3(first[1], first[4], first[7]),
                       vec3(first[2], first[5], first[8])};
    frames->joint_count = chain->joint_count;
    for (int i = 0; i < chain->joint_count; i++) {
        if (i > 0) {
            walker.origin_m =
                vec3_add(walker.origin_m, walker_apply(&walker, chain->placement_translation_m[i]));
            if (chain->placement_turns[i]) {
                walker_turn_by_matrix(&walker, chain->placement_rotation[i]);
            }
        }
        const vec3_t axis = walker_turn_joint(&walker, chain, i, sines.at[i], cosines.at[i]);
        if (chain->kind[i] == JOINT_PRISMATIC) {
            walker.origin_m = vec3_add(walker.origin_m, vec3_scale(axis, joints->at[i]));
        }
        walker_store(&walker, axis, i, frames);
    }
}

void fk_frames(const chain_t* chain, const joints_t* joints, chain_frames_t* frames)
{
    fk_links(chain, joints, frames);
    const int last = chain->joint_count - 1;
    const pose_t link = {
        vec3(frames->origin_m[last][0], frames->origin_m[last][1], frames->origin_m[last][2]),
        quat_from_matrix(frames->rotation[last])};
    frames->flange = pose_multiply(link, chain->flange_in_last_link);
    frames->tool.position_m = pose_transform_point(link, chain->tool_in_last_link.position_m);
    // Pads stand upright on the flange: the tool's axes are the flange's.
    frames->tool.orientation = frames->flange.orientation;
}

pose_t fk_tool_pose(const chain_t* chain, const joints_t* joints)
{
    chain_frames_t frames;
    fk_frames(chain, joints, &frames);
    return frames.tool;
}

void fk_jacobian(const chain_t* chain, const chain_frames_t* frames, jacobian_t* jacobian)
{
    const vec3_t tool_m = frames->tool.position_m;
    for (int i = 0; i < chain->joint_count; i++) {
        const double* axis = frames->axis[i];
        if (chain->kind[i] == JOINT_PRISMATIC) {
            for (int k = 0; k < 3; k++) {
                jacobian->at[k][i] = axis[k];
                jacobian->at[k + 3][i] = 0.0;
            }
        } else {
            const double x = tool_m.x - frames->origin_m[i][0];
            const double y = tool_m.y - frames->origin_m[i][1];
            const double z = tool_m.z - frames->origin_m[i][2];
            jacobian->at[0][i] = axis[1] * z - axis[2] * y;
            jacobian->at[1][i] = axis[2] * x - axis[0] * z;
            jacobian->at[2][i] = axis[0] * y - axis[1] * x;
            for (int k = 0; k < 3; k++) {
                jacobian->at[k + 3][i] = axis[k];
            }
        }
    }
    for (int i = chain->joint_count; i < JOINT_CAPACITY; i++) {
        for (int row = 0; row < 6; row++) {
            jacobian->at[row][i] = 0.0;
        }
    }
}

twist_t fk_tool_twist(const chain_t* chain, const jacobian_t* jacobian, const joints_t* speeds)
{
    double rows[6] = {0.0};
    for (int row = 0; row < 6; row++) {
        for (int i = 0; i < chain->joint_count; i++) {
            rows[row] += jacobian->at[row][i] * speeds->at[i];
        }
    }
    return (twist_t){vec3(rows[0], rows[1], rows[2]), vec3(rows[3], rows[4], rows[5])};
}

void fk_joint_efforts(const chain_t* chain, const jacobian_t* jacobian, const wrench_t* wrench,
                      joints_t* efforts)
{
    const vec3_t force = wrench->force_N;
    const vec3_t torque = wrench->torque_Nm;
    *efforts = (joints_t){{0.0}};
    for (int i = 0; i < chain->joint_count; i++) {
        efforts->at[i] = jacobian->at[0][i] * force.x + jacobian->at[1][i] * force.y +
                         jacobian->at[2][i] * force.z + jacobian->at[3][i] * torque.x +
                         jacobian->at[4][i] * torque.y + jacobian->at[5][i] * torque.z;
    }
}
