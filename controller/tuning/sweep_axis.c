#include "controller/tuning/sweep_axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char* sweep_kind_text(sweep_kind_t kind)
{
    static const char* const texts[SWEEP_KIND_COUNT] = {
#define X(id, word) [id] = word,
        SWEEP_KIND_LIST(X)
#undef X
    };
    return texts[kind];
}

static bool say(char wrong[TEXT_CAPACITY], const char* what, const char* text, size_t length)
{
    (void)snprintf(wrong, TEXT_CAPACITY, "%s: '%.*s'", what, (int)(length < 80 ? length : 80),
                   text);
    return false;
}

static bool read_field(sweep_axis_t* axis, const char* text, size_t length,
                       char wrong[TEXT_CAPACITY])
{
    for (int kind = 0; kind < SWEEP_KIND_COUNT; ++kind) {
        const char* word = sweep_kind_text((sweep_kind_t)kind);
        const size_t word_length = strlen(word);
        if (length > word_length + 1 && text[word_length] == '.' &&
            memcmp(text, word, word_length) == 0 && length - word_length - 1 < sizeof axis->field) {
            axis->kind = (sweep_kind_t)kind;
            memcpy(axis->field, text + word_length + 1, length - word_length - 1);
            axis->field[length - word_length - 1] = '\0';
            return true;
        }
    }
    return say(wrong, "a field begins with machine., safety., body., client., routine. or person.",
               text, length);
}

/// One number at `*at`, which goes on behind it.
static bool take_number(const char** at, double* number)
{
    char* end;
    *number = strtod(*at, &end);
    const bool taken = end != *at && isfinite(*number) && **at != ' ';
    *at = end;
    return taken;
}

/// "LOW:HIGH:STEPS", both ends among the values.
static bool take_range(const char** at, double low, sweep_axis_t* axis)
{
    double high, steps;
    ++*at;
    if (!take_number(at, &high) || **at != ':') {
        return false;
    }
    ++*at;
    if (!take_number(at, &steps) || !(steps >= 2.0 && steps <= SWEEP_VALUE_CAPACITY) ||
        steps > floor(steps) || !(high > low)) {
        return false;
    }
    axis->count = (int)steps;
    for (int i = 0; i < axis->count; ++i) {
        // Rounded to what a person would write: 0.3 and not 0.30000000000000004.
        char text[NAME_CAPACITY];
        (void)snprintf(text, sizeof text, "%.12g", low + (high - low) * i / (axis->count - 1));
        axis->values[i] = strtod(text, NULL);
    }
    return true;
}

static bool take_values(const char** at, sweep_axis_t* axis)
{
    double number;
    if (!take_number(at, &number)) {
        return false;
    }
    if (**at == ':') {
        return take_range(at, number, axis);
    }
    axis->count = 1;
    axis->values[0] = number;
    while (**at == ',') {
        ++*at;
        if (axis->count >= SWEEP_VALUE_CAPACITY || !take_number(at, &axis->values[axis->count])) {
            return false;
        }
        ++axis->count;
    }
    return true;
}

static bool is_person(const char* key)
{
    rehearsal_person_t person;
    return sweep_give_person(&person, key, 0.0);
}

bool sweep_axes_read(const char* text, sweep_axes_t* axes, char wrong[TEXT_CAPACITY])
{
    memset(axes, 0, sizeof *axes);
    while (true) {
        const size_t length = strcspn(text, "=;");
        if (axes->axis_count >= SWEEP_AXIS_CAPACITY) {
            return say(wrong, "more fields than can be varied at once", text, strlen(text));
        }
        sweep_axis_t* axis = &axes->axes[axes->axis_count];
        if (!read_field(axis, text, length, wrong)) {
            return false;
        }
        const char* at = text + length + 1;
        if (text[length] != '=' || !take_values(&at, axis) || (*at != '\0' && *at != ';')) {
            return say(wrong,
                       "behind a field comes =LOW:HIGH:STEPS (LOW below HIGH, 2 to 1000 steps) or "
                       "=A,B,C",
                       text, strlen(text));
        }
        if (axis->kind == SWEEP_PERSON && !is_person(axis->field)) {
            return say(wrong,
                       "person has tissue_factor, tissue_spread, body_lie, breathing_amplitude and "
                       "breathing_rate",
                       axis->field, strlen(axis->field));
        }
        ++axes->axis_count;
        if (*at == '\0') {
            return true;
        }
        text = at + 1;
    }
}

int64_t sweep_axes_points(const sweep_axes_t* axes)
{
    int64_t points = 1;
    for (int i = 0; i < axes->axis_count; ++i) {
        points *= axes->axes[i].count;
        if (points > SWEEP_POINT_MAX) {
            return 0;
        }
    }
    return points;
}

void sweep_axes_values(const sweep_axes_t* axes, int64_t point, double values[SWEEP_AXIS_CAPACITY])
{
    for (int i = axes->axis_count - 1; i >= 0; --i) {
        const sweep_axis_t* axis = &axes->axes[i];
        values[i] = axis->values[point % axis->count];
        point /= axis->count;
    }
}

bool sweep_give_person(rehearsal_person_t* person, const char* key, double value)
{
#define X(member, word)                                                                            \
    if (strcmp(key, word) == 0) {                                                                  \
        person->member = value;                                                                    \
        return true;                                                                               \
    }
    SWEEP_PERSON_LIST(X)
#undef X
    return false;
}
