#include "controller/explain/explain_print.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "controller/explain/explain_words.h"
#include "controller/live.h"

#define LABEL_WIDTH 16
#define ROW_CAPACITY 1200

/// Prints `text` from column `indent` on, broken at blanks; the first line begins where it is.
static void print_wrapped(FILE* out, const char* text, int indent)
{
    int column = indent;
    while (*text != '\0') {
        const int word = (int)strcspn(text, " ");
        if (column > indent && column + 1 + word > EXPLAIN_WIDTH) {
            (void)fprintf(out, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            (void)fputc(' ', out);
            column++;
        }
        (void)fprintf(out, "%.*s", word, text);
        column += word;
        text += word;
        text += strspn(text, " ");
    }
    (void)fputc('\n', out);
}

static void print_row(FILE* out, const char* label, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

static void print_row(FILE* out, const char* label, const char* format, ...)
{
    char text[ROW_CAPACITY];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)fprintf(out, "%-*s", LABEL_WIDTH, label);
    print_wrapped(out, text, LABEL_WIDTH);
}

static joint_kind_t kind_of(const session_t* session, int joint)
{
    const arm_settings_t* arm = &session->machine->arm;
    return joint >= 0 && joint < arm->joint_count ? arm->joints[joint].kind : JOINT_REVOLUTE;
}

static const char* trust_text(trust_t trust)
{
    static const char* const texts[TRUST_COUNT] = {
        [TRUST_FULL] = "drives and positions can be trusted",
        [TRUST_PARTIAL] = "one drive can't be trusted",
        [TRUST_NONE] = "positions can't be trusted",
    };
    return (unsigned)trust < TRUST_COUNT ? texts[trust] : "unknown";
}

// ------------------------------------------------------------------------------------------ cause

static void print_figures(FILE* out, const session_t* session, const explain_fault_t* fault)
{
    if (fault->quantity == QUANTITY_NONE) {
        print_row(out, "measured", "yes or no: there is no figure");
        return;
    }
    if (!fault->figures_known) {
        print_row(out, "measured", "unknown: the record has the figures of one rule a period only");
        return;
    }
    char measured[FIGURE_TEXT_CAPACITY], allowed[FIGURE_TEXT_CAPACITY];
    const joint_kind_t kind = kind_of(session, fault->joint);
    figure_pair_text(fault->quantity, kind, fault->measured, fault->allowed, measured, allowed);
    print_row(out, "measured", "%s (%.9g %s)", measured, fault->measured, fault->unit);
    print_row(out, "allowed", "%s %s (%.9g %s)",
              fault->sense == SENSE_AT_LEAST ? "at least" : "at most", allowed, fault->allowed,
              fault->unit);
}

static void print_cause(FILE* out, const session_t* session, const explanation_t* explanation)
{
    const explain_fault_t* cause = &explanation->cause;
    const explain_request_t* asked = &explanation->asked;
    if (cause->rule != INTERLOCK_RULE_NONE) {
        const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)cause->rule);
        print_row(out, "cause", "%s: %s (hazards %s)", info->name, info->text, info->hazards);
        print_figures(out, session, cause);
        print_row(out, "where", "%s%s%s", cause->place[0] != '\0' ? cause->place : "no one place",
                  cause->note[0] != '\0' ? "; " : "", cause->note);
    }
    if (asked->index >= 0) {
        print_row(out, cause->rule == INTERLOCK_RULE_NONE ? "cause" : "asked",
                  "request '%s' at %.3f s, %s; reason: %s", request_word(asked->index),
                  1e-6 * (double)asked->time_us, request_result_text(asked->answer),
                  asked->reason[0] != '\0' ? asked->reason : "none given");
    }
    if (explanation->failure[0] != '\0') {
        print_row(out, "failure", "%s", explanation->failure);
    }
}

static void print_moment(FILE* out, const session_t* session, const explanation_t* explanation)
{
    const explain_step_t* step = &explanation->step;
    if (!explanation->any) {
        print_row(out, "when", "there is no cycle in the record");
        return;
    }
    print_row(out, "when", "%.3f s, cycle %lld; %s -> %s", 1e-6 * (double)explanation->time_us,
              (long long)explanation->cycle, supervisor_mode_text(explanation->mode_before),
              supervisor_mode_text(explanation->mode_after));
    if (step->known) {
        print_row(out, "step", "%s:%d, step %d: %s%s%s (%s it)", session->routine->path, step->line,
                  step->step, step->technique, step->region[0] != '\0' ? " on " : "", step->region,
                  step->doing);
    } else {
        print_row(out, "step", "none");
    }
    if (isfinite(step->elapsed_s) && step->known) {
        print_row(out, "", "%.2f s into it; under the tool: %s", step->elapsed_s,
                  step->under[0] != '\0' ? step->under : "no region");
    }
}

static bool is_stopped(const explanation_t* explanation)
{
    return explanation->ending == EXPLAIN_STOPPED || explanation->ending == EXPLAIN_ASKED ||
           explanation->ending == EXPLAIN_STOPPED_UNKNOWN;
}

