/// One line that shows how a run gets on: a bar that redraws itself on a terminal, a plain line for
/// every new step and every tenth of the way elsewhere. Honours NO_COLOR and the terminal's width.
#ifndef KNEAD_CONTROLLER_CLI_PROGRESS_H
#define KNEAD_CONTROLLER_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define PROGRESS_LINE_CAPACITY 400         // bytes of a line with its bar, colours apart
#define PROGRESS_REDRAW_US INT64_C(100000) // on a terminal: fast enough for the eye

typedef struct {
    FILE* out;
    bool terminal;
    bool colour;
    int width; // columns
    int step;  // shown last; -1 before the first
    int tenth; // shown last; -1 before the first
    int64_t shown_us;
    bool line_open; // the cursor stands behind a drawn bar
} progress_t;

/// What a run is doing.
typedef struct {
    double done_part; // 0 to 1; outside and NaN are taken as the nearest end, NaN as 0
    int step;         // of the routine, 0-based
    int step_count;
    const char* doing;  // the mode: contact, transit, ...
    const char* region; // under the tool, "" where there is none
    double force_N;
    double force_target_N;
    double remaining_s; // of the run
    const char* note;   // what else there is to know; may be null
} progress_view_t;

/// `out` is where messages go (standard error). Asks the system whether it is a terminal.
progress_t progress_open(FILE* out);

/// Shows `view` if it is time to: `now_us` is any clock that runs on with the person who watches.
void progress_show(progress_t* progress, const progress_view_t* view, int64_t now_us);

/// The line as it would be shown in `width` columns, without colours or line end; pure.
void progress_line(const progress_view_t* view, int width, bool bar, char* line, size_t capacity);

/// Ends a drawn line, so that what is printed next stands alone. Needed before any other message.
void progress_close(progress_t* progress);

#endif
