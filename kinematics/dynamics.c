/// Goals: one kinematic pass, then everything in the table's axes about the table's origin, where
/// spatial vectors and inertias of different links simply add (Featherstone 2008,
/// ch. 2.13, 5.3, 6.2). So only the sums run along the chain; all else is the same work for every
/// link, laid out component by component, in loops of fixed length without branches that a compiler
/// turns into instructions for several links at once. Links past the count are zero and do no harm.
/// Assumptions: distances from the origin of a few metres, so that moving inertias there costs no
/// more than a digit or two of double precision.
#include "kinematics/dynamics.h"

#include "kinematics/cholesky.h"
#include "kinematics/sincos.h"
#include "kinematics/walker.h"
#include "kinematics/wide.h"

#include <stddef.h>
#include <string.h>

_Static_assert(CHOLESKY_CAPACITY == JOINT_CAPACITY, "a mass matrix is copied into the solver's");
_Static_assert(JOINT_CAPACITY == 8, "sums and rows are written out for so many links");

#define WRITTEN_OUT _Pragma("GCC unroll 8")

/// One figure a link, aligned so that pairs are read at one go.
#define PER_LINK(name) _Alignas(16) double name[JOINT_CAPACITY]

/// A vector a link.
typedef struct {
    PER_LINK(x);
    PER_LINK(y);
    PER_LINK(z);
} vectors_t;

/// A spatial vector a link, about the table's origin: motions (angular, linear velocity of the
/// body's point there) or forces (moment about it, force).
typedef struct {
    vectors_t angular;
    vectors_t linear;
} spatials_t;

/// A symmetric tensor a link (xx yy zz xy xz yz).
typedef struct {
    _Alignas(16) double at[6][JOINT_CAPACITY];
} tensors_t;

static inline vec3_t vectors_get(const vectors_t* vectors, int i)
{
    return vec3(vectors->x[i], vectors->y[i], vectors->z[i]);
}

static inline void vectors_put(vectors_t* vectors, int i, vec3_t vector)
{
    vectors->x[i] = vector.x;
    vectors->y[i] = vector.y;
    vectors->z[i] = vector.z;
}

static inline vec3_t tensors_apply(const tensors_t* tensors, int i, vec3_t v)
{
    const double xy = tensors->at[3][i];
    const double xz = tensors->at[4][i];
    const double yz = tensors->at[5][i];
    return vec3(tensors->at[0][i] * v.x + xy * v.y + xz * v.z,
                xy * v.x + tensors->at[1][i] * v.y + yz * v.z,
                xz * v.x + yz * v.y + tensors->at[2][i] * v.z);
}

/// Every entry becomes the sum of those up to it.
static inline void sum_outward(double a[JOINT_CAPACITY])
{
    a[1] += a[0];
    a[2] += a[1];
    a[3] += a[2];
    a[4] += a[3];
    a[5] += a[4];
    a[6] += a[5];
    a[7] += a[6];
}

/// Every entry becomes the sum of those from it on.
static inline void sum_inward(double a[JOINT_CAPACITY])
{
    a[6] += a[7];
    a[5] += a[6];
    a[4] += a[5];
    a[3] += a[4];
    a[2] += a[3];
    a[1] += a[2];
    a[0] += a[1];
}

static inline void vectors_sum_outward(vectors_t* vectors)
{
    sum_outward(vectors->x);
    sum_outward(vectors->y);
    sum_outward(vectors->z);
}

static inline void vectors_sum_inward(vectors_t* vectors)
{
    sum_inward(vectors->x);
    sum_inward(vectors->y);
    sum_inward(vectors->z);
}

/// The links in the table's frame.
typedef struct {
    _Alignas(16) double rotation[9][JOINT_CAPACITY]; // row-major
    vectors_t origin_m;
    vectors_t slide;        // axes of prismatic joints, else zero
    spatials_t motion;      // of every joint, at unit speed
    vectors_t centre_m;     // of mass
    tensors_t inertia_kgm2; // about the centre of mass
} links_t;

