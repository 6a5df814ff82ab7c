/// A run made up for tests of the recorder: a session of sample settings and a generator of cycles
/// that look like a real one's (register counts, noise, a lagging force), all from one seed.
#ifndef KNEAD_TESTS_SUPPORT_RECORD_SAMPLE_H
#define KNEAD_TESTS_SUPPORT_RECORD_SAMPLE_H

#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>

#include "controller/record/recording.h"
#include "tests/support/sample_body.h"

#define SAMPLE_JOINTS 7
#define SAMPLE_PERIOD_US 4000
#define SAMPLE_POSITION_SCALE 1e-6
#define SAMPLE_VELOCITY_SCALE 1e-5
#define SAMPLE_EFFORT_SCALE 0.01
#define SAMPLE_FORCE_SCALE 0.001

typedef struct {
    machine_settings_t machine;
    safety_settings_t safety;
    body_settings_t body_settings;
    client_settings_t client;
    body_t body;
    routine_t routine;
    session_t session;
} sample_session_t;

static inline void sample_machine(machine_settings_t* machine)
{
    memset(machine, 0, sizeof *machine);
    snprintf(machine->name, sizeof machine->name, "sample arm");
    machine->period_us = SAMPLE_PERIOD_US;
    machine->arm.joint_count = SAMPLE_JOINTS;
    machine->device_count = SAMPLE_JOINTS + 2;
    machine->profile_count = 2;
    machine->profiles[0].point_count = 3;
    machine->profiles[0].points[0] =
        (point_settings_t){.id = POINT_POSITION, .scale = SAMPLE_POSITION_SCALE};
    machine->profiles[0].points[1] =
        (point_settings_t){.id = POINT_VELOCITY, .scale = SAMPLE_VELOCITY_SCALE};
    machine->profiles[0].points[2] =
        (point_settings_t){.id = POINT_EFFORT, .scale = SAMPLE_EFFORT_SCALE};
    machine->profiles[1].point_count = 6;
    for (int axis = 0; axis < 6; axis++) {
        machine->profiles[1].points[axis] = (point_settings_t){
            .id = (point_id_t)(POINT_FORCE_X + axis), .scale = SAMPLE_FORCE_SCALE};
    }
    for (int device = 0; device < machine->device_count; device++) {
        device_settings_t* at = &machine->devices[device];
        snprintf(at->name, sizeof at->name, device < SAMPLE_JOINTS ? "drive_%d" : "device_%d",
                 device + 1);
        snprintf(at->host, sizeof at->host, "192.168.3.%d", 11 + device);
        at->port = 502;
        at->unit = 1;
        at->profile_index = device == SAMPLE_JOINTS ? 1 : 0;
    }
    machine->force_sensor = SAMPLE_JOINTS;
    machine->io_coupler = SAMPLE_JOINTS + 1;
    for (int joint = 0; joint < SAMPLE_JOINTS; joint++) {
        joint_settings_t* at = &machine->arm.joints[joint];
        machine->drive_of_joint[joint] = joint;
        snprintf(at->name, sizeof at->name, joint == 0 ? "rail" : "joint_%d", joint);
        at->kind = joint == 0 ? JOINT_PRISMATIC : JOINT_REVOLUTE;
        at->position_min = joint == 0 ? 0.0 : -2.9;
        at->position_max = joint == 0 ? 2.0 : 2.9;
        at->velocity_max = joint == 0 ? 0.5 : 2.0;
        at->effort_max = joint == 0 ? 800.0 : 120.0;
    }
    machine->arm.tool.pad_count = 1;
    machine->arm.tool.pads[0] = (pad_settings_t){"palm_60", 0.060, 0.08};
}

static inline void sample_stroke(routine_t* routine, technique_id_t technique, int region,
                                 double force_N, double duration_s)
{
    routine_item_t* item = &routine->items[routine->item_count++];
    item->kind = ITEM_STROKE;
    item->stroke = (stroke_t){.technique = technique,
                              .region = region,
                              .parameters = {.force_N = force_N,
                                             .speed_mps = 0.08,
                                             .rate_Hz = 0.8,
                                             .radius_m = 0.015,
                                             .duration_s = duration_s,
                                             .press_s = 1.5,
                                             .hold_s = 3.0,
                                             .release_s = 1.5,
                                             .passes = 4},
                              .duration_s = duration_s,
                              .step = routine->step_count,
                              .line = 7 + 5 * routine->step_count};
    routine->step_line[routine->step_count] = item->stroke.line;
    routine->step_count++;
}

