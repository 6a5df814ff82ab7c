/// Goals: one step of at most a few microseconds that never breaks a joint's limit, follows exactly
/// where it can, and is continuous in what it is given.
/// Assumptions: the period is short against the curvature of the path, so one linearisation will
/// do; what it leaves over is next period's error.
#include "kinematics/ik.h"

#include <stddef.h>

#include "kinematics/cholesky.h"
#include "kinematics/clearance.h"
#include "kinematics/wide.h"

#define TASK_CAPACITY 6

/// Nothing on a massage table is a million metres, radians or metres a second.
static const double SANE_MAGNITUDE = 1e6;
/// A correction plans to brake with this part of a joint's acceleration; the rest is left to the
/// path. A correction that uses more keeps joints saturated on a path that they could follow: the
/// tool then circles beside its path for as long as that lasts. By harmonic balance of one joint,
/// on a sine of w rad/s that takes the share L of its acceleration, motion that is saturated
/// throughout can go on only where the correction's rate r is at least w sqrt((4 / (pi L))^2 - 1).
/// With r^2 = 2 share a / error that needs L above 1.06 for a share of 0.15, and above 0.82 for
/// 0.7; joints that share the work of a tool's path bear somewhat less.
static const double BRAKING_SHARE = 0.15;
/// Drift to the preferred posture uses at most this part of a joint's velocity limit.
static const double POSTURE_SPEED_SHARE = 0.2;
/// The part of a joint's range, at either end, from which it is pushed back where freedom is spare.
static const double LIMIT_BAND = 0.1;
/// A link that is nearer to the skin than it should be wants to leave it in a quarter of a second,
/// with speeds that stay small where hardly any joint can move it.
static const double AWAY_GAIN_PER_S = 4.0;
static const double AWAY_FLOOR_M2 = 0.01;
/// A step that moves the tool as asked to this part and this speed has done all that was asked.
static const double ASKED_PART = 0.01;
static const double ASKED_SPEED_MPS = 1e-5;

/// The task in rows of metres per second: linear, then angular times the angle weight.
typedef struct {
    int row_count; // 6, or 5 with the spin free
    int joint_count;
    // Columns of locked joints, and of joints the chain does not have, are zero.
    double jacobian[TASK_CAPACITY][JOINT_CAPACITY];
    double error[TASK_CAPACITY];
    double feedforward[TASK_CAPACITY];
    double away[JOINT_CAPACITY]; // joint speeds that take links near the skin away from it
} task_t;

/// Inverse of J J' as it stands, and with damping where it is nearly singular.
typedef struct {
    cholesky_t plain;
    cholesky_t filtered;
    const cholesky_t* damped; // the one to use: plain away from singular postures
    double smallest; // lower estimate of the smallest singular value, smooth, within 1.6 of it
    bool usable;
} task_inverse_t;

/// The speeds a joint may have after this period.
typedef struct {
    double lowest[JOINT_CAPACITY];
    double highest[JOINT_CAPACITY];
} speed_range_t;

/// What the joints do now and what they may do next.
typedef struct {
    joints_t joints;
    joints_t speeds;
    unsigned movable;             // bit per joint that is not locked
    speed_range_t braking;        // within velocity limits, and able to stop before position limits
    speed_range_t reachable;      // of these, what acceleration limits let the joints come to
    double keeps[JOINT_CAPACITY]; // the reachable speed nearest to the one it has
} motion_t;

/// Joint speeds that are wanted; they add up. What stands last gives way first.
typedef struct {
    double along[JOINT_CAPACITY];   // tool follows its target; the other freedom moves on as it did
    double towards[JOINT_CAPACITY]; // makes the error good
    double spare[JOINT_CAPACITY];   // changes the motion of the other freedom to what is preferred
    double asked[JOINT_CAPACITY];   // what all limits aside would be done: tells why it was not
} wishes_t;

// ------------------------------------------------------------------------------------- the task

