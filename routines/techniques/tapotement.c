// Tapping, hacking and cupping: one motion, of pads of different shape. Each tap is a hop over the
// skin and a time in it; the place goes on in the middle of the hop only. By hand 4 to 10 strikes a
// second (integrativehealthcare.org), cupping 5.4 +- 0.6 Hz (Khon Kaen University 2023), bouts of
// 20 to 30 s with a pause (bronchiectasis.com.au); an arm is slower, as a hop takes its speed.

#include <math.h>

#include "routines/techniques/motion.h"
#include "routines/techniques/technique_kind.h"

#define TAP_HOP_SHARE 0.65    // of a tap's time, over the skin; the rest in it (judgement)
#define TAP_ADVANCE_SHARE 0.7 // of a hop's time, in its middle, for going on (judgement)
#define TAP_RAMP_COUNT 4      // taps from light to full and back, where a bout has room (judgement)
#define TAP_REST_S 0.8        // lightly on the skin before the first bout and after the last
#define TAP_COUNT_MIN 3       // light, full, light

/// Bouts of taps with pauses lightly on the skin. The places are a walk to and fro over lanes.
typedef struct {
    ground_t ground;
    double light_N;
    double tap_s, hop_s;
    int tap_count;  // of a bout
    int ramp_count; // of them from light to full
    double pause_s;
    int lane_steps, lane_count;
    double step_m, lane_m;
    double duration_s;
} tapping_t;

static int tap_count(const technique_parameters_t* p)
{
    return (int)floor(p->bout_s * p->rate_Hz + 1e-9);
}

static tapping_t tapping_plan(const body_t* body, const stroke_t* stroke)
{
    const technique_parameters_t* p = &stroke->parameters;
    tapping_t plan = {.ground = ground_of(body, stroke->region)};
    plan.light_N = technique_light_force_N(stroke);
    plan.tap_s = 1.0 / p->rate_Hz;
    plan.hop_s = TAP_HOP_SHARE * plan.tap_s;
    plan.tap_count = tap_count(p);
    plan.ramp_count = (plan.tap_count - 1) / 2;
    plan.ramp_count = plan.ramp_count < TAP_RAMP_COUNT ? plan.ramp_count : TAP_RAMP_COUNT;
    plan.pause_s = p->pause_s;

    const double length_m = 2.0 * ground_half_m(&plan.ground);
    const double width_m = 2.0 * plan.ground.out_max_m;
    plan.lane_steps = (int)fmax(1.0, ceil(length_m / p->advance_m));
    plan.step_m = length_m / plan.lane_steps;
    plan.lane_count = 1 + (int)fmax(1.0, ceil(width_m / p->advance_m));
    plan.lane_m = width_m / (plan.lane_count - 1);
    plan.duration_s =
        2.0 * TAP_REST_S + p->bouts * plan.tap_count * plan.tap_s + (p->bouts - 1) * plan.pause_s;
    return plan;
}

/// The place of the tap `index`: up one lane, down the next, and the same way back.
static void walk_place(const tapping_t* plan, int index, double* up_m, double* out_m)
{
    const int per_lane = plan->lane_steps + 1;
    const int last = plan->lane_count * per_lane - 1;
    const int turned = index % (2 * last);
    const int at = turned <= last ? turned : 2 * last - turned;
    const int lane = at / per_lane;
    const int in_lane = lane % 2 == 0 ? at % per_lane : plan->lane_steps - at % per_lane;
    *up_m = plan->ground.up_min_m + in_lane * plan->step_m;
    *out_m = -plan->ground.out_max_m + lane * plan->lane_m;
}

/// Peak force of a tap: the first and the last of a bout are light.
static double tap_force_N(const tapping_t* plan, double full_N, int tap)
{
    const int from_end = plan->tap_count - 1 - tap;
    const int edge = tap < from_end ? tap : from_end;
    const double share = plan->ramp_count > 0 ? fmin(1.0, (double)edge / plan->ramp_count) : 0.0;
    return plan->light_N + share * (full_N - plan->light_N);
}

/// Where a time lies: in tap `tap` of bout `bout` at `in_tap_s`, or between bouts (`taps` false).
typedef struct {
    int bout, tap;
    double in_tap_s;
    bool taps;
} tap_time_t;

static tap_time_t tap_at(const tapping_t* plan, int bouts, double time_s)
{
    const double bout_s = plan->tap_count * plan->tap_s;
    const double round_s = bout_s + plan->pause_s;
    const double begun_s = fmax(0.0, time_s - TAP_REST_S);
    tap_time_t at = {.bout = (int)fmin(bouts - 1, floor(begun_s / round_s))};
    const double in_bout_s = begun_s - at.bout * round_s;
    at.tap = (int)floor(in_bout_s / plan->tap_s);
    at.taps = time_s > TAP_REST_S && at.tap < plan->tap_count;
    at.tap = at.tap < plan->tap_count ? at.tap : plan->tap_count;
    at.in_tap_s = in_bout_s - at.tap * plan->tap_s;
    return at;
}

