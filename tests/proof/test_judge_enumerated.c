/// Holds the judge against a table of its rules that was written from their texts. Every figure the
/// judge reads is a lever with the values that matter to it: below, at and above its limit, zero of
/// either sign, infinities, no number. Tried are all levers in all modes, all pairs of levers, and
/// sets drawn at random; compared is the whole verdict, then all that is remembered.
// ctest label: slow
#include "tests/support/cmocka_prelude.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "tests/proof/judge_model.h"
#include "tests/proof/supervisor_model.h"

#define SEED 0x6b6e6561642d6a75u
#define RANDOM_SCENES 300000
#define RAIL 0
#define ELBOW 1
#define TABLE 9 // as a part of the arm is counted
#define NOW_US 1000000

typedef struct {
    judge_limits_t limits;
    bus_feedback_t feedback;
    bus_command_t commanded;
    interlock_state_t state;
    judged_t judged;
    bool broken; // the limits are not those that were sealed
} scene_t;

/// Limits of which every sum and product is exact, so that "at the limit" is one number.
static judge_limits_t exact_limits(void)
{
    judge_limits_t limits = {.joint_count = 2,
                             .period_us = 4000,
                             .contact_force_max_N = 64.0,
                             .contact_force_margin_N = 8.0,
                             .contact_force_margin_us = 52000,
                             .shear_force_max_N = 24.0,
                             .free_force_max_N = 8.0,
                             .force_disagreement_max_N = 10.0,
                             .force_disagreement_us = 80000,
                             .touch_force_N = 2.0,
                             .tare_force_max_N = 5.0,
                             .tool_speed_margin = 1.5,
                             .following_time_s = 0.0625,
                             .sample_age_max_us = 12000,
                             .contact_loss_us = 300000,
                             .surface_search_m = 0.03125,
                             .overrun_count_max = 5.0,
                             .arming_time_max_us = 3000000,
                             .session_time_max_us = 5400000000,
                             .force_rate_max_N_per_s = 512.0,
                             .tap_force_rate_N_per_s = 256.0,
                             .force_drift_max_N = 3.0,
                             .pull_force_max_N = 10.0,
                             .force_spacing_us = 4000,
                             .io_spacing_us = 8000,
                             .dwell_time_max_us = 30000000,
                             .force_raw_max_N = {256.0, 128.0, 512.0},
                             .torque_raw_max_Nm = {8.0, 16.0, 4.0},
                             .workspace_min_m = {-0.5, -1.0, -0.0625},
                             .workspace_max_m = {2.5, 1.0, 1.5}};
    limits.joints[RAIL] = (judge_joint_limits_t){.measured_min = -0.125,
                                                 .measured_max = 1.625,
                                                 .measured_speed_max = 1.0,
                                                 .commanded_max = 1.5,
                                                 .commanded_speed_max = 0.75,
                                                 .commanded_acceleration_max = 3.0,
                                                 .following_at_rest = 0.0078125,
                                                 .speed_disagreement = 0.00390625,
                                                 .frozen_command = 0.001953125,
                                                 .frozen_effort = 32.0,
                                                 .speed_deviation = 0.0625,
                                                 .sample_spacing_us = 4000};
    limits.joints[ELBOW] = (judge_joint_limits_t){.measured_min = -2.25,
                                                  .measured_max = 2.125,
                                                  .measured_speed_max = 2.5,
                                                  .commanded_min = -2.0,
                                                  .commanded_max = 2.0,
                                                  .commanded_speed_max = 2.0,
                                                  .commanded_acceleration_max = 10.0,
                                                  .following_at_rest = 0.03125,
                                                  .speed_disagreement = 0.015625,
                                                  .frozen_command = 0.0078125,
                                                  .frozen_effort = 8.0,
                                                  .speed_deviation = 0.25,
                                                  .sample_spacing_us = 6000};
    judge_limits_seal(&limits);
    return limits;
}

/// Everything well in `mode`.
static scene_t well(supervisor_mode_t mode)
{
    scene_t scene;
    memset(&scene, 0, sizeof scene);
    scene.limits = exact_limits();
    scene.state = interlock_begin();
    scene.state.begun = true;
    scene.state.last_mode = mode;
    scene.state.last_now_us = NOW_US - 4000;
    scene.state.force_count = FORCE_RATE_SAMPLES;
    scene.state.unpowered_us = 4000;
    scene.state.retreat_felt = true;
    scene.state.pull_samples = 1;
    scene.state.let_go_samples = 2;
    scene.state.return_samples = 1;
    scene.state.unfelt_us = 40000;
    scene.state.clear_us = 200000;
    for (int i = 0; i < FORCE_RATE_SAMPLES; ++i) {
        scene.state.force_taken_us[i] = NOW_US - 4000 * (i + 1);
        scene.state.force_N[i] = 20.0;
    }
    for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
        scene.feedback.drives[joint] =
            (drive_feedback_t){.position = 0.5, .state = DRIVE_OPERATION_ENABLED};
        scene.commanded.position[joint] = 0.5;
        scene.commanded.request[joint] =
            supervisor_model_powered(mode) ? DRIVE_REQUEST_ENABLE : DRIVE_REQUEST_DISABLE;
        scene.state.joints[joint] = (joint_watch_t){.known = true,
                                                    .at_us = NOW_US - 4000,
                                                    .position = 0.5,
                                                    .commanded = true,
                                                    .sent = 0.5,
                                                    .followed = 10,
                                                    .off_speed = 1,
                                                    .ramp = 0.5};
        if (!supervisor_model_powered(mode)) {
            scene.feedback.drives[joint].state = DRIVE_SWITCH_ON_DISABLED;
        }
    }
    const bool pressed = supervisor_model_touches(mode);
    scene.feedback.force = (force_feedback_t){
        .force_N = {0.5, 0.25, -20.0}, .torque_Nm = {0.125, 0.5, 1.0}, .status_ok = true};
    scene.feedback.io = (io_feedback_t){
        .estop_closed = true, .client_button_released = true, .client_present = true};
    scene.judged = (judged_t){.mode = mode,
                              .now_us = NOW_US,
                              .tool_position_m = {1.0, 0.25, 0.5},
                              .normal_force_N = pressed ? 20.0 : 0.25,
                              .shear_force_N = 3.0,
                              .force_total_N = pressed ? 20.0 : 0.5,
                              .force_disagreement_N = 1.0,
                              .drive_force_N = pressed ? 20.0 : 0.25,
                              .drive_force_deviation_N = 3.0,
                              .tool_giving_mps = 0.0625,
                              .tool_speed_mps = 0.0625,
                              .tool_speed_allowed_mps = 0.25,
                              .force_target_N = 20.0,
                              .force_cap_N = 40.0,
                              .surface_gap_m = pressed ? 0.0 : 0.25,
                              .link_clearance_m = 0.1,
                              .link_near_skin = 1,
                              .arm_clearance_m = 0.1,
                              .arm_part = ELBOW,
                              .arm_other = TABLE,
                              .force_tared = true};
    return scene;
}

typedef enum { REAL, WHOLE, FLAG, COUNT, NATURAL, STATE, RULES } lever_kind_t;
#define VALUE_CAPACITY 18

