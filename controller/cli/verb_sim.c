#include <stdio.h>
#include <time.h>

#include "controller/cli/play.h"
#include "sim/sim_port.h"

// A reply in the same process is there or it is not.
#define EXCHANGE_TIMEOUT_US INT64_C(1000000)

/// Whatever stays on the disk says which record it belongs to.
static bool wants_record(const options_t* options)
{
    return options->given[OPTION_OUT] || options->given[OPTION_REPORT] ||
           options->given[OPTION_LEDGER];
}

exit_code_t verb_sim(const options_t* options, assembly_t* assembly)
{
    if (options->given[OPTION_NO_RECORD] && wants_record(options)) {
        (void)fprintf(stderr, "knead sim: --no-record goes with none of --out, --report and "
                              "--ledger: they belong to a record\n");
        return EXIT_USAGE;
    }
    if (!assembly_load_table(assembly, options) ||
        !assembly_load_ledger(assembly, options, false, (int64_t)time(NULL)) ||
        !assembly_load_routine(assembly, options->operands[0]) ||
        !assembly_build_session(assembly) || !assembly_load_expectation(assembly, options, true) ||
        !assembly_load_requests(assembly, options) ||
        !assembly_build_run_world(assembly, options)) {
        findings_print(&assembly->findings, stderr);
        return EXIT_INVALID_FILE;
    }
    findings_print(&assembly->findings, stderr);
    world_t* world = world_create(&assembly->world);
    if (world == NULL) {
        (void)fprintf(stderr, "knead sim: the virtual table could not be made\n");
        return EXIT_INTERNAL;
    }
    const device_host_t host = world_host(world);
    static scenario_run_t run; // large, and once a process
    const bool staged = assembly->expects;
    if (staged && !scenario_run_begin(&run, &assembly->scenario, &assembly->session, world,
                                      (uint64_t)options->whole[OPTION_SEED],
                                      &assembly->session.limits, sizeof assembly->session.limits)) {
        (void)fprintf(stderr, "knead sim: the scenario could not be staged\n");
        world_destroy(world);
        return EXIT_INTERNAL;
    }
    const port_t straight = sim_port(&host, assembly->machine.device_count);
    const play_t settings = {.verb = "sim",
                             .options = options,
                             .assembly = assembly,
                             .port = staged ? scenario_run_port(&run) : straight,
                             .timebase = staged ? scenario_run_timebase(&run) : sim_timebase(&host),
                             .scenario = staged ? &run : NULL,
                             .in_process = true,
                             .exchange_timeout_us = EXCHANGE_TIMEOUT_US,
                             .automatic = true,
                             .no_record = options->given[OPTION_NO_RECORD],
                             .report = options->given[OPTION_REPORT]};
    const exit_code_t code = play(&settings);
    if (staged) {
        scenario_run_end(&run);
    }
    world_destroy(world);
    return code;
}
