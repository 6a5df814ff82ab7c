/// OROCOS KDL behind plain C, as its users set it up: one joint a segment, each joint about a
/// coordinate axis where the arm allows it, solvers built once and reused. Everything a case needs
/// is converted to KDL's types when the cases are loaded, so that a timed call is KDL's alone.
///
/// The solver with restarts is the strongest inverse kinematics that KDL offers:
/// Levenberg-Marquardt with equal weights, up to 100 attempts of up to 100 iterations, a new random
/// seed inside the limits until the joints, brought back by whole turns, stand inside them.
#ifndef KNEAD_TESTS_BENCH_PEER_KDL_H
#define KNEAD_TESTS_BENCH_PEER_KDL_H

#include "tests/bench/cases.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct peer_kdl peer_kdl_t;

/// Null if memory is short. Destroyed by peer_kdl_destroy.
peer_kdl_t* peer_kdl_create(const arm_settings_t* arm, int pad_index, const bench_case_t* cases,
                            int case_count);
void peer_kdl_destroy(peer_kdl_t* kdl);

/// Each works on one case and keeps what it found until the next call. The solvers return whether
/// KDL says it has succeeded, inside the limits.
bool peer_kdl_solve_random(peer_kdl_t* kdl, int index);
bool peer_kdl_solve_near(peer_kdl_t* kdl, int index);  // NR_JL on wdls
bool peer_kdl_solve_servo(peer_kdl_t* kdl, int index); // NR_JL on wdls
void peer_kdl_pose_and_jacobian(peer_kdl_t* kdl, int index);
void peer_kdl_inverse_dynamics(peer_kdl_t* kdl, int index);
/// Forward kinematics, Jacobian, one wdls velocity step and inverse dynamics: the arithmetic of a
/// control cycle.
void peer_kdl_cycle(peer_kdl_t* kdl, int index);

/// What the last calls found.
void peer_kdl_solution(const peer_kdl_t* kdl, double joints[JOINT_CAPACITY]);
void peer_kdl_tool(const peer_kdl_t* kdl, double position_m[3], double rotation[9]);
void peer_kdl_jacobian(const peer_kdl_t* kdl, double jacobian[6][JOINT_CAPACITY]);
void peer_kdl_efforts(const peer_kdl_t* kdl, double efforts[JOINT_CAPACITY]);

#ifdef __cplusplus
}
#endif

#endif
