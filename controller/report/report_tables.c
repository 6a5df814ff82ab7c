#include "controller/report/report_tables.h"

#include <math.h>
#include <string.h>

#include "controller/record/events.h"
#include "controller/report/html.h"
#include "controller/report/report_pictures.h"

#define EVENT_ROW_CAPACITY 400 // on the page; the file has them all

static void number_cell(FILE* out, double number, int decimals)
{
    (void)fputs("<td class=\"n\">", out);
    html_number(out, number, decimals);
    (void)fputs("</td>", out);
}

static void integer_cell(FILE* out, int64_t number)
{
    (void)fprintf(out, "<td class=\"n\">%lld</td>", (long long)number);
}

static void name_cell(FILE* out, const char* name)
{
    (void)fputs("<tr><th scope=\"row\">", out);
    html_name(out, name);
    (void)fputs("</th>", out);
}

/// Headings separated by '|'; one that begins with '#' stands over numbers.
static void begin_table(FILE* out, const char* caption, const char* headings)
{
    (void)fprintf(out, "<div class=\"scroll\"><table aria-label=\"%s\"><thead><tr>", caption);
    const char* at = headings;
    while (*at) {
        const size_t length = strcspn(at, "|");
        const bool numbers = *at == '#';
        (void)fprintf(out, "<th scope=\"col\"%s>%.*s</th>", numbers ? " class=\"n\"" : "",
                      (int)length - numbers, at + numbers);
        at += length + (at[length] == '|');
    }
    (void)fputs("</tr></thead><tbody>\n", out);
}

static void end_table(FILE* out)
{
    (void)fputs("</tbody></table></div>\n", out);
}

static void judgement_cell(FILE* out, const force_figures_t* figures)
{
    if (force_figures_ok(figures)) {
        (void)fputs("<td class=\"good\">\xE2\x9C\x93 kept</td>", out);
        return;
    }
    (void)fputs("<td class=\"bad\">\xE2\x9C\x97", out);
    (void)fputs(force_figures_rms_ok(figures) ? "" : " RMS", out);
    (void)fputs(force_figures_overshoot_ok(figures) ? "" : " overshoot", out);
    (void)fputs(force_figures_cap_ok(figures) ? "" : " cap", out);
    (void)fputs(figures->unknown_cycles > 0 ? " (samples missing)</td>" : "</td>", out);
}

void report_table_techniques(FILE* out, const summary_t* summary)
{
    const double period_s = summary->session->period_s;
    begin_table(out, "Techniques",
                "Technique|#Strokes|#Time s|#Wanted N|#RMS error N|#Limit N|#Mean error N|#Peak N|"
                "#Overshoot N|#Impulse N\xC2\xB7s|Limits");
    for (int technique = 0; technique < TECHNIQUE_COUNT; technique++) {
        const force_figures_t figures = summary_technique(summary, (technique_id_t)technique);
        if (figures.cycles == 0) {
            continue;
        }
        name_cell(out, technique_info((technique_id_t)technique)->name);
        integer_cell(out, figures.strokes);
        number_cell(out, force_figures_seconds(&figures, period_s), 1);
        number_cell(out, force_figures_target_mean_N(&figures), 1);
        number_cell(out, force_figures_error_rms_N(&figures), 2);
        number_cell(out, force_figures_error_rms_limit_N(&figures), 2);
        number_cell(out, force_figures_error_mean_N(&figures), 2);
        number_cell(out, figures.peak_N, 1);
        number_cell(out, figures.touch_downs > 0 ? figures.overshoot_N : (double)NAN, 2);
        number_cell(out, force_figures_impulse_Ns(&figures, period_s), 0);
        judgement_cell(out, &figures);
        (void)fputs("</tr>\n", out);
    }
    end_table(out);
}

/// A bar of how much of an allowance was used, and the part in per cent.
static void meter_cell(FILE* out, double used, double allowed)
{
    const double part = used / allowed;
    if (!isfinite(part)) {
        (void)fputs("<td class=\"n\">\xE2\x80\x93</td>", out);
        return;
    }
    (void)fprintf(out,
                  "<td class=\"m\"><span class=\"meter\"><b%s "
                  "style=\"width:%.0f%%\"></b></span>%.0f\xC2\xA0%%</td>",
                  part > 1.0 ? " class=\"over\"" : "", 100.0 * fmin(fmax(part, 0.0), 1.0),
                  100.0 * part);
}

