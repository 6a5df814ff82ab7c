#include "config/fields.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/quantity.h"

/// Where a value goes and what is said about it.
typedef struct {
    const yaml_document_t* document;
    findings_t* findings;
    const char* field_path;
} place_t;

static void refuse_at(const yaml_document_t* document, finding_severity_t severity, int line,
                      int column, const char* field, findings_t* findings, const char* format,
                      va_list arguments) __attribute__((format(printf, 7, 0)));
static void refuse_at(const yaml_document_t* document, finding_severity_t severity, int line,
                      int column, const char* field, findings_t* findings, const char* format,
                      va_list arguments)
{
    char message[FINDING_MESSAGE_CAPACITY];
    vsnprintf(message, sizeof message, format, arguments);
    yaml_document_add_finding(document, severity, line, column, field, message, findings);
}

void fields_refuse(const yaml_document_t* document, int node, const char* field,
                   findings_t* findings, const char* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    refuse_at(document, FINDING_ERROR, document->nodes[node].line, document->nodes[node].column,
              field, findings, format, arguments);
    va_end(arguments);
}

void fields_warn(const yaml_document_t* document, int node, const char* field, findings_t* findings,
                 const char* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    refuse_at(document, FINDING_WARNING, document->nodes[node].line, document->nodes[node].column,
              field, findings, format, arguments);
    va_end(arguments);
}

/// The node `field` leads to, or the last one on the way to it and false in `whole`.
static int node_at_path(const yaml_document_t* document, const char* field, bool* whole)
{
    int node = 0;
    *whole = false;
    while (*field != '\0') {
        int next = -1;
        if (*field == '[') {
            next = document->nodes[node].first_child;
            for (long index = strtol(field + 1, NULL, 10); next >= 0 && index > 0; index--)
                next = document->nodes[next].next;
            field += strcspn(field, "]") + 1;
        } else {
            char key[NAME_CAPACITY];
            const size_t length = strcspn(field, ".[");
            if (length >= sizeof key)
                return node;
            memcpy(key, field, length);
            key[length] = '\0';
            next = yaml_child(document, node, key);
            field += length;
        }
        if (next < 0)
            return node;
        node = next;
        field += *field == '.' ? 1 : 0;
    }
    *whole = true;
    return node;
}

int fields_node(const yaml_document_t* document, const char* field)
{
    bool whole;
    const int node = node_at_path(document, field, &whole);
    return whole ? node : -1;
}

void fields_refuse_path(const yaml_document_t* document, const char* field, findings_t* findings,
                        const char* format, ...)
{
    bool whole;
    const yaml_node_t* node = &document->nodes[node_at_path(document, field, &whole)];
    va_list arguments;
    va_start(arguments, format);
    refuse_at(document, FINDING_ERROR, node->line, node->column, field, findings, format,
              arguments);
    va_end(arguments);
}

/// An error at a node's key, where it has one.
static void refuse_key(const place_t* place, int node, const char* format, ...)
    __attribute__((format(printf, 3, 4)));
static void refuse_key(const place_t* place, int node, const char* format, ...)
{
    const yaml_node_t* at = &place->document->nodes[node];
    va_list arguments;
    va_start(arguments, format);
    refuse_at(place->document, FINDING_ERROR, at->key != NULL ? at->key_line : at->line,
              at->key != NULL ? at->key_column : at->column, place->field_path, place->findings,
              format, arguments);
    va_end(arguments);
}

/// Ends a path that did not fit with dots, so that it is not taken for a whole one.
static void mark_cut(char path[FINDING_FIELD_CAPACITY], int length)
{
    if (length >= FINDING_FIELD_CAPACITY)
        memcpy(path + FINDING_FIELD_CAPACITY - sizeof "...", "...", sizeof "...");
}

static void path_of_key(char path[FINDING_FIELD_CAPACITY], const char* parent, const char* key)
{
    const char* separator = parent[0] != '\0' ? "." : "";
    mark_cut(path, snprintf(path, FINDING_FIELD_CAPACITY, "%s%s%s", parent, separator, key));
}

static void path_of_entry(char path[FINDING_FIELD_CAPACITY], const char* parent, int index)
{
    mark_cut(path, snprintf(path, FINDING_FIELD_CAPACITY, "%s[%d]", parent, index));
}

