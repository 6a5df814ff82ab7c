#include "tests/support/replay_runs.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/cmocka_prelude.h"

void replay_every_run(const char* folder)
{
    char command[1024];
    const int length =
        snprintf(command, sizeof command,
                 "find '%s' -name cycles.bin | sort | { runs=0; while read -r cycles; do "
                 "'%s' replay --verify \"${cycles%%/cycles.bin}\" >'%s/replayed.txt' 2>&1 || "
                 "{ echo \"does not replay: $cycles\"; cat '%s/replayed.txt'; exit 1; }; "
                 "runs=$((runs + 1)); done; echo \"replayed: $runs runs of a process of their "
                 "own, all the same\"; }",
                 folder, KNEAD_PROGRAM, folder, folder);
    assert_true(length > 0 && (size_t)length < sizeof command);
    (void)fflush(NULL);
    assert_int_equal(system(command), 0);
}
