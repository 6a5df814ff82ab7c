#include "kinematics/clearance.h"

#include <stddef.h>

#define SAMPLE_CAPACITY 64

static const float SAMPLE_SPACING_M = 0.01f;
/// Height over the skin to distance from it, on skin of 66 degrees: 1 / cos.
static const double STEEPEST_SLANT = 2.46;

static void store_array(const double point_m[3], float stored_m[3])
{
    for (int k = 0; k < 3; k++) {
        stored_m[k] = (float)point_m[k];
    }
}

static void store_vec3(vec3_t point_m, float stored_m[3])
{
    stored_m[0] = (float)point_m.x;
    stored_m[1] = (float)point_m.y;
    stored_m[2] = (float)point_m.z;
}

void clearance_capsules(const chain_frames_t* frames, const float radius_m[CAPSULE_CAPACITY],
                        capsules_t* capsules)
{
    const int last = frames->joint_count - 1;
    capsules->count = frames->joint_count + 1;
    for (int i = 0; i <= last; i++) {
        capsule_t* capsule = &capsules->at[i];
        store_array(frames->origin_m[i], capsule->from_m);
        if (i < last) {
            store_array(frames->origin_m[i + 1], capsule->to_m);
        } else {
            store_vec3(frames->flange.position_m, capsule->to_m);
        }
        capsule->radius_m = radius_m[i];
    }
    capsule_t* tool = &capsules->at[last + 1];
    store_vec3(frames->flange.position_m, tool->from_m);
    store_vec3(frames->tool.position_m, tool->to_m);
    tool->radius_m = radius_m[last + 1];
}

/// The lesser of two distances; NaN wins, because it must not be lost.
static float lesser(float a, float b)
{
    return a < b || isnan(a) ? a : b;
}

float clearance_surface_m(const capsule_t* capsule, const surface_t* surface)
{
    const float length_m = capsule_length_m(capsule);
    if (!isfinite(length_m)) {
        return NAN;
    }
    const float wanted = ceilf(length_m / SAMPLE_SPACING_M);
    const int intervals = wanted < (float)SAMPLE_CAPACITY ? (int)wanted : SAMPLE_CAPACITY;
    float nearest_m = INFINITY;
    for (int i = 0; i <= intervals; i++) {
        const float part = intervals > 0 ? (float)i / (float)intervals : 0.0f;
        float place_m[3];
        capsule_point(capsule, part, place_m);
        const vec3_t point_m = vec3((double)place_m[0], (double)place_m[1], (double)place_m[2]);
        const surface_sample_t skin = surface_at(surface, point_m.x, point_m.y);
        if (skin.inside) {
            const double distance_m = vec3_dot(vec3_sub(point_m, skin.point_m), skin.normal);
            nearest_m = lesser(nearest_m, (float)distance_m - capsule->radius_m);
        }
    }
    return nearest_m;
}

/// Length of the links between two capsules: what can hold them apart.
static float length_between_m(const capsules_t* capsules, int a, int b)
{
    float length_m = 0.0f;
    for (int i = a + 1; i < b; i++) {
        length_m += capsule_length_m(&capsules->at[i]);
    }
    return length_m;
}

static void keep_nearer(clearance_t* nearest, clearance_t other)
{
    if (other.distance_m < nearest->distance_m || isnan(other.distance_m)) {
        *nearest = other;
    }
}

