#include "controller/campaign/page.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "controller/campaign/page_tables.h"
#include "controller/record/atomic_file.h"
#include "controller/report/html.h"
#include "controller/report/report_style.h"

static const char* const style[] = {
    ":root{--m0:#f6b9a0;--m1:#f7dfae;--m2:#e8efc4;--m3:#c9e7d6;--mx:#e4e4e8;--mf:#b3261e}\n",
    "@media (prefers-color-scheme:dark){:root{--m0:#7a3417;--m1:#66501b;--m2:#47511f;--m3:#1f4f3d;"
    "--mx:#3a4048;--mf:#c8372d}}\n",
    "table.matrix{font-size:12px;border-collapse:separate;border-spacing:2px}"
    ".matrix th,.matrix td{padding:3px 4px;border:0;white-space:nowrap}"
    ".matrix td{text-align:right;border-radius:3px;min-width:50px;line-height:1.35}"
    ".matrix thead th{position:sticky;top:0;background:var(--card);text-align:right}"
    ".matrix thead th:first-child,.matrix thead th:nth-child(2){text-align:left}"
    ".matrix small{display:block;font-size:11px;opacity:.8}\n",
    ".m0{background:var(--m0)}.m1{background:var(--m1)}.m2{background:var(--m2)}"
    ".m3{background:var(--m3)}.mx{background:var(--mx)}"
    ".mf{background:var(--mf);color:#fff;font-weight:600}"
    "td.untried{background:repeating-linear-gradient(135deg,transparent 0 5px,var(--line) 5px "
    "6px);color:var(--soft);text-align:center}td.left{outline:1px dashed var(--soft);"
    "outline-offset:-1px;color:var(--soft);text-align:center}\n",
    ".legend span{display:inline-block;padding:1px 8px;margin:0 8px 4px 0;border-radius:3px;"
    "font-size:13px}.legend .untried{background:repeating-linear-gradient(135deg,transparent 0 "
    "5px,var(--line) 5px 6px)}.legend .left{outline:1px dashed var(--soft);outline-offset:-1px}"
    "code{font:12.5px/1.5 ui-monospace,'DejaVu Sans Mono',monospace;overflow-wrap:anywhere}\n",
    ".never{color:var(--bad);font-weight:600}.chips{display:flex;flex-wrap:wrap;gap:6px;"
    "padding:0;margin:6px 0;list-style:none}.chips li{border:1px solid var(--line);"
    "border-radius:12px;padding:1px 10px;font-size:13px}.chips li.never{border-color:var(--bad)}"
    "table.steps td{text-align:right}table.steps td.not{color:var(--soft)}"
    "td>code{white-space:nowrap}h3{font-size:14px;margin:14px 0 4px}@media print{.matrix thead "
    "th{position:static}"
    "table.matrix{font-size:7px}.matrix td{min-width:0}.matrix small{font-size:6.5px}}\n",
};

static void write_head(FILE* out, const tally_t* tally)
{
    (void)fprintf(out,
                  "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
                  "<title>Campaign: %s</title>\n<style>\n",
                  campaign_kind_text(tally->header.kind));
    report_write_style(out);
    for (size_t i = 0; i < sizeof style / sizeof style[0]; ++i) {
        (void)fputs(style[i], out);
    }
    (void)fprintf(out, "</style></head>\n<body><main>\n<h1>Campaign: %s</h1>\n<p class=\"soft\">",
                  campaign_kind_text(tally->header.kind));
    static const char* const meanings[CAMPAIGN_KIND_COUNT] = {
#define X(id, word, meaning) [id] = meaning,
        CAMPAIGN_KIND_LIST(X)
#undef X
    };
    if ((unsigned)tally->header.kind < CAMPAIGN_KIND_COUNT) {
        html_text(out, meanings[tally->header.kind]);
    }
    (void)fputs("</p>\n", out);
}

static void write_hours(FILE* out, const tally_t* tally)
{
    const double hours = tally->simulated_s / 3600.0;
    html_number(out, hours, hours < 10.0 ? 2 : 0);
}

