/// The closed form against forward kinematics: every branch of it, on published arms, on random
/// arms of its shape, and where branches fall together.
#include "tests/support/cmocka_prelude.h"

#include "kinematics/ik_wrist.h"
#include "tests/kinematics/arms.h"

#define POSES 10000

static ik_wrist_t wrist_of(const chain_t* chain)
{
    ik_wrist_t wrist;
    memset(&wrist, 0, sizeof wrist);
    assert_int_equal(ik_wrist_build(chain, &wrist), IK_WRIST_FITS);
    return wrist;
}

static void assert_reaches(const chain_t* chain, const joints_t* joints, const pose_t* target,
                           double tolerance)
{
    const twist_t left = pose_difference(fk_tool_pose(chain, joints), *target);
    assert_true(vec3_norm(left.linear_mps) <= tolerance);
    assert_true(vec3_norm(left.angular_radps) <= tolerance);
    assert_true(chain_joints_inside(chain, joints, 0.0));
}

static double way_square(const chain_t* chain, const joints_t* from, const joints_t* to)
{
    double square = 0.0;
    for (int i = 0; i < chain->joint_count; i++) {
        square += (to->at[i] - from->at[i]) * (to->at[i] - from->at[i]);
    }
    return square;
}

/// An arm of the shape with any offsets, signs and travel; alone or on a rail in any direction.
static arm_settings_t random_wrist_arm(uint64_t* random, bool on_rail)
{
    arm_settings_t arm = {0};
    const double none[3] = {0.0, 0.0, 0.0};
    if (on_rail) {
        const double axis[3] = {arm_random_between(random, -1.0, 1.0),
                                arm_random_between(random, -1.0, 1.0), 0.5};
        arm_add_joint(&arm, JOINT_PRISMATIC, none, none, axis);
    }
    const int columns[6] = {2, 1, 1, 0, 1, 0};
    for (int i = 0; i < 6; i++) {
        double xyz_m[3];
        double axis[3] = {0.0, 0.0, 0.0};
        for (int k = 0; k < 3; k++) {
            xyz_m[k] = arm_random_between(random, -0.4, 0.4);
        }
        if (i == 4) {
            xyz_m[1] = 0.0; // axes 4 and 5 meet
            xyz_m[2] = 0.0;
        } else if (i == 5) {
            xyz_m[1] = 0.0;
            xyz_m[2] = 0.0;
            xyz_m[0] = 0.0;
        }
        axis[columns[i]] = arm_random(random) < 0.5 ? -1.0 : 1.0;
        joint_settings_t* joint = arm_add_joint(&arm, JOINT_REVOLUTE, xyz_m, none, axis);
        const double travel_rad = arm_random_between(random, 1.0, 6.0);
        joint->position_min = -travel_rad;
        joint->position_max = arm_random_between(random, 0.5, 6.0);
    }
    for (int k = 0; k < 3; k++) {
        arm.base_xyz_m[k] = arm_random_between(random, -1.0, 1.0);
        arm.base_rpy_rad[k] = arm_random_between(random, -3.0, 3.0);
        arm.tool.flange_xyz_m[k] = arm_random_between(random, -0.2, 0.2);
        arm.tool.flange_rpy_rad[k] = arm_random_between(random, -3.0, 3.0);
    }
    arm_add_pads(&arm);
    return arm;
}

/// The posture a pose was made of is among its branches, all of them reach it, no two are the same,
/// and the nearest is the nearest.
static int check_pose(const chain_t* chain, const ik_wrist_t* wrist, uint64_t* random)
{
    const joints_t truth = arm_random_joints(chain, random, 0.0);
    joints_t seed = arm_random_joints(chain, random, 0.0);
    if (wrist->first == 1) {
        seed.at[0] = truth.at[0];
    }
    const pose_t target = fk_tool_pose(chain, &truth);
    ik_wrist_branches_t branches;
    assert_int_equal(ik_wrist_branches(wrist, chain, &target, &truth, &branches), IK_OK);
    double nearest = HUGE_VAL;
    for (int k = 0; k < branches.count; k++) {
        assert_reaches(chain, &branches.at[k], &target, 1e-9);
        nearest = fmin(nearest, way_square(chain, &truth, &branches.at[k]));
        for (int j = 0; j < k; j++) {
            assert_true(way_square(chain, &branches.at[k], &branches.at[j]) > 0.0);
        }
    }
    assert_true(sqrt(nearest) < 1e-6);
    joints_t solution;
    assert_int_equal(ik_wrist_branches(wrist, chain, &target, &seed, &branches), IK_OK);
    assert_int_equal(ik_wrist_nearest(wrist, chain, &target, &seed, &solution), IK_OK);
    for (int k = 0; k < branches.count; k++) {
        assert_true(way_square(chain, &seed, &solution) <=
                    way_square(chain, &seed, &branches.at[k]));
    }
    assert_reaches(chain, &solution, &target, 1e-9);
    return branches.count;
}

