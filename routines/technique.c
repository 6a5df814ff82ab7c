#include "routines/technique.h"

#include <assert.h>
#include <math.h>

// Every stroke is built from two motions whose ends are at rest: a glide (raised-cosine start,
// steady speed, raised-cosine stop) for places, and a ramp (half a cosine) for forces. Both have
// closed forms, so the speeds handed on as feed-forward are exact derivatives.

#define PI 3.14159265358979323846

#define GLIDE_RAMP_S 0.6       // from rest to the stroke's speed and back (judgement)
#define TRAVEL_SPEED_MPS 0.03  // lightly from press to press (judgement)
#define WANDER_SPEED_MPS 0.010 // of the kneading circle's centre, on average (judgement)
#define SWELL_RATE_SHARE 0.5   // of the allowed rate of force for the swell, the rest for the ramp
#define KNEADING_RAMP_S 1.5    // shortest opening and closing of the circle (judgement)

static const technique_info_t infos[TECHNIQUE_COUNT] = {
    [TECHNIQUE_EFFLEURAGE] = {.id = TECHNIQUE_EFFLEURAGE,
                              .name = "effleurage",
                              .force_ceiling_N = 30.0,
                              .speed_ceiling_mps = 0.150,
                              .uses_speed = true,
                              .uses_passes = true,
                              .source = "judgement; 20 N and more beat 10 N and less on the back "
                                        "(Chen 2022, IJERPH 19:13191)"},
    [TECHNIQUE_KNEADING] = {.id = TECHNIQUE_KNEADING,
                            .name = "kneading",
                            .force_ceiling_N = 45.0,
                            .speed_ceiling_mps = 0.120,
                            .rate_min_Hz = 0.2,
                            .rate_max_Hz = 1.2,
                            .uses_rate = true,
                            .uses_radius = true,
                            .source = "judgement; thumbs knead at 1.1 to 2.2 Hz and 6 N "
                                      "(Wu 2023, Technol. Health Care)"},
    [TECHNIQUE_COMPRESSION] = {.id = TECHNIQUE_COMPRESSION,
                               .name = "compression",
                               .force_ceiling_N = 60.0,
                               .speed_ceiling_mps = 0.050,
                               .uses_passes = true,
                               .uses_press = true,
                               .source = "judgement; held pressure works over 30 to 60 s in all "
                                         "(Gemmell 2008, Clin. Chiropr.)"},
};

const technique_info_t* technique_info(technique_id_t id)
{
    assert((unsigned)id < TECHNIQUE_COUNT);
    return &infos[id];
}

// ------------------------------------------------------------------------------------- the motions

/// A scalar and its derivative in time.
typedef struct {
    double value;
    double rate;
} motion_t;

/// From 0 to 1 in `duration_s`, at rest at both ends; peak rate is PI / 2 / duration.
static motion_t ramp_at(double duration_s, double time_s)
{
    if (time_s <= 0.0) {
        return (motion_t){0.0, 0.0};
    }
    if (time_s >= duration_s) {
        return (motion_t){1.0, 0.0};
    }
    const double phase = PI * time_s / duration_s;
    return (motion_t){0.5 * (1.0 - cos(phase)), 0.5 * PI / duration_s * sin(phase)};
}

/// Shortest ramp over `force_N` that keeps to `rate_max_N_per_s`.
static double force_ramp_s(double force_N, double rate_max_N_per_s)
{
    return fmax(STROKE_RAMP_MIN_S, 0.5 * PI * fabs(force_N) / rate_max_N_per_s);
}

/// A way of `length_m` from rest to rest.
typedef struct {
    double length_m;
    double speed_mps; // in the steady part
    double ramp_s;
    double duration_s;
} glide_t;

static glide_t glide_plan(double length_m, double speed_mps, double duration_min_s)
{
    const double ramp_s = fmin(GLIDE_RAMP_S, 0.5 * duration_min_s);
    const double duration_s = fmax(duration_min_s, length_m / speed_mps + ramp_s);
    return (glide_t){length_m, length_m / (duration_s - ramp_s), ramp_s, duration_s};
}

