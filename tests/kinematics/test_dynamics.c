/// Statics by hand, the two recursions against each other, and motion against what physics
/// conserves.
#include "tests/support/cmocka_prelude.h"

#include "kinematics/cholesky.h"
#include "kinematics/dynamics.h"
#include "tests/kinematics/arms.h"

static const vec3_t GRAVITY = {0.0, 0.0, -9.80665};

/// A rod that swings about the table's y axis; at zero it points along x. Point mass of 2 kg at 0.5
/// m.
static chain_t pendulum(double rotor_inertia)
{
    arm_settings_t arm = {0};
    const double none[3] = {0.0, 0.0, 0.0};
    const double axis[3] = {0.0, 1.0, 0.0};
    joint_settings_t* joint = arm_add_joint(&arm, JOINT_REVOLUTE, none, none, axis);
    memset(joint->inertia_kgm2, 0, sizeof joint->inertia_kgm2);
    memset(joint->centre_of_mass_m, 0, sizeof joint->centre_of_mass_m);
    joint->centre_of_mass_m[0] = 0.5;
    joint->mass_kg = 2.0;
    joint->rotor_inertia = rotor_inertia;
    arm_add_pads(&arm);
    return arm_chain(arm);
}

static void level_link_weighs_mass_times_lever(void** state)
{
    (void)state;
    const chain_t chain = pendulum(0.0);
    const joints_t none = {{0.0}};
    joints_t efforts;
    dynamics_inverse(&chain, &none, &none, &none, GRAVITY, &efforts);
    // Turning about +y lowers +x: holding it up takes a negative torque, 2 kg x g x 0.5 m.
    assert_near(efforts.at[0], -9.80665, 1e-14);
    const joints_t hanging = {{0.5 * ARM_PI}};
    dynamics_inverse(&chain, &hanging, &none, &none, GRAVITY, &efforts);
    assert_near(efforts.at[0], 0.0, 1e-14);
}

static void turning_link_resists_by_mass_and_rotor(void** state)
{
    (void)state;
    const chain_t chain = pendulum(0.25);
    const joints_t none = {{0.0}};
    const joints_t acceleration = {{3.0}};
    joints_t efforts;
    dynamics_inverse(&chain, &none, &none, &acceleration, vec3(0.0, 0.0, 0.0), &efforts);
    assert_near(efforts.at[0], 3.0 * (2.0 * 0.25 + 0.25), 1e-14);
    mass_matrix_t mass;
    dynamics_mass_matrix(&chain, &none, &mass);
    assert_near(mass.at[0][0], 0.75, 1e-15);
}

static void planar_arm_agrees_with_the_textbook(void** state)
{
    (void)state;
    // Two rods of 0.4 m, point masses 3 and 2 kg at their ends, turning in the level plane: the
    // closed form of any textbook (Craig 2005, 6.8), here without gravity.
    arm_settings_t arm = arm_planar();
    for (int i = 0; i < 2; i++) {
        joint_settings_t* joint = &arm.joints[i];
        memset(joint->inertia_kgm2, 0, sizeof joint->inertia_kgm2);
        memset(joint->centre_of_mass_m, 0, sizeof joint->centre_of_mass_m);
        joint->centre_of_mass_m[0] = 0.4;
        joint->mass_kg = i == 0 ? 3.0 : 2.0;
        joint->rotor_inertia = 0.0;
    }
    const chain_t chain = arm_chain(arm);
    const joints_t positions = {{0.3, 0.7}};
    const joints_t speeds = {{1.1, -0.6}};
    chain_frames_t frames;
    mass_matrix_t mass;
    joints_t bias;
    dynamics_mass_and_bias(&chain, &positions, &speeds, GRAVITY, &frames, &mass, &bias);
    const double l2 = 0.16;
    const double c2 = cos(0.7);
    const double s2 = sin(0.7);
    assert_near(mass.at[0][0], 2.0 * l2 + 2.0 * 2.0 * l2 * c2 + (3.0 + 2.0) * l2, 1e-14);
    assert_near(mass.at[0][1], 2.0 * l2 + 2.0 * l2 * c2, 1e-14);
    assert_near(mass.at[1][1], 2.0 * l2, 1e-14);
    assert_near(bias.at[0], -2.0 * l2 * s2 * 0.36 - 2.0 * 2.0 * l2 * s2 * 1.1 * -0.6, 1e-14);
    assert_near(bias.at[1], 2.0 * l2 * s2 * 1.21, 1e-14);
}

