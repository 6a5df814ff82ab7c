/// What one trial of a sweep yields, and the line of JSON that keeps it. Tables, pages and CSV are
/// made from these lines alone.
///
/// A file of a sweep is text, an object a line: first the sweep's own (sweep_header_t), then one
/// for each trial, in any order. The same trial gives the same bytes wherever and whenever it is
/// played: no line holds a wall-clock time or the name of a computer.
#ifndef KNEAD_CONTROLLER_TUNING_SWEEP_ROW_H
#define KNEAD_CONTROLLER_TUNING_SWEEP_ROW_H

#include "config/digest.h"
#include "controller/campaign/outcome.h"
#include "controller/tuning/sweep_axis.h"

#define SWEEP_LINE_CAPACITY OUTCOME_LINE_CAPACITY // that a worker can send
#define SWEEP_HEADER_CAPACITY 131072
#define SWEEP_NAME_CAPACITY 16 // routines, and clients

#define SWEEP_RESULT_LIST(X)                                                                       \
    X(SWEEP_PLAYED, "played", "to its end")                                                        \
    X(SWEEP_STOPPED, "stopped", "a rule stopped it, or lifted the tool")                           \
    X(SWEEP_REFUSED, "refused", "a file with this value was refused; the note says why")           \
    X(SWEEP_FAILED, "failed", "it could not be played at all")
typedef enum {
#define X(id, word, meaning) id,
    SWEEP_RESULT_LIST(X)
#undef X
} sweep_result_t;
#define SWEEP_RESULT_COUNT 4
const char* sweep_result_text(sweep_result_t result);

/// Of the whole file. Trials are numbered by point, then routine, client and seed, which runs
/// quickest.
typedef struct {
    char version[NAME_CAPACITY]; // of the program
    char commit[NAME_CAPACITY];
    char inputs[DIGEST_TEXT_CAPACITY]; // fingerprint of all files that the trials are made from
    sweep_axes_t axes;
    int routine_count, client_count;
    char routines[SWEEP_NAME_CAPACITY][TEXT_CAPACITY]; // paths as given
    char clients[SWEEP_NAME_CAPACITY][TEXT_CAPACITY];
    int64_t seed_first, seed_last;
} sweep_header_t;

/// Whether there are as many trials as a sweep may have; before that nothing is counted.
bool sweep_bounded(const sweep_header_t* header);

int64_t sweep_trials_a_point(const sweep_header_t* header);
int64_t sweep_trials(const sweep_header_t* header);

/// Where a number leads.
typedef struct {
    int64_t point;
    int routine, client;
    int64_t seed;
} sweep_place_t;
sweep_place_t sweep_place(const sweep_header_t* header, int64_t number);

typedef struct {
    int64_t number;
    sweep_result_t result;
    char note[TEXT_CAPACITY]; // the finding, or the rule that stopped it; else empty
    double simulated_s, contact_s;
    double force_rms_N; // what is not known is NaN, here and below
    double path_rms_m;
    double overshoot_N;
    double force_peak_N;
    double over_cap_N;
    double swing_N;
    double following_rms_part;
} sweep_row_t;

/// The numbers of a row, each with its key, which is the member's name.
#define SWEEP_NUMBER_LIST(X)                                                                       \
    X(simulated_s)                                                                                 \
    X(contact_s)                                                                                   \
    X(force_rms_N)                                                                                 \
    X(path_rms_m)                                                                                  \
    X(overshoot_N)                                                                                 \
    X(force_peak_N)                                                                                \
    X(over_cap_N)                                                                                  \
    X(swing_N)                                                                                     \
    X(following_rms_part)

/// A row of what was played.
sweep_row_t sweep_row_of(int64_t number, const rehearsal_figures_t* figures);
/// A row of what was refused.
sweep_row_t sweep_row_refused(int64_t number, const char* note);

/// Lines without their end. False if `capacity` is too small; SWEEP_HEADER_CAPACITY and
/// SWEEP_LINE_CAPACITY always do.
bool sweep_header_write(const sweep_header_t* header, char* line, size_t capacity);
bool sweep_row_write(const sweep_header_t* header, const sweep_row_t* row, char* line,
                     size_t capacity);

/// Reads what was written; anything else, also a line cut short, gives false with the target
/// undefined.
bool sweep_header_read(const char* line, sweep_header_t* header);
bool sweep_row_read(const char* line, sweep_row_t* row);

#endif
