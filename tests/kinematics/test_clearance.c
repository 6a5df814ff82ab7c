/// The nearest pair of a posture is found and named.
#include "tests/support/cmocka_prelude.h"

#include "kinematics/clearance.h"
#include "tests/kinematics/arms.h"

#define TABLE_LENGTH_M 2.0
#define TABLE_WIDTH_M 0.8
#define LEAST_M 0.020
static const double RADIUS_M[JOINT_CAPACITY] = {0.08, 0.08, 0.07, 0.06, 0.06, 0.05, 0.05, 0.05};
static const double TOOL_RADIUS_M = 0.03;

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

/// An arm with flesh on it and the long pad mounted.
static chain_t thick_chain(arm_settings_t arm)
{
    for (int i = 0; i < arm.joint_count; i++) {
        arm.joints[i].radius_m = RADIUS_M[i];
    }
    arm.tool.pads[1].diameter_m = 2.0 * TOOL_RADIUS_M;
    chain_t chain;
    assert_true(chain_build(&arm, 1, &chain));
    return chain;
}

static clearance_pairs_t pairs_of(const chain_t* chain)
{
    return clearance_pairs(chain, TABLE_LENGTH_M, TABLE_WIDTH_M, LEAST_M);
}

static capsules_t capsules_of(const chain_t* chain, const joints_t* joints)
{
    const clearance_pairs_t pairs = pairs_of(chain);
    chain_frames_t frames;
    capsules_t capsules;
    fk_frames(chain, joints, &frames);
    clearance_capsules(&pairs, &frames, &capsules);
    return capsules;
}

static clearance_t nearest_of(const chain_t* chain, const joints_t* joints)
{
    const clearance_pairs_t pairs = pairs_of(chain);
    const capsules_t capsules = capsules_of(chain, joints);
    return clearance_nearest(&pairs, &capsules);
}

static bool compared(const clearance_pairs_t* pairs, int part, int other)
{
    return (pairs->others[part] >> other & 1u) != 0u;
}

static void capsules_join_up_from_the_first_joint_to_the_pad(void** state)
{
    (void)state;
    const chain_t chain = thick_chain(arm_kr6());
    const joints_t joints = {{0.3, -1.2, 1.0, 0.4, 0.8, 0.0}};
    const capsules_t capsules = capsules_of(&chain, &joints);
    assert_int_equal(capsules.count, 7);
    for (int i = 0; i + 1 < capsules.count; i++) {
        for (int k = 0; k < 3; k++) {
            assert_near((double)capsules.at[i].to_m[k], (double)capsules.at[i + 1].from_m[k], 0.0);
        }
    }
    // The tool's rounded end touches the pad's face: its stretch ends a radius before it.
    assert_near((double)capsule_length_m(&capsules.at[6]), 0.11 - TOOL_RADIUS_M, 1e-6);
    const pose_t tool = fk_tool_pose(&chain, &joints);
    const vec3_t along = quat_rotate(tool.orientation, vec3(0.0, 0.0, 1.0));
    const vec3_t end_m = vec3_sub(tool.position_m, vec3_scale(along, TOOL_RADIUS_M));
    assert_near((double)capsules.at[6].to_m[0], end_m.x, 1e-6);
    assert_near((double)capsules.at[6].to_m[2], end_m.z, 1e-6);
}

/// Straight up: a turn, then hinges 0.3, 0.04, 0.25 and 0.2 m apart, the flange after 0.1 m.
static arm_settings_t hinged_arm(void)
{
    static const double step_m[5] = {0.2, 0.3, 0.04, 0.25, 0.2};
    arm_settings_t arm = {0};
    const double none[3] = {0.0, 0.0, 0.0};
    for (int i = 0; i < 5; i++) {
        const double at_m[3] = {0.0, 0.0, step_m[i]};
        const double axis[3] = {0.0, i > 0 ? 1.0 : 0.0, i > 0 ? 0.0 : 1.0};
        arm_add_joint(&arm, JOINT_REVOLUTE, at_m, none, axis);
    }
    arm.base_xyz_m[0] = 1.0;
    arm.tool.flange_xyz_m[2] = 0.1;
    arm_add_pads(&arm);
    return arm;
}

