#include "controller/explain/explain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/explain/explain_fault.h"
#include "controller/explain/explain_window.h"
#include "controller/live.h"

// Times of events are those of their cycles, printed and read back.
#define SAME_TIME_S 1e-6

typedef enum { MOMENT_NONE, MOMENT_END, MOMENT_STOP } moment_t;

struct explain {
    const session_t* session;
    explanation_t result;
    explain_window_t window; // up to the newest cycle
    explain_window_t frozen; // up to the moment
    moment_t moment;
    bool any;
    cycle_record_t last;
    int worked_item;         // that the tool last came down for, -1 before
    explain_fault_t refusal; // that keeps it from being armed, as it began
    vec3_t stopped_m;        // where the tool was at the stop
    int64_t touched_us;      // when the force was last that of a touch, after the stop
    bool touching;           // in the last cycle
};

const char* explain_ending_text(explain_ending_t ending)
{
    switch (ending) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        EXPLAIN_ENDING_LIST(X)
#undef X
    }
    return "unknown";
}

const char* explain_role_text(explain_role_t role)
{
    switch (role) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        EXPLAIN_ROLE_LIST(X)
#undef X
    }
    return "unknown";
}

static explain_request_t no_request(void)
{
    return (explain_request_t){.index = -1, .answer = REQUEST_NOT_MADE};
}

explain_t* explain_create(const session_t* session)
{
    explain_t* explain = calloc(1, sizeof *explain);
    if (explain == NULL) {
        return NULL;
    }
    explain->session = session;
    if (!explain_window_make(&explain->window, session) ||
        !explain_window_make(&explain->frozen, session)) {
        explain_destroy(explain);
        return NULL;
    }
    explain->refusal = explain_fault_none();
    explain->worked_item = -1;
    explanation_t* result = &explain->result;
    result->cause = explain_fault_none();
    result->asked = no_request();
    result->reaction = REACTION_NONE;
    result->released_s = (double)NAN;
    result->power_off_s = (double)NAN;
    result->peak_after_N = (double)NAN;
    result->moved_m = (double)NAN;
    result->doubted_s = (double)NAN;
    result->step = (explain_step_t){.item = -1, .doing = ""};
    return explain;
}

void explain_destroy(explain_t* explain)
{
    if (explain != NULL) {
        explain_window_free(&explain->window);
        explain_window_free(&explain->frozen);
        free(explain);
    }
}

// ----------------------------------------------------------------------------------------- faults

static bool is_silence(int rule)
{
    return rule == INTERLOCK_IO_AGE || rule == INTERLOCK_DRIVE_AGE || rule == INTERLOCK_FORCE_AGE;
}

/// A fault by which positions can't be trusted. Without power a joint that sags or is moved by hand
/// says nothing of them; an encoder's own rules do.
static bool is_doubt(const explain_fault_t* fault)
{
    const bool encoder = fault->rule == INTERLOCK_ENCODER_JUMP ||
                         fault->rule == INTERLOCK_ENCODER_DISAGREES ||
                         fault->rule == INTERLOCK_ENCODER_FROZEN;
    return encoder || (rule_doubts_position(fault->rule) && supervisor_mode_powered(fault->mode));
}

/// What a rule that refuses after the stop is to it.
static explain_role_t role_after(const explanation_t* result, const explain_fault_t* fault)
{
    const int cause = result->cause.rule;
    if (cause == INTERLOCK_RULE_NONE || rule_words(fault->rule)->by_itself) {
        return EXPLAIN_BY_ITSELF;
    }
    // One device that falls silent brings no other one with it, and no force makes a position
    // wrong; a controller that is late does both.
    const bool late = cause == INTERLOCK_CLOCK || cause == INTERLOCK_OVERRUN;
    const bool other = fault->device < 0 || fault->device != result->cause.device;
    const bool own = is_silence(fault->rule) || (is_doubt(fault) && !rule_doubts_position(cause));
    return own && other && !late ? EXPLAIN_BY_ITSELF : EXPLAIN_CONSEQUENCE;
}

static explain_fault_t* fault_of(explanation_t* result, int rule, explain_role_t role)
{
    for (int i = 0; i < result->fault_count; i++) {
        if (result->faults[i].rule == rule && result->faults[i].role == role) {
            return &result->faults[i];
        }
    }
    return NULL;
}

