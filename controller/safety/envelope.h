/// How far a force would still rise if letting go began now, and how fast the tool may press so
/// that this ends below a limit.
///
/// An arm that presses with speed v against stiffness k goes on with v for its reaction time t and
/// then slows down with the deceleration a. On the way it comes to a stop it sinks in by
/// v t + v^2 / (2 a), and the force rises by
///
///     dF = k (v t + v^2 / (2 a))
///
/// [own derivation: constant speed, then constant deceleration, against a linear spring]. What is
/// stopped is the closing of tool and skin, whichever of them moves: of a body that rises with
/// constant speed the same holds, since yielding ends the closing as it would end the approach. A
/// body that still gathers speed is ahead of the formula.
///
/// Pure functions of plain numbers, no memory, no state. Whatever is not finite, and a reaction no
/// machine can have, gives the answer that permits nothing: speed 0, force NaN.
#ifndef KNEAD_CONTROLLER_SAFETY_ENVELOPE_H
#define KNEAD_CONTROLLER_SAFETY_ENVELOPE_H

/// Kept free below the limit by the speed, so that a tool that keeps to it is never judged to be
/// past it: six standard deviations of a good sensor's noise (0.15 N), and what that makes of the
/// force's rate within a reaction time of 25 ms (25 N/s). [computed]
#define ENVELOPE_MARGIN_N 2.0

/// How a machine lets go.
typedef struct {
    double reaction_s;        // from a force arising to the tool slowing down, over 0
    double deceleration_mps2; // that it surely has from then on, over 0
} envelope_reaction_t;

/// What is known of a press. Forces and speeds are positive into the body.
typedef struct {
    double force_N;     // last measured
    double force_age_s; // how much older than a sample of this period that is, not negative
    double force_rate_N_per_s;
    double tool_mps;          // of the tool alone
    double stiffness_N_per_m; // the most that the tool may meet: for what the tool does, over 0
    double felt_N_per_m;      // as felt: for what the skin does, over 0
} envelope_press_t;

/// By how much the force still rises at a closing speed; 0 for one that is not over 0. NaN in, a
/// stiffness not over 0, or a reaction no machine can have: NaN.
double envelope_rise_N(const envelope_reaction_t* reaction, double stiffness_N_per_m,
                       double closing_mps);

/// The force that will be reached at most if letting go begins now: the force as it should have
/// become since it was measured, and the larger of what the tool's own speed brings against the
/// most it may meet, and what the force's rate says is closing in. NaN where any of it is unknown.
double envelope_force_N(const envelope_reaction_t* reaction, const envelope_press_t* press);

/// The highest speed into the body from which the force rises by no more than `room_N`:
///
///     v = a (sqrt(t^2 + 2 room / (k a)) - t)
///
/// 0 where there is no room or anything is unknown.
double envelope_speed_max_mps(const envelope_reaction_t* reaction, double stiffness_N_per_m,
                              double room_N);

#endif
