// The table of faults and phases on a campaign's page.
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "controller/campaign/page_tables.h"
#include "controller/report/html.h"

// Below these parts of the bound left free a cell looks worse.
#define MARGIN_THIN 0.10
#define MARGIN_MODEST 0.25
#define MARGIN_GOOD 0.50

typedef struct {
    int row;
    int order;     // 0: something failed, 1: tried, 2: only skipped, 3: untried
    double margin; // least of the row; NaN where no bound was stated
} matrix_row_t;

static const char* const class_words[EVENT_CLASS_COUNT] = {
#define X(id, word, meaning) [id] = word,
    EVENT_CLASS_LIST(X)
#undef X
};

static matrix_row_t look_at_row(const tally_t* tally, int row)
{
    matrix_row_t look = {.row = row, .order = 3, .margin = (double)NAN};
    for (int phase = 0; phase < TALLY_PHASE_COUNT; ++phase) {
        const tally_cell_t* cell = &tally->cells[row][phase];
        const int order = cell->failed > 0 ? 0 : cell->trials > 0 ? 1 : cell->skipped > 0 ? 2 : 3;
        look.order = order < look.order ? order : look.order;
        look.margin = fmin(look.margin, cell->margin); // of a number and none the number
    }
    return look;
}

static int worst_first(const void* left, const void* right)
{
    const matrix_row_t* a = left;
    const matrix_row_t* b = right;
    if (a->order != b->order) {
        return a->order - b->order;
    }
    const double margin_a = isnan(a->margin) ? HUGE_VAL : a->margin;
    const double margin_b = isnan(b->margin) ? HUGE_VAL : b->margin;
    return margin_a < margin_b ? -1 : margin_a > margin_b ? 1 : a->row - b->row;
}

static bool phase_shown(const tally_t* tally, int phase)
{
    bool shown = phase < MODE_COUNT && supervisor_mode_powered((supervisor_mode_t)phase);
    for (int row = 0; row < TALLY_ROW_COUNT && !shown; ++row) {
        shown = tally->cells[row][phase].trials > 0 || tally->cells[row][phase].skipped > 0;
    }
    return shown;
}

static const char* margin_class(const tally_cell_t* cell)
{
    if (cell->failed > 0) {
        return "mf";
    }
    if (isnan(cell->margin)) {
        return "mx";
    }
    return cell->margin < MARGIN_THIN     ? "m0"
           : cell->margin < MARGIN_MODEST ? "m1"
           : cell->margin < MARGIN_GOOD   ? "m2"
                                          : "m3";
}

static void write_cell(FILE* out, const tally_t* tally, const tally_cell_t* cell)
{
    const char* kind = campaign_kind_text(tally->header.kind);
    if (cell->trials == 0 && cell->skipped == 0) {
        (void)fputs("<td class=\"untried\" title=\"not tried\">&#183;</td>", out);
        return;
    }
    if (cell->trials == 0) {
        (void)fputs("<td class=\"left\" title=\"", out);
        html_text(out, cell->note);
        (void)fputs("\">left out</td>", out);
        return;
    }
    (void)fprintf(out, "<td class=\"%s\" title=\"%" PRId64 " trials, %" PRId64 " stopped",
                  margin_class(cell), cell->trials, cell->tripped);
    if (cell->failed > 0) {
        (void)fprintf(out, ", %" PRId64 " failed, first %s:%" PRId64, cell->failed, kind,
                      cell->failed_number);
    }
    if (isfinite(cell->detected_s)) {
        (void)fprintf(out, "; slowest %s:%" PRId64, kind, cell->detected_number);
    }
    if (isfinite(cell->force_N)) {
        (void)fprintf(out, "; highest force %s:%" PRId64, kind, cell->force_number);
    }
    if (isfinite(cell->margin)) {
        (void)fprintf(out, "; least margin %.0f %% in %s:%" PRId64, cell->margin * 100.0, kind,
                      cell->margin_number);
    }
    (void)fputs("\">", out);
    if (isfinite(cell->detected_s)) {
        html_number(out, cell->detected_s * 1e3, 0);
        (void)fputs(" ms", out);
    } else {
        (void)fputs("no stop", out);
    }
    (void)fputs("<small>", out);
    html_number(out, cell->force_N, 1);
    (void)fputs(" N", out);
    if (cell->failed > 0) {
        (void)fprintf(out, "</small><small>%" PRId64 " failed", cell->failed);
    }
    (void)fputs("</small></td>", out);
}