static stroke_target_t tapping_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const tapping_t plan = tapping_plan(body, stroke);
    const technique_parameters_t* p = &stroke->parameters;
    const tap_time_t at = tap_at(&plan, p->bouts, time_s);
    const int index = at.bout * plan.tap_count + at.tap;
    double from_up_m = 0.0, from_out_m = 0.0;
    walk_place(&plan, index, &from_up_m, &from_out_m);
    if (!at.taps) {
        return ground_target(body, stroke, &plan.ground, (motion_t){from_up_m, 0.0},
                             (motion_t){from_out_m, 0.0}, (motion_t){plan.light_N, 0.0},
                             p->force_N);
    }
    double to_up_m = 0.0, to_out_m = 0.0;
    walk_place(&plan, index + 1, &to_up_m, &to_out_m);
    const double before_N = at.tap > 0 ? tap_force_N(&plan, p->force_N, at.tap - 1) : plan.light_N;
    const double tap_N = tap_force_N(&plan, p->force_N, at.tap);
    const motion_t force = motion_between(before_N, tap_N, ramp_at(plan.hop_s, at.in_tap_s));
    const double advance_s = TAP_ADVANCE_SHARE * plan.hop_s;
    const motion_t way = ramp_at(advance_s, at.in_tap_s - 0.5 * (plan.hop_s - advance_s));
    stroke_target_t target =
        ground_target(body, stroke, &plan.ground, motion_between(from_up_m, to_up_m, way),
                      motion_between(from_out_m, to_out_m, way), force, p->force_N);
    if (at.in_tap_s < plan.hop_s) {
        const double phase = 2.0 * PI * at.in_tap_s / plan.hop_s;
        target.hop_m = 0.5 * p->height_m * (1.0 - cos(phase));
        target.hop_rate_mps = p->height_m * PI / plan.hop_s * sin(phase);
        target.load = 0.0;
    }
    return target;
}

/// Where the pad began to lie on the skin after the last hop, so that the next one is not near yet.
static double tapping_rejoin_s(const body_t* body, const stroke_t* stroke, double time_s)
{
    const tapping_t plan = tapping_plan(body, stroke);
    const tap_time_t at = tap_at(&plan, stroke->parameters.bouts, time_s);
    const double lying_s = plan.tap_s - plan.hop_s;
    if (!at.taps) {
        return fmax(0.0, time_s - lying_s);
    }
    const double back_s = at.in_tap_s < plan.hop_s ? lying_s : -plan.hop_s;
    return fmax(0.0, time_s - at.in_tap_s - back_s);
}

static double tapping_duration_s(const body_t* body, const stroke_t* stroke)
{
    return tapping_plan(body, stroke).duration_s;
}

static stroke_peaks_t tapping_peaks(const body_t* body, const stroke_t* stroke)
{
    const tapping_t plan = tapping_plan(body, stroke);
    const technique_parameters_t* p = &stroke->parameters;
    const double step_N = plan.ramp_count > 0 ? (p->force_N - plan.light_N) / plan.ramp_count : 0.0;
    return (stroke_peaks_t){
        .speed_mps = RAMP_PEAK * fmax(plan.step_m, plan.lane_m) / (TAP_ADVANCE_SHARE * plan.hop_s),
        .force_N = plan.ramp_count > 0 ? p->force_N : plan.light_N,
        .force_rate_N_per_s = RAMP_PEAK * step_N / plan.hop_s,
        .hop_m = p->height_m,
        .hop_rate_mps = p->height_m * PI / plan.hop_s,
        .bout_s = plan.tap_count * plan.tap_s,
    };
}

static const char* tapping_refuse(const technique_parameters_t* parameters, const char** key)
{
    *key = "bout";
    return tap_count(parameters) >= TAP_COUNT_MIN
               ? NULL
               : "is too short for three taps, a light one, a full one and a light one";
}

static const field_t tapping_fields[] = {
    PARAMETER_QUANTITY("force", force_N, DIMENSION_FORCE, 2.0, 50.0, "Peak of a tap."),
    PARAMETER_QUANTITY("rate", rate_Hz, DIMENSION_FREQUENCY, 0.2, 12.0, "Taps in a time."),
    PARAMETER_QUANTITY("height", height_m, DIMENSION_LENGTH, 0.005, 0.015,
                       "Of the hop over the skin between two taps."),
    PARAMETER_QUANTITY("advance", advance_m, DIMENSION_LENGTH, 0.002, 0.03,
                       "From tap to tap, at most, over the whole region."),
    PARAMETER_QUANTITY("bout", bout_s, DIMENSION_TIME, 1.0, 60.0,
                       "How long to tap without a pause."),
    PARAMETER_QUANTITY("pause", pause_s, DIMENSION_TIME, 1.0, 60.0,
                       "Between bouts, lightly on the skin."),
    PARAMETER_COUNT("bouts", bouts, 1, STROKE_PASS_CAPACITY, "How many bouts."),
    PARAMETERS_END,
};

#define TAPOTEMENT                                                                                 \
    {                                                                                              \
        .fields = tapping_fields, .contact = CONTACT_BROKEN, .duration_s = tapping_duration_s,     \
        .target = tapping_target, .peaks = tapping_peaks, .refuse = tapping_refuse,                \
        .rejoin_s = tapping_rejoin_s                                                               \
    }
const technique_kind_t kind_of_TECHNIQUE_TAPPING = TAPOTEMENT;
const technique_kind_t kind_of_TECHNIQUE_HACKING = TAPOTEMENT;
const technique_kind_t kind_of_TECHNIQUE_CUPPING = TAPOTEMENT;
