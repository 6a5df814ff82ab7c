#include "routines/techniques/motion.h"

#include <math.h>

motion_t ramp_at(double duration_s, double time_s)
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

motion_t arch_at(double ramp_s, double duration_s, double time_s)
{
    if (time_s > 0.5 * duration_s) {
        const motion_t close = ramp_at(ramp_s, duration_s - time_s);
        return (motion_t){close.value, -close.rate};
    }
    return ramp_at(ramp_s, time_s);
}

motion_t motion_between(double from, double to, motion_t part)
{
    return (motion_t){from + (to - from) * part.value, (to - from) * part.rate};
}

double force_ramp_s(double force_N, double rate_max_N_per_s)
{
    return fmax(STROKE_RAMP_MIN_S, RAMP_PEAK * fabs(force_N) / rate_max_N_per_s);
}

glide_t glide_plan(double length_m, double speed_mps, double duration_min_s)
{
    const double ramp_s = fmin(GLIDE_RAMP_S, 0.5 * duration_min_s);
    const double duration_s = fmax(duration_min_s, length_m / speed_mps + ramp_s);
    return (glide_t){length_m, length_m / (duration_s - ramp_s), ramp_s, duration_s};
}

motion_t glide_at(const glide_t* glide, double time_s)
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

ground_t ground_of(const body_t* body, int region)
{
    const double length_m = body_region_length_m(body, region);
    const double width_m = body_region_width_m(body, region);
    const double inset_up_m = fmin(STROKE_INSET_M, 0.25 * length_m);
    const double inset_out_m = fmin(STROKE_INSET_M, 0.25 * width_m);
    return (ground_t){length_m, width_m, inset_up_m, length_m - inset_up_m,
                      0.5 * width_m - inset_out_m};
}

double ground_half_m(const ground_t* ground)
{
    return 0.5 * (ground->up_max_m - ground->up_min_m);
}

double ground_middle_m(const ground_t* ground)
{
    return 0.5 * (ground->up_min_m + ground->up_max_m);
}

static double drawn_in(double value, double low, double high)
{
    return low <= high ? fmin(fmax(value, low), high) : 0.5 * (low + high);
}

void ground_point(const ground_t* ground, region_point_t point, double reach_up_m,
                  double reach_out_m, double* up_m, double* out_m)
{
    *up_m = drawn_in(point.along * ground->length_m, ground->up_min_m + reach_up_m,
                     ground->up_max_m - reach_up_m);
    *out_m = drawn_in(0.5 * point.across * ground->width_m, -ground->out_max_m + reach_out_m,
                      ground->out_max_m - reach_out_m);
}

stroke_target_t ground_target(const body_t* body, const stroke_t* stroke, const ground_t* ground,
                              motion_t up, motion_t out, motion_t force, double full_N)
{
    const bool mirrored = body->settings->regions[stroke->region].side == SIDE_RIGHT;
    const double light_N = technique_light_force_N(stroke);
    const double span_N = full_N - light_N;
    const double load = span_N > 0.0 ? (force.value - light_N) / span_N : 1.0;
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
