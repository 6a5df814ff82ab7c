#include "controller/record/events.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "controller/live.h"
#include "controller/record/json.h"
#include "controller/record/line_chain.h"
#include "controller/record/rule_words.h"

#define ITEM_NONE (-1)
#define EARLY_S 0.1                    // a stroke that ends this much before its time was ended
#define SILENT_FLOOR_US INT64_C(20000) // a shorter gap is one lost reply, not a silent device

struct events {
    FILE* file;
    const session_t* session;
    bool failed;
    int64_t count;
    line_chain_t chain;
    bool any; // a cycle was observed, so that `last` counts
    cycle_record_t last;
    int64_t rule_us[INTERLOCK_RULE_COUNT]; // when each rule was last reported
    int64_t request_count;
    uint32_t reason_requests; // whose reason is known
    char reason[EVENT_REASON_CAPACITY];
    int item; // started and not finished, or ITEM_NONE
    int64_t item_contact_us;
    int64_t item_contact_cycles;
    double item_force_sum_N;
    double item_peak_N;
};

const char* event_kind_text(event_kind_t kind)
{
    switch (kind) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        EVENT_KIND_LIST(X)
#undef X
    }
    return "unknown";
}

// ----------------------------------------------------------------------------------- one line

/// A line under way: fields are added between `line_begin` and `line_end`.
typedef struct {
    json_t json;
    char bytes[EVENT_LINE_CAPACITY];
} line_t;

static void line_begin(line_t* line, int64_t time_us, int64_t cycle, event_kind_t kind,
                       const char* format, ...) __attribute__((format(printf, 5, 6)));

static void line_begin(line_t* line, int64_t time_us, int64_t cycle, event_kind_t kind,
                       const char* format, ...)
{
    char text[EVENT_TEXT_CAPACITY];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    line->json = json_to_buffer(line->bytes, sizeof line->bytes);
    json_object_begin(&line->json, NULL);
    json_number(&line->json, "time_s", (double)time_us / 1e6);
    json_integer(&line->json, "cycle", cycle);
    json_text(&line->json, "kind", event_kind_text(kind));
    json_text(&line->json, "text", text);
}

static void line_end(events_t* events, line_t* line)
{
    if (events->count >= EVENT_CAPACITY || line->json.overflow) {
        events->failed = events->failed || line->json.overflow;
        return;
    }
    char tail[LINE_CHAIN_BYTES + 1];
    line_chain_add(&events->chain, line->bytes, line->json.length, tail);
    const int printed = fprintf(events->file, "%s%s\n", line->bytes, tail);
    // Each line goes out at once: what led to a crash is what is wanted most.
    events->failed = events->failed || printed < 0 || fflush(events->file) != 0;
    events->count++;
    if (events->count == EVENT_CAPACITY - 1) {
        line_t last;
        line_begin(&last, events->last.input.now_us, events->last.input.cycle, EVENT_NOTE,
                   "more happened than this file may hold; nothing more is written");
        line_end(events, &last);
    }
}

events_t* events_create(const char* path, const session_t* session)
{
    FILE* file = fopen(path, "wb");
    return file ? events_to_stream(file, session) : NULL;
}

events_t* events_to_stream(FILE* stream, const session_t* session)
{
    events_t* events = calloc(1, sizeof *events);
    if (!events) {
        (void)fclose(stream);
        return NULL;
    }
    events->file = stream;
    events->session = session;
    events->item = ITEM_NONE;
    line_chain_begin(&events->chain);
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; rule++) {
        events->rule_us[rule] = -EVENT_REPEAT_US;
    }
    return events;
}

void events_note(events_t* events, int64_t time_us, int64_t cycle, event_kind_t kind,
                 const char* text)
{
    line_t line;
    line_begin(&line, time_us, cycle, kind, "%s", text);
    line_end(events, &line);
}

static void line_begin_at(line_t* line, const cycle_record_t* record, event_kind_t kind,
                          const char* text)
{
    line_begin(line, record->input.now_us, record->input.cycle, kind, "%s", text);
}

// ------------------------------------------------------------------------------ what happened

