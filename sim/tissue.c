#include "sim/tissue.h"

#include <math.h>

#define SHEAR_PART (2.0 / 3.0 / 3.0)
#define SHEAR_FORCE_N 10.0

double tissue_slow_after(const tissue_settings_t* tissue, double slow_N, double depth_m,
                         double slid_m, double reach_m, double step_s)
{
    const double depth = depth_m > 0.0 ? depth_m : 0.0;
    const double wanted_N =
        tissue->relaxation_fraction * tissue->stiffness_N_per_m1_5 * depth * sqrt(depth);
    // Implicit in both, so that no time constant and no speed can make it overshoot.
    const double part = step_s / tissue->relaxation_time_s;
    const double forgotten = fabs(slid_m) / reach_m;
    return (slow_N + part * wanted_N) / (1.0 + part + forgotten);
}

double tissue_shear_stiffness_N_per_m(const tissue_settings_t* tissue)
{
    // Slope of F = k d^1.5 at F: 1.5 k^(2/3) F^(1/3).
    const double k = tissue->stiffness_N_per_m1_5;
    return SHEAR_PART * 1.5 * cbrt(k * k * SHEAR_FORCE_N);
}

bool tissue_map_build(const surface_t* surface, const uint8_t (*kind_at)[SURFACE_COLUMN_CAPACITY],
                      const tissue_settings_t* kinds, int kind_count, const double* factors,
                      double pad_diameter_m, tissue_map_t* map)
{
    if (kind_count < 1 || kind_count > TISSUE_CAPACITY || !(pad_diameter_m > 0.0)) {
        return false;
    }
    map->surface = surface;
    map->kind_at = kind_at;
    map->kind_count = kind_count;
    const double pad_factor = sqrt(pad_diameter_m / TISSUE_REFERENCE_PAD_M);
    for (int i = 0; i < kind_count; ++i) {
        map->kinds[i] = kinds[i];
        map->kinds[i].stiffness_N_per_m1_5 *= pad_factor * (factors ? factors[i] : 1.0);
    }
    return true;
}

/// Names outside the list count as the first kind, as the empty places do.
static int kind_of_cell(const tissue_map_t* map, int row, int column)
{
    const int kind = map->kind_at[row][column];
    return kind < map->kind_count ? kind : 0;
}

/// Grid coordinate of a place, held on the grid so that any number becomes an index.
static double grid_coordinate(double place_m, double origin_m, double spacing_m, int count)
{
    const double coordinate = (place_m - origin_m) / spacing_m;
    if (!(coordinate > 0.0)) {
        return 0.0;
    }
    return coordinate < count - 1 ? coordinate : count - 1;
}

static void add_scaled(tissue_settings_t* sum, const tissue_settings_t* kind, double weight)
{
    sum->stiffness_N_per_m1_5 += weight * kind->stiffness_N_per_m1_5;
    sum->damping_s_per_m += weight * kind->damping_s_per_m;
    sum->bone_depth_m += weight * kind->bone_depth_m;
    sum->bone_stiffness_N_per_m += weight * kind->bone_stiffness_N_per_m;
    sum->relaxation_fraction += weight * kind->relaxation_fraction;
    sum->relaxation_time_s += weight * kind->relaxation_time_s;
}

/// Grid places within `reach` of a coordinate on the grid, from the first to the last.
typedef struct {
    int first, last;
} span_t;

static span_t span_around(double coordinate, double reach, int count)
{
    // Rounded up and down by hand: neither is ever negative, and a call each would cost more.
    const double low = coordinate > reach ? coordinate - reach : 0.0;
    const int first = (int)low + ((double)(int)low < low ? 1 : 0);
    const int last = (int)(coordinate + reach);
    return (span_t){first < count ? first : count - 1, last < count ? last : count - 1};
}

/// True if there is but one kind in the window: mostly there is.
static bool all_one_kind(const tissue_map_t* map, span_t rows, span_t columns)
{
    const int kind = kind_of_cell(map, rows.first, columns.first);
    for (int row = rows.first; row <= rows.last; ++row) {
        for (int column = columns.first; column <= columns.last; ++column) {
            if (kind_of_cell(map, row, column) != kind) {
                return false;
            }
        }
    }
    return true;
}

static inline double tent(double off, double reach)
{
    const double left = reach - fabs(off);
    return left > 0.0 ? left : 0.0;
}

tissue_settings_t tissue_map_at(const tissue_map_t* map, double x_m, double y_m)
{
    if (!map->kind_at || map->kind_count == 1) {
        return map->kinds[0];
    }
    const surface_t* surface = map->surface;
    const double row_at =
        grid_coordinate(x_m, surface->origin_x_m, surface->spacing_m, surface->row_count);
    const double column_at =
        grid_coordinate(y_m, surface->origin_y_m, surface->spacing_m, surface->column_count);
    const double width = TISSUE_BLEND_M / surface->spacing_m;
    const double reach = width > 1.0 ? width : 1.0; // in cells
    const span_t rows = span_around(row_at, reach, surface->row_count);
    const span_t columns = span_around(column_at, reach, surface->column_count);
    if (all_one_kind(map, rows, columns)) {
        return map->kinds[kind_of_cell(map, rows.first, columns.first)];
    }
    // Tents over the cells.
    tissue_settings_t blend = {0};
    double total = 0.0;
    for (int row = rows.first; row <= rows.last; ++row) {
        const double row_weight = tent(row - row_at, reach);
        for (int column = columns.first; column <= columns.last; ++column) {
            const double weight = row_weight * tent(column - column_at, reach);
            add_scaled(&blend, &map->kinds[kind_of_cell(map, row, column)], weight);
            total += weight;
        }
    }
    if (!(total > 0.0)) {
        return map->kinds[kind_of_cell(map, rows.first, columns.first)];
    }
    tissue_settings_t mean = {0};
    add_scaled(&mean, &blend, 1.0 / total);
    return mean;
}

int tissue_map_kind_at(const tissue_map_t* map, double x_m, double y_m)
{
    if (!map->kind_at) {
        return 0;
    }
    const surface_t* surface = map->surface;
    const int row =
        (int)(grid_coordinate(x_m, surface->origin_x_m, surface->spacing_m, surface->row_count) +
              0.5);
    const int column =
        (int)(grid_coordinate(y_m, surface->origin_y_m, surface->spacing_m, surface->column_count) +
              0.5);
    return map->kind_at[row][column];
}
