/// Every fault in every phase, in three magnitudes, on every drive, device and axis: trials with a
/// number each. Faults that need TCP are left out for devices on serial lines. The number of a
/// trial depends on the table of events and on the machine alone.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_MATRIX_H
#define KNEAD_CONTROLLER_CAMPAIGN_MATRIX_H

#include "controller/campaign/trial.h"

#define MATRIX_MAGNITUDE_COUNT 3
#define MATRIX_PHASE_COUNT 8

/// The phases in which faults begin, in the order of the columns.
supervisor_mode_t matrix_phase(int column);

/// The small, the middle and the large magnitude (0, 1, 2) of a kind; 0 for a kind without.
double matrix_magnitude(world_event_kind_t kind, int size);

/// How many trials there are for a machine.
int64_t matrix_count(const machine_settings_t* machine);

/// Trial `number`, 0 to below the count; false beyond. It is played on the first routine for the
/// first client of the stages.
bool matrix_trial(const machine_settings_t* machine, int64_t number, trial_t* trial);

#endif