void report_table_regions(FILE* out, const summary_t* summary, const report_cover_t* cover)
{
    const body_settings_t* body = summary->session->body->settings;
    begin_table(out, "Regions",
                "Region|Covered|#Mean force N|#Mean pressure kPa|#Peak kPa|#Peak N|#Cap N|Peak of "
                "cap");
    for (int region = 0; region < body->region_count; region++) {
        const force_figures_t* figures = &summary->regions[region];
        if (figures->cycles == 0) {
            continue;
        }
        name_cell(out, body->regions[region].name);
        meter_cell(out, report_cover_of_region(cover, summary->session->body, region), 1.0);
        number_cell(out, force_figures_force_mean_N(figures), 1);
        number_cell(out, summary_region_pressure_Pa(summary, region) / 1e3, 1);
        number_cell(out, figures->peak_N / cover->pad_area_m2 / 1e3, 1);
        number_cell(out, figures->peak_N, 1);
        number_cell(out, figures->cap_N, 1);
        meter_cell(out, figures->peak_N, figures->cap_N);
        (void)fputs("</tr>\n", out);
    }
    end_table(out);
}

void report_table_dose(FILE* out, const summary_t* summary)
{
    const body_settings_t* body = summary->session->body->settings;
    const safety_settings_t* safety = summary->session->safety;
    const double period_s = summary->session->period_s;
    begin_table(out, "Dose",
                "Region|#Strokes|#Time s|Of a session's limit|#Impulse N\xC2\xB7s|Of a session's "
                "limit");
    for (int region = 0; region < body->region_count; region++) {
        const force_figures_t* figures = &summary->regions[region];
        if (figures->cycles == 0) {
            continue;
        }
        // What pulled rather than pressed in the sum gave nothing.
        const double impulse_Ns = fmax(0.0, force_figures_impulse_Ns(figures, period_s));
        const double contact_s = force_figures_seconds(figures, period_s);
        name_cell(out, body->regions[region].name);
        integer_cell(out, figures->strokes);
        number_cell(out, contact_s, 1);
        meter_cell(out, contact_s, safety->region_time_max_s.value);
        number_cell(out, impulse_Ns, 0);
        meter_cell(out, impulse_Ns, safety->region_impulse_max_Ns.value);
        (void)fputs("</tr>\n", out);
    }
    end_table(out);
}

void report_table_joints(FILE* out, const summary_t* summary)
{
    const arm_settings_t* arm = &summary->session->machine->arm;
    begin_table(out, "Joints",
                "Joint|Unit|#Lowest|#Highest|#Allowed from|#to|#Peak speed /s|Of its limit|"
                "#Following error peak|#RMS|Of its limit|#Peak effort|Of its limit");
    for (int joint = 0; joint < arm->joint_count; joint++) {
        const joint_settings_t* settings = &arm->joints[joint];
        const joint_figures_t* figures = &summary->joints[joint];
        const bool any = figures->cycles > 0;
        const double unknown = (double)NAN;
        name_cell(out, settings->name);
        (void)fputs(settings->kind == JOINT_PRISMATIC ? "<td class=\"m\">m, N</td>"
                                                      : "<td class=\"m\">rad, Nm</td>",
                    out);
        number_cell(out, any ? figures->position_min : unknown, 3);
        number_cell(out, any ? figures->position_max : unknown, 3);
        number_cell(out, settings->position_min, 2);
        number_cell(out, settings->position_max, 2);
        number_cell(out, any ? figures->speed_peak : unknown, 3);
        meter_cell(out, any ? figures->speed_peak : unknown, settings->velocity_max);
        number_cell(out, any ? figures->following_peak : unknown, 5);
        number_cell(out, summary_following_rms(figures), 5);
        meter_cell(out, any ? figures->following_peak : unknown,
                   summary_following_limit(summary->session, joint));
        number_cell(out, any ? figures->effort_peak : unknown, 1);
        meter_cell(out, any ? figures->effort_peak : unknown, settings->effort_max);
        (void)fputs("</tr>\n", out);
    }
    end_table(out);
}

