/// The tables of a report.
#ifndef KNEAD_CONTROLLER_REPORT_REPORT_TABLES_H
#define KNEAD_CONTROLLER_REPORT_REPORT_TABLES_H

#include "controller/record/summary.h"
#include "controller/report/report_cover.h"

void report_table_techniques(FILE* out, const summary_t* summary);
void report_table_regions(FILE* out, const summary_t* summary, const report_cover_t* cover);

/// Time and impulse of every region that was touched, against what a session may give.
void report_table_dose(FILE* out, const summary_t* summary);

void report_table_joints(FILE* out, const summary_t* summary);
void report_table_bus(FILE* out, const summary_t* summary);
void report_table_inputs(FILE* out, const summary_t* summary);

/// Lines of `events_path`, all but requests' and devices' chatter first; says whether the chain
/// holds.
void report_table_events(FILE* out, const char* events_path, const summary_t* summary);

#endif
