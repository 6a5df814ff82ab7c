/// The figures of one point of a sweep, over its routines, clients and seeds.
#ifndef KNEAD_CONTROLLER_TUNING_SWEEP_TALLY_H
#define KNEAD_CONTROLLER_TUNING_SWEEP_TALLY_H

#include "controller/tuning/sweep_file.h"

typedef struct {
    double values[SWEEP_AXIS_CAPACITY];
    int64_t trials; // known
    int64_t counts[SWEEP_RESULT_COUNT];
    // Over the trials that were played to their end; NaN where none was.
    double force_rms_mean_N, force_rms_worst_N;
    double path_rms_worst_m;
    double overshoot_worst_N;
    double swing_worst_N;
    double over_cap_worst_N;
    double force_peak_N;      // over all that were played at all
    char note[TEXT_CAPACITY]; // of the first trial that was refused or stopped
} sweep_point_t;

sweep_point_t sweep_tally(const sweep_t* sweep, int64_t point);

#endif