clearance_t clearance_nearest(const capsules_t* capsules, int first_free, const surface_t* surface,
                              table_top_t table, bool tool_too)
{
    clearance_t nearest = {INFINITY, CLEARANCE_LINKS, 0, -1};
    for (int a = 0; a < capsules->count && !isnan(nearest.distance_m); a++) {
        const capsule_t* capsule = &capsules->at[a];
        for (int b = a + 2; b < capsules->count && !isnan(nearest.distance_m); b++) {
            const capsule_t* other = &capsules->at[b];
            if (length_between_m(capsules, a, b) > capsule->radius_m + other->radius_m) {
                const float distance_m = capsule_distance_m(capsule, other);
                keep_nearer(&nearest, (clearance_t){distance_m, CLEARANCE_LINKS, a, b});
            }
        }
        if (a < first_free || isnan(nearest.distance_m)) {
            continue;
        }
        const float table_m = capsule_over_table_m(capsule, table);
        keep_nearer(&nearest, (clearance_t){table_m, CLEARANCE_TABLE, a, -1});
        if (surface && (tool_too || a < capsules->count - 1) && !isnan(nearest.distance_m)) {
            const float skin_m = clearance_surface_m(capsule, surface);
            keep_nearer(&nearest, (clearance_t){skin_m, CLEARANCE_SURFACE, a, -1});
        }
    }
    return nearest;
}

static vec3_t link_end(const chain_frames_t* frames, int link)
{
    const int next = link + 1;
    return next < frames->joint_count ? vec3(frames->origin_m[next][0], frames->origin_m[next][1],
                                             frames->origin_m[next][2])
                                      : frames->flange.position_m;
}

/// Most of an arm is beside the body: a look at the grid's borders spares reading the spline there.
static bool over_grid(const surface_t* surface, vec3_t point_m)
{
    const double x_m = point_m.x - surface->origin_x_m;
    const double y_m = point_m.y - surface->origin_y_m;
    return x_m >= 0.0 && x_m <= (surface->row_count - 1) * surface->spacing_m && y_m >= 0.0 &&
           y_m <= (surface->column_count - 1) * surface->spacing_m;
}

static void sphere_to_skin(const surface_t* surface, vec3_t centre_m, double radius_m, int link,
                           link_clearance_t* nearest)
{
    if (!vec3_finite(centre_m)) {
        *nearest = (link_clearance_t){.distance_m = (double)NAN, .link = link};
        return;
    }
    if (!over_grid(surface, centre_m)) {
        return;
    }
    const double above_m = centre_m.z - radius_m - surface_bound_m(surface, centre_m.x, centre_m.y);
    if (above_m > STEEPEST_SLANT * LINK_NEAR_M) {
        return;
    }
    const surface_sample_t skin = surface_at(surface, centre_m.x, centre_m.y);
    const double distance_m = vec3_dot(vec3_sub(centre_m, skin.point_m), skin.normal) - radius_m;
    if (distance_m < nearest->distance_m && distance_m < LINK_NEAR_M) {
        *nearest = (link_clearance_t){distance_m, link, centre_m, skin.normal};
    }
}

link_clearance_t clearance_link_to_skin(const chain_t* chain, const chain_frames_t* frames,
                                        int link, const surface_t* surface)
{
    link_clearance_t nearest = {.distance_m = HUGE_VAL, .link = -1};
    const double radius_m = chain->link_radius_m[link];
    if (!(radius_m > 0.0)) {
        return nearest;
    }
    const vec3_t from_m =
        vec3(frames->origin_m[link][0], frames->origin_m[link][1], frames->origin_m[link][2]);
    const vec3_t to_m = link_end(frames, link);
    const double wanted = ceil(vec3_norm(vec3_sub(to_m, from_m)) / radius_m);
    const int intervals = wanted < SAMPLE_CAPACITY ? (int)wanted : SAMPLE_CAPACITY;
    for (int i = 0; i <= intervals && !isnan(nearest.distance_m); i++) {
        const double part = intervals > 0 ? (double)i / intervals : 0.0;
        sphere_to_skin(surface, vec3_lerp(from_m, to_m, part), radius_m, link, &nearest);
    }
    return nearest;
}

link_clearance_t clearance_links_to_skin(const chain_t* chain, const chain_frames_t* frames,
                                         const surface_t* surface)
{
    link_clearance_t nearest = {.distance_m = HUGE_VAL, .link = -1};
    for (int link = 0; link < frames->joint_count && !isnan(nearest.distance_m); link++) {
        const link_clearance_t one = clearance_link_to_skin(chain, frames, link, surface);
        if (!(one.distance_m >= nearest.distance_m)) {
            nearest = one;
        }
    }
    return nearest;
}
