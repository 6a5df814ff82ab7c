/// Two runs side by side: their figures with what they may differ by, and where their inputs and
/// their decisions first part. For whoever changed something and wants to know whether it got
/// worse.
#ifndef KNEAD_CONTROLLER_REPLAY_COMPARE_H
#define KNEAD_CONTROLLER_REPLAY_COMPARE_H

#include "controller/record/summary_read.h"

typedef enum {
    COMPARE_MORE_IS_WORSE,
    COMPARE_LESS_IS_WORSE,
    COMPARE_OTHER_IS_WORSE, // in either direction
} compare_way_t;

/// Enumerator, word, unit, which way is worse, what it may differ by: absolutely, and as part of
/// the first run's; the larger of both holds. Meaning. Tolerances are what two seeds of the shipped
/// routines differ by, rounded up, and nothing where a single one is news. [judgement]
#define COMPARE_LIST(X)                                                                            \
    X(COMPARE_ENDING, "ending", "", MORE_IS_WORSE, 0, 0,                                           \
      "how it ended: 0 finished, 1 ended early, 2 stopped, 3 not carried out or cut off")          \
    X(COMPARE_STOPS, "stops", "", MORE_IS_WORSE, 0, 0, "stops")                                    \
    X(COMPARE_REFUSALS, "refusals", "", MORE_IS_WORSE, 0, 0,                                       \
      "times a rule began to refuse while the arm was in use")                                     \
    X(COMPARE_RMS, "force_error_rms_N", "N", MORE_IS_WORSE, 0.1, 0.05,                             \
      "force less target, RMS of the worst technique")                                             \
    X(COMPARE_BIAS, "force_error_mean_N", "N", MORE_IS_WORSE, 0.1, 0.05,                           \
      "size of the mean of force less target, of the worst technique")                             \
    X(COMPARE_PEAK, "force_peak_N", "N", MORE_IS_WORSE, 0.5, 0.05, "highest force of the run")     \
    X(COMPARE_PULL, "pull_peak_N", "N", MORE_IS_WORSE, 0.5, 0.05, "largest pull of the run")       \
    X(COMPARE_OVERSHOOT, "force_overshoot_N", "N", MORE_IS_WORSE, 0.5, 0.1,                        \
      "highest force over its target after touching down")                                         \
    X(COMPARE_OVER_CAP, "over_cap_s", "s", MORE_IS_WORSE, 0.02, 0, "time over a region's cap")     \
    X(COMPARE_SHEAR, "shear_peak_N", "N", MORE_IS_WORSE, 1, 0.15, "highest force along the skin")  \
    X(COMPARE_CONTACT, "contact_s", "s", LESS_IS_WORSE, 1, 0.01, "time in contact")                \
    X(COMPARE_IMPULSE, "impulse_Ns", "Ns", OTHER_IS_WORSE, 5, 0.02, "force by time: the dose")     \
    X(COMPARE_REGIONS, "regions", "", LESS_IS_WORSE, 0, 0, "regions that were touched")            \
    X(COMPARE_STROKES, "strokes", "", LESS_IS_WORSE, 0, 0, "strokes that touched")                 \
    X(COMPARE_DURATION, "duration_s", "s", MORE_IS_WORSE, 2, 0.05, "duration of the run")          \
    X(COMPARE_TOOL_SPEED, "tool_speed_peak_mps", "m/s", MORE_IS_WORSE, 0.005, 0.05,                \
      "highest speed of the tool")                                                                 \
    X(COMPARE_FOLLOWING_PEAK, "following_peak", "", MORE_IS_WORSE, 0.02, 0.1,                      \
      "largest following error of a joint, as part of what it may show at rest")                   \
    X(COMPARE_FOLLOWING_RMS, "following_rms", "", MORE_IS_WORSE, 0.01, 0.1,                        \
      "the same, RMS of the worst joint")                                                          \
    X(COMPARE_LATE, "late_part", "", MORE_IS_WORSE, 0.001, 0,                                      \
      "part of the periods that were late")                                                        \
    X(COMPARE_LATE_ROW, "late_in_a_row", "", MORE_IS_WORSE, 1, 0, "most periods late in a row")    \
    X(COMPARE_ROUND_TRIP, "round_trip_mean_us", "us", MORE_IS_WORSE, 100, 0.2,                     \
      "mean answer time of the slowest device")                                                    \
    X(COMPARE_TIMEOUTS, "timeouts_part", "", MORE_IS_WORSE, 0.001, 0,                              \
      "part of the exchanges that got no answer in time")                                          \
    X(COMPARE_DROPPED, "cycles_dropped", "", MORE_IS_WORSE, 0, 0, "cycles that were not recorded")
typedef enum {
#define X(id, word, unit, way, absolute, part, text) id,
    COMPARE_LIST(X)
#undef X
} compare_id_t;
#define COMPARE_COUNT 23

typedef struct {
    const char *word, *unit, *text;
    compare_way_t way;
    double absolute, part;
} compare_info_t;
const compare_info_t* compare_info(compare_id_t id);

typedef enum {
    COMPARE_SAME,          // within what they may differ by
    COMPARE_BETTER,        // or other, where that is no worse
    COMPARE_WORSE,         // known in the first run and unknown in the second as well
    COMPARE_UNKNOWN,       // in the first run
    COMPARE_OF_WHOLE_RUNS, // not compared: it is about whole runs, and they ended in different ways
} compare_verdict_t;
const char* compare_verdict_text(compare_verdict_t verdict);

/// True for duration, contact, dose and coverage: how much of them there is depends on where a run
/// ended, and only runs that ended alike are compared in them.
bool compare_of_whole_runs(compare_id_t id);

/// What the figures may differ by, absolutely; NaN for as in COMPARE_LIST.
typedef struct {
    double at[COMPARE_COUNT];
} compare_tolerances_t;
compare_tolerances_t compare_tolerances(void);

/// Reads "WORD=NUMBER[,WORD=NUMBER...]". False, with what was read before it kept, at the first
/// that is none; `wrong` then points at it.
bool compare_tolerances_read(const char* text, compare_tolerances_t* tolerances,
                             const char** wrong);

typedef struct {
    double first, second, tolerance; // NaN: unknown
    compare_verdict_t verdict;
} compare_row_t;

#define COMPARE_COLUMN_COUNT 1000 // of the forces, over the longer run

/// NaN where a run has no sample.
typedef struct {
    double force_min_N, force_max_N, target_max_N;
} compare_column_t;

/// One of the two, opened and at its first cycle.
typedef struct {
    cycle_reader_t* reader;
    const cycle_file_header_t* header;
    const summary_file_t* file;
    summary_t* summary; // begun with its session, finished, and no cycle observed yet
} compare_run_t;

typedef struct {
    compare_row_t rows[COMPARE_COUNT];
    run_verdict_t ending[2]; // by their summaries
    int64_t cycles[2];
    cycle_read_t end[2];
    bool inputs_part, decisions_part; // at a cycle that both have
    cycle_record_t input[2], decision[2];
    double drawn_s;  // of the longer run: by its summary, or as far as a cut-off run was recorded
    double column_s; // time of a column
    compare_column_t columns[2][COMPARE_COLUMN_COUNT];
} compare_t;

/// Reads both runs to their ends: summaries observe every cycle, the rest goes into `compare`.
/// Machines and routines may be different ones; decisions are then those of other places.
void compare_runs(const compare_run_t* first, const compare_run_t* second,
                  const compare_tolerances_t* tolerances, compare_t* compare);

/// True if any figure of the second run is worse.
bool compare_regressed(const compare_t* compare);

#endif
