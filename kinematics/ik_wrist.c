/// Goals: every posture there is, in well under a microsecond, exact at singular postures too.
/// Method: the wrist's centre does not depend on the last three joints. Seen along the first axis
/// it fixes the first joint, in the plane across the second one a triangle of two known sides fixes
/// the next two, and what is left of the orientation fixes the wrist. Angles are kept as sine and
/// cosine until the end, so that a joint costs one arc tangent and no sine.
#include "kinematics/ik_wrist.h"

static const double SHAPE_TOLERANCE = 1e-9;
/// Rounding may carry a pose at the edge of reach so far past it, in parts of the reach squared.
static const double EDGE_TOLERANCE = 1e-12;
/// And a joint so far past its limit: it is put on it.
static const double LIMIT_TOLERANCE_RAD = 1e-10;
/// Below this sine the wrist's axes are in line, below this distance squared a point has no
/// direction.
static const double IN_LINE = 1e-10;
static const double NO_DIRECTION_M2 = 1e-20;
static const double TURN_RAD = 6.283185307179586;

/// Search along the rail: places tried, of which the best are refined by so many rounds.
#define RAIL_PLACES 64
#define RAIL_REFINED 3
#define RAIL_ROUNDS 16

const char* ik_wrist_shape_text(ik_wrist_shape_t shape)
{
    switch (shape) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        IK_WRIST_SHAPE_LIST(X)
#undef X
    }
    return "unknown";
}

// ------------------------------------------------------------------------------------- the plane

/// Plane vectors multiply and divide as complex numbers do: a unit vector is a turn.
static inline ik_wrist_plane_t plane(double along, double across)
{
    return (ik_wrist_plane_t){along, across};
}
static inline ik_wrist_plane_t plane_turn(ik_wrist_plane_t a, ik_wrist_plane_t turn)
{
    return plane(a.along * turn.along - a.across * turn.across,
                 a.along * turn.across + a.across * turn.along);
}
static inline ik_wrist_plane_t plane_turn_back(ik_wrist_plane_t a, ik_wrist_plane_t turn)
{
    return plane(a.along * turn.along + a.across * turn.across,
                 a.across * turn.along - a.along * turn.across);
}
static inline double plane_square(ik_wrist_plane_t a)
{
    return a.along * a.along + a.across * a.across;
}
static inline ik_wrist_plane_t plane_scale(ik_wrist_plane_t a, double k)
{
    return plane(a.along * k, a.across * k);
}
static inline double lesser(double a, double b)
{
    return a < b ? a : b;
}
static inline double plane_angle(ik_wrist_plane_t a)
{
    return atan2(a.across, a.along);
}

// ------------------------------------------------------------------------------------- the shape

static vec3_t vec3_of(const double figures[3])
{
    return vec3(figures[0], figures[1], figures[2]);
}

/// The point of line `a` nearest to line `b`, both by point and unit direction, not parallel.
static vec3_t nearest_point(vec3_t a_m, vec3_t a_axis, vec3_t b_m, vec3_t b_axis)
{
    const vec3_t between = vec3_sub(b_m, a_m);
    const double cosine = vec3_dot(a_axis, b_axis);
    const double along =
        (vec3_dot(between, a_axis) - cosine * vec3_dot(between, b_axis)) / (1.0 - cosine * cosine);
    return vec3_add(a_m, vec3_scale(a_axis, along));
}

static double line_distance_m(vec3_t point_m, vec3_t line_m, vec3_t axis)
{
    return vec3_norm(vec3_cross(vec3_sub(point_m, line_m), axis));
}

static ik_wrist_plane_t plane_of(const ik_wrist_t* wrist, vec3_t v)
{
    return plane(vec3_dot(v, wrist->z), vec3_dot(v, wrist->x));
}

static vec3_t in_shoulder_frame(const ik_wrist_t* wrist, vec3_t v)
{
    return vec3(vec3_dot(v, wrist->x), vec3_dot(v, wrist->y), vec3_dot(v, wrist->z));
}

