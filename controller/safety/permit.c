#include "controller/safety/permit.h"

#include <math.h>

#ifdef KNEAD_RULES_OFF
interlock_rules_t interlock_rules_off = 0;
#endif

void permit_refuse(verdict_t* verdict, interlock_rule_t rule, int subject, double measured,
                   double allowed)
{
#ifdef KNEAD_RULES_OFF
    if ((interlock_rules_off & INTERLOCK_RULE(rule)) != 0) {
        return;
    }
#endif
    verdict->refused |= INTERLOCK_RULE(rule);
    if (verdict->rule == INTERLOCK_RULE_NONE || (int)rule < verdict->rule) {
        verdict->rule = (int)rule;
        verdict->subject = subject;
        verdict->other = SUBJECT_NONE;
        verdict->measured = measured;
        verdict->allowed = allowed;
    }
}

void permit_if(verdict_t* verdict, interlock_rule_t rule, bool permitted)
{
    if (!permitted) {
        permit_refuse(verdict, rule, SUBJECT_NONE, 0.0, 1.0);
    }
}

void permit_at_most(verdict_t* verdict, interlock_rule_t rule, int subject, double measured,
                    double allowed)
{
    if (!(isfinite(measured) && isfinite(allowed) && measured <= allowed)) {
        permit_refuse(verdict, rule, subject, measured, allowed);
    }
}

void permit_at_least(verdict_t* verdict, interlock_rule_t rule, int subject, double measured,
                     double allowed)
{
    if (!(isfinite(measured) && isfinite(allowed) && measured >= allowed)) {
        permit_refuse(verdict, rule, subject, measured, allowed);
    }
}

void permit_fresh(verdict_t* verdict, interlock_rule_t rule, int subject, int64_t age_us,
                  int64_t age_max_us)
{
    if (!(age_us >= 0 && age_us <= age_max_us)) {
        permit_refuse(verdict, rule, subject,
                      age_us == AGE_NEVER_US ? HUGE_VAL : (double)age_us * 1e-6,
                      (double)age_max_us * 1e-6);
    }
}

bool mode_in(supervisor_mode_t mode, unsigned modes)
{
    return (unsigned)mode < MODE_COUNT && (modes >> mode & 1u) != 0;
}

int64_t later_us(int64_t elapsed_us, int64_t period_us)
{
    const int64_t half_us = INT64_MAX / 2;
    const bool fits =
        elapsed_us >= 0 && elapsed_us <= half_us && period_us >= 0 && period_us <= half_us;
    return fits ? elapsed_us + period_us : INT64_MAX;
}

int64_t between_us(int64_t from_us, int64_t to_us)
{
    const int64_t half_us = INT64_MAX / 2;
    const bool fits =
        from_us >= -half_us && from_us <= half_us && to_us >= -half_us && to_us <= half_us;
    const int64_t end_us = to_us < from_us ? INT64_MIN : INT64_MAX;
    return fits ? to_us - from_us : end_us;
}

int once_more(int count)
{
    return count < INT32_MAX ? count + 1 : INT32_MAX;
}
