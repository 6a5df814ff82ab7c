// Whether the bus is quick enough for a rhythm: how many commands make a turn, and how far the
// force lags behind it.
#include "routines/check/check.h"

#include <math.h>

/// From a force arising to the pad answering: the sensor, half a period until it is read, one until
/// the command computed from it goes out, the slowest drive's lag.
static double loop_delay_s(const machine_settings_t* machine)
{
    const double period_s = 1e-6 * (double)machine->period_us;
    double drive_lag_s = 0.0;
    for (int i = 0; i < machine->device_count; i++) {
        const device_profile_t* profile = &machine->profiles[machine->devices[i].profile_index];
        if (machine->devices[i].role == DEVICE_DRIVE) {
            drive_lag_s = fmax(drive_lag_s, profile->response_lag_s);
        }
    }
    const device_settings_t* sensor = &machine->devices[machine->force_sensor];
    return machine->profiles[sensor->profile_index].sample_age_max_s + 1.5 * period_s + drive_lag_s;
}

void check_bus(check_t* check, const stroke_t* stroke)
{
    const machine_settings_t* machine = check->machine;
    const double rate_Hz = stroke->parameters.rate_Hz;
    if (technique_info(stroke->technique)->limits == TECHNIQUE_STEADY) {
        return;
    }
    const double period_s = 1e-6 * (double)machine->period_us;
    const double delay_s = loop_delay_s(machine);
    if (!(rate_Hz * period_s * BUS_COMMANDS_A_TURN_MIN <= 1.0)) {
        check_refuse(check, stroke, ROUTINE_RULE_BUS,
                     "at %.2f Hz a period of %.1f ms leaves %.1f commands a turn; at least %.0f",
                     rate_Hz, 1e3 * period_s, 1.0 / (rate_Hz * period_s), BUS_COMMANDS_A_TURN_MIN);
    } else if (!(rate_Hz * delay_s <= BUS_LAG_TURNS_MAX)) {
        check_refuse(check, stroke, ROUTINE_RULE_BUS,
                     "at %.2f Hz the force lags by %.0f degrees of a turn (%.0f ms through sensor, "
                     "bus and drives); at most %.0f",
                     rate_Hz, 360.0 * rate_Hz * delay_s, 1e3 * delay_s, 360.0 * BUS_LAG_TURNS_MAX);
    }
}
