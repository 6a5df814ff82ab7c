#include "routines/routine_check.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "routines/check/check.h"

const char* routine_rule_text(routine_rule_t rule)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        ROUTINE_RULE_LIST(X)
#undef X
    };
    return texts[rule];
}

static void check_stroke(check_t* check, const stroke_t* stroke)
{
    check->figures.contact_s += stroke->duration_s;
    check_order(check, stroke);
    check_technique_time(check, stroke);
    if (check->stroke_seen[stroke->step][stroke->region]) {
        return;
    }
    check->stroke_seen[stroke->step][stroke->region] = true;
    if (check->first_stroke[stroke->region] == NULL) {
        check->first_stroke[stroke->region] = stroke;
    }
    const region_settings_t* region = check_region(check, stroke);
    if ((region->techniques & (1u << stroke->technique)) == 0u) {
        check_refuse(check, stroke, ROUTINE_RULE_TECHNIQUE, "%s is not for %s",
                     technique_info(stroke->technique)->name, region->name);
    }
    double speed_mps = 0.0;
    double force_N = 0.0;
    technique_peaks(check->body, stroke, &speed_mps, &force_N);
    check_force(check, stroke, force_N);
    check_goal(check, stroke, force_N);
    check_rhythm(check, stroke);
    check_held(check, stroke);
    const check_walk_t walk = check_path(check, stroke, speed_mps);
    check_bandwidth(check, stroke);
    const double skin_speed_mps = speed_mps * walk.stretch_max;
    check_speed(check, stroke, skin_speed_mps);
    check_shear(check, stroke, &walk);
    check->figures.force_max_N = fmax(check->figures.force_max_N, force_N);
    check->figures.speed_max_mps = fmax(check->figures.speed_max_mps, skin_speed_mps);
}

static void check_pad(check_t* check)
{
    const tool_settings_t* tool = &check->machine->arm.tool;
    const char* words[PAD_CAPACITY + 1] = {NULL};
    for (int i = 0; i < tool->pad_count; i++) {
        words[i] = tool->pads[i].name;
        if (strcmp(words[i], check->routine->pad) == 0) {
            return;
        }
    }
    const char* nearest = finding_nearest(check->routine->pad, words);
    check->pad = NULL;
    check_refuse(check, NULL, ROUTINE_RULE_PAD_UNKNOWN, "the machine has no pad '%s'%s%s%s",
                 check->routine->pad, nearest != NULL ? "; did you mean '" : "",
                 nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

bool routine_check(const routine_t* routine, const routine_check_inputs_t* inputs,
                   routine_figures_t* figures, findings_t* findings)
{
    const body_t* body = inputs->body;
    const machine_settings_t* machine = inputs->machine;
    check_t check = {.routine = routine,
                     .inputs = inputs,
                     .body = body,
                     .safety = inputs->safety,
                     .machine = machine,
                     .chain = inputs->chain,
                     .pad = inputs->pad,
                     .findings = findings,
                     .pairs = clearance_pairs(inputs->chain, machine->table_length_m,
                                              machine->table_width_m, CLEARANCE_CHECKED_M),
                     .seed = inputs->chain->preferred};
    check.figures.joint_margin_min = HUGE_VAL;
    check.figures.yield_speed_min_mps = HUGE_VAL;
    check.figures.yield_acceleration_min_mps2 = HUGE_VAL;
    check.figures.link_clearance_min_m = HUGE_VAL;
    check.figures.arm_clearance_min_m = HUGE_VAL;
    check_client(&check);
    check_pad(&check);
    check_parked(&check);
    for (int i = 0; i < routine->item_count; i++) {
        const routine_item_t* item = &routine->items[i];
        if (item->kind == ITEM_STROKE) {
            assert(item->stroke.region >= 0 && item->stroke.region < body->settings->region_count);
            check_stroke(&check, &item->stroke);
        }
    }
    check_dose(&check);
    check_play(&check);
    check_session(&check);
    if (figures != NULL) {
        *figures = check.figures;
    }
    return check.errors == 0;
}
