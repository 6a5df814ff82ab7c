#include "routines/check/check.h"

#include <stdarg.h>

_Static_assert(ROUTINE_RULE_COUNT <= 64, "a bit per rule");

/// True the first time a rule is met at a step and region, and always for the whole file.
static bool is_new(check_t* check, const stroke_t* stroke, routine_rule_t rule)
{
    if (stroke == NULL) {
        return true;
    }
    uint64_t* reported = &check->reported[stroke->step][stroke->region];
    const uint64_t bit = (uint64_t)1 << rule;
    const bool first = (*reported & bit) == 0u;
    *reported |= bit;
    return first;
}

static void add(check_t* check, const stroke_t* stroke, finding_severity_t severity,
                routine_rule_t rule, const char* format, va_list arguments)
    __attribute__((format(printf, 5, 0)));
static void add(check_t* check, const stroke_t* stroke, finding_severity_t severity,
                routine_rule_t rule, const char* format, va_list arguments)
{
    const routine_t* routine = check->routine;
    char text[FINDING_MESSAGE_CAPACITY - 64];
    if (!is_new(check, stroke, rule)) {
        return;
    }
    vsnprintf(text, sizeof text, format, arguments);
    if (stroke == NULL) {
        finding_add(check->findings, severity, routine->path, 0, 0, "", NULL, "%s: %s",
                    routine_rule_text(rule), text);
        return;
    }
    finding_add(check->findings, severity, routine->path, stroke->line,
                routine->step_column[stroke->step], routine->step_field[stroke->step], NULL,
                "%s: %s", routine_rule_text(rule), text);
}

void check_refuse(check_t* check, const stroke_t* stroke, routine_rule_t rule, const char* format,
                  ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(check, stroke, FINDING_ERROR, rule, format, arguments);
    va_end(arguments);
    check->errors++;
}

void check_warn(check_t* check, const stroke_t* stroke, routine_rule_t rule, const char* format,
                ...)
{
    va_list arguments;
    va_start(arguments, format);
    add(check, stroke, FINDING_WARNING, rule, format, arguments);
    va_end(arguments);
}

const region_settings_t* check_region(const check_t* check, const stroke_t* stroke)
{
    return &check->body->settings->regions[stroke->region];
}
