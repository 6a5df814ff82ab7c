#include "controller/safety/interlock.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "controller/safety/permit.h"
#include "controller/safety/rules.h"

static_assert(INTERLOCK_RULE_COUNT <= INTERLOCK_RULE_CAPACITY, "a bit a rule");

static const interlock_rule_info_t rule_infos[INTERLOCK_RULE_COUNT] = {
#define X(id, name, hazards, trust, in_contact, latch, budget_ms, unit, text)                      \
    [id] = {name,          hazards,   TRUST_##trust, REACTION_##in_contact,                        \
            LATCH_##latch, budget_ms, unit,          text},
    INTERLOCK_RULE_LIST(X)
#undef X
};

// A lift takes a second or two; what still refuses then is not helped by it.
#define LIFT_TIME_MAX_US 4000000

const interlock_rule_info_t* interlock_rule_info(interlock_rule_t rule)
{
    return (unsigned)rule < INTERLOCK_RULE_COUNT ? &rule_infos[rule] : NULL;
}

const char* reaction_text(reaction_t reaction)
{
    static const char* const texts[REACTION_COUNT] = {
        [REACTION_NONE] = "none", [REACTION_LIFT] = "lift",           [REACTION_YIELD] = "yield",
        [REACTION_STOP] = "stop", [REACTION_POWER_OFF] = "power off",
    };
    return (unsigned)reaction < REACTION_COUNT ? texts[reaction] : "unknown";
}

/// What one rule asks for: the least by trust and contact, and in contact what the rule says.
static reaction_t rule_reaction(const interlock_rule_info_t* info, bool contact)
{
    static const reaction_t least[TRUST_COUNT][2] = {
        // no contact, contact or unknown
        [TRUST_FULL] = {REACTION_STOP, REACTION_LIFT},
        [TRUST_PARTIAL] = {REACTION_STOP, REACTION_YIELD},
        [TRUST_NONE] = {REACTION_POWER_OFF, REACTION_POWER_OFF},
    };
    const reaction_t by_trust = least[info->trust][contact ? 1 : 0];
    const reaction_t by_rule = contact ? info->in_contact : REACTION_NONE;
    return by_rule > by_trust ? by_rule : by_trust;
}

reaction_t interlock_reaction(interlock_rules_t refused, bool contact)
{
    reaction_t strongest = REACTION_NONE;
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        if ((refused & INTERLOCK_RULE(rule)) != 0) {
            const reaction_t wanted = rule_reaction(&rule_infos[rule], contact);
            strongest = wanted > strongest ? wanted : strongest;
        }
    }
    // A bit that is no rule's is damage.
    return refused >> INTERLOCK_RULE_COUNT != 0 ? REACTION_POWER_OFF : strongest;
}

static trust_t trust_left(interlock_rules_t refused)
{
    trust_t worst = TRUST_FULL;
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        if ((refused & INTERLOCK_RULE(rule)) != 0 && rule_infos[rule].trust > worst) {
            worst = rule_infos[rule].trust;
        }
    }
    return worst;
}

/// Torque comes by arming a machine that is ready, and in no other way: a mode that says otherwise
/// was written by nobody who may.
static void judge_sequence(verdict_t* verdict, const interlock_state_t* state,
                           const judged_t* judged)
{
    const bool gains = state->begun && supervisor_mode_powered(judged->mode) &&
                       !supervisor_mode_powered(state->last_mode);
    permit_if(verdict, INTERLOCK_ARMED_FIRST,
              !gains || (judged->mode == MODE_ARMING && state->last_mode == MODE_READY));
}

/// Rules whose cause somebody has to look for before the program is started anew.
static void judge_inspection(verdict_t* verdict, const interlock_state_t* state)
{
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        const interlock_rules_t bit = INTERLOCK_RULE(rule);
        if ((state->inspection & bit) != 0 && (verdict->refused & bit) == 0) {
            permit_refuse(verdict, (interlock_rule_t)rule, SUBJECT_NONE, 0.0, 1.0);
        }
    }
}

static bool may_be_in_contact(const judge_limits_t* limits, const judged_t* judged,
                              interlock_rules_t refused)
{
    const bool clear = judged->force_tared && isfinite(judged->force_total_N) &&
                       judged->force_total_N < limits->touch_force_N &&
                       (refused & FORCE_UNKNOWN) == 0;
    return supervisor_mode_touches(judged->mode) || judged->mode == MODE_YIELD || !clear;
}

/// Only a tool that works on the body can be lifted off it, and only for a while.
static bool lift_helps(const judged_t* judged)
{
    const bool too_long = judged->mode == MODE_LIFT && judged->mode_us > LIFT_TIME_MAX_US;
    return supervisor_mode_touches(judged->mode) && !too_long;
}

verdict_t interlock_evaluate(const judge_limits_t* limits, const interlock_state_t* state,
                             const judged_t* judged)
{
    verdict_t verdict = {
        .rule = INTERLOCK_RULE_NONE, .subject = SUBJECT_NONE, .other = SUBJECT_NONE};
    permit_if(&verdict, INTERLOCK_LIMITS_INTACT, judge_limits_intact(limits));
    judge_sequence(&verdict, state, judged);
    judge_devices(&verdict, limits, state, judged);
    judge_joints(&verdict, limits, state, judged);
    judge_sensor(&verdict, limits, state, judged);
    judge_force(&verdict, limits, state, judged);
    judge_motion(&verdict, limits, state, judged);
    judge_inspection(&verdict, state);

    verdict.trust = trust_left(verdict.refused);
    const bool contact = may_be_in_contact(limits, judged, verdict.refused);
    verdict.reaction = interlock_reaction(verdict.refused, contact);
    if (verdict.reaction == REACTION_LIFT && !lift_helps(judged)) {
        verdict.reaction = REACTION_YIELD;
    }
    return verdict;
}

interlock_state_t interlock_begin(void)
{
    return (interlock_state_t){.first_rule = INTERLOCK_RULE_NONE,
                               .first_subject = SUBJECT_NONE,
                               .first_other = SUBJECT_NONE};
}

void interlock_acknowledge(interlock_state_t* state)
{
    state->tripped = false;
    state->first_rule = INTERLOCK_RULE_NONE;
    state->first_subject = SUBJECT_NONE;
    state->first_other = SUBJECT_NONE;
    state->first_measured = 0.0;
    state->first_allowed = 0.0;
}

void interlock_record(interlock_state_t* state, const judge_limits_t* limits,
                      const judged_t* judged, const verdict_t* verdict)
{
    watch_force(state, limits, judged, verdict);
    watch_sensor(state, limits, judged);
    watch_joints(state, limits, judged);
    watch_motion(state, limits, judged);
    watch_devices(state, limits, judged);
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        if (rule_infos[rule].latch == LATCH_INSPECTION) {
            state->inspection |= verdict->refused & INTERLOCK_RULE(rule);
        }
    }
    const bool powered = supervisor_mode_powered(judged->mode);
    state->tripped = state->tripped || (powered && verdict->reaction >= REACTION_YIELD);
    if (state->first_rule == INTERLOCK_RULE_NONE && verdict->rule != INTERLOCK_RULE_NONE &&
        powered) {
        state->first_rule = verdict->rule;
        state->first_subject = verdict->subject;
        state->first_other = verdict->other;
        state->first_measured = verdict->measured;
        state->first_allowed = verdict->allowed;
    }
}
