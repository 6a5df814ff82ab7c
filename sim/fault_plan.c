#include "sim/fault_plan.h"

#include <string.h>

static const char* const phase_words[RUN_PHASE_COUNT] = {
#define X(id, word, meaning) [id] = word,
    RUN_PHASE_LIST(X)
#undef X
};

const char* run_phase_text(run_phase_t phase)
{
    return (unsigned)phase < RUN_PHASE_COUNT ? phase_words[phase] : "unknown";
}

run_phase_t run_phase_of(const char* word)
{
    for (int phase = 0; phase < RUN_PHASE_COUNT; ++phase) {
        if (strcmp(phase_words[phase], word) == 0) {
            return (run_phase_t)phase;
        }
    }
    return RUN_PHASE_NONE;
}

bool fault_plan_add(fault_plan_t* plan, const onset_t* onset)
{
    if (plan->count == FAULT_PLAN_CAPACITY) {
        return false;
    }
    plan->onsets[plan->count++] = *onset;
    return true;
}

/// Whether what an onset waits for is so in this period, and from which time on it counts.
static bool comes_true(const fault_plan_t* plan, const onset_t* onset, const run_moment_t* moment,
                       bool entered)
{
    const bool contact = moment->phase == RUN_PHASE_CONTACT;
    switch (onset->kind) {
    case ONSET_AT:
        return moment->now_us >= onset->at_us;
    case ONSET_PHASE:
        return entered && moment->phase == onset->phase &&
               plan->entries[onset->phase] == onset->nth;
    case ONSET_STEP:
        return contact && moment->step == onset->step;
    case ONSET_FORCE:
        return contact && moment->force_N >= onset->force_N;
    }
    return false;
}

int fault_plan_due(fault_plan_t* plan, const run_moment_t* moment, int due[FAULT_PLAN_CAPACITY])
{
    const bool entered = moment->phase != plan->phase;
    int count = 0;
    plan->phase = moment->phase;
    plan->entries[moment->phase] += entered ? 1 : 0;
    for (int i = 0; i < plan->count; ++i) {
        const onset_t* onset = &plan->onsets[i];
        if (!plan->triggered[i] && comes_true(plan, onset, moment, entered)) {
            plan->triggered[i] = true;
            plan->due_us[i] = moment->now_us + onset->after_us;
        }
        if (plan->triggered[i] && !plan->begun[i] && moment->now_us >= plan->due_us[i]) {
            plan->begun[i] = true;
            due[count++] = i;
        }
    }
    return count;
}
