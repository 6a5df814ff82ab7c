#include "controller/report/report_channels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// A stretch is at least two periods long, so that one in which no cycle began was a late one.
static report_clock_t make_clock(int64_t from_us, int64_t to_us, int64_t least_us, int most)
{
    const int64_t whole_us = to_us > from_us ? to_us - from_us : 0;
    const int64_t needed_us = whole_us / (most - 1) + 1;
    report_clock_t clock = {.from_us = from_us,
                            .stretch_us = needed_us > least_us ? needed_us : least_us};
    clock.count = (int)(whole_us / clock.stretch_us) + 1;
    return clock;
}

bool report_channels_begin(report_channels_t* channels, const session_t* session, int64_t from_us,
                           int64_t to_us)
{
    memset(channels, 0, sizeof *channels);
    channels->joint_count = session->machine->arm.joint_count;
    const int64_t least_us = 2 * session->period_us;
    channels->fine = make_clock(from_us, to_us, least_us, REPORT_FINE_STRETCHES_MAX);
    channels->slow = make_clock(
        from_us, to_us, least_us > REPORT_JOINT_STRETCH_US ? least_us : REPORT_JOINT_STRETCH_US,
        REPORT_JOINT_STRETCHES_MAX);
    const size_t fine = (size_t)channels->fine.count, slow = (size_t)channels->slow.count;
    const size_t joint_channels = (size_t)channels->joint_count * (REPORT_JOINT_CHANNEL_COUNT + 1);
    const size_t count = fine * REPORT_TOOL_CHANNEL_COUNT + slow * joint_channels;
    channels->memory = malloc(count * sizeof *channels->memory);
    if (channels->memory == NULL) {
        return false;
    }
    for (size_t index = 0; index < count; index++) {
        channels->memory[index] = (report_stretch_t){(double)NAN, (double)NAN, false};
    }
    report_stretch_t* next = channels->memory;
    for (int channel = 0; channel < REPORT_TOOL_CHANNEL_COUNT; channel++) {
        channels->tool[channel] = next;
        next += fine;
    }
    for (int joint = 0; joint < channels->joint_count; joint++) {
        for (int channel = 0; channel < REPORT_JOINT_CHANNEL_COUNT; channel++) {
            channels->joints[joint][channel] = next;
            next += slow;
        }
        channels->resting[joint] = next;
        next += slow;
    }
    return true;
}

void report_channels_free(report_channels_t* channels)
{
    free(channels->memory);
    memset(channels, 0, sizeof *channels);
}

/// Which stretch a moment falls into; -1 for one outside the run.
static int stretch_of(const report_clock_t* clock, int64_t now_us)
{
    const int64_t index = (now_us - clock->from_us) / clock->stretch_us;
    return now_us < clock->from_us || index < 0 || index >= clock->count ? -1 : (int)index;
}

static void take(report_stretch_t* stretch, double sample)
{
    if (!isfinite(sample)) {
        return;
    }
    if (isnan(stretch->lowest)) {
        stretch->lowest = sample;
        stretch->highest = sample;
    } else if (sample < stretch->lowest) {
        stretch->lowest = sample;
        stretch->highest_first = true;
    } else if (sample > stretch->highest) {
        stretch->highest = sample;
        stretch->highest_first = false;
    }
}

static void take_tool(report_channels_t* channels, const cycle_record_t* record, int at)
{
    if (record->force_tared) {
        take(&channels->tool[REPORT_FORCE][at], (double)record->normal_force_N);
    }
    take(&channels->tool[REPORT_TOOL_SPEED][at], (double)record->tool_speed_mps);
    take(&channels->tool[REPORT_SPEED_ALLOWED][at], (double)record->speed_allowed_mps);
    if (record->mode == MODE_CONTACT) {
        take(&channels->tool[REPORT_TARGET][at], (double)record->force_target_N);
        take(&channels->tool[REPORT_CAP][at], (double)record->force_cap_N);
        take(&channels->tool[REPORT_SHEAR][at], (double)record->shear_force_N);
    }
}

/// The figures of a joint count the same samples (summary.c).
static bool follows(const report_channels_t* channels, const cycle_record_t* record, int joint)
{
    return channels->any && record->input.feedback.drives[joint].state == DRIVE_OPERATION_ENABLED &&
           channels->command.request[joint] == DRIVE_REQUEST_ENABLE;
}

static void take_joint(report_channels_t* channels, const cycle_record_t* record, int joint, int at)
{
    const drive_feedback_t* drive = &record->input.feedback.drives[joint];
    if (!follows(channels, record, joint)) {
        if (drive->age_us != AGE_NEVER_US) {
            take(&channels->resting[joint][at], drive->position);
        }
        return;
    }
    take(&channels->joints[joint][REPORT_POSITION][at], drive->position);
    take(&channels->joints[joint][REPORT_FOLLOWING][at],
         channels->command.position[joint] - drive->position);
    take(&channels->joints[joint][REPORT_SPEED][at], drive->velocity);
    const double between_s = (double)(record->input.now_us - channels->before_us) / 1e6;
    if (channels->command_before.request[joint] == DRIVE_REQUEST_ENABLE && between_s > 0.0) {
        take(&channels->joints[joint][REPORT_SPEED_COMMANDED][at],
             (channels->command.position[joint] - channels->command_before.position[joint]) /
                 between_s);
    }
}

static void take_mode(report_channels_t* channels, const cycle_record_t* record)
{
    if ((!channels->any || record->mode != channels->mode) &&
        channels->mode_span_count < REPORT_MODE_SPAN_CAPACITY) {
        channels->mode_spans[channels->mode_span_count++] =
            (report_mode_span_t){(double)record->input.now_us / 1e6, record->mode};
    }
}

void report_channels_observe(report_channels_t* channels, const cycle_record_t* record)
{
    const int fine = stretch_of(&channels->fine, record->input.now_us);
    const int slow = stretch_of(&channels->slow, record->input.now_us);
    if (fine >= 0 && slow >= 0) {
        take_tool(channels, record, fine);
        for (int joint = 0; joint < channels->joint_count; joint++) {
            take_joint(channels, record, joint, slow);
        }
        take_mode(channels, record);
    }
    channels->command_before = channels->command;
    channels->command = record->command;
    channels->before_us = record->input.now_us;
    channels->mode = record->mode;
    channels->any = true;
}
