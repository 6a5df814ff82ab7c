/// A tuning on one HTML page, for reading, printing and keeping: gains before and after on their
/// ranges, the force's error by body and technique, how the search went. Self-contained, drawings
/// as static SVG, without scripts.
#ifndef KNEAD_CONTROLLER_TUNING_TUNING_PAGE_H
#define KNEAD_CONTROLLER_TUNING_TUNING_PAGE_H

#include "controller/tuning/tuning.h"

/// Writes the page; it appears whole or not at all. False with errno where it could not be written.
bool tuning_page_write(const tuning_t* tuning, const tuning_result_t* result, const char* machine,
                       const char* path);

#endif
