/// Turns raw feedback into what the other stages work with: where the tool is, what it presses
/// with, how stiff the place under it feels. First stage of the cycle; decides nothing.
///
/// The contact force is the sensor's less the tool's weight, its offset, and what the tool's mass
/// takes to be moved: in a hop that is as much as a light touch.
///
/// Values that cannot be known (a sample that never came, a force before taring) are NaN, which no
/// permit lets pass.
#ifndef KNEAD_CONTROLLER_ESTIMATE_H
#define KNEAD_CONTROLLER_ESTIMATE_H

#include "controller/dataflow.h"
#include "controller/drive_force.h"
#include "controller/session.h"

#define ESTIMATE_TARE_SAMPLES 50 // 0.2 s at 4 ms: averages sensor noise to a seventh

typedef struct {
    int tare_count;
    vec3_t tare_sum_N;
    vec3_t tare_N; // sensor axes
    bool tared;
    bool tare_refused; // the offset was too large to be an offset
    int touch_count;
    // The tool's own inertia, which its sensor feels as a force.
    bool tool_moved; // its speed of the last period is known
    vec3_t tool_velocity_mps;
    vec3_t tool_acceleration_mps2;
    // Stiffness: force and gap less their slow parts, correlated with forgetting.
    double force_slow_N, gap_slow_m;
    double sum_xx, sum_xy;
    double stiffness_N_per_m;
    // How fast the force changes.
    bool force_seen;
    double force_seen_N;  // at the last fresh sample
    double since_force_s; // since then
    double force_rate_N_per_s;
    drive_force_state_t drive_force;
} estimate_state_t;

/// What the stiffness under the tool should be at `force_N` on `region` (-1: the softest guess), by
/// the body map's tissue in series with the tool's spring, N/m.
double estimate_expected_stiffness_N_per_m(const session_t* session, int region, double force_N);

/// `mode` and `target` are those of the last period.
estimate_t estimate_step(const session_t* session, estimate_state_t* state,
                         const bus_feedback_t* feedback, supervisor_mode_t mode,
                         const plan_target_t* target);

#endif
