/// Goals: one kinematic pass, then everything in the table's axes about the table's origin, where
/// spatial vectors and inertias of different links simply add (Featherstone 2008,
/// ch. 2.13, 5.3, 6.2). Assumptions: distances from the origin of a few metres, so that moving
/// inertias there costs no more than a digit or two of double precision.
#include "kinematics/dynamics.h"

#include "kinematics/cholesky.h"

#include <stddef.h>
#include <string.h>

_Static_assert(CHOLESKY_CAPACITY == JOINT_CAPACITY, "a mass matrix is copied into the solver's");

/// A spatial vector about the table's origin: a motion (angular, linear velocity of the body's
/// point there) or a force (moment about it, force).
typedef struct {
    vec3_t angular;
    vec3_t linear;
} spatial_t;

/// Inertia about the table's origin: mass, first moment, second moment (xx yy zz xy xz yz).
typedef struct {
    double mass_kg;
    vec3_t moment_kgm;
    double second_kgm2[6];
} inertia_t;

static inline spatial_t spatial_add(spatial_t a, spatial_t b)
{
    return (spatial_t){vec3_add(a.angular, b.angular), vec3_add(a.linear, b.linear)};
}

static inline spatial_t spatial_scale(spatial_t a, double k)
{
    return (spatial_t){vec3_scale(a.angular, k), vec3_scale(a.linear, k)};
}

static inline double spatial_dot(spatial_t a, spatial_t b)
{
    return vec3_dot(a.angular, b.angular) + vec3_dot(a.linear, b.linear);
}

/// Rate of a motion vector carried along by the motion `by`.
static inline spatial_t spatial_cross_motion(spatial_t by, spatial_t motion)
{
    return (spatial_t){
        vec3_cross(by.angular, motion.angular),
        vec3_add(vec3_cross(by.angular, motion.linear), vec3_cross(by.linear, motion.angular))};
}

/// Rate of a force vector carried along by the motion `by`.
static inline spatial_t spatial_cross_force(spatial_t by, spatial_t force)
{
    return (spatial_t){
        vec3_add(vec3_cross(by.angular, force.angular), vec3_cross(by.linear, force.linear)),
        vec3_cross(by.angular, force.linear)};
}

static inline spatial_t inertia_apply(const inertia_t* inertia, spatial_t motion)
{
    const double* s = inertia->second_kgm2;
    const vec3_t w = motion.angular;
    const vec3_t turned =
        vec3(s[0] * w.x + s[3] * w.y + s[4] * w.z, s[3] * w.x + s[1] * w.y + s[5] * w.z,
             s[4] * w.x + s[5] * w.y + s[2] * w.z);
    return (spatial_t){
        vec3_add(turned, vec3_cross(inertia->moment_kgm, motion.linear)),
        vec3_sub(vec3_scale(motion.linear, inertia->mass_kg), vec3_cross(inertia->moment_kgm, w))};
}

static inline void inertia_add(inertia_t* sum, const inertia_t* part)
{
    sum->mass_kg += part->mass_kg;
    sum->moment_kgm = vec3_add(sum->moment_kgm, part->moment_kgm);
    for (int k = 0; k < 6; k++) {
        sum->second_kgm2[k] += part->second_kgm2[k];
    }
}

static spatial_t joint_motion(const chain_t* chain, const chain_frames_t* frames, int i)
{
    const vec3_t axis = vec3(frames->axis[i][0], frames->axis[i][1], frames->axis[i][2]);
    if (chain->kind[i] == JOINT_PRISMATIC) {
        return (spatial_t){vec3(0.0, 0.0, 0.0), axis};
    }
    const vec3_t origin_m =
        vec3(frames->origin_m[i][0], frames->origin_m[i][1], frames->origin_m[i][2]);
    return (spatial_t){axis, vec3_cross(origin_m, axis)};
}

