/// The true arm: brakes, servo loops, torque limits and end stops, each against a figure worked out
/// by hand; and that the answer does not hang on the step.
#include "tests/support/cmocka_prelude.h"

#include "sim/arm.h"
#include "sim/contact.h"
#include "tests/sim/table_under_test.h"

#define STEP_S 0.001

static machine_settings_t machine;
static const arm_load_t no_load;

static arm_t parked_arm(uint64_t seed)
{
    arm_t arm;
    table_machine(&machine);
    random_stream_t stream = random_stream(seed, 0);
    assert_true(arm_init(&arm, &machine.arm, 0, &stream));
    return arm;
}

static void hold_all(const arm_t* arm, bool powered, bool braked, arm_actuation_t* actuation)
{
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        actuation[j] = (arm_actuation_t){.powered = powered,
                                         .braked = braked,
                                         .reference = arm->position.at[j],
                                         .effort_limit = arm->chain.effort_max.at[j]};
    }
}

static void step(arm_t* arm, const arm_actuation_t* actuation, const arm_load_t* load,
                 double step_s)
{
    arm_advance(arm, actuation, load, step_s);
    arm_prepare(arm);
}

static void parked_pad_points_down_where_the_closed_form_says(void** state)
{
    (void)state;
    const arm_t arm = parked_arm(1);
    assert_near(arm.motion.tool.position_m.x, 1.0, 1e-9);
    assert_near(arm.motion.tool.position_m.y, 0.0, 1e-9);
    assert_near(arm.motion.tool.position_m.z, 0.45, 1e-9);
    assert_near(quat_rotate(arm.motion.tool.orientation, vec3(0, 0, 1)).z, -1.0, 1e-9);
}

static void masses_differ_from_the_model_by_at_most_3_percent(void** state)
{
    (void)state;
    bool differ = false;
    for (uint64_t seed = 0; seed < 50; ++seed) {
        const arm_t arm = parked_arm(seed);
        for (int j = 0; j < TABLE_JOINTS - 1; ++j) { // the last link carries the tool
            const double ratio = arm.chain.mass_kg[j] / machine.arm.joints[j].mass_kg;
            assert_near(ratio, 1.0, 0.03);
            differ = differ || fabs(ratio - 1.0) > 0.02;
        }
    }
    assert_true(differ);
}

static void brakes_hold_the_arm_for_a_minute(void** state)
{
    (void)state;
    arm_t arm = parked_arm(1);
    const joints_t start = arm.position;
    arm_actuation_t actuation[TABLE_JOINTS];
    hold_all(&arm, false, true, actuation);
    for (int i = 0; i < 60000; ++i) {
        step(&arm, actuation, &no_load, STEP_S);
    }
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        assert_near(arm.position.at[j], start.at[j], 1e-4);
        assert_true(arm.effort.at[j] == 0.0);
    }
}

static void without_torque_and_brakes_the_arm_falls(void** state)
{
    (void)state;
    arm_t arm = parked_arm(1);
    arm_actuation_t actuation[TABLE_JOINTS];
    hold_all(&arm, false, false, actuation);
    for (int i = 0; i < 300; ++i) {
        step(&arm, actuation, &no_load, STEP_S);
    }
    assert_true(arm.motion.tool.position_m.z < 0.45 - 0.05);
}

static void servos_hold_still_against_gravity(void** state)
{
    (void)state;
    arm_t arm = parked_arm(1);
    const joints_t start = arm.position;
    arm_actuation_t actuation[TABLE_JOINTS];
    hold_all(&arm, true, false, actuation);
    double most = 0.0;
    for (int i = 0; i < 2000; ++i) {
        step(&arm, actuation, &no_load, STEP_S);
        for (int j = 0; j < TABLE_JOINTS; ++j) {
            most = fmax(most, fabs(arm.position.at[j] - start.at[j]));
        }
    }
    assert_true(most < 2e-3); // the dip until the integral part carries the weight
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        assert_near(arm.position.at[j], start.at[j], 2e-5);
        // What the motors give then is the weight: the bias of the equation of motion at rest.
        assert_near(arm.effort.at[j], arm.motion.bias.at[j], 0.02 * arm.chain.effort_max.at[j]);
    }
}

static void joints_lag_a_ramp_by_6_ms(void** state)
{
    (void)state;
    for (int moved = 0; moved < TABLE_JOINTS; ++moved) {
        arm_t arm = parked_arm(1);
        arm_actuation_t actuation[TABLE_JOINTS];
        hold_all(&arm, true, false, actuation);
        const double speed = moved == 0 ? 0.2 : 0.3;
        for (int i = 0; i < 1000; ++i) {
            actuation[moved].reference += speed * STEP_S;
            actuation[moved].reference_speed = speed;
            step(&arm, actuation, &no_load, STEP_S);
        }
        // (1 - 0.7) / 50 per second, as the servo is set; the reference is that of the step's end.
        const double lag_s = (actuation[moved].reference - arm.position.at[moved]) / speed;
        assert_near(lag_s, 0.006, 0.0015);
    }
}

