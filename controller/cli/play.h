/// Plays a loaded routine on whatever is behind a port: configures the devices, runs the loop,
/// keeps the record, shows progress, and turns how it ended into an exit code. `sim`, `run` and
/// `demo` differ only in what they hand over here.
#ifndef KNEAD_CONTROLLER_CLI_PLAY_H
#define KNEAD_CONTROLLER_CLI_PLAY_H

#include "controller/bus/port.h"
#include "controller/campaign/scenario_run.h"
#include "controller/cli/assembly.h"
#include "controller/cli/verb.h"
#include "controller/record/recording.h"
#include "controller/timebase.h"

typedef struct {
    const char* verb; // for messages
    const options_t* options;
    assembly_t* assembly; // table, routine and session loaded and built
    port_t port;
    timebase_t timebase;
    int64_t exchange_timeout_us; // of one period's exchange
    bool real_time;              // time does not wait: record in a thread, hurry
    bool in_process;             // nothing crosses a wire, and round trips take no time
    bool no_record;              // figures only, nothing on the disk
    bool automatic;              // arms and starts by itself; else standard input says when
    bool report;                 // write report.html
    scenario_run_t* scenario;    // events beside the run, and what is required of it; null: none
    bool keys;                   // a terminal on standard input hands over single keys
} play_t;

exit_code_t play(const play_t* play);

#endif
