/// How hard a stroke is played against how it was written. Pure figures; whoever plays keeps the
/// caps and the rate of change.
///
/// A level is a whole number from 0 to 10 and stands for a factor on the highest force a stroke
/// asks for: 0.5 + 0.1 x level, so that 0 is half of it, 5 is as written and 10 half as much again.
/// Half and half again are judgement: a stroke stays what it is, and its caps hold at any level.
/// The light touch between loaded parts stays as it is.
#ifndef KNEAD_ROUTINES_INTENSITY_H
#define KNEAD_ROUTINES_INTENSITY_H

#include <stdbool.h>

#define INTENSITY_LEVEL_MIN 0
#define INTENSITY_LEVEL_MAX 10
#define INTENSITY_AS_WRITTEN 5

bool intensity_level_known(int level);

/// The factor of a level, 0.5 to 1.5; a level that is none counts as the nearest.
double intensity_factor(int level);

/// How far a stroke's force is stretched away from the light touch, so that its highest force
/// `peak_N` becomes `factor` times itself, but
///   - never more than `ceiling_N`, unless it is written higher than that: then as written;
///   - never less than the light touch STROKE_LIGHT_FORCE_N.
/// 1 for a stroke that is all light touch, and where an argument is not finite.
double intensity_scale(double factor, double peak_N, double ceiling_N);

/// A force of the stroke under that scale; what is no more than the light touch stays as it is.
/// Continuous and rising with `force_N`.
double intensity_force_N(double scale, double force_N);

#endif
