#include "controller/report/report.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "controller/record/atomic_file.h"
#include "controller/record/run_directory.h"
#include "controller/report/html.h"
#include "controller/report/report_pictures.h"
#include "controller/report/report_style.h"
#include "controller/report/report_tables.h"
#include "controller/report/report_web.h"
#include "controller/report/report_why.h"
#include "controller/report/web/bundle.h"

const char* report_text(report_result_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        REPORT_LIST(X)
#undef X
    }
    return "unknown";
}

cycle_open_t report_read_cycles(const char* path, summary_t* summary, cycle_read_t* end)
{
    cycle_file_header_t header;
    cycle_reader_t* reader = NULL;
    const cycle_open_t opened = cycle_reader_open(path, &header, &reader);
    if (opened != CYCLE_OPEN_OK) {
        return opened;
    }
    cycle_record_t record;
    while ((*end = cycle_reader_next(reader, &record)) == CYCLE_READ_RECORD) {
        summary_observe(summary, &record);
    }
    summary->seed = header.seed;
    cycle_reader_close(reader);
    return CYCLE_OPEN_OK;
}

/// What one report is made from; everything borrowed but what `read_run` fills.
typedef struct {
    FILE* out;
    const summary_t* summary;
    web_bundle_t bundle;
    char events_path[ATOMIC_PATH_CAPACITY];
    char summary_path[ATOMIC_PATH_CAPACITY];
    report_data_t data;
    report_channels_t channels;
    report_cover_t cover;
    explain_t* explain;
    explain_record_t explained; // what is known of the record beside cycles and events
} page_t;

static bool moves(const page_t* page)
{
    return page->bundle.script.size > 0;
}

/// No script but the page's own, nothing from anywhere.
static void write_policy(const page_t* page)
{
    (void)fputs(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; "
        "base-uri &#39;none&#39;; form-action &#39;none&#39;; img-src data:; "
        "style-src &#39;unsafe-inline&#39;; script-src ",
        page->out);
    web_text_t script = page->bundle.script;
    if (!moves(page)) {
        script = report_script();
    }
    report_web_source(script.bytes, script.size, page->out);
    (void)fputs("\"/>\n", page->out);
}

static void write_head(const page_t* page)
{
    FILE* out = page->out;
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n", out);
    write_policy(page);
    (void)fputs("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n<title>",
                out);
    html_text(out, page->summary->session->routine->name);
    (void)fprintf(out, " \xE2\x80\x93 %s</title>\n<style>\n",
                  run_verdict_text(summary_verdict(page->summary)));
    report_write_style(out);
    (void)fwrite(page->bundle.style.bytes, 1, page->bundle.style.size, out);
    (void)fputs("</style></head>\n<body><main>\n", out);
}

static force_figures_t whole_run(const summary_t* summary, int* kept, int* judged)
{
    force_figures_t run = {.cap_N = HUGE_VAL};
    *kept = 0;
    *judged = 0;
    for (int technique = 0; technique < TECHNIQUE_COUNT; technique++) {
        const force_figures_t figures = summary_technique(summary, (technique_id_t)technique);
        run.cycles += figures.cycles;
        run.unknown_cycles += figures.unknown_cycles;
        run.errors += figures.errors;
        run.error_square_sum_N2 += figures.error_square_sum_N2;
        run.peak_N = fmax(run.peak_N, figures.peak_N);
        run.cap_N = fmin(run.cap_N, figures.cap_N);
        run.over_cap_cycles += figures.over_cap_cycles;
        *judged += figures.cycles > 0;
        *kept += force_figures_ok(&figures);
    }
    return run;
}

static void write_verdict(FILE* out, const summary_t* summary, const report_data_t* data,
                          const report_why_t* why)
{
    const session_t* session = summary->session;
    const run_verdict_t verdict = summary_verdict(summary);
    int kept = 0, judged = 0;
    (void)whole_run(summary, &kept, &judged);
    const bool good = verdict == VERDICT_FINISHED && kept == judged && data->end == CYCLE_READ_END;
    const bool bad = verdict == VERDICT_STOPPED || verdict == VERDICT_FAILED || kept < judged;
    (void)fputs("<header><h1>", out);
    html_text(out, session->routine->name);
    (void)fputs("</h1><p class=\"soft\">", out);
    html_text(out, session->machine->name);
    (void)fputs(session->machine->world == WORLD_REAL ? ", real devices; client "
                                                      : ", virtual table; client ",
                out);
    html_name(out, session->body->client.name);
    (void)fputs("; pad ", out);
    html_name(out, session->machine->arm.tool.pads[session->pad_index].name);
    (void)fprintf(out, "; seed %llu</p></header>\n", (unsigned long long)summary->seed);
    (void)fprintf(out, "<div class=\"verdict%s\"><div><strong>",
                  good  ? " good"
                  : bad ? " bad"
                        : "");
    report_why_headline(out, why);
    (void)fputs("</strong>", out);
    report_why_paragraph(out, why);
    (void)fputs("<p>", out);
    if (judged == 0) {
        (void)fputs("No stroke was played.", out);
    } else if (kept == judged) {
        (void)fputs(
            "While stroking, every technique kept its limits of force: error, overshoot and cap.",
            out);
    } else {
        (void)fprintf(out, "%d of %d techniques did not keep their limits of force.", judged - kept,
                      judged);
    }
    if (data->end != CYCLE_READ_END) {
        (void)fprintf(out, " Of cycles.bin %s; what is shown ends there.",
                      cycle_read_text(data->end));
    }
    if (summary->outcome.cycles_dropped > 0) {
        (void)fprintf(out, " %lld cycles were not recorded.",
                      (long long)summary->outcome.cycles_dropped);
    }
    (void)fputs("</p></div></div>\n", out);
}

