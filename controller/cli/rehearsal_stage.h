/// What a rehearsal is played on, loaded from files: a routine that was checked for a client on a
/// machine.
#ifndef KNEAD_CONTROLLER_CLI_REHEARSAL_STAGE_H
#define KNEAD_CONTROLLER_CLI_REHEARSAL_STAGE_H

#include "controller/campaign/stage.h"
#include "controller/cli/assembly.h"

/// The routine that is rehearsed where no other is named.
#define REHEARSAL_ROUTINE "routines/tuning/techniques.yaml"

/// Loads into a fresh assembly what `options` name, with another client and routine (null: as
/// `options` has the client). The stage points into the assembly. False with findings in it.
bool rehearsal_stage_load(assembly_t* assembly, const options_t* options, const char* client,
                          const char* routine, stage_t* stage);

#endif