static void for_each_arm(void (*check)(const chain_t* chain, uint64_t* random))
{
    uint64_t random = 31;
    print_message("seed 31\n");
    const chain_t chains[] = {arm_chain(arm_kr6()), arm_chain(arm_rail_kr6()),
                              arm_chain(arm_ur5e()), arm_chain(arm_iiwa()), arm_chain(arm_panda())};
    for (int i = 0; i < 5; i++) {
        check(&chains[i], &random);
    }
}

static void check_mass_matrix(const chain_t* chain, uint64_t* random)
{
    const joints_t none = {{0.0}};
    for (int trial = 0; trial < 100; trial++) {
        const joints_t positions = arm_random_joints(chain, random, 0.0);
        mass_matrix_t mass;
        dynamics_mass_matrix(chain, &positions, &mass);
        for (int i = 0; i < chain->joint_count; i++) {
            joints_t unit = {{0.0}};
            joints_t column;
            unit.at[i] = 1.0;
            dynamics_inverse(chain, &positions, &none, &unit, vec3(0.0, 0.0, 0.0), &column);
            for (int j = 0; j < JOINT_CAPACITY; j++) {
                assert_near(mass.at[j][i], column.at[j], 1e-12);
                assert_near(mass.at[i][j], mass.at[j][i], 0.0);
            }
        }
        cholesky_t factor;
        memcpy(factor.at, mass.at, sizeof factor.at);
        assert_true(cholesky_factor(&factor, chain->joint_count));
    }
}

static void mass_matrix_is_definite_and_made_of_inverse_dynamics(void** state)
{
    (void)state;
    for_each_arm(check_mass_matrix);
}

static void check_forward_undoes_inverse(const chain_t* chain, uint64_t* random)
{
    for (int trial = 0; trial < 100; trial++) {
        const joints_t positions = arm_random_joints(chain, random, 0.0);
        const joints_t speeds = arm_random_joints(chain, random, 0.0);
        const joints_t wanted = arm_random_joints(chain, random, 0.0);
        const wrench_t wrench = {vec3(5.0, -30.0, 20.0), vec3(1.0, 2.0, -3.0)};
        chain_frames_t frames;
        jacobian_t jacobian;
        joints_t efforts;
        joints_t pushed;
        joints_t got;
        dynamics_inverse(chain, &positions, &speeds, &wanted, GRAVITY, &efforts);
        fk_frames(chain, &positions, &frames);
        fk_jacobian(chain, &frames, &jacobian);
        fk_joint_efforts(chain, &jacobian, &wrench, &pushed);
        for (int i = 0; i < chain->joint_count; i++) {
            efforts.at[i] -= pushed.at[i];
        }
        assert_true(dynamics_forward(chain, &positions, &speeds, &efforts, &wrench, GRAVITY, &got));
        for (int i = 0; i < JOINT_CAPACITY; i++) {
            assert_near(got.at[i], wanted.at[i], 1e-9);
        }
    }
}

static void forward_undoes_inverse_even_when_pushed(void** state)
{
    (void)state;
    for_each_arm(check_forward_undoes_inverse);
}

static void check_momentum(const chain_t* chain, uint64_t* random)
{
    const double step_s = 1e-5;
    for (int trial = 0; trial < 50; trial++) {
        const joints_t positions = arm_random_joints(chain, random, 0.0);
        const joints_t speeds = arm_random_joints(chain, random, 0.0);
        const joints_t none = {{0.0}};
        mass_matrix_t mass;
        joints_t momentum;
        joints_t drift;
        joints_t bias;
        dynamics_mass_matrix(chain, &positions, &mass);
        chain_frames_t frames;
        fk_links(chain, &positions, &frames);
        dynamics_momentum(chain, &frames, &speeds, GRAVITY, &momentum, &drift);
        dynamics_inverse(chain, &positions, &speeds, &none, GRAVITY, &bias);
        joints_t before = positions;
        joints_t after = positions;
        for (int i = 0; i < chain->joint_count; i++) {
            before.at[i] -= step_s * speeds.at[i];
            after.at[i] += step_s * speeds.at[i];
        }
        mass_matrix_t mass_before;
        mass_matrix_t mass_after;
        dynamics_mass_matrix(chain, &before, &mass_before);
        dynamics_mass_matrix(chain, &after, &mass_after);
        for (int i = 0; i < JOINT_CAPACITY; i++) {
            double product = 0.0;
            double rate = 0.0; // of M, times the speeds
            for (int j = 0; j < chain->joint_count; j++) {
                product += mass.at[i][j] * speeds.at[j];
                rate +=
                    (mass_after.at[i][j] - mass_before.at[i][j]) / (2.0 * step_s) * speeds.at[j];
            }
            assert_near(momentum.at[i], product, 1e-11 * (1.0 + fabs(product)));
            const double bias_i = i < chain->joint_count ? bias.at[i] : 0.0;
            assert_near(drift.at[i], rate - bias_i, 1e-7 * (1.0 + fabs(rate) + fabs(bias_i)));
        }
    }
}

