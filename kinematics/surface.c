#include "kinematics/surface.h"

#include <stddef.h>

#include "kinematics/wide.h"

#define CELL_ROUNDING_M 1e-9 // a million times what sums of heights of a few metres lose

/// What the four grid values around a place weigh in the spline's value and in its slope there.
typedef struct {
    int start; // first of the four
    double value[4];
    double slope[4]; // per metre
    bool inside;
} spline_axis_t;

/// Past its edges the grid goes on straight: the value there is twice the edge's less the one
/// inside of it. So a plane stays a plane up to the rim, and the skin at the rim is the rim's own
/// height.
static void fold_edge(double* beyond, double* edge, double* within)
{
    *edge += 2.0 * *beyond;
    *within -= *beyond;
    *beyond = 0.0;
}

/// Weights of the window -1 .. 2 around grid cell `cell`, folded at the edges of a grid of `count`
/// values and shifted so that it starts on the grid.
static void fold_window(double weight[4], int cell, int count)
{
    if (cell == 0) {
        fold_edge(&weight[0], &weight[1], &weight[2]);
    }
    if (cell == count - 2) {
        fold_edge(&weight[3], &weight[2], &weight[1]);
    }
    if (cell == 0) {
        for (int k = 0; k < 3; k++) {
            weight[k] = weight[k + 1];
        }
        weight[3] = 0.0;
    }
}

static inline spline_axis_t spline_axis(double place_m, double origin_m, double spacing_m,
                                        int count)
{
    spline_axis_t axis = {0, {1.0, 0.0, 0.0, 0.0}, {0.0, 0.0, 0.0, 0.0}, false};
    const double last = (double)(count - 1);
    double along = (place_m - origin_m) / spacing_m;
    axis.inside = along >= 0.0 && along <= last;
    if (!(along > 0.0)) {
        along = 0.0; // NaN too
    }
    along = along < last ? along : last;
    if (count < 2) {
        return axis;
    }
    int cell = (int)along;
    cell = cell < count - 2 ? cell : count - 2;
    const double t = along - (double)cell;
    const double u = 1.0 - t;
    const double sixth = 1.0 / 6.0;
    axis.value[0] = u * u * u * sixth;
    axis.value[1] = (4.0 + t * t * (3.0 * t - 6.0)) * sixth;
    axis.value[2] = (4.0 + u * u * (3.0 * u - 6.0)) * sixth;
    axis.value[3] = t * t * t * sixth;
    const double per_m = 1.0 / spacing_m;
    axis.slope[0] = -0.5 * u * u * per_m;
    axis.slope[1] = t * (1.5 * t - 2.0) * per_m;
    axis.slope[2] = -u * (1.5 * u - 2.0) * per_m;
    axis.slope[3] = 0.5 * t * t * per_m;
    if (cell == 0 || cell == count - 2) {
        fold_window(axis.value, cell, count);
        fold_window(axis.slope, cell, count);
    }
    axis.start = cell > 0 ? cell - 1 : 0;
    return axis;
}

/// Counts and spacing a grid can have; anything else is read as bare table.
static bool grid_usable(const surface_t* surface)
{
    return surface->row_count >= 1 && surface->row_count <= SURFACE_ROW_CAPACITY &&
           surface->column_count >= 1 && surface->column_count <= SURFACE_COLUMN_CAPACITY &&
           surface->spacing_m > 0.0;
}

/// The place on the grid nearest to `place_m`; NaN gives the first.
static double clamp_to_grid(double place_m, double origin_m, double spacing_m, int count)
{
    const double last_m = origin_m + spacing_m * (double)(count - 1);
    if (!(place_m > origin_m)) {
        return origin_m;
    }
    return place_m < last_m ? place_m : last_m;
}

/// The grid values that the spline weighs. Where a grid is narrower than four, or ends, the window
/// is cut: the weights past its end are zero.
static inline void fill_window(const surface_t* surface, int row, int column, double window_m[4][4])
{
    const bool whole = row + 4 <= surface->row_count && column + 4 <= surface->column_count;
    for (int i = 0; whole && i < 4; i++) {
        const float* heights_m = &surface->height_m[row + i][column];
        for (int j = 0; j < 4; j++) {
            window_m[i][j] = (double)heights_m[j];
        }
    }
    for (int i = 0; !whole && i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            const bool there = row + i < surface->row_count && column + j < surface->column_count;
            window_m[i][j] = there ? (double)surface->height_m[row + i][column + j] : 0.0;
        }
    }
}

