/// Proves the supervisor's table against an independent model over every mode and every set of
/// conditions, and the safety properties that the model itself could share with the table: nothing
/// moves without acknowledge, arm and start; stops win; boot is locked.
#include "tests/support/cmocka_prelude.h"

#include "controller/safety/supervisor.h"

#define HAS(name) ((conditions & CONDITION(CONDITION_##name)) != 0)

/// The stops, which hold in every mode they name; the same mode where none is wanted.
static supervisor_mode_t model_stop(supervisor_mode_t mode, conditions_t conditions)
{
    const bool at_body =
        mode == MODE_APPROACH || mode == MODE_CONTACT || mode == MODE_RETRACT || mode == MODE_LIFT;
    const bool travels = mode == MODE_TRANSIT || mode == MODE_PAUSED || mode == MODE_PARKING;
    const bool stands = mode == MODE_ARMING || mode == MODE_ARMED;
    const bool torque = at_body || travels || stands || mode == MODE_YIELD || mode == MODE_STOPPING;

    if (torque && HAS(POWER_OFF)) {
        return MODE_TRIPPED;
    }
    // What goes on beside a latched cause was never decided.
    if ((at_body || travels || stands) && HAS(LATCHED)) {
        return MODE_TRIPPED;
    }
    if (mode == MODE_YIELD && HAS(STOP)) {
        return MODE_STOPPING;
    }
    if ((at_body || travels || stands) && HAS(STOP)) {
        return MODE_STOPPING;
    }
    if (HAS(YIELD) && stands) {
        return MODE_STOPPING;
    }
    if (HAS(YIELD) && (at_body || travels)) {
        return MODE_YIELD;
    }
    return mode;
}

/// Written from the specification, mode by mode, not from the table.
static supervisor_mode_t model_next(supervisor_mode_t mode, conditions_t conditions)
{
    const supervisor_mode_t stopped = model_stop(mode, conditions);
    if (stopped != mode) {
        return stopped;
    }
    switch (mode) {
    case MODE_LOCKED:
    case MODE_TRIPPED:
        return HAS(ACKNOWLEDGE) && !HAS(NOT_HEALTHY) ? MODE_READY : mode;
    case MODE_READY:
        if (HAS(NOT_HEALTHY) || HAS(LATCHED)) {
            return MODE_LOCKED;
        }
        return HAS(ARM) && !HAS(POWER_OFF) && !HAS(STOP) && !HAS(YIELD) ? MODE_ARMING : mode;
    case MODE_ARMING:
        return HAS(DRIVES_ENABLED) && HAS(TARED) && !HAS(NOT_HEALTHY) ? MODE_ARMED : mode;
    case MODE_ARMED:
        return HAS(END) ? MODE_PARKED : HAS(START) && !HAS(NOT_HEALTHY) ? MODE_TRANSIT : mode;
    case MODE_TRANSIT:
        if (HAS(END)) {
            return MODE_PARKING;
        }
        if (HAS(PAUSE)) {
            return MODE_PAUSED;
        }
        if (HAS(ROUTINE_DONE)) {
            return MODE_PARKING;
        }
        return HAS(ABOVE) && !HAS(RESTING) && !HAS(NOT_HEALTHY) && !HAS(LEAVE) ? MODE_APPROACH
                                                                               : mode;
    case MODE_APPROACH:
        if (HAS(LIFT)) {
            return MODE_LIFT;
        }
        return HAS(END)       ? MODE_RETRACT
               : HAS(PAUSE)   ? MODE_LIFT
               : HAS(LEAVE)   ? MODE_RETRACT
               : HAS(TOUCHED) ? MODE_CONTACT
                              : mode;
    case MODE_CONTACT:
        if (HAS(LIFT)) {
            return MODE_LIFT;
        }
        if (HAS(END)) {
            return MODE_RETRACT;
        }
        return HAS(PAUSE) ? MODE_LIFT : HAS(LEAVE) || HAS(ITEM_FINISHED) ? MODE_RETRACT : mode;
    case MODE_RETRACT:
        return HAS(PAUSE) ? MODE_LIFT : HAS(LIFTED) ? MODE_TRANSIT : mode;
    case MODE_PAUSED:
        return HAS(END) ? MODE_PARKING : HAS(RESUME) && !HAS(NOT_HEALTHY) ? MODE_TRANSIT : mode;
    case MODE_PARKING:
        return HAS(PAUSE) ? MODE_PAUSED : HAS(AT_PARK) ? MODE_PARKED : mode;
    case MODE_PARKED:
        return mode;
    case MODE_LIFT:
        return HAS(LIFTED) ? MODE_PAUSED : mode;
    case MODE_YIELD:
        return HAS(YIELDED) ? MODE_STOPPING : mode;
    case MODE_STOPPING:
        return HAS(STANDSTILL) ? MODE_TRIPPED : mode;
    }
    return mode;
}