/// Unlike fmin and fmax these are single instructions; NaN never gets to them.
static inline double lesser(double a, double b)
{
    return a < b ? a : b;
}
static inline double greater(double a, double b)
{
    return a > b ? a : b;
}

static bool sane(double figure)
{
    return isfinite(figure) && fabs(figure) <= SANE_MAGNITUDE;
}

static bool vec3_sane(vec3_t v)
{
    return sane(v.x) && sane(v.y) && sane(v.z);
}

static bool settings_sane(const ik_track_settings_t* settings)
{
    return sane(settings->period_s) && settings->period_s > 0.0 && sane(settings->gain_per_s) &&
           settings->gain_per_s >= 0.0 && sane(settings->damping) && settings->damping >= 0.0 &&
           sane(settings->singular_floor) && settings->singular_floor >= 0.0 &&
           sane(settings->posture_gain_per_s) && settings->posture_gain_per_s >= 0.0 &&
           sane(settings->angle_weight_m) && settings->angle_weight_m > 0.0;
}

static bool target_sane(const pose_t* target, const twist_t* feedforward)
{
    const quat_t q = target->orientation;
    const double square = q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w;
    return vec3_sane(target->position_m) && quat_finite(q) && square > 0.25 && square < 4.0 &&
           vec3_sane(feedforward->linear_mps) && vec3_sane(feedforward->angular_radps);
}

/// Shortest turn that carries one unit vector into another; half a turn about `fallback` where they
/// are opposite.
static vec3_t turn_between(vec3_t from, vec3_t to, vec3_t fallback)
{
    const vec3_t cross = vec3_cross(from, to);
    const double sine = vec3_norm(cross);
    const double cosine = vec3_dot(from, to);
    if (sine < 1e-9) {
        return cosine > 0.0 ? cross : vec3_scale(fallback, acos(-1.0));
    }
    return vec3_scale(cross, atan2(sine, cosine) / sine);
}

static void task_set_row(task_t* task, int row, const jacobian_t* jacobian, vec3_t direction,
                         double weight, unsigned locked)
{
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        task->jacobian[row][i] = (locked >> i) & 1u ? 0.0
                                                    : weight * (direction.x * jacobian->at[3][i] +
                                                                direction.y * jacobian->at[4][i] +
                                                                direction.z * jacobian->at[5][i]);
    }
}

/// Adds to `away` what moves a point of a link out along the skin's normal at `speed_mps`.
static void push_away(const chain_t* chain, const chain_frames_t* frames,
                      const link_clearance_t* near, double speed_mps, double away[JOINT_CAPACITY])
{
    double along[JOINT_CAPACITY] = {0.0};
    double square = 0.0;
    for (int i = 0; i <= near->link; i++) {
        const vec3_t axis = vec3(frames->axis[i][0], frames->axis[i][1], frames->axis[i][2]);
        const vec3_t arm =
            vec3_sub(near->point_m,
                     vec3(frames->origin_m[i][0], frames->origin_m[i][1], frames->origin_m[i][2]));
        const vec3_t moved = chain->kind[i] == JOINT_PRISMATIC ? axis : vec3_cross(axis, arm);
        along[i] = vec3_dot(moved, near->normal);
        square += along[i] * along[i];
    }
    for (int i = 0; i <= near->link; i++) {
        away[i] += speed_mps * along[i] / (square + AWAY_FLOOR_M2);
    }
}

static void keep_off_skin(const chain_t* chain, const ik_track_settings_t* settings,
                          const chain_frames_t* frames, double away[JOINT_CAPACITY])
{
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        away[i] = 0.0;
    }
    for (int link = 0; settings->skin != NULL && link < chain->joint_count; link++) {
        const link_clearance_t near = clearance_link_to_skin(chain, frames, link, settings->skin);
        const double depth_m = settings->keep_off_m - near.distance_m;
        if (depth_m > 0.0) {
            push_away(chain, frames, &near, AWAY_GAIN_PER_S * depth_m, away);
        }
    }
}

