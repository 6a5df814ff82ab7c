/// What an arm can follow along the normal, against figures worked out by hand, and what a posture
/// of the shipped arm can do, against the joints' own limits.
#include "tests/support/cmocka_prelude.h"

#include "config/load.h"
#include "kinematics/ik.h"
#include "routines/bandwidth.h"
#include "tests/support/gantry.h"

#define PI 3.14159265358979323846

static const bandwidth_limits_t plenty = {
    .loop_delay_s = 1e-4, .drive_lag_s = 1e-4, .speed_max_mps = 1e3, .acceleration_max_mps2 = 1e3};

static void a_hop_is_held_back_by_its_speed(void** state)
{
    (void)state;
    // 5 mm in 0.65 of a cycle: at f the tool goes at pi 0.005 f / 0.65.
    bandwidth_limits_t limits = plenty;
    limits.speed_max_mps = 0.1;
    const bandwidth_t found = bandwidth_of_hop(&limits, 0.005, 0.65);
    assert_near(found.rate_max_Hz, 0.1 * 0.65 / (PI * 0.005), 1e-9);
    assert_int_equal(found.reason, BANDWIDTH_SPEED);
}

static void a_swing_is_held_back_by_its_acceleration(void** state)
{
    (void)state;
    // 3 N on 3 N/mm are 1 mm: (2 pi f)^2 0.001 m/s2.
    bandwidth_limits_t limits = plenty;
    limits.acceleration_max_mps2 = 2.0;
    const bandwidth_t found = bandwidth_of_swing(&limits, 3.0, 3000.0);
    assert_near(found.rate_max_Hz, sqrt(2.0 / 0.001) / (2.0 * PI), 1e-9);
    assert_int_equal(found.reason, BANDWIDTH_ACCELERATION);
}

static void lag_and_delay_hold_back_even_the_smallest_motion(void** state)
{
    (void)state;
    bandwidth_limits_t limits = plenty;
    limits.drive_lag_s = 0.010;
    bandwidth_t found = bandwidth_of_swing(&limits, 1e-3, 3000.0);
    // A first-order lag of 10 ms keeps 0.8 at 75 rad/s.
    assert_near(found.rate_max_Hz, 75.0 / (2.0 * PI), 1e-9);
    assert_int_equal(found.reason, BANDWIDTH_LAG);
    limits.loop_delay_s = 0.100;
    found = bandwidth_of_swing(&limits, 1e-3, 3000.0);
    assert_near(found.rate_max_Hz, 2.5, 1e-9);
    assert_int_equal(found.reason, BANDWIDTH_DELAY);
}

static void unknown_figures_allow_no_rate_at_all(void** state)
{
    (void)state;
    for (int field = 0; field < 4; ++field) {
        const double wrong[] = {(double)NAN, -1.0, (double)INFINITY};
        for (int i = 0; i < 3; ++i) {
            bandwidth_limits_t limits = plenty;
            double* const fields[] = {&limits.loop_delay_s, &limits.drive_lag_s,
                                      &limits.speed_max_mps, &limits.acceleration_max_mps2};
            *fields[field] = wrong[i];
            const bool endless = i == 2 && field >= 2; // no limit at all is one that is unknown
            const bandwidth_t found = bandwidth_of_hop(&limits, 0.005, 0.65);
            assert_true(found.rate_max_Hz == 0.0 || endless);
            assert_true(isfinite(found.rate_max_Hz));
        }
    }
    assert_true(bandwidth_of_hop(&plenty, (double)NAN, 0.65).rate_max_Hz == 0.0);
    assert_true(bandwidth_of_swing(&plenty, 3.0, 0.0).rate_max_Hz == 0.0);
}

static machine_settings_t machine;
static findings_t findings;