void report_table_bus(FILE* out, const summary_t* summary)
{
    if (summary->outcome.device_count == 0) {
        (void)fputs("<p class=\"soft\">No figures of the bus were kept with this run.</p>\n", out);
        return;
    }
    begin_table(out, "Bus",
                "Device|Address|#Unit|#Exchanges|#Timeouts|#Mismatches|#Checksums|"
                "#Exceptions|#Stale|#No turn|#Connects|#Reconnects|"
                "#Mean \xC2\xB5s|#Longest \xC2\xB5s");
    for (int device = 0; device < summary->outcome.device_count; device++) {
        const link_figures_t* link = &summary->outcome.devices[device];
        name_cell(out, link->name);
        (void)fputs("<td>", out);
        html_text(out, link->line[0] != '\0' ? link->line : link->host);
        if (link->line[0] == '\0') {
            (void)fprintf(out, ":%d", link->port);
        }
        (void)fputs("</td>", out);
        integer_cell(out, link->unit);
        integer_cell(out, link->exchanges);
        integer_cell(out, link->timeouts);
        integer_cell(out, link->mismatches);
        integer_cell(out, link->crc_errors);
        integer_cell(out, link->exceptions);
        integer_cell(out, link->stale);
        integer_cell(out, link->no_turns);
        integer_cell(out, link->connects);
        integer_cell(out, link->reconnects);
        number_cell(out, link->round_trip_mean_us, 0);
        integer_cell(out, link->round_trip_max_us);
        (void)fputs("</tr>\n", out);
    }
    end_table(out);
}

static void hash_row(FILE* out, const char* name, const digest_t* digest)
{
    char text[DIGEST_TEXT_CAPACITY];
    digest_text(digest, text);
    (void)fputs("<tr><th scope=\"row\">", out);
    html_text(out, name);
    (void)fprintf(out, "</th><td class=\"hash\">%s</td></tr>\n", text);
}

void report_table_inputs(FILE* out, const summary_t* summary)
{
    begin_table(out, "Inputs and fingerprints", "What|SHA-256");
    for (int index = 0; index < summary->inputs.count; index++) {
        hash_row(out, summary->inputs.at[index].path, &summary->inputs.at[index].digest);
    }
    const digest_t inputs = inputs_digest(&summary->inputs);
    const digest_t decisions = summary_decisions(summary);
    hash_row(out, "all inputs together", &inputs);
    hash_row(out, "all decisions of the run (mode and command of every cycle)", &decisions);
    end_table(out);
}

typedef struct {
    FILE* out;
    int64_t rows;
} event_rows_t;

static void write_event_row(void* context, const event_line_t* line)
{
    event_rows_t* rows = context;
    if (rows->rows++ >= EVENT_ROW_CAPACITY) {
        return;
    }
    const bool stop = strcmp(line->kind, event_kind_text(EVENT_STOP)) == 0 ||
                      strcmp(line->kind, event_kind_text(EVENT_RULE_REFUSED)) == 0;
    (void)fprintf(rows->out, "<tr data-s=\"%.6f\" data-kind=\"", line->time_s);
    html_text(rows->out, line->kind);
    (void)fputs("\">", rows->out);
    number_cell(rows->out, line->time_s, 3);
    (void)fprintf(rows->out, "<td class=\"m%s\">", stop ? " bad" : "");
    html_name(rows->out, line->kind);
    (void)fputs("</td><td>", rows->out);
    html_text(rows->out, line->text);
    (void)fputs(line->chained ? "</td></tr>\n"
                              : " <span class=\"bad\">(changed since)</span></td></tr>\n",
                rows->out);
}

void report_table_events(FILE* out, const char* events_path, const summary_t* summary)
{
    event_rows_t rows = {.out = out};
    int64_t broken = 0;
    char chain[DIGEST_TEXT_CAPACITY];
    (void)fputs("<div class=\"events\">", out);
    begin_table(out, "Events", "#Time s|Kind|What");
    const bool whole = events_read(events_path, write_event_row, &rows, &broken, chain);
    end_table(out);
    (void)fputs("</div>", out);
    if (rows.rows > EVENT_ROW_CAPACITY) {
        (void)fprintf(out, "<p class=\"note\">%lld more are in events.jsonl.</p>",
                      (long long)(rows.rows - EVENT_ROW_CAPACITY));
    }
    const bool known_end = summary->outcome.events_chain[0] != '\0';
    const bool same_end = !known_end || strcmp(summary->outcome.events_chain, chain) == 0;
    if (!whole && broken == 0) {
        (void)fputs("<p class=\"note bad\">events.jsonl is missing.</p>\n", out);
    } else if (!whole) {
        (void)fprintf(
            out,
            "<p class=\"note bad\">Line %lld of events.jsonl does not follow from the one "
            "before: the file was changed.</p>\n",
            (long long)broken);
    } else if (!same_end) {
        (void)fputs("<p class=\"note bad\">Lines are missing at the end of events.jsonl.</p>\n",
                    out);
    } else {
        (void)fputs(
            "<p class=\"note\">Every line follows from the one before: the file is as it was "
            "written.</p>\n",
            out);
    }
}