static void link_inertia(const chain_t* chain, const chain_frames_t* frames, int i,
                         inertia_t* inertia)
{
    const double* r = frames->rotation[i];
    const double* local = chain->inertia_kgm2[i];
    const double* centre = chain->centre_of_mass_m[i];
    const double mass_kg = chain->mass_kg[i];
    const vec3_t c =
        vec3(frames->origin_m[i][0] + r[0] * centre[0] + r[1] * centre[1] + r[2] * centre[2],
             frames->origin_m[i][1] + r[3] * centre[0] + r[4] * centre[1] + r[5] * centre[2],
             frames->origin_m[i][2] + r[6] * centre[0] + r[7] * centre[1] + r[8] * centre[2]);
    double half[9]; // R I
    for (int row = 0; row < 9; row += 3) {
        half[row] = r[row] * local[0] + r[row + 1] * local[3] + r[row + 2] * local[4];
        half[row + 1] = r[row] * local[3] + r[row + 1] * local[1] + r[row + 2] * local[5];
        half[row + 2] = r[row] * local[4] + r[row + 1] * local[5] + r[row + 2] * local[2];
    }
    const vec3_t h = vec3_scale(c, mass_kg);
    inertia->mass_kg = mass_kg;
    inertia->moment_kgm = h;
    double* s = inertia->second_kgm2; // R I R' and the centre's own distance
    s[0] = half[0] * r[0] + half[1] * r[1] + half[2] * r[2] + h.y * c.y + h.z * c.z;
    s[1] = half[3] * r[3] + half[4] * r[4] + half[5] * r[5] + h.x * c.x + h.z * c.z;
    s[2] = half[6] * r[6] + half[7] * r[7] + half[8] * r[8] + h.x * c.x + h.y * c.y;
    s[3] = half[0] * r[3] + half[1] * r[4] + half[2] * r[5] - h.x * c.y;
    s[4] = half[0] * r[6] + half[1] * r[7] + half[2] * r[8] - h.x * c.z;
    s[5] = half[3] * r[6] + half[4] * r[7] + half[5] * r[8] - h.y * c.z;
}

/// What both recursions share.
typedef struct {
    spatial_t motion[JOINT_CAPACITY];
    inertia_t inertia[JOINT_CAPACITY];
} chain_spatial_t;

static void spatial_fill(const chain_t* chain, const chain_frames_t* frames,
                         chain_spatial_t* spatial)
{
    for (int i = 0; i < chain->joint_count; i++) {
        spatial->motion[i] = joint_motion(chain, frames, i);
        link_inertia(chain, frames, i, &spatial->inertia[i]);
    }
}

/// Newton-Euler out and back. Gravity enters as an acceleration of the base upwards. Null
/// `accelerations` stands for none.
static void newton_euler(const chain_t* chain, const chain_spatial_t* spatial,
                         const joints_t* speeds, const joints_t* accelerations, vec3_t gravity_mps2,
                         joints_t* efforts)
{
    const spatial_t none = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    spatial_t velocity = none;
    spatial_t acceleration = {{0.0, 0.0, 0.0}, vec3_scale(gravity_mps2, -1.0)};
    spatial_t force[JOINT_CAPACITY];
    for (int i = 0; i < chain->joint_count; i++) {
        const spatial_t motion = spatial->motion[i];
        const spatial_t own = spatial_scale(motion, speeds->at[i]);
        // The joint's own speed does not turn its own axis: the predecessor's velocity will do.
        acceleration = spatial_add(acceleration, spatial_cross_motion(velocity, own));
        if (accelerations) {
            acceleration = spatial_add(acceleration, spatial_scale(motion, accelerations->at[i]));
        }
        velocity = spatial_add(velocity, own);
        force[i] = spatial_add(
            inertia_apply(&spatial->inertia[i], acceleration),
            spatial_cross_force(velocity, inertia_apply(&spatial->inertia[i], velocity)));
    }
    spatial_t sum = none;
    for (int i = chain->joint_count - 1; i >= 0; i--) {
        sum = spatial_add(sum, force[i]);
        efforts->at[i] = spatial_dot(spatial->motion[i], sum);
        if (accelerations) {
            efforts->at[i] += chain->rotor_inertia.at[i] * accelerations->at[i];
        }
    }
    for (int i = chain->joint_count; i < JOINT_CAPACITY; i++) {
        efforts->at[i] = 0.0;
    }
}

