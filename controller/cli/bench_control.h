/// The figures of `knead bench` about the whole: a session on the virtual table in this process,
/// measured while the pad is on the skin.
#ifndef KNEAD_CONTROLLER_CLI_BENCH_CONTROL_H
#define KNEAD_CONTROLLER_CLI_BENCH_CONTROL_H

#include "controller/cli/assembly.h"
#include "controller/cli/bench.h"

#define BENCH_CONTROL_COUNT 8
#define BENCH_CONTROL_RECORDED 6 // of these figures: a whole period in virtual time, with a record,
#define BENCH_CONTROL_BARE 7     // and without

#define BENCH_CONTROL_LIST(X)                                                                      \
    X(BENCH_CONTROL_OK, "ok")                                                                      \
    X(BENCH_CONTROL_NO_TABLE, "the virtual table could not be made")                               \
    X(BENCH_CONTROL_NO_RECORD, "no record can be kept in the folder for temporary files")          \
    X(BENCH_CONTROL_NO_CONTACT, "the pad never came to the skin")
typedef enum {
#define X(id, text) id,
    BENCH_CONTROL_LIST(X)
#undef X
} bench_control_result_t;
const char* bench_control_text(bench_control_result_t result);

/// Fills BENCH_CONTROL_COUNT figures. `assembly` has its session and its world's settings built.
/// The record goes to a folder in $TMPDIR, or /tmp, that is removed again.
bench_control_result_t bench_control(const assembly_t* assembly, bool quick,
                                     bench_figure_t* figures);

#endif
