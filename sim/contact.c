#include "sim/contact.h"

#include <math.h>

// A pad of turned plastic with its guide rod. [judgement]
#define PAD_MASS_KG 0.25
#define SPRING_DAMPING_RATIO                                                                       \
    0.3 // of the pad on its spring: dry guide, no damper fitted [judgement]
#define STOP_STIFFNESS_N_PER_M 2.0e5

#define NEWTON_PASSES 2 // the force over one step is nearly linear

contact_settings_t contact_settings_of(const tool_settings_t* tool, int pad_index, double friction)
{
    const double stiffness = tool->spring_stiffness_N_per_m;
    return (contact_settings_t){
        .pad_mass_kg = PAD_MASS_KG,
        .pad_radius_m = 0.5 * tool->pads[pad_index].diameter_m,
        .spring_stiffness_N_per_m = stiffness,
        .spring_damping_Ns_per_m = 2.0 * SPRING_DAMPING_RATIO * sqrt(stiffness * PAD_MASS_KG),
        .spring_travel_m = tool->spring_travel_m,
        .stop_stiffness_N_per_m = STOP_STIFFNESS_N_PER_M,
        .friction = friction,
    };
}

/// The z axis of the tool, out of the pad: the third column of its rotation.
static inline vec3_t tool_axis(const pose_t* tool)
{
    const quat_t q = tool->orientation;
    return vec3(2.0 * (q.x * q.z + q.w * q.y), 2.0 * (q.y * q.z - q.w * q.x),
                1.0 - 2.0 * (q.x * q.x + q.y * q.y));
}

vec3_t contact_pad_m(const contact_state_t* state, const pose_t* tool)
{
    return vec3_sub(tool->position_m, vec3_scale(tool_axis(tool), state->compression_m));
}

/// Force of the spring and its stop on the flange, and its slope.
static double spring_force_N(const contact_settings_t* settings, double compression_m,
                             double speed_mps, double* stiffness_N_per_m)
{
    double stiffness = settings->spring_stiffness_N_per_m;
    double force_N = stiffness * compression_m + settings->spring_damping_Ns_per_m * speed_mps;
    const double into_stop_m = compression_m - settings->spring_travel_m;
    if (into_stop_m > 0.0) {
        stiffness += settings->stop_stiffness_N_per_m;
        force_N += settings->stop_stiffness_N_per_m * into_stop_m;
    }
    *stiffness_N_per_m = stiffness;
    return force_N;
}

/// How the tool meets the skin during one step.
typedef struct {
    double facing;      // cosine between the tool's axis and the way into the body
    double sinking_mps; // of the tool itself
    double dragged_N;   // part of the friction that pulls the pad out along its axis
} approach_t;

/// One implicit step of the pad along its spring. Returns how fast it sinks during that.
static inline double pad_step(const contact_settings_t* settings, contact_state_t* state,
                              const approach_t* approach, const tissue_settings_t* tissue,
                              double step_s)
{
    const double mass_per_step = settings->pad_mass_kg / step_s;
    const double facing = approach->facing;
    double speed = state->compression_speed_mps;
    for (int pass = 0; pass < NEWTON_PASSES; ++pass) {
        const double rate_mps = approach->sinking_mps - facing * speed;
        const tissue_force_t force =
            tissue_force(tissue, state->depth_m + step_s * rate_mps, rate_mps, state->slow_N);
        double stiffness_N_per_m = 0.0;
        const double spring_N = spring_force_N(settings, state->compression_m + step_s * speed,
                                               speed, &stiffness_N_per_m);
        const double residual_N = mass_per_step * (speed - state->compression_speed_mps) +
                                  spring_N + approach->dragged_N - facing * force.force_N;
        const double slope =
            mass_per_step + step_s * stiffness_N_per_m + settings->spring_damping_Ns_per_m +
            facing * facing * (step_s * force.by_depth_N_per_m + force.by_rate_Ns_per_m);
        speed -= residual_N / slope;
    }
    const double rate_mps = approach->sinking_mps - facing * speed;
    state->compression_speed_mps = speed;
    state->compression_m += step_s * speed;
    state->depth_m += step_s * rate_mps;
    return rate_mps;
}

/// along * a a' + across * (1 - n n')
static inline void fill_give(vec3_t a, double along, vec3_t n, double across, double give[3][3])
{
    const vec3_t s = vec3_scale(a, along);
    const vec3_t t = vec3_scale(n, across);
    give[0][0] = across + s.x * a.x - t.x * n.x;
    give[1][1] = across + s.y * a.y - t.y * n.y;
    give[2][2] = across + s.z * a.z - t.z * n.z;
    give[0][1] = give[1][0] = s.x * a.y - t.x * n.y;
    give[0][2] = give[2][0] = s.x * a.z - t.x * n.z;
    give[1][2] = give[2][1] = s.y * a.z - t.y * n.z;
}