static void composite_bodies(const chain_t* chain, const chain_spatial_t* spatial,
                             mass_matrix_t* mass)
{
    inertia_t composite = {0.0, {0.0, 0.0, 0.0}, {0.0}};
    *mass = (mass_matrix_t){{{0.0}}};
    for (int i = chain->joint_count - 1; i >= 0; i--) {
        inertia_add(&composite, &spatial->inertia[i]);
        const spatial_t force = inertia_apply(&composite, spatial->motion[i]);
        for (int j = 0; j <= i; j++) {
            mass->at[i][j] = spatial_dot(spatial->motion[j], force);
            mass->at[j][i] = mass->at[i][j];
        }
        mass->at[i][i] += chain->rotor_inertia.at[i];
    }
}

void dynamics_inverse(const chain_t* chain, const joints_t* positions, const joints_t* speeds,
                      const joints_t* accelerations, vec3_t gravity_mps2, joints_t* efforts)
{
    chain_frames_t frames;
    chain_spatial_t spatial;
    fk_links(chain, positions, &frames);
    spatial_fill(chain, &frames, &spatial);
    newton_euler(chain, &spatial, speeds, accelerations, gravity_mps2, efforts);
}

void dynamics_mass_matrix(const chain_t* chain, const joints_t* positions, mass_matrix_t* mass)
{
    chain_frames_t frames;
    chain_spatial_t spatial;
    fk_links(chain, positions, &frames);
    spatial_fill(chain, &frames, &spatial);
    composite_bodies(chain, &spatial, mass);
}

void dynamics_mass_and_bias(const chain_t* chain, const joints_t* positions, const joints_t* speeds,
                            vec3_t gravity_mps2, chain_frames_t* frames, mass_matrix_t* mass,
                            joints_t* bias)
{
    chain_spatial_t spatial;
    fk_frames(chain, positions, frames);
    spatial_fill(chain, frames, &spatial);
    composite_bodies(chain, &spatial, mass);
    newton_euler(chain, &spatial, speeds, NULL, gravity_mps2, bias);
}

/// Momentum of a link moving with `velocity`, and the moment and force of its weight: from its
/// centre of mass, which spares moving its inertia to the table's origin.
static inline void link_momentum(const chain_t* chain, const chain_frames_t* frames, int i,
                                 spatial_t velocity, vec3_t gravity_mps2, spatial_t* momentum,
                                 spatial_t* weight)
{
    const double* r = frames->rotation[i];
    const double* s = chain->inertia_kgm2[i];
    const double* at = chain->centre_of_mass_m[i];
    const double* o = frames->origin_m[i];
    const double mass_kg = chain->mass_kg[i];
    const vec3_t w = velocity.angular;
    const vec3_t centre_m = vec3(o[0] + r[0] * at[0] + r[1] * at[1] + r[2] * at[2],
                                 o[1] + r[3] * at[0] + r[4] * at[1] + r[5] * at[2],
                                 o[2] + r[6] * at[0] + r[7] * at[1] + r[8] * at[2]);
    // R I R' w, from the right.
    const vec3_t own =
        vec3(r[0] * w.x + r[3] * w.y + r[6] * w.z, r[1] * w.x + r[4] * w.y + r[7] * w.z,
             r[2] * w.x + r[5] * w.y + r[8] * w.z);
    const vec3_t spin =
        vec3(s[0] * own.x + s[3] * own.y + s[4] * own.z, s[3] * own.x + s[1] * own.y + s[5] * own.z,
             s[4] * own.x + s[5] * own.y + s[2] * own.z);
    const vec3_t turned = vec3(r[0] * spin.x + r[1] * spin.y + r[2] * spin.z,
                               r[3] * spin.x + r[4] * spin.y + r[5] * spin.z,
                               r[6] * spin.x + r[7] * spin.y + r[8] * spin.z);
    const vec3_t linear = vec3_scale(vec3_add(velocity.linear, vec3_cross(w, centre_m)), mass_kg);
    const vec3_t force_N = vec3_scale(gravity_mps2, mass_kg);
    *momentum = (spatial_t){vec3_add(turned, vec3_cross(centre_m, linear)), linear};
    *weight = (spatial_t){vec3_cross(centre_m, force_N), force_N};
}

