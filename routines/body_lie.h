/// What body.c, body_lie.c and body_scan.c need of each other, the steps of body_build that put a
/// body where its landmarks are among it. Everybody else reads what they make known through body.h.
#ifndef KNEAD_ROUTINES_BODY_LIE_H
#define KNEAD_ROUTINES_BODY_LIE_H

#include "routines/body.h"

/// From the predicted dimensions: lie, levels, legs and, where landmarks were touched, the
/// dimensions that they correct. `neck_x_m` is where C7 lies if nobody touched anything.
body_result_t body_lie_register(body_t* body, double neck_x_m);

/// From the finished surface and the heights of the landmarks: makes it thicker or thinner,
/// smoothly along the body.
body_result_t body_lie_thicken(body_t* body);

/// Smooths a grid with the body's spacing to what a pad can follow.
void body_surface_smooth(surface_t* surface);

/// Metres from C7 to a height of the standing client.
static inline double body_along_of_height(const double dimension_m[], body_dimension_id_t height)
{
    return dimension_m[BODY_cervicale_height] - dimension_m[height];
}

#endif
