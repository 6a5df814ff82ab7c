/// The observer against pushes that are known: arms held still and arms on the move, simulated by
/// the forward dynamics, which shares nothing with it but the model.
#include "tests/support/cmocka_prelude.h"

#include "kinematics/dynamics.h"
#include "kinematics/momentum.h"
#include "tests/kinematics/arms.h"

static const double PERIOD_S = 0.001;
static const vec3_t GRAVITY = {0.0, 0.0, -9.80665};

static momentum_settings_t usual_settings(void)
{
    return (momentum_settings_t){
        .period_s = PERIOD_S, .time_constant_s = 0.02, .gravity_mps2 = GRAVITY};
}

typedef struct {
    chain_t chain;
    joints_t middle; // of its sways
    joints_t positions;
    joints_t speeds;
    joints_t efforts; // of the drives in the last period
    joints_t pushed;  // by the wrench, at its end
} motion_t;

/// In a posture away from singular ones: elbow and wrist bent.
static motion_t motion_of(arm_settings_t arm)
{
    static const double bent_rad[7] = {0.3, 0.5, -0.2, -1.4, 0.4, 1.2, 0.6};
    motion_t motion = {.chain = arm_chain(arm)};
    motion.positions = motion.chain.preferred;
    for (int i = 0; i < motion.chain.joint_count; i++) {
        if (motion.chain.joint_count == 7 && motion.chain.kind[0] == JOINT_REVOLUTE) {
            motion.positions.at[i] = bent_rad[i];
        }
    }
    motion.middle = motion.positions;
    return motion;
}

static void efforts_of_wrench(motion_t* motion, const wrench_t* wrench)
{
    chain_frames_t frames;
    jacobian_t jacobian;
    fk_frames(&motion->chain, &motion->positions, &frames);
    fk_jacobian(&motion->chain, &frames, &jacobian);
    fk_joint_efforts(&motion->chain, &jacobian, wrench, &motion->pushed);
}

/// One period, in ten steps, of an arm whose drives lead it along sines; `wrench` at the tool.
static void move(motion_t* motion, const wrench_t* wrench, double time_s, double amplitude)
{
    const int steps = 10;
    const double step_s = PERIOD_S / (double)steps;
    const chain_t* chain = &motion->chain;
    joints_t wanted = {{0.0}};
    for (int i = 0; i < chain->joint_count; i++) {
        const double rate_radps = 2.0 + 0.5 * (double)i;
        const double phase = rate_radps * time_s;
        const double speed_error = amplitude * rate_radps * cos(phase) - motion->speeds.at[i];
        const double error =
            motion->middle.at[i] + amplitude * sin(phase) - motion->positions.at[i];
        wanted.at[i] =
            -amplitude * rate_radps * rate_radps * sin(phase) + 40.0 * speed_error + 400.0 * error;
    }
    dynamics_inverse(chain, &motion->positions, &motion->speeds, &wanted, GRAVITY,
                     &motion->efforts);
    for (int step = 0; step < steps; step++) {
        joints_t accelerations;
        assert_true(dynamics_forward(chain, &motion->positions, &motion->speeds, &motion->efforts,
                                     wrench, GRAVITY, &accelerations));
        for (int i = 0; i < chain->joint_count; i++) {
            motion->speeds.at[i] += step_s * accelerations.at[i];
            motion->positions.at[i] += step_s * motion->speeds.at[i];
        }
    }
    efforts_of_wrench(motion, wrench);
}

/// An arm held still: the drives carry its weight and the push.
static void hold(motion_t* motion, const wrench_t* wrench)
{
    const joints_t none = {{0.0}};
    motion->speeds = none;
    dynamics_inverse(&motion->chain, &motion->positions, &none, &none, GRAVITY, &motion->efforts);
    efforts_of_wrench(motion, wrench);
    for (int i = 0; i < motion->chain.joint_count; i++) {
        motion->efforts.at[i] -= motion->pushed.at[i];
    }
}

static bool observe(const motion_t* motion, const momentum_settings_t* settings,
                    momentum_state_t* state)
{
    return momentum_step(&motion->chain, settings, state, &motion->positions, &motion->speeds,
                         &motion->efforts);
}