static ik_wrist_shape_t axes_shape(const vec3_t axis[6], const vec3_t origin_m[6], vec3_t* centre_m)
{
    if (fabs(vec3_dot(axis[0], axis[1])) > SHAPE_TOLERANCE) {
        return IK_WRIST_SHOULDER_NOT_SQUARE;
    }
    if (vec3_norm(vec3_cross(axis[1], axis[2])) > SHAPE_TOLERANCE) {
        return IK_WRIST_ELBOW_NOT_PARALLEL;
    }
    if (fabs(vec3_dot(axis[3], axis[4])) > SHAPE_TOLERANCE ||
        fabs(vec3_dot(axis[4], axis[5])) > SHAPE_TOLERANCE) {
        return IK_WRIST_NOT_SQUARE;
    }
    *centre_m = nearest_point(origin_m[4], axis[4], origin_m[3], axis[3]);
    for (int i = 3; i < 6; i++) {
        if (line_distance_m(*centre_m, origin_m[i], axis[i]) > SHAPE_TOLERANCE) {
            return IK_WRIST_NO_CENTRE;
        }
    }
    return IK_WRIST_FITS;
}

static void fill_wrist(const chain_frames_t* zero, const vec3_t axis[6], vec3_t centre_m,
                       ik_wrist_t* wrist)
{
    wrist->wrist_z = in_shoulder_frame(wrist, axis[3]);
    wrist->wrist_y = in_shoulder_frame(wrist, axis[4]);
    wrist->wrist_x = vec3_cross(wrist->wrist_y, wrist->wrist_z);
    const vec3_t axis_6 = in_shoulder_frame(wrist, axis[5]);
    wrist->wrist_tilt_rad =
        atan2(vec3_dot(axis_6, wrist->wrist_x), vec3_dot(axis_6, wrist->wrist_z));
    const quat_t into_tool = quat_conjugate(zero->tool.orientation);
    wrist->axis_5_in_tool = quat_rotate(into_tool, axis[4]);
    wrist->axis_6_in_tool = quat_rotate(into_tool, axis[5]);
    wrist->centre_in_tool_m = quat_rotate(into_tool, vec3_sub(centre_m, zero->tool.position_m));
}

ik_wrist_shape_t ik_wrist_build(const chain_t* chain, ik_wrist_t* wrist)
{
    if (chain->joint_count != 6 && chain->joint_count != 7) {
        return IK_WRIST_JOINT_COUNT;
    }
    if (chain->joint_count == 7 && chain->kind[0] != JOINT_PRISMATIC) {
        return IK_WRIST_JOINT_KIND;
    }
    const joints_t at_zero = {{0.0}};
    chain_frames_t zero;
    fk_frames(chain, &at_zero, &zero);
    const int first = chain->joint_count - 6;
    vec3_t axis[6];
    vec3_t origin_m[6];
    for (int i = 0; i < 6; i++) {
        if (chain->kind[first + i] != JOINT_REVOLUTE) {
            return IK_WRIST_JOINT_KIND;
        }
        axis[i] = vec3_of(zero.axis[first + i]);
        origin_m[i] = vec3_of(zero.origin_m[first + i]);
    }
    vec3_t centre_m = {0.0, 0.0, 0.0};
    const ik_wrist_shape_t shape = axes_shape(axis, origin_m, &centre_m);
    if (shape != IK_WRIST_FITS) {
        return shape;
    }
    ik_wrist_t built = {.first = first, .origin_m = origin_m[0]};
    built.rail_axis = first > 0 ? vec3_of(zero.axis[0]) : vec3(0.0, 0.0, 0.0);
    built.z = axis[0];
    built.y = axis[1];
    built.x = vec3_cross(built.y, built.z);
    built.side_m = vec3_dot(vec3_sub(centre_m, built.origin_m), built.y);
    built.elbow_sign = vec3_dot(axis[1], axis[2]) > 0.0 ? 1.0 : -1.0;
    built.shoulder_m = plane_of(&built, vec3_sub(origin_m[1], built.origin_m));
    const ik_wrist_plane_t upper = plane_of(&built, vec3_sub(origin_m[2], origin_m[1]));
    const ik_wrist_plane_t fore = plane_of(&built, vec3_sub(centre_m, origin_m[2]));
    built.upper_arm_m = sqrt(plane_square(upper));
    built.forearm_m = sqrt(plane_square(fore));
    if (!(built.upper_arm_m > SHAPE_TOLERANCE) || !(built.forearm_m > SHAPE_TOLERANCE)) {
        return IK_WRIST_NO_LENGTH;
    }
    built.upper_arm = plane_scale(upper, 1.0 / built.upper_arm_m);
    built.forearm = plane_scale(fore, 1.0 / built.forearm_m);
    built.elbow_zero_rad = plane_angle(plane_turn_back(built.forearm, built.upper_arm));
    fill_wrist(&zero, axis, centre_m, &built);
    *wrist = built;
    return IK_WRIST_FITS;
}

