/// `ik_solve` against forward kinematics, and its reasons against poses whose trouble is known.
#include "tests/support/cmocka_prelude.h"

#include "config/load.h"
#include "kinematics/ik.h"
#include "tests/kinematics/arms.h"

#define POSES 10000

static void assert_solution_reaches(const chain_t* chain, const joints_t* solution,
                                    const pose_t* target)
{
    const twist_t left = pose_difference(fk_tool_pose(chain, solution), *target);
    assert_true(vec3_norm(left.linear_mps) <= IK_POSITION_TOLERANCE_M * (1.0 + 1e-9));
    assert_true(vec3_norm(left.angular_radps) <= IK_ORIENTATION_TOLERANCE_RAD * (1.0 + 1e-9));
    assert_true(chain_joints_inside(chain, solution, 0.0));
}

/// Solve rate over random poses. `seed_spread` 0: seeds anywhere; else that near the true joints.
static double solve_rate(const chain_t* chain, uint64_t seed, double seed_spread)
{
    int solved = 0;
    for (int i = 0; i < POSES; i++) {
        const joints_t joints = arm_random_joints(chain, &seed, 0.0);
        joints_t start = arm_random_joints(chain, &seed, 0.0);
        if (seed_spread > 0.0) {
            for (int k = 0; k < chain->joint_count; k++) {
                start.at[k] = joints.at[k] + arm_random_between(&seed, -seed_spread, seed_spread);
            }
        }
        const pose_t target = fk_tool_pose(chain, &joints);
        joints_t solution;
        if (ik_solve(chain, &target, &start, &solution, NULL) == IK_OK) {
            assert_solution_reaches(chain, &solution, &target);
            solved++;
        }
    }
    return (double)solved / (double)POSES;
}

#define ARM_COUNT 6

typedef struct {
    const char* name;
    chain_t chain;
} named_chain_t;

/// The shipped arm and the published ones.
static void fill_arms(named_chain_t arms[ARM_COUNT])
{
    static machine_settings_t machine; // too large for the stack
    findings_t findings = {0};
    if (!load_machine("config/machines/rail6.yaml", "config/devices", &machine, &findings)) {
        findings_print(&findings, stderr);
        fail_msg("the shipped machine is refused");
    }
    arms[0] = (named_chain_t){"rail6", arm_chain(machine.arm)};
    arms[1] = (named_chain_t){"ur5e", arm_chain(arm_ur5e())};
    arms[2] = (named_chain_t){"kr6", arm_chain(arm_kr6())};
    arms[3] = (named_chain_t){"iiwa", arm_chain(arm_iiwa())};
    arms[4] = (named_chain_t){"panda", arm_chain(arm_panda())};
    arms[5] = (named_chain_t){"rail and kr6", arm_chain(arm_rail_kr6())};
}

static void random_poses_are_solved_from_random_seeds(void** state)
{
    (void)state;
    named_chain_t arms[ARM_COUNT];
    fill_arms(arms);
    for (int i = 0; i < ARM_COUNT; i++) {
        const double rate = solve_rate(&arms[i].chain, 61, 0.0);
        print_message("%s: seed 61, solved %.2f %% of %d\n", arms[i].name, 100.0 * rate, POSES);
        assert_true(rate >= 0.9999);
    }
}

static void near_seeds_are_always_enough(void** state)
{
    (void)state;
    named_chain_t arms[ARM_COUNT];
    fill_arms(arms);
    const double spreads[] = {0.05, 0.001};
    for (int i = 0; i < ARM_COUNT; i++) {
        for (int k = 0; k < 2; k++) {
            const double rate = solve_rate(&arms[i].chain, 62, spreads[k]);
            print_message("%s: seed 62, within %g, solved %.2f %% of %d\n", arms[i].name,
                          spreads[k], 100.0 * rate, POSES);
            assert_near(rate, 1.0, 0.0);
        }
    }
}

static void no_branch_of_a_narrow_arm_is_missed(void** state)
{
    (void)state;
    // Travel of a tenth of a radian a joint: most descents end at limits.
    uint64_t random = 64;
    print_message("seed 64\n");
    for (int trial = 0; trial < 300; trial++) {
        const bool on_rail = trial % 2 == 1;
        arm_settings_t arm = on_rail ? arm_rail_kr6() : arm_kr6();
        for (int i = 0; i < arm.joint_count; i++) {
            const double middle =
                arm_random_between(&random, arm.joints[i].position_min, arm.joints[i].position_max);
            if (arm.joints[i].kind == JOINT_REVOLUTE) {
                arm.joints[i].position_min = middle - 0.05;
                arm.joints[i].position_max = middle + 0.05;
            }
        }
        const chain_t chain = arm_chain(arm);
        const joints_t joints = arm_random_joints(&chain, &random, 0.0);
        const joints_t seed = arm_random_joints(&chain, &random, 0.0);
        const pose_t target = fk_tool_pose(&chain, &joints);
        joints_t solution;
        assert_int_equal(ik_solve(&chain, &target, &seed, &solution, NULL), IK_OK);
        assert_solution_reaches(&chain, &solution, &target);
    }
}

