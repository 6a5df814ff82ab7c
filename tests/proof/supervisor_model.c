#include "tests/proof/supervisor_model.h"

typedef struct {
    conditions_t set;
} wishes_t;

static bool has(wishes_t wishes, condition_bit_t bit)
{
    return (wishes.set / ((conditions_t)1 << bit)) % 2 == 1;
}
#define IS(name) has(wishes, CONDITION_##name##_BIT)

static bool healthy(wishes_t wishes)
{
    return !IS(NOT_HEALTHY);
}

static bool stop_of_any_kind(wishes_t wishes)
{
    return IS(POWER_OFF) || IS(STOP) || IS(YIELD);
}

/// Nothing has torque. The way to it is one edge a step, and nothing is ever started while it is to
/// be stopped.
static supervisor_mode_t unpowered(supervisor_mode_t mode, wishes_t wishes)
{
    if (mode == MODE_PARKED) {
        return MODE_PARKED; // done is done until the next boot
    }
    if (mode == MODE_READY) {
        if (!healthy(wishes) || IS(LATCHED)) {
            return MODE_LOCKED; // what was acknowledged no longer holds
        }
        return IS(ARM) && !stop_of_any_kind(wishes) ? MODE_ARMING : MODE_READY;
    }
    return IS(ACKNOWLEDGE) && healthy(wishes) ? MODE_READY : mode; // locked or tripped
}

/// Torque, but nothing that moves yet: there is nothing to yield from.
static supervisor_mode_t standing(supervisor_mode_t mode, wishes_t wishes)
{
    if (IS(LATCHED)) {
        return MODE_TRIPPED; // nobody decided to go on
    }
    if (IS(STOP) || IS(YIELD)) {
        return MODE_STOPPING;
    }
    if (mode == MODE_ARMING) {
        const bool prepared = IS(DRIVES_ENABLED) && IS(TARED);
        return prepared && healthy(wishes) ? MODE_ARMED : MODE_ARMING;
    }
    if (IS(END)) {
        return MODE_PARKED; // where it stands
    }
    return IS(START) && healthy(wishes) ? MODE_TRANSIT : MODE_ARMED;
}

/// Clear of the body. Going home comes before staying, staying before going on.
static supervisor_mode_t travelling(supervisor_mode_t mode, wishes_t wishes)
{
    if (mode == MODE_PARKING) {
        if (IS(PAUSE)) {
            return MODE_PAUSED;
        }
        return IS(AT_PARK) ? MODE_PARKED : MODE_PARKING;
    }
    if (IS(END)) {
        return MODE_PARKING;
    }
    if (mode == MODE_PAUSED) {
        return IS(RESUME) && healthy(wishes) ? MODE_TRANSIT : MODE_PAUSED;
    }
    if (IS(PAUSE)) {
        return MODE_PAUSED;
    }
    if (IS(ROUTINE_DONE)) {
        return MODE_PARKING;
    }
    const bool may_come_down = healthy(wishes) && !IS(RESTING) && !IS(LEAVE);
    return IS(ABOVE) && may_come_down ? MODE_APPROACH : MODE_TRANSIT;
}

/// Coming to the body or working on it. A lift that a rule wants comes before what anybody asks.
static supervisor_mode_t working(supervisor_mode_t mode, wishes_t wishes)
{
    if (IS(LIFT)) {
        return MODE_LIFT;
    }
    if (IS(END)) {
        return MODE_RETRACT;
    }
    if (IS(PAUSE)) {
        return MODE_LIFT; // no pause with the tool at the body
    }
    if (IS(LEAVE)) {
        return MODE_RETRACT;
    }
    if (mode == MODE_APPROACH) {
        return IS(TOUCHED) ? MODE_CONTACT : MODE_APPROACH;
    }
    return IS(ITEM_FINISHED) ? MODE_RETRACT : MODE_CONTACT;
}

