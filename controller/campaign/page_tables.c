#include "controller/campaign/page_tables.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "controller/campaign/invariants.h"
#include "controller/report/html.h"

static const tally_claim_t* claim_named(const tally_t* tally, const char* name)
{
    for (int i = 0; i < tally->claim_count; ++i) {
        if (strcmp(tally->claims[i].name, name) == 0) {
            return &tally->claims[i];
        }
    }
    return NULL;
}

static bool is_invariant(const char* name)
{
    for (int i = 0; i < INVARIANT_COUNT; ++i) {
        if (strcmp(invariant_name((invariant_t)i), name) == 0) {
            return true;
        }
    }
    return false;
}

static void write_claim(FILE* out, const tally_t* tally, const tally_claim_t* claim)
{
    if (claim == NULL) {
        (void)fputs("<td class=\"n\">0</td><td></td>", out);
        return;
    }
    (void)fprintf(out, "<td class=\"n bad\">%" PRId64 "</td><td>%s:%" PRId64 "</td>",
                  claim->failures, campaign_kind_text(tally->header.kind), claim->first_number);
}

void page_write_invariants(FILE* out, const tally_t* tally)
{
    static const bool judged[INVARIANT_COUNT] = {
#define X(id, name, judged, text) [id] = judged,
        INVARIANT_LIST(X)
#undef X
    };
    (void)fputs("<section class=\"long\"><h2>Invariants, on every period of every trial</h2>\n"
                "<table><thead><tr><th></th><th>always</th><th class=\"n\">broken</th>"
                "<th>first in</th><th class=\"n\">excused</th><th class=\"n\">judged for</th>"
                "<th>least margin</th></tr></thead>"
                "<tbody>\n",
                out);
    for (int i = 0; i < INVARIANT_COUNT; ++i) {
        const char* name = invariant_name((invariant_t)i);
        (void)fprintf(out, "<tr><th>%s</th><td>", name);
        html_text(out, invariant_text((invariant_t)i));
        (void)fputs("</td>", out);
        if (judged[i]) {
            write_claim(out, tally, claim_named(tally, name));
        } else {
            (void)fputs("<td class=\"n soft\">not judged here</td><td></td>", out);
        }
        (void)fprintf(out, "<td class=\"n\">%" PRId64 "</td><td class=\"n\">", tally->excused[i]);
        if (judged[i]) {
            (void)fprintf(out, "%.2f h", (tally->simulated_s - tally->excused_s[i]) / 3600.0);
        }
        (void)fputs("</td><td>", out);
        // Of the others a trial's outcome says only whether they held.
        if (i == (int)INVARIANT_I2 && isfinite(tally->whole.margin)) {
            html_number(out, tally->whole.margin * 100.0, 0);
            (void)fprintf(out, " %% of the bound, %s:%" PRId64,
                          campaign_kind_text(tally->header.kind), tally->whole.margin_number);
        }
        (void)fputs("</td></tr>\n", out);
    }
    for (int i = 0; i < tally->claim_count; ++i) {
        if (!is_invariant(tally->claims[i].name)) {
            (void)fputs("<tr><th>", out);
            html_name(out, tally->claims[i].name);
            (void)fputs("</th><td>what is expected of the fault</td>", out);
            write_claim(out, tally, &tally->claims[i]);
            (void)fputs("<td></td><td></td><td></td></tr>\n", out);
        }
    }
    (void)fputs("</tbody></table>\n<p class=\"note\">Counted are trials, each claim once a trial "
                "and at most ",
                out);
    (void)fprintf(out,
                  "%d claims of a trial. Excused: trials with a fault that takes away what the "
                  "invariant rests on; from its onset until the arm is armed again after its end, "
                  "the invariant isn't judged.</p></section>\n",
                  OUTCOME_FAILURE_CAPACITY);
}

void page_write_events(FILE* out, const outcome_t* outcome)
{
    for (int i = 0; i < outcome->event_count && i < OUTCOME_EVENT_CAPACITY; ++i) {
        const outcome_event_t* event = &outcome->events[i];
        const world_event_info_t* info = world_event_info(event->kind);
        (void)fputs(i > 0 ? "<br/>" : "", out);
        html_text(out, info != NULL ? info->word : "?");
        (void)fputc(' ', out);
        html_text(out, event->target);
        if (info != NULL && info->least < info->most) {
            (void)fprintf(out, " %.4g", event->magnitude);
        }
        (void)fprintf(out, " at %.3f s", event->at_s);
    }
}

void page_write_over(FILE* out, const tally_t* tally)
{
    if (tally->over_count == 0) {
        return;
    }
    (void)fprintf(
        out,
        "<section class=\"long\"><h2>Over the limit of all by more than %g N</h2>\n<p>"
        "%" PRId64 " trials, the worst first. Where none of them failed, each was "
        "excused: by a fault that takes away what the invariant rests on, a lost drive, an arm "
        "without torque, or a client faster or farther than a yield goes.</p>\n<div "
        "class=\"scroll events\"><table><thead><tr><th>trial</th><th class=\"n\">over by"
        "</th><th>events</th><th>first cause</th></tr></thead><tbody>\n",
        PRESS_OVER_MAX_N, tally->over_count);
    for (int i = 0; i < tally->over_kept; ++i) {
        const outcome_t* outcome = &tally->over[i];
        char id[OUTCOME_ID_CAPACITY];
        outcome_id(outcome, id);
        (void)fprintf(out, "<tr><th>%s</th><td class=\"n\">%.1f N</td><td>", id,
                      outcome->force_over_N);
        page_write_events(out, outcome);
        (void)fputs("</td><td>", out);
        html_name(out, outcome->first_rule);
        (void)fputs("</td></tr>\n", out);
    }
    (void)fputs("</tbody></table></div></section>\n", out);
}

