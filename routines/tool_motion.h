/// How the tool gets to the places a routine wants: its pose on the skin, the sweep between two
/// strokes, the way home, and how the joints follow. The control cycle moves by this and the static
/// check plays by this, so that what was checked is what is done. Pure.
#ifndef KNEAD_ROUTINES_TOOL_MOTION_H
#define KNEAD_ROUTINES_TOOL_MOTION_H

#include "kinematics/chain.h"
#include "kinematics/ik.h"
#include "routines/body.h"
#include "routines/gains.h"

// Height of the tool over the skin between strokes: clear of breathing and of a registration error,
// with room to slow down before the skin is searched for.
#define TOOL_HOVER_HEIGHT_M 0.060

/// The tool on the expected skin at a place, looking into the body. `normal` is the skin's.
pose_t tool_pose_on_skin(const body_t* body, body_place_t place, vec3_t* normal);

/// How the tool is turned to look into skin with that normal.
quat_t tool_looking_along(const body_t* body, vec3_t normal);

/// Which way the tool faces where it follows the skin's normal late.
typedef struct {
    vec3_t slow, facing;
} tool_facing_t;

/// One period of a tool that leaves the skin and turns slowly from touch to touch. `begins` where
/// it faces the skin as it is. The normal that it looks along, of unit length.
vec3_t tool_face_slowly(tool_facing_t* facing, bool begins, vec3_t normal, double period_s);

/// The same pose `height_m` away along the normal.
pose_t tool_pose_above(pose_t on_skin, vec3_t normal, double height_m);

/// One sweep from rest to rest, raised in between to clear the skin.
typedef struct {
    pose_t start, goal;
    double raise_m;
    double duration_s;
} tool_travel_t;

/// Plans a sweep whose tool is never faster than `speed_max_mps`; it takes at least `least_s`.
tool_travel_t tool_travel_plan(const surface_t* skin, const pose_t* start, const pose_t* goal,
                               double speed_max_mps, double least_s);

/// Where the sweep is; before its beginning its start, after its end its goal.
pose_t tool_travel_pose(const tool_travel_t* travel, double elapsed_s);

/// How long the joints take to their parked posture at a tool speed of at most `speed_max_mps`.
double tool_parking_s(const chain_t* chain, const joints_t* from, double speed_max_mps);

/// The posture on the way home.
joints_t tool_parking_joints(const chain_t* chain, const joints_t* from, double duration_s,
                             double elapsed_s);

/// From 0 to 1 at rest and without acceleration at both ends; `part` is clamped to that.
double tool_smooth_part(double part);

/// What the joints follow the tool with. `skin` is borrowed.
ik_track_settings_t tool_track_settings(double period_s, const gains_t* gains,
                                        const surface_t* skin);

#endif
