#include "tests/bench/subject.h"

#include <stdio.h>
#include <stdlib.h>

#include "config/load.h"
#include "kinematics/clearance.h"
#include "kinematics/dynamics.h"
#include "tests/kinematics/arms.h"

static const vec3_t GRAVITY = {0.0, 0.0, -9.80665};

/// A level body a quarter of a metre high, for the links to keep off.
static surface_t mound = {
    .origin_x_m = 0.0, .origin_y_m = -0.4, .spacing_m = 0.1, .row_count = 21, .column_count = 9};

static void raise_mound(void)
{
    for (int row = 0; row < mound.row_count; row++) {
        for (int column = 0; column < mound.column_count; column++) {
            mound.height_m[row][column] = 0.25f;
        }
    }
}

/// What the shipped controller tracks with.
static const ik_track_settings_t TRACKING = {.period_s = 0.004,
                                             .gain_per_s = 25.0,
                                             .damping = 0.05,
                                             .singular_floor = 0.05,
                                             .posture_gain_per_s = 1.0,
                                             .angle_weight_m = 0.3,
                                             .spin_free = true,
                                             .skin = &mound,
                                             .keep_off_m = LINK_NEAR_M};
static const twist_t PATH_SPEED = {{0.1, 0.05, -0.02}, {0.1, -0.2, 0.1}};

/// Cases hold plain arrays in the chain's order; this is one of them as joints.
static const joints_t* as_joints(const double figures[JOINT_CAPACITY])
{
    return (const joints_t*)(const void*)figures;
}

static pose_t case_pose(const bench_case_t* given)
{
    const double* p = given->position_m;
    const double* q = given->orientation_xyzw;
    return (pose_t){vec3(p[0], p[1], p[2]), {q[0], q[1], q[2], q[3]}};
}

/// The speeds into which an arm that stays where it is settles after some periods.
static void fill_track_speeds(const chain_t* chain, bench_case_t* given)
{
    const pose_t target = case_pose(given);
    raise_mound();
    joints_t speeds = {{0.0}};
    for (int period = 0; period < 50; period++) {
        joints_t next;
        joints_t next_speeds;
        ik_track(chain, &TRACKING, as_joints(given->servo_seed), &speeds, &target, &PATH_SPEED, 0u,
                 &next, &next_speeds);
        speeds = next_speeds;
    }
    memcpy(given->track_speeds, speeds.at, sizeof given->track_speeds);
}

static void fill_case(const chain_t* chain, uint64_t* random, bench_case_t* given)
{
    const joints_t joints = arm_random_joints(chain, random, 0.0);
    const joints_t seed = arm_random_joints(chain, random, 0.0);
    const pose_t pose = fk_tool_pose(chain, &joints);
    for (int i = 0; i < chain->joint_count; i++) {
        const bool turns = chain->kind[i] == JOINT_REVOLUTE;
        const double near = turns ? 0.05 : 0.02;
        const double servo = turns ? 1e-3 : 5e-4;
        given->joints[i] = joints.at[i];
        given->random_seed[i] = seed.at[i];
        given->near_seed[i] = joints.at[i] + arm_random_between(random, -near, near);
        given->servo_seed[i] = joints.at[i] + arm_random_between(random, -servo, servo);
        given->speeds[i] = arm_random_between(random, -1.0, 1.0) * chain->velocity_max.at[i];
        given->accelerations[i] =
            arm_random_between(random, -1.0, 1.0) * chain->acceleration_max.at[i];
    }
    given->position_m[0] = pose.position_m.x;
    given->position_m[1] = pose.position_m.y;
    given->position_m[2] = pose.position_m.z;
    given->orientation_xyzw[0] = pose.orientation.x;
    given->orientation_xyzw[1] = pose.orientation.y;
    given->orientation_xyzw[2] = pose.orientation.z;
    given->orientation_xyzw[3] = pose.orientation.w;
    fill_track_speeds(chain, given);
}

static bool subject_make(subject_t* subject, const char* name, const arm_settings_t* arm,
                         uint64_t seed)
{
    uint64_t random = seed;
    subject->name = name;
    subject->arm = *arm;
    subject->pad_index = 0;
    subject->cases = calloc(CASE_COUNT, sizeof subject->cases[0]);
    if (!subject->cases || !chain_build(arm, 0, &subject->chain)) {
        return false;
    }
    subject->has_wrist = ik_wrist_build(&subject->chain, &subject->wrist) == IK_WRIST_FITS;
    for (int i = 0; i < CASE_COUNT; i++) {
        fill_case(&subject->chain, &random, &subject->cases[i]);
    }
    return true;
}

