/// What the judge should decide, said once more as a table: a row a rule with the modes it holds
/// in, when it is asked at all, what is compared with what, and how. Written from the rules' texts
/// and the hazard analysis; of the judge's own code it shares the types and the names of rules.
#ifndef KNEAD_TESTS_PROOF_JUDGE_MODEL_H
#define KNEAD_TESTS_PROOF_JUDGE_MODEL_H

#include "controller/safety/interlock.h"

/// What belongs to a rule, as the specification has it.
typedef struct {
    interlock_rule_t rule;
    const char* name;
    trust_t trust;
    reaction_t in_contact;
    latch_t latch;
} judge_model_rule_t;

/// Null for what is no rule of the model's.
const judge_model_rule_t* judge_model_rule(int rule);

/// The reaction to a set of refused rules.
reaction_t judge_model_reaction(interlock_rules_t refused, bool contact);

/// The whole verdict. `intact` tells whether the limits are those that were sealed.
verdict_t judge_model_evaluate(const judge_limits_t* limits, bool intact,
                               const interlock_state_t* state, const judged_t* judged);

/// All that has to be remembered after it; of single samples as `memory_model.h` says.
interlock_state_t judge_model_record(const interlock_state_t* before, const judge_limits_t* limits,
                                     const judged_t* judged, const verdict_t* verdict);

#endif
