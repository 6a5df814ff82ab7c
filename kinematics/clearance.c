#include "kinematics/clearance.h"

#include <stddef.h>

#define SAMPLE_CAPACITY 64
#define ANGLE_SAMPLES 64 // of a joint's travel: a length near its maximum is off by 0.1 % at most

/// Height of a sphere's middle over the skin to its distance from it, on skin of 66 degrees: 1 /
/// cos.
static const double STEEPEST_SLANT = 2.46;

// ------------------------------------------------------- links, tool and table, from each other

static double norm(const double vector[3])
{
    return sqrt(vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2]);
}

/// How far joint `i` can lie from its predecessor: a sliding joint's own travel counts, and its
/// distance is largest at one end of it.
static double placement_length_m(const chain_t* chain, int i)
{
    const double* at_m = chain->placement_translation_m[i];
    if (chain->kind[i] != JOINT_PRISMATIC) {
        return norm(at_m);
    }
    const double* turn = chain->placement_rotation[i];
    const double* axis = chain->axis[i];
    const double ends[2] = {chain->position_min.at[i], chain->position_max.at[i]};
    double longest_m = 0.0;
    for (int end = 0; end < 2; end++) {
        double place_m[3];
        for (int k = 0; k < 3; k++) {
            const double along =
                turn[3 * k] * axis[0] + turn[3 * k + 1] * axis[1] + turn[3 * k + 2] * axis[2];
            place_m[k] = at_m[k] + along * ends[end];
        }
        longest_m = fmax(longest_m, norm(place_m));
    }
    return longest_m;
}

static double part_length_max_m(const chain_t* chain, int part)
{
    return part + 1 < chain->joint_count ? placement_length_m(chain, part + 1)
                                         : vec3_norm(chain->flange_in_last_link.position_m);
}

/// From the end of the part before link `first` to the start of the one behind link `first + 1`, at
/// most: two links that a joint holds at an angle reach less far than both lengths together.
static double two_links_length_max_m(const chain_t* chain, int first)
{
    const int second = first + 1;
    const bool to_flange = second + 1 == chain->joint_count;
    const double* begin = chain->placement_translation_m[second];
    const vec3_t flange_m = chain->flange_in_last_link.position_m;
    const vec3_t end = to_flange ? flange_m
                                 : vec3(chain->placement_translation_m[second + 1][0],
                                        chain->placement_translation_m[second + 1][1],
                                        chain->placement_translation_m[second + 1][2]);
    if (chain->kind[second] == JOINT_PRISMATIC ||
        (!to_flange && chain->kind[second + 1] == JOINT_PRISMATIC)) {
        return part_length_max_m(chain, first) + part_length_max_m(chain, second);
    }
    const double* turn = chain->placement_rotation[second];
    const vec3_t axis =
        vec3(chain->axis[second][0], chain->axis[second][1], chain->axis[second][2]);
    const double range = chain->position_max.at[second] - chain->position_min.at[second];
    double longest_m = 0.0;
    for (int i = 0; i <= ANGLE_SAMPLES; i++) {
        const double angle = chain->position_min.at[second] + range * i / ANGLE_SAMPLES;
        const vec3_t turned = quat_rotate(quat_from_rotation_vector(vec3_scale(axis, angle)), end);
        const vec3_t reached =
            vec3(begin[0] + turn[0] * turned.x + turn[1] * turned.y + turn[2] * turned.z,
                 begin[1] + turn[3] * turned.x + turn[4] * turned.y + turn[5] * turned.z,
                 begin[2] + turn[6] * turned.x + turn[7] * turned.y + turn[8] * turned.z);
        longest_m = fmax(longest_m, vec3_norm(reached));
    }
    return longest_m;
}

/// How far the links between two parts can hold them apart: what no posture exceeds.
static double between_max_m(const chain_t* chain, int part, int other)
{
    double between_m = 0.0;
    int link = part + 1;
    if (other - part > 2) {
        between_m = two_links_length_max_m(chain, link);
        link += 2;
    }
    for (; link < other; link++) {
        between_m += part_length_max_m(chain, link);
    }
    return between_m;
}

