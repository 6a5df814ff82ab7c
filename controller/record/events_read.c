#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/record/events.h"

#define CHAIN_KEY ",\"chain\":\""
#define CHAIN_DIGITS (DIGEST_TEXT_CAPACITY - 1)

/// Appends a code point of the basic plane as UTF-8, if it fits.
static char* put_code_point(char* out, const char* end, unsigned code)
{
    if (code < 0x80 && end - out >= 1) {
        *out++ = (char)code;
    } else if (code < 0x800 && end - out >= 2) {
        *out++ = (char)(0xC0 | (code >> 6));
        *out++ = (char)(0x80 | (code & 0x3F));
    } else if (end - out >= 3) {
        *out++ = (char)(0xE0 | (code >> 12));
        *out++ = (char)(0x80 | ((code >> 6) & 0x3F));
        *out++ = (char)(0x80 | (code & 0x3F));
    }
    return out;
}

/// Resolves a JSON string that begins after its opening quote; cuts at `capacity`.
static void read_quoted(const char* from, char* text, size_t capacity)
{
    char* out = text;
    const char* end = text + capacity - 1;
    while (*from && *from != '"' && out < end) {
        if (*from != '\\') {
            *out++ = *from++;
            continue;
        }
        from++;
        if (*from == 'u') {
            char digits[5] = {0};
            for (int index = 0; index < 4 && from[1] && from[1] != '"'; index++) {
                digits[index] = *++from;
            }
            out = put_code_point(out, end, (unsigned)strtoul(digits, NULL, 16) & 0xFFFFu);
        } else if (*from) {
            *out++ = *from == 'n' ? '\n' : *from == 't' ? '\t' : *from;
        }
        from += *from != '\0';
    }
    *out = '\0';
}

/// Fills `line` from the members every line begins with. What is not there stays empty.
static void read_members(const char* bytes, event_line_t* line)
{
    const char* time = strstr(bytes, "\"time_s\":");
    const char* kind = strstr(bytes, "\"kind\":\"");
    const char* text = strstr(bytes, "\"text\":\"");
    line->time_s = time ? strtod(time + strlen("\"time_s\":"), NULL) : 0.0;
    if (kind) {
        read_quoted(kind + strlen("\"kind\":\""), line->kind, sizeof line->kind);
    }
    if (text) {
        read_quoted(text + strlen("\"text\":\""), line->text, sizeof line->text);
    }
}

/// Checks a line against the chain so far, and takes the chain it states.
static bool follow_chain(const char* bytes, char chain[DIGEST_TEXT_CAPACITY])
{
    const char* key = NULL;
    for (const char* found = strstr(bytes, CHAIN_KEY); found;
         found = strstr(found + 1, CHAIN_KEY)) {
        key = found;
    }
    if (!key || strlen(key) != strlen(CHAIN_KEY) + CHAIN_DIGITS + strlen("\"}\n")) {
        return false;
    }
    digest_stream_t stream;
    digest_begin(&stream);
    digest_add(&stream, chain, CHAIN_DIGITS);
    digest_add(&stream, bytes, (size_t)(key - bytes));
    const digest_t digest = digest_end(&stream);
    char expected[DIGEST_TEXT_CAPACITY];
    digest_text(&digest, expected);
    const char* stated = key + strlen(CHAIN_KEY);
    const bool same =
        memcmp(stated, expected, CHAIN_DIGITS) == 0 && strcmp(stated + CHAIN_DIGITS, "\"}\n") == 0;
    memcpy(chain, stated, CHAIN_DIGITS);
    return same;
}

bool events_read(const char* path, event_visit_t visit, void* context, int64_t* first_broken,
                 char last_chain[DIGEST_TEXT_CAPACITY])
{
    char chain[DIGEST_TEXT_CAPACITY];
    memset(chain, '0', CHAIN_DIGITS);
    chain[CHAIN_DIGITS] = '\0';
    FILE* file = fopen(path, "rb");
    int64_t broken = file ? -1 : 0;
    char bytes[EVENT_LINE_CAPACITY + CHAIN_DIGITS + 16];
    for (int64_t number = 1; file && fgets(bytes, sizeof bytes, file); number++) {
        event_line_t line = {.chained = follow_chain(bytes, chain)};
        if (!line.chained && broken < 0) {
            broken = number;
        }
        read_members(bytes, &line);
        if (visit) {
            visit(context, &line);
        }
    }
    if (file) {
        (void)fclose(file);
    }
    if (first_broken && broken >= 0) {
        *first_broken = broken;
    }
    if (last_chain) {
        memcpy(last_chain, chain, sizeof chain);
    }
    return broken < 0;
}
