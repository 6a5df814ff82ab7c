// Slow lines along the fibres: deep strokes, headward with a light way back; and myofascial
// release, a drag so slow that it is the force along the skin that matters, to and fro on
// neighbouring lines.

#include <math.h>

#include "routines/techniques/motion.h"
#include "routines/techniques/technique_kind.h"

#define LINE_CAPACITY 10   // every target goes through the lines up to its own
#define LANE_SPREAD 0.6    // of the region's half width across the fibres, the outermost line
#define RELEASE_RAMP_S 3.0 // of force and shear in myofascial release: tissue creeps (judgement)

/// A line through the region: where it begins and ends.
typedef struct {
    double from_up_m, from_out_m;
    double to_up_m, to_out_m;
} line_t;

/// Loaded lines, each but the last followed by a light way to the beginning of the next.
typedef struct {
    ground_t ground;
    double light_N;
    double ramp_s;       // of the force, at both ends of a line
    double hold_s;       // at the end of a line, still loaded
    double travel_min_s; // shortest light way
    bool to_and_fro;     // every other line goes the other way
} lines_t;

/// Line `pass` along the fibres, the part of it that lies on the ground.
static line_t line_of(const body_t* body, const stroke_t* stroke, const lines_t* lines, int pass)
{
    double fibre_rad = body->settings->regions[stroke->region].fibre_angle_rad;
    fibre_rad += cos(fibre_rad) < -1e-9 ? PI : 0.0; // headward
    const double up = cos(fibre_rad);
    const double out = sin(fibre_rad);
    const double half_up_m = ground_half_m(&lines->ground);
    const double half_out_m = lines->ground.out_max_m;
    const int passes = stroke->parameters.passes;
    const double lane = passes > 1 ? 2.0 * pass / (passes - 1) - 1.0 : 0.0;
    const double offset_m = LANE_SPREAD * lane * (half_up_m * fabs(out) + half_out_m * fabs(up));
    // The line's nearest point to the middle, and how far it goes from there either way.
    const double middle_up_m = -offset_m * out;
    const double middle_out_m = offset_m * up;
    double from_m = -HUGE_VAL;
    double to_m = HUGE_VAL;
    if (fabs(up) > 1e-9) {
        from_m = fmax(from_m, (-copysign(half_up_m, up) - middle_up_m) / up);
        to_m = fmin(to_m, (copysign(half_up_m, up) - middle_up_m) / up);
    }
    if (fabs(out) > 1e-9) {
        from_m = fmax(from_m, (-copysign(half_out_m, out) - middle_out_m) / out);
        to_m = fmin(to_m, (copysign(half_out_m, out) - middle_out_m) / out);
    }
    if (lines->to_and_fro && pass % 2 == 1) {
        const double other_m = from_m;
        from_m = to_m;
        to_m = other_m;
    }
    const double centre_m = ground_middle_m(&lines->ground);
    return (line_t){centre_m + middle_up_m + from_m * up, middle_out_m + from_m * out,
                    centre_m + middle_up_m + to_m * up, middle_out_m + to_m * out};
}

static double line_length_m(const line_t* line)
{
    return hypot(line->to_up_m - line->from_up_m, line->to_out_m - line->from_out_m);
}

static glide_t loaded_glide(const lines_t* lines, const line_t* line, double speed_mps)
{
    const double shortest_s = fmax(2.0 * lines->ramp_s - lines->hold_s, 2.0 * STROKE_RAMP_MIN_S);
    return glide_plan(line_length_m(line), speed_mps, shortest_s);
}

static line_t way_between(const line_t* line, const line_t* next)
{
    return (line_t){line->to_up_m, line->to_out_m, next->from_up_m, next->from_out_m};
}

static glide_t travel_glide(const lines_t* lines, const line_t* way, double speed_mps)
{
    return glide_plan(line_length_m(way), speed_mps, lines->travel_min_s);
}

