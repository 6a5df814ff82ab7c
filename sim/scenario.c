#include "sim/scenario.h"

#include <string.h>

#define FORCE_BIAS_MAX_N 200.0
#define FORCE_SCALE_MAX 10.0
#define BODY_SHIFT_MAX_M 0.5
#define FRICTION_MAX 1.5      // wet skin has over 1 (Derler and Gerhardt 2012)
#define EVENT_AT_MAX_S 7200.0 // the longest session

static const char* const event_words[] = {
#define X(id, text) [id] = text,
    WORLD_EVENT_LIST(X)
#undef X
        NULL};

static const char* const ending_words[] = {
#define X(id, text) [id] = text,
    SCENARIO_ENDING_LIST(X)
#undef X
        NULL};

const char* scenario_ending_text(scenario_ending_t ending)
{
    return ending_words[ending];
}

/// What an event needs beside its time.
typedef enum {
    NEEDS_NOTHING,
    NEEDS_DEVICE,
    NEEDS_DRIVE,
    NEEDS_FORCE,
    NEEDS_FACTOR,
    NEEDS_HEIGHT,
    NEEDS_FRICTION,
} needs_t;

static const needs_t event_needs[WORLD_EVENT_KIND_COUNT] = {
    [WORLD_EVENT_DEVICE_SILENT] = NEEDS_DEVICE,   [WORLD_EVENT_DEVICE_BACK] = NEEDS_DEVICE,
    [WORLD_EVENT_BUTTON_PRESSED] = NEEDS_NOTHING, [WORLD_EVENT_BUTTON_RELEASED] = NEEDS_NOTHING,
    [WORLD_EVENT_ESTOP_PRESSED] = NEEDS_NOTHING,  [WORLD_EVENT_ESTOP_RELEASED] = NEEDS_NOTHING,
    [WORLD_EVENT_DRIVE_FAULT] = NEEDS_DRIVE,      [WORLD_EVENT_FORCE_FREEZE] = NEEDS_NOTHING,
    [WORLD_EVENT_FORCE_BIAS] = NEEDS_FORCE,       [WORLD_EVENT_FORCE_SCALE] = NEEDS_FACTOR,
    [WORLD_EVENT_BODY_SHIFT] = NEEDS_HEIGHT,      [WORLD_EVENT_SKIN_FRICTION] = NEEDS_FRICTION,
};

// ---------------------------------------------------------------------------------- the tables

/// An event as written, before its device has been looked up.
typedef struct {
    int kind; // world_event_kind_t
    int64_t at_us;
    char device[NAME_CAPACITY];
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
     .words = event_words, .meaning = "What happens."}

static const field_t plain_fields[] = {EVENT_FIELDS, {0}};
static const field_t device_fields[] = {
    EVENT_FIELDS,
    {.key = "device", .kind = FIELD_NAME, .required = true, .offset = EVENT(device),
     .capacity = NAME_CAPACITY, .meaning = "Name of the machine's device that it happens to."},
    {0}};
static const field_t force_fields[] = {
    EVENT_FIELDS,
    {.key = "magnitude", .kind = FIELD_QUANTITY, .required = true, .offset = EVENT(magnitude),
     .dimension = DIMENSION_FORCE, .minimum = -FORCE_BIAS_MAX_N, .maximum = FORCE_BIAS_MAX_N,
     .meaning = "How far the sensor's z axis jumps."},
    {0}};
static const field_t factor_fields[] = {
    EVENT_FIELDS,
    {.key = "magnitude", .kind = FIELD_QUANTITY, .required = true, .offset = EVENT(magnitude),
     .dimension = DIMENSION_NONE, .minimum = -FORCE_SCALE_MAX, .maximum = FORCE_SCALE_MAX,
     .meaning = "How many times what is so the sensor reads; -1 turns its signs around."},
    {0}};
static const field_t height_fields[] = {
    EVENT_FIELDS,
    {.key = "magnitude", .kind = FIELD_QUANTITY, .required = true, .offset = EVENT(magnitude),
     .dimension = DIMENSION_LENGTH, .minimum = -BODY_SHIFT_MAX_M, .maximum = BODY_SHIFT_MAX_M,
     .meaning = "How far the body rises."},
    {0}};
static const field_t friction_fields[] = {
    EVENT_FIELDS,
    {.key = "magnitude", .kind = FIELD_QUANTITY, .required = true, .offset = EVENT(magnitude),
     .dimension = DIMENSION_NONE, .minimum = 0.0, .maximum = FRICTION_MAX,
     .meaning = "Friction of the pad on the skin: oiled 0.15, dry about 0.46."},
    {0}};