void dynamics_momentum(const chain_t* chain, const chain_frames_t* frames, const joints_t* speeds,
                       vec3_t gravity_mps2, joints_t* momentum, joints_t* drift)
{
    const spatial_t none = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    spatial_t motions[JOINT_CAPACITY];
    spatial_t carried[JOINT_CAPACITY]; // velocity of each joint's predecessor
    spatial_t momenta[JOINT_CAPACITY];
    spatial_t weights[JOINT_CAPACITY];
    spatial_t velocity = none;
    for (int i = 0; i < chain->joint_count; i++) {
        carried[i] = velocity;
        motions[i] = joint_motion(chain, frames, i);
        velocity = spatial_add(velocity, spatial_scale(motions[i], speeds->at[i]));
        link_momentum(chain, frames, i, velocity, gravity_mps2, &momenta[i], &weights[i]);
    }
    *momentum = (joints_t){{0.0}};
    *drift = (joints_t){{0.0}};
    spatial_t sum = none; // momentum and weight of all links from the end to this one
    spatial_t weight = none;
    for (int i = chain->joint_count - 1; i >= 0; i--) {
        sum = spatial_add(sum, momenta[i]);
        weight = spatial_add(weight, weights[i]);
        momentum->at[i] = spatial_dot(motions[i], sum) + chain->rotor_inertia.at[i] * speeds->at[i];
        // Moving a joint moves all links behind it and not the velocity they are carried with: the
        // kinetic energy's slope is what that velocity, seen from them, changes by.
        drift->at[i] = spatial_dot(spatial_cross_motion(carried[i], motions[i]), sum) +
                       spatial_dot(motions[i], weight);
    }
}

bool dynamics_forward(const chain_t* chain, const joints_t* positions, const joints_t* speeds,
                      const joints_t* efforts, const wrench_t* tool_wrench, vec3_t gravity_mps2,
                      joints_t* accelerations)
{
    chain_frames_t frames;
    mass_matrix_t mass;
    joints_t bias;
    jacobian_t jacobian;
    joints_t pushed;
    dynamics_mass_and_bias(chain, positions, speeds, gravity_mps2, &frames, &mass, &bias);
    fk_jacobian(chain, &frames, &jacobian);
    fk_joint_efforts(chain, &jacobian, tool_wrench, &pushed);
    *accelerations = (joints_t){{0.0}};
    joints_t solution = {{0.0}};
    for (int i = 0; i < chain->joint_count; i++) {
        solution.at[i] = efforts->at[i] + pushed.at[i] - bias.at[i];
    }
    if (!dynamics_solve(&mass, chain->joint_count, &solution)) {
        return false;
    }
    *accelerations = solution;
    return true;
}

bool dynamics_solve(const mass_matrix_t* mass, int count, joints_t* b)
{
    cholesky_t factor;
    memcpy(factor.at, mass->at, sizeof factor.at); // all of it: shorter than minding the triangle
    if (!cholesky_factor(&factor, count)) {
        return false;
    }
    cholesky_solve(&factor, count, b->at);
    return true;
}