static void pairs_are_left_out_where_no_posture_could_hold_them_apart(void** state)
{
    (void)state;
    const chain_t chain = thick_chain(hinged_arm());
    const clearance_pairs_t pairs = pairs_of(&chain);
    assert_int_equal(pairs.count, 6);
    static const bool expected[6][6] = {
        // Part 1 is 40 mm long: too short to hold 0 and 2 apart. Part 4, 100 mm, would leave 10 mm
        // between 3 and the tool.
        {false, false, false, true, true, true},    {false, false, false, true, true, true},
        {false, false, false, false, true, true},   {false, false, false, false, false, false},
        {false, false, false, false, false, false}, {false, false, false, false, false, false}};
    for (int part = 0; part < pairs.count; part++) {
        for (int other = 0; other < pairs.count; other++) {
            assert_int_equal(compared(&pairs, part, other), expected[part][other]);
        }
    }
    assert_int_equal(pairs.over_table, 0x3F);
}

static void a_part_is_compared_from_the_length_that_can_hold_it_off(void** state)
{
    (void)state;
    arm_settings_t arm = hinged_arm();
    // Between part 3 (60 mm) and the tool (30 mm): more than 130 mm.
    arm.tool.flange_xyz_m[2] = 0.1299;
    chain_t chain = thick_chain(arm);
    clearance_pairs_t pairs = pairs_of(&chain);
    assert_false(compared(&pairs, 3, 5));
    arm.tool.flange_xyz_m[2] = 0.1301;
    chain = thick_chain(arm);
    pairs = pairs_of(&chain);
    assert_true(compared(&pairs, 3, 5));
    // The foot stands on the table: the first link, 80 mm thick, begins 99 or 101 mm over it.
    arm.base_xyz_m[2] = -0.101;
    chain = thick_chain(arm);
    pairs = pairs_of(&chain);
    assert_int_equal(pairs.over_table, 0x3E);
    arm.base_xyz_m[2] = -0.099;
    chain = thick_chain(arm);
    pairs = pairs_of(&chain);
    assert_int_equal(pairs.over_table, 0x3F);
    // Two links at an angle reach less far than both: a UR5e's wrist, 133.3 and 99.7 mm square to
    // each other, is 166.5 mm long, too short for two radii of 63.5 mm.
    arm_settings_t wrist = arm_ur5e();
    clearance_pairs_t wrist_pairs = {0};
    for (int i = 0; i < 2; i++) {
        chain_t thick = thick_chain(wrist);
        thick.link_radius_m[2] = thick.link_radius_m[5] = i == 0 ? 0.0630 : 0.0635;
        wrist_pairs = pairs_of(&thick);
        assert_int_equal(compared(&wrist_pairs, 2, 5), i == 0);
    }
    // A link without length: its neighbour stands for it if it is as thick and compared itself.
    arm_settings_t ball = hinged_arm();
    ball.joints[3].origin_xyz_m[2] = 0.0; // part 2 is a ball of 70 mm at the end of part 1
    ball.joints[2].origin_xyz_m[2] = 0.29;
    clearance_pairs_t merged = {0};
    for (int i = 0; i < 2; i++) {
        chain_t ball_chain = thick_chain(ball);
        ball_chain.link_radius_m[1] = i == 0 ? 0.070 : 0.069;
        ball_chain.link_radius_m[3] = 0.069;
        merged = pairs_of(&ball_chain);
        assert_true(compared(&merged, 1, 4) && compared(&merged, 1, 5));
        assert_int_equal(compared(&merged, 2, 4), i == 1);
        assert_int_equal(compared(&merged, 2, 5), i == 1);
        assert_int_equal(compared(&merged, 0, 2), true); // part 1, the neighbour, touches 0
        assert_int_equal(merged.over_table, i == 0 ? 0x3B : 0x3F);
    }
    // A part without a radius is none.
    chain.link_radius_m[2] = 0.0;
    pairs = pairs_of(&chain);
    assert_int_equal(pairs.over_table, 0x3B);
    assert_int_equal(pairs.others[2], 0);
    // A sliding joint holds apart as far as it slides, at either end.
    arm.joints[1].kind = JOINT_PRISMATIC;
    arm.joints[2].kind = JOINT_PRISMATIC;
    arm.joints[2].axis[1] = 0.0;
    arm.joints[2].axis[2] = 1.0;
    arm.joints[2].position_min = -0.30;
    arm.joints[2].position_max = 0.0;
    chain = thick_chain(arm);
    pairs = pairs_of(&chain);
    assert_true(compared(&pairs, 0, 2)); // 40 mm less 300
}

