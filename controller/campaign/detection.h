/// How many kinds of fault are told, phase by phase: what a matrix proves beside that nothing
/// failed. A pass alone says little where a fault may also go unnoticed.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_DETECTION_H
#define KNEAD_CONTROLLER_CAMPAIGN_DETECTION_H

#include <stdint.h>
#include <stdio.h>

#include "controller/campaign/outcome.h"

/// What is known of a kind in a phase, over its magnitudes and targets; the strongest that one of
/// its trials shows. A failed trial outdoes all. Enumerator, word, meaning.
#define DETECTION_LIST(X)                                                                          \
    X(DETECTION_UNTRIED, "untried", "no trial")                                                    \
    X(DETECTION_HARMLESS, "harmless", "stated as harmless, and nothing tripped")                   \
    X(DETECTION_UNNOTICED, "unnoticed", "might have been told, and was not")                       \
    X(DETECTION_TOLD, "told", "might have gone unnoticed, and was told as the row says")           \
    X(DETECTION_DEMANDED, "demanded", "has to be told, and was: rule, reaction and time")          \
    X(DETECTION_FAILED, "failed", "a trial failed")
typedef enum {
#define X(id, word, meaning) id,
    DETECTION_LIST(X)
#undef X
} detection_word_t;
#define DETECTION_WORD_COUNT 6
const char* detection_text(detection_word_t word);

typedef struct {
    uint8_t cells[WORLD_EVENT_KIND_COUNT][MODE_COUNT]; // detection_word_t
} detection_t;

/// Adds a trial of the matrix; others, and those that were skipped, change nothing.
void detection_add(detection_t* detection, const outcome_t* outcome);

/// How many kinds stand so in a phase.
int detection_count(const detection_t* detection, int phase, detection_word_t word);

/// How many kinds are demanded, or told, in at least `phases` of the matrix's phases without a
/// failure in any.
int detection_kinds(const detection_t* detection, detection_word_t least, int phases);

/// A line a phase, then the kinds that are told in none, with the reason their row gives.
void detection_print(const detection_t* detection, FILE* out);

#endif
