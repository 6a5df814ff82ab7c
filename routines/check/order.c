#include "routines/check/check.h"

void check_order(check_t* check, const stroke_t* stroke)
{
    if (check->region_touched[stroke->region]) {
        return;
    }
    check->region_touched[stroke->region] = true;
    if (!(stroke->parameters.force_N <= FIRST_STROKE_FORCE_MAX_N)) {
        check_refuse(check, stroke, ROUTINE_RULE_ORDER,
                     "the first stroke on %s asks for %.1f N; begin with at most %.0f N",
                     check_region(check, stroke)->name, stroke->parameters.force_N,
                     FIRST_STROKE_FORCE_MAX_N);
    }
}