static void every_branch_of_published_arms_reaches(void** state)
{
    (void)state;
    const chain_t chains[] = {arm_chain(arm_kr6()), arm_chain(arm_rail_kr6())};
    uint64_t random = 71;
    for (int a = 0; a < 2; a++) {
        const ik_wrist_t wrist = wrist_of(&chains[a]);
        int branches = 0;
        for (int i = 0; i < POSES; i++) {
            branches += check_pose(&chains[a], &wrist, &random);
        }
        print_message("seed 71: %.2f branches a pose\n", (double)branches / POSES);
        assert_true(branches > 2 * POSES);
    }
}

static void every_branch_of_random_arms_of_the_shape_reaches(void** state)
{
    (void)state;
    uint64_t random = 72;
    print_message("seed 72\n");
    for (int i = 0; i < 2000; i++) {
        const chain_t chain = arm_chain(random_wrist_arm(&random, i % 2 == 1));
        const ik_wrist_t wrist = wrist_of(&chain);
        for (int k = 0; k < 5; k++) {
            check_pose(&chain, &wrist, &random);
        }
    }
}

static void all_eight_branches_are_found_where_limits_allow(void** state)
{
    (void)state;
    arm_settings_t arm = arm_kr6();
    for (int i = 0; i < 6; i++) {
        arm_limits(&arm.joints[i], -ARM_PI, ARM_PI, 3.0);
    }
    const chain_t chain = arm_chain(arm);
    const ik_wrist_t wrist = wrist_of(&chain);
    const joints_t joints = {{0.3, -1.2, 1.4, 0.4, 0.9, -0.5}};
    const pose_t target = fk_tool_pose(&chain, &joints);
    ik_wrist_branches_t branches;
    assert_int_equal(ik_wrist_branches(&wrist, &chain, &target, &joints, &branches), IK_OK);
    assert_int_equal(branches.count, 8);
}

static void turns_are_counted_from_the_seed(void** state)
{
    (void)state;
    // Joint 6 turns 350 degrees either way: the same posture is there twice.
    const chain_t chain = arm_chain(arm_kr6());
    const ik_wrist_t wrist = wrist_of(&chain);
    const joints_t joints = {{0.3, -1.2, 1.4, 0.4, 0.9, 4.0}};
    const joints_t unwound = {{0.3, -1.2, 1.4, 0.4, 0.9, 4.0 - 2.0 * ARM_PI}};
    const pose_t target = fk_tool_pose(&chain, &joints);
    joints_t solution;
    assert_int_equal(ik_wrist_nearest(&wrist, &chain, &target, &joints, &solution), IK_OK);
    assert_near(solution.at[5], 4.0, 1e-9);
    assert_int_equal(ik_wrist_nearest(&wrist, &chain, &target, &unwound, &solution), IK_OK);
    assert_near(solution.at[5], 4.0 - 2.0 * ARM_PI, 1e-9);
    // A seed turned out of the limits is brought back.
    const joints_t wound = {{0.3, -1.2, 1.4, 0.4, 0.9, 4.0 + 2.0 * ARM_PI}};
    assert_int_equal(ik_wrist_nearest(&wrist, &chain, &target, &wound, &solution), IK_OK);
    assert_near(solution.at[5], 4.0, 1e-9);
}

static void joint_at_its_very_limit_is_a_posture(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_kr6());
    const ik_wrist_t wrist = wrist_of(&chain);
    for (int i = 0; i < 6; i++) {
        for (int end = 0; end < 2; end++) {
            joints_t joints = {{0.3, -1.2, 1.4, 0.4, 0.9, -0.5}};
            joints.at[i] = end == 0 ? chain.position_min.at[i] : chain.position_max.at[i];
            const pose_t target = fk_tool_pose(&chain, &joints);
            joints_t solution;
            assert_int_equal(ik_wrist_nearest(&wrist, &chain, &target, &joints, &solution), IK_OK);
            assert_reaches(&chain, &solution, &target, 1e-9);
            assert_near(solution.at[i], joints.at[i], 1e-9);
        }
    }
}

