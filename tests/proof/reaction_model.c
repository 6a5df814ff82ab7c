#include <stddef.h>

#include "tests/proof/judge_model.h"

// What is left to be trusted: everything; the drives that still answer; not even where the arm is.
static const judge_model_rule_t rules[] = {
    {INTERLOCK_LIMITS_INTACT, "limits_intact", TRUST_NONE, REACTION_YIELD, LATCH_INSPECTION},
    {INTERLOCK_ESTOP, "estop", TRUST_NONE, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_FINITE, "finite", TRUST_NONE, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_JOINT_POSITION, "joint_position", TRUST_NONE, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_JOINT_SPEED, "joint_speed", TRUST_NONE, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_OVERRUN, "overrun", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_IO_AGE, "io_age", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_CLIENT_BUTTON, "client_button", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_CLIENT_PRESENT, "client_present", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_DRIVE_AGE, "drive_age", TRUST_PARTIAL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_DRIVE_STATE, "drive_state", TRUST_PARTIAL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_FOLLOWING, "following", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_FORCE_AGE, "force_age", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_FORCE_STATUS, "force_status", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_FORCE_FROZEN, "force_frozen", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_FORCE_DISAGREES, "force_disagrees", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_FORCE_CAP, "force_cap", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_FORCE_MAX, "force_max", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_FORCE_MARGIN, "force_margin", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_FORCE_FREE, "force_free", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_SHEAR, "shear", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_TOOL_SPEED, "tool_speed", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_CONTACT_LOST, "contact_lost", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_SURFACE_MISSED, "surface_missed", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_LINK_CLEARANCE, "link_clearance", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_ARM_CLEARANCE, "arm_clearance", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_REACH, "reach", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_NOT_CLEAR, "not_clear", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_TARE, "tare", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_ARMING_TIME, "arming_time", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
    {INTERLOCK_SESSION_TIME, "session_time", TRUST_FULL, REACTION_YIELD, LATCH_ACKNOWLEDGE},
};

const judge_model_rule_t* judge_model_rule(int rule)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; ++i) {
        if ((int)rules[i].rule == rule) {
            return &rules[i];
        }
    }
    return NULL;
}

/// Who cannot be trusted gets no power. Clear of the body the arm stops. At the body it lets go: as
/// the rule asks, but by yielding where not every drive can be used.
static reaction_t to_one(const judge_model_rule_t* rule, bool contact)
{
    switch (rule->trust) {
    case TRUST_FULL:
        return contact ? rule->in_contact : REACTION_STOP;
    case TRUST_PARTIAL:
        return contact && rule->in_contact <= REACTION_YIELD ? REACTION_YIELD : REACTION_STOP;
    case TRUST_NONE:
        break;
    }
    return REACTION_POWER_OFF;
}

reaction_t judge_model_reaction(interlock_rules_t refused, bool contact)
{
    reaction_t worst = REACTION_NONE;
    for (int bit = 0; bit < INTERLOCK_RULE_CAPACITY; ++bit) {
        if ((refused >> bit & 1u) == 1) {
            const judge_model_rule_t* rule = judge_model_rule(bit);
            const reaction_t wanted = rule == NULL ? REACTION_POWER_OFF : to_one(rule, contact);
            worst = wanted > worst ? wanted : worst;
        }
    }
    return worst;
}
