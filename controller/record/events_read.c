#include <stdio.h>
#include <string.h>

#include "controller/record/events.h"
#include "controller/record/json_read.h"
#include "controller/record/line_chain.h"

/// Copies a text, cut at a whole character; what is not there stays empty.
static void take_text(const json_value_t* root, const char* name, char* text, size_t capacity)
{
    const char* found = json_as_text(json_member(root, name));
    size_t length = found != NULL ? strlen(found) : 0;
    if (length >= capacity) {
        length = capacity - 1;
        while (length > 0 && ((unsigned char)found[length] & 0xC0) == 0x80) {
            length--;
        }
    }
    if (length > 0) {
        memcpy(text, found, length);
    }
    text[length] = '\0';
    json_make_line(text);
}

/// Fills `line` from the members every line begins with. What is not there stays empty.
static void read_members(const char* bytes, size_t length, event_line_t* line)
{
    json_value_t* root = json_parse(bytes, length);
    (void)json_get_number(root, "time_s", &line->time_s);
    take_text(root, "kind", line->kind, sizeof line->kind);
    take_text(root, "text", line->text, sizeof line->text);
    take_text(root, "reason", line->reason, sizeof line->reason);
    json_free(root);
}

bool events_read(const char* path, event_visit_t visit, void* context, int64_t* first_broken,
                 char last_chain[DIGEST_TEXT_CAPACITY])
{
    line_chain_t chain;
    line_chain_begin(&chain);
    FILE* file = fopen(path, "rb");
    int64_t broken = file ? -1 : 0;
    char bytes[EVENT_LINE_CAPACITY + LINE_CHAIN_BYTES + 2];
    for (int64_t number = 1; file && fgets(bytes, sizeof bytes, file); number++) {
        // Bytes of zero make a line end early, and so it has no chain.
        const size_t length = strlen(bytes);
        const bool ended = length > 0 && bytes[length - 1] == '\n';
        size_t own = 0;
        event_line_t line = {.chained =
                                 ended && line_chain_follow(&chain, bytes, length - 1, &own)};
        if (!line.chained && broken < 0) {
            broken = number;
        }
        read_members(bytes, length, &line);
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
        memcpy(last_chain, chain.text, sizeof chain.text);
    }
    return broken < 0;
}