static void singular_postures_are_exact_and_keep_the_free_joint(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_kr6());
    const ik_wrist_t wrist = wrist_of(&chain);
    // Wrist in line; elbow stretched (35 mm over 365 mm of offset); both.
    const double stretched_rad = -atan2(0.035, 0.365);
    const joints_t postures[] = {{{0.4, -1.5, 1.2, 0.3, 0.0, 0.2}},
                                 {{0.4, -0.5, -stretched_rad, 0.3, 0.6, 0.2}},
                                 {{-0.4, -1.0, -stretched_rad, 0.3, 0.0, 0.2}}};
    for (int i = 0; i < 3; i++) {
        const pose_t target = fk_tool_pose(&chain, &postures[i]);
        joints_t solution;
        assert_int_equal(ik_wrist_nearest(&wrist, &chain, &target, &postures[i], &solution), IK_OK);
        assert_reaches(&chain, &solution, &target, 1e-7);
        assert_near(solution.at[3], 0.3, 1e-5);
    }
    // The wrist's centre over the first axis: any turn of it will do, the seed's is kept. The upper
    // arm points up at -90 degrees, the forearm then comes back by the 25 mm of the shoulder.
    const double back_rad = asin((0.025 - 0.0) / hypot(0.365, 0.035)) + atan2(0.035, 0.365);
    const joints_t over = {{0.7, -0.5 * ARM_PI, -0.5 * ARM_PI + back_rad, 0.2, 0.8, 0.1}};
    const pose_t target = fk_tool_pose(&chain, &over);
    joints_t solution;
    assert_int_equal(ik_wrist_nearest(&wrist, &chain, &target, &over, &solution), IK_OK);
    assert_reaches(&chain, &solution, &target, 1e-9);
}

static void near_singular_wrists_stay_exact(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_kr6());
    const ik_wrist_t wrist = wrist_of(&chain);
    for (double bend_rad = 1e-2; bend_rad > 1e-16; bend_rad *= 0.1) {
        const joints_t joints = {{0.4, -1.5, 1.2, 0.3, bend_rad, 0.2}};
        const pose_t target = fk_tool_pose(&chain, &joints);
        joints_t solution;
        assert_int_equal(ik_wrist_nearest(&wrist, &chain, &target, &joints, &solution), IK_OK);
        assert_reaches(&chain, &solution, &target, 1e-9);
    }
}

static void reasons_are_told_apart(void** state)
{
    (void)state;
    arm_settings_t arm = arm_kr6();
    const joints_t joints = {{0.5, -1.2, 1.0, 0.1, 0.8, 0.0}};
    const chain_t chain = arm_chain(arm);
    const ik_wrist_t wrist = wrist_of(&chain);
    pose_t target = fk_tool_pose(&chain, &joints);
    arm_limits(&arm.joints[0], -0.4, 0.4, 3.0);
    const chain_t narrow = arm_chain(arm);
    joints_t solution;
    assert_int_equal(ik_wrist_nearest(&wrist, &narrow, &target, &joints, &solution),
                     IK_JOINT_LIMIT);
    assert_memory_equal(&solution, &joints, sizeof joints);
    target.position_m.x += 2.0;
    assert_int_equal(ik_wrist_nearest(&wrist, &chain, &target, &joints, &solution),
                     IK_OUT_OF_REACH);
    ik_wrist_branches_t branches;
    assert_int_equal(ik_wrist_branches(&wrist, &chain, &target, &joints, &branches),
                     IK_OUT_OF_REACH);
    assert_int_equal(branches.count, 0);
    const double bad[] = {(double)NAN, (double)INFINITY, 1e300};
    for (int i = 0; i < 3; i++) {
        target.position_m.x = bad[i];
        assert_int_equal(ik_wrist_nearest(&wrist, &chain, &target, &joints, &solution),
                         IK_BAD_INPUT);
        assert_int_equal(ik_wrist_search(&wrist, &chain, &target, &joints, &solution),
                         IK_BAD_INPUT);
        assert_memory_equal(&solution, &joints, sizeof joints);
    }
}

static void rail_search_finds_what_the_rail_can_reach(void** state)
{
    (void)state;
    uint64_t random = 73;
    print_message("seed 73\n");
    const chain_t chain = arm_chain(arm_rail_kr6());
    const ik_wrist_t wrist = wrist_of(&chain);
    for (int i = 0; i < POSES; i++) {
        const joints_t truth = arm_random_joints(&chain, &random, 0.0);
        const joints_t seed = arm_random_joints(&chain, &random, 0.0);
        const pose_t target = fk_tool_pose(&chain, &truth);
        joints_t solution;
        assert_int_equal(ik_wrist_search(&wrist, &chain, &target, &seed, &solution), IK_OK);
        assert_reaches(&chain, &solution, &target, 1e-9);
    }
    // Where only a sliver of the rail's travel will do.
    const joints_t truth = {{0.437, 0.3, -0.3, 0.095605, 0.2, 0.9, 1.0}};
    const joints_t seed = {{-0.9, 0.0, -1.2, 1.0, 0.1, 0.8, 0.0}};
    arm_settings_t arm = arm_rail_kr6();
    arm_limits(&arm.joints[1], 0.29, 0.31, 3.0);
    const chain_t narrow = arm_chain(arm);
    const pose_t target = fk_tool_pose(&narrow, &truth);
    joints_t solution;
    assert_int_equal(ik_wrist_search(&wrist, &narrow, &target, &seed, &solution), IK_OK);
    assert_reaches(&narrow, &solution, &target, 1e-9);
}

