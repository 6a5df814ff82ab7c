#include "controller/tuning/tuning_page.h"

#include <math.h>

#include "controller/record/atomic_file.h"
#include "controller/report/html.h"
#include "controller/report/report_style.h"
#include "routines/technique.h"

// Of the drawings, in their own units.
#define WIDTH 1000.0
#define LABEL_WIDTH 210.0
#define ROW_HEIGHT 34.0
#define TRACE_HEIGHT 260.0
#define TRACE_SHOWN_MAX 6.0 // costs above so many times the best are drawn at the edge

static const char style[] =
    ".before{fill:var(--soft);stroke:var(--soft)}.after{fill:var(--force);stroke:var(--force)}"
    ".rail{stroke:var(--line);stroke-width:2}.link{stroke:var(--force);stroke-width:2;opacity:.5}"
    ".best{fill:none;stroke:var(--force);stroke-width:2}.tried{fill:var(--soft);opacity:.45}\n";

static void write_cell(FILE* out, double before, double after, int decimals)
{
    (void)fputs("<td class=\"n\">", out);
    html_number(out, before, decimals);
    (void)fputs("</td><td class=\"n\"><strong>", out);
    html_number(out, after, decimals);
    (void)fputs("</strong></td>", out);
}

static void write_head(FILE* out, const tuning_result_t* result, const char* machine)
{
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
                "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
                "<title>Tuning</title>\n<style>\n",
                out);
    report_write_style(out);
    (void)fputs(style, out);
    (void)fputs("</style></head>\n<body><main>\n<h1>Tuning</h1>\n<p class=\"soft\">", out);
    html_text(out, machine);
    (void)fprintf(out, "</p>\n<div class=\"verdict %s\"><div><strong>",
                  result->found.stopped == 0 ? "good" : "bad");
    if (result->improved) {
        (void)fputs("The worst force RMS is ", out);
        html_number(out,
                    tuning_change_percent(result->start.worst_force_N, result->found.worst_force_N),
                    1);
        (void)fputs(" % smaller than before", out);
    } else {
        (void)fputs("Nothing better was found", out);
    }
    (void)fprintf(out, "</strong><p>%d tries, ", result->tries);
    html_number(out, result->simulated_s / 3600.0, 2);
    (void)fputs(" simulated hours; ", out);
    html_text(out, search_ending_text(result->ending));
    (void)fputs(". All of it on the virtual table: it says nothing about a machine until it was "
                "tried there.</p></div></div>\n",
                out);
}

static void write_totals(FILE* out, const tuning_t* tuning, const tuning_result_t* result)
{
    const struct {
        const char *name, *unit;
        double before, after;
    } totals[] = {
        {"worst force RMS", "N", result->start.worst_force_N, result->found.worst_force_N},
        {"cost", "N", result->start.cost, result->found.cost},
        {"stopped by a rule", "", result->start.stopped, result->found.stopped},
    };
    (void)fputs("<dl class=\"figures\">\n", out);
    for (size_t i = 0; i < sizeof totals / sizeof totals[0]; ++i) {
        const int decimals = totals[i].unit[0] != '\0' ? 3 : 0;
        (void)fprintf(out, "<div><dt>%s</dt><dd>", totals[i].name);
        html_number(out, totals[i].after, decimals);
        (void)fprintf(out, " %s<small>before ", totals[i].unit);
        html_number(out, totals[i].before, decimals);
        (void)fprintf(out, " %s</small></dd></div>\n", totals[i].unit);
    }
    (void)fprintf(out, "<div><dt>bodies</dt><dd>%d</dd></div>\n</dl>\n", tuning->case_count);
}

static double place_of(int gain, double value)
{
    const gain_info_t* info = gain_info(gain);
    const double part = log(value / info->lowest) / log(info->highest / info->lowest);
    return LABEL_WIDTH + fmin(fmax(part, 0.0), 1.0) * (WIDTH - LABEL_WIDTH - 150.0);
}

