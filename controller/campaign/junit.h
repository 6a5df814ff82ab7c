/// A campaign as a JUnit file, for programs that gather test results.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_JUNIT_H
#define KNEAD_CONTROLLER_CAMPAIGN_JUNIT_H

#include "controller/campaign/tally.h"

/// One test case a trial where there are few (TALLY_KEPT_CAPACITY), else one a fault and phase that
/// were tried; each failure with the command that plays it again. Times are simulated. The file
/// appears whole or not at all; false with errno where it could not be written.
bool junit_write(const tally_t* tally, const char* path);

#endif
