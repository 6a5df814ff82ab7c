/// Finds the smallest value of a function of a few positive numbers, each in its range, without
/// derivatives and within a bounded number of calls: first a coarse look along each number in turn,
/// from the best so far, then NLopt's SUBPLEX from there (a Nelder-Mead simplex on subspaces; Rowan
/// 1990; NLopt 2.7). Both work in logarithms. Deterministic: the same function gives the same
/// calls.
///
/// The best of all calls is the answer, whatever ends it.
#ifndef KNEAD_CONTROLLER_TUNING_SEARCH_H
#define KNEAD_CONTROLLER_TUNING_SEARCH_H

#include <stdbool.h>

#define SEARCH_CAPACITY 16     // numbers
#define SEARCH_COARSE_PLACES 4 // along each number

#define SEARCH_ENDING_LIST(X)                                                                      \
    X(SEARCH_SETTLED, "settled: a step no longer changes anything")                                \
    X(SEARCH_COUNT, "as many tries as were allowed")                                               \
    X(SEARCH_STOPPED, "stopped before it had settled")                                             \
    X(SEARCH_FAILED, "it could not go on")
typedef enum {
#define X(id, text) id,
    SEARCH_ENDING_LIST(X)
#undef X
} search_ending_t;
#define SEARCH_ENDING_COUNT 4
const char* search_ending_text(search_ending_t ending);

typedef struct {
    int count; // of the numbers, 1 to SEARCH_CAPACITY
    double lowest[SEARCH_CAPACITY], highest[SEARCH_CAPACITY]; // above 0
    double start[SEARCH_CAPACITY];                            // inside its range
    int calls_max;                                            // at least 1
    double settled; // a simplex as small as this, in logarithms, ends it
    void* context;
    /// The value at a place. `looking` is true in the coarse part.
    double (*value)(void* context, const double* numbers, bool looking);
    /// Asked before each call; true ends the search. May be null.
    bool (*stop)(void* context);
} search_t;

typedef struct {
    search_ending_t ending;
    int calls;
    double best_value;
    double best[SEARCH_CAPACITY];
} search_result_t;

/// Calls `value` at the start first.
search_result_t search_run(const search_t* search);

#endif
