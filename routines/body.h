/// The client on the table: a prone surface made from stature, mass and sex, and the named regions
/// and forbidden zones laid on it. Built once at load; const ever after.
///
/// Body coordinates: *along* in metres from C7 towards the feet, *across* in metres towards the
/// client's left. In the table's frame x = neck_x - along and y = across, so that the body lies
/// with its head at the table's head end.
#ifndef KNEAD_ROUTINES_BODY_H
#define KNEAD_ROUTINES_BODY_H

#include "config/settings.h"
#include "kinematics/surface.h"

#define REGION_NONE 255

typedef struct {
    double along_m;
    double across_m;
} body_place_t;

typedef struct {
    const body_settings_t* settings; // borrowed
    client_settings_t client;
    double neck_x_m;
    double dimension_m[BODY_DIMENSION_COUNT]; // predicted for this client
    double landmark_along_m[5];               // C7, iliac crests, gluteal fold, knee crease, ankle
    surface_t surface;
    // Region under each grid place of `surface` (index into settings->regions, or REGION_NONE).
    uint8_t region_at[SURFACE_ROW_CAPACITY][SURFACE_COLUMN_CAPACITY];
} body_t;

#define BODY_RESULT_LIST(X)                                                                        \
    X(BODY_OK, "ok")                                                                               \
    X(BODY_CLIENT_OUT_OF_RANGE, "stature or mass outside what the body model was fitted on")       \
    X(BODY_TOO_LONG_FOR_TABLE, "the body does not fit on the table")
typedef enum {
#define X(id, text) id,
    BODY_RESULT_LIST(X)
#undef X
} body_result_t;
const char* body_result_text(body_result_t result);

/// Builds the body of `client` lying with C7 at `neck_x_m`. `settings` must outlive `body`. The
/// feet may hang over the foot end, the ankles by 0.3 m at most. Left and right are the same to the
/// last bit. On anything but BODY_OK `body` is not to be used.
body_result_t body_build(const body_settings_t* settings, const client_settings_t* client,
                         double neck_x_m, double table_length_m, body_t* body);

/// Level (see region_settings_t) to metres along, and back; linear between landmarks, extended with
/// the neighbouring slope outside.
double body_along_of_level(const body_t* body, double level);
double body_level_of_along(const body_t* body, double along_m);

/// Where the axis of the client's left or right leg lies, in metres across; 0 for SIDE_MIDDLE. The
/// legs lie parallel and their thighs touch.
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

/// Skin point and normal at a place, table frame.
surface_sample_t body_surface_at(const body_t* body, body_place_t place);

#endif
