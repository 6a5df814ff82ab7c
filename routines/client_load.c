#include "routines/client_load.h"

#include <string.h>

#define DAY_TEXT_LENGTH 10 // of "2026-11-22"
#define YEAR_MIN 1970
#define YEAR_MAX 9999

// ------------------------------------------------------------------------------------- the tables

/// A place as written; which of it is there decides what is meant.
typedef struct {
    char region[NAME_CAPACITY];
    double along_part, across_part;
    double x_m, y_m;
    double radius_m;
    char reason[TEXT_CAPACITY];
} place_entry_t;

/// A longer answer as written.
typedef struct {
    int answer;
    char by[2 * NAME_CAPACITY];
    char date[NAME_CAPACITY];
    char note[TEXT_CAPACITY];
    int place_count;
    place_entry_t places[PLACE_CAPACITY];
} answer_entry_t;

/// A client's file as written.
typedef struct {
    client_settings_t client;
    char screening_date[NAME_CAPACITY];
    int answers_node;
    int avoid_count;
    place_entry_t avoid[PLACE_CAPACITY];
    int intensity;
} client_file_t;

#define CLIENT(member) (offsetof(client_file_t, client) + offsetof(client_settings_t, member))

static const char* const sex_words[] = {"female", "male", NULL};
static const char* const lie_words[LIE_COUNT + 1] = {
#define X(id, text, ...) [id] = text,
    LIE_LIST(X)
#undef X
};
static const char* const answer_words[] = {
    [ANSWER_NO] = "no", [ANSWER_YES] = "yes", [ANSWER_CLEARED] = "cleared", NULL};
static const char* const landmark_words[LANDMARK_COUNT + 1] = {
#define X(id, text, ...) [id] = text,
    LANDMARK_LIST(X)
#undef X
};

#define TOUCHED(name, index, low, high, text)                                                      \
    {                                                                                              \
        .key = (name), .kind = FIELD_QUANTITY, .required = true,                                   \
        .offset = offsetof(landmark_settings_t, touched_m) + (index) * sizeof(double),             \
        .dimension = DIMENSION_LENGTH, .minimum = (low), .maximum = (high), .meaning = (text)      \
    }
static const field_t landmark_fields[] = {
    {.key = "at",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = offsetof(landmark_settings_t, id),
     .words = landmark_words,
     .meaning = "Which one was touched."},
    TOUCHED("x", 0, -0.5, 3.0, "From the table's foot end towards the head."),
    TOUCHED("y", 1, -1.0, 1.0, "From the table's middle to the lying client's left."),
    TOUCHED("z", 2, -0.1, 1.0, "Above the table top."),
    {0},
};
static const record_t landmark_record = {"landmark", "A place touched on the client.",
                                         landmark_fields};

// A cap below this leaves no room for the lightest touch that a stroke begins and ends with.
#define FORCE_CAP_MIN_N 6.0

#define FORCE_CAP(place)                                                                           \
    {                                                                                              \
        .key = "force_max", .kind = FIELD_QUANTITY, .offset = (place),                             \
        .dimension = DIMENSION_FORCE, .minimum = FORCE_CAP_MIN_N, .maximum = 110.0,                \
        .meaning = "Highest force along the normal: the arm yields above it."                      \
    }
#define PRESSURE_CAP(place)                                                                        \
    {                                                                                              \
        .key = "pressure_max", .kind = FIELD_QUANTITY, .offset = (place),                          \
        .dimension = DIMENSION_PRESSURE, .minimum = 1e3, .maximum = 250e3,                         \
        .meaning = "Highest force over the area of the pad's face."                                \
    }
static const field_t region_cap_fields[] = {
    {.key = "region",
     .kind = FIELD_NAME,
     .required = true,
     .offset = offsetof(client_cap_t, region),
     .capacity = NAME_CAPACITY,
     .meaning = "The region's name, with its side."},
    FORCE_CAP(offsetof(client_cap_t, force_max_N)),
    PRESSURE_CAP(offsetof(client_cap_t, pressure_max_Pa)),
    {0},
};
static const record_t region_cap_record = {"cap", "The client's caps for one region.",
                                           region_cap_fields};
