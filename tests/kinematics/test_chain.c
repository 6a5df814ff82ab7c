/// What chain_build takes, refuses and computes; lumped inertias by hand.
#include "tests/support/cmocka_prelude.h"

#include "kinematics/dynamics.h"
#include "tests/kinematics/arms.h"

static void pad_length_lies_along_the_flange_z(void** state)
{
    (void)state;
    const arm_settings_t arm = arm_kr6();
    chain_t bare;
    chain_t padded;
    assert_true(chain_build(&arm, 0, &bare));
    assert_true(chain_build(&arm, 1, &padded));
    // The flange's z is the last link's x.
    assert_near(bare.tool_in_last_link.position_m.x, 0.08, 1e-15);
    assert_near(padded.tool_in_last_link.position_m.x, 0.19, 1e-15);
    assert_near(padded.flange_in_last_link.position_m.x, 0.08, 1e-15);
    assert_near(padded.tool_in_last_link.position_m.z, 0.0, 1e-15);
}

static void tool_mass_is_lumped_into_the_last_link(void** state)
{
    (void)state;
    // 2 kg at x = 0.1 and 1 kg at x = 0.4: centre at 0.2, and about it 2 x 0.1^2 + 1 x 0.2^2 =
    // 0.06.
    arm_settings_t arm = arm_planar();
    joint_settings_t* link = &arm.joints[1];
    link->mass_kg = 2.0;
    const double centre_m[3] = {0.1, 0.0, 0.0};
    const double inertia[6] = {0.01, 0.02, 0.03, 0.001, 0.0, 0.0};
    memcpy(link->centre_of_mass_m, centre_m, sizeof centre_m);
    memcpy(link->inertia_kgm2, inertia, sizeof inertia);
    arm.tool.mass_kg = 1.0;
    arm.tool.centre_of_mass_m[0] = 0.1; // the flange is at x = 0.3
    const chain_t chain = arm_chain(arm);
    assert_near(chain.mass_kg[1], 3.0, 1e-15);
    assert_near(chain.centre_of_mass_m[0][1], 0.2, 1e-15);
    assert_near(chain.inertia_kgm2[0][1], 0.01, 1e-15);
    assert_near(chain.inertia_kgm2[1][1], 0.08, 1e-15);
    assert_near(chain.inertia_kgm2[2][1], 0.09, 1e-15);
    assert_near(chain.inertia_kgm2[3][1], 0.001, 1e-15);
}

static void massless_last_link_and_tool_stay_massless(void** state)
{
    (void)state;
    arm_settings_t arm = arm_planar();
    arm.joints[1].mass_kg = 0.0;
    const chain_t chain = arm_chain(arm);
    assert_int_equal(chain.joint_count, 2);
    assert_near(chain.mass_kg[1], 0.0, 0.0);
}

static void axes_are_made_unit_vectors(void** state)
{
    (void)state;
    arm_settings_t arm = arm_planar();
    const double axis[3] = {0.0, 3.0, 4.0};
    memcpy(arm.joints[0].axis, axis, sizeof axis);
    const chain_t chain = arm_chain(arm);
    assert_near(chain.axis[0][1], 0.6, 1e-15);
    assert_near(chain.axis[0][2], 0.8, 1e-15);
    assert_int_equal(chain.axis_column[0], -1);
    assert_int_equal(chain.axis_column[1], 2);
}

static void quarter_turns_between_links_are_taken_out(void** state)
{
    (void)state;
    const chain_t chains[] = {arm_chain(arm_ur5e()), arm_chain(arm_panda()), arm_chain(arm_kr6())};
    for (int a = 0; a < 3; a++) {
        for (int i = 0; i < chains[a].joint_count; i++) {
            assert_true(chains[a].axis_column[i] >= 0);
            assert_near(fabs(chains[a].axis_sign[i]), 1.0, 0.0);
            assert_near(chains[a].axis[i][chains[a].axis_column[i]], chains[a].axis_sign[i], 0.0);
            assert_true(i == 0 || !chains[a].placement_turns[i]);
        }
    }
    assert_near(chains[2].axis_sign[3], -1.0, 0.0); // the KR 6 turns its forearm about -x
    // Panda: upright, each axis of the first three along z or y of the first frame.
    assert_int_equal(chains[1].axis_column[0], 2);
    assert_int_equal(chains[1].axis_column[1], 1);
    assert_int_equal(chains[1].axis_column[2], 2);
}

