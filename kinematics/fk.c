#include "kinematics/fk.h"

/// out = a b, row-major 3 by 3; `out` is neither of them.
static inline void matrix_multiply(const double a[9], const double b[9], double out[9])
{
    for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 3; column++) {
            out[3 * row + column] = a[3 * row] * b[column] + a[3 * row + 1] * b[3 + column] +
                                    a[3 * row + 2] * b[6 + column];
        }
    }
}

static inline void matrix_copy(const double from[9], double to[9])
{
    for (int k = 0; k < 9; k++) {
        to[k] = from[k];
    }
}

static inline void matrix_apply(const double a[9], const double v[3], double out[3])
{
    for (int row = 0; row < 3; row++) {
        out[row] = a[3 * row] * v[0] + a[3 * row + 1] * v[1] + a[3 * row + 2] * v[2];
    }
}

/// Turns a frame about one of its own axes: two columns mix, the third stays.
static inline void turn_about_column(double rotation[9], int axis_column, double angle_rad)
{
    const double sine = sin(angle_rad);
    const double cosine = cos(angle_rad);
    const int first = axis_column == 2 ? 0 : axis_column + 1;
    const int second = axis_column == 0 ? 2 : axis_column - 1;
    for (int row = 0; row < 9; row += 3) {
        const double a = rotation[row + first];
        const double b = rotation[row + second];
        rotation[row + first] = cosine * a + sine * b;
        rotation[row + second] = cosine * b - sine * a;
    }
}

/// Turns a frame about any unit vector given in it (Rodrigues).
static void turn_about_vector(double rotation[9], const double axis[3], double angle_rad)
{
    const double sine = sin(angle_rad);
    const double cosine = cos(angle_rad);
    const double versine = 1.0 - cosine;
    const double x = axis[0];
    const double y = axis[1];
    const double z = axis[2];
    const double turn[9] = {
        cosine + versine * x * x,   versine * x * y - sine * z, versine * x * z + sine * y,
        versine * x * y + sine * z, cosine + versine * y * y,   versine * y * z - sine * x,
        versine * x * z - sine * y, versine * y * z + sine * x, cosine + versine * z * z};
    double before[9];
    matrix_copy(rotation, before);
    matrix_multiply(before, turn, rotation);
}

/// Unit quaternion of a rotation matrix. The largest component is found first, so that nothing
/// small is divided by (Shepperd 1978).
static quat_t quat_from_matrix(const double r[9])
{
    const double trace = r[0] + r[4] + r[8];
    if (trace > 0.0) {
        return quat_normalize((quat_t){r[7] - r[5], r[2] - r[6], r[3] - r[1], 1.0 + trace});
    }
    if (r[0] >= r[4] && r[0] >= r[8]) {
        return quat_normalize(
            (quat_t){1.0 + r[0] - r[4] - r[8], r[3] + r[1], r[2] + r[6], r[7] - r[5]});
    }
    if (r[4] >= r[8]) {
        return quat_normalize(
            (quat_t){r[3] + r[1], 1.0 + r[4] - r[0] - r[8], r[7] + r[5], r[2] - r[6]});
    }
    return quat_normalize(
        (quat_t){r[2] + r[6], r[7] + r[5], 1.0 + r[8] - r[0] - r[4], r[3] - r[1]});
}

static void place_joint(const chain_t* chain, int i, double coordinate, chain_frames_t* frames)
{
    double* rotation = frames->rotation[i];
    double* origin = frames->origin_m[i];
    const double* placement = chain->placement_translation_m[i];
    if (i == 0) {
        matrix_copy(chain->placement_rotation[0], rotation);
        for (int k = 0; k < 3; k++) {
            origin[k] = placement[k];
        }
    } else {
        if (chain->placement_turns[i]) {
            matrix_multiply(frames->rotation[i - 1], chain->placement_rotation[i], rotation);
        } else {
            matrix_copy(frames->rotation[i - 1], rotation);
        }
        matrix_apply(frames->rotation[i - 1], placement, origin);
        for (int k = 0; k < 3; k++) {
            origin[k] += frames->origin_m[i - 1][k];
        }
    }
    const int column = chain->axis_column[i];
    if (column >= 0) {
        for (int k = 0; k < 3; k++) {
            frames->axis[i][k] = rotation[3 * k + column];
        }
    } else {
        matrix_apply(rotation, chain->axis[i], frames->axis[i]);
    }
    if (chain->kind[i] == JOINT_PRISMATIC) {
        for (int k = 0; k < 3; k++) {
            origin[k] += coordinate * frames->axis[i][k];
        }
    } else if (column >= 0) {
        turn_about_column(rotation, column, coordinate);
    } else {
        turn_about_vector(rotation, chain->axis[i], coordinate);
    }
}

void fk_frames(const chain_t* chain, const joints_t* joints, chain_frames_t* frames)
{
    frames->joint_count = chain->joint_count;
    for (int i = 0; i < chain->joint_count; i++) {
        place_joint(chain, i, joints->at[i], frames);
    }
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
