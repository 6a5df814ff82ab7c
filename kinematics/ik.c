/// Goals: a solution wherever there is one, in a few microseconds, from any seed; else the nearest
/// posture and an honest reason.
/// Method: Levenberg-Marquardt with the damping tied to what is left of the error (Sugihara 2011),
/// which needs no line search and is safe at singular postures; joints held at their limits leave
/// the problem while the step presses them outwards; restarts from a fixed low-discrepancy
/// sequence; where these do not help and the arm has a spherical wrist, the closed form.
#include "kinematics/ik.h"

#include "kinematics/cholesky.h"
#include "kinematics/ik_wrist.h"

#include <stddef.h>

/// One radian of error weighs as this many metres: about an arm's forearm, so that neither
/// dominates.
static const double ANGLE_WEIGHT_M = 0.3;
/// A revolute joint moves at most this far in an iteration; the linear model holds no further.
/// This, the damping and the stall count below are those that solved random poses of four arms in
/// the fewest iterations.
static const double STEP_MAX_RAD = 1.5;
static const double STEP_MAX_M = 0.5;
/// Damping: this part of the squared error, and a rest that keeps the normal matrix invertible.
static const double DAMPING_PART = 0.05;
static const double DAMPING_REST = 1e-10;
/// Iterations of an attempt, attempts, and how many iterations an attempt may go without halving
/// its error before it is given up for the next.
#define ATTEMPT_ITERATIONS 40
#define ATTEMPTS 100
#define STALL_ITERATIONS 4
/// After so many attempts a closed form is asked, where the chain has one: few poses need more.
#define CLOSED_FORM_ATTEMPT 12
/// What is left is this small, but not within tolerance: the posture is singular, where progress is
/// slow.
static const double NEARLY_M = 1e-3;
static const double NEARLY_RAD = 3e-3;

const char* ik_result_text(ik_result_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        IK_RESULT_LIST(X)
#undef X
    }
    return "unknown";
}

typedef struct {
    joints_t joints;
    double position_square;    // of the error, m2
    double orientation_square; // rad2
    double cost;               // squared weighted error
} candidate_t;

/// The target as the descent needs it: where the last link's axes and the tool's origin should be.
typedef struct {
    vec3_t tool_m;
    vec3_t link_x, link_y, link_z;
    quat_t link;
} goal_t;

typedef struct {
    const chain_t* chain;
    goal_t goal;
    bool limited; // whether position limits count
    candidate_t best;
    int iterations;
} search_t;

static double joint_clamp(const chain_t* chain, int i, double coordinate)
{
    const double lowest = chain->position_min.at[i];
    const double highest = chain->position_max.at[i];
    return coordinate < lowest ? lowest : (coordinate > highest ? highest : coordinate);
}

/// Brings a coordinate into its limits, by whole turns where that helps.
static double joint_fold(const chain_t* chain, int i, double coordinate)
{
    static const double turn_rad = 6.283185307179586;
    if (chain->kind[i] == JOINT_REVOLUTE) {
        if (coordinate < chain->position_min.at[i] &&
            coordinate + turn_rad <= chain->position_max.at[i]) {
            return coordinate + turn_rad;
        }
        if (coordinate > chain->position_max.at[i] &&
            coordinate - turn_rad >= chain->position_min.at[i]) {
            return coordinate - turn_rad;
        }
    }
    return joint_clamp(chain, i, coordinate);
}

/// Part `attempt` of an additive low-discrepancy sequence over the limits (Roberts 2018: powers of
/// the root of x^9 = x + 1 for eight dimensions).
static void restart_posture(const chain_t* chain, int attempt, joints_t* joints)
{
    static const double root = 1.0850702454914508;
    double step = 1.0;
    for (int i = 0; i < chain->joint_count; i++) {
        step /= root;
        const double whole = 0.5 + step * (double)attempt;
        const double part = whole - floor(whole);
        joints->at[i] = chain->position_min.at[i] +
                        part * (chain->position_max.at[i] - chain->position_min.at[i]);
    }
}

