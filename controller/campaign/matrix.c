#include "controller/campaign/matrix.h"

#include "controller/campaign/scenario_run.h"

// In the middle of a stroke, where the force is well up. [N, of the routine's first stroke]
#define FULL_CONTACT_N 9.0
// A phase is under way this long before the fault begins; retracting and lifting are over soon.
#define PHASE_DELAY_US INT64_C(300000)
#define SHORT_PHASE_DELAY_US INT64_C(60000)
// A person asks for what leads to the phase when the stroke has been played this long.
#define REQUEST_DELAY_US INT64_C(400000)
// A drive that does not obey a stop shows it only when it is stopped.
#define STOP_DELAY_US INT64_C(500000)
// How long a body stays lifted: longer than any reaction takes.
#define LIFT_DURATION_US INT64_C(4000000)
// A drive that never comes to its torque is waited for as long as arming may last, and a little.
#define ARMING_WATCHED_US INT64_C(4000000)
#define WORLD_SEED_COUNT 4

supervisor_mode_t matrix_phase(int column)
{
    static const supervisor_mode_t phases[MATRIX_PHASE_COUNT] = {
        MODE_ARMING,  MODE_TRANSIT, MODE_APPROACH, MODE_CONTACT,
        MODE_RETRACT, MODE_LIFT,    MODE_PAUSED,   MODE_PARKING};
    return (unsigned)column < MATRIX_PHASE_COUNT ? phases[column] : MODE_CONTACT;
}

double matrix_magnitude(world_event_kind_t kind, int size)
{
    // Where the parts of the range below say too little. A small one may pass unnoticed, a large
    // one must not.
    static const struct {
        world_event_kind_t kind;
        double sizes[MATRIX_MAGNITUDE_COUNT];
    } chosen[] = {
        {WORLD_EVENT_FORCE_BIAS, {3.0, -20.0, 60.0}},
        {WORLD_EVENT_FORCE_DRIFT, {0.5, -3.0, 20.0}},
        {WORLD_EVENT_FORCE_SCALE, {0.7, -1.0, 5.0}},
        {WORLD_EVENT_FORCE_SATURATION, {100.0, 15.0, 2.0}},
        {WORLD_EVENT_FORCE_SWAP, {1.0, 23.0, 47.0}},
        {WORLD_EVENT_FORCE_SPIKE, {5.0, -40.0, 300.0}},
        {WORLD_EVENT_FORCE_NOISE, {0.5, 5.0, 30.0}},
        {WORLD_EVENT_FORCE_STEPS, {0.5, 5.0, 30.0}},
        {WORLD_EVENT_FORCE_DROPOUT, {0.05, 0.5, 1.0}},
        {WORLD_EVENT_FORCE_DELAY, {0.004, 0.03, 0.3}},
        {WORLD_EVENT_FORCE_WRONG_DEVICE, {0.5, 0.1, 10.0}},
        {WORLD_EVENT_ENCODER_JUMP, {0.002, -0.05, 1.0}},
        {WORLD_EVENT_ENCODER_DRIFT, {0.002, -0.03, 0.3}},
        {WORLD_EVENT_ENCODER_WRAP, {7.0, 1.0, 0.2}},
        {WORLD_EVENT_ENCODER_SCALE, {1.05, 0.5, 3.0}},
        {WORLD_EVENT_DRIVE_LATE, {0.004, 0.03, 0.3}},
        {WORLD_EVENT_DRIVE_WEAK, {0.8, 0.3, 0.0}},
        {WORLD_EVENT_DRIVE_RUNAWAY, {0.05, -0.3, 2.0}},
        {WORLD_EVENT_DRIVE_OSCILLATES, {0.001, 0.02, 0.2}},
        {WORLD_EVENT_BRAKE_SLIPS, {0.8, 0.3, 0.0}},
        {WORLD_EVENT_BRAKE_LATE, {0.05, 0.3, 2.0}},
        {WORLD_EVENT_BUS_DELAY, {0.001, 0.01, 0.1}},
        {WORLD_EVENT_BUS_JITTER, {0.001, 0.01, 0.1}},
        {WORLD_EVENT_BUS_DRIP, {0.00002, 0.0005, 0.01}},
        {WORLD_EVENT_BUS_EXCEPTION, {2.0, 4.0, 11.0}},
        {WORLD_EVENT_ROGUE_MASTER, {0.002, -0.03, 0.3}},
        {WORLD_EVENT_HOST_HANG, {0.008, 0.06, 1.0}},
        {WORLD_EVENT_HOST_OVERRUN, {0.0005, 0.006, 0.03}},
        {WORLD_EVENT_HOST_THROTTLED, {0.008, 0.05, 0.3}},
        {WORLD_EVENT_HOST_CLOCK_JUMP, {0.05, -1.0, 3600.0}},
        {WORLD_EVENT_HOST_LIMITS_FLIP, {3.0, 1000.0, 60000.0}},
        {WORLD_EVENT_BODY_SHIFT, {0.01, 0.04, 0.15}},
        {WORLD_EVENT_CLIENT_GRABS, {5.0, -30.0, 120.0}},
        {WORLD_EVENT_CLIENT_TETHER, {200.0, 2000.0, 20000.0}},
        {WORLD_EVENT_CLIENT_HARD_SPOT, {2.0, 5.0, 20.0}},
        {WORLD_EVENT_CLIENT_SOFT_SPOT, {0.7, 0.3, 0.05}},
        {WORLD_EVENT_SKIN_FRICTION, {0.3, 0.6, 1.5}},
        {WORLD_EVENT_TOOL_HEAVIER, {0.2, -0.5, 3.0}},
        {WORLD_EVENT_BODY_ELSEWHERE, {0.02, -0.06, 0.2}},
    };
    for (size_t i = 0; i < sizeof chosen / sizeof chosen[0]; ++i) {
        if (chosen[i].kind == kind) {
            return chosen[i].sizes[size];
        }
    }
    static const double parts[MATRIX_MAGNITUDE_COUNT] = {0.05, 0.4, 1.0};
    const world_event_info_t* info = world_event_info(kind);
    return info->least < info->most ? info->least + parts[size] * (info->most - info->least) : 0.0;
}