// -------------------------------------------------------------------------------------- the pose

/// One question: a target with the rail at a place. Everything in the shoulder frame.
typedef struct {
    const ik_wrist_t* wrist;
    const chain_t* chain;
    const joints_t* seed;
    double rail_m;
    vec3_t centre_m;
    vec3_t axis_5, axis_6; // where the target has them, for joint 6 at zero
    double missing;        // least that any branch met lacked: reach in m, limits in rad
    bool reached;          // some branch was in reach
} question_t;

/// What the answers are to be used for.
typedef struct {
    ik_wrist_branches_t* all; // null: only the nearest is wanted
    joints_t nearest;
    double nearest_square; // of the way there; infinite: none yet
} answers_t;

static question_t question_at(const ik_wrist_t* wrist, const chain_t* chain, const pose_t* target,
                              const joints_t* seed, double rail_m)
{
    const quat_t q = quat_normalize(target->orientation);
    const vec3_t centre_m = vec3_add(target->position_m, quat_rotate(q, wrist->centre_in_tool_m));
    const vec3_t origin_m = vec3_add(wrist->origin_m, vec3_scale(wrist->rail_axis, rail_m));
    return (question_t){
        .wrist = wrist,
        .chain = chain,
        .seed = seed,
        .rail_m = rail_m,
        .centre_m = in_shoulder_frame(wrist, vec3_sub(centre_m, origin_m)),
        .axis_5 = in_shoulder_frame(wrist, quat_rotate(q, wrist->axis_5_in_tool)),
        .axis_6 = in_shoulder_frame(wrist, quat_rotate(q, wrist->axis_6_in_tool)),
        .missing = HUGE_VAL,
    };
}

static inline double joint_clamp(double coordinate, double lowest, double highest)
{
    return coordinate < lowest ? lowest : (coordinate > highest ? highest : coordinate);
}

/// Whole turns nearest to a number of turns; a call of the library's would cost as much as all else
/// here.
static inline double whole_turns(double turns)
{
    static const double rounder = 6755399441055744.0; // 1.5 x 2^52
    return (turns + rounder) - rounder;
}

/// Brings an angle to the one of its turns nearest to the seed's that the limits allow; returns
/// what it is outside of them, at least.
static double joint_unwind(const question_t* question, int i, double* angle_rad)
{
    const double lowest = question->chain->position_min.at[i];
    const double highest = question->chain->position_max.at[i];
    // From a seed inside the limits the next turn but one is never needed.
    const double seed = joint_clamp(question->seed->at[i], lowest, highest);
    double angle = *angle_rad + TURN_RAD * whole_turns((seed - *angle_rad) / TURN_RAD);
    if (angle > highest + LIMIT_TOLERANCE_RAD && angle - TURN_RAD >= lowest - LIMIT_TOLERANCE_RAD) {
        angle -= TURN_RAD;
    } else if (angle < lowest - LIMIT_TOLERANCE_RAD &&
               angle + TURN_RAD <= highest + LIMIT_TOLERANCE_RAD) {
        angle += TURN_RAD;
    }
    *angle_rad = joint_clamp(angle, lowest, highest);
    const double outside_turns = (angle - *angle_rad) / TURN_RAD;
    const double outside = TURN_RAD * fabs(outside_turns - whole_turns(outside_turns));
    return outside <= LIMIT_TOLERANCE_RAD ? 0.0 : outside;
}

