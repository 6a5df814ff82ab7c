/// Strokes on the sample body of an average man, for the tests of single techniques.
#ifndef KNEAD_TESTS_SUPPORT_SAMPLE_STROKE_H
#define KNEAD_TESTS_SUPPORT_SAMPLE_STROKE_H

#include "routines/technique.h"
#include "tests/support/sample_body.h"

typedef struct {
    body_settings_t settings;
    body_t body;
} stroke_sample_t;

/// Regions of the sample body with fibres that run in different directions, the same on both sides.
/// False if the body could not be built.
static inline bool sample_stroke_body(stroke_sample_t* sample)
{
    static const double fibre_rad[] = {0.0, 1.92, 2.18, 0.3};
    const client_settings_t client = sample_average_man();
    sample_body_settings(&sample->settings);
    for (int i = 0; i < sample->settings.region_count; i++) {
        sample->settings.regions[i].fibre_angle_rad = fibre_rad[i % 4];
    }
    return body_build(&sample->settings, &client, SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M,
                      &sample->body) == BODY_OK;
}

static inline stroke_t sample_make_stroke(const stroke_sample_t* sample, technique_id_t technique,
                                          const char* region, technique_parameters_t parameters)
{
    stroke_t stroke = {.technique = technique,
                       .region = body_region_named(&sample->settings, region),
                       .parameters = parameters};
    stroke.duration_s = technique_duration_s(&sample->body, &stroke);
    return stroke;
}

/// Length of the way over the table between two targets, m.
static inline double sample_way_m(const stroke_target_t* from, const stroke_target_t* to)
{
    return hypot(to->place.along_m - from->place.along_m,
                 to->place.across_m - from->place.across_m);
}

#endif