static void task_build(const chain_t* chain, const ik_track_settings_t* settings,
                       const joints_t* joints, const pose_t* target, const twist_t* feedforward,
                       unsigned locked, task_t* task)
{
    chain_frames_t frames;
    jacobian_t jacobian;
    fk_frames(chain, joints, &frames);
    fk_jacobian(chain, &frames, &jacobian);
    keep_off_skin(chain, settings, &frames, task->away);
    const pose_t goal = {target->position_m, quat_normalize(target->orientation)};
    const quat_t tool = frames.tool.orientation;
    const double weight = settings->angle_weight_m;
    task->joint_count = chain->joint_count;
    task->row_count = settings->spin_free ? 5 : 6;
    for (int row = 0; row < 3; row++) {
        for (int i = 0; i < JOINT_CAPACITY; i++) {
            task->jacobian[row][i] = (locked >> i) & 1u ? 0.0 : jacobian.at[row][i];
        }
    }
    twist_t error = pose_difference(frames.tool, goal);
    vec3_t axes[3] = {{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}};
    if (settings->spin_free) {
        for (int k = 0; k < 3; k++) {
            axes[k] = quat_rotate(tool, axes[k]);
        }
        error.angular_radps =
            turn_between(axes[2], quat_rotate(goal.orientation, vec3(0.0, 0.0, 1.0)), axes[0]);
    }
    const double linear_error[3] = {error.linear_mps.x, error.linear_mps.y, error.linear_mps.z};
    const double linear_speed[3] = {feedforward->linear_mps.x, feedforward->linear_mps.y,
                                    feedforward->linear_mps.z};
    for (int row = 0; row < 3; row++) {
        task->error[row] = linear_error[row];
        task->feedforward[row] = linear_speed[row];
    }
    for (int row = 3; row < task->row_count; row++) {
        const vec3_t axis = axes[row - 3];
        task_set_row(task, row, &jacobian, axis, weight, locked);
        task->error[row] = weight * vec3_dot(axis, error.angular_radps);
        task->feedforward[row] = weight * vec3_dot(axis, feedforward->angular_radps);
    }
}

// ---------------------------------------------------------------------------------- the inverse

/// J J', lower triangle, with `ridge` on its diagonal.
static void task_gram(const task_t* task, double ridge, cholesky_t* gram)
{
    for (int row = 0; row < task->row_count; row++) {
        for (int column = 0; column <= row; column++) {
            double sum = 0.0;
            for (int i = 0; i < task->joint_count; i++) {
                sum += task->jacobian[row][i] * task->jacobian[column][i];
            }
            gram->at[row][column] = sum;
        }
        gram->at[row][row] += ridge;
    }
}

static double frobenius_norm(const cholesky_t* matrix, int count)
{
    double sum = 0.0;
    for (int row = 0; row < count; row++) {
        for (int column = 0; column < count; column++) {
            sum += matrix->at[row][column] * matrix->at[row][column];
        }
    }
    return sqrt(sum);
}

/// Near a singular posture the inverse of J J' is all but one large term along the weak direction.
/// Its norm therefore tells how weak that is, and added as damping it acts along that direction and
/// leaves the others as they are. Both are smooth in the posture, which singular vectors are not.
static void task_invert(const task_t* task, const ik_track_settings_t* settings,
                        task_inverse_t* inverse)
{
    const int count = task->row_count;
    const double floor_m = settings->singular_floor;
    // Keeps the plain inverse defined at the singular posture itself; 1e-8 of what the floor lets
    // pass.
    const double ridge = greater(1e-8 * floor_m * floor_m, 1e-12);
    cholesky_t factor;
    task_gram(task, ridge, &factor);
    inverse->smallest = 0.0;
    inverse->usable = cholesky_factor(&factor, count);
    if (!inverse->usable) {
        return;
    }
    cholesky_invert(&factor, count, &inverse->plain);
    const double norm = frobenius_norm(&inverse->plain, count);
    inverse->smallest = 1.0 / sqrt(norm);
    inverse->damped = &inverse->plain;
    if (inverse->smallest >= floor_m) {
        return;
    }
    const double nearness = 1.0 - 1.0 / (norm * floor_m * floor_m);
    const double damping = settings->damping * nearness;
    const double scale = damping * damping / norm;
    task_gram(task, ridge, &factor);
    for (int row = 0; row < count; row++) {
        for (int column = 0; column <= row; column++) {
            factor.at[row][column] += scale * inverse->plain.at[row][column];
        }
    }
    inverse->usable = cholesky_factor(&factor, count);
    if (inverse->usable) {
        cholesky_invert(&factor, count, &inverse->filtered);
        inverse->damped = &inverse->filtered;
    }
}