static const field_t caps_fields[] = {
    FORCE_CAP(CLIENT(force_max_N)),
    PRESSURE_CAP(CLIENT(pressure_max_Pa)),
    {.key = "regions",
     .kind = FIELD_LIST,
     .offset = CLIENT(caps),
     .count_offset = CLIENT(cap_count),
     .element_size = sizeof(client_cap_t),
     .least = 1,
     .capacity = REGION_CAPACITY,
     .record = &region_cap_record,
     .meaning = "Lower caps for some regions."},
    {0},
};
static const record_t caps_record = {
    "caps", "The client's own caps; those of the body map hold besides.", caps_fields};

#define PLACE(member) offsetof(place_entry_t, member)
#define PLACE_FIELDS                                                                               \
    {.key = "region",                                                                              \
     .kind = FIELD_NAME,                                                                           \
     .offset = PLACE(region),                                                                      \
     .capacity = NAME_CAPACITY,                                                                    \
     .meaning = "The region it is in; alone it means all of it."},                                 \
        {.key = "along",                                                                           \
         .kind = FIELD_QUANTITY,                                                                   \
         .offset = PLACE(along_part),                                                              \
         .maximum = 1.0,                                                                           \
         .meaning = "Of a circle in a region: 0 at its footward end, 1 at its headward end."},     \
        {.key = "across",                                                                          \
         .kind = FIELD_QUANTITY,                                                                   \
         .offset = PLACE(across_part),                                                             \
         .minimum = -1.0,                                                                          \
         .maximum = 1.0,                                                                           \
         .meaning = "Of a circle in a region: -1 at its medial edge, 1 at its lateral edge."},     \
        {.key = "x",                                                                               \
         .kind = FIELD_QUANTITY,                                                                   \
         .offset = PLACE(x_m),                                                                     \
         .dimension = DIMENSION_LENGTH,                                                            \
         .minimum = -0.5,                                                                          \
         .maximum = 3.0,                                                                           \
         .meaning = "Of a circle on the table: from its foot end towards the head."},              \
        {.key = "y",                                                                               \
         .kind = FIELD_QUANTITY,                                                                   \
         .offset = PLACE(y_m),                                                                     \
         .dimension = DIMENSION_LENGTH,                                                            \
         .minimum = -1.0,                                                                          \
         .maximum = 1.0,                                                                           \
         .meaning = "Of a circle on the table: from its middle to the lying client's left."},      \
    {                                                                                              \
        .key = "radius", .kind = FIELD_QUANTITY, .offset = PLACE(radius_m),                        \
        .dimension = DIMENSION_LENGTH, .minimum = 0.001, .maximum = 0.5, .meaning = "Of a circle." \
    }
static const field_t place_fields[] = {PLACE_FIELDS, {0}};
static const record_t place_record = {"place", "Where on the skin.", place_fields};
static const field_t avoid_fields[] = {
    PLACE_FIELDS,
    {.key = "reason",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = PLACE(reason),
     .capacity = TEXT_CAPACITY,
     .meaning = "Why it is to be left alone."},
    {0},
};
static const record_t avoid_record = {"avoid", "Skin to be left alone.", avoid_fields};

#define ANSWER(member) offsetof(answer_entry_t, member)
static const field_t answer_fields[] = {
    {.key = "answer",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = ANSWER(answer),
     .words = answer_words,
     .meaning = "What was answered, or that a professional has cleared it."},
    {.key = "by",
     .kind = FIELD_TEXT,
     .offset = ANSWER(by),
     .capacity = 2 * NAME_CAPACITY,
     .meaning = "Who cleared it: name, profession."},
    {.key = "date",
     .kind = FIELD_TEXT,
     .offset = ANSWER(date),
     .capacity = NAME_CAPACITY,
     .meaning = "When it was cleared, as 2026-11-22."},
    {.key = "note",
     .kind = FIELD_TEXT,
     .offset = ANSWER(note),
     .capacity = TEXT_CAPACITY,
     .meaning = "What was said to it."},
    {.key = "places",
     .kind = FIELD_LIST,
     .offset = ANSWER(places),
     .count_offset = ANSWER(place_count),
     .element_size = sizeof(place_entry_t),
     .least = 1,
     .capacity = PLACE_CAPACITY,
     .record = &place_record,
     .meaning = "Where it is."},
    {0},
};
static const record_t answer_record = {"answer", "What was answered to a condition.",
                                       answer_fields};

