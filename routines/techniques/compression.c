#include <math.h>

#include "routines/techniques/motion.h"
#include "routines/techniques/technique_kind.h"

#define TRAVEL_SPEED_MPS 0.03 // lightly from press to press (judgement)

/// Presses at places spread evenly along the region's middle line, footward first.
typedef struct {
    ground_t ground;
    double press_s, hold_s, release_s;
    double gap_m;
    glide_t travel;
} compression_t;

static compression_t compression_plan(const body_t* body, const stroke_t* stroke)
{
    const technique_parameters_t* p = &stroke->parameters;
    compression_t plan = {.ground = ground_of(body, stroke->region)};
    plan.press_s = fmax(p->press_s, STROKE_RAMP_MIN_S);
    plan.hold_s = p->hold_s;
    plan.release_s = fmax(p->release_s, STROKE_RAMP_MIN_S);
    plan.gap_m = (plan.ground.up_max_m - plan.ground.up_min_m) / p->passes;
    plan.travel = glide_plan(plan.gap_m, TRAVEL_SPEED_MPS, 2.0 * GLIDE_RAMP_S);
    return plan;
}

static double compression_duration_s(const body_t* body, const stroke_t* stroke)
{
    const compression_t plan = compression_plan(body, stroke);
    const int passes = stroke->parameters.passes;
    return passes * (plan.press_s + plan.hold_s + plan.release_s) +
           (passes - 1) * plan.travel.duration_s;
}

static stroke_target_t compression_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const compression_t plan = compression_plan(body, stroke);
    const technique_parameters_t* p = &stroke->parameters;
    const double on_place_s = plan.press_s + plan.hold_s + plan.release_s;
    const double cycle_s = on_place_s + plan.travel.duration_s;
    const int press = (int)fmin(p->passes - 1, floor(time_s / cycle_s));
    const double in_press_s = time_s - press * cycle_s;
    const double place_m = plan.ground.up_min_m + (press + 0.5) * plan.gap_m;
    const double light_N = technique_light_force_N(stroke);

    motion_t up = {place_m, 0.0};
    motion_t force = {light_N, 0.0};
    if (in_press_s < plan.press_s + plan.hold_s) {
        force = motion_between(light_N, p->force_N, ramp_at(plan.press_s, in_press_s));
    } else if (in_press_s < on_place_s) {
        const double released_s = in_press_s - (plan.press_s + plan.hold_s);
        force = motion_between(p->force_N, light_N, ramp_at(plan.release_s, released_s));
    } else if (press < p->passes - 1) {
        const motion_t way = glide_at(&plan.travel, in_press_s - on_place_s);
        up = (motion_t){place_m + way.value, way.rate};
    }
    return ground_target(body, stroke, &plan.ground, up, (motion_t){0.0, 0.0}, force, p->force_N);
}

static stroke_peaks_t compression_peaks(const body_t* body, const stroke_t* stroke)
{
    const compression_t plan = compression_plan(body, stroke);
    const double force_N = stroke->parameters.force_N;
    const double light_N = technique_light_force_N(stroke);
    return (stroke_peaks_t){
        .speed_mps = stroke->parameters.passes > 1 ? plan.travel.speed_mps : 0.0,
        .force_N = fmax(force_N, light_N),
        .force_rate_N_per_s =
            RAMP_PEAK * fabs(force_N - light_N) / fmin(plan.press_s, plan.release_s),
    };
}

static const field_t compression_fields[] = {
    PARAMETER_QUANTITY("force", force_N, DIMENSION_FORCE, 4.0, 110.0,
                       "How hard to press along the skin's normal."),
    PARAMETER_QUANTITY("press", press_s, DIMENSION_TIME, STROKE_RAMP_MIN_S, 10.0,
                       "How long the force rises."),
    PARAMETER_QUANTITY("hold", hold_s, DIMENSION_TIME, 0.0, 90.0, "How long it is held."),
    PARAMETER_QUANTITY("release", release_s, DIMENSION_TIME, STROKE_RAMP_MIN_S, 10.0,
                       "How long it falls."),
    PARAMETER_COUNT("passes", passes, 1, STROKE_PASS_CAPACITY,
                    "How many presses, spread along the region."),
    PARAMETERS_END,
};

const technique_kind_t kind_of_TECHNIQUE_COMPRESSION = {
    .fields = compression_fields,
    .contact = CONTACT_KEPT,
    .duration_s = compression_duration_s,
    .target = compression_target,
    .peaks = compression_peaks,
};
