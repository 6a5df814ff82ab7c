#include "controller/record/events_check.h"

#include <stdlib.h>
#include <string.h>

#include "controller/live.h"
#include "controller/record/json_read.h"

#define CHAIN_KEY ",\"chain\":\""
#define LINE_CAPACITY (EVENT_LINE_CAPACITY + DIGEST_TEXT_CAPACITY + 16)
// Quotes inside a text are escaped: nothing but the member looks like this.
#define NOTE_MEMBER "\"kind\":\"note\""

const char* events_follow_text(events_follow_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        EVENTS_FOLLOW_LIST(X)
#undef X
    }
    return "unknown";
}

// --------------------------------------------------------------------------------------- reasons

static uint32_t request_named(const char* word)
{
    for (int index = 0; word != NULL && index < REQUEST_COUNT; ++index) {
        if (strcmp(request_word(index), word) == 0) {
            return 1u << index;
        }
    }
    return 0;
}

/// Adds the reason of one line, if it has one: to the entry of its cycle where there is one.
static void take_reason(event_reasons_t* reasons, const char* line)
{
    json_value_t* root = json_parse(line, strlen(line));
    event_reason_t reason = {.cycle = -1};
    reason.requests = request_named(json_as_text(json_member(root, "request")));
    const bool given = reason.requests != 0 && json_get_whole(root, "cycle", &reason.cycle) &&
                       json_get_text(root, "reason", reason.reason, sizeof reason.reason);
    json_free(root);
    if (!given) {
        return;
    }
    if (reasons->count > 0 && reasons->at[reasons->count - 1].cycle == reason.cycle) {
        reasons->at[reasons->count - 1].requests |= reason.requests;
    } else if (reasons->count < EVENT_REQUEST_CAPACITY) {
        reasons->at[reasons->count++] = reason;
    }
}

bool event_reasons_read(const char* path, event_reasons_t* reasons)
{
    *reasons = (event_reasons_t){.at = calloc(EVENT_REQUEST_CAPACITY, sizeof *reasons->at)};
    FILE* file = reasons->at != NULL ? fopen(path, "rb") : NULL;
    char line[LINE_CAPACITY];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strstr(line, "\"reason\":") != NULL) {
            take_reason(reasons, line);
        }
    }
    const bool read = file != NULL && ferror(file) == 0;
    if (file != NULL) {
        (void)fclose(file);
    }
    if (!read) {
        event_reasons_free(reasons);
    }
    return read;
}

void event_reasons_free(event_reasons_t* reasons)
{
    free(reasons->at);
    *reasons = (event_reasons_t){0};
}

void event_reasons_give(event_reasons_t* reasons, int64_t cycle, events_t* events)
{
    while (reasons->next < reasons->count && reasons->at[reasons->next].cycle < cycle) {
        reasons->next++;
    }
    if (reasons->next < reasons->count && reasons->at[reasons->next].cycle == cycle) {
        const event_reason_t* reason = &reasons->at[reasons->next];
        events_reason(events, reason->requests, reason->reason);
    }
}

// ------------------------------------------------------------------------------------ comparison

/// Bytes of a line up to its chain; 0 for a line without one.
static size_t told_bytes(const char* line)
{
    size_t bytes = 0;
    for (const char* found = strstr(line, CHAIN_KEY); found != NULL;
         found = strstr(found + 1, CHAIN_KEY)) {
        bytes = (size_t)(found - line);
    }
    return bytes;
}

/// The next line that is no note. False at the end; `number` counts all lines. A last line that was
/// not written to its end counts as none.
static bool next_line(FILE* file, char line[LINE_CAPACITY], int64_t* number)
{
    while (fgets(line, LINE_CAPACITY, file) != NULL) {
        ++*number;
        if (strchr(line, '\n') == NULL && feof(file) != 0) {
            return false;
        }
        if (strstr(line, NOTE_MEMBER) == NULL) {
            return true;
        }
    }
    ++*number;
    return false;
}

static events_follow_t compare(FILE* recorded, FILE* computed, int64_t* first_line)
{
    char line[LINE_CAPACITY];
    char wanted[LINE_CAPACITY];
    int64_t number = 0;
    int64_t unused = 0;
    while (next_line(computed, wanted, &unused)) {
        const bool there = next_line(recorded, line, &number);
        const size_t bytes = there ? told_bytes(line) : 0;
        if (bytes == 0 || bytes != told_bytes(wanted) || memcmp(line, wanted, bytes) != 0) {
            if (first_line != NULL) {
                *first_line = number;
            }
            return EVENTS_FOLLOW_NOT;
        }
    }
    if (next_line(recorded, line, &number)) {
        if (first_line != NULL) {
            *first_line = number;
        }
        return EVENTS_FOLLOW_FURTHER;
    }
    return EVENTS_FOLLOW;
}

events_follow_t events_follow(const char* path, const char* computed, size_t size,
                              int64_t* first_line)
{
    FILE* recorded = fopen(path, "rb");
    if (recorded == NULL) {
        return EVENTS_FOLLOW_UNREADABLE;
    }
    // A stream of no bytes is refused by some C libraries.
    FILE* wanted = fmemopen((void*)(size > 0 ? computed : "\n"), size > 0 ? size : 1, "rb");
    events_follow_t result = EVENTS_FOLLOW_UNREADABLE;
    if (wanted != NULL) {
        char none[2];
        if (size == 0) {
            (void)fgets(none, sizeof none, wanted);
        }
        result = compare(recorded, wanted, first_line);
        (void)fclose(wanted);
    }
    (void)fclose(recorded);
    return result;
}