static void torque_limit_bounds_the_force_the_tool_can_hold(void** state)
{
    (void)state;
    // Joint 1 turns about the vertical: no weight. The pad is 0.48 m away from its axis, so along x
    // the tool can hold 20 Nm / 0.48 m = 41.7 N by torque and 6 Nm / 0.48 m = 12.5 N by dry
    // friction.
    const double forces_N[] = {35.0, 60.0};
    for (int k = 0; k < 2; ++k) {
        arm_t arm = parked_arm(1);
        arm_actuation_t actuation[TABLE_JOINTS];
        hold_all(&arm, true, false, actuation);
        actuation[0] = (arm_actuation_t){.braked = true};
        actuation[1].effort_limit = 20.0;
        arm_load_t load = no_load;
        load.wrench.force_N.x = forces_N[k];
        for (int i = 0; i < 500; ++i) {
            step(&arm, actuation, &load, STEP_S);
            for (int j = 0; j < TABLE_JOINTS; ++j) {
                assert_true(fabs(arm.effort.at[j]) <= actuation[j].effort_limit);
            }
        }
        const double moved_m = arm.motion.tool.position_m.x - 1.0;
        if (k == 0) {
            assert_near(moved_m, 0.0, 1e-3);
        } else {
            assert_true(moved_m > 0.02); // 2.8 Nm are left to move about 5 kgm2
        }
    }
}

static void end_stops_hold_a_driven_joint(void** state)
{
    (void)state;
    arm_t arm = parked_arm(1);
    arm_actuation_t actuation[TABLE_JOINTS];
    hold_all(&arm, true, false, actuation);
    double farthest = 0.0;
    for (int i = 0; i < 8000; ++i) {
        actuation[0].reference += 0.5 * STEP_S;
        actuation[0].reference_speed = 0.5;
        step(&arm, actuation, &no_load, STEP_S);
        farthest = fmax(farthest, arm.position.at[0]);
    }
    const double stop = arm.chain.position_max.at[0] + ARM_END_STOP_OVERTRAVEL;
    assert_true(farthest > stop && farthest < stop + 0.02);
}

static void settings_no_arm_can_have_are_refused(void** state)
{
    (void)state;
    arm_t arm;
    table_machine(&machine);
    random_stream_t stream = random_stream(1, 0);
    machine.arm.joint_count = 0;
    assert_false(arm_init(&arm, &machine.arm, 0, &stream));
    machine.arm.joint_count = JOINT_CAPACITY + 1;
    assert_false(arm_init(&arm, &machine.arm, 0, &stream));
    table_machine(&machine);
    machine.arm.joints[3].axis[1] = 0.0;
    assert_false(arm_init(&arm, &machine.arm, 0, &stream));
}

/// Presses the pad onto skin from above at 30 mm/s for 20 mm, then holds; notes the force every 4
/// ms.
static int press(double step_s, double* forces_N)
{
    arm_t arm = parked_arm(1);
    const contact_settings_t settings = contact_settings_of(&machine.arm.tool, 0, 0.15);
    const tissue_settings_t tissue = table_tissue();
    contact_state_t contact = {0};
    arm_actuation_t actuation[TABLE_JOINTS];
    hold_all(&arm, true, false, actuation);
    int noted = 0;
    const int steps = (int)lround(1.6 / step_s), per_note = (int)lround(0.004 / step_s);
    for (int i = 1; i <= steps; ++i) {
        const double time_s = i * step_s;
        double before[TABLE_JOINTS], now[TABLE_JOINTS];
        const double fall_m = 0.030 * fmin(fmax(time_s - 0.5, 0.0), 0.8);
        const double fall_before_m = 0.030 * fmin(fmax(time_s - step_s - 0.5, 0.0), 0.8);
        table_joints_over(1.0, 0.45 - fall_before_m, before);
        table_joints_over(1.0, 0.45 - fall_m, now);
        for (int j = 0; j < TABLE_JOINTS; ++j) {
            actuation[j].reference = now[j];
            actuation[j].reference_speed = (now[j] - before[j]) / step_s;
        }
        const pose_t tool = arm.motion.tool;
        const vec3_t pad_m = contact_pad_m(&contact, &tool);
        const client_skin_t skin = {
            .touchable = true, .depth_m = 0.446 - pad_m.z, .normal = vec3(0.0, 0.0, 1.0)};
        const arm_load_t load = contact_advance(&settings, &contact, &tool, &arm.motion.tool_twist,
                                                &skin, &tissue, step_s);
        step(&arm, actuation, &load, step_s);
        if (i % per_note == 0) {
            forces_N[noted++] = contact.normal_force_N;
        }
    }
    return noted;
}

static void contact_force_does_not_hang_on_the_step(void** state)
{
    (void)state;
    static double coarse_N[500], fine_N[500];
    const int count = press(0.001, coarse_N);
    assert_int_equal(press(0.00025, fine_N), count);
    double most_N = 0.0, worst_N = 0.0;
    for (int i = 0; i < count; ++i) {
        most_N = fmax(most_N, fine_N[i]);
        worst_N = fmax(worst_N, fabs(coarse_N[i] - fine_N[i]));
    }
    print_message("peak %.2f N, worst difference %.3f N\n", most_N, worst_N);
    assert_true(most_N > 30.0);
    assert_true(worst_N <= 0.03 * most_N);
}

