#include "controller/tuning/rehearsal_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Every number of the figures, in the order of the line.
#define FIGURE_LIST(X)                                                                             \
    X(simulated_s)                                                                                 \
    X(contact_s)                                                                                   \
    X(force_rms_N)                                                                                 \
    X(path_rms_m)                                                                                  \
    X(overshoot_N)                                                                                 \
    X(force_peak_N)                                                                                \
    X(over_cap_N)                                                                                  \
    X(swing_N)                                                                                     \
    X(following_rms_part)
#define TOUCH_LIST(X)                                                                              \
    X(contact_s)                                                                                   \
    X(force_rms_N)                                                                                 \
    X(force_limit_N)                                                                               \
    X(overshoot_N)                                                                                 \
    X(path_rms_m)

typedef struct {
    char* line;
    size_t capacity, length;
    bool fits;
} writer_t;

static void put(writer_t* writer, const char* format, ...) __attribute__((format(printf, 2, 3)));
static void put(writer_t* writer, const char* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const size_t room = writer->capacity - writer->length;
    const int length = vsnprintf(writer->line + writer->length, room, format, arguments);
    va_end(arguments);
    writer->fits = writer->fits && length >= 0 && (size_t)length < room;
    writer->length += writer->fits ? (size_t)length : 0;
}

// NOLINTNEXTLINE(readability-non-const-parameter): the writer keeps it
bool rehearsal_write(const rehearsal_figures_t* figures, char* line, size_t capacity)
{
    writer_t writer = {.line = line, .capacity = capacity, .fits = capacity > 0};
    put(&writer, "%d %s", (int)figures->ending, figures->rule[0] != '\0' ? figures->rule : "-");
#define X(member) put(&writer, " %a", figures->member);
    FIGURE_LIST(X)
#undef X
    for (int i = 0; i < TECHNIQUE_COUNT; ++i) {
        const rehearsal_touch_t* touch = &figures->techniques[i];
#define X(member) put(&writer, " %a", touch->member);
        TOUCH_LIST(X)
#undef X
    }
    return writer.fits;
}

/// Takes the next number off the line; false if there is none.
static bool take(const char** at, double* number)
{
    char* end;
    *number = strtod(*at, &end);
    const bool taken = end != *at;
    *at = end;
    return taken;
}

static bool take_rule(const char** at, char rule[NAME_CAPACITY])
{
    const size_t length = **at == ' ' ? strcspn(*at + 1, " ") : 0;
    if (length == 0 || length >= NAME_CAPACITY) {
        return false;
    }
    memcpy(rule, *at + 1, length);
    rule[length] = '\0';
    *at += 1 + length;
    if (strcmp(rule, "-") == 0) {
        rule[0] = '\0';
    }
    return true;
}

bool rehearsal_read(const char* line, rehearsal_figures_t* figures)
{
    char* end;
    *figures = (rehearsal_figures_t){0};
    const long ending = strtol(line, &end, 10);
    const char* at = end;
    if (end == line || ending < 0 || ending >= REHEARSAL_ENDING_COUNT ||
        !take_rule(&at, figures->rule)) {
        return false;
    }
    figures->ending = (rehearsal_ending_t)ending;
    bool whole = true;
#define X(member) whole = whole && take(&at, &figures->member);
    FIGURE_LIST(X)
#undef X
    for (int i = 0; i < TECHNIQUE_COUNT; ++i) {
        rehearsal_touch_t* touch = &figures->techniques[i];
#define X(member) whole = whole && take(&at, &touch->member);
        TOUCH_LIST(X)
#undef X
    }
    return whole && *at == '\0';
}
