#include "sim/scenario.h"

#include <stdio.h>
#include <string.h>

#define EVENT_AT_MAX_S 7200.0 // the longest session

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

const char* scenario_ending_text(scenario_ending_t ending)
{
    return ending_words[ending];
}

// ---------------------------------------------------------------------------------- the tables

/// An event as written, before its device has been looked up.
typedef struct {
    int kind; // world_event_kind_t
    int64_t at_us;
    int64_t duration_us;
    char device[NAME_CAPACITY];
    int axis;
    double magnitude;
} written_event_t;

typedef struct {
    char name[NAME_CAPACITY];
    char meaning[TEXT_CAPACITY];
    int expect; // scenario_ending_t
    int event_count;
    written_event_t events[WORLD_EVENT_CAPACITY];
} written_scenario_t;

#define EVENT(member) offsetof(written_event_t, member)
// clang-format off
#define EVENT_FIELDS                                                                               \
    {.key = "at", .kind = FIELD_WHOLE_US, .required = true, .offset = EVENT(at_us),                \
     .dimension = DIMENSION_TIME, .maximum = EVENT_AT_MAX_S,                                       \
     .meaning = "When, from the beginning of the run."},                                           \
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

#define SCENARIO(member) offsetof(written_scenario_t, member)
static const field_t scenario_fields[] = {
    {.key = "name", .kind = FIELD_NAME, .required = true, .offset = SCENARIO(name),
     .capacity = NAME_CAPACITY, .meaning = "The scenario's name."},
    {.key = "meaning", .kind = FIELD_TEXT, .required = true, .offset = SCENARIO(meaning),
     .capacity = TEXT_CAPACITY, .meaning = "What is tried, in a sentence."},
    {.key = "expect", .kind = FIELD_CHOICE, .required = true, .offset = SCENARIO(expect),
     .words = ending_words, .meaning = "How the run is to end."},
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
                          int index, const char* name, findings_t* findings)
{
    char path[FINDING_FIELD_CAPACITY];
    (void)snprintf(path, sizeof path, "events[%d].device", index);
    const char* words[DEVICE_CAPACITY + 1] = {NULL};
    for (int i = 0; i < machine->device_count && i < DEVICE_CAPACITY; ++i) {
        words[i] = machine->devices[i].name;
    }
    const char* meant = finding_nearest(name, words);
    if (device_named(machine, name) >= 0) {
        fields_refuse_path(document, path, findings, "'%s' is not a drive", name);
    } else if (meant) {
        fields_refuse_path(document, path, findings,
                           "the machine has no device '%s'; did you mean '%s'?", name, meant);
    } else {
        fields_refuse_path(document, path, findings, "the machine has no device '%s'", name);
    }
}

/// Looks the devices up; true if all are there and can have happen to them what is written.
static bool resolve(const yaml_document_t* document, const machine_settings_t* machine,
                    const written_scenario_t* written, scenario_t* scenario, findings_t* findings)
{
    bool resolved = true;
    for (int i = 0; i < written->event_count; ++i) {
        const written_event_t* event = &written->events[i];
        const event_target_t target = world_event_info((world_event_kind_t)event->kind)->target;
        int device = 0;
        if (target == EVENT_TARGET_DEVICE || target == EVENT_TARGET_DRIVE) {
            device = device_named(machine, event->device);
            if (!device_serves(machine, device, target)) {
                refuse_device(document, machine, i, event->device, findings);
                resolved = false;
            }
        }
        scenario->events[i] = (world_event_t){.kind = (world_event_kind_t)event->kind,
                                              .at_us = event->at_us,
                                              .duration_us = event->duration_us,
                                              .axis = event->axis,
                                              .device = device,
                                              .magnitude = event->magnitude};
    }
    scenario->event_count = written->event_count;
    scenario->expect = (scenario_ending_t)written->expect;
    memcpy(scenario->name, written->name, sizeof scenario->name);
    memcpy(scenario->meaning, written->meaning, sizeof scenario->meaning);
    return resolved;
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
    // Both are asked, so that one pass finds everything.
    bool good = fields_expect_kind(&document, "scenario", findings);
    good = fields_read(&document, 0, &scenario_kind, &written, "", findings) && good;
    good = good && resolve(&document, machine, &written, &read, findings);
    yaml_document_free(&document);
    if (good) {
        *scenario = read;
    }
    return good;
}

bool scenario_load(const char* path, world_settings_t* world, findings_t* findings)
{
    scenario_t scenario;
    if (!scenario_read(path, world->machine, &scenario, findings)) {
        return false;
    }
    if (scenario.event_count > WORLD_EVENT_CAPACITY - world->event_count) {
        finding_add(findings, FINDING_ERROR, path, 0, 0, "events", "",
                    "no room for %d more events; %d is the most", scenario.event_count,
                    WORLD_EVENT_CAPACITY);
        return false;
    }
    for (int i = 0; i < scenario.event_count; ++i) {
        world->events[world->event_count++] = scenario.events[i];
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
    good = good && line[0] == '\0' && world_event_fits(&read, machine);
    if (good) {
        *event = read;
    }
    return good;
}
