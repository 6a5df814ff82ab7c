/// A sweep on one HTML page: the force's error over what was varied, what was stopped and what was
/// refused, and every point in a table. Self-contained, drawings as static SVG, without scripts.
#ifndef KNEAD_CONTROLLER_TUNING_SWEEP_PAGE_H
#define KNEAD_CONTROLLER_TUNING_SWEEP_PAGE_H

#include "controller/tuning/sweep_tally.h"

/// Writes the page; it appears whole or not at all. One field gives a curve, two a map; of more the
/// first two are drawn, over the worst of the others. False with errno where it could not be
/// written.
bool sweep_page_write(const sweep_t* sweep, const char* path);

#endif
