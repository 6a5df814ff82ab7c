/// `report.html`: one run on one page, for reading, printing and keeping. Self-contained: no
/// network, no fonts or scripts from elsewhere; readable without any script. Where knead was built
/// with the report's script (web/bundle.h), charts and a replay move; where not, the page says so.
///
/// Always holds: what people wrote into files is text on the page and nothing else, and its content
/// security policy lets no script run but the program's own, by its hash.
#ifndef KNEAD_CONTROLLER_REPORT_REPORT_H
#define KNEAD_CONTROLLER_REPORT_REPORT_H

#include "controller/record/summary.h"

#define REPORT_LIST(X)                                                                             \
    X(REPORT_OK, "ok")                                                                             \
    X(REPORT_NO_CYCLES, "cycles.bin can't be read")                                                \
    X(REPORT_NO_MEMORY, "memory is short")                                                         \
    X(REPORT_NOT_WRITTEN, "the page can't be written")
typedef enum {
#define X(id, text) id,
    REPORT_LIST(X)
#undef X
} report_result_t;
const char* report_text(report_result_t result);

/// Writes `report.html` into a run directory, from its cycles.bin, events.jsonl and summary.json
/// and the figures of the same run. The file appears whole or not at all; a torn cycles.bin is
/// reported on the page. REPORT_NOT_WRITTEN comes with errno, which says why.
report_result_t report_write(const char* directory, const summary_t* summary);

/// The same to a file of another name.
report_result_t report_write_to(const char* directory, const summary_t* summary, const char* path);

/// Gathers the figures of a run again from its cycles. `summary` must have been begun; what cycles
/// can't tell (wall time, bus, failure) stays as it is. Says how the file ended; CYCLE_OPEN_OK if
/// it could be opened.
cycle_open_t report_read_cycles(const char* path, summary_t* summary, cycle_read_t* end);

#endif
