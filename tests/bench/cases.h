/// What every solver of a comparison is given: the same joints, motions, poses and seeds.
#ifndef KNEAD_TESTS_BENCH_CASES_H
#define KNEAD_TESTS_BENCH_CASES_H

#include "config/settings.h"

#define CASE_COUNT 10000

/// Joint arrays in the chain's order, SI; the pose is that of the tool at `joints`.
typedef struct {
    double joints[JOINT_CAPACITY];
    double speeds[JOINT_CAPACITY];
    double accelerations[JOINT_CAPACITY];
    double random_seed[JOINT_CAPACITY];  // anywhere inside the limits
    double near_seed[JOINT_CAPACITY];    // within 0.05 rad or 20 mm of `joints`
    double servo_seed[JOINT_CAPACITY];   // within 1 mrad or 0.5 mm
    double track_speeds[JOINT_CAPACITY]; // of an arm that is following the pose's motion
    double position_m[3];
    double orientation_xyzw[4];
} bench_case_t;

#endif