/// Leaving the body already.
static supervisor_mode_t rising(supervisor_mode_t mode, wishes_t wishes)
{
    if (mode == MODE_RETRACT && IS(PAUSE)) {
        return MODE_LIFT;
    }
    if (IS(LIFTED)) {
        return mode == MODE_LIFT ? MODE_PAUSED : MODE_TRANSIT;
    }
    return mode;
}

/// A reaction that is under way ends in no torque, and nothing but its own end ends it; a stop that
/// is wanted while it yields means that yielding is held back.
static supervisor_mode_t reacting(supervisor_mode_t mode, wishes_t wishes)
{
    if (mode == MODE_YIELD) {
        return IS(YIELDED) || IS(STOP) ? MODE_STOPPING : MODE_YIELD;
    }
    return IS(STANDSTILL) ? MODE_TRIPPED : MODE_STOPPING;
}

supervisor_mode_t supervisor_model_next(supervisor_mode_t mode, conditions_t conditions)
{
    const wishes_t wishes = {conditions};
    if (supervisor_model_powered(mode) && IS(POWER_OFF)) {
        return MODE_TRIPPED;
    }
    switch (mode) {
    case MODE_LOCKED:
    case MODE_READY:
    case MODE_PARKED:
    case MODE_TRIPPED:
        return unpowered(mode, wishes);
    case MODE_ARMING:
    case MODE_ARMED:
        return standing(mode, wishes);
    case MODE_YIELD:
    case MODE_STOPPING:
        return reacting(mode, wishes);
    case MODE_TRANSIT:
    case MODE_APPROACH:
    case MODE_CONTACT:
    case MODE_RETRACT:
    case MODE_PAUSED:
    case MODE_PARKING:
    case MODE_LIFT:
        break;
    default:
        return MODE_TRIPPED;
    }
    // It moves, though a trip has been decided: that is no decision. Else a stop first, then away
    // from the body.
    if (IS(LATCHED)) {
        return MODE_TRIPPED;
    }
    if (IS(STOP)) {
        return MODE_STOPPING;
    }
    if (IS(YIELD)) {
        return MODE_YIELD;
    }
    if (mode == MODE_TRANSIT || mode == MODE_PAUSED || mode == MODE_PARKING) {
        return travelling(mode, wishes);
    }
    return mode == MODE_RETRACT || mode == MODE_LIFT ? rising(mode, wishes) : working(mode, wishes);
}

typedef struct {
    const char* text;
    bool powered;
    bool touches;
} facts_t;

static facts_t facts(supervisor_mode_t mode)
{
    switch (mode) {
    case MODE_LOCKED:
        return (facts_t){"locked", false, false};
    case MODE_READY:
        return (facts_t){"ready", false, false};
    case MODE_ARMING:
        return (facts_t){"arming", true, false};
    case MODE_ARMED:
        return (facts_t){"armed", true, false};
    case MODE_TRANSIT:
        return (facts_t){"transit", true, false};
    case MODE_APPROACH:
        return (facts_t){"approach", true, true};
    case MODE_CONTACT:
        return (facts_t){"contact", true, true};
    case MODE_RETRACT:
        return (facts_t){"retract", true, true};
    case MODE_PAUSED:
        return (facts_t){"paused", true, false};
    case MODE_PARKING:
        return (facts_t){"parking", true, false};
    case MODE_PARKED:
        return (facts_t){"parked", false, false};
    case MODE_LIFT:
        return (facts_t){"lift", true, true};
    case MODE_YIELD:
        return (facts_t){"yield", true, false};
    case MODE_STOPPING:
        return (facts_t){"stopping", true, false};
    case MODE_TRIPPED:
        return (facts_t){"tripped", false, false};
    default:
        return (facts_t){"unknown", false, false};
    }
}

bool supervisor_model_powered(supervisor_mode_t mode)
{
    return facts(mode).powered;
}

bool supervisor_model_touches(supervisor_mode_t mode)
{
    return facts(mode).touches;
}

const char* supervisor_model_text(supervisor_mode_t mode)
{
    return facts(mode).text;
}
