/// What the pictures of a report are drawn from: a run's cycles thinned to the width of a page,
/// without losing its extremes.
#ifndef KNEAD_CONTROLLER_REPORT_REPORT_DATA_H
#define KNEAD_CONTROLLER_REPORT_REPORT_DATA_H

#include "controller/record/summary.h"
#include "controller/report/body_picture.h"

#define REPORT_COLUMN_COUNT 1100    // of the force chart
#define REPORT_BAND_CAPACITY 2048   // strokes, parts of strokes after a pause counted apart
#define REPORT_LEVEL_CAPACITY 512   // changes of intensity
#define REPORT_PATH_CAPACITY 16000  // places of the path on the body
#define REPORT_PATH_SPACING_M 0.002 // closer places are left out

/// Lowest and highest of all samples that fall into one column; NaN where there is none.
typedef struct {
    double force_min_N, force_max_N;
    double target_min_N, target_max_N;
    double cap_min_N;
} report_column_t;

/// One item in contact without interruption.
typedef struct {
    int item;
    double from_s, to_s;
} report_band_t;

/// A level of intensity from a moment on.
typedef struct {
    double from_s;
    int level;
} report_level_t;

typedef struct {
    double from_s, to_s;             // of the run
    cycle_read_t end;                // how the file ended
    double force_max_N, force_min_N; // over all columns
    double target_max_N;
    double cap_min_N, cap_max_N; // in contact; NaN without contact
    report_column_t columns[REPORT_COLUMN_COUNT];
    int band_count;
    report_band_t bands[REPORT_BAND_CAPACITY];
    int level_count; // 1 in a run whose intensity never changed
    report_level_t levels[REPORT_LEVEL_CAPACITY];
    int place_count;
    double place_force_max_N;
    body_picture_place_t places[REPORT_PATH_CAPACITY];
} report_data_t;

/// Who else looks at the cycles while they are read: `begin` once, when it is known from when to
/// when they are, then `observe` for each. False from `begin` ends the reading: memory is short.
typedef struct {
    void* context;
    bool (*begin)(void* context, int64_t from_us, int64_t to_us);
    void (*observe)(void* context, const cycle_record_t* record);
} report_watch_t;

/// Fills `data` from a file of cycles, reading it twice. `watch` may be null.
cycle_open_t report_data_read(const char* path, const report_watch_t* watch, report_data_t* data);

/// Time in the middle of a column, s.
double report_column_s(const report_data_t* data, int column);

#endif
