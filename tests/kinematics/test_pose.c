/// Quaternions and poses against rotations worked out by hand, and against each other's inverses.
#include "tests/support/cmocka_prelude.h"

#include "tests/kinematics/arms.h"

static void assert_vec3_near(vec3_t actual, vec3_t expected, double tolerance)
{
    assert_near(actual.x, expected.x, tolerance);
    assert_near(actual.y, expected.y, tolerance);
    assert_near(actual.z, expected.z, tolerance);
}

static vec3_t random_vec3(uint64_t* state, double size)
{
    const double x = arm_random_between(state, -size, size);
    const double y = arm_random_between(state, -size, size);
    return vec3(x, y, arm_random_between(state, -size, size));
}

static void quarter_turn_about_z_carries_x_into_y(void** state)
{
    (void)state;
    const quat_t q = quat_from_rotation_vector(vec3(0.0, 0.0, 0.5 * ARM_PI));
    assert_vec3_near(quat_rotate(q, vec3(1.0, 0.0, 0.0)), vec3(0.0, 1.0, 0.0), 1e-15);
    assert_near(q.z, sqrt(0.5), 1e-15);
    assert_near(q.w, sqrt(0.5), 1e-15);
}

static void roll_pitch_yaw_turn_about_fixed_axes(void** state)
{
    (void)state;
    // x into z by pitch -90, then z stays under yaw; y into x by yaw -90 after roll of none.
    const quat_t q = quat_from_rpy(0.0, -0.5 * ARM_PI, -0.5 * ARM_PI);
    assert_vec3_near(quat_rotate(q, vec3(1.0, 0.0, 0.0)), vec3(0.0, 0.0, 1.0), 1e-15);
    assert_vec3_near(quat_rotate(q, vec3(0.0, 1.0, 0.0)), vec3(1.0, 0.0, 0.0), 1e-15);
    const quat_t roll_then_yaw = quat_from_rpy(0.5 * ARM_PI, 0.0, 0.5 * ARM_PI);
    assert_vec3_near(quat_rotate(roll_then_yaw, vec3(0.0, 1.0, 0.0)), vec3(0.0, 0.0, 1.0), 1e-15);
}

static void rotation_vectors_survive_the_round_trip(void** state)
{
    (void)state;
    uint64_t random = 11;
    for (int i = 0; i < 2000; i++) {
        vec3_t v = random_vec3(&random, 1.8); // at most 3.12 long
        v = i % 3 == 0 ? vec3_scale(v, 1e-10) : v;
        assert_vec3_near(quat_to_rotation_vector(quat_from_rotation_vector(v)), v,
                         1e-12 * vec3_norm(v) + 1e-22);
    }
}

static void negative_quaternion_is_the_same_turn(void** state)
{
    (void)state;
    const quat_t q = quat_from_rotation_vector(vec3(0.3, -0.2, 0.9));
    const quat_t negative = {-q.x, -q.y, -q.z, -q.w};
    assert_vec3_near(quat_to_rotation_vector(negative), vec3(0.3, -0.2, 0.9), 1e-14);
}

static void pose_times_its_inverse_is_nothing(void** state)
{
    (void)state;
    uint64_t random = 12;
    for (int i = 0; i < 500; i++) {
        const pose_t pose = {random_vec3(&random, 2.0),
                             quat_from_rotation_vector(random_vec3(&random, 1.8))};
        const twist_t left =
            pose_difference(pose_identity(), pose_multiply(pose, pose_inverse(pose)));
        assert_vec3_near(left.linear_mps, vec3(0.0, 0.0, 0.0), 1e-14);
        assert_vec3_near(left.angular_radps, vec3(0.0, 0.0, 0.0), 1e-14);
    }
}

