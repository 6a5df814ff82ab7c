#include "controller/report/report_why.h"

#include <math.h>

#include "controller/explain/explain_words.h"
#include "controller/report/html.h"

static bool is_uneventful(const explanation_t* explanation)
{
    return explanation->ending == EXPLAIN_FINISHED && explanation->fault_count == 0;
}

static const interlock_rule_info_t* info_of(const explain_fault_t* fault)
{
    return fault->rule != INTERLOCK_RULE_NONE ? interlock_rule_info((interlock_rule_t)fault->rule)
                                              : NULL;
}

static joint_kind_t kind_of(const report_why_t* why, int joint)
{
    const arm_settings_t* arm = &why->summary->session->machine->arm;
    return joint >= 0 && joint < arm->joint_count ? arm->joints[joint].kind : JOINT_REVOLUTE;
}

void report_why_headline(FILE* out, const report_why_t* why)
{
    const interlock_rule_info_t* info = info_of(&why->explanation->cause);
    if (why->explanation->ending == EXPLAIN_STOPPED && info != NULL) {
        (void)fprintf(out, "Stopped after %.1f s: ",
                      1e-6 * (double)(why->explanation->time_us - why->explanation->first_us));
        html_text(out, info->text);
        (void)fputs(".", out);
        return;
    }
    char sentence[2 * TEXT_CAPACITY];
    summary_sentence(why->summary, sentence, sizeof sentence);
    html_text(out, sentence);
}

void report_why_paragraph(FILE* out, const report_why_t* why)
{
    if (is_uneventful(why->explanation)) {
        return;
    }
    char text[EXPLAIN_PARAGRAPH_CAPACITY];
    explain_paragraph(why->summary->session, why->explanation, why->record, text);
    (void)fputs("<p class=\"cause\" id=\"why\">", out);
    html_text(out, text); // it names a file
    (void)fputs("</p>", out);
}

// -------------------------------------------------------------------------------------- the
// figures

static void begin_row(FILE* out, const char* name)
{
    (void)fprintf(out, "<tr><th scope=\"row\">%s</th><td>", name);
}

static void end_row(FILE* out)
{
    (void)fputs("</td></tr>\n", out);
}

static void text_row(FILE* out, const char* name, const char* text)
{
    if (text != NULL && text[0] != '\0') {
        begin_row(out, name);
        html_text(out, text);
        end_row(out);
    }
}

static void write_cause(FILE* out, const report_why_t* why)
{
    const explain_fault_t* cause = &why->explanation->cause;
    const interlock_rule_info_t* info = info_of(cause);
    if (info == NULL) {
        return;
    }
    begin_row(out, "First cause");
    (void)fputs("<strong>", out);
    html_text(out, info->text);
    (void)fputs("</strong> <span class=\"soft\">(rule ", out);
    html_text(out, info->name);
    (void)fputs(", hazards ", out);
    html_text(out, info->hazards);
    (void)fputs(")</span>", out);
    end_row(out);
    if (cause->figures_known && cause->quantity != QUANTITY_NONE) {
        char measured[FIGURE_TEXT_CAPACITY], allowed[FIGURE_TEXT_CAPACITY];
        figure_pair_text(cause->quantity, kind_of(why, cause->joint), cause->measured,
                         cause->allowed, measured, allowed);
        text_row(out, "Measured", measured);
        begin_row(out, "Allowed");
        (void)fputs(cause->sense == SENSE_AT_LEAST ? "at least " : "at most ", out);
        html_text(out, allowed);
        end_row(out);
    }
    text_row(out, "Where", cause->place);
    text_row(out, "Beside that", cause->note);
}

static void write_moment(FILE* out, const report_why_t* why)
{
    const explanation_t* explanation = why->explanation;
    const explain_step_t* step = &explanation->step;
    if (!explanation->any) {
        return;
    }
    begin_row(out, "When");
    const double moment_s = 1e-6 * (double)explanation->time_us;
    (void)fprintf(out, "%.3f s, cycle %lld: ", moment_s, (long long)explanation->cycle);
    html_name(out, supervisor_mode_text(explanation->mode_before));
    (void)fputs(" \xE2\x86\x92 ", out);
    html_name(out, supervisor_mode_text(explanation->mode_after));
    end_row(out);
    if (step->known) {
        begin_row(out, "Step");
        (void)fprintf(out, "%d: ", step->step);
        html_name(out, step->technique);
        (void)fputs(step->region[0] != '\0' ? " on " : "", out);
        html_name(out, step->region);
        (void)fputs(", line ", out);
        (void)fprintf(out, "%d of ", step->line);
        html_text(out, why->summary->session->routine->path);
        end_row(out);
    }
    if (explanation->ending == EXPLAIN_STOPPED || explanation->ending == EXPLAIN_ASKED) {
        char released[FIGURE_TEXT_CAPACITY], peak[FIGURE_TEXT_CAPACITY];
        figure_text(QUANTITY_TIME, JOINT_REVOLUTE, explanation->released_s, released);
        figure_text(QUANTITY_FORCE, JOINT_REVOLUTE, explanation->peak_after_N, peak);
        begin_row(out, "Reaction");
        html_name(out, reaction_text(explanation->reaction));
        (void)fputs(isfinite(explanation->doubted_s) ? "; positions can't be trusted" : "", out);
        if (explanation->force_told) {
            (void)fprintf(out, "; the force reached %s at most, ", peak);
        }
        if (!explanation->force_told) {
            (void)fputs("; the force afterwards is not known", out);
        } else if (isfinite(explanation->released_s)) {
            (void)fprintf(out, "and was below that of a touch after %s", released);
        } else {
            (void)fputs("and did not fall below that of a touch in the record", out);
        }
        end_row(out);
    }
}