/// Errors in proportion to the effort limits, as of drives that are sized for their joints.
static joints_t errors_of(const chain_t* chain, double part)
{
    joints_t errors = {{0.0}};
    for (int i = 0; i < chain->joint_count; i++) {
        errors.at[i] = part * chain->effort_max.at[i];
    }
    return errors;
}

static vec3_t force_found(const motion_t* motion, const momentum_state_t* state)
{
    chain_frames_t frames;
    jacobian_t jacobian;
    vec3_t force_N;
    double deviation_N;
    const joints_t errors = errors_of(&motion->chain, 0.01);
    fk_frames(&motion->chain, &motion->positions, &frames);
    fk_jacobian(&motion->chain, &frames, &jacobian);
    assert_true(momentum_tool_force(&motion->chain, &jacobian, &state->external, &errors,
                                    vec3(0.0, 0.0, 1.0), &force_N, &deviation_N));
    return force_N;
}

static const wrench_t NOTHING = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
static const wrench_t PUSH = {{12.0, -5.0, 40.0}, {0.0, 0.0, 0.0}};

static void arm_at_rest_without_a_push_feels_none(void** state)
{
    (void)state;
    const momentum_settings_t settings = usual_settings();
    motion_t motion = motion_of(arm_rail_kr6());
    momentum_state_t observer;
    momentum_begin(&observer);
    hold(&motion, &NOTHING);
    for (int k = 0; k < 1000; k++) {
        assert_true(observe(&motion, &settings, &observer));
        for (int i = 0; i < JOINT_CAPACITY; i++) {
            assert_near(observer.external.at[i], 0.0, 1e-9);
        }
    }
}

static void push_on_an_arm_at_rest_is_found_whole(void** state)
{
    (void)state;
    const arm_settings_t arms[] = {arm_kr6(), arm_rail_kr6(), arm_iiwa(), arm_panda()};
    for (int a = 0; a < 4; a++) {
        const momentum_settings_t settings = usual_settings();
        motion_t motion = motion_of(arms[a]);
        momentum_state_t observer;
        momentum_begin(&observer);
        hold(&motion, &PUSH);
        for (int k = 0; k < 1000; k++) {
            assert_true(observe(&motion, &settings, &observer));
        }
        const vec3_t found_N = force_found(&motion, &observer);
        assert_near(found_N.x, 12.0, 1e-2);
        assert_near(found_N.y, -5.0, 1e-2);
        assert_near(found_N.z, 40.0, 1e-2);
    }
}

static void answer_rises_with_the_time_constant(void** state)
{
    (void)state;
    momentum_settings_t settings = usual_settings();
    for (settings.time_constant_s = 0.01; settings.time_constant_s < 0.1;
         settings.time_constant_s *= 2.0) {
        motion_t motion = motion_of(arm_kr6());
        momentum_state_t observer;
        momentum_begin(&observer);
        hold(&motion, &PUSH);
        assert_true(observe(&motion, &settings, &observer)); // the first one only looks
        const int periods = (int)(settings.time_constant_s / PERIOD_S + 0.5);
        for (int k = 1; k <= 3 * periods; k++) {
            assert_true(observe(&motion, &settings, &observer));
            // Backward steps: 1 - (1 + T / time constant)^-k, near 1 - exp(-t / time constant).
            const double part = 1.0 - pow(1.0 + PERIOD_S / settings.time_constant_s, -(double)k);
            const double smooth = 1.0 - exp(-PERIOD_S * (double)k / settings.time_constant_s);
            assert_near(part, smooth, 0.02);
            for (int i = 0; i < 6; i++) {
                assert_near(observer.external.at[i], part * motion.pushed.at[i], 1e-9);
            }
        }
    }
}

static void arm_on_the_move_feels_nothing_of_its_own(void** state)
{
    (void)state;
    const arm_settings_t arms[] = {arm_rail_kr6(), arm_iiwa()};
    for (int a = 0; a < 2; a++) {
        const momentum_settings_t settings = usual_settings();
        motion_t motion = motion_of(arms[a]);
        momentum_state_t observer;
        momentum_begin(&observer);
        double worst = 0.0;
        double largest = 0.0;
        for (int k = 0; k < 3000; k++) {
            move(&motion, &NOTHING, PERIOD_S * (double)k, 0.8);
            assert_true(observe(&motion, &settings, &observer));
            for (int i = 0; i < motion.chain.joint_count; i++) {
                worst = fmax(worst, fabs(observer.external.at[i]));
                largest = fmax(largest, fabs(motion.efforts.at[i]));
            }
        }
        print_message("at most %.4f beside efforts up to %.0f\n", worst, largest);
        assert_true(worst <= 1e-4 * largest); // what trapezia leave over
    }
}