static void write_figure(FILE* out, const char* name, double number, int decimals, const char* unit)
{
    (void)fprintf(out, "<div><dt>%s</dt><dd>", name);
    html_number(out, number, decimals);
    (void)fprintf(out, " <small>%s</small></dd></div>\n", unit);
}

static void write_key_figures(FILE* out, const summary_t* summary)
{
    int kept = 0, judged = 0;
    const force_figures_t run = whole_run(summary, &kept, &judged);
    char unit[96];
    (void)fputs("<dl class=\"figures\">\n", out);
    write_figure(out, "Duration", summary_virtual_s(summary), 1, "s");
    (void)snprintf(unit, sizeof unit, "s of %.0f planned", summary->outcome.planned_s);
    write_figure(out, "In contact", summary_contact_s(summary), 1,
                 isfinite(summary->outcome.planned_s) ? unit : "s");
    char peak[64] = "Peak force, whole run";
    char pull[64] = "Largest pull, whole run";
    if (summary->force_lost_us >= 0) { // nobody knows what came then
        const double known_s = 1e-6 * (double)summary->force_lost_us;
        (void)snprintf(peak, sizeof peak, "Peak force, known to %.1f s", known_s);
        (void)snprintf(pull, sizeof pull, "Largest pull, known to %.1f s", known_s);
    }
    (void)snprintf(unit, sizeof unit, "N, lowest cap %.0f", run.cap_N);
    write_figure(out, peak, summary->force_peak_N, 1, isfinite(run.cap_N) ? unit : "N");
    write_figure(out, pull, summary->pull_peak_N, 1, "N");
    write_figure(out, "Force error, RMS", force_figures_error_rms_N(&run), 2, "N");
    int64_t refusals = 0;
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; rule++) {
        refusals += summary->refusals[rule];
    }
    (void)snprintf(unit, sizeof unit, "and %lld refusals", (long long)refusals);
    write_figure(out, "Stops", (double)summary->stops, 0, unit);
    (void)snprintf(unit, sizeof unit, "of %lld cycles", (long long)summary->cycles);
    write_figure(out, "Late periods", (double)summary->overruns, 0, unit);
    if (isfinite(summary_speed_factor(summary))) {
        write_figure(out, "Speed", summary_speed_factor(summary), 1, "times real time");
    }
    (void)fputs("</dl>\n", out);
}

/// What stands still where nothing moves, and on paper.
static void write_force_section(const page_t* page)
{
    FILE* out = page->out;
    const report_data_t* data = &page->data;
    (void)fputs("<section id=\"force-section\"><h2>Force over time</h2>"
                "<div class=\"moves\" id=\"chart-force\"></div><div class=\"still\">"
                "<div class=\"scroll\">\n",
                out);
    report_draw_force(out, page->summary, data);
    (void)fputs("</div><p id=\"read\" aria-live=\"off\"></p></div>"
                "<ul class=\"key\"><li><i class=\"kf\"></i>measured, lowest to highest</li>"
                "<li><i class=\"kt\"></i>wanted</li><li><i class=\"kc\"></i>cap",
                out);
    if (isfinite(data->cap_min_N)) {
        (void)fprintf(out, ": %.0f", data->cap_min_N);
        if (data->cap_max_N > data->cap_min_N) {
            (void)fprintf(out, " to %.0f", data->cap_max_N);
        }
        (void)fputs(" N", out);
    }
    (void)fputs("</li>", out);
    for (int technique = 0; technique < TECHNIQUE_COUNT; technique++) {
        if (summary_technique(page->summary, (technique_id_t)technique).cycles > 0) {
            (void)fprintf(out, "<li><i class=\"%s\"></i>",
                          report_technique_class((technique_id_t)technique));
            html_name(out, technique_info((technique_id_t)technique)->name);
            (void)fputs("</li>", out);
        }
    }
    (void)fputs("</ul></section>\n", out);
}