WIDE surface_sample_t surface_at(const surface_t* surface, double x_m, double y_m)
{
    surface_sample_t sample = {
        {surface->origin_x_m, surface->origin_y_m, 0.0}, {0.0, 0.0, 1.0}, false};
    if (!grid_usable(surface)) {
        return sample;
    }
    if (isnan(x_m) || isnan(y_m)) {
        x_m = surface->origin_x_m;
        y_m = surface->origin_y_m;
    } else {
        sample.inside = true;
    }
    const spline_axis_t row =
        spline_axis(x_m, surface->origin_x_m, surface->spacing_m, surface->row_count);
    const spline_axis_t column =
        spline_axis(y_m, surface->origin_y_m, surface->spacing_m, surface->column_count);
    double window_m[4][4];
    fill_window(surface, row.start, column.start, window_m);
    // Along x first, for all four columns at once.
    double along[4] = {0.0};
    double along_slope[4] = {0.0};
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            along[j] += row.value[i] * window_m[i][j];
            along_slope[j] += row.slope[i] * window_m[i][j];
        }
    }
    double height_m = 0.0;
    double slope_x = 0.0;
    double slope_y = 0.0;
    for (int j = 0; j < 4; j++) {
        height_m += column.value[j] * along[j];
        slope_x += column.value[j] * along_slope[j];
        slope_y += column.slope[j] * along[j];
    }
    sample.inside = sample.inside && row.inside && column.inside;
    sample.point_m =
        vec3(clamp_to_grid(x_m, surface->origin_x_m, surface->spacing_m, surface->row_count),
             clamp_to_grid(y_m, surface->origin_y_m, surface->spacing_m, surface->column_count),
             height_m);
    const double scale = 1.0 / sqrt(1.0 + slope_x * slope_x + slope_y * slope_y);
    sample.normal = vec3(-slope_x * scale, -slope_y * scale, scale);
    return sample;
}

double surface_distance_m(const surface_t* surface, vec3_t point_m, vec3_t* normal)
{
    const surface_sample_t sample = surface_at(surface, point_m.x, point_m.y);
    if (normal) {
        *normal = sample.normal;
    }
    return vec3_dot(vec3_sub(point_m, sample.point_m), sample.normal);
}

/// A grid value, with the grid going on straight past its edges.
static double height_beyond(const surface_t* surface, int row, int column)
{
    const int row_edge = row < 0 ? 0 : (row < surface->row_count ? row : surface->row_count - 1);
    const int column_edge =
        column < 0 ? 0 : (column < surface->column_count ? column : surface->column_count - 1);
    const double edge_m = (double)surface->height_m[row_edge][column_edge];
    if (row != row_edge && surface->row_count > 1) {
        const int within = row < 0 ? 1 : surface->row_count - 2;
        return 2.0 * height_beyond(surface, row_edge, column) -
               height_beyond(surface, within, column);
    }
    if (column != column_edge && surface->column_count > 1) {
        const int within = column < 0 ? 1 : surface->column_count - 2;
        return 2.0 * edge_m - (double)surface->height_m[row_edge][within];
    }
    return edge_m;
}

/// Upper bound of the skin over one cell: its spline written as a Bezier patch lies below the
/// highest of its sixteen control heights (convex hull).
static double cell_bound_m(const surface_t* surface, int row, int column)
{
    static const double to_bezier[4][4] = {{1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0, 0.0},
                                           {0.0, 4.0 / 6.0, 2.0 / 6.0, 0.0},
                                           {0.0, 2.0 / 6.0, 4.0 / 6.0, 0.0},
                                           {0.0, 1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0}};
    double along[4][4] = {{0.0}};
    for (int j = 0; j < 4; j++) {
        for (int i = 0; i < 4; i++) {
            const double h = height_beyond(surface, row + i - 1, column + j - 1);
            for (int k = 0; k < 4; k++) {
                along[k][j] += to_bezier[k][i] * h;
            }
        }
    }
    double bound_m = -HUGE_VAL;
    for (int k = 0; k < 4; k++) {
        for (int n = 0; n < 4; n++) {
            double control_m = 0.0;
            for (int j = 0; j < 4; j++) {
                control_m += to_bezier[n][j] * along[k][j];
            }
            bound_m = fmax(bound_m, control_m);
        }
    }
    return bound_m;
}

