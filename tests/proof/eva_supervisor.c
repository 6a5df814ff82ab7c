// From every mode, under every set of conditions, the supervisor gives a mode and reads nothing
// beside its rows; and of the sets that hold what a claim names, all at once: what wants the power
// off gets it, a stop beats every request of the same period, and nothing leads from a mode in
// which the arm is tripped or locked to torque.
//
// analysed: controller/safety/supervisor.c
// analysed with: -eva-domains bitwise -inline-calls supervisor_next
#include "controller/safety/supervisor.h"
#include "tests/proof/eva.h"

static conditions_t any_conditions(void)
{
    return EVA_UNSIGNED(0, ((conditions_t)1u << CONDITION_COUNT) - 1u);
}

static int any_set(supervisor_mode_t mode)
{
    const supervisor_mode_t next = supervisor_next(mode, any_conditions());
    //@ assert 0 <= next < MODE_COUNT;
    const char* text = supervisor_mode_text(next);
    //@ assert \valid_read(text);
    return text[0] + supervisor_mode_touches(next);
}

static int power_off_wanted(supervisor_mode_t mode)
{
    const conditions_t conditions =
        any_conditions() | CONDITION(CONDITION_POWER_OFF) | CONDITION(CONDITION_NOT_HEALTHY);
    const bool powered = supervisor_mode_powered(supervisor_next(mode, conditions));
    //@ assert powered == 0;
    return powered;
}

// Whatever else is asked for in the same period. Without torque there is nothing to stop.
static int stop_wanted(supervisor_mode_t mode)
{
    const supervisor_mode_t next =
        supervisor_next(mode, any_conditions() | CONDITION(CONDITION_STOP));
    const bool had_torque = supervisor_mode_powered(mode);
    const bool stops =
        next == MODE_STOPPING || next == MODE_YIELD || !supervisor_mode_powered(next);
    //@ assert had_torque == 0 || stops == 1;
    return had_torque + stops;
}

static int unhealthy(supervisor_mode_t mode)
{
    const conditions_t conditions = any_conditions() | CONDITION(CONDITION_NOT_HEALTHY);
    const bool before = supervisor_mode_powered(mode);
    const bool after = supervisor_mode_powered(supervisor_next(mode, conditions));
    //@ assert after == 0 || before == 1;
    return before + after;
}

static int tripped_or_locked(void)
{
    const bool tripped = supervisor_mode_powered(supervisor_next(MODE_TRIPPED, any_conditions()));
    //@ assert tripped == 0;
    const bool locked = supervisor_mode_powered(supervisor_next(MODE_LOCKED, any_conditions()));
    //@ assert locked == 0;
    return tripped + locked;
}

int main(void)
{
    int sum = tripped_or_locked();
    //@ loop unroll MODE_COUNT;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        sum ^= any_set((supervisor_mode_t)mode);
        sum ^= power_off_wanted((supervisor_mode_t)mode);
        sum ^= stop_wanted((supervisor_mode_t)mode);
        sum ^= unhealthy((supervisor_mode_t)mode);
    }
    return sum;
}
