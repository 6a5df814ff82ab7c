#include "routines/routine_load.h"

#include <assert.h>
#include <string.h>

#include "routines/client_load.h"
#include "routines/techniques/technique_kind.h"

#define REPEAT_DEPTH_MAX 3
#define REGION_LIST_CAPACITY 16
#define TECHNIQUE_WORDS_CAPACITY 240 // of a message that lists them

// ------------------------------------------------------------------------------------- the tables

/// A step as written, before regions are looked up and repeats unrolled.
typedef struct {
    int technique;
    int region_node;
    technique_parameters_t parameters;
    double rest_s;
    int repeat_count;
    int steps_node;
} step_t;

#define QUANTITY(name, member, dim, low, high, text)                                               \
    {                                                                                              \
        .key = (name), .kind = FIELD_QUANTITY, .required = true,                                   \
        .offset = offsetof(step_t, member), .dimension = (dim), .minimum = (low),                  \
        .maximum = (high), .meaning = (text)                                                       \
    }
#define COUNT(name, member, low, high, text)                                                       \
    {                                                                                              \
        .key = (name), .kind = FIELD_WHOLE, .required = true, .offset = offsetof(step_t, member),  \
        .minimum = (low), .maximum = (high), .meaning = (text)                                     \
    }
#define NODE(name, member, text)                                                                   \
    {                                                                                              \
        .key = (name), .kind = FIELD_NODE, .required = true, .offset = offsetof(step_t, member),   \
        .meaning = (text)                                                                          \
    }

static const char* const technique_words[] = {
#define X(id, text, limits, meaning) text,
    TECHNIQUE_LIST(X)
#undef X
        NULL};

static const field_t stroke_fields[] = {
    {.key = "technique",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = offsetof(step_t, technique),
     .words = technique_words,
     .meaning = "How to touch."},
    NODE("region", region_node, "Where: the name of a region or a list of names."),
};
#define STROKE_FIELD_COUNT (sizeof stroke_fields / sizeof stroke_fields[0])

/// The table of a technique's step: what every stroke has, then the technique's own parameters.
/// What body, limits and technique allow of them is for `routine_check`.
typedef struct {
    field_t fields[STROKE_FIELD_COUNT + TECHNIQUE_FIELD_CAPACITY + 1];
    record_t record; // points to `fields`: not to be copied
} stroke_table_t;

static void stroke_table(technique_id_t id, stroke_table_t* table)
{
    const technique_info_t* info = technique_info(id);
    memset(table, 0, sizeof *table);
    memcpy(table->fields, stroke_fields, sizeof stroke_fields);
    size_t count = STROKE_FIELD_COUNT;
    for (const field_t* field = technique_kind(id)->fields; field->key != NULL; field++) {
        assert(count < STROKE_FIELD_COUNT + TECHNIQUE_FIELD_CAPACITY);
        table->fields[count] = *field;
        table->fields[count].offset += offsetof(step_t, parameters);
        table->fields[count].count_offset += offsetof(step_t, parameters);
        count++;
    }
    table->record = (record_t){info->name, info->meaning, table->fields};
}

static const field_t rest_fields[] = {
    QUANTITY("rest", rest_s, DIMENSION_TIME, 1.0, 300.0, "How long to stay above the skin."),
    {.key = NULL},
};
static const field_t repeat_fields[] = {
    COUNT("repeat", repeat_count, 2, 50, "How often to play the steps below."),
    NODE("steps", steps_node, "What to repeat."),
    {.key = NULL},
};

static const record_t rest_record = {"rest", "Stay above the last place.", rest_fields};
static const record_t repeat_record = {"repeat", "Play steps several times.", repeat_fields};

static const char* const goal_words[] = {"wellness",     "sports",    "rehabilitation",
                                         "chronic_pain", "lymphatic", NULL};
static const char* const position_words[] = {"prone", NULL};

/// A routine file's root.
typedef struct {
    char name[TEXT_CAPACITY];
    int goal;
    char aim[TEXT_CAPACITY];
    char notes[ROUTINE_NOTES_CAPACITY];
    int contraindication_count;
    char contraindications[ROUTINE_CONTRAINDICATION_CAPACITY][NAME_CAPACITY];
    int position;
    char pad[NAME_CAPACITY];
    int steps_node;
} root_t;

