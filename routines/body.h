/// The client on the table: a prone surface made from stature, mass and sex,
/// corrected by touched landmarks and by a scan, and the named regions and forbidden zones laid on
/// it. Built once at load; const ever after.
///
/// Body coordinates: *along* in metres from C7 towards the feet, *across* in metres towards the
/// client's left. How they lie in the table's frame is the body's *lie*: where C7 is and by how
/// much the client is turned about the vertical. Nobody maps between the two by hand; places,
/// directions and points go through the functions below.
///
/// Where the lie comes from. A client whose landmarks were touched lies where they say: shift,
/// turn, the levels between the landmarks and the heights are fitted to them (registration.h), with
/// the fits of the body file and the way people are laid down (`positioned_error`) as the prior. A
/// client on whom nothing was touched lies with C7 at the machine's neck_x, unturned; how sure that
/// is, the client file says: with `LIE_CONFIRMED` the operator has seen C7, both crests and the
/// sacrum where the model has them, and the file's `registration_error` bounds what is left; with
/// `LIE_POSITIONED` nobody has, and the prior is all that is known: much too little for work near a
/// forbidden zone, which the static check then refuses until landmarks are touched. Confirmed is
/// what a client file means that says nothing, because playing a routine on a person always begins
/// with that confirmation.
#ifndef KNEAD_ROUTINES_BODY_H
#define KNEAD_ROUTINES_BODY_H

#include "config/settings.h"
#include "kinematics/cholesky.h"
#include "kinematics/surface.h"
#include "routines/registration.h"

#define REGION_NONE 255

typedef struct {
    double along_m;
    double across_m;
} body_place_t;

/// How far a place of the true body may lie from where the model has it: the half axes along and
/// across and what couples them of an ellipse in the plane of the table, and the height of the skin
/// there. The true place lies inside for 999 of 1000 clients as far as the spreads that went into
/// it hold; `registration_error` and `registration_floor` are judgement.
typedef struct {
    double along_m, across_m;
    double shared_m2;
    double height_m;
} body_uncertainty_t;

/// The smooth correction of the heights: a Gaussian process along the body of the part by which the
/// client is thicker than the model. Count 0 where no height was touched.
typedef struct {
    int count;
    double along_m[LANDMARK_CAPACITY];
    double weight[LANDMARK_CAPACITY];
    double spread; // prior standard deviation of the part
    cholesky_t factor;
} body_thickness_t;

/// A rectangle of skin: regions and zones alike. Across runs from the medial to the lateral edge.
typedef struct {
    double head_along_m, foot_along_m;
    double medial_across_m, lateral_across_m;
} body_patch_t;

typedef struct {
    const body_settings_t* settings; // borrowed
    client_settings_t client;
    double neck_x_m, neck_y_m; // C7, table frame
    double turn_rad;           // of the footward axis, from -x to -y: about z, as seen from above
    double turn_cosine, turn_sine;
    double dimension_m[BODY_DIMENSION_COUNT]; // predicted for this client, heights as touched
    double landmark_along_m[5];               // C7, iliac crests, gluteal fold, knee crease, ankle
    double leg_axis_left_m, leg_axis_right_m; // across
    bool estimated;              // uncertainty from `registration`; else from registration_error
    registration_t registration; // deviations from the model of a client of this stature and mass
    double touched_middle_m;     // along: mean of the touched landmarks
    body_thickness_t thickness;
    bool scanned; // `scan_at` says where
    // What was wrong, with BODY_LANDMARK_* and BODY_LANDMARKS_*; nothing else holds then.
    registration_refusal_t refusal;
    body_patch_t region_patches[REGION_CAPACITY]; // of settings->regions on this body
    body_patch_t zone_patches[ZONE_CAPACITY];     // of settings->zones
    surface_t surface;
    // Region under each grid place of `surface` (index into settings->regions, or REGION_NONE).
    uint8_t region_at[SURFACE_ROW_CAPACITY][SURFACE_COLUMN_CAPACITY];
    // Which heights of `surface` were measured by a scan: 1, and 0 where the model fills in.
    uint8_t scan_at[SURFACE_ROW_CAPACITY][SURFACE_COLUMN_CAPACITY];
} body_t;

#define BODY_RESULT_LIST(X)                                                                        \
    X(BODY_OK, "ok")                                                                               \
    X(BODY_CLIENT_OUT_OF_RANGE, "stature or mass outside what the body model was fitted on")       \
    X(BODY_TOO_LONG_FOR_TABLE, "the body does not fit on the table")                               \
    X(BODY_LANDMARK_NOT_FINITE, "a landmark or the error of a touch is not a number")              \
    X(BODY_LANDMARK_TWICE, "a landmark was given twice, or is not known")                          \
    X(BODY_LANDMARK_SWAPPED, "left and right of a landmark are swapped")                           \
    X(BODY_LANDMARK_OUTLIER, "a landmark lies where neither the model nor the others have it")     \
    X(BODY_LANDMARK_HEIGHT, "a landmark lies higher or lower than this body can be there")         \
    X(BODY_LANDMARKS_TOO_FAR, "the client lies too far off or is turned too far")                  \
    X(BODY_LANDMARKS_SHAPE, "the landmarks make a body that cannot be")
