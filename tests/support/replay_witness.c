#include "tests/support/replay_witness.h"

#include <stdio.h>
#include <string.h>

#include "controller/record/cycle_difference.h"
#include "tests/support/cmocka_prelude.h"

static void begin(replay_witness_t* witness, const session_t* session)
{
    const digest_t none = {{0}};
    cycle_file_header_t header;
    cycle_file_header_make(session->machine, 0, &none, &header);
    header.period_us = session->period_us;
    witness->begun = true;
    witness->scales = cycle_scales_make(&header);
    witness->limits_intact = session->limits;
    recompute_begin(&witness->recompute, session);
}

static void tell_differences(const replay_witness_t* witness, const cycle_record_t* recorded)
{
    static cycle_difference_t differences[CYCLE_DIFFERENCE_MOST];
    const int count = cycle_differences(witness->recompute.session.machine, recorded,
                                        &witness->recompute.recomputed, differences);
    print_error("cycle %lld does not come out again:\n", (long long)recorded->input.cycle);
    for (int i = 0; i < count; ++i) {
        print_error("  %s: %s, again %s\n", differences[i].field, differences[i].first,
                    differences[i].second);
    }
}

void replay_witness_see(replay_witness_t* witness, const session_t* session,
                        const cycle_input_t* in, const cycle_output_t* out)
{
    if (witness->stopped) {
        return;
    }
    if (!witness->begun) {
        begin(witness, session);
    }
    cycle_record_t record;
    cycle_record_t read;
    uint8_t bytes[CYCLE_CODED_CAPACITY];
    cycle_record_make(in, out, &record);
    record.input.cycle = witness->cycles; // a test's own count may begin anywhere
    record.limits = limits_damage(&witness->limits_intact, &session->limits);
    const size_t size = cycle_encode(&witness->scales, &witness->coder, &record, bytes);
    assert_int_equal(cycle_decode(&witness->scales, &witness->decoder, bytes, size, &read), size);
    const recompute_result_t result = recompute_next(&witness->recompute, &read);
    if (result != RECOMPUTE_SAME) {
        tell_differences(witness, &read);
        fail_msg("%s", recompute_text(result));
    }
    witness->cycles++;
}

void replay_witness_stop(replay_witness_t* witness)
{
    witness->stopped = true;
}

void replay_witness_tell(const replay_witness_t* witness)
{
    if (witness->cycles > 0) {
        print_message("replayed: %lld cycles in this process, all the same\n",
                      (long long)witness->cycles);
    }
}
