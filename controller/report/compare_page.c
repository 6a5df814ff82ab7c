#include "controller/report/compare_page.h"

#include <math.h>

#include "controller/record/atomic_file.h"
#include "controller/record/cycle_difference.h"
#include "controller/report/html.h"
#include "controller/report/report_style.h"

#define WIDTH 1200.0
#define HEIGHT 360.0
#define LEFT 52.0
#define TOP 16.0
#define BOTTOM 326.0
#define GRID_LINES 4
#define TIME_MARKS 8
#define LINE_CAPACITY 1200

static const char* const style[] = {
    ":root{--r0:#0072b2;--r1:#d55e00}\n",
    "@media (prefers-color-scheme:dark){:root{--r0:#56b4e9;--r1:#ff9a5c}}\n",
    ".r0{fill:var(--r0);stroke:var(--r0)}.r1{fill:var(--r1);stroke:var(--r1)}"
    ".band{opacity:.55;stroke-width:1;stroke-linejoin:round}.part{stroke:var(--bad);"
    "stroke-dasharray:5 4;fill:none}i.key{display:inline-block;width:12px;height:12px;"
    "border-radius:3px;margin:0 6px 0 14px}i.k0{background:var(--r0)}i.k1{background:var(--r1)}"
    "td.n,th.n{white-space:nowrap}\n",
};

typedef struct {
    FILE* out;
    const compare_page_t* page;
    double bottom_N, top_N;
} picture_t;

static double x_of(const picture_t* picture, double time_s)
{
    return LEFT + (WIDTH - 12.0 - LEFT) * time_s / picture->page->compare->drawn_s;
}

static double y_of(const picture_t* picture, double force_N)
{
    return BOTTOM -
           (BOTTOM - TOP) * (force_N - picture->bottom_N) / (picture->top_N - picture->bottom_N);
}

static void find_range(picture_t* picture)
{
    const compare_t* compare = picture->page->compare;
    picture->bottom_N = 0.0;
    picture->top_N = 1.0;
    for (int which = 0; which < 2; ++which) {
        for (int column = 0; column < COMPARE_COLUMN_COUNT; ++column) {
            const compare_column_t* at = &compare->columns[which][column];
            picture->top_N = fmax(picture->top_N, at->force_max_N);
            picture->bottom_N = fmin(picture->bottom_N, at->force_min_N);
        }
    }
}

static void draw_grid(const picture_t* picture)
{
    const double longer_s = picture->page->compare->drawn_s;
    (void)fputs("<g class=\"grid\">", picture->out);
    for (int line = 0; line <= GRID_LINES; ++line) {
        const double force_N =
            picture->bottom_N + (picture->top_N - picture->bottom_N) * line / GRID_LINES;
        const double y = y_of(picture, force_N);
        (void)fprintf(picture->out,
                      "<path d=\"M%.0f %.1fH%.0f\"/><text x=\"%.0f\" y=\"%.1f\" class=\"right\">",
                      LEFT, y, WIDTH - 12.0, LEFT - 8.0, y + 4.0);
        html_number(picture->out, force_N, 1);
        (void)fputs("</text>", picture->out);
    }
    for (int mark = 0; mark <= TIME_MARKS; ++mark) {
        const double x = x_of(picture, longer_s * mark / TIME_MARKS);
        (void)fprintf(picture->out, "<text x=\"%.1f\" y=\"%.0f\" class=\"middle\">", x,
                      BOTTOM + 20.0);
        html_number(picture->out, longer_s * mark / TIME_MARKS, longer_s < 80.0 ? 1 : 0);
        (void)fputs("</text>", picture->out);
    }
    (void)fputs("</g>\n", picture->out);
}

/// From the lowest to the highest force of each column, so that no extreme is lost.
static void draw_run(const picture_t* picture, int which)
{
    const compare_column_t* columns = picture->page->compare->columns[which];
    const double column_s = picture->page->compare->column_s;
    (void)fprintf(picture->out, "<path class=\"band r%d\" data-run=\"%d\" d=\"", which, which);
    for (int column = 0; column < COMPARE_COLUMN_COUNT; ++column) {
        const compare_column_t* at = &columns[column];
        if (isfinite(at->force_min_N)) {
            const double x = x_of(picture, (column + 0.5) * column_s);
            const double low = y_of(picture, at->force_min_N);
            const double high = y_of(picture, at->force_max_N);
            (void)fprintf(picture->out, "M%.1f %.1fV%.1f", x, low, high - 0.5);
        }
    }
    (void)fputs("\"/>\n", picture->out);
}

static void draw_parting(const picture_t* picture)
{
    const compare_t* compare = picture->page->compare;
    if (compare->decisions_part) {
        const double x = x_of(picture, 1e-6 * (double)compare->decision[0].input.now_us);
        (void)fprintf(picture->out,
                      "<path class=\"part\" d=\"M%.1f %.0fV%.0f\"><title>the first other "
                      "decision</title></path>\n",
                      x, TOP, BOTTOM);
    }
}

