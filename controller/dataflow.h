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
#include "routines/technique.h"

/// What a person may ask for: enumerator, word, meaning. Bits, each true in one period.
#define REQUEST_LIST(X)                                                                            \
    X(REQUEST_ACKNOWLEDGE, "acknowledge", "what stopped it has been looked at")                    \
    X(REQUEST_ARM, "arm", "give the drives torque")                                                \
    X(REQUEST_START, "start", "play the routine")                                                  \
    X(REQUEST_PAUSE, "pause", "lift and stay above")                                               \
    X(REQUEST_RESUME, "resume", "go on from where the arm is")                                     \
    X(REQUEST_END, "end", "lift, park, finish")                                                    \
    X(REQUEST_STOP, "stop", "yield and stop now")                                                  \
    X(REQUEST_SKIP, "skip", "lift and go on with the next step")                                   \
    X(REQUEST_REPEAT, "repeat", "lift and play the step again from its beginning")                 \
    X(REQUEST_EXTEND, "extend", "play this stroke longer, half a minute at a time")                \
    X(REQUEST_INTENSITY, "intensity", "how hard: 0 to 10, 5 is as written; +1 and -1 step")
typedef enum {
#define X(id, word, meaning) id##_INDEX,
    REQUEST_LIST(X)
#undef X
} request_index_t;
#define REQUEST_COUNT 11
typedef enum {
#define X(id, word, meaning) id = 1u << id##_INDEX,
    REQUEST_LIST(X)
#undef X
} request_bit_t;

/// What a person asks for in one period.
typedef struct {
    uint32_t requests;   // request_bit_t
    int intensity_level; // with REQUEST_INTENSITY; any number, the cycle judges it
} asked_t;

/// What became of a request. Everything from REQUEST_NOT_NOW on is a refusal.
#define REQUEST_RESULT_LIST(X)                                                                     \
    X(REQUEST_NOT_MADE, "not_made", "not asked for")                                               \
    X(REQUEST_GRANTED, "granted", "done")                                                          \
    X(REQUEST_ALREADY, "already", "that is so already")                                            \
    X(REQUEST_NOT_NOW, "not_now", "not possible in this mode")                                     \
    X(REQUEST_STOP_FIRST, "stop_first", "a stop comes first")                                      \
    X(REQUEST_NOT_HEALTHY, "not_healthy", "a safety rule refuses")                                 \
    X(REQUEST_ENDING, "ending", "the run is ending")                                               \
    X(REQUEST_MOVING, "moving", "the arm has not come to rest yet")                                \
    X(REQUEST_DISPLACED, "displaced", "the arm is not where it was left")                          \
    X(REQUEST_OUT_OF_RANGE, "out_of_range", "there is no such level")                              \
    X(REQUEST_TOO_SOON, "too_soon", "the last one was only a moment ago")                          \
    X(REQUEST_NOT_BEGUN, "not_begun", "nothing has been played yet")                               \
    X(REQUEST_REPEATED, "repeated", "the step was repeated as often as it may be")                 \
    X(REQUEST_EXTENDED, "extended", "there is no stroke, or it is as long as it may become")       \
    X(REQUEST_SESSION, "session", "the session would last longer than it may")                     \
    X(REQUEST_HELD, "held", "it was held from before: let go, and ask again")
typedef enum {
#define X(id, name, text) id,
    REQUEST_RESULT_LIST(X)
#undef X
} request_result_t;
#define REQUEST_RESULT_COUNT 16

typedef struct {
    int64_t now_us; // since the run began
    int64_t cycle;
    bus_feedback_t feedback;
    uint32_t requests;   // request_bit_t
    int intensity_level; // see asked_t
    unsigned overruns;   // periods missed in a row of late ones, up to this one
} cycle_input_t;

/// Computed by live.
typedef struct {
    request_result_t results[REQUEST_COUNT]; // by request_index_t
    uint32_t granted;                        // request_bit_t
    bool ending;                             // asked to end, and not paused since
    int intensity_asked;                     // level that was asked for last
    int intensity_level;                     // level that holds: climbs to the one asked for
} live_t;

/// Computed by estimate.
typedef struct {
    joints_t joint_position_measured;
    joints_t joint_speed_measured;
    pose_t tool_measured; // pad face, spring unloaded, table frame
    double tool_speed_mps;
    double tool_giving_mps;  // of it along the force on the tool; NaN where there is none
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
    double hardest_N_per_m;   // the same of the hardest that may lie under the tool
    double force_rate_N_per_s;
    double force_age_s;       // how much older than one of this period the force's sample is
    double force_predicted_N; // that will be reached at most, see safety/envelope.h; NaN unknown
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
    double force_rate_N_per_s; // of the moment at which the tool will be where it is commanded
    contact_rule_t contact;    // what losing the skin means
    double contact_gap_s;      // for which the plan itself leaves or eases the skin, 0 in a stroke
    double hop_m;              // over the felt skin; it and its rate are of the same later moment
    double hop_rate_mps;
    double shear_N;           // wanted along the skin, 0 where it is not controlled
    bool held_up;             // the stroke waits for the skin to give way and will not go on
    double speed_allowed_mps; // for the interlock
    double force_cap_N;       // of the region below
    bool intensity_capped;    // a cap keeps the force below what the intensity asks for
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
    live_t live;
    conditions_t conditions;
    supervisor_mode_t mode;
    plan_target_t target;
    tool_command_t tool;
    joint_target_t joints;
    bus_command_t command; // written by limit alone
} cycle_output_t;

#endif