/// Joints solved so far, what they move from the seed and what they are outside of limits.
typedef struct {
    joints_t joints;
    double square;
    double missing;
} branch_t;

/// Whether a branch is worth being followed. One that the limits are against already is not, nor,
/// where only the nearest is wanted, one that is farther already.
static bool branch_open(question_t* question, const branch_t* branch, const answers_t* answers)
{
    if (branch->missing > 0.0) {
        question->missing = lesser(branch->missing, question->missing);
        return false;
    }
    return answers->all || branch->square < answers->nearest_square;
}

/// Takes `count` joints from `from` on into the branch.
static void branch_add(const question_t* question, int from, int count, branch_t* branch)
{
    for (int i = from; i < from + count; i++) {
        const double outside = joint_unwind(question, i, &branch->joints.at[i]);
        const double way = branch->joints.at[i] - question->seed->at[i];
        branch->missing = outside > branch->missing ? outside : branch->missing;
        branch->square += way * way;
    }
}

static void branch_answer(question_t* question, const branch_t* branch, answers_t* answers)
{
    if (!branch_open(question, branch, answers)) {
        return;
    }
    question->missing = 0.0;
    if (answers->all) {
        answers->all->at[answers->all->count++] = branch->joints;
    }
    if (branch->square < answers->nearest_square) {
        answers->nearest_square = branch->square;
        answers->nearest = branch->joints;
    }
}

/// The two ways of the wrist for a forearm turned by `yaw` about the first axis and by `pitch`
/// about the second.
static void solve_wrist(question_t* question, ik_wrist_plane_t yaw, ik_wrist_plane_t pitch,
                        const branch_t* arm, answers_t* answers)
{
    const ik_wrist_t* wrist = question->wrist;
    const int fourth = wrist->first + 3;
    vec3_t axes[2] = {question->axis_6, question->axis_5};
    for (int k = 0; k < 2; k++) { // into the frame the forearm had with the joints at zero
        const ik_wrist_plane_t level = plane_turn_back(plane(axes[k].x, axes[k].y), yaw);
        const ik_wrist_plane_t upright = plane_turn_back(plane(axes[k].z, level.along), pitch);
        const vec3_t v = vec3(upright.across, level.across, upright.along);
        axes[k] = vec3(vec3_dot(v, wrist->wrist_x), vec3_dot(v, wrist->wrist_y),
                       vec3_dot(v, wrist->wrist_z));
    }
    const vec3_t six = axes[0];
    const double sine = sqrt(six.x * six.x + six.y * six.y);
    const bool in_line = !(sine > IN_LINE);
    const double free_rad = question->seed->at[fourth];
    const ik_wrist_plane_t roll =
        in_line ? plane(cos(free_rad), sin(free_rad)) : plane(six.x / sine, six.y / sine);
    const vec3_t across = vec3(-roll.across, roll.along, 0.0); // the fifth axis
    const double roll_rad = in_line ? free_rad : plane_angle(roll);
    const double bend_rad = atan2(sine, six.z);
    const double spin_rad =
        atan2(vec3_dot(axes[1], vec3_cross(six, across)), vec3_dot(axes[1], across));
    branch_t branch = *arm;
    branch.joints.at[fourth] = roll_rad;
    branch.joints.at[fourth + 1] = bend_rad - wrist->wrist_tilt_rad;
    branch.joints.at[fourth + 2] = spin_rad;
    branch_add(question, fourth, 3, &branch);
    branch_answer(question, &branch, answers);
    if (in_line) {
        return; // both ways are one
    }
    branch = *arm; // the fifth axis reversed
    branch.joints.at[fourth] = roll_rad + 0.5 * TURN_RAD;
    branch.joints.at[fourth + 1] = -bend_rad - wrist->wrist_tilt_rad;
    branch.joints.at[fourth + 2] = spin_rad + 0.5 * TURN_RAD;
    branch_add(question, fourth, 3, &branch);
    branch_answer(question, &branch, answers);
}

