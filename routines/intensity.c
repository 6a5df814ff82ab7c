#include "routines/intensity.h"

#include <math.h>

#include "routines/technique.h"

#define FACTOR_LOWEST 0.5
#define FACTOR_PER_LEVEL 0.1

bool intensity_level_known(int level)
{
    return level >= INTENSITY_LEVEL_MIN && level <= INTENSITY_LEVEL_MAX;
}

double intensity_factor(int level)
{
    const int nearest = level < INTENSITY_LEVEL_MIN   ? INTENSITY_LEVEL_MIN
                        : level > INTENSITY_LEVEL_MAX ? INTENSITY_LEVEL_MAX
                                                      : level;
    // As written has to be exactly that: 0.5 + 5 x 0.1 is, in doubles.
    return FACTOR_LOWEST + FACTOR_PER_LEVEL * nearest;
}

double intensity_scale(double factor, double peak_N, double ceiling_N)
{
    const double span_N = peak_N - STROKE_LIGHT_FORCE_N;
    if (!(isfinite(factor) && isfinite(peak_N) && isfinite(ceiling_N) && span_N > 0.0)) {
        return 1.0;
    }
    const double highest_N = fmax(peak_N, ceiling_N);
    const double wanted_N = fmin(fmax(factor * peak_N, STROKE_LIGHT_FORCE_N), highest_N);
    return (wanted_N - STROKE_LIGHT_FORCE_N) / span_N;
}

double intensity_force_N(double scale, double force_N)
{
    const double loaded_N = force_N - STROKE_LIGHT_FORCE_N;
    return loaded_N > 0.0 && scale != 1.0 ? STROKE_LIGHT_FORCE_N + scale * loaded_N : force_N;
}
