/// Vectors, unit quaternions and poses in double, for everything that is differentiated, integrated
/// or solved: float poses carry 0.2 um of rounding, which a 4 ms period turns into 60 um/s of false
/// speed. Capsule distances, which nobody differentiates, are on cglm
/// (`kinematics/capsule.h`).
///
/// Units: metres, radians, newtons. Quaternions are x, y, z, w and of unit length. A pose maps
/// points of its own frame into its parent's: p_parent = R(q) p + t. Names say the frames where two
/// could be meant. All functions are pure; NaN in gives NaN out.
#ifndef KNEAD_KINEMATICS_POSE_H
#define KNEAD_KINEMATICS_POSE_H

#include <math.h>
#include <stdbool.h>

typedef struct {
    double x, y, z;
} vec3_t;

typedef struct {
    double x, y, z, w;
} quat_t;

typedef struct {
    vec3_t position_m;
    quat_t orientation;
} pose_t;

/// Linear velocity of a stated point and angular velocity, both in the parent's axes.
typedef struct {
    vec3_t linear_mps;
    vec3_t angular_radps;
} twist_t;

/// Force and the torque about a stated point.
typedef struct {
    vec3_t force_N;
    vec3_t torque_Nm;
} wrench_t;

static inline vec3_t vec3(double x, double y, double z)
{
    return (vec3_t){x, y, z};
}
static inline vec3_t vec3_add(vec3_t a, vec3_t b)
{
    return vec3(a.x + b.x, a.y + b.y, a.z + b.z);
}
static inline vec3_t vec3_sub(vec3_t a, vec3_t b)
{
    return vec3(a.x - b.x, a.y - b.y, a.z - b.z);
}
static inline vec3_t vec3_scale(vec3_t a, double k)
{
    return vec3(a.x * k, a.y * k, a.z * k);
}
static inline double vec3_dot(vec3_t a, vec3_t b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
static inline vec3_t vec3_cross(vec3_t a, vec3_t b)
{
    return vec3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
}
static inline double vec3_norm(vec3_t a)
{
    return sqrt(vec3_dot(a, a));
}
static inline bool vec3_finite(vec3_t a)
{
    return isfinite(a.x) && isfinite(a.y) && isfinite(a.z);
}

/// The unit vector along `a`, or `fallback` where `a` is too short to have a direction.
static inline vec3_t vec3_unit(vec3_t a, vec3_t fallback)
{
    const double norm = vec3_norm(a);
    return norm > 1e-12 ? vec3_scale(a, 1.0 / norm) : fallback;
}

/// a + (b - a) * t
static inline vec3_t vec3_lerp(vec3_t a, vec3_t b, double t)
{
    return vec3_add(a, vec3_scale(vec3_sub(b, a), t));
}

static inline quat_t quat_identity(void)
{
    return (quat_t){0.0, 0.0, 0.0, 1.0};
}
static inline quat_t quat_conjugate(quat_t q)
{
    return (quat_t){-q.x, -q.y, -q.z, q.w};
}
static inline quat_t quat_multiply(quat_t a, quat_t b)
{
    return (quat_t){a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
                    a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
                    a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
                    a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z};
}
static inline quat_t quat_normalize(quat_t q)
{
    const double norm = sqrt(q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w);
    const double scale = 1.0 / norm;
    return (quat_t){q.x * scale, q.y * scale, q.z * scale, q.w * scale};
}
static inline vec3_t quat_rotate(quat_t q, vec3_t v)
{
    const vec3_t u = vec3(q.x, q.y, q.z);
    const vec3_t t = vec3_scale(vec3_cross(u, v), 2.0);
    return vec3_add(vec3_add(v, vec3_scale(t, q.w)), vec3_cross(u, t));
}
static inline bool quat_finite(quat_t q)
{
    return isfinite(q.x) && isfinite(q.y) && isfinite(q.z) && isfinite(q.w);
}

/// The rotation by |v| radians about v.
static inline quat_t quat_from_rotation_vector(vec3_t v)
{
    const double angle_rad = vec3_norm(v);
    const double k = angle_rad > 1e-9 ? sin(0.5 * angle_rad) / angle_rad : 0.5;
    return quat_normalize((quat_t){v.x * k, v.y * k, v.z * k, cos(0.5 * angle_rad)});
}

/// The shortest rotation vector of q, at most pi long.
static inline vec3_t quat_to_rotation_vector(quat_t q)
{
    const double sign = q.w < 0.0 ? -1.0 : 1.0;
    const vec3_t u = vec3(sign * q.x, sign * q.y, sign * q.z);
    const double sine = vec3_norm(u);
    const double k = sine > 1e-9 ? 2.0 * atan2(sine, sign * q.w) / sine : 2.0;
    return vec3_scale(u, k);
}

/// Fixed-axis roll, pitch, yaw as URDF has it: R = Rz(yaw) Ry(pitch) Rx(roll).
static inline quat_t quat_from_rpy(double roll_rad, double pitch_rad, double yaw_rad)
{
    const quat_t x = {sin(0.5 * roll_rad), 0.0, 0.0, cos(0.5 * roll_rad)};
    const quat_t y = {0.0, sin(0.5 * pitch_rad), 0.0, cos(0.5 * pitch_rad)};
    const quat_t z = {0.0, 0.0, sin(0.5 * yaw_rad), cos(0.5 * yaw_rad)};
    return quat_multiply(z, quat_multiply(y, x));
}

/// The part `t` (0 to 1) of the shortest turn from `a` to `b`.
static inline quat_t quat_slerp(quat_t a, quat_t b, double t)
{
    const vec3_t turn = quat_to_rotation_vector(quat_multiply(quat_conjugate(a), b));
    return quat_normalize(quat_multiply(a, quat_from_rotation_vector(vec3_scale(turn, t))));
}

/// Orientation whose z axis is the unit vector `z_axis` and whose x axis lies as near `x_hint` as
/// that allows. Where the two are parallel, any x axis.
static inline quat_t quat_from_z_and_x(vec3_t z_axis, vec3_t x_hint)
{
    const vec3_t across = vec3_unit(vec3_cross(z_axis, vec3(0.0, 1.0, 0.0)), vec3(1.0, 0.0, 0.0));
    const vec3_t side = vec3_unit(vec3_cross(z_axis, x_hint), across);
    const vec3_t x = vec3_cross(side, z_axis);
    const double trace = x.x + side.y + z_axis.z;
    quat_t q;
    if (trace > 0.0) {
        q = (quat_t){side.z - z_axis.y, z_axis.x - x.z, x.y - side.x, 1.0 + trace};
    } else if (x.x >= side.y && x.x >= z_axis.z) {
        q = (quat_t){1.0 + x.x - side.y - z_axis.z, x.y + side.x, z_axis.x + x.z,
                     side.z - z_axis.y};
    } else if (side.y >= z_axis.z) {
        q = (quat_t){x.y + side.x, 1.0 + side.y - x.x - z_axis.z, side.z + z_axis.y,
                     z_axis.x - x.z};
    } else {
        q = (quat_t){z_axis.x + x.z, side.z + z_axis.y, 1.0 + z_axis.z - x.x - side.y,
                     x.y - side.x};
    }
    return quat_normalize(q);
}

/// Unit quaternion of a rotation matrix, row-major. The largest component is found first, so that
/// nothing small is divided by (Shepperd 1978).
static inline quat_t quat_from_matrix(const double r[9])
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

static inline pose_t pose_identity(void)
{
    return (pose_t){{0.0, 0.0, 0.0}, quat_identity()};
}
static inline pose_t pose_multiply(pose_t a, pose_t b)
{
    return (pose_t){vec3_add(a.position_m, quat_rotate(a.orientation, b.position_m)),
                    quat_multiply(a.orientation, b.orientation)};
}
static inline vec3_t pose_transform_point(pose_t a, vec3_t p)
{
    return vec3_add(a.position_m, quat_rotate(a.orientation, p));
}
static inline pose_t pose_inverse(pose_t a)
{
    const quat_t q = quat_conjugate(a.orientation);
    return (pose_t){vec3_scale(quat_rotate(q, a.position_m), -1.0), q};
}
static inline bool pose_finite(pose_t a)
{
    return vec3_finite(a.position_m) && quat_finite(a.orientation);
}

/// What carries `from` to `to`: the difference of positions, and the rotation vector in the
/// parent's axes. Metres and radians, as a twist over one second.
static inline twist_t pose_difference(pose_t from, pose_t to)
{
    return (twist_t){
        vec3_sub(to.position_m, from.position_m),
        quat_to_rotation_vector(quat_multiply(to.orientation, quat_conjugate(from.orientation)))};
}

#endif
