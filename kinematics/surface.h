/// A body's upward-facing skin as a smooth height field over the table: heights on a regular grid,
/// read through a uniform cubic B-spline, so that height and normal are continuous and a tool
/// gliding over it feels no facets. Heights are stored in float (0.1 um at table scale) and
/// evaluated in double, because force control integrates along the normals.
///
/// The grid's heights are the spline's control heights: it reproduces planes exactly and lies off a
/// curved skin by at most spacing^2 / 6 times the sum of the curvatures along x and y (0.17 mm at
/// 10 mm spacing and a curvature radius of 100 mm). Past its edges the grid goes on straight.
#ifndef KNEAD_KINEMATICS_SURFACE_H
#define KNEAD_KINEMATICS_SURFACE_H

#include "kinematics/pose.h"

#define SURFACE_ROW_CAPACITY 420    // along the table, x
#define SURFACE_COLUMN_CAPACITY 160 // across, y

typedef struct {
    double origin_x_m, origin_y_m; // of row 0, column 0, table frame
    double spacing_m;
    int row_count, column_count;
    double highest_m; // no skin lies above this; 0 where nobody has looked yet
    float height_m[SURFACE_ROW_CAPACITY][SURFACE_COLUMN_CAPACITY]; // over the table top
} surface_t;

typedef struct {
    vec3_t point_m; // on the skin, table frame
    vec3_t normal;  // unit, out of the body
    bool inside;    // the place lies on the grid; if not, the nearest place on it was read
} surface_sample_t;

/// Skin at table place (x, y). A place off the grid reads the nearest on it and says so.
/// NaN in: `inside` false and the first grid point, never NaN. A grid no surface can have (counts
/// outside the capacities, no spacing) reads as level at height zero, never `inside`.
surface_sample_t surface_at(const surface_t* surface, double x_m, double y_m);

/// Signed distance of a point to the skin along the skin's normal there, first order: positive
/// above. `normal` may be null.
double surface_distance_m(const surface_t* surface, vec3_t point_m, vec3_t* normal);

/// No less than the skin's height at (x, y), for a fifth of what `surface_at` costs: the highest of
/// the grid values that the spline weighs there. NaN in, or a place off the grid: INFINITY.
double surface_bound_m(const surface_t* surface, double x_m, double y_m);

/// Sets `highest_m` from the whole grid: called by whoever has changed the heights.
void surface_note_highest(surface_t* surface);

/// Highest skin over the rectangle between two places, in m over the table: a bound that the skin
/// never passes in any grid cell the rectangle touches, and that lies above it only by the cell's
/// curvature.
double surface_highest_m(const surface_t* surface, double x_min_m, double x_max_m, double y_min_m,
                         double y_max_m);

#endif