/// The skin goes along with the pad like a spring until it pulls more than friction holds; what the
/// pad moves beyond that, it slides. Returns how far it slid, m.
static double drag_step(const contact_settings_t* settings, contact_state_t* state, vec3_t normal,
                        vec3_t moved_m, double stiffness_N_per_m, double force_N)
{
    const vec3_t pulled_m = vec3_add(state->stretch_m, moved_m);
    const vec3_t along_m = vec3_sub(pulled_m, vec3_scale(normal, vec3_dot(pulled_m, normal)));
    const double length_m = vec3_norm(along_m);
    const double pull_N = stiffness_N_per_m * length_m;
    const double held_N = settings->friction * force_N;
    const double kept = pull_N > held_N ? held_N / pull_N : 1.0;
    const double part = force_N > 0.0 ? kept : 0.0;
    state->stretch_m = vec3_scale(along_m, part);
    state->shear_N = vec3_scale(state->stretch_m, -stiffness_N_per_m);
    return (1.0 - part) * length_m;
}

arm_load_t contact_advance(const contact_settings_t* settings, contact_state_t* state,
                           const pose_t* tool, const twist_t* twist, const client_skin_t* skin,
                           const tissue_settings_t* tissue, double step_s)
{
    const vec3_t out = tool_axis(tool);
    const vec3_t normal = skin->touchable ? skin->normal : vec3_scale(out, -1.0);
    const double facing = -vec3_dot(out, normal);
    const vec3_t lever = vec3_scale(out, -state->compression_m); // tool's origin to pad
    const vec3_t over_skin_mps = vec3_sub(
        vec3_add(twist->linear_mps, vec3_cross(twist->angular_radps, lever)), skin->velocity_mps);
    const double sinking_mps = -vec3_dot(over_skin_mps, normal);
    const approach_t approach = {facing, sinking_mps, vec3_dot(state->shear_N, out)};
    state->depth_m = skin->touchable ? skin->depth_m : -1.0;

    double rate_mps = 0.0;
    const int parts = (int)ceil(step_s / CONTACT_STEP_S - 1e-9);
    for (int part = 0; part < parts; ++part) {
        rate_mps = pad_step(settings, state, &approach, tissue, step_s / parts);
    }
    const tissue_force_t force = tissue_force(tissue, state->depth_m, rate_mps, state->slow_N);

    const vec3_t along_mps = vec3_add(over_skin_mps, vec3_scale(normal, sinking_mps));
    const double grip_N_per_m = tissue_shear_stiffness_N_per_m(tissue);
    const double slid_m = drag_step(settings, state, normal, vec3_scale(along_mps, step_s),
                                    grip_N_per_m, force.force_N);
    state->slid_m += force.force_N > 0.0 ? slid_m : 0.0;
    state->normal_force_N = force.force_N;
    state->slow_N = tissue_slow_after(tissue, state->slow_N, state->depth_m, slid_m,
                                      settings->pad_radius_m, step_s);
    state->pad_m = contact_pad_m(state, tool);

    // Along its axis the arm feels the spring, across it the tissue itself.
    double stiffness_N_per_m = 0.0;
    const double spring_N = spring_force_N(settings, state->compression_m,
                                           state->compression_speed_mps, &stiffness_N_per_m);
    const vec3_t on_pad_N = vec3_add(vec3_scale(normal, force.force_N), state->shear_N);
    const vec3_t across_N = vec3_sub(on_pad_N, vec3_scale(out, vec3_dot(on_pad_N, out)));
    arm_load_t load = {.wrench = {.force_N = vec3_sub(across_N, vec3_scale(out, spring_N))}};
    load.wrench.torque_Nm = vec3_cross(lever, load.wrench.force_N);
    if (force.force_N > 0.0) {
        const double tissue_N_per_m = force.by_depth_N_per_m + force.by_rate_Ns_per_m / step_s;
        const double series_N_per_m =
            stiffness_N_per_m * tissue_N_per_m / (stiffness_N_per_m + tissue_N_per_m);
        // A sliding pad gives no more than a held one, and the little too much is nothing against
        // the arm's own inertia.
        fill_give(out, step_s * series_N_per_m, normal, step_s * grip_N_per_m, load.give_Ns_per_m);
    }
    return load;
}
