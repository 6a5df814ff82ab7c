/// The figures of `knead bench` about the arm alone: forward and inverse kinematics and dynamics,
/// on random postures inside the joint limits, the same ones on every run.
#ifndef KNEAD_CONTROLLER_CLI_BENCH_KINEMATICS_H
#define KNEAD_CONTROLLER_CLI_BENCH_KINEMATICS_H

#include "controller/cli/bench.h"
#include "controller/session.h"

#define BENCH_KINEMATICS_COUNT 8

/// Fills BENCH_KINEMATICS_COUNT figures; about five seconds, or with `quick` one.
void bench_kinematics(const session_t* session, bool quick, bench_figure_t* figures);

#endif
