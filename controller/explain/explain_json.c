#include <math.h>
#include <string.h>

#include "controller/explain/explain_print.h"
#include "controller/explain/explain_words.h"
#include "controller/live.h"
#include "controller/record/json.h"
#include "kinematics/clearance.h"

static const char* const sensor_axes[6] = {"x", "y", "z", "rx", "ry", "rz"};
static const char* const senses[] = {
    [SENSE_NONE] = NULL, [SENSE_AT_MOST] = "at_most", [SENSE_AT_LEAST] = "at_least"};
static const char* const latches[LATCH_COUNT] = {
    [LATCH_RESUME] = "resume",
    [LATCH_ACKNOWLEDGE] = "acknowledge",
    [LATCH_INSPECTION] = "inspection",
};

/// Null for an empty text.
static const char* or_null(const char* text)
{
    return text[0] != '\0' ? text : NULL;
}

static double seconds(int64_t time_us)
{
    return 1e-6 * (double)time_us;
}

static void write_part(json_t* json, const session_t* session, const char* key, int part)
{
    char name[2 * NAME_CAPACITY];
    const part_name_t named = clearance_part_name(&session->machine->arm, part);
    (void)snprintf(name, sizeof name, "%s%s", named.kind, named.name);
    json_text(json, key, part >= 0 ? name : NULL);
}

static void write_fault(json_t* json, const session_t* session, const explain_fault_t* fault,
                        const char* key)
{
    if (fault->rule == INTERLOCK_RULE_NONE) {
        json_null(json, key);
        return;
    }
    const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)fault->rule);
    const machine_settings_t* machine = session->machine;
    const body_settings_t* body = session->body->settings;
    json_object_begin(json, key);
    json_text(json, "rule", info->name);
    json_text(json, "role", explain_role_text(fault->role));
    json_text(json, "hazards", info->hazards);
    json_text(json, "text", fault->sentence);
    json_text(json, "note", or_null(fault->note));
    json_number(json, "time_s", seconds(fault->time_us));
    json_integer(json, "cycle", fault->cycle);
    json_text(json, "mode", supervisor_mode_text(fault->mode));
    json_number(json, "measured", fault->figures_known ? fault->measured : (double)NAN);
    json_number(json, "allowed", fault->figures_known ? fault->allowed : (double)NAN);
    json_text(json, "sense", fault->figures_known ? senses[fault->sense] : NULL);
    json_text(json, "unit", or_null(fault->unit));
    json_text(json, "where", or_null(fault->place));
    json_text(json, "joint", fault->joint >= 0 ? machine->arm.joints[fault->joint].name : NULL);
    json_text(json, "device", fault->device >= 0 ? machine->devices[fault->device].name : NULL);
    json_text(json, "sensor_axis",
              fault->axis >= 0 && fault->rule != INTERLOCK_WORKSPACE ? sensor_axes[fault->axis]
                                                                     : NULL);
    json_text(json, "table_axis",
              fault->axis >= 0 && fault->rule == INTERLOCK_WORKSPACE ? sensor_axes[fault->axis]
                                                                     : NULL);
    write_part(json, session, "part", fault->part);
    write_part(json, session, "other_part", fault->other);
    json_text(json, "region", fault->region >= 0 ? body->regions[fault->region].name : NULL);
    json_object_end(json);
}

static void write_request(json_t* json, const explain_request_t* request, const char* key)
{
    if (request->index < 0) {
        json_null(json, key);
        return;
    }
    json_object_begin(json, key);
    json_text(json, "request", request_word(request->index));
    json_number(json, "time_s", seconds(request->time_us));
    json_integer(json, "cycle", request->cycle);
    json_text(json, "answer", request_result_name(request->answer));
    json_text(json, "reason", or_null(request->reason));
    json_object_end(json);
}

static void write_step(json_t* json, const session_t* session, const explain_step_t* step)
{
    if (!step->known) {
        json_null(json, "step");
        return;
    }
    json_object_begin(json, "step");
    json_text(json, "file", session->routine->path);
    json_integer(json, "line", step->line);
    json_integer(json, "step", step->step);
    json_integer(json, "item", step->item);
    json_text(json, "technique", step->technique);
    json_text(json, "region", or_null(step->region));
    json_text(json, "region_under_tool", or_null(step->under));
    json_text(json, "doing", step->doing);
    json_number(json, "elapsed_s", step->elapsed_s);
    json_object_end(json);
}

static void write_moment(json_t* json, const explanation_t* explanation)
{
    if (!explanation->any) {
        json_null(json, "moment");
        return;
    }
    json_object_begin(json, "moment");
    json_number(json, "time_s", seconds(explanation->time_us));
    json_integer(json, "cycle", explanation->cycle);
    json_text(json, "mode_before", supervisor_mode_text(explanation->mode_before));
    json_text(json, "mode_after", supervisor_mode_text(explanation->mode_after));
    json_text(json, "mode_last", supervisor_mode_text(explanation->mode_last));
    json_text(json, "reaction", reaction_text(explanation->reaction));
    json_number(json, "released_s", explanation->released_s);
    json_number(json, "power_off_s", explanation->power_off_s);
    json_boolean(json, "force_told", explanation->force_told);
    json_number(json, "peak_after_N", explanation->peak_after_N);
    json_number(json, "moved_m", explanation->moved_m);
    json_number(json, "doubted_s", explanation->doubted_s);
    json_integer(json, "earlier_stops", explanation->earlier_stops);
    json_object_end(json);
}

