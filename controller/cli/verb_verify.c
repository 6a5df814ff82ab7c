#include <stdio.h>

#include "controller/cli/verb.h"
#include "controller/record/json.h"

static void put_routine(json_t* json, const char* path, const approval_t* approval)
{
    json_object_begin(json, NULL);
    json_text(json, "file", path);
    json_boolean(json, "holds", approval != NULL);
    json_text(json, "by", approval != NULL ? approval->by : NULL);
    json_text(json, "date", approval != NULL ? approval->date : NULL);
    json_object_end(json);
}

exit_code_t verb_verify(const options_t* options, assembly_t* assembly)
{
    exit_code_t code = EXIT_DONE;
    if (!assembly_load_table(assembly, options)) {
        findings_print(&assembly->findings, stderr);
        return EXIT_INVALID_FILE;
    }
    const bool wants_json = options->given[OPTION_JSON];
    json_t json = json_to_file(stdout);
    if (wants_json) {
        json_object_begin(&json, NULL);
        json_text(&json, "kind", "approvals");
        json_integer(&json, "version", 1);
        json_text(&json, "machine", assembly->machine.name);
        json_array_begin(&json, "routines");
    }
    for (int i = 0; i < options->operand_count; ++i) {
        const char* path = options->operands[i];
        approval_t approval;
        const bool holds =
            assembly_load_routine(assembly, path) && assembly_judge_approval(assembly, &approval);
        code = holds ? code : EXIT_INVALID_FILE;
        if (wants_json) {
            put_routine(&json, path, holds ? &approval : NULL);
        } else if (holds) {
            (void)printf("%s: approved by %s on %s, holds on '%s'\n", path, approval.by,
                         approval.date, assembly->machine.name);
        }
    }
    if (wants_json) {
        json_array_end(&json);
        json_object_end(&json);
    }
    findings_print(&assembly->findings, stderr);
    return code;
}
