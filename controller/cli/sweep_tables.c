#include "controller/cli/sweep_tables.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "controller/record/atomic_file.h"
#include "controller/record/json.h"

static void print_number(double number, int decimals, FILE* out)
{
    if (isfinite(number)) {
        (void)fprintf(out, " %9.*f", decimals, number);
    } else {
        (void)fprintf(out, " %9s", "-");
    }
}

static void print_point(const sweep_t* sweep, const sweep_point_t* point, FILE* out)
{
    for (int i = 0; i < sweep->header.axes.axis_count; ++i) {
        (void)fprintf(out, " %11.5g", point->values[i]);
    }
    (void)fprintf(out, " %6" PRId64 " %7" PRId64 " %7" PRId64, point->counts[SWEEP_PLAYED],
                  point->counts[SWEEP_STOPPED],
                  point->counts[SWEEP_REFUSED] + point->counts[SWEEP_FAILED]);
    print_number(point->force_rms_worst_N, 3, out);
    print_number(point->force_rms_mean_N, 3, out);
    print_number(point->overshoot_worst_N, 2, out);
    print_number(point->swing_worst_N, 2, out);
    print_number(point->force_peak_N, 1, out);
    (void)fprintf(out, "%s%s\n", point->note[0] != '\0' ? "  " : "", point->note);
}

void sweep_tables_print(const sweep_t* sweep, FILE* out)
{
    const sweep_axes_t* axes = &sweep->header.axes;
    for (int i = 0; i < axes->axis_count; ++i) {
        (void)fprintf(out, "%s %d: %s.%s%s%s\n", i == 0 ? "column" : "      ", i + 1,
                      sweep_kind_text(axes->axes[i].kind), axes->axes[i].field,
                      axes->axes[i].unit[0] != '\0' ? ", " : "", axes->axes[i].unit);
    }
    for (int i = 0; i < axes->axis_count; ++i) {
        (void)fprintf(out, " %11d", i + 1);
    }
    (void)fprintf(out, " %6s %7s %7s %9s %9s %9s %9s %9s\n", "played", "stopped", "refused",
                  "worst N", "mean N", "oversh. N", "swing N", "peak N");
    int64_t refused = 0, stopped = 0;
    for (int64_t i = 0; i < sweep_axes_points(axes); ++i) {
        const sweep_point_t point = sweep_tally(sweep, i);
        refused += point.counts[SWEEP_REFUSED];
        stopped += point.counts[SWEEP_STOPPED];
        if (point.trials > 0) {
            print_point(sweep, &point, out);
        }
    }
    (void)fprintf(out,
                  "%" PRId64 " of %" PRId64 " trials: %" PRId64 " refused, %" PRId64
                  " stopped; force RMS worst and mean, over routines, bodies and seeds\n",
                  sweep->count, sweep_trials(&sweep->header), refused, stopped);
}

static void write_point(json_t* json, const sweep_t* sweep, const sweep_point_t* point)
{
    json_object_begin(json, NULL);
    json_array_begin(json, "values");
    for (int i = 0; i < sweep->header.axes.axis_count; ++i) {
        json_number(json, NULL, point->values[i]);
    }
    json_array_end(json);
    json_integer(json, "trials", point->trials);
    for (int i = 0; i < SWEEP_RESULT_COUNT; ++i) {
        json_integer(json, sweep_result_text((sweep_result_t)i), point->counts[i]);
    }
    json_number(json, "force_rms_worst_N", point->force_rms_worst_N);
    json_number(json, "force_rms_mean_N", point->force_rms_mean_N);
    json_number(json, "path_rms_worst_m", point->path_rms_worst_m);
    json_number(json, "overshoot_worst_N", point->overshoot_worst_N);
    json_number(json, "swing_worst_N", point->swing_worst_N);
    json_number(json, "over_cap_worst_N", point->over_cap_worst_N);
    json_number(json, "force_peak_N", point->force_peak_N);
    json_text(json, "note", point->note[0] != '\0' ? point->note : NULL);
    json_object_end(json);
}

