/// MuJoCo behind plain C. The model is written as MJCF from the same settings as everybody's: a
/// body a link with its inertia, rotor inertias as armature, no geometry but the tool's sphere and
/// a plane.
#ifndef KNEAD_TESTS_BENCH_PEER_MUJOCO_H
#define KNEAD_TESTS_BENCH_PEER_MUJOCO_H

#include "tests/bench/cases.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct peer_mujoco peer_mujoco_t;

/// Null if MuJoCo refuses the model; its reason goes to stderr.
peer_mujoco_t* peer_mujoco_create(const arm_settings_t* arm, int pad_index,
                                  const bench_case_t* cases, int case_count);
void peer_mujoco_destroy(peer_mujoco_t* mujoco);

/// mj_forward of one case, with its accelerations taken for efforts, and nothing touched.
void peer_mujoco_forward_dynamics(peer_mujoco_t* mujoco, int index);
void peer_mujoco_accelerations(const peer_mujoco_t* mujoco, double accelerations[JOINT_CAPACITY]);

/// mj_step of 1 ms of the arm in the posture `hold`, every joint on a position servo, the tool's
/// sphere pressed 1 mm into a plane under it.
void peer_mujoco_hold(peer_mujoco_t* mujoco, const double hold[JOINT_CAPACITY]);
void peer_mujoco_step(peer_mujoco_t* mujoco, int index);
/// How many contacts the last step had.
int peer_mujoco_contacts(const peer_mujoco_t* mujoco);

#ifdef __cplusplus
}
#endif

#endif