static void add_fault(explanation_t* result, const explain_fault_t* fault)
{
    if (result->fault_count < EXPLAIN_FAULT_CAPACITY) {
        result->faults[result->fault_count++] = *fault;
    } else {
        result->faults_left_out++;
    }
}

/// Rules that refused in the two seconds before, and in the very period.
static void add_faults_before(explain_t* explain)
{
    explanation_t* result = &explain->result;
    const explain_window_t* window = &explain->frozen;
    explain_window_t part = *window; // the same records, seen up to an earlier one
    for (int back = window->count - 1; back >= 0; back--) {
        const cycle_record_t* record = explain_window_at(window, back);
        const cycle_record_t* before = explain_window_at(window, back + 1);
        const interlock_rules_t earlier = before != NULL ? before->verdict.refused : 0;
        const interlock_rules_t rising =
            back == 0 ? record->verdict.refused : record->verdict.refused & ~earlier;
        for (int rule = 0; rising != 0 && rule < INTERLOCK_RULE_COUNT; rule++) {
            const bool cause = back == 0 && rule == result->cause.rule;
            if ((rising & INTERLOCK_RULE(rule)) == 0 || cause) {
                continue;
            }
            part.next = (window->next - back + window->capacity) % window->capacity;
            part.count = window->count - back;
            explain_fault_t fault;
            explain_fault_read(explain->session, &part, rule, &fault);
            fault.role = back == 0 ? EXPLAIN_BESIDE : EXPLAIN_BEFORE;
            if (fault_of(result, rule, fault.role) == NULL) {
                add_fault(result, &fault);
            }
        }
    }
}

/// A rule that begins to refuse after the stop, or becomes the one whose figures are known.
static void add_faults_after(explain_t* explain, const cycle_record_t* record)
{
    explanation_t* result = &explain->result;
    const interlock_rules_t rising = record->verdict.refused & ~explain->last.verdict.refused;
    for (int rule = 0; record->verdict.refused != 0 && rule < INTERLOCK_RULE_COUNT; rule++) {
        const bool refuses = (record->verdict.refused & INTERLOCK_RULE(rule)) != 0;
        const bool telling = record->verdict.rule == rule;
        if (!refuses || rule == result->cause.rule || fault_of(result, rule, EXPLAIN_BESIDE)) {
            continue;
        }
        explain_fault_t* known = fault_of(result, rule, EXPLAIN_CONSEQUENCE);
        known = known != NULL ? known : fault_of(result, rule, EXPLAIN_BY_ITSELF);
        const bool learns = known != NULL && !known->figures_known && telling;
        if (known == NULL ? (rising & INTERLOCK_RULE(rule)) == 0 : !learns) {
            continue;
        }
        explain_fault_t fault;
        explain_fault_read(explain->session, &explain->window, rule, &fault);
        fault.role = role_after(result, &fault);
        if (known == NULL) {
            add_fault(result, &fault);
        } else if (fault.figures_known) {
            *known = fault;
        }
    }
}

// --------------------------------------------------------------------------------------- requests

static explain_request_t request_of(const cycle_record_t* record, int index)
{
    return (explain_request_t){.index = index,
                               .time_us = record->input.now_us,
                               .cycle = record->input.cycle,
                               .answer = cycle_answer(record, index),
                               .level = record->input.intensity_level};
}

/// Those of the window; of a flood the first are kept.
static void add_requests(explain_t* explain)
{
    explanation_t* result = &explain->result;
    const explain_window_t* window = &explain->frozen;
    result->request_count = 0;
    for (int back = window->count - 1; back >= 0; back--) {
        const cycle_record_t* record = explain_window_at(window, back);
        const cycle_record_t* before = explain_window_at(window, back + 1);
        const uint32_t earlier = before != NULL ? before->input.requests : 0;
        const uint32_t rising = record->input.requests & ~earlier;
        for (int index = 0; rising != 0 && index < REQUEST_COUNT; index++) {
            if ((rising >> index & 1u) != 0 && result->request_count < EXPLAIN_REQUEST_CAPACITY) {
                result->requests[result->request_count++] = request_of(record, index);
            }
        }
    }
}

// --------------------------------------------------------------------------------------- the step

