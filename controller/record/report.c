#include "controller/record/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "controller/record/atomic_file.h"
#include "controller/record/html.h"
#include "controller/record/json.h"
#include "controller/record/report_pictures.h"
#include "controller/record/report_style.h"
#include "controller/record/report_tables.h"
#include "controller/record/run_directory.h"

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

static void write_head(FILE* out, const summary_t* summary)
{
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
                "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n<title>",
                out);
    html_text(out, summary->session->routine->name);
    (void)fprintf(out, " \xE2\x80\x93 %s</title>\n<style>\n",
                  run_verdict_text(summary_verdict(summary)));
    report_write_style(out);
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

static void write_verdict(FILE* out, const summary_t* summary, const report_data_t* data)
{
    const session_t* session = summary->session;
    const run_verdict_t verdict = summary_verdict(summary);
    int kept = 0, judged = 0;
    (void)whole_run(summary, &kept, &judged);
    const bool good = verdict == VERDICT_FINISHED && kept == judged && data->end == CYCLE_READ_END;
    const bool bad = verdict == VERDICT_STOPPED || verdict == VERDICT_FAILED || kept < judged;
    char sentence[2 * TEXT_CAPACITY];
    summary_sentence(summary, sentence, sizeof sentence);
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
    html_text(out, sentence);
    (void)fputs("</strong><p>", out);
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
    (void)snprintf(unit, sizeof unit, "N, lowest cap %.0f", run.cap_N);
    write_figure(out, "Peak force, whole run", summary->force_peak_N, 1,
                 isfinite(run.cap_N) ? unit : "N");
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

static void write_force_section(FILE* out, const summary_t* summary, const report_data_t* data)
{
    (void)fputs("<section><h2>Force over time</h2><div class=\"scroll\">\n", out);
    report_draw_force(out, summary, data);
    (void)fputs("</div><ul class=\"key\"><li><i class=\"kf\"></i>measured, lowest to highest</li>"
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
        if (summary_technique(summary, (technique_id_t)technique).cycles > 0) {
            (void)fprintf(out, "<li><i class=\"%s\"></i>",
                          report_technique_class((technique_id_t)technique));
            html_name(out, technique_info((technique_id_t)technique)->name);
            (void)fputs("</li>", out);
        }
    }
    (void)fputs("</ul><p id=\"read\" aria-live=\"off\"></p></section>\n", out);
}

static void write_body_section(FILE* out, const summary_t* summary, const report_data_t* data)
{
    (void)fputs("<section><h2>On the body</h2><figure style=\"margin:0\">\n", out);
    report_draw_body(out, summary, data);
    (void)fputs("<figcaption><ul class=\"key\"><li>0 N<span class=\"ramp\">", out);
    for (int colour = 0; colour < BODY_PICTURE_COLOURS; colour++) {
        (void)fprintf(out, "<i class=\"i%d\"></i>", colour);
    }
    (void)fprintf(out, "</span>%.0f N</li>", data->place_force_max_N);
    if (summary->session->body->settings->zone_count > 0) {
        (void)fputs("<li><i class=\"kz\"></i>never touched</li>", out);
    }
    (void)fputs("</ul></figcaption></figure></section>\n", out);
}

/// The columns of the force chart as numbers, for the cursor.
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
    (void)fputs("]</script>\n<script>\n", out);
    report_write_script(out);
    (void)fputs("</script>\n", out);
}

static void write_page(FILE* out, const summary_t* summary, const report_data_t* data,
                       const char* events_path)
{
    write_head(out, summary);
    write_verdict(out, summary, data);
    write_key_figures(out, summary);
    write_force_section(out, summary, data);
    (void)fputs("<section><h2>Techniques</h2>\n", out);
    report_table_techniques(out, summary);
    (void)fprintf(
        out,
        "<p class=\"note\">In contact. Limits: RMS error at most %.0f N or %.0f %% of the "
        "mean wanted force, whichever is more; overshoot in the second after touching down "
        "at most %.0f N; no sample over the region's cap.</p></section>\n",
        FORCE_RMS_FLOOR_N, 100.0 * FORCE_RMS_PART, FORCE_OVERSHOOT_MAX_N);
    (void)fputs("<div class=\"pair\">\n", out);
    write_body_section(out, summary, data);
    (void)fputs("<div><section><h2>Regions</h2>\n", out);
    report_table_regions(out, summary);
    (void)fputs("</section>\n<section class=\"long\"><h2>What happened</h2>\n", out);
    report_table_events(out, events_path, summary);
    (void)fputs("</section></div></div>\n<section><h2>Joints against their limits</h2>\n", out);
    report_table_joints(out, summary);
    (void)fputs("</section>\n<section><h2>Bus</h2>\n", out);
    report_table_bus(out, summary);
    (void)fputs("</section>\n<section><h2>Inputs and fingerprints</h2>\n", out);
    report_table_inputs(out, summary);
    (void)fputs("</section>\n", out);
    write_columns(out, data);
    (void)fputs("</main></body></html>\n", out);
}

report_result_t report_write(const char* directory, const summary_t* summary)
{
    run_directory_t run;
    char cycles_path[ATOMIC_PATH_CAPACITY], events_path[ATOMIC_PATH_CAPACITY];
    char report_path[ATOMIC_PATH_CAPACITY];
    if (strlen(directory) >= sizeof run.path) {
        return REPORT_NOT_WRITTEN;
    }
    memcpy(run.path, directory, strlen(directory) + 1);
    if (!run_directory_file(&run, RUN_CYCLES, cycles_path, sizeof cycles_path) ||
        !run_directory_file(&run, RUN_EVENTS, events_path, sizeof events_path) ||
        !run_directory_file(&run, RUN_REPORT, report_path, sizeof report_path)) {
        return REPORT_NOT_WRITTEN;
    }
    report_data_t* data = malloc(sizeof *data);
    if (!data) {
        return REPORT_NO_MEMORY;
    }
    report_result_t result = REPORT_NO_CYCLES;
    if (report_data_read(cycles_path, data) == CYCLE_OPEN_OK) {
        atomic_file_t target;
        result = REPORT_NOT_WRITTEN;
        if (atomic_file_open(&target, report_path)) {
            write_page(target.file, summary, data, events_path);
            result = atomic_file_commit(&target) ? REPORT_OK : REPORT_NOT_WRITTEN;
        }
    }
    free(data);
    return result;
}
