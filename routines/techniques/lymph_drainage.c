// Manual lymph drainage: at each place some slow circles that stretch the skin towards the nodes,
// without sliding; every circle has a phase without any force. Movements of 1 s, 5 to 7 at a place
// (Lymphedema, Springer, ch. 28).

#include <math.h>

#include "routines/techniques/motion.h"
#include "routines/techniques/technique_kind.h"

#define LYMPH_PRESS_SHARE 0.7  // of a cycle with force; the rest is without (judgement)
#define LYMPH_TRAVEL_MPS 0.020 // lightly from place to place (judgement)

/// Ellipses at places along the region's middle line, opening in the first cycle and closing in the
/// last. Force swells while the skin is pushed towards the nodes.
typedef struct {
    ground_t ground;
    double radius_up_m, radius_out_m;
    double light_N;
    double cycle_s;
    double place_s; // at a place: letting go, cycles, taking hold
    double first_m, gap_m;
    glide_t travel;
} lymph_t;

static lymph_t lymph_plan(const body_t* body, const stroke_t* stroke)
{
    const technique_parameters_t* p = &stroke->parameters;
    lymph_t plan = {.ground = ground_of(body, stroke->region)};
    const double half_m = ground_half_m(&plan.ground);
    plan.radius_up_m = fmin(p->radius_m, half_m);
    plan.radius_out_m = fmin(p->radius_m, plan.ground.out_max_m);
    plan.light_N = technique_light_force_N(stroke);
    plan.cycle_s = 1.0 / p->rate_Hz;
    plan.place_s = 2.0 * STROKE_RAMP_MIN_S + p->cycles * plan.cycle_s;
    const double room_m = 2.0 * (half_m - plan.radius_up_m);
    plan.gap_m = p->places > 1 ? room_m / (p->places - 1) : 0.0;
    plan.first_m =
        p->places > 1 ? plan.ground.up_min_m + plan.radius_up_m : ground_middle_m(&plan.ground);
    if (p->toward == TOWARD_HEAD) { // what lies nearest to the nodes is emptied first
        plan.first_m += room_m * (p->places > 1 ? 1.0 : 0.0);
        plan.gap_m = -plan.gap_m;
    }
    plan.travel = glide_plan(fabs(plan.gap_m), LYMPH_TRAVEL_MPS, 2.0 * GLIDE_RAMP_S);
    return plan;
}

static double lymph_duration_s(const body_t* body, const stroke_t* stroke)
{
    const lymph_t plan = lymph_plan(body, stroke);
    const int places = stroke->parameters.places;
    return places * plan.place_s + (places - 1) * plan.travel.duration_s;
}

/// In the cycles at a place: 0 at the ends of a cycle, 1 in its middle.
static motion_t lymph_swell(const lymph_t* plan, double in_cycle_s)
{
    const double press_s = LYMPH_PRESS_SHARE * plan->cycle_s;
    const double pressed_s = in_cycle_s - 0.5 * (plan->cycle_s - press_s);
    if (!(pressed_s > 0.0 && pressed_s < press_s)) {
        return (motion_t){0.0, 0.0};
    }
    const double phase = 2.0 * PI * pressed_s / press_s;
    return (motion_t){0.5 * (1.0 - cos(phase)), PI / press_s * sin(phase)};
}

/// Part of the radius towards the nodes and to the side of it.
static void lymph_circle(const lymph_t* plan, int cycles, double in_cycles_s, motion_t* toward,
                         motion_t* aside)
{
    const double all_s = cycles * plan->cycle_s;
    const motion_t open = arch_at(plan->cycle_s, all_s, in_cycles_s);
    const double turn_radps = 2.0 * PI / plan->cycle_s;
    const double turn = turn_radps * in_cycles_s - 0.5 * PI; // fastest in the middle of a cycle
    *toward = (motion_t){-open.value * cos(turn),
                         open.value * turn_radps * sin(turn) - open.rate * cos(turn)};
    *aside = (motion_t){open.value * sin(turn),
                        open.value * turn_radps * cos(turn) + open.rate * sin(turn)};
}

/// Turns the circle so that it pushes where the author wants it.
static void lymph_turn(toward_t direction, motion_t toward, motion_t aside, motion_t* up,
                       motion_t* out)
{
    const bool along = direction == TOWARD_HEAD || direction == TOWARD_FEET;
    const double sign = direction == TOWARD_HEAD || direction == TOWARD_SIDE ? 1.0 : -1.0;
    const motion_t pushed = {sign * toward.value, sign * toward.rate};
    *up = along ? pushed : aside;
    *out = along ? aside : pushed;
}