static const char* doing_in(supervisor_mode_t mode)
{
    static const char* const texts[MODE_COUNT] = {
        [MODE_LOCKED] = "locked, before",
        [MODE_READY] = "ready, before",
        [MODE_ARMING] = "enabling the drives, before",
        [MODE_ARMED] = "armed, before",
        [MODE_TRANSIT] = "on the way to",
        [MODE_APPROACH] = "coming down for",
        [MODE_CONTACT] = "playing",
        [MODE_RETRACT] = "lifting off after",
        [MODE_PAUSED] = "paused in",
        [MODE_PARKING] = "on the way home after",
        [MODE_PARKED] = "parked after",
        [MODE_LIFT] = "lifting off in",
        [MODE_YIELD] = "yielding in",
        [MODE_STOPPING] = "stopping in",
        [MODE_TRIPPED] = "tripped in",
    };
    return (unsigned)mode < MODE_COUNT ? texts[mode] : "in";
}

static const char* region_name(const session_t* session, int region)
{
    const body_settings_t* body = session->body->settings;
    return region >= 0 && region < body->region_count ? body->regions[region].name : "";
}

/// Lifting off and going home the plan is at the next item already; what was played is meant.
static bool leaves_item(supervisor_mode_t mode)
{
    return mode == MODE_RETRACT || mode == MODE_PARKING || mode == MODE_PARKED;
}

/// The step as it stood in `record`, the one before the stop.
static void read_step(const session_t* session, const cycle_record_t* record, int worked_item,
                      explain_step_t* step)
{
    const routine_t* routine = session->routine;
    *step = (explain_step_t){.item = record->item, .doing = doing_in(record->mode)};
    (void)snprintf(step->under, sizeof step->under, "%s", region_name(session, record->region));
    const bool after = record->item >= routine->item_count && routine->item_count > 0;
    const bool left = leaves_item(record->mode) && worked_item >= 0;
    const int item = left ? worked_item : after ? routine->item_count - 1 : record->item;
    if (item < 0 || item >= routine->item_count) {
        return;
    }
    const routine_item_t* entry = &routine->items[item];
    step->known = true;
    step->item = item;
    step->step = entry->stroke.step + 1;
    step->rest = entry->kind == ITEM_REST;
    const bool written = entry->stroke.step >= 0 && entry->stroke.step < routine->step_count;
    step->line = written ? routine->step_line[entry->stroke.step] : 0;
    step->elapsed_s = item != record->item ? (double)NAN : (double)record->item_elapsed_s;
    if (step->rest && record->mode == MODE_TRANSIT) {
        step->doing = "at rest in";
    }
    (void)snprintf(step->technique, sizeof step->technique, "%s",
                   step->rest ? "rest" : technique_info(entry->stroke.technique)->name);
    if (!step->rest) {
        (void)snprintf(step->region, sizeof step->region, "%s",
                       region_name(session, entry->stroke.region));
    }
}

// ------------------------------------------------------------------------------------- the moment

/// All that is told of the moment itself; `record` is its cycle, the newest in the window.
static void freeze(explain_t* explain, const cycle_record_t* record)
{
    explanation_t* result = &explain->result;
    const cycle_record_t* before = explain->any ? &explain->last : record;
    explain_window_copy(&explain->window, &explain->frozen);
    result->time_us = record->input.now_us;
    result->cycle = record->input.cycle;
    result->mode_before = before->mode;
    result->mode_after = record->mode;
    result->conditions = record->conditions;
    read_step(explain->session, before, explain->worked_item, &result->step);
    add_requests(explain);
}

static vec3_t tool_of(const cycle_record_t* record)
{
    return vec3((double)record->tool_x_m, (double)record->tool_y_m, (double)record->tool_z_m);
}

static void begin_stop(explain_t* explain, const cycle_record_t* record)
{
    explanation_t* result = &explain->result;
    explain->moment = MOMENT_STOP;
    result->cause = explain_fault_none();
    result->asked = no_request();
    result->fault_count = 0;
    result->faults_left_out = 0;
    result->reaction = record->verdict.reaction;
    result->trust = record->verdict.trust;
    result->released_s = (double)NAN;
    result->power_off_s = (double)NAN;
    result->peak_after_N = (double)NAN;
    result->moved_m = (double)NAN;
    result->doubted_s = (double)NAN;
    explain->stopped_m = tool_of(record);
    explain->touching = true; // until the first cycle says otherwise
    explain->touched_us = record->input.now_us;
    if ((record->input.requests & REQUEST_STOP) != 0 &&
        !request_refused(cycle_answer(record, REQUEST_STOP_INDEX))) {
        result->asked = request_of(record, REQUEST_STOP_INDEX);
    }
    if (record->verdict.rule != INTERLOCK_RULE_NONE) {
        explain_fault_read(explain->session, &explain->window, record->verdict.rule,
                           &result->cause);
        result->cause.role = EXPLAIN_CAUSE;
    }
    freeze(explain, record);
    add_faults_before(explain);
}

