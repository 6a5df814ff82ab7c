#include <math.h>

#include "controller/report/html.h"
#include "controller/report/report_pictures.h"

// The plot area inside the picture, in its own units.
#define PICTURE_WIDTH 1200.0
#define PICTURE_HEIGHT 380.0
#define PLOT_LEFT 52.0
#define PLOT_RIGHT 1186.0
#define PLOT_TOP 40.0
#define PLOT_BOTTOM 340.0
#define BAND_STRIP_TOP 26.0 // coloured strip above the plot, one piece a stroke
#define LETTER_WIDTH 6.6    // of a label, about
#define CAP_IN_VIEW 2.5     // a cap up to this many times the highest force is drawn

typedef struct {
    FILE* out;
    double from_s, to_s;
    double bottom_N, top_N;
} axes_t;

static double x_of(const axes_t* axes, double time_s)
{
    return PLOT_LEFT +
           (PLOT_RIGHT - PLOT_LEFT) * (time_s - axes->from_s) / (axes->to_s - axes->from_s);
}

static double y_of(const axes_t* axes, double force_N)
{
    return PLOT_BOTTOM -
           (PLOT_BOTTOM - PLOT_TOP) * (force_N - axes->bottom_N) / (axes->top_N - axes->bottom_N);
}

/// The largest of 1, 2, 5 times a power of ten that still gives at least `count` steps.
static double nice_step(double range, int count)
{
    const double raw = range / count;
    const double power = pow(10.0, floor(log10(raw)));
    const double lead = raw / power;
    return power * (lead >= 5.0 ? 5.0 : lead >= 2.0 ? 2.0 : 1.0);
}

/// Steps of a clock: people count minutes in sixties.
static double nice_time_step(double range_s)
{
    static const double steps_s[] = {0.1, 0.2, 0.5, 1,   2,   5,   10,   15,
                                     30,  60,  120, 300, 600, 900, 1800, 3600};
    for (size_t index = 0; index < sizeof steps_s / sizeof steps_s[0]; index++) {
        if (range_s / steps_s[index] <= 12.0) {
            return steps_s[index];
        }
    }
    return 7200.0;
}

const char* report_technique_class(technique_id_t technique)
{
    static const char* const classes[] = {"t0", "t1", "t2", "t3", "t4", "t5"};
    return classes[(unsigned)technique % (sizeof classes / sizeof classes[0])];
}

static axes_t make_axes(FILE* out, const report_data_t* data)
{
    axes_t axes = {.out = out, .from_s = data->from_s, .to_s = data->to_s};
    if (!(axes.to_s > axes.from_s)) {
        axes.to_s = axes.from_s + 1.0;
    }
    double top_N = fmax(isnan(data->force_max_N) ? 0.0 : data->force_max_N,
                        isnan(data->target_max_N) ? 0.0 : data->target_max_N);
    if (data->cap_min_N <= CAP_IN_VIEW * top_N) {
        top_N = fmax(top_N, data->cap_min_N);
    }
    top_N = fmax(1.08 * top_N, 1.0);
    const double step_N = nice_step(top_N, 4);
    axes.top_N = step_N * ceil(top_N / step_N);
    axes.bottom_N =
        data->force_min_N < -0.02 * top_N ? step_N * floor(data->force_min_N / step_N) : 0.0;
    return axes;
}

