/// `report.html`: one run on one page, for reading, printing and keeping. Self-contained: no
/// network, no fonts or scripts from elsewhere; readable without any script.
#ifndef KNEAD_CONTROLLER_RECORD_REPORT_H
#define KNEAD_CONTROLLER_RECORD_REPORT_H

#include "controller/record/summary.h"

#define REPORT_LIST(X)                                                                             \
    X(REPORT_OK, "ok")                                                                             \
    X(REPORT_NO_CYCLES, "cycles.bin can't be read")                                                \
    X(REPORT_NO_MEMORY, "memory is short")                                                         \
    X(REPORT_NOT_WRITTEN, "report.html can't be written")
typedef enum {
#define X(id, text) id,
    REPORT_LIST(X)
#undef X
} report_result_t;
const char* report_text(report_result_t result);

/// Writes `report.html` into a run directory, from its cycles.bin and events.jsonl and the figures
/// of the same run. The file appears whole or not at all; a torn cycles.bin is reported on the
/// page.
report_result_t report_write(const char* directory, const summary_t* summary);

/// Gathers the figures of a run again from its cycles. `summary` must have been begun; what cycles
/// can't tell (wall time, bus, failure) stays as it is. Says how the file ended; CYCLE_OPEN_OK if
/// it could be opened.
cycle_open_t report_read_cycles(const char* path, summary_t* summary, cycle_read_t* end);

#endif
