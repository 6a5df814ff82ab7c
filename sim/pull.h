/// What pulls at the tool besides the skin under its pad: a hand that grabs it, and hair or cloth
/// that is caught. Both at the tool's origin, the middle of its pad's face with the spring
/// unloaded. They add up.
#ifndef KNEAD_SIM_PULL_H
#define KNEAD_SIM_PULL_H

#include "sim/arm.h"

typedef struct {
    double grab_N;         // along table y: across the table, to the side that y counts up to
    double tether_N_per_m; // 0 for none
    vec3_t anchor_m;       // where the tether holds the tool, table frame
} pull_t;

/// Adds what pulls a tool at `tool_m`, moving at `velocity_mps`, to its load. The tether is a
/// spring without slack, taken at the end of the step so that no stiffness makes it swing. Returns
/// how much they pull, N.
double pull_add(const pull_t* pull, vec3_t tool_m, vec3_t velocity_mps, double step_s,
                arm_load_t* load);

#endif
