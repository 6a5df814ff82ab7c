#include "routines/check/check.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

/// The force spread over the pad.
static void check_pressure(check_t* check, const stroke_t* stroke, double force_N)
{
    const region_settings_t* region = check_region(check, stroke);
    const double technique_Pa = check->safety->techniques[stroke->technique].pressure_max_Pa.value;
    const double area_m2 = 0.25 * PI * check->pad->diameter_m * check->pad->diameter_m;
    const double pressure_Pa = force_N / area_m2;
    if (!(pressure_Pa <= technique_Pa)) {
        const finding_figures_t pressure =
            finding_figures(1e-3 * pressure_Pa, 1e-3 * technique_Pa, 1);
        check_refuse(check, stroke, ROUTINE_RULE_TECHNIQUE_PRESSURE,
                     "%.1f N under pad %s are %s kPa; %s is for at most %s kPa", force_N,
                     check->pad->name, pressure.measured, technique_info(stroke->technique)->name,
                     pressure.allowed);
    }
    if (!(pressure_Pa <= region->pressure_max_Pa.value)) {
        const finding_figures_t pressure =
            finding_figures(1e-3 * pressure_Pa, 1e-3 * region->pressure_max_Pa.value, 1);
        check_refuse(check, stroke, ROUTINE_RULE_PRESSURE,
                     "%.1f N under pad %s are %s kPa on %s; at most %s kPa", force_N,
                     check->pad->name, pressure.measured, region->name, pressure.allowed);
    }
}

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
        const finding_figures_t force = finding_figures(force_N, technique_N, 1);
        check_refuse(check, stroke, ROUTINE_RULE_TECHNIQUE_FORCE,
                     "%s asks for up to %s N on %s; at most %s N (%.0f N times the region's %.2f)",
                     info->name, force.measured, region->name, force.allowed,
                     limits->force_max_N.value, region->force_factor);
    }
    if (!(force_N <= region->force_max_N.value)) {
        const finding_figures_t force = finding_figures(force_N, region->force_max_N.value, 1);
        check_refuse(check, stroke, ROUTINE_RULE_REGION_FORCE, "up to %s N on %s; at most %s N",
                     force.measured, region->name, force.allowed);
    }
    if (!(force_N <= safety_N)) {
        const finding_figures_t force = finding_figures(force_N, safety_N, 1);
        check_refuse(check, stroke, ROUTINE_RULE_SAFETY_FORCE,
                     "up to %s N; at most %s N (contact_force_max less contact_force_margin)",
                     force.measured, force.allowed);
    }
    const double force_rate = technique_force_rate_peak_N_per_s(check->body, stroke);
    if (!(force_rate <= limits->force_rate_max_N_per_s.value * (1.0 + 1e-9))) {
        const finding_figures_t rate =
            finding_figures(force_rate, limits->force_rate_max_N_per_s.value, 0);
        check_refuse(
            check, stroke, ROUTINE_RULE_FORCE_RATE,
            "the force changes by up to %s N/s; at most %s N/s: press and release more slowly",
            rate.measured, rate.allowed);
    }
    if (check->pad != NULL) {
        check_pressure(check, stroke, force_N);
    }
}

void check_shear(check_t* check, const stroke_t* stroke, const check_walk_t* walk)
{
    const region_settings_t* region = check_region(check, stroke);
    const double allowed_N = check->safety->shear_force_max_N.value;
    if (!(walk->shear_max_N <= allowed_N)) {
        const finding_figures_t force = finding_figures(walk->shear_max_N, allowed_N, 1);
        check_refuse(check, stroke, ROUTINE_RULE_SHEAR,
                     "wants %s N along the skin of %s; at most %s N (shear_force_max)",
                     force.measured, region->name, force.allowed);
    }
    const double drag_N = FRICTION_DRY * walk->sliding_force_max_N;
    check->figures.drag_max_N = fmax(check->figures.drag_max_N, drag_N);
    if (!(drag_N <= allowed_N)) {
        const finding_figures_t force = finding_figures(drag_N, allowed_N, 1);
        check_warn(check, stroke, ROUTINE_RULE_DRAG,
                   "%.1f N sliding over %s may drag with %s N on dry skin (friction %.2f), over "
                   "shear_force_max of %s N: use oil",
                   walk->sliding_force_max_N, region->name, force.measured, FRICTION_DRY,
                   force.allowed);
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