static inline void put_link(links_t* links, int i, const walker_t* walker, vec3_t turn,
                            vec3_t slide)
{
    links->rotation[0][i] = walker->x.x;
    links->rotation[1][i] = walker->y.x;
    links->rotation[2][i] = walker->z.x;
    links->rotation[3][i] = walker->x.y;
    links->rotation[4][i] = walker->y.y;
    links->rotation[5][i] = walker->z.y;
    links->rotation[6][i] = walker->x.z;
    links->rotation[7][i] = walker->y.z;
    links->rotation[8][i] = walker->z.z;
    vectors_put(&links->origin_m, i, walker->origin_m);
    vectors_put(&links->motion.angular, i, turn);
    vectors_put(&links->slide, i, slide);
}

/// The walk along the chain, whose entries past the count are zero. Returns the last link's frame.
static walker_t walk(const chain_t* chain, const joints_t* positions, links_t* links)
{
    static const vec3_t none = {0.0, 0.0, 0.0};
    joints_t sines;
    joints_t cosines;
    sincos_joints(positions, &sines, &cosines);
    walker_t walker = walker_begin(chain);
    for (int i = 0; i < chain->joint_count; i++) {
        if (i > 0) {
            walker_place(&walker, chain, i);
        }
        const vec3_t axis =
            walker_move(&walker, chain, i, positions->at[i], sines.at[i], cosines.at[i]);
        const bool slides = chain->kind[i] == JOINT_PRISMATIC;
        put_link(links, i, &walker, slides ? none : axis, slides ? axis : none);
    }
    // Joints there are not have no axis, links there are not no mass: wherever they lie.
    for (int i = chain->joint_count; i < JOINT_CAPACITY; i++) {
        const vec3_t axis = vec3(chain->axis[i][0], chain->axis[i][1], chain->axis[i][2]);
        put_link(links, i, &walker, axis, axis);
    }
    return walker;
}

/// Centres of mass, inertias (R I R') and joint motions in the table's frame.
static void place_links(const chain_t* restrict chain, links_t* restrict links)
{
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        const vec3_t row_x =
            vec3(links->rotation[0][i], links->rotation[1][i], links->rotation[2][i]);
        const vec3_t row_y =
            vec3(links->rotation[3][i], links->rotation[4][i], links->rotation[5][i]);
        const vec3_t row_z =
            vec3(links->rotation[6][i], links->rotation[7][i], links->rotation[8][i]);
        const vec3_t local_m = vec3(chain->centre_of_mass_m[0][i], chain->centre_of_mass_m[1][i],
                                    chain->centre_of_mass_m[2][i]);
        const vec3_t origin_m = vectors_get(&links->origin_m, i);
        vectors_put(&links->centre_m, i,
                    vec3_add(origin_m, vec3(vec3_dot(row_x, local_m), vec3_dot(row_y, local_m),
                                            vec3_dot(row_z, local_m))));
        vectors_put(&links->motion.linear, i,
                    vec3_add(vec3_cross(origin_m, vectors_get(&links->motion.angular, i)),
                             vectors_get(&links->slide, i)));
        const double xx = chain->inertia_kgm2[0][i];
        const double yy = chain->inertia_kgm2[1][i];
        const double zz = chain->inertia_kgm2[2][i];
        const double xy = chain->inertia_kgm2[3][i];
        const double xz = chain->inertia_kgm2[4][i];
        const double yz = chain->inertia_kgm2[5][i];
        const vec3_t half_x = vec3(xx * row_x.x + xy * row_x.y + xz * row_x.z,
                                   xy * row_x.x + yy * row_x.y + yz * row_x.z,
                                   xz * row_x.x + yz * row_x.y + zz * row_x.z);
        const vec3_t half_y = vec3(xx * row_y.x + xy * row_y.y + xz * row_y.z,
                                   xy * row_y.x + yy * row_y.y + yz * row_y.z,
                                   xz * row_y.x + yz * row_y.y + zz * row_y.z);
        const vec3_t half_z = vec3(xx * row_z.x + xy * row_z.y + xz * row_z.z,
                                   xy * row_z.x + yy * row_z.y + yz * row_z.z,
                                   xz * row_z.x + yz * row_z.y + zz * row_z.z);
        links->inertia_kgm2.at[0][i] = vec3_dot(half_x, row_x);
        links->inertia_kgm2.at[1][i] = vec3_dot(half_y, row_y);
        links->inertia_kgm2.at[2][i] = vec3_dot(half_z, row_z);
        links->inertia_kgm2.at[3][i] = vec3_dot(half_x, row_y);
        links->inertia_kgm2.at[4][i] = vec3_dot(half_x, row_z);
        links->inertia_kgm2.at[5][i] = vec3_dot(half_y, row_z);
    }
}