static void momentum_is_mass_times_speed_and_drifts_as_lagrange_says(void** state)
{
    (void)state;
    for_each_arm(check_momentum);
}

static double energy_J(const chain_t* chain, const joints_t* positions, const joints_t* speeds)
{
    mass_matrix_t mass;
    chain_frames_t frames;
    dynamics_mass_matrix(chain, positions, &mass);
    fk_frames(chain, positions, &frames);
    double energy = 0.0;
    for (int i = 0; i < chain->joint_count; i++) {
        for (int j = 0; j < chain->joint_count; j++) {
            energy += 0.5 * speeds->at[i] * mass.at[i][j] * speeds->at[j];
        }
        const double* r = frames.rotation[i];
        const double* c = chain->centre_of_mass_m[i];
        const double height_m = frames.origin_m[i][2] + r[6] * c[0] + r[7] * c[1] + r[8] * c[2];
        energy -= GRAVITY.z * chain->mass_kg[i] * height_m;
    }
    return energy;
}

typedef struct {
    joints_t positions;
    joints_t speeds;
} motion_t;

static motion_t motion_rate(const chain_t* chain, const motion_t* motion)
{
    const joints_t none = {{0.0}};
    const wrench_t no_wrench = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    motion_t rate = {motion->speeds, {{0.0}}};
    assert_true(dynamics_forward(chain, &motion->positions, &motion->speeds, &none, &no_wrench,
                                 GRAVITY, &rate.speeds));
    return rate;
}

static motion_t motion_moved(const motion_t* from, const motion_t* rate, double time_s)
{
    motion_t moved = *from;
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        moved.positions.at[i] += time_s * rate->positions.at[i];
        moved.speeds.at[i] += time_s * rate->speeds.at[i];
    }
    return moved;
}

/// Runge-Kutta's classic step of fourth order.
static void motion_step(const chain_t* chain, double time_s, motion_t* motion)
{
    const motion_t a = motion_rate(chain, motion);
    const motion_t at_b = motion_moved(motion, &a, 0.5 * time_s);
    const motion_t b = motion_rate(chain, &at_b);
    const motion_t at_c = motion_moved(motion, &b, 0.5 * time_s);
    const motion_t c = motion_rate(chain, &at_c);
    const motion_t at_d = motion_moved(motion, &c, time_s);
    const motion_t d = motion_rate(chain, &at_d);
    *motion = motion_moved(motion, &a, time_s / 6.0);
    *motion = motion_moved(motion, &b, time_s / 3.0);
    *motion = motion_moved(motion, &c, time_s / 3.0);
    *motion = motion_moved(motion, &d, time_s / 6.0);
}

static void check_energy(const chain_t* chain, uint64_t* random)
{
    motion_t motion = {arm_random_joints(chain, random, 0.2), {{0.0}}};
    for (int i = 0; i < chain->joint_count; i++) {
        motion.speeds.at[i] = arm_random_between(random, -1.0, 1.0);
    }
    const double before_J = energy_J(chain, &motion.positions, &motion.speeds);
    for (int step = 0; step < 2000; step++) {
        motion_step(chain, 0.0005, &motion);
    }
    assert_near(energy_J(chain, &motion.positions, &motion.speeds), before_J,
                1e-7 * (1.0 + fabs(before_J)));
}

/// Ten seconds at a kilohertz: what is lost or won, in parts of the largest kinetic energy.
static void check_energy_for_long(const chain_t* chain, uint64_t* random)
{
    const joints_t rest = {{0.0}};
    motion_t motion = {arm_random_joints(chain, random, 0.2), {{0.0}}};
    for (int i = 0; i < chain->joint_count; i++) {
        motion.speeds.at[i] = arm_random_between(random, -0.5, 0.5);
    }
    const double before_J = energy_J(chain, &motion.positions, &motion.speeds);
    double kinetic_J = 0.0;
    for (int step = 0; step < 10000; step++) {
        motion_step(chain, 0.001, &motion);
        if (step % 100 == 99) {
            const double now_J = energy_J(chain, &motion.positions, &motion.speeds);
            kinetic_J = fmax(kinetic_J, now_J - energy_J(chain, &motion.positions, &rest));
            assert_true(fabs(now_J - before_J) <= 1e-4 * kinetic_J);
        }
    }
    print_message("drift %.1e of %.0f J\n",
                  fabs(energy_J(chain, &motion.positions, &motion.speeds) - before_J) / kinetic_J,
                  kinetic_J);
}

