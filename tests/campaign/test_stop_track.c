/// The stops of a run, by modes and verdicts written by hand.
#include "tests/support/cmocka_prelude.h"

#include "controller/campaign/stop_track.h"

static stop_track_t track;

static bool see(supervisor_mode_t mode, reaction_t reaction, int rule)
{
    const verdict_t verdict = {.reaction = reaction, .rule = rule};
    return stop_track_see(&track, mode, &verdict);
}

static bool calm(supervisor_mode_t mode)
{
    return see(mode, REACTION_NONE, INTERLOCK_RULE_NONE);
}

static void into_contact(void)
{
    track = stop_track_begin();
    assert_false(calm(MODE_LOCKED));
    assert_false(calm(MODE_READY));
    assert_false(calm(MODE_ARMED));
    assert_false(calm(MODE_TRANSIT));
    assert_false(calm(MODE_CONTACT));
}

static scenario_ending_t ending(void)
{
    return stop_track_ending(&track, false);
}

static void a_run_ends_by_the_stop_that_still_stands(void** state)
{
    (void)state;
    into_contact();
    assert_int_equal(ending(), SCENARIO_ENDING_UNFINISHED);
    assert_true(see(MODE_YIELD, REACTION_YIELD, INTERLOCK_CLIENT_BUTTON));
    assert_false(calm(MODE_TRIPPED));
    assert_false(calm(MODE_READY));
    assert_int_equal(ending(), SCENARIO_ENDING_YIELD);
    assert_int_equal(stop_track_ending(&track, true), SCENARIO_ENDING_GONE);
    assert_false(calm(MODE_ARMING));
    assert_false(see(MODE_STOPPING, REACTION_STOP, INTERLOCK_TARE)); // armed in vain
    assert_false(calm(MODE_TRIPPED));
    assert_int_equal(ending(), SCENARIO_ENDING_YIELD);
    assert_false(calm(MODE_READY));
    assert_false(calm(MODE_ARMING));
    assert_false(calm(MODE_ARMED));
    assert_false(calm(MODE_TRANSIT));
    assert_false(calm(MODE_PARKED));
    assert_int_equal(ending(), SCENARIO_ENDING_FINISHED);
    assert_int_equal(track.reaction, SCENARIO_ENDING_YIELD); // of the first stop
    assert_int_equal(track.rule, INTERLOCK_CLIENT_BUTTON);
    assert_true(stop_track_was(&track, false, "tare"));
}

static void a_lift_that_ends_in_parking_is_no_finish_and_one_resumed_is(void** state)
{
    (void)state;
    for (int resumed = 0; resumed < 2; ++resumed) {
        into_contact();
        assert_true(see(MODE_LIFT, REACTION_LIFT, INTERLOCK_CONTACT_LOST));
        assert_false(calm(MODE_PAUSED));
        assert_false(calm(resumed ? MODE_TRANSIT : MODE_PARKING));
        assert_false(calm(MODE_PARKED));
        assert_int_equal(ending(), resumed ? SCENARIO_ENDING_FINISHED : SCENARIO_ENDING_LIFT);
    }
}

static void only_what_asks_for_more_is_another_cause(void** state)
{
    (void)state;
    into_contact();
    assert_true(see(MODE_YIELD, REACTION_YIELD, INTERLOCK_FORCE_RATE));
    assert_false(see(MODE_YIELD, REACTION_YIELD, INTERLOCK_FORCE_MAX));
    assert_false(see(MODE_TRIPPED, REACTION_POWER_OFF, INTERLOCK_SPEED_FOLLOWING));
    assert_false(see(MODE_TRIPPED, REACTION_POWER_OFF, INTERLOCK_DRIVE_STATE));
    assert_true(stop_track_was(&track, false, "force_rate"));
    assert_true(stop_track_was(&track, false, "speed_following"));
    assert_false(stop_track_was(&track, false, "force_max"));
    assert_false(stop_track_was(&track, false, "drive_state"));
    assert_true(stop_track_was(&track, false, "yield"));
    assert_true(stop_track_was(&track, false, "power_off"));
    assert_false(stop_track_was(&track, false, "stop"));
    assert_false(stop_track_was(&track, false, "no_such_rule"));
    assert_int_equal(ending(), SCENARIO_ENDING_YIELD);
}

static void a_run_begins_tripped_without_a_stop(void** state)
{
    (void)state;
    track = stop_track_begin();
    assert_false(calm(MODE_TRIPPED));
    assert_false(calm(MODE_LOCKED));
    assert_false(calm(MODE_TRIPPED));
    assert_int_equal(ending(), SCENARIO_ENDING_UNFINISHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_ends_by_the_stop_that_still_stands),
        cmocka_unit_test(a_lift_that_ends_in_parking_is_no_finish_and_one_resumed_is),
        cmocka_unit_test(only_what_asks_for_more_is_another_cause),
        cmocka_unit_test(a_run_begins_tripped_without_a_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
