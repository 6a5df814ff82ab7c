#include "controller/tuning/objective.h"

#include <math.h>

// pi / 6: what it may be that pi / 3 of margin is left.
static const double CROSSOVER_FREE_RAD = 0.52359877559829887;

static double known(double number)
{
    return isfinite(number) ? number : 0.0;
}

double objective_of_rehearsal(const rehearsal_figures_t* figures)
{
    const double stopped_N = figures->ending == REHEARSAL_STOPPED ||
                                     figures->ending == REHEARSAL_NOT_PLAYED ||
                                     !isfinite(figures->force_rms_N)
                                 ? OBJECTIVE_STOP_N
                                 : 0.0;
    return stopped_N + known(figures->force_rms_N) +
           OBJECTIVE_PER_PATH_N_PER_M * known(figures->path_rms_m) +
           OBJECTIVE_PER_OVERSHOOT * fmax(figures->overshoot_N - OBJECTIVE_OVERSHOOT_FREE_N, 0.0) +
           fmax(figures->over_cap_N, 0.0) +
           fmax(known(figures->swing_N) - OBJECTIVE_SWING_FREE_N, 0.0);
}

double objective_of_gains(const gains_t* gains)
{
    double sum = 0.0;
    for (int i = 0; i < GAIN_COUNT; ++i) {
        sum += fabs(log(gains_get(gains, i) / gain_info(i)->otherwise));
    }
    // The usual gain is pi / 6 with four digits, and lacks nothing.
    const double lacking_rad = gains->force_crossover_rad - CROSSOVER_FREE_RAD;
    return OBJECTIVE_UNUSUAL_N * sum / GAIN_COUNT +
           OBJECTIVE_PER_MARGIN_N_PER_RAD * (lacking_rad > 1e-4 ? lacking_rad : 0.0);
}

double objective_of_all(const gains_t* gains, const rehearsal_figures_t* figures, int count)
{
    double worst = 0.0;
    for (int i = 0; i < count; ++i) {
        worst = fmax(worst, objective_of_rehearsal(&figures[i]));
    }
    return worst + objective_of_gains(gains);
}

double objective_worst_force_N(const rehearsal_figures_t* figures, int count)
{
    double worst_N = (double)NAN;
    for (int i = 0; i < count; ++i) {
        const bool whole =
            figures[i].ending == REHEARSAL_FINISHED || figures[i].ending == REHEARSAL_BROKEN_OFF;
        worst_N = whole ? fmax(worst_N, figures[i].force_rms_N) : worst_N;
    }
    return worst_N;
}

int objective_stopped(const rehearsal_figures_t* figures, int count)
{
    int stopped = 0;
    for (int i = 0; i < count; ++i) {
        stopped +=
            figures[i].ending == REHEARSAL_STOPPED || figures[i].ending == REHEARSAL_NOT_PLAYED;
    }
    return stopped;
}