/// One figure of a scene and what it is set to. `real` goes into doubles, `whole` everywhere else.
typedef struct {
    const char* name;
    size_t offset;
    lever_kind_t kind;
    bool seals; // a limit that was so from the beginning
    int count;
    union {
        double real[VALUE_CAPACITY];
        int64_t whole[VALUE_CAPACITY];
    };
} lever_t;

#define LEVER_CAPACITY 200
static lever_t levers[LEVER_CAPACITY];
static int lever_count;

static lever_t* add(const char* name, size_t offset, lever_kind_t kind)
{
    assert_true(lever_count < LEVER_CAPACITY);
    lever_t* lever = &levers[lever_count++];
    *lever = (lever_t){.name = name, .offset = offset, .kind = kind};
    return lever;
}

/// Around each limit: the next number below, itself, the next above; then what no limit is near to.
static void add_real(const char* name, size_t offset, int count, const double* at)
{
    lever_t* lever = add(name, offset, REAL);
    for (int i = 0; i < count; ++i) {
        lever->real[lever->count++] = nextafter(at[i], -(double)INFINITY);
        lever->real[lever->count++] = at[i];
        lever->real[lever->count++] = nextafter(at[i], (double)INFINITY);
    }
    const double wild[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, -0.0, DBL_MAX};
    for (size_t i = 0; i < sizeof wild / sizeof wild[0] && lever->count < VALUE_CAPACITY; ++i) {
        lever->real[lever->count++] = wild[i];
    }
}

static void add_whole(const char* name, size_t offset, lever_kind_t kind, int count,
                      const int64_t* values)
{
    lever_t* lever = add(name, offset, kind);
    assert_true(count <= VALUE_CAPACITY);
    memcpy(lever->whole, values, sizeof *values * (size_t)count);
    lever->count = count;
}