static bool within_tolerance(const candidate_t* candidate)
{
    return candidate->position_square <= IK_POSITION_TOLERANCE_M * IK_POSITION_TOLERANCE_M &&
           candidate->orientation_square <=
               IK_ORIENTATION_TOLERANCE_RAD * IK_ORIENTATION_TOLERANCE_RAD;
}

static goal_t goal_of(const chain_t* chain, const pose_t* target)
{
    const quat_t tool = quat_normalize(target->orientation);
    const quat_t link = quat_multiply(tool, quat_conjugate(chain->tool_in_last_link.orientation));
    return (goal_t){target->position_m, quat_rotate(link, vec3(1.0, 0.0, 0.0)),
                    quat_rotate(link, vec3(0.0, 1.0, 0.0)), quat_rotate(link, vec3(0.0, 0.0, 1.0)),
                    link};
}

/// The rotation vector that carries the last link's axes, the columns of `r`, to the goal's. No
/// quaternion is made on the way unless the turn is near half a one.
static vec3_t turn_left(const goal_t* goal, const double r[9])
{
    const vec3_t x = vec3(r[0], r[3], r[6]);
    const vec3_t y = vec3(r[1], r[4], r[7]);
    const vec3_t z = vec3(r[2], r[5], r[8]);
    const vec3_t twice =
        vec3_add(vec3_add(vec3_cross(x, goal->link_x), vec3_cross(y, goal->link_y)),
                 vec3_cross(z, goal->link_z));
    const double cosine = 0.5 * (vec3_dot(x, goal->link_x) + vec3_dot(y, goal->link_y) +
                                 vec3_dot(z, goal->link_z) - 1.0);
    const double square = 0.25 * vec3_dot(twice, twice); // of the sine
    if (cosine > 0.0 && square < 0.04) {
        // The series of the arc sine, to 1e-9 of the turn.
        const double ratio =
            1.0 + square * (1.0 / 6.0 + square * (3.0 / 40.0 +
                                                  square * (5.0 / 112.0 + square * 35.0 / 1152.0)));
        return vec3_scale(twice, 0.5 * ratio);
    }
    if (cosine < -0.99) {
        return quat_to_rotation_vector(
            quat_multiply(goal->link, quat_conjugate(quat_from_matrix(r))));
    }
    const double sine = sqrt(square);
    return vec3_scale(twice, 0.5 * atan2(sine, cosine) / sine);
}

/// Jacobian and error in metres, a row a joint: linear, then angular times its weight.
typedef struct {
    double joint[JOINT_CAPACITY][6];
    double error[6];
} linear_t;

static void fill_joint(const chain_frames_t* frames, int i, joint_kind_t kind, vec3_t tool_m,
                       double row[6])
{
    const double* axis = frames->axis[i];
    const double* origin_m = frames->origin_m[i];
    if (kind == JOINT_PRISMATIC) {
        for (int k = 0; k < 3; k++) {
            row[k] = axis[k];
            row[k + 3] = 0.0;
        }
        return;
    }
    const double x = tool_m.x - origin_m[0];
    const double y = tool_m.y - origin_m[1];
    const double z = tool_m.z - origin_m[2];
    row[0] = axis[1] * z - axis[2] * y;
    row[1] = axis[2] * x - axis[0] * z;
    row[2] = axis[0] * y - axis[1] * x;
    for (int k = 0; k < 3; k++) {
        row[k + 3] = ANGLE_WEIGHT_M * axis[k];
    }
}

