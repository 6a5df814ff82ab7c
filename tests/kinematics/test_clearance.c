/// The nearest pair of a posture is found and named.
#include "tests/support/cmocka_prelude.h"

#include "kinematics/clearance.h"
#include "tests/kinematics/arms.h"

static const table_top_t TABLE = {2.0f, 0.8f};
static const float RADIUS_M[CAPSULE_CAPACITY] = {0.08f, 0.08f, 0.07f, 0.06f, 0.06f,
                                                 0.05f, 0.05f, 0.05f, 0.05f};

static surface_t skin; // too large for a stack

static void fill_level_skin(float height_m)
{
    skin.origin_x_m = 0.0;
    skin.origin_y_m = -0.4;
    skin.spacing_m = 0.02;
    skin.row_count = 101;
    skin.column_count = 41;
    for (int i = 0; i < skin.row_count; i++) {
        for (int j = 0; j < skin.column_count; j++) {
            skin.height_m[i][j] = height_m;
        }
    }
}

static capsules_t capsules_of(const chain_t* chain, const joints_t* joints)
{
    chain_frames_t frames;
    capsules_t capsules;
    fk_frames(chain, joints, &frames);
    clearance_capsules(&frames, RADIUS_M, &capsules);
    return capsules;
}

static void capsules_join_up_from_the_first_joint_to_the_pad(void** state)
{
    (void)state;
    arm_settings_t arm = arm_kr6();
    chain_t chain;
    assert_true(chain_build(&arm, 1, &chain));
    const joints_t joints = {{0.3, -1.2, 1.0, 0.4, 0.8, 0.0}};
    const capsules_t capsules = capsules_of(&chain, &joints);
    assert_int_equal(capsules.count, 7);
    for (int i = 0; i + 1 < capsules.count; i++) {
        for (int k = 0; k < 3; k++) {
            assert_near((double)capsules.at[i].to_m[k], (double)capsules.at[i + 1].from_m[k], 0.0);
        }
    }
    const vec3_t tool_m = fk_tool_pose(&chain, &joints).position_m;
    assert_near((double)capsules.at[6].to_m[0], tool_m.x, 1e-6);
    assert_near((double)capsules.at[6].to_m[2], tool_m.z, 1e-6);
    assert_near((double)capsule_length_m(&capsules.at[6]), 0.11, 1e-6);
}

static void skin_distance_is_height_less_radius(void** state)
{
    (void)state;
    fill_level_skin(0.2f);
    const capsule_t level = {{0.3f, 0.0f, 0.5f}, {0.9f, 0.1f, 0.45f}, 0.1f};
    assert_near((double)clearance_surface_m(&level, &skin), 0.15, 1e-6);
    const capsule_t off_the_grid = {{0.3f, 1.0f, 0.5f}, {0.9f, 1.0f, 0.1f}, 0.1f};
    assert_true(clearance_surface_m(&off_the_grid, &skin) == INFINITY);
    const capsule_t ball = {{0.3f, 0.0f, 0.25f}, {0.3f, 0.0f, 0.25f}, 0.1f};
    assert_near((double)clearance_surface_m(&ball, &skin), -0.05, 1e-6);
    const capsule_t bad = {{0.3f, NAN, 0.25f}, {0.3f, 0.0f, 0.25f}, 0.1f};
    assert_true(isnan(clearance_surface_m(&bad, &skin)));
    const capsule_t endless = {{0.3f, 0.0f, 0.25f}, {INFINITY, 0.0f, 0.25f}, 0.1f};
    assert_true(isnan(clearance_surface_m(&endless, &skin)));
}

static void folded_arm_names_the_links_that_meet(void** state)
{
    (void)state;
    // Forearm folded back onto the upper arm's foot: link 0 (column) and the wrist come near.
    const chain_t chain = arm_chain(arm_kr6());
    const joints_t folded = {{0.0, -100.0 * ARM_DEG, 156.0 * ARM_DEG, 0.0, 0.0, 0.0}};
    const capsules_t capsules = capsules_of(&chain, &folded);
    const clearance_t nearest = clearance_nearest(&capsules, CAPSULE_CAPACITY, NULL, TABLE, true);
    assert_int_equal(nearest.kind, CLEARANCE_LINKS);
    assert_true(nearest.other_capsule > nearest.capsule + 1);
    assert_near((double)nearest.distance_m,
                (double)capsule_distance_m(&capsules.at[nearest.capsule],
                                           &capsules.at[nearest.other_capsule]),
                0.0);
    const joints_t stretched = {{0.0}};
    const capsules_t open = capsules_of(&chain, &stretched);
    const clearance_t apart = clearance_nearest(&open, CAPSULE_CAPACITY, NULL, TABLE, true);
    assert_true(apart.distance_m > nearest.distance_m);
}

static void working_posture_names_skin_then_table(void** state)
{
    (void)state;
    fill_level_skin(0.4f);
    arm_settings_t arm = arm_rail_kr6();
    chain_t chain;
    assert_true(chain_build(&arm, 1, &chain));
    joints_t joints = chain.preferred;
    const double tool_m = fk_tool_pose(&chain, &joints).position_m.z;
    const capsules_t capsules = capsules_of(&chain, &joints);
    const int tool = capsules.count - 1;
    const clearance_t with_tool = clearance_nearest(&capsules, 2, &skin, TABLE, true);
    assert_int_equal(with_tool.kind, CLEARANCE_SURFACE);
    assert_int_equal(with_tool.capsule, tool);
    assert_near((double)with_tool.distance_m, tool_m - 0.4 - 0.05, 1e-5);
    const clearance_t without = clearance_nearest(&capsules, 2, &skin, TABLE, false);
    assert_true(without.distance_m > with_tool.distance_m);
    const clearance_t bare = clearance_nearest(&capsules, 2, NULL, TABLE, true);
    assert_true(bare.distance_m > with_tool.distance_m);
    assert_true(bare.kind != CLEARANCE_SURFACE);
}

