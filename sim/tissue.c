#include "sim/tissue.h"

#include <math.h>

#define SHEAR_PART (2.0 / 3.0 / 3.0)
#define SHEAR_FORCE_N 10.0

tissue_force_t tissue_force(const tissue_settings_t* tissue, double depth_m, double rate_mps,
                            double slow_N)
{
    if (!(depth_m > 0.0)) {
        return (tissue_force_t){0.0, 0.0, 0.0};
    }
    const double root = sqrt(depth_m);
    double elastic_N = tissue->stiffness_N_per_m1_5 * depth_m * root;
    double slope_N_per_m = 1.5 * tissue->stiffness_N_per_m1_5 * root;
    const double into_bone_m = depth_m - tissue->bone_depth_m;
    if (into_bone_m > 0.0) {
        elastic_N += tissue->bone_stiffness_N_per_m * into_bone_m;
        slope_N_per_m += tissue->bone_stiffness_N_per_m;
    }
    const double damping = 1.0 + tissue->damping_s_per_m * rate_mps;
    const double force_N = elastic_N * damping - slow_N;
    if (!(force_N > 0.0)) {
        return (tissue_force_t){0.0, 0.0, 0.0};
    }
    // A force above 0 needs damping above 0, so both slopes are those of a passive body.
    return (tissue_force_t){force_N, slope_N_per_m * damping, tissue->damping_s_per_m * elastic_N};
}

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

static int clamp_index(int index, int count)
{
    if (index < 0) {
        return 0;
    }
    return index < count ? index : count - 1;
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
    const double reach = fmax(TISSUE_BLEND_M / surface->spacing_m, 1.0); // in cells
    const int row_first = clamp_index((int)ceil(row_at - reach), surface->row_count);
    const int row_last = clamp_index((int)floor(row_at + reach), surface->row_count);
    const int column_first = clamp_index((int)ceil(column_at - reach), surface->column_count);
    const int column_last = clamp_index((int)floor(column_at + reach), surface->column_count);

    // Tents over the cells, collected by kind: mostly there is but one.
    double weights[TISSUE_CAPACITY] = {0.0};
    double total = 0.0;
    const int first_kind = kind_of_cell(map, row_first, column_first);
    bool mixed = false;
    for (int row = row_first; row <= row_last; ++row) {
        const double row_weight = fmax(reach - fabs(row - row_at), 0.0);
        for (int column = column_first; column <= column_last; ++column) {
            const double weight = row_weight * fmax(reach - fabs(column - column_at), 0.0);
            const int kind = kind_of_cell(map, row, column);
            mixed = mixed || kind != first_kind;
            weights[kind] += weight;
            total += weight;
        }
    }
    if (!mixed || !(total > 0.0)) {
        return map->kinds[first_kind];
    }
    tissue_settings_t blend = {0};
    for (int kind = 0; kind < map->kind_count; ++kind) {
        if (weights[kind] > 0.0) {
            add_scaled(&blend, &map->kinds[kind], weights[kind] / total);
        }
    }
    return blend;
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
