#include "routines/check/check.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

void check_force(check_t* check, const stroke_t* stroke, double force_N)
{
    const region_settings_t* region = check_region(check, stroke);
    const technique_info_t* info = technique_info(stroke->technique);
    const technique_limits_t* limits = &check->safety->techniques[stroke->technique];
    const double technique_N = limits->force_max_N.value * region->force_factor;
    const double safety_N =
        check->safety->contact_force_max_N.value - check->safety->contact_force_margin_N.value;
    // Peaks are made with fmax, which would let a force that is not a number pass.
    if (!(isfinite(stroke->parameters.force_N) && force_N <= technique_N)) {
        check_refuse(
            check, stroke, ROUTINE_RULE_TECHNIQUE_FORCE,
            "%s asks for up to %.1f N on %s; at most %.1f N (%.0f N times the region's %.2f)",
            info->name, force_N, region->name, technique_N, limits->force_max_N.value,
            region->force_factor);
    }
    if (!(force_N <= region->force_max_N.value)) {
        check_refuse(check, stroke, ROUTINE_RULE_REGION_FORCE, "up to %.1f N on %s; at most %.1f N",
                     force_N, region->name, region->force_max_N.value);
    }
    if (!(force_N <= safety_N)) {
        check_refuse(check, stroke, ROUTINE_RULE_SAFETY_FORCE,
                     "up to %.1f N; at most %.1f N (contact_force_max less contact_force_margin)",
                     force_N, safety_N);
    }
    const double force_rate = technique_force_rate_peak_N_per_s(check->body, stroke);
    if (!(force_rate <= limits->force_rate_max_N_per_s.value * (1.0 + 1e-9))) {
        check_refuse(
            check, stroke, ROUTINE_RULE_FORCE_RATE,
            "the force changes by up to %.0f N/s; at most %.0f N/s: press and release more slowly",
            force_rate, limits->force_rate_max_N_per_s.value);
    }
    if (check->pad == NULL) {
        return;
    }
    const double area_m2 = 0.25 * PI * check->pad->diameter_m * check->pad->diameter_m;
    const double pressure_Pa = force_N / area_m2;
    if (!(pressure_Pa <= limits->pressure_max_Pa.value)) {
        check_refuse(check, stroke, ROUTINE_RULE_TECHNIQUE_PRESSURE,
                     "%.1f N under pad %s are %.1f kPa; %s is for at most %.1f kPa", force_N,
                     check->pad->name, 1e-3 * pressure_Pa, info->name,
                     1e-3 * limits->pressure_max_Pa.value);
    }
    if (!(pressure_Pa <= region->pressure_max_Pa.value)) {
        check_refuse(check, stroke, ROUTINE_RULE_PRESSURE,
                     "%.1f N under pad %s are %.1f kPa on %s; at most %.1f kPa", force_N,
                     check->pad->name, 1e-3 * pressure_Pa, region->name,
                     1e-3 * region->pressure_max_Pa.value);
    }
}

void check_shear(check_t* check, const stroke_t* stroke, const check_walk_t* walk)
{
    const region_settings_t* region = check_region(check, stroke);
    const double allowed_N = check->safety->shear_force_max_N.value;
    if (!(walk->shear_max_N <= allowed_N)) {
        check_refuse(check, stroke, ROUTINE_RULE_SHEAR,
                     "wants %.1f N along the skin of %s; at most %.1f N (shear_force_max)",
                     walk->shear_max_N, region->name, allowed_N);
    }
    const double drag_N = FRICTION_DRY * walk->sliding_force_max_N;
    check->figures.drag_max_N = fmax(check->figures.drag_max_N, drag_N);
    if (!(drag_N <= allowed_N)) {
        check_warn(check, stroke, ROUTINE_RULE_DRAG,
                   "%.1f N sliding over %s may drag with %.1f N on dry skin (friction %.2f), over "
                   "shear_force_max of %.1f N: use oil",
                   walk->sliding_force_max_N, region->name, drag_N, FRICTION_DRY, allowed_N);
    }
}

void check_goal(check_t* check, const stroke_t* stroke, double force_N)
{
    if (check->pad == NULL || strcmp(check->routine->goal, "lymphatic") != 0) {
        return;
    }
    const double area_m2 = 0.25 * PI * check->pad->diameter_m * check->pad->diameter_m;
    if (!(force_N / area_m2 <= LYMPHATIC_PRESSURE_MAX_PA)) {
        check_warn(check, stroke, ROUTINE_RULE_GOAL,
                   "%.1f kPa on %s in a lymphatic session, where more than %.0f kPa closes what it "
                   "is to move",
                   1e-3 * force_N / area_m2, check_region(check, stroke)->name,
                   1e-3 * LYMPHATIC_PRESSURE_MAX_PA);
    }
}
