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
        const finding_figures_t low = finding_figures(rate_Hz, limits->rate_min_Hz.value, 1);
        const finding_figures_t high = finding_figures(rate_Hz, limits->rate_max_Hz.value, 1);
        const bool slow = !(rate_Hz >= limits->rate_min_Hz.value);
        check_refuse(check, stroke, ROUTINE_RULE_RATE, "%s Hz; %s goes at %s to %s Hz",
                     slow ? low.measured : high.measured, info->name, low.allowed, high.allowed);
    }
    const double bout_s = technique_stroke_peaks(check->body, stroke).bout_s;
    if (info->limits == TECHNIQUE_IN_BOUTS && !(bout_s <= limits->bout_max_s.value)) {
        const finding_figures_t spent = finding_figures(bout_s, limits->bout_max_s.value, 0);
        check_refuse(check, stroke, ROUTINE_RULE_BOUT,
                     "%s s without a pause; %s goes on for at most %s s", spent.measured,
                     info->name, spent.allowed);
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
        const finding_figures_t speed = finding_figures(1e3 * speed_mps, 1e3 * technique_mps, 0);
        check_refuse(check, stroke, ROUTINE_RULE_TECHNIQUE_SPEED,
                     "%s goes along the skin of %s at up to %s mm/s; at most %s mm/s", info->name,
                     check_region(check, stroke)->name, speed.measured, speed.allowed);
    }
    if (!(speed_mps <= safety_mps)) {
        const finding_figures_t speed = finding_figures(1e3 * speed_mps, 1e3 * safety_mps, 0);
        check_refuse(check, stroke, ROUTINE_RULE_SAFETY_SPEED,
                     "along the skin of %s at up to %s mm/s; at most %s mm/s (contact_speed_max)",
                     check_region(check, stroke)->name, speed.measured, speed.allowed);
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
        const finding_figures_t rate =
            finding_figures(stroke->parameters.rate_Hz, most.rate_max_Hz, 2);
        check_refuse(check, stroke, ROUTINE_RULE_BANDWIDTH,
                     "%s Hz; this arm can follow it on %s at %s Hz at most, for %s", rate.measured,
                     check_region(check, stroke)->name, rate.allowed,
                     bandwidth_reason_text(most.reason));
    }
}
