// Vibration: a force that trembles about its mean, held at the region's middle or on a slow line to
// and fro. By hand 5 to 12 Hz (Wong 2003, J. Appl. Physiol.: 10.5 +- 2.3 Hz); 5 to 30 s at a time.

#include <math.h>

#include "routines/techniques/motion.h"
#include "routines/techniques/technique_kind.h"

#define VIBRATION_RAMP_S 1.0      // shortest way from light to full and back (judgement)
#define VIBRATION_SWING_SHARE 0.6 // of the mean, at most: the skin is not left (judgement)

typedef struct {
    ground_t ground;
    double light_N;
    double ramp_s;
    double duration_s;
    int legs;    // of the line, to and fro
    glide_t leg; // length 0 where the place is held
} vibration_t;

static vibration_t vibration_plan(const body_t* body, const stroke_t* stroke)
{
    const technique_parameters_t* p = &stroke->parameters;
    vibration_t plan = {.ground = ground_of(body, stroke->region)};
    plan.light_N = technique_light_force_N(stroke);
    plan.ramp_s = fmax(VIBRATION_RAMP_S, force_ramp_s(p->force_N + p->swing_N - plan.light_N,
                                                      STROKE_FORCE_RATE_MAX_N_PER_S));
    plan.duration_s = fmax(p->duration_s, 2.0 * plan.ramp_s + 1.0 / p->rate_Hz);
    const double length_m = 2.0 * ground_half_m(&plan.ground);
    plan.legs = (int)fmax(1.0, floor(p->speed_mps * plan.duration_s / length_m));
    const double leg_s = plan.duration_s / plan.legs;
    const double leg_m = fmin(length_m, p->speed_mps * (leg_s - fmin(GLIDE_RAMP_S, 0.5 * leg_s)));
    plan.leg = glide_plan(leg_m, fmax(p->speed_mps, 1e-3), leg_s);
    return plan;
}

static motion_t vibration_place(const vibration_t* plan, double speed_mps, double time_s)
{
    if (!(speed_mps > 0.0)) {
        return (motion_t){ground_middle_m(&plan->ground), 0.0};
    }
    const int leg = (int)fmin(plan->legs - 1, floor(time_s / plan->leg.duration_s));
    const motion_t way = glide_at(&plan->leg, time_s - leg * plan->leg.duration_s);
    const double start_m = plan->ground.up_min_m;
    return leg % 2 == 0 ? (motion_t){start_m + way.value, way.rate}
                        : (motion_t){start_m + plan->leg.length_m - way.value, -way.rate};
}

static stroke_target_t vibration_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const vibration_t plan = vibration_plan(body, stroke);
    const technique_parameters_t* p = &stroke->parameters;
    const motion_t open = arch_at(plan.ramp_s, plan.duration_s, time_s);
    const double shake_radps = 2.0 * PI * p->rate_Hz;
    const double shake = shake_radps * time_s;
    const double span_N = p->force_N - plan.light_N + p->swing_N * sin(shake);
    const motion_t force = {plan.light_N + open.value * span_N,
                            open.rate * span_N +
                                open.value * p->swing_N * shake_radps * cos(shake)};
    return ground_target(body, stroke, &plan.ground, vibration_place(&plan, p->speed_mps, time_s),
                         (motion_t){0.0, 0.0}, force, p->force_N);
}

static double vibration_duration_s(const body_t* body, const stroke_t* stroke)
{
    return vibration_plan(body, stroke).duration_s;
}

static stroke_peaks_t vibration_peaks(const body_t* body, const stroke_t* stroke)
{
    const vibration_t plan = vibration_plan(body, stroke);
    const technique_parameters_t* p = &stroke->parameters;
    const double span_N = p->force_N - plan.light_N + p->swing_N;
    return (stroke_peaks_t){
        .speed_mps = p->speed_mps > 0.0 ? plan.leg.speed_mps : 0.0,
        .force_N = p->force_N + p->swing_N,
        .force_rate_N_per_s = RAMP_PEAK * span_N / plan.ramp_s + 2.0 * PI * p->rate_Hz * p->swing_N,
        .bout_s = plan.duration_s,
    };
}

static const char* vibration_refuse(const technique_parameters_t* parameters, const char** key)
{
    *key = "swing";
    return parameters->swing_N <= VIBRATION_SWING_SHARE * parameters->force_N
               ? NULL
               : "is more than 0.6 of the force: the pad would leave the skin";
}

static const field_t vibration_fields[] = {
    PARAMETER_QUANTITY("force", force_N, DIMENSION_FORCE, 2.0, 50.0, "Mean along the normal."),
    PARAMETER_QUANTITY("swing", swing_N, DIMENSION_FORCE, 0.5, 10.0, "Up and down from the mean."),
    PARAMETER_QUANTITY("rate", rate_Hz, DIMENSION_FREQUENCY, 0.5, 15.0, "Swings in a time."),
    PARAMETER_QUANTITY("speed", speed_mps, DIMENSION_SPEED, 0.0, 0.05,
                       "Along the region; 0 mm/s to stay at its middle."),
    PARAMETER_QUANTITY("duration", duration_s, DIMENSION_TIME, 3.0, 120.0, "In contact."),
    PARAMETERS_END,
};

const technique_kind_t kind_of_TECHNIQUE_VIBRATION = {
    .fields = vibration_fields,
    .contact = CONTACT_KEPT,
    .duration_s = vibration_duration_s,
    .target = vibration_target,
    .peaks = vibration_peaks,
    .refuse = vibration_refuse,
};
