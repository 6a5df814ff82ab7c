/// A run as a table: a line a cycle, for spreadsheets, PlotJuggler, pandas.
///
/// The first line holds the names of export_columns.h, `time` first; then a line for every
/// `every`-th cycle, the first among them. Commas between, a point in numbers, line feeds at the
/// ends, UTF-8; what has a comma, a quote or a line's end in it stands in quotes (RFC 4180).
/// Numbers have as many digits as it takes to read the same bits back; yes and no are 1 and 0.
/// Nothing between two commas is unknown: never measured, not a number, or of no meaning there.
/// `inf` and
/// `-inf` are without bound. `time` strictly rises.
#ifndef KNEAD_CONTROLLER_EXPORT_EXPORT_CSV_H
#define KNEAD_CONTROLLER_EXPORT_EXPORT_CSV_H

#include "controller/export/export.h"

/// Writes the whole table to `out` and flushes it. On anything but EXPORT_OK the table is not
/// whole, and errno says why. `figures` is filled in either way.
export_result_t export_csv(const export_source_t* source, FILE* out, export_figures_t* figures);

#endif
