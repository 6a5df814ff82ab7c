/// Why a run ended, on its page: a headline, the operator's paragraph, and for the engineer what
/// was measured against what is allowed, what led there and what followed. All of it is what
/// controller/explain/explain.h found.
#ifndef KNEAD_CONTROLLER_REPORT_REPORT_WHY_H
#define KNEAD_CONTROLLER_REPORT_REPORT_WHY_H

#include "controller/explain/explain_print.h"

/// What is told of; all pointers borrowed.
typedef struct {
    const summary_t* summary;
    const explanation_t* explanation;
    const explain_record_t* record;
} report_why_t;

/// One short line: how it ended, and the rule that stopped it.
void report_why_headline(FILE* out, const report_why_t* why);

/// What happened, what the arm did, what to do; nothing of a run that was played to its end.
void report_why_paragraph(FILE* out, const report_why_t* why);

/// A section with the figures; nothing where there is nothing to explain.
void report_why_section(FILE* out, const report_why_t* why);

#endif