static inline walker_t links_fill(const chain_t* chain, const joints_t* positions, links_t* links)
{
    const walker_t last = walk(chain, positions, links);
    place_links(chain, links);
    return last;
}

/// Velocities of all links.
static void sum_velocities(const links_t* restrict links, const joints_t* restrict speeds,
                           spatials_t* restrict velocity)
{
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        const double speed = speeds->at[i];
        vectors_put(&velocity->angular, i,
                    vec3_scale(vectors_get(&links->motion.angular, i), speed));
        vectors_put(&velocity->linear, i, vec3_scale(vectors_get(&links->motion.linear, i), speed));
    }
    vectors_sum_outward(&velocity->angular);
    vectors_sum_outward(&velocity->linear);
}

/// Accelerations of all links; gravity enters as one of the base upwards.
static void sum_accelerations(const links_t* restrict links, const joints_t* restrict speeds,
                              const joints_t* restrict accelerations, vec3_t gravity_mps2,
                              const spatials_t* restrict velocity,
                              spatials_t* restrict acceleration)
{
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        const vec3_t angular = vectors_get(&links->motion.angular, i);
        const vec3_t linear = vectors_get(&links->motion.linear, i);
        // A joint's own speed does not turn its own axis: the link's velocity will do for its
        // predecessor's.
        const vec3_t w = vec3_scale(vectors_get(&velocity->angular, i), speeds->at[i]);
        const vec3_t v = vec3_scale(vectors_get(&velocity->linear, i), speeds->at[i]);
        const double own = accelerations->at[i];
        vectors_put(&acceleration->angular, i,
                    vec3_add(vec3_cross(w, angular), vec3_scale(angular, own)));
        vectors_put(&acceleration->linear, i,
                    vec3_add(vec3_add(vec3_cross(w, linear), vec3_cross(v, angular)),
                             vec3_scale(linear, own)));
    }
    acceleration->linear.x[0] -= gravity_mps2.x;
    acceleration->linear.y[0] -= gravity_mps2.y;
    acceleration->linear.z[0] -= gravity_mps2.z;
    vectors_sum_outward(&acceleration->angular);
    vectors_sum_outward(&acceleration->linear);
}

/// Newton's and Euler's laws at every centre of mass, moved to the table's origin and summed from
/// the end.
static void sum_forces(const chain_t* restrict chain, const links_t* restrict links,
                       const spatials_t* restrict velocity, const spatials_t* restrict acceleration,
                       spatials_t* restrict force)
{
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        const vec3_t w = vectors_get(&velocity->angular, i);
        const vec3_t rate = vectors_get(&acceleration->angular, i);
        const vec3_t centre_m = vectors_get(&links->centre_m, i);
        const vec3_t centre_mps =
            vec3_add(vectors_get(&velocity->linear, i), vec3_cross(w, centre_m));
        const vec3_t centre_mps2 =
            vec3_add(vec3_add(vectors_get(&acceleration->linear, i), vec3_cross(rate, centre_m)),
                     vec3_cross(w, centre_mps));
        const vec3_t force_N = vec3_scale(centre_mps2, chain->mass_kg[i]);
        const vec3_t torque_Nm = vec3_add(tensors_apply(&links->inertia_kgm2, i, rate),
                                          vec3_cross(w, tensors_apply(&links->inertia_kgm2, i, w)));
        vectors_put(&force->angular, i, vec3_add(torque_Nm, vec3_cross(centre_m, force_N)));
        vectors_put(&force->linear, i, force_N);
    }
    vectors_sum_inward(&force->angular);
    vectors_sum_inward(&force->linear);
}

