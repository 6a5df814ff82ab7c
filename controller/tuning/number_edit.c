#include "controller/tuning/number_edit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/settings.h"

#define DIGITS_MAX 15 // that the files' reader takes

const char* number_edit_text(number_edit_result_t result)
{
    static const char* const texts[NUMBER_EDIT_COUNT] = {
#define X(id, text) [id] = text,
        NUMBER_EDIT_LIST(X)
#undef X
    };
    return texts[result];
}

static bool is_called(const yaml_document_t* document, int node, const char* key, const char* name)
{
    const int child =
        document->nodes[node].kind == YAML_NODE_MAPPING ? yaml_child(document, node, key) : -1;
    return child >= 0 && document->nodes[child].kind == YAML_NODE_SCALAR &&
           strcmp(document->nodes[child].text, name) == 0;
}

/// The entry of a sequence by its number, name or technique; -1 if there is none.
static int entry_of(const yaml_document_t* document, int sequence, const char* name)
{
    char* end;
    const long number = strtol(name, &end, 10);
    const bool numbered = end != name && *end == '\0';
    int node = document->nodes[sequence].first_child;
    for (long i = 0; node >= 0; node = document->nodes[node].next, ++i) {
        if (numbered ? i == number
                     : is_called(document, node, "name", name) ||
                           is_called(document, node, "technique", name)) {
            return node;
        }
    }
    return -1;
}

/// One part of a path, copied; `*path` goes on behind it. False if it is too long or none.
static bool take_part(const char** path, const char* ends, char part[NAME_CAPACITY])
{
    const size_t length = strcspn(*path, ends);
    if (length == 0 || length >= NAME_CAPACITY) {
        return false;
    }
    memcpy(part, *path, length);
    part[length] = '\0';
    *path += length;
    return true;
}

static int node_of(const yaml_document_t* document, const char* path)
{
    int node = 0;
    while (node >= 0 && *path != '\0') {
        char part[NAME_CAPACITY];
        const yaml_node_kind_t kind = document->nodes[node].kind;
        if (*path == '[') {
            ++path;
            if (!take_part(&path, "]", part) || *path != ']' || kind != YAML_NODE_SEQUENCE) {
                return -1;
            }
            ++path;
            node = entry_of(document, node, part);
        } else if (kind == YAML_NODE_MAPPING && take_part(&path, ".[", part)) {
            node = yaml_child(document, node, part);
        } else {
            return -1;
        }
        path += *path == '.' ? 1 : 0;
    }
    if (node >= 0 && document->nodes[node].kind == YAML_NODE_MAPPING) {
        node = yaml_child(document, node, "value");
    }
    return node >= 0 && document->nodes[node].kind == YAML_NODE_SCALAR ? node : -1;
}

/// The byte at which a line and a column begin; columns count characters.
static size_t byte_of(const yaml_document_t* document, int line, int column)
{
    const char* bytes = document->bytes;
    const size_t count = (size_t)document->byte_count;
    size_t at = 0;
    for (int i = 1; i < line && at < count; ++at) {
        i += bytes[at] == '\n';
    }
    for (int i = 1; i < column && at < count; ++i) {
        ++at;
        while (at < count && ((unsigned char)bytes[at] & 0xC0u) == 0x80u) {
            ++at;
        }
    }
    return at;
}

number_edit_result_t number_edit_find(const yaml_document_t* document, const char* field,
                                      number_place_t* place)
{
    const int index = node_of(document, field);
    if (index < 0) {
        return NUMBER_EDIT_NO_FIELD;
    }
    const yaml_node_t* node = &document->nodes[index];
    *place = (number_place_t){.line = node->line, .column = node->column};
    place->at = byte_of(document, node->line, node->column) + (node->quoted ? 1 : 0);
    const size_t length = strspn(node->text, "+-.0123456789eE");
    char* end;
    place->number = strtod(node->text, &end);
    place->length = (size_t)(end - node->text);
    const char* unit = end + strspn(end, " ");
    // What was parsed has to be what stands there: a scalar over several lines does not.
    const bool whole = place->length > 0 && place->length <= length && isfinite(place->number) &&
                       place->at + place->length <= (size_t)document->byte_count &&
                       memcmp(document->bytes + place->at, node->text, place->length) == 0;
    if (!whole || strlen(unit) >= sizeof place->unit) {
        return NUMBER_EDIT_NO_NUMBER;
    }
    memcpy(place->unit, unit, strlen(unit) + 1);
    return NUMBER_EDIT_OK;
}

void number_edit_write(double number, char text[NUMBER_TEXT_CAPACITY])
{
    for (int digits = 1; digits <= DIGITS_MAX; ++digits) {
        (void)snprintf(text, NUMBER_TEXT_CAPACITY, "%.*g", digits, number);
        // 90 and not 9e+01: what people write has no exponent.
        const bool plain =
            strchr(text, 'e') == NULL || !(fabs(number) < 1e14) || !(fabs(number) >= 1e-4);
        if (plain && fabs(strtod(text, NULL) - number) <= 1e-15 * fabs(number)) {
            return;
        }
    }
}

double number_edit_round(double number)
{
    char text[NUMBER_TEXT_CAPACITY];
    (void)snprintf(text, sizeof text, "%.3g", number);
    return strtod(text, NULL);
}

number_edit_result_t number_edit_replace(char* bytes, size_t* count, size_t capacity,
                                         const number_place_t* place, double number)
{
    char text[NUMBER_TEXT_CAPACITY];
    number_edit_write(number, text);
    const size_t length = strlen(text);
    if (*count - place->length + length > capacity) {
        return NUMBER_EDIT_TOO_LONG;
    }
    const size_t behind = place->at + place->length;
    memmove(bytes + place->at + length, bytes + behind, *count - behind);
    for (size_t i = 0; i < length; ++i) {
        bytes[place->at + i] = text[i];
    }
    *count += length;
    *count -= place->length;
    return NUMBER_EDIT_OK;
}
