/// Prints an explanation: a paragraph for the operator and a table for the engineer, or JSON with
/// stable keys.
#ifndef KNEAD_CONTROLLER_EXPLAIN_EXPLAIN_PRINT_H
#define KNEAD_CONTROLLER_EXPLAIN_EXPLAIN_PRINT_H

#include <stdio.h>

#include "controller/explain/explain.h"

#define EXPLAIN_PARAGRAPH_CAPACITY 3000
#define EXPLAIN_WIDTH 98 // columns

/// What is known of the record beside its cycles and events.
typedef struct {
    const char* directory;
    cycle_read_t cycles_end;    // how the reading of the cycles ended
    bool cycles_foreign;        // cycles.bin is not the file that the run closed
    const char* own_words;      // what the run said of its end; null where it never did
    bool events_whole;          // every line follows from the one before
    int64_t events_broken_line; // the first that does not; 0 where there is no file
    int64_t cycles_dropped;     // not recorded
    const link_figures_t* link; // of the device that the cause is about, or null
    bool scenario;              // one was played; the rest is of it
    char scenario_name[NAME_CAPACITY];
    char expected[EXPLAIN_TEXT_CAPACITY]; // what it expects
    char found[EXPLAIN_TEXT_CAPACITY];    // and what was
    bool met;                             // as far as the record tells
    char unjudged[EXPLAIN_TEXT_CAPACITY]; // of what it requires, what the record can't tell; or ""
} explain_record_t;

/// The operator's paragraph: what happened, where, what the arm did, what to do.
void explain_paragraph(const session_t* session, const explanation_t* explanation,
                       const explain_record_t* record, char text[EXPLAIN_PARAGRAPH_CAPACITY]);

/// Paragraph and table, plain text of EXPLAIN_WIDTH columns.
void explain_print(const session_t* session, const explanation_t* explanation,
                   const explain_record_t* record, FILE* out);

/// One JSON object, a member a line. Keys are always the same; what is not known is null.
void explain_write_json(const session_t* session, const explanation_t* explanation,
                        const explain_record_t* record, FILE* out);

/// What each person is to do; null where there is nothing for him.
typedef struct {
    const char* for_operator;
    const char* for_therapist;
    const char* for_engineer;
} explain_advice_t;
explain_advice_t explain_advice(const explanation_t* explanation);

/// What it takes to go on, a sentence.
const char* explain_latch_text(const explanation_t* explanation);

#endif