static motion_t glide_at(const glide_t* glide, double time_s)
{
    if (time_s <= 0.0) {
        return (motion_t){0.0, 0.0};
    }
    if (time_s >= glide->duration_s) {
        return (motion_t){glide->length_m, 0.0};
    }
    const double to_end_s = glide->duration_s - time_s;
    const double edge_s = fmin(time_s, to_end_s);
    if (edge_s >= glide->ramp_s) {
        return (motion_t){glide->speed_mps * (time_s - 0.5 * glide->ramp_s), glide->speed_mps};
    }
    const double phase = PI * edge_s / glide->ramp_s;
    const double way_m = 0.5 * glide->speed_mps * (edge_s - glide->ramp_s / PI * sin(phase));
    return (motion_t){edge_s == time_s ? way_m : glide->length_m - way_m,
                      0.5 * glide->speed_mps * (1.0 - cos(phase))};
}

// ---------------------------------------------------------------------------------- the playground

/// Where a stroke may go: `up` from the footward end, `out` from the region's middle line, both in
/// metres, the inset already taken off.
typedef struct {
    double length_m, width_m; // of the region
    double up_min_m, up_max_m;
    double out_max_m;
} ground_t;

static ground_t ground_of(const body_t* body, int region)
{
    const double length_m = body_region_length_m(body, region);
    const double width_m = body_region_width_m(body, region);
    const double inset_up_m = fmin(STROKE_INSET_M, 0.25 * length_m);
    const double inset_out_m = fmin(STROKE_INSET_M, 0.25 * width_m);
    return (ground_t){length_m, width_m, inset_up_m, length_m - inset_up_m,
                      0.5 * width_m - inset_out_m};
}

static stroke_target_t ground_target(const body_t* body, const stroke_t* stroke,
                                     const ground_t* ground, motion_t up, motion_t out,
                                     motion_t force)
{
    const bool mirrored = body->settings->regions[stroke->region].side == SIDE_RIGHT;
    const double span_N = stroke->parameters.force_N - STROKE_LIGHT_FORCE_N;
    const double load = span_N > 0.0 ? (force.value - STROKE_LIGHT_FORCE_N) / span_N : 1.0;
    return (stroke_target_t){
        .place = body_place_in_region(body, stroke->region, up.value / ground->length_m,
                                      2.0 * out.value / ground->width_m),
        .along_speed_mps = -up.rate,
        .across_speed_mps = mirrored ? -out.rate : out.rate,
        .force_N = force.value,
        .force_rate_N_per_s = force.rate,
        .load = fmin(1.0, fmax(0.0, load)),
    };
}

// ------------------------------------------------------------------------------------- effleurage

/// Loaded strokes footward to headward on lanes from the medial to the lateral edge, each but the
/// last followed by a light way back to the beginning of the next lane.
typedef struct {
    ground_t ground;
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
    plan.ramp_s =
        force_ramp_s(fmax(p->force_N - STROKE_LIGHT_FORCE_N, 1.0), STROKE_FORCE_RATE_MAX_N_PER_S);
    plan.lane_gap_m = p->passes > 1 ? 2.0 * plan.ground.out_max_m / (p->passes - 1) : 0.0;
    plan.lane_first_m = p->passes > 1 ? -plan.ground.out_max_m : 0.0;
    plan.loaded = glide_plan(length_m, p->speed_mps, 2.0 * plan.ramp_s);
    plan.back = glide_plan(sqrt(length_m * length_m + plan.lane_gap_m * plan.lane_gap_m),
                           p->speed_mps, 2.0 * STROKE_RAMP_MIN_S);
    return plan;
}

static double effleurage_duration_s(const effleurage_t* plan, int passes)
{
    return passes * plan->loaded.duration_s + (passes - 1) * plan->back.duration_s;
}

/// Force between `from_N` and `peak_N` and on to `to_N` with ramps at both ends of `duration_s`.
static motion_t force_arch(double from_N, double peak_N, double to_N, double ramp_s,
                           double duration_s, double time_s)
{
    if (time_s < 0.5 * duration_s) {
        const motion_t rise = ramp_at(ramp_s, time_s);
        return (motion_t){from_N + (peak_N - from_N) * rise.value, (peak_N - from_N) * rise.rate};
    }
    const motion_t fall = ramp_at(ramp_s, time_s - (duration_s - ramp_s));
    return (motion_t){peak_N + (to_N - peak_N) * fall.value, (to_N - peak_N) * fall.rate};
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
        const motion_t force =
            force_arch(first ? STROKE_LIGHT_FORCE_N : STROKE_RETURN_FORCE_N, p->force_N,
                       last ? STROKE_LIGHT_FORCE_N : STROKE_RETURN_FORCE_N, plan.ramp_s,
                       plan.loaded.duration_s, in_pass_s);
        return ground_target(body, stroke, &plan.ground,
                             (motion_t){plan.ground.up_min_m + way.value, way.rate},
                             (motion_t){lane_m, 0.0}, force);
    }
    const motion_t way = glide_at(&plan.back, in_pass_s - plan.loaded.duration_s);
    const double up_share = (plan.ground.up_max_m - plan.ground.up_min_m) / plan.back.length_m;
    const double out_share = plan.lane_gap_m / plan.back.length_m;
    return ground_target(
        body, stroke, &plan.ground,
        (motion_t){plan.ground.up_max_m - up_share * way.value, -up_share * way.rate},
        (motion_t){lane_m + out_share * way.value, out_share * way.rate},
        (motion_t){STROKE_RETURN_FORCE_N, 0.0});
}