#define ROOT_FIELDS                                                                                \
    {.key = "name",                                                                                \
     .kind = FIELD_TEXT,                                                                           \
     .required = true,                                                                             \
     .offset = offsetof(root_t, name),                                                             \
     .capacity = TEXT_CAPACITY,                                                                    \
     .meaning = "What people call the routine."},                                                  \
        {.key = "goal",                                                                            \
         .kind = FIELD_CHOICE,                                                                     \
         .required = true,                                                                         \
         .offset = offsetof(root_t, goal),                                                         \
         .words = goal_words,                                                                      \
         .meaning = "What kind of session it belongs to."},                                        \
        {.key = "aim",                                                                             \
         .kind = FIELD_TEXT,                                                                       \
         .required = false,                                                                        \
         .offset = offsetof(root_t, aim),                                                          \
         .capacity = TEXT_CAPACITY,                                                                \
         .meaning = "What it is meant to do, in a sentence."},                                     \
        {.key = "notes",                                                                           \
         .kind = FIELD_TEXT,                                                                       \
         .required = false,                                                                        \
         .offset = offsetof(root_t, notes),                                                        \
         .capacity = ROUTINE_NOTES_CAPACITY,                                                       \
         .meaning = "What the therapist should know who uses it."},                                \
        {.key = "contraindications",                                                               \
         .kind = FIELD_NAMES,                                                                      \
         .required = false,                                                                        \
         .offset = offsetof(root_t, contraindications),                                            \
         .count_offset = offsetof(root_t, contraindication_count),                                 \
         .capacity = ROUTINE_CONTRAINDICATION_CAPACITY,                                            \
         .meaning = "Conditions of the screening list for whose bearers it is not."},              \
        {.key = "position",                                                                        \
         .kind = FIELD_CHOICE,                                                                     \
         .required = true,                                                                         \
         .offset = offsetof(root_t, position),                                                     \
         .words = position_words,                                                                  \
         .meaning = "How the client lies."},                                                       \
    {                                                                                              \
        .key = "pad", .kind = FIELD_NAME, .required = true, .offset = offsetof(root_t, pad),       \
        .capacity = NAME_CAPACITY,                                                                 \
        .meaning = "The pad to mount, by its name in the machine's file."                          \
    }

static const field_t root_fields[] = {
    ROOT_FIELDS,
    {.key = "steps",
     .kind = FIELD_NODE,
     .required = true,
     .offset = offsetof(root_t, steps_node),
     .meaning = "What to do, in order."},
    {.key = NULL},
};
static const record_t root_record = {"routine", "A massage.", root_fields};

// ------------------------------------------------------------------------------------- the steps

/// One pass over a routine's steps.
typedef struct {
    yaml_document_t* document;
    const body_t* body; // null: form only
    routine_t* routine;
    findings_t* findings;
    bool full_reported;
} reader_t;

// Deep paths are cut; a finding's line and column still say where it is.
static void field_path(char path[FINDING_FIELD_CAPACITY], const char* parent, const char* key)
{
    snprintf(path, FINDING_FIELD_CAPACITY, "%.110s.%.40s", parent, key);
}

static void entry_path(char path[FINDING_FIELD_CAPACITY], const char* parent, int index)
{
    snprintf(path, FINDING_FIELD_CAPACITY, "%.140s[%d]", parent, index);
}

