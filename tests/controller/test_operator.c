/// Proves that an automatic start asks each thing once, in order, only of a healthy controller, and
/// that nothing is asked of one that tripped.
#include "tests/support/cmocka_prelude.h"

#include "controller/operator.h"

#define PERIOD_US 4000

static uint32_t ask_for(operator_t* self, const cycle_output_t* last, int periods)
{
    uint32_t asked = 0;
    for (int i = 0; i < periods; ++i) {
        const uint32_t request = operator_requests(self, last, PERIOD_US);
        assert_true((asked & request) == 0); // an edge, not a level
        asked |= request;
    }
    return asked;
}

static void a_healthy_controller_is_acknowledged_armed_and_started(void** context)
{
    (void)context;
    operator_t self = {0};
    cycle_output_t out = {.mode = MODE_LOCKED};
    assert_int_equal(ask_for(&self, NULL, 100), 0);
    assert_int_equal(ask_for(&self, &out, 24), 0); // 96 ms: not yet well for long enough
    assert_int_equal(ask_for(&self, &out, 100), REQUEST_ACKNOWLEDGE);
    out.mode = MODE_READY;
    assert_int_equal(ask_for(&self, &out, 100), REQUEST_ARM);
    out.mode = MODE_ARMING;
    assert_int_equal(ask_for(&self, &out, 100), 0);
    out.mode = MODE_ARMED;
    assert_int_equal(ask_for(&self, &out, 100), REQUEST_START);
    assert_int_equal(ask_for(&self, &out, 100), 0);
}

static void a_refusing_controller_is_asked_nothing(void** context)
{
    (void)context;
    operator_t self = {0};
    cycle_output_t out = {.mode = MODE_LOCKED};
    out.verdict.refused = 1;
    assert_int_equal(ask_for(&self, &out, 1000), 0);
}

static void a_trip_or_a_pause_is_never_answered(void** context)
{
    (void)context;
    const supervisor_mode_t modes[] = {MODE_TRIPPED, MODE_PAUSED, MODE_PARKED, MODE_STOPPING};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; ++i) {
        operator_t self = {0};
        const cycle_output_t out = {.mode = modes[i]};
        assert_int_equal(ask_for(&self, &out, 1000), 0);
    }
}

static void a_second_lock_is_not_acknowledged_again(void** context)
{
    (void)context;
    operator_t self = {0};
    const cycle_output_t locked = {.mode = MODE_LOCKED};
    assert_int_equal(ask_for(&self, &locked, 100), REQUEST_ACKNOWLEDGE);
    const cycle_output_t tripped = {.mode = MODE_TRIPPED};
    assert_int_equal(ask_for(&self, &tripped, 100), 0);
    assert_int_equal(ask_for(&self, &locked, 100), 0);
}

static void a_tool_that_a_rule_has_lifted_is_brought_home(void** context)
{
    (void)context;
    operator_t self = {0};
    cycle_output_t out = {.mode = MODE_LIFT};
    out.verdict = (verdict_t){.refused = 1, .reaction = REACTION_LIFT};
    assert_int_equal(ask_for(&self, &out, 1), 0);
    out.verdict = (verdict_t){.refused = 0};
    assert_int_equal(ask_for(&self, &out, 100), 0); // on its way up
    out.mode = MODE_PAUSED;
    assert_int_equal(ask_for(&self, &out, 1000), REQUEST_END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_controller_is_acknowledged_armed_and_started),
        cmocka_unit_test(a_refusing_controller_is_asked_nothing),
        cmocka_unit_test(a_trip_or_a_pause_is_never_answered),
        cmocka_unit_test(a_tool_that_a_rule_has_lifted_is_brought_home),
        cmocka_unit_test(a_second_lock_is_not_acknowledged_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
