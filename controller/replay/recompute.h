/// Computes a run again from what its cycles read, one recorded cycle after the other, and says
/// whether each comes out as it was recorded, bit for bit.
///
/// Always holds: nothing but the session and the recorded inputs goes in, so that the same record
/// gives the same answer on every computer that does the same arithmetic. What a cycle remembers
/// depends on every cycle before it: behind a gap in the record nothing is recomputed.
#ifndef KNEAD_CONTROLLER_REPLAY_RECOMPUTE_H
#define KNEAD_CONTROLLER_REPLAY_RECOMPUTE_H

#include "controller/cycle.h"
#include "controller/record/cycle_file.h"

#define RECOMPUTE_LIST(X)                                                                          \
    X(RECOMPUTE_SAME, "comes out as recorded")                                                     \
    X(RECOMPUTE_DIFFERENT, "comes out different")                                                  \
    X(RECOMPUTE_GAP, "cycles before it were not recorded")                                         \
    X(RECOMPUTE_DAMAGED, "the judge's limits had changed in more places than the record keeps")
typedef enum {
#define X(id, text) id,
    RECOMPUTE_LIST(X)
#undef X
} recompute_result_t;
const char* recompute_text(recompute_result_t result);

typedef struct {
    session_t session;            // a copy, its limits as the record says they were
    judge_limits_t limits_intact; // as the files say
    cycle_state_t state;
    cycle_output_t output;
    cycle_record_t recomputed; // the last cycle, as it came out
    int64_t next_cycle;        // that a record without a gap goes on with
    bool gone;                 // behind a gap, or behind damage that is not known
} recompute_t;

/// What `session` points to must outlive the recomputing.
void recompute_begin(recompute_t* recompute, const session_t* session);

/// Computes the next cycle. After RECOMPUTE_GAP and RECOMPUTE_DAMAGED nothing is computed any more
/// and every further call says one of them; after RECOMPUTE_DIFFERENT the recomputed run goes its
/// own way with the recorded inputs.
recompute_result_t recompute_next(recompute_t* recompute, const cycle_record_t* recorded);

#endif
