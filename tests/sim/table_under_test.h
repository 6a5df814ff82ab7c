/// A small table for the tests of this room: a rail with a six-axis arm whose posture has a closed
/// form, one device profile of each role with addresses written down by hand, and Modbus requests
/// built byte by byte. Shares nothing with the shipped machine or with the codec of the bus.
#ifndef KNEAD_TESTS_SIM_TABLE_UNDER_TEST_H
#define KNEAD_TESTS_SIM_TABLE_UNDER_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/world.h"

#define PI 3.14159265358979323846

#define TABLE_JOINTS 7
#define TABLE_FORCE_SENSOR 7 // devices 0 to 6 are the drives of the joints
#define TABLE_IO 8

#define TABLE_UPPER_ARM_M 0.45
#define TABLE_FOREARM_M 0.40
#define TABLE_HAND_M 0.25 // wrist to pad's face
#define TABLE_SHOULDER_Z_M 0.60
#define TABLE_BASE_Y_M (-0.48)
#define TABLE_TOOL_MASS_KG 1.5
#define TABLE_SPRING_N_PER_M 5000.0
#define TABLE_SPRING_TRAVEL_M 0.03

// Registers of the drives.
#define DRIVE_AT_COUNTER 0
#define DRIVE_AT_STATUS 1
#define DRIVE_AT_POSITION 2 // two words, 1e-6 rad or m
#define DRIVE_AT_VELOCITY 4 // two words, 1e-5
#define DRIVE_AT_EFFORT 6   // 0.05 Nm or N
#define DRIVE_AT_FAULT 7
#define DRIVE_AT_CONTROL 16
#define DRIVE_AT_TARGET 17
#define DRIVE_AT_EFFORT_LIMIT 32 // 0.1 Nm or N
#define DRIVE_AT_WATCHDOG 33     // ms
#define FORCE_AT_COUNTER 0
#define FORCE_AT_STATUS 1
#define FORCE_AT_X 2 // 0.01 N; y, z, torques (0.001 Nm) follow
#define IO_AT_COUNTER 0
#define IO_AT_INPUTS 1
#define IO_AT_OUTPUTS 16
#define IO_AT_WATCHDOG 33

static inline void table_add_point(device_profile_t* profile, point_id_t id, int address,
                                   word_type_t type, double scale, bool writable, double minimum,
                                   double maximum)
{
    profile->points[profile->point_count++] = (point_settings_t){.id = id,
                                                                 .address = address,
                                                                 .type = type,
                                                                 .scale = scale,
                                                                 .writable = writable,
                                                                 .minimum = minimum,
                                                                 .maximum = maximum};
}

static inline void table_drive_profile(device_profile_t* profile)
{
    *profile = (device_profile_t){.name = "test_drive",
                                  .role = DEVICE_DRIVE,
                                  .word_order = WORDS_HIGH_FIRST,
                                  .read_address = 0,
                                  .read_count = 8,
                                  .write_address = 16,
                                  .write_count = 3,
                                  .watchdog_s = 0.1};
    table_add_point(profile, POINT_SAMPLE_COUNTER, DRIVE_AT_COUNTER, WORD_U16, 1, false, 0, 65535);
    table_add_point(profile, POINT_STATUS_WORD, DRIVE_AT_STATUS, WORD_U16, 1, false, 0, 65535);
    table_add_point(profile, POINT_POSITION, DRIVE_AT_POSITION, WORD_S32, 1e-6, false, -10, 10);
    table_add_point(profile, POINT_VELOCITY, DRIVE_AT_VELOCITY, WORD_S32, 1e-5, false, -50, 50);
    table_add_point(profile, POINT_EFFORT, DRIVE_AT_EFFORT, WORD_S16, 0.05, false, -1600, 1600);
    table_add_point(profile, POINT_FAULT_CODE, DRIVE_AT_FAULT, WORD_U16, 1, false, 0, 65535);
    table_add_point(profile, POINT_CONTROL_WORD, DRIVE_AT_CONTROL, WORD_U16, 1, true, 0, 65535);
    table_add_point(profile, POINT_TARGET_POSITION, DRIVE_AT_TARGET, WORD_S32, 1e-6, true, -10, 10);
    table_add_point(profile, POINT_EFFORT_LIMIT, DRIVE_AT_EFFORT_LIMIT, WORD_U16, 0.1, true, 0,
                    1600);
    table_add_point(profile, POINT_WATCHDOG, DRIVE_AT_WATCHDOG, WORD_U16, 1e-3, true, 0, 60);
}