static void begin_end(explain_t* explain, const cycle_record_t* record)
{
    explain->moment = MOMENT_END;
    explain->result.asked = request_of(record, REQUEST_END_INDEX);
    freeze(explain, record);
}

/// Until its power is off; what is moved afterwards is moved by hand.
static void follow_doubt(explain_t* explain, const cycle_record_t* record, double since_s)
{
    bool doubted = false;
    for (int rule = 0; record->verdict.refused != 0 && rule < INTERLOCK_RULE_COUNT; rule++) {
        doubted = doubted || ((record->verdict.refused & INTERLOCK_RULE(rule)) != 0 &&
                              rule_doubts_position(rule));
    }
    if (doubted && supervisor_mode_powered(explain->last.mode) &&
        isnan(explain->result.doubted_s)) {
        explain->result.doubted_s = since_s;
    }
}

/// How the arm comes to rest.
static void follow_stop(explain_t* explain, const cycle_record_t* record)
{
    explanation_t* result = &explain->result;
    const double since_s = 1e-6 * (double)(record->input.now_us - result->time_us);
    const double force_N = (double)record->normal_force_N;
    const double moved_m = vec3_norm(vec3_sub(tool_of(record), explain->stopped_m));
    result->moved_m = fmax(result->moved_m, moved_m); // ignores what is not a number
    follow_doubt(explain, record, since_s);
    bool torque = false;
    for (int joint = 0; joint < explain->session->machine->arm.joint_count; joint++) {
        torque = torque || record->command.request[joint] != DRIVE_REQUEST_DISABLE;
    }
    if (!torque && isnan(result->power_off_s)) {
        result->power_off_s = since_s;
    }
    // A force that is not known may still be there; taring ends with the power.
    const int64_t age_us = record->input.feedback.force.age_us;
    const bool heard = age_us >= 0 && age_us <= explain->session->limits.sample_age_max_us;
    if (record->force_tared && heard) {
        result->peak_after_N = fmax(result->peak_after_N, fabs(force_N)); // ignores NaN
    }
    if (record->force_tared &&
        !(heard && isfinite(force_N) && fabs(force_N) < explain->session->limits.touch_force_N)) {
        explain->touching = true;
        explain->touched_us = record->input.now_us;
    } else if (record->force_tared) {
        explain->touching = false;
    }
}

static void observe_refusal_before_arming(explain_t* explain, const cycle_record_t* record)
{
    const int rule = record->verdict.rule;
    if (rule == INTERLOCK_RULE_NONE) {
        explain->refusal = explain_fault_none();
    } else if (rule != explain->refusal.rule) {
        explain_fault_read(explain->session, &explain->window, rule, &explain->refusal);
        explain->refusal.role = EXPLAIN_CAUSE;
        freeze(explain, record);
    }
}

static bool ends(const cycle_record_t* record)
{
    return (record->input.requests & REQUEST_END) != 0 &&
           !request_refused(cycle_answer(record, REQUEST_END_INDEX));
}

