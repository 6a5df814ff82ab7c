#include "controller/export/export_scene.h"

#include <math.h>

#include "kinematics/surface.h"

// Grid of the drawn skin: fine enough for the eye, and a message of well under a megabyte.
#define SKIN_SPACING_M 0.02
#define SKIN_HEIGHT_MIN_M 0.01 // lower is table
#define PAD_THICKNESS_M 0.01   // drawn
#define ARROW_WIDTH_M 0.012
#define LENGTH_MIN_M 1e-3 // shorter is not drawn

typedef struct {
    double r, g, b, a;
} colour_t;

static const colour_t link_colour = {0.85, 0.87, 0.90, 1.0};
static const colour_t tool_colour = {0.20, 0.45, 0.70, 1.0};
static const colour_t table_colour = {0.35, 0.38, 0.42, 1.0};
static const colour_t skin_colour = {0.86, 0.68, 0.58, 0.9};
static const colour_t force_colour = {0.20, 0.65, 0.35, 1.0};
static const colour_t cap_colour = {0.80, 0.15, 0.15, 1.0};

// ------------------------------------------------------------------------------------ small parts

void scene_time(json_t* json, const char* key, uint64_t time_ns)
{
    json_object_begin(json, key);
    json_integer(json, "sec", (int64_t)(time_ns / 1000000000u));
    json_integer(json, "nsec", (int64_t)(time_ns % 1000000000u));
    json_object_end(json);
}

static void add_vector(json_t* json, const char* key, vec3_t vector)
{
    json_object_begin(json, key);
    json_number(json, "x", vector.x);
    json_number(json, "y", vector.y);
    json_number(json, "z", vector.z);
    json_object_end(json);
}

static void add_quaternion(json_t* json, const char* key, quat_t q)
{
    json_object_begin(json, key);
    json_number(json, "x", q.x);
    json_number(json, "y", q.y);
    json_number(json, "z", q.z);
    json_number(json, "w", q.w);
    json_object_end(json);
}

static void add_pose(json_t* json, pose_t pose)
{
    json_object_begin(json, "pose");
    add_vector(json, "position", pose.position_m);
    add_quaternion(json, "orientation", pose.orientation);
    json_object_end(json);
}

static void add_colour(json_t* json, colour_t colour)
{
    json_object_begin(json, "color");
    json_number(json, "r", colour.r);
    json_number(json, "g", colour.g);
    json_number(json, "b", colour.b);
    json_number(json, "a", colour.a);
    json_object_end(json);
}

// --------------------------------------------------------------------------------- the frames

static pose_t placement(const double xyz_m[3], const double rpy_rad[3])
{
    return (pose_t){vec3(xyz_m[0], xyz_m[1], xyz_m[2]),
                    quat_from_rpy(rpy_rad[0], rpy_rad[1], rpy_rad[2])};
}

pose_t scene_joint_pose(const joint_settings_t* joint, double position)
{
    const vec3_t axis =
        vec3_unit(vec3(joint->axis[0], joint->axis[1], joint->axis[2]), vec3(0.0, 0.0, 1.0));
    const vec3_t moved = vec3_scale(axis, position);
    const pose_t motion = joint->kind == JOINT_PRISMATIC
                              ? (pose_t){moved, quat_identity()}
                              : (pose_t){vec3(0.0, 0.0, 0.0), quat_from_rotation_vector(moved)};
    return pose_multiply(placement(joint->origin_xyz_m, joint->origin_rpy_rad), motion);
}

static const pad_settings_t* pad_of(const session_t* session)
{
    return &session->machine->arm.tool.pads[session->pad_index];
}

static void add_transform(json_t* json, const char* parent, const char* child, pose_t pose,
                          uint64_t time_ns)
{
    json_object_begin(json, NULL);
    scene_time(json, "timestamp", time_ns);
    json_text(json, "parent_frame_id", parent);
    json_text(json, "child_frame_id", child);
    add_vector(json, "translation", pose.position_m);
    add_quaternion(json, "rotation", pose.orientation);
    json_object_end(json);
}