/// Beyond a few attempts, a pose that an arm with a spherical wrist cannot have is known to be one.
static void hopeless_poses_are_given_up_soon(void** state)
{
    (void)state;
    uint64_t random = 65;
    print_message("seed 65\n");
    const chain_t whole = arm_chain(arm_kr6());
    arm_settings_t arm = arm_kr6();
    arm_limits(&arm.joints[0], -0.2, 0.2, 3.0);
    const chain_t chain = arm_chain(arm);
    for (int trial = 0; trial < 300; trial++) {
        joints_t joints = arm_random_joints(&whole, &random, 0.0);
        joints.at[0] = arm_random_between(&random, 0.4, 2.0);
        const pose_t target = fk_tool_pose(&whole, &joints);
        const joints_t seed = arm_random_joints(&chain, &random, 0.0);
        joints_t solution;
        ik_report_t report;
        const ik_result_t result = ik_solve(&chain, &target, &seed, &solution, &report);
        if (result == IK_OK) { // turned over backwards
            assert_solution_reaches(&chain, &solution, &target);
        } else {
            assert_true(result == IK_JOINT_LIMIT || result == IK_OUT_OF_REACH);
            assert_true(report.restarts < 20 || report.position_error_m < 1e-3);
            assert_true(chain_joints_inside(&chain, &solution, 0.0));
        }
    }
}

static void pose_already_reached_keeps_the_seed(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_rail_kr6());
    const joints_t joints = {{0.2, 0.3, -1.5, 1.4, 0.2, 0.9, 1.0}};
    const pose_t target = fk_tool_pose(&chain, &joints);
    joints_t solution;
    ik_report_t report;
    assert_int_equal(ik_solve(&chain, &target, &joints, &solution, &report), IK_OK);
    assert_memory_equal(&solution, &joints, sizeof joints);
    assert_int_equal(report.iterations, 1);
    assert_int_equal(report.restarts, 0);
}

static void same_question_has_the_same_answer(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_ur5e());
    uint64_t random = 63;
    for (int i = 0; i < 100; i++) {
        const joints_t joints = arm_random_joints(&chain, &random, 0.0);
        const joints_t start = arm_random_joints(&chain, &random, 0.0);
        const pose_t target = fk_tool_pose(&chain, &joints);
        joints_t first;
        joints_t second;
        ik_solve(&chain, &target, &start, &first, NULL);
        ik_solve(&chain, &target, &start, &second, NULL);
        assert_memory_equal(&first, &second, sizeof first);
    }
}

static void singular_postures_are_solved_too(void** state)
{
    (void)state;
    // Stretched elbow, wrist axes in line, wrist over the shoulder.
    const chain_t kr6 = arm_chain(arm_kr6());
    const joints_t postures[] = {{{0.4, -0.5, 0.095605, 0.3, 0.6, 0.2}},
                                 {{0.4, -1.5, 1.2, 0.3, 0.0, 0.2}},
                                 {{0.0, -0.5 * ARM_PI, 0.0, 0.0, 0.5, 0.0}}};
    for (int i = 0; i < 3; i++) {
        const pose_t target = fk_tool_pose(&kr6, &postures[i]);
        const joints_t seed = {{0.0, -1.2, 1.0, 0.1, 0.8, 0.0}};
        joints_t solution;
        ik_report_t report;
        const ik_result_t result = ik_solve(&kr6, &target, &seed, &solution, &report);
        print_message("posture %d: %s, %d iterations\n", i, ik_result_text(result),
                      report.iterations);
        assert_int_equal(result, IK_OK);
        assert_solution_reaches(&kr6, &solution, &target);
    }
}