static void ten_seconds_at_a_kilohertz_keep_the_energy(void** state)
{
    (void)state;
    for_each_arm(check_energy_for_long);
}

static void free_fall_keeps_its_energy(void** state)
{
    (void)state;
    for_each_arm(check_energy);
}

static void pendulum_swings_at_its_period(void** state)
{
    (void)state;
    // Small swings about hanging: T = 2 pi sqrt(I / m g l); with amplitude a, longer by a^2 / 16.
    const chain_t chain = pendulum(0.1);
    const double amplitude_rad = 0.05;
    const double period_s = 2.0 * ARM_PI * sqrt((2.0 * 0.25 + 0.1) / 9.80665) *
                            (1.0 + amplitude_rad * amplitude_rad / 16.0);
    motion_t motion = {{{0.5 * ARM_PI + amplitude_rad}}, {{0.0}}};
    const double step_s = 1e-3;
    double time_s = 0.0;
    double last_crossing_s = -1.0;
    int crossings = 0;
    double first_crossing_s = 0.0;
    while (crossings < 11) {
        const double before = motion.positions.at[0] - 0.5 * ARM_PI;
        motion_step(&chain, step_s, &motion);
        time_s += step_s;
        const double after = motion.positions.at[0] - 0.5 * ARM_PI;
        if (before > 0.0 && after <= 0.0) {
            last_crossing_s = time_s - step_s * after / (after - before);
            first_crossing_s = crossings == 0 ? last_crossing_s : first_crossing_s;
            crossings++;
        }
    }
    assert_near((last_crossing_s - first_crossing_s) / 10.0, period_s, 2e-6);
}

static void chain_without_inertia_has_no_accelerations(void** state)
{
    (void)state;
    arm_settings_t arm = arm_planar();
    for (int i = 0; i < 2; i++) {
        arm.joints[i].mass_kg = 0.0;
        arm.joints[i].rotor_inertia = 0.0;
        memset(arm.joints[i].inertia_kgm2, 0, sizeof arm.joints[i].inertia_kgm2);
    }
    const chain_t chain = arm_chain(arm);
    const joints_t joints = {{0.1, 0.2}};
    const wrench_t no_wrench = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    joints_t accelerations = {{7.0, 7.0}};
    assert_false(
        dynamics_forward(&chain, &joints, &joints, &joints, &no_wrench, GRAVITY, &accelerations));
    assert_near(accelerations.at[0], 0.0, 0.0);
    assert_near(accelerations.at[1], 0.0, 0.0);
}

static void solving_undoes_multiplying_and_refuses_indefinite(void** state)
{
    (void)state;
    mass_matrix_t mass = {{{4.0, 2.0, 0.6}, {2.0, 5.0, -1.0}, {0.6, -1.0, 3.0}}};
    joints_t b = {{4.0 + 4.0 + 1.8, 2.0 + 10.0 - 3.0, 0.6 - 2.0 + 9.0}};
    assert_true(dynamics_solve(&mass, 3, &b));
    assert_near(b.at[0], 1.0, 1e-14);
    assert_near(b.at[1], 2.0, 1e-14);
    assert_near(b.at[2], 3.0, 1e-14);
    mass.at[0][0] = 0.5;
    assert_false(dynamics_solve(&mass, 3, &b));
    assert_near(b.at[1], 2.0, 1e-14);
    mass.at[0][0] = (double)NAN;
    assert_false(dynamics_solve(&mass, 3, &b));
    assert_near(b.at[2], 3.0, 1e-14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(level_link_weighs_mass_times_lever),
        cmocka_unit_test(turning_link_resists_by_mass_and_rotor),
        cmocka_unit_test(planar_arm_agrees_with_the_textbook),
        cmocka_unit_test(mass_matrix_is_definite_and_made_of_inverse_dynamics),
        cmocka_unit_test(forward_undoes_inverse_even_when_pushed),
        cmocka_unit_test(momentum_is_mass_times_speed_and_drifts_as_lagrange_says),
        cmocka_unit_test(free_fall_keeps_its_energy),
        cmocka_unit_test(ten_seconds_at_a_kilohertz_keep_the_energy),
        cmocka_unit_test(pendulum_swings_at_its_period),
        cmocka_unit_test(chain_without_inertia_has_no_accelerations),
        cmocka_unit_test(solving_undoes_multiplying_and_refuses_indefinite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