static void folded_arms_distances_are_those_by_hand(void** state)
{
    (void)state;
    const chain_t chain = thick_chain(hinged_arm());
    // Upright foot at x 1, z 0.2 to 0.5, the rest level: the 200 mm of part 3 are between 2 and 4.
    const joints_t level = {{0.0, 0.5 * ARM_PI, 0.0, 0.0, 0.0}};
    clearance_t nearest = nearest_of(&chain, &level);
    assert_near(nearest.distance_m, 0.2 - 0.07 - 0.06, 1e-6);
    assert_int_equal(nearest.part, 2);
    assert_int_equal(nearest.other, 4);
    // Out to x 1.29, down to z 0.3 and back: the pad's face ends at x 1.08, where the foot begins.
    const joints_t folded = {{0.0, 0.5 * ARM_PI, 0.0, 0.5 * ARM_PI, 0.5 * ARM_PI}};
    nearest = nearest_of(&chain, &folded);
    assert_near(nearest.distance_m, 0.0, 1e-5);
    assert_int_equal(nearest.part, 0);
    assert_int_equal(nearest.other, 5);
    // From beside the table over it, the tool hanging straight down.
    arm_settings_t low = hinged_arm();
    low.base_xyz_m[1] = -0.6; // its foot beside the table
    low.base_xyz_m[2] = -0.1686;
    const chain_t hanging = thick_chain(low);
    const joints_t over = {{0.5 * ARM_PI, 0.5 * ARM_PI, 0.0, 0.25 * ARM_PI, 0.25 * ARM_PI}};
    nearest = nearest_of(&hanging, &over);
    assert_int_equal(nearest.part, 5);
    assert_int_equal(nearest.other, PART_TABLE);
    // z 0.3314 at the hinges; part 3 sinks by 0.2 sin 45, then part 4 and the tool.
    assert_near(nearest.distance_m, 0.3314 - 0.2 * sin(0.25 * ARM_PI) - 0.1 - 0.11, 1e-4);
    assert_near(nearest.distance_m, -0.020, 1e-4);
}

static void names_are_those_of_the_machine_file(void** state)
{
    (void)state;
    arm_settings_t arm = hinged_arm();
    (void)snprintf(arm.joints[3].name, NAME_CAPACITY, "elbow");
    assert_string_equal(clearance_part_name(&arm, 3).kind, "link ");
    assert_string_equal(clearance_part_name(&arm, 3).name, "elbow");
    assert_string_equal(clearance_part_name(&arm, 5).kind, "the tool");
    assert_string_equal(clearance_part_name(&arm, PART_TABLE).kind, "the table top");
    assert_string_equal(clearance_part_name(&arm, PART_NONE).kind, "nothing");
}

