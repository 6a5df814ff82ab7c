// Every limit of the verdict at it, below it and above it, with measurements that are made up; and
// each cause exactly where its fact holds.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/bus/budget.h"
#include "controller/cli/latency_judge.h"

#define PERIOD_US 4000
#define BUS_LIMIT_US 2400 // of a period of 4 ms, see budget.h
#define OWN_LIMIT_US 1600

/// A machine without fault that was measured for 20 000 periods, each part always the same. Numbers
/// are such that their buckets end at them.
static latency_measured_t* measured(int64_t wake_up_us, int64_t compute_us, int64_t exchange_us)
{
    static latency_measured_t made;
    memset(&made, 0, sizeof made);
    made.period_us = PERIOD_US;
    made.host = (latency_host_t){
        .granted = {REAL_TIME_DEADLINE, 0, true, 0}, .processors = 4, .preempt_rt = true};
    for (int i = 0; i < 20000; ++i) {
        histogram_add(&made.wake_up_us, wake_up_us);
        histogram_add(&made.compute_us, compute_us);
        histogram_add(&made.exchange_us, exchange_us);
    }
    return &made;
}

static void the_shares_are_those_of_the_budget(void** state)
{
    (void)state;
    assert_int_equal(budget_exchange_limit_us(PERIOD_US), BUS_LIMIT_US);
    const latency_judgement_t judgement = latency_judge(measured(10, 30, 200));
    assert_int_equal(judgement.bus.limit_us, BUS_LIMIT_US);
    assert_int_equal(judgement.own.limit_us, OWN_LIMIT_US);
    assert_int_equal(judgement.own.usual_us, 40);
    assert_int_equal(judgement.own.greatest_us, 40);
    assert_int_equal(judgement.bus.greatest_us, 200);
    assert_int_equal(judgement.verdict, LATENCY_FIT);
    assert_int_equal(judgement.causes | judgement.cautions, 0);
}

static void wake_up_and_cycle_fit_up_to_their_limit(void** state)
{
    (void)state;
    assert_int_equal(latency_judge(measured(1569, 30, 200)).verdict, LATENCY_FIT);
    assert_int_equal(latency_judge(measured(1570, 30, 200)).verdict, LATENCY_FIT);
    const latency_judgement_t above = latency_judge(measured(1571, 30, 200));
    assert_int_equal(above.verdict, LATENCY_UNFIT);
    assert_int_equal(above.own.verdict, LATENCY_UNFIT);
    assert_int_equal(above.bus.verdict, LATENCY_FIT);
    assert_int_equal(above.causes, LATENCY_BIT(LATENCY_UNKNOWN));
}

static void the_bus_fits_up_to_its_limit(void** state)
{
    (void)state;
    assert_int_equal(latency_judge(measured(10, 30, 2399)).verdict, LATENCY_FIT);
    assert_int_equal(latency_judge(measured(10, 30, 2400)).verdict, LATENCY_FIT);
    const latency_judgement_t above = latency_judge(measured(10, 30, 2401));
    assert_int_equal(above.verdict, LATENCY_UNFIT);
    assert_int_equal(above.own.verdict, LATENCY_FIT);
    assert_int_equal(above.causes, LATENCY_BIT(LATENCY_BUS));
}

static void what_devices_take_by_calculation_counts_too(void** state)
{
    (void)state;
    latency_measured_t* made = measured(10, 30, 200);
    made->devices_us = 2200;
    assert_int_equal(latency_judge(made).verdict, LATENCY_FIT);
    made->devices_us = 2201;
    assert_int_equal(latency_judge(made).verdict, LATENCY_UNFIT);
    assert_int_equal(latency_judge(made).bus.greatest_us, 2401);
    assert_int_equal(latency_judge(made).causes, LATENCY_BIT(LATENCY_BUS));
}

/// `late` more periods with a wake-up far beyond the limit, on top of 20 000.
static latency_verdict_t verdict_with_late_periods(int late)
{
    latency_measured_t* made = measured(10, 30, 200);
    for (int i = 0; i < late; ++i) {
        histogram_add(&made->wake_up_us, 3000);
    }
    return latency_judge(made).verdict;
}