/// speeds += factor * J' inverse twist.
static void task_add_solution(const task_t* task, const cholesky_t* inverse,
                              const double twist[TASK_CAPACITY], double factor,
                              double speeds[JOINT_CAPACITY])
{
    double dual[TASK_CAPACITY];
    for (int row = 0; row < task->row_count; row++) {
        double sum = 0.0;
        for (int column = 0; column < task->row_count; column++) {
            sum += inverse->at[row][column] * twist[column];
        }
        dual[row] = factor * sum;
    }
    double sums[JOINT_CAPACITY] = {0.0}; // of all joints at once
    for (int row = 0; row < task->row_count; row++) {
        for (int i = 0; i < JOINT_CAPACITY; i++) {
            sums[i] += task->jacobian[row][i] * dual[row];
        }
    }
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        speeds[i] += sums[i];
    }
}

static void task_twist(const task_t* task, const double speeds[JOINT_CAPACITY],
                       double twist[TASK_CAPACITY])
{
    for (int row = 0; row < task->row_count; row++) {
        double sum = 0.0; // in a register: through memory every addition would wait for the last
        for (int i = 0; i < task->joint_count; i++) {
            sum += task->jacobian[row][i] * speeds[i];
        }
        twist[row] = sum;
    }
}

// ----------------------------------------------------------------------------------- the limits

/// The highest speed of the coming period from which a joint, slowing by at most `acceleration`
/// each period after it, comes to rest within `distance`. Exact for steps of constant speed: with n
/// periods left the distance is n v - a T^2 n (n - 1) / 2.
static double braking_speed(double distance, double acceleration, double period_s)
{
    if (!(distance > 0.0)) {
        return 0.0;
    }
    const double quantum = acceleration * period_s * period_s;
    const double periods = greater(ceil(0.5 * (sqrt(1.0 + 8.0 * distance / quantum) - 1.0)), 1.0);
    return distance / (periods * period_s) + 0.5 * acceleration * period_s * (periods - 1.0);
}

/// The highest speed of a joint with `room` left: as a rule its velocity limit, which needs no
/// root.
static double free_speed(const chain_t* chain, int i, double room, double period_s)
{
    const double velocity = chain->velocity_max.at[i];
    const double acceleration = chain->acceleration_max.at[i];
    // v^2 / 2a + v T is more than braking in steps takes.
    if (2.0 * acceleration * (room - velocity * period_s) >= velocity * velocity) {
        return velocity;
    }
    return lesser(velocity, braking_speed(room, acceleration, period_s));
}

/// Speeds within the velocity limits from which the joint can brake before its position limits.
static void braking_range(const chain_t* chain, double period_s, const joints_t* joints,
                          unsigned locked, speed_range_t* range)
{
    for (int i = 0; i < chain->joint_count; i++) {
        if ((locked >> i) & 1u) {
            range->lowest[i] = 0.0;
            range->highest[i] = 0.0;
            continue;
        }
        const double above = chain->position_max.at[i] - joints->at[i];
        const double below = joints->at[i] - chain->position_min.at[i];
        range->highest[i] = free_speed(chain, i, above, period_s);
        range->lowest[i] = -free_speed(chain, i, below, period_s);
    }
}

