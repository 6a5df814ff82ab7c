/// The gains that a machine is controlled with: those of its file, and where it has none those that
/// fit any machine. The control cycle and the static check take them from here alike.
#ifndef KNEAD_ROUTINES_GAINS_H
#define KNEAD_ROUTINES_GAINS_H

#include "config/settings.h"

/// One gain, for those who list or change them.
typedef struct {
    const char* key; // below `gains:` in a machine's file
    double lowest, highest;
    double otherwise; // where the file has none
    const char* unit; // SI; "" for a plain number
    const char* meaning;
} gain_info_t;

/// `index` from 0 to GAIN_COUNT - 1, in the order of GAIN_LIST.
const gain_info_t* gain_info(int index);

/// The index of a key, or -1.
int gain_named(const char* key);

double gains_get(const gains_t* gains, int index);
void gains_set(gains_t* gains, int index, double gain);

/// Those of a machine. Every one is above 0.
gains_t gains_of_machine(const machine_settings_t* machine);

/// Puts gains into a machine as if they stood in its file; grade, source and reviewer stay.
void gains_give_machine(const gains_t* gains, machine_settings_t* machine);

#endif