static const char* joint_name(const events_t* events, int joint)
{
    const arm_settings_t* arm = &events->session->machine->arm;
    return joint >= 0 && joint < arm->joint_count ? arm->joints[joint].name : NULL;
}

/// What a rule's text does not know: which two parts are too near each other. Empty for others.
static void pair_text(const events_t* events, const cycle_record_t* record, int rule,
                      char text[EVENT_TEXT_CAPACITY])
{
    text[0] = '\0';
    if (rule == INTERLOCK_ARM_CLEARANCE && rule == record->verdict.rule) {
        const arm_settings_t* arm = &events->session->machine->arm;
        const part_name_t part = clearance_part_name(arm, record->verdict.subject);
        const part_name_t other = clearance_part_name(arm, record->verdict.other);
        (void)snprintf(text, EVENT_TEXT_CAPACITY, ": %s%s and %s%s", part.kind, part.name,
                       other.kind, other.name);
    }
}

static void add_cause(const events_t* events, line_t* line, const cycle_record_t* record, int rule)
{
    const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)rule);
    json_text(&line->json, "rule", info->name);
    json_text(&line->json, "hazard", info->hazards);
    json_text(&line->json, "reaction", reaction_text(record->verdict.reaction));
    // The judge gives figures for the most telling rule only.
    if (rule == record->verdict.rule) {
        json_number(&line->json, "measured", record->verdict.measured);
        json_number(&line->json, "allowed", record->verdict.allowed);
        if (rule_subject_is_joint(rule) && joint_name(events, record->verdict.subject)) {
            json_text(&line->json, "joint", joint_name(events, record->verdict.subject));
        }
    }
    json_integer(&line->json, "item", record->item);
}

/// Lifting is a stop where a rule asked for it, not where somebody paused.
static bool is_stop(const cycle_record_t* record)
{
    return record->mode == MODE_YIELD || record->mode == MODE_STOPPING ||
           record->mode == MODE_TRIPPED ||
           (record->mode == MODE_LIFT && record->verdict.reaction == REACTION_LIFT);
}

static void observe_mode(events_t* events, const cycle_record_t* record)
{
    if (events->any && record->mode == events->last.mode) {
        return;
    }
    char text[EVENT_TEXT_CAPACITY];
    const char* from = events->any ? supervisor_mode_text(events->last.mode) : "nothing";
    (void)snprintf(text, sizeof text, "%s, was %s", supervisor_mode_text(record->mode), from);
    line_t line;
    line_begin_at(&line, record, EVENT_MODE_CHANGE, text);
    json_text(&line.json, "from", from);
    json_text(&line.json, "to", supervisor_mode_text(record->mode));
    line_end(events, &line);
    // Boot is locked, not stopped; a stop's own later modes are not new stops.
    if (!events->any || !is_stop(record) || is_stop(&events->last)) {
        return;
    }
    const int rule = record->verdict.rule;
    const bool asked = record->input.requests & REQUEST_STOP;
    char pair[EVENT_TEXT_CAPACITY];
    pair_text(events, record, rule, pair);
    const char* cause = rule != INTERLOCK_RULE_NONE
                            ? interlock_rule_info((interlock_rule_t)rule)->text
                        : asked ? "somebody asked for it"
                                : "no rule refused; see the conditions";
    (void)snprintf(text, sizeof text, "reaction %s: %s%s", reaction_text(record->verdict.reaction),
                   cause, pair);
    line_begin_at(&line, record, EVENT_STOP, text);
    if (rule != INTERLOCK_RULE_NONE) {
        add_cause(events, &line, record, rule);
    }
    json_integer(&line.json, "conditions", record->conditions);
    // Where to look in the cycles: what led to it, and how the arm came to rest.
    const int64_t period_us = events->session->period_us;
    const int64_t before = record->input.cycle - EVENT_BEFORE_US / period_us;
    json_integer(&line.json, "from_cycle", before > 0 ? before : 0);
    json_integer(&line.json, "to_cycle", record->input.cycle + EVENT_AFTER_US / period_us);
    line_end(events, &line);
}