static const field_t screening_fields[] = {
    {.key = "date",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = offsetof(client_file_t, screening_date),
     .capacity = NAME_CAPACITY,
     .meaning = "When the client was asked, as 2026-11-22."},
    {.key = "answers",
     .kind = FIELD_NODE,
     .required = true,
     .offset = offsetof(client_file_t, answers_node),
     .meaning = "For every condition of the screening list: no, yes, or a mapping with answer "
                "(no, yes or cleared), by, date, note and places."},
    {0},
};
static const record_t screening_record = {"screening", "What the client answered.",
                                          screening_fields};

static const field_t client_fields[] = {
    {.key = "name",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = CLIENT(name),
     .capacity = NAME_CAPACITY,
     .meaning = "What people call the client."},
    {.key = "sex",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = CLIENT(sex),
     .words = sex_words,
     .meaning = "Which of the two sets of body dimensions fits."},
    {.key = "height",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = CLIENT(stature_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 1.2,
     .maximum = 2.3,
     .meaning = "Standing, without shoes."},
    {.key = "weight",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = CLIENT(mass_kg),
     .dimension = DIMENSION_MASS,
     .minimum = 25.0,
     .maximum = 250.0,
     .meaning = "Without clothes."},
    {.key = "lie",
     .kind = FIELD_CHOICE,
     .offset = CLIENT(lie),
     .words = lie_words,
     .meaning = "What is known of how the client lies where no landmark was touched."},
    {.key = "landmarks",
     .kind = FIELD_LIST,
     .offset = CLIENT(landmarks),
     .count_offset = CLIENT(landmark_count),
     .element_size = sizeof(landmark_settings_t),
     .least = 1,
     .capacity = LANDMARK_CAPACITY,
     .record = &landmark_record,
     .meaning = "Where the lying client was touched, so that the model comes to lie there."},
    {.key = "landmark_error",
     .kind = FIELD_QUANTITY,
     .offset = CLIENT(landmark_error_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 0.0005,
     .maximum = 0.05,
     .meaning = "Of one touch in each direction, one standard deviation."},
    {.key = "scan",
     .kind = FIELD_TEXT,
     .offset = CLIENT(scan),
     .capacity = TEXT_CAPACITY,
     .meaning = "PLY file with points of the lying client's skin, relative to this file."},
    {.key = "screening",
     .kind = FIELD_RECORD,
     .record = &screening_record,
     .meaning = "What the client answered; without it no real machine starts."},
    {.key = "caps",
     .kind = FIELD_RECORD,
     .record = &caps_record,
     .meaning = "How strongly the client may be touched."},
    {.key = "avoid",
     .kind = FIELD_LIST,
     .offset = offsetof(client_file_t, avoid),
     .count_offset = offsetof(client_file_t, avoid_count),
     .element_size = sizeof(place_entry_t),
     .least = 1,
     .capacity = PLACE_CAPACITY,
     .record = &avoid_record,
     .meaning = "Skin to be left alone, each with its reason."},
    {.key = "intensity",
     .kind = FIELD_WHOLE,
     .offset = offsetof(client_file_t, intensity),
     .maximum = 10.0,
     .meaning = "How strongly the client likes it; 5 is as the routine is written."},
    {.key = "notes",
     .kind = FIELD_TEXT,
     .offset = CLIENT(notes),
     .capacity = TEXT_CAPACITY,
     .meaning = "For people."},
    {0},
};
static const record_t client_record = {"client", "Who lies on the table.", client_fields};

#define INTENSITY_AS_WRITTEN 5

// --------------------------------------------------------------------------------------- the days

static bool is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return lengths[month - 1] + (month == 2 && is_leap_year(year) ? 1 : 0);
}

/// A number of exactly `count` digits, or -1.
static int digits_read(const char* text, int count)
{
    int number = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

bool client_day_parse(const char* text, int* day)
{
    if (strlen(text) != DAY_TEXT_LENGTH || text[4] != '-' || text[7] != '-') {
        return false;
    }
    const int year = digits_read(text, 4);
    const int month = digits_read(text + 5, 2);
    const int day_of_month = digits_read(text + 8, 2);
    if (year < YEAR_MIN || month < 1 || month > 12 || day_of_month < 1 ||
        day_of_month > month_length(year, month)) {
        return false;
    }
    int days = day_of_month - 1;
    for (int y = YEAR_MIN; y < year; y++) {
        days += is_leap_year(y) ? 366 : 365;
    }
    for (int m = 1; m < month; m++) {
        days += month_length(year, m);
    }
    *day = days;
    return true;
}

void client_day_text(int day, char text[NAME_CAPACITY])
{
    int year = YEAR_MIN;
    int left = day < 0 ? 0 : day;
    while (year < YEAR_MAX && left >= (is_leap_year(year) ? 366 : 365)) {
        left -= is_leap_year(year) ? 366 : 365;
        year++;
    }
    int month = 1;
    while (month < 12 && left >= month_length(year, month)) {
        left -= month_length(year, month);
        month++;
    }
    snprintf(text, NAME_CAPACITY, "%04d-%02d-%02d", year, month, left + 1);
}

// ----------------------------------------------------------------------------- rules across fields

/// One pass over a client's file.
typedef struct {
    const yaml_document_t* document;
    client_file_t* file;
    findings_t* findings;
} reader_t;

static int node_of(const reader_t* reader, int node, const char* key)
{
    return yaml_child(reader->document, node, key);
}

static void path_join(char path[FINDING_FIELD_CAPACITY], const char* parent, const char* key)
{
    snprintf(path, FINDING_FIELD_CAPACITY, "%.100s.%.50s", parent, key);
}

static bool read_day(const reader_t* reader, int node, const char* path, const char* text, int* day)
{
    if (client_day_parse(text, day)) {
        return true;
    }
    fields_refuse(reader->document, node, path, reader->findings,
                  "'%.40s' is not a day; write it as 2026-11-22", text);
    return false;
}

/// What is there of a place has to be one of three things, whole.
static bool place_kind(const reader_t* reader, int node, const char* path, place_kind_t* kind)
{
    static const struct {
        const char* keys[6]; // what each kind has: region along across x y radius
        place_kind_t kind;
    } kinds[] = {
        {{"region"}, PLACE_REGION},
        {{"region", "along", "across", "radius"}, PLACE_IN_REGION},
        {{"x", "y", "radius"}, PLACE_ON_TABLE},
    };
    static const char* const all[] = {"region", "along", "across", "x", "y", "radius"};
    for (int i = 0; i < 3; i++) {
        bool same = true;
        for (int key = 0; key < 6; key++) {
            bool wanted = false;
            for (int k = 0; k < 6 && kinds[i].keys[k] != NULL; k++) {
                wanted = wanted || strcmp(kinds[i].keys[k], all[key]) == 0;
            }
            same = same && wanted == (node_of(reader, node, all[key]) >= 0);
        }
        if (same) {
            *kind = kinds[i].kind;
            return true;
        }
    }
    fields_refuse(
        reader->document, node, path, reader->findings,
        "a place is a region; a region with along, across and radius; or x, y and radius");
    return false;
}

/// Takes places as read into the client; `answer` is -1 for what is to be avoided.
static bool take_places(reader_t* reader, int list_node, const char* path,
                        const place_entry_t* entries, int count, int answer)
{
    const yaml_document_t* document = reader->document;
    client_settings_t* client = &reader->file->client;
    bool ok = true;
    int node = document->nodes[list_node].first_child;
    for (int i = 0; i < count && node >= 0; i++, node = document->nodes[node].next) {
        char entry_path[FINDING_FIELD_CAPACITY];
        snprintf(entry_path, sizeof entry_path, "%.140s[%d]", path, i);
        place_kind_t kind = PLACE_REGION;
        if (!place_kind(reader, node, entry_path, &kind)) {
            ok = false;
        } else if (client->place_count >= PLACE_CAPACITY) {
            fields_refuse(document, node, entry_path, reader->findings,
                          "more than %d places in one file", PLACE_CAPACITY);
            return false;
        } else {
            client_place_t* place = &client->places[client->place_count++];
            *place = (client_place_t){.kind = kind,
                                      .along_part = entries[i].along_part,
                                      .across_part = entries[i].across_part,
                                      .x_m = entries[i].x_m,
                                      .y_m = entries[i].y_m,
                                      .radius_m = entries[i].radius_m,
                                      .answer = answer,
                                      .line = document->nodes[node].line,
                                      .column = document->nodes[node].column};
            memcpy(place->region, entries[i].region, sizeof place->region);
            memcpy(place->reason, entries[i].reason, sizeof place->reason);
        }
    }
    return ok;
}

/// Splits "name, profession" at its last comma.
static bool take_clearance(const reader_t* reader, int node, const char* path,
                           const answer_entry_t* entry, client_answer_t* answer)
{
    char at[FINDING_FIELD_CAPACITY];
    const int by_node = node_of(reader, node, "by");
    const int date_node = node_of(reader, node, "date");
    bool ok = true;
    path_join(at, path, "by");
    if (by_node < 0) {
        fields_refuse(reader->document, node, at, reader->findings,
                      "is missing: who cleared it, as 'name, profession'");
        ok = false;
    } else {
        const char* comma = strrchr(entry->by, ',');
        const char* profession = comma != NULL ? comma + 1 + strspn(comma + 1, " ") : "";
        const size_t name_length = comma != NULL ? (size_t)(comma - entry->by) : 0;
        const bool fits = name_length > 0 && name_length < sizeof answer->cleared_by &&
                          profession[0] != '\0' && strlen(profession) < sizeof answer->profession;
        if (fits) {
            snprintf(answer->cleared_by, sizeof answer->cleared_by, "%.*s", (int)name_length,
                     entry->by);
            snprintf(answer->profession, sizeof answer->profession, "%.47s", profession);
        } else {
            fields_refuse(reader->document, by_node, at, reader->findings,
                          "'%.60s' does not say who cleared it; write 'name, profession'",
                          entry->by);
            ok = false;
        }
    }
    path_join(at, path, "date");
    if (date_node < 0) {
        fields_refuse(reader->document, node, at, reader->findings,
                      "is missing: when it was cleared, as 2026-11-22");
        return false;
    }
    return read_day(reader, date_node, at, entry->date, &answer->cleared_day) && ok;
}

/// A key that the answer does not go with.
static bool refuse_key_of_answer(const reader_t* reader, int node, const char* path,
                                 const char* key, const char* message)
{
    const int child = node_of(reader, node, key);
    if (child < 0) {
        return true;
    }
    char at[FINDING_FIELD_CAPACITY];
    path_join(at, path, key);
    fields_refuse(reader->document, child, at, reader->findings, "%s", message);
    return false;
}

static bool read_long_answer(reader_t* reader, int node, const char* path, client_answer_t* answer)
{
    answer_entry_t entry;
    if (!fields_read(reader->document, node, &answer_record, &entry, path, reader->findings)) {
        return false;
    }
    bool ok = true;
    answer->answer = (answer_t)entry.answer;
    memcpy(answer->note, entry.note, sizeof answer->note);
    if (answer->answer == ANSWER_CLEARED) {
        ok = take_clearance(reader, node, path, &entry, answer);
    } else {
        ok = refuse_key_of_answer(reader, node, path, "by", "only what is cleared says by whom");
        ok = refuse_key_of_answer(reader, node, path, "date", "only what is cleared says when") &&
             ok;
    }
    if (answer->answer == ANSWER_NO) {
        return refuse_key_of_answer(reader, node, path, "places",
                                    "what is not there has no places") &&
               ok;
    }
    char at[FINDING_FIELD_CAPACITY];
    path_join(at, path, "places");
    const int places = node_of(reader, node, "places");
    return (places < 0 || take_places(reader, places, at, entry.places, entry.place_count,
                                      reader->file->client.answer_count)) &&
           ok;
}

static bool read_answer(reader_t* reader, int node)
{
    const yaml_node_t* at = &reader->document->nodes[node];
    client_settings_t* client = &reader->file->client;
    char path[FINDING_FIELD_CAPACITY];
    path_join(path, "screening.answers", at->key);
    if (client->answer_count >= CONDITION_CAPACITY) {
        fields_refuse(reader->document, node, path, reader->findings, "more than %d answers",
                      CONDITION_CAPACITY);
        return false;
    }
    client_answer_t answer = {.line = at->line, .column = at->column};
    bool ok = strlen(at->key) < sizeof answer.condition;
    if (!ok) {
        fields_refuse(reader->document, node, path, reader->findings,
                      "the condition's name is longer than %d bytes", NAME_CAPACITY - 1);
    }
    snprintf(answer.condition, sizeof answer.condition, "%.47s", at->key);
    if (at->kind == YAML_NODE_MAPPING) {
        ok = read_long_answer(reader, node, path, &answer) && ok;
    } else if (at->kind == YAML_NODE_SCALAR && strcmp(at->text, "no") == 0) {
        answer.answer = ANSWER_NO;
    } else if (at->kind == YAML_NODE_SCALAR && strcmp(at->text, "yes") == 0) {
        answer.answer = ANSWER_YES;
    } else {
        fields_refuse(reader->document, node, path, reader->findings,
                      "no, yes, or a mapping with answer and what belongs to it is expected here");
        ok = false;
    }
    client->answers[client->answer_count++] = answer;
    return ok;
}

static bool read_screening(reader_t* reader)
{
    const yaml_document_t* document = reader->document;
    const int node = node_of(reader, 0, "screening");
    client_settings_t* client = &reader->file->client;
    if (node < 0 || document->nodes[node].kind != YAML_NODE_MAPPING) {
        return true; // absent, or the tables have refused it
    }
    client->screened = true;
    client->screening_line = document->nodes[node].key_line;
    client->screening_column = document->nodes[node].key_column;
    bool ok = true;
    const int date = node_of(reader, node, "date");
    if (date >= 0 && reader->file->screening_date[0] != '\0') {
        ok = read_day(reader, date, "screening.date", reader->file->screening_date,
                      &client->screening_day);
    }
    const int answers = node_of(reader, node, "answers");
    if (answers < 0) {
        return false;
    }
    if (document->nodes[answers].kind != YAML_NODE_MAPPING) {
        fields_refuse(document, answers, "screening.answers", reader->findings,
                      "a mapping from conditions to answers is expected here");
        return false;
    }
    for (int child = document->nodes[answers].first_child; child >= 0;
         child = document->nodes[child].next) {
        const bool first = yaml_child(document, answers, document->nodes[child].key) == child;
        ok = first && read_answer(reader, child) && ok; // one that stands twice is refused already
    }
    return ok;
}

static bool check_landmarks(const reader_t* reader)
{
    const client_settings_t* client = &reader->file->client;
    const int errors_before = reader->findings->error_count;
    for (int i = 1; i < client->landmark_count; i++) {
        for (int j = 0; j < i; j++) {
            if (client->landmarks[i].id == client->landmarks[j].id) {
                char path[FINDING_FIELD_CAPACITY];
                snprintf(path, sizeof path, "landmarks[%d].at", i);
                fields_refuse_path(reader->document, path, reader->findings,
                                   "%s was touched before",
                                   landmark_words[client->landmarks[i].id]);
            }
        }
    }
    const bool listed = node_of(reader, 0, "landmarks") >= 0;
    const bool judged = node_of(reader, 0, "landmark_error") >= 0;
    if (listed && !judged) {
        fields_refuse_path(reader->document, "landmarks", reader->findings,
                           "landmark_error has to say how well they were touched");
    }
    if (judged && !listed) {
        fields_refuse_path(reader->document, "landmark_error", reader->findings,
                           "there are no landmarks");
    }
    return reader->findings->error_count == errors_before;
}

static bool check_lie(const reader_t* reader)
{
    const int lie = node_of(reader, 0, "lie");
    if (lie >= 0 && reader->file->client.landmark_count > 0) {
        fields_refuse(reader->document, lie, "lie", reader->findings,
                      "the landmarks say how the client lies");
        return false;
    }
    return true;
}

static bool check_caps(const reader_t* reader)
{
    const yaml_document_t* document = reader->document;
    client_settings_t* client = &reader->file->client;
    const int caps = node_of(reader, 0, "caps");
    const int list = caps >= 0 ? node_of(reader, caps, "regions") : -1;
    const int errors_before = reader->findings->error_count;
    if (caps >= 0 && document->nodes[caps].child_count == 0) {
        fields_refuse(document, caps, "caps", reader->findings, "caps nothing");
    }
    int node = list >= 0 ? document->nodes[list].first_child : -1;
    for (int i = 0; i < client->cap_count && node >= 0; i++, node = document->nodes[node].next) {
        client_cap_t* cap = &client->caps[i];
        cap->line = document->nodes[node].line;
        cap->column = document->nodes[node].column;
        char path[FINDING_FIELD_CAPACITY];
        snprintf(path, sizeof path, "caps.regions[%d]", i);
        if (!(cap->force_max_N > 0.0 || cap->pressure_max_Pa > 0.0)) {
            fields_refuse(document, node, path, reader->findings,
                          "force_max or pressure_max has to say what is capped");
        }
        for (int j = 0; j < i; j++) {
            if (strcmp(cap->region, client->caps[j].region) == 0) {
                fields_refuse(document, node, path, reader->findings, "%s is capped before",
                              cap->region);
            }
        }
    }
    return reader->findings->error_count == errors_before;
}

/// A scan beside the client's file is opened from wherever the program runs.
static bool resolve_scan(const reader_t* reader, const char* client_path)
{
    char* scan = reader->file->client.scan;
    const char* slash = strrchr(client_path, '/');
    if (scan[0] == '\0' || scan[0] == '/' || slash == NULL) {
        return true;
    }
    char joined[2 * TEXT_CAPACITY];
    const int length =
        snprintf(joined, sizeof joined, "%.*s/%s", (int)(slash - client_path), client_path, scan);
    if (length < 0 || length >= TEXT_CAPACITY) {
        fields_refuse_path(reader->document, "scan", reader->findings,
                           "behind the client's folder it has more than %d bytes",
                           TEXT_CAPACITY - 1);
        return false;
    }
    memcpy(scan, joined, (size_t)length + 1);
    return true;
}

// --------------------------------------------------------------------------------------- the file

static bool read_document(const yaml_document_t* document, const char* path, client_file_t* file,
                          findings_t* findings)
{
    reader_t reader = {.document = document, .file = file, .findings = findings};
    bool ok = fields_expect_kind(document, "client", findings);
    if (document->nodes[0].kind != YAML_NODE_MAPPING) {
        return false;
    }
    const bool read = fields_read(document, 0, &client_record, file, "", findings);
    ok = read_screening(&reader) && ok;
    if (!read) {
        return false;
    }
    ok = check_landmarks(&reader) && ok;
    ok = check_caps(&reader) && ok;
    ok = check_lie(&reader) && ok;
    ok = resolve_scan(&reader, path) && ok;
    const int avoid = node_of(&reader, 0, "avoid");
    ok = (avoid < 0 || take_places(&reader, avoid, "avoid", file->avoid, file->avoid_count, -1)) &&
         ok;
    if (node_of(&reader, 0, "intensity") >= 0) {
        file->client.intensity_over_written = file->intensity - INTENSITY_AS_WRITTEN;
    }
    snprintf(file->client.path, sizeof file->client.path, "%s", path);
    return ok;
}

bool client_load(const char* path, client_settings_t* client, findings_t* findings)
{
    yaml_document_t document;
    if (!yaml_document_read(path, &document, findings)) {
        return false;
    }
    client_file_t file = {.answers_node = -1};
    const bool ok = read_document(&document, path, &file, findings);
    yaml_document_free(&document);
    if (ok) {
        *client = file.client;
    }
    return ok;
}

void client_print_schema(FILE* out)
{
    fields_print_schema(&client_record, out, 0);
    fputc('\n', out);
}
