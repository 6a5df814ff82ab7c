/// Every value that passes between the stages of the cycle, grouped by the stage that writes it.
/// Measured, desired and commanded are three different values and never share a name.
#ifndef KNEAD_CONTROLLER_DATAFLOW_H
#define KNEAD_CONTROLLER_DATAFLOW_H

#include "controller/bus/bus.h"
#include "controller/safety/interlock.h"
#include "controller/safety/supervisor.h"
#include "kinematics/clearance.h"
#include "kinematics/ik.h"
#include "kinematics/pose.h"

/// What a person may ask for; bits, each true in one period.
typedef enum {
    REQUEST_ACKNOWLEDGE = 1u << 0,
    REQUEST_ARM = 1u << 1,
    REQUEST_START = 1u << 2,
    REQUEST_PAUSE = 1u << 3,
    REQUEST_RESUME = 1u << 4,
    REQUEST_END = 1u << 5,  // lift, park, finish
    REQUEST_STOP = 1u << 6, // yield and stop now
} request_bit_t;

typedef struct {
    int64_t now_us; // since the run began
    int64_t cycle;
    bus_feedback_t feedback;
    uint32_t requests; // request_bit_t
    unsigned overruns; // periods missed in a row of late ones, up to this one
} cycle_input_t;

/// Computed by estimate.
typedef struct {
    joints_t joint_position_measured;
    joints_t joint_speed_measured;
    pose_t tool_measured; // pad face, spring unloaded, table frame
    double tool_speed_mps;
    vec3_t contact_force_N;  // on the body, table frame, gravity and tare taken out
    vec3_t surface_normal;   // of the expected skin under the tool
    double surface_gap_m;    // tool above (+) the expected skin
    double link_clearance_m; // of the nearest link of the arm to the expected skin
    int link_near_skin;      // which, or -1
    clearance_t arm_nearest; // of links and tool, to each other and to the table
    double normal_force_N;   // pressing positive
    double shear_force_N;
    // The same from the drives' efforts; NaN where they can't tell. See drive_force.h.
    double drive_force_N;
    double drive_force_deviation_N; // its standard deviation
    double force_disagreement_N;    // of both, the sensor's force through the drives' filter
    bool force_tared;
    bool touching;
    double stiffness_N_per_m; // of spring and tissue in series, as felt
} estimate_t;

/// Computed by plan.
typedef struct {
    bool joint_motion; // `joints_desired` counts, not the tool
    joints_t joints_desired;
    pose_t tool_desired; // before force control bends it, table frame
    twist_t tool_feedforward;
    vec3_t normal; // along which force control may move the tool
    bool force_controlled;
    double force_target_N;
    double force_rate_N_per_s;
    double speed_allowed_mps; // for the interlock
    double force_cap_N;       // of the region below
    int item;                 // of the routine
    int region;               // index, or -1
    double item_elapsed_s;
} plan_target_t;

/// Computed by force control.
typedef struct {
    pose_t tool_commanded; // wanted of the inverse kinematics, table frame
    twist_t feedforward;
    double normal_offset_m; // what force control added along the normal
} tool_command_t;

/// Computed by the inverse kinematics.
typedef struct {
    joints_t position;
    joints_t speed;
    ik_result_t result;
    double path_error_m;
} joint_target_t;

typedef struct {
    estimate_t estimate;
    verdict_t verdict;
    conditions_t conditions;
    supervisor_mode_t mode;
    plan_target_t target;
    tool_command_t tool;
    joint_target_t joints;
    bus_command_t command; // written by limit alone
} cycle_output_t;

#endif
