#include "controller/tuning/sweep_page.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "controller/record/atomic_file.h"
#include "controller/report/html.h"
#include "controller/report/report_style.h"

// Of the drawings, in their own units.
#define WIDTH 1000.0
#define HEIGHT 380.0
#define LEFT 70.0
#define BOTTOM 60.0
#define TOP 20.0
#define ROWS_SHOWN_MAX 2000 // of the table; the file has all
#define CELLS_MAX 60        // of a map, along each side

static const char style[] =
    ".rail{stroke:var(--line)}.worst{fill:none;stroke:var(--force);stroke-width:2.4}"
    ".mean{fill:none;stroke:var(--soft);stroke-width:1.6;stroke-dasharray:5 4}"
    ".dot{fill:var(--force)}.stopped{fill:none;stroke:var(--bad);stroke-width:2.4}"
    ".refused{stroke:var(--soft);stroke-width:2}.cell{stroke:var(--card)}"
    ".c0{fill:var(--f0)}.c1{fill:var(--f1)}.c2{fill:var(--f2)}.c3{fill:var(--f3)}"
    ".c4{fill:var(--f4)}.c5{fill:var(--f5)}.none{fill:var(--line)}\n";

typedef struct {
    const sweep_t* sweep;
    const sweep_point_t* points;
    int64_t count;
    double worst_max_N, worst_min_N;
} drawing_t;

static void write_axis_name(FILE* out, const sweep_axis_t* axis)
{
    html_text(out, sweep_kind_text(axis->kind));
    (void)fputc('.', out);
    html_text(out, axis->field);
    if (axis->unit[0] != '\0') {
        (void)fputs(", ", out);
        html_text(out, axis->unit);
    }
}

static void write_head(FILE* out, const drawing_t* drawing)
{
    const sweep_header_t* header = &drawing->sweep->header;
    int64_t refused = 0, stopped = 0;
    for (int64_t i = 0; i < drawing->count; ++i) {
        refused += drawing->points[i].counts[SWEEP_REFUSED];
        stopped += drawing->points[i].counts[SWEEP_STOPPED];
    }
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
                "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
                "<title>Sweep</title>\n<style>\n",
                out);
    report_write_style(out);
    (void)fputs(style, out);
    (void)fputs("</style></head>\n<body><main>\n<h1>Sweep</h1>\n<p class=\"soft\">", out);
    for (int i = 0; i < header->axes.axis_count; ++i) {
        (void)fputs(i > 0 ? " \303\227 " : "", out);
        write_axis_name(out, &header->axes.axes[i]);
    }
    (void)fprintf(out,
                  "</p>\n<p>%" PRId64 " of %" PRId64 " trials known at %" PRId64 " points; %" PRId64
                  " refused, %" PRId64 " stopped by a rule. knead ",
                  drawing->sweep->count, sweep_trials(header), drawing->count, refused, stopped);
    html_text(out, header->version);
    (void)fputs(", commit ", out);
    html_text(out, header->commit);
    (void)fputs(". On the virtual table.</p>\n", out);
}

static double across(const sweep_axis_t* axis, double value)
{
    double low = axis->values[0], high = axis->values[0];
    for (int i = 1; i < axis->count; ++i) {
        low = fmin(low, axis->values[i]);
        high = fmax(high, axis->values[i]);
    }
    const double part = high > low ? (value - low) / (high - low) : 0.5;
    return LEFT + part * (WIDTH - LEFT - 20.0);
}

static double up(const drawing_t* drawing, double force_N)
{
    const double part = drawing->worst_max_N > 0.0 ? force_N / drawing->worst_max_N : 0.0;
    return HEIGHT - BOTTOM - part * (HEIGHT - BOTTOM - TOP);
}