/// Joins words as "a, b or c", cut where `text` ends.
static void join_words(char* text, size_t capacity, const char* const* words)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; words[i] != NULL; i++) {
        const char* separator = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";
        const size_t left = capacity - used;
        // Room is kept for the dots that say that there are more.
        if (strlen(separator) + strlen(words[i]) + sizeof ", ..." > left) {
            snprintf(text + used, left, ", ...");
            return;
        }
        used += (size_t)snprintf(text + used, left, "%s%s", separator, words[i]);
    }
}

/// Says that `given` is none of `words`, with the nearest or all of them.
static void refuse_word(const place_t* place, int node, const char* given, const char* const* words)
{
    const char* nearest = finding_nearest(given, words);
    char allowed[200];
    join_words(allowed, sizeof allowed, words);
    fields_refuse(place->document, node, place->field_path, place->findings,
                  "'%.40s' is not known here; allowed: %s%s%s%s", given, allowed,
                  nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
                  nearest != NULL ? "'?" : "");
}

static const char* kind_text(yaml_node_kind_t kind)
{
    switch (kind) {
    case YAML_NODE_MAPPING:
        return "a mapping";
    case YAML_NODE_SEQUENCE:
        return "a list";
    case YAML_NODE_SCALAR:
        return "a single value";
    }
    return "";
}

static bool expect_node_kind(const place_t* place, int node, yaml_node_kind_t kind)
{
    const yaml_node_kind_t given = place->document->nodes[node].kind;
    if (given == kind)
        return true;
    fields_refuse(place->document, node, place->field_path, place->findings,
                  "%s is expected here, not %s", kind_text(kind), kind_text(given));
    return false;
}

/// True if the node is a single value that says something.
static bool expect_scalar(const place_t* place, int node)
{
    if (!expect_node_kind(place, node, YAML_NODE_SCALAR))
        return false;
    const yaml_node_t* scalar = &place->document->nodes[node];
    const bool nothing =
        scalar->text[0] == '\0' ||
        (!scalar->quoted && (strcmp(scalar->text, "~") == 0 || strcmp(scalar->text, "null") == 0));
    if (nothing)
        fields_refuse(place->document, node, place->field_path, place->findings, "has no value");
    return !nothing;
}