static void write_gain(FILE* out, const tuning_result_t* result, int gain)
{
    const gain_info_t* info = gain_info(gain);
    const double y = (gain + 0.6) * ROW_HEIGHT;
    const double before = gains_get(&result->start.gains, gain);
    const double after = gains_get(&result->found.gains, gain);
    (void)fprintf(out, "<text x=\"0\" y=\"%.1f\">", y + 4.0);
    html_name(out, info->key);
    (void)fprintf(out,
                  "</text><line class=\"rail\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  "<line class=\"link\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  "<circle class=\"before\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>"
                  "<circle class=\"after\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"/>"
                  "<text x=\"%.1f\" y=\"%.1f\">%.4g \342\206\222 %.4g %s</text>\n",
                  place_of(gain, info->lowest), place_of(gain, info->highest), y, y,
                  place_of(gain, before), place_of(gain, after), y, y, place_of(gain, before), y,
                  place_of(gain, after), y, WIDTH - 140.0, y + 4.0, before, after, info->unit);
}

static void write_gains(FILE* out, const tuning_result_t* result)
{
    (void)fprintf(out,
                  "<section><h2>Gains on their ranges</h2><figure class=\"scroll\" "
                  "style=\"margin:0\"><svg class=\"gains\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                  "aria-label=\"gains before and after\">\n",
                  WIDTH, GAIN_COUNT * ROW_HEIGHT + 10.0);
    for (int i = 0; i < GAIN_COUNT; ++i) {
        write_gain(out, result, i);
    }
    (void)fputs(
        "</svg><figcaption>Small: before. Large: after. Ranges are logarithmic; what a gain "
        "means stands in the machine's schema.</figcaption></figure></section>\n",
        out);
}

static void write_bodies(FILE* out, const tuning_t* tuning, const tuning_result_t* result)
{
    (void)fputs("<section><h2>By body, before and after</h2><div class=\"scroll\"><table>"
                "<thead><tr><th>body</th><th class=\"n\" colspan=\"2\">force RMS, N</th>"
                "<th class=\"n\" colspan=\"2\">path RMS, mm</th><th class=\"n\" colspan=\"2\">"
                "overshoot, N</th><th class=\"n\" colspan=\"2\">swing RMS, N</th>"
                "<th class=\"n\" colspan=\"2\">peak, N</th><th>ended</th></tr></thead><tbody>\n",
                out);
    for (int i = 0; i < tuning->case_count; ++i) {
        const rehearsal_figures_t* before = &result->start.figures[i];
        const rehearsal_figures_t* after = &result->found.figures[i];
        (void)fputs("<tr><th>", out);
        html_text(out, tuning->cases[i].name);
        (void)fputs("</th>", out);
        write_cell(out, before->force_rms_N, after->force_rms_N, 2);
        write_cell(out, before->path_rms_m * 1e3, after->path_rms_m * 1e3, 2);
        write_cell(out, before->overshoot_N, after->overshoot_N, 2);
        write_cell(out, before->swing_N, after->swing_N, 2);
        write_cell(out, before->force_peak_N, after->force_peak_N, 1);
        (void)fputs("<td>", out);
        html_name(out, rehearsal_ending_text(after->ending));
        (void)fputs(after->rule[0] != '\0' ? ": " : "", out);
        html_name(out, after->rule);
        (void)fputs("</td></tr>\n", out);
    }
    (void)fputs("</tbody></table></div></section>\n", out);
}

static bool was_played(const tuning_t* tuning, const tuning_result_t* result, int technique)
{
    bool played = false;
    for (int i = 0; i < tuning->case_count; ++i) {
        played = played || result->start.figures[i].techniques[technique].contact_s > 0.0;
    }
    return played;
}

