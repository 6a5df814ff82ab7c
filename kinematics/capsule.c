#include "kinematics/capsule.h"

#include <cglm/struct.h>

#include <math.h>

// 0.618^22 of a stretch of 2 m is 0.05 mm.
#define TABLE_SEARCH_STEPS 22

static vec3s point(const float point_m[3])
{
    return (vec3s){{point_m[0], point_m[1], point_m[2]}};
}

float capsule_length_m(const capsule_t* capsule)
{
    return glms_vec3_distance(point(capsule->from_m), point(capsule->to_m));
}

void capsule_point(const capsule_t* capsule, float part, float point_m[3])
{
    const vec3s place = glms_vec3_lerp(point(capsule->from_m), point(capsule->to_m), part);
    point_m[0] = place.x;
    point_m[1] = place.y;
    point_m[2] = place.z;
}

static float clamp_to_unit(float part)
{
    return part < 0.0f ? 0.0f : (part > 1.0f ? 1.0f : part);
}

/// Parts along both stretches at which they come nearest.
static void nearest_parts(const capsule_t* a, const capsule_t* b, float* part_a, float* part_b)
{
    const float tiny_m2 = 1e-12f;
    const vec3s along_a = glms_vec3_sub(point(a->to_m), point(a->from_m));
    const vec3s along_b = glms_vec3_sub(point(b->to_m), point(b->from_m));
    const vec3s between = glms_vec3_sub(point(a->from_m), point(b->from_m));
    const float square_a = glms_vec3_dot(along_a, along_a);
    const float square_b = glms_vec3_dot(along_b, along_b);
    const float shared = glms_vec3_dot(along_a, along_b);
    const float offset_a = glms_vec3_dot(along_a, between);
    const float offset_b = glms_vec3_dot(along_b, between);
    const float determinant = square_a * square_b - shared * shared;
    // Parallel stretches are equally near in many places; any of them will do.
    *part_a = determinant > 1e-6f * square_a * square_b
                  ? clamp_to_unit((shared * offset_b - offset_a * square_b) / determinant)
                  : 0.0f;
    *part_b = square_b > tiny_m2 ? (shared * *part_a + offset_b) / square_b : 0.0f;
    if (*part_b < 0.0f || *part_b > 1.0f || square_b <= tiny_m2) {
        *part_b = clamp_to_unit(*part_b);
        *part_a =
            square_a > tiny_m2 ? clamp_to_unit((shared * *part_b - offset_a) / square_a) : 0.0f;
    }
}

float capsule_distance_m(const capsule_t* a, const capsule_t* b)
{
    float part_a;
    float part_b;
    nearest_parts(a, b, &part_a, &part_b);
    const vec3s on_a = glms_vec3_lerp(point(a->from_m), point(a->to_m), part_a);
    const vec3s on_b = glms_vec3_lerp(point(b->from_m), point(b->to_m), part_b);
    return glms_vec3_distance(on_a, on_b) - a->radius_m - b->radius_m;
}

static float to_table_m(vec3s place, table_top_t table)
{
    const vec3s half = {{0.5f * table.length_m, 0.5f * table.width_m, 0.5f * TABLE_THICKNESS_M}};
    const vec3s centre = {{0.5f * table.length_m, 0.0f, -0.5f * TABLE_THICKNESS_M}};
    const vec3s off = glms_vec3_sub(place, centre);
    const vec3s past = {{fabsf(off.x) - half.x, fabsf(off.y) - half.y, fabsf(off.z) - half.z}};
    if (past.x <= 0.0f && past.y <= 0.0f && past.z <= 0.0f) {
        return fmaxf(past.x, fmaxf(past.y, past.z));
    }
    // Not fmaxf, which would lose a NaN.
    const vec3s outside = {{past.x <= 0.0f ? 0.0f : past.x, past.y <= 0.0f ? 0.0f : past.y,
                            past.z <= 0.0f ? 0.0f : past.z}};
    return glms_vec3_norm(outside);
}

float point_to_table_m(const float point_m[3], table_top_t table)
{
    return to_table_m(point(point_m), table);
}

float capsule_to_table_m(const capsule_t* capsule, table_top_t table)
{
    const vec3s from = point(capsule->from_m);
    const vec3s to = point(capsule->to_m);
    if (isnan(glms_vec3_distance(from, to))) {
        return NAN;
    }
    // A plate is convex, so the distance along a stretch falls and then rises: golden section.
    const float golden = 0.618034f;
    float low = 0.0f;
    float high = 1.0f;
    float lower = high - golden * (high - low);
    float upper = low + golden * (high - low);
    float at_lower_m = to_table_m(glms_vec3_lerp(from, to, lower), table);
    float at_upper_m = to_table_m(glms_vec3_lerp(from, to, upper), table);
    float nearest_m = fminf(to_table_m(from, table), to_table_m(to, table));
    for (int i = 0; i < TABLE_SEARCH_STEPS; i++) {
        if (at_lower_m <= at_upper_m) {
            high = upper;
            upper = lower;
            at_upper_m = at_lower_m;
            lower = high - golden * (high - low);
            at_lower_m = to_table_m(glms_vec3_lerp(from, to, lower), table);
        } else {
            low = lower;
            lower = upper;
            at_lower_m = at_upper_m;
            upper = low + golden * (high - low);
            at_upper_m = to_table_m(glms_vec3_lerp(from, to, upper), table);
        }
    }
    nearest_m = fminf(nearest_m, fminf(at_lower_m, at_upper_m));
    return nearest_m - capsule->radius_m;
}
