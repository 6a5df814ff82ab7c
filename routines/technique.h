/// The vocabulary of touch: every technique is one row of `TECHNIQUE_LIST` and one file in
/// `routines/techniques/` with a pure function of time, which says where on a region the tool
/// should be and how hard it should press. Adding a technique touches those two only.
///
/// Always holds: force targets and places are continuous in time; every stroke begins and ends at
/// rest on the skin at its light force (`technique_light_force_N`), so that touching down and
/// lifting off are gentle; what may lose the skin says so in its contact rule, the same through the
/// stroke.
#ifndef KNEAD_ROUTINES_TECHNIQUE_H
#define KNEAD_ROUTINES_TECHNIQUE_H

#include "config/settings.h"
#include "routines/body.h"

// Light touch: hands stay on between loaded strokes (3 to 5 N; judgement).
#define STROKE_LIGHT_FORCE_N 3.0  // at the beginning, at the end and between presses, at most
#define STROKE_LIGHT_SHARE 0.75   // of the working force, where that is gentle
#define STROKE_RETURN_FORCE_N 4.0 // on the light way back of effleurage
#define STROKE_RAMP_MIN_S 0.8     // shortest rise or fall of force (judgement)
#define STROKE_INSET_M 0.008      // the pad's centre keeps this far inside the region's edge
#define PRESSURE_STEP_CAPACITY 3  // steps of a trigger point: two or three beat one
#define STROKE_PASS_CAPACITY 30   // passes, presses, bouts or places of one stroke
#define STROKE_FORCE_RATE_MAX_N_PER_S 40.0 // of the ramps that no author chose (judgement)
#define KNEADING_SWELL                                                                             \
    0.25 // of the force, up on the inward half of the circle and down on the outward

/// A point in a region.
typedef struct {
    double along;  // 0 at the region's footward end .. 1 at its headward end
    double across; // -1 at its medial edge .. 1 at its lateral edge
} region_point_t;

/// Where lymph is pushed.
typedef enum { TOWARD_HEAD, TOWARD_FEET, TOWARD_SIDE, TOWARD_SPINE } toward_t;

/// What the routine's author asked for; unused parameters are zero.
typedef struct {
    double force_N;    // kneading, vibration: the mean; tapping and its kin, lymph drainage: the
                       // peak of a cycle; trigger point: the highest step
    double speed_mps;  // over the table; on sloping skin a little more
    double rate_Hz;    // cycles a second
    double radius_m;   // of the circle along the body; across, it is cut to what the region's width
                       // leaves, which makes it an ellipse
    double duration_s; // at least; a force that needs longer ramps lengthens it
    double press_s, hold_s, release_s;
    int passes;           // loaded strokes or presses
    double length_m;      // friction across the fibres: of the line
    region_point_t point; // friction, trigger point
    double swing_N;       // vibration: amplitude about the mean
    double shear_N;       // myofascial release: along the skin
    double height_m;      // tapping and its kin: of the hop over the skin
    double advance_m;     // of the place from tap to tap, at most
    double bout_s, pause_s;
    int bouts;
    double step_N[PRESSURE_STEP_CAPACITY]; // trigger point: rising
    int step_count;
    int places, cycles; // lymph drainage: places along the region, cycles at each
    toward_t toward;
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
    double force_N; // wanted along the normal; in a hop, of the tap it ends in
    double force_rate_N_per_s;
    double load; // 0 light phase .. 1 full working force: for the figures of a technique
    contact_rule_t contact;
    double hop_m;        // CONTACT_BROKEN: wanted height over the felt skin, 0 while it is touched
    double hop_rate_mps; // its derivative
    double shear_N; // wanted along the skin; where it is above 0, the force gives way to keep it
} stroke_target_t;

/// The most a stroke asks for anywhere: never too low, for the static check.
typedef struct {
    double speed_mps; // over the table
    double force_N;
    double force_rate_N_per_s; // of the wanted force, rising or falling
    double hop_m;              // 0 where the skin is kept
    double hop_rate_mps;
    double shear_N;
    double bout_s; // longest rhythm without a pause, 0 where it needs none
} stroke_peaks_t;

/// What a technique is called. What it may do stands in `safety_settings_t.techniques`.
typedef struct {
    technique_id_t id;
    const char* name; // the YAML word
    const char* meaning;
    technique_limits_kind_t limits;
} technique_info_t;

const technique_info_t* technique_info(technique_id_t id);

/// The rule of every target of the technique.
contact_rule_t technique_contact(technique_id_t id);

/// How long the stroke takes on this body, s.
double technique_duration_s(const body_t* body, const stroke_t* stroke);

/// The target at `time_s` after touching down; clamped into 0..duration.
stroke_target_t technique_target(const body_t* body, const stroke_t* stroke, double time_s);

/// Where a stroke that was left at `time_s` is taken up again, s: a moment up to then at which it
/// lies on the skin, and goes on lying there for a while. `time_s` itself but for techniques that
/// leave the skin by themselves.
double technique_rejoin_s(const body_t* body, const stroke_t* stroke, double time_s);

/// The force at which the stroke touches down and lifts off, N: below its working force.
double technique_light_force_N(const stroke_t* stroke);

/// The radius a stroke asks for and what the region's width leaves of it, m: of circles, or half
/// the length of a line. Both 0 where it draws neither.
double technique_radius_m(const stroke_t* stroke);
double technique_radius_across_m(const body_t* body, const stroke_t* stroke);

stroke_peaks_t technique_stroke_peaks(const body_t* body, const stroke_t* stroke);

/// Two of the peaks: highest speed over the table and highest force.
void technique_peaks(const body_t* body, const stroke_t* stroke, double* speed_mps,
                     double* force_N);

/// The quickest change of force a stroke asks for anywhere, N/s, never too low.
double technique_force_rate_peak_N_per_s(const body_t* body, const stroke_t* stroke);

#endif