/// The longest way from the table to where the first link begins.
static double base_distance_max_m(const chain_t* chain, table_top_t table)
{
    const double* first_m = chain->placement_translation_m[0];
    const float place_m[3] = {(float)first_m[0], (float)first_m[1], (float)first_m[2]};
    const double base_m = (double)fmaxf(point_to_table_m(place_m, table), 0.0f);
    const bool slides = chain->kind[0] == JOINT_PRISMATIC;
    return slides ? base_m + fmax(fabs(chain->position_min.at[0]), fabs(chain->position_max.at[0]))
                  : base_m;
}

static bool is_compared(const clearance_pairs_t* pairs, int part, int other)
{
    return part < other ? (pairs->others[part] >> other & 1u) != 0u
                        : (pairs->others[other] >> part & 1u) != 0u;
}

/// A link without length is a ball at the end of its neighbour: where the neighbour is as thick and
/// compared with the same, nothing is nearer to the ball.
static void merge_ball(clearance_pairs_t* pairs, int ball, int neighbour)
{
    if (neighbour < 0 || neighbour >= pairs->count - 1 ||
        !(pairs->radius_m[neighbour] >= pairs->radius_m[ball])) {
        return;
    }
    for (int other = 0; other < pairs->count; other++) {
        if (other != ball && other != neighbour && is_compared(pairs, ball, other) &&
            is_compared(pairs, neighbour, other)) {
            const int first = other < ball ? other : ball;
            pairs->others[first] &= (uint16_t) ~(1u << (other < ball ? ball : other));
        }
    }
    if ((pairs->over_table >> neighbour & 1u) != 0u) {
        pairs->over_table &= (uint16_t) ~(1u << ball);
    }
}

clearance_pairs_t clearance_pairs(const chain_t* chain, double table_length_m, double table_width_m,
                                  double least_m)
{
    clearance_pairs_t pairs = {.count = chain->joint_count + 1,
                               .table = {(float)table_length_m, (float)table_width_m}};
    for (int part = 0; part < chain->joint_count; part++) {
        pairs.radius_m[part] = (float)chain->link_radius_m[part];
    }
    pairs.radius_m[chain->joint_count] = (float)chain->tool_radius_m;
    pairs.tool_length_m = (float)vec3_norm(
        vec3_sub(chain->tool_in_last_link.position_m, chain->flange_in_last_link.position_m));
    double to_table_m = base_distance_max_m(chain, pairs.table);
    for (int part = 0; part < pairs.count; part++) {
        const double radius_m = (double)pairs.radius_m[part];
        if (radius_m > 0.0 && to_table_m > radius_m + least_m) {
            pairs.over_table |= (uint16_t)(1u << part);
        }
        to_table_m += part_length_max_m(chain, part);
        for (int other = part + 1; other < pairs.count; other++) {
            const double other_m = (double)pairs.radius_m[other];
            if (radius_m > 0.0 && other_m > 0.0 &&
                between_max_m(chain, part, other) > radius_m + other_m + 2.0 * least_m) {
                pairs.others[part] |= (uint16_t)(1u << other);
            }
        }
    }
    for (int part = 0; part < chain->joint_count; part++) {
        if (!(part_length_max_m(chain, part) > 0.0)) {
            merge_ball(&pairs, part, part - 1);
            merge_ball(&pairs, part, part + 1);
        }
    }
    return pairs;
}

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

void clearance_capsules(const clearance_pairs_t* pairs, const chain_frames_t* frames,
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
        capsule->radius_m = pairs->radius_m[i];
    }
    capsule_t* tool = &capsules->at[last + 1];
    tool->radius_m = pairs->radius_m[last + 1];
    const double left_m = (double)(pairs->tool_length_m - tool->radius_m);
    const double part = left_m > 0.0 ? left_m / (double)pairs->tool_length_m : 0.0;
    store_vec3(frames->flange.position_m, tool->from_m);
    store_vec3(vec3_lerp(frames->flange.position_m, frames->tool.position_m, part), tool->to_m);
}