/// The cosine between upper arm and forearm for the wrist's centre at `way` from the second axis.
/// False if it is out of reach.
static bool elbow_cosine(question_t* question, ik_wrist_plane_t way, double* cosine)
{
    const double upper_m = question->wrist->upper_arm_m;
    const double fore_m = question->wrist->forearm_m;
    const double square = plane_square(way);
    *cosine = (square - upper_m * upper_m - fore_m * fore_m) / (2.0 * upper_m * fore_m);
    if (fabs(*cosine) > 1.0 + EDGE_TOLERANCE) {
        const double nearest_m = *cosine > 0.0 ? upper_m + fore_m : fabs(upper_m - fore_m);
        question->missing = lesser(fabs(sqrt(square) - nearest_m), question->missing);
        return false;
    }
    *cosine = *cosine > 1.0 ? 1.0 : (*cosine < -1.0 ? -1.0 : *cosine);
    question->reached = true;
    return true;
}

/// The two ways of the elbow, with the wrist's centre `reach_m` from the first axis, measured
/// forwards.
static void solve_elbow(question_t* question, ik_wrist_plane_t yaw, double reach_m,
                        const branch_t* shoulder, answers_t* answers)
{
    const ik_wrist_t* wrist = question->wrist;
    const int second = wrist->first + 1;
    const ik_wrist_plane_t way =
        plane(question->centre_m.z - wrist->shoulder_m.along, reach_m - wrist->shoulder_m.across);
    double cosine = 0.0;
    if (!elbow_cosine(question, way, &cosine)) {
        return;
    }
    if (shoulder->missing > 0.0) { // the limits are against it: what counts is that it is in reach
        question->missing = lesser(shoulder->missing, question->missing);
        return;
    }
    const double sine = sqrt(1.0 - cosine * cosine);
    const double bent_rad = atan2(sine, cosine);
    const bool directed = plane_square(way) > NO_DIRECTION_M2;
    for (int bend = 0; bend < 2; bend++) {
        const ik_wrist_plane_t between = plane(cosine, bend == 0 ? sine : -sine);
        // From the upper arm, laid along the first coordinate, to the wrist's centre.
        const ik_wrist_plane_t straight =
            plane(wrist->upper_arm_m + wrist->forearm_m * between.along,
                  wrist->forearm_m * between.across);
        const double free_rad = question->seed->at[second];
        ik_wrist_plane_t lift = plane_turn_back(plane_turn_back(way, straight), wrist->upper_arm);
        lift = directed ? plane_scale(lift, 1.0 / sqrt(plane_square(lift)))
                        : plane(cos(free_rad), sin(free_rad));
        const ik_wrist_plane_t elbow =
            plane_turn_back(plane_turn(between, wrist->upper_arm), wrist->forearm);
        branch_t branch = *shoulder;
        branch.joints.at[second] = plane_angle(lift);
        branch.joints.at[second + 1] =
            wrist->elbow_sign * ((bend == 0 ? bent_rad : -bent_rad) - wrist->elbow_zero_rad);
        branch_add(question, second, 2, &branch);
        if (branch_open(question, &branch, answers)) {
            solve_wrist(question, yaw, plane_turn(lift, elbow), &branch, answers);
        }
        if (sine == 0.0) {
            return; // both ways are one
        }
    }
}

