#include "sim/pull.h"

double pull_add(const pull_t* pull, vec3_t tool_m, vec3_t velocity_mps, double step_s,
                arm_load_t* load)
{
    const vec3_t away_m =
        vec3_add(vec3_sub(tool_m, pull->anchor_m), vec3_scale(velocity_mps, step_s));
    const vec3_t force_N =
        vec3_add(vec3(0.0, pull->grab_N, 0.0), vec3_scale(away_m, -pull->tether_N_per_m));
    load->wrench.force_N = vec3_add(load->wrench.force_N, force_N);
    for (int axis = 0; axis < 3; ++axis) {
        load->give_Ns_per_m[axis][axis] += step_s * pull->tether_N_per_m;
    }
    return vec3_norm(force_N);
}
