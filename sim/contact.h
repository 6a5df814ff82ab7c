/// The pad on its spring, between flange and skin. The pad slides along the tool's z axis only;
/// tissue pushes it back along the skin's normal. Along the skin the pad takes the skin with it,
/// which stretches like a spring, until the pull exceeds friction; then it slides, pulling no more
/// and no less than friction holds (elastic and perfectly plastic, solved exactly in every step, so
/// no stiffness and no step can make it swing). A pad at rest keeps the skin stretched.
///
/// The spring's equation is solved implicitly in steps of at most CONTACT_STEP_S, since a light pad
/// between a spring and a bone is far stiffer than the arm. The arm carries the pad's weight as
/// part of its tool, and the spring's preload is taken to balance it, so the pad adds inertia of
/// its own only along the spring.
#ifndef KNEAD_SIM_CONTACT_H
#define KNEAD_SIM_CONTACT_H

#include "sim/arm.h"
#include "sim/client.h"
#include "sim/tissue.h"

#define CONTACT_STEP_S 0.0005

/// What the tool is made of, fixed.
typedef struct {
    double pad_mass_kg;
    double pad_radius_m;
    double spring_stiffness_N_per_m;
    double spring_damping_Ns_per_m;
    double spring_travel_m; // then the pad sits on its stop
    double stop_stiffness_N_per_m;
    double friction; // on skin
} contact_settings_t;

typedef struct {
    double compression_m; // of the spring
    double compression_speed_mps;
    double slow_N;    // given way by the tissue under the pad
    vec3_t stretch_m; // how far the skin under the pad is pulled along the surface, table frame
    double slid_m;    // way slid over the skin so far
    // As of the last step.
    double normal_force_N; // on the skin, along its normal, not negative
    vec3_t shear_N;        // on the pad, along the skin
    double depth_m;        // of the pad's face below the skin
    vec3_t pad_m;          // where its face is
} contact_state_t;

/// Typical figures for what a machine file does not say; the comments in contact.c say where from.
contact_settings_t contact_settings_of(const tool_settings_t* tool, int pad_index, double friction);

/// Moves the pad by `step_s` while the tool moves with `twist` (of its origin). `skin` is the skin
/// near the pad's face at the beginning of the step, `tissue` what lies under it. Returns what the
/// arm feels.
arm_load_t contact_advance(const contact_settings_t* settings, contact_state_t* state,
                           const pose_t* tool, const twist_t* twist, const client_skin_t* skin,
                           const tissue_settings_t* tissue, double step_s);

/// Where the middle of the pad's face is.
vec3_t contact_pad_m(const contact_state_t* state, const pose_t* tool);

#endif