static void observe_rules(events_t* events, const cycle_record_t* record)
{
    const interlock_rules_t before = events->any ? events->last.verdict.refused : 0;
    const interlock_rules_t rising = record->verdict.refused & ~before;
    for (int rule = 0; rising != 0 && rule < INTERLOCK_RULE_COUNT; rule++) {
        if (!(rising & INTERLOCK_RULE(rule)) ||
            record->input.now_us - events->rule_us[rule] < EVENT_REPEAT_US) {
            continue;
        }
        events->rule_us[rule] = record->input.now_us;
        char pair[EVENT_TEXT_CAPACITY];
        pair_text(events, record, rule, pair);
        line_t line;
        line_begin(&line, record->input.now_us, record->input.cycle, EVENT_RULE_REFUSED, "%s%s",
                   interlock_rule_info((interlock_rule_t)rule)->text, pair);
        add_cause(events, &line, record, rule);
        line_end(events, &line);
    }
}

static void add_item(const events_t* events, line_t* line, int item)
{
    const routine_item_t* entry = &events->session->routine->items[item];
    json_integer(&line->json, "item", item);
    if (entry->kind == ITEM_STROKE) {
        json_integer(&line->json, "step", entry->stroke.step);
        json_integer(&line->json, "line", entry->stroke.line);
        json_text(&line->json, "technique", technique_info(entry->stroke.technique)->name);
    }
}

void events_reason(events_t* events, uint32_t requests, const char* reason)
{
    events->reason_requests = requests;
    (void)snprintf(events->reason, sizeof events->reason, "%s", reason);
}

static void describe_request(const cycle_record_t* record, int index, char* text, size_t capacity)
{
    const request_result_t answer = cycle_answer(record, index);
    char what[NAME_CAPACITY];
    if (index == REQUEST_INTENSITY_INDEX) {
        (void)snprintf(what, sizeof what, "asked for intensity %d", record->input.intensity_level);
    } else {
        (void)snprintf(what, sizeof what, "asked to %s", request_word(index));
    }
    const bool refused = request_refused(answer);
    (void)snprintf(text, capacity, "%s%s%s", what, refused ? ", refused: " : "",
                   refused ? request_result_text(answer) : "");
}

static void report_request(events_t* events, const cycle_record_t* record, int index)
{
    if (events->request_count >= EVENT_REQUEST_CAPACITY) {
        return;
    }
    events->request_count++;
    line_t line;
    char text[EVENT_TEXT_CAPACITY];
    describe_request(record, index, text, sizeof text);
    line_begin_at(&line, record, EVENT_REQUEST, text);
    json_text(&line.json, "request", request_word(index));
    json_text(&line.json, "answer", request_result_name(cycle_answer(record, index)));
    if ((events->reason_requests >> index & 1u) != 0) {
        json_text(&line.json, "reason", events->reason);
    }
    if (index == REQUEST_INTENSITY_INDEX) {
        json_integer(&line.json, "from",
                     events->any ? events->last.intensity_asked : record->intensity_asked);
        json_integer(&line.json, "to", record->input.intensity_level);
    }
    if (record->item >= 0 && record->item < events->session->routine->item_count) {
        add_item(events, &line, record->item);
    }
    line_end(events, &line);
    if (events->request_count == EVENT_REQUEST_CAPACITY) {
        line_begin_at(&line, record, EVENT_NOTE,
                      "more was asked for than is kept; further requests are not written");
        line_end(events, &line);
    }
}

/// A request that stands for many periods is one; but what it brings each time is news.
static void observe_requests(events_t* events, const cycle_record_t* record)
{
    const uint32_t asked = record->input.requests;
    const interlock_rules_t before = events->any ? events->last.input.requests : 0;
    for (int index = 0; asked != 0 && index < REQUEST_COUNT; index++) {
        const uint32_t bit = 1u << index;
        const bool rising = (asked & ~before & bit) != 0;
        const bool other_level = bit == REQUEST_INTENSITY && record->input.intensity_level !=
                                                                 events->last.input.intensity_level;
        if ((asked & bit) != 0 &&
            (rising || other_level || cycle_answer(record, index) == REQUEST_GRANTED)) {
            report_request(events, record, index);
        }
    }
    events->reason_requests = 0;
}

