#include "routines/check/check.h"

#include <stdarg.h>

void check_refuse(check_t* check, const stroke_t* stroke, routine_rule_t rule, const char* format,
                  ...)
{
    char text[FINDING_MESSAGE_CAPACITY - 64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const routine_t* routine = check->routine;
    check->errors++;
    if (stroke == NULL) {
        finding_add(check->findings, FINDING_ERROR, routine->path, 0, 0, "", NULL, "%s: %s",
                    routine_rule_text(rule), text);
        return;
    }
    finding_add(check->findings, FINDING_ERROR, routine->path, stroke->line,
                routine->step_column[stroke->step], routine->step_field[stroke->step], NULL,
                "%s: %s", routine_rule_text(rule), text);
}

const region_settings_t* check_region(const check_t* check, const stroke_t* stroke)
{
    return &check->body->settings->regions[stroke->region];
}
