/// A campaign on one HTML page, for reading, printing and keeping: what was tried, what failed and
/// how to see it again, the worst of every fault in every phase, what never happened.
/// Self-contained and without scripts.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_PAGE_H
#define KNEAD_CONTROLLER_CAMPAIGN_PAGE_H

#include "controller/campaign/tally.h"

/// Writes the page; it appears whole or not at all. False with errno where it could not be written.
bool page_write(const tally_t* tally, const char* path);

#endif