void explain_observe(explain_t* explain, const cycle_record_t* record)
{
    explanation_t* result = &explain->result;
    explain_window_add(&explain->window, record);
    if (!explain->any) {
        result->first_us = record->input.now_us;
    }
    const bool stops = explain->any && summary_is_stop(record) &&
                       !summary_is_stop(&explain->last) && explain->last.mode != MODE_LOCKED;
    // Looked at and resumed, or armed and started again: that stop was none that ended the run.
    const bool again = explain->last.mode == MODE_PAUSED || explain->last.mode == MODE_ARMED;
    if (explain->moment == MOMENT_STOP && again && record->mode == MODE_TRANSIT) {
        explain->moment = MOMENT_NONE;
        result->cause = explain_fault_none();
        result->asked = no_request();
        result->fault_count = 0;
        result->earlier_stops++;
    }
    if (stops) {
        begin_stop(explain, record);
    } else if (explain->moment == MOMENT_NONE && ends(record)) {
        begin_end(explain, record);
    } else if (result->armed && explain->any) {
        if (explain->moment == MOMENT_STOP || !supervisor_mode_powered(record->mode)) {
            add_faults_after(explain, record);
        }
    } else {
        observe_refusal_before_arming(explain, record);
    }
    if (explain->moment == MOMENT_STOP) {
        follow_stop(explain, record);
    }
    if (record->mode == MODE_APPROACH || record->mode == MODE_CONTACT) {
        explain->worked_item = record->item;
    }
    result->armed = result->armed || supervisor_mode_powered(record->mode);
    result->last_us = record->input.now_us;
    result->mode_last = record->mode;
    result->cycles++;
    explain->last = *record;
    explain->any = true;
}

// --------------------------------------------------------------------------------------- settling

static explain_ending_t ending_of(const explain_t* explain, run_verdict_t verdict,
                                  const char* failure)
{
    const explanation_t* result = &explain->result;
    if (explain->moment == MOMENT_STOP) {
        return result->cause.rule != INTERLOCK_RULE_NONE ? EXPLAIN_STOPPED
               : result->asked.index >= 0                ? EXPLAIN_ASKED
                                                         : EXPLAIN_STOPPED_UNKNOWN;
    }
    if (explain->any && !result->armed && verdict != VERDICT_RUNNING) {
        return explain->refusal.rule != INTERLOCK_RULE_NONE ? EXPLAIN_NEVER_READY
                                                            : EXPLAIN_NEVER_STARTED;
    }
    if (failure[0] != '\0') {
        return EXPLAIN_FAILED;
    }
    if (verdict == VERDICT_RUNNING) {
        return EXPLAIN_CUT_OFF;
    }
    return explain->moment == MOMENT_END || verdict != VERDICT_FINISHED ? EXPLAIN_ENDED
                                                                        : EXPLAIN_FINISHED;
}

void explain_settle(explain_t* explain, bool whole, run_verdict_t verdict, const char* failure)
{
    if (!whole) {
        verdict = VERDICT_RUNNING;
        failure = "";
    }
    explanation_t* result = &explain->result;
    result->any = explain->any;
    result->verdict = verdict;
    (void)snprintf(result->failure, sizeof result->failure, "%s", failure);
    result->ending = ending_of(explain, verdict, failure);
    if (result->ending == EXPLAIN_NEVER_READY) {
        result->cause = explain->refusal;
        add_faults_before(explain);
    } else if (explain->any && explain->moment == MOMENT_NONE) {
        freeze(explain, &explain->last); // the end of the record is the moment
    }
    const int rule = result->cause.rule;
    result->latch = rule != INTERLOCK_RULE_NONE ? interlock_rule_info((interlock_rule_t)rule)->latch
                                                : LATCH_ACKNOWLEDGE;
    const explain_fault_t* own = explain_own_fault(result);
    if (own != NULL && interlock_rule_info((interlock_rule_t)own->rule)->latch > result->latch) {
        result->latch = interlock_rule_info((interlock_rule_t)own->rule)->latch;
    }
    if (explain->moment == MOMENT_STOP && !explain->touching) {
        const int64_t until_us = explain->touched_us + explain->session->period_us;
        result->released_s = 1e-6 * (double)(until_us - result->time_us);
    }
    // The force is reckoned with where the tool is; and taring ends with the power.
    result->force_told = explain->moment == MOMENT_STOP && result->trust != TRUST_NONE &&
                         isnan(result->doubted_s) && result->mode_after != MODE_TRIPPED &&
                         isfinite(result->peak_after_N);
    if (!result->force_told) {
        result->released_s = (double)NAN;
        result->peak_after_N = (double)NAN;
    }
    if (isfinite(result->doubted_s)) {
        result->moved_m = (double)NAN;
    }
    explain_window_trends(&explain->frozen, explain->session, result->cause.joint, result->trends);
    result->window_s = explain_window_s(&explain->frozen);
    result->overruns_before = explain_window_overruns(&explain->frozen);
}

