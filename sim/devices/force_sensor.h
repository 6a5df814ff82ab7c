/// A six-axis force and torque sensor between flange and tool.
///
/// Sign and frame: the reading is what the world does to the tool, in the sensor's axes, which are
/// the flange's (`chain_t.flange_in_last_link`), torques about the flange's origin. The tool's own
/// weight is part of it: a tool hanging straight down in free air reads +weight along its z.
/// Pressing on a body makes z more negative. The tool's inertia is part of it too, as in a real
/// sensor: a tool that accelerates along +z reads less by mass times acceleration.
///
/// Behind the gauges lie an offset drawn at switching on, a first-order filter and a transport
/// delay (half of the stated latency each), white noise, and the quantisation of the registers.
#ifndef KNEAD_SIM_DEVICES_FORCE_SENSOR_H
#define KNEAD_SIM_DEVICES_FORCE_SENSOR_H

#include "kinematics/pose.h"
#include "sim/devices/register_file.h"
#include "sim/random.h"

#define FORCE_SENSOR_AXES 6            // forces x y z, torques x y z
#define FORCE_SENSOR_DELAY_CAPACITY 64 // steps

#define FORCE_SENSOR_STATUS_OK 0x0000u
#define FORCE_SENSOR_STATUS_OVERLOAD 0x0001u // a register is at the end of its range

typedef struct {
    double tool_mass_kg;
    vec3_t tool_centre_of_mass_m; // flange's frame
    double force_noise_N;         // standard deviation of a sample
    double torque_noise_Nm;
    double step_s;
} force_sensor_settings_t;

typedef struct {
    force_sensor_settings_t settings;
    uint64_t noise_key;
    double bias[FORCE_SENSOR_AXES];
    double filter_part; // of the way to the input that one step goes
    int delay_steps;
    int newest; // place in `delayed`
    double delayed[FORCE_SENSOR_DELAY_CAPACITY][FORCE_SENSOR_AXES];
    double filtered[FORCE_SENSOR_AXES];
    bool settled; // the filter starts from the first sample, not from 0
    double scale; // 1 for a sound sensor
    bool frozen;
    uint32_t sample_counter;
    uint32_t noise_index; // the counter, or where it stood on freezing
} force_sensor_t;

/// A sensor at power-up. `force_bias_max_N` bounds its offsets; those of the torques are as many Nm
/// as 20 mm of lever would make. False if the latency is negative or longer than the delay line.
bool force_sensor_init(force_sensor_t* sensor, const force_sensor_settings_t* settings,
                       double force_bias_max_N, int64_t latency_us, uint64_t seed);

/// Takes one sample. `load` is what the pad passes to the tool, on the arm, about `tool_m`, table
/// axes; `acceleration_mps2` is the tool's centre of mass's.
void force_sensor_step(force_sensor_t* sensor, const pose_t* flange, vec3_t tool_m,
                       const wrench_t* load, vec3_t acceleration_mps2);

/// From now on every sample is the last one; the counter goes on.
void force_sensor_freeze(force_sensor_t* sensor);

/// From now on every axis reads `scale` times what it should: -1 turns all signs around.
void force_sensor_scale(force_sensor_t* sensor, double scale);

/// Shifts the z axis by `step_N`.
void force_sensor_shift(force_sensor_t* sensor, double step_N);

/// Writes the newest sample into the registers.
void force_sensor_latch(const force_sensor_t* sensor, register_file_t* file);

#endif
