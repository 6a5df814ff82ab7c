/// The figures of `knead bench` about the bus: all devices of the machine on a virtual table in a
/// process of its own, over loopback TCP. One exchange of all of them by knead's own port and the
/// same requests one after the other by libmodbus take turns in the same run, so that a loaded
/// machine touches both.
///
/// Client and table are kept on separate cores where the system has them, and get SCHED_FIFO where
/// it is permitted; `bench_bus_t` says how it was. Nobody spins.
#ifndef KNEAD_CONTROLLER_CLI_BENCH_BUS_H
#define KNEAD_CONTROLLER_CLI_BENCH_BUS_H

#include "controller/cli/assembly.h"
#include "controller/cli/bench.h"

#define BENCH_BUS_COUNT 4
#define BENCH_BUS_RATIO_COUNT 2

#define BENCH_BUS_LIST(X)                                                                          \
    X(BENCH_BUS_OK, "ok")                                                                          \
    X(BENCH_BUS_NO_TABLE, "the virtual table could not be made")                                   \
    X(BENCH_BUS_NO_PORTS, "no free ports on the loopback for a virtual table")                     \
    X(BENCH_BUS_NO_LINK, "the virtual table cannot be reached over the loopback")                  \
    X(BENCH_BUS_NO_REPLY, "a device of the virtual table did not answer in time")
typedef enum {
#define X(id, text) id,
    BENCH_BUS_LIST(X)
#undef X
} bench_bus_result_t;
const char* bench_bus_text(bench_bus_result_t result);

/// One median against another of the same run; the less the better.
typedef struct {
    const char* key;
    const char* meaning;
    double ratio;
    double target;  // at most
    double stretch; // better still
} bench_ratio_t;

typedef struct {
    bench_figure_t figures[BENCH_BUS_COUNT];
    bench_ratio_t ratios[BENCH_BUS_RATIO_COUNT];
    bool own_cores; // client and table each; else they share one
    bool priority;  // both run under SCHED_FIFO
} bench_bus_t;

/// Fills `bench`. `assembly` has its session and its world's settings built. Leaves core and
/// priority of the calling thread as they were.
bench_bus_result_t bench_bus(const assembly_t* assembly, bool quick, bench_bus_t* bench);

/// "client and table on separate cores, SCHED_FIFO": how it was measured.
void bench_bus_conditions(const bench_bus_t* bench, char* text, size_t capacity);

/// A line a ratio, with its target and whether it is met.
void bench_bus_print(const bench_bus_t* bench, FILE* out);

#endif
