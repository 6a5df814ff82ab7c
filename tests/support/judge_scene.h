/// A judge's scene made by hand: two joints, all well, in contact; for tests that bend one thing of
/// it. Figures are not the shipped ones, so that a change of those does not move a test.
#ifndef KNEAD_TESTS_SUPPORT_JUDGE_SCENE_H
#define KNEAD_TESTS_SUPPORT_JUDGE_SCENE_H

#include <string.h>

#include "controller/safety/interlock.h"

#define SCENE_PERIOD_US 4000
#define SCENE_RAIL 0
#define SCENE_ELBOW 1
#define SCENE_TABLE 9 // as a part of the arm is counted

typedef struct {
    judge_limits_t limits;
    bus_feedback_t feedback;
    bus_command_t commanded;
    interlock_state_t state;
    judged_t judged;
    int periods;
} scene_t;

static inline judge_limits_t limits_by_hand(void)
{
    judge_limits_t limits = {
        .joint_count = 2,
        .period_us = SCENE_PERIOD_US,
        .contact_force_max_N = 60.0,
        .contact_force_margin_N = 8.0,
        .contact_force_margin_us = 50000,
        .shear_force_max_N = 25.0,
        .free_force_max_N = 8.0,
        .force_disagreement_max_N = 10.0,
        .force_disagreement_us = 80000,
        .touch_force_N = 2.0,
        .tool_speed_margin = 1.5,
        .following_time_s = 0.06,
        .sample_age_max_us = 12000,
        .contact_loss_us = 300000,
        .surface_search_m = 0.04,
        .overrun_count_max = 5.0,
        .session_time_max_us = 5400000000,
        .tare_force_max_N = 5.0,
        .arming_time_max_us = 3000000,
        .force_rate_max_N_per_s = 400.0,
        .tap_force_rate_N_per_s = 500.0,
        .force_drift_max_N = 3.0,
        .pull_force_max_N = 10.0,
        .dwell_time_max_us = 30000000,
        .force_spacing_us = SCENE_PERIOD_US,
        .io_spacing_us = SCENE_PERIOD_US,
        .force_raw_max_N = {196.0, 196.0, 196.0},
        .torque_raw_max_Nm = {9.8, 9.8, 9.8},
        .workspace_min_m = {-0.5, -0.9, -0.05},
        .workspace_max_m = {2.5, 0.9, 1.5},
    };
    limits.joints[SCENE_RAIL] = (judge_joint_limits_t){.measured_min = -0.002,
                                                       .measured_max = 1.602,
                                                       .measured_speed_max = 1.0,
                                                       .commanded_min = 0.0,
                                                       .commanded_max = 1.6,
                                                       .commanded_speed_max = 0.8,
                                                       .commanded_acceleration_max = 3.0,
                                                       .following_at_rest = 0.006,
                                                       .speed_disagreement = 0.003,
                                                       .frozen_command = 0.0015,
                                                       .frozen_effort = 40.0,
                                                       .speed_deviation = 0.08,
                                                       .sample_spacing_us = SCENE_PERIOD_US};
    limits.joints[SCENE_ELBOW] = (judge_joint_limits_t){.measured_min = -2.01,
                                                        .measured_max = 2.01,
                                                        .measured_speed_max = 2.5,
                                                        .commanded_min = -2.0,
                                                        .commanded_max = 2.0,
                                                        .commanded_speed_max = 2.0,
                                                        .commanded_acceleration_max = 10.0,
                                                        .following_at_rest = 0.04,
                                                        .speed_disagreement = 0.02,
                                                        .frozen_command = 0.01,
                                                        .frozen_effort = 10.0,
                                                        .speed_deviation = 0.2,
                                                        .sample_spacing_us = SCENE_PERIOD_US};
    judge_limits_seal(&limits);
    return limits;
}

/// Everything well, in contact at 20 N of 40 allowed.
static inline scene_t well(void)
{
    scene_t scene;
    memset(&scene, 0, sizeof scene);
    scene.limits = limits_by_hand();

    for (int joint = 0; joint < 2; ++joint) {
        scene.feedback.drives[joint] =
            (drive_feedback_t){.position = 0.5, .state = DRIVE_OPERATION_ENABLED, .age_us = 0};
        scene.commanded.position[joint] = 0.5;
        scene.commanded.request[joint] = DRIVE_REQUEST_ENABLE;
    }
    scene.feedback.force = (force_feedback_t){.force_N = {0.1, 0.2, -20.0}, .status_ok = true};
    scene.feedback.io = (io_feedback_t){.estop_closed = true,
                                        .client_button_released = true,
                                        .client_present = true,
                                        .power_relay_closed = true};
    scene.commanded.power_relay_close = true;
    scene.state = interlock_begin();
    scene.judged = (judged_t){.mode = MODE_CONTACT,
                              .now_us = 1000000,
                              .tool_position_m = {1.0, 0.1, 0.2},
                              .normal_force_N = 20.0,
                              .shear_force_N = 3.0,
                              .force_total_N = 20.2,
                              .tool_speed_mps = 0.05,
                              .tool_speed_allowed_mps = 0.2,
                              .force_target_N = 20.0,
                              .force_cap_N = 40.0,
                              .link_clearance_m = 0.1,
                              .link_near_skin = -1,
                              .arm_clearance_m = 0.1,
                              .arm_part = SUBJECT_NONE,
                              .arm_other = SUBJECT_NONE,
                              .force_tared = true};
    return scene;
}

static inline verdict_t judge(scene_t* scene)
{
    scene->judged.feedback = &scene->feedback;
    scene->judged.commanded = &scene->commanded;
    return interlock_evaluate(&scene->limits, &scene->state, &scene->judged);
}

/// Lets a period pass: what was judged is remembered, the clock goes on, samples scatter as those
/// of a sensor do.
static inline verdict_t pass(scene_t* scene)
{
    const verdict_t verdict = judge(scene);
    interlock_record(&scene->state, &scene->limits, &scene->judged, &verdict);
    scene->judged.now_us += SCENE_PERIOD_US;
    scene->judged.mode_us += SCENE_PERIOD_US;
    scene->periods += 1;
    for (int axis = 0; axis < 3; ++axis) {
        scene->feedback.force.force_N[axis] += scene->periods % 2 == 0 ? 0.01 : -0.01;
        scene->feedback.force.torque_Nm[axis] += scene->periods % 2 == 0 ? 0.001 : -0.001;
    }
    return verdict;
}

static inline bool has(const verdict_t* verdict, interlock_rule_t rule)
{
    return (verdict->refused & INTERLOCK_RULE(rule)) != 0;
}

/// Periods until the rule refuses, or `most` where it does not until then.
static inline int periods_until(scene_t* scene, interlock_rule_t rule, int most)
{
    for (int period = 0; period < most; ++period) {
        const verdict_t verdict = pass(scene);
        if (has(&verdict, rule)) {
            return period;
        }
    }
    return most;
}

static inline bool refuses(scene_t* scene, interlock_rule_t rule)
{
    const verdict_t verdict = judge(scene);
    return (verdict.refused >> rule & 1u) != 0;
}

#endif
