#include <string.h>

#include "config/quantity.h"

static void print_indent(FILE* out, int indent)
{
    for (int i = 0; i < indent; i++)
        fputs("  ", out);
}

/// A text as the inside of a JSON string that is a regular expression matching just that text.
static void print_literal_pattern(const char* text, FILE* out)
{
    for (; *text != '\0'; text++) {
        if (strchr(".^$*+?()[]{}|\\", *text) != NULL)
            fputs("\\\\", out);
        fputc(*text, out);
    }
}

static void print_words(const char* const* words, FILE* out)
{
    fputs("\"enum\": [", out);
    for (int i = 0; words[i] != NULL; i++) {
        fputs(i > 0 ? ", " : "", out);
        finding_print_json_text(words[i], out);
    }
    fputs("]", out);
}

static void print_quantity(const field_t* field, FILE* out)
{
    if (field->dimension == DIMENSION_NONE) {
        fprintf(out, "\"type\": \"number\", \"minimum\": %.9g, \"maximum\": %.9g", field->minimum,
                field->maximum);
        return;
    }
    fputs("\"type\": \"string\", \"pattern\": \"^-?(0|[1-9][0-9]*)(\\\\.[0-9]+)?"
          "([eE][-+]?[0-9]+)? ?(",
          out);
    const char* separator = "";
    for (size_t i = 0; quantity_units[i].text != NULL; i++) {
        if (quantity_units[i].dimension != field->dimension)
            continue;
        fputs(separator, out);
        print_literal_pattern(quantity_units[i].text, out);
        separator = "|";
    }
    fputs(")$\"", out);
}

/// A meaning, and of a quantity what may be written and its range, which a pattern can't say.
static void print_description(const field_t* field, FILE* out)
{
    static const char* const si[] = {
#define X(id, si_unit, allowed) [id] = si_unit,
        DIMENSION_LIST(X)
#undef X
    };
    char text[400];
    const bool ranged = field->kind == FIELD_QUANTITY || field->kind == FIELD_WHOLE_US ||
                        field->kind == FIELD_VECTOR || field->kind == FIELD_SERIES ||
                        field->kind == FIELD_FIGURE;
    const char* meaning = field->meaning != NULL ? field->meaning : "";
    if (ranged && field->dimension != DIMENSION_NONE)
        snprintf(text, sizeof text, "%s%sIn %s; %.6g %s to %.6g %s.", meaning,
                 meaning[0] != '\0' ? " " : "", quantity_dimension_units(field->dimension),
                 field->minimum, si[field->dimension], field->maximum, si[field->dimension]);
    else
        snprintf(text, sizeof text, "%s", meaning);
    fputs("\"description\": ", out);
    finding_print_json_text(text, out);
}

static void print_record(const record_t* record, const char* constant_key,
                         const char* constant_text, FILE* out, int indent);

static void print_figure(const field_t* field, FILE* out, int indent)
{
    field_t fields[FIGURE_FIELD_COUNT + 1];
    fields_of_figure(field, fields);
    const record_t record = {.name = "figure", .meaning = field->meaning, .fields = fields};
    print_record(&record, NULL, NULL, out, indent);
}

static void print_list(const field_t* field, FILE* out, int indent)
{
    fprintf(out, "{\"type\": \"array\", \"minItems\": %d, \"maxItems\": %d, ", field->least,
            field->capacity);
    print_description(field, out);
    fputs(", \"items\": ", out);
    if (field->variants == NULL) {
        print_record(field->record, NULL, NULL, out, indent);
    } else {
        fputs("{\"oneOf\": [", out);
        for (int i = 0; field->variants[i] != NULL; i++) {
            fputs(i > 0 ? ", " : "", out);
            print_record(field->variants[i], field->variant_key, field->variants[i]->name, out,
                         indent);
        }
        fputs("]}", out);
    }
    fputs("}", out);
}

