// The reaction to every set of refused rules at once: with any one rule among them it is at least
// what that rule alone asks for, so that no further refusal weakens it; a rule after which the
// drives can't be trusted takes the power off, and so does a bit that is no rule's.
//
// analysed: controller/safety/interlock.c controller/safety/permit.c
// analysed: controller/safety/rules_joint.c controller/safety/rules_force.c
// analysed: controller/safety/rules_motion.c controller/safety/judge_limits.c
// analysed: controller/safety/supervisor.c
// analysed with: -eva-domains bitwise -inline-calls interlock_reaction
// analysed with: -eva-slevel-function with_rule:8,without_rule:8
#include "controller/safety/interlock.h"
#include "tests/proof/eva.h"

static interlock_rules_t any_rules(void)
{
    interlock_rules_t rules;
    EVA_ANY(rules);
    return rules;
}

static int with_rule(int rule, bool contact)
{
    const reaction_t alone = interlock_reaction(INTERLOCK_RULE(rule), contact);
    //@ assert REACTION_LIFT <= alone <= REACTION_POWER_OFF;
    const reaction_t among = interlock_reaction(any_rules() | INTERLOCK_RULE(rule), contact);
    //@ assert alone <= among <= REACTION_POWER_OFF;
    const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)rule);
    const bool untrusted = info->trust == TRUST_NONE;
    //@ assert untrusted == 0 || among == REACTION_POWER_OFF;
    return (int)among + (int)alone + untrusted;
}

static int without_rule(bool contact)
{
    const reaction_t none = interlock_reaction(0, contact);
    //@ assert none == REACTION_NONE;
    const reaction_t damaged =
        interlock_reaction(any_rules() | INTERLOCK_RULE(INTERLOCK_RULE_CAPACITY - 1), contact);
    //@ assert damaged == REACTION_POWER_OFF;
    return (int)none + (int)damaged;
}

int main(void)
{
    int sum = without_rule(false) + without_rule(true);
    //@ loop unroll INTERLOCK_RULE_CAPACITY;
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        sum ^= with_rule(rule, false);
        sum ^= with_rule(rule, true);
    }
    return sum;
}
