#include "sim/scenario.h"

#include <stdio.h>
#include <string.h>

#include "sim/scenario_check.h"

#define EVENT_AT_MAX_S 7200.0 // the longest session
#define STEP_MAX 1000         // more than any routine has
#define FORCE_MAX_N 500.0     // more than any arm of ours can press

static const char* const event_words[] = {
#define X(id, word, klass, target, dimension, least, most, meaning) [id] = word,
    WORLD_EVENT_LIST(X)
#undef X
        NULL};

static const char* const axis_words[] = {"x", "y", "z", "rx", "ry", "rz", NULL};

static const char* const ending_words[] = {
#define X(id, text) [id] = text,
    SCENARIO_ENDING_LIST(X)
#undef X
        NULL};

/// What the first stop may be; the words stand in the order of the endings.
static const char* const reaction_words[] = {"lift", "yield", "stop", "power_off", NULL};

static const char* const phase_words[] = {
#define X(id, word, meaning) [id] = word,
    RUN_PHASE_LIST(X)
#undef X
        NULL};

const char* scenario_ending_text(scenario_ending_t ending)
{
    return ending_words[ending];
}

int scenario_ending_of(const char* word)
{
    for (int ending = 0; ending < SCENARIO_ENDING_COUNT; ++ending) {
        if (strcmp(ending_words[ending], word) == 0) {
            return ending;
        }
    }
    return -1;
}

// ---------------------------------------------------------------------------------- the tables

/// An event as written, before its device has been looked up.
typedef struct {
    int kind; // world_event_kind_t
    int64_t at_us;
    int phase; // run_phase_t less one: "none" can't be written
    int nth;
    int step;
    double force_N;
    int64_t after_us;
    int64_t duration_us;
    char device[NAME_CAPACITY];
    int axis;
    double magnitude;
} written_event_t;

typedef struct {
    int reaction; // scenario_ending_t less one: "finished" is none
    int64_t within_us;
    double force_max_N;
    double travel_max_m;
    int cause_count;
    char causes[SCENARIO_NAME_CAPACITY][NAME_CAPACITY];
    int must_not_count;
    char must_not[SCENARIO_NAME_CAPACITY][NAME_CAPACITY];
} written_requirements_t;

typedef struct {
    char name[NAME_CAPACITY];
    char meaning[TEXT_CAPACITY];
    int expect; // scenario_ending_t
    written_requirements_t require;
    int event_count;
    written_event_t events[WORLD_EVENT_CAPACITY];
} written_scenario_t;

#define EVENT(member) offsetof(written_event_t, member)
// clang-format off
#define EVENT_FIELDS                                                                               \
    {.key = "at", .kind = FIELD_WHOLE_US, .offset = EVENT(at_us),                                  \
     .dimension = DIMENSION_TIME, .maximum = EVENT_AT_MAX_S,                                       \
     .meaning = "When, from the beginning of the run. Exactly one of at, phase, step and force "   \
                "says when it begins."},                                                           \
    {.key = "phase", .kind = FIELD_CHOICE, .offset = EVENT(phase), .words = phase_words + 1,       \
     .meaning = "When the run comes into this phase."},                                            \
    {.key = "nth", .kind = FIELD_WHOLE, .offset = EVENT(nth), .minimum = 1, .maximum = 1000,       \
     .meaning = "With phase: which time it comes into it; without it, the first."},                \
    {.key = "step", .kind = FIELD_WHOLE, .offset = EVENT(step), .minimum = 1,                      \
     .maximum = STEP_MAX, .meaning = "When this step of the routine, from 1, first has contact."}, \
    {.key = "force", .kind = FIELD_QUANTITY, .offset = EVENT(force_N),                             \
     .dimension = DIMENSION_FORCE, .minimum = 0.5, .maximum = FORCE_MAX_N,                         \
     .meaning = "When the measured normal force first reaches this in contact."},                  \
    {.key = "after", .kind = FIELD_WHOLE_US, .offset = EVENT(after_us),                            \
     .dimension = DIMENSION_TIME, .minimum = 0.001, .maximum = EVENT_AT_MAX_S,                     \
     .meaning = "With phase, step or force: so much later."},                                      \
    {.key = "event", .kind = FIELD_CHOICE, .required = true, .offset = EVENT(kind),                \
     .words = event_words, .meaning = "What happens."},                                            \
    {.key = "duration", .kind = FIELD_WHOLE_US, .offset = EVENT(duration_us),                      \
     .dimension = DIMENSION_TIME, .minimum = 0.001, .maximum = EVENT_AT_MAX_S,                     \
     .meaning = "How long; without it, for good."}