#define AT(member) offsetof(scene_t, member)
#define ADD_REAL(member, ...)                                                                      \
    do {                                                                                           \
        const double at[] = {__VA_ARGS__};                                                         \
        add_real(#member, AT(member), (int)(sizeof at / sizeof at[0]), at);                        \
    } while (0)
#define ADD_WHOLE(kind, member, ...)                                                               \
    do {                                                                                           \
        const int64_t values[] = {__VA_ARGS__};                                                    \
        add_whole(#member, AT(member), kind, (int)(sizeof values / sizeof values[0]), values);     \
    } while (0)
#define ADD_AGE(member)                                                                            \
    ADD_WHOLE(WHOLE, member, 1, 3999, 4000, 5999, 6000, 11999, 12000, 12001, -1, AGE_NEVER_US,     \
              AGE_NEVER_US - 1, INT64_MIN)
#define ADD_LIMIT(member, value)                                                                   \
    do {                                                                                           \
        lever_t* lever = add(#member, AT(member), REAL);                                           \
        lever->seals = true;                                                                       \
        lever->real[lever->count++] = (double)NAN;                                                 \
        lever->real[lever->count++] = (double)INFINITY;                                            \
        lever->real[lever->count++] = value;                                                       \
    } while (0)

static void add_io_and_drives(void)
{
    ADD_AGE(feedback.io.age_us);
    ADD_WHOLE(FLAG, feedback.io.estop_closed, 0);
    ADD_WHOLE(FLAG, feedback.io.client_button_released, 0);
    ADD_WHOLE(FLAG, feedback.io.client_present, 0);
    ADD_AGE(feedback.drives[RAIL].age_us);
    ADD_AGE(feedback.drives[ELBOW].age_us);
    ADD_WHOLE(STATE, feedback.drives[RAIL].state, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    ADD_WHOLE(STATE, feedback.drives[ELBOW].state, 0, 2, 4, 5, 7, 8, 9);
    ADD_REAL(feedback.drives[RAIL].position, -0.125, 1.625);
    ADD_REAL(feedback.drives[ELBOW].position, -2.25, 2.125);
    ADD_REAL(feedback.drives[RAIL].velocity, 1.0, 0.0625, -0.0625);
    ADD_REAL(feedback.drives[ELBOW].velocity, -2.5, 2.5, 0.25, -0.25);
    ADD_REAL(feedback.drives[RAIL].effort, 0.0);
    ADD_REAL(feedback.drives[ELBOW].effort, 0.0);
    ADD_REAL(commanded.position[RAIL], 0.5 - 0.0078125, 0.5 + 0.0078125, 0.5 + 0.0703125);
    ADD_REAL(commanded.position[ELBOW], 0.5 - 0.03125, 0.5 + 0.03125, 0.5 + 0.1875);
    // Past the chain: nothing of it is judged.
    ADD_REAL(feedback.drives[2].position, 100.0);
}

#define RULE(name) ((int64_t)INTERLOCK_RULE(INTERLOCK_##name))
#define JOINT(joint, member) state.joints[joint].member

static void add_watches(void)
{
    ADD_WHOLE(STATE, commanded.request[ELBOW], DRIVE_REQUEST_DISABLE, DRIVE_REQUEST_ENABLE,
              DRIVE_REQUEST_QUICK_STOP);
    ADD_WHOLE(FLAG, JOINT(RAIL, known), 0);
    ADD_WHOLE(FLAG, JOINT(ELBOW, commanded), 0);
    ADD_WHOLE(WHOLE, JOINT(ELBOW, at_us), NOW_US - 400000, NOW_US - 200000, NOW_US - 8000, NOW_US,
              NOW_US + 4000);
    ADD_REAL(JOINT(RAIL, position), 0.5 + 0.00775, 0.5 - 0.00390625);
    ADD_REAL(JOINT(ELBOW, position), 0.5 - 0.019, 0.5 + 0.015625);
    ADD_REAL(JOINT(ELBOW, velocity), -1.0, 7.8125);
    ADD_REAL(JOINT(ELBOW, astray), 0.015625 / 0.98, -0.015625);
    ADD_WHOLE(COUNT, JOINT(RAIL, identical), 1, 4, 5, 6);
    ADD_WHOLE(COUNT, JOINT(ELBOW, identical), 1, 4, 5, 6);
    ADD_REAL(JOINT(RAIL, wanted), 0.001953125);
    ADD_REAL(JOINT(ELBOW, wanted), 0.0078125);
    ADD_REAL(JOINT(RAIL, sent), 0.5 + 0.75 * 0.004, 0.5 - 3.0 * 16e-6);
    ADD_REAL(JOINT(ELBOW, sent), 0.5 - 2.0 * 0.004, 0.5 + 10.0 * 16e-6);
    ADD_REAL(JOINT(ELBOW, sent_speed), 0.04, -0.0400020004, 2.0);
    ADD_REAL(JOINT(ELBOW, sent_before[0]), 0.25, -0.25);
    ADD_REAL(JOINT(ELBOW, sent_before[1]), 2.0, -0.5);
    ADD_REAL(JOINT(RAIL, sent_before[1]), 0.0625, -0.0625);
    ADD_WHOLE(COUNT, JOINT(RAIL, followed), 3, 4, 5);
    ADD_WHOLE(COUNT, JOINT(ELBOW, followed), 3, 4, 5);
    ADD_WHOLE(NATURAL, JOINT(RAIL, gaps), 1, 5, 64, 128, 192, UINT32_MAX);
    ADD_WHOLE(NATURAL, JOINT(ELBOW, gaps), 1, 6, 64, 119, 127, 128, 255);
    ADD_WHOLE(COUNT, JOINT(RAIL, off_speed), 0, 1, 2);
    ADD_WHOLE(COUNT, JOINT(ELBOW, off_speed), 0, 1, 2);
    ADD_WHOLE(STATE, JOINT(RAIL, walked), DRIVE_UNKNOWN, DRIVE_SWITCHED_ON,
              DRIVE_OPERATION_ENABLED);
    ADD_WHOLE(STATE, JOINT(ELBOW, walked), DRIVE_READY_TO_SWITCH_ON, DRIVE_OPERATION_ENABLED);
    ADD_WHOLE(FLAG, JOINT(RAIL, had_torque), 1);
    ADD_WHOLE(FLAG, JOINT(ELBOW, had_torque), 1);
    ADD_REAL(JOINT(RAIL, effort), 32.0, -32.0, 64.0, -64.0);
    ADD_REAL(JOINT(ELBOW, effort), 8.0, -8.0, 16.0, -16.0);
    ADD_REAL(JOINT(ELBOW, effort_last), 8.0, 16.0);
    ADD_REAL(JOINT(ELBOW, ramp), 0.0, 0.9 * 10.0 * 0.004, 1.0);
    ADD_REAL(JOINT(RAIL, sent_speed), 0.25, -0.25);
    ADD_REAL(JOINT(RAIL, astray), 0.001, -0.001);
    ADD_REAL(JOINT(RAIL, velocity), 0.5);
    ADD_REAL(JOINT(RAIL, sample_loss), 12.0, 1.0 / 3.0);
    ADD_REAL(JOINT(ELBOW, sample_loss), 12.0, 23.0);
    ADD_REAL(state.force_loss, 12.0, 23.0, 1.0 / 3.0);
    ADD_REAL(state.io_loss, 12.0);
    ADD_WHOLE(FLAG, feedback.io.power_relay_closed, 1);
    ADD_WHOLE(FLAG, commanded.power_relay_close, 1);
    ADD_WHOLE(WHOLE, state.relay_us, 99999, 100000, 100001);
    ADD_WHOLE(WHOLE, state.split_us, 7999, 8000, 8001);
    ADD_WHOLE(WHOLE, state.unpowered_us, 99999, 100000, 100001);
    ADD_WHOLE(FLAG, state.held, 1);
    ADD_WHOLE(WHOLE, state.slipping_us, 1, -1, 496000, 500000, 504000);
    ADD_REAL(state.held_m[0], 1.0 - 0.002, 1.0);
    ADD_REAL(state.held_m[1], 0.25 - 0.002, 0.25);
    ADD_REAL(state.held_m[2], 0.5 + 0.002, 0.5);
    ADD_WHOLE(WHOLE, state.unpowered_us, 195999, 196000, 199999, 200000);
    ADD_WHOLE(FLAG, state.begun, 0);
    ADD_WHOLE(STATE, state.last_mode, MODE_LOCKED, MODE_READY, MODE_ARMING, MODE_PARKED,
              MODE_TRIPPED, MODE_CONTACT, MODE_YIELD);
    ADD_WHOLE(WHOLE, state.last_now_us, NOW_US - 1, NOW_US, NOW_US + 1, NOW_US - 12000,
              NOW_US - 12001, NOW_US - 6000, NOW_US - 6001, NOW_US - 16000, NOW_US - 16001,
              NOW_US - 32000, NOW_US - 32001);
    ADD_WHOLE(FLAG, state.tripped, 1);
}

static void add_sensor(void)
{
    ADD_WHOLE(COUNT, state.axis_frozen[0], 19, 20, 21);
    ADD_WHOLE(COUNT, state.axis_frozen[5], 19, 20, 21);
    ADD_REAL(state.noise_N2, 2.25, 0.0);
    ADD_WHOLE(WHOLE, state.astray_us, 15999, 16000, 16001);
    ADD_REAL(state.clear_force_N, 3.0);
    ADD_WHOLE(WHOLE, state.clear_us, 199999, 200000, 200001);
    ADD_WHOLE(RULES, state.over_last, RULE(FORCE_CAP), RULE(FORCE_MAX), RULE(FORCE_FREE),
              RULE(FORCE_RATE), RULE(SHEAR));
    ADD_WHOLE(RULES, state.over_before, RULE(FORCE_CAP), RULE(FORCE_MAX), -1);
    ADD_WHOLE(COUNT, state.force_count, 0, 1, 2);
    ADD_WHOLE(COUNT, state.sensor_samples, 1, 2, 3);
    ADD_WHOLE(WHOLE, state.force_at_us, NOW_US - 1, NOW_US, NOW_US + 1);
    ADD_REAL(state.last_force[0], 0.5);
    ADD_REAL(state.last_force[1], 0.25, 2.25);
    ADD_REAL(state.last_force[2], -20.0, -18.0);
    ADD_REAL(state.last_force[4], 0.5);
    ADD_REAL(state.last_step_N[1], 0.5, -3.0);
    ADD_REAL(state.place_m[0], 1.0 - 0.010, 1.0);
    ADD_REAL(state.place_m[1], 0.25 - 0.010, 0.25);
    ADD_REAL(state.place_m[2], 0.5 + 0.010, 0.5);
    ADD_WHOLE(WHOLE, state.dwell_us, 4000, 1, 0, -1);
    ADD_WHOLE(WHOLE, state.force_taken_us[0], NOW_US - 1, NOW_US);
    ADD_WHOLE(WHOLE, state.force_taken_us[2], NOW_US - 1, NOW_US, NOW_US + 1, NOW_US - 15625);
    ADD_REAL(state.force_N[2], 12.0, 28.0);
    ADD_REAL(judged.force_rate_N_per_s, 0.0, -256.0);
    ADD_WHOLE(FLAG, state.retreat_felt, 0);
    ADD_WHOLE(COUNT, state.pull_samples, 0, 2);
    ADD_WHOLE(COUNT, state.let_go_samples, 0, 1, 3);
    ADD_WHOLE(COUNT, state.return_samples, 0, 2);
    ADD_WHOLE(WHOLE, state.unfelt_us, 0, 36000, 39999, 40001);
    ADD_REAL(judged.tool_position_m[0], -0.5, 2.5);
    ADD_REAL(judged.tool_position_m[1], -1.0, 1.0);
    ADD_REAL(judged.tool_position_m[2], -0.0625, 1.5);
    ADD_WHOLE(WHOLE, state.dwell_us, 30000000, 30000001, 330000000, 330000001, 31000000, 31000001);
    ADD_WHOLE(WHOLE, judged.stay_planned_us, -1, 1000000, 300000000, 300000001);
}

static void add_force(void)
{
    ADD_AGE(feedback.force.age_us);
    ADD_WHOLE(FLAG, feedback.force.status_ok, 0);
    ADD_REAL(feedback.force.force_N[0], 256.0);
    ADD_REAL(feedback.force.force_N[1], -128.0);
    ADD_REAL(feedback.force.force_N[2], 512.0);
    ADD_REAL(feedback.force.torque_Nm[0], -8.0);
    ADD_REAL(feedback.force.torque_Nm[1], 16.0);
    ADD_REAL(feedback.force.torque_Nm[2], 4.0);
    ADD_WHOLE(FLAG, judged.force_tared, 0);
    ADD_WHOLE(COUNT, state.frozen_samples, 7, 8, 9, 100000);
    ADD_REAL(judged.force_disagreement_N, 10.0, 16.0, 31.0);
    ADD_REAL(judged.drive_force_N, 64.0, -10.0);
    ADD_REAL(judged.drive_force_deviation_N, 0.0);
    ADD_WHOLE(WHOLE, state.disagreement_us, 75999, 76000, 76001);
    ADD_REAL(judged.normal_force_N, 1.0, 28.0, 40.0, -10.0, 64.0);
    ADD_REAL(judged.force_target_N, -4.0, 0.0, 12.0, 32.0);
    ADD_REAL(judged.force_cap_N, 20.0);
    ADD_REAL(judged.force_total_N, 2.0, 8.0, 64.0, 40.0);
    ADD_REAL(judged.shear_force_N, 24.0);
    ADD_REAL(judged.force_predicted_N, 64.0);
    ADD_WHOLE(WHOLE, state.margin_us, 47999, 48000, 48001);
    ADD_WHOLE(WHOLE, state.contact_lost_us, 300000, 300001, 550000, 550001, 5300000, 5300001);
    ADD_REAL(judged.contact_gap_s, 0.0, 0.25, 5.0);
}

static void add_motion(void)
{
    ADD_REAL(judged.tool_speed_mps, 0.375);
    ADD_REAL(judged.tool_giving_mps, 0.025);
    ADD_REAL(judged.tool_speed_allowed_mps, 0.0);
    ADD_REAL(judged.path_error_m, 0.010);
    ADD_REAL(judged.link_clearance_m, 0.015);
    ADD_WHOLE(COUNT, judged.link_near_skin, -1, 5);
    ADD_REAL(judged.arm_clearance_m, 0.010);
    ADD_WHOLE(COUNT, judged.arm_part, -1, 3);
    ADD_WHOLE(COUNT, judged.arm_other, -1, 4);
    ADD_REAL(judged.surface_gap_m, -0.03125, -0.05125, 0.040, 0.030);
    ADD_WHOLE(WHOLE, judged.mode_us, 23999, 24000, 24001, 47999, 48000, 48001, 2999999, 3000000,
              3000001, 4000000, 4000001, INT64_MAX);
    ADD_WHOLE(FLAG, judged.tare_refused, 1);
    ADD_REAL(judged.tare_offset_N, 5.0);
    ADD_WHOLE(NATURAL, judged.overruns, 1, 2, 4, 5, 6, UINT32_MAX);
    ADD_WHOLE(NATURAL, state.missed_in_row, 1, 2, 5, 6, UINT32_MAX);
    ADD_REAL(state.missed_before, 1.0, 4.0);
    ADD_WHOLE(WHOLE, judged.session_us, 5399999999, 5400000000, 5400000001);
    ADD_WHOLE(RULES, state.inspection, RULE(LIMITS_INTACT), RULE(ESTOP), RULE(FORCE_AGE),
              RULE(SESSION_TIME), RULE(SHEAR) | RULE(FINITE), RULE(DWELL),
              (int64_t)INTERLOCK_RULE(INTERLOCK_RULE_COUNT));
    ADD_WHOLE(FLAG, broken, 1);
    ADD_WHOLE(COUNT, state.first_rule, INTERLOCK_ESTOP, INTERLOCK_SHEAR);
}

static void add_limits(void)
{
    ADD_LIMIT(limits.contact_force_max_N, 0.25);
    ADD_LIMIT(limits.contact_force_margin_N, -10.0);
    ADD_LIMIT(limits.shear_force_max_N, 1.0);
    ADD_LIMIT(limits.free_force_max_N, 0.25);
    ADD_LIMIT(limits.force_disagreement_max_N, -6.0);
    ADD_LIMIT(limits.touch_force_N, 0.5);
    ADD_LIMIT(limits.tare_force_max_N, 1.0);
    ADD_LIMIT(limits.tool_speed_margin, 0.125);
    ADD_LIMIT(limits.following_time_s, 0.0);
    ADD_LIMIT(limits.surface_search_m, -1.0);
    ADD_LIMIT(limits.overrun_count_max, -1.0);
    ADD_LIMIT(limits.joints[RAIL].measured_min, 0.75);
    ADD_LIMIT(limits.joints[ELBOW].measured_max, 0.25);
    ADD_LIMIT(limits.joints[ELBOW].measured_speed_max, -1.0);
    ADD_LIMIT(limits.joints[ELBOW].following_at_rest, -1.0);
    ADD_LIMIT(limits.joints[RAIL].speed_deviation, -1.0);
    ADD_LIMIT(limits.joints[ELBOW].speed_deviation, -1.0);
    ADD_LIMIT(limits.joints[RAIL].speed_disagreement, -1.0);
    ADD_LIMIT(limits.joints[RAIL].frozen_command, -1.0);
    ADD_LIMIT(limits.joints[RAIL].frozen_effort, -1.0);
    ADD_LIMIT(limits.joints[RAIL].commanded_min, 0.75);
    ADD_LIMIT(limits.joints[RAIL].commanded_max, 0.25);
    ADD_LIMIT(limits.joints[RAIL].commanded_speed_max, -1.0);
    ADD_LIMIT(limits.joints[RAIL].commanded_acceleration_max, -1.0);
    ADD_LIMIT(limits.force_rate_max_N_per_s, -512.0);
    ADD_LIMIT(limits.tap_force_rate_N_per_s, 1.0);
    ADD_LIMIT(limits.force_drift_max_N, -1.0);
    ADD_LIMIT(limits.pull_force_max_N, 1.0);
}

static int add_levers(void** context)
{
    (void)context;
    add_io_and_drives();
    add_watches();
    add_sensor();
    add_force();
    add_motion();
    add_limits();
    return 0;
}

static void pull(scene_t* scene, const lever_t* lever, int which)
{
    unsigned char* place = (unsigned char*)scene + lever->offset;
    const int64_t whole = lever->whole[which];
    switch (lever->kind) {
    case REAL:
        memcpy(place, &lever->real[which], sizeof(double));
        break;
    case WHOLE:
        memcpy(place, &whole, sizeof whole);
        break;
    case RULES: {
        const interlock_rules_t rules = (interlock_rules_t)whole;
        memcpy(place, &rules, sizeof rules);
        break;
    }
    case FLAG: {
        const bool flag = whole != 0;
        memcpy(place, &flag, sizeof flag);
        break;
    }
    case COUNT: {
        const int count = (int)whole;
        memcpy(place, &count, sizeof count);
        break;
    }
    case NATURAL: {
        const unsigned natural = (unsigned)whole;
        memcpy(place, &natural, sizeof natural);
        break;
    }
    case STATE: {
        const drive_state_t state = (drive_state_t)whole;
        memcpy(place, &state, sizeof state);
        break;
    }
    }
    if (lever->seals) {
        judge_limits_seal(&scene->limits);
    }
}

static bool same_number(double a, double b)
{
    return (isnan(a) && isnan(b)) || (a == b && signbit(a) == signbit(b));
}

static bool same_verdict(const verdict_t* a, const verdict_t* b)
{
    return a->refused == b->refused && a->reaction == b->reaction && a->trust == b->trust &&
           a->rule == b->rule && a->subject == b->subject && a->other == b->other &&
           same_number(a->measured, b->measured) && same_number(a->allowed, b->allowed) &&
           a->locked_joints == b->locked_joints;
}

/// But for rounding: a sum may be added up another way round. What is no finite number is refused
/// whatever it is.
static bool nearly(double a, double b)
{
    if (!isfinite(a) || !isfinite(b)) {
        return isfinite(a) == isfinite(b);
    }
    return fabs(a - b) <= 1e-12 * fmax(1.0, fabs(a));
}

static bool all_nearly(int count, const double* a, const double* b)
{
    bool same = true;
    for (int i = 0; i < count; ++i) {
        same = same && nearly(a[i], b[i]);
    }
    return same;
}

static bool same_joint(const joint_watch_t* a, const joint_watch_t* b)
{
    return a->known == b->known && a->at_us == b->at_us && same_number(a->position, b->position) &&
           same_number(a->velocity, b->velocity) && nearly(a->astray, b->astray) &&
           a->identical == b->identical && nearly(a->wanted, b->wanted) &&
           same_number(a->effort, b->effort) && same_number(a->effort_last, b->effort_last) &&
           a->commanded == b->commanded && same_number(a->sent, b->sent) &&
           nearly(a->sent_speed, b->sent_speed) && all_nearly(2, a->sent_before, b->sent_before) &&
           a->followed == b->followed && a->gaps == b->gaps && a->off_speed == b->off_speed &&
           a->walked == b->walked && a->had_torque == b->had_torque && nearly(a->ramp, b->ramp) &&
           same_number(a->sample_loss, b->sample_loss);
}

static bool same_sensor(const interlock_state_t* a, const interlock_state_t* b)
{
    return all_nearly(6, a->last_force, b->last_force) && a->force_at_us == b->force_at_us &&
           memcmp(a->axis_frozen, b->axis_frozen, sizeof a->axis_frozen) == 0 &&
           a->force_count == b->force_count &&
           all_nearly(FORCE_RATE_SAMPLES, a->force_N, b->force_N) &&
           memcmp(a->force_taken_us, b->force_taken_us, sizeof a->force_taken_us) == 0 &&
           a->sensor_samples == b->sensor_samples &&
           all_nearly(3, a->last_step_N, b->last_step_N) && nearly(a->noise_N2, b->noise_N2) &&
           nearly(a->clear_force_N, b->clear_force_N) && a->clear_us == b->clear_us &&
           a->retreat_felt == b->retreat_felt;
}

static bool same_tool(const interlock_state_t* a, const interlock_state_t* b)
{
    return all_nearly(3, a->place_m, b->place_m) && a->dwell_us == b->dwell_us &&
           a->held == b->held && all_nearly(3, a->held_m, b->held_m) &&
           a->slipping_us == b->slipping_us;
}

static bool same_memory(const interlock_state_t* a, const interlock_state_t* b)
{
    bool same =
        a->margin_us == b->margin_us && a->disagreement_us == b->disagreement_us &&
        a->contact_lost_us == b->contact_lost_us && a->astray_us == b->astray_us &&
        a->frozen_samples == b->frozen_samples && a->pull_samples == b->pull_samples &&
        a->let_go_samples == b->let_go_samples && a->return_samples == b->return_samples &&
        a->unfelt_us == b->unfelt_us && a->over_last == b->over_last &&
        a->over_before == b->over_before && a->unpowered_us == b->unpowered_us &&
        a->missed_in_row == b->missed_in_row && same_number(a->missed_before, b->missed_before) &&
        a->split_us == b->split_us && a->relay_us == b->relay_us && a->begun == b->begun &&
        a->last_now_us == b->last_now_us && a->last_mode == b->last_mode &&
        same_number(a->force_loss, b->force_loss) && same_number(a->io_loss, b->io_loss) &&
        a->inspection == b->inspection && a->tripped == b->tripped &&
        a->first_rule == b->first_rule && a->first_subject == b->first_subject &&
        a->first_other == b->first_other && same_number(a->first_measured, b->first_measured) &&
        same_number(a->first_allowed, b->first_allowed);
    for (int i = 0; i < JOINT_CAPACITY; ++i) {
        same = same && same_joint(&a->joints[i], &b->joints[i]);
    }
    return same && same_sensor(a, b) && same_tool(a, b);
}

static void print_verdict(const char* whose, const verdict_t* verdict)
{
    print_error("%s: refused %llx, %s, trust %d, rule %d, subject %d, other %d, %.17g of %.17g, "
                "locked %x\n",
                whose, (unsigned long long)verdict->refused, reaction_text(verdict->reaction),
                verdict->trust, verdict->rule, verdict->subject, verdict->other, verdict->measured,
                verdict->allowed, verdict->locked_joints);
}

/// Judges the scene by both; fails, after telling the levers, where they differ.
static verdict_t judge(scene_t* scene, int count, const lever_t* const* pulled, const int* values)
{
    scene->judged.feedback = &scene->feedback;
    scene->judged.commanded = &scene->commanded;
    if (scene->broken) {
        scene->limits.check ^= 1u;
    }
    const bool intact = !scene->broken;
    const verdict_t verdict = interlock_evaluate(&scene->limits, &scene->state, &scene->judged);
    const verdict_t expected =
        judge_model_evaluate(&scene->limits, intact, &scene->state, &scene->judged);
    const interlock_state_t remembered =
        judge_model_record(&scene->state, &scene->limits, &scene->judged, &verdict);
    interlock_state_t after = scene->state;
    interlock_record(&after, &scene->limits, &scene->judged, &verdict);
    const bool same = same_verdict(&verdict, &expected) && same_memory(&after, &remembered);
    if (!same) {
        print_error("in %s:", supervisor_model_text(scene->judged.mode));
        for (int i = 0; i < count; ++i) {
            if (pulled[i]->kind == REAL) {
                print_error(" %s = %.17g;", pulled[i]->name, pulled[i]->real[values[i]]);
            } else {
                print_error(" %s = %lld;", pulled[i]->name, (long long)pulled[i]->whole[values[i]]);
            }
        }
        print_error("\n");
        print_verdict("judge", &verdict);
        print_verdict("model", &expected);
        if (same_verdict(&verdict, &expected)) {
            print_error("they remember otherwise\n");
        }
        fail();
    }
    return verdict;
}

/// Every rule has refused at least once: a rule that never does would equal any model of it.
static void assert_met(interlock_rules_t met)
{
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        if ((met & INTERLOCK_RULE(rule)) == 0) {
            print_error("%s never refused\n", interlock_rule_info((interlock_rule_t)rule)->name);
        }
    }
    assert_true(met == INTERLOCK_RULE(INTERLOCK_RULE_COUNT) - 1);
}

static void a_healthy_scene_is_permitted_in_every_mode(void** context)
{
    (void)context;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        scene_t scene = well((supervisor_mode_t)mode);
        const verdict_t verdict = judge(&scene, 0, NULL, NULL);
        assert_true(verdict.refused == 0);
        assert_int_equal(verdict.reaction, REACTION_NONE);
    }
}

/// Brakes hold, a place is pressed, samples repeat, a slip is told: what takes a while to come.
static void begin_long_before(scene_t* scene)
{
    const judged_t* judged = &scene->judged;
    interlock_state_t* state = &scene->state;
    state->unpowered_us = 10000000;
    state->held = true;
    state->slipping_us = 4000;
    state->dwell_us = 8000;
    memcpy(state->held_m, judged->tool_position_m, sizeof state->held_m);
    memcpy(state->place_m, judged->tool_position_m, sizeof state->place_m);
    state->place_m[0] += 0.0009765625;
    state->sensor_samples = 3;
    state->noise_N2 = 1.0;
    state->force_at_us = NOW_US - 4000;
    state->force_taken_us[0] = NOW_US;
    memcpy(state->last_force, scene->feedback.force.force_N, 3 * sizeof(double));
    memcpy(state->last_force + 3, scene->feedback.force.torque_Nm, 3 * sizeof(double));
    for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
        state->joints[joint].identical = 5;
        state->joints[joint].effort = scene->feedback.drives[joint].effort = 4.0;
    }
}

/// The same, and contact was lost, a place was pressed for too long, or there is no skin: what is
/// allowed is part of the verdict then.
static void lose_contact(scene_t* scene)
{
    scene->state.contact_lost_us = 6000000;
}
static void stay_for_too_long(scene_t* scene)
{
    scene->state.dwell_us = 400000000;
}
static void miss_the_skin(scene_t* scene)
{
    scene->judged.surface_gap_m = -1.0;
}

/// Something is refused: what is felt decides how.
static void press_the_button(scene_t* scene)
{
    scene->feedback.io.client_button_released = false;
}

/// A speed amid those that were told is off by nothing, which is more than may be here.
static void tell_many_speeds(scene_t* scene)
{
    for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
        scene->limits.joints[joint].speed_deviation = -1.0;
        scene->state.joints[joint].sent_before[0] = 1.0;
        scene->state.joints[joint].sent_before[1] = -1.0;
    }
    judge_limits_seal(&scene->limits);
}