/// What the figures say in one sentence; the strongest objection first.
static void write_verdict(FILE* out, const tally_t* tally)
{
    char missing[TEXT_CAPACITY];
    tally_missing_text(tally, missing);
    const int64_t tried = tally->trials - tally->skipped;
    const bool good = tally->failed == 0 && missing[0] == '\0' && tried > 0;
    (void)fprintf(out, "<div class=\"verdict %s\"><div><strong>", good ? "good" : "bad");
    if (tally->failed > 0) {
        (void)fprintf(out, "%" PRId64 " of %" PRId64 " trials failed", tally->failed, tried);
    } else if (tried == 0) {
        (void)fputs("Nothing was tried", out);
    } else if (missing[0] != '\0') {
        (void)fprintf(out, "Not whole: %s", missing);
    } else {
        (void)fprintf(out, "Every one of %" PRId64 " trials passed", tried);
    }
    (void)fputs("</strong>", out);
    if (tally->failed > 0 && missing[0] != '\0') {
        (void)fprintf(out, "<p>%s.</p>", missing);
    }
    if (tally->skipped > 0) {
        (void)fprintf(out, "<p>%" PRId64 " could not be tried and show nothing.</p>",
                      tally->skipped);
    }
    if (tally->header.rules_off[0] != '\0') {
        (void)fputs("<p>Played with the rule <code>", out);
        html_text(out, tally->header.rules_off);
        (void)fputs("</code> switched off: failures are what this campaign looks for.</p>", out);
    }
    if (good) {
        (void)fputs("<p>No failure in ", out);
        write_hours(out, tally);
        (void)fputs(" simulated hours bounds the rate of failures, of this table under these "
                    "faults, at ",
                    out);
        html_number(out, 3.0 / (tally->simulated_s / 3600.0), 4);
        (void)fputs(" an hour (95 %, rule of three). It says nothing about a machine.</p>", out);
    }
    (void)fputs("</div></div>\n", out);
}

static void write_trial(FILE* out, const tally_t* tally, int64_t number)
{
    (void)fprintf(out, "<small>%s:%" PRId64 "</small>", campaign_kind_text(tally->header.kind),
                  number);
}

static void write_worst(FILE* out, const tally_t* tally, const char* name, double value,
                        int decimals, const char* unit, int64_t number)
{
    (void)fprintf(out, "<div><dt>%s</dt><dd>", name);
    html_number(out, value, decimals);
    if (isfinite(value)) {
        (void)fprintf(out, " %s", unit);
        write_trial(out, tally, number);
    }
    (void)fputs("</dd></div>\n", out);
}

static void write_figures(FILE* out, const tally_t* tally)
{
    const tally_cell_t* whole = &tally->whole;
    (void)fprintf(out,
                  "<dl class=\"figures\">\n<div><dt>trials</dt><dd>%" PRId64 "<small>%" PRId64
                  " failed, %" PRId64 " not to be tried</small></dd></div>\n"
                  "<div><dt>simulated</dt><dd>",
                  tally->trials, tally->failed, tally->skipped);
    write_hours(out, tally);
    (void)fprintf(out, " h<small>%" PRId64 " periods</small></dd></div>\n", tally->cycles);
    write_worst(out, tally, "slowest detection", whole->detected_s * 1e3, 0, "ms",
                whole->detected_number);
    write_worst(out, tally, "highest force on the body", whole->force_N, 1, "N",
                whole->force_number);
    write_worst(out, tally, "least margin to the bound", whole->margin * 100.0, 0, "%",
                whole->margin_number);
    (void)fprintf(out,
                  "<div><dt>trials with a stop</dt><dd>%" PRId64 "<small>%" PRId64
                  " armed again, %" PRId64 " need hands, %" PRId64
                  " an inspection</small></dd></div>\n</dl>\n",
                  tally->tripped, tally->recoveries[RECOVERY_ARMED],
                  tally->recoveries[RECOVERY_HANDS], tally->recoveries[RECOVERY_INSPECTION]);
}

static void write_origin(FILE* out, const tally_t* tally)
{
    const campaign_header_t* header = &tally->header;
    (void)fprintf(out,
                  "<section><table><tbody>\n<tr><th>trials asked for</th><td>%s:%" PRId64
                  " to %s:%" PRId64,
                  campaign_kind_text(header->kind), header->first, campaign_kind_text(header->kind),
                  header->last);
    if (header->shard > 0 && header->shards > 1) {
        (void)fprintf(out, ", shard %" PRId64 " of %" PRId64, header->shard, header->shards);
    }
    if (header->hours > 0) {
        (void)fprintf(out, ", until %" PRId64 " hours are simulated%s", header->hours,
                      tally->part_count > 1 ? " of each shard" : "");
    }
    (void)fputs("</td></tr>\n<tr><th>program</th><td>knead ", out);
    html_text(out, header->version);
    (void)fputs(", commit ", out);
    html_text(out, header->commit);
    (void)fputs("</td></tr>\n<tr><th>files the trials are made from</th><td class=\"hash\">", out);
    html_text(out, header->inputs);
    (void)fputs("</td></tr>\n</tbody></table></section>\n", out);
}

