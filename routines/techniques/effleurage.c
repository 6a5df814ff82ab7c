#include <math.h>

#include "routines/techniques/motion.h"
#include "routines/techniques/technique_kind.h"

/// Loaded strokes footward to headward on lanes from the medial to the lateral edge, each but the
/// last followed by a light way back to the beginning of the next lane.
typedef struct {
    ground_t ground;
    double light_N;
    glide_t loaded;
    glide_t back;
    double ramp_s;     // of the force, at both ends of a loaded stroke
    double lane_gap_m; // between neighbouring lanes
    double lane_first_m;
} effleurage_t;

static effleurage_t effleurage_plan(const body_t* body, const stroke_t* stroke)
{
    const technique_parameters_t* p = &stroke->parameters;
    effleurage_t plan = {.ground = ground_of(body, stroke->region)};
    const double length_m = plan.ground.up_max_m - plan.ground.up_min_m;
    plan.light_N = technique_light_force_N(stroke);
    plan.ramp_s = force_ramp_s(fmax(p->force_N - plan.light_N, 1.0), STROKE_FORCE_RATE_MAX_N_PER_S);
    plan.lane_gap_m = p->passes > 1 ? 2.0 * plan.ground.out_max_m / (p->passes - 1) : 0.0;
    plan.lane_first_m = p->passes > 1 ? -plan.ground.out_max_m : 0.0;
    plan.loaded = glide_plan(length_m, p->speed_mps, 2.0 * plan.ramp_s);
    plan.back = glide_plan(sqrt(length_m * length_m + plan.lane_gap_m * plan.lane_gap_m),
                           p->speed_mps, 2.0 * STROKE_RAMP_MIN_S);
    return plan;
}

static double effleurage_duration_s(const body_t* body, const stroke_t* stroke)
{
    const effleurage_t plan = effleurage_plan(body, stroke);
    const int passes = stroke->parameters.passes;
    return passes * plan.loaded.duration_s + (passes - 1) * plan.back.duration_s;
}

/// Force between `from_N` and `peak_N` and on to `to_N` with ramps at both ends of `duration_s`.
static motion_t force_arch(double from_N, double peak_N, double to_N, double ramp_s,
                           double duration_s, double time_s)
{
    if (time_s < 0.5 * duration_s) {
        return motion_between(from_N, peak_N, ramp_at(ramp_s, time_s));
    }
    return motion_between(peak_N, to_N, ramp_at(ramp_s, time_s - (duration_s - ramp_s)));
}

static stroke_target_t effleurage_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const effleurage_t plan = effleurage_plan(body, stroke);
    const technique_parameters_t* p = &stroke->parameters;
    const double cycle_s = plan.loaded.duration_s + plan.back.duration_s;
    const int pass = (int)fmin(p->passes - 1, floor(time_s / cycle_s));
    const double in_pass_s = time_s - pass * cycle_s;
    const double lane_m = plan.lane_first_m + pass * plan.lane_gap_m;
    const bool first = pass == 0;
    const bool last = pass == p->passes - 1;

    if (in_pass_s <= plan.loaded.duration_s || last) {
        const motion_t way = glide_at(&plan.loaded, in_pass_s);
        const motion_t force = force_arch(first ? plan.light_N : STROKE_RETURN_FORCE_N, p->force_N,
                                          last ? plan.light_N : STROKE_RETURN_FORCE_N, plan.ramp_s,
                                          plan.loaded.duration_s, in_pass_s);
        return ground_target(body, stroke, &plan.ground,
                             (motion_t){plan.ground.up_min_m + way.value, way.rate},
                             (motion_t){lane_m, 0.0}, force, p->force_N);
    }
    const motion_t way = glide_at(&plan.back, in_pass_s - plan.loaded.duration_s);
    const double up_share = (plan.ground.up_max_m - plan.ground.up_min_m) / plan.back.length_m;
    const double out_share = plan.lane_gap_m / plan.back.length_m;
    return ground_target(
        body, stroke, &plan.ground,
        (motion_t){plan.ground.up_max_m - up_share * way.value, -up_share * way.rate},
        (motion_t){lane_m + out_share * way.value, out_share * way.rate},
        (motion_t){STROKE_RETURN_FORCE_N, 0.0}, p->force_N);
}

/// Of the force, both ends of a ramp as far apart as any.
static stroke_peaks_t effleurage_peaks(const body_t* body, const stroke_t* stroke)
{
    const effleurage_t plan = effleurage_plan(body, stroke);
    const double force_N = stroke->parameters.force_N;
    const double back_mps = stroke->parameters.passes > 1 ? plan.back.speed_mps : 0.0;
    const double span_N = fmax(fabs(force_N - plan.light_N), fabs(force_N - STROKE_RETURN_FORCE_N));
    return (stroke_peaks_t){
        .speed_mps = fmax(plan.loaded.speed_mps, back_mps),
        .force_N = fmax(force_N, STROKE_RETURN_FORCE_N),
        .force_rate_N_per_s = RAMP_PEAK * span_N / plan.ramp_s,
    };
}

// The way back has STROKE_RETURN_FORCE_N: a lighter stroke would be the other way round.
static const field_t effleurage_fields[] = {
    PARAMETER_QUANTITY("force", force_N, DIMENSION_FORCE, STROKE_RETURN_FORCE_N, 110.0,
                       "How hard to press along the skin's normal."),
    PARAMETER_QUANTITY("speed", speed_mps, DIMENSION_SPEED, 0.005, 0.2, "Along the stroke."),
    PARAMETER_COUNT("passes", passes, 1, STROKE_PASS_CAPACITY, "How many loaded strokes."),
    PARAMETERS_END,
};

const technique_kind_t kind_of_TECHNIQUE_EFFLEURAGE = {
    .fields = effleurage_fields,
    .contact = CONTACT_KEPT,
    .duration_s = effleurage_duration_s,
    .target = effleurage_target,
    .peaks = effleurage_peaks,
};