/// What each joint feels of a force on its link.
static void feel_forces(const links_t* restrict links, const spatials_t* restrict force,
                        joints_t* restrict efforts)
{
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        efforts->at[i] =
            vec3_dot(vectors_get(&links->motion.angular, i), vectors_get(&force->angular, i)) +
            vec3_dot(vectors_get(&links->motion.linear, i), vectors_get(&force->linear, i));
    }
}

/// All links behind each joint as one body.
typedef struct {
    PER_LINK(mass_kg);
    vectors_t moment_kgm;
    tensors_t second_kgm2; // about the table's origin
} composites_t;

static void sum_bodies(const chain_t* restrict chain, const links_t* restrict links,
                       composites_t* restrict composite)
{
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        const vec3_t c = vectors_get(&links->centre_m, i);
        const vec3_t h = vec3_scale(c, chain->mass_kg[i]);
        const double xx = h.x * c.x;
        const double yy = h.y * c.y;
        const double zz = h.z * c.z;
        composite->mass_kg[i] = chain->mass_kg[i];
        vectors_put(&composite->moment_kgm, i, h);
        composite->second_kgm2.at[0][i] = links->inertia_kgm2.at[0][i] + (yy + zz);
        composite->second_kgm2.at[1][i] = links->inertia_kgm2.at[1][i] + (xx + zz);
        composite->second_kgm2.at[2][i] = links->inertia_kgm2.at[2][i] + (xx + yy);
        composite->second_kgm2.at[3][i] = links->inertia_kgm2.at[3][i] - h.x * c.y;
        composite->second_kgm2.at[4][i] = links->inertia_kgm2.at[4][i] - h.x * c.z;
        composite->second_kgm2.at[5][i] = links->inertia_kgm2.at[5][i] - h.y * c.z;
    }
    sum_inward(composite->mass_kg);
    vectors_sum_inward(&composite->moment_kgm);
    for (int k = 0; k < 6; k++) {
        sum_inward(composite->second_kgm2.at[k]);
    }
}

/// The forces that they need for a joint's unit acceleration.
static void composite_forces(const links_t* restrict links, const composites_t* restrict composite,
                             spatials_t* restrict force)
{
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        const vec3_t h = vectors_get(&composite->moment_kgm, i);
        const vec3_t w = vectors_get(&links->motion.angular, i);
        const vec3_t v = vectors_get(&links->motion.linear, i);
        vectors_put(&force->angular, i,
                    vec3_add(tensors_apply(&composite->second_kgm2, i, w), vec3_cross(h, v)));
        vectors_put(&force->linear, i,
                    vec3_sub(vec3_scale(v, composite->mass_kg[i]), vec3_cross(h, w)));
    }
}

/// One row of the mass matrix up to entry `count`: what the joints before feel of one force.
static inline void mass_row(const spatials_t* restrict motion, const spatials_t* restrict force,
                            int i, int count, double* restrict row)
{
    const vec3_t n = vectors_get(&force->angular, i);
    const vec3_t f = vectors_get(&force->linear, i);
    for (int j = 0; j < count; j++) {
        row[j] = vec3_dot(vectors_get(&motion->angular, j), n) +
                 vec3_dot(vectors_get(&motion->linear, j), f);
    }
}

