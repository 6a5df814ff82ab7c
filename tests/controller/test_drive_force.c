/// The second channel against an arm whose drives' efforts are computed by inverse dynamics, with
/// friction and masses that the model does not know.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "config/load.h"
#include "controller/drive_force.h"
#include "kinematics/dynamics.h"

#define PERIOD_S 0.004
#define MASS_ERROR 0.03

static const vec3_t GRAVITY = {0.0, 0.0, -9.80665};

typedef struct {
    machine_settings_t machine;
    session_t session;
    chain_t truth; // what the drives really move
    drive_force_state_t state;
    bus_feedback_t feedback;
    estimate_t estimate;
    double friction_part; // of the effort limit, dry
    double effort_scale;  // of what the drives report
    double time_s;
    double sway; // how far the joints travel, rad or m
} scene_t;

static findings_t findings;

static void open_scene(scene_t* scene)
{
    memset(scene, 0, sizeof *scene);
    assert_true(
        load_machine("config/machines/rail6.yaml", "config/devices", &scene->machine, &findings));
    scene->session.machine = &scene->machine;
    scene->session.period_us = 4000;
    scene->session.period_s = PERIOD_S;
    assert_true(chain_build(&scene->machine.arm, 0, &scene->session.chain));
    arm_settings_t heavier = scene->machine.arm;
    for (int i = 0; i < heavier.joint_count; i++) {
        heavier.joints[i].mass_kg *= 1.0 + (i % 2 == 0 ? MASS_ERROR : -MASS_ERROR);
    }
    assert_true(chain_build(&heavier, 0, &scene->truth));
    scene->friction_part = 0.04;
    scene->effort_scale = 1.0;
    scene->sway = 0.1;
}

/// One period: joints on sines about the preferred posture, `pressed_N` on the tool from below,
/// `sensed_N` as the sensor tells it.
static void step(scene_t* scene, supervisor_mode_t mode, double pressed_N, double sensed_N)
{
    const chain_t* chain = &scene->session.chain;
    joints_t positions = chain->preferred;
    joints_t speeds = {{0.0}};
    joints_t accelerations = {{0.0}};
    for (int i = 0; i < chain->joint_count; i++) {
        const double rate = 1.5 + 0.3 * i;
        const double phase = rate * scene->time_s;
        positions.at[i] += scene->sway * sin(phase);
        speeds.at[i] = scene->sway * rate * cos(phase);
        accelerations.at[i] = -scene->sway * rate * rate * sin(phase);
    }
    chain_frames_t frames;
    jacobian_t jacobian;
    joints_t efforts;
    joints_t pushed;
    fk_frames(chain, &positions, &frames);
    fk_jacobian(chain, &frames, &jacobian);
    dynamics_inverse(&scene->truth, &positions, &speeds, &accelerations, GRAVITY, &efforts);
    const wrench_t push = {vec3(0.0, 0.0, pressed_N), vec3(0.0, 0.0, 0.0)};
    fk_joint_efforts(chain, &jacobian, &push, &pushed);
    for (int i = 0; i < chain->joint_count; i++) {
        const double friction = scene->friction_part * chain->effort_max.at[i] * speeds.at[i] /
                                sqrt(speeds.at[i] * speeds.at[i] + 1e-6);
        scene->feedback.drives[i] = (drive_feedback_t){
            .position = positions.at[i],
            .velocity = speeds.at[i],
            .effort = scene->effort_scale * (efforts.at[i] - pushed.at[i] + friction),
            .state = DRIVE_OPERATION_ENABLED};
    }
    scene->estimate.joint_position_measured = positions;
    scene->estimate.joint_speed_measured = speeds;
    scene->estimate.surface_normal = vec3(0.0, 0.0, 1.0);
    scene->estimate.normal_force_N = sensed_N;
    scene->estimate.force_tared = true;
    drive_force_step(&scene->session, &scene->state, &scene->feedback, mode, &jacobian,
                     &scene->estimate);
    scene->time_s += PERIOD_S;
}

static void travel(scene_t* scene, double duration_s)
{
    for (int i = 0; i < (int)(duration_s / PERIOD_S); i++) {
        step(scene, MODE_TRANSIT, 0.0, 0.0);
    }
}

static void nothing_is_known_until_the_drives_hold(void** state)
{
    (void)state;
    static scene_t scene;
    open_scene(&scene);
    const supervisor_mode_t idle[] = {MODE_LOCKED, MODE_READY, MODE_ARMING, MODE_PARKED,
                                      MODE_TRIPPED};
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
        travel(&scene, 0.1);
        assert_true(isfinite(scene.estimate.force_disagreement_N));
        step(&scene, idle[i], 0.0, 0.0);
        assert_true(isnan(scene.estimate.drive_force_N));
        assert_true(isnan(scene.estimate.force_disagreement_N));
    }
}