static bool is_not_finite_word(const char* text)
{
    static const char* const words[] = {"nan",  ".nan",  "-nan",  "inf",      ".inf",
                                        "-inf", "-.inf", "+.inf", "infinity", "-infinity"};
    char lower[12] = "";
    for (size_t i = 0; i + 1 < sizeof lower && text[i] != '\0'; i++)
        lower[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + ('a' - 'A')) : text[i];
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncmp(lower, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

static void refuse_unit(const place_t* place, int node, dimension_t dimension,
                        const char* number_text, int number_length)
{
    const char* unit_text = number_text + number_length;
    unit_text += *unit_text == ' ' ? 1 : 0;
    if (dimension == DIMENSION_NONE) {
        fields_refuse(place->document, node, place->field_path, place->findings,
                      "'%.40s' is more than a number; a plain number is expected, for example %.*s",
                      number_text, number_length, number_text);
        return;
    }
    char said[80];
    if (*unit_text == '\0')
        snprintf(said, sizeof said, "'%.40s' has no unit", number_text);
    else
        snprintf(said, sizeof said, "'%.30s' is not a unit for this", unit_text);
    fields_refuse(place->document, node, place->field_path, place->findings,
                  "%s; allowed: %s, for example %.*s %s", said, quantity_dimension_units(dimension),
                  number_length, number_text, quantity_first_unit(dimension)->text);
}

static void refuse_number(const place_t* place, int node, dimension_t dimension, const char* text)
{
    const unit_t* unit = quantity_first_unit(dimension);
    if (is_not_finite_word(text))
        fields_refuse(place->document, node, place->field_path, place->findings,
                      "'%.40s' is not finite; a number is expected", text);
    else
        fields_refuse(
            place->document, node, place->field_path, place->findings,
            "'%.40s' is not a number; write a plain decimal number of at most 15 digits%s%s, "
            "for example 12.5%s%s",
            text, dimension == DIMENSION_NONE ? "" : " in ",
            dimension == DIMENSION_NONE ? "" : quantity_dimension_units(dimension),
            unit->text[0] != '\0' ? " " : "", unit->text);
}

/// Says the range in the unit the file uses.
static void refuse_range(const place_t* place, int node, const field_t* field, const char* text,
                         const unit_t* unit)
{
    const char* space = unit->text[0] != '\0' ? " " : "";
    fields_refuse(place->document, node, place->field_path, place->findings,
                  "'%.40s' is out of range; allowed: %.6g%s%s to %.6g%s%s", text,
                  quantity_in_unit(field->minimum, unit), space, unit->text,
                  quantity_in_unit(field->maximum, unit), space, unit->text);
}

/// Whether what follows a number was meant as a part of it: 0x3C, 6_0, 60,5.
static bool continues_number(const char* rest)
{
    return *rest == '_' || *rest == ',' || *rest == '.' || *rest == '\'' ||
           ((*rest == 'x' || *rest == 'X' || *rest == 'o') && rest[1] != '\0');
}

/// Reads a quantity inside the field's range.
static bool read_quantity(const place_t* place, int node, const field_t* field, double* value)
{
    if (!expect_scalar(place, node))
        return false;
    const char* text = place->document->nodes[node].text;
    const unit_t* unit = NULL;
    int number_length = 0;
    double si_number = 0.0;
    switch (quantity_read(text, field->dimension, &si_number, &unit, &number_length)) {
    case QUANTITY_OK:
        break;
    case QUANTITY_NOT_A_NUMBER:
        refuse_number(place, node, field->dimension, text);
        return false;
    case QUANTITY_UNIT_MISSING:
    case QUANTITY_UNIT_UNKNOWN:
        if (continues_number(text + number_length))
            refuse_number(place, node, field->dimension, text);
        else
            refuse_unit(place, node, field->dimension, text, number_length);
        return false;
    }
    // Converting may miss a bound that is meant by an ulp: 5 deg is not 5 * (pi/180 rounded)
    // exactly.
    const double slack = 1e-12 * fmax(fabs(field->minimum), fabs(field->maximum));
    if (!(si_number >= field->minimum - slack && si_number <= field->maximum + slack)) {
        refuse_range(place, node, field, text, unit);
        return false;
    }
    *value = fmin(fmax(si_number, field->minimum), field->maximum);
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool read_whole(const place_t* place, int node, const field_t* field, int* value)
{
    if (!expect_scalar(place, node))
        return false;
    const char* text = place->document->nodes[node].text;
    const char* digits = text + (*text == '-' ? 1 : 0);
    int64_t whole = 0;
    bool ok = is_digit(digits[0]) && !(digits[0] == '0' && is_digit(digits[1]));
    for (; ok && is_digit(*digits); digits++)
        whole = whole <= INT_MAX ? whole * 10 + (*digits - '0') : whole;
    if (!ok || *digits != '\0') {
        fields_refuse(place->document, node, place->field_path, place->findings,
                      "'%.40s' is not a whole number; allowed: %.0f to %.0f", text, field->minimum,
                      field->maximum);
        return false;
    }
    whole = *text == '-' ? -whole : whole;
    if (!((double)whole >= field->minimum && (double)whole <= field->maximum)) {
        refuse_range(place, node, field, text, quantity_first_unit(DIMENSION_NONE));
        return false;
    }
    *value = (int)whole;
    return true;
}

/// The digit's value, or -1 where a character is no hexadecimal digit.
static int hexadecimal_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// An address as manuals print it: decimal as any whole number, or 0x and hexadecimal digits.
static bool read_address(const place_t* place, int node, const field_t* field, int* value)
{
    if (!expect_scalar(place, node))
        return false;
    const char* text = place->document->nodes[node].text;
    if (strncmp(text, "0x", 2) != 0)
        return read_whole(place, node, field, value);
    const char* digits = text + 2;
    int64_t whole = 0;
    bool ok = *digits != '\0';
    for (; ok && *digits != '\0'; digits++) {
        const int digit = hexadecimal_digit(*digits);
        ok = digit >= 0;
        whole = whole <= INT_MAX ? whole * 16 + digit : whole;
    }
    if (!ok) {
        fields_refuse(place->document, node, place->field_path, place->findings,
                      "'%.40s' is no hexadecimal number", text);
        return false;
    }
    if (!((double)whole >= field->minimum && (double)whole <= field->maximum)) {
        refuse_range(place, node, field, text, quantity_first_unit(DIMENSION_NONE));
        return false;
    }
    *value = (int)whole;
    return true;
}

static bool read_whole_us(const place_t* place, int node, const field_t* field, int64_t* value)
{
    double time_s;
    if (!read_quantity(place, node, field, &time_s))
        return false;
    const double time_us = time_s * 1e6;
    if (!(fabs(time_us - nearbyint(time_us)) <= 1e-3)) {
        fields_refuse(place->document, node, place->field_path, place->findings,
                      "'%.40s' is not a whole number of microseconds",
                      place->document->nodes[node].text);
        return false;
    }
    *value = (int64_t)nearbyint(time_us);
    return true;
}

static bool read_flag(const place_t* place, int node, bool* value)
{
    if (!expect_scalar(place, node))
        return false;
    const char* text = place->document->nodes[node].text;
    *value = strcmp(text, "true") == 0;
    if (*value || strcmp(text, "false") == 0)
        return true;
    fields_refuse(place->document, node, place->field_path, place->findings,
                  "'%.40s' is neither true nor false", text);
    return false;
}

static bool is_name(const char* text)
{
    for (; *text != '\0'; text++) {
        const char c = *text;
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
              c == '-' || c == '.'))
            return false;
    }
    return true;
}

/// Texts are shown on terminals, where a control character is a command.
static bool has_control_character(const char* text)
{
    for (; *text != '\0'; ++text) {
        const unsigned char byte = (unsigned char)*text;
        if (byte < 0x20 || byte == 0x7f)
            return true;
    }
    return false;
}

static bool read_text(const place_t* place, int node, const field_t* field, char* value)
{
    if (!expect_scalar(place, node))
        return false;
    const char* text = place->document->nodes[node].text;
    if (field->kind == FIELD_NAME && !is_name(text)) {
        fields_refuse(place->document, node, place->field_path, place->findings,
                      "'%.40s' is not a name; allowed: letters, digits, '_', '-' and '.'", text);
        return false;
    }
    if (has_control_character(text)) {
        fields_refuse(place->document, node, place->field_path, place->findings,
                      "holds a control character; allowed: one line of plain text");
        return false;
    }
    const size_t length = strlen(text);
    if (length >= (size_t)field->capacity) {
        fields_refuse(place->document, node, place->field_path, place->findings,
                      "has %zu bytes; allowed: at most %d", length, field->capacity - 1);
        return false;
    }
    memcpy(value, text, length + 1);
    return true;
}

/// Position of a text in a list of words, or -1.
static int word_index(const char* text, const char* const* words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(text, words[i]) == 0)
            return i;
    return -1;
}

