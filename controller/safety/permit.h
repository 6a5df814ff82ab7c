/// How a rule refuses. A permit has to be proven: each of these refuses unless what is asked for is
/// known, finite and true.
#ifndef KNEAD_CONTROLLER_SAFETY_PERMIT_H
#define KNEAD_CONTROLLER_SAFETY_PERMIT_H

#include "controller/safety/interlock.h"

/// Notes a refusal. The first rule in list order that refuses tells the story: causes stand before
/// their consequences there.
void permit_refuse(verdict_t* verdict, interlock_rule_t rule, int subject, double measured,
                   double allowed);

/// Refuses unless `permitted`.
void permit_if(verdict_t* verdict, interlock_rule_t rule, bool permitted);

/// Refuses unless both are finite and `measured` is at most `allowed`.
void permit_at_most(verdict_t* verdict, interlock_rule_t rule, int subject, double measured,
                    double allowed);

/// Refuses unless both are finite and `measured` is at least `allowed`.
void permit_at_least(verdict_t* verdict, interlock_rule_t rule, int subject, double measured,
                     double allowed);

/// Refuses unless the age is known, not negative and at most `age_max_us`.
void permit_fresh(verdict_t* verdict, interlock_rule_t rule, int subject, int64_t age_us,
                  int64_t age_max_us);

/// One period later, and once more. Both end at the largest number there is, which no sound limit
/// permits, whatever limits that were damaged in memory call a period.
int64_t later_us(int64_t elapsed_us, int64_t period_us);
int once_more(int count);

/// How long after `from_us` it is at `to_us`: less than 0 where it is before. Either may be any
/// value. Where one is farther from 0 than any clock of a machine gets, the end of the range, later
/// or earlier as the two are.
int64_t between_us(int64_t from_us, int64_t to_us);

/// True if `mode` is among `modes`, a set of MODE_BIT.
bool mode_in(supervisor_mode_t mode, unsigned modes);
#define MODE_BIT(name) (1u << MODE_##name)

#endif
