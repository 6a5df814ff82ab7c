#include "controller/tuning/sweep_tally.h"

#include <math.h>
#include <string.h>

static void add(sweep_point_t* point, const sweep_row_t* row)
{
    ++point->trials;
    ++point->counts[row->result];
    point->force_peak_N = fmax(point->force_peak_N, row->force_peak_N);
    if (row->result != SWEEP_PLAYED) {
        if (point->note[0] == '\0') {
            memcpy(point->note, row->note, sizeof point->note);
        }
        return;
    }
    const double before = (double)(point->counts[SWEEP_PLAYED] - 1);
    const double sum_N = before > 0.0 ? before * point->force_rms_mean_N : 0.0;
    point->force_rms_mean_N = (sum_N + row->force_rms_N) / (before + 1.0);
    point->force_rms_worst_N = fmax(point->force_rms_worst_N, row->force_rms_N);
    point->path_rms_worst_m = fmax(point->path_rms_worst_m, row->path_rms_m);
    point->overshoot_worst_N = fmax(point->overshoot_worst_N, row->overshoot_N);
    point->swing_worst_N = fmax(point->swing_worst_N, row->swing_N);
    point->over_cap_worst_N = fmax(point->over_cap_worst_N, row->over_cap_N);
}

sweep_point_t sweep_tally(const sweep_t* sweep, int64_t point)
{
    const double unknown = (double)NAN;
    sweep_point_t tally = {.force_rms_mean_N = unknown,
                           .force_rms_worst_N = unknown,
                           .path_rms_worst_m = unknown,
                           .overshoot_worst_N = unknown,
                           .swing_worst_N = unknown,
                           .over_cap_worst_N = unknown,
                           .force_peak_N = unknown};
    const int64_t trials = sweep_trials_a_point(&sweep->header);
    sweep_axes_values(&sweep->header.axes, point, tally.values);
    for (int64_t i = 0; i < trials; ++i) {
        const sweep_row_t* row = &sweep->rows[point * trials + i];
        if (row->number >= 0) {
            add(&tally, row);
        }
    }
    return tally;
}
