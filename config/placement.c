#include "config/placement.h"

#include <math.h>

placement_t placement_identity(void)
{
    return (placement_t){{1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0}, {0.0, 0.0, 0.0}};
}

static void rotate(const double rotation[9], const double from[3], double to[3])
{
    for (int i = 0; i < 3; i++)
        to[i] = rotation[3 * i] * from[0] + rotation[3 * i + 1] * from[1] +
                rotation[3 * i + 2] * from[2];
}

placement_t placement_from_rpy(const double xyz_m[3], const double rpy_rad[3])
{
    const double cr = cos(rpy_rad[0]), sr = sin(rpy_rad[0]);
    const double cp = cos(rpy_rad[1]), sp = sin(rpy_rad[1]);
    const double cy = cos(rpy_rad[2]), sy = sin(rpy_rad[2]);
    return (placement_t){{cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr, //
                          sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr, //
                          -sp, cp * sr, cp * cr},
                         {xyz_m[0], xyz_m[1], xyz_m[2]}};
}

placement_t placement_multiply(const placement_t* outer, const placement_t* inner)
{
    placement_t product;
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            product.rotation[3 * i + j] = outer->rotation[3 * i] * inner->rotation[j] +
                                          outer->rotation[3 * i + 1] * inner->rotation[3 + j] +
                                          outer->rotation[3 * i + 2] * inner->rotation[6 + j];
    rotate(outer->rotation, inner->translation_m, product.translation_m);
    for (int i = 0; i < 3; i++)
        product.translation_m[i] += outer->translation_m[i];
    return product;
}

void placement_rpy(const placement_t* placement, double rpy_rad[3])
{
    const double* r = placement->rotation;
    // Upright to rounding: what is left in r[0] and r[3] says nothing, and no yaw is the neatest.
    const double level = hypot(r[0], r[3]);
    const double yaw_rad = level > 1e-15 ? atan2(r[3], r[0]) : 0.0;
    const double cy = cos(yaw_rad), sy = sin(yaw_rad);
    rpy_rad[1] = atan2(-r[6], level);
    // Of Rz(-yaw) R = Ry Rx the middle row is 0, cos(roll), -sin(roll), however the pitch stands.
    rpy_rad[0] = atan2(sy * r[2] - cy * r[5], cy * r[4] - sy * r[1]);
    rpy_rad[2] = yaw_rad;
}

// Places of xx yy zz xy xz yz in a row-major matrix.
static const int tensor_row[6] = {0, 1, 2, 0, 0, 1};
static const int tensor_column[6] = {0, 1, 2, 1, 2, 2};

rigid_body_t rigid_body_place(const placement_t* placement, const rigid_body_t* body)
{
    const double* r = placement->rotation;
    const double* m = body->inertia_kgm2;
    const double tensor[9] = {m[0], m[3], m[4], m[3], m[1], m[5], m[4], m[5], m[2]};
    rigid_body_t placed = {.mass_kg = body->mass_kg};
    rotate(r, body->centre_m, placed.centre_m);
    for (int i = 0; i < 3; i++)
        placed.centre_m[i] += placement->translation_m[i];
    for (int k = 0; k < 6; k++) {
        const double* row = r + 3 * tensor_row[k];
        const double* column = r + 3 * tensor_column[k];
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++)
                placed.inertia_kgm2[k] += row[i] * tensor[3 * i + j] * column[j];
    }
    return placed;
}

/// Adds what a body's mass has about a place `offset_m` from its centre.
static void add_point_mass(double inertia_kgm2[6], double mass_kg, const double offset_m[3])
{
    const double square =
        offset_m[0] * offset_m[0] + offset_m[1] * offset_m[1] + offset_m[2] * offset_m[2];
    for (int k = 0; k < 6; k++)
        inertia_kgm2[k] += mass_kg * ((k < 3 ? square : 0.0) -
                                      offset_m[tensor_row[k]] * offset_m[tensor_column[k]]);
}

rigid_body_t rigid_body_merge(const rigid_body_t* a, const rigid_body_t* b)
{
    if (a->mass_kg <= 0.0)
        return *b;
    if (b->mass_kg <= 0.0)
        return *a;
    rigid_body_t both = {.mass_kg = a->mass_kg + b->mass_kg};
    double a_offset_m[3], b_offset_m[3];
    for (int i = 0; i < 3; i++) {
        both.centre_m[i] =
            (a->mass_kg * a->centre_m[i] + b->mass_kg * b->centre_m[i]) / both.mass_kg;
        a_offset_m[i] = a->centre_m[i] - both.centre_m[i];
        b_offset_m[i] = b->centre_m[i] - both.centre_m[i];
    }
    for (int k = 0; k < 6; k++)
        both.inertia_kgm2[k] = a->inertia_kgm2[k] + b->inertia_kgm2[k];
    add_point_mass(both.inertia_kgm2, a->mass_kg, a_offset_m);
    add_point_mass(both.inertia_kgm2, b->mass_kg, b_offset_m);
    return both;
}