/// A chain of one rail along y whose link is a level stretch to the flange, 0.4 m of it along x.
static chain_t level_link(double height_m, double radius_m)
{
    static arm_settings_t arm;
    memset(&arm, 0, sizeof arm);
    arm.joint_count = 1;
    arm.joints[0].kind = JOINT_PRISMATIC;
    arm.joints[0].axis[1] = 1.0;
    arm.joints[0].position_min = -1.0;
    arm.joints[0].position_max = 1.0;
    arm.joints[0].velocity_max = 1.0;
    arm.joints[0].acceleration_max = 1.0;
    arm.joints[0].radius_m = radius_m;
    arm.base_xyz_m[0] = 0.5;
    arm.base_xyz_m[2] = height_m;
    arm.tool.flange_xyz_m[0] = 0.4;
    arm.tool.pad_count = 1;
    arm.tool.pads[0].length_m = 0.1;
    chain_t chain;
    assert_true(chain_build(&arm, 0, &chain));
    return chain;
}

static double link_distance_m(double height_m, double radius_m, double y_m)
{
    const chain_t chain = level_link(height_m, radius_m);
    const joints_t joints = {{y_m}};
    chain_frames_t frames;
    fk_frames(&chain, &joints, &frames);
    return clearance_links_to_skin(&chain, &frames, &skin).distance_m;
}

static void level_links_distance_is_height_less_radius_while_it_is_near(void** state)
{
    (void)state;
    fill_level_skin(0.2f);
    assert_near(link_distance_m(0.30, 0.05, 0.0), 0.05, 1e-6);
    assert_near(link_distance_m(0.24, 0.05, 0.0), -0.01, 1e-6);
    assert_true(isinf(link_distance_m(0.2 + 0.05 + LINK_NEAR_M + 1e-3, 0.05, 0.0)));
    assert_true(isinf(link_distance_m(0.24, 0.05, 0.7))); // beside the grid
    assert_true(isinf(link_distance_m(0.24, 0.0, 0.0)));  // a link without a radius
    assert_true(isnan(link_distance_m(0.24, 0.05, (double)NAN)));
}

static void a_row_of_spheres_is_a_capsule_but_for_half_of_its_radius(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_rail_kr6());
    uint64_t random = 20260406;
    print_message("seed %llu\n", (unsigned long long)random);
    chain_t thick = chain;
    for (int i = 0; i < chain.joint_count; i++) {
        thick.link_radius_m[i] = (double)RADIUS_M[i];
    }
    int near_count = 0;
    for (int i = 0; i < skin.row_count; i++) {
        for (int j = 0; j < skin.column_count; j++) {
            skin.height_m[i][j] = 0.3f - 0.4f * (float)((j - 20) * (j - 20)) * 0.02f * 0.02f;
        }
    }
    for (int trial = 0; trial < 8000; trial++) {
        const joints_t joints = arm_random_joints(&thick, &random, 0.0);
        chain_frames_t frames;
        fk_frames(&thick, &joints, &frames);
        const capsules_t capsules = capsules_of(&thick, &joints);
        for (int link = 0; link < thick.joint_count; link++) {
            const double rows_m = clearance_link_to_skin(&thick, &frames, link, &skin).distance_m;
            const double capsule_m = (double)clearance_surface_m(&capsules.at[link], &skin);
            const float* from_m = capsules.at[link].from_m;
            const float* to_m = capsules.at[link].to_m;
            if (!surface_at(&skin, (double)from_m[0], (double)from_m[1]).inside ||
                !surface_at(&skin, (double)to_m[0], (double)to_m[1]).inside) {
                continue; // at the rim the skin ends as a cliff
            }
            if (capsule_m < -0.03) {
                continue; // so deep inside that a first-order distance says nothing
            }
            if (rows_m < LINK_NEAR_M) {
                near_count++;
                assert_true(rows_m <= capsule_m + thick.link_radius_m[link] / 2.0);
                assert_true(rows_m >= capsule_m - 0.003);
            } else {
                assert_true(capsule_m > LINK_NEAR_M - thick.link_radius_m[link] / 2.0);
            }
        }
    }
    print_message("%d links near the skin\n", near_count);
    assert_true(near_count > 500);
}

static void posture_that_is_not_a_number_has_no_clearance(void** state)
{
    (void)state;
    fill_level_skin(0.2f);
    const chain_t chain = arm_chain(arm_rail_kr6());
    for (int i = 0; i < chain.joint_count; i++) {
        joints_t joints = chain.preferred;
        joints.at[i] = (double)NAN;
        const capsules_t capsules = capsules_of(&chain, &joints);
        const clearance_t nearest = clearance_nearest(&capsules, 0, &skin, TABLE, true);
        assert_true(isnan(nearest.distance_m));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(capsules_join_up_from_the_first_joint_to_the_pad),
        cmocka_unit_test(skin_distance_is_height_less_radius),
        cmocka_unit_test(folded_arm_names_the_links_that_meet),
        cmocka_unit_test(working_posture_names_skin_then_table),
        cmocka_unit_test(level_links_distance_is_height_less_radius_while_it_is_near),
        cmocka_unit_test(a_row_of_spheres_is_a_capsule_but_for_half_of_its_radius),
        cmocka_unit_test(posture_that_is_not_a_number_has_no_clearance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
