#include <stdio.h>

#include "controller/cli/play_tcp.h"

exit_code_t verb_run(const options_t* options, assembly_t* assembly)
{
    if (!assembly_load_table(assembly, options) ||
        !assembly_load_routine(assembly, options->operands[0]) ||
        !assembly_build_session(assembly)) {
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
    const play_tcp_t settings = {.verb = "run",
                                 .options = options,
                                 .assembly = assembly,
                                 .lock_step = options->given[OPTION_LOCK_STEP],
                                 .automatic = options->given[OPTION_YES],
                                 .report = options->given[OPTION_REPORT],
                                 .keys = true};
    return play_tcp(&settings);
}
