/// Which events of a scenario begin in which period.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "sim/fault_plan.h"

#define PERIOD_US 4000

static fault_plan_t plan;
static int due[FAULT_PLAN_CAPACITY];

static void begin(void)
{
    memset(&plan, 0, sizeof plan);
}

static void add(onset_t onset)
{
    assert_true(fault_plan_add(&plan, &onset));
}

static int due_at(int64_t now_us, run_phase_t phase, int step, double force_N)
{
    return fault_plan_due(
        &plan, &(run_moment_t){.now_us = now_us, .phase = phase, .step = step, .force_N = force_N},
        due);
}

static void a_time_begins_once_in_the_first_period_that_reaches_it(void** state)
{
    (void)state;
    begin();
    add((onset_t){.kind = ONSET_AT, .at_us = 9000});
    assert_int_equal(due_at(8000, RUN_PHASE_NONE, 0, 0.0), 0);
    assert_int_equal(due_at(12000, RUN_PHASE_NONE, 0, 0.0), 1);
    assert_int_equal(due[0], 0);
    assert_int_equal(due_at(16000, RUN_PHASE_NONE, 0, 0.0), 0);
}

static void a_phase_begins_with_its_nth_beginning_and_not_while_it_lasts(void** state)
{
    (void)state;
    begin();
    add((onset_t){.kind = ONSET_PHASE, .phase = RUN_PHASE_CONTACT, .nth = 2});
    add((onset_t){.kind = ONSET_PHASE, .phase = RUN_PHASE_CONTACT, .nth = 1, .after_us = 8000});
    assert_int_equal(due_at(0, RUN_PHASE_CONTACT, 1, 0.0), 0);
    assert_int_equal(due_at(4000, RUN_PHASE_CONTACT, 1, 0.0), 0);
    // The phase is over by then: the event begins all the same.
    assert_int_equal(due_at(8000, RUN_PHASE_RETRACT, 1, 0.0), 1);
    assert_int_equal(due[0], 1);
    assert_int_equal(due_at(12000, RUN_PHASE_CONTACT, 1, 0.0), 1);
    assert_int_equal(due[0], 0);
    assert_int_equal(due_at(16000, RUN_PHASE_RETRACT, 1, 0.0), 0);
    assert_int_equal(due_at(20000, RUN_PHASE_CONTACT, 1, 0.0), 0);
}

static void a_step_begins_with_its_contact(void** state)
{
    (void)state;
    begin();
    add((onset_t){.kind = ONSET_STEP, .step = 3});
    assert_int_equal(due_at(0, RUN_PHASE_CONTACT, 2, 0.0), 0);
    assert_int_equal(due_at(4000, RUN_PHASE_TRANSIT, 3, 0.0), 0);
    assert_int_equal(due_at(8000, RUN_PHASE_CONTACT, 3, 0.0), 1);
    assert_int_equal(due_at(12000, RUN_PHASE_CONTACT, 3, 0.0), 0);
}

static void a_force_begins_where_it_is_reached_and_not_for_what_is_no_number(void** state)
{
    (void)state;
    begin();
    add((onset_t){.kind = ONSET_FORCE, .force_N = 20.0});
    assert_int_equal(due_at(0, RUN_PHASE_CONTACT, 1, 19.999), 0);
    assert_int_equal(due_at(4000, RUN_PHASE_CONTACT, 1, (double)NAN), 0);
    assert_int_equal(due_at(8000, RUN_PHASE_TRANSIT, 1, 30.0), 0); // nothing is pressed there
    assert_int_equal(due_at(12000, RUN_PHASE_CONTACT, 1, 20.0), 1);
    assert_int_equal(due_at(16000, RUN_PHASE_CONTACT, 1, 21.0), 0);
}

static void events_of_one_period_keep_their_order_and_a_full_plan_refuses(void** state)
{
    (void)state;
    begin();
    for (int i = 0; i < FAULT_PLAN_CAPACITY; ++i) {
        add((onset_t){.kind = ONSET_AT, .at_us = 1000});
    }
    const onset_t more = {.kind = ONSET_AT};
    assert_false(fault_plan_add(&plan, &more));
    assert_int_equal(due_at(PERIOD_US, RUN_PHASE_NONE, 0, 0.0), FAULT_PLAN_CAPACITY);
    for (int i = 0; i < FAULT_PLAN_CAPACITY; ++i) {
        assert_int_equal(due[i], i);
    }
}

static void phases_are_known_by_their_words(void** state)
{
    (void)state;
    for (int phase = 0; phase < RUN_PHASE_COUNT; ++phase) {
        assert_int_equal(run_phase_of(run_phase_text((run_phase_t)phase)), phase);
    }
    assert_int_equal(run_phase_of("parked"), RUN_PHASE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_begins_once_in_the_first_period_that_reaches_it),
        cmocka_unit_test(a_phase_begins_with_its_nth_beginning_and_not_while_it_lasts),
        cmocka_unit_test(a_step_begins_with_its_contact),
        cmocka_unit_test(a_force_begins_where_it_is_reached_and_not_for_what_is_no_number),
        cmocka_unit_test(events_of_one_period_keep_their_order_and_a_full_plan_refuses),
        cmocka_unit_test(phases_are_known_by_their_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