typedef struct {
    const outcome_t* outcome;
} listed_t;

static int by_number(const void* left, const void* right)
{
    const int64_t a = ((const listed_t*)left)->outcome->number;
    const int64_t b = ((const listed_t*)right)->outcome->number;
    return (a > b) - (a < b);
}

static void write_failure(FILE* out, const tally_t* tally, const outcome_t* outcome)
{
    char id[OUTCOME_ID_CAPACITY];
    outcome_id(outcome, id);
    (void)fprintf(out, "<tr><th>%s</th><td>", id);
    page_write_events(out, outcome);
    (void)fputs("</td><td>", out);
    (void)fputs(outcome->phase >= 0 ? supervisor_mode_text((supervisor_mode_t)outcome->phase) : "",
                out);
    (void)fputs("</td><td>", out);
    for (int i = 0; i < outcome->failure_count && i < OUTCOME_FAILURE_CAPACITY; ++i) {
        const outcome_failure_t* failure = &outcome->failures[i];
        (void)fputs(i > 0 ? "<br/><b>" : "<b>", out);
        html_text(out, failure->claim);
        (void)fprintf(out, "</b> at %.3f s: ", failure->at_s);
        html_text(out, failure->text);
    }
    if (outcome->failure_count > OUTCOME_FAILURE_CAPACITY) {
        (void)fprintf(out, "<br/>and %d more", outcome->failure_count - OUTCOME_FAILURE_CAPACITY);
    }
    char replay[TALLY_REPLAY_CAPACITY];
    tally_replay(&tally->header, outcome->number, replay);
    (void)fputs("</td><td><code>", out);
    html_text(out, replay);
    (void)fputs("</code></td></tr>\n", out);
}

static bool write_failures(FILE* out, const tally_t* tally)
{
    if (tally->failed == 0) {
        return true;
    }
    listed_t* sorted = malloc((size_t)tally->failure_count * sizeof *sorted);
    if (sorted == NULL) {
        return false;
    }
    for (int i = 0; i < tally->failure_count; ++i) {
        sorted[i].outcome = &tally->failures[i];
    }
    qsort(sorted, (size_t)tally->failure_count, sizeof *sorted, by_number);
    (void)fputs(
        "<section class=\"long\"><h2>Failures</h2>\n<div class=\"scroll events\"><table><thead>"
        "<tr><th>trial</th><th>events</th><th>in</th><th>what failed</th>"
        "<th>see it again</th></tr></thead><tbody>\n",
        out);
    for (int i = 0; i < tally->failure_count; ++i) {
        write_failure(out, tally, sorted[i].outcome);
    }
    (void)fputs("</tbody></table></div>\n", out);
    if (tally->failed > tally->failure_count) {
        (void)fprintf(out,
                      "<p class=\"note\">%" PRId64 " more failed; the outcomes' file has them.</p>",
                      tally->failed - tally->failure_count);
    }
    (void)fputs("</section>\n", out);
    free(sorted);
    return true;
}

bool page_write(const tally_t* tally, const char* path)
{
    atomic_file_t target;
    if (!atomic_file_open(&target, path)) {
        return false;
    }
    FILE* out = target.file;
    write_head(out, tally);
    write_verdict(out, tally);
    write_figures(out, tally);
    write_origin(out, tally);
    const bool whole = write_failures(out, tally);
    page_write_matrix(out, tally);
    page_write_over(out, tally);
    page_write_invariants(out, tally);
    page_write_rules(out, tally);
    page_write_sometimes(out, tally);
    (void)fputs("<p class=\"note\">All figures are of the virtual table. What it can't show stands "
                "in sim/LIMITS.md.</p>\n</main></body></html>\n",
                out);
    return atomic_file_commit(&target) && whole;
}