static const record_t event_records[WORLD_EVENT_KIND_COUNT] = {
    [WORLD_EVENT_DEVICE_SILENT] = {"device_silent", "A device answers nothing any more.",
                                   device_fields},
    [WORLD_EVENT_DEVICE_BACK] = {"device_back", "A silent device answers again.", device_fields},
    [WORLD_EVENT_BUTTON_PRESSED] = {"button_pressed", "The client presses the button.",
                                    plain_fields},
    [WORLD_EVENT_BUTTON_RELEASED] = {"button_released", "The client lets go of the button.",
                                     plain_fields},
    [WORLD_EVENT_ESTOP_PRESSED] = {"estop_pressed", "The emergency stop chain opens.",
                                   plain_fields},
    [WORLD_EVENT_ESTOP_RELEASED] = {"estop_released", "The emergency stop chain is whole again.",
                                    plain_fields},
    [WORLD_EVENT_DRIVE_FAULT] = {"drive_fault", "A drive reports a fault and brakes.",
                                 device_fields},
    [WORLD_EVENT_FORCE_FREEZE] = {"force_freeze", "The force sensor repeats itself.",
                                  plain_fields},
    [WORLD_EVENT_FORCE_BIAS] = {"force_bias", "The force sensor's zero jumps.", force_fields},
    [WORLD_EVENT_FORCE_SCALE] = {"force_scale", "The force sensor reads too much or too little.",
                                 factor_fields},
    [WORLD_EVENT_BODY_SHIFT] = {"body_shift", "The body rises within 0.3 s.", height_fields},
    [WORLD_EVENT_SKIN_FRICTION] = {"skin_friction", "The pad's friction on the skin changes.",
                                   friction_fields},
};
static const record_t* const event_variants[] = {
#define X(id, text) &event_records[id],
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

static bool device_serves(const machine_settings_t* machine, int device, needs_t needs)
{
    return device >= 0 && (needs != NEEDS_DRIVE || machine->devices[device].role == DEVICE_DRIVE);
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
        const needs_t needs = event_needs[event->kind];
        int device = 0;
        if (needs == NEEDS_DEVICE || needs == NEEDS_DRIVE) {
            device = device_named(machine, event->device);
            if (!device_serves(machine, device, needs)) {
                refuse_device(document, machine, i, event->device, findings);
                resolved = false;
            }
        }
        scenario->events[i] = (world_event_t){.kind = (world_event_kind_t)event->kind,
                                              .at_us = event->at_us,
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

/// What stands behind the event's word on a line. False if it is not what the event needs.
static bool take_argument(const char* argument, needs_t needs, const machine_settings_t* machine,
                          world_event_t* event)
{
    switch (needs) {
    case NEEDS_NOTHING:
        return argument[0] == '\0';
    case NEEDS_DEVICE:
    case NEEDS_DRIVE:
        event->device = device_named(machine, argument);
        return device_serves(machine, event->device, needs);
    case NEEDS_FRICTION:
        return quantity_parse(argument, DIMENSION_NONE, &event->magnitude) &&
               event->magnitude >= 0.0 && event->magnitude <= FRICTION_MAX;
    case NEEDS_FORCE:
    case NEEDS_FACTOR:
    case NEEDS_HEIGHT: {
        const double most = needs == NEEDS_FORCE    ? FORCE_BIAS_MAX_N
                            : needs == NEEDS_FACTOR ? FORCE_SCALE_MAX
                                                    : BODY_SHIFT_MAX_M;
        return quantity_parse(argument, DIMENSION_NONE, &event->magnitude) &&
               event->magnitude >= -most && event->magnitude <= most;
    }
    }
    return false;
}

bool scenario_event_from_line(const char* line, const machine_settings_t* machine,
                              world_event_t* event)
{
    const size_t word_length = strcspn(line, " ");
    const char* argument = line[word_length] == ' ' ? line + word_length + 1 : line + word_length;
    if (line[word_length] == ' ' && argument[0] == '\0') {
        return false; // a space with nothing behind it
    }
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        if (strlen(event_words[kind]) == word_length &&
            strncmp(event_words[kind], line, word_length) == 0) {
            world_event_t read = {.kind = (world_event_kind_t)kind};
            const bool good = take_argument(argument, event_needs[kind], machine, &read);
            if (good) {
                *event = read;
            }
            return good;
        }
    }
    return false;
}
