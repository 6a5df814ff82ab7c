/// The last two seconds of a run's cycles, and how its signals went in them.
#ifndef KNEAD_CONTROLLER_EXPLAIN_EXPLAIN_WINDOW_H
#define KNEAD_CONTROLLER_EXPLAIN_EXPLAIN_WINDOW_H

#include "controller/explain/explain.h"

/// A ring of the newest records. Memory is taken once.
typedef struct {
    cycle_record_t* records; // owned
    int capacity;
    int count;
    int next;
} explain_window_t;

/// Room for EXPLAIN_BEFORE_US of a session's periods and the newest one, for
/// EXPLAIN_SAMPLE_CAPACITY at most. False if memory is short.
bool explain_window_make(explain_window_t* window, const session_t* session);
void explain_window_free(explain_window_t* window);

void explain_window_add(explain_window_t* window, const cycle_record_t* record);

/// The same records in `copy`, which was made for the same session.
void explain_window_copy(const explain_window_t* window, explain_window_t* copy);

/// The record `back` periods before the newest, which is 0; null where there is none.
const cycle_record_t* explain_window_at(const explain_window_t* window, int back);

/// Fills the trends of a window. `joint` is the one whose signals are shown, -1 for none.
void explain_window_trends(const explain_window_t* window, const session_t* session, int joint,
                           explain_trend_t trends[TREND_COUNT]);

/// How far the window reaches back from its newest record.
double explain_window_s(const explain_window_t* window);

/// How many periods of it were late.
int explain_window_overruns(const explain_window_t* window);

#endif