/// True if some technique has a parameter of that name.
static bool is_parameter(const char* key)
{
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        const technique_kind_t* kind = technique_kind((technique_id_t)i);
        for (const field_t* field = kind->fields; field->key != NULL; field++) {
            if (strcmp(field->key, key) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool record_has(const record_t* record, const char* key)
{
    for (const field_t* field = record->fields; field->key != NULL; field++) {
        if (strcmp(field->key, key) == 0) {
            return true;
        }
    }
    return false;
}

/// Refuses parameters that belong to other techniques with words that say so, and takes them out of
/// the step, so that the table's reader does not refuse them a second time.
static bool take_foreign_parameters(const reader_t* reader, int node, const record_t* record,
                                    const char* path)
{
    char used[FINDING_MESSAGE_CAPACITY / 2] = "";
    for (const field_t* field = record->fields; field->key != NULL; field++) {
        const size_t length = strlen(used);
        snprintf(used + length, sizeof used - length, "%s%s", length > 0 ? ", " : "", field->key);
    }
    bool ok = true;
    yaml_node_t* nodes = reader->document->nodes;
    int* link = &nodes[node].first_child;
    while (*link >= 0) {
        const yaml_node_t* child = &nodes[*link];
        if (!is_parameter(child->key) || record_has(record, child->key)) {
            link = &nodes[*link].next;
            continue;
        }
        char field[FINDING_FIELD_CAPACITY];
        char message[FINDING_MESSAGE_CAPACITY];
        field_path(field, path, child->key);
        snprintf(message, sizeof message, "unknown key: %s does not use '%s'; it takes %s",
                 record->name, child->key, used);
        yaml_document_add_finding(reader->document, FINDING_ERROR, child->key_line,
                                  child->key_column, field, message, reader->findings);
        *link = child->next;
        nodes[node].child_count--;
        ok = false;
    }
    return ok;
}

static void refuse_region(const reader_t* reader, int node, const char* path)
{
    const body_settings_t* settings = reader->body->settings;
    const char* name = reader->document->nodes[node].text;
    const char* words[REGION_CAPACITY + 1];
    for (int i = 0; i < settings->region_count; i++) {
        words[i] = settings->regions[i].name;
    }
    words[settings->region_count] = NULL;

    char left[NAME_CAPACITY + 8];
    snprintf(left, sizeof left, "%.*s.left", NAME_CAPACITY, name);
    if (body_region_named(settings, left) >= 0) {
        fields_refuse(reader->document, node, path, reader->findings,
                      "'%.47s' has two sides; did you mean '%s' or '%.47s.right'?", name, left,
                      name);
        return;
    }
    const char* nearest = finding_nearest(name, words);
    fields_refuse(reader->document, node, path, reader->findings,
                  "no region of '%.47s' is called '%.47s'%s%s%s", settings->name, name,
                  nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                  nearest != NULL ? "'?" : "");
}

/// One name; false with a finding if it is not a region's.
static bool read_region(const reader_t* reader, int node, const char* path, int* region)
{
    const yaml_node_t* scalar = &reader->document->nodes[node];
    if (scalar->kind != YAML_NODE_SCALAR || scalar->text[0] == '\0') {
        fields_refuse(reader->document, node, path, reader->findings,
                      "the name of a region is expected here");
        return false;
    }
    *region = -1;
    if (reader->body == NULL) {
        return true;
    }
    *region = body_region_named(reader->body->settings, scalar->text);
    if (*region < 0) {
        refuse_region(reader, node, path);
    }
    return *region >= 0;
}

/// A name or a list of names. Returns how many, 0 with findings if any is wrong.
static int read_regions(const reader_t* reader, int node, const char* parent,
                        int regions[REGION_LIST_CAPACITY])
{
    char path[FINDING_FIELD_CAPACITY];
    field_path(path, parent, "region");
    const yaml_node_t* at = &reader->document->nodes[node];
    if (at->kind == YAML_NODE_SCALAR) {
        return read_region(reader, node, path, &regions[0]) ? 1 : 0;
    }
    if (at->kind != YAML_NODE_SEQUENCE || at->child_count < 1 ||
        at->child_count > REGION_LIST_CAPACITY) {
        fields_refuse(reader->document, node, path, reader->findings,
                      "the name of a region or a list of 1 to %d names is expected here",
                      REGION_LIST_CAPACITY);
        return 0;
    }
    int count = 0;
    bool ok = true;
    for (int child = at->first_child; child >= 0; child = reader->document->nodes[child].next) {
        char entry[FINDING_FIELD_CAPACITY];
        entry_path(entry, path, count);
        ok = read_region(reader, child, entry, &regions[count]) && ok;
        count++;
    }
    return ok ? count : 0;
}

static bool refuse_full(reader_t* reader, int node, const char* path, const char* what,
                        int capacity)
{
    if (!reader->full_reported) {
        fields_refuse(reader->document, node, path, reader->findings,
                      "more than %d %s, repeats played out; make the routine shorter", capacity,
                      what);
        reader->full_reported = true;
    }
    return false;
}

static bool add_item(reader_t* reader, int node, const char* path, const routine_item_t* item)
{
    routine_t* routine = reader->routine;
    if (routine->item_count >= ROUTINE_ITEM_CAPACITY) {
        return refuse_full(reader, node, path, "strokes and rests", ROUTINE_ITEM_CAPACITY);
    }
    routine->items[routine->item_count++] = *item;
    return true;
}

/// Notes a step as written; its number, or -1 where there are too many.
static int add_step(reader_t* reader, int node, const char* path)
{
    routine_t* routine = reader->routine;
    if (routine->step_count >= ROUTINE_STEP_CAPACITY) {
        refuse_full(reader, node, path, "steps", ROUTINE_STEP_CAPACITY);
        return -1;
    }
    const int step = routine->step_count++;
    routine->step_line[step] = reader->document->nodes[node].line;
    routine->step_column[step] = reader->document->nodes[node].column;
    snprintf(routine->step_field[step], NAME_CAPACITY, "%.47s", path);
    return step;
}

/// All words of the list, cut with dots where there is no room for more of them in a message.
static void list_techniques(char text[TECHNIQUE_WORDS_CAPACITY])
{
    size_t length = 0;
    text[0] = '\0';
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        const char* separator = i == 0 ? "" : i < TECHNIQUE_COUNT - 1 ? ", " : " or ";
        const size_t left = TECHNIQUE_WORDS_CAPACITY - length;
        if (strlen(separator) + strlen(technique_words[i]) + sizeof ", ..." > left) {
            snprintf(text + length, left, ", ...");
            return;
        }
        length += (size_t)snprintf(text + length, left, "%s%s", separator, technique_words[i]);
    }
}

/// The technique a step names, or TECHNIQUE_COUNT with a finding.
static int read_technique(const reader_t* reader, int node, const char* path)
{
    const yaml_node_t* word = &reader->document->nodes[node];
    const bool is_word = word->kind == YAML_NODE_SCALAR;
    int technique = 0;
    while (technique < TECHNIQUE_COUNT &&
           !(is_word && strcmp(word->text, technique_words[technique]) == 0)) {
        technique++;
    }
    if (technique < TECHNIQUE_COUNT) {
        return technique;
    }
    char allowed[TECHNIQUE_WORDS_CAPACITY];
    list_techniques(allowed);
    const char* nearest = is_word ? finding_nearest(word->text, technique_words) : NULL;
    fields_refuse(reader->document, node, path, reader->findings,
                  "unknown technique; allowed: %s%s%s%s", allowed,
                  nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                  nearest != NULL ? "'?" : "");
    return TECHNIQUE_COUNT;
}

/// Reads a technique's parameters; what follows from them and what does not go together is the
/// technique's to say.
static bool read_parameters(const reader_t* reader, int node, const char* path,
                            technique_id_t technique, step_t* step)
{
    stroke_table_t table;
    stroke_table(technique, &table);
    bool ok = take_foreign_parameters(reader, node, &table.record, path);
    ok = fields_read(reader->document, node, &table.record, step, path, reader->findings) && ok;
    if (!ok) {
        return false;
    }
    const technique_kind_t* kind = technique_kind(technique);
    const char* key = "";
    const char* refused = kind->refuse != NULL ? kind->refuse(&step->parameters, &key) : NULL;
    if (refused != NULL) {
        char field[FINDING_FIELD_CAPACITY];
        field_path(field, path, key);
        fields_refuse(reader->document, yaml_child(reader->document, node, key), field,
                      reader->findings, "%s", refused);
        return false;
    }
    if (kind->complete != NULL) {
        kind->complete(&step->parameters);
    }
    return true;
}

static bool read_stroke(reader_t* reader, int node, const char* path)
{
    char technique_path[FINDING_FIELD_CAPACITY];
    field_path(technique_path, path, "technique");
    const int technique_node = yaml_child(reader->document, node, "technique");
    const int technique = read_technique(reader, technique_node, technique_path);
    if (technique == TECHNIQUE_COUNT) {
        return false;
    }
    step_t step = {.region_node = -1};
    bool ok = read_parameters(reader, node, path, (technique_id_t)technique, &step);
    int regions[REGION_LIST_CAPACITY] = {0};
    const int region_node = yaml_child(reader->document, node, "region");
    const int region_count =
        region_node >= 0 ? read_regions(reader, region_node, path, regions) : 0;
    const int number = add_step(reader, node, path);
    if (!ok || region_count == 0 || number < 0) {
        return false;
    }
    for (int i = 0; i < region_count; i++) {
        routine_item_t item = {.kind = ITEM_STROKE};
        item.stroke = (stroke_t){.technique = (technique_id_t)technique,
                                 .region = regions[i],
                                 .parameters = step.parameters,
                                 .step = number,
                                 .line = reader->document->nodes[node].line};
        if (reader->body != NULL) {
            item.stroke.duration_s = technique_duration_s(reader->body, &item.stroke);
        }
        ok = add_item(reader, node, path, &item) && ok;
    }
    return ok;
}

static bool read_rest(reader_t* reader, int node, const char* path)
{
    step_t step = {0};
    if (!fields_read(reader->document, node, &rest_record, &step, path, reader->findings)) {
        return false;
    }
    routine_item_t item = {.kind = ITEM_REST, .rest_s = step.rest_s};
    item.stroke.step = add_step(reader, node, path);
    return item.stroke.step >= 0 && add_item(reader, node, path, &item);
}

static bool read_steps(reader_t* reader, int node, const char* path, int depth);

/// Reads the inner steps once and copies what they became.
static bool read_repeat(reader_t* reader, int node, const char* path, int depth)
{
    step_t step = {.steps_node = -1};
    bool ok = fields_read(reader->document, node, &repeat_record, &step, path, reader->findings);
    const int inner = yaml_child(reader->document, node, "steps");
    if (inner < 0) {
        return false;
    }
    char inner_path[FINDING_FIELD_CAPACITY];
    field_path(inner_path, path, "steps");
    if (depth >= REPEAT_DEPTH_MAX) {
        fields_refuse(reader->document, node, path, reader->findings,
                      "repeats stand inside each other more than %d deep", REPEAT_DEPTH_MAX);
        return false;
    }
    const int first = reader->routine->item_count;
    ok = read_steps(reader, inner, inner_path, depth + 1) && ok;
    const int count = reader->routine->item_count - first;
    for (int turn = 1; ok && turn < step.repeat_count; turn++) {
        for (int i = 0; ok && i < count; i++) {
            const routine_item_t item = reader->routine->items[first + i];
            ok = add_item(reader, node, path, &item);
        }
    }
    return ok;
}

static bool read_step(reader_t* reader, int node, const char* path, int depth)
{
    const yaml_document_t* document = reader->document;
    if (document->nodes[node].kind == YAML_NODE_MAPPING) {
        if (yaml_child(document, node, "technique") >= 0) {
            return read_stroke(reader, node, path);
        }
        if (yaml_child(document, node, "rest") >= 0) {
            return read_rest(reader, node, path);
        }
        if (yaml_child(document, node, "repeat") >= 0) {
            return read_repeat(reader, node, path, depth);
        }
    }
    fields_refuse(document, node, path, reader->findings,
                  "a step is a mapping with one of the keys technique, rest or repeat");
    return false;
}

static bool read_steps(reader_t* reader, int node, const char* path, int depth)
{
    const yaml_node_t* list = &reader->document->nodes[node];
    if (list->kind != YAML_NODE_SEQUENCE || list->child_count == 0) {
        fields_refuse(reader->document, node, path, reader->findings,
                      "a list of steps is expected here");
        return false;
    }
    bool ok = true;
    int index = 0;
    for (int child = list->first_child; child >= 0; child = reader->document->nodes[child].next) {
        char entry[FINDING_FIELD_CAPACITY];
        entry_path(entry, path, index++);
        ok = read_step(reader, child, entry, depth) && ok;
    }
    return ok;
}

// ------------------------------------------------------------------------------------- the files

static bool read_document(yaml_document_t* document, const body_t* body, routine_t* routine,
                          findings_t* findings)
{
    root_t root = {.steps_node = -1};
    routine_t read = {0};
    reader_t reader = {.document = document, .body = body, .routine = &read, .findings = findings};
    bool ok = fields_expect_kind(document, "routine", findings);
    if (document->nodes[0].kind != YAML_NODE_MAPPING) {
        return false;
    }
    ok = fields_read(document, 0, &root_record, &root, "", findings) && ok;
    const int steps = yaml_child(document, 0, "steps");
    ok = steps >= 0 && read_steps(&reader, steps, "steps", 0) && ok;
    if (!ok) {
        return false;
    }
    memcpy(read.name, root.name, sizeof read.name);
    memcpy(read.aim, root.aim, sizeof read.aim);
    memcpy(read.pad, root.pad, sizeof read.pad);
    memcpy(read.notes, root.notes, sizeof read.notes);
    read.contraindication_count = root.contraindication_count;
    memcpy(read.contraindications, root.contraindications, sizeof read.contraindications);
    snprintf(read.goal, sizeof read.goal, "%s", goal_words[root.goal]);
    snprintf(read.path, sizeof read.path, "%s", document->path);
    *routine = read;
    return true;
}

bool routine_load(const char* path, const body_t* body, routine_t* routine, findings_t* findings)
{
    yaml_document_t document;
    if (!yaml_document_read(path, &document, findings)) {
        return false;
    }
    const bool ok = read_document(&document, body, routine, findings);
    yaml_document_free(&document);
    return ok;
}

bool routine_parse(const char* path, const char* bytes, size_t byte_count, const body_t* body,
                   routine_t* routine, findings_t* findings)
{
    yaml_document_t document;
    if (!yaml_document_parse(path, bytes, byte_count, &document, findings)) {
        return false;
    }
    const bool ok = read_document(&document, body, routine, findings);
    yaml_document_free(&document);
    return ok;
}

// ------------------------------------------------------------------------------------- the schema

/// The same tables as above, but with the steps as a list of variants, which is what a schema can
/// say and the reader does by hand (a step's kind stands in which key it has, not in a key's
/// value).
static void print_routine_schema(FILE* out)
{
    stroke_table_t techniques[TECHNIQUE_COUNT];
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        stroke_table((technique_id_t)i, &techniques[i]);
    }
    const record_t* steps[REPEAT_DEPTH_MAX + 1][TECHNIQUE_COUNT + 3];
    field_t repeats[REPEAT_DEPTH_MAX][3];
    record_t repeat_records[REPEAT_DEPTH_MAX];
    field_t list = {.key = "steps",
                    .kind = FIELD_LIST,
                    .required = true,
                    .capacity = ROUTINE_STEP_CAPACITY,
                    .least = 1,
                    .variant_key = "technique",
                    .meaning = "What to do, in order."};
    for (int depth = REPEAT_DEPTH_MAX; depth >= 0; depth--) {
        int count = 0;
        for (int i = 0; i < TECHNIQUE_COUNT; i++) {
            steps[depth][count++] = &techniques[i].record;
        }
        steps[depth][count++] = &rest_record;
        if (depth < REPEAT_DEPTH_MAX) {
            list.variants = steps[depth + 1];
            repeats[depth][0] = repeat_fields[0];
            repeats[depth][1] = list;
            repeats[depth][2] = (field_t){.key = NULL};
            repeat_records[depth] = repeat_record;
            repeat_records[depth].fields = repeats[depth];
            steps[depth][count++] = &repeat_records[depth];
        }
        steps[depth][count] = NULL;
    }
    list.variants = steps[0];
    const field_t fields[] = {ROOT_FIELDS, list, {.key = NULL}};
    const record_t record = {"routine", "A massage.", fields};
    fields_print_schema(&record, out, 0);
    fputc('\n', out);
}

bool routine_print_schema(const char* kind, FILE* out)
{
    if (strcmp(kind, "routine") == 0) {
        print_routine_schema(out);
        return true;
    }
    if (strcmp(kind, "client") == 0) {
        client_print_schema(out);
        return true;
    }
    return false;
}
