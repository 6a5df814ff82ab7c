// Friction at one point, in circles or across the fibres. The skin goes with the pad: the way is
// short, and the force is reached before the way is full. Rates: 60 to 70 a minute (textbooks as
// quoted by Science of Massage, 2009); across the full width of the structure, no sliding
// (Ombregt).

#include <math.h>

#include "routines/techniques/motion.h"
#include "routines/techniques/technique_kind.h"

#define FRICTION_RAMP_S 1.5 // shortest opening and closing of the way (judgement)

/// To and fro about a centre in two directions at right angles, a quarter of a turn apart: a
/// circle, or where one reach is 0 a line.
typedef struct {
    ground_t ground;
    double up_m, out_m; // the centre
    double cosine_up_m, cosine_out_m;
    double sine_up_m, sine_out_m;
    double turn_radps;
    double light_N;
    double ramp_s;
    double duration_s;
} friction_t;

static friction_t friction_plan(const body_t* body, const stroke_t* stroke)
{
    const technique_parameters_t* p = &stroke->parameters;
    friction_t plan = {.ground = ground_of(body, stroke->region)};
    plan.turn_radps = 2.0 * PI * p->rate_Hz;
    plan.light_N = technique_light_force_N(stroke);
    plan.ramp_s = fmax(fmax(FRICTION_RAMP_S, 0.5 / p->rate_Hz),
                       force_ramp_s(p->force_N - plan.light_N, STROKE_FORCE_RATE_MAX_N_PER_S));
    plan.duration_s = fmax(p->duration_s, 2.0 * plan.ramp_s);
    return plan;
}

static friction_t circular_plan(const body_t* body, const stroke_t* stroke)
{
    const technique_parameters_t* p = &stroke->parameters;
    friction_t plan = friction_plan(body, stroke);
    plan.cosine_up_m = fmin(p->radius_m, ground_half_m(&plan.ground));
    plan.sine_out_m = fmin(p->radius_m, plan.ground.out_max_m);
    ground_point(&plan.ground, p->point, plan.cosine_up_m, plan.sine_out_m, &plan.up_m,
                 &plan.out_m);
    return plan;
}

static friction_t cross_plan(const body_t* body, const stroke_t* stroke)
{
    const technique_parameters_t* p = &stroke->parameters;
    friction_t plan = friction_plan(body, stroke);
    const double fibre_rad = body->settings->regions[stroke->region].fibre_angle_rad;
    const double across_up = -sin(fibre_rad);
    const double across_out = cos(fibre_rad);
    const double half_m =
        fmin(0.5 * p->length_m, fmin(ground_half_m(&plan.ground) / fmax(fabs(across_up), 1e-9),
                                     plan.ground.out_max_m / fmax(fabs(across_out), 1e-9)));
    plan.sine_up_m = half_m * across_up;
    plan.sine_out_m = half_m * across_out;
    ground_point(&plan.ground, p->point, fabs(plan.sine_up_m), fabs(plan.sine_out_m), &plan.up_m,
                 &plan.out_m);
    return plan;
}

static stroke_target_t friction_target(const body_t* body, const stroke_t* stroke,
                                       const friction_t* plan, double time_s)
{
    const motion_t open = arch_at(plan->ramp_s, plan->duration_s, time_s);
    const double turn = plan->turn_radps * time_s;
    const motion_t cosine = {open.value * cos(turn),
                             open.rate * cos(turn) - open.value * plan->turn_radps * sin(turn)};
    const motion_t sine = {open.value * sin(turn),
                           open.rate * sin(turn) + open.value * plan->turn_radps * cos(turn)};
    const motion_t up = {plan->up_m + plan->cosine_up_m * cosine.value +
                             plan->sine_up_m * sine.value,
                         plan->cosine_up_m * cosine.rate + plan->sine_up_m * sine.rate};
    const motion_t out = {plan->out_m + plan->cosine_out_m * cosine.value +
                              plan->sine_out_m * sine.value,
                          plan->cosine_out_m * cosine.rate + plan->sine_out_m * sine.rate};
    const double force_N = stroke->parameters.force_N;
    return ground_target(body, stroke, &plan->ground, up, out,
                         motion_between(plan->light_N, force_N, open), force_N);
}

