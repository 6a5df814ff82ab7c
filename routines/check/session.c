#include "routines/check/check.h"

#include "routines/player.h"

void check_session(check_t* check)
{
    const double allowed_s = check->safety->session_time_max_s.value;
    routine_figures_t* figures = &check->figures;
    figures->planned_s = player_planned_s(check->routine);
    if (!(figures->session_s >= figures->planned_s)) { // not played
        figures->session_s = figures->planned_s;
    }
    if (!(figures->session_s <= allowed_s)) {
        const finding_figures_t spent =
            finding_figures(figures->session_s / 60.0, allowed_s / 60.0, 1);
        check_refuse(check, NULL, ROUTINE_RULE_SESSION,
                     "%s min in contact, at rest and between; at most %s min", spent.measured,
                     spent.allowed);
    }
    if (!(figures->contact_s > 0.0)) {
        check_refuse(check, NULL, ROUTINE_RULE_EMPTY, "the routine touches nothing");
    }
}