void scene_fixed_frames(json_t* json, const session_t* session, uint64_t time_ns)
{
    const arm_settings_t* arm = &session->machine->arm;
    const pose_t tool = {vec3(0.0, 0.0, pad_of(session)->length_m), quat_identity()};
    json_object_begin(json, NULL);
    json_array_begin(json, "transforms");
    add_transform(json, SCENE_FRAME_TABLE, SCENE_FRAME_BASE,
                  placement(arm->base_xyz_m, arm->base_rpy_rad), time_ns);
    add_transform(json, arm->joints[arm->joint_count - 1].name, SCENE_FRAME_FLANGE,
                  placement(arm->tool.flange_xyz_m, arm->tool.flange_rpy_rad), time_ns);
    add_transform(json, SCENE_FRAME_FLANGE, SCENE_FRAME_TOOL, tool, time_ns);
    json_array_end(json);
    json_object_end(json);
}

void scene_joint_frames(json_t* json, const session_t* session, const joints_t* measured,
                        uint64_t time_ns)
{
    const arm_settings_t* arm = &session->machine->arm;
    json_object_begin(json, NULL);
    json_array_begin(json, "transforms");
    for (int i = 0; i < arm->joint_count; ++i) {
        add_transform(json, i == 0 ? SCENE_FRAME_BASE : arm->joints[i - 1].name,
                      arm->joints[i].name, scene_joint_pose(&arm->joints[i], measured->at[i]),
                      time_ns);
    }
    json_array_end(json);
    json_object_end(json);
}

// --------------------------------------------------------------------------------- the scene

/// Begins an entity with all the arrays that stay empty but `used`, which is left open.
static void entity_begin(json_t* json, const char* id, const char* frame, uint64_t time_ns)
{
    json_object_begin(json, NULL);
    scene_time(json, "timestamp", time_ns);
    json_text(json, "frame_id", frame);
    json_text(json, "id", id);
    scene_time(json, "lifetime", 0); // until it is replaced
    json_boolean(json, "frame_locked", true);
    json_array_begin(json, "metadata");
    json_array_end(json);
}

static const char* const primitive_kinds[] = {"arrows", "cubes",     "spheres", "cylinders",
                                              "lines",  "triangles", "texts",   "models"};
#define PRIMITIVE_KIND_COUNT (sizeof primitive_kinds / sizeof primitive_kinds[0])

typedef enum { ARROWS, CUBES, SPHERES, CYLINDERS, LINES, TRIANGLES, TEXTS, MODELS } primitives_t;

/// Ends an entity; the kinds of `used` (bits) are there already, the others stand empty.
static void entity_end(json_t* json, unsigned used)
{
    for (size_t i = 0; i < PRIMITIVE_KIND_COUNT; ++i) {
        if ((used & (1u << i)) == 0) {
            json_array_begin(json, primitive_kinds[i]);
            json_array_end(json);
        }
    }
    json_object_end(json);
}

static void update_begin(json_t* json)
{
    json_object_begin(json, NULL);
    json_array_begin(json, "deletions");
    json_array_end(json);
    json_array_begin(json, "entities");
}

static void update_end(json_t* json)
{
    json_array_end(json);
    json_object_end(json);
}

static void add_cylinder(json_t* json, vec3_t from_m, vec3_t to_m, double diameter_m,
                         colour_t colour)
{
    const vec3_t along = vec3_sub(to_m, from_m);
    const vec3_t z = vec3_unit(along, vec3(0.0, 0.0, 1.0));
    json_object_begin(json, NULL);
    add_pose(json,
             (pose_t){vec3_lerp(from_m, to_m, 0.5), quat_from_z_and_x(z, vec3(1.0, 0.0, 0.0))});
    add_vector(json, "size", vec3(diameter_m, diameter_m, vec3_norm(along)));
    json_number(json, "bottom_scale", 1.0);
    json_number(json, "top_scale", 1.0);
    add_colour(json, colour);
    json_object_end(json);
}

