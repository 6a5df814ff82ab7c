/// Tunes gains: tries them on every case, keeps the best. The cases of one try are played in
/// several processes at once; what comes of it does not depend on how many.
///
/// What is found is the best that was tried, with three significant digits and measured as such:
/// the figures are those of the numbers that can be written into a file. Where that is no better
/// than what it began with, it is what it began with.
#ifndef KNEAD_CONTROLLER_TUNING_TUNING_H
#define KNEAD_CONTROLLER_TUNING_TUNING_H

#include "controller/tuning/objective.h"
#include "controller/tuning/search.h"

#define TUNING_CASE_CAPACITY 48
#define TUNING_TRACE_CAPACITY 1000 // tries that are kept for drawing; later ones are not
#define TUNING_SETTLED 0.02        // a simplex of 2 % ends the search: finer than three digits tell

typedef struct {
    char name[TEXT_CAPACITY]; // of the person, and of the routine where there are several
    rehearsal_t rehearsal;    // its gains are not looked at
} tuning_case_t;

/// One try.
typedef struct {
    gains_t gains;
    double cost;
    double worst_force_N; // NaN where every case was stopped
    int stopped;          // cases
    bool whole;           // every case was played; false where somebody stopped it
    rehearsal_figures_t figures[TUNING_CASE_CAPACITY];
} tuning_try_t;

typedef struct {
    int tries, tries_max;
    bool looking; // in the coarse part
    double cost, best_cost, best_force_N;
    double simulated_s;
} tuning_progress_t;

typedef struct {
    int case_count; // 1 to TUNING_CASE_CAPACITY
    const tuning_case_t* cases;
    gains_t start; // inside their ranges
    bool tuned[GAIN_COUNT];
    int tries_max;          // of the search; one more measures what is written
    double simulated_max_s; // after which no further try begins; 0: no bound
    int jobs;
    void* context;
    void (*show)(void* context, const tuning_progress_t* progress);
    bool (*stop)(void* context); // true ends it as soon as the cases that are being played are over
} tuning_t;

typedef struct {
    gains_t gains;
    double cost, worst_force_N;
} tuning_trace_t;

typedef struct {
    search_ending_t ending;
    int tries;
    double simulated_s;
    bool improved; // `found` is better than `start`
    tuning_try_t start, found;
    int trace_count;
    tuning_trace_t trace[TUNING_TRACE_CAPACITY];
} tuning_result_t;

/// Plays every case with these gains.
void tuning_try(const tuning_t* tuning, const gains_t* gains, tuning_try_t* tried);

/// Null if memory is short; else the caller's, to be freed.
tuning_result_t* tuning_run(const tuning_t* tuning);

/// By how many percent of itself `before` became smaller; 0 where either is not known.
double tuning_change_percent(double before, double after);

#endif
