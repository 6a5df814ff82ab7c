/// What the parts of the static check share: the routine and all it is judged against, and how a
/// finding is made. Each part judges one concern and stands in a file of its own; the order in
/// which they are asked stands in `routines/routine_check.c`. Only the parts include this.
#ifndef KNEAD_ROUTINES_CHECK_CHECK_H
#define KNEAD_ROUTINES_CHECK_CHECK_H

#include "kinematics/clearance.h"
#include "kinematics/fk.h"
#include "routines/routine_check.h"

#define REACH_CELL_ROWS 256
#define REACH_CELL_COLUMNS 96

typedef struct {
    const routine_t* routine;
    const routine_check_inputs_t* inputs; // the same as below, and what only client and dose take
    const body_t* body;
    const safety_settings_t* safety;
    const machine_settings_t* machine;
    const chain_t* chain;
    const pad_settings_t* pad; // null: pressure and reach are not checked
    routine_figures_t figures;
    findings_t* findings;
    int errors;
    clearance_pairs_t pairs;
    joints_t seed; // of the next inverse kinematics: the last solution
    bool stroke_seen[ROUTINE_STEP_CAPACITY][REGION_CAPACITY];
    bool region_touched[REGION_CAPACITY];
    bool region_warm[REGION_CAPACITY];
    int visit_count;
    body_place_t visits[ROUTINE_ITEM_CAPACITY]; // of trigger points
    double technique_s[TECHNIQUE_COUNT][REGION_CAPACITY];
    const stroke_t* first_stroke[REGION_CAPACITY];
    bool unreachable[ROUTINE_STEP_CAPACITY][REGION_CAPACITY];  // a finding says why
    uint64_t reported[ROUTINE_STEP_CAPACITY][REGION_CAPACITY]; // bit per rule
    bool cell_seen[REACH_CELL_ROWS][REACH_CELL_COLUMNS];
} check_t;

/// What a walk along a stroke has found; each rule is reported once.
typedef struct {
    bool zone_reported, region_reported, skin_reported, height_reported, reach_reported;
    double stretch_max; // way over the skin to way over the table, at most
    double shear_max_N; // wanted along the skin
    double sliding_force_max_N;
} check_walk_t;

/// Adds an error with the rule's word at the stroke's step, or for the whole file where `stroke` is
/// null; `format` as for printf. One finding a rule, step and region.
void check_refuse(check_t* check, const stroke_t* stroke, routine_rule_t rule, const char* format,
                  ...) __attribute__((format(printf, 4, 5)));

/// The same as a warning: it refuses nothing.
void check_warn(check_t* check, const stroke_t* stroke, routine_rule_t rule, const char* format,
                ...) __attribute__((format(printf, 4, 5)));

/// The region a stroke is on.
const region_settings_t* check_region(const check_t* check, const stroke_t* stroke);

/// force.c: the highest force of a stroke, its pressure and how quickly it changes, against
/// technique, region and machine limits.
void check_force(check_t* check, const stroke_t* stroke, double force_N);

/// force.c: the force along the skin, wanted or to be expected.
void check_shear(check_t* check, const stroke_t* stroke, const check_walk_t* walk);
/// force.c: what does not fit the routine's goal.
void check_goal(check_t* check, const stroke_t* stroke, double force_N);

/// rhythm.c: circles and their rhythm.
void check_rhythm(check_t* check, const stroke_t* stroke);
/// rhythm.c: the speed over the skin.
void check_speed(check_t* check, const stroke_t* stroke, double speed_mps);

/// rhythm.c: whether arm, drives and bus can follow the rhythm. After the stroke's path: the
/// posture that the walk ended with is where to look from.
void check_bandwidth(check_t* check, const stroke_t* stroke);

/// dose.c: how long one place is pressed.
void check_held(check_t* check, const stroke_t* stroke);
/// dose.c: how long a technique goes on in a region. For every stroke in the order of playing.
void check_technique_time(check_t* check, const stroke_t* stroke);
/// dose.c: what every region gets against its limits, and left against right. After the strokes.
void check_dose(check_t* check);

/// client.c: whom the routine is not for, why there can be no session, and the client's own bans,
/// caps and zones.
void check_client(check_t* check);

/// order.c: light before deep, a warm-up before deep techniques, visits to a point. To be asked for
/// every stroke in the order of playing.
void check_order(check_t* check, const stroke_t* stroke);

/// path.c: zones, region and skin all along a stroke, and the reach of its places.
check_walk_t check_path(check_t* check, const stroke_t* stroke, double speed_max_mps);

/// reach.c: inverse kinematics and the links' clearance at a place, on the skin and above it.
void check_reach(check_t* check, const stroke_t* stroke, body_place_t place,
                 const surface_sample_t* skin, check_walk_t* walk);

/// reach.c: two parts of the arm, or one and the table, in the parked posture.
void check_parked(check_t* check);

/// reach.c: how near the links come to the skin in a posture, and the arm's parts to each other and
/// to the table; `phase` says when. False if too near.
bool check_frames(check_t* check, const stroke_t* stroke, const chain_frames_t* frames,
                  const char* phase);

/// play.c: the whole routine as the control cycle would play it, with joint speeds and clearances
/// all the way. After the strokes were checked one by one.
void check_play(check_t* check);

/// session.c: how long everything lasts. After the strokes.
void check_session(check_t* check);

#endif
