/// One stage for the tests of tuning: the shipped table, or another machine, and a short routine.
#ifndef KNEAD_TESTS_TUNING_LOADED_STAGE_H
#define KNEAD_TESTS_TUNING_LOADED_STAGE_H

#include "tests/support/cmocka_prelude.h"

#include "controller/cli/rehearsal_stage.h"

#define ONE_PRESS "tests/data/tuning/one-press.yaml"
#define SLOW_MACHINE "tests/data/tuning/rail6_slow.yaml"

typedef struct {
    assembly_t* assembly;
    stage_t stage;
} loaded_stage_t;

/// Any may be null for the shipped one. Fails the test where a file is refused. `loaded` must stay
/// where it is.
static inline void loaded_stage_open(loaded_stage_t* loaded, const char* machine,
                                     const char* routine)
{
    options_t options = {0};
    options.text[OPTION_MACHINE] = machine;
    loaded->assembly = assembly_create();
    assert_non_null(loaded->assembly);
    if (!rehearsal_stage_load(loaded->assembly, &options, NULL,
                              routine != NULL ? routine : REHEARSAL_ROUTINE, &loaded->stage)) {
        findings_print(&loaded->assembly->findings, stderr);
        fail_msg("a file was refused");
    }
}

static inline void loaded_stage_close(loaded_stage_t* loaded)
{
    assembly_destroy(loaded->assembly);
}

#endif