static bool read_choice(const place_t* place, int node, const field_t* field, int* value)
{
    if (!expect_scalar(place, node))
        return false;
    const char* text = place->document->nodes[node].text;
    const int index = word_index(text, field->words);
    if (index < 0) {
        refuse_word(place, node, text, field->words);
        return false;
    }
    *value = index;
    return true;
}

static bool read_word_set(const place_t* place, int node, const field_t* field, uint32_t* value)
{
    if (!expect_node_kind(place, node, YAML_NODE_SEQUENCE))
        return false;
    const yaml_document_t* document = place->document;
    bool ok = true;
    uint32_t set = 0;
    int entry_index = 0;
    for (int entry = document->nodes[node].first_child; entry >= 0;
         entry = document->nodes[entry].next) {
        char path[FINDING_FIELD_CAPACITY];
        path_of_entry(path, place->field_path, entry_index++);
        const place_t at = {document, place->findings, path};
        int index = 0;
        if (!read_choice(&at, entry, field, &index)) {
            ok = false;
        } else if ((set & (1u << index)) != 0) {
            fields_refuse(document, entry, path, place->findings, "'%s' stands twice",
                          field->words[index]);
            ok = false;
        } else {
            set |= 1u << index;
        }
    }
    if (document->nodes[node].child_count < field->least) {
        fields_refuse(document, node, place->field_path, place->findings,
                      "%d entries; allowed: at least %d", document->nodes[node].child_count,
                      field->least);
        ok = false;
    }
    *value = set;
    return ok;
}

static bool read_vector(const place_t* place, int node, const field_t* field, double* value)
{
    if (!expect_node_kind(place, node, YAML_NODE_SEQUENCE))
        return false;
    const yaml_document_t* document = place->document;
    if (document->nodes[node].child_count != field->capacity) {
        fields_refuse(document, node, place->field_path, place->findings,
                      "%d entries; exactly %d are expected", document->nodes[node].child_count,
                      field->capacity);
        return false;
    }
    bool ok = true;
    int entry = document->nodes[node].first_child;
    for (int i = 0; i < field->capacity; i++, entry = document->nodes[entry].next) {
        char path[FINDING_FIELD_CAPACITY];
        path_of_entry(path, place->field_path, i);
        const place_t at = {document, place->findings, path};
        if (!read_quantity(&at, entry, field, &value[i]))
            ok = false;
    }
    return ok;
}

