/// Requests at the wrong time.
#include "tests/support/cmocka_prelude.h"

#include "sim/operator_faults.h"

static void each_kind_asks_for_its_own_until_it_ends(void** state)
{
    (void)state;
    static const struct {
        world_event_kind_t kind;
        unsigned asks;
    } rows[] = {
        {WORLD_EVENT_OPERATOR_STARTS_TWICE, OPERATOR_ASKS_ARM | OPERATOR_ASKS_START},
        {WORLD_EVENT_OPERATOR_ACKNOWLEDGES_EARLY, OPERATOR_ASKS_ACKNOWLEDGE},
        {WORLD_EVENT_OPERATOR_STARTS_AND_STOPS, OPERATOR_ASKS_START | OPERATOR_ASKS_STOP},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        operator_faults_t faults = {0};
        assert_int_equal(operator_faults_ask(&faults, 0), 0);
        const world_event_t event = {.kind = rows[i].kind, .duration_us = 8000};
        operator_faults_inject(&faults, &event, 100000);
        assert_int_equal(operator_faults_ask(&faults, 100000), rows[i].asks);
        assert_int_equal(operator_faults_ask(&faults, 107999), rows[i].asks);
        assert_int_equal(operator_faults_ask(&faults, 108000), 0);
        const world_event_t for_good = {.kind = rows[i].kind};
        operator_faults_inject(&faults, &for_good, 100000);
        assert_int_equal(operator_faults_ask(&faults, INT64_C(1) << 60), rows[i].asks);
    }
}

static void other_kinds_ask_for_nothing(void** state)
{
    (void)state;
    operator_faults_t faults = {0};
    for (int kind = 0; kind < WORLD_EVENT_OPERATOR_STARTS_TWICE; ++kind) {
        const world_event_t event = {.kind = (world_event_kind_t)kind};
        operator_faults_inject(&faults, &event, 0);
    }
    assert_int_equal(operator_faults_ask(&faults, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_asks_for_its_own_until_it_ends),
        cmocka_unit_test(other_kinds_ask_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
