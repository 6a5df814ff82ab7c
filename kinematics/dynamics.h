/// Rigid-body dynamics of a chain: inverse, mass matrix, forward. Double, no allocation, pure.
/// Efforts are Nm or N at the joint, after the gear. Gravity is a vector in the table's frame
/// (0, 0, -9.80665 on a level table). Rotor inertias add to the mass matrix's diagonal.
#ifndef KNEAD_KINEMATICS_DYNAMICS_H
#define KNEAD_KINEMATICS_DYNAMICS_H

#include "kinematics/chain.h"
#include "kinematics/fk.h"

typedef struct {
    double at[JOINT_CAPACITY][JOINT_CAPACITY]; // symmetric; rows past the count are zero
} mass_matrix_t;

/// Efforts that give `accelerations` at `positions` moving with `speeds`: M qdd + C qd + g.
/// (Recursive Newton-Euler: Luh, Walker, Paul 1980; Featherstone 2008, ch. 5.)
void dynamics_inverse(const chain_t* chain, const joints_t* positions, const joints_t* speeds,
                      const joints_t* accelerations, vec3_t gravity_mps2, joints_t* efforts);

/// The mass matrix (composite rigid bodies: Featherstone 2008, ch. 6).
void dynamics_mass_matrix(const chain_t* chain, const joints_t* positions, mass_matrix_t* mass);

/// Both in one kinematic pass: the mass matrix and the bias efforts C qd + g. What the simulator's
/// step needs. `frames` receives the frames computed on the way.
void dynamics_mass_and_bias(const chain_t* chain, const joints_t* positions, const joints_t* speeds,
                            vec3_t gravity_mps2, chain_frames_t* frames, mass_matrix_t* mass,
                            joints_t* bias);

/// The generalised momentum M qd, and the rate at which it changes where no effort acts on any
/// joint: C' qd - g, with C' + C the rate of M. Efforts and pushes add to that rate. From frames
/// already computed.
void dynamics_momentum(const chain_t* chain, const chain_frames_t* frames, const joints_t* speeds,
                       vec3_t gravity_mps2, joints_t* momentum, joints_t* drift);

/// Accelerations under `efforts` and `tool_wrench` (on the arm, at the tool's origin, table axes).
/// False if the mass matrix is not positive definite (settings without inertia); then zeros.
bool dynamics_forward(const chain_t* chain, const joints_t* positions, const joints_t* speeds,
                      const joints_t* efforts, const wrench_t* tool_wrench, vec3_t gravity_mps2,
                      joints_t* accelerations);

/// Solves M x = b for the leading `count` rows by Cholesky, in place of `b`. False if M is not
/// positive definite; then `b` is untouched.
bool dynamics_solve(const mass_matrix_t* mass, int count, joints_t* b);

#endif