static void a_posture_moves_along_its_axis_within_the_joints_limits(void** state)
{
    (void)state;
    assert_true(load_machine("config/machines/rail6.yaml", "config/devices", &machine, &findings));
    chain_t chain;
    assert_true(chain_build(&machine.arm, 0, &chain));
    joints_t joints = chain.preferred;
    for (double x_m = 0.5; x_m < 1.6; x_m += 0.25) {
        for (double y_m = -0.2; y_m < 0.25; y_m += 0.2) {
            const pose_t tool = {vec3(x_m, y_m, 0.2),
                                 quat_from_z_and_x(vec3(0.0, 0.0, -1.0), vec3(1.0, 0.0, 0.0))};
            if (ik_solve(&chain, &tool, &joints, &joints, NULL) != IK_OK) {
                continue;
            }
            const normal_motion_t most = bandwidth_of_posture(&chain, &joints);
            assert_true(most.speed_mps > 0.3 && most.speed_mps < 3.0);
            assert_true(most.acceleration_mps2 > 2.0 && most.acceleration_mps2 < 12.0);
            print_message("x %.2f y %.2f: %.2f m/s %.2f m/s2\n", x_m, y_m, most.speed_mps,
                          most.acceleration_mps2);
        }
    }
}

/// Yielding is not held back by the joints' speeds: over the body, from end to end, from its middle
/// to its flanks and as they slope there, with more than the highest speed that a file of limits
/// may state, 0.40 m/s.
static void a_yield_saturates_no_joint_over_the_body(void** state)
{
    (void)state;
    assert_true(load_machine("config/machines/rail6.yaml", "config/devices", &machine, &findings));
    chain_t chain;
    assert_true(chain_build(&machine.arm, 0, &chain));
    double least_mps = HUGE_VAL;
    int places = 0;
    for (int i = 0; i < 18 * 7 * 7 * 3; ++i) {
        const int along = i / 147;
        const int across = i / 21 % 7;
        const int up = i / 3 % 7;
        const double y_m = -0.3 + 0.1 * across;
        const double tilt_rad = -0.25 * (i % 3) * (y_m > 0.0 ? 1.0 : -1.0);
        const vec3_t place_m = vec3(0.2 + 0.1 * along, y_m, 0.10 + 0.05 * up);
        const vec3_t into = vec3(0.0, sin(tilt_rad), -cos(tilt_rad));
        const pose_t tool = {place_m, quat_from_z_and_x(into, vec3(1.0, 0.0, 0.0))};
        joints_t joints = chain.preferred;
        if (ik_solve(&chain, &tool, &joints, &joints, NULL) == IK_OK) {
            least_mps = fmin(least_mps, bandwidth_of_posture(&chain, &joints).speed_mps);
            ++places;
        }
    }
    print_message("%d places: %.2f m/s along the tool's axis at least\n", places, least_mps);
    assert_true(places > 1000);
    assert_true(least_mps > 0.40);
}

static void a_posture_that_cannot_move_along_its_axis_says_so(void** state)
{
    (void)state;
    // Rails along x, y and z with the tool pointing down: as quick as the rail along z is; without
    // that one, not at all.
    arm_settings_t arm = {0};
    gantry_arm(&arm);
    chain_t chain;
    assert_true(chain_build(&arm, 0, &chain));
    const normal_motion_t most = bandwidth_of_posture(&chain, &chain.parked);
    assert_near(most.speed_mps, 1.0, 1e-6);
    assert_near(most.acceleration_mps2, 10.0, 1e-5);
    arm.joint_count = 2;
    assert_true(chain_build(&arm, 0, &chain));
    const normal_motion_t none = bandwidth_of_posture(&chain, &chain.parked);
    assert_true(none.speed_mps == 0.0 && none.acceleration_mps2 == 0.0);
}

static void the_machines_delays_add_up(void** state)
{
    (void)state;
    assert_true(load_machine("config/machines/rail6.yaml", "config/devices", &machine, &findings));
    const machine_delays_t delays = bandwidth_delays(&machine);
    assert_near(delays.drive_lag_s, 0.010, 1e-12);
    assert_near(delays.sensor_s, 0.004, 1e-12);
    assert_near(delays.command_s, 0.014, 1e-12);
    assert_near(delays.loop_s, 0.020, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hop_is_held_back_by_its_speed),
        cmocka_unit_test(a_swing_is_held_back_by_its_acceleration),
        cmocka_unit_test(lag_and_delay_hold_back_even_the_smallest_motion),
        cmocka_unit_test(unknown_figures_allow_no_rate_at_all),
        cmocka_unit_test(a_posture_moves_along_its_axis_within_the_joints_limits),
        cmocka_unit_test(a_yield_saturates_no_joint_over_the_body),
        cmocka_unit_test(a_posture_that_cannot_move_along_its_axis_says_so),
        cmocka_unit_test(the_machines_delays_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
