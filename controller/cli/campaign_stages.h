/// The stages of a campaign: every routine of the library for every shipped client it is for,
/// loaded and checked when it is first asked for, and kept.
#ifndef KNEAD_CONTROLLER_CLI_CAMPAIGN_STAGES_H
#define KNEAD_CONTROLLER_CLI_CAMPAIGN_STAGES_H

#include "config/digest.h"
#include "controller/campaign/outcome.h"
#include "controller/campaign/stage.h"
#include "controller/cli/assembly.h"

#define CAMPAIGN_ROUTINE_COUNT 12
#define CAMPAIGN_CLIENT_COUNT 8

typedef struct {
    const options_t* options;
    bool tried[CAMPAIGN_ROUTINE_COUNT][CAMPAIGN_CLIENT_COUNT];
    assembly_t* assemblies[CAMPAIGN_ROUTINE_COUNT][CAMPAIGN_CLIENT_COUNT]; // null: refused
    stage_t stages[CAMPAIGN_ROUTINE_COUNT][CAMPAIGN_CLIENT_COUNT];
} campaign_stages_t;

/// The first routine and client are those of the matrix. `options` are borrowed: they name machine,
/// safety limits, body and screening list; a client or routine of theirs is not looked at.
void campaign_stages_begin(campaign_stages_t* self, const options_t* options);
void campaign_stages_end(campaign_stages_t* self);

/// Those of `options` that choose the files of the stages, to be typed again behind a command: each
/// with a blank before it, its file quoted for a shell where it has to be. Empty where none was
/// given; false where they would not fit.
bool campaign_stages_given(const options_t* options, char given[CAMPAIGN_GIVEN_CAPACITY]);

/// As the trials ask for them. Borrows `self`.
stages_t campaign_stages(campaign_stages_t* self);

/// The machine of all stages, and the fingerprint of every file that they may be made from. Null,
/// with the findings on standard error, if the first stage was refused.
const machine_settings_t* campaign_stages_machine(campaign_stages_t* self,
                                                  char inputs[DIGEST_TEXT_CAPACITY]);

#endif