static void every_value_is_judged_so_where_something_has_lasted(void** context)
{
    (void)context;
    static void (*const begins[])(scene_t*) = {begin_long_before, lose_contact,
                                               stay_for_too_long, miss_the_skin,
                                               tell_many_speeds,  press_the_button};
    for (int begin = 0; begin < 6; ++begin) {
        for (int mode = 0; mode < MODE_COUNT; ++mode) {
            for (int i = 0;
                 i < lever_count && (begin == 0 || mode == MODE_CONTACT || mode == MODE_TRANSIT);
                 ++i) {
                const lever_t* pulled = &levers[i];
                for (int value = 0; value < pulled->count; ++value) {
                    scene_t scene = well((supervisor_mode_t)mode);
                    begins[begin](&scene);
                    pull(&scene, pulled, value);
                    (void)judge(&scene, 1, &pulled, &value);
                }
            }
        }
    }
}

/// A client presses the tool of a yield farther away than it goes, or pulls it back.
static void press_after_it(scene_t* scene, double force_N)
{
    scene->state.retreat_felt = false;
    scene->judged.normal_force_N = scene->judged.drive_force_N = force_N;
    scene->judged.force_total_N = fabs(force_N);
    for (int joint = 0; joint < 2; ++joint) {
        scene->feedback.drives[joint].velocity = 0.5;
    }
}

