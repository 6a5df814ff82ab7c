/// The body's outline from above, traced on its height field.
#ifndef KNEAD_CONTROLLER_REPORT_BODY_OUTLINE_H
#define KNEAD_CONTROLLER_REPORT_BODY_OUTLINE_H

#include "kinematics/surface.h"

/// Skin lower than this over the table counts as table.
#define OUTLINE_HEIGHT_M 0.03
#define OUTLINE_SPACING_M 0.006 // closer points are left out
#define OUTLINE_POINT_CAPACITY 8000

typedef struct {
    double x_m, y_m; // table frame
    bool begins;     // of another closed line
} outline_point_t;

typedef struct {
    int count;
    outline_point_t points[OUTLINE_POINT_CAPACITY];
    unsigned char seen[(SURFACE_ROW_CAPACITY + 1) * (SURFACE_COLUMN_CAPACITY + 1)]; // while tracing
} outline_t;

/// All closed lines at OUTLINE_HEIGHT_M, by marching squares (Lorensen and Cline 1987 in two
/// dimensions) with linear interpolation. Lines past the capacity are cut.
void outline_trace(const surface_t* surface, outline_t* outline);

#endif
