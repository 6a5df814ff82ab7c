#include "controller/safety/judge_limits.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#define WORD_SIZE sizeof(uint64_t)
#define CHECKED_WORDS (offsetof(judge_limits_t, check) / WORD_SIZE)

static_assert(sizeof(judge_limits_t) == (CHECKED_WORDS + 1) * WORD_SIZE, "no padding");
static_assert(sizeof(judge_joint_limits_t) == 13 * sizeof(double), "no padding");

// Offset and prime of the 64-bit FNV-1a hash, taken a word at a time: the sum before and the sum
// after a word are each other's image one to one, which is why no change of one word goes unseen.
#define CHECK_OFFSET UINT64_C(0xcbf29ce484222325)
#define CHECK_PRIME UINT64_C(0x100000001b3)

uint64_t judge_limits_check(const judge_limits_t* limits)
{
    const unsigned char* bytes = (const unsigned char*)limits;
    uint64_t sum = CHECK_OFFSET;
    for (size_t i = 0; i < CHECKED_WORDS; ++i) {
        uint64_t word;
        memcpy(&word, bytes + i * WORD_SIZE, sizeof word);
        sum = (sum ^ word) * CHECK_PRIME;
    }
    return sum;
}

void judge_limits_seal(judge_limits_t* limits)
{
    limits->check = judge_limits_check(limits);
}

bool judge_limits_intact(const judge_limits_t* limits)
{
    return limits->check == judge_limits_check(limits) && limits->joint_count >= 1 &&
           limits->joint_count <= JOINT_CAPACITY;
}

// Of a sensor's range: nearer to its end than this it is taken to be at it (hazard H14).
#define RANGE_PART 0.98
// Parts of the following error that an arm may show at rest. A drive that filters its speed by 5 ms
// is off by 5 mm/s x its speed on starting: 2 mm on a rail at half speed; healthy runs of the
// virtual table stayed below 1.2 mrad and 0.2 mm. [judgement for real drives]
#define SPEED_DISAGREEMENT_PART 0.5
// Healthy runs of the virtual table: 0.4 mrad and 0.03 mm for what stands still longer than four
// samples.
#define FROZEN_COMMAND_PART 0.25
// Of the effort a joint has. What stands still does so between its friction one way and the other,
// and dry friction of geared axes is 2 to 10 % of their effort (general knowledge); the virtual
// table's is 3 and 4 %. A drive that winds up against a frozen encoder passes this at once.
#define FROZEN_EFFORT_PART 0.25
// Of a joint's greatest speed. In the same runs a joint was never farther than 0.017 of it from
// all of its last four commanded speeds.
#define SPEED_DEVIATION_PART 0.08
// The tool works over the table and beside it: farther out it is the model of the arm that is
// wrong. In the library's runs it was never outside of the table's edges, nor higher than 0.6 m.
// [judgement]
#define WORKSPACE_BESIDE_M 0.5
#define WORKSPACE_BELOW_M 0.05
#define WORKSPACE_HEIGHT_M 1.5

static int64_t microseconds(double time_s)
{
    return (int64_t)(time_s * 1e6);
}

/// The longest that a device may have nothing new to say: a period, or its own update period.
static int64_t sample_spacing_us(const machine_settings_t* machine, int device)
{
    const int profile = machine->devices[device].profile_index;
    const int64_t own_us = microseconds(machine->profiles[profile].sample_age_max_s);
    return own_us > machine->period_us ? own_us : machine->period_us;
}

static judge_joint_limits_t joint_limits(const machine_settings_t* machine,
                                         const safety_settings_t* safety, int index)
{
    const joint_settings_t* joint = &machine->arm.joints[index];
    const bool prismatic = joint->kind == JOINT_PRISMATIC;
    const double overtravel =
        prismatic ? safety->rail_overtravel_m.value : safety->joint_overtravel_rad.value;
    const double at_rest =
        prismatic ? safety->rail_following_error_m.value : safety->following_error_rad.value;
    return (judge_joint_limits_t){
        .measured_min = joint->position_min - overtravel,
        .measured_max = joint->position_max + overtravel,
        .measured_speed_max = joint->velocity_max * safety->joint_speed_margin.value,
        .commanded_min = joint->position_min,
        .commanded_max = joint->position_max,
        .commanded_speed_max = joint->velocity_max,
        .commanded_acceleration_max = joint->acceleration_max,
        .following_at_rest = at_rest,
        .speed_disagreement = SPEED_DISAGREEMENT_PART * at_rest,
        .frozen_command = FROZEN_COMMAND_PART * at_rest,
        .frozen_effort = FROZEN_EFFORT_PART * joint->effort_max,
        .speed_deviation = SPEED_DEVIATION_PART * joint->velocity_max,
        .sample_spacing_us = sample_spacing_us(machine, machine->drive_of_joint[index]),
    };
}

