/// Prints the judge's rules as the program has them, one a line: name, hazards, text, divided by
/// tabs. The traceability page reads them from here and not from the source's text.
#include <stdio.h>

#include "controller/safety/interlock.h"

int main(void)
{
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)rule);
        if (info == NULL || printf("%s\t%s\t%s\n", info->name, info->hazards, info->text) < 0) {
            return 1;
        }
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