static bool sized(world_event_kind_t kind)
{
    return world_event_info(kind)->least < world_event_info(kind)->most;
}

/// Whether a kind is tried on a device: not on what is no drive where it needs one, and not on a
/// serial line where it needs TCP.
static bool tried_on(const machine_settings_t* machine, world_event_kind_t kind, int device)
{
    const world_event_t event = {.kind = kind, .device = device};
    const bool drives_only = world_event_info(kind)->target == EVENT_TARGET_DRIVE;
    return (!drives_only || machine->devices[device].role == DEVICE_DRIVE) &&
           world_event_has_way(&event, machine);
}

static int tried_count(const machine_settings_t* machine, world_event_kind_t kind)
{
    int count = 0;
    for (int i = 0; i < machine->device_count; ++i) {
        count += tried_on(machine, kind, i) ? 1 : 0;
    }
    return count;
}

static int nth_tried(const machine_settings_t* machine, world_event_kind_t kind, int index)
{
    for (int i = 0; i < machine->device_count; ++i) {
        if (tried_on(machine, kind, i) && index-- == 0) {
            return i;
        }
    }
    return 0;
}

/// On how many things a kind is tried.
static int target_count(const machine_settings_t* machine, world_event_kind_t kind)
{
    switch (world_event_info(kind)->target) {
    case EVENT_TARGET_DEVICE:
    case EVENT_TARGET_DRIVE:
        return tried_count(machine, kind);
    case EVENT_TARGET_AXIS:
        return EVENT_AXIS_COUNT;
    case EVENT_TARGET_NONE:
        break;
    }
    return 1;
}

static int64_t count_of_kind(const machine_settings_t* machine, world_event_kind_t kind)
{
    return (int64_t)MATRIX_PHASE_COUNT * (sized(kind) ? MATRIX_MAGNITUDE_COUNT : 1) *
           target_count(machine, kind);
}

int64_t matrix_count(const machine_settings_t* machine)
{
    int64_t count = 0;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        count += count_of_kind(machine, (world_event_kind_t)kind);
    }
    return count;
}