static void difference_carries_one_pose_into_the_other(void** state)
{
    (void)state;
    uint64_t random = 13;
    for (int i = 0; i < 500; i++) {
        const pose_t from = {random_vec3(&random, 2.0),
                             quat_from_rotation_vector(random_vec3(&random, 1.8))};
        const pose_t to = {random_vec3(&random, 2.0),
                           quat_from_rotation_vector(random_vec3(&random, 1.8))};
        const twist_t way = pose_difference(from, to);
        const quat_t arrived =
            quat_multiply(quat_from_rotation_vector(way.angular_radps), from.orientation);
        const vec3_t point = vec3(0.2, -0.5, 0.8);
        assert_vec3_near(quat_rotate(arrived, point), quat_rotate(to.orientation, point), 1e-13);
        assert_vec3_near(vec3_add(from.position_m, way.linear_mps), to.position_m, 1e-15);
    }
}

static void slerp_halves_the_turn(void** state)
{
    (void)state;
    const quat_t a = quat_from_rotation_vector(vec3(0.0, 0.0, 0.2));
    const quat_t b = quat_from_rotation_vector(vec3(0.0, 0.0, 1.0));
    assert_vec3_near(quat_to_rotation_vector(quat_slerp(a, b, 0.5)), vec3(0.0, 0.0, 0.6), 1e-14);
    assert_vec3_near(quat_to_rotation_vector(quat_slerp(a, b, 0.0)), vec3(0.0, 0.0, 0.2), 1e-14);
}

static void frame_from_z_and_x_has_that_z_and_nearest_x(void** state)
{
    (void)state;
    uint64_t random = 14;
    for (int i = 0; i < 2000; i++) {
        const vec3_t z = vec3_unit(random_vec3(&random, 1.0), vec3(0.0, 0.0, 1.0));
        const vec3_t hint = random_vec3(&random, 1.0);
        const quat_t q = quat_from_z_and_x(z, hint);
        assert_vec3_near(quat_rotate(q, vec3(0.0, 0.0, 1.0)), z, 1e-13);
        assert_near(vec3_dot(quat_rotate(q, vec3(0.0, 1.0, 0.0)), hint), 0.0, 1e-12);
        assert_true(vec3_dot(quat_rotate(q, vec3(1.0, 0.0, 0.0)), hint) >= 0.0);
    }
}

static void frame_from_parallel_z_and_x_is_still_a_frame(void** state)
{
    (void)state;
    const vec3_t axes[] = {{1.0, 0.0, 0.0},  {0.0, 1.0, 0.0},  {0.0, 0.0, 1.0},
                           {-1.0, 0.0, 0.0}, {0.0, -1.0, 0.0}, {0.0, 0.0, -1.0}};
    for (int i = 0; i < 6; i++) {
        const quat_t q = quat_from_z_and_x(axes[i], axes[i]);
        assert_true(quat_finite(q));
        const quat_t opposite = quat_from_z_and_x(axes[i], vec3_scale(axes[i], -1.0));
        assert_true(quat_finite(opposite));
        assert_near(q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w, 1.0, 1e-14);
        assert_vec3_near(quat_rotate(q, vec3(0.0, 0.0, 1.0)), axes[i], 1e-14);
    }
}

static void not_a_number_does_not_vanish(void** state)
{
    (void)state;
    const pose_t bad = {{0.0, (double)NAN, 0.0}, quat_identity()};
    assert_false(pose_finite(bad));
    assert_true(isnan(pose_transform_point(bad, vec3(0.0, 0.0, 0.0)).y));
    const quat_t bad_turn = {0.0, 0.0, (double)INFINITY, 1.0};
    assert_false(quat_finite(bad_turn));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quarter_turn_about_z_carries_x_into_y),
        cmocka_unit_test(roll_pitch_yaw_turn_about_fixed_axes),
        cmocka_unit_test(rotation_vectors_survive_the_round_trip),
        cmocka_unit_test(negative_quaternion_is_the_same_turn),
        cmocka_unit_test(pose_times_its_inverse_is_nothing),
        cmocka_unit_test(difference_carries_one_pose_into_the_other),
        cmocka_unit_test(slerp_halves_the_turn),
        cmocka_unit_test(frame_from_z_and_x_has_that_z_and_nearest_x),
        cmocka_unit_test(frame_from_parallel_z_and_x_is_still_a_frame),
        cmocka_unit_test(not_a_number_does_not_vanish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
