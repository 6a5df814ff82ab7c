/// The vocabulary of touch: every technique is one row of a table and one pure function of time,
/// which says where on a region the tool should be and how hard it should press. Adding a technique
/// touches its row in `config/settings.h`, its row in `technique.c` and its own function.
///
/// Always holds: force targets and places are continuous in time; every stroke begins and ends at
/// the light force `STROKE_LIGHT_FORCE_N`, so that touching down and lifting off are gentle.
#ifndef KNEAD_ROUTINES_TECHNIQUE_H
#define KNEAD_ROUTINES_TECHNIQUE_H

#include "config/settings.h"
#include "routines/body.h"

// Light touch: hands stay on between loaded strokes (3 to 5 N; judgement).
#define STROKE_LIGHT_FORCE_N 3.0           // at the beginning, at the end and between presses
#define STROKE_RETURN_FORCE_N 4.0          // on the light way back of effleurage
#define STROKE_FORCE_RATE_MAX_N_PER_S 40.0 // no stroke asks for a quicker change (judgement)
#define STROKE_RAMP_MIN_S 0.8              // shortest rise or fall of force (judgement)
#define STROKE_INSET_M 0.008 // the pad's centre keeps this far inside the region's edge
#define KNEADING_SWELL                                                                             \
    0.25 // of the force, up on the inward half of the circle and down on the outward

/// What the routine's author asked for; unused parameters are zero.
typedef struct {
    double force_N;    // kneading: the mean over a circle
    double speed_mps;  // over the table; on sloping skin a little more
    double rate_Hz;    // circles a second
    double radius_m;   // of the circle along the body; across, it is cut to what the region's width
                       // leaves, which makes it an ellipse
    double duration_s; // at least; a force that needs longer ramps lengthens it
    double press_s, hold_s, release_s;
    int passes; // effleurage: loaded strokes; compression: presses
} technique_parameters_t;

/// One continuous contact on one region.
typedef struct {
    technique_id_t technique;
    int region; // index into body_settings_t.regions
    technique_parameters_t parameters;
    double duration_s; // computed at load from the parameters and the region's size
    int step;          // which step of the routine this came from, 0-based, repeats counted once
    int line;          // of that step in the file
} stroke_t;

/// What losing the skin means in a stroke.
typedef enum {
    CONTACT_KEPT,   // the skin is never left: losing it is a fault
    CONTACT_EASED,  // the force falls to nothing in every cycle; the skin may be left for that time
    CONTACT_BROKEN, // the tool leaves the skin in every cycle by itself, as tapping does
} contact_rule_t;

/// Where the tool should be at one instant of a stroke. What a technique does not use is zero.
typedef struct {
    body_place_t place;
    double along_speed_mps; // of the place
    double across_speed_mps;
    double force_N; // wanted along the normal
    double force_rate_N_per_s;
    double load; // 0 light phase .. 1 full working force: for the figures of a technique
    contact_rule_t contact;
    double hop_m;        // CONTACT_BROKEN: wanted height over the felt skin, 0 while it is touched
    double hop_rate_mps; // its derivative
    double shear_N; // wanted along the skin; where it is above 0, the force gives way to keep it
} stroke_target_t;

/// Envelope of a technique; the static check refuses what exceeds it. `source` says where the
/// figures come from.
typedef struct {
    technique_id_t id;
    const char* name;
    double force_ceiling_N; // times the region's factor
    double speed_ceiling_mps;
    double rate_min_Hz, rate_max_Hz; // 0 where it has no rhythm
    bool uses_speed, uses_rate, uses_radius, uses_passes, uses_press;
    const char* source;
} technique_info_t;

const technique_info_t* technique_info(technique_id_t id);

/// How long the stroke takes on this body, s.
double technique_duration_s(const body_t* body, const stroke_t* stroke);

/// The target at `time_s` after touching down; clamped into 0..duration.
stroke_target_t technique_target(const body_t* body, const stroke_t* stroke, double time_s);

/// Semi-axis of the kneading ellipse across the body, m: the radius as far as the region has room.
double technique_radius_across_m(const body_t* body, const stroke_t* stroke);

/// Highest speed over the table and highest force a stroke asks for anywhere, never too low; for
/// the static check.
void technique_peaks(const body_t* body, const stroke_t* stroke, double* speed_mps,
                     double* force_N);

/// The quickest change of force a stroke asks for anywhere, N/s, never too low.
double technique_force_rate_peak_N_per_s(const body_t* body, const stroke_t* stroke);

#endif