static void rail_search_tells_why_not(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_rail_kr6());
    const ik_wrist_t wrist = wrist_of(&chain);
    const joints_t joints = {{0.2, 0.3, -1.5, 1.4, 0.2, 0.9, 1.0}};
    pose_t target = fk_tool_pose(&chain, &joints);
    target.position_m.z = 5.0;
    joints_t solution;
    assert_int_equal(ik_wrist_search(&wrist, &chain, &target, &joints, &solution), IK_OUT_OF_REACH);
    assert_memory_equal(&solution, &joints, sizeof joints);
    arm_settings_t arm = arm_rail_kr6();
    for (int i = 1; i < 7; i++) {
        arm_limits(&arm.joints[i], -0.01, 0.01, 3.0);
    }
    const chain_t stiff = arm_chain(arm);
    target = fk_tool_pose(&chain, &joints);
    assert_int_equal(ik_wrist_search(&wrist, &stiff, &target, &joints, &solution), IK_JOINT_LIMIT);
}

static void assert_shape(const arm_settings_t* arm, ik_wrist_shape_t shape)
{
    const chain_t chain = arm_chain(*arm);
    ik_wrist_t wrist;
    ik_wrist_t before;
    memset(&wrist, 0x5a, sizeof wrist);
    memcpy(&before, &wrist, sizeof wrist);
    assert_int_equal(ik_wrist_build(&chain, &wrist), shape);
    assert_memory_equal(&wrist, &before, sizeof wrist);
}

static void other_shapes_are_refused_by_name(void** state)
{
    (void)state;
    arm_settings_t arm = arm_planar();
    assert_shape(&arm, IK_WRIST_JOINT_COUNT);
    arm = arm_iiwa();
    assert_shape(&arm, IK_WRIST_JOINT_KIND);
    arm = arm_kr6();
    arm.joints[3].kind = JOINT_PRISMATIC;
    assert_shape(&arm, IK_WRIST_JOINT_KIND);
    arm = arm_ur5e(); // three parallel axes, no spherical wrist
    assert_shape(&arm, IK_WRIST_NO_CENTRE);
    arm = arm_kr6();
    arm.joints[1].origin_rpy_rad[0] = 0.01;
    assert_shape(&arm, IK_WRIST_SHOULDER_NOT_SQUARE);
    arm = arm_kr6();
    arm.joints[2].origin_rpy_rad[0] = 0.01;
    assert_shape(&arm, IK_WRIST_ELBOW_NOT_PARALLEL);
    arm = arm_kr6();
    arm.joints[5].origin_xyz_m[2] = 0.001;
    assert_shape(&arm, IK_WRIST_NO_CENTRE);
    arm = arm_kr6();
    arm.joints[4].origin_rpy_rad[2] = 0.01;
    assert_shape(&arm, IK_WRIST_NOT_SQUARE);
    arm = arm_kr6();
    arm.joints[5].origin_rpy_rad[2] = 0.01;
    assert_shape(&arm, IK_WRIST_NOT_SQUARE);
    arm = arm_kr6();
    arm.joints[2].origin_xyz_m[0] = 0.0;
    assert_shape(&arm, IK_WRIST_NO_LENGTH);
    for (int shape = IK_WRIST_FITS; shape <= IK_WRIST_NO_LENGTH; shape++) {
        assert_true(strlen(ik_wrist_shape_text((ik_wrist_shape_t)shape)) > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_branch_of_published_arms_reaches),
        cmocka_unit_test(every_branch_of_random_arms_of_the_shape_reaches),
        cmocka_unit_test(all_eight_branches_are_found_where_limits_allow),
        cmocka_unit_test(turns_are_counted_from_the_seed),
        cmocka_unit_test(joint_at_its_very_limit_is_a_posture),
        cmocka_unit_test(singular_postures_are_exact_and_keep_the_free_joint),
        cmocka_unit_test(near_singular_wrists_stay_exact),
        cmocka_unit_test(reasons_are_told_apart),
        cmocka_unit_test(rail_search_finds_what_the_rail_can_reach),
        cmocka_unit_test(rail_search_tells_why_not),
        cmocka_unit_test(other_shapes_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