static void add_sphere(json_t* json, vec3_t centre_m, double diameter_m, colour_t colour)
{
    json_object_begin(json, NULL);
    add_pose(json, (pose_t){centre_m, quat_identity()});
    add_vector(json, "size", vec3(diameter_m, diameter_m, diameter_m));
    add_colour(json, colour);
    json_object_end(json);
}

/// A link from its joint to where the next one is placed, or to the flange.
static void add_link(json_t* json, const arm_settings_t* arm, int link, uint64_t time_ns)
{
    const joint_settings_t* joint = &arm->joints[link];
    const double* end =
        link + 1 < arm->joint_count ? arm->joints[link + 1].origin_xyz_m : arm->tool.flange_xyz_m;
    const vec3_t from_m = vec3(0.0, 0.0, 0.0);
    const vec3_t to_m = vec3(end[0], end[1], end[2]);
    const double diameter_m = 2.0 * joint->radius_m;
    const bool long_enough = vec3_norm(to_m) >= LENGTH_MIN_M;
    entity_begin(json, joint->name, joint->name, time_ns);
    json_array_begin(json, primitive_kinds[SPHERES]);
    add_sphere(json, from_m, diameter_m, link_colour);
    if (long_enough) {
        add_sphere(json, to_m, diameter_m, link_colour);
    }
    json_array_end(json);
    json_array_begin(json, primitive_kinds[CYLINDERS]);
    if (long_enough) {
        add_cylinder(json, from_m, to_m, diameter_m, link_colour);
    }
    json_array_end(json);
    entity_end(json, 1u << SPHERES | 1u << CYLINDERS);
}

void scene_arm(json_t* json, const session_t* session, uint64_t time_ns)
{
    const machine_settings_t* machine = session->machine;
    const pad_settings_t* pad = pad_of(session);
    update_begin(json);
    for (int i = 0; i < machine->arm.joint_count; ++i) {
        if (machine->arm.joints[i].radius_m > 0.0) {
            add_link(json, &machine->arm, i, time_ns);
        }
    }
    entity_begin(json, SCENE_FRAME_TOOL, SCENE_FRAME_TOOL, time_ns);
    json_array_begin(json, primitive_kinds[CYLINDERS]);
    add_cylinder(json, vec3(0.0, 0.0, -PAD_THICKNESS_M), vec3(0.0, 0.0, 0.0), pad->diameter_m,
                 tool_colour);
    add_cylinder(json, vec3(0.0, 0.0, -pad->length_m), vec3(0.0, 0.0, -PAD_THICKNESS_M),
                 0.5 * pad->diameter_m, tool_colour);
    json_array_end(json);
    entity_end(json, 1u << CYLINDERS);
    entity_begin(json, SCENE_FRAME_TABLE, SCENE_FRAME_TABLE, time_ns);
    json_array_begin(json, primitive_kinds[CUBES]);
    json_object_begin(json, NULL);
    const vec3_t middle_m =
        vec3(0.5 * machine->table_length_m, 0.0, -0.5 * (double)TABLE_THICKNESS_M);
    add_pose(json, (pose_t){middle_m, quat_identity()});
    add_vector(json, "size",
               vec3(machine->table_length_m, machine->table_width_m, (double)TABLE_THICKNESS_M));
    add_colour(json, table_colour);
    json_object_end(json);
    json_array_end(json);
    entity_end(json, 1u << CUBES);
    update_end(json);
}

/// Places of the drawn skin.
typedef struct {
    int rows, columns;
    double from_x_m, from_y_m, spacing_m;
} skin_grid_t;

static skin_grid_t skin_grid(const surface_t* surface)
{
    const double length_m = (surface->row_count - 1) * surface->spacing_m;
    const double width_m = (surface->column_count - 1) * surface->spacing_m;
    return (skin_grid_t){(int)floor(length_m / SKIN_SPACING_M) + 1,
                         (int)floor(width_m / SKIN_SPACING_M) + 1, surface->origin_x_m,
                         surface->origin_y_m, SKIN_SPACING_M};
}

