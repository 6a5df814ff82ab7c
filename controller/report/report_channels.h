/// What the moving charts and the replay of a report are drawn from: a run's cycles in stretches of
/// time, of each quantity the lowest and the highest sample of every stretch.
///
/// Always holds: no extreme of the run is lost, and the order of the two inside a stretch is kept;
/// how many stretches there are depends on the run's length only up to a bound.
#ifndef KNEAD_CONTROLLER_REPORT_REPORT_CHANNELS_H
#define KNEAD_CONTROLLER_REPORT_REPORT_CHANNELS_H

#include "controller/record/summary.h"

#define REPORT_FINE_STRETCHES_MAX 60000
#define REPORT_JOINT_STRETCHES_MAX 24000
#define REPORT_JOINT_STRETCH_US INT64_C(40000) // 25 a second, as long as they fit
#define REPORT_MODE_SPAN_CAPACITY 4096

/// Of the tool: name, unit. The same samples count as in the run's figures: the force from taring
/// on, target, cap and shear in contact.
#define REPORT_TOOL_CHANNEL_LIST(X)                                                                \
    X(REPORT_FORCE, "force_N", "N")                                                                \
    X(REPORT_TARGET, "target_N", "N")                                                              \
    X(REPORT_CAP, "cap_N", "N")                                                                    \
    X(REPORT_SHEAR, "shear_N", "N")                                                                \
    X(REPORT_TOOL_SPEED, "tool_speed_mps", "m/s")                                                  \
    X(REPORT_SPEED_ALLOWED, "speed_allowed_mps", "m/s")
typedef enum {
#define X(id, name, unit) id,
    REPORT_TOOL_CHANNEL_LIST(X)
#undef X
} report_tool_channel_t;
#define REPORT_TOOL_CHANNEL_COUNT 6

/// Of each joint, in rad or m and per second, while its drive is to follow, as in the run's
/// figures. The following error is the command of the period before less the measured position.
#define REPORT_JOINT_CHANNEL_LIST(X)                                                               \
    X(REPORT_POSITION, "position")                                                                 \
    X(REPORT_FOLLOWING, "following")                                                               \
    X(REPORT_SPEED, "speed")                                                                       \
    X(REPORT_SPEED_COMMANDED, "speed_commanded")
typedef enum {
#define X(id, name) id,
    REPORT_JOINT_CHANNEL_LIST(X)
#undef X
} report_joint_channel_t;
#define REPORT_JOINT_CHANNEL_COUNT 4

/// One stretch of one quantity; both NaN where there was no sample.
typedef struct {
    double lowest, highest;
    bool highest_first;
} report_stretch_t;

typedef struct {
    int64_t from_us, stretch_us;
    int count;
} report_clock_t;

typedef struct {
    double from_s;
    supervisor_mode_t mode;
} report_mode_span_t;

typedef struct {
    report_clock_t fine, slow;
    int joint_count;
    report_stretch_t* tool[REPORT_TOOL_CHANNEL_COUNT];                    // fine.count each
    report_stretch_t* joints[JOINT_CAPACITY][REPORT_JOINT_CHANNEL_COUNT]; // slow.count each
    report_stretch_t* resting[JOINT_CAPACITY]; // positions without torque, for the replay; the same
    int mode_span_count;                       // one that does not fit any more is left out
    report_mode_span_t mode_spans[REPORT_MODE_SPAN_CAPACITY];
    bool any; // what follows is of the record before
    bus_command_t command, command_before;
    supervisor_mode_t mode;
    int64_t before_us;
    report_stretch_t* memory; // all stretches in one piece
} report_channels_t;

/// Makes room for a run that lasts from `from_us` to `to_us`. False if memory is short. To be ended
/// with report_channels_free in any case.
bool report_channels_begin(report_channels_t* channels, const session_t* session, int64_t from_us,
                           int64_t to_us);

/// Takes in the next cycle.
void report_channels_observe(report_channels_t* channels, const cycle_record_t* record);

void report_channels_free(report_channels_t* channels);

#endif