/// Between two parts of a posture by points along both, from the frames alone.
static double sampled_pair_m(const capsules_t* capsules, int part, int other)
{
    const int steps = 120;
    double least_m = HUGE_VAL;
    for (int i = 0; i <= steps; i++) {
        for (int j = 0; j <= steps; j++) {
            double square_m2 = 0.0;
            for (int k = 0; k < 3; k++) {
                const capsule_t* a = &capsules->at[part];
                const capsule_t* b = &capsules->at[other];
                const double on_a =
                    (double)a->from_m[k] + (double)(a->to_m[k] - a->from_m[k]) * (double)i / steps;
                const double on_b =
                    (double)b->from_m[k] + (double)(b->to_m[k] - b->from_m[k]) * (double)j / steps;
                square_m2 += (on_a - on_b) * (on_a - on_b);
            }
            least_m = fmin(least_m, square_m2);
        }
    }
    return sqrt(least_m) - (double)capsules->at[part].radius_m -
           (double)capsules->at[other].radius_m;
}

static double sampled_table_m(const capsule_t* capsule)
{
    double least_m = HUGE_VAL;
    for (int i = 0; i <= 400; i++) {
        float at_m[3];
        capsule_point(capsule, (float)i / 400.0f, at_m);
        least_m =
            fmin(least_m, (double)point_to_table_m(
                              at_m, (table_top_t){(float)TABLE_LENGTH_M, (float)TABLE_WIDTH_M}));
    }
    return least_m - (double)capsule->radius_m;
}

/// Every posture of every arm: what is found near is what sampling finds, and nothing near is lost.
static void nearest_pair_is_what_sampling_finds(void** state)
{
    (void)state;
    arm_settings_t arms[] = {arm_kr6(), arm_rail_kr6(), arm_ur5e(), arm_iiwa(), arm_panda()};
    uint64_t random = 40417;
    print_message("seed 40417\n");
    int near_count = 0;
    for (size_t a = 0; a < sizeof arms / sizeof arms[0]; a++) {
        arms[a].base_xyz_m[1] = -0.55;
        const chain_t chain = thick_chain(arms[a]);
        const clearance_pairs_t pairs = pairs_of(&chain);
        for (int trial = 0; trial < 60; trial++) {
            const joints_t joints = arm_random_joints(&chain, &random, 0.0);
            const capsules_t capsules = capsules_of(&chain, &joints);
            double sampled_m = HUGE_VAL;
            for (int part = 0; part < pairs.count; part++) {
                for (int other = part + 1; other < pairs.count; other++) {
                    if (compared(&pairs, part, other)) {
                        sampled_m = fmin(sampled_m, sampled_pair_m(&capsules, part, other));
                    }
                }
                if ((pairs.over_table >> part & 1u) != 0u) {
                    sampled_m = fmin(sampled_m, sampled_table_m(&capsules.at[part]));
                }
            }
            const clearance_t nearest = clearance_nearest(&pairs, &capsules);
            assert_true(nearest.distance_m <= sampled_m + 1e-5);
            assert_true(nearest.distance_m >= sampled_m - 5e-3);
            chain_frames_t frames;
            fk_frames(&chain, &joints, &frames);
            const clearance_t near = clearance_near(&pairs, &frames);
            if (nearest.distance_m < LINK_NEAR_M) {
                near_count++;
                assert_near(near.distance_m, nearest.distance_m, 0.0);
                assert_int_equal(near.part, nearest.part);
                assert_int_equal(near.other, nearest.other);
            } else {
                assert_true(isinf(near.distance_m) && near.part == PART_NONE);
            }
        }
    }
    print_message("%d of 300 postures near\n", near_count);
    assert_true(near_count > 60 && near_count < 280);
}

typedef struct {
    arm_settings_t (*arm)(void);
    double posture_deg[JOINT_CAPACITY];
    int part, other; // nearest below 20 mm; PART_NONE where there is room
} posture_row_t;

