#include "routines/routine_check.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "kinematics/clearance.h"
#include "kinematics/ik.h"
#include "routines/player.h"

#define PI 3.14159265358979323846

// A path is walked with steps as long as the distance to what it must not touch allows, but no
// shorter than this: half of it is how deep a path could hide inside a margin.
#define WALK_STEP_MIN_M 0.001
#define WALK_STEP_MAX_M 0.010
#define REACH_CELL_M 0.010 // one place in each such square of skin has its reach checked
#define REACH_CELL_ROWS 256
#define REACH_CELL_COLUMNS 96
#define RADIUS_SHARE_MIN 0.3 // of the circle's radius that must be left across the body

const char* routine_rule_text(routine_rule_t rule)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        ROUTINE_RULE_LIST(X)
#undef X
    };
    return texts[rule];
}

typedef struct {
    const routine_t* routine;
    const body_t* body;
    const safety_settings_t* safety;
    const machine_settings_t* machine;
    const chain_t* chain;
    const pad_settings_t* pad; // null: pressure and reach are not checked
    clearance_pairs_t pairs;
    routine_figures_t figures;
    findings_t* findings;
    int errors;
    joints_t seed; // of the next inverse kinematics: the last solution
    bool stroke_seen[ROUTINE_STEP_CAPACITY][REGION_CAPACITY];
    bool region_touched[REGION_CAPACITY];
    bool cell_seen[REACH_CELL_ROWS][REACH_CELL_COLUMNS];
} check_t;

static void refuse(check_t* check, const stroke_t* stroke, routine_rule_t rule, const char* format,
                   ...) __attribute__((format(printf, 4, 5)));