/// As in kneading, an opening way is never faster than an open one: the ramp lasts at least half a
/// turn.
static stroke_peaks_t friction_peaks(const stroke_t* stroke, const friction_t* plan)
{
    const double cosine_m = hypot(plan->cosine_up_m, plan->cosine_out_m);
    const double sine_m = hypot(plan->sine_up_m, plan->sine_out_m);
    const double force_N = stroke->parameters.force_N;
    return (stroke_peaks_t){
        .speed_mps = fmax(cosine_m, sine_m) * plan->turn_radps,
        .force_N = force_N,
        .force_rate_N_per_s = RAMP_PEAK * (force_N - plan->light_N) / plan->ramp_s,
    };
}

static double friction_duration_s(const body_t* body, const stroke_t* stroke)
{
    return friction_plan(body, stroke).duration_s;
}

static stroke_target_t circular_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const friction_t plan = circular_plan(body, stroke);
    return friction_target(body, stroke, &plan, time_s);
}

static stroke_peaks_t circular_peaks(const body_t* body, const stroke_t* stroke)
{
    const friction_t plan = circular_plan(body, stroke);
    return friction_peaks(stroke, &plan);
}

static double circular_radius_m(const stroke_t* stroke)
{
    return stroke->parameters.radius_m;
}

static double circular_radius_across_m(const body_t* body, const stroke_t* stroke)
{
    return circular_plan(body, stroke).sine_out_m;
}

static stroke_target_t cross_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const friction_t plan = cross_plan(body, stroke);
    return friction_target(body, stroke, &plan, time_s);
}

static stroke_peaks_t cross_peaks(const body_t* body, const stroke_t* stroke)
{
    const friction_t plan = cross_plan(body, stroke);
    return friction_peaks(stroke, &plan);
}

static double cross_radius_m(const stroke_t* stroke)
{
    return 0.5 * stroke->parameters.length_m;
}

static double cross_radius_across_m(const body_t* body, const stroke_t* stroke)
{
    const friction_t plan = cross_plan(body, stroke);
    return hypot(plan.sine_up_m, plan.sine_out_m);
}

#define FRICTION_FORCE                                                                             \
    PARAMETER_QUANTITY("force", force_N, DIMENSION_FORCE, 2.0, 110.0,                              \
                       "How hard to press along the skin's normal.")
#define FRICTION_DURATION                                                                          \
    PARAMETER_QUANTITY("duration", duration_s, DIMENSION_TIME, 5.0, 600.0, "In contact.")

static const field_t circular_fields[] = {
    FRICTION_FORCE,
    PARAMETER_QUANTITY("rate", rate_Hz, DIMENSION_FREQUENCY, 0.1, 3.0, "Circles in a time."),
    PARAMETER_QUANTITY("radius", radius_m, DIMENSION_LENGTH, 0.002, 0.02, "Of the circles."),
    FRICTION_DURATION,
    PARAMETER_POINT,
    PARAMETERS_END,
};

static const field_t cross_fields[] = {
    FRICTION_FORCE,
    PARAMETER_QUANTITY("rate", rate_Hz, DIMENSION_FREQUENCY, 0.1, 3.0, "To and fro in a time."),
    PARAMETER_QUANTITY("length", length_m, DIMENSION_LENGTH, 0.004, 0.04,
                       "Of the line across the fibres."),
    FRICTION_DURATION,
    PARAMETER_POINT,
    PARAMETERS_END,
};

const technique_kind_t kind_of_TECHNIQUE_FRICTION_CIRCULAR = {
    .fields = circular_fields,
    .contact = CONTACT_KEPT,
    .duration_s = friction_duration_s,
    .target = circular_target,
    .peaks = circular_peaks,
    .radius_m = circular_radius_m,
    .radius_across_m = circular_radius_across_m,
};

const technique_kind_t kind_of_TECHNIQUE_FRICTION_CROSS = {
    .fields = cross_fields,
    .contact = CONTACT_KEPT,
    .duration_s = friction_duration_s,
    .target = cross_target,
    .peaks = cross_peaks,
    .radius_m = cross_radius_m,
    .radius_across_m = cross_radius_across_m,
};
