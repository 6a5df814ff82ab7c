/// All the figures the judge compares with, as plain numbers: flattened once from the safety
/// settings and the machine when a session is built, never written again. No pointer, nothing of a
/// vector library: the judge can be analysed with this struct alone, and a second process could be
/// sent it as bytes.
///
/// Always holds: every member is eight bytes wide and none is padding, so that the check word
/// covers all of it. Whatever changes inside one eight-byte word of a sealed struct is told for
/// certain, other damage but for one in 2^64.
#ifndef KNEAD_CONTROLLER_SAFETY_JUDGE_LIMITS_H
#define KNEAD_CONTROLLER_SAFETY_JUDGE_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/settings.h"

/// Of one joint, rad or m (and per second).
typedef struct {
    double measured_min, measured_max;   // where it may be found: its limits and the overtravel
    double measured_speed_max;           // its limit and the margin
    double commanded_min, commanded_max; // where it may be told to be
    double commanded_speed_max;
    double commanded_acceleration_max;
    double following_at_rest;
    double speed_disagreement; // what a position may have moved beyond its speed, see rules_joint.c
    double frozen_command;     // how far a command may go before the position has to move
    double frozen_effort;      // by how much its effort may change before the position has to move
    double speed_deviation;    // what it may move faster or slower than it is told to
    int64_t sample_spacing_us; // of its drive
} judge_joint_limits_t;

typedef struct {
    int64_t joint_count;
    int64_t period_us;
    double contact_force_max_N;
    double contact_force_margin_N;
    int64_t contact_force_margin_us;
    double shear_force_max_N;
    double free_force_max_N;
    double force_disagreement_max_N;
    int64_t force_disagreement_us;
    double force_rate_max_N_per_s;
    double tap_force_rate_N_per_s; // that the quickest tap takes beside it
    double force_drift_max_N;
    double pull_force_max_N;
    double touch_force_N;
    double tare_force_max_N;
    double tool_speed_margin;
    double following_time_s;
    int64_t sample_age_max_us;
    int64_t force_spacing_us, io_spacing_us; // a healthy device has a newer sample after this time
    int64_t contact_loss_us;
    double surface_search_m;
    double overrun_count_max;
    int64_t arming_time_max_us;
    int64_t session_time_max_us;
    int64_t dwell_time_max_us;
    double force_raw_max_N[3]; // of the sensor's axes before they are at the end of their range
    double torque_raw_max_Nm[3];
    double workspace_min_m[3], workspace_max_m[3]; // where the tool may be found, table frame
    judge_joint_limits_t joints[JOINT_CAPACITY];
    uint64_t check; // over all before
} judge_limits_t;

/// What the check word has to be.
uint64_t judge_limits_check(const judge_limits_t* limits);

/// Writes the check word: the last thing done to freshly made limits.
void judge_limits_seal(judge_limits_t* limits);

/// True if nothing has changed since they were sealed, and there are as many joints as there may
/// be.
bool judge_limits_intact(const judge_limits_t* limits);

/// The limits for a machine, sealed. Settings are taken as they are: the loader has judged them.
judge_limits_t judge_limits_make(const machine_settings_t* machine,
                                 const safety_settings_t* safety);

#endif
