/// Tool poses worked out by hand or published, and the Jacobian against differences of poses, the
/// one thing that cannot share its mistakes.
#include "tests/support/cmocka_prelude.h"

#include "kinematics/fk.h"
#include "tests/kinematics/arms.h"

static void assert_vec3_near(vec3_t actual, double x, double y, double z, double tolerance)
{
    assert_near(actual.x, x, tolerance);
    assert_near(actual.y, y, tolerance);
    assert_near(actual.z, z, tolerance);
}

static void planar_arm_stands_where_trigonometry_says(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_planar());
    const joints_t joints = {{ARM_PI / 6.0, ARM_PI / 3.0}};
    const pose_t tool = fk_tool_pose(&chain, &joints);
    assert_vec3_near(tool.position_m, 0.4 * sqrt(0.75), 0.4 * 0.5 + 0.3, 0.0, 1e-15);
    const vec3_t turn = quat_to_rotation_vector(tool.orientation);
    assert_vec3_near(turn, 0.0, 0.0, 0.5 * ARM_PI, 1e-15);
}

static void rail_carries_the_planar_arm_along(void** state)
{
    (void)state;
    arm_settings_t arm = {0};
    const arm_settings_t planar = arm_planar();
    const double none[3] = {0.0, 0.0, 0.0};
    const double along[3] = {1.0, 0.0, 0.0};
    arm_add_joint(&arm, JOINT_PRISMATIC, none, none, along);
    arm.joints[1] = planar.joints[0];
    arm.joints[2] = planar.joints[1];
    arm.joint_count = 3;
    arm.tool = planar.tool;
    arm.base_xyz_m[1] = -0.5;
    arm.base_rpy_rad[2] = 0.5 * ARM_PI; // the rail runs along the table's y
    const chain_t chain = arm_chain(arm);
    const joints_t joints = {{0.25, 0.0, 0.5 * ARM_PI}};
    const pose_t tool = fk_tool_pose(&chain, &joints);
    // 0.4 along y, 0.3 turned a quarter further: along -x.
    assert_vec3_near(tool.position_m, -0.3, -0.5 + 0.25 + 0.4, 0.0, 1e-15);
}

static void kr6_stretched_out_reaches_its_published_length(void** state)
{
    (void)state;
    // Data sheet, all axes at zero: 25 + 315 + 365 + 80 mm forwards, 400 + 35 mm up.
    const chain_t chain = arm_chain(arm_kr6());
    const joints_t joints = {{0.0}};
    const pose_t tool = fk_tool_pose(&chain, &joints);
    assert_vec3_near(tool.position_m, 0.785, 0.0, 0.435, 1e-15);
    assert_vec3_near(quat_rotate(tool.orientation, vec3(0.0, 0.0, 1.0)), 1.0, 0.0, 0.0, 1e-15);
}

static void kr6_upright_reaches_its_published_height(void** state)
{
    (void)state;
    // A2 at -90 degrees lifts all behind it: 400 + 315 + 365 + 80 mm up, 25 - 35 mm forwards.
    const chain_t chain = arm_chain(arm_kr6());
    const joints_t joints = {{0.0, -0.5 * ARM_PI}};
    assert_vec3_near(fk_tool_pose(&chain, &joints).position_m, -0.010, 0.0, 1.160, 1e-15);
    // A1 turns the wrong way round by right-hand rule: its axis points down.
    const joints_t turned = {{0.5 * ARM_PI}};
    assert_vec3_near(fk_tool_pose(&chain, &turned).position_m, 0.0, -0.785, 0.435, 1e-15);
}

static void ur5e_at_zero_stands_where_its_table_says(void** state)
{
    (void)state;
    // x = a2 + a3, y = -(d4 + d6), z = d1 - d5; the flange looks along -y.
    const chain_t chain = arm_chain(arm_ur5e());
    const joints_t joints = {{0.0}};
    const pose_t tool = fk_tool_pose(&chain, &joints);
    assert_vec3_near(tool.position_m, -0.8172, -0.2329, 0.0628, 1e-15);
    assert_vec3_near(quat_rotate(tool.orientation, vec3(0.0, 0.0, 1.0)), 0.0, -1.0, 0.0, 1e-15);
}

static void iiwa_upright_reaches_its_published_height(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_iiwa());
    const joints_t joints = {{0.0}};
    assert_vec3_near(fk_tool_pose(&chain, &joints).position_m, 0.0, 0.0, 1.306, 1e-15);
}

/// A chain nobody would build: any axes, any placements, prismatic joints anywhere.
static chain_t random_chain(uint64_t* random)
{
    arm_settings_t arm = {0};
    const int count = 1 + (int)(8.0 * arm_random(random));
    for (int i = 0; i < count; i++) {
        double xyz_m[3];
        double rpy_rad[3];
        double axis[3] = {0.0, 0.0, 0.0};
        for (int k = 0; k < 3; k++) {
            xyz_m[k] = arm_random_between(random, -0.4, 0.4);
            rpy_rad[k] = arm_random_between(random, -3.0, 3.0);
            axis[k] = arm_random_between(random, -1.0, 1.0);
        }
        if (arm_random(random) < 0.5) { // both ways of turning are to be met
            const int column = (int)(3.0 * arm_random(random));
            axis[0] = column == 0 ? 1.0 : 0.0;
            axis[1] = column == 1 ? 1.0 : 0.0;
            axis[2] = column == 2 ? 1.0 : 0.0;
        }
        const joint_kind_t kind = arm_random(random) < 0.3 ? JOINT_PRISMATIC : JOINT_REVOLUTE;
        arm_add_joint(&arm, kind, xyz_m, rpy_rad, axis);
    }
    arm.base_xyz_m[0] = arm_random(random);
    arm.base_rpy_rad[1] = arm_random(random);
    arm.tool.flange_xyz_m[1] = arm_random(random);
    arm.tool.flange_rpy_rad[0] = arm_random(random);
    arm_add_pads(&arm);
    chain_t chain;
    assert_true(chain_build(&arm, 1, &chain));
    return chain;
}