static void write_grid(FILE* out, const drawing_t* drawing, const sweep_axis_t* axis)
{
    for (int i = 0; i <= 4; ++i) {
        const double force_N = drawing->worst_max_N * i / 4.0;
        (void)fprintf(out,
                      "<line class=\"rail\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                      "<text class=\"right\" x=\"%.0f\" y=\"%.1f\">%.3g N</text>\n",
                      LEFT, WIDTH, up(drawing, force_N), up(drawing, force_N), LEFT - 8.0,
                      up(drawing, force_N) + 4.0, force_N);
    }
    const int every = axis->count > 12 ? (axis->count + 11) / 12 : 1;
    for (int i = 0; i < axis->count; i += every) {
        (void)fprintf(out, "<text class=\"middle\" x=\"%.1f\" y=\"%.0f\">%.4g</text>\n",
                      across(axis, axis->values[i]), HEIGHT - BOTTOM + 20.0, axis->values[i]);
    }
    (void)fprintf(out, "<text class=\"middle\" x=\"%.0f\" y=\"%.0f\">", WIDTH / 2.0, HEIGHT - 10.0);
    write_axis_name(out, axis);
    (void)fputs("</text>\n", out);
}

static void write_line(FILE* out, const drawing_t* drawing, const sweep_axis_t* axis, bool mean)
{
    (void)fprintf(out, "<path class=\"%s\" d=\"", mean ? "mean" : "worst");
    bool down = false;
    for (int64_t i = 0; i < drawing->count; ++i) {
        const sweep_point_t* point = &drawing->points[i];
        const double force_N = mean ? point->force_rms_mean_N : point->force_rms_worst_N;
        if (isfinite(force_N)) {
            (void)fprintf(out, "%c%.1f %.1f", down ? 'L' : 'M', across(axis, point->values[0]),
                          up(drawing, force_N));
        }
        down = isfinite(force_N); // what is not known is not bridged
    }
    (void)fputs("\"/>\n", out);
}

static void write_curve(FILE* out, const drawing_t* drawing)
{
    const sweep_axis_t* axis = &drawing->sweep->header.axes.axes[0];
    (void)fprintf(out,
                  "<svg class=\"curve\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"force "
                  "RMS over the value\">\n",
                  WIDTH, HEIGHT);
    write_grid(out, drawing, axis);
    write_line(out, drawing, axis, true);
    write_line(out, drawing, axis, false);
    for (int64_t i = 0; i < drawing->count; ++i) {
        const sweep_point_t* point = &drawing->points[i];
        const double x = across(axis, point->values[0]);
        if (isfinite(point->force_rms_worst_N)) {
            (void)fprintf(out, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>", x,
                          up(drawing, point->force_rms_worst_N));
        }
        if (point->counts[SWEEP_STOPPED] > 0) {
            (void)fprintf(out, "<circle class=\"stopped\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"/>", x,
                          TOP + 8.0);
        }
        if (point->counts[SWEEP_REFUSED] > 0) {
            (void)fprintf(out, "<path class=\"refused\" d=\"M%.1f %.1fl10 10m-10 0l10 -10\"/>",
                          x - 5.0, HEIGHT - BOTTOM - 12.0);
        }
    }
    (void)fputs(
        "\n</svg><figcaption>Line: worst force RMS over routines, bodies and seeds; dashed: "
        "the mean. Rings above: a rule stopped a trial there. Crosses below: a file with "
        "that value was refused.</figcaption>\n",
        out);
}

/// The worst of all points with these places on the first two axes.
static double worst_at(const drawing_t* drawing, int column, int row, bool* stopped)
{
    const sweep_axes_t* axes = &drawing->sweep->header.axes;
    int64_t inner = 1;
    for (int i = 2; i < axes->axis_count; ++i) {
        inner *= axes->axes[i].count;
    }
    const int64_t first = ((int64_t)column * axes->axes[1].count + row) * inner;
    double worst_N = (double)NAN;
    *stopped = false;
    for (int64_t i = first; i < first + inner; ++i) {
        worst_N = fmax(worst_N, drawing->points[i].force_rms_worst_N);
        *stopped = *stopped || drawing->points[i].counts[SWEEP_STOPPED] > 0;
    }
    return worst_N;
}

