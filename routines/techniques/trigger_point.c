// One point pressed in steps: press till it is felt, hold till that fades, press on. Two or three
// steps beat one; 30 to 60 s in all (Gemmell 2008, Clin. Chiropr.).

#include <math.h>

#include "routines/techniques/motion.h"
#include "routines/techniques/technique_kind.h"

#define PRESS_IN_RATE_N_PER_S 15.0 // peak; about 5 mm/s into a muscle of 3 N/mm (judgement)

/// Seconds the force takes from one hold to the next.
static double rise_s(double from_N, double to_N)
{
    return force_ramp_s(to_N - from_N, PRESS_IN_RATE_N_PER_S);
}

static double trigger_duration_s(const body_t* body, const stroke_t* stroke)
{
    (void)body;
    const technique_parameters_t* p = &stroke->parameters;
    const double light_N = technique_light_force_N(stroke);
    double held_N = light_N;
    double duration_s = 0.0;
    for (int step = 0; step < p->step_count; step++) {
        duration_s += rise_s(held_N, p->step_N[step]) + p->hold_s;
        held_N = p->step_N[step];
    }
    return duration_s + rise_s(held_N, light_N);
}

static motion_t trigger_force(const stroke_t* stroke, double time_s)
{
    const technique_parameters_t* p = &stroke->parameters;
    const double light_N = technique_light_force_N(stroke);
    double held_N = light_N;
    double begun_s = 0.0;
    for (int step = 0; step < p->step_count; step++) {
        const double ramp_s = rise_s(held_N, p->step_N[step]);
        if (time_s < begun_s + ramp_s + p->hold_s) {
            return motion_between(held_N, p->step_N[step], ramp_at(ramp_s, time_s - begun_s));
        }
        begun_s += ramp_s + p->hold_s;
        held_N = p->step_N[step];
    }
    return motion_between(held_N, light_N, ramp_at(rise_s(held_N, light_N), time_s - begun_s));
}

static stroke_target_t trigger_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const technique_parameters_t* p = &stroke->parameters;
    const ground_t ground = ground_of(body, stroke->region);
    motion_t up = {0.0, 0.0};
    motion_t out = {0.0, 0.0};
    ground_point(&ground, p->point, 0.0, 0.0, &up.value, &out.value);
    return ground_target(body, stroke, &ground, up, out, trigger_force(stroke, time_s),
                         p->step_N[p->step_count - 1]);
}

static stroke_peaks_t trigger_peaks(const body_t* body, const stroke_t* stroke)
{
    (void)body;
    const technique_parameters_t* p = &stroke->parameters;
    const double light_N = technique_light_force_N(stroke);
    stroke_peaks_t peaks = {.force_N = light_N};
    double held_N = light_N;
    for (int step = 0; step < p->step_count; step++) {
        const double next_N = p->step_N[step];
        const double rate = RAMP_PEAK * fabs(next_N - held_N) / rise_s(held_N, next_N);
        peaks.force_rate_N_per_s = fmax(peaks.force_rate_N_per_s, rate);
        peaks.force_N = fmax(peaks.force_N, next_N);
        held_N = next_N;
    }
    const double fall = RAMP_PEAK * fabs(held_N - light_N) / rise_s(held_N, light_N);
    peaks.force_rate_N_per_s = fmax(peaks.force_rate_N_per_s, fall);
    return peaks;
}

static void trigger_complete(technique_parameters_t* parameters)
{
    parameters->force_N = parameters->step_N[parameters->step_count - 1];
}

static const char* trigger_refuse(const technique_parameters_t* parameters, const char** key)
{
    *key = "steps";
    for (int step = 1; step < parameters->step_count; step++) {
        if (!(parameters->step_N[step] > parameters->step_N[step - 1])) {
            return "each step has to press harder than the one before";
        }
    }
    return NULL;
}

static const field_t trigger_fields[] = {
    {.key = "steps",
     .kind = FIELD_SERIES,
     .required = true,
     .offset = offsetof(technique_parameters_t, step_N),
     .dimension = DIMENSION_FORCE,
     .minimum = 4.0,
     .maximum = 110.0,
     .capacity = PRESSURE_STEP_CAPACITY,
     .least = 1,
     .count_offset = offsetof(technique_parameters_t, step_count),
     .meaning = "How hard to press, step by step."},
    PARAMETER_QUANTITY("hold", hold_s, DIMENSION_TIME, 1.0, 90.0, "How long each step is held."),
    PARAMETER_POINT,
    PARAMETERS_END,
};

const technique_kind_t kind_of_TECHNIQUE_TRIGGER_POINT = {
    .fields = trigger_fields,
    .contact = CONTACT_KEPT,
    .duration_s = trigger_duration_s,
    .target = trigger_target,
    .peaks = trigger_peaks,
    .complete = trigger_complete,
    .refuse = trigger_refuse,
};