static inline void table_other_profiles(device_profile_t* force, device_profile_t* io)
{
    *force = (device_profile_t){.name = "test_force",
                                .role = DEVICE_FORCE_TORQUE,
                                .word_order = WORDS_HIGH_FIRST,
                                .read_address = 0,
                                .read_count = 8};
    table_add_point(force, POINT_SAMPLE_COUNTER, FORCE_AT_COUNTER, WORD_U16, 1, false, 0, 65535);
    table_add_point(force, POINT_STATUS, FORCE_AT_STATUS, WORD_U16, 1, false, 0, 65535);
    for (int axis = 0; axis < 6; ++axis) {
        const double scale = axis < 3 ? 0.01 : 0.001;
        table_add_point(force, (point_id_t)(POINT_FORCE_X + axis), FORCE_AT_X + axis, WORD_S16,
                        scale, false, -300, 300);
    }
    *io = (device_profile_t){.name = "test_io",
                             .role = DEVICE_IO,
                             .word_order = WORDS_HIGH_FIRST,
                             .read_address = 0,
                             .read_count = 2,
                             .write_address = 16,
                             .write_count = 1};
    table_add_point(io, POINT_SAMPLE_COUNTER, IO_AT_COUNTER, WORD_U16, 1, false, 0, 65535);
    table_add_point(io, POINT_INPUTS, IO_AT_INPUTS, WORD_U16, 1, false, 0, 65535);
    table_add_point(io, POINT_OUTPUTS, IO_AT_OUTPUTS, WORD_U16, 1, true, 0, 65535);
    table_add_point(io, POINT_WATCHDOG, IO_AT_WATCHDOG, WORD_U16, 1e-3, true, 0, 60);
}

/// Joints that hold the pad's face over (x, 0) at height `z_m`, pointing down.
static inline void table_joints_over(double x_m, double z_m, double* joints)
{
    const double reach_m = -TABLE_BASE_Y_M;
    const double up_m = z_m + TABLE_HAND_M - TABLE_SHOULDER_Z_M;
    const double a = TABLE_UPPER_ARM_M, b = TABLE_FOREARM_M;
    const double distance_squared = reach_m * reach_m + up_m * up_m;
    // Pitches count downwards: the upper arm goes up, the elbow bends down again.
    const double bend = PI - acos((a * a + b * b - distance_squared) / (2.0 * a * b));
    const double lift = atan2(up_m, reach_m) + atan2(b * sin(bend), a + b * cos(bend));
    joints[0] = x_m;
    joints[1] = 0.5 * PI;
    joints[2] = -lift;
    joints[3] = bend;
    joints[4] = 0.0;
    joints[5] = 0.5 * PI + lift - bend;
    joints[6] = 0.0;
}