static void write_body_section(const page_t* page)
{
    (void)fputs("<section id=\"body-section\"><h2>On the body</h2>\n", page->out);
    report_draw_body(page->out, page->summary, &page->data, &page->cover);
    (void)fputs("</section>\n", page->out);
}

/// The columns of the force chart as numbers, for the cursor over the still picture.
static void write_columns(FILE* out, const report_data_t* data)
{
    (void)fputs("<script type=\"application/json\" id=\"columns\">[", out);
    for (int column = 0; column < REPORT_COLUMN_COUNT; column++) {
        const report_column_t* at = &data->columns[column];
        (void)fputs(column > 0 ? ",[" : "[", out);
        const double numbers[] = {at->force_min_N, at->force_max_N, at->target_max_N};
        for (int index = 0; index < 3; index++) {
            (void)fputs(index > 0 ? "," : "", out);
            if (isfinite(numbers[index])) {
                (void)fprintf(out, "%.2f", numbers[index]);
            } else {
                (void)fputs("null", out);
            }
        }
        (void)fputc(']', out);
    }
    (void)fputs("]</script>\n", out);
}

static bool write_script(const page_t* page)
{
    web_text_t script = page->bundle.script;
    bool whole = true;
    if (moves(page)) {
        whole = report_web_write(page->out, page->summary, &page->data, &page->channels,
                                 &page->cover, page->events_path, page->summary_path);
    } else {
        script = report_script();
        write_columns(page->out, &page->data);
    }
    (void)fputs("<script>", page->out);
    (void)fwrite(script.bytes, 1, script.size, page->out);
    (void)fputs("</script>\n", page->out);
    return whole;
}

static void write_notices(const page_t* page)
{
    FILE* out = page->out;
    if (moves(page)) {
        (void)fputs("<noscript><p class=\"notice\">This browser runs no script: the pictures stand "
                    "still, and there is no replay.</p></noscript>\n"
                    "<p class=\"notice\" id=\"notice\" hidden=\"hidden\"></p>\n",
                    out);
        return;
    }
    (void)fputs("<p class=\"notice\" id=\"still\">The pictures on this page stand still, and there "
                "is no replay: ",
                out);
    char text[TEXT_CAPACITY * 2];
    (void)snprintf(text, sizeof text, "%.*s", (int)page->bundle.missing.size,
                   page->bundle.missing.bytes);
    html_text(out, text);
    (void)fputs("</p>\n", out);
}

static void write_techniques(FILE* out, const summary_t* summary)
{
    (void)fputs("<section class=\"wide\"><h2>Techniques</h2>\n", out);
    report_table_techniques(out, summary);
    (void)fprintf(
        out,
        "<p class=\"note\">In contact. Limits: RMS error at most %.0f N or %.0f %% of the "
        "mean wanted force, whichever is more; overshoot in the second after touching down "
        "at most %.0f N; no sample over the region's cap.</p></section>\n",
        FORCE_RMS_FLOOR_N, 100.0 * FORCE_RMS_PART, FORCE_OVERSHOOT_MAX_N);
}

/// What an engineer looks at.
static void write_machine_sections(const page_t* page)
{
    FILE* out = page->out;
    (void)fputs("<section class=\"moves prints\"><h2>Speed of the tool</h2>"
                "<div id=\"chart-speed\"></div></section>\n"
                "<section class=\"wide\"><h2>Joints against their limits</h2>"
                "<div class=\"moves prints\" id=\"charts-joints\"></div>\n",
                out);
    report_table_joints(out, page->summary);
    (void)fputs("</section>\n<section class=\"wide\"><h2>Bus and cycle time</h2>"
                "<div class=\"moves prints\" id=\"charts-timing\"></div>\n",
                out);
    report_table_bus(out, page->summary);
    (void)fputs("</section>\n<section><h2>Inputs and fingerprints</h2>\n", out);
    report_table_inputs(out, page->summary);
    (void)fputs("</section>\n", out);
}

