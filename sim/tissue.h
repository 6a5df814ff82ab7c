/// What a pad feels when it sinks into a body: a stiffening spring that damps (Hunt and Crossley
/// 1975), a slow branch that gives way while a press is held (Zener's standard linear solid), and a
/// stiff floor where the bone begins. Never pulls.
///
///     F = (k d^1.5 + bone(d)) (1 + lambda d') - slow,   slow' = (r k d^1.5 - slow) / tau
///
/// Pure functions of plain values; lengths m, forces N. `depth` is how deep the pad's face lies
/// below the skin at rest, positive inside.
#ifndef KNEAD_SIM_TISSUE_H
#define KNEAD_SIM_TISSUE_H

#include <math.h>

#include "config/settings.h"
#include "kinematics/surface.h"

#define TISSUE_CAPACITY 64           // kinds of tissue of one body
#define TISSUE_BLEND_M 0.010         // neighbours run into each other over about this width
#define TISSUE_REFERENCE_PAD_M 0.040 // the pad under which the settings hold
#define TISSUE_NONE 255

/// A force and how it changes: what an implicit step needs.
typedef struct {
    double force_N;
    double by_depth_N_per_m;
    double by_rate_Ns_per_m;
} tissue_force_t;

/// Force at `depth_m`, sinking at `rate_mps`, with `slow_N` already given way. 0 outside.
static inline tissue_force_t tissue_force(const tissue_settings_t* tissue, double depth_m,
                                          double rate_mps, double slow_N)
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

/// What has given way after `step_s` more. Sliding by `slid_m` onto fresh tissue, for a pad
/// reaching `reach_m` from its middle, forgets what the old place gave.
double tissue_slow_after(const tissue_settings_t* tissue, double slow_N, double depth_m,
                         double slid_m, double reach_m, double step_s);

/// How stiffly the skin holds a pad along the surface, N/m: constant, so that it gives back no more
/// than stretching it took.
///
/// On an incompressible half-space a pad is held along the surface with 2 (1 - nu) / (2 - nu) = 2/3
/// of its stiffness into it (Mindlin 1949, J. Appl. Mech. 16; computed). Skin lies on a loose layer
/// and gives more: a third of that (judgement). Taken where the tissue carries 10 N.
double tissue_shear_stiffness_N_per_m(const tissue_settings_t* tissue);

/// The tissues of one person under one pad.
typedef struct {
    const surface_t* surface;                          // borrowed: the grid of `kind_at`
    const uint8_t (*kind_at)[SURFACE_COLUMN_CAPACITY]; // borrowed; null for kinds[0] everywhere
    int kind_count;
    tissue_settings_t kinds[TISSUE_CAPACITY];
} tissue_map_t;

/// Fills a map. Stiffness grows with the root of the pad's diameter, as for a sphere (Hertz), and
/// is multiplied by `factors[i]` for kind i (null for 1). False if there is no kind, or too many.
bool tissue_map_build(const surface_t* surface, const uint8_t (*kind_at)[SURFACE_COLUMN_CAPACITY],
                      const tissue_settings_t* kinds, int kind_count, const double* factors,
                      double pad_diameter_m, tissue_map_t* map);

/// Tissue under place (x, y) of the surface's own frame, blended from what lies within
/// TISSUE_BLEND_M (within one grid spacing where that is more). A place off the grid reads its
/// nearest edge.
tissue_settings_t tissue_map_at(const tissue_map_t* map, double x_m, double y_m);

/// Kind at the nearest grid place, TISSUE_NONE where the grid names none.
int tissue_map_kind_at(const tissue_map_t* map, double x_m, double y_m);

#endif
