/// What makes gains good or bad, as one number to be made small: the error of the force on the
/// worst body, in newtons, and on top of it what must not be traded for it.
///
///     cost = force RMS (mean over the techniques played)
///          + 0.1 N for each millimetre of RMS off the path along the skin
///          + 0.5 of what the force overshoots the 5 N that a run may at touching down
///          + all of what the true force passes the cap of its region
///          + all of what the force swings quicker than strokes do, beyond 0.5 N RMS
///          + 20 N if a rule stopped it; that rehearsal is over then
///
/// The cost of gains is that of their worst rehearsal, and on top of it
///
///     0.02 N for each factor of e that a gain is away from the one that fits any machine, in the
///            mean: where the table can't tell, the usual gain stays
///     1 N    for each radian of phase margin that the force loop lacks of 60 degrees
///
/// The margin is for what no rehearsal shows: a drive or a sensor slower than its profile says,
/// tissue stiffer than the estimate takes it for. Of an integrator with a delay it is pi/2 less
/// crossover times delay, which is the gain `force_crossover`; 30 to 60 degrees are usual (K. J.
/// Astrom and R. M. Murray, Feedback Systems, 2nd edition, section 10.3), and beside a person we
/// keep to the upper end. The weights are judgement; what they weigh is printed beside the cost.
#ifndef KNEAD_CONTROLLER_TUNING_OBJECTIVE_H
#define KNEAD_CONTROLLER_TUNING_OBJECTIVE_H

#include "controller/tuning/rehearsal.h"

#define OBJECTIVE_PER_PATH_N_PER_M 100.0
#define OBJECTIVE_OVERSHOOT_FREE_N 5.0 // FORCE_OVERSHOOT_MAX_N of a run
#define OBJECTIVE_PER_OVERSHOOT 0.5
#define OBJECTIVE_SWING_FREE_N 0.5
#define OBJECTIVE_STOP_N 20.0
#define OBJECTIVE_UNUSUAL_N 0.02
#define OBJECTIVE_PER_MARGIN_N_PER_RAD 1.0

/// Of one rehearsal. One that was not played, or gave no figures, costs as much as one that was
/// stopped.
double objective_of_rehearsal(const rehearsal_figures_t* figures);

/// What gains cost for being unusual and for the phase margin they lack.
double objective_of_gains(const gains_t* gains);

/// Of gains with all their rehearsals. `count` at least 1.
double objective_of_all(const gains_t* gains, const rehearsal_figures_t* figures, int count);

/// The largest error of the force of any rehearsal that was not stopped; NaN where all were.
double objective_worst_force_N(const rehearsal_figures_t* figures, int count);

/// How many rehearsals were stopped or not played.
int objective_stopped(const rehearsal_figures_t* figures, int count);

#endif