/// Where the candidate's joints put the tool, and what is left to the goal.
static void measure(const search_t* search, candidate_t* candidate, chain_frames_t* frames,
                    linear_t* linear)
{
    const chain_t* chain = search->chain;
    const int last = chain->joint_count - 1;
    fk_links(chain, &candidate->joints, frames);
    const double* r = frames->rotation[last];
    const double* origin_m = frames->origin_m[last];
    const vec3_t tool = chain->tool_in_last_link.position_m;
    const vec3_t tool_m = vec3(origin_m[0] + r[0] * tool.x + r[1] * tool.y + r[2] * tool.z,
                               origin_m[1] + r[3] * tool.x + r[4] * tool.y + r[5] * tool.z,
                               origin_m[2] + r[6] * tool.x + r[7] * tool.y + r[8] * tool.z);
    const vec3_t way_m = vec3_sub(search->goal.tool_m, tool_m);
    const vec3_t turn = turn_left(&search->goal, r);
    const vec3_t weighed = vec3_scale(turn, ANGLE_WEIGHT_M);
    frames->tool.position_m = tool_m;
    linear->error[0] = way_m.x;
    linear->error[1] = way_m.y;
    linear->error[2] = way_m.z;
    linear->error[3] = weighed.x;
    linear->error[4] = weighed.y;
    linear->error[5] = weighed.z;
    candidate->position_square = vec3_dot(way_m, way_m);
    candidate->orientation_square = vec3_dot(turn, turn);
    candidate->cost = candidate->position_square + vec3_dot(weighed, weighed);
}

/// J J', lower triangle, in three blocks that each fit the registers.
static void fill_gram(const linear_t* linear, int count, double damping, cholesky_t* gram)
{
    double a00 = damping, a10 = 0.0, a11 = damping, a20 = 0.0, a21 = 0.0, a22 = damping;
    double b00 = damping, b10 = 0.0, b11 = damping, b20 = 0.0, b21 = 0.0, b22 = damping;
    for (int i = 0; i < count; i++) {
        const double* j = linear->joint[i];
        a00 += j[0] * j[0];
        a10 += j[1] * j[0];
        a11 += j[1] * j[1];
        a20 += j[2] * j[0];
        a21 += j[2] * j[1];
        a22 += j[2] * j[2];
        b00 += j[3] * j[3];
        b10 += j[4] * j[3];
        b11 += j[4] * j[4];
        b20 += j[5] * j[3];
        b21 += j[5] * j[4];
        b22 += j[5] * j[5];
    }
    for (int row = 3; row < 6; row++) {
        double c0 = 0.0, c1 = 0.0, c2 = 0.0;
        for (int i = 0; i < count; i++) {
            const double* j = linear->joint[i];
            c0 += j[row] * j[0];
            c1 += j[row] * j[1];
            c2 += j[row] * j[2];
        }
        gram->at[row][0] = c0;
        gram->at[row][1] = c1;
        gram->at[row][2] = c2;
    }
    gram->at[0][0] = a00;
    gram->at[1][0] = a10;
    gram->at[1][1] = a11;
    gram->at[2][0] = a20;
    gram->at[2][1] = a21;
    gram->at[2][2] = a22;
    gram->at[3][3] = b00;
    gram->at[4][3] = b10;
    gram->at[4][4] = b11;
    gram->at[5][3] = b20;
    gram->at[5][4] = b21;
    gram->at[5][5] = b22;
}

/// step = J' (J J' + damping)^-1 error.
static bool solve_step(const chain_t* chain, const linear_t* linear, double damping, joints_t* step)
{
    cholesky_t gram;
    double dual[CHOLESKY_CAPACITY] = {0.0};
    fill_gram(linear, chain->joint_count, damping, &gram);
    for (int row = 0; row < 6; row++) {
        dual[row] = linear->error[row];
    }
    if (!cholesky_factor(&gram, 6)) {
        return false;
    }
    cholesky_solve(&gram, 6, dual);
    for (int i = 0; i < chain->joint_count; i++) {
        const double* j = linear->joint[i];
        step->at[i] = (j[0] * dual[0] + j[1] * dual[1] + j[2] * dual[2]) +
                      (j[3] * dual[3] + j[4] * dual[4] + j[5] * dual[5]);
    }
    return true;
}

/// Takes the joints that stand at a limit and are pressed against it out of the problem. False if
/// there are none.
static bool drop_pressed_joints(const chain_t* chain, const joints_t* joints, const joints_t* step,
                                linear_t* linear)
{
    bool dropped = false;
    for (int i = 0; i < chain->joint_count; i++) {
        if ((joints->at[i] <= chain->position_min.at[i] && step->at[i] < 0.0) ||
            (joints->at[i] >= chain->position_max.at[i] && step->at[i] > 0.0)) {
            for (int k = 0; k < 6; k++) {
                linear->joint[i][k] = 0.0;
            }
            dropped = true;
        }
    }
    return dropped;
}