/// Shows H47, I4, I10.
static void table_equals_the_model_over_every_mode_and_condition_set(void** context)
{
    (void)context;
    unsigned long differences = 0;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        for (conditions_t set = 0; set < (conditions_t)1 << CONDITION_COUNT; ++set) {
            differences += supervisor_next((supervisor_mode_t)mode, set) !=
                           model_next((supervisor_mode_t)mode, set);
        }
    }
    assert_int_equal(differences, 0);
}

/// Shows H36, H37, H47, I4.
static void nothing_gains_torque_without_an_arm_edge_from_ready(void** context)
{
    (void)context;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        const bool torque = supervisor_mode_powered((supervisor_mode_t)mode);
        for (conditions_t set = 0; !torque && set < (conditions_t)1 << CONDITION_COUNT; ++set) {
            const supervisor_mode_t next = supervisor_next((supervisor_mode_t)mode, set);
            if (supervisor_mode_powered(next)) {
                assert_int_equal(mode, MODE_READY);
                assert_true((set & CONDITION(CONDITION_ARM)) != 0);
                assert_true((set & CONDITION(CONDITION_NOT_HEALTHY)) == 0);
            }
        }
    }
}

static void out_of_a_pause_leads_only_resuming_or_the_way_home(void** context)
{
    (void)context;
    const conditions_t stops = CONDITION(CONDITION_POWER_OFF) | CONDITION(CONDITION_STOP) |
                               CONDITION(CONDITION_YIELD) | CONDITION(CONDITION_LATCHED);
    for (conditions_t set = 0; set < (conditions_t)1 << CONDITION_COUNT; ++set) {
        const supervisor_mode_t next = supervisor_next(MODE_PAUSED, set);
        const bool resumes = (set & CONDITION(CONDITION_RESUME)) != 0 &&
                             (set & CONDITION(CONDITION_NOT_HEALTHY)) == 0;
        const bool ends = (set & CONDITION(CONDITION_END)) != 0;
        if ((set & stops) == 0 && !resumes && !ends) {
            assert_int_equal(next, MODE_PAUSED);
        }
    }
}

static void leaving_a_step_changes_nothing_while_unpowered_standing_or_stopping(void** context)
{
    (void)context;
    const supervisor_mode_t modes[] = {MODE_LOCKED,  MODE_READY,    MODE_ARMING, MODE_ARMED,
                                       MODE_PARKING, MODE_PARKED,   MODE_LIFT,   MODE_YIELD,
                                       MODE_PAUSED,  MODE_STOPPING, MODE_TRIPPED};
    const conditions_t leave = CONDITION(CONDITION_LEAVE);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; ++i) {
        for (conditions_t set = 0; set < (conditions_t)1 << CONDITION_COUNT; ++set) {
            assert_true(supervisor_next(modes[i], set | leave) ==
                        supervisor_next(modes[i], set & ~leave));
        }
    }
}

static void leaving_a_step_never_brings_the_tool_nearer_to_the_body(void** context)
{
    (void)context;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        for (conditions_t set = 0; set < (conditions_t)1 << CONDITION_COUNT; ++set) {
            const supervisor_mode_t next =
                supervisor_next((supervisor_mode_t)mode, set | CONDITION(CONDITION_LEAVE));
            const bool nearer = (next == MODE_APPROACH && mode != MODE_APPROACH) ||
                                (next == MODE_CONTACT && mode == MODE_TRANSIT);
            assert_false(nearer);
        }
    }
}

/// Shows H47, I10.
static void stop_beats_start_in_the_same_period(void** context)
{
    (void)context;
    const conditions_t everything = ((conditions_t)1 << CONDITION_COUNT) - 1;
    assert_int_equal(supervisor_next(MODE_ARMED, everything), MODE_TRIPPED);
    assert_int_equal(
        supervisor_next(MODE_ARMED, CONDITION(CONDITION_START) | CONDITION(CONDITION_STOP)),
        MODE_STOPPING);
    assert_int_equal(
        supervisor_next(MODE_PAUSED, CONDITION(CONDITION_RESUME) | CONDITION(CONDITION_YIELD)),
        MODE_YIELD);
}

static void power_off_leaves_every_powered_mode_at_once(void** context)
{
    (void)context;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        const supervisor_mode_t next =
            supervisor_next((supervisor_mode_t)mode, CONDITION(CONDITION_POWER_OFF));
        assert_false(supervisor_mode_powered(next));
    }
}