static void usual_postures_of_known_arms_are_clear_and_folded_ones_are_not(void** state)
{
    (void)state;
    static const posture_row_t rows[] = {
        // As their makers show them.
        {arm_ur5e, {0, -90, 90, -90, -90, 0}, PART_NONE, PART_NONE},
        {arm_ur5e, {0, -90, 0, -90, 0, 0}, PART_NONE, PART_NONE},
        {arm_ur5e, {45, -60, 100, -130, -90, 0}, PART_NONE, PART_NONE},
        {arm_kr6, {0, -90, 90, 0, 90, 0}, PART_NONE, PART_NONE},
        {arm_kr6, {0, -45, 60, 0, 75, 0}, PART_NONE, PART_NONE},
        {arm_iiwa, {0, 0, 0, 90, 0, -60, 0}, PART_NONE, PART_NONE},
        {arm_iiwa, {0, 30, 0, 60, 0, -60, 0}, PART_NONE, PART_NONE},
        {arm_panda, {0, -45, 0, -135, 0, 90, 45}, PART_NONE, PART_NONE},
        {arm_panda, {0, 0, 0, -90, 0, 90, 45}, PART_NONE, PART_NONE},
        // Elbow shut: the wrist lies against the upper arm, the shoulder or the foot.
        {arm_ur5e, {0, -90, 165, 0, 90, 0}, 1, 3},
        {arm_kr6, {0, -125, 150, 0, 115, 0}, 1, 6},
        {arm_iiwa, {0, -110, 0, 115, 0, -110, 0}, 0, 7},
        {arm_panda, {0, -50, 0, -170, 0, 45, 0}, 1, 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        arm_settings_t arm = rows[i].arm();
        arm.base_xyz_m[1] = -0.65;
        const chain_t chain = thick_chain(arm);
        joints_t joints = {{0.0}};
        for (int joint = 0; joint < chain.joint_count; joint++) {
            joints.at[joint] = rows[i].posture_deg[joint] * ARM_DEG;
        }
        const clearance_t nearest = nearest_of(&chain, &joints);
        print_message("row %zu: parts %d and %d, %.0f mm\n", i, nearest.part, nearest.other,
                      1e3 * nearest.distance_m);
        assert_int_equal(nearest.distance_m < LEAST_M, rows[i].part != PART_NONE);
        if (rows[i].part != PART_NONE) {
            assert_int_equal(nearest.part, rows[i].part);
            assert_int_equal(nearest.other, rows[i].other);
        }
    }
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

/// On skin of 65 degrees the middle of the link is 0.13 m from the skin and 0.31 m above it.
static void a_thick_link_over_a_steep_flank_is_near(void** state)
{
    (void)state;
    const double radius_m = 0.08;
    const double rise = tan(65.0 * 3.14159265358979323846 / 180.0);
    fill_level_skin(0.0f);
    for (int i = 0; i < skin.row_count; i++) {
        for (int j = 0; j < skin.column_count; j++) {
            skin.height_m[i][j] = (float)(1.0 + rise * 0.02 * (j - 20));
        }
    }
    for (double distance_m = 0.005; distance_m < LINK_NEAR_M; distance_m += 0.005) {
        const double above_m = (distance_m + radius_m) * sqrt(1.0 + rise * rise);
        assert_near(link_distance_m(1.0 + above_m, radius_m, 0.0), distance_m, 1e-4);
    }
}

/// From the skin, by points 10 mm apart and the tangent plane below each; INFINITY if none is over
/// the grid.
static double sampled_skin_m(const capsule_t* capsule)
{
    const int steps = (int)ceil((double)capsule_length_m(capsule) / 0.01) + 1;
    double nearest_m = HUGE_VAL;
    for (int i = 0; i <= steps; i++) {
        float at_m[3];
        capsule_point(capsule, (float)i / (float)steps, at_m);
        const vec3_t point_m = vec3((double)at_m[0], (double)at_m[1], (double)at_m[2]);
        const surface_sample_t below = surface_at(&skin, point_m.x, point_m.y);
        if (below.inside) {
            const double off_m = vec3_dot(vec3_sub(point_m, below.point_m), below.normal);
            nearest_m = fmin(nearest_m, off_m - (double)capsule->radius_m);
        }
    }
    return nearest_m;
}

static void a_row_of_spheres_is_a_capsule_but_for_half_of_its_radius(void** state)
{
    (void)state;
    const chain_t thick = thick_chain(arm_rail_kr6());
    uint64_t random = 20260406;
    print_message("seed %llu\n", (unsigned long long)random);
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
            const double capsule_m = sampled_skin_m(&capsules.at[link]);
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

static void a_known_highest_place_of_the_skin_changes_no_clearance(void** state)
{
    (void)state;
    const chain_t thick = thick_chain(arm_rail_kr6());
    uint64_t random = 20260407;
    print_message("seed %llu\n", (unsigned long long)random);
    for (int i = 0; i < skin.row_count; i++) {
        for (int j = 0; j < skin.column_count; j++) {
            skin.height_m[i][j] = 0.3f - 0.4f * (float)((j - 20) * (j - 20)) * 0.02f * 0.02f;
        }
    }
    const double highest_m = surface_highest_m(&skin, 0.0, 2.0, -0.4, 0.4);
    int near_count = 0;
    for (int trial = 0; trial < 4000; trial++) {
        const joints_t joints = arm_random_joints(&thick, &random, 0.0);
        chain_frames_t frames;
        fk_frames(&thick, &joints, &frames);
        skin.highest_m = 0.0;
        const link_clearance_t sampled = clearance_links_to_skin(&thick, &frames, &skin);
        skin.highest_m = highest_m;
        const link_clearance_t bounded = clearance_links_to_skin(&thick, &frames, &skin);
        skin.highest_m = 0.0;
        assert_int_equal(sampled.link, bounded.link);
        assert_memory_equal(&sampled.distance_m, &bounded.distance_m, sizeof(double));
        near_count += sampled.link >= 0 ? 1 : 0;
    }
    assert_true(near_count > 100 && near_count < 3900);
}

static void posture_that_is_not_a_number_has_no_clearance(void** state)
{
    (void)state;
    const chain_t chain = thick_chain(arm_rail_kr6());
    const clearance_pairs_t pairs = pairs_of(&chain);
    for (int i = 0; i < chain.joint_count; i++) {
        joints_t joints = chain.preferred;
        joints.at[i] = (double)NAN;
        const capsules_t capsules = capsules_of(&chain, &joints);
        chain_frames_t frames;
        fk_frames(&chain, &joints, &frames);
        assert_true(isnan(clearance_nearest(&pairs, &capsules).distance_m));
        assert_true(isnan(clearance_near(&pairs, &frames).distance_m));
        joints.at[i] = (double)INFINITY;
        fk_frames(&chain, &joints, &frames);
        assert_true(isnan(clearance_near(&pairs, &frames).distance_m));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(capsules_join_up_from_the_first_joint_to_the_pad),
        cmocka_unit_test(pairs_are_left_out_where_no_posture_could_hold_them_apart),
        cmocka_unit_test(a_part_is_compared_from_the_length_that_can_hold_it_off),
        cmocka_unit_test(folded_arms_distances_are_those_by_hand),
        cmocka_unit_test(names_are_those_of_the_machine_file),
        cmocka_unit_test(nearest_pair_is_what_sampling_finds),
        cmocka_unit_test(usual_postures_of_known_arms_are_clear_and_folded_ones_are_not),
        cmocka_unit_test(level_links_distance_is_height_less_radius_while_it_is_near),
        cmocka_unit_test(a_thick_link_over_a_steep_flank_is_near),
        cmocka_unit_test(a_row_of_spheres_is_a_capsule_but_for_half_of_its_radius),
        cmocka_unit_test(a_known_highest_place_of_the_skin_changes_no_clearance),
        cmocka_unit_test(posture_that_is_not_a_number_has_no_clearance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