static void write_row(FILE* out, const tally_t* tally, const bool* shown, int row)
{
    const world_event_info_t* info =
        row < WORLD_EVENT_KIND_COUNT ? world_event_info((world_event_kind_t)row) : NULL;
    (void)fputs("<tr><th title=\"", out);
    html_text(out, info != NULL ? info->meaning : "");
    (void)fputs("\">", out);
    html_name(out, info != NULL               ? info->word
                   : row == TALLY_ROW_SEVERAL ? "several in one trial"
                                              : "no fault");
    (void)fprintf(out, "</th><td style=\"text-align:left\" class=\"soft\">%s</td>",
                  info != NULL ? class_words[info->klass] : "");
    for (int phase = 0; phase < TALLY_PHASE_COUNT; ++phase) {
        if (shown[phase]) {
            write_cell(out, tally, &tally->cells[row][phase]);
        }
    }
    (void)fputs("</tr>\n", out);
}

static void write_legend(FILE* out)
{
    (void)fputs(
        "<p class=\"note\">In each cell, of all its trials: the slowest detection, counted from "
        "the fault's onset, and below it the highest true force on the body. The colour is what "
        "that force left of its analytic bound, at its worst. Rows with the worst first; pointing "
        "at a cell tells which trials. A trial with several faults is counted in a row of its own: "
        "which of them it was about can't be told.</p>\n<p class=\"legend\"><span "
        "class=\"mf\">failed</span><span class=\"m0\">under 10 % left</span><span "
        "class=\"m1\">under 25 %</span><span class=\"m2\">under 50 %</span><span class=\"m3\">50 % "
        "or more</span><span class=\"mx\">no bound could be stated</span><span "
        "class=\"left\">left out, with a reason</span><span class=\"untried\">not tried</span>"
        "</p>\n",
        out);
}

void page_write_matrix(FILE* out, const tally_t* tally)
{
    bool shown[TALLY_PHASE_COUNT];
    int columns = 0, tried = 0;
    for (int phase = 0; phase < TALLY_PHASE_COUNT; ++phase) {
        shown[phase] = phase_shown(tally, phase);
        columns += phase < MODE_COUNT && shown[phase];
    }
    matrix_row_t rows[TALLY_ROW_COUNT] = {{0}};
    int count = 0;
    for (int row = 0; row < TALLY_ROW_COUNT; ++row) {
        const matrix_row_t look = look_at_row(tally, row);
        // Faults are shown even if they were never tried; the two others where there are any.
        if (row < WORLD_EVENT_KIND_COUNT || look.order < 3) {
            rows[count++] = look;
        }
        for (int phase = 0; phase < MODE_COUNT; ++phase) {
            tried += row < WORLD_EVENT_KIND_COUNT && tally->cells[row][phase].trials > 0;
        }
    }
    qsort(rows, (size_t)count, sizeof rows[0], worst_first);
    (void)fprintf(out,
                  "<section class=\"long\"><h2>Every fault in every phase</h2>\n<p>%d of %d cells "
                  "tried.</p>\n",
                  tried, columns * WORLD_EVENT_KIND_COUNT);
    write_legend(out);
    (void)fputs("<div class=\"scroll\"><table class=\"matrix\"><thead><tr><th>fault</th>"
                "<th>class</th>",
                out);
    for (int phase = 0; phase < TALLY_PHASE_COUNT; ++phase) {
        if (shown[phase]) {
            (void)fprintf(out, "<th>%s</th>",
                          phase < MODE_COUNT ? supervisor_mode_text((supervisor_mode_t)phase)
                                             : "none");
        }
    }
    (void)fputs("</tr></thead><tbody>\n", out);
    for (int i = 0; i < count; ++i) {
        write_row(out, tally, shown, rows[i].row);
    }
    (void)fputs("</tbody></table></div></section>\n", out);
}
