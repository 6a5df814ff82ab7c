#include "routines/check/check.h"

#include <math.h>
#include <stdio.h>

#include "kinematics/clearance.h"
#include "kinematics/ik.h"

#define DEGREES_PER_RAD (180.0 / 3.14159265358979323846)
#define REACH_CELL_M 0.010 // one place in each such square of skin has its reach checked

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

/// Finds two parts of the arm, or one and the table, too near each other; `where` ends the
/// sentence.
static bool parts_clear(check_t* check, const stroke_t* stroke, const chain_frames_t* frames,
                        const char* phase, const char* where)
{
    const clearance_t nearest = clearance_near(&check->pairs, frames);
    check->figures.arm_clearance_min_m =
        fmin(check->figures.arm_clearance_min_m, nearest.distance_m);
    const bool clear = nearest.distance_m >= CLEARANCE_CHECKED_M;
    if (!clear) {
        const part_name_t part = clearance_part_name(&check->machine->arm, nearest.part);
        const part_name_t other = clearance_part_name(&check->machine->arm, nearest.other);
        const finding_figures_t distance =
            finding_figures(1e3 * nearest.distance_m, 1e3 * CLEARANCE_CHECKED_M, 0);
        check_refuse(check, stroke, ROUTINE_RULE_PARTS,
                     "%s%s and %s%s are %s mm apart %s %s; at least %s mm", part.kind, part.name,
                     other.kind, other.name, distance.measured, phase, where, distance.allowed);
    }
    return clear;
}

void check_parked(check_t* check)
{
    chain_frames_t frames;
    fk_frames(check->chain, &check->chain->parked, &frames);
    (void)parts_clear(check, NULL, &frames, "in", "the parked posture");
}

bool check_frames(check_t* check, const stroke_t* stroke, const chain_frames_t* frames,
                  const char* phase)
{
    const link_clearance_t nearest =
        clearance_links_to_skin(check->chain, frames, &check->body->surface);
    check->figures.link_clearance_min_m =
        fmin(check->figures.link_clearance_min_m, nearest.distance_m);
    const bool clear = nearest.distance_m >= LINK_CLEARANCE_MIN_M;
    if (!clear) {
        const finding_figures_t distance =
            finding_figures(1e3 * nearest.distance_m, 1e3 * LINK_CLEARANCE_MIN_M, 0);
        check_refuse(check, stroke, ROUTINE_RULE_CLEARANCE,
                     "%s %s link '%s' of the arm comes within %s mm of the skin; at least %s mm",
                     phase, check_region(check, stroke)->name,
                     nearest.link >= 0 ? check->machine->arm.joints[nearest.link].name : "",
                     distance.measured, distance.allowed);
    }
    return parts_clear(check, stroke, frames, phase, check_region(check, stroke)->name) && clear;
}

/// What is short of a pose that can't be had: a way, an angle, or both.
static void refuse_reach(check_t* check, const stroke_t* stroke, vec3_t point_m, double height_m,
                         ik_result_t result, const ik_report_t* report)
{
    const finding_figures_t distance =
        finding_figures(1e3 * report->position_error_m, 1e3 * IK_POSITION_TOLERANCE_M, 0);
    const finding_figures_t angle =
        finding_figures(report->orientation_error_rad * DEGREES_PER_RAD,
                        IK_ORIENTATION_TOLERANCE_RAD * DEGREES_PER_RAD, 0);
    const bool far = report->position_error_m > IK_POSITION_TOLERANCE_M;
    const bool turned = report->orientation_error_rad > IK_ORIENTATION_TOLERANCE_RAD;
    char short_of[3 * FINDING_FIGURE_CAPACITY] = "";
    if (far || turned) {
        (void)snprintf(short_of, sizeof short_of, " (%s%s%s%s%s short)",
                       far ? distance.measured : "", far ? " mm" : "", far && turned ? " and " : "",
                       turned ? angle.measured : "", turned ? " degrees" : "");
    }
    check_refuse(check, stroke, ROUTINE_RULE_REACH,
                 "%.0f mm above the skin of %s at x %.0f, y %.0f, z %.0f mm: %s%s", 1e3 * height_m,
                 check_region(check, stroke)->name, 1e3 * point_m.x, 1e3 * point_m.y,
                 1e3 * point_m.z, ik_result_text(result), short_of);
}

void check_reach(check_t* check, const stroke_t* stroke, body_place_t place,
                 const surface_sample_t* skin, check_walk_t* walk)
{
    if (!cell_is_new(check, place)) {
        return;
    }
    const quat_t orientation =
        quat_from_z_and_x(vec3_scale(skin->normal, -1.0), body_headward(check->body));
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
            chain_frames_t frames;
            fk_frames(check->chain, &joints, &frames);
            if (!check_frames(check, stroke, &frames, "over")) {
                walk->reach_reported = true;
            }
        } else if (!walk->reach_reported) {
            refuse_reach(check, stroke, pose.position_m, heights_m[i], result, &report);
            walk->reach_reported = true;
        }
    }
}