static void write_advice(FILE* out, const report_why_t* why)
{
    const explain_advice_t advice = explain_advice(why->explanation);
    text_row(out, "Operator", advice.for_operator);
    text_row(out, "Therapist", advice.for_therapist);
    text_row(out, "Engineer", advice.for_engineer);
    text_row(out, "After that", explain_latch_text(why->explanation));
}

static void write_faults(FILE* out, const report_why_t* why)
{
    static const char* const roles[EXPLAIN_ROLE_COUNT] = {
        [EXPLAIN_CAUSE] = "cause",         [EXPLAIN_BEFORE] = "refused before",
        [EXPLAIN_BESIDE] = "at once",      [EXPLAIN_CONSEQUENCE] = "consequence",
        [EXPLAIN_BY_ITSELF] = "own fault",
    };
    const explanation_t* explanation = why->explanation;
    if (explanation->fault_count == 0) {
        return;
    }
    (void)fputs("<h3>What else was refused</h3><div class=\"scroll\"><table><tbody>\n", out);
    for (int index = 0; index < explanation->fault_count; index++) {
        const explain_fault_t* fault = &explanation->faults[index];
        const double after_s = 1e-6 * (double)(fault->time_us - explanation->time_us);
        (void)fputs("<tr><td class=\"n\">", out);
        html_number(out, after_s, 3);
        (void)fprintf(out, " s</td><td class=\"m%s\">%s</td><td>",
                      fault->role == EXPLAIN_BY_ITSELF ? " bad" : "", roles[fault->role]);
        html_text(out, fault->sentence);
        if (fault->note[0] != '\0') {
            (void)fputs("; ", out);
            html_text(out, fault->note);
        }
        (void)fputs("</td></tr>\n", out);
    }
    (void)fputs("</tbody></table></div>\n", out);
}

static void write_trends(FILE* out, const report_why_t* why)
{
    const explanation_t* explanation = why->explanation;
    if (!explanation->any || explanation->ending == EXPLAIN_FINISHED) {
        return;
    }
    (void)fprintf(out,
                  "<h3>The %.1f s before</h3><div class=\"scroll\"><table "
                  "aria-label=\"The time before\"><thead><tr><th scope=\"col\">Signal</th>",
                  explanation->window_s);
    static const char* const headings[] = {"At first", "Least", "Most", "At last", "Allowed"};
    for (int index = 0; index < 5; index++) {
        (void)fprintf(out, "<th scope=\"col\" class=\"n\">%s</th>", headings[index]);
    }
    (void)fputs("<th scope=\"col\">How</th></tr></thead><tbody>\n", out);
    for (int id = 0; id < TREND_COUNT; id++) {
        const explain_trend_t* trend = &explanation->trends[id];
        if (!trend->known || (id == TREND_OVERRUNS && !(trend->most > 0.0))) {
            continue;
        }
        const double figures[] = {trend->first, trend->least, trend->most, trend->last,
                                  trend->allowed};
        (void)fputs("<tr><th scope=\"row\">", out);
        html_text(out, explain_trend_text((trend_id_t)id));
        (void)fputs("</th>", out);
        for (int index = 0; index < 5; index++) {
            char text[FIGURE_TEXT_CAPACITY];
            figure_text(explain_trend_quantity((trend_id_t)id), kind_of(why, trend->joint),
                        figures[index], text);
            (void)fprintf(out, "<td class=\"n m\">%s</td>",
                          isfinite(figures[index]) ? text : "\xE2\x80\x93");
        }
        (void)fprintf(out, "<td>%s</td></tr>\n", trend->word);
    }
    (void)fputs("</tbody></table></div>\n", out);
}

void report_why_section(FILE* out, const report_why_t* why)
{
    if (is_uneventful(why->explanation)) {
        return;
    }
    const bool finished = why->explanation->ending == EXPLAIN_FINISHED;
    (void)fprintf(out, "<section class=\"long\" id=\"why-section\"><h2>%s</h2>\n",
                  finished ? "What was refused" : "Why it ended");
    if (!finished) {
        (void)fputs("<table class=\"facts\"><tbody>\n", out);
        write_cause(out, why);
        write_moment(out, why);
        write_advice(out, why);
        (void)fputs("</tbody></table>\n", out);
    }
    write_faults(out, why);
    write_trends(out, why);
    (void)fputs("</section>\n", out);
}