static void jacobian_is_the_derivative_of_the_pose(void** state)
{
    (void)state;
    uint64_t random = 21;
    print_message("seed 21\n");
    const double step = 1e-5;
    for (int trial = 0; trial < 500; trial++) {
        const chain_t chain = random_chain(&random);
        const joints_t joints = arm_random_joints(&chain, &random, 0.0);
        chain_frames_t frames;
        jacobian_t jacobian;
        fk_frames(&chain, &joints, &frames);
        fk_jacobian(&chain, &frames, &jacobian);
        for (int i = 0; i < JOINT_CAPACITY; i++) {
            double column[6] = {0.0};
            if (i < chain.joint_count) {
                joints_t behind = joints;
                joints_t ahead = joints;
                behind.at[i] -= step;
                ahead.at[i] += step;
                const twist_t change =
                    pose_difference(fk_tool_pose(&chain, &behind), fk_tool_pose(&chain, &ahead));
                const double differences[6] = {change.linear_mps.x,    change.linear_mps.y,
                                               change.linear_mps.z,    change.angular_radps.x,
                                               change.angular_radps.y, change.angular_radps.z};
                for (int row = 0; row < 6; row++) {
                    column[row] = differences[row] / (2.0 * step);
                }
            }
            for (int row = 0; row < 6; row++) {
                assert_near(jacobian.at[row][i], column[row], 1e-9);
            }
        }
    }
}

static void frames_agree_with_the_tool_pose(void** state)
{
    (void)state;
    uint64_t random = 22;
    for (int trial = 0; trial < 200; trial++) {
        const chain_t chain = random_chain(&random);
        const joints_t joints = arm_random_joints(&chain, &random, 0.0);
        chain_frames_t frames;
        fk_frames(&chain, &joints, &frames);
        const int last = chain.joint_count - 1;
        const double* r = frames.rotation[last];
        const vec3_t t = chain.tool_in_last_link.position_m;
        const double* origin = frames.origin_m[last];
        assert_vec3_near(frames.tool.position_m, origin[0] + r[0] * t.x + r[1] * t.y + r[2] * t.z,
                         origin[1] + r[3] * t.x + r[4] * t.y + r[5] * t.z,
                         origin[2] + r[6] * t.x + r[7] * t.y + r[8] * t.z, 1e-13);
        const vec3_t pad = vec3_sub(frames.tool.position_m, frames.flange.position_m);
        const vec3_t z = quat_rotate(frames.tool.orientation, vec3(0.0, 0.0, 1.0));
        assert_vec3_near(pad, 0.11 * z.x, 0.11 * z.y, 0.11 * z.z, 1e-13);
    }
}

static void power_is_the_same_at_tool_and_joints(void** state)
{
    (void)state;
    uint64_t random = 23;
    for (int trial = 0; trial < 200; trial++) {
        const chain_t chain = random_chain(&random);
        const joints_t joints = arm_random_joints(&chain, &random, 0.0);
        const joints_t speeds = arm_random_joints(&chain, &random, 0.0);
        const wrench_t wrench = {vec3(3.0, -20.0, 11.0), vec3(0.5, 2.0, -1.0)};
        chain_frames_t frames;
        jacobian_t jacobian;
        joints_t efforts;
        fk_frames(&chain, &joints, &frames);
        fk_jacobian(&chain, &frames, &jacobian);
        fk_joint_efforts(&chain, &jacobian, &wrench, &efforts);
        const twist_t twist = fk_tool_twist(&chain, &jacobian, &speeds);
        double joint_power_W = 0.0;
        for (int i = 0; i < JOINT_CAPACITY; i++) {
            joint_power_W += efforts.at[i] * speeds.at[i];
        }
        assert_near(joint_power_W,
                    vec3_dot(wrench.force_N, twist.linear_mps) +
                        vec3_dot(wrench.torque_Nm, twist.angular_radps),
                    1e-10);
    }
}

static void joints_that_are_not_numbers_give_no_pose(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_kr6());
    const joints_t joints = {{0.0, (double)NAN}};
    assert_false(pose_finite(fk_tool_pose(&chain, &joints)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planar_arm_stands_where_trigonometry_says),
        cmocka_unit_test(rail_carries_the_planar_arm_along),
        cmocka_unit_test(kr6_stretched_out_reaches_its_published_length),
        cmocka_unit_test(kr6_upright_reaches_its_published_height),
        cmocka_unit_test(ur5e_at_zero_stands_where_its_table_says),
        cmocka_unit_test(iiwa_upright_reaches_its_published_height),
        cmocka_unit_test(jacobian_is_the_derivative_of_the_pose),
        cmocka_unit_test(frames_agree_with_the_tool_pose),
        cmocka_unit_test(power_is_the_same_at_tool_and_joints),
        cmocka_unit_test(joints_that_are_not_numbers_give_no_pose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
