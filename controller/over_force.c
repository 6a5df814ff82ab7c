#include "controller/over_force.h"

#include <math.h>

#include "controller/session.h"

/// Part of what is allowed; endless where nothing is or the rise is unknown.
static double part(const over_force_t* over_force)
{
    const bool known = isfinite(over_force->rise_N) && over_force->allowed_N > 0.0;
    return known ? over_force->rise_N / over_force->allowed_N : HUGE_VAL;
}

bool over_force_within(const over_force_t* over_force)
{
    return part(over_force) <= 1.0;
}

static void rise(over_force_t* over_force)
{
    over_force->rise_N = envelope_rise_N(&over_force->reaction, over_force->stiffness_N_per_m,
                                         over_force->speed_mps);
}

over_force_t over_force_of_stroke(const machine_settings_t* machine,
                                  const safety_settings_t* safety, const body_t* body,
                                  const stroke_t* stroke, double period_s)
{
    over_force_t touch = {.speed_mps = safety->touch_speed_max_mps.value,
                          .stiffness_N_per_m =
                              session_hardest_N_per_m(machine, body->settings, stroke->region),
                          .reaction = session_reaction(machine, period_s),
                          .allowed_N = safety->contact_force_margin_N.value};
    rise(&touch);
    if (technique_contact(stroke->technique) != CONTACT_BROKEN) {
        return touch;
    }
    const stroke_peaks_t peaks = technique_stroke_peaks(body, stroke);
    over_force_t tap = touch;
    tap.tap = true;
    tap.speed_mps = fmin(peaks.hop_rate_mps, safety->tap_speed_max_mps.value);
    tap.allowed_N = safety->contact_force_max_N.value - peaks.force_N;
    rise(&tap);
    return part(&tap) > part(&touch) ? tap : touch;
}

bool over_force_worst(const machine_settings_t* machine, const safety_settings_t* safety,
                      const body_t* body, const routine_t* routine, double period_s,
                      over_force_t* worst)
{
    bool found = false;
    for (int i = 0; i < routine->item_count; ++i) {
        if (routine->items[i].kind != ITEM_STROKE) {
            continue;
        }
        over_force_t over_force =
            over_force_of_stroke(machine, safety, body, &routine->items[i].stroke, period_s);
        over_force.item = i;
        if (!found || part(&over_force) > part(worst)) {
            *worst = over_force;
        }
        found = true;
    }
    return found;
}