static void print_reaction(FILE* out, const explanation_t* explanation)
{
    if (!is_stopped(explanation)) {
        return;
    }
    char power[FIGURE_TEXT_CAPACITY], released[FIGURE_TEXT_CAPACITY], peak[FIGURE_TEXT_CAPACITY];
    figure_text(QUANTITY_TIME, JOINT_REVOLUTE, explanation->power_off_s, power);
    figure_text(QUANTITY_TIME, JOINT_REVOLUTE, explanation->released_s, released);
    figure_text(QUANTITY_FORCE, JOINT_REVOLUTE, explanation->peak_after_N, peak);
    // A doubt that came later holds for the time before it too: it only took until then to be seen.
    const bool ruled = explanation->cause.rule != INTERLOCK_RULE_NONE;
    const bool doubted = isfinite(explanation->doubted_s);
    print_row(out, "reaction", "%s%s%s", reaction_text(explanation->reaction),
              ruled || doubted ? "; " : "",
              doubted ? trust_text(TRUST_NONE)
              : ruled ? trust_text(explanation->trust)
                      : "");
    if (doubted && explanation->doubted_s > 0.0) {
        char found[FIGURE_TEXT_CAPACITY];
        figure_text(QUANTITY_TIME, JOINT_REVOLUTE, explanation->doubted_s, found);
        print_row(out, "", "found after %s: distances and forces from then and before may be wrong",
                  found);
    }
    if (explanation->force_told) {
        print_row(out, "", "torque taken away after %s; force below a touch after %s, %s at most",
                  power, released, peak);
    } else {
        print_row(out, "", "torque taken away after %s; the force afterwards is not known", power);
    }
    if (explanation->earlier_stops > 0) {
        print_row(out, "", "%d earlier stop%s of this run %s gone on from",
                  explanation->earlier_stops, explanation->earlier_stops == 1 ? "" : "s",
                  explanation->earlier_stops == 1 ? "was" : "were");
    }
}

// ----------------------------------------------------------------------------------------- before

static void print_trends(FILE* out, const session_t* session, const explanation_t* explanation)
{
    (void)fprintf(out, "\nthe %.1f s before %24s %10s %10s %10s %10s\n", explanation->window_s,
                  "at first", "least", "most", "at last", "allowed");
    for (int id = 0; id < TREND_COUNT; id++) {
        const explain_trend_t* trend = &explanation->trends[id];
        const bool idle = id == TREND_OVERRUNS && !(trend->most > 0.0);
        if (!trend->known || idle) {
            continue;
        }
        const joint_kind_t kind = kind_of(session, trend->joint);
        const double figures[] = {trend->first, trend->least, trend->most, trend->last,
                                  trend->allowed};
        (void)fprintf(out, "  %-31s", explain_trend_text((trend_id_t)id));
        for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
            char text[FIGURE_TEXT_CAPACITY];
            figure_text(explain_trend_quantity((trend_id_t)id), kind, figures[i], text);
            (void)fprintf(out, " %10s", isfinite(figures[i]) ? text : "-");
        }
        (void)fprintf(out, "  %s\n", trend->word);
    }
    if (explanation->cause.joint >= 0) {
        (void)fprintf(out, "  (the joint is '%s')\n",
                      session->machine->arm.joints[explanation->cause.joint].name);
    }
    if (isfinite(explanation->doubted_s)) {
        (void)fprintf(out, "  (positions can't be trusted: what was reckoned from them may be "
                           "wrong)\n");
    }
    if (explanation->overruns_before > 0) {
        (void)fprintf(out, "  the control loop was late in %d of these periods\n",
                      explanation->overruns_before);
    }
}

static void print_requests(FILE* out, const explanation_t* explanation)
{
    for (int i = 0; i < explanation->request_count; i++) {
        const explain_request_t* request = &explanation->requests[i];
        print_row(out, i == 0 ? "requests" : "", "%.3f s: %s, %s; reason: %s",
                  1e-6 * (double)request->time_us, request_word(request->index),
                  request_result_text(request->answer),
                  request->reason[0] != '\0' ? request->reason : "none given");
    }
}

static void print_faults(FILE* out, const explanation_t* explanation, explain_role_t role,
                         const char* label)
{
    bool first = true;
    for (int i = 0; i < explanation->fault_count; i++) {
        const explain_fault_t* fault = &explanation->faults[i];
        if (fault->role != role) {
            continue;
        }
        print_row(out, first ? label : "", "%+.3f s %s: %s%s%s",
                  1e-6 * (double)(fault->time_us - explanation->time_us),
                  interlock_rule_info((interlock_rule_t)fault->rule)->name, fault->sentence,
                  fault->note[0] != '\0' ? "; " : "", fault->note);
        first = false;
    }
}