/// Where a time lies in the lines.
typedef struct {
    line_t line; // the one that is gone along
    glide_t glide;
    double in_line_s;
    bool loaded;
} line_time_t;

/// Past the end, the end of the last line. The whole duration where `time_s` is infinite is
/// accumulated in `duration_s`.
static line_time_t line_at(const body_t* body, const stroke_t* stroke, const lines_t* lines,
                           double time_s, double* duration_s)
{
    const double speed_mps = stroke->parameters.speed_mps;
    const int passes = stroke->parameters.passes;
    line_t line = line_of(body, stroke, lines, 0);
    double begun_s = 0.0;
    for (int pass = 0;; pass++) {
        const glide_t loaded = loaded_glide(lines, &line, speed_mps);
        const double loaded_s = loaded.duration_s + lines->hold_s;
        const bool last = pass >= passes - 1;
        *duration_s = begun_s + loaded_s;
        if (last || time_s < begun_s + loaded_s) {
            return (line_time_t){line, loaded, time_s - begun_s, true};
        }
        begun_s += loaded_s;
        const line_t next = line_of(body, stroke, lines, pass + 1);
        const line_t way = way_between(&line, &next);
        const glide_t travel = travel_glide(lines, &way, speed_mps);
        if (time_s < begun_s + travel.duration_s) {
            return (line_time_t){way, travel, time_s - begun_s, false};
        }
        begun_s += travel.duration_s;
        line = next;
    }
}

static double lines_duration_s(const body_t* body, const stroke_t* stroke, const lines_t* lines)
{
    double duration_s = 0.0;
    (void)line_at(body, stroke, lines, HUGE_VAL, &duration_s);
    return duration_s;
}

static stroke_target_t lines_target(const body_t* body, const stroke_t* stroke,
                                    const lines_t* lines, double time_s)
{
    double begun_and_loaded_s = 0.0;
    const line_time_t at = line_at(body, stroke, lines, time_s, &begun_and_loaded_s);
    const motion_t way = glide_at(&at.glide, at.in_line_s);
    const double length_m = fmax(at.glide.length_m, 1e-9);
    const motion_t part = {way.value / length_m, way.rate / length_m};
    const double force_N = stroke->parameters.force_N;
    motion_t arch = {0.0, 0.0};
    if (at.loaded) {
        arch = arch_at(lines->ramp_s, at.glide.duration_s + lines->hold_s, at.in_line_s);
    }
    stroke_target_t target = ground_target(
        body, stroke, &lines->ground, motion_between(at.line.from_up_m, at.line.to_up_m, part),
        motion_between(at.line.from_out_m, at.line.to_out_m, part),
        motion_between(lines->light_N, force_N, arch), force_N);
    target.shear_N = stroke->parameters.shear_N * arch.value;
    return target;
}

static stroke_peaks_t lines_peaks(const body_t* body, const stroke_t* stroke, const lines_t* lines)
{
    const double speed_mps = stroke->parameters.speed_mps;
    const double force_N = stroke->parameters.force_N;
    double peak_mps = 0.0;
    line_t line = line_of(body, stroke, lines, 0);
    for (int pass = 0; pass < stroke->parameters.passes; pass++) {
        peak_mps = fmax(peak_mps, loaded_glide(lines, &line, speed_mps).speed_mps);
        if (pass + 1 < stroke->parameters.passes) {
            const line_t next = line_of(body, stroke, lines, pass + 1);
            const line_t way = way_between(&line, &next);
            peak_mps = fmax(peak_mps, travel_glide(lines, &way, speed_mps).speed_mps);
            line = next;
        }
    }
    return (stroke_peaks_t){
        .speed_mps = peak_mps,
        .force_N = force_N,
        .force_rate_N_per_s = RAMP_PEAK * (force_N - lines->light_N) / lines->ramp_s,
        .shear_N = stroke->parameters.shear_N,
    };
}