static void write_forces(FILE* out, const compare_page_t* page)
{
    picture_t picture = {.out = out, .page = page};
    find_range(&picture);
    (void)fputs("<section><h2>Force along the normal, N, by time, s</h2>\n<p class=\"note\">", out);
    for (int which = 0; which < 2; ++which) {
        (void)fprintf(out, "<i class=\"key k%d\"></i>", which);
        html_text(out, page->names[which]);
    }
    (void)fprintf(out,
                  "</p>\n<div class=\"scroll\"><svg viewBox=\"0 0 %.0f %.0f\" "
                  "class=\"forcechart\" role=\"img\" aria-label=\"forces of both runs\">\n",
                  WIDTH, HEIGHT);
    draw_grid(&picture);
    draw_run(&picture, 0);
    draw_run(&picture, 1);
    draw_parting(&picture);
    (void)fputs("</svg></div></section>\n", out);
}

static void write_figure(FILE* out, double figure)
{
    (void)fputs("<td class=\"n\">", out);
    if (isfinite(figure)) {
        (void)fprintf(out, "%.5g", figure);
    } else {
        (void)fputs("unknown", out);
    }
    (void)fputs("</td>", out);
}

static void write_figures(FILE* out, const compare_page_t* page)
{
    (void)fputs("<section><h2>Figures</h2>\n<div class=\"scroll\"><table><thead><tr><th>figure</th>"
                "<th class=\"n\">first</th><th class=\"n\">second</th><th class=\"n\">more</th>"
                "<th class=\"n\">may differ by</th><th>unit</th><th></th></tr></thead><tbody>\n",
                out);
    for (int id = 0; id < COMPARE_COUNT; ++id) {
        const compare_info_t* info = compare_info((compare_id_t)id);
        const compare_row_t* row = &page->compare->rows[id];
        (void)fprintf(out, "<tr id=\"%s\"><th>", info->word);
        html_text(out, info->text);
        (void)fputs("</th>", out);
        write_figure(out, row->first);
        write_figure(out, row->second);
        write_figure(out, row->second - row->first);
        write_figure(out, row->tolerance);
        (void)fprintf(out, "<td>%s</td><td class=\"%s\">%s</td></tr>\n", info->unit,
                      row->verdict == COMPARE_WORSE    ? "bad"
                      : row->verdict == COMPARE_BETTER ? "good"
                                                       : "",
                      compare_verdict_text(row->verdict));
    }
    (void)fputs("</tbody></table></div>\n", out);
    if (page->compare->ending[0] != page->compare->ending[1]) {
        (void)fprintf(
            out,
            "<p class=\"note\">Duration, contact, dose and coverage are of whole runs, and "
            "not compared: the first is %s, the second %s.</p>\n",
            run_verdict_text(page->compare->ending[0]), run_verdict_text(page->compare->ending[1]));
    }
    (void)fputs("</section>\n", out);
}

static void write_decision(FILE* out, const compare_page_t* page, int which)
{
    char text[LINE_CAPACITY];
    cycle_decision_text(page->sessions[which], &page->compare->decision[which], text, sizeof text);
    (void)fprintf(out, "<p><i class=\"key k%d\"></i>", which);
    html_text(out, text);
    (void)fputs("</p>\n", out);
}

static void write_parting(FILE* out, const compare_page_t* page)
{
    const compare_t* compare = page->compare;
    (void)fputs("<section><h2>Where they part</h2>\n<p>", out);
    if (compare->inputs_part) {
        (void)fprintf(out, "Inputs: at cycle %lld, %.3f s.",
                      (long long)compare->input[0].input.cycle,
                      1e-6 * (double)compare->input[0].input.now_us);
    } else {
        (void)fputs("The inputs of all cycles that both have are the same.", out);
    }
    (void)fputs("</p>\n<p>", out);
    if (compare->decisions_part) {
        (void)fprintf(out, "Decisions: at cycle %lld, %.3f s.</p>\n",
                      (long long)compare->decision[0].input.cycle,
                      1e-6 * (double)compare->decision[0].input.now_us);
        write_decision(out, page, 0);
        write_decision(out, page, 1);
    } else {
        (void)fputs("All cycles that both have decide the same.</p>\n", out);
    }
    (void)fputs("</section>\n", out);
}

bool compare_page_write(const compare_page_t* page, const char* path)
{
    atomic_file_t file;
    if (!atomic_file_open(&file, path)) {
        return false;
    }
    FILE* out = file.file;
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n<meta "
                "name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n<title>Two "
                "runs</title>\n<style>\n",
                out);
    report_write_style(out);
    for (size_t i = 0; i < sizeof style / sizeof style[0]; ++i) {
        (void)fputs(style[i], out);
    }
    const bool worse = compare_regressed(page->compare);
    (void)fprintf(
        out,
        "</style></head>\n<body><main>\n<h1>Two runs</h1>\n<div class=\"verdict %s\"><div>"
        "<strong>%s</strong></div></div>\n",
        worse ? "bad" : "good",
        worse ? "The second is worse in at least one figure."
              : "The second is as good in every figure, or better.");
    write_forces(out, page);
    write_figures(out, page);
    write_parting(out, page);
    (void)fputs("</main></body></html>\n", out);
    return atomic_file_commit(&file);
}
