#include "routines/check/check.h"

#include "routines/player.h"

void check_session(check_t* check)
{
    const double allowed_s = check->safety->session_time_max_s.value;
    check->figures.planned_s = player_planned_s(check->routine);
    if (!(check->figures.planned_s <= allowed_s)) {
        check_refuse(check, NULL, ROUTINE_RULE_SESSION,
                     "%.1f min in contact and at rest; at most %.1f min",
                     check->figures.planned_s / 60.0, allowed_s / 60.0);
    }
    if (!(check->figures.contact_s > 0.0)) {
        check_refuse(check, NULL, ROUTINE_RULE_EMPTY, "the routine touches nothing");
    }
}