static void draw_grid(const axes_t* axes)
{
    FILE* out = axes->out;
    const double step_N = nice_step(axes->top_N - axes->bottom_N, 4);
    (void)fputs("<g class=\"grid\">", out);
    const int step_count = (int)((axes->top_N - axes->bottom_N) / step_N + 0.01);
    for (int step = 0; step <= step_count; step++) {
        const double force_N = axes->bottom_N + step * step_N;
        const double y = y_of(axes, force_N);
        (void)fprintf(out, "<path d=\"M%.0f %.1fH%.0f\"/>", PLOT_LEFT, y, PLOT_RIGHT);
        (void)fprintf(out, "<text x=\"%.0f\" y=\"%.1f\" class=\"right\">", PLOT_LEFT - 8.0,
                      y + 4.0);
        html_number(out, force_N, step_N < 1.0 ? 1 : 0);
        (void)fputs("</text>", out);
    }
    const double step_s = nice_time_step(axes->to_s - axes->from_s);
    const int first_step = (int)ceil(axes->from_s / step_s);
    const int last_step = (int)floor(axes->to_s / step_s);
    for (int step = first_step; step <= last_step; step++) {
        const double time_s = step * step_s;
        const double x = x_of(axes, time_s);
        (void)fprintf(out, "<path d=\"M%.1f %.0fv5\"/>", x, PLOT_BOTTOM);
        (void)fprintf(out, "<text x=\"%.1f\" y=\"%.0f\" class=\"middle\">", x, PLOT_BOTTOM + 20.0);
        if (step_s >= 30.0) {
            (void)fprintf(out, "%d:%02d", (int)(time_s / 60.0), (int)fmod(time_s, 60.0));
        } else {
            html_number(out, time_s, step_s < 1.0 ? 1 : 0);
        }
        (void)fputs("</text>", out);
    }
    (void)fprintf(out,
                  "<text x=\"%.0f\" y=\"%.0f\" class=\"right unit\">%s</text>"
                  "<text x=\"%.0f\" y=\"%.0f\" class=\"right unit\">N</text></g>\n",
                  PLOT_RIGHT, PLOT_BOTTOM + 36.0, step_s >= 30.0 ? "min:s" : "s", PLOT_LEFT - 8.0,
                  PLOT_TOP - 8.0);
}

static void draw_bands(const axes_t* axes, const summary_t* summary, const report_data_t* data)
{
    FILE* out = axes->out;
    const session_t* session = summary->session;
    for (int index = 0; index < data->band_count; index++) {
        const report_band_t* band = &data->bands[index];
        if (band->item < 0 || band->item >= session->routine->item_count) {
            continue;
        }
        const stroke_t* stroke = &session->routine->items[band->item].stroke;
        const technique_info_t* info = technique_info(stroke->technique);
        const double left = x_of(axes, band->from_s);
        const double width = fmax(x_of(axes, band->to_s) - left, 0.5);
        (void)fprintf(out, "<g class=\"band %s\"><title>",
                      report_technique_class(stroke->technique));
        html_name(out, info->name);
        if (stroke->region >= 0 && stroke->region < session->body->settings->region_count) {
            (void)fputs(", ", out);
            html_name(out, session->body->settings->regions[stroke->region].name);
        }
        (void)fprintf(out, ", %.1f s to %.1f s, peak %.1f N</title>", band->from_s, band->to_s,
                      summary->items[band->item].peak_N);
        (void)fprintf(out,
                      "<rect class=\"wash\" x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"%.0f\"/>",
                      left, PLOT_TOP, width, PLOT_BOTTOM - PLOT_TOP);
        (void)fprintf(out,
                      "<rect class=\"strip\" x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"6\"/>",
                      left, BAND_STRIP_TOP, width);
        (void)fputs("</g>\n", out);
    }
}

/// A label over each row of strokes of one technique, where there is room for it.
static void draw_band_labels(const axes_t* axes, const summary_t* summary,
                             const report_data_t* data)
{
    FILE* out = axes->out;
    const routine_t* routine = summary->session->routine;
    (void)fputs("<g class=\"bandlabels\">", out);
    int first = 0;
    double free_from = 0.0;
    for (int index = 1; index <= data->band_count; index++) {
        const report_band_t* begin = &data->bands[first];
        const bool known = begin->item >= 0 && begin->item < routine->item_count;
        const technique_id_t technique =
            known ? routine->items[begin->item].stroke.technique : (technique_id_t)0;
        if (known && index < data->band_count && data->bands[index].item >= 0 &&
            data->bands[index].item < routine->item_count &&
            routine->items[data->bands[index].item].stroke.technique == technique) {
            continue;
        }
        const double left = x_of(axes, begin->from_s);
        const double right = x_of(axes, data->bands[index - 1].to_s);
        const char* name = technique_info(technique)->name;
        double letters = 0.0;
        for (const char* letter = name; *letter; letter++) {
            letters += 1.0;
        }
        if (known && left >= free_from && right - left >= LETTER_WIDTH * letters) {
            (void)fprintf(out, "<text x=\"%.1f\" y=\"%.0f\">", left, BAND_STRIP_TOP - 7.0);
            html_name(out, name);
            (void)fputs("</text>", out);
            free_from = left + LETTER_WIDTH * (letters + 1.0);
        }
        first = index;
    }
    (void)fputs("</g>\n", out);
}