/// Narrows the range to what the acceleration limit lets a joint reach in one period. Where nothing
/// is left (the state given was not within limits) only the hardest braking is.
static void narrow_by_acceleration(const chain_t* chain, double period_s, const joints_t* speeds,
                                   unsigned locked, speed_range_t* range)
{
    for (int i = 0; i < chain->joint_count; i++) {
        if ((locked >> i) & 1u) {
            continue;
        }
        const double change = chain->acceleration_max.at[i] * period_s;
        const double lowest = speeds->at[i] - change;
        const double highest = speeds->at[i] + change;
        range->lowest[i] = lesser(greater(range->lowest[i], lowest), highest);
        range->highest[i] = greater(lesser(range->highest[i], highest), lowest);
        if (range->lowest[i] > range->highest[i]) {
            range->lowest[i] = range->highest[i];
        }
    }
}

static double clamp(double figure, double lowest, double highest)
{
    return figure < lowest ? lowest : (figure > highest ? highest : figure);
}

static double range_excess(const speed_range_t* range, int i, double speed)
{
    return speed - clamp(speed, range->lowest[i], range->highest[i]);
}

static bool within_ranges(const chain_t* chain, const speed_range_t* range, const double* base,
                          const double* direction)
{
    bool within = true;
    for (int i = 0; i < chain->joint_count; i++) {
        const double speed = base[i] + direction[i];
        within = within && speed >= range->lowest[i] && speed <= range->highest[i];
    }
    return within;
}

/// How much of `direction` (0 to 1) to add to `base` so that the sum breaks the ranges least,
/// counted in squares of the acceleration each joint would lack; all of it where nothing is broken.
/// The cost is convex in the part sought and has, with the small pull towards 1, one minimum, so
/// the answer moves continuously with everything it depends on.
static double fit_part(const chain_t* chain, const speed_range_t* range, const double* base,
                       const double* direction)
{
    if (within_ranges(chain, range, base, direction)) {
        return 1.0;
    }
    double stiffness[JOINT_CAPACITY];
    double pull = 0.0;
    for (int i = 0; i < chain->joint_count; i++) {
        stiffness[i] = 1.0 / (chain->acceleration_max.at[i] * chain->acceleration_max.at[i]);
        pull += 1e-9 * stiffness[i] * direction[i] * direction[i];
    }
    double low = 0.0;
    double high = 1.0;
    double part = 1.0;
    // Newton on the piecewise linear slope, kept between brackets by halving; it ends on the piece
    // that holds the root, as a rule the second or third.
    for (int round = 0; round < 40 && high - low > 1e-12; round++) {
        double slope = pull * (part - 1.0);
        double curvature = pull;
        for (int i = 0; i < chain->joint_count; i++) {
            const double excess = range_excess(range, i, base[i] + part * direction[i]);
            if (excess != 0.0) {
                slope += stiffness[i] * direction[i] * excess;
                curvature += stiffness[i] * direction[i] * direction[i];
            }
        }
        if (!(curvature > 0.0) || slope == 0.0) {
            break;
        }
        *(slope > 0.0 ? &high : &low) = part;
        const double newton = part - slope / curvature;
        if (fabs(newton - part) < 1e-12) {
            break;
        }
        part = newton > low && newton < high ? newton : 0.5 * (low + high);
    }
    return clamp(part, 0.0, 1.0);
}

