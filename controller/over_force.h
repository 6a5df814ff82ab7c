/// How far a force can pass what a routine wants before the arm gives way, by arithmetic before
/// anything moves: the speed at which the routine meets the skin, the most that it may meet there,
/// and how long the machine is blind. The formula is the envelope's (`safety/envelope.h`), by which
/// the cycle limits the same speeds while it plays.
///
/// Pure functions of settings. What is not finite or not possible is not within.
#ifndef KNEAD_CONTROLLER_OVER_FORCE_H
#define KNEAD_CONTROLLER_OVER_FORCE_H

#include <stdbool.h>

#include "config/settings.h"
#include "controller/safety/envelope.h"
#include "routines/body.h"
#include "routines/routine.h"

typedef struct {
    int item;                     // of the routine, a stroke
    bool tap;                     // the stroke leaves the skin by itself and meets it at speed
    double speed_mps;             // at which the skin is met
    double stiffness_N_per_m;     // the most that may be met there
    envelope_reaction_t reaction; // how the machine lets go
    double rise_N;                // beyond what is wanted
    double allowed_N;             // contact_force_margin; of a tap what contact_force_max leaves
} over_force_t;

/// Of one stroke. A tool that comes down does so at touch_speed_max, and its force may pass the
/// target by contact_force_margin. A tap comes down as its hop does, at most at tap_speed_max, and
/// its force may end at contact_force_max.
over_force_t over_force_of_stroke(const machine_settings_t* machine,
                                  const safety_settings_t* safety, const body_t* body,
                                  const stroke_t* stroke, double period_s);

/// The stroke of a routine whose rise is the largest part of what is allowed, if the machine's
/// period were `period_s`. False if the routine has no stroke.
bool over_force_worst(const machine_settings_t* machine, const safety_settings_t* safety,
                      const body_t* body, const routine_t* routine, double period_s,
                      over_force_t* worst);

bool over_force_within(const over_force_t* over_force);

#endif
