/// What a tuning found, for the terminal and for programs.
#ifndef KNEAD_CONTROLLER_CLI_TUNE_TABLES_H
#define KNEAD_CONTROLLER_CLI_TUNE_TABLES_H

#include <stdio.h>

#include "controller/tuning/tuning.h"

/// Gains before and after, figures before and after by case and by technique, and one sentence.
/// Plain text, at most 100 columns.
void tune_tables_print(const tuning_t* tuning, const tuning_result_t* result, FILE* out);

/// The same as one JSON object with stable keys.
void tune_tables_write(const tuning_t* tuning, const tuning_result_t* result, const char* machine,
                       FILE* out);

#endif