static stroke_target_t lymph_target(const body_t* body, const stroke_t* stroke, double time_s)
{
    const lymph_t plan = lymph_plan(body, stroke);
    const technique_parameters_t* p = &stroke->parameters;
    const double round_s = plan.place_s + plan.travel.duration_s;
    const int place = (int)fmin(p->places - 1, floor(time_s / round_s));
    const double in_place_s = time_s - place * round_s;
    const double in_cycles_s = in_place_s - STROKE_RAMP_MIN_S;
    const double cycles_s = p->cycles * plan.cycle_s;
    motion_t up = {0.0, 0.0};
    motion_t out = {0.0, 0.0};
    motion_t force = {plan.light_N, 0.0};
    double load = 0.0;
    double centre_m = plan.first_m + place * plan.gap_m;
    if (in_cycles_s < 0.0) {
        force = motion_between(plan.light_N, 0.0, ramp_at(STROKE_RAMP_MIN_S, in_place_s));
    } else if (in_cycles_s < cycles_s) {
        motion_t toward = {0.0, 0.0}, aside = {0.0, 0.0};
        lymph_circle(&plan, p->cycles, in_cycles_s, &toward, &aside);
        lymph_turn(p->toward, toward, aside, &up, &out);
        const motion_t swell = lymph_swell(&plan, fmod(in_cycles_s, plan.cycle_s));
        force = motion_between(0.0, p->force_N, swell);
        load = swell.value;
    } else if (in_place_s < plan.place_s || place == p->places - 1) {
        force =
            motion_between(0.0, plan.light_N, ramp_at(STROKE_RAMP_MIN_S, in_cycles_s - cycles_s));
    } else {
        const motion_t way = glide_at(&plan.travel, in_place_s - plan.place_s);
        const double sign = plan.gap_m < 0.0 ? -1.0 : 1.0;
        centre_m += sign * way.value;
        up.rate = sign * way.rate;
    }
    up.value = centre_m + plan.radius_up_m * up.value;
    up.rate *= in_cycles_s < cycles_s ? plan.radius_up_m : 1.0;
    out = (motion_t){plan.radius_out_m * out.value, plan.radius_out_m * out.rate};
    stroke_target_t target = ground_target(body, stroke, &plan.ground, up, out, force, p->force_N);
    target.load = load;
    return target;
}

static stroke_peaks_t lymph_peaks(const body_t* body, const stroke_t* stroke)
{
    const lymph_t plan = lymph_plan(body, stroke);
    const technique_parameters_t* p = &stroke->parameters;
    const double circle_mps = fmax(plan.radius_up_m, plan.radius_out_m) * 2.0 * PI / plan.cycle_s;
    const double travel_mps = p->places > 1 ? plan.travel.speed_mps : 0.0;
    const double swell_rate = p->force_N * PI / (LYMPH_PRESS_SHARE * plan.cycle_s);
    return (stroke_peaks_t){
        .speed_mps = fmax(circle_mps, travel_mps),
        .force_N = p->force_N,
        .force_rate_N_per_s = fmax(swell_rate, RAMP_PEAK * plan.light_N / STROKE_RAMP_MIN_S),
    };
}

static double lymph_radius_m(const stroke_t* stroke)
{
    return stroke->parameters.radius_m;
}

static double lymph_radius_across_m(const body_t* body, const stroke_t* stroke)
{
    return lymph_plan(body, stroke).radius_out_m;
}

static const char* const toward_words[] = {"head", "feet", "side", "spine", NULL};

static const field_t lymph_fields[] = {
    PARAMETER_QUANTITY("force", force_N, DIMENSION_FORCE, 1.0, 15.0, "Peak of a cycle."),
    PARAMETER_QUANTITY("rate", rate_Hz, DIMENSION_FREQUENCY, 0.2, 2.0, "Cycles in a time."),
    PARAMETER_QUANTITY("radius", radius_m, DIMENSION_LENGTH, 0.002, 0.02, "Of the circles."),
    PARAMETER_COUNT("cycles", cycles, 3, 20, "How many at each place."),
    PARAMETER_COUNT("places", places, 1, STROKE_PASS_CAPACITY,
                    "How many, spread along the region."),
    {.key = "toward",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = offsetof(technique_parameters_t, toward),
     .words = toward_words,
     .meaning = "Where the nodes lie that the skin is pushed to."},
    PARAMETERS_END,
};

const technique_kind_t kind_of_TECHNIQUE_LYMPH_DRAINAGE = {
    .fields = lymph_fields,
    .contact = CONTACT_EASED,
    .duration_s = lymph_duration_s,
    .target = lymph_target,
    .peaks = lymph_peaks,
    .radius_m = lymph_radius_m,
    .radius_across_m = lymph_radius_across_m,
};