static void refuse(check_t* check, const stroke_t* stroke, routine_rule_t rule, const char* format,
                   ...)
{
    char text[FINDING_MESSAGE_CAPACITY - 64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const routine_t* routine = check->routine;
    check->errors++;
    if (stroke == NULL) {
        finding_add(check->findings, FINDING_ERROR, routine->path, 0, 0, "", NULL, "%s: %s",
                    routine_rule_text(rule), text);
        return;
    }
    finding_add(check->findings, FINDING_ERROR, routine->path, stroke->line,
                routine->step_column[stroke->step], routine->step_field[stroke->step], NULL,
                "%s: %s", routine_rule_text(rule), text);
}

static const region_settings_t* region_of(const check_t* check, const stroke_t* stroke)
{
    return &check->body->settings->regions[stroke->region];
}

// ------------------------------------------------------------------------------ force and pressure

static void check_force(check_t* check, const stroke_t* stroke, double force_N)
{
    const region_settings_t* region = region_of(check, stroke);
    const technique_info_t* info = technique_info(stroke->technique);
    const double technique_N = info->force_ceiling_N * region->force_factor;
    const double safety_N =
        check->safety->contact_force_max_N.value - check->safety->contact_force_margin_N.value;
    // Peaks are made with fmax, which would let a force that is not a number pass.
    if (!(isfinite(stroke->parameters.force_N) && force_N <= technique_N)) {
        refuse(check, stroke, ROUTINE_RULE_TECHNIQUE_FORCE,
               "%s asks for up to %.1f N on %s; at most %.1f N (%.0f N times the region's %.2f)",
               info->name, force_N, region->name, technique_N, info->force_ceiling_N,
               region->force_factor);
    }
    if (!(force_N <= region->force_max_N.value)) {
        refuse(check, stroke, ROUTINE_RULE_REGION_FORCE, "up to %.1f N on %s; at most %.1f N",
               force_N, region->name, region->force_max_N.value);
    }
    if (!(force_N <= safety_N)) {
        refuse(check, stroke, ROUTINE_RULE_SAFETY_FORCE,
               "up to %.1f N; at most %.1f N (contact_force_max less contact_force_margin)",
               force_N, safety_N);
    }
    const double force_rate = technique_force_rate_peak_N_per_s(check->body, stroke);
    if (!(force_rate <= STROKE_FORCE_RATE_MAX_N_PER_S * (1.0 + 1e-9))) {
        refuse(
            check, stroke, ROUTINE_RULE_FORCE_RATE,
            "the force changes by up to %.0f N/s; at most %.0f N/s: press and release more slowly",
            force_rate, STROKE_FORCE_RATE_MAX_N_PER_S);
    }
    if (check->pad == NULL) {
        return;
    }
    const double area_m2 = 0.25 * PI * check->pad->diameter_m * check->pad->diameter_m;
    const double pressure_Pa = force_N / area_m2;
    if (!(pressure_Pa <= region->pressure_max_Pa.value)) {
        refuse(check, stroke, ROUTINE_RULE_PRESSURE,
               "%.1f N under pad %s are %.1f kPa on %s; at most %.1f kPa", force_N,
               check->pad->name, 1e-3 * pressure_Pa, region->name,
               1e-3 * region->pressure_max_Pa.value);
    }
}

static void check_rhythm(check_t* check, const stroke_t* stroke)
{
    const technique_info_t* info = technique_info(stroke->technique);
    const technique_parameters_t* p = &stroke->parameters;
    if (info->uses_rate && !(p->rate_Hz >= info->rate_min_Hz && p->rate_Hz <= info->rate_max_Hz)) {
        refuse(check, stroke, ROUTINE_RULE_RATE, "%.2f Hz; %s goes at %.1f to %.1f Hz", p->rate_Hz,
               info->name, info->rate_min_Hz, info->rate_max_Hz);
    }
    if (info->uses_radius) {
        const double across_m = technique_radius_across_m(check->body, stroke);
        const double half_length_m =
            0.5 * body_region_length_m(check->body, stroke->region) - STROKE_INSET_M;
        if (!(across_m >= RADIUS_SHARE_MIN * p->radius_m && p->radius_m <= half_length_m)) {
            refuse(check, stroke, ROUTINE_RULE_RADIUS,
                   "circles of radius %.0f mm do not fit on %s, which leaves %.0f mm across and "
                   "%.0f mm along",
                   1e3 * p->radius_m, region_of(check, stroke)->name, 1e3 * across_m,
                   1e3 * half_length_m);
        }
    }
}

static void check_order(check_t* check, const stroke_t* stroke)
{
    if (check->region_touched[stroke->region]) {
        return;
    }
    check->region_touched[stroke->region] = true;
    if (!(stroke->parameters.force_N <= FIRST_STROKE_FORCE_MAX_N)) {
        refuse(check, stroke, ROUTINE_RULE_ORDER,
               "the first stroke on %s asks for %.1f N; begin with at most %.0f N",
               region_of(check, stroke)->name, stroke->parameters.force_N,
               FIRST_STROKE_FORCE_MAX_N);
    }
}

// ---------------------------------------------------------------------------------------- the path

/// What a walk along a stroke has found; each rule is reported once.
typedef struct {
    bool zone_reported, region_reported, skin_reported, reach_reported;
    double stretch_max; // way over the skin to way over the table, at most
} walk_t;

/// How far the model may lie from the client at a place: the shift, and the turn about C7, where
/// the client is laid.
static double registration_error_m(const body_t* body, body_place_t place)
{
    const double lever_m = sqrt(place.along_m * place.along_m + place.across_m * place.across_m);
    return body->settings->registration_error_m + body->settings->registration_error_rad * lever_m;
}

/// Checks a place against the zones; returns how far it may be left without meeting a margin, m.
static double check_zones(check_t* check, const stroke_t* stroke, body_place_t place, walk_t* walk)
{
    double clearance_m = WALK_STEP_MAX_M;
    const double error_m = registration_error_m(check->body, place);
    for (int zone = 0; zone < check->body->settings->zone_count; zone++) {
        const zone_settings_t* settings = &check->body->settings->zones[zone];
        const double distance_m = body_distance_to_zone_m(check->body, zone, place);
        const double needed_m = settings->margin_m.value + error_m;
        clearance_m = fmin(clearance_m, distance_m - needed_m);
        if (!(distance_m >= needed_m - 1e-9) && !walk->zone_reported) {
            refuse(check, stroke, ROUTINE_RULE_ZONE,
                   "%s passes %s at %.0f mm; at least %.0f mm (margin %.0f mm, registration "
                   "%.0f mm)",
                   region_of(check, stroke)->name, settings->name, 1e3 * distance_m, 1e3 * needed_m,
                   1e3 * settings->margin_m.value, 1e3 * error_m);
            walk->zone_reported = true;
        }
    }
    return clearance_m;
}

static void check_skin(check_t* check, const stroke_t* stroke, const surface_sample_t* skin,
                       walk_t* walk)
{
    walk->stretch_max = fmax(walk->stretch_max, 1.0 / fmax(skin->normal.z, 1e-3));
    if (!(skin->inside && skin->normal.z >= cos(SKIN_SLOPE_MAX_RAD)) && !walk->skin_reported) {
        refuse(check, stroke, ROUTINE_RULE_SKIN,
               "the skin under %s slopes by %.0f degrees; at most %.0f",
               region_of(check, stroke)->name, acos(fmin(1.0, skin->normal.z)) * 180.0 / PI,
               SKIN_SLOPE_MAX_RAD * 180.0 / PI);
        walk->skin_reported = true;
    }
}

// --------------------------------------------------------------------------------------- the reach

static void note_joint_margins(check_t* check, const joints_t* joints)
{
    for (int i = 0; i < check->chain->joint_count; i++) {
        const double margin = fmin(joints->at[i] - check->chain->position_min.at[i],
                                   check->chain->position_max.at[i] - joints->at[i]);
        check->figures.joint_margin_min = fmin(check->figures.joint_margin_min, margin);
    }
}

/// True the first time a square of skin is asked for.
static bool cell_is_new(check_t* check, body_place_t place)
{
    const int row = (int)floor(place.along_m / REACH_CELL_M) + 40;
    const int column = (int)floor(place.across_m / REACH_CELL_M) + REACH_CELL_COLUMNS / 2;
    if (row < 0 || row >= REACH_CELL_ROWS || column < 0 || column >= REACH_CELL_COLUMNS) {
        return true;
    }
    const bool is_new = !check->cell_seen[row][column];
    check->cell_seen[row][column] = true;
    return is_new;
}

/// Finds two parts too near each other in a posture; `where` ends the sentence.
static void check_parts(check_t* check, const stroke_t* stroke, const chain_frames_t* frames,
                        const char* where, bool* reported)
{
    const clearance_t nearest = clearance_near(&check->pairs, frames);
    check->figures.arm_clearance_min_m =
        fmin(check->figures.arm_clearance_min_m, nearest.distance_m);
    if (!(nearest.distance_m >= CLEARANCE_CHECKED_M) && !*reported) {
        const part_name_t part = clearance_part_name(&check->machine->arm, nearest.part);
        const part_name_t other = clearance_part_name(&check->machine->arm, nearest.other);
        refuse(check, stroke, ROUTINE_RULE_PARTS,
               "%s%s and %s%s are %.1f mm apart %s; at least %.0f mm", part.kind, part.name,
               other.kind, other.name, 1e3 * nearest.distance_m, where, 1e3 * CLEARANCE_CHECKED_M);
        *reported = true;
    }
}

static void check_clearance(check_t* check, const stroke_t* stroke, const joints_t* joints,
                            walk_t* walk)
{
    chain_frames_t frames;
    fk_frames(check->chain, joints, &frames);
    const link_clearance_t nearest =
        clearance_links_to_skin(check->chain, &frames, &check->body->surface);
    check->figures.link_clearance_min_m =
        fmin(check->figures.link_clearance_min_m, nearest.distance_m);
    if (!(nearest.distance_m >= LINK_CLEARANCE_MIN_M) && !walk->reach_reported) {
        refuse(check, stroke, ROUTINE_RULE_CLEARANCE,
               "over %s link '%s' of the arm comes within %.0f mm of the skin; at least %.0f mm",
               region_of(check, stroke)->name, check->machine->arm.joints[nearest.link].name,
               1e3 * nearest.distance_m, 1e3 * LINK_CLEARANCE_MIN_M);
        walk->reach_reported = true;
    }
    char where[NAME_CAPACITY + 16];
    snprintf(where, sizeof where, "over %s", region_of(check, stroke)->name);
    check_parts(check, stroke, &frames, where, &walk->reach_reported);
}

static void check_reach(check_t* check, const stroke_t* stroke, const surface_sample_t* skin,
                        walk_t* walk)
{
    const quat_t orientation =
        quat_from_z_and_x(vec3_scale(skin->normal, -1.0), vec3(1.0, 0.0, 0.0));
    const double heights_m[] = {0.0, HOVER_HEIGHT_M};
    for (int i = 0; i < 2; i++) {
        const pose_t pose = {vec3_add(skin->point_m, vec3_scale(skin->normal, heights_m[i])),
                             orientation};
        joints_t joints = check->seed;
        ik_report_t report = {0};
        const ik_result_t result = ik_solve(check->chain, &pose, &check->seed, &joints, &report);
        check->figures.place_count++;
        check->figures.reach_error_max_m =
            fmax(check->figures.reach_error_max_m, report.position_error_m);
        if (result == IK_OK) {
            check->seed = joints;
            note_joint_margins(check, &joints);
            check_clearance(check, stroke, &joints, walk);
        } else if (!walk->reach_reported) {
            refuse(check, stroke, ROUTINE_RULE_REACH,
                   "%.0f mm above the skin of %s at x %.0f, y %.0f, z %.0f mm: %s (%.0f mm short)",
                   1e3 * heights_m[i], region_of(check, stroke)->name, 1e3 * pose.position_m.x,
                   1e3 * pose.position_m.y, 1e3 * pose.position_m.z, ik_result_text(result),
                   1e3 * report.position_error_m);
            walk->reach_reported = true;
        }
    }
}

// -------------------------------------------------------------------------------------- the stroke

static void check_place(check_t* check, const stroke_t* stroke, body_place_t place, walk_t* walk)
{
    if (!body_region_holds(check->body, stroke->region, place, -1e-9) && !walk->region_reported) {
        refuse(check, stroke, ROUTINE_RULE_REGION,
               "the stroke leaves %s at %.0f mm along, %.0f mm across",
               region_of(check, stroke)->name, 1e3 * place.along_m, 1e3 * place.across_m);
        walk->region_reported = true;
    }
    const surface_sample_t skin = body_surface_at(check->body, place);
    check_skin(check, stroke, &skin, walk);
    if (check->pad != NULL && !walk->reach_reported && cell_is_new(check, place)) {
        check_reach(check, stroke, &skin, walk);
    }
}

/// Walks the whole path. Between two places the tool goes no further than the distance to the
/// nearest margin, so none is missed but by half of WALK_STEP_MIN_M.
static walk_t walk_path(check_t* check, const stroke_t* stroke, double speed_max_mps)
{
    walk_t walk = {.stretch_max = 1.0};
    const double still_s = 0.5; // a stroke that does not move is looked at this often
    double time_s = 0.0;
    while (time_s <= stroke->duration_s) {
        const stroke_target_t target = technique_target(check->body, stroke, time_s);
        const double clearance_m = check_zones(check, stroke, target.place, &walk);
        check_place(check, stroke, target.place, &walk);
        const double step_m = fmin(WALK_STEP_MAX_M, fmax(WALK_STEP_MIN_M, clearance_m));
        time_s += speed_max_mps > 0.0 ? fmin(still_s, step_m / speed_max_mps) : still_s;
    }
    return walk;
}

static void check_speed(check_t* check, const stroke_t* stroke, double speed_mps)
{
    const technique_info_t* info = technique_info(stroke->technique);
    const double safety_mps = check->safety->contact_speed_max_mps.value;
    if (!(speed_mps <= info->speed_ceiling_mps)) {
        refuse(check, stroke, ROUTINE_RULE_TECHNIQUE_SPEED,
               "%s goes along the skin of %s at up to %.0f mm/s; at most %.0f mm/s", info->name,
               region_of(check, stroke)->name, 1e3 * speed_mps, 1e3 * info->speed_ceiling_mps);
    }
    if (!(speed_mps <= safety_mps)) {
        refuse(check, stroke, ROUTINE_RULE_SAFETY_SPEED,
               "along the skin of %s at up to %.0f mm/s; at most %.0f mm/s (contact_speed_max)",
               region_of(check, stroke)->name, 1e3 * speed_mps, 1e3 * safety_mps);
    }
}

static void check_stroke(check_t* check, const stroke_t* stroke)
{
    check->figures.contact_s += stroke->duration_s;
    check_order(check, stroke);
    if (check->stroke_seen[stroke->step][stroke->region]) {
        return;
    }
    check->stroke_seen[stroke->step][stroke->region] = true;
    const region_settings_t* region = region_of(check, stroke);
    if ((region->techniques & (1u << stroke->technique)) == 0u) {
        refuse(check, stroke, ROUTINE_RULE_TECHNIQUE, "%s is not for %s",
               technique_info(stroke->technique)->name, region->name);
    }
    double speed_mps = 0.0;
    double force_N = 0.0;
    technique_peaks(check->body, stroke, &speed_mps, &force_N);
    check_force(check, stroke, force_N);
    check_rhythm(check, stroke);
    const walk_t walk = walk_path(check, stroke, speed_mps);
    const double skin_speed_mps = speed_mps * walk.stretch_max;
    check_speed(check, stroke, skin_speed_mps);
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
    refuse(check, NULL, ROUTINE_RULE_PAD_UNKNOWN, "the machine has no pad '%s'%s%s%s",
           check->routine->pad, nearest != NULL ? "; did you mean '" : "",
           nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
}

static void check_session(check_t* check)
{
    const double allowed_s = check->safety->session_time_max_s.value;
    check->figures.planned_s = player_planned_s(check->routine);
    if (!(check->figures.planned_s <= allowed_s)) {
        refuse(check, NULL, ROUTINE_RULE_SESSION,
               "%.1f min in contact and at rest; at most %.1f min", check->figures.planned_s / 60.0,
               allowed_s / 60.0);
    }
    if (!(check->figures.contact_s > 0.0)) {
        refuse(check, NULL, ROUTINE_RULE_EMPTY, "the routine touches nothing");
    }
}

/// The arm waits and ends in its parked posture, whatever the routine.
static void check_parked(check_t* check)
{
    chain_frames_t frames;
    bool reported = false;
    fk_frames(check->chain, &check->chain->parked, &frames);
    check_parts(check, NULL, &frames, "in the parked posture", &reported);
}

bool routine_check(const routine_t* routine, const body_t* body, const safety_settings_t* safety,
                   const machine_settings_t* machine, const chain_t* chain,
                   const pad_settings_t* pad, routine_figures_t* figures, findings_t* findings)
{
    check_t check = {.routine = routine,
                     .body = body,
                     .safety = safety,
                     .machine = machine,
                     .chain = chain,
                     .pad = pad,
                     .pairs = clearance_pairs(chain, machine->table_length_m,
                                              machine->table_width_m, CLEARANCE_CHECKED_M),
                     .findings = findings,
                     .seed = chain->preferred};
    check.figures.joint_margin_min = HUGE_VAL;
    check.figures.link_clearance_min_m = HUGE_VAL;
    check.figures.arm_clearance_min_m = HUGE_VAL;
    check_pad(&check);
    check_parked(&check);
    for (int i = 0; i < routine->item_count; i++) {
        const routine_item_t* item = &routine->items[i];
        if (item->kind == ITEM_STROKE) {
            assert(item->stroke.region >= 0 && item->stroke.region < body->settings->region_count);
            check_stroke(&check, &item->stroke);
        }
    }
    check_session(&check);
    if (figures != NULL) {
        *figures = check.figures;
    }
    return check.errors == 0;
}
