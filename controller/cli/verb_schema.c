#include <stdio.h>
#include <string.h>

#include "config/load.h"
#include "controller/cli/schema_kinds.h"
#include "controller/cli/verb.h"
#include "routines/routine_load.h"
#include "sim/scenario.h"

static const char* const kinds[] = {
#define X(kind) kind,
    SCHEMA_KIND_LIST(X)
#undef X
        NULL};

/// The record of a kind whose file is one record, or null.
static const record_t* record_of(const char* kind)
{
    const record_t* const records[] = {scenario_record(), &approval_record, &signing_key_record,
                                       request_script_record()};
    for (size_t i = 0; i < sizeof records / sizeof records[0]; ++i) {
        if (strcmp(records[i]->name, kind) == 0) {
            return records[i];
        }
    }
    return load_record(kind);
}

exit_code_t verb_schema(const options_t* options, assembly_t* assembly)
{
    (void)assembly;
    const char* kind = options->operands[0];
    const record_t* record = record_of(kind);
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