static void print_simple_field(const field_t* field, FILE* out)
{
    fputs("{", out);
    if (field->kind == FIELD_QUANTITY) {
        print_quantity(field, out);
    } else if (field->kind == FIELD_WHOLE_US) {
        print_quantity(field, out);
    } else if (field->kind == FIELD_WHOLE || field->kind == FIELD_ADDRESS) {
        fprintf(out, "\"type\": \"integer\", \"minimum\": %.0f, \"maximum\": %.0f", field->minimum,
                field->maximum);
    } else if (field->kind == FIELD_FLAG) {
        fputs("\"type\": \"boolean\"", out);
    } else if (field->kind == FIELD_TEXT) {
        fprintf(out, "\"type\": \"string\", \"minLength\": 1, \"maxLength\": %d",
                field->capacity - 1);
    } else if (field->kind == FIELD_NAME) {
        fprintf(out, "\"type\": \"string\", \"pattern\": \"^[A-Za-z0-9_.-]{1,%d}$\"",
                field->capacity - 1);
    } else if (field->kind == FIELD_CHOICE) {
        print_words(field->words, out);
    } else if (field->kind == FIELD_WORD_SET) {
        fprintf(out, "\"type\": \"array\", \"uniqueItems\": true, \"minItems\": %d, \"items\": {",
                field->least);
        print_words(field->words, out);
        fputs("}", out);
    } else if (field->kind == FIELD_VECTOR || field->kind == FIELD_SERIES) {
        fprintf(out, "\"type\": \"array\", \"minItems\": %d, \"maxItems\": %d, \"items\": {",
                field->kind == FIELD_SERIES ? field->least : field->capacity, field->capacity);
        print_quantity(field, out);
        fputs("}", out);
    }
    if (field->kind == FIELD_NAMES) {
        fprintf(out,
                "\"type\": \"array\", \"maxItems\": %d, \"items\": {\"type\": \"string\", "
                "\"pattern\": \"^[A-Za-z0-9_.-]+$\", \"maxLength\": %d}",
                field->capacity, NAME_CAPACITY - 1);
    }
    fputs(field->kind == FIELD_NODE ? "" : ", ", out);
    print_description(field, out);
    fputs("}", out);
}

static void print_field(const field_t* field, FILE* out, int indent)
{
    switch (field->kind) {
    case FIELD_FIGURE:
        print_figure(field, out, indent);
        break;
    case FIELD_RECORD:
        print_record(field->record, NULL, NULL, out, indent);
        break;
    case FIELD_LIST:
        print_list(field, out, indent);
        break;
    case FIELD_QUANTITY:
    case FIELD_WHOLE:
    case FIELD_ADDRESS:
    case FIELD_WHOLE_US:
    case FIELD_FLAG:
    case FIELD_TEXT:
    case FIELD_NAME:
    case FIELD_CHOICE:
    case FIELD_WORD_SET:
    case FIELD_VECTOR:
    case FIELD_NAMES:
    case FIELD_SERIES:
    case FIELD_NODE:
        print_simple_field(field, out);
        break;
    }
}

static void print_required(const record_t* record, bool is_file, FILE* out, int indent)
{
    fputs(",\n", out);
    print_indent(out, indent);
    fputs("\"required\": [", out);
    fputs(is_file ? "\"kind\", \"version\"" : "", out);
    bool first = !is_file;
    for (const field_t* field = record->fields; field->key != NULL; field++) {
        if (!field->required)
            continue;
        fputs(first ? "" : ", ", out);
        finding_print_json_text(field->key, out);
        first = false;
    }
    fputs("]\n", out);
}

static void print_constant(const char* text, FILE* out)
{
    fputs("{\"const\": ", out);
    finding_print_json_text(text, out);
    fputs("}", out);
}

/// Prints an object; the key `constant_key`, null for none, may only be `constant_text`.
static void print_record(const record_t* record, const char* constant_key,
                         const char* constant_text, FILE* out, int indent)
{
    const bool is_file = indent == 0;
    fputs("{\n", out);
    if (is_file)
        fputs("  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n", out);
    print_indent(out, indent + 1);
    fputs("\"description\": ", out);
    finding_print_json_text(record->meaning != NULL ? record->meaning : "", out);
    fputs(",\n", out);
    print_indent(out, indent + 1);
    fputs("\"type\": \"object\",\n", out);
    print_indent(out, indent + 1);
    fputs("\"additionalProperties\": false,\n", out);
    print_indent(out, indent + 1);
    fputs("\"properties\": {", out);
    const char* separator = "\n";
    if (is_file) {
        fputs("\n    \"kind\": {\"const\": ", out);
        finding_print_json_text(record->name, out);
        fputs("},\n    \"version\": {\"const\": 1}", out);
        separator = ",\n";
    }
    for (const field_t* field = record->fields; field->key != NULL; field++) {
        fputs(separator, out);
        separator = ",\n";
        print_indent(out, indent + 2);
        finding_print_json_text(field->key, out);
        fputs(": ", out);
        if (constant_key != NULL && strcmp(field->key, constant_key) == 0)
            print_constant(constant_text, out);
        else
            print_field(field, out, indent + 2);
    }
    fputs("\n", out);
    print_indent(out, indent + 1);
    fputs("}", out);
    print_required(record, is_file, out, indent + 1);
    print_indent(out, indent);
    fputs("}", out);
}

void fields_print_schema(const record_t* record, FILE* out, int indent)
{
    print_record(record, NULL, NULL, out, indent);
}