/// A box around a capsule's stretch, for a first look. The fourth entry is there for the compiler,
/// which works on four at once.
typedef struct {
    float centre_m[4], half_m[4];
} box_t;

static inline box_t box_around(const float from_m[3], const float to_m[3])
{
    box_t box = {{0.0f}, {0.0f}};
    for (int k = 0; k < 3; k++) {
        box.centre_m[k] = 0.5f * (from_m[k] + to_m[k]);
        box.half_m[k] = 0.5f * fabsf(to_m[k] - from_m[k]);
    }
    return box;
}

/// False if two boxes with `room_m` between them are certainly apart.
static inline bool may_meet(const box_t* a, const box_t* b, float room_m)
{
    float gap_m[4];
    for (int k = 0; k < 4; k++) {
        const float apart_m =
            fabsf(a->centre_m[k] - b->centre_m[k]) - (a->half_m[k] + b->half_m[k]);
        gap_m[k] = apart_m > 0.0f ? apart_m : 0.0f;
    }
    const float square_m2 = gap_m[0] * gap_m[0] + gap_m[1] * gap_m[1] + gap_m[2] * gap_m[2];
    return square_m2 < room_m * room_m;
}

static box_t box_of_table(table_top_t table)
{
    const float half_m = 0.5f * table.width_m;
    return box_around((float[3]){0.0f, -half_m, -TABLE_THICKNESS_M},
                      (float[3]){table.length_m, half_m, 0.0f});
}

static void keep_nearer(clearance_t* nearest, float distance_m, int part, int other)
{
    if ((double)distance_m < nearest->distance_m || isnan(distance_m)) {
        *nearest = (clearance_t){(double)distance_m, part, other};
    }
}

/// Boxes around all parts; false if a coordinate is not finite.
static bool boxes_around(const capsules_t* capsules, box_t boxes[CAPSULE_CAPACITY])
{
    float zero = 0.0f;
    for (int part = 0; part < capsules->count; part++) {
        boxes[part] = box_around(capsules->at[part].from_m, capsules->at[part].to_m);
        for (int k = 0; k < 3; k++) { // what is not finite, less itself, is no number
            zero += boxes[part].centre_m[k] - boxes[part].centre_m[k];
        }
    }
    return !isnan(zero);
}

/// The least below `bound_m`.
static clearance_t nearest_within(const clearance_pairs_t* pairs, const capsules_t* capsules,
                                  double bound_m)
{
    box_t boxes[CAPSULE_CAPACITY];
    clearance_t nearest = {bound_m, PART_NONE, PART_NONE};
    if (!boxes_around(capsules, boxes)) {
        return (clearance_t){(double)NAN, PART_NONE, PART_NONE};
    }
    const box_t table = box_of_table(pairs->table);
    for (int part = 0; part < capsules->count; part++) {
        const capsule_t* capsule = &capsules->at[part];
        // Overlaps are looked at as if they touched: the deepest is found all the same.
        const float room_m =
            capsule->radius_m + (float)(nearest.distance_m > 0.0 ? nearest.distance_m : 0.0);
        for (unsigned left = pairs->others[part]; left != 0u; left &= left - 1u) {
            const int other = __builtin_ctz(left);
            const capsule_t* second = &capsules->at[other];
            if (may_meet(&boxes[part], &boxes[other], room_m + second->radius_m)) {
                keep_nearer(&nearest, capsule_distance_m(capsule, second), part, other);
            }
        }
        if ((pairs->over_table >> part & 1u) != 0u && may_meet(&boxes[part], &table, room_m)) {
            keep_nearer(&nearest, capsule_to_table_m(capsule, pairs->table), part, PART_TABLE);
        }
    }
    if (nearest.part == PART_NONE) {
        nearest.distance_m = HUGE_VAL;
    }
    return nearest;
}

clearance_t clearance_nearest(const clearance_pairs_t* pairs, const capsules_t* capsules)
{
    return nearest_within(pairs, capsules, HUGE_VAL);
}

