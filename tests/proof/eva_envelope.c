// What a force would still rise by, and how fast a tool may press, for any figures there are, NaN
// and infinities among them: nothing it computes is undefined, and a speed that may be pressed with
// is a number, never less than nought.
//
// analysed: controller/safety/envelope.c
#include "controller/safety/envelope.h"
#include "tests/proof/eva.h"

int main(void)
{
    envelope_reaction_t reaction;
    envelope_press_t press;
    double stiffness_N_per_m;
    double room_N;
    double closing_mps;
    EVA_ANY(reaction);
    EVA_ANY(press);
    EVA_ANY(stiffness_N_per_m);
    EVA_ANY(room_N);
    EVA_ANY(closing_mps);
    const double rise_N = envelope_rise_N(&reaction, stiffness_N_per_m, closing_mps);
    const double force_N = envelope_force_N(&reaction, &press);
    const double speed_mps = envelope_speed_max_mps(&reaction, stiffness_N_per_m, room_N);
    //@ assert \is_finite(speed_mps) && speed_mps >= 0.0;
    return (rise_N > 0.0) + (force_N > 0.0) + (speed_mps > 0.0);
}