/// How far the raw value of an axis may be from zero, in SI. Unbounded for a register that holds a
/// float: its sensor says by its status when it is overloaded.
static double raw_max(const device_profile_t* profile, point_id_t id)
{
    for (int i = 0; i < profile->point_count && i < POINT_CAPACITY; ++i) {
        const point_settings_t* point = &profile->points[i];
        if (point->id != id) {
            continue;
        }
        switch (point->type) {
        case WORD_U16:
        case WORD_S16:
            return RANGE_PART * (double)INT16_MAX * fabs(point->scale);
        case WORD_U32:
        case WORD_S32:
            return RANGE_PART * (double)INT32_MAX * fabs(point->scale);
        case WORD_F32:
            return HUGE_VAL;
        }
    }
    return HUGE_VAL;
}

static void take_sensor_range(judge_limits_t* limits, const machine_settings_t* machine)
{
    const point_id_t forces[3] = {POINT_FORCE_X, POINT_FORCE_Y, POINT_FORCE_Z};
    const point_id_t torques[3] = {POINT_TORQUE_X, POINT_TORQUE_Y, POINT_TORQUE_Z};
    const device_settings_t* sensor = &machine->devices[machine->force_sensor];
    const device_profile_t* profile = &machine->profiles[sensor->profile_index];
    for (int axis = 0; axis < 3; ++axis) {
        limits->force_raw_max_N[axis] = raw_max(profile, forces[axis]);
        limits->torque_raw_max_Nm[axis] = raw_max(profile, torques[axis]);
    }
}

static void take_workspace(judge_limits_t* limits, const machine_settings_t* machine)
{
    limits->workspace_min_m[0] = -WORKSPACE_BESIDE_M;
    limits->workspace_max_m[0] = machine->table_length_m + WORKSPACE_BESIDE_M;
    limits->workspace_min_m[1] = -0.5 * machine->table_width_m - WORKSPACE_BESIDE_M;
    limits->workspace_max_m[1] = 0.5 * machine->table_width_m + WORKSPACE_BESIDE_M;
    limits->workspace_min_m[2] = -WORKSPACE_BELOW_M;
    limits->workspace_max_m[2] = WORKSPACE_HEIGHT_M;
}

judge_limits_t judge_limits_make(const machine_settings_t* machine, const safety_settings_t* safety)
{
    judge_limits_t limits = {
        .joint_count = machine->arm.joint_count,
        .period_us = machine->period_us,
        .contact_force_max_N = safety->contact_force_max_N.value,
        .contact_force_margin_N = safety->contact_force_margin_N.value,
        .contact_force_margin_us = microseconds(safety->contact_force_margin_time_s.value),
        .shear_force_max_N = safety->shear_force_max_N.value,
        .free_force_max_N = safety->free_force_max_N.value,
        .force_disagreement_max_N = safety->force_disagreement_max_N.value,
        .force_disagreement_us = microseconds(safety->force_disagreement_time_s.value),
        .force_rate_max_N_per_s = safety->force_rate_max_N_per_s.value,
        .tap_force_rate_N_per_s =
            machine->arm.tool.spring_stiffness_N_per_m * safety->tap_speed_max_mps.value,
        .force_drift_max_N = safety->force_drift_max_N.value,
        .pull_force_max_N = safety->pull_force_max_N.value,
        .touch_force_N = safety->touch_force_N.value,
        .tare_force_max_N = safety->tare_force_max_N.value,
        .tool_speed_margin = safety->tool_speed_margin.value,
        .following_time_s = safety->following_time_s.value,
        .sample_age_max_us = microseconds(safety->sample_age_max_s.value),
        .force_spacing_us = sample_spacing_us(machine, machine->force_sensor),
        .io_spacing_us = sample_spacing_us(machine, machine->io_coupler),
        .contact_loss_us = microseconds(safety->contact_loss_time_s.value),
        .surface_search_m = safety->surface_search_m.value,
        .overrun_count_max = safety->overrun_count_max.value,
        .arming_time_max_us = microseconds(safety->arming_time_max_s.value),
        .session_time_max_us = microseconds(safety->session_time_max_s.value),
        .dwell_time_max_us = microseconds(safety->dwell_time_max_s.value),
    };
    take_sensor_range(&limits, machine);
    take_workspace(&limits, machine);
    for (int joint = 0; joint < machine->arm.joint_count && joint < JOINT_CAPACITY; ++joint) {
        limits.joints[joint] = joint_limits(machine, safety, joint);
    }
    judge_limits_seal(&limits);
    return limits;
}
