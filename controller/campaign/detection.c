#include "controller/campaign/detection.h"

#include <math.h>

#include "controller/campaign/expected.h"
#include "controller/campaign/matrix.h"

const char* detection_text(detection_word_t word)
{
    static const char* const words[DETECTION_WORD_COUNT] = {
#define X(id, name, meaning) [id] = name,
        DETECTION_LIST(X)
#undef X
    };
    return (unsigned)word < DETECTION_WORD_COUNT ? words[word] : "?";
}

static detection_word_t word_of(const outcome_t* outcome)
{
    const outcome_event_t* event = &outcome->events[0];
    const expected_row_t* row =
        expected_row(event->kind, outcome->phase, event->target, event->magnitude);
    if (outcome->result == OUTCOME_FAILED || row == NULL) {
        return DETECTION_FAILED;
    }
    if (row->expectation == EXPECT_HARMLESS) {
        return DETECTION_HARMLESS;
    }
    if (row->expectation == EXPECT_DETECTED) {
        return DETECTION_DEMANDED;
    }
    return isnan(outcome->detected_s) ? DETECTION_UNNOTICED : DETECTION_TOLD;
}

void detection_add(detection_t* detection, const outcome_t* outcome)
{
    if (outcome->kind != CAMPAIGN_MATRIX || outcome->event_count != 1 ||
        outcome->result == OUTCOME_SKIPPED || outcome->phase < 0 || outcome->phase >= MODE_COUNT) {
        return;
    }
    uint8_t* cell = &detection->cells[outcome->events[0].kind][outcome->phase];
    const detection_word_t word = word_of(outcome);
    *cell = word > *cell ? (uint8_t)word : *cell;
}

int detection_count(const detection_t* detection, int phase, detection_word_t word)
{
    int count = 0;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        count += detection->cells[kind][phase] == word ? 1 : 0;
    }
    return count;
}

/// In how many of the matrix's phases; none where one of them failed.
static int phases_of(const detection_t* detection, int kind, detection_word_t least)
{
    int phases = 0;
    for (int column = 0; column < MATRIX_PHASE_COUNT; ++column) {
        const uint8_t cell = detection->cells[kind][matrix_phase(column)];
        if (cell == DETECTION_FAILED) {
            return 0;
        }
        phases += cell >= least ? 1 : 0;
    }
    return phases;
}

int detection_kinds(const detection_t* detection, detection_word_t least, int phases)
{
    int count = 0;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        count += phases_of(detection, kind, least) >= phases ? 1 : 0;
    }
    return count;
}

static void print_kinds(const detection_t* detection, FILE* out)
{
    for (int i = 0; i < WORLD_EVENT_KIND_COUNT; ++i) {
        const world_event_kind_t kind = (world_event_kind_t)i;
        uint8_t best = DETECTION_UNTRIED;
        for (int phase = 0; phase < MODE_COUNT; ++phase) {
            best = detection->cells[i][phase] > best ? detection->cells[i][phase] : best;
        }
        if (best == DETECTION_HARMLESS || best == DETECTION_UNNOTICED || best == DETECTION_FAILED) {
            const expected_row_t* row = expected_row(kind, -1, "", 0.0);
            (void)fprintf(out, "%-10s %s%s%s\n", detection_text((detection_word_t)best),
                          world_event_info(kind)->word, best == DETECTION_FAILED ? "" : ": ",
                          best == DETECTION_FAILED || row == NULL ? "" : row->reason);
        }
    }
}

void detection_print(const detection_t* detection, FILE* out)
{
    (void)fprintf(out, "kinds of %d  ", WORLD_EVENT_KIND_COUNT);
    for (int word = DETECTION_WORD_COUNT - 1; word >= 0; --word) {
        (void)fprintf(out, " %10s", detection_text((detection_word_t)word));
    }
    (void)fputc('\n', out);
    for (int column = 0; column < MATRIX_PHASE_COUNT; ++column) {
        const int phase = matrix_phase(column);
        (void)fprintf(out, "in %-11s", supervisor_mode_text((supervisor_mode_t)phase));
        for (int word = DETECTION_WORD_COUNT - 1; word >= 0; --word) {
            (void)fprintf(out, " %10d", detection_count(detection, phase, (detection_word_t)word));
        }
        (void)fputc('\n', out);
    }
    print_kinds(detection, out);
    (void)fprintf(out,
                  "%d kinds have to be told in every phase and were, %d in some; with those that "
                  "may go unnoticed %d and %d were told\n",
                  detection_kinds(detection, DETECTION_DEMANDED, MATRIX_PHASE_COUNT),
                  detection_kinds(detection, DETECTION_DEMANDED, 1),
                  detection_kinds(detection, DETECTION_TOLD, MATRIX_PHASE_COUNT),
                  detection_kinds(detection, DETECTION_TOLD, 1));
}
