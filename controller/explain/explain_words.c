#include "controller/explain/explain_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DEGREES_PER_RAD (180.0 / 3.14159265358979323846)
#define DIGITS_LEAST 3
#define DIGITS_MOST 9
// Smaller than this, in the unit that is shown, is nothing to people.
#define SHOWN_LEAST 1e-3

const char* figure_unit(quantity_t quantity, joint_kind_t kind)
{
    const bool slides = kind == JOINT_PRISMATIC;
    switch (quantity) {
    case QUANTITY_NONE:
        return "";
    case QUANTITY_TIME:
        return "s";
    case QUANTITY_FORCE:
        return "N";
    case QUANTITY_FORCE_RATE:
        return "N/s";
    case QUANTITY_LENGTH:
        return "m";
    case QUANTITY_SPEED:
        return "m/s";
    case QUANTITY_JOINT_WAY:
        return slides ? "m" : "rad";
    case QUANTITY_JOINT_SPEED:
        return slides ? "m/s" : "rad/s";
    case QUANTITY_JOINT_EFFORT:
        return slides ? "N" : "Nm";
    case QUANTITY_PERIODS:
        return "periods";
    case QUANTITY_SAMPLES:
        return "samples";
    case QUANTITY_PART:
        return "of its range";
    }
    return "";
}

/// What a figure is multiplied with to be in `unit`.
typedef struct {
    double factor;
    const char* unit;
} scaled_t;

static scaled_t scaled(quantity_t quantity, joint_kind_t kind, double figure)
{
    const bool small = fabs(figure) < 1.0;
    const char* unit = figure_unit(quantity, kind);
    switch (quantity) {
    case QUANTITY_TIME:
        return fabs(figure) >= 120.0 ? (scaled_t){1.0 / 60.0, "min"}
               : small               ? (scaled_t){1e3, "ms"}
                                     : (scaled_t){1.0, "s"};
    case QUANTITY_JOINT_WAY:
    case QUANTITY_JOINT_SPEED:
        if (kind == JOINT_REVOLUTE) {
            return (scaled_t){DEGREES_PER_RAD, quantity == QUANTITY_JOINT_WAY ? "deg" : "deg/s"};
        }
        break;
    case QUANTITY_PART:
        return (scaled_t){100.0, "%"};
    case QUANTITY_NONE:
    case QUANTITY_FORCE:
    case QUANTITY_FORCE_RATE:
    case QUANTITY_LENGTH:
    case QUANTITY_SPEED:
    case QUANTITY_JOINT_EFFORT:
    case QUANTITY_PERIODS:
    case QUANTITY_SAMPLES:
        break;
    }
    if (strcmp(unit, "m") == 0 && small) {
        return (scaled_t){1e3, "mm"};
    }
    if (strcmp(unit, "m/s") == 0 && small) {
        return (scaled_t){1e3, "mm/s"};
    }
    return (scaled_t){1.0, unit};
}

static void print(quantity_t quantity, joint_kind_t kind, double figure, int digits,
                  char text[FIGURE_TEXT_CAPACITY])
{
    if (isnan(figure)) {
        (void)snprintf(text, FIGURE_TEXT_CAPACITY, "unknown");
        return;
    }
    const scaled_t as = scaled(quantity, kind, figure);
    const double number = as.factor * figure;
    if (isinf(number)) {
        (void)snprintf(text, FIGURE_TEXT_CAPACITY, "without end");
        return;
    }
    const int whole = fabs(number) >= 1.0 ? (int)log10(1.001 * fabs(number)) + 1 : 1;
    const int shown = whole > digits ? whole : digits; // no exponents
    (void)snprintf(text, FIGURE_TEXT_CAPACITY, "%.*g%s%s", shown, number,
                   as.unit[0] != '\0' ? " " : "", as.unit);
}

void figure_text(quantity_t quantity, joint_kind_t kind, double figure,
                 char text[FIGURE_TEXT_CAPACITY])
{
    const scaled_t as = scaled(quantity, kind, figure);
    const bool nothing = fabs(as.factor * figure) < SHOWN_LEAST;
    print(quantity, kind, nothing ? 0.0 : figure, DIGITS_LEAST, text);
}

void figure_pair_text(quantity_t quantity, joint_kind_t kind, double measured, double allowed,
                      char measured_text[FIGURE_TEXT_CAPACITY],
                      char allowed_text[FIGURE_TEXT_CAPACITY])
{
    for (int digits = DIGITS_LEAST; digits <= DIGITS_MOST; digits++) {
        print(quantity, kind, measured, digits, measured_text);
        print(quantity, kind, allowed, digits, allowed_text);
        if (strcmp(measured_text, allowed_text) != 0) {
            break;
        }
    }
}

void words_replace(char* text, size_t capacity, const char* from, const char* to)
{
    const size_t from_length = strlen(from), to_length = strlen(to);
    char* at = strstr(text, from);
    while (at != NULL) {
        const size_t before = (size_t)(at - text);
        const size_t rest = strlen(at + from_length);
        const size_t room = capacity - 1 - before;
        const size_t put = to_length < room ? to_length : room;
        const size_t kept = rest < room - put ? rest : room - put;
        memmove(at + put, at + from_length, kept);
        memcpy(at, to, put);
        at[put + kept] = '\0';
        at = strstr(at + put, from);
    }
}
