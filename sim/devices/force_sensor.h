/// A six-axis force and torque sensor between flange and tool.
///
/// Sign and frame: the reading is what the world does to the tool, in the sensor's axes, which are
/// the flange's (`chain_t.flange_in_last_link`), torques about the flange's origin. The tool's own
/// weight is part of it: a tool hanging straight down in free air reads +weight along its z.
/// Pressing on a body makes z more negative. The tool's inertia is part of it too, as in a real
/// sensor: a tool that accelerates along +z reads less by mass times acceleration.
///
/// Behind the gauges lie an offset drawn at switching on, a first-order filter and a transport
/// delay (half of the stated latency each), white noise, and the quantisation of the registers. A
/// register at the end of its range stands there, and the status says so.
///
/// Faults act in this order, whatever order they came in: delay; exchanged axes; single signs;
/// scale; then noise, zero, drift and spikes, which add as stated; another sensor's counts; the
/// amplifier's saturation, which the status knows nothing of; coarse steps; dropouts; standing
/// still; the status; the empty word. What is stated in N is on a torque axis so many Nm as a lever
/// of FORCE_SENSOR_LEVER_M makes of it. All chance in them is drawn by sample number.
#ifndef KNEAD_SIM_DEVICES_FORCE_SENSOR_H
#define KNEAD_SIM_DEVICES_FORCE_SENSOR_H

#include "kinematics/pose.h"
#include "sim/devices/register_file.h"
#include "sim/event.h"
#include "sim/random.h"

#define FORCE_SENSOR_AXES 6              // forces x y z, torques x y z
#define FORCE_SENSOR_DELAY_CAPACITY 64   // steps, of the latency
#define FORCE_SENSOR_FAULT_DELAY_MAX 512 // steps more, of `force_delay`
#define FORCE_SENSOR_RING (FORCE_SENSOR_DELAY_CAPACITY + FORCE_SENSOR_FAULT_DELAY_MAX)
#define FORCE_SENSOR_LEVER_M 0.02
#define FORCE_SENSOR_SPIKE_PART 0.1 // of the samples
#define FORCE_SENSOR_TURNS 48       // ways to exchange three axes and turn them around

#define FORCE_SENSOR_STATUS_OK 0x0000u
#define FORCE_SENSOR_STATUS_OVERLOAD 0x0001u // a register is at the end of its range

typedef struct {
    double tool_mass_kg;
    vec3_t tool_centre_of_mass_m; // flange's frame
    double force_noise_N;         // standard deviation of a sample
    double torque_noise_Nm;
    double step_s;
} force_sensor_settings_t;

/// What is wrong with a sensor now; all neutral in a sound one.
typedef struct {
    int delay_steps;
    int turn; // 0 for none; sixths are the order of the axes, the rest a bit a sign
    bool reversed[FORCE_SENSOR_AXES];
    double scale; // 1 for none
    double noise_N;
    double zero_N[FORCE_SENSOR_AXES];
    double drift_N_per_s[FORCE_SENSOR_AXES];
    uint32_t drift_began[FORCE_SENSOR_AXES]; // sample
    double spike_N[FORCE_SENSOR_AXES];
    double count_factor; // what a count means against the register map, 1 for none
    double saturation_N; // infinite for none
    double step_N;       // 0 for none
    double dropout_part;
    bool frozen;  // values stand still
    bool stopped; // the counter too
    double held[FORCE_SENSOR_AXES];
    uint32_t stopped_at;
    bool overload;
    bool blank;
} force_sensor_faults_t;

typedef struct {
    force_sensor_settings_t settings;
    uint64_t noise_key;
    double bias[FORCE_SENSOR_AXES];
    double filter_part; // of the way to the input that one step goes
    int delay_steps;
    int newest; // place in `delayed`
    double delayed[FORCE_SENSOR_RING][FORCE_SENSOR_AXES];
    double filtered[FORCE_SENSOR_AXES];
    bool settled; // the filter starts from the first sample, not from 0
    uint32_t sample_counter;
    uint32_t samples_missed; // that the counter register has not counted
    bool touched;            // a fault has been here: the sound path is not enough
    force_sensor_faults_t faults;
} force_sensor_t;

/// A sensor at power-up. `force_bias_max_N` bounds its offsets; those of the torques are as many Nm
/// as 20 mm of lever would make. False if the latency is negative or longer than the delay line.
bool force_sensor_init(force_sensor_t* sensor, const force_sensor_settings_t* settings,
                       double force_bias_max_N, int64_t latency_us, uint64_t seed);

/// Takes one sample. `load` is what the pad passes to the tool, on the arm, about `tool_m`, table
/// axes; `acceleration_mps2` is the tool's centre of mass's.
void force_sensor_step(force_sensor_t* sensor, const pose_t* flange, vec3_t tool_m,
                       const wrench_t* load, vec3_t acceleration_mps2);

/// Lets a fault of class sensor begin or end. `force_freeze` repeats what the registers would hold
/// now; `force_counter` does too, and its counter goes on from where it stood. A drift's offset is
/// gone with it. Another sensor (`force_wrong_device`) is one of the same make with another range:
/// it has the same identity. Events of other classes are none of its business.
void force_sensor_event(force_sensor_t* sensor, const world_event_t* event, bool begins);

/// What hangs from the sensor from now on.
void force_sensor_carry(force_sensor_t* sensor, double tool_mass_kg);

/// Writes the newest sample into the registers.
void force_sensor_latch(const force_sensor_t* sensor, register_file_t* file);

#endif
