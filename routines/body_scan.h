/// A scan laid on a body: where points of the client's skin were measured, the surface follows
/// them; where they leave holes, the model goes on. The lie of the body, its regions and its zones
/// are not touched by it: those are the landmarks' business.
///
/// A scan is a cloud of points in the table's frame, in metres. Each grid place takes the median of
/// the points in its square; points far off the model and squares far off their neighbours are
/// refused; holes up to BODY_SCAN_FILL_M from measured skin are filled from their rim; beyond, what
/// was measured fades into the model over BODY_SCAN_FADE_M.
#ifndef KNEAD_ROUTINES_BODY_SCAN_H
#define KNEAD_ROUTINES_BODY_SCAN_H

#include "config/ply_file.h"
#include "routines/body.h"

// All judgement.
#define BODY_SCAN_SKIN_MIN_M 0.03  // lower, a point may be the table's
#define BODY_SCAN_POINT_OFF_M 0.08 // a point further off the model is none of the skin
#define BODY_SCAN_CELL_OFF_M 0.012 // a square further off the median of its neighbours is noise
#define BODY_SCAN_SHIFT_MAX_M 0.05 // a median further off says that frame or unit are wrong
#define BODY_SCAN_OUTLIERS_MAX 0.2 // of the points over the body
#define BODY_SCAN_CELLS_MIN 1000   // squares of 5 mm: 250 cm2 of skin
#define BODY_SCAN_FILL_M 0.015
#define BODY_SCAN_FADE_M 0.08

#define BODY_SCAN_RESULT_LIST(X)                                                                   \
    X(BODY_SCAN_OK, "ok")                                                                          \
    X(BODY_SCAN_ELSEWHERE,                                                                         \
      "hardly a point of the scan lies over the body; it has to be in metres, "                    \
      "in the table's frame")                                                                      \
    X(BODY_SCAN_DISAGREES, "the scan is not of this body, or not in the table's frame")            \
    X(BODY_SCAN_NO_MEMORY, "out of memory")
typedef enum {
#define X(id, text) id,
    BODY_SCAN_RESULT_LIST(X)
#undef X
} body_scan_result_t;
const char* body_scan_result_text(body_scan_result_t result);

typedef struct {
    int over_count;    // points over the body
    int outlier_count; // of them refused, by themselves or with their square
    int cell_count;    // grid places measured
    int filled_count;  // grid places filled from their rim
    double shift_m;    // median of scan less model
    // Part of each region's skin that is measured or filled; the model goes on in the rest.
    double region_share[REGION_CAPACITY];
} body_scan_report_t;

/// Lays `points` on a body that was built. On anything but BODY_SCAN_OK the body is as it was.
body_scan_result_t body_lay_scan(body_t* body, const ply_points_t* points,
                                 body_scan_report_t* report);

#endif
