// Linked into the tests of rules where rules can be switched off: the rule that the environment
// names in KNEAD_RULE_OFF is off before main begins. See rules_off.sh.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/safety/interlock.h"

#ifdef KNEAD_RULES_OFF
__attribute__((constructor)) static void switch_off(void)
{
    const char* name = getenv("KNEAD_RULE_OFF");
    for (int rule = 0; name != NULL && rule < INTERLOCK_RULE_COUNT; ++rule) {
        if (strcmp(interlock_rule_info((interlock_rule_t)rule)->name, name) == 0) {
            interlock_rules_off = INTERLOCK_RULE(rule);
            return;
        }
    }
    if (name != NULL) {
        (void)fprintf(stderr, "there is no rule '%s'\n", name);
        exit(2);
    }
}
#endif