static inline void sample_rest(routine_t* routine, double rest_s)
{
    routine_item_t* item = &routine->items[routine->item_count++];
    item->kind = ITEM_REST;
    item->rest_s = rest_s;
}

/// The caller frees. `scale` stretches the strokes.
static inline sample_session_t* sample_session(double scale)
{
    sample_session_t* sample = calloc(1, sizeof *sample);
    assert_non_null(sample);
    sample_machine(&sample->machine);
    sample_safety(&sample->safety);
    sample->safety.following_error_rad = sample_figure(0.02);
    sample->safety.rail_following_error_m = sample_figure(0.005);
    sample->safety.sample_age_max_s = sample_figure(0.030);
    sample_body_settings(&sample->body_settings);
    sample->client = sample_average_man();
    assert_int_equal(body_build(&sample->body_settings, &sample->client, SAMPLE_NECK_X_M,
                                SAMPLE_TABLE_LENGTH_M, &sample->body),
                     BODY_OK);
    routine_t* routine = &sample->routine;
    snprintf(routine->name, sizeof routine->name, "Relaxing back & legs");
    snprintf(routine->path, sizeof routine->path, "routines/library/relaxing_back.yaml");
    for (int side = 0; side < 2; side++) {
        sample_stroke(routine, TECHNIQUE_EFFLEURAGE, 0 + 4 * side, 12.0, 24.0 * scale);
        sample_stroke(routine, TECHNIQUE_KNEADING, 1 + 4 * side, 15.0, 20.0 * scale);
        sample_rest(routine, 2.0);
        sample_stroke(routine, TECHNIQUE_COMPRESSION, 2 + 4 * side, 25.0, 18.0 * scale);
        sample_stroke(routine, TECHNIQUE_EFFLEURAGE, 3 + 4 * side, 10.0, 15.0 * scale);
    }
    sample->session = (session_t){.machine = &sample->machine,
                                  .safety = &sample->safety,
                                  .body = &sample->body,
                                  .routine = routine,
                                  .period_us = SAMPLE_PERIOD_US,
                                  .period_s = SAMPLE_PERIOD_US / 1e6};
    return sample;
}