static bool read_names(const place_t* place, int node, const field_t* field, char* target)
{
    if (!expect_node_kind(place, node, YAML_NODE_SEQUENCE))
        return false;
    const yaml_document_t* document = place->document;
    const int count = document->nodes[node].child_count;
    if (count > field->capacity) {
        fields_refuse(document, node, place->field_path, place->findings,
                      "%d entries; allowed: at most %d", count, field->capacity);
        return false;
    }
    const field_t name_field = {.kind = FIELD_NAME, .capacity = NAME_CAPACITY};
    char(*names)[NAME_CAPACITY] = (char(*)[NAME_CAPACITY])(target + field->offset);
    bool ok = true;
    int entry = document->nodes[node].first_child;
    for (int i = 0; i < count; i++, entry = document->nodes[entry].next) {
        char path[FINDING_FIELD_CAPACITY];
        path_of_entry(path, place->field_path, i);
        const place_t at = {document, place->findings, path};
        ok = read_text(&at, entry, &name_field, names[i]) && ok;
    }
    if (ok)
        memcpy(target + field->count_offset, &count, sizeof count);
    return ok;
}

static bool read_series(const place_t* place, int node, const field_t* field, char* target)
{
    if (!expect_node_kind(place, node, YAML_NODE_SEQUENCE))
        return false;
    const int count = place->document->nodes[node].child_count;
    if (!(count >= field->least && count <= field->capacity)) {
        fields_refuse(place->document, node, place->field_path, place->findings,
                      "%d entries; allowed: %d to %d", count, field->least, field->capacity);
        return false;
    }
    field_t vector = *field;
    vector.capacity = count;
    memcpy(target + field->count_offset, &count, sizeof count);
    return read_vector(place, node, &vector, (double*)(void*)(target + field->offset));
}

const char* const fields_grade_words[GRADE_COUNT + 1] = {
    [GRADE_STANDARD] = "standard", [GRADE_STUDY] = "study",     [GRADE_SECOND_HAND] = "second_hand",
    [GRADE_COMPUTED] = "computed", [GRADE_GENERAL] = "general", [GRADE_JUDGEMENT] = "judgement",
};

void fields_of_figure(const field_t* field, field_t fields[FIGURE_FIELD_COUNT + 1])
{
    const field_t rows[FIGURE_FIELD_COUNT + 1] = {
        {.key = "value",
         .kind = FIELD_QUANTITY,
         .required = true,
         .offset = offsetof(figure_t, value),
         .dimension = field->dimension,
         .minimum = field->minimum,
         .maximum = field->maximum,
         .meaning = field->meaning},
        {.key = "grade",
         .kind = FIELD_CHOICE,
         .required = true,
         .offset = offsetof(figure_t, grade),
         .words = fields_grade_words,
         .meaning = "How sure the figure is."},
        {.key = "source",
         .kind = FIELD_TEXT,
         .required = true,
         .offset = offsetof(figure_t, source),
         .capacity = TEXT_CAPACITY,
         .meaning = "Where the figure comes from."},
        {.key = "reviewer",
         .kind = FIELD_TEXT,
         .offset = offsetof(figure_t, reviewer),
         .capacity = NAME_CAPACITY,
         .meaning = "Who reviewed it."},
        {0},
    };
    memcpy(fields, rows, sizeof rows);
}

static bool read_figure(const place_t* place, int node, const field_t* field, figure_t* value)
{
    field_t fields[FIGURE_FIELD_COUNT + 1];
    fields_of_figure(field, fields);
    const record_t record = {.name = "figure", .meaning = field->meaning, .fields = fields};
    return fields_read(place->document, node, &record, value, place->field_path, place->findings);
}