static void take_step(const search_t* search, const joints_t* step, joints_t* joints)
{
    const chain_t* chain = search->chain;
    double scale = 1.0;
    for (int i = 0; i < chain->joint_count; i++) {
        const double longest = chain->kind[i] == JOINT_REVOLUTE ? STEP_MAX_RAD : STEP_MAX_M;
        if (fabs(step->at[i]) * scale > longest) {
            scale = longest / fabs(step->at[i]);
        }
    }
    for (int i = 0; i < chain->joint_count; i++) {
        const double coordinate = joints->at[i] + scale * step->at[i];
        joints->at[i] = search->limited ? joint_fold(chain, i, coordinate) : coordinate;
    }
}

/// One descent from `start`; the best posture met is kept in `search`. True once within tolerance.
static bool descend(search_t* search, const joints_t* start)
{
    const chain_t* chain = search->chain;
    candidate_t candidate = {*start, 0.0, 0.0, 0.0};
    double halved_cost = HUGE_VAL;
    int since_halved = 0;
    for (int round = 0; round < ATTEMPT_ITERATIONS; round++) {
        chain_frames_t frames;
        linear_t linear;
        joints_t step = {{0.0}};
        measure(search, &candidate, &frames, &linear);
        search->iterations++;
        if (candidate.cost < search->best.cost) {
            search->best = candidate;
        }
        if (within_tolerance(&candidate)) {
            search->best = candidate;
            return true;
        }
        if (candidate.cost < 0.25 * halved_cost) {
            halved_cost = candidate.cost;
            since_halved = 0;
        } else if (++since_halved > STALL_ITERATIONS) {
            return false;
        }
        for (int i = 0; i < chain->joint_count; i++) {
            fill_joint(&frames, i, chain->kind[i], frames.tool.position_m, linear.joint[i]);
        }
        const double damping = DAMPING_PART * candidate.cost + DAMPING_REST;
        for (int pass = 0; pass < 3; pass++) {
            if (!solve_step(chain, &linear, damping, &step)) {
                return false;
            }
            if (!search->limited ||
                !drop_pressed_joints(chain, &candidate.joints, &step, &linear)) {
                break;
            }
        }
        take_step(search, &step, &candidate.joints);
    }
    return false;
}

/// A length no tool of this chain can be away from its first joint.
static double reach_bound_m(const chain_t* chain)
{
    double bound_m = vec3_norm(chain->tool_in_last_link.position_m);
    for (int i = 0; i < chain->joint_count; i++) {
        const double* placement = chain->placement_translation_m[i];
        bound_m += i == 0 ? 0.0 : vec3_norm(vec3(placement[0], placement[1], placement[2]));
        if (chain->kind[i] == JOINT_PRISMATIC) {
            bound_m += fmax(fabs(chain->position_min.at[i]), fabs(chain->position_max.at[i]));
        }
    }
    return bound_m;
}

static double first_joint_distance_m(const chain_t* chain, vec3_t point_m)
{
    const double* first = chain->placement_translation_m[0];
    return vec3_norm(vec3_sub(point_m, vec3(first[0], first[1], first[2])));
}

static bool nearly_reached(const candidate_t* candidate)
{
    return candidate->position_square <= NEARLY_M * NEARLY_M &&
           candidate->orientation_square <= NEARLY_RAD * NEARLY_RAD;
}

/// Why the best posture is not good enough. Without limits the same descent would arrive: then they
/// are the reason.
static ik_result_t explain_failure(const search_t* search)
{
    search_t free_search = *search;
    free_search.limited = false;
    if (first_joint_distance_m(search->chain, search->goal.tool_m) > reach_bound_m(search->chain)) {
        return IK_OUT_OF_REACH;
    }
    if (descend(&free_search, &search->best.joints)) {
        return IK_JOINT_LIMIT;
    }
    if (nearly_reached(&free_search.best)) {
        return IK_NEAR_SINGULAR;
    }
    return IK_OUT_OF_REACH;
}