static void write_techniques(FILE* out, const tuning_t* tuning, const tuning_result_t* result)
{
    (void)fputs("<section><h2>Force RMS by technique and body, N, before and after</h2>"
                "<div class=\"scroll\"><table><thead><tr><th>technique</th>",
                out);
    for (int i = 0; i < tuning->case_count; ++i) {
        (void)fputs("<th class=\"n\" colspan=\"2\">", out);
        html_text(out, tuning->cases[i].name);
        (void)fputs("</th>", out);
    }
    (void)fputs("</tr></thead><tbody>\n", out);
    for (int technique = 0; technique < TECHNIQUE_COUNT; ++technique) {
        if (!was_played(tuning, result, technique)) {
            continue;
        }
        (void)fputs("<tr><th>", out);
        html_name(out, technique_info((technique_id_t)technique)->name);
        (void)fputs("</th>", out);
        for (int i = 0; i < tuning->case_count; ++i) {
            write_cell(out, result->start.figures[i].techniques[technique].force_rms_N,
                       result->found.figures[i].techniques[technique].force_rms_N, 2);
        }
        (void)fputs("</tr>\n", out);
    }
    (void)fputs("</tbody></table></div></section>\n", out);
}

/// Height of a cost in the drawing: logarithmic from the best to TRACE_SHOWN_MAX times it.
static double height_of(double cost, double best)
{
    const double part = log(cost / best) / log(TRACE_SHOWN_MAX);
    return TRACE_HEIGHT - 30.0 - fmin(fmax(part, 0.0), 1.0) * (TRACE_HEIGHT - 50.0);
}

static void write_trace(FILE* out, const tuning_result_t* result)
{
    double best = HUGE_VAL;
    for (int i = 0; i < result->trace_count; ++i) {
        best = fmin(best, result->trace[i].cost);
    }
    if (result->trace_count < 2 || !(best > 0.0) || !isfinite(best)) {
        return;
    }
    const double step = (WIDTH - 80.0) / (result->trace_count - 1);
    (void)fprintf(out,
                  "<section><h2>How the search went</h2><figure class=\"scroll\" "
                  "style=\"margin:0\"><svg class=\"trace\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                  "aria-label=\"cost by try\">\n",
                  WIDTH, TRACE_HEIGHT);
    for (int times = 1; times <= (int)TRACE_SHOWN_MAX; times *= 2) {
        const double y = height_of(times * best, best);
        (void)fprintf(out,
                      "<line class=\"rail\" x1=\"60\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                      "<text class=\"right\" x=\"52\" y=\"%.1f\">%.2f N</text>\n",
                      WIDTH, y, y, y + 4.0, times * best);
    }
    double least = HUGE_VAL;
    for (int i = 0; i < result->trace_count; ++i) {
        (void)fprintf(out, "<circle class=\"tried\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
                      60.0 + i * step, height_of(result->trace[i].cost, best));
    }
    (void)fputs("\n<path class=\"best\" d=\"", out);
    for (int i = 0; i < result->trace_count; ++i) {
        least = fmin(least, result->trace[i].cost);
        (void)fprintf(out, "%c%.1f %.1f", i == 0 ? 'M' : 'L', 60.0 + i * step,
                      height_of(least, best));
    }
    (void)fprintf(out,
                  "\"/>\n<text class=\"middle\" x=\"%.0f\" y=\"%.0f\">tries, first to last</text>"
                  "</svg><figcaption>Points: the cost of every try, up to %.0f times the best. "
                  "Line: the best so far. What the cost weighs stands in "
                  "controller/tuning/objective.h.</figcaption></figure></section>\n",
                  WIDTH / 2.0, TRACE_HEIGHT - 6.0, TRACE_SHOWN_MAX);
}

bool tuning_page_write(const tuning_t* tuning, const tuning_result_t* result, const char* machine,
                       const char* path)
{
    atomic_file_t target;
    if (!atomic_file_open(&target, path)) {
        return false;
    }
    FILE* out = target.file;
    write_head(out, result, machine);
    write_totals(out, tuning, result);
    write_gains(out, result);
    write_bodies(out, tuning, result);
    write_techniques(out, tuning, result);
    write_trace(out, result);
    (void)fputs("</main></body></html>\n", out);
    return atomic_file_commit(&target);
}
