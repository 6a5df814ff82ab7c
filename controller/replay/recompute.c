#include "controller/replay/recompute.h"

#include <string.h>

const char* recompute_text(recompute_result_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        RECOMPUTE_LIST(X)
#undef X
    }
    return "unknown";
}

void recompute_begin(recompute_t* recompute, const session_t* session)
{
    memset(recompute, 0, sizeof *recompute);
    recompute->session = *session;
    recompute->limits_intact = session->limits;
    cycle_begin(&recompute->state);
}

recompute_result_t recompute_next(recompute_t* recompute, const cycle_record_t* recorded)
{
    recompute->gone = recompute->gone || recorded->input.cycle != recompute->next_cycle;
    if (recompute->gone) {
        return RECOMPUTE_GAP;
    }
    recompute->session.limits = recompute->limits_intact;
    if (!limits_damage_apply(&recorded->limits, &recompute->session.limits)) {
        recompute->gone = true;
        return RECOMPUTE_DAMAGED;
    }
    recompute->next_cycle++;
    cycle_step(&recompute->session, &recompute->state, &recorded->input, &recompute->output);
    cycle_record_make(&recorded->input, &recompute->output, &recompute->recomputed);
    recompute->recomputed.limits = recorded->limits;
    return cycle_record_same(&recompute->recomputed, recorded) ? RECOMPUTE_SAME
                                                               : RECOMPUTE_DIFFERENT;
}