void page_write_rules(FILE* out, const tally_t* tally)
{
    int64_t most = 1;
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        most = tally->rules_first[rule] > most ? tally->rules_first[rule] : most;
    }
    (void)fputs("<section class=\"long\"><h2>Rules as first causes</h2>\n<table><thead><tr>"
                "<th>rule</th><th>hazards</th><th>says</th><th>first after the first event</th>"
                "<th class=\"n\">first of any stop</th></tr></thead><tbody>\n",
                out);
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)rule);
        (void)fputs("<tr><th>", out);
        html_name(out, info->name);
        (void)fputs("</th><td>", out);
        html_text(out, info->hazards);
        (void)fputs("</td><td>", out);
        html_text(out, info->text);
        (void)fprintf(out,
                      "</td><td class=\"m%s\"><span class=\"meter\"><b style=\"width:%.1f%%\"></b>"
                      "</span>%" PRId64 "</td><td class=\"n\">%" PRId64 "</td></tr>\n",
                      tally->rules_first[rule] + tally->rules[rule] == 0 ? " never" : "",
                      100.0 * (double)tally->rules_first[rule] / (double)most,
                      tally->rules_first[rule], tally->rules[rule]);
    }
    (void)fputs("</tbody></table>\n", out);
    if (tally->rules_unknown > 0) {
        (void)fprintf(out,
                      "<p class=\"note\">%" PRId64 " first causes have a name that this program "
                      "has no rule of.</p>\n",
                      tally->rules_unknown);
    }
    (void)fputs("</section>\n", out);
}

/// A count of what need not happen.
static void write_count(FILE* out, const char* words, int64_t count)
{
    (void)fputs("<li>", out);
    html_text(out, words);
    (void)fprintf(out, ": %" PRId64 "</li>", count);
}

static void write_chip(FILE* out, const char* name, int64_t count)
{
    (void)fprintf(out, "<li%s>", count == 0 ? " class=\"never\"" : "");
    html_name(out, name);
    (void)fprintf(out, " %" PRId64 "</li>", count);
}

static void write_transitions(FILE* out, const tally_t* tally)
{
    int possible = 0, seen = 0;
    (void)fputs("<h3>Ways from one mode (left) to another</h3>\n<div class=\"scroll\"><table "
                "class=\"steps\"><thead><tr><th></th>",
                out);
    for (int to = 0; to < MODE_COUNT; ++to) {
        (void)fprintf(out, "<th class=\"n\">%s</th>", supervisor_mode_text((supervisor_mode_t)to));
    }
    (void)fputs("</tr></thead><tbody>\n", out);
    for (int from = 0; from < MODE_COUNT; ++from) {
        (void)fprintf(out, "<tr><th>%s</th>", supervisor_mode_text((supervisor_mode_t)from));
        for (int to = 0; to < MODE_COUNT; ++to) {
            const int64_t count = tally->transitions[from][to];
            const bool can =
                tally_transition_possible((supervisor_mode_t)from, (supervisor_mode_t)to);
            possible += can;
            seen += can && count > 0;
            if (!can && count == 0) {
                (void)fputs("<td class=\"not\">&#183;</td>", out);
            } else {
                (void)fprintf(out, "<td%s>%" PRId64 "</td>", count == 0 ? " class=\"never\"" : "",
                              count);
            }
        }
        (void)fputs("</tr>\n", out);
    }
    (void)fprintf(out, "</tbody></table></div>\n<p>%d of %d possible ways were taken.</p>\n", seen,
                  possible);
}

void page_write_sometimes(FILE* out, const tally_t* tally)
{
    (void)fputs("<section class=\"long\"><h2>What has to happen sometimes</h2>\n<p>Number of "
                "trials in which it happened at least once. What never happened was not tested, "
                "whatever else this page says.</p>\n<h3>Modes</h3><ul class=\"chips\">\n",
                out);
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        write_chip(out, supervisor_mode_text((supervisor_mode_t)mode), tally->modes[mode]);
    }
    (void)fputs("</ul>\n<h3>Reactions</h3><ul class=\"chips\">\n", out);
    for (int reaction = 0; reaction < REACTION_COUNT; ++reaction) {
        write_chip(out, reaction_text((reaction_t)reaction), tally->reactions[reaction]);
    }
    (void)fputs("</ul>\n<h3>After the harm</h3><ul class=\"chips\">\n", out);
    for (int recovery = 0; recovery < RECOVERY_COUNT; ++recovery) {
        write_count(out, recovery_meaning((recovery_t)recovery), tally->recoveries[recovery]);
    }
    (void)fputs("</ul>\n", out);
    write_transitions(out, tally);
    int seen = 0;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        seen += tally->kinds[kind] > 0;
    }
    (void)fprintf(out, "<h3>Faults and doings: %d of %d</h3><ul class=\"chips\">\n", seen,
                  WORLD_EVENT_KIND_COUNT);
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        write_chip(out, world_event_info((world_event_kind_t)kind)->word, tally->kinds[kind]);
    }
    (void)fputs("</ul></section>\n", out);
}
