/// Writes an arm that was read from URDF as a machine file of ours.
#ifndef KNEAD_CONFIG_URDF_MACHINE_H
#define KNEAD_CONFIG_URDF_MACHINE_H

#include <stdio.h>

#include "config/urdf.h"

/// A whole machine file (`load_machine`). What URDF does not know stands there as a key without a
/// value, which the loader refuses with its place, so that nothing can be forgotten: world, period,
/// table.*, base.*, devices, of every joint drive, acceleration_max, parked, preferred and
/// rotor_inertia, of the tool mass, centre_of_mass, spring_stiffness, spring_travel and pads. Once
/// they are filled in, the file loads. Numbers keep 15 digits; lengths and angles below 1e-15 are
/// 0. `machine` is the machine's name, `source` what the arm was read from, for a comment.
void urdf_write_machine(const urdf_arm_t* arm, const char* machine, const char* source, FILE* out);

#endif