/// Where the ranges hold joints back and the others have freedom to spare, these take over what is
/// missing. Fades out as the joints left come near a singular posture of their own.
static void take_over(const task_t* task, const ik_track_settings_t* settings,
                      const speed_range_t* range, unsigned movable, double speeds[JOINT_CAPACITY])
{
    double missing_speeds[JOINT_CAPACITY] = {0.0};
    unsigned held = 0;
    for (int i = 0; i < task->joint_count; i++) {
        const double excess = range_excess(range, i, speeds[i]);
        if (excess != 0.0) {
            missing_speeds[i] = excess;
            held |= 1u << i;
        }
    }
    if (!(held & movable) || !(movable & ~held)) {
        return;
    }
    task_t rest = *task;
    for (int i = 0; i < task->joint_count; i++) {
        for (int row = 0; row < task->row_count && ((held >> i) & 1u); row++) {
            rest.jacobian[row][i] = 0.0;
        }
    }
    task_inverse_t inverse;
    task_invert(&rest, settings, &inverse);
    const double floor_m = settings->singular_floor;
    const double fitness = clamp(2.0 * inverse.smallest / greater(floor_m, 1e-6) - 1.0, 0.0, 1.0);
    if (!inverse.usable || !(fitness > 0.0)) {
        return;
    }
    double twist[TASK_CAPACITY];
    task_twist(task, missing_speeds, twist);
    for (int i = 0; i < task->joint_count; i++) {
        speeds[i] -= fitness * missing_speeds[i];
    }
    task_add_solution(&rest, inverse.damped, twist, fitness, speeds);
}

// ------------------------------------------------------------------------------------ the wishes

/// The rate at which the error may be made good so that every joint can brake on its way there.
static double approach_rate(const chain_t* chain, const ik_track_settings_t* settings,
                            const double towards[JOINT_CAPACITY])
{
    double rate = lesser(settings->gain_per_s, 1.0 / settings->period_s);
    for (int i = 0; i < chain->joint_count; i++) {
        const double distance = fabs(towards[i]);
        const double acceleration = BRAKING_SHARE * chain->acceleration_max.at[i];
        if (rate * distance > acceleration * settings->period_s) {
            rate =
                lesser(rate, braking_speed(distance, acceleration, settings->period_s) / distance);
        }
    }
    return rate;
}

/// What each joint would like to do for the posture: revolute joints go to their preferred place,
/// all keep off their limits.
static void posture_wish(const chain_t* chain, const ik_track_settings_t* settings,
                         const joints_t* joints, const double away[JOINT_CAPACITY],
                         unsigned movable, double wish[JOINT_CAPACITY])
{
    for (int i = 0; i < chain->joint_count; i++) {
        wish[i] = 0.0;
        if (!((movable >> i) & 1u)) {
            continue;
        }
        const double gain = settings->posture_gain_per_s;
        const double band = LIMIT_BAND * (chain->position_max.at[i] - chain->position_min.at[i]);
        const double above = greater(1.0 - (chain->position_max.at[i] - joints->at[i]) / band, 0.0);
        const double below = greater(1.0 - (joints->at[i] - chain->position_min.at[i]) / band, 0.0);
        double speed = away[i] + gain * band * (below * below - above * above);
        if (chain->kind[i] == JOINT_REVOLUTE) {
            speed += gain * (chain->preferred.at[i] - joints->at[i]);
        }
        const double ratio = speed / (POSTURE_SPEED_SHARE * chain->velocity_max.at[i]);
        wish[i] = speed / sqrt(1.0 + ratio * ratio);
    }
}

/// The part of `wish` that does not move the tool.
static void keep_spare(const task_t* task, const cholesky_t* inverse, double wish[JOINT_CAPACITY])
{
    double twist[TASK_CAPACITY];
    task_twist(task, wish, twist);
    task_add_solution(task, inverse, twist, -1.0, wish);
}

/// Whether joint speeds move the tool as asked.
static bool does_what_was_asked(const task_t* task, double rate,
                                const double speeds[JOINT_CAPACITY])
{
    double twist[TASK_CAPACITY];
    double asked_square = 0.0;
    double missing_square = 0.0;
    task_twist(task, speeds, twist);
    for (int row = 0; row < task->row_count; row++) {
        const double asked = task->feedforward[row] + rate * task->error[row];
        asked_square += asked * asked;
        missing_square += (asked - twist[row]) * (asked - twist[row]);
    }
    return sqrt(missing_square) <= ASKED_PART * sqrt(asked_square) + ASKED_SPEED_MPS;
}