static vec3_t skin_point(const surface_t* surface, const skin_grid_t* grid, int row, int column)
{
    return surface_at(surface, grid->from_x_m + row * grid->spacing_m,
                      grid->from_y_m + column * grid->spacing_m)
        .point_m;
}

static double rounded_m(double length_m)
{
    return round(length_m * 1e4) / 1e4;
}

static void add_skin_points(json_t* json, const surface_t* surface, const skin_grid_t* grid)
{
    json_array_begin(json, "points");
    for (int row = 0; row < grid->rows; ++row) {
        for (int column = 0; column < grid->columns; ++column) {
            const vec3_t point = skin_point(surface, grid, row, column);
            json_object_begin(json, NULL);
            json_number(json, "x", rounded_m(point.x));
            json_number(json, "y", rounded_m(point.y));
            json_number(json, "z", rounded_m(point.z));
            json_object_end(json);
        }
    }
    json_array_end(json);
}

/// Two triangles a cell that lies on the body, seen from above counter-clockwise.
static void add_skin_cells(json_t* json, const surface_t* surface, const skin_grid_t* grid)
{
    json_array_begin(json, "indices");
    for (int row = 0; row + 1 < grid->rows; ++row) {
        for (int column = 0; column + 1 < grid->columns; ++column) {
            const int corners[4] = {
                row * grid->columns + column, (row + 1) * grid->columns + column,
                (row + 1) * grid->columns + column + 1, row * grid->columns + column + 1};
            bool body = true;
            for (int k = 0; k < 4; ++k) {
                const int at_row = corners[k] / grid->columns;
                const int at_column = corners[k] % grid->columns;
                body = body && skin_point(surface, grid, at_row, at_column).z >= SKIN_HEIGHT_MIN_M;
            }
            static const int order[6] = {0, 1, 2, 0, 2, 3};
            for (int k = 0; body && k < 6; ++k) {
                json_integer(json, NULL, corners[order[k]]);
            }
        }
    }
    json_array_end(json);
}

void scene_body(json_t* json, const session_t* session, uint64_t time_ns)
{
    const surface_t* surface = &session->body->surface;
    const skin_grid_t grid = skin_grid(surface);
    update_begin(json);
    entity_begin(json, "body", SCENE_FRAME_TABLE, time_ns);
    json_array_begin(json, primitive_kinds[TRIANGLES]);
    json_object_begin(json, NULL);
    add_pose(json, pose_identity());
    add_skin_points(json, surface, &grid);
    add_colour(json, skin_colour);
    json_array_begin(json, "colors");
    json_array_end(json);
    add_skin_cells(json, surface, &grid);
    json_object_end(json);
    json_array_end(json);
    entity_end(json, 1u << TRIANGLES);
    update_end(json);
}

void scene_force(json_t* json, double force_N, double cap_N, uint64_t time_ns)
{
    const double shown_N = isfinite(force_N) && force_N > 0.0 ? force_N : 0.0;
    const bool capped = isfinite(cap_N) && shown_N >= cap_N;
    // An arrow points along its own x axis; the body is where the tool's z axis points.
    const pose_t pose = {vec3(0.0, 0.0, 0.0),
                         quat_from_rotation_vector(vec3(0.0, 0.5 * 3.14159265358979323846, 0.0))};
    update_begin(json);
    entity_begin(json, "force", SCENE_FRAME_TOOL, time_ns);
    json_array_begin(json, primitive_kinds[ARROWS]);
    json_object_begin(json, NULL);
    add_pose(json, pose);
    json_number(json, "shaft_length", shown_N * SCENE_ARROW_M_PER_N);
    json_number(json, "shaft_diameter", shown_N > 0.0 ? ARROW_WIDTH_M : 0.0);
    json_number(json, "head_length", shown_N > 0.0 ? 2.0 * ARROW_WIDTH_M : 0.0);
    json_number(json, "head_diameter", shown_N > 0.0 ? 2.0 * ARROW_WIDTH_M : 0.0);
    add_colour(json, capped ? cap_colour : force_colour);
    json_object_end(json);
    json_array_end(json);
    entity_end(json, 1u << ARROWS);
    update_end(json);
}