/// The highest of the grid values that a cell's spline weighs; infinite at the rim, where it weighs
/// values past the grid.
static double cell_grid_highest_m(const surface_t* surface, int row, int column)
{
    if (row < 1 || row + 2 >= surface->row_count || column < 1 ||
        column + 2 >= surface->column_count) {
        return HUGE_VAL;
    }
    float across_m[4]; // the highest of each column: four at once, and no long chain of choices
    for (int k = 0; k < 4; k++) {
        across_m[k] = surface->height_m[row - 1][column - 1 + k];
    }
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 4; k++) {
            const float height_m = surface->height_m[row + i][column - 1 + k];
            across_m[k] = height_m > across_m[k] ? height_m : across_m[k];
        }
    }
    const float left_m = across_m[0] > across_m[1] ? across_m[0] : across_m[1];
    const float right_m = across_m[2] > across_m[3] ? across_m[2] : across_m[3];
    return (double)(left_m > right_m ? left_m : right_m);
}

/// The cells from `*first` to `*last` that hold what of the stretch lies on or nearest the grid.
static void cells_of(double from_m, double to_m, double origin_m, double spacing_m, int count,
                     int* first, int* last)
{
    const double low_m = clamp_to_grid(fmin(from_m, to_m), origin_m, spacing_m, count);
    const double high_m = clamp_to_grid(fmax(from_m, to_m), origin_m, spacing_m, count);
    const int last_cell = count > 2 ? count - 2 : 0;
    *first = (int)((low_m - origin_m) / spacing_m);
    *last = (int)((high_m - origin_m) / spacing_m);
    *first = *first < last_cell ? *first : last_cell;
    *last = *last < last_cell ? *last : last_cell;
}

double surface_bound_m(const surface_t* surface, double x_m, double y_m)
{
    const double row_at = (x_m - surface->origin_x_m) / surface->spacing_m;
    const double column_at = (y_m - surface->origin_y_m) / surface->spacing_m;
    // Away from the rim, where the spline goes on past the grid.
    if (!(row_at >= 1.0 && row_at < surface->row_count - 2.0 && column_at >= 1.0 &&
          column_at < surface->column_count - 2.0)) {
        return HUGE_VAL;
    }
    return cell_grid_highest_m(surface, (int)row_at, (int)column_at);
}

double surface_highest_m(const surface_t* surface, double x_min_m, double x_max_m, double y_min_m,
                         double y_max_m)
{
    if (!grid_usable(surface)) {
        return 0.0;
    }
    int row_first;
    int row_last;
    int column_first;
    int column_last;
    cells_of(x_min_m, x_max_m, surface->origin_x_m, surface->spacing_m, surface->row_count,
             &row_first, &row_last);
    cells_of(y_min_m, y_max_m, surface->origin_y_m, surface->spacing_m, surface->column_count,
             &column_first, &column_last);
    double highest_m = -HUGE_VAL;
    for (int row = row_first; row <= row_last; row++) {
        for (int column = column_first; column <= column_last; column++) {
            // What weighs values of a cell lies below the highest of them, but for rounding.
            if (!(cell_grid_highest_m(surface, row, column) + CELL_ROUNDING_M <= highest_m)) {
                highest_m = fmax(highest_m, cell_bound_m(surface, row, column));
            }
        }
    }
    return highest_m;
}

void surface_note_highest(surface_t* surface)
{
    const double x_max_m = surface->origin_x_m + (surface->row_count - 1) * surface->spacing_m;
    const double y_max_m = surface->origin_y_m + (surface->column_count - 1) * surface->spacing_m;
    surface->highest_m =
        surface_highest_m(surface, surface->origin_x_m, x_max_m, surface->origin_y_m, y_max_m);
}