#define TARGET_FIELDS_NONE
#define TARGET_FIELDS_DEVICE                                                                       \
    {.key = "device", .kind = FIELD_NAME, .required = true, .offset = EVENT(device),               \
     .capacity = NAME_CAPACITY, .meaning = "Name of the machine's device that it happens to."},
#define TARGET_FIELDS_DRIVE TARGET_FIELDS_DEVICE
#define TARGET_FIELDS_AXIS                                                                         \
    {.key = "axis", .kind = FIELD_CHOICE, .required = true, .offset = EVENT(axis),                 \
     .words = axis_words, .meaning = "Axis of the force sensor."},
// The list of fields ends where a key is missing: there, for an event without a magnitude.
#define X(id, word, klass, target, dimension_, least_, most_, meaning_)                            \
    static const field_t fields_of_##id[] = {                                                      \
        EVENT_FIELDS, TARGET_FIELDS_##target                                                       \
        {.key = (least_) < (most_) ? "magnitude" : NULL, .kind = FIELD_QUANTITY, .required = true, \
         .offset = EVENT(magnitude), .dimension = DIMENSION_##dimension_, .minimum = (least_),     \
         .maximum = (most_), .meaning = meaning_},                                                 \
        {0}};
WORLD_EVENT_LIST(X)
#undef X