static void ask(trial_t* trial, onset_t onset, uint32_t requests)
{
    trial->requests[trial->request_count++] = (trial_request_t){onset, {requests, 0}};
}

static onset_t in_phase(supervisor_mode_t phase, int64_t after_us)
{
    return (onset_t){
        .kind = ONSET_PHASE, .phase = scenario_run_phase(phase), .nth = 1, .after_us = after_us};
}

/// What leads to a phase, and when the fault begins in it.
static onset_t reach(trial_t* trial, supervisor_mode_t phase)
{
    const bool soon = phase == MODE_LIFT || phase == MODE_RETRACT || phase == MODE_ARMING;
    const onset_t played = in_phase(MODE_CONTACT, REQUEST_DELAY_US);
    if (phase == MODE_CONTACT) {
        return (onset_t){.kind = ONSET_FORCE, .force_N = FULL_CONTACT_N};
    }
    if (phase == MODE_LIFT || phase == MODE_PAUSED) {
        ask(trial, played, REQUEST_PAUSE);
    } else if (phase == MODE_RETRACT) {
        ask(trial, played, REQUEST_SKIP);
    } else if (phase == MODE_PARKING) {
        ask(trial, in_phase(MODE_TRANSIT, REQUEST_DELAY_US), REQUEST_END);
    }
    return in_phase(phase, soon ? SHORT_PHASE_DELAY_US : PHASE_DELAY_US);
}

bool matrix_trial(const machine_settings_t* machine, int64_t number, trial_t* trial)
{
    trial_begin(trial, CAMPAIGN_MATRIX, number);
    int64_t left = number;
    int kind = 0;
    while (kind < WORLD_EVENT_KIND_COUNT && number >= 0 &&
           left >= count_of_kind(machine, (world_event_kind_t)kind)) {
        left -= count_of_kind(machine, (world_event_kind_t)kind);
        ++kind;
    }
    if (number < 0 || kind == WORLD_EVENT_KIND_COUNT) {
        return false;
    }
    world_event_t event = {.kind = (world_event_kind_t)kind};
    const int column = (int)(left % MATRIX_PHASE_COUNT);
    left /= MATRIX_PHASE_COUNT;
    if (sized(event.kind)) {
        trial->magnitude = (int)(left % MATRIX_MAGNITUDE_COUNT);
        event.magnitude = matrix_magnitude(event.kind, trial->magnitude);
        left /= MATRIX_MAGNITUDE_COUNT;
    }
    const event_target_t target = world_event_info(event.kind)->target;
    if (target == EVENT_TARGET_DEVICE || target == EVENT_TARGET_DRIVE) {
        event.device = nth_tried(machine, event.kind, (int)left);
    } else if (target == EVENT_TARGET_AXIS) {
        event.axis = (int)left;
    }
    if (event.kind == WORLD_EVENT_BODY_SHIFT || event.kind == WORLD_EVENT_CLIENT_ROLLS ||
        event.kind == WORLD_EVENT_CLIENT_PUSHES_UP) {
        event.duration_us = LIFT_DURATION_US; // what lifts the body adds up: it ends by itself
    }
    trial->seed = 1 + (uint64_t)(left % WORLD_SEED_COUNT);
    trial->body_lie = 1.0;
    const onset_t onset = reach(trial, matrix_phase(column));
    trial->events[trial->event_count++] = (trial_event_t){onset, event};
    const bool never_armed =
        event.kind == WORLD_EVENT_DRIVE_STUCK_STATE && matrix_phase(column) == MODE_ARMING;
    if (never_armed) {
        trial->watch_us = ARMING_WATCHED_US;
    } else if (event.kind == WORLD_EVENT_DRIVE_DEAF_TO_STOP ||
               event.kind == WORLD_EVENT_DRIVE_STUCK_STATE ||
               event.kind == WORLD_EVENT_RELAY_STUCK || event.kind == WORLD_EVENT_BRAKE_SLIPS ||
               event.kind == WORLD_EVENT_BRAKE_LATE) {
        onset_t stop = onset;
        stop.after_us += STOP_DELAY_US;
        ask(trial, stop, REQUEST_STOP);
    }
    return true;
}