static void write_before(json_t* json, const session_t* session, const explanation_t* explanation)
{
    json_object_begin(json, "before");
    json_number(json, "window_s", explanation->window_s);
    json_integer(json, "late_periods", explanation->overruns_before);
    json_object_begin(json, "trends");
    for (int id = 0; id < TREND_COUNT; id++) {
        const explain_trend_t* trend = &explanation->trends[id];
        const arm_settings_t* arm = &session->machine->arm;
        const bool of_joint = trend->joint >= 0 && trend->joint < arm->joint_count;
        if (!trend->known) {
            json_null(json, explain_trend_name((trend_id_t)id));
            continue;
        }
        json_object_begin(json, explain_trend_name((trend_id_t)id));
        json_text(json, "unit",
                  figure_unit(explain_trend_quantity((trend_id_t)id),
                              of_joint ? arm->joints[trend->joint].kind : JOINT_REVOLUTE));
        json_number(json, "first", trend->first);
        json_number(json, "least", trend->least);
        json_number(json, "most", trend->most);
        json_number(json, "last", trend->last);
        json_number(json, "allowed", trend->allowed);
        json_text(json, "went", trend->word);
        json_object_end(json);
    }
    json_object_end(json);
    json_array_begin(json, "requests");
    for (int i = 0; i < explanation->request_count; i++) {
        write_request(json, &explanation->requests[i], NULL);
    }
    json_array_end(json);
    json_object_end(json);
}

static void write_lines(json_t* json, const char* key, const explain_later_t* lines, int count)
{
    json_array_begin(json, key);
    for (int i = 0; i < count; i++) {
        json_object_begin(json, NULL);
        json_number(json, "time_s", lines[i].time_s);
        json_text(json, "kind", lines[i].kind);
        json_text(json, "text", lines[i].text);
        json_text(json, "role", explain_role_text(lines[i].role));
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_advice(json_t* json, const explanation_t* explanation)
{
    const explain_advice_t advice = explain_advice(explanation);
    const char* latch = explain_latch_text(explanation);
    json_object_begin(json, "advice");
    json_text(json, "operator", advice.for_operator);
    json_text(json, "therapist", advice.for_therapist);
    json_text(json, "engineer", advice.for_engineer);
    json_text(json, "to_go_on", or_null(latch));
    json_text(json, "latch", latch[0] != '\0' ? latches[explanation->latch] : NULL);
    json_object_end(json);
}

static void write_link(json_t* json, const link_figures_t* link)
{
    if (link == NULL) {
        json_null(json, "link");
        return;
    }
    json_object_begin(json, "link");
    json_text(json, "device", link->name);
    json_integer(json, "exchanges", link->exchanges);
    json_integer(json, "timeouts", link->timeouts);
    json_integer(json, "mismatches", link->mismatches);
    json_integer(json, "exceptions", link->exceptions);
    json_integer(json, "crc_errors", link->crc_errors);
    json_integer(json, "stale", link->stale);
    json_integer(json, "no_turns", link->no_turns);
    json_integer(json, "reconnects", link->reconnects);
    json_number(json, "round_trip_mean_us", link->round_trip_mean_us);
    json_integer(json, "round_trip_max_us", link->round_trip_max_us);
    json_object_end(json);
}

static void write_record(json_t* json, const explanation_t* explanation,
                         const explain_record_t* record)
{
    json_object_begin(json, "record");
    json_integer(json, "cycles", explanation->cycles);
    json_number(json, "duration_s", seconds(explanation->last_us - explanation->first_us));
    json_boolean(json, "cycles_whole", record->cycles_end == CYCLE_READ_END);
    json_integer(json, "cycles_dropped", record->cycles_dropped);
    json_boolean(json, "events_whole", record->events_whole);
    json_object_end(json);
    if (!record->scenario) {
        json_null(json, "scenario");
        return;
    }
    json_object_begin(json, "scenario");
    json_text(json, "name", record->scenario_name);
    json_text(json, "expected", record->expected);
    json_text(json, "found", record->found);
    json_boolean(json, "met", record->met);
    json_text(json, "not_judged", record->unjudged);
    json_object_end(json);
}

void explain_write_json(const session_t* session, const explanation_t* explanation,
                        const explain_record_t* record, FILE* out)
{
    static char paragraph[EXPLAIN_PARAGRAPH_CAPACITY];
    explain_paragraph(session, explanation, record, paragraph);
    json_t json = json_to_file(out);
    json_object_begin(&json, NULL);
    json_text(&json, "run", record->directory);
    json_text(&json, "ending", explain_ending_text(explanation->ending));
    json_text(&json, "verdict", run_verdict_text(explanation->verdict));
    json_text(&json, "paragraph", paragraph);
    json_text(&json, "failure", or_null(explanation->failure));
    write_fault(&json, session, &explanation->cause, "cause");
    write_request(&json, &explanation->asked, "asked");
    write_moment(&json, explanation);
    write_step(&json, session, &explanation->step);
    write_before(&json, session, explanation);
    json_array_begin(&json, "faults");
    for (int i = 0; i < explanation->fault_count; i++) {
        write_fault(&json, session, &explanation->faults[i], NULL);
    }
    json_array_end(&json);
    write_lines(&json, "events_before", explanation->before, explanation->before_count);
    write_lines(&json, "events_after", explanation->later, explanation->later_count);
    write_advice(&json, explanation);
    write_link(&json, record->link);
    write_record(&json, explanation, record);
    json_object_end(&json);
    (void)fprintf(out, "\n");
}
