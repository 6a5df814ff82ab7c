#include "controller/explain/explain_print.h"

#define REPORT_RECORD "Keep the record and report it."
#define LOOK_AT_ENCODERS_FIRST                                                                     \
    "To go on: have the encoders found sound or mended before anything is started again; then "    \
    "acknowledge and arm."

explain_advice_t explain_advice(const explanation_t* explanation)
{
    const explain_fault_t* own = explain_own_fault(explanation);
    if (explain_in_doubt(explanation)) {
        return (explain_advice_t){
            "See how the client is before anything else. Do not go on with a client and do not "
            "start again: call the engineer, who has to look at the drives' encoders first.",
            NULL, rule_words(own->rule)->for_engineer};
    }
    const bool cause = explanation->cause.rule != INTERLOCK_RULE_NONE;
    const rule_words_t* rule = cause         ? rule_words(explanation->cause.rule)
                               : own != NULL ? rule_words(own->rule)
                                             : NULL;
    if (rule != NULL) {
        return (explain_advice_t){rule->for_operator, rule->for_therapist, rule->for_engineer};
    }
    const bool gone = explanation->ending == EXPLAIN_CUT_OFF ||
                      (explanation->ending == EXPLAIN_FAILED && explanation->armed);
    if (gone) {
        return (explain_advice_t){
            "See how the client is: the drives stopped by themselves when the controller was gone. "
            "Then start again; what the drives remember has to be acknowledged.",
            NULL,
            "Find out what ended the program: a kill, the power, a crash; the system's journal "
            "has the time. The last cycles before it may be missing."};
    }
    switch (explanation->ending) {
    case EXPLAIN_FINISHED:
        return (explain_advice_t){"Help the client up.", NULL, NULL};
    case EXPLAIN_ENDED:
        return (explain_advice_t){"Ask whoever ended it why, if that is not known.",
                                  "Note in the client's papers what was left out.", NULL};
    case EXPLAIN_ASKED:
        return (explain_advice_t){
            "See how the client is. Acknowledge, arm and start only if the reason is gone.",
            "If something was unpleasant, lower the force or leave out the step.", NULL};
    case EXPLAIN_NEVER_STARTED:
        return (explain_advice_t){"Type acknowledge, arm and start, one after the other; on a "
                                  "virtual machine --yes does it.",
                                  NULL, NULL};
    case EXPLAIN_FAILED:
        return (explain_advice_t){"See that all devices have power and their plugs are in; then "
                                  "start again.",
                                  NULL,
                                  "Look for the devices with 'knead device probe', and see that no "
                                  "other program talks to them."};
    case EXPLAIN_STOPPED_UNKNOWN:
        return (explain_advice_t){"Call the engineer.", NULL, REPORT_RECORD};
    case EXPLAIN_STOPPED:
    case EXPLAIN_NEVER_READY:
    case EXPLAIN_CUT_OFF:
        break;
    }
    return (explain_advice_t){"Call the engineer.", NULL, REPORT_RECORD};
}

const char* explain_latch_text(const explanation_t* explanation)
{
    switch (explanation->ending) {
    case EXPLAIN_STOPPED:
    case EXPLAIN_NEVER_READY:
        switch (explanation->latch) {
        case LATCH_RESUME:
            return "To go on: resume, where the arm waits above the body.";
        case LATCH_ACKNOWLEDGE:
            if (explain_in_doubt(explanation)) {
                return LOOK_AT_ENCODERS_FIRST;
            }
            return "To go on: remove the cause, then acknowledge, arm and start.";
        case LATCH_INSPECTION:
            return "To go on: have the machine inspected and start the program anew; nothing else "
                   "clears this.";
        }
        break;
    case EXPLAIN_ASKED:
    case EXPLAIN_STOPPED_UNKNOWN:
        return explain_in_doubt(explanation) ? LOOK_AT_ENCODERS_FIRST
                                             : "To go on: acknowledge, arm and start.";
    case EXPLAIN_FINISHED:
    case EXPLAIN_ENDED:
    case EXPLAIN_NEVER_STARTED:
    case EXPLAIN_FAILED:
    case EXPLAIN_CUT_OFF:
        break;
    }
    return "";
}