/// The level that holds follows the one asked for in its own time; caps hold it where they are.
static void observe_intensity(events_t* events, const cycle_record_t* record)
{
    if (!events->any) {
        return;
    }
    line_t line;
    char text[EVENT_TEXT_CAPACITY];
    const int before = events->last.intensity_level;
    if (record->intensity_level != before) {
        (void)snprintf(text, sizeof text, "intensity is %d, was %d", record->intensity_level,
                       before);
        line_begin_at(&line, record, EVENT_INTENSITY, text);
        json_integer(&line.json, "from", before);
        json_integer(&line.json, "to", record->intensity_level);
        json_integer(&line.json, "asked", record->intensity_asked);
        line_end(events, &line);
    }
    if (record->intensity_capped && !events->last.intensity_capped) {
        (void)snprintf(text, sizeof text, "a cap keeps the force below what intensity %d asks for",
                       record->intensity_level);
        line_begin_at(&line, record, EVENT_INTENSITY, text);
        json_integer(&line.json, "item", record->item);
        line_end(events, &line);
    }
}

static void describe_item(const events_t* events, int item, char* text, size_t capacity)
{
    const routine_item_t* entry = &events->session->routine->items[item];
    if (entry->kind == ITEM_REST) {
        (void)snprintf(text, capacity, "rest for %.0f s", entry->rest_s);
        return;
    }
    const body_settings_t* body = events->session->body->settings;
    const int region = entry->stroke.region;
    (void)snprintf(text, capacity, "%s on %s", technique_info(entry->stroke.technique)->name,
                   region >= 0 && region < body->region_count ? body->regions[region].name
                                                              : "no region");
}

/// True if the plan ended the stroke before its time: only a force along the skin that would not
/// give way makes it do so.
static bool held_up(const events_t* events, const cycle_record_t* record)
{
    const routine_item_t* entry = &events->session->routine->items[events->item];
    const bool over = (record->conditions & CONDITION(CONDITION_ITEM_FINISHED)) != 0 &&
                      events->last.mode == MODE_CONTACT;
    return over && entry->kind == ITEM_STROKE &&
           (double)events->last.item_elapsed_s < entry->stroke.duration_s - EARLY_S;
}

static void finish_item(events_t* events, const cycle_record_t* record)
{
    const double contact_s = (double)events->item_contact_us / 1e6;
    char what[EVENT_TEXT_CAPACITY / 2], text[EVENT_TEXT_CAPACITY];
    describe_item(events, events->item, what, sizeof what);
    if (held_up(events, record)) {
        (void)snprintf(text, sizeof text,
                       "%s ended early, after %.1f s in contact: the skin held the tool fast", what,
                       contact_s);
    } else {
        (void)snprintf(text, sizeof text, "%s finished after %.1f s in contact", what, contact_s);
    }
    line_t line;
    line_begin_at(&line, record, EVENT_STEP_FINISHED, text);
    add_item(events, &line, events->item);
    json_number(&line.json, "contact_s", contact_s);
    if (events->item_contact_cycles > 0) {
        json_number(&line.json, "force_mean_N",
                    events->item_force_sum_N / (double)events->item_contact_cycles);
        json_number(&line.json, "force_peak_N", events->item_peak_N);
    }
    line_end(events, &line);
    events->item = ITEM_NONE;
}