/// All postures of one question. Two ways of the shoulder: facing the target or turned away.
static void solve_question(question_t* question, answers_t* answers)
{
    const ik_wrist_t* wrist = question->wrist;
    const int first = wrist->first;
    const ik_wrist_plane_t level = plane(question->centre_m.x, question->centre_m.y);
    const double level_square = plane_square(level);
    const double side_square = wrist->side_m * wrist->side_m;
    double reach_square = level_square - side_square;
    if (reach_square < 0.0) {
        if (reach_square < -EDGE_TOLERANCE * (side_square + 1e-6)) {
            const double short_m = fabs(wrist->side_m) - sqrt(level_square);
            question->missing = lesser(short_m, question->missing);
            return;
        }
        reach_square = 0.0;
    }
    branch_t start = {*question->seed, 0.0, 0.0};
    if (first > 0) {
        const double way = question->rail_m - question->seed->at[0];
        start.joints.at[0] = question->rail_m;
        start.square = way * way;
    }
    for (int facing = 0; facing < 2; facing++) {
        const double reach_m = facing == 0 ? sqrt(reach_square) : -sqrt(reach_square);
        branch_t branch = start;
        ik_wrist_plane_t yaw;
        if (level_square > NO_DIRECTION_M2) {
            const ik_wrist_plane_t turned = plane_turn_back(level, plane(reach_m, wrist->side_m));
            yaw = plane_scale(turned, 1.0 / sqrt(plane_square(turned)));
            branch.joints.at[first] = plane_angle(yaw);
        } else {
            const double free_rad = question->seed->at[first];
            branch.joints.at[first] = free_rad;
            yaw = plane(cos(free_rad), sin(free_rad));
        }
        branch_add(question, first, 1, &branch);
        // Also where the limits are against it: reach is told apart from limits.
        if (branch.missing > 0.0 || branch_open(question, &branch, answers)) {
            solve_elbow(question, yaw, reach_m, &branch, answers);
        }
        if (reach_m == 0.0 && level_square > NO_DIRECTION_M2) {
            return; // both ways are one
        }
    }
}

static bool usable(const chain_t* chain, const pose_t* target, const joints_t* seed)
{
    const quat_t q = target->orientation;
    const double square = q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w;
    bool finite = pose_finite(*target) && square > 0.25 && square < 4.0 &&
                  vec3_norm(target->position_m) < 1e6;
    for (int i = 0; i < chain->joint_count; i++) {
        finite = finite && isfinite(seed->at[i]) && fabs(seed->at[i]) < 1e6;
    }
    return finite;
}

static ik_result_t result_of(const question_t* question, const answers_t* answers)
{
    if (answers->nearest_square < HUGE_VAL) {
        return IK_OK;
    }
    return question->reached ? IK_JOINT_LIMIT : IK_OUT_OF_REACH;
}

ik_result_t ik_wrist_branches(const ik_wrist_t* wrist, const chain_t* chain, const pose_t* target,
                              const joints_t* seed, ik_wrist_branches_t* branches)
{
    branches->count = 0;
    if (!usable(chain, target, seed)) {
        return IK_BAD_INPUT;
    }
    answers_t answers = {.all = branches, .nearest_square = HUGE_VAL};
    question_t question = question_at(wrist, chain, target, seed, seed->at[0]);
    solve_question(&question, &answers);
    return result_of(&question, &answers);
}

ik_result_t ik_wrist_nearest(const ik_wrist_t* wrist, const chain_t* chain, const pose_t* target,
                             const joints_t* seed, joints_t* solution)
{
    *solution = *seed;
    if (!usable(chain, target, seed)) {
        return IK_BAD_INPUT;
    }
    answers_t answers = {.nearest = *seed, .nearest_square = HUGE_VAL};
    question_t question = question_at(wrist, chain, target, seed, seed->at[0]);
    solve_question(&question, &answers);
    *solution = answers.nearest;
    return result_of(&question, &answers);
}

// -------------------------------------------------------------------------------------- the rail

