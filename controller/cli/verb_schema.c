#include <stdio.h>
#include <string.h>

#include "config/load.h"
#include "controller/cli/verb.h"
#include "routines/routine_load.h"
#include "sim/scenario.h"

static const char* const kinds[] = {"machine", "safety",   "body",     "device", "routine",
                                    "client",  "scenario", "requests", NULL};

exit_code_t verb_schema(const options_t* options, assembly_t* assembly)
{
    (void)assembly;
    const char* kind = options->operands[0];
    const bool scenario = strcmp(kind, "scenario") == 0;
    const bool requests = strcmp(kind, "requests") == 0;
    const record_t* record = scenario   ? scenario_record()
                             : requests ? request_script_record()
                                        : load_record(kind);
    if (record != NULL) {
        fields_print_schema(record, stdout, 0);
        return EXIT_DONE;
    }
    if (routine_print_schema(kind, stdout)) {
        return EXIT_DONE;
    }
    const char* nearest = finding_nearest(kind, kinds);
    (void)fprintf(stderr, "knead schema: there is no kind '%s'", kind);
    if (nearest != NULL) {
        (void)fprintf(stderr, "; did you mean '%s'?", nearest);
    }
    (void)fprintf(stderr, "\nSee 'knead schema --help'.\n");
    return EXIT_USAGE;
}