/// A stroke starts when the skin is touched for it, a rest when it is its turn; both finish when
/// the next item's turn comes.
static void observe_item(events_t* events, const cycle_record_t* record)
{
    const routine_t* routine = events->session->routine;
    if (events->item != ITEM_NONE && record->item != events->item) {
        finish_item(events, record);
    }
    const bool valid = record->item >= 0 && record->item < routine->item_count;
    const bool contact = record->mode == MODE_CONTACT;
    if (valid && events->item == ITEM_NONE) {
        const bool rest = routine->items[record->item].kind == ITEM_REST;
        const bool moving = record->mode >= MODE_TRANSIT && record->mode <= MODE_RETRACT;
        if (contact || (rest && moving)) {
            char text[EVENT_TEXT_CAPACITY];
            describe_item(events, record->item, text, sizeof text);
            line_t line;
            line_begin_at(&line, record, EVENT_STEP_STARTED, text);
            add_item(events, &line, record->item);
            line_end(events, &line);
            events->item = record->item;
            events->item_contact_us = 0;
            events->item_contact_cycles = 0;
            events->item_force_sum_N = 0.0;
            events->item_peak_N = 0.0;
        }
    }
    if (contact && events->item != ITEM_NONE && isfinite(record->normal_force_N)) {
        events->item_contact_us += events->session->period_us;
        events->item_contact_cycles++;
        events->item_force_sum_N += (double)record->normal_force_N;
        events->item_peak_N = fmax(events->item_peak_N, (double)record->normal_force_N);
    }
}

static void report_device(events_t* events, const cycle_record_t* record, int device,
                          const char* what)
{
    const machine_settings_t* machine = events->session->machine;
    if (device < 0 || device >= machine->device_count) {
        return;
    }
    char text[EVENT_TEXT_CAPACITY];
    (void)snprintf(text, sizeof text, "%s: %s", machine->devices[device].name, what);
    line_t line;
    line_begin_at(&line, record, EVENT_DEVICE, text);
    json_text(&line.json, "device", machine->devices[device].name);
    line_end(events, &line);
}

static void observe_age(events_t* events, const cycle_record_t* record, int device, int64_t age_us,
                        int64_t age_before_us)
{
    const double allowed_us = 1e6 * events->session->safety->sample_age_max_s.value;
    const int64_t limit_us =
        allowed_us > (double)SILENT_FLOOR_US ? (int64_t)allowed_us : SILENT_FLOOR_US;
    const bool silent = age_us > limit_us;
    const bool silent_before = !events->any || age_before_us > limit_us;
    if (silent != silent_before) {
        report_device(events, record, device, silent ? "silent" : "answers");
    }
}

static void observe_devices(events_t* events, const cycle_record_t* record)
{
    const machine_settings_t* machine = events->session->machine;
    const bus_feedback_t* now = &record->input.feedback;
    const bus_feedback_t* before = &events->last.input.feedback;
    for (int joint = 0; joint < machine->arm.joint_count; joint++) {
        const int device = machine->drive_of_joint[joint];
        const drive_feedback_t* drive = &now->drives[joint];
        const drive_feedback_t* drive_before = &before->drives[joint];
        observe_age(events, record, device, drive->age_us, drive_before->age_us);
        if (events->any && drive->state != drive_before->state) {
            report_device(events, record, device, drive_state_text(drive->state));
        }
        if (drive->fault_code != 0 &&
            (!events->any || drive->fault_code != drive_before->fault_code)) {
            char what[NAME_CAPACITY];
            (void)snprintf(what, sizeof what, "fault code 0x%04X", drive->fault_code);
            report_device(events, record, device, what);
        }
    }
    observe_age(events, record, machine->force_sensor, now->force.age_us, before->force.age_us);
    observe_age(events, record, machine->io_coupler, now->io.age_us, before->io.age_us);
}

void events_observe(events_t* events, const cycle_record_t* record)
{
    observe_requests(events, record);
    observe_intensity(events, record);
    observe_devices(events, record);
    observe_rules(events, record);
    observe_mode(events, record);
    observe_item(events, record);
    if (record->input.overruns > 0 && (!events->any || events->last.input.overruns == 0)) {
        line_t line;
        line_begin_at(&line, record, EVENT_OVERRUN, "the control loop was late");
        json_integer(&line.json, "periods", record->input.overruns);
        line_end(events, &line);
    }
    events->last = *record;
    events->any = true;
}

int64_t events_count(const events_t* events, char last_chain[DIGEST_TEXT_CAPACITY])
{
    memcpy(last_chain, events->chain.text, DIGEST_TEXT_CAPACITY);
    return events->count;
}

bool events_close(events_t* events)
{
    if (!events) {
        return true;
    }
    const bool closed = fclose(events->file) == 0;
    const bool whole = !events->failed;
    free(events);
    return whole && closed;
}
