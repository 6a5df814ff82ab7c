/// The files that a sweep varies, as they would be with other numbers. Copies are made in a folder
/// of their own and read by the loaders like any file; the originals are never touched.
#ifndef KNEAD_CONTROLLER_CLI_SWEEP_FILES_H
#define KNEAD_CONTROLLER_CLI_SWEEP_FILES_H

#include "controller/campaign/stage.h"
#include "controller/cli/assembly.h"
#include "controller/tuning/sweep_row.h"

typedef struct {
    const options_t* options;
    const sweep_header_t* header;
    char folder[ASSEMBLY_PATH_CAPACITY]; // for copies; empty where there is none
    char machine[ASSEMBLY_PATH_CAPACITY];
    char safety[ASSEMBLY_PATH_CAPACITY];
    char body[ASSEMBLY_PATH_CAPACITY];
} sweep_files_t;

/// Finds the files, makes the folder, and looks whether every field that is varied is a number in
/// its file. Fills in the units of `header`'s axes. False with a message on standard error.
bool sweep_files_begin(sweep_files_t* files, const options_t* options, sweep_header_t* header);
void sweep_files_end(sweep_files_t* files);

/// Loads what a trial is played on, into a fresh assembly. False with `finding` where a file with
/// these values is refused.
bool sweep_files_load(const sweep_files_t* files, int64_t number, assembly_t* assembly,
                      stage_t* stage, char finding[TEXT_CAPACITY]);

/// The fingerprint of all files that trials are made from: device profiles, screening and scans
/// too.
void sweep_files_inputs(const sweep_files_t* files, char inputs[DIGEST_TEXT_CAPACITY]);

#endif
