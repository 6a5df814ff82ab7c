/// Reads one refused rule out of the record: its figures as they are meant, and what it is about.
///
/// The judge keeps two figures and a number for the subject; what they mean depends on the rule and
/// on which of its comparisons refused. Here that is told apart, by the limits and by the feedback
/// of the same period.
#ifndef KNEAD_CONTROLLER_EXPLAIN_EXPLAIN_FAULT_H
#define KNEAD_CONTROLLER_EXPLAIN_EXPLAIN_FAULT_H

#include "controller/explain/explain_window.h"

/// The refusal of `rule` in the newest record of `window`; figures are known only if it is the rule
/// that the verdict tells of.
void explain_fault_read(const session_t* session, const explain_window_t* window, int rule,
                        explain_fault_t* fault);

/// No rule.
explain_fault_t explain_fault_none(void);

/// "drive_3 (joint_3) at 192.168.3.13:502 unit 1".
void explain_device_text(const machine_settings_t* machine, int device,
                         char text[EXPLAIN_PLACE_CAPACITY]);

#endif