/// What the joints would do without acceleration limits. Velocity limits and the way left to
/// position limits slow the whole step down along the path. False where there is no inverse.
static bool wishes_make(const chain_t* chain, const ik_track_settings_t* settings,
                        const task_t* task, const motion_t* motion, wishes_t* wishes)
{
    task_inverse_t inverse;
    task_invert(task, settings, &inverse);
    if (!inverse.usable) {
        return false;
    }
    task_add_solution(task, inverse.damped, task->error, 1.0, wishes->towards);
    task_add_solution(task, inverse.damped, task->feedforward, 1.0, wishes->along);
    posture_wish(chain, settings, &motion->joints, task->away, motion->movable, wishes->spare);
    keep_spare(task, &inverse.plain, wishes->spare);

    const double gain_per_s = lesser(settings->gain_per_s, 1.0 / settings->period_s);
    const double rate = approach_rate(chain, settings, wishes->towards);
    double whole[JOINT_CAPACITY] = {0.0};
    double idle[JOINT_CAPACITY] = {0.0};
    for (int i = 0; i < chain->joint_count; i++) {
        wishes->asked[i] = wishes->along[i] + gain_per_s * wishes->towards[i];
        whole[i] = wishes->along[i] + rate * wishes->towards[i];
        idle[i] = motion->keeps[i];
    }
    keep_spare(task, &inverse.plain, idle);
    take_over(task, settings, &motion->braking, motion->movable, whole);
    const double standstill[JOINT_CAPACITY] = {0.0};
    const double part = fit_part(chain, &motion->braking, standstill, whole);
    for (int i = 0; i < chain->joint_count; i++) {
        wishes->towards[i] = part * (whole[i] - wishes->along[i]);
        wishes->along[i] = part * wishes->along[i] + idle[i];
        wishes->spare[i] -= idle[i];
    }
    return true;
}

/// What of the wishes acceleration limits let the joints come to. False where figures that each
/// were usable together overflow.
static bool wishes_fit(const chain_t* chain, const ik_track_settings_t* settings,
                       const task_t* task, const motion_t* motion, const wishes_t* wishes,
                       double wanted[JOINT_CAPACITY])
{
    const speed_range_t* reachable = &motion->reachable;
    const double correction = fit_part(chain, reachable, wishes->along, wishes->towards);
    for (int i = 0; i < chain->joint_count; i++) {
        wanted[i] = wishes->along[i] + correction * wishes->towards[i];
    }
    const double drift = fit_part(chain, reachable, wanted, wishes->spare);
    for (int i = 0; i < chain->joint_count; i++) {
        wanted[i] += drift * wishes->spare[i];
    }
    const double nothing[JOINT_CAPACITY] = {0.0};
    if (within_ranges(chain, reachable, wanted, nothing)) {
        return true; // as a rule; what follows would change nothing
    }
    take_over(task, settings, reachable, motion->movable, wanted);
    // The change of speed is scaled, not the speed: scaled towards standstill, one joint that
    // cannot turn round quickly enough would brake all others. Nor does one that moves as fast as
    // it may, or stands at its end, keep others from changing theirs.
    double change[JOINT_CAPACITY] = {0.0};
    bool usable = true;
    for (int i = 0; i < chain->joint_count; i++) {
        usable = usable && isfinite(wanted[i]);
        change[i] = clamp(wanted[i], motion->braking.lowest[i], motion->braking.highest[i]) -
                    motion->keeps[i];
    }
    const double part = fit_part(chain, reachable, motion->keeps, change);
    for (int i = 0; i < chain->joint_count; i++) {
        wanted[i] = motion->keeps[i] + part * change[i];
    }
    return usable;
}

// -------------------------------------------------------------------------------------- the step