static bool input_usable(const chain_t* chain, const pose_t* target, const joints_t* seed)
{
    const quat_t q = target->orientation;
    const double square = q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w;
    if (!pose_finite(*target) || !(square > 0.25 && square < 4.0) ||
        !(vec3_norm(target->position_m) < 1e6)) {
        return false;
    }
    for (int i = 0; i < chain->joint_count; i++) {
        if (!isfinite(seed->at[i])) {
            return false;
        }
    }
    return true;
}

/// Asks the closed form, if the chain has the shape for it. IK_NOT_CONVERGED where that settles
/// nothing: another shape; a rail, whose search may miss a place; a pose just past reach or limits,
/// where the tolerance still allows a solution.
static ik_result_t solve_in_closed_form(search_t* search, const pose_t* target,
                                        const joints_t* seed)
{
    ik_wrist_t wrist;
    candidate_t candidate = {{{0.0}}, 0.0, 0.0, 0.0};
    chain_frames_t frames;
    linear_t linear;
    if (ik_wrist_build(search->chain, &wrist) != IK_WRIST_FITS) {
        return IK_NOT_CONVERGED;
    }
    const ik_result_t result =
        ik_wrist_search(&wrist, search->chain, target, seed, &candidate.joints);
    if (result == IK_OK) {
        measure(search, &candidate, &frames, &linear);
        search->best = candidate;
        return within_tolerance(&candidate) ? IK_OK : IK_NOT_CONVERGED;
    }
    const bool settled = wrist.first == 0 && !nearly_reached(&search->best) &&
                         (result == IK_OUT_OF_REACH || result == IK_JOINT_LIMIT);
    return settled ? result : IK_NOT_CONVERGED;
}

static ik_result_t run_search(search_t* search, const pose_t* target, const joints_t* seed,
                              int* restarts)
{
    const chain_t* chain = search->chain;
    joints_t start = {{0.0}};
    for (int i = 0; i < chain->joint_count; i++) {
        start.at[i] = joint_fold(chain, i, seed->at[i]);
    }
    search->best = (candidate_t){start, HUGE_VAL, HUGE_VAL, HUGE_VAL};
    // Out of every posture's reach: one descent finds how near one gets.
    const int attempts =
        first_joint_distance_m(chain, search->goal.tool_m) > reach_bound_m(chain) ? 1 : ATTEMPTS;
    for (int attempt = 0; attempt < attempts; attempt++) {
        *restarts = attempt;
        if (attempt > 0) {
            restart_posture(chain, attempt, &start);
        }
        if (descend(search, &start)) {
            return IK_OK;
        }
        if (attempt + 1 == CLOSED_FORM_ATTEMPT) {
            const ik_result_t closed = solve_in_closed_form(search, target, seed);
            if (closed != IK_NOT_CONVERGED) {
                return closed;
            }
        }
    }
    return explain_failure(search);
}

ik_result_t ik_solve(const chain_t* chain, const pose_t* target, const joints_t* seed,
                     joints_t* solution, ik_report_t* report)
{
    if (!input_usable(chain, target, seed)) {
        *solution = (joints_t){{0.0}};
        for (int i = 0; i < chain->joint_count; i++) {
            solution->at[i] =
                isfinite(seed->at[i]) ? joint_clamp(chain, i, seed->at[i]) : chain->parked.at[i];
        }
        if (report) {
            *report = (ik_report_t){0.0, 0.0, 0, 0};
        }
        return IK_BAD_INPUT;
    }
    search_t search = {.chain = chain, .goal = goal_of(chain, target), .limited = true};
    int restarts = 0;
    const ik_result_t result = run_search(&search, target, seed, &restarts);
    *solution = search.best.joints;
    if (report) {
        *report = (ik_report_t){sqrt(search.best.position_square),
                                sqrt(search.best.orientation_square), search.iterations, restarts};
    }
    return result;
}