// --------------------------------------------------------------------------------------- kneading

/// Ellipses whose centre swings to and fro over the region. The ellipse opens and closes with the
/// force, so the stroke begins and ends at rest.
typedef struct {
    ground_t ground;
    double radius_up_m, radius_out_m;
    double swing_up_m, swing_out_m; // amplitudes of the centre
    double swing_up_radps, swing_out_radps;
    double circle_radps;
    double swell_N; // amplitude of the force around its mean
    double ramp_s;
    double duration_s;
} kneading_t;

static kneading_t kneading_plan(const body_t* body, const stroke_t* stroke)
{
    const technique_parameters_t* p = &stroke->parameters;
    kneading_t plan = {.ground = ground_of(body, stroke->region)};
    const double half_m = 0.5 * (plan.ground.up_max_m - plan.ground.up_min_m);
    plan.radius_up_m = fmin(p->radius_m, half_m);
    plan.radius_out_m = fmin(p->radius_m, plan.ground.out_max_m);
    plan.circle_radps = 2.0 * PI * p->rate_Hz;

    const double swell_rate_max = SWELL_RATE_SHARE * STROKE_FORCE_RATE_MAX_N_PER_S;
    plan.swell_N = fmin(KNEADING_SWELL * p->force_N, swell_rate_max / plan.circle_radps);
    const double span_N = fmax(p->force_N + plan.swell_N - STROKE_LIGHT_FORCE_N, 1.0);
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
    motion_t open = ramp_at(plan.ramp_s, time_s);
    if (time_s > 0.5 * plan.duration_s) {
        const motion_t close = ramp_at(plan.ramp_s, plan.duration_s - time_s);
        open = (motion_t){close.value, -close.rate};
    }
    const double middle_m = 0.5 * (plan.ground.up_min_m + plan.ground.up_max_m);
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
    const double span_N = p->force_N - STROKE_LIGHT_FORCE_N - plan.swell_N * sin(turn);
    const motion_t force = {STROKE_LIGHT_FORCE_N + open.value * span_N,
                            open.rate * span_N -
                                open.value * plan.swell_N * plan.circle_radps * cos(turn)};
    return ground_target(body, stroke, &plan.ground, up, out, force);
}

double technique_radius_across_m(const body_t* body, const stroke_t* stroke)
{
    return stroke->technique == TECHNIQUE_KNEADING ? kneading_plan(body, stroke).radius_out_m : 0.0;
}

// ------------------------------------------------------------------------------------- compression

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

static double compression_duration_s(const compression_t* plan, int passes)
{
    return passes * (plan->press_s + plan->hold_s + plan->release_s) +
           (passes - 1) * plan->travel.duration_s;
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
    const double span_N = p->force_N - STROKE_LIGHT_FORCE_N;

    motion_t up = {place_m, 0.0};
    motion_t force = {STROKE_LIGHT_FORCE_N, 0.0};
    if (in_press_s < plan.press_s + plan.hold_s) {
        const motion_t rise = ramp_at(plan.press_s, in_press_s);
        force = (motion_t){STROKE_LIGHT_FORCE_N + span_N * rise.value, span_N * rise.rate};
    } else if (in_press_s < on_place_s) {
        const motion_t rise = ramp_at(plan.release_s, on_place_s - in_press_s);
        force = (motion_t){STROKE_LIGHT_FORCE_N + span_N * rise.value, -span_N * rise.rate};
    } else if (press < p->passes - 1) {
        const motion_t way = glide_at(&plan.travel, in_press_s - on_place_s);
        up = (motion_t){place_m + way.value, way.rate};
    }
    return ground_target(body, stroke, &plan.ground, up, (motion_t){0.0, 0.0}, force);
}

// --------------------------------------------------------------------------------------- in common

