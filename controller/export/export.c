#include "controller/export/export.h"

#include <errno.h>
#include <stdlib.h>

const char* export_result_text(export_result_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        EXPORT_RESULT_LIST(X)
#undef X
    }
    return "unknown";
}

bool export_walk_begin(export_walk_t* walk, const export_source_t* source,
                       export_figures_t* figures)
{
    *figures = (export_figures_t){0};
    *walk = (export_walk_t){
        .source = source, .figures = figures, .row = export_row_begin(source->session)};
    if (source->recompute) {
        walk->recompute = malloc(sizeof *walk->recompute);
        if (walk->recompute == NULL) {
            errno = ENOMEM;
            return false;
        }
        recompute_begin(walk->recompute, source->session);
    }
    figures->end = cycle_reader_next(source->reader, &walk->next);
    return true;
}

void export_walk_end(export_walk_t* walk)
{
    free(walk->recompute);
    walk->recompute = NULL;
}

/// What the next cycle comes to, or null. After the first that comes out otherwise the recomputed
/// run is another one.
static const cycle_output_t* recomputed(export_walk_t* walk)
{
    if (walk->recompute == NULL) {
        return NULL;
    }
    if (recompute_next(walk->recompute, &walk->next) != RECOMPUTE_SAME) {
        export_walk_end(walk);
        return NULL;
    }
    walk->figures->recomputed++;
    return &walk->recompute->output;
}

bool export_walk_take(export_walk_t* walk, cycle_record_t* taken)
{
    const export_source_t* source = walk->source;
    export_figures_t* figures = walk->figures;
    const bool shown = figures->cycles % source->every == 0;
    *taken = walk->next;
    export_row_take(&walk->row, taken, recomputed(walk), shown ? walk->values : NULL);
    figures->last_s = (double)walk->row.time_us / 1e6;
    if (figures->cycles == 0) {
        figures->first_s = figures->last_s;
    }
    if (source->watch != NULL && figures->cycles % EXPORT_WATCH_CYCLES == 0) {
        source->watch(source->watch_context, figures->last_s);
    }
    figures->cycles++;
    figures->end = cycle_reader_next(source->reader, &walk->next);
    return shown;
}
