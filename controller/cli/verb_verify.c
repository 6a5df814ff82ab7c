#include <stdio.h>

#include "controller/cli/verb.h"

exit_code_t verb_verify(const options_t* options, assembly_t* assembly)
{
    exit_code_t code = EXIT_DONE;
    if (!assembly_load_table(assembly, options)) {
        findings_print(&assembly->findings, stderr);
        return EXIT_INVALID_FILE;
    }
    for (int i = 0; i < options->operand_count; ++i) {
        const char* path = options->operands[i];
        approval_t approval;
        if (assembly_load_routine(assembly, path) && assembly_judge_approval(assembly, &approval)) {
            (void)printf("%s: approved by %s on %s, holds on '%s'\n", path, approval.by,
                         approval.date, assembly->machine.name);
        } else {
            code = EXIT_INVALID_FILE;
        }
    }
    findings_print(&assembly->findings, stderr);
    return code;
}