static void write_cell(FILE* out, const drawing_t* drawing, int column, int row)
{
    const sweep_axes_t* axes = &drawing->sweep->header.axes;
    const double wide = (WIDTH - LEFT - 20.0) / axes->axes[0].count;
    const double high = (HEIGHT - BOTTOM - TOP) / axes->axes[1].count;
    const double x = LEFT + column * wide, y = HEIGHT - BOTTOM - (row + 1) * high;
    bool stopped;
    const double worst_N = worst_at(drawing, column, row, &stopped);
    const double part =
        (worst_N - drawing->worst_min_N) / fmax(drawing->worst_max_N - drawing->worst_min_N, 1e-9);
    const int shade = isfinite(part) ? (int)fmin(fmax(part * 6.0, 0.0), 5.0) : 0;
    (void)fprintf(out,
                  "<rect class=\"cell %s%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">"
                  "<title>%.4g, %.4g: ",
                  isfinite(worst_N) ? "c" : "none c", isfinite(worst_N) ? shade : 9, x, y, wide,
                  high, axes->axes[0].values[column], axes->axes[1].values[row]);
    html_number(out, worst_N, 3);
    (void)fputs(" N</title></rect>", out);
    if (stopped) {
        (void)fprintf(out, "<circle class=\"stopped\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>",
                      x + wide / 2.0, y + high / 2.0, fmin(wide, high) / 4.0);
    }
}

static void write_map(FILE* out, const drawing_t* drawing)
{
    const sweep_axes_t* axes = &drawing->sweep->header.axes;
    (void)fprintf(out,
                  "<svg class=\"map\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"worst "
                  "force RMS over two values\">\n",
                  WIDTH, HEIGHT);
    for (int column = 0; column < axes->axes[0].count; ++column) {
        for (int row = 0; row < axes->axes[1].count; ++row) {
            write_cell(out, drawing, column, row);
        }
    }
    for (int end = 0; end < 2; ++end) {
        const int last_x = axes->axes[0].count - 1, last_y = axes->axes[1].count - 1;
        (void)fprintf(out,
                      "<text class=\"%s\" x=\"%.0f\" y=\"%.0f\">%.4g</text>"
                      "<text class=\"right\" x=\"%.0f\" y=\"%.0f\">%.4g</text>\n",
                      end == 0 ? "" : "right", end == 0 ? LEFT : WIDTH - 20.0,
                      HEIGHT - BOTTOM + 20.0, axes->axes[0].values[end == 0 ? 0 : last_x],
                      LEFT - 8.0, end == 0 ? HEIGHT - BOTTOM : TOP + 10.0,
                      axes->axes[1].values[end == 0 ? 0 : last_y]);
    }
    (void)fprintf(out, "<text class=\"middle\" x=\"%.0f\" y=\"%.0f\">", WIDTH / 2.0, HEIGHT - 10.0);
    write_axis_name(out, &axes->axes[0]);
    (void)fputs(" across, ", out);
    write_axis_name(out, &axes->axes[1]);
    (void)fputs(" up</text>\n</svg><figcaption>The stronger the colour, the larger the worst force "
                "RMS, from ",
                out);
    html_number(out, drawing->worst_min_N, 3);
    (void)fputs(" N to ", out);
    html_number(out, drawing->worst_max_N, 3);
    (void)fputs(" N. Rings: a rule stopped a trial. Grey: nothing was played to its end."
                "</figcaption>\n",
                out);
}

static void write_drawing(FILE* out, const drawing_t* drawing)
{
    const sweep_axes_t* axes = &drawing->sweep->header.axes;
    (void)fputs("<section><h2>Force RMS</h2><figure class=\"scroll\" style=\"margin:0\">", out);
    if (axes->axis_count == 1) {
        write_curve(out, drawing);
    } else if (axes->axes[0].count <= CELLS_MAX && axes->axes[1].count <= CELLS_MAX) {
        write_map(out, drawing);
    } else {
        (void)fprintf(out,
                      "<figcaption>More than %d values along a side are not drawn.</figcaption>",
                      CELLS_MAX);
    }
    (void)fputs("</figure></section>\n", out);
}

