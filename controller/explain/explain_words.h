/// Figures of the judge as people read them: 24 ms, 12.3 N, 1.5 deg/s.
#ifndef KNEAD_CONTROLLER_EXPLAIN_EXPLAIN_WORDS_H
#define KNEAD_CONTROLLER_EXPLAIN_EXPLAIN_WORDS_H

#include <stddef.h>

#include "config/settings.h"
#include "controller/record/rule_words.h"

#define FIGURE_TEXT_CAPACITY 48

/// The SI unit of a quantity, "" for none. Those of joints go by the kind of the joint.
const char* figure_unit(quantity_t quantity, joint_kind_t kind);

/// A figure with its unit, scaled for people: milliseconds, millimetres, degrees. "unknown" for
/// what is not a number, "without end" for what is infinite.
void figure_text(quantity_t quantity, joint_kind_t kind, double figure,
                 char text[FIGURE_TEXT_CAPACITY]);

/// Both figures with as many digits as it takes to tell them apart.
void figure_pair_text(quantity_t quantity, joint_kind_t kind, double measured, double allowed,
                      char measured_text[FIGURE_TEXT_CAPACITY],
                      char allowed_text[FIGURE_TEXT_CAPACITY]);

/// Puts `to` in the place of every `from` ("{measured}") in `text`; cut at `capacity`.
void words_replace(char* text, size_t capacity, const char* from, const char* to);

#endif
