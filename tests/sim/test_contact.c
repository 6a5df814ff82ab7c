/// The pad on its spring against forces worked out by hand: series of spring and tissue, bone,
/// stop, friction, a tilted tool.
#include "tests/support/cmocka_prelude.h"

#include "sim/contact.h"

#define STEP_S 0.001
#define PER_MM_1_5 31622.7766016838

static const tool_settings_t tool_settings = {.spring_stiffness_N_per_m = 5000.0,
                                              .spring_travel_m = 0.03,
                                              .pad_count = 1,
                                              .pads = {{.diameter_m = 0.04, .length_m = 0.1}}};
static const tissue_settings_t muscle = {.stiffness_N_per_m1_5 = 1.0 * PER_MM_1_5,
                                         .damping_s_per_m = 3.0,
                                         .bone_depth_m = 0.012,
                                         .bone_stiffness_N_per_m = 35000.0,
                                         .relaxation_fraction = 0.0,
                                         .relaxation_time_s = 8.0};
static const twist_t still;

/// A tool whose axis leans by `tilt_rad` from straight down, `below_m` under skin at height 0.
static pose_t tool_at(double below_m, double tilt_rad)
{
    const quat_t down = quat_from_rpy(3.14159265358979323846 + tilt_rad, 0.0, 0.0);
    return (pose_t){vec3(0.0, 0.0, -below_m), down};
}

/// Lets the pad settle with the tool held still; returns what the arm feels.
static arm_load_t settle(contact_state_t* contact, const pose_t* tool, const twist_t* twist,
                         int steps)
{
    const contact_settings_t settings = contact_settings_of(&tool_settings, 0, 0.15);
    arm_load_t load = {.wrench = {.force_N = {0.0, 0.0, 0.0}}};
    for (int i = 0; i < steps; ++i) {
        const vec3_t pad_m = contact_pad_m(contact, tool);
        const client_skin_t skin = {
            .touchable = true, .depth_m = -pad_m.z, .normal = vec3(0.0, 0.0, 1.0)};
        load = contact_advance(&settings, contact, tool, twist, &skin, &muscle, STEP_S);
    }
    return load;
}

static void spring_and_tissue_share_the_way_in_series(void** state)
{
    (void)state;
    // 27 N sink the pad by 9 mm (9^1.5 = 27) and press the spring by 27 / 5 = 5.4 mm.
    contact_state_t contact = {0};
    const pose_t tool = tool_at(0.0144, 0.0);
    const arm_load_t load = settle(&contact, &tool, &still, 1000);
    assert_near(contact.normal_force_N, 27.0, 1e-3);
    assert_near(contact.compression_m, 0.0054, 1e-6);
    assert_near(contact.depth_m, 0.009, 1e-6);
    assert_near(load.wrench.force_N.z, 27.0, 1e-3);
    assert_near(load.wrench.force_N.x, 0.0, 1e-9);
}

static void bone_takes_over_below_its_depth(void** state)
{
    (void)state;
    // At 14 mm: 14^1.5 = 52.383 N of muscle and 2 mm * 35 N/mm = 70 N of bone; spring 24.477 mm.
    contact_state_t contact = {0};
    const pose_t tool = tool_at(0.014 + 122.383 / 5000.0, 0.0);
    (void)settle(&contact, &tool, &still, 1000);
    assert_near(contact.normal_force_N, 122.383, 0.01);
    assert_near(contact.depth_m, 0.014, 1e-5);
}

static void spring_at_its_end_passes_the_way_on_to_the_body(void** state)
{
    (void)state;
    contact_state_t soft = {0}, hard = {0};
    const pose_t before = tool_at(0.030 + 0.0146, 0.0), past = tool_at(0.030 + 0.0146 + 0.002, 0.0);
    (void)settle(&soft, &before, &still, 1000);
    (void)settle(&hard, &past, &still, 1000);
    // With a spring of 5 N/mm the 2 mm would add at most 10 N; on the stop they go into the bone.
    assert_true(hard.normal_force_N - soft.normal_force_N > 50.0);
}

static void friction_is_the_coefficient_times_the_force(void** state)
{
    (void)state;
    contact_state_t contact = {0};
    const pose_t tool = tool_at(0.0144, 0.0);
    const twist_t sliding = {.linear_mps = {0.05, 0.0, 0.0}};
    const arm_load_t load = settle(&contact, &tool, &sliding, 1000);
    assert_near(load.wrench.force_N.x, -0.15 * 27.0, 0.01);
    assert_near(vec3_norm(contact.shear_N), 0.15 * 27.0, 0.01);
    // A pad that stops keeps the skin stretched.
    const arm_load_t rest = settle(&contact, &tool, &still, 1000);
    assert_near(rest.wrench.force_N.x, -0.15 * 27.0, 0.01);
}