static void push_on_a_moving_arm_is_found(void** state)
{
    (void)state;
    const momentum_settings_t settings = usual_settings();
    motion_t motion = motion_of(arm_rail_kr6());
    momentum_state_t observer;
    momentum_begin(&observer);
    double worst_N = 0.0;
    for (int k = 0; k < 3000; k++) {
        const bool pushing = k >= 1000;
        move(&motion, pushing ? &PUSH : &NOTHING, PERIOD_S * (double)k, 0.3);
        assert_true(observe(&motion, &settings, &observer));
        if (k >= 1200) { // ten time constants later
            const vec3_t found_N = force_found(&motion, &observer);
            worst_N = fmax(worst_N, vec3_norm(vec3_sub(found_N, PUSH.force_N)));
        }
    }
    print_message("off by %.2f N of %.1f N at most\n", worst_N, vec3_norm(PUSH.force_N));
    // The filter lags what the posture changes of the push's share in each joint.
    assert_true(worst_N <= 0.05 * vec3_norm(PUSH.force_N));
}

static void deviation_is_that_of_many_drawn_errors(void** state)
{
    (void)state;
    uint64_t random = 5150;
    print_message("seed 5150\n");
    const motion_t motion = motion_of(arm_rail_kr6());
    const chain_t* chain = &motion.chain;
    const joints_t errors = errors_of(chain, 0.02);
    const vec3_t direction = vec3_unit(vec3(0.2, -0.3, 0.9), vec3(0.0, 0.0, 1.0));
    chain_frames_t frames;
    jacobian_t jacobian;
    fk_frames(chain, &motion.positions, &frames);
    fk_jacobian(chain, &frames, &jacobian);
    double sum_N2 = 0.0;
    double deviation_N = 0.0;
    const int draws = 4000;
    for (int draw = 0; draw < draws; draw++) {
        joints_t external;
        fk_joint_efforts(chain, &jacobian, &PUSH, &external);
        for (int i = 0; i < chain->joint_count; i++) {
            // Even between -sqrt 3 and sqrt 3: of variance one.
            external.at[i] += errors.at[i] * arm_random_between(&random, -1.7320508, 1.7320508);
        }
        vec3_t force_N;
        assert_true(momentum_tool_force(chain, &jacobian, &external, &errors, direction, &force_N,
                                        &deviation_N));
        const double off_N = vec3_dot(vec3_sub(force_N, PUSH.force_N), direction);
        sum_N2 += off_N * off_N;
    }
    print_message("%.2f N said, %.2f N drawn\n", deviation_N, sqrt(sum_N2 / draws));
    assert_near(sqrt(sum_N2 / draws) / deviation_N, 1.0, 0.05);
}

static void a_joint_of_large_error_is_hardly_heard(void** state)
{
    (void)state;
    const motion_t motion = motion_of(arm_rail_kr6());
    chain_frames_t frames;
    jacobian_t jacobian;
    joints_t external;
    vec3_t force_N;
    double deviation_N;
    fk_frames(&motion.chain, &motion.positions, &frames);
    fk_jacobian(&motion.chain, &frames, &jacobian);
    fk_joint_efforts(&motion.chain, &jacobian, &PUSH, &external);
    joints_t errors = errors_of(&motion.chain, 0.01);
    external.at[2] += 50.0;
    errors.at[2] = 1e5;
    assert_true(momentum_tool_force(&motion.chain, &jacobian, &external, &errors,
                                    vec3(0.0, 0.0, 1.0), &force_N, &deviation_N));
    assert_near(vec3_norm(vec3_sub(force_N, PUSH.force_N)), 0.0, 0.01);
}

