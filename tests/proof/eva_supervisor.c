// From every mode, under every set of conditions, the supervisor gives a mode, and reads nothing
// beside its rows.
//
// analysed: controller/safety/supervisor.c
#include "controller/safety/supervisor.h"
#include "tests/proof/eva.h"

int main(void)
{
    const supervisor_mode_t mode = (supervisor_mode_t)Frama_C_interval(0, MODE_COUNT - 1);
    const conditions_t conditions =
        Frama_C_unsigned_int_interval(0, ((conditions_t)1u << CONDITION_COUNT) - 1u);
    const supervisor_mode_t next = supervisor_next(mode, conditions);
    //@ assert 0 <= next < MODE_COUNT;
    const char* text = supervisor_mode_text(next);
    //@ assert \valid_read(text);
    const bool powered = supervisor_mode_powered(next);
    const bool touches = supervisor_mode_touches(next);
    return (text[0] != '\0') + powered + touches;
}
