#include "routines/check/check.h"

#include <math.h>

#include "routines/bandwidth.h"

#define RADIUS_SHARE_MIN 0.3 // of the circle's radius that must be left across the body

void check_rhythm(check_t* check, const stroke_t* stroke)
{
    const technique_info_t* info = technique_info(stroke->technique);
    const technique_limits_t* limits = &check->safety->techniques[stroke->technique];
    const double rate_Hz = stroke->parameters.rate_Hz;
    const double radius_m = technique_radius_m(stroke);
    if (info->limits != TECHNIQUE_STEADY &&
        !(rate_Hz >= limits->rate_min_Hz.value && rate_Hz <= limits->rate_max_Hz.value)) {
        check_refuse(check, stroke, ROUTINE_RULE_RATE, "%.2f Hz; %s goes at %.1f to %.1f Hz",
                     rate_Hz, info->name, limits->rate_min_Hz.value, limits->rate_max_Hz.value);
    }
    const double bout_s = technique_stroke_peaks(check->body, stroke).bout_s;
    if (info->limits == TECHNIQUE_IN_BOUTS && !(bout_s <= limits->bout_max_s.value)) {
        check_refuse(check, stroke, ROUTINE_RULE_BOUT,
                     "%.0f s without a pause; %s goes on for at most %.0f s", bout_s, info->name,
                     limits->bout_max_s.value);
    }
    if (radius_m != 0.0) {
        const double across_m = technique_radius_across_m(check->body, stroke);
        const double half_length_m =
            0.5 * body_region_length_m(check->body, stroke->region) - STROKE_INSET_M;
        if (!(across_m >= RADIUS_SHARE_MIN * radius_m && radius_m <= half_length_m)) {
            check_refuse(check, stroke, ROUTINE_RULE_RADIUS,
                         "circles of radius %.0f mm do not fit on %s, which leaves %.0f mm across "
                         "and %.0f mm along",
                         1e3 * radius_m, check_region(check, stroke)->name, 1e3 * across_m,
                         1e3 * half_length_m);
        }
    }
}

void check_speed(check_t* check, const stroke_t* stroke, double speed_mps)
{
    const technique_info_t* info = technique_info(stroke->technique);
    const double technique_mps = check->safety->techniques[stroke->technique].speed_max_mps.value;
    const double safety_mps = check->safety->contact_speed_max_mps.value;
    if (!(speed_mps <= technique_mps)) {
        check_refuse(check, stroke, ROUTINE_RULE_TECHNIQUE_SPEED,
                     "%s goes along the skin of %s at up to %.0f mm/s; at most %.0f mm/s",
                     info->name, check_region(check, stroke)->name, 1e3 * speed_mps,
                     1e3 * technique_mps);
    }
    if (!(speed_mps <= safety_mps)) {
        check_refuse(
            check, stroke, ROUTINE_RULE_SAFETY_SPEED,
            "along the skin of %s at up to %.0f mm/s; at most %.0f mm/s (contact_speed_max)",
            check_region(check, stroke)->name, 1e3 * speed_mps, 1e3 * safety_mps);
    }
}

void check_bandwidth(check_t* check, const stroke_t* stroke)
{
    if (check->pad == NULL) {
        return;
    }
    const bandwidth_t most = bandwidth_of_stroke(check->body, stroke, check->machine, check->safety,
                                                 check->chain, &check->seed);
    if (!(stroke->parameters.rate_Hz <= most.rate_max_Hz)) {
        check_refuse(check, stroke, ROUTINE_RULE_BANDWIDTH,
                     "%.2f Hz; this arm can follow it on %s at %.2f Hz at most, for %s",
                     stroke->parameters.rate_Hz, check_region(check, stroke)->name,
                     most.rate_max_Hz, bandwidth_reason_text(most.reason));
    }
}
