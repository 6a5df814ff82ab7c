#include "controller/report/report_data.h"

#include <math.h>
#include <string.h>

static double lower(double a, double b)
{
    return b < a || isnan(a) ? b : a;
}
static double higher(double a, double b)
{
    return b > a || isnan(a) ? b : a;
}

/// What the first pass finds out.
typedef struct {
    double from_s, to_s;
    int64_t from_us, to_us;
    double path_m; // way in contact
    int64_t records;
} extent_t;

static extent_t read_extent(cycle_reader_t* reader)
{
    extent_t extent = {0};
    cycle_record_t record;
    bool contact = false;
    double x_m = 0.0, y_m = 0.0;
    while (cycle_reader_next(reader, &record) == CYCLE_READ_RECORD) {
        const double now_s = (double)record.input.now_us / 1e6;
        extent.from_s = extent.records == 0 ? now_s : extent.from_s;
        extent.to_s = now_s;
        extent.from_us = extent.records == 0 ? record.input.now_us : extent.from_us;
        extent.to_us = record.input.now_us;
        extent.records++;
        const double step_m = hypot((double)record.tool_x_m - x_m, (double)record.tool_y_m - y_m);
        if (contact && record.mode == MODE_CONTACT && isfinite(step_m)) {
            extent.path_m += step_m;
        }
        contact = record.mode == MODE_CONTACT;
        x_m = (double)record.tool_x_m;
        y_m = (double)record.tool_y_m;
    }
    return extent;
}

static void take_column(report_data_t* data, const cycle_record_t* record)
{
    const double now_s = (double)record->input.now_us / 1e6;
    const double part = (now_s - data->from_s) / (data->to_s - data->from_s);
    int column = isfinite(part) ? (int)(part * REPORT_COLUMN_COUNT) : 0;
    column = column < 0 ? 0 : column >= REPORT_COLUMN_COUNT ? REPORT_COLUMN_COUNT - 1 : column;
    report_column_t* at = &data->columns[column];
    const double force_N = (double)record->normal_force_N;
    if (isfinite(force_N)) {
        at->force_min_N = lower(at->force_min_N, force_N);
        at->force_max_N = higher(at->force_max_N, force_N);
        data->force_min_N = lower(data->force_min_N, force_N);
        data->force_max_N = higher(data->force_max_N, force_N);
    }
    // Outside contact there is a target only in name.
    const double target_N = (double)record->force_target_N;
    const double cap_N = (double)record->force_cap_N;
    if (record->mode == MODE_CONTACT && isfinite(target_N) && isfinite(cap_N)) {
        at->target_min_N = lower(at->target_min_N, target_N);
        at->target_max_N = higher(at->target_max_N, target_N);
        at->cap_min_N = lower(at->cap_min_N, cap_N);
        data->target_max_N = higher(data->target_max_N, target_N);
        data->cap_min_N = lower(data->cap_min_N, cap_N);
        data->cap_max_N = higher(data->cap_max_N, cap_N);
    }
}

static void take_level(report_data_t* data, const cycle_record_t* record)
{
    const int count = data->level_count;
    const bool same = count > 0 && data->levels[count - 1].level == record->intensity_level;
    if (!same && count < REPORT_LEVEL_CAPACITY) {
        data->levels[data->level_count++] =
            (report_level_t){(double)record->input.now_us / 1e6, record->intensity_level};
    }
}

static void take_band(report_data_t* data, const cycle_record_t* record, bool was_contact)
{
    const double now_s = (double)record->input.now_us / 1e6;
    report_band_t* last = data->band_count > 0 ? &data->bands[data->band_count - 1] : NULL;
    if (last && was_contact && last->item == record->item) {
        last->to_s = now_s;
    } else if (data->band_count < REPORT_BAND_CAPACITY) {
        data->bands[data->band_count++] = (report_band_t){record->item, now_s, now_s};
    }
}

static void take_place(report_data_t* data, const cycle_record_t* record, bool begins,
                       double spacing_m, double* force_N)
{
    const double x_m = (double)record->tool_x_m, y_m = (double)record->tool_y_m;
    const double now_N = (double)record->normal_force_N;
    if (!isfinite(x_m) || !isfinite(y_m) || !isfinite(now_N)) {
        return;
    }
    *force_N = begins ? now_N : fmax(*force_N, now_N);
    body_picture_place_t* last =
        data->place_count > 0 ? &data->places[data->place_count - 1] : NULL;
    const bool far = !last || hypot(x_m - last->x_m, y_m - last->y_m) >= spacing_m;
    if (begins || far) {
        if (data->place_count < REPORT_PATH_CAPACITY) {
            data->places[data->place_count++] = (body_picture_place_t){x_m, y_m, *force_N, begins};
        }
        data->place_force_max_N = fmax(data->place_force_max_N, *force_N);
        *force_N = now_N;
    } else {
        // A tool that stays in place shows the most it pressed there.
        last->force_N = fmax(last->force_N, now_N);
        data->place_force_max_N = fmax(data->place_force_max_N, now_N);
    }
}

cycle_open_t report_data_read(const char* path, const report_watch_t* watch, report_data_t* data)
{
    cycle_file_header_t header;
    cycle_reader_t* reader = NULL;
    const cycle_open_t opened = cycle_reader_open(path, &header, &reader);
    if (opened != CYCLE_OPEN_OK) {
        return opened;
    }
    memset(data, 0, sizeof *data);
    const extent_t extent = read_extent(reader);
    data->from_s = extent.from_s;
    data->to_s = extent.to_s;
    data->force_min_N = data->force_max_N = data->target_max_N = (double)NAN;
    data->cap_min_N = data->cap_max_N = (double)NAN;
    for (int column = 0; column < REPORT_COLUMN_COUNT; column++) {
        data->columns[column] =
            (report_column_t){(double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    }
    if (watch != NULL && !watch->begin(watch->context, extent.from_us, extent.to_us)) {
        cycle_reader_close(reader);
        return CYCLE_OPEN_NO_MEMORY;
    }
    // A long way gets coarser places, so that its end is drawn as well as its beginning.
    const double spacing_m =
        fmax(REPORT_PATH_SPACING_M, extent.path_m / (0.8 * REPORT_PATH_CAPACITY));
    cycle_reader_rewind(reader);
    cycle_record_t record;
    bool contact = false;
    double force_N = 0.0;
    while ((data->end = cycle_reader_next(reader, &record)) == CYCLE_READ_RECORD) {
        take_column(data, &record);
        take_level(data, &record);
        if (record.mode == MODE_CONTACT) {
            take_band(data, &record, contact);
            take_place(data, &record, !contact, spacing_m, &force_N);
        }
        contact = record.mode == MODE_CONTACT;
        if (watch != NULL) {
            watch->observe(watch->context, &record);
        }
    }
    cycle_reader_close(reader);
    return CYCLE_OPEN_OK;
}

double report_column_s(const report_data_t* data, int column)
{
    return data->from_s +
           (data->to_s - data->from_s) * ((double)column + 0.5) / REPORT_COLUMN_COUNT;
}