static void a_posture_that_does_not_feel_every_direction_says_so(void** state)
{
    (void)state;
    // Two joints in the level plane: no force upwards can be felt.
    const chain_t chain = arm_chain(arm_planar());
    const joints_t joints = {{0.3, 0.9}};
    chain_frames_t frames;
    jacobian_t jacobian;
    joints_t external;
    vec3_t force_N;
    double deviation_N;
    joints_t errors = errors_of(&chain, 0.01);
    fk_frames(&chain, &joints, &frames);
    fk_jacobian(&chain, &frames, &jacobian);
    fk_joint_efforts(&chain, &jacobian, &PUSH, &external);
    assert_false(momentum_tool_force(&chain, &jacobian, &external, &errors, vec3(0.0, 0.0, 1.0),
                                     &force_N, &deviation_N));
    assert_near(vec3_norm(force_N), 0.0, 0.0);
    assert_near(deviation_N, 0.0, 0.0);
    const chain_t arm = arm_chain(arm_kr6());
    fk_frames(&arm, &arm.preferred, &frames);
    fk_jacobian(&arm, &frames, &jacobian);
    fk_joint_efforts(&arm, &jacobian, &PUSH, &external);
    const double bad[] = {0.0, -1.0, (double)NAN, (double)INFINITY};
    for (int i = 0; i < 4; i++) {
        errors = errors_of(&arm, 0.01);
        errors.at[3] = bad[i];
        assert_false(momentum_tool_force(&arm, &jacobian, &external, &errors, vec3(0.0, 0.0, 1.0),
                                         &force_N, &deviation_N));
    }
    errors = errors_of(&arm, 0.01);
    external.at[1] = (double)NAN;
    assert_false(momentum_tool_force(&arm, &jacobian, &external, &errors, vec3(0.0, 0.0, 1.0),
                                     &force_N, &deviation_N));
}

static void bad_input_starts_over(void** state)
{
    (void)state;
    const momentum_settings_t settings = usual_settings();
    motion_t motion = motion_of(arm_kr6());
    hold(&motion, &PUSH);
    double* const figures[] = {&motion.positions.at[2], &motion.speeds.at[0],
                               &motion.efforts.at[5]};
    const double bad[] = {(double)NAN, (double)INFINITY, 1e308};
    for (int f = 0; f < 3; f++) {
        for (int b = 0; b < 3; b++) {
            momentum_state_t observer;
            momentum_begin(&observer);
            for (int k = 0; k < 10; k++) {
                assert_true(observe(&motion, &settings, &observer));
            }
            const double good = *figures[f];
            *figures[f] = bad[b];
            const bool went = observe(&motion, &settings, &observer);
            assert_true(b == 2 || !went);
            for (int i = 0; i < JOINT_CAPACITY; i++) {
                assert_true(isfinite(observer.external.at[i]));
            }
            *figures[f] = good;
            if (!went) {
                assert_true(observe(&motion, &settings, &observer));
                assert_near(observer.external.at[1], 0.0, 0.0);
            }
        }
    }
    momentum_state_t observer;
    momentum_begin(&observer);
    momentum_settings_t broken = settings;
    broken.period_s = 0.0;
    assert_false(observe(&motion, &broken, &observer));
    broken = settings;
    broken.time_constant_s = -1.0;
    assert_false(observe(&motion, &broken, &observer));
    broken.time_constant_s = (double)NAN;
    assert_false(observe(&motion, &broken, &observer));
}

static void same_steps_give_the_same_bytes(void** state)
{
    (void)state;
    const momentum_settings_t settings = usual_settings();
    momentum_state_t observers[2];
    for (int run = 0; run < 2; run++) {
        motion_t motion = motion_of(arm_panda());
        momentum_begin(&observers[run]);
        for (int k = 0; k < 100; k++) {
            move(&motion, &PUSH, PERIOD_S * (double)k, 0.5);
            assert_true(observe(&motion, &settings, &observers[run]));
        }
    }
    assert_memory_equal(&observers[0].external, &observers[1].external, sizeof(joints_t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arm_at_rest_without_a_push_feels_none),
        cmocka_unit_test(push_on_an_arm_at_rest_is_found_whole),
        cmocka_unit_test(answer_rises_with_the_time_constant),
        cmocka_unit_test(arm_on_the_move_feels_nothing_of_its_own),
        cmocka_unit_test(push_on_a_moving_arm_is_found),
        cmocka_unit_test(deviation_is_that_of_many_drawn_errors),
        cmocka_unit_test(a_joint_of_large_error_is_hardly_heard),
        cmocka_unit_test(a_posture_that_does_not_feel_every_direction_says_so),
        cmocka_unit_test(bad_input_starts_over),
        cmocka_unit_test(same_steps_give_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