static lines_t lines_plan(const body_t* body, const stroke_t* stroke, double ramp_min_s)
{
    lines_t lines = {.ground = ground_of(body, stroke->region)};
    lines.light_N = technique_light_force_N(stroke);
    lines.ramp_s = fmax(ramp_min_s, force_ramp_s(stroke->parameters.force_N - lines.light_N,
                                                 STROKE_FORCE_RATE_MAX_N_PER_S));
    lines.travel_min_s = 2.0 * STROKE_RAMP_MIN_S;
    return lines;
}

// ------------------------------------------------------------------------------------ deep strokes

static lines_t deep_plan(const body_t* body, const stroke_t* stroke)
{
    return lines_plan(body, stroke, STROKE_RAMP_MIN_S);
}

static double deep_duration_s(const body_t* body, const stroke_t* stroke)
{
    const lines_t lines = deep_plan(body, stroke);
    return lines_duration_s(body, stroke, &lines);
}

static stroke_target_t deep_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const lines_t lines = deep_plan(body, stroke);
    return lines_target(body, stroke, &lines, time_s);
}

static stroke_peaks_t deep_peaks(const body_t* body, const stroke_t* stroke)
{
    const lines_t lines = deep_plan(body, stroke);
    return lines_peaks(body, stroke, &lines);
}

static const field_t deep_fields[] = {
    PARAMETER_QUANTITY("force", force_N, DIMENSION_FORCE, 4.0, 110.0,
                       "How hard to press along the skin's normal."),
    PARAMETER_QUANTITY("speed", speed_mps, DIMENSION_SPEED, 0.003, 0.1, "Along the fibres."),
    PARAMETER_COUNT("passes", passes, 1, LINE_CAPACITY, "How many loaded strokes, side by side."),
    PARAMETERS_END,
};

const technique_kind_t kind_of_TECHNIQUE_DEEP_STROKE = {
    .fields = deep_fields,
    .contact = CONTACT_KEPT,
    .duration_s = deep_duration_s,
    .target = deep_target,
    .peaks = deep_peaks,
};

// ------------------------------------------------------------------------------ myofascial release

static lines_t release_plan(const body_t* body, const stroke_t* stroke)
{
    lines_t lines = lines_plan(body, stroke, RELEASE_RAMP_S);
    lines.hold_s = stroke->parameters.hold_s;
    lines.to_and_fro = true;
    return lines;
}

static double release_duration_s(const body_t* body, const stroke_t* stroke)
{
    const lines_t lines = release_plan(body, stroke);
    return lines_duration_s(body, stroke, &lines);
}

static stroke_target_t release_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const lines_t lines = release_plan(body, stroke);
    return lines_target(body, stroke, &lines, time_s);
}

static stroke_peaks_t release_peaks(const body_t* body, const stroke_t* stroke)
{
    const lines_t lines = release_plan(body, stroke);
    return lines_peaks(body, stroke, &lines);
}

static const field_t release_fields[] = {
    PARAMETER_QUANTITY("force", force_N, DIMENSION_FORCE, 2.0, 50.0,
                       "How hard to press along the skin's normal."),
    PARAMETER_QUANTITY("shear", shear_N, DIMENSION_FORCE, 1.0, 20.0, "How hard to drag along it."),
    PARAMETER_QUANTITY("speed", speed_mps, DIMENSION_SPEED, 0.0005, 0.01, "Of the drag."),
    PARAMETER_QUANTITY("hold", hold_s, DIMENSION_TIME, 0.0, 180.0,
                       "At the end of each drag, while the tissue creeps."),
    PARAMETER_COUNT("passes", passes, 1, LINE_CAPACITY,
                    "How many drags, side by side, to and fro."),
    PARAMETERS_END,
};

const technique_kind_t kind_of_TECHNIQUE_MYOFASCIAL_RELEASE = {
    .fields = release_fields,
    .contact = CONTACT_KEPT,
    .duration_s = release_duration_s,
    .target = release_target,
    .peaks = release_peaks,
};
