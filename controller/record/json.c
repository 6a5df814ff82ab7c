#include "controller/record/json.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

json_t json_to_file(FILE* file)
{
    return (json_t){.file = file, .indented = true};
}

json_t json_to_buffer(char* buffer, size_t capacity)
{
    assert(capacity >= 1);
    buffer[0] = '\0';
    return (json_t){.buffer = buffer, .capacity = capacity};
}

static void write_bytes(json_t* json, const char* bytes, size_t count)
{
    if (json->file) {
        (void)fwrite(bytes, 1, count, json->file);
    } else if (!json->overflow && count < json->capacity - json->length) {
        memcpy(json->buffer + json->length, bytes, count);
        json->length += count;
        json->buffer[json->length] = '\0';
    } else {
        json->overflow = true;
    }
}

static void write_text(json_t* json, const char* text)
{
    write_bytes(json, text, strlen(text));
}

static void write_indent(json_t* json)
{
    if (!json->indented) {
        return;
    }
    write_text(json, "\n");
    for (int level = 0; level < json->depth; level++) {
        write_text(json, "  ");
    }
}

/// Length of the UTF-8 sequence at `text` (RFC 3629, section 4: no overlong forms, no surrogates),
/// or 0.
static size_t utf8_length(const unsigned char* text)
{
    const unsigned char lead = text[0];
    unsigned char second_min = 0x80, second_max = 0xBF;
    size_t length = 0;
    if (lead < 0x80) {
        return 1;
    } else if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        second_min = lead == 0xE0 ? 0xA0 : 0x80;
        second_max = lead == 0xED ? 0x9F : 0xBF;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        second_min = lead == 0xF0 ? 0x90 : 0x80;
        second_max = lead == 0xF4 ? 0x8F : 0xBF;
    } else {
        return 0;
    }
    if (text[1] < second_min || text[1] > second_max) {
        return 0;
    }
    // A terminator is no continuation byte, so nothing is read past the end of the text.
    for (size_t index = 2; index < length; index++) {
        if (text[index] < 0x80 || text[index] > 0xBF) {
            return 0;
        }
    }
    return length;
}

static void write_quoted(json_t* json, const char* text)
{
    write_text(json, "\"");
    const unsigned char* at = (const unsigned char*)text;
    while (*at) {
        const size_t length = utf8_length(at);
        char escape[8];
        if (length == 0) {
            write_text(json, "\xEF\xBF\xBD");
            at++;
            continue;
        }
        if (*at == '"' || *at == '\\') {
            (void)snprintf(escape, sizeof escape, "\\%c", *at);
            write_text(json, escape);
        } else if (*at == '\n') {
            write_text(json, "\\n");
        } else if (*at == '\t') {
            write_text(json, "\\t");
        } else if (*at < 0x20 || *at == 0x7F) {
            (void)snprintf(escape, sizeof escape, "\\u%04x", *at);
            write_text(json, escape);
        } else {
            write_bytes(json, (const char*)at, length);
        }
        at += length;
    }
    write_text(json, "\"");
}

static void begin_member(json_t* json, const char* key)
{
    if (json->depth > 0) {
        if (json->member_before[json->depth - 1]) {
            write_text(json, ",");
        }
        json->member_before[json->depth - 1] = true;
        write_indent(json);
    }
    if (key) {
        write_quoted(json, key);
        write_text(json, json->indented ? ": " : ":");
    }
}

static void begin_nesting(json_t* json, const char* key, const char* bracket)
{
    assert(json->depth < JSON_DEPTH_CAPACITY);
    begin_member(json, key);
    write_text(json, bracket);
    json->member_before[json->depth] = false;
    json->depth++;
}

static void end_nesting(json_t* json, const char* bracket)
{
    assert(json->depth > 0);
    json->depth--;
    if (json->member_before[json->depth]) {
        write_indent(json);
    }
    write_text(json, bracket);
    if (json->depth == 0 && json->indented) {
        write_text(json, "\n");
    }
}

void json_object_begin(json_t* json, const char* key)
{
    begin_nesting(json, key, "{");
}
void json_object_end(json_t* json)
{
    end_nesting(json, "}");
}
void json_array_begin(json_t* json, const char* key)
{
    begin_nesting(json, key, "[");
}
void json_array_end(json_t* json)
{
    end_nesting(json, "]");
}

void json_text(json_t* json, const char* key, const char* text)
{
    begin_member(json, key);
    if (text) {
        write_quoted(json, text);
    } else {
        write_text(json, "null");
    }
}

void json_number(json_t* json, const char* key, double number)
{
    if (!isfinite(number)) {
        json_null(json, key);
        return;
    }
    char digits[32];
    for (int precision = 15; precision <= 17; precision++) {
        (void)snprintf(digits, sizeof digits, "%.*g", precision, number);
        const double read_back = strtod(digits, NULL);
        if (memcmp(&read_back, &number, sizeof number) == 0) {
            break;
        }
    }
    begin_member(json, key);
    write_text(json, digits);
}

void json_digits(json_t* json, const char* key, const char* digits)
{
    begin_member(json, key);
    write_text(json, digits);
}

void json_integer(json_t* json, const char* key, int64_t number)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRId64, number);
    begin_member(json, key);
    write_text(json, digits);
}

void json_boolean(json_t* json, const char* key, bool truth)
{
    begin_member(json, key);
    write_text(json, truth ? "true" : "false");
}

void json_null(json_t* json, const char* key)
{
    begin_member(json, key);
    write_text(json, "null");
}
