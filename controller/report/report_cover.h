/// Which skin the pad was on, for how long and with what pressure: on the grid of the body's
/// surface. A point of the grid counts while it lies under the pad's round face in contact; the
/// pressure is the force along the normal over the pad's whole face, as everywhere in a record.
#ifndef KNEAD_CONTROLLER_REPORT_REPORT_COVER_H
#define KNEAD_CONTROLLER_REPORT_REPORT_COVER_H

#include "controller/record/summary.h"

typedef struct {
    double contact_s;
    double pressure_peak_Pa;
} cover_point_t;

typedef struct {
    const surface_t* surface; // borrowed of the session's body
    double pad_radius_m, pad_area_m2;
    double period_s;
    double contact_max_s, pressure_max_Pa; // of all points
    cover_point_t at[SURFACE_ROW_CAPACITY][SURFACE_COLUMN_CAPACITY];
} report_cover_t;

void report_cover_begin(report_cover_t* cover, const session_t* session);

/// Takes in the next cycle; one without contact, or at an unknown place, adds nothing.
void report_cover_observe(report_cover_t* cover, const cycle_record_t* record);

/// The part of a region's skin that the pad was on, 0 to 1; NaN for a region without a point of the
/// grid.
double report_cover_of_region(const report_cover_t* cover, const body_t* body, int region);

#endif
