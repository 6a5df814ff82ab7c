/// What a scenario may not ask for though every field of it can be read: requirements that say
/// nothing, twice the same or against one another, a duration of what has none, and a part of what
/// is counted.
#ifndef KNEAD_SIM_SCENARIO_CHECK_H
#define KNEAD_SIM_SCENARIO_CHECK_H

#include "sim/scenario.h"

/// True if the scenario that was read from `document` makes sense; else a finding with its place
/// for everything that does not.
bool scenario_check(const yaml_document_t* document, const scenario_t* scenario,
                    findings_t* findings);

#endif