static inline void table_arm(arm_settings_t* arm)
{
    static const struct {
        joint_kind_t kind;
        double origin[3];
        double axis[3];
        double mass, centre, inertia, rotor, effort, speed, acceleration;
    } rows[TABLE_JOINTS] = {
        {JOINT_PRISMATIC, {0, 0, 0}, {1, 0, 0}, 30, 0, 0.8, 40, 1500, 0.5, 2},
        {JOINT_REVOLUTE, {0, 0, TABLE_SHOULDER_Z_M}, {0, 0, 1}, 8, 0, 0.05, 2.0, 200, 2, 8},
        {JOINT_REVOLUTE, {0, 0, 0}, {0, 1, 0}, 10, 0.2, 0.15, 2.5, 250, 2, 8},
        {JOINT_REVOLUTE, {TABLE_UPPER_ARM_M, 0, 0}, {0, 1, 0}, 6, 0.15, 0.08, 1.2, 150, 2, 8},
        {JOINT_REVOLUTE, {TABLE_FOREARM_M, 0, 0}, {1, 0, 0}, 2.5, 0, 0.01, 0.3, 40, 3, 15},
        {JOINT_REVOLUTE, {0, 0, 0}, {0, 1, 0}, 2, 0.02, 0.006, 0.25, 40, 3, 15},
        {JOINT_REVOLUTE, {0.1, 0, 0}, {1, 0, 0}, 0.6, 0.02, 0.001, 0.1, 20, 3, 15},
    };
    double parked[TABLE_JOINTS];
    table_joints_over(1.0, 0.45, parked);
    *arm = (arm_settings_t){.joint_count = TABLE_JOINTS, .base_xyz_m = {0.0, TABLE_BASE_Y_M, 0.0}};
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        joint_settings_t* joint = &arm->joints[j];
        (void)snprintf(joint->name, sizeof joint->name, "joint_%d", j);
        (void)snprintf(joint->drive, sizeof joint->drive, "drive_%d", j);
        joint->kind = rows[j].kind;
        memcpy(joint->origin_xyz_m, rows[j].origin, sizeof rows[j].origin);
        memcpy(joint->axis, rows[j].axis, sizeof rows[j].axis);
        joint->position_min = j == 0 ? 0.0 : -3.0;
        joint->position_max = j == 0 ? 2.0 : 3.0;
        joint->velocity_max = rows[j].speed;
        joint->acceleration_max = rows[j].acceleration;
        joint->effort_max = rows[j].effort;
        joint->parked = joint->preferred = parked[j];
        joint->mass_kg = rows[j].mass;
        joint->centre_of_mass_m[0] = rows[j].centre;
        joint->inertia_kgm2[0] = joint->inertia_kgm2[1] = joint->inertia_kgm2[2] = rows[j].inertia;
        joint->rotor_inertia = rows[j].rotor;
    }
    arm->tool = (tool_settings_t){.flange_xyz_m = {0.05, 0, 0},
                                  .flange_rpy_rad = {0, 0.5 * PI, 0},
                                  .mass_kg = TABLE_TOOL_MASS_KG,
                                  .centre_of_mass_m = {0, 0, 0.04},
                                  .spring_stiffness_N_per_m = TABLE_SPRING_N_PER_M,
                                  .spring_travel_m = TABLE_SPRING_TRAVEL_M,
                                  .pad_count = 1,
                                  .pads = {{.name = "palm", .diameter_m = 0.04, .length_m = 0.1}}};
}

static inline void table_machine(machine_settings_t* machine)
{
    memset(machine, 0, sizeof *machine);
    machine->period_us = 4000;
    machine->table_length_m = 2.0;
    machine->table_width_m = 0.7;
    machine->neck_x_m = 1.25; // so that the places tried lie 0.25 m below it, where breathing peaks
    table_arm(&machine->arm);
    machine->device_count = TABLE_JOINTS + 2;
    machine->profile_count = 3;
    table_drive_profile(&machine->profiles[0]);
    table_other_profiles(&machine->profiles[1], &machine->profiles[2]);
    for (int i = 0; i < machine->device_count; ++i) {
        device_settings_t* device = &machine->devices[i];
        device->profile_index = i < TABLE_JOINTS ? 0 : i - TABLE_JOINTS + 1;
        device->role = machine->profiles[device->profile_index].role;
        if (i < TABLE_JOINTS) {
            machine->drive_of_joint[i] = i;
            (void)snprintf(device->name, sizeof device->name, "drive_%d", i);
        }
    }
    (void)snprintf(machine->devices[TABLE_FORCE_SENSOR].name, NAME_CAPACITY, "force");
    (void)snprintf(machine->devices[TABLE_IO].name, NAME_CAPACITY, "io");
    machine->force_sensor = TABLE_FORCE_SENSOR;
    machine->io_coupler = TABLE_IO;
}

/// A flat body at `height_m` from x 0.5 to 1.5.
static inline void table_flat_body(surface_t* surface, double height_m)
{
    surface->origin_x_m = 0.5;
    surface->origin_y_m = -0.3;
    surface->spacing_m = 0.01;
    surface->row_count = 101;
    surface->column_count = 61;
    for (int row = 0; row < surface->row_count; ++row) {
        for (int column = 0; column < surface->column_count; ++column) {
            surface->height_m[row][column] = (float)height_m;
        }
    }
}

/// Lumbar muscle: 30 N at 10 mm, as the round figures 0.95 N/mm^1.5.
static inline tissue_settings_t table_tissue(void)
{
    return (tissue_settings_t){.stiffness_N_per_m1_5 = 0.95 * 31622.7766016838,
                               .damping_s_per_m = 3.0,
                               .bone_depth_m = 0.025,
                               .bone_stiffness_N_per_m = 35000.0,
                               .relaxation_fraction = 0.25,
                               .relaxation_time_s = 8.0};
}

