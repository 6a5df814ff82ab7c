/// What a sweep found, for the terminal, for programs and for spreadsheets.
#ifndef KNEAD_CONTROLLER_CLI_SWEEP_TABLES_H
#define KNEAD_CONTROLLER_CLI_SWEEP_TABLES_H

#include "controller/tuning/sweep_tally.h"

/// A line a point, and one about the whole.
void sweep_tables_print(const sweep_t* sweep, FILE* out);

/// One JSON object with stable keys: the axes, an array of points.
void sweep_tables_write(const sweep_t* sweep, FILE* out);

/// A line a trial that is known, comma-separated, units in the names; it appears whole or not at
/// all. False with errno.
bool sweep_tables_csv(const sweep_t* sweep, const char* path);

#endif
