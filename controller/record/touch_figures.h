/// What the techniques promise beside a force: taps that come at their rate and with their peak, a
/// force that falls to nothing in every cycle, a held step that is held, a path that is kept on the
/// skin. Gathered once a cycle from what the stroke wanted and what was measured.
///
/// Always holds: constant time and no memory a cycle; a sample that is not finite is left out.
#ifndef KNEAD_CONTROLLER_RECORD_TOUCH_FIGURES_H
#define KNEAD_CONTROLLER_RECORD_TOUCH_FIGURES_H

#include "controller/session.h"
#include "routines/technique.h"

#define TAP_RATE_ERROR_MAX 0.05 // of the wanted rate [J]
#define EASED_FORCE_MAX_N 1.0   // what counts as no force in lymph drainage [J]
#define HELD_ERROR_MAX_N 1.0    // in a held step, once it has been held for HELD_SETTLE_S [J]
#define HELD_SETTLE_S 1.0
#define PATH_ERROR_MAX_M 0.002 // of friction on the skin [J]

/// Of one item, or of several added up.
typedef struct {
    int taps_wanted, taps; // tops of hops that were come down from; forces that rose and fell again
    int tap_intervals;     // between taps that follow each other
    double tap_interval_sum_s;
    double tap_wanted_sum_s; // the same as wanted
    double tap_error_sum_N;  // peak less wanted
    double tap_error_square_sum_N2;
    double tap_wanted_sum_N;
    double tap_peak_N;
    int easings, easings_reached; // phases without force wanted, and those in which there was none
    int64_t held_cycles;
    double held_square_sum_N2;
    double held_error_N; // largest of the smoothed error
    int64_t path_cycles;
    double path_square_sum_m2;
    double path_error_m; // largest distance along the skin from where the tool was to be
} touch_figures_t;

/// What is remembered from cycle to cycle; zeroed at the beginning of every contact.
typedef struct {
    bool began;
    double tap_wanted_N; // of the tap under way
    double tap_peak_N;
    bool tap_felt;
    int64_t tap_peak_us;
    int64_t tap_before_us; // 0: none yet in this bout
    double hop_rate_mps;
    bool easing, eased;
    int64_t held_us;
    double held_error_N; // smoothed
} touch_watch_t;

/// One cycle in contact. `wanted` is the stroke's target at that time; force, along the normal, and
/// `tool_m` are measured.
typedef struct {
    const stroke_t* stroke;
    stroke_target_t wanted;
    double force_N;
    double force_target_N; // as commanded, which may differ from the stroke's own
    vec3_t tool_m;
    int64_t now_us;
} touch_sample_t;

void touch_figures_observe(touch_figures_t* figures, touch_watch_t* watch, const session_t* session,
                           const touch_sample_t* sample);
void touch_figures_merge(touch_figures_t* sum, const touch_figures_t* part);

/// Measured from the peaks of the force; NaN where fewer than two followed each other.
double touch_figures_tap_rate_Hz(const touch_figures_t* figures);
double touch_figures_tap_rate_wanted_Hz(const touch_figures_t* figures);
double touch_figures_tap_error_rms_N(const touch_figures_t* figures);
double touch_figures_tap_wanted_mean_N(const touch_figures_t* figures);
double touch_figures_held_error_rms_N(const touch_figures_t* figures);
double touch_figures_path_error_rms_m(const touch_figures_t* figures);

/// Taps at their rate, none left out; every easing reached; holds held. True where there is none of
/// these.
bool touch_figures_ok(const touch_figures_t* figures);

#endif