/// Where somebody changed the intensity: a line with the level that holds from there on.
static void draw_levels(const axes_t* axes, const report_data_t* data)
{
    FILE* out = axes->out;
    for (int index = 1; index < data->level_count; index++) {
        const report_level_t* at = &data->levels[index];
        const double x = x_of(axes, at->from_s);
        (void)fprintf(out,
                      "<g class=\"level\"><title>intensity %d from %.1f s, was %d</title>"
                      "<path d=\"M%.1f %.0fV%.0f\"/><text x=\"%.1f\" y=\"%.0f\">%d</text></g>\n",
                      at->level, at->from_s, data->levels[index - 1].level, x, PLOT_TOP,
                      PLOT_BOTTOM, x + 3.0, PLOT_TOP + 12.0, at->level);
    }
}

/// The area between lowest and highest force of each column: nothing that happened between two
/// pixels is lost.
static void draw_envelope(const axes_t* axes, const report_data_t* data)
{
    FILE* out = axes->out;
    (void)fputs("<path class=\"force\" d=\"", out);
    int column = 0;
    while (column < REPORT_COLUMN_COUNT) {
        if (isnan(data->columns[column].force_max_N)) {
            column++;
            continue;
        }
        const int first = column;
        for (; column < REPORT_COLUMN_COUNT && !isnan(data->columns[column].force_max_N);
             column++) {
            (void)fprintf(out, "%c%.1f %.2f", column == first ? 'M' : 'L',
                          x_of(axes, report_column_s(data, column)),
                          y_of(axes, data->columns[column].force_max_N));
        }
        for (int back = column - 1; back >= first; back--) {
            (void)fprintf(out, "L%.1f %.2f", x_of(axes, report_column_s(data, back)),
                          y_of(axes, data->columns[back].force_min_N));
        }
        (void)fputc('Z', out);
    }
    (void)fputs("\"><title>measured force: lowest to highest at each moment</title></path>\n", out);
}

static void draw_line(const axes_t* axes, const report_data_t* data, bool cap)
{
    FILE* out = axes->out;
    (void)fprintf(out, "<path class=\"%s\" d=\"", cap ? "cap" : "target");
    bool drawing = false;
    for (int column = 0; column < REPORT_COLUMN_COUNT; column++) {
        const report_column_t* at = &data->columns[column];
        const double first_N = cap ? at->cap_min_N : at->target_min_N;
        const double second_N = cap ? at->cap_min_N : at->target_max_N;
        const bool visible = !isnan(first_N) && second_N <= axes->top_N;
        if (visible) {
            const double x = x_of(axes, report_column_s(data, column));
            (void)fprintf(out, "%c%.1f %.2f", drawing ? 'L' : 'M', x, y_of(axes, first_N));
            if (second_N > first_N) {
                (void)fprintf(out, "V%.2f", y_of(axes, second_N));
            }
        }
        drawing = visible;
    }
    (void)fprintf(out, "\"><title>%s</title></path>\n",
                  cap ? "cap of the region under the tool" : "wanted force");
}

void report_draw_force(FILE* out, const summary_t* summary, const report_data_t* data)
{
    const axes_t axes = make_axes(out, data);
    (void)fprintf(out,
                  "<svg class=\"forcechart\" id=\"force\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                  "aria-labelledby=\"force-title\" data-left=\"%.0f\" data-right=\"%.0f\" "
                  "data-top=\"%.0f\" data-bottom=\"%.0f\" data-from-s=\"%.6f\" data-to-s=\"%.6f\" "
                  "data-bottom-n=\"%.9g\" data-top-n=\"%.9g\">\n",
                  PICTURE_WIDTH, PICTURE_HEIGHT, PLOT_LEFT, PLOT_RIGHT, PLOT_TOP, PLOT_BOTTOM,
                  axes.from_s, axes.to_s, axes.bottom_N, axes.top_N);
    (void)fputs("<title id=\"force-title\">Measured force against the wanted force over time, ",
                out);
    (void)fputs("highest ", out);
    html_number(out, data->force_max_N, 1);
    (void)fputs(" N</title>\n", out);
    draw_bands(&axes, summary, data);
    draw_grid(&axes);
    draw_band_labels(&axes, summary, data);
    draw_line(&axes, data, false);
    draw_envelope(&axes, data);
    draw_line(&axes, data, true);
    draw_levels(&axes, data);
    (void)fputs(
        "<g id=\"cursor\" visibility=\"hidden\"><path class=\"cursor\" d=\"M0 40V340\"/></g>"
        "</svg>\n",
        out);
}
