/// The world behind the registers: drives, arm, tool spring, tissue, breathing client, force sensor
/// and I/O, stepped on virtual time from one seed. No wall clock, no globals, nothing allocated
/// after `world_create`: the same seed and the same register traffic give the same bytes.
///
/// The truth may differ from the controller's model by the declared errors in `world_settings_t`.
#ifndef KNEAD_SIM_WORLD_H
#define KNEAD_SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "config/settings.h"
#include "controller/bus/port.h"
#include "kinematics/pose.h"
#include "kinematics/surface.h"
#include "sim/event.h"

#define WORLD_STEP_US 1000 // integration step; finer inside where the contact needs it
#define WORLD_EVENT_CAPACITY 64
#define WORLD_ENDING_CAPACITY 128 // events whose end is waited for

typedef struct {
    const machine_settings_t* machine; // all pointers borrowed, must outlive the world
    int pad_index;
    const surface_t* surface; // the true body at rest, table frame; null for nobody on the table
    // Tissue under each grid place of `surface`: index into `tissues`, 255 for `tissues[0]`.
    const uint8_t (*tissue_at)[SURFACE_COLUMN_CAPACITY];
    const tissue_settings_t* tissues;
    int tissue_count;
    uint64_t seed;
    double body_offset_m[3];      // how the true body lies against the model
    double body_turn_rad;         // about z
    double breathing_amplitude_m; // half of peak to peak, at the thorax
    double breathing_rate_Hz;
    double tissue_spread; // standard deviation of the log of the stiffness, 0 for none
    double friction;      // pad on skin
    double force_noise_N; // standard deviation per sample
    double torque_noise_Nm;
    double force_bias_N;      // largest offset at switching on, drawn from the seed
    int64_t force_latency_us; // filter and transport of the sensor
    int event_count;
    world_event_t events[WORLD_EVENT_CAPACITY];
} world_settings_t;

/// Typical values for everything but the pointers; the comments in world.c say where they come
/// from.
void world_settings_defaults(world_settings_t* settings);

/// Lays the body down from the seed: up to `offset_max_m` off its model in any direction, turned by
/// up to `turn_max_rad`. With a body's registration error for bounds: what the controller was
/// promised.
void world_settings_draw_body(world_settings_t* settings, double offset_max_m, double turn_max_rad);

typedef struct world world_t;

/// Null if memory is short or the settings do not fit together.
world_t* world_create(const world_settings_t* settings);
void world_destroy(world_t* world);

int64_t world_now_us(const world_t* world);

/// Moves time to `to_us` in steps of WORLD_STEP_US (a remainder waits for the next call).
void world_advance_to(world_t* world, int64_t to_us);

/// One Modbus request to one device, as it would come off the wire. Fills the reply and returns
/// true; false if the device stays silent. Whatever the bytes say, the world survives: what is
/// wrong gets an exception reply as the specification has it (Modbus application protocol V1.1b3,
/// 7).
bool world_request(world_t* world, int device, const pdu_t* request, pdu_t* reply);

/// True for the kinds that happen to the world itself: all of the classes sensor, encoder, drive,
/// power and client, a device that falls silent and is back, and what an operator does to tool and
/// body. The rest happens on the wire to it or to the computer that controls it.
bool world_event_known(world_event_kind_t kind);

/// Lets an event happen now, for as long as it lasts; its `at_us` is not looked at. False, and
/// nothing happens, if it is of a kind that is not known, does not fit the machine, or if there is
/// no room to wait for its end.
bool world_inject(world_t* world, const world_event_t* event);

/// What is really so, for tests and reports; the controller never sees it.
typedef struct {
    double joint_position[JOINT_CAPACITY];
    double joint_velocity[JOINT_CAPACITY];
    pose_t pad; // where the pad's face really is, table frame
    double normal_force_N;
    double shear_force_N;
    vec3_t skin_stretch_m; // how far the skin under the pad is pulled along the surface
    double slid_m;         // way the pad has slid over skin since the world began
    vec3_t skin_normal;
    double penetration_m;
    // Of spring and tissue in series, as deep as the pad is and as fast as it sinks; 0 off skin.
    double stiffness_N_per_m;
    double damping_s_per_m;   // of the tissue there: its force grows by this part per m/s
    double tissue_N_per_m1_5; // of that tissue alone, whatever its depth; 0: off the body
    double surface_speed_mps; // of the skin under the pad, along its normal
    int tissue;               // index under the pad, 255 for none
    double pull_N;            // on the tool, of a hand or a tether
    bool drives_enabled;      // any
} world_truth_t;
void world_truth(const world_t* world, world_truth_t* truth);

#endif
