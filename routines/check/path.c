#include "routines/check/check.h"

#include <math.h>

#define PI 3.14159265358979323846

// A path is walked with steps as long as the distance to what it must not touch allows, but no
// shorter than this: half of it is how deep a path could hide inside a margin.
#define WALK_STEP_MIN_M 0.001
#define WALK_STEP_MAX_M 0.010
#define SLIDING_SPEED_MPS 0.001

/// Checks a place against the zones; returns how far it may be left without meeting a margin, m.
static double check_zones(check_t* check, const stroke_t* stroke, body_place_t place,
                          check_walk_t* walk)
{
    double clearance_m = WALK_STEP_MAX_M;
    for (int zone = 0; zone < check->body->settings->zone_count; zone++) {
        const zone_settings_t* settings = &check->body->settings->zones[zone];
        const double distance_m = body_distance_to_zone_m(check->body, zone, place);
        const double error_m = distance_m - body_sure_distance_to_zone_m(check->body, zone, place);
        const double needed_m = settings->margin_m.value + error_m;
        clearance_m = fmin(clearance_m, distance_m - needed_m);
        if (!(distance_m >= needed_m - 1e-9) && !walk->zone_reported) {
            const finding_figures_t distance = finding_figures(1e3 * distance_m, 1e3 * needed_m, 0);
            check_refuse(check, stroke, ROUTINE_RULE_ZONE,
                         "%s passes %s at %s mm; at least %s mm (margin %.0f mm, registration "
                         "%.0f mm)",
                         check_region(check, stroke)->name, settings->name, distance.measured,
                         distance.allowed, 1e3 * settings->margin_m.value, 1e3 * error_m);
            walk->zone_reported = true;
        }
    }
    return clearance_m;
}

static void check_skin(check_t* check, const stroke_t* stroke, const surface_sample_t* skin,
                       check_walk_t* walk)
{
    walk->stretch_max = fmax(walk->stretch_max, 1.0 / fmax(skin->normal.z, 1e-3));
    if (walk->skin_reported) {
        return;
    }
    if (!(skin->normal.z >= cos(SKIN_SLOPE_MAX_RAD))) {
        const finding_figures_t angle = finding_figures(
            acos(fmin(1.0, skin->normal.z)) * 180.0 / PI, SKIN_SLOPE_MAX_RAD * 180.0 / PI, 0);
        check_refuse(check, stroke, ROUTINE_RULE_SKIN,
                     "the skin under %s slopes by %s degrees; at most %s",
                     check_region(check, stroke)->name, angle.measured, angle.allowed);
        walk->skin_reported = true;
    } else if (!skin->inside) {
        check_refuse(check, stroke, ROUTINE_RULE_SKIN,
                     "a place of %s lies outside of the skin that is known",
                     check_region(check, stroke)->name);
        walk->skin_reported = true;
    }
}

/// The tool may have to look for the skin as far as the model may be off in height, and travels
/// over it no lower than that above.
static void check_height(check_t* check, const stroke_t* stroke, body_place_t place,
                         check_walk_t* walk)
{
    const double error_m = body_uncertainty(check->body, place).height_m;
    const double allowed_m = check->safety->surface_search_m.value;
    if (!(error_m <= allowed_m) && !walk->height_reported) {
        const finding_figures_t distance = finding_figures(1e3 * error_m, 1e3 * allowed_m, 0);
        check_refuse(check, stroke, ROUTINE_RULE_HEIGHT,
                     "the skin of %s may lie %s mm off the model; at most %s mm (surface_search)",
                     check_region(check, stroke)->name, distance.measured, distance.allowed);
        walk->height_reported = true;
    }
}

static void check_place(check_t* check, const stroke_t* stroke, body_place_t place,
                        check_walk_t* walk)
{
    if (!body_region_holds(check->body, stroke->region, place, -1e-9) && !walk->region_reported) {
        check_refuse(check, stroke, ROUTINE_RULE_REGION,
                     "the stroke leaves %s at %.0f mm along, %.0f mm across",
                     check_region(check, stroke)->name, 1e3 * place.along_m, 1e3 * place.across_m);
        walk->region_reported = true;
    }
    const surface_sample_t skin = body_surface_at(check->body, place);
    check_skin(check, stroke, &skin, walk);
    check_height(check, stroke, place, walk);
    if (check->pad != NULL && !walk->reach_reported) {
        check_reach(check, stroke, place, &skin, walk);
    }
}

static void note_shear(const stroke_target_t* target, check_walk_t* walk)
{
    const double speed_mps = hypot(target->along_speed_mps, target->across_speed_mps);
    walk->shear_max_N = fmax(walk->shear_max_N, target->shear_N);
    // Where a shear is wanted the pad goes with the skin as far as that; in a hop nothing is
    // touched.
    const bool slides = !(target->shear_N > 0.0) && !(target->hop_m > 0.0);
    if (!(speed_mps <= SLIDING_SPEED_MPS) && slides) {
        walk->sliding_force_max_N = fmax(walk->sliding_force_max_N, target->force_N);
    }
}

/// Walks the whole path. Between two places the tool goes no further than the distance to the
/// nearest margin, so none is missed but by half of WALK_STEP_MIN_M.
check_walk_t check_path(check_t* check, const stroke_t* stroke, double speed_max_mps)
{
    check_walk_t walk = {.stretch_max = 1.0};
    const double still_s = 0.5; // a stroke that does not move is looked at this often
    double time_s = 0.0;
    while (time_s <= stroke->duration_s) {
        const stroke_target_t target = technique_target(check->body, stroke, time_s);
        const double clearance_m = check_zones(check, stroke, target.place, &walk);
        check_place(check, stroke, target.place, &walk);
        note_shear(&target, &walk);
        const double step_m = fmin(WALK_STEP_MAX_M, fmax(WALK_STEP_MIN_M, clearance_m));
        time_s += speed_max_mps > 0.0 ? fmin(still_s, step_m / speed_max_mps) : still_s;
    }
    check->unreachable[stroke->step][stroke->region] = walk.reach_reported;
    return walk;
}
