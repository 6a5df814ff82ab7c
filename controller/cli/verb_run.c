#include <stdio.h>
#include <time.h>

#include "controller/cli/play_bus.h"
#include "routines/client_load.h"

/// The day where the operator is, since 1970-01-01; -1 where there is none.
static int today(void)
{
    const time_t now = time(NULL);
    struct tm parts;
    char text[NAME_CAPACITY];
    int day = -1;
    const bool told = localtime_r(&now, &parts) != NULL &&
                      strftime(text, sizeof text, "%Y-%m-%d", &parts) > 0 &&
                      client_day_parse(text, &day);
    return told ? day : -1;
}

/// What a real machine asks for besides: a routine that a professional has approved, and a client
/// who was screened.
static bool may_start(assembly_t* assembly)
{
    approval_t approval;
    const bool screened = assembly_judge_screening(assembly, today());
    return assembly_judge_approval(assembly, &approval) && screened;
}

exit_code_t verb_run(const options_t* options, assembly_t* assembly)
{
    if (!assembly_load_table(assembly, options) ||
        !assembly_load_ledger(assembly, options, assembly->machine.world == WORLD_REAL,
                              (int64_t)time(NULL)) ||
        !assembly_load_routine(assembly, options->operands[0]) ||
        !assembly_build_session(assembly)) {
        findings_print(&assembly->findings, stderr);
        return EXIT_INVALID_FILE;
    }
    if (assembly->machine.world == WORLD_REAL && !may_start(assembly)) {
        findings_print(&assembly->findings, stderr);
        return EXIT_INVALID_FILE;
    }
    findings_print(&assembly->findings, stderr);
    const machine_settings_t* machine = &assembly->machine;
    if (machine->world == WORLD_REAL && options->given[OPTION_YES]) {
        (void)fprintf(stderr,
                      "knead run: '%s' is a real machine: somebody has to arm and start it, "
                      "--yes is for virtual ones\n",
                      machine->name);
        return EXIT_USAGE;
    }
    assembly_move_devices(assembly, options->text[OPTION_HOST],
                          (int)options->whole[OPTION_PORT_BASE]);
    const play_bus_t settings = {.verb = "run",
                                 .options = options,
                                 .assembly = assembly,
                                 .lock_step = options->given[OPTION_LOCK_STEP],
                                 .automatic = options->given[OPTION_YES],
                                 .report = options->given[OPTION_REPORT],
                                 .keys = true};
    return play_bus(&settings);
}
