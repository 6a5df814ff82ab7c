#include "controller/cli/request_script.h"

#include <stdio.h>

#include "routines/intensity.h"

#define AT_MAX_S 7200.0 // the longest session

/// What may stand in a script.
#define SCRIPTED_LIST(X)                                                                           \
    X(PAUSE, "pause", "Lift and stay above.")                                                      \
    X(RESUME, "resume", "Go on from where the arm is.")                                            \
    X(END, "end", "Lift, park, finish.")                                                           \
    X(STOP, "stop", "Yield and stop now.")                                                         \
    X(SKIP, "skip", "Lift and go on with the next step.")                                          \
    X(REPEAT, "repeat", "Lift and play the step again from its beginning.")                        \
    X(EXTEND, "extend", "Play the stroke longer.")                                                 \
    X(INTENSITY, "intensity", "How hard.")
typedef enum {
#define X(id, word, meaning) SCRIPTED_##id,
    SCRIPTED_LIST(X)
#undef X
        SCRIPTED_COUNT
} scripted_t;

static const char* const words[] = {
#define X(id, word, meaning) [SCRIPTED_##id] = word,
    SCRIPTED_LIST(X)
#undef X
        NULL};

static const uint32_t requests[SCRIPTED_COUNT] = {
#define X(id, word, meaning) [SCRIPTED_##id] = REQUEST_##id,
    SCRIPTED_LIST(X)
#undef X
};

#define ENTRY(member) offsetof(scripted_request_t, member)
#define SCRIPT(member) offsetof(request_script_t, member)
// clang-format off
#define ENTRY_FIELDS                                                                               \
    {.key = "at", .kind = FIELD_WHOLE_US, .required = true, .offset = ENTRY(at_us),                \
     .dimension = DIMENSION_TIME, .maximum = AT_MAX_S,                                             \
     .meaning = "When, from the beginning of the run."},                                           \
    {.key = "request", .kind = FIELD_CHOICE, .required = true, .offset = ENTRY(choice),            \
     .words = words, .meaning = "What is asked for."},                                             \
    {.key = "reason", .kind = FIELD_TEXT, .required = true, .offset = ENTRY(reason),               \
     .capacity = EVENT_REASON_CAPACITY, .meaning = "Why, for the record."}

static const field_t plain_fields[] = {ENTRY_FIELDS, {0}};
static const field_t level_fields[] = {
    ENTRY_FIELDS,
    {.key = "level", .kind = FIELD_WHOLE, .required = true, .offset = ENTRY(level),
     .minimum = INTENSITY_LEVEL_MIN, .maximum = INTENSITY_LEVEL_MAX,
     .meaning = "The level, 5 as written."},
    {0}};

static const record_t entry_records[SCRIPTED_COUNT] = {
#define X(id, word, text)                                                                          \
    [SCRIPTED_##id] = {word, text, SCRIPTED_##id == SCRIPTED_INTENSITY ? level_fields              \
                                                                       : plain_fields},
    SCRIPTED_LIST(X)
#undef X
};
static const record_t* const entry_variants[] = {
#define X(id, word, meaning) &entry_records[SCRIPTED_##id],
    SCRIPTED_LIST(X)
#undef X
    NULL};

static const field_t script_fields[] = {
    {.key = "name", .kind = FIELD_NAME, .required = true, .offset = SCRIPT(name),
     .capacity = NAME_CAPACITY, .meaning = "The script's name."},
    {.key = "meaning", .kind = FIELD_TEXT, .required = true, .offset = SCRIPT(meaning),
     .capacity = TEXT_CAPACITY, .meaning = "What is tried, in a sentence."},
    {.key = "requests", .kind = FIELD_LIST, .required = true, .offset = SCRIPT(at),
     .count_offset = SCRIPT(count), .element_size = sizeof(scripted_request_t), .least = 1,
     .capacity = REQUEST_SCRIPT_CAPACITY, .variants = entry_variants, .variant_key = "request",
     .meaning = "What is asked for, in the order of time."},
    {0}};
static const record_t script_kind = {"requests", "What people ask for while a routine plays.",
                                     script_fields};
// clang-format on

const record_t* request_script_record(void)
{
    return &script_kind;
}

static bool in_order(const yaml_document_t* document, const request_script_t* script,
                     findings_t* findings)
{
    bool ordered = true;
    for (int i = 1; i < script->count; ++i) {
        if (script->at[i].at_us < script->at[i - 1].at_us) {
            char path[FINDING_FIELD_CAPACITY];
            (void)snprintf(path, sizeof path, "requests[%d].at", i);
            fields_refuse_path(document, path, findings,
                               "before the one that stands above it: in the order of time");
            ordered = false;
        }
    }
    return ordered;
}

bool request_script_load(const char* path, request_script_t* script, findings_t* findings)
{
    yaml_document_t document;
    if (!yaml_document_read(path, &document, findings)) {
        return false;
    }
    request_script_t read = {0};
    // Both are asked, so that one pass finds everything.
    bool good = fields_expect_kind(&document, script_kind.name, findings);
    good = fields_read(&document, 0, &script_kind, &read, "", findings) && good;
    good = good && in_order(&document, &read, findings);
    yaml_document_free(&document);
    if (good) {
        *script = read;
    }
    return good;
}

void request_script_take(request_script_t* script, int64_t now_us, wish_t* wish)
{
    while (script->next < script->count && script->at[script->next].at_us <= now_us) {
        const scripted_request_t* due = &script->at[script->next++];
        if (due->choice == SCRIPTED_INTENSITY) {
            wish_add_level(wish, false, due->level, due->reason);
        } else {
            wish_add(wish, requests[due->choice], due->reason);
        }
    }
}

bool request_script_pending(const request_script_t* script)
{
    return script->next < script->count;
}