// ----------------------------------------------------------------------------------------- events

static bool is_kind(const event_line_t* line, event_kind_t kind)
{
    return strcmp(line->kind, event_kind_text(kind)) == 0;
}

/// The role of the fault that a line of the events tells of; `otherwise` if it tells of none.
static explain_role_t role_of_line(const explanation_t* result, const event_line_t* line,
                                   explain_role_t otherwise)
{
    for (int i = 0; i < result->fault_count; i++) {
        const explain_fault_t* fault = &result->faults[i];
        const char* text = interlock_rule_info((interlock_rule_t)fault->rule)->text;
        if (fault->role >= EXPLAIN_CONSEQUENCE && strncmp(line->text, text, strlen(text)) == 0) {
            return fault->role;
        }
    }
    return otherwise;
}

static explain_role_t role_later(const explain_t* explain, const event_line_t* line)
{
    const explanation_t* result = &explain->result;
    if (is_kind(line, EVENT_REQUEST) || is_kind(line, EVENT_NOTE)) {
        return EXPLAIN_BY_ITSELF;
    }
    return is_kind(line, EVENT_RULE_REFUSED) ? role_of_line(result, line, EXPLAIN_CONSEQUENCE)
                                             : EXPLAIN_CONSEQUENCE;
}

static void give_reason(explain_request_t* request, const event_line_t* line)
{
    char asked[NAME_CAPACITY];
    if (request->index < 0 || fabs(1e-6 * (double)request->time_us - line->time_s) > SAME_TIME_S) {
        return;
    }
    (void)snprintf(asked, sizeof asked, "asked %s%s",
                   request->index == REQUEST_INTENSITY_INDEX ? "for " : "to ",
                   request_word(request->index));
    if (strncmp(line->text, asked, strlen(asked)) == 0) {
        (void)snprintf(request->reason, sizeof request->reason, "%s", line->reason);
    }
}

static void keep_line(explain_later_t* kept, const event_line_t* line, explain_role_t role)
{
    kept->time_s = line->time_s;
    kept->role = role;
    (void)snprintf(kept->kind, sizeof kept->kind, "%s", line->kind);
    (void)snprintf(kept->text, sizeof kept->text, "%s", line->text);
}

void explain_event(explain_t* explain, const event_line_t* line)
{
    explanation_t* result = &explain->result;
    if (is_kind(line, EVENT_REQUEST)) {
        give_reason(&result->asked, line);
        for (int i = 0; i < result->request_count; i++) {
            give_reason(&result->requests[i], line);
        }
    }
    result->devices_told += !explain->any && is_kind(line, EVENT_NOTE);
    const double moment_s = 1e-6 * (double)result->time_us;
    const double since_s = line->time_s - moment_s;
    if (since_s < -1e-6 * (double)EXPLAIN_BEFORE_US) {
        return;
    }
    if (since_s < -SAME_TIME_S) {
        if (result->before_count == EXPLAIN_LATER_CAPACITY) { // the newest are nearest to it
            memmove(&result->before[0], &result->before[1],
                    (EXPLAIN_LATER_CAPACITY - 1) * sizeof result->before[0]);
            result->before_count--;
        }
        keep_line(&result->before[result->before_count++], line, EXPLAIN_BEFORE);
    } else if (result->later_count < EXPLAIN_LATER_CAPACITY) {
        const bool now = since_s <= SAME_TIME_S;
        keep_line(&result->later[result->later_count++], line,
                  now ? EXPLAIN_CAUSE : role_later(explain, line));
    } else {
        result->later_left_out++;
    }
}

const explanation_t* explain_result(const explain_t* explain)
{
    return &explain->result;
}

const explain_fault_t* explain_own_fault(const explanation_t* explanation)
{
    const explain_fault_t* first = NULL;
    for (int i = 0; i < explanation->fault_count; i++) {
        const explain_fault_t* fault = &explanation->faults[i];
        if (fault->role == EXPLAIN_BY_ITSELF && is_doubt(fault)) {
            return fault;
        }
        first = first == NULL && fault->role == EXPLAIN_BY_ITSELF ? fault : first;
    }
    return first;
}

bool explain_in_doubt(const explanation_t* explanation)
{
    const explain_fault_t* own = explain_own_fault(explanation);
    return own != NULL && is_doubt(own);
}