static void every_pair_of_values_is_judged_so_where_a_yield_is_pressed_or_pulled(void** context)
{
    (void)context;
    const double forces_N[] = {80.0, -20.0};
    for (int i = 0; i < lever_count * lever_count * 2; ++i) {
        const lever_t* pulled[2] = {&levers[i / 2 / lever_count], &levers[i / 2 % lever_count]};
        for (int both = 0; both < pulled[0]->count * pulled[1]->count && pulled[0] < pulled[1];
             ++both) {
            const int values[2] = {both / pulled[1]->count, both % pulled[1]->count};
            scene_t scene = well(MODE_YIELD);
            press_after_it(&scene, forces_N[i % 2]);
            pull(&scene, pulled[0], values[0]);
            pull(&scene, pulled[1], values[1]);
            (void)judge(&scene, 2, pulled, values);
        }
    }
}

static void a_slip_is_told_for_half_a_second_and_then_held_anew(void** context)
{
    (void)context;
    for (int64_t slipped_us = 495998; slipped_us <= 496002; ++slipped_us) {
        scene_t scene = well(MODE_READY);
        begin_long_before(&scene);
        scene.state.slipping_us = slipped_us;
        const verdict_t verdict = judge(&scene, 0, NULL, NULL);
        assert_true(verdict.refused == INTERLOCK_RULE(INTERLOCK_BRAKE_SLIPS));
        interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
        assert_int_equal(scene.state.slipping_us, slipped_us < 496000 ? slipped_us + 4000 : 0);
    }
}