static void a_mode_that_is_none_is_a_trip_whatever_else_is_so(void** context)
{
    (void)context;
    const unsigned modes[] = {MODE_COUNT, MODE_COUNT + 1, 31, 32, 0x80000000u, ~0u};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; ++i) {
        const supervisor_mode_t mode = (supervisor_mode_t)modes[i];
        for (conditions_t set = 0; set < (conditions_t)1 << CONDITION_COUNT; set += 4093) {
            assert_int_equal(supervisor_next(mode, set), MODE_TRIPPED);
        }
        assert_false(supervisor_mode_powered(mode));
        assert_false(supervisor_mode_touches(mode));
    }
}

static void a_latched_cause_lets_nothing_move_but_a_reaction(void** context)
{
    (void)context;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        for (conditions_t set = 0; set < (conditions_t)1 << CONDITION_COUNT; ++set) {
            if ((set & CONDITION(CONDITION_LATCHED)) == 0) {
                continue;
            }
            const supervisor_mode_t next = supervisor_next((supervisor_mode_t)mode, set);
            const bool reacts = next == MODE_YIELD || next == MODE_STOPPING;
            assert_true(!supervisor_mode_powered(next) ||
                        (reacts && (mode == MODE_YIELD || mode == MODE_STOPPING)));
        }
    }
}

static void a_routine_walks_from_locked_to_parked(void** context)
{
    (void)context;
    static const struct {
        conditions_t conditions;
        supervisor_mode_t mode;
    } walk[] = {
        {CONDITION(CONDITION_ACKNOWLEDGE), MODE_READY},
        {CONDITION(CONDITION_ARM), MODE_ARMING},
        {CONDITION(CONDITION_DRIVES_ENABLED), MODE_ARMING},
        {CONDITION(CONDITION_DRIVES_ENABLED) | CONDITION(CONDITION_TARED), MODE_ARMED},
        {CONDITION(CONDITION_START), MODE_TRANSIT},
        {CONDITION(CONDITION_ABOVE), MODE_APPROACH},
        {CONDITION(CONDITION_TOUCHED), MODE_CONTACT},
        {CONDITION(CONDITION_PAUSE), MODE_LIFT},
        {CONDITION(CONDITION_LIFTED), MODE_PAUSED},
        {CONDITION(CONDITION_RESUME), MODE_TRANSIT},
        {CONDITION(CONDITION_ABOVE) | CONDITION(CONDITION_RESTING), MODE_TRANSIT},
        {CONDITION(CONDITION_ABOVE), MODE_APPROACH},
        {CONDITION(CONDITION_TOUCHED), MODE_CONTACT},
        {CONDITION(CONDITION_LEAVE), MODE_RETRACT},
        {CONDITION(CONDITION_LIFTED), MODE_TRANSIT},
        {CONDITION(CONDITION_ABOVE), MODE_APPROACH},
        {CONDITION(CONDITION_TOUCHED), MODE_CONTACT},
        {CONDITION(CONDITION_ITEM_FINISHED), MODE_RETRACT},
        {CONDITION(CONDITION_PAUSE), MODE_LIFT},
        {CONDITION(CONDITION_LIFTED), MODE_PAUSED},
        {CONDITION(CONDITION_RESUME), MODE_TRANSIT},
        {CONDITION(CONDITION_ROUTINE_DONE), MODE_PARKING},
        {CONDITION(CONDITION_AT_PARK), MODE_PARKED},
    };
    supervisor_mode_t mode = MODE_LOCKED;
    for (size_t i = 0; i < sizeof walk / sizeof walk[0]; ++i) {
        mode = supervisor_next(mode, walk[i].conditions);
        assert_int_equal(mode, walk[i].mode);
    }
}

static void every_mode_has_a_name_of_its_own(void** context)
{
    (void)context;
    for (int a = 0; a < MODE_COUNT; ++a) {
        assert_non_null(supervisor_mode_text((supervisor_mode_t)a));
        for (int b = 0; b < a; ++b) {
            assert_string_not_equal(supervisor_mode_text((supervisor_mode_t)a),
                                    supervisor_mode_text((supervisor_mode_t)b));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_equals_the_model_over_every_mode_and_condition_set),
        cmocka_unit_test(nothing_gains_torque_without_an_arm_edge_from_ready),
        cmocka_unit_test(out_of_a_pause_leads_only_resuming_or_the_way_home),
        cmocka_unit_test(leaving_a_step_changes_nothing_while_unpowered_standing_or_stopping),
        cmocka_unit_test(leaving_a_step_never_brings_the_tool_nearer_to_the_body),
        cmocka_unit_test(stop_beats_start_in_the_same_period),
        cmocka_unit_test(power_off_leaves_every_powered_mode_at_once),
        cmocka_unit_test(a_mode_that_is_none_is_a_trip_whatever_else_is_so),
        cmocka_unit_test(a_latched_cause_lets_nothing_move_but_a_reaction),
        cmocka_unit_test(a_routine_walks_from_locked_to_parked),
        cmocka_unit_test(every_mode_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
