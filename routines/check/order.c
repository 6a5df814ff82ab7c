// What comes before what: light before deep, a warm-up before deep techniques, and a point pressed
// for its trigger is left in peace after its second visit.
#include "routines/check/check.h"

static bool warms_up(technique_id_t technique)
{
    return technique == TECHNIQUE_EFFLEURAGE || technique == TECHNIQUE_KNEADING ||
           technique == TECHNIQUE_COMPRESSION;
}

static bool is_deep(technique_id_t technique)
{
    return technique == TECHNIQUE_DEEP_STROKE || technique == TECHNIQUE_TRIGGER_POINT ||
           technique == TECHNIQUE_FRICTION_CROSS;
}

static void check_visits(check_t* check, const stroke_t* stroke)
{
    const body_place_t place = technique_target(check->body, stroke, 0.0).place;
    int visits = 1;
    for (int i = 0; i < check->visit_count; i++) {
        const double along_m = check->visits[i].along_m - place.along_m;
        const double across_m = check->visits[i].across_m - place.across_m;
        // What is not known to be elsewhere is here.
        visits += !(along_m * along_m + across_m * across_m > SAME_POINT_M * SAME_POINT_M);
    }
    check->visits[check->visit_count++] = place;
    if (visits > POINT_VISITS_MAX) {
        check_refuse(
            check, stroke, ROUTINE_RULE_VISITS,
            "the point at %.0f mm along, %.0f mm across in %s is pressed %d times or more; "
            "at most %d times a session",
            1e3 * place.along_m, 1e3 * place.across_m, check_region(check, stroke)->name, visits,
            POINT_VISITS_MAX);
    }
}

void check_order(check_t* check, const stroke_t* stroke)
{
    const region_settings_t* region = check_region(check, stroke);
    if (!check->region_touched[stroke->region] &&
        !(stroke->parameters.force_N <= FIRST_STROKE_FORCE_MAX_N)) {
        const finding_figures_t force =
            finding_figures(stroke->parameters.force_N, FIRST_STROKE_FORCE_MAX_N, 1);
        check_refuse(check, stroke, ROUTINE_RULE_ORDER,
                     "the first stroke on %s asks for %s N; begin with at most %s N", region->name,
                     force.measured, force.allowed);
    }
    check->region_touched[stroke->region] = true;
    if (is_deep(stroke->technique) && !check->region_warm[stroke->region]) {
        check_refuse(check, stroke, ROUTINE_RULE_WARM_UP,
                     "%s on %s before effleurage, kneading or compression has warmed it up",
                     technique_info(stroke->technique)->name, region->name);
    }
    check->region_warm[stroke->region] =
        check->region_warm[stroke->region] || warms_up(stroke->technique);
    if (stroke->technique == TECHNIQUE_TRIGGER_POINT) {
        check_visits(check, stroke);
    }
}