/// The record an entry of a list is read by: the list's own, or the variant the entry names.
static const record_t* entry_record(const place_t* place, int entry, const field_t* field)
{
    if (field->variants == NULL)
        return field->record;
    if (!expect_node_kind(place, entry, YAML_NODE_MAPPING))
        return NULL;
    char path[FINDING_FIELD_CAPACITY];
    path_of_key(path, place->field_path, field->variant_key);
    const place_t at = {place->document, place->findings, path};
    const int node = yaml_child(place->document, entry, field->variant_key);
    if (node < 0) {
        fields_refuse(place->document, entry, path, place->findings, "is missing");
        return NULL;
    }
    if (!expect_scalar(&at, node))
        return NULL;
    const char* words[FIELD_VARIANT_CAPACITY + 1] = {0};
    for (int i = 0; i < FIELD_VARIANT_CAPACITY && field->variants[i] != NULL; i++)
        words[i] = field->variants[i]->name;
    const int index = word_index(place->document->nodes[node].text, words);
    if (index < 0) {
        refuse_word(&at, node, place->document->nodes[node].text, words);
        return NULL;
    }
    return field->variants[index];
}

static bool read_list(const place_t* place, int node, const field_t* field, char* target)
{
    if (!expect_node_kind(place, node, YAML_NODE_SEQUENCE))
        return false;
    const yaml_document_t* document = place->document;
    const int count = document->nodes[node].child_count;
    bool ok = count >= field->least && count <= field->capacity;
    if (!ok)
        fields_refuse(document, node, place->field_path, place->findings,
                      "%d entries; allowed: %d to %d", count, field->least, field->capacity);
    int index = 0;
    for (int entry = document->nodes[node].first_child; entry >= 0 && index < field->capacity;
         entry = document->nodes[entry].next, index++) {
        char path[FINDING_FIELD_CAPACITY];
        path_of_entry(path, place->field_path, index);
        const place_t at = {document, place->findings, path};
        const record_t* record = entry_record(&at, entry, field);
        char* element = target + field->offset + (size_t)index * field->element_size;
        if (record == NULL || !fields_read(document, entry, record, element, path, place->findings))
            ok = false;
    }
    memcpy(target + field->count_offset, &index, sizeof index);
    return ok;
}

static bool read_field(const place_t* place, int node, const field_t* field, char* target)
{
    void* value = target + field->offset;
    switch (field->kind) {
    case FIELD_QUANTITY:
        return read_quantity(place, node, field, value);
    case FIELD_WHOLE:
        return read_whole(place, node, field, value);
    case FIELD_ADDRESS:
        return read_address(place, node, field, value);
    case FIELD_WHOLE_US:
        return read_whole_us(place, node, field, value);
    case FIELD_FLAG:
        return read_flag(place, node, value);
    case FIELD_TEXT:
    case FIELD_NAME:
        return read_text(place, node, field, value);
    case FIELD_CHOICE:
        return read_choice(place, node, field, value);
    case FIELD_WORD_SET:
        return read_word_set(place, node, field, value);
    case FIELD_VECTOR:
        return read_vector(place, node, field, value);
    case FIELD_NAMES:
        return read_names(place, node, field, target);
    case FIELD_SERIES:
        return read_series(place, node, field, target);
    case FIELD_FIGURE:
        return read_figure(place, node, field, value);
    case FIELD_RECORD:
        return fields_read(place->document, node, field->record, value, place->field_path,
                           place->findings);
    case FIELD_LIST:
        return read_list(place, node, field, target);
    case FIELD_NODE:
        memcpy(value, &node, sizeof node);
        return true;
    }
    return false;
}

static void clear_record(const record_t* record, char* target);

/// What a field that may be absent holds where it is: nothing.
static void clear_field(const field_t* field, char* target)
{
    static const int none = -1, zero = 0;
    char* value = target + field->offset;
    switch (field->kind) {
    case FIELD_QUANTITY:
        memset(value, 0, sizeof(double));
        break;
    case FIELD_WHOLE:
    case FIELD_ADDRESS:
    case FIELD_CHOICE:
        memset(value, 0, sizeof(int));
        break;
    case FIELD_WHOLE_US:
        memset(value, 0, sizeof(int64_t));
        break;
    case FIELD_FLAG:
        memset(value, 0, sizeof(bool));
        break;
    case FIELD_TEXT:
    case FIELD_NAME:
        memset(value, 0, (size_t)field->capacity);
        break;
    case FIELD_WORD_SET:
        memset(value, 0, sizeof(uint32_t));
        break;
    case FIELD_VECTOR:
        memset(value, 0, (size_t)field->capacity * sizeof(double));
        break;
    case FIELD_SERIES:
        memset(value, 0, (size_t)field->capacity * sizeof(double));
        memcpy(target + field->count_offset, &zero, sizeof zero);
        break;
    case FIELD_FIGURE:
        memset(value, 0, sizeof(figure_t));
        break;
    case FIELD_RECORD:
        clear_record(field->record, value);
        break;
    case FIELD_NAMES:
    case FIELD_LIST:
        memcpy(target + field->count_offset, &zero, sizeof zero);
        break;
    case FIELD_NODE:
        memcpy(value, &none, sizeof none);
        break;
    }
}