/// A world without chance: no noise, no spread, no offset, no breathing.
static inline void table_quiet_settings(world_settings_t* settings,
                                        const machine_settings_t* machine, const surface_t* surface,
                                        const tissue_settings_t* tissue)
{
    world_settings_defaults(settings);
    settings->machine = machine;
    settings->surface = surface;
    settings->tissues = tissue;
    settings->tissue_count = tissue ? 1 : 0;
    settings->breathing_amplitude_m = 0.0;
    settings->tissue_spread = 0.0;
    settings->force_noise_N = 0.0;
    settings->torque_noise_Nm = 0.0;
    settings->force_bias_N = 0.0;
}

/// FC 16, built by hand. True if the device took it.
static inline bool table_write(world_t* world, int device, int address, int count,
                               const uint16_t* words)
{
    pdu_t request = {.size = 6 + 2 * count}, reply = {0};
    request.bytes[0] = 0x10;
    request.bytes[1] = (uint8_t)(address >> 8);
    request.bytes[2] = (uint8_t)(address & 0xFF);
    request.bytes[4] = (uint8_t)count;
    request.bytes[5] = (uint8_t)(2 * count);
    for (int i = 0; i < count; ++i) {
        request.bytes[6 + 2 * i] = (uint8_t)(words[i] >> 8);
        request.bytes[7 + 2 * i] = (uint8_t)(words[i] & 0xFF);
    }
    return world_request(world, device, &request, &reply) && reply.bytes[0] == 0x10;
}

static inline bool table_write_one(world_t* world, int device, int address, int word)
{
    const uint16_t words[1] = {(uint16_t)word};
    return table_write(world, device, address, 1, words);
}

/// FC 03; all ones if the device did not answer.
static inline uint16_t table_read(world_t* world, int device, int address)
{
    pdu_t request = {.size = 5, .bytes = {0x03, (uint8_t)(address >> 8), (uint8_t)address, 0, 1}};
    pdu_t reply = {0};
    if (!world_request(world, device, &request, &reply) || reply.bytes[0] != 0x03) {
        return 0xFFFF;
    }
    return (uint16_t)(reply.bytes[2] << 8 | reply.bytes[3]);
}

static inline double table_force(world_t* world, int axis)
{
    const int16_t raw = (int16_t)table_read(world, TABLE_FORCE_SENSOR, FORCE_AT_X + axis);
    return raw * (axis < 3 ? 0.01 : 0.001);
}

static inline void table_wait(world_t* world, int64_t time_us)
{
    world_advance_to(world, world_now_us(world) + time_us);
}

/// Control word and target of one drive in one request.
static inline void table_command(world_t* world, int drive, int control_word, double target)
{
    const int32_t raw = (int32_t)lround(target * 1e6);
    const uint16_t words[3] = {(uint16_t)control_word, (uint16_t)((uint32_t)raw >> 16),
                               (uint16_t)((uint32_t)raw & 0xFFFFu)};
    (void)table_write(world, drive, DRIVE_AT_CONTROL, 3, words);
}

static inline void table_command_all(world_t* world, int control_word, const double* joints)
{
    for (int j = 0; j < TABLE_JOINTS; ++j) {
        table_command(world, j, control_word, joints[j]);
    }
}

/// Shuts the relay and walks all drives to operation enabled, holding where they stand.
static inline void table_enable(world_t* world)
{
    double joints[TABLE_JOINTS];
    world_truth_t truth;
    world_truth(world, &truth);
    memcpy(joints, truth.joint_position, sizeof joints);
    (void)table_write_one(world, TABLE_IO, IO_AT_OUTPUTS, 0x0001);
    table_wait(world, 150000);
    static const int words[] = {0x0006, 0x0007, 0x000F};
    for (int i = 0; i < 3; ++i) {
        table_command_all(world, words[i], joints);
        table_wait(world, 10000);
    }
    table_wait(world, 200000);
}

/// Moves the pad's face straight from one height over x = 1 m to another, one set-point a period.
static inline void table_move_height(world_t* world, double from_z_m, double to_z_m,
                                     int64_t time_us)
{
    const int64_t start_us = world_now_us(world);
    for (int64_t passed_us = 4000; passed_us <= time_us; passed_us += 4000) {
        const double part = (double)passed_us / (double)time_us;
        double joints[TABLE_JOINTS];
        table_joints_over(1.0, from_z_m + (to_z_m - from_z_m) * part, joints);
        table_command_all(world, 0x000F, joints);
        world_advance_to(world, start_us + passed_us);
    }
}

#endif
