/// Parameters of any technique drawn at random inside what its YAML fields allow, for property
/// tests.
#ifndef KNEAD_TESTS_SUPPORT_DRAWN_STROKE_H
#define KNEAD_TESTS_SUPPORT_DRAWN_STROKE_H

#include <math.h>
#include <stdint.h>

#include "routines/technique.h"

/// xorshift64*, so that a seed means the same everywhere.
static inline double drawn(uint64_t* random, double low, double high)
{
    *random ^= *random >> 12;
    *random ^= *random << 25;
    *random ^= *random >> 27;
    const uint64_t bits = (*random * 2685821657736338717u) >> 11;
    return low + (high - low) * (double)bits * 0x1p-53;
}

/// What effleurage, kneading and compression take; the techniques below change what is theirs.
static inline technique_parameters_t drawn_basics(uint64_t* random)
{
    technique_parameters_t p = {0};
    p.force_N = drawn(random, 4.0, 60.0);
    p.speed_mps = drawn(random, 0.01, 0.15);
    p.rate_Hz = drawn(random, 0.2, 1.2);
    p.radius_m = drawn(random, 0.005, 0.06);
    p.duration_s = drawn(random, 5.0, 90.0);
    p.press_s = drawn(random, 0.8, 6.0);
    p.hold_s = drawn(random, 0.0, 10.0);
    p.release_s = drawn(random, 0.8, 6.0);
    p.passes = (int)drawn(random, 1.0, 9.0);
    return p;
}

static inline void draw_friction(technique_parameters_t* p, uint64_t* random)
{
    p->force_N = drawn(random, 2.0, 40.0);
    p->rate_Hz = drawn(random, 0.1, 3.0);
    p->radius_m = drawn(random, 0.002, 0.02);
    p->length_m = drawn(random, 0.004, 0.04);
    p->point.along = drawn(random, 0.0, 1.0);
    p->point.across = drawn(random, -1.0, 1.0);
}

static inline void draw_taps(technique_parameters_t* p, uint64_t* random)
{
    p->force_N = drawn(random, 2.0, 25.0);
    p->rate_Hz = drawn(random, 1.0, 8.0);
    p->height_m = drawn(random, 0.005, 0.015);
    p->advance_m = drawn(random, 0.002, 0.03);
    p->bout_s = drawn(random, 3.0, 30.0);
    p->pause_s = drawn(random, 1.0, 10.0);
    p->bouts = (int)drawn(random, 1.0, 5.0);
}

static inline void draw_vibration(technique_parameters_t* p, uint64_t* random)
{
    p->force_N = drawn(random, 4.0, 25.0);
    p->swing_N = drawn(random, 0.5, 0.6 * p->force_N);
    p->rate_Hz = drawn(random, 0.5, 12.0);
    p->speed_mps = fmax(0.0, drawn(random, -0.01, 0.05));
    p->duration_s = drawn(random, 3.0, 30.0);
}

static inline void draw_steps(technique_parameters_t* p, uint64_t* random)
{
    p->step_count = 1 + (int)drawn(random, 0.0, PRESSURE_STEP_CAPACITY);
    p->force_N = drawn(random, 4.0, 15.0);
    for (int step = 0; step < p->step_count; step++) {
        p->force_N += step > 0 ? drawn(random, 0.1, 15.0) : 0.0;
        p->step_N[step] = p->force_N;
    }
    p->hold_s = drawn(random, 1.0, 40.0);
    p->point.along = drawn(random, 0.0, 1.0);
    p->point.across = drawn(random, -1.0, 1.0);
}

static inline void draw_lymph(technique_parameters_t* p, uint64_t* random)
{
    p->force_N = drawn(random, 1.0, 8.0);
    p->rate_Hz = drawn(random, 0.3, 1.5);
    p->radius_m = drawn(random, 0.002, 0.02);
    p->cycles = (int)drawn(random, 3.0, 9.0);
    p->places = (int)drawn(random, 1.0, 6.0);
    p->toward = (toward_t)drawn(random, 0.0, 4.0);
}

static inline technique_parameters_t drawn_parameters(technique_id_t technique, uint64_t* random)
{
    technique_parameters_t p = drawn_basics(random);
    switch (technique) {
    case TECHNIQUE_EFFLEURAGE:
    case TECHNIQUE_KNEADING:
    case TECHNIQUE_COMPRESSION:
        break;
    case TECHNIQUE_FRICTION_CIRCULAR:
    case TECHNIQUE_FRICTION_CROSS:
        draw_friction(&p, random);
        break;
    case TECHNIQUE_TAPPING:
    case TECHNIQUE_HACKING:
    case TECHNIQUE_CUPPING:
        draw_taps(&p, random);
        break;
    case TECHNIQUE_VIBRATION:
        draw_vibration(&p, random);
        break;
    case TECHNIQUE_DEEP_STROKE:
        p.speed_mps = drawn(random, 0.005, 0.05);
        break;
    case TECHNIQUE_TRIGGER_POINT:
        draw_steps(&p, random);
        break;
    case TECHNIQUE_MYOFASCIAL_RELEASE:
        p.force_N = drawn(random, 2.0, 25.0);
        p.shear_N = drawn(random, 1.0, 15.0);
        p.speed_mps = drawn(random, 0.001, 0.01);
        p.passes = (int)drawn(random, 1.0, 4.0);
        break;
    case TECHNIQUE_LYMPH_DRAINAGE:
        draw_lymph(&p, random);
        break;
    }
    return p;
}

#endif