static const record_t event_records[WORLD_EVENT_KIND_COUNT] = {
#define X(id, word, klass, target, dimension, least, most, meaning)                                \
    [id] = {word, meaning, fields_of_##id},
    WORLD_EVENT_LIST(X)
#undef X
};
static const record_t* const event_variants[] = {
#define X(id, word, klass, target, dimension, least, most, meaning) &event_records[id],
    WORLD_EVENT_LIST(X)
#undef X
    NULL};

#define REQUIRE(member) offsetof(written_requirements_t, member)
static const field_t require_fields[] = {
    {.key = "reaction", .kind = FIELD_CHOICE, .offset = REQUIRE(reaction),
     .words = reaction_words,
     .meaning = "Reaction of the first period whose verdict stops the armed arm."},
    {.key = "within", .kind = FIELD_WHOLE_US, .offset = REQUIRE(within_us),
     .dimension = DIMENSION_TIME, .minimum = 0.001, .maximum = EVENT_AT_MAX_S,
     .meaning = "From the beginning of the first event to that period at most; a stop before it "
                "is none."},
    {.key = "force_max", .kind = FIELD_QUANTITY, .offset = REQUIRE(force_max_N),
     .dimension = DIMENSION_FORCE, .minimum = 0.1, .maximum = FORCE_MAX_N,
     .meaning = "True normal force on the body, at most, in the whole run."},
    {.key = "travel_max", .kind = FIELD_QUANTITY, .offset = REQUIRE(travel_max_m),
     .dimension = DIMENSION_LENGTH, .minimum = 0.0001, .maximum = 2.0,
     .meaning = "True way of the pad into the body, at most, from where it was when the first "
                "event began, along the skin's normal there."},
    {.key = "cause", .kind = FIELD_NAMES, .offset = REQUIRE(causes),
     .count_offset = REQUIRE(cause_count), .capacity = SCENARIO_NAME_CAPACITY,
     .meaning = "Rules, one of which is to be the cause of the first stop."},
    {.key = "must_not", .kind = FIELD_NAMES, .offset = REQUIRE(must_not),
     .count_offset = REQUIRE(must_not_count), .capacity = SCENARIO_NAME_CAPACITY,
     .meaning = "Rules that must not be the cause of any stop, nor make one harder, and endings "
                "and reactions that must not be."},
    {0}};
static const record_t require_record = {"require", "What is required beside the ending.",
                                        require_fields};

#define SCENARIO(member) offsetof(written_scenario_t, member)
static const field_t scenario_fields[] = {
    {.key = "name", .kind = FIELD_NAME, .required = true, .offset = SCENARIO(name),
     .capacity = NAME_CAPACITY, .meaning = "The scenario's name."},
    {.key = "meaning", .kind = FIELD_TEXT, .required = true, .offset = SCENARIO(meaning),
     .capacity = TEXT_CAPACITY, .meaning = "What is tried, in a sentence."},
    {.key = "expect", .kind = FIELD_CHOICE, .required = true, .offset = SCENARIO(expect),
     .words = ending_words, .meaning = "How the run is to end."},
    {.key = "require", .kind = FIELD_RECORD, .offset = SCENARIO(require),
     .record = &require_record, .meaning = "What is required beside the ending."},
    {.key = "events", .kind = FIELD_LIST, .required = true, .offset = SCENARIO(events),
     .count_offset = SCENARIO(event_count), .element_size = sizeof(written_event_t), .least = 1,
     .capacity = WORLD_EVENT_CAPACITY, .variants = event_variants, .variant_key = "event",
     .meaning = "What happens."},
    {0}};
static const record_t scenario_kind = {"scenario", "Things that happen to a virtual table.",
                                       scenario_fields};
// clang-format on

const record_t* scenario_record(void)
{
    return &scenario_kind;
}

// --------------------------------------------------------------------------------- the reading

static int device_named(const machine_settings_t* machine, const char* name)
{
    for (int i = 0; i < machine->device_count; ++i) {
        if (strcmp(machine->devices[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static bool device_serves(const machine_settings_t* machine, int device, event_target_t target)
{
    return device >= 0 &&
           (target != EVENT_TARGET_DRIVE || machine->devices[device].role == DEVICE_DRIVE);
}

static void refuse_device(const yaml_document_t* document, const machine_settings_t* machine,
                          int index, event_target_t target, const char* name, findings_t* findings)
{
    char path[FINDING_FIELD_CAPACITY];
    (void)snprintf(path, sizeof path, "events[%d].device", index);
    const bool known = device_named(machine, name) >= 0; // then it is no drive, and one is wanted
    const char* words[DEVICE_CAPACITY + 1] = {NULL};
    char allowed[FINDING_MESSAGE_CAPACITY / 2] = "";
    int count = 0;
    for (int i = 0; i < machine->device_count && i < DEVICE_CAPACITY; ++i) {
        if (device_serves(machine, i, target)) {
            const size_t used = strlen(allowed);
            words[count] = machine->devices[i].name;
            (void)snprintf(allowed + used, sizeof allowed - used, "%s%s", count > 0 ? ", " : "",
                           words[count]);
            ++count;
        }
    }
    const char* meant = known ? NULL : finding_nearest(name, words);
    const char* wanted = target == EVENT_TARGET_DRIVE ? "its drives are" : "it has";
    fields_refuse_path(document, path, findings, "%s '%s'%s%s%s%s %s %s",
                       known ? "no drive of the machine is" : "the machine has no device", name,
                       known ? ", which is not a drive" : "", meant ? "; did you mean '" : "",
                       meant ? meant : "", meant ? "'?" : ";", wanted, allowed);
}

/// The device is there, but the way to it can't have such a fault.
static void refuse_way(const yaml_document_t* document, const machine_settings_t* machine,
                       int index, const world_event_t* event, findings_t* findings)
{
    char path[FINDING_FIELD_CAPACITY];
    char others[FINDING_MESSAGE_CAPACITY] = "";
    (void)snprintf(path, sizeof path, "events[%d].event", index);
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        if (world_event_needs_tcp((world_event_kind_t)kind)) {
            const size_t used = strlen(others);
            (void)snprintf(others + used, sizeof others - used, "%s%s", used > 0 ? ", " : "",
                           event_words[kind]);
        }
    }
    const device_settings_t* device = &machine->devices[event->device];
    fields_refuse_path(document, path, findings,
                       "'%s' is on serial line '%s': " SERIAL_LINE_LACKS_TEXT
                       "; allowed there is all but %s",
                       device->name, machine->lines[device->line - 1].name, others);
}

/// The device of an event whose kind is set; false with a finding if the machine has none of that
/// name to which it can happen. An event that happens to no device gets the first.
static bool resolve_device(const yaml_document_t* document, const machine_settings_t* machine,
                           int index, const char* name, world_event_t* event, findings_t* findings)
{
    const event_target_t target = world_event_info(event->kind)->target;
    if (target != EVENT_TARGET_DEVICE && target != EVENT_TARGET_DRIVE) {
        event->device = 0;
        return true;
    }
    event->device = device_named(machine, name);
    if (!device_serves(machine, event->device, target)) {
        refuse_device(document, machine, index, target, name, findings);
        return false;
    }
    if (!world_event_has_way(event, machine)) {
        refuse_way(document, machine, index, event, findings);
        return false;
    }
    return true;
}

/// The node of the `index`th event.
static int event_node(const yaml_document_t* document, int index)
{
    int node = document->nodes[yaml_child(document, 0, "events")].first_child;
    for (int i = 0; i < index; ++i) {
        node = document->nodes[node].next;
    }
    return node;
}

/// When an event begins; false with a finding if the file does not say it in exactly one way.
static bool resolve_onset(const yaml_document_t* document, int index, const written_event_t* event,
                          onset_t* onset, findings_t* findings)
{
    static const char* const keys[] = {
        [ONSET_AT] = "at", [ONSET_PHASE] = "phase", [ONSET_STEP] = "step", [ONSET_FORCE] = "force"};
    const int node = event_node(document, index);
    int given = 0;
    for (int kind = ONSET_AT; kind <= ONSET_FORCE; ++kind) {
        if (yaml_child(document, node, keys[kind]) >= 0) {
            onset->kind = (onset_kind_t)kind;
            ++given;
        }
    }
    char path[FINDING_FIELD_CAPACITY];
    (void)snprintf(path, sizeof path, "events[%d]", index);
    if (given != 1) {
        fields_refuse_path(document, path, findings,
                           "exactly one of 'at', 'phase', 'step' and 'force' says when it begins; "
                           "%d are given",
                           given);
        return false;
    }
    const bool counted = yaml_child(document, node, "nth") >= 0;
    const bool later = yaml_child(document, node, "after") >= 0;
    if ((counted && onset->kind != ONSET_PHASE) || (later && onset->kind == ONSET_AT)) {
        fields_refuse_path(document, path, findings, "'%s' does not go with '%s'",
                           later && onset->kind == ONSET_AT ? "after" : "nth", keys[onset->kind]);
        return false;
    }
    onset->at_us = event->at_us;
    onset->after_us = event->after_us;
    onset->phase = onset->kind == ONSET_PHASE ? (run_phase_t)(event->phase + 1) : RUN_PHASE_NONE;
    onset->nth = counted ? event->nth : 1;
    onset->step = event->step;
    onset->force_N = event->force_N;
    return true;
}

static void resolve_requirements(const yaml_document_t* document,
                                 const written_requirements_t* written,
                                 scenario_requirements_t* require)
{
    const int node = yaml_child(document, 0, "require");
    *require = (scenario_requirements_t){.within_us = written->within_us,
                                         .force_max_N = written->force_max_N,
                                         .travel_max_m = written->travel_max_m,
                                         .cause_count = written->cause_count,
                                         .must_not_count = written->must_not_count};
    require->reacts = node >= 0 && yaml_child(document, node, "reaction") >= 0;
    require->reaction =
        require->reacts ? (scenario_ending_t)(written->reaction + 1) : SCENARIO_ENDING_FINISHED;
    memcpy(require->causes, written->causes, sizeof require->causes);
    memcpy(require->must_not, written->must_not, sizeof require->must_not);
}

/// Looks the devices up; true if all are there and can have happen to them what is written.
static bool resolve(const yaml_document_t* document, const machine_settings_t* machine,
                    const written_scenario_t* written, scenario_t* scenario, findings_t* findings)
{
    bool resolved = true;
    for (int i = 0; i < written->event_count; ++i) {
        const written_event_t* event = &written->events[i];
        world_event_t* own = &scenario->events[i];
        *own = (world_event_t){.kind = (world_event_kind_t)event->kind,
                               .at_us = event->at_us,
                               .duration_us = event->duration_us,
                               .axis = event->axis,
                               .magnitude = event->magnitude};
        resolved = resolve_device(document, machine, i, event->device, own, findings) && resolved;
        resolved = resolve_onset(document, i, event, &scenario->onsets[i], findings) && resolved;
    }
    scenario->event_count = written->event_count;
    scenario->expect = (scenario_ending_t)written->expect;
    resolve_requirements(document, &written->require, &scenario->require);
    memcpy(scenario->name, written->name, sizeof scenario->name);
    memcpy(scenario->meaning, written->meaning, sizeof scenario->meaning);
    return resolved;
}

/// True if no event is one that is known by name only.
static bool nothing_missing(const yaml_document_t* document, findings_t* findings)
{
    bool none = true;
    const int list = yaml_child(document, 0, "events");
    int index = 0;
    for (int node = list < 0 ? -1 : document->nodes[list].first_child; node >= 0;
         node = document->nodes[node].next) {
        const int event = yaml_child(document, node, "event");
        const bool written = event >= 0 && document->nodes[event].kind == YAML_NODE_SCALAR;
        const char* word = written ? document->nodes[event].text : NULL;
        const char* why = word == NULL ? NULL : event_missing_text(word);
        if (why != NULL) {
            char path[FINDING_FIELD_CAPACITY];
            (void)snprintf(path, sizeof path, "events[%d].event", index);
            fields_refuse(document, event, path, findings,
                          "known, but nothing here can let it happen: %s: %s", word, why);
            none = false;
        }
        ++index;
    }
    return none;
}

bool scenario_read(const char* path, const machine_settings_t* machine, scenario_t* scenario,
                   findings_t* findings)
{
    yaml_document_t document;
    if (!yaml_document_read(path, &document, findings)) {
        return false;
    }
    written_scenario_t written = {0};
    scenario_t read = {0};
    // All are asked, so that one pass finds everything.
    bool good = fields_expect_kind(&document, "scenario", findings);
    good = nothing_missing(&document, findings) &&
           fields_read(&document, 0, &scenario_kind, &written, "", findings) && good;
    if (good) {
        good = resolve(&document, machine, &written, &read, findings);
        good = scenario_check(&document, &read, findings) && good;
    }
    yaml_document_free(&document);
    if (good) {
        *scenario = read;
    }
    return good;
}

bool scenario_event_is_worlds(const scenario_t* scenario, int index)
{
    return scenario->onsets[index].kind == ONSET_AT &&
           world_event_home(scenario->events[index].kind) == EVENT_HOME_WORLD;
}

bool scenario_give_world(const scenario_t* scenario, world_settings_t* world)
{
    int count = 0;
    for (int i = 0; i < scenario->event_count; ++i) {
        count += scenario_event_is_worlds(scenario, i) ? 1 : 0;
    }
    if (count > WORLD_EVENT_CAPACITY - world->event_count) {
        return false;
    }
    for (int i = 0; i < scenario->event_count; ++i) {
        if (scenario_event_is_worlds(scenario, i)) {
            world->events[world->event_count++] = scenario->events[i];
        }
    }
    return true;
}

bool scenario_fits_table(const scenario_t* scenario, const char* path, findings_t* findings)
{
    bool fits = true;
    for (int i = 0; i < scenario->event_count; ++i) {
        if (!scenario_event_is_worlds(scenario, i)) {
            char field[FINDING_FIELD_CAPACITY];
            (void)snprintf(field, sizeof field, "events[%d]", i);
            finding_add(findings, FINDING_ERROR, path, 0, 0, field, "",
                        "a table behind sockets can't do this: %s; 'knead sim' can",
                        scenario->onsets[i].kind != ONSET_AT
                            ? "it does not know the phase, the step or the measured force"
                            : "it happens to the wire, the host or the operator");
            fits = false;
        }
    }
    return fits;
}

bool scenario_load(const char* path, world_settings_t* world, findings_t* findings)
{
    scenario_t scenario;
    if (!scenario_read(path, world->machine, &scenario, findings) ||
        !scenario_fits_table(&scenario, path, findings)) {
        return false;
    }
    if (!scenario_give_world(&scenario, world)) {
        finding_add(findings, FINDING_ERROR, path, 0, 0, "events", "",
                    "no room for %d more events; %d is the most", scenario.event_count,
                    WORLD_EVENT_CAPACITY);
        return false;
    }
    return true;
}

/// The next word of a line, and the line behind it; empty where there is none.
static void take_word(const char** line, char* word, size_t capacity)
{
    const size_t length = strcspn(*line, " ");
    (void)snprintf(word, capacity, "%.*s", (int)length, *line);
    *line += length;
    *line += **line == ' ' && (*line)[1] != '\0' ? 1 : 0;
}

static int axis_named(const char* word)
{
    for (int axis = 0; axis_words[axis] != NULL; ++axis) {
        if (strcmp(axis_words[axis], word) == 0) {
            return axis;
        }
    }
    return -1;
}

bool scenario_event_from_line(const char* line, const machine_settings_t* machine,
                              world_event_t* event)
{
    char word[NAME_CAPACITY];
    take_word(&line, word, sizeof word);
    const int kind = world_event_kind_of(word);
    if (kind < 0) {
        return false;
    }
    world_event_t read = {.kind = (world_event_kind_t)kind};
    const world_event_info_t* info = world_event_info(read.kind);
    bool good = true;
    if (info->target != EVENT_TARGET_NONE) {
        take_word(&line, word, sizeof word);
        read.device = info->target == EVENT_TARGET_AXIS ? 0 : device_named(machine, word);
        read.axis = info->target == EVENT_TARGET_AXIS ? axis_named(word) : 0;
        good = read.device >= 0 && read.axis >= 0;
    }
    if (good && info->least < info->most) {
        take_word(&line, word, sizeof word);
        good = quantity_parse(word, DIMENSION_NONE, &read.magnitude);
    }
    good = good && line[0] == '\0' && world_event_fits(&read, machine) &&
           world_event_counts_fit(&read);
    if (good) {
        *event = read;
    }
    return good;
}