/// Places of the rail that lacked least, the best first.
typedef struct {
    double place_m[RAIL_REFINED];
    double missing[RAIL_REFINED];
} shortlist_t;

static void shortlist_add(shortlist_t* shortlist, double place_m, double missing)
{
    for (int k = 0; k < RAIL_REFINED; k++) {
        if (missing < shortlist->missing[k]) {
            const double moved_m = shortlist->place_m[k];
            const double moved = shortlist->missing[k];
            shortlist->place_m[k] = place_m;
            shortlist->missing[k] = missing;
            place_m = moved_m;
            missing = moved;
        }
    }
}

/// What is missing with the rail at a place; keeps the nearest posture and whether any was in
/// reach.
static double try_place(const question_t* base, const pose_t* target, double place_m,
                        answers_t* answers, bool* reached)
{
    question_t question = question_at(base->wrist, base->chain, target, base->seed, place_m);
    solve_question(&question, answers);
    *reached = *reached || question.reached;
    return question.missing;
}

/// Halves the step around a place towards where less is missing, until nothing is.
static void refine_place(const question_t* base, const pose_t* target, double place_m,
                         double missing, double step_m, answers_t* answers, bool* reached)
{
    const double lowest_m = base->chain->position_min.at[0];
    const double highest_m = base->chain->position_max.at[0];
    for (int round = 0; round < RAIL_ROUNDS && answers->nearest_square == HUGE_VAL; round++) {
        const double direction = round % 2 == 0 ? 1.0 : -1.0;
        const double tried_m = fmin(fmax(place_m + direction * step_m, lowest_m), highest_m);
        const double left = try_place(base, target, tried_m, answers, reached);
        if (left < missing) {
            missing = left;
            place_m = tried_m;
        } else if (round % 2 == 1) {
            step_m *= 0.5;
        }
    }
}

ik_result_t ik_wrist_search(const ik_wrist_t* wrist, const chain_t* chain, const pose_t* target,
                            const joints_t* seed, joints_t* solution)
{
    if (wrist->first == 0) {
        return ik_wrist_nearest(wrist, chain, target, seed, solution);
    }
    *solution = *seed;
    if (!usable(chain, target, seed)) {
        return IK_BAD_INPUT;
    }
    const double lowest_m = chain->position_min.at[0];
    const double highest_m = chain->position_max.at[0];
    const double step_m = (highest_m - lowest_m) / (double)(RAIL_PLACES - 1);
    const double start_m = fmin(fmax(seed->at[0], lowest_m), highest_m);
    answers_t answers = {.nearest = *seed, .nearest_square = HUGE_VAL};
    shortlist_t shortlist = {{0.0}, {HUGE_VAL, HUGE_VAL, HUGE_VAL}};
    question_t base = {.wrist = wrist, .chain = chain, .seed = seed};
    // Outwards from the seed on both sides; past the nearest posture's distance nothing is nearer.
    int places = 0;
    for (int ring = 0; places < RAIL_PLACES && ring < 2 * RAIL_PLACES; ring++) {
        const int steps = (ring + 1) / 2;
        const double away_m = step_m * (double)steps;
        const double place_m = ring % 2 == 0 ? start_m - away_m : start_m + away_m;
        if (away_m * away_m >= answers.nearest_square) {
            break;
        }
        if (place_m >= lowest_m && place_m <= highest_m) {
            const double missing = try_place(&base, target, place_m, &answers, &base.reached);
            shortlist_add(&shortlist, place_m, missing);
            places++;
        }
    }
    for (int k = 0; k < RAIL_REFINED && answers.nearest_square == HUGE_VAL; k++) {
        if (shortlist.missing[k] < HUGE_VAL) {
            refine_place(&base, target, shortlist.place_m[k], shortlist.missing[k], 0.5 * step_m,
                         &answers, &base.reached);
        }
    }
    *solution = answers.nearest;
    return result_of(&base, &answers);
}
