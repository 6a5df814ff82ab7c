/// Changes single numbers in a YAML file and nothing else: comments, order, spacing and units stay
/// byte for byte.
#ifndef KNEAD_CONTROLLER_TUNING_NUMBER_EDIT_H
#define KNEAD_CONTROLLER_TUNING_NUMBER_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "config/finding.h"
#include "config/yaml_document.h"

#define NUMBER_TEXT_CAPACITY 32 // bytes of a number as written, with its terminator

#define NUMBER_EDIT_LIST(X)                                                                        \
    X(NUMBER_EDIT_OK, "ok")                                                                        \
    X(NUMBER_EDIT_NO_FIELD, "the file has nothing there")                                          \
    X(NUMBER_EDIT_NO_NUMBER, "what stands there is no number")                                     \
    X(NUMBER_EDIT_TOO_LONG, "the file would become too long")
typedef enum {
#define X(id, text) id,
    NUMBER_EDIT_LIST(X)
#undef X
} number_edit_result_t;
#define NUMBER_EDIT_COUNT 4
const char* number_edit_text(number_edit_result_t result);

/// A number where it stands.
typedef struct {
    size_t at, length;               // bytes of the number, its unit not among them
    double number;                   // in the file's own unit
    char unit[NUMBER_TEXT_CAPACITY]; // as written behind it; empty for none
    int line, column;
} number_place_t;

/// Where the number at a key path stands: "gains.tracking", "joints[2].velocity_max",
/// "joints[joint_2].velocity_max" (an entry by its `name`, or by its `technique`), "tool.pads[0]
/// .length". Of a figure its `value` is meant.
number_edit_result_t number_edit_find(const yaml_document_t* document, const char* field,
                                      number_place_t* place);

/// Puts another number in its place. `bytes` hold `*count` of at most `capacity`. The number is
/// written with as many digits as it needs, at most 15.
number_edit_result_t number_edit_replace(char* bytes, size_t* count, size_t capacity,
                                         const number_place_t* place, double number);

/// The shortest decimal text of a number that reads back as it, to 15 significant digits.
void number_edit_write(double number, char text[NUMBER_TEXT_CAPACITY]);

/// A number with three significant digits: what is left of a gain that a search found.
double number_edit_round(double number);

#endif