static void fill_mass(const chain_t* chain, const links_t* links, const composites_t* composite,
                      mass_matrix_t* mass)
{
    spatials_t force;
    composite_forces(links, composite, &force);
    // By pairs of rows, of one length each; what lies past the diagonal is overwritten below.
    for (int i = 0; i < 2; i++) {
        mass_row(&links->motion, &force, i, 2, mass->at[i]);
        mass_row(&links->motion, &force, i + 2, 4, mass->at[i + 2]);
        mass_row(&links->motion, &force, i + 4, 6, mass->at[i + 4]);
        mass_row(&links->motion, &force, i + 6, 8, mass->at[i + 6]);
    }
    WRITTEN_OUT
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        WRITTEN_OUT
        for (int j = 0; j < i; j++) {
            mass->at[j][i] = mass->at[i][j];
        }
        mass->at[i][i] += chain->rotor_inertia.at[i];
    }
}

void dynamics_inverse(const chain_t* chain, const joints_t* positions, const joints_t* speeds,
                      const joints_t* accelerations, vec3_t gravity_mps2, joints_t* efforts)
{
    links_t links;
    spatials_t velocity;
    spatials_t acceleration;
    (void)links_fill(chain, positions, &links);
    sum_velocities(&links, speeds, &velocity);
    sum_accelerations(&links, speeds, accelerations, gravity_mps2, &velocity, &acceleration);
    spatials_t force;
    joints_t moved;
    sum_forces(chain, &links, &velocity, &acceleration, &force);
    feel_forces(&links, &force, &moved);
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        efforts->at[i] = moved.at[i] + chain->rotor_inertia.at[i] * accelerations->at[i];
    }
}

void dynamics_mass_matrix(const chain_t* chain, const joints_t* positions, mass_matrix_t* mass)
{
    links_t links;
    composites_t composite;
    (void)links_fill(chain, positions, &links);
    sum_bodies(chain, &links, &composite);
    fill_mass(chain, &links, &composite, mass);
}

/// Jacobian and velocity of the tool from the motions about the table's origin.
static void move_to_tool(const links_t* restrict links, const spatials_t* restrict velocity,
                         chain_motion_t* restrict motion)
{
    const vec3_t tool_m = motion->tool.position_m;
    double(*jacobian)[JOINT_CAPACITY] = motion->jacobian.at;
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        const vec3_t angular = vectors_get(&links->motion.angular, i);
        const vec3_t lever_m = vec3_sub(tool_m, vectors_get(&links->origin_m, i));
        const vec3_t linear = vec3_add(vec3_cross(angular, lever_m), vectors_get(&links->slide, i));
        jacobian[0][i] = linear.x;
        jacobian[1][i] = linear.y;
        jacobian[2][i] = linear.z;
        jacobian[3][i] = angular.x;
        jacobian[4][i] = angular.y;
        jacobian[5][i] = angular.z;
    }
    const int last = JOINT_CAPACITY - 1; // nothing moves past the count
    motion->tool_twist.angular_radps = vectors_get(&velocity->angular, last);
    motion->tool_twist.linear_mps = vec3_add(vectors_get(&velocity->linear, last),
                                             vec3_cross(motion->tool_twist.angular_radps, tool_m));
}

WIDE void dynamics_motion(const chain_t* chain, const joints_t* positions, const joints_t* speeds,
                          vec3_t gravity_mps2, chain_motion_t* motion)
{
    static const joints_t none = {{0.0}};
    links_t links;
    spatials_t velocity;
    spatials_t acceleration;
    composites_t composite;
    spatials_t force;
    const walker_t last = links_fill(chain, positions, &links);
    // Two threads of work in turns, so that no sum is waited for: bodies and their matrix, and
    // velocities, accelerations and forces.
    sum_velocities(&links, speeds, &velocity);
    sum_bodies(chain, &links, &composite);
    sum_accelerations(&links, speeds, &none, gravity_mps2, &velocity, &acceleration);
    fill_mass(chain, &links, &composite, &motion->mass);
    sum_forces(chain, &links, &velocity, &acceleration, &force);
    walker_end(&last, chain, &motion->flange, &motion->tool);
    move_to_tool(&links, &velocity, motion);
    feel_forces(&links, &force, &motion->bias);
}