static void advance(const chain_t* chain, double period_s, const joints_t* joints,
                    const speed_range_t* range, const double wanted[JOINT_CAPACITY], joints_t* next,
                    joints_t* next_speeds)
{
    for (int i = 0; i < chain->joint_count; i++) {
        const double speed = clamp(wanted[i], range->lowest[i], range->highest[i]);
        double coordinate = joints->at[i] + speed * period_s;
        // Rounding must not carry a joint past a limit it stood inside of.
        if (joints->at[i] <= chain->position_max.at[i]) {
            coordinate = lesser(coordinate, chain->position_max.at[i]);
        }
        if (joints->at[i] >= chain->position_min.at[i]) {
            coordinate = greater(coordinate, chain->position_min.at[i]);
        }
        next->at[i] = coordinate;
        next_speeds->at[i] = speed;
    }
}

/// Replaces what cannot be worked with; false if anything was.
static bool state_mend(const chain_t* chain, joints_t* joints, joints_t* speeds)
{
    bool whole = true;
    for (int i = 0; i < chain->joint_count; i++) {
        if (!sane(joints->at[i])) {
            joints->at[i] = chain->parked.at[i];
            speeds->at[i] = 0.0;
            whole = false;
        }
        if (!sane(speeds->at[i])) {
            speeds->at[i] = 0.0;
            whole = false;
        }
    }
    return whole;
}

static motion_t motion_from(const chain_t* chain, double period_s, const joints_t* joints,
                            const joints_t* speeds, unsigned locked)
{
    motion_t motion = {.joints = *joints,
                       .speeds = *speeds,
                       .movable = ((1u << chain->joint_count) - 1u) & ~locked};
    braking_range(chain, period_s, joints, locked, &motion.braking);
    motion.reachable = motion.braking;
    narrow_by_acceleration(chain, period_s, speeds, locked, &motion.reachable);
    for (int i = 0; i < chain->joint_count; i++) {
        motion.keeps[i] =
            clamp(speeds->at[i], motion.reachable.lowest[i], motion.reachable.highest[i]);
    }
    return motion;
}

WIDE ik_result_t ik_track(const chain_t* chain, const ik_track_settings_t* settings,
                          const joints_t* joints, const joints_t* speeds, const pose_t* target,
                          const twist_t* feedforward, unsigned locked, joints_t* next,
                          joints_t* next_speeds)
{
    joints_t from = *joints;
    joints_t moving = *speeds;
    const bool state_whole = state_mend(chain, &from, &moving);
    *next = (joints_t){{0.0}};
    *next_speeds = (joints_t){{0.0}};
    if (!settings_sane(settings)) {
        *next = from; // without a period there is no step
        return IK_BAD_INPUT;
    }
    const motion_t motion = motion_from(chain, settings->period_s, &from, &moving, locked);
    double wanted[JOINT_CAPACITY] = {0.0};
    bool usable = false;
    task_t task;
    wishes_t wishes = {{0.0}, {0.0}, {0.0}, {0.0}};
    if (state_whole && target_sane(target, feedforward)) {
        task_build(chain, settings, &from, target, feedforward, locked, &task);
        usable = wishes_make(chain, settings, &task, &motion, &wishes) &&
                 wishes_fit(chain, settings, &task, &motion, &wishes, wanted);
    }
    if (!usable) {
        const double rest[JOINT_CAPACITY] = {0.0};
        advance(chain, settings->period_s, &from, &motion.reachable, rest, next, next_speeds);
        return IK_BAD_INPUT;
    }
    advance(chain, settings->period_s, &from, &motion.reachable, wanted, next, next_speeds);
    const double gain_per_s = lesser(settings->gain_per_s, 1.0 / settings->period_s);
    if (does_what_was_asked(&task, gain_per_s, next_speeds->at)) {
        return IK_OK;
    }
    return does_what_was_asked(&task, gain_per_s, wishes.asked) ? IK_JOINT_LIMIT : IK_NEAR_SINGULAR;
}