static void one_late_period_in_ten_thousand_is_marginal_and_more_are_unfit(void** state)
{
    (void)state;
    assert_int_equal(verdict_with_late_periods(0), LATENCY_FIT);
    assert_int_equal(verdict_with_late_periods(1), LATENCY_MARGINAL);
    assert_int_equal(verdict_with_late_periods(2), LATENCY_MARGINAL);
    assert_int_equal(verdict_with_late_periods(3), LATENCY_UNFIT);
}

static void few_periods_are_fit_or_unfit(void** state)
{
    (void)state;
    latency_measured_t* made = measured(10, 30, 200);
    memset(&made->wake_up_us, 0, sizeof made->wake_up_us);
    for (int i = 0; i < LATENCY_PERIODS_ENOUGH - 2; ++i) {
        histogram_add(&made->wake_up_us, 10);
    }
    histogram_add(&made->wake_up_us, 3000);
    assert_int_equal(latency_judge(made).verdict, LATENCY_UNFIT);
    histogram_add(&made->wake_up_us, 10);
    assert_int_equal(latency_judge(made).verdict, LATENCY_MARGINAL);
}

static void every_fact_of_the_host_is_named_where_it_holds_and_only_there(void** state)
{
    (void)state;
    for (int late = 0; late < 2; ++late) {
        latency_measured_t* made = measured(late ? 2000 : 10, 30, 200);
        const latency_host_t good = made->host;
        latency_host_t hosts[] = {good, good, good, good, good, good, good};
        hosts[0].granted.scheduling = REAL_TIME_NONE;
        hosts[1].granted.memory_locked = false;
        hosts[2].governors_saving = 1;
        hosts[3].preempt_rt = false;
        hosts[4].virtual_machine = true;
        hosts[5].stolen_part = LATENCY_STOLEN_PART;
        hosts[6].others_busy = LATENCY_OTHERS_BUSY;
        static const latency_cause_t expected[] = {
            LATENCY_NO_PRIORITY,     LATENCY_NOT_LOCKED, LATENCY_GOVERNOR, LATENCY_KERNEL,
            LATENCY_VIRTUAL_MACHINE, LATENCY_STOLEN,     LATENCY_OTHERS};
        for (int i = 0; i < 7; ++i) {
            made->host = hosts[i];
            const latency_judgement_t judgement = latency_judge(made);
            // In the way where periods are late, else only in doubt.
            assert_int_equal(judgement.causes, late ? LATENCY_BIT(expected[i]) : 0);
            assert_int_equal(judgement.cautions, late ? 0 : LATENCY_BIT(expected[i]));
        }
    }
}

static void load_and_stolen_time_are_named_from_their_limit_on(void** state)
{
    (void)state;
    latency_measured_t* made = measured(10, 30, 200);
    made->host.others_busy = 0.99 * LATENCY_OTHERS_BUSY;
    made->host.stolen_part = 0.99 * LATENCY_STOLEN_PART;
    assert_int_equal(latency_judge(made).cautions, 0);
    made->host.others_busy = (double)NAN; // unknown is no accusation
    made->host.stolen_part = (double)NAN;
    assert_int_equal(latency_judge(made).cautions, 0);
}

static void a_slow_cycle_is_named_beyond_half_of_its_share(void** state)
{
    (void)state;
    const uint32_t compute = LATENCY_BIT(LATENCY_COMPUTE);
    assert_int_equal(latency_judge(measured(1570, 800, 200)).causes & compute, 0);
    assert_int_equal(latency_judge(measured(1570, 801, 200)).causes & compute, compute);
    assert_int_equal(latency_judge(measured(0, 1600, 200)).causes, 0); // it fits after all
    // Cycles that were held up half-way are not slow cycles.
    latency_measured_t* made = measured(1570, 30, 200);
    for (int i = 0; i < 100; ++i) {
        histogram_add(&made->compute_us, 3000);
    }
    assert_int_equal(latency_judge(made).causes, LATENCY_BIT(LATENCY_UNKNOWN));
}

