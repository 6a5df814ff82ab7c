/// What strokes are built from: motions with closed forms, so that the speeds and rates handed on
/// as feed-forward are exact derivatives, and the playground a region leaves them.
///
/// Two motions have ends at rest: a glide (raised-cosine start, steady speed, raised-cosine stop)
/// for places, and a ramp (half a cosine) for forces.
#ifndef KNEAD_ROUTINES_TECHNIQUES_MOTION_H
#define KNEAD_ROUTINES_TECHNIQUES_MOTION_H

#include "routines/technique.h"

#define PI 3.14159265358979323846

#define GLIDE_RAMP_S 0.6 // from rest to the stroke's speed and back (judgement)
// A ramp's peak rate over its mean rate.
#define RAMP_PEAK (0.5 * PI)

/// A scalar and its derivative in time.
typedef struct {
    double value;
    double rate;
} motion_t;

/// From 0 to 1 in `duration_s`, at rest at both ends; peak rate is RAMP_PEAK / duration.
motion_t ramp_at(double duration_s, double time_s);

/// From 0 up to 1 in `ramp_s` and down again in the last `ramp_s` of `duration_s`.
motion_t arch_at(double ramp_s, double duration_s, double time_s);

/// `from` + (`to` - `from`) * part
motion_t motion_between(double from, double to, motion_t part);

/// Shortest ramp over `force_N` that keeps to `rate_max_N_per_s`, at least STROKE_RAMP_MIN_S.
double force_ramp_s(double force_N, double rate_max_N_per_s);

/// A way of `length_m` from rest to rest.
typedef struct {
    double length_m;
    double speed_mps; // in the steady part
    double ramp_s;
    double duration_s;
} glide_t;

/// The glide at `speed_mps`, slower where it would be over before `duration_min_s`.
glide_t glide_plan(double length_m, double speed_mps, double duration_min_s);
motion_t glide_at(const glide_t* glide, double time_s);

/// Where a stroke may go: `up` from the footward end, `out` from the region's middle line, both in
/// metres, the inset already taken off.
typedef struct {
    double length_m, width_m; // of the region
    double up_min_m, up_max_m;
    double out_max_m;
} ground_t;

ground_t ground_of(const body_t* body, int region);

/// Half of what the inset leaves along, and its middle.
double ground_half_m(const ground_t* ground);
double ground_middle_m(const ground_t* ground);

/// A point of the region as up and out, drawn in so far that `reach_up_m` and `reach_out_m` around
/// it lie on the ground.
void ground_point(const ground_t* ground, region_point_t point, double reach_up_m,
                  double reach_out_m, double* up_m, double* out_m);

/// The target at a place on the ground. Load is how far the force lies from light to `full_N`.
stroke_target_t ground_target(const body_t* body, const stroke_t* stroke, const ground_t* ground,
                              motion_t up, motion_t out, motion_t force, double full_N);

#endif