double technique_duration_s(const body_t* body, const stroke_t* stroke)
{
    switch (stroke->technique) {
    case TECHNIQUE_EFFLEURAGE: {
        const effleurage_t plan = effleurage_plan(body, stroke);
        return effleurage_duration_s(&plan, stroke->parameters.passes);
    }
    case TECHNIQUE_KNEADING:
        return kneading_plan(body, stroke).duration_s;
    case TECHNIQUE_COMPRESSION: {
        const compression_t plan = compression_plan(body, stroke);
        return compression_duration_s(&plan, stroke->parameters.passes);
    }
    }
    assert(false);
    return 0.0;
}

stroke_target_t technique_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const double in_stroke_s = fmin(fmax(time_s, 0.0), technique_duration_s(body, stroke));
    switch (stroke->technique) {
    case TECHNIQUE_EFFLEURAGE:
        return effleurage_target(body, stroke, in_stroke_s);
    case TECHNIQUE_KNEADING:
        return kneading_target(body, stroke, in_stroke_s);
    case TECHNIQUE_COMPRESSION:
        return compression_target(body, stroke, in_stroke_s);
    }
    assert(false);
    return (stroke_target_t){0};
}

typedef struct {
    double speed_mps, force_N, force_rate_N_per_s;
} peaks_t;

static peaks_t effleurage_peaks(const body_t* body, const stroke_t* stroke)
{
    const effleurage_t plan = effleurage_plan(body, stroke);
    const double force_N = stroke->parameters.force_N;
    const double back_mps = stroke->parameters.passes > 1 ? plan.back.speed_mps : 0.0;
    const double span_N =
        fmax(fabs(force_N - STROKE_LIGHT_FORCE_N), fabs(force_N - STROKE_RETURN_FORCE_N));
    return (peaks_t){fmax(plan.loaded.speed_mps, back_mps), fmax(force_N, STROKE_RETURN_FORCE_N),
                     0.5 * PI * span_N / plan.ramp_s};
}

/// Centre and circle at their fastest at once. That an opening circle is never faster than an open
/// one holds while circle_radps is at least sqrt(2) PI / (2 ramp_s), which the plan's ramp sees to.
static peaks_t kneading_peaks(const body_t* body, const stroke_t* stroke)
{
    const kneading_t plan = kneading_plan(body, stroke);
    const double up_mps = plan.swing_up_m * plan.swing_up_radps;
    const double out_mps = plan.swing_out_m * plan.swing_out_radps;
    const double radius_m = fmax(plan.radius_up_m, plan.radius_out_m);
    const double force_N = stroke->parameters.force_N;
    const double span_N = fabs(force_N - STROKE_LIGHT_FORCE_N) + plan.swell_N;
    return (peaks_t){sqrt(up_mps * up_mps + out_mps * out_mps) + radius_m * plan.circle_radps,
                     fmax(force_N + plan.swell_N, STROKE_LIGHT_FORCE_N),
                     0.5 * PI * span_N / plan.ramp_s + plan.swell_N * plan.circle_radps};
}

static peaks_t compression_peaks(const body_t* body, const stroke_t* stroke)
{
    const compression_t plan = compression_plan(body, stroke);
    const double force_N = stroke->parameters.force_N;
    const double span_N = fabs(force_N - STROKE_LIGHT_FORCE_N);
    return (peaks_t){stroke->parameters.passes > 1 ? plan.travel.speed_mps : 0.0,
                     fmax(force_N, STROKE_LIGHT_FORCE_N),
                     0.5 * PI * span_N / fmin(plan.press_s, plan.release_s)};
}

static peaks_t stroke_peaks(const body_t* body, const stroke_t* stroke)
{
    switch (stroke->technique) {
    case TECHNIQUE_EFFLEURAGE:
        return effleurage_peaks(body, stroke);
    case TECHNIQUE_KNEADING:
        return kneading_peaks(body, stroke);
    case TECHNIQUE_COMPRESSION:
        return compression_peaks(body, stroke);
    }
    assert(false);
    return (peaks_t){HUGE_VAL, HUGE_VAL, HUGE_VAL};
}

void technique_peaks(const body_t* body, const stroke_t* stroke, double* speed_mps, double* force_N)
{
    const peaks_t peaks = stroke_peaks(body, stroke);
    *speed_mps = peaks.speed_mps;
    *force_N = peaks.force_N;
}

double technique_force_rate_peak_N_per_s(const body_t* body, const stroke_t* stroke)
{
    return stroke_peaks(body, stroke).force_rate_N_per_s;
}
