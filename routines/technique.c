#include "routines/technique.h"

#include <assert.h>
#include <math.h>

#include "routines/techniques/technique_kind.h"

static const technique_info_t infos[TECHNIQUE_COUNT] = {
#define X(id, text, limits, meaning) [id] = {id, text, meaning, limits},
    TECHNIQUE_LIST(X)
#undef X
};

static const technique_kind_t* const kinds[TECHNIQUE_COUNT] = {
#define X(id, text, limits, meaning) [id] = &kind_of_##id,
    TECHNIQUE_LIST(X)
#undef X
};

const technique_info_t* technique_info(technique_id_t id)
{
    assert((unsigned)id < TECHNIQUE_COUNT);
    return &infos[id];
}

const technique_kind_t* technique_kind(technique_id_t id)
{
    assert((unsigned)id < TECHNIQUE_COUNT);
    return kinds[id];
}

contact_rule_t technique_contact(technique_id_t id)
{
    return technique_kind(id)->contact;
}

static const field_t point_fields[] = {
    {.key = "along",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = offsetof(region_point_t, along),
     .dimension = DIMENSION_NONE,
     .minimum = 0.0,
     .maximum = 1.0,
     .meaning = "0 at the region's footward end, 1 at its headward end."},
    {.key = "across",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = offsetof(region_point_t, across),
     .dimension = DIMENSION_NONE,
     .minimum = -1.0,
     .maximum = 1.0,
     .meaning = "-1 at the region's edge nearer to the spine, 1 at the farther one."},
    {.key = NULL},
};
const record_t region_point_record = {"point", "A point in a region.", point_fields};

double technique_duration_s(const body_t* body, const stroke_t* stroke)
{
    return technique_kind(stroke->technique)->duration_s(body, stroke);
}

stroke_target_t technique_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const technique_kind_t* kind = technique_kind(stroke->technique);
    const double in_stroke_s = fmin(fmax(time_s, 0.0), kind->duration_s(body, stroke));
    stroke_target_t target = kind->target(body, stroke, in_stroke_s);
    target.contact = kind->contact;
    return target;
}

double technique_rejoin_s(const body_t* body, const stroke_t* stroke, double time_s)
{
    const technique_kind_t* kind = technique_kind(stroke->technique);
    return kind->rejoin_s != NULL ? kind->rejoin_s(body, stroke, time_s) : time_s;
}

/// The first thing pressed with: of a trigger point the lowest step, else the working force.
static double gentlest_N(const technique_parameters_t* parameters)
{
    return parameters->step_count > 0 ? parameters->step_N[0] : parameters->force_N;
}

double technique_light_force_N(const stroke_t* stroke)
{
    return fmin(STROKE_LIGHT_FORCE_N, STROKE_LIGHT_SHARE * gentlest_N(&stroke->parameters));
}

double technique_radius_m(const stroke_t* stroke)
{
    const technique_kind_t* kind = technique_kind(stroke->technique);
    return kind->radius_m != NULL ? kind->radius_m(stroke) : 0.0;
}

double technique_radius_across_m(const body_t* body, const stroke_t* stroke)
{
    const technique_kind_t* kind = technique_kind(stroke->technique);
    return kind->radius_across_m != NULL ? kind->radius_across_m(body, stroke) : 0.0;
}

stroke_peaks_t technique_stroke_peaks(const body_t* body, const stroke_t* stroke)
{
    return technique_kind(stroke->technique)->peaks(body, stroke);
}

void technique_peaks(const body_t* body, const stroke_t* stroke, double* speed_mps, double* force_N)
{
    const stroke_peaks_t peaks = technique_stroke_peaks(body, stroke);
    *speed_mps = peaks.speed_mps;
    *force_N = peaks.force_N;
}

double technique_force_rate_peak_N_per_s(const body_t* body, const stroke_t* stroke)
{
    return technique_stroke_peaks(body, stroke).force_rate_N_per_s;
}
