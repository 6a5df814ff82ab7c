#include "controller/safety/supervisor.h"

#include <stddef.h>

#define FROM(mode) (1u << (mode))
#define FROM_ANY (~0u)

// Modes in which the tool may be at the body, and those that travel clear of it.
#define TOUCHING (FROM(MODE_APPROACH) | FROM(MODE_CONTACT) | FROM(MODE_RETRACT) | FROM(MODE_LIFT))
#define TRAVELLING (FROM(MODE_TRANSIT) | FROM(MODE_PAUSED) | FROM(MODE_PARKING))
#define STANDING (FROM(MODE_ARMING) | FROM(MODE_ARMED))
#define UNPOWERED (FROM(MODE_LOCKED) | FROM(MODE_READY) | FROM(MODE_PARKED) | FROM(MODE_TRIPPED))

typedef struct {
    uint32_t from;
    conditions_t all;  // every one of these must hold
    conditions_t none; // none of these may hold
    supervisor_mode_t to;
} supervisor_row_t;

#define C(name) CONDITION(CONDITION_##name)

static const supervisor_row_t rows[] = {
    // Stops first: the first matching row wins, and these hold in every mode they can matter in.
    {FROM_ANY & ~UNPOWERED, C(POWER_OFF), 0, MODE_TRIPPED},
    {FROM(MODE_READY), C(NOT_HEALTHY), 0, MODE_LOCKED},
    // A mode that goes on beside a latched cause is no mode that was ever decided.
    {TOUCHING | TRAVELLING | STANDING, C(LATCHED), 0, MODE_TRIPPED},
    {FROM(MODE_READY), C(LATCHED), 0, MODE_LOCKED},
    // Yielding already ends in a stop; stopping it halfway would leave the tool at the body, and is
    // asked for only where going on is worse.
    {TOUCHING | TRAVELLING | STANDING | FROM(MODE_YIELD), C(STOP), 0, MODE_STOPPING},
    {STANDING, C(YIELD), 0, MODE_STOPPING},
    {TOUCHING | TRAVELLING, C(YIELD), 0, MODE_YIELD},
    {FROM(MODE_YIELD), C(YIELDED), 0, MODE_STOPPING},
    {FROM(MODE_STOPPING), C(STANDSTILL), 0, MODE_TRIPPED},
    {FROM(MODE_CONTACT) | FROM(MODE_APPROACH), C(LIFT), 0, MODE_LIFT},
    // Starting takes an acknowledge, then arm, then start, each an edge of its own.
    {FROM(MODE_LOCKED), C(ACKNOWLEDGE), C(NOT_HEALTHY), MODE_READY},
    {FROM(MODE_TRIPPED), C(ACKNOWLEDGE), C(NOT_HEALTHY), MODE_READY},
    // No stop row holds in ready, where there is nothing to stop: stop beats arm here.
    {FROM(MODE_READY), C(ARM), C(NOT_HEALTHY) | C(POWER_OFF) | C(STOP) | C(YIELD), MODE_ARMING},
    {FROM(MODE_ARMING), C(DRIVES_ENABLED) | C(TARED), C(NOT_HEALTHY), MODE_ARMED},
    {FROM(MODE_ARMED), C(END), 0, MODE_PARKED},
    {FROM(MODE_ARMED), C(START), C(NOT_HEALTHY), MODE_TRANSIT},
    // Ending and pausing before going on.
    {FROM(MODE_CONTACT) | FROM(MODE_APPROACH), C(END), 0, MODE_RETRACT},
    {FROM(MODE_CONTACT) | FROM(MODE_APPROACH) | FROM(MODE_RETRACT), C(PAUSE), 0, MODE_LIFT},
    {FROM(MODE_LIFT), C(LIFTED), 0, MODE_PAUSED},
    {FROM(MODE_TRANSIT) | FROM(MODE_PAUSED), C(END), 0, MODE_PARKING},
    {FROM(MODE_TRANSIT) | FROM(MODE_PARKING), C(PAUSE), 0, MODE_PAUSED},
    {FROM(MODE_PAUSED), C(RESUME), C(NOT_HEALTHY), MODE_TRANSIT},
    // Another step than the one that is played: lift off first.
    {FROM(MODE_CONTACT) | FROM(MODE_APPROACH), C(LEAVE), 0, MODE_RETRACT},
    // The routine.
    {FROM(MODE_TRANSIT), C(ROUTINE_DONE), 0, MODE_PARKING},
    // Not where the step has just become another one: the tool is above the place of the old one.
    {FROM(MODE_TRANSIT), C(ABOVE), C(RESTING) | C(NOT_HEALTHY) | C(LEAVE), MODE_APPROACH},
    {FROM(MODE_APPROACH), C(TOUCHED), 0, MODE_CONTACT},
    {FROM(MODE_CONTACT), C(ITEM_FINISHED), 0, MODE_RETRACT},
    {FROM(MODE_RETRACT), C(LIFTED), 0, MODE_TRANSIT},
    {FROM(MODE_PARKING), C(AT_PARK), 0, MODE_PARKED},
};

supervisor_mode_t supervisor_next(supervisor_mode_t mode, conditions_t conditions)
{
    if ((unsigned)mode >= MODE_COUNT) {
        return MODE_TRIPPED;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        const supervisor_row_t* row = &rows[i];
        if ((row->from & FROM(mode)) != 0 && (conditions & row->all) == row->all &&
            (conditions & row->none) == 0) {
            return row->to;
        }
    }
    return mode;
}

const char* supervisor_mode_text(supervisor_mode_t mode)
{
    static const char* const texts[MODE_COUNT] = {
#define X(id, text, meaning) [id] = text,
        MODE_LIST(X)
#undef X
    };
    return (unsigned)mode < MODE_COUNT ? texts[mode] : "unknown";
}

bool supervisor_mode_touches(supervisor_mode_t mode)
{
    return (unsigned)mode < MODE_COUNT && (TOUCHING & FROM(mode)) != 0;
}

bool supervisor_mode_powered(supervisor_mode_t mode)
{
    return (unsigned)mode < MODE_COUNT && (UNPOWERED & FROM(mode)) == 0;
}