typedef enum {
#define X(id, text) id,
    BODY_RESULT_LIST(X)
#undef X
} body_result_t;
const char* body_result_text(body_result_t result);

/// The YAML word of a landmark.
const char* body_landmark_text(landmark_id_t landmark);

/// Builds the body of `client` where his landmarks say, or with C7 at `neck_x_m` where he has none.
/// `settings` must outlive `body`. The feet may hang over the foot end, the ankles by 0.3 m at
/// most. Left and right are the same to the last bit where no landmark says otherwise. Landmarks
/// that cannot be are refused, whichever and however many there are; `body->refusal` then names the
/// one that fits worst. On anything but BODY_OK nothing else of `body` is to be used.
body_result_t body_build(const body_settings_t* settings, const client_settings_t* client,
                         double neck_x_m, double table_length_m, body_t* body);

/// Lays the rectangles of all regions and zones on the body anew, where `settings` has other ones
/// than when it was built. The grid `region_at` stays as it is.
void body_lay_patches(body_t* body);

/// Where a place lies in the table's frame, and which place a point of it is.
void body_table_point(const body_t* body, body_place_t place, double* x_m, double* y_m);
body_place_t body_place_of_table(const body_t* body, double x_m, double y_m);

/// A level vector given along (footward) and across the body, in the table's frame.
vec3_t body_table_direction(const body_t* body, double along, double across);

/// The body's headward direction, table frame: what a tool's x axis follows.
vec3_t body_headward(const body_t* body);

/// Where the model has a landmark: its place, and the point of the skin there in the table's frame,
/// which is where a pointer would meet this body.
body_place_t body_landmark_place(const body_t* body, landmark_id_t landmark);
vec3_t body_landmark_point(const body_t* body, landmark_id_t landmark);

/// How far the true body may lie from the model at a place. A place that is not finite: infinite.
body_uncertainty_t body_uncertainty(const body_t* body, body_place_t place);

/// The same as one number: the ellipse's greatest half axis, m.
double body_uncertainty_m(const body_t* body, body_place_t place);

/// How far off its model and how far turned about the table's point (x, y) the body may lie as a
/// whole, so that all its regions stay inside body_uncertainty: what a simulator may draw from.
void body_lie_bounds(const body_t* body, double x_m, double y_m, double* offset_m,
                     double* turn_rad);

/// Level (see region_settings_t) to metres along, and back; linear between landmarks, extended with
/// the neighbouring slope outside.
double body_along_of_level(const body_t* body, double level);
double body_level_of_along(const body_t* body, double along_m);

/// Where the axis of the client's left or right leg lies, in metres across; 0 for SIDE_MIDDLE. The
/// legs lie parallel, and their thighs touch where no touched knee says otherwise.
double body_leg_axis_m(const body_t* body, side_t side);

/// Index of the region under a place, or -1. Where regions overlap the first one listed is meant; a
/// place on an edge lies inside.
int body_region_at(const body_t* body, body_place_t place);

/// True if a place lies inside a region, `inset_m` or more from its edges; false for a place that
/// is not finite.
bool body_region_holds(const body_t* body, int region, body_place_t place, double inset_m);

/// Index of the region called `name`, or -1.
int body_region_named(const body_settings_t* settings, const char* name);

/// A place inside a region: `along_part` 0 at its footward end to 1 at its headward end,
/// `across_part` -1 at its medial to 1 at its lateral edge.
body_place_t body_place_in_region(const body_t* body, int region, double along_part,
                                  double across_part);

/// The length of a region from its footward to its headward end, m.
double body_region_length_m(const body_t* body, int region);

/// Width of a region, m.
double body_region_width_m(const body_t* body, int region);

/// Smallest distance from a place to a forbidden zone without its margin, m (0 inside, infinite if
/// the body has no zones), and which zone (`zone` may be null; -1 if there is none). A place that
/// is not finite is taken to lie inside.
double body_zone_distance_m(const body_t* body, body_place_t place, int* zone);

/// Distance from a place to one zone without its margin, m; 0 inside and for a place that is not
/// finite.
double body_distance_to_zone_m(const body_t* body, int zone, body_place_t place);

/// What is left of the distance to one zone, without its margin, when the true body lies as
/// unfavourably as body_uncertainty allows, m; below 0 where the place may lie inside. Never more
/// than body_distance_to_zone_m; -infinite for a place that is not finite.
double body_sure_distance_to_zone_m(const body_t* body, int zone, body_place_t place);

/// Skin point and normal at a place, table frame.
surface_sample_t body_surface_at(const body_t* body, body_place_t place);

#endif