static void late_replies_are_told_from_a_slow_bus(void** state)
{
    (void)state;
    latency_measured_t* made = measured(10, 30, 200);
    made->host.preempt_rt = false;
    histogram_add(&made->exchange_us, 3000);
    const latency_judgement_t judgement = latency_judge(made);
    assert_int_equal(judgement.verdict, LATENCY_MARGINAL);
    assert_int_equal(judgement.causes, LATENCY_BIT(LATENCY_REPLIES) | LATENCY_BIT(LATENCY_KERNEL));
}

static void a_device_that_does_not_answer_is_named(void** state)
{
    (void)state;
    latency_measured_t* made = measured(10, 30, 200);
    made->unanswered = 2; // of 20 000: as rare as a marginal machine may be late
    assert_int_equal(latency_judge(made).verdict, LATENCY_MARGINAL);
    assert_int_equal(latency_judge(made).causes, LATENCY_BIT(LATENCY_SILENT));
    made->unanswered = 3;
    assert_int_equal(latency_judge(made).verdict, LATENCY_UNFIT);
    assert_int_equal(latency_judge(made).causes, LATENCY_BIT(LATENCY_SILENT));
}

static void the_shortest_period_is_the_first_that_holds_both_shares(void** state)
{
    (void)state;
    const int64_t own_us[] = {40, 500, 1600};
    const int64_t bus_us[] = {200, 1000, 5000};
    for (int i = 0; i < 3; ++i) {
        for (int k = 0; k < 3; ++k) {
            const int64_t period_us =
                latency_judge(measured(own_us[i], 0, bus_us[k])).period_min_us;
            const int64_t limit_us = budget_exchange_limit_us(period_us);
            assert_true(bus_us[k] <= limit_us && own_us[i] <= period_us - limit_us);
            const int64_t less_us = budget_exchange_limit_us(period_us - 1);
            assert_true(period_us == BUDGET_PERIOD_MIN_US || bus_us[k] > less_us ||
                        own_us[i] > period_us - 1 - less_us);
        }
    }
    assert_true(latency_judge(measured(1601, 0, 200)).period_min_us == INT64_MAX);
    assert_true(latency_judge(measured(10, 0, BUDGET_PERIOD_MAX_US)).period_min_us == INT64_MAX);
}

static void every_cause_has_a_key_of_its_own_a_text_and_a_remedy(void** state)
{
    (void)state;
    for (int a = 0; a < LATENCY_CAUSE_COUNT; ++a) {
        const latency_cause_info_t info = latency_cause_info((latency_cause_t)a);
        assert_true(strlen(info.text) > 10 && strlen(info.remedy) > 10);
        for (int b = 0; b < a; ++b) {
            assert_string_not_equal(info.key, latency_cause_info((latency_cause_t)b).key);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shares_are_those_of_the_budget),
        cmocka_unit_test(wake_up_and_cycle_fit_up_to_their_limit),
        cmocka_unit_test(the_bus_fits_up_to_its_limit),
        cmocka_unit_test(what_devices_take_by_calculation_counts_too),
        cmocka_unit_test(one_late_period_in_ten_thousand_is_marginal_and_more_are_unfit),
        cmocka_unit_test(few_periods_are_fit_or_unfit),
        cmocka_unit_test(every_fact_of_the_host_is_named_where_it_holds_and_only_there),
        cmocka_unit_test(load_and_stolen_time_are_named_from_their_limit_on),
        cmocka_unit_test(a_slow_cycle_is_named_beyond_half_of_its_share),
        cmocka_unit_test(late_replies_are_told_from_a_slow_bus),
        cmocka_unit_test(a_device_that_does_not_answer_is_named),
        cmocka_unit_test(the_shortest_period_is_the_first_that_holds_both_shares),
        cmocka_unit_test(every_cause_has_a_key_of_its_own_a_text_and_a_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