bool subjects_make(subject_t subjects[SUBJECT_COUNT], const char* machine_path,
                   const char* device_directory, uint64_t seed)
{
    static machine_settings_t machine; // too large for the stack
    findings_t findings = {0};
    memset(subjects, 0, SUBJECT_COUNT * sizeof subjects[0]);
    if (!load_machine(machine_path, device_directory, &machine, &findings)) {
        findings_print(&findings, stderr);
        return false;
    }
    const arm_settings_t ur5e = arm_ur5e();
    const arm_settings_t kr6 = arm_kr6();
    const arm_settings_t iiwa = arm_iiwa();
    const arm_settings_t panda = arm_panda();
    const bool made = subject_make(&subjects[SUBJECT_RAIL6], machine.name, &machine.arm, seed) &&
                      subject_make(&subjects[1], "ur5e", &ur5e, seed) &&
                      subject_make(&subjects[SUBJECT_KR6], "kr6_r700", &kr6, seed) &&
                      subject_make(&subjects[3], "iiwa14", &iiwa, seed) &&
                      subject_make(&subjects[4], "panda", &panda, seed);
    if (!made) {
        fprintf(stderr, "bench_peers: memory is short or an arm is impossible\n");
        subjects_free(subjects);
    }
    return made;
}

void subjects_free(subject_t subjects[SUBJECT_COUNT])
{
    for (int i = 0; i < SUBJECT_COUNT; i++) {
        free(subjects[i].cases);
        subjects[i].cases = NULL;
    }
}

static bool solve(subject_t* subject, int index, const double seed[JOINT_CAPACITY])
{
    const pose_t target = case_pose(&subject->cases[index]);
    return ik_solve(&subject->chain, &target, as_joints(seed), &subject->solution, NULL) == IK_OK;
}

bool subject_solve_random(subject_t* subject, int index)
{
    return solve(subject, index, subject->cases[index].random_seed);
}

bool subject_solve_near(subject_t* subject, int index)
{
    return solve(subject, index, subject->cases[index].near_seed);
}

bool subject_solve_servo(subject_t* subject, int index)
{
    return solve(subject, index, subject->cases[index].servo_seed);
}

bool subject_solve_wrist(subject_t* subject, int index)
{
    const bench_case_t* given = &subject->cases[index];
    const pose_t target = case_pose(given);
    return ik_wrist_nearest(&subject->wrist, &subject->chain, &target,
                            as_joints(given->random_seed), &subject->solution) == IK_OK;
}

bool subject_track(subject_t* subject, int index)
{
    const bench_case_t* given = &subject->cases[index];
    const pose_t target = case_pose(given);
    return ik_track(&subject->chain, &TRACKING, as_joints(given->servo_seed),
                    as_joints(given->track_speeds), &target, &PATH_SPEED, 0u, &subject->solution,
                    &subject->speeds) != IK_BAD_INPUT;
}

void subject_pose_and_jacobian(subject_t* subject, int index)
{
    fk_frames(&subject->chain, as_joints(subject->cases[index].joints), &subject->frames);
    fk_jacobian(&subject->chain, &subject->frames, &subject->jacobian);
}

void subject_inverse_dynamics(subject_t* subject, int index)
{
    const bench_case_t* given = &subject->cases[index];
    dynamics_inverse(&subject->chain, as_joints(given->joints), as_joints(given->speeds),
                     as_joints(given->accelerations), GRAVITY, &subject->efforts);
}

void subject_forward_dynamics(subject_t* subject, int index)
{
    const bench_case_t* given = &subject->cases[index];
    const wrench_t nothing = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    dynamics_forward(&subject->chain, as_joints(given->joints), as_joints(given->speeds),
                     as_joints(given->accelerations), &nothing, GRAVITY, &subject->accelerations);
}

bool subject_reaches(const subject_t* subject, int index, const joints_t* joints,
                     double position_tolerance_m, double orientation_tolerance_rad)
{
    const twist_t left =
        pose_difference(fk_tool_pose(&subject->chain, joints), case_pose(&subject->cases[index]));
    return vec3_norm(left.linear_mps) <= position_tolerance_m &&
           vec3_norm(left.angular_radps) <= orientation_tolerance_rad &&
           chain_joints_inside(&subject->chain, joints, 0.0);
}
