/// Draws a histogram for the terminal: a row for every doubling from the least number on, how many
/// fell into it, and a bar.
#ifndef KNEAD_CONTROLLER_CLI_HISTOGRAM_PRINT_H
#define KNEAD_CONTROLLER_CLI_HISTOGRAM_PRINT_H

#include <stdio.h>

#include "controller/timing/histogram.h"

/// `title` stands above it, `unit` behind its numbers. A bar grows with the logarithm of the count,
/// so that one late period among a million can be seen; any count has one mark at least. At most 80
/// columns of ASCII. An empty histogram says that nothing was measured.
void histogram_print(const char* title, const char* unit, const histogram_t* histogram, FILE* out);

#endif