static void a_place_reaches_ten_millimetres_to_all_sides(void** context)
{
    (void)context;
    const double moved_m[] = {0.0, nextafter(0.010, 0.0), 0.010, nextafter(0.010, 1.0)};
    for (int i = 0; i < 12; ++i) {
        scene_t scene = well(MODE_CONTACT);
        memset(scene.judged.tool_position_m, 0, sizeof scene.judged.tool_position_m);
        scene.state.place_m[i / 4] = moved_m[i % 4];
        scene.state.dwell_us = 8000;
        const verdict_t verdict = judge(&scene, 0, NULL, NULL);
        interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
        assert_int_equal(scene.state.dwell_us, i % 4 < 3 ? 12000 : 4000);
    }
}

static void every_value_of_every_figure_is_judged_as_its_rule_says(void** context)
{
    (void)context;
    interlock_rules_t met = 0;
    unsigned long scenes = 0;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        for (int i = 0; i < lever_count; ++i) {
            const lever_t* pulled = &levers[i];
            for (int value = 0; value < pulled->count; ++value) {
                scene_t scene = well((supervisor_mode_t)mode);
                pull(&scene, pulled, value);
                met |= judge(&scene, 1, &pulled, &value).refused;
                scenes += 1;
            }
        }
    }
    print_message("%d levers, %lu scenes\n", lever_count, scenes);
    const interlock_rules_t together =
        INTERLOCK_RULE(INTERLOCK_FORCE_MARGIN) | INTERLOCK_RULE(INTERLOCK_FORCE_DISAGREES) |
        INTERLOCK_RULE(INTERLOCK_FORCE_DIRECTION) | INTERLOCK_RULE(INTERLOCK_FORCE_RATE) |
        INTERLOCK_RULE(INTERLOCK_ENCODER_FROZEN) | INTERLOCK_RULE(INTERLOCK_BRAKE_SLIPS) |
        INTERLOCK_RULE(INTERLOCK_FORCE_CAP) | INTERLOCK_RULE(INTERLOCK_SHEAR) |
        INTERLOCK_RULE(INTERLOCK_FORCE_ENVELOPE);
    // Of the rules that take more than one lever, and are met below.
    assert_met(met | together);
}

