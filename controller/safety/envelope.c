#include "controller/safety/envelope.h"

#include <math.h>
#include <stdbool.h>

static bool above_zero(double x)
{
    return isfinite(x) && x > 0.0;
}

static bool possible(const envelope_reaction_t* reaction)
{
    return above_zero(reaction->reaction_s) && above_zero(reaction->deceleration_mps2);
}

double envelope_rise_N(const envelope_reaction_t* reaction, double stiffness_N_per_m,
                       double closing_mps)
{
    if (!possible(reaction) || !above_zero(stiffness_N_per_m) || !isfinite(closing_mps)) {
        return (double)NAN;
    }
    const double speed_mps = fmax(closing_mps, 0.0);
    const double way_m = speed_mps * reaction->reaction_s +
                         0.5 * speed_mps * speed_mps / reaction->deceleration_mps2;
    return stiffness_N_per_m * way_m;
}

double envelope_force_N(const envelope_reaction_t* reaction, const envelope_press_t* press)
{
    const bool known = isfinite(press->force_N) && isfinite(press->force_age_s) &&
                       press->force_age_s >= 0.0 && isfinite(press->force_rate_N_per_s) &&
                       above_zero(press->felt_N_per_m);
    if (!known) {
        return (double)NAN;
    }
    const double rate_N_per_s = fmax(press->force_rate_N_per_s, 0.0);
    const double by_tool_N = envelope_rise_N(reaction, press->stiffness_N_per_m, press->tool_mps);
    const double by_skin_N =
        envelope_rise_N(reaction, press->felt_N_per_m, rate_N_per_s / press->felt_N_per_m);
    // Not fmax, which would pass over the one that is unknown.
    const double rise_N = by_tool_N >= by_skin_N ? by_tool_N : by_skin_N;
    return isnan(by_tool_N) ? by_tool_N
                            : press->force_N + rate_N_per_s * press->force_age_s + rise_N;
}

double envelope_speed_max_mps(const envelope_reaction_t* reaction, double stiffness_N_per_m,
                              double room_N)
{
    if (!possible(reaction) || !above_zero(stiffness_N_per_m) || !above_zero(room_N)) {
        return 0.0;
    }
    // The root as it stands loses its digits where there is little room; this is the same.
    const double way_m = room_N / stiffness_N_per_m;
    const double t = reaction->reaction_s;
    const double root_s = sqrt(t * t + 2.0 * way_m / reaction->deceleration_mps2);
    const double speed_mps = 2.0 * way_m / (t + root_s);
    return isfinite(speed_mps) ? speed_mps : 0.0;
}