static void tool_of_another_mass_changes_the_last_link_alone_and_back(void** state)
{
    (void)state;
    arm_t arm = parked_arm(3);
    const chain_t before = arm.chain;
    const double masses_kg[] = {4.5, 0.0, -1.0, TABLE_TOOL_MASS_KG};
    const double hung_kg[] = {4.5, 0.0, 0.0, TABLE_TOOL_MASS_KG};
    for (int i = 0; i < 4; ++i) {
        arm_carry(&arm, masses_kg[i]);
        const int last = TABLE_JOINTS - 1;
        assert_near(arm.chain.mass_kg[last] - before.mass_kg[last], hung_kg[i] - TABLE_TOOL_MASS_KG,
                    1e-12);
        for (int j = 0; j < last; ++j) {
            assert_true(arm.chain.mass_kg[j] == before.mass_kg[j]);
        }
    }
    assert_memory_equal(&arm.chain, &before, sizeof before);
}

static void servo_with_a_sound_fault_record_is_bit_for_bit_the_servo_without(void** state)
{
    (void)state;
    static const arm_fault_t sound = {.encoder_gain = 1.0};
    arm_t arm = parked_arm(4), other = arm;
    arm_actuation_t actuation[TABLE_JOINTS], recorded[TABLE_JOINTS];
    hold_all(&arm, true, false, actuation);
    for (int i = 0; i < 500; ++i) {
        actuation[4].reference += 0.0005;
        actuation[4].reference_speed = 0.5;
        memcpy(recorded, actuation, sizeof recorded);
        for (int j = 0; j < TABLE_JOINTS; ++j) {
            recorded[j].fault = &sound;
        }
        step(&arm, actuation, &no_load, STEP_S);
        step(&other, recorded, &no_load, STEP_S);
        assert_memory_equal(&arm.position, &other.position, sizeof arm.position);
        assert_memory_equal(&arm.effort, &other.effort, sizeof arm.effort);
    }
}

static void servo_on_a_backward_encoder_runs_off_at_no_more_than_its_limit(void** state)
{
    (void)state;
    arm_t arm = parked_arm(5);
    arm_actuation_t actuation[TABLE_JOINTS];
    hold_all(&arm, true, false, actuation);
    const double start = arm.position.at[4];
    const arm_fault_t backward = {.encoder_gain = -10.0, .encoder_offset = 11.0 * start};
    actuation[4].fault = &backward;
    actuation[4].reference += 0.001;
    for (int i = 0; i < 2000; ++i) {
        step(&arm, actuation, &no_load, STEP_S);
        assert_true(fabs(arm.effort.at[4]) <= arm.chain.effort_max.at[4]);
        assert_true(isfinite(arm.position.at[4]));
    }
    assert_true(fabs(arm.position.at[4] - start) > 1.0);
    assert_true(fabs(arm.position.at[4]) < 3.0 + 2.0 * ARM_END_STOP_OVERTRAVEL); // its end stop
}

static void brake_that_lost_all_holds_nothing(void** state)
{
    (void)state;
    const double lost[] = {0.0, 1.0};
    for (int i = 0; i < 2; ++i) {
        arm_t arm = parked_arm(6);
        arm_actuation_t actuation[TABLE_JOINTS];
        hold_all(&arm, false, true, actuation);
        const arm_fault_t fault = {.encoder_gain = 1.0, .brake_lost = lost[i]};
        actuation[3].fault = &fault;
        const double start = arm.position.at[3];
        for (int k = 0; k < 500; ++k) {
            step(&arm, actuation, &no_load, STEP_S);
        }
        assert_int_equal(fabs(arm.position.at[3] - start) > 0.1, i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parked_pad_points_down_where_the_closed_form_says),
        cmocka_unit_test(masses_differ_from_the_model_by_at_most_3_percent),
        cmocka_unit_test(brakes_hold_the_arm_for_a_minute),
        cmocka_unit_test(without_torque_and_brakes_the_arm_falls),
        cmocka_unit_test(servos_hold_still_against_gravity),
        cmocka_unit_test(joints_lag_a_ramp_by_6_ms),
        cmocka_unit_test(torque_limit_bounds_the_force_the_tool_can_hold),
        cmocka_unit_test(end_stops_hold_a_driven_joint),
        cmocka_unit_test(settings_no_arm_can_have_are_refused),
        cmocka_unit_test(contact_force_does_not_hang_on_the_step),
        cmocka_unit_test(tool_of_another_mass_changes_the_last_link_alone_and_back),
        cmocka_unit_test(servo_with_a_sound_fault_record_is_bit_for_bit_the_servo_without),
        cmocka_unit_test(servo_on_a_backward_encoder_runs_off_at_no_more_than_its_limit),
        cmocka_unit_test(brake_that_lost_all_holds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