clearance_t clearance_near(const clearance_pairs_t* pairs, const chain_frames_t* frames)
{
    capsules_t capsules;
    clearance_capsules(pairs, frames, &capsules);
    return nearest_within(pairs, &capsules, LINK_NEAR_M);
}

part_name_t clearance_part_name(const arm_settings_t* arm, int part)
{
    if (part == PART_TABLE) {
        return (part_name_t){"the table top", ""};
    }
    if (part >= 0 && part < arm->joint_count) {
        return (part_name_t){"link ", arm->joints[part].name};
    }
    return (part_name_t){part == arm->joint_count ? "the tool" : "nothing", ""};
}

// ----------------------------------------------------------------------------- links, from the
// skin

static vec3_t link_end(const chain_frames_t* frames, int link)
{
    const int next = link + 1;
    return next < frames->joint_count ? vec3(frames->origin_m[next][0], frames->origin_m[next][1],
                                             frames->origin_m[next][2])
                                      : frames->flange.position_m;
}

/// The grid's borders in x and y.
typedef struct {
    double x_min_m, x_length_m, y_min_m, y_length_m;
} borders_t;

static inline borders_t borders_of(const surface_t* surface)
{
    return (borders_t){surface->origin_x_m, (surface->row_count - 1) * surface->spacing_m,
                       surface->origin_y_m, (surface->column_count - 1) * surface->spacing_m};
}

/// True if a whole stretch lies beyond one border of the grid.
static inline bool beside_grid(const borders_t* borders, vec3_t from_m, vec3_t to_m)
{
    const double x_min_m = borders->x_min_m;
    const double x_max_m = x_min_m + borders->x_length_m;
    const double y_min_m = borders->y_min_m;
    const double y_max_m = y_min_m + borders->y_length_m;
    return (from_m.x < x_min_m && to_m.x < x_min_m) || (from_m.x > x_max_m && to_m.x > x_max_m) ||
           (from_m.y < y_min_m && to_m.y < y_min_m) || (from_m.y > y_max_m && to_m.y > y_max_m);
}

/// Most of an arm is beside the body: a look at the grid's borders spares reading the spline there.
static inline bool over_grid(const borders_t* borders, vec3_t point_m)
{
    const double x_m = point_m.x - borders->x_min_m;
    const double y_m = point_m.y - borders->y_min_m;
    return x_m >= 0.0 && x_m <= borders->x_length_m && y_m >= 0.0 && y_m <= borders->y_length_m;
}

/// For a sphere over the grid.
static void sphere_to_skin(const surface_t* surface, vec3_t centre_m, double radius_m, int link,
                           link_clearance_t* nearest)
{
    const double above_m = centre_m.z - surface_bound_m(surface, centre_m.x, centre_m.y);
    if (above_m > STEEPEST_SLANT * (LINK_NEAR_M + radius_m)) {
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
    const borders_t borders = borders_of(surface);
    const vec3_t along_m = vec3_sub(to_m, from_m);
    if (vec3_finite(from_m) && vec3_finite(to_m) && beside_grid(&borders, from_m, to_m)) {
        return nearest;
    }
    if (!vec3_finite(from_m) || !vec3_finite(along_m)) {
        return (link_clearance_t){.distance_m = (double)NAN, .link = link};
    }
    // Most of an arm is high above the whole body.
    const double above_m = (from_m.z < to_m.z ? from_m.z : to_m.z) - surface->highest_m;
    if (surface->highest_m > 0.0 && above_m > STEEPEST_SLANT * (LINK_NEAR_M + radius_m)) {
        return nearest;
    }
    const double wanted = ceil(vec3_norm(along_m) / radius_m);
    const int intervals = wanted < SAMPLE_CAPACITY ? (int)wanted : SAMPLE_CAPACITY;
    for (int i = 0; i <= intervals; i++) {
        const double part = intervals > 0 ? (double)i / intervals : 0.0;
        const vec3_t centre_m = vec3_lerp(from_m, to_m, part);
        if (over_grid(&borders, centre_m)) {
            sphere_to_skin(surface, centre_m, radius_m, link, &nearest);
        }
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
