/// The five arms of the comparison with their cases, and this project's work on one of them in the
/// shape of the peers': an arm, a case, what the last call found.
#ifndef KNEAD_TESTS_BENCH_SUBJECT_H
#define KNEAD_TESTS_BENCH_SUBJECT_H

#include "kinematics/chain.h"
#include "kinematics/fk.h"
#include "kinematics/ik.h"
#include "kinematics/ik_wrist.h"
#include "tests/bench/cases.h"

#define SUBJECT_COUNT 5
#define SUBJECT_RAIL6 0 // the shipped arm
#define SUBJECT_KR6 2

typedef struct {
    const char* name;
    arm_settings_t arm;
    int pad_index;
    chain_t chain;
    bench_case_t* cases; // CASE_COUNT of them
    ik_wrist_t wrist;
    bool has_wrist; // the arm has the shape for the closed form
    joints_t solution;
    joints_t speeds;
    chain_frames_t frames;
    jacobian_t jacobian;
    joints_t efforts;
    joints_t accelerations;
} subject_t;

/// Loads `machine_path` and builds the published arms and all cases from `seed`. False, with a line
/// on stderr, if the file is refused or memory is short. Freed by subjects_free.
bool subjects_make(subject_t subjects[SUBJECT_COUNT], const char* machine_path,
                   const char* device_directory, uint64_t seed);
void subjects_free(subject_t subjects[SUBJECT_COUNT]);

bool subject_solve_random(subject_t* subject, int index);
bool subject_solve_near(subject_t* subject, int index);
bool subject_solve_servo(subject_t* subject, int index);
/// The nearest branch of the closed form, seeded anywhere; only where the arm has the shape.
bool subject_solve_wrist(subject_t* subject, int index);
bool subject_track(subject_t* subject, int index);
void subject_pose_and_jacobian(subject_t* subject, int index);
void subject_inverse_dynamics(subject_t* subject, int index);
void subject_forward_dynamics(subject_t* subject, int index);

/// How far the tool at `joints` is from a case's pose, and whether the joints are inside limits.
bool subject_reaches(const subject_t* subject, int index, const joints_t* joints,
                     double position_tolerance_m, double orientation_tolerance_rad);

#endif