/// Whether frames are taken out or not must not show: nearly quarter turns, which are not, give
/// nearly the same poses and dynamics.
static void taking_turns_out_changes_neither_poses_nor_dynamics(void** state)
{
    (void)state;
    arm_settings_t arm = arm_panda();
    const chain_t exact = arm_chain(arm);
    for (int i = 0; i < 7; i++) {
        arm.joints[i].origin_rpy_rad[0] += 1e-9;
    }
    const chain_t near = arm_chain(arm);
    uint64_t random = 11;
    print_message("seed 11\n");
    for (int trial = 0; trial < 200; trial++) {
        const joints_t joints = arm_random_joints(&exact, &random, 0.0);
        const twist_t apart =
            pose_difference(fk_tool_pose(&exact, &joints), fk_tool_pose(&near, &joints));
        assert_true(vec3_norm(apart.linear_mps) < 1e-7);
        assert_true(vec3_norm(apart.angular_radps) < 1e-7);
        mass_matrix_t mass[2];
        dynamics_mass_matrix(&exact, &joints, &mass[0]);
        dynamics_mass_matrix(&near, &joints, &mass[1]);
        for (int i = 0; i < 7; i++) {
            for (int j = 0; j < 7; j++) {
                assert_near(mass[0].at[i][j], mass[1].at[i][j], 1e-6);
            }
        }
    }
    assert_true(near.placement_turns[1]);
}

static void assert_refused(const arm_settings_t* arm, int pad_index)
{
    chain_t chain;
    chain_t before;
    memset(&chain, 0x5a, sizeof chain);
    memcpy(&before, &chain, sizeof chain);
    assert_false(chain_build(arm, pad_index, &chain));
    assert_memory_equal(&chain, &before, sizeof chain);
}

static void impossible_settings_are_refused_and_leave_the_chain_alone(void** state)
{
    (void)state;
    const arm_settings_t good = arm_planar();
    arm_settings_t arm = good;
    arm.joint_count = 0;
    assert_refused(&arm, 0);
    arm.joint_count = JOINT_CAPACITY + 1;
    assert_refused(&arm, 0);
    arm = good;
    memset(arm.joints[1].axis, 0, sizeof arm.joints[1].axis);
    assert_refused(&arm, 0);
    arm = good;
    arm.joints[1].position_max = arm.joints[1].position_min;
    assert_refused(&arm, 0);
    arm = good;
    arm.joints[0].velocity_max = 0.0;
    assert_refused(&arm, 0);
    arm = good;
    arm.joints[0].acceleration_max = -1.0;
    assert_refused(&arm, 0);
    arm = good;
    arm.joints[0].mass_kg = -0.1;
    assert_refused(&arm, 0);
    arm = good;
    arm.tool.mass_kg = -0.1;
    assert_refused(&arm, 0);
    assert_refused(&good, -1);
    assert_refused(&good, 2);
    arm = good;
    arm.tool.pad_count = PAD_CAPACITY + 1;
    assert_refused(&arm, 0);
}

static void every_figure_that_is_not_finite_is_refused(void** state)
{
    (void)state;
    const arm_settings_t good = arm_planar();
    arm_settings_t arm = good;
    double* const figures[] = {&arm.joints[1].origin_xyz_m[2],
                               &arm.joints[1].origin_rpy_rad[0],
                               &arm.joints[1].axis[0],
                               &arm.joints[1].position_min,
                               &arm.joints[1].position_max,
                               &arm.joints[1].velocity_max,
                               &arm.joints[1].acceleration_max,
                               &arm.joints[1].effort_max,
                               &arm.joints[1].parked,
                               &arm.joints[1].preferred,
                               &arm.joints[1].mass_kg,
                               &arm.joints[1].centre_of_mass_m[1],
                               &arm.joints[1].inertia_kgm2[5],
                               &arm.joints[1].rotor_inertia,
                               &arm.base_xyz_m[0],
                               &arm.base_rpy_rad[1],
                               &arm.tool.flange_xyz_m[0],
                               &arm.tool.flange_rpy_rad[2],
                               &arm.tool.mass_kg,
                               &arm.tool.centre_of_mass_m[0],
                               &arm.tool.pads[0].length_m};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        arm = good;
        *figures[i] = (double)NAN;
        assert_refused(&arm, 0);
        *figures[i] = (double)INFINITY;
        assert_refused(&arm, 0);
    }
}

static void joints_are_inside_up_to_the_margin(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_planar());
    joints_t joints = {{0.0, ARM_PI}};
    assert_true(chain_joints_inside(&chain, &joints, 0.0));
    assert_false(chain_joints_inside(&chain, &joints, 1e-6));
    joints.at[1] = nextafter(ARM_PI, 4.0);
    assert_false(chain_joints_inside(&chain, &joints, 0.0));
    joints.at[1] = -ARM_PI + 0.01;
    assert_true(chain_joints_inside(&chain, &joints, 0.009));
    assert_false(chain_joints_inside(&chain, &joints, 0.011));
    joints.at[0] = (double)NAN;
    assert_false(chain_joints_inside(&chain, &joints, 0.0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pad_length_lies_along_the_flange_z),
        cmocka_unit_test(tool_mass_is_lumped_into_the_last_link),
        cmocka_unit_test(massless_last_link_and_tool_stay_massless),
        cmocka_unit_test(axes_are_made_unit_vectors),
        cmocka_unit_test(quarter_turns_between_links_are_taken_out),
        cmocka_unit_test(taking_turns_out_changes_neither_poses_nor_dynamics),
        cmocka_unit_test(impossible_settings_are_refused_and_leave_the_chain_alone),
        cmocka_unit_test(every_figure_that_is_not_finite_is_refused),
        cmocka_unit_test(joints_are_inside_up_to_the_margin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