/// All values of each figure against all values of every other.
static void every_pair_of_figures_is_judged_as_the_rules_say(void** context)
{
    (void)context;
    interlock_rules_t met = 0;
    unsigned long scenes = 0;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        const scene_t healthy = well((supervisor_mode_t)mode);
        for (int i = 0; i < lever_count; ++i) {
            for (int j = i + 1; j < lever_count; ++j) {
                const lever_t* const pulled[] = {&levers[i], &levers[j]};
                for (int pair = 0; pair < levers[i].count * levers[j].count; ++pair) {
                    const int values[] = {pair % levers[i].count, pair / levers[i].count};
                    scene_t scene = healthy;
                    pull(&scene, pulled[0], values[0]);
                    pull(&scene, pulled[1], values[1]);
                    met |= judge(&scene, 2, pulled, values).refused;
                    scenes += 1;
                }
            }
        }
    }
    print_message("%lu scenes\n", scenes);
    assert_met(met);
}

static uint64_t random_state = SEED;

static int one_of(int count)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (int)((random_state >> 33) % (uint64_t)count);
}

#define DRAWN_MAX 12
static void sets_drawn_at_random_are_judged_as_the_rules_say(void** context)
{
    (void)context;
    print_message("seed %llu\n", (unsigned long long)SEED);
    for (int round = 0; round < RANDOM_SCENES; ++round) {
        // -1 and MODE_COUNT: what broken memory could hold is no mode, and nothing is asked in it.
        scene_t scene = well((supervisor_mode_t)(one_of(MODE_COUNT + 2) - 1));
        scene.limits.joint_count = 1 + one_of(JOINT_CAPACITY);
        judge_limits_seal(&scene.limits);
        const lever_t* pulled[DRAWN_MAX];
        int values[DRAWN_MAX];
        const int count = 3 + one_of(DRAWN_MAX - 2);
        for (int i = 0; i < count; ++i) {
            pulled[i] = &levers[one_of(lever_count)];
            values[i] = one_of(pulled[i]->count);
            pull(&scene, pulled[i], values[i]);
        }
        (void)judge(&scene, count, pulled, values);
    }
}

/// For every count of joints the limits could name, of which more than there is room for and none
/// at all are damage; nothing behind the last joint is read.
static void a_count_no_arm_can_have_is_damage_and_reads_nothing_else(void** context)
{
    (void)context;
    const int64_t counts[] = {INT64_MIN, -1, 0, JOINT_CAPACITY + 1, INT64_MAX};
    for (size_t i = 0; i < 2 * sizeof counts / sizeof counts[0]; ++i) {
        scene_t scene = well(i % 2 == 0 ? MODE_CONTACT : MODE_READY);
        scene.limits.joint_count = counts[i / 2];
        judge_limits_seal(&scene.limits);
        scene.judged.feedback = &scene.feedback;
        scene.judged.commanded = &scene.commanded;
        for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
            scene.feedback.drives[joint].age_us = AGE_NEVER_US; // all are asked
        }
        const verdict_t verdict = interlock_evaluate(&scene.limits, &scene.state, &scene.judged);
        assert_int_equal(verdict.rule, INTERLOCK_LIMITS_INTACT);
        assert_int_equal(verdict.reaction, REACTION_POWER_OFF);
        interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
        assert_true((scene.state.inspection & INTERLOCK_RULE(INTERLOCK_LIMITS_INTACT)) != 0);
    }
}

static void a_tool_whose_place_is_unknown_is_held_nowhere(void** context)
{
    (void)context;
    for (int place = -1; place < 6; ++place) {
        const int axis = place < 0 ? -1 : place / 2;
        scene_t scene = well(MODE_READY);
        scene.state.unpowered_us = 10000000;
        scene.state.held = true;
        scene.state.slipping_us = 4000;
        if (axis >= 0) {
            scene.judged.tool_position_m[axis] = place % 2 == 0 ? (double)NAN : (double)INFINITY;
        }
        scene.judged.feedback = &scene.feedback;
        scene.judged.commanded = &scene.commanded;
        const verdict_t verdict = interlock_evaluate(&scene.limits, &scene.state, &scene.judged);
        interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
        assert_int_equal(scene.state.held, axis < 0);
        assert_int_equal(scene.state.slipping_us, axis < 0 ? 8000 : 0);
    }
}

/// What still refuses after four seconds of lifting is not helped by it.
static void a_lift_that_lasts_too_long_becomes_a_yield(void** context)
{
    (void)context;
    for (int late_us = 0; late_us < 2; ++late_us) {
        for (int lifting = 0; lifting < 2; ++lifting) {
            scene_t scene = well(lifting != 0 ? MODE_LIFT : MODE_CONTACT);
            scene.state.inspection = INTERLOCK_RULE(INTERLOCK_DWELL);
            scene.judged.mode_us = 4000000 + late_us;
            scene.judged.feedback = &scene.feedback;
            scene.judged.commanded = &scene.commanded;
            const verdict_t verdict =
                interlock_evaluate(&scene.limits, &scene.state, &scene.judged);
            assert_true(verdict.refused == INTERLOCK_RULE(INTERLOCK_DWELL));
            assert_int_equal(verdict.reaction,
                             lifting != 0 && late_us != 0 ? REACTION_YIELD : REACTION_LIFT);
        }
    }
}

static void a_held_tool_slips_above_two_millimetres_only(void** context)
{
    (void)context;
    const double moved_m[] = {0.0, nextafter(0.002, 0.0), 0.002, 0.002001};
    for (int i = 0; i < 12; ++i) {
        scene_t scene = well(MODE_READY);
        scene.state.unpowered_us = 10000000;
        scene.state.held = true;
        for (int axis = 0; axis < 3; ++axis) {
            scene.judged.tool_position_m[axis] = 0.0;
            scene.state.held_m[axis] = 0.0;
        }
        scene.judged.tool_position_m[i / 4] = moved_m[i % 4];
        scene.judged.feedback = &scene.feedback;
        scene.judged.commanded = &scene.commanded;
        const verdict_t nothing_refused = {.rule = INTERLOCK_RULE_NONE};
        interlock_record(&scene.state, &scene.limits, &scene.judged, &nothing_refused);
        assert_int_equal(scene.state.slipping_us, i % 4 < 3 ? 0 : scene.limits.period_us);
    }
}

static void a_pull_of_no_more_than_a_touch_is_no_reason_to_doubt_what_is_felt(void** context)
{
    (void)context;
    const double felt_N[] = {20.0, nextafter(-2.0, 0.0), -2.0, nextafter(-2.0, -3.0), (double)NAN};
    for (int i = 0; i < 5; ++i) {
        scene_t scene = well(MODE_APPROACH);
        scene.judged.normal_force_N = felt_N[i];
        scene.state.retreat_felt = i >= 3;
        scene.judged.feedback = &scene.feedback;
        scene.judged.commanded = &scene.commanded;
        const verdict_t nothing_refused = {.rule = INTERLOCK_RULE_NONE};
        interlock_record(&scene.state, &scene.limits, &scene.judged, &nothing_refused);
        assert_int_equal(scene.state.retreat_felt, i < 3);
    }
}