static void write_row(FILE* out, const drawing_t* drawing, const sweep_point_t* point)
{
    (void)fputs("<tr>", out);
    for (int i = 0; i < drawing->sweep->header.axes.axis_count; ++i) {
        (void)fprintf(out, "<th class=\"n\">%.6g</th>", point->values[i]);
    }
    (void)fprintf(out,
                  "<td class=\"n\">%" PRId64 "</td><td class=\"n\">%" PRId64
                  "</td><td class=\"n\">%" PRId64 "</td>",
                  point->counts[SWEEP_PLAYED], point->counts[SWEEP_STOPPED],
                  point->counts[SWEEP_REFUSED] + point->counts[SWEEP_FAILED]);
    const double numbers[] = {point->force_rms_worst_N,      point->force_rms_mean_N,
                              point->path_rms_worst_m * 1e3, point->overshoot_worst_N,
                              point->swing_worst_N,          point->force_peak_N};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; ++i) {
        (void)fputs("<td class=\"n\">", out);
        html_number(out, numbers[i], i < 2 ? 3 : 2);
        (void)fputs("</td>", out);
    }
    (void)fputs("<td class=\"note\">", out);
    html_text(out, point->note);
    (void)fputs("</td></tr>\n", out);
}

static void write_table(FILE* out, const drawing_t* drawing)
{
    const sweep_axes_t* axes = &drawing->sweep->header.axes;
    (void)fputs("<section><h2>Every point</h2><div class=\"scroll\"><table><thead><tr>", out);
    for (int i = 0; i < axes->axis_count; ++i) {
        (void)fputs("<th class=\"n\">", out);
        write_axis_name(out, &axes->axes[i]);
        (void)fputs("</th>", out);
    }
    (void)fputs(
        "<th class=\"n\">played</th><th class=\"n\">stopped</th><th class=\"n\">refused</th>"
        "<th class=\"n\">worst force RMS, N</th><th class=\"n\">mean, N</th>"
        "<th class=\"n\">path RMS, mm</th><th class=\"n\">overshoot, N</th>"
        "<th class=\"n\">swing, N</th><th class=\"n\">peak, N</th><th>first that was not "
        "played to its end</th></tr></thead><tbody>\n",
        out);
    for (int64_t i = 0; i < drawing->count && i < ROWS_SHOWN_MAX; ++i) {
        write_row(out, drawing, &drawing->points[i]);
    }
    (void)fputs("</tbody></table></div>", out);
    if (drawing->count > ROWS_SHOWN_MAX) {
        (void)fprintf(out, "<p class=\"note\">The first %d of %" PRId64 " points.</p>",
                      ROWS_SHOWN_MAX, drawing->count);
    }
    (void)fputs("</section>\n", out);
}

bool sweep_page_write(const sweep_t* sweep, const char* path)
{
    const int64_t count = sweep_axes_points(&sweep->header.axes);
    sweep_point_t* points = calloc((size_t)count, sizeof *points);
    atomic_file_t target;
    if (points == NULL || !atomic_file_open(&target, path)) {
        free(points);
        return false;
    }
    drawing_t drawing = {.sweep = sweep,
                         .points = points,
                         .count = count,
                         .worst_max_N = (double)NAN,
                         .worst_min_N = (double)NAN};
    for (int64_t i = 0; i < count; ++i) {
        points[i] = sweep_tally(sweep, i);
        drawing.worst_max_N = fmax(drawing.worst_max_N, points[i].force_rms_worst_N);
        drawing.worst_min_N = fmin(drawing.worst_min_N, points[i].force_rms_worst_N);
    }
    drawing.worst_max_N = isfinite(drawing.worst_max_N) ? drawing.worst_max_N : 0.0;
    drawing.worst_min_N = isfinite(drawing.worst_min_N) ? drawing.worst_min_N : 0.0;
    write_head(target.file, &drawing);
    write_drawing(target.file, &drawing);
    write_table(target.file, &drawing);
    (void)fputs("</main></body></html>\n", target.file);
    free(points);
    return atomic_file_commit(&target);
}