static void clear_record(const record_t* record, char* target)
{
    for (const field_t* field = record->fields; field->key != NULL; field++)
        clear_field(field, target);
}

static const field_t* field_named(const record_t* record, const char* key)
{
    const field_t* field = record->fields;
    while (field->key != NULL && strcmp(field->key, key) != 0)
        field++;
    return field->key != NULL ? field : NULL;
}

static void refuse_unknown_key(const place_t* place, int node, const record_t* record)
{
    const char* words[FIELD_KEY_CAPACITY + 1] = {0};
    for (int i = 0; i < FIELD_KEY_CAPACITY && record->fields[i].key != NULL; i++)
        words[i] = record->fields[i].key;
    const char* nearest = finding_nearest(place->document->nodes[node].key, words);
    if (nearest != NULL) {
        refuse_key(place, node, "unknown key; did you mean '%s'?", nearest);
        return;
    }
    char allowed[240];
    join_words(allowed, sizeof allowed, words);
    refuse_key(place, node, "unknown key; allowed here: %s", allowed);
}

/// True where a key stood before under the same mapping; the tree's reader has already refused it.
static bool is_repeated(const yaml_document_t* document, int mapping, int node)
{
    return yaml_child(document, mapping, document->nodes[node].key) != node;
}

static bool read_absent_fields(const place_t* place, int node, const record_t* record, char* target)
{
    bool ok = true;
    for (const field_t* field = record->fields; field->key != NULL; field++) {
        if (yaml_child(place->document, node, field->key) >= 0)
            continue;
        clear_field(field, target);
        if (!field->required)
            continue;
        char path[FINDING_FIELD_CAPACITY];
        path_of_key(path, place->field_path, field->key);
        const place_t at = {place->document, place->findings, path};
        refuse_key(&at, node, "is missing%s%s", field->meaning != NULL ? ": " : "",
                   field->meaning != NULL ? field->meaning : "");
        ok = false;
    }
    return ok;
}

bool fields_read(const yaml_document_t* document, int node, const record_t* record, void* target,
                 const char* field_path, findings_t* findings)
{
    const place_t place = {document, findings, field_path};
    if (!expect_node_kind(&place, node, YAML_NODE_MAPPING))
        return false;
    bool ok = read_absent_fields(&place, node, record, target);
    for (int child = document->nodes[node].first_child; child >= 0;
         child = document->nodes[child].next) {
        const char* key = document->nodes[child].key;
        char path[FINDING_FIELD_CAPACITY];
        path_of_key(path, field_path, key);
        const place_t at = {document, findings, path};
        const field_t* field = field_named(record, key);
        if (is_repeated(document, node, child)) {
            ok = false;
        } else if (field != NULL) {
            if (!read_field(&at, child, field, target))
                ok = false;
        } else if (!(node == 0 && (strcmp(key, "kind") == 0 || strcmp(key, "version") == 0))) {
            refuse_unknown_key(&at, child, record);
            ok = false;
        }
    }
    return ok;
}

static bool expect_root_text(const yaml_document_t* document, const char* key, const char* expected,
                             findings_t* findings)
{
    const int node = yaml_child(document, 0, key);
    if (node < 0) {
        fields_refuse(document, 0, key, findings, "is missing; write %s: %s", key, expected);
        return false;
    }
    const place_t place = {document, findings, key};
    if (!expect_scalar(&place, node))
        return false;
    if (strcmp(document->nodes[node].text, expected) == 0)
        return true;
    fields_refuse(document, node, key, findings, "'%.40s' is not what is read here; write %s: %s",
                  document->nodes[node].text, key, expected);
    return false;
}

bool fields_expect_kind(const yaml_document_t* document, const char* kind, findings_t* findings)
{
    const place_t place = {document, findings, ""};
    if (!expect_node_kind(&place, 0, YAML_NODE_MAPPING))
        return false;
    bool ok = expect_root_text(document, "kind", kind, findings);
    ok = expect_root_text(document, "version", "1", findings) && ok;
    return ok && document->refused_count == 0;
}