static inline uint64_t sample_random(uint64_t* state)
{
    // xorshift64* (Vigna 2016): small, and good enough to make up data.
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/// Uniform in -1 to 1.
static inline double sample_noise(uint64_t* state)
{
    return (double)(int64_t)sample_random(state) / 9223372036854775808.0;
}

/// Where the made-up run is.
typedef struct {
    const sample_session_t* sample;
    uint64_t random;
    int64_t cycle;
    supervisor_mode_t mode;
    double mode_s;
    int item;
    double item_s;
    double force_N;
    vec3_t tool;
} sample_run_t;

static inline void sample_run_begin(sample_run_t* run, const sample_session_t* sample,
                                    uint64_t seed)
{
    memset(run, 0, sizeof *run);
    run->sample = sample;
    run->random = seed;
    run->mode = MODE_LOCKED;
    run->tool = vec3(1.0, 0.0, 0.5);
}

static inline supervisor_mode_t sample_next_mode(sample_run_t* run)
{
    const routine_item_t* item = &run->sample->routine.items[run->item];
    switch (run->mode) {
    case MODE_LOCKED:
        return run->mode_s > 0.1 ? MODE_READY : MODE_LOCKED;
    case MODE_READY:
        return run->mode_s > 0.1 ? MODE_ARMING : MODE_READY;
    case MODE_ARMING:
        return run->mode_s > 0.3 ? MODE_ARMED : MODE_ARMING;
    case MODE_ARMED:
        return run->mode_s > 0.3 ? MODE_TRANSIT : MODE_ARMED;
    case MODE_TRANSIT:
        if (item->kind == ITEM_REST && run->mode_s > item->rest_s) {
            run->item++;
            return MODE_TRANSIT;
        }
        return item->kind == ITEM_STROKE && run->mode_s > 1.0 ? MODE_APPROACH : MODE_TRANSIT;
    case MODE_APPROACH:
        run->item_s = 0.0;
        return run->mode_s > 0.8 ? MODE_CONTACT : MODE_APPROACH;
    case MODE_CONTACT:
        if (run->item_s < item->stroke.duration_s) {
            return MODE_CONTACT;
        }
        run->item++;
        return MODE_RETRACT;
    case MODE_RETRACT:
        if (run->mode_s < 0.6) {
            return MODE_RETRACT;
        }
        return run->item < run->sample->routine.item_count ? MODE_TRANSIT : MODE_PARKING;
    case MODE_PARKING:
        return run->mode_s > 1.0 ? MODE_PARKED : MODE_PARKING;
    case MODE_PARKED:
    case MODE_PAUSED:
    case MODE_LIFT:
    case MODE_YIELD:
    case MODE_STOPPING:
    case MODE_TRIPPED:
        break;
    }
    return run->mode;
}

static inline double sample_counts(double physical, double scale)
{
    return (double)(int64_t)lround(physical / scale) * scale + 0.0;
}

static inline void sample_drives(sample_run_t* run, cycle_input_t* in, cycle_output_t* out)
{
    const double time_s = (double)in->now_us / 1e6;
    const bool powered = run->mode >= MODE_ARMED && run->mode != MODE_PARKED;
    for (int joint = 0; joint < SAMPLE_JOINTS; joint++) {
        drive_feedback_t* drive = &in->feedback.drives[joint];
        const double rate = 0.7 + 0.13 * joint;
        const double wanted = 0.4 * sin(rate * time_s) + 0.1 * run->tool.x;
        const double measured = 0.4 * sin(rate * (time_s - 0.006)) + 0.1 * run->tool.x;
        drive->position =
            sample_counts(measured + 2e-6 * sample_noise(&run->random), SAMPLE_POSITION_SCALE);
        drive->velocity =
            sample_counts(0.4 * rate * cos(rate * time_s) + 2e-4 * sample_noise(&run->random),
                          SAMPLE_VELOCITY_SCALE);
        drive->effort = sample_counts(20.0 * sin(rate * time_s) + 0.3 * sample_noise(&run->random),
                                      SAMPLE_EFFORT_SCALE);
        drive->state = powered ? DRIVE_OPERATION_ENABLED : DRIVE_SWITCHED_ON;
        drive->age_us = 900 + 37 * joint;
        out->command.position[joint] = wanted;
        out->command.request[joint] = powered ? DRIVE_REQUEST_ENABLE : DRIVE_REQUEST_DISABLE;
    }
}

static inline void sample_tool(sample_run_t* run, cycle_output_t* out)
{
    const sample_session_t* sample = run->sample;
    const bool left = run->item < sample->routine.item_count;
    const routine_item_t* item = left ? &sample->routine.items[run->item] : NULL;
    double target_N = 0.0;
    out->target.item = run->item;
    out->target.region = -1;
    out->target.force_cap_N = 40.0;
    if (item && item->kind == ITEM_STROKE) {
        const stroke_target_t target = technique_target(&sample->body, &item->stroke, run->item_s);
        const surface_sample_t skin = body_surface_at(&sample->body, target.place);
        const double away_m = run->mode == MODE_CONTACT ? 0.0 : 0.15;
        const vec3_t goal = vec3_add(skin.point_m, vec3(0.0, 0.0, away_m));
        run->tool = vec3_lerp(run->tool, goal, run->mode == MODE_CONTACT ? 0.2 : 0.01);
        out->target.region = item->stroke.region;
        out->target.force_cap_N =
            sample->body_settings.regions[item->stroke.region].force_max_N.value;
        target_N = run->mode == MODE_CONTACT ? target.force_N : 0.0;
    }
    run->force_N += 0.12 * (target_N - run->force_N);
    if (run->mode == MODE_CONTACT && run->mode_s < 0.06) {
        run->force_N += 0.4;
    }
    out->target.force_target_N = target_N;
    out->target.item_elapsed_s = run->item_s;
    out->estimate.normal_force_N = run->force_N + 0.25 * sample_noise(&run->random);
    out->estimate.shear_force_N = 0.2 * run->force_N + 0.05 * sample_noise(&run->random);
    out->estimate.tool_measured.position_m = run->tool;
    out->estimate.touching = run->force_N > 1.0;
    out->estimate.force_tared = run->mode >= MODE_ARMED;
    out->estimate.surface_gap_m = run->mode == MODE_CONTACT ? -0.001 * run->force_N : 0.15;
    out->estimate.tool_speed_mps = 0.05 + 0.002 * sample_noise(&run->random);
    out->estimate.stiffness_N_per_m = 2400.0 + 30.0 * run->force_N;
    out->tool.normal_offset_m = 1e-4 * run->force_N;
    out->joints.path_error_m = 1e-5 * fabs(sample_noise(&run->random));
    out->target.speed_allowed_mps = run->mode == MODE_CONTACT ? 0.15 : 0.25;
}

/// The next cycle; false once the run is parked and over.
static inline bool sample_run_step(sample_run_t* run, cycle_input_t* in, cycle_output_t* out)
{
    memset(in, 0, sizeof *in);
    memset(out, 0, sizeof *out);
    in->now_us = run->cycle * SAMPLE_PERIOD_US;
    in->cycle = run->cycle;
    const supervisor_mode_t before = run->mode;
    const int item_before = run->item;
    run->mode = sample_next_mode(run);
    if (before == MODE_LOCKED && run->mode == MODE_READY) {
        in->requests = REQUEST_ACKNOWLEDGE;
    }
    run->mode_s = run->mode == before && run->item == item_before
                      ? run->mode_s + SAMPLE_PERIOD_US / 1e6
                      : 0.0;
    out->mode = run->mode;
    out->verdict.rule = INTERLOCK_RULE_NONE;
    out->verdict.subject = -1;
    sample_drives(run, in, out);
    sample_tool(run, out);
    for (int axis = 0; axis < 3; axis++) {
        in->feedback.force.force_N[axis] =
            sample_counts((axis == 2 ? -run->force_N : 0.0) + 0.2 * sample_noise(&run->random),
                          SAMPLE_FORCE_SCALE);
        in->feedback.force.torque_Nm[axis] =
            sample_counts(0.02 * sample_noise(&run->random), SAMPLE_FORCE_SCALE);
    }
    in->feedback.force.status_ok = true;
    in->feedback.force.age_us = 1200;
    in->feedback.io = (io_feedback_t){true, true, true, run->mode >= MODE_ARMING, 1500};
    out->command.power_relay_close = run->mode >= MODE_ARMING;
    out->command.lamp_moving = run->mode >= MODE_TRANSIT;
    run->item_s += run->mode == MODE_CONTACT ? SAMPLE_PERIOD_US / 1e6 : 0.0;
    run->cycle++;
    return !(run->mode == MODE_PARKED && run->cycle % 50 == 0);
}

/// A directory of its own for one test, and its removal.
static inline void sample_directory(char* path, size_t capacity)
{
    snprintf(path, capacity, "/tmp/knead-record-XXXXXX");
    assert_non_null(mkdtemp(path));
}

static inline void sample_remove(const char* path)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
}

static inline void sample_write_file(const char* path, const char* text)
{
    FILE* file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/// A folder of its own for a test, gone with it: a cmocka fixture.
typedef struct {
    char directory[64];
} folder_t;

static inline int folder_setup(void** state)
{
    static folder_t folder;
    sample_directory(folder.directory, sizeof folder.directory);
    *state = &folder;
    return 0;
}

static inline int folder_teardown(void** state)
{
    folder_t* folder = *state;
    sample_remove(folder->directory);
    return 0;
}

/// The whole file as terminated text; the caller frees.
static inline char* sample_read_file(const char* path, size_t* size)
{
    FILE* file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    const long length = ftell(file);
    rewind(file);
    char* bytes = malloc((size_t)length + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)length, file), (size_t)length);
    bytes[length] = '\0';
    fclose(file);
    if (size) {
        *size = (size_t)length;
    }
    return bytes;
}

#endif
