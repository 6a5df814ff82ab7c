/// Gravity on a level table: standard gravity (CGPM 1901), table frame.
#ifndef KNEAD_SIM_GRAVITY_H
#define KNEAD_SIM_GRAVITY_H

#include "kinematics/pose.h"

#define GRAVITY_MPS2 ((vec3_t){0.0, 0.0, -9.80665})

#endif