static void what_is_no_number_is_not_known_and_begins_anew(void** state)
{
    (void)state;
    static scene_t scene;
    open_scene(&scene);
    travel(&scene, 1.0);
    drive_force_state_t before = scene.state;
    scene.feedback.drives[2].effort = (double)NAN;
    chain_frames_t frames;
    jacobian_t jacobian;
    fk_frames(&scene.session.chain, &scene.estimate.joint_position_measured, &frames);
    fk_jacobian(&scene.session.chain, &frames, &jacobian);
    drive_force_step(&scene.session, &scene.state, &scene.feedback, MODE_CONTACT, &jacobian,
                     &scene.estimate);
    assert_true(isnan(scene.estimate.force_disagreement_N));
    assert_near(scene.state.joints[2].friction, 0.0, 0.0);
    assert_true(scene.state.joints[2].error > before.joints[2].error);
    travel(&scene, 0.1);
    assert_true(isfinite(scene.estimate.force_disagreement_N));
}

static void travel_teaches_friction_and_what_stays(void** state)
{
    (void)state;
    static scene_t scene;
    open_scene(&scene);
    travel(&scene, 0.02);
    const double unlearned_N = scene.estimate.drive_force_deviation_N;
    travel(&scene, 12.0);
    const chain_t* chain = &scene.session.chain;
    for (int i = 0; i < chain->joint_count; i++) {
        const double part = scene.state.joints[i].friction / chain->effort_max.at[i];
        print_message("joint %d: friction %.1f %% of its limit\n", i, 100.0 * part);
        assert_true(part < -0.025 && part > -0.06);
    }
    print_message("deviation %.1f N, then %.1f N\n", unlearned_N,
                  scene.estimate.drive_force_deviation_N);
    assert_true(scene.estimate.drive_force_deviation_N < 0.4 * unlearned_N);
}

static void a_press_is_found_within_what_is_said_of_its_error(void** state)
{
    (void)state;
    static scene_t scene;
    for (int pressed_N = 0; pressed_N <= 60; pressed_N += 20) {
        open_scene(&scene);
        travel(&scene, 10.0);
        double worst_N = 0.0;
        for (int i = 0; i < 1000; i++) {
            step(&scene, MODE_CONTACT, pressed_N, pressed_N);
            if (i > 100) {
                const double off_N = fabs(scene.estimate.drive_force_N - pressed_N);
                worst_N = fmax(worst_N, off_N / scene.estimate.drive_force_deviation_N);
            }
        }
        print_message("%d N: off by %.1f deviations of %.1f N at most\n", pressed_N, worst_N,
                      scene.estimate.drive_force_deviation_N);
        assert_true(worst_N < 3.0);
    }
}

static void contact_teaches_nothing(void** state)
{
    (void)state;
    static scene_t scene;
    open_scene(&scene);
    travel(&scene, 5.0);
    const drive_force_state_t before = scene.state;
    for (int i = 0; i < 500; i++) {
        step(&scene, i % 2 == 0 ? MODE_CONTACT : MODE_APPROACH, 30.0, 30.0);
    }
    assert_memory_equal(before.joints, scene.state.joints, sizeof before.joints);
}

/// Shows H12, H15.
static void a_sensor_that_lies_disagrees(void** state)
{
    (void)state;
    static scene_t scene;
    const double lies[][2] = {{12.0, -12.0}, {40.0, 10.0}, {60.0, 30.0}, {10.0, 40.0}};
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        open_scene(&scene);
        travel(&scene, 10.0);
        for (int k = 0; k < 250; k++) {
            step(&scene, MODE_CONTACT, lies[i][0], lies[i][1]);
        }
        const double between_N = fabs(lies[i][0] - lies[i][1]);
        assert_near(scene.estimate.force_disagreement_N, between_N,
                    3.0 * scene.estimate.drive_force_deviation_N);
    }
}

static void efforts_of_a_wrong_scale_are_not_learned_away(void** state)
{
    (void)state;
    static scene_t scene;
    const double scales[] = {10.0, 2.0, 0.1, -1.0};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        open_scene(&scene);
        scene.effort_scale = scales[i];
        travel(&scene, 10.0);
        print_message("efforts times %.1f: %.0f N off in free travel\n", scales[i],
                      scene.estimate.force_disagreement_N);
        assert_true(scene.estimate.force_disagreement_N >
                    8.0 + 2.0 * scene.estimate.drive_force_deviation_N);
    }
}

static void same_steps_give_the_same_bytes(void** state)
{
    (void)state;
    static scene_t scenes[2];
    for (int i = 0; i < 2; i++) {
        open_scene(&scenes[i]);
        travel(&scenes[i], 2.0);
        step(&scenes[i], MODE_CONTACT, 20.0, 20.0);
    }
    assert_memory_equal(&scenes[0].state, &scenes[1].state, sizeof scenes[0].state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_known_until_the_drives_hold),
        cmocka_unit_test(what_is_no_number_is_not_known_and_begins_anew),
        cmocka_unit_test(travel_teaches_friction_and_what_stays),
        cmocka_unit_test(a_press_is_found_within_what_is_said_of_its_error),
        cmocka_unit_test(contact_teaches_nothing),
        cmocka_unit_test(a_sensor_that_lies_disagrees),
        cmocka_unit_test(efforts_of_a_wrong_scale_are_not_learned_away),
        cmocka_unit_test(same_steps_give_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