void sweep_tables_write(const sweep_t* sweep, FILE* out)
{
    const sweep_axes_t* axes = &sweep->header.axes;
    json_t json = json_to_file(out);
    json_object_begin(&json, NULL);
    json_integer(&json, "trials", sweep_trials(&sweep->header));
    json_integer(&json, "known", sweep->count);
    json_array_begin(&json, "axes");
    for (int i = 0; i < axes->axis_count; ++i) {
        char field[TEXT_CAPACITY + NAME_CAPACITY];
        (void)snprintf(field, sizeof field, "%s.%s", sweep_kind_text(axes->axes[i].kind),
                       axes->axes[i].field);
        json_object_begin(&json, NULL);
        json_text(&json, "field", field);
        json_text(&json, "unit", axes->axes[i].unit);
        json_object_end(&json);
    }
    json_array_end(&json);
    json_array_begin(&json, "points");
    for (int64_t i = 0; i < sweep_axes_points(axes); ++i) {
        const sweep_point_t point = sweep_tally(sweep, i);
        write_point(&json, sweep, &point);
    }
    json_array_end(&json);
    json_object_end(&json);
    (void)fputc('\n', out);
}

/// In quotes, those inside doubled (RFC 4180).
static void write_text(const char* text, FILE* out)
{
    (void)fputc('"', out);
    for (; *text != '\0'; ++text) {
        (void)fputs(*text == '"' ? "\"" : "", out);
        (void)fputc(*text == '\n' || *text == '\r' ? ' ' : *text, out);
    }
    (void)fputc('"', out);
}

static void write_row(const sweep_t* sweep, const sweep_row_t* row, FILE* out)
{
    const sweep_header_t* header = &sweep->header;
    const sweep_place_t place = sweep_place(header, row->number);
    double values[SWEEP_AXIS_CAPACITY];
    sweep_axes_values(&header->axes, place.point, values);
    (void)fprintf(out, "%" PRId64, row->number);
    for (int i = 0; i < header->axes.axis_count; ++i) {
        (void)fprintf(out, ",%.12g", values[i]);
    }
    (void)fputc(',', out);
    write_text(header->routines[place.routine], out);
    (void)fputc(',', out);
    write_text(header->clients[place.client], out);
    (void)fprintf(out, ",%" PRId64 ",%s,", place.seed, sweep_result_text(row->result));
    write_text(row->note, out);
#define X(member)                                                                                  \
    (void)(isfinite(row->member) ? fprintf(out, ",%.9g", row->member) : fputc(',', out));
    SWEEP_NUMBER_LIST(X)
#undef X
    (void)fputc('\n', out);
}

bool sweep_tables_csv(const sweep_t* sweep, const char* path)
{
    atomic_file_t target;
    if (!atomic_file_open(&target, path)) {
        return false;
    }
    FILE* out = target.file;
    (void)fputs("number", out);
    for (int i = 0; i < sweep->header.axes.axis_count; ++i) {
        char name[2 * TEXT_CAPACITY];
        const sweep_axis_t* axis = &sweep->header.axes.axes[i];
        (void)snprintf(name, sizeof name, "%s.%s%s%s", sweep_kind_text(axis->kind), axis->field,
                       axis->unit[0] != '\0' ? " " : "", axis->unit);
        (void)fputc(',', out);
        write_text(name, out);
    }
    (void)fputs(",routine,client,seed,result,note", out);
#define X(member) (void)fputs("," #member, out);
    SWEEP_NUMBER_LIST(X)
#undef X
    (void)fputc('\n', out);
    for (int64_t i = 0; i < sweep_trials(&sweep->header); ++i) {
        if (sweep->rows[i].number >= 0) {
            write_row(sweep, &sweep->rows[i], out);
        }
    }
    return atomic_file_commit(&target);
}
