#include "controller/safety/judge_limits.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define WORD_SIZE sizeof(uint64_t)
#define CHECKED_WORDS (offsetof(judge_limits_t, check) / WORD_SIZE)

static_assert(sizeof(judge_limits_t) == (CHECKED_WORDS + 1) * WORD_SIZE, "no padding");
static_assert(sizeof(judge_joint_limits_t) == 8 * sizeof(double), "no padding");

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

static int64_t microseconds(double time_s)
{
    return (int64_t)(time_s * 1e6);
}

static judge_joint_limits_t joint_limits(const joint_settings_t* joint,
                                         const safety_settings_t* safety)
{
    const bool prismatic = joint->kind == JOINT_PRISMATIC;
    const double overtravel =
        prismatic ? safety->rail_overtravel_m.value : safety->joint_overtravel_rad.value;
    return (judge_joint_limits_t){
        .measured_min = joint->position_min - overtravel,
        .measured_max = joint->position_max + overtravel,
        .measured_speed_max = joint->velocity_max * safety->joint_speed_margin.value,
        .commanded_min = joint->position_min,
        .commanded_max = joint->position_max,
        .commanded_speed_max = joint->velocity_max,
        .commanded_acceleration_max = joint->acceleration_max,
        .following_at_rest =
            prismatic ? safety->rail_following_error_m.value : safety->following_error_rad.value,
    };
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
        .touch_force_N = safety->touch_force_N.value,
        .tare_force_max_N = safety->tare_force_max_N.value,
        .tool_speed_margin = safety->tool_speed_margin.value,
        .following_time_s = safety->following_time_s.value,
        .sample_age_max_us = microseconds(safety->sample_age_max_s.value),
        .contact_loss_us = microseconds(safety->contact_loss_time_s.value),
        .surface_search_m = safety->surface_search_m.value,
        .overrun_count_max = safety->overrun_count_max.value,
        .arming_time_max_us = microseconds(safety->arming_time_max_s.value),
        .session_time_max_us = microseconds(safety->session_time_max_s.value),
    };
    for (int joint = 0; joint < machine->arm.joint_count && joint < JOINT_CAPACITY; ++joint) {
        limits.joints[joint] = joint_limits(&machine->arm.joints[joint], safety);
    }
    judge_limits_seal(&limits);
    return limits;
}