/// Momentum and weight of all links from the end to each one.
static void sum_momenta(const chain_t* restrict chain, const links_t* restrict links,
                        const spatials_t* restrict velocity, vec3_t gravity_mps2,
                        spatials_t* restrict momentum, spatials_t* restrict weight)
{
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        const vec3_t w = vectors_get(&velocity->angular, i);
        const vec3_t centre_m = vectors_get(&links->centre_m, i);
        const vec3_t linear =
            vec3_scale(vec3_add(vectors_get(&velocity->linear, i), vec3_cross(w, centre_m)),
                       chain->mass_kg[i]);
        const vec3_t weight_N = vec3_scale(gravity_mps2, chain->mass_kg[i]);
        vectors_put(
            &momentum->angular, i,
            vec3_add(tensors_apply(&links->inertia_kgm2, i, w), vec3_cross(centre_m, linear)));
        vectors_put(&momentum->linear, i, linear);
        vectors_put(&weight->angular, i, vec3_cross(centre_m, weight_N));
        vectors_put(&weight->linear, i, weight_N);
    }
    vectors_sum_inward(&momentum->angular);
    vectors_sum_inward(&momentum->linear);
    vectors_sum_inward(&weight->angular);
    vectors_sum_inward(&weight->linear);
}

WIDE void dynamics_momentum(const chain_t* chain, const joints_t* positions, const joints_t* speeds,
                            vec3_t gravity_mps2, joints_t* momentum, joints_t* drift)
{
    links_t links;
    spatials_t velocity;
    spatials_t sum;
    spatials_t weight;
    (void)links_fill(chain, positions, &links);
    sum_velocities(&links, speeds, &velocity);
    sum_momenta(chain, &links, &velocity, gravity_mps2, &sum, &weight);
    joints_t own;
    joints_t rate;
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        const vec3_t angular = vectors_get(&links.motion.angular, i);
        const vec3_t linear = vectors_get(&links.motion.linear, i);
        const vec3_t w = vectors_get(&velocity.angular, i);
        const vec3_t v = vectors_get(&velocity.linear, i);
        const vec3_t sum_angular = vectors_get(&sum.angular, i);
        const vec3_t sum_linear = vectors_get(&sum.linear, i);
        own.at[i] = vec3_dot(angular, sum_angular) + vec3_dot(linear, sum_linear) +
                    chain->rotor_inertia.at[i] * speeds->at[i];
        // Moving a joint moves all links behind it and not the velocity they are carried with: the
        // kinetic energy's slope is what that velocity, seen from them, changes by.
        rate.at[i] = vec3_dot(vec3_cross(w, angular), sum_angular) +
                     vec3_dot(vec3_add(vec3_cross(w, linear), vec3_cross(v, angular)), sum_linear) +
                     (vec3_dot(angular, vectors_get(&weight.angular, i)) +
                      vec3_dot(linear, vectors_get(&weight.linear, i)));
    }
    *momentum = own;
    *drift = rate;
}

bool dynamics_forward(const chain_t* chain, const joints_t* positions, const joints_t* speeds,
                      const joints_t* efforts, const wrench_t* tool_wrench, vec3_t gravity_mps2,
                      joints_t* accelerations)
{
    chain_motion_t motion;
    joints_t pushed;
    dynamics_motion(chain, positions, speeds, gravity_mps2, &motion);
    fk_joint_efforts(chain, &motion.jacobian, tool_wrench, &pushed);
    *accelerations = (joints_t){{0.0}};
    joints_t solution = {{0.0}};
    for (int i = 0; i < chain->joint_count; i++) {
        solution.at[i] = efforts->at[i] + pushed.at[i] - motion.bias.at[i];
    }
    if (!dynamics_solve(&motion.mass, chain->joint_count, &solution)) {
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