static void far_pose_is_out_of_reach_and_the_arm_points_there(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_kr6());
    const joints_t seed = {{0.3, -1.2, 1.0, 0.1, 0.8, 0.0}};
    pose_t target = fk_tool_pose(&chain, &seed);
    target.position_m = vec3(3.0, 0.0, 0.4);
    joints_t solution;
    ik_report_t report;
    assert_int_equal(ik_solve(&chain, &target, &seed, &solution, &report), IK_OUT_OF_REACH);
    assert_true(chain_joints_inside(&chain, &solution, 0.0));
    assert_true(report.position_error_m > 2.0 && report.position_error_m < 2.6);
    // Just past reach, where only the search can tell.
    target = fk_tool_pose(&chain, &(joints_t){{0.0}});
    target.position_m.x = 0.95;
    assert_int_equal(ik_solve(&chain, &target, &seed, &solution, &report), IK_OUT_OF_REACH);
    assert_true(report.position_error_m > 0.1 && report.position_error_m < 0.4);
}

static void pose_behind_a_limit_names_the_limit(void** state)
{
    (void)state;
    arm_settings_t arm = arm_kr6();
    const joints_t joints = {{0.5, -1.2, 1.0, 0.1, 0.8, 0.0}};
    const chain_t whole = arm_chain(arm);
    const pose_t target = fk_tool_pose(&whole, &joints);
    arm.joints[0].position_min = -0.4;
    arm.joints[0].position_max = 0.4;
    const chain_t narrow = arm_chain(arm);
    const joints_t seed = {{0.0, -1.2, 1.0, 0.1, 0.8, 0.0}};
    joints_t solution;
    assert_int_equal(ik_solve(&narrow, &target, &seed, &solution, NULL), IK_JOINT_LIMIT);
    assert_true(chain_joints_inside(&narrow, &solution, 0.0));
}

static void planar_arm_cannot_leave_its_plane(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_planar());
    const joints_t seed = {{0.2, 0.4}};
    pose_t target = fk_tool_pose(&chain, &seed);
    joints_t solution;
    assert_int_equal(ik_solve(&chain, &target, &seed, &solution, NULL), IK_OK);
    target.position_m.z = 0.1;
    ik_report_t report;
    assert_int_equal(ik_solve(&chain, &target, &seed, &solution, &report), IK_OUT_OF_REACH);
    assert_true(report.position_error_m >= 0.1);
    assert_true(chain_joints_inside(&chain, &solution, 0.0));
}

static void bad_input_gives_finite_joints_inside_limits(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_rail_kr6());
    const joints_t good = {{0.2, 0.3, -1.5, 1.4, 0.2, 0.9, 1.0}};
    const pose_t reachable = fk_tool_pose(&chain, &good);
    const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, 1e300};
    for (int i = 0; i < 4; i++) {
        joints_t solution;
        ik_report_t report;
        pose_t target = reachable;
        target.position_m.y = bad[i];
        assert_int_equal(ik_solve(&chain, &target, &good, &solution, &report), IK_BAD_INPUT);
        assert_true(chain_joints_inside(&chain, &solution, 0.0));
        target = reachable;
        target.orientation.w = bad[i];
        assert_int_equal(ik_solve(&chain, &target, &good, &solution, NULL), IK_BAD_INPUT);
        assert_true(chain_joints_inside(&chain, &solution, 0.0));
        joints_t seed = good;
        seed.at[3] = bad[i];
        const ik_result_t result = ik_solve(&chain, &reachable, &seed, &solution, NULL);
        assert_true(result == (isfinite(bad[i]) ? IK_OK : IK_BAD_INPUT));
        assert_true(chain_joints_inside(&chain, &solution, 0.0));
    }
    pose_t no_turn = reachable;
    no_turn.orientation = (quat_t){0.0, 0.0, 0.0, 0.0};
    joints_t solution;
    assert_int_equal(ik_solve(&chain, &no_turn, &good, &solution, NULL), IK_BAD_INPUT);
}

static void every_result_has_a_text(void** state)
{
    (void)state;
    assert_string_equal(ik_result_text(IK_OK), "ok");
    assert_string_equal(ik_result_text(IK_BAD_INPUT), "pose or joints are not finite");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_poses_are_solved_from_random_seeds),
        cmocka_unit_test(near_seeds_are_always_enough),
        cmocka_unit_test(no_branch_of_a_narrow_arm_is_missed),
        cmocka_unit_test(hopeless_poses_are_given_up_soon),
        cmocka_unit_test(pose_already_reached_keeps_the_seed),
        cmocka_unit_test(same_question_has_the_same_answer),
        cmocka_unit_test(singular_postures_are_solved_too),
        cmocka_unit_test(far_pose_is_out_of_reach_and_the_arm_points_there),
        cmocka_unit_test(pose_behind_a_limit_names_the_limit),
        cmocka_unit_test(planar_arm_cannot_leave_its_plane),
        cmocka_unit_test(bad_input_gives_finite_joints_inside_limits),
        cmocka_unit_test(every_result_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
