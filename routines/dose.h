/// How much each region gets: of one session, planned or measured, and of the last days. One
/// definition for both, so that what was planned, what was done and what is allowed compare.
///
/// Always holds: only time in contact counts. A sample belongs to the region under the pad's middle
/// (`body_region_at`). Pressure is the force along the normal over the pad's whole face.
#ifndef KNEAD_ROUTINES_DOSE_H
#define KNEAD_ROUTINES_DOSE_H

#include "config/finding.h"
#include "routines/body.h"
#include "routines/routine.h"

#define DOSE_WEEK_S INT64_C(604800) // seven days
#define DOSE_TOTAL_CAPACITY 96      // regions, of several body maps, in the sums of a week
#define DOSE_PLAN_STEP_S 0.020      // of time, between two looks at a planned stroke
#define DOSE_PLAN_PARTS_MAX 1e6     // of one stroke: a longer one is looked at less often

/// What one region got.
typedef struct {
    double contact_s;
    double impulse_Ns;       // force times time
    double pressure_peak_Pa; // highest
    double pressure_time_Pa_s;
    int strokes; // touches of the routine's strokes
} dose_region_t;

/// By index of the body's regions.
typedef struct {
    dose_region_t regions[REGION_CAPACITY];
} dose_t;

/// By name, over sessions that may have used different body maps.
typedef struct {
    char region[NAME_CAPACITY];
    dose_region_t dose;
} dose_total_t;
typedef struct {
    int session_count;
    int total_count;
    dose_total_t totals[DOSE_TOTAL_CAPACITY];
} dose_sum_t;

/// Adds one stretch of contact with a steady force. A stretch without a length above 0 adds
/// nothing; of a force that is not finite only the time counts.
void dose_add(dose_region_t* dose, double force_N, double duration_s, double pad_area_m2);

/// Adds what another session gave to the same region.
void dose_merge(dose_region_t* sum, const dose_region_t* part);

/// Mean pressure in contact, Pa; 0 without contact.
double dose_pressure_mean_Pa(const dose_region_t* dose);

/// What a routine would give, from its techniques. A place outside every region counts for the
/// stroke's own; of taps the hops count with them. Without a pad (null) no pressure is known and
/// all of them stay 0. A step's repeats on one region are one stroke, given that often.
void dose_of_routine(const routine_t* routine, const body_t* body, const pad_settings_t* pad,
                     dose_t* dose);

/// Adds a region's dose to a sum by its name. False if the sum has no room for another name.
bool dose_sum_add(dose_sum_t* sum, const char* region, const dose_region_t* dose);

/// What a sum holds for a region, or all zeros.
dose_region_t dose_sum_of(const dose_sum_t* sum, const char* region);

/// Words that begin a finding's message; stable, for tools and tests.
#define DOSE_RULE_LIST(X)                                                                          \
    X(DOSE_RULE_SESSION_TIME, "region-time-over-session")       /* region_time_max */              \
    X(DOSE_RULE_SESSION_IMPULSE, "region-impulse-over-session") /* region_impulse_max */           \
    X(DOSE_RULE_WEEK_TIME, "region-time-over-week")             /* region_week_time_max */         \
    X(DOSE_RULE_WEEK_IMPULSE, "region-impulse-over-week")       /* region_week_impulse_max */
typedef enum {
#define X(id, text) id,
    DOSE_RULE_LIST(X)
#undef X
} dose_rule_t;
const char* dose_rule_text(dose_rule_t rule);

/// Refuses what a session would give over the limits, by itself and on top of `week`, what the last
/// seven days gave (null: not known, only the session's own limits are checked). Each finding names
/// the file `path`, the region, what was, what would come and what is allowed. A region that gets
/// nothing is not refused, whatever it had. True without errors.
bool dose_check(const dose_t* planned, const dose_sum_t* week, const body_settings_t* body,
                const safety_settings_t* safety, const char* path, findings_t* findings);

#endif