static void a_force_that_is_no_newer_is_not_counted_among_the_last_three(void** context)
{
    (void)context;
    for (int newer = 0; newer < 2; ++newer) {
        scene_t scene = well(MODE_CONTACT);
        scene.state.force_taken_us[0] = NOW_US - newer;
        scene.judged.normal_force_N = 25.0;
        scene.judged.feedback = &scene.feedback;
        scene.judged.commanded = &scene.commanded;
        const verdict_t nothing_refused = {.rule = INTERLOCK_RULE_NONE};
        interlock_record(&scene.state, &scene.limits, &scene.judged, &nothing_refused);
        assert_near(scene.state.force_N[0], newer == 1 ? 25.0 : 20.0, 0.0);
    }
}

/// The same values again are a frozen axis only if a newer sample says them; the first one of a run
/// is taken whenever it was.
static void a_sample_that_is_no_newer_repeats_no_axis(void** context)
{
    (void)context;
    const struct {
        int samples;
        int64_t before_us;
        int repeats;
    } cases[] = {{0, 0, 4}, {0, -1, 4}, {0, 1, 4}, {3, 0, 3}, {3, 1, 3}, {3, -1, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
        scene_t scene = well(MODE_CONTACT);
        scene.state.sensor_samples = cases[i].samples;
        scene.state.force_at_us =
            scene.judged.now_us - scene.feedback.force.age_us + cases[i].before_us;
        scene.state.axis_frozen[2] = 3;
        scene.state.last_force[2] = scene.feedback.force.force_N[2];
        scene.judged.feedback = &scene.feedback;
        scene.judged.commanded = &scene.commanded;
        const verdict_t nothing_refused = {.rule = INTERLOCK_RULE_NONE};
        interlock_record(&scene.state, &scene.limits, &scene.judged, &nothing_refused);
        assert_int_equal(scene.state.axis_frozen[2], cases[i].repeats);
    }
}

static void a_force_that_is_not_known_begins_the_last_three_anew(void** context)
{
    (void)context;
    for (int what = 0; what < 4; ++what) {
        scene_t scene = well(MODE_CONTACT);
        scene.judged.normal_force_N = what == 1 ? (double)NAN : 25.0;
        scene.judged.force_tared = what != 2;
        scene.feedback.force.age_us = what == 3 ? AGE_NEVER_US : 0;
        scene.judged.feedback = &scene.feedback;
        scene.judged.commanded = &scene.commanded;
        const verdict_t nothing_refused = {.rule = INTERLOCK_RULE_NONE};
        interlock_record(&scene.state, &scene.limits, &scene.judged, &nothing_refused);
        assert_int_equal(scene.state.force_count, what == 0 ? FORCE_RATE_SAMPLES : 0);
    }
}

static void a_cause_that_was_looked_at_is_forgotten_and_nothing_else(void** context)
{
    (void)context;
    scene_t scene = well(MODE_READY);
    begin_long_before(&scene);
    scene.state.inspection = INTERLOCK_RULE(INTERLOCK_LIMITS_INTACT);
    interlock_state_t told = scene.state;
    told.tripped = true;
    told.first_rule = INTERLOCK_SHEAR;
    told.first_subject = ELBOW;
    told.first_other = TABLE;
    told.first_measured = 25.0;
    told.first_allowed = 24.0;
    interlock_acknowledge(&told);
    assert_true(same_memory(&told, &scene.state));
    assert_false(told.tripped);
    assert_int_equal(told.first_rule, INTERLOCK_RULE_NONE);
    assert_int_equal(told.first_subject, SUBJECT_NONE);
    assert_int_equal(told.first_other, SUBJECT_NONE);
    assert_true(told.first_measured == 0.0 && told.first_allowed == 0.0);
}

/// What happened goes on into the next period: histories of a few hundred periods, in which levers
/// are pulled and let go, step by step against the model.
static void histories_are_remembered_as_the_model_does(void** context)
{
    (void)context;
    print_message("seed %llu\n", (unsigned long long)random_state);
    for (int run = 0; run < 300; ++run) {
        const supervisor_mode_t mode = (supervisor_mode_t)one_of(MODE_COUNT);
        scene_t scene = well(mode);
        const lever_t* pulled[1] = {&levers[one_of(lever_count)]};
        int values[1] = {0};
        for (int period = 0; period < 200; ++period) {
            const interlock_state_t kept = scene.state;
            if (one_of(50) == 0) {
                const int64_t now_us = scene.judged.now_us;
                scene = well(one_of(2) == 0 ? mode : (supervisor_mode_t)one_of(MODE_COUNT));
                scene.judged.now_us = now_us;
                pulled[0] = &levers[one_of(lever_count)];
                values[0] = one_of(pulled[0]->count);
                pull(&scene, pulled[0], values[0]);
                scene.state = kept;
            }
            scene.broken = false; // told by the limits' own test
            const verdict_t verdict = judge(&scene, 1, pulled, values);
            interlock_record(&scene.state, &scene.limits, &scene.judged, &verdict);
            scene.judged.now_us += scene.limits.period_us;
        }
    }
}

/// With an argument less than all: "single" leaves out what is drawn and the pairs, "quick" the
/// pairs, for programs that are mutants or count every branch.
int main(int argument_count, char** arguments)
{
    const struct CMUnitTest single[] = {
        cmocka_unit_test(a_healthy_scene_is_permitted_in_every_mode),
        cmocka_unit_test(every_value_of_every_figure_is_judged_as_its_rule_says),
        cmocka_unit_test(every_value_is_judged_so_where_something_has_lasted),
        cmocka_unit_test(a_cause_that_was_looked_at_is_forgotten_and_nothing_else),
        cmocka_unit_test(every_pair_of_values_is_judged_so_where_a_yield_is_pressed_or_pulled),
        cmocka_unit_test(a_slip_is_told_for_half_a_second_and_then_held_anew),
        cmocka_unit_test(a_place_reaches_ten_millimetres_to_all_sides),
        cmocka_unit_test(a_count_no_arm_can_have_is_damage_and_reads_nothing_else),
        cmocka_unit_test(a_tool_whose_place_is_unknown_is_held_nowhere),
        cmocka_unit_test(a_force_that_is_not_known_begins_the_last_three_anew),
        cmocka_unit_test(a_force_that_is_no_newer_is_not_counted_among_the_last_three),
        cmocka_unit_test(a_lift_that_lasts_too_long_becomes_a_yield),
        cmocka_unit_test(a_held_tool_slips_above_two_millimetres_only),
        cmocka_unit_test(a_sample_that_is_no_newer_repeats_no_axis),
        cmocka_unit_test(a_pull_of_no_more_than_a_touch_is_no_reason_to_doubt_what_is_felt),
    };
    const struct CMUnitTest drawn[] = {
        cmocka_unit_test(histories_are_remembered_as_the_model_does),
        cmocka_unit_test(sets_drawn_at_random_are_judged_as_the_rules_say),
    };
    const struct CMUnitTest pairs[] = {
        cmocka_unit_test(every_pair_of_figures_is_judged_as_the_rules_say),
    };
    const char* asked = argument_count > 1 ? arguments[1] : "";
    int failed = cmocka_run_group_tests(single, add_levers, NULL);
    if (failed == 0 && strcmp(asked, "single") != 0) {
        failed = cmocka_run_group_tests(drawn, NULL, NULL);
    }
    if (failed == 0 && asked[0] == '\0') {
        failed = cmocka_run_group_tests(pairs, NULL, NULL);
    }
    return failed;
}