/// Presses with 27 N, then moves the tool along the skin with `twist` for `steps` steps.
static contact_state_t pressed_and_moved(const twist_t* twist, int steps)
{
    contact_state_t contact = {0};
    const pose_t tool = tool_at(0.0144, 0.0);
    (void)settle(&contact, &tool, &still, 1000);
    (void)settle(&contact, &tool, twist, steps);
    return contact;
}

static void skin_goes_along_with_the_pad_until_friction_gives_way(void** state)
{
    (void)state;
    const double grip_N_per_m = tissue_shear_stiffness_N_per_m(&muscle);
    const double way_m = 0.15 * 27.0 / grip_N_per_m; // at which friction gives way
    const twist_t slow = {.linear_mps = {0.01, 0.0, 0.0}};
    const int steps = (int)(way_m / (0.01 * STEP_S));
    const int half = steps / 2;
    const contact_state_t before = pressed_and_moved(&slow, half);
    assert_near(before.stretch_m.x, 0.01 * STEP_S * half, 1e-9);
    assert_near(before.shear_N.x, -grip_N_per_m * before.stretch_m.x, 1e-9);
    assert_near(before.slid_m, 0.0, 1e-12);
    const contact_state_t after = pressed_and_moved(&slow, 3 * steps);
    assert_near(after.stretch_m.x, way_m, 1e-5);
    assert_near(after.slid_m, 0.01 * STEP_S * 3 * steps - way_m, 2e-5);
}

static void lifted_pad_lets_go_of_the_skin(void** state)
{
    (void)state;
    const twist_t slow = {.linear_mps = {0.01, 0.02, 0.0}};
    contact_state_t contact = pressed_and_moved(&slow, 100);
    assert_true(vec3_norm(contact.stretch_m) > 0.001);
    const pose_t away = tool_at(-0.05, 0.0);
    (void)settle(&contact, &away, &still, 1);
    assert_near(vec3_norm(contact.stretch_m), 0.0, 0.0);
    assert_near(vec3_norm(contact.shear_N), 0.0, 0.0);
}

/// Stretching takes at least what the skin gives back, whatever way the pad goes: the work done on
/// the pad by the skin over any walk that ends where it began is never above 0.
static void skin_never_gives_back_more_than_it_took(void** state)
{
    (void)state;
    uint64_t seed = 20261122;
    for (int walk = 0; walk < 200; ++walk) {
        const contact_settings_t settings = contact_settings_of(&tool_settings, 0, 0.3);
        contact_state_t contact = {0};
        const pose_t tool = tool_at(0.0144, 0.0);
        (void)settle(&contact, &tool, &still, 500);
        vec3_t way_m = {0.0, 0.0, 0.0};
        double work_J = 0.0;
        for (int leg = 0; leg < 12; ++leg) {
            vec3_t speed_mps = {0.0, 0.0, 0.0};
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            speed_mps.x = ((double)(seed >> 40) / 8388608.0 - 1.0) * 0.1;
            speed_mps.y = ((double)(seed >> 20 & 0xFFFFFFu) / 8388608.0 - 1.0) * 0.1;
            if (leg == 11) { // back to the beginning
                speed_mps = vec3_scale(way_m, -1.0 / (100 * STEP_S));
            }
            const twist_t twist = {.linear_mps = speed_mps};
            for (int i = 0; i < 100; ++i) {
                const vec3_t pad_m = contact_pad_m(&contact, &tool);
                const client_skin_t skin = {
                    .touchable = true, .depth_m = -pad_m.z, .normal = vec3(0.0, 0.0, 1.0)};
                (void)contact_advance(&settings, &contact, &tool, &twist, &skin, &muscle, STEP_S);
                work_J += vec3_dot(contact.shear_N, speed_mps) * STEP_S;
                way_m = vec3_add(way_m, vec3_scale(speed_mps, STEP_S));
            }
        }
        const double left_J = 0.5 * tissue_shear_stiffness_N_per_m(&muscle) *
                              vec3_dot(contact.stretch_m, contact.stretch_m);
        if (!(work_J + left_J <= 1e-9)) {
            fail_msg("walk %d of seed 20261122: %.3g J gained", walk, work_J + left_J);
        }
    }
}

