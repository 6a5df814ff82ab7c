/// Holds every cycle of a run in a test's own process against itself as `knead replay` would: the
/// cycle is recorded, coded and decoded as in cycles.bin, and computed again from that by another
/// state. Fails the test at the first cycle that does not come out bit for bit.
#ifndef KNEAD_TESTS_SUPPORT_REPLAY_WITNESS_H
#define KNEAD_TESTS_SUPPORT_REPLAY_WITNESS_H

#include "controller/record/cycle_code.h"
#include "controller/replay/recompute.h"

typedef struct {
    bool begun;
    bool stopped;
    cycle_scales_t scales;
    cycle_memory_t coder, decoder;
    recompute_t recompute;
    judge_limits_t limits_intact;
    int64_t cycles;
} replay_witness_t;

/// The first call takes the session as it is then; a zeroed witness has not begun. Changes of the
/// judge's limits later on are recorded, as a run's are.
void replay_witness_see(replay_witness_t* witness, const session_t* session,
                        const cycle_input_t* in, const cycle_output_t* out);

/// Ends it where a test reaches into state or session: what follows is in no record.
void replay_witness_stop(replay_witness_t* witness);

/// Prints how many cycles came out.
void replay_witness_tell(const replay_witness_t* witness);

#endif