static void print_lines(FILE* out, const explanation_t* explanation)
{
    if (explanation->before_count > 0) {
        (void)fprintf(out, "\nevents before\n");
    }
    const double moment_s = 1e-6 * (double)explanation->time_us;
    for (int i = 0; i < explanation->before_count; i++) {
        const explain_later_t* line = &explanation->before[i];
        (void)fprintf(out, "  %+8.3f s  %s: %s\n", line->time_s - moment_s, line->kind, line->text);
    }
    if (explanation->later_count > 0) {
        (void)fprintf(out, "\nevents from then on\n");
    }
    const bool stopped = is_stopped(explanation);
    for (int i = 0; i < explanation->later_count; i++) {
        const explain_later_t* line = &explanation->later[i];
        const char* what = !stopped                            ? ""
                           : line->role == EXPLAIN_CAUSE       ? "in that period"
                           : line->role == EXPLAIN_CONSEQUENCE ? "consequence"
                                                               : "of its own";
        (void)fprintf(out, "  %+8.3f s  %-14s  %s: %s\n", line->time_s - moment_s, what, line->kind,
                      line->text);
    }
    if (explanation->later_left_out > 0) {
        (void)fprintf(out, "  and %d more\n", explanation->later_left_out);
    }
}

// ------------------------------------------------------------------------------------ what to do

static void print_advice(FILE* out, const explanation_t* explanation)
{
    const explain_advice_t advice = explain_advice(explanation);
    const struct {
        const char* who;
        const char* text;
    } rows[] = {{"  operator", advice.for_operator},
                {"  therapist", advice.for_therapist},
                {"  engineer", advice.for_engineer}};
    (void)fprintf(out, "\nwhat to do\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].text != NULL) {
            print_row(out, rows[i].who, "%s", rows[i].text);
        }
    }
    if (explain_latch_text(explanation)[0] != '\0') {
        print_row(out, "", "%s", explain_latch_text(explanation));
    }
}

/// Whether a device is silent or answers wrongly: its link over the whole run.
static void print_link(FILE* out, const link_figures_t* link)
{
    if (link == NULL || link->exchanges == 0) {
        return;
    }
    print_row(out, "its link",
              "%lld exchanges: %lld without a reply in time, %lld with a wrong one, %lld "
              "exceptions, %lld checksums, %lld without a new sample, %lld missed turns; connected "
              "anew %lld times; round trip %.0f us, %lld at most",
              (long long)link->exchanges, (long long)link->timeouts, (long long)link->mismatches,
              (long long)link->exceptions, (long long)link->crc_errors, (long long)link->stale,
              (long long)link->no_turns, (long long)link->reconnects, link->round_trip_mean_us,
              (long long)link->round_trip_max_us);
}

static void print_record(FILE* out, const explanation_t* explanation,
                         const explain_record_t* record)
{
    (void)fprintf(out, "\n");
    print_row(out, "record", "%s: %lld cycles, %.1f s%s%s", record->directory,
              (long long)explanation->cycles,
              1e-6 * (double)(explanation->last_us - explanation->first_us),
              record->cycles_end != CYCLE_READ_END ? "; " : "",
              record->cycles_end != CYCLE_READ_END ? cycle_read_text(record->cycles_end) : "");
    if (record->cycles_dropped > 0) {
        print_row(out, "", "%lld cycles were not recorded: the disk did not keep up",
                  (long long)record->cycles_dropped);
    }
    if (!record->events_whole) {
        print_row(out, "events",
                  record->events_broken_line > 0
                      ? "line %lld does not follow from the one before: it was "
                        "changed, or lines are missing"
                      : "there are none that can be read",
                  (long long)record->events_broken_line);
    }
    if (record->scenario) {
        print_row(out, "scenario", "'%s' expects %s; found: %s: %s%s%s", record->scenario_name,
                  record->expected, record->found, record->met ? "as expected" : "NOT AS EXPECTED",
                  record->unjudged[0] != '\0' ? "; not judged, the record can't tell: " : "",
                  record->unjudged);
    }
}

void explain_print(const session_t* session, const explanation_t* explanation,
                   const explain_record_t* record, FILE* out)
{
    static char paragraph[EXPLAIN_PARAGRAPH_CAPACITY];
    explain_paragraph(session, explanation, record, paragraph);
    print_wrapped(out, paragraph, 0);
    (void)fprintf(out, "\n");
    print_row(out, "ending", "%s", explain_ending_text(explanation->ending));
    print_cause(out, session, explanation);
    print_link(out, record->link);
    print_moment(out, session, explanation);
    print_reaction(out, explanation);
    const bool uneventful = explanation->ending == EXPLAIN_FINISHED;
    if (explanation->any && !uneventful) {
        print_requests(out, explanation);
        print_faults(out, explanation, EXPLAIN_BEFORE, "refused before");
        print_faults(out, explanation, EXPLAIN_BESIDE, "at once with it");
        print_faults(out, explanation, EXPLAIN_CONSEQUENCE, "consequences");
        print_faults(out, explanation, EXPLAIN_BY_ITSELF, "own faults");
        print_trends(out, session, explanation);
    } else {
        print_faults(out, explanation, EXPLAIN_BY_ITSELF, "own faults");
    }
    if (!uneventful) {
        print_lines(out, explanation);
    }
    print_advice(out, explanation);
    print_record(out, explanation, record);
}
