#include <stdio.h>
#include <time.h>

#include "controller/cli/play.h"
#include "sim/sim_port.h"

// A reply in the same process is there or it is not.
#define EXCHANGE_TIMEOUT_US INT64_C(1000000)

exit_code_t verb_sim(const options_t* options, assembly_t* assembly)
{
    if (!assembly_load_table(assembly, options) ||
        !assembly_load_ledger(assembly, options, false, (int64_t)time(NULL)) ||
        !assembly_load_routine(assembly, options->operands[0]) ||
        !assembly_build_session(assembly) || !assembly_load_expectation(assembly, options) ||
        !assembly_load_requests(assembly, options) || !assembly_build_world(assembly, options)) {
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
    const play_t settings = {.verb = "sim",
                             .options = options,
                             .assembly = assembly,
                             .port = sim_port(&host, assembly->machine.device_count),
                             .timebase = sim_timebase(&host),
                             .exchange_timeout_us = EXCHANGE_TIMEOUT_US,
                             .automatic = true,
                             .report = options->given[OPTION_REPORT]};
    const exit_code_t code = play(&settings);
    world_destroy(world);
    return code;
}
