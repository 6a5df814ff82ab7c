#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "controller/cli/number_lines.h"
#include "controller/cli/verb.h"
#include "kinematics/ik.h"

#define POSE_NUMBERS 7
// How far a quaternion's length may be off one: as far as three printed digits leave it.
#define QUATERNION_SLACK 1e-3

typedef struct {
    const chain_t* chain;
    joints_t seed;
    bool follows; // each solution is the next line's seed
} solver_t;

static void print_joints(const chain_t* chain, const joints_t* joints, char* answer)
{
    size_t used = 0;
    for (int i = 0; i < chain->joint_count; ++i) {
        used += (size_t)snprintf(answer + used, NUMBER_ANSWER_CAPACITY - used, "%s%.17g",
                                 i > 0 ? " " : "", joints->at[i]);
    }
}

static number_result_t answer_pose(void* context, const double* numbers, char* answer)
{
    solver_t* solver = context;
    const quat_t given = {numbers[3], numbers[4], numbers[5], numbers[6]};
    const double length =
        sqrt(given.x * given.x + given.y * given.y + given.z * given.z + given.w * given.w);
    if (!(fabs(length - 1.0) <= QUATERNION_SLACK)) {
        (void)snprintf(answer, NUMBER_ANSWER_CAPACITY, "the quaternion's length is %.6g", length);
        return NUMBER_MALFORMED;
    }
    const pose_t target = {vec3(numbers[0], numbers[1], numbers[2]), quat_normalize(given)};
    joints_t solution;
    ik_report_t report;
    const ik_result_t result = ik_solve(solver->chain, &target, &solver->seed, &solution, &report);
    if (result == IK_BAD_INPUT) {
        (void)snprintf(answer, NUMBER_ANSWER_CAPACITY, "the numbers are too large for a pose");
        return NUMBER_MALFORMED;
    }
    if (result != IK_OK) {
        (void)snprintf(answer, NUMBER_ANSWER_CAPACITY, "%s: %.3g m and %.3g rad left",
                       ik_result_text(result), report.position_error_m,
                       report.orientation_error_rad);
        return NUMBER_UNANSWERED;
    }
    print_joints(solver->chain, &solution, answer);
    if (solver->follows) {
        solver->seed = solution;
    }
    return NUMBER_ANSWERED;
}

exit_code_t verb_ik(const options_t* options, assembly_t* assembly)
{
    chain_t chain;
    const bool loaded = assembly_load_arm(assembly, options, &chain);
    findings_print(&assembly->findings, stderr);
    if (!loaded) {
        return EXIT_INVALID_FILE;
    }
    solver_t solver = {.chain = &chain,
                       .seed = chain.preferred,
                       .follows = options->given[OPTION_SEED_WITH_PREVIOUS]};
    const number_filter_t filter = {
        .count = POSE_NUMBERS,
        .expected = "7 numbers, x y z in metres and a unit quaternion qx qy qz qw",
        .key = options->given[OPTION_JSON] ? "joints" : NULL,
        .answer = answer_pose,
        .context = &solver};
    switch (number_lines_run(STDIN_FILENO, stdout, &filter)) {
    case NUMBER_LINES_DONE:
        return EXIT_DONE;
    case NUMBER_LINES_SOME_REFUSED:
        return EXIT_EXPECTATION_FAILED;
    case NUMBER_LINES_UNREADABLE:
        break;
    }
    (void)fprintf(stderr, "knead ik: standard input could not be read: %s\n", strerror(errno));
    return EXIT_INTERNAL;
}
