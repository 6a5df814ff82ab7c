#include <stdlib.h>
#include <string.h>

#include "config/load.h"

static const char* const class_words[CONDITION_CLASS_COUNT + 1] = {
#define X(id, text, meaning) [id] = text,
    CONDITION_CLASS_LIST(X)
#undef X
};
static const char* const profession_words[PROFESSION_COUNT + 1] = {
#define X(id, text) [id] = text,
    PROFESSION_LIST(X)
#undef X
};
// What may be banned: all that can be played and, behind it, what the trade has besides; banning
// what cannot be played is right, and does nothing.
static const char* const technique_words[] = {
#define X(id, text, ...) [id] = text,
    TECHNIQUE_LIST(X)
#undef X
        "friction_circular",
    "friction_cross",
    "tapping",
    "hacking",
    "cupping",
    "vibration",
    "deep_stroke",
    "trigger_point",
    "myofascial_release",
    "lymph_drainage",
    NULL};
#define PLAYABLE_TECHNIQUES ((uint32_t)((UINT64_C(1) << TECHNIQUE_COUNT) - 1))

#define CONDITION(member) offsetof(condition_settings_t, member)
static const field_t condition_fields[] = {
    {.key = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = CONDITION(name),
     .capacity = NAME_CAPACITY,
     .meaning = "What clients' files call it."},
    {.key = "question",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = CONDITION(question),
     .capacity = TEXT_CAPACITY,
     .meaning = "What the operator asks the client, to be answered with yes or no."},
    {.key = "class",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = CONDITION(condition_class),
     .words = class_words,
     .meaning = "What a yes means: no session; none without clearance; places left alone; lighter; "
                "no lymph drainage."},
    {.key = "clearance_by",
     .kind = FIELD_WORD_SET,
     .offset = CONDITION(clearance_by),
     .words = profession_words,
     .least = 1,
     .meaning = "Who may clear it; left out where nobody may."},
    {.key = "force_factor",
     .kind = FIELD_FIGURE,
     .offset = CONDITION(force_factor),
     .minimum = 0.2,
     .maximum = 0.95,
     .meaning = "On the force and the pressure that every region may get."},
    {.key = "bans",
     .kind = FIELD_WORD_SET,
     .offset = CONDITION(banned_techniques),
     .words = technique_words,
     .least = 1,
     .meaning = "Techniques that are not played."},
    {.key = "zone_margin",
     .kind = FIELD_FIGURE,
     .offset = CONDITION(zone_margin_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 0.005,
     .maximum = 0.2,
     .meaning = "What the pad's edge keeps from its places; left out where it has none."},
    {.key = "grade",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = CONDITION(grade),
     .words = fields_grade_words,
     .meaning = "How sure the class is."},
    {.key = "source",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = CONDITION(source),
     .capacity = TEXT_CAPACITY,
     .meaning = "Where the class comes from."},
    {.key = "reviewer",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = CONDITION(reviewer),
     .capacity = NAME_CAPACITY,
     .meaning = "Who reviewed it."},
    {0},
};
static const record_t condition_record = {
    .name = "condition", .meaning = "What a client is asked.", .fields = condition_fields};

#define SCREENING(member) offsetof(screening_settings_t, member)
static const field_t screening_fields[] = {
    {.key = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = SCREENING(name),
     .capacity = NAME_CAPACITY,
     .meaning = "What this list is called."},
    {.key = "answer_days_max",
     .kind = FIELD_FIGURE,
     .required = true,
     .offset = SCREENING(answer_days_max),
     .minimum = 0.0,
     .maximum = 365.0,
     .meaning = "Days that answers hold for before a real machine starts."},
    {.key = "clearance_days_max",
     .kind = FIELD_FIGURE,
     .required = true,
     .offset = SCREENING(clearance_days_max),
     .minimum = 0.0,
     .maximum = 365.0,
     .meaning = "Days that a professional's clearance holds for."},
    {.key = "avoid_margin",
     .kind = FIELD_FIGURE,
     .required = true,
     .offset = SCREENING(avoid_margin_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 0.0,
     .maximum = 0.2,
     .meaning = "What the pad's edge keeps from places a client wants to be left alone."},
    {.key = "conditions",
     .kind = FIELD_LIST,
     .required = true,
     .offset = SCREENING(conditions),
     .count_offset = SCREENING(condition_count),
     .element_size = sizeof(condition_settings_t),
     .least = 1,
     .capacity = CONDITION_CAPACITY,
     .record = &condition_record,
     .meaning = "All of them are asked."},
    {0},
};
const record_t load_screening_record = {.name = "screening",
                                        .meaning = "What a client is asked before a session.",
                                        .fields = screening_fields};

// ----------------------------------------------------------------------------- rules across fields

static void refuse_entry(const yaml_document_t* document, int index, const char* key,
                         findings_t* findings, const char* message)
{
    char path[FINDING_FIELD_CAPACITY];
    snprintf(path, sizeof path, "conditions[%d]%s%s", index, key[0] != '\0' ? "." : "", key);
    fields_refuse_path(document, path, findings, "%s", message);
}

/// A class says what a yes does; a row without what its class needs would do nothing, and one with
/// what its class never uses would look as if it did something.
static void check_condition(const yaml_document_t* document, int index,
                            const condition_settings_t* condition, findings_t* findings)
{
    const bool lowers = condition->force_factor.value > 0.0;
    const bool bans = condition->banned_techniques != 0;
    const bool clearable = condition->clearance_by != 0;
    const bool placed = condition->zone_margin_m.value > 0.0;
    switch (condition->condition_class) {
    case CONDITION_ABSOLUTE:
        if (!clearable && (lowers || bans || placed))
            refuse_entry(document, index, "", findings,
                         "there is never a session, so that nothing is lowered, banned or left "
                         "alone; say in clearance_by who may clear it, or leave the rest out");
        return;
    case CONDITION_CLEARANCE:
        if (!clearable)
            refuse_entry(document, index, "", findings,
                         "clearance_by has to say who may clear it; one that nobody may clear is "
                         "of class absolute");
        return;
    case CONDITION_LOCAL:
        if (!placed)
            refuse_entry(document, index, "", findings,
                         "zone_margin has to say what is kept from its places");
        break;
    case CONDITION_ADJUST:
        if (!lowers && !bans)
            refuse_entry(document, index, "", findings,
                         "force_factor or bans has to say what is adjusted");
        break;
    case CONDITION_LYMPH:
        if (!bans)
            refuse_entry(document, index, "", findings, "bans has to say what is not played");
        break;
    }
    if (clearable)
        refuse_entry(document, index, "clearance_by", findings,
                     "only conditions of class absolute or clearance are cleared");
}

static void check_list(const yaml_document_t* document, const screening_settings_t* screening,
                       findings_t* findings)
{
    for (int i = 0; i < screening->condition_count; i++) {
        const condition_settings_t* condition = &screening->conditions[i];
        check_condition(document, i, condition, findings);
        for (int j = 0; j < i; j++) {
            if (strcmp(condition->name, screening->conditions[j].name) == 0)
                refuse_entry(document, i, "name", findings, "this name stands there before");
        }
    }
}

bool load_screening(const char* path, screening_settings_t* screening, findings_t* findings)
{
    const int errors_before = findings->error_count;
    yaml_document_t document;
    if (!yaml_document_read(path, &document, findings))
        return false;
    screening_settings_t* read = calloc(1, sizeof *read);
    bool ok = read != NULL;
    if (!ok) {
        finding_add(findings, FINDING_ERROR, path, 0, 0, "", NULL, "out of memory");
    } else {
        ok = fields_expect_kind(&document, load_screening_record.name, findings);
        if (fields_read(&document, 0, &load_screening_record, read, "", findings))
            check_list(&document, read, findings);
        ok = ok && findings->error_count == errors_before;
    }
    for (int i = 0; ok && i < read->condition_count; i++)
        read->conditions[i].banned_techniques &= PLAYABLE_TECHNIQUES;
    if (ok)
        *screening = *read;
    free(read);
    yaml_document_free(&document);
    return ok;
}
