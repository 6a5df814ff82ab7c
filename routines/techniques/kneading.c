#include <math.h>

#include "routines/techniques/motion.h"
#include "routines/techniques/technique_kind.h"

#define WANDER_SPEED_MPS 0.010 // of the circle's centre, on average (judgement)
#define SWELL_RATE_SHARE 0.5   // of the allowed rate of force for the swell, the rest for the ramp
#define KNEADING_RAMP_S 1.5    // shortest opening and closing of the circle (judgement)

/// Ellipses whose centre swings to and fro over the region. The ellipse opens and closes with the
/// force, so the stroke begins and ends at rest.
typedef struct {
    ground_t ground;
    double radius_up_m, radius_out_m;
    double swing_up_m, swing_out_m; // amplitudes of the centre
    double swing_up_radps, swing_out_radps;
    double circle_radps;
    double light_N;
    double swell_N; // amplitude of the force around its mean
    double ramp_s;
    double duration_s;
} kneading_t;

static kneading_t kneading_plan(const body_t* body, const stroke_t* stroke)
{
    const technique_parameters_t* p = &stroke->parameters;
    kneading_t plan = {.ground = ground_of(body, stroke->region)};
    const double half_m = ground_half_m(&plan.ground);
    plan.light_N = technique_light_force_N(stroke);
    plan.radius_up_m = fmin(p->radius_m, half_m);
    plan.radius_out_m = fmin(p->radius_m, plan.ground.out_max_m);
    plan.circle_radps = 2.0 * PI * p->rate_Hz;

    const double swell_rate_max = SWELL_RATE_SHARE * STROKE_FORCE_RATE_MAX_N_PER_S;
    plan.swell_N = fmin(KNEADING_SWELL * p->force_N, swell_rate_max / plan.circle_radps);
    const double span_N = fmax(p->force_N + plan.swell_N - plan.light_N, 1.0);
    plan.ramp_s = fmax(fmax(KNEADING_RAMP_S, 0.5 / p->rate_Hz),
                       force_ramp_s(span_N, STROKE_FORCE_RATE_MAX_N_PER_S - swell_rate_max));
    plan.duration_s = fmax(p->duration_s, 2.0 * plan.ramp_s);

    // Whole half-swings, so that the centre rests at both ends; odd against even, so that it does
    // not keep to one diagonal. Where time is too short for a swing it is cut, not hurried.
    const double reach_up_m = half_m - plan.radius_up_m;
    const double reach_out_m = plan.ground.out_max_m - plan.radius_out_m;
    const double way_m = WANDER_SPEED_MPS * plan.duration_s;
    const double swings =
        reach_up_m > 1e-6 ? fmax(1.0, floor(way_m / (2.0 * reach_up_m) + 0.5)) : 1.0;
    plan.swing_up_m = fmin(reach_up_m, 0.5 * way_m / swings);
    plan.swing_up_radps = PI * swings / plan.duration_s;
    plan.swing_out_m = fmin(reach_out_m, 0.5 * way_m / (2.0 * swings + 1.0));
    plan.swing_out_radps = PI * (2.0 * swings + 1.0) / plan.duration_s;
    return plan;
}

static stroke_target_t kneading_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const kneading_t plan = kneading_plan(body, stroke);
    const technique_parameters_t* p = &stroke->parameters;
    const motion_t open = arch_at(plan.ramp_s, plan.duration_s, time_s);
    const double middle_m = ground_middle_m(&plan.ground);
    const double turn = plan.circle_radps * time_s;
    const double swing_up = plan.swing_up_radps * time_s;
    const double swing_out = plan.swing_out_radps * time_s;
    const motion_t up = {
        middle_m - plan.swing_up_m * cos(swing_up) + plan.radius_up_m * open.value * cos(turn),
        plan.swing_up_m * plan.swing_up_radps * sin(swing_up) +
            plan.radius_up_m *
                (open.rate * cos(turn) - open.value * plan.circle_radps * sin(turn))};
    const motion_t out = {
        -plan.swing_out_m * cos(swing_out) + plan.radius_out_m * open.value * sin(turn),
        plan.swing_out_m * plan.swing_out_radps * sin(swing_out) +
            plan.radius_out_m *
                (open.rate * sin(turn) + open.value * plan.circle_radps * cos(turn))};
    // Medial is where `out` is negative: the force swells against the sine.
    const double span_N = p->force_N - plan.light_N - plan.swell_N * sin(turn);
    const motion_t force = {plan.light_N + open.value * span_N,
                            open.rate * span_N -
                                open.value * plan.swell_N * plan.circle_radps * cos(turn)};
    return ground_target(body, stroke, &plan.ground, up, out, force, p->force_N);
}

static double kneading_duration_s(const body_t* body, const stroke_t* stroke)
{
    return kneading_plan(body, stroke).duration_s;
}

static double kneading_radius_m(const stroke_t* stroke)
{
    return stroke->parameters.radius_m;
}

static double kneading_radius_across_m(const body_t* body, const stroke_t* stroke)
{
    return kneading_plan(body, stroke).radius_out_m;
}

/// Centre and circle at their fastest at once. That an opening circle is never faster than an open
/// one holds while circle_radps is at least sqrt(2) PI / (2 ramp_s), which the plan's ramp sees to.
static stroke_peaks_t kneading_peaks(const body_t* body, const stroke_t* stroke)
{
    const kneading_t plan = kneading_plan(body, stroke);
    const double up_mps = plan.swing_up_m * plan.swing_up_radps;
    const double out_mps = plan.swing_out_m * plan.swing_out_radps;
    const double radius_m = fmax(plan.radius_up_m, plan.radius_out_m);
    const double force_N = stroke->parameters.force_N;
    const double span_N = fabs(force_N - plan.light_N) + plan.swell_N;
    return (stroke_peaks_t){
        .speed_mps = sqrt(up_mps * up_mps + out_mps * out_mps) + radius_m * plan.circle_radps,
        .force_N = fmax(force_N + plan.swell_N, plan.light_N),
        .force_rate_N_per_s = RAMP_PEAK * span_N / plan.ramp_s + plan.swell_N * plan.circle_radps,
    };
}

static const field_t kneading_fields[] = {
    PARAMETER_QUANTITY(
        "force", force_N, DIMENSION_FORCE, 4.0, 110.0,
        "How hard to press along the skin's normal, swelling by a quarter about it."),
    PARAMETER_QUANTITY("rate", rate_Hz, DIMENSION_FREQUENCY, 0.1, 3.0, "Circles in a time."),
    PARAMETER_QUANTITY("radius", radius_m, DIMENSION_LENGTH, 0.005, 0.06, "Of the circles."),
    PARAMETER_QUANTITY("duration", duration_s, DIMENSION_TIME, 5.0, 600.0, "In contact."),
    PARAMETERS_END,
};

const technique_kind_t kind_of_TECHNIQUE_KNEADING = {
    .fields = kneading_fields,
    .contact = CONTACT_KEPT,
    .duration_s = kneading_duration_s,
    .target = kneading_target,
    .peaks = kneading_peaks,
    .radius_m = kneading_radius_m,
    .radius_across_m = kneading_radius_across_m,
};
