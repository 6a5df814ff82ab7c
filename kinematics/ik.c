/// Goals: a solution wherever there is one, in a few microseconds, from any seed; else the nearest
/// posture and an honest reason.
/// Method: Levenberg-Marquardt with the damping tied to what is left of the error (Sugihara 2011),
/// which needs no line search and is safe at singular postures; joints held at their limits leave
/// the problem while the step presses them outwards; restarts from a fixed low-discrepancy
/// sequence.
#include "kinematics/ik.h"

#include "kinematics/cholesky.h"

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
    double position_error_m;
    double orientation_error_rad;
    double cost; // squared weighted error
} candidate_t;

typedef struct {
    const chain_t* chain;
    pose_t target;
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
    return candidate->position_error_m <= IK_POSITION_TOLERANCE_M &&
           candidate->orientation_error_rad <= IK_ORIENTATION_TOLERANCE_RAD;
}

/// Jacobian and error in rows of metres; fills in the candidate's errors.
static void linearise(const search_t* search, candidate_t* candidate, jacobian_t* jacobian,
                      double error[6])
{
    chain_frames_t frames;
    fk_frames(search->chain, &candidate->joints, &frames);
    fk_jacobian(search->chain, &frames, jacobian);
    const twist_t difference = pose_difference(frames.tool, search->target);
    const vec3_t turn = vec3_scale(difference.angular_radps, ANGLE_WEIGHT_M);
    error[0] = difference.linear_mps.x;
    error[1] = difference.linear_mps.y;
    error[2] = difference.linear_mps.z;
    error[3] = turn.x;
    error[4] = turn.y;
    error[5] = turn.z;
    for (int row = 3; row < 6; row++) {
        for (int i = 0; i < search->chain->joint_count; i++) {
            jacobian->at[row][i] *= ANGLE_WEIGHT_M;
        }
    }
    candidate->position_error_m = vec3_norm(difference.linear_mps);
    candidate->orientation_error_rad = vec3_norm(difference.angular_radps);
    candidate->cost = vec3_dot(difference.linear_mps, difference.linear_mps) + vec3_dot(turn, turn);
}

/// step = J' (J J' + damping)^-1 error.
static bool solve_step(const chain_t* chain, const jacobian_t* jacobian, const double error[6],
                       double damping, joints_t* step)
{
    cholesky_t gram;
    double dual[CHOLESKY_CAPACITY] = {0.0};
    for (int row = 0; row < 6; row++) {
        for (int column = 0; column <= row; column++) {
            double sum = 0.0;
            for (int i = 0; i < chain->joint_count; i++) {
                sum += jacobian->at[row][i] * jacobian->at[column][i];
            }
            gram.at[row][column] = sum;
        }
        gram.at[row][row] += damping;
        dual[row] = error[row];
    }
    if (!cholesky_factor(&gram, 6)) {
        return false;
    }
    cholesky_solve(&gram, 6, dual);
    for (int i = 0; i < chain->joint_count; i++) {
        step->at[i] = 0.0;
        for (int row = 0; row < 6; row++) {
            step->at[i] += jacobian->at[row][i] * dual[row];
        }
    }
    return true;
}

/// Takes the joints that stand at a limit and are pressed against it out of the problem. False if
/// there are none.
static bool drop_pressed_joints(const chain_t* chain, const joints_t* joints, const joints_t* step,
                                jacobian_t* jacobian)
{
    bool dropped = false;
    for (int i = 0; i < chain->joint_count; i++) {
        if ((joints->at[i] <= chain->position_min.at[i] && step->at[i] < 0.0) ||
            (joints->at[i] >= chain->position_max.at[i] && step->at[i] > 0.0)) {
            for (int row = 0; row < 6; row++) {
                jacobian->at[row][i] = 0.0;
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
        jacobian_t jacobian;
        double error[6];
        joints_t step = {{0.0}};
        linearise(search, &candidate, &jacobian, error);
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
        const double damping = DAMPING_PART * candidate.cost + DAMPING_REST;
        for (int pass = 0; pass < 3; pass++) {
            if (!solve_step(chain, &jacobian, error, damping, &step)) {
                return false;
            }
            if (!search->limited ||
                !drop_pressed_joints(chain, &candidate.joints, &step, &jacobian)) {
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

/// Why the best posture is not good enough. Without limits the same descent would arrive: then they
/// are the reason.
static ik_result_t explain_failure(const search_t* search)
{
    search_t free_search = *search;
    free_search.limited = false;
    if (first_joint_distance_m(search->chain, search->target.position_m) >
        reach_bound_m(search->chain)) {
        return IK_OUT_OF_REACH;
    }
    if (descend(&free_search, &search->best.joints)) {
        return IK_JOINT_LIMIT;
    }
    if (free_search.best.position_error_m <= NEARLY_M &&
        free_search.best.orientation_error_rad <= NEARLY_RAD) {
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

static ik_result_t run_search(search_t* search, const joints_t* seed, int* restarts)
{
    const chain_t* chain = search->chain;
    joints_t start = {{0.0}};
    for (int i = 0; i < chain->joint_count; i++) {
        start.at[i] = joint_fold(chain, i, seed->at[i]);
    }
    search->best = (candidate_t){start, HUGE_VAL, HUGE_VAL, HUGE_VAL};
    // Out of every posture's reach: one descent finds how near one gets.
    const int attempts =
        first_joint_distance_m(chain, search->target.position_m) > reach_bound_m(chain) ? 1
                                                                                        : ATTEMPTS;
    for (int attempt = 0; attempt < attempts; attempt++) {
        *restarts = attempt;
        if (attempt > 0) {
            restart_posture(chain, attempt, &start);
        }
        if (descend(search, &start)) {
            return IK_OK;
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
    search_t search = {.chain = chain,
                       .target = {target->position_m, quat_normalize(target->orientation)},
                       .limited = true};
    int restarts = 0;
    const ik_result_t result = run_search(&search, seed, &restarts);
    *solution = search.best.joints;
    if (report) {
        *report = (ik_report_t){search.best.position_error_m, search.best.orientation_error_rad,
                                search.iterations, restarts};
    }
    return result;
}