static void tilted_tool_feels_the_whole_force_of_the_skin(void** state)
{
    (void)state;
    for (double tilt_rad = -0.5; tilt_rad <= 0.5; tilt_rad += 0.125) {
        contact_state_t contact = {0};
        const pose_t tool = tool_at(0.0144, tilt_rad);
        const twist_t sliding = {.linear_mps = {0.03, 0.04, 0.0}};
        const arm_load_t load = settle(&contact, &tool, &sliding, 2000);
        // At rest along the spring nothing is lost: normal force up, friction against the motion.
        assert_near(load.wrench.force_N.z, contact.normal_force_N, 0.02);
        assert_near(load.wrench.force_N.x, -0.6 * 0.15 * contact.normal_force_N, 0.02);
        assert_near(load.wrench.force_N.y, -0.8 * 0.15 * contact.normal_force_N, 0.02);
    }
}

static void lifting_off_at_once_never_pulls(void** state)
{
    (void)state;
    const contact_settings_t settings = contact_settings_of(&tool_settings, 0, 0.15);
    contact_state_t contact = {0};
    const pose_t tool = tool_at(0.0144, 0.0);
    (void)settle(&contact, &tool, &still, 500);
    double below_m = 0.0144;
    for (int i = 0; i < 400; ++i) {
        below_m -= 0.25 * STEP_S;
        const pose_t rising = tool_at(below_m, 0.0);
        const twist_t twist = {.linear_mps = {0.0, 0.0, 0.25}};
        const client_skin_t skin = {.touchable = true,
                                    .depth_m = -contact_pad_m(&contact, &rising).z,
                                    .normal = vec3(0.0, 0.0, 1.0)};
        (void)contact_advance(&settings, &contact, &rising, &twist, &skin, &muscle, STEP_S);
        assert_true(contact.normal_force_N >= 0.0);
    }
    assert_true(contact.normal_force_N == 0.0);
    assert_near(contact.compression_m, 0.0, 1e-4); // the pad has come to rest on its spring
}

static void free_pad_stays_where_it_is(void** state)
{
    (void)state;
    const contact_settings_t settings = contact_settings_of(&tool_settings, 0, 0.15);
    contact_state_t contact = {0};
    const client_skin_t nothing = {.touchable = false};
    const pose_t tool = tool_at(-0.2, 0.3);
    const arm_load_t load = contact_advance(&settings, &contact, &tool, &still, &nothing,
                                            &(tissue_settings_t){.relaxation_time_s = 1.0}, STEP_S);
    assert_near(vec3_norm(load.wrench.force_N), 0.0, 0.0);
    assert_near(contact.compression_m, 0.0, 0.0);
    assert_near(vec3_norm(vec3_sub(contact.pad_m, tool.position_m)), 0.0, 1e-12);
}

static void hard_landings_stay_finite(void** state)
{
    (void)state;
    const contact_settings_t settings = contact_settings_of(&tool_settings, 0, 0.15);
    for (double speed_mps = 0.01; speed_mps <= 2.0; speed_mps *= 1.5) {
        contact_state_t contact = {0};
        double below_m = -0.005;
        for (int i = 0; i < 200 && below_m < 0.045; ++i) {
            below_m += speed_mps * STEP_S;
            const pose_t tool = tool_at(below_m, 0.0);
            const twist_t twist = {.linear_mps = {0.0, 0.0, -speed_mps}};
            const client_skin_t skin = {.touchable = true,
                                        .depth_m = -contact_pad_m(&contact, &tool).z,
                                        .normal = vec3(0.0, 0.0, 1.0)};
            (void)contact_advance(&settings, &contact, &tool, &twist, &skin, &muscle, STEP_S);
            assert_true(isfinite(contact.normal_force_N) && contact.normal_force_N >= 0.0);
            assert_true(contact.compression_m > -0.01 && contact.compression_m < 0.06);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spring_and_tissue_share_the_way_in_series),
        cmocka_unit_test(bone_takes_over_below_its_depth),
        cmocka_unit_test(spring_at_its_end_passes_the_way_on_to_the_body),
        cmocka_unit_test(friction_is_the_coefficient_times_the_force),
        cmocka_unit_test(skin_goes_along_with_the_pad_until_friction_gives_way),
        cmocka_unit_test(lifted_pad_lets_go_of_the_skin),
        cmocka_unit_test(skin_never_gives_back_more_than_it_took),
        cmocka_unit_test(tilted_tool_feels_the_whole_force_of_the_skin),
        cmocka_unit_test(lifting_off_at_once_never_pulls),
        cmocka_unit_test(free_pad_stays_where_it_is),
        cmocka_unit_test(hard_landings_stay_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