static bool write_page(const page_t* page)
{
    FILE* out = page->out;
    const summary_t* summary = page->summary;
    write_head(page);
    const report_why_t why = {summary, explain_result(page->explain), &page->explained};
    write_verdict(out, summary, &page->data, &why);
    write_notices(page);
    write_key_figures(out, summary);
    report_why_section(out, &why);
    write_force_section(page);
    (void)fputs("<div class=\"pair\" id=\"pair-body\">\n", out);
    write_body_section(page);
    (void)fputs("<section class=\"moves\" id=\"replay-section\"><h2>Replay</h2>"
                "<div id=\"replay\"></div></section></div>\n"
                "<section class=\"wide\"><h2>Regions</h2>\n",
                out);
    report_table_regions(out, summary, &page->cover);
    (void)fputs("</section>\n<section class=\"wide\"><h2>Dose</h2>\n", out);
    report_table_dose(out, summary);
    (void)fputs("</section>\n", out);
    write_techniques(out, summary);
    (void)fputs("<section class=\"long\" id=\"events-section\"><h2>What happened</h2>\n", out);
    report_table_events(out, page->events_path, summary);
    (void)fputs("</section>\n", out);
    write_machine_sections(page);
    const bool whole = write_script(page);
    (void)fputs("</main></body></html>\n", out);
    return whole;
}

static bool begin_watching(void* context, int64_t from_us, int64_t to_us)
{
    page_t* page = context;
    report_cover_begin(&page->cover, page->summary->session);
    page->explain = explain_create(page->summary->session);
    return page->explain != NULL &&
           report_channels_begin(&page->channels, page->summary->session, from_us, to_us);
}

static void watch_cycle(void* context, const cycle_record_t* record)
{
    page_t* page = context;
    report_cover_observe(&page->cover, record);
    report_channels_observe(&page->channels, record);
    explain_observe(page->explain, record);
}

static void see_event(void* context, const event_line_t* line)
{
    page_t* page = context;
    explain_event(page->explain, line);
}

/// Settles why the run ended, once all its cycles were seen.
static void explain_run(page_t* page, const char* directory)
{
    const run_outcome_t* outcome = &page->summary->outcome;
    page->explained = (explain_record_t){.directory = directory,
                                         .cycles_end = page->data.end,
                                         .cycles_dropped = outcome->cycles_dropped};
    explain_settle(page->explain, page->data.end == CYCLE_READ_END, summary_verdict(page->summary),
                   outcome->failure);
    page->explained.events_whole =
        events_read(page->events_path, see_event, page, &page->explained.events_broken_line, NULL);
}

static report_result_t write_from(page_t* page, const char* directory, const char* cycles_path,
                                  const char* path)
{
    const report_watch_t watch = {page, begin_watching, watch_cycle};
    const cycle_open_t opened = report_data_read(cycles_path, &watch, &page->data);
    report_result_t result = REPORT_NO_CYCLES;
    if (opened == CYCLE_OPEN_NO_MEMORY) {
        result = REPORT_NO_MEMORY;
    } else if (opened == CYCLE_OPEN_OK) {
        atomic_file_t target;
        explain_run(page, directory);
        result = REPORT_NOT_WRITTEN;
        if (atomic_file_open(&target, path)) {
            page->out = target.file;
            if (!write_page(page)) {
                atomic_file_discard(&target);
                result = REPORT_NO_MEMORY;
            } else if (atomic_file_commit(&target)) {
                result = REPORT_OK;
            }
        }
    }
    const int error = errno;
    report_channels_free(&page->channels);
    explain_destroy(page->explain);
    errno = error;
    return result;
}

report_result_t report_write_to(const char* directory, const summary_t* summary, const char* path)
{
    run_directory_t run;
    char cycles_path[ATOMIC_PATH_CAPACITY];
    errno = ENAMETOOLONG;
    if (strlen(directory) >= sizeof run.path) {
        return REPORT_NOT_WRITTEN;
    }
    memcpy(run.path, directory, strlen(directory) + 1);
    page_t* page = calloc(1, sizeof *page);
    if (page == NULL) {
        return REPORT_NO_MEMORY;
    }
    page->summary = summary;
    page->bundle = web_bundle();
    report_result_t result = REPORT_NOT_WRITTEN;
    if (run_directory_file(&run, RUN_CYCLES, cycles_path, sizeof cycles_path) &&
        run_directory_file(&run, RUN_EVENTS, page->events_path, sizeof page->events_path) &&
        run_directory_file(&run, RUN_SUMMARY, page->summary_path, sizeof page->summary_path)) {
        result = write_from(page, run.path, cycles_path, path);
    }
    free(page);
    return result;
}

report_result_t report_write(const char* directory, const summary_t* summary)
{
    run_directory_t run;
    char path[ATOMIC_PATH_CAPACITY];
    errno = ENAMETOOLONG;
    if (strlen(directory) >= sizeof run.path) {
        return REPORT_NOT_WRITTEN;
    }
    memcpy(run.path, directory, strlen(directory) + 1);
    return run_directory_file(&run, RUN_REPORT, path, sizeof path)
               ? report_write_to(directory, summary, path)
               : REPORT_NOT_WRITTEN;
}
